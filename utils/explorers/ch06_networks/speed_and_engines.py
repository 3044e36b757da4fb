"""Explorer of 6.17: the time of a training step as overhead plus work."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, ORANGE

WIDTHS = 2.0 ** np.arange(2, 12.01, 0.125)  # units in each of two hidden layers
INPUTS = 20
LIGHT_OVERHEAD, LIGHT_SPEED = 0.05, 10.0  # of the light engine: milliseconds, 10⁶ operations in one


def overhead_explorer():
    """Two engines: a light one, and one that pays more for every step and computes faster.

    `overhead` is what the second pays, in milliseconds; `speed` how many times faster it computes.
    """
    return explore(
        _overhead,
        overhead=(0.1, 1.0, 0.1, 0.3),
        speed=(1.0, 8.0, 0.5, 3.0),
        batch=(16, 256, 16, 64),
    )


def step_times(width, batch, overhead, speed):
    """Milliseconds of a step: the overhead, and the operations of two hidden layers of this width.

    A weight takes a multiplication and an addition forward, and twice as many backward.
    """
    weights = INPUTS * width + width**2 + width
    return overhead + 6 * batch * weights / (speed * 1e6)


def _overhead(overhead, speed, batch):
    light = step_times(WIDTHS, batch, LIGHT_OVERHEAD, LIGHT_SPEED)
    heavy = step_times(WIDTHS, batch, overhead, speed * LIGHT_SPEED)
    chart = Chart(
        "hidden units in a layer", "milliseconds", "The time of a step", x=(4, 4096), y=(0.03, 3000),
        log="xy", xticks={4: "4", 16: "16", 64: "64", 256: "256", 1024: "1024", 4096: "4096"},
    )  # fmt: skip
    chart.line(WIDTHS, light, BLUE, label="light engine")
    chart.line(WIDTHS, heavy, ORANGE, dash="7 4", label="heavy engine")
    faster = WIDTHS[heavy < light]
    if len(faster):
        where = f"The heavy engine is faster from about {_round(faster[0])} hidden units on"
    else:
        where = "The heavy engine is slower at every width that is drawn"
    return chart, (
        f"A step of the heavy engine costs {overhead:.1f} ms before it computes anything, one of the light "
        f"engine {LIGHT_OVERHEAD:g} ms; then the heavy one computes {speed:g} times as fast. {where}."
    )


def _round(width):
    """The width with two digits that matter."""
    digits = max(0, int(np.log10(width)) - 1)
    return int(round(width, -digits))
