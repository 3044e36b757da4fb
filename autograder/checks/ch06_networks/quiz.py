"""The quiz of chapter 6: 31 questions from the data file, and 6 code items."""

import json

import numpy as np

from autograder.check import Fault, check
from autograder.course import ROOT
from autograder.course.questions import read_questions
from autograder.inside import attempt, named
from autograder.inside.expressions import number
from utils.answers import Unreadable
from utils.quiz.questions import Reply, as_text

QUESTIONS = read_questions(ROOT / "solutions" / "ch06_networks" / "quiz.yaml")


# The questions --------------------------------------------------------------------------------


def observe_plain(name):
    """What stands in the variable of a question."""

    def observe(answer, rng):
        return {"your answer": getattr(answer, name)}

    return observe


def observe_number(name):
    """The number in the variable of a question."""

    def observe(answer, rng):
        return {"your answer": attempt(lambda: number(getattr(answer, name)))}

    return observe


def observe_pairs(name, left):
    """What the dict in the variable of a question says for each name of the left side."""

    def said(holder, wanted):
        if not isinstance(holder, dict):
            raise TypeError(f"{name} should be a dict, not a {type(holder).__name__}")
        found = {str(key).strip().casefold().replace(" ", "_"): holder[key] for key in holder}
        if wanted not in found:
            raise KeyError(f"{name} has no key {wanted!r}; it has {list(holder)}")
        return found[wanted]

    def observe(answer, rng):
        return {one: attempt(lambda one=one: said(getattr(answer, name), one)) for one in left}

    return observe


def register(question):
    """The check of a question. Every known wrong answer is a misconception with its own feedback."""
    name, points = question.id, question.data["points"]
    observe = {
        "num": lambda: observe_number(name),
        "match": lambda: observe_pairs(name, list(question.left)),
    }.get(question.kind, lambda: observe_plain(name))()
    made = check(name, points=points)(observe)

    @made.judge
    def decide(observation, rng):
        """The answer must say what the key of the data file says, in whatever form: capitals,
        blanks, brackets, a list in place of a text; numbers within the question's tolerance.
        """
        if question.kind == "match":
            pairs = observation.items()
            return {key: _said(_pair_reply(question, key, letter)) for key, letter in pairs}
        return {key: _said(question.reply(value)) for key, value in observation.items()}

    for mistake in question.mistakes():
        literal = f"{name} = {_literal(mistake.answer)}"
        made.misconception(mistake.idea, as_text(mistake.feedback), source=literal)
    for style, text in other_forms(question).items():
        made.alternative(style, source=text)
    return made


def _pair_reply(question, name, letter):
    try:
        return question.judge_pair(name, question.read_letter(letter))
    except Unreadable as problem:
        return Reply(False, str(problem))


def _said(reply):
    if reply.right:
        return True
    if reply.idea:
        return Fault("that is not it", reply.idea)
    text = as_text(reply.feedback).rstrip(".")
    return Fault(text[:1].lower() + text[1:])


def _literal(value):
    """Source text for a value; the same in every process, for a set too."""
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(map(repr, sorted(value))) + "}"
    return repr(value)


def other_forms(question):
    """{style: the right answer in another form, as source text}."""
    name, right = question.id, question.right
    if question.kind == "num":
        return {
            "float32": f"import numpy as np\n{name} = np.float32({right!r})",
            "tensor": f"import torch\n{name} = torch.tensor({right!r}, dtype=torch.float64)",
            "fraction": f"from fractions import Fraction\n{name} = Fraction({right!r})",
        }
    if question.kind == "match":
        marked = {f" {key.upper()} ": f"({letter.upper()})" for key, letter in right.items()}
        listed = {key.replace("_", " "): [letter] for key, letter in reversed(right.items())}
        return {"capitals_and_blanks": f"{name} = {marked!r}", "lists": f"{name} = {listed!r}"}
    letters = sorted(right) if question.kind == "multi" else list(right)
    forms = {
        "capitals_and_brackets": json.dumps("".join(f" ({letter.upper()})" for letter in letters)),
        "list": repr(letters),
        "tuple_of_capitals": repr(tuple(letter.upper() for letter in letters)),
    }
    if question.kind == "multi":
        forms["set"] = _literal(set(letters))
        forms["commas_backwards"] = json.dumps(", ".join(reversed(letters)))
    if question.kind == "order":
        forms["arrows"] = json.dumps(" -> ".join(letters), ensure_ascii=False)
    return {style: f"{name} = {text}" for style, text in forms.items()}


CHECKS = {name: register(question) for name, question in QUESTIONS.items()}
CHECKS["q7"].alternative("other_factor_first", source='q7 = "dbac"')


# Oracles: what can be computed, computed in another way ------------------------------------------


@CHECKS["q1"].oracle("dichotomies_by_lines")
def answer():
    # every dichotomy of the four points by a line shows up for some small half-integer weights
    import itertools

    points = list(itertools.product((0, 1), repeat=2))
    halves = [k / 2 for k in range(-6, 7)]
    found = {
        tuple(int(u * x + v * y + c > 0) for x, y in points)
        for u, v, c in itertools.product(halves, halves, halves)
    }
    separable = {"and": (0, 0, 0, 1) in found, "xor": (0, 1, 1, 0) in found}
    q1 = "a" if separable == {"and": True, "xor": False} else "?"


@CHECKS["q2"].oracle("torch_parameters")
def answer():
    import torch

    sizes = [10, 64, 32, 1]
    layers = [torch.nn.Linear(n, m) for n, m in zip(sizes, sizes[1:])]
    q2 = sum(p.numel() for layer in layers for p in layer.parameters())


@CHECKS["q3"].oracle("sympy_expands")
def answer():
    import sympy as sp

    x, (w1, c1, w2, c2) = sp.Symbol("x"), sp.symbols("w1 c1 w2 c2")
    W = [sp.MatrixSymbol(name, 2, 2).as_explicit() for name in ("U", "V")]
    shifts = [sp.Matrix(sp.symbols(f"{name}1 {name}2")) for name in "cd"]
    point = sp.Matrix(sp.symbols("x1 x2"))
    two = W[1] * (W[0] * point + shifts[0]) + shifts[1]
    one = (W[1] * W[0]) * point + (W[1] * shifts[0] + shifts[1])
    q3 = "c" if sp.expand(two - one) == sp.zeros(2, 1) else "?"


@CHECKS["q4a"].oracle("sympy_maximum")
def answer():
    import sympy as sp

    z = sp.Symbol("z", real=True)
    slope = sp.diff(1 / (1 + sp.exp(-z)), z)
    where = sp.solve(sp.numer(sp.together(sp.diff(slope, z))), z)
    q4a = max(slope.subs(z, at) for at in where if at.is_real) ** 9


@CHECKS["q4b"].oracle("a_network_whose_gradient_grows")
def answer():
    import torch

    z = [torch.zeros(1, dtype=torch.float64, requires_grad=True)]
    for _ in range(9):
        z.append(8 * torch.sigmoid(z[-1]) - 4)
    ratio = torch.autograd.grad(z[-1], z[0])[0].item()
    slopes = torch.sigmoid(torch.linspace(-9, 9, 1001, dtype=torch.float64))
    is_bounded = (slopes * (1 - slopes)).max().item() <= 0.25
    q4b = "b" if ratio > 0.25**9 and is_bounded else "a"


@CHECKS["q5"].oracle("units_that_die_and_wake_up")
def answer():
    # x → h = v x → a unit that is silent while h > 0.2, beside one that is not → their sum
    import torch

    def gradient_step(parameters, loss, lr):
        optimizer = torch.optim.SGD(parameters, lr=lr)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    x = torch.linspace(0.5, 1.5, 8)
    v, w, b = (torch.tensor(t, requires_grad=True) for t in (1.0, -1.0, 0.2))
    history = []
    for _ in range(10):
        z = w * (v * x) + b
        gradient_step([v, w, b], ((torch.relu(z) + torch.relu(v * x)) ** 2).mean(), 0.1)
        history.append((bool((z < 0).all()), w.grad == 0 and b.grad == 0, bool((z > 0).any())))
    silent, no_gradient, _ = history[0]
    wakes_up = any(awake for *_, awake in history)

    unit = torch.tensor(1.0, requires_grad=True)
    gradient_step([unit], (torch.relu(unit * x) ** 2).mean(), 5.0)
    killed_by_a_large_step = bool((unit * x < 0).all())

    slope = torch.tensor(1.0, requires_grad=True)
    torch.relu(slope * (x - 1)).sum().backward()  # silent for half of the examples
    z = -x.clone().requires_grad_()
    (gelu_slopes,) = torch.autograd.grad(torch.nn.functional.gelu(z).sum(), z)
    holds = {
        "a": silent,
        "b": no_gradient,
        "c": not wakes_up,
        "d": killed_by_a_large_step,
        "e": slope.grad == 0,
        "f": bool((gelu_slopes == 0).all()),
    }
    q5 = {letter for letter, held in holds.items() if held}


@CHECKS["q6"].oracle("weights_before_and_after")
def answer():
    import torch

    w = torch.ones(3, requires_grad=True)
    loss = (w * torch.arange(3.0)).sum() ** 2
    loss.backward()
    moved_by_backward = not torch.equal(w.detach(), torch.ones(3))
    torch.optim.SGD([w], lr=0.1).step()
    moved_by_step = not torch.equal(w.detach(), torch.ones(3))
    q6 = "b" if moved_by_step and not moved_by_backward and w.grad is not None else "?"


@CHECKS["q7"].oracle("sympy_finds_the_false_step")
def answer():
    import sympy as sp

    p, y, z = sp.symbols("p y z")
    loss = -y * sp.log(p) - (1 - y) * sp.log(1 - p)
    s = 1 / (1 + sp.exp(-z))
    factors = {"b": (p - y) / (p * (1 - p)), "e": p - y}
    true = [name for name, term in factors.items() if sp.simplify(sp.diff(loss, p) - term) == 0]
    if sp.simplify(sp.diff(s, z) - s * (1 - s)) == 0:
        true.append("d")
    product = factors["b"] * p * (1 - p)
    q7 = true + ["a"] + (["c"] if sp.simplify(product - (p - y)) == 0 else [])


MOMENT = """
    import sympy as sp

    z = sp.Symbol("z", real=True)
    density = sp.exp(-z**2 / 2) / sp.sqrt(2 * sp.pi)
    mean = sp.integrate(z * density, (z, 0, sp.oo))
    second = sp.integrate(z**2 * density, (z, 0, sp.oo))
"""
CHECKS["q8a"].oracle("sympy_integral", source=MOMENT + "    q8a = second\n")
CHECKS["q8b"].oracle("sympy_integral", source=MOMENT + "    q8b = second - mean**2\n")
CHECKS["q8c"].oracle(
    "sympy_compares_the_moments",
    source=MOMENT
    + '    halved = {"a": second - mean**2, "b": second}\n'
    + "    (q8c,) = [letter for letter, share in halved.items() if share == sp.Rational(1, 2)]\n",
)


@CHECKS["q9"].oracle("sympy_share_of_the_second_moment")
def answer():
    import sympy as sp

    z, n, alpha = sp.Symbol("z", real=True), sp.Symbol("n"), sp.Symbol("alpha")
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)

    def share(left, right):
        return sum(
            sp.integrate((slope * z) ** 2 * density, (z, *ends))
            for slope, ends in ((left, (-sp.oo, 0)), (right, (0, sp.oo)))
        )

    at_zero = sp.diff(sp.tanh(z), z).subs(z, 0)
    shares = {
        "relu": share(0, 1),
        "tanh": share(at_zero, at_zero),
        "leaky_relu": share(alpha, 1),
        "linear": share(1, 1),
    }
    options = {
        "a": 1 / n,
        "b": 2 / n,
        "c": 2 / n**2,
        "d": 2 / ((1 + alpha**2) * n),
        "e": 1 / (3 * n),
    }
    q9 = {
        name: next(k for k, v in options.items() if sp.simplify(n * v * part) == 1)
        for name, part in shares.items()
    }


@CHECKS["q9b"].oracle("torch_slope_and_value_at_0")
def answer():
    import torch

    z = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    s = torch.sigmoid(z)
    s.backward()
    facts = (z.grad.item(), s.item())
    q9b = {(1.0, 0.0): "a", (0.25, 0.5): "c"}[facts]


@CHECKS["q10a"].oracle("sympy_series")
def answer():
    import sympy as sp

    e, derivatives = sp.Symbol("e"), sp.symbols("f0:7")

    def taylor(h):
        return sum(d * h**k / sp.factorial(k) for k, d in enumerate(derivatives))

    error = sp.expand((taylor(e) - taylor(-e)) / (2 * e)) - derivatives[1]
    leading = sp.Poly(error, e).monoms()[-1][0]  # the lowest power
    q10a = 10**leading


@CHECKS["q10b"].oracle("errors_measured_in_float64")
def answer():
    import math

    def error(eps):
        return abs((math.exp(1 + eps) - math.exp(1 - eps)) / (2 * eps) - math.e)

    q10b = min("abcd", key=lambda k: error({"a": 1e-1, "b": 1e-5, "c": 1e-12, "d": 5e-324}[k]))


@CHECKS["q12"].oracle("what_the_gradients_depend_on")
def answer():
    import torch

    torch.manual_seed(0)
    A, W, b = (torch.randn(*shape, dtype=torch.float64) for shape in ((5, 3), (4, 3), (4,)))
    upstream = torch.randn(5, 4, dtype=torch.float64)

    def gradients(A, W, mask):
        delta = upstream * mask
        return delta.T @ A, delta.sum(0), delta @ W

    leaves = [t.clone().requires_grad_() for t in (W, b, A)]
    torch.relu(leaves[2] @ leaves[0].T + leaves[1]).backward(upstream)
    mask = (A @ W.T + b > 0).double()
    right = [leaf.grad for leaf in leaves]

    def same(*inputs):
        return all(torch.allclose(g, w) for g, w in zip(gradients(*inputs), right))

    assert same(A, W, mask)  # complete without b and without any loss
    q12 = {
        letter
        for letter, inputs in {
            "a": (0 * A, W, mask),
            "b": (A, W, 1 - mask),
            "d": (A, 0 * W, mask),
        }.items()
        if not same(*inputs)
    }


@CHECKS["q14a"].oracle("torch_accumulates")
def answer():
    import torch

    w = torch.tensor(1.0, requires_grad=True)
    for _ in range(2):
        (3 * w).backward()
    q14a = w.grad


@CHECKS["q14b"].oracle("torch_tells")
def answer():
    import torch

    w = torch.tensor(1.0, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    (3 * w).backward()
    optimizer.zero_grad()
    q14b = "b" if w.grad is None else "a" if w.grad == 0 else "c"


@CHECKS["q15b"].oracle("torch_counts_passes")
def answer():
    import torch

    x = torch.arange(1.0, 6.0, dtype=torch.float64, requires_grad=True)
    loss = (x**2).sum()
    (gradient,) = torch.autograd.grad(loss, x)  # one backward pass
    one_direction = torch.func.jvp(lambda x: (x**2).sum(), (x,), (torch.eye(5)[0].double(),))[1]
    (of_sum,) = torch.autograd.grad((x**2)[:2].sum(), x)
    reverse = torch.allclose(gradient, 2 * x) and one_direction.numel() < gradient.numel()
    q15b = "b" if reverse else "c"


@CHECKS["q16a"].oracle("torch_flop_counter")
def answer():
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    sizes = [20, 256, 256, 256, 1]
    net = torch.nn.Sequential(*(torch.nn.Linear(n, m) for n, m in zip(sizes, sizes[1:])))
    with FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 20))
    q16a = counter.get_total_flops() / 2


@CHECKS["q16b"].oracle("torch_biases")
def answer():
    import torch

    sizes = [20, 256, 256, 256, 1]
    net = torch.nn.Sequential(*(torch.nn.Linear(n, m) for n, m in zip(sizes, sizes[1:])))
    q16b = sum(layer.bias.numel() for layer in net)


@CHECKS["q17"].oracle("tried_in_floating_point")
def answer():
    import numpy as np

    with np.errstate(all="ignore"):
        z = np.array([1000.0, 0.0])
        huge = np.float64(1e308) * 10
        tried = {
            "a": np.float64(0) * np.log(np.float64(0)),
            "b": np.exp(z) / np.exp(z).sum(),
            "c": 1 / (1 + np.exp(1000.0)),
            "d": huge - huge,
            "e": np.array([1.0, np.nan]).mean(),
        }

    def descend(lr, forget):
        weight, gradient, velocity = 1.0, 0.0, 0.0
        with np.errstate(all="ignore"):
            for _ in range(4000):
                gradient = weight**3 + forget * gradient  # the loss is weight⁴/4
                velocity = 0.9 * velocity + gradient
                weight = np.float64(weight - lr * velocity)
        return weight

    tried["f"] = descend(1e-6, False)
    assert np.isfinite(descend(0.01, False))
    tried["g"] = descend(0.01, True)
    q17 = {letter for letter, value in tried.items() if np.isnan(value).any()}


@CHECKS["q18"].oracle("torch_gelu")
def answer():
    import torch

    z = torch.linspace(-8, 8, 16001, dtype=torch.float64, requires_grad=True)
    exact = torch.nn.functional.gelu(z)
    (slope,) = torch.autograd.grad(exact.sum(), z)
    far = torch.tensor([-20.0], requires_grad=True)
    torch.nn.functional.gelu(far).backward()
    samples = torch.distributions.Normal(0.0, 1.0).cdf(z.detach())
    middle = (z.detach() > -1.5) & (z.detach() < -1)
    holds = {
        "a": slope.diff().abs().max() < 0.01,  # no jump of the slope anywhere, 0 included
        "b": (slope > 0).all(),
        "c": (slope[middle].abs() > 0.01).all(),
        "d": far.grad.item() != 0,
        "e": torch.allclose(z.detach() * samples, exact.detach()),
        "f": torch.allclose(torch.nn.functional.gelu(z, approximate="tanh"), exact, atol=1e-6),
    }
    q18 = {letter for letter, held in holds.items() if held}


@CHECKS["q19b"].oracle("exact_fractions")
def answer():
    from fractions import Fraction

    q19b = Fraction("0.0002") / Fraction(1000)


@CHECKS["q20a"].oracle("mean_of_logarithms")
def answer():
    import numpy as np

    q20a = 10 ** np.diff(np.linspace(-1, -8, 10)).mean()


@CHECKS["q20b"].oracle("norms_with_and_without_the_2")
def answer():
    import torch

    def ratio(variance, layers=10, n=128):
        torch.manual_seed(1)
        z = [torch.randn(32, n, requires_grad=True)]
        for _ in range(layers - 1):
            z.append(torch.relu(z[-1]) @ (torch.randn(n, n) * (variance / n) ** 0.5))
        first, last = torch.autograd.grad((torch.relu(z[-1]) @ torch.randn(n)).sum(), [z[0], z[-1]])
        return (first.norm(dim=1).mean() / last.norm(dim=1).mean()).item()

    q20b = "b" if ratio(2) > 0.5 and ratio(1) < 0.1 else "a"


# q1c ------------------------------------------------------------------------------------------


@check("q1c", points=2, all_or_nothing=True)
def and_unit(answer, rng):
    import numpy as np

    def numbers(name, count):
        value = getattr(answer, name)
        listed = np.ravel(value.tolist() if hasattr(value, "tolist") else value).tolist()
        if len(listed) != count:
            raise ValueError(
                f"{name} should be {count} number{'s' * (count > 1)}, and it is {len(listed)}"
            )
        return [number(one) for one in listed]

    def pre_activation(x1, x2):
        (w1, w2), (b,) = numbers("w", 2), numbers("b", 1)
        return w1 * x1 + w2 * x2 + b

    return {
        f"at ({x1}, {x2})": attempt(named("z", pre_activation), x1, x2)
        for x1 in (0, 1)
        for x2 in (0, 1)
    }


AND_LIKE = {  # the signs at (0, 0), (0, 1), (1, 0), (1, 1) that known mistakes lead to
    "-+++": "or",
    "+++-": "nand",
    "++++": "bias_sign",
    "--++": "one_weight",
    "-+-+": "one_weight",
    "----": "never_fires",
}


@and_unit.judge
def and_unit(observation, rng):
    """w·x + b is positive at (1, 1) and negative at the other three points. Any such w and b will
    do; 0 will not, since steps differ in what they do there. Only the signs matter.
    """
    z = list(observation.values())
    numbers = all(isinstance(one, (int, float)) and np.isfinite(one) for one in z)
    if not numbers:
        return {key: Fault("w should hold two numbers, and b is one number") for key in observation}
    if any(abs(one) < 1e-9 for one in z):
        idea = "on_the_boundary"
    else:
        idea = AND_LIKE.get("".join("+" if one > 0 else "-" for one in z))
    said = {}
    for key, one, wanted in zip(observation, z, (-1, -1, -1, 1)):
        right = one * wanted > 1e-9
        side = "above" if wanted > 0 else "below"
        said[key] = right or Fault(f"w·x + b should be {side} 0 here, for AND", idea)
    return said


and_unit.misconception(
    "or",
    "This unit computes OR: one input that is 1 is enough to make it fire. For AND it takes both.",
    edits={"b = -1.5": "b = -0.5"},
)
and_unit.misconception(
    "on_the_boundary",
    "One of the points lies exactly on the line, where w·x + b is 0. Move the line a little, so that "
    "every point is clearly on one side.",
    edits={"b = -1.5": "b = -2"},
)
and_unit.misconception(
    "on_the_boundary",
    "One of the points lies exactly on the line, where w·x + b is 0. Move the line a little, so that "
    "every point is clearly on one side.",
    edits={"b = -1.5": "b = -1"},
    form="below",
)
and_unit.misconception(
    "bias_sign",
    "This unit fires everywhere. The bias is added, so to make firing harder it has to pull down.",
    edits={"b = -1.5": "b = 1.5"},
)
and_unit.misconception(
    "nand",
    "This unit computes the opposite, NAND: it is silent at (1, 1) only. Turn all signs round.",
    edits={"w = [1, 1]": "w = [-1, -1]", "b = -1.5": "b = 1.5"},
)
and_unit.misconception(
    "one_weight",
    "This unit looks at one of its inputs only. AND depends on both of them.",
    edits={"w = [1, 1]": "w = [1, 0]", "b = -1.5": "b = -0.5"},
)
and_unit.misconception(
    "one_weight",
    "This unit looks at one of its inputs only. AND depends on both of them.",
    edits={"w = [1, 1]": "w = [0.2, 2]"},
    form="second input",
)
and_unit.misconception(
    "never_fires",
    "This unit never fires: the bias pulls further down than both inputs together can lift.",
    edits={"b = -1.5": "b = -2.5"},
)
and_unit.alternative("arrays", source="w, b = np.array([[2.0, 3.0]]), np.array([-4.0])")


@and_unit.alternative("tensors")
def answer():
    import torch

    w = torch.tensor([0.7, 0.7], requires_grad=True)
    b = torch.tensor(-1, dtype=torch.float32)


and_unit.alternative("tuple_of_integers", source="w, b = (20, 20), -30")


@and_unit.oracle("torch_logistic_regression")
def answer():
    import torch

    X = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    unit = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(unit.parameters(), lr=0.3)
    for _ in range(200):
        optimizer.zero_grad()
        truth = torch.tensor([[0.0], [0], [0], [1]])
        torch.nn.functional.binary_cross_entropy_with_logits(unit(X), truth).backward()
        optimizer.step()
    w, b = unit.weight.detach(), unit.bias.detach()


# q3c ------------------------------------------------------------------------------------------


@check("q3c", points=2, reveal=True)
def collapse(answer, rng):
    def part(which, W1, b1, W2, b2):
        return list(answer.collapse(W1, b1, W2, b2))[which]

    def layers(n, hidden, m):
        return [rng.normal(size=shape) for shape in ((hidden, n), hidden, (m, hidden), m)]

    different, square, single = layers(3, 5, 2), layers(3, 3, 3), layers(4, 1, 2)
    return {
        "W with three different sizes": attempt(part, 0, *different),
        "b with three different sizes": attempt(part, 1, *different),
        "W of square layers": attempt(part, 0, *square),
        "b of square layers": attempt(part, 1, *square),
        "W with one unit between": attempt(part, 0, *single),
        "b with one unit between": attempt(part, 1, *single),
    }


collapse.misconception(
    "order_of_product",
    "The matrices are multiplied in the wrong order: the first layer is applied first, so its matrix "
    "stands next to x, on the right.",
    edits={"W2 @ W1,": "W1 @ W2,"},
)
collapse.misconception(
    "adds_biases",
    "The biases are only added. The first one goes through the second layer before it comes out.",
    edits={"W2 @ b1 + b2": "b1 + b2"},
)
collapse.misconception(
    "drops_b1",
    "The first bias is lost. It is part of what the second layer gets.",
    edits={"W2 @ b1 + b2": "b2"},
)
collapse.misconception(
    "transposed",
    "The matrix is transposed: W has one row for each output and one column for each input.",
    edits={"W2 @ W1,": "(W2 @ W1).T,"},
)
collapse.misconception(
    "element_by_element",
    "* multiplies arrays element by element. One matrix after the other is the matrix product, @.",
    edits={"W2 @ W1,": "W2 * W1,"},
)
collapse.misconception(
    "adds_matrices",
    "The matrices are added. One layer after the other multiplies them.",
    edits={"W2 @ W1,": "W1 + W2,"},
)


@collapse.alternative("by_trying_out_points")
def collapse(W1, b1, W2, b2):
    def network(x):
        return W2.dot(W1.dot(x) + b1) + b2

    b = network(np.zeros(W1.shape[1]))
    return np.stack([network(x) - b for x in np.eye(W1.shape[1])], axis=1), b


@collapse.alternative("loops_and_lists")
def collapse(W1, b1, W2, b2):
    W = [
        [sum(W2[i][k] * W1[k][j] for k in range(len(b1))) for j in range(len(W1[0]))]
        for i in range(len(b2))
    ]
    return W, [sum(W2[i][k] * b1[k] for k in range(len(b1))) + b2[i] for i in range(len(b2))]


@collapse.alternative("homogeneous_coordinates_in_float32")
def collapse(W1, b1, W2, b2):
    def extended(W, b):
        last = np.eye(1, W.shape[1] + 1, W.shape[1])
        return np.vstack([np.column_stack([W, b]), last]).astype(np.float32)

    both = extended(W2, b2) @ extended(W1, b1)
    return both[:-1, :-1], both[:-1, -1]


@collapse.oracle("torch_jacobian")
def collapse(W1, b1, W2, b2):
    import torch

    W1, b1, W2, b2 = (torch.tensor(t) for t in (W1, b1, W2, b2))

    def network(x):
        return torch.nn.functional.linear(torch.nn.functional.linear(x, W1, b1), W2, b2)

    origin = torch.zeros(W1.shape[1], dtype=torch.float64)
    return torch.autograd.functional.jacobian(network, origin), network(origin)


# q7c ------------------------------------------------------------------------------------------


@check("q7c", points=2, reveal=True)
def logit_gradient(answer, rng):
    import numpy as np

    z = rng.choice([-1, 1], size=6) * rng.uniform(0.3, 4, size=6)
    y = rng.permutation([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    high, low = (round(float(rng.uniform(0.4, 3)), 2) for _ in range(2))
    return {
        "a positive example": [answer.dL_dz(high, 1.0), answer.dL_dz(-low, 1.0)],
        "a negative example": [answer.dL_dz(high, 0.0), answer.dL_dz(-low, 0.0)],
        "an array of logits and labels": answer.dL_dz(z, y),
        "labels between 0 and 1": answer.dL_dz(z.reshape(2, 3), np.full((2, 3), 0.3)),
    }


RULE = "1 / (1 + np.exp(-z)) - y"
logit_gradient.misconception(
    "sign",
    "The sign is the wrong way round: where the prediction is too high, the derivative is positive.",
    edits={RULE: "y - 1 / (1 + np.exp(-z))"},
)
logit_gradient.misconception(
    "arguments_swapped",
    "The sigmoid is taken of the label. z is the logit; the label is a probability already.",
    edits={RULE: "1 / (1 + np.exp(-y)) - z"},
)
logit_gradient.misconception(
    "mse_chain",
    "This is the derivative of half the squared error behind a sigmoid. With the cross-entropy, the "
    "derivative of the sigmoid cancels.",
    edits={RULE: "(1 / (1 + np.exp(-z)) - y) / (1 + np.exp(-z)) / (1 + np.exp(z))"},
)
logit_gradient.misconception(
    "no_sigmoid",
    "The logit is used as if it were the prediction. The prediction is its sigmoid.",
    edits={RULE: "z - y"},
)
logit_gradient.misconception(
    "with_respect_to_the_prediction",
    "This is the derivative with respect to the prediction ŷ. Going on to z takes one more factor.",
    edits={RULE: "(1 / (1 + np.exp(-z)) - y) * (1 + np.exp(-z)) * (1 + np.exp(z))"},
)
logit_gradient.misconception(
    "forgets_the_label",
    "This is the prediction itself; the label does not appear in it.",
    edits={RULE: "1 / (1 + np.exp(-z)) - 0 * y"},
)
logit_gradient.misconception(
    "averages",
    "The derivatives are divided by the number of examples. Here every example stands for itself.",
    edits={RULE: "(1 / (1 + np.exp(-z)) - y) / np.size(z)"},
)
logit_gradient.alternative(
    "tanh", source="dL_dz = lambda z, y: 0.5 * (1 + np.tanh(np.asarray(z) / 2)) - y"
)


@logit_gradient.alternative("two_cases_in_float32")
def dL_dz(z, y):
    z, y = np.asarray(z, dtype=np.float32), np.asarray(y, dtype=np.float32)
    up, down = 1 / (1 + np.exp(-z)), 1 / (1 + np.exp(z))
    return (1 - y) * up - y * down


@logit_gradient.alternative("product_of_the_factors")
def dL_dz(z, y):
    s = np.exp(z) / (1 + np.exp(z))
    return (-y / s + (1 - y) / (1 - s)) * s * (1 - s)


@logit_gradient.oracle("torch_autograd")
def dL_dz(z, y):
    import torch

    z = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(y, dtype=torch.float64)
    torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum").backward()
    return z.grad


@logit_gradient.oracle("sympy")
def dL_dz(z, y):
    import sympy as sp

    t, label = sp.symbols("t label")
    s = 1 / (1 + sp.exp(-t))
    slope = sp.diff(-label * sp.log(s) - (1 - label) * sp.log(1 - s), t)
    return np.vectorize(lambda a, b: float(slope.evalf(30, subs={t: a, label: b})))(z, y)


# q10c -----------------------------------------------------------------------------------------


@check("q10c", points=2, reveal=True)
def central(answer, rng):
    import math

    x, eps = (round(float(rng.uniform(*ends)), 2) for ends in ((0.6, 1.4), (0.2, 0.5)))
    cube, sine = named("x -> x**3", lambda x: x**3), named("sin", math.sin)
    bend = named("x -> x**2 + exp(x)", lambda x: x**2 + math.exp(x))
    return {
        "x³": answer.central_difference(cube, x, eps),
        "x³ with a larger step": answer.central_difference(cube, -x, 2 * eps),
        "sin": answer.central_difference(sine, x - 1, eps),
        "x² + exp(x)": answer.central_difference(bend, x, eps / 2),
        "a small step": answer.central_difference(bend, -x, 1e-4),
    }


QUOTIENT = "(f(x + eps) - f(x - eps)) / (2 * eps)"
central.misconception(
    "forward",
    "This is the forward difference. The central one has a point on either side of x.",
    edits={QUOTIENT: "(f(x + eps) - f(x)) / eps"},
)
central.misconception(
    "backward_difference",
    "This is the backward difference. The central one has a point on either side of x.",
    edits={QUOTIENT: "(f(x) - f(x - eps)) / eps"},
)
central.misconception(
    "not_halved",
    "The two points are further apart than what the difference is divided by, so the result is too "
    "large by a constant factor.",
    edits={QUOTIENT: "(f(x + eps) - f(x - eps)) / eps"},
)
central.misconception(
    "half_step_not_halved",
    "The points lie half a step to either side, so they are one step apart. Divide by how far apart "
    "they are (and here, go a whole step to either side).",
    edits={QUOTIENT: "(f(x + eps / 2) - f(x - eps / 2)) / (2 * eps)"},
)
central.misconception(
    "sign",
    "The sign is the wrong way round: the value on the right minus the value on the left.",
    edits={QUOTIENT: "(f(x - eps) - f(x + eps)) / (2 * eps)"},
)
central.misconception(
    "ignores_eps",
    "A step of its own is used. The step is given as eps.",
    edits={QUOTIENT: "(f(x + 1e-5) - f(x - 1e-5)) / 2e-5"},
)
central.misconception(
    "multiplies_by_eps",
    "a / 2 * eps divides by 2 and then multiplies by eps. Put the denominator in brackets.",
    edits={QUOTIENT: "(f(x + eps) - f(x - eps)) / 2 * eps"},
)


@central.alternative("mean_of_two_one_sided_quotients")
def central_difference(f, x, eps):
    middle = f(x)
    return 0.5 * ((f(x + eps) - middle) / eps + (middle - f(x - eps)) / eps)


central.alternative(
    "lambda_with_an_array",
    source="central_difference = lambda f, x, h: np.array(-f(x - h) / h + f(x + h) / h) / 2",
)


@central.oracle("slope_of_the_parabola_through_three_points")
def central_difference(f, x, eps):
    t = np.array([-1.0, 0.0, 1.0])
    return np.polynomial.Polynomial.fit(t, [f(x + k * eps) for k in t], 2).deriv()(0.0) / eps


# q16c -----------------------------------------------------------------------------------------


@check("q16c", points=2, reveal=True)
def costs(answer, rng):
    a, b, c, d, e = (int(k) for k in rng.choice(np_range(2, 40), size=5, replace=False))
    return {
        "three layers of different sizes": answer.multiply_adds([a, b, c, d]),
        "two layers": answer.multiply_adds([d, e, a]),
        "equal hidden layers": answer.multiply_adds([a, b, b, b, c]),
        "all layers of one size": answer.multiply_adds([e, e, e, e]),
        "a single layer": answer.multiply_adds([c, d]),
    }


def np_range(low, high):
    """The whole numbers from low to high."""
    return list(range(low, high + 1))


PAIRS = "sum(n * m for n, m in zip(sizes, sizes[1:]))"
costs.misconception(
    "seed_skips_a_layer",
    "One of the hidden layers is skipped. A list of k sizes has k - 1 weight matrices between them.",
    edits={PAIRS: "sum(n * m for n, m in zip(sizes[:-2] + sizes[-1:], sizes[1:-2] + sizes[-1:]))"},
)
costs.misconception(
    "with_biases",
    "The biases are counted, too. A bias is an addition without a multiplication.",
    edits={"n * m for": "(n + 1) * m for"},
)
costs.misconception(
    "flops",
    "Multiplications and additions are counted separately. Here one of each counts as one.",
    edits={PAIRS: "sum(2 * n * m for n, m in zip(sizes, sizes[1:]))"},
)
costs.misconception(
    "set_of_layers",
    "Layers of the same size are counted once only. Each of them has to be computed.",
    edits={"zip(sizes, sizes[1:])": "set(zip(sizes, sizes[1:]))"},
)
costs.misconception(
    "product",
    "All sizes are multiplied. Layers run one after the other, so their costs add up.",
    edits={PAIRS: "int(np.prod(sizes))"},
)
costs.misconception(
    "without_the_output",
    "The last layer is missing: the outputs have weights, too.",
    edits={PAIRS: "sum(n * m for n, m in zip(sizes[:-1], sizes[1:-1]))"},
)
costs.misconception(
    "counts_units",
    "These are the units. Each of them has a multiply-add for every input of its layer.",
    edits={PAIRS: "sum(sizes[1:])"},
)


@costs.alternative("loop_over_places")
def multiply_adds(sizes):
    total = 0
    for place in range(1, len(sizes)):
        total += sizes[place - 1] * sizes[place]
    return float(total)


costs.alternative(
    "dot_product", source="multiply_adds = lambda sizes: np.dot(sizes[:-1], sizes[1:])"
)


@costs.alternative("recursion")
def multiply_adds(sizes):
    first, *others = sizes
    return first * others[0] + multiply_adds(others) if others else 0


@costs.oracle("torch_flop_counter")
def multiply_adds(sizes):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    layers = [torch.nn.Linear(n, m, bias=False) for n, m in zip(sizes, sizes[1:])]
    with FlopCounterMode(display=False) as counter:
        torch.nn.Sequential(*layers)(torch.zeros(1, sizes[0]))
    return counter.get_total_flops() / 2


# q17c -----------------------------------------------------------------------------------------


@check("q17c", points=2)
def stable(answer, rng):
    def loss(z, y):
        return number(answer.stable_bce(z, y))

    high, low = (round(float(rng.uniform(0.4, 4)), 2) for _ in range(2))
    far = round(float(rng.uniform(25, 33)), 1)
    return {
        "moderate logits, label 1": [attempt(loss, high, 1), attempt(loss, -low, 1)],
        "moderate logits, label 0": [attempt(loss, high, 0), attempt(loss, -low, 0)],
        "confident and wrong": [attempt(loss, -far, 1), attempt(loss, far, 0)],
        "z = 800 and label 1": attempt(loss, 800.0, 1),
        "z = 800 and label 0": attempt(loss, 800.0, 0),
        "z = -800 and label 1": attempt(loss, -800.0, 1),
        "z = -800 and label 0": attempt(loss, -800.0, 0),
    }


STABLE = "return max(z, 0.0) - z * y + np.log1p(np.exp(-abs(z)))"
SIGMOID = "with np.errstate(all='ignore'):\n        s = 1 / (1 + np.exp(-np.float64(z)))\n"
stable.misconception(
    "naive",
    "The sigmoid is computed first, and then its logarithm. Far out it rounds to 0 or 1, and the "
    "logarithm of 0 is -∞. Simplify on paper before computing.",
    edits={STABLE: f"{SIGMOID}        return -y * np.log(s) - (1 - y) * np.log(1 - s)"},
)
stable.misconception(
    "naive",
    "The sigmoid is computed first, and then its logarithm. Far out it rounds to 0 or 1, and the "
    "logarithm of 0 is -∞. Simplify on paper before computing.",
    edits={STABLE: f"{SIGMOID}        return -np.log(s) if y == 1 else -np.log(1 - s)"},
    form="by cases",
)
stable.misconception(
    "naive",
    "The sigmoid is computed first, and then its logarithm. Far out it rounds to 0 or 1, and the "
    "logarithm of 0 does not exist. Simplify on paper before computing.",
    edits={
        STABLE: "import math\n    s = 1 / (1 + math.exp(-z))\n"
        "    return -y * math.log(s) - (1 - y) * math.log(1 - s)"
    },
    form="math",
)
stable.misconception(
    "clipped",
    "Clipping the probability keeps the loss finite but makes it wrong: a confident mistake no longer "
    "costs what it should, and its gradient becomes 0.",
    edits={
        STABLE: f"{SIGMOID}        s = np.clip(s, 1e-7, 1 - 1e-7)\n"
        "        return -y * np.log(s) - (1 - y) * np.log(1 - s)"
    },
)
stable.misconception(
    "clipped",
    "A small number added inside the logarithm keeps the loss finite but makes it wrong: a confident "
    "mistake no longer costs what it should.",
    edits={
        STABLE: f"{SIGMOID}        return -y * np.log(s + 1e-8) - (1 - y) * np.log(1 - s + 1e-8)"
    },
    form="epsilon",
)
stable.misconception(
    "sign_of_zy",
    "The sign of z·y is wrong: a large logit for label 1 has to make the loss small.",
    edits={"- z * y": "+ z * y"},
)
stable.misconception(
    "log1p_overflow",
    "exp gets large positive numbers and overflows. Rearrange so that it only gets numbers below 0.",
    edits={
        STABLE: "with np.errstate(all='ignore'):\n"
        "        return np.log1p(np.exp(np.float64(z))) - z * y"
    },
)
stable.misconception(
    "log1p_overflow",
    "exp gets large positive numbers and overflows. Rearrange so that it only gets numbers below 0.",
    edits={STABLE: "import math\n    return math.log1p(math.exp(z)) - z * y"},
    form="math",
)
stable.misconception(
    "nan_to_num",
    "nan_to_num replaces NaN and infinity by numbers of its own, which are not the loss. Find a formula "
    "in which they do not arise.",
    edits={
        STABLE: f"{SIGMOID}        return np.nan_to_num(-y * np.log(s) - (1 - y) * np.log(1 - s))"
    },
)
stable.misconception(
    "forgets_the_max",
    "The logarithm of 1 + exp(-|z|) alone is small for every large |z|. What was taken out of the "
    "bracket has to be added again where z is above 0.",
    edits={"max(z, 0.0) - z * y": "-z * y"},
)


@stable.alternative("two_cases")
def stable_bce(z, y):
    import math

    if z >= 0:
        return z * (1 - y) + math.log1p(math.exp(-z))
    return -z * y + math.log1p(math.exp(z))


stable.alternative(
    "logaddexp", source="stable_bce = lambda z, y: np.logaddexp(0, z) - y * np.float64(z)"
)


@stable.alternative("torch_softplus")
def stable_bce(z, y):
    import torch

    return torch.nn.functional.softplus(torch.tensor(-z if y else z, dtype=torch.float64)).item()


@stable.oracle("mpmath")
def stable_bce(z, y):
    import mpmath

    with mpmath.workdps(800):
        s = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        return float(-y * mpmath.log(s) - (1 - y) * mpmath.log(1 - s))


@stable.oracle("torch_bce_with_logits")
def stable_bce(z, y):
    import torch

    z, y = torch.tensor(z, dtype=torch.float64), torch.tensor(float(y), dtype=torch.float64)
    return torch.nn.functional.binary_cross_entropy_with_logits(z, y).item()
