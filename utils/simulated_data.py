"""Data that is drawn from a known law, so that the best possible prediction is known as well."""

import numpy as np

from utils.autograd import sigmoid

CREDIT_FEATURES = (
    "income", "debt_to_income", "utilization", "late_payments",
    "credit_age", "inquiries", "employment_years", "loan_amount",
)  # fmt: skip


def generate_click_data(n_samples=10_000, n_features=20, seed=42, return_probs=False):
    """Did a visitor click? About 35% did.

    X (n, d) float64, standard normal; y (n,) int64, 1 for a click; with `return_probs` also p (n,), the
    true probability of a click. Columns 0 to 4 matter, x0 and x1 through their product and x3 through
    its square as well; the other columns are noise.
    """
    if n_features < 5:
        raise ValueError(f"The click data has at least 5 features; n_features is {n_features}.")
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    x0, x1, x2, x3, x4 = X[:, :5].T
    logit = 0.8 * x0 - 0.6 * x1 + 0.8 * x2 + 1.5 * x0 * x1 + (x3**2 - 1) + np.tanh(2 * x4) - 1
    return _labelled(rng, X, logit, return_probs)


def generate_credit_data(n_samples=5_000, seed=42, return_probs=False):
    """Did a customer default on a loan? About 30% did.

    X (n, 8) float64: the columns CREDIT_FEATURES, in standard deviations from the average customer, who
    is 0 in all of them. y (n,) int64, 1 for a default; with `return_probs` also p (n,), the true
    probability of a default.
    """
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, len(CREDIT_FEATURES)))
    income, debt, utilization, late, age, inquiries, employment, _ = X.T
    logit = (
        1.1 * debt + 1.0 * utilization + 1.2 * late + 0.5 * debt * utilization
        - 0.4 * income - 0.3 * age + 0.25 * inquiries - 0.2 * employment - 1.35
    )  # fmt: skip
    return _labelled(rng, X, logit, return_probs)


def generate_regression_data(noise=0.5, seed=0, n_train=100, n_test=1000, d=20):
    """Few rows with noise to learn from, many without noise to measure the error.

    Returns X (n_train, d), y (n_train,), X_test (n_test, d), y_test (n_test,). The inputs are standard
    normal. The true function is t + sin(2t)/2, where t is the input's component in one random direction;
    to y, `noise` times a standard normal number is added. y_test has no noise, so that a mean squared
    error on it is the distance to the true function.
    """
    rng = np.random.default_rng(seed)
    X, X_test = rng.normal(size=(n_train, d)), rng.normal(size=(n_test, d))
    direction = rng.normal(size=d)
    direction /= np.linalg.norm(direction)

    def true_function(X):
        t = X @ direction
        return t + np.sin(2 * t) / 2

    y = true_function(X) + noise * rng.normal(size=n_train)
    return X, y, X_test, true_function(X_test)


def _labelled(rng, X, logit, return_probs):
    """Labels y (n,), 1 with the probability p that the logit gives."""
    p = sigmoid(logit)
    y = (rng.random(len(X)) < p).astype(np.int64)
    return (X, y, p) if return_probs else (X, y)
