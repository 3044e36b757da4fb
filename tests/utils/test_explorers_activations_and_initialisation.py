"""The explorers of 6.11 to 6.14: what they say is what is drawn, and it is true."""

import re

import numpy as np
import pytest

from utils.explorers.ch06_networks.activations_and_initialisation import (
    LAYERS,
    ROWS,
    WIDTH,
    activation_explorer,
    signal_at_size_one,
    signal_explorer,
)

PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def numbers(text):
    text = text.replace("−", "-").replace("·10", "e").translate(PLAIN)
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def leaky(z, alpha):
    return np.where(z > 0, z, alpha * z)


def elu(z, alpha):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


@pytest.mark.parametrize(("name", "bend"), [("Leaky ReLU", leaky), ("SELU", elu)])
@pytest.mark.parametrize(("alpha", "scale"), [(0.0, 1.0), (0.2, 1.3), (1.67, 1.05)])
def test_the_activation_is_described_by_its_slopes_and_moments(name, bend, alpha, scale):
    explorer = activation_explorer()
    explorer.set(activation=name, alpha=alpha, scale=scale)
    _, right, below, place, far, mean, variance = numbers(explorer.text)
    z = np.random.default_rng(0).normal(size=400_000)

    def slope_at(x):
        return scale * (bend(np.array(x + 1e-6), alpha) - bend(np.array(x - 1e-6), alpha)) / 2e-6

    assert place == -3
    assert [right, below, far] == pytest.approx(
        [slope_at(1.0), slope_at(-1e-5), slope_at(-3.0)], abs=0.006
    )
    assert mean == pytest.approx(scale * bend(z, alpha).mean(), abs=0.015)
    assert variance == pytest.approx((scale * bend(z, alpha)).var(), abs=0.015)


def test_a_standard_normal_number_stays_one_with_the_constants_of_selu():
    explorer = activation_explorer()
    explorer.set(activation="SELU", alpha=1.67, scale=1.05)
    assert numbers(explorer.text)[-2:] == pytest.approx([0, 1], abs=0.011)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_one_run_serves_for_all_sizes_of_the_weights(alpha):
    """The same random numbers with larger weights, layer by layer."""
    rng, size = np.random.default_rng(6), 2.5
    A, variances = rng.normal(size=(ROWS, WIDTH)), []
    for _ in range(LAYERS):
        A = leaky(A @ rng.normal(0, np.sqrt(size / WIDTH), (WIDTH, WIDTH)).T, alpha)
        variances.append(A.var())
    assert variances == pytest.approx(
        size ** np.arange(1.0, LAYERS + 1) * signal_at_size_one(alpha)
    )


@pytest.mark.parametrize(("size", "alpha", "fate"), [
    (0.5, 0.0, "fades"), (2.0, 0.0, "keeps"), (4.0, 0.0, "explodes"), (1.0, 1.0, "keeps"), (2.0, 0.5, "explodes"),
])  # fmt: skip
def test_the_fate_of_a_signal(size, alpha, fate):
    explorer = signal_explorer()
    explorer.set(size=size, alpha=alpha)
    said_size, said_alpha, _, factor, layer, last = numbers(explorer.text)
    assert (said_size, said_alpha, layer) == (size, alpha, LAYERS)
    assert factor == pytest.approx(size * (1 + alpha**2) / 2, abs=0.006)
    assert fate in explorer.text
    # what one network of 96 units a layer measures: the law, up to chance
    variance_after_one = size * np.var(leaky(np.random.default_rng(0).normal(size=100_000), alpha))
    assert abs(np.log2(last / (variance_after_one * factor**19))) < 4
