"""Large pages: less work for a fork, and nothing in them changes."""

import platform
import re
import subprocess
import sys

PROGRAM = """
import hashlib, re
from autograder.inside.pages import make_large

def large():
    rollup = open("/proc/self/smaps_rollup").read()
    return int(re.search(r"AnonHugePages: *(\\d+) kB", rollup)[1])

memory = bytearray(bytes(range(251)) * 160_000)  # in one piece: how many lie well in small ones is chance
before, small = hashlib.sha256(memory).digest(), large()
make_large()
assert hashlib.sha256(memory).digest() == before
print(large() - small)
"""


def test_memory_lies_in_large_pages_and_is_as_it_was():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kernel = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))
    if sys.platform == "linux" and kernel >= (6, 1):
        assert int(done.stdout) > 36_000  # kB, of 40 MB


def test_a_system_without_them_is_left_alone():
    program = PROGRAM.replace(
        "make_large()\nassert", "import sys; sys.platform = 'darwin'; make_large()\nassert"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0 and int(done.stdout) == 0, done.stderr
