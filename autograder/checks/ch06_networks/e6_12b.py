"""6.12b to 6.12d: four schemes, what theory says of them, and a question that presumes."""

from math import log, log2, log10

import numpy as np

from autograder.check import attempt, check, choice, numbers, written
from autograder.checks.ch06_networks.signal_rules import given_variances

SCHEMES = ("too_small", "too_large", "xavier", "he")


@check("6.12b", points=2)
def schemes(answer, rng):
    """The course's own experiment is lent, so that equal weights give equal variances."""
    of_schemes = answer.with_given("variances_of_schemes", activation_variances=given_variances)
    width, seed = int(rng.integers(70, 110)), int(rng.integers(1, 1000))

    def logarithms(name):
        return np.log2(np.asarray(of_schemes(width, seed)[name], dtype=float))

    return {name: attempt(logarithms, name) for name in SCHEMES}


BEND, VARIANCE = 'ACTIVATIONS["relu"]', "INIT_VARIANCE[name](width, width)"
schemes.misconception(
    "width_not_passed_on",
    "The weights are those for layers of this width, but the experiment runs with its default width. "
    "Pass the width on.",
    edits={" width=width,": ""},
)
schemes.misconception(
    "seed_not_passed_on",
    "The seed does not reach the experiment: it always runs with its default.",
    edits={", seed=seed": ""},
)
schemes.misconception(
    "standard_deviation_passed",
    "activation_variances takes the variance of the weights, not their standard deviation.",
    edits={VARIANCE: f"np.sqrt({VARIANCE})"},
)
schemes.misconception(
    "always_256",
    "The weights are those for layers of 256 units, whatever the width is.",
    edits={VARIANCE: "INIT_VARIANCE[name](256, 256)"},
)
schemes.misconception(
    "another_activation",
    "These are tanh layers. The experiment is about ReLU.",
    edits={BEND: "np.tanh"},
)
schemes.misconception(
    "one_scheme_for_all",
    "All four have the same variance: look each up by its own name.",
    edits={"INIT_VARIANCE[name]": 'INIT_VARIANCE["he"]'},
)
schemes.misconception(
    "only_the_last_layer",
    "These are single numbers. Keep the variance after every layer.",
    edits={"width=width, seed=seed\n        )": "width=width, seed=seed\n        )[-1]"},
)


@schemes.alternative("loop_with_formulas")
def variances_of_schemes(width=256, seed=0):
    def relu(z):
        return z * (z > 0)

    found = {}
    for name, v in zip(("too_small", "too_large", "xavier", "he"), (1e-4, 1, 1 / width, 2 / width)):
        found[name] = list(activation_variances(relu, v, 20, width, seed=seed))
    return found


schemes.alternative(
    "own_relu",
    edits={f"{BEND}, {VARIANCE}": f"lambda z: np.where(z > 0, z, 0), {VARIANCE}, 20"},
)


@schemes.oracle("torch_layers")
def variances_of_schemes(width=256, seed=0):
    import torch

    variance = {"too_small": 0.0001, "too_large": 1.0, "xavier": 1 / width, "he": 2 / width}
    rng = np.random.default_rng(seed)
    inputs = torch.tensor(rng.normal(size=(64, width)))
    weights = torch.tensor(rng.normal(size=(20, width, width)))
    found = {}
    for name, v in variance.items():
        A, found[name] = inputs, []
        for W in weights:
            A = torch.nn.functional.linear(A, v**0.5 * W).clamp(min=0)
            found[name].append(A.var(correction=0).item())
    return found


theory = numbers(
    "6.12c",
    points=2,
    inside="by_theory",
    rtol=2e-3,
    right={
        "too_small": log2(256 * 1e-4 / 2), "too_large": 7, "xavier": -1, "he": 0,
        "below 10%": 5, "below 1%": 8,
    },
    ideas={
        "half_of_the_relu_forgotten": (
            "The ReLU lets only half of the mean square pass: the factor is n·Var(w)/2.",
            {"too_small": log2(256e-4), "too_large": 8, "xavier": 0, "he": 1},
            {"too_small": log2(256e-4)}, {"too_large": 8}, {"xavier": 0}, {"he": 1},
        ),
        "factor_instead_of_itslogarithm": (
            "That is the factor itself. The slope is its logarithm to base 2.",
            {"too_small": 0.0128, "too_large": 128, "xavier": 0.5, "he": 1},
            {"too_large": 128}, {"too_small": 0.0128}, {"xavier": 0.5},
        ),
        "naturallogarithm": (
            "That is the natural logarithm. To base 2, a factor of one half is −1.",
            {"too_small": log(0.0128), "too_large": log(128), "xavier": log(0.5)},
            {"too_large": log(128)}, {"xavier": log(0.5)},
        ),
        "logarithm_to_base_ten": (
            "That is the logarithm to base 10. To base 2, a factor of one half is −1.",
            {"too_small": log10(0.0128), "too_large": log10(128), "xavier": log10(0.5)},
            {"too_large": log10(128)},
        ),
        "hundredth_is_the_variance": (
            "0.01 is the standard deviation of the small weights; their variance is its square.",
            {"too_small": log2(256 * 0.01 / 2)},
        ),
        "counts_halvings_and_not_layers": (
            "So many times it has to be halved, and it is not halved before layer 2: one layer further.",
            {"below 10%": 4, "below 1%": 7}, {"below 10%": 4}, {"below 1%": 7},
        ),
        "last_layer_that_is_above": (
            "That is no whole number, and so no layer: which layer is the first one below?",
            {"below 10%": log2(10), "below 1%": log2(100)},
            {"below 10%": 1 + log2(10), "below 1%": 1 + log2(100)},
        ),
    },
)  # fmt: skip


@theory.oracle("signals_in_wide_layers")
def answer():
    def factor(v):
        """How much larger the mean square is after a layer, by quadrature."""
        z = np.linspace(-9, 9, 200_001)
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return 256 * v * np.trapezoid(np.maximum(z, 0) ** 2 * density, z)

    by_theory = {
        name: np.log2(factor(INIT_VARIANCE[name](256, 256)))
        for name in ("too_small", "too_large", "xavier", "he")
    }
    by_theory["he"] = round(by_theory["he"], 6)
    shares = factor(1 / 256) ** np.arange(20)
    by_theory["below 10%"] = int(np.argmax(shares < 0.1)) + 1
    by_theory["below 1%"] = int(np.argmax(shares < 0.01)) + 1


depth = choice(
    "6.12d",
    "xavier_depth",
    "abcd",
    key="b",
    points=1,
    ideas={
        "a": (
            "waits_for_a_threshold",
            "Compare the first two layers: half of the variance is lost there already. The line has no bend.",
        ),
        "c": (
            "depth_grows_with_the_width",
            "The width has cancelled: n·Var(w) is 1 with Xavier's weights, for every n.",
        ),
        "d": (
            "xavier_suits_every_activation",
            "Xavier's weights keep the variance where the activation lets all of it pass. A ReLU takes half.",
        ),
    },
)


@depth.oracle("theory_at_two_widths")
def answer():
    xavier_depth = "B"
    for width in (64, 1024):
        factor = width * INIT_VARIANCE["xavier"](width, width) / 2
        xavier_depth = xavier_depth if factor == 0.5 else "?"


written(
    "6.12-written",
    rubric=[
        (
            0.5,
            "All four lines are straight: the variance is multiplied by one factor in every layer.",
        ),
        (
            0.5,
            "Only a factor near 1 leaves a signal after many layers; He's weights give it for ReLU.",
        ),
        (0.5, "Quotes numbers of an own run."),
        (
            0.5,
            "Names a limit: the variance of one unit over the batch shrinks even with He's weights.",
        ),
    ],
)
