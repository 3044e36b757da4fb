"""3.33a: the tensor engine. Right answers in other styles are in `other_tensors`."""

from functools import partial

import numpy as np

from autograder.check import attempt, check, named, tried
from autograder.checks.ch03_calculus.own_tensor import OFF_LIMITS, gradients, signed_numbers

BEGINS = "where backward begins"
CHAIN = "a chain in which everything is used three times"

# A third is for undoing the broadcasting, a third for tensors that are used several times and for the order
# of the backward pass; the rest is for the operations, each apart.
WEIGHTS = {
    "a leaf and its sum": 1,
    BEGINS: 5,
    "A + B, A - B": 1,
    "A * B": 2,
    "A / B": 2,
    "numbers and arrays on the right": 3,
    "powers": 3,
    "exp": 1.5,
    "log": 1.5,
    "relu": 4,
    "A @ B": 3,
    "A @ B, all square": 2,
    "sum along an axis": 2,
    "sum along an axis, square": 1,
    "sum along an axis that stays": 1,
    "A and a row": 8,
    "A and a column": 7,
    "(3, 1) and (1, 4)": 7,
    "(2, 3, 4) and (3, 1)": 7,
    "A and a single number in a tensor": 6,
    "one tensor in a product and a sum": 10,
    "one tensor in two sums": 9,
    "a short and a long path": 8,
    CHAIN: 8,
}


def chain(x, c):
    """Every tensor is used three times on the way to the next one, by paths of different lengths."""
    for _ in range(6):
        x = x * x + c + x
    return x.sum()


def detour(a, b):
    """The square is used directly, and again at the end of a longer path."""
    p = a * a
    return ((p * p + a + b) + p).sum()


SIX_TIMES = named("six times x = x * x + c + x, then x.sum()", chain)
DETOUR = named("p = a * a, then ((p * p + a + b) + p).sum()", detour)


def expressions(array):
    """Rows: the sub-check, the expression, the arrays whose gradients are wanted, all its arrays.

    A product with C, a power or an exponential gives each element another upstream gradient. They take
    turns, so that a slip in one of them does not cost all the others.
    """

    def positive(*shape):
        return np.abs(array(*shape))

    A, B, C = array(3, 4), array(3, 4), array(3, 4)
    square = dict(A=array(3, 3), B=array(3, 3))
    deep = dict(A=array(2, 3, 4), B=array(3, 1))
    pair = dict(a=array(3), b=array(3))
    other = f"((A * np.array({B.tolist()})) * C).sum()"
    return [
        ("A + B, A - B", "((A + B) * C).sum()", "AB", dict(A=A, B=B, C=C)),
        ("A + B, A - B", "((A - B) * C).sum()", "AB", dict(A=A, B=B, C=C)),
        ("A * B", "((A * B) * C).sum()", "AB", dict(A=A, B=B, C=C)),
        ("A / B", "((A / B) * C).sum()", "AB", dict(A=A, B=B, C=C)),
        ("numbers and arrays on the right", "((A * 2.5 + -1.5) * C).sum()", "A", dict(A=A, C=C)),
        ("numbers and arrays on the right", other, "A", dict(A=A, C=C)),
        ("powers", "(A ** 3 * C).sum()", "A", dict(A=A, C=C)),
        ("powers", "(P ** -1.5 * C).sum()", "P", dict(P=positive(3, 4), C=C)),
        ("exp", "(A.exp() * C).sum()", "A", dict(A=A, C=C)),
        ("log", "(P.log() * C).sum()", "P", dict(P=positive(3, 4), C=C)),
        ("relu", "A.relu().exp().sum()", "A", dict(A=A)),
        ("A @ B", "((A @ B) ** 2).sum()", "AB", dict(A=A, B=array(4, 5))),
        ("A @ B, all square", "((A @ B) ** 2).sum()", "AB", square),
        ("sum along an axis", "(A.sum(axis=0) ** 2).sum()", "A", dict(A=A)),
        ("sum along an axis", "(A.sum(axis=1) ** 2).sum()", "A", dict(A=deep["A"])),
        ("sum along an axis, square", "A.sum(axis=1).exp().sum()", "A", dict(A=square["A"])),
        (
            "sum along an axis that stays",
            "(A.sum(axis=1, keepdims=True) ** 2).sum()",
            "A",
            dict(A=A),
        ),
        ("A and a row", "((A + B) ** 2).sum()", "AB", dict(A=A, B=array(4))),
        ("A and a column", "(A + B).exp().sum()", "AB", dict(A=A, B=array(3, 1))),
        ("(3, 1) and (1, 4)", "(A * B * C).sum()", "AB", dict(A=array(3, 1), B=array(1, 4), C=C)),
        ("(2, 3, 4) and (3, 1)", "((A - B) ** 2).sum()", "AB", deep),
        ("A and a single number in a tensor", "(A + B).exp().sum()", "AB", dict(A=A, B=array())),
        ("one tensor in a product and a sum", "(A * A + A).sum()", "A", dict(A=A)),
        (
            "one tensor in two sums",
            "((a + b) * 2 + (a + c) * 3).sum()",
            "abc",
            pair | dict(c=array(3)),
        ),
        ("a short and a long path", DETOUR, "ab", pair),
        (CHAIN, SIX_TIMES, "xc", dict(x=-0.3 * positive(3), c=-0.02 * positive(3))),
    ]


@check("3.33a", points=10, forbid=OFF_LIMITS, reveal=True, weights=WEIGHTS, atol=2e-5)
def tensor(answer, rng):
    Tensor, array = answer.Tensor, signed_numbers(rng)
    A = array(3, 4)

    def leaf_and_sum():
        tried("A.sum()", A=A)
        leaf = Tensor(A.copy())
        before = [np.array(leaf.data), np.array(leaf.grad)]
        z = leaf.sum()
        return {"data and gradient": before, "sum": np.asarray(z.data).item()}

    def beginning(x, y):
        tried("(a * b).sum()", a=x, b=y)
        a, b = Tensor(x), Tensor(y)
        middle = a * b
        z = middle.sum()
        z.backward()
        return {"gradient of z": np.array(z.grad), "gradient for a": np.array(a.grad)}

    seen = {
        "a leaf and its sum": attempt(leaf_and_sum),
        BEGINS: attempt(beginning, array(3), array(3)),
    }
    run = partial(gradients, Tensor)
    rows = {}
    for key, expression, wanted, arrays in expressions(array):
        found = attempt(run, wanted, expression, seconds=0.5, **arrays)
        rows.setdefault(key, []).append(found)
    return seen | {key: found if len(found) > 1 else found[0] for key, found in rows.items()}


tensor.misconception(
    "no_unbroadcast",
    "The gradient has the shape of the result where the operand was smaller. Sum it over the axes along "
    "which the operand was repeated.",
    edits={
        "unbroadcast(pullback(t.grad), parent.data.shape)": "pullback(t.grad)",
    },
)
tensor.misconception(
    "assigns_instead_of_accumulating",
    "A gradient is overwritten where it should grow: a tensor that is used several times gets a share "
    "from every use, and the shares add up.",
    edits={"parent.grad = parent.grad + share": "parent.grad = share"},
)
tensor.misconception(
    "unbroadcast_ignores_size_one_axes",
    "A row is handled, a column is not: an axis of length 1 is stretched by broadcasting as well. Sum "
    "over it, and keep it as an axis of length 1.",
    edits={"return G.sum(axis=repeated, keepdims=True)": "return G"},
)
tensor.misconception(
    "unbroadcast_averages",
    "The gradients of the repeated uses are averaged. Every use counts in full: they add up.",
    edits={
        "    G = G.sum(axis=tuple(": "    if G.ndim > len(shape):\n        G = G.mean(axis=tuple(",
        "    return G.sum(axis=repeated": "    return G.mean(axis=repeated",
    },
)


@tensor.misconception(
    "in_place_add_aliases_shared_grad",
    "A sum hands one array on to both operands, and when the first collects another share in place, the "
    "gradient of the second changes with it. Add with t.grad = t.grad + share, which makes a new array.",
)
def answer():
    def backward(self):
        order, visited = [], set()

        def visit(t):
            if t not in visited:
                visited.add(t)
                for parent in t._parents:
                    visit(parent)
                order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        received = set()
        for t in reversed(order):
            for parent, pullback in zip(t._parents, t._pullbacks):
                share = pullback(t.grad)
                if share.shape != parent.data.shape:
                    share = unbroadcast(share, parent.data.shape)
                if parent in received:
                    parent.grad += share
                else:
                    parent.grad = share
                    received.add(parent)

    Tensor.backward = backward


tensor.misconception(
    "matmul_adjoints_swapped",
    "The two gradients of the matrix product are exchanged: the left factor gets the upstream gradient "
    "times the transpose of the right one, the right factor the transpose of the left one times the "
    "upstream gradient.",
    edits={"lambda G: G @ b, lambda G: a @ G": "lambda G: a @ G, lambda G: G @ b"},
)
tensor.misconception(
    "matmul_transposes_missing",
    "The gradients of the matrix product need the transposes of the factors.",
    edits={
        "np.swapaxes(self.data, -1, -2), np.swapaxes(other.data, -1, -2)": "self.data, other.data"
    },
)
tensor.misconception(
    "sum_axis_gradient_not_expanded",
    "The axis that was summed over is gone from the upstream gradient. Put it back with length 1 before "
    "it is repeated; otherwise the numbers of a row go to a column, or do not fit at all.",
    edits={"G = np.expand_dims(G, axis)": "pass"},
)
tensor.misconception(
    "keepdims_ignored",
    "With keepdims=True the axis is still there in the upstream gradient, and a second one must not be "
    "put in.",
    edits={"axis is not None and not keepdims": "axis is not None"},
)
tensor.misconception(
    "sum_upstream_forgotten",
    "The sum hands on ones, whatever becomes of it afterwards. Multiply them by the gradient that arrives.",
    edits={"return G * np.ones_like(self.data)": "return np.ones_like(self.data)"},
)
tensor.misconception(
    "relu_leaks_gradient",
    "relu hands the gradient on even where its input is negative. There the output is constant, so the "
    "derivative is 0.",
    edits={"G * (self.data > 0)": "G"},
)
tensor.misconception(
    "relu_slope_is_its_output",
    "The derivative of relu is 1 where its input is positive, not the input itself.",
    edits={"G * (self.data > 0)": "G * np.maximum(self.data, 0)"},
)
tensor.misconception(
    "mul_gradients_swapped",
    "The two gradients of the product are exchanged: the derivative for one factor is the other factor.",
    edits={
        "lambda G: G * other.data, lambda G: G * self.data": "lambda G: G * self.data, lambda G: G * "
        "other.data"
    },
)
tensor.misconception(
    "mul_upstream_forgotten",
    "The product hands on the other factor alone; the chain rule multiplies it by the gradient that "
    "arrives.",
    edits={
        "lambda G: G * other.data, lambda G: G * self.data": (
            "lambda G: 0 * G + other.data, lambda G: 0 * G + self.data"
        )
    },
)
tensor.misconception(
    "exponent_not_lowered",
    "The derivative of aᵏ is k · aᵏ⁻¹: the exponent goes down by one.",
    edits={"self.data ** (k - 1)": "self.data**k"},
)
tensor.misconception(
    "pow_precedence",
    "k * a ** k - 1 means (k * a ** k) - 1: in Python the power binds first. Write the brackets you mean.",
    edits={"G * k * self.data ** (k - 1)": "G * (k * self.data**k - 1)"},
)
tensor.misconception(
    "exp_slope_is_its_input",
    "The derivative of exp is exp itself: multiply the upstream gradient by the output.",
    edits={"G * e,": "G * self.data,"},
)
tensor.misconception(
    "log_multiplies",
    "The derivative of the logarithm is 1/a: divide the upstream gradient by the input.",
    edits={"G / self.data": "G * self.data"},
)
tensor.misconception(
    "forgets_seed_gradient",
    "The backward pass has nothing to hand on: it begins with the gradient of z with respect to z itself, "
    "which is 1.",
    edits={"self.grad = np.ones_like(self.data)": "pass"},
)


@tensor.misconception(
    "no_topological_order",
    "A tensor hands its gradient on each time it receives a share, and so hands the earlier shares on "
    "again. It should wait until all tensors made from it are done: that takes a topological order.",
)
def answer():
    def backward(self):
        self.grad = np.ones_like(self.data)

        def hand_on(t):
            for parent, pullback in zip(t._parents, t._pullbacks):
                share = unbroadcast(pullback(t.grad), parent.data.shape)
                parent.grad = parent.grad + share
            for parent in t._parents:
                hand_on(parent)

        hand_on(self)

    Tensor.backward = backward


@tensor.misconception(
    "breadth_first_visited_once",
    "Level by level from the end is not a topological order: a tensor that is reached by a short path "
    "and by a longer one hands its gradient on before the longer path has delivered.",
)
def answer():
    def backward(self):
        order = [self]
        for t in order:
            order.extend(parent for parent in dict.fromkeys(t._parents) if parent not in order)
        self.grad = np.ones_like(self.data)
        for t in order:
            for parent, pullback in zip(t._parents, t._pullbacks):
                share = unbroadcast(pullback(t.grad), parent.data.shape)
                parent.grad = parent.grad + share

    Tensor.backward = backward
