"""nbgrader's source notebook of a solution file: with solutions."""

from __future__ import annotations

import json
import re

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.course.cell_ids import first_line, grade_id, numbered_id
from autograder.course.cells import Cell, Notebook
from autograder.notation.checks import Check
from autograder.notation.registry import Written
from utils.cells import GIVEN, SET_UP

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
IMPORT = "from utils import expect, grade"  # so that a test says what is missing after a restart
GOES_ON = {"tags": ["raises-exception"]}  # Run All shows the error, and goes on below
FIXED = {"deletable": False, "editable": False}  # what students read
LEVELS = {1: "★ warm-up", 2: "★★ standard", 3: "★★★ challenging", 4: "★★★★ project"}


def source_notebook(notebook: Notebook, checks: dict[str, Check], texts: dict[str, Written]):
    """nbgrader's source notebook of one solution file."""
    cells, count = [], {}
    for cell in notebook.cells:
        if cell.role == "commentary":
            continue  # it comes with the solution
        count[cell.role] = count.get(cell.role, 0) + 1
        if cell.key:
            name = grade_id(cell.role, cell.key)
        else:
            name = numbered_id(cell.role, count[cell.role])
        made = _new_cell(cell.kind, text_of(cell, notebook, checks), name)
        made.metadata.update(_metadata(cell, name, checks))
        cells.append(made)
        if cell.role == "written":
            rubric = _rubric_text(texts[cell.key])
            cells.append(_new_cell("markdown", rubric, grade_id("rubric", cell.key)))
    return new_notebook(cells=cells, metadata=json.loads(json.dumps(METADATA)), nbformat_minor=5)


def _new_cell(kind: str, text: str, name: str) -> NotebookNode:
    """A cell as nbformat's functions make it, without validating each cell by itself."""
    made = {"cell_type": kind, "id": name, "metadata": {}, "source": text}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return nbformat.from_dict(made)


def text_of(cell: Cell, notebook: Notebook, checks: dict[str, Check]) -> str:
    """What stands in the cell of the notebook."""
    if cell.role == "exercise":
        return _exercise_text(cell, notebook, checks)
    if cell.role == "hints":
        return _hints_text(cell.source)
    if cell.role == "answer":
        return f"{first_line(cell.role, cell.key)}\n{cell.source}"
    if cell.role == "test":
        complete = f'grade("{cell.key}")'
        lines = [first_line(cell.role, cell.key), IMPORT, *cell.source.splitlines(), complete]
        return "\n".join(lines)
    if "step" in cell.meta:
        return f"{cell.source.splitlines()[0]}\n{IMPORT}\n" + "\n".join(
            cell.source.splitlines()[1:]
        )
    if cell.role == "setup":
        return f"{SET_UP if cell is notebook.with_role('setup')[0] else GIVEN}.\n{cell.source}"
    return cell.source


def _exercise_text(cell: Cell, notebook: Notebook, checks: dict[str, Check]) -> str:
    (own,) = (exercise for exercise in notebook.exercises if exercise.id == cell.key)
    parts = [checks[part] for part in own.parts if part in checks]
    points = sum(check.points for check in parts if not check.bonus)
    bonus = sum(check.points for check in parts if check.bonus)
    facts = [
        LEVELS[cell.meta["stars"]],
        f"about {cell.meta['minutes']} minutes",
        f"{points:g} {'point' if points == 1 else 'points'}",
    ]
    if bonus:
        facts[-1] += f" and {bonus:g} bonus"
    if needs := cell.meta.get("needs"):
        facts.append("builds on " + ", ".join(str(needs).split()))
    if whole := [check.part for check in parts if check.all_or_nothing]:
        which = "" if len(parts) == 1 else f"{', '.join(whole)}: "
        facts.append(f"{which}all or nothing")
    heading = f"## {cell.key} {cell.meta['title']}"
    return f"{heading}\n\n*{' · '.join(facts)}*\n\n{cell.source}"


def _hints_text(text: str) -> str:
    hints = [hint.strip() for hint in re.split(r"^---$", text, flags=re.M) if hint.strip()]
    return "\n\n".join(
        f"<details><summary>Hint {number} of {len(hints)}</summary>\n\n{hint}\n\n</details>"
        for number, hint in enumerate(hints, start=1)
    )


def _rubric_text(text: Written) -> str:
    """The rubric, for the person who reads the answer; students get it with their feedback."""
    lines = [f"- **{points:g}** {what}" for points, what in text.rubric]
    word = "point" if text.points == 1 else "points"
    top = f"**Rubric {text.part}** (up to {text.points:g} bonus {word})"
    return "\n".join([top, "", *lines])


def _metadata(cell: Cell, name: str, checks) -> dict:
    if cell.meta.get("fold"):
        return {"jupyter": {"source_hidden": True}, "picture": "", **GOES_ON}
    if cell.meta.get("picture"):
        return {"picture": "", **GOES_ON}
    if cell.role == "demo":
        return GOES_ON
    graded = cell.role in ("test", "written")
    solution = cell.role in ("answer", "written")
    if not (graded or solution or cell.role == "setup"):
        return FIXED
    facts = {
        "grade": graded,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if graded:
        facts["points"] = nbgrader_points(cell.key, checks)
    return {"nbgrader": facts, **(GOES_ON if cell.role == "answer" else {})}


def nbgrader_points(part: str, checks: dict[str, Check]) -> float:
    """A part's points in nbgrader: bonus parts count 0 there and give extra credit. (So do texts, for
    students: "Validate" would call an optional text that is not written a failure.)"""
    check = checks.get(part)
    return 0.0 if check is None or check.bonus else float(check.points)
