"""The pictures of 6.10: what a step says is what its box shows, and is true."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch

from utils.explorers.ch06_networks.gradients_by_hand import (
    LEAVES,
    draw_network,
    layer_stepper,
    network_stepper,
    units_on_explorer,
)

GRAPH = {
    "u": ("matmul", "W1", "x"), "z1": ("add", "u", "b1"), "a1": ("relu", "z1"),
    "v": ("matmul", "w2", "a1"), "s": ("add", "v", "b2"), "y_hat": ("sigmoid", "s"),
}  # fmt: skip
SHAPES = {"u": (4,), "z1": (4,), "a1": (4,), "v": (), "s": (), "y_hat": ()}


def gradients(x, W1, b1, w2, b2, upstream=1.0):
    x, W1, b1, w2, b2 = (torch.tensor(one, requires_grad=True) for one in (x, W1, b1, w2, b2))
    z1 = W1 @ x + b1
    a1 = torch.relu(z1)
    s = w2 @ a1 + b2
    named = {"s": s, "w2": w2, "b2": b2, "a1": a1, "z1": z1, "W1": W1, "b1": b1, "x": x}
    found = torch.autograd.grad(upstream * torch.sigmoid(s), list(named.values()))
    return {name: gradient.numpy() for name, gradient in zip(named, found, strict=True)}


def said(stepper, start):
    """The array at the end of the sentence that begins so."""
    (text,) = (s["text"] for s in stepper.steps if s["text"].startswith(start))
    rows = text.rpartition("= ")[2].replace("−", "-").split(";")
    found = np.array([[float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", row)] for row in rows])
    return found if text.endswith("]") else found[0]


def shown(stepper):
    """{name: {row: what the box shows at the end}}."""
    boxes = {node["name"]: {} for node in stepper.nodes}
    for step in stepper.steps:
        for i, row, text in step["show"]:
            boxes[stepper.nodes[i]["name"]][row] = text
    return boxes


def test_the_layers_gradients_are_those_of_autograd():
    stepper = layer_stepper()
    x, b = torch.tensor([2.0, -1.0]), torch.tensor([0.1, -0.5, 0.3])
    W = torch.tensor([[0.7, 1.0], [-0.2, 0.4], [0.3, 0.8]])
    leaves = [one.requires_grad_() for one in (x, W, b)]
    a = torch.tanh(W @ x + b)
    for name, gradient in zip("xWb", torch.autograd.grad(a @ a, leaves), strict=True):
        assert said(stepper, f"grad({name})") == pytest.approx(gradient.numpy(), rel=1e-3, abs=1e-6)
    assert said(stepper, "L = ") == pytest.approx((a @ a).item(), abs=1e-3)


@pytest.mark.parametrize("stepper", [layer_stepper(), network_stepper(gradients)])
def test_every_box_is_filled_and_a_gradient_has_the_shape_of_its_value(stepper):
    for name, rows in shown(stepper).items():
        assert rows["data"] == rows["grad"], name
    phases = [step["phase"] for step in stepper.steps]
    assert phases == sorted(phases, reverse=True)  # forward, then backward
    for step in stepper.steps:
        named = re.match(r"(?:grad\()?(\w+)", step["text"])[1]
        assert step["node"] is None or stepper.nodes[step["node"]]["name"] == named


def test_a_gradient_comes_along_an_arrow_from_where_one_is_already():
    stepper = network_stepper(gradients)
    there = set()
    for step in stepper.steps:
        if step["phase"] == "backward":
            results = {stepper.edges[k][1] for k in step["edges"]}
            assert results <= there and (results or not there)
            there.add(step["node"])
    assert len(there) == len(stepper.nodes) == len(LEAVES) + len(SHAPES)


def test_the_network_shows_the_gradients_of_the_given_function_and_where_a_shape_is_wrong():
    def transposed(*arguments):
        found = gradients(*arguments)
        return found | {"W1": found["W1"].T}

    right, wrong = network_stepper(gradients), network_stepper(transposed)
    assert said(wrong, "grad(W1)") == pytest.approx(said(right, "grad(W1)").T)
    assert np.any(said(right, "grad(z1)") == 0), "a unit is off"
    notes = {step["text"].split(" =")[0]: step["note"] for step in wrong.steps}
    assert notes["grad(W1)"] == "But W1 has the shape (4, 3)."
    assert notes["grad(x)"] == "In the shape of x."


def test_a_students_graph_is_drawn_with_its_shapes():
    drawing = draw_network(GRAPH, SHAPES)
    assert "v = matmul(w2, a1), data (), grad" in drawing.text
    for earlier, later in pairwise(("u", "z1", "a1", "v", "s", "ŷ")):
        assert drawing.text.index(f"  {earlier} =") < drawing.text.index(f"  {later} =")
    assert "data ?" in draw_network(GRAPH).text
    with pytest.raises(KeyError, match="nobody"):
        draw_network(GRAPH | {"z1": ("add", "u", "nobody")})


def test_the_static_forms_can_be_read_without_a_kernel():
    static = layer_stepper().static()
    assert "<table>" in static and 'alt="Step through one layer' in static


@pytest.mark.parametrize("x1", [-2.5, -0.5, 1.0])
@pytest.mark.parametrize("x2", [-1.0, 1.0, 2.0])
def test_the_plane_says_which_units_are_on(x1, x2):
    explorer = units_on_explorer()
    explorer.set(x1=x1, x2=x2)
    W1, b1 = torch.tensor([[0.5, -0.4], [0.3, 0.2], [-0.6, 0.7]]), torch.tensor([0.1, 0.2, 0.2])
    z1 = torch.nn.functional.linear(torch.tensor([x1, x2]), W1, b1).numpy()
    text = explorer.text.replace("−", "-")
    told = re.search(r"are \((.*?)\)", text)[1].split(", ")
    assert [float(z) for z in told] == pytest.approx(z1, abs=0.006)
    assert re.findall(r"unit \d (on|off)", text) == ["on" if z > 0 else "off" for z in z1]


def test_a_unit_on_its_kink_is_neither_on_nor_off():
    explorer = units_on_explorer()
    explorer.set(x1=1.0, x2=1.5)
    assert "unit 1 on its kink, unit 2 on" in explorer.text
