# %% [markdown]
# # The derivatives of one layer
#
# A layer is a matrix, a bias and an activation. Here you find the derivative of each of them: through
# the matrix, through the activation, and by the weights themselves. These are all the local rules that
# backpropagation strings together, and two of them explain why popular activations of the past are hard
# to train.
#
# > **Conventions here.** Vectors are columns, a layer is
# > $\mathbf f = \boldsymbol\beta + \boldsymbol\Omega\,\mathbf h$, and $\boldsymbol\Omega$ has one
# > **row per output** and one column per input: $\Omega_{ij}$ is read **to, from** (to output $i$, from
# > input $j$; the $\psi_{jk}$ of 7.1 were written the other way round). A derivative of one vector by
# > another is written in **denominator layout**: $\partial\mathbf z/\partial\mathbf h$ has a row for every
# > $h_j$ (below) and a column for every $z_i$ (on top). In code a vector is a one-dimensional array.

# %% setup=true
import numpy as np

from utils import expect, grade, is_number, progress, some_letters, such_that
from utils.answers import asked_number

# %% [markdown] exercise="7.6" title="Through a linear layer" stars=2 minutes=20 needs="7.3"
# Why does a transposed weight matrix turn up in every backward pass? It is not a trick to make the sizes
# fit: it follows from the derivative of one entry by another, and from where we agreed to write that
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


# %% test="7.6" decides=true
def moved(j, Omega, beta, h):
    """How z moves when only h_j is nudged."""
    nudge = 0.5 * np.eye(len(h))[j]
    return (beta + Omega @ (h + nudge)) - (beta + Omega @ (h - nudge))


wide = dict(Omega=np.array([[2.0, 3.0, 4.0]]), beta=np.array([5.0]), h=np.array([1.0, 6.0, 7.0]))
square = dict(Omega=np.array([[1.0, 2.0], [3.0, 4.0]]), beta=np.array([5.0, 6.0]), h=np.array([7.0, 8.0]))
expect("7.6", lambda: element(wide["Omega"], 0, 1), 3.0)
expect("7.6", lambda: element(square["Omega"], 1, 0), moved(0, **square)[1])
expect("7.6", lambda: np.shape(dz_dh(**wide)), (3, 1))
expect("7.6", lambda: dz_dh(**square), np.array([moved(0, **square), moved(1, **square)]))

# %% [markdown] commentary="7.6"
# In zᵢ only the term Ωᵢⱼhⱼ contains hⱼ, so the single derivative is Ωᵢⱼ; bias and inputs drop out, which is
# why `dz_dh` uses neither. The transpose is no calculation but bookkeeping: denominator layout puts this
# number into row j and column i.

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

# %% [markdown] commentary="7.6"
# The order of the proof (D, A, F, B) is that of every such derivation: write one entry down, differentiate,
# simplify, and only then arrange the entries in a matrix. C and E are the two classical slips: all inputs
# moved together, and a layer taken for an activation.

# %% [markdown] written="7.6-written"
# **In your own words (optional, read by a person).** Prove that
# $\partial\mathbf z/\partial\mathbf h=\boldsymbol\Omega^T$. Keep the bias until you know what becomes of
# it, and say which index is the row and which the column.
#
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
# For years the sigmoid was the standard activation, and for years nobody could train deep networks. A
# property of its derivative is one of the reasons.
#
# Let $h=\operatorname{sig}[f]=1/(1+\exp[-f])$ be the activation of a hidden unit.
#
# **Your task.** Write `dsig(f)`, the derivative $\partial h/\partial f$. Then set four numbers:
# `limit_pos` and `limit_neg`, what the **derivative** tends to for very large positive and for very
# large negative $f$; `max_value`, its largest value; and `argmax`, the $f$ where it is reached. (The
# activations in `utils.networks` are taken away when `dsig` is graded.)
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
def near_your_dsig(where, value):
    """A number that fits what your own dsig gives there; whether dsig is right is another question."""
    words = f"a number that your dsig gives {where}, to 6 decimals"
    return such_that(words, lambda number: abs(asked_number(number) - value()) < 1e-6)


expect("7.7", lambda: dsig(2.0), 0.104994, rtol=1e-4)
expect("7.7", lambda: dsig(-2.0), 0.104994, rtol=1e-4)
expect("7.7", lambda: limit_pos, near_your_dsig("at f = 30", lambda: dsig(30.0)))
expect("7.7", lambda: limit_neg, near_your_dsig("at f = -30", lambda: dsig(-30.0)))
expect("7.7", lambda: max_value, near_your_dsig("at your argmax", lambda: dsig(asked_number(argmax))))
expect("7.7", lambda: argmax, is_number)

# %% [markdown] commentary="7.7"
# Written with h, the derivative h(1 − h) needs one exponential, and everything that is asked can be read off
# it: one of the factors goes to 0 on either side, and the product of two numbers with the sum 1 is largest
# where they are equal, at h = ½. The maximum is computed as `dsig(argmax)`, so that it cannot disagree with
# the function.

# %% [markdown]
# In a deep network one such factor is multiplied in at every layer. **Predict first:** through how many
# sigmoid layers can a gradient pass before less than a millionth of it is left, even if every slope is as
# large as it can be? Then run the next cell (Shift+Enter), move `layers`, and see.

# %%
from utils import sigmoid_explorer

sigmoid_explorer()

# %% [markdown] exercise="7.8" title="Step functions as activations" stars=2 minutes=20 needs="7.7"
# A neuron that fires or does not fire sounds like the most natural activation of all. What can gradient
# descent do with it? The usual verdict, "such a network cannot learn", is not quite right.
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
expect("7.8", lambda: [heaviside(2.5), heaviside(0), heaviside(-0.1)], [1.0, 1.0, 0.0])
expect("7.8", lambda: [rect(-0.1), rect(0), rect(0.5), rect(1), rect(2.5)], [0.0, 1.0, 1.0, 1.0, 0.0])
expect("7.8", lambda: d_heaviside(0.6) - (heaviside(0.7) - heaviside(0.5)) / 0.2, 0.0)  # measured
expect("7.8", lambda: d_rect(0.6) - (rect(0.7) - rect(0.5)) / 0.2, 0.0)
expect("7.8", lambda: zero_gradient, some_letters("ABCDEF"))
if globals().get("zero_gradient", ...) is not ...:  # you have decided: now see what training does
    from utils.backprop_pictures import watch_step_network

    watch_step_network()

# %% [markdown] commentary="7.8"
# A horizontal piece has the slope 0, so both derivatives are the constant 0 and need no cases. For the
# letters, ask of each parameter whether a step function lies between it and the loss: for layers 1 and 2 it
# does, for the output layer it does not, and a bias always shares the fate of the weights beside it.

# %% [markdown]
# Libraries deal with this in three different ways. In PyTorch `torch.heaviside` refuses to be
# differentiated, `(z >= 0).float()` silently cuts the graph, and `torch.sign` returns zeros.

# %% [markdown] written="7.8-written"
# **In your own words (optional, read by a person).** Discuss what makes these two functions hard for
# gradient descent. What is the derivative, and where does it not exist? Which layers are affected and
# which are not? What could one do?
#
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
# $\Omega_{21}$, which leads from $h_1$ to $f_2$. (The picture counts from 1, as formulas do; the code
# below counts from 0, where this weight is `Omega[1, 0]`.)

# %% picture=true
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
def moves(i, j, h):
    """How the entries of f move when Omega_ij grows by 1."""
    Omega = np.zeros((len(h), len(h)))
    Omega[i, j] = 1
    return Omega @ h


h = np.array([5.0, 7.0, 11.0])
expect("7.9", lambda: df_dOmega_element(0, 0, 1, np.array([5.0, 7.0])), 7.0)
expect("7.9", lambda: df_dOmega_element(2, 2, 1, h), moves(2, 1, h)[2])
expect("7.9", lambda: df_dOmega_element(1, 2, 1, h), moves(2, 1, h)[1])
expect("7.9", lambda: np.shape(dl_dOmega(np.array([1.0, 2.0]), h)), (2, 3))
expect("7.9", lambda: np.asarray(dl_dOmega(np.array([1.0, 2.0, 3.0]), h))[2, 1], 21.0)
expect("7.9", lambda: np.asarray(dl_dOmega(np.array([1.0, 2.0, 3.0]), h))[0, 2], 11.0)

# %% [markdown] commentary="7.9"
# A weight acts on one output only, its own row; the condition `k == i` says so, and in the chain rule it
# leaves one term of the sum over k. What remains is entry i of one vector times entry j of the other, which
# is what `np.outer` computes; `@` between two one-dimensional arrays would add these products up instead.

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
# - **D** By **F**, row $i$, column $j$ of the gradient is entry $i$ of the column
#   $\partial l/\partial\mathbf f$ times entry $j$ of the row $\mathbf h^T$: this is their matrix product.
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

# %% [markdown] commentary="7.9"
# In the proof the chain rule (B) may stand before or after the derivative of one entry (E, A): neither needs
# the other. What cannot wait is the sum: only when it and the zeros in it are there (F) may it be reduced to
# one term.

# %% [markdown] written="7.9-written"
# **In your own words (optional, read by a person).** Prove that
# $\partial l/\partial\boldsymbol\Omega=(\partial l/\partial\mathbf f)\,\mathbf h^T$. Say what becomes of
# the sum over $k$, and give the shapes of the three matrices in the result.
#
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
progress("ch07_gradients/03_one_layer")

# %% [markdown]
# {{next}}
