"""The explorers of chapter 7: what they draw and say, checked against numbers computed here."""

from time import process_time

import numpy as np
import pytest
import torch

from utils.explorers import Explorer, ch07_gradients
from utils.explorers.ch07_gradients import ACTIVATIONS, DEEPEST, INPUTS, SPREADS, WIDTH


def lines(explorer, panel):
    return {line.get_label(): line for line in explorer._figure.axes[panel].lines}


def set_to(explorer, **values):
    for name, value in values.items():
        explorer.sliders[name].value = value
    return explorer


@pytest.mark.parametrize("f, layers", [(0.0, 1), (0.0, 20), (2.5, 7), (-4.0, 4), (8.0, 20)])
def test_the_product_of_slopes_is_that_of_autograd(f, layers):
    e = set_to(ch07_gradients.sigmoid_explorer(), f=f, layers=layers)
    z = torch.tensor(f, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(z).backward()
    (curve,) = [line for line in e._figure.axes[1].lines if line.get_marker() == "o"]
    assert len(curve.get_xdata()) == layers + 1
    assert curve.get_ydata()[-1] == pytest.approx(layers * np.log10(z.grad.item()))
    assert curve.get_ydata()[0] == 0
    assert ("One such layer" if layers == 1 else f"{layers} such layers") in e.text


def test_the_sentence_says_what_the_picture_shows():
    e = set_to(ch07_gradients.sigmoid_explorer(), f=0.0, layers=1)
    assert "slope is 0.25, the largest that there is" in e.text
    assert "One such layer multiplies a gradient by 0.25" in e.text
    e = set_to(e, f=-4.0, layers=12)
    assert "largest" not in e.text and "Nothing is left" in e.text


def test_the_curves_are_sigmoid_and_its_derivative():
    drawn = lines(ch07_gradients.sigmoid_explorer(), 0)
    f = torch.tensor(drawn["sigmoid"].get_xdata(), requires_grad=True)
    torch.sigmoid(f).sum().backward()
    np.testing.assert_allclose(drawn["sigmoid"].get_ydata(), torch.sigmoid(f).detach())
    np.testing.assert_allclose(drawn["derivative"].get_ydata(), f.grad)


def test_four_starts_and_three_activations():
    e = ch07_gradients.variance_explorer()
    assert e.sliders["start"].options == tuple(SPREADS) and len(SPREADS) == 4
    assert e.sliders["activation"].options == tuple(ACTIVATIONS) and len(ACTIVATIONS) == 3


@pytest.mark.parametrize("start", SPREADS)
def test_with_relu_a_layer_multiplies_the_variance_by_half_of_n_times_its_weights(start):
    logs, _ = ch07_gradients._through(start, "ReLU")
    factor = 10 ** ((logs[-1] - logs[0]) / (DEEPEST - 1))
    assert factor == pytest.approx(SPREADS[start] / 2, rel=0.1)


def test_only_he_keeps_the_variance_of_a_relu_network():
    kept = {s: abs(ch07_gradients._through(s, "ReLU")[0][-1]) < 1 for s in SPREADS}
    assert kept == {s: s.startswith("He") for s in SPREADS}


def test_the_variance_is_that_of_torch_layers():
    torch.manual_seed(0)
    h = torch.randn(INPUTS, WIDTH)
    for _ in range(5):
        layer = torch.nn.Linear(WIDTH, WIDTH, bias=False)
        torch.nn.init.xavier_normal_(layer.weight)
        f = layer(h)
        h = torch.tanh(f)
    logs, _ = ch07_gradients._through("Xavier: 1/n", "tanh")
    assert logs[4] == pytest.approx(f.var().log10().item(), abs=0.15)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_histogram_counts_every_value_once(activation):
    for start in SPREADS:
        _, shares = ch07_gradients._through(start, activation)
        assert len(shares) == DEEPEST
        np.testing.assert_allclose([s.sum() for s in shares], 1)


def test_moving_a_control_redraws_line_histogram_and_sentence():
    e = ch07_gradients.variance_explorer()
    before = e.picture.png
    set_to(e, start="He: 2/n", activation="ReLU", layer=20)
    assert e.picture.png != before
    assert "Only 2/n makes that factor 1" in e.text and "layer 20" in e.text
    assert e._figure.axes[1].get_title(loc="left") == "Activations of layer 20"
    set_to(e, activation="tanh", start="large: 8/n")
    assert "saturated" in e.text
    set_to(e, start="small: std 0.01")
    assert "dies out" in e.text


def test_a_start_whose_signal_leaves_the_picture_can_be_drawn():
    e = set_to(
        ch07_gradients.variance_explorer(), start="small: std 0.01", activation="ReLU", layer=20
    )
    low, high = e._figure.axes[0].get_ylim()
    (mark,) = [line for line in e._figure.axes[0].lines if line.get_marker() == "D"]
    assert low <= mark.get_ydata()[0] <= high


@pytest.mark.parametrize(
    "make", [ch07_gradients.sigmoid_explorer, ch07_gradients.variance_explorer]
)
def test_a_move_makes_no_new_figure_and_is_fast(make):
    e = make()
    assert isinstance(e, Explorer)
    figure, artists = e._figure, [len(ax.get_children()) for ax in e._figure.axes]
    name = "layers" if "layers" in e.sliders else "layer"
    times = []
    for value in (3, 9, 4, 15, 20, 1):
        begun = process_time()
        e.sliders[name].value = value
        times.append(process_time() - begun)
    assert e._figure is figure
    assert [len(ax.get_children()) for ax in figure.axes] == artists
    assert min(times) < 0.2
