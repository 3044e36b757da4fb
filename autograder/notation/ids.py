"""The grammar of ids: exercises (2.12, q4) and their parts (2.12a, 2.6-bonus, q4a)."""

from __future__ import annotations

import re

EXERCISE = r"\d+\.\d+|q\d+"
PART = re.compile(rf"^({EXERCISE})[a-z]?(-[a-z]+)?$")


def exercise_of(part: str) -> str:
    """The exercise of a part: "2.12" for "2.12a"; an exercise's id is returned as it is."""
    found = re.match(EXERCISE, part)
    return found[0] if found else part
