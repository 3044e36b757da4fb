"""Progress of a run in the terminal: a bar, and a line for every problem, on stderr."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from autograder.gradebook.record import Record, Regrade
from autograder.judging.feedback import points_text


class _Rate(ProgressColumn):
    """Notebooks per minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{60 * speed:.0f}/min" if speed else "")


class GradingProgress:
    """Count, rate, time that is left, and a line for everything that a person may want to see."""

    def __init__(self, console: Console, quiet: bool):
        self._console, self._quiet = console, quiet
        self._bar = Progress(
            TextColumn("grading"), BarColumn(), MofNCompleteColumn(), _Rate(),
            TextColumn("elapsed"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
            console=console, transient=True, disable=quiet,
        )  # fmt: skip
        self._task = None
        self.count = self.total = 0
        self.moved: list[Record] = []  # those whose points have changed

    def __enter__(self) -> GradingProgress:
        self._bar.start()
        return self

    def __exit__(self, *exception) -> None:
        self._bar.stop()

    def started(self, todo: int, unchanged: int) -> None:
        """How many notebooks are to be graded, and how many results of an earlier run hold."""
        self.total = todo
        self._task = self._bar.add_task("", total=todo)
        if unchanged and todo and not self._quiet:
            self.say(f"{unchanged} notebooks are as they were graded before.", "dim")

    def done(self, record: Record) -> None:
        """One more is graded."""
        self.count += 1
        if record["before"]:
            self.moved.append(record)
        self._bar.advance(self._task)
        for line in record["problems"]:
            self.say(f"! {record['student']}, {record['notebook']}: {line}", "yellow")

    def say(self, line: str, style: str) -> None:
        """A line above the bar."""
        self._console.print(line, style=style, markup=False, soft_wrap=True)


def moved(records: list[Record]) -> list[str]:
    """A line for every record whose points have changed, with the change."""
    lines = []
    for record in sorted(records, key=lambda r: (r["student"], r["notebook"])):
        if not (before := record["before"]):
            continue
        now = {part["id"]: part["earned"] for part in record["parts"]}
        parts = "; ".join(
            f"{part} {points_text(was)} → {points_text(now[part])}"
            for part, was in before["parts"].items()
        )
        why = ", handed in anew" if before["resubmitted"] else ""
        lines.append(
            f"{record['student']}, {record['notebook']}: {points_text(before['earned'])} → "
            f"{points_text(record['earned'])} ({parts}{why})"
        )
    return lines


def outcome(line: Regrade) -> str:
    """What came of grading something again, by hand."""
    before, after = line["before"], line["after"]
    what = f"{line['student']}, {' '.join(filter(None, [line['assignment'], line['part']]))}"
    if before is None or after is None or abs(before - after) < 0.005:
        came = "not graded" if after is None else f"{points_text(after)} points"
        came += ", as before" if before == after else ""
    else:
        came = f"{points_text(before)} → {points_text(after)} points"
    return f"{what}: {came}, with {line['inputs']} inputs"
