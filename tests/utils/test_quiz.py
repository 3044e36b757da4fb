"""The quiz as a student uses it: widgets driven from Python, feedback as text, the summary."""

import math
import re

import ipywidgets
import pytest

from utils import Quiz
from utils.answers import typed_number
from utils.quiz import quiz
from utils.quiz.questions import as_html, as_text, load_questions, question_from, without_key
from utils.quiz.widgets import EDGE

QUESTIONS = load_questions()
ITEMS = list(QUESTIONS.values())
MISTAKES = [(question, mistake) for question in ITEMS for mistake in question.mistakes()]


@pytest.fixture(autouse=True)
def untouched(tmp_path, monkeypatch):
    """A course of its own, where nothing was tried."""
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path)


def answer(widget, wanted):
    """Answer as with the mouse or the keyboard; returns the feedback as HTML."""
    question = widget.question
    if question.kind == "mc":
        widget.buttons[wanted].click()
    elif question.kind == "multi":
        for letter, box in widget.boxes.items():
            box.value = letter in wanted
        widget.check.click()
    elif question.kind == "num":
        widget.field.value = repr(wanted) if not isinstance(wanted, str) else wanted
    elif question.kind == "order":
        for letter in [*widget.order, *wanted]:
            widget.buttons[letter].click()
        widget.check.click()
    else:
        for name, letter in wanted.items():
            widget.buttons[name][letter].click()
        widget.check.click()
    return widget.words.value


@pytest.mark.parametrize("question", ITEMS, ids=lambda question: question.id)
def test_the_right_answer_is_accepted_by_the_widget_and_by_check(question):
    widget = Quiz().show(question.id)
    said = answer(widget, question.right)
    assert widget.reply.right and "✔ Right." in said
    assert Quiz().check(question.id, question.right).startswith("✔ Right. ")


@pytest.mark.parametrize("question, mistake", MISTAKES, ids=lambda one: getattr(one, "idea", ""))
def test_every_known_mistake_gets_its_own_feedback(question, mistake):
    widget = Quiz().show(question.id)
    said = answer(widget, mistake.answer)
    assert not widget.reply.right
    assert widget.reply.idea == mistake.idea
    assert as_html(mistake.feedback) in said
    assert Quiz().check(question.id, mistake.answer) == f"✘ {as_text(mistake.feedback)}"


def test_no_two_ideas_of_a_question_are_told_the_same():
    for question in ITEMS:
        said = {(mistake.idea, mistake.feedback) for mistake in question.mistakes()}
        ideas, sentences = zip(*said, strict=True)
        assert len(said) == len(set(ideas)) == len(set(sentences)), question.id


def test_each_option_of_the_data_file_has_its_own_feedback_in_the_widget():
    for question in ITEMS:
        feedback = question.data.get("feedback", {})
        told = " ".join(m.feedback for m in question.mistakes())
        told += question.reply(question.right).feedback
        for letter, text in feedback.items():
            assert text in told, (question.id, letter)


def test_several_options_get_one_hint_at_a_time():
    widget = Quiz().show("q17")
    said = answer(widget, "cf")
    assert "(c)" in said and "(f)" not in said
    said = answer(widget, "f")
    assert "(f)" in said
    said = answer(widget, "g")
    assert "something is missing" in said
    assert "Mark at least one" in answer(widget, "")


@pytest.mark.parametrize(
    "question", [one for one in ITEMS if one.kind == "multi"], ids=lambda q: q.id
)
def test_which_letter_is_missing_is_never_told(question):
    """What is said to an answer without one letter, or without two, is the same for all letters."""
    key = set(question.right)
    left_out = [{a, b} for a in key for b in key if len(key - {a, b}) > 0]
    replies = {question.reply(key - letters) for letters in left_out}
    assert len(replies) == 1
    (reply,) = replies
    assert not reply.right and not re.search(r"\([a-z]\)", reply.feedback)
    assert not any(question.data["feedback"][letter] in reply.feedback for letter in key)


def test_a_match_has_to_be_complete():
    widget = Quiz().show("q15")
    widget.buttons["numerical"]["b"].click()
    widget.check.click()
    assert widget.reply is None and "Press a letter for symbolic" in widget.words.value
    said = answer(widget, {"symbolic": "c", "automatic": "a"})
    assert widget.reply.right and "✔" in said
    assert widget.buttons["symbolic"]["c"].style.text_color == "white"
    assert widget.buttons["symbolic"]["a"].style.text_color != "white"
    edges = [widget.buttons["symbolic"][one].layout.border_top for one in "ca"]
    assert EDGE in edges[0] and "transparent" in edges[1]  # seen on a dark page as well


def test_order_can_be_changed():
    widget = Quiz().show("q7")
    for letter in "badc":
        widget.buttons[letter].click()
    assert "b → a → d → c" in widget.shown.value
    assert widget.buttons["a"].description == "a: 2"
    for letter in "aa":  # out, and in again at the end
        widget.buttons[letter].click()
    assert widget.order == list("bdca")
    assert "There is no option" not in answer(widget, "dbac")
    assert widget.reply.right


def test_numbers_as_people_type_them():
    widget = Quiz().show("q4a")
    for text in ("0.25**9", "0.25^9", "3.8e-6", "1/4^9", "2 ** -18"):
        answer(widget, text)
        assert widget.reply.right, text
    assert "9 steps" not in answer(widget, "0.25**10") and "steps" in widget.words.value
    for text, hint in (
        ("0,5", "decimal point"),
        ("four", "Type a number"),
        ("__import__('os')", "Type"),
    ):
        assert hint in answer(widget, text)


@pytest.mark.parametrize(
    "text, value",
    [
        ("2,817", 2817),
        ("1/2 - 1/(2*pi)", 0.5 - 0.5 / math.pi),
        ("2·3×4", 24),
        ("−3", -3),
        (" 7 ", 7),
        ("1e-7**(1/9)", 1e-7 ** (1 / 9)),
    ],
)
def test_typed_number(text, value):
    assert typed_number(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9",
        "1/0",
        "inf",
        "nan",
        "1e999",
        "(1",
        "[]",
        "0 if 1 else 2",
        "1" * 200,
        "",
        "(-1)**0.5",
    ],
)
def test_what_is_no_number(text):
    assert not QUESTIONS["q2"].readable(text)


def test_the_form_of_an_answer_says_nothing_about_what_it_says():
    form = Quiz().has_the_form_of
    for question in ITEMS:
        check = form(question.id)
        assert check(question.right)
        assert all(check(mistake.answer) for mistake in question.mistakes())
        for nothing in (None, ..., [], {}, "?", object(), True, float("nan")):
            assert not check(nothing), (question.id, nothing)


def test_accepted_forms():
    read = {key: question.read for key, question in QUESTIONS.items()}
    assert read["q1"]("(A)") == read["q1"](["a"]) == read["q1"](" a. ") == "a"
    assert (
        read["q5"]("a, b and d".replace("and", ""))
        == read["q5"]({"A", "b", "D"})
        == ["a", "b", "d"]
    )
    assert read["q7"]("b → d → a → c") == read["q7"](("B", "D", "A", "C")) == "bdac"
    assert not QUESTIONS["q7"].readable({"b", "d", "a", "c"})
    pairs = {"ReLU": "B", "tanh": "(a)", "Leaky ReLU": "d", "linear": ["a"]}
    assert QUESTIONS["q9"].reply(pairs).right


def test_mathematics_and_code_become_html_and_text():
    assert as_html("if $a < b$ then `x & y`") == "if $a &lt; b$ then <code>x &amp; y</code>"
    assert as_text(r"$\frac{\hat y - y}{\hat y(1-\hat y)}$") == "(ŷ − y)/(ŷ(1−ŷ))"
    assert (
        as_text(r"$10^{-5}$, $n_\text{in}$, $\mathrm{Var}[a]/\sigma^2$, `f(x)`")
        == "10⁻⁵, n_in, Var[a]/σ², f(x)"
    )


def test_every_text_reads_well_without_markup():
    for question in ITEMS:
        for text in texts_of(question):
            assert text.count("$") % 2 == 0 and text.count("`") % 2 == 0, text
            assert not re.search(r"[\\${}`]|\*\*", as_text(text).replace("2**5", "")), as_text(text)


def texts_of(question):
    data = question.data
    yield from (question.question, data.get("reveal", ""), data.get("incomplete", ""))
    for part in ("options", "feedback", "left", "left_feedback"):
        yield from data.get(part, {}).values()
    yield from (trap["feedback"] for trap in data.get("traps", []))


def controls(widget):
    """Everything that one presses, ticks or types into, but the Check button."""
    for child in widget.children:
        for one in controls(child) if hasattr(child, "children") else [child]:
            pressed = isinstance(one, (ipywidgets.Button, ipywidgets.Checkbox, ipywidgets.Text))
            if pressed and one.description != "Check":
                yield one


@pytest.mark.parametrize("question", ITEMS, ids=lambda question: question.id)
def test_every_control_has_a_name_for_screen_readers(question):
    widget = Quiz().show(question.id)
    for control in controls(widget):
        assert control.tooltip
        assert "\\" not in control.tooltip and "$" not in control.tooltip
    said = " ".join(control.tooltip for control in controls(widget))
    assert all(as_text(text) in said for text in question.options.values())
    assert 'role="status"' in widget.words.value


@pytest.mark.parametrize("question", ITEMS, ids=lambda question: question.id)
def test_without_a_kernel_the_question_can_be_read(question):
    data = Quiz().show(question.id)._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}  # a widget whose model is gone shows an error
    assert as_html(question.question) in data["text/html"]
    assert all(as_html(text) in data["text/html"] for text in question.options.values())


@pytest.mark.parametrize("question", ITEMS, ids=lambda question: question.id)
def test_the_line_of_an_answer_is_python_and_means_the_answer(question):
    widget = Quiz().show(question.id)
    assert widget.use.part == question.id and widget.use.line == ""
    for given in (question.right, *(mistake.answer for mistake in question.mistakes())):
        answer(widget, given)
        names = {}
        exec(widget.use.line, names)
        assert question.read(names[question.id]) == question.read(given)


@pytest.mark.parametrize(
    "typed, line",
    [
        ("11*64 + 65*32 + 33", "q2 = 11*64 + 65*32 + 33"),
        (" 2817 ", "q2 = 2817"),
        ("2,817", "q2 = 2817"),
        ("53^2 + 8", "q2 = 2817"),
        ("2(1408) + 1", "q2 = 2817"),
        ("2817π/π", "q2 = 2817"),
        ("1/8", "q2 = 1/8"),
        ("pi", "q2 = 3.141592653589793"),
        ("many", ""),
    ],
)
def test_a_formula_is_kept_where_python_reads_it_alike(typed, line):
    widget = Quiz().show("q2")
    answer(widget, "1")
    widget.field.value = typed
    assert widget.use.line == line


def test_the_line_follows_the_last_answer():
    widget = Quiz().show("q5")
    answer(widget, "da")
    assert widget.use.line == 'q5 = "ad"'
    answer(widget, "")
    assert widget.use.line == ""
    widget = Quiz().show("q15")
    answer(widget, {"numerical": "b", "symbolic": "c", "automatic": "a"})
    assert widget.use.line == 'q15 = {"numerical": "b", "symbolic": "c", "automatic": "a"}'


def test_summary():
    practice = Quiz()
    assert repr(practice.summary()).startswith("0 of 31 questions")
    assert "Not tried yet: q1, q3" in repr(practice.summary())
    practice.check("q1", "a")
    practice.check("q4a", 0.25)
    practice.check("q10a", 10)
    practice.check("q10a", 100)
    practice.check("q2", "no number")  # this is no try
    text = repr(practice.summary())
    assert text.startswith(
        "2 of 31 questions answered right in practice, 1 of them at the first try."
    )
    assert "Revisit q4a (not right yet): 2.11" in text and "Revisit q1 " not in text
    assert "Revisit q10a (right, after other answers)" in text
    assert "Not tried yet" in text and "q2," in text


def test_the_first_try_stays_what_it_was():
    """Also after a restart: nothing is kept in the kernel."""
    tried = {"q1": "bcac", "q8c": "ba", "q13a": "ab"}  # the right ones are a, b and c
    for key, letters in tried.items():
        for letter in letters:
            Quiz().check(key, letter)
    text = repr(Quiz().summary())
    assert text.startswith("2 of 31") and "right in practice, 1 of them at the first try" in text
    assert "Revisit q1 (right, after other answers): 2.12" in text
    assert "Revisit q13a (not right yet)" in text and "Revisit q8c" not in text


def test_a_question_that_no_exercise_trains_leads_to_its_text():
    Quiz().check("q11", "a")
    assert "Revisit q11 (not right yet): the text before the question" in repr(Quiz().summary())
    assert "<td" in Quiz().summary()._repr_html_()
    assert ">the text before the question</td>" in Quiz().summary()._repr_html_()


def test_the_summary_links_to_the_exercises(monkeypatch):
    book = {
        "path": "ch02_autograd/03_flow",
        "exercises": [{"id": "2.11", "title": "Gradient flow"}],
    }
    own = {
        "path": "ch06_networks/quiz",
        "exercises": [{"id": "q1", "title": "One unit"}, {"id": "q4", "title": "Vanishing"}],
    }
    second = {"path": "ch06_networks/quiz_2", "exercises": [{"id": "q6", "title": "Learning"}]}
    chapters = [{"notebooks": [book, own, second]}]
    monkeypatch.setattr(quiz, "course_map", lambda: {"chapters": chapters})
    Quiz().check("q4a", 0.25)
    Quiz().check("q6", "a")
    html = Quiz().summary()._repr_html_()
    assert (
        '<a href="../ch02_autograd/03_flow.ipynb#cell-id=exercise-2-11">2.11 Gradient flow</a>'
        in html
    )
    assert '<a href="quiz.ipynb#cell-id=practice-q4a">q4a</a>' in html
    assert '<a href="quiz_2.ipynb#cell-id=practice-q6">q6</a>' in html
    half = repr(Quiz().summary("ch06_networks/quiz_2"))
    assert half.startswith("0 of 1 questions") and "Revisit q6" in half and "q4" not in half
    assert "<td" in html and "7.7" in html  # not in this map: named, without a link


def test_everything_right_leaves_nothing_to_revisit():
    for question in ITEMS:
        Quiz().check(question.id, question.right)
    assert (
        repr(Quiz().summary())
        == "31 of 31 questions answered right in practice, 31 of them at the first try.\n"
        "Nothing to revisit."
    )


@pytest.fixture
def handed_out(monkeypatch):
    """The questions as a class gets them: without keys."""
    bare = {key: question_from(without_key(one.data)) for key, one in QUESTIONS.items()}
    monkeypatch.setattr(quiz, "load_questions", lambda: bare)
    return bare


def test_without_keys_the_widget_looks_at_the_form_and_gives_the_line(handed_out):
    for key, question in QUESTIONS.items():
        widget = Quiz().show(key)
        for given in (question.right, next(iter(question.mistakes())).answer):
            said = answer(widget, given)
            assert widget.reply.right is None and "✔" not in said and "✘" not in said
            assert "the feedback to your graded work will say" in said and widget.use.line
    widget = Quiz().show("q17")
    assert "hint" not in widget.children[0].value
    assert "✘</b> Mark at least one" in answer(widget, "")
    assert Quiz().check("q2", "many").startswith("✘ Type a number")


def test_without_keys_the_summary_counts(handed_out):
    Quiz().check("q1", "b")
    Quiz().check("q2", 3)
    Quiz().check("q2", "no number")
    text = repr(Quiz().summary())
    assert text.startswith("2 of 31 questions answered in practice. Which answers are right,")
    assert "Revisit" not in text and "Not tried yet: q3," in text
    assert "Revisit" not in Quiz().summary()._repr_html_()
    for key, question in QUESTIONS.items():
        Quiz().check(key, question.right)
    assert repr(Quiz().summary()).startswith("31 of 31") and "Nothing" not in repr(Quiz().summary())


def test_an_unknown_question():
    with pytest.raises(ValueError, match="no question 'q99'. The quiz has: q1, "):
        Quiz().show("q99")


@pytest.mark.parametrize(
    "given, held", [("abdeg", 2), ("abde", 1), ("abcdeg", 1), ("abd", 0), ("abcde", 0)]
)
def test_one_wrong_letter_costs_half(given, held):
    replies = load_questions()["q17"].marks(list(given))
    assert sum(reply.right for reply in replies.values()) == held
