"""The quiz as it ships: the data of its widgets, and the questions as text in the notebook."""

from __future__ import annotations

import json
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.course.cell_ids import part_of, role_of
from autograder.course.questions import read_questions
from utils.quiz.questions import as_static, packed

DATA = Path("utils/quiz/items.json")


def widget_data(solutions: Path) -> bytes | None:
    """The content of `utils/quiz/items.json`, or None where there is no quiz."""
    questions = [
        packed(question.data)
        for file in sorted(solutions.rglob("*.yaml"))
        for question in read_questions(file).values()
    ]
    if not questions:
        return None
    return (json.dumps({"items": questions}, indent=1, ensure_ascii=False) + "\n").encode()


def put_questions(notebook: NotebookNode, data: Path) -> None:
    """Give the cells of a quiz's questions their text as output.

    data: the file with the questions, beside the notebook's source.
    """
    for cell in notebook.cells:
        if role_of(cell.id) == "practice":
            question = read_questions(data)[part_of(cell.id)]
            shown = {"text/html": as_static(question), "text/plain": f"Question {question.id}"}
            cell.outputs = [new_output("display_data", shown)]
