"""6.18c: what skips do before and after training."""

from autograder.check import attempt, check
from utils import NumpyMLP


class StandIn(NumpyMLP):
    """In place of the student's SkipMLP: an experiment is to work with any network, and a mistake in the
    network is to cost its own part only."""

    def forward(self, X, training=False):
        return super().forward(0.5 * X, training)


@check("6.18c", points=3, atol=1e-12)
def experiment(answer, rng):
    run = answer.with_given("skip_experiment", SkipMLP=StandIn)
    seed = int(rng.integers(1, 1000))
    found = [
        attempt(lambda: run("sigmoid", "xavier", 1)),
        attempt(lambda: run("tanh", "lecun", 2, seed=seed)),
    ]

    def column(what):
        return [{name: one[name][what] for name in ("plain", "skip")} for one in found]

    return {
        "gradients before training": attempt(column, "gradient"),
        "losses before training": attempt(column, "loss"),
        "losses after training": attempt(column, "trained"),
    }


BACKWARD = 'np.linalg.norm(model.backward(y)["W1"])'
experiment.misconception(
    "gradient_of_the_last_layer",
    "That is the gradient of the last layer, where nothing can have vanished yet. Look at W1.",
    edits={'["W1"]': '["W10"]'},
)
experiment.misconception(
    "gradient_after_training",
    "The gradient is taken after the training. What is asked for is what arrives before the first step.",
    edits={
        "found[name] = ": f"model.forward(X)\n        gradient = {BACKWARD}\n        found[name] = ",
    },
)
experiment.misconception(
    "squared_norm",
    "That is the sum of the squares; the norm is its root.",
    edits={BACKWARD: 'np.sum(model.backward(y)["W1"] ** 2)'},
)
experiment.misconception(
    "mean_size",
    "That is the mean size of an entry. The norm is the root of the sum of all squares.",
    edits={BACKWARD: 'np.mean(np.abs(model.backward(y)["W1"]))'},
)
experiment.misconception(
    "same_network_twice",
    "Both networks are ordinary ones here, so there is nothing to compare.",
    edits={'("skip", SkipMLP)': '("skip", NumpyMLP)'},
)
experiment.misconception(
    "output_counted_as_hidden",
    "One hidden layer is missing: there are nine of them, and the output comes on top.",
    edits={"9 * [32]": "8 * [32]"},
)
experiment.misconception(
    "init_ignored",
    "The networks always begin in the same way; init is an argument.",
    edits={"init=init": 'init="he"'},
)
experiment.misconception(
    "activation_ignored",
    "The activation is an argument; here it is always ReLU.",
    edits={"activation=activation, ": ""},
)
experiment.misconception(
    "default_learning_rate",
    "The networks train with the default learning rate in place of 0.1.",
    edits={"learning_rate=0.1, ": ""},
)
experiment.misconception(
    "first_epoch_only",
    "That is the loss of the first epoch; the trained network is the one after the last.",
    edits={'["train_loss"][-1]': '["train_loss"][0]'},
)
experiment.misconception(
    "seed_of_the_weights_ignored",
    "The weights do not follow the seed: NumpyMLP and SkipMLP get it as well.",
    edits={"learning_rate=0.1, seed=seed)": "learning_rate=0.1)"},
)


@experiment.alternative("measured_in_functions")
def answer():
    def start(kind, activation, init, seed):
        sizes = [10, *[32 for _ in range(9)], 1]
        return kind(sizes, activation, init=init, seed=seed, learning_rate=0.1)

    def measured(model, X, y, epochs, seed):
        loss = model.compute_loss(model.forward(X, training=True), y)
        model.backward(y)
        size = float(np.sqrt(np.square(model.grads["W1"]).sum()))
        trained = model.fit(X, y, epochs=epochs, batch_size=64, seed=seed)["train_loss"]
        return dict(gradient=size, loss=float(loss), trained=float(trained[epochs - 1]))

    def skip_experiment(activation, init, epochs, seed=0):
        X, y = generate_click_data(n_samples=500, n_features=10, seed=seed)
        plain = measured(start(NumpyMLP, activation, init, seed), X, y, epochs, seed)
        skip = measured(start(SkipMLP, activation, init, seed), X, y, epochs, seed)
        return dict(plain=plain, skip=skip)


@experiment.alternative("two_networks_each")
def skip_experiment(activation, init, epochs, seed=0):
    X, y = generate_click_data(500, 10, seed)
    make = lambda kind: kind(
        [10] + [32] * 9 + [1], activation=activation, init=init, learning_rate=1e-1, seed=seed
    )
    result = {"skip": {}, "plain": {}}
    for name in result:
        kind = SkipMLP if name == "skip" else NumpyMLP
        fresh = make(kind)
        result[name]["loss"] = fresh.compute_loss(fresh.forward(X), y)
        result[name]["gradient"] = np.linalg.norm(fresh.backward(y)["W1"].ravel(), 2)
        result[name]["trained"] = make(kind).fit(X, y, epochs=epochs, seed=seed)["train_loss"].pop()
    return result


@experiment.oracle("gradients_by_torch")
def skip_experiment(activation, init, epochs, seed=0):
    import torch

    X, y = generate_click_data(500, n_features=10, seed=seed)
    result = {}
    for name, kind in (("plain", NumpyMLP), ("skip", SkipMLP)):
        model = kind([10] + [32] * 9 + [1], activation, init=init, learning_rate=0.1, seed=seed)
        model.forward(X)
        leaves = {k: torch.tensor(v, requires_grad=True) for k, v in model.params.items()}
        a = torch.tensor(model.cache["A0"])
        for layer in range(1, 11):
            z = a @ leaves[f"W{layer}"].T + leaves[f"b{layer}"]
            a = getattr(torch, activation if layer < 10 else "sigmoid")(z)
        loss = torch.nn.functional.binary_cross_entropy(a[:, 0], torch.tensor(y).double())
        loss.backward()
        result[name] = {"gradient": leaves["W1"].grad.norm().item(), "loss": loss.item()}
        rng, losses = np.random.default_rng(seed), []
        for _ in range(epochs):  # the training, step by step
            order = rng.permutation(500)
            batches = [order[k : k + 64] for k in range(0, 500, 64)]
            losses.append(sum(len(b) * model.train_step(X[b], y[b]) for b in batches) / 500)
        result[name]["trained"] = losses[-1]
    return result
