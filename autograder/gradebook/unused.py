"""What is said of files that were handed in and not graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from autograder.gradebook.record import Unused


def line_of(one: Unused) -> str:
    """Why it was not graded."""
    return f"{one['file']}: not graded, because {one['why']}."


def line_for_student(one: Unused) -> str:
    """The same for those who handed it in: by their own names, without the grader's folders."""
    return f"{names_in_short(one)}: not graded, because {one['why']}."


def names_in_short(one: Unused) -> str:
    """The first two names, and how many more there are."""
    more = len(one["names"]) - 2
    return ", ".join(one["names"][:2]) + (f" and {more} more" if more > 0 else "")


def in_short(unused: Iterable[Unused]) -> list[str]:
    """A line for every file with which something is wrong, one for all files of other kinds."""
    unused = list(unused)
    lines = [line_of(one) for one in unused if not one["usual"]]
    names = [name for one in unused if one["usual"] for name in one["names"]]
    if names:
        kinds = Counter(map(_ending, names))
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(6))
        what = "file is" if len(names) == 1 else "files and folders are"
        lines.append(
            f"{len(names)} other {what} of another kind than notebooks and not graded ({counts}); "
            "the report has a line for each."
        )
    return lines


def _ending(name: str) -> str:
    found = PurePosixPath(name.lower()).suffix
    return found if found[1:].isalnum() and len(found) < 8 else "others"
