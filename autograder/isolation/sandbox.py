"""Which sandbox this machine offers, and the command that starts a worker inside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autograder.inside import landlock, privileges

COURSE = Path(__file__).resolve().parents[2]
PYTHON = (sys.executable, "-P")  # modules are not looked for where somebody happens to stand
SCRATCH_BYTES = 256 * 2**20
VISIBLE = ("utils", "data", "autograder/__init__.py", "autograder/inside")  # of the course
KERNEL_FILES = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/self")
SYSTEM_PATHS = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/fonts", "/etc/ld.so.cache",
    "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types",
)  # fmt: skip
SECCOMP = "seccomp refuses rare system calls"
NO_SECCOMP = "without seccomp (apt install libseccomp2, pip install pyseccomp)"
_AS_NOBODY, _AS_ROOT = ", as nobody", ", as root: better start as a user"


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


def available_tiers() -> tuple[Tier, ...]:
    """All tiers, strongest first, each tried on this machine."""
    return tuple(_tiers())


def _tiers() -> Iterator[Tier]:
    """The same, each tried when its turn comes."""
    yield _bubblewrap()
    yield _landlock()
    yield Tier("none", True, "no isolation: only for work that you trust")


def choose_tier(trust_submissions: bool = False) -> Tier:
    """The strongest tier that works here; `NoSandbox` when there is none.

    With `trust_submissions` the plain process ("none") is allowed as the last resort.
    """
    for tier in _tiers():
        if tier.available and (tier.name != "none" or trust_submissions):
            return tier
    reasons = "; ".join(f"{t.name}: {t.reason}" for t in available_tiers() if not t.available)
    raise NoSandbox(
        f"No sandbox works on this machine ({reasons}). Install bubblewrap "
        "(apt install bubblewrap), or add --trust-submissions if you trust the code you grade."
    )


def worker_command(
    tier: Tier, descriptor: int, libraries: int = 0
) -> tuple[list[str], dict[str, str]]:
    """Command and environment that start `autograder.inside.serve` on that tier."""
    python = [*PYTHON, "-m", "autograder.inside.serve", str(descriptor), str(libraries)]
    if tier.name == "bubblewrap":
        return [*_bubblewrap_command(tier.becomes_nobody), *python], {}
    place = new_scratch()
    if tier.name == "landlock":
        command, environment = _landlock_command(place, tier.becomes_nobody)
        return [*command, *python], environment
    return python, {**_environment(f"{place}/home"), "PYTHONPATH": str(COURSE)}


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
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "IPYTHONDIR": f"{home}/.ipython",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
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


def _landlock_command(place: str, become_nobody: bool) -> tuple[list[str], dict[str, str]]:
    """The command that applies Landlock's rules: read the system and our part of the course, write home."""
    course, home = Path(place, "course"), Path(place, "home")
    (course / "autograder").mkdir(parents=True)
    for name in VISIBLE:
        (course / name).symlink_to(COURSE / name)
    (home / ".matplotlib").mkdir()
    for cache in _font_caches():
        shutil.copy(cache, home / ".matplotlib")
    environment = {**_environment(str(home)), "PYTHONPATH": str(course)}
    if become_nobody:
        environment["WORKER_BECOMES_NOBODY"] = "1"
        os.chmod(place, 0o711)
        for path in (home, home / ".matplotlib"):
            os.chown(path, privileges.NOBODY, privileges.NOBODY)
    read = [*SYSTEM_PATHS, *KERNEL_FILES, sys.prefix, sys.base_prefix, str(course)]
    rules = {
        "read": [*read, *(str(COURSE / name) for name in VISIBLE), "/dev/urandom", "/dev/zero"],
        "write": [str(home), "/dev/null"],
    }
    return [*PYTHON, "-m", "autograder.inside.landlock", json.dumps(rules)], environment


@lru_cache
def _landlock() -> Tier:
    kernel = landlock.version()
    if not kernel:
        return Tier("landlock", False, "this kernel does not offer Landlock")
    for become_nobody in [True, False] if os.geteuid() == 0 else [False]:
        place = new_scratch()
        try:
            problem, calls = _try(*_landlock_command(place, become_nobody))
        finally:
            shutil.rmtree(place, ignore_errors=True)
        if not problem:
            return Tier("landlock", True, _what_landlock_does(calls, become_nobody), become_nobody)
    return Tier("landlock", False, problem)


def _what_landlock_does(calls: str, become_nobody: bool) -> str:
    kernel, seccomp = landlock.version(), calls == SECCOMP
    closed = ["no files but the course's"]
    closed += ["no network"] if seccomp else ["no TCP"] if kernel >= 4 else []
    closed += ["no signals to others"] if kernel >= landlock.SIGNALS else []
    left = "names and sizes of files" if seccomp else "UDP, local sockets, names of files"
    root = os.geteuid() == 0 and (_AS_NOBODY if become_nobody else _AS_ROOT)
    return f"version {kernel}: {', '.join(closed)}{root or ''}; open: {left}; {calls}"


def _font_caches() -> list[Path]:
    """matplotlib's list of fonts, which takes seconds to make anew."""
    home = os.environ.get("MPLCONFIGDIR") or os.environ.get("XDG_CACHE_HOME")
    folder = Path(home) if home else Path.home() / ".cache"
    return [*folder.glob("fontlist-v*.json"), *folder.glob("matplotlib/fontlist-v*.json")][:4]


@lru_cache
def _bubblewrap() -> Tier:
    if shutil.which("bwrap") is None:
        return Tier("bubblewrap", False, "bwrap is not installed (apt install bubblewrap)")
    for become_nobody in [True, False] if os.geteuid() == 0 else [False]:
        problem, calls = _try(_bubblewrap_command(become_nobody), None)
        if not problem:
            root = os.geteuid() == 0 and (_AS_NOBODY if become_nobody else _AS_ROOT)
            reason = f"own namespaces, no network, read-only course{root or ''}; {calls}"
            return Tier("bubblewrap", True, reason, become_nobody)
    return Tier("bubblewrap", False, problem)


def _try(command: list[str], environment: dict | None) -> tuple[str, str]:
    """Why a worker would not start with that command ("" when it would), and has it seccomp?"""
    works = (
        "from autograder.inside import privileges, serve, syscalls;"
        "privileges.drop_privileges(); serve.isolate_session();"
        "calls = syscalls.prepare(landlock=True); calls and calls.load();"
        "import importlib.util; importlib.util.find_spec('torch').origin;"
        "print('works', 'with' if calls else 'without')"
    )
    try:
        done = subprocess.run(
            [*command, *PYTHON, "-c", works],
            capture_output=True, text=True, timeout=30, env=environment,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"it does not start ({problem})", ""
    if "works" in done.stdout:
        return "", SECCOMP if "works with\n" in done.stdout else NO_SECCOMP
    why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"it cannot isolate here ({why})", ""
