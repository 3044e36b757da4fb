"""3.7: the Jacobian of (x² + y², x y, sin(x + y)), as formulas and at a point."""

import numpy as np

from autograder.check import attempt, check, tried
from utils.formulas import evaluate_all

SHAPE = "a row for every output"
ROWS = "derivatives of x² + y²", "derivatives of x y", "derivatives of sin(x + y)"


def observed(answer, name, *points):
    """The rows of a matrix at points, and its shape. A matrix in another shape is read column by column."""

    def matrix(at):
        tried(name, **at)
        return evaluate_all(getattr(answer, name), **at)

    def row(k):
        found = []
        for at in points:
            entries = matrix(at)
            if entries.size != 6:
                raise ValueError(f"{name} has {entries.size} entries")
            found.append((entries.T if entries.shape == (2, 3) else entries.reshape(3, 2))[k])
        return found if len(found) > 1 else found[0]

    rows = {text: attempt(row, k) for k, text in enumerate(ROWS)}
    return {SHAPE: attempt(lambda: list(matrix(points[0]).shape)), **rows}


@check("3.7a", points=2, weights={SHAPE: 1.5}, reveal=True)
def formulas(answer, rng):
    near, far = rng.uniform(0.3, 0.7, 2).round(2), rng.uniform(1.6, 2.2, 2).round(2) * [-1, 1]
    points = [{"x": float(x), "y": float(y)} for x, y in (near, near[::-1] + [1.0, 0.0], far)]
    return observed(answer, "J", *points)


RIGHT = "[[2 * x, 2 * y], [y, x], [sp.cos(x + y), sp.cos(x + y)]]"
TRANSPOSED = (
    "The matrix is transposed: a row belongs to an output, a column to an input, so "
    "there are 3 rows."
)
FLATTENED = (
    "The six entries stand in one list. The Jacobian is a matrix: a row for each of "
    "the three outputs."
)
for name, sentence, wrong in (
    (
        "transposed",
        TRANSPOSED,
        "[[2 * x, y, sp.cos(x + y)], [2 * y, x, sp.cos(x + y)]]",
    ),
    (
        "xy_row_swapped",
        "The row of xy is the other way round: its derivative by x is what is left when x goes, namely y.",
        "[[2 * x, 2 * y], [x, y], [sp.cos(x + y), sp.cos(x + y)]]",
    ),
    (
        "sine_not_differentiated",
        "The sine was left as it is. Its derivative is the cosine.",
        "[[2 * x, 2 * y], [y, x], [sp.sin(x + y), sp.sin(x + y)]]",
    ),
    (
        "flattened",
        FLATTENED,
        "[2 * x, 2 * y, y, x, sp.cos(x + y), sp.cos(x + y)]",
    ),
    (
        "sign_of_the_cosine",
        "The derivative of the sine is the cosine, with a plus. The minus belongs to the "
        "derivative of the cosine.",
        "[[2 * x, 2 * y], [y, x], [-sp.cos(x + y), -sp.cos(x + y)]]",
    ),
    (
        "product_of_the_derivatives",
        "The derivative of a product is not the product of the derivatives: y is a constant while x moves.",
        "[[2 * x, 2 * y], [1, 1], [sp.cos(x + y), sp.cos(x + y)]]",
    ),
    (
        "inner_derivative_by_the_variable",
        "The inner derivative of x + y is 1, by x as well as by y.",
        "[[2 * x, 2 * y], [y, x], [x * sp.cos(x + y), y * sp.cos(x + y)]]",
    ),
    (
        "sine_taken_apart",
        "The cosine keeps what stands inside the sine: x + y, in both entries.",
        "[[2 * x, 2 * y], [y, x], [sp.cos(x), sp.cos(y)]]",
    ),
    (
        "total_instead_of_partial",
        "In the first row both terms were differentiated in each entry. A partial derivative "
        "moves one variable.",
        "[[2 * x + 2 * y, 2 * x + 2 * y], [y, x], [sp.cos(x + y), sp.cos(x + y)]]",
    ),
):  # fmt: skip
    formulas.misconception(name, sentence, edits={RIGHT: wrong})

formulas.alternative("text", source='J = "[[2x, 2y], [y, x], [cos(x + y), cos(x + y)]]"')


@formulas.alternative("function")
def J(x, y):
    return np.array([[2 * x, 2 * y], [y, x], [np.cos(x + y)] * 2])


@formulas.alternative("sympy_matrix")
def answer():
    _p = sp.symbols("x y", real=True)
    J = sp.Matrix([_p[0] ** 2 + _p[1] ** 2, _p[0] * _p[1], sp.sin(sum(_p))]).jacobian(_p)


formulas.alternative("functions_in_lists", source=(
    "from math import cos\n"
    "J = [[lambda x, y: 2 * x, '2*y'], [lambda x, y: y, x], [lambda x, y: cos(x + y), 'cos(y + x)']]"
))  # fmt: skip


@formulas.oracle("torch_jacobian")
def J(x, y):
    import torch

    def F(p):
        return torch.stack([p[0] ** 2 + p[1] ** 2, p[0] * p[1], torch.sin(p[0] + p[1])])

    return torch.autograd.functional.jacobian(F, torch.tensor([x, y], dtype=torch.float64))


@check("3.7b", points=1, weights={SHAPE: 1.5}, atol=1e-3)
def at_a_point(answer, rng):
    return observed(answer, "J_10", {})


AT = "[[2, 0], [0, 1], [np.cos(1), np.cos(1)]]"
for name, sentence, wrong in (
    (
        "degrees",
        "The cosine was taken of 1 degree, or of 0. Its argument is x + y = 1, in radians.",
        "[[2, 0], [0, 1], [np.cos(np.pi / 180), np.cos(np.pi / 180)]]",
    ),
    (
        "transposed",
        TRANSPOSED,
        "[[2, 0, np.cos(1)], [0, 1, np.cos(1)]]",
    ),
    (
        "flattened",
        FLATTENED,
        "[2, 0, 0, 1, np.cos(1), np.cos(1)]",
    ),
    (
        "coordinates_exchanged",
        "That is the Jacobian at (0, 1): x is 1 here, and y is 0.",
        "[[0, 2], [1, 0], [np.cos(1), np.cos(1)]]",
    ),
    (
        "xy_row_swapped",
        "The row of xy is (y, x): at this point its first entry is 0.",
        "[[2, 0], [1, 0], [np.cos(1), np.cos(1)]]",
    ),
    (
        "sine_not_differentiated",
        "The last row holds sines. The derivative of the sine is the cosine.",
        "[[2, 0], [0, 1], [np.sin(1), np.sin(1)]]",
    ),
    (
        "y_in_the_cosine",
        "The second entry of the last row has x + y inside the cosine, too, not y alone.",
        "[[2, 0], [0, 1], [np.cos(1), 1]]",
    ),
    (
        "two_forgotten",
        "The derivative of x² at 1 is 2.",
        "[[1, 0], [0, 1], [np.cos(1), np.cos(1)]]",
    ),
):  # fmt: skip
    at_a_point.misconception(name, sentence, edits={AT: wrong})

at_a_point.misconception(
    "degrees",
    "The cosine was taken of 1 degree, or of 0. Its argument is x + y = 1, in radians.",
    edits={AT: "[[2, 0], [0, 1], [1, 1]]"},
    form="rounded",
)
at_a_point.alternative("rounded", edits={AT: "[[2.0, 0.0], [0.0, 1.0], [0.540, 0.540]]"})
at_a_point.alternative("sympy", edits={AT: "sp.Matrix([[2, 0], [0, 1], [sp.cos(1), sp.cos(1)]])"})
at_a_point.alternative("float32", edits={AT: f"np.array({AT}, dtype=np.float32)"})
at_a_point.alternative("texts", source='J_10 = "[[2, 0], [0, 1], [cos(1), cos(1)]]"')


@at_a_point.oracle("differences_of_the_map")
def answer():
    def _F(x, y):
        return np.array([x * x + y * y, x * y, np.sin(x + y)])

    _h = 1e-6
    J_10 = np.stack([_F(1 + _h, 0) - _F(1 - _h, 0), _F(1, _h) - _F(1, -_h)], axis=1) / (2 * _h)
