"""The only part of the autograder that enters a student's process. It holds no secret.

What checks use while observing comes from here, by way of ``autograder.check``.
"""

from autograder.inside.answer import Answer, attempt, tried
from autograder.inside.naming import named
from autograder.inside.typed import formula_of, formulas_of, letters_of, number_of, order_of

__all__ = [
    "Answer",
    "attempt",
    "formula_of",
    "formulas_of",
    "letters_of",
    "named",
    "number_of",
    "order_of",
    "tried",
]
