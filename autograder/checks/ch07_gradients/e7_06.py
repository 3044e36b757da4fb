"""7.6: the derivative of a linear layer by its input is the transposed matrix."""

import numpy as np

from autograder.check import attempt, check, order, written

ELEMENTS = "an element of a square matrix", "an element of a wide matrix"


@check("7.6", points=3, reveal=True, weights=dict.fromkeys(ELEMENTS, 2))
def linear_layer(answer, rng):
    def matrix(rows, columns):
        return rng.uniform(0.5, 3, (rows, columns)).round(2) * rng.choice([-1, 1], (rows, columns))

    def whole(rows, columns):
        Omega, beta, h = matrix(rows, columns), matrix(1, rows)[0], matrix(1, columns)[0]
        return attempt(answer.dz_dh, Omega, beta, h)

    square, wide = matrix(3, 3), matrix(2, 5)
    return {
        ELEMENTS[0]: attempt(answer.element, square, 0, 2),
        ELEMENTS[1]: attempt(answer.element, wide, 1, 4),
        "matrix for 4 outputs, 3 inputs": whole(4, 3),
        "matrix for 2 outputs, 5 inputs": whole(2, 5),
        "matrix for 3 outputs, 3 inputs": whole(3, 3),
        "matrix for 1 output, 4 inputs": whole(1, 4),
    }


linear_layer.misconception(
    "numerator_layout",
    "The matrix stands as in numerator layout, with a row for every z. Here the row belongs to h, which "
    "is at the bottom.",
    edits={"return Omega.T": "return Omega.copy()"},
)
linear_layer.misconception(
    "element_transposed",
    "In element the indices are exchanged: the first index of Ω is the output, the second the input.",
    edits={"Omega[i, j]": "Omega[j, i]"},
)
linear_layer.misconception(
    "element_transposed",
    "In element the indices are exchanged, and where they lie outside the matrix it gives 0. The first "
    "index of Ω is the output, the second the input.",
    edits={"Omega[i, j]": "Omega[j, i] if j < len(Omega) and i < len(Omega[0]) else 0.0"},
    form="guarded",
)
linear_layer.misconception(
    "adds_beta",
    "The bias is still in the result. It does not depend on h, so differentiating removes it.",
    edits={"return Omega.T": "return Omega.T + beta"},
)
linear_layer.misconception(
    "times_h",
    "The entries are still multiplied by h. The derivative of a multiple of h is the factor alone.",
    edits={"return Omega.T": "return Omega.T * h[:, None]"},
)
linear_layer.misconception(
    "diagonal_only",
    "Only entries with i = j are filled, as for an activation. In a linear layer every input reaches every "
    "output.",
    edits={
        "return Omega[i, j]": "return Omega[i, j] if i == j else 0.0",
        "return Omega.T": "return Omega.T * np.eye(*Omega.T.shape)",
    },
)
linear_layer.misconception(
    "gives_z",
    "dz_dh returns z itself. Its derivative says how each z changes with each h: a matrix.",
    edits={"return Omega.T": "return beta + Omega @ h"},
)
linear_layer.misconception(
    "ones_for_the_inputs",
    "All inputs are changed at once, so that the weights of a row are added up. A partial derivative "
    "changes one input and keeps the others.",
    edits={
        "return Omega[i, j]": "return Omega[i].sum()",
        "return Omega.T": "return np.tile(Omega.sum(axis=1), (len(h), 1))",
    },
)


@linear_layer.alternative("loops_and_lists")
def dz_dh(Omega, beta, h):
    return [[element(Omega, i, j) for i in range(len(beta))] for j in range(len(h))]


@linear_layer.alternative("einsum_in_float32")
def answer():
    element = lambda Omega, i, j: np.float32(Omega[i][j])

    def dz_dh(Omega, beta, h):
        return np.einsum("ij->ji", np.asarray(Omega, dtype=np.float32))


@linear_layer.alternative("unit_vectors")
def dz_dh(Omega, beta, h):
    def z(h):
        return beta + Omega @ h

    return np.array([z(h + unit) - z(h) for unit in np.eye(len(h))])


@linear_layer.oracle("torch_jacobian")
def answer():
    import torch

    def dz_dh(Omega, beta, h):
        Omega, beta, h = map(torch.tensor, (Omega, beta, h))
        return torch.autograd.functional.jacobian(lambda h: beta + Omega @ h, h).T

    def element(Omega, i, j):
        m, n = Omega.shape
        return dz_dh(Omega, np.zeros(m), np.zeros(n))[j, i].item()


written(
    "7.6-written",
    rubric=[
        (1, "The derivative of one entry, with the bias kept until it drops out."),
        (0.5, "Says which index is the row and which the column."),
        (0.5, "Concludes the transposed matrix from the placing of the entries."),
    ],
)


# every step uses the one before it, so there is one order only
proof_7_6 = order(
    "7.6-proof",
    "proof_7_6",
    "abcdef",
    right="dafb",
    points=1,
    bonus=True,
    before={
        "simplifies_before_differentiating": (
            "A sum is used before the step in which it appears. What does each card start from?",
            "af",
            "da",
            "df",
        ),
        "places_before_knowing": (
            "The entries are placed in the matrix before it is known what they are.",
            "ab",
            "fb",
            "db",
        ),
    },
    false={
        "c": (
            "all_inputs_at_once",
            "One card lets all inputs change together. A partial derivative moves one of them: the "
            "others have the derivative 0.",
        ),
        "e": (
            "diagonal_only",
            "One card treats the layer like an activation, where each output sees one input only. Here "
            "every output sees all inputs.",
        ),
    },
)
