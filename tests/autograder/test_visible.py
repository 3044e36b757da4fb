"""The visible tests beside the complete check: what is right passes them, and where a notebook says
that they decide the answer, every known wrong answer fails one of them."""

import ast
import contextlib
import io

import jumping_clock
import pytest

from autograder.check import Variant, all_checks
from autograder.checks.ch06_networks.leaky_registered import registries_restored
from autograder.judging.reference import Reference, execute
from autograder.notebook import check_answer
from utils.expectations import outcome_of
from utils.marks import FAILED, PASSED, UNCHECKED
from utils.parts import facts_of_parts

REFERENCE = Reference()
CHECKS = all_checks()
TRAINS = 10.0  # seconds; the checks of parts that train networks may take longer


@pytest.fixture(scope="module", autouse=True)
def sleeping_takes_no_time():
    with pytest.MonkeyPatch.context() as patch:
        jumping_clock.install(patch)
        yield


class Failed(BaseException):
    """A visible test has failed: what the next ones say changes nothing."""


def seen(part: str, variant: Variant | None = None) -> set[str]:
    """The states of the visible tests of a part on the solution, or on a variant of it: up to the
    first one that fails."""
    key = part, variant and variant.key
    if key not in _seen:
        _seen[key] = set()
        with contextlib.suppress(Failed):
            _try_tests(part, variant, _seen[key])
    return _seen[key]


_seen: dict[tuple[str, str | None], set[str]] = {}


def _try_tests(part: str, variant: Variant | None, states: set[str]) -> None:
    def expect(part, attempt, wanted, rtol=1e-6, atol=1e-9):
        states.add(outcome_of(part, "it", attempt, wanted, rtol, atol).state)
        if FAILED in states:
            raise Failed

    with contextlib.redirect_stdout(io.StringIO()), registries_restored():
        names = REFERENCE.namespace(part, variant)
        for cell in _up_to_test(part):
            if cell.role != "setup":
                names["expect"] = expect
            try:
                execute(cell.source, names, f"{cell.role} {part}")
            except Exception:  # in a helper of the test
                states.add(FAILED)
                return


def _up_to_test(part: str):
    """The set-up cells, whose functions are to see this answer, the tests of steps, and the test."""
    for cell in REFERENCE.course.notebook_of(part).cells:
        if cell.role == "setup" or cell.meta.get("step") == part:
            yield cell
        elif cell.role == "test" and cell.key == part:
            yield cell
            return


DECIDING = [part for part, facts in facts_of_parts().items() if facts.get("decides")]
QUICK = [part for part, check in CHECKS.items() if check.seconds <= TRAINS]


@pytest.mark.parametrize("part", DECIDING)
def test_every_known_wrong_answer_fails_visible_tests_that_decide(part):
    assert seen(part) == {PASSED}
    wrong = CHECKS[part].of_kind("misconception")
    assert [one.key for one in wrong if FAILED not in seen(part, one)] == []


@pytest.mark.parametrize("part", QUICK)
def test_every_right_answer_passes_the_visible_tests(part):
    fine = {PASSED, UNCHECKED}
    right = [None, *CHECKS[part].of_kind("alternative")]
    assert [one and one.key for one in right if not seen(part, one) <= fine] == []


def test_the_kind_of_an_answer_alone_never_decides():
    typed = [part for part, check in CHECKS.items() if check.is_typed]
    assert typed and not set(typed) & set(DECIDING)


def functions(text: str) -> dict[str, str]:
    """The functions and classes that a text defines last under each name, without their comments."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {one.name: ast.dump(one) for one in ast.parse(text).body if isinstance(one, kinds)}


def wrong_code(part: str) -> list[Variant]:
    """The misconceptions of a part that change code (and not only a value that is typed)."""
    solution = REFERENCE.solution(part)
    if CHECKS[part].is_typed or not functions(solution):
        return []
    written, wrong = functions(solution), CHECKS[part].of_kind("misconception")
    return [w for w in wrong if functions(w.text(solution)) != written or _changes_later(w)]


def _changes_later(variant: Variant) -> bool:
    """Does it give or take away something of what the solution defines, as in `del Value.__radd__`?"""
    nodes = ast.walk(ast.parse(variant.source))
    return any(isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load) for n in nodes)


CODE = [part for part in CHECKS if wrong_code(part)]


@pytest.mark.thorough
@pytest.mark.parametrize("part", CODE)
def test_half_of_the_wrong_ideas_and_the_most_frequent_fail_a_visible_test(part):
    """The first misconception of a check is the most frequent one."""
    wrong = wrong_code(part)
    assert FAILED in seen(part, wrong[0]), f"{wrong[0].key} passes every visible test"
    passing = []
    for number, one in enumerate(wrong[1:], start=1):
        if 2 * (number - len(passing)) >= len(wrong):
            break
        if FAILED not in seen(part, one):
            passing.append(one.key)
    assert 2 * len(passing) <= len(wrong), f"these pass every visible test: {passing}"


TYPED = [
    ("2.1a", "direction = ' Left '", True),
    ("2.3b", "values = {'S': 5, 'D': 1, 'Z': 5}", True),
    ("2.3b", "values = {'s', 'd', 'z'}", False),
    ("2.3b", "values = {'S', 'D', 'Z'}", False),
    ("2.3b", "values = {'s': '5', 'd': 1, 'z': 5}", True),
    ("2.4c", "why_dl = 'B'", True),
]


@pytest.mark.parametrize("part, answer, right", TYPED)
def test_visible_tests_read_what_is_typed_as_the_check_does(part, answer, right):
    names, states = dict(REFERENCE.namespace(part)), set()
    execute(answer, names, "answer")
    names["expect"] = lambda *a, **k: states.add(outcome_of(a[0], "it", *a[1:], 1e-6, 1e-9).state)
    (test,) = (c for c in REFERENCE.course.notebook_of(part).with_role("test") if c.key == part)
    execute(test.source, names, "test")
    assert (check_answer(part, names, seed=1).earned == CHECKS[part].points) is right
    assert (FAILED not in states) is right
