"""Question 6 of the quiz: what backward does and what step does."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q6"].oracle("weights_before_and_after")
def answer():
    import torch

    w = torch.ones(3, requires_grad=True)
    loss = (w * torch.arange(3.0)).sum() ** 2
    loss.backward()
    moved_by_backward = not torch.equal(w.detach(), torch.ones(3))
    torch.optim.SGD([w], lr=0.1).step()
    moved_by_step = not torch.equal(w.detach(), torch.ones(3))
    q6 = "b" if moved_by_step and not moved_by_backward and w.grad is not None else "?"
