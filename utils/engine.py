"""The course's autograd engine: Python writes the graph down, PyTorch knows the derivatives.

An operation computes its number and keeps its operands. Its local derivatives are taken by PyTorch,
when they are wanted, for all values of one kind at once. So this engine runs the demonstrations, and
is not the one to be written in 2.12a, where PyTorch is off limits.
"""

import math
import operator


class Value:
    """A number that remembers how it was computed.

    data       the number, a float
    grad       derivative, with respect to `data`, of the value on which
               `backward()` was called; 0.0 before
    _prev      its operands, a tuple in the order of the expression
               (x * x has x twice), empty for a leaf
    _op        how it was computed, for printing and drawing
    label      a name, for printing and drawing
    _backward  moves `grad` on to the operands; a function may be put in its place

    Numbers may stand on either side of + - * /. `ValueError` and
    `ZeroDivisionError` come where Python's `math` raises them: log(0), 1/0.
    """

    _rule = None  # of a result: (the kind of its operation, the constant in it)

    def __init__(self, data, _children=(), _op="", label=""):
        self.data = float(data)
        self.grad = 0.0
        self._prev = tuple(_children)
        self._op = _op
        self.label = label

    @staticmethod
    def _lift(x):
        """`x` itself if it is a `Value`, else the number as a leaf."""
        return x if isinstance(x, Value) else Value(x)

    def _result(self, kind, *others, data=None, constant=None, op=None):
        """The value of an operation: of one kind, on this value and others."""
        operands = (self, *map(Value._lift, others))
        if data is None:
            data = NUMBERS[kind](*[v.data for v in operands])
        out = Value(data, operands, op or kind)
        out._rule = kind, constant
        return out

    def __add__(self, other):
        return self._result("+", other)

    def __sub__(self, other):
        return self._result("-", other)

    def __mul__(self, other):
        return self._result("*", other)

    def __truediv__(self, other):
        return self._result("/", other)

    def __neg__(self):
        return self._result("neg")

    def __pow__(self, n):
        """`self ** n` for a constant number n; the gradient of `x ** 0` is 0, also at x = 0."""
        if isinstance(n, Value):
            raise TypeError("the exponent must be a plain number, not a Value")
        n = float(n)
        return self._result("x**n", data=math.pow(self.data, n), constant=n, op=f"**{n:g}")

    def __rpow__(self, base):
        """`base ** self` for a constant positive number."""
        data, base = math.pow(base, self.data), float(base)
        return self._result("n**x", data=data, constant=base, op=f"{base:g}**")

    def exp(self):
        return self._result("exp")

    def log(self):
        """Natural logarithm."""
        return self._result("log")

    def relu(self):
        """max(0, x); its gradient at 0 is 0 here, as in PyTorch."""
        return self._result("relu")

    def tanh(self):
        return self._result("tanh")

    def sigmoid(self):
        """1 / (1 + exp(-x)), for numbers of any size."""
        return self._result("sigmoid")

    def __radd__(self, other):
        return Value._lift(other)._result("+", self)

    def __rsub__(self, other):
        return Value._lift(other)._result("-", self)

    def __rmul__(self, other):
        return Value._lift(other)._result("*", self)

    def __rtruediv__(self, other):
        return Value._lift(other)._result("/", self)

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
        _hand_on(order[::-1])

    def _backward(self):
        _hand_on([self])

    def __repr__(self):
        name = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data:g}, grad={self.grad:g}{name})"


def _sigmoid(x):
    e = math.exp(-abs(x))  # never overflows, unlike exp(-x) at x = -800
    return (1 if x >= 0 else e) / (1 + e)


NUMBERS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "exp": math.exp,
    "log": math.log,
    "relu": lambda x: max(0.0, x),
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
}


def _of_tensors(kind, columns, constant):
    """The operation on columns of operands, by PyTorch."""
    import torch

    if kind == "x**n":
        return columns[0] ** constant
    if kind == "n**x":
        return constant ** columns[0]
    if kind == "sigmoid":  # (keeps the digits of a slope that is nearly 0)
        return torch.nn.functional.logsigmoid(columns[0]).exp()
    return getattr(torch, kind, NUMBERS[kind])(*columns)


def _slopes(kind, constant, values):
    """The local derivatives of values of one kind: a row for each, a number for each operand."""
    import torch

    with torch.enable_grad():
        numbers = [[v.data for v in value._prev] for value in values]
        table = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
        out = _of_tensors(kind, table.unbind(1), constant)
        return torch.autograd.grad(out.sum(), table)[0].tolist()


def _hand_on(values):
    """Every value in turn moves its gradient on to its operands."""
    groups = {}
    for v in values:
        if v._rule and "_backward" not in vars(v):
            groups.setdefault(v._rule, []).append(v)
    slopes = {}
    for (kind, constant), group in groups.items():
        slopes.update(zip(map(id, group), _slopes(kind, constant, group)))
    for v in values:
        if "_backward" in vars(v):
            v._backward()
        for operand, slope in zip(v._prev, slopes.get(id(v), ())):
            operand.grad += slope * v.grad


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
