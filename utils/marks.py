"""The four marks of an answer, and a line that says one."""

from __future__ import annotations

import html

from utils.colours import BAD, GOOD, QUIET, WARNING

PASSED, UNCHECKED, OPEN, FAILED = "passed", "unchecked", "open", "failed"
MARKS = {PASSED: "✔", UNCHECKED: "◐", OPEN: "○", FAILED: "✘"}
COLOURS = {PASSED: GOOD, UNCHECKED: WARNING, OPEN: QUIET, FAILED: BAD}


class Said:
    """A text that notebooks show in colour (with its mark) and terminals as it is."""

    def __init__(self, text: str, colour: str):
        self.text, self.colour = text, colour

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        tag = "pre" if "\n" in self.text else "span"
        style = f"color:{self.colour};white-space:pre-wrap"
        return f'<{tag} style="{style}">{html.escape(self.text)}</{tag}>'


def say(text: str, state: str = OPEN) -> None:
    """Show a text in the colour of a state."""
    try:
        from IPython import get_ipython
    except ImportError:
        print(text)
        return
    if (shell := get_ipython()) is None:
        print(text)
    else:  # (`display` would ask for it in every format that there is)
        said = Said(text, COLOURS[state])
        shell.display_pub.publish({"text/plain": repr(said), "text/html": said._repr_html_()})
