"""3.17 to 3.19: how traces, counts of passes and Jacobians made of passes are observed."""

import math

import numpy as np

from autograder.check import attempt, named, number_of
from autograder.inside.typed import value_of
from utils.answers import number


def entry(value) -> float:
    """A number of any library; True and False count as 1 and 0."""
    return float(value) if isinstance(value, (bool, np.bool_)) else number(value)


def ratio(later, earlier) -> float:
    """later / earlier, the factor between them; nan where there is none."""
    return later / earlier if earlier else math.nan


def entries(matrix):
    """A matrix of sympy as lists; everything else as it is."""
    return matrix.tolist() if type(matrix).__module__.startswith("sympy") else matrix


def points(rng):
    """Values of x at which sin(sin(sin x)) has no small factor, on both sides of 0 and far from it."""
    ends = (-2.8, 0.5, 1.9, 3.6), (-2.0, 1.2, 2.6, 4.3)
    return rng.uniform(*ends).round(3).tolist()


def at_each(xs, find):
    """{x: what is found there}, as an attempt: an exception costs this sub-check only."""

    def at(x):
        return {f"x = {one}": find(one) for one in x}

    return attempt(at, xs)


def counts(answer, name):
    """The four entries of `ans18` or `ans19`."""

    def mode():
        said = str(value_of(answer, name, "mode")).casefold()
        return " and ".join(word for word in ("forward", "reverse") if word in said)

    keys = "forward_passes", "reverse_passes", "ratio"
    return {"mode": attempt(mode)} | {key: number_of(answer, name, key) for key in keys}


def counted_as(mode="reverse", forward=1000, backward=2, ratio=500, name="ans18"):
    """The source of an answer to 3.18 or 3.19."""
    return (
        f"{name} = { {'mode': mode, 'forward_passes': forward, 'reverse_passes': backward}!r}"
        f" | {{'ratio': {ratio}}}"
    )


SIZES = {  # sub-check: (fewest and most inputs, fewest and most outputs); all four counts differ by seed
    "J, more inputs than outputs": ((6, 9), (2, 4)),
    "J, more outputs than inputs": ((2, 4), (6, 9)),
    "J, as many of both": ((3, 6), (3, 6)),
    "J, one alone": ((4, 8), (1, 1)),
}


class Program:
    """A function R^n -> R^m at a point, and its passes. Its Jacobian stands nowhere.

    Every entry of the Jacobian is at least 0.1 away from 0, and from its neighbours.
    """

    def __init__(self, rng, n, m):
        while True:
            first, last = rng.normal(size=(5, n)), rng.normal(size=(m, 5))
            slopes = 1 - np.tanh(first @ rng.uniform(-0.3, 0.3, n)) ** 2
            J = last @ (slopes[:, None] * first)
            if np.abs(J).min() > 0.1 and (
                n != m or np.abs(J - J.T)[~np.eye(n, dtype=bool)].min() > 0.1
            ):
                break
        self.n, self.m, self.calls, self._layers = n, m, 0, (first, slopes, last)

    def jvp(self, v):
        """The tangents of the outputs, (m,), from those of the inputs, (n,)."""
        first, slopes, last = self._layers
        return last @ (slopes * (first @ self._direction(v, self.n, "inputs")))

    def vjp(self, u):
        """The adjoints of the inputs, (n,), from those of the outputs, (m,)."""
        first, slopes, last = self._layers
        return ((self._direction(u, self.m, "outputs") @ last) * slopes) @ first

    def _direction(self, given, size, ends):
        self.calls += 1
        given = np.asarray(given, dtype=float)
        if given.shape != (size,):
            raise ValueError(
                f"a pass takes a vector with a number for each of the {size} {ends}, "
                f"not an array of the shape {given.shape}"
            )
        return given


def jacobians(answer, rng, mode):
    """{sub-check: the Jacobian from the passes of a mode}, and how many passes were made."""
    collect, kind = ("jac_from_jvp", "jvp") if mode == "forward" else ("jac_from_vjp", "vjp")
    programs = {}
    for key, (inputs, outputs) in SIZES.items():
        n, m = (int(rng.integers(low, high + 1)) for low, high in (inputs, outputs))
        if key == "J, as many of both":
            m = n
        if mode == "forward" and key == "J, one alone":
            n, m = m, n
        programs[key] = Program(rng, n, m)

    def sweep(program):
        text = f"{kind} of a function with {program.n} inputs and {program.m} outputs"
        return named(text, getattr(program, kind)), program.n if kind == "jvp" else program.m

    made = {}

    def collected(program):
        J = entries(getattr(answer, collect)(*sweep(program)))
        made[f"{program.n} inputs, {program.m} outputs"] = program.calls
        return J

    def passes():
        return made or collected(next(iter(programs.values())))  # which raises once more

    seen = {key: attempt(collected, program) for key, program in programs.items()}
    return seen | {PASSES: attempt(passes)}


PASSES = "the number of passes"
