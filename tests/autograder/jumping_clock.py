"""A clock that jumps: sleeping takes no time, and timers say that it did."""

import time
import timeit

TIMERS = ("time", "perf_counter", "monotonic", "clock_gettime")


def install(patch) -> None:
    """Replace `time.sleep` and Python's timers until the `MonkeyPatch` is undone."""
    slept = 0.0

    def sleep(seconds):
        nonlocal slept
        slept += seconds

    def ahead(timer):
        return lambda *clock: timer(*clock) + slept

    def ahead_ns(timer):
        return lambda *clock: timer(*clock) + round(slept * 1e9)

    patch.setattr(time, "sleep", sleep)
    for name in TIMERS:
        patch.setattr(time, f"{name}_ns", ahead_ns(getattr(time, f"{name}_ns")))
        patch.setattr(time, name, ahead(getattr(time, name)))
    real = timeit.default_timer
    patch.setattr(timeit, "default_timer", time.perf_counter)
    for user in (timeit.Timer.__init__, timeit.timeit, timeit.repeat):
        defaults = (time.perf_counter if it is real else it for it in user.__defaults__)
        patch.setattr(user, "__defaults__", tuple(defaults))
