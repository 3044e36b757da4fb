"""Explorers of 6.18, 6.21 and 6.24: layers with skips, batch norm of one unit, dropout's masks."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, LINE, ORANGE, RED

NETWORKS = ("10 32 32 32 32 1", "8 8 8 8 8 1", "6 9 6 9 9 1", "5 4 3 2 2 1")


def skips_explorer():
    """A network as a chain of layers, with an arc for every skip connection."""
    return explore(_skips, layer_sizes=list(NETWORKS))


def _skips(layer_sizes):
    sizes = [int(size) for size in layer_sizes.split()]
    last = len(sizes) - 1
    chart = Chart(
        "", "", "", x=(-0.6, last + 0.6), y=(-1.1, 1.6), frame=False, width=620, height=210
    )
    for k in range(last):
        chart.line([k + 0.36, k + 0.64], [0, 0], LINE)
    found = [k for k in range(2, last) if sizes[k] == sizes[k - 2]]
    for k in found:
        turn = np.linspace(0, np.pi, 41)
        height = 0.9 if k % 2 else 1.25
        chart.line(k - 1 - np.cos(turn), 0.25 + height * np.sin(turn), ORANGE if k % 2 else GREEN)
        chart.points([k], [0.3], ORANGE if k % 2 else GREEN, "D", size=4)
    for k, size in enumerate(sizes):
        chart.box(k, 0, f"A{k}: {size}", BLUE if 0 < k < last else LINE)
        chart.text(k, -0.75, "input" if k == 0 else "output" if k == last else f"layer {k}")
    which = (
        " and ".join(filter(None, [", ".join(map(str, found[:-1])), str(found[-1])]))
        if found
        else ""
    )
    if len(found) > 1:
        said = f"Layers {which} have a skip: each adds the activation from two layers back"
    elif found:
        said = f"Layer {which} has a skip: it adds the activation from two layers back"
    else:
        said = "No layer has a skip: no hidden layer is as wide as the one two layers back"
    return chart, f"{said}. The boxes show the number of units of each layer."


ROWS = 400


def batchnorm_explorer():
    """The pre-activations of one unit over a batch, before and after batch normalisation."""
    return explore(
        _batchnorm,
        mean=(-6.0, 6.0, 1.0, 3.0),
        spread=(0.5, 4.0, 0.5, 2.0),
        gamma=(-2.0, 3.0, 0.5, 1.0),
        beta=(-3.0, 3.0, 0.5, 0.0),
    )


def _batchnorm(mean, spread, gamma, beta):
    rng = np.random.default_rng(8)
    z = np.where(rng.random(ROWS) < 0.3, rng.normal(2, 0.5, ROWS), rng.normal(-0.9, 0.6, ROWS))
    z = mean + spread * (z - z.mean()) / z.std()
    out = gamma * (z - z.mean()) / np.sqrt(z.var() + 1e-5) + beta
    edges = np.linspace(-12, 12, 61)
    charts = []
    for name, values, colour in (("z, what comes in", z, BLUE), ("what comes out", out, ORANGE)):
        chart = Chart(name, "rows", "", x=(-12, 12), y=(0, 200), width=340, height=230)
        chart.bars(edges, np.histogram(values, edges)[0], colour)
        charts.append(chart)
    return charts, (
        f"In: mean {_two(z.mean())}, standard deviation {_two(z.std())}. Out: mean {_two(out.mean())}, "
        f"standard deviation {_two(out.std())}. These are β and the size of γ, whatever came in."
    )


EXAMPLES, UNITS = 12, 20


def dropout_explorer():
    """Masks for a batch of activations: every number is kept or dropped on its own."""
    return explore(
        _dropout,
        keep_prob=(0.1, 1.0, 0.1, 0.5),
        batch=(1, 20, 1, 1),
        mode=["training", "prediction"],
    )


def _dropout(keep_prob, batch, mode):
    a = np.random.default_rng(3).uniform(0.5, 1.5, size=(EXAMPLES, UNITS))
    keep_prob = round(keep_prob, 1)
    mask = np.ones(a.shape)
    if mode == "training":
        mask = (np.random.default_rng([batch, 7]).random(a.shape) < keep_prob) / keep_prob
    out = a * mask
    chart = Chart(
        "unit", "example", "", x=(0.5, UNITS + 0.5), y=(0.5, EXAMPLES + 0.5), xticks=[1, 5, 10, 15, 20],
        yticks=[1, 4, 8, 12], width=480, height=300,
    )  # fmt: skip
    row, column = np.nonzero(out)
    chart.points(column + 1, row + 1, BLUE, "s", "kept", size=6)
    row, column = np.nonzero(out == 0)
    if len(row):
        chart.points(column + 1, row + 1, RED, "X", "dropped", size=4)
    means = Chart(
        "mean of the row", "example", "", x=(0, 3), y=(0.5, EXAMPLES + 0.5), yticks=[1, 4, 8, 12], width=230,
        height=300,
    )  # fmt: skip
    examples = np.arange(EXAMPLES) + 1
    means.points(a.mean(axis=1), examples, LINE, "o", "a", hollow=True)
    means.points(out.mean(axis=1), examples, BLUE, "D", "out", size=4)
    kept = np.count_nonzero(out)
    if mode == "prediction":
        said = "In prediction nothing is dropped, and nothing is multiplied: out is a"
    else:
        said = (
            f"{kept} of {a.size} numbers are kept, and each of these is multiplied by "
            f"{_two(1 / keep_prob)}; the others are 0"
        )
    return [chart, means], (
        f"{said}. The mean of a over the whole batch is {_two(a.mean())}, that of out is {_two(out.mean())}."
    )


def _two(x):
    """Two digits after the point, and no minus before zero."""
    return f"{round(float(x), 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")
