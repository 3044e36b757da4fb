"""`python -m autograder`."""

import gc
import os
import sys

# `python -m` looks for modules where one stands, which may be a folder of submissions: only if that
# is the course itself. (What Python imports before this line, `python -P -m autograder` protects.)
COURSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if not sys.flags.safe_path and os.path.realpath(sys.path[0]) != os.path.realpath(COURSE):
    del sys.path[0]

# Many small matrices, several processes: threads of the linear algebra would only get in the way.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
# What is imported stays: looking through it again and again for garbage only takes time.
gc.set_threshold(20_000, 20, 20)

try:
    from autograder.commands.cli import app
except ModuleNotFoundError as missing:
    from autograder.commands import refusals

    if not (sentence := refusals.by_this_python(missing)):
        raise
    print(sentence, file=sys.stderr)
    sys.exit(2)

if __name__ == "__main__":  # and not in the processes of a cluster
    app(prog_name="python -m autograder")
