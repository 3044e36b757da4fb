"""Explorers of chapter 2: how a gradient changes from layer to layer."""

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.graph import number_text
from utils.plots import BLUE, GREEN, RED

DEEPEST = 20


def gradient_flow_explorer(depth=6, factor=0.7, predict=None):
    """Exercise 2.11: the gradient at each layer when every layer multiplies it by `factor`.

    It is taken with respect to the output of a layer, and is 1 at the last one.
    predict: (question, right number, tolerance), asked before the picture is shown.
    """
    sliders = {"depth": (2, DEEPEST, 1, depth), "factor": (0.4, 2.0, 0.01, factor)}
    return explore(_gradient_flow, predict, **sliders)


def _gradient_flow(depth, factor):
    layers = list(range(1, depth + 1))
    sizes = [factor ** (depth - layer) for layer in layers]
    chart = Chart(
        "layer (gradient with respect to its output)", "size of the gradient", "Gradient flow",
        x=(0.3, DEEPEST + 2.5), y=(1e-9, 1e7), log="y", xticks=[1, 5, 10, 15, 20], width=620, height=330,
    )  # fmt: skip
    chart.band(0.1, 10, GREEN)
    for height, word in ((3e4, "exploding"), (3, "stable"), (3e-5, "vanishing")):
        chart.text(DEEPEST + 2.3, height, word, anchor="end")
    chart.line(layers, sizes, BLUE, marker="o")
    chart.points([1], sizes[:1], RED, "D")
    # clear of the line
    below = 20 if sizes[0] < 1 else -18
    chart.text(1, sizes[0], f"layer 1: {number_text(sizes[0])}", "start", 10, below, bold=True)
    if sizes[0] < 0.1:
        verdict = "The gradient is vanishing: layer 1 hardly learns."
    elif sizes[0] > 10:
        verdict = "The gradient is exploding: a step for layer 1 is far too large."
    else:
        verdict = "The gradient is stable: layer 1 learns about as fast as the last layer."
    return chart, (
        f"{depth} layers, each multiplying the gradient by {factor:.3g}."
        f" From 1 at layer {depth} it becomes {number_text(sizes[0])} at layer 1. {verdict}"
    )
