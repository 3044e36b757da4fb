"""The map of the course as a picture and as links, from the course's data."""

from __future__ import annotations

from html import escape
from math import ceil
from textwrap import wrap
from urllib.parse import quote

from utils.engine import Value
from utils.graph import draw_graph

COLUMN, BOX_W, BOX_H, GAP, TOP, LEFT = 292, 232, 78, 20, 74, 18
TITLE_CHARACTERS = 25
MOST_ROWS, FEW_ROWS = 10, 5  # a notebook with more exercises is laid out in several columns
INK, LINE, FILL, BAND = "#1b2a3a", "#5b6b7a", "#f4f8fb", "#0072b2"


def links(data: dict) -> str:
    """The map as nested Markdown lists: chapter, notebook, exercise with stars and minutes."""
    lines = []
    for chapter in data["chapters"]:
        lines.append(f"**{chapter['title']}**\n")
        for book in chapter["notebooks"]:
            minutes = sum(exercise["minutes"] for exercise in book["exercises"])
            path = quote(f"{book['path']}.ipynb")
            lines.append(f"- [{book['title']}]({path}), about {minutes} minutes")
            for exercise in book["exercises"]:
                lines.append(f"  - {_link(path, exercise)}")
        lines.append("")
    return "\n".join(lines).strip()


def _link(path: str, exercise: dict) -> str:
    heading = f"{exercise['id']} {exercise['title']}"
    needs = f", builds on {', '.join(exercise['needs'])}" if exercise["needs"] else ""
    anchor = quote(heading.replace(" ", "-"))
    stars = "★" * exercise["stars"]
    return f"[{heading}]({path}#{anchor}) {stars}, {exercise['minutes']} minutes{needs}"


def svg(data: dict) -> str:
    """The map as SVG: a column per notebook, a box per exercise, an arrow for "builds on"."""
    places, headings, y, widest = {}, [], 0, 0
    for chapter in data["chapters"]:
        headings.append(_text(LEFT, y + 24, chapter["title"], 17, "700", BAND))
        column = deepest = 0
        for book in chapter["notebooks"]:
            x = LEFT + column * COLUMN
            headings.append(_text(x, y + 52, book["title"], 13.5, "600"))
            many = len(book["exercises"]) > MOST_ROWS
            rows = FEW_ROWS if many else len(book["exercises"])
            for index, exercise in enumerate(book["exercises"]):
                across, down = divmod(index, rows)
                top = y + TOP + down * (BOX_H + GAP)
                places[exercise["id"]] = (x + across * COLUMN, top, exercise)
            column += ceil(len(book["exercises"]) / rows)
            deepest = max(deepest, rows)
        widest = max(widest, column)
        y += TOP + deepest * (BOX_H + GAP) + 14
    width = LEFT + COLUMN * widest
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" width="{width}" '
        f'height="{y}" role="img" aria-labelledby="map-title map-text" '
        'font-family="system-ui, sans-serif">',
        '<title id="map-title">Map of the course</title>',
        f'<desc id="map-text">{escape(_described(data))}</desc>',
        f'<rect width="{width}" height="{y}" fill="#ffffff"/>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{LINE}"/></marker></defs>',
    ]
    parts += headings
    for place in places.values():
        parts += [_arrow(places[need], place) for need in place[2]["needs"] if need in places]
    parts += [_box(*place) for place in places.values()]
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


def _box(x, y, exercise) -> str:
    title = wrap(f"{exercise['id']} {exercise['title']}", TITLE_CHARACTERS)[:2]
    facts = f"{'★' * exercise['stars']} · {exercise['minutes']} min"
    lines = [_text(x + 12, y + 24 + 18 * i, line, 13.5, "600") for i, line in enumerate(title)]
    return (
        f'<g><rect x="{x}" y="{y}" width="{BOX_W}" height="{BOX_H}" rx="8" fill="{FILL}" '
        f'stroke="{BAND}" stroke-width="1.4"/>'
        + "".join(lines)
        + _text(x + 12, y + BOX_H - 13, facts, 12.5, "400", LINE)
        + "</g>"
    )


def _arrow(start, end) -> str:
    (x1, y1, _), (x2, y2, _) = start, end
    if x1 == x2:
        below = y2 - y1 <= BOX_H + GAP
        if below:
            path = f"M{x1 + BOX_W / 2} {y1 + BOX_H}L{x2 + BOX_W / 2} {y2 - 1}"
        else:
            bend = x1 + BOX_W + 8 + 14 * round((y2 - y1) / (BOX_H + GAP))
            path = (
                f"M{x1 + BOX_W} {y1 + BOX_H / 2}C{bend} {y1 + BOX_H / 2} {bend} {y2 + BOX_H / 2} "
                f"{x2 + BOX_W + 1} {y2 + BOX_H / 2}"
            )
    else:
        a, b = (x1 + BOX_W, x2 - 1) if x1 < x2 else (x1, x2 + BOX_W + 1)
        middle = (a + b) / 2
        top, bottom = y1 + BOX_H / 2, y2 + BOX_H / 2
        path = f"M{a} {top}C{middle} {top} {middle} {bottom} {b} {bottom}"
    return (
        f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.3" marker-end="url(#tip)"/>'
    )
