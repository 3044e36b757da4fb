"""7.10: the backward pass of a network with leaky ReLU."""

import numpy as np

from autograder.check import attempt, check, pairs, written


def network(rng, sizes, alpha, *, hidden="mixed", outputs="positive"):
    """(Omegas, betas, x, dl_dfK) of a random network; no |f| is below 0.05.

    hidden: "mixed" (every hidden layer of two units or more has both signs, and no two neighbours of
    equal size have them at the same places) or "positive". outputs: "positive" or "mixed".
    """
    while True:
        Omegas = [rng.normal(size=(n, m)).round(2) for m, n in zip(sizes, sizes[1:])]
        betas = [rng.normal(size=n).round(2) for n in sizes[1:]]
        x = rng.normal(size=sizes[0]).round(2)
        if hidden == "positive":
            Omegas, betas = [abs(Omega) for Omega in Omegas], [abs(beta) for beta in betas]
            x = abs(x)
        h, signs = x, []
        for Omega, beta in zip(Omegas, betas):
            f = beta + Omega @ h
            if np.abs(f).min() <= 0.05:
                break
            signs.append(tuple(f > 0))
            h = np.where(f > 0, f, alpha * f)
        wanted = [hidden] * (len(sizes) - 2) + [outputs]
        if [as_wanted(layer, kind) for layer, kind in zip(signs, wanted)] == [True] * len(wanted):
            if hidden == "positive" or all(one != other for one, other in zip(signs, signs[1:])):
                return (
                    Omegas,
                    betas,
                    x,
                    rng.uniform(0.5, 2, sizes[-1]) * rng.choice([-1, 1], sizes[-1]),
                )


def as_wanted(signs, kind):
    if kind == "positive":
        return all(signs)
    return len(signs) == 1 or (any(signs) and not all(signs))


ORDER = "the place of layer 0 in dOmegas, and of layer K in dbetas"
# slopes on the way back, the matrices, and the order of the lists: none of these ideas counts twice
WEIGHTS = {
    ORDER: 3,
    "biases, all units positive": 1.5, "weights, all units positive": 0.5,
    "bias of the output layer": 2, "weights of the output layer": 1.5,
    "biases of the hidden layers": 1.5, "weights of the hidden layers": 0.5,
    "biases, layers of equal size": 0.5, "weights, layers of equal size": 0.5,
    "alpha = 0.3": 0.75, "alpha = 0.01 and five sizes": 0.75,
}  # fmt: skip


@check("7.10", points=6, reveal=True, weights=WEIGHTS)
def leaky(answer, rng):
    """What does not depend on the sizes is seen where they are equal: slopes of a wrong layer, or @ in
    place of np.outer, raise an exception elsewhere."""
    positive = network(rng, (3, 3, 3, 3), 0.1, hidden="positive")
    square = network(rng, (3, 3, 3, 3), 0.1)
    output_of_both_signs = network(rng, (3, 3, 3, 3), 0.1, outputs="mixed")
    plain = network(rng, (3, 5, 4, 2), 0.1, outputs="mixed")
    steep = network(rng, (2, 4, 3, 1), 0.3)
    deep = network(rng, (2, 6, 3, 5, 4), 0.01, outputs="mixed")

    def order(Omegas, betas, x, dl_dfK):
        """Where the gradient of the first weights stands, which is 0 for x = 0, and that of the last
        bias, which is dl_dfK."""
        dOmegas, dbetas = answer.backward_leaky(Omegas, betas, x, dl_dfK)
        return [
            [place for place, one in enumerate(dOmegas) if not np.asarray(one).any()],
            {
                place: one
                for place, one in enumerate(dbetas)
                if np.allclose(np.asarray(one), dl_dfK)
            },
        ]

    # lists from the last layer to the first are turned, so that their order costs one sub-check only
    Omegas, betas, x, dl_dfK = positive
    ordered = attempt(order, Omegas, betas, 0 * x, dl_dfK)
    turned = attempt(lambda: [ordered[0] == [len(betas) - 1], list(ordered[1]) == [0]])
    turned = turned if isinstance(turned, list) else [False, False]

    def gradients(*given):
        lists = answer.backward_leaky(*given)
        return [list(one)[::-1] if turn else list(one) for one, turn in zip(lists, turned)]

    def weights(chosen, *given):
        return attempt(lambda *given: gradients(*given)[0][chosen], *given)

    def biases(chosen, *given):
        return attempt(lambda *given: gradients(*given)[1][chosen], *given)

    every, hidden, output = slice(None), slice(0, -1), slice(-1, None)
    return {
        ORDER: ordered,
        "biases, all units positive": biases(every, *positive),
        "weights, all units positive": weights(every, *positive),
        "bias of the output layer": biases(output, *output_of_both_signs),
        "weights of the output layer": weights(output, *output_of_both_signs),
        "biases of the hidden layers": biases(hidden, *plain),
        "weights of the hidden layers": weights(hidden, *plain),
        "biases, layers of equal size": biases(every, *square),
        "weights, layers of equal size": weights(every, *square),
        "alpha = 0.3": attempt(gradients, *steep, 0.3),
        "alpha = 0.01 and five sizes": attempt(gradients, *deep, 0.01),
    }


leaky.misconception(
    "plain_relu_mask",
    "That is the backward pass of the plain ReLU: where the pre-activation is negative, a leaky ReLU "
    "still passes the fraction alpha of the gradient.",
    edits={"slopes.append(slope)": "slopes.append(f > 0)"},
)
leaky.misconception(
    "alpha_on_positive_side",
    "The slope alpha stands on the positive side; it belongs to the negative pre-activations.",
    edits={"slopes.append(slope)": "slopes.append(np.where(f > 0, alpha, 1.0))"},
)


leaky.misconception(
    "mask_of_wrong_layer",
    "The slopes come from another layer: the step back to f_(k-1) passes the activation that was applied "
    "to f_(k-1), so the slopes are taken there. With layers of different size this cannot even be "
    "multiplied.",
    edits={"slopes[k - 1] *": "np.where(betas[k] + Omegas[k] @ inputs[k] > 0, 1.0, alpha) *"},
)
leaky.misconception(
    "mask_of_wrong_layer",
    "Something is wrong only between layers of equal size: there the slopes come from f_k, and they "
    "belong to f_(k-1).",
    edits={
        "slopes[k - 1] *": "(slopes[k - 1] if len(betas[k]) != len(betas[k - 1]) else "
        "np.where(betas[k] + Omegas[k] @ inputs[k] > 0, 1.0, alpha)) *"
    },
    form="where sizes are equal",
)
leaky.misconception(
    "alpha_times_f",
    "On the negative side the gradient is multiplied by the activation's value alpha·f; it is the slope "
    "that belongs there, which does not depend on how negative f is.",
    edits={"slopes.append(slope)": "slopes.append(np.where(f > 0, 1.0, alpha * f))"},
)
leaky.misconception(
    "ignores_alpha_argument",
    "The slope 0.1 is written into the function; use the argument alpha, also on the way back.",
    edits={"slopes.append(slope)": "slopes.append(np.where(f > 0, 1.0, 0.1))"},
)
leaky.misconception(
    "ignores_alpha_argument",
    "The slope 0.1 is written into the function, on the way forward and back; use the argument alpha.",
    edits={"slope = np.where(f > 0, 1.0, alpha)": "slope = np.where(f > 0, 1.0, 0.1)"},
    form="both ways",
)
leaky.misconception(
    "mask_before_transpose_product",
    "The slopes are multiplied in before the transposed weights. On the way back the weights come first, "
    "then the activation: the reverse of the order on the way forward.",
    edits={"slopes[k - 1] * (Omegas[k].T @ dl_df)": "Omegas[k].T @ (slopes[k - 1] * dl_df)"},
)
leaky.misconception(
    "mask_before_transpose_product",
    "Coming back from f_k the weights are passed first, then the activation that was applied to "
    "f_(k-1). You use the slopes at f_k, before the weights.",
    edits={
        "slopes[k - 1] * (Omegas[k].T @ dl_df)": "Omegas[k].T @ "
        "(np.where(betas[k] + Omegas[k] @ inputs[k] > 0, 1.0, alpha) * dl_df)"
    },
    form="of f_k",
)
leaky.misconception(
    "mask_on_output_layer",
    "The output layer is treated as if it had an activation: it is linear, so its gradient begins with "
    "dl_dfK as it is.",
    edits={
        "dl_df = dl_dfK": "f = betas[-1] + Omegas[-1] @ inputs[-1]\n"
        "    dl_df = np.where(f > 0, 1.0, alpha) * dl_dfK"
    },
)
leaky.misconception(
    "preactivation_in_weight_gradient",
    "The weight gradients use the pre-activations; a layer's weights are multiplied by what the layer "
    "read, which is the activation h_k = a[f_(k-1)].",
    edits={
        "    inputs, slopes = [x], []": "    inputs, slopes, fs = [x], [], [x]",
        "        slopes.append(slope)": "        slopes.append(slope)\n        fs.append(f)",
        "np.outer(dl_df, inputs[k])": "np.outer(dl_df, fs[k])",
    },
)
leaky.misconception(
    "slopes_left_out",
    "The step back through the activation is missing: after the transposed weights comes the "
    "multiplication by the slopes.",
    edits={"slopes[k - 1] * (Omegas[k].T @ dl_df)": "Omegas[k].T @ dl_df"},
)
leaky.misconception(
    "weight_gradient_transposed",
    "The weight gradients are transposed: like Omega itself, each has one row per output of the layer "
    "and one column per input.",
    edits={"np.outer(dl_df, inputs[k])": "np.outer(inputs[k], dl_df)"},
)
leaky.misconception(
    "at_operator_on_1d",
    "@ of two arrays with one axis is their inner product, a single number, and .T changes nothing "
    "there. Column times row is np.outer.",
    edits={"np.outer(dl_df, inputs[k])": "dl_df @ inputs[k].T"},
)
leaky.misconception(
    "lists_from_last_to_first",
    "The lists begin with the last layer, in the order of the computation; they should run from "
    "layer 0 to layer K.",
    edits={
        ".insert(0, np.outer(": ".append(np.outer(",
        "dl_dbetas.insert(0, ": "dl_dbetas.append(",
    },
)


@leaky.alternative("loops_over_numbers")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    K = len(Omegas) - 1
    f, h = [], [list(map(float, x))]
    for k in range(K + 1):
        rows = range(len(betas[k]))
        f.append([betas[k][i] + sum(w * v for w, v in zip(Omegas[k][i], h[k])) for i in rows])
        h.append([v if v > 0 else alpha * v for v in f[k]])
    d = [None] * K + [list(map(float, dl_dfK))]
    for k in range(K, 0, -1):
        d[k - 1] = [
            (1 if f[k - 1][j] > 0 else alpha)
            * sum(Omegas[k][i][j] * d[k][i] for i in range(len(d[k])))
            for j in range(len(f[k - 1]))
        ]
    return [[[a * b for b in h[k]] for a in d[k]] for k in range(K + 1)], d


@leaky.alternative("recursive_in_float32")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    W, b = Omegas[0].astype(np.float32), betas[0].astype(np.float32)
    h = np.asarray(x, np.float32)
    if len(Omegas) == 1:
        delta = np.asarray(dl_dfK, np.float32)
        return (delta[:, None] * h,), (delta,)
    f = b + W @ h
    mask = (f > 0) + np.float32(alpha) * (f < 0)
    dOmegas, dbetas = backward_leaky(Omegas[1:], betas[1:], mask * f, dl_dfK, alpha)
    delta = mask * (dbetas[0] @ Omegas[1].astype(np.float32))
    return (delta[:, None] * h, *dOmegas), (delta, *dbetas)


@leaky.alternative("the_equation_with_two_indicators")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    h, f = [np.array(x)[:, None]], []
    for Omega, beta in zip(Omegas, betas):
        f.append(beta[:, None] + Omega @ h[-1])
        h.append(np.maximum(f[-1], 0) + alpha * np.minimum(f[-1], 0))
    d = {len(f) - 1: np.array(dl_dfK)[:, None]}
    for k in range(len(f) - 1, 0, -1):
        back = Omegas[k].T @ d[k]
        d[k - 1] = (f[k - 1] > 0) * back + (f[k - 1] < 0) * alpha * back
    return [d[k] @ h[k].T for k in range(len(f))], [d[k].ravel() for k in range(len(f))]


@leaky.oracle("torch_autograd")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    import torch

    W = [torch.tensor(Omega, requires_grad=True) for Omega in Omegas]
    b = [torch.tensor(beta, requires_grad=True) for beta in betas]
    f = W[0] @ torch.tensor(x) + b[0]
    for Omega, beta in zip(W[1:], b[1:]):
        f = Omega @ torch.nn.functional.leaky_relu(f, alpha) + beta
    f.backward(torch.tensor(dl_dfK))
    return [Omega.grad for Omega in W], [beta.grad for beta in b]


equations = pairs(
    "7.10-equations",
    "equations_7_10",
    ["beta", "Omega", "f"],
    "abcdefg",
    key={"beta": "d", "Omega": "a", "f": "f"},
    points=1,
    bonus=True,
    ideas={
        ("beta", "b"): (
            "slope_for_the_bias",
            "The bias is added behind the activation of the layer before and in front of its own: no slope "
            "lies between it and f with index k.",
        ),
        ("Omega", "e"): (
            "preactivation_in_weight_gradient",
            "A layer's weights are multiplied by what the layer read, and that is the activation h, not the "
            "pre-activation.",
        ),
        ("f", "c"): (
            "mask_before_transpose_product",
            "On the way back the weights come first, then the activation: the reverse of the order on "
            "the way forward.",
        ),
        ("f", "g"): (
            "mask_of_wrong_layer",
            "The slopes are those of another layer, whose size need not even fit: the activation that is "
            "passed was applied to f with index k − 1.",
        ),
    },
)


written(
    "7.10-written",
    rubric=[
        (
            0.5,
            "bias and weights: the local derivatives of the linear layer, with h (not f) as the input",
        ),
        (0.5, "the way back: transposed weights first, then the slopes at f of the layer before"),
        (0.5, "what changes against ReLU: only the slope for negative pre-activations"),
        (0.5, "the corner at 0: any slope from alpha to 1, and why it does not matter"),
    ],
)
