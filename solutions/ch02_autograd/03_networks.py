# %% [markdown]
# # Gradients of a network
#
# So far every gradient belonged to a single number. A network works with matrices: many examples at
# once, thousands of weights at once. The chain rule stays the same; what is new is to keep track of the
# shapes. In this notebook you find the gradients of a matrix product, use them to take a two-layer
# network apart, and then watch what happens to a gradient on its way through many layers.
#
# > **Conventions here.** Every row of $X$ is one example: $X$ is (N, D) for N examples with D numbers
# > each. Weights are stored as (in, out), so a layer computes $Y = XW + b$. (PyTorch's `nn.Linear`
# > stores them the other way round, as (out, in).) A gradient has **the shape of the thing that it is
# > the gradient of**. Examples are never averaged here: $L$ is one number, and every row contributes.

# %% setup=true
import math

import numpy as np

from utils import (
    expect,
    grade,
    gradient_flow_explorer,
    is_number,
    progress,
    show,
    some_letters,
    such_that,
)
from utils.plots import axes, style

# What the tests use
example = (
    np.array([[1.0, 2.0], [1.0, 5.0]]),  # x: two examples
    np.array([[1.0, -2.0], [0.0, 1.0]]),  # W1
    np.array([1.0, -1.0]),  # b1
    np.array([[3.0], [-5.0]]),  # W2
    np.array([0.5]),  # b2
)
upstream = np.array([[10.0], [1.0]])


def gradient(name):
    """"dW1", "db1", "dW2" or "db2", from the four that backward returns."""
    found = backward(*example, upstream)
    if isinstance(found, dict):
        return found[name if name in found else name[1:]]
    dW1, db1, dW2, db2 = found
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}[name]


# %% [markdown] exercise="2.9" title="The gradient of a matrix product" stars=3 minutes=25
# Nearly all the time that a network spends learning goes into two matrix products per layer: the ones
# that you derive here. If you can derive them, you never have to memorise where the transposes go.
#
# Let $Y = XW$ with $X$ of shape (N, D) and $W$ of shape (D, M), and let $G = \partial L/\partial Y$ be
# the upstream gradient, with the shape of $Y$. Entry by entry the product reads
#
# $$Y_{nm} = \sum_d X_{nd}\,W_{dm}.$$
#
# Every entry of $X$ takes part in a whole row of $Y$, every entry of $W$ in a whole column, as the next
# picture shows; and where a quantity is used several times, its gradients add up.
#
# **a)** Which shape has $\partial L/\partial W$? Answer with two of the letters N, D, M, as text in a
# tuple.
#
# **b)** Write `matmul_backward(X, W, grad_Y)`. It returns the pair ($\partial L/\partial X$,
# $\partial L/\partial W$), in this order.
#
# **Example.** Let $X$ be the row $(1, 2)$, $W$ the column $(3, 4)$, $G = 10$. Then
# $\partial L/\partial X$ is the row $(30, 40)$, and $\partial L/\partial W$ is the column $(10, 20)$.


# %% fold=true
# Shift+Enter: which entries of a product one entry of X or of W moves
def draw_matrices(ax, matrices, highlights=(), unit=0.34):
    """Matrices side by side: (name, shape in letters, rows, columns) or a sign in between."""
    x, names = 0.0, {}
    for item in matrices:
        if isinstance(item, str):
            ax.text(x + 0.12, 0, item, ha="center", va="center", fontsize=13)
            x += 0.5
            continue
        name, shape, rows, columns = item
        names[name] = (x, rows, columns)
        ax.pcolormesh(
            x + unit * np.arange(columns + 1), unit * (np.arange(rows + 1) - rows / 2),
            np.zeros((rows, columns)), cmap="Blues", vmin=0, vmax=1, edgecolor="#9aa5b1", linewidth=0.8,
        )  # fmt: skip
        middle = x + unit * columns / 2
        ax.text(middle, unit * rows / 2 + 0.12, name, ha="center", va="bottom", fontweight="bold")
        ax.text(middle, -unit * rows / 2 - 0.12, shape, ha="center", va="top", fontsize=10.5)
        x += unit * columns + 0.25
    for name, row, column, height, width in highlights:
        left, rows, _ = names[name]
        corner = left + unit * column, unit * (rows / 2 - row - height)
        ax.fill_between(
            [corner[0], corner[0] + unit * width], corner[1], corner[1] + unit * height,
            facecolor="#E69F00", hatch="///", edgecolor="#7a5c00", linewidth=1,
        )  # fmt: skip
    ax.set(xlim=(-0.2, x), xticks=[], yticks=[], xlabel="", ylabel="", aspect="equal")
    ax.axis("off")


fig, (left, right) = axes("", "", columns=2, width=7.4, height=2.7)
product = [("X", "(N, D)", 5, 3), "·", ("W", "(D, M)", 3, 2), "=", ("Y", "(N, M)", 5, 2)]
with style():
    draw_matrices(left, product, [("X", 1, 2, 1, 1), ("Y", 1, 0, 1, 2)])
    draw_matrices(right, product, [("W", 2, 1, 1, 1), ("Y", 0, 1, 5, 1)])
    for ax, name in ((left, "X moves a row"), (right, "W moves a column")):
        ax.set(title=f"One entry of {name} of Y", ylim=(-1.3, 1.5))
show(
    fig,
    "The product of X, 5 by 3, and W, 3 by 2, is Y, 5 by 2, drawn twice. Left: the entry of X in row 2 "
    "is marked, and with it the whole row 2 of Y. Right: the entry of W in column 2 is marked, and with "
    "it the whole column 2 of Y.",
)

# %% answer="2.9a"
shape_dW = ...  # a tuple of two of the letters "N", "D", "M"
### BEGIN SOLUTION
shape_dW = ("D", "M")
### END SOLUTION

# %% test="2.9a"
two_names = such_that('two of the names N, D and M, as in ("N", "M")', some_letters("NDM", 2))
expect("2.9a", lambda: shape_dW, two_names)

# %% [markdown]
# ### First the derivation, from cards (bonus)
#
# Where does the formula come from? Here are seven cards. Five of them, in the right order, derive
# $\partial L/\partial X$; the other two do not belong. Let only $X$ move, by a small $dX$, and ask what
# happens to $L$. With the derivation at hand, b) is a single line, so begin here, even if you skip the
# points.
#
# | card | what it says |
# |---|---|
# | a | Swap the sums: $dL = \sum_{n,d}\bigl(\sum_m G_{nm}W_{dm}\bigr)\,dX_{nd}$. |
# | b | Both $G$ and $W$ run through their *second* index: this is entry $(n, d)$ of $GW^\top$. |
# | c | By the meaning of $G$, $dL = \sum_{n,m} G_{nm}\,dY_{nm}$. |
# | d | Both $G$ and $W$ run through their *first* index: this is entry $(n, d)$ of $G^\top W$. |
# | e | Insert $dY_{nm} = \sum_d dX_{nd}\,W_{dm}$. |
# | f | The factor of $dX_{nd}$ is the gradient: $\partial L/\partial X_{nd} = \sum_m G_{nm}W_{dm}$. |
# | g | Insert $dY_{nm} = \sum_d X_{nd}\,dW_{dm}$. |
#
# Set `derivation` to the five letters in order. Then write `dX_entry(G, W, n, d)`, which computes the
# single number $\partial L/\partial X_{nd}$ with a plain sum, no matrix product: the step from the
# derivation to the code.

# %% answer="2.9-steps"
derivation = ...  # five letters in order, such as "abcde"
### BEGIN SOLUTION
derivation = "ceafb"
### END SOLUTION


def dX_entry(G, W, n, d):
    """The gradient for one entry of X."""
    ### BEGIN SOLUTION
    return sum(G[n, m] * W[d, m] for m in range(W.shape[1]))
    ### END SOLUTION


# %% test="2.9-steps"
G, W = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])

expect("2.9-steps", lambda: derivation, some_letters("abcdefg", 5))
expect("2.9-steps", lambda: dX_entry(G, W, 0, 1), 17.0)

# %% [markdown]
# ### b) The code
#
# Now read the last card as a product of two matrices, do the same for $W$, and write `matmul_backward`.

# %% [markdown] hints="2.9"
# The cards: begin with what $G$ means. Then put in what $dY$ is; only after that can anything be collected.
#
# ---
# Which index do $G$ and $W$ share, and where does it stand in each? In a matrix product it stands *second*
# in the left factor and *first* in the right one; a factor in which it stands elsewhere is transposed.
#
# ---
# Shapes are a good check, but they do not decide when the matrices are square. In the left picture,
# $X_{nd}$ moves $Y_{nm}$ by $W_{dm}$ for every $m$; in the right one, $W_{dm}$ moves $Y_{nm}$ by $X_{nd}$
# for every $n$. Multiply by $G_{nm}$ and sum.


# %% answer="2.9b"
def matmul_backward(X, W, grad_Y):
    """(gradient for X, gradient for W) of Y = X @ W."""
    ### BEGIN SOLUTION
    return grad_Y @ W.T, X.T @ grad_Y
    ### END SOLUTION


# %% test="2.9b" decides=true
row, column, ten = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[10.0]])
X, W, G = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [2.0, 1.0]]), np.array([[1.0, 2.0], [0.0, 3.0]])

expect("2.9b", lambda: matmul_backward(row, column, ten)[0], [[30, 40]])
expect("2.9b", lambda: matmul_backward(row, column, ten)[1], [[10], [20]])
# square matrices, where the shapes do not say which product is right
expect("2.9b", lambda: matmul_backward(X, W, G)[0], [[1, 4], [0, 3]])
expect("2.9b", lambda: matmul_backward(X, W, G)[1], [[1, 11], [2, 16]])
expect(
    "2.9b",
    lambda: [np.shape(g) for g in matmul_backward(np.ones((5, 3)), np.ones((3, 2)), np.ones((5, 2)))],
    [(5, 3), (3, 2)],
)

# %% [markdown] commentary="2.9"
# Both products are read off the sums of the derivation: $\sum_m G_{nm}W_{dm}$ runs through the second index
# of both, so $W$ is transposed and stands on the right, and $\sum_n X_{nd}G_{nm}$ runs through the first, so
# $X$ is transposed and stands on the left. The sum over $n$ *adds* the examples; if the loss is a mean, its
# $1/N$ has come in with $G$ already.

# %% [markdown]
# ### In your own words (optional)
#
# Your instructor reads this part; a model answer comes with `solution("2.9")`.

# %% [markdown] written="2.9-written"
# Derive $\partial L/\partial W$ in the same way. Show which entries of $Y$ move when one entry of $W$
# moves, collect what stands in front of $dW_{dm}$, and check the shapes at the end.
#
# ### BEGIN SOLUTION
# Only $W$ moves. Then $dY_{nm} = \sum_d X_{nd}\,dW_{dm}$: the entry $W_{dm}$ moves column $m$ of $Y$,
# row $n$ of it by $X_{nd}$. With $dL = \sum_{n,m} G_{nm}\,dY_{nm}$ this gives
# $dL = \sum_{d,m}\bigl(\sum_n X_{nd}\,G_{nm}\bigr)\,dW_{dm}$, so
# $\partial L/\partial W_{dm} = \sum_n X_{nd}\,G_{nm}$: both factors run through their first index, so
# this is entry $(d, m)$ of $X^\top G$. Shapes: (D, N) times (N, M) is (D, M), the shape of $W$.
# ### END SOLUTION

# %% [markdown] exercise="2.10" title="A two-layer network" stars=3 minutes=30 needs="2.9"
# This is the smallest network that can learn anything curved, and its backward pass holds all the
# pieces of the largest ones: matrix products, biases that are shared by all examples, and a
# nonlinearity in between. After this exercise, it learns a sine wave with *your* gradients.
#
# $$z_1 = xW_1 + b_1, \qquad a_1 = \max(z_1, 0), \qquad z_2 = a_1W_2 + b_2.$$
#
# > **Conventions here.** NumPy arrays: $x$ (N, D), $W_1$ (D, H), $b_1$ (H,), $W_2$ (H, M), $b_2$
# > (M,), so $z_2$ is (N, M). There is no ReLU on the output. Nothing is kept between the two
# > functions: `backward` repeats whatever it needs of the forward pass. `grad_output` is
# > $\partial L/\partial z_2$.
#
# **Your task.** Write
#
# - `forward(x, W1, b1, W2, b2)`, which returns $z_2$,
# - `backward(x, W1, b1, W2, b2, grad_output)`, which returns the gradients
#   `(dW1, db1, dW2, db2)` in this order, each in the shape of its parameter.
#
# **Example.** With the numbers in the tests below there are two examples, two hidden units and one output.
# The first example gives $z_1 = (2, -1)$: the first unit is on, the second is off. A unit that is off passes
# nothing on, and so nothing comes back through it from this example. The second example gives
# $z_1 = (2, 2)$, and both units pass its gradient on.
#
# **A plan that works**, with tests below for each step: (1) `forward`. (2) In `backward`, the last layer: `dW2`
# and `db2`; return `None` in the other two places for now. (3) Back through the ReLU, and the first layer.

# %% fold=true
# Shift+Enter: the shapes of the two-layer network
fig, ax = axes("", "", width=7.4, height=2.5)
network = [
    ("x", "(N, D)", 5, 3), "·", ("W₁", "(D, H)", 3, 4), "+", ("b₁", "(H,)", 1, 4), "=",
    ("z₁", "(N, H)", 5, 4), "→", ("a₁", "(N, H)", 5, 4), "·", ("W₂", "(H, M)", 4, 2), "+",
    ("b₂", "(M,)", 1, 2), "=", ("z₂", "(N, M)", 5, 2),
]  # fmt: skip
with style():
    draw_matrices(ax, network)
    ax.annotate(
        "", (0, -1.75), (1, -1.75), ("axes fraction", "data"),
        arrowprops={"arrowstyle": "->", "color": "#D55E00", "linewidth": 2},
    )  # fmt: skip
    ax.text(
        0.5, -1.65, "gradients come back this way, each in the shape of its box",
        ha="center", va="bottom", transform=ax.get_yaxis_transform(), color="#D55E00",
    )  # fmt: skip
    ax.set(ylim=(-1.8, 1.2))
    ax.set_title("The network, forward from left to right (→ is the ReLU)")
show(
    fig,
    "The shapes of a two-layer network for N = 5 examples, D = 3 inputs, H = 4 hidden units and M = 2 "
    "outputs. x is N by D, W1 is D by H, b1 has H entries, z1 and a1 are N by H, W2 is H by M, b2 has M "
    "entries, z2 is N by M. The gradients run from right to left and have the same shapes.",
)

# %% [markdown] hints="2.10"
# Go backward one line at a time, and ask for each: given the gradient for the left side, what is the
# gradient for everything on the right? For the last line $z_2 = a_1W_2 + b_2$ you know the matrix
# product from 2.9.
#
# ---
# A bias is added to every row. It is used N times, so N gradients add up: a sum over `axis=0`, which has
# the bias's shape.
#
# ---
# Through the ReLU the gradient passes where $z_1 > 0$ and nowhere else: multiply with the mask
# `(z1 > 0)`, element by element. After that, the first layer looks just like the second.

# %% answer="2.10"
def forward(x, W1, b1, W2, b2):
    """The output z2 of the network, shape (N, M)."""
    ### BEGIN SOLUTION
    a1 = np.maximum(x @ W1 + b1, 0)
    return a1 @ W2 + b2
    ### END SOLUTION


def backward(x, W1, b1, W2, b2, grad_output):
    """The gradients (dW1, db1, dW2, db2)."""
    ### BEGIN SOLUTION
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)

    dW2 = a1.T @ grad_output
    db2 = grad_output.sum(axis=0)
    dz1 = (grad_output @ W2.T) * (z1 > 0)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return dW1, db1, dW2, db2
    ### END SOLUTION


# %% step="2.10"
# Step 1: forward
expect("2.10", lambda: forward(*example), [[6.5], [-3.5]])

# %% step="2.10"
# Step 2: the last layer
expect("2.10", lambda: gradient("dW2"), [[22], [2]])
expect("2.10", lambda: gradient("db2"), [11])

# %% [markdown]
# Step 3, and with it the whole exercise: back through the ReLU, and the first layer.

# %% test="2.10"
expect("2.10", lambda: gradient("dW1"), [[33, -5], [75, -25]])
expect("2.10", lambda: gradient("db1"), [33, -5])
expect("2.10", lambda: [gradient("dW2"), gradient("db2")], [[[22], [2]], [11]])
expect("2.10", lambda: forward(*example), [[6.5], [-3.5]])

# %% [markdown] commentary="2.10"
# `backward` reads like `forward` from its last line to its first: for each line, what comes in from the left
# side is turned into one gradient for everything on the right. Matrices follow 2.9, a bias that serves all
# examples *sums* their gradients, and the ReLU multiplies by a mask of $z_1$ (not of $a_1$, where `>= 0` would
# always hold); `dz1` is computed once and used for both `dW1` and `db1`.

# %% [markdown]
# ### Your network learns
#
# If `forward` and `backward` are right, nothing more is needed to learn: take a step against the
# gradient, and repeat. The next cell fits a sine wave with 24 hidden units.


# %%
def learn_a_sine(steps=4000, rate=0.015, hidden=24):
    """Train with the functions above; draw the fit before and after."""
    rng = np.random.default_rng(3)
    x = np.linspace(-3, 3, 61)[:, None]
    y = np.sin(1.5 * x)
    params = [
        rng.normal(size=(1, hidden)), rng.normal(size=hidden),
        rng.normal(size=(hidden, 1)) * 0.3, np.zeros(1),
    ]  # fmt: skip
    before, losses = forward(x, *params), []
    for _ in range(steps):
        error = forward(x, *params) - y
        losses.append(np.mean(error**2))
        slopes = backward(x, *params, 2 * error / len(x))
        params = [p - rate * slope for p, slope in zip(params, slopes, strict=True)]

    fig, (left, right) = axes("", "", columns=2, width=8.6)
    with style():
        left.semilogy(losses)
        right.plot(x, y, label="sin(1.5 x)")
        right.plot(x, before, label="at the start")
        right.plot(x, forward(x, *params), label="learnt")
        left.set(title="Mean squared error", xlabel="step", ylabel="loss (log scale)")
        right.set(title="What the network says", xlabel="x", ylabel="output", ylim=(-3, 3))
        right.legend(loc="upper left", ncols=3, fontsize=8.5)
    show(
        fig,
        f"Left: the mean squared error goes from {losses[0]:.3g} to {losses[-1]:.3g} in {steps} steps. "
        "Right: the sine wave, the network's output at the start, and its output after training.",
    )


try:
    learn_a_sine()
except NotImplementedError:
    print("○ Here your network will learn a sine wave, once forward and backward are written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown] exercise="2.11" title="Gradient flow" stars=2 minutes=15 needs="2.9"
# The chain rule multiplies. A product of many factors shrinks towards 0 or grows without bound, unless the
# factors are close to 1. This one fact has shaped how deep networks are built today.
#
# > **Convention here.** Layers count from 1 to n, and *the gradient at layer k* is the gradient with
# > respect to the **output of layer k**. The *final* gradient is the one with respect to the output of
# > the last layer, n. Each layer multiplies the number that passes through it by `factor`.
#
# **a)** Write `gradient_at_layer(factor, n_layers, layer, final=1.0)`.
#
# **Example.** Three layers that each multiply by 5: `gradient_at_layer(5, 3, 3)` is 1, by definition;
# `gradient_at_layer(5, 3, 2)` is 5, because only layer 3 lies between the output of layer 2 and the end.
#
# **b)** A network has 10 layers, and the final gradient is 1. What is the gradient at layer 1 if each
# layer multiplies by 2? And if each multiplies by 0.5? Two numbers, worked out by you.
#
# **c)** Further below you choose what helps.

# %% [markdown] hints="2.11"
# Draw three boxes in a row and mark the *outputs* of box 1 and of box 3. How many boxes does a signal
# pass from the one mark to the other?
#
# ---
# On the way back the gradient is multiplied once for each of these boxes, whether you count 3
# boxes or 10.
#
# ---
# For c), ask of each proposal: does it bring the factor per layer, or the gradient itself, closer to a
# healthy size? Or does it leave the factor as it is?


# %% answer="2.11a"
def gradient_at_layer(factor, n_layers, layer, final=1.0):
    """The gradient with respect to the output of layer `layer`."""
    ### BEGIN SOLUTION
    return final * factor ** (n_layers - layer)
    ### END SOLUTION


# %% test="2.11a" decides=true
expect("2.11a", lambda: gradient_at_layer(5, 3, 3), 1.0)
expect("2.11a", lambda: gradient_at_layer(5, 3, 2), 5.0)
expect("2.11a", lambda: gradient_at_layer(5, 3, 2, final=0.2), 1.0)

# %% answer="2.11b"
g_times_2 = ...  # a number
g_times_half = ...  # a number
### BEGIN SOLUTION
g_times_2 = 2**9
g_times_half = 0.5**9
### END SOLUTION

# %% test="2.11b"
expect("2.11b", lambda: g_times_2, is_number)
expect("2.11b", lambda: g_times_half, is_number)

# %% [markdown]
# ### Try it
#
# In the green band the gradient at layer 1 is between a tenth of the last layer's and ten times it. How
# large may the factor be, at most, with 5 layers, and with 20? Work it out: for which factor does your
# `gradient_at_layer(factor, 20, 1)` reach 10? Then run the next cell (Shift+Enter), type your answer for 20
# layers, and check both with the sliders. (The arrow keys move a slider by a hundredth.)

# %% picture=true
question = "What is the largest factor for which layer 1 of 20 stays in the green band?"
gradient_flow_explorer(predict=(question, 10 ** (1 / 19), 0.006))

# %% [markdown]
# ### c) What helps?
#
# The gradients of a deep network vanish or explode. Which of these act against **at least one of the
# two**? Set `fixes` to the set of their letters.
#
# | | proposal |
# |---|---|
# | a | Add the input of a layer to its output (a residual or skip connection). |
# | b | Add more layers, so that the network has more capacity. |
# | c | Choose the size of the initial weights by the width of the layer (Xavier, He). |
# | d | Raise the learning rate. |
# | e | Normalise the activations inside the network (batch norm, layer norm). |
# | f | Put a sigmoid after every layer, so that the activations stay between 0 and 1. |
# | g | Cut the gradient's norm down to a limit before each step (clipping). |
# | h | Shuffle the training examples before each epoch. |

# %% answer="2.11c"
fixes = ...  # a set of letters, such as {"x", "y"}
### BEGIN SOLUTION
fixes = {"a", "c", "e", "g"}
### END SOLUTION

# %% test="2.11c"
expect("2.11c", lambda: fixes, some_letters("abcdefgh"))

# %% [markdown] commentary="2.11"
# Between the *output* of layer k and the output of layer n lie n - k layers, hence `n_layers - layer` factors;
# counting the layer itself as well is the usual slip, and would give the gradient at its *input*. Of the
# proposals, those that bring the factor per layer close to 1 (a, c, e) or cap the gradient itself (g) help;
# more layers and a sigmoid after each make it worse, and the learning rate does not touch the product.

# %% [markdown]
# ### Measured
#
# A chain of numbers is a model; this is a network. A random input goes through 30 layers of tanh units,
# 64 in each, and a gradient of length 1 comes back from the output of the last layer.


# %% fold=true
# Shift+Enter: the length of the gradient at each of 30 layers, in five networks
def gradient_lengths(scale, residual=False, squash=np.tanh, depth=30, width=64):
    """Length of the gradient at the output of each layer, from layer 1 to the last."""
    rng = np.random.default_rng(0)
    h, local = rng.normal(size=width), []
    for _ in range(depth):
        W = rng.normal(size=(width, width)) * scale / np.sqrt(width)
        z = h @ W
        slope = (squash(z + 1e-6) - squash(z - 1e-6)) / 2e-6
        local.append((W, slope))
        h = squash(z) + (h if residual else 0)
    g = rng.normal(size=width)
    g /= np.linalg.norm(g)
    lengths = [1.0]
    for W, slope in local[:0:-1]:
        g = (g * slope) @ W.T + (g if residual else 0)
        lengths.append(np.linalg.norm(g))
    return lengths[::-1]


def logistic(z):
    return 1 / (1 + np.exp(-z))


curves = {
    "weights too small": gradient_lengths(0.5),
    "weights too large": gradient_lengths(3.0),
    "sigmoid units": gradient_lengths(1.0, squash=logistic),
    "weights scaled to the width": gradient_lengths(1.0),
    "small weights and skip connections": gradient_lengths(0.3, residual=True),
}
fig, ax = axes("layer", "length of the gradient (log scale)", width=7.6)
with style():
    for (name, lengths), marker in zip(curves.items(), "osD^v", strict=True):
        ax.semilogy(range(1, 31), lengths, label=name, marker=marker, markevery=5, markersize=5)
    ax.set_title("Gradient flow through 30 layers")
    ax.legend(fontsize=9)
show(
    fig,
    "Length of the gradient at the output of each of 30 layers, 1 at the last one. At layer 1: "
    + ", ".join(f"{name} {lengths[0]:.1e}" for name, lengths in curves.items())
    + ".",
)

# %% [markdown]
# ### In your own words (optional)
#
# Your instructor reads this part; a model answer comes with `solution("2.11")`.

# %% [markdown] written="2.11-written"
# Choose two remedies. Say for each of them which of the two problems it treats, vanishing or exploding
# gradients or both, and by which mechanism: what does it do to the factor per layer?
#
# ### BEGIN SOLUTION
# A residual connection computes $h + f(h)$; its derivative is $1 + f'(h)$, so the gradient has a way
# back on which it is multiplied by exactly 1. This treats vanishing gradients. Xavier or He
# initialisation chooses the variance of the weights as 1 or 2 over the width, so that the factor per
# layer starts close to 1: this treats both problems, at the start of training. (Also: normalisation
# keeps the scale in place during training and treats both; gates as in an LSTM let the network choose
# a factor near 1 itself and treat vanishing; clipping limits the length of the gradient and treats
# explosions only, for it cannot bring back a gradient that has vanished.)
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/03_networks")

# %% [markdown]
# {{next}}
