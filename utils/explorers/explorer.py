"""`explore`: pictures with sliders that follow the hand, and can be read without a kernel or eyes."""

from base64 import b64encode
from html import escape
from time import perf_counter

import traitlets

from utils.live import Live, script

# A browser gets the pictures of a whole slider before it is moved, if they are drawn in this time
# (in seconds, one of them and all of them).
ONE, ALL = 0.01, 0.25


class Explorer(Live):
    """Controls, pictures, and below them a sentence that says what the pictures show.

    From Python: `explorer.set(factor=2)`, then `explorer.text` and `explorer.pictures`.
    """

    _esm = script("explorers/explorer.js")

    controls = traitlets.List().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    # {"values": of the controls, "pictures": [SVG, ...], "text": sentence}
    scene = traitlets.Dict().tag(sync=True)
    question = traitlets.Dict(None, allow_none=True).tag(sync=True)

    def __init__(self, draw, controls, question=None):
        self._draw = draw
        self._kinds = {control["name"]: control.pop("kind") for control in controls}
        values = {control["name"]: control.pop("start") for control in controls}
        super().__init__(
            controls=controls, values=values, question=question, scene=self._drawn(values)
        )
        self.observe(self._update, "values")
        self.on_msg(self._prepare)

    def set(self, **values):
        """Move controls: `explorer.set(factor=2)`."""
        if unknown := set(values) - set(self.values):
            raise ValueError(
                f"There is no control {unknown.pop()!r}; there are {', '.join(self.values)}."
            )
        self.values = self.values | values

    @property
    def text(self):
        """The sentence that says what the pictures show."""
        return self.scene["text"]

    @property
    def pictures(self):
        """The pictures as SVG texts."""
        return self.scene["pictures"]

    def _drawn(self, values):
        """What `draw` makes of the values; the browser sends 2 for 2.0."""
        drawn, text = self._draw(
            **{name: self._kinds[name](value) for name, value in values.items()}
        )
        charts = drawn if isinstance(drawn, (list, tuple)) else [drawn]
        return {"values": values, "pictures": [chart.svg() for chart in charts], "text": text}

    def _update(self, change):
        try:
            self.scene = self._drawn(self.values)
        except Exception as error:  # a browser would show nothing of it
            text = f"✘ {type(error).__name__} while drawing: {error}"
            self.scene = self.scene | {"values": self.values, "text": text}
            raise

    def _prepare(self, _, message, buffers):
        """Send the scenes of a control's other values, the nearest first, as far as the time allows."""
        name, values = message["prepare"], message["values"]
        (control,) = (control for control in self.controls if control["name"] == name)
        scenes, started = [], perf_counter()
        for value in _positions(control, values[name]):
            if perf_counter() - started > (ALL if len(scenes) > 1 else ONE):
                break
            scenes.append(self._drawn(values | {name: value}))
        self.send({"prepared": scenes})

    def __repr__(self):
        return f"Explorer: {self.text}"

    def static(self):
        """The pictures at the start of the controls, as images, with their sentence."""
        images = "".join(
            f'<img style="max-width:100%" alt="{escape(self.text)}" '
            f'src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'
            for svg in self.pictures
        )
        names = ", ".join(control["label"] for control in self.controls)
        how = f"Select this cell and press Shift+Enter to move: {escape(names)}."
        return f"<div>{images}</div><p>{escape(self.text)}</p>" + (
            f"<p><i>{how}</i></p>" if names else ""
        )


def explore(draw, predict=None, **controls):
    """An `Explorer`: a control for each argument of `draw`, which returns charts and a sentence.

    Each control is (low, high), (low, high, step) or (low, high, step, start), whole numbers for a
    slider of whole numbers; or a list of words to choose from, which begins with the first.

        def draw(slope):
            chart = Chart("x", "y", x=(-2, 2), y=(-4, 4))
            chart.line([-2, 2], [-2 * slope, 2 * slope])
            return chart, f"A line of slope {slope:.1f}."

        explore(draw, slope=(-2.0, 2.0, 0.1, 1.0))

    predict: (question, right number, tolerance), asked before the picture is shown.
    """
    question = (
        dict(zip(("question", "right", "tolerance"), predict, strict=True)) if predict else None
    )
    return Explorer(draw, [_control(name, given) for name, given in controls.items()], question)


def _positions(control, here):
    """All values of a control, those nearest to `here` first."""
    if "options" in control:
        return control["options"]
    low, high, step = (control[key] for key in ("low", "high", "step"))
    count = int((high - low) / step + 1e-9)
    every = (round(low + k * step, 10) for k in range(count + 1))
    return sorted(every, key=lambda value: abs(value - here))


def _control(name, given):
    label = name.replace("_", " ")
    if isinstance(given, list):
        return {"name": name, "label": label, "kind": str, "options": given, "start": given[0]}
    low, high, *more = given
    whole = all(isinstance(number, int) for number in given)
    step = more[0] if more else (1 if whole else (high - low) / 20)
    start = more[1] if len(more) > 1 else low
    about = {"name": name, "label": label, "low": low, "high": high, "step": step, "start": start}
    return about | {"kind": int if whole else float}
