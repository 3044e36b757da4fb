"""Small PyTorch networks with prescribed weights, and the gradients that arrive at parameters."""


def layer(rng, n_in, n_out, size=1.0):
    """A linear layer in float32 with weights and biases from a normal distribution."""
    import torch

    made = torch.nn.Linear(n_in, n_out)
    with torch.no_grad():
        made.weight.copy_(torch.tensor(rng.normal(0, size, (n_out, n_in))))
        made.bias.copy_(torch.tensor(rng.normal(0, size, n_out)))
    return made


def network(rng, *sizes):
    """Linear layers of these sizes, with ReLU between them."""
    from torch.nn import ReLU, Sequential

    layers = [part for pair in zip(sizes, sizes[1:]) for part in (layer(rng, *pair), ReLU())]
    return Sequential(*layers[:-1])


def inputs(rng, n, d):
    """Rows of normal numbers, float32."""
    import torch

    return torch.tensor(rng.normal(size=(n, d)), dtype=torch.float32)


def classes(rng, n, k):
    """Classes 0 ... k - 1 in a random order, as whole numbers, each of them present."""
    import torch

    return torch.tensor(rng.permutation([i % k for i in range(n)]))


def backward(loss, *modules):
    """The loss, and the gradients that arrive at the parameters of the modules (None where none does)."""
    value = loss.detach().clone()
    loss.backward()
    return {"loss": value, "gradients": [p.grad for m in modules for p in m.parameters()]}


def directions(tensors):
    """Each tensor divided by its length: what a factor of the loss does not change. None stays None."""
    return [t if t is None or not t.any() else t / t.norm() for t in tensors]
