# %% [markdown]
# # Wide and sparse networks
#
# How large does a network have to be? This notebook takes three famous statements about size, and tests
# what they promise: one hidden layer can approximate everything (6.20), most weights of a trained network
# can be left out (6.26), and a network that is very wide hardly learns anything new inside (6.27). In all
# three the statement is true, and what is often said about it is not.
#
# > **Conventions.** A batch has a row per example. In 6.20 and 6.27 a network has one hidden layer, and its
# > parameters are written out as separate arrays, with a row or an entry for every hidden unit $j=1,\dots,N$.
# > A function that you write leaves its arguments as they were.

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
    is_whole_number,
    one_letter,
    progress,
    roc_auc,
    show,
    some_letters,
)
from utils.plots import axes, style

relu = ACTIVATIONS["relu"]


def outputs(network, x, activation=relu):
    """Σ v_j act(w_j x + b_j) + c at every number of x; the network is (w, b, v, c)."""
    w, b, v, c = network
    return activation(np.outer(x, w) + b) @ v + c


def f_target(x):
    return np.sin(3 * x) + 0.5 * np.cos(7 * x)


# %% [markdown] exercise="6.20" title="One hidden layer is enough" stars=3 minutes=25
# One hidden layer can approximate every continuous function: so says the *universal approximation theorem*.
# The full statement has conditions: on a **bounded and closed** set, with an activation that is **not a
# polynomial**, and with **as many units as needed**, there are weights with which the error is below any
# $\varepsilon>0$ everywhere on the set. It speaks of weights that exist. It does not say that training finds
# them, nor how many units are needed, nor anything about inputs outside of the set.
#
# Our function is $f(x)=\sin 3x+\tfrac12\cos 7x$ on $[-\pi,\pi]$. Run the next cell (Shift+Enter): a sum of
# hats, one for each knot, is a chain of straight pieces. What happens to the error when you double the
# number of pieces?

# %% picture=true
from utils.explorers.ch06_networks.wide_and_sparse import bumps_explorer

bumps_explorer()

# %% [markdown]
# ### The weights that exist
#
# A chain of straight pieces is a ReLU network. Start at the left end with the right height and the right
# slope; every further unit bends the line at its own knot.
#
# **Your task.** Write `relu_interpolant(f, N, a, b)`: the network `(w, biases, v, c)` with exactly `N` hidden
# ReLUs whose output
#
# $$\sum_{j=1}^N v_j\,\mathrm{ReLU}(w_jx+b_j)+c$$
#
# is equal to $f$ at the $N+1$ equally spaced knots from $a$ to $b$ (both ends are knots), and straight
# between neighbouring knots. `w`, `biases` and `v` have the shape `(N,)`, `c` is a number. The function `f`
# takes an array and returns one.
#
# **Example.** For $f(x)=x^2$ on $[0,2]$ and $N=2$ the knots are 0, 1, 2. The network
# $1\cdot\mathrm{ReLU}(x)+2\cdot\mathrm{ReLU}(x-1)+0$ has the heights 0, 1, 4 there.

# %% [markdown] hints="6.20"
# At the left end all units should still be off. What does the network compute there, and what must `c` be?
#
# ---
# Let unit $j$ switch on at knot $j-1$: with $w_j=1$, its bias is minus that knot. To the left of it the unit
# gives 0; to the right it adds the slope $v_j$ to all that is there already.
#
# ---
# So $v_1$ is the slope of the first piece, and every other $v_j$ the **change** of slope at its knot.
# `np.diff(slopes, prepend=0)` gives all of them.


# %% answer="6.20"
def relu_interpolant(f, N: int, a: float, b: float) -> tuple:
    """(w, biases, v, c) of the network with N ReLUs that interpolates f at N + 1 equally spaced knots."""
    ### BEGIN SOLUTION
    knots = np.linspace(a, b, N + 1)
    heights = f(knots)
    slopes = np.diff(heights) / np.diff(knots)
    return np.ones(N), -knots[:-1], np.diff(slopes, prepend=0), heights[0]
    ### END SOLUTION


# %% test="6.20" decides=true
def fitted(f, N, a, b, x):
    return outputs(relu_interpolant(f, N, a, b), np.array(x))


def sizes(network):
    return [np.size(part) for part in network]


def a_parabola(x):
    return x**2 + 1


def a_cubic(x):
    return x**3 + 2


expect("6.20", lambda: fitted(a_parabola, 2, 0.0, 2.0, [0.0, 0.5, 1.0, 1.5, 2.0]), [1, 1.5, 2, 3.5, 5], rtol=1e-4)
expect("6.20", lambda: fitted(a_cubic, 3, -1.0, 2.0, [-1.0, 0.0, 0.5, 1.0, 2.0]), [1, 2, 2.5, 3, 10], rtol=1e-4)
expect("6.20", lambda: fitted(a_cubic, 4, -1.0, 1.0, [-0.75, -0.5, 0.25, 1.0]), [1.4375, 1.875, 2.0625, 3], rtol=1e-4)
expect("6.20", lambda: sizes(relu_interpolant(a_cubic, 3, -1.0, 2.0)), [3, 3, 3, 1])

# %% [markdown] commentary="6.20"
# The second differences of the heights, divided by the distance of the knots, are the output weights: the
# network stores how its target bends. All units share the weight 1, so only biases and output weights know
# anything about the function. Outside of the interval the network goes on in straight lines: no finite
# number of ReLUs can follow a sine for ever.

# %% [markdown]
# ### How many units?
#
# Between two knots at the distance $h$, a straight piece misses a smooth function by at most
# $\tfrac18h^2\max|f''|$. Our $f$ has $|f''(x)|=|9\sin3x+24.5\cos7x|\le33.5$.
#
# **Your task.** We call an approximation *indistinguishable by eye* when its largest error is below 0.05.
# Set
#
# - `units_needed`: the smallest $N$ for which this bound guarantees it on $[-\pi,\pi]$;
# - `factor`: by what factor the bound shrinks when $N$ becomes ten times as large.

# %% [markdown] hints="6.20c"
# $N$ units make $N$ pieces. How long is one of them?
#
# ---
# With $h=2\pi/N$ solve $\tfrac18\cdot33.5\cdot h^2<0.05$ for $N$, and round up.

# %% answer="6.20c"
units_needed = ...  # a whole number
factor = ...  # a number
### BEGIN SOLUTION
units_needed = int(np.ceil(2 * np.pi * np.sqrt(33.5 / 8 / 0.05)))
factor = 10**2
### END SOLUTION

# %% test="6.20c"
expect("6.20c", lambda: units_needed, is_whole_number)
expect("6.20c", lambda: factor, is_number)

# %% [markdown]
# ### The weights that training finds
#
# Does gradient descent find a network as good as the one that you built? The usual way to find out is to
# train networks of several widths, each for the same number of steps. Here are a start and an optimiser, so
# that only the gradients are left to you. `starting_point` draws the parameters by PyTorch's law; `adam` is
# the optimiser Adam, which divides every gradient by a running measure of its size.

# %% setup=true
def starting_point(N, seed):
    """(w, b, v, c) of a tanh network with N hidden units, drawn at random."""
    rng = np.random.default_rng(seed)
    far = 1 / np.sqrt(N)
    return rng.uniform(-1, 1, N), rng.uniform(-1, 1, N), rng.uniform(-far, far, N), rng.uniform(-far, far)


def adam(start, gradients, steps, learning_rate=0.01):
    """`steps` steps of Adam from the arrays in `start`; gradients(params) returns one for each of them."""
    params = [np.array(one, dtype=float) for one in start]
    means, squares = [0.0] * len(params), [0.0] * len(params)
    for t in range(1, steps + 1):
        for k, gradient in enumerate(gradients(params)):
            means[k] = 0.9 * means[k] + 0.1 * np.asarray(gradient)
            squares[k] = 0.999 * squares[k] + 0.001 * np.square(gradient)
            size = np.sqrt(squares[k] / (1 - 0.999**t)) + 1e-8
            params[k] = params[k] - learning_rate * means[k] / (1 - 0.9**t) / size
    return params


# %% [markdown]
# **Your task.** Write `train_tanh(f, start, steps=600)`: the network `(w, b, v, c)` after training
#
# $$\sum_{j=1}^N v_j\tanh(w_jx+b_j)+c$$
#
# with `adam`, beginning at the network `start`. The loss is the mean squared error over 64 equally spaced
# points from $-\pi$ to $\pi$ (both included), all of them in every step.
#
# **Example.** `train_tanh(f_target, starting_point(16, seed=0))` has a mean squared error of about 0.1.

# %% [markdown] hints="6.20b"
# `gradients` is a function of your own, inside `train_tanh`: it takes `[w, b, v, c]` and returns the four
# gradients in this order.
#
# ---
# With $A=\tanh(xw+b)$, an array (64, N), and $\delta=2(\text{output}-f(x))/64$ the gradients by $v$ and $c$ are
# $A^T\delta$ and $\sum\delta$.
#
# ---
# On the way to $w$ and $b$, $\delta$ is multiplied by $v_j$ and by the slope $1-A^2$: an array $D$ (64, N). The
# gradient by $b$ is its sum over the rows; for $w$, every row is multiplied by its $x$ before.


# %% answer="6.20b"
def train_tanh(f, start: tuple, steps: int = 600) -> tuple:
    """(w, b, v, c) after `steps` steps of Adam on the mean squared error at 64 points."""
    ### BEGIN SOLUTION
    x = np.linspace(-np.pi, np.pi, 64)
    y = f(x)

    def gradients(params):
        w, b, v, c = params
        A = np.tanh(np.outer(x, w) + b)
        delta = 2 * (A @ v + c - y) / len(x)
        D = np.outer(delta, v) * (1 - A**2)
        return x @ D, D.sum(axis=0), delta @ A, delta.sum()

    return tuple(adam(start, gradients, steps))
    ### END SOLUTION


# %% test="6.20b" decides=true
two_units = (np.array([0.5, -1.0]), np.array([0.25, 0.5]), np.array([1.0, 2.0]), 0.5)


def trained(place, steps):
    """One of w, b, v, c after some steps from two_units towards the sine."""
    return np.array(train_tanh(np.sin, two_units, steps)[place], dtype=float)


expect("6.20b", lambda: trained(0, 40), [0.832659, -0.591139], rtol=1e-4)
expect("6.20b", lambda: trained(1, 40), [-0.076346, 0.136354], rtol=1e-4)
expect("6.20b", lambda: trained(2, 40), [1.388927, 1.644201], rtol=1e-4)
expect("6.20b", lambda: trained(3, 40), 0.154029, rtol=1e-4)

# %% [markdown]
# Now compare (this trains five networks, about a second):

# %%
def compare_widths():
    """Mean squared errors of built and of trained networks, and two of the curves."""
    x = np.linspace(-np.pi, np.pi, 1001)
    lines = ["   N   built     trained (mean squared error)"]
    figure, panels = axes("x", "f(x)", columns=2, width=9, height=2.8)
    for N in (4, 16, 64, 256, 1024):
        built = outputs(relu_interpolant(f_target, N, -np.pi, np.pi), x)
        learned = outputs(train_tanh(f_target, starting_point(N, seed=0)), x, np.tanh)
        errors = [np.mean((curve - f_target(x)) ** 2) for curve in (built, learned)]
        lines.append(f"{N:4d}   {errors[0]:.1e}   {errors[1]:.1e}")
        if N in (16, 64):
            with style():
                panel = panels[int(N == 64)]
                panel.plot(x, f_target(x), label="f")
                panel.plot(x, built, label="built")
                panel.plot(x, learned, label="trained")
                panel.set(title=f"N = {N}", ylim=(-2.6, 1.9))
                panel.legend(ncols=3, loc="lower center")
    print(*lines, sep="\n")
    show(figure, "The function, the network that was built and the network that was trained, for 16 and 64 units.")


try:
    compare_widths()
except NotImplementedError:
    print("○ Here your networks will be compared, once relu_interpolant and train_tanh are written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown] commentary="6.20"
# In the table, the error of the networks that were built falls at every width. That of the trained ones falls
# up to 64 units and then rises again, although the wider ones could do more: with the same learning rate and
# the same number of steps they get less far. A source that expects the trained curve to become
# indistinguishable from f at some width will not see it.

# %% [markdown]
# ### Find the mistake
#
# An argument in four lines:
#
# - **A** On $[-\pi,\pi]$ there is a ReLU network with 64 units that comes within 0.041 of $f$.
# - **B** Whatever 64 units can compute, 1024 units can compute as well.
# - **C** So the best network with 1024 units is at least as close to $f$ as the best one with 64.
# - **D** So after training, the network with 1024 units is at least as close to $f$ as the one with 64.
#
# **Your task.** Set `false_line` to the letter of the line that does not follow.

# %% [markdown] hints="6.20e"
# Further units may have the output weight 0. Which of the lines does this prove?
#
# ---
# "The best" and "the one that training found" are two different networks. Look at your table.

# %% answer="6.20e"
false_line = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
false_line = "D"
### END SOLUTION

# %% test="6.20e"
expect("6.20e", lambda: false_line, one_letter("ABCD"))

# %% [markdown]
# ### Two inputs
#
# How does the width grow with the number of inputs? The source looks at $g(x_1,x_2)=\sin 3x_1\cos 3x_2$ on
# $[-\pi,\pi]^2$. But $g$ is no hard case: by the addition theorem
#
# $$\sin 3x_1\cos 3x_2=\tfrac12\sin 3(x_1+x_2)+\tfrac12\sin 3(x_1-x_2),$$
#
# a sum of two *ridge functions*, each of which depends on one direction only. So two networks for one input do
# it, side by side, one along $x_1+x_2$ and one along $x_1-x_2$.
#
# **Your task.** Write `plane_network(h, N)` for a function `h` of one number: the network
# `(W, biases, v, c)` with $2N$ ReLUs whose output for the inputs $(x_1,x_2)\in[-\pi,\pi]^2$ is
# $p(x_1+x_2)+p(x_1-x_2)$, where $p$ is the network that `relu_interpolant` makes for `h` with $N$ units on
# $[-2\pi,2\pi]$. `W` has the shape `(2N, 2)`, `biases` and `v` have `(2N,)`, and `c` is a number.
#
# **Example.** With $h(t)=\tfrac12\sin3t$ this approximates $g$; for $N=128$ (256 ReLUs) the largest error is
# about 0.011. The bound of the previous part gives $72\pi^2/(2N)^2$, and the same bound for $f$ needs about
# half as many units: $\sqrt{72/16.75}\approx2.07$.

# %% [markdown] hints="6.20d"
# A unit of $p$ computes $\mathrm{ReLU}(w_jt+b_j)$. Put $t=x_1+x_2$ in: which two weights does it have for
# $x_1$ and $x_2$?
#
# ---
# The first $N$ rows of `W` are $(w_j, w_j)$, the others $(w_j,-w_j)$: `np.outer(w, [1, 1])` makes the first
# half. Biases and output weights appear twice, and so does the constant.


# %% answer="6.20d"
def plane_network(h, N: int) -> tuple:
    """(W, biases, v, c) of 2N ReLUs that compute p(x1 + x2) + p(x1 - x2), p being the interpolant of h."""
    ### BEGIN SOLUTION
    w, biases, v, c = relu_interpolant(h, N, -2 * np.pi, 2 * np.pi)
    W = np.concatenate([np.outer(w, [1, 1]), np.outer(w, [1, -1])])
    return W, np.tile(biases, 2), np.tile(v, 2), 2 * c
    ### END SOLUTION


# %% test="6.20d" decides=true
def plane(h, N, x1, x2):
    """The output of your network at one point."""
    W, biases, v, c = plane_network(h, N)
    return np.squeeze(relu(np.array(W) @ [x1, x2] + np.array(biases)) @ np.array(v) + c)


def shifted_square(t):
    return t**2 + 3 * t + 1


expect("6.20d", lambda: plane(shifted_square, 4, np.pi, np.pi), 60.327973, rtol=1e-4)
expect("6.20d", lambda: plane(shifted_square, 4, np.pi, 0.0), 40.588765, rtol=1e-4)
expect("6.20d", lambda: plane(shifted_square, 4, 0.0, -np.pi / 2), 11.869604, rtol=1e-4)
expect("6.20d", lambda: np.shape(plane_network(shifted_square, 5)[0]), (10, 2))

# %% [markdown] written="6.20-written"
# **In your own words (optional, read by a person).** A friend says: "The theorem guarantees that a wide
# network learns any function, and g shows that twice the width is enough for two inputs." What is true of
# that, and what is not? Use your table.
#
# ### BEGIN SOLUTION
# The theorem says that suitable weights exist, on a bounded closed set; it says nothing about what training
# finds. In my table the built networks get better with every width, while the trained ones are worst at 4 and
# get worse again beyond 64 units: with the same learning rate and 600 steps the wide ones are not done. Fast
# wiggles are learned last.
#
# Twice the width is enough for g only because g is a sum of two functions of one direction each. To see how
# the width grows with the number of inputs one needs a function without such a structure; for functions that
# are only known to be smooth, the number of units grows exponentially with the number of inputs.
# ### END SOLUTION

# %% [markdown] exercise="6.26" title="Lottery tickets" stars=4 minutes=35 needs="6.3 6.5"
# A trained network can often lose most of its weights and predict as well as before. So why not train the
# small network from the start? Usually that works worse. The *lottery ticket hypothesis* (Jonathan Frankle and
# Michael Carbin, 2019) says when it works: a large network contains a small one that, **with its original
# initial weights**, trains to the same quality: a winning ticket.
#
# To find a ticket: train, **prune** (set the weights of smallest magnitude to 0, and keep them there), **rewind**
# the rest to the values at which they began, and train again. A finding like this needs a **control**: the same
# mask with *other* initial weights. Only the difference between the two says something about the initial weights.
#
# The *sparsity* is the share of the weights that are pruned. There is one threshold for all weight matrices
# together; biases are never pruned. Run the next cell: a small network was trained on the click data, and weights
# below a threshold are left out. Which layer loses most, and which inputs does the first layer still look at?
# (Only x0 to x4 matter.)

# %% picture=true
from utils.explorers.ch06_networks.wide_and_sparse import pruning_explorer

pruning_explorer()

# %% [markdown]
# ### Before the experiment
#
# **Your task.** The network of the experiment has the layer sizes `[20, 128, 64, 32, 1]`. Set
#
# - `n_parameters`: all its parameters;
# - `n_weights`: its weights without the biases;
# - `n_left`: how many weights are left at sparsity 0.75;
#
# and, for visitors of whom 35% click, what a network gets that gives **every** visitor the same probability 0.35:
#
# - `dead_accuracy`: its accuracy (the predicted label is 1 where the probability is at least ½);
# - `dead_auc`: the area under its ROC curve, where equal scores count one half.

# %% [markdown] hints="6.26a"
# A layer with $k$ inputs and $m$ units has $km$ weights and $m$ biases (6.3).
#
# ---
# The dead network says "no click" to everybody. How often is that right? And for a visitor who clicks and one
# who does not, who of the two gets the higher score?

# %% answer="6.26a"
n_parameters = ...  # a whole number
n_weights = ...  # a whole number
n_left = ...  # a whole number
dead_accuracy = ...  # a number
dead_auc = ...  # a number
### BEGIN SOLUTION
n_weights = 20 * 128 + 128 * 64 + 64 * 32 + 32 * 1
n_parameters = n_weights + 128 + 64 + 32 + 1
n_left = n_weights // 4
dead_accuracy, dead_auc = 0.65, 0.5
### END SOLUTION

# %% test="6.26a"
expect("6.26a", lambda: n_parameters, is_whole_number)
expect("6.26a", lambda: n_weights, is_whole_number)
expect("6.26a", lambda: n_left, is_whole_number)
expect("6.26a", lambda: dead_accuracy, is_number)
expect("6.26a", lambda: dead_auc, is_number)

# %% [markdown]
# So accuracy can hide that a network is dead. We shall look at the AUC, and at the accuracy beside it.
#
# ### Masks
#
# **Your task.** Write two functions. `params` is a dictionary as `NumpyMLP` has it, with `W1`, `b1`, `W2`, …
#
# - `magnitude_masks(params, sparsity)`: a dictionary with a mask for every weight matrix, under its name and of
#   its shape: 0 where the weight is pruned, 1 where it stays. Pruned is the share `sparsity` (at least 0, less
#   than 1) of **all** weights together, those with the smallest absolute value. (Tests use sparsities that give
#   a whole number of weights, and no two weights of the same magnitude.)
# - `rewind(init_params, masks)`: a **new** dictionary with all parameters of `init_params`, the weights
#   multiplied by their masks, the biases unchanged. Neither argument is changed.
#
# **Example.** For $W_1=(3,-0.1)$ and $W_2=(-0.2)$ the sparsity ⅔ gives the masks $(1,0)$ and $(0)$.

# %% [markdown] hints="6.26"
# Collect the absolute values of all weights in one array first: `np.concatenate` of the raveled matrices.
#
# ---
# Sorted, the first `sparsity * size` of them are pruned. The next one is the smallest that stays: a threshold
# for all matrices.
#
# ---
# For `rewind`, `masks.get(name, 1)` is the mask of a weight matrix, and 1 for a bias.


# %% answer="6.26"
def magnitude_masks(params: dict, sparsity: float) -> dict:
    """{"W1": mask, ...}: 0 for the share `sparsity` of all weights with the smallest magnitude, else 1."""
    ### BEGIN SOLUTION
    magnitudes = {name: np.abs(value) for name, value in params.items() if name.startswith("W")}
    in_order = np.sort(np.concatenate([value.ravel() for value in magnitudes.values()]))
    smallest_kept = in_order[round(sparsity * in_order.size)]
    return {name: (value >= smallest_kept).astype(float) for name, value in magnitudes.items()}
    ### END SOLUTION


def rewind(init_params: dict, masks: dict) -> dict:
    """A new dict of the parameters, the weights multiplied by their masks."""
    ### BEGIN SOLUTION
    return {name: value * masks.get(name, 1) for name, value in init_params.items()}
    ### END SOLUTION


# %% test="6.26" decides=true
def small_params():
    return {
        "W1": np.array([[6.0, -0.2], [-8.0, 1.2]]), "b1": np.array([0.05, 9.0]),
        "W2": np.array([[-0.4, 0.6]]), "b2": np.array([0.02]),
    }  # fmt: skip


def mask_of(name, sparsity):
    return 1.0 * np.array(magnitude_masks(small_params(), sparsity)[name])


def rewound(name):
    return rewind(small_params(), {"W1": np.array([[1, 0], [0, 1]]), "W2": np.array([[0, 1]])})[name]


def init_after_rewind():
    params = small_params()
    rewind(params, {"W1": np.zeros((2, 2)), "W2": np.zeros((1, 2))})
    return params["W1"]


expect("6.26", lambda: mask_of("W1", 0.5), [[1, 0], [1, 1]])
expect("6.26", lambda: mask_of("W2", 0.5), [[0, 0]])
expect("6.26", lambda: mask_of("W1", 4 / 6), [[1, 0], [1, 0]])
expect("6.26", lambda: mask_of("W2", 1 / 6), [[1, 1]])
expect("6.26", lambda: rewound("W1"), [[6.0, 0.0], [0.0, 1.2]])
expect("6.26", lambda: rewound("b1"), [0.05, 9.0])
expect("6.26", lambda: init_after_rewind(), small_params()["W1"])

# %% [markdown]
# ### A network that keeps its zeros
#
# The first step of training would bring every pruned weight back: its gradient is not 0. So `update` has to
# know the masks.
#
# **Your task.** Write the class `MaskedMLP(NumpyMLP)` with `__init__(self, layer_sizes, masks, **options)` and
# `update(self)`: a step of gradient descent, after which weights that were 0 under a mask of 0 are still 0.
# All else trains as before. (In the tests the network gets parameters from a `rewind` with the same masks.)

# %% [markdown] hints="6.26b"
# `super().__init__(layer_sizes, **options)` makes the network, and `super().update()` the step.
#
# ---
# After the step, `rewind` of the parameters sets the pruned weights to 0 again.


# %% answer="6.26b"
class MaskedMLP(NumpyMLP):
    """A NumpyMLP whose weights stay 0 where their mask is 0."""

    def __init__(self, layer_sizes, masks, **options):
        ### BEGIN SOLUTION
        super().__init__(layer_sizes, **options)
        self.masks = masks
        ### END SOLUTION

    def update(self):
        ### BEGIN SOLUTION
        super().update()
        self.params = {name: value * self.masks.get(name, 1) for name, value in self.params.items()}
        ### END SOLUTION


# %% test="6.26b"
def stepped(name, rate=0.5):
    """A parameter of a small masked network after two steps."""
    masks = {"W1": np.array([[1.0, 0.0], [0.0, 1.0]]), "W2": np.array([[1.0, 1.0]])}
    network = MaskedMLP([2, 2, 1], masks, learning_rate=rate, activation="tanh")
    network.params = {
        "W1": np.array([[1.0, 0.0], [0.0, -0.5]]), "b1": np.array([0.1, 0.2]),
        "W2": np.array([[0.8, -1.2]]), "b2": np.array([0.3]),
    }  # fmt: skip
    X, y = np.array([[1.0, 2.0], [-1.0, 0.5], [0.3, -0.7]]), np.array([1, 0, 1])
    for _ in range(2):
        network.train_step(X, y)
    return network.params[name]


expect("6.26b", lambda: stepped("W1"), [[1.107529, 0.0], [0.0, -0.382988]], rtol=1e-4)
expect("6.26b", lambda: stepped("b1"), [0.168043, 0.192254], rtol=1e-4)
expect("6.26b", lambda: stepped("W2"), [[1.00868, -1.148569]], rtol=1e-4)

# %% [markdown]
# ### The experiment with its control
#
# **Your task.** Write `lottery_tickets(X, y, layer_sizes, sparsity, seed=0, epochs=10)`. It trains four
# networks, each with learning rate 0.05 and `fit(X, y, epochs=…, batch_size=32, seed=seed)`, and returns them in
# a dictionary:
#
# - `"full"`: a `NumpyMLP(layer_sizes, seed=seed)`, trained for `epochs`. The masks are those of its **trained**
#   weights;
# - `"fine_tuned"`: the trained weights, pruned, trained on for `epochs // 3`;
# - `"rewound"`: the weights at which the full network **began**, pruned, trained for `epochs`: the ticket;
# - `"fresh"`: the parameters of a new `NumpyMLP(layer_sizes, seed=seed + 1000)`, pruned with the same masks, trained
#   for `epochs`: the control.
#
# All but the first are `MaskedMLP`s.

# %% [markdown] hints="6.26c"
# Three of the four networks differ only in the parameters with which they begin and in the number of epochs. A
# function inside yours saves you from writing it three times.
#
# ---
# Training puts new arrays into the dictionary `params` of the network. Keep the initial ones before you train:
# `initial = dict(full.params)`.


# %% answer="6.26c"
def lottery_tickets(X, y, layer_sizes, sparsity, seed=0, epochs=10) -> dict:
    """{"full", "fine_tuned", "rewound", "fresh"}: four trained networks."""
    ### BEGIN SOLUTION
    full = NumpyMLP(layer_sizes, learning_rate=0.05, seed=seed)
    initial = dict(full.params)
    full.fit(X, y, epochs=epochs, batch_size=32, seed=seed)
    masks = magnitude_masks(full.params, sparsity)

    def trained(start, epochs):
        network = MaskedMLP(layer_sizes, masks, learning_rate=0.05)
        network.params = rewind(start, masks)
        network.fit(X, y, epochs=epochs, batch_size=32, seed=seed)
        return network

    return {
        "full": full,
        "fine_tuned": trained(full.params, epochs // 3),
        "rewound": trained(initial, epochs),
        "fresh": trained(NumpyMLP(layer_sizes, seed=seed + 1000).params, epochs),
    }
    ### END SOLUTION


# %% test="6.26c"
def four_scores(seed=2, sparsity=0.5):
    """The AUC of the four networks, small ones, on the 300 rows that they were trained on."""
    X, y = generate_click_data(300, n_features=6, seed=seed)
    networks = lottery_tickets(X, y, [6, 12, 1], sparsity, seed=seed, epochs=12)
    names = ("full", "fine_tuned", "rewound", "fresh")
    return [roc_auc(y, networks[name].predict_proba(X)) for name in names]


expect("6.26c", lambda: four_scores(), [0.766527, 0.692107, 0.685529, 0.536284], rtol=1e-4)
expect("6.26c", lambda: four_scores(sparsity=0.75), [0.766527, 0.588051, 0.582494, 0.40105], rtol=1e-4)

# %% [markdown]
# Now the real experiment: 2,000 visitors to train on, 2,000 others to measure on, five sparsities. It takes a
# few seconds (press ■ to stop it). Change `seed` and see what stays.

# %%
def compare_tickets(seed=0, sparsities=(0.5, 0.7, 0.8, 0.9, 0.95)):
    """AUC and accuracy on rows that were not trained on."""
    X, y = generate_click_data(4000, seed=seed)
    fit_rows, unseen = slice(2000), slice(2000, None)
    lines = [f"{np.mean(y[unseen] == 0):.3f} of the visitors do not click"]
    lines.append("sparsity  network      AUC    accuracy")
    curves = {"rewound": [], "fresh": []}
    for sparsity in sparsities:
        found = lottery_tickets(X[fit_rows], y[fit_rows], [20, 128, 64, 32, 1], sparsity, seed=seed)
        for name, network in found.items():
            auc = roc_auc(y[unseen], network.predict_proba(X[unseen]))
            right = np.mean(network.predict(X[unseen]) == y[unseen])
            if name in curves:
                curves[name].append(auc)
            if name != "full" or sparsity == sparsities[0]:
                lines.append(f"{0 if name == 'full' else sparsity:<9} {name:11} {auc:.3f}  {right:.3f}")
    print(*lines, sep="\n")
    figure, ax = axes("sparsity", "AUC", "Tickets and control")
    with style():
        for (name, scores), marker in zip(curves.items(), "os"):
            ax.plot(sparsities, scores, marker=marker, label=name)
        ax.axhline(0.5, color="gray", linestyle=":")
        ax.set_ylim(0.4, 0.9)
        ax.legend()
    show(figure, "The AUC of the rewound network and of the control with fresh weights, for five sparsities.")


try:
    compare_tickets()
except NotImplementedError:
    print("○ Here your tickets and their control will be compared, once the functions above are written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# ### What does the table show?
#
# **Your task.** Look at your table, with two or three seeds. Set `shown` to the letters of **all** statements that
# it supports.
#
# - **A** At sparsity 0.5 the rewound network ranks about as well as the full one (within 0.03 AUC).
# - **B** At sparsity 0.5 this proves that the initial weights are special: with fresh weights the mask is useless.
# - **C** At sparsity 0.8 the initial weights matter: the rewound network is better than the control.
# - **D** At sparsity 0.95 the rewound network is much worse than the full one (by more than 0.1 AUC).
# - **E** Its accuracy at sparsity 0.95 shows that it has nevertheless learned to tell who clicks.

# %% [markdown] hints="6.26d"
# For B and C compare `rewound` with `fresh` in the same row block.
#
# ---
# For E, compare the accuracy with the share of visitors who do not click.

# %% answer="6.26d"
shown = ...  # letters, such as "BE"
### BEGIN SOLUTION
shown = "ACD"
### END SOLUTION

# %% test="6.26d"
expect("6.26d", lambda: shown, some_letters("abcde"))

# %% [markdown] commentary="6.26"
# The class overrides `update` alone: forward, backward and the loop of `fit` need not know that there is a mask.
# With half of the weights gone everything works, with a twentieth left nothing does; the effect of the ticket
# is to be seen in between, and there only beside a control.
#
# What would change one's mind? If at 0.8 the control did as well, the mask alone would explain the ticket. Pruning
# here is done once and over all layers together; the authors prune in several rounds, which reaches
# higher sparsities.

# %% [markdown] written="6.26-written"
# **In your own words (optional, read by a person).** State your finding in three sentences for a reader who wants
# to know whether tickets exist in this network: what was compared, at what sparsity, with what result. Name one
# limit of the experiment, and what would change your mind.
#
# ### BEGIN SOLUTION
# With the same mask I trained the network from its own initial weights and from new ones. At sparsity 0.5 both
# are as good as the full network, so the initial weights do not matter there; at 0.8 the rewound one is clearly
# better (in my run 0.78 against 0.70 AUC), so there they do. From 0.9 on performance degrades, and at 0.95 the
# network is dead: its accuracy is that of always saying no, its AUC near one half.
#
# Limits: pruning in one step, one architecture, one kind of data, few seeds. If another seed or a control with
# shuffled masks did as well at 0.8, I would no longer believe in tickets.
# ### END SOLUTION

# %% [markdown] exercise="6.27" title="The neural tangent kernel" stars=4 minutes=30 needs="6.20"
# Very wide networks are easier to understand than narrow ones. Take a network without biases, and scale its
# output with the width (the *NTK parametrisation*):
#
# $$f(\mathbf x)=\frac1{\sqrt N}\sum_{j=1}^N c_j\,\phi(\mathbf w_j\cdot\mathbf x),\qquad
# \mathbf w_j\sim\mathcal N(0,I),\quad c_j\sim\mathcal N(0,1)$$
#
# with both the $\mathbf w_j$ and the $c_j$ as parameters $\theta$. A small step of gradient descent for one input
# changes the output for another one in proportion to
#
# $$K(\mathbf x,\mathbf x')=\nabla_\theta f(\mathbf x)\cdot\nabla_\theta f(\mathbf x'),$$
#
# the *neural tangent kernel* (Jacot, Gabriel and Hongler, 2018). Two things happen as $N$ grows. At the start
# $K$ depends less and less on the random draw; and during training it hardly changes, so that the network
# behaves as a linear model. For that the assumptions above matter, and so do the squared loss and small
# steps.
#
# Run the next cell: six networks with two inputs, drawn at random, and $K$ between the unit vector at angle 0 and
# the one at angle $\theta$. How much wider must the network be for the curves to spread half as much?

# %% picture=true
from utils.explorers.ch06_networks.wide_and_sparse import kernel_explorer

kernel_explorer()

# %% [markdown]
# ### The kernel of a network
#
# **Your task.** Differentiate $f$ by every $c_j$ and by every $\mathbf w_j$, and write
# `empirical_ntk(X1, X2, W, c, activation="relu")`: the matrix $K$ of the shape `(n1, n2)` between the rows of
# `X1` `(n1, d)` and of `X2` `(n2, d)`, for the network with `W` `(N, d)` and `c` `(N,)`. The activation is a name in
# `ACTIVATIONS`; its slope is `ACTIVATION_GRADIENTS[activation]`, a function of the pre-activation. (PyTorch is taken
# away in the complete check: the derivatives are yours.)
#
# **Example.** One unit with $w=2$, $c=3$ and ReLU, $x=1$, $x'=5$: the gradients are
# $(\phi(2),\,3\cdot1)=(2,3)$ and $(\phi(10),\,3\cdot5)=(10,15)$, in the order $c$, $w$. So $K=20+45=65$.

# %% [markdown] hints="6.27"
# $\partial f/\partial c_j=\phi(\mathbf w_j\cdot\mathbf x)/\sqrt N$. And by $\mathbf w_j$ you get a vector: a number times
# $\mathbf x$.
#
# ---
# $K(\mathbf x,\mathbf x')=\frac1N\sum_j\bigl[\phi(z_j)\phi(z_j')+c_j^2\,\phi'(z_j)\phi'(z_j')\;\mathbf x\cdot\mathbf x'\bigr]$
# with $z_j=\mathbf w_j\cdot\mathbf x$.
#
# ---
# Both sums over $j$ are matrix products of arrays (n1, N) and (N, n2). All $\mathbf x\cdot\mathbf x'$ together are
# `X1 @ X2.T`.


# %% answer="6.27"
def empirical_ntk(X1, X2, W, c, activation="relu") -> np.ndarray:
    """The kernel (n1, n2) of the gradients of f by W and c, at the rows of X1 and of X2."""
    ### BEGIN SOLUTION
    phi, slope = ACTIVATIONS[activation], ACTIVATION_GRADIENTS[activation]
    Z1, Z2 = X1 @ W.T, X2 @ W.T
    from_c = phi(Z1) @ phi(Z2).T
    from_W = (slope(Z1) * c**2) @ slope(Z2).T * (X1 @ X2.T)
    return (from_c + from_W) / len(c)
    ### END SOLUTION


# %% test="6.27" decides=true
W_3, c_3 = np.array([[1.0, 2.0], [-1.0, 0.5], [0.5, -2.0]]), np.array([2.0, -1.0, 0.5])
rows_1, rows_2 = np.array([[1.0, 1.0], [2.0, -0.5]]), np.array([[3.0, 1.0], [-1.0, 2.0], [0.5, 0.5]])


def one_kernel(activation="relu"):
    return empirical_ntk(rows_1, rows_2, W_3, c_3, activation)


def with_one_unit():
    x1, x2, W, c = np.array([[1.0]]), np.array([[5.0]]), np.array([[2.0]]), np.array([3.0])
    return empirical_ntk(x1, x2, W, c)


with_tanh = [[0.698326, 0.501847, 0.787371], [0.455133, -0.402589, 0.194271]]
expect("6.27", lambda: with_one_unit(), [[65.0]], rtol=1e-4)
expect("6.27", lambda: one_kernel(), [[10.333333, 4.333333, 2.833333], [9, -3, 1.5]], rtol=1e-4)
expect("6.27", lambda: one_kernel("tanh"), with_tanh, rtol=1e-4)

# %% [markdown] commentary="6.27"
# The slopes are multiplied with c² on one side only, because both gradients bring one c each. No gradient is ever
# written down as a long vector: the kernel of n inputs costs two products of matrices, however many
# parameters there are.

# %% [markdown]
# ### How fast does it settle?
#
# The kernel is a mean over $N$ independent units. What does that say about its variance?
#
# **Your task.** Write `kernel_draws(x1, x2, N, n_draws, seed=0)`: an array `(n_draws,)` of $K(\mathbf x_1,\mathbf x_2)$
# for the vectors `x1` and `x2` `(d,)` in `n_draws` ReLU networks of width `N`, each with **new** `W` and `c`, all
# standard normal. The same seed gives the same draws.
#
# **Example.** For `x1 = x2 = np.array([1.0, 0.0])` the mean of many draws is about 1, and the variance about $3/N$.

# %% [markdown] hints="6.27c"
# One generator for all draws, `np.random.default_rng(seed)`, made before the loop.
#
# ---
# In the loop draw `W` and `c` with its method `normal(size=…)`; `x1[None, :]` is a batch of one
# row for `empirical_ntk`.


# %% answer="6.27c"
def kernel_draws(x1, x2, N: int, n_draws: int, seed: int = 0) -> np.ndarray:
    """K(x1, x2) in n_draws networks of width N with new weights, (n_draws,)."""
    ### BEGIN SOLUTION
    generator = np.random.default_rng(seed)
    draws = np.empty(n_draws)
    for k in range(n_draws):
        W, c = generator.normal(size=(N, len(x1))), generator.normal(size=N)
        draws[k] = empirical_ntk(x1[None, :], x2[None, :], W, c)[0, 0]
    return draws
    ### END SOLUTION


# %% test="6.27c"
unit = np.array([1.0, 0.0])


def mean_and_scaled_variance(N):
    draws = np.array(kernel_draws(unit, unit, N, 400))
    return [np.mean(draws), N * np.var(draws)]


def several_values():
    return len(set(np.array(kernel_draws(unit, unit, 8, 5)).tolist()))


def same_draws(seed, other_seed):
    one, other = (np.array(kernel_draws(unit, unit, 8, 3, seed)) for seed in (seed, other_seed))
    return bool(np.all(one == other))


expect("6.27c", lambda: mean_and_scaled_variance(64), [1.0, 3.0], rtol=0.3)
expect("6.27c", lambda: mean_and_scaled_variance(4), [1.0, 3.0], rtol=0.6)
expect("6.27c", lambda: np.array(kernel_draws(unit, -unit, 8, 3)), [0, 0, 0])  # never on together
expect("6.27c", lambda: several_values(), 5)
expect("6.27c", lambda: same_draws(1, 1), True)
expect("6.27c", lambda: same_draws(1, 2), False)

# %%
def spread_by_width():
    """The variance of two kernel entries for the widths of the source, and its slope."""
    angle = 1.0
    other, widths = np.array([np.cos(angle), np.sin(angle)]), [16, 64, 256, 1024, 4096]
    variances = [np.var(kernel_draws(unit, other, N, 200)) for N in widths]
    for N, variance in zip(widths, variances):
        print(f"N = {N:4d}: variance {variance:.6f}, times N {N * variance:.2f}")
    slope = np.polyfit(np.log(widths), np.log(variances), 1)[0]
    figure, ax = axes("width N", "variance of K", "The kernel settles")
    with style():
        ax.loglog(widths, variances, marker="o")
    show(figure, f"The variance of a kernel entry falls with the width on a straight line of slope {slope:.2f}.")
    print(f"slope in the log-log picture: {slope:.2f}")


try:
    spread_by_width()
except NotImplementedError:
    print("○ Here the spread of your kernels will be drawn, once the two functions above are written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# ### What the linear model predicts
#
# Let a network start with the outputs $\mathbf f_0$ on the training inputs, and let gradient descent on the squared
# loss run for ever. If the kernel stays as it is, the outputs on the training inputs end at $\mathbf y$, and those
# on new inputs at
#
# $$f(\mathbf x)=f_0(\mathbf x)+K(\mathbf x,X)\,K(X,X)^{-1}\,(\mathbf y-\mathbf f_0).$$
#
# **Your task.** Write `ntk_prediction(K_train, K_test, y, f0_train, f0_test)`: these outputs, `(t,)`. The shapes are
# `K_train` $(n,n)$, `K_test` $(t,n)$, `y` and `f0_train` $(n,)$, `f0_test` $(t,)$.
#
# **Example.** With one training and one test input, $K(X,X)=2$, $K(\mathbf x,X)=1$, $y=5$, $f_0=1$ and
# $f_0(\mathbf x)=10$: $10+\tfrac12(5-1)=12$.

# %% [markdown] hints="6.27d"
# What the kernel has to explain is only what the network does not say already: $\mathbf y-\mathbf f_0$.
#
# ---
# `np.linalg.solve(K_train, y - f0_train)` is better than the inverse.


# %% answer="6.27d"
def ntk_prediction(K_train, K_test, y, f0_train, f0_test) -> np.ndarray:
    """Outputs (t,) of the linearised network after gradient descent for infinite time."""
    ### BEGIN SOLUTION
    return f0_test + K_test @ np.linalg.solve(K_train, y - f0_train)
    ### END SOLUTION


# %% test="6.27d" decides=true
K_2, K_new = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 0.5], [0.0, 2.0], [1.0, 1.0]])
y_2, start_2, start_new = np.array([5.0, -1.0]), np.array([1.0, 0.5]), np.array([10.0, 0.0, -2.0])

expect("6.27d", lambda: ntk_prediction(K_2, K_new, y_2, start_2, start_new), [12.0, -2.8, -0.7], rtol=1e-4)
expect("6.27d", lambda: ntk_prediction(K_2, K_2, y_2, start_2, start_2), y_2, rtol=1e-4)

# %% [markdown]
# ### Does a trained network do that?
#
# **Your task.** Write `lazy_gaps(X, y, X_test, W, c, learning_rate=0.3, steps=600)`. It trains the ReLU network from
# `W` and `c` with gradient descent on $\tfrac12\sum_i(f(\mathbf x_i)-y_i)^2$: in every step the gradients by $W$ and $c$
# are computed first, then both move by `learning_rate` times their gradients. It returns a dictionary:
#
# - `"trained"`: the outputs of the trained network for `X_test`, `(t,)`;
# - `"linearised"`: the root of the mean squared difference between them and `ntk_prediction`, with the kernel and
#   the outputs **at the start**;
# - `"plain"`: the same for plain kernel regression $K(\mathbf x,X)\,K(X,X)^{-1}\,\mathbf y$, in which $f_0$ is missing.

# %% [markdown] hints="6.27e"
# With $Z=XW^T$, $A=\mathrm{ReLU}(Z)$ and the residual $\mathbf r=A\mathbf c/\sqrt N-\mathbf y$, the gradient by $\mathbf c$ is
# $A^T\mathbf r/\sqrt N$.
#
# ---
# The gradient by $W$ has a row $\sum_i r_i\,c_j\,\phi'(z_{ij})\,\mathbf x_i/\sqrt N$ for every unit: with
# `D = np.outer(r, c) * (Z > 0)` it is `D.T @ X / np.sqrt(N)`.
#
# ---
# The kernels belong to the start: compute them from `W` and `c` before you train copies of them. Plain kernel
# regression is `ntk_prediction` with zeros for both starts.


# %% answer="6.27e"
def lazy_gaps(X, y, X_test, W, c, learning_rate=0.3, steps=600) -> dict:
    """{"trained": (t,), "linearised": a number, "plain": a number}."""
    ### BEGIN SOLUTION
    root = np.sqrt(len(c))
    K_train, K_test = empirical_ntk(X, X, W, c), empirical_ntk(X_test, X, W, c)
    f0_train, f0_test = relu(X @ W.T) @ c / root, relu(X_test @ W.T) @ c / root
    linearised = ntk_prediction(K_train, K_test, y, f0_train, f0_test)
    plain = ntk_prediction(K_train, K_test, y, 0 * f0_train, 0 * f0_test)

    for _ in range(steps):
        Z = X @ W.T
        r = relu(Z) @ c / root - y
        D = np.outer(r, c) * (Z > 0)
        by_W, by_c = D.T @ X / root, r @ relu(Z) / root
        W, c = W - learning_rate * by_W, c - learning_rate * by_c
    trained = relu(X_test @ W.T) @ c / root

    def gap(prediction):
        return np.sqrt(np.mean((trained - prediction) ** 2))

    return {"trained": trained, "linearised": gap(linearised), "plain": gap(plain)}
    ### END SOLUTION


# %% test="6.27e"
def a_problem(N, seed=0):
    """Eight training inputs and twenty others of length 1 in four dimensions, and a network."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(28, 4))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    y = 2 * X[:8, 0] * X[:8, 1] + X[:8, 2]
    return X[:8], y, X[8:], rng.normal(size=(N, 4)), rng.normal(size=N)


expect("6.27e", lambda: lazy_gaps(*a_problem(16), steps=40)["trained"][:3], [0.465996, 0.641817, 0.361718], rtol=1e-4)
expect("6.27e", lambda: lazy_gaps(*a_problem(16), steps=40)["linearised"], 0.180228, rtol=1e-4)
expect("6.27e", lambda: lazy_gaps(*a_problem(16), steps=40)["plain"], 0.269023, rtol=1e-4)

# %%
def gaps_by_width(seeds=range(3)):
    """Both gaps for several widths, means over a few networks."""
    widths = [16, 64, 256, 1024]
    lines = ["   N   linearised   plain"]
    means = {"linearised": [], "plain": []}
    for N in widths:
        found = [lazy_gaps(*a_problem(N, seed)) for seed in seeds]
        for name, column in means.items():
            column.append(np.mean([one[name] for one in found]))
        lines.append(f"{N:4d}   {means['linearised'][-1]:.4f}       {means['plain'][-1]:.4f}")
    print(*lines, sep="\n")
    figure, ax = axes("width N", "RMS difference", "Trained network and kernel")
    with style():
        for (name, column), marker in zip(means.items(), "os"):
            ax.loglog(widths, column, marker=marker, label=name)
        ax.legend()
    show(figure, "The gap to the linearised network falls with the width, the one to plain kernel regression does not.")


try:
    gaps_by_width()
except NotImplementedError:
    print("○ Here your trained networks will be compared with their kernels, once lazy_gaps is written.")
except Exception as problem:
    print(f"✘ Not yet: {type(problem).__name__}: {problem}")

# %% [markdown]
# ### At what width are they identical?
#
# The source asks at what width a network that was trained predicts effectively the same as **plain** kernel
# regression with its NTK, $K(\mathbf x,X)K(X,X)^{-1}\mathbf y$.
#
# **Your task.** Set `identical_from` to a letter.
#
# - **A** From about 1,000 units on: there the linear model holds.
# - **B** From about 16,000 units on: the gap falls like $1/\sqrt N$, and has to be small some time.
# - **C** At no width: $f_0$ does not shrink as $N$ grows, and the trained network still carries it.
# - **D** At no width: the kernel keeps changing from draw to draw, however wide the network is.

# %% [markdown] hints="6.27f"
# Look at the second curve of your picture. Does it fall?
#
# ---
# What is the variance of $f(\mathbf x)$ at the start, for $\lVert\mathbf x\rVert=1$? It is a sum of $N$ terms, divided by
# $\sqrt N$.

# %% answer="6.27f"
identical_from = ...  # a letter, "A" to "D"
### BEGIN SOLUTION
identical_from = "C"
### END SOLUTION

# %% test="6.27f"
expect("6.27f", lambda: identical_from, one_letter("ABCD"))

# %% [markdown] commentary="6.27"
# For plain kernel regression to be right, the start would have to be 0 everywhere. (One can have that: take the
# difference of two networks with equal weights.) What does not change during training is lazy in another
# sense, too: a network whose kernel stays as it was drawn has learned no features. Networks of practical
# width with a common start and larger steps do learn some, and the theory of this exercise leaves that out.

# %% [markdown] written="6.27-written"
# **In your own words (optional, read by a person).** In what sense does a very wide network behave as a linear
# model? Name the assumptions, say what your two curves show, and what this picture leaves out.
#
# ### BEGIN SOLUTION
# With standard normal w and c, an output divided by √N, squared loss and small steps, the weights move so little
# that f is close to its linearisation around the start: a linear model in the fixed features ∇f. My gap to that
# model falls from 0.19 at N = 16 to 0.009 at N = 1024 (the theory says like N^(−½)). The gap to plain kernel regression does
# not fall, because the random outputs f₀ of the start are of the same size at every width and stay in the result.
#
# The formula is for infinite time; after finitely many steps directions with small eigenvalues are not learned
# yet. What is left out is feature learning: with another scaling or large steps the kernel itself changes.
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/09_wide_and_sparse")

# %% [markdown]
# {{next}}
