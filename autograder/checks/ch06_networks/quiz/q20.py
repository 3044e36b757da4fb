"""Question 20 of the quiz: gradient norms by layer."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q20a"].oracle("mean_of_logarithms")
def answer():
    import numpy as np

    q20a = 10 ** np.diff(np.linspace(-1, -8, 10)).mean()


@QUESTIONS["q20b"].oracle("norms_with_and_without_the_2")
def answer():
    import torch

    def ratio(variance, layers=10, n=128):
        torch.manual_seed(1)
        z = [torch.randn(32, n, requires_grad=True)]
        for _ in range(layers - 1):
            z.append(torch.relu(z[-1]) @ (torch.randn(n, n) * (variance / n) ** 0.5))
        first, last = torch.autograd.grad((torch.relu(z[-1]) @ torch.randn(n)).sum(), [z[0], z[-1]])
        return (first.norm(dim=1).mean() / last.norm(dim=1).mean()).item()

    q20b = "b" if ratio(2) > 0.5 and ratio(1) < 0.1 else "a"
