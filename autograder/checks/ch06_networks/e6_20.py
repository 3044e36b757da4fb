"""6.20: networks with one hidden layer that are built, and one that is trained."""

import numpy as np

from autograder.check import attempt, check, choice, numbers, written
from autograder.checks.ch06_networks.as_numbers import as_number


def outputs(network, x):
    """What a ReLU network with one hidden layer computes at the numbers x."""
    w, biases, v, c = (np.asarray(part, dtype=float) for part in network)
    return np.maximum(np.outer(x, w) + biases, 0) @ v + as_number(c)


def given_interpolant(f, N, a, b):
    """A network as 6.20 asks for it."""
    knots = np.linspace(a, b, N + 1)
    v = np.diff(np.diff(f(knots)) / np.diff(knots), prepend=0)
    return np.ones(N), -knots[:-1], v, f(knots)[0]


def wave(rng):
    """A smooth function without symmetry; at the ends of an interval it is not 0."""
    height, phase, tilt = rng.uniform(1, 2), rng.uniform(0, 1), rng.uniform(0.5, 1)
    return lambda x: 4 + tilt * x + height * np.sin(1.3 * x + phase)


@check("6.20", points=6, weights={"between the knots": 2})
def interpolant(answer, rng):
    f = wave(rng)
    a, length = rng.uniform(-3, -1), rng.uniform(3, 5)
    N, fewer = (int(n) for n in rng.choice(range(4, 12), 2, replace=False))
    b = a + length

    def at_knots(N):
        return outputs(answer.relu_interpolant(f, N, a, b), np.linspace(a, b, N + 1))

    def between(N):
        knots = np.linspace(a, b, N + 1)
        x = knots[:-1] + length / N * rng.uniform(0.2, 0.8, N)
        return outputs(answer.relu_interpolant(f, N, a, b), x)

    def shapes(N):
        w, biases, v, _ = answer.relu_interpolant(f, N, a, b)
        return [list(np.shape(part)) for part in (w, biases, v)]

    return {
        "at the knots": attempt(lambda: [at_knots(N), at_knots(fewer)]),
        "between the knots": attempt(lambda: [between(N), between(fewer)]),
        "a single unit": attempt(at_knots, 1),
        "number of units": attempt(lambda: {f"N = {n}": shapes(n) for n in (N, fewer)}),
    }


V, NETWORK = "np.diff(slopes, prepend=0)", "np.ones(N), -knots[:-1]"
interpolant.misconception(
    "slopes_instead_of_slope_changes",
    "The output weights are the slopes of the pieces. Units that are on stay on, so a unit adds the "
    "change of slope at its knot.",
    edits={V: "slopes"},
)
interpolant.misconception(
    "output_bias_missing",
    "At the left end all units are off, and the height there has to come from c.",
    edits={"heights[0]": "0.0"},
)
interpolant.misconception(
    "one_unit_too_many",
    "There is one unit more than there are pieces. At the last knot the line need not bend any more.",
    edits={
        NETWORK: "np.ones(N + 1), -knots",
        V: "np.append(np.diff(slopes, prepend=0), -slopes[-1])",
    },
)
interpolant.misconception(
    "bias_sign",
    "The sign of the biases is wrong: ReLU(x + b) switches on at x = −b.",
    edits={"-knots[:-1]": "knots[:-1]"},
)
interpolant.misconception(
    "knots_shifted",
    "Every unit switches on one knot too late: the first one belongs to the left end.",
    edits={"-knots[:-1]": "-knots[1:]"},
)
interpolant.misconception(
    "heights_as_output_weights",
    "The output weights are heights. A unit does not set a height, it adds a slope.",
    edits={V: "heights[:-1]"},
)
interpolant.misconception(
    "differences_not_divided",
    "The changes of height were not divided by the distance of the knots, so they are no slopes.",
    edits={" / np.diff(knots)": ""},
)
interpolant.misconception(
    "first_slope_lost",
    "The slope of the first piece is missing: the first unit has to bring it.",
    edits={"prepend=0": "prepend=slopes[0]"},
)
interpolant.misconception(
    "n_knots",
    "N + 1 knots make N pieces. Here there are only N knots.",
    edits={"N + 1)": "N)", NETWORK: "np.ones(N - 1), -knots[:-1]"},
)


@interpolant.alternative("loop")
def relu_interpolant(f, N, a, b):
    h = (b - a) / N
    biases, v, before = [], [], 0
    for j in range(N):
        left = a + j * h
        slope = float((f(np.array([left + h])) - f(np.array([left])))[0] / h)
        biases.append(-left)
        v.append(slope - before)
        before = slope
    return np.ones(N), np.array(biases), np.array(v), np.array([f(np.array([a]))[0]])


@interpolant.alternative("from_the_right")
def relu_interpolant(f, N, a, b):
    knots = np.linspace(a, b, N + 1)[::-1]
    slopes = np.diff(f(knots)) / -np.diff(knots)
    return -np.ones(N), knots[:-1], np.append(slopes[0], np.diff(slopes)), float(f(knots)[0])


interpolant.alternative(
    "scaled_float32_and_lists",
    edits={
        f"{NETWORK}, {V}": "[2.0] * N, list(np.float32(-2 * knots[:-1])), "
        "np.float32(np.diff(slopes, prepend=0) / 2)"
    },
)


@interpolant.oracle("linear_equations")
def relu_interpolant(f, N, a, b):
    knots = np.linspace(a, b, N + 1)
    features = np.column_stack([np.maximum(knots[:, None] - knots[:-1], 0), np.ones(N + 1)])
    *v, c = np.linalg.solve(features, np.interp(knots, knots, f(knots)))
    return np.ones(N), -knots[:-1], np.array(v), c


units = numbers(
    "6.20c",
    points=2,
    right={"units_needed": 58, "factor": 100},
    ideas={
        "not_the_root": (
            "The bound falls with N². Solve h² < …, then take the root.",
            {"units_needed": (3306, 3307)},
        ),
        "without_the_eighth": ("The bound has a factor ⅛.", {"units_needed": (162, 163)}),
        "half_the_interval": (
            "The interval from −π to π has the length 2π.",
            {"units_needed": (28, 29)},
        ),
        "rounded_down": ("With 57 units the bound is still above 0.05.", {"units_needed": 57}),
        "counts_the_knots": (
            "That is the number of knots. N units make N pieces between N + 1 knots.",
            {"units_needed": 59},
        ),
        "error_falls_like_one_over_n": (
            "The bound has h², and h is a tenth then.",
            {"factor": 10},
        ),
        "inverted": (
            "The question is by what factor it shrinks: the old bound divided by the new one.",
            {"factor": 0.01},
        ),
    },
)


@units.oracle("tries_all_widths")
def answer():
    def bound(N):
        curvature = np.max(np.abs([33.5]))
        return curvature * np.diff(np.linspace(-np.pi, np.pi, N + 1))[0] ** 2 / 8

    units_needed = next(N for N in range(1, 1000) if bound(N) < 0.05)
    factor = bound(10) / bound(100)


@check("6.20b", points=3)
def training(answer, rng):
    f = wave(rng)

    def network(N):
        return *rng.normal(size=(3, N)), float(rng.normal())

    def trained(start, *steps):
        return [np.asarray(part, dtype=float) for part in answer.train_tanh(f, start, *steps)]

    def parts(places, start, steps):
        return [trained(start, steps)[place] for place in places]

    few, more = network(3), network(7)
    return {
        "hidden weights and biases": attempt(parts, (0, 1), few, 40),
        "output weights and bias": attempt(parts, (2, 3), few, 40),
        "a wider network, more steps": attempt(lambda: trained(more, 90)),
        "the default number of steps": attempt(lambda: trained(few)),
    }


DELTA, D = "2 * (A @ v + c - y) / len(x)", "np.outer(delta, v) * (1 - A**2)"
for name, sentence, edits in (
    (
        "tanh_derivative_missing",
        "The slope of tanh is missing in the gradients of w and b.",
        {D: "np.outer(delta, v)"},
    ),
    (
        "tanh_derivative_not_squared",
        "The slope of tanh is 1 − A², with a square.",
        {"1 - A**2": "1 - A"},
    ),
    (
        "tanh_derivative_of_the_activation",
        "A is tanh(z) already; the slope 1 − tanh²(z) is 1 − A².",
        {"1 - A**2": "1 - np.tanh(A) ** 2"},
    ),
    (
        "uphill",
        "The sign is wrong: the error is the output minus the target. This training goes uphill.",
        {"A @ v + c - y": "y - A @ v - c"},
    ),
    (
        "only_the_output_layer",
        "Only the output layer is trained. The hidden weights and biases are parameters, too.",
        {"x @ D, D.sum(axis=0), delta @ A": "0 * w, 0 * b, delta @ A"},
    ),
    (
        "input_missing",
        "The gradient of w has a factor x: every row of D is multiplied by its input before the sum.",
        {"x @ D, D": "D.sum(axis=0), D"},
    ),
    (
        "output_weights_missing",
        "On its way to the hidden layer δ is multiplied by the output weights.",
        {"np.outer(delta, v)": "np.outer(delta, np.ones_like(v))"},
    ),
    (
        "output_bias_not_trained",
        "c stays where it began: it is a parameter like the others.",
        {"delta @ A, delta.sum()": "delta @ A, 0.0"},
    ),
    (
        "absolute_error",
        "This is the gradient of the mean absolute error. The loss here is the mean squared error.",
        {DELTA: "np.sign(A @ v + c - y) / len(x)"},
    ),
    (
        "steps_ignored",
        "The number of steps is an argument; here it is always the same.",
        {"gradients, steps)": "gradients, 600)"},
    ),
):
    training.misconception(name, sentence, edits=edits)
training.alternative("sum_of_squares", edits={DELTA: "2 * (A @ v + c - y)"})


@training.alternative("by_columns")
def train_tanh(f, start, steps=600):
    points = [-np.pi + 2 * np.pi * k / 63 for k in range(64)]

    def gradients(params):
        w, b, v, c = params
        total = [np.zeros(len(w)), np.zeros(len(w)), np.zeros(len(w)), 0.0]
        for x, y in zip(points, f(np.array(points))):
            a = np.tanh(w * x + b)
            error = (v @ a + c - y) / 32
            for k, part in enumerate((x * (v - v * a * a), v - v * a * a, a, 1)):
                total[k] += error * part
        return total

    w, b, v, c = adam(start, gradients, steps)
    return [w, b, v, float(c)]


@training.oracle("torch_adam")
def train_tanh(f, start, steps=600):
    import torch

    x = torch.linspace(-torch.pi, torch.pi, 64, dtype=torch.float64)
    y = torch.tensor(f(x.numpy()))
    w, b, v, c = params = [
        torch.tensor(one, dtype=torch.float64, requires_grad=True) for one in start
    ]
    optimizer = torch.optim.Adam(params, lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.mean((torch.tanh(x[:, None] * w + b) @ v + c - y) ** 2).backward()
        optimizer.step()
    return [one.detach() for one in params]


mistake = choice(
    "6.20e",
    "false_line",
    "abcd",
    key="d",
    points=1,
    ideas={
        "a": (
            "doubts_the_bound",
            "That line is right: the bound ⅛·33.5·(2π/64)² is 0.0404, and the network is the one that "
            "you built.",
        ),
        "b": (
            "doubts_that_wider_can_do_more",
            "That line is right: give the other 960 units the output weight 0.",
        ),
        "c": (
            "best_and_trained_confused",
            "That line is right: it speaks of the best networks, and among those with 1024 units are all "
            "that 64 units can do.",
        ),
    },
)  # fmt: skip


@check("6.20d", points=3, weights={"outputs": 2})
def plane(answer, rng):
    h, N = wave(rng), 2 * int(rng.integers(3, 30)) + 1
    made = answer.with_given("plane_network", relu_interpolant=given_interpolant)

    def values(X):
        W, biases, v, c = (np.asarray(part, dtype=float) for part in made(h, N))
        return np.maximum(X @ W.T + biases, 0) @ v + as_number(c)

    def shapes():
        return {f"N = {N}": [list(np.shape(part)) for part in made(h, N)[:3]]}

    ends = np.pi * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    return {
        "outputs": attempt(values, rng.uniform(-np.pi, np.pi, size=(8, 2))),
        "outputs at the corners": attempt(values, ends),
        "number of units": attempt(shapes),
    }


for name, sentence, edits in (
    (
        "interval_of_one_input",
        "x₁ + x₂ runs from −2π to 2π when both inputs run from −π to π.",
        {"-2 * np.pi, 2 * np.pi": "-np.pi, np.pi"},
    ),
    (
        "constant_counted_once",
        "Both networks have the constant c, so the sum has it twice.",
        {"2 * c": "c"},
    ),
    (
        "one_direction_twice",
        "Both halves look along x₁ + x₂. The second one belongs to x₁ − x₂.",
        {"[1, -1]": "[1, 1]"},
    ),
    (
        "along_the_axes",
        "This is p(x₁) + p(x₂). The two directions are x₁ + x₂ and x₁ − x₂.",
        {"np.outer(w, [1, 1])": "np.outer(w, [1, 0])", "[1, -1]": "[0, 1]"},
    ),
    (
        "transposed",
        "W is transposed: it has a row for every unit and a column for every input.",
        {"return W,": "return W.T,"},
    ),
    (
        "subtracts_the_second",
        "The second network is subtracted. The addition theorem has a plus between the two.",
        {"np.tile(v, 2), 2 * c": "np.append(v, -v), 0 * c"},
    ),
    (
        "half_the_units_each",
        "Each of the two networks has N units, so that there are 2N in all.",
        {"(h, N, ": "(h, N // 2, "},
    ),
):
    plane.misconception(name, sentence, edits=edits)
plane.alternative(
    "stacked_columns_and_lists",
    edits={
        "np.concatenate([np.outer(w, [1, 1]), np.outer(w, [1, -1])])": (
            "np.column_stack([np.append(w, w), np.append(w, -w)]).tolist()"
        ),
        "np.tile(v, 2)": "list(v) * 2",
    },
)


@plane.alternative("loop")
def plane_network(h, N):
    w, biases, v, c = relu_interpolant(h, N, -2 * np.pi, 2 * np.pi)
    rows, others, weights = [], [], []
    for j in range(N):
        for sign in (1, -1):
            rows.append([w[j], sign * w[j]])
            others.append(biases[j])
            weights.append(v[j])
    return np.array(rows), np.array(others), np.array(weights), np.array([c + c])


@plane.oracle("linear_equations")
def plane_network(h, N):
    knots = np.linspace(-2 * np.pi, 2 * np.pi, N + 1)
    features = np.column_stack([np.maximum(knots[:, None] - knots[:-1], 0), np.ones(N + 1)])
    *v, c = np.linalg.solve(features, h(knots))
    W = np.array([[1, 1]] * N + [[1, -1]] * N)
    return W, -np.append(knots[:-1], knots[:-1]), np.array(v + v), c + c


written(
    "6.20-written",
    rubric=[
        (1, "Says that the theorem is about weights that exist, not about what training finds."),
        (1, "Quotes the own table: built networks improve with every width, trained ones do not."),
        (1, "Says why g is easy: a sum of two functions of one direction each."),
        (1, "Says what a test of the dimension would need: a function without such a structure."),
    ],
)
