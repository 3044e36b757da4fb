"""7.16a: building the network in PyTorch."""

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.network_of_fig78 import SHAPES, in_order, relu_network
from autograder.checks.ch07_gradients.training_rules import by_rules


@check("7.16a", points=1, weights={"the forward pass": 1.5, "sizes of the biases": 0.5})
def model_of_fig78(answer, rng):
    import torch

    x = torch.tensor(rng.normal(0, 1.5, size=(7, 10)), dtype=torch.float32)

    def run():
        model = answer.build_model()
        return {"parameters": list(model.parameters()), "model": model}

    def forward():
        outputs, alone = seen["model"](x), seen["model"](x[:1])
        parameters = in_order([p.detach().double() for p in seen["parameters"]])

        def distance(**how):
            return (relu_network(parameters, x.double(), **how) - outputs).abs().max().item()

        same_shape = bool(parameters) and outputs.shape == (7, 5)
        return {
            "shape": list(outputs.shape),
            "a row alone gives the same": bool(torch.allclose(alone, outputs[:1], atol=1e-4)),
            "distance from what its layers give": {
                "with ReLU after hidden layers": distance() if same_shape else None,
                "without ReLU": distance(hidden=False) if same_shape else None,
                "with ReLU at the end too": distance(last=True) if same_shape else None,
            },
        }

    def independent():
        first, second = answer.build_model(), answer.build_model()
        before = second(x).detach().clone()
        with torch.no_grad():
            for parameter in first.parameters():
                parameter.add_(1.0)
        return bool(torch.equal(second(x), before)) and first is not second

    seen = attempt(run)
    return {
        "sizes of the weights": attempt(
            lambda: [list(p.shape) for p in seen["parameters"] if p.dim() > 1]
        ),
        "sizes of the biases": attempt(
            lambda: [list(p.shape) for p in seen["parameters"] if p.dim() == 1]
        ),
        "the forward pass": attempt(forward),
        "every call gives a new model": attempt(lambda: [independent(), len(seen["parameters"])]),
    }


@model_of_fig78.judge
def _(seen, rng):
    """The parameters of three linear layers, registered with the module; outputs that these parameters
    give with ReLUs between them and none at the end; a new model per call. How it is written is free."""

    def weights(shapes):
        if not shapes:
            return Fault("the model has no weights that an optimizer could find", "tensors_in_list")
        if shapes == [[40, 10], [5, 40]]:
            return Fault("one layer is missing", "one_hidden_layer")
        if sorted(shapes) == sorted(s[::-1] for s in SHAPES if len(s) == 2):
            return Fault("each of them is the other way round")
        wanted = sorted(s for s in SHAPES if len(s) == 2)
        return sorted(shapes) == wanted or Fault("these are not the layers 10 → 40 → 40 → 5")

    def biases(shapes):
        if not shapes:
            return Fault("there are no biases that an optimizer could find")
        wanted = sorted(s for s in SHAPES if len(s) == 1)
        return sorted(shapes) == wanted or Fault("one bias per unit: 40, 40 and 5")

    def forward(value):
        if value["shape"] != [7, 5]:
            return Fault(f"7 inputs should give outputs of the shape [7, 5], not {value['shape']}")
        if not value["a row alone gives the same"]:
            return Fault("a row alone gives another output than in a batch")
        right, linear, cut = value["distance from what its layers give"].values()
        if right is None:
            none = seen["sizes of the weights"] == []
            return Fault("it has no layers that fit", "tensors_in_list" if none else None)
        if right < 1e-3:
            return True
        if linear < 1e-3:
            return Fault("it is linear in its inputs", "no_activation")
        if cut < 1e-3:
            return Fault("no output can be negative", "relu_at_the_output")
        return Fault("it is not what these layers give with a ReLU after each hidden one")

    def fresh(value):
        independent, count = value
        if not count:
            return Fault("there is nothing in it that could be trained")
        return independent or Fault("two calls give one and the same model", "one_model_for_all")

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
