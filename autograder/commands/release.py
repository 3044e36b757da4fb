"""The students' bundle: notebooks, utils and data; nothing from which a graded answer can be had.

Without the solutions, the checks and the autograder, the keys of the quiz, and the errata, which say
what is right. It may hold some of the chapters: then its start page, its map and its links know no others.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import nbformat

from autograder.authoring import picture
from autograder.authoring.build import write_notebook
from autograder.authoring.links import MAP, filled
from autograder.authoring.widget import DATA
from autograder.course import Course
from autograder.course.cells import Notebook
from autograder.course.files import write_text
from utils.quiz.questions import without_key

FOLDERS = ("utils", "data", "chapters/images")
FILES = ("LICENSE",)
KEPT_BACK = ("errata",)  # notebooks
COURSE_MAP = "utils/course_map.json"
STUDENT_SECTIONS = ("For students", "Licence")
INSTALL = r"""## How to begin

You need Python 3.11 or newer, and an internet connection for the first time. Open a terminal in this
folder. On Linux and macOS:

```console
python3 -m venv .venv
source .venv/bin/activate
python -m pip install -c constraints.txt -e .
jupyter lab
```

On Windows, in PowerShell:

```console
py -m venv .venv
.venv\Scripts\Activate.ps1
python -m pip install -c constraints.txt -e .
jupyter lab
```

Then open `chapters/start_here.ipynb`. From the second time on, the second and the last line are enough.

- **Linux:** pip's usual PyTorch brings large libraries for graphics cards, which the course does not use.
  Before the third line,
  `python -m pip install -c constraints.txt --extra-index-url https://download.pytorch.org/whl/cpu torch`
  takes the small build instead.
- **Windows:** where PowerShell says that running scripts is disabled, type
  `Set-ExecutionPolicy -Scope Process RemoteSigned` first, or use the Command Prompt, where the second line
  is `.venv\Scripts\activate.bat`.
- **conda:** `conda env create -f environment.yml`, activate it, then `python -m pip install --no-deps -e .`
  and `jupyter lab`.

`constraints.txt` holds the exact versions that the course was tested with. Where one of them does not fit
your Python, leave `-c constraints.txt` out.
"""
_LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+\.ipynb)[^)]*\)")


class CannotRelease(ValueError):
    """The bundle cannot be written."""


def release(course: Course, target: Path, chapters: Sequence[str] = ()) -> list[Path]:
    """Write the bundle to `target`, which must not exist or be empty; returns its files.

    chapters: only these; without any, all.
    """
    known = list(course.assignments())
    if unknown := [name for name in chapters if name not in known]:
        raise CannotRelease(f"{unknown[0]} is no chapter; choose from {', '.join(known)}.")
    if not chapters and target.name in known:
        raise CannotRelease(
            f"{target.name} is a chapter; the folder comes first: release FOLDER {target.name}"
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CannotRelease(f"{target} is not empty; name a folder that is new.")
    try:
        _write(course, Course(course.root, tuple(chapters)), target)
    except OSError as problem:
        why = problem.strerror or problem
        raise CannotRelease(f"{target} cannot be written ({why}); name another folder.") from None
    return sorted(path for path in target.rglob("*") if path.is_file())


def _write(course: Course, handed_out: Course, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".release-", dir=target.parent))
    try:
        _fill(course, handed_out, aside)
        if target.exists():
            target.rmdir()
        aside.chmod(0o755)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _fill(course: Course, handed_out: Course, folder: Path) -> None:
    leave = shutil.ignore_patterns("__pycache__", ".*", "*.pyc", "*.part")
    for name in FOLDERS:
        if (course.root / name).is_dir():
            shutil.copytree(course.root / name, folder / name, ignore=leave)
    for name in FILES:
        if (course.root / name).is_file():
            shutil.copy(course.root / name, folder / name)

    whole = json.loads((course.root / COURSE_MAP).read_text("utf-8"))
    data = _narrowed(whole, handed_out)
    _write_json(folder / COURSE_MAP, data)
    write_text(folder / "chapters" / MAP, picture.svg(data))
    _write_quiz(course.root / DATA, folder / DATA, data)
    for name, notebook in handed_out.notebooks.items():
        if name not in KEPT_BACK:
            there = set(handed_out.notebooks) - set(KEPT_BACK)
            changed = _other_texts(course.notebooks[name], notebook, whole, data)
            _write_notebook(course.chapters, folder / "chapters", name, changed, there)

    project = tomllib.loads((course.root / "pyproject.toml").read_text("utf-8"))
    write_text(folder / "pyproject.toml", student_project(project))
    pinned = (course.root / "constraints.txt").read_text("utf-8")
    write_text(folder / "constraints.txt", student_constraints(pinned, project))
    environment = (course.root / "environment.yml").read_text("utf-8")
    write_text(folder / "environment.yml", student_environment(environment))
    readme = (course.root / "README.md").read_text("utf-8")
    write_text(folder / "README.md", student_readme(readme, data))


def _narrowed(data: dict, course: Course) -> dict:
    chapters = course.assignments()
    return {"chapters": [one for one in data["chapters"] if one["id"] in chapters]}


def _write_json(path: Path, data: dict) -> None:
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _write_quiz(source: Path, target: Path, data: dict) -> None:
    """The questions of the chapters that are handed out, without keys and feedback."""
    if not source.is_file():
        return
    parts = {
        part["id"]
        for chapter in data["chapters"]
        for book in chapter["notebooks"]
        for exercise in book["exercises"]
        for part in exercise["parts"]
    }
    items = json.loads(source.read_text("utf-8"))["items"]
    _write_json(target, {"items": [without_key(one) for one in items if one["id"] in parts]})


def _other_texts(full: Notebook, narrow: Notebook, whole: dict, data: dict) -> dict[str, str]:
    """{text: what stands in its place} for the cells with links that depend on what is handed out."""
    texts = [
        (filled(old.source, full.name, whole), filled(new.source, full.name, data))
        for old, new in zip(full.cells, narrow.cells, strict=True)
    ]
    return {old: new for old, new in texts if old != new}


def _write_notebook(source: Path, target: Path, name: str, changed: dict, there: set[str]) -> None:
    notebook = nbformat.read(source / f"{name}.ipynb", as_version=4)
    if missing := set(changed) - {cell.source for cell in notebook.cells}:
        text = min(missing).strip().splitlines()[0][:60]
        raise CannotRelease(
            f"chapters/{name}.ipynb is not fresh (it lacks {text!r}). Run: python -m autograder build"
        )
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = changed.get(cell.source, cell.source)
            cell.source = _LINK.sub(lambda link: _kept(link, name, there), text)
    path = target / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_notebook(notebook, path)


def _kept(link: re.Match, notebook: str, there: set[str]) -> str:
    """A link to a notebook; its words where that is not handed out."""
    if "://" in link[2]:
        return link[0]
    goal = normpath(join(dirname(notebook), unquote(link[2]))).removesuffix(".ipynb")
    if goal in KEPT_BACK:
        return f"{link[1]} (not in this copy)"
    return link[0] if goal in there else link[1]


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


def student_constraints(text: str, project: dict) -> str:
    """constraints.txt without what only instructors and developers ask for."""
    facts = project["project"]
    others = [one for group in facts["optional-dependencies"].values() for one in group]
    leave = set(map(_package, others)) - set(map(_package, facts["dependencies"]))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    kept = [line for line in lines if _package(line) not in leave]
    return "\n".join(["# The exact versions that the course was tested with.", *kept, ""])


def _package(requirement: str) -> str:
    return re.match(r"[\w.-]*", requirement)[0].casefold().replace("_", "-")


def student_environment(text: str) -> str:
    """environment.yml up to the packages that only instructors need."""
    kept, skipping = [], False
    for line in text.splitlines():
        if line.strip().startswith("#") and kept and kept[-1].startswith("  - "):
            skipping = "student" not in line
        if not skipping and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def student_readme(text: str, data: dict) -> str:
    """Title and introduction of the README, how to begin, what is in it, and what concerns students."""
    head, *sections = re.split(r"^## ", text, flags=re.M)
    head = re.sub(r"^\[!\[.*\n+", "", head, flags=re.M)
    kept = []
    for section in sections:
        title = section.splitlines()[0].strip()
        if title in STUDENT_SECTIONS:
            kept.append(f"## {section.strip()}\n")
    text = "\n".join([head.strip() + "\n", INSTALL, _contents(data), *kept])
    return text.replace("Run `make lab` and begin", "Begin")


def _contents(data: dict) -> str:
    lines = ["## What is in this copy\n"]
    for chapter in data["chapters"]:
        lines.append(f"**{chapter['title']}**\n")
        lines += [
            f"- [{one['title']}](chapters/{one['path']}.ipynb)" for one in chapter["notebooks"]
        ]
        lines.append("")
    lines.append("The map, with minutes and stars, is on the page `chapters/start_here.ipynb`.\n")
    return "\n".join(lines)
