"""7.16b: He initialisation, layer by layer."""

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.training_rules import by_rules, in_band

SPREAD, BIAS = "variance of the weights times fan-in", "biases"
TAILS = "share of weights beyond two standard deviations"
NETWORK = "a whole network, with apply"


def hidden_sizes(rng):
    """(inputs, outputs) of two layers for the variance, of one for the biases, of one for the tails;
    the three sizes of a network. That the weights have these sizes shows where they come from."""
    few, some, many = ([int(rng.integers(n, n + n // 5)) for _ in range(3)] for n in (50, 90, 400))
    return (many[0], some[0]), (few[0], 2 * many[1]), (some[1], few[1]), (many[2], 200), (
        250 + few[2], some[2], 250 + many[1] // 2
    )  # fmt: skip


@check("7.16b", points=2)
def he_start(answer, rng):
    import torch
    from torch import nn

    wide, tall, small, even, (n, hidden, m) = hidden_sizes(rng)

    def started(fan_in, fan_out):
        layer = nn.Linear(fan_in, fan_out)
        answer.init_he(layer)
        return layer

    def whole_network():
        norm = nn.LayerNorm(hidden)
        with torch.no_grad():
            norm.weight.fill_(1.5)
        net = nn.Sequential(nn.Linear(n, hidden), norm, nn.ReLU(), nn.Linear(hidden, m))
        net.apply(answer.init_he)
        return {
            "weights": [net[0].weight, net[3].weight],
            "the layer norm's weight": norm.weight,
        }

    return {
        SPREAD: attempt(lambda: [started(*wide).weight, started(*tall).weight]),
        BIAS: attempt(lambda: started(*small).bias),
        TAILS: attempt(lambda: started(*even).weight),
        NETWORK: attempt(whole_network),
    }


def times_fan_in(weights, sizes):
    """The variance of a layer's weights times its fan-in; ValueError when the sizes are other ones."""
    if np.shape(weights) != sizes[::-1]:
        raise ValueError(f"weights of the shape {np.shape(weights)} in a layer {sizes}")
    return float(np.var(weights) * sizes[0])


@he_start.judge
def _(seen, rng):
    """The weights come back, of layers whose sizes are hidden. Variance 2 / fan-in within sampling error
    (of some 40 000 weights: 7 percent are 10 standard errors), biases exactly 0, the tails of a normal
    distribution (4.6 percent lie beyond two standard deviations; of a uniform one none), and only linear
    layers changed."""
    wide, tall, small, even, (n, hidden, m) = hidden_sizes(rng)
    names = {
        (1 / 3, 1 / 3): "default_initialisation",
        tuple(2 * fan_in / (fan_in + fan_out) for fan_in, fan_out in (wide, tall)): "xavier",
        tuple(2 * fan_in / fan_out for fan_in, fan_out in (wide, tall)): "fan_out",
        (1.0, 1.0): "one_over_n",
        (4 / wide[0], 4 / tall[0]): "variance_taken_for_std",
        (float(wide[0]), float(tall[0])): "standard_normal",
    }

    def all_right(values):
        return all(in_band(value, 1.86, 2.14) for value in values)

    def first_two():
        """The variances times fan-in of the first two layers, or nothing."""
        if not isinstance(seen[SPREAD], list):
            return []
        return [times_fan_in(w, sizes) for w, sizes in zip(seen[SPREAD], (wide, tall), strict=True)]

    def spread(_):
        values = first_two()
        if all_right(values):
            return True
        for pattern, name in names.items():
            if np.allclose(values, pattern, rtol=0.1):
                return Fault("it should be 2 for every layer", name)
        return Fault("it should be 2 for every layer, up to a few percent")

    def biases(values):
        if np.shape(values) == small[1:] and not np.any(values):
            return True
        untouched = first_two() and in_band(first_two()[0], 0.3, 0.37)
        return Fault("they should all be 0", None if untouched else "biases_left_alone")

    def tails(weights):
        value = times_fan_in(weights, even)
        share = np.mean(np.abs(weights) > 2 * np.std(weights))
        if in_band(float(share), 0.04, 0.051):
            return True
        uniform = in_band(value, 1.86, 2.14) and share == 0
        return Fault(
            "a normal distribution has 4.6 percent there", "he_uniform" if uniform else None
        )

    def network(value):
        if np.any(np.not_equal(value["the layer norm's weight"], 1.5)):
            return Fault("a layer norm was changed too", "every_layer_with_a_weight")
        values = map(times_fan_in, value["weights"], ((n, hidden), (hidden, m)))
        return all_right(values) or Fault("it should be 2 for each layer")

    return by_rules(seen, spread, biases, tails, network)


@he_start.misconception(
    "default_initialisation",
    "The weights are still PyTorch's own: uniform, with variance 1/(3 · fan-in). Names in nn.init "
    "that end in an underscore change a tensor in place.",
)
def init_he(layer):
    if isinstance(layer, nn.Linear):
        torch.randn_like(layer.weight) * (2 / layer.in_features) ** 0.5


he_start.misconception(
    "xavier",
    "That is Xavier's start, 2 / (fan-in + fan-out). It is made for activations like tanh; ReLU "
    "loses half of the second moment, and He's start makes up for it.",
    edits={"kaiming_normal_": "xavier_normal_"},
)
he_start.misconception(
    "fan_out",
    "That divides by the number of outputs. A pre-activation is a sum over the inputs of the layer.",
    edits={"kaiming_normal_(layer.weight)": 'kaiming_normal_(layer.weight, mode="fan_out")'},
)
he_start.misconception(
    "one_over_n",
    "The variance 1 / fan-in keeps a linear network's signals; after a ReLU only half of the second "
    "moment is left (7.14), which a factor 2 makes up for.",
    edits={
        "nn.init.kaiming_normal_(layer.weight)": (
            "nn.init.normal_(layer.weight, 0, layer.in_features**-0.5)"
        )
    },
)
he_start.misconception(
    "variance_taken_for_std",
    "normal_ takes the standard deviation, not the variance: the square root is missing.",
    edits={
        "nn.init.kaiming_normal_(layer.weight)": (
            "nn.init.normal_(layer.weight, 0, 2 / layer.in_features)"
        )
    },
)
he_start.misconception(
    "standard_normal",
    "Weights of variance 1 make the signals grow with every layer; divide by the fan-in.",
    edits={"kaiming_normal_": "normal_"},
)
he_start.misconception(
    "he_uniform",
    "The variance is right, but the weights are spread evenly; here they should be normally distributed.",
    edits={"kaiming_normal_": "kaiming_uniform_"},
)
he_start.misconception(
    "biases_left_alone",
    "The biases still have their random start; set them to 0.",
    edits={"nn.init.zeros_(layer.bias)": "pass"},
)


@he_start.misconception(
    "every_layer_with_a_weight",
    "Other layers have a weight too, with another meaning (a layer norm starts at 1). Change linear "
    "layers only.",
)
def init_he(layer):
    if hasattr(layer, "weight"):
        nn.init.normal_(layer.weight, 0, (2 / layer.weight.shape[-1]) ** 0.5)
        nn.init.zeros_(layer.bias)


@he_start.alternative("formula_in_place")
def init_he(layer):
    if type(layer) is nn.Linear:
        with torch.no_grad():
            layer.weight.copy_(torch.randn(layer.weight.shape) * (2 / layer.in_features) ** 0.5)
            layer.bias.fill_(0)


@he_start.alternative("numpy_and_data")
def init_he(layer):
    if "Linear" in str(type(layer)):
        shape = layer.out_features, layer.in_features
        weights = np.random.normal(0, np.sqrt(2 / shape[1]), size=shape)
        layer.weight.data = torch.tensor(weights, dtype=torch.float32)
        layer.bias.data = torch.zeros(shape[0])
    return layer
