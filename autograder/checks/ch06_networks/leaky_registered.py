"""The course's own Leaky ReLU in the registries of `utils`, while something is observed."""

import contextlib

import numpy as np


@contextlib.contextmanager
def registries_restored():
    """Whatever is registered inside is gone afterwards."""
    from utils import ACTIVATION_GRADIENTS, ACTIVATIONS

    before = [dict(registry) for registry in (ACTIVATIONS, ACTIVATION_GRADIENTS)]
    try:
        yield
    finally:
        for registry, entries in zip((ACTIVATIONS, ACTIVATION_GRADIENTS), before):
            registry.clear()
            registry.update(entries)


@contextlib.contextmanager
def given_leaky_relu():
    """Inside, "leaky_relu" is a right one, so that a mistake in 6.11 costs only there."""
    from utils import ACTIVATION_GRADIENTS, ACTIVATIONS

    with registries_restored():
        ACTIVATIONS["leaky_relu"] = lambda z: np.maximum(z, 0.01 * z)
        ACTIVATION_GRADIENTS["leaky_relu"] = lambda z: np.where(z > 0, 1.0, 0.01)
        yield
