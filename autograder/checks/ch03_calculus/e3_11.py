"""3.11: both sides of the chain rule for a map after itself, and maps that hide reversed factors."""

import numpy as np

from autograder.check import attempt, check, choices
from utils.formulas import evaluate_all


@check("3.11a", points=1, atol=1e-3)
def inner(answer, rng):
    def entry(k):
        point = np.ravel(evaluate_all(answer.inner_point))
        if len(point) != 2:
            raise ValueError(f"inner_point has {len(point)} entries")
        return point[k]

    return {"first entry": attempt(entry, 0), "second entry": attempt(entry, 1)}


for name, sentence, *wrong in (
    (
        "degrees_point",
        "The sines and cosines were taken in degrees, or of 45 and 60 as radians. π/4 and "
        "π/3 are in radians.",
        "np.sin(np.radians([np.pi / 4, np.pi / 3])) * np.cos(np.radians([np.pi / 3, np.pi / 4]))",
        "(sp.sin(45) * sp.cos(60), sp.cos(45) * sp.sin(60))",
    ),
    (
        "entries_exchanged",
        "The two entries are exchanged, or the two coordinates: x is π/4, and the first "
        "entry is sin x cos y.",
        "(np.sqrt(6) / 4, np.sqrt(2) / 4)",
    ),
    (
        "sines_only",
        "Each entry has a sine and a cosine as factors, of different variables.",
        "(np.sqrt(6) / 4, np.sqrt(6) / 4)",
    ),
    (
        "point_itself",
        "That is the point itself. The outer map is applied where the inner one leads to.",
        "(np.pi / 4, np.pi / 3)",
    ),
    (
        "applied_twice",
        "That is F(F(p)). The outer Jacobian is taken at F(p), after one application.",
        "(0.2833183, 0.5392574)",
    ),
):  # fmt: skip
    for number, value in enumerate(wrong):
        inner.misconception(
            name, sentence, source=f"inner_point = {value}", form=f"{number}" if number else ""
        )

inner.alternative("three_decimals", source="inner_point = [0.354, 0.612]")
inner.alternative("text", source='inner_point = "sqrt(2)/4, sqrt(6)/4"')
inner.alternative("matrix", source="inner_point = sp.Matrix([sp.sqrt(2) / 4, sp.sqrt(6) / 4])")
inner.alternative("float32", source="inner_point = np.float32([2, 6]) ** 0.5 / 4")


@inner.oracle("complex_sine")
def answer():
    # sin(x ± y) = sin x cos y ± cos x sin y
    _x, _y = np.pi / 4, np.pi / 3
    inner_point = [(np.sin(_x + _y) + s * np.sin(_x - _y)) / 2 for s in (1, -1)]


def jacobians(function, rng):
    """What a function gives for four maps: that of the exercise, and three whose Jacobians do not commute."""
    import sympy

    x, y, u, v, w = sympy.symbols("x y u v w")
    a, b, c, d, e, f = (sympy.Float(str(n)) for n in rng.uniform(0.6, 1.9, 6).round(2))
    here = [float(n) for n in rng.uniform(0.5, 1.5, 11).round(2)]

    def matrix(F, variables, point):
        """As numbers. A function that wants F as a tuple of expressions gets one."""
        try:
            found = evaluate_all(function(sympy.Matrix(F), variables, point))
        except Exception as problem:
            try:
                return evaluate_all(function(F, variables, point))
            except Exception:
                raise problem from None
        return found

    sine = sympy.sin(x) * sympy.cos(y), sympy.cos(x) * sympy.sin(y)
    return {
        "the map of the exercise": attempt(matrix, sine, (x, y), tuple(here[:2])),
        "another map of the plane": attempt(
            matrix, (a * x * y, x + b * y**2), (x, y), tuple(here[2:4])
        ),
        "variables in another order": attempt(
            matrix, (x + c * y**2, y + d * x**2 * y), (y, x), tuple(here[4:6])
        ),
        "three variables": attempt(
            matrix, (e * u * v, v + w**2, f * u - v * w), (u, v, w), tuple(here[6:9])
        ),
    }


WEIGHTS = {"the map of the exercise": 0.5}


@check("3.11b", points=4, reveal=True, weights=WEIGHTS)
def chain(answer, rng):
    return jacobians(answer.chain_jacobian, rng)


PRODUCT = "J.subs(there) * J.subs(here)"
for name, sentence, wrong in (
    (
        "reversed_factors",
        "The factors are in the reverse order. A step meets the inner map first, so its "
        "Jacobian stands on the "
        "right. With the map of the exercise both orders give the same.",
        "J.subs(here) * J.subs(there)",
    ),
    (
        "both_at_p",
        "Both factors are taken at p. The outer map is applied at F(p), so its Jacobian belongs there.",
        "J.subs(here) * J.subs(here)",
    ),
    (
        "outer_only",
        "That is the Jacobian of the outer map alone. The inner map's Jacobian multiplies it.",
        "J.subs(there)",
    ),
    (
        "inner_only",
        "That is the Jacobian of the inner map alone, of F and not of F∘F.",
        "J.subs(here)",
    ),
    (
        "elementwise_product",
        "The matrices were multiplied entry by entry. The chain rule needs the product of "
        "matrices: every way from an "
        "input to an output counts.",
        "J.subs(there).multiply_elementwise(J.subs(here))",
    ),
    (
        "sequential_substitution",
        "The outputs were put into the outer Jacobian one after the other, so a symbol that "
        "had just come in was "
        "replaced, too. Compute the inner point in numbers first.",
        "J.subs(list(zip(variables, F))).subs(here) * J.subs(here)",
    ),
    (
        "transposed",
        "The result is transposed: a row belongs to an output.",
        "(J.subs(there) * J.subs(here)).T",
    ),
    (
        "one_map_too_far",
        "The points are one application of F too far: the inner Jacobian belongs to p, the "
        "outer one to F(p).",
        "J.subs(dict(zip(variables, F.subs(there)))) * J.subs(there)",
    ),
    (
        "sum_of_the_factors",
        "The two Jacobians were added. Slopes of maps one after the other are multiplied.",
        "J.subs(there) + J.subs(here)",
    ),
    (
        "both_at_the_inner_point",
        "Both factors are taken at F(p). The inner map is applied at p itself.",
        "J.subs(there) * J.subs(there)",
    ),
):  # fmt: skip
    chain.misconception(name, sentence, edits={PRODUCT: wrong})


@chain.alternative("lambdify_and_numpy")
def chain_jacobian(F, variables, point):
    value = sp.lambdify(variables, list(F), "numpy")
    slopes = sp.lambdify(variables, [[sp.diff(f, v) for v in variables] for f in F], "numpy")
    return np.array(slopes(*value(*point))) @ np.array(slopes(*point))


@chain.alternative("loops_over_every_way")
def chain_jacobian(F, variables, point):
    def at(expression, place):
        return float(expression.subs(list(zip(variables, place))))

    there = [at(f, point) for f in F]
    outer = [[at(f.diff(v), there) for v in variables] for f in F]
    inner = [[at(f.diff(v), point) for v in variables] for f in F]
    n = len(variables)
    return [[sum(outer[i][k] * inner[k][j] for k in range(n)) for j in range(n)] for i in range(n)]


@chain.alternative("diff_in_float32")
def chain_jacobian(F, variables, point):
    J = sp.Matrix([[sp.diff(f, v) for v in variables] for f in F])
    there = [f.evalf(subs=dict(zip(variables, point))) for f in F]
    pair = J.evalf(subs=dict(zip(variables, there))), J.evalf(subs=dict(zip(variables, point)))
    outer, inner = (np.array(one.tolist(), dtype=np.float32) for one in pair)
    return outer @ inner


@chain.oracle("differences_of_the_composition")
def chain_jacobian(F, variables, point):
    value = sp.lambdify(variables, list(F), "math")

    def twice(p):
        return np.array(value(*value(*p)))

    h = 1e-5
    steps = h * np.eye(len(point))
    return np.transpose([(twice(point + s) - twice(point - s)) / (2 * h) for s in steps])


@check("3.11c", points=2, reveal=True, weights=WEIGHTS)
def direct(answer, rng):
    return jacobians(answer.direct_jacobian, rng)


COMPOSED = "F.subs(dict(zip(variables, F)), simultaneous=True)"
RESULT = "composed.jacobian(variables).subs(dict(zip(variables, point)))"
SEQUENTIAL = (
    "The symbols were replaced one after the other, so a symbol that had just come in was "
    "replaced as well. Replace all "
    "of them at once."
)
for name, sentence, edits, form in (
    (
        "sequential_substitution",
        SEQUENTIAL,
        {COMPOSED: "F.subs(list(zip(variables, F)))"},
        "",
    ),
    (
        "sequential_substitution",
        SEQUENTIAL + " With sympy a dictionary alone does not do that.",
        {", simultaneous=True": ""},
        "dictionary",
    ),
    (
        "not_composed",
        "That is the Jacobian of F at p. F has to be put into itself first.",
        {COMPOSED: "F"},
        "",
    ),
    (
        "outer_only",
        "That is the Jacobian of the outer map alone, at F(p). The derivative of the inner "
        "outputs is missing.",
        {RESULT: "F.jacobian(variables).subs(dict(zip(variables, F.subs(dict(zip(variables, point))))))"},
        "",
    ),
    (
        "squared_instead_of_composed",
        "F∘F means F applied to the outputs of F. Here each output was multiplied by itself.",
        {COMPOSED: "F.multiply_elementwise(F)"},
        "",
    ),
    (
        "point_before_derivative",
        "The point was put in before differentiating. Constants have the derivative 0.",
        {RESULT: "composed.subs(dict(zip(variables, point))).jacobian(variables)"},
        "",
    ),
    (
        "transposed",
        "The result is transposed: a row belongs to an output.",
        {RESULT: RESULT + ".T"},
        "",
    ),
    (
        "composed_at_the_inner_point",
        "The composition was differentiated at F(p). It starts at p.",
        {"zip(variables, point)": "zip(variables, F.subs(dict(zip(variables, point))))"},
        "",
    ),
    (
        "composed_three_times",
        "That is F∘F∘F. Put F into itself once.",
        {COMPOSED: f"{COMPOSED}.subs(dict(zip(variables, F)), simultaneous=True)"},
        "",
    ),
):  # fmt: skip
    direct.misconception(name, sentence, edits=edits, form=form)


@direct.alternative("by_new_symbols")
def direct_jacobian(F, variables, point):
    others = sp.symbols(f"other:{len(variables)}")
    outer = [f.subs(list(zip(variables, others))) for f in F]
    composed = [f.subs(list(zip(others, F))) for f in outer]
    at = list(zip(variables, point))
    return [[float(f.diff(v).subs(at)) for v in variables] for f in composed]


@direct.alternative("xreplace_and_lambdify")
def direct_jacobian(F, variables, point):
    composed = sp.Matrix([f.xreplace(dict(zip(variables, F))) for f in F])
    return sp.lambdify(variables, composed.jacobian(list(variables)), "numpy")(*point)


@direct.oracle("differences_of_the_composition")
def direct_jacobian(F, variables, point):
    value = sp.lambdify(variables, list(F), "math")

    def twice(p):
        return np.array(value(*value(*p)))

    h = 1e-5
    steps = h * np.eye(len(point))
    return np.transpose([(twice(point + s) - twice(point - s)) / (2 * h) for s in steps])


blind = choices(
    "3.11d",
    "blind",
    "abcdef",
    key="abd",
    points=1,
    ideas={
        "a": (
            "linear_map_not_seen",
            "A linear map has the same matrix at every point, and a matrix commutes with itself.",
        ),
        "b": (
            "diagonal_not_seen",
            "Where each output depends on one variable of its own, the Jacobians are "
            "diagonal, and diagonal matrices "
            "commute.",
        ),
        "d": (
            "turns_not_seen",
            "The Jacobian of D has equal entries on the diagonal and opposite ones beside it: a turn and a "
            "stretching. Of two such matrices it does not matter which comes first.",
        ),
        "c": (
            "second_test_marked",
            "C is the map of the second test, which tells the two orders apart.",
        ),
        "e": (
            "product_in_one_output",
            "Multiply the Jacobians of E at two points: the two orders differ.",
        ),
        "f": (
            "zeros_on_the_diagonal",
            "Zeros on the diagonal are not the same as zeros beside it: the products of the Jacobians of F "
            "differ.",
        ),
    },
    selections={
        "all_that_show_it": (
            "Those are the maps that show reversed factors. Asked for are the others, which hide them.",
            "cef",
        ),
    },
)  # fmt: skip


@blind.oracle("sympy_commutators")
def answer():
    _maps = {
        "a": [2 * x - y, x + 3 * y],
        "b": [x**2, sp.sin(y)],
        "c": [x * y, x + y**2],
        "d": [x**2 - y**2, 2 * x * y],
        "e": [x + y, x * y],
        "f": [y, x**2],
    }

    def _commute(F):
        J = sp.Matrix(F).jacobian([x, y])
        outer = J.subs(dict(zip((x, y), F)), simultaneous=True)
        return sp.expand(outer * J - J * outer) == sp.zeros(2, 2)

    blind = "".join(letter for letter, F in _maps.items() if _commute(F))
