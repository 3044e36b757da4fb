"""Which sandbox this machine offers, and the command that starts a worker inside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autograder.isolation import landlock

COURSE = Path(__file__).resolve().parents[2]
SCRATCH_BYTES = 256 * 2**20
VISIBLE = ("utils", "data", "autograder/__init__.py", "autograder/inside")  # of the course
SYSTEM_PATHS = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache",
    "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types",
)  # fmt: skip


class NoSandbox(RuntimeError):
    """This machine offers no sandbox, and nobody said that the submissions are to be trusted."""


@dataclass(frozen=True)
class Tier:
    """A level of isolation: its name, whether it works here, and why (not).

    `becomes_nobody`: grading was started as root, and the worker gives that up.
    """

    name: str
    available: bool
    reason: str
    becomes_nobody: bool = False


@lru_cache
def available_tiers() -> tuple[Tier, ...]:
    """All tiers, strongest first, each tried on this machine."""
    return (
        _bubblewrap(),
        _landlock(),
        Tier("none", True, "no isolation: only for work that you trust"),
    )


def choose_tier(trust_submissions: bool = False) -> Tier:
    """The strongest tier that works here; `NoSandbox` when there is none.

    With `trust_submissions` the plain process ("none") is allowed as the last resort.
    """
    for tier in available_tiers():
        if tier.available and (tier.name != "none" or trust_submissions):
            return tier
    reasons = "; ".join(f"{t.name}: {t.reason}" for t in available_tiers() if not t.available)
    raise NoSandbox(
        f"No sandbox works on this machine ({reasons}). Install bubblewrap "
        "(apt install bubblewrap), or add --trust-submissions if you trust the code you grade."
    )


def worker_command(tier: Tier, descriptor: int) -> tuple[list[str], dict[str, str]]:
    """Command and environment that start `autograder.inside.serve` on that tier."""
    python = [sys.executable, "-m", "autograder.inside.serve", str(descriptor)]
    if tier.name == "bubblewrap":
        return [*_bubblewrap_command(tier.becomes_nobody), *python], {}
    place = new_scratch()
    environment = _environment(f"{place}/home")
    if tier.name == "landlock":
        return _landlock_command(place, python), {**environment, "PYTHONPATH": f"{place}/course"}
    return python, {**environment, "PYTHONPATH": str(COURSE)}


def new_scratch() -> str:
    """A folder for a worker without bubblewrap; students' code writes into `home` in it only."""
    place = tempfile.mkdtemp(prefix="course-worker-")
    os.mkdir(f"{place}/home")
    return place


def _environment(home: str) -> dict[str, str]:
    threads = {f"{lib}_NUM_THREADS": "1" for lib in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "USER": "student",
        "LANG": "C.UTF-8",
        "TMPDIR": home,
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "IPYTHONDIR": f"{home}/.ipython",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        # Memory in huge pages has small tables, and a fork copies these: twice as fast.
        "PYTHONMALLOC": "malloc",
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        **threads,
    }


def _bubblewrap_command(become_nobody: bool) -> list[str]:
    """The sandbox: no network, own processes, read-only course without solutions and checks."""
    scratch = ["--perms", "1777", "--size", str(SCRATCH_BYTES), "--tmpfs"]
    command = [
        "bwrap", *_own_namespaces(become_nobody), "--die-with-parent", "--new-session",
        "--hostname", "course", "--clearenv", "--proc", "/proc", "--dev", "/dev",
        *scratch, "/dev/shm", *scratch, "/tmp",
    ]  # fmt: skip
    for path in SYSTEM_PATHS:
        command += ["--ro-bind-try", path, path]
    for prefix in sorted({sys.prefix, sys.base_prefix}):
        if not prefix.startswith("/usr"):
            for parent in reversed(Path(prefix).parents):
                command += ["--dir", str(parent)]
            command += ["--ro-bind", prefix, prefix]
        for installed in Path(prefix).glob("lib/python*/site-packages/autograder"):
            # a copy of the course that was not installed as editable
            command += ["--tmpfs", str(installed), "--remount-ro", str(installed)]
    for folder in ("/course", "/course/autograder"):
        command += ["--dir", folder]
    command += ["--perms", "1777", "--dir", "/tmp/.matplotlib"]
    for name in VISIBLE:
        command += ["--ro-bind-try", str(COURSE / name), f"/course/{name}"]
    for cache in _font_caches():
        command += ["--ro-bind", str(cache), f"/tmp/.matplotlib/{cache.name}"]
    environment = {
        **_environment("/tmp"), "PYTHONPATH": "/course", "WORKER_OWNS_PROCESSES": "1",
    }  # fmt: skip
    if become_nobody:
        environment["WORKER_BECOMES_NOBODY"] = "1"
    for name, value in environment.items():
        command += ["--setenv", name, value]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"]


def _own_namespaces(become_nobody: bool) -> list[str]:
    """All namespaces; without the one of users where root in the worker is to become nobody."""
    if not become_nobody:
        return ["--unshare-all", "--cap-drop", "ALL"]
    kinds = ("ipc", "pid", "net", "uts", "cgroup-try")
    needed = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*(f"--unshare-{kind}" for kind in kinds), *needed]


def _landlock_command(place: str, command: list[str]) -> list[str]:
    """The command, locked in: it reads the system and our part of the course, and writes home."""
    course, home = Path(place, "course"), Path(place, "home")
    (course / "autograder").mkdir(parents=True)
    for name in VISIBLE:
        (course / name).symlink_to(COURSE / name)
    (home / ".matplotlib").mkdir()
    for cache in _font_caches():
        shutil.copy(cache, home / ".matplotlib")
    read = [*SYSTEM_PATHS, sys.prefix, sys.base_prefix, *(str(COURSE / n) for n in VISIBLE)]
    rules = {
        "read": [*read, str(course), "/proc", "/dev/urandom", "/dev/random", "/dev/zero"],
        "write": [str(home), "/dev/null"],
    }
    return [sys.executable, landlock.__file__, json.dumps(rules), *command]


def _landlock() -> Tier:
    kernel = landlock.version()
    if not kernel:
        return Tier("landlock", False, "this kernel does not offer Landlock")
    place = new_scratch()
    environment = {**_environment(f"{place}/home"), "PYTHONPATH": f"{place}/course"}
    try:
        problem = _problem_with(_landlock_command(place, []), environment)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if problem:
        return Tier("landlock", False, problem)
    closed = ["no files but the course's"]
    closed += ["no TCP"] if kernel >= 4 else []
    closed += ["no signals to others"] if kernel >= 6 else []
    as_root = "; as root: better start as a user" if os.geteuid() == 0 else ""
    open_ = "; UDP, names of files and the number of processes stay open"
    return Tier("landlock", True, f"version {kernel}: {', '.join(closed)}{open_}{as_root}")


def _font_caches() -> list[Path]:
    """matplotlib's list of fonts, which takes seconds to make anew."""
    home = os.environ.get("MPLCONFIGDIR") or os.environ.get("XDG_CACHE_HOME")
    folder = Path(home) if home else Path.home() / ".cache"
    return [*folder.glob("fontlist-v*.json"), *folder.glob("matplotlib/fontlist-v*.json")][:4]


def _bubblewrap() -> Tier:
    if shutil.which("bwrap") is None:
        return Tier("bubblewrap", False, "bwrap is not installed (apt install bubblewrap)")
    good = "own namespaces, no network, read-only course"
    if os.geteuid() != 0:
        problem = _problem_with(_bubblewrap_command(False))
        return Tier("bubblewrap", not problem, problem or good)
    if not _problem_with(_bubblewrap_command(True)):
        return Tier("bubblewrap", True, f"{good}, as nobody", becomes_nobody=True)
    problem = _problem_with(_bubblewrap_command(False))
    return Tier("bubblewrap", not problem, problem or f"{good}; as root: better start as a user")


def _problem_with(command: list[str], environment: dict | None = None) -> str:
    """Why a worker would not start with that command; "" when it would."""
    works = (
        "from autograder.inside import alone; import os; alone.settle();"
        "'WORKER_OWNS_PROCESSES' in os.environ and alone.go_alone();"
        "import json, importlib.util; importlib.util.find_spec('torch').origin; print('works')"
    )
    try:
        done = subprocess.run(
            [*command, sys.executable, "-c", works],
            capture_output=True, text=True, timeout=30, env=environment,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"it does not start ({problem})"
    if "works" in done.stdout:
        return ""
    why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"it cannot isolate here ({why})"
