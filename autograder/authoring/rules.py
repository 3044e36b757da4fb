"""The author's mistakes, found before anything is built: one sentence with file, cell and remedy."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator

from autograder.course import Course
from autograder.course.cells import (
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    END_SOLUTION,
    VALUE_STUB,
    AuthorError,
    Cell,
    Notebook,
    by_markers,
)
from autograder.notation.ids import exercise_of
from autograder.notation.registry import all_checks, all_written

FOLDED = "# Shift+Enter: "
LEAK_LENGTH = 20  # solution lines shorter than this appear elsewhere by chance


def check_course(course: Course) -> None:
    """Raise `AuthorError` for the first mistake in any solution file."""
    used: dict[str, str] = {}
    for notebook in course.notebooks.values():
        check_notebook(notebook, used)
    known = course.exercises
    for exercise in known.values():
        for needed in exercise.needs:
            if needed not in known:
                raise AuthorError(
                    f'{exercise.notebook}.py: exercise="{exercise.id}" needs {needed}, which does '
                    "not exist; correct needs."
                )
    for part in [*all_checks(), *all_written()]:
        if part not in used:
            raise AuthorError(
                f'The check {part} is used by no notebook; add test="{part}" or remove the check.'
            )


def check_notebook(notebook: Notebook, used: dict[str, str]) -> None:
    """Raise `AuthorError` for the first mistake; `used` collects the ids of all notebooks."""
    _ = notebook.title
    headers = {cell.key for cell in notebook.with_role("exercise")}
    for cell in notebook.cells:
        where = f"{notebook.name}.py, {cell.label}"
        if cell.meta.get("fold") and not cell.source.startswith(FOLDED):
            raise AuthorError(
                f"{where}: JupyterLab shows only the first line of a folded cell; begin with "
                f"{FOLDED!r} and what the cell shows."
            )
        if cell.role in ("answer", "test", "written"):
            _check_id(cell, where, used, headers)
        if cell.role == "answer":
            _check_markers(cell.source, BEGIN_SOLUTION, END_SOLUTION, where, "solution")
            _check_stubs(cell, where)
        elif cell.role == "test":
            _check_test(cell, where)
            notebook.answer_of(cell.key)
            _check_names(cell, where, notebook)
        elif cell.role == "written":
            _check_markers(cell.source, BEGIN_SOLUTION, END_SOLUTION, where, "model answer")
            if cell.key not in all_written():
                raise AuthorError(f"{where}: there is no rubric; add written({cell.key!r}, …).")
        elif cell.role == "hints":
            _check_hints(cell, where, headers)
        elif BEGIN_SOLUTION in cell.source or BEGIN_HIDDEN in cell.source:
            raise AuthorError(f"{where}: solution markers outside an answer cell; add answer=….")
    _check_complete(notebook)
    _check_leaks(notebook)


def _check_id(cell: Cell, where: str, used: dict[str, str], headers: set[str]) -> None:
    key = f"answer {cell.key}" if cell.role == "answer" else cell.key
    if key in used:
        raise AuthorError(f"{where}: the id is already used in {used[key]}; choose another one.")
    used[key] = where
    if exercise_of(cell.key) not in headers:
        raise AuthorError(
            f"{where}: no markdown cell introduces the exercise; add "
            f'[markdown] exercise="{exercise_of(cell.key)}" with title, stars and minutes.'
        )


def _check_markers(source: str, begin: str, end: str, where: str, what: str) -> None:
    marks = [line.strip() for line in source.splitlines() if line.strip() in (begin, end)]
    if not marks:
        raise AuthorError(
            f"{where}: the {what} is outside its markers; put it between {begin} and {end}."
        )
    if marks != [begin, end] * (len(marks) // 2):
        raise AuthorError(f"{where}: the markers do not pair; every {begin} needs its {end}.")


def _check_stubs(cell: Cell, where: str) -> None:
    """Every value that is asked has its stub, every stub its value, and students' cells run."""
    lines = list(by_markers(cell.source))
    found = [VALUE_STUB.fullmatch(line) for line, indent in lines if indent is None]
    stubs = [stub[1] for stub in found if stub]
    values = _sets("\n".join(line for line, indent in lines if indent == ""), where)
    for name in stubs:
        if name not in values:
            raise AuthorError(f"{where}: the solution never sets {name}; set it, or drop its stub.")
    for name in values:
        if name not in stubs and not name.startswith("_"):
            raise AuthorError(
                f"{where}: students do not see that {name} is asked for; add the line "
                f'"{name} = ...  # what it is" before the solution, or call it _{name}.'
            )
    if _raises(_parsed(cell.stub, where)):
        raise AuthorError(
            f'{where}: the cell raises before anything is written; give a value the stub "name = ...", '
            "and begin the solution of a function below its def line."
        )


def _sets(code: str, where: str) -> list[str]:
    """The names that code at the margin sets (imports aside)."""
    _parsed(code, where)
    symbols = symtable.symtable(code, where, "exec").get_symbols()
    return sorted(symbol.get_name() for symbol in symbols if symbol.is_assigned())


def _parsed(code: str, where: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError as problem:
        raise AuthorError(f"{where}: Python cannot read it ({problem.msg}); correct it.") from None


def _raises(node: ast.AST) -> bool:
    """Is there a `raise` that is reached when the cell is run, without calling anything?"""
    if isinstance(node, ast.Raise):
        return True
    below = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return any(_raises(c) for c in ast.iter_child_nodes(node) if not isinstance(c, below))


def _check_test(cell: Cell, where: str) -> None:
    if BEGIN_HIDDEN in cell.source or re.search(r"\bgrade\(", cell.source):
        raise AuthorError(f'{where}: the build adds grade("{cell.key}"); remove what calls it.')
    expected = set(re.findall(r'expect\(\s*"([^"]+)"', cell.source)) - {cell.key}
    if expected:
        raise AuthorError(
            f'{where}: expect names {expected.pop()}; the first argument is this part, "{cell.key}".'
        )
    if cell.key not in all_checks():
        raise AuthorError(
            f"{where}: there is no check of that name; write @check({cell.key!r}, points=…) in "
            f"autograder/checks/."
        )

    for call in _calls_of_expect(_parsed(cell.source, where)):
        wanted = call.args[2:3] or [word.value for word in call.keywords if word.arg == "wanted"]
        if any(isinstance(one, ast.Lambda) for one in wanted):
            raise AuthorError(
                f"{where}: a student does not see what {ast.unparse(wanted[0])!r} expects; say it in "
                'words: such_that("a loss below 0.01", lambda loss: ...), or is_number and the like.'
            )


def _calls_of_expect(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "expect":
                yield node


def _check_names(test: Cell, where: str, notebook: Notebook) -> None:
    """What a test uses comes from set-up cells, answers and the test itself, never from another test."""
    given = set(dir(builtins)) | {"expect", "grade"}
    for cell in notebook.cells:
        if cell.role in ("setup", "answer"):
            given |= _names(cell.solution, where)[0]
        if cell is test:
            break
    gives, uses = _names(test.source, where)
    if missing := sorted(uses - gives - given):
        raise AuthorError(
            f"{where}: {missing[0]} is defined in no set-up or answer cell above; move it to a set-up "
            "cell, so that the test runs by itself."
        )


def _names(code: str, where: str) -> tuple[set[str], set[str]]:
    """The names that a cell's code gives at the margin, and the global names that it uses."""
    _parsed(code, where)
    table = symtable.symtable(code, where, "exec")
    gives = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    uses, todo = {s.get_name() for s in table.get_symbols() if s.is_referenced()}, [table]
    while todo:
        inner = todo.pop().get_children()
        uses |= {s.get_name() for one in inner for s in one.get_symbols() if s.is_global()}
        todo += inner
    return gives, uses


def _check_hints(cell: Cell, where: str, headers: set[str]) -> None:
    hints = re.split(r"^---$", cell.source, flags=re.M)
    if not all(hint.strip() for hint in hints):
        raise AuthorError(f"{where}: a hint is empty; write it, or remove the line of dashes.")
    if re.search(r"^--- *\S", cell.source, re.M):
        raise AuthorError(f"{where}: dashes with text behind them part no hints; give them a line.")
    if cell.key not in headers and exercise_of(cell.key) not in headers:
        raise AuthorError(f"{where}: there is no such exercise in this notebook; correct the id.")


def _check_complete(notebook: Notebook) -> None:
    hinted = {exercise_of(cell.key) for cell in notebook.with_role("hints")}
    setup = notebook.with_role("setup")
    asked = {cell.key for cell in notebook.with_role("question")}  # with feedback for every option
    if notebook.parts and not any(re.search(r"\bgrade\b", c.source) for c in setup):
        raise AuthorError(
            f"{notebook.name}.py: no set-up cell imports grade, which every test calls; "
            'add "from utils import expect, grade" to one.'
        )
    for exercise in notebook.exercises:
        where = f'{notebook.name}.py, exercise="{exercise.id}"'
        if not [part for part in exercise.parts if part in all_checks()]:
            raise AuthorError(f'{where}: the test is missing; add a cell test="{exercise.id}".')
        if exercise.id not in hinted and not asked.issuperset(exercise.parts):
            raise AuthorError(f'{where}: there is no hint; add [markdown] hints="{exercise.id}".')


def _check_leaks(notebook: Notebook) -> None:
    """No line of a solution may stand outside markers, in any cell."""
    secret: dict[str, str] = {}
    for cell in notebook.with_role("answer"):
        for line, indent in by_markers(cell.source):
            if indent is not None and is_telling(line.strip()):
                secret[line.strip()] = cell.label
    for cell in notebook.cells:
        for line, indent in by_markers(cell.source):
            if indent is None and line.strip() in secret:
                raise AuthorError(
                    f"{notebook.name}.py, {cell.label}: the line {line.strip()!r} of the solution "
                    f"{secret[line.strip()]} stands outside its markers; move or remove it."
                )


def is_telling(line: str) -> bool:
    """Would a line of a solution give something away if students saw it?"""
    is_common = line.startswith(("#", "def ", "class ", "return self"))
    return len(line) >= LEAK_LENGTH and not is_common
