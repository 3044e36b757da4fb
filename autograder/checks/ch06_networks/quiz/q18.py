"""Question 18 of the quiz: GELU."""

from autograder.check import written
from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q18"].oracle("torch_gelu")
def answer():
    import torch

    z = torch.linspace(-8, 8, 16001, dtype=torch.float64, requires_grad=True)
    exact = torch.nn.functional.gelu(z)
    (slope,) = torch.autograd.grad(exact.sum(), z)
    far = torch.tensor([-20.0], requires_grad=True)
    torch.nn.functional.gelu(far).backward()
    assert abs(z[7000] + 1) < 1e-9
    samples = torch.distributions.Normal(0.0, 1.0).cdf(z.detach())
    holds = {
        "a": slope.diff().abs().max() < 0.01,  # no jump of the slope anywhere, 0 included
        "b": (slope > 0).all(),
        "c": slope[7000].abs() > 0.01,
        "d": far.grad.item() != 0,
        "e": torch.allclose(z.detach() * samples, exact.detach()),
        "f": torch.allclose(torch.nn.functional.gelu(z, approximate="tanh"), exact, atol=1e-6),
    }
    q18 = {letter for letter, held in holds.items() if held}


written(
    "q18-written",
    rubric=[
        (0.5, "a property of GELU with what it means for learning, such as a gradient below 0"),
        (
            0.5,
            "that the reasons are experience more than proof, or where a usual claim goes too far",
        ),
    ],
)
