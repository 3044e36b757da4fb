"""What 6.26 asks for, as it is given to the part that builds on it."""

import numpy as np

from utils import NumpyMLP


def given_masks(params, sparsity):
    """Masks of the weights of largest magnitude, over all matrices together."""
    sizes = {name: np.abs(value) for name, value in params.items() if name[0] == "W"}
    everything = np.concatenate([value.ravel() for value in sizes.values()])
    border = np.sort(everything)[round(sparsity * everything.size)]
    return {name: 1.0 * (value >= border) for name, value in sizes.items()}


def given_rewind(init_params, masks):
    """The parameters, the weights multiplied by their masks."""
    return {name: value * masks.get(name, 1) for name, value in init_params.items()}


class GivenMaskedMLP(NumpyMLP):
    """A network whose pruned weights stay 0."""

    def __init__(self, layer_sizes, masks, **options):
        super().__init__(layer_sizes, **options)
        self.masks = masks

    def update(self):
        super().update()
        self.params = given_rewind(self.params, self.masks)
