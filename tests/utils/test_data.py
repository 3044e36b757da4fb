import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from utils import data

ROOT = Path(__file__).resolve().parents[2]


def test_shapes_types_and_range():
    X, y = data.load_digits()
    assert X.shape == (1797, 64) and X.dtype == np.float64
    assert y.shape == (1797,) and y.dtype == np.int64
    assert X.min() == 0 and X.max() == 1
    assert set(y) == set(range(10))


def test_a_picture_is_read_row_by_row():
    X, _ = data.load_digits()
    with np.load(ROOT / "data" / "digits.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(X[7].reshape(8, 8) * 16, file["images"][7])


def test_split_is_complete_disjoint_and_the_same_every_time():
    X, y = data.load_digits()
    X_train, y_train = data.load_digits("train")
    X_test, y_test = data.load_digits("test")
    assert (len(y_train), len(y_test)) == (1442, 355)
    everything = sorted(map(tuple, np.column_stack([X, y])))
    parts = np.vstack([np.column_stack([X_train, y_train]), np.column_stack([X_test, y_test])])
    assert sorted(map(tuple, parts)) == everything
    again = data.load_digits("test")
    np.testing.assert_array_equal(X_test, again[0])
    np.testing.assert_array_equal(y_test, again[1])


def test_every_digit_has_its_share_of_the_test_set():
    _, y = data.load_digits()
    _, y_test = data.load_digits("test")
    assert (np.bincount(y_test) == np.bincount(y) // 5).all()


def test_a_caller_may_change_what_it_got():
    X, y = data.load_digits("test")
    X[:], y[:] = -1, -1
    X, y = data.load_digits("test")
    assert X.min() == 0 and y.min() == 0


def test_an_unknown_split_is_named():
    with pytest.raises(ValueError, match='"train", "test" or None .*\'validation\''):
        data.load_digits("validation")


def test_a_missing_file_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "digits.npz"))) as error:
        data.load_digits()
    assert "\n" not in str(error.value)


def test_the_file_is_what_its_readme_describes():
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    with np.load(ROOT / "data" / "digits.npz", allow_pickle=False) as file:
        assert set(file.files) == {"images", "labels"}
        for name in file.files:
            assert file[name].dtype == np.uint8
            assert f"{name}  {hashlib.sha256(file[name].tobytes()).hexdigest()}" in readme


def test_xor():
    X, y = data.xor_data()
    assert X.shape == (4, 2) and y.shape == (4,) and X.dtype == y.dtype == np.float64
    assert {tuple(x): t for x, t in zip(X, y, strict=True)} == {
        (0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0,
    }  # fmt: skip
