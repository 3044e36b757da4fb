"""6.11 may register its functions in a function of its own, as the notebook asks, or when the cell is run."""

import pytest

from autograder.check import all_checks
from autograder.checks.ch06_networks.leaky_registered import registries_restored
from autograder.inside.answer import observe_answer
from autograder.judging.reference import Reference, execute
from autograder.judging.verdict import judge

AT_ONCE = """
del register_leaky_relu
ACTIVATIONS["leaky_relu"] = leaky_relu
ACTIVATION_GRADIENTS["leaky_relu"] = lambda z: leaky_relu_gradient(z)
"""


@pytest.mark.parametrize(("more", "full"), [(AT_ONCE, True), ("del register_leaky_relu", False)])
def test_the_name_may_be_registered_when_the_cell_is_run(more, full):
    reference, check = Reference(), all_checks()["6.11"]
    with registries_restored():
        names = execute(more, reference.namespace("6.11"), "more")
        seen = observe_answer(check.observe, names, 1, "6.11")
    verdict = judge(check, seen, reference, 1)
    assert verdict.full == full, [line for line in verdict.lines if not line.holds]
