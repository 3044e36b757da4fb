"""Answers that are alike: what two students share beyond the class, and nothing that all may share."""

import json
import random
import re

import pytest
from classroom import COURSE
from fabricated import record, write

from autograder.check import all_checks
from autograder.gradebook.folder import GradingFolder
from autograder.report.class_page import class_page
from autograder.report.results import collect
from autograder.report.similar import fingerprints, similar

OPERATIONS, CELL, WRITTEN = "ch02_autograd/02_operations", "answer-2-8", "answer-2-5"
ODD = '''def check_gradient(function, gradient, x, eps=1e-6):
    """Compare two slopes."""
    x = np.array(x, dtype=float)
    worst, best = 0.0, None
    for row in range(x.shape[0]):
        up, down = x.copy(), x.copy()
        up[row] += eps; down[row] -= eps
        slope = (function(up) - function(down)) / (2 * eps)
        distance = abs(slope - gradient(x)[row]) / max(1.0, abs(slope))
        if best is None or distance > worst:
            worst, best = distance, (row, slope)
    return worst < 1e-4 and best is not None
'''
RENAMED = (
    ODD.replace("row", "k").replace("slope", "numeric").replace("worst", "biggest")
    .replace('"""Compare two slopes."""', "# my very own version")
    .replace("; down", "\n        down")
)  # fmt: skip


def own_work(seed):
    """Code of some length that nobody else has."""
    rng, lines = random.Random(seed), ["def check_gradient(f, df, x):"]
    for number in range(14):
        call = rng.choice(["np.sum", "np.dot", "abs", "max", "f", "df", "float"])
        sign = rng.choice(["+", "-", "*", "/", "@", "**"])
        lines.append(
            f"    v{number} = {call}(x {sign} {rng.random():.3f}) {sign} {rng.randint(2, 99)}"
        )
    return "\n".join([*lines, "    return v1 < v2", ""])


def a_class(root, answers, files=None):
    """A graded class: `answers` are {student: {cell: text}}, `files` {student: digest}."""
    records = []
    for student, written in answers.items():
        made_from = {"file": (files or {}).get(student, student)}
        records.append(record(student, OPERATIONS, answered=list(written), made_from=made_from))
    folder = write(GradingFolder(root), records)
    for one in records:
        path = folder.executed_path(one)
        path.parent.mkdir(parents=True, exist_ok=True)
        cells = [
            {"id": cell, "cell_type": "code", "source": text, "metadata": {}, "outputs": []}
            for cell, text in answers[one["student"]].items()
        ]
        made = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
        path.write_text(json.dumps(made), encoding="utf-8")
    return folder, collect(COURSE, folder)


def others(count):
    return {f"student {n}": {CELL: own_work(n)} for n in range(count)}


@pytest.mark.parametrize("copy", [ODD, RENAMED], ids=["as it is", "with other names"])
def test_a_copy_is_found_with_the_passages_side_by_side(tmp_path, copy):
    folder, results = a_class(
        tmp_path, {**others(10), "anna": {CELL: ODD}, "ben": {CELL: copy, WRITTEN: "x = 1"}}
    )
    found = similar(folder, results)
    (pair,) = found.pairs
    assert pair.students == ("anna", "ben") and found.files == []
    ((part, one, other),) = pair.passages
    assert part == "2.8" and {one.text, other.text} == {ODD, copy}
    assert len(one.lines) >= 8 and len(other.lines) >= 8
    html = class_page(results, found)
    section = html[html.index('<h2 id="alike"') : html.index('<h2 id="students"')]
    assert "anna and ben: 2.8" in section and section.count("<mark>") >= 16
    assert "no judgement" in section and section.count("<pre>") == 2


def test_it_is_nowhere_on_the_pages_of_students(tmp_path):
    from autograder.report.write import write_reports

    folder, _ = a_class(tmp_path, {"anna": {CELL: ODD}, "ben": {CELL: ODD}, **others(3)})
    write_reports(COURSE, folder)
    assert "anna and ben: 2.8" in folder.page.read_text("utf-8")
    for student, other in (("anna", "ben"), ("ben", "anna")):
        page = folder.feedback_path(student, "ch02_autograd").read_text("utf-8")
        assert "alike" not in page and not re.search(rf"\b{other}\b", page)


def test_what_many_have_does_not_count(tmp_path):
    folder, results = a_class(tmp_path, {f"student {n}": {CELL: ODD} for n in range(5)})
    assert similar(folder, results).pairs == []


def variants():
    notebook = COURSE.notebooks[OPERATIONS]
    cell = next(one for one in notebook.with_role("answer") if one.key == "2.8")
    return [cell.solution, *(v.text(cell.solution) for v in all_checks()["2.8"].variants.values())]


@pytest.mark.parametrize("text", [*variants()[:2], "x = 1\n" * 4], ids=map(str, range(3)))
def test_solutions_known_mistakes_and_short_answers_do_not_count(tmp_path, text):
    folder, results = a_class(
        tmp_path, {**others(8), "anna": {CELL: text}, "ben": {CELL: "# mine\n" + text}}
    )
    assert similar(folder, results).pairs == []


def test_the_same_file_is_mentioned_first_and_once(tmp_path):
    answers = {**others(6), "anna": {CELL: ODD}, "ben": {CELL: ODD}, "cem": {}, "dora": {}}
    files = {"anna": "one", "ben": "one", "cem": "untouched", "dora": "untouched"}
    folder, results = a_class(tmp_path, answers, files)
    found = similar(folder, results)
    assert found.files == [(OPERATIONS, ("anna", "ben"))] and found.pairs == []
    html = class_page(results, found)
    assert "the same file:</strong> ch02_autograd/02_operations" in html


def test_a_shared_run_of_fourteen_tokens_is_always_seen():
    run = "a.b(c[0] + 3) * d.e / f.g ** 7 - h.i"
    for before in range(40):
        one = fingerprints("q = 1\n" * before + run)
        other = fingerprints("while True: pass\n" * (before // 3) + "r = " + run)
        assert one.keys() & other.keys()


def test_hostile_text_costs_little():
    import time

    begin = time.process_time()
    for text in (
        '"' * 20_000,
        "'''" * 7_000,
        "#" * 20_000,
        ". " * 10_000,
        "\\" * 20_000,
        "é" * 20_000,
    ):
        fingerprints(text)
    assert time.process_time() - begin < 5
