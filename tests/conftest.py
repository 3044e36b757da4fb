import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for the helper module beside the tests

# As `python -m autograder` does: two test processes on two cores leave nothing for threads.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import autograder  # noqa: E402, F401 (before nbformat: it spares everybody a second)

# A teacher's own gradebook is none of the tests' business.
os.environ.pop("COURSE_DB", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """How `--dist loadgroup` shares the tests out: file by file, where a file does not say otherwise
    (`xdist_group`), and the `early` ones first, so that no process is left with a long one in the end."""
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=lambda item: item.get_closest_marker("early") is None)
