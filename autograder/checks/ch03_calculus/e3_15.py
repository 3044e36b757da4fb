"""3.15: the mean squared error, gradient descent with it, and the line of least squares."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch03_calculus.given_engines import GivenValue
from utils.answers import number


def fresh():
    """A class of values of our own, whose backward passes are counted."""

    def backward(self):
        Value.passes += 1
        GivenValue.backward(self)

    Value = type("Value", (GivenValue,), {"passes": 0, "backward": backward})
    return Value


NUMBER, BY_PREDS, BY_TARGETS = (
    "the loss",
    "its gradients, by the predictions",
    "its gradients, by the targets",
)
DIRECTION, BEHIND = (
    "in which proportion the gradients are",
    "gradients of what the predictions were made from, in proportion",
)


@check("3.15a", points=2, reveal=True, weights={NUMBER: 1, DIRECTION: 1.5, BEHIND: 1.5})
def loss(answer, rng):
    sizes = (1, 2, 7)
    preds = [rng.uniform(-3, 3, n).round(2).tolist() for n in sizes]
    targets = [[p + d for p, d in zip(ps, _away(rng, len(ps)))] for ps in preds]
    xs = rng.uniform(0.5, 2, 7).round(2).tolist()

    def of(pick):
        def each(ps, ts):
            Value = fresh()
            ps, ts = [Value(p) for p in ps], [Value(t) for t in ts]
            made = answer.with_given("mse_loss", Value=Value)(ps, ts)
            return pick(made, ps, ts)

        return attempt(lambda: {f"n = {len(ps)}": each(ps, ts) for ps, ts in zip(preds, targets)})

    def slopes(which):
        def found(made, *values):
            made.backward()
            return [v.grad for v in values[which]]

        return found

    def proportions(made, ps, ts):
        made.backward()
        found = np.array([v.grad for v in ps + ts])
        return found / max(np.abs(found).max(), 1e-12)

    def behind():
        Value = fresh()
        w, b = Value(0.7), Value(-0.4)
        ps = [w * x + b for x in xs]
        answer.with_given("mse_loss", Value=Value)(ps, [Value(t) for t in targets[2]]).backward()
        return [w.grad / b.grad]

    return {
        NUMBER: of(lambda made, ps, ts: number(made.data)),
        BY_PREDS: of(slopes(0)),
        BY_TARGETS: of(slopes(1)),
        DIRECTION: of(proportions),
        BEHIND: attempt(behind),
    }


def _away(rng, n):
    """Differences of both signs, none of them near 0 or 1, or near another one."""
    return (
        ((np.arange(n) + 1.4) / 2 * rng.choice([-1, 1], n) + rng.uniform(-0.1, 0.1, n))
        .round(2)
        .tolist()
    )


MEAN, SQUARE = "return sum(squares) / len(squares)", "(p - t) ** 2"
loss.misconception(
    "sum_not_mean",
    "That is the sum of the squares. The mean divides it by their number; without that, the steps "
    "of a descent grow with the data.",
    edits={MEAN: "return sum(squares)"},
)
loss.misconception(
    "half_mean",
    "That is half of the mean. Some books have a factor 1/2 there, to be rid of the 2 in the "
    "derivative; this loss has none.",
    edits={MEAN: "return sum(squares) / (2 * len(squares))"},
)
loss.misconception(
    "returns_float",
    "The result is a plain number: it no longer knows what it was computed from. Compute with the "
    "values themselves.",
    edits={SQUARE: "(p.data - t.data) ** 2"},
)
loss.misconception(
    "graph_cut_by_data",
    "The number is right, but the graph is cut: .data takes a number out of its value, and no "
    "gradient finds the way back.",
    edits={MEAN: "return Value(sum(s.data for s in squares) / len(squares))"},
)
loss.misconception(
    "targets_cut_off",
    "The targets enter as plain numbers, by .data: then no gradient reaches them. They are values, "
    "as the predictions are.",
    edits={SQUARE: "(p - t.data) ** 2"},
)
loss.misconception(
    "rmse",
    "That is the square root of the mean. The mean of the squares is asked for, without a root.",
    edits={MEAN: "return (sum(squares) / len(squares)) ** 0.5"},
)
loss.misconception(
    "not_squared",
    "The differences are added as they are: those above and those below cancel each other. Square "
    "them.",
    edits={SQUARE: "(p - t)"},
)
loss.misconception(
    "absolute_values",
    "These are absolute values; squares are asked for.",
    edits={SQUARE: "((p - t) ** 2) ** 0.5"},
)
loss.misconception(
    "square_of_the_sum",
    "Here the differences are added first, and squared then. Square each of them.",
    edits={MEAN: "return sum(p - t for p, t in zip(preds, targets)) ** 2 / len(squares)"},
)
loss.misconception(
    "only_the_first_pair",
    "Only one pair counts here. Add the squares of all.",
    edits={MEAN: "return squares[0]"},
)


@loss.alternative("a_loop")
def mse_loss(preds, targets):
    total = Value(0.0)
    for k in range(len(preds)):
        d = targets[k] - preds[k]
        total = total + d * d
    return total * (1 / len(preds))


@loss.alternative("each_square_by_n")
def mse_loss(preds, targets):
    from functools import reduce
    from operator import add

    n = float(len(preds))
    return reduce(add, [(p + -t) ** 2.0 / n for p, t in zip(preds, targets)])


@loss.oracle("torch_autograd")
def mse_loss(preds, targets):
    import torch

    ps, ts = (
        torch.tensor([v.data for v in vs], dtype=torch.float64, requires_grad=True)
        for vs in (preds, targets)
    )
    value = torch.nn.functional.mse_loss(ps, ts)
    found = torch.autograd.grad(value, [ps, ts])
    out = Value(value.item(), (*preds, *targets), "mse")

    def _backward():
        for v, slope in zip((*preds, *targets), torch.cat(found).tolist()):
            v.grad += slope * out.grad

    out._backward = _backward
    return out


def given_mse(preds, targets):
    return sum((p - t) ** 2 for p, t in zip(preds, targets)) / len(preds)


DEFAULTS, CHOSEN, STEPS = (
    "w and b, with the defaults",
    "w and b, with another rate and number of steps",
    "backward passes, at least one in each step",
)


@check("3.15b", points=2, reveal=True, rtol=1e-3, atol=1e-3, weights={DEFAULTS: 2, CHOSEN: 2})
def descent(answer, rng):
    def points(n):
        """Numbers of some spread around 0, and a line with an offset through them, not quite."""
        xs = (np.linspace(-1.5, 1.5, n) + rng.uniform(-0.15, 0.15, n)).round(2)
        slope, offset = rng.uniform(0.6, 1.4, 2) * rng.choice([-1, 1], 2)
        return xs.tolist(), (slope * xs + offset + rng.uniform(-0.3, 0.3, n)).round(2).tolist()

    few, many = points(4), points(8)
    fewer = [one[:3] for one in many]

    def fitted(data, *options):
        fit = answer.with_given("fit_line", Value=fresh(), mse_loss=given_mse)
        w, b = fit(*data, **dict(options))
        return [number(w), number(b)]

    def passes(*wanted):
        found = {}
        for steps in wanted:
            Value = fresh()
            answer.with_given("fit_line", Value=Value, mse_loss=given_mse)(
                *fewer, lr=0.05, steps=steps
            )
            found[f"steps = {steps}"] = min(Value.passes, steps)
        return found

    return {
        DEFAULTS: attempt(fitted, few),
        CHOSEN: attempt(fitted, many, ("lr", 0.3), ("steps", 60)),
        STEPS: attempt(passes, *(rng.permutation(6)[:3] + 3).tolist()),
    }


RESET = "        w.grad = b.grad = 0.0\n"
descent.misconception(
    "gradients_never_zeroed",
    "Old gradients are still there, because backward() adds to them: each step moves by the sum of "
    "all gradients so far. Set both to 0 before each "
    "backward pass.",
    edits={RESET: ""},
)
descent.misconception(
    "gradients_never_zeroed",
    "One of the two gradients is never set back to 0: backward() adds to what is there. Set both to "
    "0 before each backward pass.",
    edits={RESET: "        w.grad = 0.0\n"},
    form="of b",
)
descent.misconception(
    "ascent",
    "The steps lead uphill, and the line runs away. The gradient points to where the loss grows: "
    "subtract.",
    edits={
        "w.data -= lr * w.grad": "w.data += lr * w.grad",
        "b.data -= lr * b.grad": "b.data += lr * b.grad",
    },
)
descent.misconception(
    "bias_not_updated",
    "b stays where it began. It is a parameter, too: both move in each step.",
    edits={
        "        b.data -= lr * b.grad\n": "",
        "Value(0.0), Value(0.0)": "Value(0.0), Value(0.5)",
    },
)
descent.misconception(
    "line_through_origin",
    "This line goes through the origin: b is missing from the predictions, or it never leaves 0.",
    edits={"[w * x + b for x in xs]": "[w * x for x in xs]"},
)
descent.misconception(
    "slope_not_updated",
    "w stays where it began. Both parameters move in each step.",
    edits={"        w.data -= lr * w.grad\n": ""},
)
descent.misconception(
    "one_step_only",
    "This is the line after a single step. Repeat the step `steps` times.",
    edits={"        b.data -= lr * b.grad\n": "        b.data -= lr * b.grad\n        break\n"},
)
descent.misconception(
    "number_of_steps_ignored",
    "The number of steps is always the same here, whatever `steps` says.",
    edits={"range(steps)": "range(2)"},
)
descent.misconception(
    "rate_left_out",
    "The steps are as long as the gradient itself: multiply by the learning rate lr.",
    edits={"w.data -= lr * w.grad": "w.data -= w.grad", "b.data -= lr * b.grad": "b.data -= b.grad"},
)  # fmt: skip
descent.misconception(
    "w_and_b_exchanged",
    "The slope and the offset are exchanged: the pair is (w, b).",
    edits={"return w.data, b.data": "return b.data, w.data"},
)
descent.misconception(
    "formula_instead_of_descent",
    "The line is right, but nothing descended to it: no backward pass took place. Let the engine "
    "find the gradients.",
    source="def fit_line(xs, ys, lr=0.1, steps=400):\n    n, x, y = len(xs), sum(xs), sum(ys)\n"
    "    w = (n * sum(p * q for p, q in zip(xs, ys)) - x * y) / (n * sum(p * p for p in xs) - x * x)\n"
    "    return w, (y - w * x) / n",
)


@descent.alternative("fresh_leaves")
def fit_line(xs, ys, lr=0.1, steps=400):
    w, b = 0.5, -0.5
    for _ in range(steps):
        values = Value(w), Value(b)
        preds = [values[0] * x + values[1] for x in xs]
        mse_loss(preds, [Value(float(y)) for y in ys]).backward()
        w, b = (v - lr * value.grad for v, value in zip((w, b), values))
    return [w, b]


@descent.alternative("numpy_numbers")
def answer():
    import numpy as np

    def fit_line(xs, ys, lr=0.1, steps=400):
        rng = np.random.default_rng(0)
        theta = [Value(rng.normal()), Value(rng.normal())]
        k = 0
        while k < steps:
            for v in theta:
                v.grad = 0
            mse_loss([x * theta[0] + theta[1] for x in xs], list(map(Value, ys))).backward()
            for v in theta:
                v.data = v.data - lr * v.grad
            k += 1
        return tuple(np.float64(v.data) for v in theta)


@descent.oracle("polyfit")
def fit_line(xs, ys, lr=0.1, steps=400):
    import numpy as np

    for _ in range(steps):
        Value(0.0).backward()  # (what is counted)
    return tuple(np.polyfit(xs, ys, 1))


SLOPES, OFFSETS, MIDDLE = "w", "b", "the height of the line in the middle of the points"


@check("3.15c", points=2, reveal=True, weights={SLOPES: 2})
def formula(answer, rng):
    def points(n, middle):
        xs = (np.linspace(-2, 2, n) + rng.uniform(-0.3, 0.3, n) + middle).round(2)
        slope, offset = rng.uniform(0.6, 1.4, 2) * rng.choice([-1, 1], 2)
        noise = rng.uniform(-1, 1, n)
        return xs.tolist(), (slope * xs + offset + noise).round(2).tolist()

    data = {
        "two points": points(2, 1.5),
        "five points": points(5, 2.0),
        "twelve points": points(12, -1.5),
        "points far from the origin": points(8, 6.0),
    }

    def of(pick):
        def each():
            found = {}
            for name, (xs, ys) in data.items():
                w, b = map(number, answer.closed_form(xs, ys))
                found[name] = pick(w, b, xs)
            return found

        return attempt(each)

    return {
        SLOPES: of(lambda w, b, xs: w),
        OFFSETS: of(lambda w, b, xs: b),
        MIDDLE: of(lambda w, b, xs: w * np.mean(xs) + b),
    }


SLOPE, OFFSET = "w = products / sum((x - x_mean) ** 2 for x in xs)", "return w, y_mean - w * x_mean"
formula.misconception(
    "line_through_origin",
    "This is the best line through the origin. With an offset b, the deviations from the means take "
    "the place of x and y.",
    edits={SLOPE: "w = sum(x * y for x, y in zip(xs, ys)) / sum(x * x for x in xs)", OFFSET: "return w, 0.0"},
)  # fmt: skip
formula.misconception(
    "line_through_origin",
    "The slope is that of the best line through the origin. With an offset b, the deviations from "
    "the means take the place of x and y.",
    edits={SLOPE: "w = sum(x * y for x, y in zip(xs, ys)) / sum(x * x for x in xs)"},
    form="with an offset",
)
formula.misconception(
    "offset_is_the_mean",
    "b is the height of the line at x = 0. It would be the mean of y if the mean of x were 0: "
    "subtract w times that mean.",
    edits={OFFSET: "return w, y_mean"},
)
formula.misconception(
    "offset_sign",
    "The sign is wrong in b: from the mean of y, w times the mean of x is subtracted.",
    edits={OFFSET: "return w, y_mean + w * x_mean"},
)
formula.misconception(
    "axes_exchanged",
    "Divided by the squared deviations of y, this fits x by y. The vertical distances count: divide "
    "by those of x.",
    edits={"sum((x - x_mean) ** 2 for x in xs)": "sum((y - y_mean) ** 2 for y in ys)"},
)
formula.misconception(
    "correlation_instead_of_slope",
    "That is the correlation, without a unit. The slope divides by the squared deviations of x alone.",
    edits={
        "sum((x - x_mean) ** 2 for x in xs)": (
            "(sum((x - x_mean) ** 2 for x in xs) * sum((y - y_mean) ** 2 for y in ys)) ** 0.5"
        )
    },
)
formula.misconception(
    "two_different_divisors",
    "One of the two sums is divided by n, the other by n − 1. Both by the same, or neither.",
    edits={SLOPE: "w = products / (len(xs) - 1) / (sum((x - x_mean) ** 2 for x in xs) / len(xs))"},
)
formula.misconception(
    "inverted",
    "The quotient is upside down: the squared deviations of x are below.",
    edits={SLOPE: "w = sum((x - x_mean) ** 2 for x in xs) / products"},
)
formula.misconception(
    "w_and_b_exchanged",
    "The slope and the offset are exchanged: the pair is (w, b).",
    edits={OFFSET: "return y_mean - w * x_mean, w"},
)
formula.misconception(
    "line_through_two_points",
    "This line goes through the first and the last point. All points count.",
    edits={SLOPE: "w = (ys[-1] - ys[0]) / (xs[-1] - xs[0])"},
)


@formula.alternative("lstsq")
def closed_form(xs, ys):
    import numpy as np

    X = np.column_stack([np.array(xs, dtype=float), np.ones(len(xs))])
    return np.linalg.lstsq(X, np.array(ys, dtype=float), rcond=None)[0]


@formula.alternative("fractions")
def closed_form(xs, ys):
    from fractions import Fraction

    xs, ys = ([Fraction(str(one)) for one in some] for some in (xs, ys))
    n, x, y = len(xs), sum(xs), sum(ys)
    w = (n * sum(p * q for p, q in zip(xs, ys)) - x * y) / (n * sum(p * p for p in xs) - x * x)
    return w, (y - w * x) / n


@formula.alternative("cov_and_var")
def closed_form(xs, ys):
    import numpy as np

    w = np.cov(xs, ys)[0, 1] / np.var(xs, ddof=1)
    return [w, np.mean(ys) - w * np.mean(xs)]


@formula.oracle("polyfit")
def closed_form(xs, ys):
    import numpy as np

    return tuple(np.polyfit(xs, ys, 1))
