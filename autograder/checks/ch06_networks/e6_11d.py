"""6.11d: networks under rough treatment, and which of their units die."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.leaky_registered import given_leaky_relu
from autograder.checks.ch06_networks.off_limits import TORCH


@check("6.11d", points=2, rtol=1e-3, atol=1e-4, forbid=TORCH)
def training(answer, rng):
    from utils import generate_click_data

    def says(*arguments, **options):
        """The probabilities of a trained network for the rows."""
        with given_leaky_relu():
            model = answer.train_on_clicks(*arguments, **options)
            return model.predict_proba(rows)

    def dead():
        """Which units, 1 or 0 for each of both hidden layers, have the slope 0 after rough treatment."""
        from utils import ACTIVATION_GRADIENTS

        seen = {}
        with given_leaky_relu():
            X = 10 * generate_click_data(1000, n_features=10, seed=seed)[0]
            for name in ("relu", "leaky_relu"):
                model = answer.train_on_clicks(name, 10.0, 0.3, seed)
                model.forward(X)
                slopes = [ACTIVATION_GRADIENTS[name](model.cache[f"Z{k}"]) for k in (1, 2)]
                seen[name] = np.all(np.hstack(slopes) == 0, axis=0).astype(int)
        return seen

    seed, rows = int(rng.integers(1, 1000)), rng.normal(size=(20, 10))
    return {
        "trained as described, ReLU": attempt(says, "relu", seed=seed),
        "trained as described, Leaky ReLU": attempt(says, "leaky_relu", seed=seed),
        "inputs of another scale": attempt(says, "tanh", 3.0, seed=seed),
        "another learning rate": attempt(says, "tanh", learning_rate=0.05),
        "which units die under rough treatment": attempt(dead),
    }


BUILD = "NumpyMLP([10, 32, 16, 1], activation=activation, learning_rate=learning_rate, seed=seed)"
FIT = "network.fit(scale * X, y, epochs=10, seed=seed)"
training.misconception(
    "scale_is_ignored",
    "The inputs are not multiplied by scale before the training.",
    edits={"scale * X": "X"},
)
training.misconception(
    "learning_rate_is_ignored",
    "The learning rate that was asked for does not reach the network.",
    edits={"learning_rate=learning_rate, ": ""},
)
training.misconception(
    "never_trained",
    "The network was built and not trained: what comes back has its first weights.",
    edits={FIT: "pass"},
)
training.misconception(
    "activation_is_ignored",
    "Every network has ReLU. Pass the activation on.",
    edits={"activation=activation, ": ""},
)
training.misconception(
    "one_data_set_for_all_seeds",
    "The data are always the same. The seed is also that of the data.",
    edits={"n_features=10, seed=seed": "n_features=10"},
)
training.misconception(
    "weights_of_seed_zero",
    "The weights always start in the same way: the network gets the seed, too.",
    edits={"learning_rate=learning_rate, seed=seed": "learning_rate=learning_rate"},
)
training.misconception(
    "order_of_seed_zero",
    "The order of the rows does not follow the seed: fit has a seed of its own.",
    edits={"epochs=10, seed=seed": "epochs=10"},
)
training.misconception(
    "full_batches",
    "All rows are in one batch, so that an epoch is a single step. Leave batch_size as it is.",
    edits={"epochs=10, seed": "epochs=10, batch_size=1000, seed"},
)


@training.alternative("settings_in_a_dict")
def train_on_clicks(activation, scale=1.0, learning_rate=0.01, seed=0):
    settings = dict(learning_rate=learning_rate, activation=activation, seed=seed, init="he")
    data = generate_click_data(n_samples=1000, n_features=10, seed=seed)
    model = NumpyMLP((10, 32, 16, 1), **settings)
    model.fit(data[0] * scale, list(data[1]), batch_size=64, epochs=10, seed=seed)
    return model


@training.alternative("steps_written_out")
def train_on_clicks(activation, scale=1.0, learning_rate=0.01, seed=0):
    X, y = generate_click_data(1000, 10, seed)
    X *= scale
    model = NumpyMLP([10, 32, 16, 1], activation=activation, seed=seed)
    model.learning_rate = learning_rate
    order_of = np.random.default_rng(seed)
    for _ in range(10):
        order = order_of.permutation(1000)
        for start in range(0, 1000, 64):
            rows = order[start : start + 64]
            model.forward(X[rows])
            for name, gradient in model.backward(y[rows]).items():
                model.params[name] -= learning_rate * gradient
    return model


@training.oracle("torch_autograd")
def train_on_clicks(activation, scale=1.0, learning_rate=0.01, seed=0):
    import torch
    from torch.nn import functional as F

    bends = {"relu": F.relu, "tanh": torch.tanh, "leaky_relu": F.leaky_relu}
    X, y = map(torch.tensor, generate_click_data(1000, n_features=10, seed=seed))
    model = NumpyMLP([10, 32, 16, 1], activation=activation, seed=seed)
    params = {name: torch.tensor(p, requires_grad=True) for name, p in model.params.items()}
    order_of = np.random.default_rng(seed)
    for _ in range(10):
        for rows in np.array_split(order_of.permutation(1000), range(64, 1000, 64)):
            A = scale * X[rows]
            for layer in (1, 2):
                A = bends[activation](F.linear(A, params[f"W{layer}"], params[f"b{layer}"]))
            logit = F.linear(A, params["W3"], params["b3"])[:, 0]
            loss = F.binary_cross_entropy_with_logits(logit, y[rows].double())
            gradients = torch.autograd.grad(loss, list(params.values()))
            with torch.no_grad():
                for p, gradient in zip(params.values(), gradients):
                    p -= learning_rate * gradient
    model.params = {name: p.detach().numpy() for name, p in params.items()}
    return model
