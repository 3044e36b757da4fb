# %% [markdown]
# # Gradients by hand
#
# A framework differentiates whatever you compute, and it does so with a graph. Here you are the framework:
# you draw the graph of a small network, say what is the shape of everything on it, carry a gradient from its
# end to its beginning, and then let PyTorch do the same and compare. At the end you find out how much such a
# comparison proves.
#
# > **Conventions here.** One example at a time: $\mathbf x$ has the shape `(d,)`, a vector has one axis and
# > is neither a row nor a column, a number has the shape `()`. A weight matrix is (outputs, inputs), so
# > $\mathbf z=W\mathbf x+\mathbf b$. The gradient of the loss with respect to a value has **the shape of that
# > value**. The *local Jacobian* of one step holds the derivatives of every entry of its output by every entry
# > of an operand: its shape is the output's, followed by the operand's.

# %% setup=true
import numpy as np
from IPython.display import display

from utils import expect, grade, is_number, progress, some_letters, such_that
from utils.explorers.ch06_networks.gradients_by_hand import (
    draw_network,
    layer_stepper,
    network_stepper,
    units_on_explorer,
)

# %% [markdown] exercise="6.10" title="A network as a graph" stars=2 minutes=45 needs="6.2"
# A formula hides its order of computation; a graph shows it. And once you know what each node does to a
# gradient, you can differentiate every network that is made of these nodes, in whatever way they are connected.
#
# The next cell (Shift+Enter) walks through the graph of a single layer: its values from left to right, then
# its gradients from right to left. Watch which gradients come out with another shape than they went in.

# %% picture=true
layer_stepper()

# %% [markdown]
# ### (a) The graph
#
# This is the network of the exercise, with 3 inputs, 4 hidden units and a single output, a number:
#
# $$\hat y=\sigma\bigl(\mathbf w_2\cdot\operatorname{ReLU}(W_1\mathbf x+\mathbf b_1)+b_2\bigr)$$
#
# Its leaves are `x`, `W1`, `b1`, `w2` and `b2`. From them it computes six values, in this order: `u`, `z1`,
# `a1`, `v`, `s`, `y_hat`. Each is the result of a single operation, one of `matmul` (also for the product of
# two vectors), `add`, `relu` and `sigmoid`.
#
# **Your task.** Draw the graph: set `graph` to a dictionary that says, for each of the six, the name of the
# operation and then the operands. The test draws what you wrote.
#
# **Example.** `"u": ("matmul", "W1", "x")`.

# %% [markdown] hints="6.10a"
# Begin inside the innermost bracket: what does the computer have to do first, second, third?
#
# ---
# Every bias is an `add` of its own. The two that use one operand are the activations.

# %% answer="6.10a"
graph = ...  # a dict: {"u": ("matmul", "W1", "x"), "z1": (…), "a1": (…), "v": (…), "s": (…), "y_hat": (…)}
### BEGIN SOLUTION
graph = {
    "u": ("matmul", "W1", "x"),
    "z1": ("add", "u", "b1"),
    "a1": ("relu", "z1"),
    "v": ("matmul", "w2", "a1"),
    "s": ("add", "v", "b2"),
    "y_hat": ("sigmoid", "s"),
}
### END SOLUTION

# %% test="6.10a"
NODES = ("u", "z1", "a1", "v", "s", "y_hat")


def names_for_each(found):
    return all(isinstance(word, str) for name in NODES for word in list(found[name]))


ENTRIES = "an operation and its operands, as names, for u, z1, a1, v, s and y_hat"
expect("6.10a", lambda: graph, such_that(ENTRIES, names_for_each))
try:
    display(draw_network(graph))
except Exception:
    pass  # the picture comes with a graph that can be drawn

# %% [markdown]
# ### (b) What flows along the arrows
#
# The leaves have the shapes `x` `(3,)`, `W1` `(4, 3)`, `b1` `(4,)`, `w2` `(4,)` and `b2` `()`.
#
# **Your task.** Set `shapes` to a dictionary with the shapes of the six values, as tuples.
#
# **Example.** In the graph of the picture above, with 2 inputs and 3 units, $L$ has the shape `()`.

# %% [markdown] hints="6.10b"
# A matrix of 4 rows and 3 columns times a vector: how many numbers is that?
#
# ---
# Adding and applying an activation change no shape. A vector times a vector is a number, and a number has
# no axis at all.

# %% answer="6.10b"
shapes = ...  # a dict: {"u": a tuple, "z1": …, "a1": …, "v": …, "s": …, "y_hat": …}
### BEGIN SOLUTION
shapes = {"u": (4,), "z1": (4,), "a1": (4,), "v": (), "s": (), "y_hat": ()}
### END SOLUTION

# %% test="6.10b"
def six_shapes(found):
    return all(isinstance(found[name], (tuple, list)) for name in ("u", "z1", "a1", "v", "s", "y_hat"))


expect("6.10b", lambda: shapes, such_that("the shapes of u, z1, a1, v, s and y_hat, as tuples", six_shapes))
try:
    display(draw_network(graph, shapes))
except Exception:
    pass  # the picture comes with a graph and shapes that can be drawn

# %% [markdown]
# ### (c) The local Jacobians
#
# Now give every arrow its derivative. A step with an output of 5 numbers and an operand of 2 numbers has
# $5\cdot2$ derivatives; by the convention above they stand in a table of the shape `(5, 2)`, the output first.
# When an operand is a matrix, its two axes follow those of the output, and the table has more than two axes.
#
# **Your task.** Set `jacobians` to a dictionary with the shapes of these eight, as tuples. The key
# `"u by x"` means $\partial\mathbf u/\partial\mathbf x$:
# `"u by W1"`, `"u by x"`, `"z1 by u"`, `"z1 by b1"`, `"a1 by z1"`, `"v by w2"`, `"v by a1"`, `"y_hat by s"`.
#
# **Example.** For $\mathbf c=\mathbf p+\mathbf q$ with vectors of 2 numbers, `"c by p"` is `(2, 2)`: it is the
# identity matrix, because $c_1$ does not depend on $p_2$.

# %% [markdown] hints="6.10c"
# Write the shape of the output, then that of the operand behind it, without leaving anything out.
#
# ---
# That an activation acts on each number alone says which entries of its table are 0. They are entries all the
# same.
#
# ---
# A number adds nothing to a shape: () in front of (4,) is (4,).

# %% answer="6.10c"
jacobians = ...  # a dict: {"u by W1": a tuple, "u by x": …, "z1 by u": …, and so on, eight entries}
### BEGIN SOLUTION
jacobians = {
    "u by W1": (4, 4, 3),
    "u by x": (4, 3),
    "z1 by u": (4, 4),
    "z1 by b1": (4, 4),
    "a1 by z1": (4, 4),
    "v by w2": (4,),
    "v by a1": (4,),
    "y_hat by s": (),
}
### END SOLUTION

# %% test="6.10c"
def eight_shapes(found):
    keys = ("u by W1", "u by x", "z1 by u", "z1 by b1", "a1 by z1", "v by w2", "v by a1", "y_hat by s")
    return all(isinstance(found[key], (tuple, list)) for key in keys)


expect("6.10c", lambda: jacobians, such_that("eight shapes, as tuples, under the keys above", eight_shapes))

# %% [markdown] commentary="6.10"
# The table of u by W₁ has 48 entries, and only 12 of them can differ from 0: u_i knows only row i of W₁. The
# one of a₁ by z₁ has 16 entries, of which at most the 4 on the diagonal differ from 0. No framework ever
# writes such a table down. It only needs what the table *does* to a gradient: an outer product, an
# entry-by-entry product.

# %% [markdown]
# ### (d) The way to W1
#
# Behind this network stands a loss $\mathcal L$, and someone hands you $\partial\mathcal
# L/\partial\hat y$. From there to $\partial\mathcal L/\partial W_1$ the gradient passes six nodes, and every
# one of them is an application of the chain rule.
#
# - **A** multiply by $\mathbf w_2$
# - **B** multiply by $\hat y(1-\hat y)$
# - **C** take the outer product with $\mathbf x$
# - **D** multiply by $W_1^T$
# - **E** hand it on unchanged, from `z1` to one of its terms
# - **F** multiply by $\mathbf a_1$
# - **G** multiply entry by entry by 1 or 0, according to the sign of $\mathbf z_1$
# - **H** hand it on unchanged, from `s` to one of its terms
#
# **Your task.** Set `way` to the letters of the six steps in their order, from $\hat y$ to $W_1$, such as
# `"ABC"`. Two of the cards belong to the way to another leaf.

# %% [markdown] hints="6.10d"
# Go backwards through your graph from `y_hat`. At every node ask which of its operands leads to `W1`.
#
# ---
# A product hands to each factor the gradient times the *other* factor. So the card with $\mathbf a_1$ leads to
# `w2`. Which of the two cards about `matmul` with `W1` and `x` leads to `W1`?

# %% answer="6.10d"
way = ...  # a text of six letters
### BEGIN SOLUTION
way = "BHAGEC"
### END SOLUTION

# %% test="6.10d"
expect("6.10d", lambda: way, some_letters("ABCDEFGH"))

# %% [markdown]
# ### All gradients
#
# The same walk, with a visit to every leaf.
#
# **Your task.** Write `trace_gradients(x, W1, b1, w2, b2, upstream=1.0)`, where `upstream` is $\partial\mathcal
# L/\partial\hat y$. Return a dictionary with the gradients of $\mathcal L$ with respect to `s`, `w2`, `b2`,
# `a1`, `z1`, `W1`, `b1` and `x`; each has the shape of the value. Let the sizes follow from the arguments: the
# check uses other numbers of inputs and units, too.
#
# Use NumPy only (PyTorch and the course's networks are taken away in the complete check), and leave the
# arguments as they are. No pre-activation of a test is 0.
#
# **Example.** With a single input and a single unit, $x=2$, $W_1=3$, $b_1=-5$, $w_2=4$, $b_2=-4$: then
# $z_1=1$, $s=0$, and the gradients are 0.25 for $s$, $w_2$ and $b_2$, 1 for $a_1$, $z_1$ and $b_1$, 2 for
# $W_1$, 3 for $x$.

# %% setup=true
example = {
    "x": np.array([1.0, -2.0, 0.5]),
    "W1": np.array([[0.6, -0.2, 0.4], [-0.5, 0.3, 0.8], [0.2, 0.1, -0.6], [-0.3, -0.7, 0.9]]),
    "b1": np.array([0.2, -0.1, -0.4, 0.3]),
    "w2": np.array([0.9, -0.6, 1.2, -0.8]),
    "b2": np.array(0.7),
}


def values(nudged="", by=0.0):
    """Every value of the network on `example`, when one of them is nudged and the later ones follow."""
    v = {}

    def put(name, value):
        v[name] = value + (by if name == nudged else 0.0)

    for name, value in example.items():
        put(name, value)
    put("z1", v["W1"] @ v["x"] + v["b1"])
    put("a1", np.maximum(v["z1"], 0))
    put("s", v["w2"] @ v["a1"] + v["b2"])
    put("y_hat", 1 / (1 + np.exp(-v["s"])))
    return v


def measured(name, h=1e-6):
    """The gradient of y_hat with respect to one value, by nudging each of its entries to either side."""
    slopes = np.zeros(np.shape(values()[name]))
    for place in np.ndindex(slopes.shape):
        by = np.zeros(slopes.shape)
        by[place] = h
        slopes[place] = (values(name, by)["y_hat"] - values(name, -by)["y_hat"]) / (2 * h)
    return slopes


# %% [markdown] hints="6.10"
# First the forward pass: you need `z1`, `a1` and `y_hat` on the way back. Then go through the names in the
# order of the task, each from what is already there.
#
# ---
# `d["s"]` is a number. From it come `w2`, `b2` and `a1`: in a product each factor gets the gradient times the
# other factor, in a sum both terms get it unchanged.
#
# ---
# `d["z1"]` is a vector, with a 0 for every unit that is off. From it come `b1`, `W1` (with
# `np.outer`) and `x` (with `W1.T`).


# %% answer="6.10"
def trace_gradients(x, W1, b1, w2, b2, upstream=1.0) -> dict:
    """{name: dL/d(name)} for s, w2, b2, a1, z1, W1, b1 and x, where upstream is dL/dy_hat."""
    ### BEGIN SOLUTION
    z1 = W1 @ x + b1
    a1 = np.maximum(z1, 0)
    y_hat = 1 / (1 + np.exp(-(w2 @ a1 + b2)))
    d = {"s": upstream * y_hat * (1 - y_hat)}
    d["w2"] = d["s"] * a1
    d["b2"] = d["s"]
    d["a1"] = d["s"] * w2
    d["z1"] = d["a1"] * (z1 > 0)
    d["W1"] = np.outer(d["z1"], x)
    d["b1"] = d["z1"]
    d["x"] = W1.T @ d["z1"]
    return d
    ### END SOLUTION


# %% test="6.10" decides=true
def traced(name, upstream=1.0):
    """One of the gradients that you find for `example`; the number of s and b2 without an axis."""
    found = trace_gradients(*example.values(), upstream)[name]
    return np.squeeze(found) if name in ("s", "b2") else found


expect("6.10", lambda: traced("s"), measured("s"), rtol=1e-4)
expect("6.10", lambda: traced("s", upstream=-3.0), -3 * measured("s"), rtol=1e-4)
expect("6.10", lambda: traced("w2"), measured("w2"), rtol=1e-4, atol=1e-7)
expect("6.10", lambda: traced("b2"), measured("b2"), rtol=1e-4)
expect("6.10", lambda: traced("a1"), measured("a1"), rtol=1e-4)
expect("6.10", lambda: traced("z1"), measured("z1"), rtol=1e-4, atol=1e-7)
expect("6.10", lambda: traced("W1"), measured("W1"), rtol=1e-4, atol=1e-7)
expect("6.10", lambda: traced("b1"), measured("b1"), rtol=1e-4, atol=1e-7)
expect("6.10", lambda: traced("x"), measured("x"), rtol=1e-4)
try:
    display(network_stepper(trace_gradients))
except Exception:
    pass  # the picture comes with an answer that runs

# %% [markdown] commentary="6.10"
# Three kinds of lines are enough: a product hands each factor the gradient times the other factor, a sum
# hands it on, an activation multiplies entry by entry by its slope. Only the two matmul lines change
# a shape, and in both the shape of the result says which way round the product must be. A row of zeros in
# the gradient of W₁ belongs to a unit that is off: this example does not move its weights.

# %% [markdown] written="6.10-written"
# **In your own words (optional, read by a person).** Write $\partial\mathcal L/\partial W_1$ as one formula in
# $\partial\mathcal L/\partial\hat y$, $\hat y$, $\mathbf w_2$, $\mathbf z_1$ and $\mathbf x$, name the node that
# each factor belongs to, and say what would change if two losses used the same $\hat y$.
#
# ### BEGIN SOLUTION
# $$\frac{\partial\mathcal L}{\partial W_1}=\Bigl[\frac{\partial\mathcal L}{\partial\hat y}\,\hat y(1-\hat y)\,
# \mathbf w_2\odot\mathbf 1[\mathbf z_1>0]\Bigr]\mathbf x^T$$
#
# From left to right: the gradient that arrives; the sigmoid's slope; $\mathbf w_2$ from the product
# $\mathbf w_2\cdot\mathbf a_1$; the mask of the ReLU; $\mathbf x^T$ from the product $W_1\mathbf x$, as an outer
# product because $W_{1,ij}$ multiplies $x_j$ and ends in $u_i$. The two sums contribute a factor of 1 each.
#
# With two losses two arrows leave $\hat y$, and what comes back along them is added. Everything after
# that stays as it is.
# ### END SOLUTION

# %% [markdown] exercise="6.15" title="Check yourself against autograd" stars=2 minutes=40 needs="6.10"
# Who writes a backward pass by hand checks it, and the best partner for that is a program that
# differentiates by itself. You write both sides, compare them, and then ask what such a comparison has proved.
#
# "Verify the equations of backpropagation": for that one has to say of which network. Here it has two layers,
# a ReLU in the hidden layer, a sigmoid at the output, and the binary cross-entropy as its loss:
#
# $$\mathbf z_1=W_1\mathbf x+\mathbf b_1,\quad \mathbf a_1=\operatorname{ReLU}(\mathbf z_1),\quad
# z_2=W_2\mathbf a_1+b_2,\quad \hat y=\sigma(z_2),\quad
# \mathcal L=-\bigl[y\log\hat y+(1-y)\log(1-\hat y)\bigr]$$
#
# And the weights are not left to chance: with random ones a check may happen to say nothing. For the input that
# is given below, one hidden unit is off, and none is on its kink.

# %% setup=true
import torch

torch.set_num_threads(1)
W1 = np.array([[0.5, -0.4], [0.3, 0.2], [-0.6, 0.7]])
b1 = np.array([0.1, 0.2, 0.2])
W2 = np.array([[0.7, -0.8, 0.9]])
b2 = np.array([0.05])
x, y = np.array([1.0, 2.0]), 1.0
given = (W1, b1, W2, b2, x, y)
one = [np.array(v) for v in ([[3.0]], [-5.0], [[4.0]], [-4.0], [2.0])]  # one input, one hidden unit

# %% [markdown]
# The shapes are `W1` $(h, d)$, `b1` $(h,)$, `W2` $(1, h)$, `b2` $(1,)$, `x` $(d,)$, and `y` is 0 or 1. (In 6.10 the
# second layer was a vector `w2`. As a matrix with one row it is a layer like every other.)
#
# The next cell (Shift+Enter) shows where each hidden unit is on. How many regions do the three lines
# cut the plane into, and is there one in which all units are on?

# %% picture=true
units_on_explorer()

# %% [markdown]
# ### (a) Forward
#
# **Your task** (by hand, with a calculator or NumPy for the exponential and the logarithm). For the numbers
# above set `z2`, `y_hat` and `loss`.

# %% [markdown] hints="6.15a"
# First `z1`, three numbers. What does ReLU make of the one that is negative?
#
# ---
# $y=1$, so only one of the two terms of the loss remains. The logarithm is the natural one.

# %% answer="6.15a"
z2 = ...  # a number
y_hat = ...  # a number
loss = ...  # a number
### BEGIN SOLUTION
z2 = 0.7 * 0 - 0.8 * 0.9 + 0.9 * 1.0 + 0.05
y_hat = 1 / (1 + np.exp(-z2))
loss = -np.log(y_hat)
### END SOLUTION

# %% test="6.15a"
expect("6.15a", lambda: z2, is_number)
expect("6.15a", lambda: y_hat, is_number)
expect("6.15a", lambda: loss, is_number)

# %% [markdown]
# ### (b) Backward, by autograd
#
# **Your task.** Write `autograd_gradients(W1, b1, W2, b2, x, y)` with PyTorch: make tensors of the arrays,
# compute the loss, call `backward()` on it and return a dictionary with the gradients of `W1`, `b1`, `W2` and
# `b2`. The arguments are arrays, the label is a float; the gradients may be tensors or arrays.
#
# **Example.** With $d=h=1$, $x=2$, $W_1=3$, $b_1=-5$, $W_2=4$, $b_2=-4$, $y=1$: $\hat y=0.5$, and the
# gradients are $-4$ for $W_1$, $-2$ for $b_1$, $-0.5$ for $W_2$ and $b_2$.

# %% [markdown] hints="6.15b"
# `torch.tensor(array, requires_grad=True)` makes a leaf of the graph. After `loss.backward()` the gradient
# stands in its `.grad`.
#
# ---
# `torch.relu`, `torch.sigmoid` and `@` work as in NumPy. The loss you can write with `torch.log`, or as
# `torch.nn.functional.binary_cross_entropy(y_hat, target)` with a tensor of the same shape as the target.
#
# ---
# Make new tensors in every call: `.grad` is added to, never overwritten.


# %% answer="6.15b"
def autograd_gradients(W1, b1, W2, b2, x, y) -> dict:
    """{name: gradient of the loss} for W1, b1, W2 and b2, found by loss.backward()."""
    ### BEGIN SOLUTION
    arrays = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    a1 = torch.relu(leaves["W1"] @ torch.tensor(x) + leaves["b1"])
    y_hat = torch.sigmoid(leaves["W2"] @ a1 + leaves["b2"])
    loss = -(y * torch.log(y_hat) + (1 - y) * torch.log(1 - y_hat)).sum()
    loss.backward()
    return {name: leaf.grad for name, leaf in leaves.items()}
    ### END SOLUTION


# %% test="6.15b"
def of_autograd(name, *arguments):
    return np.asarray(autograd_gradients(*arguments)[name])


expect("6.15b", lambda: of_autograd("W1", *one, 1.0), [[-4.0]], rtol=1e-4)
expect("6.15b", lambda: of_autograd("W1", *one, 1.0), [[-4.0]], rtol=1e-4)  # the second time
expect("6.15b", lambda: of_autograd("b1", *one, 1.0), [-2.0], rtol=1e-4)
expect("6.15b", lambda: of_autograd("W2", *one, 0.0), [[0.5]], rtol=1e-4)
expect("6.15b", lambda: of_autograd("b2", *one, 0.0), [0.5], rtol=1e-4)
expect("6.15b", lambda: of_autograd("W2", *given)[0, 0], 0.0)
expect("6.15b", lambda: of_autograd("W1", *given)[0], [0.0, 0.0])

# %% [markdown] commentary="6.15"
# The four parameters are leaves that require a gradient; x and y need none, because nobody is going to change
# them. The tensors are made inside the function, so a second call begins with empty gradients.

# %% [markdown]
# ### (c) Backward, by hand
#
# **Your task.** Write `manual_gradients(W1, b1, W2, b2, x, y)` with NumPy alone (PyTorch is taken away in the
# complete check): a dictionary with the `loss` and the gradients of `W1`, `b1`, `W2` and `b2`, in the shapes of
# the parameters.
#
# **Example.** With the numbers of the example of (b) the loss is $\log2=0.6931$.

# %% [markdown] hints="6.15"
# The derivative of the cross-entropy with respect to $\hat y$, times the sigmoid's slope $\hat y(1-\hat y)$:
# write it down and simplify. Very little is left.
#
# ---
# $\partial\mathcal L/\partial z_2=\hat y-y$. From there it is the walk of 6.10: `W2` and `b2`, back to `a1`
# through `W2`, the mask, `W1` and `b1`.
#
# ---
# `W2` has the shape (1, h): `np.outer` of the two vectors makes it, and `W2.T @ delta` leads back to the
# hidden units.


# %% answer="6.15"
def manual_gradients(W1, b1, W2, b2, x, y) -> dict:
    """The loss and its gradients with respect to W1, b1, W2 and b2 for one example, by the chain rule."""
    ### BEGIN SOLUTION
    z1 = W1 @ x + b1
    a1 = np.maximum(z1, 0)
    y_hat = 1 / (1 + np.exp(-(W2 @ a1 + b2)))
    loss = -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)).item()
    delta2 = y_hat - y
    delta1 = (W2.T @ delta2) * (z1 > 0)
    dW2 = np.outer(delta2, a1)
    dW1 = np.outer(delta1, x)
    return {"loss": loss, "W1": dW1, "b1": delta1, "W2": dW2, "b2": delta2}
    ### END SOLUTION


# %% test="6.15" decides=true
def nudged_loss(place, by):
    """The loss of the network above when one parameter (0 is W1, ... 3 is b2) is nudged."""
    W1_, b1_, W2_, b2_ = [p + by if k == place else p for k, p in enumerate(given[:4])]
    p = 1 / (1 + np.exp(-(W2_ @ np.maximum(W1_ @ x + b1_, 0) + b2_)))
    return -np.log(p).item()


def by_nudging(place, h=1e-6):
    """The gradient of that parameter, measured entry by entry."""
    slopes = np.zeros(given[place].shape)
    for entry in np.ndindex(slopes.shape):
        by = np.zeros(slopes.shape)
        by[entry] = h
        slopes[entry] = (nudged_loss(place, by) - nudged_loss(place, -by)) / (2 * h)
    return slopes


def by_hand(name, *arguments):
    found = manual_gradients(*arguments)[name]
    return np.squeeze(found) if name in ("loss", "b2") else found


expect("6.15", lambda: by_hand("loss", *one, 1.0), 0.693147, rtol=1e-4)
expect("6.15", lambda: by_hand("loss", *given[:5], 0.0), 0.814745, rtol=1e-4)
expect("6.15", lambda: by_hand("b2", *given), by_nudging(3)[0], rtol=1e-4)
expect("6.15", lambda: by_hand("b2", *one, 0.0), 0.5, rtol=1e-4)
expect("6.15", lambda: by_hand("W2", *given), by_nudging(2), rtol=1e-4, atol=1e-7)
expect("6.15", lambda: by_hand("b1", *given), by_nudging(1), rtol=1e-4, atol=1e-7)
expect("6.15", lambda: by_hand("W1", *given), by_nudging(0), rtol=1e-4, atol=1e-7)

# %% [markdown] commentary="6.15"
# delta2 is where the cross-entropy and the sigmoid cancel: (ŷ − y) / (ŷ(1 − ŷ)) times ŷ(1 − ŷ). Each delta is
# the gradient of a pre-activation, and it is the gradient of the bias at the same time. A weight matrix gets the
# outer product of the delta behind it and the activation before it.

# %% [markdown]
# ### Do they agree?
#
# "They match" is the claim; it needs a number. The usual one is the largest difference of two entries.
#
# **Your task.** Write `gradient_difference(ours, theirs)`: the largest absolute difference between
# corresponding entries, over all entries of `W1`, `b1`, `W2` and `b2`. Both arguments are dictionaries with
# these four arrays (or tensors); `ours` has a `loss` beside them, which plays no part.
#
# **Example.** If all entries agree except one, which is 3 in `ours` and 5 in `theirs`, the result is 2.

# %% [markdown] hints="6.15c"
# For a single parameter it is `np.abs(a - b).max()`. Mind the order: first the differences, then their
# sizes, then the largest.
#
# ---
# Then take the largest of the four. `np.asarray` makes an array of a tensor.


# %% answer="6.15c"
def gradient_difference(ours: dict, theirs: dict) -> float:
    """The largest absolute difference between entries of W1, b1, W2 and b2."""
    ### BEGIN SOLUTION
    names = ("W1", "b1", "W2", "b2")
    differences = [np.abs(np.asarray(ours[name]) - np.asarray(theirs[name])).max() for name in names]
    return float(max(differences))
    ### END SOLUTION


# %% test="6.15c" decides=true
some = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def moved(name, by):
    """The difference between `some` with a loss, and `some` with one parameter moved by `by`."""
    other = some | {name: some[name] + np.array(by)}
    return np.squeeze(gradient_difference(some | {"loss": 100.0}, other))


expect("6.15c", lambda: moved("W1", [[0.1, 0.0], [0.0, -2.0], [1.9, 0.1]]), 2.0, rtol=1e-4)
expect("6.15c", lambda: moved("W1", [[0.1, 0.0], [0.0, 2.0], [-1.9, -0.2]]), 2.0, rtol=1e-4)
expect("6.15c", lambda: moved("b1", [0.5, -0.5, 0.0]), 0.5, rtol=1e-4)
expect("6.15c", lambda: moved("W2", [[0.0, 0.0, -0.4]]), 0.4, rtol=1e-4)
expect("6.15c", lambda: moved("b2", [0.3]), 0.3, rtol=1e-4)
everywhere = {name: value + 0.5 for name, value in some.items()}
expect("6.15c", lambda: np.squeeze(gradient_difference(some | {"loss": 1.0}, everywhere)), 0.5, rtol=1e-4)

# %% [markdown]
# And now the comparison itself, once both sides are written:

# %%
try:
    largest = gradient_difference(manual_gradients(*given), autograd_gradients(*given))
    print(f"largest difference between your two sides: {largest:.1e}")
    print("they agree to rounding" if largest < 1e-6 else "they do not agree: one of the two is wrong")
except NotImplementedError:
    print("Write autograd_gradients, manual_gradients and gradient_difference first.")

# %% [markdown] commentary="6.15"
# Signed differences may cancel, and a mean hides a single wrong entry among thousands of right ones; the
# largest absolute difference does neither. In float64 two right programs differ by 1e-16 or so, a wrong one by
# 1e-2 and more: any bound in between will do, and 1e-6 also lets a float32 program pass.

# %% [markdown]
# ### Find what the check cannot see
#
# The source of this exercise asks for known weights and *a single input*, and calls that a verification. It
# depends on the input. Keep the weights above, and let the input be $\mathbf x=(1,1)$, again with $y=1$. Then
# $\mathbf z_1=(0.2,\,0.7,\,0.3)$.
#
# Six students hand in a `manual_gradients` with a mistake in it:
#
# - **A** `delta1` is `W2.T @ delta2`, without the mask of the ReLU.
# - **B** `dW2` is the outer product of `delta2` and `z1`, in place of `a1`.
# - **C** `delta2` is `(y_hat - y) * y_hat * (1 - y_hat)`.
# - **D** `dW1` is the outer product of `delta1` and `np.ones(2)`, in place of `x`.
# - **E** `delta2` is `y - y_hat`.
# - **F** `delta1` is `delta2 * (z1 > 0)`, without `W2`.
#
# **Your task.** Set `unseen` to the letters of **all** mistakes that the comparison at this input cannot see:
# the gradients come out right all the same.

# %% [markdown] hints="6.15d"
# For every line ask: with these very numbers, is what was left out or exchanged a factor of 1, or the same
# number?
#
# ---
# At this input all three units are on. What is the mask then, and how do `z1` and `a1` differ?

# %% answer="6.15d"
unseen = ...  # some letters, "A" to "F"
### BEGIN SOLUTION
unseen = "ABD"
### END SOLUTION

# %% test="6.15d"
expect("6.15d", lambda: unseen, some_letters("ABCDEF"))

# %% [markdown] commentary="6.15"
# A comparison says something about those mistakes only that would show at its input. An input of ones hides a
# missing x, units that are all on hide a missing mask, a zero weight hides everything behind it. So check at
# several inputs, with units that are on and off, with both labels, and with different sizes on every axis:
# square matrices hide a transposition.

# %% [markdown] written="6.15-written"
# **In your own words (optional, read by a person).** Your two sides agree to $10^{-16}$ at the numbers above.
# What is proved by that, what is not, and which further numbers would you try first?
#
# ### BEGIN SOLUTION
# It proves that both programs compute the same four gradients at this point, and because they were written
# independently, a common mistake is unlikely there. It does not prove that the formulas hold at other points:
# this example has the label 1 only, so a mistake in the term with $1-y$ does not show, and it has the only unit
# that is off at one place. Nor does it prove that the network is the one that was meant, since both
# sides would share a misunderstanding of the task. I would try the label 0, inputs with other units off,
# and other sizes; not points on a kink, where several answers are right.
# ### END SOLUTION

# %% [markdown]
# Where the source's version of these exercises leaves something open, the
# [errata](../errata.ipynb#Notebook-3-of-chapter-6) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/03_gradients_by_hand")

# %% [markdown]
# {{next}}
