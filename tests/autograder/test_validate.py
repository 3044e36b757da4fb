"""nbgrader's Validate, as JupyterLab's button and its command line run it."""

import shutil

import nbformat
import pytest
from classroom import cell
from nbgrader.validator import Validator

from autograder.course import Course

COURSE = Course()
NAME = "ch02_autograd/02_operations"


@pytest.fixture
def validated(tmp_path, monkeypatch):
    """Validates the notebook with some answers: {test cell: what is said} of those that fail."""
    monkeypatch.setenv("PYTHONPATH", str(COURSE.root))
    path = tmp_path / "chapters" / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    shutil.copy(COURSE.chapters / f"{NAME}.ipynb", path)

    def validate(answers: dict[str, str]) -> dict[str, str]:
        notebook = nbformat.read(path, as_version=4)
        for part, source in answers.items():
            cell(notebook, f"answer-{part.replace('.', '-')}").source = source
        nbformat.write(notebook, path)
        failed = Validator().validate(str(path)).get("failed", [])
        return {one["source"].splitlines()[0].split()[-1]: one["raw_error"] for one in failed}

    return validate


def test_an_untouched_notebook_fails_and_says_that_nothing_is_written(validated):
    said = validated({})
    parts = [p for p in COURSE.notebooks[NAME].parts if not p.endswith("-bonus")]
    assert list(said) == parts
    for part, text in said.items():
        assert text.startswith(f"○ {part} is not written yet") and "\n" not in text


def test_right_answers_pass_and_a_bonus_may_be_left_out(validated):
    answers = {c.key: c.source for c in COURSE.notebooks[NAME].with_role("answer")}
    answers["2.6"] = "class Pow(Op):\n    def __init__(self, n):\n        self.n = n\n" + (
        "    def forward(self, a):\n        self.a = a\n        return a**self.n\n"
        "    def backward(self, g):\n        return g * self.n * self.a ** (self.n - 1)\n"
    )
    wrong = answers["2.5"].replace("-grad_output", "grad_output")
    assert wrong != answers["2.5"]
    said = validated(answers | {"2.5": wrong})
    assert list(said) == ["2.5"] and "came out" in said["2.5"]
