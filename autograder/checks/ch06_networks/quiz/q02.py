"""Question 2 of the quiz: counting parameters."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q2"].oracle("torch_parameters")
def answer():
    import torch

    sizes = [10, 64, 32, 1]
    layers = [torch.nn.Linear(n, m) for n, m in zip(sizes, sizes[1:])]
    q2 = sum(p.numel() for layer in layers for p in layer.parameters())
