"""The explorers of 3.20 to 3.23: what their sentences say is true, and no slider gives an answer away."""

import re

import numpy as np
import pytest
import torch

from utils.explorers.ch03_calculus.gradient_identities import (
    LOWEST,
    VALLEY,
    margin_explorer,
    newton_explorer,
    ridge_explorer,
    softmax_gradient_explorer,
)


def at(explorer, **values):
    explorer.set(**values)
    return explorer.text.replace("−", "-")


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def positions(explorer, name):
    (control,) = (one for one in explorer.controls if one["name"] == name)
    count = round((control["high"] - control["low"]) / control["step"])
    return [control["low"] + k * control["step"] for k in range(count + 1)]


def ridge(x, lam):
    a = torch.tensor([2.0, 1.0], dtype=torch.float64)
    return torch.sum((x - a) ** 2) + lam * torch.sum(x**2)


@pytest.mark.parametrize("lam", [-0.9, -0.3, 0.0, 0.6, 3.0])
def test_the_penalty_pulls_the_lowest_point_to_where_the_slope_is_zero(lam):
    text = at(ridge_explorer(), lam=lam)
    place = re.search(r"is \((.*?)\)", text)[1].split(", ")
    x = torch.tensor([float(one) for one in place], dtype=torch.float64)
    assert torch.func.grad(ridge)(x, lam) == pytest.approx(0, abs=0.05)
    assert torch.linalg.eigvalsh(torch.func.hessian(ridge)(x, lam)).min() > 0
    assert ("between 0 and a" in text, "beyond a" in text) == (lam > 0, lam < 0)
    assert ("outside of the picture" in text) == (x[0] > 5.5)


@pytest.mark.parametrize("lam", [-1.2, -1.8])
def test_where_f_falls_without_end_no_lowest_point_is_shown(lam):
    explorer = ridge_explorer()
    text = at(explorer, lam=lam)
    assert "no lowest point" in text and not any("lowest point" in p for p in explorer.pictures)
    place = re.search(r"At \((.*?)\)", text)[1].split(", ")
    x = torch.tensor([float(one) for one in place], dtype=torch.float64)
    assert torch.func.grad(ridge)(x, lam) == pytest.approx(0, abs=0.05)
    assert ridge(x + 1, lam) < ridge(x, lam) > ridge(x - 1, lam)


def test_the_sliders_have_no_position_that_answers_an_exercise():
    assert min(abs(lam + 1) for lam in positions(ridge_explorer(), "lam")) > 0.05  # 3.20b
    logits = softmax_gradient_explorer()
    steps = {round(p - q, 6) for p in positions(logits, "z1") for q in positions(logits, "z2")}
    assert not steps & {1.0, -1.0}  # 3.21a has the logits 1, 2, 3: any three with differences of 1


@pytest.mark.parametrize("right", ["1", "2", "3"])
@pytest.mark.parametrize("z", [(0.6, -0.6, 1.8), (-3.0, 3.0, 0.0), (0.0, 0.0, 0.0)])
def test_the_bars_are_the_gradient_of_the_loss(z, right):
    text = at(
        softmax_gradient_explorer(),
        **dict(zip(("z1", "z2", "z3"), z, strict=True)),
        right_class=right,
    )
    logits = torch.tensor([z], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([int(right) - 1]))
    loss.backward()
    said, probability, height, *gradient = numbers(text)
    assert said == int(right)
    assert probability == pytest.approx(torch.exp(-loss).item(), abs=0.0051)
    assert height == pytest.approx(loss.item(), abs=0.0051)
    assert gradient == pytest.approx(logits.grad[0].numpy(), abs=0.0051)


@pytest.mark.parametrize("margin", [-6.0, -1.0, 0.0, 2.5])
def test_loss_and_slope_by_the_margin(margin):
    text = at(margin_explorer(), margin=margin)
    m = torch.tensor(margin, dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.softplus(-m)
    loss.backward()
    expected = [margin, loss.item(), m.grad.item(), torch.sigmoid(m).item()]
    assert numbers(text) == pytest.approx(expected, abs=0.00051)
    side = "wrong" if margin < 0 else "right" if margin else "on the boundary"
    assert f"the sign is {side}:" in text


@pytest.mark.parametrize(
    ("x1", "x2", "rate"), [(-2.0, 2.0, 0.4), (5.0, -1.5, 1.0), (3.0, 1.5, 0.1)]
)
def test_both_steps_are_what_the_sentence_says(x1, x2, rate):
    *_, said_rate, left, angle = numbers(at(newton_explorer(), x1=x1, x2=x2, rate=rate))
    x, lowest = (torch.tensor(one, dtype=torch.float64) for one in ((x1, x2), LOWEST))

    def f(x):
        return (x - lowest) @ torch.tensor(VALLEY) @ (x - lowest) / 2

    down = -torch.func.grad(f)(x)
    assert said_rate == rate
    assert left == pytest.approx(torch.linalg.norm(x + rate * down - lowest).item(), abs=0.0051)
    cosine = torch.nn.functional.cosine_similarity(down, lowest - x, dim=0)
    assert angle == pytest.approx(torch.rad2deg(torch.arccos(cosine.clamp(max=1))).item(), abs=0.51)
    assert np.linalg.eigvalsh(VALLEY) == pytest.approx([0.3, 1.8])


def test_on_an_axis_of_the_valley_the_directions_agree_and_at_the_bottom_nothing_moves():
    explorer = newton_explorer()
    assert "differ by 0°" in at(explorer, x1=3.0, x2=1.5)
    assert "differ by 0°" in at(explorer, x1=0.0, x2=2.5)
    assert "neither method moves" in at(explorer, x1=1.0, x2=0.5)
