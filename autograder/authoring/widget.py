"""The data of the quiz's practice widget, from the questions' data files."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.course.questions import read_questions
from utils.quiz.questions import packed

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
