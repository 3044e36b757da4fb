"""6.29d: a complex and a real network of the same size, on the same rows."""

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.inside.plain import Raised
from utils import NumpyMLP

COMPLEX, REAL = "the complex network has learned", "the real network has learned"
COMPLEX_ERROR, REAL_ERROR = "error of the complex network", "error of the real network"


def hidden_inputs(rng):
    """The seed, and rows (7, 2) at which the networks are tried."""
    return int(rng.integers(1, 10_000)), rng.uniform(-2, 2, size=(7, 2))


def given_network():
    """For an answer that builds on 6.29c: a right ComplexMLP."""
    from utils import NumpyMLP

    class ComplexMLP(NumpyMLP):
        def __init__(self, layer_sizes, **options):
            fixed = {"loss": "mse", "output_activation": "linear", "dtype": complex}
            super().__init__(layer_sizes, **options | fixed)
            for layer in range(1, self.L + 1):
                shape = self.params[f"W{layer}"].shape
                real, imaginary = self.rng.normal(0, shape[1] ** -0.5, (2, *shape))
                self.params[f"W{layer}"] = real + 1j * imaginary

        def forward(self, X, training=False):
            A = np.asarray(X, dtype=complex)
            self.cache = {"A0": A}
            for layer in range(1, self.L + 1):
                Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
                A = np.maximum(Z.real, 0) + 1j * np.maximum(Z.imag, 0)
                A = A if layer < self.L else Z.real
                self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
            return A

        def backward(self, y):
            output = self.cache[f"A{self.L}"]
            delta = 2 * (output - np.reshape(y, output.shape)) / output.size
            self.grads = {}
            for layer in range(self.L, 0, -1):
                self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"].conj()
                self.grads[f"b{layer}"] = delta.sum(axis=0)
                if layer > 1:
                    Z, dA = self.cache[f"Z{layer - 1}"], delta @ self.params[f"W{layer}"].conj()
                    delta = dA.real * (Z.real > 0) + 1j * dA.imag * (Z.imag > 0)
            return self.grads

    return ComplexMLP


@check("6.29d", points=4, seconds=6)
def comparison(answer, rng):
    run = answer.with_given("complex_against_real", ComplexMLP=given_network())
    seed, X = hidden_inputs(rng)

    found = attempt(run, seed)

    def tried(name):
        network = found[name]
        params = {key: network.params[key] for key in sorted(network.params)}
        return {"parameters": params, "outputs": network.forward(X)}

    return {
        COMPLEX: attempt(tried, "complex"),
        REAL: attempt(tried, "real"),
        COMPLEX_ERROR: attempt(lambda: as_number(found["complex_mse"])),
        REAL_ERROR: attempt(lambda: as_number(found["real_mse"])),
    }


def output(params, X):
    """What a network with these parameters says: split ReLU in between, the real part at the end."""
    A = X + 0j
    for layer in range(1, len(params) // 2 + 1):
        Z = A @ params[f"W{layer}"].T + params[f"b{layer}"]
        A = np.maximum(Z.real, 0) + 1j * np.maximum(Z.imag, 0)
    return Z.real[:, 0]


def sizes(params):
    weights = [params[f"W{layer}"] for layer in range(1, len(params) // 2 + 1)]
    return [weights[0].shape[1], *(W.shape[0] for W in weights)]


@comparison.judge
def _(seen, rng):
    """Both networks come back and are tried on rows that are drawn again here. Both learn (10 seeds: at
    most 0.03, where the variance of the targets is about 2; 0.2 is asked for), and the errors that are
    told are theirs. Who is better is not asked: over ten seeds either wins about half of the time."""
    seed, fresh = hidden_inputs(rng)
    X = np.random.default_rng([seed, 2]).uniform(-2, 2, size=(1500, 2))
    y = np.exp(-X[:, 1]) * np.cos(X[:, 0])

    def error(params, rows):
        return float(np.mean((output(params, X[rows]) - y[rows]) ** 2))

    train, test = slice(0, 500), slice(500, None)

    def learned(value, wanted, kind):
        if isinstance(value, Raised):
            return Fault("there should be a trained network")
        params = value["parameters"]
        if np.iscomplexobj(params["W1"]) is not (kind == "complex"):
            return Fault(f"its weights should be {kind}", "networks_exchanged")
        if sizes(params) != wanted:
            same = (
                sizes(params) == [2, 24, 24, 1]
                if kind == "complex"
                else sizes(params) == [2, 16, 16, 1]
            )
            return Fault(f"its layers should be {wanted}", "same_widths" if same else None)
        if kind == "complex" and not np.any(np.abs(params["W1"].imag) > 1e-6):
            return Fault("its weights have no imaginary parts")
        if not np.allclose(np.ravel(value["outputs"]), output(params, fresh), 1e-3, 1e-4):
            return Fault("its outputs are not those of its parameters")
        if error(params, test) < 0.2:
            return True
        if error(params, train) < 0.2:
            return Fault("it has learned the training rows only")
        return Fault("its error on the test rows is too large", "not_trained")

    def told(number, value):
        if isinstance(number, Raised) or isinstance(value, Raised):
            return Fault("there should be a number")
        params = value["parameters"]
        if np.isclose(number, error(params, test), rtol=1e-3):
            return True
        if np.isclose(number, error(params, train), rtol=1e-3):
            return Fault("that is the error on the training rows", "train_error_reported")
        if np.isclose(number**2, error(params, test), rtol=1e-3):
            return Fault("that is the root of the mean squared error", "root_of_the_error")
        return Fault(
            "the network has another error on the test rows of this seed", other(params, number)
        )

    def other(params, number):
        X_first = np.random.default_rng([0, 2]).uniform(-2, 2, size=(1500, 2))[test]
        y_first = np.exp(-X_first[:, 1]) * np.cos(X_first[:, 0])
        here = np.mean((output(params, X_first) - y_first) ** 2)
        return "seed_ignored" if np.isclose(number, here, rtol=1e-3) else None

    def by(rule, *args):
        try:
            return rule(*args)
        except Exception:
            return Fault("the network that came back cannot be tried")

    return {
        COMPLEX: by(learned, seen[COMPLEX], [2, 16, 16, 1], "complex"),
        REAL: by(learned, seen[REAL], [2, 24, 24, 1], "real"),
        COMPLEX_ERROR: by(told, seen[COMPLEX_ERROR], seen[COMPLEX]),
        REAL_ERROR: by(told, seen[REAL_ERROR], seen[REAL]),
    }


ERROR = "network.compute_loss(network.forward(X_test), y_test)"
FIT = "network.fit(X, y, epochs=60, batch_size=50, seed=seed)"
comparison.misconception(
    "train_error_reported",
    "These are the errors on the training rows. The test rows say how well a network predicts.",
    edits={ERROR: "network.compute_loss(network.forward(X), y)"},
)
comparison.misconception(
    "same_widths",
    "Both networks have the same layers. Then the complex one has twice as many real numbers to learn.",
    edits={"[2, 16, 16, 1]": "[2, 24, 24, 1]"},
)
comparison.misconception(
    "same_widths",
    "Both networks have the same layers. Then the complex one has twice as many real numbers to learn.",
    edits={"[2, 24, 24, 1]": "[2, 16, 16, 1]"},
    form="both narrow",
)
comparison.misconception(
    "not_trained",
    "The networks have hardly learned yet: train each of them on the training rows, for 60 epochs.",
    edits={FIT: "pass"},
)
comparison.misconception(
    "seed_ignored",
    "The rows are always the same: draw them with the seed that the function gets.",
    edits={"wave_rows(seed)": "wave_rows(0)"},
)
comparison.misconception(
    "root_of_the_error",
    "That is the root of the mean squared error. Here the mean of the squares itself is asked for.",
    edits={ERROR: f"np.sqrt({ERROR})"},
)
comparison.misconception(
    "networks_exchanged",
    "The two networks are exchanged: the complex one belongs under the name complex.",
    edits={
        '"complex": with_adam(ComplexMLP)([2, 16, 16, 1], learning_rate=0.01, seed=seed)': (
            '"real": with_adam(ComplexMLP)([2, 16, 16, 1], learning_rate=0.01, seed=seed)'
        ),
        '"real": with_adam(NumpyMLP)(': '"complex": with_adam(NumpyMLP)(',
    },
)


@comparison.alternative("one_after_the_other")
def complex_against_real(seed=0):
    class Complex(with_adam(ComplexMLP)):
        pass

    rows = wave_rows(seed)
    one = Complex([2, 16, 16, 1], seed=seed, learning_rate=0.01)
    other = with_adam(NumpyMLP)(
        [2, 24, 24, 1], loss="mse", output_activation="linear", seed=seed, learning_rate=0.01
    )

    def error(network):
        network.fit(*rows[:2], epochs=60, batch_size=50, seed=seed)
        return np.mean((network.forward(rows[2])[:, 0] - rows[3]) ** 2)

    return {
        "complex_mse": error(one), "real_mse": error(other), "complex": one, "real": other,
    }  # fmt: skip


comparison.alternative(
    "other_order_of_rows", edits={FIT: "network.fit(X, y, epochs=60, batch_size=50, seed=seed + 1)"}
)
