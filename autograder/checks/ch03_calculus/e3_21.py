"""3.21: softmax and cross-entropy: the gradient by hand, by its formula, measured, and proved."""

import numpy as np

from autograder.check import Fault, attempt, check, order
from autograder.checks.ch03_calculus.gradient_values import as_vector

CLOSE = 1e-3  # four decimals by hand are near enough, two are not
Y = np.array([0.0, 1.0, 0.0])


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


P = softmax(np.array([1.0, 2.0, 3.0]))


@check("3.21a", points=1)
def by_hand(answer, rng):
    return {
        "p": attempt(lambda: as_vector(answer.p)),
        "g": attempt(lambda: as_vector(answer.g)),
    }


WRONG_P = {
    "softmax_applied_twice": ("That is softmax applied twice: once is enough.", softmax(P)),
    "two_decimals": ("Two decimals are not near enough: write at least three.", P.round(2)),
    "shares_of_the_logits": (
        "Each logit is divided by their sum. Softmax takes the exponentials first.",
        np.arange(1, 4) / 6,
    ),
    "exponentials_not_divided": (
        "These are the exponentials. Divided by their sum they become probabilities.",
        np.exp([1.0, 2.0, 3.0]),
    ),
}
WRONG_G = {
    "y_minus_p": ("The sign is exchanged: the gradient is p − y.", Y - P),
    "softmax_jacobian_diagonal": (
        "The difference is multiplied by p(1 − p), the derivative of a sigmoid. It has cancelled already.",
        P * (1 - P) * (P - Y),
    ),
    "averaged_over_classes": (
        "The difference is divided by the number of classes. The loss of one example has no mean in it.",
        (P - Y) / 3,
    ),
    "one_hot_at_wrong_index": (
        "The 1 is subtracted at another class. The right class is where y has its 1.",
        P - [0, 0, 1],
        P - [1, 0, 0],
    ),
    "nothing_subtracted": ("These are the probabilities: y is still to be subtracted.", P),
}


def near(found, right):
    return (
        isinstance(found, np.ndarray)
        and found.shape == (3,)
        and bool(np.all(np.abs(found - right) < CLOSE))
    )


@by_hand.judge
def _(observation, rng):
    """Three numbers each, within 0.001. g is right also where it is what p − y is for the p that
    was found, so that one slip costs one of the two."""
    p, g = observation["p"], observation["g"]
    own = p - Y if isinstance(p, np.ndarray) and p.shape == (3,) else P - Y
    from_own = near(g, own) and not near(p, 0 * Y)
    return {
        "p": near(p, P) or known(p, WRONG_P, "these are not the three probabilities"),
        "g": near(g, P - Y)
        or from_own
        or known(g, WRONG_G, "this is not what is left when y is subtracted from p"),
    }


def known(found, wrong, otherwise):
    """The fault of the wrong value that was found."""
    for idea, (_, *values) in wrong.items():
        if any(near(found, value) for value in values):
            return Fault("", idea)
    return Fault(otherwise)


for name, (sentence, value) in WRONG_P.items():
    by_hand.misconception(
        name, sentence, source=f"p = {value.tolist()}\ng = {(value - Y).tolist()}"
    )
for name, (sentence, *values) in WRONG_G.items():
    for number, value in enumerate(values):
        source = f"p = {P.tolist()}\ng = {value.tolist()}"
        by_hand.misconception(name, sentence, source=source, form=f"{number}" if number else "")
by_hand.alternative(
    "four_decimals", source="p = (0.0900, 0.2447, 0.6652)\ng = (0.0900, -0.7553, 0.6652)"
)


@by_hand.alternative("sympy_matrix")
def answer():
    from sympy import Matrix, exp

    _powers = Matrix([exp(1), exp(2), exp(3)])
    p = (_powers / sum(_powers)).evalf()
    g = list(p - Matrix([0, 1, 0]))


@by_hand.oracle("torch_autograd")
def answer():
    import torch

    _z = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64, requires_grad=True)
    p = torch.softmax(_z, dim=1)[0]
    torch.nn.functional.cross_entropy(_z, torch.tensor([1])).backward()
    g = _z.grad[0]


def out_of_reach(z, y):
    raise RuntimeError("numeric_grad called ce_grad; it is to difference the loss itself")


@check("3.21", points=3, reveal=True, rtol=CLOSE, atol=CLOSE)
def both_sides(answer, rng):
    measure = answer.with_given("numeric_grad", ce_grad=out_of_reach)

    def logits(size):
        """Logits, all of whose probabilities are well away from 0 and 1, and a class that is not first."""
        z = rng.permutation(np.linspace(-0.8, 0.8, size)) + rng.uniform(-0.15, 0.15, size)
        return z, np.eye(size)[rng.integers(1, size)]

    def gradient(function, size):
        return attempt(lambda *case: as_vector(function(*case)), *logits(size))

    return {
        "ce_grad, three classes": gradient(answer.ce_grad, 3),
        "ce_grad, five classes": gradient(answer.ce_grad, 5),
        "numeric_grad, three classes": gradient(measure, 3),
        "numeric_grad, four classes": gradient(measure, 4),
    }


FORMULA, QUOTIENT = "return p - y", "(loss(z + h * unit) - loss(z - h * unit)) / (2 * h)"
LOSS = "-np.sum(y * np.log(np.exp(z) / np.exp(z).sum()))"
both_sides.misconception(
    "y_minus_p",
    "ce_grad has the sign exchanged: a larger logit of a wrong class makes the loss larger, so the gradient "
    "is p − y.",
    edits={FORMULA: "return y - p"},
)
both_sides.misconception(
    "softmax_jacobian_diagonal",
    "ce_grad multiplies by p(1 − p). That is the diagonal of softmax's derivative, and the logarithm has "
    "cancelled it already.",
    edits={FORMULA: "return p * (1 - p) * (p - y)"},
)
both_sides.misconception(
    "softmax_applied_twice",
    "ce_grad applies softmax twice. The probabilities are ready after the first time.",
    edits={FORMULA: "return np.exp(p) / np.exp(p).sum() - y"},
)
both_sides.misconception(
    "averaged_over_classes",
    "ce_grad divides by the number of classes. The loss is a sum over them, not a mean.",
    edits={FORMULA: "return (p - y) / len(z)"},
)
both_sides.misconception(
    "one_hot_at_wrong_index",
    "ce_grad subtracts the 1 at the class after the right one. Counting starts at 0; or simply subtract y.",
    edits={FORMULA: "return p - np.roll(y, 1)"},
)
both_sides.misconception(
    "one_hot_at_wrong_index",
    "ce_grad subtracts the 1 at the class before the right one. Simply subtract y.",
    edits={FORMULA: "return p - np.roll(y, -1)"},
    form="before",
)
both_sides.misconception(
    "only_the_right_class",
    "ce_grad is 0 for the wrong classes. Their logits are in the sum below the fraction, so they count, too.",
    edits={FORMULA: "return y * (p - y)"},
)
both_sides.misconception(
    "logits_for_probabilities",
    "ce_grad subtracts y from the logits. They have to go through softmax first.",
    edits={FORMULA: "return z - y"},
)
both_sides.misconception(
    "numeric_is_not_the_gradient",
    "numeric_grad returns differences of the loss. Divided by the distance of the two points they become "
    "slopes.",
    edits={" / (2 * h)": ""},
)
both_sides.misconception(
    "numeric_is_not_the_gradient",
    "numeric_grad returns the loss itself. How fast does it change when one logit is nudged?",
    edits={QUOTIENT: "loss(z)"},
    form="the loss",
)
both_sides.misconception(
    "distance_of_the_points_halved",
    "What numeric_grad finds is twice too large: from z − h to z + h it is 2h.",
    edits={" / (2 * h)": " / h"},
)
both_sides.misconception(
    "numeric_calls_ce_grad",
    "numeric_grad calls ce_grad, so comparing the two proves nothing. It has to find the gradient from the "
    "loss.",
    edits={f"return np.array([{QUOTIENT} for unit in units])": "return ce_grad(z, y)"},
)
ZERO = (
    "numeric_grad finds slopes of 0: its two losses are equal. Compare two points between which one logit is "
    "nudged (a shift of all changes no probability), by a step that rounding does not swallow, such as 1e-5."
)
both_sides.misconception(
    "slopes_come_out_as_zero",
    ZERO,
    edits={"np.eye(len(z))": "np.ones((len(z), len(z)))"},
    form="all at once",
)
both_sides.misconception(
    "slopes_come_out_as_zero",
    ZERO,
    edits={"h = 1e-5": "h = 1e-20"},
    form="lost in rounding",
)
both_sides.misconception(
    "probability_for_the_loss",
    "numeric_grad differences the probability of the right class. The loss is minus its logarithm.",
    edits={LOSS: "np.sum(y * np.exp(z)) / np.exp(z).sum()"},
)
both_sides.misconception(
    "loss_without_its_minus",
    "The loss inside numeric_grad lacks its minus, so the slopes have the wrong sign.",
    edits={LOSS: LOSS[1:]},
)


@both_sides.alternative("logits_of_the_right_class_and_forward_differences")
def answer():
    import math

    def ce_grad(z, y):
        total = sum(math.exp(z_k) for z_k in z)
        return [math.exp(z_k) / total - y_k for z_k, y_k in zip(z, y)]

    def numeric_grad(z, y):
        right = list(y).index(1)

        def loss(z):
            return math.log(sum(math.exp(z_k) for z_k in z)) - z[right]

        slopes = []
        for i in range(len(z)):
            nudged = list(z)
            nudged[i] += 1e-6
            slopes.append((loss(nudged) - loss(list(z))) / 1e-6)
        return slopes


@both_sides.alternative("in_float32_and_with_a_large_step")
def answer():
    def ce_grad(z, y):
        z, y = z.astype(np.float32), y.astype(np.float32)
        p = np.exp(z - z.max())
        p /= p.sum()
        p[np.argmax(y)] -= 1
        return p

    def numeric_grad(z, y):
        found = np.zeros_like(z)
        for i in range(z.size):
            losses = []
            for step in (0.001, -0.001):
                nudged = z.copy()
                nudged[i] += step
                losses.append(np.logaddexp.reduce(nudged) - nudged @ y)
            found[i] = (losses[0] - losses[1]) / 0.002
        return found


@both_sides.alternative("torch_tensors")
def answer():
    import torch

    def ce_grad(z, y):
        return torch.softmax(torch.tensor(z), dim=0) - torch.tensor(y)

    def numeric_grad(z, y):
        z, y = torch.tensor(z), torch.tensor(y)
        units = 1e-5 * torch.eye(len(z), dtype=z.dtype)
        loss = lambda z: -(y * torch.log_softmax(z, dim=-1)).sum(dim=-1)
        return (loss(z + units) - loss(z - units)) / 2e-5


@both_sides.oracle("torch_autograd")
def answer():
    import torch

    def ce_grad(z, y):
        z = torch.tensor(z, requires_grad=True)
        torch.nn.functional.cross_entropy(z[None], torch.tensor(y).argmax()[None]).backward()
        return z.grad

    def numeric_grad(z, y):
        loss = lambda z: torch.nn.functional.cross_entropy(z[None], torch.tensor(y)[None])
        return torch.autograd.functional.jacobian(loss, torch.tensor(z))


steps = order(
    "3.21-steps",
    "ce_steps",
    "abcdefg",
    right="fdbae",
    points=1,
    bonus=True,
    before={
        "inserts_before_the_logarithm_is_taken": (
            "The logarithm of the fraction comes first: the loss is written with it.",
            "fd",
        ),
        "labels_summed_before_they_appear": (
            "The sum of the labels is used before it has appeared in a formula.",
            "db",
        ),
        "result_before_its_terms": (
            "The derivative of the loss is put together before both of its terms are known.",
            "ae",
            "be",
        ),
    },
    false={
        "c": (
            "softmax_jacobian_diagonal",
            "One card says that a logit changes its own probability only. It is in the sum S of all of them.",
        ),
        "g": (
            "inner_derivative_forgotten",
            "One card differentiates the logarithm and forgets what is inside: S itself changes with the "
            "logit.",
        ),
    },
    missing=(
        "labels_not_summed",
        "A step is missing: from there to the next line something is used that no card says.",
        "fdae",
        "fbae",
        "fdbe",
    ),
)


@steps.oracle("dependencies_sorted")
def answer():
    from graphlib import TopologicalSorter

    # a card needs those whose result it starts from
    needs = {"f": "", "d": "f", "b": "d", "a": "f", "e": "ba"}
    ce_steps = "".join(TopologicalSorter(needs).static_order())
