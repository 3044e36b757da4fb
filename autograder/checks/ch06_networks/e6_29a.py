"""6.29a and 6.29b: gradients of a real loss by a complex number, by hand."""

from autograder.check import choice, numbers, written

RIGHT = {
    "g re": 2, "g im": 12, "dz re": 1, "dz im": -6, "dzbar re": 1, "dzbar im": 6,
    "next re": 0.8, "next im": 0.8,
}  # fmt: skip

by_hand = numbers(
    "6.29a",
    points=3,
    inside="by_hand",
    right=RIGHT,
    ideas={
        "wirtinger_without_the_factor_two": (
            "Wirtinger's derivatives have a factor ½, and g has none: g is twice the derivative by z̄.",
            {"g re": 1, "g im": 6, "next re": 0.9, "next im": 1.4},
            {"dz re": 2, "dz im": -12, "dzbar re": 2, "dzbar im": 12},
        ),
        "conjugates_exchanged": (
            "The signs are exchanged: the derivative by z has the minus, that by z̄ the plus.",
            {"dz im": 6, "dzbar im": -6},
        ),
        "conjugate_of_the_gradient": (
            "That is the conjugate of g. In our convention the derivative by y is added, times i.",
            {"g im": -12, "next im": 3.2},
        ),
        "step_uphill": (
            "The step goes uphill: the gradient is subtracted.",
            {"next re": 1.2, "next im": 3.2},
        ),
        "forgets_the_three": (
            "The derivative of 3y² by y is 6y.",
            {"g im": 4, "dz im": -2, "dzbar im": 2, "next im": 1.6},
        ),
        "values_instead_of_derivatives": (
            "These are x² and 3y² themselves. A gradient is made of their derivatives.",
            {"g re": 1, "dz re": 0.5, "dzbar re": 0.5, "next re": 0.9},
        ),
    },
)


@by_hand.oracle("torch_complex_autograd")
def answer():
    import torch

    z = torch.tensor(1 + 2j, dtype=torch.complex128, requires_grad=True)
    (z.real**2 + 3 * z.imag**2).backward()
    g = z.grad
    after = (z - 0.1 * g).detach()
    found = {"g": g, "dz": g.conj() / 2, "dzbar": g / 2, "next": after}
    by_hand = {}
    for name, number in found.items():
        by_hand[f"{name} re"], by_hand[f"{name} im"] = number.real.item(), number.imag.item()


why = choice(
    "6.29b",
    "why_two",
    "abcd",
    key="c",
    points=2,
    ideas={
        "a": (
            "blames_the_corners",
            "x² + 3y² has no corner at all, and its quotient has no limit either. Real networks have "
            "corners, too.",
        ),
        "b": (
            "blames_the_order",
            "It is the loss that is minimised, and it is a real number. Only what it depends on is complex.",
        ),
        "d": (
            "blames_the_computer",
            "How numbers are kept in memory has nothing to do with limits.",
        ),
    },
)


@why.oracle("two_directions")
def answer():
    def loss(z):
        return z.real**2 + 3 * z.imag**2

    z, h = 1 + 2j, 1e-6
    along, across = (loss(z + h) - loss(z)) / h, (loss(z + 1j * h) - loss(z)) / (1j * h)
    why_two = "c" if abs(along - across) > 1 else "?"


written(
    "6.29-written",
    rubric=[
        (1, "Says that a real loss is not holomorphic, so that there are two Wirtinger derivatives."),
        (1, "Writes the chain rule with both of them, and says which term vanishes."),
        (1, "Says that the conjugate comes from z̄ = w̄ā, and names the factor 2."),
        (1, "Says why the counts are fair: a complex number is two real ones."),
        (1, "Says with own numbers that the comparison is a tie, and what would change this."),
    ],
)  # fmt: skip
