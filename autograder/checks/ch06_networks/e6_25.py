"""6.25: integrated gradients, by hand and as a function."""

import numpy as np

from autograder.check import attempt, check, choice, named, numbers, written
from autograder.checks.ch06_networks.off_limits import TORCH

by_hand = numbers(
    "6.25a",
    points=2,
    right={"ig_1": 6, "ig_2": 12, "naive_sum": 54},
    ideas={
        "gradient_at_the_end": (
            "That takes the gradient at the end of the path only. Along the path it grows from 0.",
            {"ig_1": 18, "ig_2": 36},
        ),
        "factor_of_the_input_missing": (
            "The factor in front of the integral is missing: x minus the baseline.",
            {"ig_1": 3, "ig_2": 4},
        ),
        "trapezoid_of_two_points": (
            "The mean of the two ends of the path is not the integral: the gradient grows with t².",
            {"ig_1": 9, "ig_2": 18},
        ),
        "midpoint_of_one_slice": (
            "That is the gradient in the middle of the path. An integral goes over all of it.",
            {"ig_1": 4.5, "ig_2": 9},
        ),
        "believes_all_sums_complete": (
            "That is the change of f. Gradient times input adds up to something else, as soon as f bends.",
            {"naive_sum": 18},
        ),
        "split_in_halves": (
            "The change is split evenly. The second input enters with its square, so its share is larger.",
            {"ig_1": 9, "ig_2": 9},
        ),
    },
)


@by_hand.oracle("many_slices_with_torch")
def answer():
    import torch

    t = ((torch.arange(20000) + 0.5) / 20000).double()[:, None]
    points = (t * torch.tensor([2.0, 3.0])).requires_grad_()
    (points[:, 0] * points[:, 1] ** 2).sum().backward()
    ig_1, ig_2 = (points.grad.mean(dim=0) * torch.tensor([2.0, 3.0])).tolist()
    end = torch.tensor([2.0, 3.0], requires_grad=True)
    (end[0] * end[1] ** 2).backward()
    naive_sum = float(end.detach() @ end.grad)


LINEAR, STEPS, BUMP, COUNT = (
    "a linear function",
    "a sum of two smooth steps",
    "a step up and half a step down",
    "the points that it takes",
)


def tanh_slope(u):
    return 1 / np.cosh(u) ** 2


@check("6.25", points=8, forbid=TORCH, weights={COUNT: 0.5})
def integral(answer, rng):
    """The slopes vanish at both ends of the path, so that a left, a right, a midpoint and a trapezoidal
    sum are the same number there."""

    def run(label, grad_fn, *rest):
        def of_rows(points):
            if np.ndim(points) != 2:
                raise ValueError("grad_fn was called with points that are not rows, (k, d)")
            return grad_fn(np.asarray(points))

        return answer.integrated_gradients(named(f"the gradient of {label}", of_rows), *rest)

    def path():
        """Two ways to measure the position on a path (vectors v and w), its end, its beginning."""
        direction = rng.uniform(0.5, 1.5, 3) * rng.choice([-1, 1], 3)
        v, w = rng.normal(size=(2, 3))
        v, w = (u + direction * (1 - u @ direction) / (direction @ direction) for u in (v, w))
        return v, w, rng.uniform(7, 7.3) * direction, -rng.uniform(7, 7.3) * direction

    def linear():
        w, x, x0 = rng.uniform(1, 3, 4), rng.uniform(2, 3, 4), rng.uniform(-1.5, -0.5, 4)
        m = int(rng.integers(3, 9))
        return run("a linear function", lambda points: np.tile(w, (len(points), 1)), x, x0, m)

    def steps():
        v, w, x, x0 = path()

        def grad_fn(points):
            return np.outer(tanh_slope(points @ v), v) + np.outer(tanh_slope(points @ w - 0.3), w)

        return run("two smooth steps", grad_fn, x, x0)

    def bump():
        v, w, x, x0 = path()

        def grad_fn(points):
            return (
                np.outer(tanh_slope(points @ v), v) - np.outer(tanh_slope(points @ w - 0.3), w) / 2
            )

        return run("a step up and half a step down", grad_fn, x, x0, int(rng.integers(60, 90)))

    def asked(*m):
        """How many points it asks for, and whether they spread over the path and no further."""
        points, x, x0 = [], np.array([1.0, 2.0]), np.array([0.5, -1.0])

        def grad_fn(some):
            points.extend(some)
            return np.ones_like(some)

        run("x1 + x2", grad_fn, x, x0, *m)
        t = (np.array(points) - x0) @ (x - x0) / np.sum((x - x0) ** 2)
        near_the_ends = np.abs([t.min(), t.max() - 1]) < 1.1 / len(points)
        return len(points), bool(np.all((t > -1e-6) & (t < 1 + 1e-6)) and np.all(near_the_ends))

    def enough():
        of_m, on_the_path = asked(m)
        return {
            f"{m} or {m + 1}": int(of_m in (m, m + 1)),
            "50 by default": int(asked() == asked(50)),
            "from the baseline to x": int(on_the_path),
        }

    m = int(rng.integers(20, 40))
    return {
        LINEAR: attempt(linear),
        STEPS: attempt(steps),
        BUMP: attempt(bump),
        COUNT: attempt(enough),
    }


RETURN = "(x - x0) * grad_fn(points).mean(axis=0)"
POINTS = "points = x0 + t[:, None] * (x - x0)"
MIDDLES = "t = (np.arange(m) + 0.5) / m"
for name, sentence, edits in (
    (
        "missing_x_minus_x0",
        "The factor x − x₀ is missing: a mean slope is no change yet.",
        {RETURN: "grad_fn(points).mean(axis=0)"},
    ),
    (
        "baseline_ignored",
        "The path starts at 0 instead of the baseline, and the factor is x instead of x − x₀.",
        {POINTS: "points = t[:, None] * x", RETURN: "x * grad_fn(points).mean(axis=0)"},
    ),
    (
        "multiplied_by_x",
        "The factor in front is x. It is x − x₀, the way from the baseline.",
        {RETURN: "x * grad_fn(points).mean(axis=0)"},
    ),
    (
        "path_starts_at_the_origin",
        "The points lie between 0 and x. The path starts at the baseline.",
        {POINTS: "points = t[:, None] * x"},
    ),
    (
        "gradient_times_input_only",
        "This asks for the gradient at x only. The integral goes over the whole path.",
        {MIDDLES: "t = np.ones(m)"},
    ),
    (
        "gradient_at_the_baseline_only",
        "This asks for the gradient at the baseline only. The integral goes over the whole path.",
        {MIDDLES: "t = np.zeros(m)"},
    ),
    (
        "sum_instead_of_mean",
        "The slopes are added up and not divided by their number, so the result grows with m.",
        {RETURN: "(x - x0) * grad_fn(points).sum(axis=0)"},
    ),
    (
        "fifty_one_points_divided_by_fifty",
        "m + 1 points are added and divided by m. With both ends of the path, these count half each "
        "(the trapezoidal rule).",
        {MIDDLES: "t = np.arange(m + 1) / m", RETURN: "(x - x0) * grad_fn(points).sum(axis=0) / m"},
    ),
    (
        "integrates_the_absolute_gradient",
        "The absolute values of the slopes are integrated. Slopes of different signs have to cancel here.",
        {RETURN: "(x - x0) * np.abs(grad_fn(points)).mean(axis=0)"},
    ),
    (
        "path_starts_at_the_input",
        "The path starts at x and leads away from the baseline. It starts at x₀ and ends at x.",
        {POINTS: "points = x + t[:, None] * (x - x0)"},
    ),
    (
        "wrong_direction",
        "The factor is x₀ − x. The explanation goes from the baseline to x.",
        {RETURN: "(x0 - x) * grad_fn(points).mean(axis=0)"},
    ),
    (
        "always_fifty_slices",
        "The number of slices is fixed at 50. It is the argument m.",
        {MIDDLES: "t = (np.arange(50) + 0.5) / 50"},
    ),
    (
        "one_number_for_all_inputs",
        "That is the sum over the inputs. Asked for is what each of them contributes.",
        {RETURN: "np.sum((x - x0) * grad_fn(points).mean(axis=0))"},
    ),
):
    integral.misconception(name, sentence, edits=edits)


integral.alternative("left_sum", edits={MIDDLES: "t = np.arange(m) / m"})
integral.alternative("right_sum", edits={MIDDLES: "t = np.linspace(0, 1, m + 1)[1:]"})


@integral.alternative("trapezoidal_rule")
def integrated_gradients(grad_fn, x, x0, m=50):
    t = np.linspace(0, 1, m + 1).reshape(-1, 1)
    return (x - x0) * np.trapezoid(grad_fn((1 - t) * x0 + t * x), dx=1 / m, axis=0)


@integral.alternative("point_by_point_in_float32")
def integrated_gradients(grad_fn, x, x0, m=50):
    total = np.zeros(len(x), dtype=np.float32)
    for k in range(m):
        point = x0 + (k + 0.5) / m * (x - x0)
        total += grad_fn(np.array([point]))[0]
    return (total / m * np.float32(x - x0)).tolist()


@integral.oracle("gauss_legendre")
def integrated_gradients(grad_fn, x, x0, m=50):
    t, weights = np.polynomial.legendre.leggauss(m)
    return (x - x0) * (weights / 2 @ grad_fn(x0 + (t[:, None] + 1) / 2 * (x - x0)))


gap_lesson = choice(
    "6.25c",
    "gap_lesson",
    "abcd",
    key="a",
    points=1,
    ideas={
        "b": (
            "completeness_of_the_sum",
            "The theorem speaks of the integral. A sum of 50 slices of a gradient that jumps is close, "
            "and no more.",
        ),
        "c": (
            "blames_the_baseline",
            "Completeness holds for every baseline: the right-hand side changes along with it.",
        ),
        "d": (
            "blames_the_training",
            "Completeness holds for any network, trained or not: nothing in it speaks of labels.",
        ),
    },
)


@gap_lesson.oracle("more_slices_of_an_untrained_network")
def answer():
    model = NumpyMLP([4, 30, 1], seed=2)
    x, x0 = np.random.default_rng(0).normal(size=(2, 4))

    def gap(m):
        t, h = (np.arange(m) / m)[:, None], 1e-6
        points, sums = x0 + t * (x - x0), []
        for step in h * np.eye(4):
            slopes = (model.predict_proba(points + step) - model.predict_proba(points - step)) / (
                2 * h
            )
            sums.append(slopes.mean())
        f, f0 = model.predict_proba(np.array([x, x0]))
        return abs((x - x0) @ sums - (f - f0))

    gap_lesson = "A" if gap(5000) < 0.05 * gap(20) else "B"


written(
    "6.25-written",
    rubric=[
        (1, "names the drivers with their signs, and numbers of the student's own"),
        (1, "says to whom the customers are compared: the baseline is the average customer"),
        (
            1,
            "one limit: probability or logit, the completeness gap, or that it explains the model only",
        ),
    ],
)
