"""Pictures with sliders: what they draw, say and leave behind without a kernel."""

import re

import ipywidgets
import pytest

from utils.explorers import Explorer, explore
from utils.explorers.ch02_autograd import gradient_flow_explorer
from utils.plots import axes


def lines():
    fig, ax = axes("x", "y")
    (line,) = ax.plot([0, 1], [0, 0])
    ax.set_ylim(-3, 3)
    calls = []

    def draw(slope, shift):
        calls.append((slope, shift))
        line.set_ydata([shift, slope + shift])
        return f"slope {slope:g} & shift {shift}"

    return draw, fig, calls


def test_moving_a_slider_redraws_and_says_so():
    draw, fig, calls = lines()
    e = explore(draw, fig, slope=(-2.0, 2.0, 0.5, 1.0), shift=(0, 3))
    assert isinstance(e, Explorer) and calls[-1] == (1.0, 0)
    before = e.picture.png
    e.sliders["slope"].value = -1.5
    assert calls[-1] == (-1.5, 0) and e.text == "slope -1.5 & shift 0"
    assert e.picture.png != before
    assert 'alt="slope -1.5 &amp; shift 0"' in e.image.value
    assert "slope -1.5 &amp; shift 0" in e.words.value


def test_sliders_are_made_from_plain_numbers():
    draw, fig, _ = lines()
    e = explore(draw, fig, slope=(-2.0, 2.0), shift=(1, 9, 2, 5))
    slope, shift = e.sliders["slope"], e.sliders["shift"]
    assert type(slope) is ipywidgets.FloatSlider and (slope.min, slope.max, slope.value) == (
        -2,
        2,
        -2,
    )
    assert type(shift) is ipywidgets.IntSlider and (
        shift.min,
        shift.max,
        shift.step,
        shift.value,
    ) == (1, 9, 2, 5)
    own = ipywidgets.IntSlider(value=2)
    assert explore(draw, fig, slope=(0.0, 1.0), shift=own).sliders["shift"] is own


def test_the_picture_never_changes_its_size():
    draw, fig, _ = lines()
    e = explore(draw, fig, slope=(-2.0, 2.0, 0.5, 1.0), shift=(0, 1000))

    def size():
        return re.search(r'width="(\d+)" height="(\d+)"', e.image.value).groups(), e.picture.png[
            16:24
        ]

    (ax,) = fig.axes
    before, place = size(), ax.get_position().bounds
    ax.set_ylabel("a label\nof\nthree lines")
    e.sliders["shift"].value = 1000
    assert size() == before and ax.get_position().bounds == place


def test_errors_of_the_drawing_are_not_swallowed():
    draw, fig, _ = lines()
    e = explore(draw, fig, slope=(0.0, 1.0), shift=(0, 1))
    e._draw = lambda **values: 1 / 0
    with pytest.raises(ZeroDivisionError):
        e.sliders["shift"].value = 1


def test_without_a_kernel_there_is_the_picture_with_its_words():
    draw, fig, _ = lines()
    data = explore(draw, fig, slope=(0.0, 1.0), shift=(0, 1))._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/html"].startswith('<img alt="slope 0 &amp; shift 0"')
    assert data["text/html"].endswith(">slope 0 &amp; shift 0</div>")
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize(
    "depth, factor, size, word",
    [
        (10, 2.0, "512", "exploding"),
        (10, 0.5, "0.001953", "vanishing"),
        (10, 1.0, "1", "stable"),
        (3, 1.5, "2.25", "stable"),
    ],
)
def test_gradient_flow_names_what_happens(depth, factor, size, word):
    e = gradient_flow_explorer()
    e.sliders["depth"].value, e.sliders["factor"].value = depth, factor
    assert f"becomes {size} at layer 1" in e.text
    assert [w for w in ("vanishing", "exploding", "stable") if w in e.text] == [word]


def test_gradient_flow_draws_one_point_per_layer_on_a_log_axis():
    e = gradient_flow_explorer(depth=4, factor=0.5)
    (ax,) = e._figure.axes
    assert ax.get_yscale() == "log"
    curve = next(line for line in ax.lines if len(line.get_xdata()) == 4)
    assert list(curve.get_ydata()) == pytest.approx([0.125, 0.25, 0.5, 1.0])
    low, high = ax.get_ylim()
    assert low < 0.4**19 and 2.0**19 < high
