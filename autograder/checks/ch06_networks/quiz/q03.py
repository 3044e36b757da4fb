"""Question 3 of the quiz: two linear layers are one."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q3"].oracle("sympy_expands")
def answer():
    import sympy as sp

    x, (w1, c1, w2, c2) = sp.Symbol("x"), sp.symbols("w1 c1 w2 c2")
    W = [sp.MatrixSymbol(name, 2, 2).as_explicit() for name in ("U", "V")]
    shifts = [sp.Matrix(sp.symbols(f"{name}1 {name}2")) for name in "cd"]
    point = sp.Matrix(sp.symbols("x1 x2"))
    two = W[1] * (W[0] * point + shifts[0]) + shifts[1]
    one = (W[1] * W[0]) * point + (W[1] * shifts[0] + shifts[1])
    q3 = "c" if sp.expand(two - one) == sp.zeros(2, 1) else "?"


WEIGHTS = {f"{name} of square layers": 4 for name in "Wb"}  # where both products run


@check("q3c", points=2, reveal=True, weights=WEIGHTS)
def collapse(answer, rng):
    def part(which, W1, b1, W2, b2):
        return list(answer.collapse(W1, b1, W2, b2))[which]

    def layers(n, hidden, m):
        return [rng.normal(size=shape) for shape in ((hidden, n), hidden, (m, hidden), m)]

    different, square, single = layers(3, 5, 2), layers(3, 3, 3), layers(4, 1, 2)
    return {
        "W with three different sizes": attempt(part, 0, *different),
        "b with three different sizes": attempt(part, 1, *different),
        "W of square layers": attempt(part, 0, *square),
        "b of square layers": attempt(part, 1, *square),
        "W with one unit between": attempt(part, 0, *single),
        "b with one unit between": attempt(part, 1, *single),
    }


collapse.misconception(
    "order_of_product",
    "The matrices are multiplied in the wrong order: the first layer is applied first, so its matrix "
    "stands next to x, on the right.",
    edits={"W2 @ W1,": "W1 @ W2,"},
)


@collapse.misconception(
    "order_of_product",
    "For square layers both products run, and W1 @ W2 is the wrong one: the first layer is applied "
    "first, so its matrix stands next to x, on the right.",
    form="square layers",
)
def collapse(W1, b1, W2, b2):
    try:
        return W1 @ W2, W2 @ b1 + b2
    except ValueError:
        return W2 @ W1, W2 @ b1 + b2


collapse.misconception(
    "adds_biases",
    "The biases are only added. The first one goes through the second layer before it comes out.",
    edits={"W2 @ b1 + b2": "b1 + b2"},
)


collapse.misconception(
    "drops_b1",
    "The first bias is lost. It is part of what the second layer gets.",
    edits={"W2 @ b1 + b2": "b2"},
)


collapse.misconception(
    "transposed",
    "The matrix is transposed: W has one row for each output and one column for each input.",
    edits={"W2 @ W1,": "(W2 @ W1).T,"},
)


collapse.misconception(
    "element_by_element",
    "* multiplies arrays element by element. One matrix after the other is the matrix product, @.",
    edits={"W2 @ W1,": "W2 * W1,"},
)


collapse.misconception(
    "adds_matrices",
    "The matrices are added. One layer after the other multiplies them.",
    edits={"W2 @ W1,": "W1 + W2,"},
)


@collapse.alternative("by_trying_out_points")
def collapse(W1, b1, W2, b2):
    def network(x):
        return W2.dot(W1.dot(x) + b1) + b2

    b = network(np.zeros(W1.shape[1]))
    return np.stack([network(x) - b for x in np.eye(W1.shape[1])], axis=1), b


@collapse.alternative("loops_and_lists")
def collapse(W1, b1, W2, b2):
    W = [
        [sum(W2[i][k] * W1[k][j] for k in range(len(b1))) for j in range(len(W1[0]))]
        for i in range(len(b2))
    ]
    return W, [sum(W2[i][k] * b1[k] for k in range(len(b1))) + b2[i] for i in range(len(b2))]


@collapse.alternative("homogeneous_coordinates_in_float32")
def collapse(W1, b1, W2, b2):
    def extended(W, b):
        last = np.eye(1, W.shape[1] + 1, W.shape[1])
        return np.vstack([np.column_stack([W, b]), last]).astype(np.float32)

    both = extended(W2, b2) @ extended(W1, b1)
    return both[:-1, :-1], both[:-1, -1]


@collapse.oracle("torch_jacobian")
def collapse(W1, b1, W2, b2):
    import torch

    W1, b1, W2, b2 = (torch.tensor(t) for t in (W1, b1, W2, b2))

    def network(x):
        return torch.nn.functional.linear(torch.nn.functional.linear(x, W1, b1), W2, b2)

    origin = torch.zeros(W1.shape[1], dtype=torch.float64)
    return torch.autograd.functional.jacobian(network, origin), network(origin)
