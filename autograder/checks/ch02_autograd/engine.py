"""2.12: the mini-project. An autograd engine, its gradient check, XOR, and tensors."""

import contextlib
import inspect
import math
import re

import numpy as np

import utils.engine
from autograder.check import Fault, check, every
from autograder.inside import attempt, named
from utils import load_digits

COURSE_VALUE = utils.engine.Value

# ---------------------------------------------------------------- 2.12a: Value

OFF_LIMITS = ("utils.engine", "utils.Value", "CourseValue", "torch", "jax")


def own_value(answer):
    """The answer's `Value`. The course's engine is refused, however it was fetched."""
    given = COURSE_VALUE.__module__
    if any(kind.__module__ == given for kind in getattr(answer.Value, "__mro__", ())):
        raise TypeError("this Value is the course's engine; the task is to write your own")
    return answer.Value


def gradients(answer, f, *numbers):
    """f and its gradients at the given numbers, by the answer's `Value`."""
    xs = [own_value(answer)(number) for number in numbers]
    z = f(*xs)
    z.backward()
    return {"value": z.data, "gradients": [x.grad for x in xs]}


def halves(n):
    """A chain in which every value is used twice by the next one."""

    def chain(x):
        for _ in range(n):
            x = x * 0.5 + x * 0.5
        return x

    return chain


def detour(a, b):
    """The product is used directly, and again at the end of a longer path."""
    product = a * b
    return product + ((product + b) * a + b) * a


def diamond(a, b):
    """One intermediate value feeds two others, which meet again and again."""
    s = a + b
    p = s * a
    q = s * b
    t = p * q
    return t * s + t


def network(x1, x2, w1, w2, b1, w3, w4, b2, v):
    """Two tanh units and a sigmoid."""
    h1 = (w1 * x1 + w2 * x2 + b1).tanh()
    h2 = (w3 * x1 + w4 * x2 + b2).tanh()
    return (h1 * v + h2 * h1 - 0.5).sigmoid()


LONG_FORMULAS = {
    "a diamond": "s = a + b, t = (s * a) * (s * b), z = t * s + t",
    "a short and a long path": "p = a * b, z = p + ((p + b) * a + b) * a",
    "a neuron": "(w * x + b).tanh()",
    "a network": "two tanh units and a sigmoid",
    "a chain": "150 times x = x * 0.5 + x * 0.5",
}


@check("2.12a", points=16, forbid=OFF_LIMITS, reveal=True)
def engine(answer, rng):
    a, b, c = rng.uniform(1.2, 3.0, 3).round(2).tolist()
    k = round(float(rng.uniform(1.5, 4.0)), 2)
    u, v = rng.uniform(0.3, 0.9, 2).round(2).tolist()
    weights = rng.uniform(-1.0, 1.0, 9).round(2).tolist()

    def run(formula, *at):
        return gradients(answer, formula, *at)

    def named_formulas(formulas):
        return {
            name: named(re.sub(r"\bk\b", str(k), LONG_FORMULAS.get(name, name)), formula)
            for name, formula in formulas.items()
        }

    def fresh(number):
        value = own_value(answer)(number)
        return [value.data, value.grad]

    def seed_and_middle(x, y):
        x, y = own_value(answer)(x), own_value(answer)(y)
        middle = x + y
        z = middle * y
        z.backward()
        return {"gradient of z": z.grad, "gradient of x + y": middle.grad}

    def two_graphs(x, y):
        x, y = own_value(answer)(x), own_value(answer)(y)
        (x + y).backward()
        (x + y + x).backward()
        return [x.grad, y.grad]

    def values(x, y):
        x, y = own_value(answer)(x), own_value(answer)(y)
        return [(x + y).data, (x * y).data, (x - y).data, (x / y).data]

    def curves(x):
        x = own_value(answer)(x)
        return [x.tanh().data, x.sigmoid().data, x.relu().data, (x**3).data]

    F = named_formulas(
        {
            "a + b": lambda a, b: a + b,
            "a + k": lambda a: a + k,
            "k + a": lambda a: k + a,
            "a * b": lambda a, b: a * b,
            "a * k": lambda a: a * k,
            "k * a": lambda a: k * a,
            "a * b * c": lambda a, b, c: a * b * c,
            "a - b": lambda a, b: a - b,
            "a - k": lambda a: a - k,
            "k - a": lambda a: k - a,
            "-a": lambda a: -a,
            "a / b": lambda a, b: a / b,
            "a / k": lambda a: a / k,
            "k / a": lambda a: k / a,
            "a ** 2": lambda a: a**2,
            "(a * b) ** 3": lambda a, b: (a * b) ** 3,
            "(k * a ** 2.5) ** -1": lambda a: (k * a**2.5) ** -1,
            "a.tanh()": lambda a: a.tanh(),
            "(a * b).tanh() * k": lambda a, b: (a * b).tanh() * k,
            "a.relu() * k": lambda a: a.relu() * k,
            "a.sigmoid()": lambda a: a.sigmoid(),
            "(a * b).sigmoid() * k": lambda a, b: (a * b).sigmoid() * k,
            "a + a + a": lambda a: a + a + a,
            "a * a": lambda a: a * a,
            "a * b + a": lambda a, b: a * b + a,
            "a diamond": diamond,
            "a short and a long path": detour,
            "a neuron": lambda w, x, b: (w * x + b).tanh(),
            "a network": network,
            "a chain": halves(150),
        }
    )
    return {
        "a leaf: its number and a gradient of 0": attempt(fresh, a),
        "values of + * - /": attempt(values, a, b),
        "values of tanh, sigmoid, relu, power": attempt(curves, u),
        "a + b": attempt(run, F["a + b"], a, -b),
        "a + number": attempt(run, F["a + k"], a),
        "number + a": attempt(run, F["k + a"], a),
        "a * b": attempt(run, F["a * b"], a, -b),
        "a * number": attempt(run, F["a * k"], a),
        "number * a": attempt(run, F["k * a"], a),
        "the chain rule through a product": attempt(run, F["a * b * c"], a, b, -c),
        "a - b": attempt(run, F["a - b"], a, b),
        "a - number": attempt(run, F["a - k"], a),
        "number - a": attempt(run, F["k - a"], a),
        "minus a": attempt(run, F["-a"], a),
        "a / b": attempt(run, F["a / b"], a, -b),
        "a / number": attempt(run, F["a / k"], a),
        "number / a": attempt(run, F["k / a"], a),
        "a square": attempt(run, F["a ** 2"], -a),
        "the chain rule through a power": attempt(run, F["(a * b) ** 3"], a, b),
        "fractional and negative powers": attempt(run, F["(k * a ** 2.5) ** -1"], a),
        "tanh": attempt(run, F["a.tanh()"], u),
        "the chain rule through tanh": attempt(run, F["(a * b).tanh() * k"], u, -v),
        "relu where it is on": attempt(run, F["a.relu() * k"], u),
        "relu where it is off": attempt(run, F["a.relu() * k"], -u),
        "sigmoid": attempt(run, F["a.sigmoid()"], a),
        "the chain rule through the sigmoid": attempt(run, F["(a * b).sigmoid() * k"], a, -v),
        "one value in several terms": attempt(run, F["a + a + a"], a),
        "one value as both factors": attempt(run, F["a * a"], a),
        "one value in a product and a sum": attempt(run, F["a * b + a"], a, b),
        "a diamond: shared results": attempt(run, F["a diamond"], u, v),
        "a short and a long path from one result": attempt(run, F["a short and a long path"], u, v),
        "a neuron": attempt(run, F["a neuron"], u, v, -k / 4),
        "a network of two layers": attempt(run, F["a network"], *weights),
        "where backward begins": attempt(seed_and_middle, a, b),
        "a second graph adds to the gradients": attempt(two_graphs, a, b),
        "a chain in which everything is used twice": attempt(run, F["a chain"], a, seconds=0.4),
    }


# The course's own engine: closures instead of recorded slopes. Some mistakes are only possible there.
CLOSURES = inspect.getsource(utils.engine).partition('"""\n\n')[2]
CLOSURES = CLOSURES[CLOSURES.index("import math") :]


def closures(**edits):
    """The course's engine as the text of an answer, after replacements {name: (old, new)}."""
    text = CLOSURES
    for old, new in edits.values():
        assert old in text, old
        text = text.replace(old, new)
    return text


engine.alternative("closures", source=CLOSURES)


@engine.alternative("recursive_and_in_float32")
class Value:  # noqa: F811
    def __init__(self, data, children=()):
        self.data = np.float32(data)
        self.grad = np.float32(0)
        self.children = children  # pairs (operand, local derivative)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1), (other, 1)])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __pow__(self, n):
        return Value(self.data**n, [(self, n * self.data ** (n - 1))])

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * (other if isinstance(other, Value) else Value(other)) ** -1

    def __rtruediv__(self, other):
        return self**-1 * other

    def relu(self):
        return self * (1 if self.data > 0 else 0)

    def tanh(self):
        return 2 * (2 * self).sigmoid() - 1

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.data))
        return Value(s, [(self, s * (1 - s))])

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for child, _ in v.children:
                    visit(child)
                order.insert(0, v)

        visit(self)
        self.grad = np.float32(1)
        for v in order:
            for child, slope in v.children:
                child.grad = child.grad + v.grad * slope


@engine.alternative("one_tape_for_all")
class Value:  # noqa: F811
    tape = []

    def __init__(self, data):
        self.data, self.grad = data, 0

    def record(self, data, *slopes):
        z = Value(data)
        Value.tape.append((z, slopes))
        return z

    def number(self, x):
        return x.data if isinstance(x, Value) else x

    def __add__(self, x):
        return self.record(self.data + self.number(x), (self, 1), (x, 1))

    def __sub__(self, x):
        return self.record(self.data - self.number(x), (self, 1), (x, -1))

    def __rsub__(self, x):
        return self.record(x - self.data, (self, -1))

    def __mul__(self, x):
        return self.record(self.data * self.number(x), (self, self.number(x)), (x, self.data))

    def __truediv__(self, x):
        n = self.number(x)
        return self.record(self.data / n, (self, 1 / n), (x, -self.data / n**2))

    def __rtruediv__(self, x):
        return self.record(x / self.data, (self, -x / self.data**2))

    def __pow__(self, n):
        return self.record(self.data**n, (self, n * self.data ** (n - 1)))

    def __neg__(self):
        return self.record(-self.data, (self, -1))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self.record(self.data * (self.data > 0), (self, self.data > 0))

    def tanh(self):
        return self.record(math.tanh(self.data), (self, math.cosh(self.data) ** -2))

    def sigmoid(self):
        e = math.exp(-self.data)
        return self.record(1 / (1 + e), (self, e / (1 + e) ** 2))

    def backward(self):
        collected = {self: 1}
        self.grad += 1
        for z, slopes in reversed(Value.tape):
            for operand, slope in slopes if z in collected else ():
                if isinstance(operand, Value):
                    gradient = collected[z] * slope
                    collected[operand] = collected.get(operand, 0) + gradient
                    operand.grad += gradient


TORCH_VALUE = """
class Value:
    def __init__(self, data):
        import torch

        if isinstance(data, torch.Tensor):
            self.tensor = data
            data.retain_grad()
        else:
            self.tensor = torch.tensor(float(data), dtype=torch.float64, requires_grad=True)

    @staticmethod
    def bare(x):
        return x.tensor if isinstance(x, Value) else float(x)

    @property
    def data(self):
        return self.tensor.item()

    @property
    def grad(self):
        return 0.0 if self.tensor.grad is None else self.tensor.grad.item()

    def __add__(self, x):
        return Value(self.tensor + Value.bare(x))

    def __radd__(self, x):
        return Value(x + self.tensor)

    def __sub__(self, x):
        return Value(self.tensor - Value.bare(x))

    def __rsub__(self, x):
        return Value(x - self.tensor)

    def __mul__(self, x):
        return Value(self.tensor * Value.bare(x))

    def __rmul__(self, x):
        return Value(x * self.tensor)

    def __truediv__(self, x):
        return Value(self.tensor / Value.bare(x))

    def __rtruediv__(self, x):
        return Value(x / self.tensor)

    def __pow__(self, n):
        return Value(self.tensor ** float(n))

    def __neg__(self):
        return Value(-self.tensor)

    def relu(self):
        return Value(self.tensor.relu())

    def tanh(self):
        return Value(self.tensor.tanh())

    def sigmoid(self):
        return Value(self.tensor.sigmoid())

    def backward(self):
        self.tensor.backward()
"""
engine.oracle("torch_float64", source=TORCH_VALUE)

engine.misconception(
    "assigns_instead_of_accumulating",
    "A gradient is overwritten where it should grow: a value that is used several times gets a "
    "share from every use, and the shares add up.",
    edits={"parent.grad += slope": "parent.grad = slope"},
)
engine.misconception(
    "mul_assigns",
    "The product overwrites the gradients of its factors instead of adding to them. Every "
    "operation has to add, because it cannot know who else uses its operands.",
    source=closures(
        one=("self.grad += other.data * out.grad", "self.grad = other.data * out.grad"),
        two=("other.grad += self.data * out.grad", "other.grad = self.data * out.grad"),
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
    source=closures(one=("math.pow(self.data, n - 1) * out.grad", "math.pow(self.data, n - 1)")),
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


@check("2.12a-bonus", points=2, bonus=True, forbid=OFF_LIMITS, reveal=True)
def sturdy_engine(answer, rng):
    def run(formula, a):
        return gradients(answer, named(formula, EXPRESSIONS[formula]), a)

    def many_additions(x):
        z = x
        for _ in range(5_000):
            z = z + 0.5
        return z

    EXPRESSIONS = {
        "a + 0.5 + 0.5 + ...": many_additions,
        "a.sigmoid()": lambda a: a.sigmoid(),
        "a ** 0": lambda a: a**0,
        "a ** np.int64(3)": lambda a: a ** np.int64(3),
        "a ** np.float32(0.5)": lambda a: a ** np.float32(0.5),
    }
    x = round(float(rng.uniform(1, 3)), 2)
    return {
        "a chain of 5000 additions": attempt(run, "a + 0.5 + 0.5 + ...", x, seconds=6.0),
        "sigmoid far to the left": attempt(run, "a.sigmoid()", -800),
        "sigmoid far to the right": attempt(run, "a.sigmoid()", 800.0),
        "0 to the power 0": attempt(run, "a ** 0", 0),
        "a NumPy integer as exponent": attempt(run, "a ** np.int64(3)", x),
        "a NumPy float as exponent": attempt(run, "a ** np.float32(0.5)", x),
    }


@sturdy_engine.misconception(
    "recursive_order",
    "The order is found by a function that calls itself, one level per operation, and Python "
    "allows about a thousand levels. Keep a list of what is still to be visited, and loop.",
)
def answer():
    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for parent in v._prev:
                    visit(parent)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for parent, slope in zip(v._prev, v._slopes):
                parent.grad += slope * v.grad

    Value.backward = backward


sturdy_engine.misconception(
    "exp_of_minus_x_overflows",
    "exp(-x) overflows for very negative x. Use exp of a negative number only, or tanh, which "
    "cannot overflow.",
    edits={"(1 + math.tanh(self.data / 2)) / 2": "1 / (1 + math.exp(-self.data))"},
)
sturdy_engine.misconception(
    "exp_of_x_overflows",
    "exp(x) overflows for very large x. Use exp of a negative number only, or tanh, which cannot "
    "overflow.",
    edits={"(1 + math.tanh(self.data / 2)) / 2": "math.exp(self.data) / (math.exp(self.data) + 1)"},
)
sturdy_engine.misconception(
    "zero_exponent_divides_by_zero",
    "For the exponent 0 the formula asks for 0 times 1/0. But a ** 0 is the constant 1, so its "
    "derivative is 0.",
    edits={"n * self.data ** (n - 1) if n else 0.0": "n * self.data ** (n - 1)"},
)
sturdy_engine.misconception(
    "insists_on_python_numbers",
    "NumPy's numbers are refused as exponents: they are numbers too, though not int or float.",
    edits={"slope = n *": "assert type(n) in (int, float)\n        slope = n *"},
)
sturdy_engine.alternative("closures", source=CLOSURES)


@sturdy_engine.alternative("a_heap_of_values_by_age")
class Value:  # noqa: F811
    def __init__(self, data, *slopes):
        self.data, self.grad, self.slopes = data, 0, slopes
        self.age = 1 + max((v.age for v, _ in slopes), default=0)

    def __add__(self, k):
        return Value(self.data + k, (self, 1))

    def __pow__(self, n):
        n = float(n)
        return Value(self.data**n, (self, n and n * self.data ** (n - 1)))

    def sigmoid(self):
        s = np.exp(-np.logaddexp(0, -self.data))
        return Value(s, (self, s * np.exp(-np.logaddexp(0, self.data))))

    def backward(self):
        import heapq

        self.grad, heap, seen = 1, [(-self.age, id(self), self)], {self}
        while heap:
            _, _, v = heapq.heappop(heap)
            for operand, slope in v.slopes:
                operand.grad += slope * v.grad
                if operand not in seen:
                    seen.add(operand)
                    heapq.heappush(heap, (-operand.age, id(operand), operand))


sturdy_engine.oracle("torch_float64", source=TORCH_VALUE)


# -------------------------------------------- the course's engine, with methods replaced

ARITHMETIC = ("__add__", "__sub__", "__mul__", "__truediv__")
UNARY = ("__pow__", "__neg__", "exp", "log", "relu", "tanh", "sigmoid")


def engine_with(**replaced):
    """A class like the course's `Value`, with some methods replaced; its results stay in it."""

    def staying(method):
        def call(self, *args):
            out = method(self, *args)
            out.__class__ = made
            return out

        return call

    def reflected(name):
        return lambda self, number: getattr(made(number), name)(self)

    methods = {name: getattr(COURSE_VALUE, name) for name in (*ARITHMETIC, *UNARY)} | replaced
    results = {name: staying(methods.pop(name)) for name in (*ARITHMETIC, *UNARY)}
    mirrors = {name.replace("__", "__r", 1): reflected(name) for name in ARITHMETIC}
    made = type("Value", (COURSE_VALUE,), {**methods, **results, **mirrors})
    return made


def handing_on(forward, *slopes):
    """An operation with these local derivatives: functions of its operands' data."""

    def operation(self, *others):
        others = [COURSE_VALUE._lift(other) for other in others]
        operands = (self, *others)
        numbers = [v.data for v in operands]
        out = COURSE_VALUE(forward(*numbers), operands, "op")

        def hand_on():
            for v, slope in zip(operands, slopes):
                v.grad += slope(*numbers) * out.grad

        out._backward = hand_on
        return out

    return operation


# ---------------------------------------------------------------- 2.12b: gradient checking


@check("2.12b", points=4, reveal=True)
def gradient_check(answer, rng):
    right = engine_with()
    forgets_square = engine_with(
        tanh=handing_on(math.tanh, lambda x: 1 - math.tanh(x)),
    )
    too_small = engine_with(sigmoid=handing_on(lambda x: 1 / (1 + math.exp(-x)), lambda x: 0.0))
    wrong_denominator = engine_with(
        __truediv__=handing_on(lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: a / b**2),
    )
    swapped = engine_with(
        __mul__=handing_on(lambda a, b: a * b, lambda a, b: a, lambda a, b: b),
    )

    def error(engine, f, xs, **options):
        return answer.with_given("gradient_error", Value=engine)(f, xs, **options)

    def compared(text, f, xs, wrong):
        def errors(f, xs):
            return {"right engine": error(right, f, xs), "wrong engine": error(wrong, f, xs)}

        return attempt(errors, named(text, f), xs)

    def cubic(x, h):
        return error(right, lambda v: v[0] ** 3 * v[1], [x, 1.5], h=h)

    def twice(f, xs):
        return [error(forgets_square, f, xs), error(forgets_square, f, xs), list(xs)]

    a, b, c = rng.uniform(0.6, 1.6, 3).round(2).tolist()
    return {
        "tanh without its square": compared(
            "v[0].tanh() * 2", lambda v: v[0].tanh() * 2, [a], forgets_square
        ),
        "tanh without its square, on the other side": compared(
            "v[0].tanh() * 3", lambda v: v[0].tanh() * 3, [-a], forgets_square
        ),
        "a sigmoid whose gradient is too small": compared(
            "v[0] + v[1].sigmoid()", lambda v: v[0] + v[1].sigmoid(), [a, b], too_small
        ),
        "a sigmoid whose gradient is too large": compared(
            "v[0] - v[1].sigmoid()", lambda v: v[0] - v[1].sigmoid(), [a, b], too_small
        ),
        "only the first gradient is wrong": compared(
            "v[0].tanh() + v[1] * v[2]",
            lambda v: v[0].tanh() + v[1] * v[2],
            [-a, b, c],
            forgets_square,
        ),
        "only the last gradient is wrong": compared(
            "v[0] + v[1] / v[2]", lambda v: v[0] + v[1] / v[2], [a, b, c], wrong_denominator
        ),
        "several gradients are wrong": compared(
            "v[0] * v[1] + v[2].tanh()",
            lambda v: v[0] * v[1] + v[2].tanh(),
            [2 * a, -b, c],
            swapped,
        ),
        "a coarse step": attempt(cubic, 2 * a, 0.5),
        "another coarse step": attempt(cubic, -a, 0.2),
        "whole numbers": compared("v[0] * v[1]", lambda v: v[0] * v[1], [3, -2], swapped),
        "two calls with one list": attempt(
            twice, named("v[0].tanh() * v[1]", lambda v: v[0].tanh() * v[1]), [a, -b]
        ),
    }


@gradient_check.misconception(
    "always_zero",
    "No difference is ever reported. Both sides must be computed on their own: the engine's "
    "gradient by backward, the other one from values of f alone.",
)
def gradient_error(f, xs, h=1e-6):
    return 0.0


gradient_check.misconception(
    "forward_difference",
    "The slope is taken on one side only, (f(x + h) - f(x)) / h. That is much less exact than the"
    " central difference, which looks h to either side.",
    edits={"(moved(i, h) - moved(i, -h)) / (2 * h)": "(moved(i, h) - moved(i, 0)) / h"},
)
gradient_check.misconception(
    "divides_by_h",
    "From x - h to x + h the distance is 2h; here the difference is divided by h.",
    edits={"(2 * h)": "h"},
)
gradient_check.misconception(
    "ignores_h",
    "The step h is not used as given; a fixed step takes its place.",
    edits={'    """Largest': '    h = 1e-6\n    """Largest'},
)
gradient_check.misconception(
    "signed_maximum",
    "The differences are compared with their signs, so a gradient that is too small passes as a "
    "small number. Take absolute values first.",
    edits={"abs(v.grad - slope)": "v.grad - slope"},
)
gradient_check.misconception(
    "signed_maximum_from_zero",
    "The differences are compared with their signs, so a gradient that is too small never counts. "
    "Take absolute values first.",
    edits={"max(abs(v.grad - slope)": "max([0.0] + [v.grad - slope", "slopes))": "slopes)])"},
)
gradient_check.misconception(
    "first_input_only",
    "Only the first input's gradient is compared; every input needs its own.",
    edits={"for v, slope in zip(values, slopes)": "for v, slope in list(zip(values, slopes))[:1]"},
)
gradient_check.misconception(
    "last_input_only",
    "Only the last input's difference survives; keep the largest over all inputs.",
    edits={"for v, slope in zip(values, slopes)": "for v, slope in list(zip(values, slopes))[-1:]"},
)
gradient_check.misconception(
    "moves_all_inputs_at_once",
    "All inputs are moved together, which gives the sum of the partial derivatives. Move one "
    "input at a time and keep the others where they are.",
    edits={"step * (i == j)": "step"},
)
gradient_check.misconception(
    "average_instead_of_largest",
    "The differences are averaged. One wrong gradient among many right ones almost disappears in "
    "a mean; the largest difference cannot hide.",
    edits={
        "return max(": "return np.mean([",
        "zip(values, slopes))": "zip(values, slopes)])",
    },
)
gradient_check.misconception(
    "relative_error",
    "The difference is divided by the size of the gradient. Relative errors have their uses; here"
    " the absolute difference is asked for.",
    edits={"abs(v.grad - slope)": "abs(v.grad - slope) / max(abs(v.grad), abs(slope))"},
)


@gradient_check.misconception(
    "values_are_used_again",
    "The same values serve every evaluation, and their gradients from the earlier backward passes"
    " are still there. Make fresh values, or compare after a single backward pass.",
)
def gradient_error(f, xs, h=1e-6):
    values = [Value(x) for x in xs]
    errors = []
    for v, x in zip(values, xs):
        f(values).backward()
        v.data = x + h
        up = f(values).data
        v.data = x - h
        down = f(values).data
        v.data = x
        errors.append(abs(v.grad - (up - down) / (2 * h)))
    return max(errors)


@gradient_check.misconception(
    "forgets_to_move_back",
    "An input that was moved by h is not put back before the next one is moved, so the later "
    "slopes are taken at another point.",
)
def gradient_error(f, xs, h=1e-6):
    values = [Value(x) for x in xs]
    f(values).backward()
    worst = 0.0
    for v, x in zip(values, xs):
        v.data = x + h
        up = f(values).data
        v.data = x - h
        down = f(values).data
        v.data = x + 1
        worst = max(worst, abs(v.grad - (up - down) / (2 * h)))
    return worst


@gradient_check.alternative("one_list_moved_and_restored")
def gradient_error(f, xs, h=1e-6):
    values = [Value(x) for x in xs]
    f(values).backward()
    grads = [v.grad for v in values]
    worst = 0
    for i in range(len(values)):
        middle = values[i].data
        values[i].data = middle + h
        up = f(values).data
        values[i].data = middle - h
        down = f(values).data
        values[i].data = middle
        worst = max(worst, abs((up - down) / 2 / h - grads[i]))
    return worst


@gradient_check.alternative("numpy_rows_of_the_identity")
def gradient_error(f, xs, h=1e-6):
    at = lambda x: f([Value(number) for number in x])  # noqa: E731
    x = np.array(xs, dtype=float)
    leaves = list(map(Value, x))
    f(leaves).backward()
    numeric = [(at(x + e).data - at(x - e).data) / (2 * h) for e in h * np.eye(len(x))]
    return np.abs(np.subtract([leaf.grad for leaf in leaves], numeric)).max()


@gradient_check.oracle("numpy_gradient_along_a_grid")
def gradient_error(f, xs, h=1e-6):
    leaves = [Value(x) for x in xs]
    f(leaves).backward()
    worst = []
    for i, leaf in enumerate(leaves):
        grid = [xs[i] - h, xs[i], xs[i] + h]
        line = [f([Value(p if i == j else x) for j, x in enumerate(xs)]).data for p in grid]
        worst.append(abs(leaf.grad - np.gradient(line, h)[1]))
    return float(np.max(worst))


# ---------------------------------------------------------------- 2.12c: XOR

CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
XOR = (0.0, 1.0, 1.0, 0.0)


class Watch:
    """What an engine saw of a training: an engine, and notes taken at every backward pass."""

    def __init__(self):
        self.engine = engine_with(
            backward=lambda value: self.backward(value),
            **{name: self.bending(name) for name in ("tanh", "relu", "sigmoid", "exp", "__pow__")},
        )
        self.bends = []  # (operation, output) since the last backward pass
        self.leaves = []  # (leaf, data, grad) as the last backward pass left them
        self.notes = {"backward passes": 0, "resets": 0, "moves": 0, "uphill": 0, "compared": 0}
        self.sizes = []
        self.losses = []

    def bending(self, name):
        operation = getattr(COURSE_VALUE, name)

        def call(value, *args):
            out = operation(value, *args)
            self.bends.append((name, out.data))
            return out

        return call

    def backward(self, value):
        order = utils.engine.topological_order(value)
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
        self.bends.clear()

    def compare(self, used):
        """What happened to the leaves since the last backward pass?"""
        kept = [(v, data, grad) for v, data, grad in self.leaves if id(v) in used and grad != 0]
        steps = [(v.data - data) * grad for v, data, grad in kept]
        self.notes["compared"] += bool(kept)
        self.notes["resets"] += any(v.grad != grad for v, _, grad in kept)
        self.notes["moves"] += any(steps)
        self.notes["uphill"] += sum(steps) > 0

    def summary(self):
        if not self.sizes:
            return dict(self.notes)
        return self.notes | {
            "graph, first and largest": [self.sizes[0], max(self.sizes)],
            "loss, first and largest": [min(v, 1e300) for v in (self.losses[0], max(self.losses))],
        }


def plain_number(v):
    return v.data if isinstance(v, COURSE_VALUE) else float(v)


def train_and_ask(train, seed, watch):
    """Train on the watched engine, ask the network at the corners."""
    names = getattr(train, "__wrapped__", train).__globals__
    given = {"Value": watch.engine, "CourseValue": watch.engine}
    before = {name: names[name] for name in given if name in names}
    names.update(given)
    try:
        predict, losses = train(seed)
        watch.bends.clear()
        predictions = [plain_number(predict(*corner)) for corner in CORNERS]
        bends = list(watch.bends)
    finally:
        for name in given:
            del names[name]
        names.update(before)
    return {
        "predictions": predictions,
        "losses": [plain_number(loss) for loss in losses],
        "bends": [[name, value] for name, value in bends],
    }


@check("2.12c", points=8, seconds=40.0)
def xor(answer, rng):
    watches, results = {0: Watch(), 1: Watch()}, {}

    def result(seed):
        if seed not in results:
            try:
                results[seed] = train_and_ask(answer.train_xor, seed, watches[seed])
            except BaseException as error:
                results[seed] = error
        if isinstance(results[seed], BaseException):
            raise results[seed]
        return results[seed]

    def predictions(seed):
        return result(seed)["predictions"]

    def losses(seed):
        found = result(seed)["losses"]
        earlier = found[-1 - len(found) // 10]
        return {"first": found[0], "earlier": earlier, "last": found[-1], "number": len(found)}

    def units(seed):
        return {"bends": result(seed)["bends"], "predictions": result(seed)["predictions"]}

    def first_losses():
        return [losses(0)["first"], losses(1)["first"]]

    answers = [attempt(predictions, seed, seconds=15.0) for seed in (0, 1)]
    recorded = [attempt(losses, seed) for seed in (0, 1)]
    return {
        "seed 0: it answers like XOR": answers[0],
        "seed 1: it answers like XOR": answers[1],
        "seed 0: the last loss is the network's": recorded[0],
        "seed 1: the last loss is the network's": recorded[1],
        "the losses fall": attempt(lambda: [losses(0), losses(1)]),
        "every step goes downhill": [watches[seed].summary() for seed in (0, 1)],
        "the hidden layer bends": attempt(units, 0),
        "another seed, another start": attempt(first_losses),
    }


@xor.judge
def judge_xor(seen, rng):
    """Demanded of `train_xor`, for seeds 0 and 1 on the course's engine: the mean squared error over the
    four points, recomputed from `predict`, is below 0.01; the last recorded loss is that error (within a
    quarter, as recording it before or after the last step are both right); between 2 and 2001 losses,
    falling; parameters that move against their gradients, which are reset; an output that is not linear
    in the inputs; and a start that depends on the seed. Anything else is the student's choice. Without
    a training on the engine nothing counts: a table of XOR needs none.
    """
    why = diagnosis(seen)
    said = {}
    for seed in (0, 1):
        answers, recorded = (
            f"seed {seed}: it answers like XOR",
            f"seed {seed}: the last loss is the network's",
        )
        error = squared_error(seen[answers])
        said[answers] = error < 0.01 or Fault(
            f"the mean squared error is {error:.3g}, not below 0.01", why
        )
        last = seen[recorded]["last"] if isinstance(seen[recorded], dict) else math.nan
        said[recorded] = close_to(last, error) or Fault(
            f"the last loss is {last:.3g}, but the predictions have a mean squared error of {error:.3g}",
            wrong_record(last, error, why),
        )
    said["the losses fall"] = losses_fall(seen["the losses fall"], why)
    said["every step goes downhill"] = steps_hold(seen["every step goes downhill"], why)
    said["the hidden layer bends"] = bends_hold(seen["the hidden layer bends"])
    first = seen["another seed, another start"]
    said["another seed, another start"] = (
        isinstance(first, list) and first[0] != first[1]
    ) or Fault(
        "seeds 0 and 1 begin with the same loss",
        "all_zero_init" if why == "all_zero_init" else "ignores_seed",
    )
    if any(notes["backward passes"] < 2 for notes in seen["every step goes downhill"]):
        name = "formula_instead_of_network"  # then nothing that holds was learnt
        return {
            key: outcome if isinstance(outcome, Fault) else Fault(STEP_FAULTS[name], name)
            for key, outcome in said.items()
        }
    return said


def squared_error(predictions):
    if not isinstance(predictions, list):
        return math.nan
    return sum((p - y) ** 2 for p, y in zip(predictions, XOR)) / 4


def close_to(recorded, error):
    return abs(recorded - error) <= 0.25 * max(recorded, error) + 1e-4


def wrong_record(last, error, why):
    """Whose fault is a last loss that is not the error of the predictions?"""
    if close_to(last, 4 * error):
        return "sum_instead_of_mean"
    restless = error >= 0.01 and why not in (None, "formula_instead_of_network")
    return None if restless else "fabricated_losses"


def losses_fall(both, why):
    if not isinstance(both, list):
        return Fault("there are no losses to look at")
    for seed, losses in enumerate(both):
        if not 2 <= losses["number"] <= 2001:
            return Fault(
                f"seed {seed}: there are {losses['number']} losses; one per step, at most 2000 steps",
                "fabricated_losses" if losses["number"] < 2 else None,
            )
        if not losses["last"] < 0.9 * losses["first"]:
            return Fault(
                f"seed {seed}: the loss goes from {losses['first']:.3g} to {losses['last']:.3g}",
                why,
            )
    return True


def steps_hold(both, why):
    for seed, notes in enumerate(both):
        if (name := wrong_step(notes)) is not None:
            return Fault(f"seed {seed}: {STEP_FAULTS[name]}", name)
    return True


STEP_FAULTS = {
    "formula_instead_of_network": "no training with backward was seen on the engine",
    "ascends": "the steps go uphill: the parameters move along their gradients",
    "update_is_recorded": "the graph of the loss grows from step to step",
    "rebinds_data_breaks_params": "the parameters that the loss depends on never change",
    "steps_too_large": "the loss explodes",
    "no_zero_grad": "the gradients are never set back to 0 between two backward passes",
}


def wrong_step(notes):
    """What is wrong with the steps that the engine saw, or None."""
    if notes["backward passes"] < 2:
        return "formula_instead_of_network"
    first, largest = notes["graph, first and largest"]
    if largest > 3 * first:
        return "update_is_recorded"
    if notes["compared"] >= 2 and not notes["moves"]:
        return "rebinds_data_breaks_params"
    if notes["uphill"] > notes["moves"] / 2:
        return "ascends"
    if notes["compared"] >= 2 and not notes["resets"]:
        return "no_zero_grad"
    first, largest = notes["loss, first and largest"]
    if not largest < 100 * (first + 1):
        return "steps_too_large"
    return None


def bends_hold(units):
    if not isinstance(units, dict):
        return Fault("there is no network to look at")
    p = units["predictions"]
    if units["bends"] or abs(p[0] + p[3] - p[1] - p[2]) > 0.01:
        return True
    return Fault("the output is a linear function of the inputs", "no_hidden_nonlinearity")


def diagnosis(seen):
    """The likeliest reason why training does not arrive."""
    for notes in seen["every step goes downhill"]:
        if (name := wrong_step(notes)) is not None:
            return name
    units = seen["the hidden layer bends"]
    if not isinstance(units, dict):
        return None
    if bends_hold(units) is not True:
        return "no_hidden_nonlinearity"
    per_corner = len(units["bends"]) // 4
    outputs = [value for _, value in units["bends"][per_corner : 2 * per_corner]]
    if len(outputs) > 1 and max(outputs) - min(outputs) < 1e-9:
        relu_is_off = {name for name, _ in units["bends"]} == {"relu"} and not any(outputs)
        if not relu_is_off:
            return "all_zero_init"
    if per_corner == 2 and {name for name, _ in units["bends"]} == {"relu"}:
        return "relu_two_hidden_units"
    losses = seen["the losses fall"]
    if isinstance(losses, list) and all(each["number"] < 1000 for each in losses):
        return "too_few_steps"
    if isinstance(losses, list) and all(each["last"] < each["earlier"] for each in losses):
        return "steps_too_small"
    return None


xor.misconception(
    "no_hidden_nonlinearity",
    "Without a bend between the layers the network is one linear function, however many layers it"
    " has. The best line answers 0.5 at every point of XOR.",
    edits={".tanh() for": " for"},
)
xor.misconception(
    "no_zero_grad",
    "The gradients of all earlier steps are still there, because backward adds. Set them to 0 "
    "before each backward pass.",
    edits={"p.grad = 0.0": "pass"},
)
xor.misconception(
    "ascends",
    "The parameters move along their gradients, and the loss grows. The gradient points uphill: "
    "subtract.",
    edits={"p.data -= 0.1": "p.data += 0.1"},
)
xor.misconception(
    "too_few_steps",
    "The loss is still falling when training ends. Give it more steps: the limit is 2000.",
    edits={"range(2000)": "range(60)"},
)
xor.misconception(
    "steps_too_small",
    "After 2000 steps the loss is still falling, very slowly. The steps are too small: compare the "
    "learning rate with 0.1, and the loss with the mean.",
    edits={"0.1 * p.grad": "0.002 * p.grad"},
)
xor.misconception(
    "steps_too_large",
    "The steps point downhill and jump across the valley, so the loss grows. Compare the learning "
    "rate with 0.1.",
    edits={"0.1 * p.grad": "3.0 * p.grad"},
)
xor.misconception(
    "all_zero_init",
    "All hidden units begin alike, so they get the same gradients and remain one and the same "
    "unit. Random starting weights make them different.",
    edits={"Value(draw(-1, 1))": every("Value(0.0)")},
)
xor.misconception(
    "fabricated_losses",
    "The recorded losses are not those of this network. Record, at every step, the mean squared "
    "error computed from the predictions over all four points.",
    edits={"losses.append(loss.data)": "losses.append(0.5 * 0.97 ** len(losses))"},
)
xor.misconception(
    "sum_instead_of_mean",
    "The recorded loss is the sum over the four points; the mean is a quarter of it.",
    edits={" / 4": "", "loss.data < 0.005": "loss.data < 0.02", "0.1 * p.grad": "0.025 * p.grad"},
)
xor.misconception(
    "rebinds_data_breaks_params",
    "The update makes new values, and the network goes on using the old ones. Change the data of "
    "the parameters that the network holds.",
    edits={"p.data -= 0.1 * p.grad": "p = Value(p.data - 0.1 * p.grad)"},
)
xor.misconception(
    "update_is_recorded",
    "The update is arithmetic on Values, so it becomes part of the graph, which grows with every "
    "step. Compute the new numbers from data and grad, which are plain numbers.",
    edits={
        "parameters = [p for unit in [*hidden, output] for p in unit]": "",
        "for p in parameters:\n            p.grad = 0.0": "for unit in [*hidden, output]:\n"
        "            for p in unit:\n                p.grad = 0.0",
        "for p in parameters:\n            p.data -= 0.1 * p.grad": "for unit in [*hidden, output]:\n"
        "            unit[:] = [p - 0.1 * p.grad for p in unit]",
        "range(2000)": "range(80)",
    },
)
xor.misconception(
    "relu_two_hidden_units",
    "Two relu units can represent XOR, but training hardly ever finds it: a unit that is off at "
    "all four points gets no gradient and stays off. Use four tanh units.",
    edits={".tanh() for": ".relu() for", "range(4)": "range(2)", "range(5)": "range(3)"},
)
xor.misconception(
    "ignores_seed",
    "Both seeds give the same start. Draw the weights from a generator that was made with the "
    "seed.",
    edits={"random.Random(seed)": "random.Random(0)"},
)


@xor.misconception(
    "formula_instead_of_network",
    "The answers do not come from a network that was trained on the engine. Let the weights find "
    "them: loss, backward, a small step, again.",
)
def train_xor(seed=0):
    losses = [0.4 + 0.1 * random.Random(seed).random()] + [0.0]
    return lambda x1, x2: x1 + x2 - 2 * x1 * x2, losses


@xor.alternative("a_class_and_gradients_collected_point_by_point")
def answer():
    class Net:
        def __init__(self, rng, width):
            self.units = [[Value(w) for w in rng.uniform(-1, 1, 3)] for _ in range(width)]
            self.out = [Value(w) for w in rng.uniform(-1, 1, width + 1)]
            self.all = [*self.out, *(w for unit in self.units for w in unit)]

        def __call__(self, x1, x2):
            z = self.out[0]
            for w, (a, b, c) in zip(self.out[1:], self.units):
                z = z + w * (a * x1 + b * x2 + c).tanh()
            return z

    def train_xor(seed=0):
        net, losses = Net(np.random.default_rng(seed), 6), []
        while not losses or (losses[-1] > 0.009 and len(losses) < 2000):
            for p in net.all:
                p.grad = 0
            total = 0.0
            for x1, x2, y in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
                loss = (net(x1, x2) - y) * (net(x1, x2) - y) * 0.25
                loss.backward()
                total += loss.data
            losses.append(total)
            for p in net.all:
                p.data = p.data - 0.1 * p.grad
        return net, losses


@xor.alternative("fresh_values_at_every_step_and_plain_predictions")
def train_xor(seed=0):
    rng = random.Random(seed)
    w = [rng.uniform(-1, 1) for _ in range(17)]

    def net(w, x1, x2, bend):
        return w[16] + sum(w[12 + i] * bend(w[i] * x1 + w[4 + i] * x2 + w[8 + i]) for i in range(4))

    losses = []
    for _ in range(1500):
        leaves = [Value(number) for number in w]
        bend = lambda v: v.tanh()
        errors = [net(leaves, a, b, bend) - (a != b) for a in (0, 1) for b in (0, 1)]
        loss = sum(e**2 for e in errors) * 0.25
        loss.backward()
        losses.append(loss)
        if loss.data < 0.009:
            break
        w = [number - 0.1 * leaf.grad for number, leaf in zip(w, leaves)]
    return lambda x1, x2: np.float64(net(w, x1, x2, math.tanh)), losses


xor.alternative(
    "sigmoid_output_and_a_larger_rate",
    edits={
        ", output[-1])": ", output[-1]).sigmoid()",
        "p.data -= 0.1": "p.data -= 2.0",
    },
)


@xor.oracle("torch_gradients")
def train_xor(seed=0):
    import torch

    torch.manual_seed(seed)
    start = [
        (2 * torch.rand(shape, dtype=torch.float64) - 1) for shape in ((2, 4), (4,), (4, 1), (1,))
    ]
    flat = [Value(number) for tensor in start for number in tensor.flatten().tolist()]

    def predict(x1, x2):
        hidden = [(flat[i] * x1 + flat[4 + i] * x2 + flat[8 + i]).tanh() for i in range(4)]
        return sum((flat[12 + i] * hidden[i] for i in range(4)), flat[16])

    X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64)
    y = torch.tensor([0, 1, 1, 0], dtype=torch.float64)
    losses = []
    for _ in range(2000):
        W1, b1, W2, b2 = (tensor.requires_grad_() for tensor in start)
        torch_loss = ((torch.tanh(X @ W1 + b1) @ W2 + b2).squeeze() - y).square().mean()
        torch_loss.backward()
        loss = sum((predict(a, b) - float(a != b)) ** 2 for a in (0, 1) for b in (0, 1)) * 0.25
        assert abs(loss.data - torch_loss.item()) < 1e-9
        losses.append(torch_loss.item())
        if torch_loss < 0.008:
            break
        for p in flat:
            p.grad = 0.0
        loss.backward()
        slopes = [g for tensor in start for g in tensor.grad.flatten().tolist()]
        assert all(abs(p.grad - g) < 1e-9 for p, g in zip(flat, slopes))
        start = [(tensor - 0.1 * tensor.grad).detach() for tensor in start]
        for p, g in zip(flat, slopes):
            p.data -= 0.1 * g
    return predict, losses


# ---------------------------------------------------------------- 2.12d: tensors and digits


def tensor_gradients(answer, f, arrays, ignored="UV"):
    """f and its gradients, but for ignored arrays, by the answer's `Tensor`."""
    tensors = {name: answer.Tensor(array.copy()) for name, array in arrays.items()}
    z = f(**tensors)
    z.backward()
    value = np.asarray(z.data).item()
    names = [name for name in arrays if name not in ignored]
    return {"value": value} | {f"gradient for {n}": np.asarray(tensors[n].grad) for n in names}


def one_thread():
    """On a busy machine several threads make small matrix products many times slower."""
    try:
        from threadpoolctl import threadpool_limits

        return threadpool_limits(1)
    except ImportError:
        return contextlib.nullcontext()


def how_good(predicted, truth):
    """Predicted labels in words: coarse, so that different networks may say the same."""
    labels = np.asarray(
        getattr(predicted, "data", predicted) if hasattr(predicted, "grad") else predicted
    )
    if labels.shape != truth.shape:
        return f"an array of shape {labels.shape} for {len(truth)} pictures"
    if not np.isin(labels, np.arange(10)).all():
        return "not whole numbers from 0 to 9"
    share = float(np.mean(labels == truth))
    if share >= 0.9:
        return "at least 90 % right"
    if len(np.unique(labels)) == 1:
        return "the same label for every picture"
    return (
        "hardly better than guessing"
        if share < 0.25
        else "better than guessing, but below 90 % right"
    )


@check(
    "2.12d",
    points=10,
    bonus=True,
    seconds=40.0,
    reveal=True,
    forbid=("torch", "jax", "tensorflow", "sklearn"),
)
def tensors(answer, rng):
    def array(*shape):
        sizes = rng.uniform(0.3, 1.5, shape)
        return (sizes * rng.choice([-1.0, 1.0], shape)).round(2)

    def leaf(A):
        tensor = answer.Tensor(A.copy())
        return [np.asarray(tensor.data), np.asarray(tensor.grad)]

    def run(expression, **arrays):
        return tensor_gradients(answer, EXPRESSIONS[expression], arrays)

    def left(**arrays):
        return tensor_gradients(answer, EXPRESSIONS["(U @ (A @ B) @ V).sum()"], arrays, "BUV")

    def right(**arrays):
        return tensor_gradients(answer, EXPRESSIONS["(U @ (A @ B) @ V).sum()"], arrays, "AUV")

    EXPRESSIONS = {
        "A.sum()": lambda A: A.sum(),
        "A.mean()": lambda A: A.mean(),
        "(U @ (A @ B) @ V).sum()": lambda A, B, U, V: (U @ (A @ B) @ V).sum(),
        "(U @ (A + B) @ V).sum()": lambda A, B, U, V: (U @ (A + B) @ V).sum(),
        "(U @ (A + 2.5) @ V).sum()": lambda A, U, V: (U @ (A + 2.5) @ V).sum(),
        "(U @ (A * B) @ V).sum()": lambda A, B, U, V: (U @ (A * B) @ V).sum(),
        "(U @ (A * -1.5) @ V).sum()": lambda A, U, V: (U @ (A * -1.5) @ V).sum(),
        "(U @ A.relu() @ V).sum()": lambda A, U, V: (U @ A.relu() @ V).sum(),
        "(U @ A @ V).mean()": lambda A, U, V: (U @ A @ V).mean(),
        "(A * A + A).sum()": lambda A: (A * A + A).sum(),
        "(((X @ W + b).relu() @ W + b) * X).mean()": lambda X, W, b: (
            ((X @ W + b).relu() @ W + b) * X
        ).mean(),
    }
    X, y = (part[:600] for part in load_digits("train"))
    unseen, truth = (part[:300] for part in load_digits("test"))
    networks = {}

    def labels(wanted, rename, seed):
        """What a network says of the unseen digits below `wanted`, trained on such digits."""
        if rename not in networks:
            names = 9 - y if rename else y
            with one_thread(), np.errstate(all="ignore"):
                pictures, names = X[y < wanted], names[y < wanted]
                networks[rename] = answer.train_digits(pictures, names, seed=seed)
        return networks[rename](unseen[truth < wanted])

    def network_reads(seed):
        return how_good(labels(10, False, seed), truth)

    def network_reads_renamed(seed):
        return how_good(labels(2, True, seed), 9 - truth[truth < 2])

    def label_of_each():
        return list(np.shape(labels(10, False, 0)))

    A, U, V = array(3, 4), array(2, 3), array(4, 2)
    square = {name: array(3, 3) for name in "ABUV"}
    return {
        "a leaf: its data, and a gradient of zeros": attempt(leaf, A),
        "sum": attempt(run, "A.sum()", A=A),
        "mean": attempt(run, "A.mean()", A=A),
        "A @ B: the left factor": attempt(left, A=A, B=array(4, 5), U=U, V=array(5, 2)),
        "A @ B: the right factor": attempt(right, A=A, B=array(4, 5), U=U, V=array(5, 2)),
        "A @ B, all square": attempt(run, "(U @ (A @ B) @ V).sum()", **square),
        "A + B": attempt(run, "(U @ (A + B) @ V).sum()", A=A, B=array(3, 4), U=U, V=V),
        "A + a row": attempt(run, "(U @ (A + B) @ V).sum()", A=A, B=array(4), U=U, V=V),
        "A + a column": attempt(run, "(U @ (A + B) @ V).sum()", A=A, B=array(3, 1), U=U, V=V),
        "a row + a column": attempt(
            run, "(U @ (A + B) @ V).sum()", A=array(1, 4), B=array(3, 1), U=U, V=V
        ),
        "A + a number": attempt(run, "(U @ (A + 2.5) @ V).sum()", A=A, U=U, V=V),
        "A * B": attempt(run, "(U @ (A * B) @ V).sum()", A=A, B=array(3, 4), U=U, V=V),
        "A * a row": attempt(run, "(U @ (A * B) @ V).sum()", A=A, B=array(4), U=U, V=V),
        "A * a number": attempt(run, "(U @ (A * -1.5) @ V).sum()", A=A, U=U, V=V),
        "relu": attempt(run, "(U @ A.relu() @ V).sum()", A=A, U=U, V=V),
        "the mean of a product": attempt(run, "(U @ A @ V).mean()", A=A, U=U, V=V),
        "a tensor that is used three times": attempt(run, "(A * A + A).sum()", A=A),
        "two layers that share a matrix and a bias": attempt(
            run,
            "(((X @ W + b).relu() @ W + b) * X).mean()",
            X=array(4, 3),
            W=array(3, 3),
            b=array(3),
        ),
        "digits: a label for each picture": attempt(label_of_each, seconds=15.0),
        "digits it has never seen": attempt(network_reads, 0, seconds=15.0),
        "zeros called nine, and ones called eight": attempt(network_reads_renamed, 1, seconds=15.0),
    }


tensors.misconception(
    "assigns_instead_of_accumulating",
    "A gradient is overwritten where it should grow: a tensor that is used several times gets a "
    "share from every use, and the shares add up.",
    edits={"parent.grad = parent.grad + summed_to": "parent.grad = summed_to"},
)
tensors.misconception(
    "broadcasting_not_undone",
    "The gradient has the shape of the result where the operand was smaller. Sum it over the axes"
    " along which the operand was repeated.",
    edits={"summed_to(pullback(v.grad), parent.data.shape)": "pullback(v.grad)"},
)
tensors.misconception(
    "only_new_axes_are_summed",
    "A row is handled, a column is not: an axis of length 1 is stretched by broadcasting as well."
    " Sum over it, and keep it as an axis of length 1.",
    edits={"if n == 1": "if n == 0"},
)
tensors.misconception(
    "broadcast_gradient_is_averaged",
    "The gradients of the repeated uses are averaged. Every use counts in full: they add up.",
    edits={"G = G.sum(": "if G.ndim > len(shape):\n        G = G.mean("},
)
tensors.misconception(
    "mean_forgets_the_number",
    "Each element moves the mean by one over the number of elements; here it is handed on in full.",
    edits={
        "self.sum() * (1 / self.data.size)": "self.sum() + (self.data.mean() - self.data.sum())"
    },
)
tensors.misconception(
    "mean_over_rows_only",
    "The mean is taken over the number of rows; asked for is the mean over all elements.",
    edits={"1 / self.data.size": "1 / len(self.data)"},
)
tensors.misconception(
    "matmul_transposes_missing",
    "The product's gradients need transposes: for A @ B the upstream gradient is multiplied by "
    "the transpose of B from the right, and by the transpose of A from the left.",
    edits={
        "G @ other.data.T, lambda G: self.data.T @ G": "G @ other.data, lambda G: self.data @ G"
    },
)
tensors.misconception(
    "matmul_upstream_forgotten",
    "The matrix product hands on sums of the other factor as if the upstream gradient were all "
    "ones. Multiply by the gradient that arrives.",
    edits={
        "G @ other.data.T": "np.ones_like(G) @ other.data.T",
        "self.data.T @ G": "self.data.T @ np.ones_like(G)",
    },
)
tensors.misconception(
    "mul_gradients_swapped",
    "The two gradients of the product are exchanged: the derivative for one factor is the other "
    "factor.",
    edits={
        "G * other.data": "G * self.data",
        "lambda G: G * self.data\n": "lambda G: G * other.data\n",
    },
)
tensors.misconception(
    "relu_passes_everything",
    "relu hands the gradient on even where its input is negative. There the output is constant, "
    "so the derivative is 0.",
    edits={"(lambda G: G * (self.data > 0),)": "(lambda G: G,)"},
)
tensors.misconception(
    "all_zero_weights",
    "With all weights 0 the hidden units are off and remain so, and only the last bias learns: "
    "every picture gets the most frequent label. Start with random weights.",
    edits={
        "rng.normal(size=(64, 32))": "np.zeros((64, 32))",
        "rng.normal(size=(32, 10))": "np.zeros((32, 10))",
    },
)
tensors.misconception(
    "returns_scores",
    "predict returns ten scores per picture. The label is the position of the largest.",
    edits={"scores(X).data.argmax(axis=1)": "scores(X).data"},
)
tensors.misconception(
    "argmax_over_pictures",
    "argmax looks down the columns: it finds the picture with the largest score for each digit. "
    "Look along the rows, axis 1.",
    edits={"argmax(axis=1)": "argmax(axis=0)"},
)
tensors.misconception(
    "climbs",
    "The parameters move along the gradient, and the network unlearns. Subtract.",
    edits={"p.data - lr * p.grad": "p.data + lr * p.grad"},
)
tensors.misconception(
    "ignores_its_data",
    "The network is trained on data that train_digits loads itself. Use the pictures and labels "
    "that it is given.",
    edits={"default_rng(seed)": "default_rng(seed)\n    X, y = load_digits('train')"},
)


@tensors.alternative("closures_and_squared_errors")
class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros(self.data.shape)
        self.operands, self.hand_on = [], lambda: None

    def after(self, data, *operands):
        out = Tensor(data)
        out.operands = [t for t in operands if isinstance(t, Tensor)]
        return out

    def add(self, gradient):
        while gradient.ndim > self.grad.ndim:
            gradient = gradient.sum(0)
        for axis, n in enumerate(self.grad.shape):
            if gradient.shape[axis] != n:
                gradient = gradient.sum(axis, keepdims=True)
        self.grad += gradient

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = self.after(self.data + other.data, self, other)
        out.hand_on = lambda: (self.add(out.grad), other.add(out.grad))
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = self.after(self.data * other.data, self, other)
        out.hand_on = lambda: (self.add(out.grad * other.data), other.add(out.grad * self.data))
        return out

    def __matmul__(self, other):
        out = self.after(np.einsum("ij,jk", self.data, other.data), self, other)
        out.hand_on = lambda: (
            self.add(np.einsum("ik,jk", out.grad, other.data)),
            other.add(np.einsum("ij,ik", self.data, out.grad)),
        )
        return out

    def sum(self):
        out = self.after(np.sum(self.data), self)
        out.hand_on = lambda: self.add(np.full(self.data.shape, out.grad))
        return out

    def mean(self):
        out = self.after(np.mean(self.data), self)
        out.hand_on = lambda: self.add(np.full(self.data.shape, out.grad / self.data.size))
        return out

    def relu(self):
        out = self.after(np.where(self.data > 0, self.data, 0.0), self)
        out.hand_on = lambda: self.add(np.where(self.data > 0, out.grad, 0.0))
        return out

    def backward(self):
        order = []

        def visit(t):
            if t not in order:
                for operand in t.operands:
                    visit(operand)
                order.append(t)

        visit(self)
        self.grad = np.ones(self.data.shape)
        for t in order[::-1]:
            t.hand_on()


@tensors.alternative("small_batches_and_squared_errors")
def train_digits(X, y, epochs=100, lr=0.05, seed=0):
    rng = np.random.default_rng(seed)
    sizes = (64, 32, 10)
    layers = [
        (Tensor(rng.uniform(-0.2, 0.2, pair)), Tensor(np.zeros(pair[1])))
        for pair in zip(sizes, sizes[1:])
    ]

    def scores(x):
        (W, b), (V, c) = layers
        return ((x @ W) + b).relu() @ V + c

    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(len(X)), 12):
            wrong = scores(Tensor(X[batch])) + -np.eye(10)[y[batch]]
            for p in sum(layers, ()):
                p.grad[...] = 0
            ((wrong * wrong).mean() * 10).backward()
            for p in sum(layers, ()):
                p.data -= lr * p.grad
    return lambda pictures: [int(np.argmax(row)) for row in scores(Tensor(pictures)).data]


@tensors.oracle("torch_float64")
def answer():
    class Tensor:
        def __init__(self, data):
            import torch

            self.tensor = data
            if not isinstance(data, torch.Tensor):
                self.tensor = torch.tensor(np.asarray(data, dtype=float), requires_grad=True)

        @staticmethod
        def bare(x):
            import torch

            return x.tensor if isinstance(x, Tensor) else torch.as_tensor(x)

        data = property(lambda self: self.tensor.detach().numpy())

        @property
        def grad(self):
            return (
                np.zeros(self.data.shape) if self.tensor.grad is None else self.tensor.grad.numpy()
            )

        def __matmul__(self, x):
            return Tensor(self.tensor @ Tensor.bare(x))

        def __add__(self, x):
            return Tensor(self.tensor + Tensor.bare(x))

        def __mul__(self, x):
            return Tensor(self.tensor * Tensor.bare(x))

        def sum(self):
            return Tensor(self.tensor.sum())

        def mean(self):
            return Tensor(self.tensor.mean())

        def relu(self):
            return Tensor(self.tensor.relu())

        def backward(self):
            self.tensor.backward()

    def train_digits(X, y, steps=100, lr=0.01, seed=0):
        import torch

        torch.manual_seed(seed)
        net = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
        X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
        optimizer = torch.optim.Adam(net.parameters(), lr)
        for _ in range(steps):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(X), y).backward()
            optimizer.step()
        return lambda X: net(torch.tensor(X, dtype=torch.float32)).argmax(1)
