"""`GraphStepper`: walk through a computational graph, values forward, gradients backward."""

from html import escape

import traitlets

from utils.graph import BOX_H, BOX_W, SIGNS, image, lay_out, number_text, operands, signed
from utils.live import Live, script

D = "\N{PARTIAL DIFFERENTIAL}"

LOCAL_RULES = {
    "+": "A sum hands the gradient on unchanged to both terms.",
    "-": "A difference hands the gradient on, with its sign flipped to the second term.",
    "*": "In a product, the local derivative for one factor is the other factor.",
    "/": "For a / b the local derivatives are 1/b and \N{MINUS SIGN}a/b².",
    "neg": "The local derivative of \N{MINUS SIGN}x is \N{MINUS SIGN}1.",
    "exp": "The exponential is its own derivative: the local derivative is the output itself.",
    "log": "The local derivative of log(x) is 1/x.",
    "relu": "The local derivative of relu is 1 where its input is positive, else 0.",
    "tanh": "The local derivative of tanh is 1 \N{MINUS SIGN} output².",
    "sigmoid": "The local derivative of the sigmoid is output · (1 \N{MINUS SIGN} output).",
}


class GraphStepper(Live):
    """A widget that steps forward and backward through the graph of z.

    First the values fill in from left to right, then the gradients from right
    to left, one chain-rule product per step. Use the buttons or, with the
    widget focused, the arrow keys, Home and End; or from Python:

        stepper = GraphStepper(z)
        stepper.step = 3        # clipped to 0 ... stepper.last
        print(stepper.text)     # what this step does

    z may be the course's `Value` or a class of your own with `data`, `grad`,
    `_op`, `_prev` (or say `parents=`) and a `_backward` that adds to the
    gradients of the operands. z is left as it was.

    predict: True asks for every gradient before it shows it.
    """

    _esm = script("stepper.js")

    title = traitlets.Unicode().tag(sync=True)
    nodes = traitlets.List().tag(sync=True)  # {name, op, leaf, x, y, w, h}
    edges = traitlets.List().tag(sync=True)  # [parent, child, curve, head, head at the parent]
    size = traitlets.List().tag(sync=True)  # [width, height]
    # {phase, text, note, node, edges, show: [[node, "data" or "grad", number]], ask: {text, right} or None}
    steps = traitlets.List().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    predict = traitlets.Bool(False).tag(sync=True)

    def __init__(self, z, title=None, parents=operands, step=0, predict=False):
        graph = lay_out(z, parents)
        steps = _forward_steps(graph) + _backward_steps(graph)
        for n in graph.nodes:
            n.grad = ""
        for i, row, text in (shown for s in steps for shown in s["show"]):
            if row == "data" or not predict:  # where gradients are asked for, no picture tells them
                setattr(graph.nodes[i], row, text)
        title = title or f"Step through {graph.nodes[-1].name}"
        self._drawn = image(graph, title)
        super().__init__(
            title=title,
            nodes=[_box(n) for n in graph.nodes],
            edges=[list(edge) for edge in graph.edges],
            steps=steps,
            size=[graph.width, graph.height],
            predict=predict,
        )
        self.step = step

    @traitlets.validate("step")
    def _clip(self, proposal):
        return min(max(proposal["value"], 0), self.last)

    @property
    def last(self):
        """The number of the last step; the first is 0."""
        return max(len(self.steps) - 1, 0)

    @property
    def text(self):
        """The current step in words."""
        return self.steps[self.step]["text"]

    def __repr__(self):
        return f"GraphStepper: {self.title}, step {self.step} of {self.last}: {self.text}"

    def static(self):
        """The drawn graph and a table of the steps; without the backward pass where that is asked for."""
        shown = [s for s in self.steps if s["phase"] == "forward" or not self.predict]
        rows = "".join(
            f"<tr><td>{k}</td><td>{s['phase']}</td>"
            f'<td style="text-align:left">{escape(s["text"])}</td></tr>'
            for k, s in enumerate(shown)
        )
        return (
            f"{self._drawn}"
            f"<table><caption>{escape(self.title)}</caption><thead><tr><th>step</th><th>pass</th>"
            f'<th style="text-align:left">what happens</th>'
            f"</tr></thead><tbody>{rows}</tbody></table>"
            f"<p><i>Select this cell and press Shift+Enter to step through the graph.</i></p>"
        )


def _box(n):
    place = {"x": n.x, "y": n.y, "w": BOX_W, "h": BOX_H}
    return {"name": n.name, "op": SIGNS.get(n.op, n.op), "leaf": not n.inputs, **place}


def _step(phase, text, note="", node=None, edges=(), show=(), ask=None):
    return {
        "phase": phase,
        "text": text,
        "note": note,
        "node": node,
        "edges": list(edges),
        "show": list(show),
        "ask": ask,
    }


def _forward_steps(graph):
    """One step for all leaves together, then one per operation."""
    names = [n.name for n in graph.nodes]
    data = [n.data for n in graph.nodes]
    leaves = [i for i, n in enumerate(graph.nodes) if not n.inputs]
    listed = ", ".join(f"{names[i]} = {data[i]}" for i in leaves)
    text = (
        f"Start at the leaves: {listed}"
        if len(leaves) <= 6
        else f"Start at the {len(leaves)} leaves."
    )
    steps = [
        _step(
            "forward",
            text,
            "Values flow from left to right.",
            show=[[i, "data", data[i]] for i in leaves],
        )
    ]
    filled_in = [signed(n.value.data) for n in graph.nodes]
    for i, n in enumerate(graph.nodes):
        if n.inputs:
            text = f"{n.name} = {n.formula(names)} = {n.formula(filled_in)} = {data[i]}"
            arrows = [k for k, edge in enumerate(graph.edges) if edge[1] == i]
            steps.append(_step("forward", text, node=i, edges=arrows, show=[[i, "data", data[i]]]))
    return steps


def _backward_steps(graph):
    """The seed gradient, then one step per operand of each operation, results first."""
    nodes, last = graph.nodes, len(graph.nodes) - 1
    z = nodes[last].name
    note = f"The backward pass starts at the end: {z} changes one for one with itself."
    steps = [
        _step(
            "backward",
            f"grad({z}) = {D}{z}/{D}{z} = 1",
            note,
            node=last,
            show=[[last, "grad", "1"]],
        )
    ]
    grads = {last: 1.0}
    for i, n in reversed(list(enumerate(nodes))):
        if not n.inputs:
            continue
        for p, local in _local_derivatives(graph, i).items():
            arrows = [k for k, edge in enumerate(graph.edges) if edge[:2] == (p, i)]
            term = grads[i] * local
            name = nodes[p].name
            ask = f"grad({name}) += grad({n.name}) · local"
            text = f"{ask} = {signed(grads[i])} · {signed(local)} = {number_text(term)}"
            if p in grads:
                text += f", together {number_text(grads[p] + term)}"
            note = LOCAL_RULES.get(n.op, _power_rule(n.op))
            if len(arrows) > 1:
                note += f" {name} is used {len(arrows)} times here, and every use counts."
            if p in grads:
                note += f" {name} already had {number_text(grads[p])}."
            grads[p] = grads.get(p, 0.0) + term
            steps.append(
                _step(
                    "backward",
                    text,
                    note,
                    node=p,
                    edges=arrows,
                    show=[[p, "grad", number_text(grads[p])]],
                    ask={"text": f"{ask} = ?", "right": grads[p]},
                )
            )
    leaves = [i for i, n in enumerate(nodes) if not n.inputs]
    found = ", ".join(f"{D}{z}/{D}{nodes[i].name} = {number_text(grads[i])}" for i in leaves)
    text = (
        f"Done: {found}"
        if len(leaves) <= 6
        else f"Done: one backward pass gave all {len(leaves)} gradients."
    )
    return [*steps, _step("backward", text, "One backward pass, every gradient.")]


def _power_rule(op):
    if op.startswith("**"):
        return f"The local derivative of x{op} is n · x**(n \N{MINUS SIGN} 1) with n = {op[2:]}."
    return ""


def _local_derivatives(graph, i):
    """{operand: d node / d operand}, measured: node i hands a gradient of 1 to its operands."""
    nodes = graph.nodes
    v, inputs = nodes[i].value, list(dict.fromkeys(nodes[i].inputs))
    touched = [v, *(nodes[p].value for p in inputs)]
    before = [u.grad for u in touched]
    try:
        for u in touched:
            u.grad = 0.0
        v.grad = 1.0
        v._backward()
        return {p: float(nodes[p].value.grad) for p in inputs}
    finally:
        for u, grad in zip(touched, before, strict=True):
            u.grad = grad
