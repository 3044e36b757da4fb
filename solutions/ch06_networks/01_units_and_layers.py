# %% [markdown]
# # Units and layers
#
# A neural network is made of one part, used many times: a unit that weighs its inputs, adds a bias and
# applies an activation. In this notebook you write such a unit and three activations with their slopes,
# count what a network costs before it runs, and find out what remains of all its layers when the
# activation is left out.
#
# > **Conventions in this chapter.** One example is a vector $\mathbf x$, in code an array of the shape
# > `(d,)`; a batch is a matrix $X$ of the shape `(n, d)`, **one row per example**. A layer with $k$ inputs
# > and $m$ units has a weight matrix $W$ of the shape **(outputs, inputs)**, here `(m, k)`, and a bias
# > $\mathbf b$ of the shape `(m,)`. For one example it computes $\mathbf z = W\mathbf x + \mathbf b$, for a
# > batch $Z = XW^T + \mathbf b$, and then $A = \phi(Z)$, number by number: $Z$ is the **pre-activation**,
# > $A$ the **activation**. Layers are counted $1$ to $L$; the inputs are no layer. A function that you
# > write leaves its arguments as they were.

# %% setup=true
import numpy as np

from utils import expect, grade, is_number, is_whole_number, one_letter, progress, such_that


def measured(function, z, h=1e-5):
    """The slope of a function at every number of z, by going a little to either side."""
    return (function(z + h) - function(z - h)) / (2 * h)


# %% [markdown] exercise="6.1" title="One unit" stars=1 minutes=20
# The perceptron is the oldest unit, and the easiest to see through: it draws a line (with three inputs, a
# plane; with more, a *hyperplane*) and says on which side of it an input lies.
#
# It has weights $\mathbf w$ and a bias $b$, computes $u = \mathbf w\cdot\mathbf x + b$ and applies a step:
#
# $$\operatorname{step}(u)=\begin{cases}1&u\ge0\\0&u<0\end{cases}$$
#
# Run the next cell (Shift+Enter) and move its sliders. What do `direction` and `offset` do to the line, and
# why does `length` (of $\mathbf w$, with $b$ scaled along) do nothing to it?

# %% picture=true
from utils.explorers.ch06_networks.units_and_layers import perceptron_explorer

perceptron_explorer()

# %% [markdown]
# ### Three inputs by hand
#
# A unit has the weights $\mathbf w=(2,-1,3)$ and the bias $b=-1$. A source that asks for its outputs gives
# the first two of these inputs only, and both of them have the same output: a unit that never fires would
# get full marks there. Hence the third.
#
# **Your task.** Compute $u$ and the output of the step for
#
# - $\mathbf x_a = (1, 0, -1)$: set `u_a` and `out_a`;
# - $\mathbf x_b = (0.5, 2, 0.5)$: set `u_b` and `out_b`;
# - $\mathbf x_c = (1, 0, 0)$: set `u_c` and `out_c`.

# %% [markdown] hints="6.1a"
# Multiply each input by its weight, add the three products, then add the bias **once**.
#
# ---
# The bias is negative: adding it makes $u$ smaller. The step asks only whether what you have then is below 0.

# %% answer="6.1a"
u_a = ...  # a number
out_a = ...  # 0 or 1
u_b = ...  # a number
out_b = ...  # 0 or 1
u_c = ...  # a number
out_c = ...  # 0 or 1
### BEGIN SOLUTION
u_a, out_a = 2 * 1 - 1 * 0 + 3 * -1 - 1, 0
u_b, out_b = 2 * 0.5 - 1 * 2 + 3 * 0.5 - 1, 0
u_c, out_c = 2 * 1 - 1, 1
### END SOLUTION

# %% test="6.1a"
expect("6.1a", lambda: u_a, is_number)
expect("6.1a", lambda: out_a, is_number)
expect("6.1a", lambda: u_b, is_number)
expect("6.1a", lambda: out_b, is_number)
expect("6.1a", lambda: u_c, is_number)
expect("6.1a", lambda: out_c, is_number)

# %% [markdown]
# ### The unit as a function
#
# **Your task.** Write `perceptron(x, w, b)`: the output, 0 or 1, for one input `x`. The arrays `x` and `w`
# have the same shape `(d,)`, for any `d`; `b` is a number. (No test lies exactly on the plane, where $u=0$.)
#
# **Example.** `perceptron(np.array([3.0]), np.array([2.0]), -5.0)` is 1, because $u = 2\cdot3-5 = 1$.

# %% [markdown] hints="6.1"
# The sum of products of two arrays is `w @ x`.
#
# ---
# First compute `u`, with the bias added to the sum once, not to each of its terms. Then compare it with 0.


# %% answer="6.1"
def perceptron(x: np.ndarray, w: np.ndarray, b: float) -> int:
    """1 where w·x + b is at least 0, else 0; x and w have the shape (d,)."""
    ### BEGIN SOLUTION
    return int(w @ x + b >= 0)
    ### END SOLUTION


# %% test="6.1" decides=true
w_3 = [2.0, -1.0, 3.0]


def said(x, w, b):
    """What your unit says, as a number; True and False are fine, too."""
    return float(np.squeeze(perceptron(np.array(x), np.array(w), b)))


expect("6.1", lambda: said([3.0], [2.0], -5.0), 1)
expect("6.1", lambda: said([1.0, 0.0, 0.0], w_3, -1.0), 1)
expect("6.1", lambda: said([0.5, 0.0, 0.0], w_3, -1.5), 0)
expect("6.1", lambda: said([-0.5, 0.0, 0.0], w_3, 1.5), 1)
expect("6.1", lambda: said([-1.0, 0.0, 0.0], w_3, 1.0), 0)

# %% [markdown] commentary="6.1"
# One line is enough because a comparison gives True or False, and `int` makes 1 or 0 of it. Numbers by hand
# are worth the trouble all the same: the weight −1 met an input of 2 in only one of the three examples, so a
# lost sign would have shown only there.

# %% [markdown]
# ### How far from the plane?
#
# The plane itself is where the unit changes its mind: $\mathbf w\cdot\mathbf x + b = 0$. For the unit above
# it is $2x_1-x_2+3x_3-1=0$, a plane that is perpendicular to $\mathbf w$.
#
# Twice the weights and twice the bias describe the same plane, although $u$ doubles. So $u$ itself does not
# say how far an input is from the plane; in the picture above you saw what else is needed.
#
# **Your task.** Write `signed_distance(x, w, b)`: the distance of `x` from the plane, positive on the side
# that `w` points to and negative on the other.
#
# **Example.** With $\mathbf w=(3,4)$ and $b=-10$ the point $(4, 2)$ has $u=10$ and the distance 2.

# %% [markdown] hints="6.1c"
# Walk from the plane in the direction of $\mathbf w$ for a distance of 1: you add the vector
# $\mathbf w/\lVert\mathbf w\rVert$ to $\mathbf x$. By how much does $u$ grow on the way?
#
# ---
# It grows by $\mathbf w\cdot\mathbf w/\lVert\mathbf w\rVert=\lVert\mathbf w\rVert$ for every unit of distance,
# and on the plane it is 0. `np.linalg.norm(w)` is $\lVert\mathbf w\rVert$.


# %% answer="6.1c"
def signed_distance(x: np.ndarray, w: np.ndarray, b: float) -> float:
    """The distance of x from the plane w·x + b = 0, positive on the side that w points to."""
    ### BEGIN SOLUTION
    return float((w @ x + b) / np.linalg.norm(w))
    ### END SOLUTION


# %% test="6.1c" decides=true
w_2 = np.array([3.0, 4.0])
expect("6.1c", lambda: np.squeeze(signed_distance(np.array([4.0, 2.0]), w_2, -10.0)), 2.0, rtol=1e-4)
expect("6.1c", lambda: np.squeeze(signed_distance(np.array([0.0, 0.0]), w_2, -10.0)), -2.0, rtol=1e-4)
expect("6.1c", lambda: np.squeeze(signed_distance(np.array([0.0, 0.0]), 2 * w_2, -20.0)), -2.0, rtol=1e-4)

# %% [markdown] commentary="6.1"
# The bias is divided along with everything else, because it is part of u. Divided by the norm, u is a length
# in the space of the inputs; that is why the third test, with everything doubled, has the same result.

# %% [markdown] exercise="6.2" title="Three activations and their slopes" stars=1 minutes=20 needs="6.1"
# A step cannot be trained: its slope is 0 wherever it has one. So every later unit has an activation
# with a slope, and the whole of training runs on that slope. These are the three that you meet everywhere:
#
# $$\sigma(z)=\frac1{1+e^{-z}}\qquad \tanh z=\frac{e^z-e^{-z}}{e^z+e^{-z}}\qquad
# \operatorname{ReLU}(z)=\max(0,z)$$

# %% fold=true
# Shift+Enter: the three activations
from utils import show
from utils.plots import axes, style

z_axis = np.linspace(-5, 5, 201)
curves = {"sigmoid": 1 / (1 + np.exp(-z_axis)), "tanh": np.tanh(z_axis), "ReLU": z_axis * (z_axis > 0)}
figure, panels = axes("z", "activation", columns=3, width=9, height=2.5)
with style():
    for panel, (name, curve) in zip(panels, curves.items()):
        panel.plot(z_axis, curve, linestyle="-")
        panel.set(title=name, ylim=(-1.2, 2.2), xticks=[-4, 0, 4])
show(
    figure,
    "Three curves. The sigmoid rises from 0 to 1 and passes through one half at z = 0; tanh rises from -1 "
    "to 1 through the origin; ReLU is 0 to the left of 0 and equal to z to the right of it.",
)

# %% [markdown]
# **Your task.** Write five functions of an array `z` of any shape; each returns an array of the same shape:
# `sigmoid(z)`, `sigmoid_gradient(z)`, `tanh_gradient(z)`, `relu(z)`, `relu_gradient(z)`.
#
# Every gradient is a function of the **pre-activation** $z$, the number that goes into the activation,
# not of what comes out of it. (That is our convention for the whole chapter. Code elsewhere often passes the
# activation instead, which makes the formulas shorter and mistakes easier.)
#
# Use NumPy and nothing else: PyTorch and the activations in `utils` are taken away in the complete check.
# The derivative of ReLU exactly at its corner is never tested.
#
# **Example.** $\sigma(3)=0.9526$ and $\sigma'(3)=0.0452$; $\tanh'(2)=0.0707$; $\operatorname{ReLU}'(3)=1$.

# %% [markdown] hints="6.2"
# Differentiate $\sigma(z)=(1+e^{-z})^{-1}$ with the chain rule, then write the result with $\sigma(z)$ alone.
#
# ---
# $\sigma'=\sigma(1-\sigma)$ and $\tanh'=1-\tanh^2$. In both, what stands there is the *output*: compute it from
# $z$ first.
#
# ---
# For ReLU, `z > 0` is an array of True and False; as numbers these are 1 and 0. `np.maximum` makes a new
# array, whereas `z[z < 0] = 0` changes the one that belongs to the caller.


# %% answer="6.2"
def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z))."""
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(-z))
    ### END SOLUTION


def sigmoid_gradient(z: np.ndarray) -> np.ndarray:
    """The derivative of sigmoid at the pre-activation z."""
    ### BEGIN SOLUTION
    s = sigmoid(z)
    return s * (1 - s)
    ### END SOLUTION


def tanh_gradient(z: np.ndarray) -> np.ndarray:
    """The derivative of tanh at the pre-activation z."""
    ### BEGIN SOLUTION
    return 1 - np.tanh(z) ** 2
    ### END SOLUTION


def relu(z: np.ndarray) -> np.ndarray:
    """z where it is positive, else 0."""
    ### BEGIN SOLUTION
    return np.maximum(z, 0)
    ### END SOLUTION


def relu_gradient(z: np.ndarray) -> np.ndarray:
    """The derivative of ReLU at the pre-activation z: 1 or 0."""
    ### BEGIN SOLUTION
    return (z > 0).astype(float)
    ### END SOLUTION


# %% test="6.2" decides=true
some_z = np.array([[-2.0, -0.5], [0.5, 3.0]])


def after(function, numbers):
    """What the argument of a function holds when the function has returned."""
    z = np.array(numbers)
    function(z)
    return z


expect("6.2", lambda: sigmoid(some_z), [[0.119203, 0.377541], [0.622459, 0.952574]], rtol=1e-4)
expect("6.2", lambda: sigmoid_gradient(some_z), [[0.104994, 0.235004], [0.235004, 0.045177]], rtol=1e-4)
expect("6.2", lambda: tanh_gradient(some_z), measured(np.tanh, some_z), rtol=1e-4)
expect("6.2", lambda: relu(some_z), [[0.0, 0.0], [0.5, 3.0]], rtol=1e-4)
expect("6.2", lambda: after(relu, [-2.0, 3.0]), [-2.0, 3.0])
expect("6.2", lambda: 1.0 * relu_gradient(some_z), [[0.0, 0.0], [1.0, 1.0]], rtol=1e-4)

# %% [markdown] commentary="6.2"
# Both gradients compute the output first and reuse it, so each costs a single exponential. `relu_gradient`
# needs no output at all: where z is positive, so is the output, and that is why a backward pass may look at
# either of them for its mask.

# %% [markdown]
# ### Where is each of them steepest?
#
# The largest slope decides how much of a gradient can pass through an activation at best;
# through ten layers it counts ten times.
#
# **Your task.** Fill the dictionary `steepest` with five numbers: for `sigmoid` and `tanh` the pre-activation
# at which the slope is largest (`"sigmoid at"`, `"tanh at"`) and the slope there (`"sigmoid"`, `"tanh"`);
# for ReLU the largest slope only (`"relu"`).

# %% [markdown] hints="6.2b"
# $\sigma(1-\sigma)$ is a product of two numbers with the sum 1. When is such a product largest?
#
# ---
# $1-\tanh^2z$ is largest where $\tanh^2z$ is smallest.

# %% answer="6.2b"
steepest = ...  # a dict: {"sigmoid at": a number, "sigmoid": a number, "tanh at": …, "tanh": …, "relu": …}
### BEGIN SOLUTION
steepest = {"sigmoid at": 0, "sigmoid": 0.25, "tanh at": 0, "tanh": 1, "relu": 1}
### END SOLUTION

# %% test="6.2b"
def five_numbers(found):
    return len(found) == 5 and all(map(is_number, found.values()))


KEYS = "five numbers under the keys sigmoid at, sigmoid, tanh at, tanh, relu"
expect("6.2b", lambda: steepest, such_that(KEYS, five_numbers))

# %% [markdown]
# ### A question without an answer of its own
#
# "For each of the three functions, at what input is the gradient largest?" So asks the source of this
# exercise. For one of the three the question has no single answer.
#
# **Your task.** Where is the slope of ReLU largest? Set `relu_steepest` to a letter.
#
# - **A** at $z = 0$, as for the other two
# - **B** at the largest $z$: the further to the right, the steeper
# - **C** nowhere: the slope grows without a limit
# - **D** at every $z > 0$ alike

# %% [markdown] hints="6.2c"
# Look at the right half of the picture. How steep is it at 1, and how steep at 4?

# %% answer="6.2c"
relu_steepest = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
relu_steepest = "D"
### END SOLUTION

# %% test="6.2c"
expect("6.2c", lambda: relu_steepest, one_letter("ABCD"))

# %% [markdown] commentary="6.2"
# The three maxima are ¼, 1 and 1. ReLU alone has its largest slope on a whole half-line, and that is the
# reason for its success in deep networks: what passes a unit that is on passes undiminished.

# %% [markdown] exercise="6.3" title="Counting before running" stars=1 minutes=20 needs="6.2"
# How many numbers does a network learn, and how many must it remember while it learns? Both are known before
# it has run once. The first is the size of the model. The second is often larger, and it is what a graphics
# card runs out of.
#
# This is the network of the example, with 3 inputs, 4 hidden ReLU units and 1 sigmoid output. As a list of
# layer sizes it is `[3, 4, 1]`.

# %% picture=true
from utils.explorers.ch06_networks.units_and_layers import layers_picture

layers_picture([3, 4, 1], ["inputs", "layer 1", "layer 2"])

# %% [markdown]
# The backward pass needs numbers that the forward pass has computed, so the forward pass keeps them in a
# *cache*. What belongs to it is a matter of bookkeeping, and counts differ. **Here** it is $Z^{(\ell)}$ and
# $A^{(\ell)}$ of every layer $\ell\ge1$, for all examples of the batch, **without** the input batch $X$, which
# was there before. (A thrifty program keeps less: the mask of a ReLU can be read off $A$ as well as off $Z$.)
#
# **Your task** (by hand). For the network `[3, 4, 1]` and a batch of 32 rows set
#
# - `n_weights` and `n_biases`, the numbers that it learns;
# - `shapes`, a dictionary with the shapes of `"Z1"`, `"A1"`, `"Z2"` and `"A2"` as pairs (rows, columns);
# - `n_bytes`, the size of the cache when a number takes 4 bytes (float32).

# %% [markdown] hints="6.3a"
# Every wire of the picture is a weight, and every unit (the inputs are none) has a bias.
#
# ---
# A batch has a row per example, and a layer makes a column per unit. An activation changes no shape.
#
# ---
# Add the entries of the four matrices, and multiply by the bytes of one of them.

# %% answer="6.3a"
n_weights = ...  # a whole number
n_biases = ...  # a whole number
shapes = ...  # a dict: {"Z1": (rows, columns), "A1": …, "Z2": …, "A2": …}
n_bytes = ...  # a whole number
### BEGIN SOLUTION
n_weights = 4 * 3 + 1 * 4
n_biases = 4 + 1
shapes = {"Z1": (32, 4), "A1": (32, 4), "Z2": (32, 1), "A2": (32, 1)}
n_bytes = 4 * sum(rows * columns for rows, columns in shapes.values())
### END SOLUTION

# %% test="6.3a"
def four_pairs(found):
    return all(len(found[name]) == 2 for name in ("Z1", "A1", "Z2", "A2"))


expect("6.3a", lambda: n_weights, is_whole_number)
expect("6.3a", lambda: n_biases, is_whole_number)
expect("6.3a", lambda: shapes, such_that("the shapes of Z1, A1, Z2 and A2, a pair for each", four_pairs))
expect("6.3a", lambda: n_bytes, is_whole_number)

# %% [markdown]
# **Your task** (as functions). Write
#
# - `count_parameters(layer_sizes)`: the pair `(n_weights, n_biases)` of a network with these layer sizes,
#   from the inputs to the outputs;
# - `cache_bytes(layer_sizes, batch_size, bytes_per_float=4)`: the size of its cache in bytes, by the
#   definition above.
#
# **Example.** `count_parameters([2, 1])` is `(2, 1)`, and `cache_bytes([2, 1], 10)` is $10\cdot(1+1)\cdot4=80$.

# %% [markdown] hints="6.3"
# Neighbours in the list make a layer: `zip(layer_sizes, layer_sizes[1:])` goes through the pairs (inputs,
# outputs).
#
# ---
# A layer with $m$ units keeps two matrices for a batch of $n$ rows, each with $n\cdot m$ entries. The first
# entry of the list, the inputs, makes none.


# %% answer="6.3"
def count_parameters(layer_sizes: list) -> tuple:
    """(number of weights, number of biases) of dense layers with these sizes, inputs first."""
    ### BEGIN SOLUTION
    n_weights = sum(n_in * n_out for n_in, n_out in zip(layer_sizes, layer_sizes[1:]))
    n_biases = sum(layer_sizes[1:])
    return n_weights, n_biases
    ### END SOLUTION


def cache_bytes(layer_sizes: list, batch_size: int, bytes_per_float: int = 4) -> int:
    """Bytes of Z and A of every layer for a batch, without the batch itself."""
    ### BEGIN SOLUTION
    return 2 * batch_size * sum(layer_sizes[1:]) * bytes_per_float
    ### END SOLUTION


# %% test="6.3" decides=true
expect("6.3", lambda: count_parameters([2, 1]), (2, 1))
expect("6.3", lambda: count_parameters([5, 3, 4, 2]), (35, 9))
expect("6.3", lambda: cache_bytes([2, 1], 10), 80)
expect("6.3", lambda: cache_bytes([5, 3, 4, 2], 7, bytes_per_float=8), 1008)

# %% [markdown]
# The chapter's own network keeps exactly this cache. Here are the shapes for `[6, 5, 2]` and a batch of 10
# rows. It computes in float64, so a number takes 8 bytes instead of 4, and it keeps the batch as well, under
# the name `A0`:

# %%
from utils import NumpyMLP

network = NumpyMLP([6, 5, 2])
network.forward(np.zeros((10, 6)))
print({name: values.shape for name, values in network.cache.items()})
print(sum(values.nbytes for name, values in network.cache.items() if name != "A0"), "bytes without A0")

# %% [markdown] commentary="6.3"
# A slice says "without the inputs" more plainly than a loop that begins at 1, and both functions use it.
# Parameters grow with the product of neighbouring sizes and do not know the batch; the cache grows with the
# sum of the sizes and with every row. For `[20, 64, 32, 1]` the cache outgrows the 3,457 parameters from a
# batch of 18 rows on.

# %% [markdown] exercise="6.4" title="Layers without an activation" stars=1 minutes=20 needs="6.2"
# Why is there an activation between the layers at all? Leave it out, and see what remains. Run the next cell
# (Shift+Enter): more layers help with ReLU or tanh in between, and not at all with nothing in between.

# %% picture=true
from utils.explorers.ch06_networks.units_and_layers import stacked_layers_explorer

stacked_layers_explorer()

# %% [markdown]
# A single layer computes $W\mathbf x+\mathbf b$. Such a map is often called *linear*, but the word for it
# is **affine**: a linear map sends 0 to 0, and the bias is in the way. Two affine maps, one after the other, are
#
# $$\mathbf h = W_2\,(W_1\mathbf x+\mathbf b_1)+\mathbf b_2 .$$
#
# **Your task.** Write `collapse_linear(W1, b1, W2, b2)`: the pair `(W, b)` with
# $W\mathbf x+\mathbf b=\mathbf h$ for every $\mathbf x$. The shapes are `W1` $(k, d)$, `b1` $(k,)$, `W2`
# $(o, k)$, `b2` $(o,)$; return `W` $(o, d)$ and `b` $(o,)$.
#
# **Example.** With one number everywhere, $W_1=2$, $b_1=1$, $W_2=5$, $b_2=3$: first $2x+1$, then
# $5(2x+1)+3=10x+8$.

# %% [markdown] hints="6.4"
# Expand the bracket. What stands in front of $\mathbf x$, and what is left without it?
#
# ---
# The order of a matrix product matters, even for square matrices, where both orders can be computed. The
# matrix that acts first stands next to $\mathbf x$.
#
# ---
# $\mathbf b_1$ goes through the second layer, as $W_1\mathbf x$ does.


# %% answer="6.4"
def collapse_linear(W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> tuple:
    """(W, b) of the one layer that computes W2 (W1 x + b1) + b2."""
    ### BEGIN SOLUTION
    return W2 @ W1, W2 @ b1 + b2
    ### END SOLUTION


# %% test="6.4" decides=true
turn, stretch = np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([[2.0, 0.0], [0.0, 1.0]])
one, two = np.array([1.0, 2.0]), np.array([10.0, 20.0])
row = np.array([[3.0, 5.0]])
expect("6.4", lambda: collapse_linear(turn, one, stretch, two)[0], [[0.0, -2.0], [1.0, 0.0]], rtol=1e-4)
expect("6.4", lambda: collapse_linear(turn, one, stretch, two)[1], [12.0, 22.0], rtol=1e-4)
expect("6.4", lambda: collapse_linear(turn, one, row, one[:1])[0], [[5.0, -3.0]], rtol=1e-4)
expect("6.4", lambda: collapse_linear(turn, one, row, one[:1])[1], [14.0], rtol=1e-4)

# %% [markdown]
# ### And the other way round?
#
# Two affine layers are one. Is one layer always two? That depends on the number of hidden units between
# them: a bottleneck lets only so much through.
#
# Here is the weight matrix of a single layer with 5 inputs and 4 outputs:
#
# $$W=\begin{pmatrix}1&0&2&0&1\\0&1&1&1&0\\1&1&3&1&1\\2&-1&3&-1&2\end{pmatrix}$$
#
# (Its third row is the sum of the first two, and its fourth is twice the first minus the second.)
#
# **Your task.** Two layers without an activation should compute the same as this one. Set
#
# - `width_of_this`: the smallest number of hidden units with which they can for this $W$;
# - `width_of_any`: the smallest number with which they can for **every** matrix of 4 rows and 5 columns.

# %% [markdown] hints="6.4b"
# $W=W_2W_1$ says that every row of $W$ is a mixture of the rows of $W_1$. How many rows are needed to mix all
# rows of $W$ from them?
#
# ---
# That number is the rank of $W$, `np.linalg.matrix_rank`. How large can the rank of a matrix with 4 rows and
# 5 columns be?

# %% answer="6.4b"
width_of_this = ...  # a whole number
width_of_any = ...  # a whole number
### BEGIN SOLUTION
width_of_this = 2
width_of_any = 4
### END SOLUTION

# %% test="6.4b"
expect("6.4b", lambda: width_of_this, is_whole_number)
expect("6.4b", lambda: width_of_any, is_whole_number)

# %% [markdown] written="6.4-written"
# **In your own words (optional, read by a person).** Show that $W_2(W_1\mathbf x+\mathbf b_1)+\mathbf b_2$ is
# an affine map of $\mathbf x$, and say why it is not linear in general.
#
# ### BEGIN SOLUTION
# A matrix distributes over a sum, so $W_2(W_1\mathbf x+\mathbf b_1)+\mathbf b_2=W_2W_1\mathbf
# x+W_2\mathbf b_1+\mathbf b_2$. With $W'=W_2W_1$ and $\mathbf b'=W_2\mathbf b_1+\mathbf b_2$ this is
# $W'\mathbf x+\mathbf b'$, which is what a single layer computes: an affine map.
#
# A linear map sends $\mathbf 0$ to $\mathbf 0$. This one sends it to $\mathbf b'$, so it is linear only
# where $W_2\mathbf b_1=-\mathbf b_2$.
# ### END SOLUTION

# %% [markdown] commentary="6.4"
# The product is W₂W₁ because the first layer is applied first and so stands next to x; the bias takes the
# same way through W₂. For the way back, a product of matrices has at most the rank of the thinner one, so a
# hidden layer that is too narrow loses something that no second layer can bring back.

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/01_units_and_layers")

# %% [markdown]
# {{next}}
