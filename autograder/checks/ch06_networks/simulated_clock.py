"""A clock that moves only when it is told to, so that an answer that measures time gets exact numbers.

While it is in force, Python's timers read it: `time.perf_counter()` and its relatives, also where the
answer has imported them by name, and `timeit`. Other threads keep the real time.
"""

import contextlib
import threading
import time
import timeit

BEGIN = 1000.0  # what the timers say first: a multiple of no duration, as on a real machine
WALL = ("perf_counter", "monotonic", "time")
WORK = ("process_time", "thread_time")  # only while the processor works


class SimulatedClock:
    """`passes(seconds)` moves it: by work of the processor or, with working=False, by waiting."""

    def __init__(self):
        self.wall = self.work = BEGIN

    def passes(self, seconds, working=True):
        self.wall += seconds
        self.work += seconds * working

    def run(self, *durations, working=True):
        """A function whose calls take these durations, the last of them again and again."""
        left = list(durations)

        def fn():
            self.passes(left.pop(0) if len(left) > 1 else left[0], working)

        return fn

    @contextlib.contextmanager
    def in_force(self, function):
        """Timers read this clock; also those that `function` knows by a name of its own."""
        names = getattr(getattr(function, "__wrapped__", function), "__globals__", {})
        timers = self._timers()
        before = {name: getattr(time, name) for name in timers}
        instead = {id(real): timers[name] for name, real in before.items()}
        known = {name: it for name, it in names.items() if id(it) in instead}
        users = [timeit.Timer.__init__, timeit.timeit, timeit.repeat]
        defaults = [user.__defaults__ for user in users]
        default_timer = timeit.default_timer
        try:
            for name, timer in timers.items():
                setattr(time, name, timer)
            names.update({name: instead[id(it)] for name, it in known.items()})
            timeit.default_timer = timers["perf_counter"]
            for user, values in zip(users, defaults):
                user.__defaults__ = tuple(instead.get(id(value), value) for value in values)
            yield
        finally:
            for name, timer in before.items():
                setattr(time, name, timer)
            names.update(known)
            timeit.default_timer = default_timer
            for user, values in zip(users, defaults):
                user.__defaults__ = values

    def _timers(self):
        owner = threading.get_ident()

        def timer(name, read, scale):
            real = getattr(time, name)

            def now():
                if threading.get_ident() != owner:
                    return real()
                return read() if scale == 1 else int(read() * scale)

            return now

        readers = dict.fromkeys(WALL, lambda: self.wall) | dict.fromkeys(WORK, lambda: self.work)
        plain = {name: timer(name, read, 1) for name, read in readers.items()}
        return plain | {
            f"{name}_ns": timer(f"{name}_ns", read, 10**9) for name, read in readers.items()
        }
