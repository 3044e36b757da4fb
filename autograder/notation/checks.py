"""`Check`: how one part is observed and judged, with all that is known about answers to it."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable
from functools import cached_property
from types import FunctionType

import cloudpickle

from autograder.notation.faults import CourseFault
from autograder.notation.ids import exercise_of
from autograder.notation.variants import Variant, lent_source

CONTENT = "autograder.checks"


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
        self.weights: dict[str, float] = dict(options["weights"])
        self.decide: Callable | None = None
        self.variants: dict[str, Variant] = {}

    def __repr__(self) -> str:
        return f"Check({self.part!r}, points={self.points})"

    @property
    def exercise(self) -> str:
        """The exercise that the part belongs to: 2.12 for 2.12a."""
        return exercise_of(self.part)

    @property
    def is_typed(self) -> bool:
        """Is all that it looks at what a person typed? It is read, then, and nothing is called."""
        return getattr(self.observe, "typed", False)

    def weight(self, sub_check: str) -> float:
        """How much a sub-check counts beside the others."""
        return self.weights.get(sub_check, 1.0)

    def of_kind(self, kind: str) -> list[Variant]:
        """The variants of one kind, in the order they were registered."""
        return [variant for variant in self.variants.values() if variant.kind == kind]

    @cached_property
    def pickled(self) -> bytes:
        """`observe` for the worker. Functions of check modules, and of what they share, travel by
        value: the worker has none of them."""
        try:
            if isinstance(self.observe, FunctionType):
                cloudpickle.register_pickle_by_value(sys.modules[self.observe.__module__])
            if CONTENT in sys.modules:
                cloudpickle.register_pickle_by_value(sys.modules[CONTENT])
            return cloudpickle.dumps(self.observe)
        except Exception as problem:
            raise CourseFault(
                f"check {self.part}: what it observes cannot be sent to a worker "
                f"({type(problem).__name__}: {problem})"
            ) from problem

    def judge(self, function: Callable) -> Check:
        """Decorator: decides instead of a comparison with the reference.

        `function(observation, rng)` gets {key: value} and returns {key: True or Fault or sentence}. Its
        `rng` is the one that `observe` began with, so that it can draw the hidden inputs once more.
        Its docstring states what is demanded and why.
        """
        self.decide = function
        return self

    def misconception(
        self, name: str, sentence: str, *, source="", edits=None, uses=(), form: str = ""
    ):
        """A known wrong answer: as a decorator on a definition, or with `source` or `edits`.

        uses: functions of the check file that the definition calls; they are lent along with it.
        One wrong idea may show in several forms, told apart by `form`, reported by one name.
        """
        return self._variant(name, "misconception", sentence, source, edits, uses, form)

    def alternative(self, name: str, *, source: str = "", edits=None, uses=()):
        """A right answer in another style, which must get all points."""
        return self._variant(name, "alternative", "", source, edits, uses)

    def oracle(self, name: str, *, source: str = "", edits=None, uses=()):
        """An independent way to the right answer (torch autograd, sympy, a closed form)."""
        return self._variant(name, "oracle", "", source, edits, uses)

    def _variant(self, name, kind, sentence, source, edits, uses: Iterable[Callable], form=""):
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
            def text() -> str:
                own = textwrap.dedent(source).strip() if definition is None else lent_source(*place)
                return "\n\n".join([*map(inspect.getsource, uses), own])

            self.variants[key] = Variant(name, kind, form, sentence, text, dict(edits or {}))
            return self

        return register() if source or edits else register
