"""7.14 to 7.17: the second moment after ReLU, zero initialisation, training in PyTorch."""

import numpy as np

from autograder.check import Fault, check, written
from autograder.inside import attempt
from autograder.inside.plain import Raised
from utils.training_data import make_fig78_data

FORM = "the result does not have the form that the exercise asks for"


def judged(seen, rules):
    """{key: what rules[key] says of seen[key]}; a value of another form is a fault."""
    said = {}
    for key, rule in rules.items():
        try:
            said[key] = Fault(FORM) if isinstance(seen[key], Raised) else rule(seen[key])
        except Exception:
            said[key] = Fault(FORM)
    return said


# 7.16 -----------------------------------------------------------------------------------------

SHAPES = [[40, 10], [40], [40, 40], [40], [5, 40], [5]]


@check("7.16a", points=2)
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


def relu_network(parameters, x, hidden=True, last=False):
    """The outputs of a network with these weights and biases, in order."""
    for k in range(0, len(parameters), 2):
        x = x @ parameters[k].T + parameters[k + 1]
        if (hidden and k < len(parameters) - 2) or (last and k == len(parameters) - 2):
            x = x.clamp(min=0)
    return x


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

    return judged(seen, dict(zip(seen, (weights, biases, forward, fresh), strict=True)))


def in_order(parameters):
    """Weights and biases from input to output, however they were registered; [] if they do not fit."""
    weights = [p for p in parameters if p.ndim == 2]
    biases = [p for p in parameters if p.ndim == 1]
    ordered, size = [], 10
    while weights:
        fitting = [k for k, weight in enumerate(weights) if weight.shape[1] == size]
        if not fitting:
            return []
        weight = weights.pop(max(fitting, key=lambda k: weights[k].shape[0]))
        size = weight.shape[0]
        bias = next((k for k, bias in enumerate(biases) if len(bias) == size), None)
        if bias is None:
            return []
        ordered += [weight, biases.pop(bias)]
    return ordered


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


def in_band(value, low, high):
    """Is it a number between low and high?"""
    return isinstance(value, (int, float)) and low <= value <= high


@check("7.16b", points=2)
def he_start(answer, rng):
    import torch
    from torch import nn

    def started(layer):
        answer.init_he(layer)
        return layer

    def spread(fan_in, fan_out):
        return (started(nn.Linear(fan_in, fan_out)).weight.var() * fan_in).item()

    def far_out():
        weights = started(nn.Linear(300, 500)).weight
        return (weights.abs() > 2 * weights.std()).double().mean().item()

    def whole_network():
        norm = nn.LayerNorm(90)
        with torch.no_grad():
            norm.weight.fill_(1.5)
        net = nn.Sequential(nn.Linear(400, 90), norm, nn.ReLU(), nn.Linear(90, 500))
        net.apply(answer.init_he)
        return {
            "variance times fan-in": [
                (net[k].weight.var() * n).item() for k, n in ((0, 400), (3, 90))
            ],
            "the layer norm's weight": norm.weight.mean().item(),
        }

    return {
        "variance of the weights times fan-in": attempt(
            lambda: [spread(800, 600), spread(50, 900)]
        ),
        "biases": attempt(lambda: started(nn.Linear(70, 30)).bias.abs().max().item()),
        "share of weights beyond two standard deviations": attempt(far_out),
        "a whole network, with apply": attempt(whole_network),
    }


@he_start.judge
def _(seen, rng):
    """Variance 2 / fan-in within sampling error (layers of 800 × 600 and 50 × 900: 7 percent are more
    than 10 standard errors), biases exactly 0, the tails of a normal distribution (4.6 percent lie
    beyond two standard deviations; of a uniform one none), and only linear layers changed."""
    key = "variance of the weights times fan-in"
    names = {
        (1 / 3, 1 / 3): "default_initialisation",
        (800 / 700, 50 / 475): "xavier",
        (800 / 300, 50 / 450): "fan_out",
        (1.0, 1.0): "one_over_n",
        (4 / 800, 4 / 50): "variance_taken_for_std",
        (800.0, 50.0): "standard_normal",
    }

    def spread(values):
        if all(in_band(value, 1.86, 2.14) for value in values):
            return True
        for pattern, name in names.items():
            if np.allclose(values, pattern, rtol=0.1):
                return Fault("it should be 2 for every layer", name)
        return Fault("it should be 2 for every layer, up to a few percent")

    def biases(largest):
        if largest == 0:
            return True
        untouched = isinstance(seen[key], list) and in_band(seen[key][0], 0.3, 0.37)
        return Fault("they should all be 0", None if untouched else "biases_left_alone")

    def tails(share):
        if in_band(share, 0.04, 0.051):
            return True
        right_spread = isinstance(seen[key], list) and in_band(seen[key][0], 1.86, 2.14)
        uniform = right_spread and share == 0
        return Fault(
            "a normal distribution has 4.6 percent there", "he_uniform" if uniform else None
        )

    def network(value):
        if value["the layer norm's weight"] != 1.5:
            return Fault("a layer norm was changed too", "every_layer_with_a_weight")
        values = value["variance times fan-in"]
        return all(in_band(v, 1.86, 2.14) for v in values) or Fault("it should be 2 for each layer")

    return judged(seen, dict(zip(seen, (spread, biases, tails, network), strict=True)))


@he_start.misconception(
    "default_initialisation",
    "The weights are still PyTorch's own: uniform, with variance 1/(3 · fan-in). Names in nn.init "
    "that end in an underscore change a tensor in place.",
)
def init_he(layer):
    if isinstance(layer, nn.Linear):
        torch.randn_like(layer.weight) * (2 / layer.in_features) ** 0.5


he_start.misconception(
    "xavier",
    "That is Xavier's start, 2 / (fan-in + fan-out). It is made for activations like tanh; ReLU "
    "loses half of the second moment, and He's start makes up for it.",
    edits={"kaiming_normal_": "xavier_normal_"},
)
he_start.misconception(
    "fan_out",
    "That divides by the number of outputs. A pre-activation is a sum over the inputs of the layer.",
    edits={"kaiming_normal_(layer.weight)": 'kaiming_normal_(layer.weight, mode="fan_out")'},
)
he_start.misconception(
    "one_over_n",
    "The variance 1 / fan-in keeps a linear network's signals; after a ReLU only half of the second "
    "moment is left (7.14), which a factor 2 makes up for.",
    edits={
        "nn.init.kaiming_normal_(layer.weight)": (
            "nn.init.normal_(layer.weight, 0, layer.in_features**-0.5)"
        )
    },
)
he_start.misconception(
    "variance_taken_for_std",
    "normal_ takes the standard deviation, not the variance: the square root is missing.",
    edits={
        "nn.init.kaiming_normal_(layer.weight)": (
            "nn.init.normal_(layer.weight, 0, 2 / layer.in_features)"
        )
    },
)
he_start.misconception(
    "standard_normal",
    "Weights of variance 1 make the signals grow with every layer; divide by the fan-in.",
    edits={"kaiming_normal_": "normal_"},
)
he_start.misconception(
    "he_uniform",
    "The variance is right, but the weights are spread evenly; here they are to be normal.",
    edits={"kaiming_normal_": "kaiming_uniform_"},
)
he_start.misconception(
    "biases_left_alone",
    "The biases still have their random start; set them to 0.",
    edits={"nn.init.zeros_(layer.bias)": "pass"},
)


@he_start.misconception(
    "every_layer_with_a_weight",
    "Other layers have a weight too, with another meaning (a layer norm starts at 1). Change linear "
    "layers only.",
)
def init_he(layer):
    if hasattr(layer, "weight"):
        nn.init.normal_(layer.weight, 0, (2 / layer.weight.shape[-1]) ** 0.5)
        nn.init.zeros_(layer.bias)


@he_start.alternative("formula_in_place")
def init_he(layer):
    if type(layer) is nn.Linear:
        with torch.no_grad():
            layer.weight.copy_(torch.randn(layer.weight.shape) * (2 / layer.in_features) ** 0.5)
            layer.bias.fill_(0)


@he_start.alternative("numpy_and_data")
def init_he(layer):
    if "Linear" in str(type(layer)):
        shape = layer.out_features, layer.in_features
        weights = np.random.normal(0, np.sqrt(2 / shape[1]), size=shape)
        layer.weight.data = torch.tensor(weights, dtype=torch.float32)
        layer.bias.data = torch.zeros(shape[0])
    return layer


def given_model():
    """For 7.16c: stands in for a build_model that is not right; that mistake costs 7.16a only."""
    from torch import nn

    return nn.Sequential(
        nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 5)
    )


def given_init(layer):
    """For 7.16c and 7.17b: a right init_he."""
    from torch import nn

    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, 0, (2 / layer.in_features) ** 0.5)
        nn.init.zeros_(layer.bias)


def builds_the_right_network(build_model):
    """Does build_model() give a network 10 → 40 → 40 → 5 with ReLU after the hidden layers?"""
    import torch

    try:
        model, x = build_model(), torch.randn(7, 10)
        parameters = in_order([p.detach() for p in model.parameters()])
        shapes = [list(p.shape) for p in parameters]
        return shapes == SHAPES and torch.allclose(
            model(x), relu_network(parameters, x), rtol=1e-3, atol=1e-4
        )
    except Exception:
        return False


def watched(train, X, Y):
    """(the result of train(), what happened: the start, and a list with one dict per step).

    It looks over the shoulder of the training, with hooks on the first linear layer (which inputs
    come in), on the last one (what comes out), and on the optimizer (rate, gradient of the bias).
    """
    from torch import is_grad_enabled, nn
    from torch.nn.modules.module import register_module_forward_hook
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    start, steps, now = {}, [], {}

    def forward(module, inputs, output):
        if not isinstance(module, nn.Linear) or not is_grad_enabled():
            return
        if not steps and id(module) not in start:
            bias = 0.0 if module.bias is None else module.bias.abs().max().item()
            start[id(module)] = (module.weight.var() * module.in_features).item(), bias
        if module.in_features == X.shape[1]:
            now["inputs"] = inputs[0].detach()
        if module.out_features == Y.shape[1]:
            now["outputs"], now["bias"] = output.detach(), module.bias

    def step(optimizer, args, kwargs):
        grad = None if now.get("bias") is None else now["bias"].grad
        group = optimizer.param_groups[0]
        steps.append(
            {
                "optimizer": type(optimizer).__name__,
                "rate": float(group["lr"]),
                "momentum": group.get("momentum", 0),
                "inputs": now.get("inputs"),
                "outputs": now.get("outputs"),
                "gradient": None if grad is None else grad.detach().clone(),
            }
        )

    hooks = [register_module_forward_hook(forward), register_optimizer_step_pre_hook(step)]
    try:
        result = train()
    finally:
        for hook in hooks:
            hook.remove()
    for one in steps:
        one["rows"] = rows_of(one.pop("inputs"), X)
    return result, list(start.values()), steps


def rows_of(inputs, X):
    """Which rows of X a batch consists of; -1 for a row that is none of them."""
    if inputs is None or inputs.dim() != 2:
        return []
    found, rows = (inputs[:, None, 0].float() == X[None, :, 0]).int().max(dim=1)
    return rows.where(found > 0, -1).tolist()


def per_epoch(values, epochs):
    """The values of all steps, split into equal parts."""
    size = max(1, len(values) // epochs)
    return [values[k : k + size] for k in range(0, size * epochs, size)]


def batches_seen(steps, epochs):
    """The sizes of the batches, and the smallest number of different examples in an epoch."""
    rounds = per_epoch([one["rows"] for one in steps], epochs)
    return {
        "steps": len(steps),
        "sizes of the batches": sorted({len(rows) for rows in sum(rounds, [])}),
        "different examples in an epoch": min(
            (len({row for rows in batches for row in rows if row >= 0}) for batches in rounds),
            default=0,
        ),
    }


def mean_losses(steps, epochs, Y, loss):
    """The mean of the batch losses of each epoch, from the outputs that were seen."""
    losses = [loss(one["outputs"], Y[one["rows"]]).item() for one in steps]
    return losses, [float(np.mean(part)) for part in per_epoch(losses, epochs)]


def some_epochs(recorded, means, losses):
    """What was recorded and what was seen, in the epochs 1, 2, 3, 5 and 100."""
    last = [part[-1] for part in per_epoch(losses, len(means))]
    several = {
        "recorded in epochs 1, 2, 3, 5, 100": recorded,
        "means of the batch losses": means,
        "last batch": last,
    }
    return {name: [float(v[k]) for k in (0, 1, 2, 4, 99)] for name, v in several.items()}


def numbers(values, count):
    """True when it is a list of that many finite Python numbers."""
    if not isinstance(values, (list, tuple)) or len(values) != count:
        return Fault(f"a list of {count} numbers is asked for, one for each epoch")
    if not all(isinstance(value, (int, float)) for value in values):
        return Fault("they should be plain numbers: .item() takes the number out of a tensor")
    return bool(np.all(np.isfinite(values))) or Fault("some of them are not finite")


def close(one, other, rtol=1e-3, atol=1e-5):
    """Do two results agree, to single precision?"""
    return np.shape(one) == np.shape(other) and bool(np.allclose(one, other, rtol, atol))


RATE, EPOCHS, SHORT = 0.1, 100, 4


@check("7.16c", points=4, seconds=30)
def training(answer, rng):
    import torch.nn.functional as F

    seed = int(rng.integers(1000))
    X, Y = make_fig78_data(seed)
    own = builds_the_right_network(answer.build_model)
    model = {} if own else {"build_model": given_model}
    train = answer.with_given("train_fig78", init_he=given_init, **model)

    def run():
        result, start, steps = watched(lambda: train(X, Y, epochs=EPOCHS, seed=seed), X, Y)
        losses, means = mean_losses(steps, EPOCHS, Y, F.mse_loss)
        return {"result": result, "start": start, "steps": steps, "losses": losses, "means": means}

    def gradients():
        seen = []
        for one in full["steps"][:3]:
            error = one["outputs"] - Y[one["rows"]]
            seen.append([one["gradient"], 2 * error.sum(dim=0) / error.numel()])
        return {
            "gradient of the last bias at steps 1 to 3": [grad for grad, _ in seen],
            "gradient of the batch's mean loss": [grad for _, grad in seen],
        }

    def recorded():
        return some_epochs(full["result"]["losses"], full["means"], full["losses"])

    def final():
        model = full["result"]["model"]
        return [full["means"][0], full["means"][-1], F.mse_loss(model(X), Y).item()]

    def short(seed):
        return train(X, Y, epochs=SHORT, seed=seed)["losses"]

    full = attempt(run)
    return {
        "losses": attempt(lambda: full["result"]["losses"]),
        "start: variance times fan-in of each layer, largest bias": attempt(lambda: full["start"]),
        "batches": attempt(lambda: batches_seen(full["steps"], EPOCHS)),
        "first batches of three epochs": attempt(
            lambda: [one["rows"] for one in full["steps"][0:30:10]]
        ),
        "gradients": attempt(gradients),
        "optimizer": attempt(
            lambda: {
                "type": type(full["result"]["optimizer"]).__name__,
                "momentum": full["steps"][0]["momentum"],
                "first learning rate": full["steps"][0]["rate"],
            }
        ),
        "learning rate at epochs 1, 10, 11, 20, 21, 100": attempt(
            lambda: [
                part[-1]["rate"]
                for k, part in enumerate(per_epoch(full["steps"], EPOCHS), start=1)
                if k in (1, 10, 11, 20, 21, 100)
            ]
        ),
        "recorded losses": attempt(recorded),
        "mean loss at first, at last, and of the returned model": attempt(final),
        "one seed twice, and another seed": attempt(lambda: [short(5), short(5), short(6)]),
    }


@training.judge
def _(seen, rng):
    """The settings of the exercise, seen at every step of the optimizer, and consistency: gradients are
    those of the batch, recorded losses the means of what was seen, the returned model the one that
    was trained. The loss itself only within a wide band (25 seeds: first epoch 1.4 to 2.6, last
    0.1 to 0.7, at most 0.32 of the first)."""

    def losses(values):
        return numbers(values, EPOCHS)

    def start(layers):
        if not layers:
            return Fault("no linear layer was seen; train the network of build_model()")
        spreads, biases = np.array(layers, dtype=float).T
        if len(spreads) == 3 and np.all(np.abs(spreads / 2 - 1) < 0.4) and not biases.any():
            return True
        if len(spreads) == 3 and 0.25 < spreads[1] < 0.45:
            return Fault("these are not He's", "default_initialisation")
        if len(spreads) == 3 and 0.75 < spreads[1] < 1.3:
            return Fault("these are not He's", "xavier")
        return Fault("three layers with about 2, and biases of 0, are asked for")

    def batches(value):
        if value["sizes of the batches"] == [10] and value["steps"] == 10 * EPOCHS:
            return value["different examples in an epoch"] == 100 or Fault(
                "some examples come twice in an epoch, others not at all"
            )
        if value["sizes of the batches"] == [100]:
            return Fault("all examples are in one batch", "full_batch")
        return Fault("10 batches of 10 examples in each of the 100 epochs are asked for")

    def shuffled(rows):
        if not rows or len(rows[0]) != 10:
            return Fault("batches of 10 examples are needed to see this")
        if sorted(rows[0]) == list(range(10)) and rows[0] == rows[1]:
            return Fault(
                "every epoch has the same batches, in the order of the data", "not_shuffled"
            )
        if rows[0] == rows[1] or rows[1] == rows[2]:
            return Fault("every epoch has the same batches", "shuffled_once")
        return True

    def gradients(value):
        got, wanted = (np.array(part, dtype=float) for part in value.values())
        if close(got, wanted, 1e-2):
            return True
        if close(got, np.cumsum(wanted, axis=0), 1e-2):
            return Fault("they add up from step to step", "no_zero_grad")
        if close(got, 50 * wanted, 1e-2):
            return Fault("they are those of a sum", "sum_as_loss")
        return Fault("they are not those of the mean squared error of the batch")

    def optimizer(value):
        if value["type"].startswith("Adam"):
            return Fault("SGD is asked for", "adam")
        if value["type"] != "SGD":
            return Fault("SGD is asked for")
        if not close(value["momentum"], 0.9):
            return Fault("the momentum is not 0.9", None if value["momentum"] else "no_momentum")
        rate = value["first learning rate"]
        return close(rate, RATE) or Fault("the learning rate does not begin at 0.1")

    def rates(values):
        if close(np.divide(values, values[0]), 0.5 ** np.array([0, 0, 1, 1, 2, 9])):
            return True
        if len(set(values)) == 1:
            return Fault("it never changes", "scheduler_never_stepped")
        if values[1] < values[0] * 0.1:
            return Fault("it falls far too fast", "scheduler_every_batch")
        return Fault("it should be halved after every ten epochs, at the end of an epoch")

    def recorded(value):
        got, means, last = value.values()
        if close(got, means, atol=1e-4):
            return True
        if close(got, np.multiply(10, means), atol=1e-3):
            return Fault("they are ten times the mean loss", "sum_of_batches")
        if close(got, last, atol=1e-4):
            return Fault("they are the losses of single batches", "last_batch_only")
        return Fault("they are not the means of the batch losses that were seen in each epoch")

    def learned(value):
        first, last, returned = value
        if not close(returned, last, 0.35):
            return Fault("the model that is returned is not the one that was trained")
        return (last < 0.9 and last < 0.45 * first) or Fault("it has not learned enough")

    def repeatable(runs):
        one, two, other = runs
        if len(one) != SHORT:
            return Fault(f"epochs={SHORT} should give {SHORT} losses", "epochs_ignored")
        if not close(one, two):
            return Fault("the same seed should give the same losses", "seed_not_used")
        return not close(one, other) or Fault("another seed changes nothing", "seed_fixed")

    rules = (
        losses,
        start,
        batches,
        shuffled,
        gradients,
        optimizer,
        rates,
        recorded,
        learned,
        repeatable,
    )
    return judged(seen, dict(zip(seen, rules, strict=True)))


training.misconception(
    "sum_of_batches",
    "The losses of the ten batches are added up; divide by their number, so that the curve does not "
    "depend on how many batches there are.",
    edits={"sum(batch_losses) / len(batch_losses)": "sum(batch_losses)"},
)
training.misconception(
    "no_zero_grad",
    "PyTorch adds every gradient to the ones before. Without clearing them a step follows the sum "
    "of all batches so far, and training explodes.",
    edits={"optimizer.zero_grad()": "pass"},
)
training.misconception(
    "scheduler_every_batch",
    "The scheduler counts batches here, so the learning rate is halved after every ten batches and "
    "soon is nothing. Its step() belongs after the last batch of an epoch.",
    edits={
        "        scheduler.step()\n": "",
        "            optimizer.step()": "            optimizer.step()\n            scheduler.step()",
    },
)
training.misconception(
    "scheduler_never_stepped",
    "The learning rate never falls: a scheduler does nothing until its step() is called.",
    edits={"        scheduler.step()\n": ""},
)
training.misconception(
    "default_initialisation",
    "The network starts with PyTorch's own weights, which are about six times too small in "
    "variance; apply init_he before training.",
    edits={"model.apply(init_he)": "pass"},
)
training.misconception(
    "xavier",
    "The variance is 1 over the number of units, and not the 2 / fan-in that ReLU networks need.",
    edits={
        "model.apply(init_he)": "[nn.init.xavier_normal_(p) if p.dim() > 1 else nn.init.zeros_(p) "
        "for p in model.parameters()]"
    },
)
training.misconception(
    "last_batch_only",
    "That is the loss of the epoch's last batch alone: it jumps with the luck of the draw. Take the "
    "mean over all batches.",
    edits={"sum(batch_losses) / len(batch_losses)": "loss.item()"},
)
training.misconception(
    "adam",
    "Adam scales every parameter's step by itself and would need another learning rate; this "
    "exercise asks for SGD with momentum.",
    edits={"SGD(model.parameters(), lr=0.1, momentum=0.9)": "Adam(model.parameters(), lr=0.01)"},
)
training.misconception(
    "no_momentum",
    "The optimizer has no momentum; it is an argument of SGD, and 0 unless one gives it.",
    edits={", momentum=0.9": ""},
)
training.misconception(
    "full_batch",
    "That is gradient descent on all examples at once, one step per epoch. Mini-batches make ten "
    "steps of the same work.",
    edits={".split(10)": ".split(100)"},
)
training.misconception(
    "not_shuffled",
    "The batches are the same in every epoch, so their accidents are learned too. Shuffle the rows "
    "anew at the beginning of each epoch.",
    edits={"torch.randperm(len(X))": "torch.arange(len(X))"},
)
training.misconception(
    "shuffled_once",
    "The rows are shuffled once for all epochs; draw a new order at the beginning of each.",
    edits={
        "    losses = []\n": "    order = torch.randperm(len(X))\n    losses = []\n",
        "in torch.randperm(len(X)).split(10)": "in order.split(10)",
    },
)
training.misconception(
    "sum_as_loss",
    "The batch loss is a sum, not a mean: its gradients, and with them the steps, are 50 times as "
    "large.",
    edits={
        "F.mse_loss(model(X[rows]), Y[rows])": 'F.mse_loss(model(X[rows]), Y[rows], reduction="sum")',
        "lr=0.1": "lr=0.002",
    },
)
training.misconception(
    "seed_not_used",
    "Two trainings with the same seed differ: seed before the weights and the batches are drawn.",
    edits={"torch.manual_seed(seed)": "torch.seed()"},
)
training.misconception(
    "epochs_ignored",
    "The argument epochs has no effect: another number of epochs is written into the loop.",
    edits={"range(epochs)": "range(100)"},
)
training.misconception(
    "seed_fixed",
    "The argument seed has no effect: it is another number that seeds the generator.",
    edits={"torch.manual_seed(seed)": "torch.manual_seed(0)"},
)
training.alternative(
    "initialised_by_build_model",
    source="""
    _plain = build_model

    def build_model():
        return _plain().apply(init_he)
    """,
    edits={"    model.apply(init_he)\n": ""},
)


@training.alternative("data_loader")
def answer():
    from torch.utils.data import DataLoader, TensorDataset

    def train_fig78(X, Y, epochs=100, seed=0):
        torch.manual_seed(seed)
        loader = DataLoader(TensorDataset(X, Y), batch_size=10, shuffle=True)
        net, distance = build_model().apply(init_he), nn.MSELoss()
        descent = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        plan = torch.optim.lr_scheduler.StepLR(descent, 10, 0.5)
        losses = []
        for _ in range(epochs):
            total = 0.0
            for x, y in loader:
                loss = distance(net(x), y)
                descent.zero_grad()
                loss.backward()
                descent.step()
                total += loss.item() * len(x)
            plan.step()
            losses.append(total / len(X))
        return dict(losses=losses, model=net, optimizer=descent)


@training.alternative("own_schedule_and_numpy_batches")
def train_fig78(X, Y, epochs=100, seed=0):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = nn.Sequential(
        *[m for n, k in ((10, 40), (40, 40), (40, 5)) for m in (nn.Linear(n, k), nn.ReLU())][:-1]
    )
    with torch.no_grad():
        for layer in model[::2]:
            layer.weight.normal_(0, (2 / layer.in_features) ** 0.5)
            layer.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    losses = []
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = 0.1 * 0.5 ** (epoch // 10)
        order, found = rng.permutation(100), []
        for k in range(0, 100, 10):
            rows = torch.as_tensor(order[k : k + 10])
            loss = ((model(X[rows]) - Y[rows]) ** 2).mean()
            model.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        losses.append(float(np.mean(found)))
    return {"losses": losses, "model": model, "optimizer": optimizer}


@training.alternative("losses_in_a_float64_tensor")
def train_fig78(X, Y, epochs=100, seed=0):
    torch.manual_seed(seed)
    model = build_model().apply(init_he)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    plan = torch.optim.lr_scheduler.MultiStepLR(optimizer, range(10, epochs, 10), 0.5)
    losses = torch.zeros(epochs, dtype=torch.float64)
    for epoch in range(epochs):
        for rows in torch.randperm(100).view(10, 10):
            loss = F.mse_loss(model(X[rows]), Y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[epoch] += loss.detach() / 10
        plan.step()
    return {"losses": losses.tolist(), "model": model, "optimizer": optimizer}


@check("7.16-plot", points=1, bonus=True)
def picture(answer, rng):
    losses = np.sort(rng.uniform(0.2, 2, size=40))[::-1].round(3).tolist()

    def run():
        ax = answer.plot_training(list(losses)).axes[0]
        return {
            "x axis": ax.get_xlabel(),
            "y axis": ax.get_ylabel(),
            "lines": [
                [np.asarray(v, dtype=float) for v in line.get_data(orig=False)]
                for line in ax.lines
                if len(line.get_xdata()) > 2
            ],
        }

    seen = attempt(run)
    return {
        "x axis": attempt(lambda: seen["x axis"]),
        "y axis": attempt(lambda: seen["y axis"]),
        "the curve": attempt(lambda: {"losses": losses, "lines": seen["lines"]}),
    }


@picture.judge
def _(seen, rng):
    """A figure whose first axes name the epoch and the loss, and a line with all losses, counted from
    0 or 1. Scale, colours and further lines are free."""

    def names(*words):
        def rule(label):
            if not label.strip():
                return Fault("the axis has no label", "no_labels")
            named = any(word in label.lower() for word in words)
            return named or Fault(f"the label does not say {words[0]!r}")

        return rule

    def curve(value):
        for x, y in value["lines"]:
            if close(y, value["losses"]):
                begins = x[0] in (0, 1) and close(np.diff(x), np.ones(len(x) - 1))
                return begins or Fault("the epochs should be counted one by one")
            if close(y, np.log(value["losses"])) or close(y, np.log10(value["losses"])):
                return Fault("these are logarithms", "logarithm_of_the_loss")
        return Fault("there is no line through all losses")

    rules = {"x axis": names("epoch"), "y axis": names("loss", "error"), "the curve": curve}
    return judged(seen, rules)


picture.misconception(
    "no_labels",
    "Without labels nobody can tell what is drawn: name the quantity on each axis.",
    edits={'"epoch", "mean squared error (log scale)"': '"", ""'},
)
picture.misconception(
    "logarithm_of_the_loss",
    "The logarithm is drawn in place of the loss, so the axis no longer shows losses. A logarithmic "
    'scale (set_yscale("log")) keeps the numbers readable.',
    edits={"+ 1), losses)": "+ 1), np.log(losses))", '    ax.set_yscale("log")\n': ""},
)


@picture.alternative("pyplot")
def plot_training(losses):
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots()
    ax.plot(losses, "k.-")
    ax.set(xlabel="Epoch", ylabel="Training loss", ylim=(0, None))
    plt.close(fig)
    return fig


@picture.alternative("figure_from_scratch")
def plot_training(losses):
    from matplotlib.figure import Figure

    fig = Figure()
    ax = fig.add_subplot()
    ax.semilogy(np.arange(1, len(losses) + 1), np.array(losses), label="loss")
    ax.set_xlabel("number of epochs")
    ax.set_ylabel("mean squared error")
    return fig


written(
    "7.16-written",
    rubric=[
        (1, "the plot has labelled axes and a scale on which the steps can be seen"),
        (1, "one sentence on the steps: less jitter and a drop after the first halvings, then hardly "
            "any movement because the rate is tiny"),
    ],
)  # fmt: skip

# 7.17 -----------------------------------------------------------------------------------------


@check("7.17a", points=2)
def labels(answer, rng):
    import torch
    import torch.nn.functional as F

    def scores(*shape):
        values = rng.uniform(0.1, 2, size=shape) * rng.permutation(
            np.resize([-1, 1], int(np.prod(shape)))
        ).reshape(shape)
        return torch.tensor(values, dtype=torch.float32)

    column, matrix = scores(30, 1), scores(4, 6)
    whole = torch.tensor([[3], [-2], [5]])

    def kind(result):
        if result.is_floating_point():
            return "floating point"
        return "True and False" if result.dtype == torch.bool else "whole numbers"

    def in_loss():
        return F.binary_cross_entropy_with_logits(0.5 * column, answer.make_binary_targets(column))

    return {
        "a column of scores": answer.make_binary_targets(column),
        "a matrix of scores": answer.make_binary_targets(matrix),
        "whole numbers as scores": answer.make_binary_targets(whole),
        "kind of number": attempt(lambda: kind(answer.make_binary_targets(column))),
        "in the loss": attempt(in_loss),
    }


labels.misconception(
    "integer_targets",
    "The labels are integers, but the cross-entropy calculates with them and wants floating point.",
    edits={".float()": ".long()"},
)
labels.misconception(
    "boolean_targets",
    "A comparison gives True and False; the loss needs numbers.",
    edits={".float()": ""},
)
labels.misconception(
    "plus_minus_one_targets",
    "Labels of -1 and 1 belong to other losses; the binary cross-entropy uses y and 1 - y as "
    "probabilities, so y must be 0 or 1.",
    edits={"(score > 0).float()": "torch.sign(score).float()"},
)
labels.misconception(
    "threshold_at_half",
    "½ is the threshold for a probability. A score can be any number, and the two classes meet at 0.",
    edits={"score > 0": "score > 0.5"},
)
labels.misconception(
    "probabilities_for_labels",
    "The sigmoid gives probabilities; a label is a decision, 0 or 1.",
    edits={"(score > 0).float()": "torch.sigmoid(score.float())"},
)
labels.misconception(
    "shape_lost",
    "The labels must keep the shape of the scores: (100,) and (100, 1) broadcast to (100, 100).",
    edits={".float()": ".float().flatten()"},
)
labels.misconception(
    "classes_swapped",
    "The labels are the wrong way round: 1 stands for a positive score.",
    edits={"score > 0": "score < 0"},
)
labels.alternative(
    "where",
    edits={"(score > 0).float()": "torch.where(score > 0, 1.0, 0.0)"},
)


@labels.alternative("list_in_float64")
def make_binary_targets(score):
    flat = [1.0 if value > 0 else 0.0 for value in score.flatten().tolist()]
    return torch.tensor(flat, dtype=torch.float64).reshape(score.shape)


labels.oracle(
    "rounded_sigmoid",
    edits={"(score > 0).float()": "torch.sigmoid(10 * score.double()).round()"},
)


@check("7.17b", points=5, seconds=30)
def classifier(answer, rng):
    import torch
    import torch.nn.functional as F

    seed = int(rng.integers(1000))
    X, Y = make_fig78_data(seed, binary=True)
    fresh = torch.tensor(rng.normal(size=(9, 10)), dtype=torch.float32)
    train = answer.with_given("train_binary", init_he=given_init)

    def cross_entropy(outputs, y):
        return F.binary_cross_entropy_with_logits(outputs.reshape(y.shape), y)

    def run():
        result, _, steps = watched(lambda: train(X, Y, epochs=EPOCHS, seed=seed), X, Y)
        return {"result": result, "steps": steps}

    def gradients():
        return [
            {"outputs": one["outputs"], "labels": Y[one["rows"]], "gradient": one["gradient"]}
            for one in full["steps"][:2]
        ]

    def recorded():
        losses, means = mean_losses(full["steps"], EPOCHS, Y, cross_entropy)
        return some_epochs(full["result"]["losses"], means, losses)

    def probabilities(X):
        return full["result"]["predict_proba"](X)

    def consistent():
        p = torch.as_tensor(probabilities(X)).reshape(-1, 1).double().clamp(1e-12, 1 - 1e-12)
        return [F.binary_cross_entropy(p, Y.double()).item(), full["result"]["losses"][-1]]

    def once():
        last = []

        def hook(module, inputs, output):
            if isinstance(module, torch.nn.Linear) and module.out_features == 1:
                last.append(output.detach())

        handle = torch.nn.modules.module.register_module_forward_hook(hook)
        try:
            p = probabilities(fresh)
        finally:
            handle.remove()
        return {
            "last layer's output": last[-1].flatten(),
            "probability": torch.as_tensor(p).flatten(),
        }

    def short(seed):
        return train(X, Y, epochs=SHORT, seed=seed)["losses"]

    full = attempt(run)
    return {
        "losses": attempt(lambda: full["result"]["losses"]),
        "sizes of the network": attempt(
            lambda: sorted(list(p.shape) for p in full["result"]["model"].parameters())
        ),
        "batches": attempt(lambda: batches_seen(full["steps"], EPOCHS)),
        "gradients of the loss": attempt(gradients),
        "recorded losses": attempt(recorded),
        "probabilities": attempt(lambda: probabilities(fresh)),
        "cross-entropy of the probabilities, and the last loss": attempt(consistent),
        "one sigmoid between the last layer and the probability": attempt(once),
        "share of training labels that are predicted": attempt(
            lambda: ((probabilities(X).reshape(-1, 1) > 0.5) == (Y > 0.5)).double().mean().item()
        ),
        "one seed twice, and another seed": attempt(lambda: [short(5), short(5), short(6)]),
    }


@classifier.judge
def _(seen, rng):
    """One output, mini-batches as in 7.16, and the cross-entropy of exactly one sigmoid: in the gradients
    (which are sig[f] - y for the last bias), in the recorded losses, and in predict_proba. The loss
    itself only in a wide band (25 seeds: last epoch 0.002 to 0.034, accuracy at least 0.98)."""

    def sig(f):
        return 1 / (1 + np.exp(-f))

    def losses(values):
        said = numbers(values, EPOCHS)
        if said is True and not np.any(values):
            return Fault("they are all 0", "cross_entropy_with_one_output")
        return said

    def sizes(shapes):
        if shapes == sorted([[40, 10], [40], [40, 40], [40], [1, 40], [1]]):
            return True
        if [2, 40] in shapes:
            return Fault("there are two outputs", "two_outputs")
        return Fault("the layers 10 → 40 → 40 → 1 with biases are asked for")

    def batches(value):
        right = value["sizes of the batches"] == [10] and value["steps"] == 10 * EPOCHS
        complete = value["different examples in an epoch"] == 100
        return (right and complete) or Fault(
            "10 batches of 10 examples, each example once in each of the 100 epochs, are asked for"
        )

    def gradients(steps):
        def mean_of(formula):
            return [
                np.mean(formula(np.float64(s["outputs"]).ravel(), np.float64(s["labels"]).ravel()))
                for s in steps
            ]

        got = [float(np.ravel(s["gradient"])[0]) for s in steps]
        wanted = mean_of(lambda f, y: sig(f) - y)
        if close(got, wanted, 1e-2, 1e-4):
            return True
        if close(got, np.cumsum(wanted), 1e-2, 1e-4):
            return Fault("they add up from step to step", "no_zero_grad")
        if close(got, np.multiply(10, wanted), 1e-2, 1e-4):
            return Fault("they are those of a sum")
        known = {
            "still_mse_on_logits": lambda f, y: 2 * (f - y),
            "mse_on_probabilities": lambda f, y: 2 * (sig(f) - y) * sig(f) * (1 - sig(f)),
            "double_sigmoid": lambda f, y: (sig(sig(f)) - y) * sig(f) * (1 - sig(f)),
            "relu_output": lambda f, y: (f > 0) * (sig(f) - y),
            "plus_minus_one_targets": lambda f, y: sig(f) - (2 * y - 1),
            "cross_entropy_with_one_output": lambda f, y: 0 * f,
        }
        for name, formula in known.items():
            if close(got, mean_of(formula), 1e-2, 1e-4):
                return Fault("they are not those of the mean binary cross-entropy", name)
        return Fault("they are not those of the mean binary cross-entropy of sig[f]")

    def recorded(value):
        got, means, last = value.values()
        if close(got, means, 1e-2, 1e-4):
            return True
        if close(got, np.multiply(10, means), 1e-2, 1e-3):
            return Fault("they are ten times the mean loss", "sum_over_batches")
        if close(got, last, 1e-2, 1e-4):
            return Fault("they are the losses of single batches", "last_batch_only")
        return Fault("they are not the mean cross-entropy of the batches of each epoch")

    def probabilities(p):
        if np.shape(p) != (9, 1):
            return Fault(f"9 inputs should give the shape (9, 1), not {np.shape(p)}")
        if np.min(p) < 0 or np.max(p) > 1:
            return Fault("some are below 0 or above 1", "predicts_logits")
        if set(np.ravel(p).tolist()) <= {0.0, 1.0}:
            return Fault("these are decisions", "predicts_labels")
        return True

    def consistent(value):
        again, last = value
        low = 0 <= again < 0.15
        return (low and abs(again - last) < 0.05 * again + 2e-3) or Fault(
            "both should be the same small number"
        )

    def once(value):
        f, p = (np.float64(v) for v in value.values())
        if close(p, sig(f), atol=1e-4):
            return True
        if close(p, sig(sig(f)), atol=1e-4):
            return Fault("there are two", "double_sigmoid")
        return Fault("that is not the sigmoid of the last layer's output")

    def accuracy(share):
        return in_band(share, 0.95, 1) or Fault("at least 0.95 of them should be")

    def repeatable(runs):
        one, two, other = runs
        if len(one) != SHORT:
            return Fault(f"epochs={SHORT} should give {SHORT} losses", "epochs_ignored")
        if not close(one, two):
            return Fault("the same seed should give the same losses")
        return not close(one, other) or Fault("another seed changes nothing")

    rules = losses, sizes, batches, gradients, recorded, probabilities, consistent, once, accuracy
    return judged(seen, dict(zip(seen, (*rules, repeatable), strict=True)))


LOSS = "F.binary_cross_entropy_with_logits(model(X[rows]), Y[rows])"

classifier.misconception(
    "double_sigmoid",
    "The sigmoid is applied twice: binary_cross_entropy_with_logits has one inside, and the network "
    "has another. A probability is then at most 0.73, and the loss cannot fall.",
    edits={"nn.Linear(40, 1)\n": "nn.Linear(40, 1), nn.Sigmoid()\n"},
)
classifier.misconception(
    "predicts_logits",
    "predict_proba gives the number f before the sigmoid, which can be anything.",
    edits={"torch.sigmoid(model(X))": "model(X)"},
)
classifier.misconception(
    "still_mse_on_logits",
    "The loss is still the squared error of f. It punishes a confident right answer: f = 5 for the "
    "label 1 costs 16.",
    edits={LOSS: "F.mse_loss(model(X[rows]), Y[rows])"},
)
classifier.misconception(
    "mse_on_probabilities",
    "The squared error of a probability has a vanishing gradient where the network is wrong and "
    "sure of it; the cross-entropy has not (7.5).",
    edits={LOSS: "F.mse_loss(torch.sigmoid(model(X[rows])), Y[rows])"},
)
classifier.misconception(
    "cross_entropy_with_one_output",
    "F.cross_entropy takes a softmax over the outputs; over a single output that is always 1, so "
    "the loss is always 0 and nothing is learned.",
    edits={LOSS: "F.cross_entropy(model(X[rows]), Y[rows])"},
)
classifier.misconception(
    "sum_over_batches",
    "The losses of the ten batches are added up; the mean is asked for.",
    edits={"sum(batch_losses) / len(batch_losses)": "sum(batch_losses)"},
)
classifier.misconception(
    "relu_output",
    "A ReLU at the output makes f ≥ 0, so no probability can be below ½, and its gradient is 0 for "
    "half of the inputs.",
    edits={"nn.Linear(40, 1)\n": "nn.Linear(40, 1), nn.ReLU()\n"},
)
classifier.misconception(
    "plus_minus_one_targets",
    "The labels are turned into -1 and 1, but the cross-entropy uses y and 1 - y as probabilities.",
    edits={"Y[rows])\n": "2 * Y[rows] - 1)\n"},
)
classifier.misconception(
    "no_zero_grad",
    "PyTorch adds every gradient to the ones before; clear them before each backward.",
    edits={"optimizer.zero_grad()": "pass"},
)
classifier.misconception(
    "last_batch_only",
    "That is the loss of the epoch's last batch alone. Take the mean over all batches.",
    edits={"sum(batch_losses) / len(batch_losses)": "loss.item()"},
)
classifier.misconception(
    "epochs_ignored",
    "The argument epochs has no effect: another number of epochs is written into the loop.",
    edits={"range(epochs)": "range(100)"},
)
classifier.misconception(
    "predicts_labels",
    "predict_proba decides already; it should say how probable the label 1 is.",
    edits={"return torch.sigmoid(model(X))": "return (model(X) > 0).float()"},
)
classifier.misconception(
    "two_outputs",
    "Two classes need one output only: the probability of label 0 is what is left.",
    edits={
        "nn.Linear(40, 1)": "nn.Linear(40, 2)",
        LOSS: "F.cross_entropy(model(X[rows]), Y[rows][:, 0].long())",
        "torch.sigmoid(model(X))": "torch.softmax(model(X), dim=1)[:, 1:]",
    },
)


@classifier.alternative("sigmoid_in_the_model")
def train_binary(X, Y, epochs=100, seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1), nn.Sigmoid()
    ).apply(init_he)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(X, Y), batch_size=10, shuffle=True
    )
    descent = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    plan = torch.optim.lr_scheduler.StepLR(descent, 10, 0.5)
    losses = []
    for _ in range(epochs):
        found = []
        for x, y in loader:
            loss = nn.BCELoss()(net(x), y)
            descent.zero_grad()
            loss.backward()
            descent.step()
            found.append(loss.item())
        plan.step()
        losses.append(float(np.mean(found)))
    return {"losses": losses, "model": net, "predict_proba": net}


@classifier.alternative("a_class_and_the_formula")
def answer():
    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in ((10, 40), (40, 40), (40, 1)))

        def forward(self, h):
            *hidden, last = self.layers
            for layer in hidden:
                h = layer(h).relu()
            return last(h).squeeze(1)

    def train_binary(X, Y, epochs=100, seed=0):
        torch.manual_seed(seed)
        model = Classifier().apply(init_he)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        losses = []
        for epoch in range(epochs):
            optimizer.param_groups[0]["lr"] = 0.1 * 0.5 ** (epoch // 10)
            total = 0
            for rows in torch.randperm(100).view(10, 10):
                f, y = model(X[rows]), Y[rows].flatten()
                loss = (F.softplus(f) - y * f).mean()
                model.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() / 10
            losses.append(total)
        return {
            "losses": losses,
            "model": model,
            "predict_proba": lambda X: (1 / (1 + torch.exp(-model(X))))[:, None],
        }
