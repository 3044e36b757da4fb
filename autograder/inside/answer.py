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
import signal
import sys
import threading
import traceback
import types
import zlib

import numpy as np

from autograder.inside.plain import Opaque, Raised, shorten, show, to_plain

MISSING = "Missing"
MUTATED = "ChangedItsInput"


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
    """The answer does not define a name that the exercise asks for, or leaves it at `...`."""


class ChangedItsInput(ValueError):
    """The answer modified an argument in place."""


class _Log:
    """The calls of one observation, in order: (result, description of the inputs)."""

    def __init__(self):
        self.calls: list[tuple[object, str]] = []
        self.inside_attempt = 0

    def add(self, result, text: str):
        self.calls.append((result, text))
        return result

    def inputs_behind(self, value, used: set[int]) -> str:
        """What led to `value`: the first unused call whose result it is, or holds."""
        parts = value.values() if isinstance(value, dict) else value
        parts = list(parts) if isinstance(value, (dict, list, tuple)) else []
        found = []
        for wanted in [value, *parts]:
            for index, (result, text) in enumerate(self.calls):
                if result is wanted and index not in used:
                    used.add(index)
                    found.append(text)
                    break
            if wanted is value and found:
                break
        return "; ".join(dict.fromkeys(found))


_log = _Log()


class TooSlow(BaseException):
    """A sub-check took longer than it may. Not an `Exception`: answers should not swallow it."""


def attempt(function, *args, seconds: float | None = None, **kwargs):
    """Call `function`; when it raises, the exception takes the place of the result.

    For observations of several steps (build an object, call two methods). The arguments, by their
    names in `function`, are what the student is told the input was. With `seconds` (of processor
    time, so that a busy machine is nobody's fault), a call that takes longer costs its own
    sub-check only.
    """
    if _log.inside_attempt:
        return function(*args, **kwargs)
    _log.inside_attempt += 1
    try:
        with _time_limit(seconds):
            result = function(*args, **kwargs)
    except (Exception, SystemExit, KeyboardInterrupt, TooSlow) as error:
        result = _Failed(error)
    finally:
        _log.inside_attempt -= 1
    return _log.add(result, _by_name(function, args, kwargs))


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


def named(text: str, function):
    """`function`, to be shown to the student as `text`."""

    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    wrapper.__name__ = text
    return wrapper


def _by_name(function, args, kwargs) -> str:
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return ", ".join(show(arg, 160) for arg in args)
    return ", ".join(f"{name} = {show(value, 160)}" for name, value in bound.arguments.items())


class Answer:
    """A namespace seen as attributes: functions are guarded, other values come as they are.

    A guarded function never raises outside `attempt`, and must leave its arguments unchanged.
    """

    def __init__(self, namespace: dict):
        self._namespace = namespace

    def __getattr__(self, name: str):
        if not self.has(name):
            error = MissingAnswer(name)
            if _log.inside_attempt:
                raise error
            return _log.add(_Failed(error), name)
        value = self._namespace[name]
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
            return _guarded(name, value)
        if not inspect.isclass(value) and not _log.inside_attempt:
            _log.add(value, name)
        return value

    def has(self, name: str) -> bool:
        """Is the name defined, as something else than `...`?"""
        return self._namespace.get(name, ...) is not ...

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


def _guarded(name: str, function):
    def call(*args, **kwargs):
        before = [_copy_of(arg) for arg in args]
        if _log.inside_attempt:
            result = function(*args, **kwargs)
            _require_unchanged(name, before, args)
            return result
        text = ", ".join(
            [show(arg, 160) for arg in before] + [f"{k}={show(v, 80)}" for k, v in kwargs.items()]
        )
        try:
            result = function(*args, **kwargs)
            _require_unchanged(name, before, args)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            result = _Failed(error)
        return _log.add(result, f"{name}({text})")

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


def observe_answer(observe, namespace: dict, seed: int, part: str) -> dict:
    """Run `observe` on a namespace.

    Returns {"entries": [[key, value, inputs], ...], "error": None or Raised}, all plain data.
    The random numbers depend on `seed` and on the part alone.
    """
    global _log
    outer, _log = _log, _Log()
    stream = [seed, zlib.crc32(part.encode())]
    _seed_everything(seed)
    entries, error = [], None
    try:
        observed = observe(Answer(namespace), np.random.default_rng(stream))
        used: set[int] = set()
        for key, value in observed.items():
            inputs = _log.inputs_behind(value, used)
            entries.append([str(key), _plain_or_raised(value), shorten(inputs, 600)])
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


def raised(error: BaseException) -> Raised:
    """An exception as plain data, with the student's line that raised it."""
    kind = {MissingAnswer: MISSING, ChangedItsInput: MUTATED}.get(type(error), type(error).__name__)
    try:
        message = shorten(str(error), 500)
    except Exception:
        message = ""
    return Raised(kind, message, _students_line(error))


def _students_line(error: BaseException) -> str:
    try:
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            is_cell = frame.filename.startswith("<") or "ipykernel" in frame.filename
            if is_cell:
                line = frame.line or linecache.getline(frame.filename, frame.lineno or 0)
                return shorten(line.strip(), 200)
    except Exception:
        pass
    return ""


def _seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(seed)  # (torch.manual_seed is slow for GPUs' sake)
