"""chapters/ is what the solutions give, holds no secret, and two builds are equal to the byte."""

import builtins
import json
import os
import re
from pathlib import Path

import nbformat
import pytest

from autograder.authoring import kernels
from autograder.authoring.build import build, stale, write
from autograder.authoring.rules import LEAK_LENGTH
from autograder.authoring.shipped import drawn, put_pictures
from autograder.check import all_checks, all_written, exercise_of
from autograder.course import Course, default_course
from autograder.course.cell_ids import grade_id, role_of
from autograder.course.cells import STUB, VALUE_STUB, WRITTEN_STUB, by_markers
from autograder.course.clearing import ClearSolutions
from autograder.course.nbgrader_source import source_notebook
from autograder.judging.cell_names import names_of

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


def test_every_notebook_leads_on(files):
    """Its last cell leads to the next notebook and to the start page; links lead to what is there."""
    made = {str(path): book for path, book in notebooks(files).items()}
    for name in (book.name for book in COURSE.notebooks.values() if book.exercises):
        last = made[f"chapters/{name}.ipynb"].cells[-1].source
        assert "../start_here.ipynb" in last, name
    for path, book in made.items():
        text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        for target, cell in re.findall(r"[(\"]([\w./-]+\.ipynb)(?:#cell-id=([\w-]+))?[)\"]", text):
            there = made[os.path.normpath(Path(path).parent / target)]
            assert not cell or cell in {one.id for one in there.cells}, (path, target, cell)


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


def test_a_test_cell_needs_no_other_test_cell():
    """What several tests use is set up: a name from another cell would look like an open answer."""
    for notebook in COURSE.notebooks.values():
        known = set(dir(builtins))
        for cell in notebook.cells:
            if cell.kind == "code":
                names = names_of(cell.solution)
                if cell.role == "test":
                    assert names.uses <= known, (cell.label, names.uses - known)
                else:
                    known |= names.gives


def test_nbgraders_step_leaves_the_stubs():
    for notebook in COURSE.notebooks.values():
        made = source_notebook(notebook, all_checks(), all_written())
        ClearSolutions().preprocess(made, {})
        cells = {cell.id: cell.source for cell in made.cells}
        for cell in notebook.with_role("answer"):
            name = grade_id("answer", cell.key)
            assert cells[name] == f"# Answer {cell.key}\n{cell.stub}"


@pytest.mark.parametrize(
    "kind, source, left",
    [
        ("code", "anything = 1", STUB),
        ("markdown", "Because.", WRITTEN_STUB),
        ("markdown", "### BEGIN SOLUTION\nBecause.\n### END SOLUTION", WRITTEN_STUB),
    ],
)
def test_nbgraders_step_on_other_cells(kind, source, left):
    facts = dict.fromkeys(("grade", "locked", "task"), False)
    about = {"nbgrader": facts | {"solution": True, "schema_version": 3, "grade_id": "one"}}
    cell = {"cell_type": kind, "source": source, "metadata": about}
    notebook = nbformat.from_dict({"cells": [cell], "metadata": {}})
    ClearSolutions().preprocess(notebook, {})
    assert notebook.cells[0].source == left


def test_cells_have_stable_unique_ids_and_no_outputs_but_pictures(files):
    for path, notebook in notebooks(files).items():
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids), path
        for cell in notebook.cells:
            is_shown = "picture" in cell.metadata or cell.id.startswith("practice-")
            assert not cell.get("outputs") or is_shown


def test_demonstrations_ship_with_a_picture_that_every_reader_shows(files):
    made = notebooks(files)
    cells = [
        cell
        for notebook in made.values()
        for cell in notebook.cells
        if cell.get("outputs") and not cell.id.startswith("practice-")
    ]
    assert len(cells) >= 15
    for cell in cells:
        for output in cell.outputs:
            html = output.data["text/html"]
            assert set(output.data) == {"text/html", "text/plain"}
            assert (
                "<img" in html and 'alt=""' not in html and html.count("<img") == html.count("alt=")
            )
            assert not re.search("<script|<svg|<style|live-place", html)
            assert len(html) < 60_000
    for notebook in made.values():
        for cell in notebook.cells:
            if cell.metadata.get("jupyter", {}).get("source_hidden"):
                # JupyterLab shows the first line of a folded cell
                assert cell.source.startswith("# Shift+Enter: "), cell.id


def test_a_shipped_picture_is_made_anew_when_its_code_changes(files):
    path = Path("chapters/ch07_gradients/01_derivatives.ipynb")
    notebook = notebooks(files)[path]
    wanted = [cell.id for cell in notebook.cells if "picture" in cell.metadata]
    assert (
        drawn(notebook, wanted[:1])[wanted[0]]
        == notebook.cells[_index(notebook, wanted[0])].outputs
    )
    cell = notebook.cells[_index(notebook, wanted[0])]
    cell.source = cell.source.replace("network_7_1_explorer()", "print(network_7_1_explorer())")
    key = cell.metadata["picture"]
    put_pictures(notebook, COURSE.root / path, draw=True)
    assert cell.outputs == [] and cell.metadata["picture"] != key


def test_the_kernels_of_a_build_write_nothing_between_its_lines(capfd):
    cell = nbformat.v4.new_code_cell("6 * 7")
    kernels.run(nbformat.v4.new_notebook(cells=[cell]), 60)
    assert cell.outputs[0].data["text/plain"] == "42"
    assert capfd.readouterr() == ("", "")


def _index(notebook, name):
    return [cell.id for cell in notebook.cells].index(name)


def test_run_all_stops_at_no_answer_and_no_demonstration(files):
    """Set-up cells stop it; tests say what is wrong and raise nothing."""
    for path, book in notebooks(files).items():
        for cell in (cell for cell in book.cells if cell.cell_type == "code"):
            goes_on = "raises-exception" in cell.metadata.get("tags", [])
            assert goes_on == (role_of(cell.id) in ("answer", "demo")), (path, cell.id)


def test_a_notebook_is_one_sitting():
    """At most eight exercises (a quiz has short ones), and at most 90 minutes."""
    for notebook in COURSE.notebooks.values():
        assert len(notebook.exercises) <= 8 or notebook.stem.startswith("quiz")
        assert sum(exercise.minutes for exercise in notebook.exercises) <= 90, notebook.name


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


def test_all_or_nothing_is_announced():
    """Where one wrong sub-check costs all points, the exercise says so."""
    course, whole = default_course(), [c.part for c in all_checks().values() if c.all_or_nothing]
    assert whole
    for part in whole:
        book = nbformat.read(course.chapters / f"{course.notebook_of(part).name}.ipynb", 4)
        cells = {cell.id: cell.source for cell in book.cells}
        assert "all or nothing" in cells[grade_id("exercise", exercise_of(part))], part


@pytest.mark.parametrize("name", COURSE.notebooks)
def test_torch_runs_on_one_thread(name):
    """On a busy machine, networks this small train twenty times as fast that way."""
    for cell in COURSE.notebooks[name].cells:
        if cell.role in ("setup", "demo") and re.search(r"^import torch", cell.source, re.M):
            assert "torch.set_num_threads(1)" in cell.source
