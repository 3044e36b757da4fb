"""Explorers of 6.11 to 6.14: activations beside their slopes, and signals on their way through 20 layers."""

from functools import cache

import numpy as np

from utils.chart import RAISED, Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, ORANGE

LEFT_SIDES = {  # what stands below 0 beside alpha, and its slope
    "Leaky ReLU": (lambda z: z, np.ones_like),
    "SELU": (np.expm1, np.exp),
}


def activation_explorer():
    """An activation and its slope side by side: alpha shapes the part below 0, scale stretches all."""
    return explore(
        _activation, activation=list(LEFT_SIDES), alpha=(0.0, 2.0, 0.01, 0.2), scale=(0.8, 1.4, 0.01, 1.0)
    )  # fmt: skip


def _activation(activation, alpha, scale):
    left, left_slope = LEFT_SIDES[activation]
    below, above = np.linspace(-4, 0, 81), np.array([0.0, 4.0])
    value = Chart("z", "activation", activation, x=(-4, 4), y=(-4, 4), width=360, height=270)
    value.line(below, scale * alpha * left(below), BLUE)
    value.line(above, scale * above, BLUE)
    slope = Chart("z", "slope", "Its slope", x=(-4, 4), y=(-0.2, 3), width=360, height=270)
    slope.line(below, scale * alpha * left_slope(below), GREEN)
    slope.line(above, [scale, scale], GREEN)
    mean, variance = moments_after(activation, alpha, scale)
    return [value, slope], (
        f"Above 0 the slope is {scale:.2f}; just below it is {scale * alpha:.2f}, and at z = "
        f"\N{MINUS SIGN}3 it is {scale * alpha * left_slope(np.array([-3.0]))[0]:.2f}. Where z is standard "
        f"normal, what comes out has the mean {_two(mean)} and the variance {_two(variance)}."
    )


@cache
def _of_the_left_side(activation):
    """(mean, mean square) of the left side with alpha = 1, over the negative half of a normal z."""
    z = -np.linspace(0, 10, 20_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    value = LEFT_SIDES[activation][0](z)
    return -np.trapezoid(value * density, z), -np.trapezoid(value**2 * density, z)


def moments_after(activation, alpha, scale):
    """(mean, variance) of the activation of a standard normal number."""
    mean_left, square_left = _of_the_left_side(activation)
    mean = scale * (1 / np.sqrt(2 * np.pi) + alpha * mean_left)
    return mean, scale**2 * (1 / 2 + alpha**2 * square_left) - mean**2


LAYERS, WIDTH, ROWS = 20, 96, 48
LOWEST, HIGHEST = 1e-8, 1e8


def signal_explorer():
    """The variance of a signal through 20 layers of Leaky ReLU: `size` is n times the weights' variance."""
    return explore(_signal, size=(0.5, 4.0, 0.25, 1.0), alpha=(0.0, 1.0, 0.1, 0.0))


def _signal(size, alpha):
    layers = np.arange(1, LAYERS + 1)
    measured = size**layers * signal_at_size_one(round(alpha, 6))
    factor = size * (1 + alpha**2) / 2
    # the variance after the first layer, then that factor each time
    expected = size * _variance_after_one(alpha) * factor ** (layers - 1.0)
    chart = Chart(
        "layer", "variance of the activations", "A signal through 20 layers",
        x=(0, LAYERS + 1), y=(LOWEST, HIGHEST), xticks=[1, 5, 10, 15, 20], log="y", width=480,
    )  # fmt: skip
    chart.line(layers, expected, ORANGE, dash="6 4", label="expected")
    chart.line(
        layers, measured, BLUE, marker="o", size=3, label=f"one network, {WIDTH} units a layer"
    )
    times = f"{factor:.2f}" if factor < 10 else f"{factor:.0f}"
    if abs(factor - 1) < 0.02:
        fate = "the signal keeps its size, but for chance"
    else:
        fate = "the signal fades" if factor < 1 else "the signal explodes"
    return chart, (
        f"Weights of the variance {size:.2f}/n, and {alpha:.1f} as the slope below 0: each layer multiplies "
        f"the variance by about {times}, so {fate}. After layer 20 it is {_size(measured[-1])}."
    )


def _variance_after_one(alpha):
    mean, variance = moments_after("Leaky ReLU", alpha, 1.0)
    return variance


@cache
def signal_at_size_one(alpha):
    """The variances in one network whose weights have the variance 1/n. (With s/n they are s, s², …
    times as large: a Leaky ReLU takes a positive factor through unchanged.)"""
    rng = np.random.default_rng(6)
    A, variances = rng.normal(size=(ROWS, WIDTH)), []
    for _ in range(LAYERS):
        Z = A @ rng.normal(0, WIDTH**-0.5, (WIDTH, WIDTH)).T
        A = np.where(Z > 0, Z, alpha * Z)
        variances.append(A.var())
    return np.array(variances)


def _size(x):
    """Two digits, and a power of ten where there would be many zeros."""
    if 0.01 <= x < 1000:
        return f"{x:.2g}"
    digits, power = f"{x:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(RAISED)}"


def _two(x):
    """Two digits after the point, and no minus before zero."""
    return f"{round(float(x), 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")
