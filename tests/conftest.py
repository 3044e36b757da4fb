import gc
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for the helper modules beside the tests

# As `python -m autograder` does: two test processes on two cores leave nothing for threads.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# Of the processes that tests start, one compiles the course; the others find that done.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import pytest  # noqa: E402
from sharing import Sharing  # noqa: E402

import autograder  # noqa: E402, F401 (before nbformat: it spares everybody a second)

# A teacher's own gradebook is none of the tests' business.
os.environ.pop("COURSE_DB", None)


@pytest.fixture(scope="session", autouse=True)
def workers_are_kept():
    """What grades a class takes the workers that the last one gave back."""
    import workers

    from autograder.grading import executor

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executor, "Worker", workers.KeptWorker)
        yield
    workers.close_all()


def pytest_xdist_make_scheduler(config, log):
    return Sharing(config, log)


def pytest_collection_modifyitems(items):
    """The `early` ones first, so that no process is left with a long one in the end."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_collection_finish():
    """What collecting has made stays until the end: nothing is gained by looking at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
