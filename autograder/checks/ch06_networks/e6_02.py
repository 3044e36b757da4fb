"""6.2: three activations, their slopes, and where these are largest."""

import numpy as np

from autograder.check import attempt, check, choice, numbers
from autograder.checks.ch06_networks.as_numbers import as_numbers
from autograder.checks.ch06_networks.off_limits import ACTIVATIONS

# A slope counts twice as much as a value: that it is taken at z is the idea.
WEIGHTS = {"sigmoid_gradient": 2, "tanh_gradient": 2, "relu_gradient": 2}


@check("6.2", points=4, reveal=True, weights=WEIGHTS, forbid=ACTIVATIONS)
def activations(answer, rng):
    def away_from_zero(*shape):
        return rng.choice([-1, 1], shape) * rng.uniform(0.1, 4, shape)

    def values(name, arrays):
        return [as_numbers(getattr(answer, name)(z)) for z in arrays]

    seen = {}
    for name in ("sigmoid", "sigmoid_gradient", "tanh_gradient", "relu", "relu_gradient"):
        far = rng.uniform(5, 8, 2) * [-1, 1]
        vector = np.concatenate([far, away_from_zero(4)])
        seen[name] = attempt(values, name, [vector, away_from_zero(2, 5), away_from_zero(3, 3, 3)])
    return seen


GRADIENTS = {
    "s = sigmoid(z)\n    return s * (1 - s)": "return z * (1 - z)",
    "np.tanh(z) ** 2": "z**2",
}
activations.misconception(
    "gradient_of_the_activation_not_of_z",
    "These formulas expect the activation, what comes out. Here z is what goes in: compute "
    "the activation from it first.",
    edits=GRADIENTS,
)
activations.misconception(
    "gradient_of_the_activation_not_of_z",
    "In s(1 − s) the letter s is the sigmoid of z, not z itself.",
    edits={"s * (1 - s)": "z * (1 - z)"},
    form="sigmoid",
)
activations.misconception(
    "tanh_gradient_of_a",
    "1 − z² would be right if z were the output of tanh. It is the input: square tanh(z).",
    edits={"np.tanh(z) ** 2": "z**2"},
)
activations.misconception(
    "tanh_gradient_not_squared",
    "The square is missing: the slope of tanh is 1 − tanh²(z).",
    edits={"np.tanh(z) ** 2": "np.tanh(z)"},
)
activations.misconception(
    "relu_gradient_returns_z",
    "Where z is positive this returns z, which is ReLU itself. Its slope there is 1.",
    edits={"(z > 0).astype(float)": "np.where(z > 0, z, 0.0)"},
)
activations.misconception(
    "relu_in_place",
    "relu overwrites the array that it is given. Make a new one: the caller still needs z.",
    edits={"return np.maximum(z, 0)": "z[z < 0] = 0\n    return z"},
)
activations.misconception(
    "sigmoid_missing_minus",
    "The exponent has lost its minus: a large z should bring the sigmoid near 1, and this goes to 0.",
    edits={"1 / (1 + np.exp(-z))": "1 / (1 + np.exp(z))"},
)
activations.misconception(
    "relu_gradient_one_half_off",
    "These are −½ and ½. Both are off by one half: the slopes of ReLU are 0 and 1.",
    edits={"(z > 0).astype(float)": "np.sign(z) / 2"},
)
activations.misconception(
    "relu_gradient_is_the_sign",
    "That is the slope of |z|. To the left of 0, ReLU is flat, and its slope is 0.",
    edits={"(z > 0).astype(float)": "np.sign(z)"},
)
activations.misconception(
    "sigmoid_gradient_is_the_sigmoid",
    "The slope is a product of two factors, σ(z) and 1 − σ(z).",
    edits={"s * (1 - s)": "s"},
)
activations.misconception(
    "relu_is_the_absolute_value",
    "That is |z|. To the left of 0, ReLU is 0.",
    edits={"np.maximum(z, 0)": "np.abs(z)"},
)


@activations.alternative("identities")
def answer():
    def sigmoid(z):
        return (1 + np.tanh(z / 2)) / 2

    def sigmoid_gradient(z):
        return 0.25 / np.cosh(z / 2) ** 2

    def tanh_gradient(z):
        return 1 / np.cosh(z) ** 2

    def relu(z):
        return (z + np.abs(z)) / 2

    def relu_gradient(z):
        return np.heaviside(z, 0.5)


@activations.alternative("number_by_number_in_float32")
def answer():
    import math

    def each(function):
        return lambda z: np.vectorize(function, otypes=[np.float32])(z)

    sigmoid = each(lambda z: 1 / (1 + math.exp(-z)))
    sigmoid_gradient = each(lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2)
    tanh_gradient = each(lambda z: 1 - math.tanh(z) ** 2)
    relu = each(lambda z: z if z > 0 else 0)
    relu_gradient = each(lambda z: 1 if z > 0 else 0)


activations.alternative("mask_of_booleans", edits={"(z > 0).astype(float)": "z > 0"})


@activations.oracle("torch_autograd")
def answer():
    import torch

    def slope(function, z):
        z = torch.tensor(z, requires_grad=True)
        function(z).sum().backward()
        return z.grad

    sigmoid = lambda z: torch.sigmoid(torch.tensor(z))
    relu = lambda z: torch.relu(torch.tensor(z))
    sigmoid_gradient = lambda z: slope(torch.sigmoid, z)
    tanh_gradient = lambda z: slope(torch.tanh, z)
    relu_gradient = lambda z: slope(torch.relu, z)


steepest = numbers(
    "6.2b",
    points=1,
    inside="steepest",
    right={"sigmoid at": 0, "sigmoid": 0.25, "tanh at": 0, "tanh": 1, "relu": 1},
    ideas={
        "height_instead_of_slope": (
            "These are values of the functions, or what they approach. How steep are they at their steepest?",
            {"sigmoid": (1, 0.5), "tanh": 0},
        ),
        "place_is_the_output": (
            "One half is what comes out of the sigmoid at its steepest place. Which z goes in there?",
            {"sigmoid at": 0.5},
        ),
        "sigmoid_as_steep_as_tanh": (
            "The sigmoid is a tanh that is squeezed to half its height and stretched to twice its width: "
            "its slope is a quarter.",
            {"sigmoid": 1},
        ),
        "relu_without_a_bound": (
            "ReLU itself grows without a bound. Its slope does not.",
            {"relu": (5, 3, 4)},
        ),
    },
)


@steepest.oracle("search_on_a_grid")
def answer():
    import torch

    z = torch.linspace(-6, 6, 2401, dtype=torch.float64, requires_grad=True)
    steepest = {}
    for name, function in (("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("relu", torch.relu)):
        (slopes,) = torch.autograd.grad(function(z).sum(), z)
        steepest[name] = slopes.max().item()
        if name != "relu":
            steepest[f"{name} at"] = z[slopes.argmax()].item()


where = choice(
    "6.2c",
    "relu_steepest",
    "abcd",
    key="d",
    points=1,
    ideas={
        "a": (
            "maximum_at_the_corner",
            "At 0 ReLU has a corner and no slope of its own. A little to the right of it the slope is as "
            "large as anywhere.",
        ),
        "b": (
            "confuses_height_and_slope",
            "The value of ReLU is largest furthest to the right. Its slope is the same there as at 1.",
        ),
        "c": (
            "slope_without_a_bound",
            "ReLU grows without a bound, but steadily: every step to the right lifts it by the same amount.",
        ),
    },
)


@where.oracle("torch_autograd")
def answer():
    import torch

    z = torch.linspace(0.01, 9, 50, requires_grad=True)
    torch.relu(z).sum().backward()
    relu_steepest = "d" if z.grad.min() == z.grad.max() == 1 else "?"
