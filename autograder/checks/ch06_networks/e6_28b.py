"""6.28b: the test error over the number of random features."""

import numpy as np

from autograder.check import attempt, check


def given_test_mse(X, y, X_test, y_test, W):
    """Stands in for 6.28, so that a mistake there costs its own points only."""
    weights = np.linalg.lstsq(np.maximum(X @ W.T, 0), y)[0]
    return float(np.mean((np.maximum(X_test @ W.T, 0) @ weights - y_test) ** 2))


@check("6.28b", points=5, reveal=True)
def curve(answer, rng):
    run = answer.with_given("double_descent", random_feature_test_mse=given_test_mse)

    def errors(widths, noise, **seed):
        return attempt(lambda: run(widths, noise, **seed))

    def drawn(low, high):
        widths = rng.choice(np.arange(low, high), 3, replace=False)
        return [int(N) for N in sorted(widths, reverse=True)]

    def seed():
        return int(rng.integers(1, 10_000))

    few, noise = drawn(8, 60), float(rng.uniform(0.4, 0.6))
    return {
        "fewer features than rows": errors(few, noise, seed=seed()),
        "more features than rows": errors(drawn(150, 450), noise, seed=seed()),
        "as many features as rows": errors([100, 97], noise, seed=seed()),
        "without noise": errors(drawn(10, 70), 0.0, seed=seed()),
        "with strong noise, and the default seed": errors(drawn(10, 70), 2 * noise),
    }


DATA = "generate_regression_data(noise=noise, seed=seed)"
WEIGHTS = "W = hidden_weights(seed)"
ROWS = "W[:N]"
curve.misconception(
    "noise_ignored",
    "The noise that is asked for does not reach the data: hand it on as noise=noise.",
    edits={DATA: "generate_regression_data(seed=seed)"},
)
curve.misconception(
    "seed_ignored_in_the_data",
    "The data are always the same: their seed is the one that the function gets.",
    edits={DATA: "generate_regression_data(noise=noise)"},
)
curve.misconception(
    "seed_ignored_in_the_weights",
    "The hidden weights are always the same: draw them with the seed that the function gets.",
    edits={WEIGHTS: "W = hidden_weights(0)"},
)
curve.misconception(
    "hidden_weights_are_the_inputs",
    "default_rng(seed) begins with the very numbers of the training inputs. These weights are not "
    "independent of the data; hidden_weights(seed) draws others.",
    edits={WEIGHTS: "W = np.random.default_rng(seed).normal(size=(500, 20))"},
)
curve.misconception(
    "last_rows",
    "These are the last N rows of the hidden weights. A width takes the first N.",
    edits={ROWS: "W[-N:]"},
)
curve.misconception(
    "all_features_for_every_width",
    "Every width gets all 500 features: take the first N rows of the hidden weights.",
    edits={ROWS: "W"},
)
curve.misconception(
    "new_data_for_every_width",
    "Every width gets data of its own. Then the curve mixes the effect of the width with that of the data.",
    edits={
        "return [random_feature_test_mse(X, y, X_test, y_test, W[:N]) for N in widths]": (
            "return [\n        random_feature_test_mse("
            "*generate_regression_data(noise=noise, seed=seed + k), W[:N])\n        "
            "for k, N in enumerate(widths)\n    ]"
        )
    },
)
curve.misconception(
    "train_error_reported",
    "These are the errors on the training rows. They are 0 from width 100 on, and show no peak.",
    edits={"(X, y, X_test, y_test, W[:N])": "(X, y, X, y, W[:N])"},
)
curve.misconception(
    "sorted_widths",
    "The errors come in another order than the widths.",
    edits={"for N in widths": "for N in sorted(widths)"},
)


@curve.alternative("loop_and_array")
def double_descent(widths, noise, seed=0):
    data = generate_regression_data(noise, seed)
    errors = np.zeros(len(widths))
    for k, width in enumerate(widths):
        errors[k] = random_feature_test_mse(*data, hidden_weights(seed)[:width])
    return errors


@curve.alternative("pseudoinverse_here")
def double_descent(widths, noise, seed=0):
    X, y, X_test, y_test = generate_regression_data(noise=noise, seed=seed)
    W = hidden_weights(seed)

    def error(N):
        features, test = (np.maximum(rows @ W[:N].T, 0) for rows in (X, X_test))
        return ((test @ (np.linalg.pinv(features) @ y) - y_test) ** 2).mean()

    return tuple(map(error, widths))


@curve.oracle("torch")
def double_descent(widths, noise, seed=0):
    import torch

    X, y, X_test, y_test = map(torch.tensor, generate_regression_data(noise=noise, seed=seed))
    W = torch.tensor(hidden_weights(seed))
    errors = []
    for N in widths:
        features, test = torch.relu(X @ W[:N].T), torch.relu(X_test @ W[:N].T)
        fit = torch.linalg.lstsq(features, y[:, None], driver="gelsd").solution[:, 0]
        errors.append(torch.nn.functional.mse_loss(test @ fit, y_test).item())
    return errors
