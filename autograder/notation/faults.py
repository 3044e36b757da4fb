"""What can be wrong: a student's sub-check (`Fault`), or the course itself (`CourseFault`)."""

from __future__ import annotations

from dataclasses import dataclass


class CourseFault(RuntimeError):
    """A mistake in the course itself (a check, a reference); never a student's zero."""


@dataclass(frozen=True)
class Fault:
    """What a judge says of a sub-check that does not hold.

    cause: everything else that is wrong follows from this, so that no other idea is named.
    """

    sentence: str
    misconception: str | None = None
    cause: bool = False
