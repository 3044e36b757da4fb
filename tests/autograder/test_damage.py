"""Damaged notebooks end in a score or a sentence, and what survived in them keeps its points.

The examples are the same in every run. To look further, with others each time:

    DAMAGED_NOTEBOOKS=5000 python -m pytest tests/autograder/test_damage.py -k "not class"
"""

import json
import os
from functools import lru_cache

import nbformat
import pytest
from classroom import COURSE, givens, graded, hand_in, no_demonstrations, solved, temporary
from damage import CHANGES, ON_BYTES, damaged, harmless, untouched
from hypothesis import HealthCheck, Phase, given, settings

from autograder.check import all_checks
from autograder.course.cell_ids import grade_id
from autograder.grading.grade import finish, prepare_file
from autograder.grading.intake import take_in
from autograder.inside.plain import Raised
from autograder.judging.reference import Reference
from autograder.report.write import write_reports

pytestmark = pytest.mark.early
EXAMPLES = int(os.environ.get("DAMAGED_NOTEBOOKS", "200"))
COMMON = {
    "deadline": None,
    "database": None,
    "derandomize": "DAMAGED_NOTEBOOKS" not in os.environ,
    "suppress_health_check": list(HealthCheck),
}
REFERENCE = Reference(COURSE)
NAMES = ("ch02_autograd/02_operations", "ch07_gradients/04_backpropagation")
HONEST = "m, honest"


def result_of(data, name, seed=1):
    """A graded notebook without a sandbox: an answer earns points when its text is the reference's."""
    plan = prepare_file(data, givens()[name], REFERENCE)
    book = COURSE.notebooks[name]
    sources = {cell.id: cell.source for cell in plan.rebuilt.notebook.cells}
    results = [{"outputs": [], "error": None} for _ in plan.steps]
    for part, step in plan.looks.items():
        answer = book.answer_of(part)
        right = answer.solution.strip() in sources[grade_id("answer", answer.key)]
        nothing = {"entries": [], "error": Raised("NameError", "")}
        results[step] = REFERENCE.observation(part, seed) if right else nothing
    return finish(plan, results, REFERENCE, seed, "none")


def check_record(record):
    """What holds for every record, whatever was handed in."""
    assert json.loads(json.dumps(record)) == record
    assert record["state"] in ("graded", "damaged")
    assert 0 <= record["earned"] <= record["points"]
    assert [part["id"] for part in record["parts"]] == COURSE.notebooks[record["notebook"]].parts
    for part in record["parts"]:
        assert 0 <= part["earned"] <= part["points"] == all_checks()[part["id"]].points
    for line in record["problems"]:
        assert line.strip() and line.isprintable(), repr(line)
    if record["state"] == "damaged":
        assert record["problems"] and record["earned"] == 0


def check_intake(name, data):
    """The file becomes a submission or a line, and what is said about it is fit for a terminal."""
    chapter, stem = name.split("/")
    folder = temporary() / "intake"
    hand_in(folder, "anna", "", f"{stem}.ipynb", chapter).write_bytes(data)
    intake = take_in([folder / "anna" / chapter / f"{stem}.ipynb"], givens())
    assert len(intake.submissions) + len(intake.lines) == 1
    for line in [*intake.lines, *(note for one in intake.submissions for note in one.notes)]:
        assert line.strip() and line.isprintable(), repr(line)


def check_survivors(record, data, executed=False):
    """What anybody would find in the file has all its points.

    When the notebook was `executed`, an answer may build on those before it.
    """
    book, found = COURSE.notebooks[record["notebook"]], untouched(record["notebook"], data)
    keys = [cell.key for cell in book.with_role("answer")]
    for part in record["parts"]:
        key = book.answer_of(part["id"]).key
        needed = keys[: keys.index(key) + 1] if executed else [key]
        if found.issuperset(needed):
            assert part["earned"] == part["points"], part


@settings(max_examples=EXAMPLES, **COMMON)
@given(damaged())
def test_any_damage_ends_in_a_score_or_a_sentence(example):
    name, data = example
    check_intake(name, data)
    done = result_of(data, name)
    nbformat.validate(done.notebook)
    json.loads(nbformat.writes(done.notebook).encode())
    check_record(done.record())
    check_survivors(done.record(), data)


@settings(max_examples=EXAMPLES, **COMMON)
@given(harmless())
def test_what_hits_no_answer_costs_nothing(example):
    name, data = example
    record = result_of(data, name).record()
    check_record(record)
    assert record["state"] == "graded"
    for part in record["parts"]:
        assert part["earned"] == part["points"], part


# a class ------------------------------------------------------------------------------------------


def examples_of(strategy, count):
    """The last of the strategy's first examples: those at the beginning are the simplest."""
    found = []

    @settings(max_examples=count + 5, phases=[Phase.generate], **{**COMMON, "derandomize": True})
    @given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found[-count:]


@lru_cache
def examples():
    """{student: (notebook, bytes)} with every kind of damage, and several at once."""
    kinds = {kind.__name__: damaged(NAMES, [kind], [None]) for kind in CHANGES}
    kinds |= {kind.__name__: damaged(NAMES, [], [kind]) for kind in ON_BYTES}
    kinds["several"] = damaged(NAMES)
    return {
        f"{'a' if number < len(kinds) / 2 else 'z'} {kind} {copy}": example
        for number, (kind, strategy) in enumerate(kinds.items())
        for copy, example in enumerate(examples_of(strategy, 6 if kind == "several" else 2))
    }


@lru_cache
def the_class():
    """The damaged notebooks, and one that is in order, through the whole of a run."""
    root = temporary() / "damage"
    for student, (name, data) in examples().items():
        chapter, stem = name.split("/")
        hand_in(root / "submitted", student, "", f"{stem}.ipynb", chapter).write_bytes(data)
    hand_in(root / "submitted", HONEST, solved())
    with no_demonstrations():
        records, lines, folder = graded(root / "submitted", root / "grading")
    write_reports(COURSE, folder)
    return records, lines, folder


@pytest.mark.sandbox
def test_in_a_class_the_honest_student_has_full_marks():
    record = the_class()[0][HONEST]
    assert record["state"] == "graded" and record["problems"] == []
    for part in record["parts"]:
        assert part["earned"] == part["points"], part


@pytest.mark.sandbox
def test_in_a_class_everybody_gets_a_score_or_a_line():
    records, lines, folder = the_class()
    for student, (name, data) in examples().items():
        if student not in records:
            assert any(student in line and line.isprintable() for line in lines), (student, lines)
            continue
        record = records[student]
        check_record(record)
        if record["notebook"] == name:
            check_survivors(record, data, executed=True)
        executed = folder.autograded / student / f"{record['notebook']}.ipynb"
        nbformat.validate(nbformat.read(executed, as_version=4))
        assert list((folder.feedback / student).glob("*.html"))
