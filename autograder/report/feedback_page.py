"""What a student gets back: one page per assignment, from what to look at first to every cell."""

from __future__ import annotations

import re
from html import escape

import nbformat
from nbformat import NotebookNode

from autograder.feedback import points_text
from autograder.grading import harmless
from autograder.grading.folder import GradingFolder, write_text
from autograder.report.page import items, page, table
from autograder.report.results import AssignmentResult, NotebookResult, PartResult

FIRST_THINGS = 3


def write_feedback(folder: GradingFolder, results: list[AssignmentResult]) -> None:
    """One page per student and assignment below `feedback/`."""
    for one in results:
        notebooks = {book.notebook.name: _executed(folder, one, book) for book in one.notebooks}
        path = folder.feedback / one.student / f"{one.assignment}.html"
        write_text(path, feedback_page(one, notebooks))


def _executed(folder: GradingFolder, one: AssignmentResult, book: NotebookResult):
    path = folder.autograded / one.student / one.assignment / f"{book.notebook.stem}.ipynb"
    try:
        return nbformat.read(path, as_version=4) if book.record else None
    except (OSError, ValueError):
        return None


def feedback_page(one: AssignmentResult, notebooks: dict[str, NotebookNode | None]) -> str:
    """The page as HTML."""
    sections = [
        f"<h1>{escape(one.title)}</h1><p class=quiet>Feedback for {escape(one.student)}</p>",
        f"<p class=lead>{escape(in_words(one))}</p>",
        _first_things(one),
        _problems(one),
        "<h2>Points</h2>",
        _points(one),
    ]
    for book in one.notebooks:
        sections.append(_notebook(book, notebooks.get(book.notebook.name)))
    return page(f"{one.title}: {one.student}", "\n".join(filter(None, sections)))


def in_words(one: AssignmentResult) -> str:
    """How it went, in one or two sentences."""
    checked = [part for part in one.parts if not part.bonus]
    full = sum(part.full for part in checked)
    said = f"You earned {points_text(one.points)} of {points_text(one.max)} points"
    said += f" and {points_text(one.bonus)} bonus. " if one.bonus else ". "
    if full == len(checked):
        said += "Everything is right: well done."
    elif full:
        said += f"{full} of {len(checked)} parts {'is' if full == 1 else 'are'} complete."
    else:
        said += "No part is complete yet; the notes below say where to begin."
    if one.missing:
        said += f" Not handed in: {', '.join(one.missing)}."
    waiting = [part.id for part in one.parts if part.state == "waits for a person"]
    if waiting:
        said += f" Your text on {', '.join(waiting)} will be read by a person."
    return said


def _first_things(one: AssignmentResult) -> str:
    """The parts with most to gain, each with the most telling line."""
    open_parts = [p for p in one.parts if not p.full and not p.bonus and p.feedback]
    open_parts.sort(key=lambda part: (not part.misconceptions, part.earned - part.points))
    lines = [f"{part.id}: {_telling(part)}" for part in open_parts[:FIRST_THINGS]]
    return f"<h2>What to look at first</h2>{items(lines)}" if lines else ""


def _telling(part: PartResult) -> str:
    wrong = [line for line in part.feedback if not line.startswith("✔")]
    return (wrong or part.feedback)[0]


def _problems(one: AssignmentResult) -> str:
    return (
        f'<div class="warn"><strong>Noticed while grading</strong>{items(one.problems)}</div>'
        if one.problems
        else ""
    )


def _points(one: AssignmentResult) -> str:
    rows = []
    for book in one.notebooks:
        for part in book.parts:
            mark = _mark(part)
            score = f"{points_text(part.earned)} of {points_text(part.points)}"
            state = "" if part.state == "graded" else part.state
            if part.state == "missing":
                state = "not handed in" if book.record is None else "not written"
            note = " · ".join(filter(None, ["bonus" if part.bonus else "", state, part.comment]))
            rows.append([mark, escape(part.id), score, escape(note)])
    return table(["", "part", "points", ""], rows, numbers=(2,))


def _mark(part: PartResult) -> str:
    if part.full:
        return "✔"
    if part.state == "waits for a person":
        return "…"
    return "–" if part.bonus and not part.earned else "✘"


def _notebook(book: NotebookResult, notebook: NotebookNode | None) -> str:
    title = f"<h2>{escape(book.notebook.title)}</h2>"
    if book.record is None:
        return f"{title}<p>This notebook was not handed in.</p>"
    if notebook is None:
        return f"{title}<p>The executed notebook is not there any more; grade again to see it.</p>"
    comments = {part.id: part.comment for part in book.parts if part.comment}
    return title + "\n".join(filter(None, (_cell(cell, comments) for cell in notebook.cells)))


def _cell(cell: NotebookNode, comments: dict[str, str]) -> str:
    role, _, rest = cell.id.partition("-")
    if role in ("hints", "setup"):
        return ""
    if role == "exercise":
        heading, _, text = cell.source.partition("\n")
        return (
            f"<h3>{escape(heading.lstrip('# '))}</h3><details><summary>The exercise</summary>"
            f"{_markdown(text)}</details>"
        )
    if role == "text":
        return _folded(_first_line(cell.source), _markdown(cell.source))
    if role == "test":
        return _outputs(cell, "verdict") + _folded("The visible tests", _outputs(cell, "rest"))
    if role == "demo":
        return _folded("A demonstration", _code(cell.source) + _outputs(cell, "rest"))
    if cell.cell_type == "code":
        own = "<p class=quiet>Your own cell</p>" if role == "added" else ""
        return f"{own}{_code(cell.source)}{_outputs(cell, 'rest')}"
    said = comments.get(rest.replace("-", ".", 1), "")
    comment = (
        f"<p><strong>Comment:</strong> {escape(said)}</p>" if role == "written" and said else ""
    )
    return _markdown(cell.source, cell.get("attachments", {})) + comment


def _first_line(text: str) -> str:
    lines = (line.strip("#> ") for line in text.splitlines())
    return next((line for line in lines if line), "").replace("**", "").replace("`", "")


def _folded(summary: str, inner: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>" if inner else ""


def _code(source: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(source, PythonLexer(), HtmlFormatter(noclasses=True, nobackground=True))


def _markdown(text: str, attachments: dict | None = None) -> str:
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    for name, bundle in (attachments or {}).items():
        for mime, data in bundle.items():
            text = text.replace(f"attachment:{name}", f"data:{mime};base64,{data}")
    made = harmless.html(markdown2html_mistune(text))
    return re.sub(r'<a class="anchor-link".*?</a>', "", made)


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


def _output(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>"
    if output.output_type == "error":
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return f"<pre>{escape(text)}</pre>"
    data = output.data
    for mime in ("image/png", "image/jpeg", "image/gif"):
        if mime in data:
            about = escape(" ".join(data.get("text/plain", "a figure").split())[:200])
            image = escape("".join(data[mime].split()))
            return f'<p><img alt="{about}" src="data:{mime};base64,{image}"></p>'
    if "text/html" in data:
        return f"<div>{harmless.html(data['text/html'])}</div>"
    return f"<pre>{escape(data.get('text/plain', ''))}</pre>"
