"""The variance of a weight at the start, by name: a function of the layer's inputs and outputs."""

from utils.networks.registry import Registry

INIT_VARIANCE = Registry(
    "initialisation",
    he=lambda n_in, n_out: 2 / n_in,  # He et al. 2015, for ReLU
    xavier=lambda n_in, n_out: 2 / (n_in + n_out),  # Glorot and Bengio 2010, for tanh
    lecun=lambda n_in, n_out: 1 / n_in,  # LeCun et al. 1998
    too_small=lambda n_in, n_out: 0.01**2,
    too_large=lambda n_in, n_out: 1.0,
)
