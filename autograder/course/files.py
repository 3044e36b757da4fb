"""Files are written aside and then renamed, so that a killed run leaves no half-written one."""

from __future__ import annotations

import json
import os
from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file aside, then rename it: readers see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.write_bytes(content)
    aside.replace(path)


def write_text(path: Path, text: str) -> None:
    """`write_bytes` for text; what is no valid Unicode is replaced."""
    write_bytes(path, text.encode("utf-8", "replace"))


def write_json(path: Path, value) -> None:
    """`write_text` for plain data. (With an indent, `json` would be ten times as slow.)"""
    write_text(path, json.dumps(value, ensure_ascii=False) + "\n")
