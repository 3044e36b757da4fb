"""Rebuilds a submitted notebook: our cells in our order with our text, the student's answers in
the answer cells, and the cells that the student added where they stood. A pure function."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.course.cell_ids import (
    named_by_first_line,
    numbered_id,
    role_of,
    without_first_line,
)
from autograder.course.cells import VALUE_STUB, WRITTEN_STUB
from autograder.course.given import Given
from autograder.grading.astray import Astray, find_answers, find_texts
from autograder.grading.reading import StudentCell

# Not "points": they are the check's, and an author who changes them makes nobody's notebook a changed one.
_FLAGS = ("grade", "solution", "locked", "schema_version", "task")


@dataclass
class Rebuilt:
    """The notebook to execute, what was repaired, and which cells hold the student's text."""

    given: Given
    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)  # ids of answer and written cells
    added: set[str] = field(default_factory=set)  # ids of other cells with the student's text


def rebuild(given: Given, cells: list[StudentCell]) -> Rebuilt:
    """The notebook with the text of `cells`. Damage costs the damaged cell only, and is noted."""
    finder = _Finder(given, cells)
    chosen, notes = finder.choose()
    notebook = copy_of(given.shown)
    done = Rebuilt(given, notebook, notes)
    ours: list[NotebookNode] = []
    follow = finder.added_after()
    ours += _added(follow.get(None, []), done)
    for cell in notebook.cells:
        role = role_of(cell.id)
        if (theirs := chosen.get(cell.id)) is not None:
            pictures = role == "written" and theirs.attachments
            if differs(theirs.source, cell.source) or pictures:
                (done.added if role == "demo" else done.answered).add(cell.id)
            cell.source = theirs.source
            if theirs.attachments and cell.cell_type == "markdown":
                cell.attachments = NotebookNode(theirs.attachments)
        ours.append(cell)
        ours += _added(follow.get(cell.id, []), done)
    notebook.cells = ours
    return done


def copy_of(notebook: NotebookNode) -> NotebookNode:
    """A copy whose cells can be given another source and other outputs (what they hold is shared)."""
    copied = NotebookNode(notebook)
    copied.metadata = NotebookNode(notebook.metadata)
    copied.cells = [NotebookNode(cell) for cell in notebook.cells]
    return copied


@dataclass
class _Repaired:
    """What was odd, by kind: the cells of the course that it concerns."""

    unwritten: list[str] = field(default_factory=list)  # answers that are missing
    elsewhere: list[str] = field(default_factory=list)
    unmarked: dict[str, str] = field(default_factory=dict)  # and how they were recognised
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    written_into: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    def lines(self, stripped: bool) -> list[str]:
        """A line for each kind; one for all marks when the notebook is `stripped` of them."""
        kinds = {
            "Put back, because it was missing": self.missing,
            "The course's own text was run instead of a changed one": self.changed,
            "Something was written into these cells of the course, where nothing is graded":
                self.written_into,
            "nbgrader's settings had changed; the course's own were used for": [] if stripped else self.marks,
        }  # fmt: skip
        lines = [f"{what}: {', '.join(labels)}." for what, labels in kinds.items() if labels]
        return [*self._missing(), *self._unmarked(stripped), *lines]

    def _missing(self) -> list[str]:
        if not self.unwritten:
            return []
        are, count = ("is", "counts") if len(self.unwritten) == 1 else ("are", "count")
        named = ", ".join(self.unwritten)
        return [f"{named} {are} missing (deleted?) and {count} as not written."]

    def _unmarked(self, stripped: bool) -> list[str]:
        how = " or ".join(dict.fromkeys(self.unmarked.values()))
        if not how:
            return []
        if stripped and len(self.unmarked) > 1:
            return [f"The cells had lost their marks (the notebook's metadata); each answer was "
                    f"recognised by {how}."]  # fmt: skip
        if len(self.unmarked) == 1:
            return [f"{next(iter(self.unmarked))} had lost its mark; it was recognised by {how}."]
        named = ", ".join(self.unmarked)
        return [f"{named} had lost their marks; each was recognised by {how}."]


class _Finder:
    """Says which cell of the course each submitted cell is meant to be."""

    def __init__(self, given: Given, cells: list[StudentCell]):
        self.given, self.cells = given, cells
        self.ours = {cell.id: cell for cell in given.shown.cells}
        self.claims = [self._claim(cell) for cell in cells]
        self.dropped: set[int] = set()
        self.moved: set[int] = set()  # the student's own cells that stand for an answer now

    def _claim(self, cell: StudentCell) -> str | None:
        for name in (cell.grade_id, cell.id, named_by_first_line(cell.source)):
            if name in self.ours:
                return name
        return self.given.texts.get(without_first_line(cell.source))

    def choose(self) -> tuple[dict[str, StudentCell], list[str]]:
        """The student's cell for every answer, written and demonstration cell; and what was odd."""
        self._correct_copied_marks()
        copies = {name: self._copies_of(name) for name in self.ours}
        taken = {
            name: self._last_written(self.ours[name], places)
            for name, places in copies.items()
            if places and role_of(name) in ("answer", "written", "demo")
        }
        astray, notes = self._astray(taken)
        chosen, repaired = {name: self.cells[place] for name, place in taken.items()}, _Repaired()
        chosen |= {name: one.cell for name, one in astray.items()}
        for name, cell in self.ours.items():
            if role_of(name) in ("answer", "written"):
                if name not in astray:
                    notes += self._odd(name, cell, copies[name], chosen.get(name), repaired)
            elif "nbgrader" in cell.metadata:
                notes += self._compare_given(name, cell, copies[name], repaired)
            elif cell.cell_type == "markdown" and self._is_written_into(cell, copies[name]):
                repaired.written_into.append(self._label(name))
            if "nbgrader" in cell.metadata and self._marks_changed(cell, copies[name]):
                repaired.marks.append(self._label(name))
        stripped = not any(cell.tag for cell in self.cells)
        return chosen, [*notes, *repaired.lines(stripped)]

    def _astray(self, taken: dict[str, int]) -> tuple[dict[str, Astray], list[str]]:
        """The answers that stand elsewhere, and what is said of them. `taken` loses the cells that
        hold another answer."""
        about = self.given, self.cells, self.claims
        filled = {
            name: place
            for name, place in taken.items()
            if differs(self.cells[place].source, self.ours[name].source)
            or (self.cells[place].attachments and role_of(name) == "written")
        }
        answers = {name: place for name, place in filled.items() if role_of(name) == "answer"}
        found, vacated = find_answers(*about, answers)
        swapped = {name for name, one in found.items() if self.claims[one.places[0]] is not None}
        for name in vacated:
            del taken[name]
        texts, doubtful = find_texts(*about, filled)
        for one in (*found.values(), *texts.values()):
            self.moved |= one.moved
        notes = []
        if swapped:
            named = ", ".join(
                f"{self._label(name)} (in the cell of {self._label(self.claims[one.places[0]])})"
                for name, one in found.items()
                if name in swapped
            )
            notes.append(f"Swapped, and graded as what it is: {named}.")
        if own := [self._label(name) for name in found if name not in swapped]:
            notes.append(
                f"{', '.join(own)}: found, by the names to define, in a cell of the student's own."
            )
        if beside := [self._label(name) for name in texts]:
            notes.append(
                f"{', '.join(beside)}: the text was found in a cell beside the one for it."
            )
        if doubtful:
            named = ", ".join(self._label(name) for name in self.ours if name in doubtful)
            notes.append(f"A text stands where {named} may be meant; it counts for none of them.")
        return found | texts, notes

    def _is_written_into(self, cell: NotebookNode, copies: list[int]) -> bool:
        """Was something added to a text of the course?"""
        ours = cell.source.strip()
        texts = [self.cells[index].source.strip() for index in copies]
        return any(ours in text and len(text) > len(ours) + 2 for text in texts)

    def _copies_of(self, name: str) -> list[int]:
        """Which of the student's cells are meant to be that cell of the course."""
        copies = [index for index, claim in enumerate(self.claims) if claim == name]
        if role_of(name) == "answer" and len(copies) > 1:
            return self._without_continuations(name, copies)
        return copies

    def _compare_given(
        self, name: str, cell: NotebookNode, copies: list[int], repaired: _Repaired
    ) -> list[str]:
        """Note what happened to a cell that students should leave as it is."""
        label = self._label(name)
        if not copies:
            repaired.missing.append(label)
            return []
        texts = [without_first_line(self.cells[index].source) for index in copies]
        if all(differs(text, without_first_line(cell.source)) for text in texts):
            repaired.changed.append(label)
        if len(copies) == 1:
            return []
        return [f"{label} was there {len(copies)} times; once is enough."]

    def _correct_copied_marks(self) -> None:
        """Of several cells with one mark, those whose first line names another answer are that."""
        for name in [n for n in self.ours if role_of(n) == "answer"]:
            copies = [index for index, claim in enumerate(self.claims) if claim == name]
            named = {index: named_by_first_line(self.cells[index].source) for index in copies}
            if len(copies) > 1 and any(other in ("", name) for other in named.values()):
                for index, other in named.items():
                    if other in self.ours and other != name:
                        if other in self.claims:
                            self.dropped.add(index)  # a copy of a cell that is there itself
                        else:
                            self.claims[index] = other

    def _without_continuations(self, name: str, copies: list[int]) -> list[int]:
        """A cell that was split keeps its mark on both halves: the second is an added cell."""
        copies = [index for index in copies if index not in self.dropped]
        begins = [i for i in copies if named_by_first_line(self.cells[i].source) == name]
        if begins:
            for index in set(copies) - set(begins):
                self.claims[index] = None
            return begins
        return copies

    def _last_written(self, stub: NotebookNode, copies: list[int]) -> int:
        written = [i for i in copies if differs(self.cells[i].source, stub.source)]
        return (written or copies)[-1]

    def _odd(
        self, name: str, cell: NotebookNode, copies: list[int], taken: StudentCell | None,
        repaired: _Repaired,
    ) -> list[str]:  # fmt: skip
        """Note what happened to a cell that students fill in."""
        label, notes = self._label(name), []
        if taken is None:
            repaired.unwritten.append(label)
            return []
        if len(copies) > 1:
            notes.append(
                f"{label} was there {len(copies)} times; the last copy that is filled in was taken."
            )
        if taken.grade_id != name:
            named = named_by_first_line(taken.source) == name
            how = "its cell id" if taken.id == name else "its first line" if named else "its text"
            repaired.unmarked[label] = how
        if taken.kind != cell.cell_type:
            notes.append(
                f"{label} had become a {taken.kind} cell; it was taken as {cell.cell_type}."
            )
        return notes

    def _marks_changed(self, cell: NotebookNode, copies: list[int]) -> bool:
        mine = cell.metadata.nbgrader
        for index in copies:
            tag = self.cells[index].tag
            if not tag and role_of(cell.id) in ("answer", "written"):
                continue  # said by `_odd`
            if any(tag.get(key) != mine.get(key) for key in _FLAGS):
                return True
        return False

    def _label(self, name: str) -> str:
        role, part = self.given.names.get(name, (role_of(name), ""))
        words = {"answer": "Answer", "test": "Tests", "written": "Written answer"}
        return f"{words[role]} {part}" if role in words and part else f"the given cell {name}"

    def added_after(self) -> dict[str | None, list[StudentCell]]:
        """The cells that the student added, by the cell of the course that they follow."""
        follow: dict[str | None, list[StudentCell]] = {}
        last = None
        for index, (claim, cell) in enumerate(zip(self.claims, self.cells)):
            if claim is not None:
                last = claim
            elif index not in self.moved and (
                cell.source.strip() not in ("", WRITTEN_STUB) or cell.attachments
            ):
                follow.setdefault(last, []).append(cell)
        return follow


def _added(cells: list[StudentCell], done: Rebuilt) -> list[NotebookNode]:
    new = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
    made = []
    for cell in cells:
        name = numbered_id("added", len(done.added) + 1)
        made.append(new[cell.kind](cell.source, id=name))
        if cell.attachments and cell.kind == "markdown":
            made[-1].attachments = NotebookNode(cell.attachments)
        done.added.add(name)
    return made


def differs(one: str, other: str) -> bool:
    """Do two texts differ in more than blank lines, and comments behind `name = ...`?"""

    def lines(text):
        kept = [line.rstrip() for line in text.strip().splitlines() if line.strip()]
        return [stub[1] if (stub := VALUE_STUB.fullmatch(line)) else line for line in kept]

    return lines(one) != lines(other)
