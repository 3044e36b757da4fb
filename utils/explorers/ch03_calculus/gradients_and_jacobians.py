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
    length = np.linalg.norm(step)
    end, back = start + step, -min(0.09, length / 5) * step / length
    side = np.array([-back[1], back[0]])
    chart.line(*np.transpose([start, end]), colour, dash=dash, label=label, width=2.8)
    chart.line(
        *np.transpose([end + 2 * back + side, end, end + 2 * back - side]), colour, width=2.8
    )


# 3.7 --------------------------------------------------------------------------------------------------


def square_explorer():
    """A square with its corner at (x, y) among others of its size, their images, and what the Jacobian says.

    Both pictures zoom in as the side becomes smaller: then the images look like parallelograms.
    """
    return explore(
        _square, x=(-1.5, 1.5, 0.25, -0.5), y=(-1.5, 1.5, 0.25, 0.75), side=(0.05, 1.0, 0.05, 0.8)
    )


def _map(x, y):
    return np.stack([x + y**2 / 2, y + x**2 / 2])


def _square(x, y, side):
    slopes = np.array([[1, y], [x, 1]])
    far = 2.6 * side
    stretched = far * max(1, np.linalg.norm(slopes, 2)) * 0.8
    corner, centre = np.array([x, y]), np.array([x, y]) + side / 2
    middle = _map(x, y) + slopes @ [side / 2, side / 2]
    before, after = (
        Chart(
            *labels, title, x=(at[0] - reach, at[0] + reach), y=(at[1] - reach, at[1] + reach),
            width=380, height=396,
        )
        for title, labels, at, reach in (
            ("A square", ("x", "y"), centre, far),
            ("Its image", ("first output", "second output"), middle, stretched),
        )
    )  # fmt: skip
    run = np.linspace(-2 * side, 3 * side, 41)
    for k in range(-2, 4):
        for dx, dy in ((run, 0 * run + k * side), (0 * run + k * side, run)):
            before.line(x + dx, y + dy, INK, width=0.7)
            after.line(*_map(x + dx, y + dy), INK, width=0.7)
    edge, none = np.linspace(0, side, 13), np.zeros(13)
    full = none + side
    outline = np.stack(
        [
            np.concatenate([edge, full, side - edge, none]),
            np.concatenate([none, edge, full, side - edge]),
        ]
    )
    image, straight = _map(*(corner[:, None] + outline)), _map(x, y)[:, None] + slopes @ outline
    before.line(*(corner[:, None] + outline), BLUE, width=3, label="square")
    after.line(*image, BLUE, width=3, label="image")
    after.line(*straight, ORANGE, dash="6 4", width=3, label="by the Jacobian")
    for chart, place, sides in ((before, corner, np.eye(2)), (after, _map(x, y), slopes)):
        chart.points(*place[:, None], RED, "D")
        for name, way in (("1", sides[:, 0]), ("2", sides[:, 1])):
            chart.text(*(place + 1.18 * side * way), name, size=14, bold=True)
    gap, area = np.max(np.hypot(*(image - straight))) / side, 1 - x * y
    turned = ", and it is turned over as in a mirror" if area < 0 else ""
    if area == 0:
        turned = ": it is flat"
    (a, b), (c, d) = [[number_text(slope) for slope in row] for row in slopes]
    return [before, after], (
        f"At ({number_text(x)}, {number_text(y)}) the Jacobian is [{a}, {b}; {c}, {d}]. Its columns say "
        "where the sides 1 and 2 lead. The area of the orange figure is that of the square times "
        f"|det| = {abs(area):.2f}{turned}. "
        f"The true image is off by up to {100 * gap:.0f}% of the side."
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
