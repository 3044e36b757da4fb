"""The students' bundle works by itself, and gives nothing away."""

import ast
import subprocess
import sys
import tomllib

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
        assert (bundle / "chapters" / f"{notebook}.ipynb").is_file()


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
        "utils", "utils.explorers", "utils.explorers.ch06_networks", "utils.networks", "utils.quiz",
    ]  # fmt: skip


def test_its_environment_names_students_packages_only(bundle):
    yaml = pytest.importorskip("yaml")
    made = yaml.safe_load((bundle / "environment.yml").read_text("utf-8"))
    whole = yaml.safe_load((COURSE.root / "environment.yml").read_text("utf-8"))
    assert made["channels"] == whole["channels"]
    names = [one.split(">")[0].split("=")[0] for one in made["dependencies"]]
    assert {"python", "numpy", "jupyterlab", "nbgrader"} <= set(names)
    assert not {"jupytext", "typer", "nh3", "cloudpickle"} & set(names)


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
