"""Plots in one style, readable without colour, and each with a sentence that says what it shows.

matplotlib is imported when the first plot is made, not with this module.
"""

import base64
from html import escape
from io import BytesIO

# Okabe and Ito's palette, in an order that keeps neighbours apart in grey too
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, INK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#6F7982",
)  # fmt: skip
COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, INK)
LINE = "#7B8794"  # axes and grids; like INK it can be seen on light and on dark pages
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DPI = 120


def style():
    """The course's matplotlib settings as a context: `with style(): ...`."""
    import matplotlib
    from cycler import cycler

    return matplotlib.rc_context(
        {
            "axes.prop_cycle": cycler(color=COLOURS, linestyle=LINES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": LINE,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.titlesize": 12,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.labelsize": 11,
            "grid.color": LINE,
            "grid.alpha": 0.25,
            "text.color": INK,
            "axes.labelcolor": INK,
            "lines.linewidth": 2.2,
            "lines.markersize": 7,
            "legend.frameon": False,
            "xtick.color": INK,
            "ytick.color": INK,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "font.size": 10.5,
        }
    )


def axes(xlabel, ylabel, title="", columns=1, width=6.4, height=3.6):
    """(figure, axes) in the course's style with labelled axes; an array of axes if columns > 1.

    The figure does not show itself: finish with `show(figure, alt)`.
    """
    from matplotlib.figure import Figure

    with style():
        fig = Figure(figsize=(width, height), layout="constrained")
        ax = fig.subplots(1, columns)
        for one in ax if columns > 1 else [ax]:
            one.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return fig, ax


def png(fig):
    """The figure as the bytes of a PNG file."""
    from matplotlib.text import Text

    for text in fig.findobj(Text):  # black words vanish on a dark page
        if text.get_color() in ("black", "k"):
            text.set_color(INK)
    buffer = BytesIO()
    fig.savefig(buffer, format="png", dpi=DPI, pil_kwargs={"compress_level": 1})
    return buffer.getvalue()


class Picture:
    """A figure as an HTML image with alternative text."""

    def __init__(self, fig, alt):
        if not alt:
            raise ValueError("say in words what the picture shows: show(fig, alt)")
        self.alt = alt
        self.png = png(fig)
        self.width, self.height = (round(100 * inches) for inches in fig.get_size_inches())

    def _repr_html_(self):
        data = base64.b64encode(self.png).decode()
        return (
            f'<img alt="{escape(self.alt)}" width="{self.width}" height="{self.height}"'
            f' style="max-width:100%;object-fit:contain" src="data:image/png;base64,{data}">'
        )

    def __repr__(self):
        return f"[picture: {self.alt}]"


def show(fig, alt):
    """Display a figure; `alt` says in a sentence what it shows, for those who cannot see it."""
    from IPython.display import display

    display(Picture(fig, alt))


def plot_descent(f, df, xs, domain=None, title="Gradient descent"):
    """The curve of f with the points xs = [x0, x1, ...] that gradient descent visits.

    The slope df is drawn at the first four of them.
    domain: (left, right) end of the x axis; by default the points with some room.
    """
    import numpy as np

    xs = [float(x) for x in xs]
    ys = [float(f(x)) for x in xs]
    margin = max(0.4 * (max(xs) - min(xs)), 0.6 * max(map(abs, xs))) or 1.0
    left, right = domain or (min(xs) - margin, max(xs) + margin)
    grid = np.linspace(left, right, 200)
    curve = [float(f(x)) for x in grid]
    reach = 0.1 * (right - left)
    fig, ax = axes("x", "f(x)", title)
    with style():
        ax.plot(grid, curve, color=BLUE, label="f")
        for k, (x, y) in enumerate(zip(xs, ys, strict=True)):
            if k < 4:
                rise = float(df(x)) * reach
                name = "slope" if k == 0 else None
                ends = [x - reach, x + reach], [y - rise, y + rise]
                ax.plot(*ends, color=ORANGE, linestyle="--", linewidth=1.6, label=name)
            if k:
                ax.annotate(
                    "",
                    (x, y),
                    (xs[k - 1], ys[k - 1]),
                    arrowprops={"arrowstyle": "->", "color": INK},
                )
        ax.plot(xs, ys, color=RED, linestyle="none", marker="o", label="steps", zorder=3)
        for k in sorted({0, len(xs) - 1}):
            name = f"$x_{{{k}}}$ = {xs[k]:.3g}"
            above = {"xytext": (0, 9), "textcoords": "offset points", "ha": "center"}
            ax.annotate(name, (xs[k], ys[k]), fontweight="bold", **above)
        bottom, top = min(ys + curve), max(ys)
        ax.set_ylim(bottom - 0.12 * (top - bottom or 1), top + 0.3 * (top - bottom or 1))
        ax.legend()
    steps = len(xs) - 1
    show(
        fig,
        f"{title}: {steps} step{'s' * (steps != 1)} on the curve of f,"
        f" from x = {xs[0]:.4g}, f = {ys[0]:.4g} to x = {xs[-1]:.4g}, f = {ys[-1]:.4g}.",
    )


def plot_losses(losses, target=None, title="Loss while training"):
    """Losses per step, a list or a dict {name: list}, on a logarithmic axis.

    `target` is drawn as a horizontal line.
    Losses that a logarithm cannot show (zero, negative, infinite, nan) leave a gap.
    """
    import numpy as np

    curves = losses if isinstance(losses, dict) else {"loss": losses}
    fig, ax = axes("step", "loss (log scale)", title)
    ax.set_yscale("log")
    words = []
    with style():
        for k, (name, values) in enumerate(curves.items()):
            values = np.asarray([float(v) for v in values])
            if not len(values):
                raise ValueError(f"{name}: there are no losses to plot")
            shown = np.where(np.isfinite(values) & (values > 0), values, np.nan)
            marks = {"marker": MARKERS[k % len(MARKERS)], "markevery": max(1, len(values) // 8)}
            ax.plot(shown, label=name, markersize=5, **marks)
            words.append(
                f"{name} goes from {values[0]:.3g} to {values[-1]:.3g} in {len(values)} steps"
            )
        if target is not None:
            ax.axhline(target, color=INK, linestyle=":", linewidth=1.6, label=f"target {target:g}")
            words.append(f"the target is {target:g}")
        if len(curves) > 1 or target is not None:
            ax.legend()
    show(fig, f"{title}: {'; '.join(words)}.")


def show_digits(images, labels, predicted=None, limit=20):
    """The first images, (n, 8, 8) or (n, 64), each under its label.

    labels and predicted: n digits each; a wrong prediction is framed, crossed and named.
    """
    import numpy as np
    from matplotlib.figure import Figure

    images, labels = np.asarray(images, dtype=float), np.asarray(labels)
    if predicted is not None and len(predicted) != len(labels):
        raise ValueError(f"{len(labels)} labels, but {len(predicted)} predictions")
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images, but {len(labels)} labels")
    n = min(len(images), limit)
    side = round(images[0].size ** 0.5)
    columns = min(n, 10)
    rows = -(-n // columns)
    with style():
        fig = Figure(figsize=(0.82 * columns + 0.2, 1.12 * rows + 0.1), layout="constrained")
        words = []
        for k, ax in enumerate(fig.subplots(rows, columns, squeeze=False).flat):
            if k >= n:
                ax.axis("off")
                continue
            ax.imshow(images[k].reshape(side, side), cmap="gray_r")
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
            text, wrong = f"{labels[k]}", predicted is not None and predicted[k] != labels[k]
            if wrong:
                text = f"{labels[k]}, not {predicted[k]}"
            for spine in ax.spines.values():
                spine.set(
                    visible=True, color=RED if wrong else "#cbd2d9", linewidth=3 if wrong else 1
                )
            if wrong:
                ax.plot(
                    0.88, 0.88, "X", color=RED, transform=ax.transAxes, clip_on=False, markersize=9
                )
            ax.set_title(text, loc="center", fontsize=10, color=RED if wrong else INK)
            words.append(f"{labels[k]} taken for {predicted[k]}" if wrong else text)
    show(fig, f"{n} handwritten digits: {', '.join(words)}.")
