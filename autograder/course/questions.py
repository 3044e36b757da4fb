"""Questions of a quiz: from the data file beside a solution file to its cells.

`solutions/ch06_networks/quiz.yaml` holds the questions of the quizzes in its folder; there, a cell header

    # %% quiz="q4a"

stands for three cells: the question as a widget (shipped with its text), the answer (a plain variable of
the same name, with the key as its solution), and the test.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from autograder.course.cells import BEGIN_SOLUTION, END_SOLUTION, AuthorError, Cell
from utils.answers import typed_number
from utils.quiz.questions import Question, question_from

DATA = "quiz.yaml"  # beside the solution files
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C where PyYAML has it


@lru_cache
def read_questions(path: Path) -> dict[str, Question]:
    """The questions of a data file by their ids; `AuthorError` for a mistake in it."""
    text = path.read_text(encoding="utf-8")
    return {data["id"]: question_from(data) for data in map(_data, _entries(path, text))}


def _entries(path: Path, text: str) -> list[dict]:
    try:
        content = yaml.load(text, _LOADER)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "the top"
        what = getattr(problem, "problem", "") or "it cannot be read"
        raise AuthorError(f"{path.name}, {where}: this is no YAML ({what}).") from None
    schema = json.loads(path.with_suffix(".schema.json").read_text(encoding="utf-8"))
    problems = list(Draft202012Validator(schema).iter_errors(content))
    if problems:
        # a property is called unexpected also when another one is missing beside it: that comes last
        problem = min(problems, key=lambda one: one.validator == "unevaluatedProperties")
        place = list(problem.absolute_path)
        names = content.get("items", []) if isinstance(content, dict) else []
        if len(place) > 1 and isinstance(names[place[1]], dict):
            place[1] = names[place[1]].get("id", place[1])
        where = " → ".join(map(str, place[1:])) or "the top"
        raise AuthorError(
            f"{path.name}, {where}: {problem.message.splitlines()[0][:200]}; see quiz.schema.json."
        )
    entries, seen = content["items"], set()
    for entry in entries:
        if entry["id"] in seen:
            raise AuthorError(f"{path.name}: {entry['id']} is there twice; choose another id.")
        seen.add(entry["id"])
        _check_letters(path, entry)
    return entries


def _check_letters(path: Path, entry: dict) -> None:
    key, options = entry.get("key", []), entry.get("options", {})
    used = "".join(key.values()) if isinstance(key, dict) else "".join(key)
    if unknown := set(used) - set(options):
        raise AuthorError(
            f"{path.name}, {entry['id']}: the key names {min(unknown)!r}, which is no option."
        )
    if isinstance(key, dict) and set(key) != set(entry["left"]):
        raise AuthorError(f"{path.name}, {entry['id']}: key and left have different names.")


def _data(entry: dict) -> dict:
    """An entry of the file as `utils.quiz.questions` wants it: texts and feedback apart, numbers computed."""
    data = dict(entry)
    for side, feedback in (("options", "feedback"), ("left", "left_feedback")):
        if side in entry:
            data[side] = {name: one["text"] for name, one in entry[side].items()}
            data[feedback] = {name: one["feedback"] for name, one in entry[side].items()}
    if entry["kind"] == "num":
        data["solution"] = str(entry["answer"])
        data["answer"] = _number(entry["answer"])
        data["traps"] = [
            {"value": _number(trap["value"]), "feedback": trap["feedback"]}
            for trap in entry["traps"]
        ]
    return data


def _number(value) -> float:
    return typed_number(str(value))


# Cells ----------------------------------------------------------------------------------------


def cells_of(key: str, file: Path) -> list[Cell]:
    """The three cells that `quiz="…"` in the solution file stands for."""
    questions = read_questions(file.with_name(DATA))
    if key not in questions:
        raise AuthorError(
            f'{file.name}: quiz="{key}" is not in {DATA}; it has {", ".join(questions)}.'
        )
    question = questions[key]
    return [
        Cell("code", f'quiz.show("{key}")  # Shift+Enter: answer the question', "practice", key),
        Cell("code", _answer_text(question), "answer", key),
        Cell("code", _test_text(question), "test", key),
    ]


def _answer_text(question: Question) -> str:
    return "\n".join(
        [
            f"{question.id} = ...  # {question.form}",
            BEGIN_SOLUTION,
            f"{question.id} = {_literal(question)}",
            END_SOLUTION,
        ]
    )


def _literal(question: Question) -> str:
    if question.kind == "num":
        return re.sub(r"\bpi\b", "np.pi", question.data["solution"])
    return question.typed(question.right)


def _test_text(question: Question) -> str:
    key = question.id
    return "\n".join(
        [
            "# Only the form of the answer is looked at here.",
            f'expect("{key}", lambda: {key}, quiz.has_the_form_of("{key}"))',
        ]
    )
