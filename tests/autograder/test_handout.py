"""A cheat with the bundle in hand: everything in it is tried as an answer, and earns nothing.

What is tried is tied to a part by the bundle itself: a field of its question, the value that its test asks
for, what its exercise prints, a function that takes as many arguments, a class where a class is asked for.
That a letter or a small number is right by chance says nothing about the bundle; nor does what an answer
earns that gives the same for every input, or the input itself.
"""

import ast
import collections
import contextlib
import dataclasses
import functools
import importlib
import inspect
import io
import itertools
import json
import multiprocessing
import pkgutil
import re
import subprocess
import sys
import warnings
import zlib

import nbformat
import numpy as np
import pytest
from classroom import COURSE
from nbgrader.utils import compute_checksum

import utils
from autograder.commands.release import release
from autograder.commands.try_answers import try_answers
from autograder.course.questions import read_questions
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.judging import verdict as judging
from autograder.judging.reference import Reference
from autograder.judging.relied_on import forbidden_in, top_names

SEED = 3
REFERENCE = Reference(COURSE)
CHECKS = REFERENCE.checks
QUESTIONS = read_questions(COURSE.solutions / "ch06_networks" / "quiz.yaml")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handout") / "course"
    release(COURSE, folder)
    return folder


def notebooks(bundle):
    """(name, notebook) for every notebook of the course in the bundle."""
    folder = bundle / "chapters"
    for path in sorted(folder.rglob("*.ipynb")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        yield name, nbformat.read(path, as_version=4)


def in_a_process_of_its_own(function, *arguments):
    """What is tried may do anything to the process that it runs in."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(function, arguments)


# What an answer earns -----------------------------------------------------------------------------


def quietly(function, *arguments):
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments)


def untouched(name):
    """The names of an untouched notebook, demonstrations apart."""
    names = {"__name__": "__main__"}
    for cell in COURSE.notebooks[name].cells:
        if cell.role in ("setup", "answer"):
            quietly(exec, cell.source if cell.role == "setup" else cell.stub, names)
    return names


def points(part, names, text=""):
    """What the values of a namespace earn; `text`: what the answer's cell says."""
    check = CHECKS[part]
    if forbidden_in(text, (), check.forbid):
        return 0.0
    seen = quietly(observe_answer, check.observe, names, SEED, part)
    seen = plain.decode(plain.encode(seen))
    if seen["error"] is not None:
        return 0.0
    verdict = judging.Verdict(part, check.points)
    if check.decide:  # (without the reference's values, which take long where a network is trained)
        keys = [key for key, *_ in seen["entries"]]
        judging._judge_by_rule(check, seen, verdict, keys, SEED)
    else:
        expected = judging.trusted_values(check, REFERENCE, SEED)
        judging._judge_by_comparison(check, seen, expected, verdict)
    return judging._earned(check, verdict.lines)


def earns(part, names, name, it, text=""):
    """What the part gives with this under the name; nothing for what cannot even be observed."""
    try:
        return points(part, {**names, name: it}, text)
    except Exception:
        return 0.0


def asked_by(part):
    """(the notebook's names, {name: what the reference has there}) of a part."""
    names = untouched(COURSE.notebook_of(part).name)
    reference = REFERENCE.namespace(part)
    mine = top_names(REFERENCE.answer_cell(part).stub)
    return names, {name: reference[name] for name in sorted(mine) if name in reference}


# Code ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Something in the bundle, and the text that fetches it or makes it."""

    text: str
    it: object


def of_utils():
    """Everything that the modules of `utils` define."""
    for found in pkgutil.walk_packages(utils.__path__, "utils."):
        module = importlib.import_module(found.name)
        for name, it in vars(module).items():
            own = getattr(it, "__module__", found.name) == found.name
            if own and not name.startswith("__") and not inspect.ismodule(it):
                yield Candidate(f"from {found.name} import {name}", it)


def of_notebook(name, notebook):
    """Every function and class that a notebook gives."""
    names = untouched(name)
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.id.startswith("answer"):
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                text = ast.unparse(node)
                try:
                    quietly(exec, text, names)
                except Exception:
                    continue  # it needs what only a demonstration or an answer defines
                yield Candidate(text, names[node.name])


@functools.cache
def numbers_of_arguments(function):
    """With how many arguments it can be called, up to ten."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return set()
    found = set()
    for number in range(10):
        with contextlib.suppress(TypeError):
            signature.bind(*range(number))
            found.add(number)
    return found


def kinds(it):
    """A class, a function of so many arguments, a value of this type: what it could stand for."""
    if inspect.isclass(it):
        return {"class"}
    if callable(it):
        return numbers_of_arguments(it)
    told = isinstance(it, (dict, list, tuple, set, str)) and len(it) > 1
    return {type(it)} if told else set()


def kind(asked):
    """What is asked for."""
    if inspect.isfunction(asked):
        return len(inspect.signature(asked).parameters)
    return "class" if inspect.isclass(asked) else type(asked)


NOTHING = [lambda *_: 0.0, lambda *_: 1.0, lambda x=0, *_: x * 1]  # what shows nothing of an idea


class NoDrawing:
    def __init__(self, *_, **__):
        raise RuntimeError("a picture is no answer")


def hits_of_code(bundle):
    """What of the bundle's code earns something as an answer, and how much was tried."""
    import matplotlib.figure

    import utils.chart

    matplotlib.figure.Figure = utils.chart.Chart = NoDrawing
    candidates = collections.defaultdict(list)
    for one in of_utils():
        for each in kinds(one.it):
            candidates["utils", each].append(one)
    for book, notebook in notebooks(bundle):
        if COURSE.notebooks[book].parts:
            for one in of_notebook(book, notebook):
                candidates["by name", getattr(one.it, "__name__", "")].append(one)
                for each in kinds(one.it):
                    candidates[book, each].append(one)
    hits, tried = [], 0
    for part in CHECKS:
        names, asked = asked_by(part)
        book = COURSE.notebook_of(part).name
        for name, wanted in asked.items():
            fitting = [one for home in ("utils", book) for one in candidates[home, kind(wanted)]]
            fitting += candidates["by name", name]
            nothing = NOTHING if inspect.isfunction(wanted) else [...]
            least = max(earns(part, names, name, it) for it in nothing)
            tried += len(fitting)
            for one in fitting:
                text = f"{one.text}\n{name} = {one.text.split()[-1]}"
                earned = earns(part, names, name, one.it, text)
                if earned > least:
                    hits.append(f"{part}: {name} = {one.text.splitlines()[0]} earns {earned}")
    return hits, tried


def test_nothing_that_can_be_fetched_or_copied_is_an_answer(bundle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hits, tried = in_a_process_of_its_own(hits_of_code, bundle)
    assert hits == [] and tried > 5000
