"""6.13: what a Leaky ReLU makes of a normal number, and the weights that follow from it."""

import numpy as np

from autograder.check import attempt, check, choice
from utils.answers import number

VARIANCE, WEIGHTS_OF_A_LAYER = "variance", "variance of the weights"
WEIGHTS = {VARIANCE: 2, WEIGHTS_OF_A_LAYER: 2}


@check("6.13", points=6, reveal=True, weights=WEIGHTS)
def moments(answer, rng):
    def moment(place, *cases):
        return [number(list(answer.leaky_relu_moments(*case))[place]) for case in cases]

    def weights(*cases):
        return [number(answer.leaky_he_variance(*case)) for case in cases]

    def leak():
        return float(rng.uniform(0.15, 0.7))

    cases = [(leak(), float(rng.uniform(1.5, 4))), (leak(), float(rng.uniform(0.3, 0.7)))]
    relu = 0.0, float(rng.uniform(1.5, 4))
    layers = [(int(rng.integers(20, 500)), leak()) for _ in range(2)]
    return {
        "mean": attempt(moment, 0, *cases),
        "mean square": attempt(moment, 1, *cases),
        VARIANCE: attempt(moment, 2, *cases, relu),
        WEIGHTS_OF_A_LAYER: attempt(weights, *layers),
    }


MEAN, SQUARE = "(1 - alpha) * sigma / np.sqrt(2 * np.pi)", "(1 + alpha**2) * sigma**2 / 2"
TRIPLE, START = "mean, mean_square, mean_square - mean**2", "2 / ((1 + alpha**2) * n_in)"
TRUE = "((1 + alpha**2) / 2 - (1 - alpha) ** 2 / (2 * np.pi))"
moments.misconception(
    "the_seed_claim_variance_is_second_moment",
    "The variance given is the mean square. The mean of a is not 0, although that of z is: its square has to "
    "be subtracted.",
    edits={TRIPLE: "mean, mean_square, mean_square"},
)
moments.misconception(
    "init_from_the_true_variance",
    "These weights keep the variance of a. The next layer sees its mean square: a mean of a that is not "
    "0 makes z′ vary, too.",
    edits={START: f"1 / (n_in * {TRUE})"},
)
moments.misconception(
    "plain_he",
    "That is He's variance for ReLU. A leak lets more of the mean square pass: the weights must be smaller.",
    edits={START: "2 / n_in"},
)
moments.misconception(
    "one_plus_alpha_squared_outside",
    "(1 + α)² is the square of a sum. The two halves have mean squares that are added: 1 + α².",
    edits={START: "2 / ((1 + alpha) ** 2 * n_in)"},
)
moments.misconception(
    "inverted",
    "The fraction is upside down: the larger the leak and the layer, the smaller the weights have to be.",
    edits={START: "(1 + alpha**2) * n_in / 2"},
)
moments.misconception(
    "leak_multiplies_the_variance",
    "The factor of the leak stands on the wrong side: more leak needs smaller weights.",
    edits={START: "2 * (1 + alpha**2) / n_in"},
)
moments.misconception(
    "returns_standard_deviation",
    "That is the standard deviation of the weights. Leave out the root.",
    edits={START: "np.sqrt(2 / ((1 + alpha**2) * n_in))"},
)
moments.misconception(
    "mean_one_plus_alpha",
    "The negative half of a pulls the mean down: it counts with −α, so the factor is 1 − α.",
    edits={MEAN: "(1 + alpha) * sigma / np.sqrt(2 * np.pi)"},
)
moments.misconception(
    "half_forgotten",
    "Each side of 0 has half of the probability. The half is missing in the mean square.",
    edits={SQUARE: "(1 + alpha**2) * sigma**2"},
)
moments.misconception(
    "sigma_not_squared",
    "σ is a standard deviation. A mean square grows with σ².",
    edits={SQUARE: "(1 + alpha**2) * sigma / 2"},
)
moments.misconception(
    "mean_not_squared",
    "The mean is subtracted as it is. It has to be squared first.",
    edits={TRIPLE: "mean, mean_square, mean_square - mean"},
)
moments.misconception(
    "alpha_not_squared",
    "On the negative side a² is α²z²: the leak is squared along with z.",
    edits={SQUARE: "(1 + alpha) * sigma**2 / 2"},
)
moments.misconception(
    "mean_of_the_normal_number",
    "The mean of z is 0. That of a is not, since its two sides are no longer equally long.",
    edits={MEAN: "0.0"},
)


@moments.alternative("shares_of_the_two_sides")
def answer():
    def leaky_relu_moments(alpha, sigma):
        one_side = sigma / np.sqrt(2 * np.pi), sigma**2 / 2
        mean = one_side[0] - alpha * one_side[0]
        square = one_side[1] + alpha * alpha * one_side[1]
        return [mean, square, np.float32(square - mean * mean)]

    def leaky_he_variance(n_in, alpha):
        return (1 / leaky_relu_moments(alpha, 1)[1]) / n_in


@moments.alternative("sympy_integrals")
def answer():
    import sympy

    def leaky_relu_moments(alpha, sigma):
        a, s = sympy.Float(alpha), sympy.Float(sigma)
        mean = (1 - a) * s / sympy.sqrt(2 * sympy.pi)
        return mean, s**2 * (1 + a**2) / 2, ((1 + a**2) / 2 - (1 - a) ** 2 / (2 * sympy.pi)) * s**2

    def leaky_he_variance(n_in, alpha):
        return sympy.Rational(2, n_in) / (1 + sympy.Float(alpha) ** 2)


@moments.oracle("quadrature_and_fixed_point")
def answer():
    def leaky_relu_moments(alpha, sigma):
        z = np.linspace(-12, 12, 400_001)
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        a = sigma * np.where(z > 0, z, alpha * z)
        mean, square = (np.trapezoid(a**power * density, z) for power in (1, 2))
        return mean, square, np.trapezoid((a - mean) ** 2 * density, z)

    def leaky_he_variance(n_in, alpha):
        # with weights of the variance v, Var(z') is n_in v E[a²] where Var(z) is 1: solve for 1
        low, high = 0.0, 10.0
        for _ in range(60):
            v = (low + high) / 2
            low, high = (v, high) if n_in * v * leaky_relu_moments(alpha, 1.0)[1] < 1 else (low, v)
        return v


mistake = choice(
    "6.13c",
    "false_line",
    "abcde",
    key="c",
    points=1,
    ideas={
        "a": (
            "rejects_the_two_cases",
            "That is the definition, squared, and a normal number is positive with the probability one half.",
        ),
        "b": (
            "rejects_the_mean_square",
            "By symmetry half of the mean square of z belongs to each side, and α² multiplies one of them.",
        ),
        "d": (
            "rejects_the_sum",
            "The product of w and a has the mean 0 when w has, so its variance is its mean square.",
        ),
        "e": (
            "rejects_the_result",
            "The result is right. Ask for the step that says something of a that is true of z only.",
        ),
    },
)


@mistake.oracle("a_sample")
def answer():
    z = 2 * np.random.default_rng(0).normal(size=400_000)
    a = np.where(z > 0, z, 0.25 * z)
    claim = (1 + 0.25**2) / 2 * 4
    square_is_right, variance_is_right = (
        abs(x / claim - 1) < 0.02 for x in (np.mean(a**2), a.var())
    )
    false_line = "C" if square_is_right and not variance_is_right else "?"
