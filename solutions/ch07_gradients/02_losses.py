# %% [markdown]
# # Where the backward pass begins
#
# Every backward pass starts with one derivative: that of the loss by the network's output. In this
# short notebook you find it for the two losses that are used most, and see why one of them comes
# together with the sigmoid.
#
# > **Conventions here.** $y$ is the target, $f$ the output of the network, and $l$ the loss; all three
# > are single numbers. $\log$ is the natural logarithm, and
# > $\operatorname{sig}[f]=1/(1+\exp[-f])$ is the logistic sigmoid.

# %% setup=true
import numpy as np

from utils import Chart, expect, explore, grade, progress
from utils.plots import BLUE, GREEN, ORANGE

# %% [markdown] exercise="7.4" title="The squared loss" stars=1 minutes=5
# How fast does the loss grow when the output grows? For regression the answer is as simple as it can be.
#
# For a target $y$ and an output $f$ the squared loss is $l = (y-f)^2$.
#
# **Your task.** Write `dl_df_squared(y, f)`: the derivative of $l$ by $f$. Mind the order of the
# arguments.
#
# **Example.** `dl_df_squared(1, 3)` is 4: an output that is too large by 2 makes the loss grow by 4 per
# unit.

# %% [markdown] hints="7.4"
# The outer function is the square, the inner one is $y-f$. What is the derivative of the inner one by
# $f$?
#
# ---
# Check the sign without calculating: if $f$ is above $y$ and grows, the loss grows.


# %% answer="7.4"
def dl_df_squared(y: float, f: float) -> float:
    """The derivative of (y - f)**2 by f."""
    ### BEGIN SOLUTION
    return 2 * (f - y)
    ### END SOLUTION


# %% test="7.4" decides=true
expect("7.4", lambda: dl_df_squared(1, 3), 4)
expect("7.4", lambda: dl_df_squared(3, 1), -4)  # an output that is too small

# %% [markdown] commentary="7.4"
# The chain rule gives 2(y − f) · (−1); writing it as 2(f − y) leaves no minus sign to lose. The sign can be
# read without algebra: where the output is above the target, a larger output makes the loss larger.

# %% [markdown] exercise="7.5" title="Binary cross-entropy" stars=2 minutes=20 needs="7.4"
# For a yes/no question the network's output $f$ may be any real number; the logistic sigmoid turns it
# into a probability, and the loss is the surprise at the right answer. The derivative by $f$
# collapses to something remarkably short, which is why this loss and this function belong together.
#
# $$l = -(1-y)\,\log\big[1-\operatorname{sig}[f]\big] - y\,\log\big[\operatorname{sig}[f]\big],\qquad
# \operatorname{sig}[f]=\frac1{1+\exp[-f]}$$
#
# Here $f$ is the **raw output**, not the probability. The target $y$ is usually 0 or 1; anything
# between (a "soft label") is allowed too. Run the next cell (Shift+Enter) and move $y$: where is each curve
# flat, and how steep does it become far out?

# %% fold=true
# Shift+Enter: the squared loss and the binary cross-entropy, with a slider for the target y
def draw_losses(y):
    outputs = np.linspace(-6, 6, 121)
    left = Chart("output f", "loss", "Squared loss", x=(-6, 6), y=(0, 8), width=400)
    right = Chart("output f", "loss", "Binary cross-entropy", x=(-6, 6), y=(0, 8), width=400)
    left.line(outputs, (y - outputs) ** 2, BLUE)
    right.line(outputs, np.logaddexp(0, outputs) - y * outputs, ORANGE)
    left.points([y], [0], GREEN)
    if 0 < y < 1:
        flat = np.log(y / (1 - y))
        right.points([flat], [np.logaddexp(0, flat) - y * flat], GREEN)
        where = f"lowest at f = {flat:.2f}"
    else:
        where = f"lower and lower towards {'large' if y == 1 else 'very negative'} f, and flat nowhere"
    return [left, right], (
        f"Target y = {y:g}. The squared loss is lowest at f = {y:g} and grows ever steeper on both sides. "
        f"The cross-entropy is {where}; where the network is wrong and sure of it, it is a straight line."
    )


explore(draw_losses, y=(0.0, 1.0, 0.1, 0.3))

# %% [markdown]
# **Your task.** Write `dl_df_bce(y, f)`: the derivative of $l$ by $f$.
#
# **Example.** `dl_df_bce(1, 0.0)` is $-0.5$: the answer should be yes, the network is undecided, and
# a larger $f$ lowers the loss.
#
# **Bonus.** Computed as the formulas stand, a confident network breaks: at $f=50$ the value
# $1-\operatorname{sig}[f]$ is rounded to 0, and its logarithm is infinite. Make your function exact at
# $f=\pm800$ too. No exception, no `nan`.

# %% [markdown] hints="7.5"
# Two steps: the derivative of $l$ by the probability, times the derivative of the probability by $f$.
#
# ---
# $\operatorname{sig}'[f]=\operatorname{sig}[f]\,(1-\operatorname{sig}[f])$. Each of the two
# denominators cancels against a part of it.
#
# ---
# Multiply out. The products of $y$ with the sigmoid cancel as well.
#
# ---
# For the bonus: `math.exp(800)` raises an exception. An exponential of a negative number never does; or
# look up what the hyperbolic tangent has to do with the sigmoid.


# %% answer="7.5"
def dl_df_bce(y: float, f: float) -> float:
    """The derivative of the binary cross-entropy by the raw output f."""
    ### BEGIN SOLUTION
    sig = (1 + np.tanh(f / 2)) / 2  # the logistic sigmoid, without an exponential that overflows
    return sig - y
    ### END SOLUTION


# %% test="7.5" decides=true
expect("7.5", lambda: dl_df_bce(1, 0.0), -0.5)
expect("7.5", lambda: dl_df_bce(0.3, 0.0), 0.2)
expect("7.5", lambda: dl_df_bce(0, 2.0), 0.880797, rtol=1e-5)
expect("7.5", lambda: dl_df_bce(1, -2.0), -0.880797, rtol=1e-5)

# %% test="7.5-bonus" decides=true
expect("7.5-bonus", lambda: dl_df_bce(0, 50.0), 1.0)
expect("7.5-bonus", lambda: [dl_df_bce(1, 800.0), dl_df_bce(1, -800.0)], [0.0, -1.0])
expect("7.5-bonus", lambda: [dl_df_bce(0, 800.0), dl_df_bce(0, -800.0)], [1.0, 0.0])

# %% [markdown] commentary="7.5"
# On paper the factor sig(1 − sig) cancels both denominators, and the code uses what is left: the prediction
# minus the target. Written with the denominators still there, a confident network divides 0 by 0. The
# hyperbolic tangent gives the same sigmoid and never overflows.

# %% [markdown] written="7.5-written"
# **In your own words (optional, read by a person).** Write down the derivation, from the loss to the
# short form. Name the rule that each step uses.
#
# ### BEGIN SOLUTION
# Write $s=\operatorname{sig}[f]$. By the chain rule
# $\partial l/\partial f = (\partial l/\partial s)(\partial s/\partial f)$.
#
# The logarithms give $\partial l/\partial s = \frac{1-y}{1-s}-\frac ys$, and the sigmoid's own
# derivative is $\partial s/\partial f = s(1-s)$.
#
# In the product the factor $1-s$ cancels the first denominator and $s$ the second:
# $\partial l/\partial f = (1-y)s - y(1-s)$.
#
# Multiplied out, $s - ys - y + ys$: what is left is $\operatorname{sig}[f]-y$, the prediction minus
# the target.
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/02_losses")

# %% [markdown]
# {{next}}
