"""The widgets of the quiz, one for each kind of question.

Labels of ipywidgets' radio buttons do not typeset mathematics; so an option is a small button or a
checkbox with its text beside it. Everything can be reached with Tab and pressed with Space or Enter; the
feedback is a live region, which screen readers read out.
"""

from __future__ import annotations

import ipywidgets as widgets

from utils.live import LiveChild, in_place
from utils.quiz.questions import ASKS, Question, Reply, as_html, as_static, as_text
from utils.quiz.quiz import SAID, answered
from utils.quiz.use_answer import UseAnswer

RIGHT, WRONG, PLAIN, DARK = "#00664b", "#a33b00", "#e4e7eb", "#1f2933"
CHOSEN, EDGE = "#005a8d", "#56b4e9"  # a chosen letter stands out on a light and on a dark page
COLOURS = {True: RIGHT, False: WRONG, None: CHOSEN}
HINTS = " You get one hint at a time."
SHEET = "line-height:1.45;font-size:14px"


class QuestionWidget(widgets.VBox):
    """A question. From Python: press its buttons as in the tests, then read `reply`."""

    how = ""  # what to do

    def __init__(self, question: Question):
        self.question = question
        self.reply: Reply | None = None
        self._live: LiveChild | None = None
        asked = f"<b>{question.id}</b> ({ASKS[question.kind]}) {as_html(question.question)}"
        how = self.how if question.has_key else self.how.removesuffix(HINTS)
        top = f"{asked}<br><i>{how}</i>"
        self.words = widgets.HTMLMath()
        self.use = UseAnswer(question.id)
        super().__init__([_text(top), *self._rows(), self.words, self.use])
        self._say("", "")

    def _rows(self) -> list[widgets.Widget]:
        """The controls."""
        raise NotImplementedError

    def _answer(self, answer) -> None:
        """Show the feedback to an answer."""
        self.reply = answered(self.question, answer)
        self.use.line = self.question.line(answer) if self.question.readable(answer) else ""
        mark, colour = SAID[self.reply.right], COLOURS[self.reply.right]
        self._say(f"<b>{mark}</b> {as_html(self.reply.feedback)}", colour)

    def _say(self, text: str, colour: str) -> None:
        border = f"border-left:4px solid {colour};" if colour else ""
        # as high as two lines from the beginning, so that nothing jumps
        self.words.value = (
            f'<div role="status" style="{SHEET};min-height:2.9em;max-width:46em;padding:0 .7em;{border}">'
            f"{text}</div>"
        )

    def __repr__(self) -> str:
        return f"Question {self.question.id}"

    def _repr_mimebundle_(self, **kwargs):
        """The question for readers without a kernel; the widget takes its place."""
        self._live = self._live or LiveChild(child=self)
        return {
            "text/plain": repr(self),
            "text/html": in_place(self._live.place, as_static(self.question)),
        }


class OneOptionWidget(QuestionWidget):
    """Buttons with letters: pressing one answers."""

    how = "Press the letter of your answer."

    def _rows(self):
        self.buttons = {}
        for letter, text in self.question.options.items():
            button = self.buttons[letter] = _letter_button(letter, as_text(text))
            button.on_click(lambda _, letter=letter: self._press(letter))
        return _with_texts(self.buttons, self.question.options)

    def _press(self, letter: str) -> None:
        self._answer(letter)
        for other, button in self.buttons.items():
            _mark(button, other, None)
        mark = SAID[self.reply.right][0]
        _mark(self.buttons[letter], f"{letter} {mark}", COLOURS[self.reply.right])


class SeveralOptionsWidget(QuestionWidget):
    """Checkboxes, and a button that gives one hint at a time."""

    how = f"Tick all that apply, then press Check.{HINTS}"

    def _rows(self):
        self.boxes = {
            letter: widgets.Checkbox(
                description=letter, indent=False, tooltip=f"{letter}: {as_text(text)}",
                layout=widgets.Layout(width="56px", min_width="56px"),
            )
            for letter, text in self.question.options.items()
        }  # fmt: skip
        self.check = _check_button(self._press)
        return [*_with_texts(self.boxes, self.question.options), self.check]

    def _press(self, _=None) -> None:
        self._answer("".join(letter for letter, box in self.boxes.items() if box.value))


class NumberWidget(QuestionWidget):
    """A field for a number or a formula."""

    how = "Type a number or a formula such as 3*4 + 2**5, and press Enter."

    def _rows(self):
        self.field = widgets.Text(
            continuous_update=False, tooltip=f"your answer to {self.question.id}",
            layout=widgets.Layout(width="260px"),
        )  # fmt: skip
        self.field.observe(self._press, "value")
        self.check = _check_button(self._press)
        return [widgets.HBox([self.field, self.check])]

    def _press(self, _=None) -> None:
        if self.field.value.strip():
            self._answer(self.field.value)


class OrderWidget(QuestionWidget):
    """Buttons with letters: pressing them puts the steps in order."""

    how = "Press the letters in order; pressing one again takes it out. Then press Check."

    def _rows(self):
        self.order: list[str] = []
        self.buttons = {}
        for letter, text in self.question.options.items():
            button = self.buttons[letter] = _letter_button(letter, as_text(text))
            button.on_click(lambda _, letter=letter: self._press_letter(letter))
        self.shown = _text("")
        self.check = _check_button(self._press)
        self._show_order()
        return [
            *_with_texts(self.buttons, self.question.options),
            widgets.HBox([self.check, self.shown], layout=widgets.Layout(align_items="center")),
        ]

    def _press_letter(self, letter: str) -> None:
        if letter in self.order:
            self.order.remove(letter)
        else:
            self.order.append(letter)
        self._show_order()

    def _show_order(self) -> None:
        for letter, button in self.buttons.items():
            chosen = letter in self.order
            text = f"{letter}: {self.order.index(letter) + 1}" if chosen else letter
            _mark(button, text, CHOSEN if chosen else None)
        said = " → ".join(self.order) or "nothing yet"
        self.shown.value = f'<div role="status" style="{SHEET}">Your order: {said}</div>'

    def _press(self, _=None) -> None:
        self._answer("".join(self.order))


class MatchWidget(QuestionWidget):
    """A row of letters for each name. (JupyterLab takes the arrow keys away from a drop-down list.)"""

    how = "Press a letter for each, then Check."

    def _rows(self):
        self.chosen: dict[str, str] = {}
        self.buttons: dict[str, dict[str, widgets.Button]] = {}
        rows = {}
        for name, what in self.question.left.items():
            self.buttons[name] = {}
            for letter, text in self.question.options.items():
                button = _letter_button(letter, f"{as_text(what)}: {as_text(text)}", "34px")
                button.on_click(
                    lambda _, name=name, letter=letter: self._press_letter(name, letter)
                )
                self.buttons[name][letter] = button
            rows[name] = widgets.HBox([*self.buttons[name].values()])
        self.check = _check_button(self._press)
        given = "<br>".join(
            f"<b>{letter}</b>&ensp;{as_html(text)}"
            for letter, text in self.question.options.items()
        )
        return [_text(given), *_with_texts(rows, self.question.left), self.check]

    def _press_letter(self, name: str, letter: str) -> None:
        self.chosen[name] = letter
        for other, button in self.buttons[name].items():
            _mark(button, other, CHOSEN if other == letter else None)

    def _press(self, _=None) -> None:
        if missing := [name for name in self.question.left if name not in self.chosen]:
            return self._say(
                f"Press a letter for {as_html(self.question.left[missing[0]])}, too.", ""
            )
        self._answer(dict(self.chosen))


WIDGETS = {
    "mc": OneOptionWidget,
    "multi": SeveralOptionsWidget,
    "num": NumberWidget,
    "order": OrderWidget,
    "match": MatchWidget,
}


def _text(value: str, margin: str = "0") -> widgets.HTMLMath:
    return widgets.HTMLMath(f'<div style="{SHEET};max-width:46em;margin:{margin}">{value}</div>')


def _with_texts(controls: dict[str, widgets.Widget], texts: dict[str, str]) -> list[widgets.HBox]:
    """Every control with its text on the right."""
    middle = widgets.Layout(align_items="center")
    return [
        widgets.HBox([control, _text(as_html(texts[name]), "0 0 0 8px")], layout=middle)
        for name, control in controls.items()
    ]


def _letter_button(letter: str, text: str, width: str = "56px") -> widgets.Button:
    button = widgets.Button(
        tooltip=f"{letter}: {text}", layout=widgets.Layout(width=width, min_width=width)
    )
    _mark(button, letter, None)
    return button


def _mark(button: widgets.Button, text: str, colour: str | None) -> None:
    button.description = text
    button.style.button_color = colour or PLAIN
    button.style.text_color = "white" if colour else DARK
    button.style.font_weight = "bold" if colour else ""
    button.layout.border = f"2px solid {EDGE}" if colour else "2px solid transparent"


def _check_button(press) -> widgets.Button:
    button = widgets.Button(description="Check", layout=widgets.Layout(width="96px"))
    button.on_click(press)
    return button
