"""6.6: the backward pass of a three-layer network, as equations and as a program."""

import numpy as np

from autograder.check import attempt, check, pairs, written
from autograder.checks.ch06_networks.off_limits import NETWORKS

EQUATIONS = {
    "Delta3": "a", "Delta2": "c", "Delta1": "f", "W3": "g", "W2": "i", "b3": "k", "b2": "k",
}  # fmt: skip
equations = pairs(
    "6.6a",
    "equations",
    list(EQUATIONS),
    "abcdefghijkl",
    key=EQUATIONS,
    points=2,
    ideas={
        ("Delta3", "b"): (
            "sigmoid_derivative_twice",
            "The slope p(1 − p) of the sigmoid has already met the same factor in the denominator "
            "of the loss's slope, and both are gone.",
        ),
        ("Delta2", "d"): (
            "tanh_derivative_of_z",
            "1 − tanh² is written with the output of tanh, and that is A, not Z.",
        ),
        ("Delta1", "e"): (
            "tanh_derivative_missing",
            "That is the slope by A1. Between A1 and Z1 there is a tanh with a slope of its own.",
        ),
        ("W3", "h"): (
            "own_output_instead_of_input",
            "A layer's weights are multiplied by what the layer reads, the activations of the "
            "layer before.",
        ),
        ("W2", "j"): (
            "weight_gradient_transposed",
            "This has the shape (inputs, outputs). W2 is (outputs, inputs), and so is its gradient.",
        ),
        ("W2", "g"): (
            "layer_exchanged",
            "That belongs to another layer: take Δ and the activations on either side of W2.",
        ),
        ("b2", "l"): (
            "bias_gradient_averaged_again",
            "The 1/n of the mean is in Δ already. A bias adds to every row, so the slopes of the "
            "rows add up.",
        ),
        ("b3", "l"): (
            "output_bias_averaged_again",
            "The 1/n of the mean is in Δ already. A bias adds to every row, so the slopes of the "
            "rows add up.",
        ),
        ("b3", "a"): (
            "bias_gradient_for_every_row",
            "That has a row for each example. The bias is one number for all of them.",
        ),
    },
)  # fmt: skip


@equations.oracle("torch_autograd")
def answer():
    import torch

    generator = torch.Generator().manual_seed(3)
    randn = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)
    n, d, h1, h2 = 6, 3, 5, 4
    shapes = {"W1": (h1, d), "b1": (h1,), "W2": (h2, h1), "b2": (h2,), "W3": (1, h2), "b3": (1,)}
    w = {name: randn(*shape).requires_grad_() for name, shape in shapes.items()}
    X, Y = randn(n, d), torch.tensor([0.0, 1, 1, 0, 1, 0], dtype=torch.float64)[:, None]
    Z1 = X @ w["W1"].T + w["b1"]
    A1 = torch.tanh(Z1)
    Z2 = A1 @ w["W2"].T + w["b2"]
    A2 = torch.tanh(Z2)
    Z3 = A2 @ w["W3"].T + w["b3"]
    P = torch.sigmoid(Z3)
    for Z in (Z1, Z2, Z3):
        Z.retain_grad()
    torch.nn.functional.binary_cross_entropy(P, Y).backward()
    D1, D2, D3, W2, W3 = Z1.grad, Z2.grad, Z3.grad, w["W2"], w["W3"]
    candidates = {
        "a": (P - Y) / n, "b": (P - Y) * P * (1 - P) / n,
        "c": (D3 @ W3) * (1 - A2 * A2), "d": (D3 @ W3) * (1 - Z2 * Z2),
        "e": D2 @ W2, "f": (D2 @ W2) * (1 - A1 * A1), "g": D3.T @ A2, "h": D3.T @ P,
        "i": D2.T @ A1, "j": A1.T @ D2,
    }  # fmt: skip

    def letter(value, **more):
        """The candidate that this is."""
        for name, candidate in (candidates | more).items():
            if candidate.shape == value.shape and torch.allclose(candidate, value):
                return name

    equations = {
        "Delta3": letter(D3),
        "Delta2": letter(D2),
        "Delta1": letter(D1),
        "W3": letter(W3.grad),
        "W2": letter(W2.grad),
        "b3": letter(w["b3"].grad, k=D3.sum(0), l=D3.mean(0)),
        "b2": letter(w["b2"].grad, k=D2.sum(0), l=D2.mean(0)),
    }


NAMES = ("b3", "W3", "b2", "W2", "b1", "W1")
ONE_ROW = {layer: f"layer {layer}, a single row" for layer in (1, 2, 3)}


@check("6.6", points=8, reveal=True, weights=dict.fromkeys(ONE_ROW.values(), 2), forbid=NETWORKS)
def backprop(answer, rng):
    def network(n, d, h1, h2):
        """Parameters and a batch of n rows, with labels of both kinds where there are several."""
        shapes = {
            "W1": (h1, d), "b1": (h1,), "W2": (h2, h1), "b2": (h2,), "W3": (1, h2), "b3": (1,),
        }  # fmt: skip
        params = {name: 0.7 * rng.normal(size=shape) for name, shape in shapes.items()}
        y = rng.permutation(np.arange(n) % 2) if n > 1 else rng.integers(0, 2, 1)
        return params, rng.normal(size=(n, d)), y

    gradients = answer.backprop_tanh_bce
    single, batch, square = network(1, 3, 5, 4), network(7, 4, 3, 5), network(4, 4, 4, 4)
    # three attempts: a call that stops costs only what it should show
    of_row, *of_batches = (attempt(gradients, *one) for one in (single, batch, square))

    def in_the_row(layer):
        return [of_row[f"W{layer}"], of_row[f"b{layer}"]]

    def in_the_batches(name):
        return [one[name] for one in of_batches]

    rows = {ONE_ROW[layer]: attempt(in_the_row, layer) for layer in (3, 2, 1)}
    batches = {f"{name}, batches": attempt(in_the_batches, name) for name in NAMES}
    return rows | batches


COLUMN = "y[:, None]"
backprop.misconception(
    "y_broadcast_to_n_by_n",
    "P is (n, 1) and y is (n,): their difference is an n × n matrix in which every prediction "
    "meets every label. Make a column of y first.",
    edits={COLUMN: "y"},
)
backprop.misconception(
    "sum_instead_of_mean",
    "This is the gradient of the sum over the batch. The loss is the mean: the 1/n is missing.",
    edits={"(P - y[:, None]) / len(y)": "P - y[:, None]"},
)
backprop.misconception(
    "sigmoid_derivative_twice",
    "The factor p(1 − p) is one too many: it cancels against the denominator of the loss's slope.",
    edits={"(P - y[:, None]) / len(y)": "(P - y[:, None]) * P * (1 - P) / len(y)"},
)
SLOPE_OF_Z = (
    "1 − a² is the slope of tanh when a is its output. Here the pre-activation is squared instead."
)
backprop.misconception(
    "tanh_derivative_of_z",
    SLOPE_OF_Z,
    edits={
        "(1 - A2**2)": "(1 - (A1 @ params['W2'].T + params['b2'])**2)",
        "(1 - A1**2)": "(1 - (X @ params['W1'].T + params['b1'])**2)",
    },
)
backprop.misconception(
    "tanh_derivative_missing_in_layer_1",
    "Layer 1 has a tanh, too: its slope is missing on the way to Δ1.",
    edits={" * (1 - A1**2)": ""},
)
backprop.misconception(
    "tanh_derivative_missing_in_layer_2",
    "Layer 2 has a tanh, too: its slope is missing on the way to Δ2.",
    edits={" * (1 - A2**2)": ""},
)
backprop.misconception(
    "bias_gradient_averaged_again",
    "The 1/n of the mean is in Δ already. For a bias the rows add up, and here they are averaged "
    "once more.",
    edits={"delta1.sum(": "delta1.mean(", "delta2.sum(": "delta2.mean(", "delta3.sum(": "delta3.mean("},
)  # fmt: skip
backprop.misconception(
    "sign_y_minus_p",
    "The sign is the other way round: the slope is p − y. Where p is too large, the loss rises with z.",
    edits={"(P - y[:, None])": "(y[:, None] - P)"},
)
backprop.misconception(
    "weight_gradients_transposed",
    "These gradients are (inputs, outputs). A gradient has the shape of its parameter, (outputs, "
    "inputs).",
    edits={
        "delta1.T @ X": "X.T @ delta1",
        "delta2.T @ A1": "A1.T @ delta2",
        "delta3.T @ A2": "A2.T @ delta3",
    },
)
backprop.misconception(
    "tanh_slope_is_that_of_the_sigmoid",
    "a(1 − a) is the slope of the sigmoid. The hidden layers have tanh, whose slope is 1 − a².",
    edits={"(1 - A2**2)": "A2 * (1 - A2)", "(1 - A1**2)": "A1 * (1 - A1)"},
)
backprop.misconception(
    "hidden_layers_without_tanh",
    "A tanh of the forward pass is missing: a hidden layer passes on Z, without its activation.",
    edits={"np.tanh(X @ params": "(X @ params", "np.tanh(A1 @ params": "(A1 @ params"},
)
backprop.misconception(
    "derivative_before_the_weights",
    "The slope of tanh belongs to Δ of the layer that it is in: first go back through the weights, "
    "then multiply by the slope.",
    edits={
        'delta2 @ params["W2"] * (1 - A1**2)': 'delta2 * (1 - A2**2) @ params["W2"]',
    },
)


@backprop.alternative("columns")
def backprop_tanh_bce(params, X, y):
    """An example per column, as in many books."""
    W1, W2, W3 = params["W1"], params["W2"], params["W3"]
    b1, b2, b3 = (params[name].reshape(-1, 1) for name in ("b1", "b2", "b3"))
    x, t, n = X.T, y.reshape(1, -1), X.shape[0]
    a1 = np.tanh(W1.dot(x) + b1)
    a2 = np.tanh(W2.dot(a1) + b2)
    p = 1 / (1 + np.exp(-W3.dot(a2) - b3))
    d3 = p - t
    d2 = W3.T.dot(d3) * (1 - a2 * a2)
    d1 = W2.T.dot(d2) * (1 - a1 * a1)
    found = {}
    for number, (d, a) in enumerate(((d1, x), (d2, a1), (d3, a2)), 1):
        found[f"W{number}"], found[f"b{number}"] = d.dot(a.T) / n, np.mean(d, axis=1)
    return found


@backprop.alternative("row_by_row_in_float32")
def backprop_tanh_bce(params, X, y):
    sums = {name: np.zeros(value.shape, np.float32) for name, value in params.items()}
    for x, label in zip(X, y):
        a1 = np.tanh(params["W1"] @ x + params["b1"])
        a2 = np.tanh(params["W2"] @ a1 + params["b2"])
        z3 = params["W3"] @ a2 + params["b3"]
        d3 = 0.5 * (1 + np.tanh(z3 / 2)) - label
        d2 = (params["W3"].T @ d3) / np.cosh(params["W2"] @ a1 + params["b2"]) ** 2
        d1 = (params["W2"].T @ d2) / np.cosh(params["W1"] @ x + params["b1"]) ** 2
        for name, d, a in (("1", d1, x), ("2", d2, a1), ("3", d3, a2)):
            sums["W" + name] += np.outer(d, a) / len(X)
            sums["b" + name] += d / len(X)
    return sums | {"loss": None}


@backprop.alternative("loop_over_layers")
def backprop_tanh_bce(params, X, y):
    A = [X]
    for layer in "12":
        A.append(np.tanh(A[-1] @ params["W" + layer].T + params["b" + layer]))
    Z = A[-1] @ params["W3"].T + params["b3"]
    delta = (1 / (1 + np.exp(-Z)) - np.reshape(y, Z.shape)) / Z.size
    found = {}
    for layer in (3, 2, 1):
        found[f"W{layer}"] = np.einsum("no,ni->oi", delta, A[layer - 1])
        found[f"b{layer}"] = np.ones(len(X)) @ delta
        delta = delta @ params[f"W{layer}"] * (1 - A[layer - 1] ** 2)
    return found


@backprop.oracle("torch_autograd")
def backprop_tanh_bce(params, X, y):
    import torch

    w = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    linear = torch.nn.functional.linear
    A = torch.tanh(linear(torch.tensor(X), w["W1"], w["b1"]))
    A = torch.tanh(linear(A, w["W2"], w["b2"]))
    p = torch.sigmoid(linear(A, w["W3"], w["b3"]))[:, 0]
    torch.nn.functional.binary_cross_entropy(p, torch.tensor(y).double()).backward()
    return {name: value.grad for name, value in w.items()}


written(
    "6.6-written",
    rubric=[
        (0.5, "Shows that the slope of the loss by p, times σ'(z), is p − y."),
        (0.5, "Says why the 1/n appears once."),
        (1.0, "Writes down the gradients of all six parameter groups, a slope of tanh in each hidden layer."),
    ],
)  # fmt: skip
