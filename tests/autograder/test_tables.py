"""grades.csv: what is written comes out again, and nothing in it is a formula."""

import csv
import io
import re

import pytest
from classroom import COURSE
from fabricated import two_assignments
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.tables import as_csv, as_written, grades_csv


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_grades_csv_comes_out_as_it_went_in():
    found = two_assignments()
    read = list(csv.DictReader(io.StringIO(grades_csv(COURSE, found), newline="")))
    assert [as_written(row["student"]) for row in read] == [
        one.student for one in found.assignments
    ]
    for row, one in zip(read, found.assignments):
        assert float(row["total"]) == one.total
        assert float(row["points"]) + float(row["bonus"]) - float(
            row["late penalty"]
        ) == pytest.approx(float(row["total"]))
        parts = {
            key.split(" ", 1)[1]: row[key] for key in row if re.match(r"(\d\d_|quiz)\S* ", key)
        }
        for part in one.parts:
            assert (
                parts[part.id] == ""
                if part.state == "missing"
                else float(parts[part.id]) == part.earned
            )


def test_a_name_that_is_a_formula_is_none_in_a_spreadsheet():
    read = rows(grades_csv(COURSE, two_assignments()))
    assert ["'=cmd", "'=cmd"] == [row[0] for row in read if "=cmd" in row[0]]


@given(st.lists(st.text(alphabet="ab'=+-@\t\r\n,;\"0. ü", max_size=6), min_size=1, max_size=4))
def test_every_text_survives_and_none_is_a_formula(texts):
    (read,) = rows(as_csv([texts]))
    assert [as_written(cell) for cell in read] == texts
    for cell in read:
        assert cell[:1] not in tuple("=+@\t\r") and (
            not cell.startswith("-") or re.fullmatch(r"-?[\d.]*", cell)
        )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "text",
    ["=1+1", ";=1+1", "a;=1+1", "x; =1+1", 'x;"=1+1"', "\t=1", "a\n=1", "＝1+1", "＋1", "－1+2", "＠SUM(1)",
     " =1+1", "\xa0=1", "|=1", "'=1", ";＝1", "a;-1+1", ";\t=1"],
)  # fmt: skip
def test_no_formula_whatever_a_spreadsheet_takes_for_the_end_of_a_cell(text, delimiter):
    made = as_csv([["anna", text, "end"]])
    for row in csv.reader(io.StringIO(made), delimiter=delimiter):
        for cell in row:
            assert cell.strip(' \xa0"\t')[:1] not in tuple("=+-@＝＋－＠"), row
    assert as_written(rows(made)[0][1]) == text


@pytest.mark.parametrize("text", ["-2", "-0.5", "3", "-", ""])
def test_numbers_stay_numbers(text):
    assert rows(as_csv([["x", text]])) == [["x", text]]
