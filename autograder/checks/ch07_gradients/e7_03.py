"""7.3: the sizes of the factors in a chain of vectors, in denominator layout."""

import numpy as np

from autograder.check import attempt, check

TERMS = "∂l/∂f0", "∂h1/∂f0", "∂f1/∂h1", "∂h2/∂f1", "∂f2/∂h2", "∂h3/∂f2", "∂f3/∂h3", "∂l/∂f3"


@check("7.3", points=2)
def sizes(answer, rng):
    different = (rng.permutation(np.arange(2, 9))[:4].tolist() for _ in range(2))
    cases = [*different, [4, 4, 4, 4], [3, 6, 2, 1]]
    lists = [attempt(answer.sizes_7_3, *case) for case in cases]

    said = [", ".join(f"{n} = {w}" for n, w in zip(("D1", "D2", "D3", "Df"), c)) for c in cases]

    def term(k):  # counted from the end, so that a left-hand side left out costs one size
        if any(len(one) > len(TERMS) for one in lists):
            raise ValueError(f"the list has more than {len(TERMS)} sizes")
        found = [[int(entry) for entry in one[k - len(TERMS)]] for one in lists]
        return dict(zip(said, found))

    return {f"size of {name}": attempt(lambda k=k: term(k)) for k, name in enumerate(TERMS)}


SIZES = "[(D1, 1), (D1, D1), (D1, D2), (D2, D2), (D2, D3), (D3, D3), (D3, Df), (Df, 1)]"
sizes.misconception(
    "numerator_layout",
    "These are the sizes in numerator layout, where the top numbers the rows. Here the bottom does.",
    edits={SIZES: "[(1, D1), (D1, D1), (D2, D1), (D2, D2), (D3, D2), (D3, D3), (Df, D3), (1, Df)]"},
)
sizes.misconception(
    "numerator_layout_in_its_own_order",
    "This is the equation of numerator layout: all factors transposed and their order reversed. Here "
    "the bottom numbers the rows, and the order is that of the equation.",
    edits={SIZES: "[(1, D1), (1, Df), (Df, D3), (D3, D3), (D3, D2), (D2, D2), (D2, D1), (D1, D1)]"},
)
sizes.misconception(
    "row_vectors_at_the_ends",
    "A derivative of the loss is written as a row. By a vector at the bottom it is a column.",
    edits={"(D1, 1)": "(1, D1)", "(Df, 1)": "(1, Df)"},
)
sizes.misconception(
    "activation_jacobian_as_vector",
    "The derivative of an activation is counted as a vector. One vector by another is a matrix, even if "
    "only its diagonal is filled.",
    edits={"(D1, D1)": "(D1, 1)", "(D2, D2)": "(D2, 1)", "(D3, D3)": "(D3, 1)"},
)
sizes.misconception(
    "off_by_one_layer",
    "The layers are shifted by one: h with index k is the activation of f with index k − 1 and has the "
    "same number of entries.",
    edits={SIZES: "[(D1, 1), (D1, D2), (D2, D2), (D2, D3), (D3, D3), (D3, Df), (Df, Df), (Df, 1)]"},
)
SQUARE = (
    "A linear step is counted as square. It leads from one layer to another, which may have another "
    "size; only the steps through an activation are square."
)
sizes.misconception(
    "all_square",
    SQUARE,
    edits={"(D1, D2)": "(D2, D2)", "(D2, D3)": "(D3, D3)", "(D3, Df)": "(Df, Df)"},
)
sizes.misconception(
    "all_square",
    SQUARE,
    edits={"(D1, D2)": "(D1, D1)", "(D2, D3)": "(D2, D2)", "(D3, Df)": "(D3, D3)"},
    form="as wide as the layer before",
)
sizes.misconception(
    "forgets_left_side",
    "The list begins on the right of the equals sign; the left-hand side has a size too.",
    edits={SIZES: "[(D1, D1), (D1, D2), (D2, D2), (D2, D3), (D3, D3), (D3, Df), (Df, 1)]"},
)
sizes.misconception(
    "loss_as_a_vector",
    "The loss is a single number, so its derivative by a vector has one column.",
    edits={"(D1, 1)": "(D1, Df)", "(Df, 1)": "(Df, Df)"},
)
sizes.alternative("lists", edits={SIZES: f"[list(size) for size in {SIZES}]"})


@sizes.alternative("bottom_then_top")
def sizes_7_3(*widths):
    D1, D2, D3, Df = widths
    size = dict(f0=D1, h1=D1, f1=D2, h2=D2, f2=D3, h3=D3, f3=Df, l=1)
    names = list(size)
    pairs = [("f0", "l")] + list(zip(names, names[1:]))
    return np.array([(size[bottom], size[top]) for bottom, top in pairs])


@sizes.oracle("shapes_of_jacobians")
def sizes_7_3(D1, D2, D3, Df):
    import torch

    def jacobian_size(function, n):
        J = torch.atleast_2d(torch.autograd.functional.jacobian(function, torch.ones(n)))
        return tuple(J.T.shape)  # torch puts the top into the rows

    def layer(a, b):
        return jacobian_size(lambda h: torch.ones(b, a) @ h, a)

    linear = [layer(D1, D2), layer(D2, D3), layer(D3, Df)]
    active = [jacobian_size(torch.sin, n) for n in (D1, D2, D3)]
    ends = [jacobian_size(torch.sum, n) for n in (D1, Df)]
    steps = [size for pair in zip(active, linear) for size in pair]
    return [ends[0], *steps, ends[1]]
