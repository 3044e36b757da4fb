"""The explorers of 3.30 to 3.32: what they say is what is drawn, and true."""

import re

import numpy as np
import pytest

from utils.explorers.ch03_calculus.numerical_pitfalls import (
    BOTH,
    FUNCTIONS,
    LARGEST,
    ONE,
    SMALLEST,
    STEPS,
    SUBTRACT,
    error,
    expected_errors,
    quotient_explorer,
    softmax_range_explorer,
    training_picture,
)


def numbers(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+\.\d+(?:e[-−]?\d+)?", text)]


@pytest.mark.parametrize("looks", [BOTH, ONE])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_error_stays_below_what_is_expected_of_it(function, looks):
    """Truncation and rounding together bound the error, with a little room for further terms of the series."""
    for x in np.linspace(0.5, 1.5, 21):
        measured = error(function, looks, x, STEPS)
        cut, rounding = expected_errors(function, looks, x, STEPS)
        # the library's own functions may be off by an ulp more; long steps have further terms
        assert np.all(measured <= 2 * rounding + 2 * cut)


@pytest.mark.parametrize("looks, order", [(BOTH, 2), (ONE, 1)])
def test_the_calm_half_is_as_steep_as_the_text_asks(looks, order):
    low, high = error("sin x", looks, 1.0, np.array([1e-3, 1e-2]))
    assert np.log10(high / low) == pytest.approx(order, abs=0.02)


def test_the_sentence_gives_the_error_of_the_step():
    explorer = quotient_explorer()
    for power in (-13.0, -8.5, -5.25, -1.0):
        explorer.set(x=0.8, power_of_h=power, function="1 / x", looks=BOTH)
        said_power, said_error, said_cut, said_rounding = numbers(explorer.text)
        h = 10.0**power
        assert said_power == power
        assert said_error == pytest.approx(
            abs((1 / (0.8 + h) - 1 / (0.8 - h)) / (2 * h) + 1 / 0.64), rel=0.06
        )
        assert said_cut == pytest.approx(h**2 / 0.8**4, rel=0.06)
        assert ("series rules" in explorer.text) == (said_cut > said_rounding)


def test_exponentials_leave_their_range_where_the_stripe_ends():
    with np.errstate(over="ignore"):
        assert np.exp(SMALLEST) > 0 == np.exp(SMALLEST - 1)
        assert np.isfinite(np.exp(LARGEST - 0.1)) and np.isinf(np.exp(LARGEST))


@pytest.mark.parametrize("subtract", SUBTRACT)
def test_only_the_largest_survives_everywhere(subtract):
    explorer = softmax_range_explorer()
    fails = False
    for middle in (-1000, -50, 0, 1000):
        for distance in (1, 26, 601):
            explorer.set(middle=middle, distance=distance, subtract=subtract)
            came_out = explorer.text.partition("come out as ")[2]
            fails |= "nan" in came_out
            assert ("They add up to 1." in came_out) == ("nan" not in came_out)
            if "nan" not in came_out:
                assert sum(numbers(came_out)) == pytest.approx(1, abs=0.002)
    assert fails == (subtract != "the largest")


def test_nothing_to_subtract_is_fine_near_zero_only():
    explorer = softmax_range_explorer()
    assert "nan" not in explorer.text
    for middle in (-1000, 1000):
        explorer.set(middle=middle)
        assert explorer.text.count("nan") == 4


def test_a_training_loop_is_told_as_it_was():
    torch = pytest.importorskip("torch")
    from utils.gradient_watch import watch

    used, cut = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    flat = torch.ones(2, requires_grad=True)
    run = watch(
        lambda: (used**2).sum() + cut.detach().sum() + 0 * flat.sum(),
        {"used": used, "cut": cut, "flat": flat}, lr=0.1, steps=20,
    )  # fmt: skip
    text = training_picture(run, "three parameters").text
    assert "In 20 steps the loss went from 4.000" in text
    assert "cut None; flat zero" in text and "used of length" in text
    assert run.moved["cut"] == run.moved["flat"] == 0 < run.moved["used"]
    assert run.losses[1] == pytest.approx(2 + 2 * 0.8**2)
