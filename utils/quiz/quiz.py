"""`Quiz`: practise the questions of the course, with feedback for every answer.

What counts is the variable in the answer cell (`q4a = ...`); the widget is for finding out. It knows the
right answers (see `utils.quiz.questions`), as the back pages of a textbook do.
"""

from __future__ import annotations

import html
import posixpath
from urllib.parse import quote

from utils.forms import Form
from utils.parts import course_map
from utils.quiz.questions import Question, Reply, as_text, load_questions
from utils.records import load, record

_tries: dict[str, list[tuple[object, bool]]] = {}  # since the kernel started: (answer, right?)


class Quiz:
    """The questions of the quiz.

        quiz = Quiz()
        quiz.show("q4a")            # a widget that answers every option with its own feedback
        quiz.check("q4a", 0.25)     # the same feedback as text
        quiz.summary()              # what to revisit, with links to the exercises that train it

    with_questions: False where the question stands in the cell above, so that it is not read twice.
    """

    def __init__(self, with_questions: bool = True):
        self._with_questions = with_questions

    def show(self, key: str):
        """The widget of a question."""
        from utils.quiz.widgets import WIDGETS  # ipywidgets takes a while

        question = find(key)
        return WIDGETS[question.kind](question, self._with_questions)

    def check(self, key: str, answer) -> str:
        """The feedback to an answer, as text."""
        reply = answered(find(key), answer)
        return f"{'✔ Right.' if reply.right else '✘'} {as_text(reply.feedback)}"

    def has_the_form_of(self, key: str) -> Form:
        """The kind of answer that a question asks for: it says nothing about what is right."""
        question = find(key)
        return Form(question.form, question.readable)

    def summary(self):
        """What to revisit."""
        return _Summary(load_questions(), _states())


def find(key: str) -> Question:
    """The question with that id."""
    questions = load_questions()
    if key not in questions:
        raise ValueError(f"There is no question {key!r}. The quiz has: {', '.join(questions)}.")
    return questions[key]


def answered(question: Question, answer) -> Reply:
    """The reply to an answer, remembered for the summary."""
    reply = question.reply(answer)
    if reply.right or question.readable(answer):
        tries = _tries.setdefault(question.id, [])
        if not tries or repr(tries[-1][0]) != repr(answer):
            tries.append((answer, reply.right))
        part = f"{question.id}-practice"
        if (
            reply.right or load().get(part) != "passed"
        ):  # who has found it may look at other options
            record(part, "practice", "passed" if reply.right else "failed")
    return reply


def _states() -> dict[str, str]:
    """ "first", "later" (right, after wrong ones), "wrong" or "open" for every question."""
    kept, states = load(), {}
    for key in load_questions():
        tries = [right for _, right in _tries.get(key, [])]
        state = kept.get(f"{key}-practice", "open")
        if state == "open":
            states[key] = "open"
        elif state == "failed":
            states[key] = "wrong"
        else:
            states[key] = "later" if False in tries else "first"
    return states


WHY = {"wrong": "not right yet", "later": "right, after other answers"}


class _Summary:
    """The state of every question, as text and as HTML."""

    def __init__(self, questions: dict[str, Question], states: dict[str, str]):
        self._questions, self._states = questions, states

    def _with_state(self, *states: str) -> list[str]:
        return [key for key in self._questions if self._states[key] in states]

    @property
    def _counts(self) -> str:
        right = len(self._with_state("first", "later"))
        return f"{right} of {len(self._questions)} questions answered right in practice."

    @property
    def _open(self) -> str:
        keys = self._with_state("open")
        return f"Not tried yet: {', '.join(keys)}." if keys else ""

    @property
    def _end(self) -> str:
        if self._with_state("wrong", "later"):
            return self._open
        return self._open or "Nothing to revisit."

    def __repr__(self) -> str:
        lines = [self._counts]
        for key in self._with_state("wrong", "later"):
            names = " · ".join(_name(id) for id in self._questions[key].data["trains"])
            lines.append(f"Revisit {key} ({WHY[self._states[key]]}): {names}")
        return "\n".join([*lines, self._end]).rstrip()

    def _repr_html_(self) -> str:
        left = 'style="text-align:left;vertical-align:top"'
        rows = "".join(
            f"<tr><td {left}>{_link(key, key)}</td><td {left}>{WHY[self._states[key]]}</td>"
            f"<td {left}>{_links(self._questions[key].data['trains'])}</td></tr>"
            for key in self._with_state("wrong", "later")
        )
        table = (
            f'<table><caption style="text-align:left">To revisit</caption><thead><tr>'
            f"<th {left}>Question</th><th {left}>Why</th><th {left}>Exercises that train it</th></tr>"
            f"</thead><tbody>{rows}</tbody></table>"
        )
        return f"<p>{self._counts}</p>{table if rows else ''}<p>{html.escape(self._end)}</p>"


def _exercises() -> dict[str, tuple[str, str]]:
    """(title, path of the notebook) of every exercise of the course."""
    return {
        exercise["id"]: (exercise["title"], book["path"])
        for chapter in course_map()["chapters"]
        for book in chapter["notebooks"]
        for exercise in book["exercises"]
    }


def _name(exercise: str) -> str:
    title, _ = _exercises().get(exercise, ("", ""))
    return f"{exercise} {title}".strip()


def _links(exercises: list[str]) -> str:
    return "<br>".join(_link(exercise, _name(exercise)) for exercise in exercises)


def _link(key: str, text: str) -> str:
    """A link to the heading of an exercise, or of the exercise of a question; relative to the quiz."""
    known = _exercises()
    here = posixpath.dirname(known.get("q1", ("", "ch06_networks/quiz"))[1])
    exercise = key if key in known else key.rstrip("abcdefgh")
    if exercise not in known:
        return html.escape(text)
    title, path = known[exercise]
    target = posixpath.relpath(f"{path}.ipynb", here or ".")
    anchor = quote(f"{exercise} {title}".replace(" ", "-"), safe="'(),.-")
    return f'<a href="{quote(target)}#{html.escape(anchor)}">{html.escape(text)}</a>'
