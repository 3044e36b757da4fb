"""What the ids and the first lines of a notebook's cells say.

The id answer-2-12a is made of the cell's role and its part, the first line is "# Answer 2.12a". Cells
without a part are numbered: setup-1, demo-3, added-2. nbgrader knows cells by the same ids.
"""

from __future__ import annotations

import re

from autograder.notation.ids import EXERCISE

_FIRST_WORDS = {"answer": "Answer", "test": "Visible tests"}
_FIRST_LINE = re.compile(
    rf"\s*#\s*({'|'.join(_FIRST_WORDS.values())})\s+((?:{EXERCISE})[\w-]*)", re.I
)


def grade_id(role: str, part: str) -> str:
    """The id of a part's cell: answer-2-12a."""
    return f"{role}-{part.replace('.', '-')}"


def numbered_id(role: str, number: int) -> str:
    """The id of a cell without a part: setup-1."""
    return f"{role}-{number}"


def role_of(cell_id: str) -> str:
    """answer, test, written, rubric, exercise, hints, setup, text, demo or added."""
    return cell_id.partition("-")[0]


def part_of(cell_id: str) -> str:
    """The part that an id is made of: 2.12a for answer-2-12a."""
    return re.sub(r"^(\d+)-", r"\1.", cell_id.partition("-")[2])


def first_line(role: str, part: str) -> str:
    """The first line of an answer or a test cell."""
    return f"# {_FIRST_WORDS[role]} {part}"


def named_by_first_line(source: str) -> str:
    """The id of the cell that a first line names; "" when it names none."""
    found = _FIRST_LINE.match(source)
    if found is None:
        return ""
    role = next(role for role, words in _FIRST_WORDS.items() if words.lower() == found[1].lower())
    return grade_id(role, found[2])


def without_first_line(source: str) -> str:
    """A cell's text without the line that names it."""
    text = source.strip()
    return text.partition("\n")[2].strip() if _FIRST_LINE.match(text) else text
