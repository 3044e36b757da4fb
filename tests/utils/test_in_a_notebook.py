"""A notebook that somebody has open: what marks say after edits, errors and restarts.

An IPython shell in this process stands for the kernel; its cells run as in a notebook.
"""

import IPython
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from utils import cells, completion, expectations, records
from utils.completion import progress

SET_UP = (
    f"{cells.SET_UP}.\nimport math\nimport numpy as np\nfrom utils import expect, grade, is_number"
)
TESTS = "# Visible tests {part}\nfrom utils import expect, grade\n{tests}\ngrade('{part}')"
DIV = """\
# Answer 2.5
class Div:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a / b

    def backward(self, g):
        return g / self.b, -g * self.a / self.b**2
"""
RUN_DIV = """\
def run_div(a, b, g):
    div = Div()
    return div.forward(a, b), *div.backward(g)
expect("2.5", lambda: run_div(6, 2, 1), (3.0, 0.5, -1.5))"""
DIV_TEST = TESTS.format(part="2.5", tests=RUN_DIV)
LEFT = TESTS.format(part="2.1a", tests='expect("2.1a", lambda: len(direction), 4)')


class Notebook:
    def __init__(self, capsys):
        self._capsys = capsys
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        self.shell = InteractiveShell(config=config)
        self.shell.kernel = object()

    def run(self, text: str) -> str:
        """Run a cell; what it shows."""
        self._capsys.readouterr()
        self.result = self.shell.run_cell(text, store_history=True)
        return self._capsys.readouterr().out


@pytest.fixture
def kernel(tmp_path, monkeypatch, capsys):
    """A function that starts a kernel: it knows nothing but the files that are there."""
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path / "chapters")

    def start():
        notebook = Notebook(capsys)
        monkeypatch.setattr(IPython, "get_ipython", lambda: notebook.shell)
        monkeypatch.setattr(cells, "_watched", None)
        for memory in (cells._answers, cells._told, records._runs):
            memory.clear()
        return notebook

    yield start
    for memory in (cells._answers, cells._told, records._runs):
        memory.clear()


@pytest.fixture
def notebook(kernel):
    started = kernel()
    started.run(SET_UP)
    started.run("from utils import cells; cells.watch()")
    return started


@pytest.fixture
def students_copy(monkeypatch):
    monkeypatch.setattr(completion, "entry_points", lambda **kw: [])


def test_a_wrong_answer_of_the_right_kind_never_shows_a_tick(notebook, students_copy):
    notebook.run("# Answer 2.1b\nx_new = 99")
    test = TESTS.format(part="2.1b", tests='expect("2.1b", lambda: x_new, is_number)')
    said = notebook.run(test)
    assert "◐ x_new is a number: not checked yet" in said and "✔" not in said
    assert said.count("2.1b: the complete check runs when your work is graded.") == 1
    assert records.load()["2.1b"] == "unchecked"
    assert "✔ " not in repr(progress("ch02_autograd/01_by_hand")).rsplit("\n", 1)[0]


FUNCTIONS_7_8 = """\
# Answer 7.8
def heaviside(z):
    return float(z >= 0)
def rect(z):
    return float(0 <= z <= 1)
def d_heaviside(z):
    return 0.0
def d_rect(z):
    return 0.0
zero_gradient = "{letters}"
"""
VISIBLE_7_8 = """\
from utils import some_letters
expect("7.8", lambda: [heaviside(2.5), rect(0.5)], [1.0, 1.0])
expect("7.8", lambda: zero_gradient, some_letters("ABCDEF"))"""


@pytest.mark.parametrize("letters, state", [("ABCD", "passed"), ("ABCDEF", "failed")])
def test_letters_beside_functions_are_decided_by_the_complete_check(notebook, letters, state):
    """Visible tests cannot know letters without the key: the mark is that of the complete check."""
    notebook.run(FUNCTIONS_7_8.format(letters=letters))
    said = notebook.run(TESTS.format(part="7.8", tests=VISIBLE_7_8))
    assert "◐ zero_gradient is" in said and "✔" not in said
    assert records.load()["7.8"] == state
    assert (notebook.result.result == 4) == (state == "passed")


@pytest.mark.parametrize("letters", ["ABCD", "ABCDEF"])
def test_letters_beside_functions_wait_for_it_in_a_students_copy(notebook, students_copy, letters):
    notebook.run(FUNCTIONS_7_8.format(letters=letters))
    said = notebook.run(TESTS.format(part="7.8", tests=VISIBLE_7_8))
    assert said.count("◐") == 2 and not set("✔✘") & set(said)
    assert "7.8: the complete check runs when your work is graded." in said
    assert records.load()["7.8"] == "unchecked"


def test_the_complete_check_runs_beneath_the_tests_and_decides(notebook):
    said = notebook.run(DIV + "\n") + notebook.run(DIV_TEST)
    assert "✔ run_div(6, 2, 1) is (3, 0.5, -1.5)" in said
    assert notebook.result.result == 4.0
    assert "✔ 2.5: 4 of 4 points" in notebook.result.result._repr_html_()
    assert records.load()["2.5"] == "passed"
    kind = 'from utils import one_of\nexpect("2.1a", lambda: direction, one_of("left", "right"))'
    said = notebook.run('# Answer 2.1a\ndirection = "left"')
    said += notebook.run(TESTS.format(part="2.1a", tests=kind))
    assert '◐ direction is "left" or "right": not checked yet' in said
    assert notebook.result.result == 0.5 and records.load()["2.1a"] == "passed"


def test_a_mark_does_not_flip_and_knows_another_answer(kernel):
    notebook = kernel()
    notebook.run(SET_UP)
    notebook.run("grade('2.5')")
    cached = DIV.replace("self.a, self.b", "Div.a, Div.b").replace("self.", "Div.")
    notebook.run(cached)
    notebook.run(DIV_TEST)
    assert records.load()["2.5"] == "failed"
    notebook.run(RUN_DIV)  # the visible tests alone are content
    assert records.load()["2.5"] == "failed"

    notebook.run(DIV)
    assert records.load()["2.5"] == "changed"
    assert "○ 2.5 Division: changed since it was checked" in repr(progress())
    notebook.run(DIV_TEST)
    assert records.load()["2.5"] == "passed"

    notebook = kernel()  # the next day
    assert records.load()["2.5"] == "passed"
    notebook.run(SET_UP)
    notebook.run("grade('2.1a')")
    notebook.run(DIV.replace("a / b", "b / a"))
    assert records.load()["2.5"] == "changed"
    notebook.run(DIV + "   \n")
    assert records.load()["2.5"] == "passed"


def test_an_answer_that_stopped_is_remembered(notebook):
    notebook.run("# Answer 2.1a\ndirection = 'left'")
    assert "◐" in notebook.run(LEFT)
    notebook.run("# Answer 2.1a\ndirection = cosine('left')")
    said = notebook.run(
        LEFT.replace("\ngrade", '\nexpect("2.1a", lambda: direction, "left")\ngrade')
    )
    assert said.count("✘ 2.1a: the answer cell 2.1a stopped with an error") == 1
    assert "NameError: name 'cosine' is not defined" in said
    assert "It happened in the line: direction = cosine('left')" in said
    assert "✔" not in said and "◐" not in said and "not written" not in said
    assert records.load()["2.1a"] == "failed"
    assert "stopped with an error" in notebook.run("grade('2.1a')")

    notebook.run("# Answer 2.1a\ndirection = 'left")
    assert "SyntaxError" in notebook.run(LEFT)
    notebook.run("# Answer 2.1a\ndirection = 'left'")
    assert "◐" in notebook.run(LEFT) and records.load()["2.1a"] == "passed"


def test_a_test_before_its_answer_says_how_to_go_on(notebook):
    said = notebook.run(DIV_TEST)  # Div is used by the helper, not by the lambda
    assert "○ 2.5 was not run yet (name 'Div' is not defined): run the answer cell 2.5" in said
    assert "Error" not in said and records.load()["2.5"] == "open"
    notebook.run(DIV.replace("return a / b", "return a / bb"))
    assert "✘ 2.5" in (said := notebook.run(DIV_TEST)) and "name 'bb' is not defined" in said


def test_after_a_restart_one_sentence_leads_to_the_set_up(kernel):
    notebook = kernel()
    notebook.run("# Answer 2.1b\nx_new = 7.6")
    test = TESTS.format(part="2.1b", tests='expect("2.1b", lambda: np.abs(x_new), 7.6)')
    said = notebook.run(test)
    assert "○ 2.1b: np is not defined: run the first code cell of this notebook" in said
    said = notebook.run(test.replace("np.abs(x_new)", "x_new").replace("7.6)", "is_number)"))
    assert said.strip().startswith("is_number is not defined: run the first code cell")
    assert "Traceback" not in said
    notebook.run(SET_UP)
    assert "Traceback" in notebook.run("nothing_of_that_name")


def test_failures_do_not_stop_run_all_but_validate(notebook, monkeypatch):
    notebook.run("# Answer 2.1a\ndirection = 'leftwards'")
    assert "came out:  9" in notebook.run(LEFT)
    assert notebook.result.success
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    notebook.run(LEFT)
    assert not notebook.result.success


def test_nbgrader_on_its_own_gets_a_number_in_any_case(notebook, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    for answer in (
        "# Answer 2.5",
        "# Answer 2.5\n1 / 0",
        DIV.replace("return a / b", "return b / a"),
    ):
        notebook.run(answer)
        notebook.run(DIV_TEST)
        assert notebook.result.success and 0 <= notebook.result.result < 4


def test_an_error_names_the_students_line_and_never_ours(notebook):
    notebook.run(DIV.replace("return g / self.b,", "pass  # return g / self.b,"))
    said = notebook.run(DIV_TEST)
    assert "A function of yours returned None. Is its return missing?" in said
    assert "It happened" not in said
    notebook.run(DIV.replace("g / self.b,", "g / self.B,"))
    said = notebook.run(DIV_TEST)
    assert "It happened in the line: return g / self.B, -g * self.a / self.b**2" in said


def test_grade_takes_exercises_and_knows_what_was_meant(notebook, monkeypatch):
    notebook.run("# Answer 2.1a\ndirection = 'left'")
    said = notebook.run("grade('2.1')")
    assert said.startswith("0.5\n0.0\n0.0\n") and notebook.result.result == 0.5
    assert set(records.load()) == {"2.1a", "2.1b", "2.1c"}
    for wrong, meant in [
        ("2", "2.1, 2.2,"),
        ("2.1d", "2.1a, 2.1b or 2.1c"),
        ("2,5", "2.1"),
        ("x", ""),
    ]:
        said = notebook.run(f"grade({wrong!r})")
        assert f'There is no exercise "{wrong}". Did you mean ' in said and meant in said
        assert said.count("\n") == 1


def test_grade_below_an_answer_is_about_that_part_alone(notebook):
    """7.6 and q1 are parts of their exercises as well: what comes further down is not judged yet."""
    notebook.run(
        "# Answer 7.6\nelement = lambda Omega, i, j: Omega[i, j]\ndz_dh = lambda Omega, *_: Omega.T"
    )
    assert "0.0" not in notebook.run("grade('7.6')") and notebook.result.result == 3
    assert "q1c" not in notebook.run("# Answer q1\nq1 = 'b'\n\ngrade('q1')")


def test_an_endless_loop_ends_with_a_sentence(notebook, monkeypatch):
    import autograder.notebook

    monkeypatch.setattr(autograder.notebook, "USUAL_SECONDS", 0.3)
    monkeypatch.setattr(autograder.notebook.default_reference().check("2.5"), "seconds", 0.3)
    monkeypatch.setattr(expectations, "SECONDS", 0.3)
    notebook.run(DIV.replace("return a / b", "\n        while True:\n            pass"))
    said = notebook.run(DIV_TEST)
    assert "✘ 2.5: run_div(6, 2, 1) had no result after a minute and was stopped." in said
    notebook.run("grade('2.5')")
    assert "Look for a loop that never ends" in notebook.result.result._repr_html_()
    assert records.load()["2.5"] == "failed"


def test_an_interrupt_ends_the_whole_check(notebook):
    stop = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    notebook.run(DIV.replace("return a / b", f"{stop}\n        return a / b"))
    said = notebook.run("grade('2.5')")
    assert isinstance(notebook.result.error_in_exec, KeyboardInterrupt)
    assert "the complete check of 2.5 was interrupted" in said
