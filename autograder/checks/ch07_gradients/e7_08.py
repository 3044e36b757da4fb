"""7.8: step functions as activations, and which parameters still learn behind them."""

import numpy as np

from autograder.check import attempt, check, letters_of, written
from utils.answers import number

WEIGHTS = {
    "heaviside at 0": 0.5, "rect at 0": 0.5, "rect at 1": 0.5,
    "d_heaviside": 1.25, "d_rect": 1.25, "zero_gradient": 3,
}  # fmt: skip


@check("7.8", points=4, weights=WEIGHTS)
def step_functions(answer, rng):
    near, beyond, far = rng.uniform([0.1, 1.1, 2.1], [0.9, 1.9, 4]).round(2).tolist()

    def values(function, at):
        return {f"z = {z}": number(function(z)) for z in at}

    points = [-far, -beyond, -near, near, beyond, far]
    return {
        "heaviside": attempt(lambda z: values(answer.heaviside, z), points),
        "heaviside at 0": attempt(lambda z: values(answer.heaviside, z), [0.0]),
        "rect": attempt(lambda z: values(answer.rect, z), points),
        "rect at 0": attempt(lambda z: values(answer.rect, z), [0.0, -far]),
        "rect at 1": attempt(lambda z: values(answer.rect, z), [1.0, -far]),
        "d_heaviside": attempt(lambda z: values(answer.d_heaviside, z), points),
        "d_rect": attempt(lambda z: values(answer.d_rect, z), points),
        "zero_gradient": letters_of(answer, "zero_gradient", "abcdef"),
    }


HEAVISIDE, RECT, DEAD = "float(z >= 0)", "float(0 <= z <= 1)", '{"A", "B", "C", "D"}'
step_functions.misconception(
    "boundary_at_zero",
    "At the jump the Heaviside function of this exercise has its upper value already; read which case "
    "of the definition contains 0.",
    edits={HEAVISIDE: "float(z > 0)"},
)
step_functions.misconception(
    "rect_open_at_zero",
    "The left end belongs to the interval on which rect is 1; read the signs in its definition.",
    edits={RECT: "float(0 < z <= 1)"},
)
step_functions.misconception(
    "rect_open_at_one",
    "The right end belongs to the interval on which rect is 1; read the signs in its definition.",
    edits={RECT: "float(0 <= z < 1)"},
)
step_functions.misconception(
    "rect_never_ends",
    "rect comes down again: it has a second jump.",
    edits={RECT: HEAVISIDE},
)
step_functions.misconception(
    "seed_claim_nothing_learns",
    "Not every parameter is stuck: no step function lies between the output layer and the loss.",
    edits={DEAD: 'set("ABCDEF")'},
)
step_functions.misconception(
    "only_first_layer_dead",
    "The second layer is stuck as well: a step function follows it too.",
    edits={DEAD: '{"A", "B"}'},
)
step_functions.misconception(
    "biases_still_learn",
    "A bias takes the same path to the loss as the weights of its layer, through the same activations.",
    edits={DEAD: '{"A", "C"}'},
)
step_functions.misconception(
    "output_layer_dead",
    "It is the other way round: an activation stops what lies before it, not what comes after it.",
    edits={DEAD: '{"E", "F"}'},
)
step_functions.misconception(
    "output_weights_dead",
    "One letter too many. Behind which layer is there no step function on the way to the loss?",
    edits={DEAD: 'set("ABCDE")'},
)
step_functions.misconception(
    "second_layer_bias_left_out",
    "Weights and bias of a layer share their path to the loss. One layer is named only in part.",
    edits={DEAD: 'set("ABC")'},
)
step_functions.misconception(
    "sign_function",
    "The lower value of the Heaviside function is 0. With −1 it would be the sign function.",
    edits={HEAVISIDE: "1.0 if z >= 0 else -1.0"},
)


@step_functions.misconception(
    "derivative_like_relu",
    "1 for positive z is the slope of ReLU. Where the Heaviside function is 1, it is level.",
)
def d_heaviside(z):
    return float(z > 0)


@step_functions.misconception(
    "derivative_is_the_value",
    "The derivative of rect is not its value: on its upper piece the curve is level.",
)
def d_rect(z):
    return float(0 < z < 1)


@step_functions.alternative("cases")
def answer():
    def heaviside(z):
        if z < 0:
            return 0
        return 1

    def rect(z):
        return 0 if z < 0 or z > 1 else 1

    d_heaviside = d_rect = lambda z: 0
    zero_gradient = "a, b, c, d"


@step_functions.alternative("numpy_in_float32")
def answer():
    def heaviside(z):
        return np.heaviside(np.float32(z), np.float32(1))

    def rect(z):
        return heaviside(z) * heaviside(1 - z)

    def d_rect(z):
        return np.zeros_like(np.float32(z))

    zero_gradient = ["D", "C", "B", "A"]


@step_functions.oracle("measured")
def answer():
    # derivatives as slopes, the letters as the parameters that a network does not feel
    def slope(function, z, step=1e-7):
        return (function(z + step) - function(z - step)) / (2 * step)

    def d_heaviside(z):
        return slope(heaviside, z)

    def d_rect(z):
        return slope(rect, z)

    def felt(letter):
        rng = np.random.default_rng(3)
        theta = {
            name: rng.normal(size=shape)
            for name, shape in zip("ABCDEF", [(5, 1), (5, 1), (5, 5), (5, 1), (1, 5), (1, 1)])
        }
        x = rng.normal(size=(1, 20))

        def loss(theta):
            h1 = np.heaviside(theta["A"] @ x + theta["B"], 1)
            h2 = np.heaviside(theta["C"] @ h1 + theta["D"], 1)
            return np.mean((theta["E"] @ h2 + theta["F"] - np.sin(x)) ** 2)

        return loss(theta | {letter: theta[letter] + 1e-6}) != loss(theta)

    zero_gradient = {letter for letter in "ABCDEF" if not felt(letter)}


written(
    "7.8-written",
    rubric=[
        (0.5, "Zero derivative almost everywhere, hence zero gradient for all earlier layers."),
        (0.5, "The output layer is the exception: it still learns."),
        (0.5, "The derivative does not exist at the jumps."),
        (0.5, "One remedy: a smooth surrogate, or a straight-through estimator."),
    ],
)
