"""Which of the course's own demonstrations need not be run again for every student.

A demonstration that the student left alone shows the same for everybody, unless it uses what an
answer or a cell of the student's defines, be it through a function of the set-up, or keeps track of how far
the answers are. It is run once for the whole class. Where the student's cells use what a demonstration
defines, it is run with them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

from nbformat.v4 import new_output

from autograder.course.cell_ids import role_of
from autograder.course.given import Given
from autograder.grading import harmless
from autograder.grading.executor import Job, RunCell
from autograder.grading.rebuild import Rebuilt
from autograder.isolation import Limits
from autograder.judging.cell_names import Names, names_of

KEEP_TRACK = {"expect", "grade", "progress"}  # what they show follows from what ran before them


def fixed(given: Given) -> frozenset[str]:
    """Ids of the demonstrations that depend on no answer: the set-up and each other only."""
    cells = given.notebook.with_role("answer")
    return _independent(given, given.shown.cells, [names_of(cell.solution) for cell in cells])


@lru_cache
def _imports_of_set_up(given: Given) -> frozenset[tuple[str, str]]:
    cells = [names_of(cell.source) for cell in given.shown.cells if role_of(cell.id) == "setup"]
    return frozenset().union(*(names.imports for names in cells))


@lru_cache
def _statements_of_set_up(given: Given) -> list[Names]:
    """What every statement of the set-up, such as a function, uses and gives."""
    cells = [cell for cell in given.shown.cells if role_of(cell.id) == "setup"]
    statements = [one for cell in cells for one in ast.parse(cell.source).body]
    return [names_of(ast.unparse(one)) for one in statements]


def _with_what_relies_on(changing: set[str], given: Given) -> set[str]:
    """These names, and those of the set-up's functions that use them, directly or through each other."""
    found = set(changing)
    statements = _statements_of_set_up(given)
    while new := {n for names in statements if names.uses & found for n in names.gives - found}:
        found |= new
    return found


def job(given: Given, limits: Limits, others_follow: bool = False) -> tuple[Job, list[str]]:
    """What shows the fixed demonstrations, and the ids of its steps."""
    wanted = fixed(given)
    cells = [
        cell
        for cell in given.shown.cells
        if cell.cell_type == "code" and (cell.id in wanted or role_of(cell.id) == "setup")
    ]
    steps = [RunCell(cell.source) for cell in cells]
    return Job(steps, 0, limits, others_follow=others_follow), [cell.id for cell in cells]


class Shown(Mapping[str, list]):
    """The outputs of a notebook's fixed demonstrations by cell; who asks for them waits for them."""

    def __init__(self, names: Iterable[str] = (), running: Future[dict[str, list]] | None = None):
        self._names, self._running = list(names), running

    @property
    def is_there(self) -> bool:
        """Need nobody wait?"""
        return self._running is None or self._running.done()

    def __getitem__(self, name: str) -> list:
        if self._running is None:
            raise KeyError(name)
        try:
            return self._running.result()[name]
        except Exception as fault:  # ours; nothing that counts depends on it
            why = str(fault) or type(fault).__name__
            text = f"(This demonstration could not be shown: {why})\n"
            return [new_output("stream", name="stderr", text=harmless.plain(text, 600))]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Shows:
    """Runs the fixed demonstrations of notebooks, one after the other, beside everything else."""

    def __init__(self, runner, limits: Limits):
        self._runner, self._limits = runner, limits
        self._thread = ThreadPoolExecutor(1)

    def shown(self, given: Given, others_follow: bool) -> Shown:
        """What those of a notebook show, or will."""
        if not fixed(given):
            return Shown()
        made, names = job(given, self._limits, others_follow)
        return Shown(names, self._thread.submit(self._outputs, made, names))

    def _outputs(self, made: Job, names: list[str]) -> dict[str, list]:
        for _, results in self._runner.run([made]):
            if isinstance(results, Exception):
                raise results
        return dict(zip(names, [harmless.outputs(result["outputs"]) for result in results]))

    def __enter__(self) -> Shows:
        return self

    def __exit__(self, *exception) -> None:
        self._thread.shutdown(cancel_futures=True)


def left_out(rebuilt: Rebuilt) -> frozenset[str]:
    """Ids of the fixed demonstrations that need not be run for this submission."""
    cells = [cell for cell in rebuilt.notebook.cells if cell.cell_type == "code"]
    theirs = [names_of(cell.source) for cell in cells if _is_theirs(cell.id, rebuilt)]
    left = fixed(rebuilt.given) - rebuilt.added
    left &= _independent(rebuilt.given, cells, theirs)
    while True:
        run = [names_of(c.source) for c in cells if c.id not in left and _counts(c.id)]
        if any(names.unknown for names in run if names in theirs):
            return frozenset()
        wanted = {name for names in run for name in names.uses}
        needed = {c.id for c in cells if c.id in left and names_of(c.source).gives & wanted}
        if not needed:
            return left
        left -= needed


def _is_theirs(name: str, rebuilt: Rebuilt) -> bool:
    return name in rebuilt.added or name in rebuilt.answered


def _counts(name: str) -> bool:
    return role_of(name) != "setup"


def _independent(given: Given, cells, answers: list[Names]) -> frozenset[str]:
    """Demonstrations that use nothing of the answers, nor of demonstrations that do."""
    set_up = _imports_of_set_up(given)
    changing = {name for names in answers for name in names.changes(set_up)}
    changing = _with_what_relies_on(changing, given) | KEEP_TRACK
    found = set()
    for cell in cells:
        if cell.cell_type == "code" and role_of(cell.id) == "demo":
            names = names_of(cell.source)
            if names.unknown or names.uses & changing:
                changing |= names.gives
            else:
                found.add(cell.id)
                changing -= names.gives - KEEP_TRACK
    return frozenset(found)
