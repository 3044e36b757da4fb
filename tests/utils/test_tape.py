"""The tape of 7.11: what it computes, counts, refuses and draws."""

import numpy as np
import pytest
import torch

from utils import Tape, plot_storage, plot_tape, tape


def forward(network):
    """f_0 ... f_K by the tape's steps, in a plain list."""
    f = [network.step(0, network.x)]
    for k in range(1, network.K + 1):
        f.append(network.step(k, f[-1]))
    return f


@pytest.fixture
def small():
    rng = np.random.default_rng(3)
    sizes = (3, 5, 4, 2)
    Omegas = [rng.normal(size=(n, m)) for m, n in zip(sizes, sizes[1:])]
    return Tape(Omegas, [rng.normal(size=n) for n in sizes[1:]], rng.normal(size=3), alpha=0.2)


def test_step_and_backward_agree_with_torch(small):
    W = [torch.tensor(Omega, requires_grad=True) for Omega in small.Omegas]
    b = [torch.tensor(beta) for beta in small.betas]
    x = torch.tensor(small.x, requires_grad=True)
    expected = [b[0] + W[0] @ x]
    for Omega, beta in zip(W[1:], b[1:]):
        expected.append(beta + Omega @ torch.nn.functional.leaky_relu(expected[-1], 0.2))
    upstream = np.array([2.0, -3.0])
    expected[-1].backward(torch.tensor(upstream))

    f, dl_df = forward(small), upstream
    for k in (2, 1, 0):
        np.testing.assert_allclose(f[k], expected[k].detach())
        dl_dOmega, dl_df = small.backward(k, dl_df, f[k - 1] if k else small.x)
        np.testing.assert_allclose(dl_dOmega, W[k].grad)
    np.testing.assert_allclose(dl_df, x.grad)


def test_it_counts_evaluations_and_vectors(small):
    f = forward(small)
    small.save(0, f[0])
    small.save(1, f[1])
    small.save(1, f[1])  # the same place
    small.drop(0)
    assert small.counts == {"layer evaluations": 3, "stored now": 1, "most stored": 2}
    assert small.events[-2:] == [("save", 1), ("drop", 0)]


def test_what_is_stored_is_a_copy(small):
    f = np.ones(5)
    small.save(0, f)
    f += 1
    small.load(0)[:] = 7
    np.testing.assert_array_equal(small.load(0), np.ones(5))


def test_a_full_tape_says_so():
    network = Tape.deep(K=6, every=3)  # checkpoints f_0 and f_3, and three more
    assert network.limit == 5
    for k in range(5):
        network.save(k, np.zeros(8))
    with pytest.raises(MemoryError, match="room for 5 vectors, and f_5 would be one more"):
        network.save(5, np.zeros(8))
    network.save(4, np.ones(8))  # replaces, needs no room
    network.drop(0)
    network.save(5, np.zeros(8))


def test_what_is_not_there_is_named(small):
    with pytest.raises(KeyError) as missing:
        small.load(1)
    assert str(missing.value) == "f_1 is not on the tape: never saved, or dropped too early"
    with pytest.raises(KeyError, match="dropped already"):
        small.drop(1)
    for call in (small.step, small.save):
        with pytest.raises(IndexError, match="the layers are 0 to 2"):
            call(3, np.zeros(2))


@pytest.mark.parametrize("seed", range(5))
def test_a_deep_network_neither_vanishes_nor_explodes(seed):
    network = Tape.deep(50, width=6, seed=seed)
    assert network.limit is None and network.K == 50
    f = forward(network)
    assert all(0.5 < np.linalg.norm(one) < 10 for one in f)
    dl_df = np.ones(6)
    for k in range(50, 0, -1):
        _, dl_df = network.backward(k, dl_df, f[k - 1])
        assert 1e-4 < np.linalg.norm(dl_df) < 1e4


def test_a_seed_gives_the_same_network_with_and_without_a_limit():
    np.testing.assert_array_equal(Tape.deep(9, 3).Omegas[9], Tape.deep(9).Omegas[9])
    assert np.any(Tape.deep(9, seed=1).x != Tape.deep(9, seed=2).x)


@pytest.fixture
def shown(monkeypatch):
    pairs = []
    monkeypatch.setattr(tape, "show", lambda fig, alt: pairs.append((fig, alt)))
    return pairs


def test_the_picture_of_three_spacings(shown):
    plot_storage(50, (25, 10, 5))
    ((fig, alt),) = shown
    assert len(fig.axes) == 6
    for facts in ("26 vectors at once, 99 layer", "14 vectors at once, 96 layer", "91 layer"):
        assert facts in alt
    assert [len(ax.patches) for ax in fig.axes[:3]] == [50, 50, 50]  # f_0 ... f_49, a bar each


@pytest.mark.parametrize("K, every", [(1, 1), (6, 3), (7, 3), (5, 10)])
def test_the_picture_needs_no_more_room_than_the_tape_has(K, every):
    bars, end, evaluations = tape._bars(K, every)
    assert sorted(k for k, *_ in bars) == list(range(K))
    stored = [sum(start <= t < stop for _, start, stop, _ in bars) for t in range(end)]
    assert max(stored) <= Tape.deep(K, every).limit
    assert evaluations <= 2 * (K + 1)


def test_the_picture_of_a_run(shown):
    network = Tape.deep(2)
    f = forward(network)
    network.save(0, f[0])
    network.save(1, network.step(1, f[0]))
    network.backward(2, np.ones(8), f[1])
    network.drop(1)
    plot_tape(network, "A run")
    ((fig, alt),) = shown
    assert "A run: at most 2 vectors at once, 4 layer evaluations, 5 steps in all." in alt
    widths = [patch.get_width() for patch in fig.axes[0].patches]
    assert widths == [2, 1]  # f_0 to the end, f_1 for one step
