"""Texts that a person reads: their points in nbgrader's gradebook.

A person enters up to a text's points. They are a bonus, but nbgrader adds up all points to a maximum. So
in every notebook with texts, the gradebook has an entry `OFFSET` that takes theirs off again.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course.cell_ids import part_of, role_of
from autograder.notation.registry import all_written

OFFSET = "texts-are-a-bonus"


def points_of(cell: str, marked: float = 0.0) -> float:
    """What can be earned in this cell: for a text its points, else what it is `marked` with."""
    return float(all_written()[part_of(cell)].points if role_of(cell) == "written" else marked)


def offset_of(texts: Iterable[str]) -> dict:
    """The entry beside these written cells."""
    return {"max_score": -sum(map(points_of, texts)), "cell_type": "markdown"}
