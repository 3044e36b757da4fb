"""2.12a-bonus: an engine that survives long chains and large numbers. Right answers: `other_engines`."""

from functools import partial

from autograder.check import attempt, check, named
from autograder.checks.ch02_autograd.formulas import function_from
from autograder.checks.ch02_autograd.own_engine import OFF_LIMITS, gradients


def many_additions(x):
    z = x
    for _ in range(5_000):
        z = z + 0.5
    return z


@check("2.12a-bonus", points=2, bonus=True, forbid=OFF_LIMITS, reveal=True)
def sturdy_engine(answer, rng):
    run = partial(gradients, answer)
    chain = named("a + 0.5 + 0.5 + ...", many_additions)
    x = round(float(rng.uniform(1, 3)), 2)
    left, right = (round(float(far), 1) for far in rng.uniform([-900, 720], [-720, 900]))

    def at(formula, x):
        """The result beside the number that it belongs to."""
        return {f"a = {x}": run(function_from(formula), x)}

    rows = [
        ("sigmoid far to the left", "a.sigmoid()", left),
        ("sigmoid far to the right", "a.sigmoid()", right),
        ("0 to the power 0", "a ** 0", 0),
        ("a NumPy integer as exponent", "a ** np.int64(3)", x),
        ("a NumPy float as exponent", "a ** np.float32(0.5)", x),
    ]
    return {
        "a chain of 5000 additions": attempt(run, chain, x, seconds=6.0),
        **{name: attempt(at, formula, x) for name, formula, x in rows},
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
