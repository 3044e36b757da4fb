"""Watching a training loop: its losses, the gradients that arrive, and how far every parameter moves.

For 3.32, whose broken programs run in it: a small network, a small task, plain gradient descent.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Run:
    """What was seen of a training loop.

    losses: before each step. gradients: {parameter: the length of its last gradient, None where there
    is none}. moved: {parameter: how far it is from where it began}.
    """

    losses: list[float]
    gradients: dict[str, float | None]
    moved: dict[str, float]


class SmallNetwork(nn.Module):
    """2 inputs, a hidden layer `l1` of 8 ReLU units, and `l2` with the outputs."""

    def __init__(self, n_out: int):
        super().__init__()
        self.l1, self.l2 = nn.Linear(2, 8), nn.Linear(8, n_out)

    def forward(self, X: Tensor) -> Tensor:
        """The outputs, (n, n_out), without an activation."""
        return self.l2(torch.relu(self.l1(X)))


def small_network(n_out: int, seed: int = 0) -> SmallNetwork:
    """A `SmallNetwork` with weights that are drawn from `seed`."""
    torch.manual_seed(seed)
    return SmallNetwork(n_out)


def ring(n: int = 60, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Points in the plane, (n, 2) float32, and their classes: 1 inside a circle of radius 1.2, else 0."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, 2, generator=generator)
    return X, (X.norm(dim=1) < 1.2).long()


def watch(
    loss_of: Callable[[], Tensor],
    parameters: nn.Module | Mapping[str, Tensor],
    lr: float = 0.5,
    steps: int = 60,
) -> Run:
    """Train with plain gradient descent, and watch. A parameter without a gradient is left alone.

    loss_of: computes the loss anew in every step. parameters: a module, or {name: tensor}.
    """
    named = dict(parameters.named_parameters() if isinstance(parameters, nn.Module) else parameters)
    start = {name: tensor.detach().clone() for name, tensor in named.items()}
    losses, gradients = [], {}
    for _ in range(steps):
        for tensor in named.values():
            tensor.grad = None
        loss = loss_of()
        losses.append(loss.item())
        loss.backward()
        gradients = {name: _gradient(tensor) for name, tensor in named.items()}
        with torch.no_grad():
            for name, tensor in named.items():
                if gradients[name] is not None:
                    tensor -= lr * gradients[name]
    sizes = {
        name: None if found is None else found.norm().item() for name, found in gradients.items()
    }
    moved = {name: (tensor.detach() - start[name]).norm().item() for name, tensor in named.items()}
    return Run(losses, sizes, moved)


def _gradient(tensor: Tensor) -> Tensor | None:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # PyTorch warns when a tensor is no leaf; that is the point here
        return tensor.grad
