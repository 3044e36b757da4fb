"""The random pairs of figure 7.8 and the line that shows how far a training is."""

import sys

import pytest
import torch

from utils import training_progress
from utils.training_data import make_fig78_data
from utils.training_progress import show_epoch


def test_shapes_and_kinds():
    X, Y = make_fig78_data(0)
    assert X.shape == (100, 10) and Y.shape == (100, 5)
    assert X.dtype == Y.dtype == torch.float32
    assert abs(float(X.mean())) < 0.15 and 0.8 < float(X.var()) < 1.2


def test_binary_targets():
    X, Y = make_fig78_data(3, binary=True)
    assert Y.shape == (100, 1) and Y.dtype == torch.float32
    assert set(Y.unique().tolist()) == {0.0, 1.0} and 25 < float(Y.sum()) < 75
    assert torch.equal(X, make_fig78_data(3)[0])


def test_a_seed_means_the_same_data_and_leaves_the_generator_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, two, other = make_fig78_data(4), make_fig78_data(4), make_fig78_data(5)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one[0], other[0])


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(training_progress, "monotonic", lambda: now[0])
    return now


def train(clock, epochs, seconds):
    for epoch in range(1, epochs + 1):
        show_epoch(epoch, epochs, 1 / epoch)
        clock[0] += seconds


def test_it_is_silent_where_nobody_looks(clock, capsys):
    train(clock, 5, 1.0)
    assert capsys.readouterr().out == ""


def test_one_line_that_overwrites_itself(clock, capsys, monkeypatch):
    monkeypatch.setattr(training_progress, "_somebody_looks", lambda: True)
    train(clock, 100, 0.01)
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and out.endswith("\n")
    parts = [part.strip() for part in out.split("\r") if part]
    assert 5 <= len(parts) <= 12
    assert parts[-1] == "epoch 100 of 100: loss 0.01"
    assert len({len(part.rstrip("\n")) for part in out.split("\r") if part}) == 1


def test_a_short_training_says_nothing(clock, capsys, monkeypatch):
    monkeypatch.setattr(training_progress, "_somebody_looks", lambda: True)
    train(clock, 4, 0.01)
    assert capsys.readouterr().out == ""


def test_a_terminal_counts_as_somebody(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert training_progress._somebody_looks()
