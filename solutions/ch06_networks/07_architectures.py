# %% [markdown]
# # Architectures
#
# Until now a layer did one thing: weigh, add a bias, apply an activation. In this notebook you change what a
# layer is, in three ways that nearly every large network uses. A *skip connection* adds an earlier layer's
# activation, *batch normalisation* rescales the pre-activations, *dropout* silences units at random. For each
# of them you write the forward and the backward pass, and then you find out where it helps and where it does
# not.
#
# > **Conventions.** They are those of the chapter: a batch has a row per example, $W^{(\ell)}$ has the shape
# > (outputs, inputs), $Z^{(\ell)}=A^{(\ell-1)}W^{(\ell)T}+\mathbf b^{(\ell)}$, layers are counted $1$ to $L$,
# > $A^{(0)}$ is the batch, and the loss is a mean over the batch. You build on `NumpyMLP`: its `forward(X,
# > training=False)` fills `self.cache` (`"A0"`, `"Z1"`, `"A1"`, …), its `backward(y)` fills and returns
# > `self.grads`, a dictionary with a gradient for every name in `self.params`. `fit` calls `forward` with
# > `training=True`; everything else leaves it `False`. Everything here is NumPy; PyTorch is taken away in the
# > complete check.

# %% setup=true
import numpy as np

from utils import (
    ACTIVATION_GRADIENTS,
    ACTIVATIONS,
    NumpyMLP,
    expect,
    generate_click_data,
    grade,
    is_number,
    one_letter,
    progress,
    such_that,
)


def slope_error(model, X, y, h=1e-5):
    """How far `backward` is from measured slopes of the loss, at worst, along five random directions.

    Every look at the loss is a forward pass with training=True and the same random numbers.
    """

    def loss(theta):
        model.set_flat(theta)
        model.rng = np.random.default_rng(1)
        return model.compute_loss(model.forward(X, training=True), y)

    theta = model.get_flat()
    loss(theta)
    grads = model.backward(y)
    gradient = np.concatenate([np.ravel(grads[name]) for name in model.params])
    directions = np.random.default_rng(0).normal(size=(5, len(theta)))
    slopes = [(loss(theta + h * d) - loss(theta - h * d)) / (2 * h) for d in directions]
    model.set_flat(theta)
    return float(np.max(np.abs(directions @ gradient - slopes)))


tiny = such_that("a difference below 0.000001", lambda error: error < 1e-6)

# %% [markdown] exercise="6.18" title="Skip connections" stars=3 minutes=30 needs="6.6 7.6"
# A gradient on its way to the first layer is multiplied by a matrix and by a slope at every layer. If these
# factors are small, nothing arrives, and the first layers do not learn. A skip connection gives the gradient a
# second way, one that does not pass through any factor. Networks with a hundred layers became trainable with it.
#
# Here a hidden layer adds the activation from **two layers back**, if it has the same size:
#
# $$A^{(\ell)}=\phi\big(Z^{(\ell)}\big)+A^{(\ell-2)}\qquad\text{for }2\le\ell<L\text{ with }n_\ell=n_{\ell-2},
# \qquad\text{else}\quad A^{(\ell)}=\phi\big(Z^{(\ell)}\big).$$
#
# The input counts as $A^{(0)}$. The output layer never has a skip.
#
# Run the next cell (Shift+Enter) and try its four networks. Which layers get an arc, and why do the others get
# none?

# %% picture=true
from utils.explorers.ch06_networks.architectures import skips_explorer

skips_explorer()

# %% [markdown]
# ### The rule without its conditions
#
# The source states the rule without any condition: $A^{(\ell)}=\phi(Z^{(\ell)})+A^{(\ell-2)}$ for every layer.
#
# **Your task.** Take that literally for the layer sizes `[10, 32, 32, 32, 1]`, ReLU in the hidden layers, a
# sigmoid at the output and a batch of 50 rows, in NumPy. What happens in each of the four layers? Fill the
# dictionary `without_conditions` with a letter for each of `"layer 1"`, `"layer 2"`, `"layer 3"`, `"layer 4"`.
#
# - **A** it can be computed, and it is what is meant
# - **B** the shapes do not fit, and NumPy raises an error
# - **C** there is nothing that could be added
# - **D** NumPy raises no error, but the result has a wrong shape, and it may lie above 1
#
# (Look at each layer for itself, as if the layers before it had been computed without a skip.)

# %% [markdown] hints="6.18b"
# Write the shape of $\phi(Z^{(\ell)})$ and the shape of $A^{(\ell-2)}$ next to each other, for every layer. The
# batch has 50 rows.
#
# ---
# NumPy stretches an axis of length 1. So `(50, 1)` plus `(50, 32)` is no error.

# %% answer="6.18b"
without_conditions = ...  # a dict: {"layer 1": a letter, "layer 2": …, "layer 3": …, "layer 4": …}
### BEGIN SOLUTION
without_conditions = {"layer 1": "C", "layer 2": "B", "layer 3": "A", "layer 4": "D"}
### END SOLUTION

# %% test="6.18b"
def four_letters(found):
    return len(found) == 4 and all(map(one_letter("ABCD"), found.values()))


expect("6.18b", lambda: without_conditions, such_that("a letter, A to D, for each of the 4 layers", four_letters))

# %% [markdown]
# ### The network
#
# **Your task.** Write `forward` and `backward` of `SkipMLP`. `forward` returns the output and fills the cache;
# `backward` returns the gradients of the mean loss, and keeps them in `self.grads`, for every name in
# `self.params`. Skips have no parameters of their own. `has_skip` is given, and so is `output_delta(y)` of
# `NumpyMLP`: the gradient of the mean loss with respect to $Z^{(L)}$.
#
# **Example.** With sizes `[1, 1, 1, 1]`, ReLU, a linear output, all weights 1 and all biases 0, the input 3 gives
# $A^{(1)}=3$, $A^{(2)}=3+3=6$ and the output 6; layer 3 is the output layer and has no skip.

# %% [markdown] hints="6.18"
# **Forward.** It is the loop of `NumpyMLP.forward`, with one line more. What is added has to be in the cache
# already, and $Z^{(\ell)}$ is cached as it is, without the skip.
#
# ---
# **Backward.** Let $G^{(\ell)}$ be the gradient of the loss with respect to $A^{(\ell)}$. An activation that is
# used in two places gets a gradient from both, and the two are added: $A^{(\ell)}$ is used by layer $\ell+1$, and
# by the skip into layer $\ell+2$, if there is one.
#
# ---
# A sum hands its gradient on to both terms unchanged. So the skip passes $G^{(\ell)}$ itself to
# $G^{(\ell-2)}$, **before** it is multiplied by $\phi'$; only the other term goes on to
# $\Delta^{(\ell)}=G^{(\ell)}\odot\phi'(Z^{(\ell)})$.
#
# ---
# Keep a dictionary `G` and go from the last layer to the first. At layer $\ell$: put $G^{(\ell)}$ into `G[l - 2]`
# if the layer has a skip; compute $\Delta^{(\ell)}$, then the gradients of $W^{(\ell)}$ and $\mathbf b^{(\ell)}$;
# then **add** $\Delta^{(\ell)}W^{(\ell)}$ to `G[l - 1]`, where something may lie already.


# %% answer="6.18"
class SkipMLP(NumpyMLP):
    """A network whose hidden layers add the activation from two layers back, where the sizes agree."""

    def has_skip(self, layer):
        """Does A of this layer contain A of two layers before?"""
        sizes = self.layer_sizes
        return 2 <= layer < self.L and sizes[layer] == sizes[layer - 2]

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """The output (n, n_L) for a batch X (n, n_0)."""
        ### BEGIN SOLUTION
        A = X
        self.cache = {"A0": X}
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            A = ACTIVATIONS[self.activation if layer < self.L else self.output_activation](Z)
            if self.has_skip(layer):
                A = A + self.cache[f"A{layer - 2}"]
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
        return A
        ### END SOLUTION

    def backward(self, y: np.ndarray) -> dict:
        """The gradients of the mean loss of the batch that `forward` saw last, a dict like `params`."""
        ### BEGIN SOLUTION
        self.grads, G = {}, {}
        delta = self.output_delta(y)
        for layer in range(self.L, 0, -1):
            if layer < self.L:
                delta = G[layer] * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer}"])
            if self.has_skip(layer):
                G[layer - 2] = G[layer]
            self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"]
            self.grads[f"b{layer}"] = delta.sum(axis=0)
            G[layer - 1] = G.get(layer - 1, 0) + delta @ self.params[f"W{layer}"]
        return self.grads
        ### END SOLUTION


# %% test="6.18" decides=true
def with_simple_weights(x, *signs):
    """The linear output of your network for one row x: as many units in every layer, weights ±1."""
    model = SkipMLP([len(x)] * len(signs) + [1], output_activation="linear", loss="mse")
    for layer, sign in enumerate(signs, start=1):
        model.params[f"W{layer}"] = sign * np.eye(len(x))
    model.params[f"W{len(signs)}"] = np.ones((1, len(x)))
    return model.forward(np.array([x]))


def error_of(layer_sizes, activation):
    """The slope error of your network with random weights and biases."""
    rng = np.random.default_rng(3)
    model = SkipMLP(layer_sizes, activation=activation)
    model.set_flat(0.8 * rng.normal(size=len(model.get_flat())))
    return slope_error(model, rng.normal(size=(6, layer_sizes[0])), np.array([0, 1, 1, 0, 1, 0]))


expect("6.18", lambda: with_simple_weights([1.0, 2.0], 1, 1, 1, 1), [[9.0]], rtol=1e-4)
expect("6.18", lambda: with_simple_weights([-3.0, 2.0], 1, 1, -1, 1), [[5.0]], rtol=1e-4)
expect("6.18", lambda: with_simple_weights([3.0], 1, 1, 1), [[6.0]], rtol=1e-4)
expect("6.18", lambda: error_of([3, 4, 4, 4, 4, 1], "tanh"), tiny)
expect("6.18", lambda: error_of([3, 3, 5, 3, 5, 1], "sigmoid"), tiny)

# %% [markdown] commentary="6.18"
# Both passes are those of NumpyMLP with one line more. In `backward` the order matters: when the loop reaches a
# layer, its G is complete, because the skip (from two layers above) and the next layer have put theirs there
# before. `G.get(layer - 1, 0)` is what accumulates.

# %% [markdown]
# ### Does it help?
#
# That depends on the activation, and the source does not name one. So try three, in a network with nine hidden
# layers.
#
# **Your task.** Write `skip_experiment(activation, init, epochs, seed=0)`. Its configuration is fixed:
#
# - data: `generate_click_data(500, n_features=10, seed=seed)`, all rows at once for what is measured before training;
# - two networks, a `NumpyMLP` and a `SkipMLP`, with the sizes `[10, 32, …, 32, 1]` (nine times 32), this
#   `activation`, this `init`, `learning_rate=0.1`, `seed=seed`;
# - training: `fit` with these `epochs`, `seed=seed`, and the batch size that `fit` has by itself.
#
# Return `{"plain": {…}, "skip": {…}}`, and for each of the two networks
#
# - `"gradient"`: the norm of the gradient of `W1` **before** training (`np.linalg.norm`),
# - `"loss"`: the loss before training,
# - `"trained"`: the last entry of the `"train_loss"` that `fit` returns.
#
# **Example.** `skip_experiment("tanh", "xavier", 1)["plain"]["gradient"]` is about 0.062.

# %% [markdown] hints="6.18c"
# A loop over `("plain", NumpyMLP), ("skip", SkipMLP)` does both in the same lines.
#
# ---
# Before training: `model.forward(X)`, then `compute_loss` of what it returns, then `backward(y)["W1"]`. Only then
# `fit`.


# %% answer="6.18c"
def skip_experiment(activation: str, init: str, epochs: int, seed: int = 0) -> dict:
    """First gradient, first loss and trained loss of a deep network, without and with skips."""
    ### BEGIN SOLUTION
    X, y = generate_click_data(500, n_features=10, seed=seed)
    found = {}
    for name, kind in (("plain", NumpyMLP), ("skip", SkipMLP)):
        model = kind([10] + 9 * [32] + [1], activation=activation, init=init, learning_rate=0.1, seed=seed)
        loss = model.compute_loss(model.forward(X), y)
        gradient = np.linalg.norm(model.backward(y)["W1"])
        history = model.fit(X, y, epochs=epochs, seed=seed)
        found[name] = {"gradient": gradient, "loss": loss, "trained": history["train_loss"][-1]}
    return found
    ### END SOLUTION


# %% test="6.18c"
expect("6.18c", lambda: skip_experiment("tanh", "xavier", 1)["plain"]["gradient"], 0.0619, rtol=2e-3)
expect("6.18c", lambda: skip_experiment("relu", "he", 1)["plain"]["loss"], 1.082, rtol=2e-3)
expect("6.18c", lambda: skip_experiment("relu", "he", 1)["plain"]["trained"], 0.6788, rtol=2e-3)
expect(
    "6.18c", lambda: skip_experiment("sigmoid", "xavier", 1),
    such_that(
        "a gradient with skips that is more than 10,000 times the one without",
        lambda found: found["skip"]["gradient"] > 1e4 * found["plain"]["gradient"],
    ),
)  # fmt: skip

# %% [markdown]
# The next cell runs your experiment with three activations and draws the two gradients (about a second).

# %%
from utils import show
from utils.plots import BLUE, ORANGE, axes, style

try:
    found = {
        name: skip_experiment(name, init, epochs=20)
        for name, init in (("sigmoid", "xavier"), ("tanh", "xavier"), ("relu", "he"))
    }
except NotImplementedError:
    found = {}
    print("○ This cell needs your SkipMLP and your skip_experiment (6.18, 6.18c).")
if found:
    figure, plot = axes("", "norm of the gradient of W1", "Nine hidden layers, before training")
    with style():
        for side, (kind, colour, hatch) in enumerate((("plain", BLUE, ""), ("skip", ORANGE, "//"))):
            heights = [one[kind]["gradient"] for one in found.values()]
            places = np.arange(len(found)) + 0.35 * side
            plot.bar(places, heights, 0.33, color=colour, hatch=hatch, edgecolor="white", label=kind)
        plot.set(yscale="log", xticks=np.arange(len(found)) + 0.17, xticklabels=found)
        plot.legend()
    ratios = ", ".join(
        f"{name}: {one['skip']['gradient'] / one['plain']['gradient']:.2g}" for name, one in found.items()
    )
    show(figure, f"Two bars for each activation. With skips the gradient is larger by a factor ({ratios}).")
    print(f"{'':9}{'loss before':>24}{'loss after 20 epochs':>28}")
    print(f"{'':9}{'plain':>12}{'skip':>12}{'plain':>16}{'skip':>12}")
    for name, one in found.items():
        numbers = one["plain"]["loss"], one["skip"]["loss"], one["plain"]["trained"], one["skip"]["trained"]
        print("{:9}{:12.3f}{:12.3f}{:16.3f}{:12.3f}".format(name, *numbers))

# %% [markdown] written="6.18-written"
# **In your own words (optional, read by a person).** How does the gradient's way to the first layer change, and
# why does that help the network with sigmoids? In the network with ReLU and He's initialisation nothing vanishes
# without skips: what do they do there before training? Use your own numbers.
#
# ### BEGIN SOLUTION
# For a layer with a skip, $\partial A^{(\ell)}/\partial A^{(\ell-2)}$ is the identity plus the product of two
# weight matrices and two slopes. The identity passes the gradient on as it is, so the gradient that arrives at
# the first layers has a part that was multiplied by no small factor. A slope of the sigmoid is at most ¼, and
# without skips nine of them are multiplied: the gradient of W1 is about 3·10⁻⁷, with skips about 0.05.
#
# With ReLU and He's initialisation the gradient arrives anyway (0.19). There the skips add activations that are
# never negative, layer after layer, so the activations grow, and the loss before training is 15 in place of 1.1.
# Skips need something that keeps the sizes in check: a normalisation, or smaller weights.
# ### END SOLUTION

# %% [markdown] commentary="6.18"
# One loop and one dictionary of results, so both networks are sure to be treated alike. A larger gradient is not
# yet a better network: in the table the tanh network gains from its skips, while with sigmoids the networks learn
# little in twenty epochs either way.

# %% [markdown] exercise="6.21" title="Batch normalisation" stars=3 minutes=35 needs="6.6 7.6"
# How large are the pre-activations of layer 8? That depends on all weights before it, and it changes with every
# step of training. Batch normalisation ends this: it gives every unit the mean and the spread that the network
# asks for, whatever came in.
#
# For a batch, and for **every unit (column) on its own**, with the mean $\mu$ and the variance $\sigma^2$ over the
# $n$ rows of the batch:
#
# $$\hat Z=\frac{Z-\mu}{\sqrt{\sigma^2+\varepsilon}},\qquad \operatorname{out}=\gamma\,\hat Z+\beta .$$
#
# The variance is the **biased** one (divide by $n$, as `np.var` does). The small number $\varepsilon$ stands under
# the root and keeps it away from 0. The scale $\gamma$ and the shift $\beta$ are learned, a number of each for
# every unit. (Both letters have other meanings elsewhere: $\beta$ is also a momentum, $\sigma$ also the sigmoid.)
#
# The next cell shows one unit and its 400 pre-activations. What do `mean` and `spread` do to the picture on the
# right? What do `gamma` and `beta` do?

# %% picture=true
from utils.explorers.ch06_networks.architectures import batchnorm_explorer

batchnorm_explorer()

# %% [markdown]
# ### Two rows by hand
#
# A unit has the pre-activations 4 and 8 in a batch of two rows, $\gamma=3$, $\beta=1$ and $\varepsilon=0$.
#
# **Your task.** Set
#
# - `out_first`: what comes out for the first row;
# - `out_ten_times`: what comes out for the **second** row when both pre-activations are ten times as large;
# - `out_alone`: what comes out in training for a batch of **one** row whose pre-activation is 8 (here let
#   $\varepsilon$ be 0.01, so that nothing is divided by 0);
# - `bias_gradient`: the gradient of the loss with respect to the bias $b$ of this unit, in $z=\mathbf w\cdot
#   \mathbf x+b$, when both outputs have an upstream gradient of 1.

# %% [markdown] hints="6.21b"
# Mean and variance first: the mean of 4 and 8, and the mean of the two squared deviations from it.
#
# ---
# What is the mean of a single number? And what is left when you subtract it?
#
# ---
# Add 5 to both pre-activations. What happens to the outputs?

# %% answer="6.21b"
out_first = ...  # a number
out_ten_times = ...  # a number
out_alone = ...  # a number
bias_gradient = ...  # a number
### BEGIN SOLUTION
out_first = 3 * (4 - 6) / 2 + 1
out_ten_times = 3 * (80 - 60) / 20 + 1
out_alone = 3 * 0 + 1
bias_gradient = 0
### END SOLUTION

# %% test="6.21b"
expect("6.21b", lambda: out_first, is_number)
expect("6.21b", lambda: out_ten_times, is_number)
expect("6.21b", lambda: out_alone, is_number)
expect("6.21b", lambda: bias_gradient, is_number)

# %% [markdown] commentary="6.21"
# The two rows show what batch normalisation takes away: the scale of what comes in (ten times as much gives the
# same) and its position (a bias before it does nothing, β has taken its place). And a batch of one row comes out
# as β, whatever it was: in training a row is always seen in company.

# %% [markdown]
# ### Forward and backward
#
# **Your task.** Write two functions, with NumPy alone.
#
# - `batchnorm_forward(z, gamma, beta, eps=1e-5)` returns `(out, cache)`. `z` and `out` have the shape `(n, k)`,
#   `gamma` and `beta` the shape `(k,)`. What you put into `cache` is your choice.
# - `batchnorm_backward(dout, cache)` returns `(dz, dgamma, dbeta)`. `dout` is the gradient of the loss with respect
#   to `out`, and the three results are its gradients with respect to `z`, `gamma` and `beta`. A mean over the
#   batch, where a loss has one, is already in `dout`.
#
# Every entry of a column has a part in its mean and its variance: that is why the gradient of one row depends on
# all the others.
#
# **Example.** The column $(4, 8)$ with $\gamma=3$, $\beta=1$ and `eps=0` is the exercise by hand above. Upstream
# gradients $(1, 0)$ for it give `dgamma` $=-1$ and `dbeta` $=1$.

# %% [markdown] hints="6.21"
# `z.mean(axis=0)` and `z.var(axis=0)` have the shape `(k,)` and broadcast over the rows. Keep $\hat Z$ for the
# backward pass.
#
# ---
# $\gamma$ and $\beta$ appear once in every row, so their gradients are sums over the rows: of
# $\text{dout}\odot\hat Z$, and of dout.
#
# ---
# For one column write $g=\gamma\,\text{dout}$, the gradient with respect to $\hat Z$, and
# $s=1/\sqrt{\sigma^2+\varepsilon}$. Three ways lead from $z_i$ to the loss: directly through $\hat z_i$, through
# $\mu$, and through $\sigma^2$. Their contributions are $s\,g_i$, $-s\cdot\frac1n\sum_jg_j$ and
# $-s\,\hat z_i\cdot\frac1n\sum_jg_j\hat z_j$.
#
# ---
# Together $\text{dz}=\gamma s\,\big(\text{dout}-\operatorname{mean}(\text{dout})-\hat Z\odot\operatorname{mean}(
# \text{dout}\odot\hat Z)\big)$, with means over the rows. The sum of every column of it is 0.


# %% answer="6.21"
def batchnorm_forward(z: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5) -> tuple:
    """(out, cache): every column of z (n, k) normalised, then scaled by gamma and shifted by beta."""
    ### BEGIN SOLUTION
    scale = 1 / np.sqrt(z.var(axis=0) + eps)
    z_hat = (z - z.mean(axis=0)) * scale
    return gamma * z_hat + beta, (z_hat, scale, gamma)
    ### END SOLUTION


def batchnorm_backward(dout: np.ndarray, cache) -> tuple:
    """(dz, dgamma, dbeta) for the upstream gradient dout (n, k)."""
    ### BEGIN SOLUTION
    z_hat, scale, gamma = cache
    through_mean = dout.mean(axis=0)
    through_variance = z_hat * (dout * z_hat).mean(axis=0)
    dz = gamma * scale * (dout - through_mean - through_variance)
    return dz, (dout * z_hat).sum(axis=0), dout.sum(axis=0)
    ### END SOLUTION


# %% test="6.21" decides=true
two_columns = np.array([[4.0, 10.0], [8.0, 30.0]])
scales, shifts = np.array([3.0, 2.0]), np.array([1.0, 5.0])


def backward_error(which):
    """How far your dz, dgamma or dbeta is from measured slopes, for random numbers."""
    rng = np.random.default_rng(2)
    at = [rng.normal(size=(5, 3)), rng.uniform(0.5, 2, size=3), rng.normal(size=3)]
    dout = rng.normal(size=(5, 3))
    gradient = batchnorm_backward(dout, batchnorm_forward(*at, 0.1)[1])[which]
    slopes = np.zeros(at[which].shape)
    for place in np.ndindex(slopes.shape):
        for step in (0.01, -0.01):
            moved = [one.copy() for one in at]
            moved[which][place] += step
            slopes[place] += np.sum(dout * batchnorm_forward(*moved, 0.1)[0]) / (2 * step)
    return float(np.max(np.abs(np.array(gradient) - slopes)))


expect("6.21", lambda: batchnorm_forward(two_columns, scales, shifts, 0)[0], [[-2, 3], [4, 7]], rtol=1e-4)
expect("6.21", lambda: batchnorm_forward(two_columns, scales, shifts, 12)[0][0], [-0.5, 3.110178], rtol=1e-4)
small = such_that("a difference below 0.01", lambda error: error < 0.01)
expect("6.21", lambda: backward_error(0), small)
expect("6.21", lambda: backward_error(1), small)
expect("6.21", lambda: backward_error(2), small)

# %% [markdown] commentary="6.21"
# The two means in `dz` are named after the ways they stand for. They are the projections of dout on the two
# directions that the forward pass forgets: adding a number to the column, and stretching it.

# %% [markdown]
# ### A network with batch normalisation
#
# In training, the mean and the variance are those of the batch. A prediction must not depend on who else is
# asked about, so there the network uses **running averages** that it has collected in training:
#
# $$\text{running}\leftarrow0.9\cdot\text{running}+0.1\cdot\text{value of this batch}$$
#
# for the mean (which begins at 0) and for the variance (which begins at 1), in every call of `forward` with
# `training=True` and in no other.
#
# **Your task.** Write `forward` and `backward` of `BatchNormMLP`. Every **hidden** layer normalises its
# pre-activations with $\varepsilon=10^{-5}$, **before** the activation; the output layer does not. The constructor is
# given. It adds `gamma1`, `beta1`, … to `params`; `backward` returns gradients for these and for all others (the
# biases of the hidden layers stay, although they have lost their use). Use your two functions from above.
# (If they are not right yet, the complete check puts right ones in their place. Another running average is fine
# there, too, if some hundred batches are enough for it.)

# %% [markdown] hints="6.21c"
# Forward, in a hidden layer: $Z$ as always; then `batchnorm_forward` (in training) or the formula with the running
# averages; then the activation of what comes out.
#
# ---
# In the backward pass the activation comes first: its slope belongs to **its** input, which is the normalised and
# scaled value, not $Z$. Cache it.
#
# ---
# Then `batchnorm_backward` makes of the gradient with respect to the output of the normalisation the one with
# respect to $Z$, and gives you those of gamma and beta. From there on everything is as in `NumpyMLP`.


# %% answer="6.21c"
class BatchNormMLP(NumpyMLP):
    """A network that normalises the pre-activations of its hidden layers over the batch."""

    def __init__(self, layer_sizes, **options):
        super().__init__(layer_sizes, **options)
        self.running_mean, self.running_variance = {}, {}  # by layer, each of the shape (units,)
        for layer in range(1, self.L):
            units = self.layer_sizes[layer]
            self.params[f"gamma{layer}"], self.params[f"beta{layer}"] = np.ones(units), np.zeros(units)
            self.running_mean[layer], self.running_variance[layer] = np.zeros(units), np.ones(units)

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """The output (n, n_L): with the batch's own mean and variance in training, else with the running ones."""
        ### BEGIN SOLUTION
        A = X
        self.cache = {"A0": X}
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            if layer < self.L:
                gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
                mean, variance = self.running_mean[layer], self.running_variance[layer]
                if training:
                    self.running_mean[layer] = 0.9 * mean + 0.1 * Z.mean(axis=0)
                    self.running_variance[layer] = 0.9 * variance + 0.1 * Z.var(axis=0)
                    Z, self.cache[f"norm{layer}"] = batchnorm_forward(Z, gamma, beta)
                else:
                    Z = gamma * (Z - mean) / np.sqrt(variance + 1e-5) + beta
            A = ACTIVATIONS[self.activation if layer < self.L else self.output_activation](Z)
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A  # Z is what goes into the activation
        return A
        ### END SOLUTION

    def backward(self, y: np.ndarray) -> dict:
        """The gradients of the mean loss of the batch that `forward` saw in training, a dict like `params`."""
        ### BEGIN SOLUTION
        self.grads = {}
        delta = self.output_delta(y)
        for layer in range(self.L, 0, -1):
            if layer < self.L:
                delta = delta * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer}"])
                delta, dgamma, dbeta = batchnorm_backward(delta, self.cache[f"norm{layer}"])
                self.grads[f"gamma{layer}"], self.grads[f"beta{layer}"] = dgamma, dbeta
            self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"]
            self.grads[f"b{layer}"] = delta.sum(axis=0)
            delta = delta @ self.params[f"W{layer}"]
        return self.grads
        ### END SOLUTION


# %% test="6.21c" decides=true
some_rng = np.random.default_rng(4)
some_X, some_y = 2 + 3 * some_rng.normal(size=(40, 4)), np.tile([0, 1], 20)


def seen_often(times=400):
    """A network that has seen the same batch many times in training, without an update."""
    model = BatchNormMLP([4, 5, 3, 1], activation="tanh", seed=1)
    for _ in range(times):
        model.forward(some_X, training=True)
    return model


def with_low_beta():
    """ReLU, gamma 1 and beta -9: after the normalisation every unit is off, so the output is sigmoid(0)."""
    model = BatchNormMLP([4, 5, 1])
    model.params["beta1"] = model.params["beta1"] - 9
    return model.forward(some_X, training=True)[:2]


def error_with_batchnorm():
    model = BatchNormMLP([4, 5, 3, 1], activation="tanh", seed=1)
    model.params["gamma1"] = np.array([0.5, 1.0, 1.5, 2.0, 2.5])
    return slope_error(model, some_X, some_y)


def moves():
    """How far gamma1 and beta1 go in one step of training."""
    model = BatchNormMLP([4, 5, 1], activation="tanh", learning_rate=1.0)
    model.train_step(some_X, some_y)
    return [float(np.abs(model.params["gamma1"] - 1).max()), float(np.abs(model.params["beta1"]).max())]


def alone_and_in_a_batch():
    """The largest difference between predictions one by one and all at once."""
    model = seen_often()
    together = model.forward(some_X)
    return float(np.abs(np.concatenate([model.forward(row[None]) for row in some_X]) - together).max())


def far_rows_change(model):
    """How much a prediction changes after predictions for quite other rows."""
    before = model.forward(some_X)
    for _ in range(20):
        model.forward(some_X + 50)
    return float(np.abs(model.forward(some_X) - before).max())


def gap(model):
    """The largest difference between what the network says of the batch in training and in prediction."""
    return float(np.abs(model.forward(some_X, training=True) - model.forward(some_X)).max())


expect("6.21c", lambda: with_low_beta(), [[0.5], [0.5]], rtol=1e-4)
expect("6.21c", lambda: error_with_batchnorm(), tiny)
expect("6.21c", lambda: moves(), such_that("two numbers above 0.01", lambda found: min(found) > 0.01))
expect("6.21c", lambda: alone_and_in_a_batch(), tiny)
expect("6.21c", lambda: far_rows_change(seen_often()), tiny)
expect("6.21c", lambda: gap(seen_often()), such_that("a difference below 0.03", lambda found: found < 0.03))

# %% [markdown] commentary="6.21"
# `Z` is overwritten with the normalised value, so the cached `Z` is what the activation saw, and the line with the
# slope stays as it is in NumpyMLP. The running averages are plain attributes and not parameters: no gradient
# belongs to them.

# %% [markdown]
# ### Where does it help?
#
# On data that is standardised, with a good initialisation and few layers, there is little to repair. So compare two
# settings, and in both also see what happens when somebody forgets to standardise: all inputs ten times as large.
#
# **Your task.** Write `batchnorm_experiment(layer_sizes, init, epochs, seed=0)`. Its configuration is fixed:
#
# - data: `generate_click_data(1000, n_features=10, seed=seed)`;
# - networks with these `layer_sizes` and this `init`, `learning_rate=0.1`, `seed=seed`, everything else as it is by
#   itself; training by `fit` with these `epochs` and `seed=seed`.
#
# Return a dictionary with four numbers, the last entry of the `"train_loss"` of four trainings: `"plain"`
# (`NumpyMLP` on `X`), `"batch norm"` (`BatchNormMLP` on `X`), and `"plain, 10 X"` and `"batch norm, 10 X"`, the same
# two on `10 * X`.
#
# **Example.** `batchnorm_experiment([10, 32, 16, 1], "he", 1)["plain"]` is about 0.671.

# %% [markdown] hints="6.21d"
# Write a small function inside that trains one network on one `X` and returns one number; then call it four times.


# %% answer="6.21d"
def batchnorm_experiment(layer_sizes: list, init: str, epochs: int, seed: int = 0) -> dict:
    """The last training loss without and with batch normalisation, for inputs as they are and ten times as large."""
    ### BEGIN SOLUTION
    X, y = generate_click_data(1000, n_features=10, seed=seed)

    def last_loss(kind, X):
        model = kind(layer_sizes, init=init, learning_rate=0.1, seed=seed)
        return model.fit(X, y, epochs=epochs, seed=seed)["train_loss"][-1]

    return {
        "plain": last_loss(NumpyMLP, X),
        "batch norm": last_loss(BatchNormMLP, X),
        "plain, 10 X": last_loss(NumpyMLP, 10 * X),
        "batch norm, 10 X": last_loss(BatchNormMLP, 10 * X),
    }
    ### END SOLUTION


# %% test="6.21d"
def short_run():
    """Your experiment on the small network, three epochs."""
    return batchnorm_experiment([10, 32, 16, 1], "he", 3)


def nearly_equal(found):
    return abs(found["batch norm"] - found["batch norm, 10 X"]) < 1e-3


expect("6.21d", lambda: short_run()["plain"], 0.6051, rtol=2e-3)
expect("6.21d", lambda: short_run()["plain, 10 X"], 0.5975, rtol=2e-3)
expect("6.21d", lambda: short_run(), such_that("with batch norm the same loss for X and 10 X", nearly_equal))

# %% [markdown]
# The next cell runs your experiment in both settings (a few seconds): a network with two hidden layers and He's
# initialisation, and one with eight hidden layers whose weights begin far too small.

# %%
try:
    table = {
        "2 hidden layers, He": batchnorm_experiment([10, 32, 16, 1], "he", epochs=20),
        "8 hidden layers, too small": batchnorm_experiment([10] + 8 * [32] + [1], "too_small", epochs=20),
    }
except NotImplementedError:
    table = {}
    print("○ This cell needs your BatchNormMLP and your batchnorm_experiment (6.21, 6.21c, 6.21d).")
if table:
    columns = next(iter(table.values()))
    print(f"{'training loss':28}" + "".join(f"{name:>18}" for name in columns))
    for name, one in table.items():
        print(f"{name:28}" + "".join(f"{loss:18.3f}" for loss in one.values()))

# %% [markdown] commentary="6.21"
# In the shallow network the two kinds are close together as long as the inputs are standardised; only the plain one
# notices the factor of ten. In the deep network the plain one never leaves the loss of a constant prediction, and
# batch normalisation makes up for weights that began far too small.

# %% [markdown] exercise="6.24" title="Dropout" stars=3 minutes=25 needs="6.6 7.6"
# A network with many weights and few examples can learn the examples by heart. Dropout makes that harder: in every
# training step each hidden unit is silenced with some probability, so that no unit can rely on a particular other
# one.
#
# For activations $A$ and a mask $M$ of zeros and ones, drawn for **every number of the batch on its own**:
#
# $$\operatorname{out}=\frac{A\odot M}{q}\quad\text{in training},\qquad\operatorname{out}=A\quad\text{in prediction,}$$
#
# where a 1 in $M$ has the probability $q$, called `keep_prob` here. The division makes the mean of `out` equal to $A$,
# and that is why a prediction needs no correction (this form is called *inverted dropout*).
#
# > Beware of the letter $p$: the source means the probability to **keep** by it, PyTorch the probability to
# > **drop**. With one half nobody notices.
#
# Draw some masks in the next cell. How do the numbers that are kept change with `keep_prob`, and what happens to the
# mean of a whole row?

# %% picture=true
from utils.explorers.ch06_networks.architectures import dropout_explorer

dropout_explorer()

# %% [markdown]
# ### One unit by hand
#
# A unit has the activation 6, and `keep_prob` is 0.75.
#
# **Your task.** Set
#
# - `kept`: its value in `out` when it is kept;
# - `mean_out` and `variance_out`: mean and variance of its value in `out`, over all masks;
# - `torch_p`: the number that `torch.nn.Dropout(p=...)` must get to do the same.

# %% [markdown] hints="6.24b"
# `out` has two values only: one with the probability ¾, and 0 with the probability ¼.
#
# ---
# The variance is the mean of the squares minus the square of the mean.

# %% answer="6.24b"
kept = ...  # a number
mean_out = ...  # a number
variance_out = ...  # a number
torch_p = ...  # a number
### BEGIN SOLUTION
kept = 6 / 0.75
mean_out = 0.75 * 8
variance_out = 0.75 * 8**2 - 6**2
torch_p = 0.25
### END SOLUTION

# %% test="6.24b"
expect("6.24b", lambda: kept, is_number)
expect("6.24b", lambda: mean_out, is_number)
expect("6.24b", lambda: variance_out, is_number)
expect("6.24b", lambda: torch_p, is_number)

# %% [markdown]
# ### Forward and backward
#
# **Your task.** Write
#
# - `dropout_forward(a, keep_prob, rng, training=True)`, which returns `(out, mask)`. All random numbers come from
#   `rng`, a NumPy generator: `rng.random(shape)` makes numbers between 0 and 1. With `training=False`, `out` is `a`.
#   What the mask is, is your choice: zeros and ones, or the factor already divided, or anything else;
# - `dropout_backward(dout, mask)`, the gradient with respect to `a`, after a forward pass in training.
#
# **Example.** With `keep_prob=0.5` and the mask $(1, 0, 1)$, $a=(3, 4, 5)$ becomes $(6, 0, 10)$, and the upstream
# gradients $(1, 1, 1)$ become $(2, 0, 2)$.

# %% [markdown] hints="6.24"
# `rng.random(a.shape) < keep_prob` is True with the probability `keep_prob`, for every number on its own.
#
# ---
# The backward pass needs the same mask and the same division. If the division is in the mask, one product does both,
# in either direction.


# %% answer="6.24"
def dropout_forward(a: np.ndarray, keep_prob: float, rng, training: bool = True) -> tuple:
    """(out, mask): a with each number kept with the probability keep_prob and divided by it, else 0."""
    ### BEGIN SOLUTION
    if not training:
        return a, np.ones(a.shape)
    mask = (rng.random(a.shape) < keep_prob) / keep_prob
    return a * mask, mask
    ### END SOLUTION


def dropout_backward(dout: np.ndarray, mask) -> np.ndarray:
    """The gradient with respect to a, for the mask that dropout_forward made."""
    ### BEGIN SOLUTION
    return dout * mask
    ### END SOLUTION


# %% test="6.24" decides=true
some_a = 1 + np.arange(600.0).reshape(30, 20) / 600


def dropped(keep_prob=0.8, seed=0, **options):
    """What your forward pass makes of some_a, relative to some_a."""
    return np.asarray(dropout_forward(some_a, keep_prob, np.random.default_rng(seed), **options)[0]) / some_a


def back_and_forth():
    """The factors of the backward pass minus those of the forward pass."""
    out, mask = dropout_forward(some_a, 0.8, np.random.default_rng(0))
    return float(np.abs(np.asarray(dropout_backward(np.ones((30, 20)), mask)) - out / some_a).max())


def zeros_and_one_factor(found):
    return set(np.unique(np.round(found, 4))) == {0, 1.25}


expect("6.24", lambda: dropped(), such_that("factors that are 0 or 1.25", zeros_and_one_factor))
expect(
    "6.24", lambda: float(np.mean(dropped() != 0)),
    such_that("a share between 0.7 and 0.9", lambda share: 0.7 < share < 0.9),
)  # fmt: skip
expect("6.24", lambda: np.ptp(dropped(0.5), axis=0).min(), 2.0, rtol=1e-4)
expect("6.24", lambda: np.ptp(dropped(0.5), axis=1).min(), 2.0, rtol=1e-4)
expect("6.24", lambda: dropped(training=False)[0, :3], [1.0, 1.0, 1.0], rtol=1e-4)
expect("6.24", lambda: float(np.abs(dropped(seed=5) - dropped(seed=5)).max()), tiny)
expect("6.24", lambda: float(np.abs(dropped(seed=5) - dropped(seed=6)).max()), 1.25, rtol=1e-4)
expect("6.24", lambda: back_and_forth(), tiny)

# %% [markdown] commentary="6.24"
# The factor 1/q lives in the mask, so forward and backward are the same product, and neither can forget it. A
# comparison makes True and False; the division turns them into numbers.

# %% [markdown]
# ### A network with dropout
#
# **Your task.** Write `forward` and `backward` of `DropoutMLP`. With `training=True` the activations of the
# **hidden** layers are dropped, with new random numbers from `self.rng` in every call; the output and the input are
# never dropped. Without `training` nothing is dropped. You may use your two functions from above. (If they are not right yet,
# the complete check puts right ones in their place.)

# %% [markdown] hints="6.24c"
# Forward: drop $A^{(\ell)}$ right after the activation, and cache what the next layer really gets. Keep the mask in the
# cache as well.
#
# ---
# Backward: the gradient of $W^{(\ell)}$ uses the cached activation of the layer before, which is the dropped one. On
# the way down `dropout_backward` comes before the slope of the activation.


# %% answer="6.24c"
class DropoutMLP(NumpyMLP):
    """A network whose hidden activations are dropped in training."""

    def __init__(self, layer_sizes, keep_prob=0.5, **options):
        super().__init__(layer_sizes, **options)
        self.keep_prob = keep_prob

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """The output (n, n_L); with training=True the hidden activations are dropped."""
        ### BEGIN SOLUTION
        A = X
        self.cache = {"A0": X}
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            A = ACTIVATIONS[self.activation if layer < self.L else self.output_activation](Z)
            if layer < self.L:
                A, self.cache[f"mask{layer}"] = dropout_forward(A, self.keep_prob, self.rng, training)
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
        return A
        ### END SOLUTION

    def backward(self, y: np.ndarray) -> dict:
        """The gradients of the mean loss, for the masks that `forward` drew last."""
        ### BEGIN SOLUTION
        self.grads = {}
        delta = self.output_delta(y)
        for layer in range(self.L, 0, -1):
            if layer < self.L:
                delta = dropout_backward(delta, self.cache[f"mask{layer}"])
                delta = delta * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer}"])
            self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"]
            self.grads[f"b{layer}"] = delta.sum(axis=0)
            delta = delta @ self.params[f"W{layer}"]
        return self.grads
        ### END SOLUTION


# %% test="6.24c" decides=true
few_X, few_y = np.random.default_rng(6).normal(size=(30, 4)), np.tile([0, 1, 1], 10)
OPTIONS = dict(activation="tanh", output_activation="linear", loss="mse", seed=2)


def dropout_network(keep_prob=0.8):
    return DropoutMLP([4, 3, 1], keep_prob, **OPTIONS)


def same_as_plain():
    """The largest difference from NumpyMLP, for a prediction."""
    plain = NumpyMLP([4, 3, 1], **OPTIONS)
    return float(np.abs(dropout_network().forward(few_X) - plain.forward(few_X)).max())


def mean_of_many():
    """The largest difference between the mean of 2000 outputs in training and a prediction."""
    model = dropout_network()
    outputs = [model.forward(few_X[:5], training=True) for _ in range(2000)]
    return float(np.abs(np.mean(outputs, axis=0) - model.forward(few_X[:5])).max())


def rows_differ():
    """How many different outputs there are for 200 equal rows in one batch: there are 2³ masks."""
    outputs = dropout_network().forward(np.repeat(few_X[:1], 200, axis=0), training=True)
    return len(np.unique(np.round(outputs, 6)))


def share_of_zeros():
    """How often all three hidden units are dropped, so that the output is the bias, 0."""
    outputs = dropout_network().forward(np.repeat(few_X[:1], 500, axis=0), training=True)
    return float(np.mean(outputs == 0))


def calls_differ():
    """The largest difference between two outputs in training."""
    model = dropout_network()
    return float(np.abs(model.forward(few_X, training=True) - model.forward(few_X, training=True)).max())


def seeded():
    """The largest difference between two outputs in training with the same random numbers."""
    outputs = []
    for _ in range(2):
        model = dropout_network()
        model.rng = np.random.default_rng(9)
        outputs.append(model.forward(few_X, training=True))
    return float(np.abs(outputs[0] - outputs[1]).max())


expect("6.24c", lambda: same_as_plain(), tiny)
expect("6.24c", lambda: rows_differ(), such_that("4 to 8 different outputs", lambda found: 4 <= found <= 8))
expect("6.24c", lambda: share_of_zeros(), such_that("a share below 0.05", lambda share: share < 0.05))
expect("6.24c", lambda: calls_differ(), such_that("a difference above 0.1", lambda found: found > 0.1))
expect("6.24c", lambda: mean_of_many(), such_that("a difference below 0.1", lambda found: found < 0.1))
expect("6.24c", lambda: seeded(), tiny)
expect("6.24c", lambda: slope_error(dropout_network(), few_X, few_y), tiny)

# %% [markdown] commentary="6.24"
# `dropout_forward` knows what `training` means, so the network passes it on and has no branch of its own. The cached
# `A` is the dropped one: it is what the next layer got, and its weights' gradient must not see a unit that was off.

# %% [markdown]
# ### When does it help?
#
# The source trains on 50,000 rows and asks whether dropout reduces overfitting there. First there has to be some.
#
# **Your task.** Write `dropout_experiment(n_rows, epochs, seed=0)`. Its configuration is fixed:
#
# - data: `generate_click_data(n_rows + 2000, n_features=20, seed=seed)`; the first `n_rows` rows are for training, the
#   last 2000 for validation;
# - a `NumpyMLP` and a `DropoutMLP` with `keep_prob=0.5`, both with the sizes `[20, 64, 32, 1]`, `learning_rate=0.1`,
#   `seed=seed`, everything else as it is by itself;
# - training one epoch at a time: for `epoch` 0, 1, … call `fit` on the training rows with `epochs=1, seed=epoch`. After
#   each, compute the loss on all training rows and on the validation rows, both **without** dropout.
#
# Return `{"plain": {"train": […], "val": […]}, "dropout": {"train": […], "val": […]}}`, lists with a number per epoch.
#
# Why not take the `"train_loss"` that `fit` returns? Because it is measured while units are dropped, and the
# validation loss is not. The two cannot be compared.

# %% [markdown] hints="6.24d"
# `forward(X)` without `training` is the prediction, for both kinds of network. `compute_loss(model.forward(X), y)` is
# its loss.
#
# ---
# `fit` goes on with the parameters as they are, so calling it again with `epochs=1` is the next epoch. Make the network
# once, before the loop.


# %% answer="6.24d"
def dropout_experiment(n_rows: int, epochs: int, seed: int = 0) -> dict:
    """Losses on the training and the validation rows after every epoch, without and with dropout."""
    ### BEGIN SOLUTION
    X, y = generate_click_data(n_rows + 2000, n_features=20, seed=seed)
    rows = {"train": (X[:n_rows], y[:n_rows]), "val": (X[n_rows:], y[n_rows:])}
    options = dict(learning_rate=0.1, seed=seed)
    sizes = [20, 64, 32, 1]
    models = {"plain": NumpyMLP(sizes, **options), "dropout": DropoutMLP(sizes, keep_prob=0.5, **options)}
    found = {}
    for name, model in models.items():
        found[name] = {"train": [], "val": []}
        for epoch in range(epochs):
            model.fit(*rows["train"], epochs=1, seed=epoch)
            for which, (some_X, some_y) in rows.items():
                found[name][which].append(model.compute_loss(model.forward(some_X), some_y))
    return found
    ### END SOLUTION


# %% test="6.24d"
def small_run():
    """Your experiment with 300 rows and 3 epochs."""
    return dropout_experiment(300, 3)


def between_half_and_eight_tenths(losses):
    return len(losses) == 3 and 0.5 < min(losses) and max(losses) < 0.8


expect("6.24d", lambda: small_run()["plain"]["train"], [0.6697, 0.6183, 0.5891], rtol=2e-3)
expect("6.24d", lambda: small_run()["plain"]["val"], [0.7043, 0.6742, 0.6598], rtol=2e-3)
expect(
    "6.24d", lambda: small_run()["dropout"]["val"],
    such_that("three losses between 0.5 and 0.8", between_half_and_eight_tenths),
)  # fmt: skip

# %% [markdown]
# The next cell runs your experiment with few rows and with many (a few seconds), and draws the curves.

# %%
try:
    runs = {"500 rows": dropout_experiment(500, 100), "20,000 rows": dropout_experiment(20_000, 6)}
except NotImplementedError:
    runs = {}
    print("○ This cell needs your DropoutMLP and your dropout_experiment (6.24, 6.24c, 6.24d).")
if runs:
    figure, panels = axes("epoch", "loss, without dropout", columns=2, width=9, height=3.2)
    with style():
        for panel, (title, one) in zip(panels, runs.items()):
            for name, colour, marker in (("plain", BLUE, "o"), ("dropout", ORANGE, "s")):
                for which, line in (("train", "--"), ("val", "-")):
                    losses = one[name][which]
                    look = dict(linestyle=line, color=colour, marker=marker, markersize=5, markevery=1 + len(losses) // 10)
                    panel.plot(range(1, len(losses) + 1), losses, label=f"{name}, {which}", **look)
            panel.set(title=title)
        panels[0].set_ylim(0, 1.5)
        panels[0].legend(loc="upper left")
    ends = "; ".join(
        f"with {title} the validation loss ends at {one['plain']['val'][-1]:.2f} without dropout and at "
        f"{one['dropout']['val'][-1]:.2f} with it"
        for title, one in runs.items()
    )
    show(figure, f"Curves of the training loss (dashed) and the validation loss (solid): {ends}.")
    print(ends)

# %% [markdown] written="6.24-written"
# **In your own words (optional, read by a person).** When did dropout help in your runs, when not, and how do the
# training curves explain it? Why is the training loss compared without dropout? Use your own numbers.
#
# ### BEGIN SOLUTION
# With 500 rows the plain network learns them by heart: its training loss falls towards 0 while the validation loss
# rises to about 1, far above its own lowest point. Dropout keeps both near 0.5 to 0.6, so it helps. With 20,000 rows
# training and validation loss of the plain network stay close together: there is no overfitting to reduce, and
# dropout only makes the network weaker (a validation loss of about 0.56 in place of 0.45).
#
# The loss that is recorded during training is that of a network with half of its units switched off. It is larger than
# that of the same network in prediction, so comparing it with a validation loss (measured without dropout) would hide
# overfitting or even turn it around.
# ### END SOLUTION

# %% [markdown] commentary="6.24"
# Both networks go through the same loop, and training one epoch at a time gives a place to look at the network as it
# predicts. That costs a forward pass per epoch, and it is the only fair comparison.

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/07_architectures")

# %% [markdown]
# {{next}}
