"""2.10: a network of two layers, forward and backward."""

import numpy as np

from autograder.check import attempt, check, every


def random_network(rng, N, D, H, M):
    """x, W1, b1, W2, b2 with no hidden unit near its kink, some of them on and some off, and outputs
    of both signs."""
    while True:
        x, W1, b1 = (rng.normal(size=size).round(2) for size in ((N, D), (D, H), H))
        z1 = x @ W1 + b1
        mixed = (z1 > 0).any(axis=1).all() and (z1 < 0).any(axis=1).all()
        W2, b2 = rng.normal(size=(H, M)).round(2), rng.normal(size=M).round(2) + 0.3
        z2 = np.maximum(z1, 0) @ W2 + b2
        outputs_of_both_signs = z2.min() < -0.05 and z2.max() > 0.05
        biases_count = np.abs(b2).min() > 0.05
        if (
            np.abs(z1).min() > 0.05 and mixed and (z1 > 0).any(axis=0).sum() > 1
            and outputs_of_both_signs and biases_count
        ):  # fmt: skip
            return x, W1, b1, W2, b2


GRADIENTS = ("dW1", "db1", "dW2", "db2")


def gradient_for(name, found, params):
    """The gradient for one parameter, out of four. Its shape tells which it is; the place decides
    where the shape does not, so a wrong order costs points where all sizes are equal, and only there.
    """
    if isinstance(found, dict):
        aliases = (name, name[1:], f"grad_{name[1:]}")
        return next(found[alias] for alias in aliases if alias in found)
    if len(found) != 4:
        raise ValueError(f"backward should return 4 gradients, not {len(found)}")
    place = GRADIENTS.index(name)
    fitting = [one for one in found if np.shape(one) == params[place].shape]
    return fitting[0] if len(fitting) == 1 else found[place]


WEIGHTS = {f"output{case}": 2.5 for case in ("", ", one example", ", all sizes equal")}
WEIGHTS |= {f"{name}, all sizes equal": 2 for name in GRADIENTS}


@check("2.10", points=8, reveal=True, weights=WEIGHTS)
def two_layers(answer, rng):
    def output(*arrays):
        def of(x, W1, b1, W2, b2):
            return answer.forward(x, W1, b1, W2, b2)

        return shown(of, *arrays)

    def gradient(name, *arrays):
        def of(x, W1, b1, W2, b2, grad_output):
            found = answer.backward(x, W1, b1, W2, b2, grad_output)
            return gradient_for(name, found, (W1, b1, W2, b2))

        return shown(of, *arrays)

    sizes = {"": (5, 3, 4, 2), ", one example": (1, 2, 3, 2), ", all sizes equal": (4, 4, 4, 4)}
    networks = {case: random_network(rng, *size) for case, size in sizes.items()}
    seen = {f"output{case}": output(*arrays) for case, arrays in networks.items()}
    for case, arrays in networks.items():
        N, _, _, M = sizes[case]
        grad_output = rng.normal(size=(N, M)).round(2) + 0.4
        for name in GRADIENTS:
            seen[f"{name}{case}"] = gradient(name, *arrays, grad_output)
    return seen


def shown(of, x, W1, b1, W2, b2, *grad_output):
    """Feedback shows the arrays of a single example, and only the sizes of larger cases."""
    if len(x) == 1:
        return attempt(of, x, W1, b1, W2, b2, *grad_output)

    def sized(N, D, H, M):
        return of(x, W1, b1, W2, b2, *grad_output)

    return attempt(sized, *x.shape, *W2.shape)


NO_MASK = (
    "The gradient passes the ReLU as if it were not there. A unit that is off passes nothing back: "
    "the mask asks where z1 is above 0 (a1 >= 0 would hold everywhere)."
)
two_layers.misconception(
    "bias_not_summed",
    "A bias is added to every example, so the gradients of all examples add up for it: the result "
    "has the shape of the bias.",
    edits={"grad_output.sum(axis=0)": "grad_output", "dz1.sum(axis=0)": "dz1"},
)
two_layers.misconception(
    "bias_mean",
    "For the biases the examples are averaged; they have to be added, as for the weights.",
    edits={".sum(axis=0)": every(".mean(axis=0)")},
)
two_layers.misconception(
    "bias_not_summed_in_the_second_layer",
    "The second bias is added to every example, so the gradients of all examples add up for it: "
    "the result has the shape of the bias.",
    edits={"grad_output.sum(axis=0)": "grad_output"},
)
two_layers.misconception(
    "bias_mean_in_the_second_layer",
    "For the second bias the examples are averaged; they have to be added, as for the weights.",
    edits={"grad_output.sum(axis=0)": "grad_output.mean(axis=0)"},
)
two_layers.misconception(
    "bias_keeps_a_row_axis",
    "The gradient for a bias has the shape of the bias, (H,) or (M,), without an axis of length 1.",
    edits={".sum(axis=0)": every(".sum(axis=0, keepdims=True)")},
)
two_layers.misconception(
    "bias_summed_over_the_wrong_axis",
    "The sum for a bias runs over the examples, which are the rows (axis 0), not over the units.",
    edits={".sum(axis=0)": every(".sum(axis=1)")},
)
two_layers.misconception(
    "no_relu_mask",
    NO_MASK,
    edits={" * (z1 > 0)": ""},
)
two_layers.misconception(
    "no_relu_mask", NO_MASK, edits={"(z1 > 0)": "(a1 >= 0)"}, form="a mask that is always true"
)
two_layers.misconception(
    "no_relu_mask_for_W1",
    "The gradient for W1 passes the ReLU as if it were not there. A unit that is off passes nothing "
    "back.",
    edits={"x.T @ dz1": "x.T @ (grad_output @ W2.T)"},
)
two_layers.misconception(
    "mask_inverted",
    "The mask is the wrong way round: the gradient passes where the unit is on, z1 > 0.",
    edits={"(z1 > 0)": "(z1 <= 0)"},
)
two_layers.misconception(
    "activation_instead_of_mask",
    "The slope of the ReLU is 1 where it is on, not a1: multiply by a mask of zeros and ones.",
    edits={"(z1 > 0)": "a1"},
)
two_layers.misconception(
    "z1_instead_of_a1",
    "W2 is multiplied by a1, what the ReLU let through, so its gradient is made of a1, not of z1.",
    edits={"a1.T @ grad_output": "z1.T @ grad_output"},
)
two_layers.misconception(
    "relu_on_output_too",
    "There is a ReLU on the output. It belongs between the layers; z2 may well be negative.",
    edits={"return a1 @ W2 + b2": "return np.maximum(a1 @ W2 + b2, 0)"},
)
two_layers.misconception(
    "relu_forgotten",
    "The hidden layer has no ReLU, so the two layers together are only one linear map.",
    edits={"a1 = np.maximum(x @ W1 + b1, 0)": "a1 = x @ W1 + b1"},
)
two_layers.misconception(
    "bias_forgotten_in_forward",
    "The second bias is not added to the output.",
    edits={"return a1 @ W2 + b2": "return a1 @ W2"},
)
two_layers.misconception(
    "W2_not_transposed",
    "W2 leads from H to M; on the way back the gradient goes from M to H, so W2 is transposed.",
    edits={"grad_output @ W2.T": "grad_output @ W2"},
)


@two_layers.misconception(
    "wrong_side_when_square",
    "For square weights grad_output @ W2 runs as well as grad_output @ W2.T. Derive which one it is; "
    "do not let the shapes choose.",
)
def backward(x, W1, b1, W2, b2, grad_output):
    z1 = x @ W1 + b1
    try:
        dz1 = (grad_output @ W2) * (z1 > 0)
    except ValueError:
        dz1 = (grad_output @ W2.T) * (z1 > 0)
    dW2 = np.maximum(z1, 0).T @ grad_output
    return x.T @ dz1, dz1.sum(axis=0), dW2, grad_output.sum(axis=0)


two_layers.misconception(
    "wrong_return_order",
    "The gradients are returned last layer first. Return them in the order of the arguments: "
    "dW1, db1, dW2, db2.",
    edits={"return dW1, db1, dW2, db2": "return dW2, db2, dW1, db1"},
)
two_layers.misconception(
    "weights_before_biases",
    "The gradients are returned weights first. Return them in the order of the arguments: "
    "dW1, db1, dW2, db2.",
    edits={"return dW1, db1, dW2, db2": "return dW1, dW2, db1, db2"},
)
two_layers.misconception(
    "ignores_grad_output",
    "The upstream gradient is taken to be 1 everywhere. Start from grad_output.",
    edits={
        "    dW2 = a1.T": "    grad_output = np.ones_like(grad_output)\n    dW2 = a1.T",
    },
)
two_layers.misconception(
    "mean_over_the_batch",
    "All gradients are divided by the number of examples. If the loss is a mean, its 1/N has come "
    "in with grad_output already.",
    edits={"    dW2 = a1.T": "    grad_output = grad_output / len(x)\n    dW2 = a1.T"},
)


@two_layers.alternative("one_example_at_a_time_with_lists_and_a_dict")
def answer():
    def hidden_and_output(row, W1, b1, W2, b2):
        hidden = [max(0.0, sum(row * W1[:, h]) + b1[h]) for h in range(len(b1))]
        return hidden, [sum(np.array(hidden) * W2[:, m]) + b2[m] for m in range(len(b2))]

    def forward(x, *params):
        return [hidden_and_output(row, *params)[1] for row in x]

    def backward(x, W1, b1, W2, b2, grad_output):
        total = {"W1": 0 * W1, "b1": 0 * b1, "W2": 0 * W2, "b2": 0 * b2}
        for row, g in zip(x, grad_output):
            hidden, _ = hidden_and_output(row, W1, b1, W2, b2)
            back = np.array([W2[h] @ g if hidden[h] > 0 else 0.0 for h in range(len(b1))])
            total["W1"] = total["W1"] + np.outer(row, back)
            total["b1"] = total["b1"] + back
            total["W2"] = total["W2"] + np.outer(hidden, g)
            total["b2"] = total["b2"] + g
        return total


@two_layers.alternative("float32_einsum_and_where")
def answer():
    def forward(x, W1, b1, W2, b2):
        x, W1, b1, W2, b2 = (array.astype(np.float32) for array in (x, W1, b1, W2, b2))
        z1 = np.einsum("nd,dh->nh", x, W1) + b1
        return np.einsum("nh,hm->nm", np.where(z1 > 0, z1, 0), W2) + b2

    def backward(x, W1, b1, W2, b2, grad_output):
        x, W1, b1, W2, g = (array.astype(np.float32) for array in (x, W1, b1, W2, grad_output))
        z1 = np.einsum("nd,dh->nh", x, W1) + b1
        dz1 = np.where(z1 > 0, np.einsum("nm,hm->nh", g, W2), 0)
        dW2 = np.einsum("nh,nm->hm", z1 * (z1 > 0), g)
        ones = np.ones(len(x), np.float32)
        return [np.einsum("nd,nh->dh", x, dz1), ones @ dz1, dW2, ones @ g]


@two_layers.alternative("one_matrix_with_the_bias_inside")
def answer():
    def with_ones(a):
        return np.hstack([a, np.ones((len(a), 1))])

    def hidden(x, W1, b1):
        z1 = with_ones(x) @ np.vstack([W1, b1])
        return (abs(z1) + z1) / 2

    def forward(x, W1, b1, W2, b2):
        return with_ones(hidden(x, W1, b1)) @ np.vstack([W2, b2])

    def backward(x, W1, b1, W2, b2, grad_output):
        a1 = hidden(x, W1, b1)
        second = with_ones(a1).T @ grad_output
        first = with_ones(x).T @ (np.sign(a1) * grad_output.dot(W2.transpose()))
        return first[:-1], first[-1], second[:-1], second[-1]


@two_layers.oracle("torch_autograd")
def answer():
    import torch

    def forward(x, W1, b1, W2, b2):
        x, W1, b1, W2, b2 = (torch.as_tensor(a, dtype=torch.float64) for a in (x, W1, b1, W2, b2))
        return torch.addmm(b2, torch.addmm(b1, x, W1).clamp(min=0), W2)

    def backward(x, W1, b1, W2, b2, grad_output):
        params = [torch.tensor(a, requires_grad=True) for a in (W1, b1, W2, b2)]
        forward(x, *params).backward(torch.tensor(grad_output))
        return [param.grad for param in params]


@two_layers.oracle("central_differences")
def answer():
    def forward(x, W1, b1, W2, b2):
        z1 = (x[:, :, None] * W1).sum(axis=1) + b1
        return (np.clip(z1, 0, None)[:, :, None] * W2).sum(axis=1) + b2

    def backward(x, W1, b1, W2, b2, grad_output):
        params, found = [W1, b1, W2, b2], []
        for k, param in enumerate(params):
            slopes = np.zeros(param.shape)
            for i in np.ndindex(param.shape):
                ends = []
                for nudge in (1e-6, -1e-6):
                    moved = [p.copy() for p in params]
                    moved[k][i] += nudge
                    ends.append(np.sum(forward(x, *moved) * grad_output))
                slopes[i] = (ends[0] - ends[1]) / 2e-6
            found.append(slopes)
        return found
