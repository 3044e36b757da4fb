"""The example of CONTRIBUTING.md is built and checked exactly as it stands there."""

import re
from pathlib import Path

import nbformat
import pytest
from example_course import load_checks, separate_registry, write_course

from autograder.authoring.build import build
from autograder.check import all_checks
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging.reference import Reference, execute
from autograder.judging.verdict import judge

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


@pytest.fixture
def example(tmp_path):
    text = GUIDE.read_text(encoding="utf-8")
    found = dict(re.findall(r"`([\w/]+\.py)`:\n\n```python\n(.*?)```", text, re.S))
    solution = found["solutions/ch09_example/softplus.py"]
    checks = found["autograder/checks/ch09_example/softplus.py"]
    with separate_registry():
        course = write_course(tmp_path, {"ch09_example/softplus": solution}, checks)
        load_checks(tmp_path)
        yield Reference(course)


def verdict(reference, namespace):
    check = reference.check("9.1")
    seen = observe_answer(check.observe, namespace, 3, "9.1")
    return judge(check, plain.decode(plain.encode(seen)), reference, 3)


def test_it_builds(example):
    files = build(example.course)
    notebook = next(content for path, content in files.items() if path.suffix == ".ipynb")
    cells = {cell.id: cell for cell in nbformat.reads(notebook.decode(), 4).cells}
    assert "NotImplementedError" in cells["answer-9-1"].source
    assert "grade(" not in cells["test-9-1"].source
    assert cells["hints-9-1"].source.count("<details>") == 2
    assert cells["test-9-1"].metadata.nbgrader.points == 2


def test_the_solution_the_variants_and_the_stub(example):
    assert verdict(example, example.namespace("9.1")).full
    kinds = {"misconception": 0, "alternative": 0, "oracle": 0}
    for variant in all_checks()["9.1"].variants.values():
        kinds[variant.kind] += 1
        result = verdict(example, example.namespace("9.1", variant))
        if variant.kind == "misconception":
            assert result.earned < result.points and variant.name in result.misconceptions
        else:
            assert result.full, (variant.name, result.lines)
    assert kinds == {"misconception": 2, "alternative": 2, "oracle": 1}
    answer = example.course.notebooks["ch09_example/softplus"].answer_of("9.1")
    assert verdict(example, execute(answer.stub, {}, "stub")).earned == 0
