"""7.17a: labels from scores."""

import numpy as np

from autograder.check import attempt, check


@check("7.17a", points=2)
def labels(answer, rng):
    import torch
    import torch.nn.functional as F

    def scores(*shape):
        values = rng.uniform(0.1, 2, size=shape) * rng.permutation(
            np.resize([-1, 1], int(np.prod(shape)))
        ).reshape(shape)
        return torch.tensor(values, dtype=torch.float32)

    column, matrix = scores(30, 1), scores(4, 6)
    whole = torch.tensor([[3], [-2], [5]])

    def kind(result):
        if result.is_floating_point():
            return "floating point"
        return "True and False" if result.dtype == torch.bool else "whole numbers"

    def in_loss():
        return F.binary_cross_entropy_with_logits(0.5 * column, answer.make_binary_targets(column))

    return {
        "a column of scores": answer.make_binary_targets(column),
        "a matrix of scores": answer.make_binary_targets(matrix),
        "whole numbers as scores": answer.make_binary_targets(whole),
        "kind of number": attempt(lambda: kind(answer.make_binary_targets(column))),
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
