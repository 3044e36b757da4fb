# %% [markdown]
# # Gradients and Jacobians
#
# A function of one variable has one slope at a point. A function of many variables has one for every variable,
# a map with several outputs has one for every pair, and all that training a network does is done with such
# tables of slopes. In this notebook you compute them by hand, turn two of them into programs, see what they look
# like in the plane, and multiply them: the chain rule is a product of Jacobians, in the right order.
#
# > **Conventions here.** For $f:\mathbb R^n\to\mathbb R$ the gradient $\nabla f(\mathbf x)$ is a vector, in code an
# > array of the shape `(n,)`. For $F:\mathbb R^n\to\mathbb R^m$ the Jacobian $J_F(\mathbf x)$ is an `(m, n)` matrix:
# > **a row for every output, a column for every input**, so its row $i$ is the gradient of $F_i$. Then
# > $J_{F\circ G}(\mathbf x)=J_F(G(\mathbf x))\,J_G(\mathbf x)$. (Some texts, and chapter 7 of this course, write the
# > transpose.) A function that you write leaves its arguments as they were.

# %% setup=true
import numpy as np
import sympy as sp
from IPython.display import display

from utils import (
    evaluate_all,
    expect,
    grade,
    is_number,
    progress,
    some_letters,
    some_numbers,
    such_that,
)
from utils.explorers.ch03_calculus.gradients_and_jacobians import (
    level_sets_explorer,
    softplus_field,
    square_explorer,
)

x1, x2, x, y = sp.symbols("x1 x2 x y")

# %% [markdown] exercise="3.6" title="Slopes and curvature of one function" stars=2 minutes=14 needs="3.1"
# Where is a function at its lowest? The first question is where its gradient is zero, the second what the
# Hessian says there. This function is small, and shows that the second question is not always answered:
#
# $$f(x_1,x_2)=x_1^2\,e^{x_2}$$
#
# A formula may be written in any of three ways: as a sympy expression in the symbols `x1` and `x2` that the
# set-up cell made, as a text such as `"3 x1 exp(x2)"`, or as a function of $x_1$ and $x_2$. A vector of formulas is a
# list, a matrix a list of rows or a sympy `Matrix`. `sp.diff` could do this for you; do it by hand first, then ask it.
#
# ### (a) Gradient and Hessian
#
# **Your task.** Set `grad` to the two partial derivatives, and `hess` to the $2\times2$ matrix of the second
# derivatives.
#
# **Example.** For $x_1x_2$ it would be `grad = ["x2", "x1"]` and `hess = [[0, 1], [1, 0]]`.

# %% [markdown] hints="3.6a"
# When you differentiate by one variable, the other is a constant like any number. Which rule is needed for
# $x_1^2$, which one for $e^{x_2}$?
#
# ---
# Row 1 of the Hessian holds the derivatives of the first entry of the gradient: by $x_1$, then by $x_2$. The matrix
# must be symmetric; you have computed the two mixed entries by different ways, so compare them.

# %% answer="3.6a"
grad = ...  # two formulas
hess = ...  # 2 rows of 2 formulas
### BEGIN SOLUTION
grad = [2 * x1 * sp.exp(x2), x1**2 * sp.exp(x2)]
hess = [
    [2 * sp.exp(x2), 2 * x1 * sp.exp(x2)],
    [2 * x1 * sp.exp(x2), x1**2 * sp.exp(x2)],
]
### END SOLUTION

# %% test="3.6a"
def two_formulas(found):
    return evaluate_all(found, x1=0.5, x2=0.25).size == 2


def two_by_two_formulas(found):
    return evaluate_all(found, x1=0.5, x2=0.25).shape == (2, 2)


expect("3.6a", lambda: grad, such_that("two formulas in x1 and x2", two_formulas))
expect("3.6a", lambda: hess, such_that("2 rows of 2 formulas in x1 and x2", two_by_two_formulas))

# %% [markdown]
# ### (b) All critical points
#
# A point is *critical* when the gradient is the zero vector there.
#
# **Your task.** Write `is_critical(x1, x2)`: `True` where the point is critical, else `False`. Decide from what you
# know of $f$, not from how small a computed gradient is: at $(1,-50)$ it is
# about $10^{-22}$, and not zero.
#
# **Example.** For $x_1^2+x_2^2$ only the origin would be critical.

# %% [markdown] hints="3.6b"
# Set both entries of the gradient to zero. A product is zero when one of its factors is; which factor never is?
#
# ---
# The second equation, once the first one holds, asks for nothing new.


# %% answer="3.6b"
def is_critical(x1: float, x2: float) -> bool:
    """Is (x1, x2) a critical point of x1² exp(x2)?"""
    ### BEGIN SOLUTION
    return x1 == 0
    ### END SOLUTION


# %% test="3.6b" decides=true
expect("3.6b", lambda: 1 * np.squeeze(is_critical(0.0, 0.0)), 1)
expect("3.6b", lambda: 1 * np.squeeze(is_critical(0.0, 5.0)), 1)
expect("3.6b", lambda: 1 * np.squeeze(is_critical(0.5, 0.0)), 0)
expect("3.6b", lambda: 1 * np.squeeze(is_critical(1.0, -50.0)), 0)
expect("3.6b", lambda: 1 * np.squeeze(is_critical(0.001, 2.0)), 0)

# %% [markdown]
# ### (c) What kind of points?
#
# Now the second question. Put a critical point into the Hessian: one eigenvalue is positive, the other is zero. The
# test with second derivatives leaves it open what that means. The function itself does not: look at its values
# around such a point.
#
# **Your task.** Set `kind` to what all the critical points are: `"strict minimum"` (everywhere around
# it $f$ is larger), `"non-strict minimum"` (around it $f$ is never smaller, but somewhere as small), `"maximum"`, `"saddle"`
# (in some directions $f$ grows, in others it falls), or `"cannot be decided"`.

# %% [markdown] hints="3.6c"
# Which sign do the values of $f$ have? Which value has $f$ at a critical point, and at the critical points beside it?

# %% answer="3.6c"
kind = ...  # one of the five texts
### BEGIN SOLUTION
kind = "non-strict minimum"
### END SOLUTION

# %% test="3.6c"
KINDS = ("strict minimum", "non strict minimum", "maximum", "saddle", "cannot be decided")


def one_of_the_five(found):
    return " ".join(found.casefold().replace("-", " ").split()) in KINDS


expect("3.6c", lambda: kind, such_that("one of the five texts", one_of_the_five))

# %% [markdown] commentary="3.6"
# "Inconclusive" is a word about the test, not about the point. A singular Hessian says that along one direction the
# second derivative does not decide; here f is constant along it. And since f is nowhere negative, these minima are even
# global ones: no point of the plane has a smaller value.

# %% [markdown] exercise="3.7" title="A Jacobian, and what it does to a square" stars=1 minutes=10 needs="3.6"
# A map with several outputs has a gradient for each of them. Stacked as rows they are the Jacobian, the best linear
# replacement for the map near a point: a small step $\mathbf h$ of the input moves the output by about
# $J\,\mathbf h$.
#
# The next cell (Shift+Enter) shows it for a map of the plane that is not the one of the exercise,
# $(x+y^2/2,\ y+x^2/2)$. Make the square smaller, and the pictures zoom in: what becomes of the gap between its true
# image and what the Jacobian says? Can you find places where the image is flat, or turned over?

# %% picture=true
square_explorer()

# %% [markdown]
# ### (a) The matrix
#
# $$F(x,y)=\bigl(x^2+y^2,\;xy,\;\sin(x+y)\bigr)$$
#
# **Your task.** Set `J` to the Jacobian of $F$ as formulas in $x$ and $y$: 3 rows of 2, as sympy
# expressions in the symbols `x` and `y`, texts or functions, as in 3.6.
#
# **Example.** For $F(x,y)=(3x,\;x-y)$ it would be `J = [[3, 0], [1, -1]]`.

# %% [markdown] hints="3.7a"
# Row by row: the row of an output is its gradient, first the derivative by $x$, then the one by $y$.
#
# ---
# The sine has $x+y$ inside. What is the inner derivative by $x$, and by $y$?

# %% answer="3.7a"
J = ...  # 3 rows of 2 formulas
### BEGIN SOLUTION
J = [[2 * x, 2 * y], [y, x], [sp.cos(x + y), sp.cos(x + y)]]
### END SOLUTION

# %% test="3.7a"
def three_by_two_formulas(found):
    return evaluate_all(found, x=0.5, y=0.25).shape == (3, 2)


expect("3.7a", lambda: J, such_that("3 rows of 2 formulas in x and y", three_by_two_formulas))

# %% [markdown]
# ### (b) At a point
#
# **Your task.** Set `J_10` to the Jacobian at $(x,y)=(1,0)$: 3 rows of 2 numbers, right to three decimals. The sine takes
# its argument in radians, as always.

# %% [markdown] hints="3.7b"
# Put $x=1$ and $y=0$ into every entry. Python's `math.cos` and `np.cos` use radians, many a pocket calculator does not.

# %% answer="3.7b"
J_10 = ...  # 3 rows of 2 numbers
### BEGIN SOLUTION
J_10 = [[2, 0], [0, 1], [np.cos(1), np.cos(1)]]
### END SOLUTION

# %% test="3.7b"
def three_by_two_numbers(found):
    return evaluate_all(found).shape == (3, 2)


expect("3.7b", lambda: J_10, such_that("3 rows of 2 numbers", three_by_two_numbers))

# %% [markdown]
# How can you see by yourself whether a Jacobian is right? Take a step and compare. What the Jacobian misses has to become
# small **against the step**: with a tenth of the step, about a tenth of the share. A wrong entry
# leaves a share that stays.

# %%
def change(x, y, h, k):
    """F at (x + h, y + k) minus F at (x, y)."""
    new, old = (np.array([p**2 + q**2, p * q, np.sin(p + q)]) for p, q in ((x + h, y + k), (x, y)))
    return new - old


try:
    at_1_0 = evaluate_all(J_10)
    for step in (0.1, 0.01, 0.001):
        misses = change(1, 0, 0.6 * step, 0.8 * step) - at_1_0 @ [0.6 * step, 0.8 * step]
        print(f"a step of {step}: J_10 misses {np.abs(misses).max() / step:.5f} of the step")
except Exception:
    print("Set J_10 first.")

# %% [markdown] commentary="3.7"
# Three outputs and two inputs, so three rows and two columns: with unequal sizes a transposed matrix shows at once. The last
# row has two equal entries because sin(x + y) cannot tell a step in x from a step in y.

# %% [markdown] exercise="3.8" title="A quadratic form behind a linear map" stars=2 minutes=15 needs="3.7"
# A squared error, the energy of a spring, a Gaussian's exponent: each of them is a quadratic form of something
# that depends linearly on what you may choose. So this is one gradient that you meet everywhere, and
# the chain rule gives it without a single index.
#
# $$g(\mathbf u)=\mathbf u^TA\,\mathbf u\quad\text{with a symmetric } A\in\mathbb R^{m\times m},\qquad
# f(\mathbf x)=B\mathbf x\quad\text{with } B\in\mathbb R^{m\times n}$$
#
# ### (a) Shapes first
#
# By the conventions above, the chain rule for $g\circ f$ is a product of two Jacobians. Take $m=2$ and $n=3$.
#
# **Your task.** Set `shapes` to a dictionary with four shapes, as tuples: `"J_f"` for $J_f(\mathbf x)$, `"J_g"` for
# $J_g(\mathbf u)$, `"J_gof"` for $J_{g\circ f}(\mathbf x)$, and `"gradient"` for $\nabla(g\circ f)(\mathbf x)$.
#
# **Example.** For a map from $\mathbb R^5$ to $\mathbb R^4$ the Jacobian has the shape `(4, 5)`.

# %% [markdown] hints="3.8a"
# How many numbers go into $f$, how many come out? The same for $g$.
#
# ---
# Two matrices can be multiplied when the inner sizes agree. A gradient is a vector with one axis; a Jacobian
# has two axes, also where it has a single row.

# %% answer="3.8a"
shapes = ...  # a dict: {"J_f": a tuple, "J_g": …, "J_gof": …, "gradient": …}
### BEGIN SOLUTION
shapes = {"J_f": (2, 3), "J_g": (1, 2), "J_gof": (1, 3), "gradient": (3,)}
### END SOLUTION

# %% test="3.8a"
def four_shapes(found):
    return all(isinstance(found[name], (tuple, list)) for name in ("J_f", "J_g", "J_gof", "gradient"))


expect("3.8a", lambda: shapes, such_that("shapes of J_f, J_g, J_gof and gradient, as tuples", four_shapes))

# %% [markdown]
# ### (b) The gradient
#
# **Your task.** Write `grad_gof(A, B, x)`: the gradient of $g\circ f$ at $\mathbf x$, an array of the shape
# `(n,)`, for a symmetric `A` `(m, m)`, any `B` `(m, n)` and `x` `(n,)`.
#
# **Example.** With $A=(3)$, $B=(2)$ and $x=1$, all of them $1\times1$, the function is $12x^2$ and its gradient at 1
# is 24.

# %% [markdown] hints="3.8"
# First $g$ alone: in $\mathbf u^TA\mathbf u=\sum_{ij}A_{ij}u_iu_j$ the variable $u_k$ stands in the row and in the
# column $k$. What does the symmetry of $A$ make of these two sums?
#
# ---
# $J_f(\mathbf x)$ is the same matrix everywhere. Multiply the two Jacobians: a row comes out. The gradient is
# that row as a vector, and transposing a product reverses its factors.
#
# ---
# Check the shapes: something `(m,)` must become something `(n,)`, so there is a matrix of the shape `(n, m)` on the
# left. And the gradient of $g$ is taken at the place where $g$ is applied.


# %% answer="3.8"
def grad_gof(A: np.ndarray, B: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient of (Bx)ᵀ A (Bx) by x, shape (n,); A (m, m) is symmetric, B is (m, n)."""
    ### BEGIN SOLUTION
    u = B @ x
    return B.T @ (2 * A @ u)
    ### END SOLUTION


# %% test="3.8" decides=true
A_2, B_23 = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]])
B_22, x_3 = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 1.0, 0.0])
expect("3.8", lambda: grad_gof(np.array([[3.0]]), np.array([[2.0]]), np.array([1.0])), [24.0], rtol=1e-4)
expect("3.8", lambda: grad_gof(A_2, B_22, np.array([1.0, -1.0])), [-6.0, -20.0], rtol=1e-4)
expect("3.8", lambda: grad_gof(A_2, B_23, x_3), [6.0, 8.0, 4.0], rtol=1e-4)

# %% [markdown] commentary="3.8"
# Bᵀ · 2A · Bx, read from right to left: compute u, ask g for its gradient there, carry it back through f. That is
# backpropagation with two layers. No matrix product is needed, only products with a vector, so the brackets
# save work: B.T @ A @ B @ x multiplies matrices first.

# %% [markdown]
# ### (c) Without the symmetry
#
# Nothing forbids an $A$ that is not symmetric, and the formula above is wrong then. Take
#
# $$A=\begin{pmatrix}0&4\\0&0\end{pmatrix},\qquad B=\begin{pmatrix}1&1\\0&2\end{pmatrix},\qquad
# \mathbf x=(1,2).$$
#
# **Your task.** Set `d_1` and `d_2` to the two entries of $\nabla(g\circ f)(\mathbf x)$.

# %% [markdown] hints="3.8c"
# Multiply $\mathbf u^TA\mathbf u$ out: with this $A$ a single product remains. Differentiate it directly.
#
# ---
# You have the gradient by $\mathbf u$ now, at $\mathbf u=B\mathbf x$. The way back through $f$ is the same as
# before.

# %% answer="3.8c"
d_1 = ...  # a number
d_2 = ...  # a number
### BEGIN SOLUTION
d_1 = 16  # u = (3, 4), g = 4 u₁ u₂: the gradient by u is (4 u₂, 4 u₁) = (16, 12)
d_2 = 16 + 2 * 12  # Bᵀ (16, 12)
### END SOLUTION

# %% test="3.8c"
expect("3.8c", lambda: d_1, is_number)
expect("3.8c", lambda: d_2, is_number)

# %% [markdown] commentary="3.8"
# In general the gradient is Bᵀ(A + Aᵀ)Bx. A quadratic form cannot tell A from Aᵀ, so it only ever sees the
# symmetric half of their sum, and with a symmetric A the two terms are equal: hence the 2.

# %% [markdown] written="3.8-written"
# **In your own words (optional, read by a person).** Derive the formula of `grad_gof` with the chain rule: say
# what the two Jacobians are and why, multiply them, and turn the row into a gradient. Say where the symmetry
# of $A$ is used.
#
# ### BEGIN SOLUTION
# $f$ is linear, so $f(\mathbf x+\mathbf h)-f(\mathbf x)=B\mathbf h$ exactly and $J_f(\mathbf x)=B$. For $g$, the partial
# derivative by $u_k$ of $\sum_{ij}A_{ij}u_iu_j$ is $\sum_jA_{kj}u_j+\sum_iA_{ik}u_i$, the entry $k$ of
# $A\mathbf u+A^T\mathbf u$. As $A^T=A$, that is $2A\mathbf u$, so $J_g(\mathbf u)=2\mathbf u^TA$, a row. The chain
# rule says $J_{g\circ f}(\mathbf x)=J_g(B\mathbf x)\,B=2(B\mathbf x)^TAB$. The gradient is this row as a vector, its
# transpose: $2B^TAB\mathbf x$.
# ### END SOLUTION

# %% [markdown] exercise="3.9" title="The gradient of softplus" stars=1 minutes=8 needs="3.6"
# $\log(1+e^u)$ is called *softplus*: a ReLU whose corner is rounded off. With $u=\mathbf a\cdot\mathbf x$ it is
# the loss of logistic regression on a single example, and its gradient is what such a model learns from.
#
# **Your task.** Write `grad_softplus(a, x)`: the gradient of $\log(1+e^{\mathbf a\cdot\mathbf x})$ **with respect to**
# $\mathbf x$, where $\mathbf a$ is a constant vector; `a`, `x` and the result have the shape `(n,)`. No test makes
# $\mathbf a\cdot\mathbf x$ so large that the exponential overflows.
#
# **Example.** With $\mathbf a=(1)$ and $\mathbf x=(0)$ the gradient is $(0.5)$.

# %% [markdown] hints="3.9"
# Three functions stand inside each other: a logarithm, $1+e^u$, and $u=\mathbf a\cdot\mathbf x$. Each of them gives a
# factor.
#
# ---
# The first two factors are numbers; together they are a function that you know by another name. The third
# is the gradient of $\mathbf a\cdot\mathbf x$ by $\mathbf x$, the only one with a shape.


# %% answer="3.9"
def grad_softplus(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient of log(1 + exp(a·x)) by x, shape (n,)."""
    ### BEGIN SOLUTION
    slope = 1 / (1 + np.exp(-(a @ x)))
    return slope * a
    ### END SOLUTION


# %% test="3.9" decides=true
a_3 = np.array([1.0, -2.0, 0.5])
expect("3.9", lambda: grad_softplus(np.array([1.0]), np.array([0.0])), [0.5], rtol=1e-4)
expect("3.9", lambda: grad_softplus(a_3, np.array([2.0, 0.5, 2.0])), [0.880797, -1.761594, 0.440399], rtol=1e-4)
expect("3.9", lambda: grad_softplus(a_3, np.zeros(3)), [0.5, -1.0, 0.25], rtol=1e-4)
try:
    display(softplus_field(grad_softplus))
except Exception:
    pass  # the picture comes with an answer that runs

# %% [markdown] commentary="3.9"
# All gradients point the same way, along a; only their length changes, between 0 and that of a. So the function is
# a roof that rises in one direction: flat far behind the line a·x = 0, of constant slope far in front of it.
# (For a·x beyond 709 the formula e^u/(1 + e^u) gives inf/inf; 1/(1 + e^-u) does not.)

# %% [markdown] exercise="3.10" title="Level sets and the gradient" stars=2 minutes=15 needs="3.6"
# A map of mountains shows a landscape by its contour lines, and everyone reads the steepest way off it: straight
# across the lines. Here you prove that, for
#
# $$f(x,y)=x^2+4y^2.$$
#
# The *level set* of a number $c$ holds all points with $f(x,y)=c$. In the next cell (Shift+Enter), walk around
# a level set, and turn the direction in which you leave it. In which directions does $f$ not change, in which does
# it grow most? And what happens when $c$ becomes smaller and smaller?

# %% picture=true
level_sets_explorer()

# %% [markdown]
# ### (a) Which curves?
#
# People say that the level sets of this $f$ are ellipses. Are they all?
#
# **Your task.** Write `level_kind(c)`, which returns `"ellipse"`, `"point"` or `"empty"`, for any number `c`; and
# `semi_axes(c)`, which returns for $c>0$ the pair of the half axes of the ellipse, the one along $x$ first.
#
# **Example.** For the circle $x^2+y^2=9$ the half axes would be $(3, 3)$.

# %% [markdown] hints="3.10a"
# Can a sum of squares be negative? When is it 0?
#
# ---
# The ellipse with the half axes $p$ and $q$ is $x^2/p^2+y^2/q^2=1$. Bring $x^2+4y^2=c$ into that form, or ask
# where the curve crosses the two axes.


# %% answer="3.10a"
def level_kind(c: float) -> str:
    """What the points with x² + 4y² = c are: "ellipse", "point" or "empty"."""
    ### BEGIN SOLUTION
    if c > 0:
        return "ellipse"
    return "point" if c == 0 else "empty"
    ### END SOLUTION


def semi_axes(c: float) -> tuple[float, float]:
    """The half axes of x² + 4y² = c for c > 0: along x, along y."""
    ### BEGIN SOLUTION
    return np.sqrt(c), np.sqrt(c) / 2
    ### END SOLUTION


# %% test="3.10a" decides=true
def half_axes(c):
    """Your half axes as an array, whatever holds them."""
    return np.ravel(evaluate_all(semi_axes(c)))


expect("3.10a", lambda: level_kind(9.0), "ellipse")
expect("3.10a", lambda: level_kind(0.0), "point")
expect("3.10a", lambda: level_kind(-9.0), "empty")
expect("3.10a", lambda: half_axes(16.0), [4.0, 2.0], rtol=1e-4)
expect("3.10a", lambda: half_axes(0.25), [0.5, 0.25], rtol=1e-4)

# %% [markdown]
# ### (b) Once around
#
# A curve is drawn by a point that moves along it.
#
# **Your task.** Write `gamma(t, c)` for $c>0$: a point `(x, y)` of the level set of $c$, which comes once (or more
# often) around the whole ellipse while the number `t` runs from 0 to $2\pi$. Where it starts and which way it goes
# is up to you.
#
# **Example.** For the circle $x^2+y^2=c$ it could be $(\sqrt c\cos t,\ \sqrt c\sin t)$.

# %% [markdown] hints="3.10b"
# An ellipse is a circle that is stretched along the axes, by a factor of its own along each. You know both half
# axes.
#
# ---
# Put your point into $x^2+4y^2$: with $\cos^2t+\sin^2t=1$ there must remain $c$, whatever $t$ is.


# %% answer="3.10b"
def gamma(t: float, c: float) -> tuple[float, float]:
    """A point of x² + 4y² = c (c > 0) that goes around it while t runs from 0 to 2π."""
    ### BEGIN SOLUTION
    return np.sqrt(c) * np.cos(t), np.sqrt(c) / 2 * np.sin(t)
    ### END SOLUTION


# %% test="3.10b"
def level_at(t, c):
    """f at your point."""
    x, y = np.ravel(evaluate_all(gamma(t, c)))
    return x**2 + 4 * y**2


def halves(c):
    """How many of the four half planes your points visit: left, right, below, above."""
    around = [np.ravel(evaluate_all(gamma(t, c))) for t in np.linspace(0, 2 * np.pi, 9)]
    return len({(k, bool(point[k] > 0)) for point in around for k in (0, 1) if abs(point[k]) > 1e-6})


expect("3.10b", lambda: [level_at(t, 5.0) for t in (0.5, 1.0, 3.0, 6.0)], [5.0] * 4, rtol=1e-4)
expect("3.10b", lambda: [level_at(t, 0.04) for t in (0.5, 1.0, 3.0)], [0.04] * 3, rtol=1e-4)
expect("3.10b", lambda: halves(5.0), 4)

# %% [markdown]
# ### (c) Straight across
#
# The point $(1,1)$ lies on the level set of $c=5$. A *tangent* of the level set is a vector along the curve, such as
# the velocity of a point that moves on it. It does not matter how long it is, nor which way it
# points, as long as it is not the zero vector.
#
# **Your task.** Set `grad_11` to $\nabla f(1,1)$ and `tangent_11` to a tangent of the level set at $(1,1)$, two
# numbers each.
#
# **Example.** For $f(x,y)=x^2+y^2$ at $(3,1)$ these would be $(6,2)$ and, for instance, $(-1,3)$.

# %% [markdown] hints="3.10c"
# The partial derivative by $y$ keeps the factor 4 and brings a 2.
#
# ---
# Two ways lead to the tangent: differentiate $x^2+4y(x)^2=5$ by $x$ and solve for the slope $y'$ at $(1,1)$; or
# differentiate a parametrisation of the ellipse.
#
# ---
# Compute the dot product of your two vectors. In the plane, (−q, p) is perpendicular to (p, q).

# %% answer="3.10c"
grad_11 = ...  # two numbers
tangent_11 = ...  # two numbers
### BEGIN SOLUTION
grad_11 = (2, 8)
tangent_11 = (-4, 1)  # 2x + 8 y y' = 0, so y' = -1/4 at (1, 1)
### END SOLUTION

# %% test="3.10c"
expect("3.10c", lambda: grad_11, some_numbers(2))
expect("3.10c", lambda: tangent_11, some_numbers(2))

# %% [markdown] commentary="3.10"
# Why it is so for every f: along the level set f(γ(t)) is the constant c, so its derivative ∇f(γ(t)) · γ′(t) is 0
# by the chain rule. The dot product alone would prove little here. The zero vector passes it, and so does the
# pair (2, 4) and (−2, 1), in which both vectors are wrong. That is why you were asked for each of them.

# %% [markdown] written="3.10-written"
# **In your own words (optional, read by a person).** Show for which $c$ the level set of $f$ is an ellipse and what
# it is for the others, and that at **every** point of such an ellipse the gradient is perpendicular to it.
#
# ### BEGIN SOLUTION
# For $c>0$ divide by $c$: $x^2/(\sqrt c)^2+y^2/(\sqrt c/2)^2=1$, the ellipse with the half axes $\sqrt c$ and $\sqrt c/2$.
# For $c=0$ both squares have to be 0, so it is the origin alone; for $c<0$ there is no point, as a sum of
# squares is not negative. On the ellipse take $\gamma(t)=(\sqrt c\cos t,\tfrac12\sqrt c\sin t)$, with the tangent
# $\gamma'(t)=(-\sqrt c\sin t,\tfrac12\sqrt c\cos t)$, which is never zero. The gradient there is $(2x,8y)=(2\sqrt
# c\cos t,4\sqrt c\sin t)$, and the dot product is $-2c\sin t\cos t+2c\sin t\cos t=0$.
# ### END SOLUTION

# %% [markdown] exercise="3.11" title="The chain rule, checked by a computer" stars=3 minutes=28 needs="3.7"
# Every deep network is a composition of maps, and the chain rule says that its Jacobian is a product. A product of
# matrices has an order, and most mistakes with the chain rule are mistakes in the order, or in the place where a
# factor is taken. You let sympy compute both sides of
#
# $$J_{F\circ F}(\mathbf p)=J_F(F(\mathbf p))\;J_F(\mathbf p),$$
#
# first for one map at one point, $F(x,y)=(\sin x\cos y,\ \cos x\sin y)$ at $\mathbf p=(\pi/4,\pi/3)$, and then find out
# why this example proves so little.
#
# ### (a) Where the outer map is applied
#
# **Your task.** Set `inner_point` to $F(\pi/4,\pi/3)$: two numbers, right to three decimals, or two exact expressions.

# %% [markdown] hints="3.11a"
# $\pi/4$ and $\pi/3$ are 45 and 60 degrees in radians. `sp.sin` and `sp.cos` give exact values of `sp.pi / 4`.

# %% answer="3.11a"
inner_point = ...  # two numbers
### BEGIN SOLUTION
inner_point = (sp.sin(sp.pi / 4) * sp.cos(sp.pi / 3), sp.cos(sp.pi / 4) * sp.sin(sp.pi / 3))
### END SOLUTION

# %% test="3.11a"
def two_numbers(found):
    return evaluate_all(found).size == 2


expect("3.11a", lambda: inner_point, such_that("two numbers", two_numbers))

# %% [markdown]
# ### (b) The product of Jacobians
#
# **Your task.** Write `chain_jacobian(F, variables, point)`: the right side, $J_F(F(\mathbf p))\,J_F(\mathbf p)$, as
# an $n\times n$ matrix of numbers, for **any** map from $\mathbb R^n$ to $\mathbb R^n$. `F` is a sympy `Matrix` with one
# column, the $n$ expressions, `variables` a tuple of the $n$ symbols (the first output of $F$ goes into the
# first variable, and so on), `point` a tuple of $n$ numbers. Return a sympy `Matrix`, an array or a list of rows.
#
# **Example.** With $F(x)=(x^2)$ at $2$, the inner point is 4, and the result is $(8)\cdot(4)=(32)$.

# %% [markdown] hints="3.11b"
# `F.jacobian(variables)` is the matrix of formulas. You need it at two different points.
#
# ---
# `J.subs(dict(zip(variables, point)))` puts numbers in. Put numbers into `F` first, to get the inner point, and
# then those numbers into `J`: so no symbol is ever replaced by a formula that contains another one.
#
# ---
# A step $\mathbf h$ of the input meets the inner map first: $J_F(\mathbf p)\,\mathbf h$. What multiplies this
# vector next stands to the left of it.


# %% answer="3.11b"
def chain_jacobian(F, variables, point):
    """J_F(F(p)) J_F(p) at p = point, an n × n matrix; F is a column of n expressions in n variables."""
    ### BEGIN SOLUTION
    F = sp.Matrix(F)
    J = F.jacobian(variables)
    here = dict(zip(variables, point))
    there = dict(zip(variables, F.subs(here)))
    return J.subs(there) * J.subs(here)
    ### END SOLUTION


# %% setup=true
x, y = sp.symbols("x y")
F_source = sp.Matrix([sp.sin(x) * sp.cos(y), sp.cos(x) * sp.sin(y)])
F_other = sp.Matrix([x * y, x + y**2])

# %% test="3.11b"
p_source = (np.pi / 4, np.pi / 3)
c, d = 0.393287, -0.540466
expect("3.11b", lambda: evaluate_all(chain_jacobian(F_source, (x, y), p_source)), [[c, d], [d, c]], rtol=1e-4)
expect("3.11b", lambda: evaluate_all(chain_jacobian(F_other, (x, y), (1, 2))), [[12, 13], [12, 41]], rtol=1e-4)

# %% [markdown]
# ### (c) The composition itself
#
# **Your task.** Write `direct_jacobian(F, variables, point)`: the left side, computed without the chain
# rule. Put $F$ into itself, so that you have the formulas of $F\circ F$; differentiate them; put the point in last.
#
# **Example.** With $F(x)=(x^2)$ at $2$: $F(F(x))=x^4$, its derivative is $4x^3$, at 2 that is 32.
#
# There is a trap in the first step. The first output of $F$ may contain $y$. Whoever replaces $x$ by it first and then
# $y$ by the second output, replaces the $y$ that has just come in as well.

# %% [markdown] hints="3.11c"
# Try it on $(x+y,\ x)$: the composition is $(2x+y,\ x+y)$. What does sympy give with one `subs` after the other?
#
# ---
# `subs(..., simultaneous=True)` replaces all symbols at once. (A dictionary alone does not: sympy goes through it
# one by one.) Or go by new symbols: first from `x` and `y` to others, then from those to the outputs.


# %% answer="3.11c"
def direct_jacobian(F, variables, point):
    """The Jacobian of F∘F at p = point, from the formulas of the composition; arguments as above."""
    ### BEGIN SOLUTION
    F = sp.Matrix(F)
    composed = F.subs(dict(zip(variables, F)), simultaneous=True)
    return composed.jacobian(variables).subs(dict(zip(variables, point)))
    ### END SOLUTION


# %% test="3.11c"
p_source = (np.pi / 4, np.pi / 3)
c, d = 0.393287, -0.540466
expect("3.11c", lambda: evaluate_all(direct_jacobian(F_source, (x, y), p_source)), [[c, d], [d, c]], rtol=1e-4)
expect("3.11c", lambda: evaluate_all(direct_jacobian(F_other, (x, y), (1, 2))), [[12, 13], [12, 41]], rtol=1e-4)

# %% [markdown]
# ### (d) What the example cannot see
#
# Suppose that someone writes the two factors in the wrong order. Does the first test above notice?

# %%
J_source = F_source.jacobian((x, y))
J_outer = J_source.subs(dict(zip((x, y), sp.symbols("a b"))))  # the same matrix at any other point (a, b)
print("the product one way minus the product the other way:")
print(sp.simplify(J_outer * J_source - J_source * J_outer))

# %% [markdown]
# It does not, neither at this point nor at any other: the Jacobians of this $F$ commute. So a program with the
# factors reversed passes a check with this map for ever, and only another map can find it out. The second test above is
# such a map; the complete check has more.
#
# **Your task.** Set `blind` to the letters of **all** maps that hide reversed factors, because
# $J_F(F(\mathbf p))$ and $J_F(\mathbf p)$ commute for every $\mathbf p$:
#
# - **A** $(2x-y,\ x+3y)$
# - **B** $(x^2,\ \sin y)$
# - **C** $(xy,\ x+y^2)$
# - **D** $(x^2-y^2,\ 2xy)$
# - **E** $(x+y,\ xy)$
# - **F** $(y,\ x^2)$

# %% [markdown] hints="3.11d"
# Write the Jacobians down. Which of them is the same matrix at every point? Which is diagonal everywhere?
#
# ---
# Matrices of the form $\begin{pmatrix}p&-q\\q&p\end{pmatrix}$ are turns and stretchings of the plane. Does it matter
# which of two turns comes first?
#
# ---
# Or let sympy multiply, as in the cell above.

# %% answer="3.11d"
blind = ...  # some letters, "A" to "F"
### BEGIN SOLUTION
blind = "ABD"
### END SOLUTION

# %% test="3.11d"
expect("3.11d", lambda: blind, some_letters("ABCDEF"))

# %% [markdown] commentary="3.11"
# A check with one example shows that a program is not wrong in ways that this example can see. Here the order of
# the factors was the very point of the exercise, and the example was one of the few maps to which the order makes no
# difference. A better habit: before you trust a test, write the mistake that you fear most and see that
# the test fails.

# %% [markdown]
# Where the source's version of these exercises is imprecise or proves too little, the
# [errata](../errata.ipynb#Notebook-2-of-chapter-3) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/02_gradients_and_jacobians")

# %% [markdown]
# {{next}}
