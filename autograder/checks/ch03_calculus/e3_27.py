"""3.27: the critical points of x⁴ − 2x² + y², and the Hessian that tells what they are."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch03_calculus.descent_paths import floats

POINTS, LEFT, MIDDLE, RIGHT = (
    "the points, without their kinds",
    "the kind of the leftmost point",
    "the kind of the point in the middle",
    "the kind of the rightmost point",
)
KINDS = {"min": "minimum", "max": "maximum", "saddle": "saddle", "degenerate": "degenerate"}


def kinds_at(critical):
    """{point as two floats: its kind}; "a local minimum" and "Saddle point" are understood."""

    def kind(text):
        found = [name for word, name in KINDS.items() if word in str(text).casefold()]
        if len(found) != 1:
            raise ValueError(f"{text!r} should be one of {', '.join(KINDS.values())}")
        return found[0]

    return {
        tuple(round(float(at), 6) + 0.0 for at in point): kind(text)
        for point, text in dict(critical).items()
    }


@check("3.27a", points=2, weights={POINTS: 2, MIDDLE: 2})
def critical_points(answer, rng):
    def at(x):
        kinds = kinds_at(answer.critical)
        if (x, 0.0) not in kinds:
            raise KeyError("there is no such point in the answer")
        return kinds[x, 0.0]

    return {
        POINTS: attempt(lambda: sorted(list(point) for point in kinds_at(answer.critical))),
        LEFT: attempt(at, -1.0),
        MIDDLE: attempt(at, 0.0),
        RIGHT: attempt(at, 1.0),
    }


RIGHT_ANSWER = {(0, 0): "saddle", (1, 0): "minimum", (-1, 0): "minimum"}


def without(*points, **changed):
    """The source of an answer that lacks some points."""
    return f"critical = { ({p: k for p, k in RIGHT_ANSWER.items() if p not in points})!r}"


def with_others(others):
    """The source of an answer with other points or kinds."""
    return f"critical = {(RIGHT_ANSWER | others)!r}"


for name, sentence, *forms in (
    (
        "origin_called_maximum",
        "Along x the origin is the top of a hill, but along y it is the bottom of a valley. Up one way and "
        "down the other: that has a name of its own.",
        with_others({(0, 0): "maximum"}),
    ),
    (
        "lost_minus_one",
        "A square root has two signs: x² = 1 has two solutions.",
        without((-1, 0)),
    ),
    (
        "divided_by_x",
        "Dividing 4x³ − 4x = 0 by x loses the solution x = 0. Take the factor out instead.",
        without((0, 0)),
    ),
    (
        "all_minima",
        "At one of the points the second derivative with respect to x is negative. Put the points into the "
        "Hessian, each for itself.",
        with_others({(0, 0): "minimum"}),
    ),
    (
        "degenerate_origin",
        "A point is degenerate when the determinant of the Hessian is 0. At the origin it is not.",
        with_others({(0, 0): "degenerate"}),
    ),
    (
        "extra_points",
        "One of these points is not critical. Put it into both partial derivatives: both have to be 0.",
        with_others({(1, 1): "degenerate"}),
        with_others({(0, 1): "saddle", (0, -1): "saddle"}),
        with_others({(0.577350, 0): "degenerate", (-0.577350, 0): "degenerate"}),
    ),
    (
        "zeros_of_the_function",
        "These are points where f is 0 (or where x² is 2). Critical points are those where the gradient "
        "is 0.",
        "critical = {(0, 0): 'saddle', (2**0.5, 0): 'minimum', (-(2**0.5), 0): 'minimum'}",
    ),
    (
        "minima_called_maxima",
        "At x = ±1 both second derivatives are positive, so f rises in every direction from there.",
        with_others({(1, 0): "maximum", (-1, 0): "maximum"}),
    ),
    (
        "minima_called_saddles",
        "A saddle needs curvatures of both signs. Put x = ±1 into the Hessian: is one of the two negative?",
        with_others({(1, 0): "saddle", (-1, 0): "saddle"}),
    ),
):
    for number, source in enumerate(forms):
        critical_points.misconception(
            name, sentence, source=source, form=f"{number}" if number else ""
        )

critical_points.alternative(
    "other_words",
    source='critical = {(-1, 0): "Min", (0, 0): "Saddle point", (1.0, 0.0): "a local minimum"}',
)


@critical_points.alternative("numbers_of_sympy_and_numpy")
def answer():
    import sympy as _sympy

    _x = _sympy.Symbol("x")
    critical = {
        (_root, np.float64(0)): "minimum" if 12 * _root**2 - 4 > 0 else "saddle"
        for _root in _sympy.solve(4 * _x**3 - 4 * _x, _x)
    }


@critical_points.oracle("newton_from_everywhere")
def answer():
    critical = {}
    for _start in np.linspace(-2, 2, 41):
        _x = _start
        for _ in range(60):
            _slope = 12 * _x**2 - 4
            _x -= (4 * _x**3 - 4 * _x) / (_slope if abs(_slope) > 1e-9 else 1e-9)
        _curvatures = [
            ((_x + h) ** 4 - 2 * (_x + h) ** 2 + (_x - h) ** 4 - 2 * (_x - h) ** 2) / h**2
            - 2 * (_x**4 - 2 * _x**2) / h**2
            for h in (1e-3,)
        ] + [2.0]
        _kind = "minimum" if min(_curvatures) > 0 else "saddle"
        critical[float(round(_x, 6)) + 0.0, 0.0] = _kind


FIRST, SECOND = "its first row", "its second row"


@check("3.27b", points=2, reveal=True)
def hessian(answer, rng):
    def matrix(x, y):
        found = floats(answer.hess(x, y))
        if found.shape != (2, 2):
            raise ValueError(f"the Hessian has the shape (2, 2), this has {found.shape}")
        return found

    def row(number, points):
        return {f"x = {x}, y = {y}": matrix(x, y)[number] for x, y in points}

    def points(count):
        sizes = rng.uniform(0.3, 2, (count, 2)) * rng.choice([-1, 1], (count, 2))
        return [(float(x), float(y)) for x, y in sizes.round(2)]

    return {FIRST: attempt(row, 0, points(3)), SECOND: attempt(row, 1, points(3))}


hessian.misconception(
    "hessian_slip",
    "The second derivative of −2x² is −4, a constant: after two derivatives no x is left of it.",
    edits={"12 * x**2 - 4": "12 * x**2 - 4 * x"},
)
hessian.misconception(
    "hessian_slip",
    "The term −2x² has a second derivative, too. It is what makes the curvature negative near x = 0.",
    edits={"12 * x**2 - 4": "12 * x**2"},
    form="constant left out",
)
hessian.misconception(
    "first_derivatives_on_the_diagonal",
    "These are the first derivatives. The Hessian holds the second ones.",
    edits={"12 * x**2 - 4": "4 * x**3 - 4 * x", "0.0, 2.0]]": "0.0, 2 * y]]"},
)
hessian.misconception(
    "second_derivative_by_y",
    "The second derivative of y² is 2, a number: the valley is curved alike everywhere along y.",
    edits={"0.0, 2.0]]": "0.0, 2 * y]]"},
)
hessian.misconception(
    "mixed_derivatives_not_zero",
    "The mixed derivative is 0: a derivative with respect to x removes y², and then nothing depends on y.",
    edits={", 0.0], [0.0, ": ", 2 * y], [2 * y, "},
)
hessian.misconception(
    "rows_exchanged",
    "The entries are at the wrong places: the first row and column belong to x.",
    edits={"[12 * x**2 - 4, 0.0], [0.0, 2.0]": "[2.0, 0.0], [0.0, 12 * x**2 - 4]"},
)
hessian.misconception(
    "diagonal_as_a_vector",
    "These are the two entries of the diagonal. The Hessian is a matrix with two rows of two entries.",
    edits={"[[12 * x**2 - 4, 0.0], [0.0, 2.0]]": "[12 * x**2 - 4, 2.0]"},
)


@hessian.alternative("lists_in_float32")
def hess(x, y):
    x = np.float32(x)
    return [[3 * (2 * x) ** 2 - 4, 0], [0, 2]]


@hessian.alternative("sympy_matrix")
def hess(x, y):
    import sympy

    return sympy.diag(12 * sympy.Float(x) ** 2 - 4, 2)


@hessian.oracle("torch_hessian")
def hess(x, y):
    import torch

    def f(at):
        return at[0] ** 4 - 2 * at[0] ** 2 + at[1] ** 2

    at = torch.tensor([x, y], dtype=torch.float64)
    return torch.autograd.functional.hessian(f, at)
