"""chapters/ is what the solutions give, holds no secret, and two builds are equal to the byte."""

import json
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.build import build, stale, write
from autograder.authoring.rules import LEAK_LENGTH
from autograder.course import Course
from autograder.course.source import STUB, VALUE_STUB, by_markers

COURSE = Course()


@pytest.fixture(scope="module")
def files():
    return build(COURSE)


def notebooks(files):
    return {p: nbformat.reads(c.decode(), 4) for p, c in files.items() if p.suffix == ".ipynb"}


def test_the_committed_notebooks_are_fresh(files):
    assert stale(COURSE, files) == [], "run: python -m autograder build"


def test_two_builds_are_equal(files):
    assert build(Course()) == files


def test_students_get_no_solution_and_no_hidden_test(files):
    everything = "\n".join(c.decode() for p, c in files.items() if p.suffix == ".ipynb")
    for secret in ("BEGIN SOLUTION", "BEGIN HIDDEN", "Rubric", "rubric-"):
        assert secret not in everything
    for notebook in COURSE.notebooks.values():
        made = files[Path("chapters") / f"{notebook.name}.ipynb"].decode()
        lines = [pair for cell in notebook.cells for pair in by_markers(cell.source)]
        given = "\n".join(line for line, indent in lines if indent is None)
        for cell in notebook.with_role("answer"):
            for line in _solution_lines(cell):
                if len(line) >= LEAK_LENGTH and not line.startswith(("#", "def ", "class ", '"""')):
                    assert line in given or json.dumps(line)[1:-1] not in made, (
                        notebook.name,
                        line,
                    )


def _solution_lines(cell):
    return [line.strip() for line, indent in by_markers(cell.source) if indent is not None]


def test_every_exercise_is_a_todo_cell(files):
    made = notebooks(files)
    for notebook in COURSE.notebooks.values():
        cells = {c.id: c for p, nb in made.items() if p.stem == notebook.stem for c in nb.cells}
        for cell in notebook.with_role("answer"):
            source = cells[f"answer-{cell.key.replace('.', '-')}"].source
            assert source.startswith("# Answer")
            stubs = [line for line in source.splitlines() if VALUE_STUB.fullmatch(line)]
            assert stubs or STUB in source
            assert f"\n{STUB}" not in source  # nothing raises before anything is written


def test_cells_have_stable_unique_ids_and_no_outputs(files):
    for path, notebook in notebooks(files).items():
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids), path
        assert not any(cell.get("outputs") for cell in notebook.cells)


def test_a_notebook_is_one_sitting():
    """At most eight exercises; nine where two of them are one-liners (7.4, 7.5); a quiz is a quiz."""
    for notebook in COURSE.notebooks.values():
        most = 9 if notebook.chapter == "ch07_gradients" else 8
        assert len(notebook.exercises) <= most or notebook.stem == "quiz"


def test_write_mends_and_removes(files, tmp_path):
    copy = Course(tmp_path)
    assert sorted(write(copy, files)) == sorted(files)
    assert stale(copy, files) == []
    left = tmp_path / "chapters" / "old.ipynb"
    left.write_text("{}")
    changed = tmp_path / "chapters" / "start_here.ipynb"
    changed.write_text("{}")
    assert {path.name for path in write(copy, files)} == {"old.ipynb", "start_here.ipynb"}
    assert stale(copy, files) == [] and not left.exists()
