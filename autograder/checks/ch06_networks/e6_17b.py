"""6.17b: a training loop in PyTorch that takes the steps of `NumpyMLP.fit`."""

from autograder.check import attempt, check

SIZES = [6, 5, 1]


@check("6.17b", points=3, reveal=True, weights={"parameters after one full batch": 2})
def torch_fit(answer, rng):
    import torch

    from utils import PyTorchMLP

    def trained(n_rows, hidden, **options):
        """The result and the parameters after a training from hidden parameters."""
        data = torch.Generator().manual_seed(hidden)
        X = torch.randn(n_rows, SIZES[0], generator=data)
        y = (X[:, 0] - X[:, 1] * X[:, 2] + 0.3 > 0).long().numpy()
        model = PyTorchMLP(SIZES, seed=hidden)
        losses = answer.torch_fit(model, X.double().numpy(), y, **options)
        return [float(loss) for loss in losses], [p.detach().clone() for p in model.parameters()]

    def parameters(*args, **options):
        return trained(*args, **options)[1]

    def losses(*args, **options):
        return trained(*args, **options)[0]

    one, two, three = (int(seed) for seed in rng.integers(1, 1000, 3))
    rate = round(float(rng.uniform(0.3, 0.6)), 2)
    slow, fast = {"learning_rate": rate, "seed": two}, {"learning_rate": 2 * rate, "seed": three}
    return {
        "parameters after one full batch": attempt(
            parameters, 20, one, epochs=1, batch_size=20, learning_rate=rate, seed=one
        ),
        "parameters after an epoch of five batches": attempt(
            parameters, 40, two, epochs=1, batch_size=8, **slow
        ),
        "parameters after three epochs, the last batch smaller": attempt(
            parameters, 45, three, epochs=3, batch_size=20, **fast
        ),
        "losses of three epochs": attempt(losses, 40, two, epochs=3, batch_size=10, **slow),
        "losses where the last batch is smaller": attempt(
            losses, 46, three, epochs=2, batch_size=20, **fast
        ),
        "parameters with the defaults": attempt(parameters, 64, one),
    }


ZERO, STEP, BACK = "optimizer.zero_grad()", "optimizer.step()", "loss.backward()"
SGD = "torch.optim.SGD(model.parameters(), lr=learning_rate)"
LOSS = "nn.functional.binary_cross_entropy(model(X[rows])[:, 0], y[rows])"
torch_fit.misconception(
    "gradients_not_reset",
    "The gradients of earlier batches are still there: backward adds to them. Set them to zero before "
    "each backward pass.",
    edits={ZERO: "pass"},
)
torch_fit.misconception(
    "another_optimiser",
    "That is another optimiser than in the NumPy network, which takes plain gradient steps. Then the two "
    "do not do the same work.",
    edits={SGD: "torch.optim.Adam(model.parameters(), lr=learning_rate)"},
)
torch_fit.misconception(
    "momentum",
    "With momentum the steps are other ones than in the NumPy network.",
    edits={SGD: "torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)"},
)
torch_fit.misconception(
    "sum_instead_of_mean",
    "The loss of a batch is a mean here. With a sum, every gradient grows with the batch.",
    edits={"y[rows])": 'y[rows], reduction="sum")'},
)
torch_fit.misconception(
    "step_before_backward",
    "The step is taken before the backward pass, that is, before the gradients of this batch are there.",
    edits={f"{BACK}\n            {STEP}": f"{STEP}\n            {BACK}"},
)
torch_fit.misconception(
    "rows_in_their_own_order",
    "The rows come in the order of the data. fit shuffles them in every epoch.",
    edits={"rng.permutation(len(X))": "np.arange(len(X))"},
)
torch_fit.misconception(
    "the_same_order_in_every_epoch",
    "Every epoch has the same order of rows. Make the random generator once, before the epochs.",
    edits={"rng.permutation(len(X))": "np.random.default_rng(seed).permutation(len(X))"},
)
torch_fit.misconception(
    "full_batch",
    "All rows are in one batch: a single step for each epoch, and so much less work than with small batches.",
    edits={"range(0, len(X), batch_size)": "[0]", "order[start : start + batch_size]": "order"},
)
torch_fit.misconception(
    "last_batch_left_out",
    "The rows that do not fill a batch are left out. The last batch may be smaller, but it counts.",
    edits={"range(0, len(X), batch_size)": "range(0, len(X) - batch_size + 1, batch_size)"},
)
torch_fit.misconception(
    "loss_of_the_last_batch",
    "That is the loss of the last batch. The loss of an epoch is a mean over all rows.",
    edits={"total += len(rows) * loss.item()": "total = len(X) * loss.item()"},
)
torch_fit.misconception(
    "mean_of_means",
    "The batches count alike here. The last one may be smaller, so weigh each loss with its rows.",
    edits={
        "total += len(rows) * loss.item()": "total += loss.item()",
        "losses.append(total / len(X))": "losses.append(total / -(-len(X) // batch_size))",
    },
)
torch_fit.misconception(
    "one_loss_for_each_batch",
    "The list has a loss for every batch; one for every epoch is asked for.",
    edits={
        "            total += len(rows) * loss.item()": "            losses.append(loss.item())",
        "        losses.append(total / len(X))\n": "",
    },
)


@torch_fit.alternative("without_an_optimiser")
def torch_fit(model, X, y, epochs=1, batch_size=64, learning_rate=0.01, seed=0):
    X = torch.from_numpy(X).to(torch.float32)
    y = torch.from_numpy(y).to(torch.float32).reshape(-1, 1)
    generator, history = np.random.default_rng(seed), []
    for _ in range(epochs):
        seen = []
        for rows in torch.from_numpy(generator.permutation(len(X))).split(batch_size):
            p = model(X[rows])
            each = -(y[rows] * p.log() + (1 - y[rows]) * (1 - p).log())
            seen.append(each.detach())
            parameters = list(model.parameters())
            for parameter, gradient in zip(
                parameters, torch.autograd.grad(each.mean(), parameters)
            ):
                parameter.data = parameter.data - learning_rate * gradient
        history.append(torch.cat(seen).mean())
    return history


@torch_fit.alternative("loss_class_and_arrays")
def torch_fit(model, X, y, epochs=1, batch_size=64, learning_rate=0.01, seed=0):
    criterion = nn.BCELoss()
    sgd = torch.optim.SGD(model.parameters(), learning_rate)
    rng, losses = np.random.default_rng(seed), np.zeros(epochs)
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        while len(order):
            rows, order = order[:batch_size], order[batch_size:]
            inputs = torch.tensor(X[rows], dtype=torch.float32)
            targets = torch.tensor(y[rows, None], dtype=torch.float32)
            loss = criterion(model(inputs), targets)
            model.zero_grad()
            loss.backward()
            sgd.step()
            losses[epoch] += loss.item() * len(rows) / len(X)
    return losses


@torch_fit.oracle("the_numpy_network_itself")
def torch_fit(model, X, y, epochs=1, batch_size=64, learning_rate=0.01, seed=0):
    from utils import NumpyMLP, copy_weights

    twin = NumpyMLP(model.layer_sizes, learning_rate=learning_rate)
    for number, layer in enumerate(model.layers, 1):
        twin.params[f"W{number}"] = layer.weight.detach().double().numpy()
        twin.params[f"b{number}"] = layer.bias.detach().double().numpy()
    history = twin.fit(X, y, epochs=epochs, batch_size=batch_size, seed=seed)
    copy_weights(twin, model)
    return history["train_loss"]
