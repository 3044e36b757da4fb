# %% [markdown]
# # Mini-project: from numbers to arrays
#
# Your engine makes one Python object for every addition. A network that reads 600 pictures of 64 pixels
# needs some millions of additions *per step*. The remedy changes nothing in the idea: let one node hold a
# whole array, and let one operation be a whole matrix product. At the end of this notebook, which is a
# bonus, your engine reads handwritten digits.
#
# > **Conventions here.** Every row of a matrix is one example; weights are (in, out), so a layer is
# > `X @ W + b`. A gradient has the shape of its tensor. `z.backward()` *adds* to `grad` and never resets
# > it. The loss is the *mean* over the examples.

# %% setup=true
import math

import numpy as np

from utils import expect, grade, load_digits, progress, show_digits, such_that


# What the tests use
def gradients(f, *arrays):
    """[f, gradient for the first array, gradient for the second, ...] as lists."""
    tensors = [Tensor(np.array(array, dtype=float)) for array in arrays]
    z = f(*tensors)
    z.backward()
    return [np.asarray(z.data).item(), *(t.grad.tolist() for t in tensors)]


A, row, column = [[1, 2], [3, 4]], [10, 20], [[1], [-1]]


# %% [markdown] exercise="2.12d" title="Tensors that read digits" stars=4 minutes=75 needs="2.9 2.12"
# These are the pictures: 8 by 8 pixels, from 0 (paper) to 1 (ink).

# %%
digits, labels = load_digits("train")
show_digits(digits[:20], labels[:20])

# %% [markdown]
# **Your task, first half.** Write the class `Tensor`, with NumPy for the arithmetic.
#
# | | |
# |---|---|
# | `Tensor(array)` | `data`, an array of floats, and `grad`, an array of zeros of the same shape |
# | `A @ B` | the product of two matrices |
# | `A + B`, `A * B` | element by element, **with broadcasting**; `B` may be a number or an array |
# | `A.sum()`, `A.mean()`, `A.relu()` | sum and mean are over all elements |
# | `z.backward()` | for a `z` with a single element; adds to the `grad` of everything it depends on |
#
# The only new idea is what broadcasting does to gradients. When a bias of shape (32,) is added to a
# matrix of shape (600, 32), NumPy uses each of its numbers 600 times. A value that is used 600
# times gets a gradient from each use, and they *add up*: a gradient always has the shape of its
# tensor, and the axes along which the tensor was repeated are summed over.
#
# | `A.shape` | `B.shape` | $\partial z/\partial B$: from the shape of `A + B` back to that of `B` |
# |---|---|---|
# | (600, 32) | (32,) | sum over axis 0 |
# | (600, 32) | (600, 1) | sum over axis 1, which stays as an axis of length 1 |
# | (600, 32) | () | sum over everything |
#
# **Example.** With `A = Tensor([[1, 2], [3, 4]])` and `b = Tensor([10, 20])`, `z = (A * b).sum()` is
# 160; after `z.backward()`, `b.grad` is `[4, 6]`, the sums of the columns of `A`.
#
# **Your task, second half.** Write `train_digits(X, y, steps=200, lr=0.5, seed=0)`. It gets pictures
# `X` (n, 64) and labels `y` (n,), trains a network 64 → 32 (relu) → 10 with biases on them, with
# *your* `Tensor`, and returns `predict`: a function from pictures (m, 64) to m labels. It should
# read at least 90 % of 300 pictures that it has never seen, after training on 600.
#
# Which loss you use is your choice. The usual one for classes is cross-entropy, and you are given
# its gradient with respect to the ten outputs ("scores") of each picture:
#
# $$\frac{\partial L}{\partial \text{scores}} = \frac{\text{softmax}(\text{scores}) - \text{one-hot}(y)}{n}.$$
#
# How to feed a known gradient $G$ to an engine that only starts from a single number? Take $G$ as
# constant and let $z = \sum_{ij} G_{ij}\,\text{scores}_{ij}$, one product and one sum: the gradient of
# $z$ with respect to the scores is $G$, and from there on the chain rule does not care where $G$
# came from.

# %% setup=true
def cross_entropy_gradient(scores, labels):
    """Gradient of the mean cross-entropy: arrays scores (n, 10) and labels (n,) give (n, 10)."""
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(labels)), labels] -= 1
    return chances / len(labels)


# %% [markdown] hints="2.12d"
# Start from your `Value`. What was a product of two numbers, *upstream × local derivative*, becomes
# a function of the upstream array: for the left factor of `A @ B` it is 2.9's formula.
#
# ---
# Write one helper that brings a gradient back to a given shape: first sum over the axes that
# NumPy put in front, then, keeping the axis, over those where the shape has a 1. Use it wherever
# broadcasting may have happened.
#
# ---
# Every entry of a mean over $n$ elements moves it by $1/n$. The gradient of a sum is an array of
# ones, not a single 1.
#
# ---
# Start the weights with normal numbers of standard deviation $\sqrt{2/\text{inputs}}$ and the biases
# at 0. `argmax(axis=1)` turns scores into labels.

# %% answer="2.12d"
class Tensor:
    """An array that remembers how it was computed.

    data, grad; @; + and * with broadcasting; sum(), mean(), relu(); backward()
    """

    def __init__(self, data):
        ### BEGIN SOLUTION
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev, self._pullbacks = (), ()
        self._number = Tensor._count = Tensor._count + 1

    _count = 0

    @staticmethod
    def _from(data, parents, pullbacks):
        """The result of an operation; a pullback turns its gradient into that of one parent."""
        z = Tensor(data)
        z._prev, z._pullbacks = parents, pullbacks
        return z

    @staticmethod
    def _lift(x):
        return x if isinstance(x, Tensor) else Tensor(x)

    def __matmul__(self, other):
        other = Tensor._lift(other)
        pullbacks = lambda G: G @ other.data.T, lambda G: self.data.T @ G
        return Tensor._from(self.data @ other.data, (self, other), pullbacks)

    def __add__(self, other):
        other = Tensor._lift(other)
        return Tensor._from(self.data + other.data, (self, other), (lambda G: G, lambda G: G))

    def __mul__(self, other):
        other = Tensor._lift(other)
        pullbacks = lambda G: G * other.data, lambda G: G * self.data
        return Tensor._from(self.data * other.data, (self, other), pullbacks)

    __radd__, __rmul__ = __add__, __mul__

    def sum(self):
        return Tensor._from(self.data.sum(), (self,), (lambda G: G * np.ones_like(self.data),))

    def mean(self):
        return self.sum() * (1 / self.data.size)

    def relu(self):
        return Tensor._from(np.maximum(self.data, 0), (self,), (lambda G: G * (self.data > 0),))

    def backward(self):
        reached, waiting = {self}, [self]
        while waiting:
            new = set(waiting.pop()._prev) - reached
            reached |= new
            waiting.extend(new)

        self.grad = np.ones_like(self.data)
        for v in sorted(reached, key=lambda v: v._number, reverse=True):
            for parent, pullback in zip(v._prev, v._pullbacks):
                parent.grad = parent.grad + summed_to(pullback(v.grad), parent.data.shape)


def summed_to(G, shape):
    """Undo broadcasting: sum G over the axes along which an array of this shape was repeated."""
    G = G.sum(axis=tuple(range(G.ndim - len(shape))))
    return G.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)
        ### END SOLUTION


def train_digits(X, y, steps=200, lr=0.5, seed=0):
    """Train a 64-32-10 network on pictures X (n, 64) with labels y (n,). Returns predict(X)."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    W1, b1 = Tensor(rng.normal(size=(64, 32)) * math.sqrt(2 / 64)), Tensor(np.zeros(32))
    W2, b2 = Tensor(rng.normal(size=(32, 10)) * math.sqrt(2 / 32)), Tensor(np.zeros(10))

    def scores(X):
        return (Tensor(X) @ W1 + b1).relu() @ W2 + b2

    for _ in range(steps):
        out = scores(X)
        stand_in = (out * cross_entropy_gradient(out.data, y)).sum()
        for p in (W1, b1, W2, b2):
            p.grad = np.zeros_like(p.data)
        stand_in.backward()
        for p in (W1, b1, W2, b2):
            p.data = p.data - lr * p.grad
    return lambda X: scores(X).data.argmax(axis=1)
    ### END SOLUTION


# %% step="2.12d"
# The first half, step 1: sums, products of matrices, relu
expect("2.12d", lambda: [Tensor(A).data.tolist(), Tensor(A).grad.tolist()], [A, [[0, 0], [0, 0]]])
expect("2.12d", lambda: gradients(lambda a: a.sum(), A), [10, [[1, 1], [1, 1]]])
expect("2.12d", lambda: gradients(lambda a, b: (a @ b).sum(), A, column), [-2, [[1, -1]] * 2, [[4], [6]]])
expect("2.12d", lambda: gradients(lambda a: a.relu().sum(), [[1, -2], [-3, 4]]), [5, [[1, 0], [0, 1]]])
expect("2.12d", lambda: gradients(lambda a: (a + a * a).sum(), [3.0]), [12, [7]])

# %% step="2.12d"
# The first half, step 2: broadcasting and the mean
expect("2.12d", lambda: gradients(lambda a, b: (a * b).sum(), A, row), [160, [row, row], [4, 6]])
expect("2.12d", lambda: gradients(lambda a, b: (a + b).sum(), A, column), [10, [[1, 1]] * 2, [[2], [2]]])
expect("2.12d", lambda: gradients(lambda a: a.mean(), A), [2.5, [[0.25, 0.25], [0.25, 0.25]]])
expect("2.12d", lambda: gradients(lambda a: a.sum() * 3, A), [30, [[3, 3], [3, 3]]])

# %% test="2.12d"
# The second half: digits that the network has never seen
def share_right(n_train=600, n_test=300):
    """The share of unseen digits that a freshly trained network reads right."""
    X, y = load_digits("train")
    unseen, truth = load_digits("test")
    predict = train_digits(X[:n_train], y[:n_train])
    return float(np.mean(np.asarray(predict(unseen[:n_test])) == truth[:n_test]))


expect("2.12d", lambda: gradients(lambda a, b, c: ((a @ b) * c).sum(), A, column, [5]), [-10, [[5, -5]] * 2, [[20], [30]], [-2]])
expect("2.12d", lambda: share_right(), such_that("at least 0.9", lambda share: share >= 0.9))

# %% [markdown] commentary="2.12d"
# Each operation records one function per operand that turns the upstream array into that operand's
# gradient, and `backward` is that of `Value`, with one line more: `summed_to` undoes the broadcasting in a
# single place, so no operation has to think about shapes. The loss needs no operation of its own: its
# known gradient enters as a constant factor of the scores.

# %% [markdown]
# ### Which digits does it get wrong?
#
# And would you have known?

# %% fold=true
# Shift+Enter: the digits that your network reads wrong
def misread():
    """Train on all training pictures and show the test pictures that are read wrong."""
    X, y = load_digits("train")
    unseen, truth = load_digits("test")
    guesses = np.asarray(train_digits(X, y)(unseen))
    wrong = guesses != truth
    print(f"{wrong.sum()} of {len(truth)} digits are read wrong")
    show_digits(unseen[wrong], truth[wrong], guesses[wrong])


try:
    misread()
except NotImplementedError:
    print("○ Here your network will show its mistakes, once Tensor and train_digits are written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# You have built what this course is about. The engines that train models with billions of weights
# add memory management, fast kernels and a few hundred operations; the backward pass is the one
# that you wrote.

# %% [markdown]
# ## Where you stand

# %%
progress("ch02_autograd/06_tensor")

# %% [markdown]
# {{next}}
