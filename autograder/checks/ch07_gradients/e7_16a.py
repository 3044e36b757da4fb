"""7.16a: building the network in PyTorch."""

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.network_of_fig78 import SHAPES, in_order, relu_network
from autograder.checks.ch07_gradients.training_rules import by_rules

WEIGHTS, BIASES, FORWARD = "sizes of the weights", "sizes of the biases", "the forward pass"
FRESH = "every call gives a new model"


def hidden_inputs(rng):
    """Inputs, and two numbers from which parameters are drawn."""
    return rng.normal(0, 1.5, size=(7, 10)), *map(int, rng.integers(10**6, size=2))


def drawn(shape, seed):
    """A parameter of this shape."""
    return np.random.default_rng([seed, *shape]).normal(0, 0.3, size=shape).astype(np.float32)


@check("7.16a", points=1, weights={FORWARD: 1.5, BIASES: 0.5})
def model_of_fig78(answer, rng):
    import torch

    x, one_seed, other_seed = hidden_inputs(rng)
    x = torch.tensor(x, dtype=torch.float32)

    def filled(model, seed):
        parameters = list(model.parameters())
        with torch.no_grad():
            for p in parameters:
                p.copy_(torch.from_numpy(drawn(p.shape, seed)))
        return parameters

    def run():
        model = answer.build_model()
        return {"parameters": filled(model, one_seed), "model": model}

    def copies(parameters):
        return [p.detach().clone() for p in parameters]

    def forward():
        model = seen["model"]
        return {
            "parameters": copies(seen["parameters"]),
            "outputs": model(x),
            "a row alone": model(x[:1]),
        }

    def independent():
        first, second = answer.build_model(), answer.build_model()
        parameters = filled(first, one_seed)
        filled(second, other_seed)
        return copies(parameters)

    seen = attempt(run)
    return {
        WEIGHTS: attempt(lambda: copies(p for p in seen["parameters"] if p.dim() > 1)),
        BIASES: attempt(lambda: copies(p for p in seen["parameters"] if p.dim() == 1)),
        FORWARD: attempt(forward),
        FRESH: attempt(independent),
    }


@model_of_fig78.judge
def _(seen, rng):
    """The parameters of three linear layers, registered with the module: they come back with the hidden
    numbers that were written into them. Outputs that these parameters give, recomputed here, with ReLUs
    between them and none at the end; a new model per call, so that what is written into one is not seen
    in the other. How it is written is free."""
    x, one_seed, other_seed = hidden_inputs(rng)

    def read_back(parameters, seed=one_seed):
        return all(np.allclose(p, drawn(np.shape(p), seed), 1e-3) for p in parameters)

    def weights(values):
        shapes = [list(np.shape(value)) for value in values]
        if not shapes:
            return Fault("the model has no weights that an optimizer could find", "tensors_in_list")
        if shapes == [[40, 10], [5, 40]]:
            return Fault("one layer is missing", "one_hidden_layer")
        if sorted(shapes) == sorted(s[::-1] for s in SHAPES if len(s) == 2):
            return Fault("each of them is the other way round")
        wanted = sorted(s for s in SHAPES if len(s) == 2)
        if sorted(shapes) != wanted:
            return Fault("these are not the layers 10 → 40 → 40 → 5")
        return read_back(values) or Fault("they do not keep the numbers written into them")

    def biases(values):
        if not values:
            return Fault("there are no biases that an optimizer could find")
        shapes = sorted(list(np.shape(value)) for value in values)
        if shapes != sorted(s for s in SHAPES if len(s) == 1):
            return Fault("one bias per unit: 40, 40 and 5")
        return read_back(values) or Fault("they do not keep the numbers written into them")

    def forward(value):
        outputs, alone = value["outputs"], value["a row alone"]
        if np.shape(outputs) != (7, 5):
            shape = list(np.shape(outputs))
            return Fault(f"7 inputs should give outputs of the shape [7, 5], not {shape}")
        if not np.allclose(alone, outputs[:1], atol=1e-3):
            return Fault("a row alone gives another output than in a batch")
        parameters = in_order(value["parameters"])
        if not parameters:
            none = not value["parameters"]
            return Fault("it has no layers that fit", "tensors_in_list" if none else None)
        if not read_back(value["parameters"]):
            return Fault("its parameters do not keep the numbers written into them")

        def gives(**how):
            return np.allclose(relu_network(parameters, x, **how), outputs, 1e-3, 1e-2)

        if gives():
            return True
        if gives(hidden=False):
            return Fault("it is linear in its inputs", "no_activation")
        if gives(last=True):
            return Fault("no output can be negative", "relu_at_the_output")
        return Fault("it is not what these layers give with a ReLU after each hidden one")

    def fresh(parameters):
        if not parameters:
            return Fault("there is nothing in it that could be trained")
        if read_back(parameters):
            return True
        shared = read_back(parameters, other_seed)
        return Fault(
            "two calls give one and the same model"
            if shared
            else "its parameters change by themselves",
            "one_model_for_all" if shared else None,
        )

    return by_rules(seen, weights, biases, forward, fresh)


@model_of_fig78.misconception(
    "one_hidden_layer",
    "There are two hidden layers of 40 units, so three linear layers; one of them is missing.",
)
def build_model():
    return nn.Sequential(nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 5))


@model_of_fig78.misconception(
    "tensors_in_list",
    "The layers lie in a plain Python list, where nn.Module does not look: parameters() is empty, "
    "and nothing would be trained. nn.ModuleList or nn.Sequential registers them.",
)
def answer():
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(10, 40), nn.Linear(40, 40), nn.Linear(40, 5)]

        def forward(self, x):
            for layer in self.layers[:-1]:
                x = torch.relu(layer(x))
            return self.layers[-1](x)

    build_model = lambda: Network()


@model_of_fig78.misconception(
    "no_activation",
    "Without ReLU between them three linear layers are no more than one linear layer.",
)
def build_model():
    return nn.Sequential(nn.Linear(10, 40), nn.Linear(40, 40), nn.Linear(40, 5))


model_of_fig78.misconception(
    "relu_at_the_output",
    "A ReLU after the last layer makes all outputs positive or 0, but targets may be negative. "
    "Only hidden layers have one.",
    edits={"nn.Linear(40, 5),": "nn.Linear(40, 5), nn.ReLU(),"},
)


@model_of_fig78.misconception(
    "one_model_for_all",
    "Every call should build a new network; here all callers share (and train) the same one.",
)
def answer():
    _model = build_model()

    def build_model():
        return _model


@model_of_fig78.alternative("a_class")
def answer():
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.output = nn.Linear(40, 5)
            self.hidden = nn.ModuleList([nn.Linear(10, 40), nn.Linear(40, 40)])

        def forward(self, x):
            for layer in self.hidden:
                x = F.relu(layer(x))
            return self.output(x)

    def build_model():
        return Network()


@model_of_fig78.alternative("built_in_a_loop_in_float32_with_own_start")
def build_model():
    sizes, layers = [10, 40, 40, 5], []
    for n, m in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n, m), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    for layer in layers[:-1:2]:
        nn.init.kaiming_normal_(layer.weight)
    return model
