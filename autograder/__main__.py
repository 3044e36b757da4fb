"""`python -m autograder`."""

import os

# Many small matrices, several processes: threads of the linear algebra would only get in the way.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from autograder.cli import app  # noqa: E402

app(prog_name="python -m autograder")
