"""A network that feedback can name: its text has no address in it, so that it is the same every time."""

from utils import NumpyMLP


class ShownMLP(NumpyMLP):
    """A `NumpyMLP` that is written as it would be made."""

    def __repr__(self):
        return f"NumpyMLP({self.layer_sizes}, activation={self.activation!r})"
