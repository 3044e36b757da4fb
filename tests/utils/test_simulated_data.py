"""The simulated data follow the law that their functions state."""

import numpy as np
import pytest

from utils.networks.metrics import roc_auc
from utils.simulated_data import (
    CREDIT_FEATURES,
    generate_click_data,
    generate_credit_data,
    generate_regression_data,
)


def logistic(X, y, features):
    """A logistic regression by Newton's method on the given features: its probabilities."""
    F = np.column_stack([np.ones(len(X)), features(X)])
    w = np.zeros(F.shape[1])
    for _ in range(20):
        p = 1 / (1 + np.exp(-F @ w))
        w += np.linalg.solve((F * (p * (1 - p))[:, None]).T @ F, F.T @ (y - p))
    return F @ w


@pytest.mark.parametrize(
    "generate, columns", [(generate_click_data, 20), (generate_credit_data, 8)]
)
def test_shapes_types_and_seeds(generate, columns):
    X, y, p = generate(500, return_probs=True)
    assert X.shape == (500, columns) and X.dtype == np.float64
    assert y.shape == p.shape == (500,) and y.dtype == np.int64
    assert set(y) == {0, 1} and 0 < p.min() < p.max() < 1
    np.testing.assert_array_equal(generate(500)[1], y)
    assert not np.array_equal(generate(500, seed=1)[0], X)


@pytest.mark.parametrize(
    "generate, rate, best",
    [
        (generate_click_data, (0.34, 0.36), (0.86, 0.9)),
        (generate_credit_data, (0.29, 0.32), (0.86, 0.88)),
    ],
)
def test_the_labels_follow_the_probabilities(generate, rate, best):
    _, y, p = generate(100_000, return_probs=True)
    assert rate[0] < y.mean() < rate[1]
    assert abs(y.mean() - p.mean()) < 5 * np.sqrt(p.mean() / len(p))
    for low in np.arange(0, 1, 0.1):
        inside = (low <= p) & (p < low + 0.1)
        assert abs(y[inside].mean() - p[inside].mean()) < 5 * 0.5 / np.sqrt(inside.sum())
    assert best[0] < roc_auc(y, p) < best[1]


def test_clicks_depend_on_five_columns_a_product_and_a_square():
    X, y, p = generate_click_data(50_000, 10, seed=3, return_probs=True)
    logit = np.log(p / (1 - p))
    x0, x1, x2, x3, x4 = X[:, :5].T
    stated = 0.8 * x0 - 0.6 * x1 + 0.8 * x2 + 1.5 * x0 * x1 + x3**2 - 2 + np.tanh(2 * x4)
    np.testing.assert_allclose(logit, stated, atol=1e-9)
    linear = roc_auc(y, logistic(X, y, lambda X: X))
    right = roc_auc(y, logistic(X, y, lambda X: np.column_stack([X, x0 * x1, x3**2])))
    assert linear < 0.74 and right > roc_auc(y, p) - 0.005


def test_clicks_need_five_columns():
    assert generate_click_data(10, 5)[0].shape == (10, 5)
    with pytest.raises(ValueError, match="at least 5 features; n_features is 4"):
        generate_click_data(10, 4)


def test_three_features_decide_most_about_a_loan():
    X, _, p = generate_credit_data(50_000, return_probs=True)
    pull = [abs(np.corrcoef(column, np.log(p / (1 - p)))[0, 1]) for column in X.T]
    order = [CREDIT_FEATURES[k] for k in np.argsort(pull)[::-1]]
    assert set(order[:3]) == {"debt_to_income", "utilization", "late_payments"}
    assert order[-1] == "loan_amount"


def test_regression_data():
    sizes = dict(n_train=4000, n_test=50_000, d=6)
    X, y, X_test, y_test = generate_regression_data(noise=0.5, seed=2, **sizes)
    assert X.shape == (4000, 6) and y.shape == (4000,)
    assert X_test.shape == (50_000, 6) and y_test.shape == (50_000,)
    direction = np.linalg.lstsq(X_test, y_test)[0]
    t, t_test = (Z @ direction / np.linalg.norm(direction) for Z in (X, X_test))
    assert np.sqrt(np.mean((y_test - t_test - np.sin(2 * t_test) / 2) ** 2)) < 0.01
    assert np.std(y - t - np.sin(2 * t) / 2) == pytest.approx(0.5, rel=0.05)
    without = generate_regression_data(noise=0, seed=2, **sizes)
    np.testing.assert_array_equal(without[0], X)
    np.testing.assert_array_equal(without[3], y_test)


def test_regression_defaults():
    assert [part.shape for part in generate_regression_data()] == [
        (100, 20),
        (100,),
        (1000, 20),
        (1000,),
    ]
