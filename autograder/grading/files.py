"""The files of a submission: in folders, in zips, in zips within zips. Every one of them is named.

Nothing that is handed in is trusted: links are not followed, archives are not unpacked to disk, sizes
and depths are bounded.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from autograder.grading.reading import MAX_BYTES, Damaged, read_file
from autograder.grading.whose import Parts, is_notebook

MAX_FILES = 100_000
MAX_ARCHIVE = 2 * 2**30  # of all that is read out of an archive
MAX_NAME = 255
MAX_DEPTH = 3  # a zip in a zip in a zip
MAX_NESTED = 64 * 2**20  # a zip within a zip; it is held in memory while it is read
MAX_IN_NESTED, MAX_FILES_IN_NESTED = 256 * 2**20, 5_000  # what is read out of it
MAX_DIRECTORY, MAX_DIRECTORY_OF_NESTED = 64 * 2**20, 2 * 2**20  # of a zip's own list of files

_COPIES = ".ipynb_checkpoints"
_OF_THE_COMPUTER = {"__MACOSX", ".git", "__pycache__", ".Trash"}
_IGNORED = {_COPIES, *_OF_THE_COMPUTER}
_FILES_OF_THE_COMPUTER = {".ds_store", "thumbs.db", "desktop.ini"}
_TRUTH = "truth.json"  # beside the students that `autograder simulate` makes
_KINDS = {
    "it is a PDF": (".pdf",),
    "it is a Python file": (".py",),
    "it is a web page made of a notebook, perhaps": (".html", ".htm"),
    "it is an archive of another kind than zip": (".rar", ".7z", ".tar", ".gz", ".tgz", ".xz", ".bz2"),
}  # fmt: skip
_NO_NOTEBOOK = "no notebook (.ipynb)"


@dataclass
class File:
    """A file that was handed in. `trouble` says why it cannot be used, if so."""

    parts: Parts  # below (and with) the folder or archive that was named
    base: Parts  # the folders above that
    shown: str
    modified: float = 0.0
    read: Callable[[], bytes] = lambda: b""
    trouble: str = ""
    timestamp: str = ""
    path: Path | None = None
    is_notebook: bool = True
    usual: bool = False  # nothing is wrong with it: a file of another kind


def files_of(path: Path, lines: list[str]) -> Iterator[File]:
    """All files below a path that a person named; `lines` gets what is about the path itself."""
    try:
        mode = os.stat(path).st_mode  # a path that a person names may be a link
    except OSError as problem:
        lines.append(f"{path}: it cannot be read ({problem.strerror or problem}).")
        return
    if stat.S_ISDIR(mode):
        yield from _in_folder(path, lines)
    elif zipfile.is_zipfile(path) or path.name.lower().endswith(".zip"):
        yield from _in_archive(path)
    elif is_notebook(path.name):
        yield _read(path.resolve(), path.resolve().parent)
    else:
        lines.append(f"{path}: neither a folder, nor a zip, nor a notebook.")


def shown_as(text: str) -> str:
    """A name fit for a line of text: one line, valid Unicode, not absurdly long."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 200 else text[:90] + "…" + text[-100:]


# in folders -----------------------------------------------------------------------------------


def _in_folder(root: Path, lines: list[str]) -> Iterator[File]:
    root = submissions_in(root.resolve())
    count, closed = 0, []
    for folder, names, files in os.walk(root, onerror=closed.append):
        yield from _closed(closed, root)
        here = Path(folder)
        if here != root and not names and not files:
            yield _folder(here, root, "the folder is empty", usual=True)
        for name in sorted(names):
            if name in _IGNORED:
                yield _folder(here / name, root, _why_ignored(name), usual=True)
            elif (here / name).is_symlink():
                why = "it is a link to another folder, which is not followed"
                yield _other(here / name, root, why, usual=False)
        names[:] = sorted(n for n in names if n not in _IGNORED and not (here / n).is_symlink())
        for name in sorted(files):
            count += 1
            if count > MAX_FILES:
                lines.append(f"{root}: more than {MAX_FILES} files; the rest was not looked at.")
                return
            if here != root or name != _TRUTH:
                yield from _on_disk(here / name, root)
    yield from _closed(closed, root)


def submissions_in(root: Path) -> Path:
    """Where the submissions of a folder lie: beside `submitted` lie what was graded, and solutions."""
    below = root / "submitted"
    if root.name != "submitted" and below.is_dir() and not below.is_symlink():
        return below
    return root


def _on_disk(path: Path, root: Path) -> Iterator[File]:
    try:
        mode = path.lstat().st_mode
    except OSError as problem:
        yield _other(path, root, f"it cannot be read ({problem.strerror or problem})", usual=False)
        return
    if is_notebook(path.name):
        yield _read(path, root)
    elif stat.S_ISLNK(mode):
        yield _other(path, root, "it is a link, which is not followed", usual=False)
    elif not stat.S_ISREG(mode):
        yield _other(path, root, "it is a pipe or a device", usual=False)
    elif path.name.lower().endswith(".zip"):
        yield from _in_archive(path, root)
    elif path.name != "timestamp.txt":  # nbgrader's
        yield _other(path, root, _why_other(path.name))


def _closed(problems: list[OSError], root: Path) -> Iterator[File]:
    """The folders that could not be looked into."""
    for problem in problems:
        path = Path(os.fsdecode(problem.filename or root))
        why = f"the folder cannot be read ({problem.strerror or problem})"
        yield _folder(path if path.is_relative_to(root) else root, root, why)
    problems.clear()


def _folder(path: Path, root: Path, why: str, usual: bool = False) -> File:
    parts = (*path.relative_to(root).parts, "")
    return File(
        parts, root.parts[1:], _shown(path, root), trouble=why, is_notebook=False, usual=usual
    )


def _other(path: Path, root: Path, why: str, usual: bool = True) -> File:
    parts = path.relative_to(root).parts
    return File(
        parts, root.parts[1:], _shown(path, root), trouble=why, is_notebook=False, usual=usual
    )


def _read(path: Path, root: Path) -> File:
    file = File(
        path.relative_to(root).parts, root.parts[1:], _shown(path, root),
        read=lambda: read_file(path), path=path,
    )  # fmt: skip
    try:
        file.modified = path.lstat().st_mtime
    except OSError as trouble:
        file.trouble = str(trouble)
    return file


def _shown(path: Path, root: Path) -> str:
    return shown_as(f"{root.name}/{path.relative_to(root)}")


def _why_other(name: str) -> str:
    if name.lower() in _FILES_OF_THE_COMPUTER or name.startswith("._"):
        return "the computer keeps it for itself"
    ending = PurePosixPath(name.lower()).suffix
    kind = next((why for why, endings in _KINDS.items() if ending in endings), "")
    return f"{kind} and {_NO_NOTEBOOK}" if kind else f"it is {_NO_NOTEBOOK}"


def _why_ignored(name: str) -> str:
    return (
        "these are copies that Jupyter made of earlier states"
        if name == _COPIES
        else "the computer keeps it for itself"
    )


# in zips --------------------------------------------------------------------------------------


@dataclass
class _Left:
    """How many files and bytes may still be read out of an archive, and out of those around it."""

    files: int
    size: int
    around: _Left | None = None

    def take(self, size: int) -> bool:
        """Is there room for one more file? Then it is taken."""
        if self.files < 1 or self.size < size or (self.around and not self.around.take(size)):
            return False
        self.files, self.size = self.files - 1, self.size - size
        return True

    @property
    def full(self) -> bool:
        """May no further file be looked at?"""
        return self.files < 1 or bool(self.around and self.around.full)


@dataclass(frozen=True)
class _Zip:
    """A zip on disk, or one within it: `chain` holds the places of the entries that lead to it."""

    path: Path
    changed: int
    chain: tuple[int, ...] = ()

    def opened(self) -> zipfile.ZipFile:
        """It stays open: reading its directory takes as long as it has files."""
        return _opened_within(self) if self.chain else _opened(self)

    def bytes_of(self, place: int, most: int) -> bytes:
        """An entry's content, and one byte more than `most` at most."""
        try:
            archive = self.opened()
            with archive.open(archive.infolist()[place]) as stream:
                return stream.read(most + 1)
        except Exception as problem:  # zipfile raises many kinds on damaged data
            raise Damaged(f"it cannot be unpacked ({type(problem).__name__})") from None


@lru_cache(maxsize=8)
def _opened(one: _Zip) -> zipfile.ZipFile:
    return zipfile.ZipFile(one.path)


@lru_cache(maxsize=2)
def _opened_within(one: _Zip) -> zipfile.ZipFile:
    *above, place = one.chain
    data = _Zip(one.path, one.changed, tuple(above)).bytes_of(place, MAX_NESTED)
    if len(data) > MAX_NESTED:
        raise Damaged(f"it is larger than {MAX_NESTED // 2**20} MB")
    _check_ends(io.BytesIO(data), MAX_DIRECTORY_OF_NESTED)
    return zipfile.ZipFile(io.BytesIO(data))


_BEGIN, _END, _END_64 = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"


def _check_ends(file, most: int) -> None:
    """`Damaged` for a zip without an end, and for one whose directory is larger than `most` bytes."""
    begin = file.read(4)
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise Damaged("the zip is empty")
    if begin == _BEGIN and not zipfile.is_zipfile(file):
        raise Damaged("the zip is truncated: its end is missing")
    file.seek(-min(size, 2**16 + 42), os.SEEK_END)
    end = file.read()
    sizes = [int.from_bytes(end[m.start() + 12 : m.start() + 16], "little")
             for m in re.finditer(re.escape(_END), end)]  # fmt: skip
    if max(sizes, default=0) > most or (_END_64 in end and most == MAX_DIRECTORY_OF_NESTED):
        raise Damaged("the zip holds more files than are looked at")


def _in_archive(path: Path, root: Path | None = None) -> Iterator[File]:
    """The files of a zip, read in memory: nothing is unpacked."""
    above = path.relative_to(root).parts if root else (path.name,)
    base = (root or path.resolve().parent).parts[1:]
    shown = _shown(path, root) if root else shown_as(f"{path.resolve().parent.name}/{path.name}")
    try:
        archive = _Zip(path, os.stat(path).st_mtime_ns)
        with open(path, "rb") as file:
            _check_ends(file, MAX_DIRECTORY)
    except (OSError, Damaged) as problem:
        why = _problem(problem)
        yield File(above, base, shown, trouble=why, is_notebook=False)
        return
    yield from _entries(archive, above, base, shown, _Left(MAX_FILES, MAX_ARCHIVE))


def _problem(problem: Exception) -> str:
    if isinstance(problem, Damaged):
        return str(problem)
    why = getattr(problem, "strerror", None) or problem
    return f"the zip cannot be read ({why})"


def _entries(one: _Zip, above: Parts, base: Parts, shown: str, left: _Left) -> Iterator[File]:
    """The files of one archive, and of those within it."""

    def file(parts: Parts, where: str, trouble: str = "", usual: bool = False) -> File:
        return File((*above, *parts), base, where, trouble=trouble, is_notebook=False, usual=usual)

    try:
        entries = one.opened().infolist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        yield file((), shown, _problem(problem))
        return
    if not entries:
        kind = "a zip within the zip" if one.chain else "a zip"
        yield file((), shown, f"it is {kind}, and holds no files")
    ignored = set()
    for place, entry in enumerate(entries):
        if left.full:
            yield file((), shown, "the zip holds more files than are looked at; the rest was not")
            return
        name = entry.filename.replace("\\", "/")
        parts, where = PurePosixPath(name).parts, f"{shown}/{shown_as(name)}"
        if not parts:
            continue
        if name.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", name):
            yield file((), where, "its path leads out of the archive; refused")
        elif any(len(part) > MAX_NAME for part in parts):
            yield file((), where, "its name is longer than any file's; refused")
        elif _IGNORED & set(parts):
            depth = next(n for n, part in enumerate(parts, 1) if part in _IGNORED)
            if parts[:depth] not in ignored:
                ignored.add(parts[:depth])
                folder = f"{shown}/{shown_as('/'.join(parts[:depth]))}"
                yield file((*parts[:depth], ""), folder, _why_ignored(parts[depth - 1]), True)
        elif entry.is_dir():
            continue
        elif is_notebook(parts[-1]):
            yield _notebook(one, place, entry, (*above, *parts), base, where, left)
        elif parts[-1].lower().endswith(".zip"):
            if why := _why_not_opened(one, entry, left):
                yield file(parts, where, why)
                continue
            inner = _Zip(one.path, one.changed, (*one.chain, place))
            within = _Left(MAX_FILES_IN_NESTED, MAX_IN_NESTED, left)
            yield from _entries(inner, (*above, *parts), base, where, within)
        elif parts[-1] != "timestamp.txt":
            left.take(0)
            yield file(parts, where, _why_other(parts[-1]), usual=True)
    if entries and all(entry.is_dir() for entry in entries):
        yield file((), shown, "it is a zip that holds folders and no files")


def _notebook(
    one: _Zip, place: int, entry, parts: Parts, base: Parts, where: str, left: _Left
) -> File:
    def read() -> bytes:
        return one.bytes_of(place, MAX_BYTES)

    file = File(parts, base, where, _modified(entry), read)
    if trouble := _why_closed(entry):
        file.trouble = trouble
    elif entry.file_size > MAX_BYTES or not left.take(entry.file_size):
        file.trouble = f"it is larger than {MAX_BYTES // 2**20} MB, or the archive is"
    return file


def _why_closed(entry) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link to another file, which is not followed"
    return "it is encrypted" if entry.flag_bits & 1 else ""


def _why_not_opened(one: _Zip, entry, left: _Left) -> str:
    if len(one.chain) + 2 > MAX_DEPTH:
        return f"it is a zip within the zip, deeper than {MAX_DEPTH} of them"
    if entry.file_size > MAX_NESTED or not left.take(entry.file_size):
        return (
            f"it is a zip within the zip, larger than {MAX_NESTED // 2**20} MB, or the archive is"
        )
    return _why_closed(entry)


def _modified(entry) -> float:
    try:
        return datetime(*entry.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0
