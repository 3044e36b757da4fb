"""6.29c: a network with complex weights."""

import contextlib

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch06_networks.off_limits import TORCH

START = "complex weights, and their size"
FORWARD, LOSS = "forward: the real output", "the loss"
BY_W, BY_B, STEP = "gradients of the weights", "gradients of the biases", "a step of training"
WEIGHTS = {START: 0.5, LOSS: 0.5, BY_W: 2}


@contextlib.contextmanager
def given_pieces(kind):
    """Inside, the methods of a class find right versions of 6.29's functions: a mistake there costs
    its own points only."""
    pieces = {
        "split_relu": lambda z: np.maximum(z.real, 0) + 1j * np.maximum(z.imag, 0),
        "split_relu_backward": lambda grad, z: (
            np.real(grad) * (z.real > 0) + 1j * np.imag(grad) * (z.imag > 0)
        ),
        "complex_linear_backward": lambda grad_z, A, W: (
            grad_z @ np.conj(W),
            grad_z.T @ np.conj(A),
            grad_z.sum(axis=0),
        ),
    }
    methods = [m for m in vars(kind).values() if hasattr(m, "__globals__")]
    names = methods[0].__globals__ if methods else {}
    before = {name: names[name] for name in pieces if name in names}
    names.update(pieces)
    try:
        yield
    finally:
        for name in pieces:
            names.pop(name, None)
        names.update(before)


@check("6.29c", points=6, reveal=True, weights=WEIGHTS, forbid=TORCH)
def network(answer, rng):
    def complex_numbers(*shape):
        return rng.normal(size=shape) + 1j * rng.normal(size=shape)

    cases = []
    for sizes in ([3, 5, 2], [2, 4, 3, 1], [4, 6, 6, 1]):
        sizes[0] += int(rng.integers(3))
        rows = int(rng.integers(3, 7))
        params = {}
        for layer in range(1, len(sizes)):
            params[f"W{layer}"] = complex_numbers(sizes[layer], sizes[layer - 1])
            params[f"b{layer}"] = complex_numbers(sizes[layer])
        shape = (rows, sizes[-1]) if len(cases) != 1 else (rows,)
        cases.append((sizes, params, rng.normal(size=(rows, sizes[0])), rng.normal(size=shape)))

    def made(sizes, params, X):
        """A network with these parameters, and its output for X."""
        model = answer.ComplexMLP(sizes)
        model.params.update({name: value.copy() for name, value in params.items()})
        return model, model.forward(X)

    def of_each(run):
        with given_pieces(answer.ComplexMLP):
            return [run(*case) for case in cases]

    def output(sizes, params, X, y):
        found = made(sizes, params, X)[1]
        return {"numbers": found, "kind": "complex" if np.iscomplexobj(found) else "real"}

    def loss(sizes, params, X, y):
        model, found = made(sizes, params, X)
        return float(model.compute_loss(found, y))

    def gradients(letter):
        def run(sizes, params, X, y):
            grads = made(sizes, params, X)[0].backward(y)
            return [grads[name] for name in params if name[0] == letter]

        return run

    def step(sizes, params, X, y):
        model = made(sizes, params, X)[0]
        model.learning_rate = 0.1
        model.train_step(X, y)
        return [model.params[name] for name in params]

    def start():
        """The size of either part of the weights relative to 1/inputs, in powers of two."""
        n_in, n_out, seed = (int(n) for n in rng.integers((60, 150, 1), (90, 200, 1000)))
        params = answer.ComplexMLP([n_in, n_out, 1], seed=seed).params
        W, b = params["W1"], params["b1"]
        sizes = [float(np.round(np.log2(np.var(part) * n_in + 1e-9))) for part in (W.real, W.imag)]
        kind = "complex" if np.iscomplexobj(W) and np.iscomplexobj(b) else "real"
        return {f"{n_in} inputs, {n_out} units": [kind, *(2.0**size for size in sizes), W.shape]}

    return {
        START: attempt(start),
        FORWARD: attempt(of_each, output),
        LOSS: attempt(of_each, loss),
        BY_W: attempt(of_each, gradients("W")),
        BY_B: attempt(of_each, gradients("b")),
        STEP: attempt(of_each, step),
    }


BACK = 'dA, dW, db = complex_linear_backward(delta, before, self.params[f"W{layer}"])'
DELTA = "delta = 2 * (output - np.reshape(y, output.shape)) / output.size"
ACTIVATION = "A = split_relu(Z) if layer < self.L else Z.real"
MASK = 'delta = split_relu_backward(dA, self.cache[f"Z{layer - 1}"])'
network.misconception(
    "no_conjugates_at_all",
    "The backward pass is that of a real network. With complex numbers, the factors that a gradient is "
    "multiplied by are conjugated.",
    edits={
        BACK: 'dA, dW, db = delta @ self.params[f"W{layer}"], delta.T @ before, delta.sum(axis=0)'
    },
)
network.misconception(
    "conjugate_only_in_the_weight_gradient",
    "The gradient by the weights is conjugated, and the one that travels on is not: it is multiplied by "
    "the conjugate of W.",
    edits={
        BACK: 'dA, dW, db = delta @ self.params[f"W{layer}"], delta.T @ before.conj(), delta.sum(axis=0)'
    },
)
network.misconception(
    "relu_of_the_real_part_only",
    "Only the real part goes through a ReLU. The split ReLU has one for the imaginary part as well.",
    edits={
        ACTIVATION: "A = np.maximum(Z.real, 0) + 1j * Z.imag if layer < self.L else Z.real",
        MASK: 'delta = dA.real * (self.cache[f"Z{layer - 1}"].real > 0) + 1j * dA.imag',
    },
)
network.misconception(
    "modulus_output",
    "The output is the length of the last Z. It is its real part.",
    edits={ACTIVATION: "A = split_relu(Z) if layer < self.L else np.abs(Z)"},
)
network.misconception(
    "complex_output",
    "The output is complex. It is the real part of the last Z.",
    edits={
        ACTIVATION: "A = split_relu(Z) if layer < self.L else Z",
        DELTA: "delta = 2 * (output.real - np.reshape(y, output.shape)) / output.size",
    },
)
network.misconception(
    "imaginary_gradient_dropped",
    "The gradients have lost their imaginary part on the way: then the imaginary parts of the weights "
    "are never trained.",
    edits={'self.grads[f"W{layer}"], self.grads[f"b{layer}"] = dW, db': (
        'self.grads[f"W{layer}"], self.grads[f"b{layer}"] = dW.real, db.real'
    )},
)  # fmt: skip
network.misconception(
    "real_parameters_cast",
    "The weights are real at the start. Draw both parts, the imaginary one as well as the real one.",
    edits={'self.params[f"W{layer}"] = real + 1j * imaginary': 'self.params[f"W{layer}"] = real'},
)
network.misconception(
    "gradient_sign",
    "All gradients have the wrong sign: the difference is the output minus the target.",
    edits={DELTA: "delta = 2 * (np.reshape(y, output.shape) - output) / output.size"},
)
network.misconception(
    "factor_two_missing",
    "All gradients are half as large: the derivative of a square has a factor 2, and the convention is "
    "∂L/∂Re + i ∂L/∂Im without ½.",
    edits={DELTA: "delta = (output - np.reshape(y, output.shape)) / output.size"},
)
network.misconception(
    "sum_instead_of_mean",
    "These are the gradients of the sum of the squared errors. The loss is their mean over all outputs.",
    edits={DELTA: "delta = 2 * (output - np.reshape(y, output.shape))"},
)
network.misconception(
    "mask_missing",
    "The gradient passes the hidden layers unchanged. What the split ReLU has switched off lets nothing "
    "back.",
    edits={MASK: "delta = dA"},
)
network.misconception(
    "he_in_either_part",
    "Every weight is twice as large as it should be, in its square: two parts of the variance 1/k together "
    "have the 2/k of He.",
    edits={"shape[1] ** -0.5": "(2 / shape[1]) ** 0.5"},
)


@network.alternative("real_and_imaginary_networks")
def answer():
    class ComplexMLP(NumpyMLP):
        def __init__(self, layer_sizes, **options):
            super().__init__(
                layer_sizes, dtype=complex, loss="mse", output_activation="linear", **options
            )
            for name, value in self.params.items():
                if name[0] == "W":
                    std = (1 / value.shape[1]) ** 0.5
                    real = self.rng.normal(0, std, value.shape)
                    self.params[name] = real + self.rng.normal(0, std, value.shape) * 1j

        def forward(self, X, training=False):
            self.inputs, self.before = [], []
            R, S = np.array(X, dtype=float), np.zeros(np.shape(X))
            for layer in range(1, self.L + 1):
                W, b = self.params[f"W{layer}"], self.params[f"b{layer}"]
                self.inputs.append((R, S))
                P = R @ W.real.T - S @ W.imag.T + b.real
                Q = R @ W.imag.T + S @ W.real.T + b.imag
                self.before.append((P, Q))
                R, S = np.maximum(P, 0), np.maximum(Q, 0)
            self.output = P
            return P

        def backward(self, y):
            G = 2 * (self.output - np.array(y).reshape(self.output.shape)) / self.output.size
            H = np.zeros_like(G)
            for layer in range(self.L, 0, -1):
                W, (R, S) = self.params[f"W{layer}"], self.inputs[layer - 1]
                self.grads[f"W{layer}"] = (G.T @ R + H.T @ S) + 1j * (H.T @ R - G.T @ S)
                self.grads[f"b{layer}"] = G.sum(axis=0) + 1j * H.sum(axis=0)
                if layer > 1:
                    P, Q = self.before[layer - 2]
                    U, V = W.real, W.imag
                    G, H = (G @ U + H @ V) * (P > 0), (H @ U - G @ V) * (Q > 0)
            return self.grads


@network.alternative("outputs_of_the_parent")
def answer():
    class ComplexMLP(NumpyMLP):
        def __init__(self, sizes, **options):
            NumpyMLP.__init__(
                self,
                sizes,
                output_activation="linear",
                loss="mse",
                init="lecun",
                dtype=complex,
                **options,
            )
            again = NumpyMLP(sizes, init="lecun", seed=self.rng.integers(10**6)).params
            self.params = {name: W + 1j * again[name] for name, W in self.params.items()}

        def forward(self, X, training=False):
            states = [(None, np.asarray(X) + 0j)]
            for k in range(1, self.L + 1):
                z = (
                    np.einsum("ni,oi->no", states[-1][1], self.params[f"W{k}"])
                    + self.params[f"b{k}"]
                )
                states.append((z, z.real.clip(0) + 1j * z.imag.clip(0)))
            self.states = states
            return states[-1][0].real

        def backward(self, y):
            z = self.states[-1][0]
            g = 2 * (z.real - np.reshape(y, z.shape)) / z.size
            grads = {}
            for k in range(self.L, 0, -1):
                z, a = self.states[k - 1]
                grads[f"W{k}"] = np.einsum("no,ni->oi", g, a.conj())
                grads[f"b{k}"] = g.sum(0)
                if k > 1:
                    g = g @ self.params[f"W{k}"].conj()
                    g = np.where(z.real > 0, g.real, 0) + 1j * np.where(z.imag > 0, g.imag, 0)
            self.grads = grads
            return grads


@network.oracle("torch_complex_autograd")
def answer():
    class ComplexMLP(NumpyMLP):
        def __init__(self, layer_sizes, **options):
            super().__init__(
                layer_sizes,
                dtype=complex,
                loss="mse",
                output_activation="linear",
                init="lecun",
                **options,
            )
            for name, value in self.params.items():
                if name[0] == "W":
                    std = value.shape[1] ** -0.5
                    self.params[name] = value + 1j * self.rng.normal(0, std, value.shape)

        def forward(self, X, training=False):
            import torch

            a = torch.tensor(X, dtype=torch.complex128)
            self.leaves = {k: torch.tensor(v, requires_grad=True) for k, v in self.params.items()}
            for layer in range(1, self.L + 1):
                z = (
                    torch.nn.functional.linear(a, self.leaves[f"W{layer}"])
                    + self.leaves[f"b{layer}"]
                )
                a = torch.complex(torch.relu(z.real), torch.relu(z.imag))
            self.output = z.real
            return self.output.detach().numpy()

        def backward(self, y):
            import torch

            targets = torch.tensor(y).reshape(self.output.shape)
            torch.nn.functional.mse_loss(self.output, targets).backward()
            self.grads = {
                name: (leaf.grad if leaf.grad is not None else torch.zeros_like(leaf)).numpy()
                for name, leaf in self.leaves.items()
            }
            return self.grads
