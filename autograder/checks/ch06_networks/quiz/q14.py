"""Question 14 of the quiz: gradients add up."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q14a"].oracle("torch_accumulates")
def answer():
    import torch

    w = torch.tensor(1.0, requires_grad=True)
    for _ in range(2):
        (3 * w).backward()
    q14a = w.grad


@QUESTIONS["q14b"].oracle("torch_tells")
def answer():
    import torch

    w = torch.tensor(1.0, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    (3 * w).backward()
    optimizer.zero_grad()
    q14b = "b" if w.grad is None else "a" if w.grad == 0 else "c"
