"""3.10: the level sets of x² + 4y², a walk around one, and the gradient across it."""

import numpy as np

from autograder.check import Fault, attempt, check, written
from utils.formulas import evaluate_all

ELLIPSE, REST = "level sets above 0", "level sets at 0 and below"


@check("3.10a", points=2, weights={ELLIPSE: 0.5, REST: 1.5})
def level_sets(answer, rng):
    def kind(c):
        return str(answer.level_kind(c)).strip().casefold()

    def axes(c):
        return np.ravel(evaluate_all(answer.semi_axes(c)))

    above, below = rng.uniform(0.05, 9, 2).round(2), -rng.uniform(0.05, 9, 2).round(2)
    large, small = round(float(rng.uniform(5, 30)), 2), round(float(rng.uniform(0.1, 0.5)), 2)
    return {
        ELLIPSE: {f"c = {c}": attempt(kind, float(c)) for c in (*above, 1e-6)},
        REST: {f"c = {c}": attempt(kind, float(c)) for c in rng.permutation([*below, 0.0])},
        "half axes of a large one": attempt(axes, large),
        "half axes of a small one": attempt(axes, small),
    }


KIND, AXES = 'return "point" if c == 0 else "empty"', "np.sqrt(c), np.sqrt(c) / 2"
for name, sentence, edits in (
    (
        "all_levels_are_ellipses",
        "Not every number is a value of f: a sum of squares is never negative, and 0 at a single point only.",
        {KIND: 'return "ellipse"'},
    ),
    (
        "point_counted_as_empty",
        "At c = 0 there is a point: where both squares are 0.",
        {KIND: 'return "empty"'},
    ),
    (
        "below_zero_counted_as_point",
        "Below 0 there is no point at all, because a sum of squares is never negative.",
        {KIND: 'return "point"'},
    ),
    (
        "point_counted_as_ellipse",
        "At c = 0 the ellipse has shrunk to a point: its half axes would be 0.",
        {"if c > 0": "if c >= 0"},
    ),
    (
        "axes_not_rooted",
        "Those are the squares of the half axes: in the form x²/p² + y²/q² = 1 the axes are squared.",
        {AXES: "c, c / 4"},
    ),
    (
        "axes_times_two",
        "The 4 in front of y² makes the ellipse narrower along y, not wider: y may only grow until 4y² = c.",
        {AXES: "np.sqrt(c), 2 * np.sqrt(c)"},
    ),
    (
        "axes_swapped",
        "The two are exchanged: the one along x comes first.",
        {AXES: "np.sqrt(c) / 2, np.sqrt(c)"},
    ),
    (
        "whole_axes",
        "Those are the whole axes, from end to end. The half axes start at the centre.",
        {AXES: "2 * np.sqrt(c), np.sqrt(c)"},
    ),
    (
        "factor_not_rooted",
        "At the end of the axis along y, 4y² = c. The 4 is rooted along with c.",
        {AXES: "np.sqrt(c), np.sqrt(c) / 4"},
    ),
    (
        "a_circle",
        "That would be a circle. The two squares count differently.",
        {AXES: "np.sqrt(c), np.sqrt(c)"},
    ),
):  # fmt: skip
    level_sets.misconception(name, sentence, edits=edits)


@level_sets.alternative("capitals_and_an_array")
def answer():
    def level_kind(c):
        return "Ellipse" if c > 0 else "EMPTY" if c < 0 else " point "

    def semi_axes(c):
        return np.sqrt(np.array([c, c / 4]), dtype=np.float32)


@level_sets.alternative("sympy_matrix")
def answer():
    def level_kind(c):
        return ("empty", "point", "ellipse")[int(np.sign(c)) + 1]

    def semi_axes(c):
        return sp.Matrix([sp.sqrt(c), sp.sqrt(c) / 2])


@level_sets.oracle("roots_along_the_axes")
def answer():
    def level_kind(c):
        _real = {complex(r).real for r in np.roots([1, 0, -c]) if abs(complex(r).imag) < 1e-12}
        return ("empty", "point", "ellipse")[len(_real)]

    def semi_axes(c):
        return [max(np.roots([1, 0, -c])), max(np.roots([4, 0, -c]))]


AROUND = np.linspace(0, 2 * np.pi, 97)  # where t is tried
ON_IT, WHOLE = "on the level set of c = {}", "all around it for c = {}"


def levels(rng):
    return [round(float(c), 2) for c in (rng.uniform(2, 9), rng.uniform(0.1, 0.6))]


@check("3.10b", points=1)
def walk(answer, rng):
    def path(c):
        return [np.ravel(evaluate_all(answer.gamma(float(t), c))) for t in AROUND]

    paths = {c: attempt(path, c) for c in levels(rng)}
    return {text.format(c): path for c, path in paths.items() for text in (ON_IT, WHOLE)}


@walk.judge
def _(observation, rng):
    """Every point has x² + 4y² = c to 1e-5 of c. Seen from the origin, with y stretched by 2, the points
    leave no gap of more than 60 degrees; that counts only for points that are on the level set."""
    outcomes = {}
    for c in levels(rng):
        points = np.array(observation[ON_IT.format(c)], dtype=object)
        if points.shape != (len(AROUND), 2):
            fault = Fault("a point of two numbers is expected for every t")
            outcomes |= {ON_IT.format(c): fault, WHOLE.format(c): fault}
            continue
        x, y = points.astype(float).T
        off = float(np.max(np.abs(x**2 + 4 * y**2 - c)))
        fault = None
        if off > 1e-5 * c or not np.isfinite(off):
            worst = int(np.argmax(np.abs(x**2 + 4 * y**2 - c)))
            fault = Fault(
                f"at t = {AROUND[worst]:.3g} the point ({x[worst]:.4g}, {y[worst]:.4g}) has x² + 4y² = "
                f"{x[worst] ** 2 + 4 * y[worst] ** 2:.4g}",
                _idea(x, y, c),
            )
        outcomes[ON_IT.format(c)] = fault or True
        angles = np.sort(np.arctan2(2 * y, x))
        gap = np.max(np.diff(angles, append=angles[0] + 2 * np.pi))
        outcomes[WHOLE.format(c)] = fault or bool(gap < np.pi / 3) or Fault(
            f"between t = 0 and 2π a part of {np.degrees(gap):.0f} degrees is never visited",
            "half_way_around",
        )  # fmt: skip
    return outcomes


def _idea(x, y, c):
    """The known mistake whose ellipse these points are on."""
    for name, p, q in OTHER_AXES:
        if np.allclose((x / p(c)) ** 2 + (y / q(c)) ** 2, 1, rtol=1e-4):
            return name
    return None


OTHER_AXES = (  # name, half axis along x, half axis along y
    ("gamma_is_a_circle", np.sqrt, np.sqrt),
    ("axes_swapped", lambda c: np.sqrt(c) / 2, np.sqrt),
    ("axes_not_rooted", lambda c: c, lambda c: c / 4),
    ("axes_times_two", np.sqrt, lambda c: 2 * np.sqrt(c)),
    ("whole_axes", lambda c: 2 * np.sqrt(c), np.sqrt),
    ("c_left_out", lambda c: 1.0, lambda c: 0.5),
    ("factor_not_rooted", np.sqrt, lambda c: np.sqrt(c) / 4),
)
X, Y = "np.sqrt(c) * np.cos(t)", "np.sqrt(c) / 2 * np.sin(t)"
for name, sentence, edits in (
    (
        "gamma_is_a_circle",
        "That goes around a circle. On the level set y reaches only half as far as x.",
        {Y: "np.sqrt(c) * np.sin(t)"},
    ),
    (
        "axes_swapped",
        "The half axes are exchanged: the longer one lies along x.",
        {X: "np.sqrt(c) / 2 * np.cos(t)", Y: "np.sqrt(c) * np.sin(t)"},
    ),
    (
        "axes_not_rooted",
        "The half axes were not rooted: x² should become c at the end of the long axis.",
        {X: "c * np.cos(t)", Y: "c / 4 * np.sin(t)"},
    ),
    (
        "axes_times_two",
        "The 4 in front of y² makes the curve narrower along y, not wider.",
        {Y: "2 * np.sqrt(c) * np.sin(t)"},
    ),
    (
        "whole_axes",
        "The curve is twice too large: the factors of cosine and sine are the half axes.",
        {X: "2 * np.sqrt(c) * np.cos(t)", Y: "np.sqrt(c) * np.sin(t)"},
    ),
    (
        "c_left_out",
        "That is the level set of c = 1, whatever c is asked for.",
        {X: "np.cos(t)", Y: "np.sin(t) / 2"},
    ),
    (
        "factor_not_rooted",
        "y is half as large as it should be: the 4 is rooted along with c.",
        {Y: "np.sqrt(c) / 4 * np.sin(t)"},
    ),
    (
        "half_way_around",
        "The points are on the level set, but a part of it is never visited while t runs from 0 to 2π.",
        {Y: "np.abs(np.sqrt(c) / 2 * np.sin(t))"},
    ),
    (
        "half_way_around",
        "The points are on the level set, but a part of it is never visited while t runs "
        "from 0 to 2π. Here t is "
        "an angle in radians.",
        {X: "np.sqrt(c) * np.cos(np.radians(t))", Y: "np.sqrt(c) / 2 * np.sin(np.radians(t))"},
    ),
):  # fmt: skip
    walk.misconception(
        name, sentence, edits=edits, form="degrees" if "radians(" in str(edits) else ""
    )


@walk.alternative("the_other_way_from_the_top")
def gamma(t, c):
    import math

    return [math.sqrt(c) * math.sin(t), math.sqrt(c) * math.cos(t) / 2]


walk.alternative(
    "twice_around_in_float32",
    edits={f"{X}, {Y}": f"np.array([{X}, {Y}], np.float32)".replace("(t)", "(2 * t)")},
)  # fmt: skip


@walk.alternative("by_the_distance_from_the_origin")
def gamma(t, c):
    distance = np.sqrt(c / (np.cos(t) ** 2 + 4 * np.sin(t) ** 2))
    return distance * np.cos(t), distance * np.sin(t)


@walk.oracle("flow_across_the_gradient")
def gamma(t, c):
    # it moves at right angles to the gradient, with the velocity (-8y, 2x) / 4: an exponential series
    turn, point = np.array([[0.0, -2.0], [0.5, 0.0]]), np.array([np.sqrt(c), 0.0])
    term, total = point, point
    for k in range(1, 60):
        term = turn @ term * t / k
        total = total + term
    return total


@check("3.10c", points=1)
def across(answer, rng):
    def vector(name):
        return np.ravel(evaluate_all(getattr(answer, name)))

    return {name: attempt(vector, name) for name in ("grad_11", "tangent_11")}


ALONG = {  # wrong tangents, up to a factor
    "tangent_parallel_to_gradient": (1, 4),
    "sign_of_the_tangent": (4, 1),
    "tangent_of_a_circle": (-1, 1),
    "gradient_without_inner_factor": (-2, 1),
    "slope_upside_down": (1, -4),
}
GRADIENTS = {
    "gradient_without_inner_factor": [(2, 4), (2, 2)],
    "gradient_exchanged": [(8, 2)],
    "value_in_place_of_gradient": [(1, 4)],
    "not_evaluated_at_one": [(2, 0), (0, 8)],
}


@across.judge
def _(observation, rng):
    """The gradient is (2, 8); the tangent is any vector but 0 whose dot product with (2, 8) is 0, to 1e-4
    of the two lengths."""
    gradient, outcomes = np.array([2.0, 8.0]), {"grad_11": True, "tangent_11": True}
    given, tangent = observation["grad_11"], observation["tangent_11"]
    if np.shape(given) != (2,):
        outcomes["grad_11"] = Fault("two numbers are expected")
    elif not np.allclose(given, gradient, rtol=1e-4):
        outcomes["grad_11"] = Fault("", _gradient_idea(given))
    if np.shape(tangent) != (2,):
        outcomes["tangent_11"] = Fault("two numbers are expected")
    elif not np.any(tangent):
        outcomes["tangent_11"] = Fault("", "tangent_zero_vector")
    elif abs(tangent @ gradient) > 1e-4 * np.linalg.norm(tangent) * np.linalg.norm(gradient):
        outcomes["tangent_11"] = Fault(
            "it is not perpendicular to the gradient", _tangent_idea(tangent)
        )
    return outcomes


def _gradient_idea(given):
    for name, wrong in GRADIENTS.items():
        if any(np.allclose(given, one) for one in wrong):
            return name
    return None


def _tangent_idea(tangent):
    for name, wrong in ALONG.items():
        if abs(tangent[0] * wrong[1] - tangent[1] * wrong[0]) < 1e-6 * np.linalg.norm(tangent):
            return name
    return None


for name, sentence, *forms in (
    (
        "tangent_parallel_to_gradient",
        "That vector points along the gradient, straight across the level set. A tangent "
        "runs along the curve.",
        "grad_11, tangent_11 = (2, 8), (2, 8)",
        "grad_11, tangent_11 = (2, 8), (1, 4)",
    ),
    (
        "tangent_zero_vector",
        "The zero vector is perpendicular to everything and points nowhere: it is no tangent.",
        "grad_11, tangent_11 = (2, 8), (0, 0)",
    ),
    (
        "gradient_without_inner_factor",
        "The derivative of 4y² by y is 8y: the 4 stays and the exponent comes down as a factor.",
        "grad_11, tangent_11 = (2, 4), (-2, 1)",
        "grad_11, tangent_11 = (2, 2), (-4, 1)",
    ),
    (
        "value_in_place_of_gradient",
        "Those are the two terms of f(1, 1). The gradient holds their derivatives.",
        "grad_11, tangent_11 = (1, 4), (-4, 1)",
    ),
    (
        "gradient_exchanged",
        "The entries of the gradient are exchanged: the derivative by x comes first.",
        "grad_11, tangent_11 = (8, 2), (-4, 1)",
    ),
    (
        "sign_of_the_tangent",
        "The entries were exchanged, but none changed its sign: the dot product with the gradient is not 0.",
        "grad_11, tangent_11 = (2, 8), (8, 2)",
    ),
    (
        "tangent_of_a_circle",
        "That is the tangent of the circle through (1, 1). The ellipse is flatter there.",
        "grad_11, tangent_11 = (2, 8), (-1, 1)",
    ),
    (
        "slope_upside_down",
        "The slope of the curve is upside down: a tangent has (how far in x, how far in y), in this order.",
        "grad_11, tangent_11 = (2, 8), (-1, 4)",
    ),
):  # fmt: skip
    for number, source in enumerate(forms):
        across.misconception(name, sentence, source=source, form=f"{number}" if number else "")

across.alternative(
    "unit_vector", source="grad_11, tangent_11 = [2, 8], [4 / 17**0.5, -1 / 17**0.5]"
)


@across.alternative("sympy")
def answer():
    _x, _y = sp.symbols("x y")
    _f = _x**2 + 4 * _y**2
    grad_11 = sp.Matrix([_f]).jacobian([_x, _y]).subs({_x: 1, _y: 1})
    tangent_11 = sp.Matrix([-grad_11[1], grad_11[0]])


@across.alternative("float32_arrays")
def answer():
    grad_11 = np.array([2, 8], dtype=np.float32)
    tangent_11 = np.float32(0.3) * np.array([-4, 1], dtype=np.float32)


@across.oracle("torch_and_a_walk_along_the_curve")
def answer():
    import torch

    _z = torch.ones(2, dtype=torch.float64, requires_grad=True)
    (_z[0] ** 2 + 4 * _z[1] ** 2).backward()
    grad_11 = _z.grad
    _at = lambda x: np.array([x, np.sqrt((5 - x * x) / 4)])
    tangent_11 = (_at(1 + 1e-6) - _at(1 - 1e-6)) / 2e-6


written(
    "3.10-written",
    rubric=[
        (0.5, "c > 0: brings the equation into the form of an ellipse and names its half axes."),
        (0.5, "c = 0 is a point, c < 0 is empty, with the reason."),
        (
            0.5,
            "A tangent at any point of the ellipse (parametrised, or by implicit differentiation).",
        ),
        (0.5, "The dot product with the gradient is 0 at every point, not only at (1, 1)."),
    ],
)
