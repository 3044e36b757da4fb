"""7.17b: training a classifier."""

from functools import cache

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.network_of_fig78 import given_init
from autograder.checks.ch07_gradients.training_rules import (
    UNSEEN,
    Batches,
    Path,
    all_finite,
    by_rule,
    by_rules,
    close,
    in_band,
    means_of_the_batches,
    one_number_per_epoch,
    repeatable,
    spreads_and_biases,
    trains_like_this,
)
from autograder.checks.ch07_gradients.watched_training import (
    Watched,
    epochs_to_watch,
    short_losses,
)
from autograder.inside.plain import Raised
from utils.training_data import make_fig78_data

SETTINGS = "settings of 7.16: start, optimizer, learning rates"
LOSSES, RECORDED, PROBABILITIES = "losses", "recorded losses", "probabilities"
GRADIENTS_OF_LOSS = "gradients of the loss"
SMALL = "cross-entropy of the probabilities, and the last loss"
ONE_SIGMOID = "one sigmoid between the last layer and the probability"
SEEDS = "one seed twice, and another seed"
BATCHES = "batches"
SHARE = "share of training labels that are predicted"
WEIGHTS = {LOSSES: 0.5, SETTINGS: 1.5, GRADIENTS_OF_LOSS: 3, ONE_SIGMOID: 2}


def hidden_data(rng):
    """The data, the seed of the training, and other inputs."""
    import torch

    seed = int(rng.integers(1000))
    fresh = torch.tensor(rng.normal(size=(int(rng.integers(9, 90)), 10)), dtype=torch.float32)
    return *make_fig78_data(seed, binary=True), seed, fresh


@check("7.17b", points=5, seconds=30, weights=WEIGHTS)
def classifier(answer, rng):
    X, Y, seed, fresh = hidden_data(rng)
    train = answer.with_given("train_binary", init_he=given_init)

    short = attempt(short_losses, train, X, Y)
    epochs = epochs_to_watch(short)

    def run():
        return Watched(lambda: train(X, Y, epochs=epochs, seed=seed), X, Y, epochs)

    def probabilities(X):
        return seen.result["predict_proba"](X)

    seen = attempt(run)
    return {
        LOSSES: attempt(lambda: seen.result["losses"]),
        "sizes of the network": attempt(
            lambda: sorted(list(p.shape) for p in seen.result["model"].parameters())
        ),
        SETTINGS: attempt(lambda: settings(seen)),
        BATCHES: attempt(lambda: seen.batches()),
        GRADIENTS_OF_LOSS: attempt(lambda: seen.gradients(2)),
        RECORDED: attempt(lambda: seen.recorded()),
        PROBABILITIES: attempt(lambda: probabilities(fresh)),
        SMALL: attempt(lambda: {"p": probabilities(X), "last loss": seen.result["losses"][-1]}),
        ONE_SIGMOID: attempt(lambda: last_output_and_probability(probabilities, fresh)),
        SHARE: attempt(lambda: probabilities(X)),
        SEEDS: short,
    }


def settings(seen):
    """How the layers began, and what its steps did to the last bias."""
    has_bias = seen.steps[0]["bias"] is not None
    return {
        "layers": seen.start(),
        "biases": seen.biases() if has_bias else [],
        "gradients": seen.gradients() if has_bias else [],
    }


def last_output_and_probability(probabilities, X):
    """What goes into the first linear layer while the probabilities are computed, what the last one
    gives, and these."""
    import torch

    first, last = [], []

    def hook(module, inputs, output):
        if isinstance(module, torch.nn.Linear):
            first.append(inputs[0].detach())
            if module.out_features == 1:
                last.append(output.detach())

    handle = torch.nn.modules.module.register_module_forward_hook(hook)
    try:
        p = probabilities(X)
    finally:
        handle.remove()
    return {
        "input": first[0],
        "last layer's output": last[-1].flatten(),
        "probability": torch.as_tensor(p).flatten(),
    }


@classifier.judge
def _(seen, rng):
    """One output, mini-batches as in 7.16, and the cross-entropy of exactly one sigmoid: in the gradients
    (which are sig[f] - y for the last bias), in the recorded losses, and in predict_proba. The training
    is made once more here, from the weights with which it began, and has to give the same outputs. The
    loss itself only in a wide band (25 seeds, 24 epochs: last epoch 0.003 to 0.024, accuracy 1). With wrong
    gradients the rest is luck: the probabilities are not right, numbers need not be finite, and another
    seed may change nothing. With other settings less may be learned."""
    X, Y, _, fresh = hidden_data(rng)
    X, Y, fresh = X.numpy(), Y.numpy(), fresh.numpy()
    epochs = epochs_to_watch(seen[SEEDS])

    @cache
    def batches():
        return Batches(seen[BATCHES], X, Y, epochs, cross_entropy)

    def again_as_seen(value):
        slope = lambda f, targets: (sig(f) - targets) / targets.size  # noqa: E731
        return trains_like_this(value["layers"], batches(), slope)

    said = by_rules(
        seen,
        lambda losses: not_all_zero(losses, epochs),
        one_output,
        lambda value: as_in_7_16(value, X, batches()),
        lambda _: ten_of_ten(batches()),
        lambda gradients: gradients_of_the_cross_entropy(gradients, batches()),
        lambda recorded: means_of_the_batches(
            recorded, batches(), summed="sum_over_batches", rtol=1e-2
        ),
        lambda p: between_0_and_1(p, len(fresh), saturated(seen[ONE_SIGMOID])),
        lambda value: equally_small(mean_cross_entropy(value["p"], Y), value["last loss"]),
        lambda value: one_sigmoid(value, fresh),
        lambda p: accurate(p, Y),
        repeatable,
    )
    gradients = said[GRADIENTS_OF_LOSS]
    if gradients is not True:
        said[SMALL] = said[SHARE] = Fault("without the right gradients this cannot be reached")
        said[SETTINGS] = True if said[SETTINGS] is UNSEEN else said[SETTINGS]
        if said[ONE_SIGMOID] is not True or gradients.misconception == "relu_output":
            said[ONE_SIGMOID] = Fault("something else stands between them", gradients.misconception)
        if said[LOSSES] is not True and not all_finite(seen[LOSSES]):
            said[LOSSES] = True
        if not isinstance(seen[SEEDS], Raised) and close(*seen[SEEDS][:2]):
            said[SEEDS] = True
    elif said[SETTINGS] is True and by_rule(again_as_seen, seen[SETTINGS]) is not True:
        said[SETTINGS] = Fault("such steps do not lead to these outputs")
    elif said[SETTINGS] is not True and said[PROBABILITIES] is said[ONE_SIGMOID] is True:
        said[SMALL] = said[SHARE] = True
    elif said[RECORDED] is not True and is_small(seen[SMALL], Y):
        said[SMALL] = True
    return said


def cross_entropy(outputs, y):
    """The mean cross-entropy of sig[outputs]."""
    f = np.float64(outputs).reshape(y.shape)
    return float(np.mean(np.logaddexp(0, f) - y * f))


def mean_cross_entropy(p, y):
    """The mean cross-entropy of probabilities."""
    p = np.clip(np.float64(p).reshape(y.shape), 1e-12, 1 - 1e-12)
    return float(np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)))


def sig(f):
    return 1 / (1 + np.exp(-f))


def not_all_zero(values, epochs):
    """A list of numbers, as in 7.16; a cross-entropy of 0 in all epochs is a softmax of one output."""
    said = one_number_per_epoch(values, epochs)
    if said is True and not np.any(values):
        return Fault("they are all 0", "cross_entropy_with_one_output")
    return said


def one_output(shapes):
    """The layers 10 → 40 → 40 → 1."""
    if shapes == sorted([[40, 10], [40], [40, 40], [40], [1, 40], [1]]):
        return True
    if [2, 40] in shapes:
        return Fault("there are two outputs", "two_outputs")
    return Fault("the layers should be 10 → 40 → 40 → 1, with biases")


def as_in_7_16(value, X, batches):
    """He's start, SGD with momentum 0.9, and a learning rate from 0.1, halved every ten epochs."""
    spreads, biases = np.array(spreads_and_biases(value["layers"], X)).T
    if not close(spreads[:2] / 2, [1, 1], 0.4) or np.any(biases):
        return Fault("the start is not that of init_he", "other_settings")
    batches.labels(0)
    if len(value["biases"]) == 0:
        return UNSEEN
    path = Path(value["biases"], value["gradients"], batches.epochs)
    if path.rule != "momentum":
        return Fault("it should be SGD with momentum 0.9", "other_settings")
    if not path.is_seen:
        return UNSEEN
    right = path.begins_at(0.1) and path.is_halved_every_ten_epochs()
    return right or Fault("the learning rate does not fall as in 7.16", "other_settings")


def ten_of_ten(batches):
    """Ten batches of ten examples in every epoch, each example once."""
    return batches.are_small() is True or Fault(
        "there should be 10 batches of 10 examples in every epoch, and each example once"
    )


GRADIENTS = {  # of other losses, by the output f for the label y
    "still_mse_on_logits": lambda f, y: 2 * (f - y),
    "mse_on_probabilities": lambda f, y: 2 * (sig(f) - y) * sig(f) * (1 - sig(f)),
    "double_sigmoid": lambda f, y: (sig(sig(f)) - y) * sig(f) * (1 - sig(f)),
    "relu_output": lambda f, y: (f > 0) * (sig(f) - y),
    "plus_minus_one_targets": lambda f, y: sig(f) - (2 * y - 1),
    "cross_entropy_with_one_output": lambda f, y: 0 * f,
}


def gradients_of_the_cross_entropy(gradients, batches):
    """The gradient of the last bias is the mean of sig[f] - y, at each step anew."""
    if not len(gradients):
        return Fault("no step of an optimizer was seen")
    steps = range(len(gradients))
    seen = [(np.float64(batches.outputs[k]).ravel(), batches.labels(k).ravel()) for k in steps]

    def means_of(formula):
        return [np.mean(formula(f, y)) for f, y in seen]

    got = [float(np.ravel(gradient)[0]) for gradient in gradients]
    wanted = means_of(lambda f, y: sig(f) - y)
    if close(got, wanted, 1e-2, 1e-4):
        return True
    if close(got, np.cumsum(wanted), 1e-2, 1e-4):
        return Fault("they add up from step to step", "no_zero_grad")
    if close(got, np.multiply(10, wanted), 1e-2, 1e-4):
        return Fault("they are those of a sum")
    for name, formula in GRADIENTS.items():
        if close(got, means_of(formula), 1e-2, 1e-4):
            return Fault("they are not those of the mean binary cross-entropy", name)
    return Fault("they are not those of the mean binary cross-entropy of sig[f]")


def saturated(value):
    """Are all outputs of the last layer so large that float32 has no other probability than 0 or 1?"""
    if isinstance(value, Raised):
        return False
    return not np.any(np.abs(value["last layer's output"]) < 15)


def between_0_and_1(p, count, saturated):
    """A column of probabilities, not of logits or of decisions."""
    if np.shape(p) != (count, 1):
        return Fault(f"{count} inputs should give the shape ({count}, 1), not {np.shape(p)}")
    if np.min(p) < 0 or np.max(p) > 1:
        return Fault("some are below 0 or above 1", "predicts_logits")
    if not saturated and set(np.ravel(p).tolist()) <= {0.0, 1.0}:
        return Fault("these are decisions", "predicts_labels")
    return True


def equally_small(again, last):
    """The loss of the probabilities agrees with the last one recorded."""
    return (in_band(again, 0, 0.15) and abs(again - last) < 0.05 * again + 2e-3) or Fault(
        "both should be the same small number"
    )


def is_small(value, Y):
    """Is the loss of the probabilities what a trained network has?"""
    return isinstance(value, dict) and in_band(mean_cross_entropy(value["p"], Y), 0, 0.15)


def one_sigmoid(value, fresh):
    """The probability is the sigmoid of the last layer's output."""
    if not close(value["input"], fresh):
        return Fault("what goes into the network is not what predict_proba got")
    f, p = (np.float64(value[what]) for what in ("last layer's output", "probability"))
    if close(p, sig(f), atol=1e-4):
        return True
    if close(p, sig(sig(f)), atol=1e-4):
        return Fault("there are two", "sigmoid_twice_in_predict_proba")
    return Fault("that is not the sigmoid of the last layer's output")


def accurate(p, Y):
    """Nearly all training labels."""
    share = np.mean((np.reshape(p, (-1, 1)) > 0.5) == (Y > 0.5))
    return in_band(float(share), 0.95, 1) or Fault("at least 0.95 of them should be")


LOSS = "F.binary_cross_entropy_with_logits(model(X[rows]), Y[rows])"

classifier.misconception(
    "double_sigmoid",
    "The loss has a sigmoid inside, and what goes into it has been through another. It then sees 0.73 at "
    "most and cannot come near 0.",
    edits={"nn.Linear(40, 1)\n": "nn.Linear(40, 1), nn.Sigmoid()\n"},
)
classifier.misconception(
    "double_sigmoid",
    "binary_cross_entropy_with_logits has a sigmoid inside, and the line of the loss puts another in "
    "front. The loss then sees 0.73 at most and cannot come near 0.",
    edits={LOSS: "F.binary_cross_entropy_with_logits(torch.sigmoid(model(X[rows])), Y[rows])"},
    form="in the loss",
)
classifier.misconception(
    "sigmoid_twice_in_predict_proba",
    "The training is right, but two sigmoids stand between the last layer and the probability: nothing "
    "below 0.5 or above 0.73 can come out.",
    edits={"torch.sigmoid(model(X))": "torch.sigmoid(torch.sigmoid(model(X)))"},
)
SETTINGS_SENTENCE = (
    "All settings but the loss are those of 7.16: He's start, SGD with momentum 0.9, and a learning rate "
    "that begins at 0.1 and is halved every ten epochs. One of them differs."
)
for form, edits in {
    "": {"    model.apply(init_he)\n": ""},
    "no momentum": {", momentum=0.9": ""},
    "no schedule": {"        scheduler.step()\n": ""},
}.items():
    classifier.misconception("other_settings", SETTINGS_SENTENCE, edits=edits, form=form)
classifier.misconception(
    "predicts_logits",
    "predict_proba gives the number f before the sigmoid, which can be anything.",
    edits={"torch.sigmoid(model(X))": "model(X)"},
)
classifier.misconception(
    "still_mse_on_logits",
    "The loss is still the squared error of f. It punishes a confident right answer: f = 5 for the "
    "label 1 costs 16.",
    edits={LOSS: "F.mse_loss(model(X[rows]), Y[rows])"},
)
classifier.misconception(
    "mse_on_probabilities",
    "The squared error of a probability has a vanishing gradient where the network is wrong and "
    "sure of it; the cross-entropy has not (7.5).",
    edits={LOSS: "F.mse_loss(torch.sigmoid(model(X[rows])), Y[rows])"},
)
classifier.misconception(
    "cross_entropy_with_one_output",
    "F.cross_entropy takes a softmax over the outputs; over a single output that is always 1, so "
    "the loss is always 0 and nothing is learned.",
    edits={LOSS: "F.cross_entropy(model(X[rows]), Y[rows])"},
)
classifier.misconception(
    "sum_over_batches",
    "The losses of the ten batches are added up; record their mean.",
    edits={"sum(batch_losses) / len(batch_losses)": "sum(batch_losses)"},
)
classifier.misconception(
    "relu_output",
    "A ReLU at the output makes f ≥ 0, so no probability can be below ½, and its gradient is 0 for "
    "half of the inputs.",
    edits={"nn.Linear(40, 1)\n": "nn.Linear(40, 1), nn.ReLU()\n"},
)
classifier.misconception(
    "plus_minus_one_targets",
    "The labels are turned into -1 and 1, but the cross-entropy uses y and 1 - y as probabilities.",
    edits={"Y[rows])\n": "2 * Y[rows] - 1)\n"},
)
classifier.misconception(
    "no_zero_grad",
    "PyTorch adds every gradient to the ones before; clear them before each backward.",
    edits={"optimizer.zero_grad()": "pass"},
)
classifier.misconception(
    "last_batch_only",
    "That is the loss of the epoch's last batch alone. Take the mean over all batches.",
    edits={"sum(batch_losses) / len(batch_losses)": "loss.item()"},
)
classifier.misconception(
    "epochs_ignored",
    "The argument epochs has no effect: another number of epochs is written into the loop.",
    edits={"range(epochs)": "range(30)"},
)
classifier.misconception(
    "predicts_labels",
    "predict_proba decides already; it should say how probable the label 1 is.",
    edits={"return torch.sigmoid(model(X))": "return (model(X) > 0).float()"},
)
classifier.misconception(
    "two_outputs",
    "Two classes need one output only: the probability of label 0 is 1 minus that of label 1.",
    edits={
        "nn.Linear(40, 1)": "nn.Linear(40, 2)",
        LOSS: "F.cross_entropy(model(X[rows]), Y[rows][:, 0].long())",
        "torch.sigmoid(model(X))": "torch.softmax(model(X), dim=1)[:, 1:]",
    },
)


@classifier.alternative("sigmoid_in_the_model")
def train_binary(X, Y, epochs=100, seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1), nn.Sigmoid()
    ).apply(init_he)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(X, Y), batch_size=10, shuffle=True
    )
    descent = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    plan = torch.optim.lr_scheduler.StepLR(descent, 10, 0.5)
    losses = []
    for _ in range(epochs):
        found = []
        for x, y in loader:
            loss = nn.BCELoss()(net(x), y)
            descent.zero_grad()
            loss.backward()
            descent.step()
            found.append(loss.item())
        plan.step()
        losses.append(float(np.mean(found)))
    return {"losses": losses, "model": net, "predict_proba": net}


@classifier.alternative("a_class_and_the_formula")
def answer():
    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in ((10, 40), (40, 40), (40, 1)))

        def forward(self, h):
            *hidden, last = self.layers
            for layer in hidden:
                h = layer(h).relu()
            return last(h).squeeze(1)

    def train_binary(X, Y, epochs=100, seed=0):
        torch.manual_seed(seed)
        model = Classifier().apply(init_he)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        losses = []
        for epoch in range(epochs):
            optimizer.param_groups[0]["lr"] = 0.1 * 0.5 ** (epoch // 10)
            total = 0
            for rows in torch.randperm(100).view(10, 10):
                f, y = model(X[rows]), Y[rows].flatten()
                loss = (F.softplus(f) - y * f).mean()
                model.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() / 10
            losses.append(total)
        return {
            "losses": losses,
            "model": model,
            "predict_proba": lambda X: (1 / (1 + torch.exp(-model(X))))[:, None],
        }
