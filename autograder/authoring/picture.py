"""The map of the course as a picture, from the course's data."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import ceil
from textwrap import wrap

from utils.engine import Value
from utils.graph import draw_graph

COLUMN, BOX_W, BOX_H, GAP, TOP, LEFT = 292, 262, 96, 22, 84, 18
TITLE_CHARACTERS, HEADING_CHARACTERS = 28, 32
ACROSS = 4  # columns; a chapter with more of them goes on below
MOST_ROWS = 8  # a notebook with more exercises is laid out in several columns
INK, LINE, FILL, BAND = "#1b2a3a", "#5b6b7a", "#f4f8fb", "#0072b2"


@dataclass(frozen=True)
class Box:
    """An exercise and the upper left corner of its box."""

    exercise: dict
    x: float
    y: float


def layout(data: dict) -> tuple[list[Box], float, float]:
    """The boxes of all exercises, and the width and height of the map."""
    boxes, _, height = _laid_out(data)
    return boxes, LEFT + COLUMN * ACROSS, height


def _laid_out(data: dict) -> tuple[list[Box], list[str], float]:
    boxes, headings, y = [], [], 0
    for chapter in data["chapters"]:
        headings.append(_text(LEFT, y + 24, chapter["title"], 17, "700", BAND))
        column = deepest = 0
        for book in chapter["notebooks"]:
            columns = ceil(len(book["exercises"]) / MOST_ROWS)
            rows = ceil(len(book["exercises"]) / columns)
            if column + columns > ACROSS and column:
                y += TOP - 24 + deepest * (BOX_H + GAP)
                column = deepest = 0
            x = LEFT + column * COLUMN
            lines = wrap(book["title"], HEADING_CHARACTERS)[:2]
            headings += [_text(x, y + 50 + 17 * i, t, 13.5, "600") for i, t in enumerate(lines)]
            for index, exercise in enumerate(book["exercises"]):
                across, down = divmod(index, rows)
                boxes.append(Box(exercise, x + across * COLUMN, y + TOP + down * (BOX_H + GAP)))
            column += columns
            deepest = max(deepest, rows)
        y += TOP + deepest * (BOX_H + GAP) + 14
    return boxes, headings, y


def svg(data: dict) -> str:
    """The map as SVG: a column per notebook, a box per exercise.

    An arrow leads down to the next box of a column when that builds on it; what else an exercise
    builds on stands in its box.
    """
    boxes, headings, height = _laid_out(data)
    width = LEFT + COLUMN * ACROSS
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="map-title map-text" '
        'font-family="system-ui, sans-serif">',
        '<title id="map-title">Map of the course</title>',
        f'<desc id="map-text">{escape(_described(data))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{LINE}"/></marker></defs>',
        *headings,
    ]
    above = {(box.x, box.y + BOX_H + GAP): box for box in boxes}
    for box in boxes:
        before = above.get((box.x, box.y))
        if before and before.exercise["id"] in box.exercise["needs"]:
            parts.append(_arrow_down_to(box))
    parts += map(_drawn, boxes)
    return "\n".join([*parts, "</svg>", ""])


def graph() -> str:
    """The README's picture: the computational graph of one neuron, with values and gradients."""
    x, w, b = Value(2, label="x"), Value(-0.5, label="w"), Value(1.6, label="b")
    y = w * x
    y.label = "w·x"
    z = y + b
    z.label = "z"
    a = z.tanh()
    a.label = "a"
    a.backward()
    return draw_graph(a, title="A neuron, its values and its gradients")._repr_svg_() + "\n"


def _described(data: dict) -> str:
    said = []
    for chapter in data["chapters"]:
        for book in chapter["notebooks"]:
            exercises = "; ".join(
                f"{e['id']} {e['title']}, {e['stars']} stars, {e['minutes']} minutes"
                + (f", builds on {' and '.join(e['needs'])}" if e["needs"] else "")
                for e in book["exercises"]
            )
            said.append(f"{book['title']}: {exercises}.")
    return " ".join(said)


def _text(x, y, text, size, weight="400", colour=INK) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _drawn(box: Box) -> str:
    x, y, exercise = box.x, box.y, box.exercise
    title = wrap(f"{exercise['id']} {exercise['title']}", TITLE_CHARACTERS)[:2]
    facts = f"{'★' * exercise['stars']} · {exercise['minutes']} min"
    lines = [_text(x + 12, y + 24 + 18 * i, line, 13.5, "600") for i, line in enumerate(title)]
    lines.append(_text(x + 12, y + 63, facts, 12.5, "400", LINE))
    if exercise["needs"]:
        needs = f"builds on {', '.join(exercise['needs'])}"
        lines.append(_text(x + 12, y + 83, needs, 12.5, "400", LINE))
    return (
        f'<g><rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8" fill="{FILL}" '
        f'stroke="{BAND}" stroke-width="1.4"/>' + "".join(lines) + "</g>"
    )


def _arrow_down_to(box: Box) -> str:
    x = box.x + BOX_W / 2
    return (
        f'<path d="M{x} {box.y - GAP}L{x} {box.y - 1}" fill="none" stroke="{LINE}" '
        'stroke-width="1.3" marker-end="url(#tip)"/>'
    )
