"""Explorers of 3.20 to 3.23: a penalty, softmax and its gradient, the logistic loss, Newton's step."""

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.plots import BLUE, GREEN, LINE, ORANGE, RED

MINUS = "\N{MINUS SIGN}"
TURN = np.linspace(0, 2 * np.pi, 91)
CIRCLE = np.array([np.cos(TURN), np.sin(TURN)])


def ridge_explorer():
    """|x - a|² + lam |x|² from above and along the line through 0 and a, as lam moves."""
    return explore(_ridge, lam=(-1.8, 4.2, 0.3, 0.0))  # no step of the slider is at -1


A_POINT = np.array([2.0, 1.0])
RIGHT_END = 5.5


def _ridge(lam):
    share = 1 / (1 + lam)  # of the way from 0 to a
    still = share * A_POINT  # the only point with gradient 0
    plane = Chart(
        "x1",
        "x2",
        "f from above: level lines",
        x=(-3, RIGHT_END),
        y=(-2.5, 3.5),
        width=400,
        height=316,
    )
    away = np.hypot(*still)
    for radius in 0.8 * np.arange(max(1, away // 0.8 - 8), away // 0.8 + 9):
        plane.line(*(still[:, None] + radius * CIRCLE), LINE, width=1)
    along = np.linspace(-2, 4, 121)
    profile = Chart(
        "t, where x = t a", "f(t a)", "f along the line through 0 and a",
        x=(-1.5, 3), y=(-15, 30), width=340, height=316,
    )  # fmt: skip
    profile.line(along, _profile(along, lam), BLUE)
    profile.points([0], [_profile(0.0, lam)], ORANGE, "s")
    profile.points([1], [_profile(1.0, lam)], GREEN, "^")
    plane.points([0], [0], ORANGE, "s", label="0")
    plane.points(*A_POINT[:, None], GREEN, "^", label="a")
    place = f"({_number(still[0])}, {_number(still[1])})"
    begin = f"With lam = {_number(lam, 1)}"
    if lam < -1:
        return [plane, profile], (
            f"{begin} the curve opens downwards. At {place} the gradient is zero, but f is largest there: it "
            "falls without end in every direction, and there is no lowest point."
        )
    plane.points(*still[:, None], RED, "X", label="lowest point")
    profile.points([share], [_profile(share, lam)], RED, "X")
    where = "between 0 and a" if lam > 0 else "beyond a, seen from 0" if lam < 0 else "a itself"
    if still[0] > RIGHT_END:
        where += ", outside of the picture"
    return [plane, profile], (
        f"{begin} the lowest point of f is {place}, {_number(share, 3)} times a: {where}."
    )


def _profile(t, lam):
    return A_POINT @ A_POINT * ((t - 1) ** 2 + lam * t**2)


def softmax_gradient_explorer():
    """Three logits and the right class: the probabilities, and the gradient of the cross-entropy, as bars."""
    steps = (-3.0, 3.0, 0.6)  # so that no difference of two logits is 1
    return explore(
        _softmax_gradient, z1=(*steps, 0.6), z2=(*steps, -0.6), z3=(*steps, 1.8),
        right_class=["1", "2", "3"],
    )  # fmt: skip


def _softmax_gradient(z1, z2, z3, right_class):
    p = np.exp([z1, z2, z3])
    p /= p.sum()
    right = int(right_class)
    gradient = p - (np.arange(1, 4) == right)
    charts = []
    for name, title, heights, ends in (
        ("p", "Probabilities", p, (0, 1.15)),
        ("dL/dz", "Gradient of the loss", gradient, (-1.25, 1.25)),
    ):
        ticks = {k: f"{k} (right)" if k == right else f"{k}" for k in (1, 2, 3)}
        chart = Chart(
            "class", name, title, x=(0.4, 3.6), y=ends, xticks=ticks, width=350, height=270
        )
        for k, height in enumerate(heights, start=1):
            chart.bars([k - 0.3, k + 0.3], [height], ORANGE if k == right else BLUE)
            chart.text(k, height, _number(height), dy=-11 if height >= 0 else 11)
        charts.append(chart)
    return charts, (
        f"The right class, {right}, has the probability {_number(p[right - 1])}, and the loss is "
        f"{_number(-np.log(p[right - 1]))}. The gradient is ({', '.join(map(_number, gradient))}): a step "
        "against it raises the logit of the right class by exactly as much as it lowers the other two "
        "together."
    )


def margin_explorer():
    """The logistic loss and its slope by the margin m = y w·x."""
    return explore(_margin, margin=(-6.0, 6.0, 0.5, -1.0))


def _margin(margin):
    m = np.linspace(-6, 6, 121)
    loss = Chart("margin m", "loss", "The loss", x=(-6, 6), y=(0, 6.5), width=350, height=270)
    loss.line([-6, 0, 0, 6], [1, 1, 0, 0], LINE, dash="5 4", label="1 where the sign is wrong")
    loss.line(m, np.logaddexp(0, -m), BLUE)
    loss.points([margin], [np.logaddexp(0, -margin)], RED, "D")
    slope = Chart("margin m", "slope", "Its slope", x=(-6, 6), y=(-1.2, 0.2), width=350, height=270)
    slope.line(m, -_sigmoid(-m), GREEN)
    slope.points([margin], [-_sigmoid(-margin)], RED, "D")
    side = "on the boundary" if margin == 0 else "right" if margin > 0 else "wrong"
    return [loss, slope], (
        f"With the margin {_number(margin, 1)} the sign is {side}: the loss is "
        f"{_number(np.logaddexp(0, -margin), 3)} and its slope {_number(-_sigmoid(-margin), 3)}. The model "
        f"gives the right label the probability {_number(_sigmoid(margin), 3)}."
    )


def _sigmoid(t):
    return (1 + np.tanh(t / 2)) / 2


VALLEY = np.array([[0.6, -0.6], [-0.6, 1.5]])  # curved by 0.3 along (2, 1), by 1.8 across
LOWEST = np.array([1.0, 0.5])


def newton_explorer():
    """A tilted valley: a step against the gradient, and Newton's step, from any point."""
    return explore(
        _newton, x1=(-3.5, 5.5, 0.5, -2.0), x2=(-3.0, 4.0, 0.5, 2.0), rate=(0.1, 1.2, 0.1, 0.4)
    )


def _newton(x1, x2, rate):
    x = np.array([x1, x2])
    gradient = VALLEY @ (x - LOWEST)
    newton = -np.linalg.solve(VALLEY, gradient)
    chart = Chart(
        "x1", "x2", "Two steps from one point", x=(-4, 6), y=(-3.5, 4.5), width=460, height=396
    )
    curved, axes = np.linalg.eigh(VALLEY)
    for height in (0.2, 0.8, 1.8, 3.2, 5.0, 7.2, 9.8):
        ring = axes @ (np.sqrt(2 * height / curved)[:, None] * CIRCLE)
        chart.line(*(LOWEST[:, None] + ring), LINE, width=1)
    for step, colour, dash, marker, name in (
        (-rate * gradient, BLUE, "6 4", "s", "against the gradient"),
        (newton, GREEN, "", "D", "Newton"),
    ):
        end = x + step
        chart.line(*np.transpose([x, end]), colour, dash=dash)
        chart.points(*end[:, None], colour, marker, label=name)
    chart.points(*x[:, None], RED, "o", label="start")
    begin = f"From ({_number(x1, 1)}, {_number(x2, 1)})"
    if not gradient.any():
        return chart, f"{begin}, the lowest point, neither method moves: the gradient is zero."
    cosine = -gradient @ newton / np.hypot(*gradient) / np.hypot(*newton)
    angle = np.degrees(np.arccos(min(cosine, 1.0)))
    left = np.hypot(*(x - rate * gradient - LOWEST))
    return chart, (
        f"{begin} a step against the gradient with the rate {rate:.1f} ends {_number(left)} away from the "
        f"lowest point, Newton's step at it. Their directions differ by {angle:.0f}°."
    )


def _number(x, digits=2):
    """A number with so many digits after the point, and no minus before zero."""
    return f"{round(float(x), digits) + 0:.{digits}f}".replace("-", MINUS)
