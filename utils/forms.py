"""The kind of answer that is asked for, in words: `expect("2.1b", lambda: x_new, is_number)`.

Visible tests ask for the kind alone where the value itself is the answer. What people type is read as
the quiz and the complete check read it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from utils import answers


class Form:
    """A kind of answer: whether a value is of that kind, and what it is called."""

    def __init__(self, described: str, holds: Callable):
        self.described, self._holds = described, holds

    def __call__(self, value) -> bool:
        """Is the value of that kind? What cannot be looked at is not."""
        try:
            return bool(self._holds(value))
        except Exception:
            return False

    def __repr__(self) -> str:
        return self.described


def such_that(described: str, holds: Callable) -> Form:
    """Any kind, with the words for it: `such_that("a loss below 0.01", lambda loss: loss < 0.01)`."""
    return Form(described, holds)


def one_of(*words: str) -> Form:
    """One of a few words, in capitals or not."""
    known = {word.casefold() for word in words}
    described = " or ".join(f'"{word}"' for word in words)
    return Form(described, lambda value: len(answers.words(value, known)) == 1)


def one_letter(options: str) -> Form:
    """One of the letters."""
    described = f'one letter, "{options[0]}" to "{options[-1]}"'
    return Form(described, lambda value: len(answers.letters(value, options.casefold())) == 1)


def some_letters(options: str, count: int | None = None) -> Form:
    """Some of the letters (so many, if there is a `count`), as a text, a list or a set."""
    described = f'{count or "some"} of the letters "{options[0]}" to "{options[-1]}"'

    def holds(value):
        found = answers.letters(value, options.casefold())
        return len(found) == count if count else len(found) > 0

    return Form(described, holds)


def some_numbers(count: int) -> Form:
    """So many numbers, in a list or an array."""

    def holds(value):
        value = value.detach() if hasattr(value, "detach") else value
        return np.size(np.asarray(value, dtype=float)) == count

    return Form(f"{count} numbers", holds)


is_number = Form("a number", lambda value: math.isfinite(answers.asked_number(value)))
is_whole_number = Form("a whole number", lambda value: answers.asked_number(value) % 1 == 0)
is_true_or_false = Form("True or False", lambda value: isinstance(value, (bool, np.bool_)))
