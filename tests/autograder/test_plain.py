"""The border between a student's process and ours."""

import msgpack
import numpy as np
import pytest
import torch

from autograder.inside import plain
from autograder.inside.plain import NotPlain, Opaque, Raised, decode, encode, show, to_plain

VALUES = [
    None, True, 0, -7, 2**100, 1.5, float("inf"), 1 + 2j, "né", [1, "a", None], (1, (2.0,)), {1, 2},
    {"a": [1], (1, 2): "b", 3: None}, Raised("TypeError", "no", "x = 1"), Opaque("Thing", "<thing>"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_plain_data_survives(value):
    back = decode(encode(value))
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u1", "b1", "c16"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_arrays_survive(dtype, shape):
    array = np.arange(int(np.prod(shape)), dtype="f8").reshape(shape).astype(dtype)
    back = decode(encode(array))
    assert back.dtype == array.dtype and back.shape == shape and np.array_equal(back, array)


def test_transposed_arrays_keep_their_order():
    array = np.arange(6.0).reshape(2, 3).T
    assert np.array_equal(decode(encode(to_plain(array))), array)


def test_students_objects_become_plain():
    class MyFloat(float):
        def __reduce__(self):
            return print, ("pwned",)

    assert type(to_plain(MyFloat(2.5))) is float
    assert np.array_equal(to_plain(torch.tensor([1.0, 2.0], requires_grad=True)), [1.0, 2.0])
    assert to_plain(np.float32(0.5)) == 0.5 and type(to_plain(np.float32(0.5))) is float
    assert type(to_plain(np.bool_(True))) is bool
    assert isinstance(to_plain(object()), Opaque)
    assert isinstance(to_plain(lambda: 1), Opaque)
    assert to_plain([torch.tensor(2.0)])[0].shape == ()


def test_a_list_that_contains_itself_ends():
    loop = []
    loop.append(loop)
    text = encode(to_plain(loop))
    assert len(text) < 2000


def test_a_hostile_repr_does_no_harm():
    class Nasty:
        def __repr__(self):
            raise RuntimeError("no repr for you")

    assert "repr raises RuntimeError" in to_plain(Nasty()).text


def array_message(dtype, shape, payload):
    return msgpack.packb(msgpack.ExtType(3, msgpack.packb([dtype, shape, payload])))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
        encode([1, 2])[:-1],
        encode(1) + b"\x00",
        array_message("|O", [1], b"12345678"),
        array_message("<f8", [2], b"12345678"),
        array_message("<f8", [-1], b""),
        array_message("<f8", [2**40, 0], b""),
        array_message("<U9", [1], b"0" * 36),
        array_message(["<f8"], [1], b"12345678"),
        msgpack.packb(msgpack.ExtType(99, b"")),
        msgpack.packb(msgpack.ExtType(6, msgpack.packb([1, 2]))),
        msgpack.packb(msgpack.ExtType(5, b"9" * 100_000)),
    ],
    ids=range(15),
)
def test_everything_else_is_refused(data):
    with pytest.raises(NotPlain):
        decode(data)


def test_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(plain, "MAX_BYTES", 1000)
    with pytest.raises(NotPlain):
        decode(encode("x" * 2000))


def test_show_is_short_and_readable():
    assert show(2.0) == "2" and show((1.0,)) == "(1,)" and show(0.1 + 0.2) == "0.3"
    assert show(np.array([1.23456, 2.0])) == "[1.2346, 2]"
    assert len(show(list(range(10_000)))) <= 300


@pytest.mark.parametrize(
    "dtype", ["<i,f", "i,f4", "<", "", "b", "|V8", "|O", "<M8", "=f8", "<i3", "<U9"]
)
def test_only_numeric_dtypes_of_a_list(dtype):
    size = 8
    with pytest.raises(plain.NotPlain):
        plain.decode(plain.encode(msgpack.ExtType(3, plain.encode([dtype, [1], b"x" * size]))))


@pytest.mark.parametrize("dtype", "? b h i q B H I Q e f d g F D G >f8 >i4".split())
def test_every_numeric_dtype_crosses(dtype):
    value = np.zeros(2, dtype)
    assert plain.decode(plain.encode(value)).dtype == value.dtype


def test_an_empty_array_has_no_absurd_sizes():
    shape = [2**24, 2**24, 0]
    with pytest.raises(plain.NotPlain, match="sizes"):
        plain.decode(plain.encode(msgpack.ExtType(3, plain.encode(["<f8", shape, b""]))))


def test_texts_of_exceptions_are_bounded_however_they_were_sent():
    sent = msgpack.ExtType(6, msgpack.packb(["E" * 10**6, "m" * 10**6, "l" * 10**6]))
    found = plain.decode(plain.encode(sent))
    assert max(map(len, (found.type, found.message, found.line))) <= plain.MAX_DESCRIPTION


def test_what_a_message_weighs_is_what_it_costs_to_keep():
    weigh = plain.decode_weighed
    assert weigh(plain.encode("x" * 1000))[1] >= 1000
    assert weigh(plain.encode([[]] * 1_000))[1] > 1_000 * plain.ITEM_BYTES
    many = [weigh(plain.encode([[]] * 1_000)) for _ in range(20)]
    whole = plain.encode([value for value, _ in many])
    assert plain.decode_weighed(whole)[1] <= sum(weight for _, weight in many) + 1000
