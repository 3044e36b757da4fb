"""What a gradient check is tried on: functions with their gradients, and mistakes in gradients."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from autograder.check import named
from autograder.inside.naming import label_of

GRADIENT = "its gradient"


class Problem(NamedTuple):
    """A function, its gradient and a point: what check_gradient is given. The label of the function, and
    of a wrong gradient, is what a student reads in the feedback; the student's code cannot see it."""

    f: Callable
    gradient: Callable
    x: float | np.ndarray

    def scaled(self, factor):
        """The problem times a power of ten."""
        _, _, formula = label_of(self.f).partition("-> ")
        power = f"1e{round(np.log10(factor))}"
        f = named(f"x -> {power} * ({formula})", lambda x: factor * self.f(x))
        return Problem(f, named(GRADIENT, lambda x: factor * self.gradient(x)), self.x)

    def with_gradient(self, change):
        wrong = named(f"{GRADIENT}, {change}", lambda x: WRONG[change](self.gradient(x)))
        return self._replace(gradient=wrong)

    def right_and(self, *changes):
        """The problem, and the same with wrong gradients, by name."""
        return {"the right gradient": self} | {name: self.with_gradient(name) for name in changes}


WRONG = {
    "wrong sign": lambda g: -g,
    "doubled": lambda g: 2 * g,
    "halved": lambda g: g / 2,
    "all zeros": lambda g: 0 * g,
    "1 % too large": lambda g: 1.01 * g,
    "1 % too small": lambda g: 0.99 * g,
    "last component 10 % off": lambda g: g * np.array([1, 1, 1, 1.1]),
    "first component off": lambda g: g + np.array([0.2, 0, 0, 0]),
    "reversed": lambda g: g[::-1],
    "-0.3 in place of a 0": lambda g: g - np.array([0, 0.3, 0, 0]),
    "nan in the second component": lambda g: g + np.array([0, np.nan, 0, 0]),
}


def problems(rng):
    """A function of one number, one of four numbers, and one that ignores the second of four."""
    p, q = rng.uniform(1.2, 2.4, 2).round(2).tolist()
    w = (rng.uniform(0.8, 2, 4) + np.arange(4) / 3).round(1)
    t = round(float(rng.uniform(0.4, 0.9)), 2)
    x = rng.uniform(0.3, 1.1, 4).round(2)
    used = w * [1, 0, 1, 1]

    def wave(x):
        return p * np.exp(q * np.asarray(x, dtype=float) / 2)

    def wave_slope(x):
        return p * q / 2 * np.exp(q * np.asarray(x, dtype=float) / 2)

    def mix(x):
        x = np.asarray(x, dtype=float)
        return float(np.sum(w * np.sin(x)) + x[0] * x[-1])

    def mix_gradient(x):
        x = np.asarray(x, dtype=float)
        return w * np.cos(x) + np.array([x[-1], 0, 0, x[0]])

    def bowl(x):
        return float(np.sum(used * np.asarray(x, dtype=float) ** 2))

    def bowl_gradient(x):
        return 2 * used * np.asarray(x, dtype=float)

    rows = (
        (f"{p} * np.exp({q / 2:g} * x)", wave, wave_slope, t),
        (f"{w.tolist()} @ np.sin(x) + x[0]*x[3]", mix, mix_gradient, x),
        (f"{used.tolist()} @ x**2", bowl, bowl_gradient, x),
    )
    return [
        Problem(named(f"x -> {formula}", f), named(GRADIENT, gradient), at)
        for formula, f, gradient, at in rows
    ]
