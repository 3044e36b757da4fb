"""Explorers of 3.25 to 3.29: valleys and learning rates, momentum, Newton's step, a saddle."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, LINE, ORANGE, PURPLE, RED, SKY

FROM = np.array([1.0, 1.0])
FAR = 1e12  # a path that gets there is drawn no further


def walk(learning_rate, momentum, steepness, steps):
    """The points that descent visits from (1, 1) in the valley (x² + steepness · y²) / 2.

    It stops early where it flies away, so that nothing overflows.
    """
    here, speed, visited = FROM, np.zeros(2), [FROM]
    for _ in range(steps):
        slope = here * (1.0, steepness)
        speed = momentum * speed + slope
        here = here - learning_rate * speed
        visited.append(here)
        if np.abs(here).max() > FAR:
            break
    return np.array(visited)


def height(points, steepness):
    """The height of the valley at points (…, 2)."""
    return (points[..., 0] ** 2 + steepness * points[..., 1] ** 2) / 2


def valley_explorer():
    """Plain descent in a valley of the curvatures 1 and 100, from above and coordinate by coordinate."""
    return explore(_valley, learning_rate=(0.001, 0.021, 0.0005, 0.019), steps=(0, 80, 1, 30))


def _valley(learning_rate, steps):
    path = walk(learning_rate, 0.0, 100.0, steps)
    count = np.arange(len(path))
    curves = Chart(
        "step", "coordinate", "Each coordinate", x=(0, max(steps, 1)), y=(-1.3, 1.3),
        width=400, height=320,
    )  # fmt: skip
    for values, colour, dash, marker, name in (
        (path[:, 0], BLUE, "", "", "w1, along the valley"),
        (path[:, 1], ORANGE, "6 4", "o", "w2, across"),
    ):
        curves.line(count, values, colour, dash=dash, marker=marker, size=2, label=name, width=1.8)
    turns = int(np.sum(path[1:, 1] * path[:-1, 1] < 0))
    across = abs(path[-1, 1])
    if across > 1.0001 and steps:
        fate = "and it swings further and further: the path leaves the valley"
    else:
        fate = f"and its size went from 1 to {_short(across)}"
    return [_from_above(path, 100.0, "w1", "w2"), curves], (
        f"Learning rate {learning_rate:.4f}. In {len(path) - 1} steps w2 changed its sign {turns} times, "
        f"{fate}. Along the valley w1 has come from 1 to {_short(path[-1, 0])}."
    )


def heavy_ball_explorer():
    """Descent with momentum in a valley of any steepness, beside plain steps of the same learning rate."""
    return explore(
        _heavy_ball,
        steepness=(2, 100, 1, 50),
        learning_rate=(0.001, 0.05, 0.001, 0.01),
        momentum=(0.0, 0.98, 0.02, 0.8),
        steps=(5, 150, 5, 60),
    )


def _heavy_ball(steepness, learning_rate, momentum, steps):
    paths = [walk(learning_rate, mu, float(steepness), steps) for mu in (0.0, momentum)]
    losses = [height(path, steepness) for path in paths]
    chart = Chart(
        "step", "height", "How high it is", x=(0, steps), y=(1e-12, 1e4), log="y", width=400, height=320
    )  # fmt: skip
    looks = (("plain steps", ORANGE, "6 4"), ("with momentum", BLUE, ""))
    for loss, (name, colour, dash) in zip(losses, looks):
        chart.line(np.arange(len(loss)), loss + 1e-300, colour, dash=dash, label=name)
    plain, heavy = (loss[-1] for loss in losses)
    better = "Momentum is ahead" if heavy < plain else "Plain steps are ahead"
    better = "Both are the same" if heavy == plain else better
    before = height(FROM, steepness)
    words = [
        "has left the valley" if now > before else f"is at the height {_short(now)}"
        for now in (plain, heavy)
    ]
    above = _from_above(paths[1], float(steepness), "x", "y", plain=paths[0])
    return [above, chart], (
        f"The valley is {steepness} times as steep across as along. After {steps} steps with a learning rate "
        f"of {learning_rate:.3f}, plain descent {words[0]}, and with momentum {momentum:.2f} it {words[1]}. "
        f"{better}."
    )


def _from_above(path, steepness, xlabel, ylabel, plain=None):
    """The valley with its contour lines and a path, or two."""
    chart = Chart(
        xlabel, ylabel, "The valley from above", x=(-1.2, 1.3), y=(-1.3, 1.3), width=400, height=320
    )
    turn = np.linspace(0, 2 * np.pi, 121)
    top = height(FROM, steepness)
    for level in top * np.array([0.01, 0.06, 0.2, 0.45, 0.8, 1.25]):
        chart.line(
            np.sqrt(2 * level) * np.cos(turn), np.sqrt(2 * level / steepness) * np.sin(turn), LINE, width=1
        )  # fmt: skip
    if plain is not None:
        chart.line(*plain.T, ORANGE, dash="6 4", width=1.6)
    chart.line(*path.T, BLUE, width=1.6)
    inside = path[np.abs(path).max(axis=1) < 1.3]
    chart.points(*inside.T, BLUE, size=2)
    chart.points([0], [0], GREEN, "X", label="minimum")
    chart.points([1], [1], ORANGE, "s", label="start", hollow=True)
    return chart


def newton_explorer():
    """Newton's path and that of plain descent on a landscape with two valleys and a pass between them."""
    return explore(
        _newton, start_x=(-2.0, 2.0, 0.1, 0.6), start_y=(-1.5, 1.5, 0.1, -1.2), steps=(0, 12, 1, 6)
    )


FLAT = np.sqrt(17 / 8) * np.array(
    [1.0, -0.25]
)  # one of the two minima of `hills`; the other is opposite


def hills(x, y):
    """Two valleys with a pass between them."""
    return x**4 / 4 - x**2 + x * y / 2 + y**2


def _slope_and_bends(at):
    x, y = at
    return np.array([x**3 - 2 * x + y / 2, x / 2 + 2 * y]), np.array(
        [[3 * x**2 - 2, 0.5], [0.5, 2.0]]
    )


def two_ways(start_x, start_y, steps):
    """(the points of Newton's method, those of descent with the learning rate 0.1)."""
    jumps, slides = ([np.array([start_x, start_y])] for _ in range(2))
    for _ in range(steps):
        slope, bends = _slope_and_bends(jumps[-1])
        (a, b), (_, d) = bends
        way = np.array([d * slope[0] - b * slope[1], a * slope[1] - b * slope[0]])
        jumps.append(jumps[-1] - way / (a * d - b * b))
        slides.append(slides[-1] - 0.1 * _slope_and_bends(slides[-1])[0])
    return np.array(jumps), np.array(slides)


def _newton(start_x, start_y, steps):
    jumps, slides = two_ways(start_x, start_y, steps)
    chart = Chart(
        "x", "y", "Two valleys and a pass", x=(-2.6, 2.6), y=(-2.0, 2.0), width=560, height=400
    )
    x, y = np.meshgrid(2.6 * _sides(130), 2.0 * _sides(100))
    levels = np.floor(np.sqrt(np.clip(hills(x, y) + 1.2, 0, 9)) * 4)
    chart.heat(levels, SKY, low=12, high=-1, label="more blue: lower")
    chart.line(
        *slides.T, ORANGE, dash="6 4", marker="s", size=3, label="descent, learning rate 0.1"
    )
    chart.line(*jumps.T, RED, marker="o", size=4, label="Newton")
    chart.points([start_x], [start_y], PURPLE, "D", label="start", size=5)
    chart.points([-FLAT[0], FLAT[0]], [-FLAT[1], FLAT[1]], GREEN, "X", label="minima")
    chart.points([0], [0], PURPLE, "s", label="saddle", hollow=True)
    slope, bends = _slope_and_bends(jumps[-1])
    curvatures = np.linalg.eigvalsh(bends)
    flat = np.linalg.norm(slope) < 1e-6
    kind = "a minimum" if curvatures[0] > 0 else "a saddle"
    where = (
        f"and there is no slope there: with the curvatures {_short(curvatures[0])} and "
        f"{_short(curvatures[1])} it is {kind}"
        if flat
        else f"where the slope has the length {_short(np.linalg.norm(slope))}"
    )
    climbed = np.diff(hills(*jumps.T)) > 1e-9
    up = f" It went uphill in step {int(np.argmax(climbed)) + 1}." if climbed.any() else ""
    return chart, (
        f"After {steps} steps Newton's path is at {_pair(jumps[-1])}, {where}.{up} Plain descent is at "
        f"{_pair(slides[-1])}, at the height {_short(hills(*slides[-1]))}."
    )


def _sides(count):
    """The middles of `count` equal parts of the stretch from −1 to 1."""
    return 2 * (np.arange(count) + 0.5) / count - 1


def saddle_explorer():
    """Descent on x² − y² from (1, 10^k): towards the saddle, then away from it."""
    return explore(
        _saddle,
        power_of_ten_of_y0=(-12, -1, 1, -4),
        learning_rate=(0.02, 0.45, 0.01, 0.1),
        steps=(0, 120, 1, 40),
    )


def _saddle(power_of_ten_of_y0, learning_rate, steps):
    small = 10.0**power_of_ten_of_y0
    count = np.arange(steps + 1)
    xs, ys = (1 - 2 * learning_rate) ** count, small * (1 + 2 * learning_rate) ** count
    ground = Chart(
        "x", "y", "The saddle from above", x=(-1.2, 1.3), y=(-1.3, 1.3), width=400, height=320
    )
    t = np.linspace(-2.5, 2.5, 61)
    for level in (0.1, 0.4, 0.9):
        for sign in (-1, 1):
            ground.line(
                sign * np.sqrt(level) * np.cosh(t), np.sqrt(level) * np.sinh(t), LINE, width=1
            )
            ground.line(
                np.sqrt(level) * np.sinh(t), sign * np.sqrt(level) * np.cosh(t), LINE, dash="3 3", width=1
            )  # fmt: skip
    ground.line(xs, ys, BLUE, width=1.6)
    near = ys < 1.3
    ground.points(xs[near], ys[near], BLUE, size=2.5)
    ground.points([0], [0], GREEN, "X", label="saddle")
    ground.points([1], [small], ORANGE, "s", label="start", hollow=True)
    sizes = Chart(
        "step", "size", "Size of each coordinate", x=(0, max(steps, 1)), y=(1e-12, 1e3), log="y",
        width=400, height=320,
    )  # fmt: skip
    sizes.line(count, np.abs(xs), ORANGE, dash="6 4", label="|x|")
    sizes.line(count, ys, BLUE, label="|y|")
    closest = int(np.argmin(np.hypot(xs, ys)))
    fate = "It has escaped: y is beyond 1" if ys[-1] >= 1 else "It has not escaped yet"
    return [ground, sizes], (
        f"From y = {_short(small)} with a learning rate of {learning_rate:.2f}: in {steps} steps the path "
        f"was closest to the saddle at step {closest}, at a distance of {_short(np.hypot(xs, ys)[closest])}. "
        f"{fate}; now y = {_short(ys[-1])}."
    )


def _short(x):
    """A number with three digits, and no minus before zero."""
    return f"{float(x) + 0:.3g}".replace("-", "\N{MINUS SIGN}")


def _pair(point):
    return "({}, {})".format(
        *(f"{round(float(x), 3) + 0:.3f}".replace("-", "\N{MINUS SIGN}") for x in point)
    )
