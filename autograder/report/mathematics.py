"""Formulas as MathML, which browsers draw by themselves: no script, no font, nothing loaded.

latex2mathml understands the LaTeX. What it makes is taken apart and written anew, with the elements and
attributes below and nothing else: a student's formula can neither bring markup of its own onto the page
nor move what stands beside it. A formula that is not understood is shown as its source.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element, tostring

MAX_FORMULA = 2_000  # characters; the time that a formula takes grows with its length
MAX_NESTING = 60
_DEFINES = re.compile(  # definitions within definitions make a short formula endless
    r"\\(?:(?:re)?new(?:command|environment)|providecommand|[gex]?def|let|DeclareMathOperator)"
    r"(?![A-Za-z])"
)
_SAME = (  # what it does not know, in what it knows
    (re.compile(r"\\(begin|end)\{(?:aligned|align|eqnarray\*?)\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin|end)\{gather(?:ed|\*)?\}"), r"\\\1{matrix}"),
    (re.compile(r"\\(?:begin|end)\{(?:equation|displaymath|math)\*?\}"), ""),
    (re.compile(r"\\\\\s*\[[\d.]+\s*[a-z]{2}\]"), r"\\\\"),  # space between two lines
)
_ELEMENTS = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub",
    "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "none",
    "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
}  # fmt: skip
_PRIMES = ("′", "″", "‴")
_LENGTH = re.compile(r"-?[0-4]?(\.\d{1,4})?(em|ex)|0|thin|medium|thick")
_WORDS = re.compile(r"[a-z -]{1,80}")
_VALUES = {
    **dict.fromkeys(("width", "lspace", "rspace", "linethickness"), _LENGTH),
    **dict.fromkeys(("minsize", "maxsize"), re.compile(r"[0-4](\.\d{1,3})?(em)?")),
    **dict.fromkeys(
        (
            "display", "displaystyle", "mathvariant", "stretchy", "fence", "form", "separator", "accent",
            "accentunder", "movablelimits", "largeop", "symmetric", "columnalign", "columnlines",
            "rowlines", "notation",
        ),
        _WORDS,
    ),
    "scriptlevel": re.compile(r"\+?[0-2]"),
    "mathcolor": re.compile(r"[a-z]{3,20}|#[0-9a-fA-F]{3,6}"),
    **dict.fromkeys(
        ("rowspacing", "columnspacing"), re.compile(r"([0-4]?(\.\d{1,4})?(em|ex) ?){1,20}")
    ),
}  # fmt: skip


def formula(latex: str, block: bool = False) -> str:
    """A formula as HTML: drawn, or else its LaTeX as text."""
    shown = _mathml(latex.strip(), block)
    if shown is None:
        sign = "$$" if block else "$"
        return f'<code class="tex">{escape(f"{sign}{latex}{sign}")}</code>'
    return f'<span class="formula">{shown}</span>' if block else shown


@lru_cache(maxsize=2000)  # a class shares most of them
def _mathml(latex: str, block: bool) -> str | None:
    from latex2mathml.converter import convert_to_element

    if not latex or len(latex) > MAX_FORMULA or _DEFINES.search(latex):
        return None
    for theirs, ours in _SAME:
        latex = theirs.sub(ours, latex)
    try:
        made = convert_to_element(latex, display="block" if block else "inline")
        return _written(made)
    except Exception:  # it raises many kinds, and may recurse too deeply
        return None


def _written(made: Element) -> str | None:
    """The formula as text; None where something of it was not understood, or does not belong there."""
    todo = [(made, 0)]
    while todo:
        element, depth = todo.pop()
        if element.tag not in _ELEMENTS or depth > MAX_NESTING:
            return None
        element.text, element.tail = unescape(element.text or ""), ""
        if element.text == "&" or (element.text[:1] == "\\" and len(element.text) > 1):
            return None  # an environment or a command that it does not know
        for name, value in list(element.attrib.items()):
            allowed = _VALUES.get(name)
            if allowed is None or not allowed.fullmatch(value):
                del element.attrib[name]
        if element.tag == "msup" and unescape(element[1].text or "") in _PRIMES:
            _put_beside(element)
        todo += [(child, depth + 1) for child in element]
    return tostring(made, encoding="unicode", short_empty_elements=False)


def _put_beside(power: Element) -> None:
    """f' with its prime beside the f: as an exponent it is a speck in most fonts."""
    power.tag, prime = "mrow", power[1]
    prime.tag, prime.text = "mo", "'" * (1 + _PRIMES.index(unescape(prime.text)))
    prime.attrib.update(lspace="0", rspace="0")
