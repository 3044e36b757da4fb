"""6.19b: a function of two values, its gradients by the engine and by differences, on the course's engine."""

import math

from autograder.check import attempt, check
from autograder.checks.ch02_autograd.course_engine import engine_with, operation
from autograder.checks.ch06_networks.as_numbers import as_number

WEIGHTS = {"gradients by differences, a coarse step": 2}


@check("6.19b", points=2, reveal=True, weights=WEIGHTS)
def gradients_two_ways(answer, rng):
    fault = round(
        float(rng.uniform(0.5, 0.7)), 2
    )  # the slope of a sigmoid in an engine with a fault
    wrong = operation(lambda u: 1 / (1 + math.exp(-u)), lambda u: fault)

    def part(name, x, y, engine=None, **step):
        given = engine or engine_with()
        found = answer.with_given("gradients_of_f", Value=given)(x, y, **step)
        if name == "value":
            return as_number(found["value"])
        return [as_number(gradient) for gradient in found[name]]

    # No derivative is near 0 and no two are alike, so that the same slips show at every seed.
    x, y = rng.uniform([1.0, -0.9], [1.2, -0.3]).round(2).tolist()
    u, v = rng.uniform([-0.9, 0.3], [-0.7, 0.6]).round(2).tolist()
    h = round(float(rng.uniform(0.3, 0.5)), 2)
    return {
        "values": [attempt(part, "value", x, y), attempt(part, "value", u, v)],
        "gradients by the engine": [attempt(part, "engine", x, y), attempt(part, "engine", u, v)],
        "gradients by differences": [
            attempt(part, "differences", x, y),
            attempt(part, "differences", u, v),
        ],
        "gradients by differences, a coarse step": [
            attempt(part, "differences", x, y, h=h),
            attempt(part, "differences", u, v, h=h),
        ],
        "both ways, on an engine with a fault": [
            attempt(part, way, u, v, engine_with(sigmoid=wrong))
            for way in ("engine", "differences")
        ],
    }


F, CENTRAL = "(x * y + x**2).sigmoid()", "(at(x + h, y) - at(x - h, y)) / (2 * h)"
gradients_two_ways.misconception(
    "forward_difference",
    "The difference looks to one side only. The central difference looks h to either side, and is far more "
    "exact.",
    edits={
        CENTRAL: "(at(x + h, y) - at(x, y)) / h",
        "(at(x, y + h) - at(x, y - h)) / (2 * h)": "(at(x, y + h) - at(x, y)) / h",
    },
)
gradients_two_ways.misconception(
    "divides_by_h",
    "From x - h to x + h the distance is 2h; here the difference is divided by h.",
    edits={
        CENTRAL: "(at(x + h, y) - at(x - h, y)) / h",
        "(at(x, y + h) - at(x, y - h)) / (2 * h)": "(at(x, y + h) - at(x, y - h)) / h",
    },
)
gradients_two_ways.misconception(
    "moves_both_inputs",
    "Both inputs are moved at once, which gives the sum of the two derivatives. Move one, keep the other.",
    edits={
        CENTRAL: "(at(x + h, y + h) - at(x - h, y - h)) / (2 * h)",
        "(at(x, y + h) - at(x, y - h)) / (2 * h)": (
            "(at(x + h, y + h) - at(x - h, y - h)) / (2 * h)"
        ),
    },
)
gradients_two_ways.misconception(
    "engine_copied_into_the_differences",
    "The engine's gradients stand in both places. A comparison needs two ways that share nothing but f.",
    edits={'"differences": differences': '"differences": [a.grad, b.grad]'},
)
gradients_two_ways.misconception(
    "differences_copied_into_the_engine",
    "The differences stand in both places, so the engine is never asked. A comparison needs both ways.",
    edits={'"engine": [a.grad, b.grad]': '"engine": differences'},
)
gradients_two_ways.misconception(
    "step_ignored",
    "The step h is not used as given; a fixed one takes its place.",
    edits={"def at(x, y):": "h = 1e-5\n\n    def at(x, y):"},
)
gradients_two_ways.misconception(
    "backward_never_called",
    "The engine's gradients are still 0: nobody called backward on the result.",
    edits={"    z.backward()\n": ""},
)
gradients_two_ways.misconception(
    "gradients_exchanged",
    "The two gradients are in the wrong order: that of x comes first.",
    edits={
        '"engine": [a.grad, b.grad]': '"engine": [b.grad, a.grad]',
        '"differences": differences': '"differences": differences[::-1]',
    },
)
gradients_two_ways.misconception(
    "sigmoid_left_out",
    "That is what goes into the sigmoid; f is the sigmoid of it.",
    edits={F: "x * y + x**2"},
)
gradients_two_ways.misconception(
    "square_of_the_other_input",
    "The square belongs to x, the first input.",
    edits={F: "(x * y + y**2).sigmoid()"},
)


@gradients_two_ways.alternative("one_list_moved_and_restored")
def answer():
    def gradients_of_f(x, y, h=1e-5):
        leaves = [Value(x), Value(y)]
        f = lambda: (leaves[0] * (leaves[1] + leaves[0])).sigmoid()  # noqa: E731
        z = f()
        z.backward()
        found = {"value": z.data, "engine": tuple(v.grad for v in leaves), "differences": ()}
        for v in leaves:
            middle = v.data
            v.data = middle + h
            up = f().data
            v.data = middle - h
            found["differences"] += ((up - f().data) / h / 2,)
            v.data = middle
        return found


@gradients_two_ways.alternative("numpy_rows_of_the_identity")
def answer():
    def gradients_of_f(x, y, h=1e-5):
        def of(point):
            a, b = map(Value, point.tolist())
            return (a * a + b * a).sigmoid(), a, b

        z, a, b = of(at := np.array([x, y]))
        z.backward()
        steps = h * np.eye(2)
        slopes = [of(at + step)[0].data - of(at - step)[0].data for step in steps]
        return {
            "value": np.float64(z.data),
            "engine": np.array([a.grad, b.grad]),
            "differences": np.array(slopes) / (2 * h),
        }


@gradients_two_ways.oracle("torch_float64")
def answer():
    import torch

    def gradients_of_f(x, y, h=1e-5):
        inner = lambda p: p[..., 0] * p[..., 1] + p[..., 0] ** 2  # noqa: E731
        f = lambda p: torch.sigmoid(inner(p))  # noqa: E731
        at = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
        inner(at).backward()
        u = Value(inner(at).item())  # what the engine says of its sigmoid, which may have a fault
        u.sigmoid().backward()
        moves = h * torch.eye(2, dtype=torch.float64)
        return {
            "value": f(at),
            "engine": u.grad * at.grad,
            "differences": ((f(at + moves) - f(at - moves)) / (2 * h)).detach(),
        }
