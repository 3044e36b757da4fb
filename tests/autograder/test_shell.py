"""The shell without a kernel gives the outputs that a Jupyter kernel gives."""

import pytest
from classroom import LIMITS

from autograder.grading.executor import RunCell, run_steps
from autograder.isolation import Worker, choose_tier

pytestmark = pytest.mark.sandbox

CELLS = {
    "printing": "print('a', end=''); print('b')\nimport sys; print('c', file=sys.stderr); print('d')",
    "a value": "x = 2\nx + 1",
    "no value": "x + 1;",
    "history": "Out[2] + _",
    "several displays": "from IPython.display import *\ndisplay(1, 'two')\ndisplay(HTML('<b>3</b>'))\n4",
    "markdown and latex": "display(Markdown('*a*'), Math('x^2'), Latex('$y$'))",
    "a figure": "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(2, 1))\nax.plot([1, 2]);",
    "two figures": "plt.figure(figsize=(1, 1)); plt.plot([1]); plt.show()\nplt.figure(figsize=(1, 1)); plt.plot([2]); plt.show()",
    "a traceback": "def f(n):\n    return 1 / n\nprint('before')\nf(0)",
    "a syntax error": "def f(:\n    pass",
    "an own exception": "class Mine(Exception): pass\nraise Mine('told')",
    "an error is shown by hand": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    get_ipython().showtraceback()",
    "await": "import asyncio\nawait asyncio.sleep(0, 'waited')",
    "async for": "async def g():\n    yield 1\nasync for one in g(): print(one)",
    "capture": "%%capture kept\nprint('hidden')",
    "what was captured": "kept.stdout",
    "inline": "%matplotlib inline",
    "a widget": "import ipywidgets\nipywidgets.IntSlider(value=3)",
    "clear": "print('old')\nclear_output()\nprint('new')",
    "a representation": "class A:\n    def _repr_html_(self): return '<i>a</i>'\n    def __repr__(self): return 'A!'\nA()",
    "a failing representation": "class B:\n    def __repr__(self): raise ValueError('no')\nB()",
    "a long value": "list(range(2000))",
    "writing": "sys.stdout.write('w')\nsys.stdout.flush()",
    "a warning": "import warnings\nwarnings.warn('careful')",
}  # fmt: skip


@pytest.fixture(scope="module")
def both():
    """{name: (outputs without a kernel, outputs of a kernel)}"""
    steps = [RunCell(text, 20.0) for text in CELLS.values()]
    with Worker(choose_tier()) as worker:
        shell = run_steps(worker, steps, 1, LIMITS)
        kernel = run_steps(worker, steps, 1, LIMITS, real_kernel=True)
    return {name: pair for name, *pair in zip(CELLS, shell, kernel)}


def seen(result: dict) -> tuple:
    """What a reader sees: the outputs, and each of the streams as a whole."""
    outputs = result["outputs"]
    streams = {
        name: "".join(o["text"] for o in outputs if o.get("name") == name)
        for name in ("stdout", "stderr")
    }
    streams["stderr"] = streams["stderr"].rpartition("UserWarning:")[-1].strip()
    return streams, [essence(one) for one in outputs if one["output_type"] != "stream"]


def essence(output: dict) -> tuple:
    """An output, without what belongs to the kernel only."""
    kind = output["output_type"]
    if kind == "error":
        return kind, output["ename"], output["evalue"].partition(" (")[0]
    data = {mime: text for mime, text in output["data"].items() if not mime.startswith("image/")}
    return kind, {m: t for m, t in data.items() if "widget" not in m}, "image/png" in output["data"]


@pytest.mark.parametrize("name", CELLS)
def test_the_same_outputs(both, name):
    shell, kernel = both[name]
    assert seen(shell) == seen(kernel)
    assert shell["error"] == kernel["error"]


def test_a_figure_is_the_same_picture(both):
    pictures = [one["outputs"][-1]["data"]["image/png"].strip() for one in both["a figure"]]
    assert pictures[0] == pictures[1]


def test_tracebacks_point_at_the_students_line(both):
    for one in both["a traceback"]:
        text = "\n".join(one["outputs"][-1]["traceback"])
        assert "return" in text and "f(" in text and "ZeroDivisionError" in text


def test_commands_of_the_system_are_refused_with_a_sentence():
    steps = [RunCell(text, 5.0) for text in ("!pip install x", "out = !ls", "%%bash\nls", "1")]
    with Worker(choose_tier()) as worker:
        piped, kept, magic, after = run_steps(worker, steps, 1, LIMITS)
    for one in (piped, kept):
        assert "shell commands are not run" in one["outputs"][-1]["evalue"]
    assert magic["error"] is None or "bash" in str(magic["outputs"])
    assert after["outputs"][0]["data"]["text/plain"] == "1"
