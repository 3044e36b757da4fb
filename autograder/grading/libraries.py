"""Which of the worker's LIBRARIES a notebook seems to use, so that its session starts where they are loaded.

A guess from its texts, which costs time only. The LIBRARIES are counted: the first so many of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.inside.serve import LIBRARIES

COMPUTES, DRAWS, LEARNS, TRAINS = range(1, len(LIBRARIES) + 1)
_SIGNS = {
    TRAINS: re.compile(r"torch\.optim|\boptim\.\w|from torch import .*\boptim\b|PyTorchMLP"),
    LEARNS: re.compile(r"torch"),
    DRAWS: re.compile(
        r"(?<![.\w])(?:matplotlib|pyplot|plt|axes|style|plot_\w+|show\w*|watch_\w+)\s*[.(]"
    ),
    COMPUTES: re.compile(r"(?:import|from) +sympy|\bsympy\.|(?<![.\w])evaluate\("),
}
_NAMES = {TRAINS: b"torch.optim", LEARNS: b"torch", DRAWS: b"matplotlib", COMPUTES: b"sympy"}
_FROM_UTILS = re.compile(r"^from utils[\w.]* import (\([^)]*\)|.*)", re.MULTILINE)
_ENGINE = re.compile(r"\bValue\b(?! as )")


def of_cells(sources: Iterable[str]) -> int:
    """What the cells of a notebook seem to use.

    The course's engine takes its derivatives from PyTorch, when something goes backward.
    """
    text = "\n".join(sources)
    found = next((count for count, sign in _SIGNS.items() if sign.search(text)), 0)
    engine = any(_ENGINE.search(names) for names in _FROM_UTILS.findall(text))
    if engine and ".backward()" in text and "class Value" not in text:
        found = max(found, LEARNS)
    return found


def of_observation(function: bytes) -> int:
    """What a pickled observation seems to use."""
    return next((count for count, name in _NAMES.items() if name in function), 0)
