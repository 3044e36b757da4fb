"""6.5: logistic regression and a network on click data, and why the network wins."""

from functools import cache

import numpy as np

from autograder.check import Fault, attempt, check, numbers, pairs, written
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.watched_networks import (
    handed_back,
    judged,
    rebuilt,
    watched_networks,
)

LAYERS = [10, 32, 16, 1]
LOGISTIC, ROWS, NETWORK = (
    "AUC of the logistic regression",
    "rows that were trained on",
    "AUC of the network",
)
# Seeds of data for which the wrong ways to a logistic AUC (training rows, all rows, other data, accuracy) are
# farther from the right one than honest fits are from each other (0.002).
SEEDS = (
    1008, 1034, 1052, 1098, 1126, 1163, 1230, 1244, 1268, 1282, 1288, 1294, 1297, 1309, 1316, 1358, 1398,
    1441, 1447, 1450, 1471, 1502, 1521, 1596, 1626, 1664, 1685,
)  # fmt: skip


def hidden_seed(rng):
    return int(rng.choice(SEEDS))


@check("6.5", points=4, seconds=10, weights={NETWORK: 2})
def experiment(answer, rng):
    seed = hidden_seed(rng)
    with watched_networks() as (networks, fits):
        result = attempt(answer.click_auc_experiment, seed)
    with watched_networks(train=False) as (_, fits_by_default):
        attempt(answer.click_auc_experiment)
    return {
        LOGISTIC: attempt(lambda: as_number(result["logistic_auc"])),
        ROWS: {"seed": fits, "default": fits_by_default},
        NETWORK: attempt(
            lambda: {
                "mlp_auc": as_number(result["mlp_auc"]),
                "networks": handed_back(networks, LAYERS),
            }
        ),
    }


class Data:
    """The click data of a seed, and what can be known of it without the answer."""

    def __init__(self, seed):
        from utils.simulated_data import generate_click_data

        self.X, self.y, self.p = generate_click_data(5000, 10, seed=seed, return_probs=True)
        self.training, self.validation = slice(0, 4000), slice(4000, 5000)

    def auc(self, scores, rows=None):
        from utils.networks.metrics import roc_auc

        rows = rows or self.validation
        return roc_auc(self.y[rows], scores[rows])

    @property
    def logistic(self):
        """The logit of the logistic regression with the smallest loss on the training rows."""
        A = np.column_stack([self.X, np.ones(len(self.X))])
        return A @ newton(A[self.training], self.y[self.training])


def newton(A, y):
    """The weights of the logistic regression of y on the columns of A."""
    w = np.zeros(A.shape[1])
    for _ in range(10):
        p = 1 / (1 + np.exp(-A @ w))
        w += np.linalg.solve((A.T * (p * (1 - p))) @ A, A.T @ (y - p))
    return w


@cache
def data_of(seed):
    return Data(seed)


@experiment.judge
def _(seen, rng):
    """The logistic AUC within 0.003 of an independent fit (honest fits differ by 0.002 at most). The
    network's AUC is that of a network that was trained, computed again from its parameters, and lies
    at least 0.05 above the logistic one (measured at ten seeds: 0.10 and more), at most 0.02 above
    that of the true probabilities. `fit` saw the 4000 training rows and no others, those of seed 0 by
    default; whoever trains without `fit` is judged by the AUCs alone."""
    data = data_of(hidden_seed(rng))
    said = {
        LOGISTIC: judged(logistic_auc, seen[LOGISTIC], data),
        ROWS: judged(all_rows, seen[ROWS], data, seen[NETWORK]),
        NETWORK: judged(network_auc, seen[NETWORK], data, seen[ROWS]),
    }
    if said[ROWS] is not True and said[ROWS].misconception == "seed_ignored":
        return dict.fromkeys(said, said[ROWS])
    return said


def logistic_auc(value, data):
    if abs(value - data.auc(data.logistic)) < 0.003:
        return True
    return Fault("it is not the AUC of logistic regression on the last 1000 rows")


def all_rows(fits, data, network):
    if not network["networks"]:
        return Fault("no network with the layers 10, 32, 16, 1 was made")
    said = training_rows(fits["seed"], data)
    if said is True and training_rows(fits["default"], data_of(0)) is not True:
        return Fault("without an argument the data should be that of seed 0")
    return said


def training_rows(fits, data):
    sums = {rows: float(data.X[rows_of].sum()) for rows, rows_of in (
        ("training", data.training), ("validation", data.validation), ("all", slice(None)))}  # fmt: skip
    for one in fits:
        total = one["sum of X"]
        if np.isclose(total, sums["training"], rtol=1e-6):
            continue
        if np.isclose(total, sums["all"]) or np.isclose(total, sums["validation"]):
            return Fault(
                "there are validation rows among them", "validation_rows_leak_into_logistic"
            )
        for seed in (0, 42):
            if np.isclose(total, data_of(seed).X[data.training].sum()):
                return Fault("they are the data of another seed", "seed_ignored")
        return Fault("they should be the first 4000 rows of the data of this seed")
    return True


def network_auc(value, data, rows):
    fits = rows["seed"]
    networks = [rebuilt(LAYERS, one) for one in value["networks"]]
    if not networks:
        return Fault("no network with the layers 10, 32, 16, 1 was made")
    said = value["mlp_auc"]
    for network in networks:
        p = network.predict_proba(data.X)
        if abs(said - data.auc(p)) < 1e-3:
            return good_enough(network, data.auc(p), data, fits)
        if abs(said - data.auc(p, data.training)) < 1e-3:
            return Fault("that is the AUC on the training rows", "evaluated_on_training_rows")
        if abs(said - data.auc((p >= 0.5).astype(float))) < 1e-3:
            return Fault("that is the AUC of labels", "auc_of_hard_labels")
        if abs(said - np.mean((p >= 0.5)[data.validation] == data.y[data.validation])) < 1e-3:
            return Fault("that is the share of right labels", "accuracy_instead_of_auc")
    return Fault("it is not the AUC of the network that was trained, on the last 1000 rows")


def good_enough(network, auc, data, fits):
    if auc > data.auc(data.p) + 0.02:
        return Fault("it is better than the true probabilities are")
    if auc > data.auc(data.logistic) + 0.05:
        return True
    if network.activation == "linear":
        return Fault("the hidden layers have no activation", "mlp_without_hidden_nonlinearity")
    if any(one["sizes"] == LAYERS and one["batch size"] >= 1000 for one in fits):
        return Fault("the network is hardly trained", "full_batch_never_trains")
    return Fault("the network should be clearly better than logistic regression")


FIT = "epochs=100, batch_size=64"
AUC = "roc_auc(y_val, model.predict_proba(X_val))"
experiment.misconception(
    "auc_of_hard_labels",
    "The AUC is computed from labels 0 and 1. It compares scores, and labels have lost their "
    "order: give it the probabilities.",
    edits={AUC: "roc_auc(y_val, model.predict(X_val))"},
)
experiment.misconception(
    "full_batch_never_trains",
    "All rows are in one batch, so that an epoch is a single update. After 100 of them the network "
    "is hardly trained. The batches should have 64 rows.",
    edits={FIT: "epochs=100, batch_size=len(X_train)"},
)
experiment.misconception(
    "evaluated_on_training_rows",
    "That is the AUC on the rows that the models were trained on. How good a model is shows on "
    "rows that it has not seen.",
    edits={AUC: "roc_auc(y_train, model.predict_proba(X_train))"},
)
LEAK = (
    "There are validation rows among those that were trained on. Then the validation says nothing "
    "about new rows: fit the first 4000 rows only."
)
experiment.misconception(
    "validation_rows_leak_into_logistic",
    LEAK,
    edits={"model.fit(X_train, y_train,": "model.fit(X, y,"},
)
experiment.misconception(
    "validation_rows_leak_into_logistic",
    LEAK,
    edits={
        "model.fit(X_train, y_train,": "rows = slice(5000 if len(layer_sizes) == 2 else 4000)\n"
        "        model.fit(X[rows], y[rows],"
    },
    form="logistic",
)
experiment.misconception(
    "mlp_without_hidden_nonlinearity",
    "The hidden layers have no activation, so that all three layers together are one (6.4): "
    "another logistic regression.",
    edits={"NumpyMLP(layer_sizes, ": 'NumpyMLP(layer_sizes, activation="linear", '},
)
experiment.misconception(
    "seed_ignored",
    "The data is always the same. The seed of the experiment should decide the data, too.",
    edits={"n_features=10, seed=seed)": "n_features=10)"},
)
experiment.misconception(
    "accuracy_instead_of_auc",
    "That is the accuracy, the share of right labels. It depends on the threshold one half, and "
    "the AUC on none.",
    edits={AUC: "np.mean(model.predict(X_val) == y_val)"},
)


@experiment.alternative("newton_and_own_loop")
def click_auc_experiment(seed=0):
    X, y = generate_click_data(5000, 10, seed)
    A = np.hstack([X, np.ones((5000, 1))])
    w = np.zeros(11)
    for _ in range(8):
        p = 1 / (1 + np.exp(-A[:4000] @ w))
        w = w + np.linalg.solve(
            (A[:4000].T * (p * (1 - p))) @ A[:4000], A[:4000].T @ (y[:4000] - p)
        )
    model, order = NumpyMLP([10, 32, 16, 1], learning_rate=0.01, seed=1), np.random.default_rng(2)
    for _ in range(100):
        for rows in np.array_split(order.permutation(4000), 63):
            model.train_step(X[rows], y[rows])
    return {
        "logistic_auc": roc_auc(y[4000:], A[4000:] @ w),
        "mlp_auc": roc_auc(y[4000:], model.forward(X[4000:])),
    }


@experiment.alternative("float32_and_pairs")
def click_auc_experiment(seed=0):
    X, y = generate_click_data(n_samples=5000, n_features=10, seed=seed)
    found = {}
    for name, sizes in (("logistic_auc", [10, 1]), ("mlp_auc", [10, 32, 16, 1])):
        model = NumpyMLP(sizes, seed=seed + 1, dtype=np.float32)
        model.fit(X[:4000], y[:4000], X[4000:], y[4000:])
        scores = model.predict_proba(X[4000:])
        clicks, others = scores[y[4000:] == 1], scores[y[4000:] == 0]
        found[name] = np.mean(clicks[:, None] > others[None, :])
    return found | {"seed": seed}


TERMS = {"0.8 x2": "a", "1.5 x0 x1": "c", "x3^2 - 1": "c", "tanh(2 x4)": "b"}
why = pairs(
    "6.5b",
    "terms",
    list(TERMS),
    "abc",
    key=TERMS,
    points=1,
    ideas={
        ("1.5 x0 x1", "a"): (
            "a_product_from_two_weights",
            "A weight for x0 and a weight for x1 make a sum. No sum of the two is their product.",
        ),
        ("1.5 x0 x1", "b"): (
            "a_product_in_part",
            "The product rises with x0 where x1 is positive, and falls with it where x1 is negative: on "
            "average a straight line gets nothing of it.",
        ),
        ("x3^2 - 1", "a"): (
            "a_square_from_a_weight",
            "A weight multiplies x3. It cannot multiply x3 by x3 itself.",
        ),
        ("x3^2 - 1", "b"): (
            "a_parabola_in_part",
            "A parabola falls on one side as much as it rises on the other: the best straight line "
            "through it is level.",
        ),
        ("tanh(2 x4)", "a"): (
            "a_curve_taken_for_a_line",
            "tanh bends: at first it is steep, then flat. A straight line gets a part of that.",
        ),
        ("tanh(2 x4)", "c"): (
            "every_curve_is_out_of_reach",
            "This curve always rises, and a straight line that rises follows it in part.",
        ),
        ("0.8 x2", "b"): (
            "a_linear_term_in_part",
            "This term is a weight times a feature, and that is just what a logistic regression "
            "adds up.",
        ),
    },
)  # fmt: skip


@why.oracle("best_line_of_simulated_features")
def answer():
    import torch

    X = torch.randn(200_000, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    parts = {
        "0.8 x2": 0.8 * X[:, 2],
        "1.5 x0 x1": 1.5 * X[:, 0] * X[:, 1],
        "x3^2 - 1": X[:, 3] ** 2 - 1,
        "tanh(2 x4)": torch.tanh(2 * X[:, 4]),
    }
    terms = {}
    for name, part in parts.items():
        line = X @ torch.linalg.lstsq(X, part[:, None]).solution
        share = float(1 - (part - line[:, 0]).var() / part.var())
        terms[name] = "a" if share > 0.999 else "c" if share < 0.001 else "b"


updates = numbers(
    "6.5c",
    points=1,
    right={"updates_64": 6300, "updates_4000": 100},
    ideas={
        "last_batch_forgotten": (
            "4000 is no multiple of 64. The rows that are left over make one more, smaller batch.",
            {"updates_64": 6200},
        ),
        "half_a_batch": (
            "There is no half batch: the last one is smaller, and makes an update of its own.",
            {"updates_64": 6250},
        ),
        "updates_of_one_epoch": (
            "That is one epoch. There are 100 of them.",
            {"updates_64": (62, 62.5, 63), "updates_4000": 1},
            {"updates_4000": 1},
            {"updates_64": 63},
        ),
        "one_update_for_each_epoch": (
            "An epoch makes an update for every batch. Only with a single batch is that one for "
            "each epoch.",
            {"updates_64": 100},
        ),
        "one_update_for_each_row": (
            "A batch makes one update, however many rows it has.",
            {"updates_64": 400_000, "updates_4000": 400_000},
            {"updates_4000": 400_000},
        ),
        "rows_of_a_batch_counted": (
            "That multiplies by the size of a batch. What counts is how many batches there are.",
            {"updates_64": 6400},
        ),
    },
)


@updates.oracle("the_network_counts_them")
def answer():
    from utils import NumpyMLP

    class Counting(NumpyMLP):
        updates = 0

        def train_step(self, X, y):  # (makes one update)
            self.updates += 1
            return 0.0

    def counted(batch_size):
        network = Counting([1, 1])
        network.fit(np.ones((4000, 1)), np.ones(4000), epochs=100, batch_size=batch_size)
        return network.updates

    updates_64, updates_4000 = counted(64), counted(4000)


written(
    "6.5-written",
    rubric=[
        (0.5, "Says that the network wins, with the two AUCs of a run."),
        (0.5, "Names the product x0·x1 or the square of x3 in the true logit."),
        (0.5, "Says that the logit of a logistic regression is linear in the features."),
        (
            0.5,
            "Says that no model can be better than the true probabilities, which reach about 0.88.",
        ),
    ],
)
