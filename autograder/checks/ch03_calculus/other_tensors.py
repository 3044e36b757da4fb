"""Right answers to 3.33a in other styles, and PyTorch as an oracle."""

import numpy as np

from autograder.checks.ch03_calculus.e3_33a import tensor


@tensor.alternative("closures_in_float32")
class Tensor:
    """Closures that add in place, to arrays that nobody else holds."""

    def __init__(self, data, operands=()):
        self.data = np.asarray(data, dtype=np.float32)
        self.grad = np.zeros(self.data.shape, dtype=np.float32)
        self.operands = [t for t in operands if isinstance(t, Tensor)]
        self.hand_on = lambda: None

    def add(self, share):
        while share.ndim > self.grad.ndim:
            share = share.sum(0)
        for axis, n in enumerate(self.grad.shape):
            if share.shape[axis] != n:
                share = share.sum(axis, keepdims=True)
        self.grad += share

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, (self, other))
        out.hand_on = lambda: (self.add(out.grad), other.add(out.grad))
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, (self, other))
        out.hand_on = lambda: (self.add(out.grad * other.data), other.add(out.grad * self.data))
        return out

    def __sub__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data - other.data, (self, other))
        out.hand_on = lambda: (self.add(out.grad), other.add(-out.grad))
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data / other.data, (self, other))
        out.hand_on = lambda: (
            self.add(out.grad / other.data),
            other.add(-out.grad * self.data / other.data**2),
        )
        return out

    def __pow__(self, k):
        out = Tensor(np.power(self.data, k), (self,))
        out.hand_on = lambda: self.add(out.grad * k * np.power(self.data, k - 1))
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))
        out.hand_on = lambda: (
            self.add(np.einsum("ik,jk->ij", out.grad, other.data)),
            other.add(np.einsum("ij,ik->jk", self.data, out.grad)),
        )
        return out

    def sum(self, axis=None, keepdims=False):
        out = Tensor(self.data.sum(axis, keepdims=keepdims), (self,))
        kept = self.data.sum(axis, keepdims=True).shape
        out.hand_on = lambda: self.add(np.broadcast_to(out.grad.reshape(kept), self.data.shape))
        return out

    def relu(self):
        out = Tensor(np.where(self.data > 0, self.data, 0.0), (self,))
        out.hand_on = lambda: self.add(np.where(self.data > 0, out.grad, 0.0))
        return out

    def exp(self):
        out = Tensor(np.exp(self.data), (self,))
        out.hand_on = lambda: self.add(out.grad * out.data)
        return out

    def log(self):
        out = Tensor(np.log(self.data), (self,))
        out.hand_on = lambda: self.add(out.grad / self.data)
        return out

    def backward(self):
        order = []

        def visit(t):
            if not any(t is done for done in order):
                for operand in t.operands:
                    visit(operand)
                order.append(t)

        visit(self)
        self.grad = np.ones(self.data.shape, dtype=np.float32)
        for t in order[::-1]:
            t.hand_on()


@tensor.alternative("a_table_of_operations_and_a_loop")
def answer():
    RULES = {
        "add": (lambda a, b: a + b, lambda G, z, a, b: (G, G)),
        "mul": (lambda a, b: a * b, lambda G, z, a, b: (G * b, G * a)),
        "sub": (lambda a, b: a - b, lambda G, z, a, b: (G, -G)),
        "div": (lambda a, b: a / b, lambda G, z, a, b: (G / b, -G * z / b)),
        "matmul": (lambda a, b: a.dot(b), lambda G, z, a, b: (G.dot(b.T), a.T.dot(G))),
        "relu": (lambda a: a * (a > 0), lambda G, z, a: (G * (a > 0),)),
        "exp": (np.exp, lambda G, z, a: (G * z,)),
        "log": (np.log, lambda G, z, a: (G / a,)),
    }

    class Tensor:
        born = 0

        def __init__(self, data):
            self.data = np.array(data, dtype=float)
            self.grad = np.zeros(self.data.shape)
            self.made_by, Tensor.born = None, Tensor.born + 1
            self.age = Tensor.born

        @staticmethod
        def by(rule, *operands):
            forward, back = RULES[rule] if isinstance(rule, str) else rule
            operands = [t if isinstance(t, Tensor) else Tensor(t) for t in operands]
            out = Tensor(forward(*(t.data for t in operands)))
            out.made_by = back, operands
            return out

        def __add__(self, other):
            return Tensor.by("add", self, other)

        def __mul__(self, other):
            return Tensor.by("mul", self, other)

        def __sub__(self, other):
            return Tensor.by("sub", self, other)

        def __truediv__(self, other):
            return Tensor.by("div", self, other)

        def __matmul__(self, other):
            return Tensor.by("matmul", self, other)

        def __pow__(self, k):
            return Tensor.by((lambda a: a**k, lambda G, z, a: (G * k * a ** (k - 1),)), self)

        def relu(self):
            return Tensor.by("relu", self)

        def exp(self):
            return Tensor.by("exp", self)

        def log(self):
            return Tensor.by("log", self)

        def sum(self, axis=None, keepdims=False):
            def back(G, z, a):
                shape = list(a.shape)
                if axis is not None:
                    shape[axis] = 1
                else:
                    shape = [1] * a.ndim
                return (np.ones(a.shape) * np.reshape(G, shape),)

            return Tensor.by((lambda a: a.sum(axis=axis, keepdims=keepdims), back), self)

        def backward(self):
            self.grad = self.grad + 1.0
            waiting = {self.age: self}
            while waiting:
                t = waiting.pop(max(waiting))
                if t.made_by is None:
                    continue
                back, operands = t.made_by
                shares = back(t.grad, t.data, *(one.data for one in operands))
                for one, share in zip(operands, shares):
                    lead = share.ndim - one.data.ndim
                    axes = [
                        k for k in range(share.ndim) if k < lead or one.data.shape[k - lead] == 1
                    ]
                    one.grad = one.grad + share.sum(axis=tuple(axes)).reshape(one.data.shape)
                    waiting[one.age] = one


@tensor.oracle("torch_float64")
class Tensor:
    def __init__(self, data):
        import torch

        self.tensor = data
        if not isinstance(data, torch.Tensor):
            self.tensor = torch.tensor(np.asarray(data, dtype=float), requires_grad=True)
        self.tensor.retain_grad()

    @staticmethod
    def bare(x):
        import torch

        return x.tensor if isinstance(x, Tensor) else torch.as_tensor(x)

    data = property(lambda self: self.tensor.detach().numpy())

    @property
    def grad(self):
        return np.zeros(self.data.shape) if self.tensor.grad is None else self.tensor.grad.numpy()

    def __matmul__(self, x):
        return Tensor(self.tensor @ Tensor.bare(x))

    def __add__(self, x):
        return Tensor(self.tensor + Tensor.bare(x))

    def __sub__(self, x):
        return Tensor(self.tensor - Tensor.bare(x))

    def __mul__(self, x):
        return Tensor(self.tensor * Tensor.bare(x))

    def __truediv__(self, x):
        return Tensor(self.tensor / Tensor.bare(x))

    def __pow__(self, k):
        return Tensor(self.tensor**k)

    def sum(self, axis=None, keepdims=False):
        if axis is None:
            return Tensor(self.tensor.sum())
        return Tensor(self.tensor.sum(dim=axis, keepdim=keepdims))

    def relu(self):
        return Tensor(self.tensor.relu())

    def exp(self):
        return Tensor(self.tensor.exp())

    def log(self):
        return Tensor(self.tensor.log())

    def backward(self):
        self.tensor.backward()
