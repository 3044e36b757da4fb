"""6.15: gradients by hand against autograd, and what a comparison of the two can see."""

import numpy as np

from autograder.check import attempt, check, choices, numbers, written
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.off_limits import NETWORKS

Z1 = (-0.2, 0.9, 1.0)  # of the network in the text
forward = numbers(
    "6.15a",
    points=1,
    right={"z2": 0.23, "y_hat": 0.5572478546, "loss": 0.5847451567},
    ideas={
        "relu_left_out": (
            "The first unit is off: ReLU makes 0 of its −0.2, so it contributes nothing to z₂.",
            {"z2": 0.09, "y_hat": 0.5224848, "loss": 0.6491594},
        ),
        "bias_left_out": (
            "The bias of the second layer is missing.",
            {"z2": 0.18, "y_hat": 0.5448789, "loss": 0.6071917},
        ),
        "absolute_value_for_relu": (
            "ReLU makes 0 of a negative number, not its absolute value.",
            {"z2": 0.37, "y_hat": 0.5914590, "loss": 0.5251629},
        ),
        "sigmoid_left_out": (
            "That is the pre-activation again: ŷ is what the sigmoid makes of it.",
            {"y_hat": 0.23, "loss": 1.4696760},
            {"y_hat": 0.23},
        ),
        "loss_of_the_other_label": (
            "That is the loss for the label 0. Here y = 1, and the term with log ŷ remains.",
            {"loss": 0.8147452},
        ),
        "loss_without_the_minus": (
            "The minus in front of the bracket is missing: a loss is never negative here.",
            {"loss": -0.5847452},
        ),
        "decimal_logarithm": (
            "The logarithm of the cross-entropy is the natural one.",
            {"loss": 0.2539516},
        ),
        "squared_error": (
            "That is a squared error. The loss here is the cross-entropy.",
            {"loss": (0.1960295, 0.0980147)},
        ),
    },
)


@forward.oracle("torch_cross_entropy")
def answer():
    import torch

    _W1 = torch.tensor([[0.5, -0.4], [0.3, 0.2], [-0.6, 0.7]]).double()
    _a1 = torch.relu(
        _W1 @ torch.tensor([1.0, 2.0]).double() + torch.tensor([0.1, 0.2, 0.2]).double()
    )
    z2 = torch.tensor([0.7, -0.8, 0.9]).double() @ _a1 + 0.05
    y_hat = torch.sigmoid(z2)
    loss = torch.nn.functional.binary_cross_entropy(y_hat, torch.ones(()).double())


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


@check("6.15c", points=1, reveal=True)
def comparison(answer, rng):
    shapes = {"W1": (3, 2), "b1": (3,), "W2": (1, 3), "b2": (1,)}

    def apart(most, name, others):
        """What is found where two dicts differ by `most` in one entry of `name`, elsewhere by less."""
        theirs = {
            one: rng.permutation(np.prod(shape)).reshape(shape) * 3.0
            for one, shape in shapes.items()
        }
        ours = {one: a + rng.uniform(-others, others, a.shape) for one, a in theirs.items()}
        place = np.unravel_index(theirs[name].argmin(), shapes[name])
        ours[name][place] = theirs[name][place] + most
        return as_number(
            answer.gradient_difference(ours | {"loss": float(rng.uniform(9, 99))}, theirs)
        )

    few = {name: [float(sign * rng.uniform(0.5, 2)) for sign in (-1, 1)] for name in shapes}
    return {
        f"the largest difference is in {name}": [
            attempt(apart, most, name, 0.3) for most in few[name]
        ]
        for name in shapes
    } | {"it is small": attempt(apart, float(rng.uniform(1e-3, 2e-3)), "W1", 1e-5)}


DIFFERENCES = "np.abs(np.asarray(ours[name]) - np.asarray(theirs[name])).max()"
comparison.misconception(
    "no_absolute_value",
    "A difference may be negative, and the largest signed one misses it. Take absolute values first.",
    edits={DIFFERENCES: "(np.asarray(ours[name]) - np.asarray(theirs[name])).max()"},
)
comparison.misconception(
    "absolute_value_too_late",
    "This takes the absolute value of the largest signed difference, and misses a negative one that is "
    "larger in size.",
    edits={DIFFERENCES: "np.abs((np.asarray(ours[name]) - np.asarray(theirs[name])).max())"},
)
comparison.misconception(
    "mean_instead_of_largest",
    "A mean hides a single wrong entry among many right ones. The largest difference is asked for.",
    edits={DIFFERENCES: "np.abs(np.asarray(ours[name]) - np.asarray(theirs[name])).mean()"},
)
comparison.misconception(
    "compares_the_largest_entries",
    "This compares the largest entries of the two arrays, wherever they are. Compare entry with entry.",
    edits={DIFFERENCES: "abs(np.max(ours[name]) - np.max(theirs[name]))"},
)
comparison.misconception(
    "last_parameter_only",
    "Only the last parameter counts here: the value is overwritten in every round.",
    edits={"max(differences)": "differences[-1]"},
)
comparison.misconception(
    "weights_only",
    "The biases have gradients, too, and they are left out.",
    edits={'("W1", "b1", "W2", "b2")': '("W1", "W2")'},
)
comparison.misconception(
    "adds_the_parameters_up",
    "The four largest differences are added. The largest of the four is asked for.",
    edits={"max(differences)": "sum(differences)"},
)
comparison.misconception(
    "length_of_the_difference",
    "That is a length, the root of a sum of squares over all entries. The largest entry is asked for.",
    edits={
        DIFFERENCES: "np.sum((np.asarray(ours[name]) - np.asarray(theirs[name])) ** 2)",
        "max(differences)": "np.sqrt(sum(differences))",
    },
)
comparison.misconception(
    "compares_the_loss_too",
    "The loss stands beside the gradients in one of the two only. Compare the four parameters.",
    edits={'("W1", "b1", "W2", "b2")': "ours"},
)


@comparison.alternative("loops")
def gradient_difference(ours, theirs):
    largest = 0.0
    for name in theirs:
        for a, b in zip(np.ravel(ours[name]), np.ravel(theirs[name])):
            if abs(a - b) > largest:
                largest = abs(a - b)
    return largest


@comparison.alternative("one_long_vector_in_torch")
def gradient_difference(ours, theirs):
    import torch

    def flat(found):
        return torch.cat(
            [torch.as_tensor(found[name]).ravel() for name in ("b2", "W2", "b1", "W1")]
        )

    return (flat(ours) - flat(theirs)).abs().max()


@comparison.oracle("norm_of_infinite_order")
def gradient_difference(ours, theirs):
    apart = np.concatenate([np.ravel(ours[name] - theirs[name]) for name in sorted(theirs)])
    return np.linalg.norm(apart, np.inf)


unseen = choices(
    "6.15d",
    "unseen",
    "abcdef",
    key="abd",
    points=1,
    ideas={
        "a": (
            "mask_shows_anyway",
            "With all three units on, the mask is 1 for each of them: leaving it out changes nothing.",
        ),
        "b": (
            "z1_differs_anyway",
            "Where all units are on, ReLU hands on what it gets: z1 and a1 are the same numbers.",
        ),
        "c": (
            "small_factor_unseen",
            "ŷ(1 − ŷ) is at most a quarter and never 1, so this always shows.",
        ),
        "d": (
            "ones_differ_anyway",
            "The input is (1, 1): the same numbers as those of np.ones(2).",
        ),
        "e": (
            "sign_unseen",
            "All gradients change their sign, and none of them is zero here: that shows.",
        ),
        "f": (
            "missing_weights_unseen",
            "The weights W2 are 0.7, −0.8 and 0.9, not 1: leaving them out shows in b1 and W1.",
        ),
    },
    selections={
        "nothing_escapes": (
            "A comparison sees only what is different at its input. Look for factors that are 1 here.",
            "",
        ),
        "everything_escapes": (
            "Some of these change the gradients at every input.",
            "abcdef",
        ),
    },
)


@unseen.oracle("runs_all_six")
def answer():
    import torch

    _W1 = np.array([[0.5, -0.4], [0.3, 0.2], [-0.6, 0.7]])
    _b1, _W2, _b2 = np.array([0.1, 0.2, 0.2]), np.array([[0.7, -0.8, 0.9]]), np.array([0.05])

    def _found(x, letter):
        z1 = _W1 @ x + _b1
        a1 = np.maximum(z1, 0)
        p = 1 / (1 + np.exp(-(_W2 @ a1 + _b2)))
        delta2 = {"c": (p - 1) * p * (1 - p), "e": 1 - p}.get(letter, p - 1)
        delta1 = {"a": _W2.T @ delta2, "f": delta2 * (z1 > 0)}.get(
            letter, (_W2.T @ delta2) * (z1 > 0)
        )
        dW2 = np.outer(delta2, z1 if letter == "b" else a1)
        dW1 = np.outer(delta1, np.ones(2) if letter == "d" else x)
        return np.concatenate([dW1.ravel(), delta1, dW2.ravel(), delta2])

    def _autograd(x):
        W1, b1, W2, b2 = (torch.tensor(one, requires_grad=True) for one in (_W1, _b1, _W2, _b2))
        s = W2 @ torch.relu(W1 @ torch.tensor(x) + b1) + b2
        found = torch.autograd.grad(torch.nn.functional.softplus(-s).sum(), (W1, b1, W2, b2))
        return torch.cat([one.ravel() for one in found]).numpy()

    _x = np.array([1.0, 1.0])
    unseen = [letter for letter in "abcdef" if np.allclose(_found(_x, letter), _autograd(_x))]


written(
    "6.15-written",
    rubric=[
        (
            0.5,
            "Proved: the two programs agree at this one point, and they were written independently.",
        ),
        (0.5, "Not proved: other points, where other units are off or the label is 0."),
        (0.5, "Names numbers that would show more: the other label, other masks, different sizes."),
        (
            0.5,
            "Says that a misunderstanding on both sides stays unseen, or that kinks are no good points.",
        ),
    ],
)
