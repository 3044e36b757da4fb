"""Question 10 of the quiz: central differences."""

import numpy as np

from autograder.check import check, named
from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q10a"].oracle("sympy_series")
def answer():
    import sympy as sp

    e, derivatives = sp.Symbol("e"), sp.symbols("f0:7")

    def taylor(h):
        return sum(d * h**k / sp.factorial(k) for k, d in enumerate(derivatives))

    error = sp.expand((taylor(e) - taylor(-e)) / (2 * e)) - derivatives[1]
    leading = sp.Poly(error, e).monoms()[-1][0]  # the lowest power
    q10a = 10**leading


@QUESTIONS["q10b"].oracle("errors_measured_in_float64")
def answer():
    import math

    def error(eps):
        return abs((math.exp(1 + eps) - math.exp(1 - eps)) / (2 * eps) - math.e)

    q10b = min("abcd", key=lambda k: error({"a": 1e-1, "b": 1e-5, "c": 1e-12, "d": 5e-324}[k]))


@check("q10c", points=2, reveal=True)
def central(answer, rng):
    import math

    x, eps = (round(float(rng.uniform(*ends)), 2) for ends in ((0.6, 1.4), (0.2, 0.5)))
    cube, sine = named("x -> x**3", lambda x: x**3), named("sin", math.sin)
    bend = named("x -> x**2 + exp(x)", lambda x: x**2 + math.exp(x))
    return {
        "x³": answer.central_difference(cube, x, eps),
        "x³ with a larger step": answer.central_difference(cube, -x, 2 * eps),
        "its size for sin": abs(answer.central_difference(sine, x - 1, eps)),
        "its size for x² + exp(x)": abs(answer.central_difference(bend, x, eps / 2)),
        "its size for a small step": abs(answer.central_difference(bend, -x, 1e-3)),
    }


QUOTIENT = "(f(x + eps) - f(x - eps)) / (2 * eps)"


central.misconception(
    "forward",
    "This is the forward difference. The central one has a point on either side of x.",
    edits={QUOTIENT: "(f(x + eps) - f(x)) / eps"},
)


central.misconception(
    "backward_difference",
    "This is the backward difference. The central one has a point on either side of x.",
    edits={QUOTIENT: "(f(x) - f(x - eps)) / eps"},
)


central.misconception(
    "not_halved",
    "The two points are further apart than what the difference is divided by, so the result is too "
    "large by a constant factor.",
    edits={QUOTIENT: "(f(x + eps) - f(x - eps)) / eps"},
)


central.misconception(
    "half_step_not_halved",
    "The points lie half a step to either side, so they are one step apart. Divide by how far apart "
    "they are (and here, go a whole step to either side).",
    edits={QUOTIENT: "(f(x + eps / 2) - f(x - eps / 2)) / (2 * eps)"},
)


central.misconception(
    "sign",
    "The sign is the wrong way round: the value on the right minus the value on the left.",
    edits={QUOTIENT: "(f(x - eps) - f(x + eps)) / (2 * eps)"},
)


central.misconception(
    "ignores_eps",
    "A step of its own is used. The step is given as eps.",
    edits={QUOTIENT: "(f(x + 1e-5) - f(x - 1e-5)) / 2e-5"},
)


central.misconception(
    "multiplies_by_eps",
    "a / 2 * eps divides by 2 and then multiplies by eps. Put the denominator in brackets.",
    edits={QUOTIENT: "(f(x + eps) - f(x - eps)) / 2 * eps"},
)


@central.alternative("mean_of_two_one_sided_quotients")
def central_difference(f, x, eps):
    middle = f(x)
    return 0.5 * ((f(x + eps) - middle) / eps + (middle - f(x - eps)) / eps)


central.alternative(
    "lambda_with_an_array",
    source="central_difference = lambda f, x, h: np.array(-f(x - h) / h + f(x + h) / h) / 2",
)


@central.oracle("slope_of_the_parabola_through_three_points")
def central_difference(f, x, eps):
    t = np.array([-1.0, 0.0, 1.0])
    return np.polynomial.Polynomial.fit(t, [f(x + k * eps) for k in t], 2).deriv()(0.0) / eps
