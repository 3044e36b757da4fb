"""7.7: the derivative of the logistic sigmoid, its limits and its maximum."""

from autograder.check import attempt, check, number_of
from utils.answers import number


@check(
    "7.7", points=3, forbid=("utils.networks", "utils.ACTIVATIONS", "utils.ACTIVATION_GRADIENTS")
)
def sigmoid_slope(answer, rng):
    small, medium, large = rng.uniform([0.3, 1.5, 5], [1.2, 4, 8]).round(2).tolist()

    def slopes(at):
        return [number(answer.dsig(f)) for f in at]

    return {
        "dsig at positive inputs": attempt(slopes, [small, medium, large]),
        "dsig at negative inputs": attempt(slopes, [-small, -medium, -large]),
        "limit_pos": number_of(answer, "limit_pos", finite=False),
        "limit_neg": number_of(answer, "limit_neg", finite=False),
        "max_value": number_of(answer, "max_value"),
        "argmax": number_of(answer, "argmax"),
    }


MAXIMUM = "max_value = dsig(argmax)"
DSIG = "return h * (1 - h)"
sigmoid_slope.misconception(
    "limits_of_sigmoid_itself",
    "These are the limits of the sigmoid. The question is about its derivative: how steep is the curve "
    "where it levels off?",
    edits={"limit_pos, limit_neg = 0.0, 0.0": "limit_pos, limit_neg = 1.0, 0.0"},
)
sigmoid_slope.misconception(
    "h_is_input",
    "In h(1 − h) the letter h is the value of the sigmoid, not its input.",
    edits={DSIG: "return f * (1 - f)", MAXIMUM: "max_value = 0.25"},
)
for name, limit in (
    ("negative_limit_minus", "-1.0"),
    ("negative_limit_minus_a_quarter", "-0.25"),
    ("negative_limit_minus_infinity", "-np.inf"),
):
    sigmoid_slope.misconception(
        name,
        "The limit on the left is negative. A curve that only rises has no negative slope anywhere.",
        edits={"limit_pos, limit_neg = 0.0, 0.0": f"limit_pos, limit_neg = 0.0, {limit}"},
    )
sigmoid_slope.misconception(
    "sign_from_quotient_rule",
    "The sign is wrong, although the sigmoid rises: the minus of the quotient rule meets a second one, "
    "from the exponential.",
    edits={DSIG: "return -h * (1 - h)", MAXIMUM: "max_value = 0.25"},
)
sigmoid_slope.misconception(
    "max_is_one",
    "1 is the height that the sigmoid itself approaches. How steep is it at its steepest place?",
    edits={MAXIMUM: "max_value = 1.0"},
)
sigmoid_slope.misconception(
    "max_is_one_half",
    "One half is the value of the sigmoid in the middle. How steep is it there?",
    edits={MAXIMUM: "max_value = 0.5"},
)
sigmoid_slope.misconception(
    "argmax_is_one_half",
    "One half is the value h at the steepest place. Which input f leads there?",
    edits={MAXIMUM: "max_value, argmax = 0.25, 0.5"},
)
sigmoid_slope.misconception(
    "not_squared",
    "The denominator is not squared. The power −1 becomes −2 when it is differentiated.",
    edits={DSIG: "return np.exp(-f) / (1 + np.exp(-f))", MAXIMUM: "max_value = 0.25"},
)
sigmoid_slope.misconception(
    "gives_the_sigmoid",
    "dsig returns the sigmoid itself, not its derivative.",
    edits={DSIG: "return h", MAXIMUM: "max_value = 0.25"},
)
FOLLOWING = {
    "h_is_input": (
        "In h(1 − h) the letter h is the value of the sigmoid, not its input.",
        "f * (1 - f)",
    ),
    "sign_from_quotient_rule": (
        "The sign is wrong, although the sigmoid rises: the minus of the quotient rule meets a second "
        "one, from the exponential.",
        "-h * (1 - h)",
    ),
    "not_squared": (
        "The denominator is not squared. The power −1 becomes −2 when it is differentiated.",
        "np.exp(-f) / (1 + np.exp(-f))",
    ),
    "gives_the_sigmoid": ("dsig returns the sigmoid itself, not its derivative.", "h"),
}
for name, (sentence, wrong) in FOLLOWING.items():
    sigmoid_slope.misconception(
        name, sentence, edits={DSIG: f"return {wrong}"}, form="with its own maximum"
    )
sigmoid_slope.alternative(
    "exponentials",
    edits={DSIG: "return np.exp(-f) / (1 + np.exp(-f)) ** 2", MAXIMUM: "max_value = 1 / 4"},
)


@sigmoid_slope.alternative("hyperbolic_cosine")
def answer():
    import math

    dsig = lambda f: 1 / (4 * math.cosh(f / 2) ** 2)
    limit_pos, limit_neg = 0, 0
    max_value, argmax = 0.25, 0


sigmoid_slope.alternative(
    "numpy_numbers",
    edits={
        "limit_pos, limit_neg = 0.0, 0.0": "limit_pos, limit_neg = np.zeros(2)",
        "argmax = 0.0": "argmax = np.array(0.0)",
    },
)


sigmoid_slope.alternative(
    "texts",
    edits={
        "limit_pos, limit_neg = 0.0, 0.0": 'limit_pos, limit_neg = "0", 0',
        MAXIMUM: 'max_value = "1/4"',
    },
)


@sigmoid_slope.oracle("sympy")
def answer():
    import sympy

    z = sympy.Symbol("z", real=True)
    derivative = sympy.diff(1 / (1 + sympy.exp(-z)), z)
    limit_pos, limit_neg = (sympy.limit(derivative, z, end) for end in (sympy.oo, -sympy.oo))
    argmax = sympy.solve(sympy.diff(derivative, z), z)[0]
    max_value = derivative.subs(z, argmax)

    def dsig(f):
        return float(derivative.subs(z, f).evalf(30))


@sigmoid_slope.oracle("torch_autograd")
def dsig(f):
    import torch

    z = torch.tensor(float(f), dtype=torch.float64, requires_grad=True)
    torch.sigmoid(z).backward()
    return z.grad.item()
