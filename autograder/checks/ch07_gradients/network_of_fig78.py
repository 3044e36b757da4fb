"""The network 10 → 40 → 40 → 5 of 7.16, and what stands in for a part of it that is not right."""

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


def given_model():
    """For 7.16c: stands in for a build_model that is not right; that mistake costs 7.16a only."""
    from torch import nn

    return nn.Sequential(
        nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 5)
    )


def given_init(layer):
    """For 7.16c and 7.17b: a right init_he."""
    from torch import nn

    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, 0, (2 / layer.in_features) ** 0.5)
        nn.init.zeros_(layer.bias)
