"""Texts, formulas and prints on pages: drawn, whole, in words, and harmless whoever wrote them."""

import json
import re
import time

import pytest
from classroom import COURSE

from autograder.report import mathematics, texts
from autograder.report.mathematics import formula

MARKDOWN = r"""Half of $x^2$ is $\frac{x^2}{2}$, and
$$\begin{aligned} f'(x) &= x \\[4pt] f(0) &= 0 \end{aligned}$$

| a | $b_1$ |
|---|---|
| `$c$` | \$5 |

## The chain of $h$
"""


def course_texts():
    for path in sorted(COURSE.chapters.rglob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield "".join(cell["source"])


def test_every_formula_of_the_course_is_drawn(monkeypatch):
    seen = set()
    monkeypatch.setattr(texts, "formula", lambda *about: seen.add(about) or "")
    for text in course_texts():
        texts.markdown(text)
    assert len(seen) > 400
    assert [latex for latex, block in seen if "<math" not in formula(latex, block)] == []


def test_markdown_with_formulas():
    html = texts.markdown(MARKDOWN)
    assert html.count("<math") == 5 and "<mfrac>" in html and html.count("<mtr>") == 2
    assert "<code>$c$</code>" in html and "$5" in html and "4pt" not in html
    assert "\\frac" not in html and "&amp;amp;" not in html


HOSTILE = {
    "nesting": "{" * 900 + "}" * 900,
    "exponents": "a^{" * 600,
    "definitions": r"\newcommand{\a}{\b\b\b\b}\newcommand{\b}{\c\c\c\c}" + r"\a" * 300,
    "a definition of itself": r"\def\a{\a\a}\a",
    "too long": "x" * (mathematics.MAX_FORMULA + 1),
    "columns": "&" * 2000,
    "nonsense": r"\frac{1}{",
    "unknown": r"\nosuchcommand{x}",
}


@pytest.mark.parametrize("latex", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_drawn_is_shown_as_its_source_in_no_time(latex):
    begin = time.process_time()
    html = formula(latex)
    assert html.startswith('<code class="tex">') and "<math" not in html
    assert time.process_time() - begin < 0.5


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
        r"\text{&#60;script&#62;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed;top:0}{x}",
        r"\color{red;background:url(//x.example)}{x}",
        r"\class{warn}{x}",
        r"\hspace{-60em} x",
        r"\mathbin{<b onclick=x>}",
    ],
)
def test_a_formula_brings_no_markup_of_its_own(latex):
    for html in (formula(latex), texts.markdown(f"a ${latex}$ b")):
        tags = set(re.findall(r"</?(\w+)", html))
        assert tags <= {*mathematics._ELEMENTS, "code", "p", "span"}
        named = set(re.findall(r'<[^>]*? (\w+)="', html))
        assert not named & {"href", "style", "src", "onerror", "onclick"}
        assert "60em" not in re.sub(r"<code.*?</code>", "", html)


def test_no_formula_gets_into_an_attribute():
    source = r'![$\text{" onerror="alert(1)}$](data:image/png;base64,AA) [t](https://x.org "$y$")'
    html = texts.markdown(source)
    assert "onerror" not in html and "<math" not in html
    html = texts.with_formulas('<p title="a > $x$">of $y$ and <code>$z$</code></p>')
    assert html.startswith('<p title="a > $x$">of <math') and "<code>$z$</code>" in html


def test_prices_are_no_formulas():
    assert "<math" not in texts.with_formulas("It costs $5 here and $6 there; \\$x$, a$b$c.")


@pytest.mark.parametrize(
    "text, said",
    [
        ("## The `tape`, *again*\n\nText.", "The tape, again"),
        ("**Your task.** Let $f(x) = x^2$, so", "Your task"),
        ("**q3c** (code) Write `collapse(W1)`: the\nweights", "Question q3c"),
        ("How large is too\nlarge? Before you move", "How large is too large?"),
        ("Forward mode fits in a few lines: a number that carries", "A text of the notebook"),
        ("With $x = 3$ it is four. Then", "A text of the notebook"),
        ("a text that ends nowhere", "A text of the notebook"),
        ("[A link](x.ipynb) leads away. More.", "A link leads away."),
    ],
)
def test_a_fold_says_in_whole_words_what_it_holds(text, said):
    assert texts.label(text) == said


def test_no_label_of_the_course_is_markdown_or_cut():
    for label in map(texts.label, course_texts()):
        assert label and not re.search(r"[$`*\\\[]|^#", label), label
        assert len(label) <= texts.LONGEST_LABEL


def test_a_long_print_is_folded_and_whole():
    text = "".join(f"line {number}\n" for number in range(2000))
    html = texts.printed(text)
    shown = html.partition("<details>")[0]
    assert shown.count("\n") < texts.LINES and "<summary>1,970 more lines</summary>" in html
    assert [f"line {n}" in html for n in (0, 29, 30, 1999)] == [True] * 4
    assert len(texts.printed("x" * 9_000).partition("<details>")[0]) < 3_100
    short = "short\n" * 20
    assert texts.printed(short) == f"<pre>{short}</pre>"
