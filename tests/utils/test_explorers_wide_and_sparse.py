"""The explorers of 6.20, 6.26 and 6.27: what they say is what is drawn."""

import re

import numpy as np
import pytest

from utils.explorers.ch06_networks import wide_and_sparse
from utils.explorers.ch06_networks.wide_and_sparse import (
    bumps_explorer,
    kernel_explorer,
    pruning_explorer,
)


def numbers(text):
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]


def test_the_error_of_the_hats_stays_below_its_bound_and_a_fourth_is_left_of_it():
    explorer, bounds = bumps_explorer(), {}
    for pieces in (4, 12, 24, 48):
        explorer.set(pieces=pieces)
        said, length, error, bound = numbers(explorer.text)
        assert said == pieces and length == pytest.approx(2 * np.pi / pieces, abs=1e-3)
        assert error <= bound
        bounds[pieces] = bound
    assert bounds[48] == pytest.approx(bounds[24] / 4, rel=0.01)


def test_a_higher_threshold_leaves_fewer_weights_and_useful_inputs_keep_more():
    explorer, before = pruning_explorer(), 101
    for threshold in (0.0, 0.2, 0.4, 0.6, 0.8):
        explorer.set(threshold=threshold)
        _, total, _, w1, _, w2, _, w3, _, useful, _, _, useless = numbers(explorer.text)
        assert min(w1, w2, w3) <= total <= max(w1, w2, w3) and total < before
        assert useful > useless if threshold else useful == useless == 100
        before = total


def test_the_kernels_settle_on_the_limit():
    explorer, said = kernel_explorer(), {}
    for doublings in (2, 6, 10):
        explorer.set(doublings=doublings)
        width, distance = numbers(explorer.text)
        assert width == 2**doublings
        said[doublings] = distance
    assert said[2] > 2 * said[6] > 4 * said[10]


def test_the_limit_is_that_of_very_wide_networks():
    rng, angle = np.random.default_rng(0), 1.0
    W, c = rng.normal(size=(400_000, 2)), rng.normal(size=400_000)
    one, other = W[:, 0], W @ [np.cos(angle), np.sin(angle)]
    shares = np.maximum(one, 0) * np.maximum(other, 0)
    shares += c**2 * (one > 0) * (other > 0) * np.cos(angle)
    assert wide_and_sparse._limit(angle) == pytest.approx(shares.mean(), abs=0.01)
    assert wide_and_sparse._limit(0.0) == pytest.approx(1)
