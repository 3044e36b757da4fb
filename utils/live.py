"""`Live`: a widget that takes the place of its static form.

Jupyter shows "model not found" for a widget whose kernel is gone. So the output of a cell holds nothing but
the static form, which every reader shows, and as long as the kernel runs, live.js puts the widget there.
"""

from html import escape
from pathlib import Path
from uuid import uuid4

import anywidget
import ipywidgets
import traitlets


def script(*files):
    """What the browser runs: live.js, then these files."""
    folder = Path(__file__).parent
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("live.js", *files)]
    return "\n".join([*texts, "export default live(render);\n"])


class Live(anywidget.AnyWidget):
    """A widget with `static()`, its form as HTML where nothing can move; a picture has an alt text there.

    Its script defines `render({ model, el })` and may return what is to be done at the end.
    """

    place = traitlets.Unicode().tag(sync=True)  # the class of the element that is its place

    def __init__(self, **traits):
        super().__init__(place=f"live-{uuid4().hex}", **traits)

    def static(self):
        """The form for readers without a kernel: HTML that a page without scripts can show."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        return {"text/plain": repr(self), "text/html": in_place(self.place, self.static())}


class LiveChild(Live):
    """Lets a widget of ipywidgets take the place of a static form."""

    _esm = script("live_child.js")
    child = traitlets.Instance(ipywidgets.Widget).tag(sync=True, **ipywidgets.widget_serialization)


def in_place(place, static):
    """The static form in an element where the widget finds its place."""
    return f'<div class="live-place {escape(place)}">{static}</div>'
