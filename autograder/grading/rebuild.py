"""Rebuilds a submitted notebook: our cells in our order with our text, the student's answers in
the answer cells, and the cells that the student added where they stood. A pure function."""

from __future__ import annotations

from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.course.cell_ids import named_by_first_line, numbered_id, role_of
from autograder.course.cells import VALUE_STUB
from autograder.course.given import Given
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
            if _differs(theirs.source, cell.source):
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
    """The course's own cells that had to be repaired."""

    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """A line for each kind of repair."""
        kinds = {
            "Put back, because it was missing": self.missing,
            "The course's own text was run instead of a changed one": self.changed,
            "nbgrader's settings had changed; the course's own were used for": self.marks,
        }
        return [f"{what}: {', '.join(labels)}." for what, labels in kinds.items() if labels]


class _Finder:
    """Says which cell of the course each submitted cell is meant to be."""

    def __init__(self, given: Given, cells: list[StudentCell]):
        self.given, self.cells = given, cells
        self.ours = {cell.id: cell for cell in given.shown.cells}
        self.by_text = {cell.source.strip(): cell.id for cell in given.shown.cells}
        self.claims = [self._claim(cell) for cell in cells]
        self.dropped: set[int] = set()

    def _claim(self, cell: StudentCell) -> str | None:
        for name in (cell.grade_id, cell.id, named_by_first_line(cell.source)):
            if name in self.ours:
                return name
        return self.by_text.get(cell.source.strip())

    def choose(self) -> tuple[dict[str, StudentCell], list[str]]:
        """The student's cell for every answer, written and demonstration cell; and what was odd."""
        self._correct_copied_marks()
        chosen: dict[str, StudentCell] = {}
        notes, repaired = [], _Repaired()
        for name, cell in self.ours.items():
            role, copies = role_of(name), self._copies_of(name)
            if role in ("answer", "written", "demo"):
                if copies:
                    chosen[name] = self.cells[self._last_written(cell, copies)]
                if role != "demo":
                    notes += self._odd(name, cell, copies, chosen.get(name))
            elif "nbgrader" in cell.metadata:
                notes += self._compare_given(name, cell, copies, repaired)
            if "nbgrader" in cell.metadata and self._marks_changed(cell, copies):
                repaired.marks.append(self._label(name))
        return chosen, [*notes, *repaired.lines()]

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
        texts = [self.cells[index].source for index in copies]
        if all(_differs(text, cell.source) for text in texts):
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
        written = [i for i in copies if _differs(self.cells[i].source, stub.source)]
        return (written or copies)[-1]

    def _odd(
        self, name: str, cell: NotebookNode, copies: list[int], taken: StudentCell | None
    ) -> list[str]:
        """Note what happened to a cell that students fill in."""
        label, notes = self._label(name), []
        if taken is None:
            return [f"{label} is missing (deleted?) and counts as not written."]
        if len(copies) > 1:
            notes.append(
                f"{label} was there {len(copies)} times; the last copy that is filled in was taken."
            )
        if taken.grade_id != name:
            how = "its cell id" if taken.id == name else "its first line"
            notes.append(f"{label} had lost its mark; it was recognised by {how}.")
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
        for claim, cell in zip(self.claims, self.cells):
            if claim is not None:
                last = claim
            elif cell.source.strip() or cell.attachments:
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


def _differs(one: str, other: str) -> bool:
    """Do two texts differ in more than blank lines, and comments behind `name = ...`?"""

    def lines(text):
        kept = [line.rstrip() for line in text.strip().splitlines() if line.strip()]
        return [stub[1] if (stub := VALUE_STUB.fullmatch(line)) else line for line in kept]

    return lines(one) != lines(other)
