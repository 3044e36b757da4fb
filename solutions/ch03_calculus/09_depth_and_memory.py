# %% [markdown]
# # Depth and memory
#
# Deep networks multiply many Jacobians and remember many activations. The first can make a gradient vanish, and
# sometimes explode; the second fills the memory of the largest machines. Both have an exact side, which you
# derive here, and a popular one, which you put to the test.
#
# > **Conventions here.** All vectors have one axis. $\mathbf h_0=\mathbf x$, and layer $l$ computes
# > $\mathbf z_l=W\mathbf h_{l-1}$ and $\mathbf h_l=\tanh(\mathbf z_l)$, with **the same square matrix** $W$ in all $L$
# > layers and no biases. $\|W\|$ is the spectral norm, the largest factor by which $W$ stretches a
# > vector. The Jacobian of an output by an input has a row for each entry of the output.

# %% setup=true
import numpy as np

from utils import Store, expect, grade, is_number, one_letter, progress, such_that
from utils.explorers.ch03_calculus.depth_and_memory import depth_explorer, timeline_explorer

# %% [markdown] exercise="3.34" title="Vanishing, and not always exploding" stars=3 minutes=35 needs="3.11"
# "A norm below 1 makes gradients vanish, a norm above 1 makes them explode." Half of that is a theorem. The other
# half is repeated so often that it deserves some suspicion, because it decides where you look when
# a network does not train.
#
# The next cell (Shift+Enter) sends an input through 20 layers and follows the Jacobian, with the bound beside it.
# Make the norm larger than 1. Does the Jacobian follow the bound? What do the slopes of tanh have to do with it,
# and what happens when the input is tiny?

# %% picture=true
depth_explorer()

# %% [markdown]
# ### (a) The bound
#
# One layer has the Jacobian $\operatorname{diag}(\tanh'(\mathbf z_l))\,W$. The norm of a product is at most
# the product of the norms, and $\tanh'$ lies between 0 and 1, where 1 is reached (at 0). So
#
# $$\left\|\frac{\partial\mathbf h_L}{\partial\mathbf x}\right\|\le\prod_{l=1}^{L}\max|\tanh'|\cdot\|W\|=\|W\|^L.$$
#
# The gradient of a loss has one factor more, the one with which the walk back begins:
#
# $$\left\|\frac{\partial\mathcal L}{\partial\mathbf x}\right\|\le\|W\|^L\cdot\left\|\frac{\partial\mathcal
# L}{\partial\mathbf h_L}\right\|.$$
#
# **Your task.** Write `grad_bound(W, L)`: the bound $\|W\|^L$ for the Jacobian of $L$ layers, a number.
#
# **Example.** For $W=\begin{pmatrix}0&2\\0&0\end{pmatrix}$ and 3 layers it is 8. (All eigenvalues of this matrix
# are 0.)

# %% [markdown] hints="3.34a"
# `np.linalg.norm(W)` of a matrix is the root of the sum of all squared entries, which is another norm. The
# documentation says what its second argument chooses.
#
# ---
# The spectral norm is the largest singular value: `np.linalg.norm(W, 2)`.


# %% answer="3.34a"
def grad_bound(W, L) -> float:
    """The bound ‖W‖^L, with the spectral norm, for the Jacobian of L layers h = tanh(W h)."""
    ### BEGIN SOLUTION
    return np.linalg.norm(W, 2) ** L
    ### END SOLUTION


# %% test="3.34a" decides=true
shear = np.array([[1.0, 2.0], [0.0, 1.0]])
one_way = np.array([[0.0, 2.0], [0.0, 0.0]])
expect("3.34a", lambda: np.squeeze(grad_bound(one_way, 3)), 8.0, rtol=1e-4)
expect("3.34a", lambda: np.squeeze(grad_bound(shear, 1)), 2.414214, rtol=1e-4)
expect("3.34a", lambda: np.squeeze(grad_bound(shear, 3)), 14.071068, rtol=1e-4)

# %% [markdown] commentary="3.34a"
# The Frobenius norm is an upper bound of the spectral norm, so its power is a bound as well, but a worse one. The
# spectral radius (the largest eigenvalue in size) is no bound at all: for the matrix of the example it is 0, and W
# still doubles a vector.

# %% [markdown]
# ### (b) The Jacobian itself
#
# **Your task.** Write `input_jacobian(W, x, L)`: $\partial\mathbf h_L/\partial\mathbf x$, an array of the shape
# `(n, n)`, for an `(n, n)` matrix `W` and an input `x` of the shape `(n,)`. Multiply the Jacobians of the layers
# in the right order.
#
# **Example.** With $W=\begin{pmatrix}0&2\\0&0\end{pmatrix}$ and $\mathbf x=(0.3,\,0)$ one layer has the Jacobian
# $W$ itself, because both pre-activations are 0. Two layers have the Jacobian 0.

# %% [markdown] hints="3.34b"
# Carry two things through the layers: `h`, and the Jacobian of `h` by `x`. With which matrix does the second
# one begin?
#
# ---
# The slope of tanh at $z$ is $1-\tanh(z)^2$, and $\tanh(z)$ is the new `h`. A diagonal matrix in front of
# another one multiplies its **rows**.
#
# ---
# The chain rule puts the later layer to the left: the new Jacobian is $\operatorname{diag}(1-\mathbf h^2)\,W$ times
# the old one.


# %% answer="3.34b"
def input_jacobian(W, x, L):
    """The Jacobian, (n, n), of h_L by x, where h_0 = x and h_l = tanh(W h_{l-1})."""
    ### BEGIN SOLUTION
    h, J = x, np.eye(len(x))
    for _ in range(L):
        h = np.tanh(W @ h)
        slope = 1 - h**2
        J = slope[:, None] * W @ J
    return J
    ### END SOLUTION


# %% test="3.34b" decides=true
some_W = np.array([[0.9, -1.4], [0.5, 0.7]])
some_x = np.array([0.8, -0.3])


def moved_output(L, i, j, h=1e-6):
    """One entry of the Jacobian at some_W and some_x: output i, measured by nudging input j."""
    ends = []
    for step in (h, -h):
        signal = some_x + step * (np.arange(2) == j)
        for _ in range(L):
            signal = np.tanh(some_W @ signal)
        ends.append(signal[i])
    return (ends[0] - ends[1]) / (2 * h)


def jacobian_entry(L, i, j):
    return np.array(input_jacobian(some_W, some_x, L), dtype=float)[i, j]


expect("3.34b", lambda: np.shape(input_jacobian(some_W, some_x, 2)), (2, 2))
expect("3.34b", lambda: jacobian_entry(1, 0, 1), moved_output(1, 0, 1), rtol=1e-4)
expect("3.34b", lambda: jacobian_entry(1, 1, 1), moved_output(1, 1, 1), rtol=1e-4)
expect("3.34b", lambda: jacobian_entry(3, 0, 1), moved_output(3, 0, 1), rtol=1e-4)
expect("3.34b", lambda: jacobian_entry(3, 1, 0), moved_output(3, 1, 0), rtol=1e-4)


def of_one_unit(w, x):
    return np.array(input_jacobian(np.array([[w]]), np.array([x]), 1), dtype=float)


expect("3.34b", lambda: of_one_unit(1.5, 0.5), [[0.8948787]], rtol=1e-4)

# %% [markdown] commentary="3.34b"
# This is forward mode with all tangents at once: the columns of J are the tangents of the n inputs. A single
# number as the only test would hide most slips: numbers commute, so neither the order of the factors nor the side
# of the diagonal matters there.

# %% [markdown]
# ### (c) Two witnesses
#
# The source concludes: if $\|W\|>1$, the product grows geometrically. But what grows is the bound.
# A bound that grows forbids nothing.
#
# **Your task.** Write two functions without arguments. Each returns a pair `(W, x)`: a square matrix and an input
# that is **not zero**, of any size you like.
#
# - `counterexample()`: $\|W\|\ge1.5$, and yet the Jacobian of 20 layers has a norm **below** 0.001.
# - `exploding_example()`: the Jacobian of 20 layers has a norm **above** 1000.
#
# The next cell measures the norm of the Jacobian for any pair.

# %% setup=true
def stretch(W, x):
    """The norm of the Jacobian of 20 layers at x, from tiny imaginary steps in each direction."""
    W, x = np.atleast_2d(np.array(W, dtype=float)), np.atleast_1d(np.array(x, dtype=float))
    tiny, columns = 1e-150, []
    for unit in np.eye(len(x)):
        signal = x + 1j * tiny * unit
        for _ in range(20):
            signal = np.tanh(W @ signal)
        columns.append(signal.imag / tiny)
    return np.linalg.norm(np.array(columns), 2)


print(f"W = 0.9, x = 0.1: {stretch([[0.9]], [0.1]):.3f}, and the bound is {0.9**20:.3f}")

# %% [markdown] hints="3.34c"
# In which region are the slopes of tanh small? How does a signal get there when the weights are large?
#
# ---
# For the second one you want all slopes near 1, through all 20 layers, although every layer
# makes the signal larger. How small must the input be at the start?
#
# ---
# A single number is enough for both: a matrix `[[w]]` and an input `[x]`.


# %% answer="3.34c"
def counterexample() -> tuple:
    """(W, x) with a norm of W of at least 1.5 and a vanishing Jacobian after 20 layers."""
    ### BEGIN SOLUTION
    return np.array([[2.0]]), np.array([1.0])
    ### END SOLUTION


def exploding_example() -> tuple:
    """(W, x) with an exploding Jacobian after 20 layers."""
    ### BEGIN SOLUTION
    return 2 * np.eye(2), np.array([1e-8, 0.0])
    ### END SOLUTION


# %% test="3.34c" decides=true
def norm_of(W):
    return np.linalg.norm(np.atleast_2d(np.array(W, dtype=float)), 2)


expect("3.34c", lambda: norm_of(counterexample()[0]), such_that("a norm of at least 1.5", lambda n: n >= 1.5))
expect("3.34c", lambda: stretch(*counterexample()), such_that("a norm below 0.001", lambda n: n < 0.001))
expect("3.34c", lambda: stretch(*exploding_example()), such_that("a norm above 1000", lambda n: n > 1000))
not_zero = such_that("an input that is not zero", lambda x: np.any(np.array(x, dtype=float) != 0))
expect("3.34c", lambda: counterexample()[1], not_zero)
expect("3.34c", lambda: exploding_example()[1], not_zero)

# %% [markdown] commentary="3.34c"
# With w = 2 and x = 1 the signal settles at 0.9575, where the slope of tanh is 0.083: every layer multiplies by
# 2 · 0.083 = 0.167. Large weights saturate the units, and saturation makes gradients vanish. To explode, the
# signal has to stay where tanh is steep, near 0. A matrix whose square is 0, as in (a), vanishes without
# any saturation.

# %% [markdown]
# ### (d) What is true
#
# For networks as above, and inputs that are not zero. "Vanishing" means that the norm of
# the Jacobian goes to 0 as layers are added, "exploding" that it grows beyond every limit; "forces" means: for every
# matrix with such a norm, and every input.
#
# **Your task.** Set `truth` to a dictionary with `True` or `False` for each of these four:
#
# - `"norm<1 forces vanishing"`
# - `"norm>1 forces exploding"`
# - `"norm>1 is necessary for exploding"`
# - `"max|tanh'| = 1"`

# %% [markdown] hints="3.34d"
# The bound holds for all of them. What does it say when the norm is below 1, when it is exactly 1, when it is
# above 1?

# %% answer="3.34d"
truth = ...  # a dict: {"norm<1 forces vanishing": True or False, …}, four entries
### BEGIN SOLUTION
truth = {
    "norm<1 forces vanishing": True,
    "norm>1 forces exploding": False,
    "norm>1 is necessary for exploding": True,
    "max|tanh'| = 1": True,
}
### END SOLUTION

# %% test="3.34d"
yes_or_no = such_that("True or False", lambda said: said in (True, False))
expect("3.34d", lambda: truth["norm<1 forces vanishing"], yes_or_no)
expect("3.34d", lambda: truth["norm>1 forces exploding"], yes_or_no)
expect("3.34d", lambda: truth["norm>1 is necessary for exploding"], yes_or_no)
expect("3.34d", lambda: truth["max|tanh'| = 1"], yes_or_no)

# %% [markdown] commentary="3.34d"
# An upper bound below 1 is a proof of vanishing. An upper bound above 1 is a permission, no more. The number 1/4
# that is often seen in this product belongs to the sigmoid, whose steepest slope it is.

# %% [markdown]
# ### What the remedies change (a bonus)
#
# A list of remedies is often followed by the remark that each of them breaks the multiplication. Look at the
# product $\prod_l\operatorname{diag}(\tanh'(\mathbf z_l))\,W$ and say what each of them does to it:
#
# - **A** it keeps the norm of $W$ at 1, at least at the start of training
# - **B** it adds the identity matrix to every factor
# - **C** it keeps the slopes $\tanh'(\mathbf z_l)$ away from 0
# - **D** it leaves every factor as it is, and shortens the gradient when the product is done
#
# **Your task.** Set `remedies` to a dictionary with a letter for each of `"orthogonal start"` (of $W$), `"residual
# connections"` ($\mathbf h_l=\mathbf h_{l-1}+\tanh(\mathbf z_l)$), `"normalised pre-activations"` and `"gradient
# clipping"`.

# %% [markdown] hints="3.34-bonus"
# Differentiate $\mathbf h+\tanh(W\mathbf h)$ by $\mathbf h$.
#
# ---
# Which of the four happens after the backward pass?

# %% answer="3.34-bonus"
remedies = ...  # a dict: {"orthogonal start": "A" to "D", "residual connections": …, …}, four letters
### BEGIN SOLUTION
remedies = {
    "orthogonal start": "A",
    "residual connections": "B",
    "normalised pre-activations": "C",
    "gradient clipping": "D",
}
### END SOLUTION

# %% test="3.34-bonus"
def four_letters(found):
    return len(found) == 4 and all(map(one_letter("ABCD"), found.values()))


expect("3.34-bonus", lambda: remedies, such_that("a letter, A to D, for each of the 4 remedies", four_letters))

# %% [markdown] commentary="3.34-bonus"
# Clipping is no remedy for the product: it rescales the finished gradient, which protects a step from an
# explosion and does nothing for a gradient that has vanished.

# %% [markdown] written="3.34-written"
# **In your own words (optional, read by a person).** What does the bound $\|W\|^L$ prove for $\|W\|<1$, what does it
# leave open for $\|W\|>1$, and why? Choose one remedy and say which factor of the product it changes.
#
# ### BEGIN SOLUTION
# For $\|W\|<1$ the bound goes to 0 geometrically, and the Jacobian lies below it: gradients vanish, for every input.
# For $\|W\|>1$ the bound grows, and what lies below a growing bound may do anything. With large weights the signal
# usually saturates, the slopes of tanh are close to 0, and the product vanishes; near 0 the slopes are close to 1,
# and the product can grow like the bound; and in directions that $W$ shrinks it may vanish in any case. So a norm
# above 1 is necessary for an explosion and not sufficient. A residual connection turns every factor into
# $I+\operatorname{diag}(\tanh'(\mathbf z_l))W$: even where the second term is 0, a gradient gets through.
# ### END SOLUTION

# %% [markdown] exercise="3.35" title="Checkpoints" stars=3 minutes=25 needs="3.34"
# The backward pass needs the input of every layer. Keep them all, and memory grows with the depth; keep none, and
# each of them has to be computed again from the start. T. Chen and others (2016) chose the middle: keep the input of
# every $k$-th layer, a *checkpoint*. On the way back, take the segments from the last to the first. For each
# segment, compute the activations inside again from its checkpoint, use them, and forget them.
#
# The next cell (Shift+Enter) shows what is held at which moment. Which `every` makes the highest point of the
# lower curve lowest?

# %% picture=true
timeline_explorer()

# %% [markdown]
# **The unit.** Every layer has one input, and keeping one of them costs one unit. (A real layer keeps more
# inside itself than its input. What that changes is a question at the end.)
#
# ### (a) How much is held
#
# Count the checkpoints of the whole network, and in addition the $k$ activations of the one segment that is being
# computed again.
#
# **Your task.** Write `peak(L, k)`: this number for $L$ layers and a checkpoint every $k$ layers, where $k$ divides
# $L$. And write `best_k(L)`: the $k$ that makes it smallest, for a square number $L$.
#
# **Example.** `peak(24, 3)` is 11. `best_k(4)` is 2.

# %% [markdown] hints="3.35a"
# How many segments are there? Each has one checkpoint.
#
# ---
# For the second function: try all $k$ on paper for $L=16$, or differentiate $L/k+k$ by $k$.


# %% answer="3.35a"
def peak(L, k):
    """The most units held at once: the checkpoints of L layers, one every k, and one segment."""
    ### BEGIN SOLUTION
    return L / k + k
    ### END SOLUTION


def best_k(L):
    """The distance of checkpoints with the smallest peak, for a square number L."""
    ### BEGIN SOLUTION
    return L**0.5
    ### END SOLUTION


# %% test="3.35a" decides=true
expect("3.35a", lambda: 1.0 * peak(24, 3), 11.0, rtol=1e-4)
expect("3.35a", lambda: 1.0 * peak(24, 24), 25.0, rtol=1e-4)
expect("3.35a", lambda: 1.0 * best_k(4), 2.0, rtol=1e-4)
expect("3.35a", lambda: 1.0 * best_k(49), 7.0, rtol=1e-4)

# %% [markdown] commentary="3.35a"
# L/k falls with k, k rises, and the sum is smallest where both are equal: k = √L, with a peak of 2√L. A careful
# program does with one unit less, because the checkpoint of a segment is its first activation.

# %% [markdown]
# ### (b) A hundred layers
#
# A network of 100 layers gets a checkpoint every 10. For the time, use the usual rule of thumb: a backward pass
# costs as much as two forward passes.
#
# **Your task.** Set three numbers:
#
# - `saving_100`: by which factor does the peak shrink, compared with keeping all 100 units?
# - `extra_forward_passes`: how many forward passes of the whole network does a training step cost in addition?
# - `step_cost_ratio`: the time of a step with checkpoints divided by that of a step without.
#
# **Example.** Had the peak shrunk from 60 units to 15, the factor would be 4.

# %% [markdown] hints="3.35b"
# The new peak comes from (a). The factor is the old one divided by the new one.
#
# ---
# How often is each layer computed, over the whole step? A step without checkpoints costs 1 + 2.

# %% answer="3.35b"
saving_100 = ...  # a number: the old peak divided by the new one
extra_forward_passes = ...  # a number
step_cost_ratio = ...  # a number: with checkpoints divided by without
### BEGIN SOLUTION
saving_100 = 100 / (100 / 10 + 10)
extra_forward_passes = 1
step_cost_ratio = (1 + 1 + 2) / (1 + 2)
### END SOLUTION

# %% test="3.35b"
expect("3.35b", lambda: saving_100, is_number)
expect("3.35b", lambda: extra_forward_passes, is_number)
expect("3.35b", lambda: step_cost_ratio, is_number)

# %% [markdown] commentary="3.35b"
# A factor of 5 in memory for a third more time. For 10,000 layers it would be a factor of 50, and still
# a third more time.

# %% [markdown]
# ### (c) Do it
#
# Here is a chain of layers with one number each: $h_{i+1}=f_i(h_i)$ with $h_0=x$. `fs` is the list of the
# $f_i$, and `dfs` the list of their derivatives: `dfs[i](h)` is taken at the **input** of `fs[i]`.
#
# **Your task.** Write `checkpointed_grad(fs, dfs, x, k, store)`: the derivative $dh_L/dx$, with a checkpoint every
# `k` layers. Go forward once, then **back** through the segments, from the last layer to the first. (Forward mode
# would need no memory here, but it takes a pass for each input, and real layers have many.)
#
# - Keep activations in the `store` and nowhere else: `store.save(i, value)`, `store.load(i)`, `store.free(i)`.
# - For $L$ layers, hold at most $\lceil L/k\rceil+k$ of them at once. The store counts.
# - Evaluate functions of `fs` at most $2L$ times. They are counted, too.
# - `k` need not divide $L$.
#
# **Example.** For $f_0(h)=h^2$, $f_1(h)=3h$ and $x=2$ the result is 12, for every `k`.

# %% setup=true
def chain(L):
    """fs and dfs of a chain of L layers, and a list that grows with every evaluation of a layer."""
    evaluated = []

    def layer(i):
        def f(h):
            evaluated.append(i)
            return h + 0.5 * np.sin(h + i)

        return f

    def slope(i):
        return lambda h: 1 + 0.5 * np.cos(h + i)

    return [layer(i) for i in range(L)], [slope(i) for i in range(L)], evaluated


def end_of_chain(L, x):
    """What comes out of the chain."""
    fs, _, _ = chain(L)
    for f in fs:
        x = f(x)
    return x


# %% [markdown] hints="3.35c"
# Two loops: one forward over all layers, which saves the input of the layers 0, k, 2k, …; one backward over the
# segments.
#
# ---
# In a segment, load the checkpoint and go forward again, saving the inputs of the other layers of
# the segment. Then go backward through it: multiply by `dfs[i](store.load(i))`, and free.
#
# ---
# `for start in reversed(range(0, L, k))` and `stop = min(start + k, L)` take care of a last segment that is shorter.


# %% answer="3.35c"
def checkpointed_grad(fs, dfs, x, k, store) -> float:
    """dh_L/dx of the chain h_{i+1} = fs[i](h_i), with the input of every k-th layer as a checkpoint."""
    ### BEGIN SOLUTION
    L = len(fs)
    h = x
    for i in range(L):
        if i % k == 0:
            store.save(i, h)
        h = fs[i](h)
    gradient = 1.0
    for start in reversed(range(0, L, k)):
        stop = min(start + k, L)
        h = store.load(start)
        for i in range(start, stop - 1):
            h = fs[i](h)
            store.save(i + 1, h)
        for i in reversed(range(start, stop)):
            gradient *= dfs[i](store.load(i))
            store.free(i)
    return gradient
    ### END SOLUTION


# %% test="3.35c"
def with_checkpoints(L, k, x=0.4):
    """(the gradient, the peak of the store, the number of evaluations)."""
    fs, dfs, evaluated = chain(L)
    store = Store()
    return float(checkpointed_grad(fs, dfs, x, k, store)), store.peak, len(evaluated)


def nudged(L, x=0.4, h=1e-6):
    return (end_of_chain(L, x + h) - end_of_chain(L, x - h)) / (2 * h)


expect("3.35c", lambda: with_checkpoints(12, 4)[0], nudged(12), rtol=1e-4)
expect("3.35c", lambda: with_checkpoints(14, 4)[0], nudged(14), rtol=1e-4)
expect("3.35c", lambda: with_checkpoints(5, 1)[0], nudged(5), rtol=1e-4)
expect("3.35c", lambda: with_checkpoints(36, 6)[1], such_that("a peak of 6 + 6 at most", lambda n: 2 < n <= 12))
expect("3.35c", lambda: with_checkpoints(36, 6)[2], such_that("72 evaluations at most", lambda n: n <= 72))

# %% [markdown] commentary="3.35c"
# Every layer is evaluated once on the way forward, and all but the last of each segment once more: 2L minus the
# number of segments. PyTorch does the same for whole blocks of a network, with
# torch.utils.checkpoint.checkpoint(block, x).

# %% [markdown] written="3.35-written"
# **In your own words (optional, read by a person).** What is dropped, and when is it computed again? Why $\sqrt L$?
# And what does "one unit for every layer" hide in a transformer, whose layers keep much more inside than
# their input?
#
# ### BEGIN SOLUTION
# The inputs of all layers between two checkpoints are dropped on the way forward, and computed again from the
# checkpoint just before the backward pass goes through their segment. The checkpoints cost $L/k$ and the segment
# costs $k$; one falls with $k$ and the other rises, and the sum is smallest where they are equal, at $k=\sqrt L$. In
# a transformer a layer keeps attention weights, projections and the wide hidden layer of its network, many times the
# size of its input. A checkpoint is still one input, so checkpoints are cheap and the segment is expensive: the
# saving is then closer to the number of segments, 10, and a smaller $k$ is better.
# ### END SOLUTION

# %% [markdown]
# Where the source's version of these exercises leaves something open, the
# [errata](../errata.ipynb#Notebook-9-of-chapter-3) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/09_depth_and_memory")

# %% [markdown]
# {{next}}
