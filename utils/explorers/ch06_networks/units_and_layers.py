"""Explorers of 6.1 to 6.4: a unit's line, a network's layers, what layers without activation can do."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, LINE, RED, SKY

POINT = np.array([-1.0, 1.5])
FAR = 3.0  # the ends of the axes


def perceptron_explorer():
    """A unit with two inputs: its line, the side on which it says 1, and how far a point is away.

    `offset` is the line's distance from the origin; `length` that of w, with b scaled along with it.
    """
    return explore(
        _perceptron,
        direction=(0, 345, 15, 30),
        offset=(-2.5, 2.5, 0.25, 1.0),
        length=(0.5, 3.0, 0.25, 1.0),
    )


def _perceptron(direction, offset, length):
    along = np.array([np.cos(np.radians(direction)), np.sin(np.radians(direction))])
    w, b = length * along, -offset * length
    u, distance = POINT @ w + b, POINT @ along - offset
    chart = Chart("x1", "x2", "A unit's line", x=(-FAR, FAR), y=(-FAR, FAR), width=420, height=420)
    side = FAR * ((np.arange(100) + 0.5) / 50 - 1)
    across, upward = np.meshgrid(side, side)
    chart.heat(w[0] * across + w[1] * upward + b > 0, SKY, high=2, label="the unit says 1")
    foot, sideways = offset * along, np.array([-along[1], along[0]])
    chart.line(*np.transpose([foot - 9 * sideways, foot + 9 * sideways]), BLUE, label="u = 0")
    chart.line(*np.transpose([foot, foot + w]), GREEN, width=3, label="w")
    chart.points(*np.transpose([foot + w]), GREEN, "^")
    chart.line(*np.transpose([POINT, POINT - distance * along]), RED, dash="5 4")
    chart.points(*np.transpose([POINT]), RED, "D", label="x")
    where = "on the side that w points to" if distance > 0 else "on the other side"
    if abs(distance) < 1e-9:
        where = "on the line itself"
    return chart, (
        f"w = ({_two(w[0])}, {_two(w[1])}) and b = {_two(b)}. At x = ({_two(POINT[0])}, {_two(POINT[1])})"
        f" the unit computes u = {_two(u)} and says {int(u >= 0)}. The point is {_two(abs(distance))} away"
        f" from the line, {where}. Longer w and b change u, but neither the line nor this distance."
    )


def layers_picture(layer_sizes, names=()):
    """A network as dots and wires, a column for each layer; `names` stand below the columns."""

    def draw():
        return layers_chart(layer_sizes, names), (
            f"A network with {layer_sizes[0]} inputs"
            + "".join(f", then a layer of {size}" for size in layer_sizes[1:])
            + "; every unit is connected with all of the layer before it."
        )

    return explore(draw)


def layers_chart(layer_sizes, names=()):
    """The chart of `layers_picture`."""
    tall = max(layer_sizes)
    chart = Chart(
        "", "", "", x=(-0.5, len(layer_sizes) - 0.5), y=(-tall / 2 - 0.7, tall / 2), frame=False,
        width=120 + 110 * len(layer_sizes), height=60 + 38 * tall,
    )  # fmt: skip
    places = [[(k, i - (size - 1) / 2) for i in range(size)] for k, size in enumerate(layer_sizes)]
    for before, after in zip(places, places[1:]):
        for start in before:
            for end in after:
                chart.line(*zip(start, end), LINE, width=1)
    for k, column in enumerate(places):
        chart.points(*zip(*column), BLUE if k else GREEN, "o" if k else "s", size=8)
    for k, name in enumerate(names):
        chart.text(k, -tall / 2 - 0.5, name)
    return chart


ACTIVATIONS = {"none": lambda z: z, "ReLU": lambda z: np.maximum(z, 0), "tanh": np.tanh}
WIDTH = 4


def stacked_layers_explorer():
    """The output of a network with one input as a curve: more layers, with and without an activation."""
    return explore(_stacked, activation=list(ACTIVATIONS), hidden_layers=(0, 4, 1, 1))


def _stacked(activation, hidden_layers):
    x = np.linspace(-2, 2, 161)
    y = _output(x, activation, hidden_layers)
    chart = Chart("x", "output", "One input, one output", x=(-2, 2), y=(-4, 4), width=440)
    chart.line(x, y, BLUE)
    layers = "a single layer" if not hidden_layers else f"{hidden_layers + 1} layers"
    corners = np.max(np.abs(np.diff(y, 2))) > 1e-9
    if corners:
        shape = "a curve that no single layer can draw"
    else:
        slope = (y[-1] - y[0]) / 4
        shape = f"a straight line, with the slope {_two(slope)}"
        if hidden_layers:
            shape += ": a single layer with this weight does the same"
    between = "no activation" if activation == "none" else activation
    return chart, f"With {layers} and {between} in between, the network computes {shape}."


def _output(x, activation, hidden_layers):
    rng = np.random.default_rng(5)
    h, last = x[:, None], 1
    for _ in range(hidden_layers):
        W, b = rng.normal(size=(WIDTH, last)) * np.sqrt(2 / last), rng.normal(size=WIDTH)
        h, last = ACTIVATIONS[activation](h @ W.T + b), WIDTH
    return h @ rng.normal(size=last) / np.sqrt(last) + 0.3


def _two(x):
    """Two digits after the point, and no minus before zero."""
    return f"{round(float(x), 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")
