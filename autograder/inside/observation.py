"""What comes back from a student's process, as plain data."""

from __future__ import annotations

from typing import TypedDict

from autograder.inside.plain import Raised


class Ran(TypedDict):
    """What running a cell gave: its outputs as Jupyter has them, and the name of the exception."""

    outputs: list[dict]
    error: str | None


class Observation(TypedDict, total=False):
    """What a check saw of an answer.

    An entry is a sub-check: [key, value, description of the inputs]. `error` is what ended the
    observation as a whole. Where the process itself did not survive it, there is `failed` alone:
    "timeout", "crash" or "memory".
    """

    entries: list[list]
    error: Raised | None
    failed: str


def values_of(observation: Observation) -> dict[str, object]:
    """The values by sub-check."""
    return {key: value for key, value, _ in observation["entries"]}


def inputs_of(observation: Observation) -> dict[str, str]:
    """The descriptions of the inputs by sub-check."""
    return {key: inputs for key, _, inputs in observation["entries"]}
