"""7.16b: He initialisation, layer by layer."""

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.training_rules import by_rules, in_band


@check("7.16b", points=2)
def he_start(answer, rng):
    import torch
    from torch import nn

    def started(layer):
        answer.init_he(layer)
        return layer

    def spread(fan_in, fan_out):
        return (started(nn.Linear(fan_in, fan_out)).weight.var() * fan_in).item()

    def far_out():
        weights = started(nn.Linear(300, 500)).weight
        return (weights.abs() > 2 * weights.std()).double().mean().item()

    def whole_network():
        norm = nn.LayerNorm(90)
        with torch.no_grad():
            norm.weight.fill_(1.5)
        net = nn.Sequential(nn.Linear(400, 90), norm, nn.ReLU(), nn.Linear(90, 500))
        net.apply(answer.init_he)
        return {
            "variance times fan-in": [
                (net[k].weight.var() * n).item() for k, n in ((0, 400), (3, 90))
            ],
            "the layer norm's weight": norm.weight.mean().item(),
        }

    return {
        "variance of the weights times fan-in": attempt(
            lambda: [spread(800, 600), spread(50, 900)]
        ),
        "biases": attempt(lambda: started(nn.Linear(70, 30)).bias.abs().max().item()),
        "share of weights beyond two standard deviations": attempt(far_out),
        "a whole network, with apply": attempt(whole_network),
    }


@he_start.judge
def _(seen, rng):
    """Variance 2 / fan-in within sampling error (layers of 800 × 600 and 50 × 900: 7 percent are more
    than 10 standard errors), biases exactly 0, the tails of a normal distribution (4.6 percent lie
    beyond two standard deviations; of a uniform one none), and only linear layers changed."""
    key = "variance of the weights times fan-in"
    names = {
        (1 / 3, 1 / 3): "default_initialisation",
        (800 / 700, 50 / 475): "xavier",
        (800 / 300, 50 / 450): "fan_out",
        (1.0, 1.0): "one_over_n",
        (4 / 800, 4 / 50): "variance_taken_for_std",
        (800.0, 50.0): "standard_normal",
    }

    def spread(values):
        if all(in_band(value, 1.86, 2.14) for value in values):
            return True
        for pattern, name in names.items():
            if np.allclose(values, pattern, rtol=0.1):
                return Fault("it should be 2 for every layer", name)
        return Fault("it should be 2 for every layer, up to a few percent")

    def biases(largest):
        if largest == 0:
            return True
        untouched = isinstance(seen[key], list) and in_band(seen[key][0], 0.3, 0.37)
        return Fault("they should all be 0", None if untouched else "biases_left_alone")

    def tails(share):
        if in_band(share, 0.04, 0.051):
            return True
        right_spread = isinstance(seen[key], list) and in_band(seen[key][0], 1.86, 2.14)
        uniform = right_spread and share == 0
        return Fault(
            "a normal distribution has 4.6 percent there", "he_uniform" if uniform else None
        )

    def network(value):
        if value["the layer norm's weight"] != 1.5:
            return Fault("a layer norm was changed too", "every_layer_with_a_weight")
        values = value["variance times fan-in"]
        return all(in_band(v, 1.86, 2.14) for v in values) or Fault("it should be 2 for each layer")

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
