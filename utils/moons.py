"""Two moons: points in the plane that no straight line divides."""

import numpy as np


def two_moons(n_samples=200, noise=0.2, seed=0):
    """X (n, 2) and y (n,) int64: half circles that reach into each other, label 1 for the lower one.

    `noise` is the standard deviation of what is added to both coordinates.
    """
    rng = np.random.default_rng(seed)
    y = np.arange(n_samples) % 2
    angle = rng.uniform(0, np.pi, n_samples)
    sign = 1 - 2 * y
    circles = np.column_stack([y + sign * np.cos(angle), 0.5 * y + sign * np.sin(angle)])
    return circles + noise * rng.normal(size=(n_samples, 2)), y.astype(np.int64)
