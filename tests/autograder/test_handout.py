"""A cheat with the bundle in hand: everything in it is tried as an answer, and earns nothing.

What is tried is tied to a part by the bundle itself: a field of its question, the value that its test asks
for, what its exercise prints, a function that takes as many arguments, a class where a class is asked for.
That a letter or a small number is right by chance says nothing about the bundle; nor does what an answer
earns that gives the same for every input, or the input itself.
"""

import ast
import base64
import collections
import contextlib
import dataclasses
import functools
import gc
import importlib
import inspect
import io
import json
import multiprocessing
import os
import pkgutil
import re
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor

import nbformat
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


def elsewhere(function, bundle, folder):
    """What a function finds in the bundle: what it tries may do anything to its process, and to its folder."""
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, fork, os.chdir, (folder,)) as pool:
        return pool.submit(function, bundle).result()


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


given_to = functools.cache(untouched)


def points(part, names, text=""):
    """What the values of a namespace earn; `text`: what the answer's cell says."""
    check = CHECKS[part]
    if forbidden_in(text, (), check.forbid):
        return 0.0
    with at_most(SECONDS):
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


SECONDS = 0.3  # for one attempt; whatever takes longer answers something else


class TooLong(BaseException):
    """The time of an attempt is over."""


def too_long(*_):
    raise TooLong


@contextlib.contextmanager
def at_most(seconds):
    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def earns(part, names, name, it, text=""):
    """What the part gives with this under the name; nothing for what cannot even be observed."""
    try:
        return points(part, {**names, name: it}, text)
    except (Exception, TooLong):
        return 0.0


@functools.cache
def asked_by(part):
    """(the notebook's names, {name: what the reference has there}) of a part."""
    names = given_to(COURSE.notebook_of(part).name)
    reference = REFERENCE.namespace(part)
    mine = top_names(REFERENCE.answer_cell(part).stub)
    return names, {name: reference[name] for name in sorted(mine) if name in reference}


# Code ---------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Something in the bundle, and the text that fetches it or makes it."""

    text: str
    it: object


HEAVY = {"_kernels", "_drawn"}  # one call computes for a minute with numbers that are not its own


def of_utils():
    """Everything that the modules of `utils` define."""
    for found in pkgutil.walk_packages(utils.__path__, "utils."):
        module = importlib.import_module(found.name)
        for name, it in vars(module).items():
            own = getattr(it, "__module__", found.name) == found.name
            own = own and name not in HEAVY
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


NOTHING = [  # what shows nothing of an idea
    lambda *_: 0.0,
    lambda *_: 1.0,
    lambda x=0, *_: x + x,
    lambda *given: given[-1],
]


def no_drawing(*_, **__):
    raise RuntimeError("a picture is no answer")


def without_pictures_and_long_training():
    """Explorers draw nothing, and train little: what they compute is there within an attempt's time."""
    import matplotlib.figure

    import utils.chart
    from utils.explorers.ch06_networks import a_first_network, looking_inside, wide_and_sparse

    matplotlib.figure.Figure.__init__ = utils.chart.Chart.__init__ = no_drawing
    a_first_network.EPOCHS, looking_inside.EPOCHS, looking_inside.SIDE = 2, 2, 3
    wide_and_sparse._trained()  # is remembered


def hits_of_code(bundle):
    """What of the bundle's code earns something as an answer, and how much was tried."""
    without_pictures_and_long_training()
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
    gc.freeze()  # much is alive, and looked through whenever garbage is collected
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


BEGINNINGS = (  # the exercise begins with it, says so, and pays little for it as it is
    "6.8: softmax = def plain_softmax",
    "6.18: SkipMLP = from utils.networks.numpy_mlp import NumpyMLP",
)
CHANCE = (  # the last of some numbers is 1, as the last adjoint is
    "3.17b: reverse_mode = from utils.explorers.ch03_calculus.tensor_engine import training earns 0.33",
)


@pytest.mark.thorough
def test_nothing_that_can_be_fetched_or_copied_is_an_answer(bundle, tmp_path):
    of_code, tried = elsewhere(hits_of_code, bundle, tmp_path)
    left = [one for one in of_code if not one.startswith((*BEGINNINGS, *CHANCE))]
    assert left == [] and tried > 5000


ENGINE = (COURSE.root / "utils" / "engine.py").read_text(encoding="utf-8")
LIKE_AN_ANSWER = ENGINE.replace("import torch", "torch = __import__('tor' + 'ch')")
COPIES = {
    "pasted": ENGINE,
    "with other names": re.sub(
        r"\bValue\b", "Number", ENGINE.replace("_hand_on", "pass_on").replace("_slopes", "local")
    )
    + "\nValue = Number",
    "with a hidden import": LIKE_AN_ANSWER,
    "fetched": "from utils import Value",
    "derived": "import utils\nclass Value(utils.Value):\n    pass",
    "from the set-up": "Value = type('Value', (CourseValue,), {})",
    "its file": "import sys\nexec(open(sys.modules['utils.' + 'engine'].__file__).read())",
    "with its order": LIKE_AN_ANSWER.split("def topological_order")[0]
    + "from utils import topological_order",
}


def test_no_copy_of_the_engine_is_an_answer_to_the_engine():
    answers = [{"exercise": "2.12a", "source": text} for text in COPIES.values()]
    right = {"exercise": "2.12a", "source": REFERENCE.solution("2.12a")}
    *results, reference = try_answers([*answers, right], seed=SEED, workers=1, reference=REFERENCE)
    assert [name for name, one in zip(COPIES, results, strict=True) if one["earned"]] == []
    assert reference["earned"] == 16


# Values -------------------------------------------------------------------------------------------


def wanted_by_tests(part):
    """The values that the tests of a part compare with."""
    notebook = COURSE.notebook_of(part)
    for cell in notebook.cells:
        if cell.role not in ("test", "step") or cell.key != part:
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "expect":
                with contextlib.suppress(ValueError):
                    yield ast.literal_eval(node.args[2])


TAG = re.compile(r"<style.*?</style>|<svg.*?</svg>|<[^>]+>", re.S)
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e-?\d+)?")


def printed(notebook):
    """{exercise: the numbers in the words of its demonstrations}, apart from small whole ones."""
    found, exercise = collections.defaultdict(set), ""
    for cell in notebook.cells:
        if cell.id.startswith("exercise-"):
            exercise = cell.id.removeprefix("exercise-").replace("-", ".")
        for output in cell.get("outputs", ()):
            texts = [output.get("text", ""), *output.get("data", {}).values()]
            words = " ".join(TAG.sub(" ", text) for text in texts if isinstance(text, str))
            numbers = {float(text.replace("−", "-")) for text in NUMBER.findall(words)}
            found[exercise] |= {one for one in numbers if one % 1 or abs(one) >= 10}
    return found


def hits_of_values(bundle):
    shown = {name: printed(notebook) for name, notebook in notebooks(bundle)}
    hits, tried = [], 0
    for part in CHECKS:
        names, asked = asked_by(part)
        header = COURSE.header_of(part)
        values = [*wanted_by_tests(part), *shown[header.notebook].get(header.id, ())]
        for name, it in asked.items():
            for value in () if callable(it) else values:
                tried += 1
                if earned := earns(part, names, name, value):
                    hits.append(f"{part}: {name} = {value!r} earns {earned}")
    return hits, tried


def test_no_value_that_a_test_or_a_demonstration_shows_is_an_answer(bundle, tmp_path):
    of_values, tried = elsewhere(hits_of_values, bundle, tmp_path)
    coincidences = {  # an error, a number of epochs, one of rows
        "3.3: M = 0.72 earns 1.33",
        "6.5c: updates_4000 = 100.0 earns 0.5",
        "6.28d: random_at = 100.0 earns 0.75",
    }
    assert set(of_values) <= coincidences and tried > 100


# The quiz -----------------------------------------------------------------------------------------

ASK = """
import inspect, json
from itertools import combinations, permutations
from utils.quiz.questions import load_questions

def tries(question):
    letters = list(question.options)
    if question.kind == "match":
        return [dict.fromkeys(question.left, letter) for letter in letters]
    if question.kind == "num":
        return [0, 1, 0.5, 100, 2817]
    sizes = range(1, 2 if question.kind == "mc" else len(letters) + 1)
    ways = permutations if question.kind == "order" else combinations
    return ["".join(some) for n in sizes for some in ways(letters, n)]

def everything(it, depth=4):
    yield it
    if depth and isinstance(it, dict):
        for one in it.values():
            yield from everything(one, depth - 1)
    elif depth and isinstance(it, (list, tuple, set)):
        for one in it:
            yield from everything(one, depth - 1)

told = {}
for key, question in load_questions().items():
    fields = []
    for name in dir(question):
        if not name.startswith("__"):
            try:
                field = getattr(question, name)
                field = list(field()) if name in ("mistakes", "wrong_answers") else field
            except Exception:
                continue
            if not callable(field):
                fields += everything(field)
    replies = [question.reply(answer) for answer in tries(question)]
    told[key] = {
        "fields": [one for one in fields if isinstance(one, (str, int, float, list, dict))],
        "replies": sorted({(str(one.right), one.feedback, one.idea) for one in replies}),
        "tries": len(replies),
    }
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(bundle):
    """What the questions in the bundle say: all their fields, and their replies."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", ASK], cwd=bundle, capture_output=True, text=True,
        env={"PYTHONPATH": str(bundle)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_field_of_a_question_is_its_answer(told):
    assert set(told) == set(QUESTIONS)
    hits = [
        (key, field)
        for key, one in told.items()
        for field in one["fields"]
        if QUESTIONS[key].reply(field).right
    ]
    assert hits == []
    probe = QUESTIONS["q6"]
    assert any(probe.reply(one).right for one in ("x", probe.data["key"])), (
        "the probe would find it"
    )


def test_every_answer_of_the_right_form_gets_the_same_reply(told):
    for key, one in told.items():
        ((right, feedback, idea),) = one["replies"]
        assert (right, idea) == ("None", "") and "graded work" in feedback and one["tries"] > 2, key


# Bytes --------------------------------------------------------------------------------------------

KINDS = {".py", ".js", ".json", ".ipynb", ".svg", ".npz", ".md", ".toml", ".yml", ".txt", ""}


def test_it_holds_no_caches_no_history_and_nothing_unknown(bundle):
    for path in bundle.rglob("*"):
        assert not path.name.startswith((".", "__pycache__")) and not path.is_symlink(), path
        assert path.is_dir() or path.suffix in KINDS, path
    assert not list(bundle.rglob("errata*"))


GIVEN_TOO = {  # steps that given code has alike; none of them is an answer
    ("backprop_pictures.py", "rng = np.random.default_rng(seed)"),
    ("tape.py", "rng = np.random.default_rng(seed)"),
    ("simulated_data.py", "rng = np.random.default_rng(seed)"),
    ("numpy_mlp.py", "rng = np.random.default_rng(seed)"),
    ("08_tensor_engine.ipynb", "order = rng.permutation(len(X))"),
    ("06_speed_and_engines.ipynb", "order = rng.permutation(len(X))"),
    ("tensor_engine.py", "order = rng.permutation(len(X))"),
    ("numpy_mlp.py", "for layer in range(1, self.L + 1):"),
    ("numpy_mlp.py", "for layer in range(self.L, 0, -1):"),
    ("numpy_mlp.py", "rows = order[start : start + batch_size]"),
    ("numpy_mlp.py", "order, total = rng.permutation(len(X)), 0.0"),
    ("numpy_mlp.py", "for start in range(0, len(X), batch_size):"),
    ("gradients_by_hand.py", "for place in np.ndindex(value.shape):"),
    ("10_size_depth_and_numbers.ipynb", "sizes = [d_in, *[width] * n_hidden, 1]"),
    (
        "05_activations_and_initialisation.ipynb",
        r"for name in (\"too_small\", \"too_large\", \"xavier\", \"he\")",
    ),
    ("08_looking_inside.ipynb", "X, y = generate_click_data(1250, 10, seed=seed)"),
    ("08_looking_inside.ipynb", "X, y = generate_credit_data(3000, seed=seed)"),
    ("08_looking_inside.ipynb", "d1, d2 = np.random.default_rng(seed).normal(size=(2, 17))"),
    ("04_forward_against_reverse.ipynb", "adjoints = [0.0, 0.0, 0.0, 1.0]"),  # in a hint
    ("depth_and_memory.py", "for i in range(start, stop - 1):"),
    ("depth_and_memory.py", "for i in reversed(range(start, stop)):"),
    ("ch07_gradients.py", "h1, h2 = max(u1, 0), max(u2, 0)"),  # in the explorer of 7.1's network
    ("engine.py", "return x if isinstance(x, Value) else Value(x)"),
}


def test_no_line_of_a_solution_and_no_feedback_stands_in_it(bundle):
    files = [path for path in bundle.rglob("*") if path.is_file()]
    bundled = {path: path.read_bytes().decode("utf-8", "replace") for path in files}
    given = {
        line.strip()
        for notebook in COURSE.notebooks.values()
        for cell in notebook.cells
        for line in (cell.stub if cell.role == "answer" else cell.source).splitlines()
        if cell.role not in ("written", "commentary")
    }
    secret = {
        line.strip()
        for notebook in COURSE.notebooks.values()
        for cell in notebook.with_role("answer")
        for line in cell.solution.splitlines()
        if len(line.strip()) > 30
    } - given
    for question in QUESTIONS.values():
        secret |= set(question.data.get("feedback", {}).values())
        secret |= {one["feedback"] for one in question.data.get("traps", ())}
        secret |= {question.data.get("reveal", "")}
    secret = {json.dumps(one, ensure_ascii=False)[1:-1] for one in secret if len(one) > 30}
    assert len(secret) > 250
    found = [(path.name, one) for path, text in bundled.items() for one in secret if one in text]
    left = [one for one in found if one not in GIVEN_TOO]
    assert left == [], left
    assert not any('"packed"' in text for path, text in bundled.items() if path.suffix == ".json")


def test_metadata_hold_nothing_that_is_not_seen(bundle):
    allowed = {"nbgrader", "picture", "jupyter", "deletable", "editable", "tags"}
    for name, notebook in notebooks(bundle):
        assert set(notebook.metadata) <= {"kernelspec", "language_info"}, name
        for cell in notebook.cells:
            assert set(cell.metadata) <= allowed and not cell.get("attachments"), (name, cell.id)
            facts = cell.metadata.get("nbgrader", {})
            if "checksum" in facts:
                assert facts["checksum"] == compute_checksum(cell), (name, cell.id)
            for output in cell.get("outputs", ()):
                assert not output.get("metadata"), (name, cell.id)
                if png := output.get("data", {}).get("image/png"):
                    assert chunks(base64.b64decode(png)) <= {"IHDR", "PLTE", "tRNS", "pHYs", "IDAT", "IEND"}  # fmt: skip


def chunks(png):
    """The names of the parts of a picture."""
    found, place = set(), 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        found.add(png[place + 4 : place + 8].decode())
        place += 12 + length
    return found
