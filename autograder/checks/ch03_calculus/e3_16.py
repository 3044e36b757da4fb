"""3.16: what a backward pass costs, counted in multiplications and measured on passes of known length.

The passes take their time on a simulated clock, which gives exact numbers on any machine. An
answer that never reads one of Python's timers is tried on passes that really sleep.
"""

import math
import time
from functools import partial

import numpy as np

from autograder.check import attempt, check, tried, written
from autograder.checks.ch06_networks.simulated_clock import SimulatedClock
from utils.answers import number

EQUAL = "networks whose layers have all the same width"


@check("3.16a", points=2, reveal=True, weights={EQUAL: 3})
def counted(answer, rng):
    def sizes(layers):
        return [int(n) for n in rng.choice([2, 3, 5, 7, 11, 13, 17], layers + 1, replace=False)]

    def ratios(*networks):
        return {"-".join(map(str, one)): number(answer.flop_ratio(one)) for one in networks}

    wide = int(rng.integers(200, 400))
    widths = [int(n) for n in rng.choice(np.arange(3, 20), 3, replace=False)]
    return {
        EQUAL: attempt(ratios, *([n] * (k + 2) for k, n in enumerate(widths))),
        "networks of one layer, and of two": attempt(ratios, sizes(1), sizes(2), sizes(2)),
        "networks of three layers": attempt(ratios, sizes(3), sizes(3)),
        "networks of more layers": attempt(ratios, sizes(4), sizes(6), [2, wide, wide + 1, 10]),
    }


BACKWARD = "(2 * sum(weights) - weights[0])"
counted.misconception(
    "always_two",
    "Two multiplications for each weight would be right if every layer handed a gradient on to its "
    "inputs. The first layer has no "
    "reason to.",
    edits={BACKWARD: "2 * sum(weights)"},
)
counted.misconception(
    "whole_step_over_forward",
    "This counts a whole step, forward and backward. The backward pass alone is asked for.",
    edits={BACKWARD: "(3 * sum(weights) - weights[0])"},
)
counted.misconception(
    "inverted",
    "The quotient is upside down: the forward pass is below.",
    edits={BACKWARD + " / sum(weights)": "sum(weights) / " + BACKWARD},
)
counted.misconception(
    "last_layer_left_out",
    "It is the first layer that hands nothing on, not the last one: behind it are the data.",
    edits={"weights[0]": "weights[-1]"},
)
counted.misconception(
    "weights_only",
    "These are the multiplications for the gradients of the weights. All layers but the first also "
    "hand a gradient on.",
    edits={"(2 * sum(weights) - weights[0])": "sum(weights)"},
)
counted.misconception(
    "inputs_only",
    "These are the multiplications for handing the gradient on. Each layer also needs its own "
    "weights' gradients.",
    edits={"(2 * sum(weights) - weights[0])": "(sum(weights) - weights[0])"},
)
counted.misconception(
    "counts_units",
    "Units are counted here. A layer multiplies once for each of its weights: inputs times outputs.",
    edits={"n_in * n_out": "n_out"},
)
counted.misconception(
    "counts_biases",
    "Biases are counted along. They are added, not multiplied, and left out here.",
    edits={"n_in * n_out": "(n_in + 1) * n_out"},
)


@counted.alternative("numpy")
def flop_ratio(sizes):
    import numpy as np

    sizes = np.asarray(sizes)
    W = (sizes[:-1] * sizes[1:]).astype(np.float32)
    return 2 - W[0] / W.sum()


@counted.alternative("layer_by_layer")
def answer():
    from fractions import Fraction

    def flop_ratio(sizes):
        forward = backward = 0
        for k in range(1, len(sizes)):
            work = sizes[k - 1] * sizes[k]
            forward += work
            backward += work if k == 1 else 2 * work
        return Fraction(backward, forward)


@counted.oracle("counted_by_pytorch")
def flop_ratio(sizes):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    layers = [torch.nn.Linear(a, b, bias=False) for a, b in zip(sizes, sizes[1:])]
    with FlopCounterMode(display=False) as forward:
        out = torch.nn.Sequential(*layers)(torch.ones(1, sizes[0])).sum()
    with FlopCounterMode(display=False) as backward:
        out.backward()
    return backward.get_total_flops() / forward.get_total_flops()


class WatchedClock(SimulatedClock):
    """Knows whether somebody has read it."""

    reads = 0

    def _timers(self):
        def watched(timer):
            def now():
                self.reads += 1
                return timer()

            return now

        return {name: watched(timer) for name, timer in super()._timers().items()}


def slow_model(forward, backward, cold, wait):
    """A model whose passes take these seconds by `wait`, the first forward passes more by `cold`."""
    import torch

    class Slow(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            wait(forward + (cold.pop() if cold else 0.0))
            return z.clone()

        @staticmethod
        def backward(ctx, upstream):
            wait(backward)
            return upstream.clone()

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, 2)

        def forward(self, x):
            return Slow.apply(self.layer(x))

    return Model()


LONGER, SHORTER, DEFAULTS = (
    "a backward pass that takes longer",
    "a backward pass that takes less time",
    "with the defaults, after two slow runs",
)
NEAR = 0.25  # of the logarithm, for passes that sleep
TRIES = 5
SLOWER = 3  # times: long sleeps are disturbed less


@check("3.16b", points=2, reveal=True, rtol=1e-3, seconds=5)
def measured(answer, rng):
    short, long = (round(float(rng.uniform(*ends)), 4) for ends in ((0.003, 0.005), (0.011, 0.014)))
    cases = {
        LONGER: (short, long, 1, {"reps": 4, "warmup": 1}),
        SHORTER: (long, short, 1, {"reps": 5, "warmup": 1}),
        DEFAULTS: (short, 2 * long, 2, {}),
    }

    def ratio(model, options):
        import torch

        x = torch.ones(4, 3)
        return number(answer.measure_ratio(model, x, lambda out: (out * out).mean(), **options))

    def on_a_clock(forward, backward, cold, options):
        clock = WatchedClock()
        waits = partial(
            clock.passes, working=False
        )  # (as passes that sleep, or run on another device)
        model = slow_model(forward, backward, [0.15] * cold, waits)
        with clock.in_force(answer.measure_ratio):
            found = ratio(model, options)
        return found, clock.reads

    def asleep(forward, backward, cold, options):
        """Is one of a few tries near enough? (A busy machine makes a sleep longer.)"""
        forward, backward = SLOWER * forward, SLOWER * backward
        for _ in range(TRIES):
            found = ratio(slow_model(forward, backward, [0.05] * cold, time.sleep), options)
            if found > 0 and abs(math.log(found / (backward / forward))) < NEAR:
                return True
        return False

    def see():
        seen = {key: on_a_clock(*case) for key, case in cases.items()}
        if any(reads for _, reads in seen.values()):
            return {key: found for key, (found, _) in seen.items()}
        if all(asleep(*case) for case in cases.values()):  # another timer than Python's
            return {key: case[1] / case[0] for key, case in cases.items()}
        return {key: found for key, (found, _) in seen.items()}

    seen = attempt(see)

    def shown(forward, backward, cold, options, key):
        slow = "two slow runs" if cold > 1 else "one slow run"
        tried(f"{1000 * forward:g} ms forward, {1000 * backward:g} ms backward, {slow} at first")
        return seen[key]

    return {key: attempt(partial(shown, *case, key)) for key, case in cases.items()}


LAST = "return sorted(backward)[reps // 2] / sorted(forward)[reps // 2]"
measured.misconception(
    "forward_counted_inside_backward",
    "The time of the backward pass holds the forward pass, too: that is the ratio of a whole step. "
    "Read the clock between the two.",
    edits={"backward.append(end - middle)": "backward.append(end - start)"},
)
measured.misconception(
    "inverted",
    "The quotient is upside down: the forward pass is below.",
    edits={LAST: "return sorted(forward)[reps // 2] / sorted(backward)[reps // 2]"},
)
measured.misconception(
    "single_cold_run",
    "The slow first run decides here. Run a few times first, without looking, and take the median or the "
    "smallest of the later times.",
    edits={LAST: "return backward[0] / forward[0]", "if run >= warmup:": "if True:"},
)
measured.misconception(
    "mean_with_cold_start",
    "The slow first runs are part of this mean. Leave out the first `warmup` runs.",
    edits={LAST: "return sum(backward) / sum(forward)", "if run >= warmup:": "if True:"},
)
measured.misconception(
    "always_two",
    "Two is the rule of thumb. This model takes other times: measure them.",
    edits={LAST: "return 2.0"},
)
measured.misconception(
    "always_two",
    "Two is the rule of thumb, and nothing is measured here.",
    source="def measure_ratio(model, x, loss_fn, reps=9, warmup=2):\n    return 2.0",
    form="without a run",
)
measured.misconception(
    "single_cold_run",
    "The slow first run decides here. Run a few times first, without looking, and take the median or the "
    "smallest of the later times.",
    edits={LAST: "return max(backward) / max(forward)", "if run >= warmup:": "if True:"},
    form="the slowest",
)
measured.misconception(
    "difference_of_the_times",
    "That is a difference of two times, in seconds. Divide them.",
    edits={LAST: LAST.replace(" / sorted", " - sorted")},
)


@measured.alternative("smallest_times_by_autograd_grad")
def measure_ratio(model, x, loss_fn, reps=9, warmup=2):
    from time import perf_counter_ns

    parameters, best = list(model.parameters()), [float("inf"), float("inf")]
    for run in range(warmup + reps):
        moments = [perf_counter_ns()]
        loss = loss_fn(model(x))
        moments.append(perf_counter_ns())
        torch.autograd.grad(loss, parameters)
        moments.append(perf_counter_ns())
        if run >= warmup:
            best = [min(old, late - early) for old, early, late in zip(best, moments, moments[1:])]
    return best[1] / best[0]


@measured.alternative("means_of_two_loops")
def answer():
    import timeit

    import numpy as np

    def measure_ratio(model, x, loss_fn, reps=9, warmup=2):
        for _ in range(warmup):
            loss_fn(model(x)).backward()
        forward = timeit.timeit(lambda: loss_fn(model(x)), number=reps) / reps
        times = []
        for _ in range(reps):
            model.zero_grad()
            loss = loss_fn(model(x))
            begin = timeit.default_timer()
            loss.backward()
            times.append(timeit.default_timer() - begin)
        return np.mean(times) / forward


@measured.alternative("whole_steps_less_forward_passes")
def measure_ratio(model, x, loss_fn, reps=9, warmup=2):
    def clocked(run):
        for _ in range(warmup):
            run()
        times = []
        for _ in range(reps):
            begin = time.monotonic()
            run()
            times.append(time.monotonic() - begin)
        return sorted(times)[len(times) // 2]

    forward = clocked(lambda: loss_fn(model(x)))
    return clocked(lambda: loss_fn(model(x)).backward()) / forward - 1


@measured.oracle("another_clock")  # that is not simulated: it sees passes that sleep
def measure_ratio(model, x, loss_fn, reps=9, warmup=2):
    def now():
        return time.clock_gettime(time.CLOCK_MONOTONIC)

    times = []
    for _ in range(warmup + reps):
        begin = now()
        loss = loss_fn(model(x))
        middle = now()
        loss.backward()
        times.append((middle - begin, now() - middle))
    forward, backward = (sorted(some)[reps // 2] for some in zip(*times[warmup:]))
    return backward / forward


written(
    "3.16-written",
    rubric=[
        (0.5, "Backward by forward is about 2, a whole step by forward about 3."),
        (
            0.5,
            "Names two of: batch size, warm-up, threads, where the loss belongs, the overhead of operations.",
        ),
    ],
)
