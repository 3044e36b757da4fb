"""The class for the instructor: one HTML page that loads nothing, opens from disk, and prints."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from autograder.course.names import chapter_title
from autograder.gradebook.unused import line_of
from autograder.judging.feedback import points_text
from autograder.report import pictures, texts
from autograder.report.attention import Matter, Person, late_words, matters, texts_to_read
from autograder.report.item_analysis import (
    ENOUGH,
    WEAK,
    PartStatistics,
    assignments_of,
    measured,
    misconceptions,
    overview_text,
    part_statistics,
    uncertainty,
)
from autograder.report.page import bar, fold, items, list_of, page, table
from autograder.report.results import NOT_GRADED, AssignmentResult, ClassResults
from autograder.report.similar import Pair, Passage, Similar

MANY_NAMES, MANY_LINES = 8, 12
MANY_PAIRS, MANY_PASSAGES, LONG_PASSAGE = 20, 3, 60


def class_page(results: ClassResults, alike: Similar | None = None) -> str:
    """The page as HTML; with the answers that are alike, if they were compared."""
    head = f"<h1>The class</h1><p class=lead>{escape(overview_text(results))}</p>"
    if not results.assignments:
        return page("The class", head)
    parts, names = part_statistics(results), assignments_of(results)
    sections = [
        ("look", "What to look at", _look(results)),
        ("noticed", "Noticed while grading", _noticed(results)),
        *((name, chapter_title(name), _assignment(name, results, parts)) for name in names),
        ("discrimination", "What discrimination means", _explanation(parts)),
        ("ideas", "Ideas that went wrong", _misconceptions(results)),
        ("alike", "Answers that are alike", _alike(alike or Similar())),
        ("students", "Students", _students(results)),
        ("again", "Graded again", _regrades(results)),
    ]
    sections = [section for section in sections if section[2]]
    links = " · ".join(f'<a href="#{name}">{escape(title)}</a>' for name, title, _ in sections)
    body = "\n".join(
        f'<h2 id="{name}">{escape(title)}</h2>\n{inner}' for name, title, inner in sections
    )
    return page("The class", f"{head}<nav>{links}</nav>\n{body}")


# what to look at ------------------------------------------------------------------------------


def _look(results: ClassResults) -> str:
    lines = [_matter(matter) for matter in matters(results)]
    if texts := texts_to_read(results):
        count = sum(texts.values())
        parts = ", ".join(f"{part} ({number})" for part, number in texts.items())
        lines.append(
            f"<strong>to be read in formgrader:</strong> {count} "
            f"{'text' if count == 1 else 'texts'}: {escape(parts)}"
        )
    return list_of(lines) if lines else ""


def _matter(matter: Matter) -> str:
    who = [_link(person) for person in matter.who]
    shown = ", ".join(who[:MANY_NAMES])
    if rest := who[MANY_NAMES:]:
        shown += fold(f"and {len(rest)} more", ", ".join(rest))
    return f"<strong>{escape(matter.what)}:</strong> {shown}"


def _link(person: Person) -> str:
    remark = f" ({escape(person.remark)})" if person.remark else ""
    if not person.assignment:
        return escape(person.shown) + remark
    return f"{_anchor(person.student, person.assignment, person.shown)}{remark}"


def _anchor(student: str, assignment: str, text: str) -> str:
    address = f"feedback/{quote(student)}/{quote(assignment)}.html"
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _noticed(results: ClassResults) -> str:
    lines = problems(results)
    if len(lines) <= MANY_LINES:
        return items(lines) if lines else ""
    return items(lines[:MANY_LINES]) + fold(
        f"{len(lines) - MANY_LINES} more", items(lines[MANY_LINES:])
    )


def problems(results: ClassResults) -> list[str]:
    """One line per problem, with the student."""
    said = [
        f"{one.name or one.student}: {line}" for one in results.assignments for line in one.noticed
    ]
    files = sorted(results.unused, key=lambda one: one["usual"])
    return [*results.lines, *said, *map(line_of, files)]


# one assignment -------------------------------------------------------------------------------


def _assignment(name: str, results: ClassResults, parts: list[PartStatistics]) -> str:
    mine = _of(results, name)
    parts = [part for part in parts if part.assignment == name]
    title = chapter_title(name).split(" · ")[0]
    said = f"{len(mine)} of {len(results.students)} students handed something in."
    if nobody := nobodys(mine):
        said += f" Nobody handed in {', '.join(nobody)}, whose points count in the maximum."
    shares = [one.share for one in measured(results, name)]
    shown = [f"<p>{escape(said)}</p>", pictures.distribution(shares, title) if shares else ""]
    if parts:
        chart = pictures.part_chart(parts, f"{title}: points per part")
        bonus = any(part.bonus for part in parts)
        shown += [
            chart,
            "<p class=quiet>White bars are bonus parts.</p>" if bonus else "",
            _odd(parts),
            fold("The parts in numbers", _parts(parts)),
        ]
    return "\n".join(shown)


def _of(results: ClassResults, name: str) -> list[AssignmentResult]:
    return [one for one in results.assignments if one.assignment == name]


def nobodys(found: list[AssignmentResult]) -> list[str]:
    """The notebooks of an assignment that nobody handed in."""
    return [
        books[0].notebook.stem
        for books in zip(*(one.notebooks for one in found))
        if all(book.record is None for book in books)
    ]


def _odd(parts: list[PartStatistics]) -> str:
    """Which parts do not tell students apart, or why that is not shown."""
    if max(part.count for part in parts) < ENOUGH:
        return (
            "<p class=quiet>How well each part tells students apart (its discrimination) is shown "
            f"from {ENOUGH} students on.</p>"
        )
    said = ""
    for mark, words in (("negative", "Negative"), ("weak", "Hardly tells students apart")):
        named = [f"{p.part} ({_signed(p.discrimination)})" for p in parts if p.mark == mark]
        if named:
            said += f"<p><strong>{words}:</strong> {', '.join(named)}</p>"
    return said + '<p class=quiet><a href="#discrimination">What discrimination means</a></p>'


def _explanation(parts: list[PartStatistics]) -> str:
    counts = [part.count for part in parts if part.discrimination is not None]
    if not counts:
        return ""
    return (
        "<p>Discrimination says whether those who solve a part also solve the rest: it is the "
        "correlation of a part's points with the points of all other parts of the assignment (the "
        f"corrected item-total correlation, from −1 to 1). Below {WEAK} a part hardly tells who knows "
        "more: it may be very easy, very hard, or about something else. Below zero, those who solve "
        "it do worse elsewhere: look at its wording and at its check. With "
        f"{max(counts)} students, chance alone moves a value by up to about "
        f"±{uncertainty(max(counts)):.1f}.</p>"
    )


def _parts(parts: list[PartStatistics]) -> str:
    rows = [
        [
            escape(part.part),
            escape(part.title) + (" <i>bonus</i>" if part.bonus else ""),
            bar(part.share),
            f"{part.full} of {part.count}",
            str(part.unwritten or ""),
            "" if part.discrimination is None else _signed(part.discrimination),
            part.mark,
        ]
        for part in parts
    ]
    head = [
        "part",
        "exercise",
        "points on average",
        "complete",
        "not written",
        "discrimination",
        "",
    ]
    return table(head, rows, numbers=(3, 4, 5), whole=(0, 2))


def _signed(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")


# ideas and students ---------------------------------------------------------------------------


def _misconceptions(results: ClassResults) -> str:
    rows = [
        [
            f"{idea.count} of {idea.tried}",
            bar(idea.count / idea.tried, number=False),
            escape(idea.part),
            texts.sentence(idea.sentence)
            + fold("who", ", ".join(_anchor(s, idea.assignment, s) for s in idea.students)),
        ]
        for idea in misconceptions(results)
    ]
    head, columns = ["held by", "", "part", "the idea"], {"numbers": (0,), "whole": (2,)}
    if len(rows) <= MANY_LINES:
        return table(head, rows, **columns) if rows else ""
    return table(head, rows[:MANY_LINES], **columns) + fold(
        f"{len(rows) - MANY_LINES} more", table(head, rows[MANY_LINES:], **columns)
    )


def _alike(found: Similar) -> str:
    """Same files first, then pairs with their passages side by side."""
    if not (found.files or found.pairs):
        return ""
    lines = [
        f"<strong>the same file:</strong> {escape(name)}, handed in by {_names(name, students)}"
        for name, students in found.files
    ]
    shown = [_pair(pair) for pair in found.pairs[:MANY_PAIRS]]
    more = len(found.pairs) - len(shown)
    return (
        "<p>A hint for you to look at, no judgement: there are honest reasons for answers that are alike "
        "(work in pairs, a common source), and only a person can tell. What the course itself says, and what "
        "many in the class have, is left out.</p>"
        + (list_of(lines[:MANY_LINES]) if lines else "")
        + fold(
            f"{len(lines) - MANY_LINES} more",
            list_of(lines[MANY_LINES:]) if lines[MANY_LINES:] else "",
        )
        + "".join(shown)
        + (f"<p class=quiet>and {more} more pairs</p>" if more > 0 else "")
    )


def _names(notebook: str, students: tuple[str, ...]) -> str:
    assignment = notebook.partition("/")[0]
    shown = ", ".join(_anchor(one, assignment, one) for one in students[:MANY_NAMES])
    more = len(students) - MANY_NAMES
    return shown + (f" and {more} more" if more > 0 else "")


def _pair(pair: Pair) -> str:
    parts = ", ".join(part for part, _, _ in pair.passages)
    rows = [
        [escape(part), _passage(one), _passage(other)]
        for part, one, other in pair.passages[:MANY_PASSAGES]
    ]
    head = ["part", *(_anchor(student, pair.assignment, student) for student in pair.students)]
    return fold(f"{' and '.join(pair.students)}: {parts}", table(head, rows, whole=(0,)))


def _passage(passage: Passage) -> str:
    """An answer with the lines that are alike marked; its beginning, where it is long."""
    lines = passage.text.splitlines()[:LONG_PASSAGE]
    shown = (
        f"<mark>{escape(line[:200])}</mark>" if number in passage.lines else escape(line[:200])
        for number, line in enumerate(lines)
    )
    return f"<pre>{chr(10).join(shown)}</pre>"


def _students(results: ClassResults) -> str:
    names = assignments_of(results)
    mine = {(one.student, one.assignment): one for one in results.assignments}
    nobody = {stem for name in names for stem in nobodys(_of(results, name))}
    rows = []
    for student in results.students:
        found = [mine.get((student, name)) for name in names]
        notes = [note for one in found if one is not None for note in _notes(one, nobody)]
        rows.append([_who(student, results), *map(_result, found), escape("; ".join(notes))])
    nothing = [_result(None)] * len(names)
    for student, assignment in results.without_result:
        if student not in results.students:
            page = _anchor(student, assignment or NOT_GRADED, "only files that cannot be graded")
            rows.append([_who(student, results), *nothing, page])
    rows += [[escape(one.name), *nothing, "on the roster"] for one in results.absent]
    titles = [chapter_title(name).split(" · ")[0] for name in names]
    return table(["student", *map(escape, titles), ""], rows)


def _who(student: str, results: ClassResults) -> str:
    """The name by the roster, and the id."""
    person = results.people.get(student)
    if person is None or person.name == student:
        return escape(student)
    return f"{escape(person.name)}<br><span class=quiet>{escape(student)}</span>"


def _result(one: AssignmentResult | None) -> str:
    if one is None:
        return "<span class=quiet>nothing handed in</span>"
    score = f"{points_text(one.points)} of {points_text(one.max)}"
    extra = f" + {points_text(one.bonus)}" if one.bonus else ""
    extra += f" − {points_text(one.late.penalty)}" if one.late.penalty else ""
    link = _anchor(one.student, one.assignment, score)
    return f"{bar(one.share, number=False)}<br>{link}{extra}"


def _notes(one: AssignmentResult, nobody: set[str]) -> list[str]:
    notes = [one.state] if one.state in ("not graded", "damaged file") else []
    notes += [f"{stem} not handed in" for stem in one.missing if stem not in nobody]
    notes += [f"late by {late_words(one)}"] if one.late.seconds else []
    return [f"{one.assignment}: {'; '.join(notes)}"] if notes else []


def _regrades(results: ClassResults) -> str:
    """The log of what was graded again by hand, latest first."""
    rows = []
    for line in reversed(results.regrades):
        what = " ".join(filter(None, [line["assignment"], line["part"]]))
        points = ["–" if p is None else points_text(p) for p in (line["before"], line["after"])]
        date = line["date"].replace("T", " ")[:16]
        facts = map(escape, (line["student"], what, line["inputs"], line["reason"], line["by"]))
        rows.append([escape(date), *facts, *points])
    head = ["date", "student", "what", "inputs", "reason", "by", "before", "after"]
    return table(head, rows, numbers=(6, 7), whole=(0,)) if rows else ""
