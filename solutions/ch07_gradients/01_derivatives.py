# %% [markdown]
# # Derivatives and the chain rule
#
# A network is a long formula, and training it needs one derivative per parameter. In this notebook
# you write those derivatives down yourself, for a network small enough to do it by hand and for a
# chain of simple steps. By the end you will have seen why every backward pass is a product of small
# factors, and how their sizes tell you whether you have put them in the right order.
#
# > **Conventions here.** $\mathbb I[\cdot]$ is 1 if the statement in the brackets is true and 0 if
# > not. ReLU is $a[z]=\max(0,z)$ with $a'[z]=\mathbb I[z>0]$; nothing here is ever tested exactly at a
# > corner. A weight with two indices is read **from, to**: $\psi_{21}$ leads from $h_2$ to $f_1$. Vectors
# > are columns. A derivative of one vector by another is written in **denominator layout**: the matrix
# > $\partial\mathbf z/\partial\mathbf h$ has a row for every $h_j$ (below) and a column for every $z_i$
# > (on top).

# %% setup=true
import numpy as np

from utils import expect, grade, network_7_1, progress, some_letters, toy_forward

# the parameters of 7.1, and values for an example
NAMES = "phi0 phi1 phi2 psi01 psi11 psi21 psi02 psi12 psi22 theta01 theta11 theta02 theta12".split()
ones = dict.fromkeys(NAMES, 1.0) | {"psi02": -9.0}
# the numbers in the picture of 7.2
picture = dict(beta=(1, 2, -3, 0.4), omega=(0.1, -0.4, 2, 3))

# %% [markdown] exercise="7.1" title="Thirteen derivatives" stars=3 minutes=40
# One input, two layers of two ReLU units, one output: thirteen parameters, and the formula for each
# derivative still fits on a line. Doing it once by hand shows what backpropagation will save you,
# because you will write the same factors again and again.
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
# off, and no change gets through it. Moving $x$ alone shows six of the sixteen on/off patterns; the
# buttons change the biases of a layer, and with them all sixteen can be had. Choose a pattern, say which
# of the thirteen parameters have no effect on $y$ there, and look for them among the dotted wires.

# %% picture=true
from utils.explorers.ch07_gradients import network_7_1_explorer

network_7_1_explorer()

# %% [markdown]
# **Your task.** Write `derivatives_7_1(p, x)`. The dictionary `p` holds the parameters under the names
# `phi0 phi1 phi2 psi01 psi11 psi21 psi02 psi12 psi22 theta01 theta11 theta02 theta12`; return a
# dictionary with the same thirteen names, each with the derivative of $y$ by that parameter. Write the
# formulas directly. The network itself is given for checking: `network_7_1(p, x)` returns $y$. Your answer
# does without it, and without the slopes that are measured with it below.
#
# Each derivative is one point.
#
# **Example.** Let every $\phi$, $\psi$ and $\theta$ be 1 except $\psi_{02}=-9$, and $x=2$. Then
# $u_1=u_2=3$, $f_1 = 7$, $f_2=-3$: the second unit is off. $\partial y/\partial\phi_1 = 7$,
# $\partial y/\partial\psi_{11} = 3$, $\partial y/\partial\psi_{12} = 0$, and $y = 1 + 7 + 0$:

# %%
network_7_1(ones, 2.0)

# %% [markdown]
# **How to check a derivative without knowing it.** Change one parameter a little, watch $y$, and divide.
# The function below measures all thirteen slopes in this way. It calls the network 26 times, which is
# fine for a check and hopeless for training. The test below your answer compares all your lines with
# measured slopes, at 60 random choices of the parameters.


# %% setup=true
def measured_slopes(p, x, h=1e-6):
    """The derivative of y by each parameter, measured: it is nudged up and down by h."""

    def slope(name):
        up, down = p | {name: p[name] + h}, p | {name: p[name] - h}
        return (network_7_1(up, x) - network_7_1(down, x)) / (2 * h)

    return {name: slope(name) for name in NAMES}


def random_point(seed):
    """Random parameters and a random input, all with two decimals."""
    *values, x = np.random.default_rng(seed).normal(size=14).round(2).tolist()
    return dict(zip(NAMES, values)), 2 * x


POINTS = [random_point(seed) for seed in range(60)]


def lines_that_differ(derivatives, points=POINTS):
    """The names of the derivatives that differ from measured slopes, at the first point where any do."""
    for p, x in points:
        yours, measured = derivatives(p, x), measured_slopes(p, x)
        if wrong := [name for name in NAMES if abs(yours[name] - measured[name]) > 1e-4]:
            return wrong
    return []


def print_lines(derivatives):
    """All thirteen lines at the first point where one of them is wrong, or else at the first point."""
    p, x = next((one for one in POINTS if lines_that_differ(derivatives, [one])), POINTS[0])
    yours, measured, wrong = derivatives(p, x), measured_slopes(p, x), lines_that_differ(derivatives, [(p, x)])
    print(f"\nx = {x:g}, {', '.join(f'{name} = {value:g}' for name, value in p.items())}")
    for name in NAMES:
        mark = "✘" if name in wrong else " "
        print(f"{mark} {name:8} yours {yours[name] + 0:10.5f}   measured {measured[name] + 0:10.5f}")


# %%
{name: round(slope, 6) for name, slope in measured_slopes(ones, 2.0).items()}

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
# A line is right at some points and wrong at others? Then one of its indicators is missing, or it asks
# about the wrong sum. Look at the signs of $u_1, u_2, f_1, f_2$ at the point that the test prints.


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


# %% test="7.1" decides=true
expect("7.1", lambda: sorted(derivatives_7_1(ones, 2.0)), sorted(NAMES))
expect("7.1", lambda: lines_that_differ(derivatives_7_1), [])
try:
    print_lines(derivatives_7_1)
except Exception:
    pass  # the list comes with an answer that runs

# %% [markdown] commentary="7.1"
# The solution first computes how fast y changes with f₁, f₂, u₁ and u₂; each of the thirteen lines is then
# one of these numbers times what its parameter multiplies, so no indicator is written twice and none can
# be forgotten. The trap is the sum in `du1` and `du2`: a first-layer unit reaches y on two paths, and their
# effects add up.

# %% [markdown]
# ### Find the mistakes
#
# Here are eight of the thirteen lines as they stand in a set of printed notes. **Exactly three of them
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
# You may let the computer look: write a printed line as code and compare it with `measured_slopes` at
# several of the random points. Some mistakes show only at some of them.
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
LINES = dict(A="phi1", B="psi01", C="psi21", D="psi02", E="psi12", F="theta01", G="theta11", H="psi22")


def corrections_that_differ():
    """The letters of your corrected lines that differ from a measured slope at a random point."""
    wrong = set()
    for p, x in POINTS:
        measured = measured_slopes(p, x)
        for letter, value in corrected_7_1(p, x).items():
            letter = letter.strip("( ")[:1].upper()  # "D", "(d)" and "D: psi02" are the same line
            if abs(value - measured[LINES[letter]]) > 1e-4:
                wrong.add(letter)
    return wrong


expect("7.1-mistake", lambda: wrong_7_1, some_letters("ABCDEFGH", 3))
expect("7.1-mistake", lambda: len(corrected_7_1(ones, 2.0)), 3)
expect("7.1-mistake", lambda: corrections_that_differ(), set())

# %% [markdown] commentary="7.1"
# For the mistakes: the corrected lines come from `derivatives_7_1`, which is already tested, instead of
# being typed again. F and G show why a few test points are not enough: their exchanged ψ matter only where
# an indicator changes its mind.

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
# $$\begin{gathered}
# \frac{\partial l}{\partial f_2}=\frac{\partial h_3}{\partial f_2}\frac{\partial l}{\partial h_3},\quad
# \frac{\partial l}{\partial h_2}=\frac{\partial f_2}{\partial h_2}\frac{\partial l}{\partial f_2},\quad
# \frac{\partial l}{\partial f_1}=\frac{\partial h_2}{\partial f_1}\frac{\partial l}{\partial h_2},\\[4pt]
# \frac{\partial l}{\partial h_1}=\frac{\partial f_1}{\partial h_1}\frac{\partial l}{\partial f_1},\quad
# \frac{\partial l}{\partial f_0}=\frac{\partial h_1}{\partial f_0}\frac{\partial l}{\partial h_1}.
# \end{gathered}$$

# %% picture=true
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


# %% test="7.2" decides=true
expect("7.2", lambda: toy_local(0, (0, 0, 0, 0), (1, 2, 3, 4))["df1_dh1"], 2)
expect("7.2", lambda: toy_local(0, (0, 0, 0, 0), (1, 2, 3, 4))["dh1_df0"], 1.0)
expect("7.2", lambda: toy_local(0, (0, 0, 0, 0.5), (1, 2, 0.5, 4))["dh3_df2"], -0.479426, rtol=1e-5)
expect("7.2", lambda: toy_backward(2.3, 2, **picture)["h3"], 2.2336, rtol=1e-4)
expect("7.2", lambda: toy_backward(2.3, 2, **picture)["f0"], 2.2809, rtol=1e-4)

# %% [markdown] commentary="7.2"
# Each derivative is one new factor times the derivative before it, so the whole chain costs no more than
# its factors: that is all there is to backpropagation. Every factor is taken at the *input* of its function
# (the cosine at f₀, not at h₁), which is why a backward pass has to keep the values of the forward pass.

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
expect("7.2-mistake", lambda: loss_factor_7_2(5.0, 3.0), 4.0)
expect("7.2-mistake", lambda: corrected_7_2(0.3, 0.2, 0.1, 5.0, (1, 1, 1, 1), 5.0), 0.0)
v = toy_forward(2.3, **picture)  # the numbers of 7.2, whose answer you know
at_picture = [v["f0"], v["f1"], v["f2"], v["f3"], picture["omega"], 2]
expect("7.2-mistake", lambda: corrected_7_2(*at_picture), 2.2809, rtol=1e-4)

# %% [markdown] commentary="7.2"
# For the mistakes: in a chain every denominator is the next numerator, and F breaks this rule where H
# repeats a link. P is found without any algebra: a perfect prediction, f₃ = y, has to give a zero gradient,
# and 2f₃ does not.

# %% [markdown] exercise="7.3" title="Sizes" stars=2 minutes=10 needs="7.2"
# With vectors instead of numbers the chain becomes a product of matrices. Half of all mistakes in a
# backward pass are caught by one question: do the sizes fit?
#
# **Denominator layout.** What stands at the bottom of $\partial\mathbf z/\partial\mathbf h$ numbers
# the rows, what stands on top numbers the columns. The derivative of a single number by a vector is
# therefore a column, as long as the vector. Here are two $z$ and three $h$:

# %% picture=true
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
def size_of_the_product(D1, D2, D3, Df):
    """The size of your seven factors multiplied; `ValueError` where two neighbours do not fit."""
    _, *factors = sizes_7_3(D1, D2, D3, Df)
    for (rows, columns), (next_rows, next_columns) in zip(factors, factors[1:]):
        if columns != next_rows:
            raise ValueError(f"({rows}, {columns}) cannot be multiplied by ({next_rows}, {next_columns})")
    return (int(factors[0][0]), int(factors[-1][1]))


expect("7.3", lambda: len(sizes_7_3(4, 5, 3, 2)), 8)
expect("7.3", lambda: sizes_7_3(4, 5, 3, 2)[0], (4, 1))
expect("7.3", lambda: size_of_the_product(4, 5, 3, 2), (4, 1))

# %% [markdown] commentary="7.3"
# Every size is (entries at the bottom, entries on top), and nothing else has to be remembered. What stands
# on top of one factor stands at the bottom of the next, so the inner sizes agree and the product has the
# size of the left-hand side: in this layout the factors are written in the order of the backward pass, from
# right to left.

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/01_derivatives")

# %% [markdown]
# {{next}}
