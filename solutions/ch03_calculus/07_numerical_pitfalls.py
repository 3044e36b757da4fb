# %% [markdown]
# # Numerical pitfalls
#
# A formula can be right and its result wrong, because a computer keeps sixteen digits of a number and no more.
# And a program can run without a complaint while its gradient never arrives. In this notebook you meet three
# such cases: a derivative that gets worse when its step gets smaller, a softmax that says nothing at all, and
# training programs that train nothing.
#
# > **Conventions here.** All numbers are float64, except in PyTorch's networks, which are float32. Half the
# > distance between 1 and the next larger float64 is $u=2^{-53}\approx1.1\cdot10^{-16}$: storing a number $v$
# > may change it by up to $u|v|$. An *error* is the absolute value of what was computed minus what is true.
# > Logarithms and exponentials are natural.

# %% setup=true
import numpy as np
import torch
from IPython.display import display
from torch.nn import Linear, functional

from utils import (
    expect,
    grade,
    is_number,
    one_letter,
    one_of,
    progress,
    some_letters,
    some_numbers,
    such_that,
)

torch.set_num_threads(1)
steps = [1e-3, 1e-5, 1e-7, 1e-10]
many_points = np.linspace(0.5, 1.5, 401)

# %% [markdown] exercise="3.30" title="The best step of a difference quotient" stars=2 minutes=25 needs="3.1"
# Whoever writes a derivative checks it with a difference quotient. Its step should be small, says the
# definition. So why does everyone write $10^{-5}$ or so, and not $10^{-15}$?
#
# The quotient of this exercise looks to both sides:
#
# $$f'(x)\approx\frac{f(x+h)-f(x-h)}{2h}$$
#
# Run the next cell (Shift+Enter). It draws the error of a quotient for all steps at once; both axes count in
# powers of ten. Drag `x`: which half of the curve stays calm, and which one trembles? How steep are the
# two halves, and what changes when you look to one side only?

# %% picture=true
from utils.explorers.ch03_calculus.numerical_pitfalls import quotient_explorer

quotient_explorer()

# %% [markdown]
# ### (a) The quotient
#
# **Your task.** Write `central(f, x, h)`: the central difference quotient of a function `f` at `x` with the
# step `h`.
#
# **Example.** For $f(t)=t^2$ at $x=3$ it is exactly 6, for every $h$: parabolas are symmetric enough.

# %% [markdown] hints="3.30a"
# Two values of `f` are needed. How far from each other are the places where it is evaluated?
#
# ---
# From $x-h$ to $x+h$ it is $2h$, and $2h$ in Python needs brackets when it stands below a fraction line.


# %% answer="3.30a"
def central(f, x, h):
    """The central difference quotient of f at x with the step h."""
    ### BEGIN SOLUTION
    return (f(x + h) - f(x - h)) / (2 * h)
    ### END SOLUTION


# %% test="3.30a" decides=true
expect("3.30a", lambda: central(lambda t: t**2, 3.0, 0.5), 6.0, rtol=1e-4)
expect("3.30a", lambda: central(lambda t: t**3, 2.0, 0.5), 12.25, rtol=1e-4)
expect("3.30a", lambda: central(np.exp, 0.0, 2.0), 1.813430, rtol=1e-4)

# %% [markdown] commentary="3.30"
# The points lie at equal distances on both sides, so every even power of h cancels. That is why parabolas come
# out exactly, and why for other functions the first error is h² f‴/6. Halve the step, and that error falls to
# a quarter.

# %% [markdown]
# ### (b) Four steps, measured
#
# Take $f(x)=e^x$, whose derivative is known, and the steps $10^{-3}$, $10^{-5}$, $10^{-7}$, $10^{-10}$ (the
# list `steps` above).
#
# **Your task.**
#
# - Set `errors_at_1` to the four errors at $x=1$, in the order of `steps`. Measure them, do not predict them.
# - At $x=1$ two of the four errors differ by a single last bit, so the ranking there is a matter of luck.
#   Write `median_error(h)`: the median of the errors at all of `many_points`.
# - Set `best_h` to the one of the four steps with the smallest median error.

# %% [markdown] hints="3.30b"
# $e^1$ is `np.e`, and it is its own derivative at 1. An error has no sign: `abs`.
#
# ---
# `np.exp` takes arrays, and so does your `central`: one call gives the quotients at all of `many_points`. Then
# `np.median`.
#
# ---
# `min(steps, key=median_error)` is the step with the smallest median.

# %% answer="3.30b"
def median_error(h):
    """The median of the errors of central(np.exp, x, h) over many_points."""
    ### BEGIN SOLUTION
    return np.median(np.abs(central(np.exp, many_points, h) - np.exp(many_points)))
    ### END SOLUTION


errors_at_1 = ...  # four numbers, for the steps in their order
best_h = ...  # one of the four steps
### BEGIN SOLUTION
errors_at_1 = [abs(central(np.exp, 1.0, h) - np.e) for h in steps]
best_h = min(steps, key=median_error)
### END SOLUTION

# %% test="3.30b"
expect("3.30b", lambda: errors_at_1, some_numbers(4))
expect("3.30b", lambda: best_h, is_number)

# %% [markdown] commentary="3.30"
# One place proves little: at x = 1 the second and the third error differ by 4e-16, the distance between e and
# its neighbour, and a rounding the other way would have exchanged them. Over 401 places the medians are thirty
# times apart. Nor is the last difference "in the noise": at h = 1e-10 the two values of exp still differ by
# 1.2 million units in the last place, and six digits of the derivative are right.

# %% [markdown]
# ### (c) The best step of all
#
# The four steps are far apart. Of which order of magnitude is the best one, for $e^x$ near $x=1$, if every
# $h$ is allowed?
#
# **Your task.** Set `h_opt` to such a step. One digit is plenty; your `median_error` or the picture above can
# help, and so can the derivation below.

# %% [markdown] hints="3.30c"
# Two errors compete: one grows like $h^2$, the other like $1/h$. Where are they about equal?
#
# ---
# Try $\frac{h^2}6=\frac uh$ (the size of $f$ and that of $f'''$ cancel here), with the $u$ of the conventions.

# %% answer="3.30c"
h_opt = ...  # a number
### BEGIN SOLUTION
h_opt = (3 * 2.0**-53) ** (1 / 3)
### END SOLUTION

# %% test="3.30c"
expect("3.30c", lambda: h_opt, is_number)

# %% [markdown]
# ### The derivation, in cards (bonus)
#
# Where does the cube root come from? Put the right cards in order; two of the eight are false.
#
# - **A** Add both errors: $E(h)\approx\frac{h^2}6|f'''|+\frac uh|f|$.
# - **B** Write $f(x+h)$ and $f(x-h)$ as Taylor series about $x$, up to the power $h^3$.
# - **C** Each computed value of $f$ may be off by $u|f|$; the quotient divides their difference by $2h$, so
#   rounding costs up to $\frac uh|f|$.
# - **D** Where $E$ is smallest its derivative is 0: $\frac h3|f'''|=\frac u{h^2}|f|$.
# - **E** Subtract the series and divide by $2h$: what is left is $f'+\frac{h^2}6f'''$ and smaller terms.
# - **F** Solve for the step: $h=\sqrt[3]{3u\,|f|/|f'''|}$.
# - **G** Subtract the series and divide by $2h$: what is left is $f'+\frac h2f''$ and smaller terms.
# - **H** Each computed value of $f$ may be off by $u|f|$, and rounding therefore costs up to $2u|f|$, whatever
#   $h$ is.
#
# **Your task.** Set `derivation` to the six letters in an order in which every card uses only what
# stands before it.

# %% [markdown] hints="3.30-derivation"
# There are two sources of error. Find both before you add them.
#
# ---
# Which powers of $h$ have the same sign in both series? They vanish in the difference.

# %% answer="3.30-derivation"
derivation = ...  # a text of six letters
### BEGIN SOLUTION
derivation = "BECADF"
### END SOLUTION

# %% test="3.30-derivation"
expect("3.30-derivation", lambda: derivation, some_letters("ABCDEFGH"))

# %% [markdown] written="3.30-written"
# **In your own words (optional, read by a person).** Why does the error of the quotient first fall and then
# rise again as the step shrinks? Say for each of the two halves what goes wrong, how it depends on $h$, and
# how many digits of the derivative are right at the best step.
#
# ### BEGIN SOLUTION
# With a long step the quotient is exact arithmetic of the wrong thing: the secant is not the tangent, and by
# Taylor's formula it is off by $h^2|f'''|/6$, so a tenth of the step has a hundredth of the error. With a short
# step the two values agree in almost all of their sixteen digits. Those digits cancel, what is left is the
# rounding of the last ones, and the division by $2h$ makes it large: about $u|f|/h$, ten times as much for a
# tenth of the step. The sum is smallest near the cube root of $3u$, about $7\cdot10^{-6}$. There the error is
# of the order $u^{2/3}$, a few times $10^{-11}$: ten or eleven digits are right, never sixteen.
# ### END SOLUTION

# %% [markdown] exercise="3.31" title="A softmax that survives" stars=2 minutes=20
# Softmax turns numbers of any size into probabilities: $p_i=e^{z_i}/\sum_je^{z_j}$. On paper. In a computer
# $e^{z}$ is 0 below $z\approx-745$ and infinite above $z\approx709$, and logits of a badly scaled network get
# there easily.
#
# In the next cell (Shift+Enter) four logits stand `distance` apart around `middle`, and a number of your
# choice is subtracted from all of them before the exponentials are taken. On paper that changes nothing
# (why?). In the grey stripe exponentials are representable. Which subtraction gives probabilities at *every*
# position of both sliders?

# %% picture=true
from utils.explorers.ch03_calculus.numerical_pitfalls import softmax_range_explorer

softmax_range_explorer()

# %% [markdown]
# ### (a) The stable formula
#
# **Your task.** Write `softmax(z, axis=-1)` for arrays with one or two axes, of floats or of whole numbers.
# The result has the shape of `z`, and its entries add up to 1 along `axis`, however large or small the logits
# are, and however far they lie apart. Leave `z` as it was.
#
# **Example.** `softmax(np.array([0.0, np.log(3)]))` is `[0.25, 0.75]`.

# %% [markdown] hints="3.31a"
# The exponentials may become 0, that does no harm to the small ones. But none may become infinite, and not all
# of them 0.
#
# ---
# Subtract the largest logit: then the largest exponential is exactly 1.
#
# ---
# Every row (or column) has a largest logit of its own. `z.max(axis=axis, keepdims=True)` keeps an axis of
# length 1, so that the shapes fit.


# %% answer="3.31a"
def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """exp(z) / the sum of exp(z) along an axis, for logits of any size."""
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
    ### END SOLUTION


# %% test="3.31a"
low = np.arange(-1000.0, -989.0)
expect("3.31a", lambda: softmax(low), torch.softmax(torch.tensor(low), dim=0).numpy(), rtol=1e-4)
expect("3.31a", lambda: softmax(np.array([1000.0, 1000.0 + np.log(4)])), [0.2, 0.8], rtol=1e-4)
expect("3.31a", lambda: softmax(np.array([-1000, 1000, 0])), [0.0, 1.0, 0.0])
rows = np.array([[0.0, np.log(3)], [1000.0, 1000.0], [-1000.0, -1000.0 + np.log(9)]])
expect("3.31a", lambda: softmax(rows), [[0.25, 0.75], [0.5, 0.5], [0.1, 0.9]], rtol=1e-4)
expect("3.31a", lambda: softmax(rows.T, axis=0), [[0.25, 0.5, 0.1], [0.75, 0.5, 0.9]], rtol=1e-4)

# %% [markdown] commentary="3.31"
# Multiplying numerator and denominator by exp(−max z) changes nothing on paper. In the computer the largest
# exponential is now 1: nothing overflows, and the sum is at least 1. What underflows to 0 would have been
# invisible beside that 1 anyway. The first line above, the range that a source of this exercise asks for,
# proves little by itself: subtracting the mean or the smallest logit passes it too, and so does a sum over a
# whole matrix. (Try `torch.softmax(torch.arange(-1000, -989), 0)`: those are whole numbers, and PyTorch
# refuses them.)

# %% [markdown]
# ### (b) And without the shift?
#
# **Your task.** What does NumPy's `np.exp(z) / np.exp(z).sum()` give for `z = np.arange(-1000.0, -989.0)`,
# entry by entry? Predict it, then try it, then set `naive_result` to one of the words `"nan"`, `"0"`, `"inf"`,
# `"correct"`.

# %% [markdown] hints="3.31b"
# What is `np.exp(-990.0)`? So what is the sum of eleven such numbers?

# %% answer="3.31b"
naive_result = ...  # "nan", "0", "inf" or "correct"
### BEGIN SOLUTION
naive_result = "nan"
### END SOLUTION

# %% test="3.31b"
expect("3.31b", lambda: naive_result, one_of("nan", "0", "inf", "correct"))

# %% [markdown]
# ### The same formula elsewhere (bonus)
#
# What the naive formula does depends on who computes it. Here are four programs:
#
# - `numpy low`: `np.exp(z) / np.exp(z).sum()` with logits from −1000 to −990
# - `numpy high`: the same with logits from 990 to 1000
# - `python low`: `[math.exp(v) / sum(math.exp(w) for w in z) for v in z]` with logits from −1000 to −990
# - `python high`: the same with logits from 990 to 1000
#
# And here is what may happen:
#
# - **A** nan everywhere, because it divides 0 by 0
# - **B** nan everywhere, because it divides infinity by infinity
# - **C** a ZeroDivisionError
# - **D** an OverflowError
#
# **Your task.** Set `what_happens` to a dictionary with a letter for each of the four names.

# %% [markdown] hints="3.31-libraries"
# `math.exp(-1000)` is 0.0 without a complaint; `math.exp(1000)` complains at once.

# %% answer="3.31-libraries"
what_happens = ...  # a dict: {"numpy low": a letter, "numpy high": …, "python low": …, "python high": …}
### BEGIN SOLUTION
what_happens = {"numpy low": "A", "numpy high": "B", "python low": "C", "python high": "D"}
### END SOLUTION

# %% test="3.31-libraries"
def four_letters(found):
    return len(found) == 4 and all(map(one_letter("ABCD"), found.values()))


expect("3.31-libraries", lambda: what_happens, such_that("a letter for each of the four names", four_letters))

# %% [markdown] commentary="3.31"
# Underflow is silent everywhere, and the trouble comes with the division: NumPy divides 0 by 0 and says nan
# (with a warning), Python refuses. Overflow gives NumPy an infinity, and Python's `math.exp` raises. The
# shifted formula never gets to any of the four.

# %% [markdown] exercise="3.32" title="Programs that learn nothing" stars=3 minutes=40
# The worst bugs are those that run. A gradient that is cut off on its way raises no error: the program goes
# through its epochs, prints its losses, and a part of the network, or all of it, stays as it was drawn at the
# start. Here you build a detector for such parameters and repair five programs.
#
# Not every bug is so quiet. PyTorch complains about most of the famous ones: a loss without any parameter that
# requires a gradient, a bare `argmax` in the loss, an operation in place on a leaf. The quiet ones are those
# that someone has *silenced*, those that cut off only a part, and those whose gradient is 0 for a reason.

# %% setup=true
from utils.explorers.ch03_calculus.numerical_pitfalls import training_picture
from utils.gradient_watch import ring, small_network, watch

X, y = ring()  # 60 points in the plane (float32) and whether each lies inside a circle: 0 or 1


def gradient_of(loss_of, *parameters):
    """The gradients that arrive at the parameters, as lists; None where nothing arrives."""
    loss_of().backward()
    return [p.grad if p.grad is None else p.grad.flatten().tolist() for p in parameters]


def filled(weight, bias):
    """A layer with these weights and biases."""
    layer = Linear(len(weight[0]), len(weight))
    layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
    return layer


# %% [markdown]
# ### (a) A detector
#
# A parameter is *dead* for a loss when, after `loss.backward()`, its `.grad` is `None` (nothing arrived) or
# consists of zeros only (something arrived, and it was 0). A gradient that is merely small is alive, and so is
# one with some zeros among its entries.
#
# **Your task.** Write `dead_params(model, loss)`: a list with the names of the dead parameters, in any order.
# `model` is a module (its `named_parameters()` are pairs of name and parameter, and no `.grad` has been set
# yet); `loss` is a tensor with one number, and `backward` has not been called on it.
#
# **Example.** If a model has the layers `a` and `b` and the loss uses `a` alone, the list holds `"b.weight"`
# and `"b.bias"`.

# %% [markdown] hints="3.32a"
# First `loss.backward()`. Then go through the names and look at `parameter.grad`.
#
# ---
# Ask for `None` first: `None` has no entries to compare. `(grad == 0).all()` is true if all entries are 0.


# %% answer="3.32a"
def dead_params(model, loss) -> list:
    """The names of the parameters whose gradient of the loss is None, or zero in every entry."""
    ### BEGIN SOLUTION
    loss.backward()
    named = model.named_parameters()
    return [name for name, p in named if p.grad is None or not p.grad.any()]
    ### END SOLUTION


# %% test="3.32a" decides=true
def three_layers():
    torch.manual_seed(0)
    return torch.nn.ModuleDict({"a": Linear(2, 2), "b": Linear(2, 2), "c": Linear(2, 2)})


def found_dead(loss_of):
    model = three_layers()
    return sorted(dead_params(model, loss_of(model)))


points = torch.tensor([[1.0, 0.0], [3.0, 0.0]])  # the second column makes zeros in the weights' gradients
signs = torch.tensor([1.0, -1.0])  # the gradient of a bias is (2, -2): it adds up to 0


def uses_a(model):
    return (model["a"](points) * signs).sum()


def kills_b(model):
    off = torch.relu(model["b"](points) - 100).sum()
    return 1e-8 * uses_a(model) + off + (model["c"](points) * signs).sum()


expect("3.32a", lambda: found_dead(uses_a), ["b.bias", "b.weight", "c.bias", "c.weight"])
expect("3.32a", lambda: found_dead(kills_b), ["b.bias", "b.weight"])

# %% [markdown] commentary="3.32"
# None and zero are two different diagnoses. None says that no path leads from the loss to the parameter: it was
# detached, rebuilt, or never used. Zeros say that there is a path, and that a factor on it is 0: a ReLU that
# is off, a rounding, a softmax over a single number.

# %% [markdown]
# ### (b) A silenced loss
#
# This program wants few wrong guesses. `backward()` complained that its loss requires no gradient, so a
# line was added, and the complaint went away. The next cells show it, and what 60 steps with it do
# (Shift+Enter).

# %% setup=true
def argmax_loss(model, X, y):
    """The share of wrong guesses. It runs, and it learns nothing."""
    guesses = model(X).argmax(dim=1)
    loss = (guesses != y).float().mean()
    return loss.requires_grad_()


# %% picture=true
model = small_network(n_out=2)
run = watch(lambda: argmax_loss(model, X, y), model)
training_picture(run, "The silenced loss")

# %% [markdown]
# **Your task.** Write `fix_argmax_loss(model, X, y)`: the loss that one uses in its place, the mean
# cross-entropy. `model(X)` gives the logits, a row per point and a column per class (two or more); `y` holds
# the classes as whole numbers. Every parameter must get the gradient of exactly this loss.
#
# **Example.** Where all logits of a row are 0, the row's loss is $\log k$ for $k$ classes.

# %% [markdown] hints="3.32b"
# Move a weight a little: does the guess of any point change? So what is the derivative of the share of wrong
# guesses?
#
# ---
# `functional.cross_entropy(logits, y)` takes the logits as they are. It has the softmax and the logarithm
# inside.


# %% answer="3.32b"
def fix_argmax_loss(model, X, y):
    """The mean cross-entropy of the logits model(X), (n, k), with the classes y, (n,)."""
    ### BEGIN SOLUTION
    return functional.cross_entropy(model(X), y)
    ### END SOLUTION


# %% test="3.32b"
def at_zero(fix):
    """The gradients for two points and a layer of zeros: every class has the probability 1/3."""
    layer = filled([[0.0], [0.0], [0.0]], [0.0, 0.0, 0.0])
    inputs, classes = torch.tensor([[2.0], [4.0]]), torch.tensor([1, 1])
    return gradient_of(lambda: fix(layer, inputs, classes), layer.weight, layer.bias)


def loss_at_zero(fix):
    """The loss of three points and a layer of zeros, with two classes."""
    layer = filled([[0.0], [0.0]], [0.0, 0.0])
    return fix(layer, torch.ones(3, 1), torch.tensor([0, 1, 1])).item()


expect("3.32b", lambda: loss_at_zero(fix_argmax_loss), np.log(2), rtol=1e-4)
thirds = [[1.0, -2.0, 1.0], [1 / 3, -2 / 3, 1 / 3]]
expect("3.32b", lambda: at_zero(fix_argmax_loss), thirds, rtol=1e-4)
try:
    model = small_network(n_out=2)
    run = watch(lambda: fix_argmax_loss(model, X, y), model)
    display(training_picture(run, "Your loss"))
except Exception:
    pass  # the picture comes with a loss that can be trained

# %% [markdown] commentary="3.32"
# requires_grad_() does not connect the loss with anything. It makes the number itself a leaf, whose gradient
# is 1, and backward() has arrived where it began. A penalty such as weight decay silences the complaint as
# well, and then something moves: the penalty is all that is minimised.

# %% [markdown]
# ### (c) Half a network
#
# In this program the loss falls, so nobody looks further. Which half of the network does the work?

# %% setup=true
def detached_hidden(l1, l2, X, y):
    """The loss of a network with one hidden layer. A part of it learns nothing."""
    hidden = torch.relu(l1(X)).detach()  # "saves memory"
    logits = l2(hidden)
    return functional.cross_entropy(logits, y)


# %% picture=true
model = small_network(n_out=2)
run = watch(lambda: detached_hidden(model.l1, model.l2, X, y), model)
training_picture(run, "A detached hidden layer")

# %% [markdown]
# **Your task.** Write `fix_detached_hidden(l1, l2, X, y)`: the same loss, with a gradient that reaches both
# layers.

# %% [markdown] hints="3.32c"
# `detach()` gives a tensor with the same numbers and without a history. What is the history of `hidden` needed
# for?


# %% answer="3.32c"
def fix_detached_hidden(l1, l2, X, y):
    """The mean cross-entropy of l2(ReLU(l1(X))) with the classes y, connected to both layers."""
    ### BEGIN SOLUTION
    hidden = torch.relu(l1(X))
    return functional.cross_entropy(l2(hidden), y)
    ### END SOLUTION


# %% test="3.32c"
def through_both(fix):
    """One point and two hidden units, of which one is off; both logits are 0."""
    l1, l2 = filled([[1.0], [-1.0]], [0.0, 0.0]), filled([[1.0, 3.0], [-1.0, 5.0]], [-2.0, 2.0])
    point, target = torch.tensor([[2.0]]), torch.tensor([1])
    return gradient_of(lambda: fix(l1, l2, point, target), l1.weight, l1.bias, l2.weight)


both = [[2.0, 0.0], [1.0, 0.0], [1.0, 0.0, -1.0, 0.0]]
expect("3.32c", lambda: through_both(fix_detached_hidden), both, rtol=1e-4)
try:
    model = small_network(n_out=2)
    run = watch(lambda: fix_detached_hidden(model.l1, model.l2, X, y), model)
    display(training_picture(run, "Your loss"))
except Exception:
    pass  # the picture comes with a loss that can be trained

# %% [markdown] commentary="3.32"
# The broken program is logistic regression on random features: the last layer learns what it can with the hidden
# units that chance gave it. `.data`, `torch.tensor(hidden)`, a trip through NumPy and `torch.no_grad()` cut in
# the same way.

# %% [markdown]
# ### (d) A parameter that is none
#
# `backward()` fills the `.grad` of *leaves* only: of tensors that require a gradient and that no operation has
# made. This one was asked to require a gradient, and then converted. An optimiser of PyTorch refuses it; a loop that is written by hand, and skips
# what has no gradient, does not.

# %% setup=true
def leaf(shape, seed):
    """Starting weights with a standard deviation of 0.1, in float64. They never get a gradient."""
    dice = torch.Generator().manual_seed(seed)
    return torch.normal(0.0, 0.1, shape, generator=dice, requires_grad=True).double()


# %% picture=true
weights = leaf((3,), 0)
aim = torch.tensor([0.5, -0.5, 1.0]).double()
run = watch(lambda: ((weights - aim) ** 2).sum(), {"weights": weights}, lr=0.02)
training_picture(run, "A converted tensor")

# %% [markdown]
# **Your task.** Write `fix_leaf(shape, seed)`: a tensor of that shape that is a leaf and requires a gradient;
# its entries are drawn from a normal distribution with the mean 0 and the standard deviation 0.1. The same
# seed gives the same numbers, another seed other ones. The type may be float32 or float64.

# %% [markdown] hints="3.32d"
# Do everything that makes numbers first, and ask for a gradient last.
#
# ---
# `requires_grad_()` (with the underscore at the end) changes the tensor itself, so no operation is added
# behind it.


# %% answer="3.32d"
def fix_leaf(shape, seed):
    """A leaf that requires a gradient: normal numbers with standard deviation 0.1, drawn from seed."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    return (0.1 * torch.randn(shape)).double().requires_grad_()
    ### END SOLUTION


# %% test="3.32d"
def seen_of_leaf():
    w = fix_leaf((2, 3), 7)
    (3 * w).sum().backward()
    return {"leaf": int(w.is_leaf), "gradient": w.grad.numpy()}


def standard_deviation(seed):
    return float(fix_leaf((100, 50), seed).detach().std())


near = such_that("a standard deviation of about 0.1", lambda found: 0.09 < found < 0.11)
expect("3.32d", lambda: seen_of_leaf(), {"leaf": 1, "gradient": 3 * np.ones((2, 3))}, rtol=1e-4)
expect("3.32d", lambda: standard_deviation(0), near)
expect("3.32d", lambda: bool((fix_leaf((9,), 1) == fix_leaf((9,), 1)).all()), True)
expect("3.32d", lambda: bool((fix_leaf((9,), 1) == fix_leaf((9,), 2)).any()), False)

# %% [markdown] commentary="3.32"
# In the broken version the leaf is the float32 tensor inside: it gets the gradient, and nobody holds a
# reference to it. `.double()` is an operation like `* 0.1` or `.to(device)`. (With `* 0.1` the loop above
# would stop in its second step, with a message about a graph that was freed. It says nothing of leaves either.)

# %% [markdown]
# ### (e) A softmax over one number
#
# This network has a single output, and its loss comes from a program with two.

# %% setup=true
def single_softmax(model1, X, y):
    """The loss of a network with a single output; y holds 0.0 and 1.0. It learns nothing."""
    p = torch.softmax(model1(X), dim=1)[:, 0]
    return functional.binary_cross_entropy(p, y)


# %% picture=true
model1 = small_network(n_out=1)
run = watch(lambda: single_softmax(model1, X, y.float()), model1)
training_picture(run, "A softmax over a single output")

# %% [markdown]
# **Your task.** Write `fix_single_softmax(model1, X, y)`: the mean binary cross-entropy, with the *sigmoid* of
# the output as the probability of a 1. `model1(X)` has the shape `(n, 1)`, and `y` is `(n,)`, with the floats
# 0 and 1.

# %% [markdown] hints="3.32e"
# What is $e^z/e^z$, and what is its derivative?
#
# ---
# `functional.binary_cross_entropy_with_logits(logits, y)` has the sigmoid inside, and is stable. Both
# arguments must have the same shape: a column against a row would become a square.


# %% answer="3.32e"
def fix_single_softmax(model1, X, y):
    """The mean binary cross-entropy of sigmoid(model1(X)), where model1(X) is (n, 1) and y is (n,)."""
    ### BEGIN SOLUTION
    return functional.binary_cross_entropy_with_logits(model1(X)[:, 0], y)
    ### END SOLUTION


# %% test="3.32e"
def one_output(fix):
    """Three points and a layer of zeros: every probability is one half."""
    layer = filled([[0.0]], [0.0])
    inputs, targets = torch.tensor([[2.0], [4.0], [6.0]]), torch.tensor([1.0, 0.0, 0.0])
    return gradient_of(lambda: fix(layer, inputs, targets), layer.weight, layer.bias)


def one_loss(logit, target):
    layer = filled([[1.0]], [0.0])
    return fix_single_softmax(layer, torch.tensor([[logit]]), torch.tensor([target])).item()


expect("3.32e", lambda: one_output(fix_single_softmax), [[4 / 3], [1 / 6]], rtol=1e-4)
expect("3.32e", lambda: one_loss(2.0, 1.0), 0.126928, rtol=1e-4)
try:
    model1 = small_network(n_out=1)
    run = watch(lambda: fix_single_softmax(model1, X, y.float()), model1)
    display(training_picture(run, "Your loss"))
except Exception:
    pass  # the picture comes with a loss that can be trained

# %% [markdown] commentary="3.32"
# A softmax along an axis of length 1 is the constant 1, and its derivative is 0, whatever stands behind it.
# Along the other axis (dim=0) there is a gradient, and it is wrong: the points then compete with each other
# for a probability.

# %% [markdown]
# ### (f) The wrong order
#
# Here every line is right, and they stand in the wrong order.

# %% setup=true
def wrong_order(model, X, y, lr, steps):
    """A loop of stochastic gradient descent, on all points at once. The model stays as it is."""
    sgd = torch.optim.SGD(model.parameters(), lr=lr)
    for _number in range(steps):
        logits = model(X)
        functional.cross_entropy(logits, y).backward()
        sgd.zero_grad()
        sgd.step()
    return model


# %%
model = small_network(n_out=2)
before = model.l1.weight.detach().clone()
after = wrong_order(model, X, y, 0.5, 15).l1.weight
print("l1.weight has moved by", (after - before).abs().max().item(), "in 15 steps")

# %% [markdown]
# **Your task.** Write `fix_order(model, X, y, lr, steps)`: so many steps of plain gradient descent with the
# learning rate `lr`, on the mean cross-entropy of all points; return the model. No parameter has a `.grad`
# when it begins.

# %% [markdown] hints="3.32f"
# `step` uses what stands in `.grad`. What stands there after `zero_grad`?
#
# ---
# `backward` *adds* to `.grad`. So the old gradient must go before the next one comes, and not between coming
# and being used.


# %% answer="3.32f"
def fix_order(model, X, y, lr, steps):
    """The model after so many steps of gradient descent on the mean cross-entropy."""
    ### BEGIN SOLUTION
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(steps):
        loss = functional.cross_entropy(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
    ### END SOLUTION


# %% test="3.32f"
def trained(steps, lr=0.1):
    """The weights and biases of a layer of zeros after some steps."""
    layer = filled([[0.0], [0.0]], [0.0, 0.0])
    layer = fix_order(layer, torch.tensor([[2.0]]), torch.tensor([1]), lr, steps)
    return [p.detach().flatten().tolist() for p in layer.parameters()]


expect("3.32f", lambda: trained(1), [[-0.1, 0.1], [-0.05, 0.05]], rtol=1e-4)
expect("3.32f", lambda: trained(1, lr=0.2), [[-0.2, 0.2], [-0.1, 0.1]], rtol=1e-4)
expect("3.32f", lambda: trained(2), [[-0.1755081, 0.1755081], [-0.0877541, 0.0877541]], rtol=1e-4)

# %% [markdown] commentary="3.32"
# zero_grad may stand at the beginning or at the end of the loop, anywhere but between backward and step. (It
# sets .grad to None, and the optimiser skips what has none, so nothing complains.) Without any zero_grad the
# steps grow: each uses the sum of all gradients so far.

# %% [markdown]
# ### Quiet or loud? (bonus)
#
# Eight mistakes, each in a small program that begins with a leaf `w` of three normal numbers, and ends with
# `loss.backward()`:
#
# | name | the mistake |
# |---|---|
# | `argmax` | `loss = (w.argmax() - 1.0) ** 2` |
# | `in place on the leaf` | `w.mul_(2)`, and then `loss = (w ** 2).sum()` |
# | `in place on a saved value` | `e = w.exp()`, then `e.add_(1)`, then `loss = e.sum()` |
# | `round` | `loss = (w.round() * 5 - w.detach()).sum()` |
# | `item` | `v = torch.tensor(w.tolist(), requires_grad=True)`, then `loss = (v ** 2).sum()` |
# | `data` | `v = w * 2`, then `v.data.clamp_(min=1)`, then `loss = (v ** 2).sum()` |
# | `no grad` | `with torch.no_grad(): v = 3 * w`, then `loss = (v * v).sum()` |
# | `one softmax` | `loss = torch.softmax(w[:, None], dim=1).sum()` |
#
# What happens to `w.grad`?
#
# - **A** nothing: an error is raised, at the latest by `backward()`
# - **B** it stays `None`, without a complaint
# - **C** it is zero in every entry
# - **D** it is a gradient, but not that of the loss (or only by chance)
#
# **Your task.** Set `quiet_or_loud` to a dictionary with a letter for each of the eight names. Predict first,
# then try.

# %% [markdown] hints="3.32-predict"
# Does the loss have any history? If it has none, `backward()` complains. If it has one that leads elsewhere,
# nobody does.
#
# ---
# `.data` hides a change from autograd: the value is new, the derivative is still that of the old formula, with
# whatever numbers it finds.

# %% answer="3.32-predict"
quiet_or_loud = ...  # a dict: {"argmax": a letter, "in place on the leaf": …, and so on, eight entries}
### BEGIN SOLUTION
quiet_or_loud = {
    "argmax": "A",
    "in place on the leaf": "A",
    "in place on a saved value": "A",
    "round": "C",
    "item": "B",
    "data": "D",
    "no grad": "A",
    "one softmax": "C",
}
### END SOLUTION

# %% test="3.32-predict"
def eight_letters(found):
    return len(found) == 8 and all(map(one_letter("ABCD"), found.values()))


expect("3.32-predict", lambda: quiet_or_loud, such_that("a letter for each of the eight names", eight_letters))

# %% [markdown] commentary="3.32"
# Four of the eight are loud, the famous ones among them. The quiet ones have a history that leads past w, or
# through a factor 0, or one that no longer fits the numbers. The last kind is the worst: `dead_params` does not
# see it, and only a comparison with a difference quotient does.

# %% [markdown] written="3.32-own"
# **Find your own (optional, read by a person).** Write a short program with PyTorch that runs without an
# error, prints a loss in every step, and yet leaves at least one parameter where it was. It should be none of
# the bugs above. Hand in the program, the output of `dead_params` for it, one sentence with the cause, and a
# repaired version that shows that the parameter moves.
#
# ### BEGIN SOLUTION
# A list in place of a `ModuleList`: the layers in `self.hidden = [Linear(2, 8), Linear(8, 8)]` are no
# parameters of the module, so `model.parameters()` hands only the output layer to the optimiser. The loss
# falls a little, the hidden layers do get gradients, and nobody uses them. (`dead_params` cannot name them
# either, because `named_parameters()` does not know them: comparing the weights before and after 10 steps
# shows it.) With `torch.nn.ModuleList([...])` the same comparison gives a difference that is not 0 for every
# layer.
#
# Other causes: an optimiser that was made before a layer was replaced; biases so negative that every ReLU is
# off; a loss of rounded probabilities; a frozen `requires_grad` that was never thawed.
# ### END SOLUTION

# %% [markdown]
# Where the source's version of these exercises says something else, the
# [errata](../errata.ipynb#Notebook-7-of-chapter-3) say what.

# %% [markdown]
# ## Where you stand

# %%
progress("ch03_calculus/07_numerical_pitfalls")

# %% [markdown]
# {{next}}
