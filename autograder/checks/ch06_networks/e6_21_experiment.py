"""6.21d: training without and with batch normalisation."""

from autograder.check import attempt, check
from utils import NumpyMLP

KEYS = ("plain", "batch norm", "plain, 10 X", "batch norm, 10 X")


class StandIn(NumpyMLP):
    """In place of the student's BatchNormMLP, so that a mistake in it costs its own part only."""

    def forward(self, X, training=False):
        return super().forward(0.5 * X + 0.1, training)


# rtol: another order of the rows changes a loss by little, another order of the sums by far less.
@check("6.21d", points=2, rtol=1e-6)
def experiment(answer, rng):
    run = answer.with_given("batchnorm_experiment", BatchNormMLP=StandIn)
    seed = int(rng.integers(1, 1000))
    width = int(rng.integers(4, 9))
    found = [
        attempt(lambda: run([10, width, 1], "xavier", 1)),
        attempt(lambda: run([10, 5, width, 1], "lecun", 3, seed=seed)),
    ]
    return {key: attempt(lambda key=key: [one[key] for one in found]) for key in KEYS}


MODEL = "kind(layer_sizes, init=init, learning_rate=0.1, seed=seed)"
experiment.misconception(
    "default_learning_rate",
    "The networks train with the default learning rate in place of 0.1.",
    edits={"learning_rate=0.1, ": ""},
)
experiment.misconception(
    "first_epoch_only",
    "That is the loss of the first epoch. What is asked for is the last one.",
    edits={'["train_loss"][-1]': '["train_loss"][0]'},
)
experiment.misconception(
    "mean_of_all_epochs",
    "That is a mean over all epochs; the last entry is what the training has reached.",
    edits={
        'model.fit(X, y, epochs=epochs, seed=seed)["train_loss"][-1]': (
            'float(np.mean(model.fit(X, y, epochs=epochs, seed=seed)["train_loss"]))'
        )
    },
)
experiment.misconception(
    "same_network_twice",
    "All four networks are ordinary ones here, so there is nothing to compare.",
    edits={
        "last_loss(BatchNormMLP, X)": "last_loss(NumpyMLP, X)",
        "last_loss(BatchNormMLP, 10 * X)": "last_loss(NumpyMLP, 10 * X)",
    },
)
experiment.misconception(
    "inputs_not_scaled",
    "The inputs of the last two trainings should be ten times as large.",
    edits={
        "last_loss(NumpyMLP, 10 * X)": "last_loss(NumpyMLP, X)",
        "last_loss(BatchNormMLP, 10 * X)": "last_loss(BatchNormMLP, X)",
    },
)
experiment.misconception(
    "init_ignored",
    "The networks always begin in the same way; init is an argument.",
    edits={"init=init, ": ""},
)
experiment.misconception(
    "seed_of_the_weights_ignored",
    "The weights do not follow the seed: the networks get it as well.",
    edits={"learning_rate=0.1, seed=seed)": "learning_rate=0.1)"},
)
experiment.misconception(
    "seed_of_the_order_ignored",
    "The order of the rows does not follow the seed: fit gets it as well.",
    edits={"epochs=epochs, seed=seed": "epochs=epochs"},
)
experiment.misconception(
    "seed_of_the_data_ignored",
    "The data do not follow the seed.",
    edits={"n_features=10, seed=seed": "n_features=10, seed=0"},
)
experiment.misconception(
    "epochs_ignored",
    "The number of epochs is an argument; here it has no effect.",
    edits={"epochs=epochs, seed=seed": "epochs=20, seed=seed"},
)
experiment.misconception(
    "full_batch",
    "All rows are in one batch; use the batch size that fit has by itself.",
    edits={"epochs=epochs, seed=seed": "epochs=epochs, batch_size=1000, seed=seed"},
)


@experiment.alternative("loops")
def batchnorm_experiment(layer_sizes, init, epochs, seed=0):
    X, y = generate_click_data(n_samples=1000, n_features=10, seed=seed)
    found = {}
    for factor, ending in ((1, ""), (10, ", 10 X")):
        for name, kind in (("plain", NumpyMLP), ("batch norm", BatchNormMLP)):
            model = kind(layer_sizes, seed=seed, init=init, learning_rate=0.1)
            history = model.fit(X * factor, y, epochs=epochs, batch_size=64, seed=seed)
            found[name + ending] = np.float64(history["train_loss"][epochs - 1])
    return found


@experiment.alternative("one_epoch_at_the_end")
def batchnorm_experiment(layer_sizes, init, epochs, seed=0):
    data = generate_click_data(1000, 10, seed)
    plain, batch = ([kind(layer_sizes, init=init, learning_rate=1 / 10, seed=seed) for _ in "12"]
                    for kind in (NumpyMLP, BatchNormMLP))  # fmt: skip
    X, y = data
    losses = [m.fit(A, y, None, None, epochs, 64, seed)["train_loss"].pop()
              for m, A in zip([*plain, *batch], [X, 10 * X] * 2)]  # fmt: skip
    keys = ["plain", "plain, 10 X", "batch norm", "batch norm, 10 X"]
    return dict(zip(keys, losses))


@experiment.oracle("the_training_written_out")
def batchnorm_experiment(layer_sizes, init, epochs, seed=0):
    X, y = generate_click_data(1000, n_features=10, seed=seed)
    found = {}
    for name, kind, inputs in (
        ("plain", NumpyMLP, X),
        ("batch norm", BatchNormMLP, X),
        ("plain, 10 X", NumpyMLP, 10 * X),
        ("batch norm, 10 X", BatchNormMLP, 10 * X),
    ):
        model = kind(layer_sizes, init=init, seed=seed)
        rng = np.random.default_rng(seed)
        for _ in range(epochs):
            order, total = rng.permutation(1000), 0.0
            for start in range(0, 1000, 64):
                rows = order[start : start + 64]
                p = model.forward(inputs[rows], training=True)[:, 0].clip(1e-12, 1 - 1e-12)
                total -= np.sum(np.log(np.where(y[rows] == 1, p, 1 - p)))
                for key, gradient in model.backward(y[rows]).items():
                    model.params[key] = model.params[key] - 0.1 * gradient
        found[name] = total / 1000
    return found
