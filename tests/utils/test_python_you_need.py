"""The page on Python: its checks accept the right answers, and none accepts what stands there at first."""

import contextlib
import io
from pathlib import Path

import jupytext
import pytest

import utils

CELLS = jupytext.read(Path(utils.__file__).parents[1] / "solutions/python_you_need.py").cells
ANSWERS = {
    "width = 2": "width = 5",
    "def half(x)": "def half(x):\n    return x / 2",
    "def twice(f, x)": "def twice(f, x):\n    return f(f(x))",
    "line_number = ...": "line_number, right_name = 5, 'numbers'",
    "class Counter": """
class Counter:
    def __init__(self):
        self.total = 0

    def add(self, amount):
        self.total += amount""",
    "class Length": """
class Length:
    def __init__(self, metres):
        self.metres = metres

    def __add__(self, other):
        return Length(self.metres + other.metres)""",
    "def squared_error(p, t)": "def squared_error(p, t):\n    return ((p - t) ** 2).mean()",
    "def outputs(X, w, b)": "product_shape = (5, 2)\ndef outputs(X, w, b):\n    return X @ w + b",
    "def centred(X)": "def centred(X):\n    return X - X.mean(axis=0)",
}
WRONG = {
    "def twice(f, x)": "def twice(f, x):\n    return 2 * f(x)",
    "line_number = ...": "line_number, right_name = 7, 'numbers'",
    "class Counter": ANSWERS["class Counter"].replace("+=", "="),
    "class Length": ANSWERS["class Length"].replace(
        "return Length(self.metres + other.metres)", "self.metres += other.metres; return self"
    ),
    "def squared_error(p, t)": "def squared_error(p, t):\n    return ((p - t) ** 2).sum()",
    "def outputs(X, w, b)": "product_shape = (3, 3)\ndef outputs(X, w, b):\n    return X * w + b",
    "def centred(X)": "def centred(X):\n    return X - X.mean()",
}


def shown(answers):
    """{task: what its checks say}, with these answers in place of what stands in the cells."""
    names, said = {"__name__": "__main__"}, {}
    for cell in CELLS:
        if cell.cell_type != "code":
            continue
        text = next((new for begin, new in answers.items() if begin in cell.source), cell.source)
        number = text.partition('expect("python ')[2][:1]
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.suppress(AssertionError):
            try:
                exec(compile(text, "<cell>", "exec"), names)
            except AssertionError as wrong:
                out.write(str(wrong))
        if number:
            said[number] = out.getvalue()
    return said


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path)


def test_right_answers_are_accepted():
    said = shown(ANSWERS)
    assert sorted(said) == [str(number) for number in range(1, 10)]
    for number, text in said.items():
        assert "✔" in text and "✘" not in text and "○" not in text, (number, text)


def test_nothing_is_accepted_at_first():
    for number, text in shown({}).items():
        assert "✘" in text or "○" in text, (number, text)


def test_wrong_answers_are_not():
    said = shown({**ANSWERS, **WRONG})
    for number in "3456789":
        assert "✘" in said[number], (number, said[number])
