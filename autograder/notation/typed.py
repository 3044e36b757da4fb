"""Answers that are typed: one vocabulary for the whole course, and the quiz's own questions.

    counts = numbers("2.3a", points=1, right={"n_nodes": 5, "n_edges": 6}, ideas={
        "tree_edges": ("One edge less than nodes holds for trees.", {"n_edges": 4}),
    })
    why = choice("2.4c", "why_dl", "abcd", key="b", points=1, ideas={
        "a": ("believes_forward_is_inexact", "Both modes are exact."),
    })

Each makes a whole check: what is observed, how it is judged, a misconception for every idea, and the
same right answer in other forms (capitals, lists, numbers of other libraries). Oracles are added as to
every check. How an answer is read is the question's business (`utils.quiz.questions`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from autograder.inside.typed import FormulaValues, Values
from autograder.notation.checks import Check
from autograder.notation.faults import Fault
from autograder.notation.forms import STYLES, assignment, literal, numbers_in, other_forms
from autograder.notation.registry import check
from utils.answers import Unreadable
from utils.quiz.questions import MARKS, Question, Reply, as_text, question_from

Idea = tuple  # (sentence, wrong answer, another one, …)


@dataclass(frozen=True)
class Asked:
    """One sub-check of a typed answer: where it stands, and the question that it answers."""

    sub_check: str
    question: Question
    name: str
    key: str | None = None  # of the dict called `name`


# The vocabulary -------------------------------------------------------------------------------


def numbers(
    part: str,
    *,
    right: Mapping[str, float],
    ideas: Mapping[str, Idea],
    inside: str = "",
    rules: Mapping[str | tuple[str, str], Callable[[dict], bool | Fault]] | None = None,
    rtol: float = 1e-4,
    atol: float = 1e-6,
    **options,
) -> Check:
    """A check of numbers: `right` is {variable: value}; or {key: value} of the dict `inside`.

    ideas: {name: (sentence, {variable: wrong value, …}, …)}, one or more sets of values that show the
    idea; a tuple of values stands for any of them. Variables that are not named are right.
    rules: {another variable: rule(observation) -> True or Fault}, for what is asked beside numbers;
    or {(sub-check, variable): rule}, for points that a wrong number may still earn.
    options: as for `check`.
    """
    rules = {
        key if isinstance(key, tuple) else (key, key): rule for key, rule in (rules or {}).items()
    }
    asked = [
        Asked(name, _number(part, value, rtol, atol), inside or name, name if inside else None)
        for name, value in right.items()
    ]
    places = [(one.sub_check, one.name, one.key) for one in asked]
    made = check(part, **options)(Values((*places, *((key, name, None) for key, name in rules))))

    @made.judge
    def _(observation, rng):
        """Each number within the tolerance of the right one. A wrong one shows the idea that gives
        it, and of several the one that agrees best with what else was typed."""
        said = {one.sub_check: one.question.reply(observation[one.sub_check]) for one in asked}
        given = {
            one.sub_check: one.question.read(observation[one.sub_check])
            for one in asked
            if one.question.readable(observation[one.sub_check])
        }
        wrong = {name for name in given if not said[name].right}
        shown = {name: _best_idea(name, given, wrong, ideas) for name in wrong}
        outcomes = {
            name: Fault("", shown[name]) if name in wrong else outcome(reply)
            for name, reply in said.items()
        }
        for (key, name), rule in rules.items():
            outcomes[key] = rule(observation)
            if name in wrong and isinstance(outcomes[key], Fault):
                outcomes[key] = Fault(outcomes[key].sentence, shown[name])
        return outcomes

    for idea, (sentence, *forms) in ideas.items():
        wrong_values = [values for form in forms for values in _each(form)]
        _misconceptions(
            made, idea, sentence, [assignment({**right, **w}, inside) for w in wrong_values]
        )
    for style in STYLES:
        made.alternative(style, source=numbers_in(style, right, inside))
    return made


def choice(
    part: str, name: str, options: str | Mapping[str, str], *, key: str, ideas, **rest
) -> Check:
    """A check of one letter. ideas: {letter: (name of the idea, sentence)}. rest: as for `check`."""
    question = question_from(
        {
            "id": part, "kind": "mc", "question": "", "options": _options(options), "key": key,
            "feedback": {letter: ideas.get(letter, ("", "that is not it"))[1] for letter in options},
            "ideas": {f"option_{letter}": idea for letter, (idea, _) in ideas.items()},
        }
    )  # fmt: skip
    made = of_questions(part, [Asked(name, question, name)], rest)
    for letter, (idea, sentence) in ideas.items():
        made.misconception(idea, sentence, source=f"{name} = {letter!r}")
    return _with_other_forms(made, name, question)


def choices(
    part: str,
    name: str,
    options: str | Mapping[str, str],
    *,
    key: str,
    ideas: Mapping[str, tuple[str, str]] | None = None,
    selections: Mapping[str, Idea] | None = None,
    groups: Mapping[str, str] | None = None,
    **rest,
) -> Check:
    """A check of all letters that apply.

    ideas: {letter: (name of the idea, sentence)} for a letter that is marked and does not apply, or
    that applies and is left out. selections: {idea: (sentence, "bdf", "df", …)} for whole answers.
    groups: {sub-check: its letters}: one sub-check each, in place of a single one. rest: as for `check`.
    """
    ideas, selections = ideas or {}, selections or {}
    data = {
        "id": part, "kind": "multi", "question": "", "options": _options(options),
        "key": sorted(key), "reveal": "",
        "feedback": {letter: ideas.get(letter, ("", "look at each once more"))[1] for letter in options},
        "ideas": {
            ("without_" if letter in key else "option_") + letter: idea
            for letter, (idea, _) in ideas.items()
        },
        "selections": [
            {"idea": idea, "feedback": sentence, "answers": ["".join(sorted(one)) for one in answers]}
            for idea, (sentence, *answers) in selections.items()
        ],
        "may_be_empty": bool(groups) or any("" in answers for _, *answers in selections.values()),
    }  # fmt: skip
    whole = question_from(data)
    if groups:
        asked = [
            Asked(sub_check, _OfGroup(data | {"key": sorted(set(key) & set(group))}, group), name)
            for sub_check, group in groups.items()
        ]
    else:
        asked = [Asked(name, whole, name)]
    made = of_questions(part, asked, rest)
    for letter, (idea, sentence) in ideas.items():
        wrong = "".join(sorted(set(key) ^ {letter}))
        made.misconception(idea, sentence, source=f"{name} = {wrong!r}")
    for idea, (sentence, *answers) in selections.items():
        sources = [f"{name} = {''.join(sorted(answer))!r}" for answer in answers]
        _misconceptions(made, idea, sentence, sources)
    return _with_other_forms(made, name, whole)


def order(
    part: str,
    name: str,
    options: str | Mapping[str, str],
    *,
    right: str,
    before: Mapping[str, Idea],
    false: Mapping[str, tuple[str, str]] | None = None,
    missing: Idea | None = None,
    orders: Mapping[str, Idea] | None = None,
    **rest,
) -> Check:
    """A check of steps in their order, paid in three: no false step, every step, the order.

    right: an order that breaks no rule. before: {idea: (sentence, "ab", …)}: every pair says that its
    first step comes before its second, and the idea is that of an answer with the two exchanged.
    false: {letter: (name of the idea, sentence)} for steps that belong nowhere. missing: (name of the
    idea, sentence, an example, …) for an answer that lacks steps and is right in all else. orders:
    {idea: (sentence, a whole wrong order, …)}. rest: as for `check`.
    """
    false, orders = false or {}, orders or {}
    question = question_from(
        {
            "id": part, "kind": "order", "question": "", "options": _options(options),
            "key": [right], "reveal": "", "after": {},
            "incomplete": "a step is missing, or one is there twice",
            "before": {idea: pairs for idea, (_, *pairs) in before.items()},
            "feedback": {letter: "a false step is among them" for letter in false}
            | {idea: "a step comes before one that it builds on" for idea in before},
            "ideas": {f"step_{letter}": idea for letter, (idea, _) in false.items()},
        }
    )  # fmt: skip
    known = {answer: idea for idea, (_, *answers) in orders.items() for answer in answers}
    demands = list(question.demands(right))

    def lacks_steps_only(given: str, replies: Mapping[str, Reply]) -> bool:
        no_false_step, every_step, in_order = replies.values()
        once = len(set(given)) == len(given)
        return no_false_step.right and not every_step.right and once and not in_order.idea

    made = _check(part, [Asked(demand, question, name) for demand in demands], rest)

    @made.judge
    def _(observation, rng):
        """No step that belongs nowhere, every other step once, and none before a step that it builds
        on: a third each. The order counts once there are enough steps to speak of one."""
        try:
            given = question.read(observation[demands[0]])
        except Unreadable as problem:
            return dict.fromkeys(demands, Fault(_begun_small(str(problem))))
        replies = question.demands(given)
        said = {demand: outcome(reply) for demand, reply in replies.items()}
        if missing and lacks_steps_only(given, replies):
            said[demands[1]] = Fault(question.data["incomplete"], missing[0])
        if given in known:
            said[demands[2]] = Fault("the order is not right", known[given])
        return said

    for letter, (idea, sentence) in false.items():
        made.misconception(idea, sentence, source=f"{name} = {right[:-1] + letter!r}")
    for idea, (sentence, pair, *_) in before.items():
        made.misconception(idea, sentence, source=f"{name} = {_exchanged(right, pair)!r}")
    for idea, (sentence, *answers) in orders.items():
        _misconceptions(made, idea, sentence, [f"{name} = {answer!r}" for answer in answers])
    if missing:
        idea, sentence, *answers = missing
        _misconceptions(made, idea, sentence, [f"{name} = {answer!r}" for answer in answers])
    return _with_other_forms(made, name, question)


def pairs(
    part: str, name: str, left: Iterable[str], options: str | Mapping[str, str], *,
    key: Mapping[str, str], ideas: Mapping[tuple[str, str], tuple[str, str]], **rest,
) -> Check:  # fmt: skip
    """A check of a dict with a letter for each name of the left side, paid name by name.

    ideas: {(name, wrong letter): (name of the idea, sentence)}. rest: as for `check`.
    """
    left = list(left)
    question = question_from(
        {
            "id": part, "kind": "match", "question": "", "options": _options(options), "key": dict(key),
            "left": dict.fromkeys(left, ""), "reveal": "",
            "left_feedback": dict.fromkeys(left, ""),
            "feedback": dict.fromkeys(options, "that is not its partner"),
            "ideas": {f"{one}_{letter}": idea for (one, letter), (idea, _) in ideas.items()},
        }
    )  # fmt: skip
    made = of_questions(part, pairs_asked(question, name), rest)
    for (one, letter), (idea, sentence) in ideas.items():
        made.misconception(idea, sentence, source=f"{name} = { ({**key, one: letter})!r}")
    return _with_other_forms(made, name, question)


def word(
    part: str,
    name: str,
    options: Iterable[str],
    *,
    key: str,
    ideas: Mapping[str, tuple[str, str]],
    otherwise: tuple[str, str, object] | None = None,
    **rest,
) -> Check:
    """A check of one word: alone or in a sentence, in capitals or not.

    ideas: {word: (name of the idea, sentence)}. otherwise: (name of the idea, sentence, an example) for
    an answer that has none of the words, or several. rest: as for `check`.
    """
    options = list(options)
    question = question_from(
        {
            "id": part, "kind": "word", "question": "", "options": dict.fromkeys(options, ""),
            "key": key,
            "feedback": {one: ideas.get(one, ("", "that is not it"))[1] for one in options},
            "ideas": {f"option_{one}": idea for one, (idea, _) in ideas.items()},
        }
    )  # fmt: skip
    made = _check(part, [Asked(name, question, name)], rest)

    @made.judge
    def _(observation, rng):
        """The right word, and no other one of those that are asked for beside it."""
        value = observation[name]
        if otherwise and not question.readable(value):
            return {name: Fault(f"write {question.form}", otherwise[0])}
        return {name: outcome(question.reply(value))}

    for one, (idea, sentence) in ideas.items():
        made.misconception(idea, sentence, source=f"{name} = {one!r}")
    if otherwise:
        idea, sentence, example = otherwise
        made.misconception(idea, sentence, source=f"{name} = {example!r}")
    return _with_other_forms(made, name, question)


def formula(
    part: str,
    name: str,
    *,
    right: str,
    at: Mapping[str, Mapping[str, object]],
    ideas: Mapping[str, Idea],
    **rest,
) -> Check:
    """A check of a formula: a function, a sympy expression or a text, compared at points.

    right: the formula as a text. at: {sub-check: {variable: a value, or (low, high) to draw from}}.
    ideas: {name: (sentence, wrong formula, …)}, as texts. rest: as for `check`.
    """
    points = tuple((sub_check, tuple(point.items())) for sub_check, point in at.items())
    variables = tuple(next(iter(at.values())))
    made = check(part, **rest)(FormulaValues(name, points))
    for idea, (sentence, *texts) in ideas.items():
        _misconceptions(made, idea, sentence, [f"{name} = {text!r}" for text in texts])
    made.alternative("text", source=f"{name} = {right!r}")
    expression = f"import sympy\n\n_formula = sympy.sympify({right.replace('^', '**')!r})\n"
    made.alternative("sympy", source=f"{expression}{name} = _formula")
    function = f"sympy.lambdify({', '.join(variables)!r}, _formula, 'math')"
    made.alternative("function", source=f"{expression}{name} = {function}")
    return made


# Questions of any kind ------------------------------------------------------------------------


def of_questions(part: str, asked: list[Asked], options: Mapping) -> Check:
    """The check of answers that their questions judge, one by one."""
    made = _check(part, asked, options)

    @made.judge
    def _(observation, rng):
        """The answer must say what the question's key says, in whatever form: capitals, blanks,
        brackets, a list in place of a text; numbers within the question's tolerance.
        """
        return {
            one.sub_check: outcome(_reply_to(one, observation[one.sub_check]), made.variants)
            for one in asked
        }

    return made


def of_question(question: Question, points: float) -> Check:
    """The check of a question of the quiz; its known mistakes become misconceptions."""
    name = question.id
    if question.kind == "match":
        asked = pairs_asked(question, name)
    elif question.kind == "multi":
        asked = [Asked(mark, _OfMarks(question, mark), name) for mark in MARKS]
    else:
        asked = [Asked("your answer", question, name)]
    made = of_questions(name, asked, {"points": points})
    mistakes: dict[tuple[str, str], list[str]] = {}
    for mistake in question.mistakes():
        source = f"{name} = {literal(mistake.answer)}"
        mistakes.setdefault((mistake.idea, as_text(mistake.feedback)), []).append(source)
    for (idea, sentence), sources in mistakes.items():
        _misconceptions(made, idea, sentence, sources)
    return _with_other_forms(made, name, question)


def pairs_asked(question: Question, name: str) -> list[Asked]:
    """One sub-check for each name of the left side of a matching question."""
    return [Asked(one, question, name, one) for one in question.left]


def _reply_to(one: Asked, value) -> Reply:
    if one.question.kind != "match":
        return one.question.reply(value)
    try:
        return one.question.judge_pair(one.key, one.question.read_letter(value))
    except Unreadable as problem:
        return Reply(False, str(problem))


def outcome(reply: Reply, known: Container[str] | None = None) -> bool | Fault:
    """What a judge says, from what a question says; of ideas it names those that are known."""
    if reply.right:
        return True
    if reply.idea and (known is None or reply.idea in known):
        return Fault("", reply.idea)
    return Fault(_begun_small(as_text(reply.feedback).rstrip(".")))


# Inside ---------------------------------------------------------------------------------------


class _OfGroup:
    """A question with several letters, of which only those of a group count here."""

    kind = "multi"

    def __init__(self, data: dict, group: str):
        self.whole, self.group = question_from(data), group

    def reply(self, answer) -> Reply:
        try:
            given = self.whole.read(answer)
        except Unreadable as problem:
            return Reply(False, str(problem))
        return self.whole.judge([letter for letter in given if letter in self.group])


class _OfMarks:
    """A question with several letters, of which one demand on the marks counts here."""

    kind = "multi"

    def __init__(self, question: Question, mark: str):
        self.question, self.mark = question, mark

    def reply(self, answer) -> Reply:
        try:
            given = self.question.read(answer)
        except Unreadable as problem:
            return Reply(False, str(problem))
        return self.question.marks(given)[self.mark]


def _check(part: str, asked: list[Asked], options: Mapping) -> Check:
    places = tuple((one.sub_check, one.name, one.key) for one in asked)
    return check(part, **options)(Values(places))


def _number(part: str, value: float, rtol: float, atol: float) -> Question:
    return question_from(
        {
            "id": part, "kind": "num", "question": "", "answer": float(value), "traps": [],
            "rtol": rtol, "atol": atol, "reveal": "",
        }
    )  # fmt: skip


def _options(options: str | Mapping[str, str]) -> dict[str, str]:
    return dict(options) if isinstance(options, Mapping) else dict.fromkeys(options, "")


def _near(given: float, wanted: float) -> bool:
    return abs(given - wanted) <= 1e-6 + 1e-4 * abs(wanted)


def _best_idea(name: str, given: dict, wrong: set[str], ideas: Mapping[str, Idea]) -> str | None:
    """The idea that gives the wrong number under `name`, and agrees best with the others."""
    best, most = None, 0
    for idea, (_, *forms) in ideas.items():
        for form in forms:
            agree = {
                other for other in form
                if other in given and any(_near(given[other], v) for v in _values(form[other]))
            }  # fmt: skip
            explained = agree & wrong
            if name in explained:
                against = len(form.keys() - agree) + len(wrong - explained)
                score = 1 + len(agree) * 100 - against
                if score > most:
                    best, most = idea, score
    return best


def _values(value) -> tuple:
    return value if isinstance(value, tuple) else (value,)


def _each(form: Mapping[str, object]) -> list[dict[str, float]]:
    """The first value of every name; then each further value, beside the first ones of the others."""
    first = {name: _values(value)[0] for name, value in form.items()}
    others = [{**first, name: one} for name, value in form.items() for one in _values(value)[1:]]
    return [first, *others]


def _misconceptions(made: Check, idea: str, sentence: str, sources: list[str]) -> None:
    """The same idea in all its forms; the first one has no name of its own."""
    for number, source in enumerate(dict.fromkeys(sources), start=1):
        form = "" if number == 1 else f"{number}"
        made.misconception(idea, sentence, source=source, form=form)


def _with_other_forms(made: Check, name: str, question: Question) -> Check:
    for style, text in other_forms(name, question).items():
        made.alternative(style, source=text)
    return made


def _exchanged(right: str, pair: str) -> str:
    """`right` with the second step of a pair moved to just before the first."""
    first, second = pair
    without = right.replace(second, "")
    place = without.index(first)
    return without[:place] + second + without[place:]


def _begun_small(text: str) -> str:
    return text[:1].lower() + text[1:]
