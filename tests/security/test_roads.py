"""The same answer on every road to a grade: an attack of each class that claims, on all of them.

`autograder try`, `grade` (also with a Jupyter kernel, and on a cluster), `nbgrader autograde`, and
`grade("…")` in a notebook of a full copy of the course.
"""

import os
import subprocess
import sys
from textwrap import indent

import pytest
from attacks import FIND, HELP
from classroom import COURSE, LIMITS, copy_of_the_course, hand_in, no_demonstrations, solved
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from test_claims import BY_NAME, ENGINE, LISTED, WRAPPED
from test_every_road import NBGRADER

from autograder.check import all_checks
from autograder.commands.try_answers import try_answers
from autograder.gradebook.folder import GradingFolder
from autograder.grading.batch import Options, grade_class
from autograder.grading.cluster import Cluster
from autograder.inside import plain
from autograder.isolation import available_tiers
from autograder.judging.reference import default_reference, execute
from autograder.notebook import check_answer

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

TIER = os.environ.get("ATTACKED_TIER", "bubblewrap")  # test_landlock.py says "landlock"
REFERENCE = default_reference()
SEED, RECORDED_AT = 3, 8

REPLAYED = """
def replayed():
    frame = sys._getframe()
    while frame is not None:
        channel = frame.f_locals.get("channel")
        if isinstance(channel, socket.socket):
            channel.sendall(bytes.fromhex("{recorded}"))
            os._exit(0)
        frame = frame.f_back
    return 0.0

class Div(Op):
    def forward(self, a, b): return replayed()
    def backward(self, grad_output): return replayed(), 0.0
"""
KEPT = """
def keep():
{keep}

class Pow(Op):
    def forward(self, a):
        keep()
        return 0.0
    def backward(self, grad_output): return 0.0
"""
KEEP = f'{FIND}\nwith open(os.environ["HOME"] + "/kept", "wb") as file: file.write(found)'
SHOWN = """
kept = os.environ["HOME"] + "/kept"
print("SHO" + "WN", os.path.getsize(kept) if os.path.exists(kept) else 0)
"""
recorded = plain.encode(REFERENCE.observation("2.5", RECORDED_AT)).hex()

# part: an answer, the share of the points that it may earn
ANSWERS = {
    "2.5": (
        HELP + REPLAYED.format(recorded=recorded),
        0.2,
    ),  # an honest observation of another seed
    # shows in a later cell what observes
    "2.6": (HELP + KEPT.format(keep=indent(KEEP, " " * 4)), 0),
    "2.7": ('def sigmoid_backward(x, grad_output): return "a"', 0.1),  # a constant
    "2.8": (BY_NAME, 0.1),  # a name that tells
    "2.12a": (ENGINE + WRAPPED, 0),  # what is forbidden, by another door
    "7.11": (LISTED, 0.5),  # the exercise's method is not used
}
BOOKS = {REFERENCE.course.notebook_of(part).name for part in ANSWERS}


def hand_in_all(folder, books=BOOKS):
    for name in books:
        chapter, stem = name.split("/")
        notebook = solved(name, **{part: text for part, (text, _) in ANSWERS.items()})
        if "2.6" in COURSE.notebooks[name].parts:
            notebook.cells.append(new_code_cell(SHOWN, id="later"))
        hand_in(folder, "eve", notebook, f"{stem}.ipynb", chapter)


def tier():
    return next(one for one in available_tiers() if one.name == TIER)


def assert_nothing_is_gained(earned, parts=ANSWERS):
    assert earned.keys() >= set(parts)
    gained = {part: earned[part] for part in parts}
    assert not {
        part for part in parts if earned[part] > ANSWERS[part][1] * all_checks()[part].points
    }, gained


def assert_nothing_is_shown(folder):
    shown = (folder.autograded / "eve/ch02_autograd/02_operations.ipynb").read_text()
    assert "SHOWN 0" in shown


def graded(root, books=BOOKS, **options):
    """{part: points} by `autograder grade`, and its folder."""
    hand_in_all(root / "in", books)
    folder = GradingFolder(root / "grading")
    options = Options(tier(), seed=SEED, limits=LIMITS, **options)
    with no_demonstrations():
        outcomes, _ = grade_class(COURSE, [root / "in"], folder, options)
    assert {one["state"] for one in outcomes} == {"graded"}
    records = map(folder.record_of, outcomes)
    return {part["id"]: part["earned"] for one in records for part in one["parts"]}, folder


def test_try():
    answers = [{"exercise": part, "source": text} for part, (text, _) in ANSWERS.items()]
    results = try_answers(answers, seed=SEED, workers=1, tier=tier(), reference=REFERENCE)
    parts = [part for result in results for part in result["parts"]]
    assert_nothing_is_gained({part["id"]: part["earned"] for part in parts})


def test_grade(tmp_path):
    earned, folder = graded(tmp_path)
    assert_nothing_is_gained(earned)
    assert_nothing_is_shown(folder)


def test_grade_with_a_kernel(tmp_path):
    book = "ch02_autograd/02_operations"
    earned, folder = graded(tmp_path, [book], real_kernel=True)
    assert_nothing_is_gained(earned, [p for p in ANSWERS if p in COURSE.notebooks[book].parts])
    assert_nothing_is_shown(folder)


def test_grade_on_a_cluster(tmp_path):
    with Cluster("local", 1) as cluster:
        earned, folder = graded(tmp_path, runner=cluster)
    assert_nothing_is_gained(earned)
    assert_nothing_is_shown(folder)


def test_nbgrader():
    root = copy_of_the_course("roads", demonstrations=False)
    hand_in_all(root / "grading" / "submitted")
    program = NBGRADER.replace("reference", "eve")
    command = [sys.executable, "-c", program, "ch02_autograd", "ch07_gradients"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    with Gradebook(f"sqlite:///{root}/grading/gradebook.db") as book:
        scores = {
            grade.name: grade.score
            for submission in book.find_student("eve").submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
    names = {part: f"test-{part.replace('.', '-')}" for part in ANSWERS}
    assert_nothing_is_gained({part: scores[name] for part, name in names.items()})
    assert_nothing_is_shown(GradingFolder(root / "grading"))


@pytest.mark.parametrize("part", ANSWERS)
def test_grade_in_a_notebook(part):
    names = {"__name__": "__main__"}
    for text in REFERENCE.setup(part):
        execute(text, names, "setup")
    text = f"# Answer {part}\n{ANSWERS[part][0]}"
    execute(text, names, "answer")
    verdict = check_answer(part, {**names, "In": [text]}, SEED)
    assert verdict.state == "graded"
    assert_nothing_is_gained({part: verdict.earned}, [part])
