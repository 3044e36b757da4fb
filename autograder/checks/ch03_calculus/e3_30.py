"""3.30: the central difference quotient, its errors, and its best step."""

import numpy as np

from autograder.check import Fault, attempt, check, number_of, order, written
from utils.answers import number

COMPARED = "the quotients of two functions, compared"


@check("3.30a", points=2, reveal=True, weights={COMPARED: 3})
def central(answer, rng):
    def drawn(*ends):
        return [round(float(rng.uniform(low, high)), 2) for low, high in ends]

    a, b, c = drawn((0.5, 2), (-2, 2), (-2, 2))
    x1, x2, x3, x4 = drawn((1, 2), (0.5, 1), (-1, 1), (0.2, 0.6))
    h1, h2, h3, h4 = drawn((0.2, 0.4), (0.25, 0.45), (0.6, 0.9), (0.8, 0.95))

    def compared():
        """Quotients for exp divided by those for a square: a factor that is common to all cancels."""
        return [
            answer.central(np.exp, x4, h) / answer.central(np.square, x4, h) for h in (h4, 2 * h4)
        ]

    return {
        "a cubic": attempt(answer.central, lambda t: a * t**3 + b * t**2 + c * t, x1, h1),
        "the sine": attempt(answer.central, np.sin, x2, h2),
        "the exponential": attempt(answer.central, np.exp, x3, h3),
        COMPARED: attempt(compared),
    }


QUOTIENT = "(f(x + h) - f(x - h)) / (2 * h)"
central.misconception(
    "forward_difference",
    "That looks to one side only, from x to x + h. The central quotient looks from x − h to x + h.",
    edits={QUOTIENT: "(f(x + h) - f(x)) / h"},
)
central.misconception(
    "divided_by_h",
    "From x − h to x + h it is 2h, and this divides by h: everything is twice too large.",
    edits={QUOTIENT: "(f(x + h) - f(x - h)) / h"},
)
central.misconception(
    "divided_by_h",
    "Without brackets, / 2 * h divides by 2 and then multiplies by h.",
    edits={QUOTIENT: "(f(x + h) - f(x - h)) / 2 * h"},
    form="no brackets",
)
central.misconception(
    "backward_difference",
    "That looks to one side only, from x − h to x. The central quotient looks to both sides.",
    edits={QUOTIENT: "(f(x) - f(x - h)) / h"},
)
central.misconception(
    "half_the_step",
    "These places are x − h/2 and x + h/2. Here h is the distance from x, on either side.",
    edits={QUOTIENT: "(f(x + h / 2) - f(x - h / 2)) / h"},
)
central.misconception(
    "adds_the_values",
    "The two values are added. A slope is a difference of values, divided by a difference of places.",
    edits={QUOTIENT: "(f(x + h) + f(x - h)) / (2 * h)"},
)
central.misconception(
    "sign_reversed",
    "The difference is the wrong way round: the value on the right comes first.",
    edits={QUOTIENT: "(f(x - h) - f(x + h)) / (2 * h)"},
)
central.misconception(
    "ignores_h",
    "This uses a step of its own. The step is the third argument.",
    edits={QUOTIENT: "(f(x + 1e-5) - f(x - 1e-5)) / 2e-5"},
)
central.misconception(
    "extrapolated",
    "That combines two quotients, with h and h/2, to a better one. Asked for is the plain quotient.",
    edits={
        QUOTIENT: "(8 * (f(x + h / 2) - f(x - h / 2)) - (f(x + h) - f(x - h))) / (6 * h)",
    },
)


@central.alternative("mean_of_both_sides")
def central(f, x, h):
    right, left = (f(x + h) - f(x)) / h, (f(x) - f(x - h)) / h
    return (left + right) / 2


@central.alternative("in_float32")
def central(f, x, h):
    values = np.array([f(x - h), f(x + h)], dtype=np.float32)
    return np.diff(values / (2 * h))[0]


@central.alternative("array_of_one")
def central(f, x, h):
    return np.float64(0.5 / h) * (f(x + h) - f(x - h))


@central.oracle("slope_of_the_parabola_through_three_points")
def central(f, x, h):
    # the parabola through the values at x − h, x and x + h has this slope in the middle
    places = np.array([-h, 0.0, h])
    return np.linalg.solve(np.vander(places), [f(x + t) for t in places])[1]


# The errors of four steps ------------------------------------------------------------------------

STEPS = (1e-3, 1e-5, 1e-7, 1e-10)
KEYS = tuple(f"error at h = {h:g}" for h in STEPS)
WINDOWS = ((4.52e-7, 4.54e-7), (3e-12, 2e-10), (1e-12, 2e-8), (1e-9, 5e-5))
BEST = "best_h"


@check("3.30b", points=2, weights={BEST: 2})
def errors(answer, rng):
    def error(k):
        found = list(answer.errors_at_1)
        if len(found) != 4:
            raise ValueError(
                f"errors_at_1 should hold 4 numbers, one for each step, not {len(found)}"
            )
        return number(found[k])

    seen = {key: attempt(error, k) for k, key in enumerate(KEYS)}
    return seen | {BEST: number_of(answer, BEST)}


def in_window(value, k):
    low, high = WINDOWS[k]
    return low <= value <= high


QUOTIENTS = tuple((np.exp(1 + h) - np.exp(1 - h)) / (2 * h) for h in STEPS)
CLOSE = (1e-8, 1e-8, 1e-7, 1e-4)  # rounding differs from library to library
THEORY = tuple(h**2 * np.e / 6 for h in STEPS)
ONE_SIDED = tuple(abs((np.exp(1 + h) - np.e) / h - np.e) for h in STEPS)
ONE_SIDED_BAND = (1.1, 1.1, 3, 30)  # factors
IDEAS_OF_ERRORS = (  # (name, does the value at step k show it?): it is named where all wrong ones do
    ("signed_errors", lambda value, k: in_window(-value, k)),
    ("the_quotients_themselves", lambda value, k: abs(value - QUOTIENTS[k]) < CLOSE[k]),
    ("quotients_twice_too_large", lambda value, k: abs(value + np.e - 2 * QUOTIENTS[k]) < CLOSE[k]),
    ("theory_instead_of_measurement", lambda value, k: k > 1 and abs(value / THEORY[k] - 1) < 0.05),
    ("rounding_without_cancellation", lambda value, k: k > 0 and value == 0),
    ("relative_errors", lambda value, k: k == 0 and in_window(value * np.e, k)),
    ("forward_difference", lambda value, k: 1 / ONE_SIDED_BAND[k] < value / ONE_SIDED[k] < ONE_SIDED_BAND[k]),
    ("computed_in_float32", lambda value, k: (1e-5, 1e-3, 0.1, 0.5)[k] < value < (1e-3, 0.1, 3, 3)[k]),
)  # fmt: skip
IDEAS_OF_STEPS = {
    1e-7: "best_by_luck_1e-7", 1e-10: "smaller_is_better", 1e-3: "larger_is_better",
}  # fmt: skip


@errors.judge
def _(observation, rng):
    """Each error within a window: truncation decides the first, to three digits. Rounding decides the
    others, and it may differ by a few units in the last place from library to library. The best step by
    the median is one of the four, and far ahead of the next; for a quotient that looks to one side (which
    has its own sub-checks) it is another one, and earns its points."""
    values = {k: observation[key] for k, key in enumerate(KEYS)}
    typed = {k: value for k, value in values.items() if isinstance(value, (int, float))}
    wrong = {k: value for k, value in typed.items() if not in_window(value, k)}
    idea = next(
        (name for name, shows in IDEAS_OF_ERRORS if all(shows(v, k) for k, v in wrong.items())),
        None,
    )
    said = {
        key: Fault("it should be a number")
        if k not in typed
        else Fault("", idea)
        if k in wrong
        else True
        for k, key in enumerate(KEYS)
    }
    best = observation[BEST]
    right = (1e-5, 1e-7) if idea == "forward_difference" else (1e-5,)
    if isinstance(best, (int, float)) and any(abs(best / h - 1) < 1e-4 for h in right):
        said[BEST] = True
    elif isinstance(best, (int, float)):
        shown = (name for h, name in IDEAS_OF_STEPS.items() if abs(best / h - 1) < 1e-4)
        said[BEST] = Fault("", next(shown, None))
    else:
        said[BEST] = Fault("it should be one of the four steps")
    return said


RIGHT_ERRORS = (4.5305e-7, 5.8587e-11, 5.8587e-11, 6.7274e-7)
for name, sentence, *forms in (
    (
        "best_by_luck_1e-7",
        "At one place 1e-7 may be as good as its neighbour, by luck. Over many places it is not: look at the "
        "medians.",
        (RIGHT_ERRORS, 1e-7),
    ),
    (
        "smaller_is_better",
        "The shortest step is not the best: two values that agree in nearly all digits leave little of a "
        "difference.",
        (RIGHT_ERRORS, 1e-10),
    ),
    (
        "larger_is_better",
        "That step is too long: the part of the series that is cut off falls with h², and it still "
        "rules here.",
        (RIGHT_ERRORS, 1e-3),
    ),
    (
        "signed_errors",
        "An error is a size and has no sign: take the absolute value of the difference.",
        ((4.5305e-7, 5.8587e-11, 5.8587e-11, -6.7274e-7), 1e-5),
        ((-4.5305e-7, -5.8587e-11, -5.8587e-11, 6.7274e-7), 1e-5),
    ),
    (
        "theory_instead_of_measurement",
        "That is h²e/6, the error of exact arithmetic. Measure: with short steps the computer's rounding is "
        "larger by far.",
        (THEORY, 1e-10),
        (THEORY, 1e-5),
    ),
    (
        "forward_difference",
        "These are errors of a quotient that looks to one side only.",
        (ONE_SIDED, 1e-7),
        (ONE_SIDED, 1e-5),
    ),
    (
        "relative_errors",
        "These errors are divided by e. The error here is the absolute one.",
        (tuple(e / np.e for e in RIGHT_ERRORS), 1e-5),
    ),
    (
        "the_quotients_themselves",
        "These are the quotients. Their errors are the distances from e.",
        ((2.718282281505724, 2.718281828517632, 2.7182818285176, 2.7182811557224), 1e-5),
    ),
    (
        "quotients_twice_too_large",
        "The quotients behind these errors are twice too large: from x − h to x + h it is 2h.",
        ([2 * q - np.e for q in QUOTIENTS], 1e-5),
        ([2 * q - np.e for q in QUOTIENTS], 1e-10),
    ),
    (
        "computed_in_float32",
        "These errors are so large that they come from float32. Compute with float64, NumPy's usual type.",
        ((7.2e-5, 0.0122, 1.526, 2.718), 1e-3),
    ),
    (
        "rounding_without_cancellation",
        "No error is exactly 0 here. Were the numbers rounded before they were subtracted?",
        ((4.53e-7, 0.0, 0.0, 6.73e-7), 1e-5),
    ),
):  # fmt: skip
    for number_of_form, (four, step) in enumerate(forms, start=1):
        four = [float(one) for one in four]
        source = f"errors_at_1 = {four!r}\nbest_h = {step!r}"
        form = "" if number_of_form == 1 else f"{number_of_form}"
        errors.misconception(name, sentence, source=source, form=form)


@errors.alternative("with_math_and_loops")
def answer():
    import math
    from statistics import median

    def _error(x, h):
        return abs((math.exp(x + h) - math.exp(x - h)) / (2 * h) - math.exp(x))

    def median_error(h):
        return median(_error(0.5 + k / 1000, h) for k in range(1001))

    errors_at_1 = tuple(_error(1.0, h) for h in steps)
    best_h = sorted((median_error(h), h) for h in steps)[0][1]


@errors.alternative("array_and_relative_medians")
def answer():
    errors_at_1 = np.abs([central(np.exp, 1.0, h) - np.exp(1.0) for h in steps])

    def median_error(h):
        return np.median(np.abs(central(np.exp, many_points, h) / np.exp(many_points) - 1))

    best_h = np.float64(steps[int(np.argmin([median_error(h) for h in steps]))])


@errors.oracle("rounded_at_30_digits")
def answer():
    # the values of exp at 30 digits, rounded to float64 once each
    import sympy

    def _error(x, h):
        right, left = (float(sympy.exp(sympy.Rational(at)).evalf(30)) for at in (x + h, x - h))
        slope = sympy.Rational(right - left) / sympy.Rational(2 * h)
        return float(abs(slope - sympy.exp(sympy.Rational(x))).evalf(30))

    errors_at_1 = [_error(1.0, h) for h in steps]
    _median = {h: np.median([_error(x, h) for x in np.linspace(0.5, 1.5, 11)]) for h in steps}
    best_h = min(_median, key=_median.get)


# The best step of all ------------------------------------------------------------------------------


@check("3.30c", points=1)
def best_step(answer, rng):
    return {"h_opt": number_of(answer, "h_opt")}


RANGE = (1e-6, 3e-5)
IDEAS_OF_BEST = (
    ("sqrt_eps_rule_of_forward_difference", 5e-9, 5e-8),
    ("smaller_is_better", 0, 1e-12),
    ("fourth_power_of_a_better_formula", 2e-4, 2e-3),
    ("best_step_of_float32", 2e-3, 2e-2),
)


@best_step.judge
def _(observation, rng):
    """The median error over [0.5, 1.5] is smallest near 7e-6 and flat around it: from 1e-6 to 3e-5 it
    stays within a factor of ten or so."""
    value = observation["h_opt"]
    if not isinstance(value, (int, float)):
        return {"h_opt": Fault("it should be a number")}
    if RANGE[0] <= value <= RANGE[1]:
        return {"h_opt": True}
    shown = (name for name, low, high in IDEAS_OF_BEST if low < value <= high)
    return {"h_opt": Fault("", next(shown, None))}


for name, sentence, *values in (
    (
        "sqrt_eps_rule_of_forward_difference",
        "The square root of the rounding unit belongs to the quotient that looks to one side, "
        "whose error falls "
        "with h and not with h².",
        "2.0**-26", "2.0**-26.5",
    ),
    (
        "smaller_is_better",
        "With so short a step the two values hardly differ in any digit that the computer keeps.",
        "2.0**-53", "1e-15", "1e-12",
    ),
    (
        "fourth_power_of_a_better_formula",
        "That is too long: it would be the best step if the error fell with h⁴. Here it falls with h².",
        "1e-3", "(2.0**-53)**0.2",
    ),
    (
        "best_step_of_float32",
        "That would be the best step for numbers with seven digits, float32. Here they have sixteen.",
        "(3 * 2.0**-24)**(1 / 3)",
    ),
):  # fmt: skip
    for number_of_form, value in enumerate(values, start=1):
        form = "" if number_of_form == 1 else f"{number_of_form}"
        best_step.misconception(name, sentence, source=f"h_opt = {value}", form=form)

best_step.alternative("one_digit", source="h_opt = 1e-5")
best_step.alternative("cube_root_of_epsilon", source="h_opt = np.cbrt(np.finfo(float).eps)")


@best_step.oracle("measured_over_many_steps")
def answer():
    _steps = np.logspace(-9, -2, 71)
    _medians = [
        np.median(np.abs((np.exp(many_points + h) - np.exp(many_points - h)) / (2 * h) - np.exp(many_points)))
        for h in _steps
    ]  # fmt: skip
    h_opt = _steps[int(np.argmin(_medians))]


# The derivation ------------------------------------------------------------------------------------

derivation = order(
    "3.30-derivation",
    "derivation",
    "abcdefgh",
    right="becadf",
    points=1,
    bonus=True,
    before={
        "subtracts_before_expanding": (
            "The series are subtracted before they are written down.",
            "be",
        ),
        "adds_before_both_are_known": (
            "The two errors are added before both of them are known.",
            "ea",
            "ca",
        ),
        "minimises_before_adding": (
            "What is made smallest is the sum of the errors, so the sum has to stand there first.",
            "ad",
        ),
        "solves_before_the_equation": (
            "The equation is solved before it stands there.",
            "df",
        ),
    },
    false={
        "g": (
            "forgets_that_even_powers_cancel",
            "h²f″/2 has the same sign in both series, so it vanishes in the difference. h·f″/2 is "
            "the error of "
            "the quotient that looks to one side.",
        ),
        "h": (
            "rounding_is_not_divided",
            "The rounding of the values is divided by 2h like everything else in the numerator: "
            "that is why short "
            "steps hurt.",
        ),
    },
    missing=(
        "a_source_of_error_left_out",
        "A card is missing. There are two sources of error, and each needs its cards.",
        "beadf", "becaf", "becad",
    ),
)  # fmt: skip


@derivation.oracle("from_what_each_card_needs")
def answer():
    # each true card with what it needs and what it gives; take whatever can be taken
    _cards = {
        "B": (set(), "series"), "E": ({"series"}, "cut off"), "C": (set(), "rounding"),
        "A": ({"cut off", "rounding"}, "sum"), "D": ({"sum"}, "equation"), "F": ({"equation"}, "step"),
    }  # fmt: skip
    derivation, _known = "", set()
    while len(derivation) < len(_cards):
        _next = next(
            c for c, (needs, _) in _cards.items() if c not in derivation and needs <= _known
        )
        derivation += _next
        _known.add(_cards[_next][1])


written(
    "3.30-written",
    rubric=[
        (0.5, "Long steps: the truncated series, h²f‴/6, even in exact arithmetic."),
        (0.5, "Short steps: digits cancel, rounding u|f| is divided by h."),
        (0.5, "Says that the best step is where both are about equal, and of which order it is."),
        (0.5, "About ten or eleven digits are right at best (u to the power 2/3)."),
    ],
)
