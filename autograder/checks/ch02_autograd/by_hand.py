"""2.1 to 2.4: gradients with pencil and paper."""

import numpy as np

from autograder.check import Fault, check, written
from autograder.inside import attempt, named
from autograder.inside.expressions import evaluate, number


def typed(answer, name):
    """The number that the student typed under `name`; what is no number costs its own sub-check."""
    return attempt(lambda: number(getattr(answer, name)))


def item(holder, key, name):
    """The number `holder[key]` of a dict called `name`."""
    if not isinstance(holder, dict):
        raise TypeError(f"{name} should be a dict, not a {type(holder).__name__}")
    if key not in holder:
        raise KeyError(f"{name} has no key {key!r}; it has {list(holder)}")
    return number(holder[key])


def near(value, wanted):
    """Is it a number, and this one?"""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and bool(np.isclose(value, wanted, rtol=1e-4, atol=1e-6))


def decided(value, wanted, known):
    """True, or a fault that names the idea behind a `known` wrong number."""
    if near(value, wanted):
        return True
    idea = next((name for number, name in known.items() if near(value, number)), None)
    return Fault("the number is not right", idea)


# 2.1 ------------------------------------------------------------------------------------------


@check("2.1a", points=0.5)
def direction(answer, rng):
    return {"the direction in which f falls": answer.direction}


@direction.judge
def direction(observation, rng):
    """The word must be left: at x = 3 the slope of x² is positive, so f falls towards smaller x.

    A word in a sentence ("to the left") counts; both words, a sign or a number do not.
    """
    ((key, said),) = observation.items()
    words = set(said.casefold().split()) if isinstance(said, str) else set()
    sides = words & {"left", "right"}
    if sides == {"left"}:
        return {key: True}
    if sides == {"right"}:
        return {key: Fault("f grows that way", "gradient_sign_means_go_right")}
    return {key: Fault('write the word "left" or the word "right"', "gives_a_sign_not_a_side")}


direction.misconception(
    "gradient_sign_means_go_right",
    "A positive derivative says that f grows to the right. To make f smaller, go against it.",
    edits={'"left"': '"right"'},
)
direction.misconception(
    "gives_a_sign_not_a_side",
    "The question asks for a side of the x axis, as a word; a sign belongs to the derivative.",
    edits={'"left"': '"negative"'},
)
direction.alternative("in_a_phrase", edits={'"left"': '" To the LEFT "'})
direction.alternative(
    "from_the_slope",
    source="""
    slope = 2 * 3
    direction = "left" if slope > 0 else "right"
    """,
)
direction.oracle(
    "tries_both_sides",
    source="""
    sides = {"left": (3 - 1e-3) ** 2, "right": (3 + 1e-3) ** 2}
    direction = min(sides, key=sides.get)
    """,
)


@check("2.1b", points=1.5)
def step(answer, rng):
    import math

    def steps(df, x, lr):
        return number(answer.gd_step(df, x, lr))

    x, lr, angle = (
        round(float(rng.uniform(*ends)), 2) for ends in ((1.2, 4), (0.05, 0.3), (0.9, 1.3))
    )
    square = named("x -> 2x", lambda x: 2 * x)
    return {
        "a step on x² from the right": attempt(steps, square, x, lr),
        "a step on x² from the left": attempt(steps, square, -x - 0.5, lr + 0.1),
        "a step on sin(x)": attempt(steps, named("cos", math.cos), angle, lr + 0.2),
        "x_new": typed(answer, "x_new"),
    }


X_NEW = "gd_step(lambda x: 2 * x, 3, 0.1)"


def in_gd_step(wrong):
    """The mistake in the function only: `x_new` may come from paper."""
    return {X_NEW: "2.4", "x - lr * df(x)": wrong}


step.misconception(
    "unit_step_instead_of_lr",
    "gd_step moves a distance of lr, whatever the slope. Gradient descent moves lr times the "
    "gradient: the steeper, the farther.",
    edits=in_gd_step("x - (lr if df(x) > 0 else -lr)"),
)
step.misconception(
    "subtracts_lr",
    "gd_step subtracts the learning rate itself and never looks at the gradient. The learning rate "
    "is the factor in front of the gradient.",
    edits=in_gd_step("x - lr"),
)
step.misconception(
    "ascent",
    "gd_step adds the gradient and so climbs. Descent goes against the gradient.",
    edits=in_gd_step("x + lr * df(x)"),
)
step.misconception(
    "multiplies_x_not_gradient",
    "gd_step multiplies the learning rate by x. It belongs to the gradient at x, which is df(x).",
    edits=in_gd_step("x - lr * x"),
)
step.misconception(
    "hard_codes_2x",
    "2x is the derivative of x² only. gd_step gets the derivative as df and has to call it.",
    edits=in_gd_step("x - lr * 2 * x"),
)
step.misconception(
    "forgets_lr",
    "gd_step subtracts the whole gradient; the learning rate scales it first.",
    edits=in_gd_step("x - df(x)"),
)
step.misconception(
    "returns_the_change",
    "gd_step returns how far to move. It should return where that leads: the new x.",
    edits=in_gd_step("-lr * df(x)"),
)
step.misconception(
    "unit_step_instead_of_lr",
    "For x_new you moved a distance of 0.1. Gradient descent moves the learning rate times the "
    "gradient.",
    edits={X_NEW: "2.9"},
    form="typed",
)
step.misconception(
    "ascent",
    "x_new lies on the other side of 3: the step has to go against the gradient.",
    edits={X_NEW: "3.6"},
    form="typed",
)
step.misconception(
    "multiplies_x_not_gradient",
    "For x_new you took a tenth of x off. The learning rate multiplies the gradient at x.",
    edits={X_NEW: "2.7"},
    form="typed",
)
step.misconception(
    "forgets_lr",
    "For x_new you subtracted the whole gradient; the learning rate makes a small step of it.",
    edits={X_NEW: "-3"},
    form="typed",
)


@step.alternative("in_place_on_numpy")
def gd_step(df, x, lr):
    x = np.array(x, dtype=np.float32)
    x -= np.float32(lr) * np.float32(df(float(x)))
    return x


step.alternative(
    "in_two_lines",
    source="""
    def gd_step(derivative, position, rate):
        change = -rate * derivative(position)
        return position + change

    x_new = np.float64(12) / 5
    """,
)
step.alternative("lambda", source="gd_step = lambda df, x, lr: -(lr * df(x) - x)\nx_new = 3 * 0.8")
step.oracle(
    "torch_sgd",
    source="""
    import torch

    def gd_step(df, x, lr):
        at = torch.tensor(float(x), dtype=torch.float64, requires_grad=True)
        at.grad = torch.tensor(float(df(x)), dtype=torch.float64)
        torch.optim.SGD([at], lr=lr).step()
        return at.item()

    at = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    (at**2).backward()
    torch.optim.SGD([at], lr=0.1).step()
    x_new = at.item()
    """,
)


@check("2.1c", points=1)
def after_step(answer, rng):
    return {"f_new": typed(answer, "f_new"), "smaller": answer.smaller}


@after_step.judge
def after_step(observation, rng):
    """f_new is x² after one step of learning rate 0.1 from 3; smaller compares it with f(3) = 9.

    smaller counts once there is a number below 9 to compare: a bare True is a guess, but a slip
    in the step should not cost the comparison as well.
    """
    f_new, smaller = observation["f_new"], observation["smaller"]
    known = {
        8.41: "unit_step_instead_of_lr",
        12.96: "ascent",
        7.29: "multiplies_x_not_gradient",
        4.8: "f_new_is_gradient",
        6: "f_new_is_gradient",
        2.4: "f_new_is_x_new",
        9: "f_at_the_old_point",
    }
    said = {"f_new": decided(f_new, 5.76, known)}
    if isinstance(smaller, np.ndarray) and smaller.dtype == bool and smaller.size == 1:
        smaller = bool(smaller.item())
    if not isinstance(smaller, bool):
        said["smaller"] = Fault("it should be True or False")
    elif not isinstance(f_new, (int, float)):
        said["smaller"] = Fault("it counts once f_new is a number that can be compared with f(3)")
    elif f_new < 9:
        doubt = Fault("compare f_new with f(3)", "calls_a_smaller_value_larger")
        said["smaller"] = smaller or doubt
    else:
        said["smaller"] = Fault("f_new is not right yet, and so neither is what follows from it")
    return said


F_NEW = "x_new**2"
after_step.misconception(
    "unit_step_instead_of_lr",
    "This is f after a step of length 0.1. The step is the learning rate times the gradient.",
    edits={F_NEW: "2.9**2"},
)
after_step.misconception(
    "ascent",
    "This is f after a step up the slope: f grew. The step goes against the gradient.",
    edits={F_NEW: "3.6**2"},
)
after_step.misconception(
    "multiplies_x_not_gradient",
    "This is f after taking a tenth of x off. The learning rate multiplies the gradient, not x.",
    edits={F_NEW: "2.7**2"},
)
after_step.misconception(
    "f_new_is_gradient",
    "This is the derivative 2x. How low you stand is told by f itself, x².",
    edits={F_NEW: "2 * x_new"},
)
after_step.misconception(
    "f_new_is_x_new",
    "This is the new x. f_new is the height of the curve there.",
    edits={F_NEW: "x_new"},
)
after_step.misconception(
    "f_at_the_old_point",
    "This is f before the step. Put the new x into f.",
    edits={F_NEW: "3**2"},
)
after_step.misconception(
    "calls_a_smaller_value_larger",
    "f_new is below f(3), so the step did what it was made for: it lowered f.",
    edits={"f_new < 3**2": "False"},
)
after_step.alternative("typed_numbers", edits={F_NEW: "5.76", "f_new < 3**2": "True"})
after_step.alternative(
    "numpy_numbers",
    source="f_new = np.float32(2.4) ** 2\nsmaller = np.less(f_new, np.float32(9))",
)
after_step.oracle(
    "closed_form",  # one step shrinks x by the factor 1 - 2 lr, hence f by its square
    source="f_new = 9 * (1 - 2 * 0.1) ** 2\nsmaller = abs(1 - 2 * 0.1) < 1",
)


# 2.2 ------------------------------------------------------------------------------------------


@check("2.2a", points=2, all_or_nothing=True)
def chain_rule(answer, rng):
    def dfdx(x):
        return evaluate(answer.dfdx, x=x)

    small, middle, large = (
        round(float(rng.uniform(*ends)), 2) for ends in ((0.3, 0.7), (1.08, 1.2), (1.35, 1.7))
    )
    return {
        "dfdx at 0": attempt(dfdx, 0.0),
        "dfdx at a small x": attempt(dfdx, small),
        "dfdx at a larger x": attempt(dfdx, middle),
        "dfdx at a large x": attempt(dfdx, large),
        "dfdx at a negative x": attempt(dfdx, -middle),
        "dfdx far on the left": attempt(dfdx, -large - 0.4),
    }


DFDX = "2 * x * math.cos(x**2)"
chain_rule.misconception(
    "outer_derivative_at_wrong_point",
    "The outer derivative is taken at x. It has to be taken where the outer function works: at "
    "the value of the inner function.",
    edits={DFDX: "2 * x * np.cos(x)"},
)
chain_rule.misconception(
    "derivative_inside",
    "The inner derivative went inside the outer one. It stands outside, as a factor: the inner "
    "function itself stays inside.",
    edits={DFDX: "np.cos(2 * x)"},
)
chain_rule.misconception(
    "forgot_inner",
    "The outer derivative is there; the factor for the inner function is missing.",
    edits={DFDX: "np.cos(x**2)"},
)
chain_rule.misconception(
    "square_of_sine",
    "This is the derivative of (sin x)². In sin(x²) the square happens first, inside.",
    edits={DFDX: "2 * np.sin(x) * np.cos(x)"},
)
chain_rule.misconception(
    "sign",
    "The sign is wrong: it is the cosine whose derivative has a minus, the sine's has none.",
    edits={DFDX: "-2 * x * np.cos(x**2)"},
)
chain_rule.misconception(
    "outer_not_differentiated",
    "Only the inner function was differentiated: the outer one contributes its derivative too.",
    edits={DFDX: "2 * x * np.sin(x**2)"},
)
chain_rule.misconception(
    "adds_the_derivatives",
    "The two derivatives are added. Along a chain, effects multiply.",
    edits={DFDX: "np.cos(x**2) + 2 * x"},
)
chain_rule.misconception(
    "both_derivatives_nested",
    "The derivatives were put inside one another, cos(2x) times …: the argument of the outer "
    "derivative is the inner function, not its derivative.",
    edits={DFDX: "2 * x * np.cos(2 * x)"},
)
chain_rule.misconception(
    "gives_f_itself",
    "This is f, not yet its derivative.",
    edits={DFDX: "np.sin(x**2)"},
)
chain_rule.alternative("text", source='dfdx = "2x cos(x^2)"')
chain_rule.alternative(
    "math_in_steps",
    source="""
    import math

    def dfdx(t):
        inner = t * t
        outer_slope = math.cos(inner)
        return outer_slope * (t + t)
    """,
)
chain_rule.alternative(
    "float32_lambda", source="dfdx = lambda x: np.float32(2 * x) * np.cos(np.float32(x) ** 2)"
)
chain_rule.alternative(
    "sympy_by_hand",
    source="""
    import sympy

    x = sympy.Symbol("x", real=True)
    dfdx = sympy.cos(x**2) * 2 * x
    """,
)
chain_rule.oracle(
    "sympy_diff",
    source="""
    import sympy

    x = sympy.Symbol("x")
    dfdx = sympy.diff(sympy.sin(x**2), x)
    """,
)
chain_rule.oracle(
    "complex_step",
    source="""
    def dfdx(x, h=1e-20):
        return np.sin((x + 1j * h) ** 2).imag / h
    """,
)


@check("2.2b", points=2)
def chain_graph(answer, rng):
    points = [round(float(rng.uniform(low, low + 0.4)), 2) for low in (0.5, -1.7)] + [0.0]

    def entry(key):
        def graph(x):
            return item(answer.graph(x), key, "the result of graph(x)")

        return [attempt(graph, x) for x in points]

    return {
        "u": entry("u"),
        "f": entry("f"),
        "df_du": entry("df_du"),
        "du_dx": entry("du_dx"),
        "df_dx": entry("df_dx"),
    }


chain_graph.misconception(
    "x_used_once_in_graph",
    "u = x · x uses x twice, so two edges lead from x to u. The contributions of both add up.",
    edits={"x + x": "x"},
)
chain_graph.misconception(
    "outer_derivative_at_wrong_point",
    "df_du is taken at x. Its node holds sin(u), so the local derivative is taken at u.",
    edits={"math.cos(u)": "np.cos(x)"},
)
chain_graph.misconception(
    "square_of_sine",
    "This graph computes (sin x)². In sin(x²) the square comes first and the sine last.",
    edits={
        "math.sin(u)": "u * u",
        "math.cos(u)": "2 * u",
        "u = x * x": "u = math.sin(x)",
        "x + x": "math.cos(x)",
    },
)
chain_graph.misconception(
    "forgot_inner",
    "df_dx stops half-way, at u. One more factor leads from u to x.",
    edits={"df_du * du_dx": "df_du"},
)
chain_graph.misconception(
    "adds_the_derivatives",
    "Along one path the local derivatives multiply; only different paths add.",
    edits={"df_du * du_dx": "df_du + du_dx"},
)
chain_graph.misconception(
    "sign",
    "The derivative of the sine is the cosine, without a minus.",
    edits={"math.cos(u)": "-np.cos(u)"},
)
chain_graph.misconception(
    "sine_of_x",
    "f is computed from x, past the node u. It is the sine of u.",
    edits={"f = math.sin(u)": "f = np.sin(x)"},
)
chain_graph.misconception(
    "du_dx_at_u",
    "du_dx is twice x: the local derivative of x · x is taken at its own input.",
    edits={"x + x": "u + u"},
)


@chain_graph.alternative("power_and_literal_dict")
def graph(x):
    import math

    u = x**2
    return {
        "x": x,
        "u": u,
        "f": math.sin(u),
        "df_du": math.cos(u),
        "du_dx": 2 * x,
        "df_dx": 2 * x * math.cos(u),
    }


@chain_graph.alternative("edge_by_edge_in_float32")
def graph(x):
    nodes = {"x": np.float32(x)}
    nodes["u"] = nodes["x"] * nodes["x"]
    nodes["f"] = np.sin(nodes["u"])
    nodes["df_du"] = np.cos(nodes["u"])
    edges = [nodes["x"], nodes["x"]]
    nodes["du_dx"] = sum(edges)
    nodes["df_dx"] = sum(nodes["df_du"] * edge for edge in edges)
    return nodes


@chain_graph.oracle("torch_autograd")
def graph(x):
    import torch

    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    u = x * x
    f = torch.sin(u)
    (du_dx,) = torch.autograd.grad(u, x, retain_graph=True)
    df_du, df_dx = torch.autograd.grad(f, (u, x))
    return dict(u=u, f=f, df_du=df_du, du_dx=du_dx, df_dx=df_dx)


written(
    "2.2-written",
    rubric=[
        (0.5, "names the outer function (sine) and the inner function (square)"),
        (0.5, "takes the outer derivative at the value of the inner function, u = x²"),
        (0.5, "multiplies by the inner derivative 2x"),
        (0.5, "says that x enters u = x · x by two edges, whose contributions x and x add up"),
    ],
)


# 2.3 ------------------------------------------------------------------------------------------


@check("2.3a", points=1)
def counts(answer, rng):
    return {
        "number of nodes": typed(answer, "n_nodes"),
        "number of edges": typed(answer, "n_edges"),
    }


@counts.judge
def counts(observation, rng):
    """One node per value: a, b, a + b, a − b and z. One edge per use of a value: two into each
    of the three operations. Other conventions count otherwise, and are named.
    """
    nodes, edges = observation.values()
    known_nodes = {
        2: "inputs_not_counted",
        3: "inputs_not_counted",
        7: "inputs_drawn_twice" if near(edges, 6) else "value_class_graph",
        8: "ops_as_extra_nodes",
    }
    known_edges = {
        2: "inputs_not_counted",
        3: "one_edge_per_operation",
        4: "tree_edges",
        8: "value_class_graph",
        9: "ops_as_extra_nodes",
    }
    return {
        "number of nodes": decided(nodes, 5, known_nodes),
        "number of edges": decided(edges, 6, known_edges),
    }


def counted(nodes, edges):
    return {"n_nodes = 5": f"n_nodes = {nodes}", "n_edges = 6": f"n_edges = {edges}"}


counts.misconception(
    "inputs_not_counted",
    "The inputs a and b are values too: they are nodes, and the arrows that leave them are edges.",
    edits=counted(3, 2),
)
counts.misconception(
    "value_class_graph",
    "This counts the graph of an engine that writes a − b as a + (−1) · b, with two values more. "
    "Here a difference is one operation with two operands.",
    edits=counted(7, 8),
)
counts.misconception(
    "ops_as_extra_nodes",
    "This counts the operations as nodes of their own, as some drawings do. Here a node is a "
    "value, and its operation is written inside it.",
    edits=counted(8, 9),
)
counts.misconception(
    "tree_edges",
    "One edge less than nodes holds for trees. This graph is none: its inputs are used more than "
    "once, and every use is an edge.",
    edits=counted(5, 4),
)
counts.misconception(
    "inputs_drawn_twice",
    "A value that is used twice is still one node, with two edges leaving it.",
    edits=counted(7, 6),
)
counts.misconception(
    "one_edge_per_operation",
    "An edge leads from an operand to a result, and every operation here has two operands.",
    edits=counted(5, 3),
)
counts.alternative("as_floats", edits=counted("5.0", "np.float32(6)"))
counts.alternative(
    "from_lists",
    source="""
    nodes = ["a", "b", "s", "d", "z"]
    uses = {"s": "ab", "d": "ab", "z": "sd"}
    n_nodes, n_edges = len(nodes), sum(len(operands) for operands in uses.values())
    """,
)
counts.oracle(
    "built_and_counted",
    source="""
    from utils import Value, count_graph

    a, b = Value(3), Value(2)
    n_nodes, n_edges = count_graph((a + b) * (a - b))
    """,
)


@check("2.3b", points=1)
def node_values(answer, rng):
    def of(key):
        return attempt(lambda: item(answer.values, key, "values"))

    return {"s = a + b": of("s"), "d = a - b": of("d"), "z = s * d": of("z")}


VALUES = "dict(s=5, d=1, z=5)"
node_values.misconception(
    "difference_reversed",
    "d is a minus b, in this order; the other order changes its sign, and that of z.",
    edits={VALUES: "dict(s=5, d=-1, z=-5)"},
)
node_values.misconception(
    "z_from_other_operands",
    "z is the product of s and d: not their sum, and not the product of the inputs.",
    edits={VALUES: "dict(s=5, d=1, z=6)"},
)
node_values.alternative(
    "computed",
    source='a, b = 3.0, 2.0\nvalues = {"s": a + b, "d": a - b}\nvalues["z"] = a**2 - b**2',
)
node_values.alternative(
    "numpy_and_more_keys",
    source="values = dict(a=3, b=2, s=np.float32(5), d=np.int64(1), z=np.array(5.0))",
)
node_values.oracle(
    "torch",
    source="""
    import torch

    a, b = torch.tensor(3.0), torch.tensor(2.0)
    values = {"s": torch.add(a, b), "d": torch.sub(a, b)}
    values["z"] = torch.prod(torch.stack(list(values.values())))
    """,
)


@check("2.3c", points=2)
def two_paths(answer, rng):
    return {"dz/da": typed(answer, "dz_da"), "dz/db": typed(answer, "dz_db")}


@two_paths.judge
def two_paths(observation, rng):
    """Each input reaches z along two paths, through s and through d; the products of the local
    derivatives along them add up. At a = 3, b = 2: dz/da = d + s, dz/db = d − s.
    """
    da, db = observation.values()
    exchanged = near(da, -4) and near(db, 6)
    other_sign = "swapped_gradients" if exchanged else "sign_of_second_path"
    known_da = {
        1: "one_path_only",
        5: "one_path_only",
        2: "upstream_left_out",
        -4: other_sign,
    }
    known_db = {
        1: "one_path_only",
        -5: "one_path_only",
        5: "one_path_only",
        6: other_sign,
        0: "upstream_left_out",
        4: "factors_exchanged",
    }
    return {"dz/da": decided(da, 6, known_da), "dz/db": decided(db, -4, known_db)}


def gradients(da, db):
    return {"dz_da = 1 + 5": f"dz_da = {da}", "dz_db = 1 - 5": f"dz_db = {db}"}


two_paths.misconception(
    "one_path_only",
    "Only one path is counted. Both inputs reach z twice, through s and through d, and the two "
    "contributions add up.",
    edits=gradients(1, 1),
)
two_paths.misconception(
    "sign_of_second_path",
    "The path through d has a sign of its own: d = a − b falls when b grows, and rises with a.",
    edits=gradients(6, 6),
)
two_paths.misconception(
    "swapped_gradients",
    "The two gradients are exchanged: the first belongs to a.",
    edits=gradients(-4, 6),
)
two_paths.misconception(
    "upstream_left_out",
    "The local derivatives of s and d are added as they are. Each has to be multiplied by the "
    "gradient that arrives at s, or at d, from z.",
    edits=gradients(2, 0),
)
two_paths.misconception(
    "factors_exchanged",
    "In the product z = s · d, the gradient at s is the other factor d, and the one at d is s.",
    edits=gradients(6, 4),
)
two_paths.alternative("closed_form", edits=gradients("2 * 3", "-2 * 2.0"))
two_paths.alternative(
    "the_course_engine",
    source="""
    from utils import Value

    a, b = Value(3), Value(2)
    ((a + b) * (a - b)).backward()
    dz_da, dz_db = a.grad, b.grad
    """,
)
two_paths.oracle(
    "torch_autograd",
    source="""
    import torch

    inputs = torch.tensor([3.0, 2.0], dtype=torch.float64, requires_grad=True)
    (inputs.sum() * (inputs[0] - inputs[1])).backward()
    dz_da, dz_db = inputs.grad
    """,
)


# 2.4 ------------------------------------------------------------------------------------------


@check("2.4a", points=1)
def sweeps(answer, rng):
    few, more, some = (int(rng.integers(low, low + 4)) for low in (2, 7, 13))
    pairs = [(few, more), (some, few), (more, more), (1, some), (some, 1)]
    return {
        "sweeps in forward mode": [answer.forward_passes(n, m) for n, m in pairs],
        "sweeps in reverse mode": [answer.reverse_passes(n, m) for n, m in pairs],
    }


sweeps.misconception(
    "swapped",
    "The two modes are exchanged. A forward sweep starts at one input, a reverse sweep at one "
    "output.",
    edits={"return n": "return (m)", "return m": "return (n)"},
)
sweeps.misconception(
    "reverse_is_one_pass_always",
    "One reverse sweep starts at one output. It is enough for a single output, not for several.",
    edits={"return m": "return 1"},
)
sweeps.misconception(
    "forward_is_one_pass_always",
    "One forward sweep follows one input. With several inputs, each needs a sweep of its own.",
    edits={"return n": "return 1"},
)
sweeps.misconception(
    "product_cost",
    "n times m is the number of entries of the Jacobian. A sweep gives a whole row or column of "
    "them at once.",
    edits={"return n": "return (n * m)", "return m": "return (n * m)"},
)
sweeps.misconception(
    "always_the_cheaper",
    "The smaller of n and m is what the better mode costs; the question is what each mode costs.",
    edits={"return n": "return (min(n, m))", "return m": "return (min(n, m))"},
)
sweeps.alternative(
    "counted_columns_and_rows",
    source="""
    def forward_passes(n, m):
        return len(np.zeros((m, n)).T)

    def reverse_passes(n, m):
        return len(np.zeros((m, n)))
    """,
)
sweeps.alternative(
    "lambdas_with_floats",
    source="forward_passes = lambda n, m: float(n)\nreverse_passes = lambda n, m: np.int32(m)",
)
sweeps.oracle(
    "rank_of_what_the_sweeps_can_know",
    # k forward sweeps know J V for n × k directions V: all of J only when V has rank n
    source="""
    def needed(size):
        rng = np.random.default_rng(0)
        ranks = [np.linalg.matrix_rank(rng.normal(size=(size, k))) for k in range(1, 2 * size + 1)]
        return 1 + ranks.index(size)

    def forward_passes(n, m):
        return needed(n)

    def reverse_passes(n, m):
        return needed(m)
    """,
)


@check("2.4b", points=1)
def better(answer, rng):
    few, more, some = (int(rng.integers(low, low + 4)) for low in (2, 7, 13))
    return {
        "fewer inputs than outputs": [answer.better_mode(few, more), answer.better_mode(1, some)],
        "fewer outputs than inputs": [answer.better_mode(some, few), answer.better_mode(more, 1)],
        "as many of both": [answer.better_mode(more, more), answer.better_mode(1, 1)],
    }


better.misconception(
    "swapped",
    "The two modes are exchanged. Forward mode pays per input, so it wins when inputs are few.",
    edits={"n < m": "n > m"},
)
better.misconception(
    "reverse_always",
    "Reverse mode wins for a scalar loss, but not always: it pays for every output.",
    edits={'"forward" if n < m else "reverse"': '"reverse"', '"tie"': '"reverse"'},
)
better.misconception(
    "no_tie",
    "With as many inputs as outputs, both modes need the same number of sweeps.",
    edits={'"tie"': '"reverse"'},
)
better.misconception(
    "tie_goes_to_forward",
    "With as many inputs as outputs, both modes need the same number of sweeps.",
    edits={'"tie"': '"forward"'},
)
better.misconception(
    "reverse_unless_one_input",
    "A single input is not the only case for forward mode: compare the two numbers.",
    edits={"n < m": "n == 1"},
)
better.misconception(
    "forward_unless_one_output",
    "A single output is not the only case for reverse mode: compare the two numbers.",
    edits={"n < m": "m > 1"},
)
better.alternative(
    "by_sign",
    source='better_mode = lambda n, m: ("tie", "forward", "reverse")[int(np.sign(m - n))]',
)
better.alternative(
    "capitals_and_branches",
    source="""
    def better_mode(n, m):
        if n > m:
            return "Reverse"
        elif m > n:
            return "Forward"
        return "Tie"
    """,
)
better.oracle(
    "cheapest_list_of_sweeps",
    source="""
    def better_mode(n, m):
        J = np.arange(n * m).reshape(m, n)
        cost = {"forward": len(list(J.T)), "reverse": len(list(J))}
        cheapest = [mode for mode in cost if cost[mode] == min(cost.values())]
        return cheapest[0] if len(cheapest) == 1 else "tie"
    """,
)


@check("2.4c", points=1)
def why(answer, rng):
    return {"why_dl": answer.why_dl}


@why.judge
def why(observation, rng):
    """The letter of the reason that decides: one output and many inputs, hence one sweep for the
    whole gradient. A bracket or a full stop behind the letter does not matter.
    """
    said = observation["why_dl"]
    letter = said.strip(" ().").casefold() if isinstance(said, str) else ""
    if letter == "b":
        return {"why_dl": True}
    known = {
        "a": "believes_forward_is_inexact",
        "c": "believes_forward_cannot",
        "d": "believes_reverse_saves_memory",
    }
    if letter in known:
        return {"why_dl": Fault("that is not the reason", known[letter])}
    return {"why_dl": Fault('write one letter, "a" to "d"')}


why.misconception(
    "believes_forward_is_inexact",
    "Both modes are exact: they apply the same chain rule and differ only in the order of the "
    "products. Finite differences are what approximates.",
    edits={'"b"': '"a"'},
)
why.misconception(
    "believes_forward_cannot",
    "Forward mode runs through every operation that reverse mode does, and gives the same "
    "gradient. Ask how often it would have to run.",
    edits={'"b"': '"c"'},
)
why.misconception(
    "believes_reverse_saves_memory",
    "Memory is the price of reverse mode: it has to keep the values of the forward pass until the "
    "sweep comes back to them.",
    edits={'"b"': '"d"'},
)
why.alternative("capital", edits={'"b"': '"B"'})
why.alternative("with_a_bracket", edits={'"b"': '" b)"'})


written(
    "2.4-written",
    rubric=[
        (0.5, "a training loss is one number (m = 1), and the parameters are many (n large)"),
        (0.5, "one sweep of either mode costs a small multiple of one evaluation of the function"),
        (0.5, "the whole gradient takes n sweeps forward, m sweeps in reverse"),
        (0.5, "names the price of reverse mode: the values of the forward pass must be kept"),
    ],
)
