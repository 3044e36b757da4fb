"""6.16c: a PyTorch network that ends in logits."""

import numpy as np

from autograder.check import attempt, check

LOGITS, LABELS = "the logits, one column", "the labels"
GRADIENTS, TRAINED = "gradients of the loss with logits", "parameters after 30 steps"


@check("6.16c", points=4, weights={LOGITS: 2, LABELS: 2})
def logit_mlp(answer, rng):
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    width, n = int(rng.integers(4, 7)), int(rng.integers(40, 50))
    sizes = [3, width, width, 1]
    drawn = [
        rng.normal(0, 0.8, size=shape)
        for n_in, n_out in zip(sizes, sizes[1:])
        for shape in ((n_out, n_in), n_out)
    ]
    X = torch.tensor(rng.normal(size=(n, 3)))
    y = torch.tensor(rng.permutation(np.arange(n) % 2)).double()[:, None]

    def model():
        """A network in float64 with weights that are prescribed. Its logits lie around 0."""
        network = answer.LogitMLP(sizes).double()
        with torch.no_grad():
            for parameter, value in zip(network.parameters(), drawn, strict=True):
                parameter.copy_(torch.tensor(value))
            A = X
            for k in (0, 2):
                A = torch.relu(A @ torch.tensor(drawn[k]).T + torch.tensor(drawn[k + 1]))
            last = torch.tensor(drawn[4])
            network.layers[-1].bias.copy_(0.1 - torch.median(A @ last.T))
        return network

    def loss(network):
        """A column is made of what comes out: its shape has a sub-check of its own."""
        return binary_cross_entropy_with_logits(network(X).reshape(-1, 1), y)

    def gradients():
        network = model()
        loss(network).backward()
        return [parameter.grad for parameter in network.parameters()]

    def trained():
        network = model()
        optimiser = torch.optim.SGD(network.parameters(), lr=0.5)
        for _ in range(30):
            optimiser.zero_grad()
            loss(network).backward()
            optimiser.step()
        return [parameter.detach() for parameter in network.parameters()]

    def labels():
        """The labels, and beside them on which side of 0 the logits lie: probabilities do not agree."""
        network = model()
        says = np.ravel(np.asarray(network.predict(X))).astype(int)
        return np.stack([says, np.ravel(network(X).detach().numpy() > 0).astype(int)])

    return {
        LOGITS: attempt(lambda: model()(X)),
        LABELS: attempt(labels),
        GRADIENTS: attempt(gradients),
        TRAINED: attempt(trained),
    }


LAYERS = """for layer in self.layers[:-1]:
            x = torch.relu(layer(x))"""
LAST, THRESHOLD = "return self.layers[-1](x)", "(self(x)[:, 0] >= 0)"
logit_mlp.misconception(
    "sigmoid_left_in",
    "forward still gives probabilities. The loss with logits has the sigmoid inside, so it would be "
    "applied twice.",
    edits={LAST: "return torch.sigmoid(self.layers[-1](x))"},
)
logit_mlp.misconception(
    "sigmoid_left_in",
    "forward still gives probabilities. The loss with logits has the sigmoid inside, so it would be "
    "applied twice.",
    edits={LAST: "return torch.sigmoid(self.layers[-1](x))", THRESHOLD: "(self(x)[:, 0] >= 0.5)"},
    form="with its threshold",
)
logit_mlp.misconception(
    "threshold_half_on_logits",
    "One half is the threshold of a probability. The logit of the probability one half is 0.",
    edits={THRESHOLD: "(self(x)[:, 0] >= 0.5)"},
)
logit_mlp.misconception(
    "last_layer_relu",
    "There is a ReLU after the last layer, so no logit can be negative and no probability below one half.",
    edits={LAST: "return torch.relu(self.layers[-1](x))"},
)
logit_mlp.misconception(
    "one_hidden_layer_skipped",
    "A hidden layer is left out: all layers but the last have a ReLU behind them.",
    edits={
        LAYERS: "x = torch.relu(self.layers[0](x))",
    },
)
logit_mlp.misconception(
    "squeezed_output",
    "The logits should be a column, (n, 1), as the labels are.",
    edits={LAST: "return self.layers[-1](x).squeeze(1)", THRESHOLD: "(self(x) >= 0)"},
)
logit_mlp.misconception(
    "no_activation_between",
    "The ReLU between the layers is gone, too. Only the sigmoid at the end has to go.",
    edits={"torch.relu(layer(x))": "layer(x)"},
)
logit_mlp.misconception(
    "sigmoid_taken_twice",
    "The sigmoid of a logit is compared with 0 here, and it is always above. Compare the logit with 0, or "
    "its sigmoid with one half.",
    edits={THRESHOLD: "(torch.sigmoid(self(x))[:, 0] >= 0)"},
)


@logit_mlp.alternative("logit_of_the_probability")
def answer():
    class LogitMLP(PyTorchMLP):
        def forward(self, x):
            *hidden, last = self.layers
            for layer in hidden:
                x = layer(x).clamp(min=0)
            return x @ last.weight.T + last.bias

        def predict(self, x):
            return (torch.sigmoid(self(x)) >= 0.5).int()


@logit_mlp.alternative("labels_as_an_array")
def answer():
    class LogitMLP(PyTorchMLP):
        def forward(self, x):
            for number, layer in enumerate(self.layers, 1):
                x = layer(x)
                if number < len(self.layers):
                    x = torch.maximum(x, torch.zeros_like(x))
            return x

        def predict(self, x):
            return (self.forward(x).detach().numpy().ravel() > 0).astype(np.int8)


@logit_mlp.oracle("inverse_of_the_sigmoid")
def answer():
    class LogitMLP(PyTorchMLP):
        def forward(self, x):
            return torch.logit(super().forward(x))  # exact enough: the logits here are small

        def predict(self, x):
            return PyTorchMLP.predict(_Probabilities(self), x)

    class _Probabilities:
        def __init__(self, network):
            self.network = network

        def __call__(self, x):
            return PyTorchMLP.forward(self.network, x)
