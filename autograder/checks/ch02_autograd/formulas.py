"""Formulas that are written once: evaluated, and shown to the student, as the same text."""

import numpy as np

from autograder.check import named


def function_from(text, variables="a, b=None, c=None"):
    """The function of `variables` that the text stands for; it is shown to the student as the text."""
    return named(text, eval(f"lambda {variables}: {text}", {"np": np}))
