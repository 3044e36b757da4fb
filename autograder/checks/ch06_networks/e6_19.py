"""6.19: an autograd engine for a network with a cross-entropy. Right answers in other styles are in
`other_values`."""

from functools import partial

from autograder.check import attempt, check, named
from autograder.checks.ch02_autograd.formulas import function_from
from autograder.checks.ch02_autograd.own_engine import (
    OFF_LIMITS,
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


def chain(x, c):
    """Every value is used three times on the way to the next one, by paths of different lengths."""
    for _ in range(30):
        x = x * x + c + x
    return x


def cross_entropy(w1, w2, b, v):
    """The loss of a ReLU unit and a sigmoid output at a point with the label 1, and with the label 0."""
    p = ((w1 * 0.5 + w2 * 1.5 + b).relu() * v + b).sigmoid()
    return -(p.log() * 2 + (1 - p).log())


DIAMOND = named("s = a + b, t = s * s, z = ((t * t + t) + s) + a", diamond)
DETOUR = named("p = a * a, q = p + b, z = (q * q + a) + p", detour)
CHAIN = named("30 times x = x * x + c + x", chain)
CROSS = named(
    "p = ((w1 * 0.5 + w2 * 1.5 + b).relu() * v + b).sigmoid(), z = -(p.log() * 2 + (1 - p).log())",
    cross_entropy,
)

# Out of 100. Almost half is for shared values and the order of the backward pass, in formulas that need
# sums and squares only; the chain alone is worth a third. The rest is for the operations, each apart.
WEIGHTS = {
    "values of + * - and powers": 0.5,
    "values of relu, sigmoid, log": 0.5,
    "a + b": 1,
    "a * b": 1.5,
    "one value in a product and a sum": 1,
    "numbers on the right": 5,
    "numbers on the left": 5,
    "a - b, -a": 5,
    "powers": 6,
    "relu, on and off": 5,
    "sigmoid": 5,
    "sigmoid far from zero": 5,
    "log": 6,
    "one value in several terms": 2,
    "one value as both factors": 2,
    "a diamond: shared results": 2,
    "a short and a long path from one result": 3,
    "a chain in which everything is used three times": 34,
    "where backward begins": 8,
    "a unit with a cross-entropy": 1.5,
}


def formulas(a, b, c, k, u, v):
    """{sub-check: [(formula, where its gradients are taken), …]}"""
    short = {
        "a + b": [("a + b", [a, -b])],
        "a * b": [("a * b", [a, -b]), ("a * b * c", [a, b, -c])],
        "one value in a product and a sum": [("a * b + a", [a, b])],
        "numbers on the right": [(f"a {sign} {k}", [a]) for sign in "+-*"],
        "numbers on the left": [(f"{k} {sign} a", [a]) for sign in "+-*"],
        "a - b, -a": [("a - b", [a, b]), ("-a", [a])],
        "powers": [
            ("a ** 2", [-a]),
            ("((a + b) ** 3) ** 0.5", [a, b]),
            ("(a ** 2.5) ** -1", [a]),
        ],
        "relu, on and off": [("a.relu() * b.relu()", [u, u]), ("a.relu() + b * b", [-u, b])],
        "sigmoid": [("a.sigmoid()", [a]), ("(a + b).sigmoid().sigmoid()", [a, -v])],
        "sigmoid far from zero": [
            ("a.sigmoid() + b * b", [-800.0, b]),
            ("a.sigmoid() + b * b", [800.0, b]),
        ],
        "log": [("a.log()", [a]), ("(a + b).log().log()", [2 * a, b])],
        "one value in several terms": [("a + a + a", [a])],
        "one value as both factors": [("a * a", [a])],
    }
    long = {
        "a diamond: shared results": [(DIAMOND, [u, v])],
        "a short and a long path from one result": [(DETOUR, [u, v])],
        "a unit with a cross-entropy": [(CROSS, [u, v, k / 4, -c])],
    }
    return {
        key: [(function_from(text), at) for text, at in rows] for key, rows in short.items()
    } | long


@check("6.19", points=10, forbid=OFF_LIMITS, reveal=True, weights=WEIGHTS)
def engine(answer, rng):
    a, b, c = rng.uniform(1.2, 3.0, 3).round(2).tolist()
    k = round(float(rng.uniform(1.5, 4.0)), 2)
    u, v = rng.uniform(0.3, 0.9, 2).round(2).tolist()
    drift = round(float(rng.uniform(-0.045, -0.035)), 4)

    def leaves(*numbers):
        return [own_value(answer)(number) for number in numbers]

    def values(x, y):
        x, y = leaves(x, y)
        return [(x + y).data, (x * y).data, (x - y).data, (x**3).data]

    def curves(x):
        (x,) = leaves(x)
        return [x.relu().data, x.sigmoid().data, x.log().data]

    def seed_and_middle(x, y):
        x, y = leaves(x, y)
        middle = x + y
        z = middle + y
        z.backward()
        return {"gradient of z": z.grad, "gradient of x + y": middle.grad}

    run = partial(gradients, answer)
    seen = {
        "values of + * - and powers": attempt(values, a, b),
        "values of relu, sigmoid, log": attempt(curves, u),
    }
    for key, rows in formulas(a, b, c, k, u, v).items():
        found = [attempt(run, formula, *at) for formula, at in rows]
        seen[key] = found if len(found) > 1 else found[0]
    return seen | {
        "where backward begins": attempt(seed_and_middle, a, b),
        "a chain in which everything is used three times": attempt(
            run, CHAIN, -u, drift, seconds=0.4
        ),
    }


engine.misconception(
    "assigns_instead_of_accumulates",
    "A gradient is overwritten where it should grow: a value that is used several times gets a share "
    "from every use, and the shares add up.",
    edits={
        "self.grad += out.grad\n            other.grad += out.grad": (
            "self.grad = out.grad\n            other.grad = out.grad"
        ),
        "self.grad += other.data * out.grad": "self.grad = other.data * out.grad",
        "other.grad += self.data * out.grad": "other.grad = self.data * out.grad",
        "self.grad += n *": "self.grad = n *",
        "self.grad += (self.data > 0)": "self.grad = (self.data > 0)",
        "self.grad += s * (1 - s)": "self.grad = s * (1 - s)",
        "self.grad += out.grad / self.data": "self.grad = out.grad / self.data",
    },
)
engine.misconception(
    "a_sum_assigns",
    "A sum overwrites the gradients of its terms instead of adding to them. A value that stands in "
    "several sums then keeps only the share that came last.",
    edits={
        "self.grad += out.grad\n            other.grad += out.grad": (
            "self.grad = out.grad\n            other.grad = out.grad"
        )
    },
)
engine.misconception(
    "a_product_assigns",
    "The product overwrites the gradients of its factors. Every operation has to add, because it cannot "
    "know who else uses its operands.",
    edits={
        "self.grad += other.data * out.grad": "self.grad = other.data * out.grad",
        "other.grad += self.data * out.grad": "other.grad = self.data * out.grad",
    },
)
engine.misconception(
    "product_rule_swapped",
    "The two gradients of the product are exchanged: the derivative for one factor is the other factor.",
    edits={
        "self.grad += other.data * out.grad": "self.grad += self.data * out.grad",
        "other.grad += self.data * out.grad": "other.grad += other.data * out.grad",
    },
)


@engine.misconception(
    "breadth_first_order",
    "Level by level from the end is not a topological order: a value that is reached by a short path and "
    "by a longer one hands its gradient on before the longer path has delivered.",
)
def answer():
    def backward(self):
        order = [self]
        for v in order:
            order.extend(child for child in dict.fromkeys(v._prev) if child not in order)
        self.grad = 1.0
        for v in order:
            v._backward()

    Value.backward = backward


@engine.misconception(
    "recursion_without_topological_order",
    "A value hands its gradient on each time it receives a share, and so hands the earlier shares on "
    "again. It should wait until all values made from it are done: that takes a topological order.",
)
def answer():
    def backward(self):
        self.grad = 1.0

        def hand_on(v):
            v._backward()
            for child in v._prev:
                hand_on(child)

        hand_on(self)

    Value.backward = backward


engine.misconception(
    "operands_before_results",
    "The order is right, but it is walked from the wrong end: the operands come before the results in it, "
    "and the backward pass goes from the results to the operands.",
    edits={"reversed(order)": "order"},
)
engine.misconception(
    "relu_passes_everything",
    "relu hands the gradient on even where its input is negative. There the output is constant, so the "
    "derivative is 0.",
    edits={"(self.data > 0) * out.grad": "out.grad"},
)
engine.misconception(
    "relu_slope_is_its_output",
    "The derivative of relu is 1 where its input is positive, not the input itself.",
    edits={"(self.data > 0) * out.grad": "out.data * out.grad"},
)
engine.misconception(
    "no_upstream_gradient_in_sigmoid",
    "The sigmoid hands on its own slope alone. The chain rule multiplies it by the gradient that arrives "
    "from above.",
    edits={"self.grad += s * (1 - s) * out.grad": "self.grad += s * (1 - s)"},
)
engine.misconception(
    "sigmoid_uses_its_input",
    "The derivative of the sigmoid is s (1 - s) with s the output; here the input stands in its place.",
    edits={"s * (1 - s) * out.grad": "self.data * (1 - self.data) * out.grad"},
)
engine.misconception(
    "sigmoid_overflow",
    "exp of a large number overflows: the sigmoid of -800 is 0, and computing it must not fail. Use exp of "
    "-|x|, which is never larger than 1.",
    edits={
        "s = e / (1 + e) if self.data < 0 else 1 / (1 + e)": "s = 1 / (1 + math.exp(-self.data))"
    },
)
engine.misconception(
    "pow_without_the_factor",
    "The factor n is missing: the derivative of x to the power n is n times x to the power n - 1.",
    edits={"n * self.data ** (n - 1)": "self.data ** (n - 1)"},
)
engine.misconception(
    "pow_keeps_the_exponent",
    "The exponent goes down by one when a power is differentiated.",
    edits={"n * self.data ** (n - 1)": "n * self.data**n"},
)
engine.misconception(
    "pow_precedence",
    "n * x ** n - 1 means (n * x ** n) - 1: in Python the power binds first. Write the brackets you mean.",
    edits={"n * self.data ** (n - 1)": "(n * self.data ** n - 1)"},
)
engine.misconception(
    "minus_returns_wrong_sign",
    "In a - b the gradient for b keeps its sign; a larger b makes the difference smaller.",
    edits={
        "return self + -Value._wrap(other)": (
            "other = Value._wrap(other)\n"
            "        out = Value(self.data - other.data, (self, other), '-')\n\n"
            "        def _backward():\n"
            "            self.grad += out.grad\n"
            "            other.grad += out.grad\n\n"
            "        out._backward = _backward\n"
            "        return out"
        )
    },
)
engine.misconception(
    "skeleton_only_no_scalars",
    "An operation between a value and a plain number fails. Turn the other operand into a Value first, "
    "with _wrap.",
    edits={"return x if isinstance(x, Value) else Value(x)": "return x"},
)
engine.misconception(
    "number_on_the_left_is_on_the_right",
    "k - a is computed as a - k. Python calls a.__rsub__(k) with the number as its argument, and the number "
    "stands on the left.",
    edits={"return Value._wrap(other) - self": "return self - other"},
)
engine.misconception(
    "log_hands_on_everything",
    "The logarithm hands the gradient on unchanged; its derivative is 1/x.",
    edits={"self.grad += out.grad / self.data": "self.grad += out.grad"},
)
engine.misconception(
    "no_upstream_gradient_in_log",
    "The logarithm hands on 1/x alone. The chain rule multiplies it by the gradient that arrives from above.",
    edits={"self.grad += out.grad / self.data": "self.grad += 1 / self.data"},
)
engine.misconception(
    "log_of_another_base",
    "That is the logarithm to the base 10. The cross-entropy takes the natural one, math.log.",
    edits={"math.log(self.data)": "math.log10(self.data)"},
)
engine.misconception(
    "forgets_seed_gradient",
    "The backward pass has nothing to hand on: it begins with the gradient of z with respect to z itself, "
    "which is 1.",
    edits={"self.grad = 1.0": "pass"},
)
