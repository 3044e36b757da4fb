"""What people read, from work that was really graded: pages that load nothing and run nothing."""

import io
import re
from functools import lru_cache
from html.parser import HTMLParser

import nbformat
import pytest
from classroom import COURSE, NAME, graded, hand_in, solved, temporary
from rich.console import Console

from autograder.gradebook.folder import GradingFolder
from autograder.report.class_page import class_page
from autograder.report.item_analysis import misconceptions
from autograder.report.results import collect
from autograder.report.summary import summary
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


def test_the_links_of_the_feedback_lead_to_its_parts():
    html = page_of("Meier")
    links, places = set(re.findall(r'href="#([^"]+)"', html)), re.findall(r' id="([^"]+)"', html)
    assert {"test-2-5", "test-2-6"} <= links <= set(places)
    assert len(places) == len(set(places))
    first = html[html.index("What to look at first") :]
    assert first.index('<a href="#test-2-5">') < first.index("<h2>")


def test_feedback_that_still_holds_is_left_alone():
    _, folder = the_class()
    before = {path: path.stat().st_ino for path in folder.feedback.rglob("*.html")}
    (changed,) = (path for path in before if "Meier" in str(path))
    text = changed.read_text(encoding="utf-8")
    changed.write_text(
        text.replace('"made-from" content="', '"made-from" content="x'), encoding="utf-8"
    )
    write_reports(COURSE, folder)
    after = {path: path.stat().st_ino for path in folder.feedback.rglob("*.html")}
    assert {path for path in before if before[path] != after[path]} == {changed}


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


def test_the_class_page_ranks_ideas_and_lists_problems():
    results, _ = the_class()
    (idea,) = misconceptions(results)
    assert (idea.count, idea.tried, idea.part) == (1, 3, "2.5"), "a damaged file says nothing"
    _, text = watched(class_page(results))
    assert "1 of 3" in text and "The gradient for b has the wrong sign" in text
    assert "something else.ipynb" in text and "damaged" in text


def test_the_terminal_summary_takes_names_literally():
    console = Console(record=True, width=200, file=io.StringIO())
    results, _ = the_class()
    summary(console, results)
    text = console.export_text()
    assert "Meier, Jörg" in text and "damaged file" in text


def test_an_empty_folder_is_said(tmp_path):
    results = collect(COURSE, GradingFolder(tmp_path))
    assert "Nothing is graded yet" in class_page(results)
    console = Console(record=True, file=io.StringIO())
    summary(console, results)
    assert "Nothing is graded yet" in console.export_text()
