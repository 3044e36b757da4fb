"""How good predictions are."""

import numpy as np


def accuracy(y, labels):
    """The share of the rows in which the label is right; y and labels (n,)."""
    return float(np.mean(np.ravel(y) == np.ravel(labels)))


def roc_auc(y, scores):
    """The area under the ROC curve: how often a positive row gets a higher score than a negative one.

    y (n,) of 0 and 1, scores (n,): probabilities or anything else that grows with them. Equal scores
    count one half. 0.5 is guessing, 1 is perfect; hard labels as scores throw the order away.
    """
    y, scores = np.ravel(y), np.ravel(scores)
    n_positive = np.count_nonzero(y == 1)
    n_negative = len(y) - n_positive
    if not n_positive or not n_negative:
        raise ValueError("roc_auc compares positive with negative rows: y needs both, 0s and 1s.")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_ranks = np.cumsum(counts) - (counts - 1) / 2  # equal scores share their ranks
    wins = mean_ranks[place][y == 1].sum() - n_positive * (n_positive + 1) / 2
    return float(wins / (n_positive * n_negative))
