"""An engine that is lent to be extended: the course's `Value` without a logarithm and a sigmoid.

What one exercise adds to its class does not reach another one: each takes a class of its own.

    Value = fresh_engine()

An operation that is added makes its result and says how that hands its gradient on:

    def cube(self):
        out = Value(self.data**3, (self,), "cube")  # data, operands, a name for drawings

        def _backward():  # called once, when out.grad is complete
            ...  # adds to self.grad

        out._backward = _backward
        return out

    Value.cube = cube
"""

from utils.engine import Value as CourseValue


class Absent:
    """Stands for a method that the engine does not have: there is no such attribute."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, value, owner):
        raise AttributeError(f"this engine has no {self.name}")


class ExtendableValue(CourseValue):
    """A number that remembers how it was computed: `Value(data, _children=(), _op="", label="")`.

    data       the number, a float
    grad       the derivative by it of the value on which `backward()` was called; 0.0 before
    _prev      its operands
    _backward  hands `grad` on to the operands; a function may be put in its place

    It has + - * / with values and numbers, ** with a plain exponent, exp(), tanh(), relu() and
    backward(). Its results belong to the class of the operand on the left.
    """

    log = Absent()
    sigmoid = Absent()

    def _result(self, kind, *others, **how):
        operands = (x if isinstance(x, CourseValue) else type(self)(x) for x in others)
        out = super()._result(kind, *operands, **how)
        out.__class__ = type(self)
        return out

    def __radd__(self, number):
        return type(self)(number) + self

    def __rsub__(self, number):
        return type(self)(number) - self

    def __rmul__(self, number):
        return type(self)(number) * self

    def __rtruediv__(self, number):
        return type(self)(number) / self


def fresh_engine():
    """A new class `Value`, to which methods may be added."""
    return type("Value", (ExtendableValue,), {"__doc__": ExtendableValue.__doc__})
