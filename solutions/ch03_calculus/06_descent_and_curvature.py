# %% [markdown]
# # Descent and curvature
#
# The gradient says which way is down. It does not say how far to go, and that is where all the trouble of
# training begins: a step that is fine for one direction is far too long for another. In this notebook you
# find the longest step that a valley stands, learn when momentum helps and when it gets in the way, use
# curvature to jump to the bottom at once, and see how a path escapes from a point that it was heading for.
#
# > **Conventions here.** A point is a vector of parameters, $\mathbf w$ or $\boldsymbol\theta$, in code an array
# > of the shape `(2,)`. A **path** is an array of the shape `(steps + 1, 2)`: its first row is the start, and
# > every step adds a row. $\eta$ is the learning rate, and a step of gradient descent is
# > $\boldsymbol\theta\leftarrow\boldsymbol\theta-\eta\,\nabla L(\boldsymbol\theta)$. The **Hessian** $H$ is the
# > matrix of second derivatives; its eigenvalues are the **curvatures** of the landscape. A function that you
# > write leaves its arguments as they were.

# %% setup=true
import math

import numpy as np

from utils import (
    contour_axes,
    expect,
    grade,
    is_number,
    one_of,
    plot_paths,
    progress,
    show,
    some_letters,
    such_that,
)


def valley(w1, w2):
    """The landscape of 3.25, for pictures."""
    return (w1**2 + 100 * w2**2) / 2


# %% [markdown] exercise="3.25" title="How long may a step be?" stars=2 minutes=18 needs="3.6"
# One landscape explains most of what happens in training: a long valley, steep across and almost flat
# along. This one has the curvatures 1 and 100:
#
# $$L(\mathbf w)=\tfrac12\,\mathbf w^TA\,\mathbf w,\qquad A=\begin{pmatrix}1&0\\0&100\end{pmatrix},\qquad
# \text{so}\quad L=\tfrac12\,(w_1^2+100\,w_2^2)$$
#
# Its minimum is the origin. The learning rate is the same for both coordinates, and that is the whole problem.
#
# Run the next cell (Shift+Enter) and move its sliders. At which learning rates does the path zig-zag, and what
# happens to the direction along the valley meanwhile?

# %% picture=true
from utils.explorers.ch03_calculus.descent_and_curvature import valley_explorer

valley_explorer()

# %% [markdown]
# ### (a) What a step does to each coordinate
#
# The two coordinates never mix here: a step multiplies $w_1$ by one number and $w_2$ by another, whatever they
# are. These **multipliers** decide everything.
#
# **Your task.** Write two functions of the learning rate `eta`:
#
# - `multipliers(eta)`: the two multipliers, that of $w_1$ first, each with its sign;
# - `converges(eta)`: `True` if the path goes to the origin from **every** start, else `False`. Any number may
#   be asked for, negative ones too.
#
# **Example.** `multipliers(0.002)` is 0.998 and 0.8, and `converges(0.002)` is `True`.

# %% [markdown] hints="3.25a"
# Write down $\nabla L$, coordinate by coordinate, and put it into the formula of a step. Then take out $w_1$,
# or $w_2$, as a factor.
#
# ---
# After $t$ steps a coordinate has been multiplied $t$ times. For which numbers $m$ does $m^t$ go to 0?
#
# ---
# A multiplier may be negative; its size has to be below 1. What if it is exactly 1, or exactly −1?


# %% answer="3.25a"
def multipliers(eta: float):
    """What a step multiplies w1 and w2 by."""
    ### BEGIN SOLUTION
    return 1 - eta, 1 - 100 * eta
    ### END SOLUTION


def converges(eta: float) -> bool:
    """Does gradient descent reach the origin, in the limit, from every start?"""
    ### BEGIN SOLUTION
    return max(abs(m) for m in multipliers(eta)) < 1
    ### END SOLUTION


# %% test="3.25a"
def said(eta):
    """What your `converges` says, as a number; 1 and 0 are fine, too."""
    return float(bool(converges(eta)))


expect("3.25a", lambda: np.array(tuple(multipliers(0.002)), dtype=float), [0.998, 0.8], rtol=1e-4)
expect("3.25a", lambda: np.array(tuple(multipliers(0.015)), dtype=float), [0.985, -0.5], rtol=1e-4)
expect("3.25a", lambda: said(0.002), 1.0)
expect("3.25a", lambda: said(0.015), 1.0)
expect("3.25a", lambda: said(0.5), 0.0)
expect("3.25a", lambda: said(-0.01), 0.0)

# %% [markdown] commentary="3.25"
# A quadratic turns descent into multiplication: along every eigenvector of A the distance from the minimum is
# multiplied by 1 − ηλ, with the eigenvalue λ of that direction. With a matrix that is not diagonal nothing changes
# but the axes. The inequality is strict: at the ends of the interval a multiplier has the size 1, and nothing
# shrinks.

# %% [markdown]
# ### (b) Two learning rates
#
# The source of this exercise asks for "the largest stable learning rate", and there is none: descent converges up to
# a certain number, but not *at* it. Such a number is called a supremum. (Which number, you find; what happens at
# it, `converges` should know.)
#
# **Your task.** Set
#
# - `eta_sup`: the smallest number that is larger than every learning rate which converges;
# - `eta_best`: the learning rate with the fastest *worst case*: the larger of the sizes of the two multipliers
#   is as small as possible.

# %% [markdown] hints="3.25b"
# For a rate slightly above 0 both multipliers are slightly below 1. Raise it: which of the two reaches −1
# first?
#
# ---
# Draw the two sizes, $|1-\eta|$ and $|1-100\eta|$, over $\eta$. The larger of them is smallest where the two
# curves cross.

# %% answer="3.25b"
eta_sup = ...  # a number
eta_best = ...  # a number
### BEGIN SOLUTION
eta_sup = 2 / 100
eta_best = 2 / (1 + 100)
### END SOLUTION

# %% test="3.25b"
expect("3.25b", lambda: eta_sup, is_number)
expect("3.25b", lambda: eta_best, is_number)

# %% [markdown]
# ### (c) The path
#
# **Your task.** Write `trajectory(w0, eta, steps)`: the path of gradient descent on this landscape from `w0`, an
# array of the shape `(steps + 1, 2)` (a list of rows is fine, too).
#
# **Example.** `trajectory(np.array([2.0, 1.0]), 0.015, 1)` has the rows (2, 1) and (1.97, −0.5).

# %% [markdown] hints="3.25c"
# Begin a list with the start. In every step compute the new point and append it.
#
# ---
# `w -= …` changes an array in place, and the list then holds the same array many times over. `w = w - …` makes
# a new one.


# %% answer="3.25c"
def trajectory(w0, eta: float, steps: int):
    """The path of gradient descent on (w1² + 100 w2²)/2 from w0: steps + 1 rows."""
    ### BEGIN SOLUTION
    w = np.asarray(w0, dtype=float)
    rows = [w]
    for _ in range(steps):
        w = w - eta * np.array([1.0, 100.0]) * w
        rows.append(w)
    return np.array(rows)
    ### END SOLUTION


# %% test="3.25c" decides=true
def path_from(w0, eta, steps):
    """Your path as an array."""
    return np.asarray(trajectory(np.array(w0), eta, steps), dtype=float)


def start_after_trajectory():
    start = np.array([2.0, 1.0])
    trajectory(start, 0.015, 2)
    return start


expect("3.25c", lambda: path_from([1.0, 1.0], 0.01, 2), [[1, 1], [0.99, 0], [0.9801, 0]], rtol=1e-4, atol=1e-6)
expect("3.25c", lambda: path_from([2.0, 1.0], 0.015, 2), [[2, 1], [1.97, -0.5], [1.94045, 0.25]], rtol=1e-4)
expect("3.25c", lambda: path_from([3.0, -1.0], 0.01, 0), [[3.0, -1.0]])
expect("3.25c", lambda: start_after_trajectory(), [2.0, 1.0])

# %% fold=true
# Shift+Enter: your path from (1, 1), with the learning rate of the source and with a larger one
try:
    both = {f"η = {eta}": trajectory(np.array([1.0, 1.0]), eta, 25) for eta in (0.01, 0.019)}
    plot_paths(valley, both, "Two paths down the valley", "w1", "w2", x=(-0.1, 1.1), y=(-1.1, 1.1))
except NotImplementedError:
    print("Write trajectory first.")

# %% [markdown] commentary="3.25"
# The source asks for a sketch with η = 0.01, and that is a special case: the multiplier of w₂ is 0, so the path
# is an L with one jump and a straight line. With 0.019 it is −0.9, and you see what a learning rate near the edge
# looks like: the path jumps from one side of the valley to the other, while along the valley it makes the same
# slow progress as always.

# %% [markdown] exercise="3.26" title="Is momentum faster?" stars=3 minutes=25 needs="3.25"
# "Add momentum, and it converges faster": that is the story. Here is a test of it, with the numbers of the
# source. Does the story hold? And *why* it does, or does not, is worth more than any rule.
#
# $$L(\boldsymbol\theta)=\theta_1^2+10\,\theta_2^2,\qquad\text{from }(1,1)\text{ with }\eta=0.05$$
#
# Momentum keeps a velocity, which begins at $\mathbf 0$. With the gradient $\mathbf g$ at the present point, a step
# of the **heavy ball** is (as in `torch.optim.SGD`)
#
# $$\mathbf v\leftarrow\mu\,\mathbf v+\mathbf g,\qquad
# \boldsymbol\theta\leftarrow\boldsymbol\theta-\eta\,\mathbf v$$
#
# First play with a valley of another shape. Can you find a learning rate at which momentum wins clearly, and one at
# which it loses?

# %% picture=true
from utils.explorers.ch03_calculus.descent_and_curvature import heavy_ball_explorer

heavy_ball_explorer()

# %% [markdown]
# ### (a) Plain steps
#
# **Your task.** Write `gd(theta0, eta, steps)`: the path of gradient descent on $\theta_1^2+10\,\theta_2^2$,
# `steps + 1` rows.
#
# **Example.** `gd(np.array([1.0, 2.0]), 0.01, 1)` has the rows (1, 2) and (0.98, 1.6).

# %% [markdown] hints="3.26a"
# It is `trajectory` with another gradient. There is no ½ this time.


# %% answer="3.26a"
def gd(theta0, eta: float, steps: int):
    """The path of gradient descent on θ1² + 10 θ2² from theta0: steps + 1 rows."""
    ### BEGIN SOLUTION
    theta = np.asarray(theta0, dtype=float)
    rows = [theta]
    for _ in range(steps):
        gradient = np.array([2.0, 20.0]) * theta
        theta = theta - eta * gradient
        rows.append(theta)
    return np.array(rows)
    ### END SOLUTION


# %% test="3.26a" decides=true
def plain_path(theta0, eta, steps):
    return np.asarray(gd(np.array(theta0), eta, steps), dtype=float)


def start_after_gd():
    start = np.array([1.0, 2.0])
    gd(start, 0.01, 2)
    return start


expect("3.26a", lambda: plain_path([1.0, 1.0], 0.05, 2), [[1, 1], [0.9, 0], [0.81, 0]], rtol=1e-4, atol=1e-6)
expect("3.26a", lambda: plain_path([1.0, 2.0], 0.01, 2), [[1, 2], [0.98, 1.6], [0.9604, 1.28]], rtol=1e-4)
expect("3.26a", lambda: start_after_gd(), [1.0, 2.0])

# %% [markdown]
# ### (b) The heavy ball
#
# **Your task.** Write `momentum(theta0, eta, mu, steps)`: the path with momentum on the same landscape.
#
# **Example.** `momentum(np.array([1.0, 2.0]), 0.01, 0.5, 2)` has the rows (1, 2), (0.98, 1.6) and (0.9504, 1.08).

# %% [markdown] hints="3.26b"
# Two lines in the loop: first the new velocity, with the gradient of the point where you are, then the step with
# this new velocity.
#
# ---
# No factor $1-\mu$ stands before the gradient, and the gradient is not taken ahead of the point: those are
# relatives of the heavy ball.


# %% answer="3.26b"
def momentum(theta0, eta: float, mu: float, steps: int):
    """The path of the heavy ball on θ1² + 10 θ2² from theta0: steps + 1 rows."""
    ### BEGIN SOLUTION
    theta, v = np.asarray(theta0, dtype=float), np.zeros(2)
    rows = [theta]
    for _ in range(steps):
        v = mu * v + np.array([2.0, 20.0]) * theta
        theta = theta - eta * v
        rows.append(theta)
    return np.array(rows)
    ### END SOLUTION


# %% test="3.26b" decides=true
def heavy_path(theta0, eta, mu, steps):
    return np.asarray(momentum(np.array(theta0), eta, mu, steps), dtype=float)


def start_after_momentum():
    start = np.array([1.0, 2.0])
    momentum(start, 0.01, 0.5, 2)
    return start


three_steps = [[1, 1], [0.9, 0], [0.72, -0.9], [0.486, -0.81]]
expect("3.26b", lambda: heavy_path([1.0, 1.0], 0.05, 0.9, 3), three_steps, rtol=1e-4, atol=1e-6)
two_steps = [[1, 2], [0.98, 1.6], [0.9504, 1.08]]
expect("3.26b", lambda: heavy_path([1.0, 2.0], 0.01, 0.5, 2), two_steps, rtol=1e-4)
expect("3.26b", lambda: start_after_momentum(), [1.0, 2.0])

# %% [markdown]
# ### (c) The two rates
#
# The **rate** of a method is the factor by which the distance from the minimum shrinks per step in the long run:
# $\lim_{t\to\infty}\lVert\boldsymbol\theta_t\rVert^{1/t}$, for a start with both coordinates. For plain descent it
# is the larger of the sizes of the multipliers.
#
# With momentum a step looks back at two points. Take $\mathbf v$ out of the two formulas, and for a coordinate
# whose second derivative is $\lambda$ there remains
#
# $$\theta_{t+1}=(1+\mu-\eta\lambda)\,\theta_t-\mu\,\theta_{t-1}$$
#
# **Your task** (by hand). For $\eta=0.05$ and $\mu=0.9$ set `rate_gd` and `rate_momentum`, to four digits.

# %% [markdown] hints="3.26c"
# The second derivatives are 2 and 20. What are the two multipliers of plain descent?
#
# ---
# Try $\theta_t=z^t$ in the recursion: it gives $z^2-(1+\mu-\eta\lambda)\,z+\mu=0$, a quadratic equation for each of
# the two directions. Look at its discriminant.
#
# ---
# Where the discriminant is negative, the two solutions are a complex pair, so they have the same size. And
# the product of the solutions of $z^2+pz+q=0$ is $q$.

# %% answer="3.26c"
rate_gd = ...  # a number
rate_momentum = ...  # a number
### BEGIN SOLUTION
rate_gd = max(abs(1 - 0.05 * 2), abs(1 - 0.05 * 20))
rate_momentum = math.sqrt(0.9)
### END SOLUTION

# %% test="3.26c"
expect("3.26c", lambda: rate_gd, is_number)
expect("3.26c", lambda: rate_momentum, is_number)

# %% [markdown]
# Now let your two programs run, and count the steps until the loss stays below one millionth:


# %%
def steps_needed(path):
    """The number of steps after which θ1² + 10 θ2² stays below 1e-6 on a path, or "too many"."""
    path = np.asarray(path, dtype=float)
    above = np.flatnonzero(path[:, 0] ** 2 + 10 * path[:, 1] ** 2 >= 1e-6)
    return "too many" if above[-1] + 1 == len(path) else int(above[-1] + 1)


try:
    one_one = np.array([1.0, 1.0])
    for eta, mu in ((0.05, 0.9), (0.01, 0.9), (0.05, 0.5), (0.1154, 0.2699)):
        plain, heavy = steps_needed(gd(one_one, eta, 600)), steps_needed(momentum(one_one, eta, mu, 600))
        print(f"η = {eta}: {plain} plain steps; with μ = {mu}: {heavy} steps")
except NotImplementedError:
    print("Write gd and momentum first.")

# %% [markdown]
# ### (d) Which is faster?
#
# **Your task.** For $\eta=0.05$ and $\mu=0.9$, set `faster` to `"gd"` or `"momentum"`.

# %% [markdown] hints="3.26d"
# Compare the two rates of (c). Is a large or a small factor good?

# %% answer="3.26d"
faster = ...  # "gd" or "momentum"
### BEGIN SOLUTION
faster = "gd"
### END SOLUTION

# %% test="3.26d"
expect("3.26d", lambda: faster, one_of("gd", "momentum"))

# %% [markdown] commentary="3.26"
# η = 0.05 happens to be perfect for θ₂, whose multiplier is 0, and good for θ₁. Momentum turns both directions into
# damped oscillations, whose rate is √μ whatever η and the curvature are: 0.9487, as long as the roots are complex.
# So it takes 155 steps where plain descent takes 66. With a small η, 0.01, plain descent has the rate 0.98 and needs
# 342 steps, momentum 151; and with μ = 0.5 it needs 24 even at η = 0.05. Tuned to the two curvatures (η = 0.1154,
# μ = 0.2699, rate 0.5195) it needs 18. What makes momentum good is a μ that fits; 0.9 fits valleys far longer than
# this one.

# %% [markdown]
# ### (e) The picture
#
# **Your task.** Write `plot_traj(traj, ax)`: it draws a path of the shape `(n, 2)` on the matplotlib axes `ax`, as
# **one** line or **one** scatter with all its points, the first coordinate across, the second upwards. What else
# you draw, and what you return, is up to you.

# %% [markdown] hints="3.26e"
# `ax.plot(xs, ys)` draws a line through points. `traj[:, 0]` is the first column.
#
# ---
# With `marker="o"` the single steps can be seen on the line.


# %% answer="3.26e"
def plot_traj(traj, ax):
    """Draw the path `traj`, (n, 2), on the axes."""
    ### BEGIN SOLUTION
    ax.plot(traj[:, 0], traj[:, 1], marker="o")
    ### END SOLUTION


# %% test="3.26e" decides=true
from matplotlib.figure import Figure

crooked = np.array([[1.0, 1.0], [0.5, -2.0], [3.0, 0.25], [-1.0, 0.0]])


def drawn_points(path):
    """The points of every line and of every scatter that you draw for a path, (2, n) each."""
    ax = Figure().add_subplot()
    plot_traj(path, ax)
    dots = [np.transpose(np.asarray(scatter.get_offsets())) for scatter in ax.collections]
    return [np.array(line.get_data(orig=False), dtype=float) for line in ax.lines] + dots


def has_the_path(drawn):
    return any(np.shape(points) == (2, 4) and np.allclose(points, crooked.T) for points in drawn)


ONE = "one line or one scatter with the four points of the path, x first"
expect("3.26e", lambda: drawn_points(crooked), such_that(ONE, has_the_path))

# %% fold=true
# Shift+Enter: your two paths, drawn by your function
try:
    figure, ground = contour_axes(
        lambda x, y: x**2 + 10 * y**2, (-1.1, 1.2), (-1.1, 1.2), "η = 0.05, without and with momentum", "θ1", "θ2"
    )
    plot_traj(np.asarray(gd(np.array([1.0, 1.0]), 0.05, 60)), ground)
    plot_traj(np.asarray(momentum(np.array([1.0, 1.0]), 0.05, 0.9, 60)), ground)
    show(figure, "Contour lines of a bowl, and on them the path of plain descent and that of the heavy ball.")
except NotImplementedError:
    print("Write gd, momentum and plot_traj first.")

# %% [markdown] commentary="3.26"
# Plain descent is a jump to the axis and then a straight line; the heavy ball spirals in. A curve of the loss shows
# who is faster, a picture of the path shows why.

# %% [markdown] written="3.26-written"
# **In your own words (optional, read by a person).** Why is momentum slower here? Say what the two multipliers of
# plain descent are, what kind of numbers take their place with momentum and how large they are, and what you would
# change so that momentum wins.
#
# ### BEGIN SOLUTION
# Plain descent multiplies θ₁ by 0.9 and θ₂ by 0. After the first step θ₂ is 0 and stays 0, so only the direction of
# θ₁ is left, with the rate 0.9.
#
# The heavy ball obeys z² − (1 + μ − ηλ)z + μ = 0. For λ = 2 that is z² − 1.8z + 0.9 with the discriminant −0.36, for
# λ = 20 it is z² − 0.9z + 0.9 with −2.79: two complex pairs, each with the product 0.9, so all have the size
# √0.9 = 0.9487. Both coordinates oscillate, and θ₂, which plain descent finishes at once, is set in motion again
# by its velocity.
#
# A smaller μ shrinks √μ, until the roots become real; with μ = 0.5 momentum wins. So it does with a smaller η,
# where plain descent gets slow and √μ stays what it is. And in a longer valley there is no η at which plain
# descent is good in both directions, and then a large μ is what one needs.
# ### END SOLUTION

# %% [markdown] exercise="3.27" title="Critical points" stars=1 minutes=10 needs="3.6"
# Where the gradient is zero, descent stands still. That may be the bottom of a valley, the top of a hill, or
# neither, and the gradient cannot tell which. The Hessian can.
#
# $$f(x,y)=x^4-2x^2+y^2$$
#
# At a critical point, all curvatures (eigenvalues of the Hessian) positive means minimum, all negative means maximum,
# both signs mean saddle. If one of them is 0 and the others do not decide, the point is called degenerate, and
# second derivatives are not enough.
#
# ### (a) Where, and of which kind?
#
# **Your task.** Set `critical` to a dictionary with **all** critical points as keys, pairs `(x, y)`, and their kinds
# as values: `"minimum"`, `"maximum"`, `"saddle"` or `"degenerate"`.
#
# **Example.** For $x^2-y^2$ it would be `{(0, 0): "saddle"}`.

# %% [markdown] hints="3.27a"
# Both partial derivatives have to be 0. That with respect to $y$ is easy; what remains is an equation in $x$ alone.
#
# ---
# Do not divide by $x$: take it out as a factor. A product is 0 when any of its factors is.
#
# ---
# The Hessian is diagonal here, so its eigenvalues stand on the diagonal.

# %% answer="3.27a"
critical = ...  # a dict: {(x, y): "minimum" or "maximum" or "saddle" or "degenerate", …}
### BEGIN SOLUTION
critical = {(0, 0): "saddle", (1, 0): "minimum", (-1, 0): "minimum"}
### END SOLUTION

# %% test="3.27a"
def points_with_kinds(found):
    return len(found) > 0 and all(len(p) == 2 and is_number(p[0]) and is_number(p[1]) for p in found) and all(
        isinstance(kind, str) for kind in found.values()
    )


expect("3.27a", lambda: critical, such_that("a dict: pairs of numbers with a word for each", points_with_kinds))

# %% [markdown]
# ### (b) The Hessian
#
# **Your task.** Write `hess(x, y)`: the Hessian of $f$ at $(x,y)$, two rows of two entries.
#
# **Example.** For $x^2-y^2$ it would be `[[2, 0], [0, -2]]` everywhere.

# %% [markdown] hints="3.27b"
# The first row holds the derivatives of $\partial f/\partial x$, first with respect to $x$, then to $y$.
#
# ---
# $\partial f/\partial x=4x^3-4x$.


# %% answer="3.27b"
def hess(x: float, y: float):
    """The matrix of the second derivatives of x⁴ − 2x² + y²."""
    ### BEGIN SOLUTION
    return np.array([[12 * x**2 - 4, 0.0], [0.0, 2.0]])
    ### END SOLUTION


# %% test="3.27b" decides=true
def hessian_at(x, y):
    return np.array(hess(x, y), dtype=float)


expect("3.27b", lambda: hessian_at(0.5, 2.0), [[-1.0, 0.0], [0.0, 2.0]], rtol=1e-4)
expect("3.27b", lambda: hessian_at(-2.0, 0.5), [[44.0, 0.0], [0.0, 2.0]], rtol=1e-4)

# %% [markdown] commentary="3.27"
# 4x³ − 4x = 4x(x − 1)(x + 1), so there are three points. At x = 0 the curvatures are −4 and 2, a saddle; at x = ±1
# they are 8 and 2, two minima, both with f = −1. A ball that rolls along the ridge from one side would have to
# choose, and the next exercises are about that.

# %% [markdown] exercise="3.28" title="Newton's step" stars=2 minutes=18 needs="3.23 3.27"
# Descent chooses its step length for the steepest direction and crawls along the others. Newton's method asks the
# Hessian for the right length in every direction at once:
#
# $$\boldsymbol\theta'=\boldsymbol\theta-H(\boldsymbol\theta)^{-1}\,\nabla f(\boldsymbol\theta)$$
#
# In other words: replace $f$ near $\boldsymbol\theta$ by the quadratic with the same value, slope and curvatures,
# and go to where *that* one has no slope. Move the start below. Where does Newton's path end, where does plain
# descent end, and do both always go down?

# %% picture=true
from utils.explorers.ch03_calculus.descent_and_curvature import newton_explorer

newton_explorer()

# %% [markdown]
# ### (a) One step
#
# **Your task.** Write `newton_step(grad, hess, theta)`: the point after **one** step from `theta`, an array of the
# shape `(n,)`. `grad` and `hess` are functions: `grad(theta)` has the shape `(n,)`, `hess(theta)` the shape
# `(n, n)`, for any `n`.
#
# The source tests this with a quadratic bowl, and a bowl proves little: on it a single step already lands on
# the minimum, so a program that repeats the step a hundred times, or one that knows the minimum, passes as well.
# That is why the tests ask for one step on $x^4+y^2$, too.
#
# **Example.** On $x^4+y^2$, a step from $(3, 1)$ leads to $(2, 0)$: the slope $4\cdot27$ over the curvature
# $12\cdot9$ is 1.

# %% [markdown] hints="3.28a"
# You need $H^{-1}\mathbf g$. `np.linalg.solve(H, g)` gives it without ever writing the inverse down.
#
# ---
# `theta - …` makes a new array; `theta -= …` changes that of the caller.


# %% answer="3.28a"
def newton_step(grad, hess, theta):
    """The point that one step of Newton's method leads to from theta."""
    ### BEGIN SOLUTION
    return theta - np.linalg.solve(hess(theta), grad(theta))
    ### END SOLUTION


# %% test="3.28a" decides=true
A = np.array([[2.0, 1.0], [1.0, 3.0]])
saddle_A = np.array([[1.0, 2.0], [2.0, 1.0]])
target = np.array([1.0, -2.0])


def to_target(matrix, start):
    """Where your step leads on ½ (θ − target)ᵀ matrix (θ − target), and what theta is afterwards."""
    theta = np.array(start)
    found = newton_step(lambda t: matrix @ (t - target), lambda t: matrix, theta)
    return [np.asarray(found, dtype=float), theta]


def one_step(x, y):
    """Where your step leads on x⁴ + y²."""
    gradient, hessian = (lambda t: np.array([4 * t[0] ** 3, 2 * t[1]])), (lambda t: np.diag([12 * t[0] ** 2, 2]))
    return np.asarray(newton_step(gradient, hessian, np.array([x, y])), dtype=float)


expect("3.28a", lambda: to_target(A, [5.0, 5.0]), [target, [5.0, 5.0]], rtol=1e-4)
expect("3.28a", lambda: one_step(1.5, -2.0), [1.0, 0.0], rtol=1e-4, atol=1e-6)
expect("3.28a", lambda: to_target(saddle_A, [4.0, 0.0]), [target, [4.0, 0.0]], rtol=1e-4)

# %% [markdown] commentary="3.28"
# solve is both faster and more exact than inv followed by a product. Note the third test: the Hessian has a negative
# eigenvalue there, and Newton's step goes to the saddle as gladly as to a minimum. It looks for a point without slope,
# not for a low one.

# %% [markdown]
# ### Why one step is enough on a bowl (bonus)
#
# Let $f(\boldsymbol\theta)=\frac12(\boldsymbol\theta-\boldsymbol\theta^*)^TA\,(\boldsymbol\theta-\boldsymbol\theta^*)$
# with a symmetric, positive definite $A$. These cards prove that Newton's step ends in the global minimum, from
# everywhere:
#
# - **A** Since $A^{-1}A=I$, this is $\boldsymbol\theta'=\boldsymbol\theta^*$.
# - **B** Differentiating that once more, $H(\boldsymbol\theta)=A$, and a positive definite matrix has an inverse.
# - **C** Every step halves the distance at least, so the steps approach $\boldsymbol\theta^*$.
# - **D** The gradient is $\nabla f(\boldsymbol\theta)=A(\boldsymbol\theta-\boldsymbol\theta^*)$.
# - **E** At every point other than this one $f$ is positive, and here it is 0: it is the global minimum.
# - **F** The Hessian shrinks as $\boldsymbol\theta$ comes closer to $\boldsymbol\theta^*$.
# - **G** So Newton's step is $\boldsymbol\theta'=\boldsymbol\theta-A^{-1}A(\boldsymbol\theta-\boldsymbol\theta^*)$.
#
# **Your task.** Set `newton_proof` to the letters of the five cards that make the proof, in their order, such as
# `"ABCDE"`. Two cards are false.

# %% [markdown] hints="3.28-proof"
# Begin with the first derivative, then the second. What do you need both for?
#
# ---
# The last card says something about the point where the step ends.

# %% answer="3.28-proof"
newton_proof = ...  # a text of five letters
### BEGIN SOLUTION
newton_proof = "DBGAE"
### END SOLUTION

# %% test="3.28-proof"
expect("3.28-proof", lambda: newton_proof, some_letters("ABCDEFG"))

# %% [markdown]
# ### (b) What a Hessian weighs
#
# **Your task.** Write `hessian_bytes(n_params, bytes_per_number=4)`: how many bytes the full Hessian of a model with
# so many parameters takes, with **all** entries of the matrix. (4 bytes are a float32.)
#
# **Example.** With 3 parameters it takes 36 bytes. And with a million? Find out before you go on.

# %% [markdown] hints="3.28b"
# A matrix of which shape is it?


# %% answer="3.28b"
def hessian_bytes(n_params: int, bytes_per_number: int = 4):
    """The size of a full Hessian in bytes."""
    ### BEGIN SOLUTION
    return n_params**2 * bytes_per_number
    ### END SOLUTION


# %% test="3.28b" decides=true
expect("3.28b", lambda: float(hessian_bytes(10)), 400.0, rtol=1e-4)
expect("3.28b", lambda: float(hessian_bytes(1000, 8)), 8e6, rtol=1e-4)
expect("3.28b", lambda: float(hessian_bytes(100, bytes_per_number=2)), 2e4, rtol=1e-4)

# %% [markdown]
# ### (c) Why nobody trains a network this way
#
# **Your task.** Set `true_statements` to the letters of **all** statements that hold, for a model with $n$
# parameters.
#
# - **A** To store $H$ takes memory in proportion to $n^2$.
# - **B** A step of Newton's method always leads downhill.
# - **C** To solve with $H$ by a factorisation takes time in proportion to $n^3$.
# - **D** Where $H$ has eigenvalues of both signs, the step may lead to a saddle.
# - **E** On a positive definite quadratic, Newton's method needs a learning rate below $2/\lambda_{\max}$.

# %% [markdown] hints="3.28c"
# For B and D: the third test of (a) is a case to think about. Go there with the explorer as well.
#
# ---
# For E: which learning rate did your step use?

# %% answer="3.28c"
true_statements = ...  # some letters, "A" to "E"
### BEGIN SOLUTION
true_statements = "ACD"
### END SOLUTION

# %% test="3.28c"
expect("3.28c", lambda: true_statements, some_letters("ABCDE"))

# %% [markdown] commentary="3.28"
# A million parameters, a small network: 4 · 10¹² bytes, four terabytes for a matrix that is out of date after one
# step. So practical methods keep a cheap stand-in for H⁻¹: its diagonal, a product of small matrices, or the last
# few steps. "Exactly one step" is also a statement about exact arithmetic: where A is nearly singular, rounding
# leaves a rest; the [errata](../errata.ipynb#Notebook-6-of-chapter-3) measure it.

# %% [markdown] written="3.28-written"
# **In your own words (optional, read by a person).** On a bowl one step is enough. Why does this not give a fast
# method for deep networks? Give at least three reasons, one of them with a number.
#
# ### BEGIN SOLUTION
# Storage: H has n² entries. With a million parameters that is 4 terabytes in float32, with a billion 4 million
# terabytes.
#
# Time: filling H takes about as much as n gradients, and solving with it about n³ operations: 10¹⁸ for a million
# parameters, for a single step.
#
# The loss is no bowl. At most points H has negative eigenvalues, and there the step leads towards saddles, or uphill.
# And where it has tiny ones, the step becomes so long that it leaves the region in which H says anything about f.
#
# The gradient is noisy, since it comes from a batch, and so is H; multiplying by H⁻¹ amplifies the noise most where
# the curvature is small.
# ### END SOLUTION

# %% [markdown] exercise="3.29" title="Escaping from a saddle" stars=3 minutes=19 needs="3.27"
# High-dimensional losses have far more saddles than minima, and at each of them the gradient is zero. Why does
# training not end in one? Look at the simplest:
#
# $$f(x,y)=x^2-y^2,\qquad\text{gradient descent from }(1,\;0.0001)$$
#
# Along $x$ it is a valley, along $y$ the ground falls away to both sides. The source leaves the learning rate and the
# number of steps open; we take $0<\eta\le\frac12$, and say **escaped** when $|y|$ is at least $r$, with $r=1$ unless it
# is given.
#
# Make $y_0$ smaller by a factor 10, and again. How much later does the path leave?

# %% picture=true
from utils.explorers.ch03_calculus.descent_and_curvature import saddle_explorer

saddle_explorer()

# %% [markdown]
# ### (a) The path
#
# **Your task.** Write `gd_saddle(x0, y0, eta, steps)`: the path of gradient descent on $x^2-y^2$ from `(x0, y0)`,
# `steps + 1` rows.
#
# **Example.** `gd_saddle(2.0, 1.0, 0.25, 1)` has the rows (2, 1) and (1, 1.5).

# %% [markdown] hints="3.29a"
# The gradient is $(2x,-2y)$, and descent subtracts $\eta$ times it. What happens to the sign in $y$?


# %% answer="3.29a"
def gd_saddle(x0: float, y0: float, eta: float, steps: int):
    """The path of gradient descent on x² − y² from (x0, y0): steps + 1 rows."""
    ### BEGIN SOLUTION
    x, y = x0, y0
    rows = [(x, y)]
    for _ in range(steps):
        x, y = x - eta * 2 * x, y + eta * 2 * y
        rows.append((x, y))
    return np.array(rows)
    ### END SOLUTION


# %% test="3.29a" decides=true
def saddle_path(x0, y0, eta, steps):
    return np.asarray(gd_saddle(x0, y0, eta, steps), dtype=float)


expect("3.29a", lambda: saddle_path(1.0, 1e-4, 0.1, 2), [[1, 1e-4], [0.8, 1.2e-4], [0.64, 1.44e-4]], rtol=1e-4)
expect("3.29a", lambda: saddle_path(2.0, 1.0, 0.25, 2), [[2.0, 1.0], [1.0, 1.5], [0.5, 2.25]], rtol=1e-4)
expect("3.29a", lambda: saddle_path(1.0, 0.0, 0.25, 2), [[1.0, 0.0], [0.5, 0.0], [0.25, 0.0]], rtol=1e-4)

# %% fold=true
# Shift+Enter: your path in the course of 51 steps, with the perturbation and without
try:
    runs = {f"y0 = {y0}": gd_saddle(1.0, y0, 0.1, 51) for y0 in (0.0001, 0.0)}
    plot_paths(lambda x, y: x**2 - y**2, runs, "Towards the saddle", x=(-0.2, 1.1), y=(-0.2, 1.2))
except NotImplementedError:
    print("Write gd_saddle first.")

# %% [markdown]
# ### (b) When does it escape?
#
# **Your task.** Write `escape_step(y0, eta, r=1.0)`: the first step $t$ at which $|y_t|\ge r$, a whole number. For
# `y0 = 0` it is infinity (`math.inf`) or `None`; `y0` may be negative. All starts in the tests are closer to 0 than
# `r`.
#
# **Example.** From $y_0=0.5$ with $\eta=0.25$ the path goes through 0.75 to 1.125: `escape_step(0.5, 0.25)` is 2.

# %% [markdown] hints="3.29b"
# In every step $y$ is multiplied by the same number. So $y_t=y_0\cdot(\dots)^t$.
#
# ---
# Solve $|y_0|\,(1+2\eta)^t=r$ for $t$ with logarithms. What do you do with a $t$ that is not whole? A loop does
# as well, if it knows what to do with $y_0=0$.


# %% answer="3.29b"
def escape_step(y0: float, eta: float, r: float = 1.0):
    """The first step t at which |y| is at least r; infinity if there is none."""
    ### BEGIN SOLUTION
    if y0 == 0:
        return math.inf
    return math.ceil(math.log(r / abs(y0)) / math.log(1 + 2 * eta))
    ### END SOLUTION


# %% test="3.29b" decides=true
def step_of_escape(y0, eta, **r):
    """What you say, as a float: infinity for None."""
    found = escape_step(y0, eta, **r)
    return math.inf if found is None else float(found)


expect("3.29b", lambda: step_of_escape(1e-4, 0.1), 51.0)
expect("3.29b", lambda: step_of_escape(1e-4, 0.25), 23.0)
expect("3.29b", lambda: step_of_escape(-1e-4, 0.1), 51.0)
expect("3.29b", lambda: step_of_escape(1e-4, 0.1, r=0.01), 26.0)
expect("3.29b", lambda: step_of_escape(0.0, 0.1), math.inf)

# %% [markdown]
# ### (c) What half the noise costs
#
# **Your task.** Write `extra_steps_per_halving(eta)`: how many steps later the path escapes for every time that $y_0$
# is halved, in the mean over many halvings. It need not be a whole number.
#
# **Example.** With $\eta=\frac12$ every step doubles $y$, so a halving costs 1 step.

# %% [markdown] hints="3.29c"
# Put $y_0/2$ in place of $y_0$ into the formula for $t$, before it is rounded. What is the difference?
#
# ---
# $\log\frac{r}{y_0/2}=\log\frac r{y_0}+\log2$.


# %% answer="3.29c"
def extra_steps_per_halving(eta: float) -> float:
    """By how many steps the escape is delayed when y0 is halved, in the long run."""
    ### BEGIN SOLUTION
    return math.log(2) / math.log(1 + 2 * eta)
    ### END SOLUTION


# %% test="3.29c" decides=true
expect("3.29c", lambda: 1.0 * extra_steps_per_halving(0.5), 1.0, rtol=2e-3)
expect("3.29c", lambda: 1.0 * extra_steps_per_halving(0.1), 3.801784, rtol=2e-3)

# %% [markdown] commentary="3.29"
# x_t = (1 − 2η)ᵗ and y_t = 0.0001 · (1 + 2η)ᵗ. With η = 0.1 the path is closest to the saddle at step 23, at a
# distance of 0.0089, and has escaped at step 51; with 0.25 at step 23, with 0.01 at step 466. If y₀ is 0 it stays 0,
# exactly, for ever. And a perturbation a million times smaller would cost only 76 steps more at η = 0.1, because
# the logarithm of a million is all that counts.

# %% [markdown] written="3.29-written"
# **In your own words (optional, read by a person).** Solve the two recursions, say what becomes of the path with and
# without the perturbation, and explain what follows for the noise of stochastic gradients near saddles.
#
# ### BEGIN SOLUTION
# A step multiplies x by 1 − 2η and y by 1 + 2η, so $x_t=(1-2\eta)^t$ and $y_t=10^{-4}(1+2\eta)^t$. As long as the
# second is tiny the path runs along the x-axis towards the saddle; but whatever y is, it grows by a fixed factor in
# every step, and after about $\log(10^4)/\log(1+2\eta)$ steps it has left. With y₀ = 0 it stays 0, and the path ends
# in the saddle.
#
# So what saves descent is a component along the unstable direction, and noise supplies it: a start that is exactly
# on the axis is an exception that almost any perturbation removes. How strong the noise is hardly matters: each
# halving costs $\log2/\log(1+2\eta)$ steps more, a number that does not depend on how small the noise already is. A
# saddle slows training down for a while, and does not stop it.
# ### END SOLUTION

# %% [markdown]
# Where the source's version of these exercises is wrong or leaves something open, the
# [errata](../errata.ipynb#Notebook-6-of-chapter-3) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/06_descent_and_curvature")

# %% [markdown]
# {{next}}
