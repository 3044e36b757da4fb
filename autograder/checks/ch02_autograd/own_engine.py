"""The engine that a student has written: 2.12a and its bonus."""

import types

COURSE_ENGINE = "utils.engine"  # (by name: it is taken away while an answer is observed)
COPYING = "exec", "compile", "inspect.getsource"
LENT = "utils.lent_engine", "utils.fresh_engine", "utils.buggy_engine", "utils.BuggyValue"
OFF_LIMITS = ("utils.engine", "utils.Value", "CourseValue", *LENT, "torch", "jax", *COPYING)


def own_value(answer):
    """The answer's `Value`. The course's engine is refused, however it was fetched."""
    for kind in getattr(answer.Value, "__mro__", ()):
        if kind.__module__ == COURSE_ENGINE or any(map(is_the_courses, vars(kind).values())):
            raise TypeError("this Value is the course's engine; the task is to write your own")
    return answer.Value


def is_the_courses(method) -> bool:
    """Does its code come from the course's file, or from a text that the answer has executed?"""
    for inner in ("__func__", "fget", "__wrapped__"):
        method = getattr(method, inner, None) or method
    code = getattr(method, "__code__", None)
    if not isinstance(code, types.CodeType):
        return False
    return code.co_filename == "<string>" or code.co_filename.endswith("utils/engine.py")


def backward_from_one(z, leaves):
    """The answer's backward pass, begun with 1 even if the answer forgets to.

    Where it begins has a sub-check of its own; a missing beginning must not cost all the others.
    """
    before = [x.grad for x in leaves]
    z.backward()
    if z.grad == 0 and [x.grad for x in leaves] == before:
        z.grad = 1.0
        z.backward()


def gradients(answer, formula, *at):
    """The formula's value and its gradients at the given numbers, by the answer's `Value`.

    The gradients are for one unit of the gradient that the backward pass began with.
    """
    xs = [own_value(answer)(number) for number in at]
    z = formula(*xs)
    backward_from_one(z, xs)
    unit = z.grad if z.grad else 1
    return {"value": z.data, "gradients": [x.grad if unit == 1 else x.grad / unit for x in xs]}
