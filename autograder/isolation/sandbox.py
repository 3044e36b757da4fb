"""Which sandbox this machine offers, and the command that starts a worker inside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
SCRATCH_BYTES = 256 * 2**20
SYSTEM_PATHS = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache",
    "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types",
)  # fmt: skip


class NoSandbox(RuntimeError):
    """This machine offers no sandbox, and nobody said that the submissions are to be trusted."""


@dataclass(frozen=True)
class Tier:
    """A level of isolation: its name, whether it works here, and why (not)."""

    name: str
    available: bool
    reason: str


@lru_cache
def available_tiers() -> tuple[Tier, ...]:
    """All tiers, strongest first, each tried on this machine."""
    return (_bubblewrap(), Tier("none", True, "no isolation: only for work that you trust"))


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
        return [*_bubblewrap_command(), *python], {}
    home = tempfile.mkdtemp(prefix="course-worker-")
    return python, {**_environment(home), "PYTHONPATH": str(COURSE)}


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
        **threads,
    }


def _bubblewrap_command() -> list[str]:
    """The sandbox: no network, own processes, read-only course without solutions and checks."""
    command = [
        "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--hostname", "course", "--clearenv", "--proc", "/proc", "--dev", "/dev",
        "--size", str(SCRATCH_BYTES), "--tmpfs", "/tmp",
    ]  # fmt: skip
    for path in SYSTEM_PATHS:
        command += ["--ro-bind-try", path, path]
    for prefix in sorted({sys.prefix, sys.base_prefix}):
        if not prefix.startswith("/usr"):
            command += ["--ro-bind", prefix, prefix]
    for name in ("utils", "data", "autograder/__init__.py", "autograder/inside"):
        command += ["--ro-bind-try", str(COURSE / name), f"/course/{name}"]
    for cache in _font_caches():
        command += ["--ro-bind", str(cache), f"/tmp/.matplotlib/{cache.name}"]
    environment = {
        **_environment("/tmp"), "PYTHONPATH": "/course", "WORKER_OWNS_PROCESSES": "1",
    }  # fmt: skip
    for name, value in environment.items():
        command += ["--setenv", name, value]
    return [*command, "--chdir", "/tmp", "--"]


def _font_caches() -> list[Path]:
    """matplotlib's list of fonts, which takes seconds to make anew."""
    home = os.environ.get("MPLCONFIGDIR") or os.environ.get("XDG_CACHE_HOME")
    folder = Path(home) if home else Path.home() / ".cache"
    return [*folder.glob("fontlist-v*.json"), *folder.glob("matplotlib/fontlist-v*.json")][:4]


def _bubblewrap() -> Tier:
    if shutil.which("bwrap") is None:
        return Tier("bubblewrap", False, "bwrap is not installed (apt install bubblewrap)")
    probe = [*_bubblewrap_command(), sys.executable, "-c", "print('works')"]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return Tier("bubblewrap", False, f"bwrap does not start ({problem})")
    if "works" not in done.stdout:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Tier("bubblewrap", False, f"bwrap cannot make namespaces here ({why})")
    as_root = ", started as root" if os.geteuid() == 0 else ""
    return Tier("bubblewrap", True, f"own namespaces, no network, read-only course{as_root}")
