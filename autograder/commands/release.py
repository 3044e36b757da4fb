"""The students' bundle: notebooks, utils and data; no solutions, no checks, no autograder."""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
from pathlib import Path

from autograder.course import Course
from autograder.course.files import write_text

FOLDERS = ("chapters", "utils", "data")
FILES = ("LICENSE",)
STUDENT_SECTIONS = ("The map", "For students", "Licence")
INSTALL = """## How to begin

You need Python 3.11 or newer and an internet connection for the first step.

```console
python3 -m venv .venv
source .venv/bin/activate
pip install -e .
jupyter lab
```

Then open `chapters/start_here.ipynb`. With conda: `conda env create -f environment.yml`, activate it,
then the last two lines.
"""


class CannotRelease(ValueError):
    """The bundle cannot be written."""


def release(course: Course, target: Path) -> list[Path]:
    """Write the bundle to `target`, which must not exist or be empty; returns its files."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotRelease(f"{target} is not empty; name a folder that is new.")
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".release-", dir=target.parent))
    try:
        _fill(course, aside)
        if target.exists():
            target.rmdir()
        aside.chmod(0o755)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return sorted(path for path in target.rglob("*") if path.is_file())


def _fill(course: Course, folder: Path) -> None:
    leave = shutil.ignore_patterns("__pycache__", ".*", "*.pyc", "*.part")
    for name in FOLDERS:
        if (course.root / name).is_dir():
            shutil.copytree(course.root / name, folder / name, ignore=leave)
    for name in FILES:
        if (course.root / name).is_file():
            shutil.copy(course.root / name, folder / name)
    project = tomllib.loads((course.root / "pyproject.toml").read_text("utf-8"))
    write_text(folder / "pyproject.toml", student_project(project))
    environment = (course.root / "environment.yml").read_text("utf-8")
    write_text(folder / "environment.yml", student_environment(environment))
    write_text(folder / "README.md", student_readme((course.root / "README.md").read_text("utf-8")))


def student_project(project: dict) -> str:
    """A pyproject.toml with the package `utils` alone."""
    facts = project["project"]
    dependencies = "".join(f'    "{one}",\n' for one in facts["dependencies"])
    return (
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{facts["name"]}"\nversion = "{facts["version"]}"\n'
        f'description = "{facts["description"]}"\nrequires-python = "{facts["requires-python"]}"\n'
        f"dependencies = [\n{dependencies}]\n\n"
        '[tool.setuptools.packages.find]\ninclude = ["utils*"]\n\n'
        '[tool.setuptools.package-data]\n"*" = ["*.js", "*.json", "*.css", "*.html"]\n'
    )


def student_environment(text: str) -> str:
    """environment.yml up to the packages that only instructors need."""
    kept, skipping = [], False
    for line in text.splitlines():
        if line.strip().startswith("#") and kept and kept[-1].startswith("  - "):
            skipping = "student" not in line
        if not skipping and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def student_readme(text: str) -> str:
    """Title and introduction of the README, how to begin, and what concerns students."""
    head, *sections = re.split(r"^## ", text, flags=re.M)
    head = re.sub(r"^\[!\[.*\n+", "", head, flags=re.M)
    kept = []
    for section in sections:
        title = section.splitlines()[0].strip()
        if title in STUDENT_SECTIONS:
            kept.append(f"## {section.strip()}\n")
    text = "\n".join([head.strip() + "\n", INSTALL, *kept])
    return text.replace("Run `make lab` and begin", "Begin")
