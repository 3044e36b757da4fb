"""Explorers of 3.33: a network reads fours and nines, and what wrong gradients do to its training.

The network here has no engine: its gradients are written out by hand.
"""

from functools import cache

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.four_nine import load_four_nine
from utils.plots import BLUE, INK, ORANGE, RED

HIDDEN, EPOCHS, RATE, BATCH = 32, 20, 0.5, 32
NAMES = "W1", "b1", "W2", "b2"
INK_OF = {"#": 1.0, "+": 0.5, ".": 0.0}
SIDE = 8  # pixels of a picture
FIRST = 3  # the picture that is shown at the beginning
DIGITS = "four", "nine"

NONE = "none"
LEAKS = "ReLU lets every gradient through"
OUTPUT = "ReLU's slope is its output"
CUT = "hidden layer gets nothing"
MEAN = "biases get the mean, not the sum"
SUMMED = "loss adds up, no mean"
MISTAKES = {
    LEAKS: "The gradient passes through ReLU where its input is negative, too.",
    OUTPUT: "The gradient is multiplied by ReLU's output instead of 1.",
    CUT: "No gradient comes to the hidden layer.",
    MEAN: "A bias gets the mean over the batch, where its shares should add up.",
    SUMMED: "Every gradient is as many times too large as there are pictures in the batch.",
    NONE: "The gradients are right.",
}


def scores_of(parameters, X):
    """The scores (n, 2) of pictures X (n, 64)."""
    W1, b1, W2, b2 = parameters
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def chance_of_nine(parameters, X):
    """The probability of a nine for each picture."""
    four, nine = scores_of(parameters, X).T
    return 1 / (1 + np.exp(np.clip(four - nine, -700, 700)))


def share_right(parameters, X, y):
    return float(np.mean(scores_of(parameters, X).argmax(axis=1) == y))


def slopes(parameters, X, y, mistake=NONE):
    """The gradients of the mean cross-entropy for W1, b1, W2, b2, with one of the MISTAKES."""
    W1, b1, W2, _ = parameters
    z = X @ W1 + b1
    h = np.maximum(z, 0)
    nine = chance_of_nine(parameters, X)
    for_scores = (np.stack([1 - nine, nine], axis=1) - np.eye(2)[y]) / (
        1 if mistake == SUMMED else len(X)
    )
    bend = {LEAKS: 1.0, OUTPUT: h, CUT: 0.0}.get(mistake, z > 0)
    for_z = for_scores @ W2.T * bend
    share = 1 / len(X) if mistake == MEAN else 1
    return [
        X.T @ for_z,
        share * for_z.sum(axis=0),
        h.T @ for_scores,
        share * for_scores.sum(axis=0),
    ]


def start(seed=0):
    """W1, b1, W2, b2 before the training."""
    rng = np.random.default_rng(seed)
    W1 = rng.normal(size=(SIDE * SIDE, HIDDEN)) * np.sqrt(2 / SIDE**2)
    W2 = rng.normal(size=(HIDDEN, 2)) * np.sqrt(2 / HIDDEN)
    return [W1, np.zeros(HIDDEN), W2, np.zeros(2)]


_data = cache(load_four_nine)


@cache
def training(mistake=NONE, seed=0):
    """The parameters after the training, and the share of unseen pictures read right after each epoch."""
    X, y, unseen, truth = _data()
    parameters, rng = start(seed), np.random.default_rng(seed)
    shares = [share_right(parameters, unseen, truth)]
    for _ in range(EPOCHS):
        order = rng.permutation(len(X))
        for first in range(0, len(X), BATCH):
            rows = order[first : first + BATCH]
            found = slopes(parameters, X[rows], y[rows], mistake)
            parameters = [p - RATE * slope for p, slope in zip(parameters, found)]
        shares.append(share_right(parameters, unseen, truth))
    return parameters, shares


def off_by(mistake):
    """The relative differences from the right gradients, of the first 32 pictures at the start."""
    X, y, _, _ = _data()
    wrong, right = (slopes(start(), X[:BATCH], y[:BATCH], one) for one in (mistake, NONE))
    norm = np.linalg.norm
    return [float(norm(w - r) / (norm(w) + norm(r))) for w, r in zip(wrong, right)]


def wrong_gradients_explorer():
    """A training with wrong gradients beside the right one, and how wrong the gradients are."""
    return explore(_wrong_gradients, mistake=list(MISTAKES))


def _wrong_gradients(mistake):
    _, right = training()
    _, shares = training(mistake)
    curve = Chart(
        "epoch", "unseen pictures read right", "What the training shows", x=(0, EPOCHS), y=(0.4, 1.02),
        width=400,
    )  # fmt: skip
    curve.line(range(EPOCHS + 1), right, INK, dash="6 4", label="right gradients")
    if mistake != NONE:
        curve.line(range(EPOCHS + 1), shares, RED, marker="o", size=3, label="with the mistake")

    off = off_by(mistake)
    places = {k + 0.5: name for k, name in enumerate(NAMES)}
    bars = Chart(
        "gradient for", "relative difference", "What a gradient check shows", x=(0, 4), y=(0, 1.05),
        xticks=places, width=330,
    )  # fmt: skip
    for k, value in enumerate(off):
        bars.bars([k + 0.2, k + 0.8], [value], BLUE)
        bars.text(k + 0.5, value, "0" if value == 0 else f"{value:.2f}", dy=-9)
    text = (
        f"{MISTAKES[mistake]} After {EPOCHS} epochs {shares[-1]:.1%} of the {len(_data()[3])} unseen "
        f"pictures are read right ({right[-1]:.1%} with the right gradients). "
    )
    if mistake == NONE:
        return [curve, bars], text + "The check finds no difference."
    wrong = [name for name, value in zip(NAMES, off) if value > 1e-4]
    return [curve, bars], text + f"The check finds wrong gradients for {', '.join(wrong)}."


def drawn_picture(text):
    """Eight lines of eight signs, # for ink, + for half of it, . for paper, as a row of 64 pixels."""
    rows = [
        line.split() if " " in line.strip() else list(line.strip()) for line in text.split("\n")
    ]
    rows = [row for row in rows if row]
    if [len(row) for row in rows] != [SIDE] * SIDE or not set(sum(rows, [])) <= set(INK_OF):
        raise ValueError(
            "A drawn digit has eight lines of eight signs: # for ink, + for half, . for paper."
        )
    return np.array([INK_OF[sign] for row in rows for sign in row])


def digit_reader(parameters=None, drawn=""):
    """A network reads a digit: how sure it is, and which pixels and hidden units move it.

    parameters: W1 (64, hidden), b1, W2 (hidden, 2), b2 as arrays; the given network if there are none.
    drawn: a digit of your own (see drawn_picture); else there is a choice of unseen pictures.
    """
    parameters = training()[0] if parameters is None else [np.asarray(p, float) for p in parameters]
    W1, b1, W2, b2 = parameters
    network = W1, b1.reshape(-1), W2, b2.reshape(-1)
    _, _, unseen, truth = _data()
    begin = drawn_picture(drawn) if drawn else unseen[FIRST - 1]
    strongest = np.abs(np.maximum(begin @ W1 + network[1], 0) * (W2[:, 1] - W2[:, 0])).argmax()
    units = (1, W1.shape[1], 1, int(strongest) + 1)
    controls = {"fade": (0.0, 1.0, 0.1, 0.0), "unit": units}
    if drawn:
        return explore(lambda fade, unit: _reading(network, begin, None, fade, unit), **controls)

    def chosen(picture, fade, unit):
        return _reading(network, unseen[picture - 1], truth[picture - 1], fade, unit)

    return explore(chosen, picture=(1, len(unseen), 1, FIRST), **controls)


def _reading(network, picture, label, fade, unit):
    W1, b1, W2, _ = network
    digit = int(chance_of_nine(network, picture[None])[0] > 0.5) if label is None else label
    other = _nearest(picture, 1 - digit)
    steps = np.linspace(0, 1, 41)

    def mixed(share):
        return picture + np.multiply.outer(share, other - picture)

    x = mixed(fade)
    chance = float(chance_of_nine(network, x[None])[0])
    z = x @ W1 + b1
    towards_nine = W2[:, 1] - W2[:, 0]
    pull = W1 @ ((z > 0) * towards_nine)

    paper = Chart(
        "", "", "The picture", frame=False, x=(0, SIDE), y=(0, SIDE), width=166, height=192
    )
    paper.heat(x.reshape(SIDE, SIDE)[::-1], INK)
    curve = Chart(
        "fade", "probability of a nine", "Its answer", x=(0, 1), y=(0, 1.02),
        width=234, height=192,
    )  # fmt: skip
    curve.line(steps, chance_of_nine(network, mixed(steps)), BLUE)
    curve.points([fade], [chance], RED, "D")
    charts = [
        paper,
        curve,
        _signed(pull, "+ nine, \N{MINUS SIGN} four"),
        _signed(W1[:, unit - 1], f"Weights of unit {unit}"),
    ]
    strongest = np.abs(pull).argmax()
    effect = max(z[unit - 1], 0) * towards_nine[unit - 1]
    what = "Your digit" if label is None else f"This {DIGITS[label]}"
    mix = "" if fade == 0 else f", faded by {fade:.0%} into a {DIGITS[1 - digit]}"
    unit_does = (
        f"is on ({z[unit - 1]:.2f}) and moves the score by {abs(effect):.2f} towards a "
        f"{DIGITS[int(effect > 0)]}"
        if z[unit - 1] > 0
        else "is off"
    )
    return charts, (
        f"{what}{mix}: the network says {DIGITS[int(chance > 0.5)]}, with a probability of "
        f"{max(chance, 1 - chance):.3f}. The gradient is largest at row {strongest // SIDE + 1}, column "
        f"{strongest % SIDE + 1}, where more ink speaks for a {DIGITS[int(pull[strongest] > 0)]}. Hidden "
        f"unit {unit} {unit_does}."
    )


def _signed(values, title):
    """A picture of numbers for the 64 pixels: blue with + above zero, orange with − below."""
    chart = Chart("", "", title, frame=False, x=(0, SIDE), y=(0, SIDE), width=166, height=192)
    grid, most = values.reshape(SIDE, SIDE), np.abs(values).max() or 1.0
    chart.heat(np.maximum(grid, 0)[::-1], BLUE, high=most)
    chart.heat(np.maximum(-grid, 0)[::-1], ORANGE, high=most)
    for i, j in np.argwhere(np.abs(grid) > 0.35 * most):
        chart.text(j + 0.5, SIDE - i - 0.5, "+" if grid[i, j] > 0 else "\N{MINUS SIGN}", bold=True)
    return chart


def _nearest(picture, label):
    """The training picture with this label that is most like the picture."""
    X, y, _, _ = _data()
    of_label = X[y == label]
    return of_label[np.square(of_label - picture).sum(axis=1).argmin()]
