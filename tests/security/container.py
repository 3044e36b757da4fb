"""A throwaway container in which even hostile code of the Landlock tier can do no harm.

The machine as it is, but read-only, without its network, its processes, `/tmp` and `/run`; in it
an ordinary user id that nobody else has. It needs bubblewrap, and root (or, in CI, sudo).
"""

import os
import pwd
import shutil
import sys
from pathlib import Path

from classroom import COURSE

SCRATCH_BYTES = 2 * 2**30
IN_CI = "CI" in os.environ


def cannot() -> str:
    """Why there can be no such container here; "" when there can."""
    if shutil.which("bwrap") is None:
        return "it needs bubblewrap (apt install bubblewrap)"
    if os.geteuid() != 0 and not IN_CI:
        return "it needs a user of its own, and only root (or sudo, in CI) can change the user"
    return ""


def command(*inner: str, **environment: str) -> list[str]:
    """What runs the command `inner` in the container, in the course's folder."""
    user = str(_free_user())
    size = ["--size", str(SCRATCH_BYTES), "--perms", "1777", "--tmpfs"]
    bwrap = [
        "bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
        "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--clearenv",
        "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run",
        *size, "/tmp", *size, "/dev/shm", *_reachable(),
    ]  # fmt: skip
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/tmp/home", "TMPDIR": "/tmp", "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1", **environment,
    }  # fmt: skip
    for name, value in environment.items():
        bwrap += ["--setenv", name, value]
    bwrap += ["--chdir", str(COURSE.root), "--"]
    ids = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all"]
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    return [*sudo, *bwrap, *ids, *inner]


def _free_user() -> int:
    """A number that no account and no process has."""
    used = {entry.pw_uid for entry in pwd.getpwall()}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            used.add(os.stat(f"/proc/{process}").st_uid)
        except FileNotFoundError:
            pass
    return next(number for number in range(61000, 65000) if number not in used)


def _reachable() -> list[str]:
    """The course and Python, also where a folder above them is closed to others."""
    words = []
    for path in (COURSE.root, Path(sys.prefix), Path(sys.base_prefix)):
        closed = next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)
        if closed is not None:
            words += [] if str(closed) in words else ["--tmpfs", str(closed)]
            for folder in reversed(path.parents):
                words += ["--dir", str(folder)] if folder.is_relative_to(closed) else []
        words += ["--ro-bind", str(path), str(path)]
    return words
