"""3.25: gradient descent in a valley whose curvatures are 1 and 100."""

import numpy as np

from autograder.check import attempt, check, numbers
from autograder.checks.ch03_calculus.descent_paths import EXPLORERS, WEIGHTS, floats, seen_of
from autograder.checks.ch06_networks.as_numbers import as_number

FACTORS, WITHIN = "the multipliers", "rates that converge and rates that are too large"
ENDS, BACKWARDS = "at the two ends and close to them", "negative rates"


def converging(answer, etas):
    """{rate: True or False} of the student's `converges`; 1 and 0 count as True and False."""

    def truth(eta):
        said = str(as_number(answer.converges(eta)))
        if said not in ("0", "1", "0.0", "1.0", "False", "True"):
            raise TypeError(f"expected True or False, got {said}")
        return said in ("1", "1.0", "True")

    return {f"eta = {eta}": truth(eta) for eta in etas}


@check("3.25a", points=2, weights={ENDS: 2})
def multipliers_and_convergence(answer, rng):
    def drawn(low, high):
        return round(float(rng.uniform(low, high)), 5)

    def factors(etas):
        return {f"eta = {eta}": floats(answer.multipliers(eta)) for eta in etas}

    within = drawn(0.003, 0.009), drawn(0.011, 0.018), drawn(0.022, 0.09), drawn(0.5, 1.9)
    ends = 0.0, drawn(0.0005, 0.0015), drawn(0.019, 0.0199), 0.02
    negative = -drawn(0.001, 0.009), drawn(0.001, 0.009), -drawn(0.5, 1.5)
    return {
        FACTORS: attempt(factors, (drawn(0.001, 0.009), drawn(0.011, 0.03))),
        WITHIN: attempt(converging, answer, within),
        ENDS: attempt(converging, answer, ends),
        BACKWARDS: attempt(converging, answer, negative),
    }


RULE = "max(abs(m) for m in multipliers(eta)) < 1"
multipliers_and_convergence.misconception(
    "lambda_min_used",
    "Only the flat direction is asked. The steep one, with the curvature 100, is the first to blow up, and "
    "descent converges when no direction does.",
    edits={RULE: "abs(multipliers(eta)[0]) < 1"},
)
multipliers_and_convergence.misconception(
    "one_over_lambda",
    "From 1/100 on, w₂ changes its sign in every step. That is a zig-zag, but it still shrinks: what "
    "counts is the size of the multiplier, not its sign.",
    edits={RULE: "min(multipliers(eta)) > 0 and eta > 0"},
)
multipliers_and_convergence.misconception(
    "hessian_doubled",
    "The gradient of ½ wᵀAw is Aw: the 2 of the square and the ½ cancel. Here everything is twice as "
    "steep as it is.",
    edits={"1 - eta, 1 - 100 * eta": "1 - 2 * eta, 1 - 200 * eta"},
)
for form, rule in (
    ("", "max(abs(m) for m in multipliers(eta)) <= 1"),
    ("the upper end", "0 < eta <= 0.02"),
    ("the lower end", "0 <= eta < 0.02"),
):
    multipliers_and_convergence.misconception(
        "endpoint_counted_as_convergent",
        "Where a multiplier has the size 1 exactly, nothing shrinks: w₂ goes back and forth (or stays) for "
        "ever. The ends do not belong to the interval.",
        edits={RULE: rule},
        form=form,
    )
multipliers_and_convergence.misconception(
    "negative_rate_converges",
    "A rate that is negative, or 0, does not lead down. The condition has two sides: the multipliers "
    "must stay above −1 and below 1.",
    edits={RULE: "min(multipliers(eta)) > -1"},
)
multipliers_and_convergence.misconception(
    "identity_forgotten",
    "η times the curvature is what a step takes away. What is left, the multiplier, is 1 minus that.",
    edits={"1 - eta, 1 - 100 * eta": "eta, 100 * eta"},
)
multipliers_and_convergence.misconception(
    "identity_forgotten",
    "For w₂ that is what a step takes away. What is left of it, the multiplier, is 1 minus that.",
    edits={"1 - eta, 1 - 100 * eta": "1 - eta, 100 * eta"},
    form="of w2",
)
multipliers_and_convergence.misconception(
    "uphill",
    "Here a step adds η times the gradient, and everything grows. Descent subtracts it.",
    edits={"1 - eta, 1 - 100 * eta": "1 + eta, 1 + 100 * eta"},
)
multipliers_and_convergence.misconception(
    "multipliers_without_their_sign",
    "The multipliers have lost their sign. A negative one is what makes the path zig-zag.",
    edits={"return 1 - eta, 1 - 100 * eta": "return abs(1 - eta), abs(1 - 100 * eta)"},
)
multipliers_and_convergence.misconception(
    "multipliers_exchanged",
    "The two are exchanged: the first belongs to w₁, whose curvature is 1.",
    edits={"1 - eta, 1 - 100 * eta": "1 - 100 * eta, 1 - eta"},
)


@multipliers_and_convergence.alternative("eigenvalues_and_an_interval")
def answer():
    def multipliers(eta):
        return np.diag(np.eye(2) - eta * np.diag([1.0, 100.0]))

    def converges(eta):
        return 0 < eta < 2 / 100


@multipliers_and_convergence.alternative("tried_out_and_said_in_numbers")
def answer():
    def multipliers(eta):
        return [np.float32(1) - np.float32(eta), np.float32(1 - 100 * eta)]

    def converges(eta):
        w = np.ones(2)
        for _ in range(20):  # 20 times a thousand steps
            w = w * np.array([1 - eta, 1 - 100 * eta]) ** 1000
            if not np.all(np.abs(w) < 1e6):
                return 0
        return int(np.abs(w).max() < 1e-3)


@multipliers_and_convergence.oracle("torch_spectral_radius")
def answer():
    import torch

    hessian = torch.autograd.functional.hessian(
        lambda w: (w[0] ** 2 + 100 * w[1] ** 2) / 2, torch.ones(2, dtype=torch.float64)
    )

    def multipliers(eta):
        return torch.diagonal(torch.eye(2, dtype=torch.float64) - eta * hessian)

    def converges(eta):
        return torch.linalg.matrix_norm(torch.eye(2) - eta * hessian, 2) < 1


ends = numbers(
    "3.25b",
    points=1,
    right={"eta_sup": 0.02, "eta_best": 2 / 101},
    rtol=2e-4,
    ideas={
        "one_over_lambda": (
            "With 1/100 the steep direction is done in one step. Beyond that it overshoots, and "
            "overshooting may still converge: to twice that rate.",
            {"eta_sup": 0.01},
            {"eta_sup": 0.01, "eta_best": 0.005},
        ),
        "lambda_min_used": (
            "That is the bound for the flat direction, whose curvature is 1. The steep direction gives up "
            "long before that.",
            {"eta_sup": 2},
            {"eta_sup": 2, "eta_best": 1},
        ),
        "hessian_doubled": (
            "The ½ is forgotten: the curvatures of ½ (w₁² + 100 w₂²) are 1 and 100, not 2 and 200.",
            {"eta_sup": 0.01, "eta_best": 1 / 101},
        ),
        "best_for_the_steep_direction_alone": (
            "This rate finishes the steep direction in one step, and leaves the flat one with a multiplier "
            "of 0.99. A larger rate is better for the worse of the two.",
            {"eta_best": 0.01},
        ),
        "best_at_the_edge": (
            "At the edge of convergence the steep direction does not shrink at all, so the worse of the two "
            "multipliers has the size 1.",
            {"eta_best": 0.02},
        ),
        "geometric_mean_of_the_curvatures": (
            "That rate is far beyond the bound. Set the sizes of the two multipliers equal: "
            "1 − η = 100η − 1.",
            {"eta_best": 0.1},
        ),
        "sign_lost_while_solving": (
            "Close. The two are balanced when 1 − η = 100η − 1; a sign was lost on the way from there.",
            {"eta_best": 2 / 99},
        ),
    },
)


@ends.oracle("by_bisection_and_a_fine_grid")
def answer():
    _low, _high = 0.001, 1.0
    for _ in range(60):
        _middle = (_low + _high) / 2
        _shrinks = max(abs(np.linalg.eigvalsh(np.eye(2) - _middle * np.diag([1, 100])))) < 1
        _low, _high = (_middle, _high) if _shrinks else (_low, _middle)
    eta_sup = _high
    _grid = np.linspace(0.019, 0.0205, 150001)
    eta_best = _grid[np.maximum(abs(1 - _grid), abs(1 - 100 * _grid)).argmin()]


@check("3.25c", points=1, weights=WEIGHTS, forbid=EXPLORERS)
def trajectory(answer, rng):
    def start():
        return (rng.uniform(0.5, 2, 2) * rng.choice([-1, 1], 2)).round(2)

    def rate(low, high):
        return round(float(rng.uniform(low, high)), 4)

    few, more = (int(n) for n in rng.integers(4, 9, 2))
    one = start(), rate(0.012, 0.017), few
    return seen_of(answer, "trajectory", one, (start(), rate(0.0135, 0.0175), more))


STEP = "w = w - eta * np.array([1.0, 100.0]) * w"
trajectory.misconception(
    "aliased_rows",
    "All rows are the same array, changed in place, so each of them shows the end. Append a copy, or make "
    "a new array in every step.",
    edits={
        "w = np.asarray(w0, dtype=float)": "w = np.array(w0, dtype=float)",
        STEP: "w -= eta * np.array([1.0, 100.0]) * w",
    },
)
trajectory.misconception(
    "aliased_rows",
    "All rows are the same array, changed in place, and it is even that of the caller. Append copies, and "
    "begin with one.",
    edits={STEP: "w -= eta * np.array([1.0, 100.0]) * w"},
    form="with the caller's array",
)
trajectory.misconception(
    "changes_the_start",
    "The rows are right, but the caller's start is changed in place. Begin with a copy: np.array makes one, "
    "np.asarray may not.",
    edits={
        STEP: "w -= eta * np.array([1.0, 100.0]) * w",
        "rows = [w]": "rows = [w.copy()]",
        "rows.append(w)": "rows.append(w.copy())",
    },
)
trajectory.misconception(
    "no_start_row",
    "The start is missing: the path has a row for w₀ and one for every step, steps + 1 in all.",
    edits={"rows = [w]": "rows = []"},
)
trajectory.misconception(
    "no_start_row",
    "The path is one step short at its end: it has a row for w₀ and one for every step.",
    edits={"range(steps)": "range(steps - 1)"},
    form="one step short",
)
trajectory.misconception(
    "hessian_doubled",
    "The steps are twice as long: the gradient of ½ wᵀAw is Aw, without a 2.",
    edits={STEP: "w = w - eta * 2 * np.array([1.0, 100.0]) * w"},
)
trajectory.misconception(
    "uphill",
    "The gradient is added, which leads up. Descent subtracts it.",
    edits={STEP: "w = w + eta * np.array([1.0, 100.0]) * w"},
)
trajectory.misconception(
    "one_curvature_for_both",
    "Both coordinates are treated alike. Each has its own entry of A in its gradient: 1 and 100.",
    edits={STEP: "w = w - eta * 100 * w"},
)
trajectory.misconception(
    "gradient_of_the_start_only",
    "Every step uses the gradient at w₀. It has to be taken anew wherever the path has got to.",
    edits={STEP: "w = w - eta * np.array([1.0, 100.0]) * rows[0]"},
)


@trajectory.alternative("powers_of_the_multipliers")
def trajectory(w0, eta, steps):
    t = np.arange(steps + 1)[:, None]
    return np.asarray(w0) * np.array([1 - eta, 1 - 100 * eta]) ** t


@trajectory.alternative("lists_in_float32")
def trajectory(w0, eta, steps):
    path = [[np.float32(w0[0]), np.float32(w0[1])]]
    while len(path) <= steps:
        w1, w2 = path[-1]
        path.append([w1 - np.float32(eta) * w1, w2 - np.float32(100 * eta) * w2])
    return path


@trajectory.oracle("torch_sgd")
def trajectory(w0, eta, steps):
    import torch

    w = torch.tensor(w0, dtype=torch.float64, requires_grad=True)
    optimiser, rows = torch.optim.SGD([w], lr=eta), [w.tolist()]
    for _ in range(steps):
        optimiser.zero_grad()
        ((w[0] ** 2 + 100 * w[1] ** 2) / 2).backward()
        optimiser.step()
        rows.append(w.tolist())
    return rows
