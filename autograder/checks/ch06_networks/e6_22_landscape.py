"""6.22c: the loss around a trained network and around its rescaled twin."""

from functools import cache

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.training_rules import by_rules, close
from utils import NumpyMLP
from utils.moons import two_moons

THETA, SURFACE, RESCALED, LOWEST = (
    "the trained network",
    "the surface around it",
    "the surface around the rescaled network",
    "the lowest loss and its place",
)
STEPS = np.linspace(-1, 1, 11)
# Seeds at which the lowest place of the grid is neither the centre nor on an axis or a diagonal,
# without those that the notebook shows.
SEEDS = (
    4,
    14,
    17,
    19,
    20,
    22,
    23,
    26,
    31,
    35,
    36,
    40,
    42,
    43,
    44,
    46,
    49,
    51,
    54,
    55,
    57,
    58,
    59,
)


def given_rescaled(model, factor):
    """In place of the student's function: the twin."""
    new = NumpyMLP(model.layer_sizes)
    for name, scale in (("W1", factor), ("b1", factor), ("W2", 1 / factor), ("b2", 1)):
        new.params[name] = scale * model.params[name]
    return new


def given_surface(model, X, y, d1, d2, alphas, betas):
    """In place of the student's function: the losses on the grid."""
    centre, losses = model.get_flat(), np.empty((len(alphas), len(betas)))
    for i, alpha in enumerate(alphas):
        for j, beta in enumerate(betas):
            model.set_flat(centre + alpha * d1 + beta * d2)
            losses[i, j] = model.compute_loss(model.forward(X), y)
    model.set_flat(centre)
    return losses


@check("6.22c", points=4, weights={THETA: 2})
def landscape(answer, rng):
    run = answer.with_given("landscape", loss_surface=given_surface, rescaled=given_rescaled)
    result = attempt(run, int(rng.permutation(SEEDS)[0]))

    def values(*names):
        return [np.asarray(result[name], dtype=float) for name in names]

    return {
        THETA: attempt(values, "theta"),
        SURFACE: attempt(values, "theta", "d1", "d2", "surface"),
        RESCALED: attempt(values, "theta", "d1", "d2", "surface_rescaled"),
        LOWEST: attempt(values, "theta", "d1", "d2", "lowest", "lowest_at"),
    }


@cache
def trained(seed):
    """The data, and the parameters before and after the training of the text."""
    X, y = two_moons(seed=seed)
    model = NumpyMLP([2, 4, 1], seed=seed)
    before = model.get_flat()
    model.fit(X, y, epochs=100, batch_size=32, seed=seed)
    return X, y, before, model.get_flat()


def surface_at(theta, d1, d2, seed, factor=1):
    """The surface around parameters that were handed in, rescaled by the factor."""
    X, y, _, _ = trained(seed)
    model = NumpyMLP([2, 4, 1])
    model.set_flat(theta)
    return given_surface(given_rescaled(model, factor), X, y, d1, d2, STEPS, STEPS)


@landscape.judge
def _(seen, rng):
    """The parameters are those that the training of the text gives. Around the parameters that were handed
    in, and along the directions that were handed in, both surfaces are computed again."""
    seed = int(rng.permutation(SEEDS)[0])

    def right_theta(value):
        (theta,), (_, _, before, after) = value, trained(seed)
        if close(theta, after, 1e-3, 1e-3):
            return True
        if close(theta, before):
            return Fault("these are the parameters before the training", "not_trained")
        return Fault("the training of the text leads to other parameters")

    def right_surface(value):
        *given, surface = value
        if not independent(*given[1:]):
            return Fault("d1 and d2 should be two different directions of 17 numbers")
        wanted = surface_at(*given, seed)
        if close(surface, wanted):
            return True
        if close(surface, wanted.T):
            return Fault("rows and columns are exchanged: alphas first")
        return Fault("around these parameters and along these directions the losses are others")

    def right_twin(value):
        *given, surface = value
        if close(surface, surface_at(*given, seed, 20)):
            return True
        if close(surface, surface_at(*given, seed)):
            return Fault("it is the same as the first surface", "twin_with_the_same_surface")
        if np.shape(surface) == (11, 11) and close(surface[5, 5], surface_at(*given, seed)[5, 5]):
            return Fault(
                "away from the centre the losses are others", "other_directions_for_the_twin"
            )
        return Fault("with the factor 20 and the same directions the losses are others")

    def right_lowest(value):
        *given, lowest, place = value
        surface = surface_at(*given, seed)
        i, j = np.unravel_index(surface.argmin(), surface.shape)
        wanted = np.array([STEPS[i], STEPS[j]])
        if close(lowest, surface[i, j]) and close(place, wanted):
            return True
        if close(lowest, surface[5, 5]):
            return Fault("that is the loss at the centre", "centre_taken_for_the_lowest")
        if close(lowest, surface.max()):
            return Fault("that is the highest loss", "highest_instead_of_lowest")
        if close(place, [i, j]):
            return Fault("that is a row and a column", "indices_instead_of_steps")
        if close(place, wanted[::-1]):
            return Fault("alpha and beta are exchanged", "place_exchanged")
        return Fault("the lowest loss of the grid, or its place, is another")

    return by_rules(seen, right_theta, right_surface, right_twin, right_lowest)


def independent(d1, d2):
    """Are they two directions of the right size?"""
    return d1.shape == d2.shape == (17,) and np.linalg.matrix_rank([d1, d2]) == 2


TWIN = "other = loss_surface(rescaled(model, 20), X, y, d1, d2, STEPS, STEPS)"
for name, sentence, edits, form in (
    (
        "not_trained",
        "The landscape is that of a network before its training.",
        {"    model.fit(X, y, epochs=100, batch_size=32, seed=seed)\n": ""},
        "",
    ),
    (
        "twin_with_the_same_surface",
        "Both surfaces are the same. The second one belongs to the rescaled network, with directions "
        "that are not rescaled.",
        {"rescaled(model, 20)": "model"},
        "",
    ),
    (
        "twin_with_the_same_surface",
        "Both surfaces are the same. The second one belongs to the rescaled network, with directions "
        "that are not rescaled.",
        {
            TWIN: "scale = np.r_[np.full(12, 20), np.full(4, 1 / 20), 1]\n    "
            + TWIN.replace("d1, d2", "scale * d1, scale * d2")
        },
        "directions",
    ),
    (
        "other_directions_for_the_twin",
        "The second surface was computed along other directions, or for another factor, so the two cannot "
        "be compared.",
        {TWIN: "d3, d4 = np.random.normal(size=(2, 17))\n    " + TWIN.replace("d1, d2", "d3, d4")},
        "",
    ),
    (
        "other_directions_for_the_twin",
        "The second surface was computed along other directions, or for another factor, so the two cannot "
        "be compared.",
        {"rescaled(model, 20)": "rescaled(model, 2)"},
        "factor",
    ),
    (
        "centre_taken_for_the_lowest",
        "That is the loss where the training ended. Look for the smallest number on the surface: it lies "
        "elsewhere.",
        {"surface[i, j]": "surface[5, 5]", "(STEPS[i], STEPS[j])": "(0.0, 0.0)"},
        "",
    ),
    (
        "highest_instead_of_lowest",
        "That is the largest loss of the surface.",
        {"surface.argmin()": "surface.argmax()"},
        "",
    ),
    (
        "indices_instead_of_steps",
        "These are a row and a column. The place is the pair of steps that belongs to them.",
        {"(STEPS[i], STEPS[j])": "(i, j)"},
        "",
    ),
    (
        "place_exchanged",
        "The place is the pair (α, β), and α belongs to the row.",
        {"(STEPS[i], STEPS[j])": "(STEPS[j], STEPS[i])"},
        "",
    ),
):
    landscape.misconception(name, sentence, edits=edits, form=form)


@landscape.alternative("lists_and_own_loops")
def landscape(seed=0):
    X, y = two_moons(200, 0.2, seed)
    model = NumpyMLP([2, 4, 1], seed=seed)
    model.fit(X, y, seed=seed, epochs=100, batch_size=32)
    rng = np.random.default_rng(seed)
    d1, d2 = rng.normal(size=17), rng.normal(size=17)
    result = {"theta": model.get_flat().tolist(), "d1": list(d1), "d2": list(d2)}
    for name, factor in (("surface", 1), ("surface_rescaled", 20)):
        net = rescaled(model, factor)
        result[name] = loss_surface(net, X, y, d1, d2, STEPS, STEPS).tolist()
    lowest, alpha, beta = min(
        (loss, a, b) for a, row in zip(STEPS, result["surface"]) for b, loss in zip(STEPS, row)
    )
    return result | {"lowest": lowest, "lowest_at": [alpha, beta]}


landscape.alternative(
    "other_directions_in_float32",
    edits={
        "np.random.default_rng(seed).normal(size=(2, 17))": (
            "np.random.default_rng(seed + 1).uniform(-2, 2, size=(2, 17)).astype(np.float32)"
        )
    },
)


@landscape.oracle("torch_surfaces")
def landscape(seed=0):
    import torch

    X, y = two_moons(seed=seed)
    model = NumpyMLP([2, 4, 1], seed=seed)
    model.fit(X, y, epochs=100, batch_size=32, seed=seed)
    d1, d2 = np.random.default_rng(seed).normal(size=(2, 17))
    theta, inputs, labels = map(torch.tensor, (model.get_flat(), X, y.astype(float)))

    def losses(theta):
        grid = np.array([[a * d1 + b * d2 for b in STEPS] for a in STEPS]).reshape(121, 17)
        W1, b1, W2, b2 = (theta + torch.tensor(grid)).split([8, 4, 4, 1], dim=1)
        hidden = torch.relu(
            torch.einsum("gud,nd->gnu", W1.reshape(121, 4, 2), inputs) + b1[:, None]
        )
        z = torch.einsum("gnu,gu->gn", hidden, W2) + b2
        p = torch.sigmoid(z).clip(1e-12, 1 - 1e-12)  # as the loss of the network does
        loss = torch.nn.functional.binary_cross_entropy(p, labels.expand(p.shape), reduction="none")
        return loss.mean(dim=1).reshape(11, 11).numpy()

    first = losses(theta)
    scale = torch.tensor([20.0] * 12 + [1 / 20] * 4 + [1.0], dtype=torch.float64)
    i, j = divmod(int(first.argmin()), 11)
    return {
        "theta": theta, "d1": d1, "d2": d2, "surface": first, "surface_rescaled": losses(theta * scale),
        "lowest": first.min(), "lowest_at": (STEPS[i], STEPS[j]),
    }  # fmt: skip
