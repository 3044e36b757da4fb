"""The explorers of 6.28 to 6.30: what they say is what is drawn, and what the texts claim of it."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from utils.explorers.ch06_networks.size_depth_and_numbers import (
    NOISES,
    PENALTIES,
    WIDTHS,
    _fit,
    double_descent_explorer,
    parts_picture,
    split_relu_explorer,
)
from utils.simulated_data import generate_regression_data


def numbers(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+(?:\.\d+)?", text)]


def test_the_fit_is_that_of_least_squares():
    X, y, X_test, y_test = generate_regression_data(noise=0.5)
    W = np.random.default_rng([0, 1]).normal(size=(500, 20))
    for width in (20, 90, 200):
        features, test = (np.maximum(rows @ W[:width].T, 0) for rows in (X, X_test))
        weights = np.linalg.lstsq(features, y)[0]
        expected = [
            np.mean((features @ weights - y) ** 2),
            np.mean((test @ weights - y_test) ** 2),
            np.linalg.norm(weights),
        ]
        assert _fit(width, 0.5, 0.0) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("noise", NOISES)
def test_the_peak_is_at_the_number_of_rows_and_a_penalty_removes_it(noise):
    explorer = double_descent_explorer()
    explorer.set(noise=noise, penalty="none", width=WIDTHS.index(100))
    assert explorer.text.endswith("largest at width 100.")
    peak, last = (_fit(N, NOISES[noise], 0.0)[1] for N in (100, 500))
    assert peak > 10 * last
    penalised = [_fit(N, NOISES[noise], PENALTIES["100"])[1] for N in WIDTHS]
    assert penalised[WIDTHS.index(100)] < 2 * min(penalised)
    lengths = [_fit(N, NOISES[noise], 0.0)[2] for N in WIDTHS]
    assert int(np.argmax(lengths)) == WIDTHS.index(100)


def test_all_points_lie_in_the_picture():
    for noise in NOISES.values():
        for penalty in PENALTIES.values():
            _, test, lengths = np.transpose([_fit(N, noise, penalty) for N in WIDTHS])
            assert 1e-3 < test.min() and test.max() < 1e4
            assert 1e-2 < lengths.min() and lengths.max() < 1e3


@pytest.mark.parametrize("angle", [5, 95, 185, 275])
def test_the_split_relu_keeps_the_positive_parts(angle):
    explorer = split_relu_explorer()
    explorer.set(angle=angle, size=2.0)
    real, imaginary = 2 * np.cos(np.radians(angle)), 2 * np.sin(np.radians(angle))
    assert f"becomes {max(real, 0):.2f} + {max(imaginary, 0):.2f}i" in explorer.text
    passed = explorer.text.split("Of a gradient, ")[1]
    assert ("real" in passed) == (real > 0) and ("imaginary" in passed) == (imaginary > 0)


def test_the_picture_of_the_parts_names_all_inputs():
    (svg,) = parts_picture().pictures
    ElementTree.fromstring(svg)
    assert all(f">x{k}<" in svg for k in range(1, 11))
