"""Training on a watched engine: what it saw, and what the trained network says."""

import contextlib
import gc
import math

from autograder.checks.ch02_autograd.closure_engine import Value, topological_order
from autograder.checks.ch02_autograd.course_engine import engine_with
from utils.engine import Value as CourseValue

CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
NEAR = 0.002  # so far from a corner a network that has learnt XOR still answers much the same


def hidden_points(rng):
    """[(x1, x2, the nearest corner)] in a hidden order: every corner twice, and twice a point near it."""
    points = []
    for number, corner in enumerate(CORNERS):
        points += [(*corner, number)] * 2
        for _ in range(2):
            shift = rng.uniform(NEAR / 2, NEAR, 2) * rng.choice([-1, 1], 2)
            points.append((corner[0] + float(shift[0]), corner[1] + float(shift[1]), number))
    return [points[k] for k in rng.permutation(len(points))]


class Watch:
    """What an engine saw of a training: an engine, and notes taken at every backward pass."""

    def __init__(self):
        self.engine = engine_with(
            backward=lambda value: self.backward(value),
            **{name: self.bending(name) for name in ("tanh", "relu", "sigmoid", "exp", "__pow__")},
        )
        self.bends = []  # (operation, output) since the last backward pass
        self.began_alike = False  # hidden units with one and the same output
        self.bent = set()  # the operations that bent something before a backward pass
        self.leaves = []  # (leaf, data, grad) as the last backward pass left them
        counted = "backward passes", "compared", "resets", "moves", "uphill", "along", "against"
        self.notes = dict.fromkeys(counted, 0)
        self.sizes = []
        self.losses = []

    def bending(self, name):
        operation = getattr(Value, name)

        def call(value, *args):
            out = operation(value, *args)
            self.bends.append((name, out.data))
            return out

        return call

    def backward(self, value):
        order = topological_order(value)
        self.compare({id(v) for v in order})
        for v in order:
            if v._prev:
                v.grad = 0.0
        value.grad += 1.0
        for v in reversed(order):
            v._backward()
        self.leaves = [(v, v.data, v.grad) for v in order if not v._prev]
        self.notes["backward passes"] += 1
        self.sizes.append(len(order))
        self.losses.append(value.data)
        # (the loss is a square)
        hidden = [(name, out) for name, out in self.bends if name != "__pow__"]
        if len(self.sizes) == 1:
            self.began_alike = 2 * len(set(hidden)) <= len(hidden)
        self.bent |= {name for name, _ in hidden}
        self.bends.clear()

    def compare(self, used):
        """What happened to the leaves since the last backward pass?"""
        kept = [(v, data, grad) for v, data, grad in self.leaves if id(v) in used and grad != 0]
        steps = [v.data - data for v, data, _ in kept]
        grads = [grad for *_, grad in kept]
        rise = sum(step * grad for step, grad in zip(steps, grads))
        parallel = 0.9 * math.hypot(*steps) * math.hypot(*grads)
        self.notes["compared"] += bool(kept)
        self.notes["resets"] += any(v.grad != grad for v, _, grad in kept)
        self.notes["moves"] += any(steps)
        self.notes["uphill"] += rise > 0
        self.notes["along"] += rise > parallel
        self.notes["against"] += rise < -parallel

    def saw(self, losses):
        """Were most of these losses values that backward passes began with?"""
        seen = {round(loss, 9) for loss in self.losses}
        return 2 * sum(round(loss, 9) in seen for loss in losses) >= len(losses)

    def summary(self):
        if not self.sizes:
            return dict(self.notes)
        return self.notes | {
            "graph, first and largest": [self.sizes[0], max(self.sizes)],
            "loss, first and largest": [min(v, 1e300) for v in (self.losses[0], max(self.losses))],
        }


@contextlib.contextmanager
def rare_collections():
    """Every value is part of a reference cycle: by default the collector takes half of the time."""
    before = gc.get_threshold()
    gc.set_threshold(5000, 200, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def plain_number(v):
    return v.data if isinstance(v, (Value, CourseValue)) else float(v)


def train_and_ask(train, seed, watch, points):
    """Train on the watched engine, ask the network at the points."""
    names = getattr(train, "__wrapped__", train).__globals__
    given = {"Value": watch.engine, "CourseValue": watch.engine}
    before = {name: names[name] for name in given if name in names}
    names.update(given)
    try:
        with rare_collections():
            predict, losses = train(seed)
        predictions, bends = [], []
        for x1, x2, _ in points:
            watch.bends.clear()
            predictions.append(plain_number(predict(x1, x2)))
            bends.append([[name, value] for name, value in watch.bends])
    finally:
        for name in given:
            del names[name]
        names.update(before)
    return {
        "predictions": predictions,
        "losses": [plain_number(loss) for loss in losses],
        "bends": bends,
    }
