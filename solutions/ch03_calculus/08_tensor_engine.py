# %% [markdown]
# # A tensor engine that reads digits
#
# An engine of single numbers makes one Python object for every product. A layer that turns 64 pixels into 32
# numbers needs 2048 products *for each picture*. Here a node of the graph holds a whole array, and one operation
# is a whole matrix product: that is the step from a toy to the engines that train today's networks. At the end of
# this notebook your engine tells fours from nines. And you will see why that alone proves almost nothing about its
# gradients.
#
# | part | what you write | points |
# |---|---|---|
# | 3.33a | `Tensor`: arrays that remember how they were computed | 10, and 2 for stacks of matrices |
# | 3.33b | `cross_entropy`: the loss | 3, and 1 for very large scores |
# | 3.33c | `MLP`: a network with one hidden layer | 4 |
# | 3.33d | `train`: gradient descent on pictures | 3 |
#
# > **Conventions here.** A row of a matrix is one example; weights are (inputs, outputs), so that a layer computes
# > `X @ W + b`. A gradient always has the shape of its tensor. Losses are the **mean** over the examples. PyTorch and
# > the engines and networks of `utils` are off limits in your answers; NumPy does the arithmetic.

# %% setup=true
import math

import numpy as np

from utils import expect, grade, load_four_nine, progress, show_digits, such_that


# What the tests use
def gradients(f, *arrays):
    """[f, its gradient for the first array, for the second, ...] by your Tensor, as lists."""
    tensors = [Tensor(np.array(array, dtype=float)) for array in arrays]
    z = f(*tensors)
    z.backward()
    return [np.asarray(z.data).item(), *(np.asarray(t.grad).tolist() for t in tensors)]


def loss_and_gradient(scores, labels):
    """[the loss, its gradient for the scores] by your cross_entropy and your Tensor."""
    return gradients(lambda s: cross_entropy(s, np.array(labels)), scores)


X_train, y_train, X_test, y_test = load_four_nine()
A, row, column = [[1, 2], [3, 4]], [10, 20], [[1], [-1]]

# %% [markdown] exercise="3.33" title="A tensor engine that reads digits" stars=4 minutes=90 needs="2.9 2.12 3.14 3.21"
# These are the pictures: 8 by 8 pixels, from 0 (paper) to 1 (ink), written by many hands. The label 0 means a four,
# the label 1 a nine.

# %%
show_digits(X_train[:16], 4 + 5 * y_train[:16])

# %% [markdown]
# Below, a network that has learnt them reads pictures that it has never seen. It was trained without an engine, with
# gradients written out by hand; later your own network takes its place. Run the cell (Shift+Enter). `fade` mixes the
# picture with one of the other digit. The third picture is a gradient: with more ink at a + the network leans towards a
# nine, at a − towards a four. The last one shows the weights of a single hidden unit. Which pixels decide?

# %% picture=true
from utils.explorers.ch03_calculus.tensor_engine import digit_reader

digit_reader()

# %% [markdown]
# ### The only new idea: a repeated number collects from every copy
#
# When a bias of the shape (32,) is added to a matrix of the shape (600, 32), NumPy uses each of its numbers 600
# times. This is **broadcasting**. A number that is used 600 times gets a share of its gradient from every use, and
# the shares *add up*. So the backward pass brings a gradient `G`, which has the shape of the result, back to the shape
# of the operand:
#
# | the operand's shape | the result's shape | how `G` gets the operand's shape |
# |---|---|---|
# | (32,) | (600, 32) | sum over axis 0, which broadcasting has put in front |
# | (600, 1) | (600, 32) | sum over axis 1, and keep it as an axis of length 1 |
# | (3, 1) | (2, 3, 4) | sum over axis 0, and over axis 2, which stays |
# | () | (600, 32) | sum over everything |
#
# ### The class
#
# An operation makes a new tensor from its `parents`, and notes for each parent a **pullback**: a function that takes the gradient
# of the result, `G`, and returns that parent's share. What was *upstream × local derivative* for numbers is a function
# of an array here. `tanh` is given as the pattern:
#
# ```python
# def tanh(self):
#     t = np.tanh(self.data)
#     return Tensor(t, (self,), (lambda G: G * (1 - t**2),))
# ```
#
# **Your task (3.33a).** Complete `unbroadcast` and the class `Tensor`. The constructor is given, and so are the operations that follow from
# others (`-a`, `a - b`, `a / b`, and all with a number or an array on the left).
#
# | | |
# |---|---|
# | `unbroadcast(G, shape)` | the sums of `G` that give it this shape |
# | `Tensor(data)` | `data`, an array of floats, and `grad`, zeros of the same shape |
# | `a + b`, `a * b` | element by element, with broadcasting; `b` is a tensor, a number or an array |
# | `a ** k` | element by element, for a plain number `k` |
# | `a @ b` | the product of two matrices |
# | `a.sum(axis=None, keepdims=False)` | as in NumPy: over everything, or along one axis |
# | `a.relu()`, `a.exp()`, `a.log()` | element by element; `log` is the natural logarithm |
# | `z.backward()` | for a `z` with a single element: adds $\partial z/\partial t$ to `t.grad` for every tensor `t` that `z` was made from |
#
# Not tested: ReLU's slope at exactly 0, a second `backward` on the same graph, graphs deeper than Python's recursion
# limit.
#
# **Example.** With `a = Tensor([[1, 2], [3, 4]])` and `b = Tensor([10, 20])`, `z = (a * b).sum()` is 160. After
# `z.backward()`, `b.grad` is `[4, 6]`, the sums of the columns of `a`, and `a.grad` is `[[10, 20], [10, 20]]`.
#
# ### A trap that numbers do not have
#
# A sum hands `G` on to both of its operands as it is. Two names, one array: what happens to the second when the first
# collects another share *in place*?

# %%
G = np.ones(2)
gradient_of_a = gradient_of_b = G  # a + b hands on the same array twice
gradient_of_a += 10  # a gets another share from somewhere else
print("gradient of b:", gradient_of_b)

# %% [markdown]
# A test with a tensor that stands in *two* sums finds this: $(a+b)\cdot2+(a+c)\cdot3$. Write
# `t.grad = t.grad + share`, which makes a new array, and nothing is shared.

# %% [markdown] hints="3.33a"
# `unbroadcast` in two steps. First sum over the axes that NumPy put in front: there are `G.ndim - len(shape)` of
# them. Then sum, with `keepdims=True`, over those where `shape` has a 1. Both times, `axis` may be a tuple.
#
# ---
# Let `backward` do the unbroadcasting, for every parent. Then no operation has to think about it: `a + b` hands on `G` to
# both, and `a * b` hands on `G * b.data` and `G * a.data`.
#
# ---
# The matrix product: for `z = a @ b` the left factor gets `G @ b.data.T`, the right one `a.data.T @ G`. The shapes
# leave no other way. (2.9 derives it.)
#
# ---
# `sum`: every element of a row gets the gradient of that row's sum. If the axis is gone from the result,
# `np.expand_dims(G, axis)` puts it back with length 1; then `G * np.ones_like(self.data)` repeats it.
#
# ---
# `backward`: put every tensor on a list after its parents, each once. Set `self.grad` to ones, walk the list from its
# end, and add each pullback's share to the parent's `grad`.


# %% answer="3.33a"
def unbroadcast(G, shape):
    """Sum G over the axes along which an array of this shape was repeated; the result has this shape."""
    ### BEGIN SOLUTION
    G = G.sum(axis=tuple(range(G.ndim - len(shape))))
    repeated = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return G.sum(axis=repeated, keepdims=True)
    ### END SOLUTION


class Tensor:
    """An array that remembers how it was computed.

    data, grad; + - * / ** @ with broadcasting; sum(axis, keepdims), relu(), exp(), log(), tanh(); backward()
    """

    __array_ufunc__ = None  # so that array + tensor asks the tensor, not NumPy

    def __init__(self, data, parents=(), pullbacks=()):
        self.data = np.array(data.data if isinstance(data, Tensor) else data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._parents = parents  # the tensors that this one was made from
        self._pullbacks = pullbacks  # for each of them: from the gradient of this one to its share

    def __repr__(self):
        return f"Tensor({self.data.tolist()})"

    @staticmethod
    def _lift(x):
        """x itself if it is a Tensor, else the number or array as a new one."""
        return x if isinstance(x, Tensor) else Tensor(x)

    def tanh(self):
        t = np.tanh(self.data)
        return Tensor(t, (self,), (lambda G: G * (1 - t**2),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Tensor._lift(other)

    def __truediv__(self, other):
        return self * Tensor._lift(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Tensor._lift(other) - self

    def __rtruediv__(self, other):
        return Tensor._lift(other) / self

    def __rmatmul__(self, other):
        return Tensor._lift(other) @ self

    def __add__(self, other):
        ### BEGIN SOLUTION
        other = Tensor._lift(other)
        return Tensor(self.data + other.data, (self, other), (lambda G: G, lambda G: G))
        ### END SOLUTION

    def __mul__(self, other):
        ### BEGIN SOLUTION
        other = Tensor._lift(other)
        pullbacks = lambda G: G * other.data, lambda G: G * self.data
        return Tensor(self.data * other.data, (self, other), pullbacks)
        ### END SOLUTION

    def __pow__(self, k):
        """self to the power k, a plain number."""
        ### BEGIN SOLUTION
        return Tensor(self.data**k, (self,), (lambda G: G * k * self.data ** (k - 1),))
        ### END SOLUTION

    def __matmul__(self, other):
        ### BEGIN SOLUTION
        other = Tensor._lift(other)
        a, b = np.swapaxes(self.data, -1, -2), np.swapaxes(other.data, -1, -2)  # the transposes
        return Tensor(self.data @ other.data, (self, other), (lambda G: G @ b, lambda G: a @ G))
        ### END SOLUTION

    def sum(self, axis=None, keepdims=False):
        """The sum over all elements, or along one axis."""
        ### BEGIN SOLUTION
        def pullback(G):
            if axis is not None and not keepdims:
                G = np.expand_dims(G, axis)
            return G * np.ones_like(self.data)

        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), (pullback,))
        ### END SOLUTION

    def relu(self):
        """self where it is positive, else 0."""
        ### BEGIN SOLUTION
        return Tensor(np.maximum(self.data, 0), (self,), (lambda G: G * (self.data > 0),))
        ### END SOLUTION

    def exp(self):
        ### BEGIN SOLUTION
        e = np.exp(self.data)
        return Tensor(e, (self,), (lambda G: G * e,))
        ### END SOLUTION

    def log(self):
        """The natural logarithm of positive numbers."""
        ### BEGIN SOLUTION
        return Tensor(np.log(self.data), (self,), (lambda G: G / self.data,))
        ### END SOLUTION

    def backward(self):
        """Add the gradient of self by t to t.grad, for every tensor t that self was made from."""
        ### BEGIN SOLUTION
        order, visited = [], set()

        def visit(t):
            if t not in visited:
                visited.add(t)
                for parent in t._parents:
                    visit(parent)
                order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            for parent, pullback in zip(t._parents, t._pullbacks):
                share = unbroadcast(pullback(t.grad), parent.data.shape)
                parent.grad = parent.grad + share
        ### END SOLUTION


# %% [markdown]
# The tests come in steps: write what a step needs, run the answer cell, then the cell of that step, and come back
# for the next one.

# %% step="3.33a"
# Step 1: unbroadcast
expect("3.33a", lambda: unbroadcast(np.ones((3, 2)), (2,)), [3, 3])
expect("3.33a", lambda: unbroadcast(np.array(A) * 1.0, (2, 1)), [[3], [7]])
expect("3.33a", lambda: unbroadcast(np.array(A) * 1.0, (1, 2)), [[4, 6]])
expect("3.33a", lambda: float(unbroadcast(np.array(A) * 1.0, ())), 10)
expect("3.33a", lambda: unbroadcast(np.ones((2, 3, 4)), (3, 1)), [[8], [8], [8]])
expect("3.33a", lambda: unbroadcast(np.array(A) * 1.0, (2, 2)), A)

# %% step="3.33a"
# Step 2: the sum of everything, a + b, a * b and backward, for equal shapes
expect("3.33a", lambda: gradients(lambda a: a.sum(), A), [10, [[1, 1], [1, 1]]])
expect("3.33a", lambda: gradients(lambda a, b: (a * b).sum(), A, [[5, 6], [7, 8]]), [70, [[5, 6], [7, 8]], A])
expect("3.33a", lambda: gradients(lambda a, b: (a * (a + b)).sum(), [3, 1], [2, 4]), [20, [8, 6], [3, 1]])
expect("3.33a", lambda: gradients(lambda a: (a * a + a).sum(), [3.0]), [12, [7]])

# %% step="3.33a"
# Step 3: broadcasting
expect("3.33a", lambda: gradients(lambda a, b: (a * b).sum(), A, row), [160, [row, row], [4, 6]])
expect("3.33a", lambda: gradients(lambda a, b: (a * b).sum(), A, column), [-4, [[1, 1], [-1, -1]], [[3], [7]]])
expect("3.33a", lambda: gradients(lambda a, b: (a + b).sum(), [row], column), [60, [[2, 2]], [[2], [2]]])
expect("3.33a", lambda: gradients(lambda a, b: (a * b).sum(), A, 5), [50, [[5, 5], [5, 5]], 10])
expect("3.33a", lambda: gradients(lambda a: ((a + 1) * np.array(row)).sum(), A), [220, [row, row]])

# %% step="3.33a"
# Step 4: one tensor in several places
def two_sums(a, b, c):
    """a stands in two sums."""
    return ((a + b) * 2 + (a + c) * 3).sum()


def long_way(a, b):
    """p is used at once, and again at the end of a longer path."""
    p = a * a
    return ((p * b + a) + p).sum()


expect("3.33a", lambda: gradients(two_sums, [1, 2], [3, 4], [5, 6]), [62, [5, 5], [2, 2], [3, 3]])
expect("3.33a", lambda: gradients(long_way, [3], [5]), [57, [37], [9]])

# %% step="3.33a"
# Step 5: matrix products, and sums along an axis
C = np.array([[1.0, 2.0, 3.0]])


def shares(a):
    """Each entry over the sum of its row, the columns weighted 10 and 20."""
    return (a / a.sum(axis=1, keepdims=True) * row).sum()


expect("3.33a", lambda: gradients(lambda a, b: (a @ b).sum(), A, column), [-2, [[1, -1], [1, -1]], [[4], [6]]])
expect("3.33a", lambda: gradients(lambda a, b: (a @ b * C).sum(), column, [[1, 1, 2]]), [0, [[9], [9]], [[0, 0, 0]]])
expect("3.33a", lambda: gradients(lambda a: (a.sum(axis=0) * row).sum(), A), [160, [row, row]])
expect("3.33a", lambda: gradients(lambda a: (a.sum(axis=1) * row).sum(), A), [170, [[10, 10], [20, 20]]])
expect("3.33a", lambda: gradients(shares, [[1, 3]]), [17.5, [[-1.875, 0.625]]], rtol=1e-4)

# %% test="3.33a"
# Step 6: what remains
expect("3.33a", lambda: gradients(lambda a: (a.relu() * row).sum(), [[1, -2], [-3, 4]]), [90, [[10, 0], [0, 20]]])
expect("3.33a", lambda: gradients(lambda a: (a**3).sum(), [2, -1]), [7, [12, 3]])
expect("3.33a", lambda: gradients(lambda a: ((a**-0.5) * 4).sum(), [4]), [2, [-0.25]], rtol=1e-4)
expect("3.33a", lambda: gradients(lambda a: (a.exp() * 2).sum(), [0, 1]), [7.436564, [2, 5.436564]], rtol=1e-4)
expect("3.33a", lambda: gradients(lambda a: (a.log() * 6).sum(), [1, 2]), [4.158883, [6, 3]], rtol=1e-4)
expect("3.33a", lambda: gradients(lambda a, b: (a / b - b).sum(), [6, 8], [2]), [3, [0.5, 0.5], [-5.5]], rtol=1e-4)

# %% [markdown] commentary="3.33a"
# Each operation is one line of arithmetic and one pullback for each operand; `backward` alone knows about order, adding up
# and shapes. Because `unbroadcast` stands there, `__add__` can hand on `G` as it is: where nothing was repeated, it
# sums over no axis. Adding makes a new array, so a gradient that two operands share is never changed under the
# other's feet. `swapaxes` is the transpose that also works for stacks of matrices; `.T` would turn all axes
# around.

# %% [markdown]
# **Bonus: stacks of matrices.** NumPy's `@` multiplies stacks as well: (5, 2, 3) times (5, 3, 4) is five products, and
# (5, 2, 3) times (3, 4) uses the one matrix five times. With that, an engine can compute the attention of a
# transformer. It takes little: a transpose of the last two axes only, and something that you have already written.

# %% test="3.33a-bonus"
stack = np.arange(12.0).reshape(2, 2, 3)
other_stack = [[[3, 3], [5, 5], [7, 7]], [[15, 15], [17, 17], [19, 19]]]


def product(a, b):
    return (a @ b).sum()


expect("3.33a-bonus", lambda: gradients(product, stack, [[1], [0], [2]])[:2], [70, [[[1, 0, 2]] * 2] * 2])
expect("3.33a-bonus", lambda: gradients(product, stack, [[1], [0], [2]])[2], [[18], [22], [26]])
expect("3.33a-bonus", lambda: gradients(product, stack, stack.reshape(2, 3, 2))[2], other_stack)

# %% [markdown]
# ### The loss
#
# A network says two **scores** for each picture (logits), one for each label, $s_{i0}$ and $s_{i1}$. Softmax makes probabilities of them, and the
# cross-entropy is the negative logarithm of the probability of the right label, in the mean over the $n$ pictures:
#
# $$L=\frac1n\sum_{i=1}^n\Bigl(\log\sum_c e^{s_{ic}}-s_{i,y_i}\Bigr).$$
#
# **Your task (3.33b).** Write `cross_entropy(logits, labels)`: `logits` is a tensor of the shape (n, classes), for any
# number of classes, `labels` an integer array of the shape (n,). The result is a tensor with a single number, from which
# `backward` reaches the logits. Compose it of the operations that you have, or make one new operation with the
# pullback that you know: softmax minus one-hot, over $n$.
#
# **Example.** For the scores (0, 0) and the label 1 the loss is log 2, and the gradient is (0.5, −0.5).

# %% [markdown] hints="3.33b"
# `np.eye(classes)[labels]` is the matrix of one-hot rows. Times the scores, summed along axis 1, it picks the score of
# the right label, and the gradient passes through.
#
# ---
# The other half is `exp`, `sum(axis=1)` and `log`. Add up what you get for the rows, and divide by `n`.
#
# ---
# For large scores: subtract each row's maximum first, `logits.data.max(axis=1, keepdims=True)`, as a plain array. The
# loss does not change, and `exp` cannot overflow.


# %% answer="3.33b"
def cross_entropy(logits, labels):
    """The mean cross-entropy, a Tensor with one number, of logits (n, classes) with integer labels (n,)."""
    ### BEGIN SOLUTION
    n, classes = logits.data.shape
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    chosen = (shifted * np.eye(classes)[labels]).sum(axis=1)
    return (shifted.exp().sum(axis=1).log() - chosen).sum() / n
    ### END SOLUTION


# %% test="3.33b"
expect("3.33b", lambda: loss_and_gradient([[0, 0]], [1]), [0.693147, [[0.5, -0.5]]], rtol=1e-4)
expect("3.33b", lambda: loss_and_gradient([[0, 0], [0, 0]], [1, 0])[0], 0.693147, rtol=1e-4)
expect("3.33b", lambda: loss_and_gradient([[0, 0], [0, 0]], [1, 0])[1], [[0.25, -0.25], [-0.25, 0.25]], rtol=1e-4)
expect("3.33b", lambda: loss_and_gradient([[2, 0], [0, 0]], [0, 0])[0], 0.410038, rtol=1e-4)
expect("3.33b", lambda: loss_and_gradient([[1, 2, 3]], [0])[1], [[-0.909969, 0.244728, 0.665241]], rtol=1e-4)

# %% [markdown] commentary="3.33b"
# Four lines that read like the formula. The shift enters as a constant array, through which no gradient flows, and
# that is right: the loss does not depend on it. Nothing had to be differentiated here; the engine does it.

# %% [markdown]
# **Bonus: very large scores.** $e^{1000}$ is not a float, the loss at the scores (1000, 0) is.

# %% test="3.33b-bonus"
expect("3.33b-bonus", lambda: loss_and_gradient([[1000, 0]], [1]), [1000, [[1, -1]]], rtol=1e-4)
expect("3.33b-bonus", lambda: loss_and_gradient([[2000, 0], [0, 1]], [1, 0])[0], 1000.656631)
expect("3.33b-bonus", lambda: loss_and_gradient([[-1000, -1001]], [0])[0], 0.313262, rtol=1e-4)

# %% [markdown]
# ### The network
#
# **Your task (3.33c).** Write the class `MLP`, with *your* `Tensor`:
#
# - `MLP(n_in, n_hidden, n_out, seed=0)` makes $W_1$ (n_in, n_hidden), $b_1$ (n_hidden,), $W_2$ (n_hidden, n_out), $b_2$ (n_out,). The
#   weights are random, the same for the same `seed`; He's start, normal numbers times $\sqrt{2/\text{inputs}}$, is a
#   good one. The biases begin at 0.
# - `model.parameters()` is the list of the four tensors, in this order: $W_1, b_1, W_2, b_2$.
# - `model(X)` returns the scores $\operatorname{relu}(XW_1+b_1)\,W_2+b_2$, a tensor of the shape (n, n_out), for an array
#   or a tensor `X` of the shape (n, n_in).
#
# **Example.** `[p.data.shape for p in MLP(64, 32, 2).parameters()]` is `[(64, 32), (32,), (32, 2), (2,)]`.

# %% [markdown] hints="3.33c"
# `rng = np.random.default_rng(seed)`, then `Tensor(rng.normal(size=(n_in, n_hidden)) * math.sqrt(2 / n_in))`.
#
# ---
# `model(X)` is one line. Keep every result a tensor: whoever takes `.data` out in the middle cuts the graph, and nothing
# before it gets a gradient.


# %% answer="3.33c"
class MLP:
    """A network with one hidden layer of ReLU units; its parameters are tensors W1, b1, W2, b2."""

    def __init__(self, n_in, n_hidden, n_out, seed=0):
        ### BEGIN SOLUTION
        rng = np.random.default_rng(seed)
        self.W1 = Tensor(rng.normal(size=(n_in, n_hidden)) * math.sqrt(2 / n_in))
        self.b1 = Tensor(np.zeros(n_hidden))
        self.W2 = Tensor(rng.normal(size=(n_hidden, n_out)) * math.sqrt(2 / n_hidden))
        self.b2 = Tensor(np.zeros(n_out))
        ### END SOLUTION

    def parameters(self):
        """[W1, b1, W2, b2]"""
        ### BEGIN SOLUTION
        return [self.W1, self.b1, self.W2, self.b2]
        ### END SOLUTION

    def __call__(self, X):
        """The scores (n, n_out) of the rows of X (n, n_in)."""
        ### BEGIN SOLUTION
        return (Tensor._lift(X) @ self.W1 + self.b1).relu() @ self.W2 + self.b2
        ### END SOLUTION


# %% test="3.33c"
def small_network(X, *weights):
    """An MLP with these W1, b1, W2, b2: its scores, and the gradients of their sum, weighted 1, 2, ..."""
    model = MLP(2, 3, 2)
    for p, numbers in zip(model.parameters(), weights, strict=True):
        p.data[...] = np.reshape(np.array(numbers, dtype=float), p.data.shape)
    scores = model(np.array(X, dtype=float))
    (scores * np.arange(1.0, 1 + scores.data.size).reshape(scores.data.shape)).sum().backward()
    return [scores.data.tolist(), *(np.ravel(p.grad).tolist() for p in model.parameters())]


def apart(k, seed, other):
    """How far apart is parameter k of networks that are made with two seeds?"""
    one, two = (MLP(5, 4, 3, s).parameters()[k].data for s in (seed, other))
    return float(np.abs(one - two).max())


weights = [[1, -1, 0], [2, 1, 1]], [0, 1, -2], [[1, 0], [2, -1], [0, 3]], [5, 6]
expect("3.33c", lambda: [np.size(p.data) for p in MLP(64, 32, 2).parameters()], [2048, 32, 64, 2])
expect("3.33c", lambda: [apart(0, 1, 1), apart(2, 1, 1)], [0, 0])
expect("3.33c", lambda: apart(0, 1, 2) > 0, True)
expect("3.33c", lambda: small_network([[1, 1]], *weights)[0], [[10, 5]])
expect("3.33c", lambda: small_network([[1, 1]], *weights)[1:3], [[1, 0, 0, 1, 0, 0], [1, 0, 0]])
expect("3.33c", lambda: small_network([[1, 1]], *weights)[3:], [[3, 6, 1, 2, 0, 0], [1, 2]])
expect("3.33c", lambda: small_network([[1, 1], [0, 4]], *weights)[1:3], [[1, 0, 0, 13, 8, 48], [4, 2, 12]])

# %% [markdown] commentary="3.33c"
# The network knows nothing of gradients: it computes scores with tensors, and that is enough. `_lift` lets it take an
# array or a tensor. The biases may stay one-dimensional because the engine undoes the broadcasting.

# %% [markdown]
# ### Does it agree with PyTorch?
#
# Off limits in an answer, PyTorch is welcome as a judge. The next cell takes a network with your classes, gives the same weights to
# PyTorch, and compares the gradients of the cross-entropy. The measure is the distance of two arrays over their
# sizes, $\lVert g-g'\rVert/(\lVert g\rVert+\lVert g'\rVert)$, for each array as a whole: element by element it would be 0/0
# where a pixel has no ink in any picture of the batch. Below $10^{-4}$ they agree; 1 means that they have nothing in common.


# %% fold=true
# Shift+Enter: the gradients of your network beside PyTorch's
def beside_pytorch(rows=32):
    """Relative differences of the gradients for W1, b1, W2, b2 on some training pictures."""
    import torch

    torch.set_num_threads(1)
    model, X, y = MLP(64, 32, 2, seed=1), X_train[:rows], y_train[:rows]
    cross_entropy(model(X), y).backward()
    theirs = [torch.tensor(np.array(p.data), dtype=torch.float64, requires_grad=True) for p in model.parameters()]
    W1, b1, W2, b2 = theirs
    scores = torch.relu(torch.tensor(X) @ W1 + b1) @ W2 + b2
    torch.nn.functional.cross_entropy(scores, torch.tensor(y)).backward()
    for name, p, q in zip(("W1", "b1", "W2", "b2"), model.parameters(), theirs):
        ours, grad = np.asarray(p.grad), q.grad.numpy()
        difference = np.linalg.norm(ours - grad) / (np.linalg.norm(ours) + np.linalg.norm(grad))
        print(f"{name}: {difference:.1e}  {'✔' if difference < 1e-4 else '✘'}")


try:
    beside_pytorch()
except NotImplementedError:
    print("○ Here your gradients will stand beside PyTorch's, once 3.33a, 3.33b and 3.33c are written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# ### Training
#
# **Your task (3.33d).** Write `train(X, y, n_hidden=32, epochs=20, lr=0.5, batch_size=32, seed=0)`. It gets pictures `X` (n, pixels) and
# labels `y` (n,), 0 or 1; it makes an `MLP` with two outputs and trains it with *your* `cross_entropy` by gradient descent, on shuffled batches, and
# returns the trained `MLP`. Called as `train(X, y)`, on the 253 training pictures, it should read at least 95 % of the unseen ones, in
# less than a minute. (How you train, and the options after `y`, are your choice. The reference takes about a tenth
# of a second.)
#
# **Example.** After `model = train(X_train, y_train)`, `model(X_test).data.argmax(axis=1)` has 108 labels, and at least 103 are
# right.

# %% [markdown] hints="3.33d"
# For every epoch, `order = rng.permutation(len(X))`; a batch is the next `batch_size` rows of `order`.
#
# ---
# A step: the loss of the batch; set every parameter's `grad` to zeros, since `backward` adds; `loss.backward()`; then move every
# parameter's `data` against its gradient.
#
# ---
# Write `p.data = p.data - lr * p.grad` for `p` in `model.parameters()`. With `p = p - lr * p.grad` you would give the name `p` to a new
# tensor, and the network keeps the old one.


# %% answer="3.33d"
def train(X, y, n_hidden=32, epochs=20, lr=0.5, batch_size=32, seed=0):
    """An MLP with two outputs, trained on pictures X (n, pixels) with labels y (n,)."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    model = MLP(X.shape[1], n_hidden, 2, seed)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            loss = cross_entropy(model(X[rows]), y[rows])
            for p in model.parameters():
                p.grad = np.zeros_like(p.data)
            loss.backward()
            for p in model.parameters():
                p.data = p.data - lr * p.grad
    return model
    ### END SOLUTION


# %% test="3.33d"
def share_right(labels_of):
    """The share of unseen pictures read right, after training with labels_of(the right ones)."""
    X, y, unseen, truth = load_four_nine()
    guesses = np.asarray(train(X, labels_of(y))(unseen).data).argmax(axis=1)
    return float(np.mean(guesses == labels_of(truth)))


def weights_moved():
    """How far apart are the weights of two networks that are trained with opposite labels?"""
    X, y, _, _ = load_four_nine()
    one, other = (train(X, labels).parameters() for labels in (y, 1 - y))
    return [float(np.abs(p.data - q.data).max()) for p, q in zip(one, other)]


at_least_95 = such_that("at least 0.95", lambda share: share >= 0.95)
all_four = such_that("four numbers above 0", lambda moved: len(moved) == 4 and min(moved) > 1e-9)
expect("3.33d", lambda: share_right(lambda y: y), at_least_95)
expect("3.33d", lambda: share_right(lambda y: 1 - y), at_least_95)
expect("3.33d", weights_moved, all_four)

# %% [markdown] commentary="3.33d"
# Each step makes a new graph, uses it once and forgets it. The gradients are set to zero between making the loss and
# `backward`; anywhere between two backward passes would do. The update writes to `data`, outside of the graph, so it is
# not recorded.

# %% [markdown]
# Here your own network reads. Draw a digit with `#` (ink), `+` (half) and `.` (paper), and run the cell again. As long as `train` is not written, the given
# network reads it. (It knows no other pictures than those of its training: a thin digit far to one side may well be misread.)

# %%
my_digit = """
. . . # . . . .
. . + # . . . .
. . # . . # . .
. # + . . # . .
. # # # # # . .
. . . . # . . .
. . . + # . . .
. . . # . . . .
"""
try:
    trained = [p.data for p in train(X_train, y_train).parameters()]
except Exception as problem:
    trained = None  # the given network
    print(f"○ The given network reads; yours is not ready ({type(problem).__name__}).")
digit_reader(trained, drawn=my_digit)

# %% [markdown]
# ### What did the training prove?
#
# Hardly anything about your gradients. Below, gradients are written out by hand, and you choose a mistake in them. Which mistakes
# would you have found by looking at the test pictures? Which by the right panel, which compares the gradient of the first batch
# with the right one?

# %% picture=true
from utils.explorers.ch03_calculus.tensor_engine import wrong_gradients_explorer

wrong_gradients_explorer()

# %% [markdown]
# With a hidden layer that never learns, the output layer finds the nines in random features, and fours and nines are
# easy enough for that. With a ReLU that lets every gradient through, the steps are wrong in direction but not
# wrong enough. Descent forgives much, and the test pictures only say where it arrived. Of the 21 wrong
# engines that the complete check of 3.33a knows by name, ten read at least 98 % of the unseen pictures.
#
# So in this exercise the **gradient checks decide**: 14 of the 20 points are for gradients at hidden inputs, 3 for the loss.
#
# The next cell does it to your own engine: it replaces `Tensor.relu` for a moment, trains, and checks the gradient of $W_1$ in a few entries with
# differences of the loss.


# %% fold=true
# Shift+Enter: your own engine with a broken ReLU
def broken_on_purpose():
    """Test pictures and gradient check of the engine as it is, and with two wrong versions of relu."""

    def leaks(self):  # the right value, but the gradient passes everywhere
        return self + np.where(self.data > 0, 0.0, -self.data)

    def cut(self):  # the right value, without a graph
        return Tensor(np.maximum(self.data, 0))

    def wrong_share(rows=32, entries=40, h=1e-5):
        model = MLP(64, 32, 2, seed=1)

        def loss():
            return cross_entropy(model(X_train[:rows]), y_train[:rows])

        W1 = model.parameters()[0]
        loss().backward()
        ours, slopes = [], []
        for k in np.random.default_rng(0).choice(W1.data.size, entries, replace=False):
            at = np.unravel_index(k, W1.data.shape)
            values = []
            for step in (h, -2 * h):
                W1.data[at] += step
                values.append(float(loss().data))
            W1.data[at] += h
            ours.append(W1.grad[at])
            slopes.append((values[0] - values[1]) / (2 * h))
        return np.linalg.norm(np.subtract(ours, slopes)) / (np.linalg.norm(ours) + np.linalg.norm(slopes))

    own, lines = Tensor.relu, [f"{'relu':<36}{'unseen pictures read':>22}{'gradient of W1 is off by':>28}"]
    for words, relu in (("your own", own), ("lets every gradient through", leaks), ("hands nothing on", cut)):
        Tensor.relu = relu
        try:
            read = np.mean(train(X_train, y_train)(X_test).data.argmax(axis=1) == y_test)
            lines.append(f"{words:<36}{read:>22.1%}{wrong_share():>28.1e}")
        finally:
            Tensor.relu = own
    print(*lines, sep="\n")


try:
    broken_on_purpose()
except NotImplementedError:
    print("○ Here your engine will be broken on purpose, once all parts are written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown] written="3.33-written"
# **In your own words (optional, read by a person).** A friend shows you a new engine: "It reads 99 % of the unseen pictures, so its gradients
# are right." Explain why that does not follow, with an example. What would you ask your friend to test instead, with which inputs, and which
# mistake would a test at a single convenient point overlook?
#
# ### BEGIN SOLUTION
# Descent needs a direction that goes downhill often enough, not the gradient. If the hidden layer gets no gradient at all, the output
# layer still learns on its random features, which is enough for fours and nines: the pictures are read, and half of the gradients are missing.
#
# I would ask for a comparison of the gradients with finite differences of the loss (or with another engine), array by array, relative to their
# size. The inputs should be random, with a different size on every axis, with operands that are repeated along a new axis and along an axis of
# length 1, tensors that are used several times, and upstream gradients that are not all 1.
#
# With upstream gradients of 1, for example, a sum that ignores what arrives looks right; with square matrices a missing transpose does
# not even raise an error; with equal shapes broadcasting is never undone.
# ### END SOLUTION

# %% [markdown]
# The real MNIST works as well, if you have it: `load_four_nine(source="mnist")` says where to get the file and where to put it. The pictures have
# 784 pixels there, and nothing in your engine needs to change.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/08_tensor_engine")

# %% [markdown]
# {{next}}
