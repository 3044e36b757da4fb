"""`load_four_nine`, and the file that it reads."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from utils import data, load_four_nine

ROOT = Path(__file__).resolve().parents[2]


def test_shapes_types_and_range():
    X, y, X_test, y_test = load_four_nine()
    assert X.shape == (253, 64) and X_test.shape == (108, 64)
    assert y.shape == (253,) and y_test.shape == (108,)
    assert X.dtype == X_test.dtype == np.float64 and y.dtype == y_test.dtype == np.int64
    assert X.min() == 0 and X.max() == 1
    assert np.bincount(y).tolist() == [127, 126] and np.bincount(y_test).tolist() == [54, 54]


def test_they_are_the_fours_and_nines_of_the_digits():
    X, y = data.load_digits()
    ours = load_four_nine()
    for label, digit in ((0, 4), (1, 9)):
        rows = np.vstack([ours[0][ours[1] == label], ours[2][ours[3] == label]])
        assert sorted(map(tuple, rows)) == sorted(map(tuple, X[y == digit]))


def test_no_picture_is_in_both_sets_and_the_split_is_the_same_every_time():
    X, _, X_test, y_test = load_four_nine()
    assert not set(map(tuple, X)) & set(map(tuple, X_test))
    X_test[:], y_test[:] = -1, -1  # a caller may change what it got
    again = load_four_nine()
    assert again[2].min() == 0 and set(again[3]) == {0, 1}


def test_an_unknown_source_is_named():
    with pytest.raises(ValueError, match='"digits" or "mnist", not \'letters\''):
        load_four_nine("letters")


def test_without_the_file_one_sentence_says_where_to_get_mnist_and_where_to_put_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    for source, words in (
        ("mnist", ("https://", str(tmp_path / "mnist.npz"))),
        ("digits", (str(tmp_path / "digits_4v9.npz"),)),
    ):
        with pytest.raises(FileNotFoundError) as error:
            load_four_nine(source)
        assert "\n" not in str(error.value) and all(word in str(error.value) for word in words)


def test_mnist_is_read_where_the_file_is_there(tmp_path, monkeypatch):
    """A file of MNIST's form: 20 pictures for training, 10 for the test."""
    rng = np.random.default_rng(0)
    digits = np.arange(20) % 10
    images = rng.integers(0, 256, size=(20, 28, 28)).astype(np.uint8)
    np.savez(
        tmp_path / "mnist.npz",
        x_train=images, y_train=digits, x_test=images[:10], y_test=digits[:10],
    )  # fmt: skip
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    X, y, X_test, y_test = load_four_nine(source="mnist")
    assert X.shape == (4, 784) and X.dtype == np.float64 and y.tolist() == [0, 1, 0, 1]
    np.testing.assert_allclose(X[1] * 255, images[9].ravel())
    assert X_test.shape == (2, 784) and y_test.tolist() == [0, 1]


def test_the_file_is_what_its_readme_describes():
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    with np.load(ROOT / "data" / "digits_4v9.npz", allow_pickle=False) as file:
        assert set(file.files) == {"images", "labels"}
        for name in file.files:
            assert file[name].dtype == np.uint8
            digest = hashlib.sha256(file[name].tobytes()).hexdigest()
            assert re.search(rf"{name} +{digest}", readme)
