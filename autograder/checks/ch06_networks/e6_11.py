"""6.11: Leaky ReLU, its slope, and a network that uses them."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.leaky_registered import registries_restored
from autograder.checks.ch06_networks.off_limits import TORCH

GRADIENTS_OF_A_NETWORK = "the gradients of a network that uses the registered pair"


@check("6.11", points=5, reveal=True, weights={GRADIENTS_OF_A_NETWORK: 2}, forbid=TORCH)
def leaky(answer, rng):
    def both_signs(*shape):
        """As many negative numbers as positive ones, none of them near 0."""
        size = int(np.prod(shape))
        z = rng.uniform(0.1, 4, size) * np.where(np.arange(size) % 2, 1, -1)
        return rng.permutation(z).reshape(shape)

    def values(name, arrays, **options):
        return [getattr(answer, name)(z, **options) for z in arrays]

    def whole(z, alpha):
        return [answer.leaky_relu(z, alpha=alpha), answer.leaky_relu_gradient(z, alpha=alpha)]

    def single(low, high, alpha):
        functions = answer.leaky_relu, answer.leaky_relu_gradient
        return [as_number(f(z, alpha=alpha)) for f in functions for z in (low, high)]

    def network(seed):
        from utils import NumpyMLP

        if answer.has("register_leaky_relu"):  # or it was registered when the cell was run
            answer.register_leaky_relu()
        model = NumpyMLP([3, 6, 4, 1], activation="leaky_relu", seed=seed)
        model.forward(X)
        return model

    def activations():
        with registries_restored():
            return network(seed).cache["A1"]

    def gradients():
        with registries_restored():
            return [network(seed).backward(y)[name] for name in ("W1", "b1", "W2")]

    arrays = [both_signs(6), both_signs(3, 4), both_signs(2, 3, 2)]
    slope, other = float(rng.uniform(0.2, 0.4)), float(rng.uniform(0.5, 0.8))
    X, y, seed = 2 * both_signs(8, 3), np.arange(8) % 2, int(rng.integers(1000))
    integers = rng.permutation(np.array([-7, -5, -3, 2, 4, 9]))
    low, high = -float(rng.uniform(1, 5)), float(rng.uniform(2, 5))
    return {
        "values with the default slope": attempt(values, "leaky_relu", arrays),
        "values with another slope": attempt(values, "leaky_relu", arrays, alpha=slope),
        "gradient with the default slope": attempt(values, "leaky_relu_gradient", arrays),
        "gradient with another slope": attempt(values, "leaky_relu_gradient", arrays, alpha=slope),
        "whole numbers": attempt(whole, integers, other),
        "single numbers": attempt(single, low, high, other),
        "a network that uses the registered function": attempt(activations),
        GRADIENTS_OF_A_NETWORK: attempt(gradients),
    }


VALUE, SLOPE = "np.where(z > 0, z, alpha * z)", "np.where(z > 0, 1.0, alpha)"
FIRST = 'ACTIVATIONS["leaky_relu"] = leaky_relu\n'
SECOND = 'ACTIVATION_GRADIENTS["leaky_relu"] = leaky_relu_gradient'
leaky.misconception(
    "gradient_alpha_times_z",
    "Below 0 the gradient is α·z, which is the function itself. The slope of α·z is the number α.",
    edits={SLOPE: "np.where(z > 0, 1.0, alpha * z)"},
)
leaky.misconception(
    "alpha_hard_coded",
    "The slope is always 0.01: alpha is an argument, and other values of it should count.",
    edits={VALUE: "np.where(z > 0, z, 0.01 * z)", SLOPE: "np.where(z > 0, 1.0, 0.01)"},
)
leaky.misconception(
    "gradient_zero_for_negative",
    "That is the slope of ReLU. A Leaky ReLU still has the slope α below 0; that is what it is for.",
    edits={SLOPE: "np.where(z > 0, 1.0, 0.0)"},
)
leaky.misconception(
    "minus_alpha_z",
    "Below 0 the sign is lost: α·z is negative there, and the curve goes on downwards.",
    edits={VALUE: "np.where(z > 0, z, -alpha * z)"},
)
leaky.misconception(
    "in_place",
    "leaky_relu overwrites the array that it is given. Make a new one: the network still needs z for the "
    "slope.",
    edits={f"return {VALUE}": "z[z < 0] *= alpha\n    return z"},
)
leaky.misconception(
    "integer_truncation",
    "For whole numbers the result was rounded to whole numbers. An array like z can hold nothing else "
    "when z is of integers.",
    edits={f"return {VALUE}": f"z = np.asarray(z)\n    return ({VALUE}).astype(z.dtype)"},
)
leaky.misconception(
    "not_registered",
    "Nothing is registered: a network looks for the name in ACTIVATIONS and ACTIVATION_GRADIENTS.",
    edits={FIRST: "pass\n", SECOND: "pass"},
)
leaky.misconception(
    "gradient_not_registered",
    "The function is registered, but not its slope: a network with it computes forward and not backward.",
    edits={SECOND: "pass"},
)
leaky.misconception(
    "function_registered_as_its_gradient",
    "In ACTIVATION_GRADIENTS stands the function itself. The backward pass needs its slope there.",
    edits={SECOND: 'ACTIVATION_GRADIENTS["leaky_relu"] = leaky_relu'},
)
leaky.misconception(
    "elu_confusion",
    "α(eᶻ − 1) is the ELU, which bends below 0. The Leaky ReLU is straight there: α·z.",
    edits={VALUE: "np.where(z > 0, z, alpha * (np.exp(z) - 1))"},
)
leaky.misconception(
    "slope_on_the_positive_side",
    "The two sides are exchanged: α belongs to negative z.",
    edits={VALUE: "np.where(z < 0, z, alpha * z)", SLOPE: "np.where(z < 0, 1.0, alpha)"},
)
leaky.misconception(
    "adds_the_leak_on_both_sides",
    "This adds α·z to the ReLU on both sides, so that the slope above 0 is 1 + α. It stays 1 there.",
    edits={VALUE: "np.maximum(z, 0) + alpha * z", SLOPE: "np.where(z > 0, 1.0, 0.0) + alpha"},
)


leaky.alternative(
    "the_larger_of_two",
    edits={VALUE: "np.maximum(z, alpha * z)", SLOPE: "alpha + (1 - alpha) * np.heaviside(z, 0.0)"},
)


@leaky.alternative("masks_in_float32")
def answer():
    def leaky_relu(z, alpha=0.01):
        z = np.asarray(z, dtype=np.float32)
        return (z > 0) * z + (z <= 0) * np.float32(alpha) * z

    def leaky_relu_gradient(z, alpha=0.01):
        slope = np.ones(np.shape(z), dtype=np.float32)
        slope[np.asarray(z) < 0] = alpha
        return slope

    def register_leaky_relu():
        ACTIVATIONS.update(leaky_relu=lambda z: leaky_relu(z))
        ACTIVATION_GRADIENTS.update(leaky_relu=lambda z: leaky_relu_gradient(z, 0.01))


@leaky.alternative("number_by_number")
def answer():
    from functools import partial

    def each(f, z, alpha):
        flat = [f(float(number), alpha) for number in np.ravel(z)]
        return np.reshape(flat, np.shape(z))

    def leaky_relu(z, alpha=0.01):
        return each(lambda x, a: x if x > 0 else a * x, z, alpha)

    def leaky_relu_gradient(z, alpha=0.01):
        return each(lambda x, a: 1.0 if x > 0 else a, z, alpha)

    def register_leaky_relu():
        ACTIVATIONS["leaky_relu"] = partial(leaky_relu, alpha=0.01)
        ACTIVATION_GRADIENTS["leaky_relu"] = partial(leaky_relu_gradient, alpha=0.01)


@leaky.oracle("torch_autograd")
def answer():
    import torch

    def leaky_relu(z, alpha=0.01):
        z = torch.as_tensor(np.asarray(z, dtype=float))
        return torch.nn.functional.leaky_relu(z, alpha).numpy()

    def leaky_relu_gradient(z, alpha=0.01):
        z = torch.tensor(np.asarray(z, dtype=float), requires_grad=True)
        torch.nn.functional.leaky_relu(z, alpha).sum().backward()
        return z.grad.numpy()
