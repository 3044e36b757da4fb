"""2.3: counting and following a small graph, z = (a + b)(a − b) at a = 3, b = 2."""

import numpy as np

from autograder.check import Fault, numbers
from utils.answers import Unreadable, asked_number

counts = numbers(
    "2.3a",
    points=1,
    right={"n_nodes": 5, "n_edges": 6},
    ideas={
        "inputs_not_counted": (
            "The inputs a and b are values too, and every value is a node.",
            {"n_nodes": 3},
        ),
        "some_values_not_counted": (
            "Every value is a node: the inputs, what is computed on the way, and the result.",
            {"n_nodes": (2, 4)},
        ),
        "edges_of_the_inputs_not_counted": (
            "The arrows that leave the inputs are edges as well: one for every use of an input.",
            {"n_edges": 2},
        ),
        "value_class_graph": (
            "An engine that writes a − b as a + (−1) · b has two values and two edges more. Here a "
            "difference is one operation with two operands.",
            {"n_nodes": 7, "n_edges": 8},
        ),
        "ops_as_extra_nodes": (
            "Drawings that show the operations as nodes of their own have three nodes and three edges "
            "more. Here a node is a value, and its operation is written inside it.",
            {"n_nodes": 8, "n_edges": 9},
        ),
        "tree_edges": (
            "Every use of a value is an edge, and the inputs are used more than once. (One edge less "
            "than nodes holds for trees only.)",
            {"n_edges": 4},
        ),
        "inputs_drawn_twice": (
            "A value that is used twice is still one node, with two edges leaving it.",
            {"n_nodes": 7},
        ),
        "one_edge_per_operation": (
            "An edge leads from an operand to a result, and every operation here has two operands.",
            {"n_edges": 3},
        ),
    },
)


@counts.alternative("from_lists")
def answer():
    nodes = ["a", "b", "s", "d", "z"]
    uses = {"s": "ab", "d": "ab", "z": "sd"}
    n_nodes, n_edges = len(nodes), sum(len(operands) for operands in uses.values())


@counts.oracle("built_and_counted")
def answer():
    from utils import Value, count_graph

    a, b = Value(3), Value(2)
    n_nodes, n_edges = count_graph((a + b) * (a - b))


node_values = numbers(
    "2.3b",
    points=1,
    inside="values",
    right={"s": 5, "d": 1, "z": 5},
    ideas={
        "difference_reversed": (
            "d is a minus b, in this order; the other order changes its sign, and that of z.",
            {"d": -1, "z": -5},
        ),
        "z_from_other_operands": (
            "z is the product of s and d: not their sum, and not the product of the inputs.",
            {"z": 6},
        ),
    },
)


by_number = node_values.decide


@node_values.judge
def _(observation, rng):
    """s and d are those of the task, z is their product: of the right ones, or of the student's own."""
    said = by_number(observation, rng)
    try:
        s, d, z = (asked_number(observation[key]) for key in "sdz")
    except Unreadable:
        return said
    return said | {"z": True} if np.isclose(z, s * d) else said


@node_values.alternative("computed")
def answer():
    a, b = 3.0, 2.0
    values = {"s": a + b, "d": a - b}
    values["z"] = a**2 - b**2


@node_values.alternative("more_keys")
def answer():
    values = dict(a=3, b=2, s=np.float32(5), d=np.int64(1), z=np.array(5.0))


@node_values.oracle("torch")
def answer():
    import torch

    a, b = torch.tensor(3.0), torch.tensor(2.0)
    values = {"s": torch.add(a, b), "d": torch.sub(a, b)}
    values["z"] = torch.prod(torch.stack(list(values.values())))


def both_paths(key):
    """Is it a sum of both contributions, 1 and 5, whatever their signs? Half of the points: a slip in
    a sign, or in the order of the two answers, leaves them."""

    def rule(observation):
        try:
            added = abs(asked_number(observation[key]))
        except Unreadable:
            return Fault("it counts once this is a number")
        fits = np.isclose(added, (4, 6), rtol=1e-4).any()
        return bool(fits) or Fault("this is no sum of two contributions, whatever their signs")

    return rule


BOTH_PATHS = {name: f"{name}, signs aside" for name in ("dz_da", "dz_db")}
two_paths = numbers(
    "2.3c",
    points=2,
    right={"dz_da": 6, "dz_db": -4},
    rules={(key, name): both_paths(key) for name, key in BOTH_PATHS.items()},
    ideas={
        "one_path_only": (
            "A path is missing. Both inputs reach z twice, through s and through d, and the two "
            "contributions add up.",
            {"dz_da": (1, 5), "dz_db": (1, 5, -5)},
        ),
        "sign_of_second_path": (
            "The path through d has a sign of its own: d = a − b falls when b grows, and rises with "
            "a.",
            {"dz_db": 6},
            {"dz_da": -4},
        ),
        "swapped_gradients": (
            "The two gradients are exchanged: the first belongs to a.",
            {"dz_da": -4, "dz_db": 6},
        ),
        "upstream_left_out": (
            "The local derivatives of s and d are added as they are. Each has to be multiplied by the "
            "gradient that arrives at s, or at d, from z.",
            {"dz_da": 2, "dz_db": 0},
        ),
        "factors_exchanged": (
            "Look at dz_db once more: in z = s · d the gradient at s is the other factor, d, and the "
            "one at d is s; and d falls when b grows.",
            {"dz_db": 4},
        ),
    },
)


@two_paths.alternative("the_course_engine")
def answer():
    from utils import Value

    a, b = Value(3), Value(2)
    ((a + b) * (a - b)).backward()
    dz_da, dz_db = a.grad, b.grad


@two_paths.oracle("torch_autograd")
def answer():
    import torch

    inputs = torch.tensor([3.0, 2.0], dtype=torch.float64, requires_grad=True)
    (inputs.sum() * (inputs[0] - inputs[1])).backward()
    dz_da, dz_db = inputs.grad
