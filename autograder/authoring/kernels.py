"""Notebooks of the course, run in a kernel of their own on this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nbformat import NotebookNode

QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # nobody debugs these kernels


def run(notebook: NotebookNode, seconds: float, allow_errors: bool = False, **environment) -> None:
    """Run all cells in place, one thread each; a cell may take that many seconds.

    The kernel is reached through a socket file of this user, not through a port of the machine.
    """
    from nbclient import NotebookClient

    client = NotebookClient(
        notebook, timeout=seconds, allow_errors=allow_errors, kernel_name="python3"
    )
    with tempfile.TemporaryDirectory() as folder:
        manager = client.create_kernel_manager()
        manager.transport, manager.ip = "ipc", str(Path(folder) / "kernel")
        client.execute(env={**os.environ, "OMP_NUM_THREADS": "1", **QUIET, **environment})
