"""Feedback as the zip that a platform takes, one per assignment, with the names of what was handed in.

Moodle ("Upload multiple feedback files in a zip"; mod/assign/feedback/file/importziplib.php) goes by the
number in "Name_31_assignsubmission_file_", the folder of a student in its own download. The student
gets the page.

Canvas ("Upload Submissions" beside "Download Submissions"; canvas-lms, app/models/abstract_assignment.rb,
infer_comment_context_from_filename) goes by the numbers of the student and of the handed-in file in
"doejohn_4711_99_name", and hands the file on under the name that the student gave it, with its ending
(canvas-lms issue 2406). So in the place of a zip goes a zip with the page, and in the place of a notebook
a notebook: the one that was graded, with the points above it and what is said about every part.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.course.cell_ids import part_of, role_of
from autograder.gradebook.folder import GradingFolder
from autograder.grading.whose import handed_in_as, is_notebook
from autograder.judging.feedback import of_points
from autograder.report.feedback_page import (
    by_a_person,
    executed,
    remark,
    summary_text,
    write_feedback,
)
from autograder.report.item_analysis import assignments_of
from autograder.report.platforms import doubtful_numbers, refused, without
from autograder.report.results import AssignmentResult, ClassResults, NotebookResult, PartResult

PLATFORMS = ("moodle", "canvas")
_MOODLES_FOLDER = re.compile(r"^.+?_\d+_assignsubmission_file_?")
_LIKE_A_LINK = re.compile(r"(_link[^_.]*)(\.[^_]*)?$")  # Canvas passes over such a name
_FORMULA_OR_MARKUP = re.compile(r"\$[^$]+\$|[|<]")  # the latter would break a row of a table
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # equal feedback makes equal zips


@dataclass
class FeedbackZips:
    """Zips to write (name -> content), and lines about what is not in them."""

    files: dict[str, bytes] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def feedback_zips(folder: GradingFolder, results: ClassResults, platform: str) -> FeedbackZips:
    """The feedback of a class for "moodle" or "canvas"; pages that are out of date are written first."""
    doubtful = doubtful_numbers(results)
    sure = without(results, doubtful)
    write_feedback(folder, sure.assignments)
    made, unknown = FeedbackZips(), []
    for assignment in assignments_of(sure):
        files: dict[str, bytes] = {}
        for one in sure.assignments:
            if one.assignment == assignment:
                mine = dict(_of_student(folder, one, platform))
                files |= mine
                unknown += [] if mine else [one.student]
        if files:
            made.files[f"{platform}-feedback-{assignment}.zip"] = _zipped(files.items())
    made.lines += refused(doubtful, "no feedback is in the zip for it")
    if unknown:
        made.lines.append(
            f"Not handed in by way of {platform.capitalize()}, so not in the zip: "
            f"{', '.join(dict.fromkeys(unknown))}. Their pages are in {folder.feedback}."
        )
    return made


def _of_student(
    folder: GradingFolder, one: AssignmentResult, platform: str
) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the files for one student."""
    page = folder.feedback_path(one.student, one.assignment).read_bytes()
    for book in one.notebooks:
        name = _name(book, platform)
        if not name:
            continue
        if platform == "moodle":
            folder_name = _MOODLES_FOLDER.match(name)[0].rstrip("_")
            yield f"{folder_name}_/{one.assignment}.html", page
            continue
        name = _LIKE_A_LINK.sub(r"\1_feedback\2", name)
        if name.lower().endswith(".zip"):
            yield name, _zipped([(f"{one.assignment}.html", page)])
        elif is_notebook(name) and (notebook := executed(folder, book)) is not None:
            yield name, _as_notebook(one, book, notebook)


def _name(book: NotebookResult, platform: str) -> str:
    """What the platform called the file, or the folder or zip around it; "" where it did not name it."""
    record = book.record or {"file": "", "lms_id": ""}
    found = handed_in_as(record["file"], record.get("lms_id", ""))
    return found[1] if found and found[0] == platform else ""


def _as_notebook(one: AssignmentResult, book: NotebookResult, notebook: NotebookNode) -> bytes:
    """The graded notebook for its student: points first; no rubrics, nothing that demonstrations drew."""
    parts = {part.id: part for part in book.parts}
    rows = [f"| {part.id} | {_score(part)} | {_note(part, book)} |" for part in book.parts]
    top = "\n".join(["| part | points | |", "|---|---|---|", *rows])
    text = f"# Feedback: {book.notebook.title}\n\n{summary_text(one)}\n\n{top}"
    cells = [new_markdown_cell(text, id="feedback")]
    for cell in notebook.cells:
        if role_of(cell.id) == "rubric":
            continue
        kept = NotebookNode(cell)
        if role_of(cell.id) == "demo":
            kept.outputs = []
        elif "outputs" in cell:
            kept.outputs = [
                _verdict(output, parts.get(part_of(cell.id))) for output in cell.outputs
            ]
        cells.append(kept)
        if said := _below(role_of(cell.id), parts.get(part_of(cell.id))):
            cells.append(new_markdown_cell(said, id=f"below-{cell.id}"[:64]))
    return json.dumps({**notebook, "cells": cells}, ensure_ascii=False, indent=1).encode(
        "utf-8", "replace"
    )


def _verdict(output: NotebookNode, part: PartResult | None) -> NotebookNode:
    """What is said about a part: where a person gave the points, these."""
    is_verdict = output.get("metadata", {}).get("course") == "verdict"
    if not is_verdict or part is None or part.state != "read by a person":
        return output
    text = f"{part.id}: {_score(part)}, given by a person."
    return new_output("display_data", {"text/plain": text, "text/html": by_a_person(part)})


def _below(role: str | None, part: PartResult | None) -> str:
    """What a person gave for a text, and wrote about a text or a test, as Markdown."""
    if part is None or role not in ("test", "written"):
        return ""
    read = role == "written" and part.state == "read by a person"
    said = [f"**Read by a person:** {_score(part)}"] if read else []
    return "\n\n".join([*said, *([f"**Comment:** {part.comment}"] if part.comment else [])])


def _score(part: PartResult) -> str:
    if part.state == "not graded":
        return "–"
    return of_points(part.earned, part.points, "bonus " if part.bonus else "")


def _note(part: PartResult, book: NotebookResult) -> str:
    words = " · ".join(filter(None, [remark(part, book), part.comment]))
    return _FORMULA_OR_MARKUP.sub(_within_a_row, " ".join(words.split()))


def _within_a_row(found: re.Match) -> str:
    return found[0] if found[0].startswith("$") else f"\\{found[0]}"


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()
