"""Runs notebook cells without a Jupyter kernel and collects their outputs as a notebook would.

An IPython shell executes the cells, so display, figures, top-level await and magics work.
"""

from __future__ import annotations

import ast
import base64
import builtins
import inspect
import io
import os
import sys
import warnings
import zlib

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

MAX_STREAM = 20_000
MAX_OUTPUT = 3_000_000
MAX_OUTPUTS = 200

_outputs: list[dict] = []


class _Stream(io.TextIOBase):
    """A standard stream that ends in the cell's outputs, up to a limit."""

    encoding = "utf-8"

    def __init__(self, name: str):
        self.name = name
        self.count = 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() needs a string, not {type(text).__name__}")
        kept = text[: max(0, MAX_STREAM - self.count)]
        cut = self.count <= MAX_STREAM < self.count + len(text)
        self.count += len(text)
        if cut:
            kept += f"\n… output cut after {MAX_STREAM} characters\n"
        if kept:
            last = _outputs[-1] if _outputs else {}
            if last.get("output_type") == "stream" and last["name"] == self.name:
                last["text"] += kept
            else:
                _add({"output_type": "stream", "name": self.name, "text": kept})
        return len(text)


def _add(output: dict) -> None:
    if len(_outputs) < MAX_OUTPUTS:
        _outputs.append(output)


def _bundle(data: dict) -> dict:
    """A display's mime bundle with text only (images as base64), oversized entries dropped."""
    clean = {}
    for mime, value in data.items():
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        if isinstance(value, str) and len(value) <= MAX_OUTPUT:
            clean[mime] = value
    if "text/html" in clean or "image/png" in clean:
        clean.pop("application/vnd.jupyter.widget-view+json", None)
    return clean


class _Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, **kwargs):
        _add({"output_type": "display_data", "data": _bundle(data), "metadata": {}})

    def clear_output(self, wait=False):
        _outputs.clear()


class _Hook(DisplayHook):
    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        _add(
            {
                "output_type": "execute_result",
                "execution_count": self.shell.execution_count,
                "data": _bundle(format_dict),
                "metadata": {},
            }
        )

    def log_output(self, format_dict):
        pass

    def finish_displayhook(self):
        pass


class _Compiler(CachingCompiler):
    def get_code_name(self, raw_code, transformed_code, number):
        """A cell's file name, made known: else every traceback looks for it in all modules."""
        name = f"<ipython-input-{number}-{zlib.crc32(transformed_code.encode()):08x}>"
        inspect.modulesbyfile[os.path.join(os.getcwd(), name)] = "__main__"
        return name


class _Shell(InteractiveShell):
    compiler_class = Type(_Compiler)

    def _showtraceback(self, etype, evalue, stb):
        text = getattr(evalue, "_render_traceback_", None)
        _add(
            {
                "output_type": "error",
                "ename": etype.__name__,
                "evalue": str(evalue)[:2000],
                "traceback": [line[:4000] for line in (text() if text else stb)][-40:],
            }
        )

    def transform_cell(self, raw_cell):
        """Text that is Python as it stands needs no transforming, for which IPython tokenizes it."""
        if raw_cell[:1].isspace() or raw_cell.startswith("In "):  # blank lines, a copied prompt
            return super().transform_cell(raw_cell)
        try:
            with warnings.catch_warnings(action="ignore"):
                ast.parse(raw_cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return super().transform_cell(raw_cell)
        return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"

    def should_run_async(self, raw_cell, **kwargs):
        """Most cells wait for nothing, which IPython would find out by compiling them."""
        may_wait = "await" in raw_cell or "async" in raw_cell
        return may_wait and super().should_run_async(raw_cell, **kwargs)

    def _format_exception_for_storage(self, *args, **kwargs):
        return []  # nobody asks for it, and it would make every traceback a second time

    def system(self, cmd):
        raise PermissionError(f"shell commands are not run when a notebook is graded (!{cmd[:60]})")

    getoutput = system_piped = system_raw = system

    def enable_gui(self, gui=None):
        pass


def _no_input(prompt=""):
    raise EOFError(
        "input() waits for a person, and nobody is there when the notebook is graded. "
        "Put the value in a variable instead."
    )


def make_shell() -> _Shell:
    """The one shell of this process."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    shell = _Shell.instance(
        config=config, display_pub_class=_Publisher, displayhook_class=_Hook, user_module=None
    )
    sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
    shell.user_ns["__name__"] = "__main__"
    # For as long as the process lives: with every change of the built-in names, Python's code forgets what
    # it learned about them, and learns it again in copies of its memory.
    shell.builtin_trap.__enter__()
    shell.display_trap.__enter__()
    builtins.input = _no_input
    return shell


def run_cell(shell: _Shell, source: str) -> dict:
    """Execute one cell. Returns {"outputs": [...], "error": None or the exception's name}."""
    _outputs.clear()
    sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
    result = shell.run_cell(source, store_history=True, silent=False)
    error = result.error_before_exec or result.error_in_exec
    return {"outputs": list(_outputs), "error": type(error).__name__ if error else None}


def silence() -> None:
    """Discard what the process prints (through file descriptors too)."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
