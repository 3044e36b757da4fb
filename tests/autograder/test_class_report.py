"""The class in pictures, numbers and words: a class of 40 with known numbers, and one of 200."""

import base64
import io
import re
import subprocess
import sys
from functools import lru_cache
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from classroom import COURSE, temporary
from fabricated import names, plausible, record, write
from rich.console import Console

from autograder.check import all_checks
from autograder.gradebook.book import Late
from autograder.gradebook.folder import GradingFolder
from autograder.report import item_analysis
from autograder.report.attention import matters
from autograder.report.class_page import class_page
from autograder.report.item_analysis import (
    ENOUGH,
    misconceptions,
    part_statistics,
    quartiles,
    tenths,
)
from autograder.report.results import AssignmentResult, ClassResults, collect
from autograder.report.summary import summary
from autograder.report.write import write_reports

NETWORKS, QUIZ = "ch02_autograd/03_networks", "ch06_networks/quiz"
IDEA = "no_relu_mask"
SENTENCE = all_checks()["2.10"].variants[IDEA].sentence


def shares_of(number):
    """Of 40: the abler half solves 2.9a, 2.9b and 2.11a, the other half 2.11b; the last 14 have an
    idea of 2.10 wrong; everybody solves 2.11c."""
    able = number < 20
    return {"2.9a": able, "2.9b": able, "2.11a": able, "2.11b": not able, "2.10": number < 26}


@lru_cache
def forty():
    records = []
    for number, student in enumerate(names(40)):
        ideas = {"2.10": [IDEA]} if number >= 26 else {}
        ended = (
            {"2.10": "timeout"} if number == 0 else {"2.9a": "crash"} if number in (25, 26) else {}
        )
        shares = {part: float(share) for part, share in shares_of(number).items()}
        records.append(record(student, NETWORKS, shares, ideas=ideas, ended=ended))
    folder = write(GradingFolder(temporary() / "forty"), records)
    return collect(COURSE, folder), folder


def in_terminal(results, width=80):
    console = Console(width=width, file=io.StringIO(), record=True)
    summary(console, results)
    return console.export_text()


class Images(HTMLParser):
    """The images of a page: (alt, src)."""

    def __init__(self, html):
        super().__init__()
        self.found, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.words.append(" " if tag in ("td", "th", "li", "p", "h2") else "")
        if tag == "img":
            self.found.append((dict(attributes)["alt"], dict(attributes)["src"]))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


# misconceptions -------------------------------------------------------------------------------


def test_fourteen_of_forty_hold_an_idea():
    results, _ = forty()
    (idea,) = misconceptions(results)
    assert (idea.count, idea.tried, idea.part, idea.sentence) == (14, 40, "2.10", SENTENCE)
    assert set(idea.students) == set(names(40)[26:])
    page = Images(class_page(results)).text
    assert re.search(rf"14 of 40 2\.10 {re.escape(SENTENCE)}", page)
    assert re.search(r"14 of 40\s+2\.10\s+The gradient passes the ReLU", in_terminal(results))


def test_ideas_are_ranked_by_how_many_hold_them(tmp_path):
    ideas = [
        {"2.9a": ["row"], "2.10": ["a", "b"]},
        {"2.10": ["a"]},
        {"2.10": ["a"], "2.9a": ["row"]},
    ]
    records = [record(f"s{n}", NETWORKS, ideas=held) for n, held in enumerate(ideas)]
    ranked = misconceptions(collect(COURSE, write(GradingFolder(tmp_path), records)))
    assert [(i.count, i.tried, i.part, i.sentence) for i in ranked] == [
        (3, 3, "2.10", "a"), (2, 3, "2.9a", "row"), (1, 3, "2.10", "b"),
    ]  # fmt: skip


# parts ----------------------------------------------------------------------------------------


def test_discrimination_is_the_corrected_item_total_correlation():
    results, _ = forty()
    found = {part.part: part for part in part_statistics(results)}
    parts = [p for p in COURSE.notebooks[NETWORKS].parts]
    worth = {p: all_checks()[p].points for p in parts}
    shares = np.array([[float(shares_of(n).get(p, True)) for p in parts] for n in range(40)])
    counts = [not all_checks()[p].bonus for p in parts]
    points = shares * [worth[p] for p in parts]
    for column, part in enumerate(parts):
        rest = [c for c in range(len(parts)) if c != column and counts[c]]
        if np.std(shares[:, column]) == 0:
            assert found[part].discrimination is None, "everybody has the same"
        else:
            expected = np.corrcoef(shares[:, column], points[:, rest].sum(axis=1))[0, 1]
            assert found[part].discrimination == pytest.approx(expected, abs=0.006)
    assert found["2.11b"].mark == "negative" and found["2.9b"].mark == ""
    assert (found["2.9a"].count, found["2.9a"].full, found["2.9a"].share) == (40, 20, 0.5)


def test_odd_parts_are_named_and_the_term_is_explained():
    results, _ = forty()
    text = Images(class_page(results)).text
    value = next(p.discrimination for p in part_statistics(results) if p.part == "2.11b")
    assert f"Negative: 2.11b (−{-value:.2f})" in text
    assert "corrected item-total correlation" in text and "With 40 students" in text
    assert re.search(r"negative discrimination\s+2\.11b", in_terminal(results))


def test_too_few_students_have_no_discrimination(tmp_path):
    records = [record(f"s{n}", NETWORKS, {"2.9a": n % 2, "2.9b": n % 2}) for n in range(ENOUGH - 1)]
    folder = write(GradingFolder(tmp_path), records)
    results = collect(COURSE, folder)
    assert all(part.discrimination is None for part in part_statistics(results))
    assert f"is shown from {ENOUGH} students on" in Images(class_page(results)).text
    write(folder, [record("one more", NETWORKS, {"2.9a": 0, "2.9b": 0})])
    found = {p.part: p.discrimination for p in part_statistics(collect(COURSE, folder))}
    assert found["2.9a"] is not None


def test_damaged_files_say_nothing_about_the_exercises(tmp_path):
    records = [record("anna", NETWORKS), record("ben", NETWORKS, share=0, state="damaged")]
    results = collect(COURSE, write(GradingFolder(tmp_path), records))
    assert {(part.count, part.share) for part in part_statistics(results)} == {(1, 1.0)}
    assert "damaged file, graded as empty: ben" in in_terminal(results)


def test_our_faults_are_nobodys_zeros(tmp_path):
    """A part that we could not grade counts neither as earned nor as possible."""
    names = [notebook.name for notebook in COURSE.assignments()["ch06_networks"]]
    half, *others = (record("anna", name, share=1.0) for name in names)
    nothing = [record("ben", name, share=1.0) for name in names]
    for one, parts in ((half, half["parts"][:5]), *((one, one["parts"]) for one in nothing)):
        one["state"] = "not graded"
        for part in parts:
            part["state"], part["earned"] = "not graded", 0.0
    results = collect(COURSE, write(GradingFolder(tmp_path), [half, *others, *nothing]))
    assert item_analysis.overall(results) == {"anna": 1.0}
    assert [one.student for one in item_analysis.measured(results, "ch06_networks")] == ["anna"]
    said = (
        "2 students; on average 100 % of the points. 2 could not be graded: a fault of the course"
    )
    assert item_analysis.overview_text(results).startswith(said)
    assert said in " ".join(in_terminal(results).split())
    assert said in Images(class_page(results)).text
    only_ben = ClassResults([one for one in results.assignments if one.student == "ben"], [])
    assert "1 student. 1 could not be graded" in in_terminal(only_ben)
    assert not [image for image in Images(class_page(only_ben)).found if "istogram" in str(image)]


# the distribution -----------------------------------------------------------------------------


def test_tenths():
    assert tenths([0, 0.099, 0.1, 0.3, 0.7, 0.999, 1.0, 1.2]) == [2, 1, 0, 1, 0, 0, 0, 1, 0, 3]
    assert quartiles([0.0, 0.5, 1.0]) == (0.25, 0.5, 0.75)


def results_with(shares, assignment="ch02_autograd", **facts):
    """A class in which these shares of the points were earned."""

    class One(AssignmentResult):
        share = property(lambda self: shares[int(self.student)])
        possible = 1.0

    every = [One(str(number), assignment, [], **facts) for number in range(len(shares))]
    return ClassResults(every, [])


def test_who_is_far_below_the_class():
    spread = [0.6 + 0.01 * n for n in range(30)]
    assert item_analysis.far_below(results_with(spread)) == []
    assert [one.student for one in item_analysis.far_below(results_with([*spread, 0.1]))] == ["30"]
    few = [0.9] * (ENOUGH - 2) + [0.1]
    assert item_analysis.far_below(results_with(few)) == [], "a few students are no distribution"


# pictures -------------------------------------------------------------------------------------


def test_pictures_are_inside_the_page_and_said_in_words():
    results, _ = forty()
    images = Images(class_page(results)).found
    assert len(images) == 2
    for alt, src in images:
        kind, _, code = src.partition(",")
        assert kind == "data:image/svg+xml;base64"
        picture = base64.b64decode(code).decode()
        ElementTree.fromstring(picture)
        assert not re.search(r'<script|<image|href="(?!#)|url\((?!#)', picture)
        assert alt.endswith(".")
    (histogram, _), (parts, _) = images
    counts = tenths([one.share for one in results.assignments])
    for tenth, count in enumerate(counts):
        if count:
            assert f"{10 * tenth} to {10 * tenth + 10} %: {count}" in histogram
    assert "40 students" in histogram and "median" in histogram
    assert (
        "2.9a: 50 %" in parts
        and "2.10: 65 %" in parts
        and re.search(r"2\.11b: -0\.\d\d, negative", parts)
    )


def test_the_page_is_the_same_every_time():
    results, _ = forty()
    assert class_page(results) == class_page(results)


def test_matplotlib_waits_for_the_first_picture():
    code = "import autograder.report.write, autograder.report.summary, sys; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=COURSE.root
    )
    assert done.stdout.strip() == "False", done.stderr


# whom to look at ------------------------------------------------------------------------------


def test_time_outs_and_crashes_name_who_and_which_part():
    results, _ = forty()
    said = [matter.in_short() for matter in matters(results)]
    assert "ran out of time: Müller, Jürgen (2.10)" in said
    assert "ended the process: Student 021 (2.9a), Student 022 (2.9a)" in said
    assert "ran out of time" in in_terminal(results)
    assert "feedback/M%C3%BCller%2C%20J%C3%BCrgen/ch02_autograd.html" in class_page(results)


def test_older_results_do_not_say_what_ended_a_part(tmp_path):
    one = record("anna", NETWORKS)
    for part in one["parts"]:
        del part["ended"]
    assert matters(collect(COURSE, write(GradingFolder(tmp_path), [one]))) == []


def test_who_handed_in_nothing_for_an_assignment(tmp_path):
    records = [record("anna", NETWORKS), record("ben", NETWORKS), record("anna", QUIZ)]
    results = collect(COURSE, write(GradingFolder(tmp_path), records))
    assert [m.in_short() for m in matters(results)] == ["nothing handed in for ch06_networks: ben"]
    assert "nothing handed in" in Images(class_page(results)).text


def test_a_long_list_is_short_in_a_terminal():
    late = results_with([0.5] * 9, late=Late(3600.0, 1.0))
    (matter,) = matters(late)
    assert (
        matter.in_short().endswith("and 6 more")
        and matter.in_short().count("1 hour, −1 point") == 3
    )


# large classes --------------------------------------------------------------------------------


@lru_cache
def large():
    folder = GradingFolder(temporary() / "large")
    return write(folder, plausible(200, [NETWORKS, QUIZ]))


def test_the_terminal_shows_a_screenful_for_200_students():
    results = collect(COURSE, large())
    text = in_terminal(results)
    lines = text.splitlines()
    assert len(lines) <= 50 and all(len(line.rstrip()) <= 80 for line in lines)
    assert len(set(re.findall(r"Student \d+", text))) <= 15, "no list of students"
    for heading in ("Hardest parts", "Most frequent wrong ideas", "To look at"):
        assert heading in text
    assert "200 students" in text and "90–100 %" in text


def test_a_small_class_is_listed(tmp_path):
    folder = write(GradingFolder(tmp_path), [record(name, NETWORKS) for name in names(6)])
    text = in_terminal(collect(COURSE, folder))
    assert all(name in text for name in names(6))


def test_feedback_only_for_those_who_are_named(tmp_path):
    folder = write(GradingFolder(tmp_path), [record(name, NETWORKS) for name in names(6)])
    results = write_reports(COURSE, folder, students=["O'Brien"])
    assert [path.name for path in folder.feedback.iterdir()] == ["O'Brien"]
    assert len(results.students) == 6 and folder.page.is_file() and folder.table.is_file()
