"""The questions of the quiz: what an answer says, which idea a wrong one shows, and texts as HTML.

One class for each kind of question, all used alike:

    question = load_questions()["q4a"]
    question.reply(0.25)         # Reply(right=False, feedback="That is one step.", idea="q4a_trap_0.25")

The grader uses the same classes. `items.json` is generated from the course's data file. In the full
course keys and feedback are packed in it, for practice, so that a glance at the file spoils nothing; in
the copy that a class is given they are missing, and a reply only says whether the answer can be read.
"""

from __future__ import annotations

import ast
import base64
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from pathlib import Path

from utils.answers import Unreadable, asked_number, letters, words

PUBLIC = ("id", "kind", "points", "trains", "question", "options", "left")


@dataclass(frozen=True)
class Reply:
    """What is said to an answer; `idea` names the mistake when it is a known one.

    right: None where nobody knows, since the question came without its key.
    """

    right: bool | None
    feedback: str
    idea: str = ""


LATER = Reply(
    None,
    "This has the form of an answer. Whether it is right, the feedback to your graded work will say.",
)


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer: the idea behind it, and what is said to it."""

    idea: str
    answer: object
    feedback: str


class Question:
    """What all kinds have in common. `options` are {letter: text}."""

    form = ""  # the answer's form, for people

    def __init__(self, data: dict):
        self.data = data
        self.id, self.kind, self.question = data["id"], data["kind"], data["question"]
        self.options: dict[str, str] = data.get("options", {})

    def read(self, answer):
        """The answer in its one plain form; `Unreadable` when it has none."""
        raise NotImplementedError

    def readable(self, answer) -> bool:
        """Does the answer have the right form? This says nothing about what it says."""
        try:
            self.read(answer)
        except Unreadable:
            return False
        return True

    def reply(self, answer) -> Reply:
        """Right or wrong, and why."""
        try:
            given = self.read(answer)
            return self.judge(given) if self.has_key else LATER
        except Unreadable as problem:
            return Reply(False, str(problem))

    @property
    def has_key(self) -> bool:
        """Is it known what is right? (Not in the copy that a class is given.)"""
        return "key" in self.data or "answer" in self.data

    def judge(self, given) -> Reply:
        """`reply` to an answer that was read."""
        raise NotImplementedError

    @property
    def right(self):
        """A right answer, as one would type it."""
        return self.data["key"]

    def line(self, answer) -> str:
        """The line of Python that gives this answer: `q4a = 0.25`."""
        return f"{self.id} = {self.typed(answer)}"

    def typed(self, answer) -> str:
        """An answer as one would type it in Python."""
        return json.dumps(self.read(answer))

    def mistakes(self) -> Iterator[Mistake]:
        """The known wrong answers."""
        for idea, answer in self.wrong_answers():
            yield Mistake(idea, answer, self.judge(self.read(answer)).feedback)

    def wrong_answers(self) -> Iterator[tuple[str, object]]:
        """(idea, answer) for every known mistake."""
        raise NotImplementedError

    def idea(self, slip: str) -> str:
        """The name of the idea behind a slip such as "option_b": the author's own, or one made up."""
        return self.data.get("ideas", {}).get(slip, f"{self.id}_{slip}")

    def _option(self, letter: str, feedback: str) -> str:
        return f"({letter}) {feedback}"


class OneOption(Question):
    """One of several options: a letter."""

    @property
    def form(self) -> str:
        return f'one letter, "a" to "{max(self.options)}"'

    def read(self, answer) -> str:
        given = letters(answer, self.options, self.form)
        if len(given) != 1:
            raise Unreadable(f"The answer is {self.form}.")
        return given[0]

    def judge(self, given: str) -> Reply:
        feedback = self.data["feedback"][given]
        if given == self.data["key"]:
            return Reply(True, feedback)
        return Reply(False, self._option(given, feedback), self.idea(f"option_{given}"))

    def wrong_answers(self):
        for letter in self.options:
            if letter != self.data["key"]:
                yield self.idea(f"option_{letter}"), letter


MISSING = "All that is marked applies, but something is missing. Go through the others once more."
MARKS = "what is marked applies", "nothing is missing"


class SeveralOptions(Question):
    """All options that apply: letters. A wrong answer gets one hint at a time; which letter is missing
    is never said."""

    form = "the letters of all that apply, as in {'a', 'b'} or \"ab\""

    def read(self, answer) -> list[str]:
        given = sorted(set(letters(answer, self.options, self.form)))
        if not given and not self.data.get("may_be_empty"):
            raise Unreadable("Mark at least one.")
        return given

    def judge(self, given: list[str]) -> Reply:
        feedback, key = self.data["feedback"], self.data["key"]
        for known in self.data.get("selections", ()):
            if "".join(given) in known["answers"]:
                return Reply(False, known["feedback"], known["idea"])
        for letter in given:
            if letter not in key:
                hint = self._option(letter, feedback[letter])
                slip = self.idea(f"option_{letter}")
                return Reply(False, f"Not all of these apply. {hint}", slip)
        if missing := [letter for letter in key if letter not in given]:
            return Reply(False, MISSING, self.idea_without(missing[0]))
        why = " ".join(self._option(letter, feedback[letter]) for letter in key)
        return Reply(True, f"{self.data['reveal']} {why}".strip())

    def marks(self, given: list[str]) -> dict[str, Reply]:
        """One reply for each demand on the marks, for answers that are paid in parts: one letter more or
        less than right costs one of the two, and with more than that nothing is right."""
        reply = self.judge(given)
        missing = set(self.data["key"]) - set(given)
        off = len(missing) + len(set(given) - set(self.data["key"]))
        said = dict.fromkeys(MARKS, Reply(True, self.data["reveal"]))
        if off > 1:
            said = dict.fromkeys(MARKS, Reply(False, "More than one letter has to be changed."))
        if not reply.right:
            said[MARKS[1] if reply.feedback == MISSING else MARKS[0]] = reply
        return said

    def wrong_answers(self):
        key = self.data["key"]
        for letter in self.options:
            if letter not in key:
                yield self.idea(f"option_{letter}"), {*key, letter}
        for letter in key:
            if len(key) > 1:
                yield self.idea_without(letter), set(key) - {letter}

    def idea_without(self, letter: str) -> str:
        """The idea of an answer in which a letter is missing: the author's, or the same for all."""
        return self.data.get("ideas", {}).get(f"without_{letter}", f"{self.id}_something_missing")

    @property
    def right(self) -> set[str]:
        return set(self.data["key"])

    def typed(self, answer) -> str:
        return json.dumps("".join(self.read(answer)))


_FORMULA = re.compile(r"[-+*/(). 0-9e]+")  # what means the same in Python


def _is_python(text: str) -> bool:
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return not any(isinstance(node, ast.Call) for node in ast.walk(tree))  # 2(3) means 6 here


class Number(Question):
    """A number, with a tolerance. Numbers that come from a known slip get that slip's feedback."""

    form = "a number"

    def read(self, answer) -> float:
        return asked_number(answer)

    def judge(self, given: float) -> Reply:
        if self._near(given, self.data["answer"]):
            return Reply(True, self.data["reveal"])
        for trap in self.data["traps"]:
            if self._near(given, trap["value"]):
                return Reply(False, trap["feedback"], self._trap(trap["value"]))
        return Reply(False, "This is not the number. Write down how it comes about, term by term.")

    def typed(self, answer) -> str:
        """The formula where Python reads it as we do, else its value."""
        value = self.read(answer)
        text = str(answer).strip()
        if _FORMULA.fullmatch(text) and _is_python(text):
            return text
        return str(int(value)) if value % 1 == 0 and abs(value) < 1e15 else repr(value)

    def _near(self, given: float, wanted: float) -> bool:
        if "atol" in self.data:
            return abs(given - wanted) <= self.data["atol"] + self.data["rtol"] * abs(wanted)
        return abs(given - wanted) <= max(self.data["rtol"], 1e-9) * (abs(wanted) or 1)

    def _trap(self, value: float) -> str:
        return self.idea(f"trap_{value:.0f}" if value % 1 == 0 else f"trap_{value:.4g}")

    @property
    def right(self) -> float:
        return self.data["answer"]

    def wrong_answers(self):
        for trap in self.data["traps"]:
            yield self._trap(trap["value"]), trap["value"]


DEMANDS = "no false step is used", "every step is there, once", "the order"


class Order(Question):
    """Steps in their order: letters. Steps that belong nowhere are left out."""

    form = 'the letters of the steps in their order, as in "xyz"'

    def read(self, answer) -> str:
        if isinstance(answer, (set, frozenset)):
            raise Unreadable(f"A set has no order. The answer is {self.form}.")
        given = letters(answer, self.options, self.form)
        if not given:
            raise Unreadable("Put the steps in order.")
        return "".join(given)

    def judge(self, given: str) -> Reply:
        if given in self.data["key"]:
            return Reply(True, self.data["reveal"])
        feedback = self.data["feedback"]
        used = self.data["key"][0]
        for letter in given:
            if letter not in used:
                hint = self._option(letter, feedback[letter])
                return Reply(False, hint, self.idea(f"step_{letter}"))
        if sorted(given) != sorted(used):
            return Reply(False, self.data["incomplete"], self.idea("incomplete"))
        letter = self._misplaced(given)
        return Reply(
            False, self._option(letter, feedback[letter]), self.idea(f"misplaced_{letter}")
        )

    def demands(self, given: str) -> dict[str, Reply]:
        """One reply for each demand on an order, for answers that are paid in parts.

        `before` in the data holds {idea: pairs such as "ab", a before b}.
        """
        used, feedback = self.right, self.data["feedback"]
        steps = [letter for letter in given if letter in used]
        at = {letter: place for place, letter in enumerate(steps)}
        foreign = [letter for letter in given if letter not in used]
        wrong = [
            idea
            for idea, pairs in self.data["before"].items()
            for first, second in pairs
            if first in at and second in at and at[first] > at[second]
        ]
        said = dict.fromkeys(DEMANDS, Reply(True, self.data["reveal"]))
        if foreign:
            idea = self.idea(f"step_{foreign[0]}")
            said[DEMANDS[0]] = Reply(False, feedback[foreign[0]], idea)
        if sorted(steps) != sorted(used):
            said[DEMANDS[1]] = Reply(False, self.data["incomplete"])
        if len(steps) < len(used) - 1:
            said[DEMANDS[2]] = Reply(False, "There are too few of the steps to judge the order.")
        elif wrong:
            said[DEMANDS[2]] = Reply(False, feedback[wrong[0]], wrong[0])
        return said

    def _misplaced(self, given: str) -> str:
        """The first step that comes too early; or the one that is late, if it waits for one only."""
        for place, letter in enumerate(given):
            needed = self.data["after"].get(letter, [])
            late = [other for other in needed if other not in given[:place]]
            if late:
                return late[0] if len(late) < len(needed) else letter
        raise ValueError(f"{self.id}: {given} breaks no rule and is no accepted order")

    @property
    def right(self) -> str:
        return self.data["key"][0]

    def wrong_answers(self):
        length, seen = len(self.right), set()
        yield self.idea("incomplete"), self.right[:-1]
        for order in permutations(self.options, length):
            reply = self.judge("".join(order))
            if reply.idea and reply.idea not in seen:
                seen.add(reply.idea)
                yield reply.idea, "".join(order)


class Match(Question):
    """Pairs: a dict from the names of the left side to letters of the right side."""

    def __init__(self, data: dict):
        super().__init__(data)
        self.left: dict[str, str] = data["left"]

    @property
    def form(self) -> str:
        names = ", ".join(f'"{name}": "…"' for name in self.left)
        return "a dict with a letter for each name: {" + names + "}"

    def read(self, answer) -> dict[str, str]:
        if not isinstance(answer, dict):
            raise Unreadable(f"The answer is {self.form}.")
        given = {
            re.sub(r"[\s-]+", "_", str(name).strip().casefold()): letter
            for name, letter in answer.items()
        }
        if missing := [name for name in self.left if name not in given]:
            raise Unreadable(f"The name {missing[0]!r} is missing. The answer is {self.form}.")
        return {name: self.read_letter(given[name]) for name in self.left}

    def read_letter(self, answer) -> str:
        """The letter for one name."""
        given = letters(answer, self.options, "one letter for each name")
        if len(given) != 1:
            raise Unreadable("Give one letter for each name.")
        return given[0]

    def judge(self, given: dict[str, str]) -> Reply:
        for name, letter in given.items():
            reply = self.judge_pair(name, letter)
            if not reply.right:
                return reply
        return Reply(True, self.data["reveal"])

    def judge_pair(self, name: str, letter: str) -> Reply:
        """The reply to one pair."""
        why = self.data["left_feedback"][name]
        if letter == self.data["key"][name]:
            return Reply(True, why)
        hint = f"{why} {self._option(letter, self.data['feedback'][letter])}"
        return Reply(False, hint, self.idea(f"{name}_{letter}"))

    def wrong_answers(self):
        for name in self.left:
            for letter in self.options:
                if letter != self.data["key"][name]:
                    yield self.idea(f"{name}_{letter}"), {**self.data["key"], name: letter}


class Word(Question):
    """One of several words: alone or in a sentence, in capitals or not. `options` are the words."""

    @property
    def form(self) -> str:
        return "the word " + " or ".join(f'"{word}"' for word in self.options)

    def read(self, answer) -> str:
        found = words(answer, self.options, self.form)
        if len(found) != 1:
            raise Unreadable(f"The answer is {self.form}.")
        return found.pop()

    def judge(self, given: str) -> Reply:
        feedback = self.data["feedback"][given]
        if given == self.data["key"]:
            return Reply(True, feedback)
        return Reply(False, feedback, self.idea(f"option_{given}"))

    def wrong_answers(self):
        for word in self.options:
            if word != self.data["key"]:
                yield self.idea(f"option_{word}"), word


KINDS = {
    "word": Word,
    "mc": OneOption,
    "multi": SeveralOptions,
    "num": Number,
    "order": Order,
    "match": Match,
}


def question_from(data: dict) -> Question:
    """The question of its kind."""
    return KINDS[data["kind"]](data)


# The data of the practice widget --------------------------------------------------------------


def packed(data: dict) -> dict:
    """A question's data for `items.json`: key and feedback in one unreadable string."""
    public = without_key(data)
    rest = json.dumps({name: data[name] for name in data if name not in PUBLIC}, sort_keys=True)
    return {**public, "packed": base64.b85encode(rest.encode()).decode()}


def unpacked(data: dict) -> dict:
    """What was `packed`; without key and feedback where they were left out."""
    rest = json.loads(base64.b85decode(data["packed"])) if "packed" in data else {}
    return {**without_key(data), **rest}


def without_key(data: dict) -> dict:
    """What everybody may see of a question."""
    return {name: data[name] for name in PUBLIC if name in data}


@lru_cache
def load_questions() -> dict[str, Question]:
    """The questions of the course by their ids."""
    text = Path(__file__).with_name("items.json").read_text(encoding="utf-8")
    return {one["id"]: question_from(unpacked(one)) for one in json.loads(text)["items"]}


# Texts ----------------------------------------------------------------------------------------


def as_html(text: str) -> str:
    """A question's text as HTML; $mathematics$ is left to the notebook."""
    safe = html.escape(text, quote=False)
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return re.sub(r"\*\*([^*$]+)\*\*", r"<b>\1</b>", safe)


_SIGNS = {
    r"\sigma": "σ", r"\Phi": "Φ", r"\varphi": "φ", r"\alpha": "α", r"\delta": "δ", r"\pi": "π",
    r"\varepsilon": "ε", r"\cdot": "·", r"\le": "≤", r"\ge": "≥", r"\sim": "~",
    r"\infty": "∞",
}  # fmt: skip
_RAISED = str.maketrans("0123456789-Txn", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀˣⁿ")


ASKS = {
    "mc": "one letter",
    "multi": "all letters that apply; one wrong letter costs half",
    "num": "a number",
    "order": "the letters in order, all or nothing",
    "match": "a letter for each",
}


def as_static(question: Question) -> str:
    """A question as HTML, for readers without a kernel."""
    options = "".join(f"<li>({one}) {as_html(text)}</li>" for one, text in question.options.items())
    lists = f'<ul style="list-style:none">{options}</ul>' if options else ""
    if question.kind == "match":
        names = "".join(
            f"<li><code>{one}</code>: {as_html(text)}</li>" for one, text in question.left.items()
        )
        lists = f"<ul>{names}</ul><p>Choose from:</p>{lists}"
    return (
        f"<div><p><b>{question.id}</b> ({ASKS[question.kind]}) {as_html(question.question)}</p>{lists}"
        "<p><i>To answer it, run this cell: press Shift+Enter.</i></p></div>"
    )


def as_text(text: str) -> str:
    """A question's text without markup, for terminals and screen readers."""
    text = re.sub(r"\$([^$]*)\$", lambda found: _plain(found[1]), text)
    return text.replace("`", "").replace("**", "")


def _plain(formula: str) -> str:
    formula = re.sub(r"\\(?:mathrm|text)\{([^}]*)\}", r"\1", formula)
    formula = formula.replace(r"\frac12", "1/2")
    formula = formula.replace(r"\,", " ").replace(r"\hat y", "ŷ")
    formula = re.sub(r"\\partial ?", "∂", formula)
    formula = re.sub(r" ?\\log ?", " log ", formula)
    for command, sign in _SIGNS.items():
        formula = re.sub(re.escape(command) + "(?![a-zA-Z])", sign, formula)
    formula = re.sub(
        r"\^(?:\{([^}]*)\}|(\w))", lambda m: (m[1] or m[2]).translate(_RAISED), formula
    )
    formula = re.sub(r"_(?:\{([^}]*)\}|(\d))", lambda m: m[1] or m[2], formula)
    formula = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", _fraction, formula)
    formula = re.sub(r"\\sqrt\{([^{}]*)\}", r"√(\1)", formula)
    return formula.replace("-", "\N{MINUS SIGN}")


def _fraction(found) -> str:
    above, below = (
        part if re.fullmatch(r"[\w∂ŷ²σ]+", part) else f"({part})" for part in found.groups()
    )
    return f"{above}/{below}"
