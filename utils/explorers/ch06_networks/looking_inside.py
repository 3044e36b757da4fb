"""Explorers of 6.22, 6.23 and 6.25: a loss surface, slopes by the inputs, gradients along a path."""

from functools import cache

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.moons import two_moons
from utils.networks.numpy_mlp import NumpyMLP
from utils.plots import BLUE, GREEN, INK, ORANGE, RED, SKY
from utils.simulated_data import generate_click_data

EPOCHS = 100
SIDE = 33  # of a surface
PLANES = {"of the path": "the plane that fits the path best", "random": "two random directions"}


def loss_surface_explorer():
    """The loss around a trained network, in a plane of its 17 parameters, and the path of the training."""
    return explore(_surface, plane=list(PLANES), epoch=(0, EPOCHS, 5, EPOCHS))


def _surface(plane, epoch):
    d1, d2, reach, losses = surface_of(plane)
    thetas, trained = training_path()
    places = np.linalg.lstsq(np.transpose([d1, d2]), (thetas - thetas[-1]).T)[0]
    chart = Chart(
        "α", "β", f"The loss in {PLANES[plane]}", x=(-reach, reach), y=(-reach, reach),
        width=460, height=420,
    )  # fmt: skip
    levels = np.round(8 * np.log(losses / losses.min()) / np.log(losses.max() / losses.min()))
    chart.heat(levels.T, INK, high=12, label="more grey: a larger loss")
    chart.line(*places[:, : epoch + 1], BLUE, label="the path of the training")
    chart.points(*places[:, :1], GREEN, "s", label="its beginning")
    chart.points(*places[:, epoch : epoch + 1], RED, "D", label=f"epoch {epoch}")
    steps = np.linspace(-reach, reach, SIDE)
    i, j = np.unravel_index(losses.argmin(), losses.shape)
    chart.points([steps[i]], [steps[j]], ORANGE, "X", label="lowest on the grid")
    return chart, (
        f"After epoch {epoch} the loss is {trained[epoch]:.3f}; at the centre, where the training ended, "
        f"it is {trained[-1]:.3f}. The lowest loss on the grid is {losses[i, j]:.3f}, "
        f"at ({_two(steps[i])}, {_two(steps[j])})."
    )


@cache
def training_path():
    """The parameters after every epoch (101, 17), and the losses of all rows there (101,)."""
    X, y = two_moons(seed=1)
    model = NumpyMLP([2, 4, 1], seed=1)
    thetas, losses = [], []
    for epoch in range(EPOCHS + 1):
        if epoch:
            model.fit(X, y, epochs=1, batch_size=32, seed=epoch)
        thetas.append(model.get_flat())
        losses.append(model.compute_loss(model.forward(X), y))
    return np.array(thetas), np.array(losses)


@cache
def surface_of(plane):
    """Two directions, how far the grid reaches along them, and the losses on it (a row for each α)."""
    thetas, _ = training_path()
    if plane == "random":
        d1, d2 = np.random.default_rng(1).normal(size=(2, 17))
        reach = 1.0
    else:
        path = thetas - thetas[-1]
        d1, d2 = np.linalg.svd(path)[2][:2]
        reach = 1.25 * np.abs(path @ np.transpose([d1, d2])).max()
    steps = np.linspace(-reach, reach, SIDE)
    X, y = two_moons(seed=1)
    model = NumpyMLP([2, 4, 1])
    losses = np.empty((SIDE, SIDE))
    for i, alpha in enumerate(steps):
        for j, beta in enumerate(steps):
            model.set_flat(thetas[-1] + alpha * d1 + beta * d2)
            losses[i, j] = model.compute_loss(model.forward(X), y)
    return d1, d2, reach, losses


def rescaling_explorer():
    """The loss along one random direction, for one function with the weights scaled in two ways."""
    return explore(_rescaled, factor=(1, 20, 1, 1))


def _rescaled(factor):
    steps = np.linspace(-1, 1, 81)
    before, _ = loss_along(1, steps)
    losses, change = loss_along(factor, steps)
    chart = Chart("α", "loss", "One function, two networks", x=(-1, 1), y=(0, 4), width=460)
    chart.line(steps, before, INK, dash="6 4", label="as it was trained")
    chart.line(steps, losses, BLUE, label=f"W1 and b1 times {factor}, W2 divided by it")
    chart.points([0], [losses[40]], RED, "D", label="where the training ended")
    return chart, (
        f"With the factor {factor} the probabilities change by at most {change:.0g}, and the loss at the "
        f"centre is {losses[40]:.3f} as before. Along the same direction the mean loss is "
        f"{_two(losses.mean())}; before, it was {_two(before.mean())}."
    )


def loss_along(factor, steps):
    """The losses along a random direction, rescaled, and the largest change of a probability."""
    X, y = two_moons(seed=1)
    model = NumpyMLP([2, 4, 1])
    model.set_flat(training_path()[0][-1])
    p = model.predict_proba(X)
    for name in ("W1", "b1"):
        model.params[name] = factor * model.params[name]
    model.params["W2"] = model.params["W2"] / factor
    change = np.abs(model.predict_proba(X) - p).max()
    theta, losses = model.get_flat(), []
    direction = np.random.default_rng(1).normal(size=17)
    for alpha in steps:
        model.set_flat(theta + alpha * direction)
        losses.append(model.compute_loss(model.forward(X), y))
    return np.array(losses), change


SHOWN = 6  # rows whose curves are drawn
FEATURES = {f"x{k}": k for k in range(7)}


def slopes_explorer():
    """What a trained network says of some visitors while one of their features is changed."""
    return explore(_slopes, feature=list(FEATURES))


def _slopes(feature):
    model, X = click_network()
    k = FEATURES[feature]
    values = np.linspace(-3, 3, 61)
    chart = Chart(feature, "probability of a click", "Six visitors", x=(-3, 3), y=(0, 1), width=460)
    for row in X[:SHOWN]:
        varied = np.repeat(row[None], len(values), axis=0)
        varied[:, k] = values
        chart.line(values, model.predict_proba(varied), BLUE, width=1.6)
    chart.points(X[:SHOWN, k], model.predict_proba(X[:SHOWN]), RED, "D", label="as they are")
    slopes = slopes_by(k)
    return chart, (
        f"Each line is a visitor whose {feature} is changed while all else stays. Over {len(X)} visitors the "
        f"slope at the visitor's own place is {_two(slopes.mean())} on average, its absolute value "
        f"{_two(np.abs(slopes).mean())}. {np.mean(slopes > 0):.0%} of the slopes point upward."
    )


@cache
def click_network():
    """A network trained on click data, and the rows that it has not seen."""
    X, y = generate_click_data(1250, 10, seed=0)
    model = NumpyMLP([10, 16, 1], learning_rate=0.1, seed=0)
    for epoch in range(30):  # one by one, which says nothing while it runs
        model.fit(X[:1000], y[:1000], epochs=1, seed=epoch)
    return model, X[1000:]


def slopes_by(k, h=1e-5):
    """The slope of the probability by feature k, for each unseen row, measured to either side."""
    model, X = click_network()
    step = h * np.eye(X.shape[1])[k]
    return (model.predict_proba(X + step) - model.predict_proba(X - step)) / (2 * h)


def path_explorer():
    """The gradient along the straight path from the origin to x, and what its mean says."""
    return explore(_path, x1=(-2.0, 2.0, 0.25, 1.5), x2=(-2.0, 2.0, 0.25, 2.0), m=(1, 30, 1, 4))


def f(x1, x2):
    """The function that is explained: a sigmoid with an interaction."""
    return 1 / (1 + np.exp(2 - 2 * x1 - x2 - x1 * x2))


def gradient_of_f(x1, x2):
    """Its gradient, (2, ...)."""
    p = f(x1, x2)
    return p * (1 - p) * np.array([2 + x2, 1 + x1])


def _path(x1, x2, m):
    x, t = np.array([x1, x2]), (np.arange(m) + 0.5) / m
    side = 2.2 * ((np.arange(80) + 0.5) / 40 - 1)
    ground = Chart("x1", "x2", "The path", x=(-2.2, 2.2), y=(-2.2, 2.2), width=360, height=340)
    ground.heat(
        np.round(8 * f(*np.meshgrid(side, side))) / 8, SKY, high=1.2, label="more blue: a larger f"
    )
    ground.line([0, x1], [0, x2], BLUE)
    ground.points([0], [0], GREEN, "s", label="baseline")
    ground.points(t * x1, t * x2, BLUE, "o", size=3.5)
    ground.points([x1], [x2], RED, "D", label="x")

    fine = np.linspace(0, 1, 101)
    curves, sums = gradient_of_f(fine * x1, fine * x2), gradient_of_f(t * x1, t * x2)
    low, high = min(0.0, curves.min()), max(1.0, curves.max())
    slopes = Chart(
        "share of the path", "slope of f", "Along it", x=(0, 1), y=(low, 1.1 * high),
        width=360, height=340,
    )  # fmt: skip
    looks = ((BLUE, "", "o", "by x1"), (ORANGE, "6 4", "s", "by x2"))
    for curve, dots, (colour, dash, marker, name) in zip(curves, sums, looks):
        slopes.line(fine, curve, colour, dash=dash)
        slopes.points(t, dots, colour, marker, label=name, size=4.5)
    parts = x * sums.mean(axis=1)
    change = f(x1, x2) - f(0, 0)
    at_x = x * gradient_of_f(x1, x2)
    return [ground, slopes], (
        f"With m = {m} the attributions are {_two(parts[0])} for x1 and {_two(parts[1])} for x2, together "
        f"{_two(parts.sum())}; f itself changes by {_two(change)} from the baseline to x. The gradient at x "
        f"alone, times x, would give {_two(at_x[0])} and {_two(at_x[1])}."
    )


def _two(x):
    """Two digits after the point, and no minus before zero."""
    return f"{round(float(x), 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}")
