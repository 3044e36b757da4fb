"""Which notebooks of the course a file holds, and which of its cells belong to which of them.

A file may hold several: students merge notebooks, or paste an exercise into another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.course.cell_ids import named_by_first_line, role_of, without_first_line
from autograder.course.given import Given
from autograder.grading.astray import MAX_OWN
from autograder.grading.reading import StudentCell
from autograder.grading.rebuild import differs
from autograder.judging.cell_names import names_of as code_names
from autograder.judging.cell_names import needed_by

ENOUGH_TEXTS = 3  # of the course that a file without marks holds


@dataclass(frozen=True)
class Held:
    """A notebook of the course in a file: the answers that are filled in, by their cells' ids.

    It is `whole` when at least half of its answer cells are there.
    """

    given: Given
    answered: frozenset[str]
    whole: bool = True


def held_in(cells: list[StudentCell], givens: dict[str, Given]) -> list[Held]:
    """The notebooks that a file holds; the one that it shares most cells with comes first.

    Another one counts when it is there as a whole; one of the same chapter also when a single answer
    to it is.
    """
    names = {name for cell in cells for name in names_of(cell)}
    shared = {one: len(names & one.telling) for one in givens.values()}
    whole = {one: 2 * len(names & one.asked.keys()) >= len(one.asked) for one in shared}
    if not any(shared.values()):  # without any marks
        texts = {without_first_line(cell.source) for cell in cells}
        shared = {one: len(texts & one.texts.keys()) for one in givens.values()}
        shared = {one: count if count >= ENOUGH_TEXTS else 0 for one, count in shared.items()}
        whole = {one: 2 * count >= len(one.texts) for one, count in shared.items()}
    best = max(shared, key=shared.__getitem__, default=None)
    if best is None or not shared[best]:
        return []
    found = [Held(best, frozenset(answers_in(cells, best)))]
    for one in (one for one, count in shared.items() if count and one is not best):
        answered = frozenset(answers_in(cells, one))
        if whole[one] or (answered and one.assignment == best.assignment):
            found.append(Held(one, answered, whole[one]))
    return found


def names_of(cell: StudentCell) -> tuple[str, str, str]:
    """The names of the course's cells that a cell carries: mark, id, first line; the first counts."""
    return cell.grade_id, cell.id, named_by_first_line(cell.source)


def answers_in(cells: list[StudentCell], given: Given) -> dict[str, StudentCell]:
    """The filled-in answer and written cells of a notebook, by id, where they carry a name."""
    stubs = {cell.id: cell.source for cell in given.shown.cells if cell.id in given.names}
    found = {}
    for cell in cells:
        name = next((one for one in names_of(cell) if one in given.telling), "")
        if role_of(name) in ("answer", "written") and differs(cell.source, stubs.get(name, "")):
            found[name] = cell
    return found


def cells_of(cells: list[StudentCell], given: Given, others: Sequence[Given]) -> list[StudentCell]:
    """The cells of a file that belong to one of the notebooks that it holds.

    What the student wrote for the other notebooks stays where this one's answers rely on it: in the
    student's kernel it was there.
    """
    if not others:
        return cells
    belongs = _notebooks(cells, (given, *others))
    theirs, mine = [], []
    for cell, to in zip(cells, belongs):
        if cell.kind == "code":
            (mine if to is given else theirs).append((cell.source, _is_students(cell, to)))
    ours = [cell.source for cell in given.shown.cells if cell.cell_type == "code"]
    known = {
        name for text in [*ours, *(text for text, _ in mine)] for name in code_names(text).gives
    }
    needed = set(needed_by(
        [text for text, written in mine if written],
        [text for text, written in theirs if written][:MAX_OWN],
        frozenset(known),
    ))  # fmt: skip
    return _in_order(cells, belongs, given, needed)


def _notebooks(cells: list[StudentCell], held: Sequence[Given]) -> list[Given]:
    """For every cell the notebook that it belongs to: by its name, its text, or the cells above."""
    told = [_told(cell, held) for cell in cells]
    last = next((one for one in told if one is not None), held[0])
    belongs = []
    for one in told:
        last = one or last
        belongs.append(last)
    return belongs


def _told(cell: StudentCell, held: Sequence[Given]) -> Given | None:
    names, text = set(names_of(cell)), without_first_line(cell.source)
    for found in (
        [one for one in held if names & one.telling],
        [one for one in held if text in one.texts],
    ):
        if len(found) == 1:
            return found[0]
    return None


def _is_students(cell: StudentCell, given: Given) -> bool:
    return without_first_line(cell.source) not in given.texts


def _in_order(
    cells: list[StudentCell], belongs: list[Given], given: Given, needed: set[str]
) -> list[StudentCell]:
    """This notebook's cells, with those that it needs of the others as cells of the student's own.

    What stood above this notebook comes after its set-up, which imports what students use.
    """
    kept: list[StudentCell] = []
    above: list[StudentCell] = []
    begun = False
    for cell, to in zip(cells, belongs):
        if to is given:
            kept.append(cell)
            if not begun and _is_set_up(cell, given):
                kept += above
                begun = True
        elif cell.source in needed:
            own = replace(cell, id="", tag={})
            (kept if begun else above).append(own)
    return kept if begun else above + kept


def _is_set_up(cell: StudentCell, given: Given) -> bool:
    name = given.texts.get(without_first_line(cell.source)) or cell.grade_id or cell.id
    return role_of(name) == "setup"
