from collections import Counter
from types import SimpleNamespace

import pytest

from autograder.commands.try_answers import try_answers
from autograder.judging import forbid
from autograder.judging import relied_on as relied_on_module
from autograder.judging.feedback import sentences
from autograder.judging.forbid import forbidden_use
from autograder.judging.reference import default_reference, execute
from autograder.judging.relied_on import forbidden_in
from autograder.notebook import _answer_and_others, check_answer

USES = [
    "import torch", "import torch.nn as nn", "from torch import autograd", "x = torch.ones(2)",
    "t = __import__('torch')", "import importlib\nt = importlib.import_module('torch.nn')",
    "def f():\n    import torch\n    return torch.ones(1)", "import torch as numpy_", "x = (torch",
]  # fmt: skip
INNOCENT = [
    "# torch",
    "x = 'torch'",
    "torchlight = 1",
    "import numpy as np\nnp.linspace(0, 1, 3)",
    "my.torch",
]


@pytest.mark.parametrize("source", USES)
def test_use_is_found(source):
    assert forbidden_use(source, ("torch",)) == "torch"


@pytest.mark.parametrize("source", INNOCENT)
def test_mention_is_no_use(source):
    assert forbidden_use(source, ("torch",)) is None


def test_dotted_names_and_aliases():
    for source in (
        "np.gradient(x)",
        "import numpy as q\nq.gradient(x)",
        "from numpy import gradient",
    ):
        assert forbidden_use(source, ("numpy.gradient",)) == "numpy.gradient"
    assert forbidden_use("np.ones(3)", ("numpy.gradient",)) is None


# The one rule: the answer's text, and those of the student's texts that it relies on. -------------

REFERENCE = default_reference()
ENGINE = REFERENCE.solution("2.12a")
WITH_TORCH = ENGINE.replace("class Value:", "class Value:\n    other = torch.tensor\n", 1)
TEXTS = {  # the answer to 2.12a, the student's other cells, another answer: is it forbidden?
    "in the answer": (WITH_TORCH, ["import torch"], "", True),
    "in a comparison": (ENGINE, ["import torch\nprint(torch.tensor(1.0))"], "", False),
    "in another answer": (ENGINE, [], "def gradient_error(f, x):\n    import torch\n    return 0.0", False),
    "in a cell that changes the answer": (ENGINE, ["import torch\nValue.__add__ = torch.add"], "", True),
}  # fmt: skip


@pytest.mark.parametrize("answer, others, another, caught", TEXTS.values(), ids=TEXTS)
def test_try_and_self_study_forbid_alike(answer, others, another, caught):
    file = "\n\n".join([another, answer, *others])
    (tried,) = try_answers([{"exercise": "2.12a", "source": file}], seed=1)
    namespace = execute(
        answer, dict(REFERENCE.namespace("2.12a")) | {"torch": SimpleNamespace(tensor=0)}, "x"
    )
    cells = ["# Answer 2.12a\n" + answer, "# Answer 2.12b\n" + another, *others]
    shown = check_answer("2.12a", {**namespace, "In": ["", *cells]}, seed=1)
    for said in (tried["parts"][0]["feedback"], sentences(shown)):
        assert ("torch is used" in said[0]) is caught, said[0]


def test_a_cell_that_was_written_anew_no_longer_counts():
    before, now = "def helper():\n    return torch.add", "def helper():\n    return 0"
    answer = ENGINE.replace("class Value:", "class Value:\n    other = helper()\n", 1)
    for inputs, caught in (([before, now], False), ([now, before], True)):
        text, others = _answer_and_others("2.12a", ["", *inputs, "# Answer 2.12a\n" + answer])
        assert (forbidden_in(text, others, ("torch",)) == "torch") is caught


HELPED = "def f(x):\n    return helper(x)"
BY_OTHER_CELLS = {  # what an answer builds on: is it forbidden?
    "a long cell": ("import torch\n\n\ndef helper(x): return torch.tan(x)\n" + "#" * 60_000, True),
    "a cell with a command": (
        "found = !true\nimport torch\ndef helper(x): return torch.tan(x)",
        True,
    ),
    "a cell that cannot run": ("import torch\ndef helper(x return torch.tan(x)", False),
    "through a third cell": ("def helper(x): return other(x)", True),
}


@pytest.mark.parametrize("text, caught", BY_OTHER_CELLS.values(), ids=BY_OTHER_CELLS)
def test_no_form_of_a_cell_hides_what_an_answer_relies_on(text, caught):
    others = [text, "import torch\ndef other(x): return torch.tan(x)"]
    used = forbidden_in(HELPED, others if "other(x)" in text else others[:1], ("torch",))
    assert bool(used) == caught


def test_every_cell_is_read_once_for_all_parts(monkeypatch):
    count = Counter()
    real = forbid.parsed
    monkeypatch.setattr(relied_on_module, "parsed", lambda text: count.update([text]) or real(text))
    chain = [f"def f{n}(x): return f{n + 1}(x)\nz = {n}" for n in range(300)]
    for _ in range(5):
        assert set(relied_on_module.relied_on("f0(1)", chain)) == set(chain)
    assert set(count.values()) == {1}
