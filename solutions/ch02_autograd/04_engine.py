# %% [markdown]
# # Mini-project: an autograd engine
#
# PyTorch, JAX and TensorFlow differ in a thousand details and share one idea: while a program computes
# a number, write down *how* it was computed; afterwards, walk that record backwards and multiply local
# derivatives. In this notebook you build the machine that does it. It fits on one page.
#
# The project, 2.12, has four parts in three notebooks, one for each sitting:
#
# | notebook | part | you build | points |
# |---|---|---|---|
# | this one | 2.12a | `Value`: numbers that remember how they were computed | 16 + 2 bonus |
# | the next one | 2.12b | a gradient checker, so that you need not trust an engine | 4 |
# | | 2.12c | a small network that learns XOR | 8 |
# | the one after it | 2.12d | `Tensor`: the same engine for arrays, and a reader of digits | 10 bonus |
#
# The later parts run on the course's engine, so a mistake in your `Value` costs you nothing there.
#
# > **Conventions here.** `z.backward()` computes $\partial z / \partial v$ for every value $v$ that
# > $z$ was made from, and *adds* it to `v.grad`. Gradients start at 0 and are never reset by
# > `backward`: to begin again, set them to 0. The derivative of relu is 1 where its input is positive and
# > 0 where it is negative.

# %% setup=true
import math

import numpy as np

from utils import (
    GraphStepper,
    draw_graph,
    expect,
    grade,
    progress,
    show,
)
from utils import Value as CourseValue
from utils.plots import BLUE, LINES, RED, axes, style


# What the tests use
def value_and_gradients(f, *numbers):
    """[f, df/dx1, df/dx2, ...] at the given numbers."""
    xs = [Value(x) for x in numbers]
    z = f(*xs)
    z.backward()
    return [z.data, *(x.grad for x in xs)]


def doublings_of(n):
    """x + x, and that plus itself, and so on."""

    def chain(x):
        for _ in range(n):
            x = x + x
        return x

    return chain


def short_and_long(a, b):
    """p is used at once, and again at the end of a longer path."""
    p = a * a
    return (p * b + a) + p


def two_graphs(x):
    """The gradient of x after one backward pass, and after that of a second graph."""
    x = Value(x)
    (x + x).backward()
    once = x.grad
    (x + x).backward()
    return [once, x.grad]


# %% [markdown] exercise="2.12" title="Mini-project: build an autograd engine" stars=4 minutes=80 needs="2.3 2.8"
# You know the parts already: local derivatives (2.5 to 2.7), graphs whose paths add up (2.3), reverse
# mode (2.4), numerical checks (2.8). What is new is that they have to work *together*, for graphs that
# nobody has drawn in advance.
#
# ## How a graph draws itself
#
# Here is a neuron, $\tanh(w\,x + b)$, computed with the course's own engine. Nobody told the program
# what to draw: every value keeps its operands, and following them from the result back to the leaves
# *is* the graph.

# %%
w, x, b = CourseValue(0.5, label="w"), CourseValue(2.0, label="x"), CourseValue(-0.25, label="b")
neuron = (w * x + b).tanh()
neuron.label = "z"
neuron.backward()
draw_graph(neuron, "The neuron z = tanh(w x + b) after z.backward()")

# %% [markdown]
# Each box shows the value's name, the operation that made it, its `data` and its `grad`. A function
# that draws needs only three things from a value: `data`, `grad`, and a tuple of its operands, which
# the course's engine calls `_prev`. Call yours `_prev` as well, and `draw_graph(your_value)` draws your
# graphs too; give each value an `_op` such as `"+"`, and the drawing names the operations.
#
# ## The two things that go wrong
#
# **A value may be used more than once.** In $z = (a + b)(a - b)$ two paths lead from $a$ to $z$, and
# the gradient of $a$ is the *sum* over both.
#
# **The order matters.** A value may pass its gradient on only when that gradient is complete, that is,
# after *everything* that uses the value has delivered. Take $p = a\cdot a$, $q = 3p$ and $z = p + q$, so
# $z = 4a^2$. The value $p$ is used twice, and it has to wait for $q$.

# %%
a = CourseValue(5.0, label="a")
p = a * a
q = p * 3
z = p + q
p.label, q.label, z.label = "p", "q", "z"
draw_graph(z, "z = p + q with q = 3 p: two paths lead from p to z")

# %% [markdown]
# Before you run the next cell: what is $dz/da$ at $a = 5$? And what comes out at $a$ if $p$ hands its
# gradient on as soon as $z$ has delivered, before $q$ has?


# %%
def gradient_at_a(order):
    """The gradient of a when the values hand their gradients on in this order."""
    for v in (a, p, q, z):
        v.grad = 0.0
    z.grad = 1.0
    for v in order:
        v._backward()  # adds upstream gradient times local derivative to the operands' gradients
    return a.grad


print("z, q, p (p waits for q):     dz/da =", gradient_at_a([z, q, p]))
print("z, p, q (p does not wait):   dz/da =", gradient_at_a([z, p, q]))

# %% [markdown]
# The second number is wrong, and nothing complains: when $p$ hands on, the share that comes by way of
# $q$ is not there yet, and later nobody picks it up.
#
# A backward pass that follows each *path* separately, from the end to the leaves, would be right. But
# paths are many. If every value is used twice by the next one, as in `x = x + x`, each doubling doubles
# their number:

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
# With 300 doublings the red way would take longer than the universe has existed; the blue one takes a
# millisecond. A **topological order** gives both, right numbers and speed: each value once, and never
# before the values that were made from it.
#
# Step through the neuron once more, in such an order: values from left to right, then gradients from
# right to left. Every backward step is one product, *upstream gradient × local derivative*. (Shift+Enter
# in the next cell brings the buttons.)

# %% picture=true
GraphStepper(neuron)

# %% [markdown]
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
# Write it yourself: the course's engine and PyTorch are off limits in this part (the standard library
# is yours). What a second `backward` on the same graph does is not tested.
#
# **Example.** With `a = Value(2)` and `b = Value(-3)`, `z = a * b + a` has `z.data` −4; after
# `z.backward()`, `a.grad` is −2 (that is $b + 1$), `b.grad` is 2, and `z.grad` is 1.
#
# **A plan that works**, with tests below for each step:
#
# 1. The constructor, and `+` and `*` between two values. Each result remembers its operands.
# 2. `backward`, in a proper order. Half of the project is done.
# 3. Plain numbers on either side: Python turns `5 + a` into `a.__radd__(5)` after the integer has
#    declined.
# 4. Everything else; some operations are one line in terms of others.
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


# %% [markdown]
# The tests, step by step: write what a step needs, run the answer cell, then the cell of that step, and
# come back for the next one.

# %% step="2.12a"
# Step 1: leaves, sums and products
expect("2.12a", lambda: [Value(3).data, Value(3).grad], [3.0, 0.0])
expect("2.12a", lambda: (Value(2) + Value(-3)).data, -1)
expect("2.12a", lambda: (Value(2) * Value(-3)).data, -6)
expect("2.12a", lambda: (Value(2) * Value(-3) + Value(2)).grad, 0.0)

# %% step="2.12a"
# Step 2: backward, in a proper order
expect("2.12a", lambda: value_and_gradients(lambda a, b: a + b, 2, -3), [-1, 1, 1])
expect("2.12a", lambda: value_and_gradients(lambda a, b: a * b, 2, -3), [-6, -3, 2])
expect("2.12a", lambda: value_and_gradients(lambda a, b: a * b + a, 2, -3), [-4, -2, 2])
expect("2.12a", lambda: value_and_gradients(doublings_of(10), 1), [1024, 1024])
expect("2.12a", lambda: value_and_gradients(short_and_long, 3, 5), [57, 37, 9])
expect("2.12a", lambda: two_graphs(4), [2, 4])

# %% step="2.12a"
# Step 3: plain numbers on either side
expect("2.12a", lambda: value_and_gradients(lambda a: a * 3 + 5, 2), [11, 3])
expect("2.12a", lambda: value_and_gradients(lambda a: 5 + 3 * a, 2), [11, 3])

# %% [markdown]
# Step 4, and with it the whole class: every line of this cell has to hold.

# %% test="2.12a"
# Step 4: the rest
expect("2.12a", lambda: value_and_gradients(lambda a, b: (a + b) * (a - b), 3, 2), [5, 6, -4])
expect("2.12a", lambda: value_and_gradients(lambda a: 1 - a, 4), [-3, -1])
expect("2.12a", lambda: value_and_gradients(lambda a: -a, 4), [-4, -1])
expect("2.12a", lambda: value_and_gradients(lambda a, b: a / b, 6, 2), [3, 0.5, -1.5])
expect("2.12a", lambda: value_and_gradients(lambda a: 1 / a, 4), [0.25, -0.0625])
expect("2.12a", lambda: value_and_gradients(lambda a: a**3 * 5, 2), [40, 60])
expect("2.12a", lambda: value_and_gradients(lambda a: a.relu() * 3, 2), [6, 3])
expect("2.12a", lambda: value_and_gradients(lambda a: a.relu() * 3, -2), [0, 0])
expect("2.12a", lambda: value_and_gradients(lambda a: a.tanh(), 0.5), [0.4621172, 0.7864477], rtol=1e-5)
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

# %% [markdown] commentary="2.12a"
# Every operation records its operands and one local derivative for each, so a single loop in `backward`
# serves them all, and an operation that is built from others (`-`, `/`) needs no derivative of its own.
# The numbers given at birth are the topological order for free, without recursion: operands are always
# older than what is made from them, so the loop goes from the youngest value to the oldest, each one
# hands on a gradient that is complete, and `+=` adds up the shares of a value that is used several times.

# %% [markdown]
# ## Your engine at work
#
# The same neuron as above, computed, differentiated and drawn from *your* `Value`.

# %% fold=true
# Shift+Enter: the neuron, drawn from your own engine
from IPython.display import display


def my_neuron():
    """tanh(w x + b) with the Value of this notebook, after backward."""
    w, x, b = Value(0.5), Value(2.0), Value(-0.25)
    z = (w * x + b).tanh()
    z.backward()
    return z


try:
    mine = my_neuron()
    if hasattr(mine, "_prev"):
        display(draw_graph(mine, "z = tanh(w x + b), from your engine"))
    else:
        print("Your engine runs. To see its graphs, keep the operands of a value in a tuple _prev.")
except NotImplementedError:
    print("○ Here your engine will draw a neuron, once Value is written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# In a cell of your own, draw anything you like: `draw_graph((Value(2) * 3 + 1).tanh())`, or step through
# it with `GraphStepper(...)`. If your operands have another name, say
# `draw_graph(z, parents=lambda v: v.my_operands)`.
#
# The next notebook puts an engine on trial, and trains a network with it. It brings the course's engine;
# you may use your own there, too.

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/04_engine")

# %% [markdown]
# {{next}}
