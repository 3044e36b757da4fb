"""An author's mistakes: each gets one sentence that names file, cell and remedy."""

import pytest
from example_course import load_checks, separate_registry, write_course

from autograder.authoring.build import build
from autograder.course.source import AuthorError

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
### BEGIN HIDDEN TESTS
grade("9.1")
### END HIDDEN TESTS
"""
CHECKS = """\
from autograder.check import check

@check("9.1", points=1)
def twice(answer, rng):
    return {"twice": answer.twice(3)}
"""
HIDDEN = '### BEGIN HIDDEN TESTS\ngrade("9.1")\n### END HIDDEN TESTS\n'
SOLUTION = "    ### BEGIN SOLUTION\n    return x + x + 0 * x\n    ### END SOLUTION\n"

MISTAKES = {
    "no hidden test": (HIDDEN, "", ["test=\"9.1\"", "hidden test is missing", 'add grade("9.1")']),
    "hidden test of another part": ('grade("9.1")', 'grade("9.2")', ['grades 9.2', 'write grade("9.1")']),
    "no test at all": (GOOD[GOOD.index("# %% test"):], "", ["exercise=\"9.1\"", "hidden test is missing"]),
    "expect of another part": ('expect("9.1"', 'expect("9.7"', ["expect names 9.7"]),
    "id used twice": ("# %% test=", '# %% answer="9.1"\n### BEGIN SOLUTION\ny = 1\n### END SOLUTION\n\n# %% test=', ["answer=\"9.1\"", "already used", "choose another"]),
    "solution outside markers": (SOLUTION, "    return x + x + 0 * x\n", ["answer=\"9.1\"", "outside its markers", "BEGIN SOLUTION"]),
    "marker without end": ("    ### END SOLUTION\n", "", ["answer=\"9.1\"", "do not pair"]),
    "solution repeated in a text": ("# Write `twice`.", "# Write\n# ```\n# return x + x + 0 * x\n# ```", ["exercise=\"9.1\"", "stands outside its markers", "move or remove"]),
    "markers in a demonstration": ("# %% setup=true\n", "# %%\n### BEGIN SOLUTION\n", ["markers outside an answer cell"]),
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
