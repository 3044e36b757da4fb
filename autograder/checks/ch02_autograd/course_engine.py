"""The course's engine with some methods replaced: 2.12b runs on wrong ones, 2.12c on a watched one."""

import utils.engine
from autograder.checks.ch02_autograd.closure_engine import Value

ARITHMETIC = ("__add__", "__sub__", "__mul__", "__truediv__")
UNARY = ("__pow__", "__neg__", "exp", "log", "relu", "tanh", "sigmoid")


def engine_with(**replaced):
    """A class like the course's `Value`, with some methods replaced; its results stay in it."""

    def staying(method):
        def call(self, *args):
            out = method(self, *args)
            out.__class__ = made
            return out

        return call

    def reflected(name):
        return lambda self, number: getattr(made(number), name)(self)

    methods = {name: getattr(Value, name) for name in (*ARITHMETIC, *UNARY)} | replaced
    results = {name: staying(methods.pop(name)) for name in (*ARITHMETIC, *UNARY)}
    mirrors = {name.replace("__", "__r", 1): reflected(name) for name in ARITHMETIC}
    made = type("Value", (Value, utils.engine.Value), {**methods, **results, **mirrors})
    return made


def operation(forward, *slopes):
    """A method for `engine_with`; slopes: its local derivatives, functions of the operands' data."""

    def method(self, *others):
        operands = (self, *map(Value._lift, others))
        numbers = [v.data for v in operands]
        out = Value(forward(*numbers), operands, "op")

        def hand_on():
            for v, slope in zip(operands, slopes):
                v.grad += slope(*numbers) * out.grad

        out._backward = hand_on
        return out

    return method
