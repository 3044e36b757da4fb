"""The store of 3.35: what it keeps, what it counts, and what it says about a slip."""

import numpy as np
import pytest

from utils import Store


def test_the_peak_is_the_most_that_was_held_at_once():
    store = Store()
    store.save(0, 1.0)
    store.save(1, 2.0)
    assert store.load(0) == 1.0 and store.held == store.peak == 2
    store.free(0)
    store.free(1)
    store.save(2, 3.0)
    assert store.held == 1 and store.peak == 2
    assert repr(store) == "Store: holds 1, at most 2 so far"


def test_saving_under_a_name_again_replaces_the_value():
    store = Store()
    store.save(5, 1.0)
    store.save(5, 4.0)
    assert store.load(5) == 4.0 and store.peak == 1


def test_an_array_or_a_list_counts_with_all_its_entries():
    store = Store()
    store.save("segment", np.zeros((2, 3)))
    store.save("list", [1.0, 2.0])
    assert store.held == store.peak == 8


@pytest.mark.parametrize("slip", [lambda store: store.load(7), lambda store: store.free(7)])
def test_what_is_not_kept_is_named(slip):
    with pytest.raises(KeyError, match="nothing is kept under 7"):
        slip(Store())
