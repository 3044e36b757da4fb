"""The network 10 → 40 → 40 → 5 of 7.16, and what stands in for parts of it that are not right."""

import numpy as np

SHAPES = [[40, 10], [40], [40, 40], [40], [5, 40], [5]]


def relu_network(parameters, x, hidden=True, last=False):
    """The outputs of a network with these weights and biases (arrays), in order."""
    for k in range(0, len(parameters), 2):
        x = x @ parameters[k].T + parameters[k + 1]
        if (hidden and k < len(parameters) - 2) or (last and k == len(parameters) - 2):
            x = np.maximum(x, 0)
    return x


def in_order(parameters):
    """Weights and biases from input to output, however they were registered; [] if they do not fit."""
    weights = [p for p in parameters if p.ndim == 2]
    biases = [p for p in parameters if p.ndim == 1]
    ordered, size = [], 10
    while weights:
        fitting = [k for k, weight in enumerate(weights) if weight.shape[1] == size]
        if not fitting:
            return []
        weight = weights.pop(max(fitting, key=lambda k: weights[k].shape[0]))
        size = weight.shape[0]
        bias = next((k for k, bias in enumerate(biases) if len(bias) == size), None)
        if bias is None:
            return []
        ordered += [weight, biases.pop(bias)]
    return ordered


def builds_the_right_network(build_model):
    """Does build_model() give a network 10 → 40 → 40 → 5 with ReLU after the hidden layers?"""
    import torch

    try:
        model, x = build_model(), torch.randn(7, 10)
        parameters = in_order([p.detach().numpy() for p in model.parameters()])
        shapes = [list(p.shape) for p in parameters]
        wanted = relu_network(parameters, x.numpy())
        return shapes == SHAPES and np.allclose(model(x).detach().numpy(), wanted, 1e-3, 1e-4)
    except Exception:
        return False


# What follows is sent to a student's process, so it is no answer: not to 7.16a, which asks for nothing
# beside the three layers, nor to 7.16b, which looks at layers of other sizes.
SPREADS = {10: 0.44721, 40: 0.22361}


def given_model():
    """For 7.16c: stands in for a build_model that is not right; that mistake costs 7.16a only."""
    from torch import nn, zeros

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.unused = nn.ParameterList([zeros(3, 3), zeros(3)])
            self.layers = nn.ModuleList(nn.Linear(*sizes[::-1]) for sizes in SHAPES[::2])

        def forward(self, x):
            for layer in self.layers[:-1]:
                x = layer(x).clamp(0, 1e4)
            return self.layers[-1](x)

    return Model()


def given_init(layer):
    """For 7.16c and 7.17b: does what init_he should, for their layers."""
    from torch import nn

    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, 0, SPREADS[layer.in_features])
        nn.init.zeros_(layer.bias)
