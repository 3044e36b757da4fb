# %% [markdown]
# # Derivatives and the chain rule
#
# A network is a long formula, and training it needs one derivative per parameter. In this notebook
# you write those derivatives down yourself, first for a network small enough to do it by hand, then
# for one layer of any size. By the end you will have met every local rule that backpropagation
# strings together, and seen why two popular activation functions of the past are hard to train.
#
# > **Conventions here.** Vectors are columns, a layer is
# > $\mathbf f = \boldsymbol\beta + \boldsymbol\Omega\,\mathbf h$, and $\boldsymbol\Omega$ has one
# > **row per output** and one column per input. A derivative of one vector by another is written in
# > **denominator layout**: the matrix $\partial\mathbf z/\partial\mathbf h$ has a row for every $h_j$
# > (below) and a column for every $z_i$ (on top). In code a vector is a one-dimensional array.
# > $\mathbb I[\cdot]$ is 1 if the statement in the brackets is true and 0 if not. ReLU is
# > $a[z]=\max(0,z)$ with $a'[z]=\mathbb I[z>0]$; nothing here is ever tested exactly at a corner.

# %% setup=true
import numpy as np

from utils import expect, grade, is_number, network_7_1, progress, some_letters, toy_forward

# the parameters of 7.1, and values for an example
NAMES = "phi0 phi1 phi2 psi01 psi11 psi21 psi02 psi12 psi22 theta01 theta11 theta02 theta12".split()
ones = dict.fromkeys(NAMES, 1.0) | {"psi02": -9.0}

# %% [markdown] exercise="7.1" title="Thirteen derivatives" stars=3 minutes=40
# Two inputs to a sum, two layers of two ReLU units, one output: thirteen parameters, and the formula
# for each derivative still fits on a line. Doing it once by hand shows what backpropagation will save
# you, because you will write the same factors again and again.
#
# The network, with names for what it computes on the way:
#
# $$\begin{aligned}
# u_1 &= \theta_{01} + \theta_{11}x & u_2 &= \theta_{02} + \theta_{12}x\\
# h_1 &= a[u_1] & h_2 &= a[u_2]\\
# f_1 &= \psi_{01} + \psi_{11}h_1 + \psi_{21}h_2 & f_2 &= \psi_{02} + \psi_{12}h_1 + \psi_{22}h_2\\
# y &= \phi_0 + \phi_1\,a[f_1] + \phi_2\,a[f_2]
# \end{aligned}$$
#
# In $\psi_{jk}$ the first index says where the wire comes from ($h_j$; 0 for a bias), the second
# where it goes ($f_k$). Run the next cell (Shift+Enter) and move $x$: a unit whose input is negative is
# off, and no change gets through it. Of the sixteen on/off patterns, this network shows six.

# %% picture=true
from utils.explorers.ch07_gradients import network_7_1_explorer

network_7_1_explorer()

# %% [markdown]
# **Your task.** Write `derivatives_7_1(p, x)`. The dictionary `p` holds the parameters under the names
# `phi0 phi1 phi2 psi01 psi11 psi21 psi02 psi12 psi22 theta01 theta11 theta02 theta12`; return a
# dictionary with the same thirteen names, each with the derivative of $y$ by that parameter. Write the
# formulas directly. The network itself is given: `network_7_1(p, x)` returns $y$.
#
# Each derivative is one point.
#
# **Example.** Let every $\phi$, $\psi$ and $\theta$ be 1 except $\psi_{02}=-9$, and $x=2$. Then
# $u_1=u_2=3$, $f_1 = 7$, $f_2=-3$: the second unit is off. $\partial y/\partial\phi_1 = 7$,
# $\partial y/\partial\psi_{11} = 3$, $\partial y/\partial\psi_{12} = 0$, and $y = 1 + 7 + 0$:

# %%
network_7_1(dict.fromkeys(NAMES, 1.0) | {"psi02": -9.0}, 2.0)

# %% [markdown] hints="7.1"
# Work from $y$ towards $x$: first the three $\phi$, then the six $\psi$, then the four $\theta$. Which
# $f$ does $\psi_{21}$ act on? What does it multiply there?
#
# ---
# Each ReLU on the way from a parameter to $y$ contributes one indicator. For a $\psi$ that is one ReLU,
# for a $\theta$ on one path it is two.
#
# ---
# $u_1$ reaches $y$ on **two** paths: through $f_1$ and through $f_2$. Effects along a path multiply,
# effects of different paths add.
#
# ---
# Test a derivative without knowing it: change one parameter a little and watch $y$.
# `(network_7_1(p | {"psi21": p["psi21"] + 1e-6}, x) - network_7_1(p, x)) / 1e-6`


# %% answer="7.1"
def derivatives_7_1(p: dict, x: float) -> dict:
    """The derivative of y by each of the 13 parameters, at the parameters p and the input x."""
    ### BEGIN SOLUTION
    u1 = p["theta01"] + p["theta11"] * x
    u2 = p["theta02"] + p["theta12"] * x
    h1, h2 = max(u1, 0), max(u2, 0)
    f1 = p["psi01"] + p["psi11"] * h1 + p["psi21"] * h2
    f2 = p["psi02"] + p["psi12"] * h1 + p["psi22"] * h2
    # how much y changes per change of f1, f2, u1, u2
    df1 = p["phi1"] * (f1 > 0)
    df2 = p["phi2"] * (f2 > 0)
    du1 = (df1 * p["psi11"] + df2 * p["psi12"]) * (u1 > 0)
    du2 = (df1 * p["psi21"] + df2 * p["psi22"]) * (u2 > 0)
    return dict(
        phi0=1.0, phi1=max(f1, 0), phi2=max(f2, 0),
        psi01=df1, psi11=df1 * h1, psi21=df1 * h2,
        psi02=df2, psi12=df2 * h1, psi22=df2 * h2,
        theta01=du1, theta11=du1 * x,
        theta02=du2, theta12=du2 * x,
    )  # fmt: skip
    ### END SOLUTION


# %% test="7.1"
def some(names, p, x):
    """A few of the derivatives, in the order of `names`."""
    found = derivatives_7_1(p, x)
    return [found[name] for name in names.split()]


expect("7.1", lambda: sorted(derivatives_7_1(ones, 2.0)), sorted(NAMES))
expect("7.1", lambda: some("phi1 psi11 psi12", ones, 2.0), [7.0, 3.0, 0.0])

# %% [markdown]
# ### Find the mistakes
#
# Here are some of the thirteen lines as they stand in a set of printed notes. **Exactly three of them
# are wrong.** (The indicators in F and G are written out; compare every index.)
#
# | line | |
# |---|---|
# | **A** | $\partial y/\partial\phi_1 = a[f_1]$ |
# | **B** | $\partial y/\partial\psi_{01} = \phi_1\,\mathbb I[f_1>0]$ |
# | **C** | $\partial y/\partial\psi_{21} = \phi_1\,\mathbb I[f_1>0]\;h_2$ |
# | **D** | $\partial y/\partial\psi_{02} = \phi_2\,\mathbb I[f_2>0]\;h_1$ |
# | **E** | $\partial y/\partial\psi_{12} = \phi_2\,\mathbb I[f_2>0]\;h_1$ |
#
# $$\begin{aligned}
# \textbf{F}\quad\frac{\partial y}{\partial\theta_{01}}
# &= \phi_1\psi_{11}\,\mathbb I[\psi_{01}+\psi_{11}h_1+\psi_{22}h_2>0]\;\mathbb I[u_1>0]\\
# &+ \phi_2\psi_{12}\,\mathbb I[\psi_{02}+\psi_{12}h_1+\psi_{21}h_2>0]\;\mathbb I[u_1>0]\\[6pt]
# \textbf{G}\quad\frac{\partial y}{\partial\theta_{11}}
# &= \phi_1\psi_{11}\,\mathbb I[\psi_{01}+\psi_{11}h_1+\psi_{21}h_2>0]\;\mathbb I[u_1>0]\\
# &+ \phi_2\psi_{12}\,\mathbb I[\psi_{02}+\psi_{12}h_1+\psi_{21}h_2>0]\;\mathbb I[u_1>0]\\[6pt]
# \textbf{H}\quad\frac{\partial y}{\partial\psi_{22}} &= \phi_2\,\mathbb I[f_2>0]\;h_2
# \end{aligned}$$
#
# **Your task** (bonus). Set `wrong_7_1` to the three letters, as text or as a set, and write
# `corrected_7_1(p, x)`: a dictionary from each of these letters to the number that a right line gives.

# %% [markdown] hints="7.1-mistake"
# A bias multiplies nothing, so its derivative has no factor for an input. A slope does.
#
# ---
# You may let the computer look: evaluate a printed line at random parameters and compare it with a
# measured slope. Some mistakes show only at some points.
#
# ---
# $\psi_{21}$ belongs to $f_1$ and $\psi_{22}$ to $f_2$. Nowhere else.

# %% answer="7.1-mistake"
wrong_7_1 = ...  # three letters, such as "ABC"
### BEGIN SOLUTION
wrong_7_1 = {"D", "F", "G"}
### END SOLUTION


def corrected_7_1(p: dict, x: float) -> dict:
    """{letter: the right value of that line} for the three wrong lines."""
    ### BEGIN SOLUTION
    right = derivatives_7_1(p, x)
    return {"D": right["psi02"], "F": right["theta01"], "G": right["theta11"]}
    ### END SOLUTION


# %% test="7.1-mistake"
expect("7.1-mistake", lambda: wrong_7_1, some_letters("ABCDEFGH", 3))
expect("7.1-mistake", lambda: len(corrected_7_1(ones, 2.0)), 3)

# %% [markdown] exercise="7.2" title="A toy chain" stars=2 minutes=25 needs="7.1"
# Backpropagation is a chain of small factors, each used again by everything further left. A single
# chain without branches shows this in its purest form, so it is the right place to get the factors
# right.
#
# The toy function alternates linear steps and fixed functions; its loss compares the result with $y$:
#
# $$\begin{aligned}
# f_0 &= \beta_0+\omega_0x & h_1&=\sin[f_0] & f_1&=\beta_1+\omega_1h_1 & h_2&=\exp[f_1]\\
# f_2 &= \beta_2+\omega_2h_2 & h_3&=\cos[f_2] & f_3&=\beta_3+\omega_3h_3 & l&=(f_3-y)^2
# \end{aligned}$$
#
# The backward pass starts at the loss: $\partial l/\partial f_3 = 2(f_3-y)$ and
# $\partial l/\partial h_3 = \omega_3\,\partial l/\partial f_3$. Every further derivative is the one
# before, times **one new factor**:
#
# $$
# \frac{\partial l}{\partial f_2}=\frac{\partial h_3}{\partial f_2}\frac{\partial l}{\partial h_3},\quad
# \frac{\partial l}{\partial h_2}=\frac{\partial f_2}{\partial h_2}\frac{\partial l}{\partial f_2},\quad
# \frac{\partial l}{\partial f_1}=\frac{\partial h_2}{\partial f_1}\frac{\partial l}{\partial h_2},\quad
# \frac{\partial l}{\partial h_1}=\frac{\partial f_1}{\partial h_1}\frac{\partial l}{\partial f_1},\quad
# \frac{\partial l}{\partial f_0}=\frac{\partial h_1}{\partial f_0}\frac{\partial l}{\partial h_1}.$$

# %%
from utils.backprop_pictures import show_toy_chain

show_toy_chain()

# %% [markdown]
# **Your task.** `toy_forward(x, beta, omega)` is given and returns a dictionary with `f0`, `h1`,
# `f1`, `h2`, `f2`, `h3`, `f3`. Write
#
# - `toy_local(x, beta, omega)`: the five new factors, in a dictionary with the keys `dh3_df2`,
#   `df2_dh2`, `dh2_df1`, `df1_dh1`, `dh1_df0`;
# - `toy_backward(x, y, beta, omega)`: the whole chain, in a dictionary with the keys `f3`, `h3`,
#   `f2`, `h2`, `f1`, `h1`, `f0`, each with the derivative of the loss by that value.
#
# **Example.** For the numbers of the picture ($x=2.3$, $y=2$, $\beta=(1,2,-3,0.4)$,
# $\omega=(0.1,-0.4,2,3)$) the loss changes by 2.2336 per change of $h_3$, and by 2.2809 per change of
# $f_0$.

# %% [markdown] hints="7.2"
# A factor such as $\partial h_3/\partial f_2$ is an ordinary derivative of one line of the forward
# pass. At which value does it have to be taken?
#
# ---
# The derivative of a function is taken at its *input*: $h_1=\sin[f_0]$ has the slope $\cos[f_0]$.
#
# ---
# The cosine falls where the sine is positive: its derivative carries a minus sign.
#
# ---
# In `toy_backward` start with `f3`, then go left. Each entry is one factor times the entry before.


# %% answer="7.2"
def toy_local(x: float, beta, omega) -> dict:
    """The five new factors: dh3_df2, df2_dh2, dh2_df1, df1_dh1, dh1_df0."""
    ### BEGIN SOLUTION
    v = toy_forward(x, beta, omega)
    return dict(
        dh3_df2=-np.sin(v["f2"]),
        df2_dh2=omega[2],
        dh2_df1=np.exp(v["f1"]),
        df1_dh1=omega[1],
        dh1_df0=np.cos(v["f0"]),
    )
    ### END SOLUTION


def toy_backward(x: float, y: float, beta, omega) -> dict:
    """The derivatives of l = (f3 - y)**2 by f3, h3, f2, h2, f1, h1, f0."""
    ### BEGIN SOLUTION
    local = toy_local(x, beta, omega)
    df3 = 2 * (toy_forward(x, beta, omega)["f3"] - y)
    dh3 = omega[3] * df3
    df2 = local["dh3_df2"] * dh3
    dh2 = local["df2_dh2"] * df2
    df1 = local["dh2_df1"] * dh2
    dh1 = local["df1_dh1"] * df1
    df0 = local["dh1_df0"] * dh1
    return dict(f3=df3, h3=dh3, f2=df2, h2=dh2, f1=df1, h1=dh1, f0=df0)
    ### END SOLUTION


# %% test="7.2"
picture = dict(beta=(1, 2, -3, 0.4), omega=(0.1, -0.4, 2, 3))
expect("7.2", lambda: toy_local(0, (0, 0, 0, 0), (1, 2, 3, 4))["df1_dh1"], 2)
expect("7.2", lambda: toy_local(0, (0, 0, 0, 0), (1, 2, 3, 4))["dh1_df0"], 1.0)
expect("7.2", lambda: toy_backward(2.3, 2, **picture)["h3"], 2.2336, rtol=1e-4)
expect("7.2", lambda: toy_backward(2.3, 2, **picture)["f0"], 2.2809, rtol=1e-4)

# %% [markdown]
# ### Find the mistakes
#
# The same printed notes give the last line of this chain twice, in symbols and in values. **Three of
# the fifteen factors are wrong** (where two equal factors stand side by side and one is too many,
# mark the second).
#
# $$\frac{\partial l}{\partial f_0} =
# \underset{\textbf A}{\frac{\partial h_1}{\partial f_0}}\;
# \underset{\textbf B}{\frac{\partial f_1}{\partial h_1}}\;
# \underset{\textbf C}{\frac{\partial h_2}{\partial f_1}}\;
# \underset{\textbf D}{\frac{\partial f_2}{\partial h_2}}\;
# \underset{\textbf E}{\frac{\partial h_3}{\partial f_2}}\;
# \underset{\textbf F}{\frac{\partial f_3}{\partial h_2}}\;
# \underset{\textbf G}{\frac{\partial l}{\partial f_3}}\;
# \underset{\textbf H}{\frac{\partial l}{\partial f_3}}$$
#
# $$\phantom{\frac{\partial l}{\partial f_0}} =
# \underset{\textbf I}{\big(\cos[f_0]\big)}\;
# \underset{\textbf J}{\big(\omega_1\big)}\;
# \underset{\textbf K}{\big(\exp[f_1]\big)}\;
# \underset{\textbf L}{\big(\omega_2\big)}\;
# \underset{\textbf M}{\big({-\sin[f_2]}\big)}\;
# \underset{\textbf N}{\big(\omega_3\big)}\;
# \underset{\textbf P}{\big(2f_3\big)}$$
#
# **Your task** (bonus). Set `wrong_7_2` to the three letters. Write `loss_factor_7_2(f3, y)`, the right
# last factor, and `corrected_7_2(f0, f1, f2, f3, omega, y)`, the right value of the whole line.

# %% [markdown] hints="7.2-mistake"
# In a chain every denominator is the next numerator: $\frac{\partial h_1}{\partial f_0}$, then
# $\frac{\partial f_1}{\partial h_1}$, … Read the line of symbols that way.
#
# ---
# In the line of values, a perfect prediction must give a zero gradient. Does it?

# %% answer="7.2-mistake"
wrong_7_2 = ...  # three letters, such as "ABC"
### BEGIN SOLUTION
wrong_7_2 = {"F", "H", "P"}
### END SOLUTION


def loss_factor_7_2(f3: float, y: float) -> float:
    """The right last factor of the chain."""
    ### BEGIN SOLUTION
    return 2 * (f3 - y)
    ### END SOLUTION


def corrected_7_2(f0: float, f1: float, f2: float, f3: float, omega, y: float) -> float:
    """The right value of the last line."""
    ### BEGIN SOLUTION
    linear = omega[1] * omega[2] * omega[3]
    return np.cos(f0) * np.exp(f1) * -np.sin(f2) * linear * loss_factor_7_2(f3, y)
    ### END SOLUTION


# %% test="7.2-mistake"
expect("7.2-mistake", lambda: wrong_7_2, some_letters("ABCDEFGHIJKLMNP", 3))
expect("7.2-mistake", lambda: corrected_7_2(0.3, 0.2, 0.1, 5.0, (1, 1, 1, 1), 5.0), 0.0)

# %% [markdown] exercise="7.3" title="Sizes" stars=2 minutes=10 needs="7.2"
# With vectors instead of numbers the chain becomes a product of matrices. Half of all mistakes in a
# backward pass are caught by one question: do the sizes fit?
#
# **Denominator layout.** What stands at the bottom of $\partial\mathbf z/\partial\mathbf h$ numbers
# the rows, what stands on top numbers the columns. The derivative of a single number by a vector is
# therefore a column, as long as the vector. Here are two $z$ and three $h$:

# %%
from utils.backprop_pictures import show_layout

show_layout()

# %% [markdown]
# The toy function again, now with layers: $\mathbf f_0$ and $\mathbf h_1$ have $D_1$ entries,
# $\mathbf f_1$ and $\mathbf h_2$ have $D_2$, $\mathbf f_2$ and $\mathbf h_3$ have $D_3$, the output
# $\mathbf f_3$ has $D_f$, and the loss $l$ is one number. Activations act on each entry by itself.
#
# $$\frac{\partial l}{\partial\mathbf f_0} =
# \frac{\partial\mathbf h_1}{\partial\mathbf f_0}\,
# \frac{\partial\mathbf f_1}{\partial\mathbf h_1}\,
# \frac{\partial\mathbf h_2}{\partial\mathbf f_1}\,
# \frac{\partial\mathbf f_2}{\partial\mathbf h_2}\,
# \frac{\partial\mathbf h_3}{\partial\mathbf f_2}\,
# \frac{\partial\mathbf f_3}{\partial\mathbf h_3}\,
# \frac{\partial l}{\partial\mathbf f_3}$$
#
# **Your task.** Write `sizes_7_3(D1, D2, D3, Df)`: a list with the size `(rows, columns)` of all eight
# derivatives in this equation, in its order, beginning with the left-hand side. Count a vector as a
# matrix with one column, and a derivative of an activation as the full matrix that it is.
#
# **Example.** In the picture the size is `(3, 2)`: three $h$, two $z$.

# %% [markdown] hints="7.3"
# Write each size as (entries at the bottom, entries on top).
#
# ---
# The left-hand side and the rightmost factor have the scalar $l$ on top: one column.
#
# ---
# Check: in the product, the columns of each factor must be the rows of the next.


# %% answer="7.3"
def sizes_7_3(D1: int, D2: int, D3: int, Df: int) -> list:
    """Eight (rows, columns): dl/df0, dh1/df0, df1/dh1, dh2/df1, df2/dh2, dh3/df2, df3/dh3, dl/df3."""
    ### BEGIN SOLUTION
    return [(D1, 1), (D1, D1), (D1, D2), (D2, D2), (D2, D3), (D3, D3), (D3, Df), (Df, 1)]
    ### END SOLUTION


# %% test="7.3"
expect("7.3", lambda: len(sizes_7_3(4, 5, 3, 2)), 8)
expect("7.3", lambda: all(len(size) == 2 for size in sizes_7_3(4, 5, 3, 2)), True)

# %% [markdown] exercise="7.4" title="The squared loss" stars=1 minutes=5
# Every backward pass begins at the loss. The first number it computes is how fast the loss grows when
# the output grows, and for regression it is the simplest of all.
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


# %% test="7.4"
expect("7.4", lambda: dl_df_squared(1, 3), 4)

# %% [markdown] exercise="7.5" title="Binary cross-entropy" stars=2 minutes=20 needs="7.4"
# For a yes/no question the network's output $f$ may be any real number; the logistic sigmoid turns it
# into a probability, and the loss is the surprise at the right answer. The derivative by $f$
# collapses to something remarkably short, which is why this loss and this function belong together.
#
# $$l = -(1-y)\,\log\big[1-\operatorname{sig}[f]\big] - y\,\log\big[\operatorname{sig}[f]\big],\qquad
# \operatorname{sig}[f]=\frac1{1+\exp[-f]}$$
#
# Here $f$ is the **raw output**, not the probability. The target $y$ is usually 0 or 1; anything
# between (a "soft label") is allowed too. Read the slopes off the picture: where is each curve flat?

# %% fold=true
# Shift+Enter: the squared loss and the binary cross-entropy, for three targets
from utils import show
from utils.plots import axes, style

figure, (left, right) = axes("output f", "loss", columns=2, width=8.6, height=3.2)
outputs = np.linspace(-4, 4, 161)
with style():
    for target in (0, 0.3, 1):
        cross_entropy = np.logaddexp(0, outputs) - target * outputs
        left.plot(outputs, (target - outputs) ** 2, label=f"y = {target}")
        right.plot(outputs, cross_entropy, label=f"y = {target}")
    left.set_title("Squared loss")
    right.set_title("Binary cross-entropy")
    left.legend()
    right.legend()
show(
    figure,
    "Left: three parabolas, lowest where the output equals the target. Right: the cross-entropy falls "
    "towards large outputs for y = 1, towards very negative ones for y = 0, and has its lowest point "
    "at a negative output for y = 0.3; far out all curves are straight lines.",
)

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


# %% test="7.5"
expect("7.5", lambda: dl_df_bce(1, 0.0), -0.5)

# %% test="7.5-bonus"
expect("7.5-bonus", lambda: dl_df_bce(0, 50.0), 1.0)

# %% [markdown]
# *Optional, read by a person:* write down the derivation, from the loss to the short form. Name the
# rule that each step uses.

# %% [markdown] written="7.5-written"
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

# %% [markdown] exercise="7.6" title="Through a linear layer" stars=2 minutes=20 needs="7.3"
# Why does a transposed weight matrix turn up in every backward pass? It is not a trick to make sizes
# fit: it follows from one derivative of one entry by one other, and from where we agreed to write it
# down.
#
# A linear layer computes $\mathbf z=\boldsymbol\beta+\boldsymbol\Omega\,\mathbf h$. In denominator
# layout $\partial\mathbf z/\partial\mathbf h$ holds $\partial z_i/\partial h_j$ in **row $j$, column
# $i$**.
#
# **Your task.** Write
#
# - `element(Omega, i, j)`: the single number $\partial z_i/\partial h_j$ (indices count from 0);
# - `dz_dh(Omega, beta, h)`: the whole matrix, with `len(h)` rows and `len(beta)` columns.
#
# **Example.** With $z_0 = 5 + 2h_0 + 3h_1 + 4h_2$ as the only output, `element` gives 3 for `i = 0`,
# `j = 1`, and `dz_dh` returns a matrix with three rows and one column.

# %% [markdown] hints="7.6"
# Write $z_i$ as a sum over all $h$. Which terms contain $h_j$? Does $\beta_i$?
#
# ---
# Now place the numbers. Row $j$ collects what *one* $h_j$ does to all the $z$.


# %% answer="7.6"
def element(Omega: np.ndarray, i: int, j: int) -> float:
    """The derivative of z_i by h_j, for z = beta + Omega h."""
    ### BEGIN SOLUTION
    return Omega[i, j]
    ### END SOLUTION


def dz_dh(Omega: np.ndarray, beta: np.ndarray, h: np.ndarray) -> np.ndarray:
    """The derivative of z by h: dz_i/dh_j in row j and column i."""
    ### BEGIN SOLUTION
    return Omega.T
    ### END SOLUTION


# %% test="7.6"
one_output = dict(
    Omega=np.array([[2.0, 3.0, 4.0]]), beta=np.array([5.0]), h=np.array([1.0, 1.0, 1.0])
)
expect("7.6", lambda: element(one_output["Omega"], 0, 1), 3.0)
expect("7.6", lambda: np.shape(dz_dh(**one_output)), (3, 1))

# %% [markdown]
# ### The proof, step by step
#
# Six cards. **Two of them are false**; the other four, in the right order, prove that
# $\partial\mathbf z/\partial\mathbf h=\boldsymbol\Omega^T$.
#
# - **A** The biases and weights do not depend on $\mathbf h$, so
#   $\dfrac{\partial z_i}{\partial h_j}=\sum_m\Omega_{im}\dfrac{\partial h_m}{\partial h_j}$.
# - **B** Row $j$, column $i$ holds $\Omega_{ij}$. A matrix with this property is $\boldsymbol\Omega$
#   with rows and columns exchanged.
# - **C** $\partial h_m/\partial h_j=1$ for every $m$, so $\partial z_i/\partial h_j=\sum_m\Omega_{im}$.
# - **D** Entry by entry, $z_i=\beta_i+\sum_m\Omega_{im}h_m$.
# - **E** $z_i$ depends on $h_i$ only, so all entries with $i\neq j$ are zero.
# - **F** $\partial h_m/\partial h_j$ is 1 for $m=j$ and 0 otherwise, so one term of the sum is left:
#   $\partial z_i/\partial h_j=\Omega_{ij}$.
#
# **Your task** (bonus). Set `proof_7_6` to the four letters in order, as text such as `"ABCD"` or as
# a list.

# %% [markdown] hints="7.6-proof"
# Begin with what the vector equation says about one entry.
#
# ---
# Differentiate, then simplify, and only at the end talk about rows and columns.

# %% answer="7.6-proof"
proof_7_6 = ...  # four letters in order
### BEGIN SOLUTION
proof_7_6 = "DAFB"
### END SOLUTION

# %% test="7.6-proof"
expect("7.6-proof", lambda: proof_7_6, some_letters("ABCDEF", 4))

# %% [markdown]
# *Optional, read by a person:* prove it in your own words. Keep the bias until you know what becomes
# of it, and say which index is the row and which the column.

# %% [markdown] written="7.6-written"
# ### BEGIN SOLUTION
# One entry of the layer is $z_i=\beta_i+\sum_m\Omega_{im}h_m$. When it is differentiated by $h_j$,
# the bias is a constant and contributes nothing, and of the sum only the term with $m=j$ contains
# $h_j$. So $\partial z_i/\partial h_j=\Omega_{ij}$.
#
# In denominator layout $j$, the index at the bottom, is the row and $i$, the index on top, is the
# column. The matrix therefore has $\Omega_{ij}$ in row $j$ and column $i$, while $\boldsymbol\Omega$
# itself has it in row $i$ and column $j$: it is $\boldsymbol\Omega^T$.
# ### END SOLUTION

# %% [markdown] exercise="7.7" title="The sigmoid as activation" stars=1 minutes=15 needs="7.5"
# For years the sigmoid was the standard activation, and for years nobody could train deep networks. One
# property of its derivative has a large share in that.
#
# Let $h=\operatorname{sig}[f]=1/(1+\exp[-f])$ be the activation of a hidden unit.
#
# **Your task.** Write `dsig(f)`, the derivative $\partial h/\partial f$. Then set four numbers:
# `limit_pos` and `limit_neg`, what the **derivative** tends to for very large positive and for very
# large negative $f$; `max_value`, its largest value; and `argmax`, the $f$ where it is reached.
#
# **Example.** `dsig(2.0)` is about 0.105.

# %% [markdown] hints="7.7"
# $h$ is a quotient, or the power $(1+\exp[-f])^{-1}$. Both ways lead to the same derivative.
#
# ---
# The derivative can be written with $h$ alone. What are the limits of $h$, and what does that make of
# the product?
#
# ---
# The product of two numbers with the sum 1 is largest when they are equal.


# %% answer="7.7"
def dsig(f: float) -> float:
    """The derivative of the logistic sigmoid at f."""
    ### BEGIN SOLUTION
    h = 1 / (1 + np.exp(-f))
    return h * (1 - h)
    ### END SOLUTION


limit_pos = ...  # a number
limit_neg = ...  # a number
max_value = ...  # a number
argmax = ...  # a number
### BEGIN SOLUTION
limit_pos, limit_neg = 0.0, 0.0
argmax = 0.0
max_value = dsig(argmax)
### END SOLUTION

# %% test="7.7"
expect("7.7", lambda: dsig(2.0), 0.104994, rtol=1e-4)
expect("7.7", lambda: limit_pos, is_number)
expect("7.7", lambda: limit_neg, is_number)
expect("7.7", lambda: max_value, is_number)
expect("7.7", lambda: argmax, is_number)

# %% [markdown]
# In a deep network one such factor is multiplied in at every layer. Run the next cell (Shift+Enter),
# choose a depth, and watch what arrives at the first layer.

# %% picture=true
from utils import sigmoid_explorer

sigmoid_explorer()

# %% [markdown] exercise="7.8" title="Step functions as activations" stars=2 minutes=20 needs="7.7"
# A neuron that fires or does not fire sounds like the most natural activation of all. This exercise
# shows what gradient descent makes of it. The popular verdict "such a network cannot learn" is not
# quite right.
#
# $$\operatorname{heaviside}[z]=\begin{cases}0&z<0\\1&z\ge0\end{cases}\qquad
# \operatorname{rect}[z]=\begin{cases}0&z<0\\1&0\le z\le1\\0&z>1\end{cases}$$

# %% fold=true
# Shift+Enter: the two step functions
from utils import show
from utils.plots import BLUE, axes, style

figure, (left, right) = axes("z", "activation", columns=2, width=8.4, height=2.6)
pieces = {left: [(-2, 0, 0), (0, 3, 1)], right: [(-2, 0, 0), (0, 1, 1), (1, 3, 0)]}
with style():
    for ax, title in ((left, "heaviside[z]"), (right, "rect[z]")):
        for start, end, height in pieces[ax]:
            ax.plot([start, end], [height, height], color=BLUE, linestyle="-")
        ax.set(title=title, ylim=(-0.15, 1.25), yticks=[0, 1])
show(
    figure,
    "Left: the Heaviside function is 0 on the left of 0 and 1 on the right. Right: the rectangular "
    "function is 1 between 0 and 1 and 0 elsewhere.",
)

# %% [markdown]
# **Your task.**
#
# a) Write `heaviside(z)` and `rect(z)` for a number `z`. The definitions above say what happens at
# the jumps.
#
# b) Write their derivatives `d_heaviside(z)` and `d_rect(z)`, for any `z` that is not at a jump.
#
# c) A network with **three layers** has Heaviside hidden units after the first and the second layer
# and a linear output layer; it is trained with the squared loss. For which parameters is the gradient
# zero whatever the data? Set `zero_gradient` to the letters, as text or as a set:
#
# | | weights | biases |
# |---|---|---|
# | layer 1 | **A** | **B** |
# | layer 2 | **C** | **D** |
# | layer 3 (output) | **E** | **F** |
#
# **Example.** `heaviside(2.5)` is 1 and `rect(2.5)` is 0.

# %% [markdown] hints="7.8"
# Look at the picture. How steep is each piece?
#
# ---
# For c), follow a small change of one parameter towards the loss. Does a step function lie in its way?
#
# ---
# The chain rule for a parameter contains the derivatives of the activations *after* it only.


# %% answer="7.8"
def heaviside(z: float) -> float:
    """0 below zero, else 1."""
    ### BEGIN SOLUTION
    return float(z >= 0)
    ### END SOLUTION


def rect(z: float) -> float:
    """1 from 0 to 1, else 0."""
    ### BEGIN SOLUTION
    return float(0 <= z <= 1)
    ### END SOLUTION


def d_heaviside(z: float) -> float:
    """The derivative of heaviside at z, away from the jump."""
    ### BEGIN SOLUTION
    return 0.0
    ### END SOLUTION


def d_rect(z: float) -> float:
    """The derivative of rect at z, away from the jumps."""
    ### BEGIN SOLUTION
    return 0.0
    ### END SOLUTION


zero_gradient = ...  # letters, such as "AB" or {"A", "B"}
### BEGIN SOLUTION
zero_gradient = {"A", "B", "C", "D"}
### END SOLUTION

# %% test="7.8"
expect("7.8", lambda: [heaviside(2.5), rect(2.5)], [1.0, 0.0])
expect("7.8", lambda: zero_gradient, some_letters("ABCDEF"))
if globals().get("zero_gradient", ...) is not ...:  # you have decided: now see what training does
    from utils.backprop_pictures import watch_step_network

    watch_step_network()

# %% [markdown]
# Libraries answer the same question in three ways, so do not be misled by one of them. In PyTorch
# `torch.heaviside` refuses to be differentiated, `(z >= 0).float()` silently cuts the graph, and
# `torch.sign` returns zeros.
#
# *Optional, read by a person:* discuss what makes these two functions hard for gradient descent. What
# is the derivative, and where does it not exist? Which layers are affected and which are not? What
# could one do?

# %% [markdown] written="7.8-written"
# ### BEGIN SOLUTION
# Both functions consist of horizontal pieces: the derivative is 0 wherever it exists, and at the
# jumps it does not exist. In the chain rule this zero is a factor of every derivative that passes
# through such a unit. So the gradient of all parameters before the last activation is exactly zero,
# and gradient descent never moves them.
#
# The output layer is the exception: no activation lies between it and the loss. Its weights and
# biases have an ordinary gradient and are trained, on top of hidden features that stay as they were
# initialised.
#
# A remedy is to use another slope for the backward pass only, that of a sigmoid or of a clipped
# identity (a "straight-through" estimator), or a smooth surrogate such as a steep sigmoid from the
# start.
# ### END SOLUTION

# %% [markdown] exercise="7.9" title="The gradient for the weights" stars=2 minutes=20 needs="7.6"
# The backward pass carries $\partial l/\partial\mathbf f$ from layer to layer. What training finally
# wants is the gradient for the weights, and it takes one line: but only if the right entries meet.
#
# Let $\mathbf f=\boldsymbol\beta+\boldsymbol\Omega\,\mathbf h$ and let $l$ be any loss that depends
# on $\mathbf f$. We write $\partial l/\partial\Omega_{ij}$ in **row $i$, column $j$** so that the
# gradient has the shape of $\boldsymbol\Omega$ itself. A single weight is a single wire, here
# $\Omega_{21}$:

# %%
from utils.backprop_pictures import show_one_weight

show_one_weight()

# %% [markdown]
# **Your task.** Write
#
# - `df_dOmega_element(k, i, j, h)`: the number $\partial f_k/\partial\Omega_{ij}$, for **any** $k$
#   (indices count from 0);
# - `dl_dOmega(dl_df, h)`: the gradient as a matrix. Both arguments are one-dimensional arrays, in
#   general of different lengths.
#
# **Example.** For $\mathbf h=(5,7)$, nudging $\Omega_{01}$ changes $f_0$ by 7 per unit:
# `df_dOmega_element(0, 0, 1, np.array([5.0, 7.0]))` is 7. With three outputs and these two inputs
# `dl_dOmega` returns a 3 × 2 matrix.

# %% [markdown] hints="7.9"
# Which entries of $\mathbf f$ does the marked wire reach? What does it carry?
#
# ---
# The loss depends on $\Omega_{ij}$ through all the $f_k$, so the chain rule is a sum over $k$:
# $\frac{\partial l}{\partial\Omega_{ij}}
# =\sum_k\frac{\partial l}{\partial f_k}\frac{\partial f_k}{\partial\Omega_{ij}}$.
# How many terms of it are not zero?
#
# ---
# A column times a row is a matrix. With one-dimensional arrays `@` does something else; look at
# `np.outer`.


# %% answer="7.9"
def df_dOmega_element(k: int, i: int, j: int, h: np.ndarray) -> float:
    """The derivative of f_k by Omega_ij, for f = beta + Omega h."""
    ### BEGIN SOLUTION
    return h[j] if k == i else 0.0
    ### END SOLUTION


def dl_dOmega(dl_df: np.ndarray, h: np.ndarray) -> np.ndarray:
    """The derivative of l by Omega, with dl/dOmega_ij in row i and column j."""
    ### BEGIN SOLUTION
    return np.outer(dl_df, h)
    ### END SOLUTION


# %% test="7.9"
expect("7.9", lambda: df_dOmega_element(0, 0, 1, np.array([5.0, 7.0])), 7.0)
expect("7.9", lambda: np.shape(dl_dOmega(np.array([1.0, 2.0, 3.0]), np.array([5.0, 7.0]))), (3, 2))

# %% [markdown]
# ### The proof, step by step
#
# Seven cards, **two of them false**. The other five prove
# $\partial l/\partial\boldsymbol\Omega=(\partial l/\partial\mathbf f)\,\mathbf h^T$. (Where two steps
# do not need each other, either order is right.)
#
# - **A** $\dfrac{\partial f_k}{\partial\Omega_{ij}}$ is $h_j$ for $k=i$ and 0 for every other $k$.
# - **B** Since $l$ depends on $\Omega_{ij}$ through all entries of $\mathbf f$,
#   $\dfrac{\partial l}{\partial\Omega_{ij}}
#   =\sum_k\dfrac{\partial l}{\partial f_k}\dfrac{\partial f_k}{\partial\Omega_{ij}}$.
# - **C** $\dfrac{\partial f_k}{\partial\Omega_{ij}}=h_j$ for all $k$, so
#   $\dfrac{\partial l}{\partial\Omega_{ij}}=\Big(\sum_k\dfrac{\partial l}{\partial f_k}\Big)h_j$.
# - **D** Row $i$, column $j$ is entry $i$ of the column $\partial l/\partial\mathbf f$ times entry
#   $j$ of the row $\mathbf h^T$: this is their matrix product.
# - **E** Entry by entry, $f_k=\beta_k+\sum_m\Omega_{km}h_m$.
# - **F** Only the term $k=i$ of the sum is left:
#   $\dfrac{\partial l}{\partial\Omega_{ij}}=\dfrac{\partial l}{\partial f_i}\,h_j$.
# - **G** Both factors are vectors, so they are multiplied entry by entry, and the result is a vector.
#
# **Your task** (bonus). Set `proof_7_9` to the five letters in order.

# %% [markdown] hints="7.9-proof"
# The sum over $k$ can be simplified only when both the sum and its factors are on the table.
#
# ---
# Which of the cards about $\partial f_k/\partial\Omega_{ij}$ agrees with the picture of one wire?

# %% answer="7.9-proof"
proof_7_9 = ...  # five letters in order
### BEGIN SOLUTION
proof_7_9 = "EABFD"
### END SOLUTION

# %% test="7.9-proof"
expect("7.9-proof", lambda: proof_7_9, some_letters("ABCDEFG", 5))

# %% [markdown]
# *Optional, read by a person:* prove it in your own words. Say what becomes of the sum over $k$, and
# give the shapes of the three matrices in the result.

# %% [markdown] written="7.9-written"
# ### BEGIN SOLUTION
# From $f_k=\beta_k+\sum_m\Omega_{km}h_m$, the derivative $\partial f_k/\partial\Omega_{ij}$ is $h_j$
# for $k=i$ and 0 otherwise, in short $\delta_{ki}h_j$: a weight acts on its own row only, and the
# bias does not depend on it.
#
# The loss may depend on every $f_k$, so the chain rule sums over them:
# $\partial l/\partial\Omega_{ij}
# =\sum_k(\partial l/\partial f_k)\,\delta_{ki}h_j=(\partial l/\partial f_i)\,h_j$.
# The $\delta_{ki}$ leaves one term of the sum.
#
# Entry $i$ of a column times entry $j$ of a row, in row $i$ and column $j$: that is a matrix product.
# With $D$ outputs and $C$ inputs $(D\times C)=(D\times1)(1\times C)$, that is
# $\partial l/\partial\boldsymbol\Omega=(\partial l/\partial\mathbf f)\,\mathbf h^T$.
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/01_derivatives")

# %% [markdown]
# {{next}}
