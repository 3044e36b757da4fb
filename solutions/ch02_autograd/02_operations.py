# %% [markdown]
# # Operations and gradient checking
#
# An automatic differentiation system is a box of small operations. Each one knows two things: how to
# compute its value (*forward*), and how to turn "how much does the loss change when my output
# changes?" into "how much does it change when my inputs change?" (*backward*). In this notebook you
# write three such operations, and then the tool that tells you whether a gradient is right.
#
# > **Conventions here.** `backward(grad_output)` gets $\partial L/\partial z$, the gradient with
# > respect to the operation's output, and returns the gradient with respect to each input:
# > upstream gradient times local derivative. It does not get the inputs again, so `forward` must
# > keep on `self` what `backward` will need.

# %% setup=true
import math
from typing import Tuple

import numpy as np

from utils import Op, Value, draw_graph, expect, grade, progress, show, sigmoid
from utils.plots import axes, style


# What the tests use
def backward_of_div(a, b, grad_output):
    """The pair that backward returns after forward(a, b)."""
    div = Div()
    div.forward(a, b)
    return div.backward(grad_output)


def two_divisions():
    """Two divisions in one graph: forward for both, then backward for both."""
    first, second = Div(), Div()
    first.forward(6, 2)
    second.forward(1, 4)
    return [list(first.backward(1)), list(second.backward(8))]


def backward_of_pow(n, a, grad_output):
    """What backward returns after forward(a)."""
    power = Pow(n)
    power.forward(a)
    return power.backward(grad_output)


def two_powers():
    """Two powers in one graph: forward for both, then backward for both."""
    cube, square = Pow(3), Pow(2)
    cube.forward(2)
    square.forward(3)
    return [cube.backward(1), square.backward(1)]


# %% [markdown]
# ## One operation at work
#
# Below, a loss is computed as $L = 8\,(a/b)$ at $a = 1$, $b = 4$, by the course's own engine, which
# then goes backward. Every box shows a value (*data*) and how fast the loss changes with it (*grad*).
# The quotient $z$ hears from its right that $\partial L/\partial z = 8$. That is all it is told; from
# it and from its own two derivatives it answers for $a$ and for $b$.


# %% picture=true
def loss_of_a_quotient():
    """The graph of L = 8 (a / b), after backward."""
    a, b = Value(1, label="a"), Value(4, label="b")
    z = a / b
    loss = 8 * z
    z.label, loss.label = "z", "L"
    loss.backward()
    return loss


draw_graph(loss_of_a_quotient(), title="A division inside a larger computation")

# %% [markdown] exercise="2.5" title="Division" stars=1 minutes=10
# Networks divide all the time: softmax divides by a sum, normalisation by a standard deviation. A
# division that forgets one of its two gradients trains, but trains the wrong thing.
#
# For $z = a/b$ one local derivative is easy: $b$ is a constant when only $a$ moves, so
# $\partial z/\partial a = 1/b$. The other one, $\partial z/\partial b$, is yours to derive: hold $a$
# still, write $z = a\cdot b^{-1}$, and use the power rule. Which sign must it have when $a$ and $b$ are
# positive? A larger denominator makes the quotient smaller.
#
# **Your task.** Complete the class `Div`: `forward(a, b)` returns $a/b$ and keeps what is needed;
# `backward(grad_output)` returns the pair (gradient for $a$, gradient for $b$). (`Op`, in brackets behind
# the name, is the course's class of all operations. It adds nothing to yours but the promise that there is
# a `forward` and a `backward`.)
#
# **Example.** After `forward(1, 4)`, which gives 0.25, `backward(8)` returns `(2.0, -0.5)`: the
# numbers in the picture above.

# %% [markdown] hints="2.5"
# `backward` is told only the upstream gradient. Where can it find $a$ and $b$?
#
# ---
# Store both on the object: `self.a, self.b = a, b`. An attribute of the *class* would be shared by
# every division in the graph.
#
# ---
# Each returned gradient is `grad_output` times one local derivative. The power rule for $b^{-1}$ gives
# $-b^{-2}$; multiply it by $a$.

# %% answer="2.5"
class Div(Op):
    """z = a / b"""

    def forward(self, a: float, b: float) -> float:
        ### BEGIN SOLUTION
        self.a, self.b = a, b
        return a / b
        ### END SOLUTION

    def backward(self, grad_output: float) -> tuple[float, float]:
        ### BEGIN SOLUTION
        return grad_output / self.b, -grad_output * self.a / self.b**2
        ### END SOLUTION


# %% test="2.5" decides=true
expect("2.5", lambda: Div().forward(1, 4), 0.25)
expect("2.5", lambda: backward_of_div(6, 2, 1), (0.5, -1.5))
expect("2.5", lambda: two_divisions(), [[0.5, -1.5], [2.0, -0.5]])

# %% [markdown] commentary="2.5"
# `forward` keeps $a$ and $b$ on `self`, because `backward` is told nothing but the upstream gradient; on the
# class they would be shared, and the second division of a graph would overwrite the first. Both gradients
# begin with `grad_output`: an operation never knows whether its result was the end of the computation.

# %% [markdown] exercise="2.6" title="Powers" stars=2 minutes=10 needs="2.5"
# Squares measure errors, square roots measure sizes, and $x^{-1}$ is division again: one operation
# covers them all.
#
# The exponent $n$ is a constant here, so the operation has a single input and `backward` returns **one
# number**, not a tuple. A colleague has written it already:
#
# ```python
# def backward(self, grad_output):
#     return self.n * self.a ** self.n - 1
# ```
#
# Two things are wrong with this line. Try it on paper with $a^3$ at $a = 2$ and `grad_output` 10, compare
# with the example below, and find both.
#
# **Your task.** Complete `Pow`, with a `backward` that is right. The exponent may be negative or fractional.
#
# **Example.** `Pow(3).forward(2)` is 8; after it, `backward(10)` returns 120.
#
# **Bonus.** At $a = 0$, $n = 0$ the formula asks for $0 \cdot 0^{-1}$. But $a^0 = 1$ is a constant, so
# its derivative is 0. Make `Pow(0)` return value 1 and gradient 0 there, without spoiling the other
# exponents at $a = 0$: the straight line $a^1$, for one, keeps its slope 1.

# %% fold=true
# Shift+Enter: powers of a, and their slopes
bases = np.linspace(0.05, 2.5, 200)
fig, (left, right) = axes("a", "", columns=2, width=8.4)
with style():
    for exponent in (2, 1, 0.5, -1):
        left.plot(bases, bases**exponent)
        right.plot(bases, np.gradient(bases**exponent, bases), label=f"n = {exponent:g}")
    left.set(title="The power aⁿ", ylabel="aⁿ", ylim=(0, 4))
    right.set(title="Its slope", ylabel="slope of aⁿ", ylim=(-3, 4))
    right.legend(loc="lower right", ncols=2)
show(
    fig,
    "Left: the powers of a for n = 2, 1, 0.5 and -1 between 0 and 2.5; all meet at a = 1. Right: their "
    "slopes. For n = 2 the slope grows in proportion to a, for n = 1 it is 1 everywhere, for n = 0.5 it "
    "falls towards 0, for n = -1 it is negative.",
)

# %% [markdown] hints="2.6"
# The exponent was stored by `__init__`. What else has to be kept?
#
# ---
# In Python `a ** n - 1` means $(a^n) - 1$. Write the brackets you mean.
#
# ---
# For the bonus, treat the exponent 0 before the general formula.

# %% answer="2.6"
class Pow(Op):
    """z = a ** n for a constant n"""

    def __init__(self, n: float):
        self.n = n

    def forward(self, a: float) -> float:
        ### BEGIN SOLUTION
        self.a = float(a)
        return self.a**self.n
        ### END SOLUTION

    def backward(self, grad_output: float) -> float:
        ### BEGIN SOLUTION
        if self.n == 0:
            return 0.0
        return grad_output * self.n * self.a ** (self.n - 1)
        ### END SOLUTION


# %% test="2.6" decides=true
expect("2.6", lambda: Pow(3).forward(2), 8.0)
expect("2.6", lambda: Pow(-1).forward(4.0), 0.25)
expect("2.6", lambda: backward_of_pow(3, 2, 10), 120.0)
expect("2.6", lambda: backward_of_pow(-1, 4.0, 1), -0.0625)
expect("2.6", lambda: backward_of_pow(2, 0.0, 5), 0.0)
expect("2.6", lambda: two_powers(), [12.0, 6.0])

# %% test="2.6-bonus" decides=true
expect("2.6-bonus", lambda: Pow(0).forward(0), 1.0)
expect("2.6-bonus", lambda: backward_of_pow(0, 0, 5), 0.0)
expect("2.6-bonus", lambda: backward_of_pow(1, 0, 5), 5.0)
expect("2.6-bonus", lambda: backward_of_pow(0, 3, 5), 0.0)

# %% [markdown] commentary="2.6"
# The brackets in `a ** (n - 1)` are the point: without them Python computes the power first and subtracts 1
# afterwards. The exponent 0 is treated by itself because $0\cdot 0^{-1}$ would divide by zero, although the
# derivative of a constant is simply 0; the test asks for the *exponent*, not for the base, so $a^1$ keeps
# its slope at 0.

# %% [markdown] exercise="2.7" title="The gradient of the sigmoid" stars=2 minutes=10 needs="2.5"
# The sigmoid squeezes any number into a probability. Its gradient decides how fast a network that
# uses it can learn, and why it stops learning where the curve is flat.
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}, \qquad \sigma'(x) = \sigma(x)\,\bigl(1 - \sigma(x)\bigr).$$
#
# > **Convention here.** `x` is what goes *into* the sigmoid (the pre-activation), not what comes out.
# > `x` and `grad_output` have the same shape, and so has the result: the sigmoid works element by
# > element, so each element gets its own gradient.
#
# **Your task.** Write `sigmoid_backward(x, grad_output)` for a number or an array of any shape. The
# function `sigmoid` is given.
#
# **Example.** At $x = 0$ with upstream gradient 1 it returns 0.25, the steepest that the sigmoid ever
# gets. At $x = 3$ with upstream gradient 2 it returns $2 \cdot 0.0451767 = 0.0903533$.
#
# **Bonus.** Large inputs happen when training goes wrong, and there the formula breaks in two ways.
# $e^{800}$ is larger than any floating-point number. And at $x = 40$ the slope is about $4\cdot 10^{-18}$,
# but $\sigma(40)$ is rounded to exactly 1, so $1 - \sigma(40)$ is exactly 0 and the slope is lost. Make
# your function return finite numbers from $-800$ to $800$, with at least six right digits at $\pm 40$.

# %% fold=true
# Shift+Enter: the sigmoid and its slope
inputs = np.linspace(-8, 8, 400)
fig, (left, right) = axes("x (pre-activation)", "", columns=2, width=8.4)
with style():
    left.plot(inputs, sigmoid(inputs))
    right.plot(inputs, np.gradient(sigmoid(inputs), inputs))
    for spot, slope in ((-3, 0.04518), (0, 0.25), (3, 0.04518)):
        beside = np.array([-1.2, 1.2])
        left.plot(spot + beside, sigmoid(spot) + slope * beside, color="#D55E00", linestyle="--")
        right.plot(spot, slope, "o", color="#D55E00")
    left.set(title="The sigmoid", ylabel="σ(x)", xticks=range(-8, 9, 4))
    right.set(title="Its slope", ylabel="slope of σ at x", ylim=(0, 0.3), xticks=range(-8, 9, 4))
show(
    fig,
    "Left: the sigmoid rises from 0 to 1, with its tangents drawn at x = -3, 0 and 3. Right: its slope "
    "is a bell that is 0.25 at x = 0, 0.045 at x = -3 and x = 3, and almost 0 beyond -8 and 8.",
)

# %% [markdown] hints="2.7"
# Two factors are multiplied: what comes from above, and the local derivative. Which of them does
# `sigmoid` help you with?
#
# ---
# Compute $\sigma(x)$ once, give it a name, and use the name twice.
#
# ---
# For the bonus: the `sigmoid` that the course gives you never overflows. A formula with its own
# `np.exp(-x)` does, at $x = -800$. As for the lost digits: what is $1 - \sigma(x)$ in terms of $\sigma$ at
# another place? Look at the symmetry of the curve.

# %% answer="2.7"
def sigmoid_backward(x, grad_output):
    """The gradient with respect to the pre-activation x; same shape as x."""
    ### BEGIN SOLUTION
    s = sigmoid(x)
    return grad_output * s * sigmoid(-x)
    ### END SOLUTION


# %% test="2.7" decides=true
expect("2.7", lambda: sigmoid_backward(0.0, 1.0), 0.25)
expect("2.7", lambda: sigmoid_backward(3.0, 2.0), 0.0903533, rtol=1e-5)
expect("2.7", lambda: np.shape(sigmoid_backward(np.zeros((2, 3)), np.ones((2, 3)))), (2, 3))

# %% test="2.7-bonus" decides=true
extreme = np.array([-800.0, 0.0, 800.0])

expect("2.7-bonus", lambda: sigmoid_backward(extreme, np.ones(3)), [0, 0.25, 0])
expect("2.7-bonus", lambda: sigmoid_backward(40.0, 1e18), 4.2483543)
expect("2.7-bonus", lambda: sigmoid_backward(-40.0, 1e18), 4.2483543)

# %% [markdown] commentary="2.7"
# The slope is made of the *output*, so the sigmoid is computed once, and $1 - \sigma(x)$ is written as
# $\sigma(-x)$: the same number, but without the subtraction that loses every digit where $\sigma(x)$ is
# rounded to 1. Nothing is summed, because each element of the result depends on one element of `x` only.

# %% [markdown] exercise="2.8" title="A numerical gradient check" stars=3 minutes=25 needs="2.5 2.6 2.7"
# A wrong gradient rarely crashes. It trains, only badly, and you look for the mistake everywhere else.
# A gradient check finds it in a second: nudge one number, look how much $f$ really changes, and
# compare with what the formula claims.
#
# Nudging to both sides gives the **central difference**, one component $i$ at a time:
#
# $$\frac{\partial f}{\partial x_i} \approx
# \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2\varepsilon},$$
#
# where $e_i$ is 1 in component $i$ and 0 elsewhere.
#
# **How close is close enough?** A difference of 0.01 is huge for a gradient of $10^{-5}$ and nothing
# for one of $10^6$: the tolerance has to grow with the gradient (*relative*, `rtol`). But for a gradient
# of exactly 0 a purely relative tolerance allows nothing at all: there has to be a floor (*absolute*,
# `atol`). The usual rule has both:
#
# $$|\text{numerical} - \text{analytical}| \le \text{atol} + \text{rtol} \cdot |\text{analytical}|
# \quad\text{in every component.}$$
#
# **Your task.** Write `check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7)`.
#
# - `f` takes `x` and returns a number; `grad_f` takes `x` and returns the gradient to be checked.
#   (What stands behind the `*` is given by its name, as in the example.)
# - `x` is a number or a 1-D array, perhaps of whole numbers. It must be left as it was.
# - Return `True` if the gradient agrees in every component, else `False`. A gradient that holds `nan`
#   agrees with nothing.
#
# **Example.** For $f(x) = x^3$ at $x = 2$ the gradient $3x^2$ is right and $2x^2$ is wrong:
# `check_gradient(lambda x: x**3, 2.0, grad_f=lambda x: 3 * x**2)` is `True`.

# %% fold=true
# Shift+Enter: how well a difference measures a slope, for steps of every size
sizes = np.logspace(-14, -0.5, 120)
one_sided = (np.exp(1 + sizes) - np.exp(1)) / sizes
central = (np.exp(1 + sizes) - np.exp(1 - sizes)) / (2 * sizes)
fig, ax = axes("ε (log scale)", "error (log scale)", "How well a difference measures a slope")
with style():
    for name, measured in (("one-sided", one_sided), ("central", central)):
        ax.loglog(sizes, np.abs(measured - np.exp(1)) + 1e-17, label=name, linewidth=1.4)
    ax.axvline(1e-5, color="#7B8794", linestyle=":", linewidth=1.4)
    ax.set(ylim=(1e-13, 10))
    ax.text(1.3e-5, 1e-1, "ε = 10⁻⁵")
    ax.text(2e-14, 3e-7, "too small:\nrounding", va="center")
    ax.text(2e-3, 1e-11, "too large:\nthe curve bends", va="center")
    ax.legend(loc="lower left")
show(
    fig,
    "Error of the measured slope of exp at 1 for steps from 1e-14 to 0.3, on logarithmic axes. Both "
    "curves are V-shaped. The one-sided difference is best near 1e-8, with an error of 1e-8. The "
    "central difference is best near 1e-5, with an error of about 1e-11.",
)

# %% [markdown]
# Before you read on: why is the smallest step not the best one?
#
# Read the picture from right to left. A smaller $\varepsilon$ helps, until the two values of $f$ are so
# close that rounding eats their difference. The central difference gets a thousand times closer,
# because the errors of its two sides cancel; and its best step is near $10^{-5}$, the default above.

# %% [markdown] hints="2.8"
# Begin with a number `x`: two values of `f`, one quotient, one comparison. Then think about what a
# nudge is when `x` is an array.
#
# ---
# Turn `x` into an array of floating-point numbers of your own: `np.array(x, dtype=float)`. It is a copy,
# so nothing happens to the caller's `x`, and whole numbers cannot swallow your $\varepsilon$. For every
# component, build a `step` that is zero but for one $\varepsilon$.
#
# ---
# `np.allclose(analytical, numerical, rtol=rtol, atol=atol)` is the rule above for all components
# at once, and it knows what to do with `nan`.

# %% answer="2.8"
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7) -> bool:
    """Does grad_f(x) agree with central differences of f, in every component?"""
    ### BEGIN SOLUTION
    x = np.array(x, dtype=float)
    numerical = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = epsilon
        numerical[i] = (f(x + step) - f(x - step)) / (2 * epsilon)
    return np.allclose(numerical, grad_f(x), rtol=rtol, atol=atol)
    ### END SOLUTION


# %% test="2.8"
def cube(x):
    return x**3


def bowl(x):
    return np.sum(np.array([1, 2, 3]) * x**2)


def bowl_gradient(x):
    return np.array([2, 4, 6]) * x


point, whole = np.array([1.0, -0.5, 0.0]), np.array([3, -2, 1])

expect("2.8", lambda: bool(check_gradient(cube, 2.0, grad_f=lambda x: 3 * x**2)), True)
expect("2.8", lambda: bool(check_gradient(cube, 2.0, grad_f=lambda x: 2 * x**2)), False)
expect("2.8", lambda: bool(check_gradient(bowl, point, grad_f=bowl_gradient)), True)
expect("2.8", lambda: bool(check_gradient(bowl, point, grad_f=lambda x: 2 * x)), False)
# the right numbers in the wrong places, and whole numbers
expect("2.8", lambda: bool(check_gradient(bowl, point, grad_f=lambda x: bowl_gradient(x)[::-1])), False)
expect("2.8", lambda: bool(check_gradient(bowl, whole, grad_f=bowl_gradient)), True)
expect("2.8", lambda: bool(check_gradient(cube, 2.0, 0.1, grad_f=lambda x: 3 * x**2)), False)

# %% [markdown] commentary="2.8"
# The first line makes a copy of floating-point numbers: the caller's `x` is safe, and whole numbers cannot
# swallow the nudge. Each component gets a step of its own, and `np.allclose` compares *every* component with
# a tolerance that has a relative and an absolute part; a norm or a sum in its place would let errors cancel.

# %% [markdown]
# ## Put your own work on trial
#
# You have a tool now. The next cell lets *your* `check_gradient` judge *your* `Div`, `Pow` and
# `sigmoid_backward`. What is not written yet is skipped.


# %% fold=true
# Shift+Enter: your check_gradient judges your operations
def one_input(make, first=None):
    """(f, grad_f) of an operation in its last input; `first` is the input before it."""
    before = [] if first is None else [first]

    def gradient(x):
        op = make()
        op.forward(*before, float(x))
        found = op.backward(1.0)
        return found[1] if before else found

    return lambda x: make().forward(*before, float(x)), gradient


def trial(name, f, grad_f, x):
    """One line: what check_gradient says."""
    try:
        said = "agrees" if check_gradient(f, x, grad_f=grad_f) else "does NOT agree"
        print(f"{name:34s} {said} with central differences")
    except NotImplementedError:
        print(f"{name:34s} ○ not written yet")
    except Exception as problem:
        print(f"{name:34s} ✘ {type(problem).__name__}: {problem}")


trial("a / b, in b at a = 6, b = 2", *one_input(lambda: Div(), first=6.0), x=2.0)
trial("a ** 2.5 at a = 1.7", *one_input(lambda: Pow(2.5)), x=1.7)
trial("a ** -1 at a = -0.8", *one_input(lambda: Pow(-1)), x=-0.8)
trial("sigmoid at 0.7", sigmoid, lambda x: sigmoid_backward(x, 1.0), x=0.7)
trial("relu at 0, slope 0 claimed", lambda x: np.maximum(x, 0), lambda x: 0.0, x=0.0)

# %% [markdown]
# The last line is no mistake of yours. At 0 the ReLU has a corner: its left slope is 0, its right slope
# is 1, and a central difference reports the average, 0.5. So when a gradient check complains, first ask
# whether the point lies on a corner.

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/02_operations")

# %% [markdown]
# {{next}}
