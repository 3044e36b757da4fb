"""The explorers of 6.5 to 6.7: what they say is what is drawn, and what the texts say of them holds."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from utils.explorers.ch06_networks import a_first_network
from utils.explorers.ch06_networks.a_first_network import (
    batch_size_curves,
    batch_size_picture,
    difference_explorer,
    roc_explorer,
)
from utils.networks.metrics import roc_auc


def numbers(text):
    found = re.findall(r"[-−]?\d+(?:\.\d+)?(?:e[-−+]\d+)?", text)
    return [float(n.replace("−", "-")) for n in found]


@pytest.mark.parametrize("separation", [0.0, 1.0, 2.5])
def test_the_area_is_that_of_drawn_scores_at_every_threshold(separation):
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.normal(size=4000), separation + rng.normal(size=4000)])
    y = np.repeat([0, 1], 4000)
    explorer = roc_explorer()
    for threshold in (-1.0, 0.5, 2.0):
        explorer.set(separation=separation, threshold=threshold)
        at, true, false, area, *_ = numbers(explorer.text)
        assert at == threshold
        assert true == pytest.approx(100 * np.mean(scores[y == 1] > threshold), abs=3)
        assert false == pytest.approx(100 * np.mean(scores[y == 0] > threshold), abs=3)
        assert area == pytest.approx(roc_auc(y, scores), abs=0.02)
    for svg in explorer.pictures:
        ElementTree.fromstring(svg)


def test_the_size_of_the_batch_decides_who_wins():
    small, whole, best = batch_size_curves()
    assert len(small) == len(whole) == a_first_network.EPOCHS
    assert small[-1] > 0.8 > 0.65 > whole[-1], (
        "logistic regression lies between: 0.69 for this data"
    )
    assert small[-1] < best
    picture = batch_size_picture()
    assert f"{small[-1]:.2f}" in picture.text and f"{whole[-1]:.2f}" in picture.text
    assert "Shift+Enter" not in picture.static(), "there is nothing to move"


def test_the_central_difference_is_best_at_about_1e_minus_5():
    explorer, central = difference_explorer(), {}
    for exponent in range(-12, 0):
        explorer.set(exponent=exponent)
        eps, forward, central[exponent], *_ = numbers(explorer.text)
        assert eps == pytest.approx(10.0**exponent)
        if -7 < exponent < -1:
            assert forward > 10 * central[exponent], "the second evaluation buys digits"
    assert min(central, key=central.get) in (-6, -5, -4)
    assert min(central[-12], central[-2]) > 1e-6
