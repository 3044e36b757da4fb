"""Fingerprints: the same for the same course in every process, others when something counts."""

import json
import os
import subprocess
import sys

import pytest
from classroom import COURSE
from example_course import load_checks, separate_registry

from autograder.check import all_checks
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


@pytest.mark.parametrize("name", CHANGES)
def test_a_fingerprint_changes_when_something_counts(name, tmp_path):
    old, new, said = CHANGES[name]
    before = fingerprints(tmp_path / "one", MODULE)
    after = fingerprints(tmp_path / "two", MODULE.replace(old, new) if old else MODULE)
    found = [a == b for part in ("9.1", "9.2") for a, b in zip(before[part], after[part])]
    assert found == [word == "same" for word in said.split()]


def test_every_check_of_the_course_has_its_own_and_the_same_in_every_process():
    """Sets are ordered otherwise in every process, and code may come from a cache or not."""
    program = (
        "import json; from autograder.grading import versions; from autograder.check import all_checks; "
        "print(json.dumps({p: versions.of_check(c) for p, c in all_checks().items()}))"
    )
    told = [
        json.loads(
            subprocess.run(
                [sys.executable, *options, "-c", program], capture_output=True, text=True, check=True,
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
