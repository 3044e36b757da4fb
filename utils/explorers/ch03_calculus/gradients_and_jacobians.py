"""Pictures of 3.7, 3.9 and 3.10: a square and its image, a field of gradients, level sets."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.graph import number_text
from utils.plots import BLUE, GREEN, INK, ORANGE, RED, SKY

# 3.10 -------------------------------------------------------------------------------------------------

WIDE, TALL = 3.6, 2.4  # the ends of the axes


def level_sets_explorer():
    """The level sets of x² + 4y²: a point on one of them, its gradient, and how fast f changes on leaving it.

    `around` says where on the level set the point is, `direction` in which direction it is left (degrees).
    """
    return explore(
        _level_sets, c=(-2.0, 9.0, 0.5, 6.0), around=(0, 345, 15, 45), direction=(0, 345, 15, 15)
    )


def _level_sets(c, around, direction):
    chart = Chart(
        "x",
        "y",
        "Level sets of x² + 4y²",
        x=(-WIDE, WIDE),
        y=(-TALL, TALL),
        width=540,
        height=396,  # so that a unit is as long upwards as it is to the right
    )
    turn = np.radians(np.arange(0, 361, 3))
    circle = np.stack([np.cos(turn), np.sin(turn)])
    growth = circle[0] ** 2 + 4 * circle[1] ** 2  # of f along a ray from the origin
    for level in (1, 4, 9, 16):
        chart.line(*np.sqrt(level / growth) * circle, INK, width=0.8)
    if c < 0:
        return (
            chart,
            f"c = {number_text(c)}: the level set has no point. Thin lines: c = 1, 4, 9, 16.",
        )
    if c == 0:
        chart.points([0], [0], BLUE)
        return (
            chart,
            "c = 0: the level set is a single point, the origin. Thin lines: c = 1, 4, 9, 16.",
        )
    chart.line(*np.sqrt(c / growth) * circle, BLUE, label=f"f = {number_text(c)}")
    ray = _towards(around)
    place = np.sqrt(c / (ray[0] ** 2 + 4 * ray[1] ** 2)) * ray
    gradient = np.array([2, 8]) * place
    steepest, step = gradient / np.linalg.norm(gradient), _towards(direction)
    along = np.array([-steepest[1], steepest[0]])
    chart.line(
        *np.transpose([place - 9 * along, place + 9 * along]), INK, dash="3 4", label="tangent"
    )
    _arrow(chart, place, 1.2 * steepest, GREEN, "gradient, direction only")
    _arrow(chart, place, step, ORANGE, "the way you go", dash="7 4")
    chart.points(*place[:, None], RED, "D")
    rate, angle = gradient @ step, np.degrees(np.arccos(np.clip(steepest @ step, -1, 1)))
    where = (
        "f does not change at first" if abs(rate) < 0.005 else f"f changes by {rate:+.2f} per unit"
    )
    if abs(angle - 90) < 5 and abs(rate) >= 0.005:
        where += ", almost not at all"
    return chart, (
        f"At ({place[0]:.2f}, {place[1]:.2f}), where f = {number_text(c)}, you leave at "
        f"{angle:.0f}° to the gradient: "
        f"{where}. Straight along the gradient it would be {np.linalg.norm(gradient):+.2f}."
    ).replace("-", "\N{MINUS SIGN}")


def _towards(degrees):
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


def _arrow(chart, start, step, colour, label="", dash=""):
    """An arrow in axes on which a unit is equally long both ways."""
    end, back = start + step, -0.09 * step / np.linalg.norm(step)
    side = np.array([-back[1], back[0]])
    chart.line(*np.transpose([start, end]), colour, dash=dash, label=label, width=2.8)
    chart.line(
        *np.transpose([end + 2 * back + side, end, end + 2 * back - side]), colour, width=2.8
    )


# 3.7 --------------------------------------------------------------------------------------------------


def square_explorer():
    """A square with its corner at (x, y), its image under a map, and what the Jacobian makes of it."""
    return explore(
        _square, x=(-2.0, 2.0, 0.25, 0.5), y=(-1.5, 1.5, 0.25, 1.0), side=(0.1, 1.5, 0.1, 1.0)
    )


def _map(p):
    """(x + y²/2, y + xy/2) of points in columns."""
    return np.array([p[0] + p[1] ** 2 / 2, p[1] + p[0] * p[1] / 2])


def _square(x, y, side):
    corner = np.array([x, y])
    slopes = np.array([[1, y], [y / 2, 1 + x / 2]])
    edge = np.linspace(0, 1, 13)
    none, full = np.zeros(13), np.ones(13)
    outline = side * np.stack(
        [np.concatenate([edge, full, 1 - edge, none]), np.concatenate([none, edge, full, 1 - edge])]
    )
    image, straight = _map(corner[:, None] + outline), _map(corner)[:, None] + slopes @ outline
    before = Chart("x", "y", "A square", x=(-4, 4), y=(-4, 4), width=380, height=396)
    after = Chart(
        "first output", "second output", "Its image", x=(-4, 8), y=(-6, 6), width=380, height=396
    )
    for k in np.arange(-4, 4.1):
        line = np.stack([np.full(33, k), np.linspace(-4, 4, 33)])
        for one in (line, line[::-1]):
            before.line(*one, INK, width=0.5)
            after.line(*_map(one), INK, width=0.5)
    before.line(*corner[:, None] + outline, BLUE, width=3, label="square")
    after.line(*image, BLUE, width=3, label="image")
    after.line(*straight, ORANGE, dash="6 4", width=3, label="by the Jacobian")
    for chart, place, sides in ((before, corner, np.eye(2)), (after, _map(corner), slopes)):
        chart.points(*place[:, None], RED, "D")
        chart.text(*(place + 1.15 * side * sides[:, 0]), "1", bold=True)
        chart.text(*(place + 1.15 * side * sides[:, 1]), "2", bold=True)
    gap = np.max(np.hypot(*(image - straight))) / side
    (a, b), (c, d) = slopes
    area = np.linalg.det(slopes)
    turned = " and turned over, like in a mirror" if area < -1e-9 else ""
    if abs(area) < 1e-9:
        turned = ": the parallelogram is flat"
    return [before, after], (
        f"At ({number_text(x)}, {number_text(y)}) the Jacobian is [{number_text(a)}, {number_text(b)}; "
        f"{number_text(c)}, {number_text(d)}]. Its columns are the images of sides 1 and 2 of "
        "a unit square; areas are "
        f"multiplied by |det| = {abs(area):.2f}{turned}. The orange figure misses the true image by up to "
        f"{100 * gap:.0f}% of the side; the smaller the square, the smaller this share."
    ).replace("-", "\N{MINUS SIGN}")


# 3.9 --------------------------------------------------------------------------------------------------

A = np.array([1.5, 0.75])


def softplus_field(gradient):
    """log(1 + exp(a·x)) for a = (1.5, 0.75) as shades, with the arrows that `gradient(a, x)` gives."""

    def draw():
        end = 3.0
        chart = Chart(
            "x1", "x2", "softplus of a·x, and your gradients", x=(-end, end), y=(-end, end),
            width=420, height=436,
        )  # fmt: skip
        side = end * ((np.arange(60) + 0.5) / 30 - 1)
        across, upward = np.meshgrid(side, side)
        chart.heat(
            np.logaddexp(0, A[0] * across + A[1] * upward), SKY, high=9, label="bluer: higher"
        )
        ridge = np.array([-A[1], A[0]])
        chart.line(*np.transpose([-9 * ridge, 9 * ridge]), INK, dash="3 4", label="a·x = 0")
        places = [np.array([x1, x2]) for x1 in range(-2, 3) for x2 in range(-2, 3)]
        lengths = []
        for place in places:
            arrow = np.asarray(gradient(A.copy(), place.astype(float)), dtype=float)
            if arrow.shape != (2,):
                raise ValueError(f"a gradient of the shape {arrow.shape} cannot be drawn")
            lengths.append(np.linalg.norm(arrow))
            if lengths[-1] > 0.05:
                _arrow(chart, place, arrow / 2, BLUE)
            chart.points(*place[:, None], BLUE, size=2.5)
        return chart, (
            "Arrows of half the length of your gradients at 25 points, for a = (1.5, 0.75). "
            "The shortest gradient has "
            f"the length {min(lengths):.2f}, the longest {max(lengths):.2f}; a itself has "
            f"{np.linalg.norm(A):.2f}."
        )

    return explore(draw)
