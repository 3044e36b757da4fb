"""Right answers to 2.12a and its bonus in other styles, and PyTorch as an oracle."""

import inspect
import math

import numpy as np

from autograder.checks.ch02_autograd import closure_engine
from autograder.checks.ch02_autograd.e2_12a import engine
from autograder.checks.ch02_autograd.e2_12a_bonus import sturdy_engine

engine.alternative("closures", source=inspect.getsource(closure_engine))
sturdy_engine.alternative("closures", source=inspect.getsource(closure_engine))


@engine.alternative("recursive_and_in_float32")
class Value:
    def __init__(self, data, children=()):
        self.data = np.float32(data)
        self.grad = np.float32(0)
        self.children = children  # pairs (operand, local derivative)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1), (other, 1)])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __pow__(self, n):
        return Value(self.data**n, [(self, n * self.data ** (n - 1))])

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * (other if isinstance(other, Value) else Value(other)) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other

    def relu(self):
        return self * (1 if self.data > 0 else 0)

    def tanh(self):
        return 2 * (2 * self).sigmoid() - 1

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.data))
        return Value(s, [(self, s * (1 - s))])

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for child, _ in v.children:
                    visit(child)
                order.insert(0, v)

        visit(self)
        self.grad = np.float32(1)
        for v in order:
            for child, slope in v.children:
                child.grad = child.grad + v.grad * slope


@engine.alternative("one_tape_for_all")
class Value:
    tape = []

    def __init__(self, data):
        self.data, self.grad = data, 0

    def record(self, data, *slopes):
        z = Value(data)
        Value.tape.append((z, slopes))
        return z

    def number(self, x):
        return x.data if isinstance(x, Value) else x

    def __add__(self, x):
        return self.record(self.data + self.number(x), (self, 1), (x, 1))

    def __sub__(self, x):
        return self.record(self.data - self.number(x), (self, 1), (x, -1))

    def __rsub__(self, x):
        return self.record(x - self.data, (self, -1))

    def __mul__(self, x):
        return self.record(self.data * self.number(x), (self, self.number(x)), (x, self.data))

    def __truediv__(self, x):
        n = self.number(x)
        return self.record(self.data / n, (self, 1 / n), (x, -self.data / n**2))

    def __rtruediv__(self, x):
        return self.record(x / self.data, (self, -x / self.data**2))

    def __pow__(self, n):
        return self.record(self.data**n, (self, n * self.data ** (n - 1)))

    def __neg__(self):
        return self.record(-self.data, (self, -1))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self.record(self.data * (self.data > 0), (self, self.data > 0))

    def tanh(self):
        return self.record(math.tanh(self.data), (self, math.cosh(self.data) ** -2))

    def sigmoid(self):
        e = math.exp(-self.data)
        return self.record(1 / (1 + e), (self, e / (1 + e) ** 2))

    def backward(self):
        collected = {self: 1}
        self.grad += 1
        for z, slopes in reversed(Value.tape):
            for operand, slope in slopes if z in collected else ():
                if isinstance(operand, Value):
                    gradient = collected[z] * slope
                    collected[operand] = collected.get(operand, 0) + gradient
                    operand.grad += gradient


@sturdy_engine.alternative("a_heap_of_values_by_age")
class Value:
    def __init__(self, data, *slopes):
        self.data, self.grad, self.slopes = data, 0, slopes
        self.age = 1 + max((v.age for v, _ in slopes), default=0)

    def __add__(self, k):
        return Value(self.data + k, (self, 1))

    def __pow__(self, n):
        n = float(n)
        return Value(self.data**n, (self, n and n * self.data ** (n - 1)))

    def sigmoid(self):
        s = np.exp(-np.logaddexp(0, -self.data))
        return Value(s, (self, s * np.exp(-np.logaddexp(0, self.data))))

    def backward(self):
        import heapq

        self.grad, heap, seen = 1, [(-self.age, id(self), self)], {self}
        while heap:
            _, _, v = heapq.heappop(heap)
            for operand, slope in v.slopes:
                operand.grad += slope * v.grad
                if operand not in seen:
                    seen.add(operand)
                    heapq.heappush(heap, (-operand.age, id(operand), operand))


@engine.oracle("torch_float64")
@sturdy_engine.oracle("torch_float64")
class Value:
    def __init__(self, data):
        import torch

        if isinstance(data, torch.Tensor):
            self.tensor = data
            data.retain_grad()
        else:
            self.tensor = torch.tensor(float(data), dtype=torch.float64, requires_grad=True)

    @staticmethod
    def bare(x):
        return x.tensor if isinstance(x, Value) else float(x)

    @property
    def data(self):
        return self.tensor.item()

    @property
    def grad(self):
        return 0.0 if self.tensor.grad is None else self.tensor.grad.item()

    def __add__(self, x):
        return Value(self.tensor + Value.bare(x))

    def __radd__(self, x):
        return Value(x + self.tensor)

    def __sub__(self, x):
        return Value(self.tensor - Value.bare(x))

    def __rsub__(self, x):
        return Value(x - self.tensor)

    def __mul__(self, x):
        return Value(self.tensor * Value.bare(x))

    def __rmul__(self, x):
        return Value(x * self.tensor)

    def __truediv__(self, x):
        return Value(self.tensor / Value.bare(x))

    def __rtruediv__(self, x):
        return Value(x / self.tensor)

    def __pow__(self, n):
        return Value(self.tensor ** float(n))

    def __neg__(self):
        return Value(-self.tensor)

    def relu(self):
        return Value(self.tensor.relu())

    def tanh(self):
        return Value(self.tensor.tanh())

    def sigmoid(self):
        return Value(self.tensor.sigmoid())

    def backward(self):
        self.tensor.backward()
