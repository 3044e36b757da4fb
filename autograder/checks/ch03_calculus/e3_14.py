"""3.14: an engine whose closures assign, its gradients foretold, and its repair."""

from autograder.check import Fault, attempt, check, named, written
from autograder.checks.ch02_autograd.own_engine import COPYING
from autograder.checks.ch03_calculus.e3_12 import as_number
from autograder.checks.ch03_calculus.given_engines import GivenValue, is_lent, standing_on

FORMULAS = ("a*a", "a+a", "a*a*a")
BUGGY, TRUE = {"a*a": 3, "a+a": 1, "a*a*a": 9}, {"a*a": 6, "a+a": 2, "a*a*a": 27}
KEYS = {
    (name, formula): f"{formula} {how}"
    for name, how in (("buggy", "by the engine"), ("true", "in truth"))
    for formula in FORMULAS
}
PREDICTIONS = {  # {(name, formula): {wrong number: idea}}
    ("buggy", "a*a"): {
        6: "believes_the_engine", 0: "nothing_arrives", 9: "value_not_gradient", 12: "counts_twice",
    },
    ("buggy", "a+a"): {2: "believes_the_engine", 0: "nothing_arrives", 6: "value_not_gradient"},
    ("buggy", "a*a*a"): {
        27: "believes_the_engine", 18: "only_the_first_share", 3: "stops_at_the_inner_product",
        0: "nothing_arrives", 6: "only_half_of_the_trace",
    },
    ("true", "a*a"): {3: "believes_assignment_is_right", 9: "value_not_gradient"},
    ("true", "a+a"): {1: "believes_assignment_is_right", 6: "value_not_gradient"},
    ("true", "a*a*a"): {9: "believes_assignment_is_right", 18: "product_rule_incomplete"},
}  # fmt: skip


@check("3.14a", points=2, weights={key: 1 for key in KEYS.values()})
def predictions(answer, rng):
    def of(name, formula):
        table = {str(one).replace(" ", ""): it for one, it in getattr(answer, name).items()}
        return as_number(table[formula])

    return {key: attempt(of, *asked) for asked, key in KEYS.items()}


@predictions.judge
def _(observation, rng):
    """The six numbers; the engine's are those of its closures, run in the order of its backward pass."""
    right, said = {"buggy": BUGGY, "true": TRUE}, {}
    for (name, formula), key in KEYS.items():
        if isinstance(found := observation[key], float):
            idea = PREDICTIONS[name, formula].get(round(found, 4), "")
            said[key] = abs(found - right[name][formula]) < 1e-3 or Fault("", idea)
    return said


def foretold(buggy=(), true=()):
    """The source of an answer that is right but for what is named."""
    return f"buggy = {BUGGY | dict(buggy)!r}\ntrue = {TRUE | dict(true)!r}"


for name, sentence, *forms in (
    (
        "believes_the_engine",
        "That is the true gradient. This engine assigns: the second line of a closure overwrites "
        "the first where both "
        "speak of the same object.",
        foretold(buggy=TRUE),
        foretold(buggy={"a*a": 6}),
    ),
    (
        "believes_assignment_is_right",
        "That is what the engine with = finds. In truth each use of a adds a share: the derivative "
        "of a² is 2a, that of a³ is 3a².",
        foretold(true=BUGGY),
        foretold(true={"a+a": 1}),
    ),
    (
        "counts_twice",
        "That would be the share of a twice over in both lines. The engine assigns, so one share is "
        "left.",
        foretold(buggy={"a*a": 12}),
    ),
    (
        "nothing_arrives",
        "Something does arrive: the last of the assignments stays.",
        foretold(buggy={"a*a": 0, "a+a": 0, "a*a*a": 0}),
    ),
    (
        "only_the_first_share",
        "18 would be the share of the inner product, added up. The closure of the inner product "
        "assigns twice, a·3 each time.",
        foretold(buggy={"a*a*a": 18}),
    ),
    (
        "stops_at_the_inner_product",
        "The closure of the inner product runs as well, with the gradient 3 that has arrived at it.",
        foretold(buggy={"a*a*a": 3}),
    ),
    (
        "value_not_gradient",
        "That is the value of the expression. The gradient with respect to a is asked for.",
        foretold(buggy={"a*a": 9, "a+a": 6}, true={"a*a": 9, "a+a": 6}),
    ),
    (
        "product_rule_incomplete",
        "In (a·a)·a three factors depend on a, and each of them gives a² = 9.",
        foretold(true={"a*a*a": 18}),
    ),
):  # fmt: skip
    for count, source in enumerate(forms):
        predictions.misconception(name, sentence, source=source, form=f"{count}" if count else "")

predictions.alternative(
    "floats_and_spaces",
    source='import numpy as np\nbuggy = {"a * a": 3.0, "a + a": np.float32(1), "a * a * a": 9.0}\n'
    'true = {"a * a": 6.0, "a + a": 2, "a * a * a": 27}',
)
predictions.alternative(
    "true_is_one",
    source=foretold(buggy={"a+a": True}),
)


@predictions.oracle("the_engine_and_sympy")
def answer():
    import sympy

    _shown = {"a*a": lambda a: a * a, "a+a": lambda a: a + a, "a*a*a": lambda a: a * a * a}
    _a = sympy.Symbol("a")
    buggy = {key: gradients(BuggyValue, f, 3.0)[0] for key, f in _shown.items()}
    true = {key: f(_a).diff(_a).subs(_a, 3) for key, f in _shown.items()}


OFF_LIMITS = (
    "torch", "jax", "utils.engine", "utils.Value", "CourseValue", "utils.lent_engine",
    "utils.fresh_engine", "fresh_engine", *COPYING,
)  # fmt: skip


def own_engine(answer):
    """The answer's `Fixed`; an engine that is lent is no repair."""
    if is_lent(answer.Fixed):
        raise TypeError("this engine is the one of 3.13; the task is to repair BuggyValue")
    return answer.Fixed


def diamond(a, b):
    s = a + b
    t = s * s
    return ((t * t + t) + s) + a


def detour(a, b):
    p = a * a
    q = p + b
    return (q * q + a) + p


def way_round(a, b):
    p = a * a
    q = b + p
    return p + (a + q * q)


def chain(a, b):
    for _ in range(5):
        a = a * a + b + a
    return a


# In every sub-check some value is used more than once, so BuggyValue as it stands gets none of them.
PRODUCTS, SUMS, BOTH = (
    "one value in products",
    "one value in sums",
    "one value in a sum and in a product",
)
NUMBERS, DIAMOND = "plain numbers on either side", "a result that is used several times"
DETOUR = "a short and a long way from one result"
TABLE = {
    PRODUCTS: [
        ("a * a", lambda a, b: a * a),
        ("a * a * a", lambda a, b: a * a * a),
        ("(a * b) * (b * a)", lambda a, b: (a * b) * (b * a)),
    ],
    SUMS: [("a + a", lambda a, b: a + a), ("(a + a) + (b + a)", lambda a, b: (a + a) + (b + a))],
    BOTH: [
        ("(a + b) * a", lambda a, b: (a + b) * a),
        ("a * b + (a + b) * (b + a)", lambda a, b: a * b + (a + b) * (b + a)),
    ],
    NUMBERS: [
        ("2 * a + a * 3", lambda a, b: 2 * a + a * 3),
        ("(1 + a) * (a + 2)", lambda a, b: (1 + a) * (a + 2)),
    ],
    DIAMOND: [("s = a + b, t = s * s, ((t * t + t) + s) + a", diamond)],
    DETOUR: [
        ("p = a * a, q = p + b, (q * q + a) + p", detour),
        ("p = a * a, q = b + p, p + (a + q * q)", way_round),
        ("5 times a = a * a + b + a", chain),
    ],
}


@check(
    "3.14b", points=4, forbid=OFF_LIMITS, reveal=True, weights={DIAMOND: 1.5, DETOUR: 3, SUMS: 1.5}
)
def repaired(answer, rng):
    points = [tuple(rng.uniform(0.3, 0.9, 2).round(2).tolist()) for _ in range(2)]
    points[1] = (-points[1][0], points[1][1])

    def slopes(formula):
        Fixed, found = own_engine(answer), []
        with standing_on(GivenValue, Fixed):
            for numbers in points:
                a, b = map(Fixed, numbers)
                formula(a, b).backward()
                found.append([a.grad, b.grad])
        return found

    return {
        key: [attempt(slopes, named(text, formula)) for text, formula in rows]
        for key, rows in TABLE.items()
    }


SUM = "self.grad += out.grad\n            other.grad += out.grad"
PRODUCT = "self.grad += other.data * out.grad\n            other.grad += self.data * out.grad"
SUM_ASSIGNS, PRODUCT_ASSIGNS = SUM.replace("+=", "="), PRODUCT.replace("+=", "=")
repaired.misconception(
    "nothing_repaired",
    "The closures still assign. A value that is used several times keeps the share that came last: "
    "write += in all four lines.",
    edits={SUM: SUM_ASSIGNS, PRODUCT: PRODUCT_ASSIGNS},
)
repaired.misconception(
    "only_mul_repaired",
    "The product adds now, but the sum still assigns: a + a is wrong, and so is whatever else has "
    "reached a value "
    "before the sum does.",
    edits={SUM: SUM_ASSIGNS},
)
repaired.misconception(
    "only_add_repaired",
    "The sum adds now, but the product still assigns: a * a is wrong.",
    edits={PRODUCT: PRODUCT_ASSIGNS},
)
SQUARE = "if self is other:\n                self.grad {} 2 * self.data * out.grad\n            "
repaired.misconception(
    "square_special_case_falls_through",
    "The special case for a * a adds 2a, and then the two lines below it add their shares as well: "
    "4a in all. No special case is "
    "needed, since the two lines add a twice.",
    edits={PRODUCT: SQUARE.format("+=") + PRODUCT},
)
repaired.misconception(
    "square_special_case_but_still_assigns",
    "a * a has a special case now, but everything else still assigns: a value can be used twice "
    "without standing twice in one "
    "product.",
    edits={
        SUM: SUM_ASSIGNS,
        PRODUCT: SQUARE.format("=") + "    return\n            " + PRODUCT_ASSIGNS,
    },
)
repaired.misconception(
    "doubles_every_product",
    "Every product hands on twice its share. 2a belongs to a * a alone, where it comes about by "
    "itself: a is added twice.",
    edits={
        "+= other.data * out.grad": "+= 2 * other.data * out.grad",
        "+= self.data * out.grad": "+= 2 * self.data * out.grad",
    },
)
repaired.misconception(
    "product_rule_swapped",
    "The two shares of the product are exchanged: the derivative by one factor is the other factor.",
    edits={
        "+= other.data * out.grad": "+= self.data * out.grad",
        "+= self.data * out.grad": "+= other.data * out.grad",
    },
)


@repaired.misconception(
    "no_visited_set",
    "A value is put into the order once for every path that leads to it, and hands its gradient on "
    "as often. Each value "
    "belongs into it once.",
)
def answer():
    def backward(self):
        order = []

        def visit(v):
            for operand in dict.fromkeys(v._prev):
                visit(operand)
            order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            if v._prev:
                v._backward()

    Fixed.backward = backward


@repaired.misconception(
    "depth_first_without_topological_order",
    "A value hands its gradient on as soon as the first share has arrived, and the later shares "
    "never get any further. It "
    "has to wait until everything that was made from it is done.",
)
def answer():
    def backward(self):
        seen = set()

        def hand_on(v):
            if id(v) in seen or not v._prev:
                return
            seen.add(id(v))
            v._backward()
            for operand in v._prev:
                hand_on(operand)

        self.grad = 1.0
        hand_on(self)

    Fixed.backward = backward


@repaired.misconception(
    "hands_on_at_every_arrival",
    "A value hands its gradient on each time that a share arrives, and so hands the earlier shares "
    "on again.",
)
def answer():
    def backward(self):
        def hand_on(v):
            if v._prev:
                v._backward()
                for operand in v._prev:
                    hand_on(operand)

        self.grad = 1.0
        hand_on(self)

    Fixed.backward = backward


repaired.misconception(
    "no_upstream_gradient",
    "The local derivative alone is handed on. It has to be multiplied by what has arrived at the "
    "result.",
    edits={
        SUM: "self.grad += 1\n            other.grad += 1",
        PRODUCT: "self.grad += other.data\n            other.grad += self.data",
    },
)


@repaired.alternative("correct_case_for_squares")
def answer():
    class Fixed(BuggyValue):
        def __add__(self, other):
            out = BuggyValue.__add__(self, other)
            one, two = out._prev

            def _backward():
                for v in (one, two):
                    v.grad = v.grad + out.grad

            out._backward = _backward
            return out

        def __mul__(self, other):
            out = BuggyValue.__mul__(self, other)
            one, two = out._prev

            def _backward():
                if one is two:
                    one.grad += 2 * one.data * out.grad
                else:
                    one.grad += two.data * out.grad
                    two.grad += one.data * out.grad

            out._backward = _backward
            return out


@repaired.alternative("every_path_by_recursion")
def answer():
    class Fixed:
        def __init__(self, data, links=()):
            self.data, self.grad, self.links = data, 0.0, links

        def __add__(self, other):
            other = other if isinstance(other, Fixed) else Fixed(other)
            return Fixed(self.data + other.data, [(self, 1.0), (other, 1.0)])

        def __mul__(self, other):
            other = other if isinstance(other, Fixed) else Fixed(other)
            return Fixed(self.data * other.data, [(self, other.data), (other, self.data)])

        __radd__, __rmul__ = __add__, __mul__

        def backward(self, upstream=1.0):
            self.grad += upstream
            for operand, slope in self.links:
                operand.backward(slope * upstream)


@repaired.alternative("kahn_and_numpy")
def answer():
    import numpy as np

    class Fixed:
        def __init__(self, data):
            self.data, self.grad = np.float64(data), np.float64(0)
            self._from = []

        def _made(self, number, *shares):
            out = Fixed(number)
            out._from = list(shares)
            return out

        def _lift(self, x):
            return x if isinstance(x, Fixed) else Fixed(x)

        def __add__(self, other):
            other = self._lift(other)
            return self._made(self.data + other.data, (self, 1), (other, 1))

        def __mul__(self, other):
            other = self._lift(other)
            return self._made(self.data * other.data, (self, other.data), (other, self.data))

        def __radd__(self, other):
            return self + other

        def __rmul__(self, other):
            return self * other

        def backward(self):
            waiting, uses = [self], {}
            seen = {id(self)}
            for v in waiting:
                for operand, _ in v._from:
                    uses[id(operand)] = uses.get(id(operand), 0) + 1
                    if id(operand) not in seen:
                        seen.add(id(operand))
                        waiting.append(operand)
            self.grad, ready = np.float64(1), [self]
            while ready:
                v = ready.pop()
                for operand, slope in v._from:
                    operand.grad = operand.grad + slope * v.grad
                    uses[id(operand)] -= 1
                    if not uses[id(operand)]:
                        ready.append(operand)


@repaired.oracle("torch_autograd")
def answer():
    class Fixed:
        def __init__(self, data, tensor=None):
            import torch

            leaf = torch.tensor(data, dtype=torch.float64, requires_grad=True)
            self.tensor = leaf if tensor is None else tensor

        data = property(lambda self: self.tensor.item())
        grad = property(
            lambda self: self.tensor.grad.item() if self.tensor.grad is not None else 0.0
        )

        def __add__(self, other):
            return Fixed(0.0, self.tensor + getattr(other, "tensor", other))

        def __mul__(self, other):
            return Fixed(0.0, self.tensor * getattr(other, "tensor", other))

        __radd__, __rmul__ = __add__, __mul__

        def backward(self):
            self.tensor.backward()


written(
    "3.14-written",
    rubric=[
        (0.5, "There are two values and two visits; the product is visited once, not twice."),
        (0.5, "The closure changes a.grad twice, by a each time: 0, a, 2a."),
        (
            0.5,
            "The gradient of a value is complete before it is handed on: results come first.",
        ),
    ],
)
