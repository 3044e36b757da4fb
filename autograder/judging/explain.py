"""What an exception in an answer means, in the terms of somebody who wrote the answer."""

from __future__ import annotations

from autograder.inside.answer import MISSING, MUTATED, UNSET
from autograder.inside.plain import Raised
from utils.explanations import explanation

MISSPELT = "Misspelt"  # the message holds the name that is asked for and the one that is written


def explain(problem: Raised) -> str:
    """One or two sentences on an exception: what happened, what to look at."""
    ours = _OURS.get(problem.type)
    if ours is not None:
        return ours(problem.message)
    return explanation(problem.type, problem.message, problem.line)


_OURS = {
    MISSING: lambda name: f"The name {name} is not defined. Define it with exactly this spelling.",
    UNSET: lambda name: f"{name} is not written yet: it is still set to three dots.",
    MISSPELT: lambda names: (
        "The name {} is not defined. Did you mean it by {}? The spelling has to be exactly the "
        "same.".format(*names.partition(" ")[::2])
    ),
    MUTATED: lambda what: (
        f"{what}. Work on a copy, or compute a new value: the caller still needs the old one."
    ),
    "NotImplementedError": lambda _: "This part is not written yet.",
    "NotObserved": lambda _: "It could not be tried, because an earlier step failed.",
    # (a line is not named: the time is over anywhere)
    "TooSlow": lambda limit: (
        f"It took too long ({limit}). A node that is visited once for every path to it costs "
        "exponential time; a loop that never meets its condition costs all of it."
    ),
}
