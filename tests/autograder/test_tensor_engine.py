"""3.33d on engines of other kinds: what its check sees of a training."""

import numpy as np
import pytest

from autograder.check import all_checks, replaced
from autograder.judging.reference import Reference, execute
from autograder.notebook import check_answer
from utils import load_four_nine

REFERENCE = Reference()

RESETS = """
        below, waiting = {self}, [self]
        while waiting:
            new = set(waiting.pop()._parents) - below
            below |= new
            waiting.extend(new)
        for t in below:
            t.grad = np.zeros_like(t.data)
        self.grad = np.ones_like(self.data)"""
NO_RESET = {"p.grad = np.zeros_like(p.data)": "pass"}


def earned(edits):
    """The points of all parts of 3.33 for the solution with these edits."""
    names = {"__name__": "__main__"}
    for text in REFERENCE.setup("3.33"):
        execute(text, names, "setup")
    execute(replaced(REFERENCE.answer_file("3.33"), edits), names, "answer")
    return {part: check_answer(part, names, seed=1) for part in REFERENCE.parts_of("3.33")}


def test_a_backward_pass_that_resets_the_gradients_needs_no_reset_in_training():
    edits = {
        "        self.grad = np.ones_like(self.data)\n        for t": f"{RESETS}\n        for t"
    }
    assert all(verdict.full for verdict in earned(edits | NO_RESET).values())


def test_with_a_backward_pass_that_adds_it_does():
    verdict = earned(NO_RESET)["3.33d"]
    assert not verdict.full and list(verdict.misconceptions) == ["no_zero_grad"]


@pytest.mark.parametrize(
    "edit, parts",
    [
        # (what is wrong, the parts that see it)
        ({"G * (self.data > 0)": "G"}, {"3.33a", "3.33c"}),
        ({"parent.grad = parent.grad + share": "parent.grad += share"}, set()),
        (
            {"G = G.sum(axis=tuple(range": "G = G.mean(axis=tuple(range"},
            {"3.33a", "3.33a-bonus", "3.33c"},
        ),
        ({"G.sum(axis=repeated, keepdims=True)": "G"}, {"3.33a", "3.33a-bonus"}),
    ],
    ids=["a ReLU that leaks", "adding in place to own zeros", "averaged rows", "columns"],
)
def test_a_wrong_engine_learns_to_read_and_is_found_by_its_gradients(edit, parts):
    verdicts = earned(edit)
    assert {part for part, verdict in verdicts.items() if not verdict.full} == parts


def reads(engine):
    """The share of unseen pictures that a network on this engine reads right; 0 where it stops."""
    X, y, unseen, truth = load_four_nine()
    names = {"__name__": "__main__"}
    for text in REFERENCE.setup("3.33"):
        execute(text, names, "setup")
    for text in (engine, *map(REFERENCE.solution, ("3.33b", "3.33c", "3.33d"))):
        execute(text, names, "answer")
    try:
        with np.errstate(all="ignore"):
            scores = names["train"](X, y)(unseen).data
    except ValueError:
        return 0.0
    return float(np.mean(scores.argmax(axis=1) == truth))


def test_ten_of_the_21_known_wrong_engines_learn_to_read():
    """As the text says."""
    wrong = all_checks()["3.33a"].of_kind("misconception")
    shares = [reads(one.text(REFERENCE.solution("3.33a"))) for one in wrong]
    assert (sum(share >= 0.98 for share in shares), len(shares)) == (10, 21)
