"""`Chart`: a small picture as SVG, drawn in about a millisecond, for pictures that move.

The ground is transparent, and texts have a grey that can be read on a light and on a dark page; where
the page is live, it sets them in its own colour.
"""

import math
import struct
import zlib
from base64 import b64encode
from html import escape

import numpy as np

from utils.plots import BLUE, INK, LINE

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
FAR = 1e4  # pixels; what lies further out is drawn there
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MARKERS = {
    "o": "M{a} 0A{a} {a} 0 1 1 -{a} 0A{a} {a} 0 1 1 {a} 0Z",
    "s": "M-{a} -{a}H{a}V{a}H-{a}Z",
    "D": "M0 -{b}L{b} 0L0 {b}L-{b} 0Z",
    "^": "M0 -{b}L{b} {a}H-{b}Z",
    "X": "M-{a} -{a}L{a} {a}M-{a} {a}L{a} -{a}",
}


class Chart:
    """Axes with labels, and what is drawn between them.

        chart = Chart("x", "f(x)", "A parabola", x=(-2, 2), y=(0, 4))
        chart.line(xs, ys, label="f")
        chart.points([1], [1], RED, label="here")
        chart.svg()

    x, y: (low, high) of the axes. xticks, yticks: numbers, or {number: name}; by default round numbers.
    log: the axes with powers of ten, such as "y" or "xy"; numbers are given as they are.
    frame: False for a drawing without axes.
    """

    def __init__(
        self, xlabel, ylabel, title="", *, x, y, xticks=None, yticks=None,
        log="", frame=True, width=460, height=300,
    ):  # fmt: skip
        self.title, self.width, self.height = title, width, height
        self._labels, self._frame, self._log = (xlabel, ylabel), frame, log
        self._x, self._y = (
            tuple(map(_log10, ends)) if a in log else ends for a, ends in zip("xy", (x, y))
        )
        self._xticks = _named(xticks, *x) if xticks or "x" not in log else _powers(*self._x)
        self._yticks = _named(yticks, *y) if yticks or "y" not in log else _powers(*self._y)
        self._marks, self._over, self._legend = [], [], []
        longest = max((len(name) for name in self._yticks.values()), default=0)
        self._left = (14 + 7 * longest + (20 if ylabel else 0)) if frame else 4
        self._right, self._bottom = width - 12, height - ((46 if xlabel else 26) if frame else 4)
        self._top = 30 if title else 10

    def line(self, xs, ys, colour=BLUE, dash="", marker="", label="", width=2.2, size=4):
        """A line through the points; dash as in SVG, such as "6 4"; a gap where y is not finite."""
        look = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"'
        places = self._places(xs, ys)
        self._marks.append(f'<path d="{_path(places)}" {look} stroke-linejoin="round"/>')
        if marker:
            self._marks.append(_markers(places, marker, size, colour))
        if label:
            sample = f'<path d="M0 0H26" {look}/>'
            self._legend.append((sample + _markers([(13, 0)], marker, size, colour), label))

    def points(self, xs, ys, colour=BLUE, marker="o", label="", size=5.5, hollow=False):
        """Markers at the points: o, s (square), D (diamond), ^ or X."""
        self._over.append(_markers(self._places(xs, ys), marker, size, colour, hollow))
        if label:
            self._legend.append((_markers([(13, 0)], marker, size, colour, hollow), label))

    def bars(self, edges, heights, colour=BLUE, label=""):
        """Bars from 0 to `heights`, between neighbouring `edges`: one edge more than heights."""
        xs = [self._px(x) for x in _floats(edges)]
        base = self._py(0)
        for left, right, height in zip(xs, xs[1:], _floats(heights)):
            top = self._py(height)
            self._marks.append(
                f'<rect x="{left:.1f}" y="{min(top, base):.1f}" width="{right - left:.1f}" '
                f'height="{abs(base - top):.1f}" fill="{colour}" stroke="{colour}"/>'
            )
        if label:
            self._legend.append(
                (f'<rect x="6" y="-5" width="14" height="10" fill="{colour}"/>', label)
            )

    def heat(self, values, colour=BLUE, low=0.0, high=1.0, label=""):
        """A grid over the whole picture, lowest row first: `colour` where `high`, nothing where `low`."""
        shares = (np.asarray(values, dtype=float)[::-1] - low) / (high - low)
        pixels = np.empty((*shares.shape, 4), dtype=np.uint8)
        pixels[..., :3] = list(bytes.fromhex(colour[1:]))
        pixels[..., 3] = np.round(255 * np.clip(shares, 0, 1))
        data = b64encode(_png(pixels)).decode()
        self._marks.insert(
            0,
            f'<image width="{self._right - self._left}" height="{self._bottom - self._top}" '
            f'preserveAspectRatio="none" style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{data}"/>',
        )  # fmt: skip
        if label:
            self._legend.append(
                (f'<rect x="6" y="-5" width="14" height="10" fill="{colour}"/>', label)
            )

    def band(self, low, high, colour):
        """The stripe low ≤ y ≤ high."""
        top, bottom = self._py(high), self._py(low)
        self._marks.append(
            f'<rect width="{self.width}" y="{top:.1f}" height="{bottom - top:.1f}" '
            f'fill="{colour}" opacity=".16"/>'
        )

    def text(self, x, y, words, anchor="middle", dx=0, dy=0, size=12, bold=False):
        """Words at the point (x, y), moved by (dx, dy) pixels; anchor: start, middle or end."""
        place = self._px(x) + dx, self._py(y) + dy + 4
        self._over.append(_text(*place, words, anchor, size, bold))

    def box(self, x, y, words, colour=BLUE, dash=""):
        """Words in a round box with a border."""
        wide = 20 + 8 * len(words)
        self._over.append(
            f'<rect x="{self._px(x) - wide / 2:.1f}" y="{self._py(y) - 15:.1f}" width="{wide}" '
            f'height="30" rx="9" fill="#808080" fill-opacity=".14" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
        )
        self.text(x, y, words)

    def svg(self):
        """The picture as the text of an SVG file."""
        entries, rows = self._legend_rows()
        above, height = 20 * rows, self.height + 20 * rows
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height}" '
            f'width="{self.width}" height="{height}" font-family="{FONT}" font-size="12" fill="{INK}">'
        ]
        if self.title:
            parts.append(_text(self._left, 18, self.title, "start", 14, bold=True))
        parts += entries
        parts.append(f'<g transform="translate(0 {above})">')
        if self._frame:
            parts += self._axes()
        wide, high = self._right - self._left, self._bottom - self._top
        # an inner <svg> cuts off what lies outside it
        frame = f'x="{self._left}" y="{self._top}" width="{wide}" height="{high}"'
        parts.append(f"<svg {frame}>{''.join(self._marks)}</svg>")
        # marks at the border are whole
        parts.append(
            f'<g transform="translate({self._left} {self._top})">{"".join(self._over)}</g>'
        )
        return "".join([*parts, "</g></svg>"])

    def _axes(self):
        left, right, top, bottom = self._left, self._right, self._top, self._bottom
        xlabel, ylabel = self._labels
        grid = f'stroke="{LINE}" stroke-opacity=".25"'
        for x, name in self._xticks.items():
            at = left + self._px(x)
            yield f'<path d="M{at:.1f} {top}V{bottom}" {grid}/>'
            yield _text(at, bottom + 17, name)
        for y, name in self._yticks.items():
            at = top + self._py(y)
            yield f'<path d="M{left} {at:.1f}H{right}" {grid}/>'
            yield _text(left - 7, at + 4, name, "end")
        yield f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{LINE}"/>'
        yield _text((left + right) / 2, bottom + 38, xlabel, size=13)
        upright = _text(0, 0, ylabel, size=13)
        yield f'<g transform="translate(14 {(top + bottom) / 2:.1f}) rotate(-90)">{upright}</g>'

    def _legend_rows(self):
        """The entries of the legend from left to right, and the number of rows that they take."""
        entries, x, row = [], self._left, 0
        for sample, label in self._legend:
            wide = 50 + 6.6 * len(label)
            if x + wide > self.width and x > self._left:
                x, row = self._left, row + 1
            entries.append(
                f'<g transform="translate({x:.0f} {self._top + 20 * row + 2})">{sample}'
                f'<text x="33" y="4">{escape(label)}</text></g>'
            )
            x += wide
        return entries, row + 1 if entries else 0

    def _px(self, x):
        low, high = self._x
        x = _log10(x) if "x" in self._log else x
        return _near((x - low) / (high - low) * (self._right - self._left))

    def _py(self, y):
        low, high = self._y
        y = _log10(y) if "y" in self._log else y
        return _near((high - y) / (high - low) * (self._bottom - self._top))

    def _places(self, xs, ys):
        return [(self._px(x), self._py(y)) for x, y in zip(_floats(xs), _floats(ys), strict=True)]


def _log10(number):
    return math.log10(number) if number > 0 else -math.inf


def _near(pixels):
    return pixels if math.isnan(pixels) else min(max(pixels, -FAR), FAR)


def _text(x, y, words, anchor="middle", size=12, bold=False):
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def _floats(numbers):
    return [float(number) for number in numbers]


def _path(places):
    parts, pen_down = [], False
    for x, y in places:
        if math.isnan(x) or math.isnan(y):
            pen_down = False
            continue
        parts.append(f"{'L' if pen_down else 'M'}{x:.1f} {y:.1f}")
        pen_down = True
    return "".join(parts)


def _markers(places, marker, size, colour, hollow=False):
    if not marker:
        return ""
    shape = MARKERS[marker].format(a=size, b=1.3 * size)
    fill = "none" if hollow or marker == "X" else colour
    width = 3 if marker == "X" else 2
    moved = "".join(
        f'<path transform="translate({x:.1f} {y:.1f})" d="{shape}"/>'
        for x, y in places if not (math.isnan(x) or math.isnan(y))
    )  # fmt: skip
    return f'<g fill="{fill}" stroke="{colour}" stroke-width="{width}">{moved}</g>'


def _named(ticks, low, high):
    """{number: name}; without ticks, four to eight round numbers."""
    if isinstance(ticks, dict):
        return ticks
    if ticks is None:
        power = 10.0 ** math.floor(math.log10((high - low) / 4))
        step = next(power * n for n in (10, 5, 2, 1) if power * n <= (high - low) / 3)
        ticks = [
            step * k
            for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        ]
    return {tick: f"{tick:.6g}".replace("-", "\N{MINUS SIGN}") for tick in ticks}


def _powers(low, high):
    """About six powers of ten between 10**low and 10**high, the 1 among them where it lies there."""
    step = max(1, math.ceil((high - low) / 6))
    exponents = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
    return {10.0**k: "1" if k == 0 else f"10{str(k).translate(RAISED)}" for k in exponents}


def _png(pixels):
    """A PNG file of an array of bytes, (height, width, 4): red, green, blue, opacity."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width, _ = pixels.shape
    size = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in pixels))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
