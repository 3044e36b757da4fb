"""`Quiz`: practise the questions of the course, with feedback for every answer.

What counts is the variable in the answer cell (`q4a = ...`), which the widget writes there. In the full
course it knows the right answers (see `utils.quiz.questions`), as the back pages of a textbook do; in the
copy that a class is given it looks at the form of an answer only.
"""

from __future__ import annotations

import html
import posixpath
import re
from urllib.parse import quote

from utils.forms import Form
from utils.marks import FAILED, OPEN, PASSED, UNCHECKED
from utils.parts import course_map
from utils.quiz.questions import Question, Reply, as_text, load_questions
from utils.records import load, record

FOLDER = "ch06_networks"  # of the notebooks with the quiz
PRACTICE, FIRST = "practice", "first try"  # what is remembered of a question
SAID = {True: "✔ Right.", False: "✘", None: "◐"}
STATES = {True: PASSED, False: FAILED, None: UNCHECKED}


class Quiz:
    """The questions of the quiz.

    quiz = Quiz()
    quiz.show("q4a")            # a widget that answers every option with its own feedback
    quiz.check("q4a", 0.25)     # the same feedback as text
    quiz.summary()              # what to revisit, with links to the exercises that train it
    """

    def show(self, key: str):
        """The widget of a question."""
        from utils.quiz.widgets import WIDGETS  # ipywidgets takes a while

        question = find(key)
        return WIDGETS[question.kind](question)

    def check(self, key: str, answer) -> str:
        """The feedback to an answer, as text."""
        reply = answered(find(key), answer)
        return f"{SAID[reply.right]} {as_text(reply.feedback)}"

    def has_the_form_of(self, key: str) -> Form:
        """The kind of answer that a question asks for: it says nothing about what is right."""
        question = find(key)
        return Form(question.form, question.readable)

    def summary(self, notebook: str | None = None):
        """What to revisit: of one notebook ("ch06_networks/quiz"), or of the whole quiz."""
        questions = load_questions()
        if notebook is not None:
            questions = {k: one for k, one in questions.items() if _notebook_of(k) == notebook}
        return _Summary(questions, _states())


def find(key: str) -> Question:
    """The question with that id."""
    questions = load_questions()
    if key not in questions:
        raise ValueError(f"There is no question {key!r}. The quiz has: {', '.join(questions)}.")
    return questions[key]


def answered(question: Question, answer) -> Reply:
    """The reply to an answer, remembered for the summary.

    The first try stays what it was. Who has found the right answer may look at the others.
    """
    reply = question.reply(answer)
    if reply.right or question.readable(answer):
        state, known = STATES[reply.right], load()
        if _part(question.id, FIRST) not in known:
            record(_part(question.id, FIRST), FIRST, state)
        if reply.right or known.get(_part(question.id, PRACTICE)) != PASSED:
            record(_part(question.id, PRACTICE), PRACTICE, state)
    return reply


def _part(key: str, what: str) -> str:
    """The name under which something about a question is remembered."""
    return f"{key}-{what.replace(' ', '-')}"


def _states() -> dict[str, str]:
    """ "first", "later" (right, after wrong ones), "wrong", "given" (nobody knows) or "open" for every
    question."""
    kept = load()
    return {key: _state(kept, key) for key in load_questions()}


def _state(kept: dict[str, str], key: str) -> str:
    if (state := kept.get(_part(key, PRACTICE), OPEN)) == PASSED:
        return "first" if kept.get(_part(key, FIRST)) == PASSED else "later"
    return {FAILED: "wrong", UNCHECKED: "given"}.get(state, "open")


TEXT = "the text before the question"  # where no exercise trains it
WHY = {"wrong": "not right yet", "later": "right, after other answers"}


class _Summary:
    """The state of every question, as text and as HTML."""

    def __init__(self, questions: dict[str, Question], states: dict[str, str]):
        self._questions, self._states = questions, states

    def _with_state(self, *states: str) -> list[str]:
        return [key for key in self._questions if self._states[key] in states]

    @property
    def _counts(self) -> str:
        if not any(question.has_key for question in self._questions.values()):
            given = len(self._with_state("given"))
            return (
                f"{given} of {len(self._questions)} questions answered in practice. "
                "Which answers are right, the feedback to your graded work will say."
            )
        first, later = (len(self._with_state(one)) for one in ("first", "later"))
        right = f"{first + later} of {len(self._questions)} questions answered right in practice"
        return f"{right}, {first} of them at the first try." if first + later else f"{right}."

    @property
    def _open(self) -> str:
        keys = self._with_state("open")
        return f"Not tried yet: {', '.join(keys)}." if keys else ""

    @property
    def _end(self) -> str:
        if self._with_state("wrong", "later"):
            return self._open
        return self._open or ("" if self._with_state("given") else "Nothing to revisit.")

    def __repr__(self) -> str:
        lines = [self._counts]
        for key in self._with_state("wrong", "later"):
            names = " · ".join(_name(id) for id in self._questions[key].data["trains"])
            lines.append(f"Revisit {key} ({WHY[self._states[key]]}): {names or TEXT}")
        return "\n".join([*lines, self._end]).rstrip()

    def _repr_html_(self) -> str:
        left = 'style="text-align:left;vertical-align:top"'
        rows = "".join(
            f"<tr><td {left}>{_to_cell(_notebook_of(key), f'practice-{key}', key)}</td>"
            f"<td {left}>{WHY[self._states[key]]}</td>"
            f"<td {left}>{_links(self._questions[key].data['trains']) or TEXT}</td></tr>"
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


def _link(exercise: str, text: str) -> str:
    """A link to an exercise; the bare text of an unknown one."""
    known = _exercises()
    if exercise not in known:
        return html.escape(text)
    return _to_cell(known[exercise][1], f"exercise-{exercise.replace('.', '-')}", text)


def _to_cell(path: str, cell: str, text: str) -> str:
    """A link to a cell of a notebook, relative to the quiz: JupyterLab goes there."""
    target = posixpath.relpath(f"{path}.ipynb", FOLDER)
    return f'<a href="{quote(target)}#cell-id={cell}">{html.escape(text)}</a>'


def _notebook_of(key: str) -> str:
    """The path of the notebook in which a question stands."""
    number = re.match(r"q\d+", key)[0]  # of its exercise
    return _exercises().get(number, ("", f"{FOLDER}/quiz"))[1]
