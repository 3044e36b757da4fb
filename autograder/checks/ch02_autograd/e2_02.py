"""2.2: the chain rule for sin(x²), as a formula and as a graph."""

import numpy as np

from autograder.check import attempt, check, formula, named, written
from utils.answers import number

chain_rule = formula(
    "2.2a",
    "dfdx",
    points=1,
    all_or_nothing=True,
    right="2*x*cos(x^2)",
    at={
        "dfdx at 0": {"x": 0.0},
        "dfdx at a small x": {"x": (0.3, 0.7)},
        "dfdx at a larger x": {"x": (1.08, 1.2)},
        "dfdx at a large x": {"x": (1.35, 1.7)},
        "dfdx at a negative x": {"x": (-1.2, -1.08)},
        "dfdx far on the left": {"x": (-2.1, -1.75)},
    },
    ideas={
        "outer_derivative_at_wrong_point": (
            "The outer derivative is taken at x. It has to be taken where the outer function works: at "
            "the value of the inner function.",
            "2x cos(x)",
        ),
        "derivative_inside": (
            "The inner derivative went inside the outer one. It stands outside, as a factor: the inner "
            "function itself stays inside.",
            "cos(2x)",
        ),
        "forgot_inner": (
            "The outer derivative is there; the factor for the inner function is missing.",
            "cos(x^2)",
        ),
        "square_of_sine": (
            "This is the derivative of (sin x)². In sin(x²) the square happens first, inside.",
            "2 sin(x) cos(x)",
        ),
        "sign": (
            "The sign is wrong: it is the cosine whose derivative has a minus, the sine's has none.",
            "-2x cos(x^2)",
        ),
        "outer_not_differentiated": (
            "Only the inner function was differentiated: the outer one contributes its derivative too.",
            "2x sin(x^2)",
        ),
        "adds_the_derivatives": (
            "The two derivatives are added. Along a chain, effects multiply.",
            "cos(x^2) + 2x",
        ),
        "both_derivatives_nested": (
            "The derivatives were put inside one another, cos(2x) times …: the argument of the outer "
            "derivative is the inner function, not its derivative.",
            "2x cos(2x)",
        ),
        "gives_f_itself": ("This is f, not yet its derivative.", "sin(x^2)"),
    },
)


@chain_rule.alternative("math_in_steps")
def answer():
    import math

    def dfdx(t):
        inner = t * t
        outer_slope = math.cos(inner)
        return outer_slope * (t + t)


@chain_rule.alternative("float32_lambda")
def answer():
    dfdx = lambda x: np.float32(2 * x) * np.cos(np.float32(x) ** 2)


@chain_rule.oracle("sympy_diff")
def answer():
    import sympy

    x = sympy.Symbol("x")
    dfdx = sympy.diff(sympy.sin(x**2), x)


@chain_rule.oracle("complex_step")
def dfdx(x, h=1e-20):
    return np.sin((x + 1j * h) ** 2).imag / h


def entry_of(values, key):
    if not isinstance(values, dict):
        raise TypeError(f"graph(x) should return a dict, not a {type(values).__name__}")
    if key not in values:
        raise KeyError(f"the result of graph(x) has no key {key!r}; it has {list(values)}")
    return values[key]


FOLLOWS = "df_dx follows from df_du and du_dx"


@check("2.2b", points=3, weights={"df_du": 2, "du_dx": 2, FOLLOWS: 2})
def chain_graph(answer, rng):
    points = [round(float(rng.uniform(low, low + 0.4)), 2) for low in (0.5, -1.7)] + [0.0]

    def entry(key):
        def graph(x):
            return number(entry_of(answer.graph(x), key))

        return [attempt(graph, x) for x in points]

    def follows(*points):
        """The points, if df_dx is right there for the student's own local derivatives."""
        nodes = [answer.graph(x) for x in points]
        df_dx, df_du, du_dx = (
            np.array([number(entry_of(node, key)) for node in nodes])
            for key in ("df_dx", "df_du", "du_dx")
        )
        right = np.allclose(df_dx, df_du * du_dx, rtol=1e-4, atol=1e-6)
        return list(points) if right else []

    return {
        "u": entry("u"),
        "f": entry("f"),
        "df_du": entry("df_du"),
        "du_dx": entry("du_dx"),
        "df_dx": entry("df_dx"),
        FOLLOWS: attempt(named("graph", follows), *points),
    }


chain_graph.misconception(
    "u_is_not_the_square",
    "The node u holds x · x. What comes after it follows from u.",
    edits={"u = x * x": "u = x"},
)
chain_graph.misconception(
    "u_is_not_the_square",
    "The node u holds x · x, which is not 2x. What comes after it follows from u.",
    edits={"u = x * x": "u = x + x"},
    form="doubled",
)
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
