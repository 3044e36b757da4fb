"""6.14: SELU, the weights that it needs, and why it holds."""

import numpy as np

from autograder.check import attempt, check, choices, written
from autograder.checks.ch06_networks.off_limits import TORCH
from autograder.checks.ch06_networks.signal_rules import given_variances

LEFT, LEFT_SLOPE = "values where z is negative", "slopes where z is negative"


@check("6.14", points=5, reveal=True, rtol=2e-4, weights={LEFT: 2, LEFT_SLOPE: 2}, forbid=TORCH)
def functions(answer, rng):
    def values(name, *arrays):
        return [getattr(answer, name)(z) for z in arrays]

    low, high = -rng.uniform(0.1, 4, (3, 4)), rng.uniform(0.1, 4, 7)
    mixed = rng.permutation(np.concatenate([-rng.uniform(0.1, 3, 6), rng.uniform(0.1, 3, 6)]))
    far = rng.permutation(np.concatenate([-rng.uniform(720, 900, 2), rng.uniform(720, 900, 2)]))
    return {
        "values where z is positive": attempt(values, "selu", high),
        LEFT: attempt(values, "selu", low),
        "slopes where z is positive": attempt(values, "selu_gradient", high),
        LEFT_SLOPE: attempt(values, "selu_gradient", low),
        "values on both sides": attempt(values, "selu", mixed.reshape(2, 2, 3)),
        "slopes on both sides": attempt(values, "selu_gradient", mixed.reshape(2, 2, 3)),
        "values far out": attempt(values, "selu", far),
        "slopes far out": attempt(values, "selu_gradient", far),
    }


BELOW = "alpha * (np.exp(np.minimum(z, 0)) - 1)"
SLOPE_BELOW = "alpha * np.exp(np.minimum(z, 0))"
VALUE, SLOPE = "scale * np.where(z > 0, z, below)", "scale * np.where(z > 0, 1.0, slope_below)"
functions.misconception(
    "lambda_missing_on_the_negative_side",
    "λ stands in front of both sides. On the negative one it is missing.",
    edits={
        VALUE: "np.where(z > 0, scale * z, below)",
        SLOPE: "np.where(z > 0, scale, slope_below)",
    },
)
functions.misconception(
    "lambda_missing_on_the_positive_side",
    "λ stands in front of both sides. On the positive one it is missing, and the slope there is λ, not 1.",
    edits={
        VALUE: "np.where(z > 0, z, scale * below)",
        SLOPE: "np.where(z > 0, 1.0, scale * slope_below)",
    },
)


@functions.misconception(
    "constants_swapped",
    "λ and α are exchanged: the slope above 0 is the one that is only a little larger than 1.",
)
def answer():
    def selu(z):
        return 1.6732632423543772 * np.where(
            z > 0, z, 1.0507009873554805 * np.expm1(np.minimum(z, 0))
        )

    def selu_gradient(z):
        return 1.6732632423543772 * np.where(
            z > 0, 1.0, 1.0507009873554805 * np.exp(np.minimum(z, 0))
        )


functions.misconception(
    "gradient_without_alpha",
    "The slope below 0 is λαeᶻ. Its α is missing.",
    edits={SLOPE_BELOW: "np.exp(np.minimum(z, 0))"},
)
functions.misconception(
    "gradient_minus_one",
    "The derivative of eᶻ − 1 is eᶻ: the constant falls away.",
    edits={SLOPE_BELOW: BELOW},
)
functions.misconception(
    "gradient_constant_below",
    "Below 0 the slope is not the same everywhere: it fades like eᶻ.",
    edits={SLOPE_BELOW: "alpha"},
)


@functions.misconception(
    "elu",
    "That is the ELU, without λ and α. Only with these does a signal keep its mean and its variance.",
)
def answer():
    def selu(z):
        return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)

    def selu_gradient(z):
        return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))


@functions.misconception(
    "elu",
    "λ is missing on both sides.",
    form="with alpha",
)
def answer():
    def selu(z):
        return np.where(z > 0, z, 1.6732632423543772 * (np.exp(np.minimum(z, 0)) - 1))

    def selu_gradient(z):
        return np.where(z > 0, 1.0, 1.6732632423543772 * np.exp(np.minimum(z, 0)))


functions.misconception(
    "nan_from_zero_times_infinity",
    "For large z this gives nan: eᶻ is infinite there, and infinity times 0 is not a number. Choose "
    "with np.where, or take the exponential of min(z, 0).",
    edits={
        VALUE: "scale * ((z > 0) * z + (z <= 0) * alpha * (np.exp(z) - 1))",
        SLOPE: "scale * ((z > 0) + (z <= 0) * alpha * np.exp(z))",
    },
)
functions.misconception(
    "exponential_without_minus_one",
    "The 1 is not subtracted: below 0 the values should be negative, and 0 at 0.",
    edits={BELOW: "alpha * np.exp(np.minimum(z, 0))"},
)


@functions.alternative("rounded_constants")
def answer():
    def selu(z):
        result = 1.0507 * z
        below = z <= 0
        result[below] = 1.0507 * 1.6733 * np.expm1(z[below])
        return result

    def selu_gradient(z):
        slope = np.full(z.shape, 1.0507)
        slope[z <= 0] *= 1.6733 * np.exp(z[z <= 0])
        return slope


@functions.alternative("number_by_number_in_float32")
def answer():
    import math

    SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772

    def each(f, z):
        return np.array([f(x) for x in z.ravel().tolist()], dtype=np.float32).reshape(z.shape)

    def selu(z):
        return each(lambda x: SCALE * (x if x > 0 else ALPHA * (math.exp(x) - 1)), z)

    def selu_gradient(z):
        return each(lambda x: SCALE if x > 0 else SCALE * ALPHA * math.exp(x), z)


functions.alternative(
    "exponential_of_everything",
    edits={BELOW: "alpha * (np.exp(z) - 1)", SLOPE_BELOW: "alpha * np.exp(z)"},
)


@functions.oracle("torch_autograd")
def answer():
    import torch

    def selu(z):
        return torch.selu(torch.tensor(z))

    def selu_gradient(z):
        z = torch.tensor(z, requires_grad=True)
        torch.selu(z).sum().backward()
        return z.grad


def given_selu(z):
    """The course's own selu."""
    return 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))


STARTS = ("lecun", "he", "standard normal")


@check("6.14b", points=3)
def starts(answer, rng):
    """The experiment and SELU are lent, so that equal weights give equal variances."""
    of_starts = answer.with_given(
        "selu_starts", activation_variances=given_variances, selu=given_selu
    )
    width, seed = int(rng.integers(70, 110)), int(rng.integers(1, 1000))

    def logarithms(name):
        return np.log2(np.asarray(of_starts(width, seed)[name], dtype=float))

    return {name: attempt(logarithms, name) for name in STARTS}


starts.misconception(
    "standard_normal_taken_for_one_over_n",
    "A standard normal number has the variance 1. The weights of the variance 1/n are those of lecun.",
    edits={'"standard normal": 1.0': '"standard normal": 1 / width'},
)
starts.misconception(
    "lecun_taken_for_standard_normal",
    "The weights of lecun have the variance 1/n, not 1.",
    edits={'"lecun": 1 / width': '"lecun": 1.0'},
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
    edits={"(selu, v,": "(selu, v**0.5,"},
)
starts.misconception(
    "relu_layers",
    "These layers have a ReLU. The experiment is about SELU.",
    edits={"(selu, v,": '(ACTIVATIONS["relu"], v,'},
)
starts.misconception(
    "gradient_in_place_of_the_activation",
    "The layers apply the slope of SELU. They should apply SELU itself.",
    edits={"(selu, v,": "(selu_gradient, v,"},
)
starts.misconception(
    "always_256",
    "The weights are those for layers of 256 units, whatever the width is.",
    edits={"1 / width": "1 / 256", "2 / width": "2 / 256"},
)


@starts.alternative("one_after_the_other")
def selu_starts(width=256, seed=0):
    run = lambda v: list(activation_variances(lambda z: selu(z), v, 20, width, seed=seed))
    he, lecun = (run(INIT_VARIANCE[name](width, width)) for name in ("he", "lecun"))
    return dict(lecun=lecun, he=he, **{"standard normal": run(1)})


starts.alternative(
    "other_formulas", edits={"1 / width": "width**-1.0", "2 / width": "4 / (width + width)"}
)


@starts.oracle("torch_layers")
def selu_starts(width=256, seed=0):
    import torch

    rng = np.random.default_rng(seed)
    inputs = torch.tensor(rng.normal(size=(64, width)))
    weights = torch.tensor(rng.normal(size=(20, width, width)))
    found = {}
    for name, v in {"lecun": 1 / width, "he": 2 / width, "standard normal": 1}.items():
        A, found[name] = inputs, []
        for W in weights:
            A = torch.selu(torch.nn.functional.linear(A, v**0.5 * W))
            found[name].append(A.var(correction=0).item())
    return found


facts = choices(
    "6.14c",
    "selu_facts",
    "abcdef",
    key="abd",
    points=2,
    groups={"what the constants do": "abc", "which weights": "def"},
    ideas={
        "a": (
            "no_fixed_point",
            "A holds: the constants were computed so that the mean 0 and the variance 1 stay.",
        ),
        "b": (
            "fixed_point_does_not_attract",
            "B holds: inputs of the variance 100 and of the variance 0.01 had nearly 1 after twenty layers.",
        ),
        "c": (
            "constants_replace_the_initialisation",
            "C is false: with weights of the variance 1, your third curve leaves 1 at once.",
        ),
        "d": (
            "lecun_is_not_xavier_for_square_layers",
            "D holds: 2/(n + n) is 1/n. So SELU does need such an initialisation.",
        ),
        "e": (
            "he_suits_selu",
            "E is false: with He's weights the variance ends at several tens.",
        ),
        "f": (
            "standard_normal_means_one_over_n",
            "F is false: standard normal numbers have the variance 1, for every n.",
        ),
    },
)


@facts.oracle("moments_by_quadrature")
def answer():
    x = np.linspace(-12, 12, 400_001)
    share = np.exp(-(x**2) / 2) / np.exp(-(x**2) / 2).sum()

    def after(mean, variance, s):
        """(mean, variance) after a layer whose weights have the variance s/n."""
        z = np.sqrt(s * (mean**2 + variance)) * x
        a = 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))
        return a @ share, a**2 @ share - (a @ share) ** 2

    n, same = 256, lambda pair: np.allclose(pair, (0, 1), atol=1e-5)
    stray = 0.0, 3.0
    for _ in range(20):
        stray = after(*stray, 1)
    true = {
        "A": same(after(0, 1, 1)),
        "B": abs(stray[1] - 1) < 0.1,
        "C": same(after(0, 1, n)),
        "D": 2 / (n + n) == 1 / n,
        "E": same(after(0, 1, 2)),
        "F": abs(np.random.default_rng(0).normal(size=10_000).var() * n - 1) < 0.1,
    }
    selu_facts = "".join(letter for letter, holds in true.items() if holds)


written(
    "6.14-written",
    rubric=[
        (
            0.5,
            "The premise is wrong: SELU needs weights of the variance 1/n (Xavier's for square layers).",
        ),
        (0.5, "λ and α make the mean 0 and the variance 1 a fixed point."),
        (0.5, "The fixed point attracts, so deviations die out."),
        (0.5, "Quotes numbers of an own run, for instance those with He's weights."),
    ],
)
