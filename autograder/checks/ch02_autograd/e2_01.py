"""2.1: one step of gradient descent."""

import math

import numpy as np

from autograder.check import Fault, attempt, check, named, number_of, numbers, word
from utils.answers import Unreadable, asked_number, number

direction = word(
    "2.1a",
    "direction",
    ("left", "right"),
    key="left",
    points=0.5,
    ideas={
        "right": (
            "gradient_sign_means_go_right",
            "A positive derivative says that f grows to the right. To make f smaller, go against it.",
        ),
    },
    otherwise=(
        "gives_a_sign_not_a_side",
        "The question asks for a side of the x axis, as a word; a sign belongs to the derivative.",
        "negative",
    ),
)


@direction.alternative("from_the_slope")
def answer():
    slope = 2 * 3
    direction = "left" if slope > 0 else "right"


@direction.oracle("tries_both_sides")
def answer():
    sides = {"left": (3 - 1e-3) ** 2, "right": (3 + 1e-3) ** 2}
    direction = min(sides, key=sides.get)


@check("2.1b", points=1.5, weights={"a step on sin(x)": 2})
def step(answer, rng):
    def steps(df, x, lr):
        return number(answer.gd_step(df, x, lr))

    x, lr, angle = (
        round(float(rng.uniform(*ends)), 2) for ends in ((1.2, 4), (0.05, 0.3), (0.9, 1.3))
    )
    square = named("x -> 2x", lambda x: 2 * x)
    return {
        "a step on x² from the right": attempt(steps, square, x, lr),
        "a step on x² from the left": attempt(steps, square, -x - 0.5, lr + 0.1),
        "a step on sin(x)": attempt(steps, named("cos", math.cos), angle, lr + 0.2),
        "x_new": number_of(answer, "x_new"),
    }


STEP = "x - lr * df(x)"
X_NEW = "gd_step(lambda x: 2 * x, 3, 0.1)"
WRONG_STEPS = {
    "unit_step_instead_of_lr": (
        "x - (lr if df(x) > 0 else -lr)",
        "gd_step moves a distance of lr, whatever the slope. Gradient descent moves lr times the "
        "gradient: the steeper, the farther.",
    ),
    "subtracts_lr": (
        "x - lr",
        "gd_step subtracts the learning rate itself and never looks at the gradient. The learning "
        "rate is the factor in front of the gradient.",
    ),
    "ascent": (
        "x + lr * df(x)",
        "gd_step adds the gradient and so climbs. Descent goes against the gradient.",
    ),
    "multiplies_x_not_gradient": (
        "x - lr * x",
        "gd_step multiplies the learning rate by x. It belongs to the gradient at x, which is df(x).",
    ),
    "forgets_lr": (
        "x - df(x)",
        "gd_step subtracts the whole gradient; the learning rate scales it first.",
    ),
    "returns_the_change": (
        "-lr * df(x)",
        "gd_step returns how far to move. It should return where that leads: the new x.",
    ),
}
for idea, (wrong, sentence) in WRONG_STEPS.items():
    step.misconception(idea, sentence, edits={STEP: wrong, X_NEW: "2.4"})
    step.misconception(
        idea, f"{sentence} x_new follows from it.", edits={STEP: wrong}, form="and x_new"
    )

step.misconception(
    "hard_codes_2x",
    "2x is the derivative of x² only. gd_step gets the derivative as df and has to call it.",
    edits={STEP: "x - lr * 2 * x"},
)
step.misconception(
    "unit_step_instead_of_lr",
    "For x_new you moved a distance of 0.1. Gradient descent moves the learning rate times the "
    "gradient.",
    edits={X_NEW: "2.9"},
    form="typed",
)
step.misconception(
    "ascent",
    "x_new lies on the other side of 3: the step has to go against the gradient.",
    edits={X_NEW: "3.6"},
    form="typed",
)
step.misconception(
    "multiplies_x_not_gradient",
    "For x_new you took 0.3 off, a tenth of x. The learning rate multiplies the gradient at x.",
    edits={X_NEW: "2.7"},
    form="typed",
)
step.misconception(
    "forgets_lr",
    "For x_new you subtracted the whole gradient; the learning rate makes a small step of it.",
    edits={X_NEW: "-3"},
    form="typed",
)


@step.alternative("in_place_on_numpy")
def gd_step(df, x, lr):
    x = np.array(x, dtype=np.float32)
    x -= np.float32(lr) * np.float32(df(float(x)))
    return x


@step.alternative("in_two_lines")
def answer():
    def gd_step(derivative, position, rate):
        change = -rate * derivative(position)
        return position + change

    x_new = np.float64(12) / 5


@step.alternative("lambda")
def answer():
    gd_step = lambda df, x, lr: -(lr * df(x) - x)
    x_new = 3 * 0.8


@step.oracle("torch_sgd")
def answer():
    import torch

    def gd_step(df, x, lr):
        at = torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
        at.grad = torch.tensor(float(df(x)), dtype=torch.float64)
        torch.optim.SGD([at], lr=lr).step()
        return at.item()

    at = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    (at**2).backward()
    torch.optim.SGD([at], lr=0.1).step()
    x_new = at.item()


def compares(observation):
    """Is `smaller` right about the student's own f_new? A slip in the step should not cost the
    comparison as well, and without a number to compare True or False is a guess."""
    f_new, smaller = observation["f_new"], observation["smaller"]
    if isinstance(smaller, np.ndarray) and smaller.dtype == bool and smaller.size == 1:
        smaller = bool(smaller.item())
    if not isinstance(smaller, bool):
        return Fault("it should be True or False")
    try:
        height = asked_number(f_new)
    except Unreadable:
        return Fault("it counts once f_new is a number that can be compared with f(3)")
    if smaller == (height < 9):
        return True
    if height >= 9:
        return Fault("this is not what a comparison of f_new with f(3) gives")
    return Fault("compare f_new with f(3)", "calls_a_smaller_value_larger")


after_step = numbers(
    "2.1c",
    points=1,
    right={"f_new": 5.76},
    rules={"smaller": compares},
    ideas={
        "unit_step_instead_of_lr": (
            "This is f after a step of length 0.1. The step is the learning rate times the gradient.",
            {"f_new": 2.9**2},
        ),
        "ascent": (
            "This is f after a step up the slope: f grew. The step goes against the gradient.",
            {"f_new": 3.6**2},
        ),
        "multiplies_x_not_gradient": (
            "This is f after taking a tenth of x off. The learning rate multiplies the gradient, not "
            "x.",
            {"f_new": 2.7**2},
        ),
        "f_new_is_gradient": (
            "This is the derivative 2x. f itself, x², says how low you stand.",
            {"f_new": (4.8, 6)},
        ),
        "f_new_is_x_new": (
            "This is the new x. f_new is the height of the curve there.",
            {"f_new": 2.4},
        ),
        "f_at_the_old_point": ("This is f before the step. Put the new x into f.", {"f_new": 9}),
    },
)
after_step.misconception(
    "calls_a_smaller_value_larger",
    "f_new is below f(3), so the step did what it was made for: it lowered f.",
    edits={"f_new < 3**2": "False"},
)


after_step.misconception(
    "ascent",
    "This is f after a step up the slope: f grew. The step goes against the gradient.",
    source="f_new = 3.6**2\nsmaller = f_new < 3**2",
    form="with its own comparison",
)


@after_step.alternative("numpy_numbers")
def answer():
    f_new = np.float32(2.4) ** 2
    smaller = np.less(f_new, np.float32(9))


@after_step.oracle("closed_form")
def answer():
    # one step shrinks x by the factor 1 - 2 lr, hence f by its square
    f_new = 9 * (1 - 2 * 0.1) ** 2
    smaller = abs(1 - 2 * 0.1) < 1
