"""3.5: a bound on the derivative bounds what the function does; the proof, and what it needs."""

import math

import numpy as np

from autograder.check import Fault, attempt, check, numbers, order, written
from autograder.checks.ch06_networks.as_numbers import as_number

proof = order(
    "3.5a",
    "proof_order",
    "abcdefgh",
    right="abcde",
    points=2,
    before={
        "mvt_before_its_hypotheses": (
            "The mean value theorem is used before its hypotheses are there: first f has to be continuous "
            "on [x, y] and differentiable inside, and it has to be said which of the two points is "
            "on the left.",
            "bc",
            "ac",
        ),
        "uses_c_before_it_exists": (
            "The place c appears before the line that provides it.",
            "cd",
            "ce",
        ),
        "bounds_before_absolute_values": (
            "The bound is one on |f′(c)|, so the absolute values have to be taken first.",
            "de",
        ),
    },
    false={
        "f": (
            "continuity_of_fprime_assumed",
            "One line assumes that f′ is continuous. That is not given, and 3.2 shows a function for "
            "which it is "
            "false.",
        ),
        "g": (
            "ftc_instead_of_mvt",
            "The fundamental theorem needs an f′ that can be integrated. All that is given is that "
            "f′ exists.",
        ),
        "h": (
            "ivt_instead_of_mvt",
            "The intermediate value theorem is about values of f. The line wants a slope, and for that it "
            "takes the mean value theorem.",
        ),
    },
    missing=(
        "leaves_out_a_line",
        "A line of the proof is missing. Ask of every line what it rests on, and of the last one whether it "
        "is the claim.",
        "acde",
        "bcde",
        "abce",
        "abcd",
    ),
    orders={
        "begins_with_the_claim": (
            "The lines run backwards, from the claim to its reasons. That is how one finds a proof; it is "
            "written the other way round.",
            "edcba",
        ),
    },
)
proof.alternative("hypotheses_first", source="proof_order = 'BACDE'")


@proof.oracle("what_each_line_uses")
def answer():
    from graphlib import TopologicalSorter

    _uses = {"C": {"A", "B"}, "D": {"C"}, "E": {"D"}}
    proof_order = list(TopologicalSorter(_uses).static_order())


# the place c -------------------------------------------------------------------------------------------


@check("3.5b", points=1, reveal=True)
def places(answer, rng):
    def c(name, x, y):
        return as_number(getattr(answer, name)(x, y))

    low = rng.uniform((0.3, 0.5, 0.4), (0.9, 1.1, 0.8)).round(2)
    high = rng.uniform((1.9, 2.4, 3.1), (2.2, 3.0, 3.9)).round(2)
    pairs = [(float(x), float(y)) for x, y in zip(low, high)]
    pairs[1] = pairs[1][::-1]  # the larger one first
    signed = [(-x, y) for x, y in pairs]
    return {
        "c_square": [attempt(c, "c_square", x, y) for x, y in pairs + signed],
        "c_recip": [attempt(c, "c_recip", x, y) for x, y in pairs],
        "c_exp": [attempt(c, "c_exp", x, y) for x, y in pairs + signed],
    }


RECIP, EXP = "math.sqrt(x * y)", "math.log((math.exp(x) - math.exp(y)) / (x - y))"
places.misconception(
    "midpoint_for_everything",
    "c is not always in the middle: that is so for t². Write down f′(c) = (f(y) − f(x))/(y − x) for each "
    "function, and solve it.",
    edits={RECIP: "(x + y) / 2", EXP: "(x + y) / 2"},
)
places.misconception(
    "gives_the_slope",
    "That is the slope of the chord. c is the place where f′ has this value: one more equation to solve.",
    edits={
        "return (x + y) / 2": "return x + y",
        RECIP: "-1 / (x * y)",
        EXP: EXP.removeprefix("math.log(").removesuffix(")"),
    },
)
places.misconception(
    "wrong_root",
    "c² = xy has two roots, and c lies between x and y: with positive numbers it is the positive one.",
    edits={RECIP: "-" + RECIP},
)
places.misconception(
    "harmonic_mean",
    "2xy/(x + y) is another mean. The slope of the chord is −1/(xy), so c² = xy.",
    edits={RECIP: "2 * x * y / (x + y)"},
)
places.misconception(
    "root_forgotten",
    "That is c². The equation is −1/c² = −1/(xy).",
    edits={RECIP: "x * y"},
)
places.misconception(
    "logarithm_forgotten",
    "That is e^c. The logarithm of it is c.",
    edits={EXP: EXP.removeprefix("math.log(").removesuffix(")")},
)
places.misconception(
    "difference_not_divided",
    "That is the logarithm of a difference. The slope of the chord is the difference divided by y − x.",
    edits={EXP: "math.log(abs(math.exp(x) - math.exp(y)))"},
)
places.misconception(
    "geometric_mean_for_exp",
    "The root of a product is the c of 1/t. For e^t the equation is e^c = (e^x − e^y)/(x − y).",
    edits={EXP: "math.sqrt(abs(x * y))"},
)
places.misconception(
    "half_the_difference",
    "That is half the distance from x to y. For t² the slope of the chord is x + y, and 2c is the same.",
    edits={"return (x + y) / 2": "return (y - x) / 2"},
)


@places.alternative("with_numpy_in_float32")
def answer():
    def c_square(x, y):
        return np.float32(x) + np.float32(y - x) / 2

    def c_recip(x, y):
        return np.sqrt(np.float32(x) * np.float32(y))

    def c_exp(x, y):
        return np.log(np.expm1(y - x) / (y - x)) + x


@places.alternative("search_between_the_ends")
def answer():
    def _search(f, slope, x, y):
        low, high, wanted = min(x, y), max(x, y), (f(y) - f(x)) / (y - x)
        for _ in range(60):
            middle = (low + high) / 2
            if slope(middle) < wanted:  # the slopes of all three functions grow
                low = middle
            else:
                high = middle
        return low

    c_square = lambda x, y: _search(lambda t: t * t, lambda t: 2 * t, x, y)
    c_recip = lambda x, y: _search(lambda t: 1 / t, lambda t: -1 / t**2, x, y)
    c_exp = lambda x, y: _search(math.exp, math.exp, x, y)


@places.oracle("sympy_solutions_between_the_ends")
def answer():
    import sympy

    _c, _x, _y = sympy.symbols("c x y", positive=True)

    def _solved(f):
        chord = (f(_y) - f(_x)) / (_y - _x)
        return sympy.solve(sympy.diff(f(_c), _c) - chord, _c)

    def _between(found):
        def c(x, y):
            at = {_x: sympy.Float(x, 25), _y: sympy.Float(y, 25)}
            all_c = [complex(one.subs(at).evalf(25)).real for one in found]
            (one,) = [c for c in all_c if min(x, y) < c < max(x, y)]
            return one

        return c

    _real_c = sympy.Symbol("c", real=True)
    c_square = _between(sympy.solve(2 * _real_c - (_y**2 - _x**2) / (_y - _x), _real_c))
    c_recip = _between(_solved(lambda t: 1 / t))
    c_exp = _between([sympy.log((sympy.exp(_y) - sympy.exp(_x)) / (_y - _x))])


# the smallest M ----------------------------------------------------------------------------------------

ROOT = "sqrt_on_0_1_has_M"


def of_the_root(observation):
    value = observation[ROOT]
    said = value.strip().casefold() if isinstance(value, str) else value
    words = {"false": False, "no": False, "true": True, "yes": True}
    said = words.get(said, said) if isinstance(said, str) else said
    if isinstance(said, (bool, int, float)) and said == 0:
        return True
    if isinstance(said, (bool, int, float)) and said == 1:
        return Fault("", "sqrt_claimed_lipschitz")
    return Fault("the answer is True or False")


constants = numbers(
    "3.5c",
    points=0.5,
    right={"M_sin_on_R": 1, "M_square_on_m1_3": 6},
    rules={ROOT: of_the_root},
    ideas={
        "M_is_max_of_f": (
            "That is the largest value of the function. M bounds its slope, |2x| for x².",
            {"M_square_on_m1_3": 9},
        ),
        "M_at_left_end": (
            "That is the slope at the left end (and of the chord from end to end). M has to be large "
            "enough for "
            "every pair of points: where is the function steepest?",
            {"M_square_on_m1_3": 2},
        ),
        "forgot_the_two": (
            "3 is the largest |x|. The derivative of x² is 2x.",
            {"M_square_on_m1_3": 3},
        ),
        "adds_the_slopes": (
            "The slopes at the two ends were added, or the range of the slopes was taken. M is the largest "
            "size of a single slope.",
            {"M_square_on_m1_3": (8, 4)},
        ),
        "range_of_the_sine": (
            "2 is the distance from the lowest to the highest value of the sine. M bounds its slope, "
            "|cos x|.",
            {"M_sin_on_R": 2},
        ),
        "slope_without_a_sign": (
            "At the top of the sine the slope is 0. M has to hold everywhere, so it is the largest "
            "|cos x|.",
            {"M_sin_on_R": 0},
        ),
        "sqrt_claimed_lipschitz": (
            "The root has bounded values on (0, 1), but its slope 1/(2√x) has no bound there: close "
            "to 0 it "
            "exceeds every M.",
            {ROOT: True},
        ),
    },
)
constants.alternative("zero_for_false", source=f"{ROOT} = 0")
constants.alternative("numpy_false", source=f"import numpy\n\n{ROOT} = numpy.bool_(False)")


@constants.oracle("steepest_chords_on_a_grid")
def answer():
    def _steepest(f, low, high, count=20001):
        t = np.linspace(low, high, count)
        return np.max(np.abs(np.diff(f(t)) / np.diff(t)))

    M_sin_on_R = _steepest(np.sin, -7, 7)
    M_square_on_m1_3 = _steepest(np.square, -1, 3, 200001)
    _closer = [_steepest(np.sqrt, 10.0**-k, 1, 100001) for k in (2, 4, 6)]
    sqrt_on_0_1_has_M = bool(_closer[2] < 1.1 * _closer[0])


# two pieces --------------------------------------------------------------------------------------------

WITNESS = "the counter-example"


def samples(rng):
    """Places in (0, 1) and in (2, 3), some of them close to the ends."""
    inner = np.sort(rng.uniform(0.02, 0.98, 7)).round(4)
    inside = [0.0005, *inner.tolist(), 0.9995]
    return inside, [round(2 + float(x), 4) for x in inside]


@check("3.5d", points=0.5)
def pieces(answer, rng):
    def value(x):
        return as_number(answer.broken(x))

    left, right = samples(rng)
    return {WITNESS: {f"x = {x}": attempt(value, x) for x in left + right}}


@pieces.judge
def _(observation, rng):
    """One value on (0, 1), another one on (2, 3): with the derivative 0 nothing else is possible."""
    found = observation[WITNESS]
    left, right = samples(rng)
    try:
        values = [
            np.array([found[f"x = {x}"] for x in piece], dtype=float) for piece in (left, right)
        ]
    except (KeyError, TypeError, ValueError):
        return {WITNESS: Fault("it has no number for some of the places in (0, 1) and (2, 3)")}
    if not np.all(np.isfinite(values)):
        return {WITNESS: Fault("it gives a value that is not finite")}
    ranges = [float(np.ptp(one)) for one in values]
    if max(ranges) > 1e-9:
        steps = [len(set(one.round(9))) for one in values]
        idea = "jumps_inside_a_piece" if max(steps) <= 3 else "broken_has_nonzero_derivative"
        return {WITNESS: Fault("", idea)}
    if abs(values[0][0] - values[1][0]) <= 1e-9:
        return {WITNESS: Fault("", "broken_is_constant")}
    return {WITNESS: True}


BROKEN = "0.0 if x < 1 else 1.0"
NONZERO = (
    "On at least one of the two pieces the function is not constant, so its derivative is not 0 "
    "there. On one "
    "interval alone the claim holds: only across the gap can it fail."
)
for form, new in {
    "": "x",
    "scaled": "x / 10 if x < 1 else 1.0",
    "squared": "(x - 1.5) ** 2",
}.items():
    pieces.misconception("broken_has_nonzero_derivative", NONZERO, edits={BROKEN: new}, form=form)
pieces.misconception(
    "broken_is_constant",
    "This function has the same value on both pieces, so the conclusion is true for it. The two pieces may "
    "have different values.",
    edits={BROKEN: "0.0"},
)
pieces.misconception(
    "broken_is_constant",
    "This function has the same value on both pieces, so the conclusion is true for it. The jump "
    "lies outside of "
    "both.",
    edits={BROKEN: "0.0 if x < 5 else 1.0"},
    form="jump outside",
)
for form, new in {"": "0.0 if x < 0.5 else 1.0", "right": "0.0 if x < 2.5 else 1.0"}.items():
    pieces.misconception(
        "jumps_inside_a_piece",
        "The jump lies inside one of the pieces, and where a function jumps it has no derivative. "
        "Put it into "
        "the gap.",
        edits={BROKEN: new},
        form=form,
    )
pieces.alternative("floor", edits={BROKEN: "np.floor(np.float32(x))"})
pieces.alternative("true_or_false", edits={BROKEN: "x > 1.5"})
pieces.alternative("sign", edits={BROKEN: "np.array([-7 * np.sign(x - 1.7)])"})


@pieces.oracle("sympy_piecewise_with_derivative_0")
def broken(x):
    import sympy

    t = sympy.Symbol("t")
    f = sympy.Piecewise((5, t < 1), (sympy.pi, t > 2))
    assert sympy.diff(f, t).subs(t, x) == 0
    return f.subs(t, x)


written(
    "3.5-written",
    rubric=[
        (0.5, "treats x = y, and x > y by exchanging the two (or by the absolute values)"),
        (0.5, "names the mean value theorem and shows both of its hypotheses on [x, y]"),
        (0.5, "c lies strictly between x and y, and the bound is used at c; no continuity of f′"),
        (
            0.5,
            "says that for broken the interval [x, y] reaches across the gap, so the hypotheses fail",
        ),
    ],
)
