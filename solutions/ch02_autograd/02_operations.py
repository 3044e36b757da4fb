# %% [markdown]
# # Operations and gradient checking
#
# An automatic differentiation system is a box of small operations. Each one knows two things: how to
# compute its value (*forward*), and how to turn "how much does the loss change when my output
# changes?" into "how much does it change when my inputs change?" (*backward*). In this notebook you
# write three such operations and the tool that tells you whether they are right.
#
# > **Conventions here.** `backward(grad_output)` gets $\partial L/\partial z$, the gradient with
# > respect to the operation's output, and returns the gradient with respect to each input:
# > upstream gradient times local derivative. It does not get the inputs again, so `forward` must
# > keep on `self` what `backward` will need.

# %% setup=true
import numpy as np

from utils import Op, expect, grade, progress, sigmoid

# %% [markdown] exercise="2.5" title="Division" stars=1 minutes=10
# Networks divide all the time: softmax divides by a sum, normalisation by a standard deviation. A
# division that forgets one of its two gradients trains, but trains the wrong thing.
#
# For $z = a/b$ the local derivatives are
#
# $$\frac{\partial z}{\partial a} = \frac{1}{b}, \qquad \frac{\partial z}{\partial b} = -\frac{a}{b^2}.$$
#
# **Your task.** Complete the class `Div`: `forward(a, b)` returns $a/b$ and keeps what is needed;
# `backward(grad_output)` returns the pair (gradient for $a$, gradient for $b$).
#
# **Example.** After `forward(1, 4)`, which gives 0.25, `backward(8)` returns `(2.0, -0.5)`.

# %% [markdown] hints="2.5"
# `backward` is told only the upstream gradient. Where can it find $a$ and $b$?
#
# ---
# Store both on the object: `self.a, self.b = a, b`. An attribute of the *class* would be shared by
# every division in the graph.
#
# ---
# Each returned gradient is `grad_output` times one local derivative.

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


# %% test="2.5"
def run_div(a, b, grad_output):
    """Forward, then backward."""
    div = Div()
    return div.forward(a, b), *div.backward(grad_output)


expect("2.5", lambda: run_div(6, 2, 1), (3.0, 0.5, -1.5))
expect("2.5", lambda: run_div(1, 4, 8), (0.25, 2.0, -0.5))
### BEGIN HIDDEN TESTS
grade("2.5")
### END HIDDEN TESTS

# %% [markdown] exercise="2.6" title="Powers" stars=2 minutes=10 needs="2.5"
# Squares measure errors, square roots measure sizes, and $x^{-1}$ is division again: one operation
# covers them all.
#
# For a constant exponent $n$, $z = a^n$ has the local derivative $\partial z/\partial a = n\,a^{n-1}$.
# Here the operation has a single input, so `backward` returns **one number**, not a tuple.
#
# **Your task.** Complete `Pow`. The exponent may be negative or fractional.
#
# **Example.** `Pow(3).forward(2)` is 8; after it, `backward(10)` returns 120.
#
# **Bonus.** At $a = 0$, $n = 0$ the formula asks for $0 \cdot 0^{-1}$. But $a^0 = 1$ is a constant, so
# its derivative is 0. Make `Pow(0)` return value 1 and gradient 0 there.

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
        self.a = a
        return float(a) ** self.n
        ### END SOLUTION

    def backward(self, grad_output: float) -> float:
        ### BEGIN SOLUTION
        if self.n == 0:
            return 0.0
        return grad_output * self.n * float(self.a) ** (self.n - 1)
        ### END SOLUTION


# %% test="2.6"
def run_pow(n, a, grad_output):
    """Forward, then backward."""
    power = Pow(n)
    return power.forward(a), power.backward(grad_output)


expect("2.6", lambda: run_pow(3, 2, 10), (8.0, 120.0))
expect("2.6", lambda: run_pow(-1, 4, 1), (0.25, -0.0625))
### BEGIN HIDDEN TESTS
grade("2.6")
### END HIDDEN TESTS

# %% test="2.6-bonus"
expect("2.6-bonus", lambda: run_pow(0, 0, 5), (1.0, 0.0))
### BEGIN HIDDEN TESTS
grade("2.6-bonus")
### END HIDDEN TESTS

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/02_operations")
