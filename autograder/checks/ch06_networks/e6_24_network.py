"""6.24c: a network with dropout. Its masks are read off its outputs: a network with three units in each of
two hidden layers has 64 possible outputs for a row."""

from itertools import product

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch06_networks.given_layers import (
    GIVEN_DROPOUT,
    dropout_is_right,
    given_to,
)
from autograder.checks.ch06_networks.off_limits import TORCH
from autograder.checks.ch06_networks.rules_of_judges import by_rules, close
from utils import NumpyMLP

SIZES, KEEP, ROWS = [4, 3, 3, 1], 0.7, 80
OPTIONS = {"activation": "tanh", "output_activation": "linear", "loss": "mse"}
MASKS = np.array(list(product([0.0, 1.0], repeat=3)))  # of a hidden layer, (8, 3)
NAMES = ["W1", "b1", "W2", "b2", "W3", "b3"]


def hidden_inputs(rng):
    """Parameters, inputs, targets, and the seed of a generator.

    All targets are the last bias: where all units of layer 2 are dropped, the masks of layer 1 cannot be
    seen, and with this target they do not act on any gradient either.
    """
    params = {}
    for layer, (n_in, n_out) in enumerate(zip(SIZES, SIZES[1:]), start=1):
        size = rng.uniform(0.4, 1.2, size=(n_out, n_in))
        params[f"W{layer}"] = size * rng.choice([-1, 1], (n_out, n_in))
        params[f"b{layer}"] = rng.uniform(0.3, 0.6, size=n_out) * rng.choice([-1, 1], n_out)
    X, y = rng.normal(size=(ROWS, SIZES[0])), np.full(ROWS, params["b3"][0])
    return params, X, y, int(rng.integers(10_000))


WEIGHTS = {
    "output in training": 3,
    "gradients": 3,
    "new masks in every call": 0.5,
    "masks from self.rng": 0.5,
    "one half, if nothing is said": 0.5,
    "nothing dropped with keep_prob 1": 0.5,
}


@check("6.24c", points=5, forbid=TORCH, weights=WEIGHTS)
def dropout_network(answer, rng):
    params, X, y, seed = hidden_inputs(rng)

    def network(*keep_prob):
        model = answer.DropoutMLP(SIZES, *keep_prob, **OPTIONS)
        model.params.update({name: value.copy() for name, value in params.items()})
        model.rng = np.random.default_rng(seed)
        return model

    def given(function, *arguments):
        with given_to(answer.DropoutMLP, dropout_is_right, **GIVEN_DROPOUT):
            return function(*arguments)

    def output(model, training=True):
        return model.forward(X, training=training)

    def gradients(keep_prob):
        model = network(keep_prob)
        out = output(model)
        grads = model.backward(y)
        return {"output": out, **{name: grads[name] for name in params}}

    def two_calls():
        model = network(KEEP)
        return [output(model), output(model)]

    return {
        "output in training": attempt(given, lambda: output(network(KEEP))),
        "gradients": attempt(given, gradients, KEEP),
        "new masks in every call": attempt(given, two_calls),
        "masks from self.rng": attempt(
            given, lambda: [output(network(KEEP)), output(network(KEEP))]
        ),
        "prediction": attempt(given, lambda: output(network(KEEP), training=False)),
        "one half, if nothing is said": attempt(given, lambda: output(network())),
        "nothing dropped with keep_prob 1": attempt(given, gradients, 1.0),
    }


class Masked:
    """The network of the hidden inputs with masks: what it computes, and the gradients of its loss."""

    def __init__(self, params, X, y):
        self._p, self._X, self._y = params, X, y[:, None]

    def outputs(self, scale):
        """For every row, the outputs under all pairs of masks: (n, 8, 8)."""
        p = self._p
        A1 = np.tanh(self._X @ p["W1"].T + p["b1"])[:, None] * MASKS * scale
        A2 = np.tanh(A1 @ p["W2"].T + p["b2"])[:, :, None] * MASKS * scale
        return (A2 @ p["W3"].T + p["b3"])[..., 0]

    def output(self, scale=1.0):
        """The output (n, 1) when every activation is multiplied by `scale`, and nothing dropped."""
        return self.outputs(scale)[:, -1, -1:]

    def masks(self, out, scale):
        """The masks (n, 3) of both hidden layers that give these outputs, or None."""
        possible = self.outputs(scale).reshape(len(self._X), -1)
        if np.shape(out) != (len(possible), 1):
            raise ValueError("another shape")
        place = np.abs(possible - out).argmin(axis=1)
        found = possible[np.arange(len(possible)), place]
        if not np.allclose(found, out[:, 0], rtol=1e-5, atol=1e-5):
            return None
        return MASKS[place // len(MASKS)], MASKS[place % len(MASKS)]

    def gradients(self, M1, M2, backward=True, cached=True, rescaled=1.0):
        """The gradients for these masks (with their factors). backward, cached: whether the masks act on the
        gradient, and on the activations that the weights' gradients use; rescaled: divides them backward."""
        p = self._p
        H1 = np.tanh(self._X @ p["W1"].T + p["b1"])
        A1 = H1 * M1
        H2 = np.tanh(A1 @ p["W2"].T + p["b2"])
        A2 = H2 * M2
        D3 = 2 * (A2 @ p["W3"].T + p["b3"] - self._y) / len(self._X)
        D2 = D3 @ p["W3"] * (M2 / rescaled if backward else 1) * (1 - H2**2)
        D1 = D2 @ p["W2"] * (M1 / rescaled if backward else 1) * (1 - H1**2)
        found = {}
        for layer, D, A in zip(
            "321", (D3, D2, D1), (A2, A1, self._X) if cached else (H2, H1, self._X)
        ):
            found[f"W{layer}"], found[f"b{layer}"] = D.T @ A, D.sum(axis=0)
        return found


@dropout_network.judge
def _(seen, rng):
    """Every output must be one of the 64 that masks and the division by keep_prob allow; the share of the
    kept units is keep_prob within 5 standard errors; the gradients are those for these masks; masks change
    from row to row and from call to call, and follow self.rng; a prediction is that of NumpyMLP."""
    params, X, y, _ = hidden_inputs(rng)
    net = Masked(params, X, y)
    plain, scales = net.output(), (1 / KEEP, 1.0, 1 / (1 - KEEP))

    def decoded(out):
        """(scale, masks of both layers) of an output, for the first scale that fits; or None."""
        for scale in scales:
            if (masks := net.masks(out, scale)) is not None:
                return scale, np.hstack(masks)
        return None

    def is_plain(out):
        return close(out, plain)

    def in_training(out):
        said = "it should be one that masks and a division by keep_prob can give"
        if is_plain(out):
            return Fault("nothing is dropped", "flag_ignored_by_fit")
        found = decoded(out)
        if found is None:
            zero = np.asarray(out)[:, 0] == 0
            rest = np.where(zero[:, None], plain, np.asarray(out) * KEEP)
            some = 0 < zero.sum() < len(zero)
            possible = net.outputs(1 / KEEP).reshape(len(X), -1)
            fits = np.abs(possible - rest).min(axis=1)[~zero].max(initial=0) < 1e-5
            return Fault(said, "drops_the_output_too" if some and fits else None)
        scale, masks = found
        later = not is_plain(seen["prediction"]) and close(seen["prediction"], net.output(KEEP))
        if scale == 1.0:
            return Fault(said, "scaled_at_inference_instead" if later else "never_rescaled")
        if scale != scales[0]:
            return Fault(said, "p_is_the_drop_probability")
        share, sigma = masks.mean(), np.sqrt(KEEP * (1 - KEEP) / masks.size)
        if len(np.unique(masks, axis=0)) == 1:
            return Fault("all rows have the same mask", "one_mask_for_the_whole_batch")
        if abs(share - (1 - KEEP)) < 5 * sigma:
            return Fault(
                "the share of the kept units should be keep_prob", "p_is_the_drop_probability"
            )
        return bool(abs(share - KEEP) < 5 * sigma) or Fault(
            "the share of the kept units should be keep_prob"
        )

    def gradients(value):
        found = decoded(value["output"])
        if found is None:
            return Fault("there are no masks that belong to this output")
        scale, masks = found
        factors = masks[:, :3] * scale, masks[:, 3:] * scale
        if same(value, net.gradients(*factors)):
            return not is_plain(value["output"]) or Fault(
                "nothing is dropped", "flag_ignored_by_fit"
            )
        for name, options in (
            ("mask_missing_in_backward", {"backward": False}),
            ("undropped_activation_cached", {"cached": False}),
            ("backward_without_scale", {"rescaled": scale}),
        ):
            if same(value, net.gradients(*factors, **options)):
                return Fault("they should be those of the network with these masks", name)
        return Fault("they should be those of the network with these masks")

    def new_masks(outs):
        if any(np.shape(out) != plain.shape for out in outs):
            raise ValueError("another shape")
        if is_plain(outs[0]):
            return Fault("nothing is dropped", "flag_ignored_by_fit")
        if close(*outs):
            return Fault("both calls drop the same units", "one_mask_forever")
        return all(decoded(out) for out in outs) or Fault("they should be outputs with masks")

    def from_rng(outs):
        if any(np.shape(out) != plain.shape for out in outs):
            raise ValueError("another shape")
        if is_plain(outs[0]):
            return Fault("nothing is dropped", "flag_ignored_by_fit")
        if not close(*outs):
            return Fault("the same generator should give the same masks", "global_random_state")
        return decoded(outs[0]) is not None or Fault("they should be outputs with masks")

    def prediction(out):
        if is_plain(out):
            return True
        if close(out, net.output(KEEP)):
            return Fault("it should be that of NumpyMLP", "scaled_at_inference_instead")
        dropped = net.masks(out, 1 / KEEP) is not None
        return Fault("it should be that of NumpyMLP", "drops_at_inference" if dropped else None)

    def half(out):
        if is_plain(out):
            return Fault("nothing is dropped", "flag_ignored_by_fit")
        fits = any(net.masks(out, scale) is not None for scale in (2.0, 1.0))
        return fits or Fault("it should be one that masks and a division by 0.5 can give")

    def ordinary(value):
        ones = np.ones((len(X), 3))
        return (is_plain(value["output"]) and same(value, net.gradients(ones, ones))) or Fault(
            "everything should be as in NumpyMLP"
        )

    return by_rules(seen, in_training, gradients, new_masks, from_rng, prediction, half, ordinary)


def same(value, gradients):
    """Do all gradients agree?"""
    return all(close(value[name], gradients[name]) for name in NAMES)


CALL = "dropout_forward(A, self.keep_prob, self.rng, training)"
BACK = 'delta = dropout_backward(delta, self.cache[f"mask{layer}"])'
dropout_network.misconception(
    "mask_missing_in_backward",
    "The gradient also passes where a unit was dropped. The same mask and division act in both directions.",
    edits={BACK: "pass"},
)
dropout_network.misconception(
    "undropped_activation_cached",
    "The cache holds the activations from before the dropout. The next layer got the dropped ones, and its "
    "weights' gradient needs these.",
    edits={
        "A, self.cache[f": "full = A\n                A, self.cache[f",
        'self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A': (
            'self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, full if layer < self.L else A'
        ),
    },
)
dropout_network.misconception(
    "backward_without_scale",
    "The backward pass uses the masks, but forgets the division by keep_prob.",
    edits={BACK: 'delta = delta * (self.cache[f"mask{layer}"] > 0)'},
)
dropout_network.misconception(
    "drops_the_output_too",
    "The output is dropped as well. Only hidden activations are.",
    edits={
        "if layer < self.L:\n                A, self": "if True:\n                A, self",
        f"if layer < self.L:\n                {BACK}\n": (
            f"{BACK}\n            if layer < self.L:\n                pass\n"
        ),
    },
)
dropout_network.misconception(
    "drops_at_inference",
    "A prediction drops units, too. Without training=True nothing is dropped.",
    edits={CALL: "dropout_forward(A, self.keep_prob, self.rng, True)"},
)
dropout_network.misconception(
    "flag_ignored_by_fit",
    "With training=True nothing is dropped. That is how fit calls forward, so the network trains without "
    "any dropout.",
    edits={CALL: "dropout_forward(A, self.keep_prob, self.rng, False)"},
)
INLINE = "(A * (kept := 1.0 * (self.rng.random(A.shape) < self.keep_prob)), kept)"
dropout_network.misconception(
    "never_rescaled",
    "The units that are kept are not divided by keep_prob, so the outputs in training and prediction "
    "differ in size.",
    edits={CALL: f"{INLINE} if training else (A, 1.0)"},
)
dropout_network.misconception(
    "scaled_at_inference_instead",
    "That is the older form, which multiplies by keep_prob in predictions. Here training divides, and a "
    "prediction is that of the ordinary network.",
    edits={CALL: f"{INLINE} if training else (A * self.keep_prob, 1.0)"},
)
dropout_network.misconception(
    "p_is_the_drop_probability",
    "keep_prob is taken for the probability to drop.",
    edits={
        CALL: "dropout_forward(A, 1 - self.keep_prob if self.keep_prob < 1 else 1.0, self.rng, training)"
    },
)
dropout_network.misconception(
    "one_mask_for_the_whole_batch",
    "All rows of the batch lose the same units. Every number is drawn on its own.",
    edits={
        CALL: (
            "((A * (one := (self.rng.random(A.shape[1]) < self.keep_prob) / self.keep_prob), one)\n"
            "                    if training else (A, 1.0))"
        )
    },
)
dropout_network.misconception(
    "one_mask_forever",
    "The masks are drawn once and used for ever. Every call of forward in training draws new ones.",
    edits={CALL: "dropout_forward(A, self.keep_prob, np.random.default_rng(layer), training)"},
)
dropout_network.misconception(
    "global_random_state",
    "The random numbers do not come from self.rng, so a training cannot be repeated.",
    edits={CALL: "dropout_forward(A, self.keep_prob, np.random, training)"},
)


@dropout_network.alternative("inline_with_inherited_backward")
class DropoutMLP(NumpyMLP):
    def __init__(self, layer_sizes, keep_prob=0.5, **options):
        super().__init__(layer_sizes, **options)
        self.keep_prob = keep_prob

    def forward(self, X, training=False):
        self.cache = {"A0": np.asarray(X, dtype=float)}
        self.factors = {}
        for i in range(1, self.L + 1):
            Z = np.einsum("ni,oi->no", self.cache[f"A{i - 1}"], self.params[f"W{i}"])
            Z += self.params[f"b{i}"]
            if i == self.L:
                A = ACTIVATIONS[self.output_activation](Z)
            else:
                self.factors[i] = np.ones(Z.shape)
                if training:
                    draws = self.rng.uniform(size=Z.shape)
                    self.factors[i] = np.where(draws <= self.keep_prob, 1 / self.keep_prob, 0)
                A = ACTIVATIONS[self.activation](Z) * self.factors[i]
            self.cache[f"Z{i}"], self.cache[f"A{i}"] = Z, A
        return A

    def backward(self, y):
        D, self.grads = self.output_delta(y), {}
        for i in range(self.L, 0, -1):
            self.grads[f"W{i}"], self.grads[f"b{i}"] = D.T @ self.cache[f"A{i - 1}"], D.sum(0)
            if i > 1:
                slope = ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{i - 1}"])
                D = D @ self.params[f"W{i}"] * slope * self.factors[i - 1]
        return self.grads


@dropout_network.alternative("masks_in_a_list")
class DropoutMLP(NumpyMLP):
    def __init__(self, layer_sizes, keep_prob=0.5, **options):
        super().__init__(layer_sizes, **options)
        self.keep_prob = keep_prob

    def forward(self, X, training=False):
        if not training:
            return super().forward(X)
        self.cache, self.masks, A = {"A0": X}, [], X
        for layer in range(1, self.L):
            self.cache[f"Z{layer}"] = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            A = ACTIVATIONS[self.activation](self.cache[f"Z{layer}"])
            A, mask = dropout_forward(A, self.keep_prob, self.rng)
            self.cache[f"A{layer}"] = A
            self.masks.append(mask)
        Z = A @ self.params[f"W{self.L}"].T + self.params[f"b{self.L}"]
        A = ACTIVATIONS[self.output_activation](Z)
        self.cache[f"Z{self.L}"], self.cache[f"A{self.L}"] = Z, A
        return A

    def backward(self, y):
        D, grads, masks = self.output_delta(y), {}, self.masks[::-1]
        for layer in range(self.L, 0, -1):
            grads[f"b{layer}"], grads[f"W{layer}"] = D.sum(0), D.T @ self.cache[f"A{layer - 1}"]
            if layer > 1:
                D = dropout_backward(D @ self.params[f"W{layer}"], masks[self.L - layer])
                D = D * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer - 1}"])
        self.grads = grads
        return grads


@dropout_network.oracle("torch_autograd_of_torch_dropout")
class DropoutMLP(NumpyMLP):
    def __init__(self, layer_sizes, keep_prob=0.5, **options):
        super().__init__(layer_sizes, **options)
        self.keep_prob = keep_prob

    def forward(self, X, training=False):
        import torch

        torch.manual_seed(int(self.rng.integers(2**31)))
        self.leaves = {
            name: torch.tensor(one, requires_grad=True) for name, one in self.params.items()
        }
        a = torch.tensor(X)
        for layer in range(1, self.L):
            a = torch.tanh(a @ self.leaves[f"W{layer}"].T + self.leaves[f"b{layer}"])
            a = torch.nn.functional.dropout(a, p=1 - self.keep_prob, training=training)
        self.output = a @ self.leaves[f"W{self.L}"].T + self.leaves[f"b{self.L}"]
        return self.output.detach().numpy()

    def backward(self, y):
        import torch

        ((self.output[:, 0] - torch.tensor(y)) ** 2).mean().backward()
        self.grads = {name: leaf.grad.numpy() for name, leaf in self.leaves.items()}
        return self.grads
