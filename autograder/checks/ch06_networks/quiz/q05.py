"""Question 5 of the quiz: dead ReLUs."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q5"].oracle("units_that_die_and_wake_up")
def answer():
    # x → h = v x → a unit that is silent while h > 0.2, beside one that is not → their sum
    import torch

    def gradient_step(parameters, loss, lr):
        optimizer = torch.optim.SGD(parameters, lr=lr)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    x = torch.linspace(0.5, 1.5, 8)
    v, w, b = (torch.tensor(t, requires_grad=True) for t in (1.0, -1.0, 0.2))
    history = []
    for _ in range(10):
        z = w * (v * x) + b
        gradient_step([v, w, b], ((torch.relu(z) + torch.relu(v * x)) ** 2).mean(), 0.1)
        history.append((bool((z < 0).all()), w.grad == 0 and b.grad == 0, bool((z > 0).any())))
    silent, no_gradient, _ = history[0]
    wakes_up = any(awake for *_, awake in history)

    unit = torch.tensor(1.0, requires_grad=True)
    gradient_step([unit], (torch.relu(unit * x) ** 2).mean(), 5.0)
    killed_by_a_large_step = bool((unit * x < 0).all())

    slope = torch.tensor(1.0, requires_grad=True)
    torch.relu(slope * (x - 1)).sum().backward()  # silent for half of the examples
    z = -x.clone().requires_grad_()
    (gelu_slopes,) = torch.autograd.grad(torch.nn.functional.gelu(z).sum(), z)
    holds = {
        "a": silent,
        "b": no_gradient,
        "c": not wakes_up,
        "d": killed_by_a_large_step,
        "e": slope.grad == 0,
        "f": bool((gelu_slopes == 0).all()),
    }
    q5 = {letter for letter, held in holds.items() if held}
