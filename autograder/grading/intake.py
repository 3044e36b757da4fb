"""Finds submissions: nbgrader's folders, downloads from Canvas and Moodle, zips, single notebooks.

Nothing that is handed in is trusted: links are not followed, archives are not unpacked to disk,
sizes are bounded. Whatever cannot be used becomes one clear line. Files are read one after another,
and again when their turn to be graded comes: a large class needs no more memory than a small one.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from autograder.course.cell_ids import named_by_first_line
from autograder.course.given import Given
from autograder.grading.reading import MAX_BYTES, Damaged, StudentCell, read_cells, read_file
from autograder.grading.unknown import why_unknown
from autograder.grading.whose import (
    Owner,
    ids_with_two_names,
    is_notebook,
    owners,
    student_ids,
    without_copy_number,
)

MAX_FILES = 100_000
MAX_ARCHIVE = 2 * 2**30
MAX_NAME = 255
_IGNORED = {".ipynb_checkpoints", "__MACOSX", ".git", "__pycache__", ".Trash"}


@dataclass
class Submission:
    """One notebook of one student, ready to be graded."""

    student: str
    given: Given
    source: str  # the path as the person who grades knows it
    read: Callable[[], bytes]  # the file; raises `Damaged` or OSError
    digest: str  # a hash of the file
    damaged: bool = False  # then the first note says why
    notes: list[str] = field(default_factory=list)
    lms_id: str = ""
    timestamp: str = ""  # nbgrader's timestamp.txt
    path: Path | None = None  # None for a file in an archive


@dataclass
class Intake:
    """What was found: notebooks to grade, and lines about everything else."""

    submissions: list[Submission] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass
class _File:
    """A file that looks like a notebook. `trouble` says why it cannot be read, if so."""

    parts: tuple[str, ...]  # below (and with) the folder or archive that was named
    base: tuple[str, ...]  # the folders above that
    shown: str
    modified: float
    read: Callable[[], bytes]
    trouble: str = ""
    timestamp: str = ""
    path: Path | None = None


@dataclass
class _Owned:
    """A file with what its name and place say."""

    file: _File
    owner: Owner
    stem: str
    copy: int
    assignment: str
    student: str = ""
    given: Given | None = None
    unknown: str = ""  # why the notebook is none of the course's
    digest: str = ""


def take_in(paths: Iterable[Path], givens: dict[str, Given]) -> Intake:
    """Everything that can be graded below `paths`."""
    intake = Intake()
    owned = [one for path in paths for one in _owned(Path(path), givens, intake.lines)]
    owned = _name_students(owned, intake.lines)
    groups: dict[tuple[str, str], list[tuple[_Owned, Submission]]] = {}
    for one in owned:
        _look_into(one, givens)
        submission = _submission(one, givens, intake.lines)
        if submission is not None:
            key = one.student, submission.given.name
            groups.setdefault(key, []).append((one, submission))
    for versions in groups.values():
        intake.submissions.append(_newest(versions))
    intake.submissions.sort(key=lambda s: (s.student, s.given.name))
    return intake


def recognise(cells: list[StudentCell], givens: dict[str, Given]) -> Given | None:
    """The notebook of the course that shares most cells with this one; None when none does."""
    names = set()
    for cell in cells:
        names |= {cell.grade_id, cell.id, named_by_first_line(cell.source)}
    shared = {name: len(names & given.telling) for name, given in givens.items()}
    best = max(shared, key=shared.__getitem__, default=None)
    return givens[best] if best is not None and shared[best] else None


# files ----------------------------------------------------------------------------------------


def _files(path: Path, lines: list[str]) -> Iterator[_File]:
    try:
        mode = os.stat(path).st_mode  # a path that a person names may be a link
    except OSError as problem:
        lines.append(f"{path}: it cannot be read ({problem.strerror or problem}).")
        return
    if stat.S_ISDIR(mode):
        yield from _in_folder(path, lines)
    elif zipfile.is_zipfile(path):
        yield from _in_archive(path, lines)
    elif is_notebook(path.name):
        yield _read(path.resolve(), path.resolve().parent, lines)
    else:
        lines.append(f"{path}: neither a folder, nor a zip, nor a notebook.")


def _in_folder(root: Path, lines: list[str]) -> Iterator[_File]:
    root = root.resolve()
    below = root / "submitted"
    if root.name != "submitted" and below.is_dir() and not below.is_symlink():
        root = root / "submitted"  # beside it lie what was graded, and solutions
    count = 0
    for folder, names, files in os.walk(root):
        here = Path(folder)
        names[:] = sorted(name for name in names if name not in _IGNORED)
        for name in list(names):
            if (here / name).is_symlink():
                names.remove(name)
                lines.append(
                    f"{_shown(here / name, root)}: a link to another folder, not followed."
                )
        for name in sorted(files):
            count += 1
            if count > MAX_FILES:
                lines.append(f"{root}: more than {MAX_FILES} files; the rest was not looked at.")
                return
            path = here / name
            if is_notebook(name):
                yield _read(path, root, lines)
            elif name.lower().endswith(".zip") and not path.is_symlink():
                yield from _in_archive(path, lines, root)
            elif not stat.S_ISREG(path.lstat().st_mode):
                kind = "a link" if path.is_symlink() else "a pipe or a device"
                lines.append(f"{_shown(path, root)}: {kind}; it was left alone.")


def _read(path: Path, root: Path, lines: list[str]) -> _File:
    file = _File(
        path.relative_to(root).parts, root.parts[1:], _shown(path, root), 0.0,
        lambda: read_file(path), path=path,
    )  # fmt: skip
    try:
        file.modified = path.lstat().st_mtime
    except OSError as trouble:
        file.trouble = str(trouble)
    return file


def _in_archive(path: Path, lines: list[str], root: Path | None = None) -> Iterator[_File]:
    """The notebooks of a zip, read in memory: nothing is unpacked."""
    shown = _shown(path, root or path.resolve().parent)
    above = path.relative_to(root).parts if root else (path.name,)
    base = (root or path.resolve().parent).parts[1:]
    left = MAX_ARCHIVE
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:MAX_FILES]:
                file, line = _in_entry(path, entry, shown, left)
                if line:
                    lines.append(line)
                if file is not None:
                    left -= min(entry.file_size, MAX_BYTES)
                    file.parts, file.base = above + file.parts, base
                    yield file
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        lines.append(f"{shown}: the zip cannot be read ({problem}).")


def _in_entry(path: Path, entry, shown: str, left: int) -> tuple[_File | None, str]:
    name = entry.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if entry.is_dir() or not parts or _IGNORED & set(parts):
        return None, ""
    where = f"{shown}/{_clean(name)}"
    if name.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", name):
        return None, f"{where}: a path that leads out of the archive; refused."
    if any(len(part) > MAX_NAME for part in parts):
        return None, f"{where}: a name longer than any file's; refused."
    if not is_notebook(parts[-1]):
        nested = parts[-1].lower().endswith(".zip")
        return (
            None,
            f"{where}: a zip within the zip; unpack it and grade it by itself." if nested else "",
        )
    file = _File(parts, (), where, _modified(entry), lambda: _unpacked(path, entry))
    if stat.S_ISLNK(entry.external_attr >> 16):
        file.trouble = "it is a link to another file, which is not followed"
    elif entry.flag_bits & 1:
        file.trouble = "it is encrypted"
    elif entry.file_size > MAX_BYTES or left < entry.file_size:
        file.trouble = f"it is larger than {MAX_BYTES // 2**20} MB, or the archive is"
    return file, ""


def _unpacked(path: Path, entry: zipfile.ZipInfo) -> bytes:
    try:
        with _opened(path, os.stat(path).st_mtime_ns).open(entry) as stream:
            return stream.read(MAX_BYTES + 1)
    except Exception as problem:  # zipfile raises many kinds on damaged data
        raise Damaged(f"it cannot be unpacked ({type(problem).__name__})") from None


@lru_cache(maxsize=8)
def _opened(path: Path, changed: int) -> zipfile.ZipFile:
    """It stays open: reading its directory takes as long as it has files."""
    return zipfile.ZipFile(path)


def _modified(entry) -> float:
    try:
        return datetime(*entry.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _shown(path: Path, root: Path) -> str:
    return _clean(f"{root.name}/{path.relative_to(root)}")


def _clean(text: str) -> str:
    """A name fit for a line of text: one line, valid Unicode, not absurdly long."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 200 else text[:90] + "…" + text[-100:]


# whose? ---------------------------------------------------------------------------------------


def _owned(path: Path, givens: dict[str, Given], lines: list[str]) -> list[_Owned]:
    """The files below `path`, with what their names and places say."""
    chapters = {given.assignment for given in givens.values()}
    stems = {given.stem for given in givens.values()}
    made = []
    files = list(_files(path, lines))
    base = files[0].base if files else ()
    for file, owner in zip(files, owners([file.parts for file in files], base, chapters, stems)):
        stem, copy = without_copy_number(owner.file)
        above = (*base, *file.parts[:-1])
        assignment = above[-1] if above and above[-1] in chapters else ""
        made.append(_Owned(file, owner, stem, copy, assignment))
        if owner.place is not None and file.path is not None:
            file.timestamp = _timestamp(Path(file.path.anchor, *above[: owner.place + 2]))
    return made


def _timestamp(folder: Path) -> str:
    """What nbgrader wrote beside a submission; a file of that name elsewhere is the student's."""
    try:
        return read_file(folder / "timestamp.txt")[:100].decode("utf-8", "replace").strip()
    except Damaged:
        return ""


def _name_students(owned: list[_Owned], lines: list[str]) -> list[_Owned]:
    """Give everybody an id; returns the files whose owner is known for certain."""
    doubtful = ids_with_two_names(one.owner for one in owned)
    for (platform, number), names in doubtful.items():
        lines.append(
            f"The {platform.capitalize()} number {number} stands beside several names "
            f"({', '.join(map(_clean, names))}); none of these files was graded: find out whose they "
            "are, and grade them under one name."
        )
    sure = [one for one in owned if (one.owner.platform, one.owner.lms_id) not in doubtful]
    ids = student_ids(one.owner for one in sure)
    for one in sure:
        one.student = ids[one.owner.identity]
    return sure


# which notebook? ------------------------------------------------------------------------------


def _look_into(one: _Owned, givens: dict[str, Given]) -> None:
    """Read the file once: which notebook is it, and is it damaged?"""
    if one.file.trouble:
        return
    try:
        data = one.file.read()
        one.digest = hashlib.sha256(data).hexdigest()
        cells = read_cells(data)
        one.given = recognise(cells, givens)
        one.unknown = "" if one.given else why_unknown(cells, givens.values())
    except (Damaged, OSError) as trouble:
        one.file.trouble = str(trouble)


def _submission(one: _Owned, givens: dict[str, Given], lines: list[str]) -> Submission | None:
    file = one.file
    by_name = [given for given in givens.values() if given.stem == one.stem]
    if one.assignment:
        by_name = [given for given in by_name if given.assignment == one.assignment]
    if file.trouble:
        if len(by_name) != 1:
            lines.append(f"{file.shown}: not graded, because {file.trouble}.")
            return None
        notes = [f"{file.shown} is damaged: {file.trouble}."]
        return Submission(
            one.student, by_name[0], file.shown, file.read, one.digest, True, notes, one.owner.lms_id,
            file.timestamp, file.path,
        )  # fmt: skip
    given = one.given
    if given is None:
        lines.append(f"{file.shown}: not graded: {one.unknown}.")
        return None
    notes = []
    if one.owner.late:
        notes.append("Handed in late, says the name of the file.")
    name = file.parts[-1]
    copied = not one.owner.lms_id and (one.copy or not name.lower().endswith(".ipynb"))
    if copied or given.stem not in one.stem:
        notes.append(f"The file was named {_clean(name)}; its cells are those of {given.name}.")
    if one.assignment and one.assignment != given.assignment:
        notes.append(f"It lay in the folder of {one.assignment} and belongs to {given.assignment}.")
    return Submission(
        one.student, given, file.shown, file.read, one.digest, False, notes, one.owner.lms_id,
        file.timestamp, file.path,
    )  # fmt: skip


def _newest(versions: list[tuple[_Owned, Submission]]) -> Submission:
    """Of several versions the newest that can be read."""
    versions.sort(key=lambda pair: (pair[0].copy, pair[0].file.modified, pair[1].source))
    readable = [pair for pair in versions if not pair[1].damaged]
    chosen = (readable or versions)[-1][1]
    if len({submission.digest for _, submission in versions}) > 1:
        others = ", ".join(s.source for _, s in versions if s is not chosen)
        newest = "the newest" if chosen is versions[-1][1] else "the newest that can be read"
        chosen.notes.append(
            f"Handed in {len(versions)} times; {newest} was graded ({chosen.source}), not {others}."
        )
    return chosen
