"""Right answers to 6.19 in other styles, and PyTorch as an oracle."""

import math

import numpy as np

from autograder.checks.ch06_networks.e6_19 import engine


@engine.alternative("recorded_slopes_in_float32")
class Value:
    def __init__(self, data, _children=(), _op="", slopes=()):
        self.data = np.float32(data)
        self.grad = np.float32(0)
        self._prev, self._op, self.slopes = _children, _op, slopes

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), "+", (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), "*", (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), "pow", (n * self.data ** (n - 1),))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other

    def relu(self):
        return self * (1 if self.data > 0 else 0)

    def sigmoid(self):
        s = np.float32(1 / (1 + np.exp(-np.float64(self.data).clip(-700, 700))))
        return Value(s, (self,), "sigmoid", (s * (1 - s),))

    def log(self):
        return Value(np.log(self.data), (self,), "log", (1 / self.data,))

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for child in v._prev:
                    visit(child)
                order.insert(0, v)

        visit(self)
        self.grad = np.float32(1)
        for v in order:
            for child, slope in zip(v._prev, v.slopes):
                child.grad = child.grad + v.grad * slope


@engine.alternative("one_tape_for_all")
class Value:
    tape = []

    def __init__(self, data, _children=(), _op=""):
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

    def __pow__(self, n):
        return self.record(self.data**n, (self, n * self.data ** (n - 1)))

    def __neg__(self):
        return self.record(-self.data, (self, -1))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self.record(self.data * (self.data > 0), (self, self.data > 0))

    def sigmoid(self):
        s = (1 + math.tanh(self.data / 2)) / 2
        return self.record(s, (self, s * (1 - s)))

    def log(self):
        return self.record(math.log(self.data), (self, 1 / self.data))

    def backward(self):
        collected = {self: 1}
        self.grad += 1
        for z, slopes in reversed(Value.tape):
            for operand, slope in slopes if z in collected else ():
                if isinstance(operand, Value):
                    gradient = collected[z] * slope
                    collected[operand] = collected.get(operand, 0) + gradient
                    operand.grad += gradient


@engine.oracle("torch_float64")
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

    def __pow__(self, n):
        return Value(self.tensor ** float(n))

    def __neg__(self):
        return Value(-self.tensor)

    def relu(self):
        return Value(self.tensor.relu())

    def sigmoid(self):
        return Value(self.tensor.sigmoid())

    def log(self):
        return Value(self.tensor.log())

    def backward(self):
        self.tensor.backward()
