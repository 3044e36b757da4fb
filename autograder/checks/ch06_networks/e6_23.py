"""6.23: slopes of the prediction by the inputs, and the ranking that they give."""

from functools import cache

import numpy as np

from autograder.check import Fault, attempt, check, choice, written
from autograder.checks.ch06_networks.off_limits import TORCH
from autograder.checks.ch06_networks.shown_network import ShownMLP
from autograder.checks.ch07_gradients.training_rules import by_rules, close
from utils import ACTIVATION_GRADIENTS, NumpyMLP, generate_click_data
from utils.forest import forest_importance

ONE, DEEP, RELU, BOTH, FALLING = (
    "slopes of a network with one hidden layer",
    "slopes of a deep network with tanh",
    "slopes of a deep network with ReLU",
    "importance where slopes have both signs",
    "importance where all slopes are negative",
)


def given_gradients(model, X):
    """In place of the student's function: the slopes of the predictions."""
    y_hat = model.forward(X)
    delta = y_hat * (1 - y_hat)
    for layer in range(model.L, 0, -1):
        delta = delta @ model.params[f"W{layer}"]
        if layer > 1:
            delta = delta * ACTIVATION_GRADIENTS[model.activation](model.cache[f"Z{layer - 1}"])
    return delta


def given_importance(model, X):
    """In place of the student's function: the mean absolute slopes."""
    return np.abs(given_gradients(model, X)).mean(axis=0)


@check("6.23", points=6, forbid=(*TORCH, "measured_slopes", "wanted_importance"), weights={BOTH: 2})
def importance(answer, rng):
    def network(layer_sizes, activation):
        """A network with any weights, in which no prediction is certain."""
        model = ShownMLP(layer_sizes, activation=activation)
        size = len(model.get_flat())
        model.set_flat(rng.normal(0, 0.7, size=size))
        return model

    def slopes(layer_sizes, activation, n):
        X = rng.normal(size=(n, layer_sizes[0]))
        return answer.input_gradients(network(layer_sizes, activation), X)

    def importances(model, X):
        rank = answer.with_given("gradient_importance", input_gradients=given_gradients)
        return rank(model, X)

    def bump():
        """A network whose output is the same at x and -x, so that its slopes there are opposite."""
        model = ShownMLP([3, 6, 1], activation="tanh")
        W1, b1 = rng.uniform(0.5, 1.5, (3, 3)), rng.uniform(0.5, 1, 3)
        model.params["W1"], model.params["b1"] = np.vstack([W1, W1]), np.r_[b1, -b1]
        heights = rng.uniform(0.5, 1.0, 3)
        model.params["W2"] = np.r_[heights, -heights][None]
        return model

    some = rng.uniform(0.3, 1, (6, 3))
    falling = network([3, 1], "tanh")
    falling.params["W1"] = -rng.uniform(0.5, 1.5, (1, 3))
    return {
        ONE: attempt(slopes, [3, 5, 1], "sigmoid", 7),
        DEEP: attempt(slopes, [4, 5, 3, 1], "tanh", 6),
        RELU: attempt(slopes, [3, 6, 5, 1], "relu", 8),
        BOTH: attempt(importances, bump(), np.concatenate([some, -some]) + 0.01),
        FALLING: attempt(importances, falling, rng.normal(size=(5, 3))),
    }


START = "delta = y_hat * (1 - y_hat)"
SLOPE = 'ACTIVATION_GRADIENTS[model.activation](model.cache[f"Z{layer - 1}"])'
MEANS = "np.abs(input_gradients(model, X)).mean(axis=0)"
for name, sentence, edits, form in (
    (
        "gradient_of_the_logit",
        "These are the slopes of z, before the sigmoid. The prediction is its sigmoid, whose slope is "
        "a factor.",
        {START: "delta = np.ones_like(y_hat)"},
        "",
    ),
    (
        "gradient_of_the_loss",
        "The backward pass of a loss starts with ŷ − y. There is no loss here, and no label: it starts with "
        "the slope of the sigmoid.",
        {START: "delta = y_hat - (y_hat >= 0.5)"},
        "",
    ),
    (
        "activation_gradient_missing",
        "The slopes of the hidden activations are missing: the weights alone make a linear network.",
        {f"delta = delta * {SLOPE}": "pass"},
        "",
    ),
    (
        "activation_gradient_of_a",
        "The slopes of the activations are taken at A. They are functions of Z, of what goes in.",
        {'model.cache[f"Z{layer - 1}"]': 'model.cache[f"A{layer - 1}"]'},
        "",
    ),
    (
        "average_before_absolute_value",
        "The mean comes before the absolute value, so slopes of different signs cancel.",
        {MEANS: "np.abs(input_gradients(model, X).mean(axis=0))"},
        "",
    ),
    (
        "signed_mean",
        "Without absolute values, slopes of different signs cancel.",
        {MEANS: "input_gradients(model, X).mean(axis=0)"},
        "",
    ),
    (
        "divided_by_n",
        "Every slope is divided by the number of rows. That belongs to a mean loss; a row is by itself.",
        {START: "delta = y_hat * (1 - y_hat) / len(X)"},
        "",
    ),
    (
        "gradient_times_input",
        "The slopes are multiplied by the inputs. That is another measure; asked for is the slope.",
        {"    return delta": "    return X * delta"},
        "",
    ),
    (
        "gradient_times_input",
        "The slopes are multiplied by the inputs. That is another measure; asked for is the slope.",
        {MEANS: "np.abs(X * input_gradients(model, X)).mean(axis=0)"},
        "importance",
    ),
    (
        "importance_over_features",
        "The mean goes over the features and leaves a number for each row. It goes over the rows.",
        {"mean(axis=0)": "mean(axis=1)"},
        "",
    ),
    (
        "sum_instead_of_mean",
        "That is the sum over the rows, which grows with their number. Take the mean.",
        {"mean(axis=0)": "sum(axis=0)"},
        "",
    ),
    (
        "squares_instead_of_absolute_values",
        "These are means of squares. They count large slopes far more than small ones.",
        {MEANS: "(input_gradients(model, X) ** 2).mean(axis=0)"},
        "",
    ),
    (
        "sigmoid_slope_twice",
        "The slope of the output sigmoid is there twice.",
        {START: "delta = (y_hat * (1 - y_hat)) ** 2"},
        "",
    ),
    (
        "absolute_values_too_early",
        "The slopes of the single rows have a sign. Only the importance drops it.",
        {"    return delta": "    return np.abs(delta)"},
        "",
    ),
):
    importance.misconception(name, sentence, edits=edits, form=form)


@importance.alternative("row_by_row_with_jacobians")
def answer():
    def input_gradients(model, X):
        rows = []
        for x in X:
            jacobian, a = np.eye(len(x)), x
            for layer in range(1, model.L):
                W = model.params[f"W{layer}"]
                z = W @ a + model.params[f"b{layer}"]
                jacobian = np.diag(ACTIVATION_GRADIENTS[model.activation](z)) @ W @ jacobian
                a = _activated(model.activation, z)
            p = model.predict_proba(x[None])[0]
            rows.append((p * (1 - p) * model.params[f"W{model.L}"] @ jacobian)[0])
        return np.array(rows)

    def _activated(name, z):
        return {"relu": np.maximum(z, 0), "tanh": np.tanh(z), "sigmoid": 1 / (1 + np.exp(-z))}[name]

    def gradient_importance(model, X):
        total = sum(abs(gradient) for gradient in input_gradients(model, X))
        return total / len(X)


@importance.alternative("through_the_backward_pass")
def answer():
    def input_gradients(model, X):
        # with y = ŷ² the error of the cross-entropy, ŷ − y, is the slope of the sigmoid
        rows = []
        for x in X:
            p = model.forward(x[None])
            grads = model.backward(p**2)
            W1, b1 = model.params["W1"], grads["b1"]
            rows.append(b1 @ W1)
        return np.float32(rows)

    def gradient_importance(model, X):
        return list(np.mean(np.abs(input_gradients(model, X)), 0))


@importance.alternative("central_differences")
def answer():
    def input_gradients(model, X, h=1e-5):
        columns = []
        for step in h * np.eye(X.shape[1]):
            up, down = model.predict_proba(X + step), model.predict_proba(X - step)
            columns.append((up - down) / (2 * h))
        return np.stack(columns, axis=1)

    def gradient_importance(model, X):
        return np.abs(input_gradients(model, X)).sum(0) / X.shape[0]


@importance.oracle("torch_autograd")
def answer():
    def input_gradients(model, X):
        import torch

        A = X = torch.tensor(X, requires_grad=True)
        act = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[model.activation]
        for layer in range(1, model.L + 1):
            W, b = (torch.tensor(model.params[f"{name}{layer}"]) for name in "Wb")
            Z = torch.nn.functional.linear(A, W, b)
            A = act(Z) if layer < model.L else torch.sigmoid(Z)
        (slopes,) = torch.autograd.grad(A.sum(), X)
        return slopes.numpy()

    def gradient_importance(model, X):
        return np.linalg.norm(input_gradients(model, X), ord=1, axis=0) / len(X)


# the experiment -------------------------------------------------------------------------------------

THETA, GRADIENT, FOREST, OVERLAP, UNIT = (
    "the trained network",
    "importance by slopes",
    "importance by the forest",
    "the top fives and what they share",
    "column 0 in another unit",
)
SEEDS = range(1, 40)  # all of them were tried; 0 is the one that the notebook shows


@check("6.23b", points=3)
def rankings(answer, rng):
    run = answer.with_given("two_rankings", gradient_importance=given_importance)
    result = attempt(run, int(rng.choice(SEEDS)))

    def values(*names):
        return [np.asarray(result[name], dtype=float) for name in names]

    return {
        THETA: attempt(values, "theta"),
        GRADIENT: attempt(values, "theta", "gradient"),
        FOREST: attempt(values, "forest"),
        OVERLAP: attempt(values, "gradient", "forest", "top_gradient", "top_forest", "overlap"),
        UNIT: attempt(values, "theta_x10", "gradient_x10"),
    }


class Run:
    """The experiment of the text for a seed, as far as a judge needs it."""

    def __init__(self, seed):
        self.X, self.y = generate_click_data(1250, 10, seed=seed)
        self.X_x10 = self.X * np.r_[10, np.ones(9)]
        self.forest = forest_importance(self.X[:1000], self.y[:1000], seed=seed)
        self.forest_of_all = forest_importance(self.X, self.y, seed=seed)
        self.theta, self.theta_x10 = (self._trained(X, seed) for X in (self.X, self.X_x10))

    def _trained(self, X, seed):
        model = NumpyMLP([10, 16, 1], learning_rate=0.1, seed=seed)
        model.fit(X[:1000], self.y[:1000], epochs=30, seed=seed)
        return model.get_flat()

    @staticmethod
    def importance(theta, X):
        """The importances of the network with these parameters."""
        model = NumpyMLP([10, 16, 1])
        model.set_flat(theta)
        return given_importance(model, X)


run_of = cache(Run)


@rankings.judge
def _(seen, rng):
    """The networks are those that the text trains. The importances are computed again from the parameters
    that were handed in, the fives and their overlap from the importances. In all runs that were tried
    (seeds 0 to 39) both fives are the columns 0 to 4, and in the smaller unit the importance of column 0
    falls to less than a quarter."""
    run = run_of(int(rng.choice(SEEDS)))

    def right_theta(value):
        return close(value[0], run.theta, 1e-3, 1e-3) or Fault(
            "the training of the text leads to other parameters"
        )

    def right_gradient(value):
        theta, gradient = value
        if close(gradient, run.importance(theta, run.X[1000:])):
            return True
        for rows in (run.X[:1000], run.X):
            if close(gradient, run.importance(theta, rows)):
                return Fault(
                    "these are slopes at rows of the training", "training_rows_for_the_slopes"
                )
        return Fault("at the test rows this network has other slopes")

    def right_forest(value):
        if close(value[0], run.forest):
            return True
        if close(value[0], run.forest_of_all):
            return Fault("the forest has seen the test rows", "forest_of_all_rows")
        return Fault("the forest of the text gives other numbers")

    def right_fives(value):
        gradient, forest, top_gradient, top_forest, overlap = value
        least = all(
            set(top) == set(np.argsort(importances)[:5])
            for top, importances in ((top_gradient, gradient), (top_forest, forest))
        )
        if least:
            return Fault("these are the least important columns", "least_important_five")
        fives = [set(np.argsort(importances)[-5:]) for importances in (gradient, forest)]
        if [set(top_gradient), set(top_forest)] != fives or not len(top_gradient) == len(
            top_forest
        ) == 5:
            return Fault("the five most important columns by these numbers are others")
        if not close(run.forest, forest):  # whose fives they are counts as well
            return Fault("these are not the fives of this seed")
        if overlap == len(fives[0] & fives[1]):
            return True
        return Fault("the fives have another number of columns in common", "counts_equal_ranks")

    def right_unit(value):
        theta, gradient = value
        if close(theta, run.theta, 1e-3, 1e-3):
            return Fault("that is the network of the old unit", "not_trained_in_the_new_unit")
        if not close(theta, run.theta_x10, 1e-3, 1e-3):
            return Fault("the training in the new unit leads to other parameters")
        if close(gradient, run.importance(theta, run.X_x10[1000:])):
            return True
        if close(gradient, run.importance(theta, run.X[1000:])):
            return Fault("the test rows have the old unit", "test_rows_in_the_old_unit")
        return Fault("at the test rows in the new unit this network has other slopes")

    return by_rules(seen, right_theta, right_gradient, right_forest, right_fives, right_unit)


FIVES = "top_gradient, top_forest = np.argsort(gradient)[-5:], np.argsort(forest)[-5:]"
for name, sentence, edits in (
    (
        "least_important_five",
        "argsort sorts upward: these are the five columns that matter least.",
        {FIVES: FIVES.replace("[-5:]", "[:5]")},
    ),
    (
        "training_rows_for_the_slopes",
        "The slopes were taken at rows that the network has been trained on. Take the test rows.",
        {"gradient_importance(model, X[1000:])": "gradient_importance(model, X[:1000])"},
    ),
    (
        "counts_equal_ranks",
        "This counts columns at the same rank. What counts is which columns both fives contain.",
        {
            '"overlap": len(set(top_gradient) & set(top_forest))': (
                '"overlap": sum(a == b for a, b in zip(top_gradient, top_forest))'
            )
        },
    ),
    (
        "not_trained_in_the_new_unit",
        "Only the rows were changed; the network still expects the old unit. Train a new one on them.",
        {
            "theta_x10, gradient_x10 = network_on(X_x10)": (
                "old = NumpyMLP([10, 16, 1])\n    old.set_flat(theta)\n    "
                "theta_x10, gradient_x10 = theta, gradient_importance(old, X_x10[1000:])"
            )
        },
    ),
    (
        "test_rows_in_the_old_unit",
        "The network was trained in the new unit, but its slopes were taken at test rows in the old one.",
        {
            "X_x10[:, 0] *= 10\n": (
                "X_x10[:1000, 0] *= 10\n"
            )
        },
    ),
    (
        "forest_of_all_rows",
        "The forest was given the test rows as well. It gets the training rows.",
        {"forest_importance(X[:1000], y[:1000], seed=seed)": "forest_importance(X, y, seed=seed)"},
    ),
):  # fmt: skip
    rankings.misconception(name, sentence, edits=edits)


@rankings.alternative("one_loop_and_lists")
def two_rankings(seed=0):
    result = {}
    for ending, unit in (("", 1), ("_x10", 10)):
        X, y = generate_click_data(n_samples=1250, n_features=10, seed=seed)
        X[:, 0] = unit * X[:, 0]
        model = NumpyMLP((10, 16, 1), learning_rate=0.1, seed=seed)
        model.fit(X[:-250], y[:-250], epochs=30, batch_size=64, seed=seed)
        result["theta" + ending] = list(model.get_flat())
        result["gradient" + ending] = list(gradient_importance(model, X[-250:]))
    result["forest"] = list(
        forest_importance(X[:-250], y[:-250], seed=seed)
    )  # the unit is no matter
    best = {
        name: sorted(range(10), key=result[name].__getitem__)[::-1][:5]
        for name in ("gradient", "forest")
    }
    result |= {f"top_{name}": columns for name, columns in best.items()}
    result["overlap"] = float(sum(column in best["forest"] for column in best["gradient"]))
    return result


rankings.alternative(
    "arrays_in_float32",
    edits={
        '"gradient": gradient': '"gradient": np.float32(gradient)',
        "top_gradient.tolist()": "top_gradient[::-1]",
        "len(set(top_gradient) & set(top_forest))": "np.intersect1d(top_gradient, top_forest).size",
    },
)


@rankings.oracle("torch_slopes_and_splits_one_by_one")
def two_rankings(seed=0):
    import torch

    X, y = generate_click_data(1250, 10, seed=seed)

    def slopes(theta, X):
        W1, b1, w2, b2 = torch.tensor(theta).split([160, 16, 16, 1])
        X = torch.tensor(X, requires_grad=True)
        hidden = torch.relu(X @ W1.view(16, 10).T + b1)
        (found,) = torch.autograd.grad(torch.sigmoid(hidden @ w2 + b2).sum(), X)
        return found.abs().mean(dim=0).numpy()

    result = {}
    for ending, unit in (("", 1), ("_x10", 10)):
        Z = np.column_stack([unit * X[:, 0], X[:, 1:]])
        model = NumpyMLP([10, 16, 1], learning_rate=0.1, seed=seed)
        model.fit(Z[:1000], y[:1000], epochs=30, seed=seed)
        result["theta" + ending] = model.get_flat()
        result["gradient" + ending] = slopes(model.get_flat(), Z[1000:])
    result["forest"] = forest_importance(X[:1000], y[:1000], seed=seed)
    # the truth is known: the columns 0 to 4
    return result | {"top_gradient": range(5), "top_forest": range(5), "overlap": 5}


unit_lesson = choice(
    "6.23c",
    "unit_lesson",
    "abcd",
    key="a",
    points=1,
    ideas={
        "b": (
            "smaller_slope_taken_for_less_use",
            "The predictions are about as good as before, with the same column. What changed is the "
            "size of a unit, and a slope is a change per unit.",
        ),
        "c": (
            "vanishing_gradient_blamed",
            "A ReLU does not saturate for large numbers, and the network uses the column as much as before: "
            "the slope times the column's standard deviation has not become smaller.",
        ),
        "d": (
            "chance_blamed",
            "Over seeds the importance of column 0 varies by a third or so. The fall is much larger, and the "
            "same at every seed.",
        ),
    },
)


@unit_lesson.oracle("slope_times_standard_deviation")
def answer():
    X, y = generate_click_data(1250, 10, seed=7)
    products = []
    for unit in (1, 10):
        Z = np.column_stack([unit * X[:, 0], X[:, 1:]])
        model = NumpyMLP([10, 16, 1], learning_rate=0.1, seed=7)
        model.fit(Z[:1000], y[:1000], epochs=30, seed=7)
        step = 1e-4 * np.eye(10)[0]
        slope = (model.predict_proba(Z + step) - model.predict_proba(Z - step)) / 2e-4
        products.append(np.mean(np.abs(slope)) * Z[:, 0].std())
    unit_lesson = "A" if products[1] > 0.9 * products[0] else "B"


written(
    "6.23-written",
    rubric=[
        (
            1,
            "slopes measure how sensitive the prediction is, impurity how well a feature sorts the rows",
        ),
        (
            1,
            "the unit of a feature changes its slope, or another limit (correlated features, a bad model)",
        ),
    ],
)
