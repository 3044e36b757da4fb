"""What a student's process answers is checked by its form and its size before anything looks at it."""

import json
import socket
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from classroom import COURSE, given, solved

from autograder.commands import try_answers as trying
from autograder.commands.try_answers import try_answers
from autograder.grading import batch, cluster, executor
from autograder.grading.executor import Job, Observe, RunCell, run_steps
from autograder.grading.grade import finish
from autograder.grading.reading import read_cells
from autograder.inside import plain
from autograder.inside.messages import FRAME, receive
from autograder.isolation import Limits, Session, SessionLost
from autograder.isolation.worker import WorkerFailed
from autograder.judging.reference import Reference, default_reference
from autograder.judging.verdict import judge

ODD = {
    "an array": np.arange(3), "structured": [1, [2]], "a number": 1.5, "a dict": {"a": 1},
    "an exception": plain.Raised("x", "y"), "bytes": b"x", "long": "x" * 30_000,
}  # fmt: skip


class Process:
    """A student's process that answers with what a test says."""

    def __init__(self, *replies):
        self.replies = list(replies)

    def open(self, limits=None, *_):
        ours, theirs = socket.socketpair()

        def serve():
            with theirs:
                for number, reply in enumerate(self.replies, 1):
                    if receive(theirs) is None:
                        return
                    data = plain.encode({"id": number, **reply})
                    theirs.sendall(FRAME.pack(len(data)) + data)

        threading.Thread(target=serve, daemon=True).start()
        self.enforce = self.end_session = lambda *_: None
        return Session(self, ours, limits or Limits())


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
@pytest.mark.parametrize("name", ["id", "outputs", "error", "failed", "observation"])
def test_fields_of_any_form_cost_the_session_and_raise_nothing_else(name, value):
    for ask in (lambda s: s.run("x"), lambda s: s.observe(b"", "2.5", 1, 1.0, mark=1)):
        with Process({"outputs": [], "error": None, name: value}).open() as session:
            try:
                ask(session)
            except SessionLost:
                pass


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_observations_of_any_form_are_refused(value):
    for seen in ({"entries": value, "error": None}, {"entries": [["a", 1, value]], "error": None},
                 {"entries": [[value, 1, ""]], "error": None}, {"failed": value}):  # fmt: skip
        with pytest.raises(SessionLost):
            Observe.checked(seen)
    for ran in ({"outputs": value, "error": None}, {"outputs": [value], "error": value}):
        with pytest.raises(SessionLost):
            RunCell.checked(ran)


def test_a_notebooks_results_have_a_total(monkeypatch):
    monkeypatch.setattr(executor, "NOTEBOOK_BYTES", 100_000)
    large = {"outputs": [{"output_type": "stream", "text": "x" * 30_000}], "error": "ValueError"}
    results = run_steps(Process(*[large] * 40), [RunCell("")] * 40, 1)
    assert len(plain.encode(results)) < 120_000
    assert "too large" in results[-1]["outputs"][0]["text"]
    assert {one["error"] for one in results} == {"ValueError"}
    seen = {"observation": {"entries": [["a", "x" * 30_000, ""]], "error": None}}
    check = Reference(COURSE).check("2.5")
    results = run_steps(Process(*[{}] * 5, *[seen] * 5), [Observe(check)] * 5, 1)
    assert [one.get("failed") for one in results] == [None] * 3 + ["memory"] * 2


def test_all_results_of_a_notebook_fit_into_one_message(monkeypatch):
    """The total leaves room for many small items, too, which weigh more than their bytes."""
    assert executor.NOTEBOOK_BYTES < plain.ITEM_BYTES * plain.MAX_ALL_ITEMS
    assert executor.NOTEBOOK_BYTES < 0.8 * plain.MAX_BYTES
    monkeypatch.setattr(executor, "NOTEBOOK_BYTES", 500_000)
    monkeypatch.setattr(plain, "MAX_ALL_ITEMS", 17_000)
    many = {"outputs": [{"output_type": "x", "data": [[]] * 1_000}], "error": None}
    results = run_steps(Process(*[many] * 30), [RunCell("")] * 30, 1)
    assert plain.decode(plain.encode(results)) == results
    assert sum("too large" in str(one["outputs"][0].get("text")) for one in results) > 5


def test_a_bad_reply_costs_its_own_job_only(monkeypatch):
    good = [{"outputs": [], "error": None}]

    def do(run):
        return {1: good, 2: ["x" * (plain.MAX_BYTES + 1)], 3: [object()], 4: [{"outputs": 3}]}[
            run()
        ]

    monkeypatch.setattr(cluster, "_pool", lambda trust: SimpleNamespace(do=do))
    jobs = [SimpleNamespace(run=lambda n=n: n, steps=[RunCell("")]) for n in (1, 2, 3, 4, 1)]
    sent = cluster._run_batch(jobs, False)
    found = cluster._results(sent, list(enumerate(jobs)))
    assert [one if isinstance(one, list) else type(one) for one in found] == [
        good, WorkerFailed, WorkerFailed, WorkerFailed, good,
    ]  # fmt: skip


def test_values_that_cannot_be_compared_are_wrong_and_no_fault_of_the_course(monkeypatch):
    reference, check = default_reference(), default_reference().check("2.5")
    expected = reference.observation("2.5", 1)
    judge(check, expected, reference, 1)  # (what is right is known from now on)
    real = judge.__globals__["first_difference"]

    def fails(wanted, value, *about):
        if value == "odd":
            raise ValueError("cannot be compared")
        return real(wanted, value, *about)

    monkeypatch.setitem(judge.__globals__, "first_difference", fails)
    entries = [[key, "odd", ""] for key, _, _ in expected["entries"]]
    verdict = judge(check, {"entries": entries, "error": None}, reference, 1)
    assert verdict.state == "graded" and verdict.earned == 0


def test_an_answer_that_cannot_be_judged_does_not_cost_the_others(monkeypatch):
    def judged(exercise, source, *about):
        if source == "bad":
            raise RecursionError
        return {"exercise": exercise, "earned": 1.0}

    monkeypatch.setattr(trying, "_judged", judged)
    ran = [{"outputs": [], "error": None}] * 9
    pool = SimpleNamespace(map=lambda function, jobs: ((n, ran) for n, _ in enumerate(jobs)))
    answers = [{"exercise": "2.5", "source": text} for text in ("good", "bad", "good")]
    results = try_answers([*answers, "no answer", None], pool=pool)
    assert [one["earned"] for one in results] == [1.0, 0, 1.0, 0, 0]
    assert "RecursionError" in results[1]["error"] and results[3]["error"]


def test_a_submission_without_a_plan_is_not_graded_and_stops_nothing(monkeypatch):
    reference, notebook = default_reference(), json.dumps(solved()).encode()
    submission = SimpleNamespace(
        damaged=False, notes=[], source="a", given=given(), cells=lambda: read_cells(notebook)
    )
    monkeypatch.setattr(batch, "prepare", lambda *about: 1 / 0)
    plan = batch.plan_of(submission, reference)
    ran = [{"outputs": [], "error": None, "entries": []} for _ in plan.steps]
    done = finish(plan, ran, reference, 1, "x")
    assert done.state == "not graded" and "division" in str(done.problems)
    assert all(verdict.state == "not graded" for verdict in done.verdicts)


def test_jobs_are_checked_by_their_kind():
    job = Job([RunCell(""), Observe(Reference(COURSE).check("2.5"))], 1)
    fine = [{"outputs": [], "error": None}, {"entries": [], "error": None}]
    assert cluster._result(plain.encode(fine), job) == fine
    assert isinstance(cluster._result(plain.encode(fine[::-1]), job), WorkerFailed)


class Crowded:
    """A worker whose first session waits for a processor until the time is over."""

    def __init__(self, first, then):
        self.answers = [(first, True), (then, False)]

    def open(self, *about):
        return Waits(*(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]))


class Waits:
    weight, is_room = 0, True

    def __init__(self, answer, starved):
        self.answer, self.starved = answer, starved

    def begin_run(self, *about):
        return self

    def result(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


@pytest.mark.parametrize("first", [{"outputs": [], "error": "OutOfTime"}, SessionLost("timeout")])
def test_a_notebook_that_waited_for_a_processor_is_tried_once_more(first):
    fine = {"outputs": [], "error": None}
    assert run_steps(Crowded(first, fine), [RunCell("")], 1) == [fine]
    late = {"outputs": [], "error": "OutOfTime"}
    assert run_steps(Crowded(late, late), [RunCell("")], 1) == [late]


# Requests in flight -----------------------------------------------------------------------------


class Slow:
    """A student's process that reads a request only when the test says so."""

    def __init__(self):
        self.ours, self.theirs = socket.socketpair()
        self.enforce = self.end_session = lambda *_: None
        self.processor_seconds = lambda: 0.0
        self.session = Session(self, self.ours, Limits())

    def read_and_reply(self, number):
        request = receive(self.theirs)
        assert request["id"] == number
        self.reply(number)

    def reply(self, number):
        data = plain.encode({"id": number, "outputs": [], "error": None})
        self.theirs.sendall(FRAME.pack(len(data)) + data)


def test_requests_are_sent_before_the_earlier_ones_are_answered():
    slow = Slow()
    pending = [slow.session.begin_run(f"x = {number}") for number in (1, 2, 3)]
    assert not slow.session.is_room
    for number in (1, 2, 3):
        slow.read_and_reply(number)
    assert [one.result()["error"] for one in pending] == [None] * 3
    assert slow.session.is_room


def test_a_large_request_waits_until_the_earlier_ones_are_read(monkeypatch):
    """To send it would take as long as the cell before runs, and be counted as its own time."""
    monkeypatch.setattr("autograder.isolation.session.GRACE_SECONDS", 0.2)
    slow, large = Slow(), f"x = {'1' * 1_000_000}"
    first, second = slow.session.begin_run("x = 1", 20.0), slow.session.begin_run(large, 0.01)
    threading.Timer(0.5, lambda: [slow.read_and_reply(number) for number in (1, 2)]).start()
    assert first.result()["error"] is None and second.result()["error"] is None


def test_replies_to_what_was_never_read_end_with_the_first_that_cannot_be_sent(monkeypatch):
    monkeypatch.setattr("autograder.isolation.session.GRACE_SECONDS", 0.1)
    slow = Slow()
    for number in range(1, 200):
        slow.reply(number)
    began = time.monotonic()
    with pytest.raises(SessionLost):
        for _ in range(199):
            slow.session.begin_run("x" * 20_000, 0.01).result()
    assert time.monotonic() - began < 2
