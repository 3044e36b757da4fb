"""Explorers of 6.5 to 6.7: the area under a curve, the size of a batch, the step of a difference."""

from functools import cache
from math import erf, sqrt

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.networks.metrics import roc_auc
from utils.networks.numpy_mlp import NumpyMLP
from utils.plots import BLUE, GREEN, LINE, ORANGE, RED
from utils.simulated_data import generate_click_data


def roc_explorer():
    """The scores of two groups, a threshold between them, and the ROC curve that all thresholds make."""
    return explore(_roc, separation=(0.0, 3.0, 0.25, 1.0), threshold=(-2.0, 4.0, 0.25, 1.0))


def _roc(separation, threshold):
    scores = np.linspace(-4, 7, 221)
    groups = Chart(
        "score", "share of rows", "Scores", x=(-4, 7), y=(0, 0.45), yticks={0: ""}, width=340
    )
    groups.line(scores, _density(scores), ORANGE, dash="6 4", label="no click")
    groups.line(scores, _density(scores - separation), BLUE, label="click")
    groups.line([threshold, threshold], [0, 0.45], RED, dash="2 3", label="threshold")
    curve = Chart("no click, above", "click, above", "ROC curve", x=(0, 1), y=(0, 1), width=300)
    curve.line([0, 1], [0, 1], LINE, dash="4 4", label="guessing")
    curve.line(_above(scores), _above(scores - separation), BLUE)
    false, true = float(_above(threshold)), float(_above(threshold - separation))
    curve.points([false], [true], RED, "D", label="threshold")
    return [groups, curve], (
        f"Above the threshold {_two(threshold)} lie {100 * true:.0f}% of the clicks and "
        f"{100 * false:.0f}% of the rows without a click. The area under the ROC curve is "
        f"{_above(-separation / sqrt(2)):.2f}: with this probability a click has a higher score than a row "
        "without one."
    )


def _density(z):
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


@np.vectorize
def _above(z):
    """The share of a standard normal distribution above z."""
    return (1 - erf(z / sqrt(2))) / 2


EPOCHS = 100
MINUS = "\N{MINUS SIGN}"


def batch_size_picture():
    """The network of 6.5, trained with small batches and with all rows as one batch."""
    return explore(_batch_sizes)


def _batch_sizes():
    small, whole, best = batch_size_curves()
    chart = Chart(
        "epoch",
        "validation AUC",
        "One network, two batch sizes",
        x=(0, EPOCHS),
        y=(0.4, 1),
        width=460,
    )
    epochs = np.arange(1, EPOCHS + 1)
    chart.line([0, EPOCHS], [best, best], GREEN, dash="2 3", label="true probabilities")
    chart.line(epochs, small, BLUE, label="64 rows")
    chart.line(epochs, whole, ORANGE, dash="6 4", label="4000 rows")
    return chart, (
        f"After {EPOCHS} epochs the network has a validation AUC of {small[-1]:.2f} with batches of 64 rows "
        f"and of {whole[-1]:.2f} with all 4000 rows as one batch. The true probabilities reach {best:.2f}."
    )


@cache
def batch_size_curves(seed=42):
    """The validation AUC after every epoch, for batches of 64 and of 4000; the AUC of the true law."""
    X, y, p = generate_click_data(5000, 10, seed=seed, return_probs=True)
    curves = []
    for size in (64, 4000):
        model, curve = NumpyMLP([10, 32, 16, 1], seed=seed), []
        for epoch in range(EPOCHS):
            model.fit(X[:4000], y[:4000], epochs=1, batch_size=size, seed=epoch)
            curve.append(roc_auc(y[4000:], model.predict_proba(X[4000:])))
        curves.append(curve)
    return *curves, roc_auc(y[4000:], p[4000:])


AT = 0.8  # where the slope is measured
STEPS = 10.0 ** np.arange(-13, -0.9, 0.25)


def difference_explorer():
    """How far two differences are from the slope of tanh²(x), for a step eps = 10^exponent."""
    return explore(_differences, exponent=(-12, -1, 1, -2))


def _differences(exponent):
    chart = Chart(
        "eps", "relative error", "Two ways to measure a slope", log="xy", x=(1e-13, 1e-1), y=(1e-13, 10),
        width=480, height=320,
    )  # fmt: skip
    chart.line(STEPS, [_error(_forward, eps) for eps in STEPS], ORANGE, dash="6 4", label="forward")
    chart.line(STEPS, [_error(_central, eps) for eps in STEPS], BLUE, label="central")
    eps = 10.0**exponent
    forward, central = _error(_forward, eps), _error(_central, eps)
    chart.points([eps], [forward], ORANGE, "D")
    chart.points([eps], [central], BLUE, "o")
    what = "the curve is not straight over such a step"
    if exponent <= -7:
        what = "two losses that are almost equal lose their common digits when they are subtracted"
    elif exponent <= -4:
        what = "for the central difference both sources of error are small here"
    return chart, (
        f"With eps = {_power(eps)} the forward difference is off by {_power(forward)} of the slope and the "
        f"central difference by {_power(central)}: {what}."
    )


def _f(x):
    return np.tanh(x) ** 2


def _forward(eps):
    return (_f(AT + eps) - _f(AT)) / eps


def _central(eps):
    return (_f(AT + eps) - _f(AT - eps)) / (2 * eps)


def _error(difference, eps):
    slope = 2 * np.tanh(AT) * (1 - np.tanh(AT) ** 2)
    return max(abs(difference(eps) / slope - 1), 1e-13)


def _two(x):
    """Two digits after the point, and a minus sign that looks like one."""
    return f"{x + 0:.2f}".replace("-", MINUS)


def _power(x):
    """One digit and a power of ten, such as 5e−05."""
    return f"{x:.0e}".replace("-", MINUS)
