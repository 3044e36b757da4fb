"""Pictures of 3.34 and 3.35: the Jacobian and the slopes of tanh through depth, and checkpoints in time."""

from math import ceil

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.graph import number_text
from utils.plots import BLUE, GREEN, LINE, ORANGE, RED

LAYERS = 20
LOWEST, HIGHEST = 1e-20, 1e10
MATRICES = {  # each has the norm 1
    "one unit": np.array([[1.0]]),
    "a rotation": np.array([[0.8, -0.6], [0.6, 0.8]]),
    "one way": np.array([[0.0, 1.0], [0.0, 0.0]]),
    "several units": np.array([[0.5, -0.4, 0.3], [0.2, 0.6, -0.3], [0.4, 0.1, 0.7]]),
}
MATRICES["several units"] /= np.linalg.norm(MATRICES["several units"], 2)
SIZES = {"1": 1.0, "0.1": 0.1, "0.000001": 1e-6, "0.000000001": 1e-9}


def depth_explorer():
    """The norm of the Jacobian after each layer beside its bound, and the slopes of tanh on the way."""
    return explore(_depth, matrix=list(MATRICES), norm=(0.5, 3.0, 0.1, 0.7), input=list(SIZES))


def through_layers(W, x):
    """(norms of the Jacobian, smallest slope, largest slope) after each layer of h = tanh(W h)."""
    h, J, norms, slopes = x, np.eye(len(x)), [], []
    for _ in range(LAYERS):
        h = np.tanh(W @ h)
        slopes.append(1 - h**2)
        J = slopes[-1][:, None] * W @ J
        norms.append(np.linalg.norm(J, 2))
    return np.array(norms), np.min(slopes, axis=1), np.max(slopes, axis=1)


def _depth(matrix, norm, input):
    W = norm * MATRICES[matrix]
    n = len(W)
    x = SIZES[input] * np.linspace(1, 0.5, n) / np.linalg.norm(np.linspace(1, 0.5, n))
    norms, smallest, largest = through_layers(W, x)
    layers = np.arange(1, LAYERS + 1)
    ticks = [1, 5, 10, 15, 20]
    sizes = Chart(
        "layer", "norm", "The Jacobian and its bound", x=(0, LAYERS + 1), y=(LOWEST, HIGHEST),
        xticks=ticks, log="y", width=400,
    )  # fmt: skip
    sizes.line(layers, norm**layers, ORANGE, dash="6 4", label="bound")
    sizes.line(layers, np.maximum(norms, LOWEST), BLUE, marker="o", size=3, label="Jacobian")
    slopes = Chart(
        "layer", "slope of tanh", "The slopes on the way", x=(0, LAYERS + 1), y=(0, 1.05),
        xticks=ticks, width=360,
    )  # fmt: skip
    if n > 1:
        slopes.line(layers, largest, GREEN, marker="^", size=3, label="largest")
    slopes.line(layers, smallest, RED, marker="s", size=3, label="smallest" if n > 1 else "slope")
    end = "is 0" if norms[-1] == 0 else f"has the norm {number_text(norms[-1])}"
    if norms[-1] < 1e-3:
        fate = "it has vanished"
    else:
        fate = "it has exploded" if norms[-1] > 1e3 else "it has neither vanished nor exploded"
    return [sizes, slopes], (
        f"W ({matrix}) has the norm {norm:.1f}. After {LAYERS} layers the Jacobian {end}, and the bound is "
        f"{number_text(norm**LAYERS)}: {fate}. In the last layer the smallest slope of tanh is "
        f"{number_text(round(float(smallest[-1]), 4))}."
    )


MOST_LAYERS = 36
KEEP, AGAIN, BACK = "forward", "forward again", "backward"


def timeline_explorer():
    """Which activations a backward pass with checkpoints holds, at every moment."""
    return explore(
        _timeline,
        layers=(4, MOST_LAYERS, 1, 16),
        every=(1, MOST_LAYERS, 1, 8),
        percent_of_time=(0, 100, 1, 75),
    )


def moments(layers, every):
    """[(what is done, with which layer, {held input: is it a checkpoint?}), …], layers counted from 0."""
    found, held = [], {}
    for i in range(layers):
        if i % every == 0:
            held[i] = True
        found.append((KEEP, i, dict(held)))
    for start in reversed(range(0, layers, every)):
        stop = min(start + every, layers)
        for i in range(start, stop - 1):
            held[i + 1] = False
            found.append((AGAIN, i, dict(held)))
        for i in reversed(range(start, stop)):
            found.append((BACK, i, dict(held)))
            del held[i]
    return found


def _timeline(layers, every, percent_of_time):
    every = min(every, layers)
    steps = moments(layers, every)
    now = round(percent_of_time / 100 * (len(steps) - 1))
    held = [len(kept) for _, _, kept in steps]
    ends = (0, len(steps) + 1)
    chart = Chart(
        "step", "input of layer", "What is held, and when", x=ends, y=(0, layers + 1), width=560, height=330
    )  # fmt: skip
    for i in range(layers):
        for is_checkpoint in (True, False):
            at = [t for t, (_, _, kept) in enumerate(steps, 1) if kept.get(i) is is_checkpoint]
            if at:
                colour, dash = (BLUE, "") if is_checkpoint else (ORANGE, "3 2")
                chart.line([at[0], at[-1] + 1], [i + 1, i + 1], colour, dash=dash, width=3.4)
    chart.line([now + 1, now + 1], [0, layers + 1], LINE, dash="4 4", width=1.4)
    what, layer, kept = steps[now]
    chart.points([now + 1], [layer + 1], RED, "D", size=5)
    for label, colour, dash in (("checkpoint", BLUE, ""), ("computed again", ORANGE, "3 2")):
        chart.line([], [], colour, dash=dash, label=label)
    chart.points([], [], RED, "D", label="now", size=5)
    top = max(layers, *held) + 2
    count = Chart(
        "step", "held at once", "How much is held", x=ends, y=(0, top), width=560, height=210
    )
    times = np.arange(1, len(steps) + 1)
    count.line(ends, [layers, layers], LINE, dash="6 4", label="everything kept")
    count.line(times, held, GREEN, label="with checkpoints")
    count.points([now + 1], [held[now]], RED, "D", size=5)
    doing = {
        KEEP: f"layer {layer + 1} is computed on the way forward",
        AGAIN: f"layer {layer + 1} is computed again",
        BACK: f"the backward pass goes through layer {layer + 1}",
    }[what]
    again = sum(kind == AGAIN for kind, _, _ in steps)
    return [chart, count], (
        f"Step {now + 1} of {len(steps)}: {doing}. Activations held: {len(kept)}, at the peak {max(held)}, "
        f"and {layers} without checkpoints. Checkpoints: {ceil(layers / every)}. Evaluations of layers: "
        f"{layers} on the way forward, {again} again."
    )
