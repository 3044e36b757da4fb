"""What was tried and how it went, kept in `.progress.json` at the top of the course.

For every part: how its visible tests and its complete check went, the answer (a hash of its cell) that
they looked at, and the answers that the complete check has found wrong. The complete check decides where
there is one. When another answer is run, what was said about the earlier one no longer counts; when that
one comes back, it counts again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from utils import cells
from utils.marks import FAILED, OPEN, PASSED, UNCHECKED
from utils.parts import facts

STATES = (PASSED, UNCHECKED, OPEN, FAILED)  # from best to worst
CHANGED = "changed"  # another answer was run since
COMPLETE = "the complete check"
MOST_TRIES = 20  # that are remembered
_graded: dict[str, dict] = {}  # instead of the file, while a notebook is graded
_runs: dict[str, int] = {}  # the run of a cell in which a part was last tried


def home() -> Path:
    """The folder of the course: the one that holds `chapters/`, else the current folder."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "chapters").is_dir():
            return folder
    return here


def record(part: str, what: str, state: str) -> None:
    """Remember how one expectation of a part, or its complete check, went.

    The part is as good as the complete check says; without one, as the worst of its expectations.
    """
    everything = _read()
    entry = dict(everything.get(part, {}))
    now = cells.answer(answer_of(part))
    digest = now.digest if now else entry.get("now", "")
    tried = entry.get("tried", [])
    if entry.get("answer") != digest:
        entry = {"tried": tried} if tried else {}
    entry |= {"answer": digest, "now": digest}
    if what == COMPLETE:
        entry["complete"] = state
        if state == FAILED and digest not in tried:
            entry["tried"] = [*tried, digest][-MOST_TRIES:]
    else:
        run = cells.this_run()
        again = run is not None and _runs.get(part) == run
        visible = entry.get("visible", {}) if again or run is None else {}
        entry["visible"] = {**visible, what: state}
        if run is not None:
            _runs[part] = run
        if state == OPEN:
            entry.pop("complete", None)
    if entry != everything.get(part):
        _write({**everything, part: entry})


def answered(key: str, digest: str) -> None:
    """Remember that an answer cell was run with that text."""
    everything = _read()
    parts = [part for part in everything if answer_of(part) == key]
    if any(everything[part].get("now") != digest for part in parts):
        _write(everything | {part: {**everything[part], "now": digest} for part in parts})


def tries(part: str) -> int:
    """How many different answers to a part the complete check has found wrong."""
    return len(_read().get(part, {}).get("tried", []))


def answer_of(part: str) -> str:
    """The part whose answer cell a part is about."""
    return facts(part).get("answer", part)


def stopped_answer(part: str) -> str:
    """What to say when the answer cell of a part stopped with an error; else ""."""
    key = answer_of(part)
    last = cells.answer(key)
    if last is None or not last.stopped:
        return ""
    return (
        f"✘ {part}: the answer cell {key} stopped with an error, so nothing is checked. "
        f"{last.stopped}"
    )


def load() -> dict[str, str]:
    """The state of every part that was ever tried, by part."""
    return {part: _state(entry) for part, entry in _read().items()}


def _state(entry: dict) -> str:
    if entry.get("now") != entry.get("answer"):
        return CHANGED
    if entry.get("complete") in (PASSED, FAILED):
        return entry["complete"]
    seen = [state for state in entry.get("visible", {}).values() if state in STATES]
    return max(seen, key=STATES.index, default=OPEN)


def forget() -> None:
    """Forget what was tried while a notebook was graded."""
    _graded.clear()


def _is_graded() -> bool:
    """Is a notebook graded? Then nobody needs after its last cell what was tried in it."""
    return "ISOLATED_GRADING" in os.environ


def _read() -> dict[str, dict]:
    if _is_graded():
        return dict(_graded)
    try:
        found = json.loads((home() / ".progress.json").read_text(encoding="utf-8"))
        return {part: entry for part, entry in found.items() if isinstance(entry, dict)}
    except (OSError, ValueError, AttributeError):
        return {}


def _write(entries: dict[str, dict]) -> None:
    if _is_graded():
        _graded.update(entries)
        return
    target = home() / ".progress.json"
    aside = target.with_name(f".progress-{os.getpid()}.json")
    try:
        aside.write_text(json.dumps(entries, sort_keys=True), encoding="utf-8")
        aside.replace(target)
    except OSError:
        pass  # a read-only copy of the course keeps no progress
