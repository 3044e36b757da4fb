"""Plain data: what may cross the border between a student's process and ours.

Numbers, strings, booleans, None, lists, tuples, dicts, sets and numeric arrays cross as they are.
Tensors become arrays, and numbers of every library become numbers. Everything else crosses as a description
(`Opaque`), an exception as `Raised`. `decode` trusts nothing: sizes, depth and types are limited.
"""

from __future__ import annotations

import math
import sys

import msgpack
import numpy as np

from utils.answers import exact_number
from utils.values import shorten, show

MAX_BYTES = 32 * 2**20
MAX_DEPTH = 24
MAX_ITEMS = 200_000
MAX_ALL_ITEMS = 1_000_000  # of all lists, dicts and sets of a message together
MAX_COMPARISONS = 50_000_000  # that keys with equal hashes may cost: somebody can choose them so
MAX_TEXT = 20_000

MAX_DESCRIPTION = 4_000  # of each text of an exception or of an object that is not plain
ITEM_BYTES = 32  # what an item of a list costs in memory, at least
DTYPES = frozenset(
    order + kind + size
    for order in "|<>"
    for kind, sizes in {"b": "1", "i": "1248", "u": "1248", "f": "248", "c": "8"}.items()
    for size in sizes
) | {order + wide for order in "<>" for wide in ("f12", "f16", "c16", "c24", "c32")}

_TUPLE, _SET, _ARRAY, _COMPLEX, _BIG_INT, _RAISED, _OPAQUE = range(1, 8)


class NotPlain(ValueError):
    """The bytes are not the encoding of plain data within the limits."""


class _Description:
    """Some texts. (No dataclass: compiling its methods would cost every fork that observes a millisecond.)"""

    __slots__ = ()

    def _texts(self) -> tuple:
        return type(self), *(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other) -> bool:
        return isinstance(other, _Description) and self._texts() == other._texts()

    def __hash__(self) -> int:
        return hash(self._texts())


class Opaque(_Description):
    """A value that is not plain data, described by its type and its repr."""

    __slots__ = ("type", "text")

    def __init__(self, type: str, text: str):
        self.type, self.text = type, text

    @property
    def described(self) -> str:
        """How a comparison names it."""
        return f"a {self.type} object"

    def __repr__(self) -> str:
        return self.text


class Raised(_Description):
    """An exception in an answer: its type, its message and the student's line it came from."""

    __slots__ = ("type", "message", "line")
    described = "an exception"

    def __init__(self, type: str, message: str, line: str = ""):
        self.type, self.message, self.line = type, message, line

    def __repr__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


def to_plain(value, depth: int = 0):
    """`value` as plain data; what is not plain becomes `Opaque`."""
    if depth > MAX_DEPTH:
        return Opaque(type(value).__name__, "nested too deeply")
    if value is None or isinstance(value, (bool, Raised, Opaque)):
        return value
    if isinstance(value, np.generic):
        value = value.item() if value.dtype.kind in "biufc" else str(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, complex):
        return complex(value)
    if isinstance(value, str):
        return shorten(str(value), MAX_TEXT)
    if isinstance(value, (list, tuple, set, frozenset)):
        if len(value) > MAX_ITEMS:
            return Opaque(type(value).__name__, f"{len(value)} items, too many to send")
        items = [to_plain(item, depth + 1) for item in value]
        if isinstance(value, list):
            return items
        return tuple(items) if isinstance(value, tuple) else _set_of(items)
    if isinstance(value, dict):
        if len(value) > MAX_ITEMS:
            return Opaque("dict", f"{len(value)} items, too many to send")
        return {_key(k): to_plain(v, depth + 1) for k, v in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind == "U" and value.size <= MAX_ITEMS:
        return to_plain(value.tolist(), depth + 1)
    array = _as_array(value)
    if array is not None:
        return array
    exact = exact_number(value)
    if exact is not None:
        return exact
    return Opaque(type(value).__name__, show(value))


def _key(key):
    return key if isinstance(key, (str, int, float, bool, tuple)) else show(key)


def _set_of(items):
    try:
        return set(items)
    except TypeError:
        return Opaque("set", show(items))


def _as_array(value) -> np.ndarray | None:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu().resolve_conj().resolve_neg()
        value = (
            (value.to_dense() if value.is_sparse else value)
            .to(torch.float32 if value.dtype in (torch.bfloat16, torch.float16) else value.dtype)
            .numpy()
        )
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            try:
                value = value.astype(float)
            except (TypeError, ValueError):
                return None
        if value.dtype.kind in "biufc" and value.nbytes <= MAX_BYTES // 4:
            return np.array(value, copy=True, order="C", subok=False)
    return None


def encode(value) -> bytes:
    """Plain data as bytes."""
    return msgpack.packb(value, default=_pack_extension, strict_types=True)


def _pack_extension(value):
    if isinstance(value, tuple):
        return msgpack.ExtType(_TUPLE, encode(list(value)))
    if isinstance(value, (set, frozenset)):
        return msgpack.ExtType(_SET, encode(sorted(value, key=repr)))
    if isinstance(value, np.ndarray):
        value = np.ascontiguousarray(value).reshape(value.shape)
        return msgpack.ExtType(
            _ARRAY, encode([value.dtype.str, list(value.shape), value.tobytes()])
        )
    if isinstance(value, complex):
        return msgpack.ExtType(_COMPLEX, encode([value.real, value.imag]))
    if isinstance(value, int):
        text = hex(value) if value.bit_length() <= 8192 else "0x0"
        return msgpack.ExtType(_BIG_INT, text.encode())
    if isinstance(value, Raised):
        fields = [value.type, value.message, value.line]
        return msgpack.ExtType(_RAISED, encode([shorten(f, 2000) for f in fields]))
    if isinstance(value, Opaque):
        return msgpack.ExtType(_OPAQUE, encode([value.type, shorten(value.text, 2000)]))
    raise TypeError(f"{type(value).__name__} is not plain data")


def decode(data: bytes):
    """The plain data that `data` encodes; `NotPlain` for anything else."""
    return decode_weighed(data)[0]


def decode_weighed(data: bytes) -> tuple[object, int]:
    """The same, and how large it is: about the bytes of memory that it takes to keep it.

    What together weighs less than `MAX_BYTES` can be sent on in one message.
    """
    reader = _Reader()
    try:
        value = reader.read(data, 0)
        if _deeper_than(MAX_DEPTH + 8, value):  # a message wraps its values
            raise NotPlain("too deep")
        return value, max(len(data), reader.weight)
    except NotPlain:
        raise
    except Exception as problem:
        raise NotPlain(f"not plain data ({type(problem).__name__})") from None


class _Reader:
    """Reads one message, and counts what it holds."""

    def __init__(self):
        self.items, self.comparisons = MAX_ALL_ITEMS, MAX_COMPARISONS

    @property
    def weight(self) -> int:
        """What was used of the limits, in bytes: the share of the limit that was used most."""
        items, comparisons = MAX_ALL_ITEMS - self.items, MAX_COMPARISONS - self.comparisons
        return max(items * ITEM_BYTES, comparisons * MAX_BYTES // MAX_COMPARISONS)

    def read(self, data: bytes, depth: int):
        if len(data) > MAX_BYTES or depth > MAX_DEPTH:
            raise NotPlain("too large or too deep")
        return msgpack.unpackb(
            data,
            strict_map_key=False,
            ext_hook=lambda code, payload: self._extension(code, payload, depth + 1),
            list_hook=self._counted,
            object_pairs_hook=lambda pairs: dict(self._hashed(self._counted(pairs))),
            max_array_len=MAX_ITEMS,
            max_map_len=MAX_ITEMS,
        )

    def _counted(self, items: list) -> list:
        self.items -= len(items) + 1
        if self.items < 0:
            raise NotPlain("too many items")
        return items

    def _hashed(self, items: list) -> list:
        self.comparisons -= len(items) ** 2
        if self.comparisons < 0:
            raise NotPlain("too many keys")
        return items

    def _extension(self, code: int, payload: bytes, depth: int):
        if code == _BIG_INT:
            if len(payload) > 4096:
                raise NotPlain("an absurdly long integer")
            return int(payload.decode(), 16)
        fields = self.read(payload, depth)
        if not isinstance(fields, list):
            raise NotPlain("malformed extension")
        if code == _TUPLE:
            return tuple(fields)
        if code == _SET:
            return set(self._hashed(fields))
        if code == _COMPLEX:
            real, imag = fields
            return complex(real, imag)
        if code == _ARRAY:
            return _array_from(*fields)
        if code in (_RAISED, _OPAQUE):
            if not all(isinstance(field, str) for field in fields):
                raise NotPlain("malformed description")
            fields = [field[:MAX_DESCRIPTION] for field in fields]
            return Raised(*fields) if code == _RAISED else Opaque(*fields)
        raise NotPlain(f"unknown extension {code}")


def _deeper_than(limit: int, value) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for one in level if isinstance(one, (list, tuple, dict, set))
            for inner in ((*one.keys(), *one.values()) if isinstance(one, dict) else one)
            if isinstance(inner, (list, tuple, dict, set))
        ]  # fmt: skip
    return bool(level)


def _array_from(dtype_text, shape, payload) -> np.ndarray:
    if not isinstance(dtype_text, str) or not isinstance(payload, bytes):
        raise NotPlain("malformed array")
    if dtype_text not in DTYPES:
        raise NotPlain("an array that is not numeric")
    dtype = np.dtype(dtype_text)
    sizes_are_plain = (
        isinstance(shape, list)
        and len(shape) <= 16
        and all(type(size) is int and 0 <= size <= MAX_BYTES for size in shape)
    )
    if sizes_are_plain and math.prod(filter(None, shape)) > MAX_BYTES:
        raise NotPlain("an array with absurd sizes")
    if not sizes_are_plain or math.prod(shape) * dtype.itemsize != len(payload):
        raise NotPlain("an array whose size does not match its data")
    return np.frombuffer(payload, dtype=dtype).reshape(shape).copy()
