"""The explorers of 3.25 to 3.29: what they say is what is drawn, and true."""

import re

import numpy as np
import pytest

from utils.explorers.ch03_calculus.descent_and_curvature import (
    FLAT,
    heavy_ball_explorer,
    height,
    hills,
    newton_explorer,
    saddle_explorer,
    two_ways,
    valley_explorer,
    walk,
)


def numbers(text):
    return [
        float(n.replace("−", "-")) for n in re.findall(r"[-−]?\d+(?:\.\d+)?(?:e[-−+]\d+)?", text)
    ]


def every_value(explorer):
    """All positions of every slider, the others at their start."""
    start = dict(explorer.values)
    for control in explorer.controls:
        low, high, step = (control[key] for key in ("low", "high", "step"))
        for k in range(round((high - low) / step) + 1):
            yield start | {control["name"]: low + k * step}


@pytest.mark.parametrize(
    "make", [valley_explorer, heavy_ball_explorer, newton_explorer, saddle_explorer]
)
def test_every_position_of_every_slider_can_be_drawn(make):
    explorer, told = make(), set()
    with np.errstate(all="raise", under="ignore"):
        for values in every_value(explorer):
            explorer.set(**values)
            assert "nan" not in explorer.text and "inf" not in explorer.text
            assert not any("nan" in picture for picture in explorer.pictures)
            told.add(explorer.text)
    assert len(told) > 50


def test_the_zig_zag_is_to_be_seen_at_first():
    explorer = valley_explorer()
    rate, steps, turns, *rest = numbers(explorer.text.replace("w2", "").replace("w1", ""))
    assert (rate, steps, turns) == (0.019, 30, 30)
    assert rest == pytest.approx([1, 0.9**30, 1, 0.981**30], rel=0.01)


@pytest.mark.parametrize("rate, leaves", [(0.0195, False), (0.02, False), (0.0205, True)])
def test_the_path_leaves_the_valley_beyond_the_bound(rate, leaves):
    explorer = valley_explorer()
    explorer.set(learning_rate=rate, steps=80)
    assert ("leaves the valley" in explorer.text) == leaves


def test_the_walk_is_that_of_torch():
    torch = pytest.importorskip("torch")
    for momentum in (0.0, 0.9):
        path = walk(0.01, momentum, 50.0, 30)
        point = torch.tensor(path[0], requires_grad=True)
        optimiser = torch.optim.SGD([point], lr=0.01, momentum=momentum)
        for place in path[1:]:
            optimiser.zero_grad()
            ((point[0] ** 2 + 50 * point[1] ** 2) / 2).backward()
            optimiser.step()
            assert np.allclose(point.detach().numpy(), place)


def test_what_flies_away_is_cut_off():
    path = walk(0.05, 0.0, 100.0, 150)
    assert len(path) < 151 and np.all(np.isfinite(path))


def test_momentum_wins_at_a_small_rate_and_loses_where_plain_steps_fit():
    explorer = heavy_ball_explorer()
    explorer.set(steepness=50, learning_rate=0.002, momentum=0.8, steps=100)
    assert "Momentum is ahead" in explorer.text
    explorer.set(steepness=2, learning_rate=0.05, momentum=0.98, steps=100)
    assert "Plain steps are ahead" in explorer.text
    explorer.set(momentum=0.0)
    assert "Both are the same" in explorer.text
    explorer.set(steepness=100, learning_rate=0.03, momentum=0.5)
    assert "plain descent has left the valley" in explorer.text
    path = walk(0.002, 0.8, 50.0, 100)
    explorer.set(steepness=50, learning_rate=0.002, momentum=0.8)
    assert f"{height(path[-1], 50):.3g}" in explorer.text


def test_newton_goes_the_way_of_torchs_derivatives():
    torch = pytest.importorskip("torch")
    from torch.autograd.functional import hessian, jacobian

    def f(at):
        return hills(at[0], at[1])

    jumps, slides = two_ways(1.1, -1.2, 4)
    for path, step in (
        (jumps, lambda at: torch.linalg.solve(hessian(f, at), jacobian(f, at))),
        (slides, lambda at: 0.1 * jacobian(f, at)),
    ):
        for here, there in zip(path, path[1:]):
            at = torch.tensor(here)
            assert np.allclose((at - step(at)).numpy(), there)


def test_the_marks_of_the_two_valleys_and_the_pass_stand_where_there_is_no_slope():
    h = 1e-5
    for x, y in (FLAT, -FLAT, (0.0, 0.0)):
        assert (
            abs(hills(x + h, y) - hills(x - h, y)) < 1e-12 > abs(hills(x, y + h) - hills(x, y - h))
        )
    assert hills(*FLAT) < hills(0.0, 0.0)


def test_newton_finds_a_minimum_or_the_saddle():
    explorer = newton_explorer()
    explorer.set(start_x=1.5, start_y=0.5, steps=8)
    assert "it is a minimum" in explorer.text and "uphill" not in explorer.text
    explorer.set(start_x=0.4, start_y=-0.3)
    assert "it is a saddle" in explorer.text
    explorer.set(start_x=0.1, start_y=0.8)
    assert "it is a saddle" in explorer.text
    jumps, _ = two_ways(0.1, 0.8, 8)
    rises = np.flatnonzero(np.diff(hills(*jumps.T)) > 1e-9)
    assert ("uphill in step" in explorer.text) == (len(rises) > 0)


def test_somewhere_newton_goes_uphill():
    explorer = newton_explorer()
    explorer.set(start_x=0.6, start_y=-0.2, steps=4)
    jumps, _ = two_ways(0.6, -0.2, 4)
    rises = np.flatnonzero(np.diff(hills(*jumps.T)) > 1e-9)
    assert f"uphill in step {rises[0] + 1}." in explorer.text


def test_the_saddle_is_left_sooner_or_later():
    explorer = saddle_explorer()
    for power, first in ((-4, 51), (-5, 64), (-12, 152)):
        for steps, gone in ((first - 1, False), (min(first, 120), first <= 120)):
            if steps <= 120:
                explorer.set(power_of_ten_of_y0=power, steps=steps)
                assert ("has escaped" in explorer.text) == gone
    explorer.set(power_of_ten_of_y0=-4, steps=51)
    assert "closest to the saddle at step 23, at a distance of 0.00887" in explorer.text
