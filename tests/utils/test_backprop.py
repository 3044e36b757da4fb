"""The given functions of chapter 7 and the pictures of them."""

import itertools

import numpy as np
import pytest

from utils import backprop_pictures, plots
from utils.explorers.ch07_gradients import SWITCHES, network_7_1_explorer
from utils.given_functions import EXAMPLE_7_1, NAMES_7_1, network_7_1, toy_forward


@pytest.fixture
def shown(monkeypatch):
    """The alternative texts of the pictures that a test shows."""
    texts = []

    def show(fig, alt):
        plots.Picture(fig, alt)
        texts.append(alt)

    monkeypatch.setattr(backprop_pictures, "show", show)
    return texts


def test_the_network_by_hand():
    ones = dict.fromkeys(NAMES_7_1, 1.0)
    assert network_7_1(ones, 2.0) == 1 + 7 + 7
    assert network_7_1(ones | {"psi02": -9.0}, 2.0) == 1 + 7
    assert network_7_1(ones, -5.0) == 1 + 1 + 1  # both hidden units are off


def test_the_network_takes_arrays_and_tensors():
    torch = pytest.importorskip("torch")
    x = np.linspace(-2, 2, 7)
    each = [network_7_1(EXAMPLE_7_1, one) for one in x]
    np.testing.assert_allclose(network_7_1(EXAMPLE_7_1, x), each)
    p = {name: torch.tensor(v, requires_grad=True) for name, v in EXAMPLE_7_1.items()}
    network_7_1(p, 1.0).backward()
    assert p["phi0"].grad == 1 and p["theta11"].grad != 0


def test_the_toy_function_by_hand():
    v = toy_forward(0.0, (0, 0, 0, 0), (1, 2, 3, 4))
    assert list(v) == ["f0", "h1", "f1", "h2", "f2", "h3", "f3"]
    assert v["f0"] == v["h1"] == v["f1"] == 0 and v["h2"] == 1 and v["f2"] == 3
    assert v["f3"] == pytest.approx(4 * np.cos(3))


def test_the_toy_function_at_the_numbers_of_the_book():
    v = toy_forward(2.3, (1.0, 2.0, -3.0, 0.4), (0.1, -0.4, 2.0, 3.0))
    assert 2 * (v["f3"] - 2) == pytest.approx(0.7445, abs=5e-5)


def test_the_explorer_says_which_units_are_on():
    explorer = network_7_1_explorer()
    for x in (-2.5, -0.5, 0.0, 0.6, 2.0):
        explorer.set(x=x)
        u1 = EXAMPLE_7_1["theta01"] + EXAMPLE_7_1["theta11"] * x
        first = explorer.text.split(", ")[0]
        assert first.startswith(f"x = {x:.2f}: u1 = ")
        assert first.endswith("(on)" if u1 > 0 else "(off)")


def test_pictures_say_what_they_show(shown):
    backprop_pictures.show_toy_chain()
    backprop_pictures.show_layout()
    backprop_pictures.show_one_weight()
    assert "f3 = 2.372" in shown[0]
    assert "three rows" in shown[1]
    assert "Omega 21" in shown[2]


def test_step_units_leave_only_the_output_layer_learning(shown):
    backprop_pictures.watch_step_network(steps=50)
    (said,) = shown
    assert "W1 0.00, b1 0.00, W2 0.00, b2 0.00" in said
    assert "W3 0.00" not in said


def test_the_buttons_of_the_explorer_reach_all_sixteen_patterns():
    explorer = network_7_1_explorer()
    seen = set()
    for first, second in itertools.product(list(SWITCHES)[1:], repeat=2):
        explorer.set(first_layer=first, second_layer=second)
        units = explorer.text.split(": ", 1)[1].split(";")[0].split(", ")
        seen.add(tuple(unit.endswith("(on)") for unit in units))
    assert len(seen) == 16
