"""3.6: gradient, Hessian and critical points of x1² exp(x2)."""

import numpy as np

from autograder.check import attempt, check, tried
from autograder.checks.ch06_networks.as_numbers import as_number
from utils.formulas import evaluate_all

MIXED = "Hessian: the mixed derivatives"


@check("3.6a", points=2, reveal=True, weights={MIXED: 2})
def derivatives(answer, rng):
    points = [
        {"x1": round(float(rng.uniform(0.6, 1.8)), 2), "x2": round(float(rng.uniform(0.4, 1.5)), 2)},
        {"x1": -round(float(rng.uniform(0.6, 1.8)), 2), "x2": -round(float(rng.uniform(0.4, 1.5)), 2)},
    ]  # fmt: skip

    def entries(name, *places):
        """The entries at these places, counted row by row, at both points."""
        found = []
        for at in points:
            tried(name, **at)
            numbers = evaluate_all(getattr(answer, name), **at)
            if numbers.size != 2 if name == "grad" else numbers.shape != (2, 2):
                raise ValueError(f"{name} has the shape {numbers.shape}")
            found.append(numbers.ravel()[list(places)])
        return found

    return {
        "gradient: derivative by x1": attempt(entries, "grad", 0),
        "gradient: derivative by x2": attempt(entries, "grad", 1),
        "Hessian: the diagonal": attempt(entries, "hess", 0, 3),
        MIXED: attempt(entries, "hess", 1, 2),
    }


GRADIENT = "[2 * x1 * sp.exp(x2), x1**2 * sp.exp(x2)]\n"
FIRST, SECOND = (
    "[2 * sp.exp(x2), 2 * x1 * sp.exp(x2)],",
    "[2 * x1 * sp.exp(x2), x1**2 * sp.exp(x2)],",
)
for name, sentence, edits in (
    (
        "x2_factor_in_gradient",
        "The derivative of e to the x₂ is e to the x₂ itself: no factor x₂ comes down, as it "
        "would from a power.",
        {GRADIENT: "[2 * x1 * sp.exp(x2), x1**2 * x2 * sp.exp(x2)]\n",
         FIRST: "[2 * sp.exp(x2), 2 * x1 * x2 * sp.exp(x2)],",
         SECOND: "[2 * x1 * x2 * sp.exp(x2), x1**2 * x2**2 * sp.exp(x2)],"},
    ),
    (
        "hessian_diagonal_only",
        "The mixed derivatives are not zero: the slope by x₁ changes when x₂ changes.",
        {FIRST: "[2 * sp.exp(x2), 0],", SECOND: "[0, x1**2 * sp.exp(x2)],"},
    ),
    (
        "gradient_entries_exchanged",
        "The entries are exchanged: the derivative by x₁ comes first.",
        {GRADIENT: "[x1**2 * sp.exp(x2), 2 * x1 * sp.exp(x2)]\n"},
    ),
    (
        "two_lost",
        "The 2 from x₁² is missing: the exponent comes down as a factor.",
        {GRADIENT: "[x1 * sp.exp(x2), x1**2 * sp.exp(x2)]\n",
         FIRST: "[sp.exp(x2), x1 * sp.exp(x2)],", SECOND: "[x1 * sp.exp(x2), x1**2 * sp.exp(x2)],"},
    ),
    (
        "both_variables_at_once",
        "All of f was differentiated in each entry, with the product rule. In a partial derivative the other "
        "variable stands still.",
        {GRADIENT: "[2 * x1 * sp.exp(x2) + x1**2 * sp.exp(x2), 2 * x1 * sp.exp(x2) + x1**2 * sp.exp(x2)]\n"},
    ),
    (
        "mixed_entry_is_a_product_of_slopes",
        "A mixed derivative is a slope of a slope, not the product of the two slopes.",
        {FIRST: "[2 * sp.exp(x2), 2 * x1**3 * sp.exp(2 * x2)],",
         SECOND: "[2 * x1**3 * sp.exp(2 * x2), x1**2 * sp.exp(x2)],"},
    ),
    (
        "not_differentiated_twice_by_x1",
        "The first entry of the Hessian is the derivative of 2x₁ times e to the x₂: the x₁ goes as well.",
        {FIRST: "[2 * x1 * sp.exp(x2), 2 * x1 * sp.exp(x2)],"},
    ),
    (
        "mixed_entries_without_x1",
        "The mixed derivatives lost their x₁. Differentiating by x₂ leaves the factor 2x₁ as it is.",
        {FIRST: "[2 * sp.exp(x2), 2 * sp.exp(x2)],", SECOND: "[2 * sp.exp(x2), x1**2 * sp.exp(x2)],"},
    ),
    (
        "last_entry_lost",
        "The second derivative by x₂ is not zero: e to the x₂ comes back however often it is differentiated.",
        {SECOND: "[2 * x1 * sp.exp(x2), 0],"},
    ),
):  # fmt: skip
    derivatives.misconception(name, sentence, edits=edits)

derivatives.alternative(
    "texts",
    source='grad = ["2 x1 e^x2", "x1^2 exp(x2)"]\n'
    'hess = "[[2 exp(x2), 2 x1 exp(x2)], [2 x1 exp(x2), x1^2 exp(x2)]]"\n',
)


@derivatives.alternative("functions")
def answer():
    grad = lambda x1, x2: (2 * x1 * np.exp(x2), x1**2 * np.exp(x2))

    def hess(x1, x2):
        mixed = 2 * x1 * np.exp(x2)
        return np.array([[2 * np.exp(x2), mixed], [mixed, x1**2 * np.exp(x2)]])


@derivatives.alternative("sympy_with_assumptions")
def answer():
    _x = sp.symbols("x1 x2", real=True)
    _f = _x[0] ** 2 * sp.exp(_x[1])
    grad = sp.Matrix([sp.diff(_f, one) for one in _x])
    hess = sp.hessian(_f, _x)


@derivatives.oracle("torch_autograd")
def answer():
    import torch

    def _f(p):
        return p[0] ** 2 * torch.exp(p[1])

    def grad(x1, x2):
        at = torch.tensor([x1, x2], dtype=torch.float64)
        return torch.autograd.functional.jacobian(_f, at)

    def hess(x1, x2):
        return torch.autograd.functional.hessian(_f, torch.tensor([x1, x2], dtype=torch.float64))


@check("3.6b", points=1)
def critical(answer, rng):
    def verdict(x1, x2):
        return as_number(answer.is_critical(x1, x2))

    def table(*points):
        mixed = [points[k] for k in rng.permutation(len(points))]
        return {f"({x1}, {x2})": attempt(verdict, float(x1), float(x2)) for x1, x2 in mixed}

    a, b, c, d = (round(float(number), 2) for number in rng.uniform(0.3, 3, 4))
    deep = [round(float(number), 1) for number in rng.uniform(-60, -40, 3)]
    return {
        "ordinary points": table((0, a), (b, 0), (0, -c), (-d, a), (0, 0), (c, c)),
        "where f is nearly flat": table((0, deep[0]), (1, deep[1]), (-a, deep[2])),
        "close to critical points": table((1e-3, a), (0, b), (-1e-3, -c), (1e-3, 0)),
    }


CRITICAL = "x1 == 0"
for name, sentence, wrong in (
    (
        "only_origin",
        "The origin is one of them, and there are more: the second equation asks nothing of x₂.",
        "x1 == 0 and x2 == 0",
    ),
    (
        "numerical_tolerance_on_gradient",
        "A gradient that is very small is not zero. Far down, where e to the x₂ is tiny, "
        "this rule calls points "
        "critical that are not.",
        "abs(2 * x1 * np.exp(x2)) < 1e-8 and abs(x1**2 * np.exp(x2)) < 1e-8",
    ),
    (
        "either_coordinate",
        "x₂ = 0 makes nothing vanish: e to the 0 is 1.",
        "x1 == 0 or x2 == 0",
    ),
    (
        "line_in_the_other_direction",
        "It is the other coordinate that has to be 0: e to the x₂ is never 0, x₁ may be.",
        "x2 == 0",
    ),
    (
        "no_critical_points",
        "There are critical points: only e to the x₂ is never 0, the other factor may be.",
        "False",
    ),
    (
        "tolerance_on_x1",
        "Points close to a critical point are not critical themselves.",
        "abs(x1) < 0.01",
    ),
    (
        "one_equation_turned_round",
        "Those are the points that are not critical.",
        "x1 != 0",
    ),
):  # fmt: skip
    critical.misconception(name, sentence, edits={CRITICAL: wrong})

critical.alternative("from_the_gradient", edits={
    CRITICAL: "2 * x1 * np.exp(x2) == 0 and x1**2 * np.exp(x2) == 0"
})  # fmt: skip
critical.alternative("numbers_of_numpy", edits={CRITICAL: "np.array([x1]) == 0"})
critical.alternative("one_or_zero", edits={CRITICAL: "1 if not x1 else 0"})


@critical.oracle("sympy_solves_at_exact_points")
def is_critical(x1, x2):
    first, second = sp.symbols("p q")
    f = first**2 * sp.exp(second)
    at = {first: sp.Rational(str(x1)), second: sp.Rational(str(x2))}
    return all(sp.diff(f, one).subs(at).is_zero for one in (first, second))


@check("3.6c", points=1)
def what_kind(answer, rng):
    def words():
        return " ".join(str(answer.kind).casefold().replace("-", " ").split())

    return {"kind": attempt(words)}


for name, sentence, word in (
    (
        "singular_hessian_called_saddle",
        "A saddle would need directions in which f falls. A singular Hessian does not say "
        "that there are any.",
        "saddle",
    ),
    (
        "stops_at_inconclusive",
        "It is the second-derivative test that cannot decide. The values of f can: which sign have they?",
        "cannot be decided",
    ),
    (
        "strict_although_a_line",
        "Beside every critical point there are others, with the same value: no point is strictly lowest.",
        "strict minimum",
    ),
    ("upside_down", "Off the line f is larger, not smaller.", "maximum"),
):  # fmt: skip
    what_kind.misconception(name, sentence, source=f"kind = {word!r}")

what_kind.alternative("in_capitals", source='kind = "Non-Strict  Minimum"')
what_kind.alternative("without_the_hyphen", source='kind = " non strict minimum\\n"')


@what_kind.oracle("values_around_the_points")
def answer():
    _turn = np.linspace(0, 2 * np.pi, 9)
    _around = np.array(
        [(0.1 * np.sin(_turn)) ** 2 * np.exp(b + 0.1 * np.cos(_turn)) for b in (-2, 0, 3)]
    )
    _lower, _equal = bool((_around < -1e-15).any()), bool((np.abs(_around) < 1e-15).any())
    kind = "saddle" if _lower else "non-strict minimum" if _equal else "strict minimum"
