"""The ids of the cells of a notebook, which are nbgrader's names of them."""

from __future__ import annotations


def grade_id(role: str, part: str) -> str:
    """nbgrader's cell id, which is also the notebook's cell id: answer-2-12a."""
    return f"{role}-{part.replace('.', '-')}"
