"""Pictures of 3.17 to 3.19: the two sweeps along a chain, and passes through a graph with several ends."""

from functools import cache
from math import cos, exp, sin

import numpy as np

from utils.chart import Chart
from utils.explorers.explorer import explore
from utils.graph import number_text
from utils.plots import BLUE, GREEN, LINE, ORANGE

MODES = ["forward", "reverse"]
CHAIN = ("x", "x²", "sin(x²)", "exp(sin(x²))")


def chain_explorer():
    """exp(sin(x²)): its values, and the tangents or adjoints that a sweep has reached."""
    return explore(_chain, mode=MODES, steps=(0, 3, 1, 2), x=(-1.5, 1.5, 0.1, 0.8))


def chain_numbers(x):
    """(values, tangents, adjoints) of the four values of the chain."""
    values = [x, x**2, sin(x**2), exp(sin(x**2))]
    slopes = [2 * x, cos(x**2), values[3]]
    tangents, adjoints = [1.0], [1.0]
    for slope in slopes:
        tangents.append(slope * tangents[-1])
    for slope in reversed(slopes):
        adjoints.insert(0, slope * adjoints[0])
    return values, tangents, adjoints


def _chain(mode, steps, x):
    values, tangents, adjoints = chain_numbers(x)
    forward = mode == "forward"
    colour = BLUE if forward else ORANGE
    reached = range(steps + 1) if forward else range(3 - steps, 4)
    carried, what = (tangents, "tangent") if forward else (adjoints, "adjoint")
    chart = Chart(
        "", "", f"{mode} mode after {steps} of 3 steps", x=(-1, 3.6), y=(-1.1, 1.3),
        frame=False, width=640, height=190,
    )  # fmt: skip
    for k in range(3):
        done = k in reached and k + 1 in reached
        _arrow(chart, (k + 0.25, 0.35), (k + 0.75, 0.35), LINE, 1.2)
        if done:
            ends = (k + 0.25, k + 0.75) if forward else (k + 0.75, k + 0.25)
            _arrow(chart, (ends[0], -0.6), (ends[1], -0.6), colour, 2.6)
    for k, name in enumerate(CHAIN):
        chart.text(k, 0.95, name, bold=True)
        seen = not forward or k in reached
        chart.text(k, 0.35, _short(values[k]) if seen else "…")
        chart.text(k, -0.6, _short(carried[k]) if k in reached else "…")
    chart.text(-0.9, 0.35, "value", "start")
    chart.text(-0.9, -0.6, what, "start")
    newest = reached[-1] if forward else reached[0]
    name, number = CHAIN[newest], _short(carried[newest])
    if forward:
        said = f"the tangent of {name} says how fast it moves with x: {number}."
    else:
        said = f"the adjoint of {name} says how fast F moves with it: {number}."
    if steps == 3:
        said += f" The sweep is done: F' = {number}."
    return chart, f"{mode.capitalize()} mode, step {steps} of 3: {said}"


def _short(number, digits=4):
    return number_text(round(float(number), digits))


HIDDEN, MOST = 3, 6  # units in the middle, the most inputs and outputs


def passes_explorer():
    """A graph with several inputs and outputs, swept pass by pass, and the Jacobian that the passes fill."""
    return explore(
        _passes, mode=MODES, inputs=(1, MOST, 1, 4), outputs=(1, MOST, 1, 2), passes=(0, MOST, 1, 1)
    )


@cache
def graph_weights():
    """(first, second): the weights of y = second tanh(first x), for the most inputs and outputs."""
    rng = np.random.default_rng(318)
    return rng.normal(size=(HIDDEN, MOST)).round(1), rng.normal(size=(MOST, HIDDEN)).round(1)


def swept(mode, inputs, outputs, number):
    """What pass `number` (from 0) carries: {"x": …, "h": …, "y": …}, tangents or adjoints of the layers."""
    first, second = graph_weights()
    first, second = first[:, :inputs], second[:outputs]
    slopes = 1 - np.tanh(first @ np.full(inputs, 0.5)) ** 2
    if mode == "forward":
        x = np.eye(inputs)[number]
        h = slopes * (first @ x)
        return {"x": x, "h": h, "y": second @ h}
    y = np.eye(outputs)[number]
    h = y @ second
    return {"y": y, "h": h, "x": (h * slopes) @ first}


def _passes(mode, inputs, outputs, passes):
    forward = mode == "forward"
    needed = {"forward": inputs, "reverse": outputs}
    done = min(passes, needed[mode])
    carried = [swept(mode, inputs, outputs, number) for number in range(done)]
    current = carried[-1] if carried else None
    sizes = {"x": inputs, "h": HIDDEN, "y": outputs}
    title = (
        f"pass {done} of {needed[mode]}, {mode} mode"
        if done
        else f"before the first pass, {mode} mode"
    )
    pictures = [
        _graph(forward, sizes, done, current, title),
        _jacobian(forward, sizes, done, carried),
    ]
    said = f"Forward mode needs {_count(inputs)}, reverse mode {_count(outputs)}"
    if inputs == outputs:
        said += ": it is the same."
    else:
        cheaper = min(MODES, key=needed.get)
        factor = max(inputs, outputs) / min(inputs, outputs)
        said += f": {cheaper} mode is cheaper, by a factor of {_short(factor, 2)}."
    piece, end = ("column", "x") if forward else ("row", "y")
    if not done:
        return pictures, f"The Jacobian is empty. {said}"
    full = " The Jacobian is complete." if done == needed[mode] else ""
    return pictures, f"Pass {done} started at {end}{done} and filled {piece} {done}.{full} {said}"


def _count(number):
    return f"{number} pass" + ("es" if number > 1 else "")


def _graph(forward, sizes, done, current, title):
    chart = Chart(
        "", "", title, x=(-0.75, 2.75), y=(-0.9, MOST - 0.3), frame=False, width=400, height=330
    )
    colour = BLUE if forward else ORANGE
    places = {
        name: [
            (column, (MOST - 1) / 2 + ((size - 1) / 2 - k) * (1.5 if name == "h" else 1))
            for k in range(size)
        ]
        for column, (name, size) in enumerate(sizes.items())
    }
    start = "x" if forward else "y"
    for left, right in (("x", "h"), ("h", "y")):
        for i, one in enumerate(places[left]):
            for j, other in enumerate(places[right]):
                outer = i if left == "x" else j
                lit = bool(done) and (start not in (left, right) or outer == done - 1)
                chart.line(
                    *zip(one, other, strict=True),
                    colour if lit else LINE,
                    width=2.4 if lit else 0.8,
                )
    for name, spots in places.items():
        for k, (x, y) in enumerate(spots):
            seed = bool(done) and name == start and k == done - 1
            chart.points([x], [y], colour if seed else GREEN, "s" if seed else "o", size=7)
            if name != "h":
                number = "" if current is None else f": {_short(current[name][k], 2)}"
                side, dx = ("end", -14) if name == "x" else ("start", 14)
                chart.text(x, y, f"{name}{k + 1}{number}", side, dx=dx, bold=seed)
    if current is not None:
        numbers = ", ".join(_short(number, 2) for number in current["h"])
        chart.text(1, -0.6, f"{'tangents' if forward else 'adjoints'} in the middle: {numbers}")
    return chart


def _jacobian(forward, sizes, done, carried):
    n, m = sizes["x"], sizes["y"]
    title = (
        "The Jacobian: forward passes fill columns"
        if forward
        else "The Jacobian: reverse passes fill rows"
    )
    chart = Chart(
        "", "", title, x=(-0.9, MOST), y=(-0.3, MOST + 0.9), frame=False, width=340, height=330
    )
    for i in range(m):
        chart.text(-0.45, MOST - 0.5 - i, f"y{i + 1}")
        for j in range(n):
            filled, newest = ((j if forward else i) < done), ((j if forward else i) == done - 1)
            colour = (BLUE if forward else ORANGE) if filled else LINE
            _square(chart, j, MOST - 1 - i, colour, 2.6 if newest else 1.0)
            if filled:
                number = carried[j]["y"][i] if forward else carried[i]["x"][j]
                chart.text(
                    j + 0.5,
                    MOST - 0.5 - i,
                    _short(number, 2),
                    size=11,
                    bold=newest,
                )
    for j in range(n):
        chart.text(j + 0.5, MOST + 0.4, f"x{j + 1}")
    return chart


def _square(chart, x, y, colour, width):
    a, b = 0.06, 0.94
    chart.line(
        [x + a, x + b, x + b, x + a, x + a],
        [y + a, y + a, y + b, y + b, y + a],
        colour,
        width=width,
    )


def _arrow(chart, start, end, colour, width):
    chart.line(*zip(start, end, strict=True), colour, width=width)
    back = -0.07 if end[0] > start[0] else 0.07
    chart.line(
        [end[0] + back, end[0], end[0] + back],
        [end[1] + 0.1, end[1], end[1] - 0.1],
        colour,
        width=width,
    )
