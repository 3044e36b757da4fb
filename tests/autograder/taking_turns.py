"""Many answers in one session of the sandbox, observed one after the other in one fork.

Cells run as always; after each its names are kept, and brought back when it is its turn to be observed.
Functions look up names in the notebook's one namespace, so it is filled anew, not replaced.
"""

import sys

import cloudpickle
import numpy as np

from autograder.check import Check
from autograder.inside import plain

cloudpickle.register_pickle_by_value(sys.modules[__name__])

KEPT = "_kept_names"
BEGIN = f"{KEPT} = {{}}"


def keep(key: str) -> str:
    """A cell that keeps the names as they are now."""
    return f"{KEPT}[{key!r}] = {{name: value for name, value in globals().items() if name != {KEPT!r}}}"


def restore(key: str) -> str:
    """A cell that brings back the names of a `keep`."""
    return (
        f"(lambda names, kept: (names.clear(), names.update(kept[{key!r}], {KEPT}=kept)))"
        f"(globals(), {KEPT})"
    )


class Turns:
    """What `Observe` asks of a check: all variants of a part, from the names that were kept of each."""

    is_typed = False  # (what is typed is observed here, too)

    def __init__(self, check: Check, seed: int):
        self.part, self.forbid = check.part, check.forbid
        self.seconds = check.seconds * len(check.variants)
        self._check, self._seed = check, seed

    @property
    def pickled(self) -> bytes:
        """`observe` for the worker."""
        assert self._check.pickled  # (and what it travels with is registered)
        return cloudpickle.dumps(_in_turn(self._check, self._seed))


def _in_turn(check, seed):
    observe, part, keys = check.observe, check.part, list(check.variants)

    def observe_all(answer, rng):
        from autograder.inside import plain
        from autograder.inside.answer import observe_answer

        names, seen = answer._namespace, {}
        kept = names[KEPT]
        for key in keys:
            names.clear()
            names.update(kept[f"{part} {key}"])
            one = observe_answer(observe, names, seed, part)
            seen[key] = np.frombuffer(plain.encode(one), dtype="u1")
        return seen

    return observe_all


def observations(seen: dict) -> dict[str, dict]:
    """{variant: observation}, from the one of all."""
    assert "failed" not in seen and seen["error"] is None, seen
    return {key: plain.decode(value.tobytes()) for key, value, _ in seen["entries"]}
