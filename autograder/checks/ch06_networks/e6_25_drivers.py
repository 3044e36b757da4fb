"""6.25b: what drives the risk of the riskiest customers."""

from functools import cache

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch06_networks.e6_23 import given_gradients
from autograder.checks.ch07_gradients.training_rules import by_rules, close
from utils import CREDIT_FEATURES, NumpyMLP, generate_credit_data

THETA, ROWS, ATTRIBUTIONS, GAP, THREE = (
    "the trained network",
    "the riskiest rows",
    "their attributions",
    "the completeness gap",
    "the three features",
)
SEEDS = range(1, 40)  # all of them were tried; 0 is the one that the notebook shows
LARGEST = 0.04  # of a completeness gap: at most 0.033 at 40 seeds


def given_integral(grad_fn, x, x0, m=50):
    """In place of the student's function: the midpoint rule."""
    t = (np.arange(m) + 0.5) / m
    return (x - x0) * grad_fn(x0 + t[:, None] * (x - x0)).mean(axis=0)


@check("6.25b", points=4)
def drivers(answer, rng):
    run = answer.with_given(
        "drivers", input_gradients=given_gradients, integrated_gradients=given_integral
    )
    result = attempt(run, int(rng.choice(SEEDS)))

    def values(*names):
        return [np.asarray(result[name], dtype=float) for name in names]

    return {
        THETA: attempt(values, "theta"),
        ROWS: attempt(values, "theta", "rows"),
        ATTRIBUTIONS: attempt(values, "theta", "rows", "attributions"),
        GAP: attempt(values, "theta", "rows", "attributions", "gap"),
        THREE: attempt(
            lambda: [*values("theta", "attributions"), [str(name) for name in result["top_three"]]]
        ),
    }


@cache
def trained(seed):
    """The customers, and the parameters of the network that the text trains on them."""
    X, y = generate_credit_data(3000, seed=seed)
    model = NumpyMLP([8, 16, 1], learning_rate=0.1, seed=seed)
    model.fit(X, y, epochs=20, seed=seed)
    return X, model.get_flat()


@drivers.judge
def _(seen, rng):
    """The parameters are those that the training of the text gives; the rest is computed again from the
    parameters that were handed in. Any of four rules for the sums with 50 slices is right."""
    seed = int(rng.choice(SEEDS))
    X, theta = trained(seed)

    def probabilities(theta, X):
        model = NumpyMLP([8, 16, 1])
        model.set_flat(theta)
        return model.predict_proba(X)

    def four_sums(theta, rows):
        """The attributions by a left, a right, a midpoint and a trapezoidal sum with 50 slices."""
        model = NumpyMLP([8, 16, 1])
        model.set_flat(theta)
        ends, middles = np.arange(51) / 50, (np.arange(50) + 0.5) / 50

        def slopes(t):
            points = (t[:, None, None] * X[rows]).reshape(-1, 8)
            return given_gradients(model, points).reshape(len(t), *X[rows].shape)

        left, right = (slopes(ends)[part].mean(axis=0) for part in (slice(50), slice(1, None)))
        means = left, right, slopes(middles).mean(axis=0), (left + right) / 2
        return [X[rows] * mean for mean in means]

    def right_theta(value):
        return close(value[0], theta, 1e-3, 1e-3) or Fault(
            "the training of the text leads to other parameters"
        )

    def right_rows(value):
        theta, rows = value
        order = np.argsort(probabilities(theta, X))
        if set(rows) == set(order[-200:]) and len(rows) == 200:
            return True
        if set(rows) == set(order[:200]):
            return Fault("these are the safest", "safest_rows")
        return Fault("the 200 highest probabilities are elsewhere")

    def right_attributions(value):
        theta, rows, attributions = value
        if np.shape(attributions) != (200, 8):
            return Fault("there should be a row of 8 for each of the 200 customers")
        rows = rows.astype(int)
        if any(close(attributions, wanted) for wanted in four_sums(theta, rows)):
            return True
        model = NumpyMLP([8, 16, 1])
        model.set_flat(theta)
        if close(attributions, X[rows] * given_gradients(model, X[rows])):
            return Fault("that is gradient times input", "gradient_times_input")
        sums = attributions.sum(axis=1)
        logits = np.log(probabilities(theta, X) / (1 - probabilities(theta, X)))
        logit_0 = -np.log(1 / probabilities(theta, np.zeros((1, 8)))[0] - 1)
        if np.max(np.abs(sums - (logits[rows] - logit_0))) < 0.3 and np.mean(sums) > 1.5:
            return Fault("they add up to the change of the logit", "logit_explained")
        return Fault("for these rows, with the baseline 0, they are others")

    def right_gap(value):
        theta, rows, attributions, gap = value
        p, p_0 = probabilities(theta, X[rows.astype(int)]), probabilities(theta, np.zeros((1, 8)))
        differences = attributions.sum(axis=1) - (p - p_0)
        if close(gap, np.max(np.abs(differences)), 1e-3, 1e-6):
            return float(gap) < LARGEST or Fault("such a gap is too large for a sum of 50 slices")
        if close(gap, np.max(np.abs(attributions.sum(axis=1) - p)), 1e-3, 1e-6):
            return Fault("f at the baseline is not subtracted", "baseline_prediction_forgotten")
        if close(gap, np.max(differences), 1e-3, 1e-6) or close(
            gap, np.mean(np.abs(differences)), 1e-3
        ):
            return Fault("it is not the largest absolute difference", "another_gap")
        return Fault("the largest absolute difference is another number")

    def right_three(value):
        theta, attributions, names = value
        means = attributions.mean(axis=0)
        wanted = {CREDIT_FEATURES[k] for k in np.argsort(means)[-3:]}
        own = set(names) == wanted and len(names) == 3
        if own and close(theta, trained(seed)[1], 1e-3, 1e-3):
            return True
        if set(names) == {CREDIT_FEATURES[k] for k in np.argsort(means)[:3]}:
            return Fault("these have the smallest mean attribution", "smallest_attributions")
        return Fault("the three largest mean attributions belong to others")

    return by_rules(seen, right_theta, right_rows, right_attributions, right_gap, right_three)


IG = "integrated_gradients(slopes, x, average, 50)"
CHANGE = "p[rows] - model.predict_proba(average[None])[0]"
for name, sentence, edits in (
    (
        "gradient_times_input",
        "That is the gradient at the customer, times the input. Where the network is sure of itself, that is "
        "close to 0.",
        {IG: "x * slopes(x[None])[0]"},
    ),
    (
        "baseline_prediction_forgotten",
        "The attributions explain f(x) − f(0). The average customer has a probability too, and it is not 0.",
        {CHANGE: "p[rows]"},
    ),
    (
        "safest_rows",
        "argsort sorts upward: these are the 200 customers with the lowest probability.",
        {"np.argsort(p)[-200:]": "np.argsort(p)[:200]"},
    ),
    (
        "smallest_attributions",
        "argsort sorts upward: these features have the smallest mean attribution.",
        {"[-3:]": "[:3]"},
    ),
    (
        "logit_explained",
        "These attributions add up to the change of the logit. Here f is the probability.",
        {
            IG: (
                "integrated_gradients(lambda points: slopes(points) / np.prod("
                "[model.forward(points), 1 - model.forward(points)], axis=0), x, average, 50)"
            )
        },
    ),
    (
        "another_gap",
        "The gap is the largest absolute difference. A mean, or a sign, hides the worst row.",
        {"np.max(np.abs(attributions.sum(axis=1) - change))": (
            "np.mean(np.abs(attributions.sum(axis=1) - change))"
        )},
    ),
):  # fmt: skip
    drivers.misconception(name, sentence, edits=edits)


drivers.alternative("right_sums", edits={IG: "own_sum(slopes, x)", "def drivers(": (
    "def own_sum(slopes, x):\n"
    "    t = (np.arange(50) + 1) / 50\n"
    "    return x * np.mean(slopes(np.outer(t, x)), axis=0)\n\n\ndef drivers("
)})  # fmt: skip


@drivers.alternative("all_paths_at_once")
def drivers(seed=0):
    X, y = generate_credit_data(n_samples=3000, seed=seed)
    model = NumpyMLP([8, 16, 1], seed=seed, learning_rate=0.1)
    model.fit(X, y, batch_size=64, epochs=20, seed=seed)
    rows = sorted(range(3000), key=list(model.predict_proba(X)).__getitem__, reverse=True)[:200]
    t = (np.arange(50) + 0.5) / 50
    points = (t[:, None, None] * X[rows]).reshape(-1, 8)
    slopes = input_gradients(model, points).reshape(50, 200, 8).mean(axis=0)
    attributions = slopes * X[rows]
    p_0 = float(model.predict_proba(np.zeros((1, 8)))[0])
    gap = max(abs(a.sum() - (p - p_0)) for a, p in zip(attributions, model.predict_proba(X[rows])))
    ranked = sorted(zip(attributions.mean(axis=0), CREDIT_FEATURES), reverse=True)
    return {
        "theta": model.get_flat().tolist(), "rows": rows, "attributions": attributions.tolist(),
        "gap": gap, "top_three": {name for _, name in ranked[:3]},
    }  # fmt: skip


@drivers.oracle("torch_slopes_and_known_drivers")
def drivers(seed=0):
    import torch

    X, y = generate_credit_data(3000, seed=seed)
    model = NumpyMLP([8, 16, 1], learning_rate=0.1, seed=seed)
    model.fit(X, y, epochs=20, seed=seed)
    W1, b1, w2, b2 = torch.tensor(model.get_flat()).split([128, 16, 16, 1])

    def f(points):
        return torch.sigmoid(torch.relu(points @ W1.view(16, 8).T + b1) @ w2 + b2)

    inputs = torch.tensor(X)
    rows = f(inputs).argsort()[-200:]
    t = torch.linspace(0, 1, 51, dtype=torch.float64)[:, None, None]
    points = (t * inputs[rows]).requires_grad_()
    (slopes,) = torch.autograd.grad(f(points).sum(), points)
    attributions = torch.trapezoid(slopes, dx=1 / 50, dim=0) * inputs[rows]
    change = f(inputs[rows]) - f(torch.zeros(1, 8, dtype=torch.float64))
    # the law of the data is known: these three have the largest weights
    three = ["debt_to_income", "utilization", "late_payments"]
    return {
        "theta": model.get_flat(), "rows": rows, "attributions": attributions,
        "gap": (attributions.sum(dim=1) - change).abs().max().item(), "top_three": three,
    }  # fmt: skip
