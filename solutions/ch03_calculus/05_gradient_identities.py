# %% [markdown]
# # Gradients worth knowing by heart
#
# A handful of gradients appear again and again in machine learning: of a squared distance with a penalty, of the two
# classification losses, of a quadratic form, of a trace. You derive each of them once, write it as one line of
# code, and never trust it before it has been measured.
#
# > **Conventions here.** A vector has one axis and the shape `(n,)`; $\lVert\mathbf x\rVert$ is its Euclidean
# > length, $\mathbf u\cdot\mathbf v$ the dot product, $\log$ the natural logarithm and $\sigma(t)=1/(1+e^{-t})$.
# > The gradient of a number with respect to a variable has **the shape of that variable**. *From first
# > principles* means: from the definition. $\mathbf g$ is the gradient of $f$ at $\mathbf x$ if
# > $f(\mathbf x+\mathbf h)=f(\mathbf x)+\mathbf g\cdot\mathbf h+r(\mathbf h)$ with a remainder $r$ that vanishes
# > faster than $\lVert\mathbf h\rVert$. A function that you write leaves its arguments as they were.

# %% setup=true
import numpy as np

from utils import expect, grade, is_number, progress, some_letters, some_numbers
from utils.explorers.ch03_calculus.gradient_identities import (
    margin_explorer,
    newton_explorer,
    ridge_explorer,
    softmax_gradient_explorer,
)


def entries(vector):
    """The numbers of a vector, whatever holds them: an array, a list, a tensor, a sympy Matrix."""
    return [float(entry) for entry in vector]


# %% [markdown] exercise="3.20" title="A squared distance with a penalty" stars=1 minutes=15
# Weight decay, ridge regression, a Gaussian prior: three names for adding $\lambda\lVert\mathbf x\rVert^2$ to what
# is minimised. The smallest example already shows what the term does to the minimiser, and for which
# $\lambda$ there is one at all:
#
# $$f(\mathbf x)=\lVert\mathbf x-\mathbf a\rVert^2+\lambda\lVert\mathbf x\rVert^2$$
#
# Run the next cell (Shift+Enter) and move `lam`. Along which line does the cross travel, and how far has it
# come at $\lambda=3$? Then go below 0: what happens to the curve on the right somewhere between two
# positions of the slider?

# %% picture=true
ridge_explorer()

# %% [markdown]
# ### From first principles
#
# Expand $f(\mathbf x+\mathbf h)$ with $\lVert\mathbf u+\mathbf h\rVert^2=\lVert\mathbf u\rVert^2+2\,\mathbf
# u\cdot\mathbf h+\lVert\mathbf h\rVert^2$ and sort the terms: those without $\mathbf h$ are $f(\mathbf x)$, those
# that are linear in it say what the gradient is, and what remains is the remainder.
#
# **Your task.** Write three functions; `x`, `a` and `h` are arrays of the shape `(n,)`, `lam` is a number.
#
# - `grad(x, a, lam)`: the gradient of $f$ at `x`, an array `(n,)`;
# - `minimiser(a, lam)`: the point where $f$ is smallest, an array `(n,)` (the tests use only values of $\lambda$ for
#   which it exists, a negative one among them);
# - `remainder(h, lam)`: the number $f(\mathbf x+\mathbf h)-f(\mathbf x)-\nabla f(\mathbf x)\cdot\mathbf h$. Its
#   arguments say it already: it depends neither on $\mathbf x$ nor on $\mathbf a$.
#
# **Example.** With $\mathbf a=(3)$ and $\lambda=2$ the gradient at $\mathbf x=(1)$ is $(0)$, so the minimiser is
# $(1)$; and for $\mathbf h=(0.5)$ the remainder is 0.75.

# %% [markdown] hints="3.20"
# Both terms of $f$ are squared lengths. What does the formula above give for each of them, with $\mathbf
# u=\mathbf x-\mathbf a$ and with $\mathbf u=\mathbf x$?
#
# ---
# The linear terms are $2(\mathbf x-\mathbf a)\cdot\mathbf h+2\lambda\,\mathbf x\cdot\mathbf h$. Two terms with
# $\lVert\mathbf h\rVert^2$ remain.
#
# ---
# At the minimiser the gradient is $\mathbf 0$: collect the terms with $\mathbf x$ on one side and divide.


# %% answer="3.20"
def grad(x: np.ndarray, a: np.ndarray, lam: float) -> np.ndarray:
    """The gradient of |x - a|² + lam |x|² with respect to x, shape (n,)."""
    ### BEGIN SOLUTION
    return 2 * (x - a) + 2 * lam * x
    ### END SOLUTION


def minimiser(a: np.ndarray, lam: float) -> np.ndarray:
    """The x at which |x - a|² + lam |x|² is smallest, shape (n,)."""
    ### BEGIN SOLUTION
    return a / (1 + lam)
    ### END SOLUTION


def remainder(h: np.ndarray, lam: float) -> float:
    """f(x + h) - f(x) - gradient · h, the same for every x and a."""
    ### BEGIN SOLUTION
    return float((1 + lam) * (h @ h))
    ### END SOLUTION


# %% test="3.20" decides=true
a_3, x_3 = np.array([1.0, -2.0, 3.0]), np.array([0.5, 1.0, -1.0])
expect("3.20", lambda: entries(grad(x_3, a_3, 0.5)), [-0.5, 7.0, -9.0], rtol=1e-4)
expect("3.20", lambda: entries(grad(x_3, a_3, -0.4)), [-1.4, 5.2, -7.2], rtol=1e-4)
expect("3.20", lambda: entries(minimiser(a_3, 3.0)), [0.25, -0.5, 0.75], rtol=1e-4)
expect("3.20", lambda: entries(minimiser(a_3, -0.4)), [1.666667, -3.333333, 5.0], rtol=1e-4)
expect("3.20", lambda: float(remainder(np.array([1.0, -2.0]), 3.0)), 20.0, rtol=1e-4)
expect("3.20", lambda: float(remainder(np.array([0.3, 0.4]), -0.4)), 0.15, rtol=1e-4)

# %% [markdown] commentary="3.20"
# The remainder is (1 + λ)|h|²: divided by |h| it goes to 0, which is all that the definition wants, and so the
# linear part is the gradient. The same remainder decides about the minimiser: at a point with gradient 0 it is all
# that f changes by. Where 1 + λ is positive, every step away from that point leads upwards, however long it is.

# %% [markdown]
# ### For which lambda?
#
# A source asks for "the minimiser" and says nothing about $\lambda$. A penalty is usually positive, but nothing in the
# formula asks for that.
#
# **Your task.** Set `lam_must_exceed` to the number with this property: $f$ has exactly one minimiser if $\lambda$
# is larger than it, and for no $\mathbf a\ne\mathbf 0$ a minimum at all if it is not.

# %% [markdown] hints="3.20b"
# At a point where the gradient is 0, $f(\mathbf x+\mathbf h)-f(\mathbf x)$ is your remainder. Which sign must it
# have?
#
# ---
# Move the slider of the picture below 0 and watch when the curve on the right stops opening upwards.

# %% answer="3.20b"
lam_must_exceed = ...  # a number
### BEGIN SOLUTION
lam_must_exceed = -1
### END SOLUTION

# %% test="3.20b"
expect("3.20b", lambda: lam_must_exceed, is_number)

# %% [markdown] written="3.20-written"
# **In your own words (optional, read by a person).** What becomes of $f$ exactly at the number that you found, and
# what below it? Say for each where its gradient is zero and why there is no minimum there.
#
# ### BEGIN SOLUTION
# At λ = −1 the squares of x cancel: f(x) = |a|² − 2 a·x is linear. Its gradient −2a is the same everywhere, and
# zero nowhere unless a = 0 (then f is constant, and every point is a minimiser). Along a the function falls
# without end. Below −1 the gradient is zero at a/(1 + λ), but there the remainder (1 + λ)|h|² is negative: the
# point is the maximum, and f falls without end in every direction.
# ### END SOLUTION

# %% [markdown] exercise="3.21" title="Softmax and cross-entropy" stars=2 minutes=25
# This is the gradient at the end of almost every classifier. Softmax turns logits $\mathbf z$ into probabilities, the
# cross-entropy compares them with the right class, which is written as a *one-hot* vector $\mathbf y$ (a 1 at the
# class, 0 elsewhere):
#
# $$p_i=\frac{e^{z_i}}{\sum_j e^{z_j}}\qquad L(\mathbf z)=-\sum_k y_k\log p_k\qquad
# \nabla_{\mathbf z}L=\mathbf p-\mathbf y$$
#
# The identity on the right is what this exercise is about. Run the next cell (Shift+Enter): the bars on the left
# are the probabilities, those on the right the gradient. What do the bars on the right add up to? And what has to
# happen for all three to become short?

# %% picture=true
softmax_gradient_explorer()

# %% [markdown]
# ### (a) By hand
#
# **Your task** (with a calculator, or NumPy for the exponentials). For $\mathbf z=(1,2,3)$ and $\mathbf
# y=(0,1,0)$ set `p` to the three probabilities and `g` to the three numbers of $\mathbf p-\mathbf y$. An error of
# up to 0.001 is fine, so write at least three decimals.
#
# **Example.** For $\mathbf z=(0,\log3)$ and $\mathbf y=(1,0)$: $\mathbf p=(0.25,0.75)$ and $\mathbf
# p-\mathbf y=(-0.75,0.75)$.

# %% [markdown] hints="3.21a"
# Compute $e^1$, $e^2$, $e^3$ and their sum. Each probability is one of them divided by the sum.
#
# ---
# Do the three probabilities add up to 1, and the three numbers of $\mathbf p-\mathbf y$ to 0? The right class is
# the second: only there something is subtracted.

# %% answer="3.21a"
p = ...  # three numbers
g = ...  # three numbers
### BEGIN SOLUTION
p = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
g = p - [0, 1, 0]
### END SOLUTION

# %% test="3.21a"
expect("3.21a", lambda: entries(p), some_numbers(3))
expect("3.21a", lambda: entries(g), some_numbers(3))

# %% [markdown]
# ### (b) A formula is not a verification
#
# The source asks to *verify* the identity at this point, and its answer computes $\mathbf p-\mathbf y$: the right side,
# and nothing to compare it with. That the three numbers add up to 0 is reassuring, but so do those of $\mathbf
# y-\mathbf p$ and of $\frac13(\mathbf p-\mathbf y)$. A verification needs the left side too, from the loss alone.
#
# **Your task.** Write both sides, for any number of classes; `z` and `y` are arrays of the shape `(k,)`, `y` is
# one-hot, and the result has the shape `(k,)`.
#
# - `ce_grad(z, y)`: the formula $\mathbf p-\mathbf y$;
# - `numeric_grad(z, y)`: the gradient measured by nudging one logit at a time and differencing **the loss**. It must
#   not call `ce_grad`, or the comparison would compare a thing with itself: the test takes `ce_grad` away
#   while it runs. An error of 0.001 is fine.
#
# **Example.** Both give about $(-0.75, 0.75)$ for $\mathbf z=(0,\log3)$ and $\mathbf y=(1,0)$.

# %% setup=true
z_3, y_3 = np.log([1.0, 2.0, 5.0]), np.array([0.0, 0.0, 1.0])  # the probabilities are 1/8, 2/8 and 5/8
z_2, y_2 = np.log([1.0, 3.0]), np.array([1.0, 0.0])

# %% [markdown] hints="3.21"
# Inside `numeric_grad`, write the loss as a small function of the logits first.
#
# ---
# For the entry $i$ nudge $z_i$ alone to both sides, by $h=10^{-5}$, and divide the difference of the two losses by
# how far apart the two points are.
#
# ---
# Nudge a copy: `z + h * np.eye(len(z))[i]` makes a new array, while `z[i] += h` changes the one that belongs to
# the caller.


# %% answer="3.21"
def ce_grad(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient of the cross-entropy of softmax(z) with the one-hot y, by the formula."""
    ### BEGIN SOLUTION
    p = np.exp(z) / np.exp(z).sum()
    return p - y
    ### END SOLUTION


def numeric_grad(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The same gradient, measured: differences of the loss when one logit at a time is nudged."""
    ### BEGIN SOLUTION
    def loss(z):
        return -np.sum(y * np.log(np.exp(z) / np.exp(z).sum()))

    h = 1e-5
    units = np.eye(len(z))
    return np.array([(loss(z + h * unit) - loss(z - h * unit)) / (2 * h) for unit in units])
    ### END SOLUTION


# %% test="3.21" decides=true
def on_its_own(z, y):
    """What numeric_grad finds while ce_grad is out of reach."""
    global ce_grad
    kept, ce_grad = ce_grad, None
    try:
        return entries(numeric_grad(z, y))
    finally:
        ce_grad = kept


expect("3.21", lambda: entries(ce_grad(z_3, y_3)), [0.125, 0.25, -0.375], rtol=1e-4)
expect("3.21", lambda: entries(ce_grad(z_2, y_2)), [-0.75, 0.75], rtol=1e-4)
expect("3.21", lambda: on_its_own(z_3, y_3), [0.125, 0.25, -0.375], atol=1e-3)
expect("3.21", lambda: on_its_own(z_2, y_2), [-0.75, 0.75], atol=1e-3)

# %% [markdown]
# And now the verification: two programs that share nothing but the definition.

# %%
try:
    difference = np.abs(np.subtract(entries(ce_grad(z_3, y_3)), entries(numeric_grad(z_3, y_3)))).max()
    print(f"largest difference between the formula and the measurement: {difference:.1e}")
except (NotImplementedError, TypeError):
    print("Write ce_grad and numeric_grad first.")

# %% [markdown] commentary="3.21"
# The measurement never mentions p − y; it knows the loss and nothing else. Nudging to both sides makes its error
# shrink with h² in place of h. The two agree to about ten digits, more than enough to tell p − y from every
# formula that is merely similar.

# %% [markdown]
# ### (c) Where it comes from
#
# The derivation never needs the derivative of softmax itself. Here are seven cards; $S=\sum_j e^{z_j}$.
#
# - **A** $\partial\log S/\partial z_i=e^{z_i}/S=p_i$
# - **B** $\sum_k y_k=1$, so $L=\log S-\sum_k y_kz_k$
# - **C** $\partial p_k/\partial z_i=0$ for $k\ne i$, so only the term with $k=i$ has a derivative
# - **D** $L=-\sum_k y_kz_k+\log S\,\sum_k y_k$
# - **E** $\partial L/\partial z_i=p_i-y_i$
# - **F** $\log p_k=z_k-\log S$
# - **G** $\partial\log S/\partial z_i=1/S$
#
# **Your task** (a bonus). Five of the cards are a proof. Set `ce_steps` to their letters in order, such as `"ABCDE"`;
# where two orders are possible, either is fine.

# %% [markdown] hints="3.21-steps"
# Start by taking the logarithm of the fraction. Where does the number 1 in "one-hot" come in?
#
# ---
# One of the false cards forgets an inner derivative, the other forgets that $S$ contains every logit.

# %% answer="3.21-steps"
ce_steps = ...  # a text of five letters
### BEGIN SOLUTION
ce_steps = "FDBAE"
### END SOLUTION

# %% test="3.21-steps"
expect("3.21-steps", lambda: ce_steps, some_letters("ABCDEFG"))

# %% [markdown] commentary="3.21"
# Card B is where the labels have to sum to 1. Without it the gradient is p·Σy − y, and its entries still add up
# to 0. So a zero sum does not prove that the formula was right: it only says that a shift of all logits leaves
# the loss alone.

# %% [markdown] exercise="3.22" title="The logistic loss with labels −1 and +1" stars=2 minutes=10 needs="3.21"
# With two classes, one number is enough: $\mathbf w\cdot\mathbf x$ is large for one class and small for the
# other. Let the label be $y\in\{-1,+1\}$; then $m=y\,\mathbf w\cdot\mathbf x$, the *margin*, is positive exactly
# if the sign is right, and one formula serves both labels:
#
# $$L(\mathbf w)=\log\bigl(1+e^{-m}\bigr)=\log\bigl(1+e^{-y\,\mathbf w\cdot\mathbf x}\bigr)$$
#
# The next cell (Shift+Enter) shows the loss and its slope by the margin. How large can the slope become
# for an example that is badly wrong, and what is left of it for one that is safely right?

# %% picture=true
margin_explorer()

# %% [markdown]
# **Your task.** Write `logistic_grad(w, x, y)`: the gradient of $L$ with respect to $\mathbf w$. Both arrays have
# the shape `(n,)`, and so has the result; `y` is $-1$ or $+1$.
#
# **Example.** With $\mathbf w=(0,0)$, $\mathbf x=(3,-1)$ and $y=+1$ the gradient is $(-1.5, 0.5)$.

# %% [markdown] hints="3.22"
# Two steps of the chain rule: the derivative of $\log(1+e^{-m})$ by $m$, and the gradient of $m$ by $\mathbf w$.
#
# ---
# $\frac{\mathrm d}{\mathrm dm}\log(1+e^{-m})=-\frac{e^{-m}}{1+e^{-m}}=-\sigma(-m)$.
#
# ---
# The label appears twice: once inside $\sigma$, once in front, because $\nabla_{\mathbf w}m=y\,\mathbf x$.


# %% answer="3.22"
def logistic_grad(w: np.ndarray, x: np.ndarray, y: int) -> np.ndarray:
    """The gradient of log(1 + exp(-y w·x)) with respect to w, shape (n,); y is -1 or +1."""
    ### BEGIN SOLUTION
    margin = y * (w @ x)
    return -y * x / (1 + np.exp(margin))
    ### END SOLUTION


# %% test="3.22" decides=true
w_2, x_2 = np.array([np.log(3.0), 0.0]), np.array([1.0, 2.0])  # w·x = log 3, and sigmoid(log 3) = 3/4
expect("3.22", lambda: entries(logistic_grad(np.zeros(2), np.array([3.0, -1.0]), 1)), [-1.5, 0.5], rtol=1e-4)
expect("3.22", lambda: entries(logistic_grad(w_2, x_2, 1)), [-0.25, -0.5], rtol=1e-4)
expect("3.22", lambda: entries(logistic_grad(w_2, x_2, -1)), [0.75, 1.5], rtol=1e-4)
expect("3.22", lambda: entries(logistic_grad(-w_2[:1], x_2[:1], -1)), [0.25], rtol=1e-4)

# %% [markdown] commentary="3.22"
# The solution divides by 1 + e^m because σ(−m) = 1/(1 + e^m). With labels t in {0, 1} the same gradient reads
# (σ(w·x) − t) x, the p − y of 3.21. The two conventions agree after t = (y + 1)/2, and only then: with y = −1 in
# place of t = 0 the second formula is off by a whole x.

# %% [markdown] written="3.22-written"
# **In your own words (optional, read by a person).** Derive the gradient, and use it to say which examples
# move the weights most, in which direction, and which hardly count.
#
# ### BEGIN SOLUTION
# With m = y w·x the chain rule gives dL/dm · ∇m = −σ(−m) · y x. A step against the gradient moves w along y x, so that
# the margin of this example grows by η σ(−m) |x|². The factor σ(−m) is the probability that the model gives to
# the wrong label: near 1 for an example that is badly wrong, 1/2 on the boundary, near 0 for one that is safely right.
# ### END SOLUTION

# %% [markdown] exercise="3.23" title="A quadratic, and one step of Newton" stars=2 minutes=15 needs="3.8 3.20"
# Near a minimum every smooth function looks like a quadratic, so whatever a method does there it does first on this
# one. Let $A$ be symmetric and positive definite (that is, $\mathbf v\cdot A\mathbf v>0$ for every $\mathbf
# v\ne\mathbf 0$), and
#
# $$f(\mathbf x)=\tfrac12(\mathbf x-\mathbf x_0)^TA\,(\mathbf x-\mathbf x_0)$$
#
# Newton's method takes the curvature into account: it steps from $\mathbf x$ to $\mathbf x-H^{-1}\nabla
# f(\mathbf x)$, where $H$ is the Hessian, the matrix of second derivatives. Here $H=A$. In the next cell
# (Shift+Enter) move the starting point: where does each of the two steps lead, and from which points do they have the
# same direction?

# %% picture=true
newton_explorer()

# %% [markdown]
# **Your task.** `A` has the shape `(n, n)`, `x` and `x0` have the shape `(n,)`. Write
#
# - `grad_quad(A, x, x0)`: the gradient of $f$ at `x`;
# - `newton_from(A, x, x0)`: the point after one step of Newton's method from `x`. Get the gradient by calling
#   `grad_quad(A, x, x0)`: the complete check puts another gradient in its place and looks whether the step
#   follows it.
#
# **Example.** With $A=(4)$, $\mathbf x=(3)$, $\mathbf x_0=(1)$ the gradient is $(8)$, and Newton steps to $3-8/4=1$.

# %% [markdown] hints="3.23a"
# With $\mathbf u=\mathbf x-\mathbf x_0$, write out $\frac12(\mathbf u+\mathbf h)^TA(\mathbf u+\mathbf h)$. Two terms
# are linear in $\mathbf h$, and for a symmetric $A$ they are equal.
#
# ---
# Do not compute $A^{-1}$: `np.linalg.solve(A, g)` is the vector $\mathbf d$ with $A\mathbf d=\mathbf g$, faster and
# more accurate.


# %% answer="3.23a"
def grad_quad(A: np.ndarray, x: np.ndarray, x0: np.ndarray) -> np.ndarray:
    """The gradient of (x - x0)ᵀ A (x - x0) / 2 with respect to x, for a symmetric A."""
    ### BEGIN SOLUTION
    return A @ (x - x0)
    ### END SOLUTION


def newton_from(A: np.ndarray, x: np.ndarray, x0: np.ndarray) -> np.ndarray:
    """The point after one Newton step from x, with the gradient from grad_quad and the Hessian A."""
    ### BEGIN SOLUTION
    return x - np.linalg.solve(A, grad_quad(A, x, x0))
    ### END SOLUTION


# %% test="3.23a"
A_2, centre = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -1.0])
expect("3.23a", lambda: entries(grad_quad(A_2, np.array([2.0, 1.0]), centre)), [4.0, 7.0], rtol=1e-4)
expect("3.23a", lambda: entries(grad_quad(A_2, np.array([0.0, 0.0]), centre)), [-1.0, 2.0], rtol=1e-4)
expect("3.23a", lambda: entries(newton_from(A_2, np.array([2.0, 1.0]), centre)), [1.0, -1.0], rtol=1e-4)
expect("3.23a", lambda: entries(newton_from(A_2, np.array([-5.0, 7.0]), centre)), [1.0, -1.0], rtol=1e-4)

# %% [markdown] commentary="3.23"
# A(x − x₀), undone by A⁻¹, is x − x₀: so one step lands on x₀ from everywhere, whatever the shape of the valley. No
# learning rate occurs in it. 3.28 says the same of Newton's method in general, and what it costs. (In exact arithmetic,
# that is: the errata show a matrix for which rounding alone spoils the step.)

# %% [markdown]
# ### And if A is not symmetric?
#
# The formula for $f$ makes sense for every square matrix. Only one of the two linear terms then is $A(\mathbf
# x-\mathbf x_0)\cdot\mathbf h$.
#
# **Your task.** Write `grad_quad_any(A, x, x0)`: the gradient of the same $f$ for a matrix `A` that need not be
# symmetric.
#
# **Example.** With $A=\begin{pmatrix}0&2\\0&0\end{pmatrix}$ and $\mathbf x_0=\mathbf 0$, $f(\mathbf x)=x_1x_2$,
# whose gradient at $(3,5)$ is $(5,3)$.

# %% [markdown] hints="3.23"
# The two linear terms are $\frac12\mathbf u^TA\mathbf h$ and $\frac12\mathbf h^TA\mathbf u$. Write the first as
# something times $\mathbf h$.
#
# ---
# $\mathbf u^TA\mathbf h=(A^T\mathbf u)\cdot\mathbf h$.


# %% answer="3.23"
def grad_quad_any(A: np.ndarray, x: np.ndarray, x0: np.ndarray) -> np.ndarray:
    """The gradient of (x - x0)ᵀ A (x - x0) / 2 with respect to x, for any square A."""
    ### BEGIN SOLUTION
    return (A + A.T) @ (x - x0) / 2
    ### END SOLUTION


# %% test="3.23" decides=true
lopsided, to = np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([1.0, -1.0])
expect("3.23", lambda: entries(grad_quad_any(lopsided, np.array([1.0, 1.0]), np.zeros(2))), [2.0, 4.0], rtol=1e-4)
expect("3.23", lambda: entries(grad_quad_any(lopsided, np.zeros(2), to)), [0.0, 2.0], rtol=1e-4)

# %% [markdown] commentary="3.23"
# Only the symmetric part (A + Aᵀ)/2 of a matrix enters a quadratic form: what is antisymmetric cancels in vᵀAv. It
# is also the Hessian, and that is why one may assume a symmetric A from the start.

# %% [markdown] exercise="3.24" title="The gradient of a trace" stars=3 minutes=20 needs="3.23"
# Losses with a matrix as their variable often end in a trace: the sum of the squares of a matrix, a covariance that is
# projected, a graph's Laplacian between features. The derivative of this one contains all the steps that such
# a calculation needs:
#
# $$f(A)=\operatorname{tr}(A^TBA),\qquad A\text{ of the shape }(n,m),\quad B=B^T\text{ of the shape }(n,n)$$
#
# The gradient has the shape of $A$: it is the matrix $G$ with $f(A+H)-f(A)\approx\sum_{ij}G_{ij}H_{ij}$ for every
# small $H$. Such a sum of products over all entries is a trace too, $\operatorname{tr}(G^TH)$, and three rules
# are all that one needs for traces: $\operatorname{tr}M=\operatorname{tr}M^T$,
# $\operatorname{tr}(MN)=\operatorname{tr}(NM)$, and the trace of a sum is the sum of the traces.
#
# **Your task.** Write `grad_tr(A, B)`: the gradient of $f$ with respect to $A$, an array of the shape of `A`. The
# check uses tall, wide and square matrices.
#
# **Example.** If $A$ is a single column $\mathbf a$, then $f=\mathbf a^TB\mathbf a$. With $B=(5)$ and $A=(2)$ the
# gradient is $(20)$.

# %% setup=true
def trace_form(A, B):
    """tr(Aᵀ B A), a number."""
    return np.trace(A.T @ B @ A)


def measured_entry(A, B, i, j, h=1e-6):
    """One entry of the gradient, by nudging A[i, j] to either side."""
    nudge = np.zeros(A.shape)
    nudge[i, j] = h
    return (trace_form(A + nudge, B) - trace_form(A - nudge, B)) / (2 * h)


# %% [markdown] hints="3.24"
# Write $f(A+H)$ out: four terms, of which two are linear in $H$.
#
# ---
# $\operatorname{tr}(H^TBA)$ is already a sum over the entries of $H$: which matrix stands beside $H^T$?
#
# ---
# The other linear term is $\operatorname{tr}(A^TBH)$. Transpose what is inside and use $B=B^T$. And think of the
# shapes: which products of $B$ and $A$ exist at all when $n\ne m$?


# %% answer="3.24"
def grad_tr(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The gradient of tr(Aᵀ B A) with respect to A, in the shape (n, m) of A; B is symmetric."""
    ### BEGIN SOLUTION
    return 2 * B @ A
    ### END SOLUTION


# %% test="3.24" decides=true
A_22, B_22 = np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([[0.0, 1.0], [1.0, 2.0]])
tall, row = np.array([[1.0], [2.0]]), np.array([[1.0, 2.0, 0.5]])


def rows_of(matrix):
    return [entries(line) for line in np.array(matrix, dtype=float)]


expect("3.24", lambda: rows_of(grad_tr(tall, B_22)), [[4.0], [10.0]], rtol=1e-4)
expect("3.24", lambda: rows_of(grad_tr(row, np.array([[3.0]]))), [[6.0, 12.0, 3.0]], rtol=1e-4)
expect("3.24", lambda: rows_of(grad_tr(A_22, B_22))[0][1], measured_entry(A_22, B_22, 0, 1), rtol=1e-4)
expect("3.24", lambda: rows_of(grad_tr(A_22, B_22))[1][0], measured_entry(A_22, B_22, 1, 0), rtol=1e-4)

# %% [markdown] commentary="3.24"
# Column by column this is 3.23 without the ½: f is the sum of aᵀBa over the columns of A, and the gradient of each is
# 2Ba. For a B that is not symmetric it would be (B + Bᵀ)A. With n ≠ m the shapes leave only one order of the
# product; square matrices leave both, so test with both kinds.

# %% [markdown]
# ### Find the mistake
#
# A student derives the gradient like this, and ends with the wrong matrix:
#
# - **A** $f(A+H)-f(A)=\operatorname{tr}(H^TBA)+\operatorname{tr}(A^TBH)+\operatorname{tr}(H^TBH)$
# - **B** The last term is quadratic in $H$, so it belongs to the remainder.
# - **C** $\operatorname{tr}(A^TBH)=\operatorname{tr}(BA^TH)$, because the factors of a trace may be exchanged.
# - **D** $\operatorname{tr}(H^TBA)=\operatorname{tr}(A^TBH)$, because a matrix and its transpose have the same
#   trace and $B^T=B$.
# - **E** So the linear part is $2\operatorname{tr}(A^TBH)$.
# - **F** If the linear part is $\operatorname{tr}(MH)$, then the gradient is $M$.
#
# **Your task** (a bonus). Judge every line for itself, whatever became of those before it. Set `false_lines` to the
# letters of **all** lines that are false.

# %% [markdown] hints="3.24-mistake"
# Take $n=3$ and $m=2$ and write down the shape of every product. One of them does not exist.
#
# ---
# The gradient has the shape of $A$. Which shape must $M$ have so that $MH$ has a trace?

# %% answer="3.24-mistake"
false_lines = ...  # some letters, "A" to "F"
### BEGIN SOLUTION
false_lines = "CF"
### END SOLUTION

# %% test="3.24-mistake"
expect("3.24-mistake", lambda: false_lines, some_letters("ABCDEF"))

# %% [markdown] written="3.24-written"
# **In your own words (optional, read by a person).** Write the derivation as it should be, from $f(A+H)$ to the
# gradient, with a reason for every line.
#
# ### BEGIN SOLUTION
# f(A + H) − f(A) = tr(HᵀBA) + tr(AᵀBH) + tr(HᵀBH). The last term is at most ‖B‖ |H|², so it vanishes faster than |H|.
# A matrix and its transpose have the same trace, (HᵀBA)ᵀ = AᵀBᵀH, and Bᵀ = B: both linear terms are
# tr(AᵀBH), together tr((2BA)ᵀH), because (BA)ᵀ = AᵀBᵀ = AᵀB. And tr(GᵀH) is the sum of G_ij H_ij, so G = 2BA, of
# the shape (n, m).
# ### END SOLUTION

# %% [markdown]
# What the source of these exercises leaves open, and where its numbers are rounded two ways, stands in the
# [errata](../errata.ipynb#Notebook-5-of-chapter-3).

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/05_gradient_identities")

# %% [markdown]
# {{next}}
