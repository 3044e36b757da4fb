"""6.24d: training without and with dropout, for any number of rows."""

from autograder.check import attempt, check
from utils import NumpyMLP


class StandIn(NumpyMLP):
    """In place of the student's DropoutMLP, so that a mistake in it costs its own part only: with
    training=True its inputs are noisy."""

    def __init__(self, layer_sizes, keep_prob=0.5, **options):
        super().__init__(layer_sizes, **options)
        self.noise = 2.5 - keep_prob

    def forward(self, X, training=False):
        noise = self.noise * self.rng.normal(size=X.shape) if training else 0.0
        return super().forward(X + noise, training)


KEYS = {
    "plain network, training rows": ("plain", "train"),
    "plain network, validation rows": ("plain", "val"),
    "network with dropout, training rows": ("dropout", "train"),
    "network with dropout, validation rows": ("dropout", "val"),
}


@check("6.24d", points=2, rtol=1e-6)
def experiment(answer, rng):
    run = answer.with_given("dropout_experiment", DropoutMLP=StandIn)
    first, second = (int(n) for n in rng.choice(range(100, 250), 2, replace=False))
    seed = int(rng.integers(1, 1000))
    found = [attempt(lambda: run(first, 2)), attempt(lambda: run(second, epochs=3, seed=seed))]

    def curves(network, rows):
        return [[float(loss) for loss in one[network][rows]] for one in found]

    return {key: attempt(curves, *places) for key, places in KEYS.items()}


APPEND = "found[name][which].append(model.compute_loss(model.forward(some_X), some_y))"
FIT = 'model.fit(*rows["train"], epochs=1, seed=epoch)'
experiment.misconception(
    "loss_of_the_training_mode",
    "The training loss is the one that fit returns. It is measured with units switched off, and while the "
    "weights still change; compute it anew with forward(X).",
    edits={
        FIT: f"history = {FIT}",
        APPEND: (f'{APPEND}\n            found[name]["train"][-1] = history["train_loss"][-1]'),
    },
)
experiment.misconception(
    "measured_with_dropout",
    "The losses are computed with training=True, so with dropout. The network that predicts has none.",
    edits={"model.forward(some_X)": "model.forward(some_X, training=True)"},
)
experiment.misconception(
    "new_network_every_epoch",
    "A new network is made in every epoch, so nothing is learned beyond the first one.",
    edits={FIT: f"model = type(model)(sizes, **options)\n            {FIT}"},
)
experiment.misconception(
    "trains_on_all_rows",
    "The training uses the validation rows, too, so they no longer say anything about new data.",
    edits={FIT: "model.fit(X, y, epochs=1, seed=epoch)"},
)
experiment.misconception(
    "validates_on_training_rows",
    "The validation loss is computed on the training rows.",
    edits={'"val": (X[n_rows:], y[n_rows:])': '"val": (X[:n_rows], y[:n_rows])'},
)
experiment.misconception(
    "train_and_val_exchanged",
    "The lists of the training and the validation rows are exchanged.",
    edits={
        "found[name][which].append": 'found[name][{"train": "val", "val": "train"}[which]].append'
    },
)
experiment.misconception(
    "same_network_twice",
    "Both networks are ordinary ones here, so there is nothing to compare.",
    edits={"DropoutMLP(sizes, keep_prob=0.5, **options)": "NumpyMLP(sizes, **options)"},
)
experiment.misconception(
    "nothing_is_dropped",
    "With keep_prob=1 nothing is dropped; the experiment has 0.5.",
    edits={"keep_prob=0.5": "keep_prob=1.0"},
)
experiment.misconception(
    "same_order_every_epoch",
    "All epochs see the rows in the same order: fit gets another seed in every epoch.",
    edits={"seed=epoch": "seed=seed"},
)
experiment.misconception(
    "default_learning_rate",
    "The networks train with the default learning rate in place of 0.1.",
    edits={"dict(learning_rate=0.1, seed=seed)": "dict(seed=seed)"},
)
experiment.misconception(
    "too_many_epochs",
    "Every call of fit makes all epochs, so there is far more training than should be.",
    edits={"epochs=1, seed=epoch": "epochs=epochs, seed=epoch"},
)
experiment.misconception(
    "seed_of_the_data_ignored",
    "The data do not follow the seed.",
    edits={"n_features=20, seed=seed": "n_features=20, seed=0"},
)


@experiment.alternative("one_network_at_a_time")
def answer():
    def losses(model, X, y, n_rows, epochs):
        train, val = [], []
        for epoch in range(epochs):
            model.fit(X[:n_rows], y[:n_rows], epochs=1, batch_size=64, seed=epoch)
            train.append(model.compute_loss(model.forward(X[:n_rows]), y[:n_rows]))
            val.append(model.compute_loss(model.forward(X[-2000:]), y[-2000:]))
        return {"train": np.array(train), "val": np.array(val)}

    def dropout_experiment(n_rows, epochs, seed=0):
        X, y = generate_click_data(n_rows + 2000, 20, seed)
        plain = NumpyMLP([20, 64, 32, 1], seed=seed, learning_rate=0.1)
        dropout = DropoutMLP([20, 64, 32, 1], 0.5, seed=seed, learning_rate=0.1)
        return {
            "plain": losses(plain, X, y, n_rows, epochs),
            "dropout": losses(dropout, X, y, n_rows, epochs),
        }


@experiment.alternative("validation_by_fit")
def dropout_experiment(n_rows, epochs, seed=0):
    X, y = generate_click_data(n_samples=n_rows + 2000, n_features=20, seed=seed)
    X, X_val, y, y_val = X[:n_rows], X[n_rows:], y[:n_rows], y[n_rows:]
    result = {}
    for name in ("dropout", "plain"):
        kind = NumpyMLP if name == "plain" else DropoutMLP
        model = kind([20, 64, 32, 1], learning_rate=0.1, seed=seed)
        curves = {"val": [], "train": []}
        for epoch in range(epochs):
            history = model.fit(X, y, X_val, y_val, 1, 64, epoch)
            curves["val"] += history["val_loss"]
            curves["train"].append(model.compute_loss(model.forward(X), y))
        result[name] = curves
    return result


@experiment.oracle("the_training_written_out")
def dropout_experiment(n_rows, epochs, seed=0):
    import torch

    X, y = generate_click_data(n_rows + 2000, n_features=20, seed=seed)
    result = {}
    for name, kind in (("plain", NumpyMLP), ("dropout", DropoutMLP)):
        model = kind([20, 64, 32, 1], seed=seed)
        curves = {"train": [], "val": []}
        for epoch in range(epochs):
            order = np.random.default_rng(epoch).permutation(n_rows)
            for batch in np.split(order, range(64, n_rows, 64)):
                model.forward(X[batch], training=True)
                for key, gradient in model.backward(y[batch]).items():
                    model.params[key] = model.params[key] - 0.1 * gradient
            for which, rows in (("train", slice(n_rows)), ("val", slice(n_rows, None))):
                p = torch.tensor(model.forward(X[rows])[:, 0])
                loss = torch.nn.functional.binary_cross_entropy(p, torch.tensor(y[rows]).double())
                curves[which].append(loss.item())
        result[name] = curves
    return result
