"""6.4: two layers without an activation are one, and when one is two."""

from autograder.check import attempt, check, numbers, written

WEIGHTS = {"W of square layers": 2}  # where both orders of the product can be computed


@check("6.4", points=4, reveal=True, weights=WEIGHTS)
def collapse_linear(answer, rng):
    def part(place, W1, b1, W2, b2):
        return list(answer.collapse_linear(W1, b1, W2, b2))[place]

    def layers(d, k, o):
        return [rng.normal(size=shape) for shape in ((k, d), k, (o, k), o)]

    different, square = layers(3, 5, 2), layers(3, 3, 3)
    return {
        "W with three different sizes": attempt(part, 0, *different),
        "W of square layers": attempt(part, 0, *square),
        "b with three different sizes": attempt(part, 1, *different),
        "b of square layers": attempt(part, 1, *square),
    }


ORDER = (
    "The matrices are in the wrong order. The first layer acts first, so its matrix stands next to x, on "
    "the right."
)
collapse_linear.misconception("wrong_order", ORDER, edits={"W2 @ W1,": "W1 @ W2,"})


@collapse_linear.misconception(
    "wrong_order_square_only",
    "For square layers both orders can be computed, and this is the wrong one: the matrix of the first "
    "layer stands on the right.",
)
def collapse_linear(W1, b1, W2, b2):
    W = W1 @ W2 if W1.shape == W2.shape == W1.T.shape else W2 @ W1
    return W, W2 @ b1 + b2


collapse_linear.misconception(
    "biases_added",
    "The biases are only added. The first one passes through the second layer on its way out.",
    edits={"W2 @ b1 + b2": "b1 + b2"},
)
collapse_linear.misconception(
    "forgets_b2",
    "The second bias is missing.",
    edits={"W2 @ b1 + b2": "W2 @ b1"},
)
collapse_linear.misconception(
    "forgets_W2_on_b1",
    "The first bias is lost: it is part of what the second layer gets.",
    edits={"W2 @ b1 + b2": "b2"},
)
collapse_linear.misconception(
    "element_by_element",
    "* multiplies number by number. One layer after the other is the matrix product, @.",
    edits={"W2 @ W1,": "W2 * W1,"},
)
collapse_linear.misconception(
    "transposed",
    "W is transposed: it has a row for every output and a column for every input.",
    edits={"W2 @ W1,": "(W2 @ W1).T,"},
)


@collapse_linear.alternative("tries_points")
def collapse_linear(W1, b1, W2, b2):
    network = lambda x: W2.dot(W1.dot(x) + b1) + b2
    b = network(np.zeros(W1.shape[1]))
    return np.column_stack([network(unit) - b for unit in np.eye(W1.shape[1])]), b


@collapse_linear.alternative("lists_and_loops")
def collapse_linear(W1, b1, W2, b2):
    (k, d), o = W1.shape, len(b2)
    W = [[sum(W2[i, m] * W1[m, j] for m in range(k)) for j in range(d)] for i in range(o)]
    return [W, [sum(W2[i, m] * b1[m] for m in range(k)) + b2[i] for i in range(o)]]


collapse_linear.alternative(
    "einsum_in_float32",
    edits={"W2 @ W1,": "np.einsum('ok,kd->od', W2, W1).astype(np.float32),"},
)


@collapse_linear.oracle("torch_jacobian")
def collapse_linear(W1, b1, W2, b2):
    import torch
    from torch.nn.functional import linear

    W1, b1, W2, b2 = map(torch.tensor, (W1, b1, W2, b2))
    network = lambda x: linear(linear(x, W1, b1), W2, b2)
    origin = torch.zeros(W1.shape[1], dtype=torch.float64)
    return torch.autograd.functional.jacobian(network, origin), network(origin)


widths = numbers(
    "6.4b",
    points=2,
    right={"width_of_this": 2, "width_of_any": 4},
    ideas={
        "as_many_as_outputs": (
            "This matrix has 4 rows, but only two of them are needed to mix all four.",
            {"width_of_this": 4},
        ),
        "as_many_as_inputs": (
            "That is the number of inputs. All rows can be mixed from fewer rows than that.",
            {"width_of_this": 5, "width_of_any": 5},
            {"width_of_any": 5},
        ),
        "one_unit_is_enough": (
            "With a single hidden unit all rows of the product are multiples of one row.",
            {"width_of_this": 1},
            {"width_of_this": 1, "width_of_any": 1},
        ),
        "three_independent_rows": (
            "The third row is a mixture of the first two, so it needs no hidden unit of its own.",
            {"width_of_this": 3},
        ),
        "this_taken_for_any": (
            "That is enough for this matrix. Another one may have four rows of which none is a mixture of "
            "the others.",
            {"width_of_any": 2},
        ),
    },
)


@widths.oracle("singular_values")
def answer():
    import torch

    W = torch.tensor([[1.0, 0, 2, 0, 1], [0, 1, 1, 1, 0], [1, 1, 3, 1, 1], [2, -1, 3, -1, 2]])
    width_of_this = int((torch.linalg.svdvals(W) > 1e-5).sum())
    general = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
    width_of_any = int((torch.linalg.svdvals(general) > 1e-5).sum())


written(
    "6.4-written",
    rubric=[
        (0.5, "Expands the bracket and names W' and b'."),
        (0.5, "Distributes W₂ over b₁ as well as over W₁x."),
        (0.5, "Says that the map is affine."),
        (0.5, "Says why it is not linear: 0 goes to b'."),
    ],
)
