"""Which demonstrations run for a student: those on which something of theirs depends."""

import threading
import time

import pytest
from classroom import COURSE, NAME, cell, given, givens, graded, hand_in, points, solved
from nbformat.v4 import new_code_cell

from autograder.grading import batch, demonstrations, executor
from autograder.grading.demonstrations import fixed, left_out, names_of
from autograder.grading.reading import read_cells
from autograder.grading.rebuild import rebuild
from autograder.isolation import Limits
from autograder.isolation.worker import WorkerFailed

NAMES = {
    "x = 1\nprint(x)": ("print", "x"),
    "print(x)\nx = 1": ("print x", "x"),
    "x += 1": ("x", "x"),
    "import numpy as np\nnp.ones(3)": ("", "np"),
    "def f(a):\n    global q\n    q = 1\n    return a + z": ("z", "f q"),
    "for i in r:\n    pass": ("r", "i"),
    "class A:\n    y = w\n    def m(self):\n        return k": ("k w", "A"),
    "[a for a in b]": ("b", ""),
    "f = lambda t: t + u": ("u", "f"),
    "def f():\n    return g()\ndef g():\n    return 1": ("", "f g"),
}


@pytest.mark.parametrize("text", NAMES)
def test_names_follow_pythons_scopes(text):
    uses, gives = NAMES[text]
    names = names_of(text)
    assert (set(names.uses), set(names.gives)) == (set(uses.split()), set(gives.split()))
    assert not names.unknown


ANYTHING = (
    "%time x", "!ls", "exec('x = 1')", "globals()['x']", "x =", "import __main__",
    "from builtins import print", "__import__(name)", "#" * 60_000, "load = __import__", "__import__('sys').path",
)  # fmt: skip


@pytest.mark.parametrize("text", ANYTHING)
def test_a_cell_that_may_use_anything(text):
    assert names_of(text).unknown
    assert not names_of("%matplotlib inline\nx = 1").unknown
    assert not names_of("x = __import__('math').pi").unknown


SET_UP = frozenset({("np", "numpy"), ("pi", "math.pi")})
CHANGES = {
    "import numpy as np\nx = 1": "x",
    "import numpy as np\nnp = 1": "np",
    "import numpy.linalg as np": "np",
    "if x:\n    import numpy as np\nelse:\n    import torch as np": "np",
    "def f():\n    global np\n    np = 1\nimport numpy as np": "f np",
    "from math import pi, e": "e",
    "from math import e as pi": "pi",
}


@pytest.mark.parametrize("text", CHANGES)
def test_importing_the_same_again_changes_nothing(text):
    assert names_of(text).changes(SET_UP) == set(CHANGES[text].split())


def test_most_demonstrations_need_not_run_again():
    demos = [c for one in givens().values() for c in one.shown.cells if c.id.startswith("demo")]
    count = sum(len(fixed(one)) for one in givens().values())
    assert len(demos) // 2 < count < len(demos)


def test_what_shows_an_answer_is_run_for_every_student():
    """Also where a function of the set-up uses the answer, and where only its marks are shown."""
    for one in givens().values():
        names = [names_of(cell.source) for cell in one.shown.cells if cell.id in fixed(one)]
        assert not any(each.uses & {"expect", "progress", "grade"} for each in names)
    engine = givens()["ch02_autograd/04_engine"]
    using = [
        c for c in engine.shown.cells if "value_and_gradients(" in c.source and c.id[:4] == "demo"
    ]
    assert using and not fixed(engine) & {cell.id for cell in using}


def rebuilt(*cells, **answers):
    import json

    notebook = solved(**answers)
    notebook.cells += [new_code_cell(text) for text in cells]
    return rebuild(given(), read_cells(json.dumps(notebook).encode()))


def test_what_a_students_cell_uses_is_run():
    everything = left_out(rebuilt())
    assert everything == fixed(given()) and len(everything) == 4
    giver = {c.id: names_of(c.source) for c in given().shown.cells if c.id in everything}
    demo, names = next((i, n) for i, n in giver.items() if "bases" in n.gives)
    assert demo not in left_out(rebuilt("print(bases)"))
    assert demo in left_out(rebuilt("bases = 3\nprint(bases)"))
    assert left_out(rebuilt("%time bases")) == frozenset()
    assert left_out(rebuilt("import numpy as np\nprint(np.pi)")) == everything


def test_what_uses_a_students_name_is_run():
    taken = next(
        (c.id, sorted(names_of(c.source).uses & {"style", "axes", "np"}))
        for c in given().shown.cells
        if c.id in fixed(given()) and names_of(c.source).uses & {"style", "axes", "np"}
    )
    assert taken[0] not in left_out(rebuilt(f"{taken[1][0]} = None"))


def test_a_demonstration_that_was_changed_is_run():
    import json

    notebook = solved()
    one = next(c for c in notebook.cells if c.id in fixed(given()))
    one.source += "\nprint('changed')"
    again = rebuild(given(), read_cells(json.dumps(notebook).encode()))
    assert left_out(again) == fixed(given()) - {one.id}


@pytest.mark.sandbox
def test_the_executed_notebook_shows_them_all(tmp_path):
    """Left out or run: the same pictures, and the same points."""
    hand_in(tmp_path / "in", "anna", solved())
    restless = solved()
    restless.cells.append(new_code_cell("%time 1"))  # nothing is left out for this one
    hand_in(tmp_path / "in", "ben", restless)
    records, _, folder = graded(tmp_path / "in", tmp_path / "out")
    assert points(records["anna"]) == points(records["ben"])
    shown = {}
    for student in ("anna", "ben"):
        import nbformat

        made = nbformat.read(folder.autograded / student / f"{NAME}.ipynb", as_version=4)
        shown[student] = {
            name: [
                o.get("data", {}).get("image/png", o.get("text")) for o in cell(made, name).outputs
            ]
            for name in sorted(fixed(given()))
        }
    assert shown["anna"] == shown["ben"] and all(shown["anna"].values())
    assert COURSE.notebooks[NAME].parts


# Beside everything else ----------------------------------------------------------------------------


def shown_by(results):
    """What a runner makes of the demonstrations of a notebook: these results, for each of its steps."""
    made = given()

    class Runner:
        def run(self, jobs):
            for number, job in enumerate(jobs):
                yield number, results if isinstance(results, Exception) else results(job)

    with demonstrations.Shows(Runner(), Limits()) as shows:
        shown = shows.shown(made, others_follow=False)
        return {name: shown[name] for name in shown}


def test_everything_that_is_left_out_is_shown():
    def say(job):
        text = {"output_type": "stream", "name": "stdout", "text": "here"}
        return [{"outputs": [text], "error": None} for _ in job.steps]

    shown = shown_by(say)
    assert fixed(given()) <= shown.keys()
    assert all(outputs[0]["text"] == "here" for outputs in shown.values())


def test_what_could_not_be_run_says_so_and_costs_nothing():
    shown = shown_by(WorkerFailed("no <b>memory</b>"))
    assert all("could not be shown: no" in outputs[0]["text"] for outputs in shown.values())


def test_results_wait_for_their_demonstrations_and_no_other(monkeypatch):
    """Few of them: each holds what its notebook printed."""
    finished, ready = [], {"a": False, "b": True}

    class Run(batch._Run):
        def __init__(self):
            pass

        def _job(self, one):
            return one

        def _can_finish(self, one):
            return ready[one[0]]

        def _finish(self, one, results, book):
            finished.append(one)
            return one

    class Runner:
        def run(self, jobs):
            for number, _ in enumerate(jobs):
                if number == 3:
                    assert finished == ["b1", "b2"]
                yield number, None
            ready["a"] = True

    monkeypatch.setattr(batch, "HELD", 2)
    todo = ["b1", "a1", "b2", "a2", "a3", "b3"]
    assert list(Run().work(todo, Runner(), None)) == ["b1", "b2", "a1", "b3", "a2", "a3"]


def test_who_asks_for_a_worker_first_gets_the_next_one():
    idle, got = executor._Idle(), []
    asking = []
    for name in "abc":
        thread = threading.Thread(target=lambda name=name: got.append((name, idle.get())))
        thread.start()
        asking.append(thread)
        while len(idle._asking) < len(asking):
            time.sleep(0.001)
    for worker, thread in zip((1, 2, 3), asking):
        idle.put(worker)
        thread.join()
    idle.put(4)
    assert got == [("a", 1), ("b", 2), ("c", 3)] and idle.get() == 4
