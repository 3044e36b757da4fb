"""Explorers of chapter 7: a small network, what sigmoids do to gradients, a start to activations."""

from functools import lru_cache

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.given_functions import EXAMPLE_7_1, network_7_1
from utils.graph import number_text
from utils.plots import BLUE, GREEN, INK, LINE, ORANGE, RED

WIDTH, INPUTS, DEEPEST = 100, 200, 20
SPREADS = {  # variance of a weight times the number n of inputs of its layer
    "small: std 0.01": 1e-4 * WIDTH,
    "Xavier: 1/n": 1.0,
    "He: 2/n": 2.0,
    "large: 8/n": 8.0,
}
ACTIVATIONS = {
    "ReLU": lambda f: np.maximum(f, 0.0),
    "tanh": np.tanh,
    "sigmoid": lambda f: 1 / (1 + np.exp(-f)),
}
SLOPES = {
    "ReLU": lambda f: 1.0 * (f > 0),
    "tanh": lambda f: 1 - np.tanh(f) ** 2,
    "sigmoid": lambda f: _sigmoid(f) * (1 - _sigmoid(f)),
}
PLACES = {
    "x": (0, 0), "h1": (1, 0.62), "h2": (1, -0.62), "f1": (2, 0.62), "f2": (2, -0.62), "y": (3, 0),
}  # fmt: skip
WIRES = (  # from, to, weight, where on the wire its name stands
    ("x", "h1", "θ11", 0.5), ("x", "h2", "θ12", 0.5),
    ("h1", "f1", "ψ11", 0.5), ("h2", "f1", "ψ21", 0.4),
    ("h1", "f2", "ψ12", 0.4), ("h2", "f2", "ψ22", 0.5),
    ("f1", "y", "φ1", 0.5), ("f2", "y", "φ2", 0.5),
)  # fmt: skip
TEXTS = {
    "x": "x", "h1": "a[u₁]", "h2": "a[u₂]", "f1": "a[f₁]", "f2": "a[f₂]", "y": "y",
}  # fmt: skip
BIASES = {"h1": "θ01", "h2": "θ02", "f1": "ψ01", "f2": "ψ02", "y": "φ0"}
OFF = "2 5"  # dots


SWITCHES = {  # buttons: the signs of a layer's two inputs at x = START
    "the example": None, "both on": (1, 1), "upper on": (1, -1), "lower on": (-1, 1), "both off": (-1, -1),
}  # fmt: skip
START, FAR = 0.6, 0.8  # FAR: how far from its corner a unit is that a button has set


def network_7_1_explorer(p=EXAMPLE_7_1):
    """The network of 7.1 with a slider for x: which units are on, and the output as a curve.

    Buttons set the biases of a layer, so that each of the sixteen on/off patterns can be had.
    """
    grid = np.linspace(-2.5, 2.5, 301)

    def draw(x, first_layer, second_layer):
        now = switched_7_1(p, first_layer, second_layer)
        value = _values_7_1(now, x)
        curve = network_7_1(now, grid)
        heights = min(curve.min(), 0) - 0.2, max(curve.max(), 0) + 0.2
        on = {name: name in "xy" or value[name] > 0 for name in value}
        net = Chart(
            "",
            "",
            "Open and closed units",
            x=(-0.35, 3.35),
            y=(-1.25, 1.25),
            frame=False,
            width=440,
        )
        for start, end, name, along in WIRES:
            (x0, y0), (x1, y1) = PLACES[start], PLACES[end]
            is_open = on[start] and on[end]
            look = {"dash": "", "width": 3} if is_open else {"dash": OFF, "width": 1.5}
            crossing = y0 * y1 < 0  # leaves its box at the top or at the bottom
            a = 0.16 if start == "x" or crossing else 0.27  # clear of the boxes
            b = 1 - (0.16 if end == "y" or crossing else 0.27)
            ends = [(1 - t) * x0 + t * x1 for t in (a, b)], [(1 - t) * y0 + t * y1 for t in (a, b)]
            net.line(*ends, BLUE if is_open else LINE, **look)
            beside = {"dx": -22} if crossing else {"dy": -13 if y0 + y1 > 0 else 13}
            net.text((1 - along) * x0 + along * x1, (1 - along) * y0 + along * y1, name, **beside)
        for name, (left, height) in PLACES.items():
            look = (BLUE, "") if on[name] else (LINE, OFF)
            net.box(left, height, TEXTS[name], *look)
            if name in BIASES:
                net.text(left, height, f"+ {BIASES[name]}", dy=-26 if height > 0 else 26)
        output = Chart("x", "y", "Output", x=(-2.5, 2.5), y=heights, width=400)
        output.line(grid, curve)
        output.points([x], [value["y"]], RED)
        said = [
            f"{text} = {number_text(value[name])} ({'on' if on[name] else 'off'})"
            for name, text in (("h1", "u1"), ("h2", "u2"), ("f1", "f1"), ("f2", "f2"))
        ]
        return [net, output], (
            f"x = {x:.2f}: {', '.join(said)}; y = {number_text(value['y'])}."
            " A dotted wire has no effect on y: it begins or ends at a unit that is off."
        )

    return explore(
        draw, x=(-2.5, 2.5, 0.05, START), first_layer=list(SWITCHES), second_layer=list(SWITCHES)
    )


def switched_7_1(p, first_layer, second_layer):
    """The parameters p with the biases at which the layers are switched in this way at x = START."""
    if signs := SWITCHES[first_layer]:
        theta01, theta02 = (FAR * s - p[w] * START for s, w in zip(signs, ("theta11", "theta12")))
        p = p | {"theta01": theta01, "theta02": theta02}
    if signs := SWITCHES[second_layer]:
        value = _values_7_1(p, START)
        for sign, f, bias in zip(signs, ("f1", "f2"), ("psi01", "psi02")):
            p = p | {bias: p[bias] + FAR * sign - value[f]}
    return p


def _values_7_1(p, x):
    u1, u2 = p["theta01"] + p["theta11"] * x, p["theta02"] + p["theta12"] * x
    h1, h2 = max(u1, 0), max(u2, 0)
    f1 = p["psi01"] + p["psi11"] * h1 + p["psi21"] * h2
    f2 = p["psi02"] + p["psi12"] * h1 + p["psi22"] * h2
    return {"x": x, "h1": u1, "h2": u2, "f1": f1, "f2": f2, "y": network_7_1(p, x)}


def sigmoid_explorer(layers=5, f=0.0):
    """Sigmoid with its slope at f, and the product of that slope over so many layers."""
    return explore(_sigmoids, f=(-8.0, 8.0, 0.5, f), layers=(1, DEEPEST, 1, layers))


def _sigmoids(f, layers):
    grid = np.linspace(-8, 8, 161)
    curve = _sigmoid(grid)
    height = _sigmoid(f)
    slope = height * (1 - height)
    left = Chart(
        "f", "", "Sigmoid and its derivative", x=(-8, 8), y=(-0.05, 1.1),
        xticks=[-8, -4, 0, 4, 8], yticks=[0, 0.25, 0.5, 1], width=400,
    )  # fmt: skip
    left.line(grid, curve, BLUE, label="sigmoid")
    left.line(grid, curve * (1 - curve), ORANGE, dash="7 5", label="derivative")
    ends = np.array([max(-8, f - 1.5), min(8, f + 1.5)])
    left.line(ends, height + slope * (ends - f), RED, width=1.4)
    left.points([f, f], [height, slope], RED)

    every = np.arange(DEEPEST + 1)
    right = Chart(
        "layers", "product of the slopes", "Through the layers", x=(-0.5, DEEPEST + 0.5), y=(1e-21, 10),
        log="y", xticks=[0, 5, 10, 15, 20], width=400,
    )  # fmt: skip
    right.line(every, 0.25**every, INK, dash="2 4", label="at best: ¼ each")
    right.line(every[: layers + 1], slope ** every[: layers + 1], RED, marker="o", size=3)
    if slope**layers > 1e-20:
        anchor = "end" if layers > 10 else "start"
        right.text(layers, slope**layers, number_text(slope**layers), anchor, dy=-14, bold=True)
    return [left, right], (
        f"At f = {f:g} the sigmoid is {number_text(height)} and its slope is {number_text(slope)}"
        f"{', the largest that there is' if f == 0 else ''}."
        f" {'One such layer multiplies' if layers == 1 else f'{layers} such layers multiply'}"
        f" a gradient by"
        f" {number_text(slope**layers)}, weights left aside."
        + (" Nothing is left for the first layer." if slope**layers < 1e-6 else "")
    )


def variance_explorer():
    """How large the values in a random network are, layer by layer, for a choice of the start.

    Left: the variance of the pre-activations, and of the gradients on their way back. Right: the
    activations of one layer.
    """
    starts = sorted(SPREADS, key=lambda name: name != "Xavier: 1/n")
    return explore(
        _variances, weights=starts, activation=list(ACTIVATIONS), layer=(1, DEEPEST, 1, 10)
    )


def _variances(weights, activation, layer):
    depths = np.arange(1, DEEPEST + 1)
    left = Chart(
        "layer", "variance", "Through the network", x=(0.3, DEEPEST + 0.7),
        y=(1e-13, 1e13), log="y", xticks=[1, 5, 10, 15, 20], width=420,
    )  # fmt: skip
    left.band(0.1, 10, GREEN)
    for k, name in enumerate(other for other in SPREADS if other != weights):
        label = "" if k else "the other starts"
        left.line(depths, 10.0 ** _through(name, activation)[0], LINE, width=1.2, label=label)
    logs, shares = _through(weights, activation)
    left.line(depths, 10.0**logs, BLUE, marker="o", size=3, label=weights)
    back = _back_through(weights, activation)
    left.line(depths, 10.0**back, ORANGE, dash="7 5", label="gradients, backward")
    left.points([layer], [10.0 ** np.clip(logs[layer - 1], -12.9, 12.9)], RED, "D")
    right = Chart(
        "activation h", "share of the values", f"Activations of layer {layer}", x=(-3, 3), y=(0, 1),
        xticks={-3: "−3", -1: "−1", 0: "0", 1: "1", 3: "≥ 3"}, yticks=[0, 0.5, 1], width=400,
    )  # fmt: skip
    right.bars(np.linspace(-3, 3, 31), shares[layer - 1], BLUE)
    backward = (
        f" On the way back the variance of the gradients changes from {number_text(10 ** back[-1])} in"
        f" layer {DEEPEST} to {number_text(10 ** back[0])} in layer 1."
    )
    return [left, right], _said(weights, activation, layer, logs) + backward


def _said(start, activation, layer, logs):
    factor = 10 ** ((logs[-1] - logs[0]) / (DEEPEST - 1))
    text = (
        f"{activation} and {start.replace(': ', ' (')}) weights: the variance of the pre-activations is"
        f" {number_text(10 ** logs[0])} in layer 1 and {number_text(10 ** logs[layer - 1])} in layer {layer}."
    )
    if activation == "ReLU":
        spread = SPREADS[start]
        text += (
            f" Each layer multiplies it by about {number_text(spread / 2)}; its n weights per unit have"
            f" the variance {number_text(spread)}/n."
        )
        return text + (" Only 2/n makes that factor 1." if spread == 2 else "")
    if factor < 0.7:
        return text + " The signal dies out with depth."
    if activation == "sigmoid":
        if SPREADS[start] < 0.1:
            return text + " Nearly all units sit at ½: the input no longer matters."
        return (
            text
            + " The variance stays, but the units move around ½, which every layer passes on as an offset."
        )
    if SPREADS[start] > 4:
        return text + " It stays only because tanh is cut off at ±1: most units are saturated."
    if SPREADS[start] == 2:
        return text + " tanh holds it below 1, and its whole range is in use."
    return text + " tanh loses a little in every layer."


@lru_cache
def _through(start, activation):
    """(log10 of the variance of the pre-activations, shares of the activations) by layer."""
    logs, shares = [], []
    for _, f in _layers(start, activation):
        h = ACTIVATIONS[activation](f)
        logs.append(np.log10(np.mean(f**2)))
        counts, _ = np.histogram(np.clip(h, -2.99, 2.99), bins=30, range=(-3, 3))
        shares.append(counts / h.size)
    return np.array(logs), shares


@lru_cache
def _back_through(start, activation):
    """log10 of the variance of the gradients by the pre-activations, by layer; 1 at the last one."""
    layers = list(_layers(start, activation))
    df = np.random.default_rng(8).standard_normal((WIDTH, INPUTS))
    logs = [np.log10(np.mean(df**2))]
    for (weights, _), (_, f) in zip(layers[:0:-1], layers[-2::-1]):
        df = SLOPES[activation](f) * (weights.T @ df)
        logs.append(np.log10(np.mean(df**2)))
    return np.array(logs[::-1])


def _layers(start, activation):
    """(weights, pre-activations) of each layer, for random inputs."""
    rng = np.random.default_rng(7)
    h = rng.standard_normal((WIDTH, INPUTS))
    for _ in range(DEEPEST):
        weights = rng.standard_normal((WIDTH, WIDTH)) * np.sqrt(SPREADS[start] / WIDTH)
        f = weights @ h
        yield weights, f
        h = ACTIVATIONS[activation](f)


def _sigmoid(f):
    return 1 / (1 + np.exp(-f))
