"""The environment in which students' code runs: Python, and every package that it can import."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path


@lru_cache
def environment() -> tuple[str, ...]:
    """Python's version, and the name and version of each package that is installed.

    Both are in the name of the folder that an installer leaves beside a package: to list these takes a
    millisecond, to open them all (`importlib.metadata.version`) half a second.
    """
    folders = [Path(folder) for folder in sys.path if folder.endswith("-packages")]
    marks = (".dist-info", ".egg-info")
    packages = {one.stem for folder in folders if folder.is_dir()
                for one in folder.iterdir() if one.name.endswith(marks)}  # fmt: skip
    return (sys.version, *sorted(packages))
