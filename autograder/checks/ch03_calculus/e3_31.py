"""3.31: softmax for logits of any size, and what the plain formula does to them."""

import numpy as np

from autograder.check import attempt, check, pairs, word

APART, ROWS, COLUMNS = "logits far apart", "rows of very different size", "columns (axis=0)"
WEIGHTS = {APART: 2, ROWS: 2}


@check("3.31a", points=3, weights=WEIGHTS, atol=1e-7)
def softmax(answer, rng):
    function = answer.that_may_change_its_input("softmax")

    def near(middle, *shape):
        """Logits close to `middle`, all of them exact in float32."""
        return middle + rng.integers(-40, 40, shape) / 16

    def whole():
        return np.array([-900, 803, 2, 800 + int(rng.integers(1, 3)), -898])

    def rows(n):
        """A row near −1000, one near 1000 and the others near 0, in a random order."""
        middles = np.array([-1000.0, 1000.0, *np.zeros(n - 2)])
        return np.stack([near(middle, 4) for middle in rng.permutation(middles)])

    def and_the_argument(z):
        result = function(z)
        return {"result": result, "z afterwards": z}

    far_apart = np.array([-1000.0, *near(-990, 1), *near(0, 1), *near(998, 1), 1000.0])
    by_columns = rows(3).T.copy()
    return {
        "moderate logits": attempt(function, near(0, 5)),
        "near −1000": attempt(function, np.sort(near(-995, 6))),
        "near 1000": attempt(function, near(995, 6)),
        APART: attempt(function, rng.permutation(far_apart)),
        "whole numbers": attempt(function, whole()),
        ROWS: attempt(function, rows(5)),
        COLUMNS: attempt(lambda z: function(z, axis=0), by_columns),
        "the argument stays as it was": attempt(and_the_argument, near(3, 4)),
    }


SHIFT, SUM = "z - z.max(axis=axis, keepdims=True)", "e.sum(axis=axis, keepdims=True)"
softmax.misconception(
    "naive",
    "Without a shift the exponentials of large logits are infinite and those of very negative ones "
    "all 0, and the "
    "quotient is nan.",
    edits={SHIFT: "z"},
)
softmax.misconception(
    "epsilon_in_denominator",
    "A small number below the fraction line hides the division by 0: the result is 0 everywhere, which is no "
    "softmax, and infinities stay.",
    edits={SHIFT: "z", SUM: f"({SUM} + 1e-12)"},
)
softmax.misconception(
    "clipped",
    "Clipping makes logits equal that are not, and then their probabilities are equal, too.",
    edits={SHIFT: "np.clip(z, -500, 500)"},
)
softmax.misconception(
    "clipped",
    "Clipping makes logits equal that are not, and then their probabilities are equal, too.",
    edits={SHIFT: "np.clip(z, -700, 700)"},
    form="at 700",
)
softmax.misconception(
    "subtracts_mean",
    "The mean can lie far below the largest logit, and then the exponential of the difference is infinite.",
    edits={SHIFT: "z - z.mean(axis=axis, keepdims=True)"},
)
softmax.misconception(
    "subtracts_min",
    "After subtracting the smallest logit all exponents are positive, and the largest may be far too large.",
    edits={SHIFT: "z - z.min(axis=axis, keepdims=True)"},
)
softmax.misconception(
    "global_max_for_rows",
    "One largest logit for the whole matrix is too large for some rows: all their exponentials "
    "become 0. Each "
    "row (or column) has its own.",
    edits={SHIFT: "z - z.max()"},
)
softmax.misconception(
    "sums_whole_matrix",
    "The sum runs over the whole matrix. Each row (or column) has probabilities of its own, which "
    "add up to 1.",
    edits={SUM: "e.sum()"},
)
softmax.misconception(
    "divides_by_max",
    "Dividing by the largest logit changes the differences between logits, and with them the probabilities. "
    "Subtract it.",
    edits={SHIFT: "z / z.max(axis=axis, keepdims=True)"},
)
softmax.misconception(
    "axis_ignored",
    "The argument axis has no effect: with axis=0 the columns should add up to 1.",
    edits={SHIFT: "z - z.max(axis=-1, keepdims=True)", SUM: "e.sum(axis=-1, keepdims=True)"},
)
softmax.misconception(
    "lost_axis",
    "After max or sum along an axis that axis is gone, and the shapes no longer fit: keepdims=True keeps it.",
    edits={SHIFT: "z - z.max(axis=axis)", SUM: "e.sum(axis=axis)"},
)
softmax.misconception(
    "not_divided",
    "These are the shifted exponentials. They still have to be divided by their sum.",
    edits={f"e / {SUM}": "e"},
)
softmax.misconception(
    "logarithm_of_it",
    "That is the logarithm of the softmax.",
    edits={f"e / {SUM}": f"np.log(e / {SUM})"},
)
softmax.misconception(
    "changes_its_argument",
    "The logits are overwritten. `z -= …` changes the array of the caller; `z - …` makes a new one.",
    edits={f"e = np.exp({SHIFT})": "z -= z.max(axis=axis, keepdims=True)\n    e = np.exp(z)"},
)


@softmax.alternative("row_by_row_in_float32")
def softmax(z, axis=-1):
    z = np.asarray(z, dtype=np.float32)
    if z.ndim == 2:
        if axis == 0:
            return softmax(z.T).T
        return np.array([softmax(row) for row in z])
    e = [np.exp(v - max(z)) for v in z]
    return np.array(e) / sum(e)


@softmax.alternative("exp_of_log_softmax")
def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    return np.exp(z - np.logaddexp.reduce(z, axis=axis, keepdims=True))


@softmax.alternative("along_the_axis")
def softmax(z, axis=-1):
    def one(v):
        shifted = np.exp(v - np.max(v))
        return shifted / np.sum(shifted)

    return np.apply_along_axis(one, axis, z * 1.0)


@softmax.alternative("differences_of_all_pairs")
def softmax(z, axis=-1):
    z = np.moveaxis(np.asarray(z, dtype=float), axis, -1)
    with np.errstate(over="ignore"):
        p = 1 / np.exp(z[..., None, :] - z[..., :, None]).sum(axis=-1)
    return np.moveaxis(p, -1, axis)


@softmax.oracle("torch_softmax")
def softmax(z, axis=-1):
    import torch

    return torch.softmax(torch.tensor(np.asarray(z, dtype=float)), dim=axis)


naive = word(
    "3.31b",
    "naive_result",
    ["nan", "0", "inf", "correct"],
    key="nan",
    points=1,
    ideas={
        "0": (
            "says_zero",
            "The exponentials are all 0, that is right. But they are divided by their sum, which "
            "is 0 as well.",
        ),
        "inf": (
            "says_infinity",
            "Nothing is infinite here: exponentials of very negative numbers are 0.",
        ),
        "correct": (
            "only_overflow_hurts",
            "Exponentials that become 0 hurt, too, when all of them do: what is their sum?",
        ),
    },
)


@naive.oracle("computed")
def answer():
    _z = np.arange(-1000.0, -989.0)
    with np.errstate(all="ignore"):
        _p = np.exp(_z) / np.exp(_z).sum()
    naive_result = str(_p[0]) if len(set(map(str, _p))) == 1 else "several"


libraries = pairs(
    "3.31-libraries",
    "what_happens",
    ["numpy low", "numpy high", "python low", "python high"],
    "abcd",
    key={"numpy low": "a", "numpy high": "b", "python low": "c", "python high": "d"},
    points=1,
    bonus=True,
    ideas={
        ("numpy low", "b"): (
            "low_logits_overflow",
            "Very negative logits have exponentials of 0, not infinite ones.",
        ),
        ("numpy low", "c"): (
            "numpy_raises",
            "NumPy does not raise when it divides arrays: it warns and puts nan.",
        ),
        ("numpy high", "a"): (
            "high_logits_underflow",
            "Large logits have exponentials that are too large, not 0.",
        ),
        ("numpy high", "d"): (
            "numpy_raises_on_overflow",
            "NumPy does not raise when an exponential is too large: it warns and puts infinity.",
        ),
        ("python low", "a"): (
            "python_gives_nan",
            "Python does not make a nan of 0 / 0.",
        ),
        ("python low", "d"): (
            "underflow_raises",
            "math.exp(-1000) is 0.0 without a complaint. What happens then?",
        ),
        ("python high", "b"): (
            "python_gives_infinity",
            "Python's math.exp does not give infinity for a large number.",
        ),
        ("python high", "c"): (
            "divides_before_it_overflows",
            "It never gets as far as the division.",
        ),
    },
)


@libraries.oracle("tried")
def answer():
    import math

    def _numpy(z):
        with np.errstate(all="ignore"):
            e = np.exp(z)
            return ("a" if e.sum() == 0 else "b") if np.isnan(e / e.sum()).all() else "?"

    def _python(z):
        try:
            [math.exp(v) / sum(math.exp(w) for w in z) for v in z]
        except ZeroDivisionError:
            return "c"
        except OverflowError:
            return "d"

    what_happens = {
        "numpy low": _numpy(np.arange(-1000.0, -989.0)),
        "numpy high": _numpy(np.arange(990.0, 1001)),
    }
    what_happens["python low"] = _python(range(-1000, -989))
    what_happens["python high"] = _python(range(990, 1001))
