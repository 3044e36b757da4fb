"""A plausible class for dry runs: right answers, misconceptions, blanks and broken notebooks.

Made from the released notebooks and the checks' variants; `truth.json` says what each should get.
"""

from __future__ import annotations

import ast
import inspect
import json
import random
import shutil
import textwrap
from collections.abc import Callable, Collection
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from autograder.course import Course
from autograder.course.cell_ids import first_line, grade_id, role_of
from autograder.course.cells import Cell
from autograder.course.files import write_json, write_text
from autograder.course.given import Given, given_notebooks
from autograder.judging.reference import Reference
from autograder.judging.relied_on import top_names
from autograder.notation.faults import CourseFault

FIRST = (
    "Jürgen", "Zoë", "Łukasz", "Anna-Lena", "Øyvind", "Nguyễn", "Amélie", "Sinéad", "João", "Ivana",
    "Oluwaseun", "Mei", "Priya", "Tomás", "Émile", "Yusuf", "Hana", "Björn", "Chiara", "Noor",
)  # fmt: skip
LAST = (
    "Müller", "O'Brien", "Żółty", "Groß", "Bjørnsen", "Văn An", "Lefèvre", "Ní Dhomhnaill", "Gonçalves",
    "Kovačević", "Adeyemi", "Chen", "Raghunathan", "Núñez", "de la Tour", "Demir", "Dvořáková",
)  # fmt: skip


class NotEmpty(ValueError):
    """The folder holds something that is no simulated class."""


@dataclass
class Truth:
    """What one notebook should get. `parts`: points, {"less_than": p} or {"at_most": p}."""

    parts: dict[str, float | dict] = field(default_factory=dict)
    misconceptions: dict[str, list[str]] = field(default_factory=dict)
    mishap: str = ""


@dataclass
class _Choice:
    """What a student wrote into an answer cell. `kind`: right, reference, wrong, blank or mishap."""

    kind: str
    text: str
    part: str = ""  # the part whose variant it is
    name: str = ""


def simulate(
    course: Course,
    folder: Path,
    students: int,
    seed: int,
    only: Collection[str] = (),
    with_mishaps: bool = True,
) -> dict[str, dict]:
    """Write the class below `folder` as <student>/<assignment>/*.ipynb; returns the truth.

    With `only`, names of notebooks, nobody hands in anything else. Without mishaps there are right
    and wrong answers and blanks, and nothing breaks.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / "truth.json").is_file():
            raise NotEmpty(f"{folder} is not empty; name a folder that is new.")
        shutil.rmtree(folder)  # a class that was simulated before
    rng, reference = random.Random(seed), Reference(course)
    givens = [one for name, one in given_notebooks(course).items() if not only or name in only]
    truth: dict[str, dict] = {}
    mishaps = list(MISHAPS)
    for number, student in enumerate(_names(students, rng)):
        ability = rng.betavariate(2.5, 1.7)
        troubled = rng.randrange(len(givens)) if with_mishaps and number % 3 == 2 else None
        truth[student] = {}
        for index, given in enumerate(givens):
            released = course.chapters / f"{given.name}.ipynb"
            notebook = nbformat.read(released, as_version=4)
            mishap = mishaps[(number // 3) % len(mishaps)] if index == troubled else None
            path = folder / student / given.assignment / f"{given.stem}.ipynb"
            expected = _write(notebook, given, reference, ability, rng, mishap, path)
            truth[student][given.name] = {
                "parts": expected.parts,
                "misconceptions": expected.misconceptions,
                **({"mishap": expected.mishap} if expected.mishap else {}),
            }
    write_json(folder / "truth.json", truth)
    return truth


def _names(count: int, rng: random.Random) -> list[str]:
    pairs = [f"{first} {last}" for first in FIRST for last in LAST]
    rng.shuffle(pairs)
    return [
        pairs[i] if i < len(pairs) else f"{pairs[i % len(pairs)]} {i // len(pairs) + 1}"
        for i in range(count)
    ]


def _write(notebook, given: Given, reference, ability, rng, mishap, path: Path) -> Truth:
    choices = {
        cell.key: _choose(cell, given, reference, ability, rng)
        for cell in given.notebook.with_role("answer")
    }
    cells = {cell.id: cell for cell in notebook.cells}
    truth = Truth(mishap=mishap or "")
    victim = rng.choice(list(choices)) if mishap in IN_AN_ANSWER else None
    if victim is not None:
        choices[victim] = _Choice("mishap", IN_AN_ANSWER[mishap](_solution(given, victim)))
    for key, choice in choices.items():
        cells[
            grade_id("answer", key)
        ].source = f"{first_line('answer', key)}\n{choice.text}".rstrip()
    for part in given.written:
        if rng.random() < ability:
            cells[grade_id("written", part)].source = rng.choice(WRITINGS)
    if rng.random() < 0.3:
        place = rng.randrange(2, len(notebook.cells))
        notebook.cells.insert(place, new_code_cell("print('a cell of my own')", id="my-own-cell"))
    for part in given.notebook.parts:
        _expect(part, given, reference, choices, truth)
    text = nbformat.writes(notebook)
    if mishap in TO_A_FILE:
        text, path = TO_A_FILE[mishap](notebook, path, rng)
        if mishap in LOSES_ALL:
            truth.parts, truth.misconceptions = {part: 0 for part in given.notebook.parts}, {}
    write_text(path, text)
    return truth


def _solution(given: Given, key: str) -> str:
    return next(c for c in given.notebook.with_role("answer") if c.key == key).solution


def _choose(cell: Cell, given: Given, reference: Reference, ability: float, rng) -> _Choice:
    """What somebody of this ability writes into an answer cell."""
    checks = [
        reference.check(p) for p in given.notebook.parts if given.notebook.answer_of(p) is cell
    ]
    luck = rng.random()
    if luck < 0.08 * (1.5 - ability):
        return _Choice("blank", cell.stub)
    if luck > 1 - 0.5 * ability:
        return _Choice("reference", cell.solution)
    kind = "misconception" if rng.random() > ability else "alternative"
    found = [(check.part, variant) for check in checks for variant in check.of_kind(kind)]
    rng.shuffle(found)
    for part, variant in found:
        try:
            text = variant.text(cell.solution).rstrip()
        except CourseFault:
            continue
        return _Choice("wrong" if kind == "misconception" else "right", text, part, variant.name)
    return _Choice("reference", cell.solution)


def _expect(part: str, given: Given, reference: Reference, choices, truth: Truth) -> None:
    """State what is certain about a part, given what stands in the cells that it relies on."""
    points = reference.check(part).points
    mine = given.notebook.answer_of(part).key
    choice = choices[mine]
    others = [
        choices[key] for key in _relies_on(part, choice.text, given, reference) if key != mine
    ]
    if choice.kind == "blank" or choice.kind == "mishap" and choice.name != "harmless":
        truth.parts[part] = 0
    elif any(other.kind != "reference" for other in others) or choice.part not in ("", part):
        truth.parts[part] = {"at_most": points}
    elif choice.kind == "wrong":
        truth.parts[part] = {"less_than": points}
        main = part.removesuffix("-bonus")  # feedback on a bonus waits until this is right
        if main == part or truth.parts.get(main) == reference.check(main).points:
            truth.misconceptions[part] = [choice.name]
    else:
        truth.parts[part] = points


def _relies_on(part: str, text: str, given: Given, reference: Reference) -> set[str]:
    """The answer cells whose names a part's answer `text` or its check uses, directly or not."""
    cells = given.notebook.with_role("answer")
    defines = {cell.key: top_names(cell.solution) for cell in cells}
    uses = {cell.key: _all_names(cell.solution) for cell in cells}
    wanted = _names_observed(reference.check(part).observe) | _all_names(text)
    found = {given.notebook.answer_of(part).key}
    while True:
        wanted |= set().union(*(uses[key] for key in found))
        new = {key for key, names in defines.items() if names & wanted} - found
        if not new:
            return found
        found |= new


def _names_observed(observe: Callable) -> frozenset[str]:
    """What a check looks at, from its text; a typed answer's check shows it in its repr."""
    return _all_names(inspect.getsource(observe) if inspect.isfunction(observe) else repr(observe))


@cache
def _all_names(text: str) -> frozenset[str]:
    """Names, attributes and strings: whatever may refer to an answer."""
    found = set()
    try:
        tree = ast.parse(textwrap.dedent(text))
    except SyntaxError:
        return frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return frozenset(found)


# mishaps --------------------------------------------------------------------------------------


def _in_every_function(line: str) -> Callable[[str], str]:
    """The solution with `line` as the first statement of every function."""

    def spoil(solution: str) -> str:
        tree = ast.parse(solution)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                node.body[:0] = ast.parse(line).body
        ast.fix_missing_locations(tree)
        text = ast.unparse(tree)
        return text if text != ast.unparse(ast.parse(solution)) else f"{line}\n{solution}"

    return spoil


def _broken_syntax(solution: str) -> str:
    return solution.rstrip() + "\nreturn )"


IN_AN_ANSWER: dict[str, Callable[[str], str]] = {
    "syntax error": _broken_syntax,
    "endless loop": _in_every_function("while True: pass"),
    "os._exit": _in_every_function("__import__('os')._exit(0)"),
    "input()": _in_every_function("input('a number, please: ')"),
    "too much memory": _in_every_function("zeros = np.ones(10**10)"),
}


def _renamed(notebook, path: Path, rng) -> tuple[str, Path]:
    return nbformat.writes(notebook), path.with_name(f"{path.stem} (1).ipynb")


def _answers(notebook) -> list:
    return [cell for cell in notebook.cells if role_of(cell.id) == "answer"]


def _duplicated(notebook, path: Path, rng) -> tuple[str, Path]:
    """An older, wrong copy of an answer stands above the one that counts."""
    cell = rng.choice(_answers(notebook))
    copy = deepcopy(cell)
    copy.id, copy.source = "pasted-copy", cell.source.splitlines()[0] + "\nraise ValueError('old')"
    notebook.cells.insert(notebook.cells.index(cell), copy)
    return json.dumps(notebook), path


def _deleted(notebook, path: Path, rng) -> tuple[str, Path]:
    tests = [cell for cell in notebook.cells if role_of(cell.id) == "test"]
    notebook.cells.remove(rng.choice(tests))
    return nbformat.writes(notebook), path


def _retagged(notebook, path: Path, rng) -> tuple[str, Path]:
    """Marks lost or changed, as other notebook programs do it; another kernel."""
    answers = _answers(notebook)
    cell = rng.choice(answers)
    cell.metadata, cell.id = {}, "lost-its-mark"
    for test in notebook.cells:
        if role_of(test.id) == "test":
            test.metadata["nbgrader"] = {
                **test.metadata["nbgrader"],
                "points": 300,
                "solution": True,
            }
    notebook.metadata["kernelspec"] = {
        "name": "julia-1.10",
        "display_name": "Julia",
        "language": "julia",
    }
    return json.dumps(notebook), path


def _broken(notebook, path: Path, rng) -> tuple[str, Path]:
    text = nbformat.writes(notebook)
    return text[: int(len(text) * rng.uniform(0.2, 0.9))], path


def _loud(notebook, path: Path, rng) -> tuple[str, Path]:
    cell = new_code_cell("for i in range(50_000): print('x' * 1000)", id="loud")
    notebook.cells.insert(3, cell)
    return nbformat.writes(notebook), path


TO_A_FILE: dict[str, Callable] = {
    "renamed file": _renamed,
    "cell duplicated": _duplicated,
    "cell deleted": _deleted,
    "cells retagged": _retagged,
    "broken JSON": _broken,
    "50 MB of output": _loud,
}
LOSES_ALL = {"broken JSON"}
MISHAPS = (
    "syntax error", "renamed file", "cell duplicated", "broken JSON", "os._exit", "cells retagged",
    "50 MB of output", "input()", "cell deleted", "endless loop", "too much memory",
)  # fmt: skip
WRITINGS = (
    "The chain rule multiplies the local slopes, and several paths add up.",
    "Because the gradient flows back through the same graph, in the opposite direction.",
    "I think it gets smaller in every layer, since every factor is below one.",
)
