"""2.12a: the autograd engine, `Value`. Right answers in other styles are in `other_engines`."""

import inspect
from functools import partial

from autograder.check import attempt, check, named, replaced
from autograder.checks.ch02_autograd import closure_engine
from autograder.checks.ch02_autograd.formulas import function_from
from autograder.checks.ch02_autograd.own_engine import (
    OFF_LIMITS,
    backward_from_one,
    gradients,
    own_value,
)


def diamond(a, b):
    """One intermediate value feeds three others, which meet again; every product is a square."""
    s = a + b
    t = s * s
    return ((t * t + t) + s) + a


def detour(a, b):
    """The square is used directly, and again at the end of a longer path."""
    p = a * a
    q = p + b
    return (q * q + a) + p


def network(x1, x2, w1, w2, b1, w3, w4, b2, v):
    """Two tanh units and a sigmoid."""
    h1 = (w1 * x1 + w2 * x2 + b1).tanh()
    h2 = (w3 * x1 + w4 * x2 + b2).tanh()
    return (h1 * v + h2 * h1 - v).sigmoid()


def chain(x, c):
    """Every value is used three times on the way to the next one, by paths of different lengths."""
    for _ in range(30):
        x = x * x + c + x
    return x


DIAMOND = named("s = a + b, t = s * s, z = ((t * t + t) + s) + a", diamond)
DETOUR = named("p = a * a, q = p + b, z = (q * q + a) + p", detour)
NEURON = function_from("(w * x + b).tanh()", "w, x, b")
NETWORK = named("two tanh units and a sigmoid", network)
CHAIN = named("30 times x = x * x + c + x", chain)

# Out of 100. About half is for shared values and the order of the backward pass, in formulas that need
# sums and squares only; the chain alone, which every way around them fails, is worth a third. Each
# operation has one sub-check for its slips, which needs hardly any other one and no plain number.
WEIGHTS = {
    "a leaf: its number and a gradient of 0": 1,
    "values of + * - /": 0.5,
    "values of tanh, sigmoid, relu, power": 0.5,
    "a + b": 1,
    "a * b": 1.5,
    "one value in a product and a sum": 1,
    "number + a, number * a": 5,
    "number - a, number / a": 5,
    "a number on the right": 2.5,
    "a - b, -a": 5,
    "a / b": 4.5,
    "powers": 5,
    "tanh": 5,
    "relu, on and off": 5,
    "sigmoid": 5,
    "one value in several terms": 2,
    "one value as both factors": 2,
    "a diamond: shared results": 2,
    "a short and a long path from one result": 2.5,
    "a second graph adds to the gradients": 4,
    "a chain in which everything is used three times": 34,
    "where backward begins": 8,
    "a neuron": 0.5,
    "a network of two layers": 0.5,
}


def formulas(a, b, c, k, u, v, weights):
    """{sub-check: [(formula, where its gradients are taken), …]}"""
    short = {
        "a + b": [("a + b", [a, -b])],
        "a * b": [("a * b", [a, -b]), ("a * b * c", [a, b, -c])],
        "one value in a product and a sum": [("a * b + a", [a, b])],
        "number + a, number * a": [(f"{k} + a", [a]), (f"{k} * a", [a])],
        "number - a, number / a": [(f"{k} - a", [a]), (f"{k} / a", [a])],
        "a number on the right": [(f"a {sign} {k}", [a]) for sign in "+-*/"],
        "a - b, -a": [("a - b", [a, b]), ("-a", [a])],
        "a / b": [("a / b", [a, -b])],
        "powers": [
            ("a ** 2", [-a]),
            ("((a + b) ** 3) ** 0.5", [a, b]),
            ("(a ** 2.5) ** -1", [a]),
        ],
        "tanh": [("a.tanh()", [u]), ("(a + b).tanh().tanh()", [u, -v])],
        "relu, on and off": [("a.relu() * b.relu()", [u, u]), ("a.relu()", [-u])],
        "sigmoid": [("a.sigmoid()", [a]), ("(a + b).sigmoid().sigmoid()", [a, -v])],
        "one value in several terms": [("a + a + a", [a])],
        "one value as both factors": [("a * a", [a])],
    }
    long = {
        "a diamond: shared results": [(DIAMOND, [u, v])],
        "a short and a long path from one result": [(DETOUR, [u, v])],
        "a neuron": [(NEURON, [u, v, -k / 4])],
        "a network of two layers": [(NETWORK, weights)],
    }
    return {
        key: [(function_from(text), at) for text, at in rows] for key, rows in short.items()
    } | long


@check("2.12a", points=16, forbid=OFF_LIMITS, reveal=True, weights=WEIGHTS)
def engine(answer, rng):
    a, b, c = rng.uniform(1.2, 3.0, 3).round(2).tolist()
    k = round(float(rng.uniform(1.5, 4.0)), 2)
    u, v = rng.uniform(0.3, 0.9, 2).round(2).tolist()
    weights = rng.uniform(-1.0, 1.0, 9).round(2).tolist()
    drift = round(float(rng.uniform(-0.045, -0.035)), 4)

    def leaves(*numbers):
        return [own_value(answer)(number) for number in numbers]

    def fresh(number):
        (x,) = leaves(number)
        return [x.data, x.grad]

    def values(x, y):
        x, y = leaves(x, y)
        return [(x + y).data, (x * y).data, (x - y).data, (x / y).data]

    def curves(x):
        (x,) = leaves(x)
        return [x.tanh().data, x.sigmoid().data, x.relu().data, (x**3).data]

    def seed_and_middle(x, y):
        x, y = leaves(x, y)
        middle = x + y
        z = middle + y
        z.backward()
        return {"gradient of z": z.grad, "gradient of x + y": middle.grad}

    def two_graphs(x, y):
        x, y = leaves(x, y)
        backward_from_one(x + y, [x, y])
        once = [x.grad, y.grad]
        backward_from_one(x + y, [x, y])
        return {"after one": once, "after both": [x.grad, y.grad]}

    run = partial(gradients, answer)
    seen = {
        "a leaf: its number and a gradient of 0": attempt(fresh, a),
        "values of + * - /": attempt(values, a, b),
        "values of tanh, sigmoid, relu, power": attempt(curves, u),
    }
    for key, rows in formulas(a, b, c, k, u, v, weights).items():
        found = [attempt(run, formula, *at) for formula, at in rows]
        seen[key] = found if len(found) > 1 else found[0]
    return seen | {
        "where backward begins": attempt(seed_and_middle, a, b),
        "a second graph adds to the gradients": attempt(two_graphs, a, b),
        "a chain in which everything is used three times": attempt(
            run, CHAIN, -u, drift, seconds=0.4
        ),
    }


# Some mistakes are only possible with closures instead of recorded slopes.
CLOSURES = inspect.getsource(closure_engine)

engine.misconception(
    "assigns_instead_of_accumulating",
    "A gradient is overwritten where it should grow: a value that is used several times gets a "
    "share from every use, and the shares add up.",
    edits={"parent.grad += slope": "parent.grad = slope"},
)
engine.misconception(
    "add_assigns",
    "A sum overwrites the gradients of its terms instead of adding to them. A value that stands in "
    "several sums then keeps only the share that came last.",
    source=replaced(
        CLOSURES,
        {
            "self.grad += out.grad\n            other.grad += out.grad": "self.grad = out.grad\n"
            "            other.grad = out.grad",
        },
    ),
)
engine.misconception(
    "mul_assigns",
    "The product overwrites the gradients of its factors instead of adding to them. Every "
    "operation has to add, because it cannot know who else uses its operands.",
    source=replaced(
        CLOSURES,
        {
            "self.grad += other.data * out.grad": "self.grad = other.data * out.grad",
            "other.grad += self.data * out.grad": "other.grad = self.data * out.grad",
        },
    ),
)


@engine.misconception(
    "no_topological_order_depth_first",
    "A value hands its gradient on each time it receives a share, and so hands the earlier shares"
    " on again. It should wait until all values made from it are done: that takes a topological "
    "order.",
)
def answer():
    def backward(self):
        self.grad = 1.0

        def hand_on(v):
            for parent, slope in zip(v._prev, v._slopes):
                parent.grad += slope * v.grad
            for parent in v._prev:
                hand_on(parent)

        hand_on(self)

    Value.backward = backward


@engine.misconception(
    "breadth_first_visited_once",
    "Level by level from the end is not a topological order: a value that is reached by a short "
    "path and by a longer one hands its gradient on before the longer path has delivered.",
)
def answer():
    def backward(self):
        order = [self]
        for v in order:
            order.extend(parent for parent in dict.fromkeys(v._prev) if parent not in order)
        self.grad = 1.0
        for v in order:
            for parent, slope in zip(v._prev, v._slopes):
                parent.grad += slope * v.grad

    Value.backward = backward


@engine.misconception(
    "one_visit_per_path",
    "The gradients are right, but every path is walked separately, and the number of paths can "
    "double with every operation. Visit each value once, when its gradient is complete.",
)
def answer():
    def backward(self):
        def hand_on(v, gradient):
            v.grad += gradient
            for parent, slope in zip(v._prev, v._slopes):
                hand_on(parent, slope * gradient)

        hand_on(self, 1.0)

    Value.backward = backward


engine.misconception(
    "mul_gradients_swapped",
    "The two gradients of the product are exchanged: the derivative for one factor is the other "
    "factor.",
    edits={"(other.data, self.data)": "(self.data, other.data)"},
)
engine.misconception(
    "rsub_is_sub",
    "k - a is computed as a - k. Python calls a.__rsub__(k) with the number as its argument, and "
    "the number stands on the left.",
    edits={"return Value._lift(other) - self": "return self - other"},
)
engine.misconception(
    "rtruediv_is_truediv",
    "k / a is computed as a / k. Python calls a.__rtruediv__(k) with the number as its argument, "
    "and the number stands on the left.",
    edits={"return Value._lift(other) / self": "return self / other"},
)
engine.misconception(
    "no_radd",
    "k + a is missing. The integer on the left does not know how to add a Value, so Python asks "
    "a.__radd__(k).",
    source="del Value.__radd__",
)
engine.misconception(
    "no_plain_numbers",
    "An operation between a value and a plain number fails. Turn the other operand into a Value "
    "first.",
    edits={"return x if isinstance(x, Value) else Value(x)": "return x"},
)
engine.misconception(
    "pow_precedence",
    "n * x ** n - 1 means (n * x ** n) - 1: in Python the power binds first. Write the brackets "
    "you mean.",
    edits={"n * self.data ** (n - 1)": "n * self.data ** n - 1"},
)
engine.misconception(
    "chain_rule_missing_in_pow",
    "The power hands on its local derivative alone; the chain rule multiplies it by the gradient "
    "that arrives from above.",
    source=replaced(
        CLOSURES,
        {"math.pow(self.data, n - 1) * out.grad": "math.pow(self.data, n - 1)"},
    ),
)
engine.misconception(
    "division_only_for_the_numerator",
    "The denominator gets no gradient in a / b: it is a value too, with the derivative -a / b².",
    edits={"return self * Value._lift(other) ** -1": "return self * (1 / Value._lift(other).data)"},
)
engine.misconception(
    "difference_hands_on_plus",
    "In a - b the gradient for b keeps its sign; a larger b makes the difference smaller.",
    edits={
        "return self + -Value._lift(other)": "other = Value._lift(other)\n"
        "        return Value._from(self.data - other.data, (self, other), (1.0, 1.0), '-')"
    },
)
engine.misconception(
    "tanh_forgets_square",
    "The derivative of tanh is 1 minus the output squared; the square is missing.",
    edits={"1 - t**2": "1 - t"},
)
engine.misconception(
    "relu_passes_everything",
    "relu hands the gradient on even where its input is negative. There the output is constant, "
    "so the derivative is 0.",
    edits={"(float(self.data > 0),)": "(1.0,)"},
)
engine.misconception(
    "relu_slope_is_its_output",
    "The derivative of relu is 1 where its input is positive, not the input itself.",
    edits={"(float(self.data > 0),)": "(max(0.0, self.data),)"},
)
engine.misconception(
    "sigmoid_uses_input",
    "The derivative of the sigmoid is s (1 - s) with s the output; here the input stands in its "
    "place.",
    edits={"s * (1 - s)": "self.data * (1 - self.data)"},
)
engine.misconception(
    "forgets_seed_gradient",
    "The backward pass has nothing to hand on: it begins with the gradient of z with respect to z"
    " itself, which is 1.",
    edits={"self.grad = 1.0": "pass"},
)
engine.misconception(
    "begins_with_the_value",
    "The backward pass begins with the value of z. It should begin with the derivative of z with "
    "respect to itself, which is 1.",
    edits={"self.grad = 1.0": "self.grad = self.data"},
)
engine.misconception(
    "backward_resets_leaves",
    "backward sets the gradients of the leaves to 0 before it begins. It should add to what is "
    "there; whoever wants to begin again resets them.",
    edits={
        "        self.grad = 1.0": "        for v in reached:\n            v.grad = 0.0\n"
        "        self.grad = 1.0"
    },
)
