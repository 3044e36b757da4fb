"""What the text of an answer says about names that are missing: nothing is written, a name is spelled
differently, or the cell stopped before it came to the name."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable

from autograder.judging.forbid import parsed
from autograder.judging.relied_on import top_names

ALIKE = 0.8  # of difflib: bettermode and better_mode, leakyRelu and leaky_relu


def is_blank(
    answer: str, stub: str, asked: set[str] = frozenset(), others: Iterable[str] = ()
) -> bool:
    """Is nothing written: no more than what students are given, in the answer or in part?

    Comments and imports count for nothing. `others` are the student's own cells: one that defines a
    name that is `asked` for is an answer.
    """
    tree, given = parsed(answer), parsed(stub)
    if tree is None or given is None:
        return False
    there = {ast.dump(statement) for statement in given.body}
    try:
        written = [
            one for one in tree.body if not _says_nothing(one) and ast.dump(one) not in there
        ]
    except RecursionError:
        return False
    return not written and not any(asked & top_names(text) for text in others)


def _says_nothing(statement: ast.stmt) -> bool:
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, (ast.Pass, ast.Import, ast.ImportFrom))


def misspelling(name: str, written: Iterable[str], known: Iterable[str]) -> str:
    """The name among those that are `written` that is probably meant; "" when there is none.

    What the course itself calls so (`known`) is no misspelling.
    """
    found = sorted(set(written) - set(known))
    same = [one for one in found if _plain(one) == _plain(name)]
    return next(iter(same or difflib.get_close_matches(name, found, 1, ALIKE)), "")


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()


def comes_from(name: str, text: str) -> bool:
    """Would this text have defined the name, had it run to its end? (One that cannot be read may.)"""
    return name in top_names(text) if parsed(text) else True
