"""The results of an earlier run, and which of them are still valid.

A result depends on the file that was handed in, on the course, and on the seed. `made_from` in a
record names them by fingerprints; beside the record lies what was seen when the notebook ran. So a
second run has nothing to do, and a changed check is judged (or observed) again without the others.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from autograder.course.files import write_bytes
from autograder.course.given import Given
from autograder.gradebook.folder import GradingFolder
from autograder.gradebook.record import MadeFrom, Record
from autograder.grading import versions
from autograder.grading.executor import Result
from autograder.grading.grade import Plan, restored
from autograder.grading.intake import Submission
from autograder.inside import plain
from autograder.isolation import Limits, Tier
from autograder.judging.reference import Reference
from autograder.judging.verdict import Verdict


class Origins:
    """Fingerprints of all that the results of this run are made from."""

    def __init__(self, reference: Reference, tier: Tier, limits: Limits, way: str = ""):
        self.reference = reference
        self.ground = versions.digest(
            versions.of_framework(reference.course), tier.name, limits, way
        )
        self._texts = lru_cache(maxsize=None)(_text)
        self._parts = lru_cache(maxsize=None)(self._versions_of_parts)

    def of(self, submission: Submission) -> MadeFrom:
        """What the result of a submission is made from."""
        about = (submission.source, submission.timestamp, submission.lms_id, submission.notes)
        return {
            "file": submission.digest,
            "about": versions.digest(*about),
            "ground": self.ground,
            "text": self._texts(submission.given),
            "parts": {part: verdict for part, (_, verdict) in self.parts(submission.given).items()},
        }

    def parts(self, given: Given) -> dict[str, tuple[str, str]]:
        """(observation, verdict) of every checked part: what they depend on beside the answer."""
        return self._parts(given)

    def _versions_of_parts(self, given: Given) -> dict[str, tuple[str, str]]:
        found = {}
        for part in given.notebook.parts:
            check = self.reference.check(part)
            by_reference = versions.of_reference(given.notebook, part)
            verdict = versions.digest(versions.of_check(check), by_reference)
            found[part] = versions.of_observation(check), verdict
        return found

    def of_cells(self, plan: Plan, seed: int) -> str:
        """What the outputs of the notebook's cells depend on."""
        cells = [(name, plan.steps[place]) for name, place in plan.runs.items()]
        return versions.digest(self.ground, seed, *cells)


def _text(given: Given) -> str:
    return versions.digest(json.dumps(given.shown, sort_keys=True))


def is_valid(
    record: Record | None, made_from: MadeFrom, seed: int | None, folder: GradingFolder
) -> bool:
    """Is there nothing to do for the submission whose last record this is?"""
    return (
        record is not None
        and record["state"] != "not graded"
        and record.get("made_from") == made_from
        and seed in (None, record["seed"])
        and folder.executed_path(record).is_file()
    )


@dataclass
class Kept:
    """The results of an earlier run on the same submission that are still valid."""

    known: dict[int, Result] = field(default_factory=dict)  # step -> result
    verdicts: dict[str, Verdict] = field(default_factory=dict)


class Memory:
    """What was seen when one notebook ran, beside its record."""

    def __init__(self, folder: GradingFolder, student: str, given: Given):
        record = folder.record_path(student, given.assignment, given.stem)
        self._path = record.with_suffix(".seen")

    @cached_property
    def _content(self) -> dict:
        try:
            found = plain.decode(zlib.decompress(self._path.read_bytes()))
        except (OSError, zlib.error, plain.NotPlain):
            return {}
        return found if isinstance(found, dict) else {}

    def kept(self, plan: Plan, seed: int, record: Record | None, origins: Origins) -> Kept:
        """The results that this plan can take over."""
        content, kept = self._content, Kept()
        if not record or content.get("cells") != origins.of_cells(plan, seed):
            return kept
        mine = origins.parts(plan.rebuilt.given)
        for part, place in plan.looks.items():
            version, seen = content["seen"].get(part, ("", None))
            if version == mine[part][0]:
                kept.known[place] = seen
        if len(kept.known) == len(plan.looks):
            kept.known |= {plan.runs[name]: result for name, result in content["ran"].items()}
        before = record["made_from"].get("parts", {})
        for part in record["parts"]:
            name = part["id"]
            same = name in mine and before.get(name) == mine[name][1]
            if same and part["state"] == "graded" and plan.looks.get(name) in kept.known:
                kept.verdicts[name] = restored(part)
        return kept

    def keep(self, plan: Plan, results: list[Result], seed: int, origins: Origins) -> None:
        """Save what was seen for the next run."""
        mine = origins.parts(plan.rebuilt.given)
        content = {
            "cells": origins.of_cells(plan, seed),
            "ran": {name: results[place] for name, place in plan.runs.items()},
            "seen": {p: (mine[p][0], results[place]) for p, place in plan.looks.items()},
        }
        try:
            data = plain.encode(content)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return  # then the next run sees for itself
        write_bytes(self._path, zlib.compress(data, 1))
