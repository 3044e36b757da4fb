"""3.34: the bound and the Jacobian of a deep tanh network, two witnesses, and what is true."""

import numpy as np

from autograder.check import Fault, attempt, check, pairs, written
from autograder.checks.ch03_calculus.passes import entries, entry
from autograder.inside.plain import Raised


def matrix(rng, n, norm):
    """An (n, n) matrix with this spectral norm, whose other norms and eigenvalues are clearly different."""
    while True:
        W = rng.normal(size=(n, n))
        W *= norm / np.linalg.norm(W, 2)
        radius = np.abs(np.linalg.eigvals(W)).max()
        if radius < 0.9 * norm and np.linalg.norm(W) > 1.1 * norm and np.abs(W).min() > 0.02 * norm:
            return W


@check("3.34a", points=1, reveal=True, weights={"several layers": 2})
def bound(answer, rng):
    def found(*pairs):
        return attempt(lambda: [entry(answer.grad_bound(W, L)) for W, L in pairs])

    norms = rng.uniform((1.2, 0.5, 1.3), (2.2, 0.9, 1.9)).round(2)
    one_way = np.triu(np.abs(matrix(rng, 3, norms[2])), k=1)
    return {
        "one layer": found((matrix(rng, 3, norms[0]), 1), (matrix(rng, 4, norms[1]), 1)),
        "several layers": found((matrix(rng, 2, norms[0]), 5), (matrix(rng, 4, norms[1]), 3)),
        "a matrix whose eigenvalues are 0": found((one_way, 3), (one_way.T, 4)),
    }


NORM = "np.linalg.norm(W, 2) ** L"
for name, sentence, wrong in (
    (
        "frobenius",
        "That is the Frobenius norm, the root of the sum of all squared entries. The spectral norm is the "
        "largest singular value: norm(W, 2).",
        "np.linalg.norm(W) ** L",
    ),
    (
        "spectral_radius",
        "That is the largest eigenvalue in size. A matrix can stretch a vector by more than its eigenvalues "
        "say; the norm is the largest singular value.",
        "np.abs(np.linalg.eigvals(W)).max() ** L",
    ),
    (
        "norm_times_L",
        "Every layer multiplies the bound by the norm, so it is a power, not a multiple.",
        "np.linalg.norm(W, 2) * L",
    ),
    (
        "sigmoid_quarter",
        "The factor 1/4 is the steepest slope of the sigmoid. That of tanh is 1, at 0.",
        "(np.linalg.norm(W, 2) / 4) ** L",
    ),
    (
        "norm_of_the_power",
        "That is the norm of W to the power L, as if there were no tanh between the layers. With the slopes "
        "in between the product can be larger, so this is no bound.",
        "np.linalg.norm(np.linalg.matrix_power(W, L), 2)",
    ),
    (
        "largest_entry",
        "The largest entry is not how far W can stretch a vector: several entries work together.",
        "np.abs(W).max() ** L",
    ),
    (
        "norm_of_rows_or_columns",
        "That is the largest sum along the rows, another norm. The spectral norm is norm(W, 2).",
        "np.linalg.norm(W, np.inf) ** L",
    ),
    (
        "no_power",
        "That is the factor of a single layer. L layers multiply L of them.",
        "np.linalg.norm(W, 2)",
    ),
):
    bound.misconception(name, sentence, edits={NORM: wrong})


@bound.alternative("singular_values")
def grad_bound(W, L):
    return float(np.prod([np.linalg.svd(W)[1][0]] * L))


@bound.alternative("eigenvalues_of_the_square_in_float32")
def grad_bound(W, L):
    W = np.asarray(W, dtype=np.float32)
    return np.linalg.eigvalsh(W.T @ W)[-1] ** (L / 2)


@bound.alternative("torch")
def grad_bound(W, L):
    import torch

    return torch.linalg.matrix_norm(torch.tensor(W), 2) ** L


@bound.oracle("power_iteration")
def grad_bound(W, L):
    v = np.ones(len(W)) + 0.1 * np.arange(len(W))
    for _ in range(3000):
        v = W.T @ (W @ v)
        v /= np.linalg.norm(v)
    return np.linalg.norm(W @ v) ** L


JACOBIANS = {  # sub-check: (size, layers, norm)
    "one layer": (3, 1, 1.6),
    "two layers": (3, 2, 1.4),
    "several layers": (4, 5, 1.7),
}
ONE_UNIT, ITS_NORM = "a single unit, four layers", "the norm for several layers"


@check("3.34b", points=2.5, reveal=True, weights={ITS_NORM: 3})
def jacobian(answer, rng):
    def signal(n):
        return rng.choice([-1, 1], n) * rng.uniform(0.4, 0.9, n)

    def found(W, x, L):
        return entries(answer.input_jacobian(W, x, L))

    seen = {}
    for key, (n, layers, norm) in JACOBIANS.items():
        W, x = matrix(rng, n, norm), signal(n)
        seen[key] = attempt(found, W, x, layers)

    def norm(W, x):
        J = np.array(answer.input_jacobian(W, x, 5), dtype=float)
        if J.shape != W.shape:
            raise ValueError(f"expected a matrix of the shape {W.shape}, got {J.shape}")
        return np.linalg.norm(J, 2)

    seen[ITS_NORM] = attempt(norm, matrix(rng, 4, 1.7), signal(4))
    number = rng.uniform((1.1, 0.4), (1.6, 0.9)).round(2)
    seen[ONE_UNIT] = attempt(found, number[:1, None], number[1:], 4)
    return seen


SLOPE, FACTOR = "slope = 1 - h**2", "J = slope[:, None] * W @ J"
jacobian.misconception(
    "tanh_factor_dropped",
    "That is W to the power L. Each layer also multiplies by the slopes of tanh, which are below 1.",
    edits={FACTOR: "J = W @ J"},
)
jacobian.misconception(
    "factors_in_wrong_order",
    "The factors stand in the opposite order: the Jacobian of a later layer belongs to the left of the "
    "earlier ones.",
    edits={FACTOR: "J = J @ (slope[:, None] * W)"},
)
jacobian.misconception(
    "diag_on_the_wrong_side",
    "The slopes multiply the columns of W. tanh comes after W, so its diagonal matrix stands to the left and "
    "multiplies the rows.",
    edits={FACTOR: "J = W * slope @ J"},
)
jacobian.misconception(
    "derivative_at_pre_activation_value",
    "The slope is taken as 1 − z². It is 1 − tanh(z)²: the square of the output, not of what goes in.",
    edits={"h = np.tanh(W @ h)": "z = W @ h\n        h = np.tanh(z)", SLOPE: "slope = 1 - z**2"},
)
jacobian.misconception(
    "tanh_applied_twice",
    "The slope is taken as 1 − tanh(h)², with h the output, which has been through tanh already.",
    edits={SLOPE: "slope = 1 - np.tanh(h) ** 2"},
)
jacobian.misconception(
    "slope_at_the_layers_input",
    "The slope is taken at the input of the layer. It belongs to z = W h, which goes into tanh.",
    edits={
        "h = np.tanh(W @ h)": "before, h = h, np.tanh(W @ h)",
        SLOPE: "slope = 1 - np.tanh(before) ** 2",
    },
)
jacobian.misconception(
    "sigmoid_slope",
    "h (1 − h) is the slope of the sigmoid. That of tanh is 1 − h².",
    edits={SLOPE: "slope = h * (1 - h)"},
)
jacobian.misconception(
    "transposed",
    "The matrix is transposed: that is how gradients travel back. The Jacobian has a row for each output.",
    edits={"return J": "return J.T"},
)
jacobian.misconception(
    "elementwise_product",
    "The Jacobians of the layers are multiplied entry by entry. The chain rule is a product of matrices.",
    edits={"np.eye(len(x))": "np.ones((len(x), len(x)))", FACTOR: "J = slope[:, None] * W * J"},
)
jacobian.misconception(
    "slopes_as_a_matrix_product",
    "slope * (W @ v) for a vector multiplies rows, but for a matrix NumPy multiplies its columns.",
    edits={FACTOR: "J = slope * (W @ J)"},
)
jacobian.misconception(
    "weights_left_out",
    "Only the slopes of tanh are there: every layer multiplies by W as well.",
    edits={FACTOR: "J = slope[:, None] * J"},
)
jacobian.misconception(
    "power_of_the_first_layer",
    "The Jacobian of the first layer is raised to the power L. The weights are the same in every layer, the "
    "slopes are not.",
    edits={
        "return J": "h = np.tanh(W @ x)\n    return np.linalg.matrix_power((1 - h**2)[:, None] * W, L)"
    },
)


@jacobian.alternative("reverse_mode_with_diag")
def input_jacobian(W, x, L):
    signals = [np.asarray(x)]
    for _ in range(L):
        signals.append(np.tanh(W @ signals[-1]))
    J = np.eye(len(x))
    for h in signals[:0:-1]:
        J = J @ np.diag(1 - h * h) @ W
    return J


@jacobian.alternative("lists_and_cosh")
def input_jacobian(W, x, L):
    import math

    n, h = len(x), list(x)
    J = [[float(i == j) for j in range(n)] for i in range(n)]
    for _ in range(L):
        z = [sum(W[i][k] * h[k] for k in range(n)) for i in range(n)]
        J = [
            [sum(W[i][k] * J[k][j] for k in range(n)) / math.cosh(z[i]) ** 2 for j in range(n)]
            for i in range(n)
        ]
        h = [math.tanh(one) for one in z]
    return J


@jacobian.alternative("sympy_matrices")
def input_jacobian(W, x, L):
    import sympy

    W, h = sympy.Matrix(np.asarray(W).tolist()), sympy.Matrix(np.asarray(x).tolist())
    J = sympy.eye(len(x))
    for _ in range(L):
        h = (W * h).applyfunc(lambda z: sympy.tanh(z).evalf())
        J = sympy.diag(*[1 - one**2 for one in h]) * W * J
    return J


@jacobian.alternative("torch_in_float32")
def input_jacobian(W, x, L):
    import torch

    W = torch.tensor(W, dtype=torch.float32)

    def network(h):
        for _ in range(L):
            h = torch.tanh(W @ h)
        return h

    return torch.autograd.functional.jacobian(network, torch.tensor(x, dtype=torch.float32))


@jacobian.oracle("central_differences")
def input_jacobian(W, x, L):
    def network(h):
        for _ in range(L):
            h = np.tanh(W @ h)
        return h

    step = 1e-6
    columns = [
        (network(x + step * unit) - network(x - step * unit)) / (2 * step)
        for unit in np.eye(len(x))
    ]
    return np.stack(columns, axis=1)


LAYERS, LARGE_NORM, VANISHED, EXPLODED = 20, 1.5, 1e-3, 1e3
NORM_KEY = "counterexample: the norm of W is 1.5 or more"
SHRINKS = "counterexample: the Jacobian of 20 layers is below 0.001"
GROWS = "exploding example: the Jacobian of 20 layers is above 1000"


@check("3.34c", points=1.5)
def witnesses(answer, rng):
    def floats(values):
        try:
            return np.array(values, dtype=float)
        except (TypeError, ValueError):
            return np.array(
                [[entry(one) for one in np.atleast_1d(row)] for row in np.atleast_1d(values)]
            )

    def pair(name):
        W, x = getattr(answer, name)()
        return {"W": floats(W), "x": floats(x)}

    return {
        NORM_KEY: attempt(pair, "counterexample"),
        SHRINKS: attempt(pair, "counterexample"),
        GROWS: attempt(pair, "exploding_example"),
    }


def deep_jacobian(W, x):
    """The norm of the Jacobian of 20 layers, and the smallest slope of tanh on the way."""
    J, h, slopes = np.eye(len(x)), x, []
    for _ in range(LAYERS):
        h = np.tanh(W @ h)
        slopes.append(1 - h**2)
        J = slopes[-1][:, None] * W @ J
    return np.linalg.norm(J, 2), np.min(slopes)


@witnesses.judge
def _(seen, rng):
    """The pairs come back, and everything is computed from them here. The matrix is square, the input
    fits and is not 0: at 0 every slope is 1, and the Jacobian is the power of W."""

    def read(value):
        if isinstance(value, Raised):
            return Fault("there is no pair (W, x) to look at")
        W, x = np.atleast_2d(value["W"]), np.ravel(value["x"])
        if W.ndim != 2 or W.shape != (len(x), len(x)):
            return Fault("W should be a square matrix, and x a vector that fits")
        if not (np.isfinite(W).all() and np.isfinite(x).all()):
            return Fault("all numbers should be finite")
        return W, x

    def judged(key, rule):
        try:
            pair = read(seen[key])
            return pair if isinstance(pair, Fault) else rule(*pair)
        except Exception:
            return Fault("there is no pair (W, x) of numbers to look at")

    def large(W, x):
        norm = np.linalg.norm(W, 2)
        if norm >= LARGE_NORM * (1 - 1e-9):
            return True
        return Fault(f"the norm of W is {norm:.3g}", "counterexample_contracts")

    def shrinks(W, x):
        if not x.any():
            return Fault("x is 0 there", "input_zero")
        norm, _ = deep_jacobian(W, x)
        if norm < VANISHED:
            return True
        return Fault(f"its norm is {norm:.3g}", "counterexample_does_not_vanish")

    def grows(W, x):
        if not x.any():
            return Fault("x is 0 there", "input_zero")
        norm, slope = deep_jacobian(W, x)
        if norm > EXPLODED:
            return True
        if np.linalg.norm(W, 2) <= 1:
            return Fault(f"its norm is {norm:.3g}", "exploding_example_contracts")
        saturated = slope < 0.5
        return Fault(
            f"its norm is {norm:.3g}", "exploding_example_saturates" if saturated else None
        )

    rules = {NORM_KEY: large, SHRINKS: shrinks, GROWS: grows}
    return {key: judged(key, rule) for key, rule in rules.items()}


def examples(counter="[[2.0]], [1.0]", exploding="[[2.0]], [1e-8]"):
    """The source of an answer with these two pairs."""
    return (
        f"def counterexample():\n    return {counter}\n\n\n"
        f"def exploding_example():\n    return {exploding}\n"
    )


for name, sentence, *forms in (
    (
        "exploding_example_saturates",
        "The norm of W is large, but the signal grows until tanh is flat, and then every layer shrinks the "
        "Jacobian. It has to stay near 0 through all layers.",
        examples(exploding="[[2.0]], [1.0]"),
        examples(exploding="[[50.0]], [0.5]"),
    ),
    (
        "counterexample_contracts",
        "The Jacobian does vanish, but the norm of W is too small to contradict anything: that is the case "
        "in which vanishing is a theorem.",
        examples(counter="[[0.5]], [1.0]"),
        examples(counter="0.1 * np.eye(3), np.ones(3)"),
    ),
    (
        "counterexample_does_not_vanish",
        "The norm of W is large, and the Jacobian of 20 layers does not vanish here: the slopes of tanh stay "
        "too close to 1. Which inputs, or which weights, drive it into its flat part?",
        examples(counter="[[1.5]], [1e-6]"),
        examples(counter="2 * np.eye(2), np.array([1e-9, 0.0])"),
    ),
    (
        "exploding_example_contracts",
        "With a norm of 1 or less nothing can explode: that is what the bound proves.",
        examples(exploding="[[0.99]], [1e-6]"),
        examples(exploding="np.eye(2), np.ones(2)"),
    ),
    (
        "input_zero",
        "The input is 0, where the network does nothing but multiply by W. The exercise asks for an input "
        "that is not zero.",
        examples(exploding="[[2.0]], [0.0]"),
        examples(counter="np.array([[0.0, 2.0], [0.0, 0.0]]), np.zeros(2)"),
    ),
):  # fmt: skip
    for number, source in enumerate(forms):
        witnesses.misconception(name, sentence, source=source, form=f"{number}" if number else "")

witnesses.alternative("plain_numbers", source=examples("3, 1", "2.5, 1e-9"))
witnesses.alternative(
    "a_matrix_whose_square_is_zero",
    source=examples("np.array([[0, 2], [0, 0]]), [0, 1]", "np.diag([3.0, 0.1]), (1e-10, 0)"),
)


@witnesses.alternative("torch_and_a_wide_rotation")
def answer():
    import torch

    def counterexample():
        return torch.full((4, 4), 2.0), torch.ones(4)

    def exploding_example():
        Q = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(0)))[0]
        return 2 * Q, torch.full((6,), 1e-8)


@witnesses.oracle("torch_search")
def answer():
    import torch

    def _deep(w, x):
        h = x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        for _ in range(20):
            h = torch.tanh(w * h)
        return torch.autograd.grad(h, x)[0].abs().item()

    def counterexample():
        return next(
            ([[w]], [x]) for w in (1.6, 1.8) for x in (1e-9, 0.1, 2.0) if _deep(w, x) < 1e-3
        )

    def exploding_example():
        return next(([[w]], [x]) for w in (1.6, 1.8) for x in (2.0, 0.1, 1e-9) if _deep(w, x) > 1e3)


CLAIMS = (
    "norm<1 forces vanishing",
    "norm>1 forces exploding",
    "norm>1 is necessary for exploding",
    "max|tanh'| = 1",
)


@check("3.34d", points=1, weights={CLAIMS[1]: 2})
def truths(answer, rng):
    def said(key):
        value = {str(one).replace(" ", ""): it for one, it in answer.truth.items()}[
            key.replace(" ", "")
        ]
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, bool) or value in (0, 1):
            return bool(value)
        raise TypeError(f"expected True or False, got {value!r}")

    return {key: attempt(lambda key=key: {key: said(key)}) for key in CLAIMS}


def claimed(first=True, second=False, third=True, fourth=True):
    """The source of an answer about the four claims."""
    return f"truth = {dict(zip(CLAIMS, (first, second, third, fourth), strict=True))!r}"


for name, sentence, *forms in (
    (
        "seed_claim_believed",
        "A growing bound is no growing Jacobian: the slopes of tanh can make the product vanish, however "
        "large W is. Your counterexample is one.",
        claimed(second=True),
    ),
    (
        "bound_distrusted_below_1",
        "Below 1 the bound goes to 0, and the Jacobian lies below it: here the bound decides.",
        claimed(first=False),
    ),
    (
        "tanh_believed_to_help",
        "tanh never stretches. Without a norm above 1 nothing in the product does.",
        claimed(third=False),
    ),
    (
        "sigmoid_quarter",
        "At 0 the slope of tanh is 1. The 1/4 belongs to the sigmoid.",
        claimed(fourth=False),
    ),
    (
        "all_the_other_way_round",
        "Every answer is the opposite of what holds. Begin with the bound: on which side of it is the "
        "Jacobian?",
        claimed(False, True, False, False),
    ),
):  # fmt: skip
    for number, source in enumerate(forms):
        truths.misconception(name, sentence, source=source, form=f"{number}" if number else "")

truths.alternative("ones_and_zeros", source=claimed(1, 0, 1.0, 1))
truths.alternative(
    "of_numpy", source=f"truth = dict(zip({CLAIMS!r}, np.array([True, False, True, True])))"
)


@truths.oracle("tried_out")
def answer():
    def _norm_after(w, x, layers=200):
        J, h = 1.0, x
        for _ in range(layers):
            h = np.tanh(w * h)
            J *= w * (1 - h * h)
        return abs(J)

    _inputs = (1e-9, 0.1, 1.0, 5.0)
    truth = {
        "norm<1 forces vanishing": all(
            _norm_after(w, x) < 1e-3 for w in (0.5, 0.9) for x in _inputs
        ),
        "norm>1 forces exploding": all(_norm_after(w, x) > 1e3 for w in (2, 9) for x in _inputs),
        "norm>1 is necessary for exploding": not any(
            _norm_after(w, x) > 1 for w in (0.5, 0.99, 1) for x in _inputs
        ),
        "max|tanh'| = 1": bool(np.isclose((1 - np.tanh(np.linspace(-1, 1, 201)) ** 2).max(), 1)),
    }


remedies = pairs(
    "3.34-bonus",
    "remedies",
    ("orthogonal start", "residual connections", "normalised pre-activations", "gradient clipping"),
    "abcd",
    key={
        "orthogonal start": "a",
        "residual connections": "b",
        "normalised pre-activations": "c",
        "gradient clipping": "d",
    },
    points=1,
    bonus=True,
    ideas={
        ("gradient clipping", "a"): (
            "clipping_breaks_the_product",
            "Clipping acts on the gradient when the product is done. It does not touch the weights, and it "
            "brings back nothing that has vanished.",
        ),
        ("gradient clipping", "c"): (
            "clipping_keeps_slopes",
            "Clipping acts when the backward pass is over; the slopes belong to the forward pass.",
        ),
        ("residual connections", "a"): (
            "residual_changes_W",
            "The weights stay as they are. Differentiate h + tanh(W h) by h: which term is new?",
        ),
        ("orthogonal start", "c"): (
            "orthogonal_keeps_slopes",
            "An orthogonal matrix has the norm 1. What the slopes are depends on the size of the signal.",
        ),
        ("normalised pre-activations", "d"): (
            "normalisation_after_the_product",
            "Normalisation is part of the forward pass: it keeps z where tanh is steep.",
        ),
        ("normalised pre-activations", "a"): (
            "normalisation_changes_W",
            "W is left as it is. What is normalised is z, and the slope is taken at z.",
        ),
    },
)


@remedies.oracle("jacobians_of_one_layer")
def answer():
    _rng = np.random.default_rng(0)
    _W, _h = 3 * _rng.normal(size=(4, 4)), _rng.normal(size=4)
    _step = 1e-6

    def _jacobian(layer):
        return np.stack(
            [(layer(_h + _step * e) - layer(_h - _step * e)) / (2 * _step) for e in np.eye(4)],
            axis=1,
        )

    def _plain(h):
        return np.tanh(_W @ h)

    _Q = np.linalg.qr(_W)[0]
    _residual = _jacobian(lambda h: h + _plain(h)) - _jacobian(_plain)
    _z = _W @ _h
    _slope, _normalised = ((1 - np.tanh(z) ** 2).min() for z in (_z, (_z - _z.mean()) / _z.std()))
    remedies = {
        "orthogonal start": "A" if np.isclose(np.linalg.norm(_Q, 2), 1) else "?",
        "residual connections": "B" if np.allclose(_residual, np.eye(4), atol=1e-6) else "?",
        "normalised pre-activations": "C" if _normalised > _slope else "?",
    }
    remedies["gradient clipping"] = (set("ABCD") - set(remedies.values())).pop()


written(
    "3.34-written",
    rubric=[
        (0.5, "Norm below 1: the Jacobian lies below a bound that goes to 0, so it vanishes."),
        (0.5, "Norm above 1: the bound grows, and says nothing about what lies below it."),
        (0.5, "Why: saturation makes the slopes small, or W shrinks some directions."),
        (0.5, "One remedy, with the factor of the product that it changes."),
    ],
)
