"""Pictures of chapter 7's notebook on backpropagation."""

import numpy as np

from utils.given_functions import toy_forward
from utils.graph import number_text
from utils.plots import BLUE, GREEN, INK, LINE, ORANGE, RED, axes, show, style

OFF = "#9aa5b1"
OCHRE = "#b07a00"
GROUND = "#80808022"  # of boxes


def show_toy_chain(x=2.3, y=2.0, beta=(1.0, 2.0, -3.0, 0.4), omega=(0.1, -0.4, 2.0, 3.0)):
    """The toy function of 7.2 as a chain of boxes with the values of the forward pass."""
    values = {"x": x} | toy_forward(x, beta, omega)
    values["l"] = (values["f3"] - y) ** 2
    steps = [
        "β₀ + ω₀ x",
        "sin",
        "β₁ + ω₁ h₁",
        "exp",
        "β₂ + ω₂ h₂",
        "cos",
        "β₃ + ω₃ h₃",
        "(f₃ − y)²",
    ]
    fig, ax = axes("", "", width=6.4, height=2.6)
    ax.axis("off")
    ax.set(xlim=(-0.4, 4.9), ylim=(-0.85, 1.6))
    places = [(k, 1) for k in range(5)] + [(4 - k, 0) for k in range(4)]  # there, and back below
    with style():
        for k, ((name, value), (x_at, y_at)) in enumerate(zip(values.items(), places)):
            box = {"boxstyle": "round,pad=0.35", "facecolor": GROUND, "linewidth": 1.8}
            box["edgecolor"] = BLUE if name[0] == "f" else ORANGE
            shown = name if name in "xl" else f"{name[0]}{'₀₁₂₃'[int(name[1])]}"
            text = f"{shown}\n{number_text(value)}"
            ax.text(x_at, y_at, text, ha="center", va="center", fontsize=10, bbox=box)
            if k:
                _step(ax, places[k - 1], places[k], steps[k - 1])
        label = "backward pass: against the arrows, one new factor for each"
        ax.text(2, -0.7, label, ha="center", va="center", fontsize=10)
    listed = ", ".join(f"{name} = {number_text(value)}" for name, value in values.items())
    show(fig, f"The chain from x to the loss, {listed}; the backward pass runs from l to x.")


def _step(ax, start, end, text):
    """An arrow between two boxes, with what is computed beside it."""
    (x0, y0), (x1, y1) = start, end
    down = y0 != y1
    gap = 0.37 if down else 0.3  # of the boxes
    between = [(np.array(start) * (1 - t) + np.array(end) * t).tolist() for t in (gap, 1 - gap)]
    arrow = {"arrowstyle": "->", "linewidth": 1.5, "color": INK}
    ax.annotate("", between[1], between[0], arrowprops=arrow)
    beside = {"ha": "left", "va": "center"} if down else {"ha": "center", "va": "bottom"}
    at = (x0 + 0.1, 0.5) if down else ((x0 + x1) / 2, y0 + 0.3)
    ax.text(*at, text, fontsize=10, **beside)


def show_layout():
    """Where ∂z_i/∂h_j stands in the matrix ∂z/∂h: denominator layout, for three h and two z."""
    fig, ax = axes("", "", width=5.4, height=2.5)
    ax.axis("off")
    ax.set(xlim=(-1.7, 3.0), ylim=(-3.1, 1.0))
    with style():
        for i in range(2):
            ax.text(1.2 * i + 0.6, 0.35, f"$z_{i + 1}$", ha="center", color=BLUE, fontsize=14)
        for j in range(3):
            ax.text(-0.35, -j - 0.5, f"$h_{j + 1}$", va="center", color=OCHRE, fontsize=14)
            for i in range(2):
                entry = rf"$\partial z_{i + 1}/\partial h_{j + 1}$"
                ax.add_patch(_rectangle(1.2 * i, -j - 1))
                ax.text(1.2 * i + 0.6, -j - 0.5, entry, ha="center", va="center", fontsize=11)
        ax.text(1.2, 0.85, "top: one column each", ha="center", color=BLUE, fontsize=9.5)
        ax.text(-1.6, -1.5, "bottom:\none row each", va="center", color=OCHRE, fontsize=9.5)
    show(
        fig,
        "The matrix of the derivatives of z with respect to h for two z and three h: three rows, "
        "one for each h, and two columns, one for each z.",
    )


def _rectangle(left, bottom):
    from matplotlib.patches import Rectangle

    return Rectangle((left, bottom), 1.2, 1, facecolor=GROUND, edgecolor=LINE)


def show_one_weight():
    """One entry of Omega is one wire of a layer: from h_j to f_i."""
    fig, ax = axes("", "", width=4.6, height=2.5)
    ax.axis("off")
    ax.set(xlim=(-0.5, 2.5), ylim=(-0.6, 3.6))
    lefts, rights = [3, 1.5, 0], [2.25, 0.75]
    with style():
        for j, low in enumerate(lefts):
            for i, high in enumerate(rights):
                chosen = (i, j) == (1, 0)
                look = {"color": RED, "linewidth": 3} if chosen else {"color": OFF, "linewidth": 1}
                ends = low + 0.09 * (high - low), high - 0.09 * (high - low)  # clear of the boxes
                ax.plot([0.18, 1.82], ends, linestyle="-" if chosen else ":", zorder=1, **look)
        box = {"boxstyle": "round,pad=0.35", "facecolor": GROUND, "edgecolor": BLUE}
        for names, x, heights in (("h", 0, lefts), ("f", 2, rights)):
            for k, height in enumerate(heights):
                ax.text(x, height, f"${names}_{k + 1}$", ha="center", va="center", bbox=box)
        ax.text(1.0, 2.25, r"$\Omega_{21}$", ha="center", va="center", color=RED)
    show(fig, "A layer from three h to two f, with one wire for each weight; Omega 21 is marked.")


def watch_step_network(steps=300, lr=0.1, seed=0):
    """Train a network whose hidden units are step functions; show its loss and what has moved."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, size=(1, 60))
    target = np.sin(2 * x)
    sizes = (1, 8, 8, 1)
    W = [rng.normal(size=(m, n)) for n, m in zip(sizes, sizes[1:])]
    b = [rng.normal(size=(m, 1)) for m in sizes[1:]]
    before = [v.copy() for pair in zip(W, b) for v in pair]
    losses = []
    for _ in range(steps):
        h = [x]
        for k in range(3):
            f = b[k] + W[k] @ h[k]
            h.append(np.heaviside(f, 1) if k < 2 else f)
        losses.append(float(np.mean((h[3] - target) ** 2)))
        df = 2 * (h[3] - target) / x.size
        for k in (2, 1, 0):
            slope = np.zeros_like(h[k])  # of the step function, wherever it has one
            previous = (W[k].T @ df) * slope
            W[k] -= lr * df @ h[k].T
            b[k] -= lr * df.sum(axis=1, keepdims=True)
            df = previous
    now = [v for pair in zip(W, b) for v in pair]
    moved = [float(np.linalg.norm(new - old)) for new, old in zip(now, before)]
    names = ["W1", "b1", "W2", "b2", "W3", "b3"]
    fig, (left, right) = axes("step", "loss", columns=2, width=8.4, height=2.9)
    with style():
        left.plot(losses, color=BLUE, linestyle="-")
        left.set_ylim(0)
        left.set_title("Loss while training")
        right.bar(names, moved, color=GREEN)
        right.set(xlabel="parameters", ylabel="distance moved")
        right.set_ylim(0, 1.15 * max(moved))
        right.set_title("What gradient descent moved")
        for k, distance in enumerate(moved):
            text = f"{distance:.2f}" if distance else "0"
            right.text(k, distance, text, ha="center", va="bottom")
    said = ", ".join(f"{name} {distance:.2f}" for name, distance in zip(names, moved))
    show(
        fig,
        f"Step functions in both hidden layers: the loss goes from {losses[0]:.2f} to "
        f"{losses[-1]:.2f} in {steps} steps. Distance moved: {said}.",
    )
