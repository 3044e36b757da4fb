"""Question 9 of the quiz: variances that keep a signal's size."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q9"].oracle("sympy_share_of_the_second_moment")
def answer():
    import sympy as sp

    z, n, alpha = sp.Symbol("z", real=True), sp.Symbol("n"), sp.Symbol("alpha")
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)

    def share(left, right):
        return sum(
            sp.integrate((slope * z) ** 2 * density, (z, *ends))
            for slope, ends in ((left, (-sp.oo, 0)), (right, (0, sp.oo)))
        )

    at_zero = sp.diff(sp.tanh(z), z).subs(z, 0)
    shares = {
        "relu": share(0, 1),
        "tanh": share(at_zero, at_zero),
        "leaky_relu": share(alpha, 1),
        "linear": share(1, 1),
    }
    options = {
        "a": 1 / n,
        "b": 2 / n,
        "c": 2 / n**2,
        "d": 2 / ((1 + alpha**2) * n),
        "e": 1 / (3 * n),
    }
    q9 = {
        name: next(k for k, v in options.items() if sp.simplify(n * v * part) == 1)
        for name, part in shares.items()
    }


@QUESTIONS["q9b"].oracle("torch_slope_and_value_at_0")
def answer():
    import torch

    z = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    s = torch.sigmoid(z)
    s.backward()
    facts = (z.grad.item(), s.item())
    q9b = {(1.0, 0.0): "a", (0.25, 0.5): "c"}[facts]
