"""The author's door: all that a check file needs.

    @check("6.11a", points=2)
    def leaky_relu(answer, rng):
        z = rng.normal(size=(3, 4))
        return {"default slope": answer.leaky_relu(z), "any slope": answer.leaky_relu(z, alpha=0.3)}

    @leaky_relu.misconception("scales_the_positive_side", "The slope belongs to the negative side.")
    def leaky_relu(z, alpha=0.01):
        return np.where(z > 0, alpha * z, z)

The keys of an observation are sub-checks of equal weight. `observe` runs in the student's process;
a `judge`, and everything that is registered on the check, never does. For an answer that is typed
(numbers, letters, an order, pairs, a word, a formula) there is a whole check in one call.
"""

from autograder.inside.answer import attempt, tried
from autograder.inside.naming import named
from autograder.inside.typed import formula_of, formulas_of, letters_of, number_of, order_of
from autograder.notation.checks import Check
from autograder.notation.faults import CourseFault, Fault
from autograder.notation.ids import EXERCISE, PART, exercise_of
from autograder.notation.registry import (
    Written,
    all_checks,
    all_written,
    check,
    separate_registry,
    written,
)
from autograder.notation.typed import (
    choice,
    choices,
    formula,
    numbers,
    of_question,
    order,
    pairs,
    word,
)
from autograder.notation.variants import Variant, every, replaced

__all__ = [
    "EXERCISE",
    "PART",
    "Check",
    "CourseFault",
    "Fault",
    "Variant",
    "Written",
    "all_checks",
    "all_written",
    "attempt",
    "check",
    "choice",
    "choices",
    "every",
    "exercise_of",
    "formula",
    "formula_of",
    "formulas_of",
    "letters_of",
    "named",
    "number_of",
    "numbers",
    "of_question",
    "order",
    "order_of",
    "pairs",
    "replaced",
    "separate_registry",
    "tried",
    "word",
    "written",
]
