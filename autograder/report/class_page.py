"""The class for the instructor: on one HTML page, and in short for a terminal."""

from __future__ import annotations

from collections import Counter
from html import escape
from urllib.parse import quote

from autograder.check import all_checks
from autograder.feedback import points_text
from autograder.report.page import bar, items, page, table
from autograder.report.results import AssignmentResult, ClassResults, PartResult


def class_page(results: ClassResults) -> str:
    """The page as HTML."""
    sections = [
        "<h1>The class</h1>",
        f"<p class=lead>{escape(in_words(results))}</p>",
        _section("What needs a person", items(needs_a_person(results)), needs_a_person(results)),
        _section("Noticed while grading", items(problems(results)), problems(results)),
        "<h2>Students</h2>",
        _students(results),
        "<h2>Parts</h2>",
        _parts(results),
        _section("Ideas that went wrong", _misconceptions(results), misconceptions(results)),
    ]
    return page("The class", "\n".join(filter(None, sections)))


def in_words(results: ClassResults) -> str:
    """The class in one or two sentences."""
    count = len(results.students)
    if not count:
        return "Nothing is graded yet. Run: python -m autograder grade PATH"
    parts = [one.points / one.max for one in results.assignments if one.max]
    average = round(100 * sum(parts) / len(parts)) if parts else 0
    said = (
        f"{count} {'student' if count == 1 else 'students'}; on average {average} % of the points."
    )
    faults = sum(one.state == "not graded" for one in results.assignments)
    if faults:
        said += f" {faults} could not be graded: a fault of the course, not theirs."
    return said


def needs_a_person(results: ClassResults) -> list[str]:
    """Whom or what somebody has to look at."""
    lines = []
    for part, students in _waiting(results).items():
        who = ", ".join(students) if len(students) <= 3 else f"{len(students)} students"
        lines.append(f"{part} is to be read in formgrader: {who}")
    for one in results.assignments:
        if one.state in ("damaged file", "not graded"):
            lines.append(f"{one.student}, {one.assignment}: {one.state}")
    return lines


def _waiting(results: ClassResults) -> dict[str, list[str]]:
    waiting: dict[str, list[str]] = {}
    for one in results.assignments:
        for part in one.parts:
            if part.state == "waits for a person":
                waiting.setdefault(part.id, []).append(one.student)
    return waiting


def problems(results: ClassResults) -> list[str]:
    """One line per problem, with the student."""
    said = [f"{one.student}: {line}" for one in results.assignments for line in one.problems]
    return [*results.lines, *said]


def misconceptions(results: ClassResults) -> list[tuple[int, int, str, str]]:
    """(how many hold it, how many tried the part, part, sentence), most frequent first."""
    held: Counter = Counter()
    tried: Counter = Counter()
    checks = all_checks()
    for part in _all_parts(results):
        if part.state != "missing":
            tried[part.id] += 1
            variants = checks[part.id].variants if part.id in checks else {}
            said = {variants[n].sentence if n in variants else n for n in part.misconceptions}
            held.update((part.id, sentence) for sentence in said)
    ranked = sorted(held.items(), key=lambda item: (-item[1], item[0]))
    return [(count, tried[part], part, sentence) for (part, sentence), count in ranked]


def _all_parts(results: ClassResults) -> list[PartResult]:
    return [part for one in results.assignments for part in one.parts]


def part_shares(results: ClassResults) -> list[tuple[str, float, int, int]]:
    """(part, mean share of the points, how many have all, how many handed it in)."""
    found: dict[str, list[PartResult]] = {}
    for part in _all_parts(results):
        if part.points and part.state not in ("missing", "waits for a person", "not graded"):
            found.setdefault(part.id, []).append(part)
    return [
        (
            name,
            sum(min(1.0, part.earned / part.points) for part in parts) / len(parts),
            sum(part.full for part in parts),
            len(parts),
        )
        for name, parts in found.items()
    ]


def _students(results: ClassResults) -> str:
    rows = [
        [
            _link(one),
            escape(one.assignment),
            f"{points_text(one.points)} of {points_text(one.max)}",
            points_text(one.bonus) if one.bonus else "",
            bar(one.points / one.max if one.max else 0.0),
            escape(
                one.state + (f"; not handed in: {', '.join(one.missing)}" if one.missing else "")
            ),
        ]
        for one in results.assignments
    ]
    return table(["student", "assignment", "points", "bonus", "", "state"], rows, numbers=(2, 3))


def _link(one: AssignmentResult) -> str:
    address = f"feedback/{quote(one.student)}/{quote(one.assignment)}.html"
    return f'<a href="{escape(address)}">{escape(one.student)}</a>'


def _parts(results: ClassResults) -> str:
    rows = [
        [escape(name), bar(share), f"{full} of {count}"]
        for name, share, full, count in part_shares(results)
    ]
    return table(["part", "points on average", "complete"], rows, numbers=(2,))


def _misconceptions(results: ClassResults) -> str:
    rows = [
        [f"{count} of {tried}", escape(part), escape(sentence)]
        for count, tried, part, sentence in misconceptions(results)
    ]
    return table(["how many", "part", "the idea"], rows, numbers=(0,))


def _section(title: str, body: str, there_is_something) -> str:
    return f"<h2>{escape(title)}</h2>{body}" if there_is_something else ""


def summary(console, results: ClassResults) -> None:
    """The same in short, for a terminal (a rich console)."""
    from rich.table import Table

    console.print(in_words(results), style="bold", markup=False)
    students = Table(box=None, pad_edge=False)
    for column, justify in (("student", "left"), ("assignment", "left"), ("points", "right"),
                            ("bonus", "right"), ("state", "left")):  # fmt: skip
        students.add_column(column, justify=justify)
    from rich.text import Text

    for one in results.assignments:
        cells = (
            one.student, one.assignment, f"{points_text(one.points)} of {points_text(one.max)}",
            points_text(one.bonus) if one.bonus else "", one.state,
        )  # fmt: skip
        students.add_row(*map(Text, cells))
    console.print(students)
    for count, tried, part, sentence in misconceptions(results)[:5]:
        console.print(f"{count} of {tried} in {part}: {sentence}", markup=False, soft_wrap=True)
    for line in needs_a_person(results):
        console.print(f"! {line}", style="yellow", markup=False, soft_wrap=True)
