"""Watching a training in PyTorch, for 7.16 and 7.17. What is seen is handed back; others judge it."""

import contextlib

EPOCHS, SHORT = 24, 2  # of the training that is watched, and of those that are only repeated
RATED = (1, 10, 11, 20, 21, EPOCHS)  # epochs in which the learning rate is looked at
RECORDED = (0, 1, 2, 4, -1)  # of the recorded losses, those that are compared
MOST = 200  # epochs that are watched of a training that takes no number of them


class Watched:
    """A training for some epochs on data with so many features and targets, and what was seen of it.

    It looks over the shoulder of `train()`, with hooks on the linear layers (how they begin), on the
    first one (which inputs come in), on the last one (what comes out), and on the optimizer (the last bias
    and its gradient).
    """

    def __init__(self, train, X, Y, epochs):
        self._features, self._targets, self.epochs = X.shape[1], Y.shape[1], epochs
        self._start = {}  # the first call of each linear layer
        self.steps = []  # of the optimizer, a dict each
        self._now = {}
        with self._hooks():
            self.result = train()

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
        if not self.steps and id(module) not in self._start:
            bias = [] if module.bias is None else module.bias.detach().clone()
            self._start[id(module)] = {
                "weights": module.weight.detach().clone(),
                "biases": bias,
                "inputs": inputs[0].detach(),
                "outputs": output.detach().clone(),
            }
        if module.in_features == self._features:
            self._now["inputs"] = inputs[0].detach()
        if module.out_features == self._targets:
            self._now["outputs"], self._now["bias"] = output.detach(), module.bias

    def _step(self, optimizer, args, kwargs):
        now, bias = self._now, self._now.get("bias")
        grad = None if bias is None else bias.grad
        self.steps.append(
            {
                "inputs": now.get("inputs"),
                "outputs": now.get("outputs"),
                "bias": None if bias is None else bias.detach().clone(),
                "gradient": None if grad is None else grad.detach().clone(),
            }
        )

    def start(self):
        """The first call of each linear layer: its weights and biases, what came in and what came out."""
        return list(self._start.values())

    def batches(self):
        """What came in and what came out at all steps."""
        return {what: _stacked([one[what] for one in self.steps]) for what in ("inputs", "outputs")}

    def gradients(self, steps=None):
        """The gradients of the last bias, in the first steps or in all."""
        return _stacked([one["gradient"] for one in self.steps[:steps]])

    def biases(self):
        """The last bias before each step, and after the last one."""
        return _stacked([*(one["bias"] for one in self.steps), self._now["bias"].detach()])

    def recorded(self):
        """What was recorded in the epochs 1, 2, 3, 5 and the last."""
        return [float(self.result["losses"][k]) for k in RECORDED]


def per_epoch(values, epochs):
    """The values of all steps, split into equal parts."""
    size = max(1, len(values) // epochs)
    return [values[k : k + size] for k in range(0, size * epochs, size)]


def _stacked(tensors):
    """One array, if all have the same shape."""
    import torch

    shapes = {getattr(tensor, "shape", None) for tensor in tensors}
    return torch.stack(tensors) if len(shapes) == 1 and None not in shapes else tensors


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
