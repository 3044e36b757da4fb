"""6.21c: a network with batch normalisation in its hidden layers."""

from autograder.check import attempt, check
from autograder.checks.ch06_networks.given_layers import (
    GIVEN_BATCHNORM,
    batchnorm_is_right,
    given_to,
)
from autograder.checks.ch06_networks.off_limits import TORCH
from utils import NumpyMLP

PASSES = 400  # batches of the same rows: then every running average has arrived
WEIGHTS = {
    "gradients of W and of the last bias": 2,
    "predictions for single rows": 1.5,
    "prediction for several rows": 1.5,
}


# rtol: running averages may begin elsewhere, forget more slowly, or hold the unbiased variance.
@check("6.21c", points=5, forbid=TORCH, rtol=3e-3, weights=WEIGHTS)
def batchnorm_network(answer, rng):
    def case(sizes, n, **options):
        params = {}
        for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), start=1):
            params[f"W{layer}"] = rng.normal(size=(n_out, n_in)) / n_in**0.5
            params[f"b{layer}"] = 0.4 * rng.normal(size=n_out)
            if layer < len(sizes) - 1:
                params[f"gamma{layer}"] = rng.uniform(0.6, 2, size=n_out)
                params[f"beta{layer}"] = rng.uniform(0.3, 1, size=n_out) * rng.choice(
                    [-1, 1], n_out
                )
        X = rng.normal(size=(n, sizes[0])) * rng.uniform(0.5, 2, size=sizes[0]) + 1
        return sizes, params, options, X

    def network(sizes, params, options):
        model = answer.BatchNormMLP(sizes, **options)
        model.params.update({name: value.copy() for name, value in params.items()})
        return model

    def given(function, *arguments):
        with given_to(answer.BatchNormMLP, batchnorm_is_right, **GIVEN_BATCHNORM):
            return function(*arguments)

    def output(*case):
        *start, X = case
        return network(*start).forward(X, training=True)

    def gradients(names, *case):
        *start, X = case
        model = network(*start)
        model.forward(X, training=True)
        grads = model.backward(Y[: len(X)])
        return {name: 100 * grads[name] for name in names.split()}

    def step(*case):
        *start, X = case
        model = network(*start)
        model.train_step(X, Y[: len(X)])
        return {name: model.params[name] for name in ("gamma1", "beta1", "W1")}

    def predictions():
        *start, X = often
        model = network(*start)
        for _ in range(PASSES):
            model.forward(X, training=True)
        for _ in range(20):
            model.forward(far)  # a prediction, which changes nothing
        return [model.forward(row[None]) for row in fresh[:3]], model.forward(fresh)

    d, k, m = (int(n) for n in rng.permutation([3, 4, 5]))
    Y = rng.permutation(400) % 2
    deep = case([d, k, m, 1], 7, activation="tanh")
    relu = case([k, d, 1], 9, activation="relu", learning_rate=1.0)
    often = case([3, 4, 1], 200, activation="tanh", output_activation="linear", loss="mse")
    often[1]["b2"] = often[1]["b2"] + 4  # far from 0, where a relative difference says little
    fresh = rng.normal(size=(6, 3)) + 2
    far = rng.normal(size=(8, 3)) - 9
    predicted = attempt(given, predictions)
    return {
        "output in training": attempt(given, lambda: [output(*deep), output(*relu)]),
        "gradients of W and of the last bias": attempt(given, gradients, "W1 W2 W3 b3", *deep),
        "gradients of gamma and beta": attempt(
            given, gradients, "gamma1 beta1 gamma2 beta2", *deep
        ),
        "a step of training": attempt(given, step, *relu),
        "predictions for single rows": attempt(lambda: predicted[0]),
        "prediction for several rows": attempt(lambda: predicted[1]),
    }


PREDICTION = "Z = gamma * (Z - mean) / np.sqrt(variance + 1e-5) + beta"
batchnorm_network.misconception(
    "batch_statistics_at_inference",
    "A prediction uses the mean and the variance of the rows that are asked about together. It must not "
    "depend on them: use the running averages.",
    edits={PREDICTION: "Z = batchnorm_forward(Z, gamma, beta)[0]"},
)
batchnorm_network.misconception(
    "running_statistics_never_updated",
    "The running averages keep their first values, 0 and 1: training has to update them.",
    edits={
        "0.9 * mean + 0.1 * Z.mean(axis=0)": "mean",
        "0.9 * variance + 0.1 * Z.var(axis=0)": "variance",
    },
)
batchnorm_network.misconception(
    "running_statistics_updated_in_predictions",
    "Predictions change the running averages. Only calls with training=True may do that.",
    edits={
        "if training:\n": "if True:\n",
        "Z, self.cache": "if training:\n                        Z, self.cache",
        "                else:\n                    Z = gamma": "                if not training:\n       "
        "             Z = gamma",
    },
)
batchnorm_network.misconception(
    "activation_gradient_at_z",
    "The slope of the activation is taken at the pre-activation before the normalisation. The activation was "
    "applied to what came out of it.",
    edits={
        "gamma, beta = self.params": (
            'self.cache[f"raw{layer}"] = Z\n                gamma, beta = self.params'
        ),
        '(self.cache[f"Z{layer}"])': '(self.cache[f"raw{layer}"])',
    },
)
batchnorm_network.misconception(
    "backward_skips_the_normalisation",
    "On the way back the normalisation is left out: the gradient with respect to its output is taken for "
    "that with respect to Z.",
    edits={"delta, dgamma, dbeta = batchnorm_backward": "_, dgamma, dbeta = batchnorm_backward"},
)
batchnorm_network.misconception(
    "gamma_beta_not_trained",
    "γ and β stay as they are. They are parameters: self.grads needs their gradients.",
    edits={
        'self.grads[f"gamma{layer}"], self.grads[f"beta{layer}"] = dgamma, dbeta': "pass",
    },
)
batchnorm_network.misconception(
    "gamma_beta_not_trained",
    "γ and β stay as they are: their gradients are 0 here.",
    edits={"= dgamma, dbeta": "= 0 * dgamma, 0 * dbeta"},
    form="zeros",
)
batchnorm_network.misconception(
    "gamma_and_beta_left_out",
    "The values are normalised, but not scaled by γ and shifted by β.",
    edits={
        PREDICTION: "Z = (Z - mean) / np.sqrt(variance + 1e-5)",
        "batchnorm_forward(Z, gamma, beta)": "batchnorm_forward(Z, np.ones_like(gamma), np.zeros_like(beta))",
    },
)


@batchnorm_network.misconception(
    "normalises_after_the_activation",
    "The activations are normalised here. Normalise the pre-activations, and apply the activation "
    "afterwards.",
)
class BatchNormMLP(NumpyMLP):
    def __init__(self, layer_sizes, **options):
        super().__init__(layer_sizes, **options)
        self.running_mean, self.running_variance = {}, {}
        for layer in range(1, self.L):
            units = self.layer_sizes[layer]
            self.params[f"gamma{layer}"], self.params[f"beta{layer}"] = (
                np.ones(units),
                np.zeros(units),
            )
            self.running_mean[layer], self.running_variance[layer] = np.zeros(units), np.ones(units)

    def forward(self, X, training=False):
        A = X
        self.cache = {"A0": X}
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            A = ACTIVATIONS[self.activation if layer < self.L else self.output_activation](Z)
            if layer < self.L:
                gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
                mean, variance = self.running_mean[layer], self.running_variance[layer]
                if training:
                    self.running_mean[layer] = 0.9 * mean + 0.1 * A.mean(axis=0)
                    self.running_variance[layer] = 0.9 * variance + 0.1 * A.var(axis=0)
                    A, self.cache[f"norm{layer}"] = batchnorm_forward(A, gamma, beta)
                else:
                    A = gamma * (A - mean) / np.sqrt(variance + 1e-5) + beta
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
        return A

    def backward(self, y):
        self.grads = {}
        delta = self.output_delta(y)
        for layer in range(self.L, 0, -1):
            if layer < self.L:
                delta, dgamma, dbeta = batchnorm_backward(delta, self.cache[f"norm{layer}"])
                self.grads[f"gamma{layer}"], self.grads[f"beta{layer}"] = dgamma, dbeta
                delta = delta * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer}"])
            self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"]
            self.grads[f"b{layer}"] = delta.sum(axis=0)
            delta = delta @ self.params[f"W{layer}"]
        return self.grads


batchnorm_network.alternative(
    "slow_average_of_the_unbiased_variance",
    edits={
        "0.9 * mean + 0.1 * Z": "0.98 * mean + 0.02 * Z",
        "0.9 * variance + 0.1 * Z.var(axis=0)": "0.98 * variance + 0.02 * Z.var(axis=0, ddof=1)",
    },
)


@batchnorm_network.alternative("everything_inline")
class BatchNormMLP(NumpyMLP):
    def __init__(self, layer_sizes, **options):
        super().__init__(layer_sizes, **options)
        self.batches, self.sums = 0, {}
        for i, units in enumerate(self.layer_sizes[1:-1], 1):
            self.params[f"gamma{i}"], self.params[f"beta{i}"] = np.ones(units), np.zeros(units)
            self.sums[i] = np.zeros((2, units))

    def forward(self, X, training=False):
        self.batches += training
        self.cache = {"A0": np.asarray(X, dtype=float)}
        for i in range(1, self.L + 1):
            Z = self.cache[f"A{i - 1}"] @ self.params[f"W{i}"].T + self.params[f"b{i}"]
            if i < self.L:
                now = np.array([Z.mean(0), Z.var(0)])
                if training:
                    self.sums[i] += now
                else:
                    now = self.sums[i] / max(self.batches, 1)
                root = np.sqrt(now[1] + 1e-5)
                normal = (Z - now[0]) / root
                self.cache[f"normal{i}"], self.cache[f"root{i}"] = normal, root
                Z = self.params[f"gamma{i}"] * normal + self.params[f"beta{i}"]
            self.cache[f"Z{i}"] = Z
            name = self.output_activation if i == self.L else self.activation
            self.cache[f"A{i}"] = ACTIVATIONS[name](Z)
        return self.cache[f"A{self.L}"]

    def backward(self, y):
        d, g = self.output_delta(y), {}
        for i in range(self.L, 0, -1):
            if i < self.L:
                d = d * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{i}"])
                normal = self.cache[f"normal{i}"]
                g[f"gamma{i}"], g[f"beta{i}"] = (d * normal).sum(0), d.sum(0)
                d = d * self.params[f"gamma{i}"]
                d = (d - d.mean(0) - normal * (d * normal).mean(0)) / self.cache[f"root{i}"]
            g[f"W{i}"], g[f"b{i}"] = d.T @ self.cache[f"A{i - 1}"], d.sum(0)
            d = d @ self.params[f"W{i}"]
        self.grads = {name: g[name] for name in self.params}
        return self.grads


@batchnorm_network.oracle("torch_modules")
class BatchNormMLP(NumpyMLP):
    def __init__(self, layer_sizes, **options):
        import torch

        super().__init__(layer_sizes, **options)
        for layer, units in enumerate(layer_sizes[1:-1], start=1):
            self.params[f"gamma{layer}"], self.params[f"beta{layer}"] = (
                np.ones(units),
                np.zeros(units),
            )
        self.norms = [torch.nn.BatchNorm1d(units).double() for units in layer_sizes[1:-1]]

    def forward(self, X, training=False):
        import torch

        self.leaves = {
            name: torch.tensor(one, requires_grad=True) for name, one in self.params.items()
        }
        a = torch.tensor(X)
        for layer in range(1, self.L):
            z = a @ self.leaves[f"W{layer}"].T + self.leaves[f"b{layer}"]
            norm = self.norms[layer - 1].train(training)
            scales = {"weight": self.leaves[f"gamma{layer}"], "bias": self.leaves[f"beta{layer}"]}
            a = getattr(torch, self.activation)(torch.func.functional_call(norm, scales, (z,)))
        z = a @ self.leaves[f"W{self.L}"].T + self.leaves[f"b{self.L}"]
        self.output = z if self.output_activation == "linear" else torch.sigmoid(z)
        return self.output.detach().numpy()

    def backward(self, y):
        import torch

        y = torch.tensor(y, dtype=torch.float64)[:, None]
        torch.nn.functional.binary_cross_entropy(self.output, y).backward()
        self.grads = {name: leaf.grad.numpy() for name, leaf in self.leaves.items()}
        return self.grads
