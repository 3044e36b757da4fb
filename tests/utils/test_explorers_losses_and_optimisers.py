"""The explorers of 6.8, 6.16 and 6.9: what they say is what is drawn, and true."""

import re

import numpy as np
import pytest

from utils.explorers.ch06_networks.losses_and_optimisers import (
    AS_SET,
    FAIR,
    STEEP,
    logit_loss_explorer,
    momentum_explorer,
    momentum_path,
    softmax_explorer,
    valley,
)


def numbers(text):
    return [
        float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+(?:\.\d+)?(?:e[+-]\d+)?", text)
    ]


def test_softmax_adds_up_to_one_and_ignores_the_shift():
    explorer = softmax_explorer()
    said = []
    for shift in (-4, 0, 3):
        explorer.set(z1=1.5, z2=-2.0, z3=0.5, shift=shift)
        *z, p1, p2, p3, ratio, power = numbers(explorer.text)
        assert z == [1.5 + shift, -2.0 + shift, 0.5 + shift]
        assert p1 + p2 + p3 == pytest.approx(1, abs=0.002)
        assert power == 3.5
        assert ratio == pytest.approx(np.exp(power), rel=0.01)
        said.append((p1, p2, p3))
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize("label", [0.0, 0.3, 1.0])
def test_the_loss_of_a_logit_and_its_slope(label):
    torch = pytest.importorskip("torch")
    explorer = logit_loss_explorer()
    for logit in (-8.0, -0.5, 0.0, 6.0):
        explorer.set(label=label, logit=logit)
        _, _, loss, slope, _ = numbers(explorer.text)
        z = torch.tensor(logit, requires_grad=True)
        exact = torch.nn.functional.binary_cross_entropy_with_logits(z, torch.tensor(label))
        exact.backward()
        assert loss == pytest.approx(exact.item(), abs=0.001)
        assert slope == pytest.approx(z.grad.item(), abs=0.001)


def test_momentum_goes_the_way_of_torch():
    torch = pytest.importorskip("torch")
    path = momentum_path(0.9, 0.02, 30)
    point = torch.tensor(path[0], requires_grad=True)
    optimiser = torch.optim.SGD([point], lr=0.02, momentum=0.9)
    for place in path[1:]:
        optimiser.zero_grad()
        ((point[0] ** 2 + STEEP * point[1] ** 2) / 2).backward()
        optimiser.step()
        assert np.allclose(point.detach().numpy(), place)


def test_plain_steps_leave_the_valley_from_two_over_its_curvature_on():
    explorer = momentum_explorer()
    for rate in (0.07, 0.09):
        explorer.set(beta=0.0, learning_rate=rate, steps=100, rate_used=AS_SET)
        assert ("left the valley" in explorer.text) == (rate > 2 / STEEP)
    explorer.set(beta=0.9)
    assert "left the valley" not in explorer.text, "momentum stands a larger rate here"


def test_the_fair_rate_gives_equal_steps_on_a_constant_gradient():
    explorer = momentum_explorer()
    settled = {}
    for how in (AS_SET, FAIR):
        for beta in (0.0, 0.9):
            explorer.set(beta=beta, learning_rate=0.03, rate_used=how)
            settled[how, beta] = numbers(explorer.text)[2]
    assert settled[FAIR, 0.9] == settled[FAIR, 0.0] == settled[AS_SET, 0.0] == 0.03
    assert settled[AS_SET, 0.9] == pytest.approx(0.3)
    assert valley(momentum_path(0.9, 0.02, 40)[-1]) < valley(momentum_path(0, 0.02, 40)[-1])
