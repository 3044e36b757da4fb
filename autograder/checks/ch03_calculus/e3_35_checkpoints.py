"""3.35c: a gradient with checkpoints: right, in little memory, with at most one extra forward pass."""

import math

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch03_calculus.passes import entry
from autograder.checks.ch03_calculus.watched_chain import Watched, chains, peak_of, through

EVALUATED, KEPT = "layers that are evaluated", "activations that are kept"
LEEWAY = 3  # activations that a program may have in its hands beside those that it keeps


def gradient_key(name):
    return f"gradient, {name}"


@check("3.35c", points=3, weights={EVALUATED: 3, KEPT: 3})
def checkpoints(answer, rng):
    everything = chains(rng)

    def run(a, b, x, k):
        watched = Watched(a, b)
        gradient = entry(answer.checkpointed_grad(watched.fs, watched.dfs, x, k, watched.store()))
        return gradient, watched

    def gradients(cases):
        return [run(*case)[0] for case in cases]

    def evaluated():
        return [run(*case)[1].evaluated for case in longest(everything)]

    def kept():
        runs = [run(*case)[1] for case in longest(everything)]
        return [{"store": one.stored, "at once": one.most} for one in runs]

    return {gradient_key(name): attempt(gradients, cases) for name, cases in everything.items()} | {
        EVALUATED: attempt(evaluated),
        KEPT: attempt(kept),
    }


def longest(everything):
    """The cases in which memory and time are looked at: many layers, and segments of several."""
    return [cases[0] for name, cases in everything.items() if name != "k = 1 and k = L"]


def most_kept(L, k):
    """How many activations may be kept: the checkpoints and a segment."""
    return math.ceil(L / k) + k


def slopes(a, b, at):
    return [1 + one * math.cos(h + other) for one, other, h in zip(a, b, at, strict=True)]


def wrong_gradients(a, b, x, k):
    """{idea: the gradient that it gives}."""
    inputs = through(a, b, x)
    L, right = len(a), slopes(a, b, inputs[:-1])
    last = L - L % k
    return {
        "derivative_at_checkpoint_value": np.prod(
            slopes(a, b, [inputs[i - i % k] for i in range(L)])
        ),
        "derivative_at_output": np.prod(slopes(a, b, inputs[1:])),
        "adds_the_slopes": np.sum(right),
        "last_segment_left_out": np.prod(right[:last]),
        "checkpoint_layers_left_out": np.prod([s for i, s in enumerate(right) if i % k]),
    }


@checkpoints.judge
def _(seen, rng):
    """The gradient is the product of the slopes at the true inputs. Each layer but the last must have been
    evaluated, always at its true input, 2L times in all at most; and what is not kept must have been
    evaluated again. At most ceil(L/k) + k activations are in the store at once, and not many more exist
    anywhere: what is kept in a list is kept, too."""
    everything = chains(rng)
    said = {}
    for name, cases in everything.items():
        said[gradient_key(name)] = _gradients(seen[gradient_key(name)], cases)
    cases = longest(everything)
    said[EVALUATED] = _first_fault(_evaluated, seen[EVALUATED], cases)
    said[KEPT] = _first_fault(_kept, seen[KEPT], cases)
    if isinstance(said[KEPT], Fault) and isinstance(seen[EVALUATED], list):
        again = len(seen[EVALUATED][0]) > len(cases[0][0])
        ideas = {("keeps_everything", True): "never_frees", ("store_unused", False): "forward_mode"}
        idea = said[KEPT].misconception
        said[KEPT] = Fault(said[KEPT].sentence, ideas.get((idea, again), idea))
    return said


def _first_fault(rule, found, cases):
    if not isinstance(found, list) or len(found) != len(cases):
        return Fault("there is no result to look at")
    try:
        outcomes = [rule(one, *case) for one, case in zip(found, cases, strict=True)]
    except Exception:
        return Fault("what was done cannot be followed")
    return next((one for one in outcomes if one is not True), True)


def _gradients(found, cases):
    def wrong(values):
        return isinstance(values, float) or not np.allclose(found, values, rtol=1e-3, atol=1e-9)

    if not isinstance(found, list) or len(found) != len(cases):
        return Fault("there is no gradient")
    right = [np.prod(slopes(a, b, through(a, b, x)[:-1])) for a, b, x, _ in cases]
    if not wrong(right):
        return True
    ideas = [wrong_gradients(*case) for case in cases]
    idea = next((name for name in ideas[0] if not wrong([one[name] for one in ideas])), None)
    return Fault("a gradient is not right", idea)


def _evaluated(log, a, b, x, k):
    inputs, L = through(a, b, x), len(a)
    for i, h in log:
        if not math.isclose(h, inputs[i], rel_tol=1e-3, abs_tol=1e-4):
            return Fault(f"layer {i} of {L} was evaluated at something else than its input")
    missing = set(range(L - 1)) - {i for i, _ in log}
    if missing:
        return Fault(f"layer {min(missing)} of {L} was never evaluated")
    if len(log) < 2 * L - 1 - most_kept(L, k) - LEEWAY:
        return Fault(f"{len(log)} evaluations for {L} layers: hardly anything was computed again")
    if len(log) <= 2 * L:
        return True
    if len(log) >= L * (L - 1) / 2:
        idea = "recomputes_from_scratch"
    else:
        twice = 3 * L - math.ceil(L / k)  # forward, forward, and the segments
        idea = "one_pass_too_many" if len(log) <= twice else "recomputes_within_segment"
    return Fault(f"{len(log)} evaluations for {L} layers, with a checkpoint every {k}", idea)


def _kept(one, a, b, x, k):
    L, most = len(a), most_kept(len(a), k)
    true = np.array(through(a, b, x))
    saved = [number for action, *rest in one["store"] if action == "save" for number in rest[1]]
    if not saved and one["at once"] <= most + LEEWAY:
        return Fault("nothing was saved in the store", "store_unused")
    if any(np.abs(true - number).min() > 1e-3 for number in saved):
        return Fault("something else than activations was saved in the store")
    peak = peak_of(one["store"])
    if peak > most:
        said = f"{peak} in the store at once, for {L} layers with a checkpoint every {k}"
        return Fault(said, "keeps_everything")
    if one["at once"] > most + LEEWAY:
        return Fault(
            f"{one['at once']} activations existed at once, beside the store or in it",
            "keeps_everything",
        )
    return True


@checkpoints.misconception(
    "keeps_everything",
    "The input of every layer is kept from the way forward to the way back: right, and as large as without "
    "checkpoints.",
)
def checkpointed_grad(fs, dfs, x, k, store):
    h = x
    for i, f in enumerate(fs):
        store.save(i, h)
        h = f(h)
    gradient = 1.0
    for i in reversed(range(len(fs))):
        gradient *= dfs[i](store.load(i))
        store.free(i)
    return gradient


@checkpoints.misconception(
    "keeps_everything",
    "All activations are kept in a list beside the store. A list takes memory, too.",
    form="in a list",
)
def checkpointed_grad(fs, dfs, x, k, store):
    signals = [x]
    for i, f in enumerate(fs):
        if i % k == 0:
            store.save(i, signals[-1])
        signals.append(f(signals[-1]))
    gradient = 1.0
    for slope, h in zip(dfs, signals):
        gradient *= slope(h)
    return gradient


@checkpoints.misconception(
    "keeps_everything",
    "All activations are kept, in a list instead of the store. A list takes memory, too.",
    form="in a list alone",
)
def checkpointed_grad(fs, dfs, x, k, store):
    signals = [x]
    for f in fs:
        signals.append(f(signals[-1]))
    return np.prod([slope(h) for slope, h in zip(dfs, signals)])


@checkpoints.misconception(
    "forward_mode",
    "That is forward mode. For a single number it is the better idea, and needs no store at all; but with "
    "many inputs it takes a pass for each. The exercise walks back, from the last layer to the first.",
)
def checkpointed_grad(fs, dfs, x, k, store):
    h, tangent = x, 1.0
    for f, slope in zip(fs, dfs):
        h, tangent = f(h), slope(h) * tangent
    return tangent


@checkpoints.misconception(
    "recomputes_from_scratch",
    "Every activation is computed again from x. That takes hardly any memory, and a number of evaluations "
    "that grows with the square of the depth; begin at the last checkpoint.",
)
def checkpointed_grad(fs, dfs, x, k, store):
    store.save(0, x)
    gradient = 1.0
    for i in reversed(range(len(fs))):
        h = store.load(0)
        for f in fs[:i]:
            h = f(h)
        gradient *= dfs[i](h)
    return gradient


@checkpoints.misconception(
    "recomputes_within_segment",
    "The way from the checkpoint is gone anew for every layer of the segment. Go it once, and keep the "
    "activations of this one segment.",
)
def checkpointed_grad(fs, dfs, x, k, store):
    L, h = len(fs), x
    for i in range(L):
        if i % k == 0:
            store.save(i, h)
        h = fs[i](h)
    gradient = 1.0
    for i in reversed(range(L)):
        h = store.load(i - i % k)
        for f in fs[i - i % k : i]:
            h = f(h)
        gradient *= dfs[i](h)
    return gradient


checkpoints.misconception(
    "derivative_at_checkpoint_value",
    "All slopes of a segment are taken at its checkpoint. Each layer has an input of its own, which must be "
    "computed again: that is the whole point of going forward once more.",
    edits={"dfs[i](store.load(i))": "dfs[i](store.load(start))", "            store.free(i)\n": ""},
)


@checkpoints.misconception(
    "derivative_at_output",
    "The slopes are taken at what comes out of each layer. dfs[i] belongs to the input of fs[i].",
)
def checkpointed_grad(fs, dfs, x, k, store):
    L, h = len(fs), x
    for i in range(L):
        if i % k == 0:
            store.save(i, h)
        h = fs[i](h)
    gradient = 1.0
    for start in reversed(range(0, L, k)):
        h = store.load(start)
        for i in range(start, min(start + k, L)):
            h = fs[i](h)
            store.save(i, h)
        for i in reversed(range(start, min(start + k, L))):
            gradient *= dfs[i](store.load(i))
            store.free(i)
    return gradient


checkpoints.misconception(
    "never_frees",
    "What a segment needed is never freed, so in the end every activation is in the store.",
    edits={"            store.free(i)\n": ""},
)
checkpoints.misconception(
    "last_segment_left_out",
    "When k does not divide the number of layers, a shorter segment remains at the end. Its layers are "
    "missing in the product.",
    edits={"reversed(range(0, L, k))": "reversed(range(0, L - L % k, k))"},
)
checkpoints.misconception(
    "checkpoint_layers_left_out",
    "The slope of the first layer of each segment is missing: a checkpoint is the input of a layer, too.",
    edits={"reversed(range(start, stop))": "reversed(range(start + 1, stop))"},
)
checkpoints.misconception(
    "adds_the_slopes",
    "The slopes are added. The derivative of a chain is their product.",
    edits={"gradient *=": "gradient +=", "gradient = 1.0": "gradient = 0.0"},
)
checkpoints.misconception(
    "one_pass_too_many",
    "The whole chain is evaluated once more than needed. The way forward that saves the checkpoints is the "
    "first pass; the segments together are the second.",
    edits={"    gradient = 1.0": "    for f in fs:\n        x = f(x)\n    gradient = 1.0"},
)


@checkpoints.misconception(
    "store_unused",
    "The checkpoints are kept in a list of your own. Keep them in the store, which is there to count them.",
)
def checkpointed_grad(fs, dfs, x, k, store):
    kept, h = [], x
    for i, f in enumerate(fs):
        if i % k == 0:
            kept.append(h)
        h = f(h)
    gradient = 1.0
    for number in reversed(range(len(kept))):
        segment = [kept.pop()]
        start = number * k
        stop = min(start + k, len(fs))
        for f in fs[start : stop - 1]:
            segment.append(f(segment[-1]))
        for slope, h in zip(dfs[start:stop], segment):
            gradient *= slope(h)
    return gradient


@checkpoints.alternative("the_segment_in_a_list")
def checkpointed_grad(fs, dfs, x, k, store):
    starts = list(range(0, len(fs), k))
    for start in starts:
        store.save(("checkpoint", start), x)
        for f in fs[start : start + k]:
            x = f(x)
    gradient = 1
    while starts:
        start = starts.pop()
        segment = [store.load(("checkpoint", start))]
        store.free(("checkpoint", start))
        for f in fs[start : start + k][:-1]:
            segment.append(f(segment[-1]))
        gradient = gradient * np.prod([d(h) for d, h in zip(dfs[start : start + k], segment)])
    return gradient


@checkpoints.alternative("recursion_in_float32")
def answer():
    def _last_segment(fs, dfs, h, start, k, store):
        if start >= len(fs):
            return np.float32(1)
        store.save(start, h)
        ahead = h
        for f in fs[start : start + k]:
            ahead = np.float32(f(ahead))
        later = _last_segment(fs, dfs, ahead, start + k, k, store)
        h, here = store.load(start), np.float32(1)
        for i in range(start, min(start + k, len(fs))):
            here *= np.float32(dfs[i](h))
            if i + 1 < min(start + k, len(fs)):
                h = np.float32(fs[i](h))
        store.free(start)
        return here * later

    def checkpointed_grad(fs, dfs, x, k, store):
        return _last_segment(fs, dfs, x, 0, k, store)


@checkpoints.alternative("the_end_is_computed_as_well")
def checkpointed_grad(fs, dfs, x, k, store):
    import torch

    n = len(fs)
    store.save(0, torch.tensor(x, dtype=torch.float64))
    h = x
    for i in range(n):
        h = fs[i](h)
        if (i + 1) % k == 0 and i + 1 < n:
            store.save(i + 1, torch.tensor(h, dtype=torch.float64))
    total = torch.ones((), dtype=torch.float64)
    start = (n - 1) // k * k
    while start >= 0:
        for i in range(start, min(start + k, n) - 1):
            store.save(i + 1, fs[i](store.load(i)))
        for i in range(min(start + k, n) - 1, start - 1, -1):
            total = total * dfs[i](store.load(i))
            store.free(i)
        start -= k
    return total
