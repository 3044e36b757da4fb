"""The pictures of 3.12 to 3.16: what they say is true, and wrong graphs raise what a notebook can catch."""

import re

import pytest

from utils.explorers.ch03_calculus.graphs_and_reverse_mode import (
    AT,
    HEIGHTS,
    draw_adjoints,
    draw_nodes,
    graph_stepper,
    line_explorer,
    nodes_of,
    work_explorer,
)

GRAPH = {
    "c": ("+", ["x1", "x3"]), "f": ("*", ["a", "b", "c"]), "a": ("+", ["x1", "x2"]), "b": ("+", ["x2", "x3"]),
}  # fmt: skip


def test_a_given_graph_is_computed_and_stepped_through_in_any_order_of_its_nodes():
    stepper = graph_stepper(GRAPH, x1=2, x2=3, x3=5)
    assert stepper.steps[-1]["text"] == "Done: ∂f/∂x1 = 96, ∂f/∂x2 = 91, ∂f/∂x3 = 75"
    assert any(
        "f = product(a, b, c)" in step["text"] and "= 280" in step["text"] for step in stepper.steps
    )
    found = nodes_of(GRAPH, {"x1": 2, "x2": 3, "x3": 5})
    assert [found[name].data for name in "abcf"] == [5, 8, 7, 280]


def test_an_operand_that_is_there_twice_counts_twice():
    stepper = graph_stepper({"f": ("*", ["x", "x", "x"])}, x=3)
    assert stepper.steps[-1]["text"] == "Done: ∂f/∂x = 27"


def test_the_example_of_the_notebook_adds_what_arrives_at_v():
    stepper = graph_stepper({"s": ("+", ["u", "v"]), "g": ("*", ["s", "v"])}, u=2, v=3)
    assert stepper.steps[-1]["text"] == "Done: ∂g/∂u = 3, ∂g/∂v = 8"
    assert any("already had 5" in step["note"] for step in stepper.steps)


@pytest.mark.parametrize(
    "graph",
    [{"f": ("*", ["x1", "q"])}, {"f": ("+", ["g"]), "g": ("+", ["f"])}, {"f": ("-", ["x1"])}, 3],
)
def test_a_graph_that_cannot_be_drawn_raises(graph):
    with pytest.raises((KeyError, RecursionError, TypeError, AttributeError)):
        graph_stepper(graph, x1=1.0)


def test_the_drawing_shows_the_numbers_that_were_given():
    drawing = draw_nodes({"s": ("+", ["u", "v"])}, {"u": 1.5}, {"s": 1}, "Numbers")
    assert "u, data 1.5, grad ?" in drawing.text and "s = u + v, data ?, grad 1" in drawing.text


def test_the_numbers_found_by_hand_stand_at_their_nodes():
    text = draw_adjoints((1, 2, -1), 5, {"a": 7, "b": 8, "c": 9}, (10, 11, 12)).text
    assert "x3, data −1, grad 12" in text and "b = x2 + x3, data ?, grad 8" in text
    assert "data 5, grad 1" in text and "c = x1 + x3, data ?, grad 9" in text


def test_the_line_has_the_loss_that_it_says():
    explorer = line_explorer()
    for w, b in ((0.0, 0.0), (0.8, 0.8), (-2.0, 1.0)):
        explorer.set(w=w, b=b)
        loss = sum((w * x + b - y) ** 2 for x, y in zip(AT, HEIGHTS, strict=True)) / len(AT)
        assert float(explorer.text.rpartition("area ")[2].rstrip(".")) == pytest.approx(
            loss, rel=1e-3
        )


def test_the_work_is_that_of_the_weights():
    explorer = work_explorer()
    for hidden in (8, 64):
        explorer.set(hidden=hidden)
        weights = [2 * hidden, hidden**2, 10 * hidden]
        assert [int(n) for n in re.findall(r"\d+", explorer.text)] == weights
