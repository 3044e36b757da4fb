# %% [markdown]
# # Quiz, part 2: depth and training
#
# The other nine of the twenty questions: what depth does to gradients, how weights should begin, and
# what to look at when training goes wrong. It takes about an hour, and works as [part 1](quiz.ipynb)
# does: run a question's cell, answer there, let *Use this answer* write the line into the answer cell,
# and run that cell and the check below it.
#
# > **Conventions here.** Layers are counted 1 to $L$. A dense layer computes $z = Wx + b$ with $W$ of
# > shape (outputs, inputs), or $Z = XW^T + b$ for a batch $X$ with one example per row, and then
# > $a = \phi(z)$. *The gradient at layer* $\ell$ is the one with respect to its pre-activations
# > $z^{(\ell)}$. $n$ or $n_\text{in}$ is the number of inputs of a layer, and weights are drawn
# > independently with mean 0.

# %% setup=true
import numpy as np

from utils import Quiz, expect, grade, progress

quiz = Quiz()

# %% [markdown]
# # Depth

# %% [markdown] exercise="q4" title="Vanishing, and whether it must" stars=2 minutes=6
# On its way down, the gradient is multiplied by two things in every layer: the derivative of the
# activation and the weights. Keep both in mind.

# %% quiz="q4a"

# %% quiz="q4b"

# %% [markdown] exercise="q20" title="Two networks, two gradient norms" stars=2 minutes=6
# The picture shows measurements at initialisation, before any training: how large the gradient of one
# example is at each layer, on average, in two networks of 10 layers with 256 units each.

# %% fold=true
# Shift+Enter: the size of the gradient at each layer, in two networks
import torch

from utils import show
from utils.plots import axes, style

torch.set_num_threads(1)  # networks this small are fastest on one


def gradient_norms(activation, variance, layers=10, n=256):
    """Mean norm of dL/dz per example, layer by layer, for weights of variance `variance / n`."""
    torch.manual_seed(0)
    a, kept = torch.randn(32, n), []
    for _ in range(layers):
        z = a @ (torch.randn(n, n) * (variance / n) ** 0.5)
        kept.append(z.requires_grad_() if z.is_leaf else z)
        kept[-1].retain_grad()
        a = activation(z)
    out = (a @ torch.randn(n) / n**0.5) ** 2
    out.sum().backward()
    return [z.grad.norm(dim=1).mean().item() for z in kept]


figure, ax = axes("layer", "norm of the gradient", "The same depth, two networks")
curves = {"sigmoid, Var(w) = 1/n": (torch.sigmoid, 1), "ReLU, He's Var(w) = 2/n": (torch.relu, 2)}
with style():
    for (name, (activation, variance)), marker in zip(curves.items(), "os"):
        norms = gradient_norms(activation, variance)
        (line,) = ax.plot(range(1, 11), norms, marker=marker, label=name)
        curves[name] = norms
    ax.set(yscale="log", xticks=range(1, 11))
    ax.legend(loc="lower right")
show(
    figure,
    "The norm of the gradient at layers 1 to 10 on a logarithmic axis. The sigmoid network rises "
    "evenly by about six powers of ten from layer 1 to layer 10; the ReLU network is flat.",
)

# %% quiz="q20a"

# %% quiz="q20b"

# %% [markdown] exercise="q5" title="Dead units" stars=2 minutes=4
# *Dead* is a strong word. Find out what it means, and whether it is as final as it sounds.

# %% quiz="q5"

# %% [markdown] exercise="q18" title="GELU" stars=2 minutes=4
# Many large language models use GELU in place of ReLU. It is smooth, and it has a few surprises.
#
# > **What it is.** ReLU multiplies $z$ by 0 or by 1, depending on its sign. GELU multiplies $z$ by
# > $\Phi(z)$, which goes smoothly from 0 to 1: it is the distribution function of the standard normal
# > distribution, so $\Phi(0) = 0.5$, $\Phi(1) = 0.84$ and $\Phi(-1) = 0.16$. Its derivative is the bell
# > curve $\varphi(z) = e^{-z^2/2}/\sqrt{2\pi}$.
# >
# > **Before you answer,** compute a few values on the negative side, in a new cell:
# > `from statistics import NormalDist`, then `z * NormalDist().cdf(z)`.

# %% quiz="q18"

# %% [markdown] written="q18-written"
# **In your own words (optional, read by a person).** Why may GELU be preferred to ReLU in transformers?
# Say what its shape means for learning, and how well founded the reasons are.
#
# ### BEGIN SOLUTION
# GELU is smooth, so its slope does not jump at 0, and for moderately negative $z$ the gradient is
# usually not 0: a unit that is switched off for an example can still learn from it, where a ReLU gets
# nothing. It can be read as a gate: $z$ is kept with the probability $\Phi(z)$, and GELU is the expected
# value of that (nothing in it is random, so it is no dropout).
#
# These are reasons after the fact. What decided was experience: the early large language models that
# used it worked, its authors measured small gains, and the difference is often small. "No dead units"
# goes too far: for very negative $z$ the gradient is 0 in floating point, and it is 0 at
# $z \approx -0.75$ as well.
# ### END SOLUTION

# %% [markdown] exercise="q8" title="Where He's 2 comes from" stars=3 minutes=10
# The usual explanation is short, plausible, and wrong at one place. Compute the two quantities that it
# mixes up, and then say which of them explains the 2.
#
# > **What it is about.** A pre-activation is a sum of $n$ products of a weight and an input. If signals
# > are to keep their size through many layers, the weights have to be as large as it takes. Without an
# > activation $\mathrm{Var}(w) = 1/n$ does it. ReLU throws away what is negative, and Kaiming He and his
# > co-authors make up for that with $2/n$ (2015).
# >
# > **The two quantities.** The *second moment* $E[a^2]$ is the mean of the squares. The *variance*
# > $\mathrm{Var}[a] = E[a^2] - E[a]^2$ measures from the mean. They are equal where the mean is 0.

# %% quiz="q8a"

# %% quiz="q8b"

# %% quiz="q8c"

# %% [markdown] exercise="q9" title="Which initialisation where" stars=2 minutes=6
# One rule is behind all these formulas: the second moment of what goes into a layer should be that of
# what came into the layer before.

# %% quiz="q9"

# %% quiz="q9b"

# %% [markdown]
# # Training

# %% [markdown] exercise="q13" title="Good on one half of the data" stars=1 minutes=4
# You will see this pair of numbers sooner or later. What do you look at first?

# %% quiz="q13a"

# %% quiz="q13b"

# %% [markdown] exercise="q17" title="NaN" stars=3 minutes=12
# NaN is contagious: one of them in a sum makes the sum NaN, then the gradient, then every weight. So
# the question is always where the first one came from.

# %% quiz="q17"

# %% [markdown]
# **q17c** (code) Write `stable_bce(z, y)`: the binary cross-entropy
# $-y\log\sigma(z) - (1-y)\log(1-\sigma(z))$ for a logit `z` and a label `y`, both plain numbers,
# exact and finite also where $|z| = 800$, far beyond where `exp` overflows.
#
# **Examples.** `stable_bce(0.0, 1)` is $\log 2$, and `stable_bce(-800.0, 1)` is 800.

# %% [markdown] hints="q17c"
# Insert $\sigma(z) = 1/(1 + e^{-z})$ and simplify. For $y = 1$, what remains is $\log(1 + e^{-z})$.
#
# ---
# For any $y$ the loss is $\log(1 + e^{z}) - zy$. This is right on paper, and overflows for $z = 800$.
#
# ---
# For $z > 0$, write $1 + e^z = e^z(1 + e^{-z})$ and take the logarithm of the product. Then exp only
# gets numbers below 0. `np.log1p(t)` is $\log(1 + t)$, exact also for tiny $t$.


# %% answer="q17c"
def stable_bce(z: float, y: float) -> float:
    """Binary cross-entropy of the label y and the logit z, without overflow."""
    ### BEGIN SOLUTION
    return max(z, 0.0) - z * y + np.log1p(np.exp(-abs(z)))
    ### END SOLUTION


# %% test="q17c" decides=true
expect("q17c", lambda: stable_bce(0.0, 1), np.log(2))
expect("q17c", lambda: stable_bce(-800.0, 1), 800.0)
expect("q17c", lambda: stable_bce(800.0, 0), 800.0)
expect("q17c", lambda: stable_bce(800.0, 1), 0.0)
expect("q17c", lambda: stable_bce(-25.0, 0), np.exp(-25.0), atol=0)

# %% [markdown] written="q17-written"
# **In your own words (optional, read by a person).** The loss of your network is NaN after a few epochs.
# Name three causes that are really different. For each one, say what you would *look at* to find out
# whether it is this one, and what you would see. (A remedy is not a diagnosis.)
#
# ### BEGIN SOLUTION
# *The data.* Count `np.isnan(X)` and `np.isinf(X)`, labels included. One NaN there makes the very first
# batch that holds it NaN, whatever the learning rate.
#
# *Steps that are too large* (a large learning rate, a missing `zero_grad`). Print the loss and the norm
# of each layer's gradient at every step: both grow by a factor per step, until they overflow, and only
# then NaN appears. With a smaller learning rate it comes later or not at all.
#
# *An operation that is undefined in floating point* ($0\cdot\log 0$, $\infty/\infty$ in a softmax, the
# root of 0). The norms look harmless until the step in which it happens, and the first NaN is in a
# gradient or in the loss, not in the weights. `torch.autograd.set_detect_anomaly(True)` names the
# operation. Look at its input: a probability that is exactly 0, a logit in the hundreds.
# ### END SOLUTION

# %% [markdown] exercise="q19" title="The same weights, another result" stars=2 minutes=5
# You have computed a forward pass in NumPy, and PyTorch gives almost the same. When is *almost* a
# mistake?

# %% quiz="q19"

# %% quiz="q19b"

# %% [markdown]
# ## What to revisit
#
# Run this cell when you have answered. It names the questions of both parts that took more than one
# try, and the exercises that train what they are about. A question's name leads back to it.

# %%
quiz.summary()

# %% [markdown]
# ## Where you stand

# %%
progress("ch06_networks/quiz_2")

# %% [markdown]
# {{next}}
