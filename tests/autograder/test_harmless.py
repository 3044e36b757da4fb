"""What comes from a student is cleaned within bounds: no text makes the grader work for long."""

import json
import re
from types import SimpleNamespace

import nh3
import numpy as np
import pytest
from classroom import given, givens, solved
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading import harmless, reading
from autograder.grading.grade import finish, prepare_file
from autograder.judging.reference import Reference

MANY = "".join(f"<b a{number}=1>" for number in range(1500))


def displays(*texts):
    return [{"output_type": "display_data", "data": {"text/html": text}} for text in texts]


def html_of(outputs):
    return [output.data["text/html"] for output in outputs]


@pytest.fixture
def cleaned(monkeypatch):
    """The lengths of all texts that the parser of HTML is given."""
    lengths, real = [], nh3.clean
    harmless._cleaned.cache_clear()
    monkeypatch.setattr(
        harmless.nh3, "clean", lambda text, **options: lengths.append(len(text)) or real(text, **options)
    )  # fmt: skip
    return lengths


def test_long_html_is_not_parsed(cleaned):
    short, long = html_of(harmless.outputs(displays("<b>short</b>", "<b " + "a " * 40_000 + ">")))
    assert short == "<b>short</b>" and "too much HTML" in long
    assert cleaned == [12]


def test_embedded_pictures_do_not_count(cleaned):
    picture = f'<img src="data:image/png;base64,{"A" * 500_000}">'
    (shown,) = html_of(harmless.outputs(displays(picture)))
    assert "AAAA" in shown


def test_much_html_in_many_outputs_is_bounded_for_the_whole_notebook(cleaned):
    budget = harmless.HtmlBudget()
    for number in range(100):
        harmless.outputs(displays(f"{number} {MANY}"), budget)
    assert 0 < sum(cleaned) <= harmless.MAX_HTML_OF_NOTEBOOK


def test_a_notebook_full_of_html_is_judged_all_the_same(cleaned):
    notebook = solved()
    notebook.cells += [new_code_cell(f"{number}") for number in range(60)]
    reference = Reference()
    plan = prepare_file(json.dumps(notebook).encode(), given(), reference)
    results = [
        {"outputs": displays(f"{place} {MANY}"), "error": None} if hasattr(step, "source")
        else {"entries": [], "error": None}
        for place, step in enumerate(plan.steps)
    ]  # fmt: skip
    done = finish(plan, results, reference, 1, "x")
    assert done.state == "graded" and sum(cleaned) <= harmless.MAX_HTML_OF_NOTEBOOK


def test_long_texts_are_cut():
    assert len(harmless.markdown("*a " * 100_000)) < 2 * harmless.MAX_TEXT


LOADS = [
    "[x](javascript:alert(1))", "[x]( javascript:alert(1))", "[x](\njavascript:alert(1))",
    "[x](<javascript:alert(1)>)", "[x](java\\script:alert(1))", "[x](&#106;avascript:alert(1))",
    "[x][r]\n\n[r]: javascript:alert(1)", "> [r]: javascript:alert(1)\n\n[x][r]", "[r]\n\n[r]:\njavascript:x",
    "[x](vbscript:a)", "[x](data:text/html,a)", "[x](/lab/api/shutdown)", "[x](../secret.ipynb)",
    "![x](https://evil.org/a.png)", "![a [b] c](https://evil.org/a.png)", "![x](//evil.org/a.png)",
    "![x][r]\n\n[r]: https://evil.org/a.png", "[![x](https://evil.org/a.png)](https://ok.org)",
    "![x](attachment:lost.png)", "[x](attachment:lost.png)", "<javascript:alert(1)>",
    "![x](\n https://evil.org/a.png)", r"$\href{javascript:alert(1)}{x}$", "![x](<https://evil.org/a.png>)",
]  # fmt: skip


@pytest.mark.parametrize("text", LOADS)
def test_shown_markdown_runs_and_loads_nothing(text):
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    source, kept = harmless.attached(text, {})
    shown = markdown2html_mistune(source)
    assert not kept and "<img" not in shown and "\\href" not in shown
    for place in re.findall(r'href="([^"]*)"', shown):
        assert place.startswith(("https://", "#")), place


def test_links_to_the_web_and_the_cells_own_pictures_stay():
    source, kept = harmless.attached(
        "[a](https://x.org) ![b](attachment:my%20plot.png 'title') ![c](attachment:e.svg)",
        {"my plot.png": {"image/png": "iVBORw0K"}, "e.svg": {"image/svg+xml": "PHN2Zz4="}},
    )
    assert "[a](https://x.org)" in source and list(kept) == ["picture-1", "picture-2"]
    assert "![b](attachment:picture-1 " in source and "![c](attachment:picture-2)" in source


@pytest.mark.parametrize("field", ["output_type", "name", "text", "data", "ename", "traceback"])
@pytest.mark.parametrize("value", [np.arange(3), [1], {"a": 1}, None, 3.5, b"x"], ids=repr)
def test_outputs_of_any_form_raise_nothing(field, value):
    for kind in ("stream", "error", "display_data"):
        harmless.outputs([{"output_type": kind, "name": "stdout", field: value}, value])


def test_a_line_break_in_a_message_begins_no_line():
    said = "ValueError: x\r\n! ben copied\u2028from\x85anna\x0b!"
    assert harmless.line(said).split("ValueError")[1].splitlines()[1:] == []


def test_only_the_part_of_a_text_that_is_shown_is_searched(monkeypatch):
    lengths, real = [], harmless._ANSI
    searched = SimpleNamespace(
        sub=lambda new, text: lengths.append(len(text)) or real.sub(new, text)
    )
    monkeypatch.setattr(harmless, "_ANSI", searched)
    assert "cut" in harmless.plain("x" * 10_000_000, 100) and lengths == [400]


def graded_with(*cells):
    notebook = solved()
    notebook.cells += cells
    reference = Reference()
    plan = prepare_file(json.dumps(notebook).encode(), given(), reference)
    nothing = {"outputs": [], "error": None, "entries": []}
    return finish(plan, [nothing] * len(plan.steps), reference, 1, "x")


def test_formgrader_can_show_every_text_of_a_graded_notebook():
    """Its converter stops at a picture that is not there."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    drawing = new_markdown_cell(
        "![a plot](attachment:plot.svg) ![](attachment:lost.png) ![][r]\n\n[r]: attachment:x"
    )
    drawing.attachments = {
        "plot.svg": {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    }
    bad = new_markdown_cell("![](attachment:x)")
    bad.attachments = {"x": {"image/png": 'iVBORw0K" onerror="alert(1)', "text/html": "<script>"}}
    shown = []
    for cell in graded_with(drawing, bad).notebook.cells:
        if cell.cell_type == "markdown":
            renderer = IPythonRenderer(escape=False, attachments=cell.get("attachments", {}))
            shown.append(MarkdownWithMath(renderer=renderer).render(cell.source))
    assert sum("data:image/svg+xml;base64,PHN2" in html for html in shown) == 1
    assert not any("onerror" in html or "<script" in html for html in shown)


def test_a_notebooks_texts_and_pictures_have_a_total(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ALL_SOURCE", 1_000)
    monkeypatch.setattr(reading, "MAX_ALL_PICTURES", 1_000)
    cells = [
        {
            "cell_type": "markdown",
            "source": "x" * 300,
            "attachments": {"a": {"image/png": "A" * 300}},
        }
        for _ in range(8)
    ]
    kept = reading.read_cells(json.dumps({"cells": cells}).encode())
    assert [len(cell.source) == 300 for cell in kept] == [True] * 3 + [False] * 5
    assert [bool(cell.attachments) for cell in kept] == [True] * 3 + [False] * 5


def test_there_is_room_for_what_the_course_shows():
    """The course's own HTML is far below the bounds."""
    texts = [c.source for one in givens().values() for c in one.shown.cells]
    assert max(map(len, texts)) < harmless.MAX_TEXT
