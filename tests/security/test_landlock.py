"""All attacks once more, on the tier without namespaces, in a container that holds them in any case.

Of the roads to a grade those that start quickly.
"""

import subprocess
import sys

import container
import pytest

from autograder.inside import landlock

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

COPIED = ("autograder", "utils", "solutions", "chapters", "data", "tests")
COPIED += ("nbgrader_config.py", "pyproject.toml")


@pytest.mark.thorough
def test_the_landlock_tier_withstands_the_same_attacks():
    missing = container.cannot()
    if landlock.version() < landlock.SIGNALS:
        missing = "this kernel's Landlock lets signals through (it needs Linux 6.12)"
    if missing:
        assert not container.IN_CI, missing
        pytest.skip(f"The attacks are not tried under Landlock: {missing}.")
    # The user that attacks owns the course: only Landlock keeps them apart.
    script = (
        'mkdir "$HOME" "$HOME/course" && cp -r --preserve=timestamps "$@" "$HOME/course" && '
        'cd "$HOME/course" && '
        f"exec '{sys.executable}' -m pytest -q --tb=short -p no:cacheprovider "
        "tests/security/test_attacks.py tests/security/test_roads.py "
        "-k 'test_attacks or test_try or test_grade and not kernel and not cluster'"
    )
    words = container.command("sh", "-c", script, "sh", *COPIED, ATTACKED_TIER="landlock")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout
