"""6.22: the loss around a network, as a function; the same function with other parameters."""

import numpy as np

from autograder.check import attempt, check, choice, written
from autograder.checks.ch06_networks.shown_network import ShownMLP

GRID, ROW, COLUMN, AGAIN = (
    "a grid of 5 by 3",
    "along d1",
    "along d2",
    "point by point, on the same model",
)


@check("6.22", points=8, weights={ROW: 2, COLUMN: 2})
def surface(answer, rng):
    def case(layer_sizes, **settings):
        """A model with any parameters, data, and two directions."""
        model = ShownMLP(layer_sizes, **settings)
        size = len(model.get_flat())
        model.set_flat(rng.normal(0, 0.5, size))
        X = rng.normal(size=(9, layer_sizes[0]))
        y = (np.arange(9) % 2) if model.loss == "bce" else rng.normal(size=9)
        return model, X, y, *rng.normal(0, 0.5, (2, size))

    def steps(n):
        """Steps to either side, none of them 0, in no order."""
        return rng.permutation(rng.uniform(0.2, 1.5, n) * np.where(np.arange(n) % 2, 1, -1))

    def line(case, alphas, betas):
        return np.ravel(answer.loss_surface(*case, alphas, betas))

    def one_by_one(case):
        model, X, y, d1, d2 = case
        found = [
            float(np.squeeze(answer.loss_surface(*case, np.array([alpha]), np.array([beta]))))
            for alpha, beta in zip(steps(3), steps(3))
        ]
        return {"losses": found, "parameters afterwards": model.get_flat()}

    relu = case([2, 4, 1])
    return {
        GRID: attempt(
            answer.loss_surface, *case([3, 2, 2, 1], activation="tanh"), steps(5), steps(3)
        ),
        ROW: attempt(line, relu, steps(4), np.array([0.0])),
        COLUMN: attempt(
            line, case([2, 3, 1], loss="mse", output_activation="linear"), np.array([0.0]), steps(4)
        ),
        AGAIN: attempt(one_by_one, relu),
    }


MOVE = "model.set_flat(centre + alpha * d1 + beta * d2)"
LOSS = "model.compute_loss(model.forward(X), y)"
for name, sentence, edits in (
    (
        "relative_to_zero",
        "The steps start at the origin of the space. They start at the parameters that the model has.",
        {MOVE: "model.set_flat(alpha * d1 + beta * d2)"},
    ),
    (
        "model_not_restored",
        "The model stays at the last point of the grid. Put its own parameters back before you return.",
        {"    model.set_flat(centre)\n    return": "    return"},
    ),
    (
        "transposed_grid",
        "Rows and columns are exchanged: a row belongs to an alpha, a column to a beta.",
        {"return surface": "return surface.T"},
    ),
    (
        "drifting_centre",
        "Every step starts where the last one ended. All of them start at the centre.",
        {MOVE: "model.set_flat(model.get_flat() + alpha * d1 + beta * d2)"},
    ),
    (
        "directions_normalised_silently",
        "The directions were given another length. Use them as they are.",
        {MOVE: "model.set_flat(centre + (alpha * d1 / np.linalg.norm(d1) + beta * d2 / np.linalg.norm(d2)))"},
    ),
    (
        "accuracy_instead_of_loss",
        "That is the share of right labels. The landscape is one of the loss, which changes smoothly.",
        {LOSS: "np.mean(model.predict(X) == y)"},
    ),
    (
        "directions_exchanged",
        "Alpha goes with d1 and beta with d2; here it is the other way round.",
        {MOVE: "model.set_flat(centre + alpha * d2 + beta * d1)"},
    ),
    (
        "scales_the_parameters",
        "The directions are multiplied by the parameters. They are added to them.",
        {MOVE: "model.set_flat(centre * (1 + alpha * d1 + beta * d2))"},
    ),
    (
        "loss_of_another_kind",
        "The loss is computed with a formula of its own. Use the model's loss: not every model has the "
        "cross-entropy.",
        {LOSS: "-np.mean(np.log(np.abs(1 - y - np.clip(model.forward(X)[:, 0], 1e-12, 1 - 1e-12))))"},
    ),
    (
        "sum_over_the_rows",
        "That is the sum over the rows. The model's loss is their mean.",
        {LOSS: f"len(X) * {LOSS}"},
    ),
):  # fmt: skip
    surface.misconception(name, sentence, edits=edits)


@surface.alternative("works_on_a_copy")
def loss_surface(model, X, y, d1, d2, alphas, betas):
    import copy

    def loss(alpha, beta):
        other = copy.deepcopy(model)
        other.set_flat(model.get_flat() + alpha * d1 + beta * d2)
        return other.compute_loss(other.forward(X), y)

    return [[loss(alpha, beta) for beta in betas] for alpha in alphas]


@surface.alternative("undoes_every_step")
def loss_surface(model, X, y, d1, d2, alphas, betas):
    theta = model.get_flat()
    A, B = np.meshgrid(alphas, betas, indexing="ij")
    losses = []
    for alpha, beta in zip(A.ravel(), B.ravel()):
        model.set_flat(theta + (alpha * d1 + beta * d2))
        losses.append(model.compute_loss(model.forward(X), y))
        model.set_flat(theta)
    return np.reshape(losses, A.shape).astype(np.float32)


@surface.alternative("new_dictionaries")
def loss_surface(model, X, y, d1, d2, alphas, betas):
    before = dict(model.params)
    centre, surface = model.get_flat(), np.zeros((len(alphas), len(betas)))
    for j in range(len(betas)):
        for i in range(len(alphas)):
            model.set_flat(centre + alphas[i] * d1 + betas[j] * d2)
            surface[i][j] = model.compute_loss(model.forward(X), y)
    model.params = before
    return surface


@surface.oracle("torch_losses")
def loss_surface(model, X, y, d1, d2, alphas, betas):
    import torch

    X, y = torch.tensor(X), torch.tensor(y).double()
    hidden = {"relu": torch.relu, "tanh": torch.tanh}[model.activation]

    def loss(theta):
        A, place = X, 0
        for k, (n_in, n_out) in enumerate(zip(model.layer_sizes, model.layer_sizes[1:]), 1):
            W = torch.tensor(theta[place : place + n_in * n_out]).reshape(n_out, n_in)
            b = torch.tensor(theta[place + n_in * n_out :][:n_out])
            place += n_in * n_out + n_out
            A = torch.nn.functional.linear(A, W, b)
            A = hidden(A) if k < model.L else A.squeeze(1)
        if model.loss == "mse":
            return torch.nn.functional.mse_loss(A, y).item()
        return torch.nn.functional.binary_cross_entropy_with_logits(A, y).item()

    theta = np.concatenate([model.params[name].ravel() for name in model.params])
    return [[loss(theta + a * d1 + b * d2) for b in betas] for a in alphas]


FIRST, SECOND, NEW = (
    "the first layer",
    "the second layer",
    "what the new first layer has more than the old one",
)


@check("6.22b", points=2)
def twin(answer, rng):
    def network(units):
        model = ShownMLP([3, units, 1])
        model.set_flat(
            rng.uniform(0.5, 2, len(model.get_flat())) * rng.choice([-1, 1], len(model.get_flat()))
        )
        return model

    def layer(number):
        new = answer.rescaled(network(4), float(rng.uniform(2, 5)))
        return [new.params[f"{name}{number}"] for name in "Wb"]

    def more():
        model = network(2)
        new = answer.rescaled(model, float(rng.uniform(2, 5)))
        return new.params["W1"] - model.params["W1"]

    return {FIRST: attempt(layer, 1), SECOND: attempt(layer, 2), NEW: attempt(more)}


IN_PLACE = """def rescaled(model, factor):
    model.params["W1"] = factor * model.params["W1"]
    model.params["b1"] = factor * model.params["b1"]
    model.params["W2"] = model.params["W2"] / factor
    return model"""
SHARED = """def rescaled(model, factor):
    new = NumpyMLP(model.layer_sizes)
    new.params = model.params
    new.params["W1"] = factor * new.params["W1"]
    new.params["b1"] = factor * new.params["b1"]
    new.params["W2"] = new.params["W2"] / factor
    return new"""
twin.misconception(
    "bias_not_scaled",
    "The bias of the first layer stays as it was. It is a part of Z1, and all of Z1 is multiplied.",
    edits={'factor * model.params["b1"]': 'model.params["b1"].copy()'},
)
SAME = "The old network changed as well: the new one shares its parameters, or is the same object."
twin.misconception("changes_the_old_network", SAME, source=IN_PLACE)
twin.misconception("changes_the_old_network", SAME, source=SHARED, form="shared")
for name, sentence, edits in (
    (
        "output_bias_divided",
        "The output bias is added after W2, where the factor is gone already. It stays as it is.",
        {'model.params["b2"].copy()': 'model.params["b2"] / factor'},
    ),
    (
        "both_multiplied",
        "Both layers are multiplied, so the output grows with the square of the factor. Divide the second.",
        {'model.params["W2"] / factor': 'model.params["W2"] * factor'},
    ),
    (
        "the_other_way_round",
        "The same function again, but the first layer is to be multiplied and the second divided.",
        {
            'factor * model.params["W1"]': 'model.params["W1"] / factor',
            'factor * model.params["b1"]': 'model.params["b1"] / factor',
            'model.params["W2"] / factor': 'factor * model.params["W2"]',
        },
    ),
    (
        "second_layer_left_alone",
        "Nothing makes up for the factor of the first layer: the second has to be divided by it.",
        {'model.params["W2"] / factor': 'model.params["W2"].copy()'},
    ),
    (
        "factor_squared",
        "The second weights are divided by the square of the factor. One factor came in, so one has to go.",
        {'model.params["W2"] / factor': 'model.params["W2"] / factor**2'},
    ),
):
    twin.misconception(name, sentence, edits=edits)


@twin.alternative("deep_copy")
def rescaled(model, factor):
    from copy import deepcopy

    new = deepcopy(model)
    new.params["W1"] *= factor
    new.params["b1"] *= factor
    new.params["W2"] /= factor
    return new


@twin.alternative("flat_vector")
def rescaled(model, factor):
    d, units, _ = model.layer_sizes
    scale = np.r_[np.full(units * d + units, factor), np.full(units, 1 / factor), 1.0]
    new = NumpyMLP(model.layer_sizes, activation="relu")
    new.set_flat(model.get_flat() * scale)
    return new


@twin.oracle("solved_from_the_function")
def rescaled(model, factor):
    # the second layer is fitted to the logits that the old network gives, with the first layer scaled
    import torch

    new = NumpyMLP(model.layer_sizes)
    new.params["W1"] = np.multiply(factor, model.params["W1"])
    new.params["b1"] = np.multiply(factor, model.params["b1"])
    X = np.random.default_rng(0).normal(size=(500, model.layer_sizes[0]))
    model_logits = torch.logit(torch.tensor(model.forward(X))).numpy()
    hidden = np.maximum(X @ new.params["W1"].T + new.params["b1"], 0)
    columns = np.column_stack([hidden, np.ones(len(X))])
    found = np.linalg.lstsq(columns, model_logits)[0].ravel()
    new.params["W2"], new.params["b2"] = found[None, :-1], found[-1:]
    return new


steeper = choice(
    "6.22d",
    "steeper",
    "abcd",
    key="c",
    points=1,
    ideas={
        "a": (
            "steep_means_bad",
            "The rescaled twin of Q is as steep as you like, and does exactly as well as Q on any data.",
        ),
        "b": (
            "steep_means_untrained",
            "The rescaled twin of Q has the loss of Q to the last digit, trained for just as long.",
        ),
        "d": (
            "confuses_parameters_and_inputs",
            "The landscape is over the parameters. The rescaled twin of Q reacts to inputs just as Q does.",
        ),
    },
)


@steeper.oracle("two_twins")
def answer():
    model = NumpyMLP([2, 4, 1], seed=3)
    twin = NumpyMLP([2, 4, 1], seed=3)
    for name, factor in (("W1", 20), ("b1", 20), ("W2", 1 / 20)):
        twin.params[name] = factor * twin.params[name]
    rng = np.random.default_rng(0)
    X, directions = rng.normal(size=(50, 2)), rng.normal(size=(20, 17))
    y, (p, q) = X[:, 0] > 0, (net.forward(X) for net in (model, twin))

    def rise(net):
        theta, losses = net.get_flat(), []
        for direction in directions:
            net.set_flat(theta + direction)
            losses.append(net.compute_loss(net.forward(X), y))
        return np.mean(losses)

    same_function, steep = np.allclose(p, q), rise(twin) > 2 * rise(model)
    steeper = "C" if same_function and steep else "A"


written(
    "6.22-written",
    rubric=[
        (1, "the centre is not always the lowest place, with numbers of the student's own"),
        (1, "the steepness depends on the length of the directions against that of the parameters"),
        (1, "the rescaled twin as the reason, or filter normalisation as a way out"),
        (1, "seeds or planes differ: one limitation of such a picture"),
    ],
)
