"""The slow, faithful way: a session whose cells run in a real Jupyter kernel.

The session's process starts an ipykernel beside itself, inside the sandbox, sends it the cells, and
collects what it answers as nbclient does. Observations are made by forks of the kernel.
"""

from __future__ import annotations

import os
import socket
import time
from functools import cache

from autograder.inside import plain
from autograder.inside.fresh import code_of
from autograder.inside.marks import PATIENCE, Marks
from autograder.inside.messages import receive, send

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
            elif request["do"] == "mark":
                reply = kernel.mark(request["mark"])
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
        answer = self._answer_to(message)
        failed = answer.get("ename", "Error") if answer["status"] == "error" else None
        if failed == "NoneType":
            failed = None  # the cell ran; only its value could not be shown
        error = "OutOfTime" if interrupted and failed else failed
        return {"outputs": outputs.found, "error": error}

    def _answer_to(self, message: str) -> dict:
        """The kernel's answer to a message; a kernel that was slow to start has answers left over."""
        while True:
            reply = self._client.get_shell_msg(timeout=INTERRUPT_SECONDS)
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]

    def _next(self, get):
        from queue import Empty

        try:
            return get(timeout=0.2)
        except Empty:
            return None

    def mark(self, number: int) -> dict:
        """Let the kernel mark this place."""
        self._call(f"mark_here({number})", INTERRUPT_SECONDS)
        return {}

    def observe(self, request: dict) -> dict:
        """An observation at a mark; request and reply lie in the scratch folder until they are read."""
        with open(_REQUEST, "wb") as file:
            file.write(plain.encode(request))
        self._call("observe_here()", request["seconds"])
        try:
            reply = plain.decode(_taken(_REPLY))
        except (OSError, plain.NotPlain):
            return {"failed": "crash"}
        return reply if isinstance(reply, dict) else {"failed": "crash"}

    def _call(self, what: str, seconds: float) -> None:
        """Something of this module, called in the kernel."""
        self.run(f"__import__({__name__!r}, fromlist=['x']).{what}", seconds, silent=True)


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


@cache
def _marks() -> Marks:
    """Those of the kernel, where this runs."""
    return Marks(code_of())


def mark_here(number: int) -> None:
    """In the kernel: keep the names as they are now."""
    from IPython import get_ipython

    _marks().add(number, get_ipython().user_ns)


def observe_here() -> None:
    """In the kernel: observe at a mark, and leave the reply in a file."""
    reply = _marks().observe(plain.decode(_taken(_REQUEST)))
    with open(_REPLY + ".part", "wb") as file:
        file.write(plain.encode(reply))
    os.replace(_REPLY + ".part", _REPLY)


def _taken(path: str) -> bytes:
    """What stands in a file, which is removed."""
    with open(path, "rb") as file:
        os.unlink(path)
        return file.read(plain.MAX_BYTES)
