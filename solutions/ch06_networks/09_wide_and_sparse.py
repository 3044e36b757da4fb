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


def relu(z):
    return np.maximum(z, 0)


def outputs(network, x, activation=relu):
    """Σ v_j act(w_j x + b_j) + c at every number of x; the network is (w, b, v, c)."""
    w, b, v, c = network
    return activation(np.outer(x, w) + b) @ v + c


def f_target(x):
    return np.sin(3 * x) + 0.5 * np.cos(7 * x)


# %% [markdown] exercise="6.20" title="One hidden layer is enough" stars=3 minutes=30
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


def a_cubic(x):
    return x**3 + 2


expect("6.20", lambda: fitted(np.square, 2, 0.0, 2.0, [0.0, 0.5, 1.0, 1.5, 2.0]), [0, 0.5, 1, 2.5, 4], rtol=1e-4, atol=1e-5)
expect("6.20", lambda: fitted(a_cubic, 3, -1.0, 2.0, [-1.0, 0.0, 0.5, 1.0, 2.0]), [1, 2, 2.5, 3, 10], rtol=1e-4, atol=1e-5)
expect("6.20", lambda: fitted(a_cubic, 4, -1.0, 1.0, [-0.75, -0.5, 0.25, 1.0]), [1.4375, 1.875, 2.0625, 3], rtol=1e-4, atol=1e-5)
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
    print("   N   built   trained (mean squared error)")
    figure, panels = axes("x", "f(x)", columns=2, width=9, height=2.8)
    for N in (4, 16, 64, 256, 1024):
        built = outputs(relu_interpolant(f_target, N, -np.pi, np.pi), x)
        learned = outputs(train_tanh(f_target, starting_point(N, seed=0)), x, np.tanh)
        print(f"{N:4d}   {np.mean((built - f_target(x)) ** 2):.4f}   {np.mean((learned - f_target(x)) ** 2):.4f}")
        if N in (16, 64):
            with style():
                panel = panels[N == 64]
                panel.plot(x, f_target(x), label="f")
                panel.plot(x, built, label="built")
                panel.plot(x, learned, label="trained")
                panel.set(title=f"N = {N}", ylim=(-2.6, 1.9))
                panel.legend(ncols=3, loc="lower center")
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
        "W1": np.array([[3.0, -0.1], [-4.0, 0.6]]), "b1": np.array([0.05, 9.0]),
        "W2": np.array([[-0.2, 0.3]]), "b2": np.array([0.02]),
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
expect("6.26", lambda: rewound("W1"), [[3.0, 0.0], [0.0, 0.6]])
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
    print(f"{np.mean(y[unseen] == 0):.3f} of the visitors do not click")
    print("sparsity  network      AUC    accuracy")
    curves = {"rewound": [], "fresh": []}
    for sparsity in sparsities:
        found = lottery_tickets(X[fit_rows], y[fit_rows], [20, 128, 64, 32, 1], sparsity, seed=seed)
        for name, network in found.items():
            auc = roc_auc(y[unseen], network.predict_proba(X[unseen]))
            right = np.mean(network.predict(X[unseen]) == y[unseen])
            if name in curves:
                curves[name].append(auc)
            if name != "full" or sparsity == sparsities[0]:
                print(f"{0 if name == 'full' else sparsity:<9} {name:11} {auc:.3f}  {right:.3f}")
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

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/09_wide_and_sparse")

# %% [markdown]
# {{next}}
