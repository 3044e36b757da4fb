"""Answers that are formulas; they are read alike by visible tests and by checks."""

from utils.formulas import evaluate, evaluate_all

__all__ = ["evaluate", "evaluate_all"]
