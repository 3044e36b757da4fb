"""The button that writes an answer of the widget into the answer cell, which is what counts."""

from pathlib import Path

import anywidget
import traitlets


class UseAnswer(anywidget.AnyWidget):
    """Writes `line` into the answer cell of the part, in the notebook itself.

    Where the notebook is out of reach (not in JupyterLab) it gives the line to copy.
    """

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    part = traitlets.Unicode().tag(sync=True)
    line = traitlets.Unicode().tag(sync=True)  # empty before the first answer

    def __init__(self, part):
        super().__init__(part=part)
