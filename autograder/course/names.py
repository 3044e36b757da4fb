"""The names of notebooks and chapters: ch02_autograd/02_operations is notebook 02_operations of a chapter."""

from __future__ import annotations

CHAPTER_TITLES = {
    "ch02_autograd": "Chapter 2 · Automatic differentiation",
    "ch03_calculus": "Chapter 3 · Calculus and automatic differentiation",
    "ch06_networks": "Chapter 6 · Neural networks",
    "ch07_gradients": "Chapter 7 · Gradients and initialisation",
}


def chapter_title(chapter: str) -> str:
    """Chapter 2 · Automatic differentiation; the folder's name for a chapter without a title."""
    return CHAPTER_TITLES.get(chapter, chapter)


def chapter_of(notebook: str) -> str:
    """The folder of a notebook, which is nbgrader's assignment; empty for the start page."""
    return notebook.rpartition("/")[0]


def stem_of(notebook: str) -> str:
    """The file's name without suffix: nbgrader's notebook name."""
    return notebook.rpartition("/")[2]
