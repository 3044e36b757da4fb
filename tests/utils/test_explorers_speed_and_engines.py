"""The explorer of 6.17, and what the text of 6.19 says about XOR."""

import re

import numpy as np
import pytest

from utils import NumpyMLP, xor_data
from utils.explorers.ch06_networks.speed_and_engines import (
    LIGHT_OVERHEAD,
    LIGHT_SPEED,
    overhead_explorer,
    step_times,
)


@pytest.mark.parametrize("overhead", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("batch", [16, 64, 256])
def test_the_curves_cross_where_the_sentence_says(overhead, batch):
    explorer = overhead_explorer()
    explorer.set(overhead=overhead, speed=3.0, batch=batch)
    width = int(re.search(r"from about (\d+) hidden", explorer.text).group(1))
    gaps = [
        step_times(w, batch, overhead, 3 * LIGHT_SPEED)
        - step_times(w, batch, LIGHT_OVERHEAD, LIGHT_SPEED)
        for w in (0.85 * width, 1.1 * width)
    ]
    assert gaps[0] > 0 > gaps[1]


def test_more_overhead_moves_the_crossing_up_and_larger_batches_move_it_down():
    def crossing(**values):
        explorer = overhead_explorer()
        explorer.set(**values)
        return int(re.search(r"from about (\d+) hidden", explorer.text).group(1))

    assert crossing(overhead=0.1) < crossing(overhead=0.5) < crossing(overhead=1.0)
    assert crossing(batch=256) < crossing(batch=64) < crossing(batch=16)


def test_without_more_speed_the_heavy_engine_is_never_faster():
    explorer = overhead_explorer()
    explorer.set(speed=1.0)
    assert "slower at every width" in explorer.text


def loss_and_right_answers(hidden, seed):
    """A network with this many hidden units after the training of 6.19c."""
    network = NumpyMLP([2, hidden, 1], learning_rate=0.5, seed=seed)
    X, y = xor_data()
    for _ in range(300):
        network.train_step(X, y)
    outputs = network.forward(X)
    return network.compute_loss(outputs, y), int(np.sum((outputs[:, 0] > 0.5) == y))


def test_eight_hidden_units_learn_xor_with_25_seeds_and_two_mostly_do_not():
    eight = [loss_and_right_answers(8, seed) for seed in range(25)]
    assert all(right == 4 and loss < 0.1 for loss, right in eight)
    assert sum(right == 4 for _, right in (loss_and_right_answers(2, s) for s in range(25))) < 8
