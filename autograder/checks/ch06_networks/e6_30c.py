"""6.30c and 6.30d: networks of one size and several shapes, and what a comparison of them shows."""

import numpy as np

from autograder.check import Fault, attempt, check, choice, written
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.inside.plain import Raised
from utils import NumpyMLP

SHAPES = [(1, 500), (3, 51)]
ROWS, EPOCHS = 4000, 10
LAYERS, ERRORS = "layers, in the order of the shapes", "test errors"
LEARNED, DEPTH = "all networks have learned", "three layers beat one where the target has parts"


def hidden_inputs(rng):
    """The seed, the shapes in either order, two targets, and two shapes of small networks."""
    seed, first = int(rng.integers(1, 10_000)), int(rng.integers(2))
    directions, phases = 0.5 * rng.normal(size=(100, 10)), rng.uniform(0, 2 * np.pi, 100)
    heights, signs = rng.normal(size=100), rng.choice([-1.0, 1.0], 10)

    def parts(X):
        h = np.tanh(np.add.reduceat(X * signs, [0, 3, 6], axis=1))
        return h[:, 0] * h[:, 1] * h[:, 2]

    def mixed(X):
        return np.cos(X @ directions.T + phases) @ heights

    shapes = SHAPES[::-1] if first else SHAPES
    small = [(2, int(rng.integers(5, 9))), (4, int(rng.integers(10, 14)))]
    return seed, shapes, {"parts": parts, "mixed": mixed}, small


@check("6.30c", points=6, seconds=10)
def experiment(answer, rng):
    seed, shapes, targets, small = hidden_inputs(rng)

    def run(target):
        found = answer.depth_or_width(target, shapes, seed, n_rows=ROWS, epochs=EPOCHS)
        return [
            {"parameters": network.get_flat(), "error": as_number(error)}
            for network, error in found
        ]

    found = {name: attempt(run, target) for name, target in targets.items()}

    def sizes():
        found = answer.depth_or_width(targets["parts"], small, seed, n_rows=300, epochs=1)
        return [network.get_flat().size for network, _ in found]

    return {
        LAYERS: attempt(sizes),
        ERRORS: found["parts"],
        LEARNED: found["mixed"],
        DEPTH: found["parts"],
    }


@experiment.judge
def _(seen, rng):
    """The networks come back and are tried on rows that are drawn again here, and the errors that are
    told are theirs. All have learned: 0.58 at most in 12 seeds, and 0.7 is asked for; but one layer hardly
    learns the target with parts in this short run (0.8 to 1.1), so that it is left out. And the
    invariant of the exercise: with parts, three layers have less than 0.4 of the error of one (0.07 to 0.12
    here, 0.2 to 0.3 in the notebook's longer run), and less than half of the ratio without parts (0.61 to
    0.87)."""
    seed, shapes, targets, small = hidden_inputs(rng)
    X = np.random.default_rng([seed, 3]).normal(size=(ROWS + 2000, 10))
    X_first = np.random.default_rng([0, 3]).normal(size=(ROWS + 2000, 10))

    def rows(name, X=X):
        y = targets[name](X)
        y = (y - y[:ROWS].mean()) / y[:ROWS].std()
        return X[:ROWS], y[:ROWS], X[ROWS:], y[ROWS:]

    def rebuilt(one, shape):
        n_hidden, width = shape
        network = NumpyMLP([10, *[width] * n_hidden, 1], output_activation="linear", loss="mse")
        network.set_flat(np.asarray(one["parameters"], dtype=float))
        return network

    def loss(network, X, y):
        return network.compute_loss(network.forward(X), y)

    def errors(name):
        """{shape: the error of the network on the test rows}; ValueError where something does not fit."""
        value = seen[ERRORS if name == "parts" else LEARNED]
        _, _, X_test, y_test = rows(name)
        return {
            shape: loss(rebuilt(one, shape), X_test, y_test)
            for shape, one in zip(shapes, value, strict=True)
        }

    def layers(value):
        def sizes(less=0):
            counts = []
            for n_hidden, width in small:
                layers = [10, *[width] * (n_hidden - less), 1]
                counts.append(sum((a + 1) * b for a, b in zip(layers, layers[1:])))
            return counts

        if value == sizes():
            return True
        if value == sizes()[::-1]:
            return Fault("they come in another order", "sorted_shapes")
        if value == sizes(less=1):
            return Fault("there is a hidden layer too few", "one_hidden_layer_too_few")
        return Fault("they should have 10 inputs, the hidden layers of the shape and one output")

    def told(value):
        X, y, X_test, y_test = rows("parts")
        for shape, one in zip(shapes, value, strict=True):
            network, error = rebuilt(one, shape), one["error"]
            here = loss(network, X_test, y_test)
            if np.isclose(error, here, rtol=1e-3):
                continue
            if np.isclose(error, loss(network, X, y), rtol=1e-3):
                return Fault("they are the errors on the training rows", "train_error_reported")
            if np.isclose(error**2, here, rtol=1e-3):
                return Fault("they are the roots of the mean squared errors", "root_of_the_error")
            if np.isclose(error, loss(network, *rows("parts", X_first)[2:]), rtol=1e-3):
                return Fault("they are the errors on other rows", "seed_ignored")
            return Fault("they are not those of the networks that came back")
        return True

    def learned(value):
        found, parts = errors("mixed"), errors("parts")
        if max(*found.values(), parts[3, 51]) < 0.7:
            return True
        return Fault("their errors are too large", early())

    def early():
        """Which idea left the networks where they are."""
        X, y, *_ = rows("parts", X_first)
        network = rebuilt(seen[ERRORS][shapes.index((3, 51))], (3, 51))
        if loss(network, X, y) < 0.3:
            return "seed_ignored"
        return "not_trained" if loss(network, *rows("parts")[:2]) > 0.9 else "epochs_ignored"

    def depth(value):
        parts, mixed = errors("parts"), errors("mixed")
        ratio, other = parts[3, 51] / parts[1, 500], mixed[3, 51] / mixed[1, 500]
        return (ratio < 0.4 and ratio < other / 2) or Fault("this does not show in these networks")

    def by(rule, value):
        if isinstance(value, Raised):
            return Fault("there should be a list of pairs (network, error)")
        try:
            return rule(value)
        except Exception:
            return Fault("the networks that came back do not have the shapes")

    return {
        LAYERS: by(layers, seen[LAYERS]),
        ERRORS: by(told, seen[ERRORS]),
        LEARNED: by(learned, seen[LEARNED]),
        DEPTH: by(depth, seen[DEPTH]),
    }


FIT = "network.fit(X, y, epochs=epochs, batch_size=128, seed=seed)"
ERROR = "network.compute_loss(network.forward(X_test), y_test)"
SIZES = "[10, *[width] * n_hidden, 1]"
experiment.misconception(
    "train_error_reported",
    "These are the errors on the training rows. The test rows say how well a network predicts.",
    edits={ERROR: "network.compute_loss(network.forward(X), y)"},
)
HARDLY = (
    "The networks have hardly learned: train each on the training rows, with Adam, for all epochs."
)
experiment.misconception("not_trained", HARDLY, edits={FIT: "pass"})
experiment.misconception(
    "not_trained", HARDLY, edits={"with_adam(NumpyMLP)": "NumpyMLP"}, form="plain gradient descent"
)
experiment.misconception(
    "seed_ignored",
    "The rows are always the same: draw them with the seed that the function gets.",
    edits={"rows_for(target, seed, n_rows)": "rows_for(target, 0, n_rows)"},
)
experiment.misconception(
    "root_of_the_error",
    "That is the root of the mean squared error. Here the mean of the squares itself is asked for.",
    edits={ERROR: f"np.sqrt({ERROR})"},
)
experiment.misconception(
    "sorted_shapes",
    "The networks come in another order than the shapes.",
    edits={"in shapes:": "in sorted(shapes, reverse=True):"},
)
experiment.misconception(
    "one_hidden_layer_too_few",
    "There is a hidden layer too few: a shape (3, 51) has three of them, and the output comes on top.",
    edits={SIZES: "[10, *[width] * (n_hidden - 1), 1]"},
)


@experiment.alternative("list_comprehension")
def depth_or_width(target, shapes, seed=0, n_rows=8000, epochs=20):
    X, y, X_test, y_test = rows_for(target, seed, n_rows)
    options = {"loss": "mse", "output_activation": "linear", "learning_rate": 0.004}
    networks = [
        with_adam(NumpyMLP)([10] + depth * [width] + [1], seed=seed, dtype=np.float32, **options)
        for depth, width in shapes
    ]
    for network in networks:
        network.fit(X, y, epochs=epochs, batch_size=128, seed=seed)
    return [(one, ((one.forward(X_test)[:, 0] - y_test) ** 2).mean()) for one in networks]


experiment.alternative("float64", edits={"dtype=np.float32": "dtype=np.float64"})


conclusion = choice(
    "6.30d",
    "deepest_is_worse",
    "abcd",
    key="b",
    points=2,
    ideas={
        "a": (
            "error_taken_for_expressive_power",
            "The error is that of the network that was found. A better one of the same shape may exist.",
        ),
        "c": (
            "counts_not_looked_at",
            "All four have about 6000 parameters; that is what the matched widths are for.",
        ),
        "d": (
            "one_target_for_all",
            "Look at the other line of your table: for the compositional target, depth pays.",
        ),
    },
)


@conclusion.oracle("a_network_that_is_found_only_with_help")
def answer():
    # A narrow deep network can carry on what a shallow one computes: it is no matter of representation alone.
    def carries_on(n_hidden):
        h = np.maximum(np.array([[0.3, -1.2, 2.0]]), 0)
        for _ in range(n_hidden - 1):
            h = np.maximum(h @ np.eye(3), 0)
        return h

    deepest_is_worse = "b" if np.array_equal(carries_on(1), carries_on(10)) else "?"


written(
    "6.30-written",
    rubric=[
        (1, "Says that the counts are matched, and quotes them or the widths."),
        (1, "Says with own numbers which shape is best for the compositional target, and why."),
        (1, "Says that the advantage of depth shrinks or disappears for the waves, with own numbers."),
        (1, "Names optimisation (or generalisation) as something that is mixed up with expressive power."),
        (1, "Says what should be varied next, such as rows, epochs or seeds."),
    ],
)  # fmt: skip
