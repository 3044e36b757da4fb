"""The engine that a student has written: 2.12a and its bonus."""

from utils.engine import Value

OFF_LIMITS = ("utils.engine", "utils.Value", "CourseValue", "torch", "jax")


def own_value(answer):
    """The answer's `Value`. The course's engine is refused, however it was fetched."""
    if any(kind.__module__ == Value.__module__ for kind in getattr(answer.Value, "__mro__", ())):
        raise TypeError("this Value is the course's engine; the task is to write your own")
    return answer.Value


def gradients(answer, formula, *at):
    """The formula's value and its gradients at the given numbers, by the answer's `Value`."""
    xs = [own_value(answer)(number) for number in at]
    z = formula(*xs)
    z.backward()
    return {"value": z.data, "gradients": [x.grad for x in xs]}
