"""A fully connected network in NumPy, with its forward and its backward pass written out."""

import numpy as np

from utils.networks.activations import ACTIVATION_GRADIENTS, ACTIVATIONS
from utils.networks.initialisation import INIT_VARIANCE
from utils.networks.losses import LOSS_GRADIENTS, LOSSES, targets_like
from utils.training_progress import show_epoch


class NumpyMLP:
    """A network of L dense layers: Z = A @ W.T + b, then A = act(Z), for a batch with a row per example.

    layer_sizes        (inputs, hidden units, ..., outputs), such as [10, 32, 16, 1]: here L is 3
    activation         of the hidden layers, a name in ACTIVATIONS; `output_activation` of the last one
    loss               "bce" or "mse", a mean over the batch
    init               a name in INIT_VARIANCE: weights are normal with mean 0, biases begin at 0
    learning_rate      of `update`, plain gradient descent
    seed               of `self.rng`, from which the weights are drawn
    dtype              of everything that is computed

    params  {"W1": (n_1, n_0), "b1": (n_1,), ..., "WL", "bL"}
    grads   the derivative of the loss by each of them, under the same names, after `backward`
    cache   {"A0": the batch, "Z1": (n, n_1), "A1", ..., "ZL", "AL"}, what `forward` computed

    A subclass overrides what it changes: `update` for another optimiser, `output_delta` and
    `compute_loss` for another loss, `forward` and `backward` for another kind of layer.
    """

    def __init__(
        self, layer_sizes, activation="relu", output_activation="sigmoid", loss="bce", init="he",
        learning_rate=0.01, seed=0, dtype=np.float64,
    ):  # fmt: skip
        if len(layer_sizes) < 2 or min(layer_sizes) < 1:
            raise ValueError(
                f"layer_sizes must be the inputs, then the units of every layer, not {layer_sizes!r}."
            )
        self.layer_sizes = list(layer_sizes)
        self.L = len(self.layer_sizes) - 1
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.learning_rate = learning_rate
        self.dtype = dtype
        self.rng = np.random.default_rng(seed)
        self.params, self.grads, self.cache = {}, {}, {}
        for layer in range(1, self.L + 1):
            n_in, n_out = self.layer_sizes[layer - 1 : layer + 1]
            std = np.sqrt(INIT_VARIANCE[init](n_in, n_out))
            self.params[f"W{layer}"] = self.rng.normal(0, std, (n_out, n_in)).astype(dtype)
            self.params[f"b{layer}"] = np.zeros(n_out, dtype)

    def forward(self, X, training=False):
        """The output (n, n_L) for a batch X (n, n_0).

        `training` tells layers that train and predict in different ways which of the two is meant;
        in this class there are none.
        """
        A = np.asarray(X, dtype=self.dtype)
        if A.ndim != 2 or A.shape[1] != self.layer_sizes[0]:
            raise ValueError(
                f"X has the shape {A.shape}, but this network takes a batch of the shape "
                f"(n, {self.layer_sizes[0]}): one row per example."
            )
        self.cache = {"A0": A}
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            A = ACTIVATIONS[self._activation_of(layer)](Z)
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
        return A

    def compute_loss(self, y_hat, y):
        """The mean loss of the outputs y_hat (n, n_L) for the targets y (n,) or (n, n_L), a float."""
        return LOSSES[self.loss](y_hat, y)

    def output_delta(self, y):
        """The gradient of the mean loss by the last layer's Z (n, n_L); the 1/n is here and nowhere else."""
        Z, A = self.cache[f"Z{self.L}"], self.cache[f"A{self.L}"]
        if (self.loss, self.output_activation) == ("bce", "sigmoid"):
            return (
                A - targets_like(A, y)
            ) / A.size  # without a division by A (1 - A), which may be 0
        return LOSS_GRADIENTS[self.loss](A, y) * ACTIVATION_GRADIENTS[self.output_activation](Z)

    def backward(self, y):
        """The gradients of the mean loss of the batch that `forward` saw last: a dict like `params`."""
        delta = self.output_delta(y)
        self.grads = {}
        for layer in range(self.L, 0, -1):
            self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"]
            self.grads[f"b{layer}"] = delta.sum(axis=0)
            if layer > 1:
                slope = ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer - 1}"])
                delta = delta @ self.params[f"W{layer}"] * slope
        return self.grads

    def update(self):
        """One step of gradient descent. It makes new arrays; the old ones stay as they are."""
        for name, gradient in self.grads.items():
            self.params[name] = self.params[name] - self.learning_rate * gradient

    def train_step(self, X, y):
        """Forward, backward, update with one batch; returns its loss before the update."""
        loss = self.compute_loss(self.forward(X, training=True), y)
        self.backward(y)
        self.update()
        return loss

    def fit(self, X, y, X_val=None, y_val=None, epochs=100, batch_size=64, seed=0):
        """Train on batches of shuffled rows; `seed` decides their order.

        Returns {"train_loss": [...], "val_loss": [...]}, a number per epoch: the mean of the losses
        that the steps of the epoch saw, and the loss on X_val after it (if it is given).
        """
        X, y = np.asarray(X, dtype=self.dtype), np.asarray(y)
        rng = np.random.default_rng(seed)
        history = {"train_loss": [], "val_loss": []}
        for epoch in range(1, epochs + 1):
            order, total = rng.permutation(len(X)), 0.0
            for start in range(0, len(X), batch_size):
                rows = order[start : start + batch_size]
                total += len(rows) * self.train_step(X[rows], y[rows])
            history["train_loss"].append(total / len(X))
            if X_val is not None:
                history["val_loss"].append(self.compute_loss(self.forward(X_val), y_val))
            show_epoch(epoch, epochs, history["train_loss"][-1])
        return history

    def predict_proba(self, X):
        """The output of a network with one output unit, (n,)."""
        return self.forward(X)[:, 0]

    def predict(self, X):
        """Labels 0 and 1, (n,): 1 where the probability is at least one half."""
        return (self.predict_proba(X) >= 0.5).astype(int)

    def get_flat(self):
        """All parameters in one vector, in the order of `params`; a copy."""
        return np.concatenate([value.ravel() for value in self.params.values()])

    def set_flat(self, theta):
        """Take all parameters from one vector, as `get_flat` gives it."""
        theta = np.asarray(theta)
        sizes = [value.size for value in self.params.values()]
        if theta.shape != (sum(sizes),):
            raise ValueError(
                f"theta has the shape {theta.shape}, but this network has {sum(sizes)} parameters: "
                f"give a vector of the shape ({sum(sizes)},)."
            )
        pieces = np.split(theta, np.cumsum(sizes)[:-1])
        for (name, old), piece in zip(self.params.items(), pieces):
            self.params[name] = piece.reshape(old.shape).astype(old.dtype)

    def _activation_of(self, layer):
        return self.output_activation if layer == self.L else self.activation
