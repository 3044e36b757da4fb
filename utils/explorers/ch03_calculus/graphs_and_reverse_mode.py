"""Pictures of 3.12 to 3.16: given graphs that step, a line through points, the work of two passes."""

import math

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.graph import draw_graph, number_text
from utils.plots import BLUE, GREEN, ORANGE, RED
from utils.stepper import GraphStepper

NUMBER = {"+": sum, "*": math.prod}
NAMES = {"+": "sum", "*": "product"}  # of operations whose operands are not two
PAIRS = ((0, 1), (1, 2), (0, 2))  # of the inputs of 3.12


class Node:
    """A node of a graph that is given as a dictionary; its slopes are measured."""

    def __init__(self, label, data, op="", operands=(), grad=0.0):
        self.label, self.data, self.grad = label, data, grad
        self._prev, self._number = tuple(operands), NUMBER.get(op)
        self._op = op if len(self._prev) == 2 else NAMES.get(op, op)

    def _backward(self):
        # an operand more or less by 1: exact, because sums and products are linear in each operand
        numbers = [one.data for one in self._prev]
        for k, one in enumerate(self._prev):
            moved = [number + (k == j) for j, number in enumerate(numbers)]
            one.grad += (self._number(moved) - self._number(numbers)) * self.grad


def nodes_of(graph, leaves):
    """{name: Node} of a graph {name: (operation, [inputs])} and of the numbers at its leaves.

    `KeyError` for an input that is no node, `RecursionError` for nodes in a circle.
    """
    found = {name: Node(name, float(value)) for name, value in leaves.items()}

    def node(name):
        if name not in found:
            operation, inputs = graph[name]
            operands = [node(one) for one in inputs]
            data = NUMBER[operation]([one.data for one in operands])
            found[name] = Node(name, data, operation, operands)
        return found[name]

    for name in graph:
        node(name)
    return found


def graph_stepper(graph, title=None, **leaves):
    """Step through a graph {name: (operation, [inputs])}, values forward, gradients backward."""
    found = nodes_of(graph, leaves)
    result = found["f"] if "f" in graph else found[list(graph)[-1]]
    if len(graph) > 12:
        raise ValueError("a graph with more than 12 operations is too large for this picture")
    return GraphStepper(result, title)


def draw_nodes(graph, values, adjoints, title):
    """Draw a graph {name: (operation, [inputs])} with `values` beside data, `adjoints` beside grad.

    A number that is not given shows as a question mark.
    """
    boxes = {}

    def box(name):
        if name not in boxes:
            operation, inputs = graph.get(name, ("", ()))
            operands = [box(one) for one in inputs]
            shown = (values.get(name, "?"), adjoints.get(name, "?"))
            boxes[name] = Node(name, shown[0], operation, operands, shown[1])
        return boxes[name]

    return draw_graph(box(list(graph)[-1]), title)


def draw_adjoints(inputs, f, adjoints, gradient):
    """The graph of 3.12 with the numbers that a student found by hand."""
    leaves = [f"x{k + 1}" for k in range(3)]
    sums = {"abc"[k]: ("+", [leaves[i] for i in pair]) for k, pair in enumerate(PAIRS)}
    values = dict(zip(leaves, inputs, strict=True)) | {"f": f}
    bars = {name: adjoints[name] for name in "abc"} | dict(zip(leaves, gradient, strict=True))
    return draw_nodes(
        sums | {"f": ("*", list(sums))}, values, bars | {"f": 1}, "The numbers that you found"
    )


AT, HEIGHTS = (-1.6, -0.9, -0.2, 0.5, 1.1, 1.8), (-0.6, 0.4, 0.3, 1.4, 1.3, 2.4)  # six points


def line_explorer():
    """Six points, a line to be moved by hand, and the squares of the distances."""
    return explore(_line, w=(-2.0, 2.0, 0.1, -0.5), b=(-2.0, 2.0, 0.1, 0.5))


def _line(w, b):
    chart = Chart(
        "x", "y", "A line, and the square of every distance", x=(-3, 3), y=(-3, 3), width=440, height=440,
    )  # fmt: skip
    ends = (-3, 3)
    chart.line(
        ends, [w * x + b for x in ends], BLUE, label=f"{number_text(w)} x + {number_text(b)}"
    )
    total = 0.0
    for x, y in zip(AT, HEIGHTS, strict=True):
        far = w * x + b - y
        total += far * far
        side = abs(far) if x < 0 else -abs(far)  # towards the middle of the picture
        corners = [(x, y), (x + side, y), (x + side, y + far), (x, y + far), (x, y)]
        chart.line(*zip(*corners, strict=True), ORANGE, width=1.4)
    chart.points(AT, HEIGHTS, RED, label="points")
    loss = total / len(AT)
    return chart, (
        f"With w = {number_text(w)} and b = {number_text(b)} the six squares "
        f"have the mean area {number_text(loss)}."
    )


def work_explorer():
    """Multiplications of each layer of 2-n-n-10: forward, and backward for weights and inputs."""
    return explore(_work, hidden=(8, 64, 8, 32))


def _work(hidden):
    sizes = (2, hidden, hidden, 10)
    weights = [sizes[k] * sizes[k + 1] for k in range(3)]
    handed_on = [0, *weights[1:]]
    top = 1.12 * max(weights)
    chart = Chart(
        "layer", "multiplications", f"One example through 2-{hidden}-{hidden}-10", x=(0.4, 3.6), y=(0, top),
        xticks={1: "first", 2: "second", 3: "third"},
    )  # fmt: skip
    kinds = (
        (BLUE, "forward", weights),
        (ORANGE, "backward, for the weights", weights),
        (GREEN, "backward, for the inputs", handed_on),
    )
    for k, (colour, name, heights) in enumerate(kinds):
        for layer, height in enumerate(heights, start=1):
            left = layer - 0.33 + 0.22 * k
            chart.bars([left, left + 0.2], [height], colour, label=name if layer == 1 else "")
            chart.text(left + 0.1, height, "FWI"[k], dy=-9, size=10)
    return chart, (
        f"The layers have {weights[0]}, {weights[1]} and {weights[2]} weights. Bars from left to "
        "right: F forward, W backward for the weights, I backward for the inputs; the first layer has no I."
    )
