"""What people read: tables that spreadsheets understand, pages that load nothing and run nothing."""

import csv
import io
import re
from functools import lru_cache
from html.parser import HTMLParser

import nbformat
import pytest
from classroom import COURSE, NAME, STEM, graded, hand_in, solved, temporary

from autograder.feedback import points_text
from autograder.grading.folder import GradingFolder
from autograder.report.class_page import class_page, misconceptions, summary
from autograder.report.results import collect
from autograder.report.tables import files_for, grades_csv
from autograder.report.write import write_reports

pytestmark = pytest.mark.sandbox

SOLUTION = COURSE.notebooks[NAME].answer_of("2.5").solution
WRONG = SOLUTION.replace("-grad_output", "grad_output")
SCRIPT = "<script>evil()</script>"
NAMES = ("Meier, Jörg", "=SUM(A1)", "<b>Ada<b>")


def hostile():
    notebook = solved(
        **{"2.5": SOLUTION.replace("self.a, self.b = a, b", f"raise ValueError({SCRIPT!r})")}
    )
    notebook.cells.insert(
        4, nbformat.v4.new_markdown_cell(f"{SCRIPT} ![x](http://evil.example/x.png)")
    )
    show = f"from IPython.display import HTML, display\ndisplay(HTML({SCRIPT!r} + '<a href=javascript:x>y</a>'))"
    notebook.cells.insert(4, nbformat.v4.new_code_cell(f"{show}\nprint({SCRIPT!r})"))
    return notebook


@lru_cache
def the_class():
    submitted = temporary() / "report" / "submitted"
    hand_in(submitted, NAMES[0], solved(**{"2.5": WRONG}))
    hand_in(submitted, NAMES[1], solved())
    hand_in(submitted, NAMES[2], hostile())
    hand_in(submitted, "broken", "{")
    hand_in(submitted, "broken", "{", "something else.ipynb")
    _, _, folder = graded(submitted, temporary() / "report" / "grading")
    return write_reports(COURSE, folder), folder


class Watch(HTMLParser):
    """Collects what a page would run or load."""

    def __init__(self):
        super().__init__()
        self.suspicious, self.text = [], []

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "link", "base", "form"):
            self.suspicious.append(tag)
        for name, value in attributes:
            if name.startswith("on") or re.match(r"\s*javascript:", value or ""):
                self.suspicious.append(f"{tag} {name}={value}")
            if name in ("src", "srcset", "data") and not (value or "").startswith("data:image/"):
                self.suspicious.append(f"{tag} {name}={value}")

    def handle_data(self, data):
        self.text.append(data)


def watched(html):
    watch = Watch()
    watch.feed(html)
    return watch.suspicious, " ".join("".join(watch.text).split())


def page_of(student):
    results, folder = the_class()
    (path,) = (folder.feedback / next(s for s in results.students if student in s)).glob("*.html")
    return path.read_text(encoding="utf-8")


def test_feedback_begins_with_words_and_what_to_look_at_first():
    suspicious, text = watched(page_of("Meier"))
    assert suspicious == []
    assert re.search(r"You earned [\d.]+ of [\d.]+ points", text)
    first, wrong = (
        text.index("What to look at first"),
        text.index("The gradient for b has the wrong sign"),
    )
    assert first < wrong < text.index("Division")
    assert "HIDDEN" not in text and "-grad_output * self.a" not in text


def test_feedback_on_hostile_work_is_harmless():
    html = page_of("Ada")
    suspicious, text = watched(html)
    assert suspicious == []
    assert "evil()" in text, "the student sees what was written, as text"
    assert "Content-Security-Policy" in html and "default-src 'none'" in html
    assert "http://evil.example" not in re.sub(r"<pre.*?</pre>", "", html, flags=re.S).replace(
        "![x]", ""
    )


def test_every_page_is_self_contained():
    _, folder = the_class()
    pages = [*folder.feedback.rglob("*.html"), folder.page]
    assert len(pages) == 5
    for path in pages:
        assert watched(path.read_text(encoding="utf-8"))[0] == []


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_grades_csv_survives_commas_umlauts_and_formulas():
    results, folder = the_class()
    found = {row["student"]: row for row in rows(folder.table.read_text(encoding="utf-8"))}
    assert set(found) == {"Meier, Jörg", "'=SUM(A1)", "_b_Ada_b_", "broken"}
    assert float(found["Meier, Jörg"][f"{STEM} 2.5"]) < 4
    assert found["'=SUM(A1)"][f"{STEM} 2.6"] == "4"
    assert found["broken"]["state"] == "damaged file" and "broken JSON" in found["broken"]["notes"]
    for one in results.assignments:
        assert points_text(one.max) in {row["max"] for row in found.values()}


def test_a_notebook_that_is_missing_counts_in_the_maximum():
    results, _ = the_class()
    everything = sum(
        float(part.points)
        for one in results.assignments[:1]
        for part in one.parts
        if not part.bonus
    )
    assert results.assignments[0].max == everything
    assert set(results.assignments[0].missing) == {
        book.stem for book in COURSE.assignments()[NAME.split("/")[0]] if book.name != NAME
    }


def test_exports_have_the_columns_of_their_systems():
    results, _ = the_class()
    (canvas,) = files_for(COURSE, results, "canvas").values()
    head, possible, *students = csv.reader(io.StringIO(canvas))
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert possible[0].strip() == "Points Possible"
    assert len(students) == 4 and all(len(row) == len(head) for row in students)
    for name, text in files_for(COURSE, results, "moodle").items():
        assert name.endswith(".csv") and rows(text)[0]["Maximum Grade"]
    assert files_for(COURSE, results, "csv") == {"grades.csv": grades_csv(COURSE, results)}


def test_the_class_page_ranks_ideas_and_lists_problems():
    results, _ = the_class()
    assert misconceptions(results)[0][:3] == (1, 4, "2.5")
    _, text = watched(class_page(results))
    assert "1 of 4" in text and "The gradient for b has the wrong sign" in text
    assert "something else.ipynb" in text and "damaged" in text


def test_the_terminal_summary_takes_names_literally():
    from rich.console import Console

    console = Console(record=True, width=200, file=io.StringIO())
    results, _ = the_class()
    summary(console, results)
    text = console.export_text()
    assert "Meier, Jörg" in text and "damaged file" in text


def test_an_empty_folder_is_said(tmp_path):
    results = collect(COURSE, GradingFolder(tmp_path))
    assert "Nothing is graded yet" in class_page(results)
