"""6.27: the neural tangent kernel of a network, how it settles, and what it predicts."""

import numpy as np

from autograder.check import Fault, attempt, check, choice, written
from autograder.checks.ch06_networks.off_limits import TORCH

OFF_LIMITS = (*TORCH, "utils.explorers")  # where a picture computes kernels


def given_kernel(X1, X2, W, c):
    """The kernel of a ReLU network, from its gradients."""

    def gradients(X):
        on = c * (X @ W.T > 0)
        by_W = (on[:, :, None] * X[:, None, :]).reshape(len(X), -1)
        return np.hstack([np.maximum(X @ W.T, 0), by_W]) / len(c) ** 0.5

    return gradients(X1) @ gradients(X2).T


def given_prediction(K_train, K_test, y, f0_train, f0_test):
    """What the linearised network gives in the end."""
    return f0_test + K_test @ np.linalg.solve(K_train, y - f0_train)


@check("6.27", points=7, forbid=OFF_LIMITS, weights={"ReLU": 2, "tanh": 2})
def kernel(answer, rng):
    def network(N, d):
        return rng.normal(size=(N, d)), rng.normal(size=N) * rng.choice([0.5, 2], N)

    X1, X2, deep = rng.normal(size=(4, 3)), rng.normal(size=(5, 3)), rng.normal(size=(3, 2))
    W, c = network(6, 3)
    small = network(7, 2)
    return {
        "ReLU": attempt(lambda: answer.empirical_ntk(X1, X2, W, c)),
        "tanh": attempt(lambda: answer.empirical_ntk(deep, deep, *small, "tanh")),
        "where c is 0": attempt(lambda: answer.empirical_ntk(X1, X2, W, 0 * c, activation="tanh")),
    }


FROM_C, FROM_W, MEAN = (
    "phi(Z1) @ phi(Z2).T",
    "(slope(Z1) * c**2) @ slope(Z2).T * (X1 @ X2.T)",
    "(from_c + from_W) / len(c)",
)
for name, sentence, edits in (
    (
        "output_weights_only",
        "Only the derivatives by c are in it. The weights W are parameters as well.",
        {MEAN: "from_c / len(c)"},
    ),
    (
        "hidden_weights_only",
        "Only the derivatives by W are in it. The weights c are parameters as well.",
        {MEAN: "from_W / len(c)"},
    ),
    (
        "c_not_squared",
        "Each of the two gradients by W has a factor c, so that their product has c².",
        {"c**2": "c"},
    ),
    (
        "c_left_out",
        "The gradient by w_j has the factor c_j, which is missing.",
        {"slope(Z1) * c**2": "slope(Z1)"},
    ),
    (
        "missing_one_over_N",
        "Each gradient has a factor 1/√N, so that the kernel has 1/N.",
        {MEAN: "from_c + from_W"},
    ),
    (
        "one_over_root_N",
        "Both gradients have a factor 1/√N; together that is 1/N.",
        {MEAN: "(from_c + from_W) / np.sqrt(len(c))"},
    ),
    (
        "input_inner_product_missing",
        "The gradient by w_j is a multiple of the input, so their product has a factor x·x'.",
        {" * (X1 @ X2.T)": ""},
    ),
    (
        "activation_instead_of_derivative",
        "The gradient by w_j has the slope of the activation, not the activation.",
        {"(slope(Z1) * c**2) @ slope(Z2).T": "(phi(Z1) * c**2) @ phi(Z2).T"},
    ),
    (
        "inner_product_everywhere",
        "The factor x·x' belongs to the part from W only.",
        {FROM_C: "phi(Z1) @ phi(Z2).T * (X1 @ X2.T)"},
    ),
    (
        "relu_always",
        "The activation is an argument; here it is always ReLU.",
        {"ACTIVATIONS[activation], ACTIVATION_GRADIENTS[activation]": (
            "ACTIVATIONS['relu'], ACTIVATION_GRADIENTS['relu']"
        )},
    ),
):  # fmt: skip
    kernel.misconception(name, sentence, edits=edits)


@kernel.alternative("a_unit_at_a_time")
def empirical_ntk(X1, X2, W, c, activation="relu"):
    K = np.zeros((len(X1), len(X2)))
    for w_j, c_j in zip(W, c):
        z1, z2 = X1 @ w_j, X2 @ w_j
        K += np.outer(ACTIVATIONS[activation](z1), ACTIVATIONS[activation](z2))
        slopes = (ACTIVATION_GRADIENTS[activation](z) for z in (z1, z2))
        K += c_j**2 * np.outer(*slopes) * (X1 @ X2.T)
    return K / len(W)


@kernel.alternative("long_gradients_in_float32")
def empirical_ntk(X1, X2, W, c, activation="relu"):
    def gradients(X):
        rows = []
        for x in X:
            z = W @ x
            by_c = ACTIVATIONS[activation](z)
            by_W = np.outer(c * ACTIVATION_GRADIENTS[activation](z), x)
            rows.append(np.concatenate([by_c, by_W.ravel()]) / np.sqrt(len(W)))
        return np.array(rows, dtype=np.float32)

    return (gradients(X1) @ gradients(X2).T).tolist()


@kernel.oracle("torch_autograd")
def empirical_ntk(X1, X2, W, c, activation="relu"):
    import torch

    W, c = (torch.tensor(one, requires_grad=True) for one in (W, c))

    def gradient(x):
        f = c @ getattr(torch, activation)(W @ torch.tensor(x)) / len(c) ** 0.5
        return torch.cat([part.ravel() for part in torch.autograd.grad(f, (W, c))])

    rows, columns = (torch.stack([gradient(x) for x in X]) for X in (X1, X2))
    return rows @ columns.T


NARROW, WIDE, DRAWS = 16, 64, 1500
SEEDS = "one seed twice, and another seed"


def hidden_pairs(rng):
    """{width: two vectors of different lengths}, and a seed."""
    pairs = {}
    for N in (WIDE, NARROW):
        angle, one, other = rng.uniform((0.15, 0.7, 1.3), (0.35, 0.8, 1.5))
        turn, scale = rng.uniform((0, 0.5), (2 * np.pi, 2))
        x1 = scale * one * np.array([np.cos(turn), np.sin(turn)])
        pairs[N] = x1, scale * other * np.array([np.cos(turn + angle), np.sin(turn + angle)])
    return pairs, int(rng.integers(1000))


@check("6.27c", points=4, weights={f"width {WIDE}": 2, SEEDS: 0.5})
def settling(answer, rng):
    pairs, seed = hidden_pairs(rng)
    draws = answer.with_given("kernel_draws", empirical_ntk=given_kernel)
    return {
        f"width {WIDE}": attempt(lambda: draws(*pairs[WIDE], WIDE, DRAWS, seed)),
        f"width {NARROW}": attempt(lambda: draws(*pairs[NARROW], NARROW, DRAWS, seed + 1)),
        SEEDS: attempt(
            lambda: [
                draws(*pairs[WIDE], WIDE, 12, *one)
                for one in ((seed,), (seed,), (seed + 2,), (), (0,))
            ]
        ),
    }


def moments(x1, x2, fourth=3.0, scale=1.0):
    """Mean and variance of one unit's share of K, for normal w of the variance `scale`.

    `fourth` is the fourth moment of c. With θ between the inputs, E[ReLU·ReLU'] and E[(ReLU·ReLU')²] are
    the arc-cosine kernels of order 1 and 2, and both units are on with the probability (π − θ)/2π.
    """
    lengths, product = np.linalg.norm(x1) * np.linalg.norm(x2), x1 @ x2
    angle = np.arccos(np.clip(product / lengths, -1, 1))
    sine, cosine, rest = np.sin(angle), np.cos(angle), np.pi - angle
    both_on = rest / (2 * np.pi)
    first = scale * lengths * (sine + rest * cosine) / (2 * np.pi)
    second = (scale * lengths) ** 2 * (3 * sine * cosine + rest * (1 + 2 * cosine**2)) / (2 * np.pi)
    mean = first + product * both_on
    return mean, second + 2 * product * first + fourth * product**2 * both_on - mean**2


@settling.judge
def _(seen, rng):
    """The draws come back. Their mean is the kernel of infinitely wide networks within 5 standard errors, and
    their variance that of one unit, divided by N (known in closed form), within 20 percent: of 1500 draws it
    has a standard error of 4 percent, and with c = ±1 it would be 0.69 of that."""
    pairs, _ = hidden_pairs(rng)

    def draws_of(N):
        values = np.array(seen[f"width {N}"], dtype=float)
        if values.shape != (DRAWS,):
            raise ValueError("not one number for each draw")
        return values

    def close(N, mean, variance):
        values = draws_of(N)
        near = abs(values.mean() - mean) < 5 * np.sqrt(variance / N / len(values))
        return bool(near and 0.8 < N * values.var() / variance < 1.2)

    def idea(N):
        """What these draws are, where they are something known."""
        x1, x2 = pairs[N]
        mean, variance = moments(x1, x2)
        known = {
            "c_is_plus_or_minus_one": moments(x1, x2, fourth=1.0),
            "weights_scaled_by_the_inputs": moments(x1, x2, scale=1 / len(x1)),
            "one_input_twice": moments(x1, x1),
            "a_single_unit": (mean, variance * N),
        }
        if np.ptp(draws_of(N)) < 1e-12:
            return "same_network_every_time"
        return next((name for name, pattern in known.items() if close(N, *pattern)), None)

    def width(N):
        mean, variance = moments(*pairs[N])
        try:
            if close(N, mean, variance):
                return True
            known = idea(N)
        except Exception:
            return Fault("it should be an array with a number for each draw")
        return Fault(
            f"the mean should be near {mean:.3f} and the variance near {variance / N:.4f}", known
        )

    def seeds(runs):
        one, two, other, default, zero = (np.array(run, dtype=float) for run in runs)
        if not np.array_equal(one, two):
            return Fault("the same seed should give the same draws", "not_seeded")
        if np.ptp(one) < 1e-12:
            return Fault("the draws are the same network", "same_network_every_time")
        if np.array_equal(one, other):
            return Fault("another seed changes nothing", "seed_ignored")
        if not np.array_equal(default, zero):
            return Fault("without a seed it should be 0")
        mean, _ = moments(*pairs[WIDE])
        return bool(abs(one.mean() - mean) < 3 * mean) or Fault("these are no values of the kernel")

    def said_of_seeds():
        try:
            return seeds(seen[SEEDS])
        except Exception:
            return Fault("it should be an array with a number for each draw")

    return {f"width {N}": width(N) for N in (WIDE, NARROW)} | {SEEDS: said_of_seeds()}


ROUND = "for k in range(n_draws):"
DRAW_W, DRAW_C, SEED = (
    "generator.normal(size=(N, len(x1)))",
    "generator.normal(size=N)",
    "generator = np.random.default_rng(seed)",
)
for name, sentence, edits in (
    (
        "same_network_every_time",
        "All draws are the same network: the generator is made anew with the same seed in every round.",
        {ROUND: f"{ROUND}\n        generator = np.random.default_rng(seed)"},
    ),
    (
        "c_is_plus_or_minus_one",
        "The c have only two values here. They should be standard normal: the mean of K is the same, but "
        "not its variance.",
        {DRAW_C: "generator.choice([-1.0, 1.0], N)"},
    ),
    (
        "weights_scaled_by_the_inputs",
        "W is scaled down by the number of inputs, as in usual initialisations. Here it is standard normal.",
        {DRAW_W: "generator.normal(size=(N, len(x1))) / np.sqrt(len(x1))"},
    ),
    (
        "one_input_twice",
        "This is K(x1, x1). The second input is x2.",
        {"x2[None, :]": "x1[None, :]"},
    ),
    (
        "a_single_unit",
        "The width is not used: every network has a single unit.",
        {DRAW_W: "generator.normal(size=(1, len(x1)))", DRAW_C: "generator.normal(size=1)"},
    ),
    (
        "not_seeded",
        "The draws do not follow the seed: give it to `default_rng`.",
        {SEED: "generator = np.random.default_rng()"},
    ),
    (
        "seed_ignored",
        "Every seed gives the same draws: the seed is an argument.",
        {SEED: "generator = np.random.default_rng(0)"},
    ),
):  # fmt: skip
    settling.misconception(name, sentence, edits=edits)


@settling.alternative("list_of_numbers")
def kernel_draws(x1, x2, N, n_draws, seed=0):
    rng = np.random.default_rng(seed)
    X1, X2 = x1.reshape(1, -1), x2.reshape(1, -1)
    return [
        empirical_ntk(X1, X2, rng.standard_normal((N, x1.size)), rng.standard_normal(N)).item()
        for _ in range(n_draws)
    ]


@settling.alternative("all_at_once")
def kernel_draws(x1, x2, N, n_draws, seed=0):
    rng = np.random.RandomState(seed)
    z1, z2 = np.einsum("knd,id->ikn", rng.randn(n_draws, N, len(x1)), np.array([x1, x2]))
    c = rng.randn(n_draws, N)
    shares = (z1 * z2 + c**2 * (x1 @ x2)) * (z1 > 0) * (z2 > 0)
    return shares.mean(axis=1).astype(np.float32)


@check("6.27d", points=4)
def prediction(answer, rng):
    def problem(n, t):
        gradients = rng.normal(size=(n + t, 12))
        K = gradients @ gradients.T / 4
        return K[:n, :n] + np.eye(n), K[n:, :n], *rng.normal(size=(2, n)), rng.normal(size=t)

    wide, square = problem(4, 6), problem(5, 5)
    again = problem(4, 3)
    return {
        "new inputs": attempt(answer.ntk_prediction, *wide),
        "as many new inputs as old ones": attempt(answer.ntk_prediction, *square),
        "the training inputs": attempt(
            answer.ntk_prediction, again[0], again[0], again[2], again[3], again[3]
        ),
    }


for name, sentence, edits in (
    (
        "plain_kernel_regression_ignores_f0",
        "That is plain kernel regression, as if the network began at 0. The start f₀ is missing.",
        {"f0_test + ": "", "y - f0_train": "y"},
    ),
    (
        "adds_f0_but_does_not_subtract_it",
        "The start is added, but the kernel has to explain only y − f₀.",
        {"y - f0_train": "y"},
    ),
    (
        "subtracts_but_does_not_add",
        "The start on the new inputs is not added: the kernel explains only the change.",
        {"f0_test + ": ""},
    ),
    (
        "strong_ridge",
        "Something was added to the diagonal of K. Gradient descent for infinite time has no such term.",
        {"solve(K_train,": "solve(K_train + np.eye(len(y)),"},
    ),
    (
        "not_inverted",
        "The kernel of the training inputs has to be inverted, not multiplied.",
        {"np.linalg.solve(K_train, y - f0_train)": "K_train @ (y - f0_train)"},
    ),
    (
        "kernel_transposed_roles",
        "K_test has a row for every new input; here its columns are taken for them.",
        {"K_test @": "K_test.T @"},
    ),
    (
        "sign_of_the_change",
        "The sign of the change is wrong: it is y − f₀ that is still to be learned.",
        {"y - f0_train": "f0_train - y"},
    ),
):
    prediction.misconception(name, sentence, edits=edits)
prediction.alternative(
    "inverse_in_float32",
    edits={
        "K_test @ np.linalg.solve(K_train, y - f0_train)": (
            "np.float32(K_test.dot(np.linalg.inv(K_train)).dot(y - f0_train))"
        )
    },
)


@prediction.alternative("weights_and_a_loop")
def ntk_prediction(K_train, K_test, y, f0_train, f0_test):
    weights = np.linalg.lstsq(K_train, np.subtract(y, f0_train), rcond=None)[0]
    return [start + sum(k * a for k, a in zip(row, weights)) for row, start in zip(K_test, f0_test)]


@prediction.oracle("gradient_flow_by_eigenvectors")
def ntk_prediction(K_train, K_test, y, f0_train, f0_test):
    # every eigenvector of K loses its share of the residual: the outputs change by the integral over time
    values, vectors = np.linalg.eigh(K_train)
    change = f0_test * 1.0
    for value, vector in zip(values, vectors.T):
        change += K_test @ vector * (vector @ (y - f0_train)) / value
    return change


@check("6.27e", points=4, weights={"outputs of the trained network": 2})
def gaps(answer, rng):
    X, X_test = (X / np.linalg.norm(X, axis=1, keepdims=True) for X in rng.normal(size=(2, 4, 4)))
    y, W, c = rng.normal(size=4), rng.normal(size=(20, 4)), rng.normal(size=20)
    run = answer.with_given(
        "lazy_gaps", empirical_ntk=given_kernel, ntk_prediction=given_prediction
    )
    found = attempt(run, X, y, X_test, W, c, 0.25, 15)
    return {
        "outputs of the trained network": attempt(lambda: found["trained"]),
        "gap to the linearised network": attempt(lambda: float(found["linearised"])),
        "gap to plain kernel regression": attempt(lambda: float(found["plain"])),
        "outputs with the default steps": attempt(lambda: run(X, y, X_test, W, c)["trained"]),
    }


RESIDUAL = "r = relu(Z) @ c / root - y"
BOTH = "W, c = W - learning_rate * by_W, c - learning_rate * by_c"
for name, sentence, edits in (
    (
        "only_the_output_weights",
        "Only c is trained. The kernel counts both kinds of weights, so both have to move.",
        {BOTH: "c = c - learning_rate * by_c"},
    ),
    (
        "c_moves_first",
        "The gradient by W was computed with the new c. Both gradients belong to the same network.",
        {BOTH: "c = c - learning_rate * by_c\n        "
               "W = W - learning_rate * (np.outer(r, c) * (Z > 0)).T @ X / root"},
    ),
    (
        "only_the_hidden_weights",
        "Only W is trained. The kernel counts both kinds of weights, so both have to move.",
        {BOTH: "W = W - learning_rate * by_W"},
    ),
    (
        "mean_instead_of_sum",
        "The loss is half the sum of the squares; here the gradients were divided by the number of inputs.",
        {RESIDUAL: "r = (relu(Z) @ c / root - y) / len(y)"},
    ),
    (
        "root_missing_in_the_gradients",
        "The factor 1/√N of the output belongs to the gradients as well.",
        {"D.T @ X / root, r @ relu(Z) / root": "D.T @ X, r @ relu(Z)"},
    ),
    (
        "no_relu_mask",
        "The slope of ReLU is missing in the gradient by W: units that are off do not learn.",
        {" * (Z > 0)": ""},
    ),
    (
        "uphill",
        "The sign of the residual is wrong, so that the training goes uphill.",
        {RESIDUAL: "r = y - relu(Z) @ c / root"},
    ),
    (
        "not_trained",
        "The network was not trained: these are its outputs at the start.",
        {"for _ in range(steps):": "for _ in range(0):"},
    ),
    (
        "gaps_exchanged",
        "The two gaps are exchanged: the linearised network is the one with f₀.",
        {"gap(linearised)": "gap(plain)", "gap(plain)": "gap(linearised)"},
    ),
    (
        "squares_without_the_root",
        "That is the mean of the squares; its root was asked for.",
        {"np.sqrt(np.mean((trained - prediction) ** 2))": "np.mean((trained - prediction) ** 2)"},
    ),
    (
        "largest_difference",
        "That is the largest difference; the root of the mean square was asked for.",
        {"np.sqrt(np.mean((trained - prediction) ** 2))": "np.max(np.abs(trained - prediction))"},
    ),
):  # fmt: skip
    gaps.misconception(name, sentence, edits=edits)


@gaps.alternative("loss_by_units")
def lazy_gaps(X, y, X_test, W, c, learning_rate=0.3, steps=600):
    N = len(c)

    def f(X, W, c):
        return sum(c[j] * np.maximum(X @ W[j], 0) for j in range(N)) / N**0.5

    new_W, new_c = W.copy(), c.copy()
    for _ in range(steps):
        r = f(X, new_W, new_c) - y
        on = (X @ new_W.T > 0).astype(float)
        by_c = [r @ (on[:, j] * (X @ new_W[j])) / N**0.5 for j in range(N)]
        by_W = [(r * on[:, j]) @ X * new_c[j] / N**0.5 for j in range(N)]
        new_W = new_W - learning_rate * np.array(by_W)
        new_c = new_c - learning_rate * np.array(by_c)
    inverse = np.linalg.inv(empirical_ntk(X, X, W, c))
    weights = empirical_ntk(X_test, X, W, c) @ inverse
    trained = f(X_test, new_W, new_c)
    rms = lambda v: float(np.linalg.norm(v) / len(v) ** 0.5)
    return {
        "trained": trained,
        "linearised": rms(trained - f(X_test, W, c) - weights @ (y - f(X, W, c))),
        "plain": rms(trained - weights @ y),
    }


gaps.alternative(
    "arrays_of_one",
    edits={
        '{"trained": trained, "linearised": gap(linearised), "plain": gap(plain)}': (
            '{"trained": list(trained), "linearised": np.array(gap(linearised)), '
            '"plain": np.float64(gap(plain)), "steps": steps}'
        )
    },
)


@gaps.oracle("torch_sgd")
def lazy_gaps(X, y, X_test, W, c, learning_rate=0.3, steps=600):
    import torch

    X, y, X_test = map(torch.tensor, (X, y, X_test))
    V, d = (torch.tensor(one, requires_grad=True) for one in (W, c))
    f = lambda X: torch.relu(X @ V.T) @ d / len(d) ** 0.5
    rows, starts = [], torch.cat([f(X), f(X_test)]).detach()
    for x in (*X, *X_test):
        parts = torch.autograd.grad(f(x[None])[0], (V, d))
        rows.append(torch.cat([part.ravel() for part in parts]))
    K = torch.stack(rows) @ torch.stack(rows).T
    n = len(X)
    weights = K[n:, :n] @ torch.linalg.inv(K[:n, :n])
    optimizer = torch.optim.SGD([V, d], lr=learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        (torch.sum((f(X) - y) ** 2) / 2).backward()
        optimizer.step()
    trained = f(X_test).detach()
    rms = lambda v: torch.sqrt(torch.mean(v**2))
    return {
        "trained": trained,
        "linearised": rms(trained - starts[n:] - weights @ (y - starts[:n])),
        "plain": rms(trained - weights @ y),
    }


limit = choice(
    "6.27f",
    "identical_from",
    "abcd",
    key="c",
    points=1,
    ideas={
        "a": (
            "linear_model_taken_for_plain_regression",
            "The linear model holds there, but it contains the start f₀. Plain kernel regression does not.",
        ),
        "b": (
            "every_gap_falls",
            "It is the gap to the linearised network that falls like 1/√N, not this one.",
        ),
        "d": (
            "kernel_never_settles",
            "The kernel does settle: its variance falls like 1/N. Something else does not.",
        ),
    },
)

written(
    "6.27-written",
    rubric=[
        (1, "Names the assumptions: law of w and c, the scaling 1/√N, squared loss, small steps."),
        (1, "Says that f₀ stays in the result."),
        (1, "Quotes how the gap falls with N in the own table."),
        (1, "Distinguishes finite from infinite training time."),
        (1, "Says what is left out: a kernel that does not change learns no features."),
    ],
)
