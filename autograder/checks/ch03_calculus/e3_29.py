"""3.29: towards the saddle of x² − y², and away from it."""

import math

from autograder.check import attempt, check, written
from autograder.checks.ch03_calculus.descent_paths import EXPLORERS, WEIGHTS, seen_of
from autograder.checks.ch06_networks.as_numbers import as_number


@check("3.29a", points=1.5, weights=WEIGHTS, forbid=EXPLORERS)
def path(answer, rng):
    def call(low, high):
        x0, y0 = (rng.uniform(0.2, 2, 2) * rng.choice([-1, 1], 2)).round(2)
        eta, steps = round(float(rng.uniform(low, high)), 3), int(rng.integers(3, 9))
        return float(x0), float(y0), eta, steps

    return seen_of(answer, "gd_saddle", call(0.05, 0.2), call(0.2, 0.35))


X, Y = "x - eta * 2 * x", "y + eta * 2 * y"
path.misconception(
    "descends_in_y_too",
    "In y you go to 0 as well. But −y² falls away from 0: its gradient is −2y, and descent subtracts it.",
    edits={Y: "y - eta * 2 * y"},
)
path.misconception(
    "gradient_without_two",
    "The 2 of the squares is missing: the gradient is (2x, −2y).",
    edits={X: "x - eta * x", Y: "y + eta * y"},
)
path.misconception(
    "uphill",
    "Both signs are turned round, so that you climb: descent subtracts the gradient.",
    edits={X: "x + eta * 2 * x", Y: "y - eta * 2 * y"},
)
path.misconception(
    "no_start_row",
    "The start is missing: the path has a row for it and one for every step, steps + 1 in all.",
    edits={"rows = [(x, y)]": "rows = []"},
)
path.misconception(
    "aliased_rows",
    "All rows are the same list, changed in place, so each of them shows the end. Append a copy, or make a "
    "new pair in every step.",
    edits={
        "rows = [(x, y)]": "at = [x, y]\n    rows = [at]",
        "rows.append((x, y))": "at[:] = x, y\n        rows.append(at)",
    },
)


@path.alternative("closed_form")
def gd_saddle(x0, y0, eta, steps):
    import numpy as np

    t = np.arange(steps + 1)
    return np.stack([x0 * (1 - 2 * eta) ** t, y0 * (1 + 2 * eta) ** t], axis=1)


@path.alternative("lists_in_float32")
def gd_saddle(x0, y0, eta, steps):
    import numpy as np

    at, rate = np.array([x0, y0], dtype=np.float32), np.float32(2 * eta)
    path = [list(at)]
    for _ in range(steps):
        at -= rate * at * np.array([1, -1], dtype=np.float32)
        path.append(list(at))
    return path


@path.oracle("torch_sgd")
def gd_saddle(x0, y0, eta, steps):
    import torch

    at = torch.tensor([x0, y0], dtype=torch.float64, requires_grad=True)
    optimiser, rows = torch.optim.SGD([at], lr=eta), [at.tolist()]
    for _ in range(steps):
        optimiser.zero_grad()
        (at[0] ** 2 - at[1] ** 2).backward()
        optimiser.step()
        rows.append(at.tolist())
    return rows


COUNT, NEVER = "the first step at which |y| is at least 1", "y₀ = 0, beside another start"
FARTHER, RADIUS = "how many steps more from closer to 0", "how many steps more to a larger r"
NEGATIVE = "how many steps more, when y₀ is negative"


@check("3.29b", points=2.5, weights={COUNT: 2}, forbid=EXPLORERS)
def escape(answer, rng):
    def steps(y0, eta, **r):
        found = answer.escape_step(y0, eta, **r)
        return "never" if found is None or math.isinf(found) else float(as_number(found))

    def drawn():
        """(y₀, η, step), where the step is not a near thing: |y| passes 1 in mid-step."""
        eta, step = round(float(rng.uniform(0.1, 0.4)), 2), int(rng.integers(12, 40))
        y0 = (1 + 2 * eta) ** -(step - float(rng.uniform(0.35, 0.65)))
        return float(f"{y0:.4g}"), eta, step

    def closer(sign):
        """How many steps later it escapes from a y₀ that is smaller by several growth factors."""
        y0, eta, _ = drawn()
        factors = int(rng.integers(12, 30))
        near = sign * y0 * (1 + 2 * eta) ** -factors
        return {f"y0 = {sign * y0}, eta = {eta}": steps(near, eta) - steps(sign * y0, eta)}

    def larger():
        y0, eta, _ = drawn()
        factors = int(rng.integers(12, 30))
        r = (1 + 2 * eta) ** factors
        return {f"y0 = {y0}, eta = {eta}": steps(y0, eta, r=r) - steps(y0, eta)}

    def count():
        starts = [drawn()[:2] for _ in range(2)]
        return {f"y0 = {y0}, eta = {eta}": steps(y0, eta) for y0, eta in starts}

    def never():
        _, eta, _ = drawn()
        return {f"y0 = 0, eta = {eta}": steps(0.0, eta), **closer(1)}

    return {
        COUNT: attempt(count, seconds=1),
        FARTHER: attempt(closer, 1, seconds=1),
        RADIUS: attempt(larger, seconds=1),
        NEGATIVE: attempt(closer, -1, seconds=1),
        NEVER: attempt(never, seconds=1),
    }


escape.misconception(
    "gradient_without_two",
    "The gradient of −y² is −2y, so every step multiplies y by 1 + 2η, not by 1 + η.",
    edits={"math.log(1 + 2 * eta)": "math.log(1 + eta)"},
)
escape.misconception(
    "floor_instead_of_ceil",
    "That is the last step at which y is still too small. The first one at which it is not comes one later.",
    edits={"math.ceil(": "math.floor("},
)
escape.misconception(
    "crashes_at_zero",
    "From y₀ = 0 exactly y never moves, and the formula divides by 0 (a loop would never end). Treat that "
    "start before everything else: the answer is infinity, or None.",
    edits={"if y0 == 0:": "if False:"},
)
escape.misconception(
    "sign_of_y0",
    "For a negative y₀ the path leaves on the other side, just as fast. What grows is the size: abs(y0).",
    edits={"r / abs(y0)": "r / y0"},
)
escape.misconception(
    "linear_escape_time",
    "Here every step adds the same amount to y. It multiplies: the further from the axis, the steeper.",
    edits={"math.log(r / abs(y0)) / math.log(1 + 2 * eta)": "(r - abs(y0)) / (2 * eta * abs(y0))"},
)
escape.misconception(
    "radius_ignored",
    "The argument r has no effect: how far out the path has to get is r, which is 1 only by default.",
    edits={"math.log(r / abs(y0))": "math.log(1 / abs(y0))"},
)
escape.misconception(
    "not_a_whole_step",
    "A path moves in whole steps. The answer is the first of them at which |y| is at least r.",
    edits={"math.ceil(": "float("},
)
escape.misconception(
    "upside_down",
    "The fraction is upside down: y has to grow by the factor r/|y₀|, and every step contributes the "
    "factor 1 + 2η. How many of the second make the first?",
    edits={
        "math.log(r / abs(y0)) / math.log(1 + 2 * eta)": "math.log(1 + 2 * eta) / math.log(r / abs(y0))"
    },
)
escape.misconception(
    "continuous_time",
    "e to the power 2ηt is what y would do in infinitely small steps. Steps of gradient descent multiply by "
    "1 + 2η, which is a little less.",
    edits={"math.log(1 + 2 * eta)": "(2 * eta)"},
)
escape.misconception(
    "shrinking_factor",
    "1 − 2η is the multiplier of x, which shrinks. It is y that escapes, and its multiplier is 1 + 2η.",
    edits={"math.log(1 + 2 * eta)": "abs(math.log(1 - 2 * eta))"},
)


@escape.alternative("walks_step_by_step")
def escape_step(y0, eta, r=1.0):
    if y0 == 0:
        return None
    step = 0
    while abs(y0) < r:
        y0, step = y0 + 2 * eta * y0, step + 1
    return step


@escape.alternative("float_of_numpy")
def escape_step(y0, eta, r=1.0):
    import numpy as np

    size = abs(np.float64(y0))
    return np.ceil(np.log2(r / size) / np.log2(1 + 2 * eta)) if size else np.inf


@escape.oracle("powers_in_sympy")
def escape_step(y0, eta, r=1.0):
    from bisect import bisect_left
    from fractions import Fraction

    if y0 == 0:
        return math.inf
    growth = 1 + 2 * Fraction(str(eta))
    return bisect_left(range(400), Fraction(r), key=lambda t: abs(Fraction(y0)) * growth**t)


RATIO = "how many times as many they are at a smaller rate"


@check("3.29c", points=1, rtol=1e-3, reveal=True, weights={RATIO: 2})
def halving(answer, rng):
    etas = [
        round(float(eta), 3) for eta in (*rng.uniform(0.05, 0.2, 2), *rng.uniform(0.25, 0.45, 2))
    ]

    def steps(some):
        return {f"eta = {eta}": float(answer.extra_steps_per_halving(eta)) for eta in some}

    def ratio(small, large):
        one, other = (float(answer.extra_steps_per_halving(eta)) for eta in (small, large))
        return {f"{small} beside {large}": one / other}

    return {
        "small rates": attempt(steps, etas[:2]),
        "larger rates": attempt(steps, etas[2:]),
        RATIO: attempt(ratio, etas[0], etas[2]),
    }


COST = "math.log(2) / math.log(1 + 2 * eta)"
for name, sentence, wrong in (
    (
        "gradient_without_two",
        "Every step multiplies y by 1 + 2η, not by 1 + η: the gradient of −y² is −2y.",
        "math.log(2) / math.log(1 + eta)",
    ),
    (
        "linear_escape_time",
        "That is the growth of a straight line. y grows by a factor in every step, so the question is how "
        "many factors make 2.",
        "1 / (2 * eta)",
    ),
    (
        "continuous_time",
        "log(1 + 2η) was replaced by 2η, which is right for infinitely small steps only.",
        "math.log(2) / (2 * eta)",
    ),
    (
        "upside_down",
        "The fraction is upside down: that many halvings cost one step.",
        "math.log(1 + 2 * eta) / math.log(2)",
    ),
    (
        "logarithm_of_two_forgotten",
        "That is what a factor e costs. A halving is a factor 2.",
        "1 / math.log(1 + 2 * eta)",
    ),
    (
        "whole_steps",
        "In the long run the mean is asked for, and it is not a whole number.",
        f"math.ceil({COST})",
    ),
):  # fmt: skip
    halving.misconception(name, sentence, edits={COST: wrong})


@halving.alternative("measured_over_many_halvings")
def extra_steps_per_halving(eta):
    y, steps = 2.0**-1000, 0
    while y < 1:
        y, steps = y * (1 + 2 * eta), steps + 1
    return steps / 1000


@halving.alternative("logarithm_to_another_base_in_float32")
def extra_steps_per_halving(eta):
    import numpy as np

    return np.float32(1) / np.log2(np.float32(1 + 2 * eta))


@halving.oracle("solved_by_bisection")
def extra_steps_per_halving(eta):
    low, high = 0.0, 100.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 + 2 * eta) ** middle < 2 else (low, middle)
    return low


written(
    "3.29-written",
    rubric=[
        (0.5, "Solves the two recursions: x shrinks by 1 − 2η, y grows by 1 + 2η in every step."),
        (0.5, "Without the perturbation y stays 0 for ever, and the path ends in the saddle."),
        (0.5, "Noise supplies the component along the unstable direction; almost any noise does."),
        (0.5, "Its size matters only logarithmically: half the noise costs a few steps more, not twice as "
              "many."),
    ],
)  # fmt: skip
