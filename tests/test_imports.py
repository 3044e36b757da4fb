"""`import utils` is the first thing a notebook does: it must be light."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ["torch", "matplotlib", "ipywidgets", "IPython", "autograder"]


@pytest.mark.parametrize("module", ["utils", "utils.data"])
def test_importing_loads_nothing_heavy(module):
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]", f"import {module} also imported {done.stdout.strip()}"


def test_the_probe_would_see_a_heavy_import():
    code = f"import sys, matplotlib; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "['matplotlib']", done.stderr
