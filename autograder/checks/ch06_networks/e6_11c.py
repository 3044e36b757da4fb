"""6.11c: the hidden units that no example reaches."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.leaky_registered import given_leaky_relu
from autograder.checks.ch06_networks.off_limits import TORCH

SLOPES = "slopes of 0 and not signs: Leaky ReLU and tanh"
DEAD = 60.0  # the bias of a unit that is dead: far below 0, or far out on either side of a tanh


def network(rng, sizes, activation="relu", output_activation="sigmoid"):
    """A network and a batch of 6 rows. Some units of every hidden layer are dead. Of the others every second
    one is below 0 in the first row and above in the second, and the rest the other way round. In the third
    row the whole first layer is far below 0."""
    from utils import ACTIVATIONS, NumpyMLP

    class Network(NumpyMLP):
        def __repr__(self):
            return f"NumpyMLP({self.layer_sizes}, activation={self.activation!r}, …)"

    model = Network(
        sizes, activation=activation, output_activation=output_activation, loss="mse",
        seed=int(rng.integers(1000)),
    )  # fmt: skip
    X = A = rng.normal(size=(6, sizes[0]))
    X[:, 0], model.params["W1"][:, 0] = [1, 1, -5 * DEAD, 1, 1, 1], 1
    for layer, size in enumerate(sizes[1:], start=1):
        W = model.params[f"W{layer}"]
        rise = (A[1] - A[0]) @ W.T
        first = 1 if layer == 1 else 0  # the first input is the same in both rows
        W[:, first:] *= (np.sign(rise) * np.where(np.arange(size) % 2, 1, -1))[:, None]
        b = -(A[0] + A[1]) @ W.T / 2
        if layer < model.L:
            dead = rng.choice(size, int(rng.integers(3, size // 2)), replace=False)
            b[dead] = -DEAD
            if activation == "tanh":
                b[dead[1:]] = DEAD
        model.params[f"b{layer}"] = b
        A = ACTIVATIONS[activation](A @ W.T + b)
    if output_activation == "relu":  # an output that is dead as well
        model.params[f"b{model.L}"] = np.array([-100 * DEAD])
    return model, X


@check("6.11c", points=3, reveal=True, weights={SLOPES: 2}, forbid=TORCH)
def dead_neurons(answer, rng):
    def size():
        return int(rng.integers(12, 40))

    def sizes(hidden_layers):
        return [int(rng.integers(3, 6)), *(size() for _ in range(hidden_layers)), 1]

    def counted(*cases):
        """{what it is: the number of dead units}"""
        with given_leaky_relu():
            return {
                f"{model.activation}, layers {model.layer_sizes}": as_number(
                    answer.count_dead_neurons(model, X)
                )
                for model, X in cases
            }

    one, two, three = sizes(1), sizes(2), sizes(3)
    with given_leaky_relu():
        slopes = network(rng, two, "tanh"), network(rng, sizes(2), "leaky_relu")
        before, X = network(rng, sizes(2))
        before.forward(
            100 * DEAD * np.concatenate([X, -X])
        )  # what it has seen last: nothing is dead
        return {
            "one hidden layer": attempt(counted, network(rng, one)),
            "several hidden layers": attempt(counted, network(rng, two), network(rng, three)),
            SLOPES: attempt(counted, *slopes),
            "a network that has seen another batch": attempt(counted, (before, X)),
            "a dead output is not hidden": attempt(counted, network(rng, two, "relu", "relu")),
        }


ALL, ZERO = "np.all(slopes == 0, axis=0).sum()", "slopes == 0"
LAYERS = "range(1, model.L)"
dead_neurons.misconception(
    "any_instead_of_all",
    "This counts units that are off for some example. A dead unit is off for all of them.",
    edits={ALL: "np.any(slopes == 0, axis=0).sum()"},
)
dead_neurons.misconception(
    "wrong_axis",
    "This goes along the other axis: it counts examples for which a whole layer is off. A unit is a "
    "column, so ask along axis 0.",
    edits={ALL: "np.all(slopes == 0, axis=1).sum()"},
)
SIGN = (
    "This counts by the sign. What stops a unit is a slope of 0: a Leaky ReLU has none below 0, and a "
    "tanh has it on both sides, far out."
)
dead_neurons.misconception(
    "counts_negative_preactivations_for_leaky_too",
    SIGN,
    edits={ALL: 'np.all(model.cache[f"Z{layer}"] <= 0, axis=0).sum()'},
)
dead_neurons.misconception(
    "counts_negative_preactivations_for_leaky_too",
    SIGN,
    edits={ALL: 'np.all(model.cache[f"A{layer}"] <= 0, axis=0).sum()'},
    form="activations",
)
dead_neurons.misconception(
    "counts_negative_preactivations_for_leaky_too",
    "This takes every activation for a ReLU. Look the slope up by the model's own name for it.",
    edits={"ACTIVATION_GRADIENTS[model.activation]": 'ACTIVATION_GRADIENTS["relu"]'},
    form="relu",
)
dead_neurons.misconception(
    "only_the_first_layer",
    "Only the first hidden layer is counted. There may be several.",
    edits={LAYERS: "range(1, 2)"},
)
dead_neurons.misconception(
    "zeros_counted_per_example",
    "This counts slopes of 0, one for every example and unit. Count units.",
    edits={ALL: "(slopes == 0).sum()"},
)
dead_neurons.misconception(
    "one_example_only",
    "Only one example was looked at. A unit that is off there may be on for the next one.",
    edits={"model.forward(X)": "model.forward(X[:1])"},
)
dead_neurons.misconception(
    "counts_the_output_layer",
    "The output layer is counted too. The question is about hidden units.",
    edits={LAYERS: "range(1, model.L + 1)"},
)
dead_neurons.misconception(
    "uses_the_old_cache",
    "The cache still holds the batch that the network saw last. Send X through it first.",
    edits={"model.forward(X)": 'X = model.cache.get("A0", X)\n    model.forward(X)'},
)
dead_neurons.misconception(
    "slope_taken_at_the_activation",
    "The slope is taken at A, what comes out of the bend. It is a function of Z, what goes in.",
    edits={'slope(model.cache[f"Z{layer}"])': 'slope(model.cache[f"A{layer}"])'},
)


@dead_neurons.alternative("unit_by_unit")
def count_dead_neurons(model, X):
    model.forward(X)
    count = 0
    for layer in range(1, len(model.layer_sizes) - 1):
        Z = model.cache["Z" + str(layer)]
        for unit in range(Z.shape[1]):
            alive = False
            for z in Z[:, unit]:
                if ACTIVATION_GRADIENTS[model.activation](np.array([z]))[0] != 0:
                    alive = True
            if not alive:
                count += 1
    return count


@dead_neurons.alternative("own_forward_pass")
def count_dead_neurons(model, X):
    A, dead = X, np.zeros(1)
    for layer in range(1, model.L):
        Z = A @ model.params[f"W{layer}"].T + model.params[f"b{layer}"]
        A = ACTIVATIONS[model.activation](Z)
        largest = np.abs(ACTIVATION_GRADIENTS[model.activation](Z)).max(axis=0)
        dead = dead + np.count_nonzero(largest == 0)
    return dead


dead_neurons.alternative(
    "units_less_the_living",
    edits={ALL: "(slopes.shape[1] - np.count_nonzero(slopes.any(axis=0)))"},
)


@dead_neurons.oracle("a_nudge_changes_nothing")
def count_dead_neurons(model, X):
    model.forward(X)
    activation, dead = ACTIVATIONS[model.activation], 0
    for layer in range(1, model.L):
        Z = model.cache[f"Z{layer}"]
        change = activation(Z + 1e-4) - activation(Z - 1e-4)
        dead += sum(not column.any() for column in change.T)
    return dead
