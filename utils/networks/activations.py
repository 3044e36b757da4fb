"""Activations and their derivatives, by name.

Each is a function of the pre-activation z alone, an array of any shape, and returns an array of that
shape. A network looks its activation up when it computes, so a name that you register works at once:

    ACTIVATIONS["swish"] = lambda z: z * sigmoid(z)
    ACTIVATION_GRADIENTS["swish"] = ...
    NumpyMLP([2, 8, 1], activation="swish")
"""

import numpy as np

from utils.autograd import sigmoid
from utils.networks.registry import Registry


def _sigmoid_gradient(z):
    s = sigmoid(z)
    return s * (1 - s)


ACTIVATIONS = Registry(
    "activation",
    relu=lambda z: np.maximum(z, 0),
    sigmoid=sigmoid,
    tanh=np.tanh,
    linear=lambda z: z,
)

# The derivative of ReLU at the corner is 0 here, as in PyTorch.
ACTIVATION_GRADIENTS = Registry(
    "derivative of an activation",
    relu=lambda z: np.greater(z, 0).astype(z.dtype),
    sigmoid=_sigmoid_gradient,
    tanh=lambda z: 1 - np.tanh(z) ** 2,
    linear=np.ones_like,
)
