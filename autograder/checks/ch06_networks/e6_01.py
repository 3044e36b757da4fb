"""6.1: one unit, by hand, as a function, and its distance from an input."""

import numpy as np

from autograder.check import attempt, check, numbers
from autograder.checks.ch06_networks.as_numbers import as_number

by_hand = numbers(
    "6.1a",
    points=2,
    right={"u_a": -2, "out_a": 0, "u_b": -0.5, "out_b": 0, "u_c": 1, "out_c": 1},
    ideas={
        "forgets_the_bias": (
            "The bias is missing: it is added to the weighted sum.",
            {"u_a": -1, "u_b": 0.5, "out_b": 1, "u_c": 2},
        ),
        "subtracts_the_bias": (
            "The bias was subtracted. It is added, and here it is negative.",
            {"u_a": 0, "out_a": 1, "u_b": 1.5, "out_b": 1, "u_c": 3},
        ),
        "bias_added_to_every_term": (
            "The bias was added to every product. There is one bias for the whole sum.",
            {"u_a": -4, "u_b": -2.5, "u_c": -1, "out_c": 0},
        ),
        "sign_convention_minus_one": (
            "This step says 0 or 1. Some perceptrons say −1 or 1, but not this one.",
            {"out_a": -1, "out_b": -1},
        ),
        "output_without_the_step": (
            "The output is what the step makes of u, not u itself.",
            {"out_a": -2, "out_b": -0.5},
        ),
        "sigmoid_instead_of_step": (
            "That is the sigmoid of u. The unit of this exercise has a step.",
            {"out_a": 0.119203, "out_b": 0.377541, "out_c": 0.731059},
        ),
        "loses_the_minus_of_a_weight": (
            "The second weight is −1, and its minus got lost.",
            {"u_b": 3.5, "out_b": 1},
        ),
    },
)


@by_hand.oracle("torch_linear")
def answer():
    import torch

    X = torch.tensor([[1, 0, -1], [0.5, 2, 0.5], [1, 0, 0]])
    u = torch.nn.functional.linear(X, torch.tensor([[2.0, -1, 3]]), torch.tensor([-1.0])).ravel()
    u_a, u_b, u_c = u.tolist()
    out_a, out_b, out_c = torch.heaviside(u, torch.ones(())).tolist()


WITHOUT_BIAS = (
    -10.0,
    -4.0,
    -2.0,
    -0.5,
    0.5,
    2.0,
)  # w·x as a multiple of b: what shows which mistake
SAYS = "it says 0 or 1"


@check("6.1", points=3, weights={SAYS: 2})
def perceptron(answer, rng):
    def output(x, w, b):
        return as_number(answer.perceptron(x, w, b))

    def fires(x, w, b):
        return int(output(x, w, b) > 0)

    def table(function, size, multiples):
        """{input: what the function gives}, for every multiple and either sign of b in a random order."""
        cases = []
        for multiple in multiples:
            for sign in (-1, 1):
                w = rng.choice([-1, 1], size) * rng.uniform(0.5, 2, size)
                b = sign * round(float(rng.uniform(0.4, 0.9)), 2)
                x = rng.normal(size=size)
                x[-1] += (multiple * b - w @ x) / w[-1]
                cases.append((x, w, b))
        shuffled = [cases[k] for k in rng.permutation(len(cases))]
        return {
            f"x = {x.round(2).tolist()}, w = {w.round(2).tolist()}, b = {b}": attempt(
                function, x, w, b
            )
            for x, w, b in shuffled
        }

    return {
        "it fires where the inputs decide": table(fires, 3, [-4.0, 2.0]),
        "it fires where the bias decides": table(fires, 3, [-2.0, -0.5, 0.5]),
        "it fires with one input": table(fires, 1, WITHOUT_BIAS),
        "it fires with many inputs": table(fires, 7, WITHOUT_BIAS),
        SAYS: table(output, 3, [-4.0, 2.0]),
    }


STEP = "int(w @ x + b >= 0)"
perceptron.misconception(
    "forgets_the_bias",
    "The bias is missing: without it every plane would pass through the origin.",
    edits={STEP: "int(w @ x >= 0)"},
)
perceptron.misconception(
    "subtracts_the_bias",
    "The bias is subtracted. It is added to the weighted sum (what is subtracted is a *threshold*, −b).",
    edits={STEP: "int(w @ x - b >= 0)"},
)
perceptron.misconception(
    "bias_added_to_every_term",
    "The bias is added to every product. There is one bias for the whole sum.",
    edits={STEP: "int(np.sum(w * x + b) >= 0)"},
)
perceptron.misconception(
    "always_zero_passes_both_seed_items",
    "This unit never fires. Two examples with the output 0 do not make a unit that always says 0.",
    edits={STEP: "0"},
)
perceptron.misconception(
    "sign_convention_minus_one",
    "This step says 0 or 1. Some perceptrons say −1 or 1, but not this one.",
    edits={STEP: "1 if w @ x + b >= 0 else -1"},
)
perceptron.misconception(
    "sign_convention_minus_one",
    "This step says 0 or 1. Some perceptrons say −1 or 1, but not this one.",
    edits={STEP: "int(np.sign(w @ x + b))"},
    form="sign",
)
SIGMOID = (
    "That is the sigmoid of u. The unit of this exercise says 0 or 1, with nothing in between."
)
for form, squashed in {
    "": "1 / (1 + np.exp(-(w @ x + b)))",
    "one decimal": "round(1 / (1 + np.exp(-(w @ x + b))), 1)",
    "two decimals": "round(1 / (1 + np.exp(-(w @ x + b))), 2)",
}.items():
    perceptron.misconception(
        "sigmoid_rounded_off_instead_of_step", SIGMOID, edits={STEP: squashed}, form=form
    )
perceptron.misconception(
    "fires_below_the_plane",
    "The sides are exchanged: the unit fires where u is at least 0.",
    edits={STEP: "int(w @ x + b <= 0)"},
)
perceptron.misconception(
    "output_without_the_step",
    "That is u, the pre-activation. The output is what the step makes of it.",
    edits={STEP: "w @ x + b"},
)


@perceptron.alternative("loop")
def perceptron(x, w, b):
    u = b
    for x_i, w_i in zip(x, w):
        u += x_i * w_i
    return 1 if u > 0 else 0


perceptron.alternative("true_or_false", edits={STEP: "w @ x + b >= 0"})
perceptron.alternative(
    "heaviside_in_float32", edits={STEP: "np.heaviside(np.float32(w @ x + b), np.float32(1))"}
)
perceptron.alternative("array_of_one", edits={STEP: "np.array([w @ x + b >= 0]).astype(int)"})


@perceptron.oracle("torch_linear")
def perceptron(x, w, b):
    import torch

    layer = torch.nn.Linear(len(x), 1).double()
    layer.weight.data[:], layer.bias.data[:] = torch.tensor(w), b
    return int(layer(torch.tensor(x)).item() >= 0)


@check("6.1c", points=1, reveal=True)
def signed_distance(answer, rng):
    def at(size, distance):
        """(x, w, b) with x at this distance from the plane."""
        w = rng.choice([-1, 1], size) * rng.uniform(0.7, 2, size)
        length = np.linalg.norm(w)
        on_the_plane = rng.normal(size=size)
        return on_the_plane + distance * w / length, w, -float(w @ on_the_plane)

    def distance(x, w, b):
        return as_number(answer.signed_distance(x, w, b))

    far, near = rng.uniform(1, 3, 2)
    w = np.array([rng.uniform(2, 3), rng.uniform(-3, -2)])
    return {
        "on the side that w points to": attempt(distance, *at(3, far)),
        "on the other side": attempt(distance, *at(4, -near)),
        "of the origin": attempt(distance, np.zeros(2), w, -float(rng.uniform(2, 4))),
        "on a line of numbers": attempt(distance, *at(1, -far)),
    }


QUOTIENT = "(w @ x + b) / np.linalg.norm(w)"
signed_distance.misconception(
    "not_normalised",
    "That is u, and it grows with the weights: twice w and twice b describe the same plane.",
    edits={QUOTIENT: "w @ x + b"},
)
signed_distance.misconception(
    "unsigned",
    "The sign is lost. On the side that w does not point to, the distance is negative.",
    edits={QUOTIENT: "abs(w @ x + b) / np.linalg.norm(w)"},
)
signed_distance.misconception(
    "squared_norm",
    "This divides by the square of the norm. With w twice as long (and b with it) the distance would "
    "become half as large.",
    edits={QUOTIENT: "(w @ x + b) / (w @ w)"},
)
signed_distance.misconception(
    "bias_not_divided",
    "Only w·x is divided by the norm. The bias is a part of u and is divided with it.",
    edits={QUOTIENT: "w @ x / np.linalg.norm(w) + b"},
)
signed_distance.misconception(
    "wrong_sign_of_b",
    "The bias is subtracted. The plane is where w·x + b is 0, with a plus.",
    edits={QUOTIENT: "(w @ x - b) / np.linalg.norm(w)"},
)
signed_distance.misconception(
    "forgets_the_bias",
    "The bias is missing: this is the distance from the parallel plane through the origin.",
    edits={QUOTIENT: "w @ x / np.linalg.norm(w)"},
)
signed_distance.misconception(
    "sum_of_absolute_weights",
    "This divides by the sum of the absolute weights. The length of w is the root of the sum of its squares.",
    edits={QUOTIENT: "(w @ x + b) / np.sum(np.abs(w))"},
)
signed_distance.misconception(
    "opposite_sign",
    "The sign is the other way round: positive is the side that w points to.",
    edits={QUOTIENT: "-(w @ x + b) / np.linalg.norm(w)"},
)


signed_distance.alternative("array_of_one", edits={f"float({QUOTIENT})": f"np.array([{QUOTIENT}])"})


@signed_distance.alternative("loops")
def signed_distance(x, w, b):
    u, squares = b, 0
    for x_i, w_i in zip(x, w):
        u += x_i * w_i
        squares += w_i**2
    return u / squares**0.5


signed_distance.alternative(
    "unit_normal_in_float32",
    edits={f"float({QUOTIENT})": "np.float32(x @ (w / np.sqrt(w @ w)) + b / np.hypot.reduce(w))"},
)


@signed_distance.oracle("nearest_point_by_least_squares")
def signed_distance(x, w, b):
    # the shortest step s with w·(x + s) + b = 0
    step = np.linalg.lstsq(w[None, :], [-(w @ x + b)])[0]
    return -np.sign(w @ step) * np.linalg.norm(step)
