# %% [markdown]
# # Mini-project: gradient checking and XOR
#
# An engine is only as good as its weakest derivative, and a wrong one does not announce itself. So the
# first thing to build for an engine is a tool that finds its mistakes. The second is what engines are
# for: a network that learns something that no straight line can do.
#
# `Value` in this notebook is **the course's engine**, and your work is checked with it: a mistake in your
# own `Value` costs nothing here. To train with *your* engine, copy its class from the notebook before
# into a cell of your own below the set-up cell, without the line `# Answer 2.12a`.
#
# > **Conventions here.** `z.backward()` *adds* $\partial z / \partial v$ to `v.grad` for every value $v$
# > that $z$ was made from; to begin again, set gradients to 0. `v.data` and `v.grad` are plain numbers.
# > The loss is the *mean* over the examples.

# %% setup=true
import math
import random
from functools import lru_cache

import numpy as np

from utils import Chart, Value, expect, explore, grade, progress, show, such_that, xor_data
from utils.plots import BLUE, GREEN, LINES, ORANGE, axes, style


# What the tests use
def number(v):
    """A Value's number, or the number itself."""
    return v.data if isinstance(v, Value) else float(v)


# %% [markdown] exercise="2.12b" title="Trust, but verify" stars=4 minutes=25 needs="2.8 2.12"
# An engine with one wrong derivative still runs, and a network still learns with it, a little. You will
# not notice. What does notice is a comparison with the definition of the derivative,
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(\ldots, x_i + h, \ldots) - f(\ldots, x_i - h, \ldots)}{2h},$$
#
# which uses forward values only, so a mistake in `backward` cannot spoil both sides.
#
# **Your task.** Write `gradient_error(f, xs, h=1e-6)`.
#
# - `f` takes a *list of `Value`* and returns a `Value`, for example `lambda v: v[0] * v[1].tanh()`;
# - `xs` is a list of plain numbers, the point at which to compare; leave it as it is;
# - the result is a float: the largest *absolute* difference, over all inputs, between the gradient
#   that the engine gives and the central difference with step `h`.
#
# A right engine gives something like $10^{-10}$, a wrong one something you cannot miss. The complete
# check feeds your function with right and with wrong engines, and asks whether it tells them apart.
#
# **Example.** For $f(x) = x^3$ and `h = 0.1` even a right engine shows an error, that of the central
# difference itself: $((x + h)^3 - (x - h)^3)/2h = 3x^2 + h^2$, so
# `gradient_error(lambda v: v[0] ** 3, [2.0], h=0.1)` is 0.01.

# %% [markdown] hints="2.12b"
# Two halves: one backward pass gives all of the engine's gradients; the numerical half needs two
# evaluations of `f` for *each* input, with only that input moved.
#
# ---
# Use fresh values for every evaluation. Values that are used again still carry their gradients.
#
# ---
# A gradient may be too large or too small: compare sizes of differences, then take the largest.

# %% answer="2.12b"
def gradient_error(f, xs, h=1e-6):
    """Largest absolute difference between the engine's gradients and central differences."""
    ### BEGIN SOLUTION
    def moved(i, step):
        return f([Value(x + step * (i == j)) for j, x in enumerate(xs)]).data

    values = [Value(x) for x in xs]
    f(values).backward()
    slopes = [(moved(i, h) - moved(i, -h)) / (2 * h) for i in range(len(xs))]
    return max(abs(v.grad - slope) for v, slope in zip(values, slopes))
    ### END SOLUTION


# %% test="2.12b"
tiny = such_that("a number below 1e-6", lambda error: error < 1e-6)
expect("2.12b", lambda: gradient_error(lambda v: v[0] * v[1].tanh(), [2.0, 0.5]), tiny)
expect("2.12b", lambda: gradient_error(lambda v: v[0] ** 3, [2.0], h=0.1), 0.01)
# Value(v[0].data) starts a new graph: the engine sees nothing of v[0], whose true derivative is v[1]
expect("2.12b", lambda: gradient_error(lambda v: Value(v[0].data) * v[1], [2.0, -3.0]), 3.0, rtol=1e-4)
expect("2.12b", lambda: gradient_error(lambda v: v[0] * Value(v[1].data), [2.0, -3.0]), 2.0, rtol=1e-4)

# %% [markdown] commentary="2.12b"
# The engine and the numerical half share nothing but the forward pass, so they cannot be wrong together,
# and every evaluation gets fresh values because old ones would carry their gradients along. Only one
# input is moved at a time, and the largest *absolute* difference is reported: a mean would hide one wrong
# gradient among many right ones, and without absolute values a gradient that is too small would look
# better than a right one.

# %% [markdown]
# ### An engine with a fault
#
# Below is an engine in which one of five operations has a wrong derivative. Guess which one, then let
# your `gradient_error` find it.


# %% fold=true
# Shift+Enter: your gradient_error searches an engine with a fault
def faulty(v):
    """tanh with a derivative that forgets the square."""
    out = v.tanh()
    slope = 1 - out.data

    def _backward():
        v.grad += slope * out.grad

    out._backward = _backward
    return out


SUSPECTS = {
    "a * b": lambda v: v[0] * v[1],
    "a / b": lambda v: v[0] / v[1],
    "a ** 3": lambda v: v[0] ** 3 + v[1],
    "tanh(a)": lambda v: faulty(v[0]) * v[1],
    "sigmoid(a)": lambda v: v[0].sigmoid() * v[1],
}
try:
    for name, suspect in SUSPECTS.items():
        print(f"{name:12s} gradient error {gradient_error(suspect, [0.7, 1.3]):.1e}")
except NotImplementedError:
    print("○ Here your gradient_error will find the fault, once it is written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# Now turn it on your own engine, if you copied it here. Let it run over every operation and a few
# mixtures, at random points that keep away from the kink of relu:
#
# ```python
# gradient_error(lambda v: (v[0] * v[1] + v[2]).tanh() / v[0], [1.3, -0.4, 0.2])
# ```

# %% [markdown] exercise="2.12c" title="A network learns XOR" stars=4 minutes=45 needs="2.12"
# XOR is 1 when its two inputs differ. No straight line separates the 1s from the 0s, so no linear
# model can learn it: the best it can do is to answer 0.5 everywhere. A hidden layer that *bends*
# the plane can. Below, a network of the kind that you will build, trained beforehand on the course's
# engine: its loss for three seeds, and what it answers everywhere on the plane. Each of the four hidden
# units, $\tanh(w_1 x_1 + w_2 x_2 + b)$, changes its sign along a straight line; the dotted lines are
# three of them (the fourth lies outside the picture). The thick line is where the answer is 0.5.

# %% fold=true
# Shift+Enter: the loss of three networks that learn XOR, and what one of them answers
# Losses at some steps, and the weights of one trained network: rows (w1, w2, b), then the output
STEPS = [0, 10, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260]
CURVES = {
    "seed 3": [0.7489, 0.2295, 0.2098, 0.1746, 0.1342, 0.0917, 0.0546, 0.0283, 0.013, 0.0055],
    "seed 2": [0.2925, 0.2545, 0.2403, 0.2166, 0.1874, 0.1514, 0.1109, 0.0718, 0.0405, 0.02, 0.0089],
    "seed 11": [0.591, 0.2911, 0.2561, 0.2363, 0.22, 0.1997, 0.1747, 0.1457, 0.1146, 0.0841, 0.0571, 0.0356]
    + [0.0203, 0.0107, 0.0053],
}
HIDDEN = [[-0.15, 0.56, -0.11], [0.11, 0.16, -1.03], [-1.35, 1.3, -0.76], [-1.22, 1.38, 0.66]]
OUTPUT, OFFSET = [0.55, -0.49, 1.07, -1.3], 1.13

x1, x2 = np.meshgrid(np.linspace(-0.5, 1.5, 200), np.linspace(-0.5, 1.5, 200))
bent = [np.tanh(w1 * x1 + w2 * x2 + bias) for w1, w2, bias in HIDDEN]
surface = OFFSET + sum(weight * unit for weight, unit in zip(OUTPUT, bent))

fig, (left, right) = axes("", "", columns=2, width=8.4, height=3.8)
with style():
    for k, (name, curve) in enumerate(CURVES.items()):
        look = {"color": (BLUE, ORANGE, GREEN)[k], "linestyle": LINES[k], "label": name}
        left.semilogy(STEPS[: len(curve)], curve, **look)
    left.axhline(0.01, color="#7B8794", linestyle=":", label="target 0.01")
    left.set(xlabel="step", ylabel="mean squared error (log scale)", title="Learning XOR")
    left.legend()
    levels = np.linspace(-0.8, 1.8, 14)
    colours = right.contourf(x1, x2, surface, levels=levels, cmap="PuOr", extend="both")
    right.contour(x1, x2, surface, levels=[0.5], colors="black", linewidths=2.5)
    for unit in bent:
        right.contour(x1, x2, unit, levels=[0], colors="black", linewidths=1, linestyles="dotted")
    for point, label in zip(*xor_data()):
        look = {"marker": "o" if label else "s", "markersize": 18, "markeredgecolor": "black"}
        right.plot(*point, color="white", **look)
        right.annotate(f"{label:g}", point, ha="center", va="center", fontweight="bold")
    right.set(xlabel="$x_1$", ylabel="$x_2$", title="What the network answers")
    right.set(xticks=[-0.5, 0, 0.5, 1, 1.5], yticks=[-0.5, 0, 0.5, 1, 1.5])
    right.grid(False)
    fig.colorbar(colours, ax=right, label="output")
show(
    fig,
    "Left: the mean squared error of three networks falls below 0.01 in 150 to 250 steps, slowly at "
    "first, near 0.25, and then fast. Right: the plane in colours, with a band of low "
    "outputs that holds (0, 0) and (1, 1), and high outputs on both sides of it, at (0, 1) and (1, 0).",
)

# %% [markdown]
# The slow stretch near 0.25 is the network answering 0.5 everywhere, as a linear model would, until
# its hidden units have turned apart.
#
# **Your task.** Write `train_xor(seed=0)`, which returns `(predict, losses)`.
#
# | | |
# |---|---|
# | network | 2 inputs, 4 hidden units with tanh, 1 linear output; every unit has a bias |
# | start | every weight and bias uniform in (−1, 1), drawn with `seed` |
# | loss | mean squared error over the four points |
# | training | gradient descent on all four points together, learning rate 0.1, at most 2000 steps |
# | `losses` | a list with the loss at every step; the last entry belongs to the network you return |
# | `predict(x1, x2)` | the trained network's output, a `Value` or a number |
# | target | loss below 0.01, for seeds 0 and 1 |
#
# You may stop as soon as the target is reached, and you should: these settings need a few hundred
# steps, sometimes a thousand. (We trained 60 networks with them and all 60 arrived. With *two relu
# units* hardly any would: a unit that is off at all four points gets no gradient and stays off.)
#
# **Example.** `predict, losses = train_xor(seed=0)`; then `losses[-1]` is below 0.01, and
# `predict(0, 1)` lies between 0.8 and 1.2.

# %% [markdown] hints="2.12c"
# Keep all 17 parameters in one list. A step is: compute the loss, set every gradient to 0, call
# `backward` on the loss, move every parameter a little against its gradient.
#
# ---
# Move the parameters that the network *uses*: change their `data`. In a loop
# `for p in parameters`, an assignment to the name `p` changes nothing but the name, and
# arithmetic on the `Value`s themselves would be recorded in the graph.
#
# ---
# `random.Random(seed).uniform(-1, 1)` draws a number that depends on the seed alone. If all units
# start alike, they get the same gradients and stay alike for ever.

# %% answer="2.12c"
def train_xor(seed=0):
    """Train a 2-4-1 network on XOR. Returns predict(x1, x2) and the losses, one per step."""
    ### BEGIN SOLUTION
    draw = random.Random(seed).uniform
    hidden = [[Value(draw(-1, 1)) for _ in range(3)] for _ in range(4)]  # each unit: w1, w2, bias
    output = [Value(draw(-1, 1)) for _ in range(5)]  # four weights, then the bias
    parameters = [p for unit in [*hidden, output] for p in unit]

    def predict(x1, x2):
        bent = [(w1 * x1 + w2 * x2 + b).tanh() for w1, w2, b in hidden]
        return sum((w * unit for w, unit in zip(output, bent)), output[-1])

    X, y = xor_data()
    losses = []
    for _ in range(2000):
        loss = sum((predict(*x) - target) ** 2 for x, target in zip(X.tolist(), y.tolist())) / 4
        losses.append(loss.data)
        if loss.data < 0.005:
            break
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        for p in parameters:
            p.data -= 0.1 * p.grad
    return predict, losses
    ### END SOLUTION


# %% test="2.12c"
@lru_cache  # one training for each seed serves all lines below
def trained(seed):
    """What the network says at (0, 0), (0, 1), (1, 0) and (1, 1), and the loss that was recorded last."""
    predict, losses = train_xor(seed)
    said = [number(predict(*point)) for point in ((0, 0), (0, 1), (1, 0), (1, 1))]
    return {"said": said, "loss": number(losses[-1]), "first loss": number(losses[0])}


def mean_square(said):
    """The loss, computed from what the network says."""
    return sum((one - wanted) ** 2 for one, wanted in zip(said, (0, 1, 1, 0))) / 4


small = such_that("a loss below 0.01", lambda loss: loss < 0.01)

expect("2.12c", lambda: trained(0)["said"], [0, 1, 1, 0], atol=0.2)
expect("2.12c", lambda: trained(0)["loss"], small)
expect("2.12c", lambda: trained(0)["loss"] - mean_square(trained(0)["said"]), 0.0, atol=1e-6)
expect("2.12c", lambda: trained(1)["loss"], small)
expect("2.12c", lambda: trained(0)["first loss"] == trained(1)["first loss"], False)

# %% [markdown] commentary="2.12c"
# All parameters stand in one list, so that "set every gradient to 0" and "move every parameter" are one
# line each, whatever the network looks like. The update changes `data`, which the network keeps using and
# the graph does not record; and training stops by the loss that was just recorded, before the next step,
# so the last entry belongs to the network that is returned.

# %% [markdown]
# ### Your network
#
# The next cell trains your network for three seeds: the losses, and what the first network answers on the
# whole plane.


# %% fold=true
# Shift+Enter: your losses, and what your network answers everywhere
def draw_my_network(seeds=(0, 1, 2), points=25):
    """The losses for each seed, and the plane as the first network sees it."""
    runs = [train_xor(seed) for seed in seeds]
    line = np.linspace(-0.5, 1.5, points)
    plane = [[number(runs[0][0](float(x1), float(x2))) for x1 in line] for x2 in line]
    fig, (left, right) = axes("", "", columns=2, width=8.4, height=3.8)
    with style():
        for seed, (_, losses), mark in zip(seeds, runs, LINES):
            left.semilogy([number(loss) for loss in losses], linestyle=mark, label=f"seed {seed}")
        left.axhline(0.01, color="#7B8794", linestyle=":", label="target 0.01")
        left.set(xlabel="step", ylabel="mean squared error (log scale)", title="Your losses")
        left.legend()
        colours = right.contourf(line, line, plane, levels=np.linspace(-0.8, 1.8, 14), cmap="PuOr", extend="both")
        right.contour(line, line, plane, levels=[0.5], colors="black", linewidths=2.5)
        for point, label in zip(*xor_data()):
            right.plot(*point, marker="o" if label else "s", markersize=16, color="white", markeredgecolor="black")
            right.annotate(f"{label:g}", point, ha="center", va="center", fontweight="bold")
        right.set(xlabel="$x_1$", ylabel="$x_2$", title="What your network answers")
        right.grid(False)
        fig.colorbar(colours, ax=right, label="output")
    steps = ", ".join(str(len(losses) - 1) for _, losses in runs)
    show(
        fig,
        f"Left: the losses of your networks, after {steps} steps. Right: the answers of the first one on "
        "the plane; the thick line is where the answer is 0.5.",
    )


try:
    draw_my_network()
except NotImplementedError:
    print("○ Here your network will draw its losses and its plane, once train_xor is written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# ### The boundary while it learns
#
# The loss hardly falls at first, then quickly. What happens on the plane meanwhile? Here is one training
# with the settings above, repeated with arrays and drawn at every tenth step. For its first hundred steps
# the loss stays near 0.25. Before you look: what does the network answer then, at each of the four points?


# %% fold=true
# Shift+Enter: the plane during training, with a slider for the step
PATH = []  # every tenth step: the parameters, and the loss
X, Y = xor_data()
rng = np.random.default_rng(2)
now = [rng.uniform(-1, 1, size) for size in ((2, 4), 4, 4, 1)]
for moment in range(301):
    W, shift, V, last = now
    units = np.tanh(X @ W + shift)
    off = units @ V + last - Y
    if moment % 10 == 0:
        PATH.append((now, float(np.mean(off**2))))
    up = off / 2
    bend = np.outer(up, V) * (1 - units**2)
    now = [v - 0.1 * g for v, g in zip(now, (X.T @ bend, bend.sum(0), units.T @ up, up.sum(keepdims=True)))]

GRID = np.linspace(-0.5, 1.5, 41)
CORNERS = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)


def answers(parameters, points):
    W, shift, V, last = parameters
    return np.tanh(points @ W + shift) @ V + last


def plane(step):
    parameters, loss = PATH[step // 10]
    chart = Chart("x₁", "x₂", f"Step {step}", x=(-0.5, 1.5), y=(-0.5, 1.5), width=430, height=400)
    chart.heat((answers(parameters, CORNERS) > 0.5).reshape(41, 41), ORANGE, label="answer above 0.5")
    for target, mark, word in ((0, "s", "should be 0"), (1, "o", "should be 1")):
        chart.points(*X[Y == target].T, BLUE, mark, label=word)
    said = answers(parameters, X)
    right = int(((said > 0.5) == (Y > 0.5)).sum())
    return chart, (
        f"Step {step}: the loss is {loss:.4f}. At (0, 0), (0, 1), (1, 0), (1, 1) the network answers "
        f"{', '.join(f'{one:.2f}' for one in said)}: {right} of the 4 points are on their side of 0.5."
    )


question = "About which number does the network answer everywhere, as long as the loss is near 0.25?"
explore(plane, predict=(question, 0.5, 0.05), step=(0, 300, 10, 60))

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/05_xor")

# %% [markdown]
# {{next}}
