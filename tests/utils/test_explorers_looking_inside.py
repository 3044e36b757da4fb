"""The explorers of 6.22, 6.23 and 6.25: what they say is what is drawn, and what the texts claim."""

import re

import numpy as np
import pytest

from utils.explorers.ch06_networks.looking_inside import (
    f,
    gradient_of_f,
    loss_surface_explorer,
    path_explorer,
    rescaling_explorer,
    slopes_by,
    slopes_explorer,
    surface_of,
    training_path,
)


def numbers(text):
    return [
        float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+(?:\.\d+)?(?:e[-+]\d+)?", text)
    ]


@pytest.mark.parametrize("plane", ["of the path", "random"])
def test_the_path_ends_at_the_centre_but_not_at_the_lowest_place(plane):
    explorer = loss_surface_explorer()
    explorer.set(plane=plane, epoch=100)
    _, now, centre, lowest, alpha, beta = numbers(explorer.text)
    assert now == centre > lowest
    assert (alpha, beta) != (0, 0)
    _, _, _, losses = surface_of(plane)
    assert losses.min() == pytest.approx(lowest, abs=1e-3)
    assert losses[16, 16] == pytest.approx(training_path()[1][-1])
    explorer.set(epoch=0)
    assert numbers(explorer.text)[1] > centre


def test_a_rescaled_network_computes_the_same_in_a_steeper_landscape():
    explorer, means = rescaling_explorer(), []
    for factor in (1, 5, 20):
        explorer.set(factor=factor)
        _, change, centre, mean, before = numbers(explorer.text)
        assert change < 1e-12
        assert centre == pytest.approx(training_path()[1][-1], abs=1e-3)
        means.append(mean)
    assert means[0] == before
    assert means[2] > 2 * means[1] > 2 * means[0]


def test_slopes_by_x3_cancel_but_are_not_small():
    explorer = slopes_explorer()
    for k in range(7):
        explorer.set(feature=f"x{k}")
        _, rows, mean, absolute, _ = numbers(explorer.text.replace(f"x{k}", "x0"))
        slopes = slopes_by(k)
        assert len(slopes) == rows
        assert (slopes.mean(), np.abs(slopes).mean()) == pytest.approx((mean, absolute), abs=0.006)
    assert abs(slopes_by(3).mean()) < 0.2 * np.abs(slopes_by(3)).mean()


def test_more_slices_close_the_gap():
    explorer, gaps = path_explorer(), []
    for m in (1, 4, 30):
        explorer.set(m=m)
        said = numbers(re.sub(r"x[12]", "", explorer.text))
        assert said[0] == m
        assert said[1] + said[2] == pytest.approx(said[3], abs=0.011)
        gaps.append(abs(said[3] - said[4]))
        assert max(map(abs, said[5:])) < 0.05, "the gradient at x says next to nothing"
    assert gaps[0] > 0.1 > gaps[2]


def test_the_gradient_of_the_path_is_that_of_its_function():
    x = np.random.default_rng(0).uniform(-2, 2, size=(2, 20))
    h = 1e-6
    measured = [(f(x[0] + h, x[1]) - f(x[0] - h, x[1])), (f(x[0], x[1] + h) - f(x[0], x[1] - h))]
    assert np.allclose(gradient_of_f(*x), np.array(measured) / (2 * h), atol=1e-7)
