"""Judging by rules, one for each sub-check."""

import numpy as np

from autograder.check import Fault
from autograder.inside.plain import Raised

FORM = "the result does not have the form that the exercise asks for"


def by_rules(seen, *rules):
    """{sub-check: what its rule says}; the rules stand in the order of the sub-checks."""
    return {key: _by_rule(rule, seen[key]) for key, rule in zip(seen, rules, strict=True)}


def _by_rule(rule, value):
    """What a rule says of a value. One that was raised, or that cannot be read, costs its own points only."""
    try:
        return Fault(FORM) if isinstance(value, Raised) else rule(value)
    except Exception:
        return Fault(FORM)


def close(one, other, rtol=1e-4, atol=1e-6):
    """Do two arrays agree, in shape and values?"""
    return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, rtol, atol))
