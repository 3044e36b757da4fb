"""The page for one student, from results with known numbers."""

import re
from copy import deepcopy

import pytest
from classroom import COURSE
from fabricated import HAND, record, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.gradebook.book import Late
from autograder.gradebook.folder import GradingFolder
from autograder.grading import harmless
from autograder.report import feedback_page as report
from autograder.report.feedback_page import feedback_page, summary_text
from autograder.report.page import POLICY
from autograder.report.results import collect


def result(tmp_path, shares=None, **facts):
    folder = write(GradingFolder(tmp_path), [record("Łukasz", HAND, shares, **facts)])
    (one,) = collect(COURSE, folder).assignments
    return one


def part(one, name):
    return next(part for part in one.parts if part.id == name)


def executed():
    """Cells as an executed notebook has them."""
    todo = new_output(
        "error", ename="NotImplementedError", evalue="TODO: your answer goes here", traceback=["T"]
    )
    return new_notebook(
        cells=[
            new_code_cell("raise NotImplementedError", id="answer-2-1a", outputs=[todo]),
            new_code_cell("1 / 0", id="answer-2-1b", outputs=[new_output("error", ename="ZeroDivisionError", evalue="x", traceback=["Z"])]),
            new_code_cell("", id="test-2-1a"),
            new_markdown_cell("Because of the chain rule.", id="written-2-2-written"),
            new_markdown_cell("- **1** names the chain rule", id="rubric-2-2-written"),
        ]
    )  # fmt: skip


def test_what_to_look_at_first_begins_with_ideas_then_with_what_is_worth_most(tmp_path):
    one = result(tmp_path, {"2.2a": 0.5, "2.2b": 0, "2.1a": 0, "2.1b": 0})
    part(one, "2.1a").misconceptions, part(one, "2.1a").feedback = (
        ["x"],
        ["Look at this first: this."],
    )
    part(one, "2.2b").feedback = ["✔ one thing", "✘ another [x = 2]: came out 3."]
    html = feedback_page(one, {HAND: executed()})
    first = html[html.index("What to look at first") : html.index("<h2>Points")]
    lines = re.findall(r"<li>(.*?)</li>", first)
    assert [re.sub("<.*?>", "", line) for line in lines] == [
        "2.1a: this. (0.5 to gain)",
        "2.2b: another [x = 2]: came out 3. (3 to gain)",
        "2.1b: This part is not written yet. (1.5 to gain)",
    ]
    assert '<a href="#test-2-1a">2.1a</a>' in lines[0] and "<a" not in lines[1], (
        "links lead somewhere"
    )


def test_every_part_has_a_sign_with_a_word(tmp_path):
    one = result(tmp_path, {"2.1a": 1, "2.1b": 0.5, "2.1c": 0})
    part(one, "2.2-written").state = "waits for a person"
    html = feedback_page(one, {})
    rows = dict(
        re.findall(
            r'aria-label="([^"]+)" title="[^"]+">.</span></td><td class=w>(2\.\S+?)</td>', html
        )[i][::-1]
        for i in range(4)
    )
    assert rows == {"2.1a": "complete", "2.1b": "in part", "2.1c": "open", "2.2a": "complete"}
    assert 'aria-label="to be read"' in html and "Gradient intuition" in html


@pytest.mark.parametrize(
    "late, said",
    [
        (Late(), ""),
        (Late(90000.0, 0.0), "It was handed in late by 1 day and 1 hour, which costs nothing."),
        (
            Late(90000.0, 2.0),
            "It was handed in late by 1 day and 1 hour: −2 points, so 1 point counts.",
        ),
        (Late(0.0, 2.0), "It was handed in late: −2 points, so 1 point counts."),
        (Late(60.0, 99.0), "It was handed in late by 1 minute: −99 points, so 0 points count."),
    ],
)
def test_lateness_is_said_at_the_top(tmp_path, late, said):
    shares = {name: 0.0 for name in COURSE.notebooks[HAND].parts}
    one = result(tmp_path, {**shares, "2.1a": 1, "2.1b": 1, "2.1c": 1})
    one.late = late
    assert summary_text(one).endswith(said or "06_tensor.") and (
        "late" in summary_text(one)
    ) == bool(said)


def test_the_rubric_is_for_those_whose_text_was_read(tmp_path):
    one = result(tmp_path)
    unread = feedback_page(one, {HAND: executed()})
    part(one, "2.2-written").state, part(one, "2.2-written").comment = (
        "read by a person",
        "Good <b>.",
    )
    read = feedback_page(one, {HAND: executed()})
    assert "names the chain rule" not in unread and "names the chain rule" in read
    assert "Because of the chain rule." in unread and "Good &lt;b&gt;." in read


def test_a_comment_is_markdown_as_formgraders_field_says(tmp_path):
    one = result(tmp_path, {"2.1a": 0.5})
    mine = part(one, "2.1a")
    mine.state, mine.automatic, mine.earned = "read by a person", 0.0, 0.25
    mine.comment = "Say *why* $x^2$ grows <b>.\n\n- a list"
    html = feedback_page(one, {HAND: executed()})
    assert html.count("<em>why</em> <math") == 3  # first things, table, below the part
    assert html.count("grows &lt;b&gt;.") == 3 and html.count("<li>a list</li>") == 3
    row = re.search(r"0\.25 of 0\.5</td><td>(.*?)<p>", html)[1]
    assert row == "changed by a person from 0 to 0.25"


def test_what_was_not_handed_in_is_folded_away_unless_somebody_gave_points_for_it(tmp_path):
    one = result(tmp_path)
    html = feedback_page(one, {})
    absent = sum(len(book.parts) for book in one.notebooks if book.record is None)
    shown, fold, folded = html.partition(f"<summary>{absent} parts were not handed in</summary>")
    assert fold and ">2.1a<" in shown and ">2.5<" not in shown
    assert folded.partition("</details>")[0].count("not handed in</td>") == absent > 9
    part(one, "2.5").state, part(one, "2.5").earned = "read by a person", 1
    assert ">2.5<" in feedback_page(one, {}).partition(f"<summary>{absent - 1} parts")[0]


def test_an_unwritten_answer_shows_no_traceback(tmp_path):
    html = feedback_page(result(tmp_path), {HAND: executed()})
    assert "<pre>Z</pre>" in html and "<pre>T</pre>" not in html


def test_the_page_loads_nothing(tmp_path):
    html = feedback_page(result(tmp_path), {HAND: executed()})
    assert POLICY in html and "@media print" in html
    assert not re.search(r'<script|<link|@import|url\(|(src|href)="(?!#|data:)', html)


def test_equal_results_make_equal_pages(tmp_path):
    one = result(tmp_path)
    assert feedback_page(one, {}) == feedback_page(deepcopy(one), {})


PICTURE = "iVBORw0K" + "A" * 400_000


def page_with(tmp_path, *cells):
    return feedback_page(result(tmp_path), {HAND: new_notebook(cells=list(cells))})


def test_a_picture_that_is_lost_or_a_cell_that_cannot_be_shown_costs_nothing_else(tmp_path):
    lost = new_markdown_cell("![](attachment:x)", id="added-1")
    broken = new_markdown_cell("broken", id="added-2")
    broken.attachments = {"x": {}}
    last = new_markdown_cell("the last text", id="added-3")
    html = page_with(tmp_path, lost, broken, last)
    assert "cannot be shown in full" in html and "the last text" in html


def test_a_page_that_fails_does_not_stop_the_next_one(tmp_path, monkeypatch):
    folder = write(GradingFolder(tmp_path), [record(name, HAND) for name in ("anna", "ben")])
    results = collect(COURSE, folder).assignments
    monkeypatch.setattr(report, "executed", lambda folder, book: 1 / 0)
    report.write_feedback(folder, results)
    for name in ("anna", "ben"):
        assert "<h2>Points</h2>" in folder.feedback_path(name, "ch02_autograd").read_text()


def test_a_drawing_and_a_picture_are_shown(tmp_path):
    cell = new_markdown_cell("![a](attachment:picture-1) ![b](attachment:picture-2)", id="added-1")
    cell.attachments = {
        "picture-1": {"image/svg+xml": "PHN2Zz4="}, "picture-2": {"image/png": PICTURE},
    }  # fmt: skip
    html = page_with(tmp_path, cell)
    assert 'src="data:image/svg+xml;base64,PHN2Zz4="' in html and PICTURE in html


def test_a_picture_that_is_named_often_is_not_a_long_page(tmp_path, monkeypatch):
    lengths = []
    monkeypatch.setattr(harmless, "html", lambda text: lengths.append(len(text)) or text)
    cell = new_markdown_cell("![](attachment:picture-1) " * 300, id="added-1")
    cell.attachments = {"picture-1": {"image/png": PICTURE}}
    html = page_with(tmp_path, cell)
    assert len(html) < 2 * harmless.MAX_CELL and max(lengths) < 100_000


def test_only_so_much_code_is_coloured(tmp_path, monkeypatch):
    lengths = []
    monkeypatch.setattr(
        report, "_highlighted", lambda text: lengths.append(len(text)) or "coloured"
    )
    cells = [
        new_code_cell("x" * size, id=f"added-{n}") for n, size in enumerate([80_000, *[7_000] * 90])
    ]
    html = page_with(tmp_path, *cells)
    assert sum(lengths) <= report.MAX_CODE_OF_NOTEBOOK and max(lengths) <= report.MAX_CODE
    assert html.count("coloured") == len(lengths) and "x" * 80_000 in html


def test_a_question_is_there_once_without_how_to_answer_it(tmp_path):
    asked = (
        "<div><p><b>q3</b> (one letter) What is $W_2(W_1x)$?</p><ul><li>(a) $x^2$</li></ul>"
        "<p><i>To answer it, run this cell: press Shift+Enter.</i></p></div>"
    )
    shown = new_output("display_data", {"text/html": asked, "text/plain": "Question q3"})
    html = page_with(tmp_path, new_code_cell('quiz.show("q3")', id="practice-q3", outputs=[shown]))
    assert html.count("(one letter)") == 1 and html.count("<math") == 2
    assert "<summary>The question</summary>" in html
    assert "quiz.show" not in html and "To answer it" not in html


def test_the_way_to_the_next_notebook_and_pictures_of_demonstrations_are_left_out(tmp_path):
    picture = new_output("display_data", {"image/png": PICTURE, "text/plain": "a figure"})
    printed = new_output("stream", name="stdout", text="the loss is 3")
    html = page_with(
        tmp_path,
        new_markdown_cell("**[Next: Networks](03_networks.ipynb)** · back", id="text-9"),
        new_code_cell("show(fig)", id="demo-1", outputs=[picture, printed]),
        new_code_cell("show(fig)", id="added-1", outputs=[picture]),
    )
    assert "Next: Networks" not in html
    assert html.count(PICTURE) == 1 and "the loss is 3" in html


def test_the_html_of_a_demonstration_is_cleaned_without_its_pictures(tmp_path, monkeypatch):
    cleaned, clean = [], harmless.html
    monkeypatch.setattr(harmless, "html", lambda text: cleaned.append(text) or clean(text))
    html = (
        f'<p>Seen</p><img alt="a" src="data:image/png;base64,{"iVBO" * 1000}"><img onerror="x()">'
    )
    shown = new_output("display_data", {"text/html": html + "<script>bad()</script>"})
    page = page_with(tmp_path, new_code_cell("look()", id="demo-1", outputs=[shown]))
    assert "Seen" in page and "Its pictures are in your notebook." in page
    assert "iVBO" not in page and "bad()" not in page and "<img" not in page
    assert max(map(len, cleaned)) < 100


def test_a_long_output_does_not_make_a_long_page(tmp_path):
    rows = "<table>" + "<tr><td>x</td></tr>" * 500 + "</table>"
    outputs = [
        new_output("stream", name="stdout", text="a line\n" * 3000),
        new_output("display_data", {"text/html": rows}),
        new_output("display_data", {"text/plain": "[1,\n" * 3000}),
        new_output(
            "display_data", {"text/latex": "$\\displaystyle \\frac{x}{2}$", "text/plain": "x/2"}
        ),
    ]
    html = page_with(tmp_path, new_code_cell("noise()", id="added-1", outputs=outputs))
    cell = html[html.index("Your own cell") :]
    open_ = re.sub(r"<details>.*?</details>", "", cell, flags=re.S)
    assert open_.count("\n") < 100 and open_.count("<tr") == 0 and "<mfrac>" in open_
    assert cell.count("a line") == 3000 and cell.count("<tr>") == 500


def test_points_are_counted_in_words(tmp_path):
    one = result(tmp_path)
    for notebook in one.notebooks:
        for part in notebook.parts:
            part.points = part.earned = 0
    one.notebooks[0].parts[0].points = 1
    assert summary_text(one).startswith("You earned 0 of 1 point. ")
