"""7.10 to 7.13: backpropagation with leaky ReLU, with little memory, on a graph; forward mode."""

import numpy as np

from autograder.check import Fault, check, written
from autograder.inside import attempt
from utils import Tape


def away_from_kinks(rng, sizes, alpha):
    """(Omegas, betas, x, dl_dfK) of a random network with no hidden |f| below 0.05.

    Every hidden layer with two units or more has both signs.
    """
    while True:
        Omegas = [rng.normal(size=(n, m)).round(2) for m, n in zip(sizes, sizes[1:])]
        betas = [rng.normal(size=n).round(2) for n in sizes[1:]]
        x = rng.normal(size=sizes[0]).round(2)
        h, fine = x, True
        for Omega, beta in zip(Omegas[:-1], betas[:-1]):
            f = beta + Omega @ h
            fine = fine and np.abs(f).min() > 0.05
            fine = fine and (len(f) == 1 or f.min() < 0 < f.max())
            h = np.where(f > 0, f, alpha * f)
        if fine:
            return Omegas, betas, x, rng.uniform(0.5, 2, sizes[-1]) * rng.choice([-1, 1], sizes[-1])


@check("7.10", points=6, reveal=True)
def leaky(answer, rng):
    def weights(k):
        def of_layer(Omegas, betas, x, dl_dfK):
            return answer.backward_leaky(Omegas, betas, x, dl_dfK)[0][k]

        return of_layer

    def biases(chosen):
        def of_layers(Omegas, betas, x, dl_dfK):
            return list(answer.backward_leaky(Omegas, betas, x, dl_dfK)[1])[chosen]

        return of_layers

    def everything(Omegas, betas, x, dl_dfK, alpha):
        dOmegas, dbetas = answer.backward_leaky(Omegas, betas, x, dl_dfK, alpha)
        return list(dOmegas), list(dbetas)

    small = away_from_kinks(rng, (3, 5, 4, 2), 0.1)
    square = away_from_kinks(rng, (3, 3, 3, 3), 0.1)
    steep = away_from_kinks(rng, (2, 4, 3, 1), 0.3)
    deep = away_from_kinks(rng, (2, 6, 3, 5, 4), 0.01)
    return {
        "weights of the output layer": attempt(weights(-1), *small),
        "weights of the layer before it": attempt(weights(-2), *small),
        "weights of the first layer": attempt(weights(0), *small),
        "bias of the output layer": attempt(biases(slice(-1, None)), *small),
        "biases of the hidden layers": attempt(biases(slice(0, -1)), *small),
        "layers of equal size": attempt(everything, *square, 0.1),
        "alpha = 0.3": attempt(everything, *steep, 0.3),
        "alpha = 0.01 and five sizes": attempt(everything, *deep, 0.01),
    }


leaky.misconception(
    "plain_relu_mask",
    "That is the backward pass of the plain ReLU: where the pre-activation is negative, a leaky ReLU "
    "still passes the fraction alpha of the gradient.",
    edits={"slopes.append(slope)": "slopes.append(f > 0)"},
)
leaky.misconception(
    "alpha_on_positive_side",
    "The slope alpha stands on the positive side; it belongs to the negative pre-activations.",
    edits={"slopes.append(slope)": "slopes.append(np.where(f > 0, alpha, 1.0))"},
)


@leaky.misconception(
    "mask_of_wrong_layer",
    "The slopes come from another layer: the step back to f_(k-1) passes the activation that was applied "
    "to f_(k-1), so the slopes are taken there. With layers of different size this cannot even be added up.",
)
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    fs, inputs = [], [x]
    for Omega, beta in zip(Omegas, betas):
        fs.append(beta + Omega @ inputs[-1])
        inputs.append(np.where(fs[-1] > 0, fs[-1], alpha * fs[-1]))
    dl_df, dl_dOmegas, dl_dbetas = dl_dfK, [], []
    for k in reversed(range(len(Omegas))):
        dl_dOmegas.insert(0, np.outer(dl_df, inputs[k]))
        dl_dbetas.insert(0, dl_df)
        if k > 0:
            dl_df = np.where(fs[k] > 0, 1.0, alpha) * (Omegas[k].T @ dl_df)
    return dl_dOmegas, dl_dbetas


leaky.misconception(
    "alpha_times_f",
    "On the negative side the gradient is multiplied by the activation's value alpha·f; it is the slope "
    "that belongs there, which does not depend on how negative f is.",
    edits={"slopes.append(slope)": "slopes.append(np.where(f > 0, 1.0, alpha * f))"},
)
leaky.misconception(
    "ignores_alpha_argument",
    "The slope 0.1 is written into the function; use the argument alpha, also on the way back.",
    edits={"slopes.append(slope)": "slopes.append(np.where(f > 0, 1.0, 0.1))"},
)
leaky.misconception(
    "mask_before_transpose_product",
    "The slopes are multiplied in before the transposed weights. On the way back the weights come first, "
    "then the activation: the reverse of the order on the way forward.",
    edits={"slopes[k - 1] * (Omegas[k].T @ dl_df)": "Omegas[k].T @ (slopes[k - 1] * dl_df)"},
)
leaky.misconception(
    "mask_on_output_layer",
    "The output layer is treated as if it had an activation: it is linear, so its gradient begins with "
    "dl_dfK as it is.",
    edits={
        "dl_df = dl_dfK": "f = betas[-1] + Omegas[-1] @ inputs[-1]\n"
        "    dl_df = np.where(f > 0, 1.0, alpha) * dl_dfK"
    },
)
leaky.misconception(
    "preactivation_in_weight_gradient",
    "The weight gradients use the pre-activations; a layer's weights are multiplied by what the layer "
    "read, which is the activation h_k = a[f_(k-1)].",
    edits={
        "    inputs, slopes = [x], []": "    inputs, slopes, fs = [x], [], [x]",
        "        slopes.append(slope)": "        slopes.append(slope)\n        fs.append(f)",
        "np.outer(dl_df, inputs[k])": "np.outer(dl_df, fs[k])",
    },
)
leaky.misconception(
    "slopes_left_out",
    "The step back through the activation is missing: after the transposed weights comes the "
    "multiplication by the slopes.",
    edits={"slopes[k - 1] * (Omegas[k].T @ dl_df)": "Omegas[k].T @ dl_df"},
)
leaky.misconception(
    "weight_gradient_transposed",
    "The weight gradients are transposed: like Omega itself, each has one row per output of the layer "
    "and one column per input.",
    edits={"np.outer(dl_df, inputs[k])": "np.outer(inputs[k], dl_df)"},
)
leaky.misconception(
    "at_operator_on_1d",
    "@ of two arrays with one axis is their inner product, a single number, and .T changes nothing "
    "there. Column times row is np.outer.",
    edits={"np.outer(dl_df, inputs[k])": "dl_df @ inputs[k].T"},
)
leaky.misconception(
    "lists_from_last_to_first",
    "The lists begin with the last layer, in the order of the computation; they are asked for from "
    "layer 0 to layer K.",
    edits={
        ".insert(0, np.outer(": ".append(np.outer(",
        "dl_dbetas.insert(0, ": "dl_dbetas.append(",
    },
)


@leaky.alternative("loops_over_numbers")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    K = len(Omegas) - 1
    f, h = [], [list(map(float, x))]
    for k in range(K + 1):
        rows = range(len(betas[k]))
        f.append([betas[k][i] + sum(w * v for w, v in zip(Omegas[k][i], h[k])) for i in rows])
        h.append([v if v > 0 else alpha * v for v in f[k]])
    d = [None] * K + [list(map(float, dl_dfK))]
    for k in range(K, 0, -1):
        d[k - 1] = [
            (1 if f[k - 1][j] > 0 else alpha)
            * sum(Omegas[k][i][j] * d[k][i] for i in range(len(d[k])))
            for j in range(len(f[k - 1]))
        ]
    return [[[a * b for b in h[k]] for a in d[k]] for k in range(K + 1)], d


@leaky.alternative("recursive_in_float32")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    W, b = Omegas[0].astype(np.float32), betas[0].astype(np.float32)
    h = np.asarray(x, np.float32)
    if len(Omegas) == 1:
        delta = np.asarray(dl_dfK, np.float32)
        return (delta[:, None] * h,), (delta,)
    f = b + W @ h
    mask = (f > 0) + np.float32(alpha) * (f < 0)
    dOmegas, dbetas = backward_leaky(Omegas[1:], betas[1:], mask * f, dl_dfK, alpha)
    delta = mask * (dbetas[0] @ Omegas[1].astype(np.float32))
    return (delta[:, None] * h, *dOmegas), (delta, *dbetas)


@leaky.alternative("the_equation_with_two_indicators")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    h, f = [np.array(x)[:, None]], []
    for Omega, beta in zip(Omegas, betas):
        f.append(beta[:, None] + Omega @ h[-1])
        h.append(np.maximum(f[-1], 0) + alpha * np.minimum(f[-1], 0))
    d = {len(f) - 1: np.array(dl_dfK)[:, None]}
    for k in range(len(f) - 1, 0, -1):
        back = Omegas[k].T @ d[k]
        d[k - 1] = (f[k - 1] > 0) * back + (f[k - 1] < 0) * alpha * back
    return [d[k] @ h[k].T for k in range(len(f))], [d[k].ravel() for k in range(len(f))]


@leaky.oracle("torch_autograd")
def backward_leaky(Omegas, betas, x, dl_dfK, alpha=0.1):
    import torch

    W = [torch.tensor(Omega, requires_grad=True) for Omega in Omegas]
    b = [torch.tensor(beta, requires_grad=True) for beta in betas]
    f = W[0] @ torch.tensor(x) + b[0]
    for Omega, beta in zip(W[1:], b[1:]):
        f = Omega @ torch.nn.functional.leaky_relu(f, alpha) + beta
    f.backward(torch.tensor(dl_dfK))
    return [Omega.grad for Omega in W], [beta.grad for beta in b]


RUNS = ((50, 10), (30, 7), (24, 4))  # (K, every)


@check("7.11", points=6)
def checkpointing(answer, rng):
    networks = {
        run: (int(rng.integers(10**6)), rng.uniform(0.5, 2, 6) * rng.choice([-1, 1], 6))
        for run in RUNS
    }
    done = {}

    def run(K, every):
        if (K, every) not in done:
            network, upstream = networks[K, every]
            tape = Tape.deep(K, every, width=6, seed=network)
            try:
                found, full = list(answer.checkpointed_gradients(tape, upstream, every)), ""
            except MemoryError as error:
                found, full = [], str(error)
            done[K, every] = found, full, tape
        return done[K, every]

    def gradients(K, every):
        found, full, _ = run(K, every)
        network, upstream = networks[K, every]
        return {"dl/dOmega": found, "dl_dfK": upstream, "full": full, "seed": network}

    def costs(K, every):
        _, full, tape = run(K, every)
        layers = [k for what, k in tape.events if what == "step"]
        return {**tape.counts, "full": full, "evaluated layers": layers}

    observed = {}
    for K, every in RUNS:
        observed[f"gradients of layers 0 to {K}"] = attempt(gradients, K, every)
        observed[f"memory and work for layers 0 to {K}"] = attempt(costs, K, every)
    return observed


def true_gradients(K, every, network, upstream):
    """dl/dOmega_k by storing everything, without the tape's own step and backward."""
    given = Tape.deep(K, every, width=6, seed=network)
    h, f = [given.x], []
    for Omega, beta in zip(given.Omegas, given.betas):
        f.append(beta + Omega @ h[-1])
        h.append(np.maximum(f[-1], given.alpha * f[-1]))
    d, found = np.array(upstream, dtype=float), []
    for k in range(K, -1, -1):
        found.insert(0, np.outer(d, h[k]))
        if k:
            d = np.where(f[k - 1] > 0, 1, given.alpha) * (given.Omegas[k].T @ d)
    assert all(np.abs(matrix).max() > 1e-6 for matrix in found)
    return found


def number_right(found, wanted):
    """How many of the matrices are right, relative to their own size; None counts as wrong."""
    right = 0
    for have, want in zip(found, wanted):
        try:
            have = np.asarray(have, dtype=float)
        except (TypeError, ValueError):
            continue
        if have.shape == want.shape:
            right += bool(np.abs(have - want).max() <= 1e-4 * np.abs(want).max())
    return right


@checkpointing.judge
def _(observation, rng):
    """The gradients equal those of storing everything. There are at most 2(K+1) layer evaluations;
    and at least 1.4(K+1), because with fewer somebody has kept off the tape what should have been
    computed again. At most #checkpoints + every vectors are on the tape, and at least the checkpoints
    (one less is fine: the first segment can also begin at the input).
    """
    said, keys = {}, list(observation)
    for (K, every), of_gradients, of_costs in zip(RUNS, keys[::2], keys[1::2]):
        seen, costs = observation[of_gradients], observation[of_costs]
        said[of_gradients] = judge_gradients(K, every, seen, costs)
        said[of_costs] = judge_costs(K, every, costs, said[of_gradients] is True)
    return said


def judge_gradients(K, every, seen, costs):
    if seen["full"]:
        return Fault(f"there are no gradients, because the memory was full ({seen['full']})")
    found = seen["dl/dOmega"]
    if len(found) != K + 1:
        only_checkpoints = len(found) <= len(range(0, K, every)) + 1
        return Fault(
            f"the list has {len(found)} gradients, expected {K + 1}",
            "skips_non_checkpoint_layers" if only_checkpoints else None,
        )
    right = number_right(found, true_gradients(K, every, seen["seed"], seen["dl_dfK"]))
    if right == K + 1:
        return True
    sentence = f"{right} of {K + 1} gradients are right"
    if any(matrix is None or not np.any(matrix) for matrix in found):
        return Fault(sentence, "skips_non_checkpoint_layers")
    layers = costs["evaluated layers"]
    again = [k for i, k in enumerate(layers) if k in layers[:i]]
    if not again:
        return Fault(sentence, "interpolates_instead_of_recomputing")
    return Fault(sentence, "segments_in_forward_order" if again[0] < again[-1] else None)


def judge_costs(K, every, costs, gradients_are_right):
    layers, checkpoints = costs["evaluated layers"], len(range(0, K, every))
    count, from_input = len(layers), layers.count(0)
    if costs["full"]:
        in_first_pass = len(set(layers)) == count
        return Fault(costs["full"], "stores_everything" if in_first_pass else "never_drops")
    if count > 2 * (K + 1):
        to_the_layer = "recomputes_from_the_input_for_every_layer"
        to_the_segment = "recomputes_from_the_input_for_every_segment"
        if from_input <= 2:
            to_the_layer = "recomputes_from_the_checkpoint_for_every_layer"
        name = to_the_segment if 2 < from_input <= checkpoints + 1 else to_the_layer
        return Fault(f"{count} layer evaluations, allowed are {2 * (K + 1)}", name)
    if count < 1.4 * (K + 1):
        return Fault(
            f"{count} layer evaluations are too few: what was dropped has to be computed again",
            "keeps_everything_in_a_python_list" if gradients_are_right else None,
        )
    if costs["most stored"] < checkpoints - 1:
        return Fault(
            f"{costs['most stored']} vectors were on the tape, and there are {checkpoints} checkpoints: "
            "save on the tape what is kept, so that it is counted"
        )
    return True


checkpointing.misconception(
    "stores_everything",
    "Every pre-activation is saved on the way forward, and the tape is full. Only the checkpoints are "
    "kept there; the others are computed again later.",
    edits={"if k % every == 0 and k < K:": "if k < K:"},
)


@checkpointing.misconception(
    "recomputes_from_the_input_for_every_layer",
    "For every single layer the forward pass is run again from the input. Begin at the nearest "
    "checkpoint, and fill in its whole segment at once.",
)
def checkpointed_gradients(tape, dl_dfK, every):
    K, f = tape.K, tape.x
    for k in range(K + 1):
        f = tape.step(k, f)
        if k % every == 0 and k < K:
            tape.save(k, f)
    gradients, dl_df = [], dl_dfK
    for k in range(K, -1, -1):
        f = tape.x
        for j in range(k):
            f = tape.step(j, f)
        matrix, dl_df = tape.backward(k, dl_df, f)
        gradients.append(matrix)
    return gradients[::-1]


checkpointing.misconception(
    "recomputes_from_the_input_for_every_segment",
    "Each segment is recomputed from the input of the network. Its own checkpoint is stored: begin "
    "there.",
    edits={
        "for k in range(start + 1, end):": "f = tape.x\n        for k in range(end):",
        "tape.save(k, tape.step(k, tape.load(k - 1)))": "f = tape.step(k, f)\n"
        "            if k > start:\n                tape.save(k, f)",
    },
)


@checkpointing.misconception(
    "recomputes_from_the_checkpoint_for_every_layer",
    "Each layer is recomputed from its checkpoint anew, so the first ones of a segment are computed many "
    "times. There is room for the whole segment: fill it in once, then go back through it.",
)
def checkpointed_gradients(tape, dl_dfK, every):
    K, f = tape.K, tape.x
    for k in range(K + 1):
        f = tape.step(k, f)
        if k % every == 0 and k < K:
            tape.save(k, f)
    gradients, dl_df = [None] * (K + 1), dl_dfK
    for k in range(K, 0, -1):
        start = (k - 1) // every * every
        f = tape.load(start)
        for j in range(start + 1, k):
            f = tape.step(j, f)
        gradients[k], dl_df = tape.backward(k, dl_df, f)
    gradients[0], _ = tape.backward(0, dl_df, tape.x)
    return gradients


checkpointing.misconception(
    "never_drops",
    "The segments are recomputed but never dropped, so they fill the tape one after the other. When a "
    "segment has been walked through backwards, make room.",
    edits={"\n            tape.drop(k - 1)": ""},
)
checkpointing.misconception(
    "segments_in_forward_order",
    "The segments are taken from first to last. The gradient comes from the loss, so the last segment "
    "has to be first: without it, no other segment knows its gradient.",
    edits={"in reversed(range(0, K, every))": "in range(0, K, every)"},
)


@checkpointing.misconception(
    "interpolates_instead_of_recomputing",
    "What lies between two checkpoints is guessed from them. The layers are not smooth in k: only "
    "computing them again gives their values.",
)
def checkpointed_gradients(tape, dl_dfK, every):
    K, f = tape.K, tape.x
    for k in range(K + 1):
        f = tape.step(k, f)
        if k % every == 0 and k < K:
            tape.save(k, f)
    last = (K - 1) // every * every
    gradients, dl_df = [None] * (K + 1), dl_dfK
    for k in range(K, 0, -1):
        low = (k - 1) // every * every
        high, part = min(low + every, last), (k - 1 - low) / every
        f_prev = (1 - part) * tape.load(low) + part * tape.load(high)
        gradients[k], dl_df = tape.backward(k, dl_df, f_prev)
    gradients[0], _ = tape.backward(0, dl_df, tape.x)
    return gradients


@checkpointing.misconception(
    "keeps_everything_in_a_python_list",
    "The gradients are right and hardly a layer was evaluated twice: so all the vectors were kept in "
    "memory of your own, where the tape cannot count them. In a real network that is the memory you do "
    "not have.",
)
def checkpointed_gradients(tape, dl_dfK, every):
    K, f, kept = tape.K, tape.x, [tape.x]
    for k in range(K + 1):
        f = tape.step(k, f)
        kept.append(f)
        if k % every == 0 and k < K:
            tape.save(k, f)
    gradients, dl_df = [], dl_dfK
    for k in range(K, -1, -1):
        matrix, dl_df = tape.backward(k, dl_df, kept[k])
        gradients.append(matrix)
    return gradients[::-1]


@checkpointing.misconception(
    "skips_non_checkpoint_layers",
    "Only the layers with a checkpoint got a gradient. Every layer has weights to train; what the others "
    "need is recomputed from the checkpoint before them.",
)
def checkpointed_gradients(tape, dl_dfK, every):
    K, f = tape.K, tape.x
    for k in range(K + 1):
        f = tape.step(k, f)
        if k % every == 0 and k < K:
            tape.save(k, f)
    gradients, dl_df = [None] * (K + 1), dl_dfK
    for start in reversed(range(0, K, every)):
        gradients[start + 1], dl_df = tape.backward(start + 1, dl_df, tape.load(start))
    gradients[0], _ = tape.backward(0, dl_df, tape.x)
    return gradients


@checkpointing.alternative("segments_in_lists_and_matrices_by_hand")
def checkpointed_gradients(tape, dl_dfK, every):
    def a(f):
        return np.where(f > 0, f, tape.alpha * f)

    f = tape.step(0, tape.x)
    for k in range(1, tape.K + 1):
        if (k - 1) % every == 0:
            tape.save(k - 1, f)
        f = tape.step(k, f)
    found, delta = {}, np.array(dl_dfK)
    last, end = (tape.K - 1) // every * every, tape.K
    for start in range(last, -1, -every):
        segment = [tape.load(start)]
        tape.drop(start)
        while start + len(segment) < end:
            segment.append(tape.step(start + len(segment), segment[-1]))
        for k in range(end, start, -1):
            f = segment.pop()
            found[k] = delta[:, None] * a(f)[None, :]
            delta = (tape.Omegas[k].T @ delta) * np.where(f > 0, 1.0, tape.alpha)
        end = start
    found[0] = delta[:, None] * tape.x[None, :]
    return [found[k].tolist() for k in range(tape.K + 1)]


@checkpointing.alternative("last_segment_kept_from_the_forward_pass")
def checkpointed_gradients(tape, dl_dfK, every):
    last = max(range(0, tape.K, every))

    def forward(start, end, f, keep):
        for k in range(start, end):
            f = tape.step(k, f)
            if keep(k):
                tape.save(k, f)

    forward(0, tape.K, tape.x, lambda k: k % every == 0 or k > last)
    gradients, delta = (), dl_dfK
    for k in range(tape.K, 0, -1):
        if k <= last and k % every == 0:
            forward(k - every + 1, k, tape.load(k - every), lambda k: True)
        matrix, delta = tape.backward(k, delta, tape.load(k - 1))
        tape.drop(k - 1)
        gradients = (matrix, *gradients)
    return (tape.backward(0, delta, tape.x)[0], *gradients)


@checkpointing.oracle("torch_segment_by_segment")
def checkpointed_gradients(tape, dl_dfK, every):
    import torch

    K, f = tape.K, tape.x
    for k in range(K + 1):
        f = tape.step(k, f)
        if k < K and k % every == 0:
            tape.save(k, f)
    W = [torch.tensor(Omega, requires_grad=True) for Omega in tape.Omegas]
    b = [torch.tensor(beta) for beta in tape.betas]
    upstream = torch.tensor(dl_dfK)
    for start in reversed(range(0, K, every)):
        f = begin = torch.tensor(tape.load(start), requires_grad=True)
        for k in range(start + 1, min(start + every, K) + 1):
            if k <= K - (K % every == 0) and k % every:
                tape.step(k, f.detach().numpy())
            f = b[k] + W[k] @ torch.nn.functional.leaky_relu(f, tape.alpha)
        f.backward(upstream)
        upstream = begin.grad
        tape.drop(start)
    (b[0] + W[0] @ torch.tensor(tape.x)).backward(upstream)
    return [weights.grad.numpy() for weights in W]


written(
    "7.11-written",
    rubric=[
        (1, "segments from last to first, because the gradient comes from the loss"),
        (
            1,
            "recomputing begins at the segment's checkpoint, not at the input; then the segment is dropped",
        ),
        (1, "memory about K/n + n, smallest near n = √K: about 2√K"),
        (1, "time: about one extra forward pass; the gradients are identical"),
    ],
)


@check("7.12", points=6, reveal=True)
def reverse(answer, rng):
    def derivative(key):
        return lambda x: [answer.reverse_mode(one)[key] for one in x]

    xs = [0.0, *rng.uniform([-1.2, -0.6, 0.1], [-0.7, -0.1, 0.3]).round(3).tolist()]
    keys = {
        "f5": "dy/df5",
        "f4": "dy/df4",
        "f3": "dy/df3",
        "f2": "dy/df2",
        "f1": "dy/df1",
        "x": "dy/dx",
    }
    return {name: attempt(derivative(key), xs) for key, name in keys.items()}


reverse.misconception(
    "seed_symbols_literally_one_path",
    "For f1 only the direct arrow to f3 is counted. Nudging f1 also moves f2, and through it f3: add "
    "the product along that path.",
    edits={' + d["f2"] * (2 * f1)': ""},
)
reverse.misconception(
    "only_path_through_f2",
    "For f1 only the way through f2 is counted. There is also an arrow straight from f1 to f3: add the "
    "product along that one.",
    edits={'d["f3"] * 1.0 + d["f2"] * (2 * f1)': 'd["f2"] * (2 * f1)'},
)
reverse.misconception(
    "overwrites_f3",
    "f3 is used twice, in f4 and in f5, and the second contribution has replaced the first. They are "
    "added.",
    edits={'d["f5"] * np.cos(f3) + d["f4"] * np.exp(f3)': 'd["f4"] * np.exp(f3)'},
)
reverse.misconception(
    "cos_sign",
    "The derivative of the sine is the cosine with a plus sign.",
    edits={'d["f5"] * np.cos(f3)': '-d["f5"] * np.cos(f3)'},
)
reverse.misconception(
    "derivative_of_square",
    "Look at the local derivative of f2 = f1² again: it depends on f1, and it carries a factor 2.",
    edits={"(2 * f1)": "f1"},
)
reverse.misconception(
    "exp_of_wrong_node",
    "The local derivative of f1 = exp[x] is taken at the wrong place: an exponential is its own "
    "derivative at its own input, which is x.",
    edits={'d["x"] = d["f1"] * f1': 'd["x"] = d["f1"] * np.exp(f1)'},
)
reverse.misconception(
    "sine_for_its_derivative",
    "For f5 = sin[f3] the local derivative is needed, not the sine itself.",
    edits={"np.cos(f3)": "np.sin(f3)"},
)
reverse.misconception(
    "local_derivatives_of_f4_and_f5",
    "For f4 and f5 the derivative of y is asked, and y is their sum. The exponential and the cosine are "
    "derivatives of f4 and f5 with respect to f3: they come one step later.",
    edits={
        "    return d": '    d["f5"], d["f4"] = np.cos(f3), np.exp(f3)\n    return d',
    },
)
reverse.misconception(
    "stops_at_f1",
    "The last step is missing: from f1 back to x there is one more arrow, with its own local derivative.",
    edits={'d["x"] = d["f1"] * f1': 'd["x"] = d["f1"]'},
)


@reverse.alternative("one_closed_form_per_line")
def reverse_mode(x):
    import math

    u = math.exp(x)
    outer = math.exp(u * (1 + u)) + math.cos(u * (1 + u))
    inner = outer * (1 + 2 * u)
    return dict(x=inner * u, f1=inner, f2=outer, f3=outer, f4=1, f5=1)


@reverse.alternative("accumulates_along_the_arrows_in_float32")
def reverse_mode(x):
    f1 = np.exp(np.float32(x))
    f2 = f1 * f1
    f3 = f1 + f2
    one = np.float32(1)
    arrows = [
        ("y", "f5", one), ("y", "f4", one), ("f5", "f3", np.cos(f3)), ("f4", "f3", np.exp(f3)),
        ("f3", "f2", one), ("f3", "f1", one), ("f2", "f1", 2 * f1), ("f1", "x", f1),
    ]  # fmt: skip
    d = {"y": one}
    for end, start, slope in arrows:
        d[start] = d.get(start, 0) + d[end] * slope
    del d["y"]
    return d


@reverse.oracle("torch_autograd")
def reverse_mode(x):
    import torch

    v = {"x": torch.tensor(float(x), dtype=torch.float64, requires_grad=True)}
    v["f1"] = v["x"].exp()
    v["f2"] = v["f1"] ** 2
    v["f3"] = v["f1"] + v["f2"]
    v["f4"], v["f5"] = v["f3"].exp(), v["f3"].sin()
    slopes = torch.autograd.grad(v["f4"] + v["f5"], list(v.values()))
    return {name: slope.item() for name, slope in zip(v, slopes)}


@check("7.12-mistake", points=1, bonus=True, all_or_nothing=True)
def mistake(answer, rng):
    xs = [0.0, *rng.uniform([-1.2, -0.6, 0.1], [-0.7, -0.1, 0.3]).round(3).tolist()]
    return {
        "the wrong line": answer.wrong_line,
        "the missing term": attempt(lambda x: [answer.missing_term(one) for one in x], xs),
    }


mistake.misconception(
    "blames_the_sum_of_two_products",
    "That line adds two products, and it is right to: the value it is about is used twice. Look for "
    "another value that is used twice.",
    edits={'wrong_line = "E"': 'wrong_line = "C"'},
)
mistake.misconception(
    "blames_the_last_line",
    "The last line is right: from x there is a single arrow. Whatever is missing was lost before.",
    edits={'wrong_line = "E"': 'wrong_line = "F"'},
)
mistake.misconception(
    "local_derivative_only",
    "A term is a product: the local derivative along the missing arrow, times the derivative of y with "
    "respect to where that arrow ends.",
    edits={'d["f2"] * 2 * np.exp(x)': "2 * np.exp(x)"},
)
mistake.misconception(
    "whole_line_instead_of_the_term",
    "That is what the whole line should give. Asked for is only the term that has to be added to it.",
    edits={'d["f2"] * 2 * np.exp(x)': 'd["f1"]'},
)
mistake.misconception(
    "the_term_that_is_there",
    "That is the term which the line already has. Follow the other arrow.",
    edits={'d["f2"] * 2 * np.exp(x)': 'd["f3"]'},
)


@mistake.alternative("closed_form")
def answer():
    import math

    wrong_line = "e"

    def missing_term(x):
        u = math.exp(x)
        return 2 * u * (math.exp(u + u * u) + math.cos(u + u * u))


@mistake.alternative("what_the_line_lacks")
def answer():
    wrong_line = "E"
    missing_term = lambda x: np.float32(reverse_mode(x)["f1"] - reverse_mode(x)["f3"])


@mistake.oracle("torch_with_and_without_the_arrow")
def answer():
    import torch

    wrong_line = "E"

    def missing_term(x):
        f1 = torch.tensor(float(np.exp(x)), dtype=torch.float64, requires_grad=True)

        def slope(f2):
            f3 = f1 + f2
            return torch.autograd.grad(f3.exp() + f3.sin(), f1)[0].item()

        return slope(f1**2) - slope((f1**2).detach())


@check("7.13a", points=4, reveal=True)
def forward(answer, rng):
    def derivative(key):
        return lambda x: [answer.forward_mode(one)[key] for one in x]

    xs = [0.0, *rng.uniform([-1.2, -0.6, 0.1], [-0.7, -0.1, 0.3]).round(3).tolist()]
    return {
        f"d{key}/dx": attempt(derivative(key), xs) for key in ("f1", "f2", "f3", "f4", "f5", "y")
    }


forward.misconception(
    "f2_without_chain",
    "2·f1 is the derivative of f2 with respect to f1. With respect to x it has to be multiplied by how "
    "f1 itself moves with x.",
    edits={'2 * f1 * d["f1"]': "2 * f1"},
)
forward.misconception(
    "f3_uses_values",
    "For f3 the values f1 and f2 are added; asked for is the sum of their derivatives.",
    edits={'d["f1"] + d["f2"]\n': "f3\n"},
)
forward.misconception(
    "cos_sign",
    "The derivative of the sine is the cosine with a plus sign.",
    edits={"np.cos(f3) *": "-np.cos(f3) *"},
)
forward.misconception(
    "y_is_product",
    "y is the sum of f4 and f5, so its derivative is the sum of theirs, not the product.",
    edits={'d["f4"] + d["f5"]': 'd["f4"] * d["f5"]'},
)
forward.misconception(
    "local_derivatives_only",
    "exp[f3] and cos[f3] are local derivatives, with respect to f3. With respect to x each is multiplied "
    "by the derivative of f3.",
    edits={'np.exp(f3) * d["f3"]': "np.exp(f3)", 'np.cos(f3) * d["f3"]': "np.cos(f3)"},
)


@forward.misconception(
    "reverse_mode_again",
    "These are the derivatives of y with respect to each value, as in 7.12. Forward mode asks for the "
    "derivative of each value with respect to x.",
)
def forward_mode(x):
    f1 = np.exp(x)
    f3 = f1 + f1**2
    slope = np.exp(f3) + np.cos(f3)
    down = slope * (1 + 2 * f1)
    return {"f1": down, "f2": slope, "f3": slope, "f4": 1.0, "f5": 1.0, "y": down * f1}


@forward.alternative("pairs_of_value_and_derivative")
def forward_mode(x):
    import math

    def exp(a):
        return math.exp(a[0]), math.exp(a[0]) * a[1]

    def sin(a):
        return math.sin(a[0]), math.cos(a[0]) * a[1]

    def add(a, b):
        return a[0] + b[0], a[1] + b[1]

    f1 = exp((x, 1.0))
    f2 = f1[0] ** 2, 2 * f1[0] * f1[1]
    f3 = add(f1, f2)
    f4, f5 = exp(f3), sin(f3)
    named = zip(("f1", "f2", "f3", "f4", "f5", "y"), (f1, f2, f3, f4, f5, add(f4, f5)))
    return {name: pair[1] for name, pair in named}


@forward.alternative("closed_forms_in_float32")
def forward_mode(x):
    u = np.exp(np.float32(x))
    v = u + u * u
    df3 = u * (1 + 2 * u)
    return {
        "y": (np.exp(v) + np.cos(v)) * df3, "f5": np.cos(v) * df3, "f4": np.exp(v) * df3,
        "f3": df3, "f2": 2 * u * u, "f1": u,
    }  # fmt: skip


@forward.oracle("torch_forward_mode")
def forward_mode(x):
    import torch

    def graph(x):
        f1 = x.exp()
        f2 = f1**2
        f3 = f1 + f2
        return f1, f2, f3, f3.exp(), f3.sin(), f3.exp() + f3.sin()

    one = torch.tensor(1.0, dtype=torch.float64)
    slopes = torch.func.jvp(graph, (float(x) * one,), (one,))[1]
    return dict(zip(("f1", "f2", "f3", "f4", "f5", "y"), (slope.item() for slope in slopes)))


@check("7.13b", points=2)
def passes(answer, rng):
    return {
        "sweeps by forward mode": answer.passes_forward,
        "sweeps by reverse mode": answer.passes_reverse,
    }


passes.misconception(
    "seed_reason_forward_mode_impossible",
    "Forward mode is able to do it: a sweep may start at a parameter as well as at an input. So count: "
    "how many starts are needed for the whole gradient?",
    source="passes_forward, passes_reverse = 0, 1",
)
passes.misconception(
    "passes_swapped",
    "The two are exchanged. A forward sweep follows one variable through the graph, a reverse sweep "
    "follows one result back to all variables.",
    source="passes_forward, passes_reverse = 1, 2285",
)
passes.misconception(
    "counts_the_inputs",
    "The inputs of the network are data here; training asks for the derivatives with respect to the "
    "parameters, and each of these is a variable of its own.",
    source="passes_forward, passes_reverse = 10, 1",
)
passes.misconception(
    "one_sweep_for_both",
    "One forward sweep gives the derivative with respect to the variable it starts at, and no other.",
    source="passes_forward, passes_reverse = 1, 1",
)
passes.misconception(
    "one_sweep_per_parameter_for_both",
    "A reverse sweep starts at one result and reaches every parameter on its way. How many results does "
    "training have?",
    source="passes_forward, passes_reverse = 2285, 2285",
)
passes.misconception(
    "two_evaluations_per_parameter",
    "Two per parameter is what central differences need. A forward sweep is no difference quotient: it "
    "gives the exact derivative for its variable at once.",
    source="passes_forward, passes_reverse = 2 * 2285, 1",
)


@passes.alternative("counted_layer_by_layer")
def answer():
    sizes = [10, 40, 40, 5]
    passes_forward = sum((n + 1) * m for n, m in zip(sizes, sizes[1:]))
    passes_reverse = len([1])


passes.alternative(
    "floats_and_numpy", source="passes_forward, passes_reverse = 2285.0, np.int64(1)"
)


@passes.oracle("torch_counts_the_parameters")
def answer():
    import torch

    layers = [torch.nn.Linear(10, 40), torch.nn.Linear(40, 40), torch.nn.Linear(40, 5)]
    passes_forward = sum(p.numel() for layer in layers for p in layer.parameters())
    passes_reverse = torch.zeros(()).numel()


written(
    "7.13-written",
    rubric=[
        (1, "a forward sweep follows one direction, and that may be a parameter: not impossible"),
        (1, "P parameters take P sweeps, against one reverse sweep for one loss"),
        (1, "both are exact up to rounding; reverse mode pays with memory"),
    ],
)
