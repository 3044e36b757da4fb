"""A course of one notebook with two exercises, and a class that hands it in: quick to grade."""

import json
from pathlib import Path

import nbformat
from classroom import text_of
from example_course import load_checks, write_course

from autograder.course.given import given_notebooks

NAME = "ch09_example/sums"
SOLUTION = """# %% [markdown]
# # Sums
#
# A text.

# %% setup=true
import math

from utils import expect, grade

# %% [markdown] exercise="9.1" title="Double" stars=1 minutes=5
# Double it.

# %% [markdown] hints="9.1"
# Times two.

# %% answer="9.1"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% test="9.1"
expect("9.1", lambda: double(2), 4)

# %%
print("the course shows something")

# %% [markdown] exercise="9.2" title="Square" stars=1 minutes=5
# Square it.

# %% [markdown] hints="9.2"
# Times itself.

# %% answer="9.2"
def square(x):
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION


# %% test="9.2"
expect("9.2", lambda: square(3), 9)
"""
CHECKS = """
from autograder.check import check

@check("9.1", points=2)
def double(answer, rng):
    x = float(rng.normal())
    return {"some number": answer.double(x), "zero": answer.double(0)}

@double.misconception("adds_two", "Two is added; it should multiply.")
def double(x):
    return 2 + x


@check("9.2", points=3)
def square(answer, rng):
    x = float(rng.normal())
    return {"some number": answer.square(x), "minus two": answer.square(-2), "one": answer.square(1)}

@square.misconception("doubles", "It is doubled, not squared.")
def square(x):
    return 2 * x
"""
RIGHT = {"9.1": "def double(x):\n    return x + x", "9.2": "def square(x):\n    return x ** 2"}
ADDS = {**RIGHT, "9.1": "def double(x):\n    return 2 + x"}
CUBES = {**RIGHT, "9.2": "def square(x):\n    return x ** 3"}
BLANK = {}
WORK = {"anna": RIGHT, "ben": ADDS, "cem": CUBES, "dora": BLANK}


def course_in(root: Path, solution=SOLUTION, checks=CHECKS):
    """The course (inside `separate_registry()`)."""
    made = write_course(root, {NAME: solution}, checks)
    load_checks(root)
    return made


def notebook(course, answers):
    """What a student hands in."""
    made = nbformat.from_dict(json.loads(json.dumps(given_notebooks(course)[NAME].shown)))
    for cell in made.cells:
        for part, text in answers.items():
            if cell.id == f"answer-{part.replace('.', '-')}":
                cell.source = f"# Answer {part}\n{text}"
    return text_of(made)


def hand_in_all(course, folder: Path, work=WORK) -> Path:
    """The class's submissions below `folder`."""
    for student, answers in work.items():
        path = folder / student / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook(course, answers), encoding="utf-8")
    return folder
