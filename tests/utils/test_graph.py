"""Counting, listing and drawing computational graphs."""

import math
import re
from base64 import b64decode
from xml.etree import ElementTree

import pytest

from utils.engine import Value
from utils.graph import BOX_H, BOX_W, count_graph, draw_dot, draw_graph, edges, lay_out, number_text

SVG = "{http://www.w3.org/2000/svg}"


def example():
    a, b = Value(3.0, label="a"), Value(2.0, label="b")
    s, d = a + b, a - b
    z = s * d
    s.label, d.label, z.label = "s", "d", "z"
    return a, b, s, d, z


class Mine:
    """What a student might write: a set of operands and other names."""

    def __init__(self, data, inputs=()):
        self.data, self.grad, self._prev = data, 0.0, set(inputs)


class Foreign:
    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs = data, 0.0, inputs


def test_edges_come_operands_first_in_the_order_of_the_expression():
    a, b, s, d, z = example()
    assert edges(z) == [(a, s), (b, s), (a, d), (b, d), (s, z), (d, z)]


def test_one_node_per_value():
    *_, z = example()
    assert count_graph(z) == (5, 6)
    assert count_graph(Value(1.0)) == (1, 0)


def test_a_value_used_twice_has_two_edges():
    x = Value(3.0)
    assert count_graph(x * x) == (2, 2)
    assert count_graph(x * x * x) == (3, 4)


def test_numbers_are_values_too():
    assert count_graph(2 * Value(3.0) + 1) == (5, 4)


def test_drawing_is_a_well_formed_accessible_svg():
    *_, z = example()
    z.backward()
    root = ElementTree.fromstring(draw_graph(z)._repr_svg_())
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Computational graph of z: 5 values, 6 edges"
    description = root.find(f"{SVG}desc").text
    assert "s = a + b, data 5, grad 1" in description and "b, data 2, grad −4" in description
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert texts.count("data") == texts.count("grad") == 5
    assert {"a", "b", "s", "d", "z", "+", "×", "−4"} <= set(texts)


def test_drawing_is_deterministic_shows_text_and_saves(tmp_path):
    *_, z = example()
    drawing = draw_dot(z, title="Two ways")
    assert drawing.svg == draw_graph(z, title="Two ways").svg
    assert repr(drawing).splitlines()[0] == "Two ways"
    assert "  z = s × d, data 5, grad 0" in repr(drawing).splitlines()
    html = drawing._repr_html_()  # an image: notebooks that are not trusted show no other SVG
    assert b64decode(re.search('base64,([^"]+)', html)[1]).decode() == drawing.svg
    assert 'alt="Two ways. ' in html and "z = s × d, data 5, grad 0." in html
    path = drawing.save(tmp_path / "graph.svg")
    assert path.read_text(encoding="utf-8") == drawing.svg


def test_labels_and_titles_are_escaped():
    z = Value(1.0, label='<b>&"') + 1
    svg = draw_graph(z, title="<script>alert(1)</script>")._repr_html_()
    assert "<script" not in svg and "<b>" not in svg
    assert ElementTree.fromstring(draw_graph(z).svg) is not None


def nets():
    x, y, w = Value(0.5), Value(-1.0), [Value(0.1 * k - 0.4) for k in range(9)]
    hidden = [(w[3 * k] * x + w[3 * k + 1] * y + w[3 * k + 2]).tanh() for k in range(3)]
    yield sum(h * h for h in hidden) / x
    yield 1 / (1 + (-x).exp()) + x * x * x
    z = x
    for _ in range(12):
        z = z * x + y
    yield z


@pytest.mark.parametrize("z", list(nets()))
def test_boxes_stand_left_to_right_and_never_overlap(z):
    graph = lay_out(z)
    nodes = graph.nodes
    for i, j, *_ in graph.edges:
        assert nodes[i].x + BOX_W < nodes[j].x
    for i, n in enumerate(nodes):
        assert 0 <= n.x <= graph.width - BOX_W and BOX_H / 2 <= n.y <= graph.height - BOX_H / 2
        for m in nodes[:i]:
            assert abs(n.x - m.x) >= BOX_W or abs(n.y - m.y) >= BOX_H


@pytest.mark.parametrize("z", list(nets()))
def test_edges_never_cross_a_box_in_their_way(z):
    graph = lay_out(z)
    for i, j, curve, *_ in graph.edges:
        # a straight piece "H" runs past a column at the height where the piece before it ended
        for y, x in re.findall(r"([\d.-]+) H([\d.-]+)", curve):
            for k, n in enumerate(graph.nodes):
                if k not in (i, j) and math.isclose(n.x + BOX_W, float(x)):
                    assert abs(n.y - float(y)) > BOX_H / 2


def test_a_students_class_with_a_set_of_operands():
    a, b = Mine(1.0), Mine(-2.0)
    z = Mine(-1.0, (a, b))
    assert count_graph(z) == (3, 2)
    assert "data −1" in repr(draw_graph(z))
    assert draw_graph(z).svg == draw_graph(z).svg


def test_a_class_with_other_names_says_where_its_operands_are():
    a = Foreign(1.0)
    z = Foreign(2.0, [a, a])
    with pytest.raises(TypeError, match="parents="):
        count_graph(z)
    assert count_graph(z, parents=lambda v: v.inputs) == (2, 2)
    assert draw_graph(z, parents=lambda v: v.inputs).svg.startswith("<svg")


def test_too_large_a_graph_is_refused_in_words():
    z = Value(1.0)
    for _ in range(400):
        z = -z
    assert count_graph(z) == (401, 400)
    with pytest.raises(ValueError, match="401 values"):
        draw_graph(z)


@pytest.mark.parametrize(
    "x, text",
    [
        (3.0, "3"),
        (-0.0, "0"),
        (-4, "−4"),
        (1 / 3, "0.3333"),
        (-0.00501923, "−0.00502"),
        (0.001953125, "0.001953"),
        (1.23456e-7, "1.23e−07"),
        (-1.23456e-7, "−1.2e−07"),
        (math.inf, "inf"),
        (math.nan, "nan"),
        ("?", "?"),
    ],
)
def test_numbers_are_short(x, text):
    assert number_text(x) == text
    assert len(text) <= 8
