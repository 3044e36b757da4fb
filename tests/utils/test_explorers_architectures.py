"""The explorers of 6.18, 6.21 and 6.24: what they say is what is drawn, and it is true."""

import re
from xml.etree import ElementTree

import pytest

from utils.explorers.ch06_networks.architectures import (
    NETWORKS,
    batchnorm_explorer,
    dropout_explorer,
    skips_explorer,
)


def numbers(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize(
    "network, skips", list(zip(NETWORKS, ([3, 4], [2, 3, 4], [2, 3], []), strict=True))
)
def test_a_skip_joins_layers_of_one_width(network, skips):
    explorer = skips_explorer()
    explorer.set(layer_sizes=network)
    (svg,) = explorer.pictures
    ElementTree.fromstring(svg)
    if skips:
        assert numbers(explorer.text.split("skip")[0]) == skips
    else:
        assert explorer.text.startswith("No layer has a skip")
    for layer, size in enumerate(network.split()):
        assert f"A{layer}: {size}" in svg


@pytest.mark.parametrize("gamma, beta", [(1.0, 0.0), (2.5, -3.0), (-1.5, 2.0)])
def test_batch_norm_sets_mean_and_spread_whatever_comes_in(gamma, beta):
    explorer = batchnorm_explorer()
    seen = set()
    for mean, spread in ((3.0, 2.0), (-6.0, 0.5), (0.0, 4.0)):
        explorer.set(mean=mean, spread=spread, gamma=gamma, beta=beta)
        came_in, went_out = explorer.text.split("Out:")
        seen.add(tuple(numbers(came_in)))
        assert numbers(went_out)[:2] == pytest.approx([beta, abs(gamma)], abs=0.01)
    assert len(seen) == 3


@pytest.mark.parametrize("keep_prob", [0.1, 0.5, 0.8, 1.0])
def test_dropout_keeps_its_share_and_says_so(keep_prob):
    explorer = dropout_explorer()
    shares = []
    for batch in (1, 2, 3, 4):
        explorer.set(keep_prob=keep_prob, batch=batch, mode="training")
        kept, total, factor, mean_a, mean_out = numbers(
            explorer.text.replace("; the others are 0", "")
        )
        shares.append(kept / total)
        assert factor == pytest.approx(1 / keep_prob, abs=0.01)
        assert mean_out == pytest.approx(
            mean_a, abs=4 * (1 / keep_prob - 1) ** 0.5 / total**0.5 + 0.01
        )
    assert sum(shares) / 4 == pytest.approx(keep_prob, abs=0.06)
    assert len(set(shares)) > 1 or keep_prob == 1


def test_a_prediction_drops_nothing():
    explorer = dropout_explorer()
    explorer.set(keep_prob=0.3, mode="prediction")
    assert explorer.text.startswith("In prediction nothing is dropped")
    assert explorer.pictures[0].count("dropped") == 0
    mean_a, mean_out = numbers(explorer.text)
    assert mean_a == mean_out
