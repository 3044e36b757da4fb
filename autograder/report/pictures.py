"""The pictures of the class page: SVG in data: URIs, in words as well, readable without colour.

matplotlib is imported when the first picture is made.
"""

from __future__ import annotations

import base64
from html import escape
from io import StringIO

from autograder.report.item_analysis import WEAK, PartStatistics, quartiles, tenths
from utils.plots import BLUE, INK, ORANGE, RED, SKY, axes, style

BARS = {"color": SKY, "edgecolor": "#52606d", "linewidth": 0.6}
MARKERS = {"": ("o", BLUE, "tells students apart"), "weak": ("D", ORANGE, f"weak (below {WEAK})"),
           "negative": ("X", RED, "negative")}  # fmt: skip


def distribution(shares: list[float], title: str) -> str:
    """How many students earned which share of the points: an <img>."""
    counts = tenths(shares)
    figure, ax = axes("points, in percent of the maximum", "students", title, width=5.6, height=2.6)
    said = "; ".join(
        f"{10 * i} to {10 * i + 10} %: {count}" for i, count in enumerate(counts) if count
    )
    alt = f"Histogram, {title}: {_students(len(shares))} by share of the points. {said}."
    with style():
        bars = ax.bar(range(5, 100, 10), counts, width=9, **BARS)
        white = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        shown = [str(count) if count else "" for count in counts]
        ax.bar_label(bars, shown, padding=2, bbox=white, zorder=3)
        if len(shares) > 1:
            _, median, _ = quartiles(shares)
            ax.axvline(100 * median, ymax=0.84, color=INK, linestyle="--", linewidth=1.4)
            words = f"median {100 * median:.0f} %"
            side = {"ha": "right" if median > 0.85 else "left" if median < 0.15 else "center"}
            ax.text(100 * median, 0.87, words, transform=ax.get_xaxis_transform(), **side)
            alt += f" The {words}."
        ax.set(xlim=(0, 100), ylim=(0, 1.4 * max(counts)), xticks=range(0, 101, 10))
        ax.yaxis.get_major_locator().set_params(integer=True)
        ax.grid(axis="x", visible=False)
    return _image(figure, alt)


def part_chart(parts: list[PartStatistics], title: str) -> str:
    """How well every part was solved, and how well it tells students apart: an <img>."""
    with_dots = any(part.discrimination is not None for part in parts)
    columns, height = (2 if with_dots else 1), 1.3 + 0.21 * len(parts)
    figure, all_axes = axes("", "", columns=columns, width=8.4, height=height)
    left = all_axes[0] if with_dots else all_axes
    alt = f"Bars, {title}: the mean share of the points of each part. " + "; ".join(
        f"{part.part}: {100 * part.share:.0f} %" for part in parts
    )
    with style():
        left.set_title(title)
        _bars(left, parts)
        if with_dots:
            all_axes[1].set_title("Discrimination of each part")
            _dots(all_axes[1], parts)
            alt += ". Dots: the discrimination of each part. " + _dots_in_words(parts)
        for ax in figure.axes:
            ax.set_yticks(range(len(parts)), [part.part for part in parts])
            ax.set_ylim(len(parts) - 0.4, -0.6)
            ax.tick_params(axis="y", length=0, labelsize=9)
            ax.grid(axis="y", visible=False)
    return _image(figure, alt + ".")


def _bars(ax, parts: list[PartStatistics]) -> None:
    shares = [100 * part.share for part in parts]
    bars = ax.barh(range(len(parts)), shares, height=0.7, **BARS)
    ax.bar_label(bars, [f"{share:.0f}" for share in shares], padding=2, fontsize=8)
    for one, part in zip(bars, parts):
        if part.bonus:
            one.set_facecolor("white")
    ax.set(xlabel="points on average, in percent", xlim=(0, 108), xticks=range(0, 101, 20))


def _dots(ax, parts: list[PartStatistics]) -> None:
    known = [(part, place) for place, part in enumerate(parts) if part.discrimination is not None]
    for mark, (marker, colour, label) in MARKERS.items():
        mine = [(part.discrimination, place) for part, place in known if part.mark == mark]
        if mine:
            look = {"color": colour, "markeredgecolor": INK, "markeredgewidth": 0.7}
            ax.plot(*zip(*mine), marker, label=label, markersize=6.5, **look)
    ax.axvline(0, color=INK, linewidth=1)
    ax.axvline(WEAK, color=INK, linewidth=1, linestyle=":")
    lowest = min(part.discrimination for part, _ in known)
    ax.set(xlabel="discrimination", xlim=(min(-0.1, lowest - 0.1), 1))
    ax.figure.legend(loc="outside lower right", ncols=3, fontsize=9, handletextpad=0.2)


def _dots_in_words(parts: list[PartStatistics]) -> str:
    known = [part for part in parts if part.discrimination is not None]
    return "; ".join(
        f"{part.part}: {part.discrimination:.2f}" + (f", {part.mark}" if part.mark else "")
        for part in known
    )


def _students(count: int) -> str:
    return f"{count} {'student' if count == 1 else 'students'}"


def _image(figure, alt: str) -> str:
    """The figure as an <img> that holds its picture."""
    import matplotlib

    buffer = StringIO()
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "report"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    code = base64.b64encode(buffer.getvalue().encode()).decode()
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    return (
        f'<img class="picture" width="{width}" height="{height}" alt="{escape(alt)}" '
        f'src="data:image/svg+xml;base64,{code}">'
    )
