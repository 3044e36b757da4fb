# %% [markdown]
# # Losses and optimisers
#
# A network has to be told what to improve, and how to go about it. In this notebook you write a loss for
# more than two classes and the gradient that makes it so convenient; a loss for two classes that survives
# very confident networks; and momentum, with an experiment that asks what exactly momentum changes.
#
# > **Conventions in this chapter.** A batch is a matrix with **one row per example**. A layer has weights of
# > the shape (outputs, inputs) and computes $Z = AW^T + \mathbf b$. The pre-activation of the *last* layer
# > has
# > a name of its own: its entries are the **logits**. Every loss is the **mean over the batch**, so the
# > factor
# > $1/n$ belongs to the loss and to its gradient. A function that you write leaves its arguments as they
# > were.

# %% setup=true
import numpy as np

from utils import (
    NumpyMLP,
    expect,
    generate_click_data,
    grade,
    is_number,
    is_whole_number,
    progress,
    some_letters,
    such_that,
)


def measured(function, z, h=1e-5):
    """The derivative of function(z) by every number of z, by going a little to either side.

    For a function with an array as its result, the result's axes come first.
    """
    columns = []
    for place in np.ndindex(z.shape):
        step = np.zeros(z.shape)
        step[place] = h
        columns.append((np.asarray(function(z + step)) - function(z - step)) / (2 * h))
    return np.stack(columns, axis=-1).reshape(np.shape(columns[0]) + z.shape)


# %% [markdown] exercise="6.8" title="Softmax and its cross-entropy" stars=2 minutes=35 needs="6.2"
# A sigmoid gives one probability. For $K$ classes a network gives $K$ logits, and softmax makes
# probabilities of them, which are positive and add up to 1:
#
# $$p_k=\frac{e^{z_k}}{\sum_j e^{z_j}}$$
#
# Almost every classifier, and every language model, ends in this formula. Run the next cell (Shift+Enter).
# What does `shift`, added to all three logits, change? That is worth remembering for the first task.

# %% picture=true
from utils.explorers.ch06_networks.losses_and_optimisers import softmax_explorer

softmax_explorer()

# %% [markdown]
# ### Softmax that never overflows
#
# **Your task.** Write `softmax(z)`: softmax over the **last axis** of an array of the shape `(K,)` or
# `(n, K)`; the result has the same shape. In a batch every row is a distribution of its own.
#
# It must work for **any finite logits**. The formula above does not, as it stands: $e^{1000}$ is more than a
# float64 can hold, and infinity divided by infinity is no number. The rows of one batch may lie far apart,
# one of them near $1000$ and another near $-1000$.
#
# Use NumPy and nothing else: PyTorch and SciPy are taken away in the complete check of all parts of 6.8.
#
# **Example.** `softmax(np.array([0.0, np.log(3.0)]))` is $(0.25, 0.75)$.

# %% [markdown] hints="6.8"
# Adding the same number to all logits of a row changes nothing. Which number would you add so that no
# exponent is positive?
#
# ---
# Subtract from every row **its own** largest logit. Then the largest exponent is 0, and the sum is at least
# 1.
#
# ---
# `z.max(axis=-1, keepdims=True)` keeps the last axis with the size 1, so that the result fits to `z` when you
# subtract. The sum below the fraction needs the same two arguments.


# %% answer="6.8"
def softmax(z: np.ndarray) -> np.ndarray:
    """Probabilities of the logits z, (K,) or (n, K): softmax over the last axis."""
    ### BEGIN SOLUTION
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% test="6.8" decides=true
thirds = np.log([[1.0, 3.0, 4.0], [2.0, 2.0, 4.0]])
far_apart = thirds + [[1000.0], [-1000.0]]


def after_softmax(numbers):
    """What the argument of softmax holds when it has returned."""
    z = np.array(numbers)
    softmax(z)
    return z


with np.errstate(all="ignore"):
    expect("6.8", lambda: softmax(np.log([1.0, 3.0])), [0.25, 0.75], rtol=1e-4)
    expect("6.8", lambda: softmax(thirds), [[0.125, 0.375, 0.5], [0.25, 0.25, 0.5]], rtol=1e-4)
    expect("6.8", lambda: softmax(thirds[0] + 900), [0.125, 0.375, 0.5], rtol=1e-4)
    expect("6.8", lambda: softmax(far_apart), [[0.125, 0.375, 0.5], [0.25, 0.25, 0.5]], rtol=1e-4)
    expect("6.8", lambda: after_softmax([1.0, -2.0]), [1.0, -2.0])

# %% [markdown] commentary="6.8"
# `axis=-1` is the last axis of a vector as well as of a batch, so one line serves both. The maximum is taken
# per row: with one maximum for the whole batch, a row far below it would underflow to zeros, and 0 divided
# by 0 is as bad as the overflow was.

# %% [markdown]
# ### Every probability depends on every logit
#
# A sigmoid works number by number, so its derivative has one entry per number. In softmax a single logit
# changes all $K$ probabilities, because they share the sum. The derivative is a matrix, the **Jacobian**:
#
# $$J_{ij}=\frac{\partial p_i}{\partial z_j}$$
#
# **Your task.** Derive it, then write `softmax_jacobian(z)` for `z` of the shape `(K,)`: an array of the
# shape `(K, K)` with the entry `[i, j]` as above. It may call your `softmax`.
#
# **Example.** For $\mathbf p=(0.25, 0.75)$ it is
# $\begin{pmatrix}0.1875&-0.1875\\-0.1875&0.1875\end{pmatrix}$.

# %% [markdown] hints="6.8a"
# Use the quotient rule, with $S=\sum_j e^{z_j}$ below the fraction. The numerator $e^{z_i}$ contains $z_j$
# only if $i=j$; the sum $S$ always does.
#
# ---
# You find $p_i(1-p_i)$ for $i=j$ and $-p_ip_j$ for $i\ne j$. Both are $p_i[i=j]-p_ip_j$.
#
# ---
# `np.diag(p)` has `p` on the diagonal, and `np.outer(p, p)` has $p_ip_j$ in row $i$ and column $j$.


# %% answer="6.8a"
def softmax_jacobian(z: np.ndarray) -> np.ndarray:
    """The derivatives (K, K) of softmax at the logits z (K,): [i, j] is that of p_i by z_j."""
    ### BEGIN SOLUTION
    p = softmax(z)
    return np.diag(p) - np.outer(p, p)
    ### END SOLUTION


# %% test="6.8a" decides=true
def plain_softmax(z):
    return np.exp(z) / np.exp(z).sum()


four_logits = np.array([0.5, -1.0, 2.0, 0.0])
expect("6.8a", lambda: softmax_jacobian(np.log([1.0, 3.0])), [[0.1875, -0.1875], [-0.1875, 0.1875]], rtol=1e-4)
expect("6.8a", lambda: softmax_jacobian(four_logits), measured(plain_softmax, four_logits), rtol=1e-4)
expect("6.8a", lambda: softmax_jacobian(four_logits + 800), measured(plain_softmax, four_logits), rtol=1e-4)

# %% [markdown] commentary="6.8"
# The diagonal minus an outer product is the whole Jacobian. Its rows add up to 0: the probabilities add up
# to 1 whatever the logits are, so what one gains the others lose. And it is symmetric, which is why nobody
# notices a Jacobian of softmax that is transposed.

# %% [markdown]
# ### With the cross-entropy it becomes simple
#
# The cross-entropy of one example is $-\sum_k y_k\log p_k$, where $\mathbf y$ is **one-hot**: 1 for the right
# class and 0 elsewhere. So only the logarithm of the right class's probability counts.
#
# **Your task.** Derive the gradient of the loss by the *logits*, with the Jacobian above. Then write
# `softmax_cross_entropy(Z, Y)`: the pair of the **mean** loss of a batch (a float) and its gradient by `Z`.
# `Z` $(n, K)$ holds logits, `Y` $(n, K)$ one-hot rows; the gradient has the shape `(n, K)`.
#
# The loss has to stay finite when the network is sure and wrong, with logits such as $(1000, 0, -1000)$ and
# the last class right. (How large it is there will not be checked: some stop the probability at a tiny
# number, which is fine.)
#
# **Example.** For logits with $\mathbf p=(0.125, 0.375, 0.5)$ and the second class right, the loss is
# $-\log0.375=0.981$. In a batch of 2 such rows the gradient of each is $(0.0625, -0.3125, 0.25)$.

# %% [markdown] hints="6.8b"
# By the chain rule, $\dfrac{\partial}{\partial z_k}\Bigl(-\sum_jy_j\log
# p_j\Bigr)=-\sum_j\dfrac{y_j}{p_j}J_{jk}$. Put in the Jacobian; the denominators cancel.
#
# ---
# What remains is $p_k\sum_jy_j-y_k$, and a one-hot row adds up to 1.
#
# ---
# A probability can underflow to 0, and $\log 0$ is $-\infty$. Compute the logarithm from the logits instead:
# $\log p_k=z_k-m-\log\sum_je^{z_j-m}$ with the row's maximum $m$. Or stop the probability at $10^{-12}$.


# %% answer="6.8b"
def softmax_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple:
    """(mean cross-entropy, its gradient by Z) of the logits Z (n, K) for one-hot rows Y (n, K)."""
    ### BEGIN SOLUTION
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    n = len(Z)
    return float(-np.sum(Y * log_P) / n), (np.exp(log_P) - Y) / n
    ### END SOLUTION


# %% test="6.8b" decides=true
two_rows = np.log([[1.0, 3.0, 4.0], [1.0, 3.0, 4.0]])
second_class = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
sure = np.array([[1000.0, 0.0, -1000.0]])
last_class = np.array([[0.0, 0.0, 1.0]])
finite_and_large = such_that("a finite number above 5", lambda loss: 5 < loss < 1e6)
with np.errstate(all="ignore"):
    expect("6.8b", lambda: np.squeeze(softmax_cross_entropy(two_rows, second_class)[0]), 0.980829, rtol=1e-4)
    expect(
        "6.8b",
        lambda: softmax_cross_entropy(two_rows, second_class)[1],
        [[0.0625, -0.3125, 0.25], [0.0625, -0.3125, 0.25]],
        rtol=1e-4,
    )
    expect("6.8b", lambda: np.squeeze(softmax_cross_entropy(sure, last_class)[0]), finite_and_large)
    expect("6.8b", lambda: softmax_cross_entropy(sure, last_class)[1], [[1.0, 0.0, -1.0]], rtol=1e-4)

# %% [markdown] commentary="6.8"
# The logarithm is taken before anything is divided, so no probability has to be kept away from 0. The
# gradient is the prediction minus the label, as for a sigmoid with its cross-entropy: the loss is made for
# the activation. The step from $p_k\sum_jy_j$ to $p_k$ uses that the labels of a row add up to 1; it holds
# for soft labels, too.

# %% [markdown]
# ### A network for many classes
#
# The chapter's `NumpyMLP` ends in a sigmoid and takes labels 0 and 1. To change that, a subclass overrides a
# few methods. This is what `train_step` does with them, for a batch `X` with labels `y`:
#
# | method | what it has to do |
# |---|---|
# | `forward(X, training=False)` | the probabilities $(n, K)$; it fills `self.cache` with `"Z1"`, `"A1"`, …, and `self.L` is the number of layers |
# | `compute_loss(P, y)` | the mean loss, a float |
# | `output_delta(y)` | the gradient of the mean loss by the last `Z`, from `self.cache`; `backward` calls it |
# | `predict(X)` | labels, `(n,)` |
#
# **Your task.** Write `SoftmaxMLP`. Here `y` has the shape `(n,)` and holds **whole numbers from 0 to K −
# 1**, no one-hot rows. `predict` returns the most probable class of every row. After `forward`, the last
# activation in the cache has to be the probabilities, and `backward` must leave the cache as it found it.
#
# **Example.** `SoftmaxMLP([2, 8, 3]).forward(X)` has the shape `(n, 3)`, and every row adds up to 1.

# %% [markdown] hints="6.8c"
# Let `super().forward(X, training)` compute all layers. Then replace its last activation: the logits are in
# `self.cache[f"Z{self.L}"]`.
#
# ---
# `P[np.arange(len(y)), y]` picks from every row the probability of its right class, and `np.eye(K)[y]` makes
# one-hot rows.
#
# ---
# `output_delta` is the gradient of 6.8b. Subtract into a *new* array: `P[...] -= 1` would change the
# probabilities in the cache. The most probable class is `argmax` along axis 1.


# %% answer="6.8c"
class SoftmaxMLP(NumpyMLP):
    """A network for K classes: softmax at the output, cross-entropy as the loss, labels 0 ... K - 1."""

    def forward(self, X, training=False):
        """The probabilities (n, K)."""
        ### BEGIN SOLUTION
        super().forward(X, training)
        P = softmax(self.cache[f"Z{self.L}"])
        self.cache[f"A{self.L}"] = P
        return P
        ### END SOLUTION

    def compute_loss(self, P, y):
        """The mean cross-entropy of the probabilities P (n, K) for the labels y (n,)."""
        ### BEGIN SOLUTION
        right = P[np.arange(len(y)), y]
        return float(-np.mean(np.log(np.maximum(right, 1e-12))))
        ### END SOLUTION

    def output_delta(self, y):
        """The gradient (n, K) of the mean loss by the last layer's Z."""
        ### BEGIN SOLUTION
        P = self.cache[f"A{self.L}"]
        return (P - np.eye(P.shape[1])[y]) / len(P)
        ### END SOLUTION

    def predict(self, X):
        """The most probable class of every row, (n,)."""
        ### BEGIN SOLUTION
        return self.forward(X).argmax(axis=1)
        ### END SOLUTION


# %% test="6.8c"
tiny_X = np.array([[1.0, -0.5], [0.3, 2.0], [-1.0, -1.0], [0.5, 0.1]])
tiny_y = np.array([2, 0, 1, 2])
some_P = np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]])


def tiny_classifier():
    return SoftmaxMLP([2, 5, 3], activation="tanh", seed=3)


def gradient_by_measurement():
    """The gradient of W2, measured as a difference, minus the one of `backward`."""

    def loss_with(W2):
        network.params["W2"] = W2
        return network.compute_loss(network.forward(tiny_X), tiny_y)

    network = tiny_classifier()
    network.forward(tiny_X)
    from_backward = network.backward(tiny_y)["W2"]
    return measured(loss_with, network.params["W2"]) - from_backward


def change_of_the_cache():
    """By how much `backward` changes the probabilities in the cache."""
    network = tiny_classifier()
    P = network.forward(tiny_X).copy()
    network.backward(tiny_y)
    return network.cache["A2"] - P


def classes_of(X):
    """The predictions of a network without hidden layers, with given weights."""
    network = SoftmaxMLP([2, 3])
    network.params["W1"] = np.array([[2.0, 0.0], [0.0, 2.0], [-1.0, -1.0]])
    return network.predict(np.array(X))


expect("6.8c", lambda: tiny_classifier().forward(tiny_X).sum(axis=1), [1.0, 1.0, 1.0, 1.0], rtol=1e-4)
expect("6.8c", lambda: tiny_classifier().compute_loss(some_P, np.array([3, 0])), 0.636483, rtol=1e-4)
expect("6.8c", lambda: gradient_by_measurement(), np.zeros((3, 5)), atol=1e-6)
expect("6.8c", lambda: change_of_the_cache(), np.zeros((4, 3)), atol=1e-6)
expect("6.8c", lambda: classes_of([[0.2, 0.1], [-1.0, -2.0], [0.0, 1.0]]), [0, 2, 1])

# %% [markdown] commentary="6.8"
# Three short methods change the loss, and `backward`, `update` and `fit` never notice. A probability of 0 is
# stopped at $10^{-12}$ because `compute_loss` sees no logits; the gradient does not pass through that
# logarithm, so it stays exact.

# %% [markdown] exercise="6.16" title="A loss that takes logits" stars=2 minutes=25 needs="6.8"
# With one output, the probability is $p=\sigma(z)$ and the loss is the binary cross-entropy:
#
# $$-y\log\sigma(z)-(1-y)\log\bigl(1-\sigma(z)\bigr)$$
#
# A network that is sure has a large logit, and then the sigmoid rounds to exactly 0 or 1. If it is sure and
# *wrong*, the formula asks for $\log0$, just where the loss has the most to say. This is how the loss should
# look. Move the sliders: how does it behave far out on the wrong side?

# %% picture=true
from utils.explorers.ch06_networks.losses_and_optimisers import logit_loss_explorer

logit_loss_explorer()

# %% setup=true
import torch

from utils import PyTorchMLP

torch.set_num_threads(1)  # networks this small are fastest on one


# %% [markdown]
# ### What a computer makes of it
#
# You might expect an infinite loss or `nan`. Plain NumPy code does give that. PyTorch does something else:
# its loss of probabilities, `BCELoss`, never lets a logarithm fall below $-100$. So no alarm goes off. Run
# this cell, then change it.

# %%
logit = torch.tensor(3.0, dtype=torch.float32, requires_grad=True)
label = torch.tensor(0.0)
loss = torch.nn.functional.binary_cross_entropy(torch.sigmoid(logit), label)
loss.backward()
print(f"float32, z = {logit.item():g}, y = {label.item():g}: loss {loss.item():.4f}, slope {logit.grad.item():.4f}")

# %% [markdown]
# **Your task.** Find these six numbers, by calculation or by trying.
#
# - `first_float32`, `first_float64`: the smallest whole numbers $z$ for which $\sigma(z)=1/(1+e^{-z})$,
#   computed in this precision, is exactly 1;
# - for the logit $z=20$ with the label 0: what mathematics says, `true_loss` and `true_slope` (the derivative
#   of the loss by $z$), and what the cell above says for it in float32, `torch_loss` and `torch_slope`. Four
#   digits are enough.

# %% [markdown] hints="6.16a"
# A float32 has 24 binary digits. From when on is $1+e^{-z}$ rounded to 1? `np.float32(1) / (1 +
# np.exp(np.float32(-z)))` tries it out; a float64 has 53 binary digits.
#
# ---
# With the label 0 the true loss is $-\log(1-\sigma(z))=\log(1+e^z)$. For a large $z$, what remains of it? And
# what is the slope of a straight line?
#
# ---
# Set `torch.tensor(20.0, ...)` in the cell above. Where the logarithm is stopped, nothing depends on $z$ any
# more.

# %% answer="6.16a"
first_float32 = ...  # a whole number
first_float64 = ...  # a whole number
true_loss = ...  # a number
true_slope = ...  # a number
torch_loss = ...  # a number
torch_slope = ...  # a number
### BEGIN SOLUTION
first_float32 = 17  # above 24 log 2 = 16.6
first_float64 = 37  # above 53 log 2 = 36.7
true_loss, true_slope = 20, 1
torch_loss, torch_slope = 100, 0
### END SOLUTION

# %% test="6.16a"
expect("6.16a", lambda: first_float32, is_whole_number)
expect("6.16a", lambda: first_float64, is_whole_number)
expect("6.16a", lambda: true_loss, is_number)
expect("6.16a", lambda: true_slope, is_number)
expect("6.16a", lambda: torch_loss, is_number)
expect("6.16a", lambda: torch_slope, is_number)

# %% [markdown] commentary="6.16"
# The example that the network gets most wrong is the one that stops teaching it: its loss is a constant
# there, and a constant has the slope 0. A loss that looks finite is no proof that it is right.

# %% [markdown]
# ### The loss without a probability
#
# The way out is to put the sigmoid into the logarithm and simplify before anything is computed. For $z\ge0$
# use $-\log\sigma(z)=\log(1+e^{-z})$, for $z<0$ use $-\log(1-\sigma(z))=\log(1+e^{z})$: both exponents are
# negative then. The two cases fit into one formula:
#
# $$\ell(z,y)=\max(z,0)-zy+\log\bigl(1+e^{-|z|}\bigr)$$
#
# It holds for soft labels as well, that is for every $y$ between 0 and 1.
#
# **Your task.** Check the formula on paper, then write
#
# - `bce_with_logits(z, y)`: the **mean** loss of a batch, a float;
# - `bce_with_logits_gradient(z, y)`: the gradient of this mean by `z`, `(n,)`.
#
# `z` and `y` have the shape `(n,)`. Both results have to be exact for logits of any size, such as $\pm1000$.
# Stopping the probability at a tiny number is *not* enough here: it makes the loss wrong far out. Use NumPy
# and nothing else.
#
# **Example.** For `z = [0, 100]` and `y = [1, 0]` the losses are $\log2$ and $100$, so the mean is 50.3466.

# %% [markdown] hints="6.16"
# `np.log1p(x)` is $\log(1+x)$, without a loss of digits for a small `x`.
#
# ---
# The derivative by $z$ becomes short: differentiate $\log(1+e^z)-zy$, which is the same function in one
# piece. You find $\sigma(z)-y$. And the mean has a factor $1/n$.
#
# ---
# `np.exp(-z)` overflows for $z=-1000$; NumPy warns and the result is right all the same. Without a warning:
# $\sigma(z)=\frac12(1+\tanh\frac z2)$.


# %% answer="6.16"
def bce_with_logits(z: np.ndarray, y: np.ndarray) -> float:
    """The mean binary cross-entropy of the logits z (n,) for labels y (n,) between 0 and 1."""
    ### BEGIN SOLUTION
    losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return float(np.mean(losses))
    ### END SOLUTION


def bce_with_logits_gradient(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient (n,) of that mean by the logits."""
    ### BEGIN SOLUTION
    p = 0.5 * (1 + np.tanh(z / 2))
    return (p - y) / len(z)
    ### END SOLUTION


# %% test="6.16" decides=true
some_logits, soft_labels = np.array([-2.0, 0.5, 3.0]), np.array([0.3, 0.9, 0.0])


def plain_loss(z):
    """The mean of the formula with probabilities, good enough for small logits."""
    p = 1 / (1 + np.exp(-z))
    return np.mean(-soft_labels * np.log(p) - (1 - soft_labels) * np.log(1 - p))


def mean_loss(z, y):
    """What your function says, as a number."""
    return float(np.squeeze(bce_with_logits(np.array(z), np.array(y))))


both_sides, ones_and_zeros = np.array([1000.0, -1000.0, 1000.0, -1000.0]), np.array([0.0, 1.0, 1.0, 0.0])
with np.errstate(all="ignore"):
    expect("6.16", lambda: mean_loss([0.0, 100.0], [1.0, 0.0]), 50.346574, rtol=1e-4)
    expect("6.16", lambda: mean_loss(some_logits, soft_labels), plain_loss(some_logits), rtol=1e-4)
    expect("6.16", lambda: mean_loss(both_sides, ones_and_zeros), 500.0, rtol=1e-4)
    expect(
        "6.16",
        lambda: bce_with_logits_gradient(some_logits, soft_labels),
        measured(plain_loss, some_logits),
        rtol=1e-4,
    )
    expect(
        "6.16",
        lambda: bce_with_logits_gradient(both_sides, ones_and_zeros),
        [0.25, -0.25, 0.0, 0.0],
        rtol=1e-4,
        atol=1e-6,
    )

# %% [markdown] commentary="6.16"
# Nothing here can overflow: the only exponent is $-|z|$. For a large logit on the wrong side the loss is that
# logit, and its gradient has the size $1/n$: finite, and alive. In the gradient no logarithm appears at all,
# and that is why code which computes the loss badly and the gradient well still trains; only its curve lies.

# %% [markdown]
# ### The same in PyTorch
#
# PyTorch has this loss: `torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)`. A network
# that goes with it must give **logits**. The chapter's `PyTorchMLP` ends in a sigmoid. This cell shows its
# code:

# %%
import inspect

print(inspect.getsource(PyTorchMLP.forward))

# %% [markdown]
# **Your task.** Write `LogitMLP(PyTorchMLP)` with two methods: `forward(x)`, the logits `(n, 1)`; and
# `predict(x)`, the labels 0 and 1. A label should be 1 where the *probability* is at least one half: what
# does that mean for the logit?
#
# **Example.** With equal weights (the same seed), `torch.sigmoid(LogitMLP([3, 4, 1])(x))` and `PyTorchMLP([3,
# 4, 1])(x)` are the same.

# %% [markdown] hints="6.16c"
# Take over the `forward` above and leave out the sigmoid, nothing else. The last layer has no ReLU either.
#
# ---
# $\sigma(0)=\frac12$, and $\sigma$ grows with $z$.


# %% answer="6.16c"
class LogitMLP(PyTorchMLP):
    """The network of `PyTorchMLP` with logits as its output."""

    def forward(self, x):
        """The logits (n, 1) for a batch x (n, n_0), a tensor."""
        ### BEGIN SOLUTION
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)
        ### END SOLUTION

    @torch.no_grad()
    def predict(self, x):
        """Labels 0 and 1, (n,): 1 where the probability is at least one half."""
        ### BEGIN SOLUTION
        return (self(x)[:, 0] >= 0).long()
        ### END SOLUTION


# %% test="6.16c" decides=true
def rows_and_labels():
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(60, 3, generator=generator, dtype=torch.float64)
    return X, (X[:, :1] > X[:, 1:2]).double()


def after_training(network, loss_of):
    """The network after 30 steps of gradient descent, in float64."""
    X, y = rows_and_labels()
    network = network.double()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.5)
    for _ in range(30):
        optimiser.zero_grad()
        loss_of(network(X), y).backward()
        optimiser.step()
    return network


def furthest_apart():
    """The largest difference of two networks after their training, in their probabilities."""
    X, y = rows_and_labels()
    one = after_training(PyTorchMLP([3, 4, 4, 1], seed=2), torch.nn.functional.binary_cross_entropy)
    other = after_training(
        LogitMLP([3, 4, 4, 1], seed=2), torch.nn.functional.binary_cross_entropy_with_logits
    )
    return float((one(X) - torch.sigmoid(other(X))).abs().max().detach())


def labels_of(*logits):
    """The labels of a network whose logits are its inputs."""
    network = LogitMLP([1, 1])
    with torch.no_grad():
        network.layers[0].weight.fill_(1.0)
        network.layers[0].bias.fill_(0.0)
    labels = network.predict(torch.tensor(logits)[:, None])
    return np.ravel(np.asarray(labels)).astype(int)


expect("6.16c", lambda: list(LogitMLP([3, 4, 4, 1])(torch.zeros(5, 3)).shape), [5, 1])
expect("6.16c", lambda: furthest_apart(), such_that("a number below 1e-9", lambda gap: gap < 1e-9))
expect("6.16c", lambda: labels_of(-2.0, -0.2, 0.2, 2.0), [0, 0, 1, 1])

# %% [markdown] commentary="6.16"
# The two networks agree to rounding, and only as long as no probability saturates: the mathematics is the
# same. In float64 that means about sixteen digits, in float32 seven. Whoever takes the sigmoid out of the
# network has to change the threshold along with it.

# %% [markdown] written="6.16-written"
# **In your own words (optional, read by a person).** When does the loss that is computed from probabilities
# go wrong: for which signs of the logit and which labels? Derive the formula with $|z|$ for both signs of
# $z$, and say what it avoids.
#
# ### BEGIN SOLUTION
# The sigmoid rounds to exactly 1 for a large positive $z$ (from about 17 on in float32, 37 in float64), and
# then $\log(1-\sigma)=\log0$ is needed when $y<1$; for a large negative $z$ it is $\log\sigma$, needed when
# $y>0$. So it goes wrong where the network is sure and wrong. Without a stop the loss is infinite, or `nan`
# from $0\cdot\infty$; with one, as in PyTorch, it is a constant whose gradient is 0.
#
# For $z\ge0$: $-\log\sigma(z)=\log(1+e^{-z})$ and $-\log(1-\sigma(z))=z+\log(1+e^{-z})$, so the loss is
# $y\log(1+e^{-z})+(1-y)(z+\log(1+e^{-z}))=z-zy+\log(1+e^{-z})$. For $z<0$, $-\log\sigma(z)=-z+\log(1+e^z)$
# and $-\log(1-\sigma(z))=\log(1+e^z)$, so it is $-zy+\log(1+e^{z})$. Both are
# $\max(z,0)-zy+\log(1+e^{-|z|})$.
#
# No probability is formed, so nothing is rounded to 0 or 1 before the logarithm; and no exponent is positive.
# ### END SOLUTION

# %% [markdown] exercise="6.9" title="Momentum, and what it changes" stars=2 minutes=30 needs="6.5"
# Gradient descent looks at one gradient and forgets it. Momentum keeps a **velocity** for every parameter, a
# sum of all gradients so far in which older ones count less and less:
#
# $$\mathbf v\leftarrow\beta\,\mathbf v+\mathbf
# g\qquad\qquad\boldsymbol\theta\leftarrow\boldsymbol\theta-\eta\,\mathbf v$$
#
# It begins with $\mathbf v=\mathbf0$. With $\beta=0$ this is plain gradient descent. It is also exactly what
# `torch.optim.SGD(..., momentum=beta)` does.
#
# Watch it in a long valley. First raise `beta` and leave the rest. Then choose `times (1 − beta)` and do it
# again: what of the gain remains?

# %% picture=true
from utils.explorers.ch06_networks.losses_and_optimisers import momentum_explorer

momentum_explorer()

# %% [markdown]
# ### A constant gradient
#
# There is no factor $(1-\beta)$ before $\mathbf g$ in these formulas. To see what follows from that, let the
# gradient of some parameter be 1 in every step.
#
# **Your task** (by hand). Set
#
# - `v_1`, `v_2`, `v_3`: the velocity after one, two and three steps with $\beta=0.5$;
# - `v_settled`: what it approaches in the long run with $\beta=0.9$;
# - `plain_rate`: the learning rate with which plain gradient descent makes steps of the same length as
#   momentum does in the long run with $\beta=0.9$ and $\eta=0.01$.

# %% [markdown] hints="6.9a"
# Apply the first formula three times, from $v=0$ on.
#
# ---
# In the long run the velocity no longer changes: $v=0.9\,v+1$.
#
# ---
# A step has the length $\eta\,v$. Plain gradient descent has $v=1$.

# %% answer="6.9a"
v_1 = ...  # a number
v_2 = ...  # a number
v_3 = ...  # a number
v_settled = ...  # a number
plain_rate = ...  # a number
### BEGIN SOLUTION
v_1, v_2, v_3 = 1, 1.5, 1.75
v_settled = 1 / (1 - 0.9)
plain_rate = 0.01 * v_settled
### END SOLUTION

# %% test="6.9a"
expect("6.9a", lambda: v_1, is_number)
expect("6.9a", lambda: v_2, is_number)
expect("6.9a", lambda: v_3, is_number)
expect("6.9a", lambda: v_settled, is_number)
expect("6.9a", lambda: plain_rate, is_number)

# %% [markdown]
# ### A network that trains with momentum
#
# `NumpyMLP.update` makes one step of gradient descent. `self.grads` and `self.params` are dictionaries with
# the same names (`"W1"`, `"b1"`, …). This cell shows the code:

# %%
import inspect

print(inspect.getsource(NumpyMLP.update))

# %% [markdown]
# **Your task.** Write `MomentumMLP(NumpyMLP)`. It takes `beta` (0.9 unless it is given) and everything that a
# `NumpyMLP` takes, has an attribute `velocity`, a dictionary with an array for every parameter, and overrides
# `update`. PyTorch is not allowed here.
#
# **Example.** A parameter at 3 with $\beta=0.5$, $\eta=0.1$ and the gradients 1 and 1: it goes to 2.9, then
# to 2.75.

# %% [markdown] hints="6.9"
# `super().__init__(layer_sizes, **options)` makes the network; `self.params` exists afterwards. Make the
# velocities then, with `np.zeros_like`, on `self`: what stands directly in the class body is shared by all
# networks.
#
# ---
# In `update`, first the new velocity of a parameter, then its step with this new velocity.


# %% answer="6.9"
class MomentumMLP(NumpyMLP):
    """A network that is trained by gradient descent with momentum."""

    def __init__(self, layer_sizes, beta=0.9, **options):
        ### BEGIN SOLUTION
        super().__init__(layer_sizes, **options)
        self.beta = beta
        self.velocity = {name: np.zeros_like(value) for name, value in self.params.items()}
        ### END SOLUTION

    def update(self):
        """One step: v ← beta v + gradient, then parameter ← parameter − learning rate · v."""
        ### BEGIN SOLUTION
        for name, gradient in self.grads.items():
            self.velocity[name] = self.beta * self.velocity[name] + gradient
            self.params[name] = self.params[name] - self.learning_rate * self.velocity[name]
        ### END SOLUTION


# %% test="6.9" decides=true
def moved(*gradients, beta=0.5, rate=0.1, before=0):
    """[W1, b1] of a network with two parameters, W1 = 3 and b1 = 5, after steps with these (dW1, db1)."""
    for _ in range(before):  # other networks, trained before this one
        moved((7.0, 8.0), beta=beta)
    network = MomentumMLP([1, 1], beta=beta, learning_rate=rate)
    network.params = {"W1": np.array([[3.0]]), "b1": np.array([5.0])}
    for dW1, db1 in gradients:
        network.grads = {"W1": np.array([[dW1]]), "b1": np.array([db1])}
        network.update()
    return [network.params["W1"].item(), network.params["b1"].item()]


def shapes_of_velocity():
    network = MomentumMLP([4, 3, 2])
    network.train_step(np.ones((5, 4)), np.ones((5, 2)))
    return {name: list(np.shape(network.velocity[name])) for name in ("W1", "b1", "W2", "b2")}


expect("6.9", lambda: moved((1.0, 0.0)), [2.9, 5.0], rtol=1e-4)
expect("6.9", lambda: moved((1.0, 2.0), (1.0, -4.0)), [2.75, 5.1], rtol=1e-4)
expect("6.9", lambda: moved((1.0, 2.0), (1.0, -4.0), beta=0.9, rate=0.2), [2.42, 5.04], rtol=1e-4)
expect("6.9", lambda: moved((1.0, 2.0), (1.0, -4.0), before=1), [2.75, 5.1], rtol=1e-4)
expect("6.9", lambda: shapes_of_velocity(), {"W1": [3, 4], "b1": [3], "W2": [2, 3], "b2": [2]})

# %% [markdown] commentary="6.9"
# One line more than plain gradient descent, and as much memory again as the parameters take. The velocity is
# made after `super().__init__`, because the parameters that it copies the shapes of do not exist before. Some
# write the learning rate into the velocity; as long as the rate is constant, the path is the same.

# %% [markdown]
# ### The experiment
#
# The usual advice is to set $\beta=0.9$ and to be careful with larger values. Test it on the click data of
# this chapter, with this configuration:
#
# | what | value |
# |---|---|
# | data | `generate_click_data(2000, 10, seed=seed)` |
# | network | `MomentumMLP([10, 32, 16, 1], ...)` with its `seed=seed` |
# | training | `fit` with `epochs=epochs`, `batch_size=64`, `seed=seed` |
# | what counts | the list `"train_loss"` that `fit` returns, a number for every epoch |
#
# **Your task.** Write `momentum_run(learning_rate, beta, seed=0, epochs=20)`: it makes the data and a new
# network, trains it, and returns the pair `(network, losses)`. For a first try use `epochs=2`. The complete
# check trains with a seed and values of its own, in your function but with the course's `MomentumMLP`.

# %% [markdown] hints="6.9b"
# Three lines: the data, the network with `beta`, `learning_rate` and `seed`, and `fit`, whose result is a
# dictionary.
#
# ---
# Make both the data and the network *inside* the function: a network that lives outside would go on where the
# last run stopped.


# %% answer="6.9b"
def momentum_run(learning_rate: float, beta: float, seed: int = 0, epochs: int = 20) -> tuple:
    """(the trained network, the list of its training losses)."""
    ### BEGIN SOLUTION
    X, y = generate_click_data(2000, 10, seed=seed)
    network = MomentumMLP([10, 32, 16, 1], beta=beta, learning_rate=learning_rate, seed=seed)
    history = network.fit(X, y, epochs=epochs, batch_size=64, seed=seed)
    return network, history["train_loss"]
    ### END SOLUTION


# %% test="6.9b"
def two_epochs(learning_rate, beta, seed=0):
    """The losses of a short run."""
    return momentum_run(learning_rate, beta, seed, epochs=2)[1]


def of_the_returned_network():
    """How far its last weights are from where they began, seen in the output for one row."""
    network, losses = momentum_run(0.05, 0.5, 0, 1)
    row = np.ones((1, 10))
    return float(abs(network.forward(row) - NumpyMLP([10, 32, 16, 1], seed=0).forward(row)).max())


expect("6.9b", lambda: two_epochs(0.05, 0.5), [0.655644, 0.60919], rtol=1e-4)
expect("6.9b", lambda: two_epochs(0.01, 0.9), [0.667936, 0.615749], rtol=1e-4)
expect("6.9b", lambda: two_epochs(0.05, 0.5, seed=1), [0.664826, 0.576763], rtol=1e-4)
expect("6.9b", lambda: of_the_returned_network(), such_that("a change above 0.001", lambda change: change > 1e-3))

# %% [markdown]
# This cell makes eight runs with your function, draws their losses, and prints the last ones. (It takes a
# second or two.)

# %% fold=true
# Shift+Enter: eight runs of your experiment, once momentum_run is written
from utils import show
from utils.plots import axes, style

BETAS, RATES = (0, 0.5, 0.9, 0.99), (0.01, 0.1)
try:
    runs = {(rate, beta): momentum_run(rate, beta)[1] for rate in RATES for beta in BETAS}
except (NameError, NotImplementedError):
    print("Write momentum_run first, then run this cell again.")
else:
    figure, panels = axes("epoch", "training loss", columns=2, width=9, height=3.2)
    with style():
        for panel, rate in zip(panels, RATES):
            for beta, look in zip(BETAS, ("-", "--", "-.", ":")):
                panel.plot(range(1, 21), runs[rate, beta], look, label=f"beta {beta}")
            panel.set(title=f"learning rate {rate}", ylim=(0.3, 0.85), xticks=[1, 5, 10, 15, 20])
        panels[0].legend(ncols=2, loc="upper right")
    last = {key: f"{losses[-1]:.3f}" for key, losses in runs.items()}
    show(figure, f"Training losses over 20 epochs in eight runs; the last ones, by (rate, beta): {last}.")
    print("loss of the last epoch")
    for rate in RATES:
        print(f"  learning rate {rate}:", ", ".join(f"beta {b}: {runs[rate, b][-1]:.3f}" for b in BETAS))

# %% [markdown]
# ### What follows, and what does not
#
# The source of this exercise asks for a comparison of $\beta=0.9$ with no momentum, and for the influence of
# $\beta$ on the stability. It fixes no learning rate. Here are six statements about your eight runs and about
# the numbers that you computed by hand.
#
# **Your task.** Set `true_statements` to the letters of **all** that are true.
#
# - **A** At the learning rate 0.01, the last loss falls with every increase of $\beta$, up to 0.99.
# - **B** A larger $\beta$ makes training less stable, whatever the learning rate.
# - **C** At the learning rate 0.1, $\beta=0.99$ ends with a higher loss than plain gradient descent.
# - **D** $\beta=0.9$ with $\eta=0.01$ and plain gradient descent with $\eta=0.1$ reach nearly the same loss.
# - **E** The runs prove that momentum finds better directions than the gradient: the step length is the same
#   for every $\beta$ at one learning rate.
# - **F** To compare values of $\beta$ fairly, keep $\eta/(1-\beta)$ equal rather than $\eta$.

# %% [markdown] hints="6.9c"
# Read A, B, C and D off the numbers that the last cell prints.
#
# ---
# For E and F, look at `v_settled`: how long is a step in the long run, compared with plain gradient descent?

# %% answer="6.9c"
true_statements = ...  # letters, such as "BE"
### BEGIN SOLUTION
true_statements = "ACDF"
### END SOLUTION

# %% test="6.9c"
expect("6.9c", lambda: true_statements, some_letters("ABCDEF"))

# %% [markdown] commentary="6.9"
# Most of the gain is a longer step. On a constant gradient the velocity settles at $1/(1-\beta)$ times the
# gradient, so $\beta=0.9$ is a tenfold learning rate and $\beta=0.99$ a hundredfold one: welcome at 0.01, too
# much at 0.1. In the valley something else remains: across it the gradients change their sign and cancel in
# the velocity, and so a longer step along the valley is possible without leaving it.

# %% [markdown] written="6.9-written"
# **In your own words (optional, read by a person).** What does $\beta=0.9$ change at the same learning rate,
# and why? What do your runs say about stability? Quote your own numbers.
#
# ### BEGIN SOLUTION
# At $\eta=0.01$ the loss of the last epoch falls from 0.589 without momentum to 0.431 with $\beta=0.9$ (seed
# 0). The effective step is $\eta/(1-\beta)$, ten times as long; plain gradient descent with $\eta=0.1$
# reaches the same loss, 0.433, so the gain comes from the longer step.
#
# Whether a large $\beta$ is stable depends on the learning rate as well: $\beta=0.99$ is the best run at
# $\eta=0.01$ (0.359) and the worst one at $\eta=0.1$ (0.653), where the effective step is 10.
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/04_losses_and_optimisers")

# %% [markdown]
# {{next}}
