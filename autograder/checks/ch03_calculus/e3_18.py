"""3.18: a thousand inputs and two outputs: which mode, how many passes, and the Jacobian row by row."""

from autograder.check import check
from autograder.checks.ch03_calculus.passes import PASSES, counted_as, counts, jacobians


@check("3.18a", points=1, weights={"mode": 2})
def count(answer, rng):
    return counts(answer, "ans18")


for name, sentence, *forms in (
    (
        "modes_swapped",
        "The two modes are exchanged. A forward pass starts at one input and gives a column of the Jacobian, "
        "a reverse pass starts at one output and gives a row.",
        counted_as("forward", 2, 1000),
        counted_as("reverse", 2, 1000),
        counted_as("forward"),
    ),
    (
        "ratio_inverted",
        "The ratio is upside down: the larger number of passes over the smaller one.",
        counted_as(ratio=0.002),
    ),
    (
        "ratio_1000",
        "There are two outputs, and each needs a reverse pass of its own.",
        counted_as(ratio=1000),
        counted_as(backward=1, ratio=1000),
    ),
    (
        "difference_for_ratio",
        "That is the difference of the two numbers. A ratio is a quotient.",
        counted_as(ratio=998),
    ),
    (
        "two_evaluations_per_input",
        "Two per input is what central differences need. A forward pass gives exact derivatives at once.",
        counted_as(forward=2000, ratio=1000),
    ),
    (
        "one_pass_per_entry",
        "A pass gives a whole column or a whole row of the Jacobian, not a single entry.",
        counted_as(forward=2000, backward=2000, ratio=1),
    ),
):  # fmt: skip
    for number, source in enumerate(forms):
        count.misconception(name, sentence, source=source, form=f"{number}" if number else "")

count.alternative("capitals_and_floats", source=counted_as("Reverse mode", 1e3, 2.0, "'1000/2'"))


@count.alternative("numpy_torch_and_fractions")
def answer():
    from fractions import Fraction

    import torch

    ans18 = {"mode": "reverse", "forward_passes": np.int64(1000), "reverse_passes": torch.tensor(2)}
    ans18["ratio"] = Fraction(1000, 2)


@count.oracle("counted_on_a_function")
def answer():
    import torch

    n, m = 1000, 2
    J = torch.autograd.functional.jacobian(lambda x: torch.stack([x.sum(), x @ x]), torch.ones(n))
    _cheaper = "reverse" if len(J) < len(J.T) else "forward"
    ans18 = dict(zip(("reverse_passes", "forward_passes"), J.shape))
    ans18 |= {"mode": _cheaper, "ratio": max(J.shape) / min(J.shape)}


@check("3.18b", points=1.5, reveal=True, weights={PASSES: 2})
def rows(answer, rng):
    return jacobians(answer, rng, "reverse")


RETURN = "return np.array([vjp(unit) for unit in np.eye(m)])"


@rows.misconception(
    "columns_as_rows",
    "The matrix is transposed. A reverse pass belongs to one output, and an output has a row.",
)
def jac_from_vjp(vjp, m):
    return np.stack([vjp(unit) for unit in np.eye(m)], axis=1)


@rows.misconception(
    "too_many_passes",
    "One pass for each entry: but a pass gives all entries of a row at once.",
)
def jac_from_vjp(vjp, m):
    n = len(vjp(np.zeros(m)))
    return np.array([[vjp(unit)[j] for j in range(n)] for unit in np.eye(m)])


@rows.misconception(
    "too_many_passes",
    "One pass goes to find out how many inputs there are. The first row tells that, too.",
    form="one to measure",
)
def jac_from_vjp(vjp, m):
    J = np.zeros((m, len(vjp(np.ones(m)))))
    for i, unit in enumerate(np.eye(m)):
        J[i] = vjp(unit)
    return J


@rows.misconception(
    "too_many_passes",
    "Every pass runs twice, as for a central difference. A pass is exact and linear: once is enough.",
    form="differences",
)
def jac_from_vjp(vjp, m):
    return np.array([(vjp(unit) - vjp(-unit)) / 2 for unit in np.eye(m)])


rows.misconception(
    "single_pass_with_ones",
    "A pass with ones everywhere gives the sum of all rows. Each output has to be asked alone.",
    edits={RETURN: "return vjp(np.ones(m))"},
)
rows.misconception(
    "single_pass_with_ones",
    "A pass with ones everywhere gives the sum of all rows, and here every row is that sum.",
    edits={RETURN: "return np.tile(vjp(np.ones(m)), (m, 1))"},
    form="repeated",
)


@rows.misconception(
    "unit_not_reset",
    "The vector keeps its earlier ones, so each row holds the sum of those before it.",
)
def jac_from_vjp(vjp, m):
    u, J = np.zeros(m), []
    for i in range(m):
        u[i] = 1
        J.append(vjp(u))
    return np.array(J)


rows.misconception(
    "rows_in_reverse_order",
    "The rows stand upside down: the first output has the first row.",
    edits={"in np.eye(m)": "in np.eye(m)[::-1]"},
)
rows.misconception(
    "summed_up",
    "The rows are added up, as .backward() adds gradients. They belong below each other.",
    edits={RETURN: "return sum(vjp(unit) for unit in np.eye(m))"},
)


@rows.alternative("lists")
def jac_from_vjp(vjp, m):
    J = []
    for i in range(m):
        u = [0.0] * m
        u[i] = 1.0
        J.append(list(vjp(u)))
    return J


@rows.alternative("any_independent_vectors")
def jac_from_vjp(vjp, m):
    U = np.tril(np.ones((m, m))) + np.eye(m)
    return np.linalg.solve(U, np.stack([vjp(u) for u in U]))


@rows.alternative("torch_tensors")
def jac_from_vjp(vjp, m):
    import torch

    return torch.stack([torch.as_tensor(vjp(unit)).float() for unit in torch.eye(m)])


@rows.oracle("by_the_columns_of_a_linear_map")
def jac_from_vjp(vjp, m):
    _found = {}
    for i in reversed(range(m)):
        _found[i] = vjp(2.0 * (np.arange(m) == i)) / 2
    return np.vstack([_found[i] for i in range(m)])
