"""3.3: √1.1 by a Taylor polynomial, with the bound that Taylor's theorem gives."""

import math

from autograder.check import Fault, check, number_of
from autograder.inside.plain import Raised

NAMES = ("order", "T", "M", "bound", "answer")
HIGHEST = 12


def derivatives_at_one(count):
    """f(1), f'(1), f''(1), … of the square root."""
    found = [1.0]
    for k in range(count):
        found.append(found[-1] * (0.5 - k))
    return found


def near(found, wanted, rtol=1e-5) -> bool:
    return not isinstance(found, Raised) and abs(found - wanted) <= rtol * abs(wanted)


@check("3.3", points=4, weights={"order and T": 2, "M": 3, "bound": 3})
def square_root(answer, rng):
    seen = {name: number_of(answer, name) for name in NAMES[1:]}
    return {
        "order and T": [number_of(answer, "order"), seen["T"]],
        **{name: seen[name] for name in NAMES[2:]},
    }


@square_root.judge
def _(observation, rng):
    """T belongs to the order, which is at least 2. M bounds the next derivative on [1, 1.1] and is at most
    twice as large as needed; the bound follows from the order and from this M, and is below 0.0005. What
    follows from the student's own order and M is right."""
    given, M, bound, answer = (observation[key] for key in ("order and T", "M", "bound", "answer"))
    order, T = (None, None) if isinstance(given, Raised) else given
    whole = order is not None and order == int(order) and 0 <= order <= HIGHEST
    n = int(order) if whole else 2
    of_remainder = whole and n > 2 and all_of_order(n - 1, T, M)
    n -= of_remainder
    f = derivatives_at_one(n + 1)
    terms = [f[k] * 0.1**k / math.factorial(k) for k in range(n + 1)]
    next_term = 0.1 ** (n + 1) / math.factorial(n + 1)
    sup = abs(f[n + 1])

    said = {"order and T": True}
    if order is None:
        said["order and T"] = Fault("it raised an exception")
    elif not whole:
        said["order and T"] = Fault(f"the order is a whole number from 2 to {HIGHEST}")
    elif of_remainder:
        said["order and T"] = Fault("", "order_of_the_remainder")
    elif n < 2:
        said["order and T"] = Fault("", "first_order_only")
    elif not near(T, sum(terms), 1e-9):
        said["order and T"] = Fault(
            f"the polynomial of order {n} has another value at 1.1", wrong_value(T, f, terms)
        )

    if isinstance(M, Raised):
        said["M"] = Fault("it raised an exception")
    elif sup * (1 - 1e-6) <= M <= 2 * sup:
        said["M"] = True
    else:
        said["M"] = Fault(*wrong_M(M, n, f))

    M_or_right = M if not isinstance(M, Raised) and M > 0 else sup
    error = abs(math.sqrt(1.1) - sum(terms))
    if isinstance(bound, Raised):
        said["bound"] = Fault("it raised an exception")
    elif near(bound, M_or_right * next_term, 1e-4) or near(bound, sup * next_term, 1e-4):
        small = bound < 5e-4
        idea = "first_order_only" if n < 2 else None
        said["bound"] = small or Fault(
            "a bound of 0.0005 or more does not settle three decimals", idea
        )
    else:
        said["bound"] = Fault(
            "it is not the bound that the theorem gives for this order and this M",
            wrong_bound(bound, M_or_right, n, f, error),
        )

    near_misses = {1.048: "truncated_answer", 1.05: "first_order_only"}
    if near(answer, 1.049, 1e-9):
        said["answer"] = True
    else:
        idea = near_misses.get(round(answer, 9)) if not isinstance(answer, Raised) else None
        if not isinstance(answer, Raised) and idea is None and abs(answer - 1.0488) < 2e-4:
            idea = "not_rounded"
        said["answer"] = Fault("it is not the root, rounded to three decimals", idea)
    return said


def all_of_order(n, T, M) -> bool:
    """Do the value and M belong to the polynomial of this order?"""
    f = derivatives_at_one(n + 1)
    value = sum(f[k] * 0.1**k / math.factorial(k) for k in range(n + 1))
    return near(T, value, 1e-9) and near(M, abs(f[n + 1]))


def wrong_value(T, f, terms):
    """The idea behind a wrong T of some order."""
    n = len(terms) - 1
    without_factorials = sum(f[k] * 0.1**k for k in range(n + 1))
    if near(T, without_factorials, 1e-9):
        return "forgot_half_in_T2"
    if near(T, sum(abs(term) for term in terms), 1e-9):
        return "signs_do_not_alternate"
    if near(T, math.sqrt(1.1), 1e-9):
        return "true_value_for_T"
    if near(T, sum(terms[:2]), 1e-9):
        return "first_order_only"
    return None


def wrong_M(M, n, f):
    """A sentence and the idea behind a wrong M."""
    sup = abs(f[n + 1])
    if near(M, f[n + 1]):
        return "M bounds a size, so it is not negative", "M_negative"
    if near(abs(M), sup * 1.1 ** (-0.5 - n), 1e-3):
        return "", "M_at_wrong_end"
    if near(abs(M), abs(f[n])) or near(abs(M), abs(f[n]) * 1.1 ** (0.5 - n), 1e-3):
        return "", "bound_from_second_derivative"
    if M < sup:
        return "the next derivative is larger than this M at some point between 1 and 1.1", None
    return "it is more than twice as large as needed", None


def wrong_bound(bound, M, n, f, error):
    """The idea behind a wrong bound."""
    if near(bound, error, 2e-2):
        return "true_error_as_bound"
    if near(bound, M * 0.1 ** (n + 1), 1e-4):
        return "forgot_factorial_in_bound"
    if near(bound, abs(f[n]) * 0.1**n / math.factorial(n), 1e-4) or near(
        bound, M * 0.1**n / math.factorial(n), 1e-4
    ):
        return "bound_from_second_derivative"
    if near(bound, M * 1.1 ** (n + 1) / math.factorial(n + 1), 1e-4):
        return "distance_is_not_1_1"
    return None


RIGHT = {"order": 2, "T": 1.04875, "M": 0.375, "bound": 6.25e-5, "answer": 1.049}
for name, sentence, *forms in (
    (
        "first_order_only",
        "Order 1 is not enough: it gives 1.05, and the theorem allows an error of 0.00125. That does "
        "not settle "
        "three decimals.",
        {"order": 1, "T": 1.05, "M": 0.25, "bound": 0.00125, "answer": 1.05},
        {"T": 1.05},
        {"answer": 1.05},
    ),
    (
        "M_at_wrong_end",
        "The derivative was taken at 1.1, where it is smallest. The unknown ξ may be anywhere in between, "
        "so M has to be the largest value, which is at 1. (With this M the true error exceeds the bound.)",
        {"M": 0.295493, "bound": 4.92489e-05},
        {"M": 0.2955},
    ),
    (
        "forgot_factorial_in_bound",
        "The factorial is missing: the remainder divides by (n + 1)!, as the next term of the "
        "polynomial would.",
        {"bound": 0.000375},
    ),
    (
        "bound_from_second_derivative",
        "The last derivative of the polynomial was used. What is left out begins with the next one: the "
        "remainder of order n has the derivative, the power and the factorial of n + 1.",
        {"M": 0.25, "bound": 0.00125},
        {"M": 0.25, "bound": 0.25 * 0.001 / 6},
        {"bound": 0.00125},
    ),
    (
        "true_error_as_bound",
        "That is the error itself, found by means of the true value. Who knows that needs no bound: the "
        "theorem gives one without it.",
        {"bound": 5.8848e-05},
        {"bound": 5.88e-05},
        {"bound": 5.9e-05},
    ),
    (
        "order_of_the_remainder",
        "The order is that of the polynomial, its highest power. The remainder has the next derivative, "
        "so it is one higher.",
        {"order": 3},
    ),
    (
        "truncated_answer",
        "The digits after the third were cut off. Rounded, 1.0487 and more is 1.049.",
        {"answer": 1.048},
    ),
    (
        "not_rounded",
        "The answer has three decimals: round it. (The bound says that the fourth one is not yet certain.)",
        {"answer": 1.0488},
        {"answer": 1.04875},
        {"answer": 1.0488088},
    ),
    (
        "forgot_half_in_T2",
        "The factorials are missing in T: the second-order term is f″(1)/2 times the square of the "
        "distance.",
        {"T": 1.0475, "answer": 1.048},
        {"T": 1.0475},
    ),
    (
        "signs_do_not_alternate",
        "The second derivative of the root is negative (the curve bends down), so its term is subtracted.",
        {"T": 1.05125, "answer": 1.051},
        {"T": 1.05125},
    ),
    (
        "true_value_for_T",
        "That is the root, from a calculator. T is what the polynomial gives, which is something else.",
        {"T": math.sqrt(1.1)},
    ),
    (
        "M_negative",
        "M bounds the size of the derivative, so it is positive, whatever the sign of the derivative.",
        {"order": 3, "T": 1.0488125, "M": -15 / 16, "bound": 15 / 16 * 1e-4 / 24},
    ),
    (
        "distance_is_not_1_1",
        "The power belongs to the distance from the centre, which is 0.1, not to 1.1.",
        {"bound": 0.375 * 1.1**3 / 6},
    ),
):
    for number, changed in enumerate(forms):
        values = RIGHT | changed
        source = "\n".join(f"{key} = {value!r}" for key, value in values.items())
        form = f"{number}" if number else ""
        square_root.misconception(name, sentence, source=source, form=form)


@square_root.alternative("order_three_in_fractions")
def answer():
    from fractions import Fraction

    _d = Fraction(1, 10)
    order = 3
    T = 1 + _d / 2 - _d**2 / 8 + _d**3 / 16
    M = Fraction(15, 16)
    bound = M * _d**4 / 24
    answer = Fraction(1049, 1000)


@square_root.alternative("a_generous_M_and_sympy_numbers")
def answer():
    import sympy

    order = sympy.Integer(2)
    T = sympy.Rational(839, 800)
    M = 0.4
    bound = sympy.Rational(4, 10) / 6000
    answer = sympy.Rational(1049, 1000)


square_root.alternative(
    "text",
    source="order, T, M, bound, answer = '2', '1 + 0.1/2 - 0.1**2/8', '3/8', '3/8*0.1**3/6', '1.049'",
)


@square_root.oracle("sympy_series_and_maximum")
def answer():
    import sympy

    _x = sympy.Symbol("x", positive=True)
    _f = sympy.sqrt(_x)
    order = 4
    T = _f.series(_x, 1, order + 1).removeO().subs(_x, sympy.Rational(11, 10))
    _next = sympy.Abs(_f.diff(_x, order + 1))
    M = sympy.maximum(_next, _x, sympy.Interval(1, sympy.Rational(11, 10)))
    bound = M * sympy.Rational(1, 10) ** (order + 1) / sympy.factorial(order + 1)
    answer = round(float(sympy.sqrt(sympy.Rational(11, 10)).evalf(25)), 3)
