"""Jupyter kernels that start soon: forks of one process that has imported large libraries.

The command of such a kernel is this file. It asks that process for a fork, which becomes the kernel,
and lives as long as it.
"""

import contextlib
import ctypes
import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


@contextlib.contextmanager
def warm_kernels(folder: Path):
    """The processes to fork; gives two commands of kernels, for a kernel specification: of one that has
    imported nothing of the course, and of one whose complete check is ready."""
    addresses = str(folder / "kernels"), str(folder / "with_checks")
    inline = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    process = subprocess.Popen(
        [sys.executable, __file__, "serve", *addresses],
        env={**os.environ, **inline},
        stdout=subprocess.PIPE,
    )
    for _ in addresses:
        assert process.stdout.readline() == b"ready\n"
    yield [
        [sys.executable, "-S", __file__, "ask", address, "-f", "{connection_file}"]
        for address in addresses
    ]
    process.terminate()
    process.communicate()


def serve(address: str, with_checks: str) -> None:
    """Fork a kernel for everybody who connects, until this process is terminated."""
    import ipykernel.kernelapp
    import numpy

    import_libraries()
    die_with_parent()
    del sys.path[0]  # this file's folder
    if os.fork() == 0:
        from autograder.judging.reference import default_reference

        die_with_parent()
        default_reference().course.exercises  # noqa: B018 (reads all notebooks)
        address = with_checks
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


def import_libraries() -> None:
    """What a kernel imports when it starts, and notebooks when they draw, train or show something."""
    import sqlite3  # noqa: F401

    import ipykernel.debugger  # noqa: F401
    import IPython.core.completerlib  # noqa: F401
    import IPython.extensions.storemagic  # noqa: F401
    import ipywidgets  # noqa: F401
    import jupytext  # noqa: F401
    import matplotlib.pyplot as plt
    import matplotlib_inline.backend_inline  # noqa: F401
    import psutil  # noqa: F401
    import torch
    import tornado.platform.asyncio  # noqa: F401

    plt.figure().savefig(io.BytesIO())  # reads the fonts
    plt.close("all")
    torch.optim.SGD([torch.zeros(1)], lr=0.0).step()  # imports what optimizers need


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
