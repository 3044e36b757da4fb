"""Computational graphs: count them, list their edges, draw them.

Everything here works with the course's `Value` and with any class of your own
that has `data`, `grad` and its operands in `_prev`; for other classes say where
the operands are: `draw_graph(z, parents=lambda v: v.inputs)`.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from html import escape
from itertools import count, pairwise
from pathlib import Path

from utils.engine import topological_order

BOX_W, BOX_H, GAP_X, GAP_Y, MARGIN = 112, 66, 46, 16, 14
LANE_H = 12  # height that an edge takes when it passes a column of boxes
MAX_DRAWN = 300

INK, QUIET, DATA, GRAD = "#1f2933", "#5f6b7a", "#005a8d", "#b34400"
OP_STYLE = {True: (INK, "end", 'font-weight="600"'), False: (QUIET, "end", 'font-style="italic"')}
SIGNS = {"*": "\N{MULTIPLICATION SIGN}", "-": "\N{MINUS SIGN}"}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def operands(v):
    """The values that `v` was computed from, in a fixed order."""
    try:
        found = v._prev
    except AttributeError:
        raise TypeError(
            f"{type(v).__name__} has no _prev: say parents=..., a function to its operands"
        ) from None
    if isinstance(found, (set, frozenset)):
        return sorted(
            found,
            key=lambda p: (getattr(p, "label", ""), number_text(p.data), getattr(p, "_op", "")),
        )
    return list(found)


def edges(z, parents=operands):
    """Every (parent, child) pair of the graph of z, operands before results.

    A value that is used twice by one operation (x * x) gives two edges.
    """
    return [(p, v) for v in topological_order(z, parents) for p in parents(v)]


def count_graph(z, parents=operands):
    """(number of nodes, number of edges), one node per value, operations not counted."""
    return len(topological_order(z, parents)), len(edges(z, parents))


def number_text(x):
    """A number with at most 4 digits that matter and 8 characters, and a true minus sign."""
    try:
        x = float(x) + 0.0  # not -0
    except (TypeError, ValueError):
        return str(x)
    texts = [f"{x:.{digits}g}" for digits in (4, 3, 2, 1)]
    return next((t for t in texts if len(t) <= 8), texts[-1]).replace("-", "\N{MINUS SIGN}")


def signed(x):
    """`number_text(x)`, in parentheses if negative, to stand inside a formula."""
    text = number_text(x)
    return f"({text})" if text.startswith("\N{MINUS SIGN}") else text


def expression(op, args):
    """How `op` applied to the texts `args` is written: a × b, tanh(x), x**2."""
    if op in ("+", "-", "*", "/") and len(args) == 2:
        return f"{args[0]} {SIGNS.get(op, op)} {args[1]}"
    if op in ("neg", "-") and len(args) == 1:
        return f"\N{MINUS SIGN}{args[0]}"
    if op.startswith("**") and len(args) == 1:
        return f"{args[0]}{op}"
    if op.endswith("**") and len(args) == 1:
        return f"{op}{args[0]}"
    return f"{op or 'f'}({', '.join(args)})"


@dataclass
class Node:
    """One value with its numbers as text and its place: (x, y) is the middle of the left side."""

    value: object
    name: str
    op: str
    inputs: list  # indices of the operands
    data: str
    grad: str
    x: float = 0.0
    y: float = 0.0

    def formula(self, texts):
        """The operation with one text per node of the graph filled in."""
        return expression(self.op, [texts[i] for i in self.inputs])


@dataclass
class Layout:
    """Nodes in topological order, edges, and the size of the drawing.

    An edge is (parent, child, curve, head at the child, head at the parent),
    the last three as SVG paths.
    """

    nodes: list
    edges: list = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def sentence(self, i):
        """Node i in words: 's = a + b, data 5, grad 1'."""
        n = self.nodes[i]
        made = f" = {n.formula([m.name for m in self.nodes])}" if n.inputs else ""
        return f"{n.name}{made}, data {n.data}, grad {n.grad}"


def lay_out(z, parents=operands):
    """Columns from left to right: a result stands right of all its operands."""
    values = topological_order(z, parents)
    if len(values) > MAX_DRAWN:
        raise ValueError(
            f"{len(values)} values are too many to draw (at most {MAX_DRAWN}): draw a part of it"
        )
    index = {id(v): i for i, v in enumerate(values)}
    graph = Layout([])
    for v, name in zip(values, _names(values), strict=True):
        inputs = [index[id(p)] for p in parents(v)]
        op = str(getattr(v, "_op", ""))
        graph.nodes.append(Node(v, name, op, inputs, number_text(v.data), number_text(v.grad)))
    pairs = [(i, j) for j, node in enumerate(graph.nodes) for i in node.inputs]
    rank = _ranks(graph.nodes, pairs)
    _place(graph, pairs, rank)
    return graph


def _names(values):
    """Labels; a value without one is called v1, v2, ..., the last one z."""
    labels = [str(getattr(v, "label", "") or "") for v in values]
    taken = set(labels)
    if not labels[-1] and "z" not in taken:
        labels[-1] = "z"
    fresh = (name for k in count(1) if (name := f"v{k}") not in taken)
    return [label or next(fresh) for label in labels]


def _ranks(nodes, pairs):
    """Column of each node: longest path from the leaves; a leaf stands close to its first use."""
    rank = []
    for node in nodes:
        rank.append(1 + max((rank[i] for i in node.inputs), default=-1))
    for i, node in enumerate(nodes):
        if not node.inputs:
            rank[i] = min((rank[j] for k, j in pairs if k == i), default=1) - 1
    return rank


def _place(graph, pairs, rank):
    """Order each column by its neighbours (barycentre), then align the heights."""
    nodes = graph.nodes
    # an edge that passes columns gets a lane (edge number, column) in each of them
    chains = [
        [i, *((k, r) for r in range(rank[i] + 1, rank[j])), j] for k, (i, j) in enumerate(pairs)
    ]
    columns = [[] for _ in range(max(rank) + 1)]
    for i, r in enumerate(rank):
        columns[r].append(i)
    left, right = {}, {}
    for chain in chains:
        for lane in chain[1:-1]:
            columns[lane[1]].append(lane)
        for a, b in pairwise(chain):
            right.setdefault(a, []).append(b)
            left.setdefault(b, []).append(a)

    def height(item):
        return BOX_H if isinstance(item, int) else LANE_H

    y = {}
    for column in columns:
        _stack(column, y, height, [0.0] * len(column))
    sweeps = ([(columns, left)] + [(columns[::-1], right)]) * 6
    for cols, side in sweeps:
        for column in cols:
            want = {item: _mean([y[b] for b in side.get(item, [])] or [y[item]]) for item in column}
            column.sort(key=want.get)
            _stack(column, y, height, [want[item] for item in column])
    for cols in [columns, columns[::-1]] * 4:
        for column in cols:
            want = [
                _mean([y[b] for b in left.get(i, []) + right.get(i, [])] or [y[i]]) for i in column
            ]
            _stack(column, y, height, want)

    top = min(y[i] - height(i) / 2 for i in y) - MARGIN
    for i, node in enumerate(nodes):
        node.x, node.y = MARGIN + rank[i] * (BOX_W + GAP_X), round(y[i] - top, 1)
    graph.width = 2 * MARGIN + len(columns) * (BOX_W + GAP_X) - GAP_X
    graph.height = round(max(y[i] + height(i) / 2 for i in y) + MARGIN - top, 1)

    arriving = {
        j: sorted((y[c[-2]], k) for k, c in enumerate(chains) if c[-1] == j)
        for j in range(len(nodes))
    }
    for k, (i, j) in enumerate(pairs):
        place = [k for _, k in arriving[j]].index(k) - (len(arriving[j]) - 1) / 2
        end = (nodes[j].x, nodes[j].y + place * min(16, (BOX_H - 20) / len(arriving[j])))
        path = [(nodes[i].x + BOX_W, nodes[i].y)]
        for lane in chains[k][1:-1]:
            x = MARGIN + lane[1] * (BOX_W + GAP_X)
            path += [(x, y[lane] - top), (x + BOX_W, y[lane] - top)]
        graph.edges.append((i, j, _curve([*path, end]), _head(*end, -7), _head(*path[0], 7)))


def _mean(xs):
    return sum(xs) / len(xs)


def _stack(column, y, height, want):
    """Put the items as near to the wanted heights as their order and gaps allow."""
    gaps = [(height(a) + height(b)) / 2 + GAP_Y for a, b in pairwise(column)]
    down, up = list(want), list(want)
    for k, gap in enumerate(gaps):
        down[k + 1] = max(down[k + 1], down[k] + gap)
    for k, gap in reversed(list(enumerate(gaps))):
        up[k] = min(up[k], up[k + 1] - gap)
    for item, a, b in zip(column, down, up, strict=True):
        y[item] = (a + b) / 2


def _curve(points):
    """Curved between columns, straight past them."""
    x, y = points[0]
    parts = [f"M{x:g} {y:.1f}"]
    for k, (u, v) in enumerate(points[1:]):
        middle = (x + u) / 2
        parts.append(
            f"H{u:g}" if k % 2 else f"C{middle:g} {y:.1f} {middle:g} {v:.1f} {u:g} {v:.1f}"
        )
        x, y = u, v
    return " ".join(parts)


def _head(x, y, length):
    return f"M{x + length:g} {y - 4:.1f} L{x:g} {y:.1f} L{x + length:g} {y + 4:.1f}"


def svg(graph, title):
    """The whole graph with its numbers as an SVG text."""
    description = ". ".join(graph.sentence(i) for i in range(len(graph.nodes)))
    arrows = "".join(f'<path d="{curve} {head}"/>' for _, _, curve, head, _ in graph.edges)
    boxes = "".join(_box(n, last=n is graph.nodes[-1]) for n in graph.nodes)
    w, h = graph.width, graph.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{w:g}" height="{h:g}"'
        f' viewBox="0 0 {w:g} {h:g}" font-family="{FONT}" font-size="12" fill="{INK}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}.</desc>"
        f'<g fill="none" stroke="#7b8794" stroke-width="1.4" stroke-linecap="round">{arrows}</g>'
        f"{boxes}</svg>"
    )


def image(graph, title):
    """The drawing as an HTML image with alternative text, which every reader of notebooks shows."""
    words = f"{title}. {'. '.join(graph.sentence(i) for i in range(len(graph.nodes)))}."
    data = b64encode(svg(graph, title).encode()).decode()
    return (
        f'<img alt="{escape(words)}" style="max-width:100%;min-width:{0.62 * graph.width:.0f}px"'
        f' src="data:image/svg+xml;base64,{data}">'
    )


def _box(node, last):
    x, y = node.x, node.y - BOX_H / 2
    fill = "#fff" if node.inputs else "#e8f1f8"
    op = SIGNS.get(node.op, node.op) if node.inputs else "leaf"
    right = x + BOX_W - 10

    def text(dx, dy, content, colour=INK, anchor="start", more=""):
        at = f'x="{dx:g}" y="{y + dy:g}" fill="{colour}" text-anchor="{anchor}"'
        return f"<text {at} {more}>{escape(content)}</text>"

    return (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX_W}" height="{BOX_H}" rx="8" fill="{fill}"'
        f' stroke="{INK if last else "#9aa5b1"}" stroke-width="{2 if last else 1.2}"/>'
        + text(x + 10, 19, short(node.name), more='font-weight="700" font-size="13.5"')
        + text(right, 19, short(op, 8), *OP_STYLE[bool(node.inputs)])
        + text(x + 10, 39, "data", QUIET)
        + text(right, 39, node.data, DATA, "end", 'font-weight="600"')
        + text(x + 10, 56, "grad", QUIET)
        + text(right, 56, node.grad, GRAD, "end", 'font-weight="600"')
    )


def short(text, n=9):
    return text if len(text) <= n else text[: n - 1] + "…"


class Drawing:
    """A drawn graph: shows itself in a notebook, prints as text, saves as SVG."""

    def __init__(self, graph, title):
        self.title = title
        self.svg = svg(graph, title)
        self._image = image(graph, title)
        self.text = "\n".join([title, *(f"  {graph.sentence(i)}" for i in range(len(graph.nodes)))])

    def _repr_svg_(self):
        return self.svg

    def _repr_html_(self):
        return f'<div style="overflow-x:auto">{self._image}</div>'

    def __repr__(self):
        return self.text

    def save(self, path):
        """Write the drawing to an .svg file; returns the path."""
        path = Path(path)
        path.write_text(self.svg, encoding="utf-8")
        return path


def draw_graph(z, title=None, parents=operands):
    """Draw the graph of z: one box per value with its name, operation, data and gradient.

    `ValueError` if the graph has more than 300 values.
    """
    graph = lay_out(z, parents)
    if title is None:
        name = graph.nodes[-1].name
        title = (
            f"Computational graph of {name}: {len(graph.nodes)} values, {len(graph.edges)} edges"
        )
    return Drawing(graph, title)


draw_dot = draw_graph
