"""6.13b: three starts of a network with a leak."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.signal_rules import given_variances

STARTS = ("derived", "he", "by variance")


def given_moments(alpha, sigma):
    """The course's own leaky_relu_moments."""
    mean, square = (1 - alpha) * sigma / np.sqrt(2 * np.pi), (1 + alpha**2) * sigma**2 / 2
    return mean, square, square - mean**2


def given_start(n_in, alpha):
    """The course's own leaky_he_variance."""
    return 1 / (n_in * given_moments(alpha, 1.0)[1])


def given_leaky(z, alpha=0.01):
    """The course's own leaky_relu."""
    return np.maximum(z, alpha * z)


@check("6.13b", points=3)
def starts(answer, rng):
    """What earlier parts made is lent, so that equal weights give equal variances."""
    lent = {
        "leaky_relu": given_leaky,
        "leaky_relu_moments": given_moments,
        "leaky_he_variance": given_start,
    }
    of_starts = answer.with_given("leaky_starts", activation_variances=given_variances, **lent)
    alpha, width = float(rng.uniform(0.4, 0.6)), int(rng.integers(70, 110))
    seed = int(rng.integers(1, 1000))

    def logarithms(name):
        return np.log2(np.asarray(of_starts(alpha, width, seed)[name], dtype=float))

    return {name: attempt(logarithms, name) for name in STARTS}


BY_VARIANCE = "1 / (width * leaky_relu_moments(alpha, 1.0)[2])"
starts.misconception(
    "slope_of_the_default",
    "The layers have the slope 0.01, whatever alpha is: give leaky_relu its alpha.",
    edits={"lambda z: leaky_relu(z, alpha)": "leaky_relu"},
)
starts.misconception(
    "relu_layers",
    "These layers have a ReLU. The experiment is about the leak.",
    edits={"lambda z: leaky_relu(z, alpha)": 'ACTIVATIONS["relu"]'},
)
starts.misconception(
    "mean_square_in_place_of_the_variance",
    'Under "by variance" stands the start from the mean square, which is the right one. Take the third '
    "number of the triple.",
    edits={BY_VARIANCE: "1 / (width * leaky_relu_moments(alpha, 1.0)[1])"},
)
starts.misconception(
    "width_not_passed_on",
    "The weights are those for layers of this width, but the experiment runs with its default width.",
    edits={"v, width=width,": "v,"},
)
starts.misconception(
    "seed_not_passed_on",
    "The seed does not reach the experiment: it always runs with its default.",
    edits={", seed=seed)": ")"},
)
starts.misconception(
    "standard_deviation_passed",
    "activation_variances takes the variance of the weights, not their standard deviation.",
    edits={", v, ": ", v**0.5, "},
)
starts.misconception(
    "he_with_the_leak",
    "He's variance is the one for ReLU, 2/n. It knows nothing of the leak.",
    edits={'"he": 2 / width': '"he": leaky_he_variance(width, alpha)'},
)
starts.misconception(
    "exchanged",
    "He's start and the derived one are exchanged.",
    edits={
        '"derived": leaky_he_variance(width, alpha)': '"he": leaky_he_variance(width, alpha)',
        '"he": 2 / width': '"derived": 2 / width',
    },
)


@starts.alternative("one_after_the_other")
def leaky_starts(alpha, width=256, seed=0):
    def bend(z):
        return np.where(z < 0, alpha, 1.0) * z

    _, square, variance = leaky_relu_moments(alpha, 1)
    found = dict()
    found["he"] = activation_variances(bend, 2 / width, 20, width, seed=seed).tolist()
    found["derived"] = activation_variances(bend, 1 / square / width, 20, width, seed=seed)
    found["by variance"] = activation_variances(bend, 1 / variance / width, 20, width, seed=seed)
    return found


starts.alternative(
    "own_formulas",
    edits={
        "leaky_he_variance(width, alpha)": "2 / width / (1 + alpha**2)",
        BY_VARIANCE: "2 / width / (1 + alpha**2 - (1 - alpha) ** 2 / np.pi)",
    },
)


@starts.oracle("torch_layers")
def leaky_starts(alpha, width=256, seed=0):
    import torch

    bend = torch.nn.LeakyReLU(alpha)
    z = torch.linspace(-10, 10, 400_001, dtype=torch.float64)
    share = torch.exp(-(z**2) / 2) / torch.exp(-(z**2) / 2).sum()
    square = (bend(z) ** 2 * share).sum().item()
    variance = square - (bend(z) * share).sum().item() ** 2
    rng = np.random.default_rng(seed)
    inputs = torch.tensor(rng.normal(size=(64, width)))
    weights = torch.tensor(rng.normal(size=(20, width, width)))
    found = {}
    for name, s in {"derived": 1 / square, "he": 2, "by variance": 1 / variance}.items():
        A, found[name] = inputs, []
        for W in weights:
            A = bend((s / width) ** 0.5 * torch.nn.functional.linear(A, W))
            found[name].append(A.var(correction=0).item())
    return found
