# %% [markdown]
# # Mini-project: an autograd engine
#
# PyTorch, JAX and TensorFlow differ in a thousand details and agree on one idea: while a program
# computes a number, write down *how* it was computed; afterwards, walk that record backwards and
# multiply local derivatives. In this notebook you build the machine that does it. It fits on one
# page, it will train a network on XOR, and with arrays in place of numbers it will read
# handwritten digits.
#
# | part | you build | points |
# |---|---|---|
# | 2.12a | `Value`: numbers that remember how they were computed | 16 + 2 bonus |
# | 2.12b | a gradient checker, so that you need not trust your engine | 4 |
# | 2.12c | a small network that learns XOR | 8 |
# | 2.12d | `Tensor`: the same engine for arrays, and a reader of digits | 10 bonus |
#
# Three hours is an honest estimate, best spent in two sittings. Parts b and c are graded on the
# course's engine, so a mistake in your `Value` costs you its own points only.
#
# > **Conventions here.** `z.backward()` computes $\partial z / \partial v$ for every value $v$ that
# > $z$ was made from, and *adds* it to `v.grad`. Gradients start at 0 and are never reset by
# > `backward`: to begin again, set them to 0. The derivative of relu is 1 where its
# > input is positive and 0 where it is negative. The loss is always the *mean* over the examples.

# %% setup=true
import math
import random

import numpy as np

from utils import (
    GraphStepper,
    draw_graph,
    expect,
    grade,
    load_digits,
    progress,
    show,
    show_digits,
    such_that,
    xor_data,
)
from utils import Value as CourseValue
from utils.plots import BLUE, GREEN, LINES, ORANGE, RED, axes, style

# %% [markdown] exercise="2.12" title="Mini-project: build an autograd engine" stars=3 minutes=180 needs="2.3 2.8"
# You know the parts already: local derivatives (2.5 to 2.7), graphs whose paths add up (2.3),
# reverse mode (2.4), numerical checks (2.8). What is new is that they have to work *together*, for
# graphs that nobody has drawn in advance.
#
# ## How a graph draws itself
#
# Here is a neuron, $\tanh(w\,x + b)$, computed with the course's own engine. No drawing
# instructions were given: every value keeps its operands, and following them from the result back
# to the leaves *is* the graph.

# %%
w, x, b = CourseValue(0.5, label="w"), CourseValue(2.0, label="x"), CourseValue(-0.25, label="b")
neuron = (w * x + b).tanh()
neuron.label = "z"
neuron.backward()
draw_graph(neuron, "The neuron z = tanh(w x + b) after z.backward()")

# %% [markdown]
# Each box shows the value's name, the operation that made it, its `data` and its `grad`. A function
# that draws needs only three things from a value: `data`, `grad`, and a tuple of its operands,
# which the course's engine calls `_prev`. Call yours `_prev` as well, and
# `draw_graph(your_value)` draws your graphs too; give each value an `_op` such as `"+"`, and the
# drawing names the operations.
#
# Now step through the same neuron: values from left to right, then gradients from right to left.
# Every backward step is one product, *upstream gradient × local derivative*. (Shift+Enter in the next
# cell brings the buttons.)

# %% picture=true
GraphStepper(neuron)

# %% [markdown]
# ## The two things that go wrong
#
# **A value may be used more than once.** In $z = (a + b)(a - b)$ two paths lead from $a$ to $z$, and
# the gradient of $a$ is the *sum* over both.
#
# **The order matters.** A value may pass its gradient on only when that gradient is complete, that
# is, after *everything* that uses the value has delivered. Look at this graph, in which every value
# is used twice by the next one:

# %%
doubled = CourseValue(1.0, label="x")
for k in range(1, 4):
    doubled = doubled + doubled
    doubled.label = f"x{k}"
doubled.backward()
draw_graph(doubled, "Three doublings: 4 values, 6 edges, and 8 paths from x to x3")

# %% [markdown]
# There are $2^3 = 8$ paths from `x` to `x3`. A backward pass that walks along paths visits each of
# them separately. That is harmless here, and hopeless for a longer chain:

# %%
doublings = np.arange(0, 41)
fig, ax = axes("number of doublings", "visits (log scale)", "Walking along paths, or visiting values")
with style():
    ax.semilogy(doublings, 2.0**doublings, color=RED, label="one for every path")
    ax.semilogy(doublings, doublings + 1, color=BLUE, linestyle=LINES[1], label="one for every value")
    ax.annotate("a second of Python", (20, 2e6), (3, 4e7), arrowprops={"arrowstyle": "->"})
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.38))
show(
    fig,
    "Visits against the number of doublings: 2 to the power k along paths, which is a million "
    "million at 40, and k + 1 when every value is visited once.",
)

# %% [markdown]
# With 300 doublings the left-hand way would outlive the universe, and the other takes a
# millisecond. A topological order gives both: each value once, and never before the values that
# were made from it.
#
# ## Part a: `Value`
#
# **Your task.** Write the class `Value`.
#
# | | |
# |---|---|
# | `Value(3.0)` | a leaf with `data` 3.0 and `grad` 0.0 |
# | `a + b`, `a - b`, `a * b`, `a / b`, `-a` | with values, and with plain numbers on either side |
# | `a ** n` | for a plain number `n`, which may be negative or fractional |
# | `a.relu()`, `a.tanh()`, `a.sigmoid()` | |
# | `z.backward()` | adds $\partial z/\partial v$ to `v.grad` for every `v` that `z` depends on |
#
# Write it yourself: the course's engine and PyTorch are off limits in this part (the standard
# library is yours). Nobody asks what a second `backward` on the same graph does.
#
# **Example.** With `a = Value(2)` and `b = Value(-3)`, `z = a * b + a` has `z.data` −4; after
# `z.backward()`, `a.grad` is −2 (that is $b + 1$), `b.grad` is 2, and `z.grad` is 1.
#
# **A plan that works.** (1) The constructor, `+` and `*` between two values. (2) `backward`, with a
# proper order. Run the tests: half of the project is done. (3) Plain numbers on either side: Python
# turns `5 + a` into `a.__radd__(5)` after the integer has declined. (4) Everything else; some
# operations are one line in terms of others.
#
# **Bonus (2 points).** A solid engine also survives a chain of 5 000 additions (deeper than Python's
# recursion limit), `Value(-800).sigmoid()` (where $e^{800}$ overflows) and `Value(0) ** 0` (where
# $n\,a^{n-1}$ divides by zero although the derivative is 0), and takes NumPy's numbers as exponents.

# %% [markdown] hints="2.12a"
# What must a value remember at the moment it is made, so that `backward` can do its work later,
# without knowing which operation it was? Two designs are common: a function that hands the gradient
# on, or the list of operands with one local derivative each.
#
# ---
# For `5 + a`, `5 - a`, `5 * a` and `5 / a` Python calls `a.__radd__(5)`, `a.__rsub__(5)`,
# `a.__rmul__(5)`, `a.__rtruediv__(5)`. Mind which one is on the left in the two that do not commute.
# Inside each operation, first turn a plain number into a `Value`.
#
# ---
# The order: a value may hand its gradient on only after all values made from it have done so. Put a
# value on a list *after* all its operands, each value once, and walk that list from its end. Or use
# this: operands are always older than what is made from them.
#
# ---
# Why do all gradients stay 0? Someone has to begin: $\partial z / \partial z = 1$. And why do they
# come out too small? Where `=` stands, `+=` may be meant.

# %% answer="2.12a"
class Value:
    """A number that remembers how it was computed.

    data, grad; + - * / with values and plain numbers; ** with a plain exponent;
    relu(), tanh(), sigmoid(); backward()
    """

    def __init__(self, data):
        ### BEGIN SOLUTION
        self.data = float(data)
        self.grad = 0.0
        self._prev, self._slopes, self._op = (), (), ""
        self._number = Value._count = Value._count + 1

    _count = 0  # every value gets a number when it is made: operands have smaller ones than results

    @staticmethod
    def _from(data, parents, slopes, op):
        """The result of an operation; slopes: its derivative with respect to each parent."""
        z = Value(data)
        z._prev, z._slopes, z._op = parents, slopes, op
        return z

    @staticmethod
    def _lift(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, other):
        other = Value._lift(other)
        return Value._from(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        other = Value._lift(other)
        return Value._from(self.data * other.data, (self, other), (other.data, self.data), "*")

    def __pow__(self, n):
        slope = n * self.data ** (n - 1) if n else 0.0
        return Value._from(self.data**n, (self,), (slope,), f"**{n}")

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Value._lift(other)

    def __truediv__(self, other):
        return self * Value._lift(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Value._lift(other) - self

    def __rtruediv__(self, other):
        return Value._lift(other) / self

    def relu(self):
        return Value._from(max(0.0, self.data), (self,), (float(self.data > 0),), "relu")

    def tanh(self):
        t = math.tanh(self.data)
        return Value._from(t, (self,), (1 - t**2,), "tanh")

    def sigmoid(self):
        s = (1 + math.tanh(self.data / 2)) / 2  # the sigmoid is a tanh, shifted and scaled
        return Value._from(s, (self,), (s * (1 - s),), "sigmoid")

    def backward(self):
        reached, waiting = {self}, [self]
        while waiting:
            new = set(waiting.pop()._prev) - reached
            reached |= new
            waiting.extend(new)

        self.grad = 1.0
        for v in sorted(reached, key=lambda v: v._number, reverse=True):  # the youngest first
            for parent, slope in zip(v._prev, v._slopes):
                parent.grad += slope * v.grad
        ### END SOLUTION


# %% setup=true
def value_and_gradients(f, *numbers):
    """[f, df/dx1, df/dx2, ...] at the given numbers."""
    xs = [Value(x) for x in numbers]
    z = f(*xs)
    z.backward()
    return [z.data, *(x.grad for x in xs)]


# %% test="2.12a"
def doublings(n):
    """x + x, and that plus itself, and so on."""

    def chain(x):
        for _ in range(n):
            x = x + x
        return x

    return chain


# Steps 1 and 2: sums, products and an order
expect("2.12a", lambda: [Value(3).data, Value(3).grad], [3.0, 0.0])
expect("2.12a", lambda: value_and_gradients(lambda a, b: a + b, 2, -3), [-1, 1, 1])
expect("2.12a", lambda: value_and_gradients(lambda a, b: a * b, 2, -3), [-6, -3, 2])
expect("2.12a", lambda: value_and_gradients(lambda a, b: a * b + a, 2, -3), [-4, -2, 2])
expect("2.12a", lambda: value_and_gradients(doublings(10), 1), [1024, 1024])
# Step 3: plain numbers on either side
expect("2.12a", lambda: value_and_gradients(lambda a: 5 + a * 3, 2), [11, 3])
expect("2.12a", lambda: value_and_gradients(lambda a: 7 * a + 1, 2), [15, 7])
# Step 4: the rest
expect("2.12a", lambda: value_and_gradients(lambda a, b: (a + b) * (a - b), 3, 2), [5, 6, -4])
expect("2.12a", lambda: value_and_gradients(lambda a: 1 - a, 4), [-3, -1])
expect("2.12a", lambda: value_and_gradients(lambda a: -a, 4), [-4, -1])
expect("2.12a", lambda: value_and_gradients(lambda a, b: a / b, 6, 2), [3, 0.5, -1.5])
expect("2.12a", lambda: value_and_gradients(lambda a: 1 / a, 4), [0.25, -0.0625])
expect("2.12a", lambda: value_and_gradients(lambda a: a**3, 2), [8, 12])
expect("2.12a", lambda: value_and_gradients(lambda a: a.relu() * 3, 2), [6, 3])
expect("2.12a", lambda: value_and_gradients(lambda a: a.relu() * 3, -2), [0, 0])
expect("2.12a", lambda: value_and_gradients(lambda a: a.tanh(), 0), [0, 1])
expect("2.12a", lambda: value_and_gradients(lambda a: a.sigmoid(), 0), [0.5, 0.25])

# %% test="2.12a-bonus"
def many_additions(x):
    """x + 1 + 1 + ... + 1, with 5 000 ones."""
    z = x
    for _ in range(5_000):
        z = z + 1
    return z


expect("2.12a-bonus", lambda: value_and_gradients(many_additions, 2), [5002, 1])
expect("2.12a-bonus", lambda: value_and_gradients(lambda a: a.sigmoid(), -800), [0, 0])
expect("2.12a-bonus", lambda: value_and_gradients(lambda a: a**0, 0), [1, 0])
expect("2.12a-bonus", lambda: value_and_gradients(lambda a: a ** np.int64(3), 2), [8, 12])

# %% [markdown]
# When these tests are green, look at what you have made: in a cell of your own, try
# `draw_graph((Value(2) * 3 + 1).tanh())`, or
# `draw_graph(z, parents=lambda v: v.my_operands)` if your operands have another name.
#
# Not there yet, and curious about the network? The next parts use whatever is called `Value`. In a
# cell of your own, below this one, `Value = CourseValue` lends you the course's engine until yours is
# ready.
#
# ## Part b: trust, but verify
#
# An engine with one wrong derivative still runs, and the network still learns, a little. Nobody
# sees it. What does see it is a comparison with the definition of the derivative,
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(\ldots, x_i + h, \ldots) - f(\ldots, x_i - h, \ldots)}{2h},$$
#
# which uses forward values only, so a mistake in `backward` cannot spoil both sides.
#
# **Your task.** Write `gradient_error(f, xs, h=1e-6)`.
#
# - `f` takes a *list of `Value`* and returns a `Value`, e.g. `lambda v: v[0] * v[1].tanh()`;
# - `xs` is a list of plain numbers, the point at which to compare; leave it as it is;
# - the result is a float: the largest *absolute* difference, over all inputs, between the gradient
#   that the engine gives and the central difference with step `h`.
#
# A right engine gives something like $10^{-10}$, a wrong one something you cannot miss. The check
# feeds your function to right and wrong engines and asks whether it tells them apart.
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

# %% [markdown]
# Now turn it on your own engine, in a cell of your own. Let it run over every operation and a few
# mixtures, at random points that keep away from the kink of relu:
#
# ```python
# gradient_error(lambda v: (v[0] * v[1] + v[2]).tanh() / v[0], [1.3, -0.4, 0.2])
# ```
#
# ## Part c: a network learns XOR
#
# XOR is 1 when its two inputs differ. No straight line separates the 1s from the 0s, so no linear
# model can learn it: the best it can do is to answer 0.5 everywhere. A hidden layer that *bends*
# the plane can. Below, a network of the kind you will build, trained beforehand on the course's
# engine: its loss for three seeds, and what it answers everywhere on the plane. Each of the
# four hidden units, $\tanh(w_1 x_1 + w_2 x_2 + b)$, changes its sign along a straight line; the
# dotted lines are three of them (the fourth lies outside the picture). The thick line is where the
# answer is 0.5.

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

fig, (left, right) = axes("", "", columns=2, width=10, height=4.2)
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
# units* almost none would, which says something about starting points, and nothing about relu.)
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
def number(v):
    """A Value's number, or the number itself."""
    return v.data if isinstance(v, Value) else float(v)


def corners(seed):
    """What the trained network says at (0, 0), (0, 1), (1, 0) and (1, 1)."""
    predict, _ = train_xor(seed)
    return [number(predict(*point)) for point in ((0, 0), (0, 1), (1, 0), (1, 1))]


def last_loss(seed):
    """The loss that was recorded last."""
    return number(train_xor(seed)[1][-1])


expect("2.12c", lambda: corners(0), [0, 1, 1, 0], atol=0.2)
small = such_that("a loss below 0.01", lambda loss: loss < 0.01)
expect("2.12c", lambda: last_loss(0), small)
expect("2.12c", lambda: last_loss(1), small)

# %% [markdown]
# Look at your own training, in a cell of your own:
#
# ```python
# from utils import plot_losses
#
# plot_losses({f"seed {seed}": train_xor(seed)[1] for seed in range(3)}, target=0.01)
# ```
#
# ## Part d (bonus): from numbers to arrays
#
# Your engine makes one Python object for every addition. A network that reads 600 pictures of 64
# pixels needs some millions of additions *per step*. The remedy changes nothing in the idea: let
# one node hold a whole array, and let one operation be a whole matrix product.

# %%
digits, labels = load_digits("train")
show_digits(digits[:20], labels[:20])

# %% [markdown]
# **Your task, first half.** Write the class `Tensor`, with NumPy for the arithmetic.
#
# | | |
# |---|---|
# | `Tensor(array)` | `data`, an array of floats, and `grad`, an array of zeros of the same shape |
# | `A @ B` | the product of two matrices |
# | `A + B`, `A * B` | element by element, **with broadcasting**; `B` may be a number or an array |
# | `A.sum()`, `A.mean()`, `A.relu()` | sum and mean are over all elements |
# | `z.backward()` | for a `z` with a single element; adds to the `grad` of everything it depends on |
#
# The only new idea is what broadcasting does to gradients. When a bias of shape (32,) is added to a
# matrix of shape (600, 32), NumPy uses each of its numbers 600 times. A value that is used 600
# times gets a gradient from each use, and they *add up*: a gradient always has the shape of its
# tensor, and the axes along which the tensor was repeated are summed over.
#
# | `A.shape` | `B.shape` | $\partial z/\partial B$: from the shape of `A + B` back to that of `B` |
# |---|---|---|
# | (600, 32) | (32,) | sum over axis 0 |
# | (600, 32) | (600, 1) | sum over axis 1, which stays as an axis of length 1 |
# | (600, 32) | () | sum over everything |
#
# **Example.** With `A = Tensor([[1, 2], [3, 4]])` and `b = Tensor([10, 20])`, `z = (A * b).sum()` is
# 160; after `z.backward()`, `b.grad` is `[4, 6]`, the sums of the columns of `A`.
#
# **Your task, second half.** Write `train_digits(X, y, steps=200, lr=0.5, seed=0)`. It gets pictures
# `X` (n, 64) and labels `y` (n,), trains a network 64 → 32 (relu) → 10 with biases on them, with
# *your* `Tensor`, and returns `predict`: a function from pictures (m, 64) to m labels. It should
# read at least 90 % of 300 pictures that it has never seen, after training on 600.
#
# Which loss you use is your choice. The usual one for classes is cross-entropy, and you are given
# its gradient with respect to the ten outputs ("scores") of each picture:
#
# $$\frac{\partial L}{\partial \text{scores}} = \frac{\text{softmax}(\text{scores}) - \text{one-hot}(y)}{n}.$$
#
# How to feed a known gradient $G$ to an engine that only starts from a single number? Take $G$ as
# constant and let $z = \sum_{ij} G_{ij}\,\text{scores}_{ij}$, one product and one sum: the gradient of
# $z$ with respect to the scores is $G$, and from there on the chain rule does not care where $G$
# came from.

# %% setup=true
def cross_entropy_gradient(scores, labels):
    """Gradient of the mean cross-entropy: arrays scores (n, 10) and labels (n,) give (n, 10)."""
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(labels)), labels] -= 1
    return chances / len(labels)


# %% [markdown] hints="2.12d"
# Start from your `Value`. What was a product of two numbers, *upstream × local derivative*, becomes
# a function of the upstream array: for the left factor of `A @ B` it is 2.9's formula.
#
# ---
# Write one helper that brings a gradient back to a given shape: first sum over the axes that
# NumPy put in front, then, keeping the axis, over those where the shape has a 1. Use it wherever
# broadcasting may have happened.
#
# ---
# Every entry of a mean over $n$ elements moves it by $1/n$. The gradient of a sum is an array of
# ones, not a single 1.
#
# ---
# Start the weights with normal numbers of standard deviation $\sqrt{2/\text{inputs}}$ and the biases
# at 0. `argmax(axis=1)` turns scores into labels.

# %% answer="2.12d"
class Tensor:
    """An array that remembers how it was computed.

    data, grad; @; + and * with broadcasting; sum(), mean(), relu(); backward()
    """

    def __init__(self, data):
        ### BEGIN SOLUTION
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev, self._pullbacks = (), ()
        self._number = Tensor._count = Tensor._count + 1

    _count = 0

    @staticmethod
    def _from(data, parents, pullbacks):
        """The result of an operation; a pullback turns its gradient into that of one parent."""
        z = Tensor(data)
        z._prev, z._pullbacks = parents, pullbacks
        return z

    @staticmethod
    def _lift(x):
        return x if isinstance(x, Tensor) else Tensor(x)

    def __matmul__(self, other):
        other = Tensor._lift(other)
        pullbacks = lambda G: G @ other.data.T, lambda G: self.data.T @ G
        return Tensor._from(self.data @ other.data, (self, other), pullbacks)

    def __add__(self, other):
        other = Tensor._lift(other)
        return Tensor._from(self.data + other.data, (self, other), (lambda G: G, lambda G: G))

    def __mul__(self, other):
        other = Tensor._lift(other)
        pullbacks = lambda G: G * other.data, lambda G: G * self.data
        return Tensor._from(self.data * other.data, (self, other), pullbacks)

    __radd__, __rmul__ = __add__, __mul__

    def sum(self):
        return Tensor._from(self.data.sum(), (self,), (lambda G: G * np.ones_like(self.data),))

    def mean(self):
        return self.sum() * (1 / self.data.size)

    def relu(self):
        return Tensor._from(np.maximum(self.data, 0), (self,), (lambda G: G * (self.data > 0),))

    def backward(self):
        reached, waiting = {self}, [self]
        while waiting:
            new = set(waiting.pop()._prev) - reached
            reached |= new
            waiting.extend(new)

        self.grad = np.ones_like(self.data)
        for v in sorted(reached, key=lambda v: v._number, reverse=True):
            for parent, pullback in zip(v._prev, v._pullbacks):
                parent.grad = parent.grad + summed_to(pullback(v.grad), parent.data.shape)


def summed_to(G, shape):
    """Undo broadcasting: sum G over the axes along which an array of this shape was repeated."""
    G = G.sum(axis=tuple(range(G.ndim - len(shape))))
    return G.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)
        ### END SOLUTION


def train_digits(X, y, steps=200, lr=0.5, seed=0):
    """Train a 64-32-10 network on pictures X (n, 64) with labels y (n,). Returns predict(X)."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    W1, b1 = Tensor(rng.normal(size=(64, 32)) * math.sqrt(2 / 64)), Tensor(np.zeros(32))
    W2, b2 = Tensor(rng.normal(size=(32, 10)) * math.sqrt(2 / 32)), Tensor(np.zeros(10))

    def scores(X):
        return (Tensor(X) @ W1 + b1).relu() @ W2 + b2

    for _ in range(steps):
        out = scores(X)
        stand_in = (out * cross_entropy_gradient(out.data, y)).sum()
        for p in (W1, b1, W2, b2):
            p.grad = np.zeros_like(p.data)
        stand_in.backward()
        for p in (W1, b1, W2, b2):
            p.data = p.data - lr * p.grad
    return lambda X: scores(X).data.argmax(axis=1)
    ### END SOLUTION


# %% test="2.12d"
def gradients(f, *arrays):
    """[f, gradient for the first array, gradient for the second, ...] as lists."""
    tensors = [Tensor(np.array(array, dtype=float)) for array in arrays]
    z = f(*tensors)
    z.backward()
    return [np.asarray(z.data).item(), *(t.grad.tolist() for t in tensors)]


def share_right(n_train=600, n_test=300):
    """The share of unseen digits that a freshly trained network reads right."""
    X, y = load_digits("train")
    unseen, truth = load_digits("test")
    predict = train_digits(X[:n_train], y[:n_train])
    return float(np.mean(np.asarray(predict(unseen[:n_test])) == truth[:n_test]))


A, row, column = [[1, 2], [3, 4]], [10, 20], [[1], [-1]]
expect("2.12d", lambda: gradients(lambda a: a.sum(), A), [10, [[1, 1], [1, 1]]])
expect("2.12d", lambda: gradients(lambda a: a.mean(), A), [2.5, [[0.25, 0.25], [0.25, 0.25]]])
expect("2.12d", lambda: gradients(lambda a, b: (a @ b).sum(), A, column), [-2, [[1, -1]] * 2, [[4], [6]]])
expect("2.12d", lambda: gradients(lambda a, b: (a * b).sum(), A, row), [160, [row, row], [4, 6]])
expect("2.12d", lambda: gradients(lambda a, b: (a + b).sum(), A, column), [10, [[1, 1]] * 2, [[2], [2]]])
expect("2.12d", lambda: gradients(lambda a: a.relu().sum(), [[1, -2], [-3, 4]]), [5, [[1, 0], [0, 1]]])
expect("2.12d", lambda: gradients(lambda a: (a + a * a).sum(), [3.0]), [12, [7]])
expect("2.12d", lambda: share_right(), such_that("at least 0.9", lambda share: share >= 0.9))

# %% [markdown]
# Which digits does it get wrong, and would you have known? In a cell of your own:
#
# ```python
# X, y = load_digits("train")
# unseen, truth = load_digits("test")
# guesses = train_digits(X, y)(unseen)
# wrong = guesses != truth
# show_digits(unseen[wrong], truth[wrong], guesses[wrong])
# ```
#
# You have built what this course is about. The engines that train models with billions of weights
# add memory management, fast kernels and a few hundred operations; the backward pass is the one
# that you wrote.

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/04_engine")

# %% [markdown]
# {{next}}
