"""Grading again: what still holds is not done twice, and whose score moves is said."""

import shutil

import pytest
from classroom import graded, temporary
from example_course import separate_registry
from nbgrader.api import Gradebook
from small_class import CHECKS, NAME, RIGHT, SOLUTION, WORK, course_in, hand_in_all, notebook

from autograder.commands.progress import moved
from autograder.gradebook.folder import Busy, GradingFolder
from autograder.grading import batch
from autograder.isolation import Session
from autograder.judging import verdict

pytestmark = pytest.mark.sandbox

EARNED = {"anna": 5, "ben": 3, "cem": 3, "dora": 0}


class Class:
    """A graded class, the course it belongs to, and what grading it again does."""

    def __init__(self, root, monkeypatch):
        self.root, self.submitted = root, root / "handed_in"
        self.ran, self.observed, self.judged, self.stored = [], [], [], []
        self._watch(monkeypatch, Session, "begin_run", lambda _, text, *r: self._note_answer(text))
        self._watch(
            monkeypatch, Session, "begin_observe", lambda _, f, part, *r: self.observed.append(part)
        )
        self._watch(monkeypatch, verdict, "judge", lambda check, *_: self.judged.append(check.part))
        self._watch(
            monkeypatch,
            batch.Book,
            "enter_record",
            lambda _, r, *x: self.stored.append(r["student"]),
        )

    def _note_answer(self, text):
        if text.startswith("# Answer"):
            self.ran.append(text)

    @staticmethod
    def _watch(monkeypatch, where, name, note):
        real = getattr(where, name)

        def watched(*args, **kwargs):
            note(*args)
            return real(*args, **kwargs)

        monkeypatch.setattr(where, name, watched)

    def grade(self, solution=SOLUTION, checks=CHECKS, **options):
        """Grade with this state of the course: {student: record}."""
        for noted in (self.ran, self.observed, self.judged, self.stored):
            noted.clear()
        with separate_registry():
            course = course_in(self.root / "course", solution, checks)
            if not self.submitted.exists():
                hand_in_all(course, self.submitted)
            options.setdefault("seed", None)
            records, _, self.folder = graded(self.submitted, self.root / "out", course, **options)
        return records

    def hand_in(self, student, answers):
        with separate_registry():
            text = notebook(course_in(self.root / "course"), answers)
        (self.submitted / student / f"{NAME}.ipynb").write_text(text, encoding="utf-8")

    def files(self):
        """{path: time of writing} of everything that a run writes for a student."""
        kinds = ("results/*/*/*.json", "autograded/*/*/*", "submitted/*/*/*", "gradebook.db")
        found = [path for kind in kinds for path in self.folder.root.glob(kind)]
        return {path: path.stat().st_mtime_ns for path in found}

    def scores(self):
        """{student: score} in the gradebook."""
        with Gradebook(self.folder.db_url) as book:
            return {s.student.id: s.score for s in book.assignment_submissions("ch09_example")}


@pytest.fixture(scope="module")
def first():
    """The class after its first run; tests work on copies."""
    with pytest.MonkeyPatch.context() as patch:
        made = Class(temporary() / "again", patch)
        records = made.grade(seed=5)
    assert {student: record["earned"] for student, record in records.items()} == EARNED
    return made


@pytest.fixture
def again(first, tmp_path, monkeypatch):
    for part in ("handed_in", "out", "course"):
        shutil.copytree(first.root / part, tmp_path / part)
    made = Class(tmp_path, monkeypatch)
    made.folder = GradingFolder(tmp_path / "out")
    return made


def test_a_second_run_does_nothing(again):
    before = again.files()
    records = again.grade()
    assert {student: record["earned"] for student, record in records.items()} == EARNED
    assert (again.ran, again.judged, again.stored) == ([], [], [])
    assert again.files() == before


def test_another_state_of_what_only_shows_results_does_nothing(again):
    with_comment = CHECKS.replace("def double", "# a comment moves every line\ndef double")
    again.grade(checks=with_comment)
    assert (again.ran, again.stored) == ([], [])


def test_a_changed_judgement_is_made_again_without_running_anything(again):
    stricter = CHECKS.replace('"9.2", points=3', '"9.2", points=6')
    records = again.grade(checks=stricter)
    assert (again.ran, sorted(again.judged)) == ([], ["9.2"] * 4)
    assert {s: r["earned"] for s, r in records.items()} == {
        "anna": 8,
        "ben": 6,
        "cem": 4,
        "dora": 0,
    }
    assert again.scores() == {"anna": 8, "ben": 6, "cem": 4, "dora": 0}
    assert records["ben"]["parts"][0]["misconceptions"] == ["adds_two"]
    assert moved(list(records.values())) == [
        "anna, ch09_example/sums: 5 → 8 (9.2 3 → 6)",
        "ben, ch09_example/sums: 3 → 6 (9.2 3 → 6)",
        "cem, ch09_example/sums: 3 → 4 (9.2 1 → 2)",
    ]


def test_a_new_misconception_is_named_without_running_anything(again):
    more = CHECKS + (
        '\n@square.misconception("cubes", "One factor too many.")\n'
        "def square(x):\n    return x ** 3\n"
    )
    records = again.grade(checks=more)
    assert (again.ran, set(again.judged)) == ([], {"9.2"})
    assert records["cem"]["parts"][1]["misconceptions"] == ["cubes"]
    text = (again.folder.autograded / "cem" / f"{NAME}.ipynb").read_text("utf-8")
    assert "One factor too many" in text
    assert moved(list(records.values())) == []


def test_a_changed_observation_is_made_again_and_no_other(again):
    other = CHECKS.replace('"one": answer.square(1)', '"three": answer.square(3)')
    records = again.grade(checks=other)
    assert sorted(again.observed) == ["9.2"] * 4 and set(again.judged) == {"9.2"}
    assert {r["seed"] for r in records.values()} == {5}
    assert {s: r["earned"] for s, r in records.items()} == {
        "anna": 5,
        "ben": 5 - 2,
        "cem": 2,
        "dora": 0,
    }


def test_a_changed_solution_is_compared_with_again(again):
    records = again.grade(solution=SOLUTION.replace("return 2 * x", "return 2.0 * x + 1"))
    assert again.observed == [] and set(again.judged) == {"9.1", "9.2"}
    assert records["anna"]["earned"] == 3


def test_a_changed_text_is_shown(again):
    again.grade(solution=SOLUTION.replace("# A text.", "# Another text."))
    assert (again.ran, again.judged) == ([], [])
    text = (again.folder.autograded / "anna" / f"{NAME}.ipynb").read_text("utf-8")
    assert "Another text." in text


def test_changed_given_code_is_run(again):
    again.grade(solution=SOLUTION.replace("import math", "import cmath"))
    assert sorted(again.observed) == sorted(["9.1", "9.2"] * 4)


def test_only_what_is_handed_in_anew_is_graded(again):
    again.hand_in("dora", RIGHT)
    records = again.grade()
    assert again.stored == ["dora"] and sorted(again.observed) == ["9.1", "9.2"]
    assert records["dora"]["seed"] != 5  # hidden inputs that feedback has shown are not used again
    assert again.scores() == {**EARNED, "dora": 5}
    assert moved([records["dora"]]) == [
        "dora, ch09_example/sums: 0 → 5 (9.1 0 → 2; 9.2 0 → 3, handed in anew)"
    ]


def test_another_seed_is_another_run(again):
    again.grade(seed=6)
    assert len(again.observed) == 8
    again.grade(seed=6)
    assert again.observed == []


def test_what_was_deleted_is_made_again(again):
    (again.folder.autograded / "ben" / f"{NAME}.ipynb").unlink()
    again.grade()
    assert (again.stored, again.ran) == (["ben"], [])
    assert (again.folder.autograded / "ben" / f"{NAME}.ipynb").is_file()


def test_a_gradebook_that_is_gone_is_filled_again(again):
    (again.folder.root / "gradebook.db").unlink()
    again.grade()
    assert again.ran == [] and sorted(again.stored) == sorted(WORK)
    assert again.scores() == EARNED


def test_another_gradebook_is_filled_too(again, tmp_path):
    again.grade(db_url=f"sqlite:///{tmp_path}/other.db")
    assert again.ran == [] and sorted(again.stored) == sorted(WORK)
    with Gradebook(f"sqlite:///{tmp_path}/other.db") as book:
        assert {
            s.student.id: s.score for s in book.assignment_submissions("ch09_example")
        } == EARNED


def test_a_fault_of_ours_is_tried_again(again):
    broken = CHECKS.replace("answer.square(-2)", "undefined")
    records = again.grade(checks=broken)
    assert {record["state"] for record in records.values()} == {"not graded"}
    records = again.grade()
    assert {student: record["earned"] for student, record in records.items()} == EARNED
    assert again.scores() == EARNED


def test_what_cannot_be_read_of_an_earlier_run_is_done_again(again):
    for kind in ("*.json", "*.seen"):
        for path in (again.folder.root / "results" / "anna").rglob(kind):
            path.write_bytes(b"\xff{")
    again.grade()
    assert again.stored == ["anna"] and sorted(again.observed) == ["9.1", "9.2"]


def test_two_runs_do_not_write_into_one_folder(again):
    with again.folder.locked(), pytest.raises(Busy, match="Another run"):
        again.grade()
