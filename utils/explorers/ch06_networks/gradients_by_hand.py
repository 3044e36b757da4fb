"""Pictures of 6.10 and 6.15: graphs that step, a student's own graph, the regions in which units are on."""

from dataclasses import dataclass

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.graph import BOX_H, BOX_W, draw_graph, image, lay_out, number_text
from utils.live import Live
from utils.plots import BLUE, GREEN, ORANGE, RED, SKY
from utils.stepper import GraphStepper

LEAVES = {"x": (3,), "W1": (4, 3), "b1": (4,), "w2": (4,), "b2": ()}  # of the network of 6.10
VALUES = ("u", "z1", "a1", "v", "s", "y_hat")


@dataclass(eq=False)
class Box:
    """A node of a graph whose values are arrays; its box shows their shapes."""

    label: str
    _op: str = ""
    _prev: tuple = ()
    data: str = ""
    grad: str = ""


def draw_network(graph, shapes=None):
    """Draw a graph {name: (operation, operand, ...)} of the network of 6.10, with the shapes of its values.

    A `KeyError` says which operand is neither a leaf nor computed before.
    """
    boxes = {name: Box(name, data=str(shape)) for name, shape in LEAVES.items()}
    for name in VALUES:
        operation, *operands = graph[name]
        shape = "?" if shapes is None else str(shapes[name])
        label = "ŷ" if name == "y_hat" else name  # short, beside the operation
        boxes[name] = Box(label, operation, tuple(boxes[one] for one in operands), shape)
    return draw_graph(boxes["y_hat"], "Your graph: the row data holds the shape of a value")


class ArrayStepper(GraphStepper):
    """A `GraphStepper` whose values are arrays: shapes in the boxes, numbers in the sentences."""

    def __init__(self, result, title, forward, backward):
        """forward: {name: (sentence, note, shape)}, the leaves under "".

        backward: [(name, result that hands the gradient on, sentence, note, shape)], in order.
        """
        graph = lay_out(result)
        place = {node.name: i for i, node in enumerate(graph.nodes)}
        leaves = [[i, "data", node.data] for i, node in enumerate(graph.nodes) if not node.inputs]
        steps = []
        for name, (text, note, shape) in forward.items():
            i = place.get(name)
            arrows = [k for k, edge in enumerate(graph.edges) if edge[1] == i]
            show = [[i, "data", shape]] if name else leaves
            steps.append(_step("forward", text, note, i, arrows, show))
        for name, after, text, note, shape in backward:
            i, j = place[name], place.get(after)
            arrows = [k for k, edge in enumerate(graph.edges) if edge[:2] == (i, j)]
            graph.nodes[i].grad = shape
            steps.append(_step("backward", text, note, i, arrows, [[i, "grad", shape]]))
        self._drawn = image(graph, title)
        boxes = [
            {"name": n.name, "op": n.op, "leaf": not n.inputs, "x": n.x, "y": n.y, "w": BOX_W, "h": BOX_H}
            for n in graph.nodes
        ]  # fmt: skip
        Live.__init__(
            self, title=title, nodes=boxes, edges=[list(edge) for edge in graph.edges], steps=steps,
            size=[graph.width, graph.height],
        )  # fmt: skip


def _step(phase, text, note, node, edges, show):
    return {
        "phase": phase, "text": text, "note": note, "node": node, "edges": edges, "show": show, "ask": None,
    }  # fmt: skip


def layer_stepper():
    """One layer with tanh and the loss L = a·a: its values forward, its gradients backward."""
    x, b = np.array([2.0, -1.0]), np.array([0.1, -0.5, 0.3])
    W = np.array([[0.7, 1.0], [-0.2, 0.4], [0.3, 0.8]])
    u = W @ x
    z = u + b
    a = np.tanh(z)
    to_loss = {  # L as a function of one value, while what is computed from it follows
        "a": (a, lambda a: a @ a),
        "z": (z, lambda z: np.tanh(z) @ np.tanh(z)),
        "b": (b, lambda b: np.tanh(u + b) @ np.tanh(u + b)),
        "u": (u, lambda u: np.tanh(u + b) @ np.tanh(u + b)),
        "W": (W, lambda W: np.tanh(W @ x + b) @ np.tanh(W @ x + b)),
        "x": (x, lambda x: np.tanh(W @ x + b) @ np.tanh(W @ x + b)),
    }
    grad = {name: _slopes(function, value) for name, (value, function) in to_loss.items()}
    leaf = {name: Box(name, data=str(v.shape)) for name, v in {"W": W, "x": x, "b": b}.items()}
    product = Box("u", "matmul", (leaf["W"], leaf["x"]), str(u.shape))
    total = Box("z", "add", (product, leaf["b"]), str(z.shape))
    bent = Box("a", "tanh", (total,), str(a.shape))
    loss = Box("L", "a·a", (bent,), "()")
    forward = {
        "": (f"Start: x = {_text(x)}, W = {_text(W)}, b = {_text(b)}", "The boxes show the shapes.", ""),
        "u": (f"u = W x = {_text(u)}", "One number for each row of W.", str(u.shape)),
        "z": (f"z = u + b = {_text(z)}", "Entry by entry.", str(z.shape)),
        "a": (f"a = tanh(z) = {_text(a)}", "Entry by entry.", str(a.shape)),
        "L": (f"L = a·a = {_text(a @ a)}", "A single number, the only one that we differentiate.", "()"),
    }  # fmt: skip
    found = (
        ("a", "L", "2 a", "Each entry of a counts with its square in L."),
        ("z", "a", "grad(a) ⊙ (1 − a²)", "tanh acts on each entry alone: so does its derivative (⊙)."),
        ("b", "z", "grad(z)", "A sum hands the gradient on unchanged ..."),
        ("u", "z", "grad(z)", "... to both of its terms."),
        ("W", "u", "grad(u) xᵀ", "The entry of W in row i and column j multiplies x_j and ends in u_i: "
         "an outer product, in the shape of W."),
        ("x", "u", "Wᵀ grad(u)", "Each x_j goes into all entries of u, by the weights of column j: "
         "their contributions are added."),
    )  # fmt: skip
    backward = [("L", None, "grad(L) = 1", "The backward pass starts at the end.", "()")] + [
        (name, after, f"grad({name}) = {rule} = {_text(grad[name])}", note, str(grad[name].shape))
        for name, after, rule, note in found
    ]
    return ArrayStepper(loss, "Step through one layer and a loss", forward, backward)


def network_stepper(trace_gradients):
    """The network of 6.10: its values forward, and backward the gradients that a student's function finds."""
    rng = np.random.default_rng(610)
    v = {name: np.round(rng.normal(size=shape), 1) for name, shape in LEAVES.items()}
    v["b1"] = np.array([0.5, -0.4, 0.9, -0.7]) - v["W1"] @ v["x"]  # on, off, on, off
    given = {name: np.copy(value) for name, value in v.items()}
    found = trace_gradients(*given.values())
    u = v["W1"] @ v["x"]
    z1 = u + v["b1"]
    a1 = np.maximum(z1, 0)
    product = v["w2"] @ a1
    s = product + v["b2"]
    v |= {"u": u, "z1": z1, "a1": a1, "v": product, "s": s, "ŷ": 1 / (1 + np.exp(-s))}
    how = {
        "u": ("matmul", "W1", "x"), "z1": ("add", "u", "b1"), "a1": ("relu", "z1"),
        "v": ("matmul", "w2", "a1"), "s": ("add", "v", "b2"), "ŷ": ("sigmoid", "s"),
    }  # fmt: skip
    boxes = {name: Box(name, data=str(shape)) for name, shape in LEAVES.items()}
    forward = {"": (f"Start at the leaves: x = {_text(v['x'])} and four parameters.", "", "")}
    for name, (operation, *operands) in how.items():
        shape = str(np.shape(v[name]))
        boxes[name] = Box(name, operation, tuple(boxes[one] for one in operands), shape)
        text = f"{name} = {operation}({', '.join(operands)}) = {_text(v[name])}"
        forward[name] = (text, "", shape)
    found = {"ŷ": 1.0, "u": found["z1"], "v": found["s"]} | found
    order = (("ŷ", None), ("s", "ŷ"), ("b2", "s"), ("v", "s"), ("w2", "v"), ("a1", "v"),
             ("z1", "a1"), ("b1", "z1"), ("u", "z1"), ("W1", "u"), ("x", "u"))  # fmt: skip
    backward = []
    for name, after in order:
        gradient = np.asarray(found[name])
        fits = gradient.shape == np.shape(v[name])
        note = (
            f"In the shape of {name}." if fits else f"But {name} has the shape {np.shape(v[name])}."
        )
        text = f"grad({name}) = {_text(gradient)}"
        backward.append((name, after, text, note, str(gradient.shape)))
    title = "Step through the network, with the gradients that you compute"
    return ArrayStepper(boxes["ŷ"], title, forward, backward)


W1 = np.array([[0.5, -0.4], [0.3, 0.2], [-0.6, 0.7]])  # of the network of 6.15
B1 = np.array([0.1, 0.2, 0.2])
FAR = 3.0  # the ends of the axes


def units_on_explorer():
    """The two inputs of 6.15 as a plane: the line on which each hidden unit changes between on and off."""
    return explore(_units_on, x1=(-2.5, 2.5, 0.5, 1.0), x2=(-2.5, 2.5, 0.5, 2.0))


def _units_on(x1, x2):
    chart = Chart(
        "x1",
        "x2",
        "Where the hidden units are on",
        x=(-FAR, FAR),
        y=(-FAR, FAR),
        width=420,
        height=420,
    )
    side = FAR * ((np.arange(100) + 0.5) / 50 - 1)
    plane = np.stack(np.meshgrid(side, side), axis=-1)
    chart.heat((plane @ W1.T + B1 > 0).sum(axis=-1), SKY, high=3, label="bluer: more units are on")
    styles = ((BLUE, ""), (GREEN, "7 5"), (ORANGE, "2 4"))
    for unit, (w, b, (colour, dash)) in enumerate(zip(W1, B1, styles, strict=True), start=1):
        foot, along = -b * w / (w @ w), np.array([-w[1], w[0]]) / np.hypot(*w)
        line = np.transpose([foot - 9 * along, foot + 9 * along])
        chart.line(*line, colour, dash=dash, label=f"unit {unit}: z = 0")
    chart.points([x1], [x2], RED, "D", label="x", size=7)
    z1 = (W1 @ [x1, x2] + B1).round(9)
    words = {1: "on", 0: "on its kink", -1: "off"}
    states = [f"{unit} {words[np.sign(z)]}" for unit, z in enumerate(z1, start=1)]
    return chart, (
        f"At x = ({number_text(x1)}, {number_text(x2)}) the hidden pre-activations are "
        f"{_text(z1.round(2))}: unit {', unit '.join(states)}."
    )


def _slopes(function, value, h=1e-6):
    """The gradient of a function at an array, by nudging each entry to either side."""
    slopes = np.zeros(value.shape)
    for place in np.ndindex(value.shape):
        by = np.zeros(value.shape)
        by[place] = h
        slopes[place] = (function(value + by) - function(value - by)) / (2 * h)
    return slopes.round(7)


def _text(array):
    """A number, a vector (1, 2) or the rows of a matrix [1, 2; 3, 4], with few digits."""
    array = np.asarray(array)
    if array.ndim == 0:
        return number_text(array)
    if array.ndim == 1:
        return f"({', '.join(map(number_text, array))})"
    return f"[{'; '.join(', '.join(map(number_text, row)) for row in array)}]"
