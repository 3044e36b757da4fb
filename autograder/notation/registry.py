"""The checks and the free-text parts of the course, by their parts."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from autograder.notation import broken
from autograder.notation.checks import CONTENT, Check
from autograder.notation.faults import CourseFault
from autograder.notation.ids import PART
from utils.parts import facts


@dataclass(frozen=True)
class Written:
    """A free-text part: read by a person, with a rubric; its points are a bonus."""

    part: str
    points: float
    rubric: tuple[tuple[float, str], ...]
    bonus: bool = True


_registry: dict[str, Check] = {}
_written: dict[str, Written] = {}
_lost: dict[str, str] = {}
_load_content, _loaded = True, False


def check(
    part: str,
    *,
    points: float,
    bonus: bool = False,
    forbid: Iterable[str] = (),
    reveal: bool = False,
    seconds: float = 5.0,
    rtol: float = 1e-4,
    atol: float = 1e-6,
    all_or_nothing: bool = False,
    weights: Mapping[str, float] | None = None,
) -> Callable[[Callable], Check]:
    """Register the decorated `observe(answer, rng) -> {sub-check: plain data}` for a part.

    points: what the part is worth; a bonus part counts on top of the exercise's points.
    forbid: modules and names that the answer must not use ("torch", "np.gradient"). Modules are taken
    away while the answer is observed, so `observe` must do without them too.
    reveal: may feedback show the expected value? Only where that gives nothing away.
    seconds: time limit of the observation. rtol, atol: tolerances of the comparison.
    all_or_nothing: full points or none; else every sub-check has its share.
    weights: {sub-check: how much it counts}, where one is more than the others, which count 1.
    """
    if not PART.match(part):
        raise CourseFault(f"{part!r} is no part id; it should look like 2.5, 2.12a or q4a")
    if part in _registry:
        raise CourseFault(f"the check {part!r} is registered twice")

    def register(observe: Callable) -> Check:
        _registry[part] = Check(
            part,
            observe,
            points=points,
            bonus=bonus,
            forbid=forbid,
            reveal=reveal,
            seconds=seconds,
            rtol=rtol,
            atol=atol,
            all_or_nothing=all_or_nothing,
            weights=weights or {},
        )
        return _registry[part]

    return register


def written(part: str, rubric: Iterable[tuple[float, str]]) -> Written:
    """Register a free-text part. The rubric lists (points, what earns them)."""
    if part in _written or part in _registry:
        raise CourseFault(f"the part {part!r} is registered twice")
    rubric = tuple(rubric)
    _written[part] = Written(part, sum(points for points, _ in rubric), rubric)
    return _written[part]


def all_checks() -> dict[str, Check]:
    """Every check of the course by its part."""
    _load()
    return _registry


def all_written() -> dict[str, Written]:
    """Every free-text part of the course."""
    _load()
    return _written


@contextlib.contextmanager
def separate_registry():
    """Inside, checks are registered for themselves: for another course, for examples, for tests."""
    global _registry, _written, _load_content
    before = _registry, _written, _load_content
    _registry, _written, _load_content = {}, {}, False
    try:
        yield
    finally:
        _registry, _written, _load_content = before


def lost_parts() -> dict[str, str]:
    """{part: why it has no check}: the parts of check files that cannot be loaded.

    `all_checks` and `all_written` have something in their place, so that everything else goes on.
    """
    _load()
    return _lost if _load_content else {}


def broken_files() -> list[str]:
    """A sentence for each check file that cannot be loaded, with the parts that this concerns."""
    concerned: dict[str, list[str]] = {}
    for part, why in lost_parts().items():
        concerned.setdefault(why, []).append(part)
    return [
        f"{why}: {', '.join(sorted(parts))} cannot be graded, a fault of the course; correct the file "
        "and run the same command again."
        for why, parts in concerned.items()
    ]


def _load() -> None:
    global _loaded
    if not _load_content or _loaded:
        return
    _loaded, not_loaded = True, {}
    package = importlib.import_module(CONTENT)
    for module in pkgutil.walk_packages(package.__path__, f"{CONTENT}.", onerror=lambda name: None):
        before = set(_registry) | set(_written)
        try:
            importlib.import_module(module.name)
        except Exception as problem:
            not_loaded[module.name] = broken.why_not_loaded(module.name, problem)
            for part in (set(_registry) | set(_written)) - before:  # it may lack the rest of it
                _registry.pop(part, None), _written.pop(part, None)
    _lost.update(broken.lost_parts(not_loaded, [*_registry, *_written]))
    for part, why in _lost.items():
        if facts(part)["written"]:
            points = facts(part)["points"]
            _written[part] = Written(part, points, ((points, f"no rubric: {why}"),))
        else:
            _registry[part] = broken.stand_in(part, why)
