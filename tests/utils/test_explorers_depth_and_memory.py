"""The pictures of 3.34 and 3.35: norms and slopes are those of autograd, and a timeline that can be believed."""

import re
from functools import partial
from math import ceil

import numpy as np
import pytest
import torch

from utils.explorers.ch03_calculus.depth_and_memory import (
    AGAIN,
    BACK,
    KEEP,
    LAYERS,
    MATRICES,
    depth_explorer,
    moments,
    through_layers,
    timeline_explorer,
)


@pytest.mark.parametrize("matrix", MATRICES)
def test_the_norms_are_those_of_autograd_and_below_the_bound(matrix):
    W, x = 1.7 * MATRICES[matrix], np.linspace(0.5, 1, len(MATRICES[matrix]))
    norms, smallest, largest = through_layers(W, x)
    assert np.linalg.norm(MATRICES[matrix], 2) == pytest.approx(1)
    h = torch.tensor(x)
    for layer in range(3):
        J = torch.autograd.functional.jacobian(partial(_layers, W, layer + 1), torch.tensor(x))
        assert norms[layer] == pytest.approx(torch.linalg.matrix_norm(J, 2).item(), abs=1e-12)
        slopes = 1 - torch.tanh(torch.tensor(W) @ h) ** 2
        assert (smallest[layer], largest[layer]) == pytest.approx(
            (slopes.min().item(), slopes.max().item())
        )
        h = _layers(W, 1, h)
    assert np.all(norms <= 1.7 ** np.arange(1, LAYERS + 1) * (1 + 1e-12))


def _layers(W, count, h):
    for _ in range(count):
        h = torch.tanh(torch.tensor(W) @ h)
    return h


@pytest.mark.parametrize(
    "matrix, norm, size, fate",
    [
        ("one unit", 0.7, "1", "it has vanished"),
        ("one unit", 2.0, "1", "it has vanished"),
        ("one unit", 2.0, "0.000000001", "it has exploded"),
        ("one way", 3.0, "0.000000001", "it has vanished"),
        ("a rotation", 1.0, "0.000001", "it has neither vanished nor exploded"),
    ],
)
def test_the_explorer_says_what_became_of_the_jacobian(matrix, norm, size, fate):
    explorer = depth_explorer()
    explorer.set(matrix=matrix, norm=norm, input=size)
    assert fate in explorer.text and f"has the norm {norm:.1f}" in explorer.text


@pytest.mark.parametrize("layers, every", [(16, 4), (17, 5), (6, 1), (7, 7), (36, 6)])
def test_the_timeline_is_a_valid_schedule(layers, every):
    steps = moments(layers, every)
    assert [i for kind, i, _ in steps if kind == KEEP] == list(range(layers))
    assert [i for kind, i, _ in steps if kind == BACK] == list(reversed(range(layers)))
    for kind, i, held in steps:
        assert kind == KEEP or i in held, "what a step needs is there"
    assert sum(kind == AGAIN for kind, _, _ in steps) == layers - ceil(layers / every)
    assert max(len(held) for _, _, held in steps) <= ceil(layers / every) + every - 1


def test_the_timeline_says_how_much_is_held():
    explorer = timeline_explorer()
    explorer.set(layers=36, every=6, percent_of_time=100)
    assert "Activations held: 1, at the peak 11, and 36 without checkpoints" in explorer.text
    assert "Checkpoints: 6" in explorer.text and "30 again" in explorer.text
    explorer.set(layers=4, every=30, percent_of_time=0)  # not more than there are layers
    assert re.match(r"Step 1 of 11: layer 1 is computed on the way forward", explorer.text)
