"""The course's small data sets. Everything is on disk already: nothing is downloaded."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "data"


def load_digits(split=None):
    """The handwritten digits 0 to 9, in 8×8 pixels.

    split: "train" (1442 images), "test" (355 images) or None (all 1797).
        In the order of the file, every fifth image of each digit belongs to the test set: both
        sets hold the ten digits in equal shares, and the split is the same everywhere.

    Returns X (n, 64), float64 from 0 (paper) to 1 (ink), one image per row (row by row:
    `X[0].reshape(8, 8)` is the first picture), and y (n,), int64, the digits.
    """
    if split not in ("train", "test", None):
        raise ValueError(f'split must be "train", "test" or None (everything), not {split!r}.')
    path = FOLDER / "digits.npz"
    if not path.exists():
        raise FileNotFoundError(
            f"The digits are missing: {path} should be there. They are part of the course; "
            "get the folder data/ again, next to the folder utils/."
        )
    with np.load(path, allow_pickle=False) as file:
        X = file["images"].reshape(-1, 64) / 16.0
        y = file["labels"].astype(np.int64)
    if split is None:
        return X, y

    test = np.zeros(len(y), dtype=bool)
    for digit in range(10):
        test[np.flatnonzero(y == digit)[4::5]] = True
    chosen = test if split == "test" else ~test
    return X[chosen], y[chosen]


def xor_data():
    """The four points of XOR: X (4, 2) and y (4,), both float64. y is 1 where the inputs differ."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0.0, 1.0, 1.0, 0.0])
    return X, y
