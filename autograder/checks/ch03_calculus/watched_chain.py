"""A chain of layers and a store that note what is done with them: 3.35c."""

import math

import numpy as np

from autograder.check import named


def chains(rng):
    """{name: [(a, b, x, k), …]}: layers h -> h + a_i sin(h + b_i), where they begin, the distance of
    checkpoints. The derivatives are between 0.2 and 1.8."""

    def one(L, k):
        return (
            rng.uniform(0.3, 0.8, L),
            rng.uniform(0, 6, L),
            round(float(rng.uniform(-2, 2)), 3),
            k,
        )

    k, n = int(rng.integers(5, 7)), int(rng.integers(6, 8))
    return {
        "k divides L": [one(n * k, k), one(12, 3)],
        "a shorter segment at the end": [one(n * k + int(rng.integers(2, k)), k), one(13, 5)],
        "k = 1 and k = L": [one(int(rng.integers(6, 9)), 1), *(one(L, L) for L in (5, 7))],
    }


def through(a, b, x):
    """The inputs of all layers, and the end of the chain."""
    inputs = [x]
    for one, other in zip(a, b, strict=True):
        inputs.append(inputs[-1] + one * math.sin(inputs[-1] + other))
    return inputs


class Watched:
    """One chain: its functions, its store, and what happened.

    evaluated: [layer, input], in order. stored: ["save", key, numbers] or ["free", key]. most: the
    most results of layers that existed at once, wherever they were kept.
    """

    def __init__(self, a, b):
        self.evaluated, self.stored, self.kept = [], [], {}
        self.alive = self.most = 0
        watched = self

        class Activation(float):
            """A number that is counted as long as it exists."""

            def __new__(cls, value):
                watched.alive += 1
                watched.most = max(watched.most, watched.alive)
                return super().__new__(cls, value)

            def __del__(self):
                watched.alive -= 1

        def layer(i):
            def f(h):
                h = float(h)
                self.evaluated.append([i, h])
                return Activation(h + a[i] * math.sin(h + b[i]))

            return named(f"layer {i}", f)

        def slope(i):
            return named(f"slope of layer {i}", lambda h: 1 + a[i] * math.cos(float(h) + b[i]))

        self.fs, self.dfs = ([make(i) for i in range(len(a))] for make in (layer, slope))

    def store(self):
        """The store that the answer is given."""
        watched = self

        class Store:
            """As utils.Store."""

            def save(self, i, value):
                watched.kept[i] = value
                numbers = np.ravel(np.asarray(value, dtype=float)).tolist()
                watched.stored.append(["save", str(i), numbers])

            def load(self, i):
                if i not in watched.kept:
                    raise KeyError(f"nothing is kept under {i!r}; save it first, or free it later")
                return watched.kept[i]

            def free(self, i):
                self.load(i)
                del watched.kept[i]
                watched.stored.append(["free", str(i)])

            @property
            def held(self):
                return sum(np.asarray(value).size for value in watched.kept.values())

            @property
            def peak(self):
                return peak_of(watched.stored)

            def __repr__(self):
                return "store"

        return Store()


def peak_of(stored):
    """The most numbers that were in a store at once, from what was done with it."""
    held, most = {}, 0
    for action, key, *numbers in stored:
        if action == "save":
            held[key] = len(numbers[0])
        else:
            held.pop(key, None)
        most = max(most, sum(held.values()))
    return most
