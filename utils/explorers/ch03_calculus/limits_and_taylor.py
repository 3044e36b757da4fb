"""Explorers of 3.1 to 3.5: a turning secant, a zoom, Taylor polynomials with their bound, parallel chords."""

import math

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, ORANGE, RED, SKY

MINUS = "\N{MINUS SIGN}"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

FUNCTIONS = {"1/x": lambda x: 1 / x, "√x": np.sqrt, "exp(2x)": lambda x: np.exp(2 * x)}
HEIGHT = {"1/x": 4.0, "√x": 2.0, "exp(2x)": 40.0}


def difference_quotient_explorer():
    """A secant through x and x + h, beside the tangent at x."""
    return explore(
        _difference_quotient,
        function=list(FUNCTIONS),
        x=(0.5, 1.2, 0.05, 0.8),
        h=(-0.4, 0.8, 0.02, 0.6),
    )


def _difference_quotient(function, x, h):
    f, top = FUNCTIONS[function], HEIGHT[function]
    slope = _chord(f, x - 1e-6, x + 1e-6)
    chart = Chart("x", "f(x)", f"f(x) = {function}", x=(0, 2.1), y=(-0.1 * top, top))
    xs, ends = np.linspace(0.02, 2.1, 200), np.array([0.0, 2.1])
    chart.line(xs, f(xs), BLUE, label="f")
    chart.line(ends, f(x) + slope * (ends - x), GREEN, dash="7 5", label="tangent")
    if abs(h) < 1e-9:
        chart.points([x], [f(x)], RED, "D")
        return chart, (
            f"At h = 0 the two points are one, and no line is determined: the quotient is 0/0. "
            f"The tangent at x = {_text(x)} has the slope {_text(slope)}."
        )
    quotient = (f(x + h) - f(x)) / h
    chart.line(ends, f(x) + quotient * (ends - x), ORANGE, label="secant")
    chart.points([x, x + h], [f(x), f(x + h)], RED, "D", label="x and x + h")
    return chart, (
        f"From x = {_text(x)} to x + h = {_text(x + h)} the difference quotient is {_text(quotient)}; "
        f"the derivative at x is {_text(slope)}. They differ by {_text(abs(quotient - slope))}."
    )


def _chord(f, low, high):
    """The slope of the chord of f between two places."""
    return (f(high) - f(low)) / (high - low)


def zoom_explorer():
    """x² sin(1/x) and its derivative, closer and closer to 0."""
    return explore(_zoom, powers_of_ten=(0.0, 4.0, 0.1, 0.0))


def _zoom(powers_of_ten):
    reach = 0.5 * 10**-powers_of_ten
    x = np.linspace(-reach, reach, 802)  # 0 is not among them
    f, derivative = _calming(x), _chord(_calming, x - 1e-5 * x**2, x + 1e-5 * x**2)
    around = {x: _scale(x) for x in (-reach / 2, 0, reach / 2)}
    options = {"x": (-reach, reach), "xticks": around, "width": 400, "height": 300}
    top = reach**2
    heights = {y: _scale(y) for y in (-top, 0, top)}
    left = Chart("x", "f(x)", "f(x) = x² sin(1/x)", y=(-top, top), yticks=heights, **options)
    left.line(x, x**2, ORANGE, dash="6 4", label=f"x² and {MINUS}x²")
    left.line(x, -(x**2), ORANGE, dash="6 4")
    left.line(x, f, BLUE, width=1.6, label="f")
    right = Chart("x", "f′(x)", "its derivative", y=(-2.1, 2.1), **options)
    right.line(x, derivative, GREEN, width=1, label="f′")
    right.points([0], [0], RED, "D", label="f′(0)")
    return [left, right], (
        f"For |x| up to {_scale(reach)}, f stays between {_scale(-top)} and {_scale(top)}. On the same "
        f"stretch f′ takes values from {_text(derivative.min())} to {_text(derivative.max())}: its swings "
        f"are crowded towards 0, more than can be drawn."
    )


def _calming(x):
    return x**2 * np.sin(1 / x)


TAYLOR = {  # name: f about 0, its derivatives at 0 by order, a bound of |derivative| from 0 to x by order
    "exp(x)": (np.exp, lambda k: 1.0, lambda k, x: math.exp(max(x, 0))),
    "sin(x)": (
        np.sin,
        lambda k: (0.0, 1.0, 0.0, -1.0)[k % 4],
        lambda k, x: _largest_of_sine(k, abs(x)),
    ),
    "1/(1 + x)": (
        lambda x: 1 / (1 + x),
        lambda k: (-1.0) ** k * math.factorial(k),
        lambda k, x: math.factorial(k) / (1 + min(x, 0)) ** (k + 1),
    ),
}
LOW, HIGH = {"exp(x)": -0.5, "sin(x)": -1.6, "1/(1 + x)": -0.5}, 3.5


def _largest_of_sine(k, reach):
    """The largest size of the k-th derivative of the sine between 0 and reach."""
    if k % 2:  # a cosine
        return 1.0
    return math.sin(min(reach, math.pi / 2))


def taylor_explorer():
    """The Taylor polynomial of some order about 0, and the interval that the remainder leaves at x."""
    return explore(_taylor, function=list(TAYLOR), order=(0, 7, 1, 1), x=(-0.6, 1.4, 0.05, 1.0))


def polynomial(function, order, x):
    """The Taylor polynomial of order `order` about 0."""
    _, at_zero, _ = TAYLOR[function]
    return sum(at_zero(k) * np.power(x, k) / math.factorial(k) for k in range(order + 1))


def remainder_bound(function, order, x):
    """What Taylor's theorem says of the error at x."""
    bound = TAYLOR[function][2](order + 1, x)
    return bound * abs(x) ** (order + 1) / math.factorial(order + 1)


def _taylor(function, order, x):
    f = TAYLOR[function][0]
    chart = Chart(
        "x", "", f"f(x) = {function}, about 0", x=(-0.7, 1.5), y=(LOW[function], HIGH), width=480
    )
    xs = np.linspace(-0.7, 1.5, 150)
    chart.line(xs, f(xs), BLUE, label="f")
    chart.line(xs, polynomial(function, order, xs), ORANGE, dash="7 4", label=f"order {order}")
    value, bound = polynomial(function, order, x), remainder_bound(function, order, x)
    chart.line([x, x], [value - bound, value + bound], SKY, width=7, label="guaranteed")
    chart.points([x], [value], RED, "D")
    error = abs(f(x) - value)
    share = "the guarantee holds with equality" if math.isclose(error, bound) else "it holds"
    if x == 0:
        share = "at the centre nothing is left to guarantee"
    return chart, (
        f"At x = {_text(x)} the polynomial of order {order} gives {_text(value, 6)}, off by "
        f"{_text(error, 2)}. The theorem guarantees at most {_text(bound, 2)}: {share}."
    )


def mean_value_explorer():
    """A chord of x³ − 2x and the tangents that are parallel to it between its ends."""
    return explore(_mean_value, x=(-2.0, 2.0, 0.05, -1.6), y=(-2.0, 2.0, 0.05, 1.9))


def _mean_value(x, y):
    chart = Chart("t", "f(t)", f"f(t) = t³ {MINUS} 2t", x=(-2.1, 2.1), y=(-4.5, 4.5))
    t = np.linspace(-2.1, 2.1, 150)
    chart.line(t, _cubic(t), BLUE, label="f")
    chart.points([x, y], [_cubic(x), _cubic(y)], RED, "D", label="x and y")
    if abs(x - y) < 1e-9:
        return chart, f"x and y are the same point, {_text(x)}: there is no chord."
    slope = (_cubic(y) - _cubic(x)) / (y - x)
    chart.line([x, y], [_cubic(x), _cubic(y)], ORANGE, label="chord")
    places = parallel_tangents(x, y)
    for number, c in enumerate(places):
        ends = np.array([c - 0.7, c + 0.7])
        label = "" if number else "parallel tangent"
        chart.line(ends, _cubic(c) + slope * (ends - c), GREEN, dash="6 4", label=label)
    chart.points(places, [_cubic(c) for c in places], GREEN, "o")
    where = " and ".join(f"c = {_text(c)}" for c in places)
    return chart, (
        f"The chord from {_text(x)} to {_text(y)} has the slope {_text(slope)}. Between its ends the "
        f"tangent has this slope at {where}."
    )


def _cubic(t):
    return t**3 - 2 * t


def parallel_tangents(x, y):
    """The c strictly between x and y where the slope of t³ − 2t is that of the chord."""
    c = math.sqrt((x * x + x * y + y * y) / 3)  # 3c² = x² + xy + y²
    return [one for one in sorted({-c, c}) if min(x, y) < one < max(x, y)]


def _text(number, digits=3):
    """A number with few digits and a true minus sign."""
    found = f"{float(number) + 0:.{digits}g}"
    if "e" in found:
        size, power = found.split("e")
        found = f"{size}·10{str(int(power)).translate(RAISED)}"
    return found.replace("-", MINUS)


def _scale(number):
    """A number that belongs to a zoom: two digits."""
    return _text(number, 2)
