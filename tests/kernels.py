"""Jupyter kernels that start soon: forks of one process that has imported large libraries.

The command of such a kernel is this file. It asks that process for a fork, which becomes the kernel,
and lives as long as it. Nothing of the course is imported before, unless the complete check is to be ready.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


@contextlib.contextmanager
def warm_kernels(folder: Path, with_checks: bool = False):
    """The process to fork; gives the kernels' command, for a kernel specification."""
    address = str(folder / "kernels")
    ready = ["checks"] if with_checks else []
    inline = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", address, *ready],
        env={**os.environ, **inline},
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"ready\n"
    yield [sys.executable, "-S", __file__, "ask", address, "-f", "{connection_file}"]
    process.terminate()
    process.communicate()


def serve(address: str, *ready: str) -> None:
    """Fork a kernel for everybody who connects, until this process is terminated."""
    import ipykernel.kernelapp
    import matplotlib.pyplot  # noqa: F401
    import numpy
    import torch  # noqa: F401

    die_with_parent()
    del sys.path[0]  # this file's folder
    if ready:
        from autograder.judging.reference import default_reference

        default_reference().course.exercises  # noqa: B018 (reads all notebooks)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # kernels that end leave nothing
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    print("ready", flush=True)
    while True:
        channel, _ = listener.accept()
        if os.fork():
            channel.close()
            continue
        die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        numpy.random.seed()
        folder, environment, arguments = json.loads(channel.makefile().readline())
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        ipykernel.kernelapp.launch_new_instance(arguments)
        os._exit(0)


def die_with_parent() -> None:
    """Ask the kernel of the system to end this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def ask(address: str, *arguments: str) -> None:
    """Ask for a kernel, and wait until it has ended."""
    channel = socket.socket(socket.AF_UNIX)
    channel.connect(address)
    wanted = json.dumps([os.getcwd(), dict(os.environ), arguments])
    channel.sendall(wanted.encode() + b"\n")
    channel.recv(1)


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
