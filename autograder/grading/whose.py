"""Whose file is it? The outermost name that a platform gave decides; names inside it are only text.

What a student chooses (a file's name, a folder or an archive within what was handed in) never names
another student. Platforms name things so:

- nbgrader: a folder for each student, in it a folder for each assignment;
- Canvas: files and archives called doejohn_LATE_4711_99_name, side by side;
- Moodle: folders or files called "John Doe_31_assignsubmission_file_name".

Folders without such a name are students' folders, too, unless they hold a whole download. This is
decided by all that lies side by side, so that nobody decides it alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

ENDINGS = (".ipynb", ".ipynb.txt", ".ipynb.json")
_CANVAS = re.compile(r"^(?P<who>[^\W_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)$")
_MOODLE = re.compile(r"^(?P<who>.+?)_(?P<id>\d+)_assignsubmission_file_?(?P<file>.*)$")
_COPY = re.compile(
    r"^(?P<stem>.*?)(?:[ _]?\((?P<n>\d{1,4})\)|-(?P<m>\d{1,2})| - (?:Copy|Kopie)|-Copy(?P<c>\d{1,4}))$"
)
MAX_CHARACTERS, MAX_NAME, MAX_ID = 100, 160, 200  # of an id; the last two in bytes
_SUBMITTED = "submitted"  # nbgrader's folder above the students' folders
_COURSE = "chapters"  # the folder above a student's own copies


@dataclass(frozen=True)
class Owner:
    """A student as the platform names them. `file` is the student's own name of the file."""

    name: str
    file: str
    lms_id: str = ""
    platform: str = ""
    late: bool = False
    place: int | None = None  # which folder of the path is the student's, for nbgrader's folders
    guessed: bool = False  # from the name of the file, or of the folder around everything

    @property
    def identity(self) -> tuple[str, str, str]:
        """Two owners with one identity are one student."""
        return self.platform, self.lms_id, _composed(self.name).strip()


Parts = tuple[str, ...]


def is_notebook(name: str) -> bool:
    """Does a file's name say that it is a notebook?"""
    return name.lower().endswith(ENDINGS) and not name.startswith("._")


def without_copy_number(name: str) -> tuple[str, int]:
    """("ch2", 1) for "ch2 (1).ipynb"."""
    lower = name.lower()
    ending = next((e for e in sorted(ENDINGS, key=len, reverse=True) if lower.endswith(e)), "")
    stem, copy = name[: len(name) - len(ending)], 0
    while found := _COPY.match(stem):
        copy += int(found["n"] or found["m"] or found["c"] or 1)
        stem = found["stem"]
    return stem, copy


def owners(
    paths: Sequence[Parts],
    base: Parts,
    chapters: Iterable[str],
    stems: Iterable[str],
    notebooks: Collection[int] | None = None,
) -> list[Owner]:
    """The owners of all files below a folder (or archive) whose own path is `base`.

    What the folders are is decided by the `notebooks` (numbers of paths) wherever there are any.
    """
    stems = sorted(stems, key=len, reverse=True)
    return _Finder(paths, base, frozenset(chapters), stems, notebooks).found()


def student_id(name: str) -> str:
    """A name as nbgrader and file systems can keep it."""
    name = "".join(
        c if c.isprintable() and c not in '/\\:*?"<>|[]' else "_" for c in _composed(name)
    )
    return _within(name.strip(" ."), MAX_NAME).strip(" .") or "student"


def student_ids(found: Iterable[Owner]) -> dict[tuple[str, str, str], str]:
    """A different id for everybody, by identity.

    Two people of one name keep their platform's number; names that only look alike after
    `student_id` get a mark made from the name.
    """
    identities = list(dict.fromkeys(owner.identity for owner in found))
    ids = {one: student_id(one[2]) for one in identities}
    for one in _sharing(ids):
        if one[1]:
            ids[one] = f"{ids[one]}_{one[1]}"
    for one in _sharing(ids):
        if ids[one] != one[2]:
            ids[one] = _marked(ids[one], one)
    return {
        one: name if name == _within(name, MAX_ID) else _marked(name, one)
        for one, name in ids.items()
    }


def _marked(name: str, identity: tuple[str, str, str]) -> str:
    """A name with a mark that no other identity gets."""
    mark = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:8]
    return f"{_within(name, MAX_NAME)[: MAX_CHARACTERS - 9]}~{mark}"


def _within(name: str, size: int) -> str:
    """The beginning of a name, at most so many bytes: file systems count these."""
    return name[:MAX_CHARACTERS].encode()[:size].decode(errors="ignore")


def ids_with_two_names(found: Iterable[Owner]) -> dict[tuple[str, str], list[str]]:
    """The platforms' numbers that stand beside more than one name: somebody made one of them up."""
    names: dict[tuple[str, str], set[str]] = {}
    for owner in found:
        if owner.lms_id:
            names.setdefault((owner.platform, owner.lms_id), set()).add(owner.identity[2])
    return {number: sorted(known) for number, known in names.items() if len(known) > 1}


def _sharing(ids: dict) -> list:
    """The keys whose value another key has, too."""
    count = Counter(ids.values())
    return [key for key, value in ids.items() if count[value] > 1]


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))


def _named_by_platform(name: str, inside: str = "") -> Owner | None:
    """The owner whom a platform's name of a file, a folder or an archive gives."""
    for platform, pattern in (("canvas", _CANVAS), ("moodle", _MOODLE)):
        if found := pattern.match(name):
            late = platform == "canvas" and bool(found["late"])
            rest = found["file"].lstrip("_") or name
            return Owner(found["who"], inside or rest, found["id"], platform, late)
    return None


def handed_in_as(path: str, number: str) -> tuple[str, str] | None:
    """(platform, its own name of the file, folder or zip) in the path of what was handed in.

    `number` is that of the student there: the outermost name with it is the platform's.
    """
    for name in path.split("/") if number else ():
        owner = _named_by_platform(name)
        if owner is not None and owner.lms_id == number:
            return owner.platform, name
    return None


class _Finder:
    def __init__(self, paths, base: Parts, chapters: frozenset, stems: list[str], notebooks=None):
        self.paths, self.base, self.chapters, self.stems = paths, base, chapters, stems
        self.notebooks = frozenset(range(len(paths)) if notebooks is None else notebooks)
        self.owners: dict[int, Owner] = {}

    def found(self) -> list[Owner]:
        everything = list(range(len(self.paths)))
        if (place := self._students_own_folder()) is not None:
            for number in everything:
                self._owns(number, self.base[place], place)
        else:
            self._divide(everything, 0, nbgraders=self.base[-1:] == (_SUBMITTED,))
        return [self.owners[number] for number in everything]

    def _students_own_folder(self) -> int | None:
        """Where in `base` the student's folder is, if somebody named it or one inside it."""
        inside = self.base[:-1] if self.base[-1:] and self.base[-1] in self.chapters else self.base
        return len(inside) - 1 if inside[-2:-1] == (_SUBMITTED,) else None

    def _divide(self, numbers: list[int], depth: int, nbgraders: bool = False) -> None:
        """Give an owner to files that lie in one folder, `depth` folders below `base`."""
        entries = self._entries(numbers, depth)
        deciding = self._entries([n for n in numbers if n in self.notebooks] or numbers, depth)
        alone = len(deciding) == 1
        whole = {n for n, inside in deciding.items() if self._is_download(inside, depth, alone)}
        if nbgraders or 2 * len(whole) <= len(deciding):
            whole = set()
        elif whole:
            others = entries.keys() - deciding.keys()
            whole |= {name for name in others if self._is_download(entries[name], depth, False)}
        for name, inside in entries.items():
            for number in inside:
                if len(self.paths[number]) == depth + 1:
                    self.owners[number] = self._of_file(number, depth)
            if deeper := [n for n in inside if len(self.paths[n]) > depth + 1]:
                self._divide_folder(name, deeper, depth, name in whole)

    def _entries(self, numbers: list[int], depth: int) -> dict[str, list[int]]:
        """The files by their name, or that of the folder they lie in, at this depth."""
        found: dict[str, list[int]] = {}
        for number in numbers:
            found.setdefault(self.paths[number][depth], []).append(number)
        return found

    def _divide_folder(self, name: str, inside: list[int], depth: int, whole: bool) -> None:
        owner = _named_by_platform(name)
        anonymous = owner is None and name.lower().endswith(".zip")
        if whole or anonymous or name in self.chapters or name == _SUBMITTED:
            self._divide(inside, depth + 1, nbgraders=name == _SUBMITTED)
            return
        for number in inside:
            if owner is not None:
                self.owners[number] = _named_by_platform(name, self.paths[number][-1])
            else:
                self._owns(number, name, len(self.base) + depth)

    def _owns(self, number: int, name: str, place: int) -> None:
        """The student of a folder; `place` counts if it is one of nbgrader's."""
        path = self.base + self.paths[number]
        is_nbgraders = place + 2 < len(path) and path[place + 1] in self.chapters
        self.owners[number] = Owner(name, path[-1], place=place if is_nbgraders else None)

    def _is_download(self, inside: list[int], depth: int, alone: bool) -> bool:
        """Does a folder (or an archive with a platform's name) hold many students' files?"""
        own = _named_by_platform(self.paths[inside[0]][depth])
        if own is not None and own.platform == "moodle":
            return False
        found = [mark for n in inside if (mark := self._mark_below(self.paths[n], depth))]
        people = set(found)
        several = len(people) > 1
        from_platforms = own is None and any(platform for platform, _ in people)
        is_one = several or from_platforms or (alone and own is None)
        return 2 * len(found) > len(inside) and is_one

    def _mark_below(self, parts: Parts, depth: int) -> tuple[str, str] | None:
        """(platform, name) of the outermost platform's name below the folder at `depth`."""
        if parts[depth + 1 : depth + 2] and parts[depth + 1] in self.chapters:
            return None  # nbgrader's folder of one student
        for place in range(depth + 1, len(parts)):
            if owner := _named_by_platform(parts[place]):
                return owner.platform, f"{owner.name}_{owner.lms_id}"
            in_folder = place + 2 < len(parts) and parts[place + 1] in self.chapters
            if in_folder and parts[place] != _COURSE:
                return "", parts[place]
        return None

    def _of_file(self, number: int, depth: int) -> Owner:
        """The owner of a file that lies in no student's folder."""
        parts = self.paths[number]
        if owner := _named_by_platform(parts[-1]):
            return owner
        above = (*self.base, *parts[:depth])
        if above and above[-1] in self.chapters and len(above) > 1:
            return Owner(above[-2], parts[-1], place=len(above) - 2)
        name = self._beside_notebooks_name(parts[-1]) or (above or ("",))[-1]
        return Owner(re.sub(r"\.zip$", "", name, flags=re.I), parts[-1], guessed=True)

    def _beside_notebooks_name(self, name: str) -> str:
        """What a file's name says beside the notebook's name: "anna" in "anna_02_operations"."""
        stem, _ = without_copy_number(name)
        known = next((known for known in self.stems if known in stem), "")
        return stem.replace(known, "").strip(" _-.")
