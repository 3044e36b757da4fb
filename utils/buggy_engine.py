"""`BuggyValue`: an engine with a mistake to be found, in the closures of + and *."""

from utils.lent_engine import ExtendableValue


class BuggyValue(ExtendableValue):
    """A number that remembers how it was computed, with values and numbers on either side of + and *.

    `backward()` puts all values in a topological order and calls `_backward` of each once, results
    before operands: that is right. The two closures are not.
    """

    def __add__(self, other):
        other = other if isinstance(other, BuggyValue) else type(self)(other)
        out = type(self)(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad = out.grad
            other.grad = out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, BuggyValue) else type(self)(other)
        out = type(self)(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out._backward = _backward
        return out
