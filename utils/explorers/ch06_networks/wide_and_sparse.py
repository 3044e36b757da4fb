"""Explorers of 6.20, 6.26 and 6.27: hats that add up, weights that are left out, kernels that settle."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, LINE, RED

CURVATURE = 33.5  # at least |f''|
SIZES = [20, 24, 12, 1]
LARGEST = 10  # of the exponents of the widths


def bumps_explorer():
    """A sum of hats, one at each knot, as an approximation of the function of 6.20."""
    return explore(_bumps, pieces=(4, 72, 4, 12))


def _target(x):
    return np.sin(3 * x) + 0.5 * np.cos(7 * x)


def _bumps(pieces):
    knots, x = np.linspace(-np.pi, np.pi, pieces + 1), np.linspace(-np.pi, np.pi, 1009)
    h = knots[1] - knots[0]
    chart = Chart("x", "f(x)", "A sum of hats", x=(-np.pi, np.pi), y=(-1.7, 1.7), width=520)
    for knot in knots if pieces <= 24 else ():
        ends = np.array([knot - h, knot, knot + h])
        chart.line(ends, _target(knot) * np.array([0, 1, 0]), LINE, width=1)
    chart.line(x, _target(x), BLUE, label="f")
    chart.line(knots, _target(knots), RED, dash="6 4", label="the sum of the hats")
    error = np.max(np.abs(np.interp(x, knots, _target(knots)) - _target(x)))
    return chart, (
        f"{pieces} pieces of the length {h:.3f}. The largest error is {error:.3f}; the bound "
        f"for it is {CURVATURE * h**2 / 8:.3f}."
    )
