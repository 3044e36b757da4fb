"""The explorers of 3.1 to 3.5: what they say is what is drawn, and what the theorems say."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from utils.explorers.ch03_calculus.limits_and_taylor import (
    FUNCTIONS,
    TAYLOR,
    _chord,
    difference_quotient_explorer,
    mean_value_explorer,
    parallel_tangents,
    polynomial,
    remainder_bound,
    taylor_explorer,
    zoom_explorer,
)

SLOPES = {
    "1/x": lambda x: -1 / x**2,
    "√x": lambda x: 0.5 / math.sqrt(x),
    "exp(2x)": lambda x: 2 * math.exp(2 * x),
}


def numbers(text):
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    raised = r"·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    found = re.sub(raised, lambda power: "e" + power[1].translate(plain), text).replace("−", "-")
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", found)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_secant_closes_in_on_the_tangent(function):
    explorer, gaps = difference_quotient_explorer(), []
    for h in (0.8, 0.4, 0.2, 0.1, 0.02):
        explorer.set(function=function, x=0.9, h=h)
        *_, quotient, slope, gap = numbers(explorer.text)
        f = FUNCTIONS[function]
        assert quotient == pytest.approx((f(0.9 + h) - f(0.9)) / h, rel=0.01)
        assert slope == pytest.approx(SLOPES[function](0.9), rel=0.01)
        gaps.append(gap)
    assert gaps == sorted(gaps, reverse=True)
    explorer.set(h=0.0)
    assert "0/0" in explorer.text


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_slopes_are_those_of_the_functions(function):
    assert _chord(FUNCTIONS[function], 0.7 - 1e-6, 0.7 + 1e-6) == pytest.approx(
        SLOPES[function](0.7)
    )


def test_the_slopes_are_also_those_of_the_function_that_calms_down():
    for x in (0.4, -0.07, 1e-3, -4e-5):
        wanted = 2 * x * math.sin(1 / x) - math.cos(1 / x)
        found = _chord(lambda t: t**2 * math.sin(1 / t), x - 1e-5 * x**2, x + 1e-5 * x**2)
        assert found == pytest.approx(wanted, abs=1e-4)


def test_closer_to_0_the_function_calms_down_and_its_derivative_does_not():
    explorer = zoom_explorer()
    for zoom in (0.0, 1.0, 2.5, 4.0):
        explorer.set(powers_of_ten=zoom)
        reach, *_ = numbers(explorer.text.partition("up to")[2])
        low, high = numbers(explorer.text.partition("between")[2])[:2]
        assert high == -low == pytest.approx(reach**2, rel=0.1)
        least, most = numbers(explorer.text.partition("from")[2].partition(":")[0])
        assert least <= -0.95 and most >= 0.95


@pytest.mark.parametrize("function", TAYLOR)
def test_the_guarantee_holds_and_is_not_far_from_the_error(function):
    f, at_zero, _ = TAYLOR[function]
    for order in range(8):
        for x in np.arange(-0.6, 1.41, 0.1):
            error, bound = (
                abs(f(x) - polynomial(function, order, x)),
                remainder_bound(function, order, x),
            )
            assert error <= bound * (1 + 1e-9) + 1e-15
            if function == "exp(x)" and x > 0.01:
                assert bound <= 3 * (order + 2) * error


@pytest.mark.parametrize("function", TAYLOR)
def test_the_derivatives_at_0_are_those_of_the_function(function):
    import sympy

    x = sympy.Symbol("x")
    _, at_zero, _ = TAYLOR[function]
    formula = sympy.sympify(function)
    for k in range(8):
        assert float(sympy.diff(formula, x, k).subs(x, 0)) == at_zero(k)


def test_the_taylor_explorer_says_value_error_and_bound():
    explorer = taylor_explorer()
    explorer.set(function="exp(x)", order=2, x=1.0)
    x, order, value, error, bound = numbers(explorer.text)
    assert (x, order, value) == (1.0, 2, 2.5)
    assert error == pytest.approx(math.e - 2.5, rel=0.02)
    assert bound == pytest.approx(math.e / 6, rel=0.05)
    explorer.set(x=0.0)
    assert "nothing is left" in explorer.text


def test_the_tangents_are_parallel_to_the_chord_and_lie_between_its_ends():
    for x, y in ((-1.6, 1.9), (0.3, 1.2), (1.5, -0.2), (-2.0, -1.0)):
        found = parallel_tangents(x, y)
        chord = (y**3 - 2 * y - x**3 + 2 * x) / (y - x)
        assert found and all(min(x, y) < c < max(x, y) for c in found)
        assert all(3 * c * c - 2 == pytest.approx(chord) for c in found)
        explorer = mean_value_explorer()
        explorer.set(x=x, y=y)
        assert explorer.text.count("c = ") == len(found)
    explorer.set(x=1.0, y=1.0)
    assert "no chord" in explorer.text


def test_every_picture_is_drawn_at_the_ends_of_its_controls():
    for make in (difference_quotient_explorer, zoom_explorer, taylor_explorer, mean_value_explorer):
        explorer = make()
        for control in explorer.controls:
            ends = control.get("options") or [control["low"], control["high"]]
            for value in ends:
                explorer.set(**{control["name"]: value})
                assert "✘" not in explorer.text
                for svg in explorer.pictures:
                    ElementTree.fromstring(svg)
