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


def between(low, high):
    """A number between two others."""
    return such_that(f"between {low:g} and {high:g}", lambda number: low < number < high)


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
try:
    register_leaky_relu()
    print("slope 0 everywhere | never positive")
    for scale, rate in ((1.0, 0.01), (10.0, 0.3)):
        for name in ("relu", "leaky_relu"):
            X = scale * generate_click_data(1000, n_features=10, seed=0)[0]
            network = train_on_clicks(name, scale, rate)
            dead = count_dead_neurons(network, X)
            network.forward(X)
            silent = sum(int((network.cache[Z].max(axis=0) <= 0).sum()) for Z in ("Z1", "Z2"))
            print(f"{dead:18} | {silent:14}   {name}, inputs times {scale:g}, learning rate {rate:g}")
except NotImplementedError:
    print("○ This cell needs 6.11, 6.11c and 6.11d.")

# %% [markdown] commentary="6.11d"
# The seed goes to three places (data, weights, order of the rows), so that a run can be repeated to the last
# digit, and two networks that differ in their activation alone start with the same weights. In the rough
# setting ReLU loses units with every seed that we tried, and Leaky ReLU none: its slope is never 0, whatever
# the weights are. It does not follow that its network is the better one. (Once in a while a ReLU unit is dead
# before the training begins, as one is with seed 8: its weights point away from all that the first layer sends.)

# %% [markdown] exercise="6.12" title="Twenty layers deep" stars=2 minutes=20 needs="6.2"
# Before the first step of a training, a signal has to get through the network at all. How large it is after
# twenty layers depends on one number: the variance of the weights at the start.
#
# This is the experiment. A batch of standard normal inputs goes through layers that are all equally wide, each
# with fresh normal weights of the mean 0 and a given variance, and with biases of 0. After every layer one
# notes the variance of the activations, over **all** numbers of the batch at once, examples and units together.
#
# Run the next cell. At which `size` ($n$ times the variance of the weights) does the signal of a ReLU network
# neither fade nor explode?

# %% picture=true
from utils.explorers.ch06_networks.activations_and_initialisation import signal_explorer

signal_explorer()

# %% [markdown]
# **Your task.** Write
#
# `activation_variances(activation, weight_variance, n_layers=20, width=256, n_samples=512, seed=0)`.
#
# `activation` is a function of an array, such as `np.tanh`. The inputs are `n_samples` rows of `width` standard
# normal numbers, every weight matrix has the shape `(width, width)`, and all random numbers come from
# `np.random.default_rng(seed)`. Return an array of the shape `(n_layers,)`: the variance (`np.var`) of the
# activations $A$ after each of the layers. The inputs are no layer.
#
# **Example.** With `np.tanh` and weights of the variance $1/256$, the first number is about 0.39 and the
# second about 0.24. (Other random numbers change the third digit.)

# %% [markdown] hints="6.12"
# The output of a layer is the input of the next one. Which variable do you overwrite in the loop?
#
# ---
# `rng.normal(0, s, shape)` takes the *standard deviation* s. The variance is its square.
#
# ---
# In the loop: draw $W$, let $A$ be the activation of $AW^T$, append `np.var(A)`. Without an axis, `np.var`
# takes all numbers at once.


# %% answer="6.12"
def activation_variances(
    activation, weight_variance: float, n_layers: int = 20, width: int = 256, n_samples: int = 512, seed: int = 0
) -> np.ndarray:
    """The variance of all activations after each layer, (n_layers,), for inputs that are standard normal."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(n_samples, width))
    variances = []
    for _ in range(n_layers):
        W = rng.normal(0, np.sqrt(weight_variance), (width, width))
        A = activation(A @ W.T)
        variances.append(np.var(A))
    return np.array(variances)
    ### END SOLUTION


# %% test="6.12"
relu = ACTIVATIONS["relu"]


def level(*arguments, **options):
    """The variance after the last layer."""
    return float(activation_variances(*arguments, **options)[-1])


def about(value, share=0.15):
    """A number that is that far from a value at most."""
    return such_that(f"about {value:g}", lambda number: abs(number - value) < share * value)


def tripled():
    """How many times as large the variances are when the weights have three times the variance."""
    one, three = (activation_variances(relu, v, 4, 50, 40) for v in (0.04, 0.12))
    return np.divide(three, one)


expect("6.12", lambda: np.shape(activation_variances(relu, 0.1, n_layers=3, width=20, n_samples=9)), (3,))
expect("6.12", lambda: level(np.tanh, 1 / 256, n_layers=1), about(0.394, 0.05))
expect("6.12", lambda: level(relu, 1 / 256, n_layers=1), about(0.341, 0.05))
expect("6.12", lambda: level(relu, 2 / 256, n_layers=20), between(0.1, 5))
expect("6.12", lambda: level(relu, 1 / 300, n_layers=1, width=300, n_samples=1), about(0.341, 0.75))
expect("6.12", lambda: tripled(), [3, 9, 27, 81], rtol=1e-3)

# %% [markdown] commentary="6.12"
# One variable, A, is overwritten in the loop, so the output of a layer is the input of the next. The
# last test needs no luck: with the same random numbers, weights that are √3 times as large make every ReLU
# layer √3 times as large, so the variances grow by 3, 9, 27, … exactly. Such a relation finds more mistakes
# than a number with a tolerance.

# %% [markdown]
# ### Four schemes
#
# `INIT_VARIANCE` holds the variances of the weights under the names `"too_small"`, `"too_large"`, `"xavier"` and
# `"he"`, each a function of a layer's inputs and outputs: `INIT_VARIANCE["he"](256, 256)` is $2/256$.
#
# **Your task.** Write `variances_of_schemes(width=256, seed=0)`: a dictionary with these four names, and for
# each the variances after 20 ReLU layers of this width. Use `activation_variances`, with the same seed for all four.

# %% [markdown] hints="6.12b"
# In a square layer, the inputs and the outputs are both `width`.
#
# ---
# A dict comprehension: `{name: ... for name in ("too_small", "too_large", "xavier", "he")}`. Do not forget to
# pass the width on, and the seed.


# %% answer="6.12b"
def variances_of_schemes(width: int = 256, seed: int = 0) -> dict:
    """{name of the scheme: variances after each of 20 ReLU layers}"""
    ### BEGIN SOLUTION
    return {
        name: activation_variances(
            ACTIVATIONS["relu"], INIT_VARIANCE[name](width, width), width=width, seed=seed
        )
        for name in ("too_small", "too_large", "xavier", "he")
    }
    ### END SOLUTION


# %% test="6.12b"
@cache
def slope_of(scheme, width=64):
    """The slope of the logarithm to base 2, for a quick run."""
    return slope_per_layer(variances_of_schemes(width)[scheme])


def near(value):
    """A number that is not more than 0.4 away."""
    return such_that(f"about {value:g}", lambda number: abs(number - value) < 0.4)


expect("6.12b", lambda: len(variances_of_schemes(64)["he"]), 20)
expect("6.12b", lambda: slope_of("too_small"), near(-8.3))
expect("6.12b", lambda: slope_of("too_large"), near(5))
expect("6.12b", lambda: slope_of("xavier"), near(-1))
expect("6.12b", lambda: slope_of("he"), near(0))

# %%
from utils import show
from utils.plots import MARKERS, axes, style

try:
    figure, panel = axes("layer", "variance of the activations", "Four ways to begin", height=4)
    with style():
        for marker, (scheme, variances) in zip(MARKERS, variances_of_schemes().items()):
            panel.semilogy(range(1, 21), variances, marker=marker, label=scheme)
            print(f"{scheme:9}: slope {slope_per_layer(variances):6.2f} per layer")
        panel.set(xticks=[1, 5, 10, 15, 20])
        panel.legend()
    show(
        figure,
        "Four straight lines over twenty layers on a logarithmic axis. too_large rises steeply, he stays level, "
        "xavier falls slowly, too_small falls steeply.",
    )
except NotImplementedError:
    print("○ This cell needs 6.12 and 6.12b.")

# %% [markdown]
# ### Before it runs
#
# All four lines are straight, because each layer does the same thing: it multiplies the mean square of its input
# by $n\operatorname{Var}(w)$ and the ReLU lets half of that pass. So the variance is multiplied by
# $\tfrac12n\operatorname{Var}(w)$ in every layer (but for chance, since the layers are not infinitely wide).
#
# **Your task.** Compute without running anything, for ReLU layers of the width $n=256$. Fill the dictionary
# `by_theory` with six numbers:
#
# - under `"too_small"`, `"too_large"`, `"xavier"` and `"he"`, the slope: the logarithm to base 2 of the factor
#   between one layer and the next (two digits after the point are enough);
# - under `"below 10%"` and `"below 1%"`, the first layer at which a signal is below that share of its variance
#   **after layer 1**, with Xavier's weights and if it follows this law exactly.

# %% [markdown] hints="6.12c"
# The variances of the weights are $0.01^2$, $1$, $2/(n+n)$ and $2/n$.
#
# ---
# With Xavier's weights the variance after layer $\ell$ is $(1/2)^{\ell-1}$ times that after layer 1. For which
# $\ell$ is this below 0.1 for the first time?

# %% answer="6.12c"
by_theory = ...  # a dict: {"too_small": a number, "too_large": …, "xavier": …, "he": …, "below 10%": …, "below 1%": …}
### BEGIN SOLUTION
by_theory = {
    "too_small": np.log2(256 * 0.01**2 / 2),
    "too_large": np.log2(256 / 2),
    "xavier": np.log2(1 / 2),
    "he": np.log2(1),
    "below 10%": 5,
    "below 1%": 8,
}
### END SOLUTION

# %% test="6.12c"
SIX = "six numbers under the keys too_small, too_large, xavier, he, below 10%, below 1%"
expect("6.12c", lambda: by_theory, such_that(SIX, lambda found: len(found) == 6 and all(map(is_number, found.values()))))

# %% [markdown]
# ### A question that presumes
#
# "At what depth does Xavier's initialisation begin to lose the signal, in a network of ReLU layers?" So asks
# the source of this exercise. Look at the line for `xavier` in your picture.
#
# **Your task.** Which answer is right? Set `xavier_depth` to a letter.
#
# - **A** At about layer 4; before that the variance stays as it is.
# - **B** At no particular layer: it loses half at each, from the first on.
# - **C** At a depth that grows with the width of the layers.
# - **D** It does not lose the signal: Xavier's weights keep the variance, whatever the activation is.

# %% [markdown] hints="6.12d"
# A straight line on a logarithmic axis falls by the same factor everywhere. Where would a bend be?

# %% answer="6.12d"
xavier_depth = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
xavier_depth = "B"
### END SOLUTION

# %% test="6.12d"
expect("6.12d", lambda: xavier_depth, one_letter("ABCD"))

# %% [markdown] written="6.12-written"
# **In your own words (optional, read by a person).** What do the four lines say about the depth that can
# be trained? Quote numbers from your own run.
#
# ### BEGIN SOLUTION
# On a logarithmic axis all four are straight lines, so the variance is multiplied by the same factor in every
# layer. Any factor but 1 is an exponential: in my run the variance after layer 20 is about $10^{-38}$
# with `too_small`, $10^{42}$ with `too_large` and $10^{-6}$ with Xavier's weights. Only with He's it
# is still near 1. What arrives that small cannot move an output, and gradients shrink by the same factor on
# their way back; so only a slope near 0 leaves a deep network trainable.
#
# A limit of this experiment: the variance over the whole batch says nothing about the difference between
# examples. For one unit over the batch it shrinks with He's weights, too, as all examples turn into one direction.
# ### END SOLUTION

# %% [markdown] commentary="6.12"
# He's 2 makes up for the half that a ReLU takes. A level line is not everything, though: the variance
# over the batch and all units together stays, while the difference between examples at a single unit shrinks
# even then, because all examples turn into nearly the same direction.

# %% [markdown] exercise="6.13" title="How large for a leak?" stars=2 minutes=20 needs="6.11 6.12"
# He's 2 belongs to ReLU, which lets half of the mean square pass. A Leaky ReLU lets more pass, so its weights
# have to be smaller. By how much? That depends on a choice that is easy to get wrong: which number is it that
# the next layer sees?
#
# Let $z$ be normal with the mean 0 and the standard deviation $\sigma$, and $a=\operatorname{LeakyReLU}(z)$ with
# the slope $\alpha$ below 0. Three numbers describe $a$: its mean $\mathbb E[a]$, its mean square (the *second
# moment*) $\mathbb E[a^2]$, and its variance $\operatorname{Var}(a)=\mathbb E[a^2]-\mathbb E[a]^2$.
#
# A unit of the next layer computes $z'=\sum_i w_ia_i$ over its $n$ inputs, with independent weights of the mean 0.
# Try it with two inputs: is a large mean of the $a_i$ lost in $z'$, or does it make $z'$ vary more?
#
# **Your task.** Write
#
# - `leaky_relu_moments(alpha, sigma)`: the triple $(\mathbb E[a],\ \mathbb E[a^2],\ \operatorname{Var}(a))$;
# - `leaky_he_variance(n_in, alpha)`: the variance of the weights with which $\operatorname{Var}(z')$ is
#   again $\sigma^2$, in a layer with `n_in` inputs.
#
# **Example.** `leaky_relu_moments(0.0, 1.0)` is about `(0.399, 0.5, 0.341)`, and `leaky_he_variance(50, 0.0)` is
# $2/50=0.04$, He's variance.

# %% [markdown] hints="6.13"
# Split each integral at 0. The density is symmetric, so the halves are those of $\mathbb E[|z|]$ and
# $\mathbb E[z^2]$ with a factor that depends on $\alpha$.
#
# ---
# $\mathbb E[|z|]=\sigma\sqrt{2/\pi}$. The positive half contributes half of it to $\mathbb E[a]$, and the negative
# half contributes $-\alpha$ times as much. To $\mathbb E[a^2]$ they contribute $\sigma^2/2$ and $\alpha^2\sigma^2/2$.
#
# ---
# $\operatorname{Var}(w_ia_i)=\mathbb E[w_i^2a_i^2]-0^2=\operatorname{Var}(w)\,\mathbb E[a^2]$. Nothing is
# subtracted, because the mean of the product is 0 whatever the mean of $a_i$ is.


# %% answer="6.13"
def leaky_relu_moments(alpha: float, sigma: float) -> tuple:
    """(mean, mean square, variance) of LeakyReLU(z) for normal z with mean 0 and standard deviation sigma."""
    ### BEGIN SOLUTION
    mean = (1 - alpha) * sigma / np.sqrt(2 * np.pi)
    mean_square = (1 + alpha**2) * sigma**2 / 2
    return mean, mean_square, mean_square - mean**2
    ### END SOLUTION


def leaky_he_variance(n_in: int, alpha: float) -> float:
    """The variance of the weights that keeps the variance of z from layer to layer."""
    ### BEGIN SOLUTION
    return 2 / ((1 + alpha**2) * n_in)
    ### END SOLUTION


# %% test="6.13" decides=true
some_normal = 1.5 * np.random.default_rng(0).normal(size=1_000_000)
some_leaky = np.where(some_normal > 0, some_normal, 0.3 * some_normal)


def moment(which):
    """One of your three numbers for the slope 0.3 and the standard deviation 1.5."""
    return float(leaky_relu_moments(0.3, 1.5)[which])


def next_variance(alpha, n_in=400):
    """Var(z') for z of the variance 1, measured on 20,000 sums of n_in products."""
    rng = np.random.default_rng(1)
    z, w = rng.normal(size=(2, 20_000, n_in))
    return float(leaky_he_variance(n_in, alpha) * np.var(np.sum(w * np.where(z > 0, z, alpha * z), axis=1)))


expect("6.13", lambda: moment(0), some_leaky.mean(), rtol=0.02)
expect("6.13", lambda: moment(1), (some_leaky**2).mean(), rtol=0.02)
expect("6.13", lambda: moment(2), some_leaky.var(), rtol=0.02)
expect("6.13", lambda: float(leaky_he_variance(50, 0.0)), 0.04, rtol=1e-4)
expect("6.13", lambda: next_variance(0.5), 1.0, rtol=0.05)

# %% [markdown] commentary="6.13"
# The mean square needs no mean and no root; the variance is what is left of it without the square of the mean.
# In the sum z′ the weights have the mean 0, so the mean of a does not cancel: it is multiplied by a random
# sign and adds to the spread. That is why the second moment sets the weights, and not the variance.

# %% [markdown]
# ### Find the mistake
#
# A source derives the same result in five lines. One of them is false, although the last line is right.
#
# - **A** Where $z>0$, $a^2=z^2$; elsewhere $a^2=\alpha^2z^2$. Each case has the probability one half.
# - **B** Hence $\mathbb E[a^2]=\tfrac12\sigma^2+\tfrac12\alpha^2\sigma^2$.
# - **C** Since $z$ has the mean 0, $\operatorname{Var}(a)=\mathbb E[a^2]=\tfrac{1+\alpha^2}2\sigma^2$.
# - **D** The weights have the mean 0, so $\operatorname{Var}(z')=n\operatorname{Var}(w)\,\mathbb E[a^2]$.
# - **E** This is $\sigma^2$ again when $\operatorname{Var}(w)=\dfrac2{(1+\alpha^2)\,n}$.
#
# **Your task.** Set `false_line` to its letter.

# %% [markdown] hints="6.13c"
# For two of the five lines you have written code that can be asked. Does one of them contradict your triple?

# %% answer="6.13c"
false_line = ...  # a letter, "A" to "E"
### BEGIN SOLUTION
false_line = "C"
### END SOLUTION

# %% test="6.13c"
expect("6.13c", lambda: false_line, one_letter("ABCDE"))

# %% [markdown]
# ### Three starts, twenty layers
#
# Who believes that the variance of $a$ should be kept would divide by the wrong one of the three numbers:
# $\operatorname{Var}(w)=\sigma^2/(n\operatorname{Var}(a))$, which does not depend on $\sigma$. Here it is, beside
# the right start and He's. With the usual $\alpha=0.01$ no experiment could tell the right start from He's (they
# differ by a hundredth of a percent), so take a leak that one can see: $\alpha=0.5$.
#
# **Your task.** Write `leaky_starts(alpha, width=256, seed=0)`: a dictionary with the variances after each of
# 20 layers of Leaky ReLU with this slope, from `activation_variances` with this width and seed, for weights of
# three variances:
#
# - `"derived"`: `leaky_he_variance(width, alpha)`;
# - `"he"`: $2/n$, where $n$ is `width`;
# - `"by variance"`: $1/(n\operatorname{Var}(a))$, with the variance of $a$ for $\sigma=1$.

# %% [markdown] hints="6.13b"
# `activation_variances` wants a function of `z` alone. `lambda z: leaky_relu(z, alpha)` is one with the slope in it.
#
# ---
# The third entry of `leaky_relu_moments(alpha, 1.0)` is the variance of $a$ for $\sigma=1$.


# %% answer="6.13b"
def leaky_starts(alpha: float, width: int = 256, seed: int = 0) -> dict:
    """{name of the start: variances after each of 20 Leaky ReLU layers}"""
    ### BEGIN SOLUTION
    starts = {
        "derived": leaky_he_variance(width, alpha),
        "he": 2 / width,
        "by variance": 1 / (width * leaky_relu_moments(alpha, 1.0)[2]),
    }
    return {
        name: activation_variances(lambda z: leaky_relu(z, alpha), v, width=width, seed=seed)
        for name, v in starts.items()
    }
    ### END SOLUTION


# %% test="6.13b"
@cache
def starts():
    """Your three runs with the slope one half; all lines below share them."""
    return leaky_starts(0.5)


expect("6.13b", lambda: len(starts()["derived"]), 20)
expect("6.13b", lambda: slope_per_layer(starts()["derived"]), between(-0.06, 0.06))
expect("6.13b", lambda: slope_per_layer(starts()["he"]), between(0.25, 0.4))
expect("6.13b", lambda: slope_per_layer(starts()["by variance"]), between(0.06, 0.15))

# %%
try:
    figure, panel = axes("layer", "variance of the activations", "Leaky ReLU with the slope 0.5")
    with style():
        for marker, (start, variances) in zip(MARKERS, leaky_starts(0.5).items()):
            panel.semilogy(range(1, 21), variances, marker=marker, label=start)
            print(f"{start:11}: slope {slope_per_layer(variances):5.2f} per layer")
        panel.set(xticks=[1, 5, 10, 15, 20])
        panel.legend()
    show(
        figure,
        "Three lines over twenty layers on a logarithmic axis: the derived start stays level, the one by the variance "
        "rises slowly, and He's rises steeply.",
    )
except NotImplementedError:
    print("○ This cell needs 6.11, 6.12, 6.13 and 6.13b.")

# %% [markdown] commentary="6.13b"
# Every layer multiplies the mean square by n·Var(w)·(1 + α²)/2, which is 1 for the derived start and 1.25 for
# He's: a slope of log₂ 1.25 = 0.32. The start by the variance lies in between. The three share one
# seed, so their lines wobble alike, and what differs between them is the weights' variance alone.

# %% [markdown] exercise="6.14" title="An activation that normalises" stars=2 minutes=20 needs="6.11 6.12"
# Could an activation keep a signal at the variance 1 by itself, and bring it back when it has strayed? That is
# what the *scaled exponential linear unit* was made for:
#
# $$\operatorname{SELU}(z)=\lambda\begin{cases}z&z>0\\\alpha\,(e^z-1)&z\le0\end{cases}\qquad
# \lambda=1.0507009873554805,\quad\alpha=1.6732632423543772$$
#
# Go back to the picture at the beginning of the notebook and choose SELU. Set `alpha` to 1.67 and `scale`
# ($\lambda$) to 1.05: which mean and which variance come out, when a standard normal $z$ goes in?
#
# **Your task.** Write `selu(z)` and `selu_gradient(z)` for arrays `z` of any shape, with NumPy and no PyTorch. They
# give numbers for large $|z|$ as well: no infinity, and no `nan`. The slope exactly at 0 is never tested.
#
# **Example.** `selu(np.array([-1.0, 1.0]))` is about `[-1.1113, 1.0507]`. The slopes there are about
# `[0.6468, 1.0507]`.

# %% [markdown] hints="6.14"
# What is the derivative of $e^z-1$? Which constants stand in front of it?
#
# ---
# $e^z$ is needed for negative $z$ only, and for large $z$ it is infinite. `np.exp(np.minimum(z, 0))` is never
# larger than 1.
#
# ---
# A mask that is multiplied, `(z <= 0) * np.exp(z)`, makes `nan` of 0 times infinity. `np.where` chooses.


# %% answer="6.14"
def selu(z: np.ndarray) -> np.ndarray:
    """lambda z where z is positive, else lambda alpha (exp(z) - 1)."""
    ### BEGIN SOLUTION
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    below = alpha * (np.exp(np.minimum(z, 0)) - 1)
    return scale * np.where(z > 0, z, below)
    ### END SOLUTION


def selu_gradient(z: np.ndarray) -> np.ndarray:
    """The derivative of selu at the pre-activation z."""
    ### BEGIN SOLUTION
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    slope_below = alpha * np.exp(np.minimum(z, 0))
    return scale * np.where(z > 0, 1.0, slope_below)
    ### END SOLUTION


# %% test="6.14" decides=true
z_near, far_z = np.array([[-3.0, -0.5], [0.5, 2.0]]), np.array([-800.0, 800.0])


def measured(function, z, h=1e-5):
    """The slope of a function at every number of z, by going a little to either side."""
    return (function(z + h) - function(z - h)) / (2 * h)


expect("6.14", lambda: selu(z_near), [[-1.670566, -0.691758], [0.525350, 2.101402]], rtol=2e-4)
expect("6.14", lambda: selu_gradient(z_near), [[0.087530, 1.066341], [1.050701, 1.050701]], rtol=2e-4)
expect("6.14", lambda: selu(far_z), [-1.758099, 840.5608], rtol=2e-4)
expect("6.14", lambda: selu_gradient(far_z), [0.0, 1.050701], rtol=2e-4)

# %% [markdown] commentary="6.14"
# The exponential is taken of min(z, 0), so that it never overflows; `np.where` alone would choose rightly and still
# warn. Unlike the Leaky ReLU, this slope depends on z below 0: it fades far out and is λα = 1.758 just below
# 0, steeper than on the other side. That is how a signal that has become too small is made larger.

# %% [markdown]
# ### Does it hold, and with which weights?
#
# A source asks for a test "with standard normal initialisation, $\operatorname{Var}(w)=1/n$". These are two
# different things: standard normal weights have the variance 1. So try both, and He's as well.
#
# **Your task.** Write `selu_starts(width=256, seed=0)`: a dictionary with the variances after each of 20 SELU layers
# of this width, from `activation_variances` with this width and seed, for weights of the variance
#
# - $1/n$, under `"lecun"` (the name of this start, after its author);
# - $2/n$, under `"he"`;
# - $1$, under `"standard normal"`.

# %% [markdown] hints="6.14b"
# Three calls of `activation_variances` with `selu`; $n$ is `width`.


# %% answer="6.14b"
def selu_starts(width: int = 256, seed: int = 0) -> dict:
    """{name of the start: variances after each of 20 SELU layers}"""
    ### BEGIN SOLUTION
    starts = {"lecun": 1 / width, "he": 2 / width, "standard normal": 1.0}
    return {
        name: activation_variances(selu, v, width=width, seed=seed) for name, v in starts.items()
    }
    ### END SOLUTION


# %% test="6.14b"
@cache
def selu_runs():
    """Your three runs; all lines below share them."""
    return selu_starts()


expect("6.14b", lambda: len(selu_runs()["lecun"]), 20)
expect("6.14b", lambda: float(np.min(selu_runs()["lecun"])), between(0.85, 1.15))
expect("6.14b", lambda: float(np.max(selu_runs()["lecun"])), between(0.85, 1.15))
expect("6.14b", lambda: float(selu_runs()["he"][-1]), between(10, 1000))
expect("6.14b", lambda: float(selu_runs()["standard normal"][-1]), between(1e30, 1e60))

# %%
try:
    figure, panel = axes("layer", "variance of the activations", "SELU with three starts")
    with style():
        for marker, (start, variances) in zip(MARKERS, selu_starts().items()):
            panel.semilogy(range(1, 21), variances, marker=marker, label=start)
            print(f"{start:15}: after layer 20 {variances[-1]:.3g}")
        panel.set(xticks=[1, 5, 10, 15, 20])
        panel.legend()
    show(
        figure,
        "Three curves over twenty layers on a logarithmic axis: lecun stays at 1, he rises to several tens, "
        "standard normal rises to more than ten to the forty.",
    )
    for size in (0.1, 10.0):  # inputs that have strayed, with weights of the variance 1/n
        rng = np.random.default_rng(0)
        A = rng.normal(0, size, (512, 256))
        for _ in range(20):
            A = selu(A @ rng.normal(0, 1 / 16, (256, 256)).T)
        print(f"inputs of the variance {size**2:g}: {np.var(A):.2f} after layer 20")
except NotImplementedError:
    print("○ This cell needs 6.12, 6.14 and 6.14b.")

# %% [markdown]
# ### Why it holds
#
# One layer of SELU turns the mean $\mu$ and the variance $\nu$ of its inputs into a new pair. With weights of the
# mean 0 and the variance $1/n$, $z$ is nearly normal with the mean 0 and the variance $\mu^2+\nu$, whatever the
# inputs are. The constants were chosen so that the pair $(0, 1)$ is turned into $(0, 1)$.
#
# **Your task.** Which of these statements are true? Set `selu_facts` to their letters, all of them in one text,
# such as `"ACE"`.
#
# - **A** With $\operatorname{Var}(w)=1/n$, the mean 0 and the variance 1 stay as they are from layer to layer.
# - **B** With $\operatorname{Var}(w)=1/n$, a variance that has strayed from 1 comes nearer to it again.
# - **C** The constants $\lambda$ and $\alpha$ keep the variance at 1 whatever the variance of the weights is.
# - **D** For square layers, $1/n$ is Xavier's variance.
# - **E** With He's variance, SELU keeps the variance at 1 as well.
# - **F** Standard normal weights have the variance $1/n$.

# %% [markdown] hints="6.14c"
# Your picture and the numbers below it decide B, C and E. For D, insert two equal numbers into
# $2/(n_\text{in}+n_\text{out})$.

# %% answer="6.14c"
selu_facts = ...  # letters, "A" to "F"
### BEGIN SOLUTION
selu_facts = "ABD"
### END SOLUTION

# %% test="6.14c"
expect("6.14c", lambda: selu_facts, some_letters("ABCDEF"))

# %% [markdown] written="6.14-written"
# **In your own words (optional, read by a person).** "Why does SELU need neither He's nor Xavier's
# initialisation?" What is wrong with this question, and what do the constants of SELU do in truth?
#
# ### BEGIN SOLUTION
# SELU needs an initialisation as every activation does: weights with the mean 0 and the variance $1/n$, which for
# square layers is Xavier's. In my run the variance stays at 1 with these, ends at about 40 with He's
# weights, and at more than $10^{40}$ with weights of the variance 1.
#
# Given such weights, a layer turns a mean and a variance into a new pair. $\lambda$ and $\alpha$ are the two
# numbers for which the pair $(0, 1)$ is turned into itself, and this fixed point attracts: inputs with the
# variance 100 or 0.01 had nearly 1 after twenty layers. So small deviations die out and do not add up.
# ### END SOLUTION

# %% [markdown] commentary="6.14c"
# A fixed point is worth something only where it attracts. Here both hold: (0, 1) is mapped to itself, and what is
# near is mapped nearer. But all of it was computed for weights of the variance 1/n. An activation can
# correct what chance does to a signal, and not a factor of two in every layer.

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/05_activations_and_initialisation")

# %% [markdown]
# {{next}}
