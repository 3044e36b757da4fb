"""Answers that stand elsewhere than in their own cells.

Code is found by the names that it defines: no two answers of a notebook ask for the same ones. Text is
found beside the cell that it was to be written into.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.course.cell_ids import role_of
from autograder.course.cells import VALUE_STUB, WRITTEN_STUB, definitions
from autograder.course.given import Given
from autograder.grading.reading import StudentCell
from autograder.judging.cell_names import needed_by
from autograder.judging.relied_on import top_names

MAX_OWN = 300  # cells of the student's own that are looked at
_HARMLESS_MAGICS = ("%%time\n", "%%capture\n")


@dataclass
class Astray:
    """An answer found elsewhere: its text, where it stood, and which of these cells it replaces."""

    cell: StudentCell
    places: list[int]
    moved: set[int] = field(default_factory=set)


@dataclass
class _Places:
    """Where the course's cells stand in a submitted notebook, by their ids."""

    given: Given
    cells: list[StudentCell]
    claims: list[str | None]

    def __post_init__(self):
        self.order = [cell.id for cell in self.given.shown.cells]
        self.at: dict[str, int] = {}
        for index, claim in enumerate(self.claims):
            if claim is not None:
                self.at.setdefault(claim, index)

    def beside(self, name: str, role: str, step: int) -> int | None:
        """Where the nearest cell of a role stands, before (-1) or after (1) a cell of the course."""
        place = self.order.index(name)
        others = self.order[place + 1 :] if step > 0 else self.order[:place][::-1]
        found = (self.at.get(one) for one in others if role in ("", role_of(one)))
        return next((index for index in found if index is not None), None)

    def gap(self, start: int, step: int) -> list[int]:
        """The student's own cells next to a place, up to the course's next cell."""
        found, index = [], start + step
        while 0 <= index < len(self.cells) and self.claims[index] is None:
            found.append(index)
            index += step
        return found

    def before(self, name: str) -> list[int]:
        """The student's own cells right before the place of a cell, the nearest first."""
        if name in self.at:
            return self.gap(self.at[name], -1)
        above = self.beside(name, "", -1)
        return self.gap(-1 if above is None else above, 1)[::-1]


# code -----------------------------------------------------------------------------------------


def find_answers(
    given: Given, cells: list[StudentCell], claims: list[str | None], filled: dict[str, int]
) -> tuple[dict[str, Astray], set[str]]:
    """The answers that stand elsewhere, and the ids whose own cell holds another answer only.

    `filled` says which cell is filled in as which answer. The names that an answer is to define decide.
    """
    places, asked = _Places(given, cells, claims), given.asked
    theirs = {index: _defines(cells[index]) for index in filled.values()}
    proper = {name for name, index in filled.items() if theirs[index] & asked[name]}
    if proper == asked.keys():
        return {}, set()
    own = [i for i, one in enumerate(cells) if claims[i] is None and one.kind == "code"]
    theirs |= {index: _defines(cells[index]) for index in own[:MAX_OWN]}
    missed = {one for name in asked.keys() - proper for one in asked[name]}
    wrong = {name: i for name, i in filled.items() if name not in proper and theirs[i] & missed}
    pool = {i: names for i, names in theirs.items() if claims[i] is None or i in wrong.values()}
    found = {}
    for name in asked:
        if name in proper or (name in filled and name not in wrong):
            continue
        chosen = _chosen(places, name, pool)
        if chosen:
            found[name] = _answer(places, name, chosen, pool)
    used = {index for one in found.values() for index in one.places}
    vacated = {name for name, index in wrong.items() if index in used}
    for name in wrong.keys() - vacated:
        found.pop(name, None)  # its own cell counts
    return found, vacated


def _defines(cell: StudentCell) -> set[str]:
    """The names that running a cell defines."""
    if cell.kind != "code" or (
        cell.source.startswith("%%") and not cell.source.startswith(_HARMLESS_MAGICS)
    ):
        return set()
    return top_names(cell.source)


def _chosen(places: _Places, name: str, pool: dict[int, set[str]]) -> dict[str, int]:
    """{name: the cell that defines it}: the last one above the visible tests, else the last of all."""
    test = places.beside(name, "test", 1)
    chosen = {}
    for one in places.given.asked[name]:
        found = [index for index, names in pool.items() if one in names]
        if _is_value(places.given, name, one):
            found = [index for index in found if _is_near(places, name, index)]
        above = [index for index in found if test is None or index < test]
        misplaced = [index for index in found if places.claims[index] is not None]
        if best := misplaced or above or found:
            chosen[one] = max(best)
    return chosen


def _is_value(given: Given, name: str, one: str) -> bool:
    stub = _stub(given, name)
    lines = [stub.splitlines()[line] for line in definitions(stub)[one]]
    return len(lines) == 1 and VALUE_STUB.fullmatch(lines[0]) is not None


def _is_near(places: _Places, name: str, index: int) -> bool:
    """Is it between the tests above and the next answer? A value's name may serve elsewhere, too."""
    if places.claims[index] is not None:
        return True
    above, below = places.beside(name, "test", -1), places.beside(name, "answer", 1)
    return (above is None or above < index) and (below is None or index < below)


def _answer(
    places: _Places, name: str, chosen: dict[str, int], pool: dict[int, set[str]]
) -> Astray:
    """The answer cell's text: what is left of the stub, and the definitions that were found."""
    cells, claims = places.cells, places.claims
    where = sorted(set(chosen.values()))
    whole = chosen.keys() == places.given.asked[name]
    if whole and len(where) == 1 and claims[where[0]] is not None:
        return Astray(cells[where[0]], where)
    stub = _without(_stub(places.given, name), chosen)
    test, texts = places.beside(name, "test", 1), []
    for index in where:
        if test is not None and index > test:  # with what it needs of the cells between
            between = [cells[i].source for i in range(test + 1, index) if i in pool]
            texts += [t for t in needed_by([cells[index].source], between) if t not in texts]
        texts.append(cells[index].source)
    texts = [text.partition("\n")[2] if text.startswith("%%") else text for text in texts]
    moved = {where[0]} if len(where) == 1 and _is_adjacent(places, name, where[0]) else set()
    return Astray(StudentCell("code", "\n\n".join([stub, *texts])), where, moved)


def _is_adjacent(places: _Places, name: str, index: int) -> bool:
    """Does no other code stand between a cell and the answer's place?"""
    near = places.before(name)
    after = places.gap(places.at[name], 1) if name in places.at else []
    code = [[i for i in gap if places.cells[i].kind == "code"][:1] for gap in (near, after)]
    return [index] in code


def _stub(given: Given, name: str) -> str:
    return next(cell.source for cell in given.shown.cells if cell.id == name)


def _without(stub: str, names: Iterable[str]) -> str:
    """A stub without what stands in it for some names."""
    out = {line for name in names for line in definitions(stub)[name]}
    return "\n".join(t for n, t in enumerate(stub.splitlines()) if n not in out).strip("\n")


# text -----------------------------------------------------------------------------------------


def find_texts(
    given: Given, cells: list[StudentCell], claims: list[str | None], filled: dict[str, int]
) -> tuple[dict[str, Astray], set[str]]:
    """Texts beside written answers that are not filled in; and the answers beside which a text
    stands that may belong to another one as well."""
    places = _Places(given, cells, claims)
    near: dict[str, list[int]] = {}
    for name in (one for one, (role, _) in given.names.items() if role == "written"):
        if name not in filled and (found := _texts_beside(places, name)):
            near[name] = found
    several = [index for found in near.values() for index in found]
    doubtful = {name for name, f in near.items() if any(several.count(index) > 1 for index in f)}
    return {
        name: Astray(_joined([cells[index] for index in found]), found, set(found))
        for name, found in near.items()
        if name not in doubtful
    }, doubtful


def _texts_beside(places: _Places, name: str) -> list[int]:
    found = places.gap(places.at[name], 1) if name in places.at else []
    above = places.beside(name, "", -1)
    if above is None or places.cells[above].kind != "code":
        found += places.before(name)
    return sorted(i for i in found if _is_text(places.cells[i]))


def _is_text(cell: StudentCell) -> bool:
    said = cell.source.strip()
    return cell.kind != "code" and (bool(cell.attachments) or said not in ("", WRITTEN_STUB))


def _joined(found: list[StudentCell]) -> StudentCell:
    pictures = {name: data for cell in found for name, data in cell.attachments.items()}
    return StudentCell("markdown", "\n\n".join(c.source for c in found), attachments=pictures)
