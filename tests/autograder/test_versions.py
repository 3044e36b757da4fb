"""Fingerprints: the same for the same course in every process, others when something counts."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from classroom import COURSE
from example_course import load_checks, separate_registry

from autograder.check import all_checks
from autograder.course import Course
from autograder.grading import versions

MODULE = '''
import math
from dataclasses import dataclass
from autograder.check import check

LIMIT = {"b", "a", "c"}

def helper(x):
    return math.floor(x)

@dataclass
class Case:
    name: str
    value: float = 1.0

def observer(case):
    def observe(answer, rng):
        """What it does."""
        return {case.name: answer.f(helper(case.value)), "limit": sorted(LIMIT)}
    return observe

CHECKS = {c.name: check(c.name, points=2, seconds=3)(observer(c)) for c in (Case("9.1"), Case("9.2", 2.0))}

@CHECKS["9.1"].judge
def decide(observation, rng):
    """It decides."""
    return {key: helper(value) == 1 for key, value in observation.items()}

CHECKS["9.1"].misconception("wrong", "A wrong idea.", source="def f(x): return 0")
'''


def fingerprints(tmp_path, text):
    """{part: (observation, check)} of the module with that text."""
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "example_checks.py").write_text(text, encoding="utf-8")
    with separate_registry():
        load_checks(tmp_path)
        return {
            part: (versions.of_observation(one), versions.of_check(one))
            for part, one in all_checks().items()
        }


# What is changed: the text, and whether (observation, check) of 9.1 and of 9.2 become others.
CHANGES = {
    "nothing": ("", "", "same same same same"),
    "a comment": ("def helper", "# a comment\n\ndef helper", "same same same same"),
    "the order of a set": ('"b", "a", "c"', '"c", "b", "a"', "same same same same"),
    "a helper": ("math.floor(x)", "math.ceil(x)", "new new new new"),
    "a constant that is used": ('"a", "c"', '"a", "d"', "new new new new"),
    "one case": ("2.0", "3.0", "same same new new"),
    "the judge": ("== 1 for", "== 2 for", "same new same same"),
    "a sentence": ("A wrong idea", "Another wrong idea", "same new same same"),
    "a variant's text": ("return 0", "return 1", "same new same same"),
    "points": ("points=2", "points=3", "same new same new"),
    "the time limit": ("seconds=3", "seconds=4", "new new new new"),
}

# What a check gives to a function of the framework counts as well; here that is a named function.
GIVEN = MODULE.replace("import check", "import check\nfrom autograder.check import named").replace(
    "sorted(LIMIT)", "NAMED(2)"
).replace("@dataclass", "NAMED = named('n', lambda x: x + 1)\n\n@dataclass", 1)  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_fingerprint_changes_when_something_counts(name, tmp_path):
    old, new, said = CHANGES[name]
    before = fingerprints(tmp_path / "one", MODULE)
    after = fingerprints(tmp_path / "two", MODULE.replace(old, new) if old else MODULE)
    found = [a == b for part in ("9.1", "9.2") for a, b in zip(before[part], after[part])]
    assert found == [word == "same" for word in said.split()]


@pytest.mark.parametrize("new, same", [("x + 1", True), ("x + 2", False)])
def test_what_a_check_gives_to_the_framework_counts(new, same, tmp_path):
    before = fingerprints(tmp_path / "one", GIVEN)
    after = fingerprints(tmp_path / "two", GIVEN.replace("x + 1", new))
    assert (before == after) is same


def test_what_a_check_has_computed_does_not_count():
    one = all_checks()["2.5"]
    before = versions.of_check(one)
    assert one.pickled and versions.of_check(one) == before


TELL = (
    "import json; from autograder.grading import versions; from autograder.check import all_checks; "
    "print(json.dumps({p: versions.of_check(c) for p, c in all_checks().items()}))"
)

# Which rooms of the course count for all results.
COUNTS = {
    **dict.fromkeys(("inside", "notation", "course", "judging", "isolation", "grading"), True),
    **dict.fromkeys(("utils", "data"), True),
    **dict.fromkeys(("authoring", "checks", "commands", "gradebook", "report"), False),
    **dict.fromkeys(("check", "notebook", "nbgrader_plugin", "__init__", "__main__"), False),
}


def rooms(root):
    """{name: one file of the room}"""
    places = [root / "utils", root / "data", *(root / "autograder").iterdir()]
    found = {p.stem: p for p in places if p.suffix in ("", ".py") and p.name != "__pycache__"}
    return {name: place if place.is_file() else _a_file(place) for name, place in found.items()}


def _a_file(room):
    files = (path for path in sorted(room.rglob("*.py" if room.name != "data" else "*.npz")))
    return next(path for path in files if path.name != "__init__.py")


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of what is imported when a class is graded."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("autograder", "utils", "data", "solutions"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(COURSE.root / folder, root / folder, ignore=leave)
    return root


def test_every_room_is_decided_on():
    assert rooms(COURSE.root).keys() <= COUNTS.keys(), "does what is graded depend on the new room?"


@pytest.mark.parametrize("room", sorted(rooms(COURSE.root)))
def test_a_change_in_a_room_grades_all_or_nothing_again(room, copied):
    file = rooms(copied)[room]
    content = file.read_bytes()
    before = versions.of_framework(Course(copied))
    try:
        file.write_bytes(content + b"\n# changed\n")
        assert (versions.of_framework(Course(copied)) != before) is COUNTS[room]
    finally:
        file.write_bytes(content)


def test_a_change_in_a_check_grades_its_own_part_again(copied):
    def told():
        command = [sys.executable, "-B", "-c", TELL]
        environment = {**os.environ, "PYTHONPATH": str(copied)}
        done = subprocess.run(command, cwd=copied, env=environment, capture_output=True, check=True)
        return json.loads(done.stdout)

    file = next(
        f for f in (copied / "autograder/checks").rglob("*.py") if '@check("2.5"' in f.read_text()
    )
    text, before = file.read_text(encoding="utf-8"), told()
    file.write_text(
        text.replace('@check("2.5", points=', '@check("2.5", points=1 + '), encoding="utf-8"
    )
    after = told()
    file.write_text(text, encoding="utf-8")
    assert {part for part in before if before[part] != after[part]} == {"2.5"}


def test_every_check_of_the_course_has_its_own_and_the_same_in_every_process():
    """Sets are ordered otherwise in every process, and code may come from a cache or not."""
    told = [
        json.loads(
            subprocess.run(
                [sys.executable, *options, "-c", TELL], capture_output=True, text=True, check=True,
                cwd=COURSE.root, env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
        )
        for options, seed in (([], "1"), (["-B"], "2"))
    ]  # fmt: skip
    assert told[0] == told[1]
    assert len(set(told[0].values())) == len(told[0]) > 90


def test_the_reference_up_to_a_part_counts():
    book = COURSE.notebooks["ch02_autograd/02_operations"]
    first, last = book.parts[0], book.parts[-1]
    text = book.answer_of(last).source
    before = versions.of_reference(book, first), versions.of_reference(book, last)
    try:
        book.answer_of(last).source = text + "\n# changed"
        after = versions.of_reference(book, first), versions.of_reference(book, last)
    finally:
        book.answer_of(last).source = text
    assert after[0] == before[0] and after[1] != before[1]
