"""What a student sends or hands in neither stops nor holds up those who judge and show it."""

import os
import subprocess
import sys
import zipfile

import msgpack
import pytest
from attacks import CHANNEL, WRONG
from classroom import COURSE, givens
from nbformat.v4 import new_markdown_cell

from autograder.commands.try_answers import try_answers
from autograder.grading import files, harmless
from autograder.grading.intake import take_in
from autograder.inside import plain
from autograder.judging.forbid import MAX_PARSED, forbidden_use
from autograder.judging.relied_on import forbidden_in
from autograder.report import feedback_page


def keys_with_one_hash(count):
    """Whole numbers that a dict or a set must compare each with each."""
    return [(number + 8) * (2**61 - 1) for number in range(count)]


def nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return value


MESSAGES = {
    "a set of equal hashes": set(keys_with_one_hash(8_000)),
    "a dict of equal hashes": dict.fromkeys(keys_with_one_hash(8_000)),
    "many sets of equal hashes": [set(keys_with_one_hash(2_000)) for _ in range(15)],
    "many items": [[None] * 200_000 for _ in range(6)],
    "many lists": [[[]] * 150_000 for _ in range(4)],
    "many dicts": [[{}] * 150_000 for _ in range(4)],
    "many arrays": [[msgpack.ExtType(3, plain.encode(["<f8", [0], b""]))] * 90_000] * 3,
    "lists in lists": nested(60),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_that_take_long_or_much_are_refused(name):
    with pytest.raises(plain.NotPlain):
        plain.decode(plain.encode(MESSAGES[name]))


def test_the_bounds_leave_room_for_work():
    values = [set(range(3_000)), {(i, i): i for i in range(3_000)}, [0.5] * 200_000, nested(24)]
    assert plain.decode(plain.encode(values)) == values


TEXTS = {
    "a long chain": "x = a" + ".b" * 1_200,
    "a longer chain": "x = a" + ".b" * 20_000,
    "deep brackets": "(" * 5_000,
    "deep signs": "-" * 20_000 + "1",
    "deep indices": "x" + "[0]" * 1_500 + " = 1",
    "no text": "\x00\ud800",
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_overflow_a_parser_are_read_all_the_same(name):
    assert forbidden_use(TEXTS[name], ("numpy.linalg",)) is None
    assert forbidden_in("x = 1", [TEXTS[name]], ("numpy.linalg",)) is None


def test_a_very_long_text_is_searched_without_a_parser():
    long = "# " + "x" * MAX_PARSED + "\n"
    assert forbidden_use(f"{long}numpy.linalg.solve", ("numpy.linalg",)) == "numpy.linalg"


NAMES = (
    f"anna/02_operations-Copy{'9' * 5_000}.ipynb",
    f"anna/02_operations{'(1)' * 5_000}.ipynb",
    f"{'a' * 60_000}/02_operations.ipynb",
)


def test_absurd_names_in_a_zip_are_a_line_each(tmp_path):
    with zipfile.ZipFile(tmp_path / "names.zip", "w") as archive:
        for name in (*NAMES, "ben/02_operations.ipynb"):
            archive.writestr(name, "{}")
    taken = take_in([tmp_path], givens())
    assert [one.student for one in taken.submissions] == ["ben"]
    assert len(taken.lines) == len(NAMES) and all(len(line) < 400 for line in taken.lines)


def test_a_zip_of_many_notebooks_is_opened_once_or_twice(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(50):
            archive.writestr(f"s{number}/02_operations.ipynb", "{}")
    opened, real = [], zipfile.ZipFile
    monkeypatch.setattr(
        files.zipfile, "ZipFile", lambda *a, **k: opened.append(a) or real(*a, **k)
    )
    assert len(take_in([tmp_path], givens()).submissions) == 50
    assert len(opened) <= 2


def test_nothing_reaches_a_terminal_but_text():
    hostile = "\x1b]0;title\x07a\x1b[31mb\x9b31mc\u202egnp.exe\u2066\x7f\x08\n\t."
    assert harmless.plain(hostile) == "ab31mcgnp.exe\n\t."


def test_modules_are_not_taken_from_the_folder_in_which_one_stands(tmp_path):
    (tmp_path / "typer.py").write_text("print('taken from there'); raise SystemExit")
    command = [sys.executable, "-m", "autograder", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(COURSE.root)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "grade" in done.stdout and "taken from there" not in done.stdout


@pytest.mark.sandbox
def test_trying_an_answer_survives_what_it_sends():
    loud = WRONG.format(inside="        raise ValueError('\\x1b]0;title\\x07\\x9b31m\\u202e')")
    answers = [CHANNEL["outputs"].text, loud, WRONG.format(inside=" " * 8 + "pass")]
    results = try_answers([{"exercise": "2.5", "source": text} for text in answers])
    assert [result["earned"] for result in results] == [0, 0, 0]
    said = str([results, *(line for one in results for line in one["parts"][0]["feedback"])])
    assert not any(sign in said for sign in ("\x1b", "\x07", "\x9b", "\u202e"))


def test_a_drawings_title_is_looked_for_at_its_beginning():
    assert 'alt="a hill"' in harmless.svg("<svg><title>a hill</title></svg>")
    assert 'alt="a drawing"' in harmless.svg("<svg>" + "<title" * 2_000 + "><title>x</title>")


def test_very_long_text_is_shown_as_it_is():
    cell = new_markdown_cell("**bold** " + r"\(" * 6_000, id="added-1")
    budget = harmless.HtmlBudget()
    fold = "<details><summary>A long text</summary>"
    assert feedback_page._markdown(cell, budget).startswith(f"{fold}<pre>**bold**")
    cell.source = "**bold**"
    assert "<strong>bold</strong>" in feedback_page._markdown(cell, budget)
