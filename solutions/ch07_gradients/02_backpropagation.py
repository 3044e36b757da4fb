# %% [markdown]
# # Backpropagation at work
#
# You know the chain rule for one layer. Here it runs through whole networks: with another activation
# function, with too little memory, on a graph that is no chain, and in the other direction.
#
# > **Conventions here.** The layers are counted $k = 0 \dots K$. Vectors are columns in the
# > formulas and arrays with one axis in the code; $\boldsymbol\Omega_k$ has one row per output. The
# > input of layer 0 is $\mathbf{x}$, the input of layer $k > 0$ is
# > $\mathbf{h}_k = a[\mathbf{f}_{k-1}]$:
# >
# > $$\mathbf{f}_0 = \boldsymbol\beta_0 + \boldsymbol\Omega_0\mathbf{x}, \qquad
# > \mathbf{f}_k = \boldsymbol\beta_k + \boldsymbol\Omega_k\,a[\mathbf{f}_{k-1}].$$
# >
# > The pre-activations $\mathbf{f}_K$ are the network's output: the last layer is linear. A derivative
# > $\partial\ell/\partial\mathbf{f}_k$ has the shape of $\mathbf{f}_k$.

# %% setup=true
import math

import numpy as np

from utils import (
    Chart,
    Tape,
    Value,
    draw_graph,
    expect,
    explore,
    grade,
    is_number,
    is_whole_number,
    one_letter,
    plot_storage,
    plot_tape,
    progress,
    such_that,
)
from utils.plots import BLUE, ORANGE

# %% [markdown] exercise="7.10" title="The backward pass with leaky ReLU" stars=2 minutes=25 needs="7.6 7.9"
# A ReLU that is switched off passes no gradient at all, and what lies before it learns nothing from
# that example. The leaky ReLU leaves a small opening, and backpropagation changes in a single
# place.
#
# $$a[z] = \begin{cases} \alpha z & z < 0 \\ z & z \ge 0 \end{cases}$$
#
# with a small $\alpha > 0$: here 0.1 unless said otherwise (PyTorch's default is 0.01). You may rely on
# two results for a single layer $\mathbf{f} = \boldsymbol\beta + \boldsymbol\Omega\mathbf{h}$:
# $\partial\mathbf{f}/\partial\mathbf{h} = \boldsymbol\Omega^T$, and
# $\partial\ell/\partial\boldsymbol\Omega = (\partial\ell/\partial\mathbf{f})\,\mathbf{h}^T$.
#
# **Your task.** Derive the three equations of the backward pass, for
# $\partial\ell/\partial\boldsymbol\beta_k$, for $\partial\ell/\partial\boldsymbol\Omega_k$, and for
# $\partial\ell/\partial\mathbf{f}_{k-1}$ from $\partial\ell/\partial\mathbf{f}_k$. Then write
# `backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1)`. It runs the network forward, goes back from
# `dl_dfK` (which is $\partial\ell/\partial\mathbf{f}_K$), and returns two lists, for $k = 0 \dots K$:
# all $\partial\ell/\partial\boldsymbol\Omega_k$ and all $\partial\ell/\partial\boldsymbol\beta_k$.
#
# **Example.** One unit per layer, $K = 1$, weights 2 and 3, no biases, $x = -1$: then $f_0 = -2$,
# $h_1 = -0.2$. With $\partial\ell/\partial f_1 = 5$ the weights get the gradients $-1.5$ and $-1$, the
# biases 1.5 and 5.
#
# At exactly $z = 0$ there is a corner and no derivative. Any number between $\alpha$ and 1 can be
# defended there (PyTorch takes $\alpha$), so it is never tested. Run the next cell (Shift+Enter) and
# move the slider: the whole of $\alpha$ is in the left half.

# %% fold=true
# Shift+Enter: leaky ReLU and its slope, with a slider for alpha
def draw(alpha):
    left = Chart("z", "a[z]", "Leaky ReLU", x=(-3, 3), y=(-1.8, 3.2), width=400)
    left.line([-3, 0, 3], [-3 * alpha, 0, 3])
    right = Chart("z", "slope of a", "Its slope", x=(-3, 3), y=(-0.08, 1.15), width=400)
    right.line([-3, 0], [alpha, alpha], ORANGE)
    right.line([0, 3], [1, 1], BLUE)
    right.points([0], [alpha], ORANGE, hollow=True)
    right.points([0], [1], BLUE, hollow=True)
    kept = "nothing: this is the plain ReLU" if alpha == 0 else f"{alpha:.0%}"
    return [left, right], f"Of a gradient that arrives at a negative z, the backward pass keeps {kept}."


explore(draw, alpha=(0.0, 0.5, 0.05, 0.1))

# %% [markdown] hints="7.10"
# Go forward first, and keep every $\mathbf{f}_k$. Backwards, carry one vector along:
# $\partial\ell/\partial\mathbf{f}_k$. It starts as `dl_dfK`.
#
# ---
# Layer $k$ read $\mathbf{h}_k$, not $\mathbf{f}_{k-1}$, and layer 0 read $\mathbf{x}$. That is what its
# weight gradient needs.
#
# ---
# From $\mathbf{f}_k$ to $\mathbf{f}_{k-1}$ there are two steps: first through the weights to
# $\mathbf{h}_k$, then through the activation, element by element, with the slopes at
# $\mathbf{f}_{k-1}$. What would the sizes say if you did the second one first?


# %% answer="7.10"
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    """(all dl/dOmega_k, all dl/dbeta_k) for k = 0 ... K; x, dl_dfK and the betas have one axis."""
    ### BEGIN SOLUTION
    inputs, slopes = [x], []
    for Omega, beta in zip(Omegas[:-1], betas[:-1]):
        f = beta + Omega @ inputs[-1]
        slope = np.where(f > 0, 1.0, alpha)
        slopes.append(slope)
        inputs.append(slope * f)

    dl_df = dl_dfK
    dl_dOmegas, dl_dbetas = [], []
    for k in reversed(range(len(Omegas))):
        dl_dOmegas.insert(0, np.outer(dl_df, inputs[k]))
        dl_dbetas.insert(0, dl_df)
        if k > 0:
            dl_df = slopes[k - 1] * (Omegas[k].T @ dl_df)
    return dl_dOmegas, dl_dbetas
    ### END SOLUTION


# %% test="7.10"
def one_unit_per_layer(x, upstream, alpha=0.1):
    """The example: weights 2 and 3, no biases."""
    Omegas, betas = [np.array([[2.0]]), np.array([[3.0]])], [np.zeros(1), np.zeros(1)]
    dOmegas, dbetas = backward_leaky(Omegas, betas, np.array([x]), np.array([upstream]), alpha)
    return [float(np.squeeze(d)) for d in [*dOmegas, *dbetas]]


def shapes(*sizes):
    """The shapes of the weight and bias gradients of a network with layers of these sizes."""
    rng = np.random.default_rng(0)
    Omegas = [rng.normal(size=(n, m)) for m, n in zip(sizes, sizes[1:])]
    betas = [rng.normal(size=n) for n in sizes[1:]]
    x, upstream = rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])
    dOmegas, dbetas = backward_leaky(Omegas, betas, x, upstream)
    return [np.shape(d) for d in dOmegas], [np.shape(d) for d in dbetas]


expect("7.10", lambda: one_unit_per_layer(-1.0, 5.0), [-1.5, -1.0, 1.5, 5.0])
expect("7.10", lambda: one_unit_per_layer(1.0, 5.0), [15.0, 10.0, 15.0, 5.0])
expect("7.10", lambda: shapes(3, 5, 4, 2), ([(5, 3), (4, 5), (2, 4)], [(5,), (4,), (2,)]))

# %% [markdown] exercise="7.11" title="Gradient checkpointing" stars=3 minutes=35 needs="7.10"
# The backward pass needs the pre-activations of every layer, so a deep network fills the memory long
# before it fills the day. Checkpointing trades one for the other: keep a few pre-activations, throw the
# rest away, and compute them again when their turn comes. The gradients stay exactly the same.
#
# Here is a network with layers $0 \dots K$ whose memory is watched. All of it goes through a `Tape`:
#
# | call | what it does |
# |---|---|
# | `tape.K`, `tape.x` | the number of the last layer; the network's input |
# | `tape.step(k, f_prev)` | returns $\mathbf{f}_k$, computed from $\mathbf{f}_{k-1}$ (for $k = 0$ give `tape.x`); counts one **layer evaluation** |
# | `tape.save(k, f)` | stores $\mathbf{f}_k$; raises `MemoryError` when the tape is full |
# | `tape.load(k)` | returns the stored $\mathbf{f}_k$; raises `KeyError` if it is not there |
# | `tape.drop(k)` | forgets $\mathbf{f}_k$ and makes room |
# | `tape.backward(k, dl_df, f_prev)` | the backward pass of layer $k$ alone, as in 7.10: from $\partial\ell/\partial\mathbf{f}_k$ and $\mathbf{f}_{k-1}$ (for $k = 0$: `tape.x`) it returns the pair $\partial\ell/\partial\boldsymbol\Omega_k$, $\partial\ell/\partial\mathbf{f}_{k-1}$ |
# | `tape.counts` | how many layers were evaluated, how many vectors are stored, how many were stored at most |
#
# The next cell shows the tape at work in the usual way, which stores everything.


# %% setup=true
def store_everything(tape, dl_dfK):
    """All dl/dOmega_k, k = 0 ... K, with every pre-activation on the tape."""
    f = tape.x
    for k in range(tape.K + 1):
        f = tape.step(k, f)
        tape.save(k, f)
    dl_dOmegas, dl_df = [], dl_dfK
    for k in reversed(range(tape.K + 1)):
        f_prev = tape.x if k == 0 else tape.load(k - 1)
        dl_dOmega, dl_df = tape.backward(k, dl_df, f_prev)
        dl_dOmegas.insert(0, dl_dOmega)
    return dl_dOmegas


# %%
tape = Tape.deep(K=50)  # layers 0 to 50, 8 units each, room for everything
store_everything(tape, dl_dfK=np.ones(8))
print(tape.counts)

# %% [markdown]
# With **checkpoints** only $\mathbf{f}_0, \mathbf{f}_n, \mathbf{f}_{2n}, \dots$ below
# $\mathbf{f}_K$ are kept on the way forward, where $n$ is the spacing. What lies between two
# checkpoints is a *segment*. Each picture below is one run over 51 layers. A bar says from when to
# when a vector is on the tape; the dotted line is the end of the first forward pass; the curve
# counts the bars.

# %%
plot_storage(K=50, spacings=(25, 10, 5))

# %% [markdown]
# Few checkpoints mean long segments, many checkpoints are many vectors themselves. And yet the
# number of evaluations hardly depends on the spacing. Why is that?
#
# **Your task.** Write `checkpointed_gradients(tape, dl_dfK, every)`. It returns the list of all
# $\partial\ell/\partial\boldsymbol\Omega_k$, $k = 0 \dots K$, with a checkpoint at every `every`-th
# layer.
#
# - Run the network forward first; the loss could not be computed otherwise.
# - The tape has room for the checkpoints and for `every` vectors more, not for all.
# - At most $2(K+1)$ layer evaluations are allowed.
# - What you keep, keep on the tape: vectors hidden in a list of your own are memory that nobody counted.
#
# **Example.** `tape = Tape.deep(50, every=10)` has 5 checkpoints ($\mathbf{f}_0$ to $\mathbf{f}_{40}$)
# and room for 15 vectors. It can be done with 14, and 96 layer evaluations.

# %% [markdown] hints="7.11"
# Which segment is needed first on the way back? Where does recomputing it begin?
#
# ---
# For layers $s+1 \dots e$ the backward pass reads $\mathbf{f}_s \dots \mathbf{f}_{e-1}$, where
# $\mathbf{f}_s$ is a checkpoint. Fill in the others from there, each from the one before it, then
# go back through these layers. The last segment may be shorter than `every`.
#
# ---
# As soon as `tape.backward(k, …)` is done, nobody needs $\mathbf{f}_{k-1}$ any more: drop it, the
# checkpoint too. Layer 0 is left at the end; it reads `tape.x`.


# %% answer="7.11"
def checkpointed_gradients(tape, dl_dfK, every):
    """All dl/dOmega_k, k = 0 ... K, with only every `every`-th pre-activation kept."""
    ### BEGIN SOLUTION
    K, f = tape.K, tape.x
    for k in range(K + 1):
        f = tape.step(k, f)
        if k % every == 0 and k < K:
            tape.save(k, f)

    gradients, dl_df = [None] * (K + 1), dl_dfK
    for start in reversed(range(0, K, every)):
        end = min(start + every, K)
        for k in range(start + 1, end):
            tape.save(k, tape.step(k, tape.load(k - 1)))
        for k in range(end, start, -1):
            gradients[k], dl_df = tape.backward(k, dl_df, tape.load(k - 1))
            tape.drop(k - 1)
    gradients[0], _ = tape.backward(0, dl_df, tape.x)
    return gradients
    ### END SOLUTION


# %% test="7.11" decides=true
def run_checkpointed(K, every):
    """(the gradients, the tape) of your function on a network with layers 0 ... K."""
    tape = Tape.deep(K, every)
    return checkpointed_gradients(tape, np.linspace(-1, 1, 8), every), tape


def same_gradients(K, every):
    """Are they those of storing everything?"""
    full = store_everything(Tape.deep(K), np.linspace(-1, 1, 8))
    mine, _ = run_checkpointed(K, every)
    return len(mine) == len(full) and all(np.allclose(a, b) for a, b in zip(mine, full))


def counts(K, every):
    """What your function has cost."""
    return run_checkpointed(K, every)[1].counts


few_evaluations = such_that("more than 71 and at most 102", lambda n: 71 < n <= 102)
few_stored = such_that("from 4 to 15", lambda n: 4 <= n <= 15)
expect("7.11", lambda: same_gradients(12, 4), True)
expect("7.11", lambda: same_gradients(50, 10), True)
expect("7.11", lambda: same_gradients(23, 5), True)
expect("7.11", lambda: counts(50, 10)["layer evaluations"], few_evaluations)
expect("7.11", lambda: counts(50, 10)["most stored"], few_stored)
try:
    plot_tape(run_checkpointed(50, 10)[1], "Your run, a checkpoint every 10 layers")
except Exception:
    pass  # the picture comes with an answer that runs

# %% [markdown]
# **Explain it (optional, read by a person).** Explain checkpointing to somebody who knows
# backpropagation: in which order the segments come and why, where recomputing a segment begins, which
# spacing needs the least memory for $K$ layers and how much that is, and what it costs in time.

# %% [markdown] written="7.11-written"
# ### BEGIN SOLUTION
# On the way forward only the checkpoints $f_0, f_n, f_{2n}, \dots$ are stored. The backward pass
# starts at the loss, so it needs the *last* segment first: it is recomputed from its own checkpoint
# (not from the input, that would cost the whole forward pass for every segment), walked through
# backwards, and dropped; then comes the segment before it, with the gradient that has just arrived
# at its end. At any time there are about $K/n$ checkpoints and one segment of $n$ vectors in
# memory: $K/n + n$, smallest at $n = \sqrt{K}$, which makes $2\sqrt{K}$. Every layer outside the
# checkpoints is evaluated twice, so the price is at most one more forward pass. The gradients do
# not change: the recomputed values are the same.
# ### END SOLUTION

# %% [markdown] exercise="7.12" title="Reverse mode on a graph" stars=2 minutes=20
# Nothing in backpropagation depends on layers. It works on every graph of computations, and where a
# value is used twice, something happens that a chain does not show.
#
# Take
#
# $$y = \exp\left[e^x + (e^x)^2\right] + \sin\left[e^x + (e^x)^2\right],$$
#
# computed in six steps:
#
# $$f_1 = e^x, \quad f_2 = f_1^2, \quad f_3 = f_1 + f_2, \quad f_4 = e^{f_3}, \quad f_5 = \sin f_3,
# \quad y = f_4 + f_5.$$

# %%
x = Value(0.0, label="x")
f1 = x.exp()
f2 = f1**2
f3 = f1 + f2
f4 = f3.exp()
f5 = Value(math.sin(f3.data), (f3,), "sin")
y = f4 + f5
for name, value in {"f1": f1, "f2": f2, "f3": f3, "f4": f4, "f5": f5, "y": y}.items():
    value.label = name
draw_graph(y, "The graph at x = 0: the values are there, the gradients not yet")

# %% [markdown]
# Here $\partial y/\partial f_j$ is the effect on $y$ of nudging $f_j$ *alone*, while everything that is
# computed from it follows. The next cell measures just that, for comparison.


# %% setup=true
def values(x, nudged="", by=0.0):
    """x, f1 ... f5 and y as a dict, when one of them is nudged and the later ones follow."""
    v = {}

    def put(name, value):
        v[name] = value + (by if name == nudged else 0.0)

    put("x", x)
    put("f1", math.exp(v["x"]))
    put("f2", v["f1"] * v["f1"])
    put("f3", v["f1"] + v["f2"])
    put("f4", math.exp(v["f3"]))
    put("f5", math.sin(v["f3"]))
    put("y", v["f4"] + v["f5"])
    return v


def measured(of, name, x, h=1e-6):
    """d(of)/d(name) at x, by nudging `name` up and down."""
    return (values(x, name, h)[of] - values(x, name, -h)[of]) / (2 * h)


# %% [markdown]
# **Your task.** Write `reverse_mode(x)`, which returns a dict with the keys
# `"f5", "f4", "f3", "f2", "f1", "x"`: the derivatives of $y$ with respect to these, found in this
# order, each by the chain rule from those already there. (No nudging, no second pass.)
#
# **Example.** At $x = 0$ the entry `"x"` is 20.9187.

# %% [markdown] hints="7.12"
# Begin at $y$. For a value, ask: which values are computed *directly* from it? These are the arrows
# that leave it in the picture.
#
# ---
# Each arrow that leaves gives one product: the derivative of $y$ with respect to where it ends,
# times the local derivative along it. The products are added.
#
# ---
# Two values have two arrows: $f_3$ goes into $f_4$ and $f_5$, and $f_1$ goes into $f_2$ and $f_3$.


# %% answer="7.12"
def reverse_mode(x):
    """dy/d(.) for f5, f4, f3, f2, f1 and x."""
    ### BEGIN SOLUTION
    f1 = np.exp(x)
    f3 = f1 + f1**2
    d = {"f5": 1.0, "f4": 1.0}
    d["f3"] = d["f5"] * np.cos(f3) + d["f4"] * np.exp(f3)
    d["f2"] = d["f3"] * 1.0
    d["f1"] = d["f3"] * 1.0 + d["f2"] * (2 * f1)
    d["x"] = d["f1"] * f1
    return d
    ### END SOLUTION


# %% test="7.12"
expect("7.12", lambda: set(reverse_mode(0.0)), {"f5", "f4", "f3", "f2", "f1", "x"})
expect("7.12", lambda: reverse_mode(0.0)["x"], 20.9187, rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f3"], measured("y", "f3", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f2"], measured("y", "f2", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["f1"], measured("y", "f1", 0.1), rtol=1e-5)
expect("7.12", lambda: reverse_mode(0.1)["x"], measured("y", "x", 0.1), rtol=1e-5)

# %% [markdown]
# ### Bonus: find the mistake
#
# This is how a published solution writes the six steps. The numbers behind it are right, one line as it
# stands is not. Read every factor as what it is called: $\partial y/\partial f_j$ is an entry of your
# dict, and $\partial f_i/\partial f_j$ belongs to the single arrow from $f_j$ to $f_i$.
#
# | | |
# |---|---|
# | A | $\partial y/\partial f_5 = 1$ |
# | B | $\partial y/\partial f_4 = 1$ |
# | C | $\dfrac{\partial y}{\partial f_3} = \dfrac{\partial y}{\partial f_5}\dfrac{\partial f_5}{\partial f_3} + \dfrac{\partial y}{\partial f_4}\dfrac{\partial f_4}{\partial f_3}$ |
# | D | $\dfrac{\partial y}{\partial f_2} = \dfrac{\partial y}{\partial f_3}\dfrac{\partial f_3}{\partial f_2}$ |
# | E | $\dfrac{\partial y}{\partial f_1} = \dfrac{\partial y}{\partial f_3}\dfrac{\partial f_3}{\partial f_1}$ |
# | F | $\dfrac{\partial y}{\partial x} = \dfrac{\partial y}{\partial f_1}\dfrac{\partial f_1}{\partial x}$ |
#
# **Your task.** Give the letter of the wrong line, and write `missing_term(x)`: the value, at $x$,
# of the term that has to be **added** to its right-hand side.

# %% answer="7.12-mistake"
wrong_line = ...  # a letter
### BEGIN SOLUTION
wrong_line = "E"
### END SOLUTION


def missing_term(x):
    """The value at x of the term that the wrong line lacks."""
    ### BEGIN SOLUTION
    d = reverse_mode(x)
    return d["f2"] * 2 * np.exp(x)
    ### END SOLUTION


# %% test="7.12-mistake"
expect("7.12-mistake", lambda: wrong_line, one_letter("ABCDEF"))
expect("7.12-mistake", lambda: missing_term(0.1), is_number)

# %% [markdown] exercise="7.13" title="Forward mode on the same graph" stars=2 minutes=20 needs="7.12"
# The chain rule can also be followed along with the computation: each value brings its derivative with
# respect to $x$. That needs no memory of what came before. So why does nobody train networks like this?
#
# The graph is the one of 7.12. Now every derivative is one *with respect to $x$*.
#
# **Your task (a).** Write `forward_mode(x)`, which returns a dict with the keys
# `"f1", "f2", "f3", "f4", "f5", "y"`: the derivatives of these with respect to $x$, found in this
# order, each by the chain rule from those already there.
#
# **Example.** At $x = 0$ the entry `"f3"` is 3, and the entry `"y"` is 20.9187 again.

# %% [markdown] hints="7.13"
# Now look at the arrows that *arrive* at a value. Each gives one product, and they are added.
#
# ---
# Each product is the local derivative along the arrow, times the derivative with respect to $x$ of
# where it starts.
#
# ---
# For (b): one forward sweep follows one input. Which variables does training want the derivatives for?


# %% answer="7.13a"
def forward_mode(x):
    """d(.)/dx for f1, f2, f3, f4, f5 and y."""
    ### BEGIN SOLUTION
    f1 = np.exp(x)
    f3 = f1 + f1**2
    d = {"f1": f1}
    d["f2"] = 2 * f1 * d["f1"]
    d["f3"] = d["f1"] + d["f2"]
    d["f4"] = np.exp(f3) * d["f3"]
    d["f5"] = np.cos(f3) * d["f3"]
    d["y"] = d["f4"] + d["f5"]
    return d
    ### END SOLUTION


# %% test="7.13a" decides=true
expect("7.13a", lambda: set(forward_mode(0.0)), {"f1", "f2", "f3", "f4", "f5", "y"})
expect("7.13a", lambda: forward_mode(0.0)["f3"], 3.0)
expect("7.13a", lambda: forward_mode(0.1)["f2"], measured("f2", "x", 0.1), rtol=1e-5)
expect("7.13a", lambda: forward_mode(0.1)["f4"], measured("f4", "x", 0.1), rtol=1e-5)
expect("7.13a", lambda: forward_mode(0.1)["f5"], measured("f5", "x", 0.1), rtol=1e-5)
expect("7.13a", lambda: forward_mode(0.0)["y"], 20.9187, rtol=1e-5)

# %% [markdown]
# **Your task (b).** A *sweep* goes once through the whole graph. A forward sweep starts at one variable
# and finds the derivatives of everything with respect to it, as you just did. A reverse sweep starts at
# one result and finds its derivatives with respect to everything.
#
# A network has 10 inputs, 2285 parameters and one loss. How many sweeps does the gradient of the loss
# with respect to all parameters take, by forward mode and by reverse mode?

# %% answer="7.13b"
passes_forward = ...  # a whole number
passes_reverse = ...  # a whole number
### BEGIN SOLUTION
passes_forward = 2285
passes_reverse = 1
### END SOLUTION

# %% test="7.13b"
expect("7.13b", lambda: passes_forward, is_whole_number)
expect("7.13b", lambda: passes_reverse, is_whole_number)

# %% [markdown]
# ### See for yourself
#
# PyTorch has forward mode too: `torch.func.jvp` differentiates along one direction. Is it able to
# find a gradient with respect to *parameters*? The cell below puts it together for some small
# networks and compares it with reverse mode, in value and in time.

# %%
from time import perf_counter

import torch

torch.set_num_threads(1)  # networks this small are fastest on one


def both_ways(inputs, hidden):
    """(parameters, largest difference, seconds forward, seconds reverse) for one small network."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1)
    ).double()
    shapes = {name: p.shape for name, p in net.named_parameters()}
    flat = torch.nn.utils.parameters_to_vector(net.parameters()).detach()
    X, Y = torch.randn(20, inputs).double(), torch.randn(20, 1).double()

    def loss(flat):
        pieces = flat.split([shape.numel() for shape in shapes.values()])
        given = {name: p.view(shape) for (name, shape), p in zip(shapes.items(), pieces)}
        return ((torch.func.functional_call(net, given, X) - Y) ** 2).mean()

    directions = torch.eye(len(flat)).double()

    def timed(gradient):
        started = perf_counter()
        return gradient(), perf_counter() - started

    forward, slow = timed(
        lambda: torch.stack([torch.func.jvp(loss, (flat,), (e,))[1] for e in directions])
    )
    repeated = [timed(lambda: torch.func.grad(loss)(flat)) for _ in range(9)]
    fast = min(seconds for _, seconds in repeated)
    return len(flat), float((forward - repeated[0][0]).abs().max()), slow, fast


both_ways(1, 1)  # warm up
rows = [both_ways(*sizes) for sizes in [(2, 5), (4, 8), (6, 16), (10, 25), (16, 30)]]
for count, gap, forward, reverse in rows:
    print(
        f"{count:4d} parameters: largest difference {gap:.1e}, "
        f"forward mode {1000 * forward:6.1f} ms, reverse mode {1000 * reverse:4.1f} ms"
    )

# %% [markdown]
# The first network has 21 parameters: 21 forward sweeps give the very numbers that one reverse sweep
# gives. So forward mode is neither impossible here nor inexact. It is a question of price:

# %%
parameters, _, forward, reverse = zip(*rows)
slope = np.polyfit(np.log(parameters), np.log(forward), 1)[0]


def compare():
    chart = Chart(
        "number of parameters", "time for the gradient in ms", "One gradient, two ways",
        x=(15, 800), y=(0.02, 2000 * max(forward)), log="xy", width=620,
        xticks={count: str(count) for count in parameters},
    )  # fmt: skip
    for name, times, colour, dash, marker in (
        ("forward mode", forward, ORANGE, "", "o"), ("reverse mode", reverse, BLUE, "7 5", "s"),
    ):  # fmt: skip
        chart.line(parameters, [1000 * t for t in times], colour, dash, marker, label=name)
    return chart, (
        f"Forward mode takes {1000 * forward[-1]:.0f} ms and reverse mode {1000 * reverse[-1]:.1f} ms "
        f"for {parameters[-1]} parameters. Twice the parameters take forward mode about "
        f"{2**slope:.1f} times as long: it needs twice the sweeps, and each goes through a larger network."
    )


question = (
    "Predict: both axes will be logarithmic, and the curve of forward mode nearly a straight line. "
    "What is its slope? (Slope 0: twice the parameters take as long as before; slope 1: twice as long.)"
)
explore(compare, predict=(question, round(slope, 2), 0.4))

# %% [markdown]
# **Explain it (optional, read by a person).** A textbook answer says that forward mode is not used
# because it gives derivatives with respect to the input, while training needs them with respect to the
# parameters. Why is that not the reason, and what is?

# %% [markdown] written="7.13-written"
# ### BEGIN SOLUTION
# Forward mode differentiates with respect to whatever variable the sweep starts at, and a parameter is
# as good a start as an input. But one sweep follows one direction only. For $P$ parameters it takes $P$
# sweeps, each about as expensive as a forward pass, while reverse mode finds all $P$ derivatives of the
# one loss in a single sweep (and pays with memory for the values it needs on the way back). Both are
# exact up to rounding. For a function with few inputs and many outputs it is the other way round.
# ### END SOLUTION

# %% [markdown]
# Some answers to these exercises that you may meet elsewhere are wrong in places. The
# [errata](../errata.ipynb#Exercise-7.10) say where, and prove it.

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/02_backpropagation")

# %% [markdown]
# {{next}}
