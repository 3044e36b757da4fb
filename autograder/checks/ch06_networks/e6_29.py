"""6.29: the split ReLU and a linear layer with complex numbers, forward and backward."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.off_limits import TORCH

WEIGHTS = {"gradient by A": 1.5, "gradient by W": 1.5, "split_relu_backward": 1.5}


@check("6.29", points=5, reveal=True, weights=WEIGHTS, forbid=TORCH)
def pieces(answer, rng):
    def numbers(*shape):
        return rng.normal(size=shape) + 1j * rng.normal(size=shape)

    def away_from_zero(*shape):
        """Complex numbers of all four quadrants."""
        parts = rng.choice([-1, 1], (2, *shape)) * rng.uniform(0.1, 2, (2, *shape))
        parts.reshape(2, -1)[:, :4] = [[1, -0.5, 1.5, -2], [0.7, 1.2, -0.3, -1.1]]
        return parts[0] + 1j * parts[1]

    def gradients():
        n, m, k = rng.permutation([2, 3, 4]).tolist()
        return answer.complex_linear_backward(numbers(n, m), numbers(n, k), numbers(m, k))

    z, vector = away_from_zero(3, 5), away_from_zero(6)
    several = [attempt(gradients) for _ in range(2)]

    def one_of_three(place):
        return attempt(lambda: [found[place] for found in several])

    return {
        "split_relu": attempt(lambda: [answer.split_relu(z), answer.split_relu(vector)]),
        "split_relu_backward": attempt(
            lambda: [
                answer.split_relu_backward(numbers(3, 5), z),
                answer.split_relu_backward(numbers(6), vector),
            ]
        ),
        "gradient by A": one_of_three(0),
        "gradient by W": one_of_three(1),
        "gradient by b": one_of_three(2),
    }


RELU = "np.maximum(z.real, 0) + 1j * np.maximum(z.imag, 0)"
MASK = "grad.real * (z.real > 0) + 1j * grad.imag * (z.imag > 0)"
LINEAR = "grad_z @ W.conj(), grad_z.T @ A.conj(), grad_z.sum(axis=0)"
pieces.misconception(
    "no_conjugate_on_A",
    "The gradient by W lacks a conjugate: it is the gradient by Z, times the conjugate of A.",
    edits={LINEAR: "grad_z @ W.conj(), grad_z.T @ A, grad_z.sum(axis=0)"},
)
pieces.misconception(
    "no_conjugate_on_W",
    "The gradient by A lacks a conjugate: it is the gradient by Z, times the conjugate of W.",
    edits={LINEAR: "grad_z @ W, grad_z.T @ A.conj(), grad_z.sum(axis=0)"},
)
pieces.misconception(
    "no_conjugates_at_all",
    "Both products are those of a real layer. With complex numbers the other factor is conjugated.",
    edits={LINEAR: "grad_z @ W, grad_z.T @ A, grad_z.sum(axis=0)"},
)
pieces.misconception(
    "modulus_relu",
    "That is the length of z. The split ReLU looks at the real and the imaginary part, each alone.",
    edits={RELU: "np.maximum(np.abs(z), 0)"},
)
pieces.misconception(
    "both_parts_or_none",
    "This lets a number pass only where both parts are positive. Each part has a ReLU of its own.",
    edits={RELU: "z * ((z.real > 0) & (z.imag > 0))", MASK: "grad * ((z.real > 0) & (z.imag > 0))"},
)
pieces.misconception(
    "mask_from_the_real_part_only",
    "The real part of z decides about both parts of the gradient. The imaginary part has a mask of its own.",
    edits={MASK: "grad * (z.real > 0)"},
)
pieces.misconception(
    "mask_from_the_gradient",
    "The masks come from the gradient. They come from z: what was switched off on the way forward.",
    edits={MASK: "np.maximum(grad.real, 0) + 1j * np.maximum(grad.imag, 0)"},
)
pieces.misconception(
    "imaginary_part_dropped",
    "The imaginary part is lost. It has its own ReLU, and its own part of the gradient.",
    edits={RELU: "np.maximum(z.real, 0)", MASK: "grad.real * (z.real > 0)"},
)
pieces.misconception(
    "wirtinger_without_the_factor_two",
    "All gradients are half as large. The factor of Wirtinger's derivatives is in the gradient by Z "
    "already; a layer adds none.",
    edits={LINEAR: "grad_z @ W.conj() / 2, grad_z.T @ A.conj() / 2, grad_z.sum(axis=0) / 2"},
)
pieces.misconception(
    "conjugate_of_the_gradient",
    "The conjugate is on the wrong factor: A and W are conjugated, the gradient by Z is not.",
    edits={LINEAR: "grad_z.conj() @ W, grad_z.conj().T @ A, grad_z.conj().sum(axis=0)"},
)
pieces.misconception(
    "bias_gradient_averaged",
    "The gradient by the bias is a sum over the batch. The mean is in the gradient by Z already.",
    edits={LINEAR: "grad_z @ W.conj(), grad_z.T @ A.conj(), grad_z.mean(axis=0)"},
)


@pieces.alternative("parts_alone")
def answer():
    def split_relu(z):
        result = np.zeros(z.shape, dtype=complex)
        result.real = np.where(z.real > 0, z.real, 0)
        result.imag = np.where(z.imag > 0, z.imag, 0)
        return result

    def split_relu_backward(grad, z):
        return np.where(z.real > 0, grad.real, 0) + 1j * np.where(z.imag > 0, grad.imag, 0)

    def complex_linear_backward(grad_z, A, W):
        G = np.conj(grad_z)
        return np.conj(G @ W), np.conj(G.T @ A), np.conj(G.sum(axis=0))


@pieces.alternative("loops_in_complex64")
def answer():
    def split_relu(z):
        each = np.vectorize(
            lambda w: complex(max(w.real, 0), max(w.imag, 0)), otypes=[np.complex64]
        )
        return each(z)

    def split_relu_backward(grad, z):
        result = np.zeros(z.shape, dtype=np.complex64)
        for place, w in np.ndenumerate(z):
            g = grad[place]
            result[place] = (g.real if w.real > 0 else 0) + (1j * g.imag if w.imag > 0 else 0)
        return result

    def complex_linear_backward(grad_z, A, W):
        dA, dW = np.zeros(A.shape, np.complex64), np.zeros(W.shape, np.complex64)
        db = np.zeros(len(W), np.complex64)
        for i in range(len(A)):
            for j in range(len(W)):
                dA[i] += grad_z[i, j] * W[j].conj()
                dW[j] += grad_z[i, j] * A[i].conj()
                db[j] += grad_z[i, j]
        return dA, dW, db


@pieces.oracle("torch_complex_autograd")
def answer():
    import torch

    def tensor(values):
        return torch.tensor(values, dtype=torch.complex128, requires_grad=True)

    def activation(z):
        return torch.complex(torch.relu(z.real), torch.relu(z.imag))

    def split_relu(z):
        return activation(tensor(z))

    def split_relu_backward(grad, z):
        z = tensor(z)
        activation(z).backward(torch.tensor(grad))
        return z.grad

    def complex_linear_backward(grad_z, A, W):
        A, W, b = tensor(A), tensor(W), tensor(np.zeros(len(W)))
        (A @ W.T + b).backward(torch.tensor(grad_z))
        return A.grad, W.grad, b.grad
