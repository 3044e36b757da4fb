"""A small course in a temporary folder, for tests of the authoring tools."""

import importlib.util
import sys
from pathlib import Path

from autograder.check import separate_registry
from autograder.course import Course


def write_course(root: Path, notebooks: dict[str, str], checks: str) -> Course:
    """Solutions from {"ch09_example/softplus": text}; `checks` is written as a module to load."""
    for name, text in notebooks.items():
        path = root / "solutions" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "example_checks.py").write_text(checks, encoding="utf-8")
    return Course(root)


def load_checks(root: Path):
    """Register the checks of an example course (inside `separate_registry()`)."""
    name, path = f"example_checks_{abs(hash(root))}", root / "example_checks.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # (not by the loader: a file that is changed twice within a second would be taken from its bytecode)
    exec(compile(path.read_bytes(), path, "exec"), vars(module))
    return module


__all__ = ["load_checks", "separate_registry", "write_course"]
