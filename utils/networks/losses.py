"""Losses and their gradients with respect to the network's output, by name.

y_hat (n, k) is what the network says, y (n, k) or, for one output, (n,) what is right. A loss is the
mean over all n·k numbers, and so is the loss whose gradient is taken.
"""

import numpy as np

from utils.networks.registry import Registry

FLOOR = (
    1e-12  # a probability is moved this far away from 0 and 1, where the logarithm has no value,
)
#                or as far as the type of the numbers needs


def targets_like(y_hat, y):
    """y in the shape and with the type of y_hat, so that (n,) never meets (n, 1)."""
    y = np.asarray(y, dtype=y_hat.dtype)
    if y.shape not in (y_hat.shape, y_hat.shape[:1]) or y.size != y_hat.size:
        raise ValueError(
            f"y has the shape {y.shape}, but the network's output has the shape {y_hat.shape}: "
            "give one target for each output."
        )
    return y.reshape(y_hat.shape)


def _inside(y_hat):
    """Probabilities, none of them 0 or 1."""
    floor = max(FLOOR, np.finfo(y_hat.dtype).eps)
    return np.clip(y_hat, floor, 1 - floor)


def binary_cross_entropy(y_hat, y):
    """The mean of -y log(y_hat) - (1 - y) log(1 - y_hat); y_hat are probabilities."""
    p, y = _inside(y_hat), targets_like(y_hat, y)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)))


def binary_cross_entropy_gradient(y_hat, y):
    p, y = _inside(y_hat), targets_like(y_hat, y)
    return (p - y) / (p * (1 - p)) / y.size


def mean_squared_error(y_hat, y):
    """The mean of (y_hat - y)²."""
    return float(np.mean((y_hat - targets_like(y_hat, y)) ** 2))


def mean_squared_error_gradient(y_hat, y):
    return 2 * (y_hat - targets_like(y_hat, y)) / y_hat.size


LOSSES = Registry("loss", bce=binary_cross_entropy, mse=mean_squared_error)
LOSS_GRADIENTS = Registry(
    "gradient of a loss", bce=binary_cross_entropy_gradient, mse=mean_squared_error_gradient
)
