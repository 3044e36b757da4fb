"""7.2: the backward pass of a toy chain, factor by factor."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch07_gradients.own_values import ratio
from utils import toy_forward
from utils.answers import number

LOCAL = {
    "dh3_df2": "∂h3/∂f2",
    "df2_dh2": "∂f2/∂h2",
    "dh2_df1": "∂h2/∂f1",
    "df1_dh1": "∂f1/∂h1",
    "dh1_df0": "∂h1/∂f0",
}
CHAIN = "f3", "h3", "f2", "h2", "f1", "h1", "f0"
BOOK = 2.3, 2.0, [1.0, 2.0, -3.0, 0.4], [0.1, -0.4, 2.0, 3.0]


def toy_points(rng, times=5):
    """The numbers of the picture, and others at which no factor is small."""
    points = [BOOK]
    while len(points) <= times:
        beta = rng.uniform(-1, 1, 4).round(2).tolist()
        omega = (rng.uniform(0.4, 1.5, 4) * rng.choice([-1, 1], 4)).round(2).tolist()
        x, y = rng.uniform(-2, 2, 2).round(2).tolist()
        v = toy_forward(x, beta, omega)
        if min(abs(np.cos(v["f0"])), abs(np.sin(v["f2"])), abs(v["f3"] - y), abs(y)) > 0.2:
            points.append((x, y, beta, omega))
    return points


@check("7.2", points=7, reveal=True, weights={"gradient at f3": 2})
def toy(answer, rng):
    points = toy_points(rng)
    local = [attempt(answer.toy_local, x, beta, omega) for x, _, beta, omega in points]
    chain = [attempt(answer.toy_backward, x, y, beta, omega) for x, y, beta, omega in points]

    def six_points(found, key):
        return [number(one[key]) for one in found]

    def six_steps(start, end):
        return [ratio(one[end], one[start]) for one in chain]

    seen = {
        f"the factor {shown}": attempt(lambda key=key: six_points(local, key))
        for key, shown in LOCAL.items()
    }
    seen["gradient at f3"] = attempt(lambda: six_points(chain, "f3"))
    for start, end in zip(CHAIN, CHAIN[1:]):
        seen[f"gradient at {end}, divided by the one at {start}"] = attempt(
            lambda start=start, end=end: six_steps(start, end)
        )
    return seen


toy.misconception(
    "seed_2f3_without_y",
    "The chain starts with 2f₃, which knows nothing of the target. The derivative of (f₃ − y)² keeps "
    "the difference.",
    edits={'(toy_forward(x, beta, omega)["f3"] - y)': 'toy_forward(x, beta, omega)["f3"]'},
)
toy.misconception(
    "seed_last_line_loss_factor_twice",
    "In the last derivative the factor of the loss appears twice. Every factor of the chain appears "
    "once.",
    edits={'local["dh1_df0"] * dh1': 'local["dh1_df0"] * dh1 * df3'},
)
toy.misconception(
    "seed_last_line_as_printed",
    "In the last derivative one factor jumps over a link of the chain and the loss factor appears "
    "twice. Each denominator has to be the next numerator.",
    edits={
        'local["dh1_df0"] * dh1': 'local["dh1_df0"] * dh1 * df3 * local["dh3_df2"] * local["df2_dh2"]'
    },
)
toy.misconception(
    "sign_of_cos_derivative",
    "The cosine falls where the sine is positive: its derivative is minus the sine.",
    edits={"-np.sin(v": "np.sin(v"},
)
toy.misconception(
    "sign_of_cos_derivative_in_toy_local",
    "In toy_local the derivative of the cosine lost its sign; in toy_backward it is right.",
    edits={"-np.sin(v": "np.sin(v", 'local["dh3_df2"] * dh3': '-local["dh3_df2"] * dh3'},
)
toy.misconception(
    "sign_of_cos_derivative",
    "In toy_backward the step through the cosine has the wrong sign; in toy_local it is right.",
    edits={'local["dh3_df2"] * dh3': '-local["dh3_df2"] * dh3'},
    form="in toy_backward",
)
toy.misconception(
    "sign_of_sin_derivative",
    "The sine rises at 0, so its derivative, the cosine, has no minus sign there.",
    edits={'np.cos(v["f0"])': '-np.cos(v["f0"])'},
)
toy.misconception(
    "exp_at_wrong_point",
    "The derivative of the exponential is taken at h₁. Take it where the exponential works: at its own "
    "input.",
    edits={'np.exp(v["f1"])': 'np.exp(v["h1"])'},
)
toy.misconception(
    "exp_of_its_own_value",
    "The derivative of the exponential is taken at its output h₂. Its derivative at the input is "
    "already that output.",
    edits={'np.exp(v["f1"])': 'np.exp(v["h2"])'},
)
ONE_TOO_HIGH = (
    "The weight of a linear step is counted one too high: ω with index k multiplies h with index k on "
    "the way to f with index k."
)
toy.misconception(
    "omega_index_off_by_one",
    ONE_TOO_HIGH,
    edits={"omega[2]": "omega[3]", "omega[1]": "omega[2]"},
)
toy.misconception(
    "omega_index_off_by_one",
    "In toy_local the weights of the linear steps are counted one too high; toy_backward has the right "
    "ones. ω with index k multiplies h with index k on the way to f with index k.",
    edits={
        "omega[2]": "omega[3]",
        "omega[1]": "omega[2]",
        'local["df2_dh2"] * df2': "omega[2] * df2",
        'local["df1_dh1"] * df1': "omega[1] * df1",
    },
    form="in toy_local",
)
for right, one_higher in (('local["df2_dh2"] * df2', "omega[3] * df2"),
                          ('local["df1_dh1"] * df1', "omega[2] * df1")):  # fmt: skip
    toy.misconception(
        "omega_index_off_by_one",
        f"In toy_backward: {ONE_TOO_HIGH[0].lower()}{ONE_TOO_HIGH[1:]}",
        edits={right: one_higher},
        form=f"{one_higher} in toy_backward",
    )
toy.misconception(
    "omega_index_one_too_low",
    "The weight of a linear step is counted one too low: ω with index k multiplies h with index k on "
    "the way to f with index k.",
    edits={"omega[1]": "omega[0]", "omega[2]": "omega[1]", "omega[3]": "omega[2]"},
)
toy.misconception(
    "loss_sign",
    "The derivative of the loss has the wrong sign: an output above the target makes the loss grow.",
    edits={'(toy_forward(x, beta, omega)["f3"] - y)': '(y - toy_forward(x, beta, omega)["f3"])'},
)
toy.misconception(
    "loss_without_2",
    "The square in the loss brings a factor of its exponent.",
    edits={"2 * (toy_forward": "(toy_forward"},
)
toy.misconception(
    "dh1_df0_of_h1",
    "The derivative of the sine is taken at its output h₁; take it at its input.",
    edits={'np.cos(v["f0"])': 'np.cos(v["h1"])'},
)
toy.misconception(
    "dh3_df2_of_h3",
    "The derivative of the cosine is taken at its output h₃; take it at its input.",
    edits={'np.sin(v["f2"])': 'np.sin(v["h3"])'},
)
STEPS = {
    "f2": ('local["dh3_df2"] * dh3', 'local["dh3_df2"]'),
    "h2": ('local["df2_dh2"] * df2', 'local["df2_dh2"]'),
    "f1": ('local["dh2_df1"] * dh2', 'local["dh2_df1"]'),
    "h1": ('local["df1_dh1"] * df1', 'local["df1_dh1"]'),
    "f0": ('local["dh1_df0"] * dh1', 'local["dh1_df0"]'),
}
toy.misconception(
    "factors_without_the_chain",
    "toy_backward returns each new factor alone. Multiply it by the derivative that came before.",
    edits=dict(STEPS.values()),
)
for end, (product, factor) in STEPS.items():
    toy.misconception(
        "factors_without_the_chain",
        f"For {end} toy_backward returns the new factor alone, and with it the chain begins anew. "
        "Multiply it by the derivative that came before.",
        edits={product: factor},
        form=f"at {end}",
    )


@toy.alternative("math_without_the_given_function")
def answer():
    import math

    def run(x, b, w):
        f0 = b[0] + w[0] * x
        f1 = b[1] + w[1] * math.sin(f0)
        f2 = b[2] + w[2] * math.exp(f1)
        return f0, f1, f2, b[3] + w[3] * math.cos(f2)

    def toy_local(x, beta, omega):
        f0, f1, f2, f3 = run(x, beta, omega)
        return {
            "dh1_df0": math.cos(f0),
            "df1_dh1": omega[1],
            "dh2_df1": math.exp(f1),
            "df2_dh2": omega[2],
            "dh3_df2": -math.sin(f2),
        }

    def toy_backward(x, y, beta, omega):
        f0, f1, f2, f3 = run(x, beta, omega)
        slopes = [1, omega[3], -math.sin(f2), omega[2], math.exp(f1), omega[1], math.cos(f0)]
        result, gradient = {}, -2 * (y - f3)
        for name, slope in zip(["f3", "h3", "f2", "h2", "f1", "h1", "f0"], slopes):
            gradient *= slope
            result[name] = gradient
        return result


@toy.alternative("cumulative_product_in_float32")
def answer():
    def toy_local(x, beta, omega):
        v = {k: np.float32(n) for k, n in toy_forward(x, beta, omega).items()}
        # exp is its own derivative; cos shifted by a quarter turn is minus sin
        return dict(
            dh3_df2=np.cos(v["f2"] + np.pi / 2),
            df2_dh2=np.float32(omega[2]),
            dh2_df1=v["h2"],
            df1_dh1=np.float32(omega[1]),
            dh1_df0=np.cos(v["f0"]),
        )

    def toy_backward(x, y, beta, omega):
        f3 = toy_forward(x, beta, omega)["f3"]
        factors = [2 * f3 - 2 * y, omega[3], *toy_local(x, beta, omega).values()]
        return dict(zip("f3 h3 f2 h2 f1 h1 f0".split(), np.cumprod(factors)))


@toy.oracle("torch_autograd")
def answer():
    def graph(x, beta, omega):
        import torch

        def keep(value):
            return value.detach().requires_grad_()

        v = {"f0": torch.tensor(beta[0] + omega[0] * x, dtype=torch.float64, requires_grad=True)}
        v["h1"] = v["f0"].sin()
        v["f1"] = beta[1] + omega[1] * v["h1"]
        v["h2"] = v["f1"].exp()
        v["f2"] = beta[2] + omega[2] * v["h2"]
        v["h3"] = v["f2"].cos()
        v["f3"] = beta[3] + omega[3] * v["h3"]
        return torch, v

    def toy_local(x, beta, omega):
        torch, v = graph(x, beta, omega)
        names = ("h3", "f2"), ("f2", "h2"), ("h2", "f1"), ("f1", "h1"), ("h1", "f0")
        return {
            f"d{top}_d{bottom}": torch.autograd.grad(v[top], v[bottom], retain_graph=True)[0].item()
            for top, bottom in names
        }

    def toy_backward(x, y, beta, omega):
        torch, v = graph(x, beta, omega)
        names = ["f3", "h3", "f2", "h2", "f1", "h1", "f0"]
        grads = torch.autograd.grad((v["f3"] - y) ** 2, [v[name] for name in names])
        return {name: grad.item() for name, grad in zip(names, grads)}
