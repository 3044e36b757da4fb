# %% [markdown]
# # Looking inside
#
# A trained network is a few thousand numbers that nobody has chosen. Three ways to ask them something: walk
# around in the space of the parameters and watch the loss; ask for the slope of the prediction by every
# input; and explain a single prediction, so that the parts add up to the whole. Each of the three
# has a trap that has misled many people, and you will measure all three traps.
#
# > **Conventions in this notebook.** Networks are the `NumpyMLP` of this course: a batch $X$ has a row per
# > example, and a layer computes $Z=AW^T+\mathbf b$, then $\phi(Z)$. After `model.forward(X)`, the dictionary
# > `model.cache` holds `A0` (the batch), `Z1`, `A1`, … and `model.params` holds `W1`, `b1`, …
# > `model.get_flat()` is a copy of all parameters as one vector $\boldsymbol\theta$, and
# > `model.set_flat(theta)` puts such a vector in their place. The prediction $\hat y$ is the **probability**
# > that the sigmoid gives at the end, not the number that goes into it. A function that you write leaves its
# > arguments as they were.

# %% setup=true
import numpy as np

from utils import (
    ACTIVATION_GRADIENTS,
    CREDIT_FEATURES,
    NumpyMLP,
    expect,
    generate_click_data,
    generate_credit_data,
    grade,
    is_number,
    one_letter,
    progress,
    roc_auc,
    such_that,
)
from utils.forest import forest_importance
from utils.moons import two_moons

STEPS = np.linspace(-1, 1, 11)  # the grid of 6.22, the same along both directions


def with_numbers(network):
    """The same network, with parameters that are spread evenly from -1 to 1."""
    network.set_flat(np.linspace(-1, 1, len(network.get_flat())))
    return network


# %% [markdown] exercise="6.22" title="The landscape around a network" stars=3 minutes=30 needs="6.5"
# Training moves a point $\boldsymbol\theta$ through a space with as many dimensions as there are parameters.
# Nobody can see that space, but a plane through it can be drawn: choose two directions $\mathbf d_1$ and
# $\mathbf d_2$ of the length of $\boldsymbol\theta$, and compute the loss at
#
# $$S(\alpha,\beta)=\mathcal L(\boldsymbol\theta^*+\alpha\,\mathbf d_1+\beta\,\mathbf d_2),$$
#
# where $\boldsymbol\theta^*$ is where the training ended.
#
# Run the next cell (Shift+Enter): a network with 17 parameters on its way. Where on the map is the
# lowest loss? Is it where the training ended?

# %% picture=true
from utils.explorers.ch06_networks.looking_inside import loss_surface_explorer

loss_surface_explorer()

# %% [markdown]
# ### The surface as a function
#
# **Your task.** Write `loss_surface(model, X, y, d1, d2, alphas, betas)`: an array of the shape
# `(len(alphas), len(betas))` whose entry $[i, j]$ is $S(\alpha_i,\beta_j)$, with the parameters that the
# model has when the function is called as $\boldsymbol\theta^*$. The loss is the model's own:
# `model.compute_loss(model.forward(X), y)`. `d1` and `d2` are flat vectors, to be used as they are. When the
# function returns, the model must have the parameters that it came with.
#
# **Example.** A single linear unit $wx+b$ with the loss "mse" stands at $w=1$, $b=0$, and the data are the
# points $(1,1)$ and $(2,2)$: its loss is 0. With $\mathbf d_1=(1,0)$ and $\mathbf d_2=(0,2)$ the point
# $(\alpha,\beta)=(1,0)$ is the line $2x$, with the loss $\frac12(1^2+2^2)=2.5$.

# %% [markdown] hints="6.22"
# Take $\boldsymbol\theta^*$ from the model once, before anything is changed. Two loops, one inside the other,
# visit the grid.
#
# ---
# Inside: put `centre + alpha * d1 + beta * d2` into the model, run it forward, and store the loss at
# `[i, j]`, where `i` counts the alphas. Always start from the centre, not from where the last step has led.
#
# ---
# After the loops the model stands at the last corner of the grid. Put it back.


# %% answer="6.22"
def loss_surface(model, X, y, d1, d2, alphas, betas) -> np.ndarray:
    """The model's loss at theta + alpha d1 + beta d2, a row for each alpha, a column for each beta."""
    ### BEGIN SOLUTION
    centre = model.get_flat()
    surface = np.empty((len(alphas), len(betas)))
    for i, alpha in enumerate(alphas):
        for j, beta in enumerate(betas):
            model.set_flat(centre + alpha * d1 + beta * d2)
            surface[i, j] = model.compute_loss(model.forward(X), y)
    model.set_flat(centre)
    return surface
    ### END SOLUTION


# %% test="6.22" decides=true
points, heights = np.array([[1.0], [2.0]]), np.array([1.0, 2.0])
d_w, d_b = np.array([1.0, 0.0]), np.array([0.0, 2.0])
a_line = NumpyMLP([1, 1], output_activation="linear", loss="mse")
a_line.set_flat(np.array([1.0, 0.0]))


def surface_of_a_line(alphas, betas):
    """Your surface around the line 1 x + 0."""
    a_line.set_flat(np.array([1.0, 0.0]))
    return loss_surface(a_line, points, heights, d_w, d_b, np.array(alphas), np.array(betas))


def line_afterwards():
    """The parameters that your function leaves in the model."""
    surface_of_a_line([0.0, 1.0], [0.0, 1.0])
    return a_line.get_flat()


around = [[0.0, 4.0], [2.5, 12.5], [10.0, 26.0]]
expect("6.22", lambda: surface_of_a_line([0.0, 1.0, 2.0], [0.0, 1.0]), around, rtol=1e-4)
expect("6.22", lambda: surface_of_a_line([-1.0], [0.0, 0.5, 1.0]), [[2.5, 0.5, 0.5]], rtol=1e-4)
expect("6.22", line_afterwards, [1.0, 0.0])

# %% [markdown] commentary="6.22"
# Every point starts from the centre, so no error adds up, and what was changed is put back by the one who
# changed it. The order of the loops decides nothing; that alpha counts the rows does. Many plotting functions
# want it the other way round, with the horizontal axis in the columns: transpose there, not here.

# %% [markdown]
# ### One function, two landscapes
#
# People look at such a picture and say "a sharp minimum" or "a flat one". Before you do, try this. A ReLU
# lets a positive factor pass: $\operatorname{ReLU}(cz)=c\operatorname{ReLU}(z)$ for $c>0$. So in a network with
# one hidden ReLU layer, $W_1$ and $\mathbf b_1$ can be multiplied by $c$ and $W_2$ divided by it, and the
# network computes the very same function. What happens to the landscape? Move the slider.

# %% picture=true
from utils.explorers.ch06_networks.looking_inside import rescaling_explorer

rescaling_explorer()

# %% [markdown]
# **Your task.** Write `rescaled(model, factor)`: a **new** `NumpyMLP` of the same layer sizes with
# $cW_1$, $c\,\mathbf b_1$, $W_2/c$ and the same $\mathbf b_2$, where $c$ is `factor`. `model` has one hidden ReLU
# layer and a sigmoid at the end; it stays as it is.
#
# **Example.** A weight of 3 in the first layer becomes 6 with the factor 2, and a weight of 3 in the second
# becomes 1.5.

# %% [markdown] hints="6.22b"
# `NumpyMLP(model.layer_sizes)` makes a new network, with random parameters that you replace.
#
# ---
# A product such as `2 * model.params["W1"]` makes a new array. The output bias stays the same: it is
# added after $W_2$, where the factor is gone.


# %% answer="6.22b"
def rescaled(model, factor):
    """A new network with the same outputs: the first layer times `factor`, the second weights divided by it."""
    ### BEGIN SOLUTION
    new = NumpyMLP(model.layer_sizes)
    new.params["W1"] = factor * model.params["W1"]
    new.params["b1"] = factor * model.params["b1"]
    new.params["W2"] = model.params["W2"] / factor
    new.params["b2"] = model.params["b2"].copy()
    return new
    ### END SOLUTION


# %% test="6.22b" decides=true
old = with_numbers(NumpyMLP([1, 2, 1]))  # -1, -2/3 | -1/3, 0 | 1/3, 2/3 | 1
expect("6.22b", lambda: rescaled(old, 3.0).params["W1"], [[-3.0], [-2.0]], rtol=1e-4)
expect("6.22b", lambda: rescaled(old, 3.0).params["b1"], [-1.0, 0.0], rtol=1e-4)
expect("6.22b", lambda: rescaled(old, 3.0).params["W2"], [[1 / 9, 2 / 9]], rtol=1e-4)
expect("6.22b", lambda: rescaled(old, 3.0).params["b2"], [1.0], rtol=1e-4)
expect("6.22b", lambda: (rescaled(old, 3.0), old.get_flat()[0])[1], -1.0, rtol=1e-4)

# %% [markdown]
# ### The experiment
#
# **Your task.** Write `landscape(seed)`, which uses both functions:
#
# 1. `X, y = two_moons(seed=seed)`: 200 points in two half circles;
# 2. `model = NumpyMLP([2, 4, 1], seed=seed)`, trained by `model.fit(X, y, epochs=100, batch_size=32, seed=seed)`;
# 3. `d1, d2 = np.random.default_rng(seed).normal(size=(2, 17))`;
# 4. the surface of the model, with `STEPS` (from the set-up, −1 to 1) for both alphas and betas;
# 5. the surface of `rescaled(model, 20)`, on the same data and with the **same** directions and steps.
#
# Return a dictionary with `"theta"` (the trained parameters, flat), `"d1"`, `"d2"`, `"surface"`,
# `"surface_rescaled"`, `"lowest"` (the smallest loss on the first surface) and `"lowest_at"` (the pair
# $(\alpha,\beta)$ where it is). A run takes a fraction of a second.

# %% [markdown] hints="6.22c"
# Steps 1 to 5 are one line of code each.
#
# ---
# `surface.argmin()` counts through the whole table; `np.unravel_index(surface.argmin(), surface.shape)` makes
# row and column of it. What is asked for is not these indices but the steps that belong to them.


# %% answer="6.22c"
def landscape(seed: int = 0) -> dict:
    """The loss around a trained network, and around its rescaled twin; see the text for the keys."""
    ### BEGIN SOLUTION
    X, y = two_moons(seed=seed)
    model = NumpyMLP([2, 4, 1], seed=seed)
    model.fit(X, y, epochs=100, batch_size=32, seed=seed)
    d1, d2 = np.random.default_rng(seed).normal(size=(2, 17))
    surface = loss_surface(model, X, y, d1, d2, STEPS, STEPS)
    other = loss_surface(rescaled(model, 20), X, y, d1, d2, STEPS, STEPS)
    i, j = np.unravel_index(surface.argmin(), surface.shape)
    return {
        "theta": model.get_flat(),
        "d1": d1,
        "d2": d2,
        "surface": surface,
        "surface_rescaled": other,
        "lowest": surface[i, j],
        "lowest_at": (STEPS[i], STEPS[j]),
    }
    ### END SOLUTION


# %% test="6.22c"
def is_a_surface(found):
    return np.shape(found) == (11, 11) and bool(np.all(np.isfinite(found)))


def of_a_trained_network(found):
    surfaces = np.array([found["surface"], found["surface_rescaled"]])
    return bool(np.all(np.abs(surfaces[:, 5, 5] - 0.4048) < 0.001))


def lies_where_you_say(found):
    i, j = (int(np.argmin(np.abs(STEPS - step))) for step in found["lowest_at"])
    surface = np.array(found["surface"])
    return bool(np.isclose(surface[i, j], found["lowest"]) and np.isclose(surface.min(), found["lowest"]))


A_SURFACE = such_that("a surface of 11 by 11 losses", is_a_surface)
TRAINED = such_that("two surfaces with the loss 0.405 at the centre", of_a_trained_network)
PLACED = such_that("a result with its lowest loss, and the place of it", lies_where_you_say)
expect("6.22c", lambda: landscape(1)["surface"], A_SURFACE)
expect("6.22c", lambda: landscape(1)["surface_rescaled"], A_SURFACE)
expect("6.22c", lambda: landscape(1), TRAINED)
expect("6.22c", lambda: landscape(1), PLACED)
expect("6.22c", lambda: np.mean(landscape(1)["surface_rescaled"]) > np.mean(landscape(1)["surface"]), True)

# %% [markdown] commentary="6.22"
# In the experiment the training has not reached a minimum, though it is often called one: with the learning
# rate 0.01 and 100 epochs a lower place lies in a random plane for most seeds. And the same function, with
# its parameters scaled, has a landscape that is several times as steep. (That random directions have the
# length $\sqrt{17}\approx4.1$ and the parameters another length for every seed is part of the same problem.)

# %% [markdown]
# ### What the picture says
#
# Two people trained a ReLU network on the same data. With random directions as above, the landscape of
# network P is ten times as steep as that of network Q.
#
# **Your task.** What follows for P? Set `steeper` to a letter.
#
# - **A** P stands in a sharp minimum, so it does worse on new data than Q
# - **B** P has not been trained for long enough
# - **C** nothing yet: first the directions have to be measured against the size of the parameters
# - **D** the prediction of P changes faster when an input changes

# %% [markdown] hints="6.22d"
# Take Q and rescale it with the factor 20. Which of the four would you now have to say of a network that
# computes exactly what Q computes?

# %% answer="6.22d"
steeper = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
steeper = "C"
### END SOLUTION

# %% test="6.22d"
expect("6.22d", lambda: steeper, one_letter("ABCD"))

# %% [markdown] written="6.22-written"
# **In your own words (optional, read by a person).** Run `landscape` for three seeds. Is the centre the lowest
# place? Is the landscape sharp or flat, and what would have to be done before that question has an answer?
# Quote numbers of your own.
#
# ### BEGIN SOLUTION
# For the seeds 0, 1 and 2 the loss at the centre is 0.438, 0.405 and 0.422, and the lowest loss on the
# grid is 0.420, 0.359 and 0.385: the training ended on a slope, not at a minimum, and each seed ended
# elsewhere. With the factor 20 the mean of the surface grows from 0.72 to 7.98, from 0.84 to 6.36 and from
# 0.89 to 6.04, although not one prediction has changed. So "sharp" says something about the scale of the
# weights against the length of the directions, not about the function. The question has an answer once
# every direction is measured against the parameters, for instance when each unit's part of the direction gets
# the length of that unit's weights (filter normalisation): then the rescaled twin has the same picture. A
# random plane is still only a plane: with 17 parameters, most directions are not looked at.
# ### END SOLUTION

# %% [markdown] exercise="6.23" title="Which inputs matter?" stars=2 minutes=25 needs="6.6"
# Backpropagation asks how the loss changes with every weight. Go one step further down, and it says how the
# *prediction* changes with every **input**. Averaged over many examples that makes a ranking of the features:
# cheap, popular, and easily misread.
#
# Run the next cell: a network that predicts clicks. How can the slopes by `x3` be large for almost every
# visitor, and still be close to 0 on average?

# %% picture=true
from utils.explorers.ch06_networks.looking_inside import slopes_explorer

slopes_explorer()

# %% [markdown]
# **Your task.** Write
#
# - `input_gradients(model, X)`: an array `(n, d)` with $\partial\hat y/\partial x_j$ for every row, where
#   $\hat y=\sigma(z)$ is the sigmoid **output**;
# - `gradient_importance(model, X)`: an array `(d,)`, for each feature the mean over the rows of the **absolute**
#   values of these slopes.
#
# The model has any number of layers, a sigmoid at the end with one unit, and any hidden activation that
# `ACTIVATION_GRADIENTS[model.activation]` knows (a function of $Z$). Use NumPy: PyTorch is taken away in the
# complete check. The visible test measures the slopes by small steps; its functions are for checking, and an
# answer that uses them earns nothing.
#
# **Example.** With a single sigmoid unit, $\hat y=\sigma(2x_1-x_2)$, the slopes at the origin are
# $\frac14\cdot(2,-1)=(0.5,-0.25)$.

# %% [markdown] hints="6.23"
# It is the backward pass of the network, with another start. There the error at the output comes from the
# loss; here there is no loss, so it starts with the slope of the sigmoid, $\hat y(1-\hat y)$, of the shape
# `(n, 1)`.
#
# ---
# Go from the last layer to the first. Through the weights of a layer: `delta @ W`. Through the activation
# before it: times the slope at that layer's $Z$. The inputs themselves have no activation.
#
# ---
# No gradient of a weight is needed, and nothing is summed over the rows or divided by their number: every row
# is an example of its own.


# %% answer="6.23"
def input_gradients(model, X: np.ndarray) -> np.ndarray:
    """The slope of every prediction by every input, (n, d)."""
    ### BEGIN SOLUTION
    y_hat = model.forward(X)
    delta = y_hat * (1 - y_hat)
    for layer in range(model.L, 0, -1):
        delta = delta @ model.params[f"W{layer}"]
        if layer > 1:
            delta = delta * ACTIVATION_GRADIENTS[model.activation](model.cache[f"Z{layer - 1}"])
    return delta
    ### END SOLUTION


def gradient_importance(model, X: np.ndarray) -> np.ndarray:
    """The mean absolute slope by every input, (d,)."""
    ### BEGIN SOLUTION
    return np.abs(input_gradients(model, X)).mean(axis=0)
    ### END SOLUTION


# %% test="6.23" decides=true
one_unit = NumpyMLP([2, 1])
one_unit.set_flat(np.array([2.0, -1.0, 0.0]))
deep_one = with_numbers(NumpyMLP([2, 3, 2, 1], activation="tanh"))
two_rows = np.array([[0.5, -1.0], [-1.5, 1.0]])


def measured_slopes(network, X, h=1e-5):
    """The slopes of the predictions, by going a little to either side along every input."""
    moved = h * np.eye(X.shape[1])
    pairs = [(network.predict_proba(X + step), network.predict_proba(X - step)) for step in moved]
    return np.transpose([(up - down) / (2 * h) for up, down in pairs])


def wanted_importance(network, X):
    return np.mean(np.abs(measured_slopes(network, X)), axis=0)


expect("6.23", lambda: input_gradients(one_unit, np.zeros((1, 2))), [[0.5, -0.25]], rtol=1e-4)
expect("6.23", lambda: input_gradients(deep_one, two_rows), measured_slopes(deep_one, two_rows), rtol=1e-4)
expect("6.23", lambda: gradient_importance(one_unit, np.zeros((1, 2))), [0.5, 0.25], rtol=1e-4)
bent = with_numbers(NumpyMLP([2, 4, 1], activation="tanh"))
bent.params["W2"] = np.array([[1.0, -2.0, 3.0, -4.0]])
far = np.array([[2.0, 1.0], [-3.0, 1.0], [0.5, 0.5]])
expect("6.23", lambda: gradient_importance(bent, far), wanted_importance(bent, far), rtol=1e-4)

# %% [markdown] commentary="6.23"
# The loop is the backward pass without its gradients of weights: the same delta, with the slope of the sigmoid
# as its start. The absolute value comes before the mean. The click data depends on `x3` through its square, so
# the network's slope is negative for a small `x3` and positive for a large one, and the mean of the slopes
# themselves would call the feature useless.

# %% [markdown]
# ### A second opinion
#
# A random forest ranks features in another way: it asks how much a feature helps to sort the rows into clicks
# and no clicks (*impurity importance*; the values add up to 1). `forest_importance(X, y, seed=seed)` computes it.
# In our data the truth is known, too: the columns 0 to 4 matter, and the other five are noise.
#
# **Your task.** Write `two_rankings(seed)`:
#
# 1. `X, y = generate_click_data(1250, 10, seed=seed)`; the first 1000 rows are for training, the last 250 for
#    testing;
# 2. `NumpyMLP([10, 16, 1], learning_rate=0.1, seed=seed)`, trained on the training rows by
#    `fit(…, epochs=30, seed=seed)`;
# 3. its `gradient_importance` on the **test rows**, and the forest's importance on the training rows;
# 4. the five most important columns by each, and how many columns the two fives have in common;
# 5. steps 1 to 3 for the network once more, after column 0 was multiplied by 10 in all rows, training and
#    test, as if it had been recorded in a smaller unit.
#
# Return a dictionary: `"theta"` (the parameters of the network, flat), `"gradient"` and `"forest"`
# (importances, `(10,)`), `"top_gradient"` and `"top_forest"` (five columns, in any order), `"overlap"` (a whole
# number), and from step 5 `"theta_x10"` and `"gradient_x10"`.

# %% [markdown] hints="6.23b"
# Steps 2 and 3 for a network are needed twice: a small function inside saves lines.
#
# ---
# `np.argsort(importance)` sorts upward, so the most important columns come last: `[-5:]`.
#
# ---
# Two fives have the columns `set(one) & set(other)` in common.


# %% answer="6.23b"
def two_rankings(seed: int = 0) -> dict:
    """Importances by a network's slopes and by a forest; see the text for the keys."""
    ### BEGIN SOLUTION
    X, y = generate_click_data(1250, 10, seed=seed)

    def network_on(X):
        model = NumpyMLP([10, 16, 1], learning_rate=0.1, seed=seed)
        model.fit(X[:1000], y[:1000], epochs=30, seed=seed)
        return model.get_flat(), gradient_importance(model, X[1000:])

    theta, gradient = network_on(X)
    forest = forest_importance(X[:1000], y[:1000], seed=seed)
    top_gradient, top_forest = np.argsort(gradient)[-5:], np.argsort(forest)[-5:]

    X_x10 = X.copy()
    X_x10[:, 0] *= 10
    theta_x10, gradient_x10 = network_on(X_x10)
    return {
        "theta": theta,
        "gradient": gradient,
        "forest": forest,
        "top_gradient": top_gradient.tolist(),
        "top_forest": top_forest.tolist(),
        "overlap": len(set(top_gradient) & set(top_forest)),
        "theta_x10": theta_x10,
        "gradient_x10": gradient_x10,
    }
    ### END SOLUTION


# %% test="6.23b"
rankings = {}


def result_of(function):
    """Its result for seed 0; it runs once."""
    if rankings.get("of") is not function:
        rankings.update(of=function, result=function(0))
    return rankings["result"]


def ten_importances(name):
    def holds(found):
        return np.shape(found[name]) == (10,) and np.min(found[name]) >= 0

    return such_that(f"a result with ten importances under {name}, none below 0", holds)


def five_of(by):
    def holds(found):
        five, importances = list(map(int, found["top_" + by])), np.array(found[by])
        others = [k for k in range(10) if k not in five]
        return len(others) == 5 and min(importances[five]) >= max(importances[others])

    return such_that(f"a result with the five most important columns under top_{by}", holds)


AT_LEAST_4 = such_that("a result with an overlap of 4 or 5", lambda found: float(found["overlap"]) in (4, 5))
TWO = such_that(
    "a result with two networks", lambda found: not np.allclose(found["theta"], found["theta_x10"])
)
expect("6.23b", lambda: result_of(two_rankings), ten_importances("gradient"))
expect("6.23b", lambda: result_of(two_rankings), ten_importances("forest"))
expect("6.23b", lambda: result_of(two_rankings), ten_importances("gradient_x10"))
expect("6.23b", lambda: result_of(two_rankings), five_of("gradient"))
expect("6.23b", lambda: result_of(two_rankings), five_of("forest"))
expect("6.23b", lambda: result_of(two_rankings), AT_LEAST_4)
expect("6.23b", lambda: result_of(two_rankings), TWO)

# %% [markdown]
# ### The unit of a feature
#
# Recorded in a unit that is ten times as small, column 0 has numbers ten times as large. The new network
# predicts about as well as the old one, but the importance of column 0 falls to less than half, in your own
# run as well.
#
# **Your task.** What does that say? Set `unit_lesson` to a letter.
#
# - **A** a slope is a change per unit: compare features only in units that are comparable, such as standard
#   deviations
# - **B** the network has learned to rely less on column 0
# - **C** large inputs saturate the units, so their gradients vanish and the network cannot use the column
# - **D** gradient importance is random from one training to the next

# %% [markdown] hints="6.23c"
# A step of one new unit is a tenth of a step of one old unit. How much would the prediction change over it,
# if the network computed exactly the same as before?

# %% answer="6.23c"
unit_lesson = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
unit_lesson = "A"
### END SOLUTION

# %% test="6.23c"
expect("6.23c", lambda: unit_lesson, one_letter("ABCD"))

# %% [markdown] commentary="6.23"
# Both methods find the same five columns, though in another order: one measures how fast the prediction
# changes, the other how well a column sorts the rows. A network that predicts exactly the same has a tenth of
# the slope in the new unit. Trained anew it is not quite the same, so the importance falls to between a
# quarter and a ninth; times the column's standard deviation, it is no smaller than before. The forest does not
# notice the unit at all, since it only compares values within a column.

# %% [markdown] written="6.23-written"
# **In your own words (optional, read by a person).** The two rankings agree on the five columns but not on their
# order. What does each of them measure, and when would you trust neither?
#
# ### BEGIN SOLUTION
# The gradient says how much the prediction of this network changes for a small step of the feature, at the rows
# where we look. Impurity importance says how well the feature helped trees to separate the classes of the
# training rows. So x3, which acts through its square, has steep slopes almost everywhere, while a split on
# it separates only part of the rows. Gradients depend on the unit; a forest does not, but it also gives a little
# importance to noise. Trust neither where the model predicts badly, or where two features say nearly
# the same: then either of them can take the credit of both.
# ### END SOLUTION

# %% [markdown] exercise="6.25" title="Integrated gradients" stars=3 minutes=30 needs="6.23"
# A bank has to tell a customer why the loan was refused. "The gradient by your debts" is a poor answer: where the
# network is sure of itself the sigmoid is flat, and all its slopes are close to 0, however much the debts have
# contributed on the way there. Integrated gradients do not look at the end of the way only, but at all of it:
#
# $$\mathrm{IG}_j(\mathbf x)=(x_j-x_{0,j})\int_0^1\frac{\partial f}{\partial x_j}\bigl(\mathbf x_0+t\,(\mathbf
# x-\mathbf x_0)\bigr)\,dt$$
#
# Here $\mathbf x_0$ is a **baseline**, the customer to whom the other one is compared. The integrals add up to
# exactly what there is to explain (*completeness*): $\sum_j\mathrm{IG}_j=f(\mathbf x)-f(\mathbf x_0)$.
#
# Run the next cell. At the start of the sliders, what would the gradient at $\mathbf x$ alone say? How many
# points does the sum need?

# %% picture=true
from utils.explorers.ch06_networks.looking_inside import path_explorer

path_explorer()

# %% [markdown]
# ### By hand
#
# **Your task.** Let $f(x_1,x_2)=x_1x_2^2$, with the baseline $(0,0)$ and $\mathbf x=(2,3)$. Compute the
# two integrals exactly: set `ig_1` and `ig_2`. Then set `naive_sum` to what "gradient times input",
# $\sum_jx_j\,\partial f/\partial x_j(\mathbf x)$, gives instead.

# %% [markdown] hints="6.25a"
# On the path, $x_1=2t$ and $x_2=3t$. Write $\partial f/\partial x_1=x_2^2$ as a function of $t$ and
# integrate from 0 to 1; then multiply by $x_1-0$.
#
# ---
# Check the first two with completeness: together they must be $f(2,3)$. The third need not.

# %% answer="6.25a"
ig_1 = ...  # a number
ig_2 = ...  # a number
naive_sum = ...  # a number
### BEGIN SOLUTION
ig_1 = 2 * 9 / 3
ig_2 = 3 * 2 * 2 * 3 / 3
naive_sum = 2 * 3**2 + 3 * 2 * 2 * 3
### END SOLUTION

# %% test="6.25a"
expect("6.25a", lambda: ig_1, is_number)
expect("6.25a", lambda: ig_2, is_number)
expect("6.25a", lambda: naive_sum, is_number)

# %% [markdown]
# ### As a function
#
# **Your task.** Write `integrated_gradients(grad_fn, x, x0, m=50)`: an array `(d,)`. `grad_fn` takes points as
# rows, `(k, d)`, and returns the gradients of $f$ there, `(k, d)`. Replace the integral by a sum with `m` slices:
# a left, right or midpoint sum, or the trapezoidal rule with `m + 1` points; all of them are accepted.
#
# **Example.** For $f=3x_1-2x_2$ the gradient is $(3,-2)$ everywhere, so from $\mathbf x_0=(1,1)$ to
# $\mathbf x=(2,5)$ the result is $(3,-8)$, with any `m`.

# %% [markdown] hints="6.25"
# First the points: `x0 + t * (x - x0)`, for $t$ in the middle of each of the `m` slices of 0 to 1.
#
# ---
# With `t[:, None]`, of the shape `(m, 1)`, that line makes all the points as rows, and a single call of
# `grad_fn` is enough.
#
# ---
# The integral over an interval of length 1 is the mean of the slopes. Do not forget the factor in front of it.


# %% answer="6.25"
def integrated_gradients(grad_fn, x: np.ndarray, x0: np.ndarray, m: int = 50) -> np.ndarray:
    """What each input contributes to f(x) - f(x0), (d,); a sum with m slices."""
    ### BEGIN SOLUTION
    t = (np.arange(m) + 0.5) / m
    points = x0 + t[:, None] * (x - x0)
    return (x - x0) * grad_fn(points).mean(axis=0)
    ### END SOLUTION


# %% test="6.25" decides=true
def of_plane(points):
    """The gradients of 3 x1 - 2 x2."""
    return np.tile([3.0, -2.0], (len(points), 1))


def of_squares(points):
    """The gradients of x1 ** 2 + x2 ** 2."""
    return 2 * points


def near(*wanted, within):
    said = f"{list(wanted)}, up to {within}"
    return such_that(said, lambda v: np.shape(v) == (2,) and np.all(np.abs(v - np.array(wanted)) <= within))


def points_for(m):
    """At how many points your function asks for the gradient."""
    asked = []

    def counting(points):
        asked.append(len(points))
        return of_plane(points)

    integrated_gradients(counting, end, start, m)
    return sum(asked)


start, end = np.array([1.0, 1.0]), np.array([2.0, 5.0])
SEVEN = such_that("7, or 8 for the trapezoidal rule", lambda count: count in (7, 8))
expect("6.25", lambda: integrated_gradients(of_plane, end, start), [3.0, -8.0], rtol=1e-4)
expect("6.25", lambda: integrated_gradients(of_plane, end, start, 7), [3.0, -8.0], rtol=1e-4)
expect("6.25", lambda: (integrated_gradients, points_for(7))[1], SEVEN)
expect("6.25", lambda: integrated_gradients(of_squares, end, start), near(3.0, 24.0, within=0.4))
expect("6.25", lambda: integrated_gradients(of_squares, end, start, 1000), near(3.0, 24.0, within=0.02))
expect("6.25", lambda: integrated_gradients(of_squares, -end, start, 1000), near(3.0, 24.0, within=0.04))

# %% [markdown] commentary="6.25"
# All points go through `grad_fn` in one call, as one batch. The mean over the slices is the integral, and the
# midpoints make it exact for gradients that change linearly; a left or right sum errs by about 1/m there.
# The factor x − x₀ turns a slope into a change. Without it the attributions have the wrong unit and add up to
# nothing.

# %% [markdown]
# ### What drives the risk
#
# The credit data has eight columns, `CREDIT_FEATURES`, in standard deviations from the average customer, so that the
# baseline 0 **is** the average customer. (With raw numbers it would be somebody without income and age.) We
# explain the probability of a default, $f=\hat y$.
#
# **Your task.** Write `drivers(seed)`, with `input_gradients` of 6.23:
#
# 1. `X, y = generate_credit_data(3000, seed=seed)` and `NumpyMLP([8, 16, 1], learning_rate=0.1, seed=seed)`,
#    trained by `fit(X, y, epochs=20, seed=seed)`;
# 2. the 200 rows of `X` with the highest predicted probability;
# 3. `integrated_gradients` for each of them, with the baseline 0 and `m=50`;
# 4. the completeness gap: the largest absolute difference, over the 200 rows, between the sum of a row's
#    attributions and $f(\mathbf x)-f(\mathbf 0)$;
# 5. the three features with the largest mean attribution, by name.
#
# Return a dictionary: `"theta"` (the trained parameters, flat), `"rows"` (the 200 row numbers), `"attributions"`
# `(200, 8)` in the same order, `"gap"` (a number), `"top_three"` (three names, in any order).

# %% [markdown] hints="6.25b"
# `np.argsort(p)[-200:]` are the rows with the 200 highest probabilities.
#
# ---
# `grad_fn` has one argument, `input_gradients` has two: `lambda points: input_gradients(model, points)`.
#
# ---
# $f(\mathbf 0)$ is `model.predict_proba(np.zeros((1, 8)))[0]`, and it is not 0.


# %% answer="6.25b"
def drivers(seed: int = 0) -> dict:
    """What drives the risk of the 200 riskiest customers; see the text for the keys."""
    ### BEGIN SOLUTION
    X, y = generate_credit_data(3000, seed=seed)
    model = NumpyMLP([8, 16, 1], learning_rate=0.1, seed=seed)
    model.fit(X, y, epochs=20, seed=seed)
    p = model.predict_proba(X)
    rows = np.argsort(p)[-200:]
    average = np.zeros(8)

    def slopes(points):
        return input_gradients(model, points)

    attributions = np.array([integrated_gradients(slopes, x, average, 50) for x in X[rows]])
    change = p[rows] - model.predict_proba(average[None])[0]
    largest = np.argsort(attributions.mean(axis=0))[-3:]
    return {
        "theta": model.get_flat(),
        "rows": rows,
        "attributions": attributions,
        "gap": np.max(np.abs(attributions.sum(axis=1) - change)),
        "top_three": [CREDIT_FEATURES[k] for k in largest],
    }
    ### END SOLUTION


# %% test="6.25b"
THREE = such_that("three names of CREDIT_FEATURES", lambda v: len(set(v) & set(CREDIT_FEATURES)) == 3)
SMALL = such_that("a gap below 0.04", lambda v: 0 <= float(v) < 0.04)
TABLE = such_that("a row of 8 for each of 200 customers", lambda v: np.shape(v) == (200, 8))
ROWS = such_that("200 row numbers", lambda v: np.shape(v) == (200,) and len(set(np.ravel(v))) == 200)
expect("6.25b", lambda: drivers(0)["rows"], ROWS)
expect("6.25b", lambda: drivers(0)["attributions"], TABLE)
expect("6.25b", lambda: drivers(0)["gap"], SMALL)
expect("6.25b", lambda: drivers(0)["top_three"], THREE)

# %% [markdown]
# ### The gap
#
# A colleague runs your function with `m=50` on a ReLU network and finds that the attributions of a customer add up
# to 0.640, while the probability rises by 0.644. "Completeness is a theorem," she says. "So there is a mistake
# in the code."
#
# **Your task.** Who or what is to blame? Set `gap_lesson` to a letter.
#
# - **A** the sum: the theorem is about the integral, and 50 slices only come near it
# - **B** the code: completeness must hold to the last digit
# - **C** the baseline: with the right one the sum would be exact
# - **D** the training: completeness holds for a well-trained network only

# %% [markdown] hints="6.25c"
# Move `m` in the picture above. Which side of the equation changes?

# %% answer="6.25c"
gap_lesson = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
gap_lesson = "A"
### END SOLUTION

# %% test="6.25c"
expect("6.25c", lambda: gap_lesson, one_letter("ABCD"))

# %% [markdown] commentary="6.25"
# Debts, utilization and late payments come out on top for every seed that we tried, and all three push the risk
# up. The gradient of a ReLU network jumps along the path, so a sum with 50 slices misses the integral by a
# little; the gap gets smaller with more slices, which a mistake in the code would not do.

# %% [markdown] written="6.25-written"
# **In your own words (optional, read by a person).** Write the paragraph that the bank could send: what drove the
# risk of the riskiest customers, compared to whom, and how far the numbers can be trusted.
#
# ### BEGIN SOLUTION
# Compared with the average customer, whose probability of a default the network puts at about 0.2, the 200
# riskiest customers have about 0.7 more. Nearly all of it comes from three features, and all of them raise the
# risk: with seed 0 debts 0.32, late payments 0.24 and utilization 0.17 on average. The numbers explain the
# network, not the world, and they explain its probability: attributions of the logit would be other numbers.
# They add up to the change within 0.006. Another baseline is another question: compared with a
# customer without debts the share of the debts would be larger.
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/08_looking_inside")

# %% [markdown]
# {{next}}
