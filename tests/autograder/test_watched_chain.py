"""The chain of 3.35c: its gradient is that of differences, and what is kept anywhere is counted."""

import numpy as np
import pytest

from autograder.checks.ch03_calculus.e3_35_checkpoints import slopes
from autograder.checks.ch03_calculus.watched_chain import Watched, chains, peak_of, through


@pytest.mark.parametrize("seed", range(3))
def test_the_product_of_the_slopes_is_the_difference_quotient(seed):
    for cases in chains(np.random.default_rng(seed)).values():
        for a, b, x, _ in cases:
            h = 1e-6
            quotient = (through(a, b, x + h)[-1] - through(a, b, x - h)[-1]) / (2 * h)
            product = np.prod(slopes(a, b, through(a, b, x)[:-1]))
            assert product == pytest.approx(quotient, rel=1e-6)


def test_layers_note_where_they_are_evaluated_and_what_still_exists():
    watched = Watched([0.5, 0.4, 0.3], [0.0, 1.0, 2.0])
    signals = [1.0]
    for f in watched.fs:
        signals.append(f(signals[-1]))
    assert signals == through([0.5, 0.4, 0.3], [0.0, 1.0, 2.0], 1.0)
    assert [i for i, _ in watched.evaluated] == [0, 1, 2]
    assert watched.most == watched.alive == 3
    del signals[1:]
    assert watched.alive == 0 and watched.most == 3


def test_the_store_counts_numbers_and_not_names():
    watched = Watched([0.5], [0.0])
    store = watched.store()
    store.save("all", [1.0, 2.0, 3.0])
    store.save("one", 4.0)
    store.free("all")
    assert store.held == 1 and store.peak == peak_of(watched.stored) == 4
    with pytest.raises(KeyError, match="nothing is kept under 'all'"):
        store.load("all")
