"""Hostile submissions: no undeserved point, no trace in the next submission, an unchanged host."""

import hashlib
import json
import os
import re
import socket
import sqlite3
import uuid
from types import SimpleNamespace

import pytest
from attacks import ATTACKS, FORGE, HELP, SHOWING, WRONG
from classroom import COURSE, NAME, given, leave_out_demonstrations, solved
from nbformat.v4 import new_code_cell

from autograder.check import all_checks
from autograder.grading import executor
from autograder.grading.executor import Observe, RunCell, run_steps
from autograder.grading.grade import finish, prepare_file
from autograder.isolation import Limits, Worker, available_tiers, sandbox, session
from autograder.isolation import worker as worker_module
from autograder.judging.reference import Reference
from autograder.judging.verdict import judge

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

PART, LATER, SEED = "2.5", "2.8", 7  # what is attacked, and what is observed after it
LIMITS = Limits(cell_seconds=1.0, processes=64, total_memory=5 * 2**27, disk=2**27)
SCRATCH = 2 * sandbox.SCRATCH_BYTES  # two folders in memory, where bubblewrap is the wall
TIER = os.environ.get("ATTACKED_TIER", "bubblewrap")  # test_landlock.py says "landlock"

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# Everything that one session could leave to the next one.
LOOK = """
import builtins, gc, os, resource, signal, socket, sys

def names(folder):
    try: return sorted(name.strip("0123456789") for name in os.listdir(folder))
    except OSError: return "closed"

def text(file):
    try: return [line for line in open(file) if "lo:" in line]
    except OSError: return "closed"

def lines(file):
    try: return len(open(file).readlines())
    except OSError: return "closed"

print(
    [names(folder) for folder in (".", os.environ["HOME"], os.environ["HOME"] + "/.matplotlib", "/tmp", "/dev/shm", "/proc")],
    text("/proc/net/dev"), [lines(f"/proc/sysvipc/{kind}") for kind in ("shm", "msg", "sem")], os.umask(0o22), gc.isenabled(),
    [signal.getsignal(n) is signal.SIG_IGN for n in (1, 15, 17)], sys.getrecursionlimit(),
    all(f.__module__ == "builtins" for f in (abs, all, any, isinstance, round)), socket.gethostname(),
    [np.allclose.__module__, np.random.default_rng.__name__], len(sys.meta_path), sys.path[:1],
    resource.getrlimit(resource.RLIMIT_CPU), os.environ == dict(os.environ),
)
"""


class Watched:
    """All files in folders, to see whether they are still as they were: names, kinds and contents."""

    def __init__(self, *folders):
        self._folders = folders
        self._stamps, self._hash = self._stamped(), self._contents()

    def is_unchanged(self) -> bool:
        """Their contents are read only where a stamp differs: what changes a file cannot hide that there."""
        if self._stamped() == self._stamps:
            return True
        return self.is_unchanged_inside()

    def is_unchanged_inside(self) -> bool:
        """The same, from the contents in any case."""
        return self._contents() == self._hash

    def _stamped(self) -> list:
        return [stamp for folder in self._folders for stamp in _stamps(folder)]

    def _contents(self) -> str:
        found = hashlib.sha256()
        for folder in self._folders:
            for path in sorted(folder.rglob("*")):
                if "__pycache__" not in path.parts:
                    found.update(str(path).encode())
                    found.update(path.read_bytes() if path.is_file() else b"")
        return found.hexdigest()


def _stamps(folder):
    """Of every file below: its path, kind, size and place on the disk, and when it was changed."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield entry.path
                yield from _stamps(entry.path)
            else:
                has = entry.stat(follow_symlinks=False)
                yield (
                    entry.path,
                    has.st_mode,
                    has.st_size,
                    has.st_ino,
                    has.st_mtime_ns,
                    has.st_ctime_ns,
                )


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """What is worth stealing: a gradebook, a neighbour's work, servers, a secret, the course."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SECRET", "SECRET_OF_THE_GRADER")
    patch.setattr(session, "GRACE_SECONDS", 1.0)
    patch.setattr(worker_module, "END_SECONDS", 8.0)
    patch.setattr(session, "WATCH_SECONDS", 0.2)
    patch.setattr(all_checks()[PART], "seconds", 0.5)
    grading = tmp_path_factory.mktemp("grading")
    neighbour = grading / "submitted/neighbour" / f"{NAME}.ipynb"
    neighbour.parent.mkdir(parents=True)
    neighbour.write_text(json.dumps(solved()))
    with sqlite3.connect(grading / "gradebook.db") as book:
        book.execute("create table grade (score)")
        book.execute("insert into grade values (0)")
    book.close()
    name = f"grader-{uuid.uuid4().hex}"
    tcp = socket.create_server(("127.0.0.1", 0))
    listeners = [tcp]
    for address in ("\0" + name, str(grading / "socket")):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen()
        listeners.append(listener)
    watched = (COURSE.root / "autograder", COURSE.solutions, COURSE.root / "utils", grading)
    places = {
        "@COURSE@": str(COURSE.root), "@GRADING@": str(grading),
        "@PORT@": str(tcp.getsockname()[1]), "@NAME@": name,
        "@DISK@": str(SCRATCH if TIER == "bubblewrap" else LIMITS.disk),
    }  # fmt: skip
    files = Watched(*watched)
    yield SimpleNamespace(places=places, files=files)
    assert files.is_unchanged_inside()
    for listener in listeners:
        listener.close()
    patch.undo()


@pytest.fixture(scope="module")
def reference():
    return Reference(COURSE)


@pytest.fixture(scope="module")
def worker(host):
    tier = next(tier for tier in available_tiers() if tier.name == TIER)
    assert tier.available, tier.reason
    if (
        TIER != "bubblewrap"
    ):  # only in test_landlock.py's container: some attacks would reach a host
        assert TIER == "landlock" and os.geteuid() != 0 and os.getpid() < 10
    with Worker(tier) as running:
        running.open(libraries=2, others_follow=True).close()  # for the attacks that draw
        yield running


def next_submission(worker, reference) -> tuple[float, float, str]:
    """Points of a right answer and of a wrong one, and what the session sees around itself."""
    check = reference.check(PART)
    setup = [RunCell(source) for source in reference.setup(PART)]
    right, wrong = RunCell(reference.solution(PART)), RunCell(WRONG.format(inside=" " * 8 + "pass"))
    steps = [*setup, RunCell(LOOK), right, Observe(check), wrong, Observe(check)]
    results = run_steps(worker, steps, SEED, LIMITS)
    earned = [judge(check, results[n], reference, SEED).earned for n in (-3, -1)]
    seen = results[len(setup)]["outputs"]
    return *earned, "".join(output.get("text", str(output)) for output in seen)


@pytest.fixture(scope="module")
def usual(worker, reference):
    """What the submission after an attack must be like."""
    next_submission(worker, reference)  # the first one finds what warming up has left
    found = next_submission(worker, reference)
    assert found[:2] == (reference.check(PART).points, 0)
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing_and_harms_nobody(name, host, worker, reference, usual):
    done = graded(ATTACKS[name], host, worker, reference)

    earned = {part["id"]: part["earned"] for part in done.record()["parts"]}
    assert earned[PART] == 0, ATTACKS[name].tries
    assert done.state == "graded", done.problems
    assert all(verdict.earned <= verdict.points for verdict in done.verdicts)
    outputs = json.dumps([cell.get("outputs", []) for cell in done.notebook.cells])
    if TIER not in ATTACKS[name].open_under:
        assert "LEAKED" not in outputs, re.findall(r"LEAKED[^\\]*", outputs)
    assert len(outputs) < 10**7
    said = [
        *done.record()["problems"],
        *(line for part in done.record()["parts"] for line in part["feedback"]),
    ]
    assert all(len(line.splitlines()) <= 1 for line in said)
    assert_harmless(done)
    assert next_submission(worker, reference) == usual
    assert host.files.is_unchanged()


def graded(attack, host, worker, reference):
    """The notebook with the attack in it, graded."""
    text = attack.text
    for sign, place in host.places.items():
        text = text.replace(sign, place)
    notebook = solved(**{PART: text})
    if attack.later:
        notebook.cells.append(new_code_cell(attack.later, id="later"))
    plan = prepare_file(json.dumps(notebook).encode(), given(), reference)
    leave_out_demonstrations(plan)
    known = _leave_out_parts_between(plan, reference)
    results = run_steps(worker, plan.steps, SEED, LIMITS, known)
    return finish(plan, results, reference, SEED, worker.tier.name)


def _leave_out_parts_between(plan, reference):
    """The observations of the parts that are not run, {step: what the reference gives}."""
    known = {}
    for cell_id, (_, part) in plan.rebuilt.given.names.items():
        if cell_id in plan.runs and part not in (PART, LATER):
            plan.steps[plan.runs[cell_id]] = RunCell("pass")
            if part in plan.looks:
                known[plan.looks[part]] = reference.observation(part, SEED)
    return known


# (Whether memory that was freed still holds a text is chance, and Landlock closes /proc/self/maps.)
OPEN_WITHOUT_ORDER = SHOWING.keys() - {"its own memory"}


@pytest.mark.parametrize("name", sorted(OPEN_WITHOUT_ORDER))
def test_only_the_order_keeps_what_observes_hidden(name, host, worker, reference, monkeypatch):
    """Observed at once, as each place is reached, every one of these attacks would show it."""

    def at_once(work, session):
        for place, step in enumerate(work._steps):
            work._results[place] = step.begin(session, SEED).result()
        work.done = True

    monkeypatch.setattr(executor._Work, "do", at_once)
    done = graded(SHOWING[name], host, worker, reference)
    assert "LEAKED" in json.dumps(done.notebook.cells[-1].outputs)


def test_forged_observations_arrive(worker, reference):
    """The attacks that answer in place of what observes reach what they are after."""
    cells = *reference.setup(PART), f"{HELP}\n{FORGE}\nforge(7.25)"
    steps = [*map(RunCell, cells), Observe(reference.check(PART))]
    *_, ran, seen = run_steps(worker, steps, SEED, LIMITS)
    assert ran["error"] is None and {value for _, value, _ in seen["entries"]} == {7.25}


def assert_harmless(done):
    """Nothing in the executed notebook or on the feedback page runs or loads anything, and no
    text in them does anything to a terminal."""
    assert not [
        text for text in texts([done.record(), done.notebook.cells]) if CONTROL.search(text)
    ]
    shown = [
        _shown_html(output) for cell in done.notebook.cells for output in cell.get("outputs", [])
    ]
    for html in shown:
        assert not re.search(
            r"<(script|iframe|form|object|embed|style|svg|meta|link)\b", html, re.I
        ), html
        assert not re.search(r"<[^>]*\b(on\w+\s*=|javascript:)", html, re.I), html


def texts(value):
    """All strings in plain data."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def _shown_html(output) -> str:
    data = output.get("data", {})
    pictures = [f'<img src="{data[kind]}">' for kind in data if kind.startswith("image/")]
    return data.get("text/html", "") + "".join(pictures)


def test_every_attack_says_what_it_tries():
    assert len(ATTACKS) >= 140
    for name, attack in ATTACKS.items():
        assert attack.tries.endswith("."), name
        compile(attack.text.replace("@PORT@", "1").replace("@DISK@", "1"), name, "exec")
