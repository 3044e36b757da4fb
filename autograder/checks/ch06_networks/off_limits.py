"""What answers of chapter 6 may not use where they are to write it themselves."""

# the course's own activations, and libraries that have them; utils.sigmoid is that of utils.autograd
ACTIVATIONS = (
    "torch", "jax", "scipy", "sklearn", "utils.autograd", "utils.sigmoid", "utils.networks",
    "utils.ACTIVATIONS", "utils.ACTIVATION_GRADIENTS", "utils.NumpyMLP", "utils.PyTorchMLP",
)  # fmt: skip
