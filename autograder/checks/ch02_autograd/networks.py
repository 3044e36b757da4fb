"""2.9 to 2.11: gradients of matrices, of a two-layer network, and through many layers."""

import numpy as np

from autograder.check import check, every, written
from autograder.inside import attempt


def _letters(value):
    """Letters, however they are written ("D, M", "DM", ["d", "m"]), as a list of capitals."""
    if isinstance(value, str):
        return [letter for letter in value.upper() if letter.isalpha()]
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return [str(item).strip().upper() for item in value]
    return value


@check("2.9a", points=1)
def shape_of_the_gradient(answer, rng):
    def shape():
        return _letters(answer.shape_dW)

    return {"shape of the gradient for W": attempt(shape)}


shape_of_the_gradient.misconception(
    "shape_of_Y",
    "That is the shape of Y, and of the gradient for Y that comes in. A gradient has the shape of "
    "the thing that is changed, here W.",
    edits={'("D", "M")': '("N", "M")'},
)
shape_of_the_gradient.misconception(
    "shape_of_X",
    "That is the shape of X. A gradient has the shape of the thing that is changed, here W.",
    edits={'("D", "M")': '("N", "D")'},
)
shape_of_the_gradient.misconception(
    "transposed_shape",
    "The two letters are the right ones, but W is stored as (in, out) here; so is its gradient.",
    edits={'("D", "M")': '("M", "D")'},
)
shape_of_the_gradient.misconception(
    "keeps_the_examples",
    "The gradient for W has no axis for the examples: each example contributes, and the "
    "contributions are added.",
    edits={'("D", "M")': '("N", "D", "M")'},
)
shape_of_the_gradient.alternative("a_list", edits={'("D", "M")': '["D", "M"]'})
shape_of_the_gradient.alternative("text_with_brackets", edits={'("D", "M")': '"(D, M)"'})


@shape_of_the_gradient.oracle("measured_with_torch")
def answer():
    import torch

    W = torch.ones(3, 2, requires_grad=True)
    (torch.ones(5, 3) @ W).sum().backward()
    shape_dW = tuple({5: "N", 3: "D", 2: "M"}[size] for size in W.grad.shape)


@check("2.9b", points=4, reveal=True)
def matrix_product(answer, rng):
    def gradient(which, *arrays):
        def of(X, W, grad_Y):
            found = answer.matmul_backward(X, W, grad_Y)
            if len(found) != 2:
                raise ValueError(f"matmul_backward should return 2 gradients, not {len(found)}")
            return found["XW".index(which)]

        return attempt(of, *arrays)

    sizes = {
        "": (5, 3, 2),
        ", one example": (1, 4, 3),
        ", square matrices": (4, 4, 4),
        ", one input and one output": (2, 1, 1),
    }
    seen = {}
    for case, (N, D, M) in sizes.items():
        X, W, G = (rng.normal(size=size).round(2) for size in ((N, D), (D, M), (N, M)))
        for which in "XW":
            seen[f"gradient for {which}{case}"] = gradient(which, X, W, G + 0.5)
    return seen


PRODUCTS = "return grad_Y @ W.T, X.T @ grad_Y"
matrix_product.misconception(
    "order_swapped",
    "The two gradients are in the wrong order: first the one for X, then the one for W.",
    edits={PRODUCTS: "return X.T @ grad_Y, grad_Y @ W.T"},
)
matrix_product.misconception(
    "mean_over_batch",
    "The contributions of the examples are added, not averaged. If the loss is a mean, its 1/N has "
    "come in with the upstream gradient already.",
    edits={PRODUCTS: "return grad_Y @ W.T, X.T @ grad_Y / len(X)"},
)
matrix_product.misconception(
    "mean_over_batch_twice",
    "Nothing is averaged over the examples here, neither for X nor for W: the upstream gradient "
    "says already how much each example counts.",
    edits={PRODUCTS: "return grad_Y @ W.T / len(X), X.T @ grad_Y / len(X)"},
)
matrix_product.misconception(
    "forgot_grad_Y",
    "Wᵀ and Xᵀ are only the local derivatives: the chain rule multiplies them with the upstream "
    "gradient.",
    edits={PRODUCTS: "return W.T, X.T"},
)
matrix_product.misconception(
    "upstream_of_ones",
    "The upstream gradient is taken to be 1 everywhere. Use the one that comes in.",
    edits={PRODUCTS: "grad_Y = np.ones_like(grad_Y)\n    return grad_Y @ W.T, X.T @ grad_Y"},
)
matrix_product.misconception(
    "transpose_result",
    "Both gradients come out transposed. Each must have the shape of its own matrix.",
    edits={PRODUCTS: "return W @ grad_Y.T, grad_Y.T @ X"},
)
matrix_product.misconception(
    "pytorch_layout",
    "This gradient for W is laid out as (out, in), as nn.Linear stores its weights. Here W is (in, "
    "out), and its gradient has the same shape.",
    edits={PRODUCTS: "return grad_Y @ W.T, grad_Y.T @ X"},
)


@matrix_product.misconception(
    "wrong_side_hidden_by_try",
    "For square matrices the first of several products that run need not be the right one. Derive "
    "the product; do not let the shapes choose.",
)
def matmul_backward(X, W, grad_Y):
    try:
        return grad_Y @ W, X.T @ grad_Y
    except ValueError:
        return grad_Y @ W.T, X.T @ grad_Y


@matrix_product.misconception(
    "W_on_the_wrong_side",
    "W has to come from the right: the gradient for X keeps its rows, one for each example.",
)
def matmul_backward(X, W, grad_Y):
    try:
        return W.T @ grad_Y, X.T @ grad_Y
    except ValueError:
        return grad_Y @ W.T, X.T @ grad_Y


matrix_product.misconception(
    "not_transposed",
    "W maps from D to M on the way forward; on the way back the gradient goes from M to D, so the "
    "factors are needed transposed.",
    edits={PRODUCTS: "return grad_Y @ W, X @ grad_Y"},
)


@matrix_product.alternative("einsum")
def matmul_backward(X, W, grad_Y):
    return np.einsum("nm,dm->nd", grad_Y, W), np.einsum("nd,nm->dm", X, grad_Y)


@matrix_product.alternative("loops_and_lists")
def matmul_backward(X, W, grad_Y):
    N, D, M = range(len(X)), range(len(W)), range(len(W[0]))
    dX = [[sum(grad_Y[n][m] * W[d][m] for m in M) for d in D] for n in N]
    dW = [[sum(X[n][d] * grad_Y[n][m] for n in N) for m in M] for d in D]
    return [dX, dW]


@matrix_product.alternative("float32_one_example_at_a_time")
def matmul_backward(X, W, grad_Y):
    X, W, grad_Y = (array.astype(np.float32) for array in (X, W, grad_Y))
    dX = np.stack([W @ g for g in grad_Y])
    return dX, sum(np.outer(x, g) for x, g in zip(X, grad_Y, strict=True))


@matrix_product.oracle("torch_autograd")
def matmul_backward(X, W, grad_Y):
    import torch

    X, W = (torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in (X, W))
    (X @ W).backward(torch.tensor(grad_Y, dtype=torch.float64))
    return X.grad, W.grad


@check("2.9-steps", points=1, bonus=True, rtol=1e-6)
def derivation_steps(answer, rng):
    def cards():
        return _letters(answer.derivation)

    def chosen():
        return sorted(set(cards()))

    G, W = rng.normal(size=(3, 4)).round(2), rng.normal(size=(5, 4)).round(2)
    square = rng.normal(size=(2, 3, 3)).round(2)
    return {
        "the five cards": attempt(chosen),
        "their order": attempt(cards),
        "one entry": answer.dX_entry(G, W, 1, 4),
        "one entry with square matrices": answer.dX_entry(*square, 2, 0),
    }


derivation_steps.misconception(
    "moves_W_instead_of_X",
    "One card lets W move and holds X still; that leads to the gradient for W.",
    edits={"ceafb": "cgafb"},
)
derivation_steps.misconception(
    "sum_over_the_first_index",
    "Look at the position of m: it is the second index of both matrices, so one of them has to be "
    "transposed on the right.",
    edits={"ceafb": "ceafd"},
)
derivation_steps.misconception(
    "reads_off_before_collecting",
    "A coefficient can be read off only after everything that multiplies dX has been collected.",
    edits={"ceafb": "cefab"},
)
derivation_steps.misconception(
    "inserts_before_there_is_anything",
    "To insert dY there has to be a formula that contains dY: start with what G means.",
    edits={"ceafb": "ecafb"},
)
derivation_steps.misconception(
    "W_indexed_the_wrong_way_round",
    "In the sum, W is taken at row d and column m. The other way round reads another matrix.",
    edits={"W[d, m] for m in range(W.shape[1])": "W[m, d] for m in range(min(W.shape))"},
)
derivation_steps.misconception(
    "one_term_only",
    "X at (n, d) moves a whole row of Y. Each entry of it sends a gradient back, and they add up.",
    edits={"sum(G[n, m] * W[d, m] for m in range(W.shape[1]))": "G[n, 0] * W[d, 0]"},
)
derivation_steps.alternative(
    "dot_product_and_a_list_of_letters",
    edits={
        '"ceafb"': 'list("ceafb")',
        "sum(G[n, m] * W[d, m] for m in range(W.shape[1]))": "np.dot(G[n], W[d])",
    },
)


@derivation_steps.alternative("a_loop_and_capitals_with_arrows")
def answer():
    def dX_entry(G, W, n, d):
        total = 0.0
        for g, w in zip(G.tolist()[n], W.tolist()[d]):
            total += g * w
        return total

    derivation = "C -> E -> A -> F -> B"


@derivation_steps.oracle("dependencies_sorted_and_torch")
def answer():
    from graphlib import TopologicalSorter

    # each card needs the one that leaves what it starts from
    starts = {"c": "nothing", "e": "dY", "a": "dX inside", "f": "dX collected", "b": "a sum"}
    leaves = {"c": "dY", "e": "dX inside", "a": "dX collected", "f": "a sum", "b": "a product"}
    needs = {card: {c for c in leaves if leaves[c] == starts[card]} for card in starts}
    derivation = list(TopologicalSorter(needs).static_order())

    def dX_entry(G, W, n, d):
        import torch

        X = torch.zeros(len(G), len(W), dtype=torch.float64, requires_grad=True)
        (X @ torch.tensor(W)).backward(torch.tensor(G))
        return X.grad[n, d].item()


written(
    "2.9-written",
    rubric=[
        (0.5, "dY_nm = Σ_d X_nd dW_dm: says which entries of Y move, and by how much"),
        (0.5, "dL = Σ_nm G_nm dY_nm, with the sums swapped"),
        (0.5, "reads off the coefficient of dW_dm and recognises Xᵀ G in it"),
        (0.5, "checks the shapes: (D, N) times (N, M) is (D, M)"),
    ],
)


def _network(rng, N, D, H, M):
    """x, W1, b1, W2, b2 with no hidden unit near its kink, and some of them on and some off."""
    while True:
        x, W1, b1 = (rng.normal(size=size).round(2) for size in ((N, D), (D, H), H))
        z1 = x @ W1 + b1
        mixed = (z1 > 0).any(axis=1).all() and (z1 < 0).any(axis=1).all()
        if np.abs(z1).min() > 0.05 and mixed and (z1 > 0).any(axis=0).sum() > 1:
            return x, W1, b1, rng.normal(size=(H, M)).round(2), rng.normal(size=M).round(2) + 0.3


GRADIENTS = ("dW1", "db1", "dW2", "db2")


@check("2.10", points=8, reveal=True)
def two_layers(answer, rng):
    def output(*arrays):
        def of(x, W1, b1, W2, b2):
            return answer.forward(x, W1, b1, W2, b2)

        return _shown(of, *arrays)

    def gradient(name, *arrays):
        def of(x, W1, b1, W2, b2, grad_output):
            found = answer.backward(x, W1, b1, W2, b2, grad_output)
            if isinstance(found, dict):
                aliases = (name, name[1:], f"grad_{name[1:]}")
                return next(found[alias] for alias in aliases if alias in found)
            if len(found) != 4:
                raise ValueError(f"backward should return 4 gradients, not {len(found)}")
            return found[GRADIENTS.index(name)]

        return _shown(of, *arrays)

    sizes = {"": (5, 3, 4, 2), ", one example": (1, 2, 3, 2), ", all sizes equal": (4, 4, 4, 4)}
    networks = {case: _network(rng, *size) for case, size in sizes.items()}
    seen = {f"output{case}": output(*arrays) for case, arrays in networks.items()}
    x, W1, b1, W2, b2 = networks[""]
    seen["output that may be negative"] = output(x, W1, b1, W2, b2 - 9)
    for case, arrays in networks.items():
        N, _, _, M = sizes[case]
        grad_output = rng.normal(size=(N, M)).round(2) + 0.4
        for name in GRADIENTS:
            seen[f"{name}{case}"] = gradient(name, *arrays, grad_output)
    return seen


def _shown(of, x, W1, b1, W2, b2, *grad_output):
    """Feedback shows the arrays of a single example, and only the sizes of larger cases."""
    if len(x) == 1:
        return attempt(of, x, W1, b1, W2, b2, *grad_output)

    def sized(N, D, H, M):
        return of(x, W1, b1, W2, b2, *grad_output)

    return attempt(sized, *x.shape, *W2.shape)


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
    "The gradient passes the ReLU as if it were not there. A unit that is off passes nothing back.",
    edits={" * (z1 > 0)": ""},
)
two_layers.misconception(
    "no_relu_mask_for_W1",
    "The gradient for W1 passes the ReLU as if it were not there. A unit that is off passes nothing "
    "back.",
    edits={"x.T @ dz1": "x.T @ (grad_output @ W2.T)"},
)
two_layers.misconception(
    "mask_always_true",
    "If there is a mask in your code, it lets everything pass: a1 >= 0 holds for every output of a "
    "ReLU. Ask where z1 is above 0.",
    edits={"(z1 > 0)": "(a1 >= 0)"},
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
two_layers.misconception(
    "wrong_return_order",
    "The gradients come out last layer first. Return them in the order of the arguments: "
    "dW1, db1, dW2, db2.",
    edits={"return dW1, db1, dW2, db2": "return dW2, db2, dW1, db1"},
)
two_layers.misconception(
    "weights_before_biases",
    "The gradients come out weights first. Return them in the order of the arguments: "
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


@check("2.11a", points=2, reveal=True)
def gradient_flow(answer, rng):
    grow, shrink = rng.uniform(1.2, 1.9, 2).round(2), rng.uniform(0.4, 0.85, 2).round(2)
    deep = int(rng.integers(8, 13))
    final = round(float(rng.uniform(2, 5)), 2)
    return {
        "the first layer": answer.gradient_at_layer(grow[0], deep, 1),
        "a layer in the middle": answer.gradient_at_layer(grow[1], deep, 3),
        "near the end": answer.gradient_at_layer(grow[0], deep + 1, deep),
        "the first layer when gradients shrink": answer.gradient_at_layer(shrink[0], deep - 1, 1),
        "another final gradient": answer.gradient_at_layer(shrink[1], deep, 2, final=final),
    }


FLOW = "final * factor ** (n_layers - layer)"
AT_THE_INPUT = (
    "One factor too many: this is the gradient for the input of the layer. From the output of a "
    "layer to the end, the layer itself is not passed."
)
gradient_flow.misconception(
    "gradient_at_the_input", AT_THE_INPUT, edits={FLOW: "final * factor ** (n_layers - layer + 1)"}
)
gradient_flow.misconception(
    "gradient_at_the_input_of_1",
    "Two things: `final` is not used, and there is one factor too many. From the output of a layer "
    "to the end, the layer itself is not passed.",
    edits={FLOW: "factor ** (n_layers - layer + 1)"},
)
gradient_flow.misconception(
    "one_factor_too_few",
    "One factor too few: from the output of layer k, layers k + 1 to n are passed, and n counts.",
    edits={FLOW: "final * factor ** (n_layers - layer - 1)"},
)
gradient_flow.misconception(
    "power_of_layer_index",
    "The exponent counts from the beginning. The gradient comes from the end: count the layers "
    "that lie between the layer's output and the end.",
    edits={FLOW: "final * factor ** layer"},
)
gradient_flow.misconception(
    "power_of_layers_before",
    "The exponent counts the layers before this one. The gradient comes from the end and passes "
    "the layers after it.",
    edits={FLOW: "final * factor ** (layer - 1)"},
)
gradient_flow.misconception(
    "sum_not_product",
    "The factors of the layers are multiplied, not added: the chain rule is a product.",
    edits={FLOW: "final * factor * (n_layers - layer)"},
)
gradient_flow.misconception(
    "adds_the_factors_to_the_final_gradient",
    "The factors of the layers are multiplied, not added: the chain rule is a product.",
    edits={FLOW: "final + factor * (n_layers - layer)"},
)
gradient_flow.misconception(
    "always_all_layers",
    "Every layer gets the same gradient, as if all the layers lay behind it. Use `layer`.",
    edits={FLOW: "final * factor**n_layers"},
)
gradient_flow.misconception(
    "always_the_first_layer",
    "Every layer gets the gradient of the first one. Use `layer`.",
    edits={FLOW: "final * factor ** (n_layers - 1)"},
)
gradient_flow.misconception(
    "ignores_final",
    "The gradient at the end is taken to be 1. It is the argument `final`, and everything scales "
    "with it.",
    edits={FLOW: "factor ** (n_layers - layer)"},
)
gradient_flow.misconception(
    "divides_on_the_way_back",
    "On the way back the gradient is multiplied by each layer's derivative, the same factor as on "
    "the way forward; it is not divided by it.",
    edits={FLOW: "final / factor ** (n_layers - layer)"},
)
gradient_flow.alternative(
    "a_loop",
    edits={
        f"return {FLOW}": "for _ in range(layer, n_layers):\n        final = factor * final\n"
        "    return final"
    },
)
gradient_flow.alternative(
    "recursion",
    edits={
        FLOW: "final if layer == n_layers else factor * "
        "gradient_at_layer(factor, n_layers, layer + 1, final)"
    },
)
gradient_flow.alternative(
    "float32_logarithms",
    edits={FLOW: "np.float32(final) * np.exp((n_layers - layer) * np.log(np.float32(factor)))"},
)


@gradient_flow.oracle("torch_autograd")
def gradient_at_layer(factor, n_layers, layer, final=1.0):
    import torch

    outputs = [torch.tensor(1.0, dtype=torch.float64, requires_grad=True)]
    for _ in range(n_layers):
        outputs.append(outputs[-1] * factor)
        outputs[-1].retain_grad()
    outputs[-1].backward(torch.tensor(final, dtype=torch.float64))
    return outputs[layer].grad.item()


def _number(value):
    """Numbers of any kind (NumPy, sympy, a fraction) as a float; anything else as it is."""
    if value is None or isinstance(value, (bool, str)):
        return value
    return float(value)


@check("2.11b", points=1, atol=1e-9)
def ten_layers(answer, rng):
    def doubling():
        return _number(answer.g_times_2)

    def halving():
        return _number(answer.g_times_half)

    return {"each layer doubles": attempt(doubling), "each layer halves": attempt(halving)}


def _ten(name, sentence, doubling, halving):
    edits = {"= 2**9": f"= {doubling}", "= 0.5**9": f"= {halving}"}
    ten_layers.misconception(name, sentence, edits=edits)


_ten("gradient_at_the_input", AT_THE_INPUT, "1024", "0.5**10")
_ten("gradient_at_the_input_when_doubling", AT_THE_INPUT, "1024", "0.5**9")
_ten("gradient_at_the_input_when_halving", AT_THE_INPUT, "2**9", "0.5**10")
_ten(
    "sum_not_product",
    "The layers' factors are added up here; the chain rule multiplies them.",
    "2 * 9",
    "0.5 * 9",
)
_ten(
    "sum_over_all_layers",
    "The layers' factors are added up here, and all ten of them; the chain rule multiplies those "
    "that lie between the output of layer 1 and the end.",
    "2 * 10",
    "0.5 * 10",
)
_ten(
    "one_layer_only",
    "This is the factor of one layer. The gradient passes one layer after the other.",
    "2",
    "0.5",
)
_ten(
    "names_swapped",
    "The two numbers stand under each other's name: a factor above 1 makes the gradient grow on "
    "its way back.",
    "1 / 512",
    "512",
)
_ten(
    "square_instead_of_power",
    "The number of layers belongs in the exponent, with the factor as the base.",
    "9**2",
    "9**0.5",
)
ten_layers.alternative("worked_out", edits={"2**9": "512.0", "0.5**9": "0.001953125"})
ten_layers.alternative(
    "fractions_and_numpy",
    edits={"2**9": "np.prod([2] * 9)", "0.5**9": "__import__('fractions').Fraction(1, 512)"},
)


@ten_layers.oracle("torch_autograd")
def answer():
    import torch

    def through_ten_layers(factor):
        h = torch.tensor(3.0, requires_grad=True)  # the output of layer 1
        out = h
        for _ in range(2, 11):
            out = factor * out
        out.backward()
        return h.grad.item()

    g_times_2, g_times_half = through_ten_layers(2.0), through_ten_layers(0.5)


@check("2.11c", points=1)
def remedies(answer, rng):
    """Each sub-check has one remedy and one proposal that is none: so all or nothing fails."""

    def among(*pair):
        return set(_letters(answer.fixes)) & set(pair)

    def connections():
        return among("A", "B")

    def sizes():
        return among("C", "D")

    def activations():
        return among("E", "F")

    def around_the_step():
        return among("G", "H")

    return {
        "what is connected with what (a, b)": attempt(connections),
        "sizes that are chosen beforehand (c, d)": attempt(sizes),
        "the activations (e, f)": attempt(activations),
        "what happens around a step (g, h)": attempt(around_the_step),
    }


REMEDIES = '{"a", "c", "e", "g"}'
remedies.misconception(
    "more_layers_as_fix",
    "More layers mean more factors in the product: whatever happens to the gradient gets worse.",
    edits={REMEDIES: '{"a", "b", "c", "e", "g"}'},
)
remedies.misconception(
    "larger_steps_as_fix",
    "The learning rate scales the step after the gradient is known. It leaves the factors as they "
    "are, and the layers are as unequal as before.",
    edits={REMEDIES: '{"a", "c", "d", "e", "g"}'},
)
remedies.misconception(
    "sigmoid_as_fix",
    "A sigmoid bounds the activations, but its slope is at most 0.25: one more small factor for "
    "every layer.",
    edits={REMEDIES: '{"a", "c", "e", "f", "g"}'},
)
remedies.misconception(
    "shuffling_as_fix",
    "The order of the examples does not touch the factors that a gradient meets on its way.",
    edits={REMEDIES: '{"a", "c", "e", "g", "h"}'},
)
remedies.misconception(
    "clipping_left_out",
    "One of the proposals cannot revive a vanished gradient, but it does stop explosions: to act "
    "against one of the two is enough here.",
    edits={REMEDIES: '{"a", "c", "e"}'},
)
remedies.misconception(
    "initialisation_left_out",
    "The factor per layer depends on the size of the weights. Who chooses it at the start?",
    edits={REMEDIES: '{"a", "e", "g"}'},
)
remedies.misconception(
    "skip_connection_left_out",
    "If a layer's input is added to its output, the gradient has a way back on which nothing "
    "multiplies it.",
    edits={REMEDIES: '{"c", "e", "g"}'},
)
remedies.misconception(
    "normalisation_left_out",
    "Normalised activations keep their scale from layer to layer, and with it the factors.",
    edits={REMEDIES: '{"a", "c", "g"}'},
)
remedies.alternative("a_list_of_capitals", edits={REMEDIES: '["G", "E", "C", "A"]'})
remedies.alternative("text", edits={REMEDIES: '"a, c, e, g"'})
remedies.alternative("a_tuple", edits={REMEDIES: '("a", "c", "e", "g")'})


@remedies.oracle("a_model_of_ten_layers")
def answer():
    import math

    # what becomes of the gradient at layer 1 of ten layers with this factor
    after = {
        "a": lambda f: (0.25 * (f - 1) + 1) ** 9,  # a way of factor 1 beside the layer's own
        "b": lambda f: f**19,
        "c": lambda f: 1.0**9,  # the factor is chosen to be 1
        "d": lambda f: f**9,
        "e": lambda f: 1.0**9,
        "f": lambda f: (0.25 * f) ** 9,
        "g": lambda f: min(f**9, 1.0),
        "h": lambda f: f**9,
    }

    def distance(gradient):
        return abs(math.log(gradient))

    fixes = {
        letter
        for letter, gradient in after.items()
        if any(distance(gradient(f)) < 0.9 * distance(f**9) for f in (0.5, 2.0))
    }


written(
    "2.11-written",
    rubric=[
        (0.5, "names a first remedy with its mechanism: what it does to the factor per layer"),
        (0.5, "names a second remedy with its mechanism"),
        (
            1,
            "says for each whether it treats vanishing or exploding gradients or both (clipping: "
            "explosions only)",
        ),
    ],
)
