"""6.28: the shortest least-squares fit, and its error on random features."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number

MORE = "more features than rows"
WEIGHTS = {MORE: 2}


@check("6.28", points=7, reveal=True, weights=WEIGHTS)
def random_features(answer, rng):
    def fit(rows, features, dead=()):
        Phi = rng.normal(size=(rows, features)) + 0.3
        Phi[:, dead] = 0
        return attempt(answer.min_norm_fit, Phi, rng.normal(size=rows) + 1)

    def error(rows, features):
        X, X_test = rng.normal(size=(rows, 3)), rng.normal(size=(rows + 2, 3))
        y, y_test = rng.normal(size=rows) + 1, rng.normal(size=rows + 2) - 1
        W = rng.normal(size=(features, 3))

        def number():
            return as_number(answer.random_feature_test_mse(X, y, X_test, y_test, W))

        return attempt(number)

    return {
        "fewer features than rows": fit(11, 4),
        MORE: [fit(5, 12), fit(4, 7)],
        "a feature that is 0 in every row": fit(9, 4, dead=[1]),
        "test error with few features": error(12, 4),
        "test error with many features": error(7, 25),
    }


FIT = "np.linalg.lstsq(Phi, y)[0]"
ERROR = "float(np.mean((predictions - y_test) ** 2))"
SINGULAR = (
    "The normal equations have no unique solution when there are more features than rows, or when a "
    "feature is 0 everywhere: the matrix ΦᵀΦ is singular."
)
random_features.misconception(
    "normal_equations_singular",
    SINGULAR,
    edits={FIT: "np.linalg.solve(Phi.T @ Phi, Phi.T @ y)"},
)
random_features.misconception(
    "normal_equations_singular",
    SINGULAR,
    edits={FIT: "np.linalg.inv(Phi.T @ Phi) @ Phi.T @ y"},
    form="inverse",
)
RIDGE = (
    "A penalty on the weights changes the fit: it is no longer a least-squares fit. The shortest weights "
    "are asked for among those that fit best."
)
for form, penalty in {"": "0.1", "one": "1.0"}.items():
    random_features.misconception(
        "ridge",
        RIDGE,
        edits={FIT: f"np.linalg.solve(Phi.T @ Phi + {penalty} * np.eye(Phi.shape[1]), Phi.T @ y)"},
        form=form,
    )
random_features.misconception(
    "dual_form_only",
    "Φᵀ(ΦΦᵀ)⁻¹y is the shortest exact fit where there is one. With fewer features than rows there is none, "
    "and ΦΦᵀ is singular.",
    edits={FIT: "Phi.T @ np.linalg.solve(Phi @ Phi.T, y)"},
)
random_features.misconception(
    "not_minimum_norm",
    "These weights fit, but others that fit as well are shorter: with more features than rows, all of "
    "them share the work.",
    edits={
        f"return {FIT}": (
            "k = min(Phi.shape)\n    c = np.zeros(Phi.shape[1])\n"
            "    c[:k] = np.linalg.lstsq(Phi[:, :k], y)[0]\n    return c"
        )
    },
)
random_features.misconception(
    "intercept_added",
    "A constant feature was added. The fit has the features that it is given, and no bias.",
    edits={
        FIT: "np.linalg.lstsq(np.hstack([Phi, np.ones((len(Phi), 1))]), y)[0][:-1]",
    },
)
random_features.misconception(
    "train_error_reported",
    "That is the error on the training rows. It says how well the model remembers, not how well it predicts.",
    edits={
        "np.maximum(X_test @ W.T, 0) @ weights": "np.maximum(X @ W.T, 0) @ weights",
        "(predictions - y_test)": "(predictions - y)",
    },
)
random_features.misconception(
    "refit_on_the_test_rows",
    "The weights were fitted to the test rows. A test measures weights that never saw them.",
    edits={"min_norm_fit(np.maximum(X @ W.T, 0), y)": "min_norm_fit(np.maximum(X_test @ W.T, 0), y_test)"},
)  # fmt: skip
random_features.misconception(
    "relu_missing",
    "The features are not linear in x: apply ReLU to XWᵀ, for the training rows and for the test rows.",
    edits={"np.maximum(X @ W.T, 0)": "X @ W.T", "np.maximum(X_test @ W.T, 0)": "X_test @ W.T"},
)
random_features.misconception(
    "root_of_the_error",
    "That is the root of the mean squared error. Here the mean of the squares itself is asked for.",
    edits={ERROR: "float(np.sqrt(np.mean((predictions - y_test) ** 2)))"},
)
random_features.misconception(
    "absolute_errors",
    "These are absolute errors. The mean squared error squares each of them.",
    edits={ERROR: "float(np.mean(np.abs(predictions - y_test)))"},
)
random_features.misconception(
    "sum_instead_of_mean",
    "That is the sum of the squared errors. Divide by the number of test rows.",
    edits={ERROR: "float(np.sum((predictions - y_test) ** 2))"},
)


random_features.alternative("pseudoinverse", edits={FIT: "np.linalg.pinv(Phi) @ y"})


@random_features.alternative("singular_values_and_loops")
def answer():
    def min_norm_fit(Phi, y):
        U, s, Vt = np.linalg.svd(Phi, full_matrices=False)
        c = np.zeros(Phi.shape[1])
        for u, size, v in zip(U.T, s, Vt):
            if size > 1e-10 * s[0]:
                c += (u @ y) / size * v
        return list(c)

    def random_feature_test_mse(X, y, X_test, y_test, W):
        def features(rows):
            return np.array([[max(w @ x, 0) for w in W] for x in rows])

        weights = np.array(min_norm_fit(features(X), y))
        return sum((p - t) ** 2 for p, t in zip(features(X_test) @ weights, y_test)) / len(y_test)


random_features.alternative(
    "one_number_in_an_array",
    edits={ERROR: "np.mean((predictions - y_test) ** 2, keepdims=True)"},
)


@random_features.oracle("torch_and_a_stationary_point")
def answer():
    import torch

    def min_norm_fit(Phi, y):
        # c = Phi^T a, where the residual is perpendicular to all features: no part of c is wasted
        Phi, y = torch.tensor(Phi), torch.tensor(y)
        square = Phi.T @ Phi
        values, vectors = torch.linalg.eigh(square)
        inverse = torch.where(values > 1e-9 * values[-1], 1 / values, 0.0)
        return vectors @ (inverse * (vectors.T @ (Phi.T @ y)))

    def random_feature_test_mse(X, y, X_test, y_test, W):
        X, X_test, W = map(torch.tensor, (X, X_test, W))
        features = [torch.relu(torch.nn.functional.linear(rows, W)) for rows in (X, X_test)]
        weights = min_norm_fit(features[0].numpy(), y)
        return torch.nn.functional.mse_loss(features[1] @ weights, torch.tensor(y_test))
