# %% [markdown]
# # Limits and Taylor polynomials
#
# Everything that a framework does when it trains a network rests on one number, the derivative, and on one
# promise, that a function looks like a line if you look closely enough. Here you take the promise apart: you
# compute derivatives from the limit itself, meet a function whose derivative exists everywhere and jumps about
# all the same, say how wrong a polynomial can be in place of a function, and prove what a bound on the
# derivative is worth.
#
# > **Conventions here.** $f'(x)=\lim_{h\to0}\frac{f(x+h)-f(x)}h$, and $\log$ is the natural logarithm. A
# > **formula** may be written in three ways: as text, `"3x^2 + exp(x)"`; as a sympy expression, if you import
# > sympy; or as a function, `lambda x: 3 * x**2 + math.exp(x)`. Signs of multiplication may be left out in a
# > text, but `1/2x` is $\frac12x$: brackets help. `evaluate("3x^2", x=2.0)` says what a formula of yours gives.

# %% setup=true
import math

import numpy as np

from utils import (
    evaluate,
    expect,
    grade,
    is_number,
    is_true_or_false,
    is_whole_number,
    progress,
    some_letters,
    such_that,
)
from utils.explorers.ch03_calculus.limits_and_taylor import (
    difference_quotient_explorer,
    mean_value_explorer,
    taylor_explorer,
    zoom_explorer,
)

# %% [markdown] exercise="3.1" title="Three derivatives from the limit" stars=1 minutes=18
# Rules such as $(x^n)'=nx^{n-1}$ are shortcuts. What they cut short is a limit in which $0/0$ has to be got rid
# of *before* $h$ may become 0, and each of these three functions needs another trick for it.
#
# Drag `h` towards 0 in the next cell (Shift+Enter first) and watch the secant turn into the tangent. What
# happens at $h=0$ itself?

# %% picture=true
difference_quotient_explorer()

# %% [markdown]
# ### (a) and (b): get rid of the h below
#
# (a) $f(x)=\frac1x$ for $x\ne0$; (b) $f(x)=\sqrt x$ for $x>0$.
#
# **Your task.** Set `quot_a` and `quot_b` to the difference quotient $\frac{f(x+h)-f(x)}h$ as a formula in `x` and
# `h`, rewritten so that it can be computed **at $h=0$ as well**. Then set `fp_a` and `fp_b` to the derivatives,
# formulas in `x`.
#
# **Example.** For $f(x)=x^2$ the quotient is $\frac{2xh+h^2}h$; that would be `"2x + h"`, and the derivative
# `"2x"`. The formula `"((x + h)^2 - x^2)/h"` is the same for every other $h$, but at $h=0$ it is $0/0$.

# %% [markdown] hints="3.1a"
# Write $\frac1{x+h}-\frac1x$ as a single fraction first. What is above the bar then?
#
# ---
# Above the bar you have $x-(x+h)$. Watch the sign when you divide by $h$.

# %% answer="3.1a"
quot_a = ...  # a formula in x and h, such as "2x + h"
fp_a = ...  # a formula in x, such as "2x"
### BEGIN SOLUTION
quot_a = "-1/(x (x + h))"
fp_a = "-1/x^2"
### END SOLUTION

# %% test="3.1a"
QUOTIENT_HERE = (1 / 2.5 - 1 / 2.0) / 0.5  # the raw quotient at x = 2, h = 0.5
expect("3.1a", lambda: evaluate(quot_a, x=2.0, h=0.5), QUOTIENT_HERE, rtol=1e-4)
expect("3.1a", lambda: evaluate(quot_a, x=2.0, h=0.0), is_number)
expect("3.1a", lambda: evaluate(quot_a, x=2.0, h=0.0) - evaluate(fp_a, x=2.0), 0.0, atol=1e-4)

# %% [markdown] hints="3.1b"
# $(\sqrt p-\sqrt q)(\sqrt p+\sqrt q)=p-q$: which factor would turn the difference of the roots into something
# without roots?
#
# ---
# Multiply above **and** below the bar by $\sqrt{x+h}+\sqrt x$. Above the bar only $h$ remains.

# %% answer="3.1b"
quot_b = ...  # a formula in x and h
fp_b = ...  # a formula in x
### BEGIN SOLUTION
quot_b = "1/(sqrt(x + h) + sqrt(x))"
fp_b = "1/(2 sqrt(x))"
### END SOLUTION

# %% test="3.1b"
expect("3.1b", lambda: evaluate(quot_b, x=4.0, h=2.25), (2.5 - 2.0) / 2.25, rtol=1e-4)
expect("3.1b", lambda: evaluate(quot_b, x=4.0, h=0.0), is_number)
expect("3.1b", lambda: evaluate(quot_b, x=4.0, h=0.0) - evaluate(fp_b, x=4.0), 0.0, atol=1e-4)

# %% [markdown]
# ### (c) A limit that has to be known
#
# (c) $f(x)=e^{2x}$. Here no algebra removes the $h$. What helps is that the quotient is a product of $e^{2x}$ and
# a factor in which no $x$ is left, and one limit that you may use: $\lim_{t\to0}\frac{e^t-1}t=1$.
#
# **Your task.** Set `c_factor` to that factor, a formula in `h` alone; `c_limit` to its limit for $h\to0$, a
# number; and `fp_c` to the derivative, a formula in `x`.
#
# **Example.** For $f(x)=x^2$ the quotient $2x+h$ has no such factor. For $f(x)=3x$ it is $3$, which has no $x$ in
# it either.

# %% [markdown] hints="3.1c"
# $e^{2(x+h)}=e^{2x}\cdot e^{2h}$: take $e^{2x}$ out of both terms.
#
# ---
# The limit that you may use has the same $t$ above and below. Yours has $2h$ above and $h$ below: put $t=2h$,
# and see by what you have to multiply.

# %% answer="3.1c"
c_factor = ...  # a formula in h
c_limit = ...  # a number
fp_c = ...  # a formula in x
### BEGIN SOLUTION
c_factor = "(exp(2h) - 1)/h"
c_limit = 2
fp_c = "2 exp(2x)"
### END SOLUTION

# %% test="3.1c"
RAW = (math.exp(3.0) - math.exp(2.0)) / 0.5  # the raw quotient at x = 1, h = 0.5
NEAR = (math.exp(0.60002) - math.exp(0.59998)) / 0.00002  # and on either side of x = 0.3
expect("3.1c", lambda: math.exp(2.0) * evaluate(c_factor, h=0.5), RAW, rtol=1e-4)
expect("3.1c", lambda: c_limit, is_number)
expect("3.1c", lambda: evaluate(fp_c, x=0.3), NEAR, rtol=1e-4)

# %% [markdown] commentary="3.1"
# In (a) and (b) the h cancels, and what is left is continuous in h: its limit is its value at 0. That is the
# whole proof. In (c) it does not cancel: (e^(2h) − 1)/h is 2 · (e^t − 1)/t with t = 2h, and the inner 2 of e^(2x)
# comes out as a factor. Since t → 0 when h → 0, the limit is 2.

# %% [markdown] exercise="3.2" title="A derivative that jumps" stars=3 minutes=22 needs="3.1"
# "Differentiable" promises less than it seems to. This function has a derivative at every point, yet near
# 0 the derivative never comes to rest. Optimisers rely on gradients that change gradually; here is what it looks
# like when they do not.
#
# $$f(x)=x^2\sin\tfrac1x\ \text{ for }x\ne0,\qquad f(0)=0$$
#
# Zoom in with the next cell. The left picture grows calmer and calmer. Does the right one?

# %% picture=true
zoom_explorer()

# %% [markdown]
# ### (a) The derivative
#
# **Your task.** Write `fprime(x)`: the derivative of $f$ at $x$, a number, **for every $x$, also 0**. Away from 0
# the rules apply. At 0 they do not, because $\sin\frac1x$ has no derivative there: use the limit.
#
# **Example.** `fprime(2 / math.pi)` is $\frac4\pi=1.2732$.

# %% [markdown] hints="3.2a"
# Product rule first: $x^2$ times $\sin\frac1x$. The second factor needs the chain rule, and the derivative of
# $\frac1x$ is from 3.1.
#
# ---
# At 0: $\frac{f(0+h)-f(0)}h=h\sin\frac1h$. How large can this be, when $h$ is small?

# %% answer="3.2a"
def fprime(x: float) -> float:
    """The derivative of x² sin(1/x) with f(0) = 0, at every x."""
    ### BEGIN SOLUTION
    if x == 0:
        return 0.0
    return 2 * x * math.sin(1 / x) - math.cos(1 / x)
    ### END SOLUTION


# %% test="3.2a" decides=true
def chord(left, right):
    """The slope of the chord of f from left to right (neither of them 0)."""
    return (right**2 * math.sin(1 / right) - left**2 * math.sin(1 / left)) / (right - left)


expect("3.2a", lambda: fprime(2 / math.pi), 4 / math.pi, rtol=1e-4)
expect("3.2a", lambda: fprime(0.4), chord(0.3999999, 0.4000001), rtol=1e-3)
expect("3.2a", lambda: fprime(-0.15), chord(-0.1500001, -0.1499999), rtol=1e-3)
expect("3.2a", lambda: fprime(0.0), 0.0, atol=1e-4)

# %% [markdown]
# ### (b) Why the derivative at 0 exists
#
# "The limit of $h\sin\frac1h$ is 0" means: whatever tolerance $\varepsilon>0$ somebody names, there is a
# $\delta>0$ such that $\lvert h\sin\frac1h\rvert<\varepsilon$ for **all** $0<\lvert h\rvert<\delta$.
#
# **Your task.** Write `delta_for(eps)`: a $\delta$ that works, for every $\varepsilon>0$. There are many.
#
# **Example.** For $\varepsilon=2$ even $\delta=100$ works, because the product never reaches 1. For
# $\varepsilon=0.01$ it takes more care.

# %% [markdown] hints="3.2b"
# The sine is never larger than 1 in size. What does that say about $\lvert h\sin\frac1h\rvert$?
#
# ---
# $\lvert h\sin\frac1h\rvert\le\lvert h\rvert$. How small must $\lvert h\rvert$ be to be below $\varepsilon$?

# %% answer="3.2b"
def delta_for(eps: float) -> float:
    """A positive δ with |h sin(1/h)| < eps for all 0 < |h| < δ."""
    ### BEGIN SOLUTION
    return eps
    ### END SOLUTION


# %% test="3.2b"
def largest_below(delta):
    """The largest |h sin(1/h)| that is found below δ; it is sought where the sine is 1 or −1."""
    first = max(0, math.ceil(1 / (math.pi * delta) - 0.5))
    peaks = [1 / ((k + 0.5) * math.pi) for k in range(first, first + 50)]
    return max(abs(h * math.sin(1 / h)) for h in [*peaks, *np.linspace(0, delta, 1000)[1:-1]] if h < delta)


def works_for(eps):
    return such_that(
        f"a positive δ below which |h sin(1/h)| stays under {eps}",
        lambda delta: delta > 0 and largest_below(float(delta)) < eps,
    )


expect("3.2b", lambda: delta_for(0.5), works_for(0.5))
expect("3.2b", lambda: delta_for(0.01), works_for(0.01))
expect("3.2b", lambda: delta_for(1e-6), works_for(1e-6))

# %% [markdown]
# ### (c) Why the derivative is not continuous at 0
#
# If $f'$ were continuous at 0, then $f'(x_n)\to f'(0)$ for every sequence $x_n\to0$. Two sequences along which
# $f'$ has two different limits refute that at once.
#
# **Your task.** Write `seq_1(n)` and `seq_2(n)` for $n=1,2,3,\dots$: numbers $x_n\ne0$ whose size
# $\lvert x_n\rvert$ decreases to 0, such that $f'(x_n)$ settles down to one limit along the first and to **another**
# limit along the second.
#
# **Example.** $x_n=\frac1n$ goes to 0, but $f'(\frac1n)=\frac2n\sin n-\cos n$ does not settle down.

# %% [markdown] hints="3.2c"
# Of the two terms of $f'$ one goes to 0 by itself. So choose where the other one, $-\cos\frac1x$, is always the
# same.
#
# ---
# $\cos u=1$ at $u=2\pi n$. Which $x_n$ has $\frac1{x_n}=2\pi n$? And where is $\cos u$ always $-1$, or always 0?

# %% answer="3.2c"
def seq_1(n: int) -> float:
    """x_n → 0 along which f' has a limit."""
    ### BEGIN SOLUTION
    return 1 / (2 * math.pi * n)
    ### END SOLUTION


def seq_2(n: int) -> float:
    """x_n → 0 along which f' has another limit."""
    ### BEGIN SOLUTION
    return 1 / ((2 * n + 1) * math.pi)
    ### END SOLUTION


# %% test="3.2c"
def slopes_along(sequence):
    """f' at x_500, x_501, x_502, x_503, measured by short chords of f."""
    found = []
    for n in range(500, 504):
        x = float(np.squeeze(sequence(n)))
        left, right = x - 1e-5 * x**2, x + 1e-5 * x**2
        rise = right**2 * math.sin(1 / right) - left**2 * math.sin(1 / left)
        found.append(rise / (right - left))
    return found


small = such_that("smaller than 0.05", lambda x: 0 < abs(x) < 0.05)
settles = such_that("a list of nearly equal numbers", lambda found: max(found) - min(found) < 0.01)
differ = such_that("more than 0.5 apart", lambda gap: gap > 0.5)
expect("3.2c", lambda: float(np.squeeze(seq_1(500))), small)
expect("3.2c", lambda: float(np.squeeze(seq_2(500))), small)
expect("3.2c", lambda: slopes_along(seq_1), settles)
expect("3.2c", lambda: slopes_along(seq_2), settles)
expect("3.2c", lambda: abs(slopes_along(seq_1)[0] - slopes_along(seq_2)[0]), differ)

# %% [markdown] commentary="3.2"
# At 0 only the definition helps: the quotient is h sin(1/h), squeezed between −|h| and |h|, so δ = ε does. Away
# from 0 the derivative is 2x sin(1/x) − cos(1/x). The first term is as small as x; the second takes every value
# between −1 and 1 in every neighbourhood of 0, so f' has no limit there. The derivative exists at 0, with the
# value 0, and its neighbours do not come near it.

# %% [markdown] written="3.2-written"
# **In your own words (optional, read by a person).** Show that $f$ is differentiable everywhere and that $f'$ is
# not continuous at 0. Say which of your functions above stands for which step.
#
# ### BEGIN SOLUTION
# For $x\ne0$, $f$ is a product and composition of differentiable functions, so $f'(x)=2x\sin\frac1x-\cos\frac1x$.
# At 0 the quotient is $\frac{f(h)-0}h=h\sin\frac1h$, and $\lvert h\sin\frac1h\rvert\le\lvert h\rvert$. So for every
# $\varepsilon$ the choice $\delta=\varepsilon$ (`delta_for`) shows that the limit is 0: $f'(0)=0$.
#
# With $x_n=\frac1{2\pi n}$ (`seq_1`) $f'(x_n)=-1$ for all $n$; with $x_n=\frac1{(2n+1)\pi}$ (`seq_2`) it is $+1$.
# Both sequences go to 0. So $f'$ has no limit at 0 and cannot be continuous there.
# ### END SOLUTION

# %% [markdown] exercise="3.3" title="A square root, with a guarantee" stars=2 minutes=15 needs="3.1"
# A Taylor polynomial replaces a function by something that can be computed with a pencil. On its own that is a
# guess; with a bound on the error it is a proof. Every library that computes `exp` or `sin` rests on such a
# bound.
#
# Taylor's theorem: if $T_n$ is the polynomial of order $n$ about $a$, then
#
# $$f(x)=T_n(x)+R_n,\qquad R_n=\frac{f^{(n+1)}(\xi)}{(n+1)!}(x-a)^{n+1}\ \text{ for some }\xi\text{ between }a\text{ and }x$$
#
# Nobody tells you $\xi$. So take a number $M$ that $\lvert f^{(n+1)}\rvert$ does not exceed **anywhere** between $a$
# and $x$:
#
# $$\lvert R_n\rvert\le\frac M{(n+1)!}\,\lvert x-a\rvert^{n+1}$$
#
# The next cell shows it for other functions. The bar at the point is the guarantee: the curve passes through it
# at every order. How does the bar change with the order, and how with the distance?

# %% picture=true
taylor_explorer()

# %% [markdown]
# **Your task.** Compute $\sqrt{1.1}$ to three decimal places and prove that they are right. Take $f(x)=\sqrt x$, the
# centre $a=1$ and an order of your choice that is high enough. Set
#
# - `order` to your $n$,
# - `T` to the value $T_n(1.1)$,
# - `M` to an upper bound of $\lvert f^{(n+1)}\rvert$ on $[1,1.1]$, at most twice as large as the smallest possible,
# - `bound` to what the theorem then says about the error: it has to be below 0.0005,
# - `answer` to $\sqrt{1.1}$, rounded to three decimals.
#
# **Example.** With $n=0$: `T` is 1, $f'(x)=\frac1{2\sqrt x}$ is at most $\frac12$, and `bound` is
# $\frac12\cdot0.1=0.05$. That is far from enough.

# %% [markdown] hints="3.3"
# Write down $f'$, $f''$, $f'''$ and what they are at 1. The signs alternate, and the exponents go down by 1.
#
# ---
# $T_n(1.1)=f(1)+f'(1)\cdot0.1+\frac{f''(1)}{2}\cdot0.1^2+\dots$ For order 1 the error may still be 0.00125.
#
# ---
# $f'''(x)=\frac38x^{-5/2}$ is decreasing. So at which end of $[1,1.1]$ is it largest?

# %% answer="3.3"
order = ...  # a whole number
T = ...  # a number
M = ...  # a number
bound = ...  # a number
answer = ...  # a number with three decimals
### BEGIN SOLUTION
order = 2
T = 1 + 0.1 / 2 - 0.1**2 / 8
M = 3 / 8
bound = M * 0.1**3 / 6
answer = 1.049
### END SOLUTION

# %% test="3.3"
expect("3.3", lambda: order, is_whole_number)
expect("3.3", lambda: T, is_number)
expect("3.3", lambda: M, is_number)
expect("3.3", lambda: bound, is_number)
expect("3.3", lambda: answer, is_number)

# %% [markdown] commentary="3.3"
# The order says how far you expand; the bound then uses the *next* derivative, at the end where it is largest,
# the next power of the distance, and the next factorial. With T and bound you know an interval that contains the
# root, and all numbers in it round to the same three decimals. That is the proof; the true value is not needed.
# (A bound that is computed from the true value proves nothing: whoever knows the value needs no bound.)

# %%
for value, error in ((1.2346, 0.0004), (1.2346, 0.00005)):
    low, high = value - error, value + error
    print(f"{value}, at most {error} off: from {low:.3f} to {high:.3f} when rounded")

# %% [markdown]
# As this cell shows, an error below 0.0005 does not by itself say which way to round. It takes a look at the
# whole interval, from `T` $-$ `bound` to `T` $+$ `bound`: do both ends round to the same number?

# %% [markdown] exercise="3.4" title="The logarithm near 1" stars=1 minutes=8 needs="3.3"
# $\log(1+x)$ is the term that losses are made of, and for small $x$ it is where computers lose digits (there
# is a function `log1p` for it). Its Taylor polynomial about 0 says how it behaves.
#
# **Your task.** Set `p2` to the Taylor polynomial of order 2 of $\log(1+x)$ about $x=0$, a formula in `x`. Set
# `est` to the estimate of $\log(1.05)$ that it gives, to all its digits.
#
# **Example.** For $e^x$ the polynomial would be `"1 + x + x^2/2"`, and its estimate of $e^{0.05}$ is 1.05125.

# %% [markdown] hints="3.4"
# Three numbers are needed: the value and the first two derivatives of $\log(1+x)$ at 0.
#
# ---
# The derivatives are $\frac1{1+x}$ and $-\frac1{(1+x)^2}$. The second one is divided by $2!$.
#
# ---
# $1.05=1+x$. So which $x$ has to be put in?

# %% answer="3.4"
p2 = ...  # a formula in x
est = ...  # a number
### BEGIN SOLUTION
p2 = "x - x^2/2"
est = 0.05 - 0.05**2 / 2
### END SOLUTION

# %% test="3.4"
def gap_to_log(polynomial, x):
    """How far a polynomial is from log(1 + x), divided by x³: about 1/3 for every small x."""
    return (math.log1p(x) - evaluate(polynomial, x=x)) / x**3


expect("3.4", lambda: gap_to_log(p2, 0.01), 1 / 3, rtol=0.05)
expect("3.4", lambda: gap_to_log(p2, -0.01), 1 / 3, rtol=0.05)
expect("3.4", lambda: evaluate(p2, x=1.0) - evaluate(p2, x=-1.0), 2.0, rtol=1e-4)
expect("3.4", lambda: est, is_number)

# %% [markdown] commentary="3.4"
# The value at 0 is 0, so the polynomial has no constant term; the derivatives there are 1 and −1. The remainder
# is at most x³/3 for x > 0, because the third derivative 2/(1 + x)³ is at most 2 and 3! is 6. (3.3 gave 1.04875 and
# this gives 0.04875. That is a coincidence of the two second-order terms: 0.1²/8 and 0.05²/2 are the same number.)

# %% [markdown] exercise="3.5" title="What a bound on the derivative is worth" stars=3 minutes=22 needs="3.2 3.3"
# "The gradient is never larger than $M$" is a statement about single points. "Moving the input by $d$ moves the
# output by at most $Md$" is a statement about the whole function, and it is the one that is needed: for the
# convergence of gradient descent, for robustness against small changes of an image. Between the two lies one
# theorem.
#
# > **Claim.** If $f$ is differentiable on $(a,b)$ with $\lvert f'(x)\rvert\le M$ everywhere, then
# > $\lvert f(x)-f(y)\rvert\le M\lvert x-y\rvert$ for all $x,y\in(a,b)$.
#
# > **Mean value theorem.** If $f$ is continuous on $[x,y]$ and differentiable on $(x,y)$, then there is a $c$
# > strictly between $x$ and $y$ with $f(y)-f(x)=f'(c)(y-x)$.
#
# Move the ends in the next cell: somewhere between them the tangent is parallel to the chord. Is there always
# just one such place?

# %% picture=true
mean_value_explorer()

# %% [markdown]
# ### (a) The proof, line by line
#
# Five of these eight lines make the proof. The others are false, or assume what is not given.
#
# - **A** If $x=y$, both sides are 0. Otherwise we may assume $x<y$, since exchanging the two changes neither side.
# - **B** Since $[x,y]$ lies in $(a,b)$, $f$ is continuous on $[x,y]$ and differentiable on $(x,y)$.
# - **C** So the mean value theorem gives a $c\in(x,y)$ with $f(y)-f(x)=f'(c)(y-x)$.
# - **D** Taking absolute values: $\lvert f(y)-f(x)\rvert=\lvert f'(c)\rvert\,\lvert y-x\rvert$.
# - **E** And $\lvert f'(c)\rvert\le M$, so $\lvert f(y)-f(x)\rvert\le M\lvert y-x\rvert$.
# - **F** Since $f'$ is continuous, $\lvert f'\rvert$ is largest at some $c\in[x,y]$, and
#   $f(y)-f(x)=f'(c)(y-x)$ there.
# - **G** By the fundamental theorem $f(y)-f(x)=\int_x^yf'(t)\,dt$, and the integral is $f'(c)(y-x)$ for some $c$.
# - **H** By the intermediate value theorem there is a $c\in(x,y)$ with $f(c)(y-x)=f(y)-f(x)$.
#
# **Your task.** Set `proof_order` to the letters of the five lines in an order in which every line uses only
# what stands before it (a text such as `"ABC"`, or a list). More than one order is right.

# %% [markdown] hints="3.5a"
# Which of the lines F, G and H need more than "differentiable"? Remember the function of 3.2: differentiable, and
# its derivative is not continuous.
#
# ---
# A theorem may be used once its hypotheses are there. Which line provides them, and which one says which of the
# two points is on the left?

# %% answer="3.5a"
proof_order = ...  # a text of five letters
### BEGIN SOLUTION
proof_order = "ABCDE"
### END SOLUTION

# %% test="3.5a"
expect("3.5a", lambda: proof_order, some_letters("ABCDEFGH", 5))

# %% [markdown]
# ### (b) Where the point is
#
# The theorem says that there is a $c$, not where. For simple functions it can be computed.
#
# **Your task.** Write three functions of two different numbers `x` and `y` (either may be the larger one) that
# return the $c$ between them with $f(y)-f(x)=f'(c)(y-x)$: `c_square` for $f(t)=t^2$; `c_recip` for
# $f(t)=\frac1t$, where `x` and `y` are positive; `c_exp` for $f(t)=e^t$.
#
# **Example.** For $f(t)=t^3$ and the numbers 0 and 3: $27=3c^2\cdot3$, so $c=\sqrt3$.

# %% [markdown] hints="3.5b"
# Write $f'(c)=\frac{f(y)-f(x)}{y-x}$, simplify the right-hand side, and solve for $c$.
#
# ---
# $-\frac1{c^2}=\frac{1/y-1/x}{y-x}$: the right-hand side is in 3.1(a), with $y=x+h$. For $e^t$ the equation is
# $e^c=\dots$, and the logarithm solves it.

# %% answer="3.5b"
def c_square(x: float, y: float) -> float:
    """The c of the mean value theorem for t²."""
    ### BEGIN SOLUTION
    return (x + y) / 2
    ### END SOLUTION


def c_recip(x: float, y: float) -> float:
    """The c of the mean value theorem for 1/t, where x and y are positive."""
    ### BEGIN SOLUTION
    return math.sqrt(x * y)
    ### END SOLUTION


def c_exp(x: float, y: float) -> float:
    """The c of the mean value theorem for exp(t)."""
    ### BEGIN SOLUTION
    return math.log((math.exp(x) - math.exp(y)) / (x - y))
    ### END SOLUTION


# %% test="3.5b" decides=true
expect("3.5b", lambda: 2 * c_square(1.0, 4.0), (16 - 1) / (4 - 1), rtol=1e-4)
expect("3.5b", lambda: 2 * c_square(2.0, -5.0), (25 - 4) / (-5 - 2), rtol=1e-4)
expect("3.5b", lambda: -1 / c_recip(1.0, 9.0) ** 2, (1 / 9 - 1) / (9 - 1), rtol=1e-4)
expect("3.5b", lambda: c_recip(2.0, 0.5), such_that("between 0.5 and 2", lambda c: 0.5 < c < 2))
expect("3.5b", lambda: math.exp(c_exp(0.0, 2.0)), (math.exp(2) - 1) / 2, rtol=1e-4)
expect("3.5b", lambda: math.exp(c_exp(1.0, -1.0)), (math.exp(-1) - math.exp(1)) / -2, rtol=1e-4)

# %% [markdown]
# ### (c) The smallest M
#
# **Your task.** Set `M_sin_on_R` to the smallest $M$ for which the claim's inequality holds for $\sin x$ on all of
# $\mathbb R$, and `M_square_on_m1_3` to the smallest one for $x^2$ on $(-1,3)$. Set `sqrt_on_0_1_has_M` to True if
# there is any $M$ at all for $\sqrt x$ on $(0,1)$, else to False.
#
# **Example.** For $5x-2$ on any interval it is 5.

# %% [markdown] hints="3.5c"
# $M$ bounds the *slope*, not the height. Where is each function steepest, uphill or downhill?
#
# ---
# For $\sqrt x$ compare points close to 0: $\frac{\sqrt{0.04}-\sqrt{0.01}}{0.03}$, then closer still.

# %% answer="3.5c"
M_sin_on_R = ...  # a number
M_square_on_m1_3 = ...  # a number
sqrt_on_0_1_has_M = ...  # True or False
### BEGIN SOLUTION
M_sin_on_R = 1
M_square_on_m1_3 = 6
sqrt_on_0_1_has_M = False
### END SOLUTION

# %% test="3.5c"
expect("3.5c", lambda: M_sin_on_R, is_number)
expect("3.5c", lambda: M_square_on_m1_3, is_number)
expect("3.5c", lambda: bool(sqrt_on_0_1_has_M), is_true_or_false)

# %% [markdown]
# ### (d) Why an interval is needed
#
# The claim speaks of an interval $(a,b)$. Suppose that somebody uses it on $(0,1)\cup(2,3)$, two intervals with a
# gap, where $f'$ is 0 everywhere, and concludes with $M=0$ that $f$ is constant.
#
# **Your task.** Write `broken(x)` for $x$ in $(0,1)\cup(2,3)$: a function that is differentiable at every one of
# these points with the derivative 0, and for which the conclusion is false all the same.
#
# **Example.** `broken(x) = x` breaks nothing: its derivative is 1, and with $M=1$ the inequality holds.

# %% [markdown] hints="3.5d"
# Which line of the proof fails when $x$ lies in one piece and $y$ in the other?
#
# ---
# On each piece the function has to be constant. Nothing says that it has to be the same constant.

# %% answer="3.5d"
def broken(x: float) -> float:
    """f' = 0 at every point of (0, 1) and (2, 3), yet f takes different values."""
    ### BEGIN SOLUTION
    return 0.0 if x < 1 else 1.0
    ### END SOLUTION


# %% test="3.5d" decides=true
def spread(left, right):
    """The largest minus the smallest value of `broken` between left and right."""
    values = [float(np.squeeze(broken(float(x)))) for x in np.linspace(left, right, 101)[1:-1]]
    return max(values) - min(values)


expect("3.5d", lambda: spread(0, 1), 0.0)
expect("3.5d", lambda: spread(2, 3), 0.0)
expect("3.5d", lambda: bool(broken(0.5) != broken(2.5)), True)

# %% [markdown] commentary="3.5"
# The order has to put B and A before C: the theorem is used on an interval [x, y], which needs x < y, and on a
# function that is continuous there, which comes from being differentiable on the larger (a, b). F and G assume
# that f' is continuous (or at least integrable), which 3.2 shows to be more than is given; H confuses values of
# f with slopes. The places c are three different means: arithmetic, geometric, and for exp one that lies
# nearer to the larger number. And on two pieces line B fails: [x, y] reaches across the gap.

# %% [markdown] written="3.5-written"
# **In your own words (optional, read by a person).** Write the proof out in full sentences, say where each
# hypothesis is used, and say in which line the function `broken` stops it.
#
# ### BEGIN SOLUTION
# Let $x,y\in(a,b)$. For $x=y$ both sides are 0; otherwise let $x<y$, since the claim is symmetric. The interval
# $[x,y]$ lies in $(a,b)$, where $f$ is differentiable; so $f$ is continuous on $[x,y]$ and differentiable on
# $(x,y)$. By the mean value theorem there is a $c$ strictly between $x$ and $y$ with
# $f(y)-f(x)=f'(c)(y-x)$. Hence $\lvert f(y)-f(x)\rvert=\lvert f'(c)\rvert\lvert y-x\rvert\le M\lvert y-x\rvert$,
# because $c\in(a,b)$ and the bound holds there. Nothing was said about continuity of $f'$.
#
# For `broken` with $x\in(0,1)$ and $y\in(2,3)$ the interval $[x,y]$ does not lie in the domain, so the hypotheses
# of the theorem are not there.
# ### END SOLUTION

# %% [markdown]
# Where the source's version of these exercises leaves something open, the
# [errata](../errata.ipynb#Notebook-1-of-chapter-3) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/01_limits_and_taylor")

# %% [markdown]
# {{next}}
