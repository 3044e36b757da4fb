"""A scalar autograd engine small enough to read in one sitting.

Every operation is a forward line and a closure `_backward`. The closure adds
(local derivative) * (gradient of the output) to the gradient of each operand:
that is the chain rule, and `+=` because a value may be used more than once.

Students get another one (`utils.engine`), because this is an answer to 2.12a. Their trainings are
watched on this one.
"""

import math


class Value:
    """A number that remembers how it was computed.

    data       the number, a float
    grad       derivative, with respect to `data`, of the value on which
               `backward()` was called; 0.0 before
    _prev      its operands, a tuple in the order of the expression
               (x * x has x twice), empty for a leaf
    _op        how it was computed, for printing and drawing
    label      a name, for printing and drawing
    _backward  moves `grad` on to the operands

    Numbers may stand on either side of + - * /. `ValueError` and
    `ZeroDivisionError` come where Python's `math` raises them: log(0), 1/0.
    """

    def __init__(self, data, _children=(), _op="", label=""):
        self.data = float(data)
        self.grad = 0.0
        self._prev = tuple(_children)
        self._op = _op
        self.label = label
        self._backward = lambda: None

    @staticmethod
    def _lift(x):
        """`x` itself if it is a value, also one of another engine; else the number as a leaf."""
        return x if hasattr(x, "_prev") else Value(x)

    def __add__(self, other):
        other = Value._lift(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __sub__(self, other):
        other = Value._lift(other)
        out = Value(self.data - other.data, (self, other), "-")

        def _backward():
            self.grad += out.grad
            other.grad -= out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = Value._lift(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = Value._lift(other)
        out = Value(self.data / other.data, (self, other), "/")

        def _backward():
            self.grad += 1 / other.data * out.grad
            other.grad += -out.data / other.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        """`self ** n` for a constant number n; the gradient of `x ** 0` is 0, also at x = 0."""
        if isinstance(n, Value):
            raise TypeError("the exponent must be a plain number, not a Value")
        n = float(n)
        out = Value(math.pow(self.data, n), (self,), f"**{n:g}")

        def _backward():
            if n != 0:
                self.grad += n * math.pow(self.data, n - 1) * out.grad

        out._backward = _backward
        return out

    def __rpow__(self, base):
        """`base ** self` for a constant positive number."""
        out = Value(math.pow(base, self.data), (self,), f"{base:g}**")
        slope = math.log(base)

        def _backward():
            self.grad += slope * out.data * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        out = Value(-self.data, (self,), "neg")

        def _backward():
            self.grad -= out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def log(self):
        """Natural logarithm."""
        out = Value(math.log(self.data), (self,), "log")

        def _backward():
            self.grad += 1 / self.data * out.grad

        out._backward = _backward
        return out

    def relu(self):
        """max(0, x); its gradient at 0 is 0 here, as in PyTorch."""
        out = Value(max(0.0, self.data), (self,), "relu")

        def _backward():
            self.grad += (self.data > 0) * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,), "tanh")

        def _backward():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def sigmoid(self):
        """1 / (1 + exp(-x)), written with exp(-|x|), which cannot overflow."""
        e = math.exp(-abs(self.data))
        out = Value((1 if self.data >= 0 else e) / (1 + e), (self,), "sigmoid")

        def _backward():
            self.grad += e / (1 + e) ** 2 * out.grad

        out._backward = _backward
        return out

    def __radd__(self, other):
        return Value._lift(other) + self

    def __rsub__(self, other):
        return Value._lift(other) - self

    def __rmul__(self, other):
        return Value._lift(other) * self

    def __rtruediv__(self, other):
        return Value._lift(other) / self

    def backward(self):
        """Add d self / d v to `v.grad` for every leaf v that `self` depends on.

        Leaves accumulate, as in PyTorch: for x * x at x = 3 a first call leaves
        x.grad = 6, a second one 12. Set `grad = 0.0` between calls to start
        again. The gradients in between are computed afresh by each call.
        """
        order = topological_order(self)
        for v in order:
            if v._prev:
                v.grad = 0.0
        self.grad += 1.0
        for v in reversed(order):
            v._backward()

    def __repr__(self):
        name = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data:g}, grad={self.grad:g}{name})"


def topological_order(z, parents=lambda v: v._prev):
    """Every value that z depends on, operands before results, z last; each once.

    A loop with its own stack, so the depth of the graph is not limited by
    Python's recursion limit. `parents(v)` gives the operands of v.
    """
    order, seen, stack = [], set(), [z]
    while stack:
        v = stack.pop()
        if v is None:  # the operands of the value below are done
            order.append(stack.pop())
        elif id(v) not in seen:
            seen.add(id(v))
            stack += (v, None, *reversed(parents(v)))
    return order
