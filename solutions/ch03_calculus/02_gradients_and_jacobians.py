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

from utils import expect, grade, is_number, one_of, progress, some_letters, some_numbers, such_that
from utils.explorers.ch03_calculus.gradients_and_jacobians import (
    level_sets_explorer,
    softplus_field,
    square_explorer,
)

# %% [markdown] exercise="3.8" title="A quadratic form behind a linear map" stars=2 minutes=20
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
# ### The gradient
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
# ### (c) And when $A$ is not symmetric?
#
# Nothing forbids that, and the formula above is wrong then. Take
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

# %% [markdown] exercise="3.9" title="The gradient of softplus" stars=1 minutes=10
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

# %% [markdown] exercise="3.10" title="Level sets and the gradient" stars=2 minutes=20
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
expect("3.10a", lambda: level_kind(9.0), "ellipse")
expect("3.10a", lambda: level_kind(0.0), "point")
expect("3.10a", lambda: level_kind(-9.0), "empty")
expect("3.10a", lambda: semi_axes(16.0), [4.0, 2.0], rtol=1e-4)
expect("3.10a", lambda: semi_axes(0.25), [0.5, 0.25], rtol=1e-4)

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
    x, y = gamma(t, c)
    return x**2 + 4 * y**2


def halves(c):
    """How many of the four half planes your points visit: left, right, below, above."""
    around = [gamma(t, c) for t in np.linspace(0, 2 * np.pi, 9)]
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

# %% [markdown]
# Where the source's version of these exercises is imprecise or proves too little, the
# [errata](../errata.ipynb#Notebook-2-of-chapter-3) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/02_gradients_and_jacobians")

# %% [markdown]
# {{next}}
