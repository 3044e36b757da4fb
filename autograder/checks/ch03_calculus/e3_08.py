"""3.8: the gradient of a quadratic form behind a linear map."""

from autograder.check import attempt, check, numbers, written

RIGHT = {"J_f": (2, 3), "J_g": (1, 2), "J_gof": (1, 3), "gradient": (3,)}


@check("3.8a", points=1)
def shapes(answer, rng):
    def shape(name):
        value = answer.shapes[name]
        return str(tuple(map(int, [value] if isinstance(value, int) else value)))  # (3) is 3

    return {name: attempt(shape, name) for name in ("J_f", "J_g", "J_gof", "gradient")}


for name, sentence, *forms in (
    (
        "row_for_every_input",
        "Here a row belongs to an output and a column to an input: a map from ℝⁿ to ℝᵐ has an (m, n) matrix.",
        {"J_f": (3, 2), "J_g": (2, 1), "J_gof": (3, 1)},
        {"J_f": (3, 2)},
    ),
    (
        "gradient_is_a_row",
        "The row is the Jacobian. The gradient holds the same numbers as a vector, with one axis.",
        {"gradient": (1, 3)},
    ),
    (
        "gradient_is_a_column",
        "A vector has one axis here: it is neither a column nor a row.",
        {"gradient": (3, 1)},
    ),
    (
        "jacobian_with_one_axis",
        "The Jacobian of a function with one output has two axes, too: one row, and a column "
        "for every input.",
        {"J_g": (2,), "J_gof": (3,)},
    ),
    (
        "gradient_in_u",
        "g∘f is a function of x, so it has a derivative for each of the 3 inputs, not for "
        "the 2 entries of u.",
        {"J_gof": (1, 2), "gradient": (2,)},
    ),
    (
        "rows_for_the_entries_of_u",
        "g has a single output, a number. So its Jacobian has a single row, and that of g∘f as well.",
        {"J_g": (2, 2), "J_gof": (2, 3)},
    ),
):  # fmt: skip
    for number, wrong in enumerate(forms):
        shapes.misconception(
            name, sentence, source=f"shapes = {RIGHT | wrong!r}", form=f"{number}" if number else ""
        )

shapes.alternative("lists", source=f"shapes = { ({k: list(v) for k, v in RIGHT.items()})!r}")


@shapes.alternative("of_arrays")
def answer():
    _A, _B, _u = np.eye(2), np.zeros((2, 3)), np.zeros((1, 2))
    _row = 2 * _u @ _A @ _B
    shapes = {"J_f": _B.shape, "J_g": (_u @ _A).shape, "J_gof": _row.shape}
    shapes["gradient"] = _row.ravel().shape


@shapes.oracle("torch_jacobians")
def answer():
    import torch

    def _jacobian(function, at):
        return tuple(torch.autograd.functional.jacobian(function, at).shape)

    _A, _B = torch.eye(2), torch.ones(2, 3)
    shapes = {
        "J_f": _jacobian(lambda x: _B @ x, torch.ones(3)),
        "J_g": _jacobian(lambda u: (u @ _A @ u)[None], torch.ones(2)),
        "J_gof": _jacobian(lambda x: ((_B @ x) @ _A @ (_B @ x))[None], torch.ones(3)),
        "gradient": _jacobian(lambda x: (_B @ x) @ _A @ (_B @ x), torch.ones(3)),
    }


@check("3.8", points=4, reveal=True)
def gradient(answer, rng):
    def case(m, n):
        """A symmetric A, a B and an x, with numbers that are not close to 0."""

        def matrix(*shape):
            return rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape)

        half = matrix(m, m)
        return half + half.T, matrix(m, n), matrix(n)

    return {
        "m = 2, n = 3": attempt(answer.grad_gof, *case(2, 3)),
        "m = 4, n = 2": attempt(answer.grad_gof, *case(4, 2)),
        "m = n = 3": attempt(answer.grad_gof, *case(3, 3)),
        "m = 1, n = 5": attempt(answer.grad_gof, *case(1, 5)),
    }


PRODUCT = "B.T @ (2 * A @ u)"
for name, sentence, wrong in (
    (
        "forgot_two",
        "The factor 2 is missing: in uᵀAu every entry of u appears twice, in the row and in the column.",
        "B.T @ (A @ u)",
    ),
    (
        "forgot_BT",
        "That is the gradient of g at u. The chain rule carries it back through f, which multiplies by Bᵀ.",
        "2 * A @ u",
    ),
    (
        "B_BT_swapped",
        "B and Bᵀ are exchanged: f multiplies by B, so the gradient comes back through Bᵀ.",
        "B @ (2 * A @ (B.T @ x))",
    ),
    (
        "gradient_at_x_not_Bx",
        "The gradient of g is taken at x. It belongs at the place where g is applied, at u = Bx.",
        "B.T @ (2 * A @ x)",
    ),
    (
        "value_not_gradient",
        "That is the value of g∘f, a number. Its gradient has an entry for each entry of x.",
        "u @ A @ u",
    ),
    (
        "A_left_out",
        "A is missing: that is the gradient of the squared length of Bx.",
        "2 * B.T @ u",
    ),
    (
        "B_left_out",
        "B is missing everywhere: that is the gradient of xᵀAx.",
        "2 * A @ x",
    ),
    (
        "hessian_not_gradient",
        "That matrix is the second derivative. The gradient is this matrix times x.",
        "2 * B.T @ A @ B",
    ),
    (
        "inverse_in_place_of_A",
        "A is inverted. Nothing is solved here: the gradient of uᵀAu multiplies by A.",
        "B.T @ (2 * np.linalg.inv(A) @ u)",
    ),
    (
        "keeps_a_column",
        "The result has two axes. Here a gradient is a vector with one axis.",
        "(B.T @ (2 * A @ u))[:, None]",
    ),
):  # fmt: skip
    gradient.misconception(name, sentence, edits={PRODUCT: wrong})


@gradient.alternative("A_plus_its_transpose_in_float32")
def grad_gof(A, B, x):
    return (B.T @ (A + A.T) @ B @ x).astype(np.float32)


@gradient.alternative("loops")
def grad_gof(A, B, x):
    m, n = B.shape
    u = [sum(B[i, j] * x[j] for j in range(n)) for i in range(m)]
    return [2 * sum(B[i, k] * A[i, j] * u[j] for i in range(m) for j in range(m)) for k in range(n)]


gradient.alternative("row_times_matrices", edits={PRODUCT: "2 * (u @ A) @ B"})


@gradient.oracle("differences_of_the_function")
def grad_gof(A, B, x):
    def value(x):
        return (B @ x) @ A @ (B @ x)

    h = 1e-6
    return [(value(x + step) - value(x - step)) / (2 * h) for step in h * np.eye(len(x))]


@gradient.oracle("torch_autograd")
def grad_gof(A, B, x):
    import torch

    z = torch.tensor(x, requires_grad=True)
    u = torch.tensor(B) @ z
    (u @ torch.tensor(A) @ u).backward()
    return z.grad


any_A = numbers(
    "3.8c",
    points=1,
    right={"d_1": 16, "d_2": 40},
    ideas={
        "formula_for_a_symmetric_A": (
            "That is the formula for a symmetric A. This one is not: A and Aᵀ give different vectors.",
            {"d_1": 32, "d_2": 32},
        ),
        "transpose_alone": (
            "Aᵀ is counted twice and A not at all. Each of the two u's in uᵀAu gives a term of its own.",
            {"d_1": 0, "d_2": 48},
        ),
        "one_term_only": (
            "Only one of the two terms of the product rule is there: u stands on both sides of A.",
            {"d_1": 16, "d_2": 16},
            {"d_1": 0, "d_2": 24},
        ),
        "gradient_in_u": (
            "That is the gradient by u. To get to x, multiply by Bᵀ.",
            {"d_2": 12},
        ),
        "entries_not_mixed": (
            "A part of d_2 is missing: x₂ reaches both entries of u, so it gets a share from both.",
            {"d_2": 24},
        ),
        "B_not_transposed": (
            "On the way back the gradient is multiplied by Bᵀ, here it was multiplied by B.",
            {"d_1": 28, "d_2": 24},
        ),
        "gradient_at_x_not_Bx": (
            "The gradient of g was taken at x = (1, 2). It belongs at u = Bx.",
            {"d_1": 8, "d_2": 16},
            {"d_1": 8, "d_2": 4},
        ),
    },
)  # fmt: skip


@any_A.oracle("sympy_derivatives")
def answer():
    _x = sp.symbols("p q")
    _u = sp.Matrix([[1, 1], [0, 2]]) * sp.Matrix(_x)
    _value = (_u.T * sp.Matrix([[0, 4], [0, 0]]) * _u)[0]
    d_1, d_2 = (sp.diff(_value, one).subs(dict(zip(_x, (1, 2)))) for one in _x)


written(
    "3.8-written",
    rubric=[
        (0.5, "The Jacobian of f is B, with a reason (f is linear, or by entries)."),
        (0.5, "The gradient of g is (A + Aᵀ)u, and the symmetry of A makes it 2Au."),
        (0.5, "The chain rule as a product of Jacobians, with that of g taken at Bx."),
        (0.5, "The gradient is the transposed row: 2BᵀABx."),
    ],
)
