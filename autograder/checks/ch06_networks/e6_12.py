"""6.12: the variance of a signal after each of many layers."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.signal_rules import (
    RELU,
    judged,
    slope_per_layer,
    variances_in,
    within,
)

DEFAULTS, SEEDS = "20 layers with the default sizes", "one seed twice, and another seed"
TRIPLED = "weights with three times the variance"
ONE_EXAMPLE = "over all numbers at once: a batch of one example"
TANH, SIZES = "another activation: tanh", "other sizes"
WEIGHTS = {TRIPLED: 2, ONE_EXAMPLE: 3}


class Activation(str):
    """A function that can be called, and that is its own name, for answers that look it up."""

    def __call__(self, z):
        return np.tanh(z) if self == "tanh" else np.maximum(z, 0)

    def __repr__(self):
        return str(self)


def hidden(rng):
    """A seed, n·Var(w) for each of the sub-checks but tanh, that for tanh, and three sizes."""
    sizes = [
        (int(rng.integers(*depths)), int(rng.integers(90, 140)), 64) for depths in ((2, 5), (5, 9))
    ]
    by_n = np.exp(rng.uniform(np.log(10), np.log(40))) * np.array([1, 1.3, 0.8, 1.2, 0.9])
    return int(rng.integers(1, 1000)), by_n, rng.uniform(3, 6), sizes


@check("6.12", points=5, weights=WEIGHTS)
def signal(answer, rng):
    relu, tanh = Activation("relu"), Activation("tanh")
    seed, by_n, by_n_tanh, sizes = hidden(rng)

    def run(activation, by_n, n_layers, width, n_samples, seed):
        return answer.activation_variances(
            activation, float(by_n / width), n_layers, width, n_samples, seed
        )

    def runs(*all_arguments):
        return [run(*arguments) for arguments in all_arguments]

    def seeds(*all_arguments):
        """Runs, and the last of them again without its seed."""
        activation, by_n, n_layers, width, n_samples, _ = all_arguments[-1]
        last = answer.activation_variances(
            activation, float(by_n / width), n_layers, width, n_samples
        )
        return [*runs(*all_arguments), last]

    def default(v):
        return answer.activation_variances(relu, v)

    def named(by_n):
        """The arguments by name: n_samples is 1."""
        return [
            answer.activation_variances(
                relu, float(by_n / 200), n_layers=1, width=200, n_samples=1, seed=seed + k
            )
            for k in range(10)
        ]

    small = (5, 96, 64)
    return {
        DEFAULTS: attempt(default, float(by_n[0] / 256)),
        SEEDS: attempt(seeds, *((relu, by_n[1], *small, s) for s in (seed, seed, seed + 1, 0))),
        TRIPLED: attempt(runs, *((relu, k * by_n[2], *small, seed) for k in (1, 3))),
        ONE_EXAMPLE: attempt(named, by_n[3]),
        TANH: attempt(run, tanh, by_n_tanh, 1, 128, 96, seed),
        SIZES: attempt(runs, *((relu, by_n[4], *size, seed) for size in sizes)),
    }


def mean_square_of_tanh(variance):
    """The mean of tanh² where z is normal with this variance, by quadrature."""
    x, w = np.polynomial.hermite_e.hermegauss(101)
    return float(np.sum(w * np.tanh(np.sqrt(variance) * x) ** 2) / np.sum(w))


def idea_of(seen, by_n, by_n_tanh):
    """The one idea behind what went wrong, by the pattern that it leaves; None for another pattern."""
    first, again, other, *_ = (variances_in(one) for one in seen[SEEDS])
    if not len(first):
        return None
    if not np.allclose(first, again, rtol=1e-3):
        return "draws_without_the_seed"
    if np.allclose(first, other, rtol=1e-3):
        return "seed_ignored"
    one, three = (variances_in(run)[:5] for run in seen[TRIPLED])
    with np.errstate(all="ignore"):
        powers, layers = np.log(three / one) / np.log(3), np.arange(1, 6)
    if len(seen[SIZES][0]) == len(seen[SIZES][1]):
        return "n_layers_ignored"
    for idea, expected in {
        "variance_used_as_standard_deviation": 2.0 * layers,
        "standard_deviation": layers / 2,
        "not_propagated_always_from_the_input": np.ones(5),
        "input_counted_as_layer_one": layers - 1.0,
    }.items():
        if np.allclose(powers, expected, atol=1e-3):
            return idea
    level, growth = one[0] / by_n[2], np.mean(one[1:] / one[:-1]) / by_n[2]
    if within(growth, 1, 0.15):
        return "activation_forgotten_in_the_loop"
    if within(level, 1, 0.2):
        return "preactivation_variance"
    if within(level, 1 / 2, 0.2):
        return "second_moment"
    if within(level, RELU / 96, 0.2):
        return "weight_variance_divided_by_the_width"
    if np.max(seen[ONE_EXAMPLE]) < 1e-9:
        return "per_neuron_variance_over_the_batch"
    if within(variances_in(seen[TANH])[0], RELU * by_n_tanh, 0.15):
        return "relu_always"
    return None


@signal.judge
def _(seen, rng):
    """The law of a ReLU layer with n·Var(w) = s: after layer 1 the variance is s/2·(1 - 1/π) (60 seeds of the
    smallest sizes: within 11%), each layer multiplies it by s/2, and for one seed three times the variance
    of the weights gives exactly 3ˡ times the variance after layer l. After tanh it is the mean of tanh²."""
    _, by_n, by_n_tanh, sizes = hidden(rng)

    def right_level(variances, s, share=0.2):
        return (
            within(variances_in(variances)[0], RELU * s, share) or "the first variance is not right"
        )

    def default(value):
        variances = variances_in(value, 20)
        if abs(slope_per_layer(variances) - np.log2(by_n[0] / 2)) > 0.25:
            return "the variance does not grow as it should from layer to layer"
        return right_level(variances, by_n[0], 0.1)

    def seeds(value):
        first, again, other, zero, default = map(variances_in, value)
        if not np.allclose(first, again, rtol=1e-3):
            return "the same seed should give the same variances"
        if np.allclose(first, other, rtol=1e-3):
            return "another seed changes nothing"
        if not np.allclose(zero, default, rtol=1e-3):
            return "without a seed, it should be 0"
        return right_level(first, by_n[1])

    def tripled(value):
        one, three = (variances_in(run)[:5] for run in value)
        if not np.allclose(three / one, 3.0 ** np.arange(1, 6), rtol=2e-3):
            return "the variances should become 3, 9, 27, … times as large, layer by layer"
        return right_level(one, by_n[2])

    def one_example(value):
        level = np.mean([variances_in(run)[0] for run in value]) / by_n[3]
        return bool(0.2 < level < 0.72) or "the variance of all numbers together is another one"

    def tanh(value):
        expected = mean_square_of_tanh(by_n_tanh)
        return within(variances_in(value)[0], expected, 0.1) or "the variance is not right"

    def other_sizes(value):
        for run, (n_layers, _, _) in zip(value, sizes, strict=True):
            if len(run) != n_layers:
                return f"n_layers={n_layers} should give {n_layers} variances"
            if (outcome := right_level(run, by_n[4])) is not True:
                return outcome
        return True

    try:
        idea = idea_of(seen, by_n, by_n_tanh)
    except Exception:
        idea = None
    rules = {DEFAULTS: default, SEEDS: seeds, TRIPLED: tripled}
    rules |= {ONE_EXAMPLE: one_example, TANH: tanh, SIZES: other_sizes}
    return judged(seen, rules, idea)


SPREAD, ACT, NOTE = (
    "np.sqrt(weight_variance)",
    "A = activation(A @ W.T)",
    "variances.append(np.var(A))",
)
signal.misconception(
    "variance_used_as_standard_deviation",
    "rng.normal takes the standard deviation. What is given is the variance: its root is missing.",
    edits={SPREAD: "weight_variance"},
)
signal.misconception(
    "preactivation_variance",
    "This is the variance of Z, before the activation. Note that of A, after it.",
    edits={ACT: "Z = A @ W.T\n        A = activation(Z)", "np.var(A)": "np.var(Z)"},
)
signal.misconception(
    "per_neuron_variance_over_the_batch",
    "Here every unit has a variance of its own over the batch, and these are averaged. The variance of all "
    "numbers together also counts how units differ from each other: np.var without an axis.",
    edits={"np.var(A)": "np.var(A, axis=0).mean()"},
)
signal.misconception(
    "standard_deviation",
    "These are standard deviations. The variance is their square.",
    edits={"np.var(A)": "np.std(A)"},
)
signal.misconception(
    "activation_forgotten_in_the_loop",
    "The signal goes on without the activation: the next layer should get A, not Z.",
    edits={ACT: "A = A @ W.T"},
)
signal.misconception(
    "activation_forgotten_in_the_loop",
    "The activation is applied for the variance only. The next layer should get A as well, not Z.",
    edits={ACT: "A = A @ W.T", "np.var(A)": "np.var(activation(A))"},
    form="noted only",
)
signal.misconception(
    "not_propagated_always_from_the_input",
    "Every layer gets the inputs anew. It should get what the layer before it has made.",
    edits={
        "variances = []": "variances, X = [], A",
        ACT: "A = activation(X @ W.T)",
    },
)
signal.misconception(
    "input_counted_as_layer_one",
    "The first number is the variance of the inputs. They are no layer: begin after the first activation.",
    edits={ACT: NOTE, NOTE: ACT},
)
signal.misconception(
    "relu_always",
    "Every layer has a ReLU here. The activation is an argument.",
    edits={ACT: "A = np.maximum(A @ W.T, 0)"},
)
signal.misconception(
    "second_moment",
    "This is the mean of the squares. A variance measures from the mean, which is not 0 after a ReLU.",
    edits={"np.var(A)": "np.mean(A**2)"},
)
signal.misconception(
    "weight_variance_divided_by_the_width",
    "The variance is divided by the width once more. It is given as it is to be.",
    edits={SPREAD: "np.sqrt(weight_variance / width)"},
)
signal.misconception(
    "draws_without_the_seed",
    "Every call draws other numbers: pass the seed to np.random.default_rng.",
    edits={"default_rng(seed)": "default_rng()"},
)
signal.misconception(
    "seed_ignored",
    "All seeds give the same numbers: pass the seed to np.random.default_rng.",
    edits={"default_rng(seed)": "default_rng(0)"},
)
signal.misconception(
    "n_layers_ignored",
    "There are always 20 layers. Their number is an argument.",
    edits={"range(n_layers)": "range(20)"},
)


signal.alternative(
    "weights_the_other_way_round",
    edits={
        SPREAD: "weight_variance**0.5",
        "A @ W.T": "A @ W",
        "(width, width)": "size=[width] * 2",
    },
)


@signal.alternative("float32_and_columns")
def activation_variances(
    activation, weight_variance, n_layers=20, width=256, n_samples=512, seed=0
):
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((width, n_samples), dtype=np.float32)
    seen = []
    while len(seen) < n_layers:
        W = np.float32(weight_variance) ** 0.5 * rng.standard_normal(
            (width, width), dtype=np.float32
        )
        columns = activation(W @ columns)
        seen.append(float(np.mean(columns**2, dtype=float) - np.mean(columns, dtype=float) ** 2))
    return seen


@signal.alternative("looks_the_activation_up")
def activation_variances(
    activation, weight_variance, n_layers=20, width=256, n_samples=512, seed=0
):
    rng, result = np.random.RandomState(seed), np.zeros(n_layers)
    A, bend = rng.randn(n_samples, width), ACTIVATIONS.get(activation, activation)
    for layer in range(n_layers):
        Z = np.einsum("ni,oi->no", A, rng.randn(width, width)) * np.sqrt(weight_variance)
        A = bend(Z)
        result[layer] = A.var()
    return result
