"""3.26: plain steps and momentum on θ₁² + 10 θ₂², and which of them is faster."""

import numpy as np

from autograder.check import check, numbers, word, written
from autograder.checks.ch03_calculus.descent_paths import EXPLORERS, WEIGHTS, seen_of


def start_rate_steps(rng, low, high):
    """A start, a learning rate and a number of steps."""
    start = (rng.uniform(0.5, 2, 2) * rng.choice([-1, 1], 2)).round(2)
    return start, round(float(rng.uniform(low, high)), 4), int(rng.integers(4, 9))


@check("3.26a", points=1, weights=WEIGHTS, forbid=EXPLORERS)
def plain(answer, rng):
    one, other = start_rate_steps(rng, 0.02, 0.04), start_rate_steps(rng, 0.075, 0.095)
    return seen_of(answer, "gd", one, other)


GRADIENT, STEP = "np.array([2.0, 20.0]) * theta", "theta = theta - eta * gradient"
plain.misconception(
    "gradient_10_theta2",
    "The derivative of 10 θ₂² is 20 θ₂: a square brings its 2 along.",
    edits={GRADIENT: "np.array([2.0, 10.0]) * theta"},
)
plain.misconception(
    "gradient_10_theta2",
    "Both squares have lost their 2: the gradient is (2 θ₁, 20 θ₂).",
    edits={GRADIENT: "np.array([1.0, 10.0]) * theta"},
    form="both",
)
plain.misconception(
    "aliased_rows",
    "All rows are the same array, changed in place, so each of them shows the end. Append a copy, or make "
    "a new array in every step.",
    edits={
        "theta = np.asarray(theta0, dtype=float)": "theta = np.array(theta0, dtype=float)",
        STEP: "theta -= eta * gradient",
    },
)
plain.misconception(
    "aliased_rows",
    "All rows are the same array, changed in place, and it is even that of the caller. Append copies, and "
    "begin with one.",
    edits={STEP: "theta -= eta * gradient"},
    form="with the caller's array",
)
plain.misconception(
    "changes_the_start",
    "The rows are right, but the caller's start is changed in place. Begin with a copy: np.array makes one, "
    "np.asarray may not.",
    edits={
        STEP: "theta -= eta * gradient",
        "rows = [theta]": "rows = [theta.copy()]",
        "rows.append(theta)": "rows.append(theta.copy())",
    },
)
plain.misconception(
    "no_start_row",
    "The start is missing: the path has a row for θ₀ and one for every step, steps + 1 in all.",
    edits={"rows = [theta]": "rows = []"},
)
plain.misconception(
    "uphill",
    "The gradient is added, which leads up. Descent subtracts it.",
    edits={STEP: "theta = theta + eta * gradient"},
)
plain.misconception(
    "step_of_fixed_length",
    "The gradient was made a vector of length 1, so that all steps are equally long. Here a step is η times "
    "the gradient as it is, and gets shorter towards the minimum.",
    edits={STEP: "theta = theta - eta * gradient / np.linalg.norm(gradient)"},
)


@plain.alternative("multipliers_to_a_power")
def gd(theta0, eta, steps):
    return [
        np.asarray(theta0) * [(1 - 2 * eta) ** t, (1 - 20 * eta) ** t] for t in range(steps + 1)
    ]


@plain.alternative("pairs_in_float32")
def gd(theta0, eta, steps):
    a, b, eta = np.float32(theta0[0]), np.float32(theta0[1]), np.float32(eta)
    path = [(a, b)]
    for _ in range(steps):
        a, b = a - eta * 2 * a, b - eta * 20 * b
        path.append((a, b))
    return path


@plain.oracle("torch_sgd")
def gd(theta0, eta, steps):
    import torch

    theta = torch.tensor(theta0, dtype=torch.float64, requires_grad=True)
    optimiser, rows = torch.optim.SGD([theta], lr=eta), [theta.tolist()]
    for _ in range(steps):
        optimiser.zero_grad()
        (theta[0] ** 2 + 10 * theta[1] ** 2).backward()
        optimiser.step()
        rows.append(theta.tolist())
    return rows


@check("3.26b", points=2, weights=WEIGHTS, forbid=EXPLORERS)
def with_momentum(answer, rng):
    theta0, eta, steps = start_rate_steps(rng, 0.02, 0.04)
    other, rate, more = start_rate_steps(rng, 0.05, 0.07)
    mu = round(float(rng.uniform(0.3, 0.7)), 2)
    return seen_of(answer, "momentum", (theta0, eta, 0.9, steps), (other, rate, mu, more))


VELOCITY, MOVE = "v = mu * v + np.array([2.0, 20.0]) * theta", "theta = theta - eta * v"
with_momentum.misconception(
    "ema_momentum",
    "The gradient is multiplied by 1 − μ, as in an average. Here, as in PyTorch, it is added in full.",
    edits={VELOCITY: "v = mu * v + (1 - mu) * np.array([2.0, 20.0]) * theta"},
)
with_momentum.misconception(
    "nesterov",
    "That is Nesterov's variant: it looks at the gradient (or adds it) one velocity ahead. The heavy ball "
    "takes the gradient where it is.",
    edits={VELOCITY: "v = mu * v + np.array([2.0, 20.0]) * (theta - eta * mu * v)"},
)
with_momentum.misconception(
    "nesterov",
    "The gradient is added a second time, in front of the velocity, as PyTorch does with nesterov=True. "
    "Here the step is η v.",
    edits={MOVE: "theta = theta - eta * (np.array([2.0, 20.0]) * theta + mu * v)"},
    form="of torch",
)
with_momentum.misconception(
    "velocity_updated_too_late",
    "The step is made with the velocity before it was renewed, so it is late by one gradient, and the "
    "first step goes nowhere.",
    edits={
        VELOCITY: "v, late = mu * v + np.array([2.0, 20.0]) * theta, v",
        MOVE: "theta = theta - eta * late",
    },
)
with_momentum.misconception(
    "gradient_10_theta2",
    "The derivative of 10 θ₂² is 20 θ₂: a square brings its 2 along.",
    edits={VELOCITY: "v = mu * v + np.array([2.0, 10.0]) * theta"},
)
with_momentum.misconception(
    "aliased_rows",
    "All rows are the same array, changed in place, so each of them shows the end. Append a copy, or make "
    "a new array in every step.",
    edits={
        "np.asarray(theta0, dtype=float), np.zeros(2)": "np.array(theta0, dtype=float), np.zeros(2)",
        MOVE: "theta -= eta * v",
    },
)
with_momentum.misconception(
    "aliased_rows",
    "All rows are the same array, changed in place, and it is even that of the caller. Append copies, and "
    "begin with one.",
    edits={MOVE: "theta -= eta * v"},
    form="with the caller's array",
)
with_momentum.misconception(
    "changes_the_start",
    "The rows are right, but the caller's start is changed in place. Begin with a copy: np.array makes one, "
    "np.asarray may not.",
    edits={
        MOVE: "theta -= eta * v",
        "rows = [theta]": "rows = [theta.copy()]",
        "rows.append(theta)": "rows.append(theta.copy())",
    },
)
with_momentum.misconception(
    "no_start_row",
    "The start is missing: the path has a row for θ₀ and one for every step, steps + 1 in all.",
    edits={"rows = [theta]": "rows = []"},
)
with_momentum.misconception(
    "velocity_forgotten",
    "The velocity begins anew in every step, which is plain gradient descent. It has to be kept from one "
    "step to the next.",
    edits={VELOCITY: "v = mu * np.zeros(2) + np.array([2.0, 20.0]) * theta"},
)
with_momentum.misconception(
    "velocities_added_without_mu",
    "The old velocity is kept in full. μ is what makes it forget: multiply the old velocity by it.",
    edits={VELOCITY: "v = v + np.array([2.0, 20.0]) * theta"},
)
with_momentum.misconception(
    "mu_before_the_gradient",
    "μ stands before the gradient. It belongs to the old velocity.",
    edits={VELOCITY: "v = v + mu * np.array([2.0, 20.0]) * theta"},
)


@with_momentum.alternative("learning_rate_inside_the_velocity")
def momentum(theta0, eta, mu, steps):
    path, step = [np.array(theta0)], np.zeros(2)
    for _ in range(steps):
        step = mu * step - eta * np.array([2, 20]) * path[-1]
        path.append(path[-1] + step)
    return np.stack(path)


@with_momentum.alternative("recursion_of_two_terms")
def momentum(theta0, eta, mu, steps):
    path = [list(theta0)]
    for t in range(steps):
        here, before = path[-1], path[max(t - 1, 0)]
        path.append(
            [x - eta * 2 * c * x + mu * (x - old) for x, old, c in zip(here, before, (1, 10))]
        )
    return path


@with_momentum.alternative("in_place_with_copies_in_float32")
def momentum(theta0, eta, mu, steps):
    theta, v = np.array(theta0, dtype=np.float32), np.zeros(2, dtype=np.float32)
    path = np.empty((steps + 1, 2), dtype=np.float32)
    path[0] = theta
    for t in range(steps):
        v *= np.float32(mu)
        v += [2 * theta[0], 20 * theta[1]]
        theta -= np.float32(eta) * v
        path[t + 1] = theta
    return path


@with_momentum.oracle("torch_sgd_with_momentum")
def momentum(theta0, eta, mu, steps):
    import torch

    theta = torch.tensor(theta0, dtype=torch.float64, requires_grad=True)
    optimiser, rows = torch.optim.SGD([theta], lr=eta, momentum=mu), [theta.tolist()]
    for _ in range(steps):
        optimiser.zero_grad()
        (theta[0] ** 2 + 10 * theta[1] ** 2).backward()
        optimiser.step()
        rows.append(theta.tolist())
    return rows


rates = numbers(
    "3.26c",
    points=1.5,
    right={"rate_gd": 0.9, "rate_momentum": 0.9**0.5},
    ideas={
        "rate_is_mu": (
            "μ is the product of two multipliers, a complex pair of equal size. Each of them has the size "
            "of its square root.",
            {"rate_momentum": 0.9},
        ),
        "rates_of_the_loss": (
            "Those are the factors by which the loss shrinks. The loss is a square; the distance from the "
            "minimum shrinks by the square root of them.",
            {"rate_gd": 0.81, "rate_momentum": 0.9},
            {"rate_gd": 0.81},
        ),
        "fastest_direction": (
            "That is the direction which is done at once. In the long run the slowest one is left.",
            {"rate_gd": 0},
        ),
        "squares_without_their_two": (
            "A multiplier is 1 − η times the second derivative, and the second derivative of θ₁² is 2.",
            {"rate_gd": 0.95},
        ),
        "one_minus_mu": (
            "1 − μ says how much longer a step becomes on a constant gradient. Here the gradient is not "
            "constant.",
            {"rate_momentum": 0.1},
        ),
        "product_of_both_factors": (
            "Momentum does not multiply the two factors. It changes the recursion, which then looks back "
            "by two steps and has two multipliers of its own.",
            {"rate_momentum": 0.81},
        ),
    },
)


@rates.oracle("eigenvalues_of_one_step")
def answer():
    def _slowest(mu):
        _sizes = []
        for curvature in (2.0, 20.0):
            _step = [[1 - 0.05 * curvature, -0.05 * mu], [curvature, mu]]
            _sizes += list(abs(np.linalg.eigvals(np.array(_step))))
        return max(_sizes)

    rate_gd, rate_momentum = _slowest(0.0), _slowest(0.9)


faster = word(
    "3.26d",
    "faster",
    ["gd", "momentum"],
    key="gd",
    points=0.5,
    ideas={
        "momentum": (
            "expected_story_momentum_faster",
            "That is what one expects, and here it is not so. Compare the two rates: the smaller factor "
            "wins, and with these numbers it is that of plain descent.",
        ),
    },
    otherwise=(
        "names_none_or_both",
        "Name one of the two, gd or momentum: their rates differ.",
        "they are equal",
    ),
)


@faster.oracle("counts_the_steps")
def answer():
    def _steps(mu):
        _theta, _v, _count = np.ones(2), np.zeros(2), 0
        while np.linalg.norm(_theta) + np.linalg.norm(_v) > 1e-9:
            _v = mu * _v + np.array([2.0, 20.0]) * _theta
            _theta, _count = _theta - 0.05 * _v, _count + 1
        return _count

    faster = "gd" if _steps(0.0) < _steps(0.9) else "momentum"


written(
    "3.26-written",
    rubric=[
        (0.5, "Plain descent: the multipliers are 0.9 and 0, so θ₂ is gone after one step and the rest is "
              "a straight line."),
        (0.5, "Momentum: both directions have complex multipliers, so both oscillate, and θ₂, which was "
              "done, comes back to life."),
        (0.5, "Gives the size of the complex pair, the square root of μ, which depends neither on η nor on "
              "the curvature."),
        (0.5, "Says when momentum pays: a smaller η, a smaller μ, or both tuned to the two curvatures."),
    ],
)  # fmt: skip
