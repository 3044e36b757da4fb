"""2.12b: gradient checking, on right and on wrong engines."""

import math

import numpy as np

from autograder.check import attempt, check, named
from autograder.checks.ch02_autograd.course_engine import engine_with, operation
from autograder.checks.ch02_autograd.formulas import function_from
from autograder.inside.naming import label_of


def wrong_engines(slope):
    """The course's engine with one operation each that has a wrong derivative; `slope` is
    that of a difference by what is subtracted."""
    square_forgotten = operation(math.tanh, lambda x: 1 - math.tanh(x))
    no_slope = operation(lambda x: 1 / (1 + math.exp(-x)), lambda x: 0.0)
    sign_forgotten = operation(lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: a / b**2)
    exchanged = operation(lambda a, b: a * b, lambda a, b: a, lambda a, b: b)
    too_little = operation(lambda a, b: a - b, lambda a, b: 1.0, lambda a, b: -slope)
    never_off = operation(lambda x: max(0.0, x), lambda x: 1.0)
    return {
        "difference": engine_with(__sub__=too_little),
        "relu": engine_with(relu=never_off),
        "tanh": engine_with(tanh=square_forgotten),
        "sigmoid": engine_with(sigmoid=no_slope),
        "quotient": engine_with(__truediv__=sign_forgotten),
        "product": engine_with(__mul__=exchanged),
    }


LOOKS, FLAT, STRAIGHT = "where f is evaluated", "a slope where f is flat", "slopes of 1 and -1"
COARSE = "a coarse step", "another coarse step"
# The measuring, the engine's half and the comparison count apart: a slip in one leaves the others.
WEIGHTS = {LOOKS: 15, FLAT: 8, STRAIGHT: 8, **dict.fromkeys(COARSE, 3)}
SMALL = 1e-7  # a step whose own error shows nowhere


@check("2.12b", points=4, reveal=True, weights=WEIGHTS)
def gradient_check(answer, rng):
    right, wrong = engine_with(), wrong_engines(float(rng.uniform(0.5, 0.7)))
    a, b, c = rng.uniform(0.6, 1.6, 3).round(2).tolist()

    factor, more = round(float(rng.uniform(2, 3)), 2), int(rng.integers(3, 7))
    coarse = rng.uniform([0.45, 0.15], [0.55, 0.25]).round(2).tolist()

    def error(engine, f, xs, **options):
        return answer.with_given("gradient_error", Value=engine)(f, xs, **options)

    def compared(formula, xs, wrong_in):
        def errors(f, xs):
            return {
                "right engine": error(right, f, xs, h=SMALL),
                "wrong engine": error(wrong[wrong_in], f, xs, h=SMALL),
            }

        return attempt(errors, function_from(formula, "v"), xs)

    def places(f, xs, h):
        """The points h to either side in every input, the others where they were, if all are seen."""
        seen = []

        def spy(v):
            seen.append([x.data for x in v])
            return f(v)

        error(right, named(label_of(f), spy), xs, h=h)

        def visited(sign):
            wanted = np.array(xs) + sign * h * np.eye(len(xs))
            all_seen = all(any(np.allclose(w, s, 0, h / 100) for s in seen) for w in wanted)
            return list(wanted) if all_seen else []

        return {"f at x + h": visited(1), "f at x - h": visited(-1)}

    def cubic(x, h):
        return error(right, named("v[0] ** 3 * v[1]", lambda v: v[0] ** 3 * v[1]), [x, 1.5], h=h)

    def twice(f, xs):
        return [error(wrong["tanh"], f, xs), error(wrong["tanh"], f, xs), list(xs)]

    rows = [
        ("tanh without its square", "v[0].tanh() * 2", [a], "tanh"),
        ("tanh without its square, on the other side", "v[0].tanh() * 3", [-a], "tanh"),
        ("a sigmoid whose gradient is too small", "v[0] + v[1].sigmoid()", [a, b], "sigmoid"),
        ("a sigmoid whose gradient is too large", "v[0] - v[1].sigmoid()", [a, b], "sigmoid"),
        ("only the first gradient is wrong", "v[0].tanh() + v[1] * v[2]", [-a, b, c], "tanh"),
        ("only the last gradient is wrong", "v[0] + v[1] / v[2]", [a, b, c], "quotient"),
        ("several gradients are wrong", "v[0] * v[1] + v[2].tanh()", [2 * a, -b, c], "product"),
        (FLAT, f"v[0].relu() * -{factor}", [-a], "relu"),
        (STRAIGHT, "v[0] - v[1] + v[2]", [a, b, -c], "difference"),
        ("whole numbers", "v[0] * v[1]", [more, -2], "product"),
    ]
    return {
        LOOKS: attempt(places, function_from("v[0] * v[1] + v[2]", "v"), [a, -b, c], 0.01),
        **{name: compared(formula, xs, wrong_in) for name, formula, xs, wrong_in in rows},
        COARSE[0]: attempt(cubic, 2 * a, coarse[0]),
        COARSE[1]: attempt(cubic, -a, coarse[1]),
        "two calls with one list": attempt(
            twice, function_from("v[0].tanh() * v[1]", "v"), [a, -b]
        ),
    }


@gradient_check.misconception(
    "always_zero",
    "No difference is ever reported. Both sides must be computed on their own: the engine's "
    "gradient by backward, the other one from values of f alone.",
)
def gradient_error(f, xs, h=1e-6):
    return 0.0


gradient_check.misconception(
    "forward_difference",
    "The slope is taken on one side only, (f(x + h) - f(x)) / h. That is much less exact than the"
    " central difference, which looks h to either side.",
    edits={"(moved(i, h) - moved(i, -h)) / (2 * h)": "(moved(i, h) - moved(i, 0)) / h"},
)
gradient_check.misconception(
    "divides_by_h",
    "From x - h to x + h the distance is 2h; here the difference is divided by h.",
    edits={"(2 * h)": "h"},
)
gradient_check.misconception(
    "ignores_h",
    "The step h is not used as given; a fixed step takes its place.",
    edits={'    """Largest': '    h = 1e-6\n    """Largest'},
)
gradient_check.misconception(
    "signed_maximum",
    "The differences are compared with their signs, so a gradient that is too small passes as a "
    "small number. Take absolute values first.",
    edits={"abs(v.grad - slope)": "v.grad - slope"},
)
gradient_check.misconception(
    "signed_maximum_from_zero",
    "The differences are compared with their signs, so a gradient that is too small never counts. "
    "Take absolute values first.",
    edits={"max(abs(v.grad - slope)": "max([0.0] + [v.grad - slope", "slopes))": "slopes)])"},
)
gradient_check.misconception(
    "first_input_only",
    "Only the first input's gradient is compared; every input needs its own.",
    edits={"for v, slope in zip(values, slopes)": "for v, slope in list(zip(values, slopes))[:1]"},
)
gradient_check.misconception(
    "last_input_only",
    "Only the last input's difference survives; keep the largest over all inputs.",
    edits={"for v, slope in zip(values, slopes)": "for v, slope in list(zip(values, slopes))[-1:]"},
)
gradient_check.misconception(
    "moves_all_inputs_at_once",
    "All inputs are moved together, which gives the sum of the partial derivatives. Move one "
    "input at a time and keep the others where they are.",
    edits={"step * (i == j)": "step"},
)
gradient_check.misconception(
    "average_instead_of_largest",
    "The differences are averaged. One wrong gradient among many right ones almost disappears in "
    "a mean; the largest difference cannot hide.",
    edits={
        "return max(": "return np.mean([",
        "zip(values, slopes))": "zip(values, slopes)])",
    },
)
RELATIVE = (
    "The difference is divided by the size of the gradient. Relative errors have their uses, but "
    "the task wants the absolute difference."
)
gradient_check.misconception(
    "relative_error",
    RELATIVE,
    edits={"abs(v.grad - slope)": "abs(v.grad - slope) / max(abs(v.grad), abs(slope), 1e-12)"},
)
gradient_check.misconception(
    "relative_error",
    RELATIVE,
    edits={"abs(v.grad - slope)": "abs(v.grad - slope) / max(abs(v.grad), abs(slope))"},
    form="without a guard",
)


@gradient_check.misconception(
    "values_are_used_again",
    "The same values serve every evaluation, and their gradients from the earlier backward passes"
    " are still there. Make fresh values, or compare after a single backward pass.",
)
def gradient_error(f, xs, h=1e-6):
    values = [Value(x) for x in xs]
    errors = []
    for v, x in zip(values, xs):
        f(values).backward()
        v.data = x + h
        up = f(values).data
        v.data = x - h
        down = f(values).data
        v.data = x
        errors.append(abs(v.grad - (up - down) / (2 * h)))
    return max(errors)


@gradient_check.misconception(
    "forgets_to_move_back",
    "An input that was moved by h is not put back before the next one is moved, so the later "
    "slopes are taken at another point.",
)
def gradient_error(f, xs, h=1e-6):
    values = [Value(x) for x in xs]
    f(values).backward()
    worst = 0.0
    for v, x in zip(values, xs):
        v.data = x + h
        up = f(values).data
        v.data = x - h
        down = f(values).data
        worst = max(worst, abs(v.grad - (up - down) / (2 * h)))
    return worst


@gradient_check.alternative("one_list_moved_and_restored")
def gradient_error(f, xs, h=1e-6):
    values = [Value(x) for x in xs]
    f(values).backward()
    grads = [v.grad for v in values]
    worst = 0
    for i in range(len(values)):
        middle = values[i].data
        values[i].data = middle + h
        up = f(values).data
        values[i].data = middle - h
        down = f(values).data
        values[i].data = middle
        worst = max(worst, abs((up - down) / 2 / h - grads[i]))
    return worst


@gradient_check.alternative("numpy_rows_of_the_identity")
def gradient_error(f, xs, h=1e-6):
    at = lambda x: f([Value(number) for number in x])  # noqa: E731
    x = np.array(xs, dtype=float)
    leaves = list(map(Value, x))
    f(leaves).backward()
    numeric = [(at(x + e).data - at(x - e).data) / (2 * h) for e in h * np.eye(len(x))]
    return np.abs(np.subtract([leaf.grad for leaf in leaves], numeric)).max()


@gradient_check.oracle("numpy_gradient_along_a_grid")
def gradient_error(f, xs, h=1e-6):
    leaves = [Value(x) for x in xs]
    f(leaves).backward()
    worst = []
    for i, leaf in enumerate(leaves):
        grid = [xs[i] - h, xs[i], xs[i] + h]
        line = [f([Value(p if i == j else x) for j, x in enumerate(xs)]).data for p in grid]
        worst.append(abs(leaf.grad - np.gradient(line, h)[1]))
    return float(np.max(worst))
