"""The data file of the quiz: complete, well formed, and the only place where a key is written."""

import json
import math
import re
from collections import Counter
from itertools import permutations

import nbformat
import pytest
import yaml
from jsonschema import Draft202012Validator

from autograder.authoring import widget
from autograder.check import all_checks
from autograder.course import Course, questions
from autograder.course.cells import AuthorError
from autograder.judging.reference import Reference
from utils.quiz.questions import as_html, as_static, packed, unpacked

COURSE = Course()
REFERENCE = Reference(COURSE)
FILE = COURSE.solutions / "ch06_networks" / "quiz.yaml"
SCHEMA = json.loads(FILE.with_suffix(".schema.json").read_text(encoding="utf-8"))
QUESTIONS = questions.read_questions(FILE)
NOTEBOOKS = [book for book in COURSE.assignments()["ch06_networks"] if book.stem.startswith("quiz")]
NAMES = [notebook.name for notebook in NOTEBOOKS]
PARTS = [part for notebook in NOTEBOOKS for part in notebook.parts]
POINTS = {"mc": 1, "num": 1, "multi": 2, "order": 2, "match": 2}
KINDS = {
    "mc": "q1 q3 q4b q6 q8c q9b q10b q13a q14b q15b q20b",
    "multi": "q5 q11 q12 q13b q17 q18 q19",
    "num": "q2 q4a q8a q8b q10a q14a q16a q16b q19b q20a",
    "order": "q7",
    "match": "q9 q15",
}
CODE = "q1c q3c q7c q10c q16c q17c".split()
# chapters 2 and 7, as the specification numbers them
EXERCISES = {f"2.{n}" for n in range(1, 13)} | {f"7.{n}" for n in range(1, 18)}


def test_the_file_fits_its_schema():
    Draft202012Validator.check_schema(SCHEMA)
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(content)] == []


def test_all_questions_are_there():
    kinds = {key: kind for kind, keys in KINDS.items() for key in keys.split()}
    assert {key: question.kind for key, question in QUESTIONS.items()} == kinds
    assert len(kinds) == 31
    assert {part for part in all_checks() if part.startswith("q")} == {*kinds, *CODE}
    assert set(PARTS) == {*kinds, *CODE}
    exercises = [exercise.id for notebook in NOTEBOOKS for exercise in notebook.exercises]
    assert sorted(exercises) == sorted(f"q{n}" for n in range(1, 21))


def test_the_points():
    for key, question in QUESTIONS.items():
        assert question.data["points"] == all_checks()[key].points == POINTS[question.kind]
    assert all(all_checks()[key].points == 2 for key in CODE)
    assert sum(all_checks()[part].points for part in PARTS) == 53


def test_the_questions_stand_in_the_order_of_the_notebook():
    """So that the summary has that order, too."""
    assert [key for key in PARTS if key in QUESTIONS] == list(QUESTIONS)


KNOWN = {  # typed from the specification, not from the data file
    "q1": "a", "q3": "c", "q4b": "b", "q6": "b", "q8c": "b", "q9b": "c", "q10b": "b", "q13a": "c",
    "q14b": "b", "q15b": "b", "q20b": "b",
    "q5": "abd", "q11": "bcde", "q12": "abd", "q13b": "acd", "q17": "abdeg", "q18": "ace", "q19": "abc",
    "q2": 2817, "q4a": 3.8147e-06, "q8a": 0.5, "q8b": 0.340845, "q10a": 100, "q14a": 6, "q16a": 136448,
    "q16b": 769, "q19b": 2e-07, "q20a": 0.16681,
    "q7": "dbac", "q9": {"relu": "b", "tanh": "a", "leaky_relu": "d", "linear": "a"},
    "q15": {"numerical": "b", "symbolic": "c", "automatic": "a"},
}  # fmt: skip
TRAPS = {
    "q2": (2720, 97, 2784, 2816, 2827, 107, 20480),
    "q4a": (9.537e-07, 2.25, 0.25, 0.025, 0.001953, 1),
    "q8a": (0.3408, 0.25, 1, 0.3989),
    "q8b": (0.5, 0.25, 0.1592),
    "q10a": (10, 1000, 2),
    "q14a": (3, 9, 0),
    "q16a": (70912, 137217, 272896, 131072, 136192, 131328, 335544320),
    "q16b": (513, 768, 789, 4),
    "q19b": (0.0002, 0.2, 2e-10),
    "q20a": (0.1995, 0.25, 0.1292, 1.111e-08),
}


@pytest.mark.parametrize("key", KNOWN)
def test_the_keys_are_those_that_were_computed(key):
    question = QUESTIONS[key]
    assert question.reply(KNOWN[key]).right
    others = {letter for letter in question.options if question.reply(letter).right}
    assert question.kind != "mc" or others == {KNOWN[key]}


def test_no_letter_is_right_much_more_often_than_the_others():
    """Of the single choices among four; the letters of the quiz are those of its specification."""
    asked = [
        (match[1], cell.key)
        for notebook in COURSE.notebooks.values()
        for cell in notebook.with_role("test")
        for match in re.finditer(r"lambda: (\w+), one_letter\(.\w{4}.\)", cell.source)
    ]
    right = Counter(REFERENCE.namespace(part)[name].casefold() for name, part in asked)
    assert len(asked) > 1 and max(right.values()) <= max(1, 0.4 * len(asked)), right


@pytest.mark.parametrize("key", TRAPS)
def test_the_slips_are_known(key):
    for value in TRAPS[key]:
        reply = QUESTIONS[key].reply(value)
        assert not reply.right and reply.idea.startswith(f"{key}_trap_"), value


def test_no_trap_lies_within_the_tolerance_of_the_answer_or_of_another_trap():
    for question in QUESTIONS.values():
        for trap in question.data.get("traps", []):
            replies = [question.reply(trap["value"] * (1 + t)) for t in (0, 0.9e-9, -0.9e-9)]
            assert not any(reply.right for reply in replies)
            assert {reply.feedback for reply in replies} == {trap["feedback"]}


def test_only_the_accepted_orders_are_accepted():
    question = QUESTIONS["q7"]
    right = {
        "".join(o)
        for n in range(1, 6)
        for o in permutations("abcde", n)
        if question.reply("".join(o)).right
    }
    assert right == {"bdac", "dbac"}
    replies = [question.reply("".join(o)) for n in range(1, 6) for o in permutations("abcde", n)]
    assert all(reply.right or reply.idea for reply in replies)


@pytest.mark.parametrize("key", [key for key, q in QUESTIONS.items() if q.kind == "multi"])
def test_a_selection_counts_as_a_whole(key):
    question = QUESTIONS[key]
    letters = list(question.options)
    subsets = [
        "".join(x for k, x in enumerate(letters) if bits >> k & 1)
        for bits in range(1, 2 ** len(letters))
    ]
    assert sum(question.reply(subset).right for subset in subsets) == 1
    assert all(question.reply(subset).right or question.reply(subset).idea for subset in subsets)


def test_feedback_to_wrong_answers_does_not_say_the_right_number():
    for question in QUESTIONS.values():
        if question.kind != "num":
            continue
        for trap in question.data["traps"]:
            numbers = re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", trap["feedback"].replace("−", "-"))
            near = [n for n in numbers if math.isclose(float(n), question.right, rel_tol=0.01)]
            assert near == [], (question.id, trap["feedback"])


def test_the_exercises_that_train_a_question_exist():
    own = {exercise.id for notebook in NOTEBOOKS for exercise in notebook.exercises}
    for question in QUESTIONS.values():
        assert set(question.data["trains"]) <= EXERCISES - own, question.id  # no way in a circle


def test_the_generated_file_is_fresh_and_hides_the_keys():
    content = (COURSE.root / widget.DATA).read_bytes()
    assert content == widget.widget_data(COURSE.solutions), "run python -m autograder build"
    items = json.loads(content)["items"]
    text = json.dumps([{k: v for k, v in item.items() if k != "packed"} for item in items])
    for question, item in zip(QUESTIONS.values(), items):
        assert set(item) <= {
            "id",
            "kind",
            "points",
            "trains",
            "question",
            "options",
            "left",
            "packed",
        }
        for mistake in question.mistakes():
            assert mistake.feedback[-40:] not in text + item["packed"]
        assert question.kind != "num" or str(question.right) not in item["packed"]
        assert "key" not in item["packed"] and "answer" not in item["packed"]
        assert unpacked(item) == question.data
        assert packed(question.data) == item


@pytest.mark.parametrize("name", NAMES)
def test_the_students_notebook_holds_no_key(name):
    text = (COURSE.chapters / f"{name}.ipynb").read_text(encoding="utf-8")
    for key in QUESTIONS:
        assert not re.search(rf"(?m)\b{key} = (?!\.\.\.|…|\\\")", text), key
    assert "136448" not in text and "2817" not in text


def test_three_cells_for_a_question():
    cells = [cell for cell in COURSE.notebook_of("q4a").cells if cell.key == "q4a"]
    assert [cell.role for cell in cells] == ["practice", "answer", "test"]
    assert cells[1].solution.endswith("q4a = 0.25**9")
    assert "0.25" not in cells[1].stub + cells[0].source + cells[2].source


def test_the_notebooks_ship_with_the_text_of_each_question_once():
    books = [nbformat.read(COURSE.chapters / f"{name}.ipynb", 4) for name in NAMES]
    cells = [cell for book in books for cell in book.cells]
    shown = {cell.id: cell.outputs for cell in cells if cell.id.startswith("practice-")}
    assert list(shown) == [f"practice-{key}" for key in QUESTIONS]
    for question, outputs in zip(QUESTIONS.values(), shown.values()):
        (output,) = outputs
        assert output.data["text/html"] == as_static(question)
        assert not any(as_html(question.question) in cell.source for cell in cells)
        told = [one for one in question.data.get("feedback", {}).values() if one in str(output)]
        assert told == [] and "live-place" not in str(output)


GOOD = yaml.safe_dump({"items": [{
    "id": "q1", "kind": "mc", "points": 1, "trains": ["2.1"], "question": "Why?", "key": "a",
    "options": {letter: {"text": letter, "feedback": "So."} for letter in "abc"},
}]}, sort_keys=False)  # fmt: skip


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("key: a", "key: z", ["q1", "names 'z', which is no option"]),
        ("  key: a\n", "", ["q1", "'key' is a required property"]),
        ("kind: mc", "kind: essay", ["q1", "essay"]),
        ("feedback: So.", "feedback: ''", ["q1"]),
        ("points: 1", "points: one", ["q1", "points", "'one' is not of type 'number'"]),
        ("- id: q1", "- colour: red\n  id: q1", ["q1", "colour"]),
        ("- id: q1", "- id: q1: q2", ["line 2", "no YAML"]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_said_in_one_sentence(tmp_path, old, new, says):
    assert old in GOOD
    target = tmp_path / "quiz.yaml"
    target.write_text(GOOD.replace(old, new))
    target.with_suffix(".schema.json").write_text(json.dumps(SCHEMA))
    with pytest.raises(AuthorError) as caught:
        questions.read_questions(target)
    assert "quiz.yaml" in str(caught.value) and "\n" not in str(caught.value)
    for piece in says:
        assert piece in str(caught.value)


def test_an_unknown_question_in_a_notebook(tmp_path):
    with pytest.raises(AuthorError, match='quiz="q99" is not in quiz.yaml'):
        questions.cells_of("q99", FILE.with_suffix(".py"))
