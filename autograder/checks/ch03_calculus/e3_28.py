"""3.28: one step of Newton's method, and why networks are not trained with it."""

import numpy as np

from autograder.check import attempt, check, choices, named, order, written
from autograder.checks.ch03_calculus.descent_paths import EXPLORERS, floats

QUADRATIC, ONE_STEP = "a bowl in several variables", "one step where one is not enough"
SADDLE, KEPT = "a quadratic with a saddle", "theta is left as it was"


def quadratic(curvatures, rng):
    """(gradient, Hessian) of ½ (θ − c)ᵀA(θ − c), where A has these eigenvalues and is not diagonal."""
    n = len(curvatures)
    axes = np.linalg.qr(rng.normal(size=(n, n)) + 2 * np.eye(n)[::-1])[0]
    A, centre = (axes * curvatures) @ axes.T, rng.uniform(1, 3, n) * rng.choice([-1, 1], n)
    gradient = named("θ -> A(θ − c)", lambda theta: A @ (theta - centre))
    return gradient, named("θ -> A", lambda theta: A.copy())


def quartic(a, b, c):
    """(gradient, Hessian) of a x⁴ + b y² + c x y."""
    return (
        named("the gradient of a x⁴ + b y² + c x y",
              lambda t: np.array([4 * a * t[0] ** 3 + c * t[1], 2 * b * t[1] + c * t[0]])),
        named("its Hessian", lambda t: np.array([[12 * a * t[0] ** 2, c], [c, 2 * b]])),
    )  # fmt: skip


@check("3.28a", points=3, weights={ONE_STEP: 2, SADDLE: 2}, forbid=EXPLORERS)
def newton(answer, rng):
    step = answer.that_may_change_its_input("newton_step")

    def start(n):
        return rng.uniform(3, 6, n) * rng.choice([-1, 1], n)

    def to(gradient, hessian, theta):
        return floats(step(gradient, hessian, theta.copy()))

    def kept(gradient, hessian, theta):
        found = floats(step(gradient, hessian, theta))
        return {"theta afterwards": theta, "the step from there": found}

    bowls = quadratic([1.0, 4.0, 9.0], rng), quadratic([0.5, 2.0], rng)
    steep = quartic(*rng.uniform(0.5, 1.5, 3).round(2))
    return {
        QUADRATIC: attempt(lambda: [to(*b, start(n)) for b, n in zip(bowls, (3, 2))]),
        ONE_STEP: attempt(to, *steep, rng.uniform(1, 2, 2).round(2)),
        SADDLE: attempt(to, *quadratic([-3.0, 1.0, 5.0, 2.0], rng), start(4)),
        KEPT: attempt(kept, *quadratic([1.0, 3.0], rng), start(2)),
    }


SOLVED = "theta - np.linalg.solve(hess(theta), grad(theta))"
newton.misconception(
    "returns_known_minimum",
    "These are many steps, on to where the gradient is 0. One step was asked for; on a quadratic the two are "
    "the same, elsewhere they are not.",
    edits={f"return {SOLVED}": f"for _ in range(60):\n        theta = {SOLVED}\n    return theta"},
)
newton.misconception(
    "multiplies_by_H",
    "The gradient is multiplied by H. It is divided by it, so to speak: H⁻¹g, where steep directions "
    "get short steps.",
    edits={SOLVED: "theta - hess(theta) @ grad(theta)"},
)
newton.misconception(
    "plus",
    "The step goes the other way: it is subtracted.",
    edits={SOLVED: "theta + np.linalg.solve(hess(theta), grad(theta))"},
)
newton.misconception(
    "diagonal_only",
    "Only the diagonal of H is used. The entries beside it say how one variable bends the slope along "
    "another; they belong to the inverse.",
    edits={SOLVED: "theta - grad(theta) / np.diag(hess(theta))"},
)
newton.misconception(
    "elementwise_inverse",
    "1 / H takes the reciprocal of every entry. The inverse of a matrix is something else; you need not even "
    "compute it: np.linalg.solve.",
    edits={SOLVED: "theta - (1 / hess(theta)) @ grad(theta)"},
)
newton.misconception(
    "mutates_theta",
    "theta is changed in place (that is what -= does with an array). It belongs to the caller: make a new "
    "array.",
    edits={f"return {SOLVED}": "theta -= np.linalg.solve(hess(theta), grad(theta))\n    return theta"},
)  # fmt: skip
newton.misconception(
    "the_step_alone",
    "That is the step. Where does it lead, from theta?",
    edits={SOLVED: "-np.linalg.solve(hess(theta), grad(theta))"},
)
newton.misconception(
    "with_a_learning_rate",
    "The step is shortened by a learning rate. Newton's step has none: the Hessian says how long it is.",
    edits={SOLVED: "theta - 0.1 * np.linalg.solve(hess(theta), grad(theta))"},
)
newton.misconception(
    "always_downhill",
    "Where the curvature is negative, the step was turned round so that it leads down. That is a repair "
    "which people make; Newton's step itself heads for the critical point, be it a saddle.",
    edits={
        f"return {SOLVED}": (
            "sizes, axes = np.linalg.eigh(hess(theta))\n"
            "    return theta - axes @ ((axes.T @ grad(theta)) / abs(sizes))"
        )
    },
)
newton.misconception(
    "hessian_at_the_origin",
    "The Hessian is taken at the origin. On a quadratic it is the same everywhere; in general it is needed "
    "where you are, at theta.",
    edits={SOLVED: "theta - np.linalg.solve(hess(0 * theta), grad(theta))"},
)


@newton.alternative("inverse_matrix_in_float32")
def newton_step(grad, hess, theta):
    theta = np.asarray(theta)
    step = np.linalg.inv(np.float32(hess(theta))) @ np.float32(grad(theta))
    return np.float32(theta) - step


@newton.alternative("gaussian_elimination_with_lists")
def newton_step(grad, hess, theta):
    rows = [[*map(float, row), float(g)] for row, g in zip(hess(theta), grad(theta))]
    n = len(rows)
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[best] = rows[best], rows[k]
        for i in range(n):
            if i != k:
                ratio = rows[i][k] / rows[k][k]
                rows[i] = [a - ratio * b for a, b in zip(rows[i], rows[k])]
    return [t - rows[k][n] / rows[k][k] for k, t in enumerate(theta)]


@newton.oracle("stationary_point_of_the_quadratic_model")
def newton_step(grad, hess, theta):
    import torch

    H, g = (torch.tensor(np.asarray(value)) for value in (hess(theta), grad(theta)))
    sizes, axes = torch.linalg.eigh(H)  # in the coordinates of its axes a parabola for each
    return torch.tensor(theta) - axes @ ((axes.T @ g) / sizes)


GROWTH = "how many times as large it is for three times as many parameters"


@check("3.28b", points=1, reveal=True, weights={GROWTH: 2})
def storage(answer, rng):
    def sizes(n, *number):
        return float(answer.hessian_bytes(n, *number))

    few, many, more = (int(n) for n in (rng.integers(50, 99), 10**6, rng.integers(20, 60)))
    return {
        "numbers of 4 bytes, as by default": attempt(
            lambda: {f"{n} parameters": sizes(n) for n in (few, many)}
        ),
        "numbers of 2 and of 8 bytes": attempt(
            lambda: {f"{more} parameters, {b} bytes": sizes(more, b) for b in (2, 8)}
        ),
        GROWTH: attempt(lambda: {f"{few} parameters": sizes(3 * few) / sizes(few)}),
    }


storage.misconception(
    "memory_linear",
    "That is the size of the gradient. The Hessian has an entry for every pair of parameters.",
    edits={"n_params**2 * bytes_per_number": "n_params * bytes_per_number"},
)
storage.misconception(
    "half_the_matrix",
    "By symmetry half of it would do, but what is asked is the full matrix with all its entries.",
    edits={"n_params**2 * bytes_per_number": "n_params * (n_params + 1) // 2 * bytes_per_number"},
)
storage.misconception(
    "bits",
    "That is the number of bits: a byte has eight.",
    edits={"n_params**2 * bytes_per_number": "n_params**2 * bytes_per_number * 8"},
)
storage.misconception(
    "numbers_not_bytes",
    "That is how many numbers there are. Each takes bytes_per_number bytes.",
    edits={"n_params**2 * bytes_per_number": "n_params**2"},
)
storage.misconception(
    "bytes_squared",
    "Only the number of parameters is squared; the bytes of a number count once.",
    edits={"n_params**2 * bytes_per_number": "(n_params * bytes_per_number) ** 2"},
)
storage.misconception(
    "cost_of_the_solve",
    "n³ is what solving with the matrix costs. To store it takes n².",
    edits={"n_params**2 * bytes_per_number": "n_params**3 * bytes_per_number"},
)
storage.misconception(
    "eight_bytes_by_default",
    "By default a number is a float32 here, which takes 4 bytes.",
    edits={"bytes_per_number: int = 4": "bytes_per_number: int = 8"},
)


@storage.alternative("floats")
def hessian_bytes(n_params, bytes_per_number=4):
    return float(n_params) * n_params * bytes_per_number


@storage.alternative("product_of_a_shape")
def hessian_bytes(n_params, bytes_per_number=4):
    return np.prod(np.array([n_params, n_params, bytes_per_number], dtype=np.float32))


@storage.oracle("a_view_of_a_matrix")
def hessian_bytes(n_params, bytes_per_number=4):
    kind = {2: np.float16, 4: np.float32, 8: np.float64}[bytes_per_number]
    return np.broadcast_to(kind(0), (n_params, n_params)).nbytes


statements = choices(
    "3.28c",
    "true_statements",
    "abcde",
    key="acd",
    points=1,
    ideas={
        "a": (
            "storage_underestimated",
            "The Hessian has an entry for every pair of parameters, and all of them have to be kept.",
        ),
        "b": (
            "newton_always_descends",
            "Newton's step heads for a critical point of the quadratic model. Where a curvature is "
            "negative, the way there leads up.",
        ),
        "c": (
            "solve_underestimated",
            "Elimination removes n entries from n rows of n entries each: that is n³, up to a factor.",
        ),
        "d": (
            "saddles_not_attracting",
            "The gradient is 0 at a saddle, too, and the gradient is all that Newton's step wants to get "
            "rid of.",
        ),
        "e": (
            "newton_needs_a_learning_rate",
            "The bound 2/λ belongs to plain descent. The step H⁻¹g has its length from H: on a positive "
            "definite quadratic it is right as it is.",
        ),
    },
)


@statements.oracle("tried_out")
def answer():
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(6, 6)))[0]

    def lands(curvatures):
        """(does one step of length 1 reach the critical point, does it lead down?)"""
        A = (axes * np.array(curvatures)) @ axes.T
        start = rng.normal(size=6)
        end = start - np.linalg.solve(A, A @ start)
        return np.allclose(end, 0, atol=1e-9), end @ A @ end < start @ A @ start

    def eliminations(n):
        return sum((n - k) * (n - k + 1) for k in range(1, n))

    bowl, down = lands([1, 2, 3, 4, 5, 1000])
    saddle, _ = lands([-9, -8, -7, 1, 2, 3])
    all_down = all(lands(rng.normal(size=6))[1] for _ in range(20))
    true_statements = "A" if np.zeros((20, 20)).nbytes == 4 * np.zeros((10, 10)).nbytes else ""
    true_statements += "B" if all_down else ""
    true_statements += "C" if 7.9 < eliminations(2000) / eliminations(1000) < 8.1 else ""
    true_statements += "D" if saddle else ""
    true_statements += "" if bowl and down else "E"


proof = order(
    "3.28-proof",
    "newton_proof",
    "abcdefg",
    right="dbgae",
    points=1,
    bonus=True,
    before={
        "hessian_before_the_gradient": (
            "The Hessian is the derivative of the gradient, so the gradient comes first.",
            "db",
        ),
        "step_before_its_parts": (
            "The step is written down before it is known what the gradient and the Hessian are.",
            "bg",
            "dg",
        ),
        "simplifies_before_there_is_a_step": (
            "What is simplified is the step: it has to be written down before.",
            "ga",
        ),
        "concludes_too_early": (
            "That this is the lowest point is said of the point where the step ends: find it first.",
            "ae",
        ),
    },
    false={
        "c": (
            "steps_that_only_approach",
            "One card speaks of steps that come closer and closer. This is about a single step, which "
            "arrives.",
        ),
        "f": (
            "hessian_depends_on_the_place",
            "The Hessian of a quadratic is the same matrix everywhere: after two derivatives no θ is left.",
        ),
    },
)


@proof.oracle("sorted_by_what_they_need")
def answer():
    from graphlib import TopologicalSorter

    newton_proof = "".join(
        TopologicalSorter({"e": "a", "a": "g", "g": "bd", "b": "d"}).static_order()
    )


written(
    "3.28-written",
    rubric=[
        (0.5, "Storage: n² numbers, with a figure for a network of a size of their choice."),
        (0.5, "Cost of the solve, n³ (or of n gradients to fill the matrix)."),
        (0.5, "Indefinite Hessians: the step may go up, or to a saddle."),
        (0.5, "The gradients are noisy (batches), and H⁻¹ amplifies the noise where the curvature is small; "
              "or the loss is no quadratic, so the step leaves the region in which H says anything."),
    ],
)  # fmt: skip
