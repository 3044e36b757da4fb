"""Makes what comes from a student safe to show: markup cleaned, sizes bounded, nothing loaded."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from html import escape
from urllib.parse import unquote

import nh3
from nbformat import NotebookNode

MAX_TEXT = 30_000
MAX_IMAGE = 4_000_000
MAX_CELL = 6_000_000
# A parser of HTML takes long over some texts: the time grows with the square of their length.
MAX_HTML = 50_000
MAX_HTML_OF_NOTEBOOK = 400_000
MAX_REMEMBERED = 20_000  # a class shares short texts; long ones are one student's
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
_TAGS = nh3.ALLOWED_TAGS | {"section", "details", "summary", "figure", "figcaption"}
_STYLES = {
    "color", "background-color", "border", "border-left", "border-collapse", "padding", "margin",
    "padding-left", "list-style", "text-align", "font-weight", "font-style", "font-family",
    "white-space", "width",
}  # fmt: skip
_TOO_MUCH = "<p>(This output was too much HTML to be shown here.)</p>"
_ANSI = re.compile(  # sequences for terminals, control characters, reversed writing
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)?"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_BREAK = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_JOINER = "\u2060"  # stands for nothing, and parts what belongs together
_DEFUSED = re.compile(
    r"<(?=[A-Za-z/!?])"
    r"|!\[[^\[\]<]{0,500}\]\((?:\s{0,3}https?:)?|!(?=\[)"  # images
    r"|\]\(|\]:"  # links, and where a link is defined
    r"|\\(?=(?:href|url|require|style|class|cssId|data|includegraphics)\b)"
)
_REFERENCE = re.compile(r"(\]\(\s{0,3}attachment:)([^\s()<>]{1,300})")
_OWN = re.compile(r"\s{0,3}attachment:(picture-\d+)(?=[\s)])")
_WEB = re.compile(r"\s{0,3}(?:https?://|mailto:|#)", re.I)
_LEADS_OUT = re.compile(r"\s*(?:https?:|mailto:|#)", re.I)
_PLAIN_TAG = re.compile(
    r"</?(?:b|i|em|strong|sub|sup|br|p|hr|code|pre|u|s|ul|ol|li|table|tr|td|th|details|summary)\s*/?>",
    re.I,
)
_IMAGE = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/gif": b"GIF8"}


@lru_cache
def _attributes() -> dict[str, set[str]]:
    allowed = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    allowed["*"] = allowed.get("*", set()) | {"style", "aria-label", "role", "title", "class"}
    return allowed


def _only_embedded(tag: str, name: str, value: str) -> str | None:
    if name in ("src", "srcset", "background", "poster"):
        return value if re.match(r"data:image/(png|jpeg|gif|svg\+xml);base64,", value) else None
    if name == "href":
        return value if _LEADS_OUT.match(value) else None
    return value


def html(text: str) -> str:
    """HTML without scripts, event handlers, forms, and anything that would be loaded."""
    return _cleaned(text) if len(text) <= MAX_REMEMBERED else _cleaned.__wrapped__(text)


@lru_cache(maxsize=1000)
def _cleaned(text: str) -> str:
    return nh3.clean(
        text,
        tags=_TAGS,
        attributes=_attributes(),
        attribute_filter=_only_embedded,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "data"},
        clean_content_tags={"script", "style", "iframe", "object", "template", "svg"},
    )


class HtmlBudget:
    """How much more HTML of one notebook is parsed. Embedded pictures do not count."""

    def __init__(self, left: int = MAX_HTML_OF_NOTEBOOK):
        self.left = left

    def takes(self, text: str, most: int = MAX_HTML) -> bool:
        """Does this fit? Then it is taken off the budget."""
        size = len(_EMBEDDED.sub("", text))
        if size > min(most, self.left):
            return False
        self.left -= size
        return True


def markdown(text: str, pictures: Collection[str] = ()) -> str:
    """Markdown that runs nothing and loads nothing, whoever shows it.

    Raw HTML is plain text, except tags without attributes that only format. Links lead to the web
    only, and images are those of the cell's own `pictures` (see `attached`); others become text.
    """
    return _defused(plain(text), pictures)


def _defused(text: str, pictures: Collection[str]) -> str:
    def one(found: re.Match) -> str:
        sign, end = found[0], found.end()
        if sign == "<":
            return "<" if _PLAIN_TAG.match(text, found.start()) else "< "
        own = _OWN.match(text, end)
        if sign.endswith("](") and own and own[1] in pictures:
            return f"{sign[:-2]}]("
        if sign.startswith("!["):
            about, _, scheme = sign[2:].partition("](")
            return f"!{_JOINER}[{_defused(about, ())}]{_JOINER}({scheme}{_JOINER}"
        if sign == "](" and _WEB.match(text, end):
            return sign
        return f"{sign[0]}{_JOINER}{sign[1:]}"

    return _DEFUSED.sub(one, text)


def attached(source: str, attachments: Mapping) -> tuple[str, dict[str, dict[str, str]]]:
    """A text cell's Markdown and its pictures, which get names of our own.

    A picture that is missing, or more than what a cell may show, becomes a link that leads nowhere.
    """
    names, kept, left = {}, {}, MAX_CELL
    for number, (name, bundle) in enumerate(attachments.items(), 1):
        size = sum(map(len, bundle.values()))
        if size <= left:
            left -= size
            names[name] = f"picture-{number}"
            kept[names[name]] = dict(bundle)

    def renamed(found) -> str:
        name = found[2] if found[2] in names else unquote(found[2])
        return f"{found[1]}{names.get(name, 'missing')}"

    return markdown(_REFERENCE.sub(renamed, plain(source)), kept), kept


def plain(text, limit: int = MAX_TEXT) -> str:
    """Text without control characters, within a limit."""
    text = text if isinstance(text, str) else ""
    too_long = len(text) > 4 * limit  # (what is cut off need not be cleaned)
    text = _ANSI.sub("", _BREAK.sub("\n", text[: 4 * limit]))
    text = text[:limit] + "\n… cut" if too_long or len(text) > limit else text
    return text.encode("utf-8", "replace").decode("utf-8")


def line(text, limit: int = MAX_TEXT) -> str:
    """The same on one line: nothing after a line break can pose as a line of ours."""
    return " ".join(plain(text, limit).split())


def outputs(found, budget: HtmlBudget | None = None) -> list[NotebookNode]:
    """A cell's outputs as a notebook holds them; whatever is not understood is left out."""
    kept, size, budget = [], 0, budget or HtmlBudget()
    for output in found if isinstance(found, list) else ():
        if isinstance(output, dict) and (clean := _output(output, budget)) is not None:
            size += len(str(clean))
            if size > MAX_CELL:
                kept.append(
                    new_output("stream", name="stdout", text="… more output was left out\n")
                )
                break
            kept.append(clean)
    return kept


def new_output(kind: str, data: dict | None = None, **content) -> NotebookNode:
    """An output of a cell (nbformat's function of that name validates every single one)."""
    made = NotebookNode(output_type=kind, **content)
    if data is not None:
        made.update(data=NotebookNode(data), metadata=NotebookNode())
    return made


def _output(output: dict, budget: HtmlBudget) -> NotebookNode | None:
    kind, name = output.get("output_type"), output.get("name")
    kind = kind if isinstance(kind, str) else ""
    if kind == "stream":
        name = "stderr" if isinstance(name, str) and name == "stderr" else "stdout"
        return new_output("stream", name=name, text=plain(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        lines = [plain(line, 4000) for line in lines[:60]] if isinstance(lines, list) else []
        name, value = plain(output.get("ename"), 200), plain(output.get("evalue"), 2000)
        return new_output("error", ename=name, evalue=value, traceback=lines)
    if kind in ("display_data", "execute_result"):
        data = _bundle(output.get("data"), budget)
        return new_output("display_data", data) if data else None
    return None


def _bundle(data, budget: HtmlBudget) -> dict[str, str]:
    clean: dict[str, str] = {}
    for mime, value in data.items() if isinstance(data, dict) else ():
        if not isinstance(value, str):
            continue
        if mime == "text/plain":
            clean[mime] = plain(value)
        elif mime == "text/html" and len(value) <= MAX_IMAGE:
            text = plain(value, MAX_IMAGE)
            clean[mime] = html(text) if budget.takes(text) else _TOO_MUCH
        elif mime in _IMAGE and _is_image(mime, value):
            clean[mime] = "".join(value.split())
        elif mime == "image/svg+xml" and len(value) <= MAX_IMAGE:
            clean.setdefault("text/html", svg(value))
        elif mime == "text/latex":
            clean[mime] = markdown(value).replace("<", "\\lt ")
    return clean


def _is_image(mime: str, value: str) -> bool:
    try:
        if len(value) > MAX_IMAGE:
            return False
        return base64.b64decode("".join(value.split()), validate=True).startswith(_IMAGE[mime])
    except (binascii.Error, ValueError):
        return False


def svg(text: str) -> str:
    """A drawing as an embedded image, in which no script runs and nothing is loaded."""
    code = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return f'<img alt="{escape(_title(text))}" src="data:image/svg+xml;base64,{code}">'


def _title(text: str) -> str:
    found = re.search(r"<title[^>]*>([^<]{1,300})</title>", text[:5000])
    return found[1].strip() if found else "a drawing"
