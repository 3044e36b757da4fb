"""Grading a notebook: what goes wrong in one answer costs that answer, and is said."""

import ast
import json
import subprocess
import sys
from functools import lru_cache

import nbformat
import pytest
from classroom import (
    COURSE,
    NAME,
    cell,
    given,
    graded,
    hand_in,
    points,
    quick,
    solved,
    temporary,
)  # fmt: skip
from nbgrader.utils import determine_grade
from typer.testing import CliRunner

from autograder.check import CourseFault
from autograder.commands.cli import app
from autograder.gradebook.record import PartRecord, Record
from autograder.grading import harmless
from autograder.grading.grade import finish, prepare
from autograder.grading.reading import read_cells
from autograder.isolation import Limits
from autograder.judging.reference import Reference
from autograder.judging.relied_on import forbidden_in

pytestmark = pytest.mark.sandbox

ANSWER = COURSE.notebooks[NAME].answer_of("2.5").solution


def first_line(statement):
    """The reference's Div whose methods begin with `statement`."""
    tree = ast.parse(ANSWER)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body[:0] = ast.parse(statement).body
    return ast.unparse(tree)


def with_cell(source, place=4):
    notebook = solved()
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source))
    return notebook


# What goes wrong, the notebook, does 2.5 keep its points, and a word of the line that says it.
MISHAPS = {
    "reference": (solved(), True, ""),
    "endless loop": (solved(**{"2.5": first_line("while True: pass")}), False, "longer than it may"),
    "os._exit": (solved(**{"2.5": first_line("import os; os._exit(0)")}), False, "ended the process"),
    "10 GB of zeros": (
        solved(**{"2.5": first_line("import numpy; z = numpy.zeros(10**10 // 8) + 1")}), False, "",
    ),
    "SyntaxError": (solved(**{"2.5": ANSWER + "\nreturn )"}), False, "SyntaxError"),
    "input()": (solved(**{"2.5": first_line("input('?')")}), False, ""),
    "exit at the top": (solved(**{"2.5": "import os; os._exit(1)\n" + ANSWER}), False, "ended the process"),
    "50 MB of output": (
        solved(**{"2.5": first_line("print('x' * 50_000_000)")}), True, "",
    ),
    "50 MB in a cell": (with_cell("for i in range(500): print('x' * 100_000)"), True, ""),
    "warning": (
        solved(**{"2.5": first_line("import warnings, sys; warnings.warn('!'); print('!', file=sys.stderr)")}),
        True, "",
    ),
    "endless cell of their own": (with_cell("while True:\n    pass"), True, "longer than it may"),
    "exit in a cell of their own": (with_cell("import os; os._exit(3)"), True, "ended the process"),
    "script in the output": (
        with_cell("from IPython.display import HTML, SVG, Javascript, display\n"
                  "display(HTML('<script>evil()</script><b onclick=evil()>bold</b><img src=http://x/y.png>'))\n"
                  "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><script>evil()</script></svg>'))\n"
                  "display(Javascript('evil()'))"),
        True, "",
    ),
    "forged result": (with_cell("4.0"), True, ""),
}  # fmt: skip


@lru_cache
def the_class():
    quick(1.0)
    submitted = temporary() / "mishaps" / "submitted"
    for name, (notebook, _, _) in MISHAPS.items():
        hand_in(submitted, name, notebook)
    limits = Limits(cell_seconds=1.0)
    return graded(submitted, temporary() / "mishaps" / "grading", limits=limits)


@pytest.mark.parametrize("name", MISHAPS)
def test_a_mishap_costs_its_own_part_only(name):
    records, lines, _ = the_class()
    _, keeps, word = MISHAPS[name]
    record = records[name]
    expected = {part["id"]: part["points"] for part in record["parts"]}
    if not keeps:
        expected["2.5"] = 0
    assert points(record) == expected, [part["feedback"] for part in record["parts"]][0]
    assert record["state"] == "graded"
    assert word in " ".join(record["problems"])
    assert lines == []


def executed(name):
    _, _, folder = the_class()
    return nbformat.read(folder.autograded / name / f"{NAME}.ipynb", as_version=4)


@pytest.mark.parametrize("name", MISHAPS)
def test_nbgrader_reads_the_same_score_from_the_executed_notebook(name):
    record, notebook = the_class()[0][name], executed(name)
    nbformat.validate(notebook)
    for part in record["parts"]:
        one = cell(notebook, f"test-{part['id'].replace('.', '-')}")
        assert determine_grade(one)[0] == (0 if part["bonus"] else part["earned"])


def test_the_verdict_stands_at_its_test_and_nothing_secret_with_it():
    notebook = executed("reference")
    one = cell(notebook, "test-2-5")
    assert "✔ 2.5: 4 of 4 points" in one.outputs[0].data["text/html"]
    assert one.source.endswith('grade("2.5")')  # which said nothing
    assert len(one.outputs) == 1 + one.source.count("expect(")
    assert "2.5: the complete check" not in nbformat.writes(notebook)
    assert any("is 0.25" in str(output) for output in one.outputs[1:]), (
        "the visible tests' own lines"
    )


def test_outputs_are_bounded():
    for name in ("50 MB of output", "50 MB in a cell"):
        assert len(nbformat.writes(executed(name))) < 400_000


def test_students_markup_is_harmless():
    text = nbformat.writes(executed("script in the output"))
    outputs = [o for c in executed("script in the output").cells for o in c.get("outputs", [])]
    assert "bold" in text
    for output in outputs:
        shown = json.dumps(output.get("data", {}))
        assert "<script" not in shown and "onclick" not in shown and "http://x" not in shown
        assert "application/javascript" not in shown and '"image/svg+xml"' not in shown


def test_an_answer_that_does_not_run_says_why():
    record = the_class()[0]["SyntaxError"]
    said = record["parts"][0]["feedback"][0]
    assert (
        said.startswith("The answer cell stops with an error. SyntaxError")
        and "ipython-input" not in said
    )


def test_a_fault_of_the_course_is_not_a_zero():
    reference = Reference()
    plan = prepare(read_cells(nbformat.writes(solved()).encode()), given(), reference)
    done = finish(plan, CourseFault("the worker does not start"), reference, 1, "none")
    assert done.state == "not graded"
    assert {verdict.state for verdict in done.verdicts} == {"not graded"}
    assert "the worker does not start" in done.problems[-1]


def test_the_record_is_plain_json():
    record = the_class()[0]["os._exit"]
    assert json.loads(json.dumps(record)) == record
    assert set(record) == set(Record.__annotations__)
    assert set(record["parts"][0]) == set(PartRecord.__annotations__)


def test_the_command_line_gives_the_same(tmp_path):
    path = hand_in(
        tmp_path, "Anna Ö", solved(**{"2.5": first_line("raise ValueError('<b>no</b>')")})
    )
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        path,
        "--json",
        "--into",
        tmp_path / "out",
    ]
    done = subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)
    assert (record["student"], record["earned"]) == ("Anna Ö", record["points"] - 4)
    feedback = (tmp_path / "out" / "feedback" / "Anna Ö").glob("*.html")
    assert "<b>no" not in next(feedback).read_text(encoding="utf-8")
    assert (tmp_path / "out" / "grades.csv").is_file()
    again = CliRunner().invoke(app, list(map(str, command[3:])))
    assert json.loads(again.stdout) == [record], "nothing has changed since"


@pytest.mark.parametrize(
    "arguments, word",
    [(["nowhere"], "No such file"), (["x", "--scheduler", "y"], "such as tcp://")],
)
def test_what_cannot_be_graded_is_one_sentence(arguments, word, tmp_path):
    done = CliRunner().invoke(app, ["grade", *arguments, "--into", str(tmp_path)])
    assert done.exit_code == 2 and word in done.stderr
    assert done.stdout == ""


# "write it, don't import it" ----------------------------------------------------------------------

ANSWERS = {
    "uses it": ("def f(x):\n    return torch.relu(x)", [], True),
    "compares in another cell": ("def f(x):\n    return x", ["import torch\nprint(torch.relu, f(1))"], False),
    "through a helper": ("def f(x):\n    return help_me(x)", ["def help_me(x):\n    return torch.relu(x)"], True),
    "through an alias": ("def f(x):\n    return t.relu(x)", ["import torch as t"], True),
    "defined again elsewhere": ("def f(x):\n    return x", ["f = torch.relu"], True),
    "patched elsewhere": ("class A:\n    pass", ["import torch\nA.f = torch.relu"], True),
    "by setattr": ("class A:\n    pass", ["setattr(A, 'f', torch.relu)"], True),
    "a cell that cannot run": ("def f(x):\n    return x", ["import torch ("], False),
    "magics": ("%matplotlib inline\ndef f(x):\n    return x", ["!pip install torch"], False),
}  # fmt: skip


@pytest.mark.parametrize("answer, others, caught", ANSWERS.values(), ids=ANSWERS)
def test_only_what_the_answer_relies_on_counts(answer, others, caught):
    assert (forbidden_in(answer, others, ("torch",)) == "torch") is caught


# harmless -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, kept",
    [
        ("a < b and 2<3", "a < b and 2<3"),
        ("x<sub>2</sub><br>", "x<sub>2</sub><br>"),
        ("<script>evil()</script>", "< script>evil()< /script>"),
        ("<img src=x onerror=evil()>", "< img src=x onerror=evil()>"),
        ("<b onclick=evil()>", "< b onclick=evil()>"),
        ("<!-- x", "< !-- x"),
    ],
)
def test_markdown_keeps_its_text_and_loses_its_power(text, kept):
    assert harmless.markdown(text) == kept


def test_outputs_that_nobody_understands_are_left_out():
    strange = [
        None, 7, {"output_type": "launch"}, {"output_type": "stream", "text": 5, "name": "x"},
        {"output_type": "display_data", "data": {"image/png": "not base64!", "text/plain": "kept"}},
        {"output_type": "error", "ename": 1, "evalue": None, "traceback": "x"},
        {"output_type": "execute_result", "data": {"text/html": "<iframe src=x></iframe>ok"}},
    ]  # fmt: skip
    clean = harmless.outputs(strange)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=clean)])
    nbformat.validate(notebook)
    assert clean[1].data == {"text/plain": "kept"}
    assert clean[-1].data == {"text/html": "ok"}
    assert harmless.outputs("rubbish") == []
