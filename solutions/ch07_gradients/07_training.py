# %% [markdown]
# # Training in PyTorch
#
# All the pieces come together: in this notebook you train two real networks in PyTorch, one for numbers
# and one for yes/no questions, from a start that you have proved to be right.
#
# > **Conventions here.** `nn.Linear` stores its weights with one row per output. The **fan-in** of a layer
# > is its number of inputs. A loss is a **mean** over all numbers of a batch, never a sum, and a batch has
# > one example per row.

# %% setup=true
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from utils import (
    Chart,
    expect,
    explore,
    grade,
    make_fig78_data,
    plot_losses,
    progress,
    show,
    such_that,
)
from utils.plots import BLUE, axes
from utils.training_progress import show_epoch

torch.set_num_threads(1)  # networks this small are fastest on one

# %% [markdown] exercise="7.16" title="Training in PyTorch" stars=3 minutes=45 needs="7.14"
# A network, He initialisation, mini-batches, stochastic gradient descent with momentum, and a learning
# rate that falls in steps: every training script that you will ever read has this shape.
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
# **d.** `plot_training(losses)` returns a matplotlib figure of the loss against the epoch (counted one by
# one), with both axes labelled. Choose a scale on which one can see what happens, also in the last epochs.
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


# %% test="7.16a" decides=true
expect("7.16a", lambda: build_model()(torch.zeros(3, 10)).shape, (3, 5))
expect("7.16a", lambda: sum(p.numel() for p in build_model().parameters()), 2285)
expect("7.16a", lambda: build_model() is build_model(), False)  # a new one each time


def outputs_for(x):
    """What a model of yours gives for the rows of x; the same model for all of them."""
    torch.manual_seed(0)
    return build_model()(x).detach()


def bend(x):
    """How far the outputs are from those of a straight line through the same points: 0 without ReLU."""
    left, middle, right = outputs_for(torch.cat([-x, 0 * x, x])).split(len(x))
    return float((left - 2 * middle + right).abs().max())


inputs = 3 * torch.randn(50, 10, generator=torch.Generator().manual_seed(1))
expect("7.16a", lambda: bend(inputs), such_that("above 0.01 (with ReLU it is no straight line)", lambda b: b > 0.01))
expect("7.16a", lambda: float(outputs_for(inputs).min()), such_that("below 0 for some inputs", lambda m: m < 0))

# %% [markdown] commentary="7.16"
# In `build_model`, `nn.Sequential` registers every layer, so that `parameters()` finds it; layers in a plain
# list would be invisible to the optimizer. Nothing follows the last layer: targets may be negative, and a
# ReLU there would cut them off.


# %% answer="7.16b"
def init_he(layer: nn.Module) -> None:
    """He initialisation of an nn.Linear, in place; other layers stay as they are"""
    ### BEGIN SOLUTION
    if isinstance(layer, nn.Linear):
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
    ### END SOLUTION


# %% test="7.16b" decides=true
def after_init(layer):
    """The layer itself, after init_he."""
    torch.manual_seed(0)
    layer.apply(init_he)
    return layer


expect("7.16b", lambda: after_init(nn.Linear(800, 600)).weight.var().item() * 800, 2.0, rtol=0.05)
expect("7.16b", lambda: after_init(nn.Linear(7, 3)).bias.tolist(), [0.0, 0.0, 0.0])
expect("7.16b", lambda: isinstance(after_init(nn.ReLU()), nn.ReLU), True)
expect("7.16b", lambda: after_init(nn.LayerNorm(3)).weight.tolist(), [1.0, 1.0, 1.0])
in_tails = such_that("above 3: a normal distribution has tails", lambda largest: largest > 3)
expect("7.16b", lambda: after_init(nn.Linear(800, 600)).weight.max().item() * 20, in_tails)

# %% [markdown] commentary="7.16"
# In `init_he`, the test `isinstance` comes first, because `model.apply` visits every layer, ReLUs and the
# network itself included. `kaiming_normal_` uses the fan-in and the factor 2 of 7.14 unless told otherwise;
# written out it is a normal distribution with *standard deviation* √(2 / fan-in).


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
@cache
def trained(epochs, seed):
    """Your training on the data of seed 0; all lines below share one long and three very short ones."""
    return train_fig78(*make_fig78_data(0), epochs=epochs, seed=seed)


def settings(optimizer):
    """What kind it is, its momentum, and its learning rate at the end."""
    group = optimizer.param_groups[0]
    return type(optimizer).__name__, group.get("momentum"), group["lr"]


at_first = such_that("a mean loss between 1.2 and 3", lambda loss: 1.2 < loss < 3)
at_last = such_that("a loss below 0.9", lambda loss: loss < 0.9)
halved = such_that(
    '"SGD", 0.9, and 0.1 halved nine or ten times',
    lambda found: found[:2] == ("SGD", 0.9) and 9e-5 < found[2] < 2e-4,
)
expect("7.16c", lambda: len(trained(2, 1)["losses"]), 2)
expect("7.16c", lambda: train_fig78(*make_fig78_data(0), 2, 1)["losses"] == trained(2, 1)["losses"], True)
expect("7.16c", lambda: trained(2, 2)["losses"] == trained(2, 1)["losses"], False)  # another seed
expect("7.16c", lambda: trained(100, 0)["losses"][0], at_first)
expect("7.16c", lambda: trained(100, 0)["losses"][-1], at_last)
expect("7.16c", lambda: settings(trained(100, 0)["optimizer"]), halved)

# %% [markdown] commentary="7.16"
# In `train_fig78`, everything random comes after the seed. Each of the three loops has its own lines: the
# scheduler's `step()` and the mean of the losses belong to the epoch, and clear, loss, backward, step to the
# batch. Forgetting `zero_grad` is the classical trap: gradients add up, and the losses become infinite.


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


# %% test="7.16-plot" decides=true
@cache
def my_figure():
    """Train on the data of seed 0, show the figure, return its axes and the losses."""
    losses = train_fig78(*make_fig78_data(0))["losses"]
    fig = plot_training(losses)
    show(fig, f"Loss against epoch: from {losses[0]:.3g} down to {losses[-1]:.3g}.")
    return fig.axes[0], losses


def has_the_losses():
    """Is one of the lines in your figure the curve of the losses?"""
    ax, losses = my_figure()
    curves = [np.asarray(line.get_ydata(), dtype=float) for line in ax.lines]
    return any(len(curve) == len(losses) and np.allclose(curve, losses) for curve in curves)


says_epoch = such_that('a label that says "epoch"', lambda label: "epoch" in label.lower())
says_loss = such_that(
    'a label that says "loss" or "error"',
    lambda label: "loss" in label.lower() or "error" in label.lower(),
)
expect("7.16-plot", lambda: my_figure()[0].get_xlabel(), says_epoch)
expect("7.16-plot", lambda: my_figure()[0].get_ylabel(), says_loss)
expect("7.16-plot", lambda: has_the_losses(), True)

# %% [markdown] commentary="7.16"
# In the plot, a logarithmic *scale* keeps the axis readable in losses, where the logarithm of the loss would
# not, and it shows the small changes at the end as clearly as the large ones at the beginning. The dotted
# lines stand where the learning rate is halved, so that one can see cause and effect together.

# %% [markdown] written="7.16-written"
# **In your own words (optional, read by a person).** Look at your plot: say in a sentence or two what one
# sees where the learning rate is halved, and why.
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
# output, another loss. Each of them can be wrong in a way that still trains, and that you only find by
# looking closely.
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

# %% [markdown] commentary="7.17"
# In `make_binary_targets`, the comparison decides and `.float()` turns True and False into the numbers that
# the cross-entropy calculates with; the shape stays (100, 1) because nothing else is done. A shape of (100,)
# would broadcast against the outputs to a matrix of 100 × 100, without any error.


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
@cache
def classifier(epochs=100):
    """Your training on binary data of seed 0; all lines below share one long and one very short one."""
    return train_binary(*make_fig78_data(0, binary=True), epochs=epochs)


def loss_of_the_probabilities():
    """The mean cross-entropy of what predict_proba gives for the training data."""
    X, Y = make_fig78_data(0, binary=True)
    p = torch.as_tensor(classifier()["predict_proba"](X)).clamp(1e-7, 1 - 1e-7)
    return float(F.binary_cross_entropy(p.float(), Y))


at_first = such_that("a mean loss between 0.6 and 1.3", lambda loss: 0.6 < loss < 1.3)
at_last = such_that("a loss above 0 and below 0.1", lambda loss: 0 < loss < 0.1)
probabilities = such_that(
    "4 probabilities of shape (4, 1)",
    lambda p: p.shape == (4, 1) and bool(((0 <= p) & (p <= 1)).all()),
)
expect("7.17b", lambda: sum(p.numel() for p in classifier(2)["model"].parameters()), 2121)
expect("7.17b", lambda: len(classifier(2)["losses"]), 2)
expect("7.17b", lambda: classifier()["losses"][0], at_first)
expect("7.17b", lambda: classifier()["losses"][-1], at_last)
expect("7.17b", lambda: classifier()["predict_proba"](torch.zeros(4, 10)), probabilities)
expect("7.17b", lambda: loss_of_the_probabilities(), at_last)
try:
    plot_losses(classifier()["losses"], title="Cross-entropy after every epoch")
except Exception:
    pass  # the picture comes with an answer that runs

# %% [markdown] commentary="7.17"
# In `train_binary`, the network ends with f, the loss contains the one sigmoid, and `predict_proba` applies
# the same one outside: exactly once on each of the two roads. Two sigmoids still train, down to about 0.5 and
# no further, which is why the test compares the loss of the probabilities with what a trained network has.

# %% [markdown]
# ### What has it understood?
#
# Your classifier gets (nearly) all of its 100 labels right, and they were tossed like coins. The next cell
# asks it about 2000 fresh pairs of the same kind. Predict first.


# %%
def share_right(classify, seeds):
    """The percentage of labels that are predicted right, over the data of these seeds."""
    pairs = [make_fig78_data(seed, binary=True) for seed in seeds]
    right = [((classify(X) > 0.5).float().reshape(-1, 1) == Y).float().mean() for X, Y in pairs]
    return 100 * float(torch.stack(right).mean())


try:
    predict_proba = train_binary(*make_fig78_data(0, binary=True))["predict_proba"]
    seen, fresh = share_right(predict_proba, [0]), share_right(predict_proba, range(1, 21))
except NotImplementedError:
    seen = fresh = None
    print("○ This cell needs your train_binary (7.17b).")


def compare():
    chart = Chart(
        "", "labels that are right, in percent", "The same network, old and new data",
        x=(0, 4), y=(0, 105), xticks={1: "100 training pairs", 3: "2000 fresh pairs"}, width=480,
    )  # fmt: skip
    chart.bars([0.5, 1.5, 2.5, 3.5], [seen, 0, fresh], BLUE)
    chart.line([0, 4], [50, 50], dash="4 4", label="tossing a coin")
    return chart, (
        f"{seen:.0f} percent of the training labels are right, and {fresh:.1f} percent of the fresh ones. "
        "A low training loss says that training works, and nothing about what has been understood."
    )


question = "Predict: how many percent of the fresh labels will it get right?"
explore(compare, predict=(question, round(fresh, 1), 5)) if seen is not None else None

# %% [markdown]
# ## Where you stand

# %%
progress("ch07_gradients/07_training")

# %% [markdown]
# {{next}}
