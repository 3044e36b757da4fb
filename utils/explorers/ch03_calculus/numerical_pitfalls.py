"""Explorers of 3.30 to 3.32: the error of a difference quotient, exponentials that run out of range,
and what a training loop does to its parameters."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, LINE, ORANGE, RED

MINUS = "\N{MINUS SIGN}"

# The difference quotient (3.30) -----------------------------------------------------------------

U = 2.0**-53  # storing a number v changes it by up to U |v|
BOTH, ONE = "to both sides", "to one side"
FUNCTIONS = {  # the function and its first three derivatives
    "sin x": (np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)),
    "1 / x": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3, lambda x: -6 / x**4),
    "x³": (lambda x: x**3, lambda x: 3 * x**2, lambda x: 6 * x, lambda x: 6 + 0 * x),
}
STEPS = 10.0 ** np.linspace(-15, -0.5, 175)
FLOOR = 1e-15  # an error of 0 has no logarithm: it is drawn on the lower border


def quotient_explorer():
    """The error of a difference quotient against its step, both in powers of ten, at any x."""
    return explore(
        _quotient,
        x=(0.5, 1.5, 0.01, 1.0),
        power_of_h=(-15.0, -0.5, 0.25, -1.0),
        function=list(FUNCTIONS),
        looks=[BOTH, ONE],
    )


def _quotient(x, power_of_h, function, looks):
    h = 10.0**power_of_h
    chart = Chart(
        "step h", "error", f"{function} at x = {x:.2f}, {looks}", x=(1e-15, 10**-0.5), y=(1e-15, 10),
        log="xy", width=620, height=340,
    )  # fmt: skip
    cut, rounding = expected_errors(function, looks, x, STEPS)
    chart.line(
        STEPS,
        np.maximum(error(function, looks, x, STEPS), FLOOR),
        BLUE,
        width=1.4,
        label="measured",
    )
    chart.line(STEPS, _above(cut), ORANGE, dash="7 4", label="of the series that is cut off")
    chart.line(STEPS, _above(rounding), GREEN, dash="2 4", label="of rounding, at most")
    here = error(function, looks, x, np.array([h]))
    chart.points([h], np.maximum(here, FLOOR), RED, "D", label="your step")
    (of_cut,), (of_rounding,) = expected_errors(function, looks, x, np.array([h]))
    why = (
        "Here the series rules: a shorter step is better."
        if of_cut > of_rounding
        else "Here rounding rules: a longer step is better."
    )
    return chart, (
        f"The step is 10 to the power {_signed(power_of_h, 2)}. The error is {_power(here[0])}; cutting off "
        f"the series accounts for {_power(of_cut)}, rounding for up to {_power(of_rounding)}. {why}"
    )


def error(function, looks, x, h):
    """The absolute error of the quotient at x, for an array of steps."""
    f, slope = FUNCTIONS[function][:2]
    found = (f(x + h) - f(x - h)) / (2 * h) if looks == BOTH else (f(x + h) - f(x)) / h
    return np.abs(found - slope(x))


def expected_errors(function, looks, x, h):
    """What theory says of the error, for an array of steps: (of the first term that is cut off, of
    rounding at most). Rounding concerns the values of the function and the places x + h and x - h."""
    f, first, second, third = (abs(g(x)) for g in FUNCTIONS[function])
    rounding = U * (f + x * first) / h
    return (h**2 * third / 6, rounding) if looks == BOTH else (h * second / 2, 2 * rounding)


def _above(errors):
    """The part of a line that lies in the picture."""
    return np.where(errors < FLOOR, np.nan, errors)


# Softmax (3.31) ---------------------------------------------------------------------------------

SMALLEST, LARGEST = -745.1, 709.8  # between these, exp is neither 0 nor infinite
SUBTRACT = {
    "nothing": lambda z: 0.0,
    "the mean": np.mean,
    "the smallest": np.min,
    "the largest": np.max,
}


def softmax_range_explorer():
    """Four logits anywhere; what is subtracted from them; their exponentials' range; the probabilities."""
    return explore(
        _range,
        middle=(-1000, 1000, 50, 0),
        distance=(1, 601, 25, 1),
        subtract=list(SUBTRACT),
    )


def _range(middle, distance, subtract):
    z = middle + distance * np.array([-1.5, -0.5, 0.5, 1.5])
    exponents = z - SUBTRACT[subtract](z)
    with np.errstate(all="ignore"):
        e = np.exp(exponents)
        p = e / e.sum()
    names = {k: f"{k}" for k in range(1, 5)}
    left = Chart(
        "logit number", "exponent", "What exp is applied to", x=(0.5, 4.5), y=(-2000, 2000),
        xticks=names, yticks=[-2000, -1000, 0, 1000, 2000], width=330, height=270,
    )  # fmt: skip
    left.band(SMALLEST, LARGEST, LINE)
    left.points(range(1, 5), exponents, BLUE)
    right = Chart(
        "logit number", "probability", "What the computer gets", x=(0.5, 4.5), y=(0, 1.12),
        xticks=names, width=330, height=270,
    )  # fmt: skip
    for k, share in enumerate(p, start=1):
        if np.isfinite(share):
            right.bars([k - 0.3, k + 0.3], [share], BLUE)
        right.text(
            k, share if np.isfinite(share) else 0, _share(share), dy=-10, bold=np.isnan(share)
        )
    return [left, right], (
        f"The logits are {_listed(z)}; {subtract} is subtracted, and the exponents are "
        f"{_listed(exponents)}. The probabilities come out as {', '.join(map(_share, p))}. "
        + (
            "Something infinite or 0 was divided by its like."
            if np.isnan(p).any()
            else "They add up to 1."
        )
    )


def _share(p):
    return "nan" if np.isnan(p) else f"{p:.3f}"


def _listed(numbers):
    return ", ".join(_signed(number, 1) for number in numbers)


# Training loops (3.32) --------------------------------------------------------------------------


def training_picture(run, title):
    """The losses of a `Run` of `utils.gradient_watch`, and how far each parameter has moved."""
    return explore(lambda: _training(run, title))


def _training(run, title):
    top = 1.08 * max(run.losses) or 1.0
    left = Chart(
        "step", "loss", title, x=(0, len(run.losses) - 1), y=(0, top), width=340, height=270
    )
    left.line(range(len(run.losses)), run.losses, BLUE)
    far = 1.25 * max(run.moved.values()) or 1.0
    names = {k: name for k, name in enumerate(run.moved, start=1)}
    right = Chart(
        "parameter", "distance moved", "How far the parameters went", x=(0.4, len(names) + 0.6),
        y=(0, far), xticks=names, yticks=None if far > 1e-6 else [0], width=360, height=270,
    )  # fmt: skip
    for k, name in names.items():
        right.bars([k - 0.3, k + 0.3], [run.moved[name]], BLUE)
        right.text(k, run.moved[name], _moved(run.moved[name]), dy=-10)
    said = "; ".join(f"{name} {_gradient(size)}" for name, size in run.gradients.items())
    return [left, right], (
        f"In {len(run.losses)} steps the loss went from {run.losses[0]:.3f} to {run.losses[-1]:.3f}. "
        f"The last gradients: {said}."
    )


def _moved(distance):
    return "0" if distance == 0 else f"{distance:.2f}"


def _gradient(size):
    if size is None:
        return "None"
    return "zero" if size == 0 else f"of length {size:.2g}"


# Numbers in words -------------------------------------------------------------------------------


def _signed(number, digits):
    return f"{round(float(number), digits) + 0:.{digits}f}".replace("-", MINUS)


def _power(number):
    return f"{number:.1e}".replace("e-0", "e-").replace("-", MINUS)
