"""Builds the students' notebooks and the course's map from the solutions.

solutions/*.py  →  nbgrader's source notebooks (with solutions)
                →  nbgrader generate_assignment  →  chapters/**/*.ipynb
Two builds of the same solutions are byte-identical.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from pathlib import Path

import nbformat

from autograder.authoring import picture, shipped, widget
from autograder.authoring.links import filled
from autograder.authoring.rules import check_course
from autograder.course import Course, questions
from autograder.course.cell_ids import role_of
from autograder.course.cells import Notebook
from autograder.course.names import chapter_title
from autograder.course.nbgrader_source import METADATA, source_notebook
from autograder.notation.checks import Check
from autograder.notation.registry import Written, all_checks, all_written, lost_parts


def write_sources(course: Course, folder: Path, draw: bool = False) -> None:
    """All source notebooks below `folder`, one sub-folder per chapter.

    draw: make the shipped pictures that are out of date; without it they are left out.
    """
    checks, texts, data = all_checks(), all_written(), course_map(course)
    for notebook in course.notebooks.values():
        made = source_notebook(notebook, checks, texts)
        for cell in made.cells:
            cell.source = filled(cell.source, notebook.name, data)
        shipped.put_pictures(made, course.chapters / f"{notebook.name}.ipynb", draw)
        widget.put_questions(made, course.solutions / notebook.chapter / questions.DATA)
        target = folder / f"{notebook.name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_notebook(made, target)


def write_notebook(notebook, path: Path) -> None:
    """Validate and write a notebook, aside first."""
    nbformat.validate(notebook)
    aside = path.with_suffix(".part")
    # (nbformat.writes would validate it once more)
    aside.write_text(nbformat.v4.writes(notebook) + "\n", encoding="utf-8")
    aside.replace(path)


def release(course: Course, sources: Path, target: Path) -> None:
    """The students' notebooks from the source notebooks: nbgrader's generate_assignment."""
    from nbgrader import preprocessors
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from autograder.course.clearing import ClearOutput, ClearSolutions

    for chapter in course.assignments():
        config = Config()
        config.CourseDirectory.root = str(sources.parent)
        config.CourseDirectory.source_directory = sources.name
        config.CourseDirectory.release_directory = str(target)
        config.CourseDirectory.assignment_id = chapter
        config.GenerateAssignment.preprocessors = [
            preprocessors.LockCells, ClearSolutions, ClearOutput,
            preprocessors.CheckCellMetadata, preprocessors.ClearHiddenTests,
            preprocessors.ClearMarkScheme, preprocessors.ComputeChecksums,
            preprocessors.CheckCellMetadata,
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
    notebook.cells = [cell for cell in notebook.cells if role_of(cell.id) != "rubric"]
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
                "title": chapter_title(notebook.chapter),
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
                "parts": [_part(part, notebook, checks, texts) for part in exercise.parts],
            }
            for exercise in notebook.exercises
        ]
        chapter["notebooks"].append(
            {"path": notebook.name, "title": notebook.title, "exercises": exercises}
        )
    return {"chapters": list(chapters.values())}


def _part(
    part: str, notebook: Notebook, checks: dict[str, Check], texts: dict[str, Written]
) -> dict:
    found = checks.get(part) or texts[part]
    facts = {"id": part, "points": found.points, "bonus": found.bonus, "written": part in texts}
    if part in checks:
        test = next(cell for cell in notebook.with_role("test") if cell.key == part)
        facts["answer"] = notebook.answer_of(part).key
        facts["decides"] = test.meta.get("decides", False)
    return facts


def build(course: Course) -> dict[Path, bytes]:
    """Everything that is generated: {path below the course's root: content}.

    A notebook with a part whose check cannot be loaded stays as it is.
    """
    check_course(course)
    with tempfile.TemporaryDirectory() as temporary:
        sources, made = Path(temporary) / "source", Path(temporary) / "made"
        write_sources(course, sources, draw=True)
        release(course, sources, made)
        files = {
            Path("chapters") / file.relative_to(made): file.read_bytes()
            for file in sorted(made.rglob("*.ipynb"))
        }
    lost = lost_parts().keys()
    for notebook in course.notebooks.values():
        path = Path("chapters") / f"{notebook.name}.ipynb"
        if lost & {*notebook.parts, *_written_parts(notebook)} and (course.root / path).exists():
            files[path] = (course.root / path).read_bytes()
    data = course_map(course)
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    files[Path("utils/course_map.json")] = text.encode()
    if items := widget.widget_data(course.solutions):
        files[widget.DATA] = items
    files[Path("chapters/images/course_map.svg")] = picture.svg(data).encode()
    files[Path("chapters/images/graph.svg")] = picture.graph().encode()
    return files


def _written_parts(notebook: Notebook) -> list[str]:
    return [cell.key for cell in notebook.with_role("written")]


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
