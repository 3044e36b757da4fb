"""The explorers of 6.22, 6.23 and 6.25: what they say is what is drawn; and the numbers of the texts."""

import re

import numpy as np
import pytest

from autograder.checks.ch06_networks import e6_22_landscape, e6_23, e6_25_drivers
from utils import CREDIT_FEATURES, NumpyMLP
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


def test_the_numbers_of_6_22():
    """Of the commentary and of the written answer: a lower place for most seeds, and steep twins."""
    lower, found = 0, []
    for seed in range(10):
        *_, theta = e6_22_landscape.trained(seed)
        directions = np.random.default_rng(seed).normal(size=(2, 17))
        one = e6_22_landscape.surface_at(theta, *directions, seed)
        twin = e6_22_landscape.surface_at(theta, *directions, seed, factor=20)
        lower += one.min() < one[5, 5]
        found.append([one[5, 5], one.min(), one.mean(), twin.mean()])
    assert lower == 9
    written = [[0.438, 0.420, 0.72, 7.98], [0.405, 0.359, 0.84, 6.36], [0.422, 0.385, 0.89, 6.04]]
    assert np.allclose(found[:3], written, atol=0.006)


@pytest.mark.parametrize("seed", range(4))
def test_the_numbers_of_6_23(seed):
    """Both fives are the true ones; in the smaller unit the importance falls to a quarter or a ninth."""
    run = e6_23.Run(seed)
    before = run.importance(run.theta, run.X[1000:])
    after = run.importance(run.theta_x10, run.X_x10[1000:])
    assert set(np.argsort(before)[-5:]) == set(np.argsort(run.forest)[-5:]) == set(range(5))
    assert 4 < before[0] / after[0] < 9.5


def test_the_numbers_of_6_25():
    X, theta = e6_25_drivers.trained(0)
    model = NumpyMLP([8, 16, 1])
    model.set_flat(theta)
    p, p_0 = model.predict_proba(X), model.predict_proba(np.zeros((1, 8)))[0]
    rows = np.argsort(p)[-200:]
    parts = np.array(
        [
            e6_25_drivers.given_integral(
                lambda z: e6_25_drivers.given_gradients(model, z), x, 0 * x
            )
            for x in X[rows]
        ]
    )
    means = dict(zip(CREDIT_FEATURES, parts.mean(axis=0).round(2)))
    assert (means["debt_to_income"], means["late_payments"], means["utilization"]) == (
        0.32,
        0.24,
        0.17,
    )
    assert p_0 == pytest.approx(0.2, abs=0.01) and np.mean(p[rows]) - p_0 == pytest.approx(
        0.7, abs=0.02
    )
    assert np.max(np.abs(parts.sum(axis=1) - (p[rows] - p_0))) < 0.006
