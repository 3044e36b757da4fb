"""Question 15 of the quiz: forward and reverse mode."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q15b"].oracle("torch_counts_passes")
def answer():
    import torch

    x = torch.arange(1.0, 6.0, dtype=torch.float64, requires_grad=True)
    loss = (x**2).sum()
    (gradient,) = torch.autograd.grad(loss, x)  # one backward pass
    one_direction = torch.func.jvp(lambda x: (x**2).sum(), (x,), (torch.eye(5)[0].double(),))[1]
    (of_sum,) = torch.autograd.grad((x**2)[:2].sum(), x)
    reverse = torch.allclose(gradient, 2 * x) and one_direction.numel() < gradient.numel()
    q15b = "b" if reverse else "c"
