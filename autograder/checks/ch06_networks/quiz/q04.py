"""Question 4 of the quiz: the sigmoid's slope through ten layers."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q4a"].oracle("sympy_maximum")
def answer():
    import sympy as sp

    z = sp.Symbol("z", real=True)
    slope = sp.diff(1 / (1 + sp.exp(-z)), z)
    where = sp.solve(sp.numer(sp.together(sp.diff(slope, z))), z)
    q4a = max(slope.subs(z, at) for at in where if at.is_real) ** 9


@QUESTIONS["q4b"].oracle("a_network_whose_gradient_grows")
def answer():
    import torch

    z = [torch.zeros(1, dtype=torch.float64, requires_grad=True)]
    for _ in range(9):
        z.append(8 * torch.sigmoid(z[-1]) - 4)
    ratio = torch.autograd.grad(z[-1], z[0])[0].item()
    slopes = torch.sigmoid(torch.linspace(-9, 9, 1001, dtype=torch.float64))
    is_bounded = (slopes * (1 - slopes)).max().item() <= 0.25
    q4b = "b" if ratio > 0.25**9 and is_bounded else "a"
