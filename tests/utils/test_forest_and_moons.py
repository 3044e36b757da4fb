"""The forest of 6.23 and the moons of 6.22."""

import numpy as np
import pytest

from utils import generate_click_data
from utils.forest import _best_split, forest_importance
from utils.moons import two_moons


@pytest.mark.parametrize("seed", range(3))
def test_the_forest_finds_the_columns_that_matter(seed):
    X, y = generate_click_data(1000, 10, seed=seed)
    importance = forest_importance(X, y, seed=seed)
    assert importance.shape == (10,) and importance.min() >= 0
    assert importance.sum() == pytest.approx(1)
    assert set(np.argsort(importance)[-5:]) == set(range(5))


def test_the_unit_of_a_column_does_not_matter_to_the_forest():
    X, y = generate_click_data(500, 6, seed=1)
    unit = 2.0 ** np.arange(6)  # so that every number stays exact
    assert np.allclose(forest_importance(X, y), forest_importance(X * unit, y))


def test_a_single_split_gains_what_the_definition_says():
    x, y = np.repeat([0.0, 1.0], [30, 10])[:, None], np.repeat([0, 1, 0, 1], [20, 10, 2, 8])
    gain, cut = _best_split(x[:, 0].astype(int), y)

    def impurity(rows):
        return 2 * rows.mean() * (1 - rows.mean()) * len(rows)

    assert cut == 0
    assert gain == pytest.approx(impurity(y) - impurity(y[:30]) - impurity(y[30:]))


def test_the_moons_are_two_half_circles():
    X, y = two_moons(400, noise=0.0, seed=3)
    assert X.shape == (400, 2) and y.dtype == np.int64 and np.bincount(y).tolist() == [200, 200]
    upper, lower = X[y == 0], X[y == 1]
    assert np.allclose(np.hypot(*upper.T), 1) and upper[:, 1].min() >= 0
    assert np.allclose(np.hypot(*(lower - [1, 0.5]).T), 1) and lower[:, 1].max() <= 0.5


def test_the_moons_follow_their_seed():
    assert np.array_equal(two_moons(seed=4)[0], two_moons(seed=4)[0])
    assert not np.array_equal(two_moons(seed=4)[0], two_moons(seed=5)[0])
