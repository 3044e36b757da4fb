"""6.7: numerical gradients, the relative error, a network that is checked, and one with a bug."""

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.off_limits import TORCH
from autograder.checks.ch06_networks.watched_networks import judged

SLOPES, NETWORK = "gradient of a function", "gradient of a network's loss"
WIDE = "central difference with a wide step"
AFTERWARDS = "parameters afterwards, and the gradient"
SMALL, SCALE = "relative error of gradients that are close", "relative error at any scale"
WHOLE = "relative error of the whole, not of its entries"
WEIGHTS = {SLOPES: 2, NETWORK: 2, SCALE: 2}


def hidden_function(rng):
    """Parameters of three shapes, and the constants of `loss_of`."""
    params = {
        "W": rng.uniform(0.5, 2, (2, 3)),
        "b": rng.uniform(0.5, 2, 3),
        "c": rng.uniform(1, 2, ()),
    }
    return params, rng.uniform(1, 2, (2, 3)), rng.uniform(0.2, 0.6, (3, 3))  # fmt: skip


def loss_of(params, A, V):
    """A function of arrays, with a slope that is written in `slopes_of`."""
    first = np.sum(A * np.sin(params["W"])) + np.sum(np.exp(V @ params["b"]))
    return float(first * params["c"] ** 2)


def slopes_of(params, A, V):
    W, b, c = (params[name] for name in "Wbc")
    first = np.sum(A * np.sin(W)) + np.sum(np.exp(V @ b))
    return {"W": A * np.cos(W) * c**2, "b": V.T @ np.exp(V @ b) * c**2, "c": 2 * c * first}


def hidden_network(rng):
    """A tanh network with biases, and five rows."""
    from utils.networks.numpy_mlp import NumpyMLP

    model = NumpyMLP([4, 3, 2, 1], activation="tanh", seed=int(rng.integers(1000)))
    for layer in (1, 2, 3):
        model.params[f"b{layer}"] = 0.3 * rng.normal(size=model.params[f"b{layer}"].shape)
    return model, rng.normal(size=(5, 4)), rng.permutation([0, 1, 0, 1, 1])


def network_loss(model, X, y):
    """The loss as a function of the parameters that it is given."""

    def loss(params):
        model.params = params
        return model.compute_loss(model.forward(X), y)

    return loss


def hidden_cubes(rng):
    return {"x": rng.uniform(0.5, 2, (2, 2))}, float(rng.uniform(0.3, 0.6))


def cubes(params):
    return float(np.sum(params["x"] ** 3))


def hidden_pairs(rng):
    """{sub-check: {input as a text: (a, n)}}: pairs of gradients."""
    g, h = rng.uniform(1, 2, (2, 2, 3)).round(3)
    scales = {1: rng.uniform(0.02, 0.06), 1e-6: rng.uniform(0.1, 0.2), 1e5: rng.uniform(0.3, 0.5)}
    entries = g.ravel().copy()
    entries[-1] = 1e-11

    def text(a, n):
        return f"a = {a.tolist()}, n = {n.tolist()}"

    flipped = entries * np.array([1, 1, 1, 1, 1, -1])
    return {
        SMALL: [(text(a, n), a, n) for a, n in ((h, h.copy()), (0 * h, 0 * h), (h, 1.001 * h))],
        SCALE: [(text(s * g, s * (1 + e) * g), s * g, s * (1 + e) * g) for s, e in scales.items()],
        WHOLE: [(text(entries, flipped), entries, flipped), (text(g, -g), g, -g)],
    }


@check("6.7", points=5, weights=WEIGHTS, forbid=TORCH)
def tools(answer, rng):
    numerical = answer.that_may_change_its_input("numerical_gradient")
    (params, *constants), (model, X, y), (wide, step) = (
        hidden_function(rng),
        hidden_network(rng),
        hidden_cubes(rng),
    )
    given = {name: value.copy() for name, value in params.items()}

    def close_to(params):
        return {name: np.array(value) for name, value in params.items()}

    seen = {
        SLOPES: attempt(lambda: numerical(lambda p: loss_of(p, *constants), close_to(params))),
        NETWORK: attempt(lambda: numerical(network_loss(model, X, y), close_to(model.params))),
        WIDE: attempt(lambda: numerical(cubes, close_to(wide), step)),
        AFTERWARDS: attempt(
            lambda: {"gradient": numerical(lambda p: loss_of(p, *constants), given), "params": given}
        ),
    }  # fmt: skip

    def errors(cases):
        return {text: float(as_number(answer.relative_error(a, n))) for text, a, n in cases}

    return seen | {key: attempt(errors, cases) for key, cases in hidden_pairs(rng).items()}


@tools.judge
def _(seen, rng):
    """The gradients agree with the exact ones to 1e-7 of their size, which a forward difference misses
    by a factor of ten and more; with a wide step the central difference of a cube is 3x² + eps². The
    parameters are as before. A relative error may have either norm, or their sum, in its denominator:
    equal gradients have 0, close ones about 1e-3, the scale of both does not matter, and an entry that
    is rounding alone does not count."""
    (params, *constants), (model, X, y), (wide, step) = (
        hidden_function(rng),
        hidden_network(rng),
        hidden_cubes(rng),
    )
    model.forward(X)
    exact, of_network = slopes_of(params, *constants), model.backward(y)
    small, scale, whole = hidden_pairs(rng).values()
    said = {
        SLOPES: judged(gradient, seen[SLOPES], exact, "the central difference"),
        NETWORK: judged(gradient, seen[NETWORK], of_network, "the central difference"),
        WIDE: judged(
            gradient,
            seen[WIDE],
            {"x": 3 * wide["x"] ** 2 + step**2},
            "the central difference with this step",
        ),
        AFTERWARDS: judged(unchanged, seen[AFTERWARDS], params, exact),
        SMALL: judged(close, seen[SMALL], small),
        SCALE: judged(scale_free, seen[SCALE], scale),
        WHOLE: judged(of_the_whole, seen[WHOLE], whole),
    }
    name = idea_of_gradient(seen, params, exact, wide, step)
    for key in (SLOPES, NETWORK, WIDE, AFTERWARDS):
        if name and said[key] is not True:
            said[key] = Fault(said[key].sentence, name)
    return said


def agrees(found, exact, tolerance):
    """Does every array agree, to this share of the largest entry of all?"""
    size = max(np.max(np.abs(value)) for value in exact.values())
    return all(
        np.shape(found[name]) == np.shape(value)
        and np.allclose(np.asarray(found[name], float), value, rtol=0, atol=tolerance * size)
        for name, value in exact.items()
    )


def gradient(found, exact, what):
    return agrees(found, exact, 1e-7) or Fault(f"it is not {what} for every entry")


def unchanged(value, params, exact):
    if not agrees(value["gradient"], exact, 1e-3):
        return Fault("the gradient is not right")
    return agrees(value["params"], params, 1e-12) or Fault("the parameters have changed")


def idea_of_gradient(seen, params, exact, wide, step):
    """The idea that gives these gradients, where one explains them."""
    try:
        found, in_wide, x = seen[SLOPES], np.asarray(seen[WIDE]["x"], float), wide["x"]
        if agrees(found, {name: 2 * value for name, value in exact.items()}, 1e-4):
            return "divides_by_eps"
        if agrees(found, {name: value / 2 for name, value in exact.items()}, 1e-4):
            return "central_formula_with_one_side"
        if not any(np.any(found[name]) for name in exact):
            return "perturbs_a_copy_so_gradient_is_zero"
        if np.allclose(in_wide, 3 * x**2 + 3 * x * step + step**2):
            return "forward_difference"
        if np.allclose(in_wide, 3 * x**2, rtol=1e-6) and agrees(found, exact, 1e-7):
            return "eps_ignored"
        if np.allclose(
            found["W"], exact["W"].sum(axis=1, keepdims=True) + 0 * exact["W"], rtol=1e-4
        ):
            return "perturbs_whole_rows"
        moved = seen[AFTERWARDS]["params"]
        if agrees(found, exact, 1e-3) and not agrees(moved, params, 1e-12):
            return "does_not_restore"
    except Exception:
        pass
    return None


def close(errors, cases):
    equal, zeros, near = (errors[text] for text, _, _ in cases)
    if not np.isfinite(zeros):
        return Fault("for two gradients of zeros it should be 0", "zero_over_zero_is_nan")
    if abs(equal) > 1e-12 or abs(zeros) > 1e-12:
        return Fault("equal gradients have the relative error 0")
    return 3e-4 < near < 3e-3 or Fault("gradients that differ by a thousandth have about 0.001")


def scale_free(errors, cases):
    found = [errors[text] for text, _, _ in cases]
    wanted = [np.linalg.norm(a - n) / np.linalg.norm(n) for _, a, n in cases]
    if all(0.4 * right < one < 1.6 * right for one, right in zip(found, wanted)):
        return True
    if np.allclose(found, [np.linalg.norm(a - n) for _, a, n in cases], rtol=1e-3):
        return Fault("it grows with the gradients", "absolute_error")
    if np.allclose(found, [np.max(np.abs(a - n)) for _, a, n in cases], rtol=1e-3):
        return Fault("it grows with the gradients", "absolute_error")
    if np.allclose(found, np.square(wanted), rtol=0.8, atol=0) and found[0] < 0.01:
        return Fault("it is much smaller than the share by which they differ", "squared_norms")
    return Fault("it should be the norm of the difference as a share of the gradient's norm")


def of_the_whole(errors, cases):
    rounding, opposite = (errors[text] for text, _, _ in cases)
    if rounding > 1e-3:
        return Fault("an entry of 1e-11 decides", "error_of_every_entry")
    return 0.8 < opposite < 3 or Fault("opposite gradients are as far apart as they can be")


DIFFERENCE = "(above - below) / (2 * eps)"
LOWER = "value[place] = old - eps\n            below = loss_fn(params)\n            value[place] = old\n"
tools.misconception(
    "forward_difference",
    "That is the forward difference: it goes to one side only, and its error is about eps instead of "
    "eps².",
    edits={
        LOWER: "value[place] = old\n            below = loss_fn(params)\n",
        DIFFERENCE: "(above - below) / eps",
    },
)
tools.misconception(
    "divides_by_eps",
    "From the one side to the other it is 2 eps, and this divides by eps: the gradient is twice as "
    "large as it should be.",
    edits={DIFFERENCE: "(above - below) / eps"},
)
tools.misconception(
    "central_formula_with_one_side",
    "This goes to one side only and divides by 2 eps: the gradient is half as large as it should be.",
    edits={"value[place] = old - eps": "value[place] = old"},
)
tools.misconception(
    "does_not_restore",
    "The old entry is not put back. The next entries are then measured at a place that is a little "
    "off, and the caller's parameters have changed.",
    edits={"value[place] = old\n": "pass\n"},
)


@tools.misconception(
    "perturbs_a_copy_so_gradient_is_zero",
    "A copy is moved, but the loss gets the parameters that were not moved, so nothing ever changes.",
)
def numerical_gradient(loss_fn, params, eps=1e-5):
    gradient = {}
    for name, value in params.items():
        slopes = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            moved = value.copy()
            moved[place] += eps
            above = loss_fn(params)
            moved[place] -= 2 * eps
            below = loss_fn(params)
            slopes[place] = (above - below) / (2 * eps)
        gradient[name] = slopes
    return gradient


@tools.misconception(
    "perturbs_whole_rows",
    "A whole row is moved at once. That measures the sum of its slopes; every entry needs a step "
    "of its own.",
)
def numerical_gradient(loss_fn, params, eps=1e-5):
    gradient = {}
    for name, value in params.items():
        slopes = np.zeros(value.shape)
        for row in range(len(value)) if value.ndim else [()]:
            step = np.zeros(value.shape)
            step[row] = eps
            above = loss_fn({**params, name: value + step})
            below = loss_fn({**params, name: value - step})
            slopes[row] = (above - below) / (2 * eps)
        gradient[name] = slopes
    return gradient


tools.misconception(
    "eps_ignored",
    "The step is an argument, and here it is always the same.",
    edits={"    gradient = {}\n": "    gradient, eps = {}, 1e-5\n"},
)
ERROR = "float(np.linalg.norm(a - n) / size) if size > 0 else 0.0"
tools.misconception(
    "absolute_error",
    "That is an absolute error. It grows with the gradients, so no threshold fits all networks: "
    "divide by a norm.",
    edits={ERROR: "float(np.linalg.norm(a - n))"},
)
tools.misconception(
    "zero_over_zero_is_nan",
    "Where both gradients are 0 this is 0/0. They agree, so their relative error is 0.",
    edits={ERROR: "float(np.linalg.norm(a - n) / np.float64(size))"},
)
tools.misconception(
    "error_of_every_entry",
    "The error of each entry is divided by that entry. An entry that is nearly 0 consists of "
    "rounding and would raise an alarm: take norms of the whole gradient.",
    edits={ERROR: "float(np.max(np.abs(a - n) / np.maximum(np.maximum(abs(a), abs(n)), 1e-300)))"},
)
tools.misconception(
    "squared_norms",
    "The roots are missing: these are squares of norms, and 1 percent of difference becomes 0.01 "
    "percent.",
    edits={ERROR: "float(np.sum((a - n) ** 2) / size**2) if size > 0 else 0.0"},
)


@tools.alternative("copies_and_the_sum_of_norms")
def answer():
    def numerical_gradient(loss_fn, params, eps=1e-5):
        def moved(name, place, step):
            value = np.array(params[name], dtype=float)
            value[place] += step
            return loss_fn({**params, name: value})

        return {
            name: np.array(
                [
                    (moved(name, place, eps) - moved(name, place, -eps)) / 2 / eps
                    for place in np.ndindex(np.shape(value))
                ]
            ).reshape(np.shape(value))
            for name, value in params.items()
        }

    def relative_error(a, n):
        size = np.linalg.norm(a) + np.linalg.norm(n)
        return np.linalg.norm(a - n) / size if size else 0


@tools.alternative("flat_views_and_the_largest_entry")
def answer():
    def numerical_gradient(loss_fn, params, eps=1e-5):
        found = {}
        for name in params:
            flat = params[name].reshape(-1)
            slopes = []
            for i in range(flat.size):
                flat[i] += eps
                up = loss_fn(params)
                flat[i] -= 2 * eps
                down = loss_fn(params)
                flat[i] += eps
                slopes.append((up - down) / (2 * eps))
            found[name] = np.reshape(slopes, params[name].shape)
        return found

    def relative_error(a, n):
        return np.array([np.abs(a - n).max() / max(np.abs(a).max(), np.abs(n).max(), 1e-300)])
