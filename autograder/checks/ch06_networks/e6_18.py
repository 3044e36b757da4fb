"""6.18: skip connections: the rule without its conditions, and the network."""

from autograder.check import attempt, check, pairs, written
from autograder.checks.ch06_networks.off_limits import TORCH
from utils import NumpyMLP

conditions = pairs(
    "6.18b",
    "without_conditions",
    ["layer 1", "layer 2", "layer 3", "layer 4"],
    "abcd",
    key={"layer 1": "c", "layer 2": "b", "layer 3": "a", "layer 4": "d"},
    points=2,
    ideas={
        ("layer 1", "a"): (
            "layer_minus_one",
            "Two layers before layer 1 there is no layer: the inputs are only one step away.",
        ),
        ("layer 1", "b"): (
            "inputs_added_to_layer_one",
            "The inputs are A of layer 0, one step before layer 1. The rule asks for the layer before that.",
        ),
        ("layer 2", "a"): (
            "inputs_as_wide_as_the_layers",
            "Layer 2 would add the inputs, and there are only 10 of them for 32 units.",
        ),
        ("layer 2", "c"): (
            "inputs_do_not_count",
            "There is something to add: the inputs are A of layer 0. Compare the shapes.",
        ),
        ("layer 3", "b"): (
            "fears_every_skip",
            "Layers 1 and 3 both have 32 units, so the shapes fit.",
        ),
        ("layer 4", "b"): (
            "forgets_broadcasting",
            "NumPy stretches an axis of length 1: (50, 1) plus (50, 32) is computed without an error.",
        ),
        ("layer 4", "a"): (
            "output_may_have_a_skip",
            "The sum has 32 columns for one output, and a probability plus something is none any more.",
        ),
    },
)


@conditions.oracle("tried_in_numpy")
def answer():
    def letter(layer, sizes=(10, 32, 32, 32, 1), n=50):
        if layer < 2:
            return "C"
        own, earlier = np.ones((n, sizes[layer])), np.ones((n, sizes[layer - 2]))
        try:
            return "A" if (own + earlier).shape == own.shape else "D"
        except ValueError:
            return "B"

    without_conditions = {f"layer {k}": letter(k) for k in range(1, 5)}


FIRST, LAST = "gradients of the first layers", "gradients of the last layers"
WEIGHTS = {FIRST: 2, "gradients with ReLU": 2}


@check("6.18", points=10, forbid=TORCH, weights=WEIGHTS)
def skip_network(answer, rng):
    def case(sizes, **options):
        """What makes a network, its inputs and its targets, all drawn here."""
        params = {}
        for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), start=1):
            params[f"W{layer}"] = rng.normal(size=(n_out, n_in)) / n_in**0.5
            params[f"b{layer}"] = 0.4 * rng.normal(size=n_out)
        X = rng.normal(size=(int(rng.integers(5, 9)), sizes[0]))
        y = rng.normal(size=(len(X), sizes[-1]))
        if options.get("loss") != "mse":
            y = rng.permutation(len(X)) % 2
        return sizes, params, options, X, y

    def network(sizes, params, options):
        model = answer.SkipMLP(sizes, **options)
        model.params.update({name: value.copy() for name, value in params.items()})
        return model

    def output(*case):
        *start, X, _ = case
        return network(*start).forward(X)

    def gradients(layers, *case):
        *start, X, y = case
        model = network(*start)
        model.forward(X, training=True)
        grads = model.backward(y)
        return {name: grads[name] for name in grads if int(name[1:]) in layers and name in start[1]}

    def trained(*case):
        *start, X, y = case
        model = network(*start)
        model.fit(X, y, epochs=2, batch_size=3)
        return [model.params["W1"], model.forward(X)]

    d, k, m = (int(n) for n in rng.permutation([3, 4, 5]))
    equal = case([d, k, k, k, k, 1], activation="tanh", learning_rate=0.5)
    inputs = case([k, m, k, m, k, 1], activation="tanh")
    few = case([d, k, m, d, 2], activation="tanh", output_activation="linear", loss="mse")
    narrow = case([d, 1, m, 1], activation="sigmoid")
    relu = case([m, 6, 6, 6, 6, 6, 2], output_activation="linear", loss="mse")
    return {
        "output of layers of one width": attempt(output, *equal),
        "output when layer 2 is as wide as the inputs": attempt(output, *inputs),
        "output of networks without a fitting layer": attempt(
            lambda: [output(*few), output(*narrow)]
        ),
        LAST: attempt(gradients, [5, 4, 3], *equal),
        FIRST: attempt(
            lambda: [gradients([1, 2], *equal), gradients([1, 2, 3], *inputs)],
        ),
        "gradients with ReLU": attempt(gradients, range(1, 7), *relu),
        "a short training": attempt(trained, *equal),
    }


ADDED, PASSED_ON = "A = A + self.cache", "G[layer - 2] = G[layer]"
skip_network.misconception(
    "backward_ignores_the_skip",
    "The gradient that comes through the skip does not arrive: it is left out, or the gradient through the "
    "layer in between is written over it. An activation that is used twice gets the sum of two gradients.",
    edits={PASSED_ON: "pass"},
)
skip_network.misconception(
    "skip_gradient_times_activation_derivative",
    "The skip is added behind the activation, so its gradient is not multiplied by the activation's slope.",
    edits={PASSED_ON: "G[layer - 2] = delta"},
)
skip_network.misconception(
    "gradient_overwritten_not_accumulated",
    "Where an activation gets two gradients, only the one through the skip is kept. Add the one through the "
    "layers to it.",
    edits={
        'G[layer - 1] = G.get(layer - 1, 0) + delta @ self.params[f"W{layer}"]': (
            'G.setdefault(layer - 1, delta @ self.params[f"W{layer}"])'
        )
    },
)
skip_network.misconception(
    "activation_derivative_at_the_sum",
    "The slope of the activation is taken at A, where the skip has been added. It belongs to the "
    "pre-activation Z.",
    edits={
        '[self.activation](self.cache[f"Z{layer}"])': '[self.activation](self.cache[f"A{layer}"])'
    },
)
skip_network.misconception(
    "skip_from_the_previous_layer",
    "The skip comes from two layers back, not from the layer just before.",
    edits={
        "sizes[layer] == sizes[layer - 2]": "sizes[layer] == sizes[layer - 1]",
        'self.cache[f"A{layer - 2}"]': 'self.cache[f"A{layer - 1}"]',
        PASSED_ON: "G[layer - 1] = G[layer]",
    },
)


@skip_network.misconception(
    "skip_added_before_the_activation",
    "The skip is added to the pre-activation here. It is added behind the activation: φ(Z) + A.",
)
class SkipMLP(NumpyMLP):
    def has_skip(self, layer):
        sizes = self.layer_sizes
        return 2 <= layer < self.L and sizes[layer] == sizes[layer - 2]

    def forward(self, X, training=False):
        A = X
        self.cache = {"A0": X}
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            if self.has_skip(layer):
                Z = Z + self.cache[f"A{layer - 2}"]
            A = ACTIVATIONS[self.activation if layer < self.L else self.output_activation](Z)
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
        return A

    def backward(self, y):
        self.grads, G = {}, {}
        delta = self.output_delta(y)
        for layer in range(self.L, 0, -1):
            if layer < self.L:
                delta = G[layer] * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer}"])
            if self.has_skip(layer):
                G[layer - 2] = delta
            self.grads[f"W{layer}"] = delta.T @ self.cache[f"A{layer - 1}"]
            self.grads[f"b{layer}"] = delta.sum(axis=0)
            G[layer - 1] = G.get(layer - 1, 0) + delta @ self.params[f"W{layer}"]
        return self.grads


skip_network.misconception(
    "adds_the_pre_activation",
    "What the skip adds is the earlier activation A, not the earlier pre-activation Z.",
    edits={
        "2 <= layer < self.L": "3 <= layer < self.L",
        'self.cache[f"A{layer - 2}"]': 'self.cache[f"Z{layer - 2}"]',
    },
)
skip_network.misconception(
    "no_skip_from_the_inputs",
    "The inputs count as A of layer 0: layer 2 has a skip, too, when it is as wide as they are.",
    edits={"2 <= layer < self.L": "3 <= layer < self.L"},
)
skip_network.misconception(
    "the_output_has_a_skip",
    "The output layer never has a skip, not even where the sizes agree: a probability plus something is "
    "none.",
    edits={
        "2 <= layer < self.L": "2 <= layer <= self.L",
        PASSED_ON: "G[layer - 2] = G[layer] if layer < self.L else delta",
    },
)
skip_network.misconception(
    "no_skip_at_all",
    "That is the ordinary network: nothing is added from two layers back.",
    source="class SkipMLP(NumpyMLP):\n    pass",
)


@skip_network.alternative("zeros_and_accumulation")
class SkipMLP(NumpyMLP):
    def forward(self, X, training=False):
        X = np.array(X, dtype=float)
        self.cache, A, n = {"A0": X}, [X], self.layer_sizes
        for i in range(1, self.L + 1):
            Z = np.einsum("ni,oi->no", A[-1], self.params[f"W{i}"]) + self.params[f"b{i}"]
            name = self.output_activation if i == self.L else self.activation
            A.append(ACTIVATIONS[name](Z))
            if 1 < i < self.L and n[i] == n[i - 2]:
                A[i] = A[i] + A[i - 2]
            self.cache[f"Z{i}"], self.cache[f"A{i}"] = Z, A[i]
        return A[-1]

    def backward(self, y):
        n, grads = self.layer_sizes, {}
        G = [np.zeros_like(self.cache[f"A{i}"]) for i in range(self.L + 1)]
        for i in reversed(range(1, self.L + 1)):
            if i == self.L:
                D = self.output_delta(y)
            else:
                D = G[i] * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{i}"])
                if i > 1 and n[i] == n[i - 2]:
                    G[i - 2] += G[i]
            grads[f"W{i}"], grads[f"b{i}"] = D.T.dot(self.cache[f"A{i - 1}"]), D.sum(0)
            G[i - 1] += D.dot(self.params[f"W{i}"])
        self.grads = grads
        return dict(grads)


@skip_network.alternative("two_gradients_carried_along")
class SkipMLP(NumpyMLP):
    def forward(self, X, training=False):
        own = super().forward
        own(X, training)  # for the checks of the shape
        A = self.cache["A0"]
        for layer in range(1, self.L + 1):
            Z = A @ self.params[f"W{layer}"].T + self.params[f"b{layer}"]
            last = layer == self.L
            A = ACTIVATIONS[self.output_activation if last else self.activation](Z)
            before = self.cache.get(f"A{layer - 2}")
            if not last and before is not None and before.shape == A.shape:
                A = A + before
            self.cache[f"Z{layer}"], self.cache[f"A{layer}"] = Z, A
        return A

    def backward(self, y):
        self.grads, here, below = {}, None, 0
        for layer in range(self.L, 0, -1):
            inputs, skip = self.cache[f"A{layer - 1}"], 0
            if layer == self.L:
                delta = self.output_delta(y)
            else:
                delta = here * ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{layer}"])
                if layer >= 2 and self.layer_sizes[layer - 2] == self.layer_sizes[layer]:
                    skip = here
            self.grads[f"W{layer}"], self.grads[f"b{layer}"] = delta.T @ inputs, delta.sum(0)
            here, below = below + delta @ self.params[f"W{layer}"], skip
        return self.grads


@skip_network.oracle("torch_autograd")
class SkipMLP(NumpyMLP):
    def forward(self, X, training=False):
        import torch

        functions = dict(
            tanh=torch.tanh, sigmoid=torch.sigmoid, relu=torch.relu, linear=torch.clone
        )
        self.leaves = {
            name: torch.tensor(value, requires_grad=True) for name, value in self.params.items()
        }
        layers = [torch.tensor(X)]
        for number in range(1, self.L):
            z = torch.nn.functional.linear(
                layers[-1], self.leaves[f"W{number}"], self.leaves[f"b{number}"]
            )
            a = functions[self.activation](z)
            if number > 1 and layers[number - 2].shape == a.shape:
                a = a + layers[number - 2]
            layers.append(a)
        z = torch.nn.functional.linear(
            layers[-1], self.leaves[f"W{self.L}"], self.leaves[f"b{self.L}"]
        )
        self.output = functions[self.output_activation](z)
        return self.output.detach().numpy()

    def backward(self, y):
        import torch

        y = torch.tensor(y, dtype=torch.float64).reshape(self.output.shape)
        losses = dict(
            bce=torch.nn.functional.binary_cross_entropy, mse=torch.nn.functional.mse_loss
        )
        losses[self.loss](self.output, y).backward()
        self.grads = {name: leaf.grad.numpy() for name, leaf in self.leaves.items()}
        return self.grads


written(
    "6.18-written",
    rubric=[
        (0.5, "The skip adds the identity to the Jacobian: a way without small factors."),
        (
            0.5,
            "Without skips, one slope (at most 1/4 for the sigmoid) and one matrix per layer are multiplied.",
        ),
        (
            0.5,
            "With ReLU and He's start nothing vanishes; the skips make the activations and the loss grow.",
        ),
        (0.5, "Quotes own numbers for both."),
    ],
)
