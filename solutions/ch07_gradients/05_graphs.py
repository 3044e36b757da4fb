# %% [markdown]
# # Two ways through a graph
#
# Nothing in backpropagation depends on layers. Here you carry it out on a graph that is no chain, then
# follow the chain rule in the other direction, and find out why networks are trained with the first.
#
# > **Conventions here.** All values are single numbers. $\partial y/\partial f_j$ is the effect on $y$ of
# > nudging $f_j$ *alone*, while everything that is computed from it follows. The local derivative
# > $\partial f_i/\partial f_j$ belongs to the single arrow from $f_j$ to $f_i$.

# %% setup=true
import math

import numpy as np
from IPython.display import display

from utils import (
    Chart,
    Value,
    draw_graph,
    expect,
    explore,
    grade,
    is_number,
    is_whole_number,
    one_letter,
    progress,
)
from utils.plots import BLUE, ORANGE

# %% [markdown] exercise="7.12" title="Reverse mode on a graph" stars=2 minutes=20
# Backpropagation works on every graph of computations, and where a value is used twice, something
# happens that a chain does not show.
#
# Take
#
# $$y = \exp\left[e^x + (e^x)^2\right] + \sin\left[e^x + (e^x)^2\right],$$
#
# computed in six steps:
#
# $$f_1 = e^x, \quad f_2 = f_1^2, \quad f_3 = f_1 + f_2, \quad f_4 = e^{f_3}, \quad f_5 = \sin f_3,
# \quad y = f_4 + f_5.$$

# %% setup=true
def graph_at(x):
    """The graph of the six steps, as {name: Value}."""
    x = Value(x)
    f1 = x.exp()
    f2 = f1**2
    f3 = f1 + f2
    f4 = f3.exp()
    f5 = Value(math.sin(f3.data), (f3,), "sin")
    named = {"x": x, "f1": f1, "f2": f2, "f3": f3, "f4": f4, "f5": f5, "y": f4 + f5}
    for name, value in named.items():
        value.label = name
    return named


def draw_with(derivatives, title):
    """The graph at x = 0 with these derivatives in its boxes."""
    graph = graph_at(0.0)
    for name, derivative in derivatives.items():
        graph[name].grad = float(derivative)
    display(draw_graph(graph["y"], title))


# %% picture=true
draw_graph(graph_at(0.0)["y"], "The graph at x = 0: the values are there, the gradients not yet")

# %% [markdown]
# **Predict first.** Which of these values are used more than once? Watch what that does to your code.
#
# The next cell measures derivatives for comparison: it nudges one value alone, and everything that is
# computed from it follows.


# %% setup=true
def values(x, nudged, by):
    """x, f1 ... f5 and y as a dict, when one of them is nudged and the later ones follow."""
    v = {}

    def put(name, value):
        v[name] = value + (by if name == nudged else 0.0)

    put("x", x)
    put("f1", math.exp(v["x"]))
    put("f2", v["f1"] * v["f1"])
    put("f3", v["f1"] + v["f2"])
    put("f4", math.exp(v["f3"]))
    put("f5", math.sin(v["f3"]))
    put("y", v["f4"] + v["f5"])
    return v


def measured(of, name, x, h=1e-6):
    """d(of)/d(name) at x, by nudging `name` up and down."""
    return (values(x, name, h)[of] - values(x, name, -h)[of]) / (2 * h)


# %% [markdown]
# **Your task.** Write `reverse_mode(x)`, which returns a dict with the keys
# `"f5", "f4", "f3", "f2", "f1", "x"`: the derivatives of $y$ with respect to these, found in this
# order, each by the chain rule from those already there. (No nudging, no second pass.)
#
# **Example.** At $x = 0$ the entry `"x"` is 20.9187.

# %% [markdown] hints="7.12"
# Begin at $y$. For a value, ask: which values are computed *directly* from it? These are the arrows
# that leave it in the picture.
#
# ---
# Each arrow that leaves gives one product: the derivative of $y$ with respect to where it ends,
# times the local derivative along it. The products are added.
#
# ---
# Two values have two arrows: $f_3$ goes into $f_4$ and $f_5$, and $f_1$ goes into $f_2$ and $f_3$.


# %% answer="7.12"
def reverse_mode(x):
    """dy/d(.) for f5, f4, f3, f2, f1 and x."""
    ### BEGIN SOLUTION
    f1 = np.exp(x)
    f3 = f1 + f1**2
    d = {"f5": 1.0, "f4": 1.0}
    d["f3"] = d["f5"] * np.cos(f3) + d["f4"] * np.exp(f3)
    d["f2"] = d["f3"] * 1.0
    d["f1"] = d["f3"] * 1.0 + d["f2"] * (2 * f1)
    d["x"] = d["f1"] * f1
    return d
    ### END SOLUTION


# %% test="7.12" decides=true
expect("7.12", lambda: set(reverse_mode(0.0)), {"f5", "f4", "f3", "f2", "f1", "x"})
expect("7.12", lambda: reverse_mode(0.0)["x"], 20.9187, rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f5"], measured("y", "f5", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f4"], measured("y", "f4", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f3"], measured("y", "f3", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f2"], measured("y", "f2", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f1"], measured("y", "f1", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["x"], measured("y", "x", 0.1), rtol=1e-5)
try:
    draw_with(reverse_mode(0.0) | {"y": 1.0}, "Your derivatives of y at x = 0, found from right to left")
except Exception:
    pass  # the picture comes with an answer that runs

# %% [markdown] commentary="7.12"
# The entries are found from y to x, and each uses only entries that are already there, so every arrow is
# walked once. A value with two outgoing arrows, f₃ and f₁, gets a sum of two products: dropping one of them
# is the mistake that a chain never shows.

# %% [markdown]
# ### Bonus: find the mistake
#
# This is how a published solution writes the six steps. Its numbers are right, but one of its lines, as it
# stands, is not. Take every factor literally: $\partial y/\partial f_j$ is an entry of your dict, and $\partial f_i/\partial f_j$ belongs to the single arrow from $f_j$ to $f_i$.
#
# | | |
# |---|---|
# | A | $\partial y/\partial f_5 = 1$ |
# | B | $\partial y/\partial f_4 = 1$ |
# | C | $\dfrac{\partial y}{\partial f_3} = \dfrac{\partial y}{\partial f_5}\dfrac{\partial f_5}{\partial f_3} + \dfrac{\partial y}{\partial f_4}\dfrac{\partial f_4}{\partial f_3}$ |
# | D | $\dfrac{\partial y}{\partial f_2} = \dfrac{\partial y}{\partial f_3}\dfrac{\partial f_3}{\partial f_2}$ |
# | E | $\dfrac{\partial y}{\partial f_1} = \dfrac{\partial y}{\partial f_3}\dfrac{\partial f_3}{\partial f_1}$ |
# | F | $\dfrac{\partial y}{\partial x} = \dfrac{\partial y}{\partial f_1}\dfrac{\partial f_1}{\partial x}$ |
#
# **Your task.** Give the letter of the wrong line, and write `missing_term(x)`: the value, at $x$,
# of the term that has to be **added** to its right-hand side.

# %% answer="7.12-mistake"
wrong_line = ...  # a letter
### BEGIN SOLUTION
wrong_line = "E"
### END SOLUTION


def missing_term(x):
    """The value at x of the term that the wrong line lacks."""
    ### BEGIN SOLUTION
    d = reverse_mode(x)
    return d["f2"] * 2 * np.exp(x)
    ### END SOLUTION


# %% test="7.12-mistake"
expect("7.12-mistake", lambda: wrong_line, one_letter("ABCDEF"))
expect("7.12-mistake", lambda: missing_term(0.1), is_number)
expect("7.12-mistake", lambda: missing_term(0.0), 13.9458, rtol=1e-4)

# %% [markdown] commentary="7.12"
# For the mistake: count the arrows that leave each value and compare with the number of products in its
# line. The missing product is taken from `reverse_mode`, the effect of f₂ on y, times the local derivative
# along the arrow that was forgotten.

# %% [markdown] exercise="7.13" title="Forward mode on the same graph" stars=2 minutes=20 needs="7.12"
# The chain rule can also be followed along with the computation: every value then carries its derivative
# with respect to $x$. That needs no memory of what came before. So why does nobody train networks like
# this?
#
# The graph is the one of 7.12. Now every derivative is one *with respect to $x$*.
#
# **Your task (a).** Write `forward_mode(x)`, which returns a dict with the keys
# `"f1", "f2", "f3", "f4", "f5", "y"`: the derivatives of these with respect to $x$, found in this
# order, each by the chain rule from those already there.
#
# **Example.** At $x = 0$ the entry `"f3"` is 3, and the entry `"y"` is 20.9187 again.

# %% [markdown] hints="7.13"
# Now look at the arrows that *arrive* at a value. Each gives one product, and they are added.
#
# ---
# Each product is the local derivative along the arrow, times the derivative with respect to $x$ of
# where it starts.
#
# ---
# For (b): one forward sweep follows one input. Which variables does training want the derivatives for?


# %% answer="7.13a"
def forward_mode(x):
    """d(.)/dx for f1, f2, f3, f4, f5 and y."""
    ### BEGIN SOLUTION
    f1 = np.exp(x)
    f3 = f1 + f1**2
    d = {"f1": f1}
    d["f2"] = 2 * f1 * d["f1"]
    d["f3"] = d["f1"] + d["f2"]
    d["f4"] = np.exp(f3) * d["f3"]
    d["f5"] = np.cos(f3) * d["f3"]
    d["y"] = d["f4"] + d["f5"]
    return d
    ### END SOLUTION


# %% test="7.13a" decides=true
expect("7.13a", lambda: set(forward_mode(0.0)), {"f1", "f2", "f3", "f4", "f5", "y"})
expect("7.13a", lambda: forward_mode(0.0)["f3"], 3.0)
expect("7.13a", lambda: forward_mode(0.1)["f2"], measured("f2", "x", 0.1), rtol=1e-5)
expect("7.13a", lambda: forward_mode(0.1)["f4"], measured("f4", "x", 0.1), rtol=1e-5)
expect("7.13a", lambda: forward_mode(0.1)["f5"], measured("f5", "x", 0.1), rtol=1e-5)
expect("7.13a", lambda: forward_mode(0.0)["y"], 20.9187, rtol=1e-5)
try:
    draw_with(forward_mode(0.0) | {"x": 1.0}, "Your derivatives with respect to x at x = 0 (in the rows grad)")
except Exception:
    pass  # the picture comes with an answer that runs

# %% [markdown] commentary="7.13"
# Each value gets its derivative right after it is computed: for every arrow that arrives, the local
# derivative times the derivative of where the arrow starts. The end result is the same 20.9187 as in 7.12,
# but the numbers on the way are not: there they say how y reacts to a value, here how the value reacts to x.

# %% [markdown]
# **Your task (b).** A *sweep* goes once through the whole graph. A forward sweep starts at one variable
# and finds the derivatives of everything with respect to it, as you just did. A reverse sweep starts at
# one result and finds its derivatives with respect to everything.
#
# A network has 10 inputs, 2285 parameters and one loss. How many sweeps does it take to find the gradient
# of the loss with respect to all parameters, by forward mode and by reverse mode?

# %% answer="7.13b"
passes_forward = ...  # a whole number
passes_reverse = ...  # a whole number
### BEGIN SOLUTION
passes_forward = 2285
passes_reverse = 1
### END SOLUTION

# %% test="7.13b"
expect("7.13b", lambda: passes_forward, is_whole_number)
expect("7.13b", lambda: passes_reverse, is_whole_number)

# %% [markdown] commentary="7.13"
# Count the starting points: a forward sweep begins at one variable, and training asks about every parameter;
# a reverse sweep begins at one result, and training has one loss. The inputs of the network are data and
# play no part in the count.

# %% [markdown]
# ### See for yourself
#
# PyTorch has forward mode too: `torch.func.jvp` differentiates along one direction. Can it find a
# gradient with respect to *parameters*? The cell below puts that gradient together, sweep by sweep, for
# five small networks, and compares it with the one of reverse mode. (This takes a few seconds.)

# %%
from time import perf_counter

import torch

torch.set_num_threads(1)  # networks this small are fastest on one


def both_ways(inputs, hidden):
    """(parameters, largest difference, seconds forward, seconds reverse) for one small network."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1)
    ).double()
    shapes = {name: p.shape for name, p in net.named_parameters()}
    flat = torch.nn.utils.parameters_to_vector(net.parameters()).detach()
    X, Y = torch.randn(20, inputs).double(), torch.randn(20, 1).double()

    def loss(flat):
        pieces = flat.split([shape.numel() for shape in shapes.values()])
        given = {name: p.view(shape) for (name, shape), p in zip(shapes.items(), pieces)}
        return ((torch.func.functional_call(net, given, X) - Y) ** 2).mean()

    directions = torch.eye(len(flat)).double()

    def timed(gradient):
        started = perf_counter()
        return gradient(), perf_counter() - started

    forward, slow = timed(
        lambda: torch.stack([torch.func.jvp(loss, (flat,), (e,))[1] for e in directions])
    )
    repeated = [timed(lambda: torch.func.grad(loss)(flat)) for _ in range(9)]
    fast = min(seconds for _, seconds in repeated)
    return len(flat), float((forward - repeated[0][0]).abs().max()), slow, fast


both_ways(1, 1)  # warm up
rows, networks = [], [(2, 5), (4, 8), (6, 16), (10, 25), (16, 30)]
for number, sizes in enumerate(networks, start=1):
    print(f"\rnetwork {number} of {len(networks)} ...", end="", flush=True)
    rows.append(both_ways(*sizes))
print("\r" + 30 * " " + "\r", end="")
for count, gap, *_ in rows:
    print(f"{count:4d} parameters, {count:4d} forward sweeps: largest difference from reverse mode {gap:.1e}")

# %% [markdown]
# Forward mode gives the very numbers that one reverse sweep gives. So it is neither impossible here nor
# inexact. It is a question of price, and the next cell asks you for the price before it shows it:

# %%
parameters, _, forward, reverse = zip(*rows)
slope = np.polyfit(np.log(parameters), np.log(forward), 1)[0]


def compare():
    chart = Chart(
        "number of parameters", "time for the gradient in ms", "One gradient, two ways",
        x=(15, 800), y=(0.02, 2000 * max(forward)), log="xy", width=620,
        xticks={count: str(count) for count in parameters},
    )  # fmt: skip
    for name, times, colour, dash, marker in (
        ("forward mode", forward, ORANGE, "", "o"), ("reverse mode", reverse, BLUE, "7 5", "s"),
    ):  # fmt: skip
        chart.line(parameters, [1000 * t for t in times], colour, dash, marker, label=name)
    return chart, (
        f"Forward mode takes {1000 * forward[-1]:.0f} ms and reverse mode {1000 * reverse[-1]:.1f} ms "
        f"for {parameters[-1]} parameters. Twice the parameters take forward mode about "
        f"{2**slope:.1f} times as long: it needs twice the sweeps, and each goes through a larger network."
    )


question = (
    "Predict: both axes will be logarithmic, and the curve of forward mode nearly a straight line. "
    "What is its slope? (Slope 0: twice the parameters take as long as before; slope 1: twice as long.)"
)
explore(compare, predict=(question, round(slope, 2), 0.4))

# %% [markdown] written="7.13-written"
# **In your own words (optional, read by a person).** A textbook answer says that forward mode is not used
# because it gives derivatives with respect to the input, while training needs them with respect to the
# parameters. Why is that not the reason, and what is?
#
# ### BEGIN SOLUTION
# Forward mode differentiates with respect to whatever variable the sweep starts at, and a parameter is
# as good a start as an input. But one sweep follows one direction only. For $P$ parameters it takes $P$
# sweeps, each about as expensive as a forward pass, while reverse mode finds all $P$ derivatives of the
# one loss in a single sweep (and pays with memory for the values it needs on the way back). Both are
# exact up to rounding. For a function with few inputs and many outputs it is the other way round.
# ### END SOLUTION

# %% [markdown]
# Some answers to these exercises that you may meet elsewhere are wrong in places. The
# [errata](../errata.ipynb#Exercise-7.12) say where, and prove it.

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/05_graphs")

# %% [markdown]
# {{next}}
