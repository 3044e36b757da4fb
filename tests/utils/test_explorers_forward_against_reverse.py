"""The pictures of 3.17 to 3.19: the numbers that they show are those of autograd, the counts are right."""

import re

import numpy as np
import pytest
import torch

from utils.explorers.ch03_calculus.forward_against_reverse import (
    chain_explorer,
    chain_numbers,
    graph_weights,
    passes_explorer,
    swept,
)


@pytest.mark.parametrize("x", [-1.3, 0.8])
def test_the_chains_tangents_and_adjoints_are_those_of_autograd(x):
    start = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    values = [start]
    for step in (torch.square, torch.sin, torch.exp):
        values.append(step(values[-1]))
    found, tangents, adjoints = chain_numbers(x)
    assert found == pytest.approx([v.item() for v in values])
    by_x = [torch.autograd.grad(v, start, retain_graph=True)[0].item() for v in values[1:]]
    assert tangents == pytest.approx([1.0, *by_x])
    of_end = torch.autograd.grad(values[-1], values[:-1])
    assert adjoints == pytest.approx([*(one.item() for one in of_end), 1.0])


@pytest.mark.parametrize(
    "mode, first, last", [("forward", "x", "exp(sin(x²))"), ("reverse", "exp(sin(x²))", "x")]
)
def test_a_sweep_along_the_chain_begins_and_ends_where_it_should(mode, first, last):
    explorer = chain_explorer()
    explorer.set(mode=mode, steps=0)
    assert f"of {first} says" in explorer.text and explorer.text.endswith(": 1.")
    explorer.set(steps=3)
    assert f"of {last} says" in explorer.text and "The sweep is done" in explorer.text


@pytest.mark.parametrize("inputs, outputs", [(4, 2), (1, 6), (3, 3)])
def test_the_passes_of_both_modes_fill_the_jacobian_of_autograd(inputs, outputs):
    first, second = (torch.tensor(one) for one in graph_weights())
    first, second = first[:, :inputs], second[:outputs]
    J = torch.autograd.functional.jacobian(
        lambda x: second @ torch.tanh(first @ x), torch.full((inputs,), 0.5, dtype=torch.float64)
    ).numpy()
    columns = [swept("forward", inputs, outputs, k)["y"] for k in range(inputs)]
    rows = [swept("reverse", inputs, outputs, k)["x"] for k in range(outputs)]
    assert np.column_stack(columns) == pytest.approx(J)
    assert np.array(rows) == pytest.approx(J)


@pytest.mark.parametrize("mode, needed", [("forward", 5), ("reverse", 2)])
def test_the_passes_are_counted(mode, needed):
    explorer = passes_explorer()
    explorer.set(mode=mode, inputs=5, outputs=2, passes=0)
    assert explorer.text.startswith(
        "The Jacobian is empty. Forward mode needs 5 passes, reverse mode 2 passes"
    )
    assert "reverse mode is cheaper, by a factor of 2.5" in explorer.text
    for passes in range(1, 7):  # a slider beyond what is needed changes nothing
        explorer.set(passes=passes)
        done = min(passes, needed)
        assert re.match(
            rf"Pass {done} started at {'x' if mode == 'forward' else 'y'}{done}", explorer.text
        )
        assert ("is complete" in explorer.text) is (done == needed)
        filled = explorer.pictures[1].count("font-weight") - 1  # the newest entries, and the title
        assert filled == (2 if mode == "forward" else 5)
    explorer.set(inputs=2)
    assert "it is the same" in explorer.text
