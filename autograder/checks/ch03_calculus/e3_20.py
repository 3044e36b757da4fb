"""3.20: a squared distance with a penalty: its gradient, its minimiser, and when there is one."""

import numpy as np

from autograder.check import attempt, check, numbers, written
from autograder.checks.ch03_calculus.gradient_values import as_float, as_vector

USUAL, NEGATIVE = (0.0, 0.5, 3.0), (-0.4,)


@check("3.20", points=3, reveal=True)
def ridge(answer, rng):
    def away_from_zero(size):
        return rng.uniform(0.3, 3, size) * rng.choice([-1, 1], size)

    def results(function, read, sizes, lams):
        """For each lambda the result of a function, with other vectors every time."""
        arguments = [([away_from_zero(n) for n in sizes], lam) for lam in lams]
        return attempt(lambda: [read(function(*vectors, lam)) for vectors, lam in arguments])

    seen = {}
    for kind, function, read, sizes in (
        ("gradient", answer.grad, as_vector, (3, 3)),
        ("minimiser", answer.minimiser, as_vector, (4,)),
        ("remainder", answer.remainder, as_float, (5,)),
    ):
        for which, lams in (("0, 0.5 and 3", USUAL), ("-0.4", NEGATIVE)):
            seen[f"{kind}, lambda = {which}"] = results(function, read, sizes, lams)
    return seen


GRADIENT, MINIMISER, REMAINDER = "2 * (x - a) + 2 * lam * x", "a / (1 + lam)", "(1 + lam) * (h @ h)"
ridge.misconception(
    "two_missing_on_penalty",
    "The gradient of the penalty lacks its 2: λ|x|² is a sum of squares like the other term.",
    edits={"2 * lam * x": "lam * x"},
)
ridge.misconception(
    "minimiser_multiplied",
    "The minimiser is multiplied by 1 + λ. A larger penalty has to pull it towards 0, not away.",
    edits={MINIMISER: "a * (1 + lam)"},
)
ridge.misconception(
    "minimiser_without_penalty",
    "That is the minimiser of the first term alone. The penalty moves it.",
    edits={MINIMISER: "a.copy()"},
)
ridge.misconception(
    "minimiser_sign",
    "The minimiser points away from a. In 2(x − a) + 2λx = 0 the term with a changes sides, and its sign.",
    edits={MINIMISER: "-a / (1 + lam)"},
)
ridge.misconception(
    "minimiser_sign",
    "The sign of λ is lost in the denominator: both terms with x stand on the same side, 2x + 2λx.",
    edits={MINIMISER: "a / (1 - lam)"},
    form="of lambda",
)
ridge.misconception(
    "norm_not_squared_gradient",
    "That is the gradient of lengths. Here they are squared, so that no root and no fraction appears.",
    edits={GRADIENT: "(x - a) / np.linalg.norm(x - a) + lam * x / np.linalg.norm(x)"},
)
ridge.misconception(
    "remainder_without_lambda",
    "The remainder lacks the part of the penalty: λ|x + h|² leaves a square of h, too.",
    edits={REMAINDER: "h @ h"},
)
ridge.misconception(
    "lambda_positive_only",
    "A negative λ is refused. Nothing in the formulas needs a positive one: for λ = −0.4 there is a "
    "minimiser, too.",
    edits={
        f"return {MINIMISER}": (
            f"if lam < 0:\n        raise ValueError('no minimum')\n    return {MINIMISER}"
        )
    },
)
ridge.misconception(
    "gradient_points_to_a",
    "The first term has the wrong sign: its gradient points away from a, where the distance grows.",
    edits={"2 * (x - a) +": "2 * (a - x) +"},
)
ridge.misconception(
    "penalty_left_out_of_the_gradient",
    "The gradient lacks the penalty altogether.",
    edits={" + 2 * lam * x": ""},
)
ridge.misconception(
    "penalty_on_the_distance_to_a",
    "The penalty is on |x|², the distance from 0. Here it is taken as one on the distance from a.",
    edits={"2 * lam * x": "2 * lam * (x - a)"},
)
ridge.misconception(
    "remainder_is_nothing",
    "The remainder is small for a small h, but it is not 0: it is what is quadratic in h.",
    edits={REMAINDER: "0 * lam"},
)
ridge.misconception(
    "remainder_not_squared",
    "The remainder grows with the square of the length of h, not with the length.",
    edits={"(h @ h)": "np.sqrt(h @ h)"},
)
ridge.misconception(
    "remainder_from_the_hessian_without_a_half",
    "The remainder is twice too large. In hᵀHh/2 with the Hessian H the half belongs to it.",
    edits={REMAINDER: f"2 * {REMAINDER}"},
)


@ridge.alternative("loops_and_lists")
def answer():
    def grad(x, a, lam):
        return [2 * (x_i - a_i) + 2 * lam * x_i for x_i, a_i in zip(x, a)]

    def minimiser(a, lam):
        return [a_i / (lam + 1) for a_i in a.tolist()]

    def remainder(h, lam):
        total = 0.0
        for h_i in h:
            total += h_i**2 + lam * h_i**2
        return total


@ridge.alternative("exact_fractions")
def answer():
    from fractions import Fraction

    def grad(x, a, lam):
        lam = Fraction(lam)
        return [2 * (1 + lam) * Fraction(p) - 2 * Fraction(q) for p, q in zip(x, a)]

    def minimiser(a, lam):
        return tuple(Fraction(q) / (1 + Fraction(lam)) for q in a)

    def remainder(h, lam):
        return (1 + Fraction(lam)) * sum(Fraction(q) ** 2 for q in h)


@ridge.alternative("sympy_matrices")
def answer():
    from sympy import Matrix

    def grad(x, a, lam):
        return 2 * (Matrix(x) - Matrix(a)) + 2 * lam * Matrix(x)

    def minimiser(a, lam):
        return Matrix(a) / (1 + lam)

    def remainder(h, lam):
        return Matrix(h).dot(Matrix(h)) * (1 + lam)


@ridge.alternative("by_the_definition_in_float32")
def answer():
    def _f(x, a, lam):
        return np.sum((x - a) ** 2) + lam * np.sum(x**2)

    def grad(x, a, lam):
        return np.float32(2) * ((1 + lam) * x - a).astype(np.float32)

    def minimiser(a, lam):
        hessian = 2 * (1 + lam) * np.eye(len(a))
        return np.linalg.solve(hessian, 2 * a)

    def remainder(h, lam):
        a, x = np.ones(len(h)), np.arange(len(h))
        return np.float64(_f(x + h, a, lam) - _f(x, a, lam) - grad(x, a, lam) @ h)


@ridge.oracle("torch_autograd")
def answer():
    import torch

    def _f(x, a, lam):
        return torch.sum((x - a) ** 2) + lam * torch.sum(x**2)

    def grad(x, a, lam):
        x = torch.tensor(x, requires_grad=True)
        return torch.autograd.grad(_f(x, torch.tensor(a), lam), x)[0]

    def minimiser(a, lam):
        start, a = torch.ones(len(a), dtype=torch.float64), torch.tensor(a)
        slope = torch.func.grad(_f)(start, a, lam)
        return start - torch.linalg.solve(torch.func.hessian(_f)(start, a, lam), slope)

    def remainder(h, lam):
        h = torch.tensor(h)
        x, a = torch.linspace(-1, 2, len(h)).double(), torch.full((len(h),), 0.7).double()
        linear = torch.func.jvp(lambda x: _f(x, a, lam), (x,), (h,))[1]
        return _f(x + h, a, lam) - _f(x, a, lam) - linear


bound = numbers(
    "3.20b",
    points=1,
    right={"lam_must_exceed": -1},
    ideas={
        "lambda_positive_only": (
            "For a λ a little below 0 the curve still opens upwards, only less. How much of it has to be "
            "taken away until it does not?",
            {"lam_must_exceed": 0},
        ),
        "sign_lost": (
            "For λ = 0 there is a minimiser, a itself. So the bound lies below 0.",
            {"lam_must_exceed": 1},
        ),
        "two_missing_on_penalty": (
            "Both terms of f carry the same factor 2 in the gradient, so λ has to make up for 1, not for 2.",
            {"lam_must_exceed": -2},
        ),
        "two_missing_on_the_distance": (
            "Both terms of f carry the same factor 2 in the gradient, so λ has to make up for 1, not for a "
            "half.",
            {"lam_must_exceed": -0.5},
        ),
    },
)


@bound.oracle("curvature_of_the_function")
def answer():
    import torch

    def _curvature(lam):
        f = lambda x: torch.sum((x - 3) ** 2) + lam * torch.sum(x**2)
        return torch.linalg.eigvalsh(torch.func.hessian(f)(torch.ones(2).double())).min().item()

    def _where_it_vanishes():
        low, high = -9.0, 9.0
        while high - low > 1e-9:
            middle = (low + high) / 2
            low, high = (low, middle) if _curvature(middle) > 0 else (middle, high)
        return high

    lam_must_exceed = _where_it_vanishes()


written(
    "3.20-written",
    rubric=[
        (0.5, "At the bound f is linear, with the gradient −2a."),
        (0.5, "Says what is different for a = 0."),
        (
            0.5,
            "Below it, the point with gradient 0 is a maximum, because the remainder is negative.",
        ),
        (0.5, "Says that f falls without end in both cases."),
    ],
)
