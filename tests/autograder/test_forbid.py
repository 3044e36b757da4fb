import pytest

from autograder.judging.forbid import forbidden_use

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
