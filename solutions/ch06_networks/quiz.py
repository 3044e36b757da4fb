# %% [markdown]
# # Quiz, part 1: units, layers and derivatives
#
# Twenty questions on what you have built so far: what a network can represent, how its gradients are
# computed, what depth does to them, and what to look at when training goes wrong. The first eleven are
# here, the other nine in part 2; each part takes about an hour. Several of them are answered wrongly in
# good textbooks. So take your time, compute where you can, and trust the computation.
#
# **How a question works.** Run its cell (Shift+Enter) and answer there, as often as you like. The button
# *Use this answer* then writes your answer into the answer cell below, as in `q1 = "…"`. (Outside
# JupyterLab it gives you the line to copy.) The answer cell is what counts, so run it, and the check
# below it. If you study by yourself, with the full course, every option and every typical slip gets a
# reply of its own at once, and the notebook ends with a list of what to revisit; it remembers your first
# tries. If your work is graded in a class, the reply says whether your answer can be read, and the rest
# comes with your grade.
#
# > **Conventions here.** Layers are counted 1 to $L$. A dense layer computes $z = Wx + b$ with $W$ of
# > shape (outputs, inputs), or $Z = XW^T + b$ for a batch $X$ with one example per row, and then
# > $a = \phi(z)$. *The gradient at layer* $\ell$ is the one with respect to its pre-activations
# > $z^{(\ell)}$. $n$ or $n_\text{in}$ is the number of inputs of a layer, and weights are drawn
# > independently with mean 0.

# %% setup=true
import numpy as np

from utils import Quiz, expect, grade, is_number, progress, some_numbers

quiz = Quiz()

# %% [markdown]
# # Units and layers

# %% [markdown] exercise="q1" title="One unit" stars=1 minutes=6
# The smallest network is a single unit with a step: it says 1 where $w_1x_1 + w_2x_2 + b > 0$ and 0
# elsewhere. That this draws a straight line is all there is to know about it, and it has consequences.
#
# Run the next cell (Shift+Enter) and move the line. How many of the four points of XOR can you get right?

# %% fold=true
# Shift+Enter: a single unit and the points of XOR, with sliders for its weights and its bias
from utils import Chart, explore
from utils.plots import BLUE, RED, SKY, axes

corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
xor = np.array([0, 1, 1, 0])
side = (np.arange(100) + 0.5) / 50 - 0.5
across, upward = np.meshgrid(side, side)


def separate(w1, w2, b):
    chart = Chart(
        "x1", "x2", "A single unit and XOR", x=(-0.5, 1.5), y=(-0.5, 1.5), xticks=[0, 1], yticks=[0, 1],
        width=420, height=420,
    )  # fmt: skip
    chart.heat(w1 * across + w2 * upward + b > 0, SKY, high=2, label="the unit says 1")
    chart.points(*corners[xor == 1].T, BLUE, "o", label="XOR is 1", size=7)
    chart.points(*corners[xor == 0].T, RED, "X", label="XOR is 0", size=7)
    right = int(np.sum((corners @ [w1, w2] + b > 0) == (xor == 1)))
    return chart, (
        f"With w1 = {w1:g}, w2 = {w2:g} and b = {b:g}, the unit is right at {right} of the 4 points."
        + (" Is there a setting with 4?" if right == 3 else "")
    )


explore(separate, w1=(-2.0, 2.0, 0.5, 1.0), w2=(-2.0, 2.0, 0.5, -1.0), b=(-2.0, 2.0, 0.25, 0.25))

# %% quiz="q1"

# %% [markdown]
# **q1c** (code) Build the unit for AND. Set `w`, a list of two numbers, and `b`, a number, so that
# $w_1x_1 + w_2x_2 + b$ is positive at $(1, 1)$ and negative at $(0, 0)$, $(0, 1)$ and $(1, 0)$. It
# should not be 0 at any of the four: what a step does exactly at 0 is a matter of taste.

# %% [markdown] hints="q1c"
# Draw the four points and a line that cuts off the corner $(1, 1)$.
#
# ---
# With equal weights, only the number of ones among the inputs matters. Where between 1 and 2 should the
# unit begin to fire?

# %% answer="q1c"
w = ...  # two numbers
b = ...  # a number
### BEGIN SOLUTION
w = [1, 1]
b = -1.5
### END SOLUTION

# %% test="q1c" decides=true
def signs_of_z(w, b):
    """The signs of w1 x1 + w2 x2 + b at (0, 0), (0, 1), (1, 0) and (1, 1)."""
    w1, w2, c = np.hstack([np.ravel(one.tolist() if hasattr(one, "tolist") else one) for one in (w, b)])
    return [int(np.sign(z)) for z in (c, w2 + c, w1 + c, w1 + w2 + c)]


expect("q1c", lambda: w, some_numbers(2))
expect("q1c", lambda: b, is_number)
expect("q1c", lambda: signs_of_z(w, b), [-1, -1, -1, 1])

# %% [markdown] exercise="q3" title="Layers without an activation" stars=1 minutes=8
# Depth costs time and memory, so it had better be good for something. Whether it is depends on what
# stands between the layers.

# %% quiz="q3"

# %% [markdown]
# **q3c** (code) Write `collapse(W1, b1, W2, b2)`: the weights `W` and the bias `b` of the one layer
# that does what two layers without an activation do, $Wx + b = W_2(W_1x + b_1) + b_2$ for every $x$.
# Return `(W, b)`, as arrays; a bias has one axis.
#
# **Example.** With a single unit in each layer, $W_1 = 2$, $b_1 = 1$, $W_2 = 5$, $b_2 = 3$: first
# $2x + 1$, then $5(2x + 1) + 3 = 10x + 8$.

# %% [markdown] hints="q3c"
# Multiply $W_2(W_1x + b_1) + b_2$ out. What stands in front of $x$, and what remains?
#
# ---
# The first bias goes through the second layer like everything else that comes out of the first.


# %% answer="q3c"
def collapse(W1, b1, W2, b2):
    """(W, b) of the one layer that equals layer 1 (W1, b1) followed by layer 2 (W2, b2)."""
    ### BEGIN SOLUTION
    return W2 @ W1, W2 @ b1 + b2
    ### END SOLUTION


# %% test="q3c" decides=true
one = (np.array([[2.0]]), np.array([1.0]), np.array([[5.0]]), np.array([3.0]))
expect("q3c", lambda: collapse(*one)[0], [[10.0]])
expect("q3c", lambda: collapse(*one)[1], [8.0])
wide = (np.ones((4, 3)), np.zeros(4), np.ones((2, 4)), np.zeros(2))
expect("q3c", lambda: np.shape(collapse(*wide)[0]), (2, 3))
turn, stretch = np.array([[0.0, 1.0], [-1.0, 0.0]]), np.array([[2.0, 0.0], [0.0, 1.0]])
square = (turn, np.ones(2), stretch, np.zeros(2))
expect("q3c", lambda: collapse(*square)[0], [[0.0, 2.0], [-1.0, 0.0]])
expect("q3c", lambda: collapse(*square)[1], [2.0, 1.0])

# %% [markdown] exercise="q11" title="What the approximation theorem promises" stars=2 minutes=4
# *One hidden layer can approximate every continuous function.* Hardly any sentence about networks is
# quoted more often, and it promises less than it seems to.
#
# > **What it says.** Take any continuous $f$ on a closed and bounded set, any $\varepsilon > 0$, and an
# > activation that is not a polynomial. Then there are a width, weights and biases with which a network
# > of **one** hidden layer differs from $f$ by less than $\varepsilon$ everywhere on the set.
# >
# > **Why one can believe it.** Two steep sigmoids, one added and one subtracted a little to the right,
# > make a bump. Enough bumps of the right heights, side by side, draw any curve.

# %% quiz="q11"

# %% [markdown] exercise="q2" title="Counting parameters" stars=1 minutes=3
# The number of parameters says how much memory a network takes, and it is the first thing to check when
# a layer seems to have the wrong size.

# %% quiz="q2"

# %% [markdown] exercise="q16" title="Counting operations" stars=2 minutes=10
# What a network costs to run is known before it runs: nearly all of it is matrix products. Count
# carefully here. A widely read answer to this very question skips a whole layer.

# %% quiz="q16a"

# %% quiz="q16b"

# %% [markdown]
# **q16c** (code) Write `multiply_adds(sizes)`: the number of multiply-adds of one forward pass of one
# example through dense layers. `sizes` is the list of the layer sizes, from the inputs to the outputs.
#
# **Example.** `multiply_adds([3, 5, 2])` is $3\cdot 5 + 5\cdot 2 = 25$.

# %% [markdown] hints="q16c"
# A layer with $n$ inputs and $m$ outputs multiplies $n\cdot m$ times.
#
# ---
# The layers lie between neighbours of the list. `zip(sizes, sizes[1:])` goes through all such pairs.


# %% answer="q16c"
def multiply_adds(sizes: list) -> int:
    """Multiply-adds of one forward pass, for layer sizes from the inputs to the outputs."""
    ### BEGIN SOLUTION
    return sum(n * m for n, m in zip(sizes, sizes[1:]))
    ### END SOLUTION


# %% test="q16c" decides=true
expect("q16c", lambda: multiply_adds([3, 5, 2]), 25)
expect("q16c", lambda: multiply_adds([7, 1]), 7)
expect("q16c", lambda: multiply_adds([2, 2, 2]), 8)

# %% [markdown]
# # Derivatives

# %% [markdown] exercise="q6" title="Backpropagation and learning" stars=1 minutes=2
# Two words that are often used as if they meant the same. The code you have written knows the
# difference.

# %% quiz="q6"

# %% [markdown] exercise="q7" title="Cross-entropy behind a sigmoid" stars=2 minutes=10
# Two formulas, each of them awkward where $\hat y$ comes near 0 or 1, make one that is harmless. This
# is why libraries offer the cross-entropy of a *logit*.

# %% quiz="q7"

# %% [markdown]
# **q7c** (code) Write `dL_dz(z, y)`: the derivative of the binary cross-entropy of $\sigma(z)$ with
# respect to the logit $z$. Numbers or arrays of one shape go in, and nothing is averaged.
#
# **Example.** `dL_dz(0.0, 1.0)` is $-0.5$: raising $z$ would lower the loss.

# %% [markdown] hints="q7c"
# You have just derived it: what remains after cancelling contains $\hat y$ and $y$.
#
# ---
# $\hat y = 1/(1 + e^{-z})$, and `np.exp` takes numbers and arrays.


# %% answer="q7c"
def dL_dz(z, y):
    """The derivative of -y log s - (1 - y) log(1 - s), where s = sigmoid(z), with respect to z."""
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(-z)) - y
    ### END SOLUTION


# %% test="q7c" decides=true
expect("q7c", lambda: dL_dz(0.0, 1.0), -0.5)
expect("q7c", lambda: dL_dz(np.zeros(2), np.array([1.0, 0.0])), [-0.5, 0.5])

# %% [markdown] exercise="q10" title="Central differences" stars=2 minutes=8
# Gradient checking compares a derivative with a difference quotient, and it is worth knowing how good
# that quotient can be. There are two: the **forward** difference
# $\frac{f(x+\varepsilon) - f(x)}{\varepsilon}$ and the **central** difference
#
# $$\frac{f(x+\varepsilon) - f(x-\varepsilon)}{2\varepsilon}.$$

# %% quiz="q10a"

# %% quiz="q10b"

# %% [markdown]
# **q10c** (code) Write `central_difference(f, x, eps)` for a function `f` of one number.
#
# **Example.** For $f(x) = x^3$ at $x = 1$ with $\varepsilon = 0.1$ it is $(1.331 - 0.729)/0.2 = 3.01$.

# %% [markdown] hints="q10c"
# Two values of `f` are needed, one on either side of `x`, and neither of them at `x`.
#
# ---
# How far apart are the two points? That is what to divide by.


# %% answer="q10c"
def central_difference(f, x: float, eps: float) -> float:
    """An approximation of f'(x) from the values of f at x - eps and x + eps."""
    ### BEGIN SOLUTION
    return (f(x + eps) - f(x - eps)) / (2 * eps)
    ### END SOLUTION


# %% test="q10c" decides=true
expect("q10c", lambda: central_difference(lambda x: x**3, 1.0, 0.1), 3.01)
expect("q10c", lambda: central_difference(lambda x: 4 * x, 2.0, 0.5), 4.0)

# %% [markdown] exercise="q12" title="What the backward pass needs" stars=2 minutes=4
# Training takes far more memory than using a network. What has to be kept during the forward pass is
# what the formulas of the backward pass ask for, and nothing else.

# %% quiz="q12"

# %% [markdown] exercise="q15" title="Three ways to differentiate" stars=1 minutes=5
# They are easily mixed up, because all three give derivatives. Ask of each what goes in and what comes
# out.

# %% quiz="q15"

# %% quiz="q15b"

# %% [markdown] exercise="q14" title="Gradients in PyTorch" stars=1 minutes=4
# Two small facts about PyTorch that cost many an evening. If you doubt your answer, try it: it takes
# three lines in a new cell.

# %% quiz="q14a"

# %% quiz="q14b"

# %% [markdown]
# ## What to revisit
#
# Run this cell when you have answered. It names the questions that took more than one try, and the
# exercises that train what they are about. A question's name leads back to it.

# %%
quiz.summary("ch06_networks/quiz")

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/quiz")

# %% [markdown]
# {{next}}
