"""How `make test` shares the tests out over its processes."""

import re
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

from autograder.notation.ids import exercise_of

PROVEN_BY_EXERCISE = ("test_parts", "test_precision")


def shared_by(nodeid: str) -> str:
    """The tests that one process runs, so that what they share is made once: those of a file; the browser's;
    of the files that prove the exercises, those about one exercise."""
    file, _, test = nodeid.partition("::")
    if file.startswith("tests/browser/"):
        return "browser"
    about = re.search(r"\[([^\]]+)\]$", test)
    if about and Path(file).stem in PROVEN_BY_EXERCISE:
        return f"{file} {exercise_of(about[1])}"
    return file


class Sharing(LoadScopeScheduling):
    """Hands out the tests as `shared_by` groups them."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)
