"""Question 12 of the quiz: what a layer keeps for the backward pass."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q12"].oracle("what_the_gradients_depend_on")
def answer():
    import torch

    torch.manual_seed(0)
    A, W, b = (torch.randn(*shape, dtype=torch.float64) for shape in ((5, 3), (4, 3), (4,)))
    upstream = torch.randn(5, 4, dtype=torch.float64)

    def gradients(A, W, mask):
        delta = upstream * mask
        return delta.T @ A, delta.sum(0), delta @ W

    leaves = [t.clone().requires_grad_() for t in (W, b, A)]
    torch.relu(leaves[2] @ leaves[0].T + leaves[1]).backward(upstream)
    mask = (A @ W.T + b > 0).double()
    right = [leaf.grad for leaf in leaves]

    def same(*inputs):
        return all(torch.allclose(g, w) for g, w in zip(gradients(*inputs), right))

    assert same(A, W, mask)  # complete without b and without any loss
    q12 = {
        letter
        for letter, inputs in {
            "a": (0 * A, W, mask),
            "b": (A, W, 1 - mask),
            "d": (A, 0 * W, mask),
        }.items()
        if not same(*inputs)
    }
