"""Finds submissions: nbgrader's folders, downloads from Canvas and Moodle, zips, single notebooks.

Nothing that is handed in vanishes: every file becomes a notebook to grade, or a line that says why it
is none. Files are read one after another, and again when their turn to be graded comes: a large class
needs no more memory than a small one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.course.cell_ids import part_of
from autograder.course.given import Given
from autograder.gradebook.record import Unused
from autograder.gradebook.unused import in_short
from autograder.grading.files import File, files_of, shown_as
from autograder.grading.reading import Damaged, StudentCell, read_cells, read_file
from autograder.grading.recognise import Held, answers_in, cells_of, held_in
from autograder.grading.unknown import why_unknown
from autograder.grading.whose import (
    Owner,
    ids_with_two_names,
    owners,
    student_ids,
    without_copy_number,
)

MANY = 5  # so many files of a folder have a line of their own


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
    others: tuple[Given, ...] = ()  # what else the file holds
    guest: bool = False  # the file is another notebook's
    borrowed: list[tuple[Submission, frozenset[str]]] = field(default_factory=list)

    def cells(self) -> list[StudentCell]:
        """The cells of this notebook, with the answers that only other files hold."""
        found = cells_of(read_cells(self.read()), self.given, self.others)
        for other, names in self.borrowed:
            theirs = answers_in(read_cells(other.read()), self.given)
            found += [cell for name, cell in theirs.items() if name in names]
        return found


@dataclass
class Intake:
    """What was found: notebooks to grade, files that are not graded, and lines about the rest."""

    submissions: list[Submission] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # on no file in particular

    @property
    def lines(self) -> list[str]:
        """All that was not graded, for a terminal: the files of other kinds in one line."""
        return [*self.remarks, *in_short(self.unused)]


@dataclass
class _Owned:
    """A file with what its name and place say."""

    file: File
    owner: Owner
    stem: str
    copy: int
    assignment: str
    origin: str  # the path that was named
    student: str = ""
    held: list[Held] = field(default_factory=list)
    unknown: str = ""  # why the notebook is none of the course's
    digest: str = ""


@dataclass
class _Version:
    """A file as one notebook of the course. Its `own` file is called so, or holds most of it."""

    file: _Owned
    submission: Submission
    answered: frozenset[str] = frozenset()
    own: bool = True


def take_in(paths: Iterable[Path], givens: dict[str, Given]) -> Intake:
    """Everything that can be graded below `paths`."""
    intake = Intake()
    owned = [one for path in paths for one in _owned(Path(path), givens, intake.remarks)]
    owned = _name_students(owned, intake.remarks)
    groups: dict[tuple[str, str], list[_Version]] = {}
    unused = []
    for one in owned:
        _look_into(one, givens)
        versions = _versions(one, givens)
        if not versions:
            unused.append(one)
        for version in versions:
            key = one.student, version.submission.given.name
            groups.setdefault(key, []).append(version)
    chosen = [_chosen(versions) for versions in groups.values()]
    intake.submissions = sorted(
        (v.submission for v in chosen), key=lambda s: (s.student, s.given.name)
    )
    intake.unused = _unused(unused, chosen)
    return intake


def _unused(files: list[_Owned], graded: list[_Version]) -> list[Unused]:
    """What is said of files that are not graded; many alike of one folder share a line."""
    chapters: dict[str, set[str]] = {}
    for one in graded:
        chapters.setdefault(one.file.origin, set()).add(one.submission.given.assignment)
    alike: dict[tuple, list[_Owned]] = {}
    for one in files:
        folder = one.file.shown.rpartition("/")[0]
        alike.setdefault((one.student, folder, one.file.trouble, one.file.usual), []).append(one)
    lines = []
    for (student, folder, why, usual), group in alike.items():
        for mine in [group] if len(group) > MANY else [[one] for one in group]:
            first, only = mine[0], chapters.get(mine[0].origin, set())
            names = [PurePosixPath(one.file.shown).name for one in mine]
            some = f"{folder} ({len(names)} files: {', '.join(names[:3])} …)"
            lines.append(Unused(
                student=student, lms_id=first.owner.lms_id if student else "",
                assignment=first.assignment or (min(only) if len(only) == 1 else ""),
                file=first.file.shown if len(mine) == 1 else shown_as(some), names=names,
                why=why, usual=usual, origin=first.origin,
            ))  # fmt: skip
    return lines


# whose? ---------------------------------------------------------------------------------------


def _owned(path: Path, givens: dict[str, Given], lines: list[str]) -> list[_Owned]:
    """The files below `path`, with what their names and places say."""
    chapters = {given.assignment for given in givens.values()}
    stems = {given.stem for given in givens.values()}
    made = []
    files = list(files_of(path, lines))
    base = files[0].base if files else ()
    parts = [file.parts for file in files]
    notebooks = {number for number, file in enumerate(files) if file.is_notebook}
    for file, owner in zip(files, owners(parts, base, chapters, stems, notebooks)):
        stem, copy = without_copy_number(owner.file)
        above = (*base, *file.parts[:-1])
        assignment = above[-1] if above and above[-1] in chapters else ""
        made.append(_Owned(file, owner, stem, copy, assignment, str(path.resolve())))
        if owner.place is not None and file.path is not None and file.is_notebook:
            file.timestamp = _timestamp(Path(file.path.anchor, *above[: owner.place + 2]))
    return made


def _timestamp(folder: Path) -> str:
    """What nbgrader wrote beside a submission; a file of that name elsewhere is the student's."""
    try:
        return read_file(folder / "timestamp.txt")[:100].decode("utf-8", "replace").strip()
    except Damaged:
        return ""


def _name_students(owned: list[_Owned], lines: list[str]) -> list[_Owned]:
    """Give everybody an id; returns the files whose owner is known for certain.

    Notebooks decide who is there. Another file is somebody's where a platform or a folder says so.
    """
    notebooks = [one for one in owned if one.file.is_notebook]
    doubtful = ids_with_two_names(one.owner for one in notebooks)
    for (platform, number), names in doubtful.items():
        lines.append(
            f"The {platform.capitalize()} number {number} stands beside several names "
            f"({', '.join(map(shown_as, names))}); none of these files was graded: find out whose they "
            "are, and grade them under one name."
        )
    sure = [one for one in owned if (one.owner.platform, one.owner.lms_id) not in doubtful]
    known = {(one.owner.platform, one.owner.lms_id): one.owner.identity for one in notebooks}
    named = [
        one
        for one in sure
        if one.file.is_notebook
        or not one.owner.guessed
        and (
            not one.owner.lms_id
            or known.setdefault((one.owner.platform, one.owner.lms_id), one.owner.identity)
            == one.owner.identity
        )
    ]
    ids = student_ids(one.owner for one in named)
    for one in named:
        one.student = ids[one.owner.identity]
    return sure


# which notebook? ------------------------------------------------------------------------------


def _look_into(one: _Owned, givens: dict[str, Given]) -> None:
    """Read the file once: which notebooks are in it, and is it damaged?"""
    if one.file.trouble:
        return
    try:
        data = one.file.read()
        one.digest = hashlib.sha256(data).hexdigest()
        cells = read_cells(data)
        one.held = held_in(cells, givens)
        one.unknown = "" if one.held else why_unknown(cells, givens.values())
    except (Damaged, OSError) as trouble:
        one.file.trouble = str(trouble)


def _versions(one: _Owned, givens: dict[str, Given]) -> list[_Version]:
    """The file as each of the notebooks that it holds; none where it cannot be graded."""
    if not one.file.is_notebook:
        return []
    by_name = [given for given in givens.values() if given.stem == one.stem]
    if one.assignment:
        by_name = [given for given in by_name if given.assignment == one.assignment]
    if one.file.trouble:
        if len(by_name) != 1:
            return []
        notes = [f"{one.file.shown} is damaged: {one.file.trouble}."]
        return [_Version(one, _submission(one, by_name[0], notes, damaged=True))]
    if not one.held:
        one.file.trouble = one.unknown
        return []
    found = []
    for held in one.held:
        own = held is one.held[0] or held.given in by_name
        others = tuple(other.given for other in one.held if other.whole and other is not held)
        made = _submission(one, held.given, _notes(one, held.given, others, own))
        made.others, made.guest = others, not own
        found.append(_Version(one, made, held.answered, own))
    return found


def _submission(
    one: _Owned, given: Given, notes: list[str], damaged: bool = False
) -> Submission:  # fmt: skip
    return Submission(
        one.student, given, one.file.shown, one.file.read, one.digest, damaged, notes,
        one.owner.lms_id, one.file.timestamp, one.file.path,
    )  # fmt: skip


def _notes(one: _Owned, given: Given, others: tuple[Given, ...], own: bool) -> list[str]:
    notes = []
    if one.owner.late:
        notes.append("Handed in late, says the name of the file.")
    name = one.file.parts[-1]
    if others:
        named = ", ".join(other.name for other in others)
        notes.append(f"It was graded as it stands in {shown_as(name)}, which also holds {named}.")
    copied = not one.owner.lms_id and (one.copy or not name.lower().endswith(".ipynb"))
    if own and not others and (copied or given.stem not in one.stem):
        notes.append(f"The file was named {shown_as(name)}; its cells are those of {given.name}.")
    if one.assignment and one.assignment != given.assignment:
        notes.append(f"It lay in the folder of {one.assignment} and belongs to {given.assignment}.")
    return notes


# which of several files? ----------------------------------------------------------------------


def _chosen(versions: list[_Version]) -> _Version:
    """A notebook's own file, the newest that can be read; what only other files answer is added.

    Another file takes its place where there is none, or nothing is answered in it.
    """
    own = _by_age([one for one in versions if one.own])
    guests = _by_age([one for one in versions if not one.own])
    readable = [one for one in own if not one.submission.damaged]
    chosen = (readable or own or guests)[-1]
    if guests and not chosen.answered and (given_way := [one for one in guests if one.answered]):
        chosen = given_way[-1]
    _say_versions(own, chosen)
    for guest in guests:
        if guest.file is not chosen.file and guest.submission.digest != chosen.submission.digest:
            _borrow(chosen, guest)
    return chosen


def _by_age(versions: list[_Version]) -> list[_Version]:
    return sorted(versions, key=lambda v: (v.file.copy, v.file.file.modified, v.submission.source))


def _say_versions(own: list[_Version], chosen: _Version) -> None:
    """A note when there are several versions of the notebook's own file, or it was not graded."""
    taken = chosen.submission
    if not chosen.own and own:
        files = ", ".join(one.submission.source for one in own)
        why = "damaged" if own[-1].submission.damaged else "without an answer"
        taken.notes.append(f"{taken.source} was graded, not {files}: that is {why}.")
    elif len({one.submission.digest for one in own}) > 1:
        others = ", ".join(one.submission.source for one in own if one is not chosen)
        newest = "the newest" if chosen is own[-1] else "the newest that can be read"
        taken.notes.append(
            f"Handed in {len(own)} times; {newest} was graded ({taken.source}), not {others}."
        )


def _borrow(chosen: _Version, guest: _Version) -> None:
    """Take over the answers that only another notebook's file has."""
    taken, other = chosen.submission, guest.submission
    there = set(chosen.answered).union(*(names for _, names in taken.borrowed))
    if new := guest.answered - there:
        taken.borrowed.append((other, new))
        taken.digest = hashlib.sha256(f"{taken.digest} {other.digest}".encode()).hexdigest()
        taken.notes.append(f"{_parts(new)}: taken from {other.source}.")
    if twice := guest.answered & chosen.answered:
        taken.notes.append(
            f"{_parts(twice)}: answered in two files; {taken.source} counts, not {other.source}."
        )


def _parts(names: Iterable[str]) -> str:
    return ", ".join(sorted(map(part_of, names)))
