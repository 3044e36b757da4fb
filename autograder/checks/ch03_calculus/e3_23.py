"""3.23: the gradient of a quadratic form, and one step of Newton's method."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch03_calculus.gradient_values import as_vector, direction


def positive_definite(rng, n):
    """A symmetric matrix with all entries well away from 0, and its eigenvalues above 0."""
    signs = rng.choice([-1, 1], n)
    B = rng.uniform(0.4, 1, (n, n + 1))
    return signs[:, None] * (B @ B.T + np.diag(rng.uniform(0.5, 2, n))) * signs


STEP = "Newton's step for another gradient, {} numbers"


@check("3.23a", points=3, reveal=True, weights={STEP.format(2): 1.5, STEP.format(3): 1.5})
def quadratic(answer, rng):
    def gradient(*case):
        return as_vector(answer.grad_quad(*case))

    def step(A, x, x0, g):
        newton = answer.with_given("newton_from", grad_quad=lambda A, x, x0: g.copy())
        return as_vector(newton(A, x, x0))

    def case(n):
        return positive_definite(rng, n), *rng.uniform(0.4, 2, (2, n)) * [[1], [-1]]

    seen = {f"gradient, {n} numbers": attempt(gradient, *case(n)) for n in (2, 4)}
    for n in (2, 3):
        g = rng.uniform(0.5, 3, n) * rng.choice([-1, 1], n)
        seen[STEP.format(n)] = attempt(step, *case(n), g)
    return seen


GRADIENT, DOWN = "return A @ (x - x0)", "x - np.linalg.solve(A, grad_quad(A, x, x0))"
quadratic.misconception(
    "factor_two",
    "The gradient is twice too large: the half in front of f cancels the 2.",
    edits={GRADIENT: "return 2 * A @ (x - x0)"},
)
quadratic.misconception(
    "half_kept",
    "The gradient is half as large as it should be: two terms are linear in h, and together they cancel the "
    "half.",
    edits={GRADIENT: "return A @ (x - x0) / 2"},
)
quadratic.misconception(
    "shift_forgotten",
    "The gradient forgets x₀: it has to vanish there, not at the origin.",
    edits={GRADIENT: "return A @ x"},
)
quadratic.misconception(
    "difference_turned_round",
    "The gradient points towards x₀. f grows away from it: x − x₀.",
    edits={GRADIENT: "return A @ (x0 - x)"},
)
quadratic.misconception(
    "value_not_gradient",
    "grad_quad returns f itself, a number. The gradient has an entry for every entry of x.",
    edits={GRADIENT: "return (x - x0) @ A @ (x - x0) / 2"},
)
quadratic.misconception(
    "no_inverse",
    "Newton's step multiplies by the Hessian. It has to undo it: solve A d = g.",
    edits={DOWN: "x - A @ grad_quad(A, x, x0)"},
)
quadratic.misconception(
    "plus_sign",
    "Newton's step is added. It goes against the gradient: it is subtracted.",
    edits={DOWN: DOWN.replace("x - ", "x + ")},
)
quadratic.misconception(
    "elementwise_inverse",
    "1/A inverts every number by itself. The inverse of a matrix is something else: np.linalg.solve.",
    edits={DOWN: "x - (1 / A) @ grad_quad(A, x, x0)"},
)
quadratic.misconception(
    "diagonal_only",
    "Newton's step divides by the diagonal of A. Its other entries couple the directions, and count, too.",
    edits={DOWN: "x - grad_quad(A, x, x0) / np.diag(A)"},
)
quadratic.misconception(
    "gradient_step",
    "That is a step against the gradient, without any curvature in it.",
    edits={DOWN: "x - grad_quad(A, x, x0)"},
)
quadratic.misconception(
    "returns_x0_without_newton",
    "newton_from ends at x₀ whatever grad_quad says. It has to call grad_quad and follow the gradient "
    "that it gets.",
    edits={DOWN: "x0.copy()"},
)
quadratic.misconception(
    "returns_x0_without_newton",
    "newton_from writes the gradient out again, so it ends at x₀ whatever grad_quad says. Call it.",
    edits={DOWN: "x - np.linalg.solve(A, A @ (x - x0))"},
    form="by itself",
)
quadratic.misconception(
    "step_without_its_start",
    "That is the step alone. Subtract it from x to get the new point.",
    edits={DOWN: DOWN.removeprefix("x ")},
)


@quadratic.alternative("loops_and_an_inverse")
def answer():
    def grad_quad(A, x, x0):
        n = len(x)
        return [sum(A[i][j] * (x[j] - x0[j]) for j in range(n)) for i in range(n)]

    def newton_from(A, x, x0):
        inverse = np.linalg.inv(A)
        g = grad_quad(A, x, x0)
        return [x[i] - sum(inverse[i][j] * g[j] for j in range(len(g))) for i in range(len(x))]


@quadratic.alternative("in_float32_by_columns")
def answer():
    def grad_quad(A, x, x0):
        return np.einsum("ji,j->i", A, x - x0).astype(np.float32)

    def newton_from(A, x, x0):
        step = np.linalg.lstsq(A, np.asarray(grad_quad(A, x, x0)), rcond=None)[0]
        return (x - step).astype(np.float32)


@quadratic.alternative("sympy_matrices")
def answer():
    from sympy import Matrix

    def grad_quad(A, x, x0):
        return Matrix(A) * (Matrix(x) - Matrix(x0))

    def newton_from(A, x, x0):
        return Matrix(x) - Matrix(A).inv() * Matrix(grad_quad(A, x, x0))


@quadratic.oracle("torch_autograd")
def answer():
    import torch

    def _f(x, A, x0):
        return (x - x0) @ A @ (x - x0) / 2

    def grad_quad(A, x, x0):
        return torch.func.grad(_f)(*map(torch.tensor, (x, A, x0)))

    def newton_from(A, x, x0):
        hessian = torch.func.hessian(_f)(*map(torch.tensor, (x, A, x0)))
        g = torch.as_tensor(grad_quad(A, x, x0))
        return (
            torch.tensor(x) - torch.cholesky_solve(g[:, None], torch.linalg.cholesky(hessian))[:, 0]
        )


@check("3.23", points=2, reveal=True)
def any_matrix(answer, rng):
    def gradient(look, A, x, x0):
        """What is seen of the gradient; one in another shape is shown as it is."""
        found = as_vector(answer.grad_quad_any(A, x, x0))
        return look(found) if found.shape == x.shape else found

    def length(g):
        return np.sqrt(np.sum(g**2))

    def case(n):
        A = rng.uniform(0.5, 2, (n, n)) + 2 * np.triu(np.ones((n, n)), 1)  # far from symmetric
        return A, *rng.uniform(0.4, 2, (2, n)) * [[1], [-1]]

    few, many = case(2), case(4)
    return {
        "direction, 2 numbers": attempt(gradient, direction, *few),
        "direction, 4 numbers": attempt(gradient, direction, *many),
        "length": [attempt(gradient, length, *few), attempt(gradient, length, *many)],
    }


ANY = "(A + A.T) @ (x - x0) / 2"
any_matrix.misconception(
    "symmetric_formula_for_any_A",
    "That is the formula for a symmetric matrix. In general the two linear terms differ: A in one, Aᵀ in the "
    "other.",
    edits={ANY: "A @ (x - x0)"},
)
any_matrix.misconception(
    "transposed_only",
    "That is one of the two linear terms only, the one with Aᵀ. The one with A is missing.",
    edits={ANY: "A.T @ (x - x0)"},
)
any_matrix.misconception(
    "half_forgotten",
    "The half in front of f is forgotten: it is the mean of A and Aᵀ that counts.",
    edits={ANY: "(A + A.T) @ (x - x0)"},
)
any_matrix.misconception(
    "shift_forgotten",
    "x₀ is forgotten: the gradient has to vanish there.",
    edits={ANY: "(A + A.T) @ x / 2"},
)
any_matrix.misconception(
    "antisymmetric_part",
    "Aᵀ is subtracted. What is left then is the very part of A that a quadratic form does not see.",
    edits={ANY: "(A - A.T) @ (x - x0) / 2"},
)
any_matrix.misconception(
    "value_not_gradient",
    "That is f itself, a number. The gradient has an entry for every entry of x.",
    edits={ANY: "(x - x0) @ A @ (x - x0) / 2"},
)


@any_matrix.alternative("sums_over_two_indices")
def grad_quad_any(A, x, x0):
    u, n = x - x0, len(x)
    return [sum((A[i, j] + A[j, i]) / 2 * u[j] for j in range(n)) for i in range(n)]


@any_matrix.alternative("two_products_in_float32")
def grad_quad_any(A, x, x0):
    u = (x - x0).astype(np.float32)
    return 0.5 * (A @ u + u @ A)


@any_matrix.oracle("torch_autograd")
def grad_quad_any(A, x, x0):
    import torch

    x = torch.tensor(x, requires_grad=True)
    u = x - torch.tensor(x0)
    (u @ torch.tensor(A) @ u / 2).backward()
    return x.grad
