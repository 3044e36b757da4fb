"""6.7b: a network that is checked, and one with a bug."""

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.off_limits import TORCH
from autograder.checks.ch06_networks.watched_networks import judged

RIGHT, WRONG = "networks without a bug", "networks with a bug"
MODEL = "the model after its check"
SIZES = (4, 3, 2, 1)
KINDS = {
    "BuggyMLP with two tanh layers": (SIZES, "tanh"),
    "BuggyMLP with three ReLU layers": ((4, 5, 3, 4, 1), "relu"),
}


def given_gradient(loss_fn, params, eps=1e-5):
    """The numerical gradient, from copies."""
    found = {}
    for name, value in params.items():
        found[name] = np.empty(value.shape)
        for place in np.ndindex(value.shape):
            above, below = value.copy(), value.copy()
            above[place] += eps
            below[place] -= eps
            losses = loss_fn({**params, name: above}), loss_fn({**params, name: below})
            found[name][place] = (losses[0] - losses[1]) / (2 * eps)
    return found


def given_error(a, n):
    """The relative error, as 6.7 asks for it."""
    size = max(np.linalg.norm(a), np.linalg.norm(n))
    return float(np.linalg.norm(np.subtract(a, n)) / size) if size > 0 else 0.0


def with_a_bug(name, factor):
    """A class whose backward pass gives one of its gradients times a factor. All look alike."""
    from utils.networks.numpy_mlp import NumpyMLP

    class CheckedMLP(NumpyMLP):
        def backward(self, y):
            super().backward(y)
            self.grads[name] = factor * self.grads[name]
            return self.grads

        def __repr__(self):
            return "a network"

    return CheckedMLP


NO_BUG = "W1", 1.0


CASES = (("W1", 0.7), ("b1", -1.0), ("W2", 3.0), ("b2", 0.0), ("W3", 0.5), ("b3", 2.0))


def hidden_data(rng):
    """For each of the cases: a seed of the network, five rows and their labels."""
    return [
        (int(rng.integers(1000)), rng.normal(size=(5, 4)), rng.permutation([0, 1, 0, 1, 1]))
        for _ in CASES
    ]


def network(kind, seed, sizes=SIZES, activation="tanh", which=()):
    """A network with biases that are not 0, away from the corners of ReLU."""
    model = kind(list(sizes), *which, activation=activation, seed=seed)
    for layer in range(1, model.L + 1):
        model.params[f"b{layer}"] = np.linspace(0.2, 0.5, model.layer_sizes[layer])
    return model


@check("6.7b", points=3, weights={RIGHT: 1.5, WRONG: 1.5, MODEL: 0.4}, forbid=TORCH)
def checked(answer, rng):
    gradient_check = answer.with_given(
        "gradient_check", numerical_gradient=given_gradient, relative_error=given_error
    )
    data = hidden_data(rng)
    seed, X, y = data[0]

    def error(case, seed, X, y):
        return float(as_number(gradient_check(network(with_a_bug(*case), seed), X, y)))

    def errors():
        return {
            "right": [error(NO_BUG, *one) for one in data],
            "with a bug": error(("b3", 5.0), *data[0]),
        }

    def errors_of_bugs():
        return [error(case, *one) for case, one in zip(CASES, data)]

    def afterwards():
        model = network(with_a_bug("W2", 3.0), seed)
        error = float(as_number(gradient_check(model, X, y)))
        return {"error": error, "params": dict(model.params)}

    def gradients(sizes, activation):
        found = {}
        for bug_layer in range(1, len(sizes) - 1):
            model = network(answer.BuggyMLP, seed, sizes, activation, (bug_layer,))
            model.forward(X)
            found[bug_layer] = dict(model.backward(y))
        return found

    return {
        RIGHT: attempt(errors),
        WRONG: attempt(errors_of_bugs),
        MODEL: attempt(afterwards),
        **{key: attempt(gradients, *KINDS[key]) for key in KINDS},
    }


@checked.judge
def _(seen, rng):
    """Without a bug the error is below 1e-7 (tanh, 300 seeds: about 1e-9 at most; 1e-6 and more when
    the cache belongs to moved parameters), with one it is what the exact gradients give, to a percent;
    the parameters are as before. The gradients of BuggyMLP are those of PyTorch for an activation that
    passes the slope through unchanged."""
    data = hidden_data(rng)
    said = {
        RIGHT: judged(no_alarm, seen[RIGHT], data),
        WRONG: judged(alarms, seen[WRONG], data),
        MODEL: judged(as_before, seen[MODEL], data),
        **{key: judged(one_slope_missing, seen[key], KINDS[key], data) for key in KINDS},
    }
    if any(said[key] is not True for key in KINDS):
        idea = judged(idea_of_bug, seen, data)
        for key in KINDS:
            if said[key] is not True and isinstance(idea, str):
                said[key] = Fault(said[key].sentence, idea)
    if said[MODEL] is not True and said[RIGHT] is not True:
        said[RIGHT] = Fault(said[RIGHT].sentence, said[MODEL].misconception)
    if said[WRONG] is not True and said[WRONG].misconception:
        for key in (RIGHT, MODEL):
            if said[key] is not True:
                said[key] = Fault(said[key].sentence, said[WRONG].misconception)
    return said


def exact_gradients(seed, X, y):
    from utils.networks.numpy_mlp import NumpyMLP

    model = network(NumpyMLP, seed)
    model.forward(X)
    return model.backward(y)


def error_with(case, seed, X, y, names=None, join=None):
    """The relative error that a bug causes: over all parameters, over some, or joined from all."""
    exact = exact_gradients(seed, X, y)
    name, factor = case
    wrong = {**exact, name: factor * exact[name]}
    if join:
        return join([given_error(wrong[one], exact[one]) for one in exact])
    vectors = [np.concatenate([g[one].ravel() for one in names or exact]) for g in (wrong, exact)]
    return given_error(*vectors)


def same(found, wanted):
    return np.allclose(np.asarray(found, float), wanted, rtol=1e-2, atol=1e-6)


def no_alarm(value, data):
    if not same(value["with a bug"], error_with(("b3", 5.0), *data[0])):
        return Fault("it does not notice a bug as it should")
    errors = np.asarray(value["right"], float)
    if np.all((errors >= 0) & (errors < 1e-7)):
        return True
    if np.all((errors > 1e-8) & (errors < 1e-3)):
        return Fault("the error is small, but larger than rounding", "stale_cache")
    return Fault("it should be as small as rounding")


def alarms(found, data):
    def errors(**how):
        return [error_with(case, *one, **how) for case, one in zip(CASES, data, strict=True)]

    if same(found, errors()):
        return True
    if np.all(np.asarray(found, float) < 1e-7):
        return Fault("it notices nothing", "compared_with_itself")
    if same(found, errors(names=("W1", "W2", "W3"))):
        return Fault("bugs in biases go unnoticed", "biases_forgotten")
    if any(same(found, errors(names=(f"W{k}", f"b{k}"))) for k in (1, 2, 3)):
        return Fault("bugs in other layers go unnoticed", "one_layer_only")
    if any(same(found, errors(join=join)) for join in (np.mean, np.max, np.sum)):
        return Fault("these are not the errors of one vector", "errors_of_single_arrays")
    return Fault("it should be the relative error of all gradients as one vector")


def as_before(value, data):
    from utils.networks.numpy_mlp import NumpyMLP

    for name, before in network(NumpyMLP, data[0][0]).params.items():
        if not np.allclose(value["params"][name], before, rtol=0, atol=1e-12):
            return Fault("its parameters have changed", "parameters_not_put_back")
    return value["error"] > 0.01 or Fault("the relative error is not right")


def slopes_through(seed, X, y, sizes, activation, left_out):
    """PyTorch's gradients when the activations of some hidden layers have the slope 1."""
    import torch

    from utils.networks.numpy_mlp import NumpyMLP

    model = network(NumpyMLP, seed, sizes, activation)
    params = {name: torch.tensor(value, requires_grad=True) for name, value in model.params.items()}
    A = torch.tensor(X)
    for layer in range(1, model.L):
        Z = A @ params[f"W{layer}"].T + params[f"b{layer}"]
        A = getattr(torch, activation)(Z)
        if layer in left_out:
            A = Z + (A - Z).detach()
    p = torch.sigmoid(A @ params[f"W{model.L}"].T + params[f"b{model.L}"])[:, 0]
    torch.nn.functional.binary_cross_entropy(p, torch.tensor(y).double()).backward()
    return {name: value.grad.numpy() for name, value in params.items()}


def are_without(found, data, sizes, activation, left_out):
    """Are these the gradients without the slopes of these hidden layers?"""
    exact = slopes_through(*data[0], sizes, activation, left_out)
    return all(
        np.shape(found[name]) == value.shape
        and np.allclose(found[name], value, rtol=1e-4, atol=1e-6)
        for name, value in exact.items()
    )


def one_slope_missing(seen, kind, data):
    right = all(are_without(found, data, *kind, {layer}) for layer, found in sorted(seen.items()))
    return right or Fault("these are not the gradients of this bug")


OTHER_BUGS = {
    "bug_without_effect": lambda layer, hidden: set(),
    "bug_one_layer_off": lambda layer, hidden: {layer - 1},
    "every_slope_left_out": lambda layer, hidden: hidden,
    "only_this_slope_kept": lambda layer, hidden: hidden - {layer},
}


def idea_of_bug(seen, data):
    """The idea that explains all gradients of BuggyMLP together."""
    for name, left_out in OTHER_BUGS.items():
        if all(
            are_without(found, data, *kind, left_out(layer, set(range(1, len(kind[0]) - 1))))
            for key, kind in KINDS.items()
            for layer, found in sorted(seen[key].items())
        ):
            return name
    return None


checked.misconception(
    "stale_cache",
    "backward uses what the last forward has kept, and that was computed with parameters that were "
    "a little off: call forward once more before backward.",
    edits={"    model.forward(X)\n    return": "    return"},
)
checked.misconception(
    "parameters_not_put_back",
    "The model still has the last parameters that were tried. Put its own back when the numerical "
    "gradient is done.",
    edits={
        "    numerical = numerical_gradient(loss, params)\n    model.params = params\n": (
            "    numerical = numerical_gradient(loss, params)\n"
        )
    },
)
checked.misconception(
    "biases_forgotten",
    "Only the weights are compared. The biases have gradients, too, and bugs.",
    edits={"for name in params]": 'for name in params if name.startswith("W")]'},
)
checked.misconception(
    "one_layer_only",
    "Only one layer is compared. A bug shows in its own layer and in those before it, and nowhere else.",
    edits={"for name in params]": "for name in list(params)[-2:]]"},
)
checked.misconception(
    "one_layer_only",
    "Only one layer is compared. A bug in the gradient of another layer goes unnoticed.",
    edits={"for name in params]": "for name in list(params)[:2]]"},
    form="first",
)


@checked.misconception(
    "errors_of_single_arrays",
    "These are errors of single arrays, brought together afterwards. An array of tiny gradients "
    "then counts as much as all others: make one vector of everything first.",
)
def gradient_check(model, X, y):
    params = model.params

    def loss(given):
        model.params = given
        return model.compute_loss(model.forward(X), y)

    numerical = numerical_gradient(loss, params)
    model.params = params
    model.forward(X)
    analytical = model.backward(y)
    return np.mean([relative_error(analytical[name], numerical[name]) for name in params])


checked.misconception(
    "compared_with_itself",
    "The numerical gradient is compared with itself, so nothing is ever noticed. One of the two "
    "comes from backward.",
    edits={"as_vector(model.backward(y))": "as_vector(numerical)"},
)
checked.misconception(
    "bug_without_effect",
    "This network has no bug: its gradients are right.",
    edits={"if layer - 1 != self.bug_layer:": "if layer > 0:"},
)
checked.misconception(
    "bug_one_layer_off",
    "The slope of another layer is left out. On the way through W of a layer, the slope belongs to "
    "the hidden layer before it.",
    edits={"if layer - 1 != self.bug_layer:": "if layer != self.bug_layer:"},
)
checked.misconception(
    "every_slope_left_out",
    "The slopes of all hidden layers are left out. The bug is in one of them.",
    edits={"if layer - 1 != self.bug_layer:": "if False:"},
)
checked.misconception(
    "only_this_slope_kept",
    "It is the other way round: this layer keeps its slope, and all others lose theirs.",
    edits={"if layer - 1 != self.bug_layer:": "if layer - 1 == self.bug_layer:"},
)


@checked.alternative("analytical_first_and_flat_parameters")
def answer():
    def gradient_check(model, X, y):
        model.forward(X)
        analytical = {name: value.copy() for name, value in model.backward(y).items()}
        theta, kept = model.get_flat(), dict(model.params)

        def loss(flat):
            model.set_flat(flat["theta"])
            return model.compute_loss(model.forward(X), y)

        numerical = numerical_gradient(loss, {"theta": theta})["theta"]
        model.params = kept
        return relative_error(np.hstack([analytical[k].ravel() for k in kept]), numerical)

    class BuggyMLP(NumpyMLP):
        bug_layer = 1

        def __init__(self, layer_sizes, bug_layer=1, **options):
            NumpyMLP.__init__(self, layer_sizes, **options)
            self.bug_layer = bug_layer

        def backward(self, y):
            slopes = {
                k: ACTIVATION_GRADIENTS[self.activation](self.cache[f"Z{k}"])
                for k in range(1, self.L)
            }
            slopes[self.bug_layer] = 1.0
            deltas = {self.L: self.output_delta(y)}
            for k in range(self.L - 1, 0, -1):
                deltas[k] = (deltas[k + 1] @ self.params[f"W{k + 1}"]) * slopes[k]
            self.grads = {}
            for k, delta in deltas.items():
                self.grads[f"W{k}"] = np.einsum("no,ni->oi", delta, self.cache[f"A{k - 1}"])
                self.grads[f"b{k}"] = np.ones(len(delta)) @ delta
            return self.grads


@checked.alternative("deep_copies_and_a_straight_activation")
def answer():
    import copy

    def gradient_check(model, X, y):
        other = copy.deepcopy(model)

        def loss(params):
            other.params = params
            return other.compute_loss(other.forward(X), y)

        numerical = numerical_gradient(loss, copy.deepcopy(model.params))
        model.forward(X)
        analytical, names = model.backward(y), sorted(numerical)
        a, n = ([v for k in names for v in np.ravel(g[k])] for g in (analytical, numerical))
        return relative_error(np.array(a), np.array(n))

    class BuggyMLP(NumpyMLP):
        def __init__(self, layer_sizes, bug_layer=1, **options):
            super().__init__(layer_sizes, **options)
            self.bug_layer = bug_layer

        def backward(self, y):
            delta, grads = self.output_delta(y), {}
            for layer in reversed(range(1, self.L + 1)):
                before = self.cache[f"A{layer - 1}"]
                grads = {f"W{layer}": delta.T @ before, f"b{layer}": delta.sum(0), **grads}
                name = "linear" if layer - 1 == self.bug_layer else self.activation
                if layer > 1:
                    slope = ACTIVATION_GRADIENTS[name](self.cache[f"Z{layer - 1}"])
                    delta = (delta @ self.params[f"W{layer}"]) * slope
            self.grads = grads
            return grads
