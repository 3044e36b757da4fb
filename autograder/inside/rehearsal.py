"""A small notebook that a warm process runs before it is forked.

Python makes its code faster while it runs, and writes that down beside the code. Without a rehearsal
every fork would do so again, in copies of its own of the memory.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from autograder.inside import plain
from autograder.inside.answer import attempt, observe_answer
from autograder.inside.shell import run_cell

TIMES = 20  # Python looks at code again after 8 calls, and at what it found after some more
PART = "0.0"
CELLS = (
    """
import math
import numpy as np
from utils import expect, grade
""",
    """
# an answer
class Half:
    by: float = 2.0

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x, dtype=float) / self.by

def double(x):
    \"\"\"Twice x.\"\"\"
    return 2 * x

def later(x):
    raise NotImplementedError
""",
    """
expect("0.0", lambda: double(3), 6)
expect("0.0", lambda: Half()([2.0, 4.0]), np.array([1.0, 2.0]))
expect("0.0", lambda: [double(1), {"a": math.pi}], [2, {"a": math.pi}])
expect("0.0", lambda: later(3), 6)
""",
    'expect("0.0", lambda: double(3), 7)',
    'expect("0.0", lambda: double(), 7)',
    'print("text")\nHalf()([1.0, 3.0])',
)


def rehearse(shell) -> None:
    """Run the notebook a few times, and leave nothing of it behind."""
    from utils import records

    for _ in range(TIMES):
        for cell in CELLS:
            run_cell(shell, cell)
        seen = observe_answer(_observe, shell.user_ns, 0, PART)
        plain.decode(plain.encode({"observation": seen}))
    shell.reset()
    shell.displayhook.flush()  # gives the new namespace its _, __ and ___
    records.forget()
    for name in ("last_type", "last_value", "last_traceback"):
        with suppress(AttributeError):
            delattr(sys, name)


def _observe(answer, rng):
    x = rng.normal(size=(2, 3))
    half = attempt(answer.Half)
    return {
        "a function": answer.double(x),
        "an object": attempt(half, x),
        "values": [answer.double(2), {"text": "a"}, (1, None, True)],
        "a mistake": answer.double("a", 2),
        "no answer": answer.missing(1),
    }
