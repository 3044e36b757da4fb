"""6.11 to 6.14: what their texts claim of experiments holds for ten seeds; 6.11's two ways to register."""

import contextlib
import io

import numpy as np
import pytest

from autograder.check import all_checks
from autograder.checks.ch06_networks.leaky_registered import given_leaky_relu, registries_restored
from autograder.inside.answer import observe_answer
from autograder.judging.reference import Reference, execute
from autograder.judging.verdict import judge
from utils import NumpyMLP, generate_click_data

NOTEBOOK = "6.14b"  # its last part, after which all names are there
SEEDS = range(10)

AT_ONCE = """
del register_leaky_relu
ACTIVATIONS["leaky_relu"] = leaky_relu
ACTIVATION_GRADIENTS["leaky_relu"] = lambda z: leaky_relu_gradient(z)
"""


@pytest.fixture(scope="module")
def reference():
    return Reference()


@pytest.fixture(scope="module")
def solved(reference):
    """The names of the solved notebook, with experiments on fewer examples than a student's."""
    names = reference.namespace(NOTEBOOK)
    whole = names["activation_variances"]
    names["leaky_starts"].__globals__["activation_variances"] = lambda *args, **options: whole(
        *args, **{"n_samples": 64} | options
    )
    yield names
    names["leaky_starts"].__globals__["activation_variances"] = whole


@pytest.mark.parametrize(("more", "full"), [(AT_ONCE, True), ("del register_leaky_relu", False)])
def test_the_name_may_be_registered_when_the_cell_is_run(reference, more, full):
    """As the contract of 6.11 has it; the notebook asks for a function that does it."""
    check = all_checks()["6.11"]
    with registries_restored():
        names = execute(more, reference.namespace("6.11"), "more")
        seen = observe_answer(check.observe, names, 1, "6.11")
    verdict = judge(check, seen, reference, 1)
    assert verdict.full == full, [line for line in verdict.lines if not line.holds]


def test_relu_loses_units_under_rough_treatment_only_and_leaky_relu_never(solved):
    train, count = solved["train_on_clicks"], solved["count_dead_neurons"]
    with given_leaky_relu(), contextlib.redirect_stdout(io.StringIO()):
        for seed in SEEDS:
            X = generate_click_data(1000, n_features=10, seed=seed)[0]
            for name in ("relu", "leaky_relu"):
                born_dead = count(NumpyMLP([10, 32, 16, 1], activation=name, seed=seed), X)
                assert (
                    count(train(name, seed=seed), X) == born_dead == (name == "relu" and seed == 8)
                )
                dead = count(train(name, 10.0, 0.3, seed), 10 * X)
                assert (dead >= 1) == (name == "relu")


def test_the_slopes_of_four_schemes(solved):
    for seed in SEEDS:
        slopes = map(solved["slope_per_layer"], solved["variances_of_schemes"](seed=seed).values())
        assert list(slopes) == pytest.approx([-6.29, 7, -1, 0], abs=0.13)


def test_the_slopes_of_three_starts_with_a_leak(solved):
    for seed in SEEDS:
        slopes = map(solved["slope_per_layer"], solved["leaky_starts"](0.5, seed=seed).values())
        derived, he, by_variance = slopes
        assert abs(derived) < 0.06 and 0.25 < he < 0.4 and 0.05 < by_variance < 0.15


def test_selu_needs_the_variance_one_over_n(solved):
    for seed in SEEDS:
        runs = solved["selu_starts"](seed=seed)
        assert 0.85 < min(runs["lecun"]) and max(runs["lecun"]) < 1.15
        assert runs["he"][-1] > 10 and runs["standard normal"][-1] > 1e30


def test_selu_brings_a_strayed_variance_back(solved):
    selu = solved["selu"]
    for seed in SEEDS:
        for size in (0.1, 10.0):
            rng = np.random.default_rng(seed)
            A = rng.normal(0, size, (64, 256))
            for _ in range(20):
                A = selu(A @ rng.normal(0, 1 / 16, (256, 256)).T)
            assert 0.8 < A.var() < 1.25
