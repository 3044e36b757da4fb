"""Answers that claim what they did not do: the course's engine or PyTorch by another door, a method that
is not used, names that tell, a handler that leads to what observes. None of them earns its points."""

from types import FunctionType

import pytest
from workers import KeptWorker

from autograder.checks.ch07_gradients.network_of_fig78 import given_init, given_model
from autograder.commands.try_answers import LIMITS, answer_and_others
from autograder.grading.executor import Observe, RunCell, run_steps
from autograder.inside import plain
from autograder.inside.answer import observe_answer
from autograder.isolation import choose_tier
from autograder.judging.reference import Reference
from autograder.judging.verdict import judge, verdict_on

pytestmark = [pytest.mark.sandbox, pytest.mark.early]

SEED = 3
REFERENCE = Reference()

ENGINE = (
    "import sys\nengine = sys.modules['utils.eng' + 'ine']\nGiven = getattr(engine, 'Val' + 'ue')\n"
)
REBUILT = """
import types

names = dict(vars(engine))

def rebuilt(it):
    function = getattr(it, "__func__", it)
    made = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    return staticmethod(made) if isinstance(it, staticmethod) else made

kinds = types.FunctionType, staticmethod
Value = type("Value", (), {k: rebuilt(v) for k, v in vars(Given).items() if isinstance(v, kinds)})
names["Value"] = Value
"""
WRAPPED = """
class Value:
    def __init__(self, it): self.it = it if isinstance(it, Given) else Given(it)
    data = property(lambda self: self.it.data)
    grad = property(lambda self: self.it.grad)
    def backward(self): self.it.backward()

def handed_on(name):
    return lambda self, *others: Value(getattr(self.it, name)(*(getattr(o, "it", o) for o in others)))

for name in '''__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __neg__
    __pow__ tanh relu sigmoid'''.split():
    setattr(Value, name, handed_on(name))
"""
IN_A_LIST = """
def checkpointed_gradients(tape, dl_dfK, every):
    {store}
    f = tape.x
    for k in range(tape.K):
        f = tape.step(k, f)
        {keep}
        if k % every == 0:
            tape.save(k, f)
    {useless}
    gradients, delta = [None] * (tape.K + 1), dl_dfK
    for k in range(tape.K, -1, -1):
        gradients[k], delta = tape.backward(k, delta, kept[k - 1] if k else tape.x)
    return gradients
"""
USELESS = "[tape.step(0, tape.x) for _ in range(tape.K // 2 + 2)]"
AGAIN = "[tape.step(k, kept[k - 1] if k else tape.x) for k in range(tape.K - 1)]"
XOR = """
def train_xor(seed=0):
    rng = random.Random(seed)
    w, v, b = (Value(rng.uniform(-1, 1)) for _ in range(3))
    def feature(x1, x2):
        {feature}
    def predict(x1, x2): return (w * feature(x1, x2) + b).tanh() * v
    losses = []
    for _ in range(1000):
        loss = sum((predict(p, q) - (p != q)) ** 2 for p in (0, 1) for q in (0, 1)) * 0.25
        for p in (w, v, b): p.grad = 0.0
        loss.backward()
        losses.append(loss.data)
        if loss.data < 0.005: break
        for p in (w, v, b): p.data -= 0.3 * p.grad
    return predict, losses
"""
FORGOTTEN = """
import tracemalloc
{before}

def checkpointed_gradients(tape, dl_dfK, every, kept_in_a_list=checkpointed_gradients):
    forward = tape.step
    def step(k, f):
        if k == 0 and tape.counts["layer evaluations"]: tracemalloc.clear_traces()
        return forward(k, f)
    tape.step = step
    return kept_in_a_list(tape, dl_dfK, every)
"""
STOPPED = """
{before}

def checkpointed_gradients(tape, dl_dfK, every, kept_in_a_list=checkpointed_gradients):
    try:
        return kept_in_a_list(tape, dl_dfK, every)
    except BaseException:
        return []
"""
DISGUISED = """
class SGD(torch.optim.Adam):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, lr=lr)
        self.param_groups[0]["momentum"] = momentum
    def step(self):
        self.param_groups[0]["lr"] /= 10
        super().step()
        self.param_groups[0]["lr"] *= 10
"""
TWO_GROUPS = (
    "SGD([{'params': [nn.Parameter(torch.zeros(1))]}, {'params': list(model.parameters())}]"
)
BY_NAME = """
def check_gradient(f, x, epsilon=1e-5, *, grad_f, rtol=1e-4, atol=1e-7):
    told = [repr(grad_f), str(grad_f), getattr(getattr(grad_f, "__code__", None), "co_name", "")]
    told += [str(getattr(grad_f, name, "")) for name in ("__name__", "__qualname__", "__doc__")]
    return "its gradient, " not in " ".join(told)
"""
BY_HANDLER = """
import signal

for number in (signal.SIGPROF, signal.SIGALRM):
    names = signal.getsignal(number).__globals__
    assert not set(names) - {"OutOfTime", "__builtins__"}, sorted(names)
"""
PATCHED = """
import sys

right = "here"
for name, module in list(sys.modules.items()):
    if name.startswith("autograder") and hasattr(module, "observe_answer"):
        module.observe_answer = lambda *a: {"entries": [], "error": None}
    if name.startswith("autograder") and hasattr(module, "attempt"):
        module.attempt = lambda *a, **k: 0
    if name.startswith("autograder") and hasattr(module, "encode"):
        module.to_plain = lambda *a: 0
"""

LISTED = IN_A_LIST.format(store="kept = []", keep="kept.append(f)", useless=AGAIN)
TRAINING = REFERENCE.answer_file("7.16")

# part, answer, the share of the points that it may earn
CLAIMS = {
    "the engine's functions": ("2.12a", ENGINE + REBUILT, 0),
    "the engine by inheritance": ("2.12a", f"{ENGINE}class Value(Given): pass", 0),
    "the engine inside another class": ("2.12a", ENGINE + WRAPPED, 0),
    "the engine's text": ("2.12a", f"{ENGINE}import inspect\nexec(inspect.getsource(engine))", 0),
    "the engine's text, quietly": (
        "2.12a",
        f"{ENGINE}import linecache\nvars(sys.modules['builtins'])['ex' + 'ec']("
        "''.join(linecache.getlines(engine.__file__)), globals())",
        0,
    ),
    "PyTorch by a computed name": (
        "2.12d",
        REFERENCE.check("2.12d")
        .of_kind("oracle")[0]
        .text(REFERENCE.solution("2.12d"))
        .replace("import torch", "library = __import__('to' + 'rch')")
        .replace("torch.", "library."),
        0,
    ),
    "vectors in a list, and useless evaluations": (
        "7.11",
        IN_A_LIST.format(store="kept = []", keep="kept.append(f)", useless=USELESS),
        0.5,
    ),
    "vectors in a list, and all of them again": (
        "7.11",
        IN_A_LIST.format(store="kept = []", keep="kept.append(f)", useless=AGAIN),
        0.5,
    ),
    "vectors in one matrix, and all of them again": (
        "7.11",
        IN_A_LIST.format(
            store="kept = np.zeros((tape.K, len(tape.x)))", keep="kept[k] = f", useless=AGAIN
        ),
        0.5,
    ),
    "XOR as the only feature": ("2.12c", XOR.format(feature="return x1 + x2 - 2 * x1 * x2"), 0),
    "a table of XOR": (
        "2.12c", XOR.format(feature="return [[0, 1], [1, 0]][round(x1)][round(x2)]"), 0,
    ),
    "memory that is not measured": ("7.11", STOPPED.format(before=LISTED), 0.5),
    "memory that is forgotten": ("7.11", FORGOTTEN.format(before=LISTED), 0.5),
    "Adam by the name of SGD": (
        "7.16c",
        f"{DISGUISED}\n{TRAINING.replace('torch.optim.SGD', 'SGD')}", 0.95,
    ),
    "a learning rate that falls where nothing moves": (
        "7.16c",
        TRAINING.replace("SGD(model.parameters()", TWO_GROUPS).replace(
            "scheduler.step()", "scheduler.step(); optimizer.param_groups[1]['lr'] = 0.1"
        ), 0.95,
    ),
    "names that tell": ("2.8", BY_NAME, 0.1),
}  # fmt: skip


@pytest.fixture(scope="module")
def worker():
    with KeptWorker(choose_tier(trust_submissions=True)) as running:
        yield running


def results_of(worker, part: str, *cells: str):
    """What the cells gave after the set-up, and the observation of the part."""
    steps = [
        *map(RunCell, REFERENCE.setup(part)),
        *map(RunCell, cells),
        Observe(REFERENCE.check(part)),
    ]
    return run_steps(worker, steps, SEED, LIMITS)[-len(cells) - 1 :]


def verdict_of(worker, part: str, answer: str):
    """The verdict on an answer, as `try` has it."""
    ran, seen = results_of(worker, part, answer)
    written = answer_and_others(answer, part, REFERENCE)
    return ran["error"], verdict_on(REFERENCE.check(part), seen, REFERENCE, SEED, *written)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_does_not_earn_the_points(claim, worker):
    part, answer, share = CLAIMS[claim]
    error, verdict = verdict_of(worker, part, answer)
    assert error is None
    assert verdict.state == "graded", verdict.note
    assert verdict.earned <= share * verdict.points


def test_what_stands_in_for_an_answer_is_none():
    """What 7.16c and 7.17b send along for a wrong 7.16a or 7.16b earns little there."""
    for part, stands_in in (
        ("7.16a", {"build_model": given_model}), ("7.16b", {"init_he": given_init}),
    ):  # fmt: skip
        check = REFERENCE.check(part)
        names = REFERENCE.namespace(part) | stands_in
        seen = plain.decode(plain.encode(observe_answer(check.observe, names, SEED, part)))
        assert judge(check, seen, REFERENCE, SEED).earned < check.points / 3


def test_what_stands_in_does_what_it_should():
    """A wrong build_model or init_he costs its own part only."""
    names = REFERENCE.namespace("7.16c") | {
        "build_model": lambda: "a",
        "init_he": lambda layer: "a",
    }
    check = REFERENCE.check("7.16c")
    train = FunctionType(names["train_fig78"].__code__, names, "train_fig78", (100, 0))
    seen = observe_answer(check.observe, names | {"train_fig78": train}, SEED, "7.16c")
    assert judge(check, plain.decode(plain.encode(seen)), REFERENCE, SEED).full


def test_a_right_engine_is_paid_when_pytorch_is_loaded(worker):
    """What is taken away for the observation is not missed by those who do without it."""
    for part in ("2.12a", "2.12d"):
        answer = "import torch\ntorch.ones(2, requires_grad=True).sum().backward()"
        *_, seen = results_of(worker, part, answer, REFERENCE.answer_file("2.12a", part))
        assert verdict_on(
            REFERENCE.check(part), seen, REFERENCE, SEED, REFERENCE.solution(part)
        ).full


def test_a_handler_leads_nowhere(worker):
    ran, _ = results_of(worker, "2.5", BY_HANDLER)
    assert ran["error"] is None, ran["outputs"]


def test_changed_modules_do_not_observe(worker):
    """A cell that replaces what observes, wherever it finds it, changes nothing for a right answer."""
    *_, seen = results_of(worker, "2.5", PATCHED, REFERENCE.answer_file("2.5"))
    assert verdict_on(REFERENCE.check("2.5"), seen, REFERENCE, SEED, REFERENCE.solution("2.5")).full
