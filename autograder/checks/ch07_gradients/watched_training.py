"""Watching a training in PyTorch, for 7.16 and 7.17."""

import contextlib

import numpy as np

EPOCHS, SHORT = 24, 2  # of the training that is watched, and of those that are only repeated
RATED = (1, 10, 11, 20, 21, EPOCHS)  # epochs at whose end the learning rate is looked at
MOST = 200  # epochs that are watched of a training that takes no number of them


class Watched:
    """A training on X and Y for some epochs, and what was seen of it.

    It looks over the shoulder of `train()`, with hooks on the first linear layer (which inputs come
    in), on the last one (what comes out), and on the optimizer (rate, gradient of the bias).
    """

    def __init__(self, train, X, Y, epochs):
        self.X, self.Y, self.epochs = X, Y, epochs
        self.start = {}  # of each linear layer: variance of the weights times fan-in, largest bias
        self.steps = []  # of the optimizer, a dict each
        self._now = {}
        with self._hooks():
            self.result = train()
        for one in self.steps:
            one["rows"] = rows_of(one.pop("inputs"), X)

    @contextlib.contextmanager
    def _hooks(self):
        from torch.nn.modules.module import register_module_forward_hook
        from torch.optim.optimizer import register_optimizer_step_pre_hook

        hooks = [
            register_module_forward_hook(self._forward),
            register_optimizer_step_pre_hook(self._step),
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _forward(self, module, inputs, output):
        from torch import is_grad_enabled, nn

        if not isinstance(module, nn.Linear) or not is_grad_enabled():
            return
        if not self.steps and id(module) not in self.start:
            bias = 0.0 if module.bias is None else module.bias.abs().max().item()
            spread = (module.weight.var() * module.in_features).item()
            self.start[id(module)] = spread, bias
        if module.in_features == self.X.shape[1]:
            self._now["inputs"] = inputs[0].detach()
        if module.out_features == self.Y.shape[1]:
            self._now["outputs"], self._now["bias"] = output.detach(), module.bias

    def _step(self, optimizer, args, kwargs):
        now = self._now
        grad = None if now.get("bias") is None else now["bias"].grad
        group = optimizer.param_groups[0]
        self.steps.append(
            {
                "optimizer": type(optimizer).__name__,
                "rate": float(group["lr"]),
                "momentum": group.get("momentum", 0),
                "inputs": now.get("inputs"),
                "outputs": now.get("outputs"),
                "gradient": None if grad is None else grad.detach().clone(),
            }
        )

    def batches(self):
        """The sizes of the batches, and the smallest number of different examples in an epoch."""
        rounds = self.per_epoch([one["rows"] for one in self.steps])
        return {
            "steps": len(self.steps),
            "sizes of the batches": sorted({len(rows) for rows in sum(rounds, [])}),
            "different examples in an epoch": min(
                (len({row for rows in batches for row in rows if row >= 0}) for batches in rounds),
                default=0,
            ),
        }

    def measure(self, loss):
        """The losses of all batches, and their mean in each epoch, from the outputs that were seen."""
        losses = [loss(one["outputs"], self.Y[one["rows"]]).item() for one in self.steps]
        self.losses = self.per_epoch(losses)
        self.means = [float(np.mean(part)) for part in self.losses]
        return self

    def per_epoch(self, values):
        """The values of all steps, split into equal parts."""
        size = max(1, len(values) // self.epochs)
        return [values[k : k + size] for k in range(0, size * self.epochs, size)]

    def rates(self):
        """The learning rate at the end of some epochs."""
        last_steps = [steps[-1] for steps in self.per_epoch(self.steps)]
        return [last_steps[k - 1]["rate"] for k in RATED]

    def recorded(self):
        """What was recorded and what was measured, in the epochs 1, 2, 3, 5 and the last."""
        several = {
            "recorded in epochs 1, 2, 3, 5 and the last": self.result["losses"],
            "means of the batch losses": self.means,
            "last batch": [part[-1] for part in self.losses],
        }
        return {name: [float(v[k]) for k in (0, 1, 2, 4, -1)] for name, v in several.items()}


def rows_of(inputs, X):
    """Which rows of X a batch consists of; -1 for a row that is none of them."""
    if inputs is None or inputs.dim() != 2:
        return []
    found, rows = (inputs[:, None, 0].float() == X[None, :, 0]).int().max(dim=1)
    return rows.where(found > 0, -1).tolist()


def short_losses(train, X, Y):
    """The losses of three short trainings: one seed twice, and another seed. One training is enough
    to see that it does not make the epochs that it should."""
    first = train(X, Y, epochs=SHORT, seed=5)["losses"]
    if len(first) != SHORT:
        return [first]
    return [first, *(train(X, Y, epochs=SHORT, seed=seed)["losses"] for seed in (5, 6))]


def epochs_to_watch(short):
    """For how many epochs to watch: a training that ignores its argument is watched for all that it
    makes, so that this mistake is the only one that is seen."""
    made = len(short[0]) if isinstance(short, list) and isinstance(short[0], list) else 0
    return made if EPOCHS <= made <= MOST else EPOCHS
