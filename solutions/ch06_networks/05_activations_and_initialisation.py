# %% [markdown]
# # Activations and initialisation
#
# A deep network can be lost before its first step: units that never answer, signals that fade or explode on
# their way through the layers. In this notebook you write two activations that were made against that, send
# signals through twenty layers, and work out how large the weights have to be at the start.
#
# > **Conventions.** A batch has one row per example, $W$ has the shape (outputs, inputs), $Z=AW^T+\mathbf b$.
# > An activation and its slope are functions of the **pre-activation** $z$. *Variance of the weights*,
# > $\operatorname{Var}(w)$, is the square of their standard deviation; their mean is 0. A function that you
# > write leaves its arguments as they were.

# %% setup=true
from functools import cache

import numpy as np

from utils import (
    ACTIVATION_GRADIENTS,
    ACTIVATIONS,
    INIT_VARIANCE,
    NumpyMLP,
    expect,
    generate_click_data,
    grade,
    is_number,
    one_letter,
    progress,
    some_letters,
    such_that,
)


def slope_per_layer(variances):
    """How the logarithm to base 2 grows from layer to layer: -1 where the variance is halved each time."""
    layers = np.arange(len(variances))
    return float(np.polyfit(layers, np.log2(variances), 1)[0])


# %% [markdown] exercise="6.11" title="A leak against dead units" stars=2 minutes=25 needs="6.2"
# A ReLU unit whose pre-activation is negative for every example has the slope 0 for every example: no gradient
# reaches its weights, so it stays as it is for the rest of the training. It is **dead**. The Leaky ReLU lets a
# little through:
#
# $$\operatorname{LeakyReLU}(z)=\begin{cases}z&z>0\\\alpha z&z\le0\end{cases}$$
#
# Run the next cell (Shift+Enter), which draws an activation beside its slope. For which $\alpha$ is the Leaky
# ReLU a ReLU, and for which is it no bend at all? (SELU waits for 6.14.)

# %% picture=true
from utils.explorers.ch06_networks.activations_and_initialisation import activation_explorer

activation_explorer()

# %% [markdown]
# **Your task.** Write
#
# - `leaky_relu(z, alpha=0.01)` and `leaky_relu_gradient(z, alpha=0.01)`, the function and its slope, for an
#   array `z` of any shape (also one of whole numbers) or a single number;
# - `register_leaky_relu()`, which enters both under the name `"leaky_relu"`: the first in `ACTIVATIONS`, the
#   second in `ACTIVATION_GRADIENTS`. These are the dictionaries in which `NumpyMLP` looks up its activation,
#   and it calls what it finds with `z` alone.
#
# The tests call `register_leaky_relu` each time, because a dictionary keeps the function that it was
# given: when you run the cell again with a better one, the old one is still in there. Use NumPy and no
# PyTorch. The slope exactly at 0 is never tested.
#
# **Example.** `leaky_relu(np.array([-3.0, 2.0]), alpha=0.5)` is `[-1.5, 2.0]`, and the slopes there are
# `[0.5, 1.0]`.

# %% [markdown] hints="6.11"
# What are the two slopes in the picture? One of them is always 1, and the other does not depend on how far to
# the left you are.
#
# ---
# `np.where(condition, there, elsewhere)` chooses for every number of an array, and makes a new array.
#
# ---
# A dictionary entry holds the function itself: its name without brackets after it.


# %% answer="6.11"
def leaky_relu(z: np.ndarray, alpha: float = 0.01) -> np.ndarray:
    """z where it is positive, else alpha * z."""
    ### BEGIN SOLUTION
    return np.where(z > 0, z, alpha * z)
    ### END SOLUTION


def leaky_relu_gradient(z: np.ndarray, alpha: float = 0.01) -> np.ndarray:
    """The derivative of leaky_relu at the pre-activation z."""
    ### BEGIN SOLUTION
    return np.where(z > 0, 1.0, alpha)
    ### END SOLUTION


def register_leaky_relu() -> None:
    """Enter both functions under the name "leaky_relu", where NumpyMLP looks for them."""
    ### BEGIN SOLUTION
    ACTIVATIONS["leaky_relu"] = leaky_relu
    ACTIVATION_GRADIENTS["leaky_relu"] = leaky_relu_gradient
    ### END SOLUTION


# %% test="6.11" decides=true
some_z = np.array([[-3.0, -0.5], [0.5, 2.0]])


def after(function, numbers):
    """What the argument of a function holds when the function has returned."""
    z = np.array(numbers)
    function(z)
    return z


def first_gradient():
    """The gradient by W1 in a small network that uses what you have registered."""
    for registry in (ACTIVATIONS, ACTIVATION_GRADIENTS):
        registry.pop("leaky_relu", None)  # what an earlier run has entered
    register_leaky_relu()
    network = NumpyMLP([2, 3, 1], activation="leaky_relu", seed=1)
    network.forward(np.array([[1.0, -2.0], [0.5, 3.0]]))
    return network.backward(np.array([0, 1]))["W1"]


expect("6.11", lambda: leaky_relu(some_z), [[-0.03, -0.005], [0.5, 2.0]], rtol=1e-4)
expect("6.11", lambda: leaky_relu(some_z, alpha=0.5), [[-1.5, -0.25], [0.5, 2.0]], rtol=1e-4)
expect("6.11", lambda: leaky_relu_gradient(some_z), [[0.01, 0.01], [1.0, 1.0]], rtol=1e-4)
expect("6.11", lambda: leaky_relu_gradient(some_z, alpha=0.5), [[0.5, 0.5], [1.0, 1.0]], rtol=1e-4)
expect("6.11", lambda: after(leaky_relu, [-2.0, 3.0]), [-2.0, 3.0])
expect("6.11", lambda: leaky_relu(np.array([-3, 2]), alpha=0.5), [-1.5, 2.0], rtol=1e-4)
expect("6.11", lambda: np.squeeze(leaky_relu(-3.0, alpha=0.5)), -1.5, rtol=1e-4)
expect("6.11", lambda: first_gradient(), [[0.070025, 0.434223], [0.189642, -0.385498], [0.070723, -0.531356]], rtol=1e-4)

# %% [markdown] commentary="6.11"
# Both functions ask the same question, z > 0, and differ only in what they answer. That the slope on the left
# is the number α, and not α·z, is easy to get wrong when one writes the second function by copying the
# first. The dictionaries hold the functions themselves, with α at its default; for another slope, register
# `lambda z: leaky_relu(z, 0.2)` and its partner.

# %% [markdown]
# ### Counting the dead
#
# A hidden unit is **dead on a batch** when the slope of its activation, at its own pre-activation, is exactly
# 0 for **every** row. This asks about the slope and not about the sign: below 0 a Leaky ReLU unit still learns,
# while a tanh unit far out on either side does not (in floating point, its slope is rounded to 0 there).
#
# **Your task.** Write `count_dead_neurons(model, X)`: how many hidden units of the `NumpyMLP` `model` are dead
# on the batch `X`, over all hidden layers together. The output layer does not count. Leave the parameters
# of the model as they are.
#
# `model.forward(X)` fills `model.cache` with `"Z1"`, `"A1"`, `"Z2"`, …, each with a row per example and a
# column per unit; layer number `model.L` is the output. `ACTIVATION_GRADIENTS[model.activation]` is the slope
# of the hidden activation.
#
# **Example.** A hidden layer with the slopes
# $\begin{pmatrix}1&0&0\\0&1&0\end{pmatrix}$ for two rows has one dead unit, the third.

# %% [markdown] hints="6.11c"
# In the example: which entries of the table do you have to look at to say that the third unit is dead, and which
# for the second?
#
# ---
# A unit is a column. `np.all(slopes == 0, axis=0)` asks each column whether all its rows are 0.
#
# ---
# The hidden layers are `range(1, model.L)`. Call `model.forward(X)` first: the cache holds what the network
# saw last, which may be another batch.


# %% answer="6.11c"
def count_dead_neurons(model: NumpyMLP, X: np.ndarray) -> int:
    """Hidden units of the model whose activation has the slope 0 for every row of X."""
    ### BEGIN SOLUTION
    model.forward(X)
    slope = ACTIVATION_GRADIENTS[model.activation]
    dead = 0
    for layer in range(1, model.L):
        slopes = slope(model.cache[f"Z{layer}"])
        dead += int(np.all(slopes == 0, axis=0).sum())
    return dead
    ### END SOLUTION


# %% test="6.11c" decides=true
a_batch = np.array([[-1.0, 0.5], [1.0, 1.0], [2.0, 1.0]])


def with_biases(activation, b1, b2, output="sigmoid"):
    """A network of 2 inputs, 4 and 3 hidden units and an output, which has seen another batch before."""
    network = NumpyMLP([2, 4, 3, 1], activation=activation, output_activation=output, loss="mse")
    network.params |= {"W1": np.ones((4, 2)), "W2": np.ones((3, 4)), "W3": -np.ones((1, 3))}
    network.params |= {"b1": np.array(b1, dtype=float), "b2": np.array(b2, dtype=float)}
    network.forward(np.array([[20.0, 0.0], [-20.0, 0.0]]))
    return network


def counted(*arguments):
    """Your count in such a network, as a number."""
    return np.squeeze(count_dead_neurons(with_biases(*arguments), a_batch))


off, far = [-1.0, -9.0, 0.0, -9.0], [-90.0, 0.0, 90.0, 0.0]
expect("6.11c", lambda: counted("relu", off, [-1, -50, -2]), 3)
expect("6.11c", lambda: counted("relu", off, [-1, 0, 0], "relu"), 2)
expect("6.11c", lambda: counted("linear", off, [-1, -50, -2]), 0)
expect("6.11c", lambda: counted("tanh", far, [0, 0, 40]), 3)

# %% [markdown] commentary="6.11c"
# The slope is looked up by the model's own name for its activation, so the function is right for
# activations that were registered yesterday. The axis is the whole point: along axis 0 one asks every unit
# about all examples; along axis 1 one would ask every example about all units.

# %% [markdown]
# ### Rough treatment
#
# How do units die? With the standardised inputs and the learning rate of this chapter they do not, in
# either network. So here is a usual accident: somebody forgets to standardise, all inputs are ten times as
# large, and the learning rate is too bold as well.
#
# **Your task.** Write `train_on_clicks(activation, scale=1.0, learning_rate=0.01, seed=0)`, which returns a
# trained `NumpyMLP`. It
#
# - makes 1000 rows with 10 features of click data with this seed, and multiplies the inputs by `scale`;
# - builds a network with the layers `[10, 32, 16, 1]`, this activation, learning rate and seed (all else as
#   `NumpyMLP` has it);
# - trains it with `fit` for 10 epochs, with this seed once more (and the batches that `fit` makes by default).
#
# **Example.** `train_on_clicks("relu").predict_proba(np.zeros((1, 10)))` gives one number, about 0.465.

# %% [markdown] hints="6.11d"
# `generate_click_data(1000, n_features=10, seed=seed)` gives the pair `X, y`. The labels stay as they are.
#
# ---
# `NumpyMLP([10, 32, 16, 1], activation=..., learning_rate=..., seed=...)`, and then
# `network.fit(X, y, epochs=10, seed=seed)`. The result of `fit` is the history, so return the network.


# %% answer="6.11d"
def train_on_clicks(activation: str, scale: float = 1.0, learning_rate: float = 0.01, seed: int = 0) -> NumpyMLP:
    """A network that was trained for ten epochs on click data whose inputs are multiplied by scale."""
    ### BEGIN SOLUTION
    X, y = generate_click_data(1000, n_features=10, seed=seed)
    network = NumpyMLP([10, 32, 16, 1], activation=activation, learning_rate=learning_rate, seed=seed)
    network.fit(scale * X, y, epochs=10, seed=seed)
    return network
    ### END SOLUTION


# %% test="6.11d"
origin = np.zeros((1, 10))
expect("6.11d", lambda: train_on_clicks("relu").predict_proba(origin), [0.465303], rtol=1e-3)
expect("6.11d", lambda: train_on_clicks("tanh", 10.0, 0.3, 1).predict_proba(origin), [0.180602], rtol=1e-3)

# %% [markdown]
# Now the comparison. The second column is what is often counted instead: units whose pre-activation is
# never positive. For ReLU it is the same. For Leaky ReLU it counts units that are alive.


# %%
def never_positive(network, X):
    """Hidden units whose pre-activation is negative or 0 for every row."""
    network.forward(X)
    return sum(int(np.all(network.cache[f"Z{layer}"] <= 0, axis=0).sum()) for layer in range(1, network.L))


try:
    register_leaky_relu()
    print("slope 0 everywhere | never positive")
    for scale, rate in ((1.0, 0.01), (10.0, 0.3)):
        for name in ("relu", "leaky_relu"):
            X = scale * generate_click_data(1000, n_features=10, seed=0)[0]
            network = train_on_clicks(name, scale, rate)
            dead, silent = count_dead_neurons(network, X), never_positive(network, X)
            print(f"{dead:18} | {silent:14}   {name}, inputs times {scale:g}, learning rate {rate:g}")
except NotImplementedError:
    print("○ This cell needs 6.11, 6.11c and 6.11d.")

# %% [markdown] commentary="6.11d"
# The seed goes to three places (data, weights, order of the rows), so that a run can be repeated to the last
# digit, and two networks that differ in their activation alone start with the same weights. In the rough
# setting ReLU loses units with every seed that we tried, and Leaky ReLU none: its slope is never 0, whatever
# the weights are. It does not follow that its network is the better one.

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/05_activations_and_initialisation")

# %% [markdown]
# {{next}}
