# %% [markdown]
# # Backpropagation at work
#
# You know the derivatives of one layer. Here they run through whole networks: first with another
# activation function, then with too little memory.
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
import numpy as np

from utils import Chart, Tape, expect, explore, grade, plot_storage, plot_tape, progress, such_that
from utils.answers import letters
from utils.plots import BLUE, ORANGE

# %% [markdown] exercise="7.10" title="The backward pass with leaky ReLU" stars=2 minutes=25 needs="7.6 7.9"
# A ReLU that is switched off passes no gradient at all, and what lies before it learns nothing from
# that example *through this unit*. The leaky ReLU leaves a small opening, and backpropagation changes in
# a single place.
#
# $$a[z] = \begin{cases} \alpha z & z < 0 \\ z & z \ge 0 \end{cases}$$
#
# with a small $\alpha > 0$: here 0.1 unless said otherwise (PyTorch's default is 0.01). You may rely on
# two results for a single layer $\mathbf{f} = \boldsymbol\beta + \boldsymbol\Omega\mathbf{h}$:
# $\partial\mathbf{f}/\partial\mathbf{h} = \boldsymbol\Omega^T$, and
# $\partial\ell/\partial\boldsymbol\Omega = (\partial\ell/\partial\mathbf{f})\,\mathbf{h}^T$.
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

# %% [markdown]
# ### First the equations
#
# The backward pass needs three of them: $\partial\ell/\partial\boldsymbol\beta_k$ and
# $\partial\ell/\partial\boldsymbol\Omega_k$ from $\partial\ell/\partial\mathbf{f}_k$, and then
# $\partial\ell/\partial\mathbf{f}_{k-1}$, with which the next layer goes on. Derive them on paper. Then
# find them among these cards, **four of which are false**. Here $\mathbf h_0$ stands for $\mathbf x$,
# $\odot$ multiplies entry by entry, and $\mathbf s[\mathbf f]$ holds the slopes of the activation: 1 where
# an entry of $\mathbf f$ is positive, $\alpha$ where it is negative.
#
# | | | | |
# |---|---|---|---|
# | **a** | $\dfrac{\partial\ell}{\partial\mathbf f_k}\,\mathbf h_k^T$ | **e** | $\dfrac{\partial\ell}{\partial\mathbf f_k}\,\mathbf f_{k-1}^T$ |
# | **b** | $\mathbf s[\mathbf f_k]\odot\dfrac{\partial\ell}{\partial\mathbf f_k}$ | **f** | $\mathbf s[\mathbf f_{k-1}]\odot\Big(\boldsymbol\Omega_k^T\dfrac{\partial\ell}{\partial\mathbf f_k}\Big)$ |
# | **c** | $\boldsymbol\Omega_k^T\Big(\mathbf s[\mathbf f_k]\odot\dfrac{\partial\ell}{\partial\mathbf f_k}\Big)$ | **g** | $\mathbf s[\mathbf f_k]\odot\Big(\boldsymbol\Omega_k^T\dfrac{\partial\ell}{\partial\mathbf f_k}\Big)$ |
# | **d** | $\dfrac{\partial\ell}{\partial\mathbf f_k}$ | | |
#
# **Your task** (bonus). Set `equations_7_10` to a dictionary with the letter of the right card for each
# of `"beta"`, `"Omega"` and `"f"` (for $\partial\ell/\partial\mathbf f_{k-1}$).

# %% answer="7.10-equations"
equations_7_10 = ...  # such as {"beta": "a", "Omega": "b", "f": "c"}
### BEGIN SOLUTION
equations_7_10 = {"beta": "d", "Omega": "a", "f": "f"}
### END SOLUTION

# %% test="7.10-equations"
three_letters = such_that(
    'a letter "a" to "g" for each of "beta", "Omega" and "f"',
    lambda cards: {name.strip().lower() for name in cards} == {"beta", "omega", "f"}
    and all(len(letters(card, "abcdefg")) == 1 for card in cards.values()),
)
expect("7.10-equations", lambda: equations_7_10, three_letters)

# %% [markdown]
# ### Then the code
#
# **Your task.** Write `backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1)`. It runs the network
# forward, goes back from `dl_dfK` (which is $\partial\ell/\partial\mathbf{f}_K$), and returns two lists,
# for $k = 0 \dots K$: all $\partial\ell/\partial\boldsymbol\Omega_k$ and all
# $\partial\ell/\partial\boldsymbol\beta_k$.
#
# **Example.** One unit per layer, $K = 1$, weights 2 and 3, no biases, $x = -1$: then $f_0 = -2$,
# $h_1 = -0.2$. With $\partial\ell/\partial f_1 = 5$ the weights get the gradients $-1.5$ and $-1$, the
# biases 1.5 and 5.
#
# The test compares your gradients with measured ones: it nudges every weight and every bias of a small
# network, with the function in the next cell.


# %% setup=true
def output(Omegas, betas, x, alpha):
    """What the network gives."""
    for k in range(len(Omegas)):
        x = betas[k] + Omegas[k] @ (np.maximum(x, alpha * x) if k else x)
    return x


def gradients_that_differ(backward, alpha, sizes=(3, 3, 3, 2)):
    """The names of the gradients that differ from measured ones: every number is nudged once."""
    rng = np.random.default_rng(3)
    Omegas = [rng.normal(size=(n, m)) for m, n in zip(sizes, sizes[1:])]
    betas = [rng.normal(size=n) for n in sizes[1:]]
    x, upstream = rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])
    wrong = []
    yours = backward(Omegas, betas, x, upstream, alpha)
    for name, gradients, numbers in zip(("dOmega", "dbeta"), yours, (Omegas, betas)):
        for k, given in enumerate(numbers):
            measured = np.empty(given.shape)
            for place in np.ndindex(given.shape):
                before = given[place]
                given[place] = before + 1e-6
                up = upstream @ output(Omegas, betas, x, alpha)
                given[place] = before - 1e-6
                down = upstream @ output(Omegas, betas, x, alpha)
                given[place], measured[place] = before, (up - down) / 2e-6
            same_shape = np.shape(gradients[k]) == measured.shape
            if not same_shape or not np.allclose(gradients[k], measured, atol=1e-5):
                wrong.append(f"{name}_{k}")
    return wrong


# %% [markdown] hints="7.10"
# For the cards: which of the vectors have the right length when the layers differ in size? And which
# activation lies between $\mathbf f_{k-1}$ and $\mathbf f_k$?
#
# ---
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


# %% test="7.10" decides=true
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
expect("7.10", lambda: gradients_that_differ(backward_leaky, alpha=0.1), [])
expect("7.10", lambda: gradients_that_differ(backward_leaky, alpha=0.3), [])
expect("7.10", lambda: shapes(3, 5, 4, 2), ([(5, 3), (4, 5), (2, 4)], [(5,), (4,), (2,)]))

# %% [markdown] commentary="7.10"
# The forward pass keeps what the way back will ask for: the input of every layer and the slopes at every
# pre-activation. Going back, one vector is carried along; the weights of layer k come first, then the slopes
# of the activation before it, the reverse of the order on the way forward. Mixing up the two is noticed at
# once where the layers differ in size, and never where they are equal.

# %% [markdown] written="7.10-written"
# **In your own words (optional, read by a person).** Derive the three equations of the backward pass with
# leaky ReLU: name the rule behind each, and say what changes compared with ReLU. What may one take for
# the slope at exactly 0, and why does it hardly matter?
#
# ### BEGIN SOLUTION
# Layer $k$ computes $\mathbf f_k=\boldsymbol\beta_k+\boldsymbol\Omega_k\mathbf h_k$. The bias is added, so
# $\partial\ell/\partial\boldsymbol\beta_k=\partial\ell/\partial\mathbf f_k$. A weight multiplies one entry of
# $\mathbf h_k$ and acts on one entry of $\mathbf f_k$, so
# $\partial\ell/\partial\boldsymbol\Omega_k=(\partial\ell/\partial\mathbf f_k)\,\mathbf h_k^T$ (7.9).
#
# From $\mathbf f_k$ back to $\mathbf f_{k-1}$ the chain rule has two steps: through the weights,
# $\partial\ell/\partial\mathbf h_k=\boldsymbol\Omega_k^T\,\partial\ell/\partial\mathbf f_k$ (7.6), and
# through the activation, which acts on each entry alone, so that each entry is multiplied by its own
# slope: 1 where $\mathbf f_{k-1}$ is positive, $\alpha$ where it is negative. With ReLU the second slope
# would be 0: that is the only change.
#
# At 0 there is a corner. Every slope between $\alpha$ and 1 is a subgradient there (0, the sum of two
# strict indicators, is not one). A pre-activation is practically never exactly 0, so the choice does not
# show in training.
# ### END SOLUTION

# %% [markdown] exercise="7.11" title="Gradient checkpointing" stars=3 minutes=35 needs="7.10"
# The backward pass needs the pre-activations of every layer, so a deep network runs out of memory long
# before it runs out of time. Checkpointing trades one for the other: keep a few pre-activations, throw
# the rest away, and compute them again when they are needed. The gradients stay exactly the same.
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
# - It may use up to $2(K+1)$ layer evaluations.
# - Whatever you keep, keep it on the tape: vectors in a list of your own are memory that nobody counts.
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

# %% [markdown] commentary="7.11"
# The first pass stores a checkpoint and forgets everything else; then the segments are taken from last to
# first, because the gradient comes from the loss. Each segment is filled in from its own checkpoint, never
# from the input, and every vector is dropped as soon as its layer's backward pass is done: this keeps the
# memory at the checkpoints and one segment, and the cost below two forward passes.

# %% [markdown] written="7.11-written"
# **In your own words (optional, read by a person).** Explain checkpointing to somebody who knows
# backpropagation: in which order the segments come and why, where recomputing a segment begins, which
# spacing needs the least memory for $K$ layers and how much that is, and what it costs in time.
#
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

# %% [markdown]
# Some answers to these exercises that you may meet elsewhere are wrong in places. The
# [errata](../errata.ipynb#Exercise-7.10) say where, and prove it.

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/04_backpropagation")

# %% [markdown]
# {{next}}
