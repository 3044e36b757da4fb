"""3.33d: training a network that tells fours from nines. What was seen of it is judged by rules."""

import contextlib

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch03_calculus.own_tensor import OFF_LIMITS, array_of
from autograder.inside.plain import Raised
from utils import load_four_nine

UNSEEN = "fours and nines it has never seen"
RENAMED = "fours called nine, and nines called four"
LAYERS = "both layers have learnt"
RESETS = "every step begins with gradients of 0"
WEIGHTS = {UNSEEN: 30, RENAMED: 20, LAYERS: 36, RESETS: 14}
ENOUGH, UNFINISHED = 0.95, 0.2  # of the pictures, and a loss that can still fall
FEW = 120  # training pictures with exchanged labels
FORM = "train should return the network, with its four parameters"
NAMES = "W1", "b1", "W2", "b2"


class Watch:
    """What is seen of a training: where the parameters began, where the first step led, and whether its
    gradients are still there in the second."""

    SHIFT = 8.0  # larger than a gradient of the loss

    def __init__(self):
        self.models = []  # (network, its parameters at the start)
        self.passes, self.left_over, self.along = 0, False, 0.0
        self.first = []  # (data, grad) as the first backward pass left them

    def made(self, model):
        with contextlib.suppress(Exception):
            self.models.append((model, [array_of(p) for p in model.parameters()]))

    def start_of(self, model):
        return next((start for one, start in self.models if one is model), None)

    def backward(self, backward, z, args):
        self.passes += 1
        parameters = list(self.models[-1][0].parameters()) if self.models else []
        if self.passes == 2:
            self.along = self.cosine(parameters)
            if kept := self.still_there(parameters):
                return self.second(backward, z, args, kept)
        result = backward(z, *args)
        if self.passes == 1:
            self.first = [(array_of(p), np.array(p.grad, dtype=float)) for p in parameters]
        return result

    def cosine(self, parameters):
        """Of the angle between the first step and its gradient: -1 downhill, 1 uphill, 0 without a step."""
        pairs = [(array_of(p) - data, grad) for p, (data, grad) in zip(parameters, self.first)]
        step, grad = (np.concatenate([np.ravel(pair[k]) for pair in pairs] or [[]]) for k in (0, 1))
        sizes = np.linalg.norm(step) * np.linalg.norm(grad)
        return float(step @ grad / sizes) if sizes > 0 else 0.0

    def still_there(self, parameters):
        """The parameters that still have the gradients of the first step."""
        pairs = [(p, grad) for p, (_, grad) in zip(parameters, self.first)]
        return [p for p, grad in pairs if np.any(grad) and np.array_equal(p.grad, grad)]

    def second(self, backward, z, args, kept):
        """The second backward pass: does it add to the old gradients, or does it put them aside itself?"""
        for p in kept:
            p.grad = p.grad + self.SHIFT
        result = backward(z, *args)
        if all(np.median(p.grad) > self.SHIFT / 2 for p in kept):
            self.left_over = True
            for p in kept:
                p.grad = p.grad - self.SHIFT
        return result


@contextlib.contextmanager
def watched(answer, watch):
    """Let `watch` see the networks that are made, and the backward passes."""
    MLP, Tensor = answer.MLP, answer.Tensor
    make, backward = MLP.__init__, Tensor.backward

    def watched_make(self, *args, **kwargs):
        make(self, *args, **kwargs)
        watch.made(self)

    def watched_backward(self, *args):
        return watch.backward(backward, self, args)

    MLP.__init__, Tensor.backward = watched_make, watched_backward
    try:
        yield
    finally:
        MLP.__init__, Tensor.backward = make, backward


def scores(answer, model, X):
    try:
        return array_of(model(X))
    except Exception:
        return array_of(model(answer.Tensor(X)))


@check("3.33d", points=3, seconds=60.0, forbid=OFF_LIMITS, weights=WEIGHTS)
def training(answer, rng):
    X, y, unseen, _ = load_four_nine()
    order, rows = rng.permutation(len(X)), rng.permutation(len(unseen))
    found = {}

    def trained(renamed):
        """The network, its parameters and its scores for the unseen pictures, and what was watched."""
        if renamed not in found:
            watch, chosen = Watch(), order[:FEW] if renamed else order
            with np.errstate(all="ignore"), watched(answer, watch):
                model = answer.train(X[chosen], (1 - y if renamed else y)[chosen])
            seen = {
                "parameters": [array_of(p) for p in model.parameters()],
                "scores": scores(answer, model, unseen[rows]),
            }
            found[renamed] = model, seen, watch
        return found[renamed]

    def layers():
        model, seen, watch = trained(False)
        return seen | {"start": watch.start_of(model)}

    def resets():
        _, seen, watch = trained(False)
        steps = {"passes": watch.passes, "left over": watch.left_over, "along": watch.along}
        return seen | steps | {"gradients": any(np.any(grad) for _, grad in watch.first)}

    return {
        UNSEEN: attempt(lambda: trained(False)[1], seconds=40.0),
        RENAMED: attempt(lambda: trained(True)[1], seconds=18.0),
        LAYERS: attempt(layers, seconds=40.0),
        RESETS: attempt(resets, seconds=40.0),
    }


def network_of(seen):
    """W1, b1, W2, b2 as they should be shaped; ValueError where they are not."""
    W1, b1, W2, b2 = (np.asarray(p, dtype=float) for p in seen["parameters"])
    hidden = W1.shape[1]
    if W1.shape != (64, hidden) or W2.shape != (hidden, 2) or b1.size != hidden or b2.size != 2:
        raise ValueError("these are not the parameters of a network from 64 pixels to 2 scores")
    return W1, b1.reshape(-1), W2, b2.reshape(-1)


def scores_by(parameters, X):
    W1, b1, W2, b2 = parameters
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def mean_loss(parameters, X, y):
    z = scores_by(parameters, X)
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))


@training.judge
def _(seen, rng):
    """What the network says is computed again from its parameters, for pictures in a hidden order. It
    should read 95 % right (every sensible training does), also after a training with exchanged labels.
    Then, as reading proves little: all four parameters should have moved, and no step should begin with
    gradients that an earlier one has left."""
    X, y, unseen, truth = load_four_nine()
    rng.permutation(len(X))
    rows = rng.permutation(len(unseen))
    unseen, truth = unseen[rows], truth[rows]

    def start(value):
        return None if value is None else [np.asarray(p, dtype=float) for p in value]

    begun = None if isinstance(seen[LAYERS], Raised) else start(seen[LAYERS]["start"])

    def own(value):
        """The network; a fault where it does not say these scores."""
        parameters = network_of(value)
        said = np.asarray(value["scores"], dtype=float)
        if said.shape != (len(unseen), 2):
            raise ValueError("two scores for each picture are wanted")
        if not np.allclose(scores_by(parameters, unseen), said, 1e-3, 1e-3, equal_nan=True):
            raise ValueError("these scores are not those of the parameters")
        return parameters

    def moved(parameters):
        return [
            not np.allclose(p, q.reshape(p.shape), 1e-9, 1e-12) for p, q in zip(parameters, begun)
        ]

    def reads(value, wanted, exchanged):
        parameters = own(value)
        share = float(np.mean(scores_by(parameters, unseen).argmax(axis=1) == wanted))
        if share >= ENOUGH:
            return True
        said = f"it reads {share:.0%} of the unseen pictures right, {ENOUGH:.0%} are wanted"
        if exchanged and share <= 1 - ENOUGH:
            return Fault(said, "ignores_its_labels")
        if begun is None or exchanged:
            return Fault(said)
        if not any(moved(parameters)):
            return Fault(said, why_nothing_moves())
        if watched_steps("left over"):
            return Fault(said, "no_zero_grad")
        if watched_steps("along") > 0.9:
            return Fault(said, "climbs")
        first = [p.reshape(q.shape) for p, q in zip(begun, parameters)]
        before, after = mean_loss(first, X, y), mean_loss(parameters, X, y)
        return Fault(said, "too_few_steps" if UNFINISHED < after < before else None)

    def watched_steps(what):
        return 0 if isinstance(seen[RESETS], Raised) else seen[RESETS][what]

    def why_nothing_moves():
        if not watched_steps("passes"):
            return "no_backward_pass"
        return "nothing_moves" if watched_steps("gradients") else None

    def layers(value):
        parameters = own(value)
        if begun is None:
            return True  # (made in a way that was not seen)
        still = [name for name, moves in zip(NAMES, moved(parameters)) if not moves]
        if not still:
            return True
        name = {
            NAMES: why_nothing_moves(),
            NAMES[:2]: "hidden_layer_never_trained",
            ("b1", "b2"): "biases_never_trained",
        }
        return Fault(
            f"after the training {', '.join(still)} are as they were", name.get(tuple(still))
        )

    def resets(value):
        own(value)
        if not value["passes"]:
            return Fault("no backward pass of Tensor was seen", "no_backward_pass")
        if value["left over"]:
            return Fault(
                "the gradients of the first step are still there in the second", "no_zero_grad"
            )
        return True

    def ruled(rule, value, *more):
        if isinstance(value, Raised):
            return Fault(FORM)
        try:
            return rule(value, *more)
        except Exception as problem:
            return Fault(str(problem) if isinstance(problem, ValueError) else FORM)

    return {
        UNSEEN: ruled(reads, seen[UNSEEN], truth, False),
        RENAMED: ruled(reads, seen[RENAMED], 1 - truth, True),
        LAYERS: ruled(layers, seen[LAYERS]),
        RESETS: ruled(resets, seen[RESETS]),
    }


training.misconception(
    "nothing_moves",
    "The gradients are there, but the parameters stay as they were. p = p - lr * p.grad gives the name p "
    "to a new tensor, and the network keeps the old one: change p.data.",
    edits={"p.data = p.data - lr * p.grad": "p = p - lr * p.grad"},
)
training.misconception(
    "no_backward_pass",
    "Without a backward pass there are no gradients, and the parameters stay where they are.",
    edits={"loss.backward()": "loss"},
)
STILL = (
    "Only the output layer learns; W1 and b1 are where they began. It reads fours and nines all the "
    "same, from random hidden units. Either the step leaves the two out, or no gradient comes to them."
)
training.misconception(
    "hidden_layer_never_trained",
    STILL,
    edits={
        "            for p in model.parameters():\n                p.data": (
            "            for p in model.parameters()[2:]:\n                p.data"
        )
    },
)
training.misconception(
    "hidden_layer_never_trained",
    STILL,
    source="""
class MLP(MLP):
    def __call__(self, X):
        h = (Tensor._lift(X) @ self.W1 + self.b1).relu()
        return Tensor(h.data) @ self.W2 + self.b2
""",
    form="no gradient comes to it",
)
training.misconception(
    "biases_never_trained",
    "Only the matrices move. The biases are parameters as well.",
    edits={
        "            for p in model.parameters():\n                p.data": (
            "            for p in model.parameters()[::2]:\n                p.data"
        )
    },
)
training.misconception(
    "no_zero_grad",
    "backward adds to the gradients, and those of all earlier steps are still in there. Set them to zero "
    "in every step.",
    edits={"p.grad = np.zeros_like(p.data)": "pass"},
)
training.misconception(
    "climbs",
    "The parameters move along their gradients, and the loss grows. Subtract.",
    edits={"p.data - lr * p.grad": "p.data + lr * p.grad"},
)
training.misconception(
    "too_few_steps",
    "The loss falls, but the training stops long before it has arrived. Take more epochs, or larger steps.",
    edits={"epochs=20, lr=0.5": "epochs=1, lr=0.005"},
)
training.misconception(
    "ignores_its_labels",
    "The network is trained on data that train loads itself. Use the pictures and labels that it is given.",
    edits={
        "rng = np.random.default_rng(seed)": "rng = np.random.default_rng(seed)\n    X, y, _, _ = "
        "load_four_nine()"
    },
)


@training.alternative("all_pictures_at_once")
def train(X, y, steps=150, lr=0.5):
    model = MLP(64, 20, 2, 5)
    for _ in range(steps):
        for p in model.parameters():
            p.grad[...] = 0
        cross_entropy(model(Tensor(X)), list(y)).backward()
        for p in model.parameters():
            p.data -= lr * p.grad
    return model


@training.alternative("momentum_and_batches_in_order")
def train(X, y):
    model, velocity = MLP(X.shape[1], 40, 2, 11), [0.0] * 4
    for _ in range(12):
        for k in range(0, len(X), 40):
            loss = cross_entropy(model(X[k : k + 40]), y[k : k + 40])
            loss.backward()
            for j, p in enumerate(model.parameters()):
                velocity[j] = 0.8 * velocity[j] + p.grad
                p.data = p.data - 0.1 * velocity[j]
                p.grad = np.zeros_like(p.data)
    return model
