"""An author's mistakes: each gets one sentence that names file, cell and remedy."""

import nbformat
import pytest
from example_course import load_checks, separate_registry, write_course

from autograder.authoring.build import build
from autograder.course.cells import AuthorError

GOOD = """\
# %% [markdown]
# # Example

# %% setup=true
from utils import expect, grade

# %% [markdown] exercise="9.1" title="Twice" stars=1 minutes=5
# Write `twice`.

# %% [markdown] hints="9.1"
# Add it to itself.

# %% answer="9.1"
def twice(x):
    ### BEGIN SOLUTION
    return x + x + 0 * x
    ### END SOLUTION

# %% test="9.1"
expect("9.1", lambda: twice(2), 4)
"""
CHECKS = """\
from autograder.check import check

@check("9.1", points=1)
def twice(answer, rng):
    return {"twice": answer.twice(3)}
"""
TEST = 'expect("9.1", lambda: twice(2), 4)\n'
ANSWER = GOOD[GOOD.index("def twice") : GOOD.index("# %% test")]
SOLUTION = "    ### BEGIN SOLUTION\n    return x + x + 0 * x\n    ### END SOLUTION\n"


def value(solution, *stubs):
    """The text of an answer cell that asks for a value."""
    return "\n".join([*stubs, "### BEGIN SOLUTION", solution, "### END SOLUTION", "", ""])


MISTAKES = {
    "hidden test written by hand": (TEST, TEST + '### BEGIN HIDDEN TESTS\ngrade("9.1")\n### END HIDDEN TESTS\n', ["test=\"9.1\"", 'the build adds grade("9.1")', "remove what calls it"]),
    "grade without markers": (TEST, TEST + 'grade("9.2")\n', ["test=\"9.1\"", 'the build adds grade("9.1")']),
    "value without stub": (ANSWER, value("half = 0.5"), ["answer=\"9.1\"", "half is asked for", 'add the line "half = ...', "call it _half"]),
    "one value of two without stub": (ANSWER, value("half, third = 1 / 2, 1 / 3", "half = ...  # a number"), ["third is asked for"]),
    "function without stub": (ANSWER, value("def half():\n    return 0.5", ), ["half is asked for"]),
    "stub in another spelling": (ANSWER, value("half = 0.5", "haIf = ...  # a number"), ["answer=\"9.1\"", "never sets haIf", "drop its stub"]),
    "raise at the margin": (ANSWER, value("half = 0.5", "half = ...\nraise NotImplementedError"), ["answer=\"9.1\"", "raises before anything is written"]),
    "solution in the body of a class": (ANSWER, "class Twice:\n" + SOLUTION.replace("return x + x + 0 * x", "x = 1"), ["raises before anything is written"]),
    "grade not imported": ("from utils import expect, grade", "from utils import expect", ["no set-up cell imports grade", "from utils import expect, grade"]),
    "no Python": (ANSWER, value("half = ", "half = ..."), ["answer=\"9.1\"", "Python cannot read it"]),
    "a helper of another test": (TEST, TEST.replace("twice(2)", "run_twice(2)"), ['test="9.1"', "run_twice is defined in no set-up or answer cell", "move it to a set-up cell"]),
    "an expectation without words": (TEST, TEST.replace(", 4)", ", lambda four: four > 3)"), ['test="9.1"', "does not see what 'lambda four: four > 3' expects", "such_that("]),
    "a step without a test": ("# %% test=", '# %% step="9.2"\n# Step 1\nexpect("9.2", lambda: twice(1), 2)\n\n# %% test=', ['step="9.2" is a step towards test="9.2"', "which is missing"]),
    "a step of a test that decides": ('# %% test="9.1"', '# %% step="9.1"\n# Step 1\nexpect("9.1", lambda: twice(1), 2)\n\n# %% test="9.1" decides=true', ["the tests of a step do not decide"]),
    "a step without a name": ("# %% test=", '# %% step="9.1"\nexpect("9.1", lambda: twice(1), 2)\n\n# %% test=', ["begin with a comment that names the step"]),
    "a step that expects another part": ("# %% test=", '# %% step="9.1"\n# Step 1\nexpect("9.7", lambda: twice(1), 2)\n\n# %% test=', ["expect names 9.7"]),
    "no test at all": (GOOD[GOOD.index("# %% test"):], "", ["exercise=\"9.1\"", "the test is missing"]),
    "expect of another part": ('expect("9.1"', 'expect("9.7"', ["expect names 9.7"]),
    "id used twice": ("# %% test=", '# %% answer="9.1"\ny = ...\n### BEGIN SOLUTION\ny = 1\n### END SOLUTION\n\n# %% test=', ["answer=\"9.1\"", "already used", "choose another"]),
    "solution outside markers": (SOLUTION, "    return x + x + 0 * x\n", ["answer=\"9.1\"", "outside its markers", "BEGIN SOLUTION"]),
    "marker without end": ("    ### END SOLUTION\n", "", ["answer=\"9.1\"", "do not pair"]),
    "solution repeated in a text": ("# Write `twice`.", "# Write\n# ```\n# return x + x + 0 * x\n# ```", ["exercise=\"9.1\"", "stands outside its markers", "move or remove"]),
    "markers in a demonstration": ("# %% setup=true\n", "# %%\n### BEGIN SOLUTION\n", ["markers outside an answer cell"]),
    "folded without a word": ("# %% setup=true\n", "# %% fold=true\n1 + 1\n\n# %% setup=true\n", ["first line of a folded cell", "begin with '# Shift+Enter: '"]),
    "unknown check": ("9.1", "9.3", ["no check of that name", "autograder/checks/"]),
    "empty hint": ("# Add it to itself.", "# Add it to itself.\n#\n# ---\n#", ["hints=\"9.1\"", "hint is empty"]),
    "dashes with text": ("# Add it to itself.", "# Add it.\n#\n# --- To itself.", ["give them a line"]),
    "no hint": ('# %% [markdown] hints="9.1"\n# Add it to itself.\n', "", ["there is no hint", 'hints="9.1"']),
    "hint for nothing": ('hints="9.1"', 'hints="9.4"', ["no such exercise"]),
    "no header": (GOOD[GOOD.index("# %% [markdown] exercise"):GOOD.index("# %% answer")], "", ["no markdown cell introduces"]),
    "header without minutes": (" minutes=5", "", ["exercise=\"9.1\" lacks minutes"]),
    "needs something unknown": ("minutes=5", 'minutes=5 needs="9.8"', ["needs 9.8", "correct needs"]),
    "no title": ("# # Example", "# Example", ["no title"]),
    "two roles": ('answer="9.1"', 'answer="9.1" test="9.1"', ["keep one of them"]),
    "markdown where code belongs": ('# %% answer="9.1"', '# %% [markdown] answer="9.1"', ["must be a code cell"]),
    "test before answer": (GOOD, GOOD.replace('# %% answer="9.1"', '# %% XX').replace('# %% test="9.1"', '# %% answer="9.1"').replace("# %% XX", '# %% test="9.1"'), ["9.1"]),
}  # fmt: skip


def build_example(root, text, checks=CHECKS):
    with separate_registry():
        course = write_course(root, {"ch09_example/example": text}, checks)
        load_checks(root)
        return build(course)


def test_without_mistakes_it_builds(tmp_path):
    assert any(path.suffix == ".ipynb" for path in build_example(tmp_path, GOOD))


@pytest.mark.parametrize(
    "answer",
    [
        value("half = 0.5", "half = ...  # a number"),
        value("half, third = 1 / 2, 1 / 3", "half = ...", "third = ...  # a number"),
        value("import math\n_whole = 1\nhalf = [_whole / n for n in (2,)]", "half = ..."),
        value("def half():\n    return 0.5", "half = ...  # a function"),
        ANSWER + value("half = twice(0.25)", "half = ...  # a number"),
    ],
)
def test_answers_that_are_values(tmp_path, answer):
    files = build_example(
        tmp_path, GOOD.replace(ANSWER, answer).replace("twice(2), 4", "half, 0.5")
    )
    notebook = next(text for path, text in files.items() if path.suffix == ".ipynb")
    cells = {cell.id: cell.source for cell in nbformat.reads(notebook.decode(), 4).cells}
    assert cells["answer-9-1"].endswith(answer[answer.rindex("half = ...") :].split("\n###")[0])
    assert "twice(0.25)" not in cells["answer-9-1"]


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake(tmp_path, name):
    old, new, says = MISTAKES[name]
    assert old in GOOD
    with pytest.raises(AuthorError) as caught:
        build_example(tmp_path, GOOD.replace(old, new))
    sentence = str(caught.value)
    assert "example.py" in sentence and "\n" not in sentence
    for piece in says:
        assert piece in sentence


def test_an_id_in_two_notebooks(tmp_path):
    with separate_registry():
        course = write_course(tmp_path, {"ch09_example/a": GOOD, "ch09_example/b": GOOD}, CHECKS)
        load_checks(tmp_path)
        with pytest.raises(AuthorError, match="already used in ch09_example/a.py"):
            build(course)


def test_a_check_without_notebook(tmp_path):
    more = (
        CHECKS + '\n@check("9.2", points=1)\ndef other(answer, rng):\n    return {"x": answer.x}\n'
    )
    with pytest.raises(AuthorError, match="9.2 is used by no notebook"):
        build_example(tmp_path, GOOD, more)


def test_a_written_part_without_rubric(tmp_path):
    text = (
        GOOD
        + '\n# %% [markdown] written="9.1-written"\n# ### BEGIN SOLUTION\n# so\n# ### END SOLUTION\n'
    )
    with pytest.raises(AuthorError, match="no rubric"):
        build_example(tmp_path, text)
