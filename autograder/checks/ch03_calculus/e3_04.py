"""3.4: log(1 + x) to second order, and log(1.05) from it."""

import numpy as np

from autograder.check import Fault, check, formula_of, number_of
from autograder.checks.ch03_calculus.formulas_at_points import (
    close,
    computed,
    first_wrong,
    idea_behind,
)
from autograder.inside.plain import Raised
from utils.formulas import evaluate

RIGHT = "x - x^2/2"
# name: the polynomial, and its value at 0.05; whoever has one of these has the idea all the same
SLIPS = {
    "forgot_one_half": "x - x^2",
    "sign": "x + x^2/2",
    "constant_term_one": "1 + x - x^2/2",
    "third_order": "x - x^2/2 + x^3/3",
}
OTHERS = {
    "mixed_up_with_sqrt": "1 + x/2 - x^2/8",
    "first_order_only": "x + 0x",
    "about_one_without_shift": "(x - 1) - (x - 1)^2/2",
}
LOG_1_05 = 0.04879016416943
ESTIMATES = {  # the idea behind a wrong estimate beside a right polynomial
    "true_value_instead_of_estimate": LOG_1_05,
    "plugged_in_1_05": 1.05 - 1.05**2 / 2,
    "copied_from_the_root": 1.04875,
    "first_order_only": 0.05,
    "third_order": 0.05 - 0.05**2 / 2 + 0.05**3 / 3,
    "rounded_off": 0.0488,
}


def points(rng):
    """0, some on either side of it, and one beyond −1, where the logarithm itself ends."""
    xs = rng.uniform((0.3, 1.4, -2.4, -0.7), (0.7, 2.1, -1.6, -0.3)).round(2)
    return [{"x": float(x)} for x in (0, *xs)]


def ends_at_minus_one(raised) -> bool:
    """Is it a logarithm that has no value to the left of −1?"""
    no_number = "expected a number" in raised.message or raised.type == "ValueError"
    text = raised.message + raised.line
    return no_number and "log" in text and "cannot be read" not in text


@check("3.4", points=3)
def logarithm(answer, rng):
    return {
        "p2": [formula_of(answer, "p2", **point) for point in points(rng)],
        "est": number_of(answer, "est"),
    }


@logarithm.judge
def _(observation, rng):
    """The polynomial at five x; the estimate to 1e-6, so that the logarithm itself does not pass. After a
    slip in the polynomial, the estimate that follows from it counts."""
    xs, p2, est = points(rng), observation["p2"], observation["est"]
    said, wanted = {}, computed(RIGHT, xs)
    slip = idea_behind(p2, xs, SLIPS.items())
    if close(p2, wanted):
        said["p2"] = True
    elif isinstance(p2, Raised) and ends_at_minus_one(p2):
        said["p2"] = Fault("", "function_itself")
    else:
        idea = slip or idea_behind(p2, xs, OTHERS.items())
        said["p2"] = Fault(first_wrong(p2, wanted, xs), idea)

    if isinstance(est, Raised):
        said["est"] = Fault("it raised an exception")
    elif abs(est - evaluate(RIGHT, x=0.05)) <= 1e-6:
        said["est"] = True
    elif slip and abs(est - evaluate(SLIPS[slip], x=0.05)) <= 1e-6:
        said["est"] = True
    else:
        known = (name for name, value in ESTIMATES.items() if abs(est - value) <= 2e-6)
        idea = next(known, None)
        if idea is None:
            wrong = {**SLIPS, "mixed_up_with_sqrt": OTHERS["mixed_up_with_sqrt"]}
            values = ((name, evaluate(formula, x=0.05)) for name, formula in wrong.items())
            idea = next((name for name, value in values if abs(est - value) <= 2e-6), None)
        said["est"] = Fault("it is not what the polynomial gives", idea)
    return said


for name, sentence, *forms in (
    (
        "forgot_one_half",
        "The ½ is missing: the second derivative at 0 is −1, and Taylor's formula divides it by 2!.",
        {"p2": "x - x^2", "est": 0.0475},
        {"p2": "x - x^2"},
        {"est": 0.0475},
    ),
    (
        "sign",
        "The second derivative of log(1 + x) is −1/(1 + x)²: negative, so the square is subtracted. (The "
        "logarithm bends down.)",
        {"p2": "x + x^2/2", "est": 0.05125},
    ),
    (
        "constant_term_one",
        "The constant term is the value at 0, and log(1 + 0) = log 1 is 0.",
        {"p2": "1 + x - x^2/2", "est": 1.04875},
    ),
    (
        "third_order",
        "That is order 3. It is more precise, and the question is about order 2.",
        {"p2": "x - x^2/2 + x^3/3", "est": 0.04879166666667},
        {"p2": "x - x^2/2 + x^3/3"},
    ),
    (
        "first_order_only",
        "That is order 1, the tangent. One more term, with the second derivative, belongs to it.",
        {"p2": "x", "est": 0.05},
    ),
    (
        "true_value_instead_of_estimate",
        "That is the logarithm itself. The estimate is what the polynomial gives, and it differs in "
        "the fifth "
        "decimal.",
        {"est": LOG_1_05},
        {"est": 0.04879},
    ),
    (
        "rounded_off",
        "Four decimals do not tell the estimate from the logarithm itself, which differs from it in the "
        "fifth. Give all digits.",
        {"est": 0.0488},
    ),
    (
        "plugged_in_1_05",
        "The polynomial was evaluated at 1.05. It is one in x, and 1 + x = 1.05.",
        {"est": 0.49875},
    ),
    (
        "copied_from_the_root",
        "1.04875 is the answer to the root of 1.1. That the two look alike is a coincidence: a "
        "logarithm of a "
        "number close to 1 is close to 0.",
        {"est": 1.04875},
    ),
    (
        "mixed_up_with_sqrt",
        "That is the polynomial of √(1 + x). The derivatives of the logarithm at 0 are 1 and −1.",
        {"p2": "1 + x/2 - x^2/8", "est": 1.0246875},
    ),
    (
        "function_itself",
        "That is the function. Its Taylor polynomial is made of powers of x only.",
        {"p2": "log(1 + x)", "est": LOG_1_05},
        {"p2": "log(x+1)"},
    ),
    (
        "about_one_without_shift",
        "That is the polynomial of log x about 1, in powers of x − 1. Here x is the distance from 1 "
        "already.",
        {"p2": "(x - 1) - (x - 1)^2/2"},
    ),
):
    for number, changed in enumerate(forms):
        values = {"p2": RIGHT, "est": 0.04875} | changed
        source = "\n".join(f"{key} = {value!r}" for key, value in values.items())
        logarithm.misconception(name, sentence, source=source, form=f"{number}" if number else "")


@logarithm.alternative("sympy_series_with_its_rest")
def answer():
    import sympy

    _x = sympy.Symbol("x", real=True)
    p2 = sympy.series(sympy.log(1 + _x), _x, 0, 3)
    est = p2.removeO().subs(_x, sympy.Rational(1, 20))


@logarithm.alternative("lambda_in_float32")
def answer():
    p2 = lambda x: np.float32(x) * (1 - np.float32(x) / 2)
    est = np.float32(0.04875)


@logarithm.alternative("function_and_fraction")
def answer():
    from fractions import Fraction

    def p2(t):
        return t * (2 - t) / 2

    est = Fraction(39, 800)


logarithm.alternative("text", source="p2, est = 'x − ½*x²'.replace('½', '0.5'), '0.05 - 0.05^2/2'")


@logarithm.oracle("derivatives_by_sympy")
def answer():
    import sympy

    _x = sympy.Symbol("x")
    _f = sympy.log(1 + _x)
    p2 = sum(sympy.diff(_f, _x, k).subs(_x, 0) * _x**k / sympy.factorial(k) for k in (1, 2))
    est = p2.subs(_x, sympy.Rational(5, 100))
