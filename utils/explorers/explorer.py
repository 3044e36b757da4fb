"""`explore`: a picture with sliders that redraws fast and can be read without a kernel or eyes."""

from html import escape
from time import perf_counter

import ipywidgets as widgets

from utils.plots import Picture

FAST = 0.06  # seconds; a slower drawing follows a slider only when it is released
WORDS = "font-size:14px;line-height:1.5;min-height:3em"


class Explorer(widgets.VBox):
    """Sliders, a picture, and below it a sentence that says what the picture shows.

    `draw(**values)` changes the artists of `figure` and returns the sentence.
    From Python: `explorer.sliders["factor"].value = 2`, then `explorer.text`.
    """

    def __init__(self, draw, figure, **sliders):
        self._draw, self._figure = draw, figure
        self.sliders = {name: _slider(name, given) for name, given in sliders.items()}
        height = f"{round(100 * figure.get_figheight()) + 8}px"
        # HTML and not widgets.Image, which has no alternative text
        self.image = widgets.HTML(layout=widgets.Layout(height=height, min_height=height))
        self.words = widgets.HTML()
        super().__init__([*self.sliders.values(), self.image, self.words])
        self._update()
        # laid out by the first drawing: from now on nothing moves
        figure.set_layout_engine("none")
        started = perf_counter()
        self._update()
        fast = perf_counter() - started < FAST
        for slider in self.sliders.values():
            slider.continuous_update = fast
            slider.observe(self._update, "value")

    def _update(self, change=None):
        self.text = self._draw(**{name: slider.value for name, slider in self.sliders.items()})
        self.picture = Picture(self._figure, self.text)
        self.image.value = self.picture._repr_html_()
        self.words.value = f'<div role="status" style="{WORDS}">{escape(self.text)}</div>'

    def __repr__(self):
        return f"Explorer: {self.text}"

    def _repr_mimebundle_(self, **kwargs):
        """The live widget, and for readers without a kernel its picture and sentence."""
        return super()._repr_mimebundle_(**kwargs) | {
            "text/html": self.image.value + self.words.value,
            "image/png": self.picture.png,  # for viewers that strip images from HTML
        }


def explore(draw, figure, **sliders):
    """An `Explorer`: sliders for the arguments of `draw`, which updates `figure`.

    Each slider is (low, high), (low, high, step) or (low, high, step, start),
    whole numbers for a whole-number slider, or any ipywidgets control. Build the
    figure once and let `draw` only move its artists: that keeps it fast.

        fig, ax = axes("x", "y")
        (line,) = ax.plot(x, x)

        def draw(slope):
            line.set_ydata(slope * x)
            return f"A line of slope {slope}."

        explore(draw, fig, slope=(-2.0, 2.0, 0.1, 1.0))
    """
    return Explorer(draw, figure, **sliders)


def _slider(name, given):
    if isinstance(given, widgets.Widget):
        return given
    low, high, *more = given
    whole = all(isinstance(n, int) for n in given)
    step = more[0] if more else (1 if whole else (high - low) / 20)
    start = more[1] if len(more) > 1 else low
    kind = widgets.IntSlider if whole else widgets.FloatSlider
    return kind(
        value=start,
        min=low,
        max=high,
        step=step,
        description=name.replace("_", " "),
        style={"description_width": "80px"},
        layout=widgets.Layout(width="420px"),
    )
