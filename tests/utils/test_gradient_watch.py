"""The training loop that 3.32 watches, its task and its network."""

import pytest

torch = pytest.importorskip("torch")

from utils.gradient_watch import ring, small_network, watch  # noqa: E402


def test_it_steps_like_the_optimiser_of_torch():
    X, y = ring()
    ours, theirs = small_network(2), small_network(2)

    def loss_of(model):
        return torch.nn.functional.cross_entropy(model(X), y)

    run = watch(lambda: loss_of(ours), ours, lr=0.3, steps=12)
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.3)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = loss_of(theirs)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    assert run.losses == pytest.approx(losses, rel=1e-5)
    for (name, one), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-6)
        assert run.gradients[name] == pytest.approx(other.grad.norm().item(), rel=1e-4)


def test_the_task_can_be_learned():
    X, y = ring()
    assert X.shape == (60, 2) and X.dtype == torch.float32
    assert y.dtype == torch.int64 and 20 <= int(y.sum()) <= 40
    model = small_network(2)
    watch(lambda: torch.nn.functional.cross_entropy(model(X), y), model, steps=300)
    assert (model(X).argmax(dim=1) == y).float().mean() > 0.95


def test_a_seed_fixes_the_network_and_the_points():
    assert torch.equal(small_network(1, seed=3).l1.weight, small_network(1, seed=3).l1.weight)
    assert not torch.equal(small_network(1, seed=3).l1.weight, small_network(1, seed=4).l1.weight)
    assert torch.equal(ring(seed=5)[0], ring(seed=5)[0])


def test_what_is_no_leaf_is_left_alone_without_a_warning(recwarn):
    weights = torch.ones(3, requires_grad=True).double()
    run = watch(lambda: (weights**2).sum(), {"weights": weights}, steps=3)
    assert run.gradients == {"weights": None} and run.moved == {"weights": 0.0}
    assert not [w for w in recwarn if "leaf" in str(w.message)]
