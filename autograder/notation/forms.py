"""Source text that sets what somebody types: a wrong value, or the right one in another form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from utils.quiz.questions import Question

STYLES: dict[str, tuple[str, Callable[[float], str]]] = {
    "numpy": ("import numpy as np", lambda value: f"np.float32({value!r})"),
    "tensor": ("import torch", lambda value: f"torch.tensor({value!r}, dtype=torch.float64)"),
    "fraction": ("from fractions import Fraction", lambda value: f"Fraction({value!r})"),
    "text": ("", lambda value: repr(repr(value))),
}


def numbers_in(style: str, right: Mapping[str, float], inside: str) -> str:
    imports, written = STYLES[style]
    items = {name: written(value) for name, value in right.items()}
    if inside:
        lines = [f"{inside} = {{{', '.join(f'{name!r}: {v}' for name, v in items.items())}}}"]
    else:
        lines = [f"{name} = {text}" for name, text in items.items()]
    return "\n".join(filter(None, [imports, *lines]))


def assignment(values: Mapping[str, float], inside: str) -> str:
    """Source text that sets variables, or a dict."""
    if inside:
        return f"{inside} = {dict(values)!r}"
    return "\n".join(f"{name} = {value!r}" for name, value in values.items())


def literal(value) -> str:
    """Source text for a value; the same in every process, for a set too."""
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(map(repr, sorted(value))) + "}"
    return repr(value)


def other_forms(name: str, question: Question) -> dict[str, str]:
    """{style: the right answer in another form, as source text}."""
    right = question.right
    if question.kind == "num":
        return {style: numbers_in(style, {name: right}, "") for style in STYLES}
    if question.kind == "word":
        forms = {"capitals": repr(f" {right.upper()} "), "in_a_phrase": repr(f"the {right}.")}
        return {style: f"{name} = {text}" for style, text in forms.items()}
    if question.kind == "match":
        marked = {f" {key.upper()} ": f"({letter.upper()})" for key, letter in right.items()}
        listed = {key.replace("_", " "): [letter] for key, letter in reversed(right.items())}
        return {"capitals_and_blanks": f"{name} = {marked!r}", "lists": f"{name} = {listed!r}"}
    letters = sorted(right) if question.kind == "multi" else list(right)
    forms = {
        "capitals_and_brackets": repr("".join(f" ({letter.upper()})" for letter in letters)),
        "list": repr(letters),
        "tuple_of_capitals": repr(tuple(letter.upper() for letter in letters)),
    }
    if question.kind == "multi":
        forms["set"] = literal(set(letters))
        forms["commas_backwards"] = repr(", ".join(reversed(letters)))
    if question.kind == "order":
        forms["arrows"] = repr(" -> ".join(letters))
    return {style: f"{name} = {text}" for style, text in forms.items()}
