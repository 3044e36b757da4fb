"""What comes from a student is cleaned within bounds: no text makes the grader work for long."""

import json

import nh3
import pytest
from classroom import given, givens, solved
from nbformat.v4 import new_code_cell

from autograder.grading import harmless
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
    harmless.html.cache_clear()
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


def test_there_is_room_for_what_the_course_shows():
    """The course's own HTML is far below the bounds."""
    texts = [c.source for one in givens().values() for c in one.shown.cells]
    assert max(map(len, texts)) < harmless.MAX_TEXT
