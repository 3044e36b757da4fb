"""Explorers of 6.20, 6.26 and 6.27: hats that add up, weights that are left out, kernels that settle."""

from functools import cache

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.networks.numpy_mlp import NumpyMLP
from utils.plots import BLUE, GREEN, LINE, RED
from utils.simulated_data import generate_click_data

CURVATURE = 33.5  # at least |f''|
SIZES = [20, 24, 12, 1]
LARGEST = 10  # of the exponents of the widths


def bumps_explorer():
    """A sum of hats, one at each knot, as an approximation of the function of 6.20."""
    return explore(_bumps, pieces=(4, 72, 4, 12))


def _target(x):
    return np.sin(3 * x) + 0.5 * np.cos(7 * x)


def _bumps(pieces):
    knots, x = np.linspace(-np.pi, np.pi, pieces + 1), np.linspace(-np.pi, np.pi, 1009)
    h = knots[1] - knots[0]
    chart = Chart("x", "f(x)", "A sum of hats", x=(-np.pi, np.pi), y=(-1.7, 1.7), width=520)
    for knot in knots if pieces <= 24 else ():
        ends = np.array([knot - h, knot, knot + h])
        chart.line(ends, _target(knot) * np.array([0, 1, 0]), LINE, width=1)
    chart.line(x, _target(x), BLUE, label="f")
    chart.line(knots, _target(knots), RED, dash="6 4", label="the sum of the hats")
    error = np.max(np.abs(np.interp(x, knots, _target(knots)) - _target(x)))
    return chart, (
        f"{pieces} pieces of the length {h:.3f}. The largest error is {error:.3f}; the bound "
        f"for it is {CURVATURE * h**2 / 8:.3f}."
    )


def pruning_explorer():
    """A small network, trained on click data, whose weights below a threshold are left out."""
    return explore(_pruned, threshold=(0.0, 1.0, 0.05, 0.2))


@cache
def _trained():
    """The weight matrices of the network."""
    network = NumpyMLP(SIZES, learning_rate=0.1, seed=3)
    X, y = generate_click_data(4000, seed=3)
    rng = np.random.default_rng(3)
    for _ in range(30):
        for rows in rng.permutation(len(X)).reshape(-1, 32):
            network.train_step(X[rows], y[rows])
    return [network.params[f"W{layer}"] for layer in (1, 2, 3)]


def _pruned(threshold):
    weights = _trained()
    kept = [np.abs(W) >= threshold for W in weights]
    units, inputs = weights[0].shape
    first = Chart(
        "input", "unit of layer 1", "W1: weights that are left", x=(-0.5, inputs - 0.5),
        y=(-0.5, units - 0.5), xticks={k: f"x{k}" for k in range(0, inputs, 4)}, width=440,
    )  # fmt: skip
    first.heat(np.abs(weights[0]) * kept[0], BLUE, high=np.abs(weights[0]).max(), label="magnitude")
    shares = [np.mean(mask) for mask in kept]
    layers = Chart(
        "", "share that is left", "Layer by layer", x=(0.4, 3.6), y=(0, 1),
        xticks={1: "W1", 2: "W2", 3: "W3"}, width=300,
    )  # fmt: skip
    for layer, share in enumerate(shares, start=1):
        layers.bars([layer - 0.3, layer + 0.3], [share], GREEN)
    total = sum(mask.sum() for mask in kept) / sum(mask.size for mask in kept)
    useful, useless = kept[0][:, :5].mean(), kept[0][:, 5:].mean()
    return (first, layers), (
        f"Threshold {threshold:.2f}: {total:.0%} of all weights are left; of W1 {shares[0]:.0%}, of W2 "
        f"{shares[1]:.0%}, of W3 {shares[2]:.0%}. In W1, {useful:.0%} of the weights from x0 to x4 are "
        f"left, and {useless:.0%} of the others."
    )


def kernel_explorer():
    """Neural tangent kernels of six random ReLU networks of the width 2 ** doublings, and their limit."""
    return explore(_kernels, doublings=(2, LARGEST, 1, 4))


def _kernels(doublings):
    angles, limit = np.linspace(0, np.pi, 61), _limit(np.linspace(0, np.pi, 61))
    curves = _drawn(doublings)
    chart = Chart(
        "angle between the inputs", "kernel", "Six draws and the limit", x=(0, np.pi), y=(-1, 3),
        xticks={0: "0", np.pi / 2: "π/2", np.pi: "π"}, width=460,
    )  # fmt: skip
    for number, curve in enumerate(curves):
        chart.line(angles, curve, LINE, width=1.5, label="" if number else "six networks")
    chart.line(angles, limit, BLUE, dash="6 4", label="infinitely wide")
    spread = np.sqrt(np.mean((curves - limit) ** 2))
    return chart, (
        f"Width N = {2**doublings}. The curves of the six networks lie {spread:.3f} from the limit on "
        "average (root mean square)."
    )


@cache
def _drawn(doublings):
    """The kernel between the unit vector at angle 0 and those at 61 angles, for six networks."""
    rng, width = np.random.default_rng(doublings), 2**doublings
    angles = np.linspace(0, np.pi, 61)
    X = np.column_stack([np.cos(angles), np.sin(angles)])
    curves = []
    for _ in range(6):
        W, c = rng.normal(size=(width, 2)), rng.normal(size=width)
        Z = X @ W.T
        by_w = (c * (Z > 0))[:, :, None] * X[:, None, :]
        gradients = np.column_stack([np.maximum(Z, 0), by_w.reshape(len(X), -1)]) / np.sqrt(width)
        curves.append(gradients @ gradients[0])
    return np.array(curves)


def _limit(angle):
    """The kernel of infinitely wide networks between unit vectors."""
    cosine, rest = np.cos(angle), np.pi - angle
    return (np.sin(angle) + 2 * rest * cosine) / (2 * np.pi)
