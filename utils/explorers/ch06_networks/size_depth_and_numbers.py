"""Explorers of 6.28 to 6.30: the double descent, the split ReLU, a function made of parts."""

from functools import cache

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, LINE, ORANGE, RED
from utils.simulated_data import generate_regression_data

ROWS = 100
WIDTHS = (
    5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100, 105, 110, 120, 140, 170, 200, 300, 400, 500,
)  # fmt: skip
NOISES = {"0.5": 0.5, "0": 0.0, "0.1": 0.1, "1": 1.0}
PENALTIES = {"none": 0.0, "1": 1.0, "100": 100.0}


def double_descent_explorer():
    """Test error over the number of random features: with noise in the targets, and with a penalty."""
    return explore(
        _double_descent, noise=list(NOISES), penalty=list(PENALTIES), width=(0, len(WIDTHS) - 1, 1, 12)
    )  # fmt: skip


def _double_descent(noise, penalty, width):
    fits = [_fit(N, NOISES[noise], PENALTIES[penalty]) for N in WIDTHS]
    train, test, norms = np.transpose(fits)
    error = Chart(
        "width N", "mean squared error", "Error", x=(0, 500), y=(1e-3, 1e4), log="y", height=300
    )
    error.line([ROWS, ROWS], [1e-3, 1e4], LINE, dash="2 4")
    error.line(WIDTHS, test, BLUE, marker="o", size=3, label="on test rows")
    visible = np.where(train > 1e-3, train, np.nan)  # an interpolating fit has no error at all
    error.line(
        WIDTHS, visible, ORANGE, dash="6 4", marker="s", size=3, label="on the training rows"
    )
    length = Chart(
        "width N", "length of the weights", "Output weights", x=(0, 500), y=(1e-2, 1e3), log="y",
        height=300,
    )  # fmt: skip
    length.line([ROWS, ROWS], [1e-2, 1e3], LINE, dash="2 4")
    length.line(WIDTHS, norms, GREEN, marker="^", size=3)
    error.points([WIDTHS[width]], [test[width]], RED, "D")
    length.points([WIDTHS[width]], [norms[width]], RED, "D")
    fitted = "below 0.001" if train[width] < 1e-3 else f"{train[width]:.3g}"
    return [error, length], (
        f"Noise {noise}, penalty {penalty}. At width {WIDTHS[width]}, with {ROWS} training rows: test error "
        f"{test[width]:.3g}, training error {fitted}, length of the output weights {norms[width]:.3g}. "
        f"The test error is largest at width {WIDTHS[int(np.argmax(test))]}."
    )


@cache
def _data(noise):
    return generate_regression_data(noise=noise)


@cache
def _features(width):
    """Singular vectors and values of the training features, and the test features in their terms."""
    X, _, X_test, _ = _data(0.5)  # the inputs are the same with every noise
    W = np.random.default_rng([0, 1]).normal(size=(max(WIDTHS), X.shape[1]))[:width]
    U, s, Vt = np.linalg.svd(np.maximum(X @ W.T, 0), full_matrices=False)
    return U, s, np.maximum(X_test @ W.T, 0) @ Vt.T


@cache
def _fit(width, noise, penalty):
    """(error on the training rows, error on the test rows, length of the output weights)."""
    U, s, test_features = _features(width)
    _, y, _, y_test = _data(noise)
    coordinates = s / (s**2 + penalty) * (U.T @ y)
    train = np.mean((U @ (s * coordinates) - y) ** 2)
    test = np.mean((test_features @ coordinates - y_test) ** 2)
    return train, test, np.linalg.norm(coordinates)


def split_relu_explorer():
    """One complex number and what the split ReLU makes of it: each part has a ReLU of its own."""
    return explore(_split_relu, angle=(5, 355, 10, 145), size=(0.5, 2.0, 0.25, 1.5))


def _split_relu(angle, size):
    z = size * np.exp(1j * np.radians(angle))
    a = max(z.real, 0) + 1j * max(z.imag, 0)
    chart = Chart(
        "real part", "imaginary part", "A complex number", x=(-2.2, 2.2), y=(-2.2, 2.2),
        width=400, height=400,
    )  # fmt: skip
    circle = size * np.exp(2j * np.pi * np.linspace(0, 1, 181))
    chart.line([-2.2, 2.2], [0, 0], LINE, width=1)
    chart.line([0, 0], [-2.2, 2.2], LINE, width=1)
    chart.line(circle.real, circle.imag, LINE, dash="3 4", width=1.2)
    image = np.maximum(circle.real, 0) + 1j * np.maximum(circle.imag, 0)
    chart.line(image.real, image.imag, BLUE, dash="6 4", label="where the circle goes")
    chart.line([z.real, a.real], [z.imag, a.imag], RED, width=1.5)
    chart.points([z.real], [z.imag], RED, "D", label="z")
    chart.points([a.real], [a.imag], BLUE, "o", label="split ReLU of z", size=6.5)
    open_parts = [name for name, part in (("real", z.real), ("imaginary", z.imag)) if part > 0]
    through = f"the {' and the '.join(open_parts)} part" if open_parts else "nothing"
    return chart, (
        f"z = {_complex(z)} becomes {_complex(a)}. Of a gradient, {through} passes on the way back."
    )


def parts_picture():
    """Which inputs go into which part of the compositional target."""
    return explore(_parts)


def _parts():
    chart = Chart("", "", "", x=(0, 11), y=(-0.6, 3.5), frame=False, width=560, height=250)
    groups = {2: (1, 2, 3), 5: (4, 5, 6), 8.5: (7, 8, 9, 10)}
    for number, (place, inputs) in enumerate(groups.items(), 1):
        for x in inputs:
            chart.line([x, place], [0.2, 1.2], LINE, width=1.5)
        chart.line([place, 5.2], [1.65, 2.6], LINE, width=1.5)
        chart.box(place, 1.4, f"h{number}", GREEN)
    for x in range(1, 11):
        chart.text(x, 0, f"x{x}")
    chart.box(5.2, 2.85, "product", BLUE)
    return chart, (
        "The first three inputs go into h1, the next three into h2, the last four into h3; the target "
        "is the product of the three."
    )


def _complex(z):
    """Two digits for either part, such as 1.20 - 0.50i."""
    sign = "\N{MINUS SIGN}" if z.imag < -0.005 else "+"
    real = f"{round(z.real, 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"{real} {sign} {abs(z.imag):.2f}i"
