"""Fours and nines: the two digits that the tensor engine of chapter 3 tells apart."""

import numpy as np

from utils import data

FOUR, NINE = 4, 9
MNIST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"


def load_four_nine(source="digits"):
    """Pictures of fours and nines, already divided: X_train, y_train, X_test, y_test.

    source: "digits" (8×8 pixels, part of the course: 253 for training, 108 for the test; of each digit
        the third, sixth and tenth of every ten belong to the test) or "mnist" (28×28 pixels, divided as
        MNIST is; the file is not part of the course).

    A picture is a row of pixels, float64 from 0 to 1; a label is 0 for a four and 1 for a nine, int64.
    """
    if source == "digits":
        return _digits()
    if source == "mnist":
        return _mnist()
    raise ValueError(f'source must be "digits" or "mnist", not {source!r}.')


def _digits():
    path = data.FOLDER / "digits_4v9.npz"
    if not path.exists():
        raise FileNotFoundError(
            f"The fours and nines are missing: {path} should be there. They are part of the course; "
            "get the folder data/ again, next to the folder utils/."
        )
    with np.load(path, allow_pickle=False) as file:
        X, y = file["images"].reshape(-1, 64) / 16.0, file["labels"].astype(np.int64)
    test = np.zeros(len(y), dtype=bool)
    for label in (0, 1):
        rows = np.flatnonzero(y == label)
        test[rows[np.isin(np.arange(len(rows)) % 10, (2, 5, 9))]] = True
    return X[~test], y[~test], X[test], y[test]


def _mnist():
    path = data.FOLDER / "mnist.npz"
    if not path.exists():
        raise FileNotFoundError(
            f"MNIST is not part of the course: download {MNIST} (11 MB) and save it as {path}."
        )
    with np.load(path, allow_pickle=False) as file:
        return *_chosen(file["x_train"], file["y_train"]), *_chosen(file["x_test"], file["y_test"])


def _chosen(images, digits):
    """The fours and nines among these pictures."""
    rows = np.isin(digits, (FOUR, NINE))
    X = images[rows].reshape(rows.sum(), -1) / 255.0
    return X, (digits[rows] == NINE).astype(np.int64)
