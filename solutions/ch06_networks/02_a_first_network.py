# %% [markdown]
# # A first network
#
# Units and layers become a network that learns. You train one on data that a single layer cannot explain,
# then open it: what does the backward pass compute, equation by equation, and how do you find out that
# somebody's backward pass (yours, too) computes something else?
#
# > **Conventions in this chapter.** A batch is a matrix $X$ of the shape `(n, d)`, one row per example, and
# > its labels are `y` of the shape `(n,)`. A layer has weights $W$ of the shape **(outputs, inputs)** and a
# > bias $\mathbf b$; for a batch it computes $Z = AW^T+\mathbf b$ and then its activation, number by number.
# > A loss is the **mean** over the rows of the batch. A function that you write leaves its arguments as
# > they were.

# %% setup=true
from functools import cache

import numpy as np

from utils import (
    ACTIVATION_GRADIENTS,
    NumpyMLP,
    expect,
    generate_click_data,
    grade,
    is_number,
    is_whole_number,
    one_letter,
    progress,
    roc_auc,
    such_that,
)
from utils.answers import letters


def between(low, high):
    """A kind of value for `expect`: a number from low to high."""
    return such_that(f"a number from {low:g} to {high:g}", lambda value: low <= np.squeeze(value) <= high)


def letter_for(*names, options):
    """A kind of value for `expect`: a dict with a letter for each of these names."""
    wanted = {name.lower() for name in names}
    return such_that(
        f"a letter of {options.upper()} for each of {', '.join(names)}",
        lambda found: {str(name).strip().lower() for name in found} == wanted
        and all(len(letters(one, options)) == 1 for one in found.values()),
    )


# %% [markdown] exercise="6.5" title="Clicks" stars=1 minutes=25 needs="6.3"
# Will a visitor click? Questions of this kind pay for much of the internet, and for years the answer was
# *logistic regression*: a network without a hidden layer, $p=\sigma(\mathbf w\cdot\mathbf x+b)$. When is a
# network with hidden layers worth its price? The honest answer is an experiment in which only the layers
# differ.
#
# **How good is a prediction?** A model gives every row a score, here a probability. Set a threshold, and
# all rows above it count as clicks: some rightly, some wrongly. A high threshold finds few of the clicks, a
# low one raises many false alarms. The *ROC curve* shows all thresholds at once, and the area under it, the
# **AUC**, is the probability that a click has a higher score than a row without one: 1 is perfect, and 0.5
# is guessing.
#
# Run the next cell (Shift+Enter) and move its sliders. Which of the two changes the area?

# %% picture=true
from utils.explorers.ch06_networks.a_first_network import roc_explorer

roc_explorer()

# %% [markdown]
# ### The experiment
#
# The data is simulated, so that the law behind it is known. It has $d=10$ features, of which five matter:
#
# $$\text{logit}=0.8x_0-0.6x_1+0.8x_2+1.5\,x_0x_1+(x_3^2-1)+\tanh(2x_4)-1,\qquad
# P(\text{click})=\sigma(\text{logit})$$
#
# The models are two networks of the class `NumpyMLP`, whose code (170 lines in
# `utils/networks/numpy_mlp.py`) is worth reading. This is all that you need of it:
#
# | call | what it does |
# |---|---|
# | `model = NumpyMLP([10, 32, 16, 1], learning_rate=0.01, seed=seed)` | two hidden ReLU layers, a sigmoid output |
# | `model.fit(X, y, epochs=100, batch_size=64, seed=seed)` | trains on batches of 64 shuffled rows |
# | `model.predict_proba(X)` | the probabilities, `(n,)` |
# | `model.predict(X)` | labels 0 and 1, `(n,)` |
# | `roc_auc(y, scores)` | the area under the ROC curve |
#
# `NumpyMLP([10, 1])` has no hidden layer: it is logistic regression.
#
# **Your task.** Write `click_auc_experiment(seed=0)`:
#
# 1. `generate_click_data(n_samples=5000, n_features=10, seed=seed)` gives `X` and `y`. The first 4000 rows
#    are for training, the last 1000 for validation.
# 2. Train a logistic regression and a `NumpyMLP([10, 32, 16, 1])`, both with the learning rate 0.01, batches
#    of **64** rows and 100 epochs.
# 3. Return `{"logistic_auc": …, "mlp_auc": …}`: the AUC of each on the **validation** rows.
#
# A run takes about a second.
#
# **Example.** With `seed=0` the logistic regression has an AUC of about 0.735.

# %% [markdown] hints="6.5"
# `X[:4000]` are the first 4000 rows and `X[4000:]` the rest; `y` is cut in the same way.
#
# ---
# Both models go through the same three lines, so write a function of the layer sizes inside of yours: make the
# network, fit it to the training rows, return the AUC on the validation rows.
#
# ---
# The AUC looks at the *order* of the scores. Give it the probabilities: labels 0 and 1 know only two places.


# %% answer="6.5"
def click_auc_experiment(seed: int = 0) -> dict:
    """The validation AUC of a logistic regression and of a network on click data of this seed."""
    ### BEGIN SOLUTION
    X, y = generate_click_data(n_samples=5000, n_features=10, seed=seed)
    X_train, y_train, X_val, y_val = X[:4000], y[:4000], X[4000:], y[4000:]

    def validation_auc(layer_sizes):
        model = NumpyMLP(layer_sizes, learning_rate=0.01, seed=seed)
        model.fit(X_train, y_train, epochs=100, batch_size=64, seed=seed)
        return roc_auc(y_val, model.predict_proba(X_val))

    return {"logistic_auc": validation_auc([10, 1]), "mlp_auc": validation_auc([10, 32, 16, 1])}
    ### END SOLUTION


# %% test="6.5"
@cache
def at_seed_0():
    return click_auc_experiment(seed=0)


expect("6.5", lambda: at_seed_0()["logistic_auc"], between(0.732, 0.738))
expect("6.5", lambda: at_seed_0()["mlp_auc"], between(0.845, 0.89))

# %% [markdown] commentary="6.5"
# The inner function makes sure that the two runs differ in the layers and in nothing else: same rows, same
# epochs, same seed. That is what a comparison needs. Only the training rows go into `fit`, so the validation
# rows are new to both models.

# %% [markdown]
# ### Why does the network win?
#
# It does for every seed that we tried. The reason stands in the law of the data: the logit that a logistic
# regression can learn is a *linear* function of the features (plus a constant), and the true logit is not.
# The features are independent of each other and have a standard normal distribution.
#
# **Your task.** Four terms of the true logit: how much of each can a logistic regression represent? Fill the
# dictionary `terms` with a letter for each.
#
# - **A** all of it
# - **B** a part of it: the term rises and falls with a feature, but not along a straight line
# - **C** nothing: no linear function of the features follows it, not even in part

# %% [markdown] hints="6.5b"
# Fix all features but one and draw the term as a function of that one. If it were replaced by the best
# straight line, what would be left of it?
#
# ---
# $x_0x_1$ rises with $x_0$ where $x_1$ is positive, and falls with it where $x_1$ is negative; both happen
# equally often. And a parabola falls as much as it rises.

# %% answer="6.5b"
terms = ...  # a dict: {"0.8 x2": a letter, "1.5 x0 x1": a letter, "x3^2 - 1": a letter, "tanh(2 x4)": a letter}
### BEGIN SOLUTION
terms = {"0.8 x2": "A", "1.5 x0 x1": "C", "x3^2 - 1": "C", "tanh(2 x4)": "B"}
### END SOLUTION

# %% test="6.5b"
expect("6.5b", lambda: terms, letter_for("0.8 x2", "1.5 x0 x1", "x3^2 - 1", "tanh(2 x4)", options="abc"))

# %% [markdown]
# ### The same network, and it loses
#
# A colleague repeats the experiment and reports that the network is *worse* than logistic regression. All
# settings are yours, except one: all 4000 training rows are one batch. (The source of this exercise says
# nothing about the size of a batch.) Run the next cell to see both.

# %% picture=true
from utils.explorers.ch06_networks.a_first_network import batch_size_picture

batch_size_picture()

# %% [markdown]
# **Your task.** An *update* is one step of gradient descent. How many does the network make in 100 epochs on
# 4000 rows? Set `updates_64` for batches of 64 rows and `updates_4000` for a single batch of all rows.

# %% [markdown] hints="6.5c"
# In an epoch every row is used once, and every batch makes one update.
#
# ---
# 4000 is no multiple of 64: the last batch of an epoch is smaller than the others, and it counts, too.

# %% answer="6.5c"
updates_64 = ...  # a whole number
updates_4000 = ...  # a whole number
### BEGIN SOLUTION
updates_64 = 100 * 63
updates_4000 = 100 * 1
### END SOLUTION

# %% test="6.5c"
expect("6.5c", lambda: updates_64, is_whole_number)
expect("6.5c", lambda: updates_4000, is_whole_number)

# %% [markdown] commentary="6.5"
# Half a batch is rounded up: 62.5 batches are 63. An epoch is a pass through the data, and not a unit of
# learning; with the learning rate as it is, a network that has made a hundred small steps is simply not
# trained yet. So a comparison must say its batch size, or it says nothing.

# %% [markdown] written="6.5-written"
# **In your own words (optional, read by a person).** Does the network outperform logistic regression here,
# and why? Say what the process that made the data has to do with it, and how much better than the network
# any model could be.
#
# ### BEGIN SOLUTION
# Yes: at seed 0 the network has a validation AUC of about 0.87 and logistic regression one of 0.735. The logit
# of a logistic regression is linear in the features. The true logit contains the product $x_0x_1$ and the
# square of $x_3$, of which no linear function can follow anything; hidden units can bend and so learn both.
#
# Nothing can be better than the true probabilities themselves, because the labels are drawn from them by
# chance. Their AUC is about 0.87 to 0.89, so there is little left to gain.
# ### END SOLUTION

# %% [markdown] exercise="6.6" title="Backpropagation through three layers" stars=2 minutes=25 needs="6.2"
# `fit` in the last exercise called `backward` thousands of times. Here you write it for one network, by hand.
# Six lines are enough, and they are the same six lines in every library; whoever has derived them once knows
# what a framework does, and what it costs.
#
# The network has the layers $[d, h_1, h_2, 1]$: two hidden tanh layers and a sigmoid output. For a batch $X$
# of $n$ rows, with $A_0=X$:
#
# $$\begin{aligned}Z_1&=XW_1^T+\mathbf b_1&A_1&=\tanh Z_1\\Z_2&=A_1W_2^T+\mathbf b_2&A_2&=\tanh Z_2\\
# Z_3&=A_2W_3^T+\mathbf b_3&P&=\sigma(Z_3)\end{aligned}\qquad
# L=-\frac1n\sum_{i=1}^n\bigl(y_i\log p_i+(1-y_i)\log(1-p_i)\bigr)$$

# %% picture=true
from utils.explorers.ch06_networks.units_and_layers import layers_picture

layers_picture([3, 5, 4, 1], ["X", "Z1, A1", "Z2, A2", "Z3, P"])

# %% [markdown]
# ### The equations
#
# Backpropagation goes through the picture from the right to the left. Let $\Delta_\ell=\partial L/\partial
# Z_\ell$, a matrix of the same shape as $Z_\ell$. Once $\Delta_\ell$ is known, two short formulas give the
# gradients of the layer's weights and biases, and a third one gives $\Delta_{\ell-1}$.
#
# Two facts save work. Behind a sigmoid, the slope of the cross-entropy has $p(1-p)$ in its denominator, and
# the slope of the sigmoid is $p(1-p)$. And the slope of tanh can be written with its output (6.2).
#
# **Your task.** Derive the equations on paper. Then fill the dictionary `equations`: a letter for each of
# the seven names. $Y$ is the column of the labels, of the shape $(n, 1)$, and $\odot$ multiplies number by
# number; $\ell$ stands for any layer.
#
# | letter | expression | letter | expression |
# |---|---|---|---|
# | **A** | $(P-Y)/n$ | **B** | $(P-Y)\odot P\odot(1-P)/n$ |
# | **C** | $(\Delta_3W_3)\odot(1-A_2\odot A_2)$ | **D** | $(\Delta_3W_3)\odot(1-Z_2\odot Z_2)$ |
# | **E** | $\Delta_2W_2$ | **F** | $(\Delta_2W_2)\odot(1-A_1\odot A_1)$ |
# | **G** | $\Delta_3^TA_2$ | **H** | $\Delta_3^TP$ |
# | **I** | $\Delta_2^TA_1$ | **J** | $A_1^T\Delta_2$ |
# | **K** | the sum of the rows of $\Delta_\ell$ | **L** | the mean of the rows of $\Delta_\ell$ |

# %% [markdown] hints="6.6a"
# Begin with one row, where everything is a number or a vector: $\partial L/\partial p=-y/p+(1-y)/(1-p)$,
# brought to one fraction, times $\sigma'(z_3)=p(1-p)$.
#
# ---
# Shapes decide most of the rest. $\partial L/\partial W_2$ has the shape of $W_2$, $(h_2, h_1)$, while
# $\Delta_2$ is $(n, h_2)$ and $A_1$ is $(n, h_1)$.
#
# ---
# The $1/n$ of the mean comes in once, at the beginning. A bias is added to every row, so the slopes of all
# rows add up.

# %% answer="6.6a"
equations = ...  # a dict with a letter for each of "Delta3", "Delta2", "Delta1", "W3", "W2", "b3", "b2"
### BEGIN SOLUTION
equations = {"Delta3": "A", "Delta2": "C", "Delta1": "F", "W3": "G", "W2": "I", "b3": "K", "b2": "K"}
### END SOLUTION

# %% test="6.6a"
names = "Delta3", "Delta2", "Delta1", "W3", "W2", "b3", "b2"
expect("6.6a", lambda: equations, letter_for(*names, options="abcdefghijkl"))

# %% [markdown]
# ### The equations as a program
#
# **Your task.** Write `backprop_tanh_bce(params, X, y)`. `params` is a dictionary with `"W1"` $(h_1, d)$,
# `"b1"` $(h_1,)$, `"W2"` $(h_2, h_1)$, `"b2"` $(h_2,)$, `"W3"` $(1, h_2)$ and `"b3"` $(1,)$; `X` is $(n, d)$ and
# `y` is $(n,)$, with 0 and 1. Return a dictionary with the same names: the gradients of the mean cross-entropy,
# each in the shape of its parameter.
#
# Use NumPy and nothing else: PyTorch and the networks in `utils` are taken away in the complete check.
#
# **Example.** With one number per layer, $x=2$, all three weights 1, all biases 0 and $y=1$: $a_1=0.9640$,
# $a_2=0.7461$, $p=0.6783$, so that $\partial L/\partial b_3=p-y=-0.3217$ and
# $\partial L/\partial W_3=-0.3217\cdot0.7461=-0.2400$.

# %% [markdown] hints="6.6"
# First the forward pass, six lines, which keeps `A1`, `A2` and `P`. Then the equations, from the last layer to
# the first.
#
# ---
# `P` is $(n, 1)$ and `y` is $(n,)$. NumPy makes an $n\times n$ matrix of their difference, without a warning:
# `y[:, None]` or `y.reshape(-1, 1)` is the column that you want.
#
# ---
# `delta @ W` carries back through a layer, `delta.T @ A` is the gradient of its weights, and
# `delta.sum(axis=0)` that of its biases.


# %% answer="6.6"
def backprop_tanh_bce(params: dict, X: np.ndarray, y: np.ndarray) -> dict:
    """The gradients of the mean cross-entropy of a tanh, tanh, sigmoid network, under the names of params."""
    ### BEGIN SOLUTION
    A1 = np.tanh(X @ params["W1"].T + params["b1"])
    A2 = np.tanh(A1 @ params["W2"].T + params["b2"])
    P = 1 / (1 + np.exp(-(A2 @ params["W3"].T + params["b3"])))

    delta3 = (P - y[:, None]) / len(y)
    delta2 = delta3 @ params["W3"] * (1 - A2**2)
    delta1 = delta2 @ params["W2"] * (1 - A1**2)
    return {
        "W1": delta1.T @ X,
        "b1": delta1.sum(axis=0),
        "W2": delta2.T @ A1,
        "b2": delta2.sum(axis=0),
        "W3": delta3.T @ A2,
        "b3": delta3.sum(axis=0),
    }
    ### END SOLUTION


# %% test="6.6" decides=true
small = {
    "W1": np.array([[1.0, -0.5], [0.5, 0.8]]),
    "b1": np.array([0.2, -0.3]),
    "W2": np.array([[0.6, -1.0], [0.9, 0.4]]),
    "b2": np.array([0.1, 0.3]),
    "W3": np.array([[1.2, -0.7]]),
    "b3": np.array([-0.2]),
}
two_rows, two_labels = np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([1, 0])


def gradient_of(name):
    return backprop_tanh_bce(small, two_rows, two_labels)[name]


expect("6.6", lambda: gradient_of("b3"), [-0.132905], rtol=1e-4)
expect("6.6", lambda: gradient_of("W3"), [[0.254041, -0.416932]], rtol=1e-4)
expect("6.6", lambda: gradient_of("b2"), [0.0279182, 0.00507414], rtol=1e-4)
expect("6.6", lambda: gradient_of("W2"), [[-0.312581, -0.404569], [0.139305, 0.1922]], rtol=1e-4)
expect("6.6", lambda: gradient_of("b1"), [-0.0183084, -0.289488], rtol=1e-4)
expect("6.6", lambda: gradient_of("W1"), [[-0.0710216, -0.0761517], [0.363111, -0.0895273]], rtol=1e-4)

# %% [markdown] commentary="6.6"
# Each line is one of the equations, and the forward pass keeps only what they need: the pre-activations are
# never asked for again. The label's column is made once, where P meets y; everything after that is two-dimensional,
# and a forgotten axis would show as a wrong shape instead of a wrong number.

# %% [markdown] written="6.6-written"
# **In your own words (optional, read by a person).** Show once, for one row, how $\partial L/\partial z_3$
# becomes $p-y$, and write down the gradients of all six parameter groups.
#
# ### BEGIN SOLUTION
# For one row, $\partial L/\partial p=-\frac yp+\frac{1-y}{1-p}=\frac{p-y}{p(1-p)}$ and
# $\partial p/\partial z_3=p(1-p)$. In the product the denominator cancels, and $\partial L/\partial z_3=p-y$
# remains.
#
# With $\Delta_3=(P-Y)/n$, $\Delta_2=(\Delta_3W_3)\odot(1-A_2\odot A_2)$ and
# $\Delta_1=(\Delta_2W_2)\odot(1-A_1\odot A_1)$: the weights have the gradients $\Delta_3^TA_2$, $\Delta_2^TA_1$ and
# $\Delta_1^TX$, and the biases the sums of the rows of $\Delta_3$, $\Delta_2$ and $\Delta_1$.
# ### END SOLUTION

# %% [markdown] exercise="6.7" title="Gradient checking" stars=2 minutes=35 needs="6.6"
# A wrong backward pass rarely stops with an error. The network trains, a little worse than it should, and
# nobody knows why. There is a test that needs no other implementation: a gradient says how the loss changes
# when a parameter moves a little, so move it a little and look.
#
# The *central difference* goes to either side,
#
# $$\frac{\partial L}{\partial\theta}\approx\frac{L(\theta+\varepsilon)-L(\theta-\varepsilon)}{2\varepsilon},$$
#
# the *forward difference* to one side only. Run the next cell and move the slider `exponent`, which is the
# exponent of $\varepsilon$. Why does the error grow again when $\varepsilon$ becomes very small? And how many
# digits does the second evaluation buy?

# %% picture=true
from utils.explorers.ch06_networks.a_first_network import difference_explorer

difference_explorer()

# %% [markdown]
# ### Two tools
#
# **Your task.** Write two functions.
#
# `numerical_gradient(loss_fn, params, eps=1e-5)`: `params` is a dictionary of float64 arrays of any shapes, and
# `loss_fn(params)` is a number, the loss with the parameters that it is given. Return a dictionary with
# the same names: the central difference for **every entry** of every array, in the shape of that array. When
# your function is done, `params` holds what it held before.
#
# `relative_error(a, n)`: how far the arrays `a` and `n` of the same shape (an *analytical* and a *numerical*
# gradient) are apart, as one number: the norm of their difference, divided by the larger one of their two
# norms. Where both are 0, it is 0.
#
# **Example.** For `loss_fn = lambda p: float(np.sum(p["w"] ** 2))` and `{"w": np.array([1.0, 3.0])}` the gradient is
# `{"w": [2.0, 6.0]}`. `relative_error` of $(3, 4)$ and $(3, 3.5)$ is $0.5/5=0.1$.

# %% [markdown] hints="6.7"
# `for place in np.ndindex(value.shape)` goes through all places of an array of any shape, and `value[place]` is
# the entry there.
#
# ---
# Keep the old entry in a variable. Set the entry a little higher and compute the loss, set it a little lower and
# compute the loss, then put the old entry back.
#
# ---
# `np.linalg.norm` is the norm. Look at the case 0/0 before you divide.


# %% answer="6.7"
def numerical_gradient(loss_fn, params: dict, eps: float = 1e-5) -> dict:
    """The central difference of loss_fn(params) for every entry of the arrays in params."""
    ### BEGIN SOLUTION
    gradient = {}
    for name, value in params.items():
        slopes = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            old = value[place]
            value[place] = old + eps
            above = loss_fn(params)
            value[place] = old - eps
            below = loss_fn(params)
            value[place] = old
            slopes[place] = (above - below) / (2 * eps)
        gradient[name] = slopes
    return gradient
    ### END SOLUTION


def relative_error(a: np.ndarray, n: np.ndarray) -> float:
    """The norm of a - n, divided by the larger norm of the two; 0 where both are 0."""
    ### BEGIN SOLUTION
    size = max(np.linalg.norm(a), np.linalg.norm(n))
    return float(np.linalg.norm(a - n) / size) if size > 0 else 0.0
    ### END SOLUTION


# %% test="6.7" decides=true
def a_loss(params):
    return float(np.sum(params["w"] ** 3) * params["b"][0])


def some_params():
    return {"w": np.array([[1.0, 2.0], [3.0, 0.5]]), "b": np.array([2.0])}


def after_the_call():
    params = some_params()
    numerical_gradient(a_loss, params)
    return params["w"]


# w³ rises by 3w², and the central difference of a cube is 3w² + eps²
expect("6.7", lambda: numerical_gradient(a_loss, some_params())["w"], [[6.0, 24.0], [54.0, 1.5]], rtol=1e-8)
expect("6.7", lambda: numerical_gradient(a_loss, some_params())["b"], [36.125], rtol=1e-8)
expect("6.7", lambda: numerical_gradient(a_loss, some_params(), 0.5)["w"], [[6.5, 24.5], [54.5, 2.0]])
expect("6.7", after_the_call, [[1.0, 2.0], [3.0, 0.5]], rtol=1e-12)
vector, other = np.array([3.0, 4.0]), np.array([3.0, 3.5])
expect("6.7", lambda: relative_error(vector, other), between(0.04, 0.15))
expect("6.7", lambda: relative_error(vector / 1e6, other / 1e6), between(0.04, 0.15))
expect("6.7", lambda: relative_error(np.array([1.0, 1e-9]), np.array([1.0, 2e-9])), between(0, 1e-6))
expect("6.7", lambda: np.squeeze(relative_error(np.zeros(2), np.zeros(2))), 0.0)

# %% [markdown] commentary="6.7"
# The old entry is kept and put back, instead of adding and subtracting eps: (x + eps) − 2 eps + eps is not always x
# in floating point. The norm of the difference judges the gradient as a whole, so an entry that is nearly 0, and
# consists of rounding, cannot raise an alarm.

# %% [markdown]
# ### Checking a network
#
# Now the tools meet a network of the class `NumpyMLP`, and a network with a bug. This is its backward pass:

# %%
import inspect

print(inspect.getsource(NumpyMLP.backward))

# %% [markdown]
# **Your task.**
#
# `gradient_check(model, X, y)`: the `relative_error` between `model.backward(y)` and the numerical gradient of the
# model's loss, **over all parameters together**: put the entries of all of them into one vector each. The loss is
# `model.compute_loss(model.forward(X), y)`, and `forward` computes with what is in `model.params`. Afterwards the
# model has the parameters that it had before.
#
# `class BuggyMLP(NumpyMLP)`: the same network with a bug. Its `__init__` is given; write `backward(y)` as above, but
# leave out the derivative of the activation of **hidden layer** `self.bug_layer`. (Nothing else changes; the weights
# of the layer behind it still carry back what they should.)

# %% [markdown] hints="6.7b"
# The function that `numerical_gradient` calls gets a dictionary of parameters. Put it into the model before you call
# `forward`: `model.params = params`.
#
# ---
# `backward` uses what the **last** `forward` has kept. The numerical gradient calls `forward` many times, with
# parameters that are a little off. When must you call `forward` and `backward` for the analytical gradient?
#
# ---
# `np.concatenate([gradient[name].ravel() for name in model.params])` makes one vector of a gradient.
#
# ---
# For the bug, copy `backward` from above. Inside of `if layer > 1` the slope belongs to hidden layer `layer - 1`;
# multiply by it only where that is not `bug_layer`.


# %% answer="6.7b"
def gradient_check(model: NumpyMLP, X: np.ndarray, y: np.ndarray) -> float:
    """The relative error of model.backward, over all parameters together."""
    ### BEGIN SOLUTION
    params = model.params

    def loss(given):
        model.params = given
        return model.compute_loss(model.forward(X), y)

    def as_vector(gradient):
        return np.concatenate([gradient[name].ravel() for name in params])

    numerical = numerical_gradient(loss, params)
    model.params = params
    model.forward(X)
    return relative_error(as_vector(model.backward(y)), as_vector(numerical))
    ### END SOLUTION


class BuggyMLP(NumpyMLP):
    """A NumpyMLP whose backward pass forgets the derivative of the activation of one hidden layer."""

    def __init__(self, layer_sizes, bug_layer=1, **options):
        super().__init__(layer_sizes, **options)
        self.bug_layer = bug_layer

    def backward(self, y):
        ### BEGIN SOLUTION
        delta = self.output_delta(y)
        self.grads = {}
        for layer in range(self.L, 0, -1):
            self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"]
            self.grads[f"b{layer}"] = delta.sum(axis=0)
            if layer > 1:
                delta = delta @ self.params[f"W{layer}"]
                if layer - 1 != self.bug_layer:
                    delta = delta * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer - 1}"])
        return self.grads
        ### END SOLUTION


# %% test="6.7b"
rng = np.random.default_rng(0)
five_rows, five_labels = rng.normal(size=(5, 4)), np.array([0, 1, 0, 1, 1])


def error_of(kind, *which, seed=0):
    """What your check says of a tanh network of this kind."""
    return gradient_check(kind([4, 3, 2, 1], *which, activation="tanh", seed=seed), five_rows, five_labels)


def weights_after_a_check():
    model = NumpyMLP([4, 3, 2, 1], activation="tanh")
    gradient_check(model, five_rows, five_labels)
    return model.params["W1"]


def bug_gradient(name, bug_layer):
    model = BuggyMLP([4, 3, 2, 1], bug_layer, activation="tanh")
    model.forward(five_rows)
    return model.backward(five_labels)[name]


expect("6.7b", lambda: error_of(NumpyMLP), between(0, 1e-7))
expect("6.7b", lambda: error_of(BuggyMLP, 1), between(0.1, 0.9))
expect("6.7b", lambda: error_of(BuggyMLP, 2), between(0.1, 0.9))
expect("6.7b", weights_after_a_check, NumpyMLP([4, 3, 2, 1]).params["W1"], rtol=1e-12)
expect("6.7b", lambda: bug_gradient("b1", 1), [0.116750, 0.048759, 0.056516], rtol=1e-4)
expect("6.7b", lambda: bug_gradient("b2", 1), [-0.030849, -0.097320], rtol=1e-4)
expect("6.7b", lambda: bug_gradient("b2", 2), [-0.073255, -0.185530], rtol=1e-4)

# %% [markdown] commentary="6.7"
# The check of the network calls `forward` once more before `backward`: the cache must belong to the parameters that
# are checked. The buggy class multiplies in two steps, so that the one that is left out stands alone in its line.

# %% [markdown]
# ### Where is the line?
#
# The next cell makes a table with your functions: tanh networks with the layers $[4, 3, 2, 1]$ and five rows,
# twenty different seeds, without a bug and with one.

# %%
def error_table(seeds):
    """The relative errors of right and buggy networks, {name: a list of numbers}."""
    table = {"no bug": [], "bug in layer 1": [], "bug in layer 2": []}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(5, 4)), np.array([0, 1, 0, 1, 1])
        options = {"activation": "tanh", "seed": seed}
        models = [NumpyMLP([4, 3, 2, 1], **options)]
        models += [BuggyMLP([4, 3, 2, 1], bug_layer, **options) for bug_layer in (1, 2)]
        for errors, model in zip(table.values(), models):
            errors.append(gradient_check(model, X, y))
    return table


try:
    for name, errors in error_table(range(20)).items():
        print(f"{name:15} smallest {min(errors):.1e}   median {np.median(errors):.1e}   largest {max(errors):.1e}")
except NotImplementedError:
    print("○ This table needs your functions of 6.7 and 6.7b.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# **Your task.** Choose `threshold`: a relative error below it means that the backward pass is right, one above it
# that there is a bug. It should leave a margin on both sides: rounding errors can be ten times as large in another
# network, and there are bugs that are ten times as small as these.

# %% [markdown] hints="6.7c"
# Look for the largest error without a bug and for the smallest with one. Between them lie several powers of ten.

# %% answer="6.7c"
threshold = ...  # a number
### BEGIN SOLUTION
threshold = 1e-5
### END SOLUTION

# %% test="6.7c"
expect("6.7c", lambda: threshold, is_number)

# %% [markdown]
# ### A false alarm
#
# Why tanh? The source of this exercise takes the default of `NumpyMLP`, which is **ReLU**, with biases that begin at 0,
# and asks you to verify that the relative error of the right backward pass is below $10^{-5}$. For about every fourth
# seed it is not: it can be as large as 0.1 and more. The backward pass is right all the same.
#
# In nearly all of these networks there is a row for which every unit of the first layer is off.
#
# **Your task.** What goes wrong? Set `false_alarm` to a letter.
#
# - **A** The numbers become so small that rounding errors are larger than the gradient itself.
# - **B** For that row $\mathbf z_2=\mathbf b_2=\mathbf 0$, exactly at the corner of ReLU. A step to the right and a
#   step to the left see different slopes there, and the central difference gives their mean.
# - **C** A unit that is off has the gradient 0, so both gradients are 0 and their relative error is 0/0.
# - **D** $\varepsilon=10^{-5}$ is too large for a function with corners; $10^{-7}$ would do.

# %% [markdown] hints="6.7d"
# If every unit of the first layer is off, then $A_1=0$ for this row. What is $Z_2$?
#
# ---
# The slope of ReLU is 1 on one side of the corner and 0 on the other. What does
# $(L(\theta+\varepsilon)-L(\theta-\varepsilon))/(2\varepsilon)$ make of that for a bias of layer 2, however small
# $\varepsilon$ is?

# %% answer="6.7d"
false_alarm = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
false_alarm = "B"
### END SOLUTION

# %% test="6.7d"
expect("6.7d", lambda: false_alarm, one_letter("ABCD"))

# %% [markdown] commentary="6.7"
# Any threshold between 1e-7 and 1e-3 separates the table. With ReLU none would: the numerical gradient itself is
# wrong at a corner. So check a network with a smooth activation, or with biases that are not 0. ReLU and tanh share
# every line of the backward pass but the one that looks up the slope.

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/02_a_first_network")

# %% [markdown]
# {{next}}
