"""Earlier parts that a later one builds on, given to the methods of a student's class."""

import contextlib


@contextlib.contextmanager
def given(kind, **names):
    """Inside, the methods of a class find these functions in place of the notebook's own.

    So a mistake in an earlier part costs its own points only.
    """
    methods = [m for m in vars(kind).values() if hasattr(m, "__globals__")]
    space = methods[0].__globals__ if methods else {}
    before = {name: space[name] for name in names if name in space}
    space.update(names)
    try:
        yield
    finally:
        for name in names:
            space.pop(name, None)
        space.update(before)
