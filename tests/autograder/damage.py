"""Damaged notebooks: a Hypothesis strategy, and what a reader can still find in them.

Damage is done twice: to the notebook (cells, fields, marks, sources), and to the bytes of the file.
"""

import json
from copy import deepcopy
from functools import lru_cache

from classroom import solved
from hypothesis import strategies as st

NOTEBOOKS = (
    "ch02_autograd/02_operations",
    "ch06_networks/quiz",
    "ch07_gradients/04_backpropagation",
)
ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "utf-16-le", "latin-1", "cp1252", "cp037")

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
FIELDS = ("cell_type", "id", "metadata", "source", "outputs", "execution_count", "attachments")
MARKS = ("grade_id", "grade", "solution", "locked", "points", "schema_version", "cell_type", "task")


@lru_cache
def _text(name: str) -> str:
    return json.dumps(solved(name))


def _whole(name: str) -> dict:
    """The notebook with the reference's answers, as plain data."""
    return json.loads(_text(name))


def _some(draw, cells) -> int:
    return draw(st.integers(0, max(0, len(cells) - 1)))


def shuffle_cells(draw, notebook):
    notebook["cells"] = draw(st.permutations(notebook["cells"]))


def repeat_cells(draw, notebook):
    """A copy of some cells (with the same ids) somewhere else."""
    cells = notebook["cells"]
    first, place = _some(draw, cells), _some(draw, cells)
    cells[place:place] = deepcopy(cells[first : first + draw(st.integers(1, 5))])


def remove_cells(draw, notebook):
    first = _some(draw, notebook["cells"])
    del notebook["cells"][first : first + draw(st.integers(1, 5))]


def split_cell(draw, notebook):
    """Both halves keep the marks, as in JupyterLab."""
    one = _a_cell(draw, notebook)
    if isinstance(text := one.get("source"), str):
        cut, place = draw(st.integers(0, len(text))), notebook["cells"].index(one)
        halves = [{**one, "source": text[:cut]}, {**one, "source": text[cut:]}]
        notebook["cells"][place : place + 1] = halves


def odd_cell(draw, notebook):
    cells = notebook["cells"]
    cells.insert(_some(draw, cells), draw(ODD))


def _a_cell(draw, notebook) -> dict:
    """Any cell, and often an answer."""
    cells = [one for one in notebook["cells"] if isinstance(one, dict)]
    answers = [one for one in cells if str(_mark(one)).startswith("answer-")]
    if answers and draw(st.booleans()):
        cells = answers
    return cells[_some(draw, cells)] if cells else {}


def remove_field(draw, notebook):
    _a_cell(draw, notebook).pop(draw(st.sampled_from(FIELDS)), None)


def odd_field(draw, notebook):
    _a_cell(draw, notebook)[draw(st.sampled_from(FIELDS))] = draw(ODD)


def odd_mark(draw, notebook):
    metadata = _a_cell(draw, notebook).get("metadata")
    if isinstance(metadata, dict):
        tag = metadata.setdefault("nbgrader", {})
        if isinstance(tag, dict):
            tag[draw(st.sampled_from(MARKS))] = draw(ODD)


def no_marks(draw, notebook):
    """As after a way through another program: no metadata, and perhaps new ids."""
    new_ids = draw(st.booleans())
    for number, one in enumerate(notebook["cells"]):
        if isinstance(one, dict):
            one["metadata"] = {}
            if new_ids:
                one["id"] = f"cell-{number}"


def swap_field(draw, notebook):
    """Two cells exchange their ids, marks, types or texts."""
    one, other = _a_cell(draw, notebook), _a_cell(draw, notebook)
    field = draw(st.sampled_from(("id", "metadata", "cell_type", "source")))
    one[field], other[field] = other.get(field), one.get(field)


def odd_source(draw, notebook):
    one = _a_cell(draw, notebook)
    text = one.get("source")
    if isinstance(text, str):
        one["source"] = draw(
            st.sampled_from(
                [text.splitlines(keepends=True), list(text), text.replace("\n", "\r\n")]
            )
            | st.lists(st.just(text) | ODD, max_size=4)
            | ODD
        )


def scribble(draw, notebook):
    """Something is typed into a cell."""
    one = _a_cell(draw, notebook)
    if isinstance(text := one.get("source"), str):
        place = draw(st.integers(0, len(text)))
        one["source"] = text[:place] + draw(st.text(max_size=8)) + text[place:]


def odd_notebook(draw, notebook):
    """A field of the whole notebook; its cells with the rest."""
    fields = ("metadata", "nbformat", "nbformat_minor", "worksheets")
    for name in draw(st.lists(st.sampled_from(fields), min_size=1)):
        notebook[name] = draw(ODD)


CHANGES = (
    shuffle_cells, repeat_cells, remove_cells, split_cell, odd_cell, remove_field, odd_field,
    odd_mark, no_marks, swap_field, odd_source, scribble, odd_notebook,
)  # fmt: skip


def flip(draw, data):
    damaged = bytearray(data)
    for _ in range(draw(st.integers(1, 20))):
        damaged[draw(st.integers(0, len(data) - 1))] ^= draw(st.integers(1, 255))
    return bytes(damaged)


def cut_out(draw, data):
    first = draw(st.integers(0, len(data)))
    return data[:first] + data[first + draw(st.integers(1, 3000)) :]


def put_in(draw, data):
    place = draw(st.integers(0, len(data)))
    return data[:place] + draw(st.binary(min_size=1, max_size=200)) + data[place:]


def truncate(draw, data):
    return data[: draw(st.integers(0, len(data)))]


def encode(draw, data):
    return data.decode().encode(draw(st.sampled_from(ENCODINGS)), "replace")


ON_BYTES = (flip, cut_out, put_in, truncate, encode)


@st.composite
def damaged(draw, notebooks=NOTEBOOKS, kinds=CHANGES, on_bytes=(None, None, None, *ON_BYTES)):
    """(name of the notebook, its bytes after some damage)"""
    name = draw(st.sampled_from(notebooks))
    notebook = _whole(name)
    for change in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)) if kinds else ():
        change(draw, notebook)
    data = json.dumps(notebook, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if (change := draw(st.sampled_from(on_bytes))) is not None:
        data = change(draw, data)
    return name, data


@st.composite
def harmless(draw, notebooks=NOTEBOOKS):
    """(name, bytes) of a notebook whose answers are all there, once or more, and recognisable: each
    by its mark, its id or its first line."""
    name = draw(st.sampled_from(notebooks))
    notebook = _whole(name)
    cells = notebook["cells"]
    answers = [one for one in cells if one["id"].startswith("answer-")]
    others = [one for one in cells if not one["id"].startswith("answer-")]
    others = [one for one in others if draw(st.booleans())]
    for one in others:
        fields = draw(st.lists(st.sampled_from(FIELDS[1:]), max_size=2))
        for field in fields:
            one.pop(field, None)
    copies = [deepcopy(one) for one in answers if draw(st.integers(0, 3)) == 0]
    for one in answers:
        kept = draw(st.sets(st.sampled_from(("metadata", "id", "first line")), min_size=1))
        for field in {"metadata", "id"} - kept:
            del one[field]
        if "first line" not in kept:
            one["source"] = one["source"].split("\n", 1)[1]
    notebook["cells"] = draw(st.permutations(answers + others + copies))
    notebook["metadata"] = draw(ODD)
    data = json.dumps(notebook, ensure_ascii=False)
    return name, data.encode(draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-32"))))


def untouched(name: str, data: bytes) -> set[str]:
    """The keys of the answers that anybody would find in the damaged file: the cell carries its
    mark and its full text, and no other cell claims to be that answer."""
    try:
        cells = json.loads(data.decode(json.detect_encoding(data), "replace"))["cells"]
    except (ValueError, TypeError, KeyError):
        return set()
    cells = [one for one in cells if isinstance(one, dict)] if isinstance(cells, list) else []
    found = set()
    for one in _whole(name)["cells"]:
        if one["id"].startswith("answer-"):
            key = one["source"].splitlines()[0].removeprefix("# Answer ")
            claims = [theirs for theirs in cells if _claims(theirs, one, key)]
            if claims and all(_same(theirs, one) for theirs in claims):
                found.add(key)
    return found


def _mark(cell) -> object:
    metadata = cell.get("metadata")
    tag = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return tag.get("grade_id") if isinstance(tag, dict) else None


def _claims(theirs, one, key) -> bool:
    source = theirs.get("source", "")
    text = source if isinstance(source, str) else json.dumps(source)
    return theirs.get("id") == one["id"] or _mark(theirs) == one["id"] or f"Answer {key}" in text


def _same(theirs, one) -> bool:
    return _mark(theirs) == one["id"] and theirs.get("source") == one["source"]
