"""Landscapes from above: contour lines of a function of two variables, and paths that cross them.

matplotlib is imported when the first plot is made, not with this module.
"""

from utils.plots import COLOURS, INK, LINE, LINES, MARKERS, axes, show, style


def contour_axes(f, x, y, title="", xlabel="x", ylabel="y", levels=14):
    """(figure, axes) with the contour lines of f; finish with `show(figure, alt)`.

    f takes two arrays of one shape and returns their heights. x, y: (low, high) of the axes.
    levels: the heights of the lines, or how many there are; they lie closer where f is low.
    """
    import numpy as np

    grid = np.meshgrid(np.linspace(*x, 161), np.linspace(*y, 161))
    heights = np.asarray(f(*grid), dtype=float)
    if np.ndim(levels) == 0:
        low, high = heights.min(), heights.max()
        levels = low + (high - low) * np.linspace(0, 1, levels + 2)[1:-1] ** 2
    fig, ax = axes(xlabel, ylabel, title)
    with style():
        look = {"colors": LINE, "linewidths": 1, "linestyles": "solid", "alpha": 0.5}
        ax.contour(*grid, heights, levels=levels, **look)
    return fig, ax


def plot_paths(f, paths, title="Seen from above", xlabel="x", ylabel="y", x=None, y=None):
    """The contour lines of f with paths across them: one (n, 2) array, or a dict {name: array}.

    x, y: (low, high) of the axes; by default all points and some room. What is not finite is left out.
    """
    import numpy as np

    named = paths if isinstance(paths, dict) else {"path": paths}
    rows = {name: np.asarray(path, dtype=float) for name, path in named.items()}
    for name, points in rows.items():
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"{name}: a path has the shape (points, 2), this is {points.shape}")
    x, y = (
        ends or _room(np.concatenate([points[:, k] for points in rows.values()]))
        for k, ends in enumerate((x, y))
    )
    fig, ax = contour_axes(f, x, y, title, xlabel, ylabel)
    words = []
    with style():
        for k, (name, points) in enumerate(rows.items()):
            look = {"color": COLOURS[k % len(COLOURS)], "linestyle": LINES[k % len(LINES)]}
            marker = MARKERS[k % len(MARKERS)]
            ax.plot(*points.T, label=name, linewidth=1.4, marker=marker, markersize=4, **look)
            words.append(f"{name} goes from {_place(points[0])} to {_place(points[-1])}")
        starts = np.array([points[0] for points in rows.values()])
        ax.plot(*starts.T, linestyle="none", marker="s", markersize=9, fillstyle="none", color=INK)
        ax.set(xlim=x, ylim=y)
        if len(rows) > 1:
            ax.legend()
    show(fig, f"{title}: contour lines, and on them {'; '.join(words)}.")


def _room(values):
    """(low, high) of the finite values, with a margin."""
    import numpy as np

    finite = values[np.isfinite(values)]
    if not len(finite):
        raise ValueError("no point of the paths is finite")
    margin = 0.15 * (finite.max() - finite.min()) or 1.0
    return float(finite.min() - margin), float(finite.max() + margin)


def _place(point):
    return "({:.3g}, {:.3g})".format(*point)
