"""The examples of CONTRIBUTING.md are built and checked exactly as they stand there."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from example_course import load_checks, separate_registry, write_course

from autograder.authoring.build import build
from autograder.check import all_checks, all_written
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging.reference import Reference, execute
from autograder.judging.verdict import judge
from utils import NumpyMLP

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


@pytest.fixture
def example(tmp_path):
    text = GUIDE.read_text(encoding="utf-8")
    found = re.findall(r"`([\w/]+)/(\w+)\.py`(?:, continued)?:\n\n```python\n(.*?)```", text, re.S)
    solution = "\n".join(code for folder, _, code in found if folder.startswith("solutions/"))
    checks = {name: code for folder, name, code in found if folder.startswith("autograder/checks/")}
    assert list(checks) == ["e9_01", "e9_02", "e9_03"]
    with separate_registry():
        course = write_course(tmp_path, {"ch09_example/softplus": solution}, "")
        for name, code in checks.items():
            folder = tmp_path / name
            folder.mkdir()
            (folder / "example_checks.py").write_text(code, encoding="utf-8")
            load_checks(folder)
        yield Reference(course)


def verdict(reference, namespace, part="9.1"):
    check = reference.check(part)
    seen = observe_answer(check.observe, namespace, 3, part)
    return judge(check, plain.decode(plain.encode(seen)), reference, 3)


def test_the_typed_answer_takes_under_25_lines():
    text = GUIDE.read_text(encoding="utf-8").split("## A typed answer")[1].split("| call")[0]
    code = "".join(re.findall(r"```python\n(.*?)```", text, re.S))
    assert len([line for line in code.splitlines() if line.strip()]) < 25


def test_the_typed_answer(example):
    answer = example.course.notebooks["ch09_example/softplus"].answer_of("9.2")
    assert verdict(example, execute(answer.stub, {}, "stub"), "9.2").earned == 0
    assert verdict(example, example.namespace("9.2"), "9.2").full
    for variant in all_checks()["9.2"].variants.values():
        result = verdict(example, example.namespace("9.2", variant), "9.2")
        if variant.kind == "misconception":
            assert result.earned == 0 and list(result.misconceptions) == ["forgets_the_biases"]
        else:
            assert result.full, variant.name


def test_it_builds(example):
    files = build(example.course)
    notebook = next(content for path, content in files.items() if path.suffix == ".ipynb")
    cells = {cell.id: cell for cell in nbformat.reads(notebook.decode(), 4).cells}
    assert "NotImplementedError" in cells["answer-9-1"].source
    assert cells["test-9-1"].source.endswith('\ngrade("9.1")')
    assert cells["setup-1"].source.startswith("# Run me first, and again after every restart")
    assert cells["hints-9-1"].source.count("<details>") == 2
    assert cells["test-9-1"].metadata.nbgrader.points == 2


def test_the_free_text(example):
    text = all_written()["9.2-written"]
    assert text.points == 1.0 and text.bonus and len(text.rubric) == 2
    (cell,) = example.course.notebooks["ch09_example/softplus"].with_role("written")
    assert "line through the origin" in cell.solution and "origin" not in cell.stub


def test_what_every_check_needs_is_said():
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    assert "at least one misconception, at least two alternatives, and an oracle or a judge" in text


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


def test_the_subclass_is_gradient_descent_with_momentum():
    section = GUIDE.read_text(encoding="utf-8").split("## The companion of chapter 6")[1]
    code = re.search(r"```python\n(.*?)```", section, re.S)[1]
    MomentumMLP = execute(code, {"NumpyMLP": NumpyMLP, "np": np}, "example")["MomentumMLP"]

    model = MomentumMLP([3, 2, 1], beta=0.8, seed=1, learning_rate=0.1)
    tensors = {
        name: torch.tensor(value, requires_grad=True) for name, value in model.params.items()
    }
    optimiser = torch.optim.SGD(tensors.values(), lr=0.1, momentum=0.8)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 2, 8)
    for _ in range(5):
        model.train_step(X, y)
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(model.grads[name])
        optimiser.step()
    for name, tensor in tensors.items():
        np.testing.assert_allclose(model.params[name], tensor.detach(), atol=1e-12)
