"""Charts: marks stand where their numbers say, and nothing is cut, black or white."""

import re
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from utils.chart import Chart
from utils.plots import RED

SVG = "{http://www.w3.org/2000/svg}"


def chart(**more):
    return Chart("x", "y", "Title", **({"x": (0, 10), "y": (0, 1)} | more))


def inner(made):
    """(marks inside the axes, their width, their height)."""
    frame = ElementTree.fromstring(made.svg()).find(f".//{SVG}svg")
    return frame, float(frame.get("width")), float(frame.get("height"))


def places(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def test_a_line_goes_through_its_points():
    made = chart()
    made.line([0, 5, 10], [0, 0.25, 1])
    frame, width, height = inner(made)
    (path,) = frame.findall(f"{SVG}path")
    found = np.array(places(path.get("d")))
    assert found == pytest.approx(np.array([(0, height), (width / 2, 0.75 * height), (width, 0)]))


def test_gaps_and_far_points():
    made = chart()
    made.line([0, 1, 2, 3], [0.5, np.nan, 0.5, np.inf])
    made.points([1, 2], [np.nan, 0.5])
    frame, _, _ = inner(made)
    path = frame.find(f"{SVG}path").get("d")
    assert path.count("M") == 2 and len(places(path)) == 3
    assert made.svg().count("translate(") == 4  # the ground, the label of y, the marks, one marker
    assert not re.search("nan|inf", made.svg())


@pytest.mark.parametrize("log, x, y", [("y", 5, 0.1), ("xy", np.sqrt(10), 0.1)])
def test_logarithmic_axes(log, x, y):
    made = chart(log=log, x=(1, 10) if "x" in log else (0, 10), y=(0.01, 1))
    made.line([x, x], [y, 0])  # the logarithm of 0 lies far below
    frame, width, height = inner(made)
    (first, second) = places(frame.find(f"{SVG}path").get("d"))
    assert first == pytest.approx((width / 2, height / 2), abs=0.06)
    assert second[1] > 1000
    texts = [text.text for text in ElementTree.fromstring(made.svg()).iter(f"{SVG}text")]
    assert {"10⁻²", "10⁻¹", "1"} <= set(texts)


def test_ticks_are_round_numbers_or_the_given_names():
    def names(**more):
        made = ElementTree.fromstring(chart(**more).svg())
        return [text.text for text in made.iter(f"{SVG}text")]

    assert {"0", "2", "4", "6", "8", "10"} <= set(names())
    assert {"−2", "−1", "0", "1", "2"} <= set(names(x=(-2.5, 2.5)))
    assert {"low", "high"} <= set(names(yticks={0: "low", 1: "high"}))


def test_bars_stand_on_zero():
    made = chart(y=(-1, 1))
    made.bars([0, 5, 10], [0.5, -1])
    frame, width, height = inner(made)
    found = [[float(bar.get(k)) for k in ("x", "y", "width", "height")] for bar in frame]
    assert found == [
        [0, height / 4, width / 2, height / 4],
        [width / 2, height / 2, width / 2, height / 2],
    ]


def test_a_heat_map_begins_at_the_bottom():
    made = chart()
    made.heat([[1, 0], [0.5, 0], [0, 0]], RED)
    data = re.search('base64,([^"]+)', made.svg())[1]
    pixels = np.array(Image.open(BytesIO(b64decode(data))))
    assert pixels.shape == (3, 2, 4)
    assert pixels[2, 0].tolist() == [*bytes.fromhex(RED[1:]), 255]
    assert pixels[:, 0, 3].tolist() == [0, 128, 255] and not pixels[:, 1, 3].any()


def test_words_are_escaped_and_the_ground_is_transparent():
    made = Chart("<x>", "a & b", "1 < 2", x=(0, 1), y=(0, 1))
    made.line([0, 1], [0, 1], label="<b>")
    made.text(0.5, 0.5, "<i>")
    made.box(0.5, 0.5, "<u>")
    svg = made.svg()
    texts = {text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert {"<x>", "a & b", "1 < 2", "<b>", "<i>", "<u>"} <= texts
    assert not re.search(r"#fff|#000|white|black", svg)
