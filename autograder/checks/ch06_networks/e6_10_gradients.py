"""6.10: all gradients of a network, traced through its graph."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.off_limits import NETWORKS

IN_THE_SHAPE_OF = ("w2", "a1", "z1", "W1", "b1", "x")


@check("6.10", points=5, reveal=True, forbid=NETWORKS)
def gradients(answer, rng):
    def network(d, h):
        """Arguments with about half of the units on, all pre-activations at least 0.3 away from 0."""
        x, W1, w2 = (rng.choice([-1, 1], n) * rng.uniform(0.4, 1.5, n) for n in (d, (h, d), h))
        on = rng.permutation(h) < (h + 1) // 2
        z1 = np.where(on, 1, -1) * rng.uniform(0.3, 1.5, h)
        return x, W1, z1 - W1 @ x, w2, float(rng.uniform(-0.5, 0.5))

    def number(name, arguments):
        return as_number(answer.trace_gradients(*arguments)[name])

    def by_s(name, several):
        """Gradients divided by that of s, so that what s lacks shows there only."""
        found = [answer.trace_gradients(*arguments) for arguments in several]
        return [np.asarray(d[name]) / as_number(d["s"]) for d in found]

    plain = [network(3, 4), network(3, 3), network(2, 5)]
    # square, so that a matrix that is transposed by mistake costs nothing here
    scaled = [(*network(4, 4), float(sign * rng.uniform(1.5, 3))) for sign in (-1, 1)]
    seen = {
        "s": [attempt(number, "s", network(size, size)) for size in (1, 3)],
        "s with an upstream gradient": [attempt(number, "s", one) for one in scaled],
        "b2": [attempt(number, "b2", one) for one in scaled],
    }
    return seen | {
        f"{name}, divided by that of s": attempt(by_s, name, [*plain, scaled[0]])
        for name in IN_THE_SHAPE_OF
    }


gradients.misconception(
    "relu_mask_missing",
    "The gradient goes through the ReLU as if it were not there. A unit that is off hands nothing back.",
    edits={'d["a1"] * (z1 > 0)': 'd["a1"]'},
)
gradients.misconception(
    "outer_product_transposed",
    "The outer product for W₁ is the other way round: the row belongs to the unit, the column to the input.",
    edits={'np.outer(d["z1"], x)': 'np.outer(x, d["z1"])'},
)
gradients.misconception(
    "relu_multiplied_instead_of_masked",
    "This multiplies by ReLU(z₁), the value. The chain rule needs its slope, 1 or 0.",
    edits={'d["a1"] * (z1 > 0)': 'd["a1"] * a1'},
)
gradients.misconception(
    "sigmoid_derivative_missing",
    "Between ŷ and s stands the sigmoid, and its slope ŷ(1 − ŷ) is missing.",
    edits={"upstream * y_hat * (1 - y_hat)": "upstream"},
)
gradients.misconception(
    "sigmoid_derivative_missing",
    "This multiplies by the sigmoid itself. Its slope has a second factor, 1 − ŷ.",
    edits={"upstream * y_hat * (1 - y_hat)": "upstream * y_hat"},
    form="value",
)
gradients.misconception(
    "upstream_ignored",
    "The gradient that arrives at ŷ is left out. Everything on the way back begins with it.",
    edits={"upstream * y_hat * (1 - y_hat)": "y_hat * (1 - y_hat)"},
)
gradients.misconception(
    "W1_not_transposed_for_x",
    "For x the matrix must be transposed: input j collects what came back along column j.",
    edits={"W1.T @": "W1 @"},
)
gradients.misconception(
    "w2_used_for_dw2",
    "In a product each factor gets the gradient times the *other* factor. The other one of w₂ is a₁.",
    edits={'d["w2"] = d["s"] * a1': 'd["w2"] = d["s"] * w2'},
)
gradients.misconception(
    "factors_exchanged",
    "In a product each factor gets the gradient times the *other* factor. Here w₂ and a₁ got their own.",
    edits={
        'd["w2"] = d["s"] * a1': 'd["w2"] = d["s"] * w2',
        'd["a1"] = d["s"] * w2': 'd["a1"] = d["s"] * a1',
    },
)
gradients.misconception(
    "preactivation_for_w2",
    "w₂ was multiplied by a₁, what ReLU made of z₁. For a unit that is off the two differ.",
    edits={'d["w2"] = d["s"] * a1': 'd["w2"] = d["s"] * z1'},
)
gradients.misconception(
    "mask_from_the_gradient",
    "The mask asks for the sign of z₁ in the forward pass, not for the sign of the gradient that comes back.",
    edits={'d["a1"] * (z1 > 0)': 'np.maximum(d["a1"], 0)'},
)
gradients.misconception(
    "bias_gradient_summed",
    "b₁ has one entry for each unit, and so has its gradient. A sum over the units mixes them up.",
    edits={'d["b1"] = d["z1"]': 'd["b1"] = d["z1"].sum()'},
)
gradients.misconception(
    "x_skips_the_mask",
    "The gradient of x is taken from a₁. On its way it passes z₁, where units that are off block it.",
    edits={'W1.T @ d["z1"]': 'W1.T @ d["a1"]'},
)
gradients.misconception(
    "activation_for_the_input",
    "The outer product for W₁ takes what the matrix was multiplied by, which is x, not a₁.",
    edits={'np.outer(d["z1"], x)': 'np.outer(d["z1"], a1)'},
)
gradients.misconception(
    "sigmoid_slope_at_the_wrong_place",
    "s(1 − s) is not the slope: in ŷ(1 − ŷ) stands the output of the sigmoid, not its input.",
    edits={
        "upstream * y_hat * (1 - y_hat)": "upstream * (w2 @ a1 + b2) * (1 - (w2 @ a1 + b2))",
    },
)


@gradients.alternative("loops")
def trace_gradients(x, W1, b1, w2, b2, upstream=1.0):
    import math

    h, d = len(W1), len(W1[0])
    z1 = [b1[i] + sum(W1[i][j] * x[j] for j in range(d)) for i in range(h)]
    s = b2 + sum(w2[i] * max(z1[i], 0) for i in range(h))
    y = 1 / (1 + math.exp(-s))
    ds = upstream * y * (1 - y)
    dz = [ds * w2[i] if z1[i] > 0 else 0.0 for i in range(h)]
    return {
        "s": ds, "b2": ds, "w2": [ds * max(z, 0) for z in z1], "a1": [ds * w for w in w2], "z1": dz,
        "b1": list(dz), "W1": [[dz[i] * x[j] for j in range(d)] for i in range(h)],
        "x": [sum(W1[i][j] * dz[i] for i in range(h)) for j in range(d)],
    }  # fmt: skip


@gradients.alternative("whole_jacobians_in_float32")
def trace_gradients(x, W1, b1, w2, b2, upstream=1.0):
    x, W1, b1, w2 = (np.float32(one) for one in (x, W1, b1, w2))
    z1, identity = W1 @ x + b1, np.eye(len(b1), dtype=np.float32)
    y_hat = 1 / (1 + np.exp(-np.atleast_1d(w2 @ np.maximum(z1, 0) + np.float32(b2))))
    ds = np.float32(upstream) * y_hat * (1 - y_hat)
    da1 = ds[0] * w2
    dz1 = da1 @ np.diag(np.heaviside(z1, np.float32(0.5)))
    u_by_W1 = np.einsum("ik,j->ikj", identity, x)
    return {
        "y_hat": upstream, "s": ds, "b2": ds, "w2": ds[0] * np.maximum(z1, 0), "a1": da1, "z1": dz1,
        "b1": dz1 @ identity, "W1": np.einsum("i,ikj->kj", dz1, u_by_W1), "x": dz1 @ W1,
    }  # fmt: skip


gradients.alternative(
    "columns", edits={'np.outer(d["z1"], x)': 'd["z1"].reshape(-1, 1) @ x.reshape(1, -1)'}
)


@gradients.oracle("torch_autograd")
def trace_gradients(x, W1, b1, w2, b2, upstream=1.0):
    import torch

    x, W1, b1, w2, b2 = (
        torch.tensor(one, requires_grad=True, dtype=torch.float64) for one in (x, W1, b1, w2, b2)
    )
    z1 = W1 @ x + b1
    a1 = torch.relu(z1)
    s = w2 @ a1 + b2
    named = {"s": s, "w2": w2, "b2": b2, "a1": a1, "z1": z1, "W1": W1, "b1": b1, "x": x}
    found = torch.autograd.grad(upstream * torch.sigmoid(s), list(named.values()))
    return {name: gradient.numpy() for name, gradient in zip(named, found)}
