"""2.9: the gradients of a matrix product."""

import numpy as np

from autograder.check import attempt, check, letters_of, order_of, written


@check("2.9a", points=1)
def shape_of_the_gradient(answer, rng):
    return {"shape of the gradient for W": order_of(answer, "shape_dW", "NDM")}


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


CASES = {  # sizes N, D, M, and the gradients that are looked at
    "": (5, 3, 2, "XW"),
    ", one example": (1, 4, 3, "XW"),
    ", one input and one output": (2, 1, 1, "XW"),
    ", W square": (5, 4, 4, "X"),
    ", X square": (4, 4, 3, "W"),
    ", all matrices square": (4, 4, 4, "XW"),
}
WEIGHTS = {
    "gradient for X, one example": 0.5,
    "gradient for W, one example": 0.5,
    "gradient for X, one input and one output": 0.5,
    "gradient for W, one input and one output": 0.5,
    "gradient for X, all matrices square": 3,
    "gradient for W, all matrices square": 3,
    "gradient for X, layout and factor aside": 6,
    "gradient for W, layout and factor aside": 6,
}


def gradient_for(name, found, arrays):
    """Of two gradients, the one in the shape of X or W. The place decides where the shape does not,
    so a pair in the wrong order costs points where all matrices are square, and only there."""
    if len(found) != 2:
        raise ValueError(f"matmul_backward should return 2 gradients, not {len(found)}")
    fitting = [one for one in found if np.shape(one) == arrays[name].shape]
    return fitting[0] if len(fitting) == 1 else found["XW".index(name)]


def proportions(name, found, arrays):
    """The sizes of the entries of one gradient beside each other, from the smallest to the largest."""
    for one in map(np.asarray, found):
        if one.size == arrays[name].size:
            sizes = np.sort(np.abs(one), axis=None)
            return sizes / (np.linalg.norm(sizes) or 1)
    raise ValueError(f"no gradient of matmul_backward has as many entries as {name}")


@check("2.9b", points=4, reveal=True, weights=WEIGHTS)
def matrix_product(answer, rng):
    def gradient(name, *arrays):
        def of(X, W, grad_Y):
            return gradient_for(name, answer.matmul_backward(X, W, grad_Y), {"X": X, "W": W})

        return attempt(of, *arrays)

    def loosely(name, *arrays):
        def of(X, W, grad_Y):
            return proportions(name, answer.matmul_backward(X, W, grad_Y), {"X": X, "W": W})

        return attempt(of, *arrays)

    def matrices(N, D, M):
        X, W, G = (rng.normal(size=size).round(2) for size in ((N, D), (D, M), (N, M)))
        return X, W, G + 0.5

    seen = {}
    for case, (N, D, M, names) in CASES.items():
        arrays = matrices(N, D, M)
        for name in names:
            seen[f"gradient for {name}{case}"] = gradient(name, *arrays)
    return seen | {
        "gradient for X, layout and factor aside": loosely("X", *matrices(5, 4, 4)),
        "gradient for W, layout and factor aside": loosely("W", *matrices(4, 4, 3)),
    }


SHAPES_CHOOSE = (
    "For square matrices the first of several products that run need not be the right one. Derive "
    "the product; do not let the shapes choose."
)
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
    SHAPES_CHOOSE,
)
def matmul_backward(X, W, grad_Y):
    try:
        return grad_Y @ W, X.T @ grad_Y
    except ValueError:
        return grad_Y @ W.T, X.T @ grad_Y


@matrix_product.misconception("wrong_side_hidden_by_try", SHAPES_CHOOSE, form="W")
def matmul_backward(X, W, grad_Y):
    try:
        return grad_Y @ W.T, X @ grad_Y
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
matrix_product.misconception(
    "not_transposed",
    "W maps from D to M on the way forward; on the way back the gradient goes from M to D, so W is "
    "needed transposed.",
    edits={PRODUCTS: "return grad_Y @ W, X.T @ grad_Y"},
    form="W",
)
matrix_product.misconception(
    "not_transposed",
    "The gradient for W adds up over the examples, which are the rows of X: so X is needed transposed.",
    edits={PRODUCTS: "return grad_Y @ W.T, X @ grad_Y"},
    form="X",
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
    G, W = rng.normal(size=(3, 4)).round(2), rng.normal(size=(5, 4)).round(2)
    square = rng.normal(size=(2, 3, 3)).round(2)
    return {
        "the five cards": letters_of(answer, "derivation", "abcdefg"),
        "their order": order_of(answer, "derivation", "abcdefg"),
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
