"""The plots: what they draw and say; that importing them costs nothing."""

import subprocess
import sys
from io import BytesIO

import matplotlib
import numpy as np
import pytest

from utils import plots


@pytest.fixture
def shown(monkeypatch):
    """The (figure, alt) pairs that a test shows."""
    pairs = []

    def show(fig, alt):
        plots.Picture(fig, alt)
        pairs.append((fig, alt))

    monkeypatch.setattr(plots, "show", show)
    return pairs


def test_importing_loads_no_heavy_package():
    code = (
        "import sys, utils, utils.engine, utils.autograd, utils.graph, utils.plots;"
        "heavy = {'torch', 'matplotlib', 'ipywidgets', 'anywidget', 'IPython'};"
        "print(*heavy & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == ""


def test_show_displays_one_image_with_alternative_text(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    fig, _ = plots.axes("x", "y")
    plots.show(fig, 'a < b & "c"')
    (picture,) = displayed
    html = picture._repr_html_()
    assert (
        html.startswith('<img alt="a &lt; b &amp; &quot;c&quot;"')
        and "data:image/png;base64,iVBOR" in html
    )
    assert repr(picture) == '[picture: a < b & "c"]'


def test_the_ground_is_transparent_and_words_are_grey_on_every_figure():
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    ours, _ = plots.axes("x", "y", "Title")
    pixels = imread(BytesIO(plots.png(ours)))
    assert pixels[0, 0, 3] == 0 and pixels[..., 3].max() > 0.9
    theirs = Figure()
    label = theirs.subplots().set_xlabel("black by default")
    plots.png(theirs)
    assert label.get_color() == plots.INK


def test_a_picture_without_words_is_refused():
    fig, _ = plots.axes("x", "y")
    with pytest.raises(ValueError, match="in words"):
        plots.show(fig, "")


def test_axes_are_labelled_and_the_style_stays_inside():
    before = dict(matplotlib.rcParams)
    fig, ax = plots.axes("step", "loss", "Training", columns=2)
    assert [(a.get_xlabel(), a.get_ylabel()) for a in ax] == [("step", "loss")] * 2
    assert dict(matplotlib.rcParams) == before


def test_curves_differ_in_colour_and_line():
    _, ax = plots.axes("x", "y")
    drawn = [ax.plot([0, 1], [k, k])[0] for k in range(len(plots.COLOURS))]
    assert len({line.get_color() for line in drawn}) == len(drawn)
    assert len({line.get_linestyle() for line in drawn[:4]}) == 4


def test_descent_shows_the_points_and_says_where_it_went(shown):
    plots.plot_descent(lambda x: x * x, lambda x: 2 * x, [3, 2.4])
    ((fig, alt),) = shown
    assert (
        alt == "Gradient descent: 1 step on the curve of f, from x = 3, f = 9 to x = 2.4, f = 5.76."
    )
    lines = {line.get_label(): line for line in fig.axes[0].lines}
    assert list(lines["steps"].get_xdata()) == [3, 2.4]
    assert list(lines["steps"].get_ydata()) == pytest.approx([9, 5.76])
    (x0, x1), (y0, y1) = lines["slope"].get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(6)


def test_descent_accepts_a_start_without_a_step_and_a_domain(shown):
    plots.plot_descent(np.cos, lambda x: -np.sin(x), [0.0])
    plots.plot_descent(np.cos, lambda x: -np.sin(x), [1.0, 1.5], domain=(-3, 3))
    f = next(line for line in shown[1][0].axes[0].lines if line.get_label() == "f")
    assert (f.get_xdata()[0], f.get_xdata()[-1]) == (-3, 3)


def test_losses_are_drawn_on_a_log_axis_with_their_target(shown):
    plots.plot_losses([1.0, 0.1, 0.0, float("nan"), 0.001], target=0.01)
    ((fig, alt),) = shown
    (ax,) = fig.axes
    assert ax.get_yscale() == "log"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1.0, 0.1, np.nan, np.nan, 0.001])
    assert list(ax.lines[1].get_ydata()) == [0.01, 0.01]
    assert alt == "Loss while training: loss goes from 1 to 0.001 in 5 steps; the target is 0.01."


def test_several_losses_have_names(shown):
    plots.plot_losses({"tanh": [1, 0.5], "relu": [2, 1]})
    legend = shown[0][0].axes[0].get_legend()
    assert [t.get_text() for t in legend.get_texts()] == ["tanh", "relu"]
    with pytest.raises(ValueError, match="no losses"):
        plots.plot_losses([])


@pytest.mark.parametrize("shape", [(12, 64), (12, 8, 8)])
def test_digits_mark_what_is_wrong_in_words_too(shown, shape):
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 10
    predicted = labels.copy()
    predicted[3] = 9
    plots.show_digits(rng.random(shape), labels, predicted)
    ((fig, alt),) = shown
    assert alt.startswith("12 handwritten digits: 0, 1, 2, 3 taken for 9, 4,")
    titles = [ax.get_title() for ax in fig.axes if ax.images]
    assert titles[:5] == ["0", "1", "2", "3, not 9", "4"] and len(titles) == 12


def test_digits_refuse_lists_of_different_length(shown):
    with pytest.raises(ValueError, match="2 images, but 3 labels"):
        plots.show_digits(np.zeros((2, 64)), [1, 2, 3])
    with pytest.raises(ValueError, match="2 labels, but 1 predictions"):
        plots.show_digits(np.zeros((2, 64)), [1, 2], [1])
