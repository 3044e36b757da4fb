"""Late submissions: when an assignment was due, and what the plugin in nbgrader_config.py takes off.

nbgrader's way is kept: an instructor writes a `LateSubmissionPlugin` and names it in the course's
nbgrader_config.py,

    c.AssignLatePenalties.plugin_class = "my_plugin.OnePointPerDay"

the due date stands in the gradebook (formgrader's "Manage assignments", or `grade --due`), the time
of a submission in its timestamp.txt, an extension in the gradebook. Both `nbgrader autograde` and
`python -m autograder grade` then enter the same penalty. nbgrader's own plugin takes nothing off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import Course
from autograder.gradebook.book import parse_time
from autograder.notation.faults import CourseFault

CONFIG = "nbgrader_config"


class LatePenalties:
    """The configured plugin. Its failures become a line in `lines`, and cost nobody points."""

    def __init__(self, config=None):
        from nbgrader.preprocessors import AssignLatePenalties

        nbgrader = AssignLatePenalties(config=config)
        nbgrader.init_plugin()
        self._plugin = nbgrader.plugin_inst
        self.lines: list[str] = []

    @classmethod
    def of(cls, course: Course) -> LatePenalties:
        """As nbgrader configures it: the course's nbgrader_config.py, above the user's own."""
        from jupyter_core.paths import jupyter_config_path
        from traitlets.config import Config, PyFileConfigLoader

        config = Config()
        try:
            for folder in [*reversed(jupyter_config_path()), str(course.root)]:
                if (Path(folder) / f"{CONFIG}.py").is_file():
                    config.merge(PyFileConfigLoader(f"{CONFIG}.py", path=folder).load_config())
            return cls(config)
        except Exception as problem:
            raise CourseFault(
                f"The plugin for late submissions cannot be used ({problem}); "
                f"correct c.AssignLatePenalties.plugin_class in {CONFIG}.py."
            ) from problem

    def __call__(self, student: str, score: float, seconds: float) -> float | None:
        """The points to take off a notebook with this score, handed in so many seconds late."""
        try:
            penalty = self._plugin.late_submission_penalty(student, score, seconds)
            return None if penalty is None else float(penalty)
        except Exception as problem:
            name = type(self._plugin).__name__
            self.lines.append(
                f"{student} was late, and the plugin {name} fails ({type(problem).__name__}: "
                f"{problem}); nothing is taken off."
            )
            return None


def due_dates(texts: Iterable[str], assignments: Iterable[str]) -> dict[str, datetime]:
    """{assignment: UTC} of texts such as ch02_autograd=2026-11-01T12:00, in local time.

    Raises `ValueError` with one sentence.
    """
    known, found = list(assignments), {}
    for text in texts:
        assignment, _, written = text.partition("=")
        when = _local_time(written)
        if assignment not in known:
            raise ValueError(f"--due {text}: choose an assignment out of {', '.join(known)}.")
        if when is None:
            raise ValueError(f"--due {text}: write the time as in {known[0]}=2026-11-01T12:00.")
        found[assignment] = when
    return found


def _local_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return parse_time(text)


def duration_text(seconds: float) -> str:
    """1 day and 3 hours; at most two units."""
    minutes = max(1, round(seconds / 60))
    sizes = (("day", 24 * 60), ("hour", 60), ("minute", 1))
    parts = []
    for name, size in sizes:
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count} {name}{'s' if count != 1 else ''}")
    return " and ".join(parts[:2])
