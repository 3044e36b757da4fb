"""Texts and prints as HTML: Markdown with its formulas drawn, folds with labels in words, long prints
folded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape

from autograder.grading import harmless
from autograder.judging.feedback import in_html
from autograder.report.mathematics import formula
from autograder.report.page import fold

LINES, CHARACTERS = 30, 3_000  # of a print that stand open
_FORMULA = re.compile(r"(?<![\\$\w])\$(?!\s)([^$<>\n]{1,500}?)(?<![\s\\])\$(?![\w$])")
_UNTOUCHED = re.compile(r'<(pre|code|math)\b.*?</\1>|<(?:[^>"]|"[^"]*")*>', re.S)
LONGEST_LABEL = 90


def markdown(text: str, tags: bool = True) -> str:
    """Markdown as HTML. It is cleaned first; formulas, which are our own, are put in afterwards.

    The place of one is an element, so that none gets into an attribute (an image's description).
    Without `tags`, HTML in it is shown as it is written.
    """
    latex: list[tuple[str, bool]] = []
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()  # no text holds its own hash

    def put(source: str, block: bool) -> str:
        latex.append((source, block))
        return f'<span class="{mark}-{len(latex) - 1}"></span>'

    place = re.compile(rf'<span class="{mark}-(\d+)"></span>')
    made = harmless.html(_html(text, put, tags))
    return place.sub(lambda found: formula(*latex[int(found[1])]), made)


def _html(text: str, put: Callable[[str, bool], str], tags: bool) -> str:
    """Markdown as nbconvert reads it; `put` gets the formulas, and says what stands in their places."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        def block_math(self, body):
            return put(body, True)

        def inline_math(self, body):
            return put(body, False)

        def latex_environment(self, name, body):
            return put(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    renderer = Renderer(escape=not tags, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(text)


def comment(text: str) -> str:
    """What a person wrote beside the points: Markdown and formulas, as formgrader's field says."""
    return markdown(text, tags=False)


def with_formulas(html: str) -> str:
    """HTML (clean already) with the formulas in its text drawn, as Jupyter would show them."""

    def drawn(text: str) -> str:
        return _FORMULA.sub(lambda found: formula(unescape(found[1])), text)

    made, last = [], 0
    for found in _UNTOUCHED.finditer(html):
        made += [drawn(html[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*made, drawn(html[last:])])


def sentence(text: str) -> str:
    """A sentence of the course: code in monospace, formulas drawn."""
    return with_formulas(in_html(text))


def label(text: str) -> str:
    """What a fold says: the heading, the bold words at the beginning or the first sentence of a text,
    whole and without markup; where that is no short sentence in words, that it is a text."""
    text = text.strip()
    if heading := re.match(r"#+ +(.+)", text):
        return _plain(heading[1])
    beginning = " ".join(text.partition("\n\n")[0].strip("> -").split())
    if bold := re.match(r"\*\*(.+?)\*\*", beginning):
        said = bold[1].strip(" .:")
        said = f"Question {said}" if re.fullmatch(r"q\d+\w*", said) else said
    else:
        said = re.split(r"(?<=[.?!:])(?= |$)", beginning, maxsplit=1)[0].rstrip(":")
        said = "" if said[-1:] not in ".?!" else said
    said = _plain(said)
    in_words = said and len(said) <= LONGEST_LABEL and not re.search(r"[$\\|<\[]", said)
    return said if in_words else "A text of the notebook"


def _plain(text: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\*+|`|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)", "", text).strip()


def printed(text: str) -> str:
    """What a program printed; the greater part of a long print is folded."""
    lines = text.splitlines()
    shown = "\n".join(lines[:LINES])
    if len(text) <= CHARACTERS and len(lines) <= LINES + 5:
        return f"<pre>{escape(text)}</pre>"
    if len(shown) > CHARACTERS:
        shown = shown[:CHARACTERS].rpartition("\n")[0] or shown[:CHARACTERS]
    rest = text[len(shown) :].removeprefix("\n")
    count = len(rest.splitlines())
    words = f"{count:,} more {'line' if count == 1 else 'lines'}" if count > 1 else "The rest of it"
    return f"<pre>{escape(shown)}</pre>" + fold(words, f"<pre>{escape(rest)}</pre>")


@lru_cache(maxsize=500)  # a class shares the course's own texts
def given(text: str) -> str:
    """The same of a text of the course."""
    return markdown(text)
