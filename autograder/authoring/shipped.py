"""The pictures that notebooks ship with: the outputs of demonstrations, before anything is run.

A picture is made anew when its code or the code that draws has changed, else the committed one is taken:
so a build gives the same bytes with every version of matplotlib. An explorer module that is not named in
DRAWING belongs to the pictures that import it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import utils
from autograder.authoring import kernels
from autograder.course.cell_ids import role_of
from autograder.judging.cell_names import names_of
from autograder.notation.faults import CourseFault

KEY = "picture"  # in a cell's metadata: what its picture was made of
DRAWING = (
    "chart.py", "plots.py", "graph.py", "live.py", "stepper.py", "tape.py", "engine.py",
    "backprop_pictures.py", "given_functions.py", "explorers/explorer.py",
    "explorers/ch02_autograd.py", "explorers/ch07_gradients.py",
)  # fmt: skip
_EXPLORER = re.compile(r"from utils\.(explorers\.[\w.]+) import")
_LIVE = re.compile(r'^<div class="live-place live-\w+">(.*)</div>$', re.S)
_PNG = re.compile(r"(?<=data:image/png;base64,)[\w+/=]+")
COLOURS = 128  # of a shipped PNG


def put_pictures(notebook: NotebookNode, committed: Path, draw: bool) -> None:
    """Give the demonstrations that ship with a picture their outputs.

    draw: whether to make those that the committed notebook does not have.
    """
    wanted = {
        cell.id: _key(_needed(notebook, cell)) for cell in notebook.cells if KEY in cell.metadata
    }
    known = _committed(committed)
    missing = [name for name, key in wanted.items() if known.get(name, ("",))[0] != key]
    made = drawn(notebook, missing) if missing and draw else dict.fromkeys(missing, [])
    for cell in notebook.cells:
        if cell.id in wanted:
            cell.metadata[KEY] = wanted[cell.id]
            cell.outputs = made[cell.id] if cell.id in made else known[cell.id][1]


def drawn(notebook: NotebookNode, names: list[str]) -> dict[str, list]:
    """The outputs of these cells, from a kernel of their own."""
    needed = {c.id: c for name in names for c in _needed(notebook, _cell(notebook, name))}
    cells = [nbformat.from_dict(cell) for cell in notebook.cells if cell.id in needed]
    copy = nbformat.v4.new_notebook(cells=cells)
    ours = str(Path(utils.__file__).resolve().parents[1])
    try:
        kernels.run(copy, 120, PYTHONHASHSEED="0", PYTHONPATH=ours)
    except Exception as problem:
        raise CourseFault(
            f"A demonstration that ships with its picture stopped: {problem}"
        ) from None
    return {cell.id: _tidy(cell.outputs) for cell in copy.cells if cell.id in names}


def _cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == name)


def _needed(notebook: NotebookNode, wanted: NotebookNode) -> list[NotebookNode]:
    """The set-up, and the demonstrations that define what `wanted` uses, down to `wanted` itself."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    needed, uses = [wanted], set(names_of(wanted.source).uses)
    for cell in code[code.index(wanted) - 1 :: -1] if code.index(wanted) else []:
        names = names_of(cell.source)
        if role_of(cell.id) == "setup" or (role_of(cell.id) == "demo" and names.gives & uses):
            needed.append(cell)
            uses |= names.uses
    return needed[::-1]


@lru_cache
def _drawing(*more: str) -> bytes:
    """The files that draw: those of every picture, and `more` that only some need."""
    folder = Path(utils.__file__).parent
    return b"".join((folder / name).read_bytes() for name in (*DRAWING, *more))


def _key(cells: list[NotebookNode]) -> str:
    sources = "\0".join(cell.source for cell in cells)
    explorers = {f"{name.replace('.', '/')}.py" for name in _EXPLORER.findall(sources)}
    drawing = _drawing(*sorted(explorers.difference(DRAWING)))
    return hashlib.sha256(sources.encode() + drawing).hexdigest()[:16]


def _committed(path: Path) -> dict[str, tuple[str, list]]:
    if not path.exists():
        return {}
    try:
        # (nbformat.read would validate what a build wrote)
        cells = nbformat.v4.reads(path.read_text(encoding="utf-8")).cells
    except Exception:  # no notebook: it is written anew
        return {}
    return {c.id: (c.metadata[KEY], c.outputs) for c in cells if KEY in c.metadata}


def _tidy(outputs: list) -> list:
    """What is displayed as HTML: the static forms of widgets, and pictures made small."""
    kept = []
    for output in outputs:
        if found := output.get("data", {}).get("text/html"):
            html = _PNG.sub(_small, _LIVE.sub(r"\1", found))
            data = {"text/html": html, "text/plain": output.data["text/plain"]}
            kept.append(nbformat.v4.new_output("display_data", data))
    return kept


def _small(png: re.Match) -> str:
    from PIL import Image

    picture = Image.open(BytesIO(base64.b64decode(png[0])))
    small = picture.convert("RGBA").quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    buffer = BytesIO()
    small.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
