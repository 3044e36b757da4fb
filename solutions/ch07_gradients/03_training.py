# %% [markdown]
# # Initialisation and training
#
# A network has to start somewhere. Start all its weights at zero and it stays where it is; start
# them too large or too small and its signals explode or die on the way through the layers. In this
# notebook you find out which start is right and why, and then train two real networks in PyTorch.
#
# > **Conventions here.** Layer $k$ computes pre-activations
# > $\mathbf f_k = \boldsymbol\beta_k + \boldsymbol\Omega_k \mathbf h_k$ and activations
# > $\mathbf h_{k+1} = \mathrm{ReLU}[\mathbf f_k]$; $\boldsymbol\Omega_k$ has one row per output, as
# > `nn.Linear` stores it. The **fan-in** of a layer is its number of inputs. A loss is a **mean** over
# > all numbers of a batch, never a sum, and a batch has one example per row.

# %% setup=true
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils import (
    expect,
    grade,
    make_fig78_data,
    one_letter,
    plot_losses,
    progress,
    show,
    sigmoid_explorer,
    some_letters,
    such_that,
    variance_explorer,
)
from utils.plots import axes
from utils.training_progress import show_epoch

torch.set_num_threads(1)  # networks this small are fastest on one

# %% [markdown]
# ## Gradients need slopes
#
# On its way to the first layer a gradient is multiplied by the slope of every activation it passes.
# The slope of the sigmoid is never above ¼. Run the next cell (Shift+Enter), move `layers` and see what
# is left; then move `f` away from 0.

# %% picture=true
sigmoid_explorer()

# %% [markdown]
# ## Signals need the right weights
#
# ReLU does not shrink slopes, but the weights shrink or blow up signals (and gradients) all the
# same. Below is a network of 20 layers with $n = 100$ units each and random weights. Which start
# keeps a ReLU network's variance inside the green band? And which one is fine for tanh? The next
# exercise proves what you see.

# %% picture=true
variance_explorer()

# %% [markdown] exercise="7.14" title="What ReLU does to the second moment" stars=2 minutes=20
# A weighted sum of $n$ activations has the variance $n\,\sigma_w^2\,\mathbb E[b^2]$: it is the
# *second moment* of the activations that counts, not their variance. This exercise finds it, and
# with it the factor 2 of the famous He initialisation.
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
# For c: the chain begins with a line that has $\mathbb E[b^2]$ on its left. There are two; try each
# of them on the values $-1, 0, 1$ of the example.


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


# %% test="7.14a"
# The larger the spread that goes in, the larger the one that comes out; and ReLU makes no spread.
expect("7.14a", lambda: second_moment(2.0) / second_moment(1.0), such_that("above 1", lambda r: r > 1))
expect("7.14a", lambda: variance_gaussian(1.0), such_that("between 0 and 1", lambda v: 0 < v < 1))


# %% answer="7.14b"
def empirical_second_moment(a: np.ndarray) -> float:
    """The mean of ReLU[a]² over all values in a"""
    ### BEGIN SOLUTION
    return np.mean(np.maximum(a, 0) ** 2)
    ### END SOLUTION


# %% test="7.14b" decides=true
expect("7.14b", lambda: empirical_second_moment(np.array([-1.0, 0.0, 1.0])), 1 / 3)
expect("7.14b", lambda: empirical_second_moment(np.array([[2.0, -5.0], [-1.0, 4.0]])), 5.0)

# %% answer="7.14c"
proof_order = ...  # a list of letters such as ["A", "B", "C"]; the false line stays out
### BEGIN SOLUTION
proof_order = ["E", "B", "G", "A", "F", "C"]
### END SOLUTION

# %% test="7.14c"
expect("7.14c", lambda: proof_order, some_letters("ABCDEFG"))

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
# **And the factor 2?** If $\mathbf f_k$ is symmetric with variance $\sigma_k^2$, the next
# pre-activations have variance $n\,\sigma_w^2 \cdot \sigma_k^2/2$. It stays the same when
# $\sigma_w^2 = 2/n$: this is He initialisation. Go back to the explorer and read off the factor per
# layer for the other starts.

# %% [markdown] exercise="7.15" title="All zeros" stars=2 minutes=15
# Why start at random at all? Zero is neutral and symmetric, and this is exactly its problem. You
# may have read that a network of zeros cannot learn anything; that is nearly true, and the "nearly"
# says a lot about how gradients travel.
#
# Take a network with two hidden layers and **one** output,
#
# $$f = \beta_2 + \boldsymbol\Omega_2\,\mathbf h_2, \qquad
# \mathbf h_2 = \mathrm{ReLU}[\boldsymbol\beta_1 + \boldsymbol\Omega_1 \mathbf h_1], \qquad
# \mathbf h_1 = \mathrm{ReLU}[\boldsymbol\beta_0 + \boldsymbol\Omega_0 \mathbf x],$$
#
# set **every** parameter to 0, and train it with gradient descent on many examples with targets $y$.
#
# **a.** Write `bias_after_training(y, loss)`: the value that the output bias $\beta_2$ converges
# to. `y` is the array of all targets; `loss` is `"mse"` (mean of $(f-y)^2$) or `"bce"` (targets 0
# and 1; mean cross-entropy of $\mathrm{sig}[f]$, so $f$ is the number *before* the sigmoid). And
# write `bias_gradient_at_init(y)`: the derivative of the mean squared error with respect to
# $\beta_2$ at the start.
#
# **b.** `nonzero_at_init`: the set of letters of all parameters whose gradient is *not* zero at the
# start.
#
# | a | b | c | d | e | f |
# |---|---|---|---|---|---|
# | $\boldsymbol\Omega_0$ | $\boldsymbol\beta_0$ | $\boldsymbol\Omega_1$ | $\boldsymbol\beta_1$ | $\boldsymbol\Omega_2$ | $\beta_2$ |
#
# **c.** Now every weight starts at the same constant 0.3 instead, all biases at 0. What does
# training do? `constant_init` is one letter:
#
# - **a**: it works as with random weights; only zero is special
# - **b**: nothing moves but the output bias, as with zeros
# - **c**: weights move, but the units of a hidden layer stay copies of each other for ever
# - **d**: the units begin as copies and become different, as ReLUs switch on for different inputs
#
# **Example.** For the targets 1 and 2, the first step of gradient descent on the mean squared error
# makes the output bias larger: `bias_gradient_at_init` is negative.
#
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


# %% test="7.15a"
expect("7.15a", lambda: bias_gradient_at_init(np.array([1.0, 2.0])), such_that("negative", lambda g: g < 0))
expect("7.15a", lambda: bias_after_training(np.array([0.0, 1.0]), "bce"), 0.0)

# %% answer="7.15b"
nonzero_at_init = ...  # a set of letters such as {"a", "b"}
### BEGIN SOLUTION
nonzero_at_init = {"f"}
### END SOLUTION

# %% test="7.15b"
expect("7.15b", lambda: nonzero_at_init, some_letters("abcdef"))

# %% answer="7.15c"
constant_init = ...  # "a", "b", "c" or "d"
### BEGIN SOLUTION
constant_init = "c"
### END SOLUTION

# %% test="7.15c"
expect("7.15c", lambda: constant_init, one_letter("abcd"))

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

# %% [markdown]
# **See it happen.** Three networks of zeros learn the same 60 targets. With ReLU or tanh only the best
# constant is found. Sigmoid units are ½ and not 0 at the start: there the weights do move after a
# while, but equal units stay equal, and the network is no better than one with a single unit per
# layer.


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

# %% [markdown] written="7.15-written"
# **In your own words (optional, read by a person).** Why do $\mathbf h = 0$ and
# $\boldsymbol\Omega = 0$ each block a path of the gradient, why does the output bias escape, and
# why is a constant other than zero no way out?
#
# ### BEGIN SOLUTION
# The gradient of a weight is "gradient at its output times activation at its input". All
# activations are 0, so no weight gets one. What travels to earlier layers is multiplied by
# $\boldsymbol\Omega^T = 0$, so hidden biases get nothing either, and the slope of ReLU at 0 is
# never asked. The output bias stands behind both barriers: its gradient is the mean of
# $\partial\ell/\partial f$. It goes to the best constant, the mean of the targets for squared
# error, and the logit of their mean for cross-entropy.
#
# With any other constant the units of a layer have the same inputs, the same weights and the same
# gradients, now and after every step. A layer of copies can do no more than a single unit. Only
# different starting values break the symmetry.
# ### END SOLUTION

# %% [markdown] exercise="7.16" title="Training in PyTorch" stars=3 minutes=45 needs="7.14"
# All the pieces now come together: a network, He initialisation, mini-batches, stochastic gradient
# descent with momentum and a learning rate that falls in steps. Every training script that you will
# ever read has this shape.
#
# The data: `make_fig78_data(seed)` gives 100 inputs with 10 numbers and 100 targets with 5 numbers,
# all random. The inputs know nothing about the targets, so a falling loss measures how well the
# network *memorises*.
#
# **a.** `build_model()` returns a new network $10 \to 40 \to 40 \to 5$ with ReLU after both hidden
# layers (2285 parameters).
#
# **b.** `init_he(layer)` gives a layer its start, in place: if it is an `nn.Linear`, normal weights
# with mean 0 and variance 2 / fan-in, and biases 0; any other layer is left alone. So
# `model.apply(init_he)` prepares a whole network.
#
# **c.** `train_fig78(X, Y, epochs=100, seed=0)` trains a new network and returns
# `{"losses": …, "model": …, "optimizer": …}`:
#
# | what | value |
# |---|---|
# | randomness | `torch.manual_seed(seed)` first; all weights and batches follow from it |
# | start | `build_model()` with `init_he` |
# | loss | mean squared error (`F.mse_loss`) |
# | optimizer | SGD, learning rate 0.1, momentum 0.9 |
# | learning rate | halved after every 10 **epochs** |
# | batches | 10 examples; shuffled anew in each epoch, each example once per epoch |
# | `losses` | one Python number per epoch: the **mean** of its batch losses |
#
# While it trains, tell how far it is: `show_epoch(epoch + 1, epochs, loss)` writes one line that
# overwrites itself.
#
# **d (bonus).** `plot_training(losses)` returns a matplotlib figure of the loss against the epoch,
# with both axes labelled. Choose a scale on which one can see what happens.
#
# **Example.** `make_fig78_data(0)` gives tensors of the shapes (100, 10) and (100, 5). The loss of
# the first epoch lies somewhere around 2; that of the last is well below 1.

# %% [markdown] hints="7.16"
# `nn.Sequential` takes layers in order. For b, `nn.init` has functions whose names end in an
# underscore: they change a tensor in place. One of them is named after He's first name.
#
# ---
# Three nested things happen in training: for every epoch, shuffle
# (`torch.randperm(len(X)).split(10)` gives the rows of each batch, a `DataLoader` does as well);
# for every batch, the four lines *clear, loss, backward, step*; after the last batch of the epoch,
# the scheduler's `step()`.
#
# ---
# `torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)` counts how often its
# `step()` is called. And `loss.item()` is the number in a tensor.


# %% answer="7.16a"
def build_model() -> nn.Module:
    """A new network 10 → 40 → 40 → 5 with ReLU after the hidden layers"""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Linear(10, 40),
        nn.ReLU(),
        nn.Linear(40, 40),
        nn.ReLU(),
        nn.Linear(40, 5),
    )
    ### END SOLUTION


# %% test="7.16a"
expect("7.16a", lambda: build_model()(torch.zeros(3, 10)).shape, (3, 5))
expect("7.16a", lambda: sum(p.numel() for p in build_model().parameters()), 2285)


# %% answer="7.16b"
def init_he(layer: nn.Module) -> None:
    """He initialisation of an nn.Linear, in place; other layers stay as they are"""
    ### BEGIN SOLUTION
    if isinstance(layer, nn.Linear):
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
    ### END SOLUTION


# %% test="7.16b"
def after_init(layer):
    """The layer itself, after init_he."""
    torch.manual_seed(0)
    layer.apply(init_he)
    return layer


expect("7.16b", lambda: after_init(nn.Linear(800, 600)).weight.var().item() * 800, 2.0, rtol=0.05)
expect("7.16b", lambda: after_init(nn.Linear(7, 3)).bias.tolist(), [0.0, 0.0, 0.0])
expect("7.16b", lambda: isinstance(after_init(nn.ReLU()), nn.ReLU), True)


# %% answer="7.16c"
def train_fig78(X: torch.Tensor, Y: torch.Tensor, epochs: int = 100, seed: int = 0) -> dict:
    """Train a new network on X, Y. Returns {"losses": mean loss per epoch, "model", "optimizer"}"""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    model = build_model()
    model.apply(init_he)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)

    losses = []
    for epoch in range(epochs):
        batch_losses = []
        for rows in torch.randperm(len(X)).split(10):
            optimizer.zero_grad()
            loss = F.mse_loss(model(X[rows]), Y[rows])
            loss.backward()
            optimizer.step()
            batch_losses.append(loss.item())
        scheduler.step()
        losses.append(sum(batch_losses) / len(batch_losses))
        show_epoch(epoch + 1, epochs, losses[-1])
    return {"losses": losses, "model": model, "optimizer": optimizer}
    ### END SOLUTION


# %% test="7.16c"
expect("7.16c", lambda: len(train_fig78(*make_fig78_data(0), epochs=3)["losses"]), 3)
expect("7.16c", lambda: train_fig78(*make_fig78_data(0))["losses"][-1], such_that("below 0.9", lambda x: x < 0.9))


# %% answer="7.16-plot"
def plot_training(losses: list[float]):
    """A matplotlib figure: the loss against the epoch, axes labelled"""
    ### BEGIN SOLUTION
    fig, ax = axes("epoch", "mean squared error (log scale)", "Memorising 100 random pairs")
    ax.plot(range(1, len(losses) + 1), losses)
    ax.set_yscale("log")
    for epoch in range(10, len(losses), 10):
        ax.axvline(epoch + 0.5, color="#7b8794", linestyle=":", linewidth=1)
    ax.text(11, max(losses), "dotted: the learning rate is halved", va="top")
    return fig
    ### END SOLUTION


# %% test="7.16-plot"
def draw_my_training():
    """Train on the data of seed 0 and show the figure."""
    losses = train_fig78(*make_fig78_data(0))["losses"]
    fig = plot_training(losses)
    show(fig, f"Loss against epoch: from {losses[0]:.3g} down to {losses[-1]:.3g}.")
    return fig


says_epoch = such_that('a label that says "epoch"', lambda label: "epoch" in label.lower())
expect("7.16-plot", lambda: draw_my_training().axes[0].get_xlabel(), says_epoch)

# %% [markdown] written="7.16-written"
# **Your plot, and a sentence (read by a person).** Plot the losses of your training: with
# `plot_training` above, or in a cell of your own. Then say in a sentence or two what one sees at
# the steps of the learning rate, and why.
#
# ### BEGIN SOLUTION
# Up to epoch 10 the curve falls fast but jitters: with learning rate 0.1 and momentum 0.9 the steps
# are long, and every batch pulls in a direction of its own. After each halving the jitter is
# smaller, and after the first halvings the loss drops, because shorter steps no longer jump over
# the valley's floor. From about epoch 60 on the curve is flat. That is no proof of a minimum: with
# a learning rate below 0.002 the parameters hardly move any more.
# ### END SOLUTION

# %% [markdown] exercise="7.17" title="Two classes" stars=3 minutes=30 needs="7.5 7.16"
# Three changes turn the regression network into a classifier: other targets, another meaning of the
# output, another loss. Each can be wrong in a way that still trains, and that only careful looking
# finds.
#
# **a.** `make_binary_targets(score)` turns a tensor of scores into labels: 1 where the score is
# positive, else 0; same shape, and **floating point**, because the loss calculates with them.
#
# **b.** `train_binary(X, Y, epochs=100, seed=0)` trains a new network $10 \to 40 \to 40 \to 1$ on
# labels `Y` of shape (100, 1), with all settings of 7.16 but the loss: the mean **binary
# cross-entropy** of $\mathrm{sig}[f]$. It returns `{"losses": …, "model": …, "predict_proba": …}`.
# `losses` are means per epoch as before; `predict_proba(X)` is a function that gives the
# probability of label 1 for each row of `X`, a tensor of shape (rows, 1) with values between 0 and
# 1.
#
# Whether the sigmoid is part of your model or is applied outside is up to you. Apply it exactly
# once.
#
# **Example.** `make_binary_targets(torch.tensor([[0.3], [-2.0]]))` is `tensor([[1.], [0.]])`.
# `make_fig78_data(seed, binary=True)` gives `X` and such a `Y`.

# %% [markdown] hints="7.17"
# A comparison gives `True` and `False`; `.float()` makes numbers of them.
#
# ---
# There are two ways: a network that ends with a number $f$ of any size and
# `F.binary_cross_entropy_with_logits`, which contains the sigmoid; or a network that ends with
# `nn.Sigmoid()` and `F.binary_cross_entropy`. The first is safer for large $|f|$ (see 7.5).
#
# ---
# `predict_proba` can be a small function inside `train_binary` that uses `model`; in it, no
# gradients are needed (`with torch.no_grad():`).


# %% answer="7.17a"
def make_binary_targets(score: torch.Tensor) -> torch.Tensor:
    """1.0 where the score is positive, else 0.0; floating point, same shape"""
    ### BEGIN SOLUTION
    return (score > 0).float()
    ### END SOLUTION


# %% test="7.17a" decides=true
expect("7.17a", lambda: make_binary_targets(torch.tensor([[0.3], [-2.0]])), [[1.0], [0.0]])
expect("7.17a", lambda: make_binary_targets(torch.tensor([[0.3]])).is_floating_point(), True)


# %% answer="7.17b"
def train_binary(X: torch.Tensor, Y: torch.Tensor, epochs: int = 100, seed: int = 0) -> dict:
    """Train a classifier. Returns {"losses": mean loss per epoch, "model", "predict_proba"}"""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    model = nn.Sequential(
        *(nn.Linear(10, 40), nn.ReLU()), *(nn.Linear(40, 40), nn.ReLU()), nn.Linear(40, 1)
    )
    model.apply(init_he)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)

    losses = []
    for epoch in range(epochs):
        batch_losses = []
        for rows in torch.randperm(len(X)).split(10):
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model(X[rows]), Y[rows])
            loss.backward()
            optimizer.step()
            batch_losses.append(loss.item())
        scheduler.step()
        losses.append(sum(batch_losses) / len(batch_losses))
        show_epoch(epoch + 1, epochs, losses[-1])

    def predict_proba(X):
        with torch.no_grad():
            return torch.sigmoid(model(X))

    return {"losses": losses, "model": model, "predict_proba": predict_proba}
    ### END SOLUTION


# %% test="7.17b"
def draw_my_classifier():
    """Train on binary data of seed 0, show the losses, return the result."""
    result = train_binary(*make_fig78_data(0, binary=True))
    plot_losses(result["losses"], title="Cross-entropy, one step per epoch")
    return result


expect("7.17b", lambda: draw_my_classifier()["losses"][-1], such_that("below 0.1", lambda x: x < 0.1))
expect(
    "7.17b",
    lambda: train_binary(*make_fig78_data(1, binary=True))["predict_proba"](torch.zeros(4, 10)),
    such_that(
        "4 probabilities of shape (4, 1)",
        lambda p: p.shape == (4, 1) and bool(((0 <= p) & (p <= 1)).all()),
    ),
)

# %% [markdown]
# **A last thought.** Your classifier gets (nearly) all 100 labels right, and they were tossed like
# coins. On 100 fresh random pairs it would be right about half the time. A low training loss says
# that training works, and nothing about what has been understood.

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/03_training")

# %% [markdown]
# {{next}}
