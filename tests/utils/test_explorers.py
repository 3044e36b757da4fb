"""Pictures with sliders: what they draw, say and leave behind without a kernel."""

import re
from base64 import b64decode
from xml.etree import ElementTree

import pytest

from utils.chart import Chart
from utils.explorers import Explorer, explore
from utils.explorers import explorer as explorer_module
from utils.explorers.ch02_autograd import gradient_flow_explorer
from utils.explorers.ch07_gradients import (
    network_7_1_explorer,
    sigmoid_explorer,
    variance_explorer,
)


def draw(slope, shift):
    chart = Chart("x", "y", x=(0, 1), y=(-3, 3))
    chart.line([0, 1], [shift, slope + shift])
    return chart, f"slope {slope!r} & shift {shift!r}"


def example(**more):
    return explore(draw, slope=(-2.0, 2.0, 0.5, 1.0), shift=(0, 3), **more)


def from_browser(explorer, **values):
    """What happens when the browser sends the values of its controls."""
    explorer.set_state({"values": explorer.values | values})


def test_moving_a_slider_redraws_and_says_so():
    e = example()
    assert isinstance(e, Explorer) and e.text == "slope 1.0 & shift 0"
    before = e.pictures
    e.set(slope=-1.5)
    assert e.text == "slope -1.5 & shift 0" and e.pictures != before
    assert e.scene["values"] == {"slope": -1.5, "shift": 0}
    with pytest.raises(ValueError, match="no control 'slop'; there are slope, shift"):
        e.set(slop=1)


def test_the_browser_s_numbers_become_the_kind_that_the_slider_has():
    e = example()
    from_browser(e, slope=2, shift=1)  # JSON knows no 2.0
    assert e.text == "slope 2.0 & shift 1"


def test_controls_are_made_from_plain_numbers_and_words():
    e = explore(
        lambda far_out, side: (Chart("x", "y", x=(0, 1), y=(0, 1)), f"{far_out} {side}"),
        far_out=(-2.0, 2.0), side=["left", "right"],
    )  # fmt: skip
    slider, choice = e.controls
    assert slider == {"name": "far_out", "label": "far out", "low": -2, "high": 2, "step": 0.2}
    assert choice == {"name": "side", "label": "side", "options": ["left", "right"]}
    assert e.text == "-2.0 left"
    e.set(side="right")
    assert e.text == "-2.0 right"


def test_the_browser_gets_a_whole_slider_before_it_is_moved(monkeypatch):
    monkeypatch.setattr(explorer_module, "ONE", 60)
    monkeypatch.setattr(explorer_module, "ALL", 60)
    e, sent = example(), []
    monkeypatch.setattr(e, "send", sent.append)
    e._prepare(e, {"prepare": "slope", "values": {"slope": 1, "shift": 2}}, [])
    (message,) = sent
    found = [scene["values"] for scene in message["prepared"]]
    assert found[0] == {"slope": 1.0, "shift": 2}
    assert sorted(v["slope"] for v in found) == [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]
    e.set(slope=-0.5, shift=2)
    (same,) = (scene for scene in message["prepared"] if scene["values"]["slope"] == -0.5)
    assert same == e.scene


def test_a_slow_drawing_is_not_prepared(monkeypatch):
    monkeypatch.setattr(explorer_module, "ONE", -1)
    e, sent = example(), []
    monkeypatch.setattr(e, "send", sent.append)
    e._prepare(e, {"prepare": "slope", "values": e.values}, [])
    assert sent == [{"prepared": []}]


def test_errors_of_the_drawing_are_shown_and_not_swallowed():
    e = example()
    e._draw = lambda **values: 1 / 0
    with pytest.raises(ZeroDivisionError):
        e.set(shift=1)
    assert e.text == "✘ ZeroDivisionError while drawing: division by zero"
    assert e.scene["values"]["shift"] == 1


def test_without_a_kernel_there_is_the_picture_with_its_words():
    e = example()
    data = e._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}  # a widget whose model is gone shows an error
    html = data["text/html"]
    assert html.startswith(f'<div class="live-place {e.place}">')
    assert 'alt="slope 1.0 &amp; shift 0"' in html and "<p>slope 1.0 &amp; shift 0</p>" in html
    assert "Shift+Enter to move: slope, shift." in html
    (data,) = re.findall('base64,([^"]+)', html)
    assert b64decode(data).decode() == e.pictures[0]


def test_a_question_before_the_picture():
    e = example(predict=("How steep?", 1.0, 0.1))
    assert e.question == {"question": "How steep?", "right": 1.0, "tolerance": 0.1}
    assert example().question is None


EXPLORERS = [gradient_flow_explorer, network_7_1_explorer, sigmoid_explorer, variance_explorer]


@pytest.mark.parametrize("make", EXPLORERS)
def test_explorers_of_the_course_draw_well_at_all_ends_of_their_controls(make):
    e = make()
    for control in e.controls:
        start = e.values[control["name"]]
        for value in control.get("options") or (control["low"], control["high"]):
            from_browser(e, **{control["name"]: value})
            assert e.text.count(".") and "✘" not in e.text
            for svg in e.pictures:
                assert "nan" not in svg and "inf" not in svg
                ElementTree.fromstring(svg)
        from_browser(e, **{control["name"]: start})


@pytest.mark.parametrize(
    "depth, factor, size, word",
    [
        (10, 2.0, "512", "exploding"),
        (10, 0.5, "0.001953", "vanishing"),
        (10, 1.0, "1", "stable"),
        (3, 1.5, "2.25", "stable"),
        (20, 0.88, "0.08814", "vanishing"),  # the limits of the question in 2.11
        (20, 0.89, "0.1092", "stable"),
        (20, 1.12, "8.613", "stable"),
        (20, 1.13, "10.2", "exploding"),
    ],
)
def test_gradient_flow_names_what_happens(depth, factor, size, word):
    e = gradient_flow_explorer()
    e.set(depth=depth, factor=factor)
    assert f"becomes {size} at layer 1" in e.text
    assert [w for w in ("vanishing", "exploding", "stable") if w in e.text] == [word]
    step = next(c["step"] for c in e.controls if c["name"] == "factor")
    assert step == 0.01
