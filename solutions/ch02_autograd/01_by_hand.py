# %% [markdown]
# # Gradients by hand
#
# Training a network means asking one question over and over: *if I nudge this number, what does the
# loss do?* A machine answers it millions of times a second. Before you build that machine, do its work
# by hand once: take a step downhill, follow a chain, send gradients back through a small graph, and count
# what all this costs. Pencil and paper are the right tools here; the cells only check what you find.
#
# > **Conventions here.** $f'(x)$ is the slope of $f$ at $x$. A computational graph has **one node for
# > every value** and an edge from every operand to the value computed from it.
# > $\partial z/\partial v$, the gradient *at* node $v$, says how much $z$ changes per change of $v$.

# %% setup=true
import math

import numpy as np

from utils import (
    Value,
    count_graph,
    expect,
    grade,
    is_number,
    is_true_or_false,
    one_letter,
    one_of,
    plot_descent,
    progress,
    show,
    such_that,
)

# %% [markdown] exercise="2.1" title="Gradient intuition" stars=1 minutes=10
# Every optimiser in this course, however clever, is a variation of the step you take here. Once you
# have taken it with real numbers you will not confuse its three ingredients again: where you stand, how
# steep it is there, and how large a step you take in response.
#
# **One gradient-descent step** with learning rate $\eta$ leads from $x$ to
#
# $$x_\text{new} = x - \eta\, f'(x).$$
#
# The learning rate is not the length of the step. It multiplies the slope, so steep ground gives long
# steps and flat ground short ones. Watch that on the curve below, where six steps with the *same*
# learning rate are taken.

# %%
def valley(x):
    return (x - 2) ** 2 / 2 + 1


def slope(x):
    return x - 2


path = [-2.0]
for _ in range(6):
    path.append(path[-1] - 0.3 * slope(path[-1]))

plot_descent(valley, slope, path, domain=(-3.5, 6), title="The same learning rate, ever shorter steps")

# %% [markdown]
# How large is too large? Before you move the slider, say at which learning rate the steps will begin to
# jump to and fro, and at which they will never arrive. Then select the next cell, press Shift+Enter, and
# try it. (The picture is of this valley; yours below is another.)

# %% fold=true
# Shift+Enter: the path downhill, with sliders for the learning rate and the number of steps
from utils import Chart, explore
from utils.plots import RED

grid = np.linspace(-7, 11, 200)


def descend(learning_rate, steps):
    xs = [-2.0]
    for _ in range(steps):
        xs.append(xs[-1] - learning_rate * slope(xs[-1]))
    chart = Chart("x", "f(x)", "One valley, many learning rates", x=(-7, 11), y=(-2, 35), width=620)
    chart.line(grid, valley(grid), label="f")
    chart.line(xs, [valley(x) for x in xs], RED, dash="6 4", marker="o", width=1.2, label="steps")
    lower = valley(xs[-1]) < valley(xs[0])
    return chart, (
        f"Learning rate {learning_rate:.1f}: from x = {xs[0]:.3g}, f = {valley(xs[0]):.3g}, "
        f"{steps} steps lead to x = {xs[-1]:.3g}, f = {valley(xs[-1]):.3g}. "
        + ("f became smaller." if lower else "f did not become smaller: the steps overshoot.")
    )


explore(descend, learning_rate=(0.1, 2.2, 0.1, 0.5), steps=(1, 8, 1, 4))

# %% [markdown]
# **Your task.** Let $f(x) = x^2$, so $f'(x) = 2x$, and start at $x = 3$.
#
# a) Which way along the x axis does $f$ get smaller? Set `direction` to `"left"` (smaller $x$) or
# `"right"` (larger $x$).
#
# b) Write `gd_step(df, x, lr)`: one gradient-descent step for *any* function whose derivative is `df`.
# Then take one step from $x = 3$ with **learning rate 0.1** and set `x_new`.
#
# c) Set `f_new` to the value of $f$ at `x_new`, and `smaller` to `True` or `False`: is it less than
# $f(3)$?
#
# **Example.** Where the slope is 3 everywhere, `gd_step(lambda x: 3, 10, 0.5)` is
# $10 - 0.5\cdot 3 = 8.5$.

# %% [markdown] hints="2.1"
# A derivative above zero says: $f$ grows as $x$ grows. What does that say about the other way?
#
# ---
# `df` is a function. The slope where you stand is `df(x)`.
#
# ---
# The step is learning rate times slope: first compute the slope at 3, then a tenth of it.

# %% answer="2.1a"
direction = ...  # "left" or "right"
### BEGIN SOLUTION
direction = "left"
### END SOLUTION

# %% test="2.1a"
expect("2.1a", lambda: direction, one_of("left", "right"))

# %% answer="2.1b"
def gd_step(df, x: float, lr: float) -> float:
    """Where one gradient-descent step leads from x, for a function with derivative df."""
    ### BEGIN SOLUTION
    return x - lr * df(x)
    ### END SOLUTION


x_new = ...  # a number
### BEGIN SOLUTION
x_new = gd_step(lambda x: 2 * x, 3, 0.1)
### END SOLUTION

# %% test="2.1b"
expect("2.1b", lambda: gd_step(lambda x: 3, 10, 0.5), 8.5)
expect("2.1b", lambda: gd_step(lambda x: -4 * x, 1, 0.25), 2.0)
expect("2.1b", lambda: x_new, is_number)

# %% answer="2.1c"
f_new = ...  # a number
smaller = ...  # True or False
### BEGIN SOLUTION
f_new = x_new**2
smaller = f_new < 3**2
### END SOLUTION

# %% test="2.1c"
expect("2.1c", lambda: f_new, is_number)
expect("2.1c", lambda: smaller, is_true_or_false)

# %% [markdown] commentary="2.1"
# `gd_step` asks for the derivative as a function and evaluates it where you stand, so it works for every
# function and not only for $x^2$. Three things are easily mixed up: the learning rate multiplies the
# slope (it is not the length of the step), the minus sign goes against the slope, and `f_new` is the height
# at the new place, not the place itself.

# %% [markdown] exercise="2.2" title="Chain rule by hand" stars=1 minutes=15
# A deep network is a function of a function of a function. The chain rule is what lets a change at one
# end be followed to the other, and its most frequent mistake, a derivative taken at the wrong point,
# is invisible until the numbers are checked.
#
# For $f(x) = g(u)$ with $u = h(x)$,
#
# $$\frac{df}{dx} = \underbrace{\frac{df}{du}}_{\text{taken at } u}
# \cdot\underbrace{\frac{du}{dx}}_{\text{taken at } x}.$$
#
# Think of two lenses, one behind the other: the first stretches a small piece of the $x$ axis, the
# second stretches what it sees. Here they are for $e^{1.5x}$: the inner function $u = 1.5x$ always
# stretches by 1.5, the outer one, $e^u$, by $e^u$. Run the next cell (Shift+Enter), move $x$, and watch
# the second lens change.

# %% fold=true
# Shift+Enter: the two lenses, with a slider for x
from utils import Chart, explore
from utils.plots import BLUE, GREEN, INK, ORANGE

NAMES = {2: "x", 1: "u = 1.5x", 0: "f = exp(u)"}


def lenses(x):
    ends = np.array([x - 0.1, x + 0.1])
    rows = {2: ends, 1: 1.5 * ends, 0: np.exp(1.5 * ends)}
    chart = Chart(
        "value", "", "A change of x, seen through two lenses",
        x=(-1.8, 4.6), y=(-0.5, 2.6), yticks=NAMES, width=620, height=260,
    )  # fmt: skip
    for height, colour in ((2, BLUE), (1, GREEN), (0, ORANGE)):
        chart.line(rows[height], [height, height], colour, width=9)
        chart.text(rows[height][1], height, f"width {np.ptp(rows[height]):.2f}", "start", dx=8, dy=-9)
        if height:
            for end in (0, 1):
                ray = [rows[height][end], rows[height - 1][end]], [height, height - 1]
                chart.line(*ray, INK, dash="2 4", width=1)
    du, df = 1.5, math.exp(1.5 * x)
    u_width, f_width = np.ptp(rows[1]), np.ptp(rows[0])
    return chart, (
        f"Around x = {x:.2f}, u = {1.5 * x:.2f}, the first lens makes 0.20 to {u_width:.2f}: du/dx = {du}. "
        f"The second makes that to {f_width:.2f}, {f_width / u_width:.3f} times as much; of a very small "
        f"piece it would make df/du = exp(u) = {df:.3f} times as much. "
        f"Both together: {df:.3f} times {du} = {du * df:.2f}."
    )


explore(lenses, x=(-1.0, 0.8, 0.05, 0.3))

# %% [markdown]
# **Your task.** Differentiate $f(x) = \sin(x^2)$ on paper: name the outer and the inner function,
# differentiate each, put them together.
#
# a) Set `dfdx` to the derivative as a formula in $x$. Three forms are welcome: a function, a sympy
# expression, or text such as `"3*x**2 + exp(x)"`.
#
# b) Check it along the computational graph, in which the square is a product, $u = x\cdot x$. Write
# `graph(x)`, which returns a dictionary with the node values `"u"` and `"f"`, the local derivatives
# `"df_du"` and `"du_dx"`, and from these `"df_dx"`. Mind that $x$ enters $u$ **twice**.
#
# **Example.** `graph(0.0)` is `{"u": 0, "f": 0, "df_du": 1, "du_dx": 0, "df_dx": 0}`.

# %% [markdown] hints="2.2"
# What is done to $x$ first, and what is done to the result? The first is the inner function.
#
# ---
# Write the outer derivative with the letter $u$ in it. Only then put in what $u$ is.
#
# ---
# To test a derivative without knowing it, compare it with a slope measured close by:
# `(math.sin((x + h)**2) - math.sin((x - h)**2)) / (2 * h)` for `h = 1e-5`, at two or three `x`.

# %% answer="2.2a"
dfdx = ...  # a function of x, a sympy expression in x, or text such as "3*x**2 + exp(x)"
### BEGIN SOLUTION
def dfdx(x):
    return 2 * x * math.cos(x**2)


### END SOLUTION

# %% test="2.2a"
def can_be_read(answer):
    """Is it a function, a text, or a sympy expression?"""
    return callable(answer) or isinstance(answer, str) or hasattr(answer, "free_symbols")


expect("2.2a", lambda: dfdx, such_that("a function of x, or a formula as text", can_be_read))

# %% answer="2.2b"
def graph(x: float) -> dict:
    """Values and derivatives along x → u = x · x → f = sin(u)."""
    ### BEGIN SOLUTION
    u = x * x
    f = math.sin(u)
    df_du = math.cos(u)
    du_dx = x + x
    return dict(u=u, f=f, df_du=df_du, du_dx=du_dx, df_dx=df_du * du_dx)
    ### END SOLUTION


# %% test="2.2b" decides=true
def entries(x):
    """What the exercise asks for, without what you may have added."""
    return {key: graph(x)[key] for key in ("u", "f", "df_du", "du_dx", "df_dx")}


def product_of_slopes(x):
    """df_dx as it follows from your own df_du and du_dx."""
    return graph(x)["df_du"] * graph(x)["du_dx"]


expect("2.2b", lambda: entries(0.0), {"u": 0, "f": 0, "df_du": 1, "du_dx": 0, "df_dx": 0})
expect("2.2b", lambda: [entries(1.5)[key] for key in ("u", "f", "du_dx")], [2.25, 0.7780732, 3], rtol=1e-5)
expect("2.2b", lambda: entries(1.5)["df_du"], -0.6281736, rtol=1e-5)
expect("2.2b", lambda: entries(1.5)["df_dx"] - product_of_slopes(1.5), 0.0, atol=1e-5)

# %% [markdown] commentary="2.2"
# Every name in `graph` is one node or one edge of the picture, and the chain rule is the last line alone:
# the product along the path. The outer derivative is `cos(u)`, not `cos(x)`, because the sine never sees
# $x$; and `du_dx` is the sum `x + x` because two edges lead from $x$ to $u$.

# %% [markdown]
# ### In your own words (optional)
#
# Your instructor reads this part; a model answer comes with `solution("2.2")`.

# %% [markdown] written="2.2-written"
# Explain your derivation to somebody who has forgotten the chain rule. Which function is outer and which
# is inner? Where is each derivative taken, and why? What do the two edges from $x$ to $u$ contribute?
#
# ### BEGIN SOLUTION
# The sine is the outer function, the square $u = x^2$ the inner one. The sine never sees $x$, it sees
# $u$: so its derivative is taken there, $df/du = \cos(u) = \cos(x^2)$. A change of $x$ arrives at $u$
# multiplied by $du/dx = 2x$, and at $f$ multiplied once more, by $df/du$. Hence
# $f'(x) = \cos(x^2)\cdot 2x$.
#
# In the graph $u = x\cdot x$ has two edges from $x$. Along each, the local derivative is the other
# factor, which is $x$; the two contributions add up to $x + x = 2x$, the same as the power rule says.
# ### END SOLUTION

# %% [markdown] exercise="2.3" title="Graph topology" stars=1 minutes=15 needs="2.2"
# An autograd engine sees nothing but a graph: values, and which value was computed from which. To be
# able to draw it is to know what the engine will do, and where two paths to the same input hide a
# second contribution.
#
# **Convention.** A node is a *value*: every input, every intermediate result, the final result. An edge
# leads from an operand to the value computed from it; an operation with two operands has two edges
# coming in. Operations are not nodes (some drawings give them circles of their own and count more).
#
# **Example.** For $y = a\cdot b + a$ name the intermediate value $p = a\cdot b$. The values are
# $a, b, p, y$, so there are 4 nodes; the edges are $a\to p$, $b\to p$, $p\to y$, $a\to y$. Run the next
# cell (Shift+Enter) and step through it: values from left to right, then gradients from right to left.
# Before each gradient is shown, say what it will be. Note what happens at $a$, which is used twice.

# %% picture=true
from utils import GraphStepper

a, b = Value(-2, label="a"), Value(5, label="b")
p = a * b
p.label = "p"
y = p + a
y.label = "y"
print("nodes and edges:", count_graph(y))
GraphStepper(y, title="y = a·b + a", predict=True)

# %% [markdown]
# **Your task.** Draw the graph of $z = (a + b)\cdot(a - b)$ on paper, with the intermediate values
# $s = a + b$ and $d = a - b$.
#
# a) Count: set `n_nodes` and `n_edges`.
#
# b) Forward: let $a = 3$ and $b = 2$. Set `values` to a dictionary with the keys `"s"`, `"d"`, `"z"`.
#
# c) Backward: write 1 at $z$, then work from right to left, one product per edge. Set `dz_da` and
# `dz_db`.

# %% [markdown] hints="2.3"
# Write down every letter that has a value, then one arrow for every time a value is *used*.
#
# ---
# $z$ is a product: the gradient that arrives at $s$ is the other factor, and likewise at $d$.
#
# ---
# From $a$ two paths lead to $z$. Multiply along each path, then add. For $b$, mind the minus sign
# in $d$.

# %% answer="2.3a"
n_nodes = ...  # a whole number
n_edges = ...  # a whole number
### BEGIN SOLUTION
n_nodes = 5
n_edges = 6
### END SOLUTION

# %% test="2.3a"
expect("2.3a", lambda: n_nodes, is_number)
expect("2.3a", lambda: n_edges, is_number)

# %% answer="2.3b"
values = ...  # a dict with the keys "s", "d" and "z"
### BEGIN SOLUTION
values = dict(s=5, d=1, z=5)
### END SOLUTION

# %% test="2.3b"
def has_numbers(answer):
    """Is it a dict with a number for each name, in capitals or not?"""
    return {*"sdz"} <= {key.lower() for key in answer.keys() if is_number(answer[key])}


expect("2.3b", lambda: values, such_that("a dict with numbers for s, d and z", has_numbers))

# %% answer="2.3c"
dz_da = ...  # a number
dz_db = ...  # a number
### BEGIN SOLUTION
dz_da = 1 + 5
dz_db = 1 - 5
### END SOLUTION

# %% test="2.3c"
expect("2.3c", lambda: dz_da, is_number)
expect("2.3c", lambda: dz_db, is_number)

# %% [markdown] commentary="2.3"
# The nodes are the values $a, b, s, d, z$; each of the three operations has two operands, which makes six
# edges. The gradients are written as sums of two paths, $1\cdot d + 1\cdot s = 1 + 5$ for $a$ and
# $1\cdot d - 1\cdot s = 1 - 5$ for $b$: whoever follows one path only gets half of the answer, and the
# minus sign of $a - b$ is the local derivative of its edge.

# %% [markdown] exercise="2.4" title="Forward mode and reverse mode" stars=2 minutes=15 needs="2.3"
# The chain rule says *what* to multiply, not in which order. Going with the arrows or against them
# gives the same derivatives at wildly different prices, and that difference is why networks with
# billions of parameters can be trained at all.
#
# Take $f:\mathbb{R}^n\to\mathbb{R}^m$, with $n$ inputs and $m$ outputs. All its derivatives form the
# **Jacobian**, a table with one row per output and one column per input.
#
# - A **forward sweep** picks *one input*, gives it the slope 1 and all others 0, and carries slopes
#   along with the values, from left to right.
# - A **reverse sweep** picks *one output*, gives it the gradient 1, and carries gradients back, from
#   right to left.
#
# Look at what one sweep of each kind touches, and at what it fills in:

# %% fold=true
# Shift+Enter: what a forward sweep and a reverse sweep touch
from utils.plots import BLUE, RED, axes

figure, panels = axes("", "", columns=2, width=7.2, height=3.0)
LAYERS = {0.0: [0, 1, 2], 1.0: [0.5, 1.5], 2.0: [0.5, 1.5]}  # x: heights of the nodes
NAMES = {0.0: ["$x_3$", "$x_2$", "$x_1$"], 1.0: ["", ""], 2.0: ["$y_2$", "$y_1$"]}
SWEEPS = [
    ("One forward sweep", BLUE, (0.0, 1), [(r, 1) for r in range(2)]),
    ("One reverse sweep", RED, (2.0, 1.5), [(0, c) for c in range(3)]),
]
for panel, (title, colour, start, filled) in zip(panels, SWEEPS):
    panel.set(title=title, xlim=(-0.6, 4.6), ylim=(-0.4, 2.3), xticks=[], yticks=[])
    panel.grid(False)
    panel.spines[:].set_visible(False)
    for left, right in ((0.0, 1.0), (1.0, 2.0)):
        for low in LAYERS[left]:
            for high in LAYERS[right]:
                tail, head = (left, low), (right, high)
                live = start[0] not in (left, right) or start in (tail, head)
                arrow = dict(arrowstyle="->" if colour == BLUE else "<-", shrinkA=9, shrinkB=9)
                style = dict(color=colour, linewidth=2) if live else dict(color="#7b879466")
                panel.annotate("", head, tail, arrowprops=arrow | style)
    for x, heights in LAYERS.items():
        for y, name in zip(heights, NAMES[x]):
            panel.plot(x, y, "o", color=colour if (x, y) == start else "#7b8794", markersize=12)
            shift, side = (-0.18, "right") if x == 0 else (0.18, "left")
            panel.text(x + shift, y, name, ha=side, va="center")
    for row in range(2):
        for column in range(3):
            known = (row, column) in filled
            square = dict(facecolor=colour if known else "none", edgecolor="#7b8794")
            panel.bar(3.0 + 0.55 * column, 0.55, 0.55, 1.15 - 0.55 * row, **square)
    panel.text(3.55, 1.95, "Jacobian", ha="center")
    panel.text(3.55, 0.45, "columns: inputs\nrows: outputs", ha="center", va="top", fontsize=10)
show(
    figure,
    "Two copies of a graph with three inputs and two outputs, each beside its Jacobian of two rows and "
    "three columns. A forward sweep starts at the input x2, runs right to every output, and fills one "
    "column. A reverse sweep starts at the output y1, runs left to every input, and fills one row.",
)

# %% [markdown]
# Forward mode fits in a few lines: a number that carries its slope along. (Reverse mode is the engine
# that you build later in this chapter; here the course's own stands in.)


# %%
class Dual:
    """A value with its slope with respect to the one input that a sweep has picked."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        return Dual(
            self.value * other.value, self.slope * other.value + self.value * other.slope
        )


def outputs(a, b):
    return a * b + a, b * b


print("a forward sweep from a:", [y.slope for y in outputs(Dual(-2.0, 1.0), Dual(5.0))])

a, b = Value(-2.0), Value(5.0)
outputs(a, b)[0].backward()
print("a reverse sweep from the first output:", [a.grad, b.grad])

# %% [markdown]
# **Your task.** How many sweeps give the *whole* Jacobian?
#
# a) Write `forward_passes(n, m)` and `reverse_passes(n, m)`: the number of sweeps that each mode needs
# for a function with `n` inputs and `m` outputs.
#
# b) A sweep costs about the same in both modes. Write `better_mode(n, m)`, which returns `"forward"`,
# `"reverse"` or, when both need equally many, `"tie"`.
#
# c) Why does the training of networks use reverse mode? Set `why_dl` to one letter:
#
# - `"a"`: Forward mode only approximates the gradient, while reverse mode computes it exactly.
# - `"b"`: The loss is one number that depends on very many parameters, so the number of sweeps decides.
# - `"c"`: Forward mode cannot get through the nonlinear functions that networks are made of.
# - `"d"`: Reverse mode needs less memory, because it can forget the values on its way.

# %% [markdown] hints="2.4"
# In the picture, what does one coloured sweep fill in: a row of the table, or a column?
#
# ---
# How many columns does the Jacobian have, and how many rows?
#
# ---
# For c), look at `Dual` again: is anything in it approximated? Could it have a `tanh`? And what does a
# sweep from right to left need that was computed from left to right?

# %% answer="2.4a"
def forward_passes(n: int, m: int) -> int:
    """Forward sweeps for the whole Jacobian of a function with n inputs and m outputs."""
    ### BEGIN SOLUTION
    return n
    ### END SOLUTION


def reverse_passes(n: int, m: int) -> int:
    """Reverse sweeps for the whole Jacobian of a function with n inputs and m outputs."""
    ### BEGIN SOLUTION
    return m
    ### END SOLUTION


# %% test="2.4a" decides=true
expect("2.4a", lambda: (forward_passes(4, 7), reverse_passes(4, 7)), (4, 7))
expect("2.4a", lambda: (forward_passes(7, 4), reverse_passes(7, 4)), (7, 4))

# %% answer="2.4b"
def better_mode(n: int, m: int) -> str:
    """The mode that needs fewer sweeps: "forward", "reverse" or "tie"."""
    ### BEGIN SOLUTION
    if n == m:
        return "tie"
    return "forward" if n < m else "reverse"
    ### END SOLUTION


# %% test="2.4b" decides=true
def mode(n, m):
    """Your answer in small letters."""
    return better_mode(n, m).strip().lower()


expect("2.4b", lambda: mode(3, 3), "tie")
expect("2.4b", lambda: mode(2, 5), "forward")
expect("2.4b", lambda: mode(5, 2), "reverse")

# %% answer="2.4c"
why_dl = ...  # one letter, "a" to "d"
### BEGIN SOLUTION
why_dl = "b"
### END SOLUTION

# %% test="2.4c"
expect("2.4c", lambda: why_dl, one_letter("abcd"))

# %% [markdown] commentary="2.4"
# A forward sweep fills one column of the Jacobian and there are $n$; a reverse sweep fills one row and there
# are $m$: nothing else has to be counted, least of all the $n\cdot m$ entries. A training loss is one
# number, $m = 1$, so a single reverse sweep gives the gradient for millions of parameters; its price is the
# memory for the values of the forward pass, which is why d) is wrong.

# %% [markdown]
# ### In your own words (optional)
#
# Your instructor reads this part; a model answer comes with `solution("2.4")`.

# %% [markdown] written="2.4-written"
# Explain to a colleague why training runs in reverse mode. Say what one sweep costs, how many sweeps each
# mode takes, and what reverse mode asks for in return.
#
# ### BEGIN SOLUTION
# The training loss is one number, $m = 1$, and depends on $n$ parameters, often millions. One sweep of
# either mode costs a small multiple of one evaluation of the function. Forward mode needs a sweep for
# each parameter, $n$ in all; reverse mode needs one for each output, which here is one sweep for the
# whole gradient. The price is memory: the local derivatives are needed in the opposite order, so the
# values of the forward pass have to be kept (or computed again) until the sweep returns to them.
# ### END SOLUTION

# %% [markdown]
# ### Look back: is forward mode useless, then?
#
# Not at all. It is the cheap way to a *directional* derivative, the change of all outputs when the
# inputs move along one direction, and PyTorch offers it as `torch.func.jvp`. Here it goes through a
# network with one hidden layer, once per parameter, and is compared with a single reverse sweep.

# %%
import torch
from torch.func import jvp

torch.set_num_threads(1)  # networks this small are fastest on one
torch.manual_seed(0)
inputs, theta = torch.randn(8, 3, dtype=torch.float64), torch.randn(21, dtype=torch.float64)


def loss(theta):
    """Mean square of a network 3 → 4 → 1 whose 21 parameters stand in one vector."""
    hidden = torch.tanh(inputs @ theta[:12].view(3, 4) + theta[12:16])
    return (hidden @ theta[16:20] + theta[20]).square().mean()


directions = torch.eye(21, dtype=torch.float64)
forward = torch.stack([jvp(loss, (theta,), (direction,))[1] for direction in directions])
(reverse,) = torch.autograd.grad(loss(theta.requires_grad_()), theta)
largest = (forward - reverse).abs().max().item()
print(f"largest difference between the two gradients: {largest:.1e}")

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/01_by_hand")

# %% [markdown]
# {{next}}
