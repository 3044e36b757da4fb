"""The students' bundle works by itself, and gives nothing away."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from urllib.parse import unquote

import nbformat
import pytest
from classroom import COURSE

from autograder.commands.release import CannotRelease, release


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "course"
    release(COURSE, folder)
    return folder


def texts(folder):
    kinds = {".py", ".ipynb", ".md", ".toml", ".yml", ".json", ".js"}
    return {p: p.read_text("utf-8") for p in folder.rglob("*") if p.suffix in kinds}


def test_it_holds_what_students_need(bundle):
    names = {path.name for path in bundle.iterdir()}
    assert {"chapters", "utils", "data", "environment.yml", "pyproject.toml", "README.md"} <= names
    for notebook in COURSE.notebooks:
        assert (bundle / "chapters" / f"{notebook}.ipynb").is_file() == (notebook != "errata")


def test_it_holds_no_solution_and_no_autograder(bundle):
    assert not {"autograder", "solutions", "tests", "nbgrader_config.py", "grading"} & {
        path.name for path in bundle.iterdir()
    }
    every = texts(bundle)
    for path, text in every.items():
        assert "BEGIN SOLUTION" not in text and "BEGIN HIDDEN" not in text, path
        if path.suffix in (".toml", ".yml", ".md"):
            assert "autograder" not in text, path
    solution = COURSE.notebooks["ch02_autograd/02_operations"].answer_of("2.5").solution
    assert not any("-grad_output * self.a / self.b**2" in text for text in every.values())
    assert "-grad_output * self.a / self.b**2" in solution, "the probe would find it"


def test_its_project_is_utils_alone(bundle):
    project = tomllib.loads((bundle / "pyproject.toml").read_text("utf-8"))
    whole = tomllib.loads((COURSE.root / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["dependencies"] == whole["project"]["dependencies"]
    assert "entry-points" not in project["project"]
    command = "from setuptools import find_packages; print(find_packages(include=['utils*']))"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=bundle, capture_output=True, text=True
    )
    found = sorted(ast.literal_eval(done.stdout.strip()))
    assert found == [
        "utils", "utils.explorers", "utils.explorers.ch03_calculus", "utils.explorers.ch06_networks",
        "utils.networks", "utils.quiz",
    ]  # fmt: skip


def test_its_versions_are_pinned(bundle):
    pinned = (bundle / "constraints.txt").read_text("utf-8").splitlines()
    whole = (COURSE.root / "constraints.txt").read_text("utf-8").splitlines()
    assert {line for line in pinned if line[0] != "#"} < set(whole)
    names = {line.split("==")[0] for line in pinned}
    assert {"torch", "numpy", "jupyterlab", "nbgrader", "ipykernel"} <= names
    assert not {"jupytext", "typer", "nh3", "pytest", "playwright", "dask"} & names
    readme = (bundle / "README.md").read_text("utf-8")
    for advice in ("-c constraints.txt -e .", "whl/cpu torch", r".venv\Scripts\Activate.ps1"):
        assert advice in readme


@pytest.fixture(scope="module")
def one_chapter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "seven"
    release(COURSE, folder, ["ch07_gradients"])
    return folder


def links(folder):
    """Every link of the bundle's pages to another file, with the page that it stands on."""
    pages = {folder / "README.md": (folder / "README.md").read_text("utf-8")}
    for path in folder.rglob("*.ipynb"):
        cells = nbformat.read(path, 4).cells
        pages[path] = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for path, text in pages.items():
        text = re.sub(r"`[^`]*`", "", text)  # code may have brackets like a link's
        for target in re.findall(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"", text):
            goal = unquote("".join(target).partition("#")[0])
            if goal and ":" not in goal:
                yield path, goal


@pytest.mark.parametrize("which", ["bundle", "one_chapter"])
def test_every_link_leads_to_what_is_there(which, request):
    folder = request.getfixturevalue(which)
    every = list(links(folder))
    assert len(every) > 20
    assert [(p.name, goal) for p, goal in every if not (p.parent / goal).exists()] == []


def test_one_chapter_knows_no_others(one_chapter):
    chapters = {path.name for path in (one_chapter / "chapters").iterdir() if path.is_dir()}
    assert chapters == {"ch07_gradients", "images"}
    data = json.loads((one_chapter / "utils" / "course_map.json").read_text("utf-8"))
    assert [chapter["id"] for chapter in data["chapters"]] == ["ch07_gradients"]
    picture = (one_chapter / "chapters" / "images" / "course_map.svg").read_text("utf-8")
    assert ">7.17 Two classes<" in picture and "2.12" not in picture
    start = (one_chapter / "chapters" / "start_here.ipynb").read_text("utf-8")
    assert "Next: 7.1 Thirteen derivatives" in start and "Your own engine" not in start
    last = (one_chapter / "chapters/ch07_gradients/07_training.ipynb").read_text("utf-8")
    assert "That was the last notebook" in last
    assert json.loads((one_chapter / "utils/quiz/items.json").read_text("utf-8")) == {"items": []}
    code = "from utils import progress; print(progress())"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=one_chapter, capture_output=True, text=True
    )
    assert done.returncode == 0 and "7.17" in done.stdout and "2.12" not in done.stdout


def test_the_last_of_some_chapters_is_the_last(tmp_path):
    release(COURSE, tmp_path / "two", ["ch06_networks", "ch02_autograd"])
    quiz = (tmp_path / "two/chapters/ch06_networks/quiz_2.ipynb").read_text("utf-8")
    tensor = (tmp_path / "two/chapters/ch02_autograd/06_tensor.ipynb").read_text("utf-8")
    assert "That was the last notebook" in quiz and "Next: Units and layers" in tensor


def test_notebooks_of_a_bundle_are_recognised_by_the_grader(one_chapter):
    """Cells, ids and marks are those of the course: a bundle is handed in like any notebook."""
    for path in (one_chapter / "chapters/ch07_gradients").iterdir():
        mine = nbformat.read(path, 4)
        whole = nbformat.read(COURSE.chapters / "ch07_gradients" / path.name, 4)
        assert [(c.id, c.metadata) for c in mine.cells] == [(c.id, c.metadata) for c in whole.cells]
        code = [[c.source for c in one.cells if c.cell_type == "code"] for one in (mine, whole)]
        assert code[0] == code[1]


@pytest.mark.parametrize(
    "name, chapters, says",
    [
        ("new", ["ch99_magic"], "ch99_magic is no chapter; choose from ch02_autograd, "),
        ("ch07_gradients", [], "the folder comes first: release FOLDER ch07_gradients"),
        ("file/below", [], "cannot be written"),
    ],
)
def test_what_cannot_be_released_is_said_in_one_sentence(tmp_path, name, chapters, says):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotRelease) as caught:
        release(COURSE, tmp_path / name, chapters)
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_its_environment_names_students_packages_only(bundle):
    yaml = pytest.importorskip("yaml")
    made = yaml.safe_load((bundle / "environment.yml").read_text("utf-8"))
    whole = yaml.safe_load((COURSE.root / "environment.yml").read_text("utf-8"))
    assert made["channels"] == whole["channels"]
    names = [one.split(">")[0].split("=")[0] for one in made["dependencies"]]
    assert {"python", "numpy", "jupyterlab", "nbgrader"} <= set(names)
    assert not {"jupytext", "typer", "nh3", "cloudpickle"} & set(names)


def imported(folder) -> set[str]:
    """The modules of others that its files and notebooks import."""
    found = set()
    for path, text in texts(folder).items():
        if path.suffix == ".ipynb":
            cells = nbformat.reads(text, as_version=4).cells
            text = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        elif path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"utils"}


def test_whatever_it_imports_is_asked_for(bundle):
    """Or belongs to it: Jupyter runs on IPython and traitlets, matplotlib on cycler, sympy on mpmath."""
    asked = tomllib.loads((bundle / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    packages = {re.match(r"\w+", one)[0] for one in asked}
    brought = {"IPython", "traitlets", "cycler", "mpmath"}
    assert {"numpy", "torch", "sympy"} <= imported(bundle) <= packages | brought


def test_utils_works_in_it(bundle):
    code = "import utils; print(utils.__file__); from utils import grade; grade('2.5')"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=bundle, capture_output=True, text=True
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert str(bundle) in done.stdout and "when your work is graded" in done.stdout


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CannotRelease, match="not empty"):
        release(COURSE, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_two_releases_are_equal(bundle, tmp_path):
    release(COURSE, tmp_path / "again")
    assert [(p.relative_to(bundle), t) for p, t in sorted(texts(bundle).items())] == [
        (p.relative_to(tmp_path / "again"), t) for p, t in sorted(texts(tmp_path / "again").items())
    ]
