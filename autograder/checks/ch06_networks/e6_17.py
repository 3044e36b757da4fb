"""6.17: the fastest of several runs, timed on a simulated clock."""

from autograder.check import attempt, check, named
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.simulated_clock import SimulatedClock

WAITING = "a function that waits"
WEIGHTS = {"three calls, as the default says": 1.5, WAITING: 2}


@check("6.17", points=4, reveal=True, weights=WEIGHTS)
def best_time(answer, rng):
    def duration(low, high):
        return round(float(rng.uniform(low, high)), 3)

    def measured(durations, repeats=None, working=True):
        clock = SimulatedClock()
        shown = "calls that take " + ", ".join(f"{seconds:g} s" for seconds in durations)
        fn = named(shown, clock.run(*durations, working=working))
        with clock.in_force(answer.best_time):
            best = answer.best_time(fn) if repeats is None else answer.best_time(fn, repeats)
        return as_number(best)

    # A call for warming up that is not timed changes none of these: the first call is slow, the
    # fastest one comes neither first nor last, and calls that nobody asked for are faster still.
    # All are different, so that the first, the last, the middle and the longest are told apart.
    long, short, middle = duration(2.0, 3.0), duration(0.2, 0.3), duration(1.4, 1.6)
    first, last = duration(1.0, 1.2), duration(0.5, 0.8)
    late, tiny = duration(0.1, 0.15), duration(0.01, 0.05)
    return {
        "three calls, as the default says": attempt(measured, [long, short, middle, long, tiny]),
        "six calls, the fifth is the fastest": attempt(
            measured, [first, long, middle, short, late, last, long, tiny], 6
        ),
        "two calls of the same length": attempt(measured, [middle, middle, long, tiny], 2),
        "one call": attempt(measured, [short + 1, short + 1, tiny], 1),
        WAITING: attempt(measured, [middle, first, long, long, tiny], 3, working=False),
    }


SMALLEST = "return min(times)"
best_time.misconception(
    "total_not_best",
    "That is the time of all calls together. The smallest of the single times is asked for.",
    edits={SMALLEST: "return sum(times)"},
)
best_time.misconception(
    "mean_includes_warm_up",
    "That is the mean. A slow first call, or another program that got in the way, spoils a mean; the "
    "smallest time is the one that was disturbed least.",
    edits={SMALLEST: "return sum(times) / len(times)"},
)
best_time.misconception(
    "median_instead_of_best",
    "That is the median. Disturbances only ever make a call slower, so the smallest time says most.",
    edits={SMALLEST: "return float(np.median(times))"},
)
best_time.misconception(
    "slowest_instead_of_best",
    "That is the slowest call: the one that was disturbed most.",
    edits={SMALLEST: "return max(times)"},
)
best_time.misconception(
    "process_time",
    "process_time counts only while the processor works for this program. Waiting, for a disk or for a "
    "graphics card, takes time as well: read perf_counter.",
    edits={
        "start = time.perf_counter()": "start = time.process_time()",
        "times.append(time.perf_counter() - start)": "times.append(time.process_time() - start)",
    },
)
best_time.misconception(
    "milliseconds",
    "The result is in milliseconds; seconds are asked for.",
    edits={SMALLEST: "return 1000 * min(times)"},
)
FIRST = (
    "Only the first call counts here, and the first call is often the slowest. Read the clock before every "
    "call, not once before the loop, and keep every difference."
)
best_time.misconception("first_call_only", FIRST, edits={SMALLEST: "return times[0]"})
best_time.misconception(
    "first_call_only",
    FIRST,
    edits={
        "for _ in range(repeats):\n        start = time.perf_counter()": (
            "start = time.perf_counter()\n    for _ in range(repeats):"
        )
    },
    form="clock started once",
)
best_time.misconception(
    "last_call_only",
    "Only the last call counts here. Any of them may be the one that was not disturbed.",
    edits={SMALLEST: "return times[-1]"},
)
best_time.misconception(
    "repeats_ignored",
    "The function is called three times whatever repeats says.",
    edits={"range(repeats)": "range(3)"},
)
best_time.misconception(
    "function_never_called",
    "The function is named but not called: fn() with brackets runs it, and that is what takes time.",
    edits={"        fn()\n": "        fn\n"},
)


@best_time.alternative("running_minimum")
def best_time(fn, repeats=3):
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter_ns()
        fn()
        best = min(best, (time.perf_counter_ns() - begin) / 1e9)
    return best


@best_time.alternative("warm_up_and_numpy")
def answer():
    from time import perf_counter

    def best_time(fn, repeats=3):
        fn()
        moments = np.empty((repeats, 2))
        for k in range(repeats):
            moments[k, 0] = perf_counter()
            fn()
            moments[k, 1] = perf_counter()
        return np.diff(moments).min()


@best_time.oracle("timeit")
def best_time(fn, repeats=3):
    import timeit

    return min(timeit.repeat(fn, number=1, repeat=repeats))
