"""What answers of chapter 6 may not use where they are to write it themselves."""

TORCH = ("torch", "jax")  # and every other engine that differentiates
# The course's own networks. Only where no answer and no observation builds on NumpyMLP.
NETWORKS = (
    *TORCH, "utils.networks", "utils.NumpyMLP", "utils.PyTorchMLP", "utils.LOSSES",
    "utils.LOSS_GRADIENTS", "utils.ACTIVATIONS", "utils.ACTIVATION_GRADIENTS",
)  # fmt: skip
# Activations, wherever they are; utils.sigmoid is that of utils.autograd.
ACTIVATIONS = (*NETWORKS, "scipy", "sklearn", "utils.autograd", "utils.sigmoid", "utils.explorers")
