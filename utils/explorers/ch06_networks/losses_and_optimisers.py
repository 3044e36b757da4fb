"""Explorers of 6.8, 6.16 and 6.9: softmax, the loss of a logit, momentum in a valley."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, LINE, ORANGE, RED

MINUS = "\N{MINUS SIGN}"


def softmax_explorer():
    """Three logits, and a number that is added to all of them: the probabilities as bars."""
    return explore(
        _softmax,
        z1=(-4.0, 4.0, 0.5, 2.0),
        z2=(-4.0, 4.0, 0.5, 1.0),
        z3=(-4.0, 4.0, 0.5, 0.0),
        shift=(-4, 4, 1, 0),
    )


def _softmax(z1, z2, z3, shift):
    z = np.array([z1, z2, z3]) + shift
    p = np.exp(z - z.max())
    p /= p.sum()
    chart = Chart(
        "class", "probability", "Three logits become three probabilities",
        x=(0.4, 3.6), y=(0, 1.1), xticks={1: "1", 2: "2", 3: "3"}, width=420, height=280,
    )  # fmt: skip
    for k, share in enumerate(p, start=1):
        chart.bars([k - 0.3, k + 0.3], [share], BLUE)
        chart.text(k, share, f"{share:.3f}", dy=-10)
    return chart, (
        f"The logits ({_listed(z, 1)}) become the probabilities ({_listed(p, 3)}). "
        f"The first is {_times(p[0] / p[1])} times the second: e to the power {_number(z1 - z2, 1)}, the "
        "difference of their logits. What is added to all logits changes no probability."
    )


def logit_loss_explorer():
    """The cross-entropy of one example as a function of its logit, and its slope, for any label."""
    return explore(_logit_loss, label=(0.0, 1.0, 0.1, 1.0), logit=(-8.0, 8.0, 0.5, -3.0))


def _logit_loss(label, logit):
    z = np.linspace(-8, 8, 161)
    charts = []
    for name, curve, ends, colour in (
        ("loss", _loss(z, label), (0, 8), BLUE),
        ("slope of the loss", _slope(z, label), (-1.2, 1.2), GREEN),
    ):
        chart = Chart("logit z", name, f"The {name}", x=(-8, 8), y=ends, width=340, height=260)
        chart.line(z, curve, colour)
        here = (_loss if name == "loss" else _slope)(np.array([logit]), label)
        chart.points([logit], here, RED, "D")
        charts.append(chart)
    loss, slope = (f(np.array([logit]), label)[0] for f in (_loss, _slope))
    return charts, (
        f"With the label {label:.1f} and the logit {_number(logit, 1)} the loss is {_number(loss, 3)} and "
        f"its slope {_number(slope, 3)}. The further a logit is on the wrong side, the more the loss looks "
        "like a straight line; its slope never exceeds 1 in size."
    )


def _loss(z, y):
    return np.logaddexp(0, z) - z * y


def _slope(z, y):
    return (1 + np.tanh(z / 2)) / 2 - y


STEEP = 25.0  # the valley is (x² + STEEP y²) / 2: curved 25 times as much across as along
START = np.array([-9.0, 1.5])
AS_SET, FAIR = "as it is", "times (1 \N{MINUS SIGN} beta)"


def momentum_explorer():
    """A path down a long valley, with plain steps (beta = 0) or momentum.

    `rate_used` is the learning rate as it is set, or times 1 - beta, so that the steps on a constant
    gradient are equally long for every beta.
    """
    return explore(
        _momentum,
        beta=(0.0, 0.98, 0.02, 0.0),
        learning_rate=(0.01, 0.16, 0.01, 0.03),
        steps=(5, 100, 5, 40),
        rate_used=[AS_SET, FAIR],
    )


def _momentum(beta, learning_rate, steps, rate_used):
    rate = learning_rate * (1 - beta) if rate_used == FAIR else learning_rate
    path = momentum_path(beta, rate, steps)
    chart = Chart(
        "x, along the valley", "y, across", "A valley from above", x=(-10, 10), y=(-3, 3), width=560
    )
    turn = np.linspace(0, 2 * np.pi, 81)
    for height in (0.5, 4.0, 12.0, 25.0, 50.0):
        across = np.sqrt(2 * height / STEEP) * np.sin(turn)
        chart.line(np.sqrt(2 * height) * np.cos(turn), across, LINE, width=1)
    chart.line(*path.T, BLUE, width=1.6)
    chart.points(*path.T, BLUE, size=2.5)
    chart.points(*path[:1].T, ORANGE, "s", label="start")
    chart.points(*path[-1:].T, RED, "D", label="end")
    chart.points([0], [0], GREEN, "X", label="lowest point")
    before, after = valley(path[0]), valley(path[-1])
    how = "It has left the valley" if after > before else f"After {steps} steps"
    return chart, (
        f"With beta = {beta:.2f} and a learning rate of {rate:.4g}, a constant gradient would move the "
        f"point by {rate / (1 - beta):.4g} times the gradient in every step, once the velocity has settled. "
        f"{how}: the height was {before:.1f} at the start and is {after:.3g} now."
    )


def momentum_path(beta, rate, steps):
    """The points (steps + 1, 2) that momentum visits in the valley, the start included."""
    point, velocity, path = START, np.zeros(2), [START]
    for _ in range(steps):
        velocity = beta * velocity + point * [1.0, STEEP]
        point = point - rate * velocity
        path.append(point)
    return np.array(path)


def valley(point):
    """The height of the valley at a point (x, y)."""
    x, y = point
    return (x**2 + STEEP * y**2) / 2


def _number(x, digits):
    """A number with so many digits after the point, and no minus before zero."""
    return f"{round(float(x), digits) + 0:.{digits}f}".replace("-", MINUS)


def _listed(numbers, digits):
    return ", ".join(_number(x, digits) for x in numbers)


def _times(ratio):
    return f"{ratio:.3g}"
