"""7.14: the second moment after a ReLU, as a formula, measured and proved."""

import numpy as np

from autograder.check import attempt, check, order, written
from utils.answers import number

WEIGHTS = {
    "n times the second moment, sigma = 1": 1.25, "second moment, another sigma": 1.25,
    "n times the variance, sigma = 1": 0.5,
}  # fmt: skip


@check("7.14a", points=2, reveal=True, weights=WEIGHTS)
def moments(answer, rng):
    sigma, n = rng.uniform(1.7, 4), int(rng.integers(20, 200))

    def subtracted(sigma):
        """A mistake in second_moment, which the variance builds on, costs there only."""
        return number(answer.second_moment(sigma)) - number(answer.variance_gaussian(sigma))

    def times_n(function):
        """At sigma = 1 a forgotten square does not show, but the right values are always the same."""
        return {n: n * number(function(1.0))}

    return {
        "n times the second moment, sigma = 1": attempt(times_n, answer.second_moment),
        "second moment, another sigma": answer.second_moment(sigma),
        "n times the variance, sigma = 1": attempt(times_n, answer.variance_gaussian),
        "n times their difference, sigma = 1": attempt(times_n, subtracted),
        "second moment minus variance, another sigma": attempt(subtracted, sigma),
    }


@moments.misconception(
    "variance_for_second_moment",
    "What second_moment gives is the variance of b. The second moment is the mean of b² itself: nothing "
    "is subtracted.",
)
def answer():
    def second_moment(sigma):
        return sigma**2 / 2 - sigma**2 / (2 * np.pi)

    variance_gaussian = second_moment


moments.misconception(
    "var_is_half",
    "The variance of b is not its second moment: b is never negative, so its mean is above 0, and "
    "the square of that mean has to be subtracted.",
    edits={"second_moment(sigma) - sigma**2 / (2 * np.pi)": "second_moment(sigma)"},
)


@moments.misconception(
    "std_not_variance",
    "sigma is a standard deviation, and moments of second order grow with its square.",
)
def answer():
    def second_moment(sigma):
        return sigma / 2

    def variance_gaussian(sigma):
        return sigma / 2 - sigma / (2 * np.pi)


moments.misconception(
    "half_of_the_standard_deviation",
    "Halving the standard deviation divides the variance by four; here the mean square is halved.",
    edits={"return sigma**2 / 2\n": "return (sigma / 2) ** 2\n"},
)
moments.misconception(
    "subtracts_the_mean_itself",
    "The mean has to be squared before it is subtracted: Var[b] = E[b²] - E[b]².",
    edits={"sigma**2 / (2 * np.pi)": "sigma / np.sqrt(2 * np.pi)"},
)


@moments.alternative("powers_and_decimals")
def answer():
    second_moment = lambda sigma: 0.5 * np.float32(sigma) * np.float32(sigma)
    variance_gaussian = lambda sigma: 0.5 * sigma * sigma * (1 - 1 / np.pi)


@moments.alternative("sympy_numbers")
def answer():
    import sympy

    def second_moment(sigma):
        return sympy.Rational(1, 2) * sympy.Float(sigma) ** 2

    def variance_gaussian(sigma):
        return (sympy.pi - 1) / (2 * sympy.pi) * sympy.Float(sigma) ** 2


@moments.oracle("integration")
def answer():
    def _moment(power, sigma):
        a = np.linspace(0, 12 * sigma, 200_001)
        density = np.exp(-((a / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
        return np.trapezoid(a**power * density, a)

    def second_moment(sigma):
        return _moment(2, sigma)

    def variance_gaussian(sigma):
        return _moment(2, sigma) - _moment(1, sigma) ** 2


@check("7.14b", points=1, reveal=True)
def empirical(answer, rng):
    atoms = rng.permutation([-1.0] * 4 + [0.0] * 4 + [1.0] * 4) * rng.uniform(1.2, 3)
    skewed = rng.exponential(2.0, size=(5, 7)) - 1.3  # 35 values: never one half positive
    return {
        "a third of the values is 0": answer.empirical_second_moment(atoms),
        "a continuous sample": answer.empirical_second_moment(rng.normal(0, 2, size=31)),
        "a skewed sample, as a matrix": answer.empirical_second_moment(skewed),
    }


empirical.misconception(
    "seed_split_with_one_half",
    "Half of the mean over the values that are not negative is right only if these are half of all "
    "values. With values at exactly 0, or a skewed sample, they are not: count what is there.",
    edits={"np.mean(np.maximum(a, 0) ** 2)": "np.mean(a[a >= 0] ** 2) / 2"},
)
empirical.misconception(
    "mean_over_positives_only",
    "The zeros that ReLU makes are values too: the mean goes over all of them.",
    edits={"np.mean(np.maximum(a, 0) ** 2)": "np.mean(a[a > 0] ** 2)"},
)
empirical.misconception(
    "variance_for_second_moment",
    "That is the variance, which subtracts the squared mean. The second moment is the mean of b².",
    edits={"np.mean(np.maximum(a, 0) ** 2)": "np.var(np.maximum(a, 0))"},
)
empirical.misconception(
    "half_of_the_samples_mean_square",
    "Half of the mean of a² is what one expects of a symmetric distribution; this asks for what "
    "the given values have, whatever their distribution.",
    edits={"np.mean(np.maximum(a, 0) ** 2)": "np.mean(a**2) / 2"},
)
empirical.misconception(
    "square_of_the_mean",
    "The order matters: square first, then take the mean.",
    edits={"np.mean(np.maximum(a, 0) ** 2)": "np.mean(np.maximum(a, 0)) ** 2"},
)


@empirical.alternative("loop_over_the_values")
def empirical_second_moment(a):
    values = np.ravel(a).tolist()
    return sum(value**2 for value in values if value > 0) / len(values)


@empirical.alternative("torch_in_float32")
def empirical_second_moment(a):
    import torch

    return torch.relu(torch.tensor(a, dtype=torch.float32)).square().mean()


@empirical.oracle("share_times_conditional_mean")
def empirical_second_moment(a):
    kept = a > 0
    return kept.mean() * (a[kept] @ a[kept] / kept.sum())


# each line begins with what the line before it ends with, so there is one order only
proof = order(
    "7.14c",
    "proof_order",
    "abcdefg",
    right="ebgafc",
    points=2,
    before={
        "symmetry_before_relu": (
            "The symmetry is one of a, not of b: first say what b is on either side of 0.",
            "ba",
            "bf",
        ),
        "lines_do_not_connect": (
            "It is a chain: every line has to begin with what the line before it ends with.",
            "eb",
            "bg",
            "ga",
            "af",
            "fc",
        ),
    },
    false={
        "d": (
            "uses_false_step_d",
            "Symmetry does not make P(a ≥ 0) one half: the point a = 0 may have a probability of its "
            "own. For the values -1, 0, 1 that line gives ¼ instead of ⅓.",
        ),
    },
    missing=(
        "lines_missing",
        "The lines that are there stand in the right order, but not all are there: six make the chain, "
        "and every line has to begin with what the line before it ends with.",
        "egfc",
        "ebgf",
    ),
    orders={
        "written_backwards": (
            "This is the chain from its end to its beginning: start with E[b²].",
            "cfagbe",
        ),
    },
)


written(
    "7.14-written",
    rubric=[
        (1, "splits at 0 and says that the negative side adds nothing"),
        (1, "uses the symmetry for the positive side, with no claim on the probability of a ≥ 0"),
        (1, "E[a²] = σ² because the mean is 0"),
        (1, "says that without symmetry the half is lost"),
    ],
)
