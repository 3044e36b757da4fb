"""3.12: the graph of a product of three sums, its adjoints by hand, and both passes as a program."""

import math

import numpy as np

from autograder.check import Fault, attempt, check
from utils.answers import number

INPUTS = ("x1", "x2", "x3")
GRAPH = {
    "a": ("+", ["x1", "x2"]), "b": ("+", ["x2", "x3"]), "c": ("+", ["x1", "x3"]), "f": ("*", ["a", "b", "c"]),
}  # fmt: skip
COMPUTES, SHAPE = "what it computes", "its nodes"


def as_number(value):
    """The number; True and False count as 1 and 0."""
    return float(value) if isinstance(value, (bool, np.bool_)) else number(value)


@check("3.12a", points=1, weights={COMPUTES: 2})
def graph(answer, rng):
    def nodes():
        found = {}
        for name, (operation, inputs) in answer.graph.items():
            signs = {"×": "*", "·": "*", "add": "+", "mul": "*", "sum": "+", "prod": "*"}
            sign = str(operation).strip().casefold()
            found[str(name).strip()] = [
                signs.get(sign, sign),
                [str(one).strip() for one in inputs],
            ]
        return found

    seen = attempt(nodes)
    return {COMPUTES: seen, SHAPE: seen}


def computed(graph, xs):
    """The number of every node; `ValueError` for a circle or a node that is not there."""
    known, left = dict(zip(INPUTS, xs)), dict(graph)
    while left:
        ready = [name for name, (_, inputs) in left.items() if all(one in known for one in inputs)]
        if not ready:
            raise ValueError("no node can be computed")
        for name in ready:
            operation, inputs = left.pop(name)
            values = [known[one] for one in inputs]
            known[name] = sum(values) if operation == "+" else math.prod(values)
    return known


OTHERS = {  # {idea: functions that such a graph computes}
    "sums_and_products_exchanged": [lambda x, y, z: x * y + y * z + x * z],
    "f_is_a_sum": [lambda x, y, z: 2 * (x + y + z)],
    "graph_misses_an_edge": [
        lambda x, y, z: (x + y) * (y + z),
        lambda x, y, z: (y + z) * (x + z),
        lambda x, y, z: (x + y) * (x + z),
        *(
            lambda *xs, k=k, which=which: math.prod(
                sum(xs[i] for i in pair if (j, i) != (k, which))
                for j, pair in enumerate(((0, 1), (1, 2), (0, 2)))
            )
            for k, pair in enumerate(((0, 1), (1, 2), (0, 2)))
            for which in pair
        ),
    ],
    "one_sum_twice": [
        lambda x, y, z: (x + y) ** 2 * (y + z),
        lambda x, y, z: (x + y) * (y + z) ** 2,
        lambda x, y, z: (x + y) ** 2 * (x + z),
        lambda x, y, z: (y + z) ** 2 * (x + z),
        lambda x, y, z: (x + y) * (x + z) ** 2,
        lambda x, y, z: (y + z) * (x + z) ** 2,
    ],
    "graph_expanded_wrongly": [
        lambda x, y, z: x * x * y + x * x * z + y * y * x + y * y * z + z * z * x + z * z * y,
        lambda x, y, z: x * x * y + y * y * z + z * z * x,
        lambda x, y, z: 2 * x * y * z,
    ],
    "inputs_multiplied": [lambda x, y, z: x * y * z],
}


@graph.judge
def _(observation, rng):
    """The graph gives f at four points, with four to six operations that are all used. Its names and
    whether the product has two inputs or three are free, so it is computed and not compared."""
    said = {}
    found, points = observation[COMPUTES], rng.uniform(0.5, 3.0, (4, 3))
    operations = {operation for operation, _ in found.values()}
    if not operations <= {"+", "*"} or "f" not in found:
        said[COMPUTES] = Fault('the operations are "+" and "*", and one node is called "f"')
        return said | {SHAPE: said[COMPUTES]}
    at = [computed(found, xs)["f"] for xs in points]

    def gives(function):
        return np.allclose(at, [function(*xs) for xs in points], rtol=1e-9)

    right = gives(lambda x, y, z: (x + y) * (y + z) * (x + z))
    idea = next((name for name, some in OTHERS.items() if any(map(gives, some))), "")
    said[COMPUTES] = right or Fault("at some points the graph does not give f", idea)
    used = {one for _, inputs in found.values() for one in inputs} | {"f"}
    if unused := sorted(set(found) - used):
        said[SHAPE] = Fault(f"nothing uses the node {unused[0]}", "graph_misses_an_edge")
    elif any(len(inputs) < 2 for _, inputs in found.values()):
        said[SHAPE] = Fault("every operation has two inputs at least", "graph_misses_an_edge")
    elif len(found) > 6 and right:
        said[SHAPE] = Fault("it has more operations than it needs", "product_expanded")
    else:
        said[SHAPE] = (
            True if 4 <= len(found) <= 6 else Fault("four to six operations are enough", idea)
        )
    return said


def drawn(**changed):
    """The source of an answer that is right but for what is named."""
    return f"graph = { ({**GRAPH, **changed})!r}"


EXPANDED = {
    "xx": ("*", ["x1", "x1"]), "yy": ("*", ["x2", "x2"]), "zz": ("*", ["x3", "x3"]),
    "p": ("*", ["xx", "x2"]), "q": ("*", ["xx", "x3"]), "r": ("*", ["yy", "x1"]), "s": ("*", ["yy", "x3"]),
    "t": ("*", ["zz", "x1"]), "u": ("*", ["zz", "x2"]), "v": ("*", ["x1", "x2", "x3"]),
    "f": ("+", ["p", "q", "r", "s", "t", "u", "v", "v"]),
}  # fmt: skip
WRONG_EXPANDED = EXPANDED | {"f": ("+", ["p", "q", "r", "s", "t", "u"])}
del WRONG_EXPANDED["v"]

for name, sentence, *forms in (
    (
        "graph_misses_an_edge",
        "An arrow is missing: each of the three sums has two inputs, and all three sums are factors "
        "of f.",
        drawn(f=("*", ["a", "b"])),
        drawn(c=("+", ["x1"])),
        drawn(f=("*", ["b", "c"])),
    ),
    (
        "sums_and_products_exchanged",
        "The operations are exchanged: the brackets are sums, and the three of them are multiplied.",
        drawn(a=("*", ["x1", "x2"]), b=("*", ["x2", "x3"]), c=("*", ["x1", "x3"]), f=("+", ["a", "b", "c"])),
    ),
    (
        "f_is_a_sum",
        "The three brackets are added here. Nothing stands between them in the formula, so they are "
        "multiplied.",
        drawn(f=("+", ["a", "b", "c"])),
    ),
    (
        "one_sum_twice",
        "One pair of inputs is added twice, and another pair nowhere: every two of the three x meet "
        "in a sum.",
        drawn(c=("+", ["x2", "x3"])),
        drawn(f=("*", ["a", "b", "b"])),
    ),
    (
        "graph_expanded_wrongly",
        "The brackets were multiplied out, and a term got lost on the way. Draw the formula as it "
        "stands.",
        f"graph = {WRONG_EXPANDED!r}",
    ),
    (
        "product_expanded",
        "This is f, multiplied out. The graph of the formula as it stands computes each sum once "
        "and needs four or "
        "five operations.",
        f"graph = {EXPANDED!r}",
    ),
    (
        "inputs_multiplied",
        "Only the inputs are multiplied here. The factors of f are the three sums.",
        'graph = {"f": ("*", ["x1", "x2", "x3"])}',
    ),
):  # fmt: skip
    for count, source in enumerate(forms):
        graph.misconception(name, sentence, source=source, form=f"{count}" if count else "")

graph.alternative(
    "two_products_and_other_names",
    source='graph = {"f": ["*", ("c", "ab")], "ab": ["*", ("a", "b")], "a": ["+", ("x2", "x1")], '
    '"b": ["+", ("x3", "x2")], "c": ["+", ("x1", "x3")]}',
)
graph.alternative(
    "words_for_operations",
    source='graph = {"s12": ("add", ["x1", "x2"]), "s23": ("add", ["x2", "x3"]), '
    '"s13": ("add", ["x1", "x3"]), "f": ("mul", ["s23", "s13", "s12"])}',
)


@graph.oracle("sympy_tree")
def answer():
    import sympy

    _f = sympy.sympify("(x1 + x2)*(x2 + x3)*(x1 + x3)")
    graph = {str(one): ("+", sorted(map(str, one.args))) for one in _f.args}
    graph["f"] = ("*", list(graph))


F, ADJOINTS, GRADIENT = "f", "the adjoints of a, b and c", "the gradient"
POINT = (1, 2, -1)


@check("3.12b", points=2, weights={F: 1, ADJOINTS: 2, GRADIENT: 2})
def by_hand(answer, rng):
    return {
        F: attempt(lambda: as_number(answer.f_value)),
        ADJOINTS: attempt(lambda: {name: as_number(answer.adjoints[name]) for name in "abc"}),
        GRADIENT: attempt(lambda: [as_number(one) for one in answer.gradient]),
    }


@by_hand.judge
def _(observation, rng):
    """The numbers at (1, 2, -1). A gradient that follows from the adjoints that were found is right,
    too, unless it is wrong by chance: the adjoints have lost their points already."""
    x, y, z = POINT
    a, b, c = x + y, y + z, x + z
    right = [b * c, a * c, a * b]
    said = {}

    def near(one, other):
        return len(one) == len(other) and np.allclose(one, other, rtol=1e-4, atol=1e-6)

    if isinstance(f := observation[F], float):
        idea = {a + b + c: "adds_the_factors", a * b: "leaves_out_the_zero"}.get(round(f, 6), "")
        said[F] = near([f], [a * b * c]) or Fault("", idea)
    adjoints = observation[ADJOINTS]
    if isinstance(adjoints, dict):
        adjoints = [adjoints[name] for name in "abc"]
        wrong = {
            "adjoints_are_values": [a, b, c],
            "sum_instead_of_product_rule": [b + c, a + c, a + b],
            "adjoints_are_ones": [1, 1, 1],
            "one_factor_only": [b, c, a],
            "its_own_factor_kept": [a * b, b * c, a * c],
        }
        idea = next((name for name, values in wrong.items() if near(adjoints, values)), "")
        said[ADJOINTS] = near(adjoints, right) or Fault("", idea)
    gradient = observation[GRADIENT]
    if isinstance(gradient, list):
        wrong = {}
        for p, q, r in (right, adjoints) if isinstance(adjoints, list) else (right,):
            wrong |= {
                "gradient_wrong_component": [[p + q, q + r, p + r], [q + r, p + r, p + q]],
                "adjoints_are_not_added": [[p, q, r], [p, p, q]],
                "local_derivatives_instead_of_adjoints": [[2, 2, 2]],
                "adjoints_multiplied": [[p * r, p * q, q * r]],
            }
            if near(gradient, [p + r, p + q, q + r]):
                said[GRADIENT] = True
                break
            ideas = (
                name for name, some in wrong.items() if any(near(gradient, one) for one in some)
            )
            said[GRADIENT] = Fault("", next(ideas, ""))
            if said[GRADIENT].misconception:
                break
    return said


def numbers_at(f=0, adjoints=(0, 0, 3), gradient=(3, 0, 3)):
    """The source of an answer with these numbers."""
    return f"f_value = {f}\nadjoints = {dict(zip('abc', adjoints))!r}\ngradient = {gradient!r}"


for name, sentence, *forms in (
    (
        "adjoints_are_values",
        "These are the values of a, b and c. An adjoint says how f reacts when its value moves: in "
        "a product that is "
        "the product of the other factors.",
        numbers_at(adjoints=(3, 1, 0), gradient=(3, 4, 1)),
        numbers_at(adjoints=(3, 1, 0)),
    ),
    (
        "sum_instead_of_product_rule",
        "The other two factors are added here. When a moves by 1, the product a·b·c moves by b·c.",
        numbers_at(adjoints=(1, 3, 4), gradient=(5, 4, 7)),
        numbers_at(adjoints=(1, 3, 4)),
    ),
    (
        "adjoints_are_ones",
        "An adjoint of 1 is what a sum hands on. a, b and c are the factors of a product.",
        numbers_at(adjoints=(1, 1, 1), gradient=(2, 2, 2)),
    ),
    (
        "one_factor_only",
        "The derivative by one factor is the product of both others, not one of them.",
        numbers_at(adjoints=(1, 0, 3), gradient=(4, 1, 3)),
    ),
    (
        "its_own_factor_kept",
        "A product of two factors is right, but the one to be left out is the factor itself: ā = b·c.",
        numbers_at(adjoints=(3, 0, 0), gradient=(3, 3, 0)),
    ),
    (
        "gradient_wrong_component",
        "The right adjoints are added, but for the wrong inputs: look which two sums each x goes into.",
        numbers_at(gradient=(0, 3, 3)),
        numbers_at(gradient=(3, 3, 0)),
    ),
    (
        "adjoints_are_not_added",
        "Each x goes into two sums, and what comes from the two is added.",
        numbers_at(gradient=(0, 0, 3)),
        numbers_at(gradient=(0, 0, 0)),
    ),
    (
        "local_derivatives_instead_of_adjoints",
        "This counts the arrows: each sum has the local derivative 1. The chain rule multiplies it "
        "by the adjoint of the sum.",
        numbers_at(gradient=(2, 2, 2)),
    ),
    (
        "adds_the_factors",
        "The three sums are factors: multiply them.",
        numbers_at(f=4),
    ),
    (
        "leaves_out_the_zero",
        "One of the factors is 0, and a factor of 0 counts: the product is 0.",
        numbers_at(f=3),
    ),
):  # fmt: skip
    for count, source in enumerate(forms):
        by_hand.misconception(name, sentence, source=source, form=f"{count}" if count else "")

by_hand.alternative(
    "numbers_of_other_libraries",
    source="import numpy as np, sympy\nfrom fractions import Fraction\nf_value = np.float32(0)\n"
    'adjoints = {"a": 0.0, "b": Fraction(0), "c": sympy.Integer(3)}\ngradient = np.array([3, 0, 3])',
)
by_hand.alternative(
    "computed",
    source="a, b, c = 3, 1, 0\nf_value = a * b * c\nadjoints = dict(a=b * c, b=a * c, c=a * b)\n"
    "gradient = [adjoints['a'] + adjoints['c'], adjoints['a'] + adjoints['b'], adjoints['b'] + "
    "adjoints['c']]",
)
by_hand.alternative(
    "false_for_nothing",
    source=numbers_at() + "\nf_value = False\nadjoints['a'] = False",
)


@by_hand.oracle("torch_autograd")
def answer():
    import torch

    _x = torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64, requires_grad=True)
    _sums = [_x[0] + _x[1], _x[1] + _x[2], _x[0] + _x[2]]
    _f = _sums[0] * _sums[1] * _sums[2]
    *_bars, _slope = torch.autograd.grad(_f, [*_sums, _x])
    f_value, gradient = _f.item(), _slope.tolist()
    adjoints = dict(zip("abc", (one.item() for one in _bars)))


@check("3.12c", points=2, reveal=True)
def program(answer, rng):
    points = rng.uniform(0.5, 3.0, (4, 3)).round(2) * rng.choice([-1, 1], (4, 3))
    points = [[float(x) for x in row] for row in points]

    def at(pick):
        def values():
            return {
                f"({', '.join(map('{:g}'.format, xs))})": pick(answer.forward_backward(*xs))
                for xs in points
            }

        return attempt(values)

    return {
        "f": at(lambda found: as_number(found[0])),
        "df/dx1": at(lambda found: as_number(found[1][0])),
        "df/dx2": at(lambda found: as_number(found[1][1])),
        "df/dx3": at(lambda found: as_number(found[1][2])),
    }


ADDED = "(da + dc, da + db, db + dc)"
program.misconception(
    "overwrites_instead_of_accumulating",
    "Each x keeps only the share that came last. It goes into two sums, and both hand something on "
    "to it: add.",
    edits={ADDED: "(dc, db, dc)"},
)
program.misconception(
    "overwrites_instead_of_accumulating",
    "Each x keeps only one share. It goes into two sums, and both hand something on to it: add.",
    edits={ADDED: "(da, da, db)"},
    form="the first share",
)
program.misconception(
    "hard_coded_at_the_point",
    "These are the numbers of one point. The function is asked at others, too: compute them from "
    "x1, x2 and x3.",
    edits={"a * b * c, (da + dc, da + db, db + dc)": "0, (3, 0, 3)"},
)
program.misconception(
    "hard_coded_at_the_point",
    "This derivative belongs to one point. The function is asked at others, too: compute it from "
    "x1, x2 and x3.",
    edits={ADDED: "(96, 91, 75)"},
    form="of the example",
)
program.misconception(
    "sum_instead_of_product_rule",
    "The adjoint of a factor is the product of the other factors, not their sum.",
    edits={"b * c, a * c, a * b": "b + c, a + c, a + b"},
)
program.misconception(
    "adjoints_are_values",
    "The values of the sums are handed on here, in place of their adjoints: ā is b·c, not a.",
    edits={"b * c, a * c, a * b": "a, b, c"},
)
program.misconception(
    "gradient_wrong_component",
    "The right adjoints are added, but for the wrong inputs: x1 goes into a and c, x2 into a and b, "
    "x3 into b and c.",
    edits={ADDED: "(da + db, db + dc, da + dc)"},
)
program.misconception(
    "local_derivatives_only",
    "The adjoint of a sum is missing: the derivative of f by x1 is not the number of arrows that "
    "leave it.",
    edits={ADDED: "(2, 2, 2)"},
)
program.misconception(
    "its_own_factor_kept",
    "The factor to be left out is the one by which you differentiate: ā is b·c.",
    edits={"b * c, a * c, a * b": "a * b, b * c, a * c"},
)
program.misconception(
    "f_is_the_sum_of_the_sums",
    "The value of f is the product of the three sums.",
    edits={"return a * b * c": "return a + b + c"},
)


@program.alternative("node_by_node")
def forward_backward(x1, x2, x3):
    value = {"x1": x1, "x2": x2, "x3": x3}
    graph = [
        ("a", "+", "x1", "x2"),
        ("b", "+", "x2", "x3"),
        ("c", "+", "x1", "x3"),
        ("p", "*", "a", "b"),
        ("f", "*", "p", "c"),
    ]
    for name, sign, one, other in graph:
        value[name] = value[one] + value[other] if sign == "+" else value[one] * value[other]
    bar = dict.fromkeys(value, 0.0) | {"f": 1.0}
    for name, sign, one, other in reversed(graph):
        bar[one] += bar[name] * (1 if sign == "+" else value[other])
        bar[other] += bar[name] * (1 if sign == "+" else value[one])
    return value["f"], [bar["x1"], bar["x2"], bar["x3"]]


@program.alternative("numpy_in_float32")
def answer():
    import numpy as np

    _INTO = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=np.float32)

    def forward_backward(x1, x2, x3):
        sums = _INTO @ np.array([x1, x2, x3], dtype=np.float32)
        others = np.array([sums[1] * sums[2], sums[0] * sums[2], sums[0] * sums[1]])
        return sums.prod(), others @ _INTO


@program.alternative("an_engine")
def answer():
    def forward_backward(x1, x2, x3):
        xs = [torch.tensor(float(x), requires_grad=True) for x in (x1, x2, x3)]
        f = (xs[0] + xs[1]) * (xs[1] + xs[2]) * (xs[0] + xs[2])
        f.backward()
        return f.detach(), tuple(x.grad for x in xs)

    import torch


@program.oracle("sympy")
def forward_backward(x1, x2, x3):
    import sympy

    x, y, z = sympy.symbols("x y z")
    f = (x + y) * (y + z) * (x + z)
    at = {x: sympy.Float(x1, 25), y: sympy.Float(x2, 25), z: sympy.Float(x3, 25)}
    return float(f.subs(at)), [float(f.diff(one).subs(at)) for one in (x, y, z)]
