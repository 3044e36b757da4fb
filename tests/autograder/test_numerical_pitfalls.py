"""3.32's broken programs: each runs without an error, and what it is said not to teach stays untaught."""

import warnings

import pytest

from autograder.judging.reference import Reference
from utils.gradient_watch import ring, small_network, watch

torch = pytest.importorskip("torch")
REFERENCE = Reference()


@pytest.fixture(scope="module")
def names():
    """The notebook with its solutions."""
    return REFERENCE.namespace("3.32f")


X, y = ring()
L1, L2 = {"l1.weight", "l1.bias"}, {"l2.weight", "l2.bias"}


def unmoved(run):
    return {name for name, distance in run.moved.items() if distance == 0}


@pytest.mark.parametrize(
    "broken, fixed, n_out, stays",
    [
        ("argmax_loss", "fix_argmax_loss", 2, L1 | L2),
        ("detached_hidden", "fix_detached_hidden", 2, L1),
        ("single_softmax", "fix_single_softmax", 1, L1 | L2),
    ],
)
def test_a_broken_loss_trains_nothing_and_the_repaired_one_everything(
    names, broken, fixed, n_out, stays
):
    def run_of(function):
        model = small_network(n_out)
        given = (model.l1, model.l2) if "hidden" in function else (model,)
        return watch(lambda: names[function](*given, X, y if n_out == 2 else y.float()), model)

    wrong, right = run_of(broken), run_of(fixed)
    assert unmoved(wrong) == stays
    assert not unmoved(right)
    assert right.losses[-1] < 0.8 * right.losses[0]
    if stays == L1 | L2:
        assert len(set(wrong.losses)) == 1, "the loss is flat"
    else:
        assert right.losses[-1] < wrong.losses[-1] < wrong.losses[0], "half a network learns half"


def test_the_converted_tensor_gets_no_gradient_and_an_optimiser_refuses_it(names):
    for function, moves in (("leaf", False), ("fix_leaf", True)):
        weights = names[function]((3,), 0)
        run = watch(lambda: ((weights - 1) ** 2).sum(), {"weights": weights}, lr=0.1)  # noqa: B023
        assert (run.moved["weights"] > 0) == moves
    with pytest.raises(ValueError, match="non-leaf"), warnings.catch_warnings(action="ignore"):
        torch.optim.SGD([names["leaf"]((3,), 0)], lr=0.1)


def test_a_product_is_no_leaf_either_and_stops_in_the_second_step():
    weights = torch.randn(3, requires_grad=True) * 0.1
    with pytest.raises(RuntimeError, match="second time"):
        watch(lambda: (weights**2).sum() + (2 * weights).sum(), {"weights": weights}, steps=2)


def test_the_wrong_order_leaves_the_model_as_it_was(names):
    for function, moves in (("wrong_order", False), ("fix_order", True)):
        model = small_network(2)
        before = [p.detach().clone() for p in model.parameters()]
        after = names[function](model, X, y, 0.5, 15).parameters()
        assert all(torch.equal(a, b) is not moves for a, b in zip(after, before, strict=True))
