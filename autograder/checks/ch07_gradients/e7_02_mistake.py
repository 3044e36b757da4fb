"""7.2-mistake: the three wrong factors in the printed last line of 7.2."""

import numpy as np

from autograder.check import attempt, check, letters_of
from utils.answers import number

FACTORS = "abcdefghijklmnp"


@check("7.2-mistake", points=1, bonus=True)
def toy_mistakes(answer, rng):
    points = rng.uniform(0.3, 1.2, size=(4, 8)).round(2) * rng.choice([-1, 1], size=(4, 8))

    def marked():  # of the equal factors G and H, either may be called the one too many
        return letters_of(answer, "wrong_7_2", FACTORS).replace("g", "h")

    def loss_factors():
        return [number(answer.loss_factor_7_2(p[3], p[4])) for p in points.tolist()]

    def whole_lines():
        values = points.tolist()
        return [number(answer.corrected_7_2(*p[:4], [0.5, *p[5:]], p[4])) for p in values]

    return {
        "which factors are wrong": attempt(marked),
        "the last factor, corrected": attempt(loss_factors),
        "the value of the whole line": attempt(whole_lines),
    }


toy_mistakes.misconception(
    "keeps_2f3",
    "The last factor is still without the target. The derivative of (f₃ − y)² vanishes where the "
    "prediction is perfect.",
    edits={'{"F", "H", "P"}': '{"F", "H", "M"}', "2 * (f3 - y)": "2 * f3"},
)
toy_mistakes.misconception(
    "keeps_2f3",
    "The last factor is corrected in your function and not among your letters.",
    edits={'{"F", "H", "P"}': '{"F", "H", "M"}'},
    form="in the letters",
)
toy_mistakes.misconception(
    "suspects_the_minus",
    "You marked the minus sign of the sine, which is right: it comes from the cosine.",
    edits={'{"F", "H", "P"}': '{"H", "M", "P"}', "-np.sin": "np.sin"},
)
toy_mistakes.misconception(
    "suspects_the_minus",
    "The value of the whole line has the wrong sign. The minus of the sine belongs there: it comes from "
    "the cosine.",
    edits={"-np.sin": "np.sin"},
    form="in the value",
)
toy_mistakes.misconception(
    "loss_factor_twice",
    "The whole line contains the factor of the loss twice; in a chain each link appears once.",
    edits={"linear * loss_factor": "linear * loss_factor_7_2(f3, y) * loss_factor"},
)
toy_mistakes.misconception(
    "overlooks_the_jump",
    "One of the symbols jumps over a link: its denominator is not the numerator of the factor before.",
    edits={'{"F", "H", "P"}': '{"H", "N", "P"}'},
)
toy_mistakes.misconception(
    "loss_sign",
    "The last factor has the wrong sign: an output above the target makes the loss grow.",
    edits={"2 * (f3 - y)": "2 * (y - f3)"},
)
toy_mistakes.alternative(
    "the_first_of_the_twins", edits={'{"F", "H", "P"}': '"f, g, p"', "f3 - y)": "-y + f3)"}
)


@toy_mistakes.alternative("loop_with_math")
def answer():
    import math

    wrong_7_2 = ["P", "H", "F"]

    def loss_factor_7_2(f3, y):
        return -2 * y + f3 * 2

    def corrected_7_2(f0, f1, f2, f3, omega, y):
        value = 2 * f3 - 2 * y
        for factor in (omega[3], -math.sin(f2), omega[2], math.exp(f1), omega[1], math.cos(f0)):
            value = value * factor
        return np.float32(value)


@toy_mistakes.oracle("torch_autograd")
def answer():
    import torch

    def leaf(value):
        return torch.tensor(float(value), dtype=torch.float64, requires_grad=True)

    def slope(function, at):
        z = leaf(at)
        function(z).backward()
        return z.grad.item()

    def loss_factor_7_2(f3, y):
        return slope(lambda z: (z - y) ** 2, f3)

    def corrected_7_2(f0, f1, f2, f3, omega, y):
        # shift every link so that its input is where it should be, then differentiate through all
        def line(z):
            h1 = torch.sin(z)
            g1 = f1 + omega[1] * (h1 - h1.detach())
            h2 = torch.exp(g1)
            g2 = f2 + omega[2] * (h2 - h2.detach())
            h3 = torch.cos(g2)
            return (f3 + omega[3] * (h3 - h3.detach()) - y) ** 2

        return slope(line, f0)
