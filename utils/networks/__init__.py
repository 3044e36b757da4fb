"""The networks of chapter 6, small enough to be read in one sitting each.

activations     functions and their derivatives, by name
initialisation  the variance of a weight, by name
losses          mean losses and their gradients, by name
numpy_mlp       NumpyMLP: a network with its forward and its backward pass
torch_mlp       PyTorchMLP: the same network in PyTorch, and a comparison of the two
metrics         how good predictions are
"""
