"""Checks: one small function observes an answer; known wrong answers explain what went wrong.

    @check("6.11a", points=2)
    def leaky_relu(answer, rng):
        z = rng.normal(size=(3, 4))
        return {"default slope": answer.leaky_relu(z), "any slope": answer.leaky_relu(z, alpha=0.3)}

    @leaky_relu.misconception("scales_the_positive_side", "The slope belongs to the negative side.")
    def leaky_relu(z, alpha=0.01):
        return np.where(z > 0, alpha * z, z)

The keys of an observation are sub-checks of equal weight. `observe` runs in the student's process;
a `judge`, and everything that is registered on the check, never does.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import pkgutil
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import cloudpickle

EXERCISE = r"\d+\.\d+|q\d+"
PART = re.compile(rf"^({EXERCISE})[a-z]?(-[a-z]+)?$")


class CourseFault(RuntimeError):
    """A mistake in the course itself (a check, a reference); never a student's zero."""


@dataclass(frozen=True)
class Fault:
    """What a judge says of a sub-check that does not hold."""

    sentence: str
    misconception: str | None = None


@dataclass(frozen=True)
class Variant:
    """Another answer to a part: a known wrong one, or a right one in another style.

    It is made from the reference solution, by replacing text in it (`edits`) or by appending
    definitions that override it (`source`).
    """

    name: str
    kind: str  # "misconception", "alternative" or "oracle"
    form: str = ""
    sentence: str = ""
    source: str = ""
    edits: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Unique within the check: the name, and the form when a name has several."""
        return f"{self.name} ({self.form})" if self.form else self.name

    def text(self, solution: str) -> str:
        """The whole answer, given the reference solution's text."""
        for old, new in self.edits.items():
            if old not in solution:
                raise CourseFault(
                    f"variant {self.name!r}: {old!r} is not in the reference solution"
                )
            solution = solution.replace(old, new)
        return f"{solution}\n\n\n{self.source}".strip() + "\n" if self.source else solution


class Check:
    """How one part of an exercise is checked. Made by `check`; see there for the arguments."""

    def __init__(self, part: str, observe: Callable, **options):
        self.part = part
        self.observe = observe
        self.points: float = options["points"]
        self.bonus: bool = options["bonus"]
        self.forbid: tuple[str, ...] = tuple(options["forbid"])
        self.reveal: bool = options["reveal"]
        self.seconds: float = options["seconds"]
        self.rtol: float = options["rtol"]
        self.atol: float = options["atol"]
        self.all_or_nothing: bool = options["all_or_nothing"]
        self.decide: Callable | None = None
        self.variants: dict[str, Variant] = {}

    def __repr__(self) -> str:
        return f"Check({self.part!r}, points={self.points})"

    @property
    def exercise(self) -> str:
        """The exercise that the part belongs to: 2.12 for 2.12a."""
        return exercise_of(self.part)

    def of_kind(self, kind: str) -> list[Variant]:
        """The variants of one kind, in the order they were registered."""
        return [variant for variant in self.variants.values() if variant.kind == kind]

    @cached_property
    def pickled(self) -> bytes:
        """`observe` for the worker. Functions of check modules travel by value."""
        try:
            cloudpickle.register_pickle_by_value(sys.modules[self.observe.__module__])
            return cloudpickle.dumps(self.observe)
        except Exception as problem:
            raise CourseFault(
                f"check {self.part}: what it observes cannot be sent to a worker "
                f"({type(problem).__name__}: {problem})"
            ) from problem

    def judge(self, function: Callable) -> Check:
        """Decorator: decides instead of a comparison with the reference.

        `function(observation, rng)` gets {key: value} and returns {key: True or Fault or sentence}.
        Its docstring states what is demanded and why.
        """
        self.decide = function
        return self

    def misconception(self, name: str, sentence: str, *, source="", edits=None, form: str = ""):
        """A known wrong answer: as a decorator on a definition, or with `source` or `edits`.

        One wrong idea may show in several forms, told apart by `form`, reported by one name.
        """
        return self._variant(name, "misconception", sentence, source, edits, form)

    def alternative(self, name: str, *, source: str = "", edits=None):
        """A right answer in another style, which must get all points."""
        return self._variant(name, "alternative", "", source, edits)

    def oracle(self, name: str, *, source: str = "", edits=None):
        """An independent way to the right answer (torch autograd, sympy, a closed form)."""
        return self._variant(name, "oracle", "", source, edits)

    def _variant(self, name, kind, sentence, source, edits, form=""):
        key = Variant(name, kind, form).key
        if key in self.variants:
            raise CourseFault(f"{self.part}: the variant {key!r} is there twice")
        if kind == "misconception" and not sentence.strip():
            raise CourseFault(
                f"{self.part}: misconception {name!r} needs a sentence that explains it"
            )

        frame = sys._getframe(2)
        place = frame.f_code.co_filename, frame.f_lineno

        def register(definition=None) -> Check:
            text = textwrap.dedent(source).strip() if definition is None else _decorated_at(*place)
            self.variants[key] = Variant(name, kind, form, sentence, text, dict(edits or {}))
            return self

        return register() if source or edits else register


def _decorated_at(filename: str, line: int) -> str:
    """The text of the definition whose decorator stands at `line`, without its decorators.

    (`inspect.getsource` confuses classes of one name, of which a check module has several.)
    """
    tree, lines = _parsed(filename)
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", ()):
            if decorator.lineno <= line <= decorator.end_lineno:
                return textwrap.dedent("\n".join(lines[node.lineno - 1 : node.end_lineno])) + "\n"
    raise CourseFault(f"{filename}:{line}: no definition follows the decorator")


@lru_cache
def _parsed(filename: str) -> tuple[ast.AST, list[str]]:
    text = Path(filename).read_text(encoding="utf-8")
    return ast.parse(text), text.splitlines()


_registry: dict[str, Check] = {}
_written: dict[str, Written] = {}
_load_content = True


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
) -> Callable[[Callable], Check]:
    """Register the decorated `observe(answer, rng) -> {sub-check: plain data}` for a part.

    points: what the part is worth; a bonus part counts on top of the exercise's points.
    forbid: modules and names that the answer must not use ("torch", "np.gradient").
    reveal: may feedback show the expected value? Only where that gives nothing away.
    seconds: time limit of the observation. rtol, atol: tolerances of the comparison.
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
        )
        return _registry[part]

    return register


@dataclass(frozen=True)
class Written:
    """A free-text part: read by a person, with a rubric; its points are a bonus."""

    part: str
    points: float
    rubric: tuple[tuple[float, str], ...]
    bonus: bool = True


def written(part: str, rubric: Iterable[tuple[float, str]]) -> Written:
    """Register a free-text part. The rubric lists (points, what earns them)."""
    if part in _written or part in _registry:
        raise CourseFault(f"the part {part!r} is registered twice")
    rubric = tuple(rubric)
    _written[part] = Written(part, sum(points for points, _ in rubric), rubric)
    return _written[part]


def exercise_of(part: str) -> str:
    """The exercise of a part: "2.12" for "2.12a"; an exercise's id is returned as it is."""
    found = re.match(EXERCISE, part)
    return found[0] if found else part


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


def _load() -> None:
    if not _load_content:
        return
    package = importlib.import_module("autograder.checks")
    for module in pkgutil.walk_packages(package.__path__, "autograder.checks."):
        importlib.import_module(module.name)
