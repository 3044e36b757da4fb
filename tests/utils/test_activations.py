"""The explorers of chapter 7: what they draw and say, checked against numbers computed here."""

from time import process_time

import numpy as np
import pytest
import torch

from utils.chart import Chart
from utils.explorers import ch07_gradients
from utils.explorers.ch07_gradients import ACTIVATIONS, DEEPEST, INPUTS, SPREADS, WIDTH


@pytest.fixture
def drawn(monkeypatch):
    """What the charts draw: (kind of mark, its x, its y, how it looks) by the title of the chart."""
    charts = {}

    def noted(kind, draw):
        def method(self, xs, ys, *look, **more):
            charts.setdefault(self.title, []).append((kind, xs, ys, (*look, *more.values())))
            return draw(self, xs, ys, *look, **more)

        return method

    for kind in ("line", "points", "bars"):
        monkeypatch.setattr(Chart, kind, noted(kind, getattr(Chart, kind)))
    return charts


def set_to(explorer, drawn=None, **values):
    if drawn is not None:
        drawn.clear()
    explorer.set(**values)
    return explorer


@pytest.mark.parametrize("f, layers", [(0.0, 1), (0.0, 20), (2.5, 7), (-4.0, 4), (8.0, 20)])
def test_the_product_of_slopes_is_that_of_autograd(drawn, f, layers):
    e = set_to(ch07_gradients.sigmoid_explorer(layers=2, f=1.0), drawn, f=f, layers=layers)
    z = torch.tensor(f, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(z).backward()
    (curve,) = [mark for mark in drawn["Through the layers"] if "o" in mark[3]]
    assert list(curve[1]) == list(range(layers + 1))
    assert curve[2][-1] == pytest.approx(z.grad.item() ** layers)
    assert curve[2][0] == 1
    assert ("One such layer" if layers == 1 else f"{layers} such layers") in e.text


def test_the_sentence_says_what_the_picture_shows():
    e = set_to(ch07_gradients.sigmoid_explorer(), f=0.0, layers=1)
    assert "slope is 0.25, the largest that there is" in e.text
    assert "One such layer multiplies a gradient by 0.25" in e.text
    e = set_to(e, f=-4.0, layers=12)
    assert "largest" not in e.text and "Nothing is left" in e.text


def test_the_curves_are_sigmoid_and_its_derivative(drawn):
    ch07_gradients.sigmoid_explorer()
    curves = {look[-1]: (x, y) for _, x, y, look in drawn["Sigmoid and its derivative"]}
    f = torch.tensor(curves["sigmoid"][0], requires_grad=True)
    torch.sigmoid(f).sum().backward()
    np.testing.assert_allclose(curves["sigmoid"][1], torch.sigmoid(f).detach())
    np.testing.assert_allclose(curves["derivative"][1], f.grad)


def test_four_starts_and_three_activations():
    e = ch07_gradients.variance_explorer()
    weights, activation, _ = (control.get("options") for control in e.controls)
    assert sorted(weights) == sorted(SPREADS) and len(SPREADS) == 4
    assert activation == list(ACTIVATIONS) and len(ACTIVATIONS) == 3
    assert e.values == {"weights": "Xavier: 1/n", "activation": "ReLU", "layer": 10}


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


def test_moving_a_control_redraws_line_histogram_and_sentence(drawn):
    e = ch07_gradients.variance_explorer()
    before = e.pictures
    set_to(e, drawn, weights="He: 2/n", activation="ReLU", layer=20)
    assert all(new != old for new, old in zip(e.pictures, before, strict=True))
    assert "Only 2/n makes that factor 1" in e.text and "layer 20" in e.text
    logs, shares = ch07_gradients._through("He: 2/n", "ReLU")
    ((_, edges, heights, _),) = drawn["Activations of layer 20"]
    assert (edges[0], edges[-1]) == (-3, 3) and list(heights) == list(shares[19])
    (curve,) = [mark for mark in drawn["Through the network"] if "He: 2/n" in mark[3]]
    np.testing.assert_allclose(curve[2], 10.0**logs)
    set_to(e, activation="tanh", weights="large: 8/n")
    assert "saturated" in e.text
    set_to(e, weights="small: std 0.01")
    assert "dies out" in e.text


def test_a_start_whose_signal_leaves_the_picture_can_be_drawn(drawn):
    set_to(
        ch07_gradients.variance_explorer(), drawn, weights="small: std 0.01", activation="ReLU", layer=20
    )  # fmt: skip
    (mark,) = [mark for mark in drawn["Through the network"] if mark[0] == "points"]
    assert 1e-13 <= mark[2][0] <= 1e13


@pytest.mark.parametrize(
    "make", [ch07_gradients.sigmoid_explorer, ch07_gradients.variance_explorer]
)
def test_a_move_is_fast(make):
    e = make()
    name = e.controls[-1]["name"]
    times = []
    for value in (3, 9, 4, 15, 20, 1):
        begun = process_time()
        e.set(**{name: value})
        times.append(process_time() - begun)
    assert min(times) < 0.02


@pytest.mark.parametrize("activation", ["ReLU", "tanh"])
def test_the_variance_of_the_gradients_is_that_of_torch(activation):
    torch.manual_seed(0)
    h = torch.randn(INPUTS, WIDTH)
    fs = []
    for _ in range(DEEPEST):
        weights = torch.randn(WIDTH, WIDTH) * (2 / WIDTH) ** 0.5
        f = h @ weights.T
        if not fs:
            f.requires_grad_()
        fs.append(f)
        h = {"ReLU": torch.relu, "tanh": torch.tanh}[activation](f)
    first, last = fs[0], fs[-1]
    (gradient,) = torch.autograd.grad(last, first, torch.randn_like(last))
    logs = ch07_gradients._back_through("He: 2/n", activation)
    assert logs[-1] == pytest.approx(0, abs=0.05)
    assert logs[0] == pytest.approx(gradient.var().log10().item(), abs=0.4)
