"""3.1: three derivatives from the limit of the difference quotient."""

import numpy as np

from autograder.check import Fault, check, formula_of, number_of
from autograder.checks.ch03_calculus.formulas_at_points import (
    close,
    computed,
    first_wrong,
    idea_behind,
)
from autograder.inside.plain import Raised

NOT_ZERO, AT_ZERO = "where h is not 0", "at h = 0"


def points_of(quotient, rng):
    """Nine (x, h), and three x: of (a) on either side of 0 and across it, of (b) to the right of 0."""
    xs = rng.uniform((0.6, 1.4, 2.6), (0.9, 1.9, 3.4)).round(2)
    hs = rng.uniform((0.2, 1.1, 2.1), (0.6, 1.6, 2.9)).round(2)
    if quotient == "quot_a":
        xs[1], hs[1] = -xs[1], -hs[1]
    pairs = [{"x": float(x), "h": float(h)} for x in xs for h in hs]
    return pairs, [{"x": float(x)} for x in xs]


def observed(answer, rng, quotient, derivative):
    pairs, xs = points_of(quotient, rng)
    return {
        f"{quotient} {NOT_ZERO}": [formula_of(answer, quotient, **pair) for pair in pairs],
        f"{quotient} {AT_ZERO}": [formula_of(answer, quotient, **x, h=0.0) for x in xs],
        derivative: [formula_of(answer, derivative, **x) for x in xs],
    }


def judged(observation, rng, quotient, derivative, right, slope, sign, ideas):
    """Compare with the right formulas. A sign that is wrong throughout costs the quotient alone."""
    pairs, xs = points_of(quotient, rng)
    at_zero = [{**x, "h": 0.0} for x in xs]
    away, limit, found = observation.values()
    wanted = computed(right, pairs), computed(slope, xs)
    lost_sign = close(away, -wanted[0])
    for_quotient = [(idea, quot) for idea, _, *forms in ideas for quot, _ in forms]
    for_slope = [(idea, fp) for idea, _, *forms in ideas for _, fp in forms]

    said = {}
    if close(away, wanted[0]):
        said[f"{quotient} {NOT_ZERO}"] = True
    elif lost_sign:
        said[f"{quotient} {NOT_ZERO}"] = Fault("", sign)
    else:
        first = first_wrong(away, wanted[0], pairs)
        said[f"{quotient} {NOT_ZERO}"] = Fault(first, idea_behind(away, pairs, for_quotient))

    if close(limit, wanted[1]) or (lost_sign and close(limit, -wanted[1])):
        said[f"{quotient} {AT_ZERO}"] = True
    elif isinstance(limit, Raised) and close(away, wanted[0]):
        said[f"{quotient} {AT_ZERO}"] = Fault("", "quotient_not_cancelled")
    else:
        idea = idea_behind(limit, at_zero, for_quotient)
        said[f"{quotient} {AT_ZERO}"] = Fault(first_wrong(limit, wanted[1], at_zero), idea)

    if close(found, wanted[1]) or (lost_sign and close(found, -wanted[1])):
        said[derivative] = True
    else:
        fault = Fault(first_wrong(found, wanted[1], xs), idea_behind(found, xs, for_slope))
        said[derivative] = fault
    return said


def furnish(made, quotient, derivative, ideas):
    """Register the ideas: (name, sentence, (quotient, derivative), …)."""
    for name, sentence, *forms in ideas:
        for number, (quot, fp) in enumerate(forms):
            source = f"{quotient} = {quot!r}\n{derivative} = {fp!r}"
            made.misconception(name, sentence, source=source, form=f"{number}" if number else "")


# (a) -------------------------------------------------------------------------------------------

RIGHT_A, SLOPE_A = "-1/(x (x + h))", "-1/x^2"
IDEAS_A = (
    (
        "quotient_not_cancelled",
        "For h ≠ 0 the quotient is right, but at h = 0 it is still 0/0: the limit has not been "
        "taken. Bring "
        "both fractions to one denominator, and the h below cancels.",
        ("(1/(x + h) - 1/x)/h", SLOPE_A),
    ),
    (
        "limit_taken_too_early",
        "This is the derivative already. The quotient still depends on h, and only its limit does not.",
        (SLOPE_A, SLOPE_A),
    ),
    (
        "sign_lost_in_a",
        "The minus got lost: 1/(x + h) − 1/x has x − (x + h) = −h above the bar. And 1/x is falling, "
        "so its "
        "slope is negative.",
        ("1/(x (x + h))", "1/x^2"),
        (RIGHT_A, "1/x^2"),
    ),
    (
        "not_divided_by_h",
        "That is f(x + h) − f(x). The quotient divides it by h.",
        ("-h/(x (x + h))", SLOPE_A),
    ),
    (
        "subtracts_the_denominators",
        "Fractions are not subtracted below the bar: 1/(x + h) − 1/x needs the common denominator "
        "x(x + h).",
        ("1/h^2", SLOPE_A),
    ),
    (
        "steps_to_the_left",
        "Below the bar stands x − h. The quotient takes a step to x + h.",
        ("-1/(x (x - h))", SLOPE_A),
    ),
    (
        "exponent_not_lowered",
        "The quotient at h = 0 is the derivative: there are two factors x below the bar.",
        (RIGHT_A, "-1/x"),
    ),
)  # fmt: skip


@check("3.1a", points=1.5, weights={f"quot_a {NOT_ZERO}": 2, f"quot_a {AT_ZERO}": 3})
def reciprocal(answer, rng):
    return observed(answer, rng, "quot_a", "fp_a")


@reciprocal.judge
def _(observation, rng):
    """The quotient at nine (x, h); its value at h = 0, which proves that the h below is gone; and the
    derivative. A minus that is lost everywhere is one slip."""
    return judged(observation, rng, "quot_a", "fp_a", RIGHT_A, SLOPE_A, "sign_lost_in_a", IDEAS_A)


furnish(reciprocal, "quot_a", "fp_a", IDEAS_A)


@reciprocal.alternative("sympy_with_assumptions")
def answer():
    import sympy

    _x, _h = sympy.symbols("x h", real=True, nonzero=True)
    quot_a = sympy.cancel((1 / (_x + _h) - 1 / _x) / _h)
    fp_a = -(_x ** sympy.Integer(-2))


@reciprocal.alternative("functions")
def answer():
    quot_a = lambda h, x: np.float32(-1) / (x * x + h * x)

    def fp_a(t):
        return -(t**-2)


reciprocal.alternative("another_form", source="quot_a = '-(x² + h·x)^(-1)'\nfp_a = '−x^(-2)'")


@reciprocal.oracle("sympy_limit")
def answer():
    import sympy

    _x, _h = sympy.symbols("x h")
    quot_a = sympy.simplify((1 / (_x + _h) - 1 / _x) / _h)
    fp_a = sympy.limit((1 / (_x + _h) - 1 / _x) / _h, _h, 0)


# (b) -------------------------------------------------------------------------------------------

RIGHT_B, SLOPE_B = "1/(sqrt(x + h) + sqrt(x))", "1/(2 sqrt(x))"
IDEAS_B = (
    (
        "quotient_not_cancelled",
        "For h ≠ 0 the quotient is right, but at h = 0 it is still 0/0: the limit has not been "
        "taken. Multiply "
        "above and below by the sum of the roots, and the h below cancels.",
        ("(sqrt(x + h) - sqrt(x))/h", SLOPE_B),
    ),
    (
        "limit_taken_too_early",
        "This is the derivative already. The quotient still depends on h, and only its limit does not.",
        (SLOPE_B, SLOPE_B),
    ),
    (
        "wrong_conjugate",
        "Below the bar stands the difference of the roots. What was multiplied by is their sum: "
        "(√p − √q)(√p + √q) = p − q.",
        ("1/(sqrt(x + h) - sqrt(x))", SLOPE_B),
    ),
    (
        "upside_down",
        "The sum of the roots belongs below the bar: the h above cancels, and a 1 is left there.",
        ("sqrt(x + h) + sqrt(x)", SLOPE_B),
        ("sqrt(x + h) + sqrt(x)", "2 sqrt(x)"),
    ),
    (
        "multiplies_the_top_only",
        "Multiplying above the bar gives h, but then the sum of the roots has to stand below as well.",
        ("1 + 0 x + 0 h", SLOPE_B),
    ),
    (
        "splits_the_root_of_a_sum",
        "√(x + h) is not √x + √h: the root of a sum cannot be taken term by term.",
        ("1/sqrt(h)", SLOPE_B),
    ),
    (
        "derivative_at_the_far_end",
        "That is the derivative at x + h. The secant lies between the slopes at its two ends.",
        ("1/(2 sqrt(x + h))", SLOPE_B),
    ),
    (
        "roots_exchanged",
        "The two roots of the difference were exchanged, which turns the sign: √x is growing, so the "
        "quotient is positive.",
        ("-1/(sqrt(x + h) + sqrt(x))", "-1/(2 sqrt(x))"),
        (RIGHT_B, "-1/(2 sqrt(x))"),
    ),
    (
        "lost_the_two",
        "At h = 0 both roots below the bar are √x, and there are two of them.",
        (RIGHT_B, "1/sqrt(x)"),
    ),
    (
        "exponent_not_lowered",
        "The root belongs below the bar: look at your quotient at h = 0.",
        (RIGHT_B, "sqrt(x)/2"),
    ),
)  # fmt: skip


@check("3.1b", points=1.5, weights={f"quot_b {NOT_ZERO}": 2, f"quot_b {AT_ZERO}": 3})
def root(answer, rng):
    return observed(answer, rng, "quot_b", "fp_b")


@root.judge
def _(observation, rng):
    """As for (a)."""
    return judged(observation, rng, "quot_b", "fp_b", RIGHT_B, SLOPE_B, "roots_exchanged", IDEAS_B)


furnish(root, "quot_b", "fp_b", IDEAS_B)


@root.alternative("sympy_with_positive_symbols")
def answer():
    import sympy

    _x, _h = sympy.symbols("x h", positive=True)
    quot_b = 1 / (sympy.sqrt(_x + _h) + sympy.sqrt(_x))
    fp_b = _x ** sympy.Rational(-1, 2) / 2


@root.alternative("functions")
def answer():
    import math

    def quot_b(x, h):
        return 1 / (math.sqrt(x + h) + x**0.5)

    fp_b = lambda x: np.float32(0.5) / np.sqrt(np.float32(x))


root.alternative(
    "another_form", source="quot_b = '((x+h)^(1/2) + x^0.5)^-1'\nfp_b = '0.5 x^(-1/2)'"
)


@root.oracle("sympy_limit")
def answer():
    import sympy

    _x, _h = sympy.symbols("x h", positive=True)
    _raw = (sympy.sqrt(_x + _h) - sympy.sqrt(_x)) / _h
    quot_b = 1 / (sympy.radsimp(1 / _raw))
    quot_b = sympy.simplify(
        sympy.expand(
            (sympy.sqrt(_x + _h) - sympy.sqrt(_x)) * (sympy.sqrt(_x + _h) + sympy.sqrt(_x))
        )
        / _h
    ) / (sympy.sqrt(_x + _h) + sympy.sqrt(_x))
    fp_b = sympy.limit(_raw, _h, 0)


# (c) -------------------------------------------------------------------------------------------

FACTOR, SLOPE_C = "(exp(2h) - 1)/h", "2 exp(2x)"
IDEAS_C = (  # name, sentence, (factor, limit, derivative), …
    (
        "power_rule_on_exponential",
        "The power rule is for a power of x, with a fixed exponent. Here x is the exponent, and the limit "
        "says: the function stays, and is multiplied by the limit of the factor.",
        (FACTOR, 2, "2x exp(2x - 1)"),
        (FACTOR, 2, "x exp(2x - 1)"),
        (FACTOR, 2, "2x exp(x - 1)"),
    ),
    (
        "forgot_inner_derivative",
        "The inner 2 is missing. (eᵗ − 1)/t goes to 1, but here t = 2h stands above and h below: "
        "that is twice "
        "as much.",
        (FACTOR, 1, "exp(2x)"),
        (FACTOR, 2, "exp(2x)"),
        (FACTOR, 1, SLOPE_C),
        ("(exp(h) - 1)/h", 1, "exp(2x)"),
    ),
    (
        "limit_taken_too_early",
        "This is the limit of the factor already. For h ≠ 0 the factor still depends on h.",
        ("2 + 0h", 2, SLOPE_C),
    ),
    (
        "x_left_in_the_factor",
        "An x is left in the factor. e^(2x) is taken out of both terms and stands in front.",
        ("exp(2x) (exp(2h) - 1)/h", 2, SLOPE_C),
        ("(exp(2(x + h)) - exp(2x))/h", 2, SLOPE_C),
    ),
    (
        "zero_over_zero_is_zero",
        "Above the bar the limit is 0, but below it is 0 as well. 0/0 may be anything; here the "
        "known limit "
        "decides.",
        (FACTOR, 0, "0 x"),
    ),
    (
        "not_divided_by_h",
        "The quotient divides by h, and so the factor does.",
        ("exp(2h) - 1", 2, SLOPE_C),
    ),
    (
        "two_taken_twice",
        "The factor 2 stands in the derivative twice. It comes once, from the inner function.",
        (FACTOR, 2, "4 exp(2x)"),
        (FACTOR, 4, "4 exp(2x)"),
    ),
)  # fmt: skip


def places_of_c(rng):
    hs = rng.uniform((-1.4, -0.5, 0.3, 1.1), (-0.9, -0.2, 0.6, 1.5)).round(2)
    xs = rng.uniform((-0.9, 0.2, 0.8), (-0.4, 0.4, 1.3)).round(2)
    return [{"h": float(h)} for h in hs], [{"x": float(x)} for x in xs]


@check("3.1c", points=1)
def exponential(answer, rng):
    hs, xs = places_of_c(rng)
    return {
        "c_factor": [formula_of(answer, "c_factor", **h) for h in hs],
        "c_limit": number_of(answer, "c_limit"),
        "fp_c": [formula_of(answer, "fp_c", **x) for x in xs],
    }


@exponential.judge
def _(observation, rng):
    """The factor at four h, the limit, and the derivative at three x: the right one, or e^(2x) times the
    limit that was given, unless that is 0."""
    hs, xs = places_of_c(rng)
    factor, limit, slope = observation.values()
    factors = [(idea, one) for idea, _, *forms in IDEAS_C for one, _, _ in forms]
    slopes = [(idea, one) for idea, _, *forms in IDEAS_C for _, _, one in forms]
    limits = {0: "zero_over_zero_is_zero", 1: "forgot_inner_derivative", 4: "two_taken_twice"}
    said = {}

    wanted = computed(FACTOR, hs)
    if isinstance(factor, Raised) and "contains x" in factor.message:
        said["c_factor"] = Fault("", "x_left_in_the_factor")
    else:
        fault = Fault(first_wrong(factor, wanted, hs), idea_behind(factor, hs, factors))
        said["c_factor"] = close(factor, wanted) or fault

    is_number = not isinstance(limit, Raised)
    fault = Fault("that is not the limit of the factor", limits.get(limit) if is_number else None)
    said["c_limit"] = close(limit, 2) or fault

    wanted = computed(SLOPE_C, xs)
    follows = is_number and limit != 0 and close(slope, limit * wanted / 2)
    fault = Fault(first_wrong(slope, wanted, xs), idea_behind(slope, xs, slopes))
    said["fp_c"] = close(slope, wanted) or follows or fault
    return said


for name, sentence, *forms in IDEAS_C:
    for number, (factor, limit, slope) in enumerate(forms):
        exponential.misconception(
            name,
            sentence,
            source=f"c_factor, c_limit, fp_c = {factor!r}, {limit!r}, {slope!r}",
            form=f"{number}" if number else "",
        )


@exponential.alternative("sympy")
def answer():
    import sympy

    _x, _h = sympy.symbols("x h", positive=True)
    c_factor = 2 * sympy.exp(_h) * sympy.sinh(_h) / _h
    c_limit = sympy.Integer(2)
    fp_c = 2 * sympy.exp(_x) ** 2


@exponential.alternative("functions_and_an_array")
def answer():
    import math

    c_factor = lambda h: math.expm1(2 * h) / h
    c_limit = np.float32(2)

    def fp_c(x):
        return np.array([2 * np.exp(2 * x)])


exponential.alternative("text", source="c_factor, c_limit, fp_c = '(e^(2h) - 1)/h', '2', '2e^(2x)'")


@exponential.oracle("sympy_limit")
def answer():
    import sympy

    _x, _h = sympy.symbols("x h")
    _raw = (sympy.exp(2 * (_x + _h)) - sympy.exp(2 * _x)) / _h
    c_factor = sympy.simplify(_raw.subs(_x, 0))
    c_limit = sympy.limit(c_factor, _h, 0)
    fp_c = sympy.limit(_raw, _h, 0)
