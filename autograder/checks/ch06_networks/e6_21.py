"""6.21: batch normalisation, by hand, forward and backward."""

import numpy as np

from autograder.check import attempt, check, numbers
from autograder.checks.ch06_networks.off_limits import TORCH

by_hand = numbers(
    "6.21b",
    points=2,
    right={"out_first": -2, "out_ten_times": 4, "out_alone": 1, "bias_gradient": 0},
    ideas={
        "unbiased_variance": (
            "That is the variance with n - 1. Batch normalisation divides by n.",
            {"out_first": 1 - 3 / np.sqrt(2), "out_ten_times": 1 + 3 / np.sqrt(2)},
        ),
        "variance_taken_for_the_root": (
            "That divides by the variance. It is divided by its root, the standard deviation.",
            {"out_first": 1 - 3 / 2, "out_ten_times": 1 + 3 / 20},
        ),
        "gamma_and_beta_left_out": (
            "That is the normalised value. It is still to be multiplied by γ, and β is to be added.",
            {"out_first": -1, "out_ten_times": 1, "out_alone": 0},
        ),
        "beta_left_out": (
            "The shift β is missing.",
            {"out_first": -3, "out_ten_times": 3, "out_alone": 0},
        ),
        "scale_survives": (
            "Ten times the pre-activations have ten times the standard deviation, which is divided out "
            "again.",
            {"out_ten_times": 40},
            {"out_ten_times": 31},
        ),
        "one_row_passes_unchanged": (
            "A single row is its own mean, so nothing of it is left after the subtraction.",
            {"out_alone": 8},
            {"out_alone": 25},
        ),
        "bias_still_counts": (
            "A bias shifts the whole column, and the mean along with it; the outputs stay as they are.",
            {"bias_gradient": 1},
            {"bias_gradient": 2},
            {"bias_gradient": 3},
        ),
    },
)


@by_hand.oracle("torch_batch_norm")
def answer():
    import torch

    def normal(z, eps=0.0):
        z = torch.tensor(z, dtype=torch.float64)[:, None] + bias
        mean, variance = z.mean(0), z.var(0, unbiased=False)
        return 3 * (z - mean) / torch.sqrt(variance + eps) + 1

    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    out = normal([4, 8])
    out.sum().backward()
    out_first, bias_gradient = out[0].item(), round(bias.grad.item(), 9)
    out_ten_times, out_alone = normal([40, 80])[1].item(), normal([8], 0.01).item()


@check("6.21", points=6, forbid=TORCH, reveal=True, weights={"dz": 3, "dz, where eps counts": 2})
def batchnorm(answer, rng):
    def case(n, k):
        z = rng.normal(size=(n, k)) * rng.uniform(20, 40, size=k) + rng.uniform(1, 30, size=k)
        gamma = rng.uniform(1.3, 2.5, size=k) * rng.choice([-1, 1], k)
        return z, gamma, rng.uniform(0.5, 2, size=k) * rng.choice([-1, 1], k)

    def out(*arguments):
        return answer.batchnorm_forward(*arguments)[0]

    def gradient(place, dout, *arguments):
        return answer.batchnorm_backward(dout, answer.batchnorm_forward(*arguments)[1])[place]

    n = int(rng.integers(6, 9))
    tall, square, few = case(n + 9, n), case(n, n), case(2, 3)
    large = float(rng.uniform(200, 400))
    small = (case(n, n)[0] / 3000, *square[1:])  # for the eps that is the default
    upstream = [rng.normal(size=one[0].shape) + 0.3 for one in (tall, square, few)]
    return {
        "out": attempt(lambda: [out(*tall), out(*square)]),
        "out, where eps counts": attempt(
            lambda: [out(*tall, large), out(*few, large), out(*small)]
        ),
        "dz": attempt(lambda: [gradient(0, upstream[0], *tall), gradient(0, upstream[1], *square)]),
        "dz, where eps counts": attempt(
            lambda: [gradient(0, upstream[0], *tall, large), gradient(0, upstream[2], *few, large)]
        ),
        "dgamma": attempt(gradient, 1, upstream[0], *tall),
        "dbeta": attempt(gradient, 2, upstream[0], *tall),
    }


DZ = "(dout - through_mean - through_variance)"
batchnorm.misconception(
    "mean_and_variance_treated_as_constants",
    "The mean and the variance are treated as given numbers. They are computed from z, so every row acts "
    "on all the others through them.",
    edits={DZ: "dout"},
)
batchnorm.misconception(
    "variance_term_forgotten",
    "The way through the variance is missing in dz.",
    edits={DZ: "(dout - through_mean)"},
)
batchnorm.misconception(
    "mean_term_forgotten",
    "The way through the mean is missing in dz: the sum of every column of dz must be 0.",
    edits={DZ: "(dout - through_variance)"},
)
batchnorm.misconception(
    "unbiased_variance",
    "The variance is divided by n - 1 here. Batch normalisation divides by n, as np.var does by itself.",
    edits={"z.var(axis=0)": "z.var(axis=0, ddof=1)"},
)
batchnorm.misconception(
    "eps_outside_the_root",
    "ε is added behind the root. It belongs under it, to the variance.",
    edits={"1 / np.sqrt(z.var(axis=0) + eps)": "1 / (np.sqrt(z.var(axis=0)) + eps)"},
)
batchnorm.misconception(
    "eps_ignored",
    "The argument eps has no effect.",
    edits={"z.var(axis=0) + eps": "z.var(axis=0) + 1e-5"},
)
batchnorm.misconception(
    "divided_by_the_variance",
    "That divides by the variance, without the root.",
    edits={"1 / np.sqrt(z.var(axis=0) + eps)": "1 / (z.var(axis=0) + eps)"},
)


@batchnorm.misconception(
    "statistics_per_example",
    "Mean and variance are taken along each row. Batch normalisation takes them along each column: for a "
    "unit, over the batch.",
)
def answer():
    def batchnorm_forward(z, gamma, beta, eps=1e-5):
        scale = 1 / np.sqrt(z.var(axis=1, keepdims=True) + eps)
        z_hat = (z - z.mean(axis=1, keepdims=True)) * scale
        return gamma * z_hat + beta, (z_hat, scale, gamma)

    def batchnorm_backward(dout, cache):
        z_hat, scale, gamma = cache
        g = dout * gamma
        through_mean = g.mean(axis=1, keepdims=True)
        through_variance = z_hat * (g * z_hat).mean(axis=1, keepdims=True)
        dz = scale * (g - through_mean - through_variance)
        return dz, (dout * z_hat).sum(axis=0), dout.sum(axis=0)


batchnorm.misconception(
    "parameter_gradients_averaged",
    "γ and β are used in every row, and the gradients of all rows are added. A mean over the batch, if "
    "there is one, is in dout already.",
    edits={
        "(dout * z_hat).sum(axis=0), dout.sum(axis=0)": "(dout * z_hat).mean(axis=0), dout.mean(axis=0)"
    },
)
batchnorm.misconception(
    "gamma_missing_in_dz",
    "What reaches the normalised value is γ times dout; γ is missing in dz.",
    edits={"gamma * scale * (dout": "scale * (dout"},
)
batchnorm.misconception(
    "one_number_for_all_columns",
    "A single mean and a single variance are used for all units. Every column has its own.",
    edits={"z.var(axis=0)": "z.var()", "z - z.mean(axis=0)": "z - z.mean()"},
)


@batchnorm.alternative("chain_rule_step_by_step")
def answer():
    def batchnorm_forward(z, gamma, beta, eps=1e-5):
        mu = np.mean(z, axis=0)
        centred = z - mu
        var = np.mean(centred**2, axis=0)
        std = np.sqrt(var + eps)
        return centred / std * gamma + beta, dict(c=centred, var=var, std=std, gamma=gamma)

    def batchnorm_backward(dout, cache):
        c, std, n = cache["c"], cache["std"], dout.shape[0]
        dnormal = dout * cache["gamma"]
        dvar = np.sum(dnormal * c * -0.5 * std**-3, axis=0)
        dmu = np.sum(-dnormal / std, axis=0) + dvar * np.mean(-2 * c, axis=0)
        dz = dnormal / std + dvar * 2 * c / n + dmu / n
        return dz, np.sum(dout * c / std, axis=0), np.sum(dout, axis=0)


@batchnorm.alternative("column_by_column_with_jacobians")
def answer():
    def batchnorm_forward(z, gamma, beta, eps=1e-5):
        columns, cache = [], []
        for column, g, b in zip(z.T, gamma, beta):
            s = (column.var() + eps) ** 0.5
            normal = (column - column.mean()) / s
            columns.append(g * normal + b)
            cache.append((normal, s, g))
        return np.array(columns).T, cache

    def batchnorm_backward(dout, cache):
        dz, dgamma, n = [], [], len(dout)
        for d, (normal, s, g) in zip(dout.T, cache):
            jacobian = (np.eye(n) - 1 / n - np.outer(normal, normal) / n) * g / s
            dz.append(jacobian @ d)
            dgamma.append(d @ normal)
        return np.stack(dz, axis=1), dgamma, list(dout.sum(0))


batchnorm.alternative(
    "in_float32", edits={"gamma * z_hat + beta, (": "(gamma * z_hat + beta).astype(np.float32), ("}
)


@batchnorm.oracle("torch_batch_norm")
def answer():
    def batchnorm_forward(z, gamma, beta, eps=1e-5):
        import torch

        leaves = [torch.tensor(one, requires_grad=True) for one in (z, gamma, beta)]
        z, gamma, beta = leaves
        out = torch.nn.functional.batch_norm(z, None, None, gamma, beta, training=True, eps=eps)
        return out.detach(), (out, leaves)

    def batchnorm_backward(dout, cache):
        import torch

        out, leaves = cache
        return torch.autograd.grad(out, leaves, torch.tensor(dout), retain_graph=True)
