"""`python -m autograder try`: one answer, many answers, and what can be wrong with them."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from autograder.commands.cli import app
from autograder.commands.try_answers import try_answers
from autograder.isolation import Limits
from autograder.judging.reference import default_reference

REFERENCE = default_reference()
RIGHT = REFERENCE.answer_file("2.5")


def run(*arguments, **options):
    command = [sys.executable, "-m", "autograder", "try", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def run_here(*arguments):
    """The same in this process."""
    return CliRunner().invoke(app, ["try", *map(str, arguments)])


def test_json_of_one_answer(tmp_path):
    file = tmp_path / "answer.py"
    file.write_text(RIGHT)
    done = run("2.5", file, "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert set(result) == {"exercise", "earned", "points", "error", "parts"}
    assert set(result["parts"][0]) == {
        "id",
        "earned",
        "points",
        "bonus",
        "feedback",
        "misconceptions",
    }
    assert (result["earned"], result["points"], result["error"]) == (4, 4, None)


def test_text_of_a_wrong_answer_and_exit_code_zero(tmp_path):
    file = tmp_path / "answer.py"
    file.write_text(RIGHT.replace("-grad_output", "grad_output"))
    done = run("2.5", file, "--seed", 3)
    assert done.returncode == 0
    assert "2.5: 2 of 4 points" in done.stdout and "wrong sign" in done.stdout


def test_a_batch_keeps_its_order_and_survives_its_answers(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.commands.try_answers.LIMITS", Limits(cell_seconds=2.0))
    sources = [
        RIGHT, "x = (", "import os; os._exit(1)", "while True: pass", "raise SystemExit", "", "import torch\n" + RIGHT,
        "def Div(): return 3", RIGHT,
    ]  # fmt: skip
    answers = [{"exercise": "2.5", "source": source} for source in sources]
    answers += [{"exercise": "9.9", "source": ""}, {"exercise": "2.5"}]
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(answers))
    done = run_here("--batch", file, "--json")
    assert done.exit_code == 0, done.stderr
    results = json.loads(done.stdout)
    assert [result["earned"] for result in results] == [4, 0, 0, 0, 0, 0, 4, 0, 4, 0, 0]
    says = ["SyntaxError", "", "", "", "", "", "", "", "no exercise 9.9", "source"]
    assert all(text in (result["error"] or "") for text, result in zip(says, results[1:]))


def test_parts_and_bonus():
    both = REFERENCE.answer_file("2.6")
    whole, alone = try_answers(
        [{"exercise": "2.6", "source": both}, {"exercise": "2.6-bonus", "source": both}], seed=1
    )
    assert [part["id"] for part in whole["parts"]] == ["2.6", "2.6-bonus"]
    assert whole["points"] == 4 and whole["parts"][1]["bonus"]
    assert [part["id"] for part in alone["parts"]] == ["2.6-bonus"] and alone["points"] == 0


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["2.5", "no_such_file.py"], "no_such_file.py cannot be read"),
        (["2.5"], "Give an exercise and a file"),
        (["9.9", "{file}"], "There is no exercise 9.9"),
        (["--batch", "{file}"], "is not JSON"),
    ],
)
def test_bad_input_gets_one_clear_sentence(tmp_path, arguments, says):
    file = tmp_path / "answer.py"
    file.write_text(RIGHT)
    done = run_here(*[a.format(file=file) for a in arguments])
    assert done.exit_code == 2 and says in done.stderr and "Traceback" not in done.stderr


def test_the_answer_sees_no_other_solution():
    source = (
        RIGHT
        + "\nseen = [name for name in ('Pow', 'check_gradient') if name in globals()]\nassert not seen"
    )
    (result,) = try_answers([{"exercise": "2.5", "source": source}])
    assert result["error"] is None and result["earned"] == 4
