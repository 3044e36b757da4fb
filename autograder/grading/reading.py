"""Reads a submitted notebook: nothing in it is trusted, and only the cells' text is taken."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

MAX_BYTES = 32 * 2**20
MAX_DEPTH = 60
MAX_CELLS = 2000
MAX_SOURCE = 2**20
MAX_ALL_SOURCE = 2 * 2**20  # of all cells together
MAX_ALL_PICTURES = 16 * 2**20
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")


class Damaged(ValueError):
    """A file that cannot be graded; the text says why."""


@dataclass(frozen=True)
class StudentCell:
    """One cell as handed in: its kind, its text, and the names by which it may be recognised."""

    kind: str  # "code", "markdown" or "raw"
    source: str
    id: str = ""
    tag: dict = field(default_factory=dict)  # what nbgrader knows of the cell
    attachments: dict = field(default_factory=dict)

    @property
    def grade_id(self) -> str:
        """nbgrader's name of the cell."""
        return str(self.tag.get("grade_id", ""))


def read_file(path: Path) -> bytes:
    """The bytes of a regular file within the size limit. Links, pipes and devices are refused."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            raise Damaged("it is a link to another file, which is not followed")
        if not stat.S_ISREG(mode):
            raise Damaged("it is no regular file (a folder, a pipe or a device)")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Damaged("it is no regular file")
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise Damaged(f"it cannot be read ({problem.strerror or problem})") from None
    if len(data) > MAX_BYTES:
        raise Damaged(f"it is larger than {MAX_BYTES // 2**20} MB")
    return data


def read_cells(data: bytes) -> list[StudentCell]:
    """The cells of a notebook of any format version; `Damaged` says why there are none."""
    if not data.strip():
        raise Damaged("the file is empty")
    if len(data) > MAX_BYTES:
        raise Damaged(f"it is larger than {MAX_BYTES // 2**20} MB")
    try:
        notebook = json.loads(data.decode(json.detect_encoding(data), "replace"))
    except RecursionError:
        raise Damaged("its JSON is nested absurdly deep") from None
    except (ValueError, MemoryError) as problem:
        where = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
        raise Damaged(f"it is no notebook, or only a part of one: broken JSON{where}") from None
    if _depth_exceeds(notebook, MAX_DEPTH):
        raise Damaged("its JSON is nested absurdly deep")
    cells = _raw_cells(notebook)
    if cells is None:
        raise Damaged("it is no notebook: it has no cells")
    if len(cells) > MAX_CELLS:
        raise Damaged(f"it has {len(cells)} cells, more than {MAX_CELLS}")
    return _within_bounds([_student_cell(cell) for cell in cells if isinstance(cell, dict)])


def _within_bounds(cells: list[StudentCell]) -> list[StudentCell]:
    """The cells, without the texts and pictures that are more than a notebook may hold."""
    text, pictures, kept = MAX_ALL_SOURCE, MAX_ALL_PICTURES, []
    for cell in cells:
        text -= len(cell.source)
        pictures -= sum(len(data) for one in cell.attachments.values() for data in one.values())
        if text < 0:
            cell = replace(cell, source="# The notebook is too long; this cell was left out.")
        kept.append(cell if pictures >= 0 else replace(cell, attachments={}))
    return kept


def _raw_cells(notebook) -> list | None:
    if not isinstance(notebook, dict):
        return None
    cells = notebook.get("cells")
    sheets = notebook.get("worksheets")  # notebooks of format 3
    if cells is None and isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
        cells = sheets[0].get("cells")
    return cells if isinstance(cells, list) else None


def _student_cell(cell: dict) -> StudentCell:
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "raw") else "markdown"
    metadata = cell.get("metadata")
    tag = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = cell.get("id")
    return StudentCell(
        kind,
        _text(cell.get("source", cell.get("input", ""))),
        name if isinstance(name, str) else "",
        tag if isinstance(tag, dict) else {},
        _attachments(cell.get("attachments")) if kind == "markdown" else {},
    )


def _text(source) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    if len(source) > MAX_SOURCE:
        return "# This cell was longer than a million characters and was left out."
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return source.encode("utf-8", "replace").decode("utf-8")


def _attachments(found) -> dict[str, dict[str, str]]:
    """Pictures that were pasted into a text cell, as base64."""
    kept = {}
    for name, bundle in found.items() if isinstance(found, dict) else ():
        pictures = bundle.items() if isinstance(bundle, dict) else ()
        images = {mime: _base64(data) for mime, data in pictures if mime in IMAGES}
        if images := {mime: data for mime, data in images.items() if data}:
            kept[str(name)] = images
    return kept


def _base64(data) -> str:
    """A picture's bytes as text; a drawing may also be there as it is. Empty for anything else."""
    if isinstance(data, list):
        data = "".join(line for line in data if isinstance(line, str))
    if not isinstance(data, str):
        return ""
    if data.lstrip()[:1] == "<":
        return base64.b64encode(data.encode("utf-8", "replace")).decode()
    return "".join(data.split()) if _BASE64.fullmatch(data) else ""


def _depth_exceeds(value, limit: int) -> bool:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > limit:
            return True
        level = [
            inner
            for one in level if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]  # fmt: skip
    return False
