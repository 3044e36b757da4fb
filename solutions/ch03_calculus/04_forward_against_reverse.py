# %% [markdown]
# # Forward against reverse
#
# The chain rule is a product of factors, and a product can be multiplied from either end. Starting at the inputs
# is forward mode, starting at the outputs is reverse mode. For one input and one output it hardly matters which
# you take; for a thousand inputs and one loss it decides whether training is possible at all. In this notebook
# you write both, compare what they carry along, and count how often each has to walk through the graph.
#
# > **Conventions here.** For $F:\mathbb R^n\to\mathbb R^m$ the Jacobian $J$ has a row for each output and a
# > column for each input: its shape is `(m, n)`, and $J_{ij}=\partial F_i/\partial x_j$. A *tangent* of a value is
# > its derivative with respect to an input. An *adjoint* of a value is the derivative of an output with respect
# > to it. A *pass* is one walk through the whole graph, in either direction.

# %% setup=true
import numpy as np

from utils import expect, grade, is_number, one_of, progress, some_letters
from utils.explorers.ch03_calculus.forward_against_reverse import chain_explorer, passes_explorer

# %% [markdown] exercise="3.17" title="Two sweeps along one chain" stars=2 minutes=25 needs="3.12"
# A chain of three steps is the smallest example in which the two modes do different things. Both end with
# the same number, so that number alone does not tell you whether you have understood them. What they carry on
# their way does.
#
# The next cell (Shift+Enter) shows another chain, $\exp(\sin(x^2))$. Move `steps` in forward mode, then
# in reverse mode. Which numbers agree in the end, and which never do?

# %% picture=true
chain_explorer()

# %% [markdown]
# The chain of the exercise is $F(x)=\sin(\sin(\sin x))$. Name its values
#
# $$v_0=x,\qquad v_1=\sin v_0,\qquad v_2=\sin v_1,\qquad v_3=\sin v_2=F(x).$$
#
# ### (a) Forward mode
#
# Forward mode computes each value together with its tangent $\dot v_k=dv_k/dx$. It begins with $\dot v_0=1$.
#
# **Your task.** Write `forward_mode(x)`: the list of the four pairs `(v, dv)` of $v_0$, $v_1$, $v_2$, $v_3$,
# in this order. The last tangent is $F'(x)$.
#
# **Example.** `forward_mode(1.0)` begins with `(1.0, 1.0)` and `(0.841471, 0.540302)`. (`math` and NumPy both
# have what you need. Angles are in radians.)

# %% [markdown] hints="3.17a"
# Every step is a sine. How does the tangent of $\sin u$ follow from $u$ and the tangent of $u$?
#
# ---
# $\dot v_{k+1}=\cos(v_k)\,\dot v_k$: the cosine of the value that went *into* this step, times the tangent that
# came with it.


# %% answer="3.17a"
def forward_mode(x) -> list:
    """The pairs (v, dv/dx) of v0, v1, v2, v3, computed together from the first to the last."""
    ### BEGIN SOLUTION
    v, dv = x, 1.0
    pairs = [(v, dv)]
    for _ in range(3):
        v, dv = np.sin(v), np.cos(v) * dv
        pairs.append((v, dv))
    return pairs
    ### END SOLUTION


# %% test="3.17a" decides=true
def pair(k, x):
    return [float(number) for number in forward_mode(x)[k]]


expect("3.17a", lambda: len(forward_mode(1.0)), 4)
expect("3.17a", lambda: pair(0, 1.0), [1.0, 1.0])
expect("3.17a", lambda: pair(1, 1.0), [0.841471, 0.540302], rtol=1e-4)
expect("3.17a", lambda: pair(2, 1.0), [0.745624, 0.360039], rtol=1e-4)
expect("3.17a", lambda: pair(3, 1.0), [0.678430, 0.264508], rtol=1e-4)
expect("3.17a", lambda: pair(3, -2.0), [-0.709700, -0.180099], rtol=1e-4)

# %% [markdown] commentary="3.17a"
# One loop does it, because value and tangent travel together: nothing has to be remembered, neither the steps
# nor the earlier values. The right side of the assignment uses the old v in both places.

# %% [markdown]
# ### (b) Reverse mode
#
# Reverse mode first computes the four values. Then it walks back and computes the adjoints
# $\bar v_k=dF/dv_k$, beginning with $\bar v_3=1$.
#
# **Your task.** Write `reverse_mode(x)`: the pair `(values, adjoints)`, two lists of four numbers, both in the
# order $v_0$, $v_1$, $v_2$, $v_3$. So `adjoints[3]` is 1, and `adjoints[0]` is $F'(x)$.
#
# **Example.** For $x=1$ the adjoint of $v_2$ is 0.734665: move $v_2$ a little, and $F$ moves 0.734665 times as
# far.

# %% [markdown] hints="3.17b"
# $v_3=\sin v_2$. If you know $\bar v_3$, what is $\bar v_2$?
#
# ---
# $\bar v_k=\bar v_{k+1}\cos(v_k)$, for $k=2$, then 1, then 0. The values from the first walk are needed here.
#
# ---
# Begin with `adjoints = [0.0, 0.0, 0.0, 1.0]` and fill it from the right.


# %% answer="3.17b"
def reverse_mode(x) -> tuple:
    """(values, adjoints) of v0, v1, v2, v3: the values forward, the adjoints dF/dv backward."""
    ### BEGIN SOLUTION
    values = [x]
    for _ in range(3):
        values.append(np.sin(values[-1]))
    adjoints = [0.0, 0.0, 0.0, 1.0]
    for k in (2, 1, 0):
        adjoints[k] = adjoints[k + 1] * np.cos(values[k])
    return values, adjoints
    ### END SOLUTION


# %% test="3.17b" decides=true
def four(place, x):
    return [float(number) for number in reverse_mode(x)[place]]


expect("3.17b", lambda: four(0, 1.0), [1.0, 0.841471, 0.745624, 0.678430], rtol=1e-4)
expect("3.17b", lambda: four(1, 1.0), [0.264508, 0.489556, 0.734665, 1.0], rtol=1e-4)
expect("3.17b", lambda: four(1, -2.0), [-0.180099, 0.432777, 0.704504, 1.0], rtol=1e-4)

# %% [markdown] commentary="3.17b"
# Here the values have to be kept, because the walk back needs them in the opposite order. That is the price of
# reverse mode: memory that grows with the length of the computation. 3.35 shows how to pay less.

# %% [markdown]
# ### Equal, but not always `==`
#
# Both modes multiply the same three factors. Forward mode begins with the first one, reverse mode with the
# last one, and rounding does not care for the laws of algebra. The next cell multiplies 10 000 triples of numbers
# in both orders.

# %%
a, b, c = np.random.default_rng(17).uniform(0.1, 1, size=(3, 10_000))
from_the_left, from_the_right = (a * b) * c, a * (b * c)
share = np.mean(from_the_left != from_the_right)
largest = np.max(np.abs(from_the_left / from_the_right - 1))
print(f"the two products differ in {share:.0%} of the cases, by {largest:.1e} of their size at most")

# %% [markdown]
# So a comparison of the two modes needs a tolerance: `np.isclose`, never `==`.
#
# ### (c) Find what the comparison cannot see
#
# The source of this exercise asks to show *numerically* that both modes give the same answer. Someone
# does that: a program computes the last tangent of `forward_mode(1.0)` and the first adjoint of
# `reverse_mode(1.0)`, and says "the same" when they agree up to rounding. Six students hand in two functions each:
#
# - **A** `reverse_mode` runs `forward_mode` and returns its tangents in reverse order.
# - **B** Both functions use $\cos(x)$ in all three steps.
# - **C** `forward_mode` begins with $\dot v_0=0$; `reverse_mode` is right.
# - **D** Both functions take $-\cos$ for the derivative of the sine.
# - **E** `reverse_mode` stops one step early and gives `adjoints[0]` the value of `adjoints[1]`;
#   `forward_mode` is right.
# - **F** `reverse_mode` begins with $\bar v_3=v_3$; `forward_mode` is right.
#
# **Your task.** Set `unseen` to the letters of **all** students who hear "the same", although something is wrong.

# %% [markdown] hints="3.17c"
# For every letter, write both numbers as a product of three factors (and a sign). You need no calculator.
#
# ---
# A comparison of two programs sees where they differ. What does it see of a mistake that both of them make?

# %% answer="3.17c"
unseen = ...  # some letters, "A" to "F"
### BEGIN SOLUTION
unseen = "ABD"
### END SOLUTION

# %% test="3.17c"
expect("3.17c", lambda: unseen, some_letters("ABCDEF"))

# %% [markdown] commentary="3.17c"
# Two answers that agree prove only that they agree. That is why the checks of (a) and (b) look at all eight
# numbers of each function, and at several points: the tangents of v₁ and v₂ are other numbers than their adjoints,
# so an answer that copies one mode into the other shows at once. The independent witness against B and D is a
# difference quotient of F itself.

# %% [markdown] written="3.17-written"
# **In your own words (optional, read by a person).** For $x=1$, what does the tangent $\dot v_1=0.5403$ say, and
# what does the adjoint $\bar v_1=0.4896$ say? Why is $\dot v_1\,\bar v_1$ equal to $F'(1)$, and what would the
# same product with $v_2$ give?
#
# ### BEGIN SOLUTION
# The tangent says how fast $v_1$ moves when $x$ moves: it is about the part of the chain before $v_1$. The
# adjoint says how fast $F$ moves when $v_1$ moves: it is about the part behind $v_1$. The chain is cut in two at
# $v_1$, and by the chain rule $\frac{dF}{dx}=\frac{dF}{dv_1}\cdot\frac{dv_1}{dx}=0.4896\cdot0.5403=0.2645$. The
# chain can be cut at $v_2$ as well: $0.7347\cdot0.3600$ is the same number.
# ### END SOLUTION

# %% [markdown] exercise="3.18" title="A thousand inputs, two outputs" stars=1 minutes=15 needs="3.17"
# A chain has one input and one output. A real function has many of one or the other, and then a single pass is not
# enough: forward mode follows **one input** through the graph, reverse mode follows **one output** back. Which
# mode is cheaper depends on nothing but these two numbers.
#
# The next cell (Shift+Enter) runs the passes one by one through a small graph. Each pass fills a piece of the
# Jacobian. Change the numbers of inputs and outputs: when do both modes need equally many passes?

# %% picture=true
passes_explorer()

# %% [markdown]
# ### (a) Count
#
# Let $F:\mathbb R^{1000}\to\mathbb R^2$ be smooth. Its full Jacobian is wanted, exactly and by passes that
# start at one input or one output each.
#
# **Your task.** Set `ans18` to a dictionary with four entries:
#
# - `"mode"`: the cheaper mode, `"forward"` or `"reverse"`;
# - `"forward_passes"`: how many passes forward mode needs for the full Jacobian;
# - `"reverse_passes"`: how many passes reverse mode needs for it. (The walk forward that computes the values
#   belongs to both modes and is not counted.)
# - `"ratio"`: the larger number of passes divided by the smaller one.
#
# **Example.** For $\mathbb R^{6}\to\mathbb R^{3}$ the numbers are 6, 3 and 2.

# %% [markdown] hints="3.18a"
# One forward pass gives the derivatives of all outputs by one input: what is that in the Jacobian, a row or a
# column?
#
# ---
# One reverse pass gives the derivatives of one output by all inputs: a row. How many rows are there?

# %% answer="3.18a"
ans18 = ...  # a dict: {"mode": "forward" or "reverse", "forward_passes": …, "reverse_passes": …, "ratio": …}
### BEGIN SOLUTION
ans18 = {"mode": "reverse", "forward_passes": 1000, "reverse_passes": 2, "ratio": 1000 / 2}
### END SOLUTION

# %% test="3.18a"
expect("3.18a", lambda: ans18["mode"], one_of("forward", "reverse"))
expect("3.18a", lambda: ans18["forward_passes"], is_number)
expect("3.18a", lambda: ans18["reverse_passes"], is_number)
expect("3.18a", lambda: ans18["ratio"], is_number)

# %% [markdown] commentary="3.18a"
# The loss of a network is the extreme case: a million inputs (the parameters), one output. One reverse pass stands
# against a million forward passes, and that is why every framework trains in reverse mode.

# %% [markdown]
# ### (b) Collect the rows
#
# A library does not hand out Jacobians, it hands out passes. A reverse pass is a function `vjp`, for
# *vector-Jacobian product*: it takes a vector `u` with a number for each of the $m$ outputs, starts with these as
# the adjoints of the outputs, and returns the adjoints of the $n$ inputs, $\mathbf u^TJ$, an array of the shape
# `(n,)`.
#
# **Your task.** Write `jac_from_vjp(vjp, m)`: the Jacobian, of the shape `(m, n)`, with **exactly** $m$ calls
# of `vjp`. The function does not know $n$, and needs no call to find it out.
#
# **Example.** For $F(x_1,x_2,x_3)=(x_1x_2,\;x_2x_3^2)$ at the point $(2,3,1)$ the `vjp` of the next cell
# answers $(1,10)$ with $(3,12,60)$.

# %% setup=true
class Counted:
    """A pass that counts its calls: `counted = Counted(vjp)`, and later `counted.calls`."""

    def __init__(self, sweep):
        self.sweep, self.calls = sweep, 0

    def __call__(self, direction):
        self.calls += 1
        return np.array(self.sweep(np.asarray(direction, dtype=float)))


def vjp(u):
    """A reverse pass of F(x1, x2, x3) = (x1 x2, x2 x3²) at (2, 3, 1), from adjoints of the two outputs."""
    x1, x2, x3 = 2.0, 3.0, 1.0
    square = x3 * x3
    to_square = u[1] * x2  # the adjoint of x3², on the way back from the second output
    return [u[0] * x2, u[0] * x1 + u[1] * square, to_square * 2 * x3]


def vjp_of_one(u):
    """A reverse pass of the single output x1 x2 x3 x4 at (1, 2, 3, 4)."""
    product = 24.0
    return [u[0] * product / x for x in (1.0, 2.0, 3.0, 4.0)]


# %% [markdown] hints="3.18b"
# What does `vjp` return for $\mathbf u=(1,0)$, and what for $(0,1)$?
#
# ---
# The vector with a 1 at place $i$ and zeros elsewhere picks row $i$ of $J$. `np.eye(m)` holds all of them.


# %% answer="3.18b"
def jac_from_vjp(vjp, m):
    """The Jacobian, (m, n), from m reverse passes: vjp(u) is u J for a vector u of m numbers."""
    ### BEGIN SOLUTION
    return np.array([vjp(unit) for unit in np.eye(m)])
    ### END SOLUTION


# %% test="3.18b" decides=true
def rows(sweep, m):
    """What jac_from_vjp makes of a reverse pass, as an array of numbers."""
    return np.array(jac_from_vjp(Counted(sweep), m), dtype=float)


def reverse_passes(m, sweep):
    """The number of passes that jac_from_vjp takes."""
    counted = Counted(sweep)
    jac_from_vjp(counted, m)
    return counted.calls


expect("3.18b", lambda: rows(vjp, 2), [[3.0, 2.0, 0.0], [0.0, 1.0, 6.0]], rtol=1e-4)
expect("3.18b", lambda: rows(vjp_of_one, 1), [[24.0, 12.0, 8.0, 6.0]], rtol=1e-4)
expect("3.18b", lambda: reverse_passes(2, vjp), 2)
expect("3.18b", lambda: reverse_passes(1, vjp_of_one), 1)

# %% [markdown] commentary="3.18b"
# Any m independent vectors would do, followed by solving a linear system; the unit vectors make the system
# trivial. A single pass with a vector of ones gives the sum of the rows, from which they cannot be separated.

# %% [markdown] exercise="3.19" title="Two inputs, a thousand outputs" stars=1 minutes=10 needs="3.18"
# The other way round: two knobs, and a long list of measurements that depend on them. Such functions
# are rare in training and common elsewhere: a simulation with two parameters, a curve of a thousand points, a
# camera with a position and a picture.
#
# ### (a) Count
#
# **Your task.** For a smooth $F:\mathbb R^{2}\to\mathbb R^{1000}$ set `ans19` to a dictionary with the same four
# entries as `ans18`; `"ratio"` is the larger number of passes over the smaller one again.

# %% [markdown] hints="3.19a"
# Columns cost forward passes, rows cost reverse passes. How many of each has this Jacobian?

# %% answer="3.19a"
ans19 = ...  # a dict: {"mode": "forward" or "reverse", "forward_passes": …, "reverse_passes": …, "ratio": …}
### BEGIN SOLUTION
ans19 = {"mode": "forward", "forward_passes": 2, "reverse_passes": 1000, "ratio": 1000 / 2}
### END SOLUTION

# %% test="3.19a"
expect("3.19a", lambda: ans19["mode"], one_of("forward", "reverse"))
expect("3.19a", lambda: ans19["forward_passes"], is_number)
expect("3.19a", lambda: ans19["reverse_passes"], is_number)
expect("3.19a", lambda: ans19["ratio"], is_number)

# %% [markdown] commentary="3.19a"
# The ratio counts passes, not seconds. A pass of each mode costs another small multiple of evaluating F, and a
# library that runs many passes as one batch of matrix products moves the ratio by a large factor.

# %% [markdown]
# ### (b) Collect the columns
#
# A forward pass is a function `jvp`, for *Jacobian-vector product*: it takes a vector `v` with a number for each
# of the $n$ inputs, starts with these as the tangents of the inputs, and returns the tangents of the $m$ outputs,
# $J\mathbf v$, an array of the shape `(m,)`.
#
# **Your task.** Write `jac_from_jvp(jvp, n)`: the Jacobian, of the shape `(m, n)`, with **exactly** $n$ calls of
# `jvp`.
#
# **Example.** For $G(a,b)=(ab,\;a+b^2,\;a^2)$ at the point $(2,3)$ the `jvp` of the next cell answers $(1,10)$
# with $(23,61,4)$.

# %% setup=true
def jvp(v):
    """A forward pass of G(a, b) = (a b, a + b², a²) at (2, 3), from tangents of the two inputs."""
    a, b = 2.0, 3.0
    of_square = 2 * b * v[1]  # the tangent of b²
    return [b * v[0] + a * v[1], v[0] + of_square, 2 * a * v[0]]


def jvp_of_one(v):
    """A forward pass of (t, 2 t, t², t³) at t = 2: a single input."""
    return [v[0], 2 * v[0], 4 * v[0], 12 * v[0]]


# %% [markdown] hints="3.19b"
# What does `jvp` return for $\mathbf v=(1,0)$? Where in $J$ does that belong?
#
# ---
# NumPy puts the arrays of a list below each other, as rows. `np.stack(…, axis=1)` or a transposition puts them
# side by side.


# %% answer="3.19b"
def jac_from_jvp(jvp, n):
    """The Jacobian, (m, n), from n forward passes: jvp(v) is J v for a vector v of n numbers."""
    ### BEGIN SOLUTION
    return np.stack([jvp(unit) for unit in np.eye(n)], axis=1)
    ### END SOLUTION


# %% test="3.19b" decides=true
def columns(sweep, n):
    """What jac_from_jvp makes of a forward pass, as an array of numbers."""
    return np.array(jac_from_jvp(Counted(sweep), n), dtype=float)


def forward_passes(n, sweep):
    """The number of passes that jac_from_jvp takes."""
    counted = Counted(sweep)
    jac_from_jvp(counted, n)
    return counted.calls


expect("3.19b", lambda: columns(jvp, 2), [[3.0, 2.0], [1.0, 6.0], [4.0, 0.0]], rtol=1e-4)
expect("3.19b", lambda: columns(jvp_of_one, 1), [[1.0], [2.0], [4.0], [12.0]], rtol=1e-4)
expect("3.19b", lambda: forward_passes(2, jvp), 2)
expect("3.19b", lambda: forward_passes(1, jvp_of_one), 1)

# %% [markdown] commentary="3.19b"
# The same three lines as before, turned by 90 degrees: forward passes are columns, reverse passes are rows. In
# PyTorch the two functions are called torch.func.jacfwd and torch.func.jacrev.

# %% [markdown]
# Where the source's version of these exercises leaves something open, the
# [errata](../errata.ipynb#Notebook-4-of-chapter-3) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/04_forward_against_reverse")

# %% [markdown]
# {{next}}
