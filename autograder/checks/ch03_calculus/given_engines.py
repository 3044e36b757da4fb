"""The lent engine where PyTorch is taken away: the answer's classes stand on an engine of ours meanwhile.

`utils.engine`, on which `utils.lent_engine` builds, takes its derivatives from PyTorch. An observation
that forbids both puts another base under the answer's own classes. An answer that lends itself
more than the exercise gives, the course's engine say, is left without one.
"""

import contextlib

from autograder.checks.ch02_autograd import closure_engine

RESULTS = "__add__ __sub__ __mul__ __truediv__ __pow__ __rpow__ __neg__ exp tanh relu".split()
REFLECTED = {
    "__radd__": "__add__",
    "__rsub__": "__sub__",
    "__rmul__": "__mul__",
    "__rtruediv__": "__truediv__",
}


class Absent:
    """A method that the engine does not have."""

    def __get__(self, value, owner):
        raise AttributeError("this engine has no logarithm and no sigmoid")


class GivenValue(closure_engine.Value):
    """The engine of 3.13 to 3.15: results belong to the class of the operand on the left."""

    log = Absent()
    sigmoid = Absent()


def _staying(method):
    def call(self, *args):
        out = method(self, *args)
        out.__class__ = type(self)
        return out

    return call


def _reflected(name):
    return lambda self, number: getattr(type(self)(number), name)(self)


for _name in RESULTS:
    setattr(GivenValue, _name, _staying(getattr(closure_engine.Value, _name)))
for _name, _method in REFLECTED.items():
    setattr(GivenValue, _name, _reflected(_method))


@contextlib.contextmanager
def standing_on(base, kind):
    """Meanwhile the classes of `kind` that were lent by `utils` derive from `base`."""
    lent = [
        one
        for one in getattr(kind, "__mro__", ())
        if any(of.__name__ == "ExtendableValue" for of in one.__bases__)
    ]
    before = [one.__bases__ for one in lent]
    try:
        for one in lent:
            one.__bases__ = (base,)
        yield
    finally:
        for one, bases in zip(lent, before):
            one.__bases__ = bases


def added_to(kind) -> dict:
    """What an answer has added to a lent class, by itself or by deriving from it: {name: method}."""
    found = {}
    for one in getattr(kind, "__mro__", ()):
        if one.__name__ == "ExtendableValue":
            return found
        found = {name: it for name, it in vars(one).items() if not name.startswith("__")} | found
    return {}


def is_lent(kind) -> bool:
    """Is it, or does it extend, a class of `fresh_engine`?"""
    return any(
        of.__name__ == "ExtendableValue" and one.__name__ != "BuggyValue"
        for one in getattr(kind, "__mro__", ())
        for of in one.__bases__
    )
