"""The course as data: its exercises and their parts."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path


@lru_cache
def course_map() -> dict:
    """The course as data: {"chapters": [{"id", "title", "notebooks": [{"path", "title",
    "exercises": [{"id", "title", "stars", "minutes", "needs", "parts"}]}]}]}."""
    return json.loads(Path(__file__).with_name("course_map.json").read_text(encoding="utf-8"))


def notebooks() -> list[dict]:
    """Every notebook with exercises, in order."""
    return [book for chapter in course_map()["chapters"] for book in chapter["notebooks"]]


def exercises() -> Iterator[dict]:
    """Every exercise, in order."""
    for book in notebooks():
        yield from book["exercises"]


@lru_cache
def facts_of_parts() -> dict[str, dict]:
    """What is known about every part, by its id: "points", "bonus", "written" (a person reads it);
    for a checked one also "answer" (the part whose answer cell it is about) and "decides" (do its
    visible tests decide whether the answer is right?)."""
    return {part["id"]: part for exercise in exercises() for part in exercise["parts"]}


def facts(part: str) -> dict:
    """What is known about a part; nothing about one that is not of this course."""
    return facts_of_parts().get(part, {})


def parts_named(name: str) -> list[str]:
    """The checked parts that an id names: the part itself, else all parts of the exercise.

    `LookupError` with one sentence and the nearest ids when it names nothing.
    """
    return [name] if name in _checked() else parts_of_exercise(name)


def parts_of_exercise(name: str) -> list[str]:
    """All checked parts of the exercise that an id names, or that a part is of; `LookupError` as above."""
    found = [
        part["id"]
        for exercise in exercises()
        if name == exercise["id"] or name in (part["id"] for part in exercise["parts"])
        for part in exercise["parts"]
        if not part["written"]
    ]
    if not found:
        raise LookupError(
            f'There is no exercise "{name}". Did you mean {_nearest(name, _checked())}?'
        )
    return found


def _checked() -> list[str]:
    return [part for part, known in facts_of_parts().items() if not known["written"]]


def _nearest(name: str, checked: list[str]) -> str:
    known = {one["id"]: [part["id"] for part in one["parts"]] for one in exercises()}
    begins = re.match(r"q?\d+(?:\.\d+)?", name.strip())
    near = [one for one in known if begins and re.match(rf"{re.escape(begins[0])}(?!\d)", one)]
    if len(near) == 1:
        near = [part for part in known[near[0]] if part in checked]
    near = near[:6] or difflib.get_close_matches(name, known, 3, 0) or list(known)[:3]
    *before, last = near
    return f"{', '.join(before)} or {last}" if before else last
