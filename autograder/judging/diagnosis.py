"""Which idea went wrong: the known wrong answers that explain what a student's answer gave.

A name is right or is not said. An idea is named when its values are those of the student wherever it
is wrong itself; of several, the one that explains most, and another only for what is still unexplained.
Nothing is named when too little is explained, or only by values that many mistakes share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from autograder.inside.plain import Opaque, Raised
from autograder.judging.compare import first_difference
from autograder.notation.faults import CourseFault
from autograder.notation.variants import Variant

ENOUGH = 1 / 3  # of the wrong sub-checks have to be explained
PATTERN = 3  # that many booleans together are no coincidence
OF_MANY = {"IndexError", "OverflowError"}  # many mistakes raise them with the very same numbers


@dataclass(frozen=True)
class Known:
    """A known wrong answer, and what it gives in the sub-checks that it fails."""

    variant: Variant
    values: Mapping[str, object]

    def agrees(self, got: Mapping[str, object], keys: Iterable[str]) -> bool:
        """Does it give the student's values in all of `keys`?"""
        return all(key in got and alike(self.values.get(key), got[key]) for key in keys)


def diagnose(
    variants: Iterable[Variant],
    values_of: Callable[[Variant], Mapping[str, object]],
    got: Mapping[str, object],
    wrong: set[str],
) -> dict[str, str]:
    """{name: sentence} of the ideas behind the `wrong` sub-checks; mostly one, often none.

    values_of: what a known wrong answer gives in the sub-checks that it fails. got: what the student's
    answer gave in all of them.
    """
    variants = list(variants)
    known = [Known(variant, values_of(variant)) for variant in variants]
    chosen = _cover(known, got, wrong)
    if _explained(chosen) != wrong:
        single = [Known(one, _if_it_runs(values_of, one)) for one in single_edits(variants)]
        chosen = _cover(known + single, got, wrong)
    if len(_explained(chosen)) >= ENOUGH * len(wrong) and _is_telling(chosen, known, got, wrong):
        named: dict[str, str] = {}
        for one in chosen:
            named.setdefault(one.variant.name, one.variant.sentence)
        return named
    return _in_places(known, got, wrong)


def explained(
    name: str,
    variants: Iterable[Variant],
    values_of: Callable[[Variant], Mapping[str, object]],
    got: Mapping[str, object],
    wrong: set[str],
) -> set[str]:
    """Those of the `wrong` sub-checks that the idea of this name explains, in all its forms."""
    forms = [variant for variant in variants if variant.name == name]
    found: set[str] = set()
    for one in (Known(form, _if_it_runs(values_of, form)) for form in forms + single_edits(forms)):
        keys = one.values.keys()
        if (keys <= wrong and one.agrees(got, keys)) or (wrong <= keys and one.agrees(got, wrong)):
            found |= keys & wrong
    return found


def _if_it_runs(values_of: Callable, variant: Variant) -> Mapping[str, object]:
    """One edit without the others may not be a program at all."""
    try:
        return values_of(variant)
    except CourseFault:
        return {}


def single_edits(variants: Iterable[Variant]) -> list[Variant]:
    """Every variant of several edits, with one of them only: a mistake made in one place."""
    return [
        replace(variant, form=f"{variant.form} {number}".strip(), edits={old: new})
        for variant in variants
        if len(variant.edits) > 1
        for number, (old, new) in enumerate(variant.edits.items(), start=1)
    ]


def _cover(known: list[Known], got: Mapping, wrong: set[str]) -> list[Known]:
    """Greedy: what explains most first, then only what explains something more."""
    candidates = [
        one
        for one in known
        if one.values and one.values.keys() <= wrong and one.agrees(got, one.values)
    ]
    chosen: list[Known] = []
    left = set(wrong)
    while left and candidates:
        best = max(candidates, key=lambda one: _weight(one, left, got))
        if _weight(best, left, got) == (0, 0):
            break
        chosen.append(best)
        left -= best.values.keys()
    return chosen


def _weight(one: Known, left: set[str], got: Mapping) -> tuple[int, int]:
    explains = one.values.keys() & left
    return sum(telling(got[key], one.values[key]) for key in explains), len(explains)


def _explained(chosen: list[Known]) -> set[str]:
    return {key for one in chosen for key in one.values}


def _is_telling(chosen: list[Known], known: list[Known], got: Mapping, wrong: set[str]) -> bool:
    """Is there a value that few mistakes share; or does one idea alone explain all that is wrong?"""
    if any(telling(got[key], one.values[key]) for one in chosen for key in one.values):
        return True
    whole = {
        one.variant.name for one in known if one.values.keys() == wrong and one.agrees(got, wrong)
    }
    return len(whole) == 1


def _in_places(known: list[Known], got: Mapping, wrong: set[str]) -> dict[str, str]:
    """The one idea that agrees in every wrong sub-check, though it would fail others too."""
    found = {
        one.variant.name: one.variant.sentence
        for one in known
        if wrong <= one.values.keys()
        and one.agrees(got, wrong)
        and any(telling(got[key], one.values[key]) for key in wrong)
    }
    if len(found) != 1:
        return {}
    ((name, sentence),) = found.items()
    return {name: f"In {'; '.join(sorted(wrong))}: {sentence}"}


def telling(got, theirs=None) -> bool:
    """Is it a value that only this mistake is likely to give?

    0, True, False, nan, nothing and an exception of some type are shared by many mistakes; the very
    same message is not, when it names sizes or other numbers, nor are several booleans together.
    """
    if isinstance(got, Raised):
        same = isinstance(theirs, Raised) and got.message == theirs.message
        return same and got.type not in OF_MANY and any(map(str.isdigit, got.message))
    if got is None or isinstance(got, (bool, np.bool_, Opaque)):
        return False
    if isinstance(got, str):
        return bool(got)
    leaves = list(_leaves(got))
    booleans = sum(isinstance(leaf, (bool, np.bool_)) for leaf in leaves)
    return booleans >= PATTERN or any(_is_telling_leaf(leaf) for leaf in leaves)


def _is_telling_leaf(leaf) -> bool:
    if isinstance(leaf, (bool, np.bool_)) or leaf is None:
        return False
    if isinstance(leaf, str):
        return bool(leaf)
    try:
        return bool(np.isfinite(leaf)) and leaf != 0
    except TypeError:
        return False


def _leaves(value):
    if isinstance(value, np.ndarray):
        yield from value.ravel().tolist()
    elif isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def alike(theirs, got) -> bool:
    """Does the student's value look as if it came from the same mistake?"""
    if isinstance(theirs, Opaque) or isinstance(got, Opaque):
        return isinstance(got, Opaque) and isinstance(theirs, Opaque) and theirs.type == got.type
    return first_difference(theirs, got, 1e-3, 1e-7) is None
