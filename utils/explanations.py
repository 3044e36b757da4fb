"""What an exception means, in the terms of somebody who wrote the code."""

from __future__ import annotations

import re

LONGEST = 400  # characters of a message that are looked at and quoted

_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow", "@": "matmul",
    "** or pow()": "pow", "+=": "add", "-=": "sub", "*=": "mul", "//": "floordiv", "%": "mod",
}  # fmt: skip
_BUILT_IN = {"int", "float", "complex", "bool", "str", "list", "tuple", "NoneType", "dict"}


def explanation(kind: str, message: str, line: str = "") -> str:
    """One or two sentences on an exception: what happened, what to look at.

    kind: the exception's type. line: the student's line that raised it; "" where somebody else called
    the student's function, and the call itself went wrong.
    """
    if len(message) > LONGEST:
        message = message[: LONGEST - 1] + "…"
    said = f"{kind}: {message}." if message else f"{kind}."
    said = f"{said} {_meaning(kind, message, bool(line))}".strip()
    code = line.replace("`", "'")
    return f"{said} It happened in the line: `{code}`" if line else said


def _meaning(kind: str, message: str, in_students_line: bool) -> str:
    for patterns in (_CALLS[in_students_line], _PATTERNS):
        for pattern, meaning in patterns.get(kind, ()):
            if found := re.search(pattern, message):
                if said := meaning(found) if callable(meaning) else meaning:
                    return said
    return _GENERAL.get(kind, "")


def _operator(found) -> str:
    operator, left, right = found[1], found[2], found[3]
    name = _OPERATORS.get(operator)
    if "NoneType" in (left, right):
        return "One of the two is None. Does a function end without return?"
    if "ellipsis" in (left, right):
        return "One of the two is still the placeholder ... of an unfinished answer."
    if {"function", "method", "builtin_function_or_method"} & {left, right}:
        return "A function stands where its value is needed: call it."
    if name is None:
        return ""
    if left in _BUILT_IN and right not in _BUILT_IN:
        return (
            f"When a plain {left} stands on the left, Python asks the right-hand object for "
            f"__r{name}__: {right} has none that works. Define __r{name}__."
        )
    if left not in _BUILT_IN:
        return f"Python calls {left}.__{name}__ here; it is missing or gives NotImplemented."
    return f"Python cannot combine a {left} with a {right}; check the types of what you computed."


_FEWER, _MORE = (
    r"missing \d+ required (?:positional|keyword)",
    r"takes .*positional arguments? but .* given",
)
_NO_ARGUMENT, _UNPACK = (
    r"unexpected keyword argument '(\w+)'",
    r"(?:not enough|too many) values to unpack",
)
_CALLS = {  # did it happen in a line of the student, or in a call of the student's function?
    False: {
        "TypeError": [
            (_FEWER, "The call gives fewer arguments than your function asks for. Compare its signature "
             "with the task."),
            (_MORE, "The call gives more arguments than your function takes. Compare its signature with "
             "the task (a method needs self)."),
            (_NO_ARGUMENT, lambda m: f"Your function has no argument {m[1]}. Compare its signature with "
             "the task."),
        ],
        "KeyError": [(r"has no key '", "Use the keys that the task names, and all of them.")],
    "ValueError": [
            (_UNPACK, "The number of returned values is not the number that the exercise asks for."),
        ],
    },
    True: {
        "TypeError": [
            (_FEWER, "The call in this line gives fewer arguments than the function needs."),
            (_MORE, "The call in this line gives more arguments than the function takes (a method "
             "needs self)."),
            (_NO_ARGUMENT, lambda m: f"The function that is called has no argument {m[1]}."),
        ],
        "ValueError": [
            (_UNPACK, "The names on the left are not as many as the values on the right."),
        ],
    },
}  # fmt: skip
_PATTERNS = {
    "TypeError": [
        (r"unsupported operand type\(s\) for (\S+(?: or pow\(\))?): '(\w+)' and '([\w.]+)'", _operator),
        (r"after \* must be an iterable, not NoneType|cannot unpack non-iterable NoneType",
         "A function of yours returned None. Is its return missing?"),
        (r"'NoneType' object", "Something is None. Does a function end without return?"),
        (r"bad operand type for unary -: '(\w+)'",
         lambda m: f"Python calls {m[1]}.__neg__ for a minus sign; it is missing."),
        (r"'(\w+)' object is not subscriptable", lambda m: f"A {m[1]} has no parts to index."),
        (r"cannot unpack non-iterable (\w+)",
         lambda m: f"Several values were expected and one {m[1]} came back. Return all of them."),
        (r"'(\w+)' object is not callable",
         lambda m: f"A {m[1]} is called like a function. Is a variable hiding a function of that name?"),
    ],
    "ValueError": [
        (r"matmul|shapes .* not aligned|mismatch in its core dimension",
         "The inner sizes of a matrix product do not match. Write the shapes beside each factor; one of "
         "them probably has to be transposed or to change sides."),
        (r"could not be broadcast", "Two arrays of shapes that do not fit were combined element by element."),
        (r"truth value of an array",
         "An array stands where one True or False is needed; use np.where, a mask, np.all or np.any."),
    ],
    "AttributeError": [
        (r"'NoneType' object has no attribute", "Something is None. Does a function end without return?"),
        (r"'(\w+)' object has no attribute '(\w+)'",
         lambda m: f"A {m[1]} has no {m[2]}. Is it stored on self before it is used, and spelled the same?"),
    ],
    "RuntimeError": [
        (r"does not require grad", "The result is cut off from the graph of torch, so there is nothing "
         "to differentiate."),
    ],
}  # fmt: skip
_GENERAL = {
    "SyntaxError": "Python cannot read the cell; look at brackets, colons and quotes just before that place.",
    "IndentationError": "The indentation does not line up.",
    "NameError": "A name is used before it is defined; check the spelling and the order of the cells. "
    "(A word that is meant as text stands in quotes.)",
    "ZeroDivisionError": "Something was divided by zero. Which input makes the denominator zero?",
    "OverflowError": "A number became too large, probably inside exp. Rearrange so that exp gets negative "
    "numbers only.",
    "RecursionError": "The function calls itself too many times. A loop with its own list has no such limit.",
    "KeyError": "A dictionary has no such key. Is it spelled as in the task, or was it removed too early?",
    "IndexError": "An index lies outside the list or array.",
    "MemoryError": "More memory was asked for than there is. Look at the shapes you create.",
    "AssertionError": "An assert does not hold.",
    "SystemExit": "Your code ends the program. Remove exit() or sys.exit().",
    "KeyboardInterrupt": "Your code was interrupted.",
    "EOFError": "input() waits for a person, and nobody is there when the notebook is graded. Put the "
    "value in a variable.",
    "PermissionError": "This is not allowed when the notebook is graded.",
    "ModuleNotFoundError": "That package is not part of the course's environment.",
}
