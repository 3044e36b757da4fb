"""A random forest for two classes, and how much it owes to each feature."""

import numpy as np

BINS = 16


def forest_importance(X, y, n_trees=10, depth=6, seed=0):
    """How much of the impurity each feature takes away: (d,), at least 0, with the sum 1.

    Every tree sees n rows, drawn with replacement, and may split a node by a third of the features. The
    impurity of a node with the share p of ones is 2p(1 - p), Gini's. What a split takes away from it counts
    for the feature that is split by, in proportion to the rows of the node.
    """
    rng = np.random.default_rng(seed)
    y = np.asarray(y)
    edges = np.quantile(X, np.arange(1, BINS) / BINS, axis=0)
    binned = np.array([np.searchsorted(cuts, column) for cuts, column in zip(edges.T, X.T)])
    importance = np.zeros(len(binned))
    for _ in range(n_trees):
        rows = rng.integers(len(y), size=len(y))
        _grow(binned[:, rows], y[rows], depth, rng, importance)
    return importance / importance.sum()


def _grow(binned, y, depth, rng, importance):
    """Split the rows, and what comes of them, and add what every split gains to `importance`."""
    if depth == 0 or len(y) < 2 or y.min() == y.max():
        return
    d = len(binned)
    tried = rng.choice(d, max(1, d // 3), replace=False)
    gains = {feature: _best_split(binned[feature], y) for feature in tried}
    feature = max(gains, key=lambda one: gains[one][0])
    gain, cut = gains[feature]
    if gain <= 0:
        return
    importance[feature] += gain
    left = binned[feature] <= cut
    for side in (left, ~left):
        _grow(binned[:, side], y[side], depth - 1, rng, importance)


def _best_split(column, y):
    """(gain, bin): splitting after this bin takes most impurity away, counted in rows."""
    rows = np.cumsum(np.bincount(column, minlength=BINS))
    ones = np.cumsum(np.bincount(column, weights=y, minlength=BINS))
    left, right = _impurity(rows, ones), _impurity(rows[-1] - rows, ones[-1] - ones)
    gains = _impurity(rows[-1], ones[-1]) - left - right
    cut = int(np.argmax(gains))
    return float(gains[cut]), cut


def _impurity(rows, ones):
    """2p(1 - p) times the number of rows; 0 for none."""
    return 2 * ones * (rows - ones) / np.maximum(rows, 1)
