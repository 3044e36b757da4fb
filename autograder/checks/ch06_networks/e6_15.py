"""6.15: a forward pass by hand, the comparison of two backward passes, and what it can see."""

import numpy as np

from autograder.check import attempt, check, choices, numbers, written
from autograder.checks.ch06_networks.as_numbers import as_number

forward = numbers(
    "6.15a",
    points=1,
    right={"z2": 0.23, "y_hat": 0.5572478546, "loss": 0.5847451567},
    ideas={
        "relu_left_out": (
            "The first unit is off: ReLU makes 0 of its −0.2, so it contributes nothing to z₂.",
            {"z2": 0.09, "y_hat": 0.5224848, "loss": 0.6491594},
        ),
        "bias_left_out": (
            "The bias of the second layer is missing.",
            {"z2": 0.18, "y_hat": 0.5448789, "loss": 0.6071917},
        ),
        "absolute_value_for_relu": (
            "ReLU makes 0 of a negative number, not its absolute value.",
            {"z2": 0.37, "y_hat": 0.5914590, "loss": 0.5251629},
        ),
        "sigmoid_left_out": (
            "That is the pre-activation again: ŷ is what the sigmoid makes of it.",
            {"y_hat": 0.23, "loss": 1.4696760},
            {"y_hat": 0.23},
        ),
        "loss_of_the_other_label": (
            "That is the loss for the label 0. Here y = 1, and the term with log ŷ remains.",
            {"loss": 0.8147452},
        ),
        "loss_without_the_minus": (
            "The minus in front of the bracket is missing: a loss is never negative here.",
            {"loss": -0.5847452},
        ),
        "decimal_logarithm": (
            "The logarithm of the cross-entropy is the natural one.",
            {"loss": 0.2539516},
        ),
        "squared_error": (
            "That is a squared error. The loss here is the cross-entropy.",
            {"loss": (0.1960295, 0.0980147)},
        ),
    },
)


@forward.oracle("torch_cross_entropy")
def answer():
    import torch

    _W1 = torch.tensor([[0.5, -0.4], [0.3, 0.2], [-0.6, 0.7]]).double()
    _a1 = torch.relu(
        _W1 @ torch.tensor([1.0, 2.0]).double() + torch.tensor([0.1, 0.2, 0.2]).double()
    )
    z2 = torch.tensor([0.7, -0.8, 0.9]).double() @ _a1 + 0.05
    y_hat = torch.sigmoid(z2)
    loss = torch.nn.functional.binary_cross_entropy(y_hat, torch.ones(()).double())


@check("6.15c", points=1, reveal=True)
def comparison(answer, rng):
    shapes = {"W1": (3, 2), "b1": (3,), "W2": (1, 3), "b2": (1,)}

    def apart(most, name, others):
        """What is found where two dicts differ by `most` in one entry of `name`, elsewhere by less."""
        theirs = {
            one: rng.permutation(np.prod(shape)).reshape(shape) * 3.0
            for one, shape in shapes.items()
        }
        ours = {one: a + rng.uniform(-others, others, a.shape) for one, a in theirs.items()}
        place = np.unravel_index(theirs[name].argmin(), shapes[name])
        ours[name][place] = theirs[name][place] + most
        return as_number(
            answer.gradient_difference(ours | {"loss": float(rng.uniform(9, 99))}, theirs)
        )

    few = {name: [float(sign * rng.uniform(0.5, 2)) for sign in (-1, 1)] for name in shapes}
    return {
        f"the largest difference is in {name}": [
            attempt(apart, most, name, 0.3) for most in few[name]
        ]
        for name in shapes
    } | {"it is small": attempt(apart, float(rng.uniform(1e-3, 2e-3)), "W1", 1e-5)}


DIFFERENCES = "np.abs(np.asarray(ours[name]) - np.asarray(theirs[name])).max()"
comparison.misconception(
    "no_absolute_value",
    "A difference may be negative, and the largest signed one misses it. Take absolute values first.",
    edits={DIFFERENCES: "(np.asarray(ours[name]) - np.asarray(theirs[name])).max()"},
)
comparison.misconception(
    "absolute_value_too_late",
    "This takes the absolute value of the largest signed difference, and misses a negative one that is "
    "larger in size.",
    edits={DIFFERENCES: "np.abs((np.asarray(ours[name]) - np.asarray(theirs[name])).max())"},
)
comparison.misconception(
    "mean_instead_of_largest",
    "A mean hides a single wrong entry among many right ones. The largest difference is asked for.",
    edits={DIFFERENCES: "np.abs(np.asarray(ours[name]) - np.asarray(theirs[name])).mean()"},
)
comparison.misconception(
    "compares_the_largest_entries",
    "This compares the largest entries of the two arrays, wherever they are. Compare entry with entry.",
    edits={DIFFERENCES: "abs(np.max(ours[name]) - np.max(theirs[name]))"},
)
comparison.misconception(
    "last_parameter_only",
    "Only the last parameter counts here: the value is overwritten in every round.",
    edits={"max(differences)": "differences[-1]"},
)
comparison.misconception(
    "weights_only",
    "The biases have gradients, too, and they are left out.",
    edits={'("W1", "b1", "W2", "b2")': '("W1", "W2")'},
)
comparison.misconception(
    "adds_the_parameters_up",
    "The four largest differences are added. The largest of the four is asked for.",
    edits={"max(differences)": "sum(differences)"},
)
comparison.misconception(
    "length_of_the_difference",
    "That is a length, the root of a sum of squares over all entries. The largest entry is asked for.",
    edits={
        DIFFERENCES: "np.sum((np.asarray(ours[name]) - np.asarray(theirs[name])) ** 2)",
        "max(differences)": "np.sqrt(sum(differences))",
    },
)
comparison.misconception(
    "compares_the_loss_too",
    "The loss stands beside the gradients in one of the two only. Compare the four parameters.",
    edits={'("W1", "b1", "W2", "b2")': "ours"},
)


@comparison.alternative("loops")
def gradient_difference(ours, theirs):
    largest = 0.0
    for name in theirs:
        for a, b in zip(np.ravel(ours[name]), np.ravel(theirs[name])):
            if abs(a - b) > largest:
                largest = abs(a - b)
    return largest


@comparison.alternative("one_long_vector_in_torch")
def gradient_difference(ours, theirs):
    import torch

    def flat(found):
        return torch.cat(
            [torch.as_tensor(found[name]).ravel() for name in ("b2", "W2", "b1", "W1")]
        )

    return (flat(ours) - flat(theirs)).abs().max()


@comparison.oracle("norm_of_infinite_order")
def gradient_difference(ours, theirs):
    apart = np.concatenate([np.ravel(ours[name] - theirs[name]) for name in sorted(theirs)])
    return np.linalg.norm(apart, np.inf)


unseen = choices(
    "6.15d",
    "unseen",
    "abcdef",
    key="abd",
    points=1,
    ideas={
        "a": (
            "mask_shows_anyway",
            "With all three units on, the mask is 1 for each of them: leaving it out changes nothing.",
        ),
        "b": (
            "z1_differs_anyway",
            "Where all units are on, ReLU hands on what it gets: z1 and a1 are the same numbers.",
        ),
        "c": (
            "small_factor_unseen",
            "ŷ(1 − ŷ) is at most a quarter and never 1, so this always shows.",
        ),
        "d": (
            "ones_differ_anyway",
            "The input is (1, 1): the same numbers as those of np.ones(2).",
        ),
        "e": (
            "sign_unseen",
            "All gradients change their sign, and none of them is zero here: that shows.",
        ),
        "f": (
            "missing_weights_unseen",
            "The weights W2 are 0.7, −0.8 and 0.9, not 1: leaving them out shows in b1 and W1.",
        ),
    },
    selections={
        "nothing_escapes": (
            "A comparison sees only what is different at its input. Look for factors that are 1 here.",
            "",
        ),
        "everything_escapes": (
            "Some of these change the gradients at every input.",
            "abcdef",
        ),
    },
)


@unseen.oracle("runs_all_six")
def answer():
    import torch

    _W1 = np.array([[0.5, -0.4], [0.3, 0.2], [-0.6, 0.7]])
    _b1, _W2, _b2 = np.array([0.1, 0.2, 0.2]), np.array([[0.7, -0.8, 0.9]]), np.array([0.05])

    def _found(x, letter):
        z1 = _W1 @ x + _b1
        a1 = np.maximum(z1, 0)
        p = 1 / (1 + np.exp(-(_W2 @ a1 + _b2)))
        delta2 = {"c": (p - 1) * p * (1 - p), "e": 1 - p}.get(letter, p - 1)
        delta1 = {"a": _W2.T @ delta2, "f": delta2 * (z1 > 0)}.get(
            letter, (_W2.T @ delta2) * (z1 > 0)
        )
        dW2 = np.outer(delta2, z1 if letter == "b" else a1)
        dW1 = np.outer(delta1, np.ones(2) if letter == "d" else x)
        return np.concatenate([dW1.ravel(), delta1, dW2.ravel(), delta2])

    def _autograd(x):
        W1, b1, W2, b2 = (torch.tensor(one, requires_grad=True) for one in (_W1, _b1, _W2, _b2))
        s = W2 @ torch.relu(W1 @ torch.tensor(x) + b1) + b2
        found = torch.autograd.grad(torch.nn.functional.softplus(-s).sum(), (W1, b1, W2, b2))
        return torch.cat([one.ravel() for one in found]).numpy()

    _x = np.array([1.0, 1.0])
    unseen = [letter for letter in "abcdef" if np.allclose(_found(_x, letter), _autograd(_x))]


written(
    "6.15-written",
    rubric=[
        (
            0.5,
            "Proved: the two programs agree at this one point, and they were written independently.",
        ),
        (0.5, "Not proved: other points, where other units are off or the label is 0."),
        (0.5, "Names numbers that would show more: the other label, other masks, different sizes."),
        (
            0.5,
            "Says that a misunderstanding on both sides stays unseen, or that kinks are no good points.",
        ),
    ],
)
