"""Workers that a test gives back and the next one takes: warming one up takes half a second."""

from collections import defaultdict

from autograder.isolation import Tier, Worker
from autograder.isolation.loaded import Loaded
from autograder.isolation.worker import loaded_in

_loaded: dict[Tier, Loaded] = {}
_idle: dict[Tier, list["KeptWorker"]] = defaultdict(list)


class KeptWorker(Worker):
    """A worker that is kept when it is closed; one that was stopped is not.

    All of them share their processes with large libraries, whatever a pool wants them to share.
    """

    def __new__(cls, tier: Tier, loaded: Loaded | None = None):
        return _idle[tier].pop() if _idle[tier] else super().__new__(cls)

    def __init__(self, tier: Tier, loaded: Loaded | None = None):
        if not hasattr(self, "tier"):
            super().__init__(tier, _loaded.setdefault(tier, loaded_in(tier)))

    def close(self) -> None:
        if self._stopped:
            super().close()
        else:
            self._loaded.forget()
            _idle[self.tier].append(self)


def close_all() -> None:
    """End those that are idle."""
    for worker in [worker for idle in _idle.values() for worker in idle]:
        Worker.close(worker)
    for loaded in _loaded.values():
        loaded.close()
    _idle.clear()
    _loaded.clear()
