"""Question 16 of the quiz: what a forward pass costs."""

from autograder.check import attempt, check
from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q16a"].oracle("torch_flop_counter")
def answer():
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    sizes = [20, 256, 256, 256, 1]
    net = torch.nn.Sequential(*(torch.nn.Linear(n, m) for n, m in zip(sizes, sizes[1:])))
    with FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 20))
    q16a = counter.get_total_flops() / 2


@QUESTIONS["q16b"].oracle("torch_biases")
def answer():
    import torch

    sizes = [20, 256, 256, 256, 1]
    net = torch.nn.Sequential(*(torch.nn.Linear(n, m) for n, m in zip(sizes, sizes[1:])))
    q16b = sum(layer.bias.numel() for layer in net)


GROWTH = "every layer several times as large, how many times the cost"
# half of the points for the right kind of growth; and equal layers are what a set would lose
WEIGHTS = {
    GROWTH: 5, "equal hidden layers": 1.75, "all layers of one size": 1.75,
    "three layers of different sizes": 0.5, "two layers": 0.5, "a single layer": 0.5,
}  # fmt: skip


@check("q16c", points=2, reveal=True, weights=WEIGHTS)
def costs(answer, rng):
    a, b, c, d, e = (int(k) for k in rng.choice(np_range(2, 40), size=5, replace=False))
    times = int(rng.integers(2, 6))
    large = [int(k) for k in rng.choice(np_range(50, 100), size=4, replace=False)]

    def growth(sizes):
        """A whole number, so that the biases do not count."""
        larger = [times * n for n in sizes]
        growth = round(answer.multiply_adds(larger) / answer.multiply_adds(sizes))
        return {f"{times} times as large as {sizes}": growth}

    return {
        "three layers of different sizes": answer.multiply_adds([a, b, c, d]),
        "two layers": answer.multiply_adds([d, e, a]),
        "equal hidden layers": answer.multiply_adds([a, b, b, b, c]),
        "all layers of one size": answer.multiply_adds([e, e, e, e]),
        "a single layer": answer.multiply_adds([c, d]),
        GROWTH: attempt(growth, large),
    }


def np_range(low, high):
    """The whole numbers from low to high."""
    return list(range(low, high + 1))


PAIRS = "sum(n * m for n, m in zip(sizes, sizes[1:]))"


SKIPPED = (
    "One of the layers is skipped. A list of k sizes has k - 1 weight matrices between neighbours."
)
costs.misconception(
    "skips_a_layer",
    SKIPPED,
    edits={PAIRS: "sum(n * m for n, m in zip(sizes[:-2] + sizes[-1:], sizes[1:-2] + sizes[-1:]))"},
)
costs.misconception(
    "skips_a_layer",
    SKIPPED,
    edits={PAIRS: "sum(n * m for n, m in zip(sizes[:1] + sizes[2:], sizes[2:]))"},
    form="first hidden layer",
)
costs.misconception(
    "skips_a_layer",
    SKIPPED,
    edits={PAIRS: "sum(n * m for n, m in zip(sizes[1:], sizes[2:]))"},
    form="inputs",
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
