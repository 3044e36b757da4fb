"""7.16c: training on mini-batches, with momentum and a learning rate that falls."""

from functools import cache

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.network_of_fig78 import (
    builds_the_right_network,
    given_init,
    given_model,
)
from autograder.checks.ch07_gradients.training_rules import (
    UNSEEN,
    Batches,
    Path,
    all_finite,
    by_rule,
    by_rules,
    close,
    means_of_the_batches,
    one_number_per_epoch,
    repeatable,
    rows_of,
    spreads_and_biases,
    trains_like_this,
)
from autograder.checks.ch07_gradients.watched_training import (
    Watched,
    epochs_to_watch,
    short_losses,
)
from utils.training_data import make_fig78_data

START = "start: weights and biases of each layer"
LOSSES, GRADIENTS, RECORDED = "losses", "gradients", "recorded losses"
BATCHES, SHUFFLED = "batches", "first batches of three epochs"
OPTIMIZER, RATES = "optimizer", "learning rate in six epochs"
LEARNED = "the returned model"
SEEDS = "one seed twice, and another seed"
WEIGHTS = {
    LOSSES: 0.5,
    SHUFFLED: 1.5,
    START: 1.5,
    GRADIENTS: 5.5,
    RATES: 1.5,
}


def hidden_data(rng):
    """The data, and the seed of the training."""
    seed = int(rng.integers(1000))
    return *make_fig78_data(seed), seed


@check("7.16c", points=3, seconds=30, weights=WEIGHTS)
def training(answer, rng):
    X, Y, seed = hidden_data(rng)
    own = builds_the_right_network(answer.build_model)
    model = {} if own else {"build_model": given_model}
    train = answer.with_given("train_fig78", init_he=given_init, **model)

    short = attempt(short_losses, train, X, Y)
    epochs = epochs_to_watch(short)

    def run():
        return Watched(lambda: train(X, Y, epochs=epochs, seed=seed), X, Y, epochs)

    seen = attempt(run)
    return {
        LOSSES: attempt(lambda: seen.result["losses"]),
        START: attempt(lambda: seen.start()),
        BATCHES: attempt(lambda: seen.batches()),
        SHUFFLED: attempt(lambda: [one["inputs"] for one in seen.steps[0:30:10]]),
        GRADIENTS: attempt(lambda: seen.gradients(3)),
        OPTIMIZER: attempt(lambda: seen.biases()),
        RATES: attempt(lambda: seen.gradients()),
        RECORDED: attempt(lambda: seen.recorded()),
        LEARNED: attempt(lambda: seen.result["model"](X)),
        SEEDS: short,
    }


@training.judge
def _(seen, rng):
    """The settings of the exercise, and consistency: batches are made of the hidden examples, gradients
    are those of the batch, recorded losses the means over the batches, the returned model the one that was
    trained. Losses and gradients are computed here, from what the network gave for these examples;
    optimizer and learning rates are read off the way of the last bias; and the training is made once
    more, from the weights with which it began, and has to give the same outputs. The loss itself only
    within a wide band (25 seeds, 24 epochs: first 1.3 to 2.3, last 0.17 to 0.58, at most 0.36 of the
    first). With wrong gradients the rest is luck: nothing has been learned, and losses need not be
    finite. With another learning rate less may be learned."""
    X, Y, _ = hidden_data(rng)
    X, Y = X.numpy(), Y.numpy()
    epochs = epochs_to_watch(seen[SEEDS])

    @cache
    def batches():
        return Batches(seen[BATCHES], X, Y, epochs, squared_error)

    @cache
    def path():
        batches().labels(0)
        return Path(seen[OPTIMIZER], seen[RATES], epochs)

    def model(outputs):
        return batches().means[0], batches().means[-1], squared_error(outputs, Y)

    def again_as_seen(layers):
        slope = lambda outputs, targets: 2 * (outputs - targets) / targets.size  # noqa: E731
        return trains_like_this(layers, batches(), slope)

    said = by_rules(
        seen,
        lambda losses: one_number_per_epoch(losses, epochs),
        lambda layers: he_start(layers, X),
        lambda _: batches().are_small(),
        lambda inputs: shuffled_anew([rows_of(each, X) for each in inputs]),
        lambda gradients: gradients_of_the_batch(gradients, batches()),
        lambda _: sgd_with_momentum(path()),
        lambda _: falling_rate(path()),
        lambda recorded: means_of_the_batches(recorded, batches(), summed="sum_of_batches"),
        lambda outputs: learned(*model(outputs)),
        lambda runs: repeatable(runs, not_seeded="seed_not_used", always_the_same="seed_fixed"),
    )
    if said[GRADIENTS] is not True:
        said[LEARNED] = Fault("without the right gradients it cannot learn what it should")
        said[RATES] = True if said[RATES] is UNSEEN else said[RATES]
        if not all_finite(seen[LOSSES]):
            said[LOSSES] = True
    elif said[OPTIMIZER] is said[RATES] is True and by_rule(again_as_seen, seen[START]) is not True:
        said[OPTIMIZER] = said[RATES] = Fault("such steps do not lead to these outputs")
    elif said[RATES] is not True and isinstance(seen[LEARNED], np.ndarray):
        _, last, again = model(seen[LEARNED])
        said[LEARNED] = True if returns_what_it_trained(last, again) else said[LEARNED]
    return said


def squared_error(outputs, y):
    """The mean squared error; ValueError for other shapes."""
    if np.shape(outputs) != y.shape:
        raise ValueError(f"outputs of the shape {np.shape(outputs)} for {y.shape}")
    return float(np.mean((np.float64(outputs) - y) ** 2))


def he_start(layers, X):
    """Three layers with a variance of about 2 / fan-in, and biases of 0."""
    if not layers:
        return Fault("no linear layer was seen; train the network of build_model()")
    spreads, biases = np.array(spreads_and_biases(layers, X)).T
    if len(spreads) == 3 and np.all(np.abs(spreads / 2 - 1) < 0.4) and not biases.any():
        return True
    if len(spreads) == 3 and 0.25 < spreads[1] < 0.45:
        return Fault("these are not He's", "default_initialisation")
    if len(spreads) == 3 and 0.75 < spreads[1] < 1.3:
        return Fault("these are not He's", "xavier")
    return Fault("there should be three layers, with about 2 and biases of 0")


def shuffled_anew(rows):
    """The first batches of three epochs differ."""
    if not rows or len(rows[0]) != 10:
        return Fault("batches of 10 examples are needed to see this")
    if any(-1 in each for each in rows):
        return Fault("the batches should consist of the examples")
    if sorted(rows[0]) == list(range(10)) and rows[0] == rows[1]:
        return Fault("every epoch has the same batches, in the order of the data", "not_shuffled")
    if rows[0] == rows[1] or rows[1] == rows[2]:
        return Fault("every epoch has the same batches", "shuffled_once")
    return True


def gradients_of_the_batch(gradients, batches):
    """Those of the mean squared error, not added up."""
    if not len(gradients):
        return Fault("no step of an optimizer was seen")
    errors = [batches.outputs[k] - batches.labels(k) for k in range(len(gradients))]
    got = np.array(gradients, dtype=float)
    wanted = np.array([2 * np.sum(e, axis=0) / np.size(e) for e in errors], dtype=float)
    if close(got, wanted, 1e-2):
        return True
    if close(got, np.cumsum(wanted, axis=0), 1e-2):
        return Fault("they add up from step to step", "no_zero_grad")
    if close(got, 50 * wanted, 1e-2):
        return Fault("they are those of a sum", "sum_as_loss")
    return Fault("they are not those of the mean squared error of the batch")


def sgd_with_momentum(path):
    """SGD with momentum 0.9, beginning at the learning rate 0.1."""
    if path.rule == "adam":
        return Fault("it should be SGD", "adam")
    if path.rule == "no momentum":
        return Fault("the momentum is not 0.9", "no_momentum")
    if not path.rule:
        return Fault("its steps are not those of SGD with momentum 0.9")
    return path.begins_at(0.1) or Fault("the learning rate does not begin at 0.1")


def falling_rate(path):
    """Halved after every ten epochs, whatever its beginning."""
    if not path.is_seen:
        return UNSEEN
    first, later, *_ = path.rated
    if path.is_halved_every_ten_epochs():
        return True
    if close(path.rated, np.full(len(path.rated), first)):
        return Fault("it never changes", "scheduler_never_stepped")
    if later < first * 0.1:
        return Fault("it falls far too fast", "scheduler_every_batch")
    return Fault("it should be halved after every ten epochs, at the end of an epoch")


def returns_what_it_trained(last, again):
    """Does the returned model have about the last mean loss?"""
    return close(again, last, 0.35)


def learned(first, last, again):
    """The loss is small at the end, and the model that is returned has it."""
    if not returns_what_it_trained(last, again):
        return Fault("the model that is returned is not the one that was trained")
    return (last < 0.9 and last < 0.45 * first) or Fault("it has not learned enough")


training.misconception(
    "sum_of_batches",
    "The losses of the ten batches are added up; divide by their number, so that the curve does not "
    "depend on how many batches there are.",
    edits={"sum(batch_losses) / len(batch_losses)": "sum(batch_losses)"},
)
training.misconception(
    "no_zero_grad",
    "PyTorch adds every gradient to the ones before. Without clearing them a step follows the sum "
    "of all batches so far, and training explodes.",
    edits={"optimizer.zero_grad()": "pass"},
)
training.misconception(
    "scheduler_every_batch",
    "The scheduler counts batches here, so the learning rate is halved after every ten batches and "
    "soon is nothing. Its step() belongs after the last batch of an epoch.",
    edits={
        "        scheduler.step()\n": "",
        "            optimizer.step()": "            optimizer.step()\n            scheduler.step()",
    },
)
training.misconception(
    "scheduler_never_stepped",
    "The learning rate never falls: a scheduler does nothing until its step() is called.",
    edits={"        scheduler.step()\n": ""},
)
training.misconception(
    "default_initialisation",
    "The network starts with PyTorch's own weights, which are about six times too small in "
    "variance; apply init_he before training.",
    edits={"model.apply(init_he)": "pass"},
)
training.misconception(
    "xavier",
    "The variance is 1 over the number of units, and not the 2 / fan-in that ReLU networks need.",
    edits={
        "model.apply(init_he)": "[nn.init.xavier_normal_(p) if p.dim() > 1 else nn.init.zeros_(p) "
        "for p in model.parameters()]"
    },
)
training.misconception(
    "last_batch_only",
    "That is the loss of the epoch's last batch alone: it jumps with the luck of the draw. Take the "
    "mean over all batches.",
    edits={"sum(batch_losses) / len(batch_losses)": "loss.item()"},
)
training.misconception(
    "adam",
    "Adam scales every parameter's step by itself and would need another learning rate; this "
    "exercise asks for SGD with momentum.",
    edits={"SGD(model.parameters(), lr=0.1, momentum=0.9)": "Adam(model.parameters(), lr=0.01)"},
)
training.misconception(
    "no_momentum",
    "The optimizer has no momentum; it is an argument of SGD, and 0 unless one gives it.",
    edits={", momentum=0.9": ""},
)
training.misconception(
    "full_batch",
    "That is gradient descent on all examples at once, one step per epoch. Mini-batches make ten "
    "steps of the same work.",
    edits={".split(10)": ".split(100)"},
)
training.misconception(
    "not_shuffled",
    "The batches are the same in every epoch, so their accidents are learned too. Shuffle the rows "
    "anew at the beginning of each epoch.",
    edits={"torch.randperm(len(X))": "torch.arange(len(X))"},
)
training.misconception(
    "shuffled_once",
    "The rows are shuffled once for all epochs; draw a new order at the beginning of each.",
    edits={
        "    losses = []\n": "    order = torch.randperm(len(X))\n    losses = []\n",
        "in torch.randperm(len(X)).split(10)": "in order.split(10)",
    },
)
training.misconception(
    "sum_as_loss",
    "The batch loss is a sum, not a mean: its gradients, and with them the steps, are 50 times as "
    "large.",
    edits={
        "F.mse_loss(model(X[rows]), Y[rows])": 'F.mse_loss(model(X[rows]), Y[rows], reduction="sum")',
        "lr=0.1": "lr=0.002",
    },
)
training.misconception(
    "seed_not_used",
    "Two trainings with the same seed differ: seed before the weights and the batches are drawn.",
    edits={"torch.manual_seed(seed)": "torch.seed()"},
)
training.misconception(
    "epochs_ignored",
    "The argument epochs has no effect: another number of epochs is written into the loop.",
    edits={"range(epochs)": "range(30)"},
)
training.misconception(
    "seed_fixed",
    "The argument seed has no effect: it is another number that seeds the generator.",
    edits={"torch.manual_seed(seed)": "torch.manual_seed(0)"},
)
training.alternative(
    "initialised_by_build_model",
    source="build_model = lambda plain=build_model: plain().apply(init_he)",
    edits={"    model.apply(init_he)\n": ""},
)


@training.alternative("data_loader")
def answer():
    from torch.utils.data import DataLoader, TensorDataset

    def train_fig78(X, Y, epochs=100, seed=0):
        torch.manual_seed(seed)
        loader = DataLoader(TensorDataset(X, Y), batch_size=10, shuffle=True)
        net, distance = build_model().apply(init_he), nn.MSELoss()
        descent = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        plan = torch.optim.lr_scheduler.StepLR(descent, 10, 0.5)
        losses = []
        for _ in range(epochs):
            total = 0.0
            for x, y in loader:
                loss = distance(net(x), y)
                descent.zero_grad()
                loss.backward()
                descent.step()
                total += loss.item() * len(x)
            plan.step()
            losses.append(total / len(X))
        return dict(losses=losses, model=net, optimizer=descent)


@training.alternative("own_schedule_and_numpy_batches")
def train_fig78(X, Y, epochs=100, seed=0):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = nn.Sequential(
        *[m for n, k in ((10, 40), (40, 40), (40, 5)) for m in (nn.Linear(n, k), nn.ReLU())][:-1]
    )
    with torch.no_grad():
        for layer in model[::2]:
            layer.weight.normal_(0, (2 / layer.in_features) ** 0.5)
            layer.bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    losses = []
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = 0.1 * 0.5 ** (epoch // 10)
        order, found = rng.permutation(100), []
        for k in range(0, 100, 10):
            rows = torch.as_tensor(order[k : k + 10])
            loss = ((model(X[rows]) - Y[rows]) ** 2).mean()
            model.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        losses.append(float(np.mean(found)))
    return {"losses": losses, "model": model, "optimizer": optimizer}


@training.alternative("losses_in_a_float64_tensor")
def train_fig78(X, Y, epochs=100, seed=0):
    torch.manual_seed(seed)
    model = build_model().apply(init_he)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    plan = torch.optim.lr_scheduler.MultiStepLR(optimizer, range(10, epochs, 10), 0.5)
    losses = torch.zeros(epochs, dtype=torch.float64)
    for epoch in range(epochs):
        for rows in torch.randperm(100).view(10, 10):
            loss = F.mse_loss(model(X[rows]), Y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[epoch] += loss.detach() / 10
        plan.step()
    return {"losses": losses.tolist(), "model": model, "optimizer": optimizer}
