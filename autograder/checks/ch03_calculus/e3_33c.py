"""3.33c: a network with one hidden layer, on the student's own `Tensor`."""

from functools import partial

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch03_calculus.own_tensor import OFF_LIMITS, array_of, backward_from_one

NAMES = "W1", "b1", "W2", "b2"
START = "the parameters: shapes, order, start"
EASY = "the gradients for W1 and W2 where b1 is 0 and all scores are positive"
# Out of 100. EASY is where slips with the biases, or with a second ReLU, do no harm.
WEIGHTS = {
    START: 14,
    EASY: 36,
    "the scores": 14,
    "the scores of a tensor": 2,
    "the gradient for W1": 10,
    "the gradient for b1": 6,
    "the gradient for W2": 10,
    "the gradient for b2": 8,
}


def without_a_one(shape):
    """(h,) for a bias, also where it is kept as (1, h)."""
    return shape[1:] if len(shape) == 2 and shape[0] == 1 else shape


def placed(model, values):
    """The parameters that have the shapes of W1, b1, W2, b2, with these values; and how each is turned.

    Their order, and matrices kept as (outputs, inputs), have a sub-check of their own.
    """
    left, found = list(model.parameters()), []
    for name, value in zip(NAMES, values):
        fits = [
            (p, turn)
            for turn in (np.asarray, np.transpose)
            for p in left
            if without_a_one(np.shape(p.data)) == turn(value).shape
        ]
        if not fits:
            raise ValueError(f"none of the parameters has the shape {value.shape} of {name}")
        p, turn = fits[0]
        left = [one for one in left if one is not p]
        p.data[...] = np.reshape(turn(value), np.shape(p.data))
        found.append((p, turn))
    return found


def scores_of(answer, model, X):
    """The scores for an array; for a tensor, where the network takes only tensors."""
    try:
        return model(X)
    except Exception:
        return model(answer.Tensor(X))


def starts(answer, sizes):
    """What the parameters are before any training; flags for what is the same with one seed."""
    one, again, other = (
        [array_of(p) for p in answer.MLP(*sizes, seed).parameters()] for seed in (3, 3, 4)
    )
    matrices = [k for k, p in enumerate(one) if min(np.shape(np.atleast_2d(p))) > 1]
    return {
        "shapes": [list(without_a_one(p.shape)) for p in one],
        "matrices": len(matrices),
        "the same for one seed": all(np.array_equal(p, q) for p, q in zip(one, again)),
        "weights that differ": all(len(np.unique(one[k])) > one[k].size // 2 for k in matrices),
        "other weights for another seed": all(not np.allclose(one[k], other[k]) for k in matrices),
    }


@check("3.33c", points=4, forbid=OFF_LIMITS, reveal=True, weights=WEIGHTS, atol=2e-5)
def network(answer, rng):
    n_in, hidden, out, n = (int(k) for k in rng.permutation([3, 4, 5, 6]))
    shapes = (n_in, hidden), (hidden,), (hidden, out), (out,)
    values = [rng.uniform(0.2, 1, s).round(2) * rng.choice([-1, 1], s) for s in shapes]
    X = rng.normal(size=(n, n_in)).round(2)
    C = rng.uniform(0.5, 1.5, (n, out)).round(2)

    easy = [values[0], 0 * values[1], values[2], 100 + 0 * values[3]]

    def model(values=values):
        made = answer.MLP(n_in, hidden, out, 1)
        return made, placed(made, values)

    def scores(of_a_tensor):
        made, _ = model()
        return array_of(made(answer.Tensor(X)) if of_a_tensor else scores_of(answer, made, X))

    def gradient(k, values=values):
        made, parameters = model(values)
        z = scores_of(answer, made, X)
        backward_from_one((z * answer.Tensor(C)).sum(), [p for p, _ in parameters])
        p, turn = parameters[k]
        return np.reshape(turn(np.array(p.grad, dtype=float)), shapes[k])

    return {
        START: attempt(partial(starts, answer), (n_in, hidden, out)),
        EASY: attempt(lambda: [gradient(0, easy), gradient(2, easy)]),
        "the scores": attempt(scores, False),
        "the scores of a tensor": attempt(scores, True),
        **{f"the gradient for {name}": attempt(gradient, k) for k, name in enumerate(NAMES)},
    }


FORWARD = "(Tensor._lift(X) @ self.W1 + self.b1).relu() @ self.W2 + self.b2"

network.misconception(
    "hidden_layer_never_trained",
    "The hidden layer gets no gradient: its output is taken out of the graph as plain numbers. Let every "
    "result remain a tensor.",
    edits={
        FORWARD: "Tensor((Tensor._lift(X) @ self.W1 + self.b1).relu().data) @ self.W2 + self.b2"
    },
)
network.misconception(
    "no_relu",
    "Nothing bends between the two layers, so together they are one linear function.",
    edits={").relu() @": ") @"},
)
network.misconception(
    "relu_on_the_scores",
    "The scores go through ReLU as well. They may be negative: the loss makes probabilities of them.",
    edits={FORWARD: f"({FORWARD}).relu()"},
)
network.misconception(
    "returns_probabilities",
    "The network returns probabilities. The task wants scores: the loss applies softmax itself.",
    edits={
        f"return {FORWARD}": f"e = ({FORWARD}).exp()\n        return e / e.sum(axis=1, keepdims=True)"
    },
)
network.misconception(
    "hidden_bias_left_out",
    "The hidden units have no bias: add b1 before ReLU.",
    edits={"@ self.W1 + self.b1)": "@ self.W1)"},
)
network.misconception(
    "output_bias_left_out",
    "The scores have no bias: add b2 at the end.",
    edits={"@ self.W2 + self.b2": "@ self.W2"},
)
network.misconception(
    "relu_before_the_bias",
    "ReLU comes before the bias is added. It is the whole pre-activation, product and bias, that is cut "
    "at 0.",
    edits={FORWARD: "((Tensor._lift(X) @ self.W1).relu() + self.b1) @ self.W2 + self.b2"},
)
network.misconception(
    "parameters_in_another_order",
    "The parameters are all there, but in another order than W1, b1, W2, b2.",
    edits={"[self.W1, self.b1, self.W2, self.b2]": "[self.W1, self.W2, self.b1, self.b2]"},
)
network.misconception(
    "weights_as_outputs_by_inputs",
    "The matrices are (outputs, inputs). In this notebook they are (inputs, outputs), so that a layer is "
    "X @ W + b.",
    edits={
        "size=(n_in, n_hidden)": "size=(n_hidden, n_in)",
        "size=(n_hidden, n_out)": "size=(n_out, n_hidden)",
        FORWARD: (
            "(Tensor._lift(X) @ turned(self.W1) + self.b1).relu() @ turned(self.W2) + self.b2\n\n\n"
            "def turned(W):\n"
            "    return Tensor(W.data.T, (W,), (lambda G: G.T,))"
        ),
    },
)
network.misconception(
    "all_zero_weights",
    "All weights begin at the same number, so all hidden units begin alike, and remain so. Draw the "
    "weights.",
    edits={
        "rng.normal(size=(n_in, n_hidden))": "np.zeros((n_in, n_hidden))",
        "rng.normal(size=(n_hidden, n_out))": "np.zeros((n_hidden, n_out))",
    },
)
network.misconception(
    "seed_ignored",
    "The seed does not reach the random numbers: another seed should give other weights.",
    edits={"default_rng(seed)": "default_rng(0)"},
)


@network.alternative("lists_of_layers_and_biases_as_rows")
class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        draw = np.random.RandomState(seed).uniform
        self.layers = [
            (Tensor(draw(-1, 1, (a, b)) / a**0.5), Tensor(np.zeros((1, b))))
            for a, b in ((n_in, n_hidden), (n_hidden, n_out))
        ]

    def parameters(self):
        return [p for layer in self.layers for p in layer]

    def __call__(self, X):
        h = X if isinstance(X, Tensor) else Tensor(X)
        for k, (W, b) in enumerate(self.layers):
            h = h @ W + b
            if k == 0:
                h = h.relu()
        return h


@network.alternative("one_fused_operation_in_float32")
class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        rng = np.random.default_rng([seed, 7])
        shapes = [(n_in, n_hidden), (n_hidden,), (n_hidden, n_out), (n_out,)]
        self.all = tuple(
            Tensor(rng.normal(0, 0.1, s) if len(s) == 2 else np.zeros(s)) for s in shapes
        )

    def parameters(self):
        return self.all

    def __call__(self, X):
        X = np.float32(getattr(X, "data", X))
        W1, b1, W2, b2 = (np.float32(p.data) for p in self.all)
        h = np.maximum(X @ W1 + b1, 0)
        back = lambda G: np.float32(G) @ W2.T * (h > 0)
        pullbacks = (
            lambda G: X.T @ back(G),
            lambda G: back(G).sum(axis=0),
            lambda G: h.T @ np.float32(G),
            lambda G: np.float32(G).sum(axis=0),
        )
        return Tensor(h @ W2 + b2, self.all, pullbacks)


@network.oracle("torch_float64")
def answer():
    def __call__(self, X):
        import torch

        leaves = [torch.tensor(p.data, requires_grad=True) for p in self.parameters()]
        W1, b1, W2, b2 = leaves
        X = torch.tensor(X.data if isinstance(X, Tensor) else X)
        scores = torch.nn.functional.linear(torch.relu(torch.addmm(b1, X, W1)), W2.T, b2)

        def share(k):
            def pullback(G):
                return torch.autograd.grad(scores, leaves, torch.tensor(G), retain_graph=True)[
                    k
                ].numpy()

            return pullback

        return Tensor(
            scores.detach().numpy(), tuple(self.parameters()), tuple(map(share, range(4)))
        )

    MLP.__call__ = __call__
