"""The slow, faithful way: a session whose cells run in a real Jupyter kernel.

The session's process starts an ipykernel beside itself, inside the sandbox, sends it the cells, and
collects what it answers as nbclient does. Observations are made by a fork of the kernel.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time

from autograder.inside import plain
from autograder.inside.fresh import code_of
from autograder.inside.serve import PATIENCE, _observe_in_fork, receive, send

START_SECONDS = 60.0
INTERRUPT_SECONDS = 3.0
MAX_STREAM, MAX_OUTPUTS = 20_000, 200
_REQUEST, _REPLY = ".observe", ".observed"


def serve_session(channel: socket.socket) -> None:
    """As `serve.serve_session`; when the kernel dies or cannot be stopped, so does this process."""
    from jupyter_client import KernelManager
    from jupyter_client.kernelspec import NATIVE_KERNEL_NAME

    manager = KernelManager(
        kernel_name=NATIVE_KERNEL_NAME, transport="ipc", ip=os.path.abspath("kernel")
    )
    inline = {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    manager.start_kernel(env=inline)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=START_SECONDS)
    kernel = _Kernel(manager, client)
    try:
        while (request := receive(channel)) is not None:
            if request["do"] == "run":
                reply = kernel.run(request["source"], request["seconds"])
            else:
                reply = kernel.observe(request)
            send(channel, {"id": request["id"], **reply})
    finally:
        manager.shutdown_kernel(now=True)


class _Kernel:
    def __init__(self, manager, client):
        self._manager, self._client = manager, client

    def run(self, source: str, seconds: float, silent: bool = False) -> dict:
        """Execute a cell: {"outputs": [...], "error": None or the exception's name}."""
        message = self._client.execute(
            source, silent=silent, store_history=not silent, allow_stdin=False
        )
        outputs = _Outputs()
        deadline, interrupted = time.monotonic() + seconds * PATIENCE, False
        while True:
            reply = self._next(self._client.get_iopub_msg)
            if reply is not None and reply["parent_header"].get("msg_id") == message:
                if reply["content"].get("execution_state") == "idle":
                    break
                outputs.add(reply)
            if time.monotonic() > deadline:
                if interrupted:
                    os._exit(1)  # it could not be stopped
                self._manager.interrupt_kernel()
                deadline, interrupted = time.monotonic() + INTERRUPT_SECONDS, True
            if reply is None and not self._manager.is_alive():
                os._exit(1)
        answer = self._client.get_shell_msg(timeout=INTERRUPT_SECONDS)["content"]
        failed = answer.get("ename", "Error") if answer["status"] == "error" else None
        if failed == "NoneType":
            failed = None  # the cell ran; only its value could not be shown
        error = "OutOfTime" if interrupted and failed else failed
        return {"outputs": outputs.found, "error": error}

    def _next(self, get):
        from queue import Empty

        try:
            return get(timeout=0.2)
        except Empty:
            return None

    def observe(self, request: dict) -> dict:
        """An observation, made by a fork of the kernel; the files lie in the scratch folder."""
        with open(_REQUEST, "wb") as file:
            file.write(plain.encode(request))
        with contextlib.suppress(OSError):
            os.unlink(_REPLY)
        self.run(
            f"__import__({__name__!r}, fromlist=['x']).observe_here()", request["seconds"], True
        )
        try:
            with open(_REPLY, "rb") as file:
                reply = plain.decode(file.read(plain.MAX_BYTES))
        except (OSError, plain.NotPlain):
            return {"failed": "crash"}
        return reply if isinstance(reply, dict) else {"failed": "crash"}


class _Outputs:
    """A cell's outputs, within limits; streams of one name are joined."""

    def __init__(self):
        self.found: list[dict] = []
        self._written = {"stdout": 0, "stderr": 0}
        self._clear_before_next = False

    def add(self, message: dict) -> None:
        """Take in a message of the kernel."""
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self._clear_before_next = content.get("wait", False)
            if not self._clear_before_next:
                self.found.clear()
            return
        if kind not in ("stream", "display_data", "execute_result", "error"):
            return
        if self._clear_before_next:
            self.found.clear()
            self._clear_before_next = False
        if kind == "stream":
            self._add_text(content["name"], content["text"])
        elif len(self.found) < MAX_OUTPUTS:
            kept = {
                k: v for k, v in content.items() if k in ("data", "ename", "evalue", "traceback")
            }
            if "data" in kept:
                kept["data"] = {k: v for k, v in kept["data"].items() if isinstance(v, str)}
                kept["metadata"] = {}
            self.found.append({"output_type": kind, **kept})

    def _add_text(self, name: str, text: str) -> None:
        before = self._written[name]
        self._written[name] += len(text)
        kept = text[: max(0, MAX_STREAM - before)]
        if before <= MAX_STREAM < self._written[name]:
            kept += f"\n… output cut after {MAX_STREAM} characters\n"
        last = self.found[-1] if self.found else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += kept
        elif kept and len(self.found) < MAX_OUTPUTS:
            self.found.append({"output_type": "stream", "name": name, "text": kept})


def observe_here() -> None:
    """In the kernel: observe the answers in its namespace, and leave the reply in a file."""
    from IPython import get_ipython

    with open(_REQUEST, "rb") as file:
        request = plain.decode(file.read())
    reply = _observe_in_fork(request, get_ipython().user_ns, code_of())
    with open(_REPLY + ".part", "wb") as file:
        file.write(plain.encode(reply))
    os.replace(_REPLY + ".part", _REPLY)
