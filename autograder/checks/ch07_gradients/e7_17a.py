"""7.17a: labels from scores."""

import numpy as np

from autograder.check import attempt, check

WEIGHTS = {"labels of a matrix": 0.75, "labels of whole numbers": 0.5, "in the loss": 0.75}
SHAPES, KIND = "shapes", "kind of number"


@check("7.17a", points=2, weights={**WEIGHTS, SHAPES: 1.5, KIND: 1.5})
def labels(answer, rng):
    import torch
    import torch.nn.functional as F

    def scores(*shape):
        """Both signs, on either side of 0.5 and of 1."""
        values = np.resize([-0.3, 0.3, -0.75, 0.75, -1.3, 1.3], int(np.prod(shape)))
        values = rng.permutation(values) * rng.uniform(0.8, 1.2, values.shape)
        return torch.tensor(values.reshape(shape), dtype=torch.float32)

    rows, columns = map(int, rng.integers(4, 9, size=2))
    column, matrix = scores(6 * columns, 1), scores(rows, columns)
    whole = torch.tensor(
        [[3], [-2], *([int(k)] for k in rng.integers(2, 9, int(rng.integers(1, 5))))]
    )

    def in_a_row(score):
        return np.ravel(np.asarray(answer.make_binary_targets(score), dtype=float))

    def labels_of(score):
        """What comes back; TypeError for the scores themselves, which have a right shape and kind."""
        result = answer.make_binary_targets(score)
        if np.array_equal(result, score):
            raise TypeError("make_binary_targets returns the scores, not labels")
        return result

    def kind():
        result = labels_of(column)
        numbers = "True and False" if result.dtype == torch.bool else "whole numbers"
        shape = "×".join(map(str, column.shape))
        return {f"{shape} scores": "floating point" if result.is_floating_point() else numbers}

    def shapes():
        return [list(np.shape(labels_of(one))) for one in (column, matrix, whole)]

    def in_loss():
        return F.binary_cross_entropy_with_logits(0.5 * column, answer.make_binary_targets(column))

    return {
        "labels of a column": attempt(lambda: in_a_row(column)),
        "labels of a matrix": attempt(lambda: in_a_row(matrix)),
        "labels of whole numbers": attempt(lambda: in_a_row(whole)),
        SHAPES: attempt(shapes),
        KIND: attempt(kind),
        "in the loss": attempt(in_loss),
    }


labels.misconception(
    "integer_targets",
    "The labels are integers, but the cross-entropy calculates with them and wants floating point.",
    edits={".float()": ".long()"},
)
labels.misconception(
    "boolean_targets",
    "A comparison gives True and False; the loss needs numbers.",
    edits={".float()": ""},
)
labels.misconception(
    "plus_minus_one_targets",
    "Labels of -1 and 1 belong to other losses; the binary cross-entropy uses y and 1 - y as "
    "probabilities, so y must be 0 or 1.",
    edits={"(score > 0).float()": "torch.sign(score).float()"},
)
labels.misconception(
    "threshold_at_half",
    "½ is the threshold for a probability. A score can be any number, and the two classes meet at 0.",
    edits={"score > 0": "score > 0.5"},
)
labels.misconception(
    "probabilities_for_labels",
    "The sigmoid gives probabilities; a label is a decision, 0 or 1.",
    edits={"(score > 0).float()": "torch.sigmoid(score.float())"},
)
labels.misconception(
    "shape_lost",
    "The labels must keep the shape of the scores: (100,) and (100, 1) broadcast to (100, 100).",
    edits={".float()": ".float().flatten()"},
)
labels.misconception(
    "classes_swapped",
    "The labels are the wrong way round: 1 stands for a positive score.",
    edits={"score > 0": "score < 0"},
)
labels.alternative(
    "where",
    edits={"(score > 0).float()": "torch.where(score > 0, 1.0, 0.0)"},
)


@labels.alternative("list_in_float64")
def make_binary_targets(score):
    flat = [1.0 if value > 0 else 0.0 for value in score.flatten().tolist()]
    return torch.tensor(flat, dtype=torch.float64).reshape(score.shape)


labels.oracle(
    "rounded_sigmoid",
    edits={"(score > 0).float()": "torch.sigmoid(10 * score.double()).round()"},
)
