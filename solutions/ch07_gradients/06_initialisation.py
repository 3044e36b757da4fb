# %% [markdown]
# # Initialisation
#
# A network has to start somewhere. Start all its weights at zero and it stays (nearly) where it is;
# start them too large or too small and its signals explode or die on the way through the layers. Which
# start is right, and why?
#
# > **Conventions here.** Layer $k$ computes pre-activations
# > $\mathbf f_k = \boldsymbol\beta_k + \boldsymbol\Omega_k \mathbf h_k$ and activations
# > $\mathbf h_{k+1} = \mathrm{ReLU}[\mathbf f_k]$; $\boldsymbol\Omega_k$ has one row per output. The
# > **fan-in** of a layer is its number of inputs. A loss is a **mean** over all examples, never a sum.

# %% setup=true
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils import (
    expect,
    grade,
    one_letter,
    plot_losses,
    progress,
    sigmoid_explorer,
    some_letters,
    variance_explorer,
)

torch.set_num_threads(1)  # networks this small are fastest on one

# %% [markdown]
# ## Gradients need slopes
#
# On its way to the first layer a gradient is multiplied by the slope of every activation it passes.
# The slope of the sigmoid is never above ¼ (7.7). How much of a gradient is left after five layers, at
# best? Say a number, then run the next cell (Shift+Enter); move `layers`, and then `f` away from 0.

# %% picture=true
sigmoid_explorer()

# %% [markdown]
# ## Signals need the right weights
#
# ReLU does not shrink slopes, but the weights shrink or blow up signals (and gradients) all the
# same. Below is a network of 20 layers with $n = 100$ units each and random weights. The solid line
# follows the signal forward, the dashed one the gradients backward. Which start keeps a ReLU network's
# variance inside the green band, in both directions? And what happens with tanh? (There is no perfect
# start for tanh here: compare what each start does forward with what it does backward.)
#
# For ReLU the next exercise proves what you see. The derivations for tanh take its slope to be 1, which is
# true of small signals only: that is why the famous $1/n$ loses a little in every layer of this picture.

# %% picture=true
variance_explorer()

# %% [markdown] exercise="7.14" title="What ReLU does to the second moment" stars=2 minutes=20
# Take $n$ activations with the second moment $\mathbb E[b^2]$ and $n$ weights that are **independent** of
# them and of each other, with **mean 0** and variance $\sigma_w^2$. Their weighted sum has the variance
# $n\,\sigma_w^2\,\mathbb E[b^2]$: it is the *second moment* of the activations that counts, not their
# variance. This exercise finds it, and with it the right start for a ReLU network.
#
# Let $a$ be random with mean 0 and variance $\sigma^2$, distributed **symmetrically**: $a$ and $-a$
# have the same distribution. It passes through a ReLU:
#
# $$b = \mathrm{ReLU}[a] = \max(0, a).$$
#
# **a.** Write `second_moment(sigma)`, which is $\mathbb E[b^2]$ for any such $a$, and
# `variance_gaussian(sigma)`, which is $\mathrm{Var}[b]$ when $a$ is normal. `sigma` is the standard
# deviation of $a$. (You will need $\mathbb E[b] = \sigma/\sqrt{2\pi}$ for the normal distribution.)
#
# **b.** Write `empirical_second_moment(a)`: the mean of $b^2$ over the values in the array `a`,
# whatever their distribution.
#
# **Example.** For the values $-1, 0, 1$ the ReLU gives $0, 0, 1$, so `empirical_second_moment` is
# ⅓. That is half of the variance ⅔, although two of the three values are not negative.

# %% [markdown] hints="7.14"
# Half of the values of $a$ are mirror images of the other half. What does squaring do to a mirror
# image, and what does the ReLU do to it?
#
# ---
# $\mathrm{Var}[b] = \mathbb E[b^2] - \mathbb E[b]^2$, and both terms are known now.
#
# ---
# For the proof (7.14c): the chain begins with a line that has $\mathbb E[b^2]$ on its left. There are two;
# try each of them on the values $-1, 0, 1$ of the example.


# %% answer="7.14a"
def second_moment(sigma: float) -> float:
    """E[b²] of b = ReLU[a], a symmetric around 0 with standard deviation sigma"""
    ### BEGIN SOLUTION
    return sigma**2 / 2
    ### END SOLUTION


def variance_gaussian(sigma: float) -> float:
    """Var[b] of b = ReLU[a], a normal with mean 0 and standard deviation sigma"""
    ### BEGIN SOLUTION
    return second_moment(sigma) - sigma**2 / (2 * np.pi)
    ### END SOLUTION


# %% test="7.14a" decides=true
# Measured on 200 000 random numbers, which is exact to about one percent. `a` is uniform: the second moment
# is the same for every symmetric distribution. The variance is not, so there `a` is normal.
rng = np.random.default_rng(0)
uniform = np.maximum(rng.uniform(-3, 3, 200_000), 0)  # sigma is the square root of 3
normal = np.maximum(rng.normal(0, 1.5, 200_000), 0)
expect("7.14a", lambda: float(second_moment(3**0.5)), (uniform**2).mean(), rtol=0.02)
expect("7.14a", lambda: float(second_moment(1.5)), (normal**2).mean(), rtol=0.02)
expect("7.14a", lambda: float(variance_gaussian(1.5)), normal.var(), rtol=0.02)

# %% [markdown] commentary="7.14"
# ReLU keeps one of two mirror images, so it keeps half of the second moment, whatever the symmetric
# distribution. The variance needs E[b] as well, which is no longer 0 after a ReLU; writing
# `variance_gaussian` with `second_moment` shows what is subtracted.


# %% answer="7.14b"
def empirical_second_moment(a: np.ndarray) -> float:
    """The mean of ReLU[a]² over all values in a"""
    ### BEGIN SOLUTION
    return np.mean(np.maximum(a, 0) ** 2)
    ### END SOLUTION


# %% test="7.14b" decides=true
expect("7.14b", lambda: empirical_second_moment(np.array([-1.0, 0.0, 1.0])), 1 / 3)
expect("7.14b", lambda: empirical_second_moment(np.array([[2.0, -5.0], [-1.0, 4.0]])), 5.0)

# %% [markdown] commentary="7.14"
# The sample version follows the definition step by step (ReLU, square, mean over *all* values) and uses no
# symmetry, so it is right for the skewed samples too, where half of the mean square is not.

# %% [markdown]
# ### Prove it
#
# **c.** Prove $\mathbb E[b^2] = \sigma^2/2$ by putting the lines below in order. It is one chain of
# equalities: every line goes on where the line before it ends. **One line is false and has to stay
# out.** ($\mathbf 1[\dots]$ is 1 when the condition holds, else 0.)
#
# | | line | because |
# |---|---|---|
# | A | $= \tfrac12\,\big(\mathbb E[a^2\,\mathbf 1[a>0]] + \mathbb E[a^2\,\mathbf 1[a<0]]\big)$ | $a$ and $-a$ have the same distribution, so both terms are equal |
# | B | $= 0 + \mathbb E[a^2\,\mathbf 1[a\ge 0]]$ | $b = 0$ where $a$ is negative, and $b = a$ elsewhere |
# | C | $= \tfrac12\,(\mathrm{Var}[a] + \mathbb E[a]^2) = \tfrac12\,\sigma^2$ | the mean is 0 |
# | D | $\mathbb E[b^2] = \tfrac12\,\mathbb E[b^2 \mid a \ge 0] + \tfrac12\,\mathbb E[b^2 \mid a<0]$ | by symmetry, $a \ge 0$ has the probability ½ |
# | E | $\mathbb E[b^2] = \mathbb E[b^2\,\mathbf 1[a<0]] + \mathbb E[b^2\,\mathbf 1[a\ge 0]]$ | either $a<0$ or $a \ge 0$ |
# | F | $= \tfrac12\,\mathbb E[a^2]$ | what the two terms leave out, $a = 0$, adds $0^2$ |
# | G | $= \mathbb E[a^2\,\mathbf 1[a>0]]$ | the point $a = 0$ adds $0^2$, however probable it is |
#
# Set `proof_order` to the letters in order.

# %% answer="7.14c"
proof_order = ...  # a list of letters such as ["A", "B", "C"]; the false line stays out
### BEGIN SOLUTION
proof_order = ["E", "B", "G", "A", "F", "C"]
### END SOLUTION

# %% test="7.14c"
expect("7.14c", lambda: proof_order, some_letters("ABCDEFG"))

# %% [markdown] commentary="7.14"
# The proof splits at 0 with indicators instead of conditional means: these never need the probability of
# a ≥ 0, which is more than one half when 0 itself is likely. Line D is true for continuous distributions
# and false in general; the three values −1, 0, 1 are enough to see it.

# %% [markdown] written="7.14-written"
# **In your own words (optional, read by a person).** Write the proof as you would explain it to a
# friend. Where is the symmetry needed, and what goes wrong for $a$ with a skewed distribution?
#
# ### BEGIN SOLUTION
# Split the mean at $a = 0$. Where $a < 0$ the ReLU gives 0, so that side adds nothing; on the other
# side $b = a$. The point $a = 0$ adds $0^2$ whatever its probability, so $\mathbb E[b^2]$ is
# $\mathbb E[a^2]$ counted over the positive side only. By symmetry the negative side would have
# given the same, and both together are $\mathbb E[a^2]$: the positive side is half of it. As
# $\mathbb E[a] = 0$, $\mathbb E[a^2] = \mathrm{Var}[a] = \sigma^2$.
#
# A mean of 0 is not enough: an exponential variable minus its mean has
# $\mathbb E[b^2] \approx 0.735\,\sigma^2$, because its positive side reaches further out.
# ### END SOLUTION

# %% [markdown]
# **And the start?** If $\mathbf f_k$ is symmetric with variance $\sigma_k^2$, the next pre-activations
# have variance $n\,\sigma_w^2 \cdot \sigma_k^2/2$. It stays the same when $\sigma_w^2 = 2/n$: this is He
# initialisation. On the way back the same factor appears: half of the units are off and pass no gradient.
# Predict the factor per layer for the other starts, then go back to the explorer and compare.

# %% [markdown] exercise="7.15" title="All zeros" stars=2 minutes=15
# Why start at random at all? Zero treats all units alike, and this is exactly its problem. You may have
# read that a network of zeros cannot learn anything. That is nearly true, and the "nearly" says a lot
# about how gradients travel.
#
# Take a network with two hidden layers and **one** output,
#
# $$f = \beta_2 + \boldsymbol\Omega_2\,\mathbf h_2, \qquad
# \mathbf h_2 = \mathrm{ReLU}[\boldsymbol\beta_1 + \boldsymbol\Omega_1 \mathbf h_1], \qquad
# \mathbf h_1 = \mathrm{ReLU}[\boldsymbol\beta_0 + \boldsymbol\Omega_0 \mathbf x],$$
#
# set **every** parameter to 0, and train it with gradient descent on many examples with targets $y$.
#
# The parts come in the order in which you need them: first b, then a, then c.
#
# **b.** `nonzero_at_init`: the set of letters of all parameters whose gradient is *not* zero at the
# start.
#
# | a | b | c | d | e | f |
# |---|---|---|---|---|---|
# | $\boldsymbol\Omega_0$ | $\boldsymbol\beta_0$ | $\boldsymbol\Omega_1$ | $\boldsymbol\beta_1$ | $\boldsymbol\Omega_2$ | $\beta_2$ |

# %% [markdown] hints="7.15"
# Write down all values of the forward pass. Then go backwards: which parameter's gradient does
# *not* contain a factor that is zero?
#
# ---
# The gradient of $\boldsymbol\Omega_k$ is $(\partial\ell/\partial\mathbf f_k)\,\mathbf h_k^T$, and
# what travels further down is $\boldsymbol\Omega_k^T\,\partial\ell/\partial\mathbf f_k$. One of
# them has the factor $\mathbf h = 0$, the other $\boldsymbol\Omega = 0$.
#
# ---
# When only $\beta_2$ moves, the network predicts one constant for all inputs. Which constant makes
# the loss smallest? For "bce", set the derivative $\mathrm{mean}(\mathrm{sig}[\beta_2] - y)$ to
# zero and solve for $\beta_2$.

# %% answer="7.15b"
nonzero_at_init = ...  # a set of letters such as {"a", "b"}
### BEGIN SOLUTION
nonzero_at_init = {"f"}
### END SOLUTION

# %% test="7.15b"
expect("7.15b", lambda: nonzero_at_init, some_letters("abcdef"))

# %% [markdown] commentary="7.15"
# For b, every weight's gradient has the activation at its input as a factor, which is 0, and whatever travels
# to an earlier layer is multiplied by weights, which are 0 too. Only the output bias escapes: no activation
# and no weight stands between it and the loss.

# %% [markdown]
# **a.** Where does training lead, after what you found in b? Write `bias_after_training(y, loss)`: the
# value that the output bias $\beta_2$ converges to. `y` is the array of all targets; `loss` is `"mse"`
# (mean of $(f-y)^2$) or `"bce"` (targets 0 and 1; mean cross-entropy of $\mathrm{sig}[f]$, so $f$ is the
# number *before* the sigmoid). And write `bias_gradient_at_init(y)`: the derivative of the mean squared
# error with respect to $\beta_2$ at the start.
#
# **Example.** For the targets 1 and 2, the first step of gradient descent on the mean squared error
# makes the output bias larger: `bias_gradient_at_init` is negative.


# %% answer="7.15a"
def bias_after_training(y: np.ndarray, loss: str) -> float:
    """The output bias that gradient descent from all zeros ends at; loss is "mse" or "bce" """
    ### BEGIN SOLUTION
    mean = np.mean(y)
    return mean if loss == "mse" else np.log(mean / (1 - mean))
    ### END SOLUTION


def bias_gradient_at_init(y: np.ndarray) -> float:
    """d mean((f - y)²) / d output bias, when all parameters are zero"""
    ### BEGIN SOLUTION
    return -2 * np.mean(y)
    ### END SOLUTION


# %% test="7.15a" decides=true
def last_move(f, y, loss):
    """How far one more step of training moves the output bias f: the network says f for every input."""
    f = float(f)
    return -0.1 * np.mean(2 * (f - y) if loss == "mse" else 1 / (1 + np.exp(-f)) - y)


targets, labels = np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 1.0, 0.0])
expect("7.15a", lambda: bias_gradient_at_init(np.array([1.0, 2.0])), -3.0)
expect("7.15a", lambda: last_move(bias_after_training(targets, "mse"), targets, "mse"), 0.0, atol=1e-5)
expect("7.15a", lambda: last_move(bias_after_training(labels, "bce"), labels, "bce"), 0.0, atol=1e-5)

# %% [markdown] commentary="7.15"
# For a, a network in which only the output bias moves predicts one constant, so the question is which
# constant is best: the mean of the targets for squared error, and the number whose sigmoid is that mean for
# cross-entropy. The gradient at the start, −2 mean(y), is the derivative of the mean of (f − y)² at f = 0.

# %% [markdown]
# **c.** Now every weight starts at the same constant 0.3 instead, all biases at 0. What does
# training do? `constant_init` is one letter:
#
# - **a**: it works as with random weights; only zero is special
# - **b**: nothing moves but the output bias, as with zeros
# - **c**: weights move, but the units of a hidden layer stay copies of each other for ever
# - **d**: the units begin as copies and become different, as ReLUs switch on for different inputs

# %% answer="7.15c"
constant_init = ...  # "a", "b", "c" or "d"
### BEGIN SOLUTION
constant_init = "c"
### END SOLUTION

# %% test="7.15c"
expect("7.15c", lambda: constant_init, one_letter("abcd"))

# %% [markdown] commentary="7.15"
# For c, units with equal weights and equal inputs have equal activations, equal gradients and, after the step,
# equal weights again. Nothing in gradient descent can tell them apart, so a layer of copies stays as good as
# one unit.

# %% [markdown]
# **Bonus: find the mistakes.** Here is an argument about this network of zeros, trained on the mean
# squared error. **Two** of its lines are false.
#
# | | line |
# |---|---|
# | A | Every hidden unit is 0, whatever the input. |
# | B | The output is 0, whatever the input. |
# | C | Hence the gradient of the loss is 0 for every parameter, and gradient descent changes nothing. |
# | D | This depends on what one takes for the slope of ReLU at 0: with slope 1 the weights would get a gradient. |
# | E | Two units of the same hidden layer always have the same gradients. |
#
# Set `false_lines` to the set of their letters, and write what is true instead:
# `gradients_at_zero(y, relu_slope)` returns the pair (gradient of the output bias, largest absolute
# gradient of any other parameter) when ReLU's slope at 0 is taken to be `relu_slope`.

# %% answer="7.15-mistake"
false_lines = ...  # a set of two letters
### BEGIN SOLUTION
false_lines = {"C", "D"}
### END SOLUTION


def gradients_at_zero(y: np.ndarray, relu_slope: float) -> tuple[float, float]:
    """(gradient of the output bias, largest absolute gradient of all other parameters)"""
    ### BEGIN SOLUTION
    return -2 * np.mean(y), 0.0
    ### END SOLUTION


# %% test="7.15-mistake"
expect("7.15-mistake", lambda: false_lines, some_letters("ABCDE", 2))
expect("7.15-mistake", lambda: len(gradients_at_zero(np.array([1.0, 2.0]), 1.0)), 2)
expect("7.15-mistake", lambda: gradients_at_zero(np.array([1.0, 2.0]), 0.0)[0], -3.0)
expect("7.15-mistake", lambda: gradients_at_zero(np.array([-1.0, 0.5]), 0.0)[0], 0.5)

# %% [markdown] commentary="7.15"
# For the mistakes: C overlooks the output bias, and D blames the slope of ReLU, which never gets a say. In
# `gradients_at_zero` the argument `relu_slope` is therefore not used: whatever it is, it is multiplied by a
# weight that is 0.

# %% [markdown]
# **See it happen.** Three networks of zeros learn the same 60 targets: one with ReLU, one with tanh, one
# with sigmoid units. **Predict first:** which of the three will find more than the best constant? (What
# is $\mathbf h$ at the start?) Then run the cell.


# %%
def watch_zeros(activation, steps=600):
    """Losses of a network that starts at zero; its largest weight; how different its units are."""
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(60, 2, generator=generator)
    y = x[:, :1] + 0.5 * x[:, 1:] ** 2 + 1
    net = nn.Sequential(nn.Linear(2, 8), activation, nn.Linear(8, 8), activation, nn.Linear(8, 1))
    for parameter in net.parameters():
        nn.init.zeros_(parameter)
    descent, losses = torch.optim.SGD(net.parameters(), lr=0.2), []
    for _ in range(steps):
        descent.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        descent.step()
        losses.append(loss.item())
    weights = net[2].weight.detach()
    return losses, weights.abs().max().item(), weights.std(dim=0).max().item()


activations = {"ReLU": nn.ReLU(), "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid()}
runs = {name: watch_zeros(activation) for name, activation in activations.items()}
plot_losses({name: run[0] for name, run in runs.items()}, title="Starting at zero")
for name, (losses, largest, difference) in runs.items():
    print(
        f"{name:8} last loss {losses[-1]:.3f}, largest hidden weight {largest:.2g},"
        f" difference between units {difference:.0e}"
    )

# %% [markdown]
# With ReLU or tanh only the best constant is found. Sigmoid units are ½ and not 0 at the start: there the
# weights do move after a while, but equal units stay equal, and the network is no better than one with a
# single unit per layer.

# %% [markdown] written="7.15-written"
# **In your own words (optional, read by a person).** Why do $\mathbf h = 0$ and
# $\boldsymbol\Omega = 0$ each block a path of the gradient, why does the output bias escape, and
# why is a constant other than zero no way out?
#
# ### BEGIN SOLUTION
# The gradient of a weight is "gradient at its output times activation at its input". All
# activations are 0, so no weight gets one. What travels to earlier layers is multiplied by
# $\boldsymbol\Omega^T = 0$, so hidden biases get nothing either, and the slope of ReLU at 0 is
# never asked. The output bias escapes both barriers: its gradient is the mean of
# $\partial\ell/\partial f$. It goes to the best constant, the mean of the targets for squared
# error, and the logit of their mean for cross-entropy.
#
# With any other constant the units of a layer have the same inputs, the same weights and the same
# gradients, now and after every step. A layer of copies can do no more than a single unit. Only
# different starting values break the symmetry.
# ### END SOLUTION

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/06_initialisation")

# %% [markdown]
# {{next}}
