"""2.8: a numerical gradient check."""

from copy import copy

import numpy as np

from autograder.check import attempt, check, named
from autograder.checks.ch02_autograd.gradient_problems import GRADIENT, Problem, problems
from autograder.inside.naming import label_of


def says(answer, problem, x, **options):
    """What the student's function says. Whether it leaves x as it was has a sub-check of its own."""
    check_gradient = answer.that_may_change_its_input("check_gradient")
    return check_gradient(problem.f, x, grad_f=problem.gradient, **options)


def verdicts(answer, problem, *changes):
    """On the right gradient, and on those that the changes make of it."""

    def on(x):
        asked = problem.right_and(*changes)
        return {claimed(name, one): says(answer, one, copy(x)) for name, one in asked.items()}

    return attempt(on, problem.x)


def claimed(name, problem):
    """What is claimed, in words and by its first component, which differs from seed to seed."""
    return (
        f"{name} ({np.ravel(problem.gradient(problem.x))[0]:.4g}{', …' * (np.size(problem.x) > 1)})"
    )


def places(answer, problem, epsilon):
    """The points one epsilon away from x, in every component, if f is evaluated at all of them."""

    def around(x, epsilon):
        seen = []

        def spy(at):
            seen.append(np.array(at, dtype=float).ravel())
            return problem.f(at)

        watched = problem._replace(f=named(label_of(problem.f), spy))
        says(answer, watched, copy(x), epsilon=epsilon)
        here = np.array(x, dtype=float).ravel()

        def visited(sign):
            wanted = here + sign * epsilon * np.eye(here.size)
            all_seen = all(any(np.allclose(w, s, 0, epsilon / 100) for s in seen) for w in wanted)
            return list(wanted) if all_seen else []

        return {"f at x + epsilon": visited(1), "f at x - epsilon": visited(-1)}

    return attempt(around, problem.x, epsilon)


def untouched(answer, problem):
    """Is x the same afterwards, whatever the verdict was?"""

    def of(x):
        seen = {}
        for name, one in problem.right_and("doubled").items():
            after = x.copy()
            seen[claimed(name, one)] = says(answer, one, after)
            seen[f"x unchanged ({name})"] = bool(np.abs(after - x).max() < 1e-9)
        return seen

    return attempt(of, problem.x)


def tolerances(answer, problem):
    """Does the verdict depend on the rtol that is passed?"""

    def of(x):
        off = problem.with_gradient("1 % too small")
        return {
            "1 % too small, rtol = 0.1": says(answer, off, copy(x), rtol=0.1),
            "1 % too small, rtol = 0.001": says(answer, off, copy(x), rtol=0.001),
            "the right gradient, rtol = 0.001": says(answer, problem, copy(x), rtol=0.001),
        }

    return attempt(of, problem.x)


WEIGHTS = {
    "x is a number: central difference": 4,
    "x is an array: central differences": 4,
    "mistakes in some components": 6,
    "gradients near 100 000": 3,
    "gradients near 0.00001": 3,
    "gradients that are zero": 2,
    "the tolerance that the caller gives": 2,
    "x holds whole numbers": 1.5,
    "nan in the gradient": 1.5,
    "x is left as it was": 1.5,
}


@check("2.8", points=6, reveal=True, weights=WEIGHTS)
def gradient_check(answer, rng):
    """What check_gradient says of right and of wrong gradients, and where it evaluates f."""
    wave, mix, bowl = problems(rng)
    flat = Problem(named("x -> 5", lambda x: 5.0), named(GRADIENT, lambda x: np.zeros(4)), mix.x)
    at_whole_numbers = bowl._replace(x=np.array([2, -1, 3, 1]))
    return {
        "x is a number": verdicts(answer, wave, "wrong sign", "doubled", "halved"),
        "x is a number: central difference": places(answer, wave, 0.01),
        "gradients that are too large or too small": verdicts(
            answer, mix, "doubled", "halved", "all zeros"
        ),
        "mistakes in some components": verdicts(
            answer, mix, "last component 10 % off", "first component off", "reversed"
        ),
        "gradients near 100 000": verdicts(answer, mix.scaled(1e5), "1 % too large"),
        "gradients near 0.00001": verdicts(answer, mix.scaled(1e-5), "halved"),
        "gradients that are zero": [
            verdicts(answer, bowl, "-0.3 in place of a 0"),
            verdicts(answer, flat, "-0.3 in place of a 0"),
        ],
        "x holds whole numbers": verdicts(answer, at_whole_numbers, "last component 10 % off"),
        "nan in the gradient": verdicts(answer, mix, "nan in the second component"),
        "x is an array: central differences": places(answer, mix, 0.001),
        "x is left as it was": untouched(answer, mix),
        "the tolerance that the caller gives": tolerances(answer, mix),
    }


CLOSE = "np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)"
REJECTS = (
    "Right gradients are rejected as well. Print what you measure beside what is claimed: is it the "
    "slope? If so, the two never agree in every digit, and a tolerance has to allow for that."
)
WITHOUT_ABS = "A difference far below 0 is smaller than any tolerance. Its size counts: take abs."


@gradient_check.misconception(
    "always_true",
    "It says True to every gradient. A check is worth only as much as the mistakes it finds.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    return True


gradient_check.misconception(
    "measures_but_always_says_true",
    "The differences are measured, but the answer does not depend on them: it is True for every "
    "gradient.",
    edits={CLOSE: "True"},
)
gradient_check.misconception(
    "divides_by_epsilon",
    "The distance from x - ε to x + ε is 2ε, so the difference is divided by 2ε.",
    edits={"(2 * epsilon)": "epsilon"},
)
gradient_check.misconception(
    "measures_almost_nothing",
    "What is measured is practically 0, whatever f does. Are there two different points, and does it "
    "say / (2 * ε)? Without the brackets / 2 * ε multiplies by ε.",
    edits={"/ (2 * epsilon)": "/ 2 * epsilon"},
)
gradient_check.misconception(
    "forward_difference",
    "f is evaluated on one side of x only. The central difference uses f at x + ε and f at x - ε, and "
    "its error is far smaller than that of f at x + ε and f at x.",
    edits={"(f(x + step) - f(x - step)) / (2 * epsilon)": "(f(x + step) - f(x)) / epsilon"},
)
gradient_check.misconception(
    "ignores_epsilon",
    "f is not evaluated at x + ε and x - ε for the ε that the caller gives: use the argument epsilon, "
    "once in each direction.",
    edits={
        "step[i] = epsilon": "step[i] = 1e-5",
        "(2 * epsilon)": "2e-5",
    },
)
gradient_check.misconception(
    "no_abs",
    WITHOUT_ABS,
    edits={CLOSE: "bool(np.all(numerical - grad_f(x) <= atol + rtol * np.abs(numerical)))"},
)
gradient_check.misconception(
    "no_abs",
    WITHOUT_ABS,
    edits={CLOSE: "bool(np.all(grad_f(x) - numerical <= atol + rtol * np.abs(numerical)))"},
    form="the other way round",
)
gradient_check.misconception(
    "absolute_tolerance_only",
    "A gradient near 100 000 is measured to about eleven digits, which leaves a difference above "
    "atol. The tolerance has to grow with the gradient: add rtol times its size.",
    edits={CLOSE: "bool(np.all(np.abs(numerical - grad_f(x)) <= atol))"},
)
gradient_check.misconception(
    "absolute_tolerance_too_wide",
    "A fixed tolerance swallows small gradients whole: 0.00001 and 0.00002 differ by a factor of "
    "two. Compare relative to the size of the gradient.",
    edits={CLOSE: "bool(np.all(np.abs(numerical - grad_f(x)) <= 1e-4))"},
)
gradient_check.misconception(
    "relative_without_guard",
    "Where the gradient is 0, a relative error divides by 0, and 0/0 is within no tolerance. An "
    "absolute tolerance has to come in addition.",
    edits={CLOSE: "bool(np.all(np.abs(numerical - grad_f(x)) / np.abs(grad_f(x)) <= rtol))"},
)
gradient_check.misconception(
    "ignores_the_tolerances",
    "The tolerances are written into the function; the caller chooses them with rtol and atol.",
    edits={CLOSE: "np.allclose(numerical, grad_f(x), rtol=1e-4, atol=1e-7)"},
)
gradient_check.misconception(
    "compares_norms",
    "Two different vectors can have the same length: x and -x do. Take the difference first, then "
    "its size.",
    edits={
        "numerical, grad_f(x), rtol": "np.linalg.norm(numerical), np.linalg.norm(grad_f(x)), rtol"
    },
)
gradient_check.misconception(
    "compares_sums",
    "Mistakes in two components can cancel in a sum. Compare component by component.",
    edits={"numerical, grad_f(x), rtol": "np.sum(numerical), np.sum(grad_f(x)), rtol"},
)
gradient_check.misconception(
    "rejects_the_right_gradient",
    REJECTS,
    edits={CLOSE: "bool(np.all(numerical == grad_f(x)))"},
)
gradient_check.misconception(
    "rejects_the_right_gradient", REJECTS, edits={CLOSE: "False"}, form="always"
)
gradient_check.misconception(
    "any_component",
    "One right component is not enough: every component has to agree.",
    edits={CLOSE: "bool(np.any(np.isclose(numerical, grad_f(x), rtol=rtol, atol=atol)))"},
)
gradient_check.misconception(
    "returns_after_the_first_component",
    "The answer is given after the first component. Say True only after looking at all of them.",
    edits={
        "return np.allclose": "    return np.allclose",
        "numerical, grad_f(x), rtol": "numerical[i], np.asarray(grad_f(x))[i], rtol",
    },
)
gradient_check.misconception(
    "nudges_all_components_at_once",
    "x + ε moves every component at once and measures the sum of all derivatives. Nudge one "
    "component at a time.",
    edits={"step[i] = epsilon": "step[...] = epsilon"},
)
gradient_check.misconception(
    "one_answer_for_each_component",
    "An array of answers comes back, one for each component. The question has one answer: do all "
    "of them agree?",
    edits={"np.allclose": "np.isclose"},
)


@gradient_check.misconception(
    "written_for_a_number_only",
    "For an array, x + ε moves every component at once, and the comparison gives many answers. "
    "Nudge one component after the other, then give one answer.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    numerical = (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon)
    return abs(numerical - grad_f(x)) <= atol + rtol * abs(numerical)


gradient_check.misconception(
    "int_truncation",
    "An array of whole numbers cuts x + ε back to x. Turn x into floating-point numbers first.",
    edits={
        "x = np.array(x, dtype=float)\n    numerical = np.zeros_like(x)": "x = np.array(x)\n"
        "    numerical = np.zeros(x.shape)"
    },
)
gradient_check.misconception(
    "nan_slips_through",
    "Every comparison with nan is False, so `if difference > tolerance: return False` lets it "
    "pass. Ask instead whether the difference is within the tolerance.",
    edits={CLOSE: "not np.any(np.abs(numerical - grad_f(x)) > atol + rtol * np.abs(grad_f(x)))"},
)


@gradient_check.misconception(
    "two_names_for_one_array",
    "After `up = x` both names stand for the same array: nudging one nudges the other, and the "
    "difference is always 0. Make copies.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    if np.ndim(x) == 0:
        numerical = (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon)
        return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)
    numerical = np.zeros(len(x))
    for i in range(len(x)):
        up = x
        up[i] += epsilon
        down = x
        down[i] -= epsilon
        numerical[i] = (f(up) - f(down)) / (2 * epsilon)
    return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)


@gradient_check.misconception(
    "in_place_forgets_to_restore",
    "x itself was nudged and stayed so: the caller's x is changed, and later components are "
    "measured at another point. Nudge a copy.",
)
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    if np.ndim(x) == 0:
        numerical = (f(x + epsilon) - f(x - epsilon)) / (2 * epsilon)
        return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)
    x = np.asarray(x, dtype=float)
    numerical = []
    for i in range(len(x)):
        x[i] += epsilon
        above = f(x)
        x[i] -= 2 * epsilon
        numerical.append((above - f(x)) / (2 * epsilon))
    return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)


@gradient_check.alternative("lists_and_a_loop")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    scalar = not hasattr(x, "__len__")
    xs = [float(x)] if scalar else [float(v) for v in x]
    claimed = [grad_f(x)] if scalar else list(grad_f(x))
    for i, claim in enumerate(claimed):
        up, down = list(xs), list(xs)
        up[i] += epsilon
        down[i] -= epsilon
        high, low = (up[0], down[0]) if scalar else (np.array(up), np.array(down))
        slope = (f(high) - f(low)) / (2 * epsilon)
        if not abs(slope - claim) <= atol + rtol * max(abs(slope), abs(claim)):
            return False
    return True


@gradient_check.alternative("relative_error_of_the_whole_vector")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    point = np.atleast_1d(np.array(x, float))
    shape = np.shape(x)

    def at(v):
        return f(v.reshape(shape))

    rows = epsilon * np.eye(point.size)
    numerical = np.array([(at(point + r) - at(point - r)) / (2 * epsilon) for r in rows])
    claimed = np.atleast_1d(grad_f(x))
    apart = np.linalg.norm(numerical - claimed)
    return apart <= atol + rtol * (np.linalg.norm(numerical) + np.linalg.norm(claimed))


@gradient_check.alternative("in_place_and_back_again")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    claimed = np.asarray(grad_f(x))
    if np.ndim(x) == 0:
        slopes = np.asarray((f(x + epsilon) - f(x - epsilon)) / (2 * epsilon))
        return all(np.isclose(slopes, claimed, rtol, atol).ravel())
    if x.dtype.kind == "i":
        x = x.astype(float)
    slopes = np.empty(len(x))
    for i in range(len(x)):
        x[i] += epsilon
        slopes[i] = f(x)
        x[i] -= 2 * epsilon
        slopes[i] -= f(x)
        x[i] += epsilon
    return all(np.isclose(slopes / (2 * epsilon), claimed, rtol, atol))


@gradient_check.oracle("five_point_stencil")
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    x = np.asarray(x) * 1.0
    basis = np.eye(x.size).reshape(x.size, *x.shape)
    weights = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}
    measured = [
        sum(c * f(x + k * epsilon * e) for k, c in weights.items()) / epsilon for e in basis
    ]
    apart = np.abs(np.ravel(measured) - np.ravel(grad_f(x)))
    return bool((apart <= atol + rtol * np.abs(np.ravel(measured))).all())
