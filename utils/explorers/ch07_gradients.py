"""Explorers of chapter 7: a small network, what sigmoids do to gradients, a start to activations."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from utils.explorers.explorer import explore
from utils.given_functions import EXAMPLE_7_1, network_7_1
from utils.graph import number_text
from utils.plots import BLACK, BLUE, GREEN, ORANGE, RED, axes, style

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
PLACES = {
    "x": (0, 0), "h1": (1, 0.62), "h2": (1, -0.62), "f1": (2, 0.62), "f2": (2, -0.62), "y": (3, 0),
}  # fmt: skip
WIRES = (  # from, to, weight, where on the wire its name stands
    ("x", "h1", "θ11", 0.5), ("x", "h2", "θ12", 0.5),
    ("h1", "f1", "ψ11", 0.5), ("h2", "f1", "ψ21", 0.28),
    ("h1", "f2", "ψ12", 0.28), ("h2", "f2", "ψ22", 0.5),
    ("f1", "y", "φ1", 0.5), ("f2", "y", "φ2", 0.5),
)  # fmt: skip
TEXTS = {
    "x": "x", "h1": "a[u₁]", "h2": "a[u₂]", "f1": "a[f₁]", "f2": "a[f₂]", "y": "y",
}  # fmt: skip
BIASES = {"h1": "θ01", "h2": "θ02", "f1": "ψ01", "f2": "ψ02", "y": "φ0"}
OFF = "#9aa5b1"


def network_7_1_explorer(p=EXAMPLE_7_1):
    """The network of 7.1 with a slider for x: which units are on, and the output as a curve."""
    fig, (net, ax) = axes("x", "y", columns=2, width=9.2, height=3.6)
    net.set(xlabel="", ylabel="", xlim=(-0.35, 3.35), ylim=(-1.25, 1.25))
    net.axis("off")
    wires, units = {}, {}
    with style():
        for start, end, name, along in WIRES:
            a, b = np.array(PLACES[start]), np.array(PLACES[end])
            (wires[start, end],) = net.plot(*zip(a, b), color=BLUE, linestyle="-", zorder=1)
            white = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            at = (1 - along) * a + along * b
            net.text(*at, name, ha="center", va="center", fontsize=10, bbox=white, zorder=2)
        for name, (left, height) in PLACES.items():
            round_box = {"boxstyle": "round,pad=0.45", "facecolor": "white", "linewidth": 2}
            units[name] = net.text(
                left, height, TEXTS[name], ha="center", va="center", bbox=round_box, zorder=3
            )
            if name in BIASES:
                below = height - 0.36 if height <= 0 else height + 0.36
                net.text(left, below, f"+ {BIASES[name]}", ha="center", va="center", fontsize=9)
        grid = np.linspace(-2.5, 2.5, 301)
        ax.plot(grid, network_7_1(p, grid), color=BLUE, linestyle="-")
        (dot,) = ax.plot([], [], color=RED, marker="o", linestyle="none", zorder=3)
        net.set_title("Open and closed units")
        ax.set_title("Output")

    def draw(x):
        u1, u2 = p["theta01"] + p["theta11"] * x, p["theta02"] + p["theta12"] * x
        h1, h2 = max(u1, 0), max(u2, 0)
        f1 = p["psi01"] + p["psi11"] * h1 + p["psi21"] * h2
        f2 = p["psi02"] + p["psi12"] * h1 + p["psi22"] * h2
        value = {"x": x, "h1": u1, "h2": u2, "f1": f1, "f2": f2, "y": network_7_1(p, x)}
        on = {name: name in "xy" or value[name] > 0 for name in value}
        for (start, end), wire in wires.items():
            is_open = on[start] and on[end]
            wire.set(color=BLUE if is_open else OFF, linestyle="-" if is_open else ":")
        for name, unit in units.items():
            unit.set_color(BLACK if on[name] else "#5f6b7a")
            unit.get_bbox_patch().set(
                edgecolor=BLUE if on[name] else OFF, linestyle="-" if on[name] else ":"
            )
        dot.set_data([x], [value["y"]])
        said = [
            f"{text} = {number_text(value[name])} ({'on' if on[name] else 'off'})"
            for name, text in (("h1", "u1"), ("h2", "u2"), ("f1", "f1"), ("f2", "f2"))
        ]
        return f"x = {x:.2f}: {', '.join(said)}; y = {number_text(value['y'])}. Dotted wires carry nothing."

    return explore(draw, fig, x=(-2.5, 2.5, 0.05, 0.6))


def sigmoid_explorer(layers=5, f=0.0):
    """Sigmoid with its slope at f, and the product of that slope over so many layers."""
    deepest = 20
    fig, (left, right) = axes("f", "", columns=2, width=7.6, height=3.2)
    grid = np.linspace(-8, 8, 161)
    curve = _sigmoid(grid)
    with style():
        left.set_title("Sigmoid and its derivative")
        right.set(xlabel="layers", ylabel="product of the slopes", title="Through the layers")
        left.plot(grid, curve, color=BLUE, linestyle="-", label="sigmoid")
        left.plot(grid, curve * (1 - curve), color=ORANGE, linestyle="--", label="derivative")
        (points,) = left.plot([], [], color=RED, linestyle="none", marker="o")
        (tangent,) = left.plot([], [], color=RED, linestyle="-", linewidth=1.4)
        left.legend(loc="upper left", fontsize=9)
        every = np.arange(deepest + 1)
        best = every * np.log10(0.25)
        right.plot(every, best, color=BLACK, linestyle=":", label="at best: ¼ each")
        (line,) = right.plot([], [], color=RED, linestyle="-", marker="o", markersize=4)
        label = right.annotate("", (0, 0), (0, 9), textcoords="offset points", fontweight="bold")
        right.legend(loc="lower left", fontsize=9)
    left.set(xlim=(-8, 8), ylim=(-0.05, 1.25), xticks=[-8, -4, 0, 4, 8], yticks=[0, 0.25, 0.5, 1])
    _powers_of_ten(right, -20, 0, 5)
    right.set(xlim=(-0.5, deepest + 0.5), xticks=[0, 5, 10, 15, 20])

    def draw(f, layers):
        height = _sigmoid(f)
        slope = height * (1 - height)
        points.set_data([f, f], [height, slope])
        ends = np.array([max(-8, f - 1.5), min(8, f + 1.5)])
        tangent.set_data(ends, height + slope * (ends - f))
        logs = every[: layers + 1] * np.log10(slope)
        line.set_data(every[: layers + 1], logs)
        label.xy = (layers, logs[-1])
        label.set_text(number_text(slope**layers))
        label.set_horizontalalignment("right" if layers > 10 else "left")
        label.set_visible(logs[-1] > -20)
        return (
            f"At f = {f:g} the sigmoid is {number_text(height)} and its slope is {number_text(slope)}"
            f"{', the largest that there is' if f == 0 else ''}."
            f" {'One such layer multiplies' if layers == 1 else f'{layers} such layers multiply'}"
            f" a gradient by"
            f" {number_text(slope**layers)}, weights left aside."
            + (" Nothing is left for the first layer." if slope**layers < 1e-6 else "")
        )

    return explore(draw, fig, f=(-8.0, 8.0, 0.5, f), layers=(1, deepest, 1, layers))


def variance_explorer(start="Xavier: 1/n", activation="ReLU", layer=10):
    """How large the values in a random network are, layer by layer, for a choice of the start.

    Left: the variance of the pre-activations. Right: the activations of one layer.
    """
    fig, (left, right) = axes("layer", "", columns=2, width=7.6, height=3.2)
    edges = np.linspace(-3, 3, 31)
    with style():
        left.set(ylabel="variance of the pre-activations", title="Through the network")
        right.set(xlabel="activation h", ylabel="share of the values", title="")
        title = right.set_title("Activations")
        left.axhspan(-1, 1, color=GREEN, alpha=0.12, linewidth=0)
        grey = {"color": "#9aa5b1", "linestyle": "-", "linewidth": 1.2}
        others = [left.plot([], [], **grey)[0] for _ in SPREADS]
        others[0].set_label("the other starts")
        (line,) = left.plot([], [], color=BLUE, linestyle="-", marker="o", markersize=4)
        left.legend(loc="upper left", fontsize=8.5)
        (mark,) = left.plot([], [], color=RED, linestyle="none", marker="D", markersize=8)
        bars = right.stairs(np.zeros(30), edges, fill=True, color=BLUE, alpha=0.8)
    _powers_of_ten(left, -12, 12, 4)
    left.set(xlim=(0.3, DEEPEST + 0.7), xticks=[1, 5, 10, 15, 20])
    right.set(xlim=(-3, 3), ylim=(0, 1), yticks=[0, 0.5, 1])
    right.set_xticks([-3, -1, 0, 1, 3], ["−3", "−1", "0", "1", "3 or more"])
    depths = np.arange(1, DEEPEST + 1)

    def draw(start, activation, layer):
        for other, name in zip(others, SPREADS, strict=True):
            other.set_data(depths, _through(name, activation)[0])
        logs, shares = _through(start, activation)
        line.set_data(depths, logs)
        mark.set_data([layer], [np.clip(logs[layer - 1], -12, 12)])
        bars.set_data(shares[layer - 1])
        title.set_text(f"Activations of layer {layer}")
        return _said(start, activation, layer, logs)

    return explore(
        draw,
        fig,
        start=_choice("weights", SPREADS, start),
        activation=_choice("activation", ACTIVATIONS, activation),
        layer=(1, DEEPEST, 1, layer),
    )


def _said(start, activation, layer, logs):
    factor = 10 ** ((logs[-1] - logs[0]) / (DEEPEST - 1))
    text = (
        f"{activation} and {start.replace(': ', ' (')}) weights: the variance of the pre-activations is"
        f" {number_text(10 ** logs[0])} in layer 1 and {number_text(10 ** logs[layer - 1])} in layer {layer}."
    )
    if activation == "ReLU":
        spread = SPREADS[start]
        text += (
            f" Each layer multiplies it by about {number_text(spread / 2)}: n weights of variance"
            f" {number_text(spread)}/n, and ReLU keeps half of the second moment."
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
    rng = np.random.default_rng(7)
    h = rng.standard_normal((WIDTH, INPUTS))
    logs, shares = [], []
    for _ in range(DEEPEST):
        weights = rng.standard_normal((WIDTH, WIDTH)) * np.sqrt(SPREADS[start] / WIDTH)
        f = weights @ h
        h = ACTIVATIONS[activation](f)
        logs.append(np.log10(np.mean(f**2)))
        counts, _ = np.histogram(np.clip(h, -2.99, 2.99), bins=30, range=(-3, 3))
        shares.append(counts / h.size)
    return np.array(logs), shares


def _choice(name, options, chosen):
    return widgets.ToggleButtons(
        options=list(options),
        value=chosen,
        description=name,
        style={"description_width": "80px", "button_width": "auto"},
    )


def _powers_of_ten(ax, low, high, step):
    """A logarithmic y axis for data given as log10: as readable as matplotlib's, and faster."""
    ticks = list(range(low, high + 1, step))
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    names = ["1" if tick == 0 else f"10{str(tick).translate(raised)}" for tick in ticks]
    margin = 0.04 * (high - low)
    ax.set_ylim(low - margin, high + margin)
    ax.set_yticks(ticks, names)


def _sigmoid(f):
    return 1 / (1 + np.exp(-f))
