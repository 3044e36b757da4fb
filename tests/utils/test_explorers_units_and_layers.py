"""The explorers of 6.1 to 6.4: what they say is what is drawn."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from utils.explorers.ch06_networks.units_and_layers import (
    POINT,
    layers_picture,
    perceptron_explorer,
    stacked_layers_explorer,
)


def numbers(text):
    return [float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize("direction", [0, 30, 135, 270])
@pytest.mark.parametrize("offset", [-2.5, 0.0, 1.0])
def test_the_unit_says_what_its_numbers_say(direction, offset):
    explorer = perceptron_explorer()
    said = []
    for length in (0.5, 1.0, 3.0):
        explorer.set(direction=direction, offset=offset, length=length)
        w1, w2, b, x1, x2, u, output, distance, *_ = numbers(explorer.text)
        assert (x1, x2) == tuple(POINT)
        assert np.hypot(w1, w2) == pytest.approx(length, abs=0.01)
        assert w1 * x1 + w2 * x2 + b == pytest.approx(u, abs=0.03)
        assert output == (u >= 0)
        assert abs(u) / length == pytest.approx(distance, abs=0.03)
        said.append(distance)
    assert said[0] == said[1] == said[2], "w and b together do not move the line"


def test_only_with_an_activation_do_more_layers_help():
    explorer = stacked_layers_explorer()
    for layers in range(5):
        explorer.set(activation="none", hidden_layers=layers)
        assert "straight line" in explorer.text
        for name in ("ReLU", "tanh"):
            explorer.set(activation=name, hidden_layers=layers)
            assert ("straight line" in explorer.text) == (layers == 0)


def test_the_picture_of_the_layers_has_all_units_and_wires():
    picture = layers_picture([3, 4, 1], ["inputs", "one", "two"])
    (svg,) = picture.pictures
    ElementTree.fromstring(svg)
    assert svg.count("translate(") - svg.count("<g transform") == 3 + 4 + 1
    assert svg.count('stroke-linejoin="round"') == 3 * 4 + 4 * 1
    assert picture.text.startswith("A network with 3 inputs, then a layer of 4, then a layer of 1")
    assert "Shift+Enter" not in picture.static(), "there is nothing to move"
