"""Every notebook, run top to bottom in a real kernel: the students' and the solutions'."""

import os
import shutil

import nbformat
import pytest
from kernels import warm_kernels
from nbclient import NotebookClient

from autograder.authoring.build import write_sources
from autograder.check import all_checks
from autograder.course import Course
from autograder.course.cell_ids import role_of

pytestmark = pytest.mark.early
COURSE = Course()
NAMES = list(COURSE.notebooks)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The students' notebooks (with `chapters/` as in a course) and the source notebooks."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(COURSE.chapters, root / "chapters")  # test_build.py: what the build makes
    write_sources(COURSE, root / "source")
    return root


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    with warm_kernels(tmp_path_factory.mktemp("warm")) as commands:
        yield commands


@pytest.fixture
def run(kernels):
    """A function that runs a notebook in a kernel of its own and returns it."""
    return running_with(kernels[0])


@pytest.fixture
def run_solved(kernels):
    """The same for notebooks whose complete checks run."""
    return running_with(kernels[1])


def running_with(command):
    def run_notebook(path, demonstrations=True):
        notebook = nbformat.read(path, as_version=4)
        if not demonstrations:
            notebook.cells = [cell for cell in notebook.cells if role_of(cell.id) != "demo"]
        place = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, timeout=120, allow_errors=True, resources=place)
        client.create_kernel_manager().kernel_spec.argv = command
        client.execute(env={**os.environ, "OMP_NUM_THREADS": "1"})
        return notebook

    return run_notebook


def errors(notebook):
    return [
        (cell.id, output.ename, output.evalue)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]


def said(cell):
    """What a test cell said, without what it drew or printed."""
    texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return [text for text in texts if text[:1] in "✔◐✘○" and text]


@pytest.mark.parametrize("name", NAMES)
def test_a_students_notebook_runs_through_and_says_what_is_not_written(run, folders, name):
    notebook = run(folders / "chapters" / f"{name}.ipynb")
    assert errors(notebook) == []
    assert "Traceback" not in str(notebook)
    for cell in notebook.cells:
        if cell.id.startswith("test-"):
            part = cell.source.splitlines()[0].removeprefix("# Visible tests ")
            (only,) = said(cell)
            assert only.startswith(f"○ {part} is not written yet")


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in NAMES if COURSE.notebooks[name].parts])
def test_a_solution_notebook_raises_nothing_and_gets_all_points(run_solved, folders, name):
    """(Through the sandbox, and what demonstrations show once everything is solved: test_every_road.py.)"""
    notebook = run_solved(folders / "source" / f"{name}.ipynb", demonstrations=False)
    assert errors(notebook) == []
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            part = next(p for p in all_checks() if cell.id == f"test-{p.replace('.', '-')}")
            results = [o for o in cell.outputs if o.output_type == "execute_result"]
            assert float(results[0].data["text/plain"]) == all_checks()[part].points
            noise = [
                o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"
            ]
            assert noise == []
