"""Parameters and inputs of the network of 7.1, one group for each on/off pattern of its units."""

import itertools

import numpy as np

PARAMETERS = (
    "phi0", "phi1", "phi2",
    "psi01", "psi11", "psi21", "psi02", "psi12", "psi22",
    "theta01", "theta11", "theta02", "theta12",
)  # fmt: skip
UNITS = "u1", "u2", "f1", "f2"


DRAWN = 1000  # candidates at a time


def pre_activations(p, x, relu=True):
    """u1, u2, f1, f2, and f1, f2 with the weights of h2 exchanged; with or without the inner ReLU."""
    u1, u2 = p["theta01"] + p["theta11"] * x, p["theta02"] + p["theta12"] * x
    h1, h2 = (np.maximum(u1, 0), np.maximum(u2, 0)) if relu else (u1, u2)
    rest1, rest2 = p["psi01"] + p["psi11"] * h1, p["psi02"] + p["psi12"] * h1
    straight = rest1 + p["psi21"] * h2, rest2 + p["psi22"] * h2
    crossed = rest1 + p["psi22"] * h2, rest2 + p["psi21"] * h2
    return (u1, u2, *straight), crossed


def points_with(pattern, rng, count):
    """`count` pairs (p, x) at which the units are on and off as in `pattern`.

    All stay 0.05 away from the corner. Where the indices of h2's weights can be told apart by the
    indicators (h1 and h2 on), they are: one of f1, f2 would change its sign. And one of them would
    (both, where h1 and h2 are off) if a negative u1 or u2 got through.
    """
    found = []
    while len(found) < count:
        values = rng.normal(size=(14, DRAWN)).round(2)
        p, x = dict(zip(PARAMETERS, values)), values[-1] * 2
        inputs, compared = pre_activations(p, x)
        fits = np.abs([*inputs, x, *values]).min(axis=0) > 0.05
        fits &= ((np.array(inputs) > 0).T == pattern).all(axis=1)
        if not all(pattern[:2]):
            compared = pre_activations(p, x, relu=False)[0][2:]
        flipped = (np.array(inputs[2:]) > 0) != (np.array(compared) > 0)
        fits &= flipped.any(axis=0) if any(pattern[:2]) else flipped.all(axis=0)
        found += [
            (dict(zip(PARAMETERS, one[:-1].tolist())), float(one[-1] * 2)) for one in values.T[fits]
        ]
    return found[:count]


def all_patterns(rng, times=6):
    """{pattern in words: [(p, x), ...]} for the sixteen on/off patterns."""
    return {
        ", ".join(
            f"{unit} {'> 0' if on else '< 0'}" for unit, on in zip(UNITS, pattern)
        ): points_with(pattern, rng, times)
        for pattern in itertools.product((True, False), repeat=4)
    }
