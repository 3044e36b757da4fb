"""What a student gets back: one page per assignment, from what to look at first to every cell."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines

from autograder.course.cell_ids import grade_id, part_of, role_of
from autograder.course.files import write_text
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.late import duration_text
from autograder.grading import harmless
from autograder.judging.feedback import FIRST, as_html, folded, in_points, of_points, points_text
from autograder.judging.verdict import Verdict
from autograder.report import texts
from autograder.report.page import fold, is_made_from, items, list_of, page, table
from autograder.report.results import AssignmentResult, NotebookResult, PartResult

FIRST_THINGS = 3
MAX_MARKDOWN, MAX_MARKDOWN_OF_NOTEBOOK = 10_000, 100_000  # some texts take very long to format
MAX_CODE, MAX_CODE_OF_NOTEBOOK = 8_000, 80_000
_PLAIN_CODE = re.compile(r'<span class="(?:n|nn|nb|bp|o|p|w)">([^<]*)</span>')  # not coloured


def write_feedback(folder: GradingFolder, results: list[AssignmentResult]) -> None:
    """One page per student and assignment below `feedback/`, unless it is up to date."""
    for one in results:
        path = folder.feedback_path(one.student, one.assignment)
        made_from = _fingerprint(folder, one)
        if is_made_from(path, made_from):
            path.touch()
        else:
            write_text(path, _page_or_points(folder, one, made_from))


def _page_or_points(folder: GradingFolder, one: AssignmentResult, made_from: str) -> str:
    """The page; without the notebooks if they cannot be shown (the other pages do not wait)."""
    try:
        notebooks = {book.notebook.name: executed(folder, book) for book in one.notebooks}
        return feedback_page(one, notebooks, made_from)
    except Exception:
        return feedback_page(one, {}, made_from)


def _fingerprint(folder: GradingFolder, one: AssignmentResult) -> str:
    """A hash of all that the page shows, and of the code that makes it."""
    paths = [folder.executed_path(book.record) for book in one.notebooks if book.record]
    times = [(path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.exists()]
    titles = [book.notebook.title for book in one.notebooks]
    facts = repr(
        (one.student, one.name, one.title, one.parts, one.late, one.problems, titles, times)
    )
    made = hashlib.sha256(_version_of_this_code() + facts.encode("utf-8", "backslashreplace"))
    return made.hexdigest()[:24]


@lru_cache
def _version_of_this_code() -> bytes:
    files = [*sorted(Path(__file__).parent.glob("*.py")), Path(harmless.__file__)]
    return b"".join(file.read_bytes() for file in files)


def executed(folder: GradingFolder, book: NotebookResult) -> NotebookNode | None:
    """The notebook as it ran; None where it was not handed in or is not there any more."""
    if book.record is None:
        return None
    try:
        # (nbformat.read would validate what was written here; nbgrader writes texts as lists of lines)
        made = json.loads(folder.executed_path(book.record).read_bytes())
        return rejoin_lines(nbformat.from_dict(made))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def feedback_page(
    one: AssignmentResult, notebooks: dict[str, NotebookNode | None], made_from: str = ""
) -> str:
    """The page as HTML. `notebooks` holds the executed ones by name."""
    shown = {cell.id for notebook in notebooks.values() if notebook for cell in notebook.cells}
    sections = [
        f"<h1>{escape(one.title)}</h1><p class=quiet>Feedback for {escape(one.name or one.student)}</p>",
        f"<p class=lead>{escape(summary_text(one))}</p>",
        _first_things(one, shown),
        _problems(one),
        "<h2>Points</h2>",
        _points(one, shown),
    ]
    for book in one.notebooks:
        sections.append(_notebook(book, notebooks.get(book.notebook.name)))
    body = "\n".join(filter(None, sections))
    return page(f"{one.title}: {one.student}", body, made_from)


def not_graded_page(student: str, title: str, lines: list[str]) -> str:
    """The page of somebody of whom no file could be graded."""
    body = (
        f"<h1>{escape(title)}</h1><p class=quiet>Feedback for {escape(student)}</p>"
        "<p class=lead>Nothing that you handed in could be graded. Hand in the notebook itself, the file "
        f'that ends in .ipynb, as it is or in a zip.</p><div class="warn">{items(lines)}</div>'
    )
    return page(f"{title}: {student}", body)


def summary_text(one: AssignmentResult) -> str:
    """How it went, in a few sentences."""
    ours = [part.id for part in one.parts if part.state == "not graded"]
    checked = [part for part in one.parts if not part.bonus and part.state != "not graded"]
    full = sum(part.full for part in checked)
    said = f"You earned {of_points(one.points, one.max)}"
    said += f" and {points_text(one.bonus)} bonus. " if one.bonus else ". "
    if one.damaged:
        said += "What was handed in could not be read."
    elif full == len(checked) and not ours:
        said += "Everything is right: well done."
    elif full:
        said += f"{full} of {len(checked)} parts {'is' if full == 1 else 'are'} complete."
    elif checked:
        said += "No part is complete yet; the notes below say where to begin."
    if ours:
        said += (
            f" {', '.join(ours)} could not be graded, which is a fault of the course: these points "
            "do not count yet."
        )
    if one.missing:
        said += f" Not handed in: {', '.join(one.missing)}."
    if unread := [book.notebook.stem for book in one.notebooks if book.damaged]:
        again = "it" if len(unread) == 1 else "them"
        said += f" Could not be read: {', '.join(unread)}; hand {again} in again."
    waiting = [part.id for part in one.parts if part.state == "waits for a person"]
    if waiting:
        said += f" Your text on {', '.join(waiting)} will be read by a person."
    return said + _late(one)


def _late(one: AssignmentResult) -> str:
    if not one.late.seconds and not one.late.penalty:
        return ""
    when = duration_text(one.late.seconds) if one.late.seconds else ""
    said = f" It was handed in late{' by ' if when else ''}{when}"
    if not one.late.penalty:
        return f"{said}, which costs nothing."
    counts = "counts" if one.total == 1 else "count"
    return f"{said}: −{in_points(one.late.penalty)}, so {in_points(one.total)} {counts}."


def _first_things(one: AssignmentResult, shown: set[str]) -> str:
    """The parts with most to gain, each with the most telling line."""
    open_parts = [p for p in one.parts if not p.full and not p.bonus and (p.feedback or p.changed)]
    open_parts.sort(key=lambda part: (not part.misconceptions, part.earned - part.points))
    lines = [
        f"{_linked(part, shown)}: {texts.sentence(_telling(part))} <span class=quiet>"
        f"({points_text(part.points - part.earned)} to gain)</span>{_commented(part)}"
        for part in open_parts[:FIRST_THINGS]
    ]
    return f"<h2>What to look at first</h2>{list_of(lines)}" if lines else ""


def _telling(part: PartResult) -> str:
    if part.changed:
        return part.changed
    at_once, _ = folded(part.feedback)
    telling = [sentence for sentence in at_once if not sentence.startswith("✔")]
    return (telling or part.feedback)[0].removeprefix(FIRST).removeprefix("✘ ")


def _commented(part: PartResult) -> str:
    return texts.comment(part.comment) if part.changed and part.comment else ""


def _linked(part: PartResult, shown: set[str]) -> str:
    """The part, as a link to its place on the page."""
    for role in ("test", "written"):
        if (place := grade_id(role, part.id)) in shown:
            return f'<a href="#{place}">{escape(part.id)}</a>'
    return escape(part.id)


def _problems(one: AssignmentResult) -> str:
    return (
        f'<div class="warn"><strong>Noticed while grading</strong>{items(one.problems)}</div>'
        if one.problems
        else ""
    )


def _points(one: AssignmentResult, shown: set[str]) -> str:
    """Every part with its points; the exercise's title stands at its first part. What was not handed
    in is folded away: a notebook among many is nothing to search for."""
    rows, absent, last = [], [], ""
    for book in one.notebooks:
        for part in book.parts:
            earned = "–" if part.state == "not graded" else points_text(part.earned)
            score = f"{earned} of {points_text(part.points)}"
            note = " · ".join(filter(None, ["bonus" if part.bonus else "", remark(part, book)]))
            note = escape(note) + (texts.comment(part.comment) if part.comment else "")
            title, last = "" if part.title == last else part.title, part.title
            group = absent if book.record is None and part.state == "missing" else rows
            group.append([_mark(part), _linked(part, shown), escape(title), score, note])
    tables = [
        table(["", "part", "exercise", "points", ""], group, numbers=(3,), whole=(1,))
        if group
        else ""
        for group in (rows, absent)
    ]
    count = f"{len(absent)} {'part was' if len(absent) == 1 else 'parts were'} not handed in"
    return tables[0] + (fold(count, tables[1]) if absent else "")


def remark(part: PartResult, book: NotebookResult) -> str:
    """In short, how the points came about where they are not simply what was graded."""
    if part.changed:
        return part.changed.rstrip(".").lower()
    blank = part.state == "missing" or (part.unwritten and part.state == "graded")
    if book.damaged and (blank or part.state == "graded"):
        return "the file could not be read"
    if blank:
        return "not handed in" if book.record is None else "not written"
    return "" if part.state == "graded" else part.state


def _mark(part: PartResult) -> str:
    """A sign, with the word for those who do not see it."""
    if part.full:
        sign, word = "✔", "complete"
    elif part.state == "waits for a person":
        sign, word = "…", "to be read"
    elif part.state == "not graded":
        sign, word = "…", "not graded"
    elif part.earned:
        sign, word = "◐", "in part"
    else:
        sign, word = ("–", "open, a bonus") if part.bonus else ("✘", "open")
    return f'<span role="img" aria-label="{word}" title="{word}">{sign}</span>'


def _notebook(book: NotebookResult, notebook: NotebookNode | None) -> str:
    title = f"<h2>{escape(book.notebook.title)}</h2>"
    if book.record is None:
        return f"{title}<p>This notebook was not handed in.</p>"
    if book.damaged:
        return (
            f"{title}<p>This file could not be read, so nothing in it was graded: hand it in again. "
            "(Does it open in JupyterLab? Then save it there once more, and hand in that file.)</p>"
        )
    if notebook is None:
        return f"{title}<p>The executed notebook is not there any more; grade again to see it.</p>"
    parts = {part.id: part for part in book.parts}
    budget = _Budget()
    cells = (_contained(cell, parts, budget) for cell in notebook.cells)
    return title + "\n".join(filter(None, cells))


def _contained(cell: NotebookNode, parts: dict[str, PartResult], budget: _Budget) -> str:
    """A cell as HTML. One that cannot be shown is given as it is: the rest of the page stays."""
    try:
        return _cell(cell, parts, budget)
    except Exception as problem:
        why = f"(This cell cannot be shown in full: {type(problem).__name__}.)"
        text = escape(str(cell.get("source", ""))[: harmless.MAX_TEXT])
        return f"<p class=quiet>{escape(why)}</p><pre>{text}</pre>"


def _cell(cell: NotebookNode, parts: dict[str, PartResult], budget: _Budget) -> str:
    role, part = role_of(cell.id), parts.get(part_of(cell.id))
    if role in ("hints", "setup"):
        return ""
    if role == "rubric":  # it says what the answer is: for those whose text was read
        read = part is not None and part.state == "read by a person"
        return fold("What the points are for", texts.given(cell.source)) if read else ""
    if role == "exercise":
        heading, _, text = cell.source.partition("\n")
        return f"<h3>{escape(heading.lstrip('# '))}</h3>{fold('The exercise', texts.given(text))}"
    if role == "text":
        way_on = "[Next: " in cell.source[:12]  # leads to a notebook that is not here
        return "" if way_on else fold(texts.label(cell.source), texts.given(cell.source))
    if role == "practice":
        return fold("The question", _question(cell))
    if role == "test":
        verdict = by_a_person(part) or _outputs(cell, "verdict")
        verdict = f'<div id="{escape(cell.id)}">{verdict}</div>{_below(role, part)}'
        return verdict + fold("The visible tests", _outputs(cell, "rest"))
    if role == "demo":
        return fold("A demonstration", _code(cell.source, budget) + _without_pictures(cell))
    if cell.cell_type == "code":
        own = "<p class=quiet>Your own cell</p>" if role == "added" else ""
        return f"{own}{_code(cell.source, budget)}{_outputs(cell, 'rest')}"
    return (
        f'<div id="{escape(cell.id)}">{_markdown(cell, budget.markdown)}</div>{_below(role, part)}'
    )


def by_a_person(part: PartResult | None) -> str:
    """What is said of a part whose points a person gave, under these; "" of all others."""
    if part is None or part.state != "read by a person":
        return ""
    ours = part.feedback if part.automatic is not None else []
    said = [*filter(None, [part.changed]), *ours]
    return as_html(Verdict(part.id, part.points, part.bonus, part.earned, said=said))


def _below(role: str, part: PartResult | None) -> str:
    """What stands below a test or a text: what a person gave for the text, and wrote about either."""
    if part is None or role not in ("test", "written"):
        return ""
    score = f"{points_text(part.earned)} of {points_text(part.points)} bonus points"
    read = role == "written" and part.state == "read by a person"
    said = texts.comment(part.comment) if part.comment else ""
    return (f"<p><strong>Read by a person:</strong> {score}</p>" if read else "") + (
        f"<div><strong>Comment:</strong> {said}</div>" if said else ""
    )


@dataclass
class _Budget:
    """How much more of a notebook's texts is formatted."""

    markdown: harmless.HtmlBudget = field(
        default_factory=lambda: harmless.HtmlBudget(MAX_MARKDOWN_OF_NOTEBOOK)
    )
    code: harmless.HtmlBudget = field(
        default_factory=lambda: harmless.HtmlBudget(MAX_CODE_OF_NOTEBOOK)
    )


def _code(source: str, budget: _Budget) -> str:
    """Code in colours; a very long one as it is."""
    if not budget.code.takes(source, MAX_CODE):
        return fold("A long cell", f"<pre>{escape(source)}</pre>")
    return _highlighted(source)


@lru_cache(maxsize=2000)  # a class shares most of its cells
def _highlighted(source: str) -> str:
    from pygments import highlight

    return _PLAIN_CODE.sub(r"\1", highlight(source, *_highlighter()))


@lru_cache
def _highlighter():
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return PythonLexer(), HtmlFormatter()  # its classes are in page.STYLE


def _markdown(cell: NotebookNode, budget: harmless.HtmlBudget) -> str:
    """A student's text, with the pictures that are attached to it; a very long one as it is."""
    text = cell.source
    if not budget.takes(text, MAX_MARKDOWN):
        return fold("A long text", f"<pre>{escape(text)}</pre>")
    pictures = {}
    for number, (name, bundle) in enumerate(cell.get("attachments", {}).items()):
        mime, data = next(iter(bundle.items()))
        place = f"data:{mime};base64,{_digest(text)}{number:04}"
        text = re.sub(rf"attachment:{re.escape(name)}(?=[\s)])", lambda _: place, text)  # noqa: B023
        pictures[place] = f"data:{mime};base64,{data}"
    return _with_pictures(texts.markdown(text), pictures)


def _digest(text: str) -> str:
    """Something that a text cannot hold."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _with_pictures(html: str, pictures: dict[str, str]) -> str:
    """HTML with pictures in their places, up to a size: a text may name one a thousand times."""
    for place, picture in pictures.items():
        often = max(1, harmless.MAX_CELL // len(picture))
        html = html.replace(place, picture, often).replace(place, "data:,")
    return html


def _question(cell: NotebookNode) -> str:
    """A question of the quiz, without what one does to answer it."""
    return texts.with_formulas(re.sub(r"<p><i>To answer it, .*?</p>", "", _outputs(cell, "rest")))


def _outputs(cell: NotebookNode, which: str) -> str:
    """The verdict, or everything else, as HTML. Students' outputs are cleaned once more."""
    shown = []
    for output in cell.get("outputs", []):
        is_verdict = output.get("metadata", {}).get("course") == "verdict"
        if is_verdict and which == "verdict":
            shown.append(output.data["text/html"])
        elif not is_verdict and which == "rest":
            shown.append(_output(output))
    inner = "".join(shown)
    return inner if which == "verdict" or not inner else f'<div class="out">{inner}</div>'


def _without_pictures(cell: NotebookNode) -> str:
    """What a demonstration showed. Its pictures, most of a page's size, are in the student's notebook."""
    bare = NotebookNode(cell, outputs=[_with_empty_pictures(one) for one in cell.outputs])
    shown, images = re.subn(r"(<p>)?<img\b[^>]*>(</p>)?", "", _outputs(bare, "rest"))
    return shown + ("<p class=quiet>Its pictures are in your notebook.</p>" if images else "")


def _with_empty_pictures(output: NotebookNode) -> NotebookNode:
    """The same output, its HTML without the data of pictures: to clean that takes long."""
    html = output.get("data", {}).get("text/html", "")
    if "<img" not in html:
        return output
    data = {**output.data, "text/html": re.sub(r"<img\b[^>]*>", "<img>", html)}
    return NotebookNode(output, data=NotebookNode(data))


def _output(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return texts.printed(output.text)
    if output.output_type == "error":
        if output.ename == "NotImplementedError" and "TODO" in output.evalue:
            return ""  # not written: the verdict says so
        return texts.printed("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    data = output.data
    for mime in ("image/png", "image/jpeg", "image/gif"):
        if mime in data:
            about = escape(" ".join(data.get("text/plain", "a figure").split())[:200])
            image = escape("".join(data[mime].split()))
            return f'<p><img alt="{about}" src="data:{mime};base64,{image}"></p>'
    if "text/html" in data:
        html = harmless.html(data["text/html"])
        long = html.count("<tr") + html.count("<br") + html.count("<p") > texts.LINES
        return fold("A long output", f"<div>{html}</div>") if long else f"<div>{html}</div>"
    if "text/latex" in data:
        latex = data["text/latex"].strip()
        return texts.formula(latex.strip("$").removeprefix("\\displaystyle"), block=True)
    return texts.printed(data.get("text/plain", ""))
