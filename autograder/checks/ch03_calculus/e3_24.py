"""3.24: the gradient of tr(Aᵀ B A) with respect to A."""

import numpy as np

from autograder.check import attempt, check, choices, written
from autograder.checks.ch03_calculus.gradient_values import as_array

SLOPE = "slope along a drawn direction"


@check("3.24", points=5, reveal=True, weights={SLOPE: 2})
def trace(answer, rng):
    def case(n, m):
        B = rng.uniform(0.4, 2, (n, n)) * rng.choice([-1, 1], (n, n))
        return rng.uniform(0.4, 2, (n, m)) * rng.choice([-1, 1], (n, m)), np.tril(B) + np.tril(
            B, -1
        ).T

    def in_its_shape(found, A, look):
        """What is seen of a gradient; one in another shape is shown as it is."""
        return look(found) if found.shape == A.shape else found

    def up_to_a_factor(A, B):
        found = as_array(answer.grad_tr(A, B))
        return in_its_shape(found, A, lambda G: G / (G.flat[np.abs(G).argmax()] or 1))

    def slopes(cases, directions):
        pairs = [(as_array(answer.grad_tr(A, B)), A, H) for (A, B), H in zip(cases, directions)]
        return [in_its_shape(found, A, lambda G, H=H: np.sum(G * H)) for found, A, H in pairs]

    cases = case(5, 2), case(2, 4), case(3, 3)
    directions = [rng.normal(size=A.shape) for A, _ in cases]
    seen = {
        f"up to a factor, A {len(A)} x {len(A[0])}": attempt(up_to_a_factor, A, B) for A, B in cases
    }
    return seen | {SLOPE: attempt(slopes, cases, directions)}


FOUND = "2 * B @ A"
trace.misconception(
    "two_lost",
    "The 2 is lost: A occurs twice in the product, and both terms that are linear in H are equal.",
    edits={FOUND: "B @ A"},
)
trace.misconception(
    "transposed",
    "The matrix is transposed: the linear part is tr(GᵀH), and the gradient is G, in the shape of A.",
    edits={FOUND: "(2 * B @ A).T"},
)
trace.misconception(
    "A_times_B",
    "The product stands the other way round. For a matrix A that is not square it does not even exist.",
    edits={FOUND: "2 * A @ B"},
)
trace.misconception(
    "value",
    "That is the trace, a number. Its gradient has an entry for every entry of A.",
    edits={FOUND: "np.trace(A.T @ B @ A)"},
)
trace.misconception(
    "B_squared",
    "B is there twice. It occurs once in every term, and one of the two As is what disappears.",
    edits={FOUND: "2 * B @ B @ A"},
)
trace.misconception(
    "power_rule_forgets_A",
    "That is the second derivative, as of bx². The gradient still contains A.",
    edits={FOUND: "2 * B + 0 * A if A.shape == B.shape else 2 * B"},
)
trace.misconception(
    "B_lost",
    "B is gone: 2A is the gradient of tr(AᵀA).",
    edits={FOUND: "2 * A"},
)
trace.misconception(
    "sign",
    "The sign is the other way round.",
    edits={FOUND: "-2 * B @ A"},
)
trace.misconception(
    "element_by_element",
    "* multiplies number by number. The matrix product is @.",
    edits={FOUND: "2 * B * A"},
)
trace.misconception(
    "diagonal_of_B",
    "Only the diagonal of B is used. The other entries couple the rows of A.",
    edits={FOUND: "2 * np.diag(B)[:, None] * A"},
)


@trace.alternative("column_by_column")
def grad_tr(A, B):
    columns = [(B + B.T) @ column for column in A.T]
    return np.stack(columns, axis=1)


@trace.alternative("loops_and_lists")
def grad_tr(A, B):
    n, m = A.shape
    return [[2 * sum(B[i, k] * A[k, j] for k in range(n)) for j in range(m)] for i in range(n)]


@trace.alternative("einsum_in_float32")
def grad_tr(A, B):
    return 2 * np.einsum("ki,kj->ij", B, A).astype(np.float32)


@trace.alternative("sympy_matrix")
def grad_tr(A, B):
    from sympy import Matrix

    return 2 * Matrix(B) * Matrix(A)


@trace.oracle("torch_autograd")
def grad_tr(A, B):
    import torch

    A = torch.tensor(A, requires_grad=True)
    torch.trace(A.T @ torch.tensor(B) @ A).backward()
    return A.grad


@trace.oracle("differences_of_the_trace")
def grad_tr(A, B):
    def f(A):
        return np.sum(A * (B @ A))

    found = np.zeros(A.shape)
    for place in np.ndindex(A.shape):
        nudge = np.zeros(A.shape)
        nudge[place] = 1e-5
        found[place] = (f(A + nudge) - f(A - nudge)) / 2e-5
    return found


mistakes = choices(
    "3.24-mistake",
    "false_lines",
    "abcdef",
    key="cf",
    points=1,
    bonus=True,
    groups={"lines A to C": "abc", "lines D to F": "def"},
    ideas={
        "a": (
            "expansion_doubted",
            "Line A is true: multiply (A + H)ᵀB(A + H) out and take the terms with an H.",
        ),
        "b": (
            "remainder_doubted",
            "Line B is true: a product with two factors H shrinks faster than H.",
        ),
        "c": (
            "neighbours_exchanged",
            "Among A to C one line is false. A trace lets a factor go from one end to the other, but "
            "neighbours do not change places.",
        ),
        "d": (
            "transpose_in_a_trace_doubted",
            "Line D is true: transposing leaves the diagonal alone, and it turns HᵀBA into AᵀBᵀH.",
        ),
        "e": (
            "consequence_counted_as_false",
            "Line E only adds what A and D say, and these are true. Judge each line for itself.",
        ),
        "f": (
            "linear_part_read_transposed",
            "Among D to F one line is false. Which shape has M in tr(MH), and which has the gradient?",
        ),
    },
)


@mistakes.oracle("every_line_with_numbers")
def answer():
    import torch

    def _judge():
        torch.manual_seed(1)
        A, H = torch.randn(2, 3, 3, dtype=torch.float64)
        B = torch.randn(3, 3, dtype=torch.float64)
        B = B + B.T
        f = lambda A: torch.trace(A.T @ B @ A)
        tr = lambda *factors: torch.trace(torch.linalg.multi_dot(factors))
        gradient = torch.func.grad(f)(A)
        linear = torch.sum(gradient * H)
        M = 2 * A.T @ B
        true = {
            "A": torch.isclose(f(A + H) - f(A), tr(H.T, B, A) + tr(A.T, B, H) + tr(H.T, B, H)),
            "B": abs(tr(1e-6 * H.T, B, 1e-6 * H)) < 1e-4 * torch.linalg.norm(1e-6 * H),
            "C": torch.isclose(tr(A.T, B, H), tr(B, A.T, H)),
            "D": torch.isclose(tr(H.T, B, A), tr(A.T, B, H)),
            "E": torch.isclose(linear, 2 * tr(A.T, B, H)),
            "F": torch.allclose(gradient, M) or not torch.isclose(linear, torch.trace(M @ H)),
        }
        return "".join(line for line, holds in true.items() if not holds)

    false_lines = _judge()


written(
    "3.24-written",
    rubric=[
        (0.5, "Expands f(A + H) and says which term is the remainder, and why."),
        (0.5, "Shows that both linear terms are equal, with the symmetry of B."),
        (0.5, "Reads the gradient off tr(GᵀH), transposed as it has to be."),
        (0.5, "Checks the shape."),
    ],
)
