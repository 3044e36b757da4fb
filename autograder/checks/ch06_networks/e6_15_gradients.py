"""6.15: the gradients of one example, by autograd and by hand."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.off_limits import NETWORKS


def network(rng, d, h, y):
    """(W1, b1, W2, b2, x, y) with units on and off, all pre-activations at least 0.3 away from 0.

    Every second unit that is on has a negative weight in W2, and so has every second one that is off.
    """
    W1, x = (rng.choice([-1, 1], n) * rng.uniform(0.4, 1.5, n) for n in ((h, d), d))
    on = np.arange(h) % 4 < 2
    W2 = np.where(np.arange(h) % 2, -1, 1) * rng.uniform(0.4, 1.5, (1, h))
    shuffled = rng.permutation(h)
    z1 = (np.where(on, 1, -1) * rng.uniform(0.3, 1.5, h))[shuffled]
    return W1, z1 - W1 @ x, W2[:, shuffled], rng.uniform(-0.5, 0.5, 1), x, y


def several(rng):
    """Networks of different sizes, a square one among them, with both labels."""
    return [
        network(rng, d, h, y) for d, h, y in ((2, 5, 1.0), (3, 4, 0.0), (4, 4, 1.0), (3, 6, 0.0))
    ]


SHAPED = ("W2", "W1", "b1")


def observed(find, networks):
    """The gradient of b2, and the others divided by it, so that what it lacks shows there only."""

    def b2(arguments):
        return as_number(np.asarray(find(*arguments)["b2"]))

    def by_b2(name):
        return [np.asarray(find(*one)[name]) / b2(one) for one in networks]

    return {"b2": [attempt(b2, one) for one in networks]} | {
        f"{name}, divided by that of b2": attempt(by_b2, name) for name in SHAPED
    }


class NothingRecordedError(RuntimeError):
    """backward() was called on what does not depend on a tensor that requires a gradient."""


@check("6.15b", points=3, reveal=True, weights={"b2": 2})
def by_autograd(answer, rng):
    def find(*arguments):
        try:
            return answer.autograd_gradients(*arguments)
        except RuntimeError as error:  # PyTorch raises it for many reasons
            if "does not require grad" in str(error):
                raise NothingRecordedError(str(error)) from None
            raise

    return observed(find, several(rng))


LEAVES = "torch.tensor(array, requires_grad=True)"
RELU, SIGMOID = "torch.relu(", "torch.sigmoid("
by_autograd.misconception(
    "detached_in_the_middle",
    "The hidden layer is cut off: what is detached, or goes through NumPy, hands no gradient back, so W1 "
    "and b1 get none.",
    edits={'leaves["W2"] @ a1 +': 'leaves["W2"] @ a1.detach() +'},
)
by_autograd.misconception(
    "requires_grad_forgotten",
    "Nothing was recorded: say for the four parameters that they require a gradient.",
    edits={LEAVES: "torch.tensor(array)"},
)
by_autograd.misconception(
    "weights_only_require_grad",
    "The biases are leaves as well, and need requires_grad=True like the weights.",
    edits={LEAVES: 'torch.tensor(array, requires_grad=name[0] == "W")'},
)
by_autograd.misconception(
    "backward_twice",
    "backward() ran twice on the same leaves. Gradients are added up, so these are twice as large.",
    edits={"    loss.backward()": "    loss.backward(retain_graph=True)\n    loss.backward()"},
)


@by_autograd.misconception(
    "global_tensors_accumulate",
    "The tensors live on from call to call, and so do their gradients, to which every backward() adds. "
    "Make new ones inside the function, or set the gradients to zero.",
)
def answer():
    kept = {}

    def autograd_gradients(W1, b1, W2, b2, x, y):
        for name, array in {"W1": W1, "b1": b1, "W2": W2, "b2": b2}.items():
            leaf = kept.setdefault((name, array.shape), torch.zeros(array.shape).double())
            leaf.requires_grad_(True)
            leaf.data[:] = torch.tensor(array)
        leaves = {n: kept[n, a.shape] for n, a in {"W1": W1, "b1": b1, "W2": W2, "b2": b2}.items()}
        a1 = torch.relu(leaves["W1"] @ torch.tensor(x) + leaves["b1"])
        y_hat = torch.sigmoid(leaves["W2"] @ a1 + leaves["b2"])
        (-(y * torch.log(y_hat) + (1 - y) * torch.log(1 - y_hat)).sum()).backward()
        return {name: leaf.grad.clone() for name, leaf in leaves.items()}


by_autograd.misconception(
    "tanh_hidden_layer",
    "The hidden layer of this network has a ReLU, not tanh.",
    edits={RELU: "torch.tanh("},
)
by_autograd.misconception(
    "no_hidden_activation",
    "The ReLU is missing: without it two layers are one.",
    edits={RELU: "("},
)
by_autograd.misconception(
    "gradient_of_the_prediction",
    "This calls backward() on ŷ. The gradients asked for are those of the loss.",
    edits={"    loss.backward()": "    y_hat.sum().backward()"},
)
by_autograd.misconception(
    "sigmoid_twice",
    "A loss that expects logits applies the sigmoid itself. Give it z₂, or take the loss for probabilities.",
    edits={
        "-(y * torch.log(y_hat) + (1 - y) * torch.log(1 - y_hat)).sum()": "torch.nn.functional"
        ".binary_cross_entropy_with_logits(y_hat, torch.full_like(y_hat, y))",
    },
)
by_autograd.misconception(
    "sign_of_the_loss",
    "The minus in front of the cross-entropy is missing, so all gradients point the other way.",
    edits={"loss = -(": "loss = ("},
)
by_autograd.misconception(
    "squared_error",
    "These are the gradients of a squared error. The loss here is the cross-entropy.",
    edits={
        "-(y * torch.log(y_hat) + (1 - y) * torch.log(1 - y_hat)).sum()": "((y_hat - y) ** 2).sum()"
    },
)
by_autograd.misconception(
    "returns_the_parameters",
    "These are the parameters themselves. After backward() the gradient stands in .grad.",
    edits={"leaf.grad for": "leaf.detach() for"},
)


@by_autograd.alternative("layers_of_nn_in_float32")
def autograd_gradients(W1, b1, W2, b2, x, y):
    net = torch.nn.Sequential(
        torch.nn.Linear(len(x), len(b1)),
        torch.nn.ReLU(),
        torch.nn.Linear(len(b1), 1),
        torch.nn.Sigmoid(),
    )
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), (W1, b1, W2, b2)):
            parameter.copy_(torch.tensor(value))
    torch.nn.BCELoss()(net(torch.tensor(x, dtype=torch.float32)), torch.tensor([y])).backward()
    return dict(
        zip(("W1", "b1", "W2", "b2"), (parameter.grad.numpy() for parameter in net.parameters()))
    )


@by_autograd.alternative("from_numpy_with_logits")
def autograd_gradients(W1, b1, W2, b2, x, y):
    p = [torch.from_numpy(one).requires_grad_() for one in (W1, b1, W2, b2)]
    hidden = torch.clamp(torch.from_numpy(x) @ p[0].T + p[1], min=0)
    z2 = hidden @ p[2].T + p[3]
    torch.nn.functional.softplus((1 - 2 * y) * z2).sum().backward()
    return {"W1": p[0].grad, "b1": p[1].grad, "W2": p[2].grad, "b2": p[3].grad, "x": x}


@by_autograd.oracle("closed_form")
def autograd_gradients(W1, b1, W2, b2, x, y):
    z1 = W1 @ x + b1
    delta = 1 / (1 + np.exp(-(W2 @ np.maximum(z1, 0) + b2))) - y
    hidden = delta * W2[0] * (z1 > 0)
    return {
        "W1": hidden[:, None] * x,
        "b1": hidden,
        "W2": delta * np.maximum(z1, 0)[None],
        "b2": delta,
    }


LOSS = "the loss"


@check("6.15", points=4, reveal=True, forbid=NETWORKS, weights={"b2": 2})
def by_hand(answer, rng):
    def loss(arguments):
        return as_number(answer.manual_gradients(*arguments)["loss"])

    networks = several(rng)
    seen = {LOSS: [attempt(loss, one) for one in networks]}
    return seen | observed(answer.manual_gradients, networks)


MASKED = "(W2.T @ delta2) * (z1 > 0)"
by_hand.misconception(
    "no_relu_mask",
    "The mask is missing: through a unit that is off nothing comes back.",
    edits={MASKED: "W2.T @ delta2"},
)
by_hand.misconception(
    "transposed_W1",
    "The outer product for W1 is the other way round: its rows belong to the units, its columns to the "
    "inputs.",
    edits={"np.outer(delta1, x)": "np.outer(x, delta1)"},
)
by_hand.misconception(
    "mask_from_W",
    "The mask asks for the sign of z1, not for the sign of the weights.",
    edits={MASKED: "(W2.T @ delta2) * (W2[0] > 0)"},
)
by_hand.misconception(
    "mask_from_the_gradient",
    "The mask asks for the sign of z1, not for the sign of what comes back.",
    edits={MASKED: "np.maximum(W2.T @ delta2, 0)"},
)
by_hand.misconception(
    "sigmoid_derivative_twice",
    "ŷ − y is the gradient with respect to z2 already: the slope ŷ(1 − ŷ) has cancelled. Do not multiply "
    "by it once more.",
    edits={"delta2 = y_hat - y": "delta2 = (y_hat - y) * y_hat * (1 - y_hat)"},
)
by_hand.misconception(
    "stops_before_the_sigmoid",
    "That is the gradient with respect to ŷ. Multiplied by the sigmoid's slope it becomes the one of z2.",
    edits={"delta2 = y_hat - y": "delta2 = (y_hat - y) / (y_hat * (1 - y_hat))"},
)
by_hand.misconception(
    "sign_flipped",
    "The sign is the other way round: where ŷ is too large, the gradient with respect to z2 is positive.",
    edits={"delta2 = y_hat - y": "delta2 = y - y_hat"},
)
by_hand.misconception(
    "loss_of_the_wrong_label",
    "The label is exchanged: for y = 1 the loss is −log ŷ.",
    edits={
        "y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)": "(1 - y) * np.log(y_hat) + y * np.log(1 - y_hat)"
    },
)
by_hand.misconception(
    "term_of_label_zero_missing",
    "The second term of the cross-entropy is missing, so an example with the label 0 costs nothing.",
    edits={"y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)": "y * np.log(y_hat)"},
)
by_hand.misconception(
    "loss_without_the_minus",
    "The minus in front of the cross-entropy is missing: this loss is negative.",
    edits={"loss = -(": "loss = ("},
)
by_hand.misconception(
    "gradient_uses_z1",
    "W2 was multiplied by a1, not by z1: a unit that is off gets a gradient of 0 for its weight.",
    edits={"np.outer(delta2, a1)": "np.outer(delta2, z1)"},
)
by_hand.misconception(
    "relu_multiplied_instead_of_masked",
    "This multiplies by a1, the value of ReLU. The chain rule needs its slope, 1 or 0.",
    edits={MASKED: "(W2.T @ delta2) * a1"},
)
by_hand.misconception(
    "forgets_W2_on_the_way",
    "Between the hidden units and z2 stand the weights W2: what comes back is multiplied by them.",
    edits={MASKED: "delta2 * (z1 > 0)"},
)
by_hand.misconception(
    "activation_for_the_input",
    "W1 was multiplied by x. Its gradient is the outer product with x, not with a1.",
    edits={"np.outer(delta1, x)": "np.outer(delta1, a1)"},
)
by_hand.misconception(
    "vector_for_W2",
    "The gradient of W2 has the shape of W2, with its one row: (1, h).",
    edits={"np.outer(delta2, a1)": "delta2 * a1"},
)


@by_hand.alternative("loops_and_lists")
def manual_gradients(W1, b1, W2, b2, x, y):
    import math

    h, d = W1.shape
    z = [sum(W1[i, j] * x[j] for j in range(d)) + b1[i] for i in range(h)]
    s = sum(W2[0, i] * max(0.0, z[i]) for i in range(h)) + b2[0]
    error = 1 / (1 + math.exp(-s)) - y
    back = [error * W2[0, i] if z[i] > 0 else 0.0 for i in range(h)]
    return {
        "loss": math.log(1 + math.exp(-s)) + (1 - y) * s,
        "W1": [[back[i] * x[j] for j in range(d)] for i in range(h)], "b1": back,
        "W2": [[error * max(0.0, z_i) for z_i in z]], "b2": [error],
    }  # fmt: skip


@by_hand.alternative("a_batch_of_one_in_float32")
def manual_gradients(W1, b1, W2, b2, x, y):
    W1, b1, W2, b2, X = (np.float32(one) for one in (W1, b1, W2, b2, x[None, :]))
    Z1 = X @ W1.T + b1
    A1 = Z1 * (Z1 > 0)
    P = 1 / (1 + np.exp(-(A1 @ W2.T + b2)))
    d2 = (P - np.float32(y)) / (P * (1 - P)) * P * (1 - P)
    d1 = d2 @ W2 * np.heaviside(Z1, np.float32(0))
    loss = -np.log(P if y == 1 else 1 - P)
    return {"loss": loss, "W1": d1.T @ X, "b1": d1[0], "W2": d2.T @ A1, "b2": d2[0, 0], "Z1": Z1}


@by_hand.oracle("central_differences")
def manual_gradients(W1, b1, W2, b2, x, y):
    def loss(W1, b1, W2, b2):
        s = (W2 @ np.maximum(W1 @ x + b1, 0) + b2)[0]
        return np.logaddexp(0, s) - y * s

    given = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    found = {"loss": loss(**given)}
    for name, value in given.items():
        found[name] = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            by = np.zeros(value.shape)
            by[place] = 1e-5
            up, down = loss(**{**given, name: value + by}), loss(**{**given, name: value - by})
            found[name][place] = (up - down) / 2e-5
    return found
