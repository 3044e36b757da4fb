"""The networks of chapter 6 against torch autograd in float64, and what they promise beside it."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import utils
from utils.networks.activations import ACTIVATION_GRADIENTS, ACTIVATIONS
from utils.networks.initialisation import INIT_VARIANCE
from utils.networks.losses import LOSS_GRADIENTS, LOSSES, binary_cross_entropy
from utils.networks.metrics import accuracy, roc_auc
from utils.networks.numpy_mlp import NumpyMLP
from utils.networks.torch_mlp import PyTorchMLP, copy_weights, verify_numpy_pytorch_equivalence

IN_TORCH = {
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "linear": lambda z: z,
    "bce": F.binary_cross_entropy,
    "mse": F.mse_loss,
}
SIZES = ([4, 3, 2, 1], [3, 3, 3, 3], [2, 1], [5, 4, 2])


def some_rows(sizes, n=7, seed=3):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, (n, sizes[-1]))
    return rng.normal(size=(n, sizes[0])), y[:, 0] if sizes[-1] == 1 else y


def with_biases(model, seed=4):
    """The model with parameters that are nowhere zero, so that no unit sits on a corner."""
    model.set_flat(np.random.default_rng(seed).normal(size=model.get_flat().size))
    return model


def by_torch(model, X, y):
    """(output, loss, gradients) of the same network, by torch's autograd."""
    params = {name: torch.tensor(value, requires_grad=True) for name, value in model.params.items()}
    A = torch.tensor(X)
    for layer in range(1, model.L + 1):
        name = model.output_activation if layer == model.L else model.activation
        A = IN_TORCH[name](A @ params[f"W{layer}"].T + params[f"b{layer}"])
    loss = IN_TORCH[model.loss](A, torch.tensor(y, dtype=torch.float64).reshape(A.shape))
    loss.backward()
    return A.detach(), loss.item(), {name: value.grad for name, value in params.items()}


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize(
    "output, loss", [("sigmoid", "bce"), ("sigmoid", "mse"), ("linear", "mse"), ("tanh", "mse")]
)
def test_forward_loss_and_gradients_agree_with_torch(sizes, activation, output, loss):
    model = with_biases(NumpyMLP(sizes, activation, output, loss))
    X, y = some_rows(sizes)
    expected_output, expected_loss, expected = by_torch(model, X, y)
    np.testing.assert_allclose(model.forward(X), expected_output, rtol=0, atol=1e-12)
    assert model.compute_loss(model.forward(X), y) == pytest.approx(expected_loss, abs=1e-10)
    grads = model.backward(y)
    assert list(grads) != [] and set(grads) == set(model.params)
    assert grads is model.grads
    for name, gradient in expected.items():
        assert gradient.abs().max() > 0
        np.testing.assert_allclose(grads[name], gradient, rtol=0, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_of_activations(name):
    z = np.linspace(-4, 4, 40)
    tensor = torch.tensor(z, requires_grad=True)
    IN_TORCH[name](tensor).sum().backward()
    np.testing.assert_allclose(ACTIVATIONS[name](z), IN_TORCH[name](torch.tensor(z)), atol=1e-12)
    np.testing.assert_allclose(ACTIVATION_GRADIENTS[name](z), tensor.grad, atol=1e-12)


def test_the_general_gradient_of_the_cross_entropy():
    y_hat, y = np.array([[0.2], [0.7], [0.6]]), np.array([0, 1, 0])
    p = torch.tensor(y_hat, requires_grad=True)
    F.binary_cross_entropy(p, torch.tensor(y[:, None] * 1.0)).backward()
    np.testing.assert_allclose(LOSS_GRADIENTS["bce"](y_hat, y), p.grad, atol=1e-12)


def test_a_loss_is_finite_where_the_network_is_sure_and_wrong():
    assert binary_cross_entropy(np.array([[0.0], [1.0]]), [1, 0]) == pytest.approx(27.631, abs=1e-3)


def test_a_name_that_is_registered_later_works_in_hidden_layers_and_at_the_output(monkeypatch):
    model = NumpyMLP([2, 3, 1], activation="softplus", output_activation="softplus", loss="mse")
    monkeypatch.setitem(ACTIVATIONS, "softplus", lambda z: np.logaddexp(0, z))
    monkeypatch.setitem(ACTIVATION_GRADIENTS, "softplus", ACTIVATIONS["sigmoid"])
    monkeypatch.setitem(IN_TORCH, "softplus", F.softplus)
    X, y = some_rows([2, 1])
    model.forward(X)
    for name, gradient in by_torch(model, X, y)[2].items():
        np.testing.assert_allclose(model.backward(y)[name], gradient, atol=1e-8)


def test_backward_calls_output_delta():
    class Halved(NumpyMLP):
        def output_delta(self, y):
            return super().output_delta(y) / 2

    X, y = some_rows([4, 1])
    plain, halved = NumpyMLP([4, 3, 1]), Halved([4, 3, 1])
    plain.forward(X), halved.forward(X)
    np.testing.assert_allclose(halved.backward(y)["W1"], plain.backward(y)["W1"] / 2)


def test_shapes_of_parameters_cache_and_predictions():
    model = NumpyMLP([4, 3, 2, 1])
    X, y = some_rows([4, 1], n=5)
    assert model.forward(X).shape == (5, 1)
    assert {name: value.shape for name, value in model.params.items()} == {
        "W1": (3, 4), "b1": (3,), "W2": (2, 3), "b2": (2,), "W3": (1, 2), "b3": (1,),
    }  # fmt: skip
    assert {name: value.shape for name, value in model.cache.items()} == {
        "A0": (5, 4), "Z1": (5, 3), "A1": (5, 3), "Z2": (5, 2), "A2": (5, 2), "Z3": (5, 1), "A3": (5, 1),
    }  # fmt: skip
    assert model.L == 3
    assert model.predict_proba(X).shape == model.predict(X).shape == (5,)
    assert set(model.predict(X)) <= {0, 1}


@pytest.mark.parametrize("init", INIT_VARIANCE)
def test_weights_begin_with_the_named_variance_and_biases_with_zero(init):
    model = NumpyMLP([300, 200, 1], init=init)
    assert np.var(model.params["W1"]) == pytest.approx(INIT_VARIANCE[init](300, 200), rel=0.05)
    assert not model.params["b1"].any()


def test_the_variances():
    named = {name: variance(50, 200) for name, variance in INIT_VARIANCE.items()}
    assert named == pytest.approx(
        {"he": 0.04, "xavier": 0.008, "lecun": 0.02, "too_small": 1e-4, "too_large": 1.0}
    )


def test_the_same_seed_gives_the_same_training():
    X, y = utils.generate_click_data(300, 10)
    models = [NumpyMLP([10, 4, 1], seed=seed) for seed in (1, 1, 2)]
    histories = [model.fit(X, y, X[:50], y[:50], epochs=3) for model in models]
    assert histories[0] == histories[1] != histories[2]
    assert [len(values) for values in histories[0].values()] == [3, 3]
    assert histories[0]["val_loss"][-1] == models[0].compute_loss(models[0].forward(X[:50]), y[:50])


def test_an_epoch_sees_every_row_once_and_trains():
    class Watching(NumpyMLP):
        def train_step(self, X, y):
            seen.append(X[:, 0])
            return super().train_step(X, y)

    seen = []
    X, y = np.arange(20.0).reshape(10, 2), np.arange(10) % 2
    Watching([2, 1]).fit(X, y, epochs=1, batch_size=4)
    assert [len(batch) for batch in seen] == [4, 4, 2]
    assert sorted(np.concatenate(seen)) == list(X[:, 0])


def test_only_fit_trains_with_the_flag():
    class Watching(NumpyMLP):
        def forward(self, X, training=False):
            flags.append(training)
            return super().forward(X, training)

    flags = []
    X, y = some_rows([2, 1])
    model = Watching([2, 1])
    model.fit(X, y, X, y, epochs=1, batch_size=100)
    model.predict(X)
    assert flags == [True, False, False]


def test_an_update_leaves_old_arrays_alone():
    X, y = some_rows([3, 1])
    model = NumpyMLP([3, 2, 1], learning_rate=0.5)
    before, copies = dict(model.params), {k: v.copy() for k, v in model.params.items()}
    model.train_step(X, y)
    for name, old in copies.items():
        np.testing.assert_array_equal(before[name], old)
        np.testing.assert_allclose(model.params[name], old - 0.5 * model.grads[name])


def test_flat_parameters_go_round():
    model = NumpyMLP([4, 3, 1])
    theta = model.get_flat()
    assert theta.shape == (4 * 3 + 3 + 3 + 1,)
    model.set_flat(np.arange(19))
    np.testing.assert_array_equal(model.params["W1"], np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(model.get_flat(), np.arange(19.0))
    assert model.params["b2"].dtype == np.float64
    theta[0] = 99
    assert model.get_flat()[0] == 0
    with pytest.raises(ValueError, match=r"19 parameters: give a vector of the shape \(19,\)"):
        model.set_flat(np.zeros(18))


@pytest.mark.parametrize("output, loss", [("sigmoid", "bce"), ("linear", "mse")])
def test_float32_stays_float32(output, loss):
    X, y = some_rows([4, 1])
    model = NumpyMLP([4, 3, 1], "tanh", output, loss, dtype=np.float32)
    model.fit(X, y, epochs=1)
    for name, value in {**model.params, **model.cache, **model.grads}.items():
        assert value.dtype == np.float32, name


def test_mistakes_are_named_with_what_to_do():
    X, y = some_rows([4, 1])
    model = NumpyMLP([4, 3, 1])
    with pytest.raises(
        ValueError, match=r"X has the shape \(7, 3\).*\(n, 4\): one row per example"
    ):
        model.forward(X[:, :3])
    with pytest.raises(ValueError, match="layer_sizes"):
        NumpyMLP([4])
    with pytest.raises(KeyError, match="no initialisation 'kaiming'; registered are he, xavier"):
        NumpyMLP([4, 1], init="kaiming")
    with pytest.raises(KeyError, match="no activation 'gelu'; registered are relu"):
        NumpyMLP([4, 3, 1], activation="gelu").forward(X)
    with pytest.raises(ValueError, match=r"y has the shape \(6,\).*\(7, 1\): give one target"):
        model.compute_loss(model.forward(X), y[:6])


def test_targets_may_be_a_column_and_never_spread():
    X, y = some_rows([4, 1])
    model = NumpyMLP([4, 3, 1])
    y_hat = model.forward(X)
    for loss in LOSSES.values():
        assert loss(y_hat, y) == loss(y_hat, y[:, None])
    with pytest.raises(ValueError, match="one target for each output"):
        model.compute_loss(y_hat, y[None, :])


# PyTorch --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_two_networks_agree(sizes):
    ok, difference = verify_numpy_pytorch_equivalence(sizes, n=50, seed=2)
    assert ok and 0 < difference < 1e-6


def test_networks_that_differ_are_told_apart():
    ok, difference = verify_numpy_pytorch_equivalence([10, 8, 1], n=50, seed=2, atol=1e-12)
    assert not ok and difference > 1e-12


def test_copy_weights_and_training_in_float64():
    X, y = some_rows([4, 1])
    ours, theirs = with_biases(NumpyMLP([4, 3, 2, 1])), PyTorchMLP([4, 3, 2, 1]).double()
    copy_weights(ours, theirs)
    optimiser = torch.optim.SGD(theirs.parameters(), lr=ours.learning_rate)
    for _ in range(5):
        ours.train_step(X, y)
        optimiser.zero_grad()
        F.binary_cross_entropy(theirs(torch.tensor(X))[:, 0], torch.tensor(y * 1.0)).backward()
        optimiser.step()
    for number, layer in enumerate(theirs.layers, 1):
        np.testing.assert_allclose(ours.params[f"W{number}"], layer.weight.detach(), atol=1e-10)
        np.testing.assert_allclose(ours.params[f"b{number}"], layer.bias.detach(), atol=1e-10)
    np.testing.assert_array_equal(theirs.predict(torch.tensor(X)), ours.predict(X))


def test_a_torch_network_follows_its_seed_and_nothing_else():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, other, third = PyTorchMLP([3, 1], seed=1), PyTorchMLP([3, 1], seed=1), PyTorchMLP([3, 1])
    assert torch.equal(one.layers[0].weight, other.layers[0].weight)
    assert not torch.equal(one.layers[0].weight, third.layers[0].weight)
    assert torch.equal(torch.rand(1), expected)


# metrics --------------------------------------------------------------------------------------------


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(1)
    y, scores = rng.integers(0, 2, 60), rng.integers(0, 9, 60)  # with many equal scores
    pairs = [(a > b) + (a == b) / 2 for a in scores[y == 1] for b in scores[y == 0]]
    assert roc_auc(y, scores) == pytest.approx(np.mean(pairs), abs=1e-12)
    assert roc_auc([0, 0, 1, 1], [1, 2, 3, 4]) == 1
    assert roc_auc([0, 1, 0, 1], [5, 5, 5, 5]) == 0.5


def test_the_area_needs_both_kinds():
    with pytest.raises(ValueError, match="y needs both"):
        roc_auc([1, 1], [0.2, 0.3])


def test_accuracy():
    assert accuracy([0, 1, 1, 0], [0, 1, 0, 0]) == 0.75


def test_a_saturated_probability_in_float32_has_a_finite_loss():
    said = np.array([[1.0]], dtype=np.float32)
    assert np.isfinite(LOSSES["bce"](said, np.array([0]))) and np.isfinite(
        LOSS_GRADIENTS["bce"](said, np.array([0]))
    )
