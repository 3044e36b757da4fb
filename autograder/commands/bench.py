"""`make bench`: the measurements that the README quotes, all in one run on this machine."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.authoring import kernels
from autograder.authoring.build import write_sources
from autograder.commands import bench_class, bench_memory
from autograder.commands.try_answers import try_answers
from autograder.course import default_course
from autograder.isolation import choose_tier
from autograder.isolation.worker import cpu_count
from autograder.judging.reference import default_reference
from autograder.notation.ids import exercise_of
from autograder.notation.registry import all_checks


def seconds(work: Callable[[], object]) -> float:
    """How long `work()` takes, on the wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def python(*arguments: str, repeat: int = 5) -> float:
    """The fastest of several runs of a Python process."""
    command = [sys.executable, *arguments]
    return min(seconds(lambda: subprocess.run(command, check=True)) for _ in range(repeat))


def measurements() -> Iterator[tuple[str, str]]:
    """Pairs (what was measured, the result in words)."""
    yield "machine", f"{cpu_count()} cores, Python {sys.version.split()[0]}, sandbox {_tier()}"
    bare = python("-c", "pass")
    utils, numpy = (python("-c", f"import {name}") - bare for name in ("utils", "numpy"))
    yield "import utils", f"{utils:.3f} s beyond Python itself ({numpy:.3f} s for numpy alone)"
    for name, taken in _notebooks():
        yield f"solutions of {name}", f"{taken:.1f} s from a fresh kernel, one thread"
    answers = _answers(200)
    taken = seconds(lambda: try_answers(answers, seed=1))
    yield "try --batch, 200 answers of chapter 2", f"{taken:.1f} s on {cpu_count()} cores"
    yield from bench_class.measurements(default_course())
    yield from bench_memory.measurements()


def _tier() -> str:
    return choose_tier(trust_submissions=True).name


def _notebooks() -> Iterator[tuple[str, float]]:
    import nbformat

    course = default_course()
    with tempfile.TemporaryDirectory() as folder:
        write_sources(course, Path(folder))
        for name in course.notebooks:
            notebook = nbformat.read(Path(folder) / f"{name}.ipynb", as_version=4)
            yield name, seconds(lambda made=notebook: kernels.run(made, 300, allow_errors=True))


def _answers(count: int) -> list[dict]:
    """Answers to the exercises of chapter 2 in turn: each its reference, then its variants."""
    reference = default_reference()
    by_exercise: dict[str, list[str]] = {}
    for part, check in all_checks().items():
        exercise = exercise_of(part)
        if exercise.startswith("2."):
            found = by_exercise.setdefault(exercise, [reference.answer_file(exercise)])
            found += [reference.answer_file(exercise, part, v) for v in check.variants.values()]
    exercises = sorted(by_exercise)
    chosen = []
    for number in range(count):
        exercise = exercises[number % len(exercises)]
        sources = by_exercise[exercise]
        source = sources[number // len(exercises) * 7 % len(sources)]
        chosen.append({"exercise": exercise, "source": source})
    return chosen
