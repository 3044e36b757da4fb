"""2.12d: the engine for arrays, and a network that reads digits. Right answers: `other_tensors`."""

import contextlib
from functools import partial

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch02_autograd.watched_tensors import TensorWatch, watched
from utils import load_digits


def gradients(answer, wanted, expression, **arrays):
    """The expression's value and its gradients for the wanted arrays, by the answer's `Tensor`."""
    tensors = {name: answer.Tensor(array.copy()) for name, array in arrays.items()}
    z = eval(expression, {}, tensors)
    z.backward()
    value = np.asarray(z.data).item()
    return {"value": value} | {f"gradient for {n}": np.asarray(tensors[n].grad) for n in wanted}


def expressions(A, array):
    """Rows: the sub-check, the expression, the arrays whose gradients are wanted, and all its arrays.

    U and V on either side of A @ B, and a product element by element elsewhere, give each element
    another upstream gradient. Where that is a square, a slip in the product costs nothing.
    """
    matmul = "(U @ (A @ B) @ V).sum()"
    plus, times = (f"((A {sign} B) * (A {sign} B)).sum()" for sign in "+*")
    U = array(2, 3)
    square = {name: array(3, 3) for name in "ABUV"}
    return [
        ("sum", "A.sum()", "A", dict(A=A)),
        ("the chain rule through a sum", "A.sum() * -1.5", "A", dict(A=A)),
        ("mean", "A.mean()", "A", dict(A=A)),
        ("A @ B: the left factor", matmul, "A", dict(A=A, B=array(4, 5), U=U, V=array(5, 2))),
        ("A @ B: the right factor", matmul, "B", dict(A=A, B=array(4, 5), U=U, V=array(5, 2))),
        ("A @ B, all square", matmul, "AB", square),
        ("A + B", plus, "AB", dict(A=A, B=array(3, 4))),
        ("A + a row", plus, "AB", dict(A=A, B=array(4))),
        ("A + a column", plus, "AB", dict(A=A, B=array(3, 1))),
        ("a row + a column", plus, "AB", dict(A=array(1, 4), B=array(3, 1))),
        ("A + a number", "((A + 2.5) * (A + 2.5)).sum()", "A", dict(A=A)),
        ("A * B", times, "AB", dict(A=A, B=array(3, 4))),
        ("A * a row", times, "AB", dict(A=A, B=array(4))),
        ("A * a number", "((A * -1.5) * (A * -1.5)).sum()", "A", dict(A=A)),
        ("relu", "(A.relu() * A).sum()", "A", dict(A=A)),
        ("the mean of a product", "(A * A).mean()", "A", dict(A=A)),
        ("a tensor that is used three times", "(A * A + A).sum()", "A", dict(A=A)),
        (
            "two layers that share a matrix and a bias",
            "(((X @ W + b).relu() @ W + b) * X).mean()",
            "XWb",
            dict(X=array(4, 3), W=array(3, 3), b=array(3)),
        ),
    ]


def one_thread():
    """On a busy machine several threads make small matrix products many times slower."""
    try:
        from threadpoolctl import threadpool_limits

        return threadpool_limits(1)
    except ImportError:
        return contextlib.nullcontext()


def most_common(labels):
    """The label that most of the pictures got."""
    return int(np.bincount(labels.astype(int)).argmax())


def how_good(predicted, truth, groups):
    """Predicted labels in words: coarse, so that different networks may say the same. Where they are
    good, the label of each group of pictures; there is one for every digit, in a hidden order."""
    labels = np.asarray(
        getattr(predicted, "data", predicted) if hasattr(predicted, "grad") else predicted
    )
    if labels.shape != truth.shape:
        return f"an array of shape {labels.shape} for {len(truth)} pictures"
    if not np.isin(labels, np.arange(10)).all():
        return "not whole numbers from 0 to 9"
    share = float(np.mean(labels == truth))
    if share >= 0.9:
        return {"at least 90 % right": [most_common(labels[one]) for one in groups]}
    if len(np.unique(labels)) == 1:
        return "the same label for every picture"
    if share < 0.25:
        return "hardly better than guessing"
    return "better than guessing, but below 90 % right"


WEIGHTS = {"digits it has never seen": 4, "zeros called nine, and ones called eight": 2}


@check(
    "2.12d",
    points=10,
    bonus=True,
    seconds=40.0,
    reveal=True,
    weights=WEIGHTS,
    forbid=("torch", "jax", "tensorflow", "sklearn"),
)
def tensors(answer, rng):
    def array(*shape):
        sizes = rng.uniform(0.3, 1.5, shape)
        return (sizes * rng.choice([-1.0, 1.0], shape)).round(2)

    def leaf(A):
        tensor = answer.Tensor(A.copy())
        return [np.asarray(tensor.data), np.asarray(tensor.grad)]

    X, y = (part[:600] for part in load_digits("train"))
    unseen, truth = (part[:300] for part in load_digits("test"))
    networks, watch = {}, TensorWatch()

    def labels(wanted, rename, seed):
        """What a network says of the unseen digits below `wanted`, trained on such digits."""
        if rename not in networks:
            names = 9 - y if rename else y
            watching = contextlib.nullcontext() if rename else watched(answer.Tensor, watch)
            with one_thread(), np.errstate(all="ignore"), watching:
                pictures, names = X[y < wanted], names[y < wanted]
                networks[rename] = answer.train_digits(pictures, names, seed=seed)
        return networks[rename](unseen[truth < wanted])

    def label_of_each():
        return list(np.shape(labels(10, False, 0)))

    def network_reads(seed):
        return how_good(labels(10, False, seed), truth, groups)

    def network_reads_renamed(seed):
        two = truth[truth < 2]
        return how_good(labels(2, True, seed), 9 - two, [two == digit for digit in pairs])

    def start():
        labels(10, False, 0)
        return watch.start()

    def direction():
        labels(10, False, 0)
        return watch.direction()

    A = array(3, 4)
    expected = expressions(A, array)
    groups = [truth == digit for digit in rng.permutation(10)]
    pairs = rng.integers(0, 2, size=12)
    return {
        "a leaf: its data, and a gradient of zeros": attempt(leaf, A),
        **{
            name: attempt(partial(gradients, answer, wanted), expression, **arrays)
            for name, expression, wanted, arrays in expected
        },
        "digits: a label for each picture": attempt(label_of_each, seconds=15.0),
        "digits it has never seen": attempt(network_reads, 0, seconds=15.0),
        "zeros called nine, and ones called eight": attempt(network_reads_renamed, 1, seconds=15.0),
        "digits: the weights at the start": attempt(start, seconds=15.0),
        "digits: the direction of the steps": attempt(direction, seconds=15.0),
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
    "sum_upstream_forgotten",
    "The sum hands on ones, whatever becomes of it afterwards. Multiply them by the gradient that "
    "arrives.",
    edits={"G * np.ones_like(self.data)": "np.ones_like(self.data)"},
)
tensors.misconception(
    "mean_over_rows_only",
    "The mean is taken over the number of rows; the task wants the mean over all elements.",
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
