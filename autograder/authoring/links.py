"""Links between the notebooks, put where an author writes {{links of the course}} and the like."""

from __future__ import annotations

from collections.abc import Callable

from autograder.authoring import picture
from autograder.course.cell_ids import grade_id
from autograder.course.way_on import address

MAP = "images/course_map.svg"


def filled(text: str, notebook: str, data: dict) -> str:
    """A cell's text with every {{placeholder}} replaced; `data` is the course map."""
    for placeholder, made in PLACEHOLDERS.items():
        if placeholder in text:
            text = text.replace(placeholder, made(notebook, data))
    return text


def course_links(notebook: str, data: dict) -> str:
    """The course as nested Markdown lists: chapter, notebook, exercise with stars and minutes."""
    lines = []
    for chapter in data["chapters"]:
        lines.append(f"**{chapter['title']}**\n")
        for book in chapter["notebooks"]:
            minutes = sum(exercise["minutes"] for exercise in book["exercises"])
            lines.append(
                f"- [{book['title']}]({address(book['path'], notebook)}), about {minutes} minutes"
            )
            for exercise in book["exercises"]:
                lines.append(f"  - {_exercise(exercise, book, notebook)}")
        lines.append("")
    return "\n".join(lines).strip()


def _exercise(exercise: dict, book: dict, notebook: str) -> str:
    needs = f", builds on {', '.join(exercise['needs'])}" if exercise["needs"] else ""
    link = f"[{_heading(exercise)}]({_place(exercise, book, notebook)})"
    return f"{link} {'★' * exercise['stars']}, {exercise['minutes']} minutes{needs}"


def course_map(notebook: str, data: dict) -> str:
    """The map as a picture on which every box is a link (where styles are kept: in JupyterLab)."""
    boxes, width, height = picture.layout(data)
    books = {
        e["id"]: book
        for c in data["chapters"]
        for book in c["notebooks"]
        for e in book["exercises"]
    }
    links = [
        f'<a href="{_place(box.exercise, books[box.exercise["id"]], notebook)}" '
        f'title="{_heading(box.exercise)}" style="position: absolute; '
        f"left: {100 * box.x / width:.2f}%; top: {100 * box.y / height:.2f}%; "
        f'width: {100 * picture.BOX_W / width:.2f}%; height: {100 * picture.BOX_H / height:.2f}%"></a>'
        for box in boxes
    ]
    alt = (
        "Map of the course: the notebooks as columns, their exercises as boxes with stars, minutes "
        "and what they build on. The list below says the same in words."
    )
    return "\n".join(
        [
            '<div style="position: relative">',
            f'<img src="{address(MAP, notebook)}" alt="{alt}" width="100%" style="display: block">',
            *links,
            "</div>",
        ]
    )


def first(notebook: str, data: dict) -> str:
    """Where the course begins."""
    book = data["chapters"][0]["notebooks"][0]
    exercise = book["exercises"][0]
    return f"[**Next: {_heading(exercise)}**]({_place(exercise, book, notebook)})"


def _heading(exercise: dict) -> str:
    return f"{exercise['id']} {exercise['title']}"


def _place(exercise: dict, book: dict, notebook: str) -> str:
    """The address of an exercise: JupyterLab goes to the cell with this id."""
    return f"{address(book['path'], notebook)}#cell-id={grade_id('exercise', exercise['id'])}"


PLACEHOLDERS: dict[str, Callable[[str, dict], str]] = {
    "{{links of the course}}": course_links,
    "{{map of the course}}": course_map,
    "{{first exercise}}": first,
}
