"""`--real-kernel`: the same scores and outputs from a Jupyter kernel inside the sandbox."""

import nbformat
import pytest
from classroom import LIMITS, NAME, graded, hand_in, no_demonstrations, points, solved
from nbformat.v4 import new_code_cell

from autograder.grading.executor import RunCell, run_steps
from autograder.isolation import Worker, choose_tier

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def worker():
    with Worker(choose_tier()) as running:
        yield running


def run(worker, *texts, seconds=5.0):
    return run_steps(worker, [RunCell(t, seconds) for t in texts], 1, LIMITS, real_kernel=True)


def test_outputs_of_a_kernel(worker):
    first, magic, asynchronous, shown, wrong, after = run(
        worker,
        "print('a'); print('b'); 3",
        "%time x = 1",
        "import asyncio; await asyncio.sleep(0); 'waited'",
        "from IPython.display import display, HTML; display(HTML('<b>x</b>')); get_ipython().kernel",
        "1 / 0",
        "x",
    )
    assert [o.get("text") or o["data"]["text/plain"] for o in first["outputs"]] == ["a\nb\n", "3"]
    assert "Wall time" in magic["outputs"][0]["text"]
    assert asynchronous["outputs"][0]["data"]["text/plain"] == "'waited'"
    assert shown["outputs"][0]["data"]["text/html"] == "<b>x</b>"
    assert "ipkernel" in str(shown["outputs"][1]) or "ipykernel" in str(shown["outputs"][1])
    assert wrong["error"] == "ZeroDivisionError" and wrong["outputs"][0]["ename"] == wrong["error"]
    assert after["outputs"][0]["data"]["text/plain"] == "1"


def test_what_does_not_end_or_ends_too_much_costs_itself_only(worker):
    endless, stubborn, left, after = run(
        worker,
        "while True: pass",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import os; os._exit(3)",
        "'still here'",
        seconds=0.5,
    )
    assert endless["error"] == "OutOfTime"
    assert stubborn["error"] == left["error"] == "CellLost"
    assert after["outputs"][0]["data"]["text/plain"] == "'still here'"


def test_the_kernel_is_inside_the_sandbox(worker):
    (seen,) = run(
        worker,
        "import os, socket\n"
        "found = [os.path.exists('/course/solutions'), os.path.exists('/course/autograder/checks')]\n"
        "try:\n    socket.create_connection(('192.0.2.1', 80), 1); found.append('network')\n"
        "except OSError: pass\n"
        "found, os.getuid() != 0",
    )
    assert seen["outputs"][0]["data"]["text/plain"] == "([False, False], True)"


def test_the_same_points_as_without_a_kernel(tmp_path):
    wrong = {"2.5": "class Div(Op):\n    def forward(self, a, b):\n        return a / b"}
    for student, answers in (("anna", {}), ("ben", wrong)):
        notebook = solved(**answers)
        notebook.cells.append(new_code_cell("type(get_ipython()).__name__"))
        hand_in(tmp_path / "in", student, notebook)
    with no_demonstrations():
        kernel, _, folder = graded(tmp_path / "in", tmp_path / "kernel", real_kernel=True)
        usual, _, _ = graded(tmp_path / "in", tmp_path / "usual")
    assert {s: points(r) for s, r in kernel.items()} == {s: points(r) for s, r in usual.items()}
    assert kernel["ben"]["parts"] == usual["ben"]["parts"]
    made = nbformat.read(folder.autograded / "anna" / f"{NAME}.ipynb", as_version=4)
    assert made.cells[-1].outputs[0].data["text/plain"] == "'ZMQInteractiveShell'"
