"""6.30b: a target that is made of parts, and one that is not."""

import numpy as np

from autograder.check import attempt, check


@check("6.30b", points=4, reveal=True)
def targets(answer, rng):
    rows, few = int(rng.integers(4, 9)), int(rng.integers(2, 5))
    X = rng.normal(size=(rows, 10))
    one_group = np.zeros((4, 10))  # every group has its own row of ones somewhere
    one_group[:] = rng.uniform(0.3, 0.6, size=10)
    one_group[[0, 1, 2], [2, 5, 9]] += 1

    def sum_of_waves(n, K, d):
        shape = rng.normal(size=(n, d)), rng.normal(size=(K, d)), rng.uniform(0.3, 6, K)
        return attempt(answer.waves, *shape, rng.normal(size=K) + 0.5)

    return {
        "compositional: random rows": attempt(answer.compositional, X),
        "compositional: every group counts": attempt(answer.compositional, one_group),
        "waves": sum_of_waves(rows, rows + 3, 10),
        "waves in few dimensions": sum_of_waves(rows + 1, 6, few),
    }


GROUPS = "(slice(3), slice(3, 6), slice(6, 10))"
PARTS = f"np.tanh(X[:, group].sum(axis=1)) for group in {GROUPS}"
WAVES = "np.cos(X @ directions.T + phases) @ heights"
targets.misconception(
    "groups_shifted",
    "The groups are shifted. Python counts from 0, and a slice leaves out its end: x4 to x6 are "
    "the columns 3:6.",
    edits={GROUPS: "(slice(1, 3), slice(4, 6), slice(7, 10))"},
)
targets.misconception(
    "last_input_left_out",
    "The last group has four inputs, x7 to x10; one is left out.",
    edits={GROUPS: "(slice(3), slice(3, 6), slice(6, 9))"},
)
targets.misconception(
    "sum_of_the_parts",
    "The parts are added. The target is their product.",
    edits={"h1 * h2 * h3": "h1 + h2 + h3"},
)
targets.misconception(
    "tanh_of_every_input",
    "tanh is applied to every input alone. It is applied to the sum of a group.",
    edits={"np.tanh(X[:, group].sum(axis=1))": "np.tanh(X[:, group]).sum(axis=1)"},
)
targets.misconception(
    "tanh_missing",
    "The parts are plain sums here: each goes through a tanh.",
    edits={"np.tanh(X[:, group].sum(axis=1))": "X[:, group].sum(axis=1)"},
)
targets.misconception(
    "mean_instead_of_sum",
    "The inputs of a group are averaged. They are added.",
    edits={"X[:, group].sum(axis=1)": "X[:, group].mean(axis=1)"},
)
targets.misconception(
    "phases_missing",
    "The phases are missing: each is added to the angle, inside the cosine.",
    edits={WAVES: "np.cos(X @ directions.T) @ heights"},
)
targets.misconception(
    "phases_outside",
    "The phases are added outside of the cosine. They belong to the angle.",
    edits={WAVES: "(np.cos(X @ directions.T) + phases) @ heights"},
)
targets.misconception(
    "heights_inside",
    "The heights multiply the angle. They multiply the cosine.",
    edits={WAVES: "np.cos((X @ directions.T + phases) * heights).sum(axis=1)"},
)
targets.misconception(
    "sine",
    "That is a sum of sines. The waves are cosines.",
    edits={WAVES: "np.sin(X @ directions.T + phases) @ heights"},
)
targets.misconception(
    "mean_of_the_waves",
    "The waves are averaged. They are added.",
    edits={WAVES: f"{WAVES} / len(heights)"},
)


@targets.alternative("row_by_row")
def answer():
    import math

    def compositional(X):
        results = []
        for x in X:
            parts = [sum(x[:3]), sum(x[3:6]), sum(x[6:])]
            results.append(math.prod(map(math.tanh, parts)))
        return results

    def waves(X, directions, phases, heights):
        result = np.zeros(len(X))
        for a, phase, height in zip(directions, phases, heights):
            result += height * np.cos(X @ a + phase)
        return result


@targets.alternative("matrix_of_groups_in_float32")
def answer():
    def compositional(X):
        groups = np.repeat(np.eye(3, dtype=np.float32), [3, 3, 4], axis=0)
        return np.tanh(X.astype(np.float32) @ groups).prod(axis=1)

    def waves(X, directions, phases, heights):
        angles = np.einsum("nd,kd->nk", X, directions) + phases[None]
        return np.sum(np.cos(angles) * heights, axis=1).astype(np.float32)


@targets.oracle("torch_and_complex_waves")
def answer():
    import torch

    def compositional(X):
        parts = torch.split(torch.tensor(X), [3, 3, 4], dim=1)
        return torch.stack([torch.tanh(part.sum(1)) for part in parts]).prod(0)

    def waves(X, directions, phases, heights):
        return ((heights * np.exp(1j * phases)) * np.exp(1j * X @ directions.T)).sum(axis=1).real
