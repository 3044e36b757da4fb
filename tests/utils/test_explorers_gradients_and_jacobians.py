"""The pictures of 3.7, 3.9 and 3.10: what their sentences say is true, at the ends of the sliders, too."""

import re
from itertools import product

import numpy as np
import pytest
import torch

from utils.explorers.ch03_calculus.gradients_and_jacobians import (
    level_sets_explorer,
    softplus_field,
    square_explorer,
)


def numbers(text):
    return [float(one) for one in re.findall(r"[-+]?\d+(?:\.\d+)?", text.replace("−", "-"))]


@pytest.mark.parametrize(
    "c, around, direction", list(product([0.5, 6.0, 9.0], [0, 45, 285], [0, 15, 345]))
)
def test_the_level_sets_tell_how_fast_f_changes(c, around, direction):
    explorer = level_sets_explorer()
    explorer.set(c=c, around=around, direction=direction)
    x, y, level, angle, *rates, steepest = numbers(explorer.text)
    step = np.array([np.cos(np.radians(direction)), np.sin(np.radians(direction))])
    place = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
    value = place[0] ** 2 + 4 * place[1] ** 2
    value.backward()
    gradient = place.grad.numpy()
    assert level == c and value.item() == pytest.approx(c, abs=0.06)  # two decimals of the point
    rate = rates[0] if rates else 0.0
    assert rate == pytest.approx(gradient @ step, abs=0.06)
    assert steepest == pytest.approx(np.linalg.norm(gradient), abs=0.06)
    assert np.cos(np.radians(angle)) == pytest.approx(rate / steepest, abs=0.02)


@pytest.mark.parametrize("c, says", [(0.0, "a single point"), (-2.0, "has no point")])
def test_level_sets_that_are_no_curves(c, says):
    explorer = level_sets_explorer()
    explorer.set(c=c)
    assert says in explorer.text


@pytest.mark.parametrize("x, y", [(-0.5, 0.75), (-1.5, -1.5), (1.0, 1.0), (1.5, 0.0)])
def test_the_square_is_mapped_as_its_jacobian_says(x, y):
    explorer = square_explorer()
    explorer.set(x=x, y=y, side=0.1)
    given = torch.tensor([x, y], dtype=torch.float64)
    found = torch.autograd.functional.jacobian(
        lambda p: torch.stack([p[0] + p[1] ** 2 / 2, p[1] + p[0] ** 2 / 2]), given
    )
    at_x, at_y, *entries, _, _, area, gap = numbers(explorer.text)
    assert [at_x, at_y] == [x, y] and entries == pytest.approx(found.ravel().tolist(), abs=0.006)
    assert area == pytest.approx(abs(torch.det(found).item()), abs=0.006)
    assert ("mirror" in explorer.text) is (torch.det(found).item() < 0)
    assert ("flat" in explorer.text) is (torch.det(found).item() == 0)
    explorer.set(side=1.0)
    assert numbers(explorer.text)[-1] == pytest.approx(10 * gap, abs=6)  # ten times as much


def test_the_field_shows_the_given_gradients_and_refuses_what_is_none():
    def gradient(a, x):
        return a / (1 + np.exp(-(a @ x)))

    shown = softplus_field(gradient)
    *_, shortest, longest, length = numbers(shown.text)
    ends = [1.5 * x1 + 0.75 * x2 for x1, x2 in product(range(-2, 3), repeat=2)]
    assert length == pytest.approx(np.hypot(1.5, 0.75), abs=0.005)
    assert shortest == pytest.approx(length / (1 + np.exp(-min(ends))), abs=0.006)
    assert longest == pytest.approx(length / (1 + np.exp(-max(ends))), abs=0.006)
    with pytest.raises(ValueError, match=r"shape \(\)"):
        softplus_field(lambda a, x: 0.5)


def test_a_field_never_hands_out_its_own_numbers():
    def spoils(a, x):
        a *= 0
        return a + x

    first, again = softplus_field(spoils).text, softplus_field(spoils).text
    assert first == again and "1.68" in first
