"""Observing answers that are typed: numbers, letters, words and formulas in variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.inside.answer import Answer, attempt, look_at, tried
from autograder.inside.expressions import evaluate, evaluate_all
from utils import answers

if TYPE_CHECKING:
    from autograder.inside.observation import Observation


def number_of(answer: Answer, name: str, key: str | None = None, *, finite: bool = True):
    """The number under a name, or under a key of the dict of that name.

    With `finite=False` infinity is a number too, as for a limit.
    """

    def read():
        value = value_of(answer, name, key)
        if finite or isinstance(value, str):
            return answers.asked_number(value)
        return answers.number(value)

    return attempt(read)


def letters_of(answer: Answer, name: str, options: str):
    """The letters that were chosen under a name, as a text: each once, in the order of the alphabet."""
    return attempt(lambda: "".join(sorted(set(_letters(answer, name, options)))))


def order_of(answer: Answer, name: str, options: str):
    """The letters under a name as a text, in the order in which they were typed."""
    return attempt(lambda: "".join(_in_order(answer, name, options)))


def formula_of(answer: Answer, name: str, **values: float):
    """The value of the formula under a name: a function, a sympy expression or a text."""
    return attempt(_evaluated(answer, name, evaluate), **values)


def formulas_of(answer: Answer, name: str, **values: float):
    """The values of a vector or a matrix of formulas under a name, as an array of its shape."""
    return attempt(_evaluated(answer, name, evaluate_all), **values)


def value_of(answer: Answer, name: str, key: str | None = None):
    """What stands under a name, or under a key of the dict of that name."""
    holder = getattr(answer, name)
    if key is None:
        return holder
    if not isinstance(holder, dict):
        raise TypeError(f"{name} should be a dict, and is of the type {type(holder).__name__}")
    found = {_folded(one): one for one in holder}
    if _folded(key) not in found:
        raise KeyError(f"{name} has no key {key!r}; it has {list(holder)}")
    return holder[found[_folded(key)]]


def _folded(key) -> str:
    return str(key).strip().casefold().replace(" ", "_")


def _letters(answer, name, options):
    return answers.letters(getattr(answer, name), options.casefold())


def _in_order(answer, name, options):
    if isinstance(getattr(answer, name), (set, frozenset)):
        raise answers.Unreadable("A set has no order.")
    return _letters(answer, name, options)


def _evaluated(answer, name, evaluate):
    def value(**values):
        tried(name, **values)
        return evaluate(getattr(answer, name), **values)

    return value


class Values:
    """Observes variables, or keys of one dict: {sub-check: what stands there}.

    places: a sub-check, the name, the key of a dict or None.
    """

    typed = True  # the values are what a person typed

    def __init__(self, places: tuple[tuple[str, str, str | None], ...]):
        self.places = places

    def __call__(self, answer: Answer, rng) -> dict:
        return {
            sub_check: attempt(lambda name=name, key=key: value_of(answer, name, key))
            for sub_check, name, key in self.places
        }


def read(namespace: dict, places: list[list]) -> Observation:
    """What stands at these places (a name, the key of a dict or None); an entry for each, by its number.

    Nothing hidden takes part in it, and no random number.
    """
    numbered = [(str(number), name, key) for number, (name, key) in enumerate(places)]
    return look_at(Values(tuple(numbered)), namespace)


class FormulaValues:
    """Observes a formula at points: fixed values, or values drawn between two ends.

    points: a sub-check, and pairs of a variable and where it lies.
    """

    def __init__(self, name: str, points: tuple[tuple[str, tuple[tuple[str, object], ...]], ...]):
        self.name, self.points = name, points

    def __call__(self, answer: Answer, rng) -> dict:
        return {
            sub_check: formula_of(answer, self.name, **{v: _at(where, rng) for v, where in point})
            for sub_check, point in self.points
        }


def _at(where, rng) -> float:
    return round(float(rng.uniform(*where)), 2) if isinstance(where, tuple) else float(where)
