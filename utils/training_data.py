"""The data of the training exercises: 100 random pairs, as in figure 7.8 of the book."""


def make_fig78_data(seed, binary=False):
    """Inputs X (100, 10) and targets Y, float32 tensors; the same for the same seed.

    Y is (100, 5), standard normal like X, or with `binary` (100, 1) of zeros and ones.
    X tells nothing about Y: a network that fits these pairs has memorised them.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(100, 10, generator=generator)
    if binary:
        return X, (torch.randn(100, 1, generator=generator) > 0).float()
    return X, torch.randn(100, 5, generator=generator)
