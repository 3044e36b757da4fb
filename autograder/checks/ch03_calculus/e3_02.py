"""3.2: x² sin(1/x), differentiable everywhere, with a derivative that is not continuous."""

import math

import numpy as np

from autograder.check import Fault, attempt, check, written
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.inside.plain import Raised
from utils.answers import number

AWAY, AT_ZERO = "away from 0", "at 0"


def slope_at(x, sign=-1.0):
    """2x sin(1/x) − cos(1/x); with a plus for the sign that people lose."""
    return 2 * x * math.sin(1 / x) + sign * math.cos(1 / x)


def is_close(found, wanted) -> bool:
    if isinstance(found, Raised):
        return False
    return np.allclose(np.asarray(found, dtype=float), wanted, rtol=1e-3, atol=1e-4)


WRONG_SLOPES = {
    "chain_rule_sign": lambda x: slope_at(x, sign=1.0),
    "missing_inner_derivative": lambda x: 2 * x * math.sin(1 / x) + x**2 * math.cos(1 / x),
    "product_of_the_derivatives": lambda x: -2 * math.cos(1 / x) / x,
    "differentiates_the_square_only": lambda x: 2 * x * math.sin(1 / x),
    "differentiates_the_sine_only": lambda x: -math.cos(1 / x),
}


def places(rng):
    """Six x on either side of 0, near it and far from it, where the cosine is not small."""
    u = np.pi * rng.integers((0, 1, 3, 0, 2, 5), (1, 3, 6, 2, 4, 9)) + rng.uniform(0.5, 0.9, 6)
    return (1 / u * [1, 1, 1, -1, -1, -1]).round(4).tolist()


@check("3.2a", points=1)
def derivative(answer, rng):
    def fprime(x):
        return number(as_number(answer.fprime(x)))

    return {
        AWAY: {f"x = {x}": attempt(fprime, x) for x in places(rng)},
        AT_ZERO: attempt(fprime, 0.0),
    }


@derivative.judge
def _(observation, rng):
    """The derivative at six points; and 0 at 0, for an answer that knows the rules away from 0 (a sign
    apart): a function that is 0 everywhere has seen nothing."""
    xs = places(rng)
    away, at_zero = observation[AWAY], observation[AT_ZERO]
    said = {}
    found = None if isinstance(away, Raised) else [away.get(f"x = {x}") for x in xs]
    if found is None or any(one is None for one in found):
        said[AWAY] = Fault("it raised an exception")
        found = None
    elif is_close(found, [slope_at(x) for x in xs]):
        said[AWAY] = True
    else:
        ideas = (name for name, f in WRONG_SLOPES.items() if is_close(found, [f(x) for x in xs]))
        x, value = next((x, v) for x, v in zip(xs, found) if not is_close(v, slope_at(x)))
        sentence = f"at x = {x} it gives {value:.6g}, and the slope is {slope_at(x):.6g}"
        said[AWAY] = Fault(sentence, next(ideas, None))
    knows = found is not None and (
        said[AWAY] is True or said[AWAY].misconception == "chain_rule_sign"
    )
    if isinstance(at_zero, Raised):
        dividing = at_zero.type in ("ZeroDivisionError", "ValueError")
        said[AT_ZERO] = Fault("", "no_case_at_zero" if dividing else None)
    elif math.isnan(at_zero):
        said[AT_ZERO] = Fault("", "no_case_at_zero")
    elif not is_close(at_zero, 0.0):
        said[AT_ZERO] = Fault("", "no_limit_of_the_formula")
    else:
        said[AT_ZERO] = knows or Fault("this counts once the derivative away from 0 is there")
    return said


CASE = "    if x == 0:\n        return 0.0\n"
RULE = "2 * x * math.sin(1 / x) - math.cos(1 / x)"
derivative.misconception(
    "no_case_at_zero",
    "At x = 0 the formula divides by 0. The derivative there exists all the same: it is the limit of "
    "the quotient h sin(1/h).",
    edits={CASE: ""},
)
derivative.misconception(
    "no_case_at_zero",
    "At x = 0 the formula divides by 0. The derivative there exists all the same: it is the limit of "
    "the quotient h sin(1/h).",
    edits={CASE: "    if x == 0:\n        return float('nan')\n"},
    form="nan",
)
for value in ("-1.0", "1.0"):
    derivative.misconception(
        "no_limit_of_the_formula",
        "The formula for x ≠ 0 has no limit at 0, so nothing about f′(0) follows from it. Use the "
        "definition: the quotient is h sin(1/h).",
        edits={CASE: f"    if x == 0:\n        return {value}\n"},
        form="" if value == "-1.0" else "plus",
    )
derivative.misconception(
    "chain_rule_sign",
    "A sign is missing: the derivative of 1/x is −1/x², and the minus comes along.",
    edits={RULE: RULE.replace("- math", "+ math")},
)
derivative.misconception(
    "missing_inner_derivative",
    "The inner derivative is missing: sin(1/x) has the derivative cos(1/x) times that of 1/x.",
    edits={RULE: "2 * x * math.sin(1 / x) + x**2 * math.cos(1 / x)"},
)
derivative.misconception(
    "product_of_the_derivatives",
    "The derivatives of the two factors are multiplied. The product rule adds two terms: each factor is "
    "differentiated once, while the other one stays.",
    edits={RULE: "2 * x * math.cos(1 / x) * -1 / x**2"},
)
derivative.misconception(
    "differentiates_the_square_only",
    "The second term of the product rule is missing: sin(1/x) changes as well.",
    edits={RULE: "2 * x * math.sin(1 / x)"},
)
derivative.misconception(
    "differentiates_the_sine_only",
    "The first term of the product rule is missing: x² changes as well. (It goes to 0 near 0, but it is "
    "there.)",
    edits={RULE: "-math.cos(1 / x)"},
)


@derivative.alternative("numpy_in_float32")
def fprime(x):
    x = np.float32(x)
    with np.errstate(all="ignore"):
        return np.where(x == 0, np.float32(0), 2 * x * np.sin(1 / x) - np.cos(1 / x))


@derivative.alternative("try_and_product_rule")
def fprime(x):
    try:
        u, v = x * x, math.sin(1 / x)
        du, dv = 2 * x, math.cos(1 / x) * -(x**-2)
    except ZeroDivisionError:
        return 0
    return du * v + u * dv


@derivative.alternative("sympy_number")
def fprime(x):
    import sympy

    t = sympy.Symbol("t")
    return sympy.diff(t**2 * sympy.sin(1 / t), t).subs(t, x).evalf() if x else sympy.Integer(0)


@derivative.oracle("torch_autograd")
def fprime(x):
    import torch

    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    if x == 0:  # the quotient, at ever smaller h
        return min((abs(h * math.sin(1 / h)) for h in 10.0 ** -np.arange(20)), key=abs)
    (t**2 * torch.sin(1 / t)).backward()
    return t.grad


# the limit at 0 ------------------------------------------------------------------------------------

WIDE, NARROW = "tolerances from 0.001 to 0.5", "tolerances below 0.001"


def largest_below(delta):
    """The largest |h sin(1/h)| that sampling finds for 0 < h < δ: on a grid and where the sine is ±1."""
    first = max(0.0, np.ceil(1 / (math.pi * delta) - 0.5))
    peaks = 1 / ((first + np.arange(60) + 0.5) * math.pi)
    h = np.concatenate([peaks, np.linspace(0, min(delta, 1e6), 4001)[1:-1]])
    h = h[h < delta]
    return float(np.max(np.abs(h * np.sin(1 / h))))


def tolerances(rng):
    wide = 10.0 ** -rng.uniform((0.32, 0.8, 2.0), (0.6, 1.6, 2.9))
    narrow = 10.0 ** -rng.uniform((3.2, 5.0, 11.0), (4.5, 7.0, 12.0))
    return {WIDE: [float(f"{e:.3g}") for e in wide], NARROW: [float(f"{e:.3g}") for e in narrow]}


@check("3.2b", points=1)
def limit(answer, rng):
    def delta_for(eps):
        return number(as_number(answer.delta_for(eps)))

    return {
        key: {f"eps = {eps:g}": attempt(delta_for, eps) for eps in all_eps}
        for key, all_eps in tolerances(rng).items()
    }


@limit.judge
def _(observation, rng):
    """δ is positive, and no |h sin(1/h)| below it that sampling finds reaches ε. How large δ could be at
    most is not asked."""
    said = {}
    for key, all_eps in tolerances(rng).items():
        found = observation[key]
        if isinstance(found, Raised):
            said[key] = Fault("it raised an exception")
            continue
        said[key] = True
        for eps in all_eps:
            delta = found.get(f"eps = {eps:g}")
            if not isinstance(delta, float):
                said[key] = Fault("it raised an exception")
            elif not 0 < delta < math.inf:
                said[key] = Fault(f"for eps = {eps:g} it gives {delta:g}", "delta_not_positive")
            elif (reached := largest_below(delta)) >= eps:
                sentence = (
                    f"for eps = {eps:g} it gives {delta:g}, and below that |h sin(1/h)| reaches "
                    f"{reached:.3g}"
                )
                said[key] = Fault(sentence, idea_of(found, all_eps))
            if said[key] is not True:
                break
    return said


def idea_of(found, all_eps):
    """Which rule gives these δ?"""
    deltas = np.array([found.get(f"eps = {eps:g}") for eps in all_eps], dtype=float)
    eps = np.array(all_eps)
    if np.allclose(deltas, deltas[0], rtol=1e-6, atol=0):
        return "delta_constant"
    rules = {
        "delta_sqrt": np.sqrt(eps), "delta_inverse": 1 / eps, "delta_twice_eps": 2 * eps,
    }  # fmt: skip
    return next((n for n, rule in rules.items() if np.allclose(deltas, rule, rtol=1e-4)), None)


DELTA = "return eps"
limit.misconception(
    "delta_sqrt",
    "√ε is the δ for |f(h)| itself, which is at most h². The quotient has been divided by h, and is at "
    "most |h|.",
    edits={DELTA: "return math.sqrt(eps)"},
)
for form, value in {"": "0.01", "one": "1.0", "tiny": "1e-9"}.items():
    limit.misconception(
        "delta_constant",
        "δ has to depend on ε: a smaller tolerance needs points closer to 0, and no fixed δ is close "
        "enough for "
        "all of them.",
        edits={DELTA: f"return {value}"},
        form=form,
    )
limit.misconception(
    "delta_inverse",
    "This is upside down: the smaller ε is, the larger this δ becomes.",
    edits={DELTA: "return 1 / eps"},
)
limit.misconception(
    "delta_twice_eps",
    "Twice as far is too far: somewhere between ε and 2ε the sine is (nearly) 1, and there the product "
    "exceeds ε.",
    edits={DELTA: "return 2 * eps"},
)
limit.misconception(
    "delta_not_positive",
    "δ has to be a positive number: between 0 and δ there have to be points h at all.",
    edits={DELTA: "return 0.0"},
)
limit.misconception(
    "delta_not_positive",
    "δ has to be a positive number: between 0 and δ there have to be points h at all.",
    edits={DELTA: "return -eps"},
    form="negative",
)
limit.alternative("half", edits={DELTA: "return np.float32(eps / 2)"})
limit.alternative("square", edits={DELTA: "return min(1, eps) ** 2"})


@limit.alternative("fraction_in_steps")
def delta_for(eps):
    from fractions import Fraction

    bound = Fraction(1)
    while bound > eps:
        bound /= 10
    return bound


@limit.oracle("halving_until_sampling_agrees")
def delta_for(eps):
    delta = 1.0
    while True:
        h = np.concatenate(
            [np.geomspace(delta * 1e-6, delta, 5000), np.linspace(0, delta, 999)[1:]]
        )
        if np.max(h) < eps and np.max(np.abs(h * np.sin(1 / h))) < eps:
            return delta
        delta /= 2


# two sequences -----------------------------------------------------------------------------------------

SETTLES, APART = "f' settles along {}", "two different limits"


def indices(rng):
    """n = 1, 2, 3, some in between, and large ones of either parity."""
    far = int(rng.integers(500, 900))
    some = [1, 2, 3, int(rng.integers(5, 20)), int(rng.integers(40, 90))]
    return [*some, far, far + 1, far + 2, *sorted(int(n) for n in rng.integers(1000, 2000, 3))]


@check("3.2c", points=2, weights={APART: 2})
def sequences(answer, rng):
    ns = indices(rng)

    def along(name):
        def x(n):
            return number(as_number(getattr(answer, name)(n)))

        return {f"n = {n}": attempt(x, n) for n in ns}

    one, other = along("seq_1"), along("seq_2")
    return {SETTLES.format("seq_1"): one, SETTLES.format("seq_2"): other, APART: [one, other]}


def looked_at(found, ns):
    """(the limit of f' or None, what is wrong: a sentence, its idea or None)."""
    if not isinstance(found, dict) or not all(isinstance(found.get(f"n = {n}"), float) for n in ns):
        return None, "it raised an exception", None
    xs = np.array([found[f"n = {n}"] for n in ns])
    sizes = np.abs(xs)
    if np.any(xs == 0):
        return None, "it contains 0, where no 1/x exists", "sequence_not_to_zero"
    if not np.all(np.isfinite(xs)) or np.any(np.diff(sizes) > 0) or sizes[-1] > 0.05:
        late = f"x_{ns[-1]} is {xs[-1]:.3g}"
        return None, f"its size does not decrease to 0: {late}", "sequence_not_to_zero"
    slopes = np.array([slope_at(x) for x in xs[5:]])
    if np.ptp(slopes) > 1e-2:
        shown = ", ".join(f"{slope:.3g}" for slope in slopes[:3])
        return (
            None,
            f"f' does not settle along it: it takes the values {shown}",
            "sequence_without_limit",
        )
    return float(slopes.mean()), "", None


@sequences.judge
def _(observation, rng):
    """|x_n| decreases to 0 without being 0, f' (which is computed here) settles, and the two limits are more
    than 0.5 apart. Which sequences these are is free."""
    ns, said, limits = indices(rng), {}, []
    for name in ("seq_1", "seq_2"):
        key = SETTLES.format(name)
        value, sentence, idea = looked_at(observation[key], ns)
        said[key] = True if value is not None else Fault(sentence, idea)
        limits.append(value)
    if None in limits:
        said[APART] = Fault("there are no two limits to compare")
    elif abs(limits[0] - limits[1]) > 0.5:
        said[APART] = True
    else:
        both_zero = max(map(abs, limits)) < 0.1
        idea = "looks_at_the_sine" if both_zero else "both_sequences_same_limit"
        said[APART] = Fault("", idea)
    return said


FIRST, SECOND = "1 / (2 * math.pi * n)", "1 / ((2 * n + 1) * math.pi)"
SAME = (
    "Along both sequences f′ has the same limit. A continuous derivative would do that, too: what "
    "refutes it are two different limits."
)
sequences.misconception("both_sequences_same_limit", SAME, edits={SECOND: "1 / (4 * math.pi * n)"})
sequences.misconception(
    "both_sequences_same_limit",
    SAME + " (f′ is the same at x and at −x.)",
    edits={SECOND: "-1 / (2 * math.pi * n)"},
    form="mirrored",
)
sequences.misconception(
    "both_sequences_same_limit",
    SAME,
    edits={FIRST: "1 / ((2 * n - 1) * math.pi)"},
    form="shifted",
)
NOT_TO_ZERO = (
    "A sequence does not go to 0. The points have to come closer and closer to 0, and never be 0: it is "
    "1/x that runs through 2π, 4π, 6π and so on."
)
for form, new in {
    "": "2 * math.pi * n", "above one": "1 + 1 / n", "zero": "0.0 / n", "number": "1 / (2 * math.pi)",
}.items():  # fmt: skip
    sequences.misconception("sequence_not_to_zero", NOT_TO_ZERO, edits={FIRST: new}, form=form)
WITHOUT = (
    "The points go to 0, but f′ does not settle along them: between the peaks of the cosine it takes "
    "all kinds of values. Choose the points by what cos(1/x) is there."
)
sequences.misconception("sequence_without_limit", WITHOUT, edits={FIRST: "1 / n"})
sequences.misconception(
    "sequence_without_limit",
    WITHOUT + " (At 1/(πn) the cosine is 1 and −1 in turn.)",
    edits={FIRST: "1 / (math.pi * n)"},
    form="alternating",
)
sequences.misconception(
    "sequence_without_limit", WITHOUT, edits={SECOND: "1 / n**1.5"}, form="second"
)
sequences.misconception(
    "looks_at_the_sine",
    "Along both sequences f′ goes to 0: they were chosen by the sine, 1 along one and −1 along the "
    "other. The "
    "sine stands in the term that vanishes anyway; it is the cosine that has to differ.",
    edits={FIRST: "1 / ((2 * n + 0.5) * math.pi)", SECOND: "1 / ((2 * n + 1.5) * math.pi)"},
)


@sequences.alternative("limit_zero_and_negative")
def answer():
    def seq_1(n):
        return np.float32(1 / (np.pi / 2 + 2 * np.pi * n))

    def seq_2(n):
        return -1 / (2 * np.pi * n)


@sequences.alternative("odd_and_even_multiples")
def answer():
    seq_1 = lambda n: 1 / (np.arange(1, 2 * n, 2)[-1] * np.pi)
    seq_2 = lambda n: np.array([1 / (10 * np.pi * n)])


@sequences.alternative("sympy_numbers")
def answer():
    def seq_1(n):
        import sympy

        return 1 / (2 * sympy.pi * n**2)

    def seq_2(n):
        import sympy

        return 1 / (sympy.pi * (4 * n + 3))


@sequences.oracle("roots_of_the_cosine_found_by_bisection")
def answer():
    def _where(value, n):
        """A u between 2πn and 2π(n + 1) where cos u is the value, sought by halving."""
        low, high = 2 * math.pi * n, 2 * math.pi * n + math.pi  # the cosine falls from 1 to −1
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if math.cos(middle) > value else (low, middle)
        return high

    def seq_1(n):
        return 1 / _where(0.5, n)

    def seq_2(n):
        return 1 / _where(-0.5, n)


written(
    "3.2-written",
    rubric=[
        (0.5, "away from 0: the derivative by product and chain rule"),
        (
            0.5,
            "at 0: the quotient h sin(1/h) from the definition, squeezed by |h|; δ = ε or smaller",
        ),
        (0.5, "two sequences to 0 along which f′ has different limits, computed"),
        (
            0.5,
            "concludes that f′ has no limit at 0 (not merely that the formula is undefined there)",
        ),
    ],
)
