"""The graph of 7.12 and 7.13: where, and how, the derivatives along it are observed."""

from autograder.check import attempt
from autograder.checks.ch07_gradients.own_values import ratio


def points(rng):
    """Values of x: 0, and three others."""
    return [0.0, *rng.uniform([-1.2, -0.6, 0.1], [-0.7, -0.1, 0.3]).round(3).tolist()]


def entries(answer, name, keys, xs):
    """{key: what the function of that name gives under the key, at all points}."""

    def of(key):
        return lambda x: {f"x = {one}": getattr(answer, name)(one)[key] for one in x}

    return {key: attempt(of(key), xs) for key in keys}


def ratios(answer, name, pairs, xs):
    """{(later, earlier): what the one is in units of the other, both the student's, at all points}."""

    def of(later, earlier):
        def at(x):
            found = {f"x = {one}": getattr(answer, name)(one) for one in x}
            return {at: ratio(one[later], one[earlier]) for at, one in found.items()}

        return at

    return {(later, earlier): attempt(of(later, earlier), xs) for later, earlier in pairs}
