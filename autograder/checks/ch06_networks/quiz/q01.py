"""Question 1 of the quiz: AND, XOR and one straight line."""

import numpy as np

from autograder.check import Fault, attempt, check, named
from autograder.checks.ch06_networks.quiz.questions import QUESTIONS
from utils.answers import number


@QUESTIONS["q1"].oracle("dichotomies_by_lines")
def answer():
    # every dichotomy of the four points by a line shows up for some small half-integer weights
    import itertools

    points = list(itertools.product((0, 1), repeat=2))
    halves = [k / 2 for k in range(-6, 7)]
    found = {
        tuple(int(u * x + v * y + c > 0) for x, y in points)
        for u, v, c in itertools.product(halves, halves, halves)
    }
    separable = {"and": (0, 0, 0, 1) in found, "xor": (0, 1, 1, 0) in found}
    q1 = "a" if separable == {"and": True, "xor": False} else "?"


@check("q1c", points=2, all_or_nothing=True)
def and_unit(answer, rng):
    import numpy as np

    def numbers(name, count):
        value = getattr(answer, name)
        listed = np.ravel(value.tolist() if hasattr(value, "tolist") else value).tolist()
        if len(listed) != count:
            raise ValueError(
                f"{name} should be {count} number{'s' * (count > 1)}, and it is {len(listed)}"
            )
        return [number(one) for one in listed]

    def pre_activation(x1, x2):
        (w1, w2), (b,) = numbers("w", 2), numbers("b", 1)
        return w1 * x1 + w2 * x2 + b

    return {
        f"at ({x1}, {x2})": attempt(named("z", pre_activation), x1, x2)
        for x1 in (0, 1)
        for x2 in (0, 1)
    }


AND_LIKE = {  # the signs at (0, 0), (0, 1), (1, 0), (1, 1) that known mistakes lead to
    "-+++": "or",
    "+++-": "nand",
    "++++": "bias_sign",
    "--++": "one_weight",
    "-+-+": "one_weight",
    "----": "never_fires",
}


@and_unit.judge
def and_unit(observation, rng):
    """w·x + b is positive at (1, 1) and negative at the other three points. Any such w and b will
    do; 0 will not, since steps differ in what they do there. Only the signs matter.
    """
    z = list(observation.values())
    numbers = all(isinstance(one, (int, float)) and np.isfinite(one) for one in z)
    if not numbers:
        return {key: Fault("w should hold two numbers, and b is one number") for key in observation}
    if any(abs(one) < 1e-9 for one in z):
        idea = "on_the_boundary"
    else:
        idea = AND_LIKE.get("".join("+" if one > 0 else "-" for one in z))
    said = {}
    for key, one, wanted in zip(observation, z, (-1, -1, -1, 1)):
        right = one * wanted > 1e-9
        side = "above" if wanted > 0 else "below"
        said[key] = right or Fault(f"w·x + b should be {side} 0 here, for AND", idea)
    return said


and_unit.misconception(
    "or",
    "This unit computes OR: one input that is 1 is enough to make it fire. For AND it takes both.",
    edits={"b = -1.5": "b = -0.5"},
)


and_unit.misconception(
    "on_the_boundary",
    "One of the points lies exactly on the line, where w·x + b is 0. Move the line a little, so that "
    "every point is clearly on one side.",
    edits={"b = -1.5": "b = -2"},
)


and_unit.misconception(
    "on_the_boundary",
    "One of the points lies exactly on the line, where w·x + b is 0. Move the line a little, so that "
    "every point is clearly on one side.",
    edits={"b = -1.5": "b = -1"},
    form="below",
)


and_unit.misconception(
    "bias_sign",
    "This unit fires everywhere. The bias is added, so to make firing harder it has to pull down.",
    edits={"b = -1.5": "b = 1.5"},
)


and_unit.misconception(
    "nand",
    "This unit computes the opposite, NAND: it is silent at (1, 1) only. Turn all signs round.",
    edits={"w = [1, 1]": "w = [-1, -1]", "b = -1.5": "b = 1.5"},
)


and_unit.misconception(
    "one_weight",
    "This unit looks at one of its inputs only. AND depends on both of them.",
    edits={"w = [1, 1]": "w = [1, 0]", "b = -1.5": "b = -0.5"},
)


and_unit.misconception(
    "one_weight",
    "This unit looks at one of its inputs only. AND depends on both of them.",
    edits={"w = [1, 1]": "w = [0.2, 2]"},
    form="second input",
)


and_unit.misconception(
    "never_fires",
    "This unit never fires: the bias pulls further down than both inputs together can lift.",
    edits={"b = -1.5": "b = -2.5"},
)


and_unit.alternative("arrays", source="w, b = np.array([[2.0, 3.0]]), np.array([-4.0])")


@and_unit.alternative("tensors")
def answer():
    import torch

    w = torch.tensor([0.7, 0.7], requires_grad=True)
    b = torch.tensor(-1, dtype=torch.float32)


and_unit.alternative("tuple_of_integers", source="w, b = (20, 20), -30")


@and_unit.oracle("torch_logistic_regression")
def answer():
    import torch

    X = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    unit = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(unit.parameters(), lr=0.3)
    for _ in range(200):
        optimizer.zero_grad()
        truth = torch.tensor([[0.0], [0], [0], [1]])
        torch.nn.functional.binary_cross_entropy_with_logits(unit(X), truth).backward()
        optimizer.step()
    w, b = unit.weight.detach(), unit.bias.detach()
