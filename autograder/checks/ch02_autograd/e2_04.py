"""2.4: what forward and reverse mode cost."""

import numpy as np

from autograder.check import attempt, check, choice, every, written


@check("2.4a", points=1)
def sweeps(answer, rng):
    few, more, some = (int(rng.integers(low, low + 4)) for low in (2, 7, 13))
    pairs = [(few, more), (some, few), (more, more), (1, some), (some, 1)]
    return {
        "sweeps in forward mode": [answer.forward_passes(n, m) for n, m in pairs],
        "sweeps in reverse mode": [answer.reverse_passes(n, m) for n, m in pairs],
    }


sweeps.misconception(
    "swapped",
    "The two modes are exchanged. A forward sweep starts at one input, a reverse sweep at one "
    "output.",
    edits={"return n": "return m", "return m": "return n"},
)
sweeps.misconception(
    "reverse_is_one_pass_always",
    "One reverse sweep starts at one output. It is enough for a single output, not for several.",
    edits={"return m": "return 1"},
)
sweeps.misconception(
    "forward_is_one_pass_always",
    "One forward sweep follows one input. With several inputs, each needs a sweep of its own.",
    edits={"return n": "return 1"},
)
sweeps.misconception(
    "product_cost",
    "n times m is the number of entries of the Jacobian. A sweep gives a whole row or column of "
    "them at once.",
    edits={"return n": "return n * m", "return m": "return n * m"},
)
sweeps.misconception(
    "always_the_cheaper",
    "The smaller of n and m is what the better mode costs; the question is what each mode costs.",
    edits={"return n": "return min(n, m)", "return m": "return min(n, m)"},
)


@sweeps.alternative("counted_columns_and_rows")
def answer():
    def forward_passes(n, m):
        return len(np.zeros((m, n)).T)

    def reverse_passes(n, m):
        return len(np.zeros((m, n)))


@sweeps.alternative("lambdas_with_floats")
def answer():
    forward_passes = lambda n, m: float(n)
    reverse_passes = lambda n, m: np.int32(m)


@sweeps.oracle("rank_of_what_the_sweeps_can_know")
def answer():
    # k forward sweeps know J V for n × k directions V: all of J only when V has rank n
    def needed(size):
        rng = np.random.default_rng(0)
        ranks = [np.linalg.matrix_rank(rng.normal(size=(size, k))) for k in range(1, 2 * size + 1)]
        return 1 + ranks.index(size)

    def forward_passes(n, m):
        return needed(n)

    def reverse_passes(n, m):
        return needed(m)


@check("2.4b", points=1)
def better(answer, rng):
    few, more, some, equal = (int(rng.integers(low, 2 * low)) for low in (6, 12, 24, 48))

    def modes(*sizes):
        return {f"n = {n}, m = {m}": answer.better_mode(n, m) for n, m in sizes}

    return {
        "fewer inputs than outputs": attempt(modes, (few, more), (1, some)),
        "fewer outputs than inputs": attempt(modes, (some, few), (more, 1)),
        "as many of both": attempt(modes, (equal, equal), (1, 1)),
    }


better.misconception(
    "swapped",
    "The two modes are exchanged. Forward mode pays per input, so it wins when inputs are few.",
    edits={"n < m": "n > m"},
)
better.misconception(
    "reverse_always",
    "Reverse mode wins for a scalar loss, but not always: it pays for every output.",
    edits={'"forward" if n < m else "reverse"': '"reverse"', '"tie"': every('"reverse"')},
)
better.misconception(
    "no_tie",
    "With as many inputs as outputs, both modes need the same number of sweeps.",
    edits={'"tie"': every('"reverse"')},
)
better.misconception(
    "tie_goes_to_forward",
    "With as many inputs as outputs, both modes need the same number of sweeps.",
    edits={'"tie"': every('"forward"')},
)
better.misconception(
    "reverse_unless_one_input",
    "A single input is not the only case for forward mode: compare the two numbers.",
    edits={"n < m": "n == 1"},
)
better.misconception(
    "forward_unless_one_output",
    "A single output is not the only case for reverse mode: compare the two numbers.",
    edits={"n < m": "m > 1"},
)
better.alternative(
    "by_sign",
    source='better_mode = lambda n, m: ("tie", "forward", "reverse")[int(np.sign(m - n))]',
)


@better.alternative("capitals_and_branches")
def better_mode(n, m):
    if n > m:
        return "Reverse"
    elif m > n:
        return "Forward"
    return "Tie"


@better.oracle("cheapest_list_of_sweeps")
def better_mode(n, m):
    J = np.arange(n * m).reshape(m, n)
    cost = {"forward": len(list(J.T)), "reverse": len(list(J))}
    cheapest = [mode for mode in cost if cost[mode] == min(cost.values())]
    return cheapest[0] if len(cheapest) == 1 else "tie"


why = choice(
    "2.4c",
    "why_dl",
    "abcd",
    key="b",
    points=1,
    ideas={
        "a": (
            "believes_forward_is_inexact",
            "Both modes are exact: they apply the same chain rule and differ only in the order of the "
            "products. Finite differences are what approximates.",
        ),
        "c": (
            "believes_forward_cannot",
            "Forward mode runs through every operation that reverse mode does, and gives the same "
            "gradient. Ask how often it would have to run.",
        ),
        "d": (
            "believes_reverse_saves_memory",
            "Memory is the price of reverse mode: it has to keep the values of the forward pass until "
            "the sweep comes back to them.",
        ),
    },
)


written(
    "2.4-written",
    rubric=[
        (0.5, "a training loss is one number (m = 1), and the parameters are many (n large)"),
        (0.5, "one sweep of either mode costs a small multiple of one evaluation of the function"),
        (0.5, "the whole gradient takes n sweeps forward, m sweeps in reverse"),
        (0.5, "names the price of reverse mode: the values of the forward pass must be kept"),
    ],
)
