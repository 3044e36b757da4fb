"""Builds the students' notebooks and the course's map from the solutions.

solutions/*.py  →  nbgrader's source notebooks (with solutions and hidden tests)
                →  nbgrader generate_assignment  →  chapters/**/*.ipynb
Two builds of the same solutions are byte-identical.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.authoring import picture, quiz
from autograder.authoring.rules import check_course
from autograder.authoring.source import STUB, Cell, Notebook
from autograder.check import Check, Written, all_checks, all_written, exercise_of
from autograder.course import CHAPTER_TITLES, Course

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LINKS = "{{links of the course}}"
LEVELS = {1: "★ warm-up", 2: "★★ standard", 3: "★★★ challenging", 4: "★★★★ project"}


def grade_id(role: str, part: str) -> str:
    """nbgrader's cell id, which is also the notebook's cell id: answer-2-12a."""
    return f"{role}-{part.replace('.', '-')}"


def source_notebook(notebook: Notebook, checks: dict[str, Check], texts: dict[str, Written]):
    """nbgrader's source notebook of one solution file."""
    cells, count = [], {}
    for cell in notebook.cells:
        count[cell.role] = count.get(cell.role, 0) + 1
        if cell.key:
            name = grade_id(cell.role, cell.key)
        else:
            name = f"{cell.role}-{count[cell.role]}"
        made = _new_cell(cell.kind, _text(cell, notebook, checks), name)
        made.metadata.update(_metadata(cell, name, checks))
        cells.append(made)
        if cell.role == "written":
            rubric = _rubric_text(texts[cell.key])
            cells.append(_new_cell("markdown", rubric, grade_id("rubric", cell.key)))
    return new_notebook(cells=cells, metadata=json.loads(json.dumps(METADATA)), nbformat_minor=5)


def _new_cell(kind: str, text: str, name: str) -> NotebookNode:
    """As nbformat's functions make them, each of which would validate its cell."""
    made = {"cell_type": kind, "id": name, "metadata": {}, "source": text}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return nbformat.from_dict(made)


def _text(cell: Cell, notebook: Notebook, checks) -> str:
    if cell.role == "exercise":
        return _exercise_text(cell, notebook, checks)
    if cell.role == "hints":
        return _hints_text(cell.source)
    if cell.role == "answer":
        return f"# Answer {cell.key}\n{cell.source}"
    if cell.role == "test":
        return f"# Visible tests {cell.key}\n{cell.source}"
    return cell.source


def _exercise_text(cell: Cell, notebook: Notebook, checks: dict[str, Check]) -> str:
    parts = [checks[part] for part in notebook.parts if exercise_of(part) == cell.key]
    points = sum(check.points for check in parts if not check.bonus)
    bonus = sum(check.points for check in parts if check.bonus)
    facts = [
        LEVELS[cell.meta["stars"]],
        f"about {cell.meta['minutes']} minutes",
        f"{points:g} points",
    ]
    if bonus:
        facts[-1] += f" and {bonus:g} bonus"
    if needs := cell.meta.get("needs"):
        facts.append("builds on " + ", ".join(str(needs).split()))
    heading = f"## {cell.key} {cell.meta['title']}"
    return f"{heading}\n\n*{' · '.join(facts)}*\n\n{cell.source}"


def _hints_text(text: str) -> str:
    hints = [hint.strip() for hint in re.split(r"^---$", text, flags=re.M) if hint.strip()]
    return "\n\n".join(
        f"<details><summary>Hint {number} of {len(hints)}</summary>\n\n{hint}\n\n</details>"
        for number, hint in enumerate(hints, start=1)
    )


def _rubric_text(text: Written) -> str:
    """What the person who reads the answer sees below it; students get it with their feedback."""
    lines = [f"- **{points:g}** {what}" for points, what in text.rubric]
    top = f"**Rubric {text.part}** (up to {text.points:g} bonus points, entered as extra credit)"
    return "\n".join([top, "", *lines])


def _metadata(cell: Cell, name: str, checks) -> dict:
    if cell.meta.get("fold"):
        return {"jupyter": {"source_hidden": True}}
    graded = cell.role in ("test", "written")
    solution = cell.role in ("answer", "written")
    if not (graded or solution or cell.role == "setup"):
        return {}
    facts = {
        "grade": graded,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if graded:
        facts["points"] = nbgrader_points(cell.key, checks)
    return {"nbgrader": facts}


def nbgrader_points(part: str, checks: dict[str, Check]) -> float:
    """A part's points in nbgrader: bonus parts count 0 there and give extra credit."""
    check = checks.get(part)
    return 0.0 if check is None or check.bonus else float(check.points)


def write_sources(course: Course, folder: Path) -> None:
    """All source notebooks below `folder`, one sub-folder per chapter."""
    checks, texts = all_checks(), all_written()
    for notebook in course.notebooks.values():
        made = source_notebook(notebook, checks, texts)
        for cell in made.cells:
            if LINKS in cell.source:
                cell.source = cell.source.replace(LINKS, picture.links(course_map(course)))
        target = folder / f"{notebook.name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_notebook(made, target)


def write_notebook(notebook, path: Path) -> None:
    """Validate and write a notebook, aside first."""
    nbformat.validate(notebook)
    aside = path.with_suffix(".part")
    aside.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    aside.replace(path)


def release(course: Course, sources: Path, target: Path) -> None:
    """The students' notebooks from the source notebooks: nbgrader's generate_assignment."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    for chapter in course.assignments():
        config = Config()
        config.CourseDirectory.root = str(sources.parent)
        config.CourseDirectory.source_directory = sources.name
        config.CourseDirectory.release_directory = str(target)
        config.CourseDirectory.assignment_id = chapter
        config.ClearSolutions.code_stub = {"python": STUB}
        config.ClearSolutions.text_stub = "*Write your answer here.*"
        config.GenerateAssignment.preprocessors = [
            f"nbgrader.preprocessors.{name}"
            for name in (
                "LockCells", "ClearSolutions", "ClearOutput", "CheckCellMetadata",
                "ClearHiddenTests", "ClearMarkScheme", "ComputeChecksums", "CheckCellMetadata",
            )
        ]  # fmt: skip
        config.GenerateAssignment.no_database = True
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        converter.log.setLevel(logging.CRITICAL)
        converter.start()
    for notebook in course.notebooks.values():
        made = target / f"{notebook.name}.ipynb"
        if made.exists():
            _tidy(made)
        else:
            made.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(sources / f"{notebook.name}.ipynb", made)


def _tidy(path: Path) -> None:
    """The same bytes on every build, whatever the versions of the tools write around the cells."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("rubric-")]
    notebook.metadata = nbformat.from_dict(json.loads(json.dumps(METADATA)))
    write_notebook(notebook, path)


def course_map(course: Course) -> dict:
    """The course as data, for progress and for the start page."""
    checks, texts = all_checks(), all_written()
    chapters: dict[str, dict] = {}
    for notebook in course.notebooks.values():
        if not notebook.exercises:
            continue
        chapter = chapters.setdefault(
            notebook.chapter,
            {
                "id": notebook.chapter,
                "title": CHAPTER_TITLES.get(notebook.chapter, notebook.chapter),
                "notebooks": [],
            },
        )
        exercises = [
            {
                "id": exercise.id,
                "title": exercise.title,
                "stars": exercise.stars,
                "minutes": exercise.minutes,
                "needs": exercise.needs,
                "parts": [_part(part, checks, texts) for part in exercise.parts],
            }
            for exercise in notebook.exercises
        ]
        chapter["notebooks"].append(
            {"path": notebook.name, "title": notebook.title, "exercises": exercises}
        )
    return {"chapters": list(chapters.values())}


def _part(part: str, checks: dict[str, Check], texts: dict[str, Written]) -> dict:
    found = checks.get(part) or texts[part]
    return {"id": part, "points": found.points, "bonus": found.bonus, "written": part in texts}


def build(course: Course) -> dict[Path, bytes]:
    """Everything that is generated: {path below the course's root: content}."""
    check_course(course)
    with tempfile.TemporaryDirectory() as temporary:
        sources, made = Path(temporary) / "source", Path(temporary) / "made"
        write_sources(course, sources)
        release(course, sources, made)
        files = {
            Path("chapters") / file.relative_to(made): file.read_bytes()
            for file in sorted(made.rglob("*.ipynb"))
        }
    data = course_map(course)
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    files[Path("utils/course_map.json")] = text.encode()
    if items := quiz.widget_data(course.solutions):
        files[quiz.DATA] = items
    files[Path("chapters/images/course_map.svg")] = picture.svg(data).encode()
    files[Path("chapters/images/graph.svg")] = picture.graph().encode()
    return files


def stale(course: Course, files: dict[Path, bytes]) -> list[Path]:
    """The generated files that are missing, differ, or no longer have a source."""
    outdated = [
        path for path, content in files.items()
        if not (course.root / path).exists() or (course.root / path).read_bytes() != content
    ]  # fmt: skip
    present = (file.relative_to(course.root) for file in course.chapters.rglob("*.ipynb"))
    left = [
        file for file in present if file not in files and ".ipynb_checkpoints" not in file.parts
    ]
    return sorted(outdated + left)


def write(course: Course, files: dict[Path, bytes]) -> list[Path]:
    """Write what changed, remove what has no source any more; returns those paths."""
    changed = stale(course, files)
    for path in changed:
        target = course.root / path
        if path not in files:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(".part")
        aside.write_bytes(files[path])
        aside.replace(target)
    return changed
