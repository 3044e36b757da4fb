"""Grading on a Dask cluster: the same results, plain data only, and a lost worker costs time only."""

import os
import pickle
import signal
import sys
from types import SimpleNamespace

import pytest
from classroom import COURSE, NAME, given, graded, solved
from example_course import separate_registry
from small_class import ADDS, CUBES, RIGHT, course_in, hand_in_all

from autograder.grading import cluster as clusters
from autograder.grading.cluster import Cluster, ClusterError
from autograder.grading.executor import Job, RunCell
from autograder.grading.grade import prepare_file
from autograder.inside import plain
from autograder.isolation.worker import WorkerFailed
from autograder.judging.reference import Reference

WORK = {f"s{number:02}": (RIGHT, ADDS, CUBES, {})[number % 4] for number in range(24)}


@pytest.fixture(scope="module")
def cluster():
    with Cluster("local", 2) as running:
        yield running


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    root = tmp_path_factory.mktemp("cluster")
    with separate_registry():
        hand_in_all(course_in(root / "course"), root / "handed_in", WORK)
    return root


def grade(handed_in, out, **options):
    with separate_registry():
        course = course_in(handed_in / "course")
        return graded(handed_in / "handed_in", out, course, seed=4, **options)[0]


def told(records):
    return {student: (record["parts"], record["tier"]) for student, record in records.items()}


@pytest.mark.sandbox
def test_the_same_results_though_a_worker_is_lost(cluster, handed_in, tmp_path):
    killed = []

    def kill_a_worker(record):
        if not killed:
            killed.append(next(iter(cluster._client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    there = grade(handed_in, tmp_path / "there", runner=cluster, done=kill_a_worker)
    here = grade(handed_in, tmp_path / "here")
    assert killed and told(there) == told(here) and len(there) == len(WORK)
    assert killed[0] not in cluster._client.run(os.getpid).values()


@pytest.mark.sandbox
def test_faults_of_a_worker_are_not_the_students(cluster):
    class Faulty(RunCell):
        def begin(self, session, seed):
            raise WorkerFailed("no memory left")

    jobs = [Job([RunCell("x = 1")], 1), Job([Faulty("x = 1")], 1), Job([RunCell("print(2)")], 1)]
    results = dict(cluster.run(jobs))
    assert results[0] == [{"outputs": [], "error": None}]
    assert "no memory left" in str(results[1]) and isinstance(results[1], WorkerFailed)
    assert results[2][0]["outputs"][0]["text"] == "2\n"


def test_jobs_hold_no_secrets():
    """Texts of cells and what observes answers; no solution, expected value, judge or address."""
    reference, answer = Reference(COURSE), "class Div:\n    pass"
    plan = prepare_file(
        pickle_free(solved(**{p.key: answer for p in answers()})), given(), reference
    )
    sent = pickle.dumps(Job(plan.steps, 1))
    for part in COURSE.notebooks[NAME].parts:
        check = reference.check(part)
        for variant in check.variants.values():
            assert variant.sentence.encode() not in sent or not variant.sentence
        line = max(reference.solution(part).splitlines(), key=len)
        assert line.encode() not in sent
    assert b"postgresql" not in sent and b"gradebook" not in sent
    assert b"draw_graph" in sent  # (the set-up cell: what is looked for would be found)


def answers():
    return COURSE.notebooks[NAME].with_role("answer")


def pickle_free(notebook) -> bytes:
    import json

    return json.dumps(notebook).encode()


@pytest.mark.parametrize("data", [b"\xc1", plain.encode(["x"]), plain.encode([[]])])
def test_what_is_no_result_becomes_a_fault(data):
    job = Job([RunCell("x = 1")], 1)
    (one,) = clusters._results(data, [(0, job)])
    assert isinstance(one, WorkerFailed)


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr(clusters, "CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match="No cluster answers at tcp://127.0.0.1:9"):
        Cluster("tcp://127.0.0.1:9", 2).__enter__()


def test_another_version_of_the_course_and_a_worker_without_sandbox():
    one = Cluster("tcp://somewhere", 2)
    one._client = SimpleNamespace(run=lambda *_: {"tcp://w1": ("older", "bubblewrap")})
    with pytest.raises(ClusterError, match="w1 has another version"):
        one._weakest_tier()
    version = COURSE.version()
    one._client = SimpleNamespace(run=lambda *_: {"tcp://w1": (version, "")})
    with pytest.raises(ClusterError, match="w1 has no sandbox"):
        one._weakest_tier()
    both = {"tcp://w1": (version, "landlock"), "tcp://w2": (version, "bubblewrap")}
    one._client = SimpleNamespace(run=lambda *_: both)
    assert one._weakest_tier().name == "landlock"


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="pip install"):
        Cluster("local", 2).__enter__()
