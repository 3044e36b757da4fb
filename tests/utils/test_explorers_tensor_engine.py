"""The explorers of 3.33, and what its text says about wrong gradients."""

import re

import numpy as np
import pytest

from utils import load_four_nine
from utils.explorers.ch03_calculus import tensor_engine
from utils.explorers.ch03_calculus.tensor_engine import (
    CUT,
    LEAKS,
    MEAN,
    MISTAKES,
    NONE,
    OUTPUT,
    SUMMED,
    digit_reader,
    drawn_picture,
    off_by,
    scores_of,
    slopes,
    start,
    training,
    wrong_gradients_explorer,
)

FOUR = """
...#....
..+#....
..#..#..
.#+..#..
.#####..
....#...
...+#...
...#....
"""
THIN = """
...#....
..#.....
.#...#..
.#...#..
.#####..
.....#..
.....#..
....#+..
"""


def test_the_gradients_written_by_hand_are_those_of_pytorch():
    import torch

    X, y, _, _ = load_four_nine()
    leaves = [torch.tensor(p, requires_grad=True) for p in start()]
    W1, b1, W2, b2 = leaves
    scores = torch.relu(torch.tensor(X) @ W1 + b1) @ W2 + b2
    torch.nn.functional.cross_entropy(scores, torch.tensor(y)).backward()
    for ours, leaf in zip(slopes(start(), X, y), leaves, strict=True):
        np.testing.assert_allclose(ours, leaf.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mistake", [NONE, LEAKS, OUTPUT, CUT, MEAN])
def test_a_network_reads_nearly_all_pictures_with_these_gradients(mistake):
    assert min(training(mistake, seed)[1][-1] for seed in range(5)) >= 0.98
    assert (max(off_by(mistake)) > 0.4) == (mistake != NONE)


def test_one_mistake_does_show_in_training():
    assert training(SUMMED)[1][-1] < 0.6 and min(off_by(SUMMED)) > 0.9


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_sentence_says_what_training_and_check_show(mistake):
    explorer = wrong_gradients_explorer()
    explorer.set(mistake=mistake)
    assert f"{training(mistake)[1][-1]:.1%}" in explorer.text
    named = set(re.findall(r"\b[Wb][12]\b", explorer.text.split("The check")[1]))
    wrong = {name for name, off in zip(tensor_engine.NAMES, off_by(mistake)) if off > 1e-4}
    assert named == wrong


def test_a_faded_picture_changes_its_digit():
    explorer = digit_reader()
    explorer.set(picture=30, fade=0.0)
    first = re.search(r"says (\w+)", explorer.text)[1]
    explorer.set(fade=1.0)
    assert {first, re.search(r"says (\w+)", explorer.text)[1]} == {"four", "nine"}


def test_the_picture_of_the_pull_is_the_gradient_of_the_scores(monkeypatch):
    shown = []
    monkeypatch.setattr(
        tensor_engine, "_signed", lambda values, title: shown.append(values) or _empty_chart()
    )
    explorer = digit_reader()
    explorer.set(picture=5)
    parameters, x = training()[0], load_four_nine()[2][4]
    pull = shown[-2]
    for pixel in (10, 28, 35, 43):
        step = 1e-6 * np.eye(64)[pixel]
        (a, b), (c, d) = scores_of(parameters, np.array([x + step, x - step]))
        assert pull[pixel] == pytest.approx(((b - a) - (d - c)) / 2e-6, abs=1e-6)


def _empty_chart():
    return tensor_engine.Chart("", "", x=(0, 1), y=(0, 1))


def test_a_drawn_four_is_read():
    assert drawn_picture(FOUR).sum() == FOUR.count("#") + FOUR.count("+") / 2
    assert "Your digit: the network says four" in digit_reader(drawn=FOUR).text
    assert "Your digit: the network says nine" in digit_reader(drawn=THIN).text
    spaced = "\n".join(" ".join(line) for line in FOUR.split("\n"))
    assert (drawn_picture(spaced) == drawn_picture(FOUR)).all()


@pytest.mark.parametrize("wrong", ["###", FOUR.replace("#", "x"), FOUR + "........\n"])
def test_what_is_no_digit_is_said_in_one_sentence(wrong):
    with pytest.raises(ValueError, match="eight lines of eight signs"):
        digit_reader(drawn=wrong)


def test_a_network_of_ones_own_takes_its_place():
    """Also one with another number of units, and with biases that are rows."""
    rng = np.random.default_rng(0)
    own = [rng.normal(size=s) for s in ((64, 7), (1, 7), (7, 2), (1, 2))]
    explorer = digit_reader(own)
    four, nine = scores_of(own, load_four_nine()[2])[2]
    assert f"says {'nine' if nine > four else 'four'}" in explorer.text
    (unit,) = (control for control in explorer.controls if control["name"] == "unit")
    assert unit["high"] == 7
