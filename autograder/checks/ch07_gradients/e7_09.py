"""7.9: the derivative of the loss by the weights of a linear layer is an outer product."""

import numpy as np

from autograder.check import attempt, check, order, written
from utils.answers import number

ELEMENTS = {
    "an element with k = i": 0.75,
    "an element with k = i, another weight": 0.75,
    "elements with another k, and one without": 3.5,
}


@check("7.9", points=4, reveal=True, weights=ELEMENTS)
def weights_gradient(answer, rng):
    def vector(n):
        return rng.uniform(0.5, 3, n).round(2) * rng.choice([-1, 1], n)

    def whole(rows, columns):
        return attempt(answer.dl_dOmega, vector(rows), vector(columns))

    def elements(places, h):
        return [number(answer.df_dOmega_element(*place, h)) for place in places]

    h = vector(4)
    at_k, another, elsewhere = ELEMENTS
    return {
        at_k: attempt(answer.df_dOmega_element, 2, 2, 0, h),
        another: attempt(answer.df_dOmega_element, 0, 0, 2, h),
        elsewhere: attempt(elements, [(0, 1, 2), (3, 2, 3), (1, 1, 3)], h),
        "gradient for 4 outputs, 3 inputs": whole(4, 3),
        "gradient for 2 outputs, 5 inputs": whole(2, 5),
        "gradient for 3 outputs, 3 inputs": whole(3, 3),
        "gradient for 1 output, 4 inputs": whole(1, 4),
        "gradient for 3 outputs, 1 input": whole(3, 1),
    }


OUTER = "np.outer(dl_df, h)"
ELEMENT = "h[j] if k == i else 0.0"
weights_gradient.misconception(
    "transposed",
    "The matrix is transposed: the row belongs to the output, as in Ω itself.",
    edits={OUTER: "np.outer(h, dl_df)"},
)
weights_gradient.misconception(
    "elementwise",
    "The two vectors are multiplied entry by entry. Every output meets every input: a column times a "
    "row.",
    edits={OUTER: "dl_df * h"},
)
weights_gradient.misconception(
    "inner_product",
    "This is the inner product, a single number. A column times a row gives a matrix.",
    edits={OUTER: "sum(a * b for a, b in zip(dl_df, h))"},
)
weights_gradient.misconception(
    "at_operator_on_1d",
    "Transposing a one-dimensional array changes nothing, and @ between two of them is the inner "
    "product. Make a column and a row of them first.",
    edits={OUTER: "dl_df @ h.T"},
)
EQUAL_LENGTHS = "if len(dl_df) == len(h) else np.outer(dl_df, h)"
weights_gradient.misconception(
    "elementwise",
    "Where the two vectors have one length, they are multiplied entry by entry. There, too, every "
    "output meets every input: a column times a row.",
    edits={OUTER: f"dl_df * h {EQUAL_LENGTHS}"},
    form="when square",
)
weights_gradient.misconception(
    "at_operator_on_1d",
    "Where the two vectors have one length, @ between them runs and gives their inner product. Make a "
    "column and a row of them first.",
    edits={OUTER: f"dl_df @ h.T {EQUAL_LENGTHS}"},
    form="when square",
)
weights_gradient.misconception(
    "seed_element_without_delta",
    "A weight acts on one output only. The derivative of every other f by it is zero.",
    edits={ELEMENT: "h[j]"},
)
weights_gradient.misconception(
    "element_uses_i",
    "The entry of h has the wrong index: the weight multiplies the input where its wire starts, which is "
    "the second index.",
    edits={ELEMENT: "h[i] if k == i else 0.0"},
)
for form, index in {"one less": "i - 1", "one more": "(i + 1) % len(h)", "first": "0"}.items():
    weights_gradient.misconception(
        "element_index_without_j",
        "The weight Ω_ij multiplies one entry of h, and j says which. The index that you use does not "
        "depend on j.",
        edits={ELEMENT: f"h[{index}] if k == i else 0.0"},
        form=form,
    )
weights_gradient.misconception(
    "delta_on_the_input",
    "The condition compares the output with the input of the weight. It should ask whether the weight "
    "belongs to this output: compare k with the first index.",
    edits={ELEMENT: "h[j] if k == j else 0.0"},
)
weights_gradient.misconception(
    "sums_over_all_outputs",
    "Every row is the same, since the derivatives of all outputs are added up. Only one term of the "
    "sum over k is not zero.",
    edits={OUTER: "np.outer(np.full(len(dl_df), dl_df.sum()), h)"},
)
weights_gradient.misconception(
    "repeats_h",
    "The gradient of the loss by f is missing: it is the first factor of the chain.",
    edits={OUTER: "np.tile(h, (len(dl_df), 1))"},
)


weights_gradient.alternative(
    "column_times_row",
    edits={OUTER: "dl_df.reshape(-1, 1) @ h.reshape(1, -1)", ELEMENT: "(k == i) * h[j]"},
)


@weights_gradient.alternative("sum_over_k_in_lists")
def dl_dOmega(dl_df, h):
    def one(i, j):
        return sum(dl_df[k] * df_dOmega_element(k, i, j, h) for k in range(len(dl_df)))

    return [[one(i, j) for j in range(len(h))] for i in range(len(dl_df))]


weights_gradient.alternative(
    "einsum_in_float32",
    edits={OUTER: 'np.einsum("i,j->ij", np.float32(dl_df), np.float32(h))'},
)


@weights_gradient.oracle("torch_autograd")
def answer():
    import torch

    def gradient(dl_df, h):
        dl_df, h = torch.tensor(dl_df), torch.tensor(h)
        Omega = torch.zeros(len(dl_df), len(h), dtype=torch.float64, requires_grad=True)
        (Omega @ h).backward(dl_df)
        return Omega.grad

    def dl_dOmega(dl_df, h):
        return gradient(dl_df, h)

    def df_dOmega_element(k, i, j, h):
        return gradient(np.eye(max(k, i) + 1)[k], h)[i, j].item()


written(
    "7.9-written",
    rubric=[
        (
            1,
            "The sum over k in the chain rule is reduced to one term, because the others are zero.",
        ),
        (1, "The matrix form, with the shapes of the three matrices."),
    ],
)


# the chain rule (b) does not need the definition: it may stand anywhere before the simplified sum
proof_7_9 = order(
    "7.9-proof",
    "proof_7_9",
    "abcdefg",
    right="eabfd",
    points=1,
    bonus=True,
    before={
        "derivative_before_the_definition": (
            "A derivative is used before it is said what is differentiated.",
            "ea",
            "ef",
        ),
        "drops_terms_without_a_reason": (
            "The sum is reduced to one term before both the sum and the reason for it are there.",
            "bf",
            "af",
        ),
        "matrix_before_its_entries": (
            "The entries are read as a matrix product before they are known.",
            "fd",
            "ed",
            "ad",
            "bd",
        ),
    },
    false={
        "c": (
            "forgets_the_delta",
            "One card lets a single weight act on every output. Its wire reaches one of them.",
        ),
        "g": (
            "elementwise",
            "One card multiplies two vectors entry by entry. They may differ in length, and a gradient "
            "for a matrix is a matrix.",
        ),
    },
)
proof_7_9.alternative("chain_rule_first", source='proof_7_9 = "beafd"')
proof_7_9.alternative("chain_rule_in_between", source='proof_7_9 = "ebafd"')
