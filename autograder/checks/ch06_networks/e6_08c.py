"""6.8c: a network for many classes."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.e6_08 import FROM_SCRATCH, stable_softmax
from autograder.checks.ch06_networks.given import given

GRADIENTS, AGAIN, TRAINED = (
    "the gradients",
    "backward leaves the cache",
    "parameters after a training",
)
LOSS, LABELS = "the loss", "the predicted classes"
WEIGHTS = {LOSS: 2, GRADIENTS: 2, AGAIN: 2, LABELS: 3}


@check("6.8c", points=4, weights=WEIGHTS, forbid=FROM_SCRATCH)
def softmax_mlp(answer, rng):
    d, hidden, size = (int(n) for n in rng.permutation([4, 5, 6]))
    n, seed = int(rng.integers(11, 15)), int(rng.integers(10**6))
    X, y = 1.5 * rng.normal(size=(n, d)), rng.permutation(np.maximum(np.arange(n) - 5, 0) % size)
    P = stable_softmax(rng.normal(size=(n, size)))
    # rows that belong to one class each, the most probable one being less likely than one half
    belongs = rng.permutation(np.arange(n) % size)
    spread = 0.3 * rng.normal(size=(n, size))
    spread[np.arange(n), belongs] = spread.max(axis=1) + 0.2

    def inside(use, *layer_sizes):
        """`use` on a network that has a right softmax at hand."""

        def run():
            with given(answer.SoftmaxMLP, softmax=stable_softmax):
                return use(answer.SoftmaxMLP(list(layer_sizes), activation="tanh", seed=seed))

        return attempt(run)

    def gradients(model):
        model.forward(X)
        return model.backward(y)

    def cache_and_gradients_again(model):
        model.forward(X)
        model.backward(y)
        again = {name: value.copy() for name, value in model.backward(y).items()}
        return {"probabilities in the cache": model.cache["A2"].copy(), "second time": again}

    def trained(model):
        model.learning_rate = 0.5
        model.fit(X, y, epochs=3, batch_size=5, seed=seed)
        return model.get_flat()

    def predicted(model):
        model.params["W1"] = np.eye(size)  # so the inputs are the logits
        return model.predict(spread)

    sizes = d, hidden, size
    return {
        "the probabilities": inside(lambda model: model.forward(X), *sizes),
        LOSS: inside(lambda model: as_number(model.compute_loss(P, y)), *sizes),
        GRADIENTS: inside(gradients, *sizes),
        AGAIN: inside(cache_and_gradients_again, *sizes),
        TRAINED: inside(trained, *sizes),
        LABELS: inside(predicted, size, size),
    }


FORWARD = """super().forward(X, training)
        P = softmax(self.cache[f"Z{self.L}"])
        self.cache[f"A{self.L}"] = P
        return P"""
PICKED = "P[np.arange(len(y)), y]"
DELTA = "(P - np.eye(P.shape[1])[y]) / len(P)"
PREDICT = "self.forward(X).argmax(axis=1)"
softmax_mlp.misconception(
    "missing_one_over_n",
    "The gradient is that of the sum of the losses. The loss is a mean, so the delta has the factor 1/n.",
    edits={DELTA: "P - np.eye(P.shape[1])[y]"},
)
softmax_mlp.misconception(
    "still_sigmoid_output",
    "The output is still a sigmoid for each class, and the rows do not add up to 1. Override forward so "
    "that the last activation is softmax.",
    edits={FORWARD: "return super().forward(X, training)"},
)
softmax_mlp.misconception(
    "corrupts_the_cache",
    "The 1 of the label is subtracted from the probabilities in the cache. Who looks at them after the "
    "backward pass finds something else: subtract into a new array.",
    edits={f"return {DELTA}": "P[np.arange(len(y)), y] -= 1\n        return P / len(P)"},
)
softmax_mlp.misconception(
    "softmax_derivative_applied_again",
    "P − Y is the gradient by the logits already. The factor P (1 − P) is one derivative too many.",
    edits={DELTA: f"{DELTA} * P * (1 - P)"},
)
softmax_mlp.misconception(
    "threshold_predict",
    "A threshold of one half is for a single probability. With K classes the largest may be smaller: take "
    "argmax.",
    edits={PREDICT: "(self.forward(X) >= 0.5).astype(int)"},
)
softmax_mlp.misconception(
    "threshold_predict",
    "With a threshold of one half, a row in which no class reaches it gets class 0. Take argmax.",
    edits={PREDICT: "(self.forward(X) >= 0.5).argmax(axis=1)"},
    form="then argmax",
)
softmax_mlp.misconception(
    "labels_as_column",
    "The labels were made a column. Indexed with it, every row is paired with every label, n·n numbers in "
    "place of n: keep y as (n,).",
    edits={PICKED: "P[np.arange(len(y)), y[:, None]]"},
)
softmax_mlp.misconception(
    "labels_as_column",
    "Labels as a column pick all columns of P for every label: keep y as (n,) and pair it with np.arange(n).",
    edits={PICKED: "P[:, y]"},
    form="all pairs",
)
softmax_mlp.misconception(
    "argmax_over_the_batch",
    "This looks for the largest probability of every class over the batch. An example is a row: argmax along "
    "axis 1.",
    edits={PREDICT: "self.forward(X).argmax(axis=0)"},
)
softmax_mlp.misconception(
    "loss_of_all_classes",
    "All logarithms are averaged. Only that of the right class counts.",
    edits={f"right = {PICKED}": "right = P"},
)
softmax_mlp.misconception(
    "cache_keeps_the_sigmoid",
    "forward returns the probabilities, but the cache still has the sigmoid's output, from which the "
    "gradient is computed: put P there as well.",
    edits={'        self.cache[f"A{self.L}"] = P\n': ""},
)
softmax_mlp.misconception(
    "y_minus_p",
    "The sign is exchanged, so that training makes the right class less probable: the gradient is P − Y.",
    edits={DELTA: "(np.eye(P.shape[1])[y] - P) / len(P)"},
)


@softmax_mlp.alternative("registered_activation")
def answer():
    from utils import ACTIVATIONS

    class SoftmaxMLP(NumpyMLP):
        def __init__(self, layer_sizes, **options):
            ACTIVATIONS["softmax"] = softmax
            super().__init__(layer_sizes, output_activation="softmax", **options)

        def compute_loss(self, P, y):
            return sum(-np.log(row[label]) for row, label in zip(P, y)) / len(y)

        def output_delta(self, y):
            delta = self.cache[f"A{self.L}"].copy()
            delta[np.arange(len(y)), y] -= 1
            return delta / len(y)

        def predict(self, X):
            return [int(np.argmax(row)) for row in self.forward(X)]


@softmax_mlp.alternative("linear_output_and_own_backward")
def answer():
    class SoftmaxMLP(NumpyMLP):
        def __init__(self, layer_sizes, **options):
            super().__init__(layer_sizes, output_activation="linear", **options)

        def forward(self, X, training=False):
            Z = super().forward(X, training)
            self.cache[f"A{self.L}"] = np.exp(Z - np.logaddexp.reduce(Z, axis=1, keepdims=True))
            return self.cache[f"A{self.L}"]

        def compute_loss(self, P, y):
            Y = np.eye(P.shape[1])[y]
            return np.array(-(Y * np.log(P + 1e-15)).sum() / len(P))

        def backward(self, y):
            n = len(y)
            delta = (self.cache[f"A{self.L}"] - np.eye(self.layer_sizes[-1])[y]) / n
            self.grads = {}
            for layer in range(self.L, 0, -1):
                below = self.cache[f"A{layer - 1}"]
                self.grads[f"W{layer}"] = np.einsum("nk,nm->km", delta, below)
                self.grads[f"b{layer}"] = delta.sum(0)
                delta = (delta @ self.params[f"W{layer}"]) * (1 - below**2)
            return self.grads

        def predict(self, X):
            self.forward(X)
            return self.cache[f"Z{self.L}"].argmax(1)


@softmax_mlp.oracle("torch_cross_entropy")
def answer():
    import torch
    from torch.nn.functional import cross_entropy

    class SoftmaxMLP(NumpyMLP):
        def logits(self, X):
            A, layers = torch.tensor(X), [torch.tensor(v) for v in self.params.values()]
            self.leaves = [leaf.requires_grad_() for leaf in layers]
            for k in range(0, len(layers), 2):
                A = A @ layers[k].T + layers[k + 1]
                A = A if k + 2 == len(layers) else torch.tanh(A)
            return A

        def forward(self, X, training=False):
            self.seen = self.logits(X)
            P = torch.softmax(self.seen, dim=1).detach().numpy()
            self.cache = {f"A{self.L}": P}
            return P

        def compute_loss(self, P, y):
            return torch.nn.functional.nll_loss(torch.tensor(P).log(), torch.tensor(y)).item()

        def backward(self, y):
            loss = cross_entropy(self.seen, torch.tensor(y))
            grads = torch.autograd.grad(loss, self.leaves, retain_graph=True)
            self.grads = {name: g.numpy() for name, g in zip(self.params, grads)}
            return self.grads

        def predict(self, X):
            return self.logits(X).argmax(dim=1)
