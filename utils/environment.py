"""Is everything here that the course needs? Said in words."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

NEEDED = {
    "numpy": ("2.0", "arrays"),
    "matplotlib": ("3.8", "plots"),
    "torch": ("2.4", "PyTorch"),
    "sympy": ("1.13", "formulas"),
    "ipywidgets": ("8.1", "the quiz's buttons"),
    "anywidget": ("0.9", "pictures that move"),
    "jupyterlab": ("4.2", "the notebooks"),
}


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(piece) for piece in text.split("+")[0].split(".")[:2] if piece.isdigit())


def problems() -> list[str]:
    """One sentence for everything that is missing or too old; empty when all is well."""
    found = []
    if sys.version_info < (3, 11):
        found.append(f"Python {sys.version.split()[0]} is too old; the course needs 3.11 or newer.")
    for package, (least, purpose) in NEEDED.items():
        try:
            have = version(package)
        except PackageNotFoundError:
            found.append(
                f"{package} is missing ({purpose}). Install it with: pip install {package}"
            )
            continue
        if _numbers(have) < _numbers(least):
            found.append(
                f"{package} {have} is too old ({purpose}); the course needs {least} or newer. "
                f"Update it with: pip install -U {package}"
            )
    return found


def check_environment() -> None:
    """Print what is missing and how to get it, or that everything is there."""
    found = problems()
    if not found:
        print(f"✔ Everything is here: Python {sys.version.split()[0]} and {len(NEEDED)} packages.")
        return
    for sentence in found:
        print(f"✘ {sentence}")
    print("Then restart the kernel (menu Kernel → Restart Kernel) and run this cell again.")
