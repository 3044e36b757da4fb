"""Explorers of chapter 2: how a gradient changes from layer to layer."""

from utils.explorers.explorer import explore
from utils.graph import number_text
from utils.plots import BLUE, GREEN, RED, axes, style


def gradient_flow_explorer(depth=6, factor=0.7):
    """Exercise 2.11: the gradient at each layer when every layer multiplies it by `factor`.

    It is taken with respect to the output of a layer, and is 1 at the last one.
    """
    fig, ax = axes(
        "layer (gradient with respect to its output)", "size of the gradient", "Gradient flow"
    )
    deepest = 20
    with style():
        ax.axhspan(0.1, 10, color=GREEN, alpha=0.12, linewidth=0)
        for height, word in ((1e5, "exploding"), (4.0, "stable"), (1e-6, "vanishing")):
            ax.text(
                0.985,
                height,
                word,
                transform=ax.get_yaxis_transform(),
                ha="right",
                va="center",
                color="#5f6b7a",
            )
        (line,) = ax.plot([], [], color=BLUE, linestyle="-", marker="o", markersize=5)
        (first,) = ax.plot([], [], color=RED, marker="D", linestyle="none", markersize=9)
        label = ax.annotate("", (0, 1), (10, 10), textcoords="offset points", fontweight="bold")
    ax.set(yscale="log", ylim=(1e-9, 1e7), xlim=(0.3, deepest + 2.5), xticks=[1, 5, 10, 15, 20])

    def draw(depth, factor):
        layers = list(range(1, depth + 1))
        sizes = [factor ** (depth - layer) for layer in layers]
        line.set_data(layers, sizes)
        first.set_data([1], sizes[:1])
        label.xy = (1, sizes[0])
        label.set_position((10, 10 if sizes[0] >= 1 else -18))  # clear of the line
        label.set_text(f"layer 1: {number_text(sizes[0])}")
        if sizes[0] < 0.1:
            verdict = "The gradient is vanishing: layer 1 hardly learns."
        elif sizes[0] > 10:
            verdict = "The gradient is exploding: a step for layer 1 is far too large."
        else:
            verdict = "The gradient is stable: layer 1 learns about as fast as the last layer."
        return (
            f"{depth} layers, each multiplying the gradient by {factor:.2g}."
            f" From 1 at layer {depth} it becomes {number_text(sizes[0])} at layer 1. {verdict}"
        )

    return explore(draw, fig, depth=(2, deepest, 1, depth), factor=(0.4, 2.0, 0.1, factor))
