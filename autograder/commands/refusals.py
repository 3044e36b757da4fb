"""What stands in the way of a command, in a sentence: the disk, or a Python without the course."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACTIVATE = ".venv/bin/activate"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


def by_the_disk(problem: OSError) -> str:
    """What is wrong and what to do about it; "" where it is nothing of the kind."""
    path = Path(str(problem.filename2 or problem.filename)) if problem.filename else None
    about = f" {path}" if path else ""
    if problem.errno in _FULL:
        return (
            f"The disk is full{':' if path else ''}{about}. Make room and run the same command again: "
            "what was done is kept."
        )
    if problem.errno in _FORBIDDEN:
        return (
            f"No permission to write{about} ({problem.strerror}); name another folder, or change who "
            "may write there."
        )
    if problem.errno in _NO_FOLDER and path:
        files = [one for one in (path, *path.parents) if one.is_file()]
        if files:
            return f"{files[-1]} is a file, where a folder is needed; name another folder."
        if path.is_dir():
            return f"{path} is a folder, where a file is to be written; remove it or name another place."
    return ""


def by_this_python(missing: ModuleNotFoundError) -> str:
    """What to do about a package that is missing; "" for a module of the course's own."""
    name = (missing.name or "autograder").partition(".")[0]
    if name in ("autograder", "utils"):
        return ""
    if Path(sys.prefix).resolve() == (ROOT / ".venv").resolve():
        return (
            f"The course's environment {ROOT / '.venv'} has no {name}: its installation is not complete. "
            f"In the folder {ROOT}, type: rm -f .venv/.installed && make set-up"
        )
    how = (
        f"source {ACTIVATE}" if (ROOT / ACTIVATE).exists() else f"make set-up && source {ACTIVATE}"
    )
    return (
        f"This Python ({sys.executable}) has no {name}: the course's environment is not active. "
        f"In the folder {ROOT}, type: {how}"
    )
