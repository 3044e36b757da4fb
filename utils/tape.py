"""`Tape`: a deep network that is walked through layer by layer, and a store that counts.

Made for gradient checkpointing, where memory is saved by computing things twice: the tape says how
many vectors were kept at once and how many layers were evaluated.
"""

import numpy as np

from utils.plots import BLUE, ORANGE, show, style


class NotOnTape(KeyError):
    """A vector was asked for that is not stored."""

    def __str__(self):
        return self.args[0]


class Tape:
    """A network with layers 0 ... K, and a store for its pre-activations f_0 ... f_K.

        f_0 = beta_0 + Omega_0 x        f_k = beta_k + Omega_k a[f_(k-1)]

    a is the leaky ReLU with slope `alpha`; all vectors are arrays of one axis.

    step(k, f_prev)              f_k, computed from f_(k-1); for k = 0 from the input `tape.x`
    save(k, f)                   store f_k; MemoryError if that makes more than `limit` vectors
    load(k)                      f_k from the store; KeyError if it is not there
    drop(k)                      forget f_k; KeyError if it is not there
    backward(k, dl_df, f_prev)   (dl/dOmega_k, dl/df_(k-1)) from dl/df_k and f_(k-1);
                                 for k = 0 from the input `tape.x`, and the second is then dl/dx
    counts                       how many layers were evaluated and how many vectors stored

    limit=None means: no limit.
    """

    def __init__(self, Omegas, betas, x, limit=None, alpha=0.1):
        self.Omegas, self.betas, self.x = list(Omegas), list(betas), np.asarray(x)
        self.K = len(self.Omegas) - 1
        self.limit, self.alpha = limit, alpha
        self.events = []  # ("step" or "save" or "drop" or "backward", k), in order
        self._stored = {}
        self._most = 0

    @classmethod
    def deep(cls, K, every=None, width=8, seed=0):
        """A random network with K + 1 layers whose signals neither vanish nor explode.

        With `every`, the tape has room for the checkpoints f_0, f_every, f_(2 every), ... below f_K
        and for `every` vectors more; without, it has no limit.
        """
        rng = np.random.default_rng(seed)
        x, h = (rng.normal(size=width),) * 2
        Omegas, betas = [], []
        for _ in range(K + 1):
            Omega = np.linalg.qr(rng.normal(size=(width, width)))[0]
            beta = 0.1 * rng.normal(size=width)
            Omega *= np.sqrt(width) / np.linalg.norm(Omega @ h)  # f keeps its size
            Omegas.append(Omega)
            betas.append(beta)
            f = beta + Omega @ h
            h = np.where(f > 0, f, 0.1 * f)
        limit = None if every is None else len(range(0, K, every)) + every
        return cls(Omegas, betas, x, limit)

    @property
    def counts(self):
        """{"layer evaluations", "stored now", "most stored"}: what the work so far has cost."""
        return {
            "layer evaluations": sum(what == "step" for what, _ in self.events),
            "stored now": len(self._stored),
            "most stored": self._most,
        }

    def step(self, k, f_prev):
        self._require_layer(k)
        self.events.append(("step", k))
        h = np.asarray(f_prev)
        if k > 0:
            h = np.where(h > 0, h, self.alpha * h)
        return self.betas[k] + self.Omegas[k] @ h

    def save(self, k, f):
        self._require_layer(k)
        if self.limit is not None and len(self._stored.keys() | {k}) > self.limit:
            raise MemoryError(
                f"the tape has room for {self.limit} vectors, and f_{k} would be one more"
            )
        self._stored[k] = np.array(f)
        self._most = max(self._most, len(self._stored))
        self.events.append(("save", k))

    def load(self, k):
        if k not in self._stored:
            raise NotOnTape(f"f_{k} is not on the tape: never saved, or dropped too early")
        return self._stored[k].copy()

    def drop(self, k):
        if k not in self._stored:
            raise NotOnTape(f"f_{k} cannot be dropped: never saved, or dropped already")
        del self._stored[k]
        self.events.append(("drop", k))

    def backward(self, k, dl_df, f_prev):
        self._require_layer(k)
        self.events.append(("backward", k))
        h, slope = np.asarray(f_prev), 1.0
        if k > 0:
            h, slope = np.where(h > 0, h, self.alpha * h), np.where(h > 0, 1.0, self.alpha)
        jacobian = self.Omegas[k] * slope  # df_k / df_(k-1), one column per input
        return np.outer(dl_df, h), jacobian.T @ dl_df

    def _require_layer(self, k):
        if not 0 <= k <= self.K:
            raise IndexError(f"there is no layer {k}: the layers are 0 to {self.K}")

    def __repr__(self):
        room = "" if self.limit is None else f", room for {self.limit} vectors"
        return f"Tape(layers 0 to {self.K}{room})"


def plot_tape(tape, title="What was stored when"):
    """Draw what a finished run kept on the tape: a bar for each stored vector, and their number."""
    clock, evaluated, open_bars, bars = 0, set(), {}, []
    again = set()
    for what, k in tape.events:
        if what == "step":
            clock += 1
            again |= {k} & evaluated
            evaluated.add(k)
        elif what == "backward":
            clock += 1
        elif what == "save":
            open_bars.setdefault(k, (clock, k in again))
        else:
            start, recomputed = open_bars.pop(k)
            bars.append((k, start, clock, recomputed))
    bars += [(k, start, clock, recomputed) for k, (start, recomputed) in open_bars.items()]
    _draw({title: (bars, clock, tape.counts["layer evaluations"])}, tape.K)


def plot_storage(K, spacings):
    """What is stored when, with a checkpoint at every n-th of the layers 0 ... K, for each spacing n."""
    runs = {f"a checkpoint every {n} layers": _bars(K, n) for n in spacings}
    _draw(runs, K)


def _bars(K, every):
    """(bars, end of the clock, layer evaluations) of a checkpointed run, from its arithmetic."""
    bars, clock, evaluations = [], K + 1, K + 1
    for start in range(0, K, every)[::-1]:
        length = min(every, K - start)
        ready = clock + length - 1  # the segment is recomputed
        bars += [(start + i, clock + i, ready + length - i, True) for i in range(1, length)]
        bars.append((start, start + 1, ready + length, False))
        clock, evaluations = ready + length, evaluations + length - 1
    return bars, clock + 1, evaluations


def _draw(runs, K):
    from matplotlib.figure import Figure

    width = 3.7 * len(runs) + 1.6 if len(runs) > 1 else 6.4
    with style():
        fig = Figure(figsize=(width, 5.0), layout="constrained")
        grid = fig.subplots(
            2, len(runs), squeeze=False, sharex=True, sharey="row", height_ratios=(3, 1.2)
        )
        words = []
        for (title, (bars, end, evaluations)), top, bottom in zip(runs.items(), *grid, strict=True):
            for recomputed, colour, hatch in ((False, BLUE, None), (True, ORANGE, "////")):
                chosen = [bar for bar in bars if bar[3] == recomputed]
                top.barh(
                    [k for k, *_ in chosen],
                    [stop - start for _, start, stop, _ in chosen],
                    left=[start for _, start, *_ in chosen],
                    height=0.8,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white" if hatch else colour,
                    linewidth=0,
                    label="recomputed" if recomputed else "kept in the forward pass",
                )
            times = np.arange(end + 1)
            stored = [sum(start <= t < stop for _, start, stop, _ in bars) for t in times]
            bottom.step(times, stored, where="post", color=BLUE)
            bottom.fill_between(times, stored, step="post", color=BLUE, alpha=0.2)
            most = max(stored, default=0)
            top.axvline(K + 1, color="#7b8794", linewidth=1, linestyle=":")
            top.set_title(f"{title}\n{most} stored, {evaluations} evaluations", fontsize=11)
            top.set_ylim(-1.5, K + 0.5)
            bottom.set(xlabel="time in steps of one layer", xlim=(0, None), ylim=(0, None))
            words.append(
                f"{title}: at most {most} vectors at once, {evaluations} layer evaluations,"
                f" {end} steps in all"
            )
        grid[0, 0].set_ylabel("which $f_k$ is stored")
        grid[1, 0].set_ylabel("how many")
        grid[0, -1].legend(loc="upper right", fontsize=9)
    show(fig, f"Bars that say when each pre-activation is stored. {'; '.join(words)}.")
