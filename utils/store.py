"""`Store`: keeps activations for a backward pass, and counts how many it holds at once."""

import numpy as np


class Store:
    """A place for activations that knows its peak: the most numbers that it has held at once.

        store = Store()
        store.save(3, h)     # keep h under 3; what stood there before is forgotten
        store.load(3)        # get it back; it stays
        store.free(3)        # forget it
        store.peak           # 1

    An array counts with all its entries, so nothing is gained by saving several values as one.
    """

    def __init__(self):
        self._kept = {}
        self.peak = 0

    def save(self, i, value):
        """Keep a value under i."""
        self._kept[i] = value
        self.peak = max(self.peak, self.held)

    def load(self, i):
        """The value that is kept under i."""
        if i not in self._kept:
            raise KeyError(f"nothing is kept under {i!r}; save it first, or free it later")
        return self._kept[i]

    def free(self, i):
        """Forget the value that is kept under i."""
        self.load(i)
        del self._kept[i]

    @property
    def held(self):
        """How many numbers are held now."""
        return sum(np.asarray(value).size for value in self._kept.values())

    def __repr__(self):
        return f"Store: holds {self.held}, at most {self.peak} so far"
