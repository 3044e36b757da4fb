"""Watching an experiment: the networks that it makes, and the data that it trains them on."""

import contextlib
import inspect

import numpy as np

from autograder.check import Fault
from autograder.inside.plain import Raised

FORM = "the result does not have the form that the exercise asks for"


@contextlib.contextmanager
def watched_networks(train=True):
    """Every `NumpyMLP` that is made in this block, and a note on every `fit`, in order.

    With `train=False`, `fit` is only noted.
    """
    from utils.networks.numpy_mlp import NumpyMLP

    make, fit = NumpyMLP.__init__, NumpyMLP.fit
    networks, fits = [], []

    def __init__(self, *args, **kwargs):
        make(self, *args, **kwargs)
        networks.append(self)

    def noted_fit(self, *args, **kwargs):
        given = inspect.signature(fit).bind(self, *args, **kwargs)
        given.apply_defaults()
        X = np.asarray(given.arguments["X"])
        fits.append(
            {
                "sizes": list(self.layer_sizes),
                "rows": len(X),
                "sum of X": float(X.sum()),
                "batch size": given.arguments["batch_size"],
            }
        )
        return fit(self, *args, **kwargs) if train else {"train_loss": [], "val_loss": []}

    NumpyMLP.__init__, NumpyMLP.fit = __init__, noted_fit
    try:
        yield networks, fits
    finally:
        NumpyMLP.__init__, NumpyMLP.fit = make, fit


def handed_back(networks, layer_sizes):
    """The networks with these layers as plain data: what they are and their parameters."""
    return [
        {"activation": network.activation, "params": dict(network.params)}
        for network in networks
        if list(network.layer_sizes) == layer_sizes
    ]


def rebuilt(layer_sizes, seen):
    """The network that was handed back; ValueError where its parameters do not fit its layers."""
    from utils.networks.numpy_mlp import NumpyMLP

    network = NumpyMLP(layer_sizes, activation=seen["activation"])
    for name, value in network.params.items():
        given = np.asarray(seen["params"][name], dtype=float)
        if given.shape != value.shape or not np.all(np.isfinite(given)):
            raise ValueError(f"{name} has another shape, or is not finite")
        network.params[name] = given
    return network


def judged(rule, value, *more):
    """What a rule says of a value; one that was raised, or that the rule cannot read, is a fault."""
    try:
        return Fault(FORM) if isinstance(value, Raised) else rule(value, *more)
    except Exception:
        return Fault(FORM)
