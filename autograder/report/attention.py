"""What needs an instructor's attention, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.gradebook.late import duration_text
from autograder.gradebook.unused import names_in_short
from autograder.judging.feedback import in_points
from autograder.report.item_analysis import assignments_of, far_below
from autograder.report.results import NOT_GRADED, AssignmentResult, ClassResults

ENDED = {
    "timeout": "ran out of time",
    "crash": "ended the process",
    "memory": "asked for too much memory",
}


@dataclass(frozen=True)
class Person:
    """A student in an assignment, with a remark."""

    student: str
    assignment: str
    remark: str = ""
    name: str = ""  # by the roster

    @property
    def shown(self) -> str:
        """The name, else the id."""
        return self.name or self.student

    def __str__(self) -> str:
        return f"{self.shown} ({self.remark})" if self.remark else self.shown


@dataclass(frozen=True)
class Matter:
    """One thing that needs attention, and the students it is about."""

    what: str
    who: tuple[Person, ...]

    def in_short(self, names: int = 3) -> str:
        """The matter and the first few names."""
        shown = ", ".join(map(str, self.who[:names]))
        more = len(self.who) - names
        return f"{self.what}: {shown}" + (f" and {more} more" if more > 0 else "")


def matters(results: ClassResults) -> list[Matter]:
    """Everything that needs attention, except the texts to be read."""
    every = results.assignments
    found = [
        ("not graded, a fault of the course", _those(every, "not graded")),
        ("damaged file, graded as empty", _those(every, "damaged file")),
        *_nothing_usable(results),
        *((words, _in_parts(every, ended)) for ended, words in ENDED.items()),
        ("a person's score stands while the automatic one changed", _in_parts(every, "moved")),
        ("far below the class", [_person(one, _percent(one)) for one in far_below(results)]),
        ("handed in late", [_person(one, late_words(one)) for one in every if one.late.seconds]),
        *((f"nothing handed in for {name}", who) for name, who in _absent(results)),
    ]
    return [Matter(what, tuple(who)) for what, who in found if who]


def _nothing_usable(results: ClassResults) -> list[tuple[str, list[Person]]]:
    """Who handed in nothing that can be graded, by what was there instead."""
    unreadable = [
        Person(
            student,
            assignment or NOT_GRADED,
            "; ".join(map(names_in_short, files)),
            _name(results, student),
        )
        for (student, assignment), files in results.without_result.items()
    ]
    unreadable += [_person(one) for one in results.assignments if one.damaged]
    untouched = [_person(one) for one in results.assignments if one.untouched]
    absent = [Person(one.name, "") for one in results.absent]
    return [
        ("on the roster, and nothing handed in at all", absent),
        ("only files that cannot be graded", unreadable),
        ("only untouched notebooks", untouched),
    ]


def _name(results: ClassResults, student: str) -> str:
    person = results.people.get(student)
    return person.name if person else ""


def texts_to_read(results: ClassResults) -> dict[str, int]:
    """{part: how many texts wait for a person}, in the order of the course."""
    waiting: dict[str, int] = {}
    for name in assignments_of(results):
        mine = [one.parts for one in results.assignments if one.assignment == name]
        for parts in zip(*mine):
            if count := sum(part.state == "waits for a person" for part in parts):
                waiting[parts[0].id] = count
    return waiting


def late_words(one: AssignmentResult) -> str:
    """By how much it was late, and what that costs."""
    cost = f", −{in_points(one.late.penalty)}" if one.late.penalty else ""
    return duration_text(one.late.seconds) + cost


def _those(every: list[AssignmentResult], state: str) -> list[Person]:
    return [_person(one) for one in every if one.state == state]


def _person(one: AssignmentResult, remark: str = "") -> Person:
    return Person(one.student, one.assignment, remark, one.name)


def _percent(one: AssignmentResult) -> str:
    return f"{100 * one.share:.0f} % in {one.assignment}"


def _in_parts(every: list[AssignmentResult], what: str) -> list[Person]:
    """Those in whose parts this happened, with the parts."""
    found = []
    for one in every:
        parts = [
            part.id for part in one.parts if (what == "moved" and part.moved) or part.ended == what
        ]
        if parts:
            found.append(_person(one, ", ".join(parts)))
    return found


def _absent(results: ClassResults) -> list[tuple[str, list[Person]]]:
    """Students of the class who handed in nothing for an assignment that others did."""
    there = {(one.student, one.assignment) for one in results.assignments}
    return [
        (
            name,
            [
                Person(student, "", name=_name(results, student))
                for student in results.students
                if (student, name) not in there
            ],
        )
        for name in assignments_of(results)
    ]
