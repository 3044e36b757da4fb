"""3.19: two inputs and a thousand outputs: which mode, how many passes, and the Jacobian column by column."""

from autograder.check import check
from autograder.checks.ch03_calculus.passes import PASSES, counted_as, counts, jacobians


@check("3.19a", points=1, weights={"mode": 2})
def count(answer, rng):
    return counts(answer, "ans19")


def typed(mode="forward", forward=2, backward=1000, ratio=500):
    """The source of an answer that is right but for what is named."""
    return counted_as(mode, forward, backward, ratio, name="ans19")


for name, sentence, *forms in (
    (
        "reverse_always",
        "Reverse mode is the cheaper one for a loss, a single output. Here it needs a pass for each of a "
        "thousand outputs.",
        typed("reverse"),
    ),
    (
        "modes_swapped",
        "The two modes are exchanged. A forward pass starts at one input and gives a column of the Jacobian, "
        "a reverse pass starts at one output and gives a row.",
        typed("reverse", 1000, 2),
        typed("forward", 1000, 2),
    ),
    (
        "ratio_inverted",
        "The ratio is upside down: the larger number of passes over the smaller one.",
        typed(ratio=0.002),
    ),
    (
        "ratio_1000",
        "There are two inputs, and each needs a forward pass of its own.",
        typed(ratio=1000),
        typed(forward=1, ratio=1000),
    ),
    (
        "difference_for_ratio",
        "That is the difference of the two numbers. A ratio is a quotient.",
        typed(ratio=998),
    ),
    (
        "two_evaluations_per_input",
        "Two per input is what central differences need. A forward pass gives exact derivatives at once.",
        typed(forward=4, ratio=250),
    ),
    (
        "one_pass_per_entry",
        "A pass gives a whole column or a whole row of the Jacobian, not a single entry.",
        typed(forward=2000, backward=2000, ratio=1),
    ),
):  # fmt: skip
    for number, source in enumerate(forms):
        count.misconception(name, sentence, source=source, form=f"{number}" if number else "")

count.alternative("capitals_and_floats", source=typed("FORWARD", 2.0, 1e3, "'1000/2'"))


@count.alternative("numpy_torch_and_fractions")
def answer():
    from fractions import Fraction

    import torch

    ans19 = {"mode": "forward mode", "forward_passes": np.array(2), "reverse_passes": 1000.0}
    ans19["ratio"] = Fraction(1000) / int(torch.tensor(2))


@count.oracle("counted_on_a_function")
def answer():
    import torch

    curve = torch.linspace(0, 1, 1000)
    J = torch.autograd.functional.jacobian(lambda p: p[0] * torch.sin(p[1] * curve), torch.ones(2))
    _cheaper = "reverse" if len(J) < len(J.T) else "forward"
    ans19 = dict(zip(("reverse_passes", "forward_passes"), J.shape))
    ans19 |= {"mode": _cheaper, "ratio": max(J.shape) / min(J.shape)}


@check("3.19b", points=1.5, reveal=True, weights={PASSES: 2})
def columns(answer, rng):
    return jacobians(answer, rng, "forward")


RETURN = "return np.stack([jvp(unit) for unit in np.eye(n)], axis=1)"


@columns.misconception(
    "columns_as_rows",
    "The matrix is transposed. A forward pass belongs to one input, and an input has a column; np.array puts "
    "the passes below each other.",
)
def jac_from_jvp(jvp, n):
    return np.array([jvp(unit) for unit in np.eye(n)])


@columns.misconception(
    "columns_as_rows",
    "The numbers are only read in another order: reshape does not turn rows into columns, .T does.",
    form="reshaped",
)
def jac_from_jvp(jvp, n):
    return np.array([jvp(unit) for unit in np.eye(n)]).reshape(-1, n)


@columns.misconception(
    "too_many_passes",
    "One pass for each entry: but a pass gives all entries of a column at once.",
)
def jac_from_jvp(jvp, n):
    m = len(jvp(np.zeros(n)))
    return np.array([[jvp(unit)[i] for unit in np.eye(n)] for i in range(m)])


@columns.misconception(
    "too_many_passes",
    "One pass goes to find out how many outputs there are. The first column tells that, too.",
    form="one to measure",
)
def jac_from_jvp(jvp, n):
    J = np.zeros((len(jvp(np.ones(n))), n))
    for j, unit in enumerate(np.eye(n)):
        J[:, j] = jvp(unit)
    return J


@columns.misconception(
    "too_many_passes",
    "Every pass runs twice, as for a central difference. A pass is exact and linear: once is enough.",
    form="differences",
)
def jac_from_jvp(jvp, n):
    return np.array([(jvp(unit) - jvp(-unit)) / 2 for unit in np.eye(n)]).T


columns.misconception(
    "single_pass_with_ones",
    "A pass with ones everywhere gives the sum of all columns. Each input has to move alone.",
    edits={RETURN: "return jvp(np.ones(n))"},
)
columns.misconception(
    "single_pass_with_ones",
    "A pass with ones everywhere gives the sum of all columns, and here every column is that sum.",
    edits={RETURN: "return np.stack([jvp(np.ones(n))] * n, axis=1)"},
    form="repeated",
)


@columns.misconception(
    "unit_not_reset",
    "The vector keeps its earlier ones, so each column holds the sum of those before it.",
)
def jac_from_jvp(jvp, n):
    v, J = np.zeros(n), []
    for j in range(n):
        v[j] = 1
        J.append(jvp(v))
    return np.array(J).T


columns.misconception(
    "columns_in_reverse_order",
    "The columns stand from right to left: the first input has the first column.",
    edits={"in np.eye(n)": "in np.eye(n)[::-1]"},
)
columns.misconception(
    "summed_up",
    "The columns are added up. They belong side by side.",
    edits={RETURN: "return sum(jvp(unit) for unit in np.eye(n))"},
)


@columns.alternative("lists")
def jac_from_jvp(jvp, n):
    found = [jvp([1.0 if j == k else 0.0 for j in range(n)]) for k in range(n)]
    return [list(row) for row in zip(*found)]


@columns.alternative("any_independent_vectors")
def jac_from_jvp(jvp, n):
    V = np.triu(np.ones((n, n))) + np.eye(n)
    return np.column_stack([jvp(v) for v in V.T]) @ np.linalg.inv(V)


@columns.alternative("sympy_matrix")
def jac_from_jvp(jvp, n):
    import sympy

    return sympy.Matrix([jvp(unit).tolist() for unit in np.eye(n)]).T


@columns.alternative("torch_tensors")
def jac_from_jvp(jvp, n):
    import torch

    return torch.stack([torch.as_tensor(jvp(unit)).float() for unit in torch.eye(n)]).T


@columns.oracle("entry_by_entry")
def jac_from_jvp(jvp, n):
    _found = [jvp(2.0 * (np.arange(n) == j)) / 2 for j in reversed(range(n))][::-1]
    return np.array([[column[i] for column in _found] for i in range(len(_found[0]))])
