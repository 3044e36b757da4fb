"""Observing an answer: calling it, catching what it raises, remembering what it was given.

`observe_answer` runs the same way on a student's namespace, on the reference and on every known
wrong answer, so that the three observations can be compared.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import linecache
import random
import re
import signal
import sys
import threading
import traceback
import types
import zlib
from typing import TYPE_CHECKING

import numpy as np

from autograder.inside.calls import MOST_CALLS, Calls, call_text, is_students, written
from autograder.inside.naming import label_of
from autograder.inside.plain import Opaque, Raised, to_plain
from utils.values import shorten

if TYPE_CHECKING:
    from autograder.inside.observation import Observation

MISSING, UNSET = "Missing", "NotSet"
MUTATED = "ChangedItsInput"
LONGEST_CALL = 200  # characters


class _Failed:
    """Stands for the result of a call that raised. Using it raises the same exception again."""

    def __init__(self, error: BaseException):
        self._error = error

    def _again(self, *args, **kwargs):
        raise self._error

    def __call__(self, *args, **kwargs):
        return self._again() if _log.inside_attempt else self

    __getitem__ = __iter__ = __len__ = __float__ = __int__ = __bool__ = _again
    __array__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _again
    __truediv__ = __rtruediv__ = __matmul__ = __neg__ = __abs__ = __lt__ = __gt__ = _again

    def __getattr__(self, name):
        raise self._error


class MissingAnswer(NameError):
    """The answer does not define a name that the exercise asks for."""


class UnsetAnswer(MissingAnswer):
    """The answer leaves a name that the exercise asks for at `...`."""


class ChangedItsInput(ValueError):
    """The answer modified an argument in place."""


class _Log:
    """What was called in one observation: (result, the calls behind it), in order."""

    def __init__(self):
        self.results: list[tuple[object, list[str]]] = []
        self._places: dict[int, list[int]] = {}  # of a result: where it is among them
        self.calls: Calls | None = None  # of the `attempt` that is under way

    @property
    def inside_attempt(self) -> bool:
        return self.calls is not None

    def add(self, result, calls: list[str]):
        self._places.setdefault(id(result), []).append(len(self.results))
        self.results.append((result, calls))
        return result

    def inputs_behind(self, value, used: set[int]) -> str:
        """The calls that led to `value`, one a line: those of the first unused result that it is.

        For a value that holds results there is a line for each of its entries.
        """
        if (calls := self._calls_of(value, used)) is not None:
            return "\n".join(shorten(call, LONGEST_CALL) for call in calls)
        parts = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(parts, (list, tuple)) or len(parts) > MOST_CALLS:
            return ""
        found = [self._calls_of(part, used) for part in parts]
        texts = [shorten("; ".join(calls or ()), LONGEST_CALL) for calls in found]
        return "\n".join(texts) if any(texts) else ""

    def _calls_of(self, value, used: set[int]) -> list[str] | None:
        for place in self._places.get(id(value), ()):
            if place not in used:
                used.add(place)
                return self.results[place][1]
        return None


_log = _Log()


class TooSlow(BaseException):
    """A sub-check took longer than it may. Not an `Exception`: answers should not swallow it."""


def attempt(function, *args, seconds: float | None = None, **kwargs):
    """Call `function`; when it raises, the exception takes the place of the result.

    For observations of several steps (build an object, call two methods). The student is told which
    of the student's own functions were called, and with what; or the formula among the arguments (a
    function that is `named`, or a text) and where it was tried. With `seconds` (of processor time, so
    that a busy machine is nobody's fault), a call that takes longer costs its own sub-check only.
    """
    if _log.inside_attempt:
        return function(*args, **kwargs)
    _log.calls = calls = Calls()
    try:
        with _time_limit(seconds):
            result = function(*args, **kwargs)
    except (Exception, SystemExit, KeyboardInterrupt, TooSlow) as error:
        result = _Failed(error)
    finally:
        calls.end()
        _log.calls = None
    formula = [] if calls.of_functions else _formula(function, args, kwargs)
    return _log.add(result, formula or calls.lines())


@contextlib.contextmanager
def _time_limit(seconds: float | None):
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum, frame):
        raise TooSlow(f"no result after {seconds:g} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def tried(formula: str, **values) -> None:
    """Inside `attempt`: the student is told that this formula was tried with these values."""
    if _log.calls is not None:
        where = ", ".join(f"{name} = {written(value)}" for name, value in values.items())
        _log.calls.say(f"{formula} at {where}" if where else formula)


def _formula(function, args, kwargs) -> list[str]:
    """The formula among the arguments of `attempt`, and where it is tried."""
    if all(_formulas_text(value) is None for value in (*args, *kwargs.values())):
        return []
    try:
        bound = inspect.signature(function).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        return []
    formulas = {
        name: text for name, value in bound.items() if (text := _formulas_text(value)) is not None
    }
    if len(formulas) != 1:
        return []
    ((parameter, text),) = formulas.items()
    where = []
    for name, value in bound.items():
        if isinstance(value, tuple):
            where += map(written, value)
        elif name != parameter and not isinstance(value, dict):
            is_in = re.search(rf"\b{name}\b", text)
            where.append(f"{name} = {written(value)}" if is_in else written(value))
    return [f"{text} at {', '.join(where)}" if where else text]


def _formulas_text(value) -> str | None:
    return value if isinstance(value, str) else label_of(value)


class Answer:
    """A namespace seen as attributes: functions are guarded, other values come as they are.

    A guarded function never raises outside `attempt`, and must leave its arguments unchanged.
    """

    def __init__(self, namespace: dict):
        self._namespace = namespace

    def __getattr__(self, name: str):
        if not self.has(name):
            error = (UnsetAnswer if name in self._namespace else MissingAnswer)(name)
            if _log.inside_attempt:
                raise error
            return _log.add(_Failed(error), [])
        value = self._namespace[name]
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
            return _guarded(name, value)
        if inspect.isclass(value) and _log.calls is not None:
            _log.calls.watch(value)
        return value

    def has(self, name: str) -> bool:
        """Is the name defined, as something else than `...`?"""
        return self._namespace.get(name, ...) is not ...

    def that_may_change_its_input(self, name: str):
        """The function `name`, for a check that looks itself at what happens to the arguments."""
        function = self._namespace.get(name)
        if not isinstance(function, types.FunctionType):
            return getattr(self, name)
        return _guarded(name, function, may_change=True)

    def with_given(self, name: str, **given):
        """The function `name`, called with `given` names in place of the notebook's own.

        For parts that build on earlier ones: `answer.with_given("train_xor", Value=Value)` runs on
        the course's engine, so that a mistake in the student's engine costs its own part only.
        """
        function = self._namespace.get(name)
        if not isinstance(function, types.FunctionType):
            return getattr(self, name)
        names = function.__globals__

        def call(*args, **kwargs):
            before = dict(names)
            names.update(given)
            try:
                return function(*args, **kwargs)
            finally:
                names.clear()
                names.update(before)

        return _guarded(name, call)


def _guarded(name: str, function, may_change: bool = False):
    def call(*args, **kwargs):
        before = [_copy_of(arg) for arg in args]
        if _log.calls is not None:
            _log.calls.add(name, before, kwargs)
            result = function(*args, **kwargs)
            if not may_change:
                _require_unchanged(name, before, args)
            return result
        text = call_text(name, before, kwargs)
        try:
            result = function(*args, **kwargs)
            if not may_change:
                _require_unchanged(name, before, args)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            result = _Failed(error)
        return _log.add(result, [text])

    call.__name__ = name
    call.__wrapped__ = function
    return call


def _copy_of(value):
    mutable = (np.ndarray, list, dict, set)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return value.detach().clone()
    try:
        return copy.deepcopy(value) if isinstance(value, mutable) else value
    except Exception:
        return value


def _require_unchanged(name, before, after):
    for position, (old, new) in enumerate(zip(before, after), start=1):
        if old is not new and not _same(old, new):
            raise ChangedItsInput(f"{name} changed its argument number {position} in place")


def _same(old, new) -> bool:
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_same(old[k], new[k]) for k in old)
    if isinstance(old, list):
        return len(old) == len(new) and all(map(_same, old, new))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(old, torch.Tensor):
        return torch.equal(old, new.detach())
    if isinstance(old, np.ndarray):
        if old.dtype.kind == "O":
            return True
        return old.shape == np.shape(new) and np.array_equal(
            old, new, equal_nan=old.dtype.kind in "fc"
        )
    try:
        return bool(old == new) if type(old).__eq__ is not object.__eq__ else True
    except Exception:
        return True


def hidden_numbers(seed: int, part: str) -> np.random.Generator:
    """The random numbers of a part's hidden inputs: `observe` and its judge draw the same ones."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def observe_answer(observe, namespace: dict, seed: int, part: str) -> Observation:
    """Run `observe` on a namespace; all that it gives is plain data.

    The random numbers depend on `seed` and on the part alone.
    """
    _seed_everything(seed)
    return look_at(observe, namespace, hidden_numbers(seed, part))


def look_at(observe, namespace: dict, rng: np.random.Generator | None = None) -> Observation:
    """What `observe(answer, rng)` gives, as plain data."""
    global _log
    outer, _log = _log, _Log()
    entries, error = [], None
    try:
        observed = observe(Answer(namespace), rng)
        used: set[int] = set()
        for key, value in observed.items():
            inputs = _log.inputs_behind(value, used)
            entries.append([str(key), _plain_or_raised(value), inputs])
    except (Exception, SystemExit, KeyboardInterrupt) as problem:
        error = raised(problem)
    finally:
        _log = outer
    return {"entries": entries, "error": error}


def _plain_or_raised(value):
    try:
        if isinstance(value, _Failed):
            return raised(value._error)
        if isinstance(value, dict):
            return {k: _plain_or_raised(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)) and any(isinstance(v, _Failed) for v in value):
            return next(raised(v._error) for v in value if isinstance(v, _Failed))
        return to_plain(value)
    except Exception as problem:
        return Opaque(type(value).__name__, f"cannot be read: {type(problem).__name__}")


_KINDS = {MissingAnswer: MISSING, UnsetAnswer: UNSET, ChangedItsInput: MUTATED}


def raised(error: BaseException) -> Raised:
    """An exception as plain data, with the student's line that raised it."""
    kind = _KINDS.get(type(error), type(error).__name__)
    try:
        message = shorten(str(error), 500)
    except Exception:
        message = ""
    return Raised(kind, message, _students_line(error))


def _students_line(error: BaseException) -> str:
    try:
        for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
            if is_students(name := frame.f_code.co_filename):
                linecache.checkcache(name)
                return shorten(linecache.getline(name, number or 0, frame.f_globals).strip(), 200)
    except Exception:
        pass
    return ""


def _seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(seed)  # (torch.manual_seed is slow for GPUs' sake)
