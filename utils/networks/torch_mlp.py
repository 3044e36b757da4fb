"""The network of `NumpyMLP` in PyTorch, and a comparison of the two."""

import numpy as np
import torch
from torch import nn

from utils.networks.numpy_mlp import NumpyMLP


class PyTorchMLP(nn.Module):
    """ReLU in the hidden layers, a sigmoid at the output; float32, as PyTorch's layers are.

    layer_sizes  (inputs, hidden units, ..., outputs), such as [10, 32, 16, 1]
    layers       an `nn.ModuleList` of `nn.Linear`: `layers[0].weight` has the shape of W1, (n_1, n_0)
    seed         of the weights, which PyTorch draws in its own way (`copy_weights` takes those of NumPy)
    """

    def __init__(self, layer_sizes, seed=0):
        super().__init__()
        self.layer_sizes = list(layer_sizes)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            pairs = zip(self.layer_sizes[:-1], self.layer_sizes[1:])
            self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairs)

    def forward(self, x):
        """The probabilities (n, n_L) for a batch x (n, n_0), a tensor."""
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return torch.sigmoid(self.layers[-1](x))

    @torch.no_grad()
    def predict(self, x):
        """Labels 0 and 1, (n,), a tensor: 1 where the probability is at least one half."""
        return (self(x)[:, 0] >= 0.5).long()


@torch.no_grad()
def copy_weights(np_model, torch_model):
    """Give a `PyTorchMLP` the weights and biases of a `NumpyMLP` of the same sizes."""
    for number, layer in enumerate(torch_model.layers, 1):
        layer.weight.copy_(torch.as_tensor(np_model.params[f"W{number}"]))
        layer.bias.copy_(torch.as_tensor(np_model.params[f"b{number}"]))


def verify_numpy_pytorch_equivalence(layer_sizes, n, seed, atol=1e-6):
    """Do the two networks say the same about n random rows? Returns (ok, largest difference).

    PyTorch computes in float32 here, so that differences of about 1e-7 are to be expected.
    """
    np_model, torch_model = NumpyMLP(layer_sizes, seed=seed), PyTorchMLP(layer_sizes)
    copy_weights(np_model, torch_model)
    X = np.random.default_rng(seed).normal(size=(n, layer_sizes[0]))
    with torch.no_grad():
        other = torch_model(torch.as_tensor(X, dtype=torch.float32)).numpy()
    difference = float(np.max(np.abs(np_model.forward(X) - other)))
    return difference <= atol, difference
