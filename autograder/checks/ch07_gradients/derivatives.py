"""7.1 to 7.9: derivatives and the chain rule."""

import itertools

import numpy as np

from autograder.check import Fault, check, written
from autograder.inside import attempt


def real(value):
    """One number, from numpy, PyTorch or sympy as well; no text, True, False or None."""
    if value is None or isinstance(value, (str, bool)):
        raise TypeError(f"expected a number, got {value!r}")
    return float(value)


def typed(answer, name):
    """The number that the student typed under `name`."""
    return attempt(lambda: real(getattr(answer, name)))


def letters(said):
    """Letters given as text, list or set, as a list of capitals in their order."""
    if isinstance(said, str):
        return [c for c in said.upper() if c.isalpha()]
    if isinstance(said, (set, frozenset)):
        said = sorted(said)
    if not isinstance(said, (list, tuple)) or not all(isinstance(c, str) for c in said):
        raise TypeError(f"expected letters such as 'AB', got {said!r}")
    return [c.strip().upper() for c in said]


def selection(answer, name):
    """The letters that the student chose under `name`, in alphabetical order, as a text."""
    return attempt(lambda: "".join(sorted(letters(getattr(answer, name)))))


# 7.1 ------------------------------------------------------------------------------------------

PARAMETERS = (
    "phi0", "phi1", "phi2",
    "psi01", "psi11", "psi21", "psi02", "psi12", "psi22",
    "theta01", "theta11", "theta02", "theta12",
)  # fmt: skip
UNITS = "u1", "u2", "f1", "f2"


def pre_activations(p, x):
    """u1, u2, f1, f2, and f1, f2 with the weights of h2 exchanged."""
    u1, u2 = p["theta01"] + p["theta11"] * x, p["theta02"] + p["theta12"] * x
    h1, h2 = max(u1, 0), max(u2, 0)
    rest1, rest2 = p["psi01"] + p["psi11"] * h1, p["psi02"] + p["psi12"] * h1
    straight = rest1 + p["psi21"] * h2, rest2 + p["psi22"] * h2
    crossed = rest1 + p["psi22"] * h2, rest2 + p["psi21"] * h2
    return (u1, u2, *straight), crossed


def point_with(pattern, rng):
    """Parameters and an input at which the units are on and off as in `pattern`.

    All stay 0.05 away from the corner. Where the indices of h2's weights can be told apart by the
    indicators (h1 and h2 on), they are: one of f1, f2 would change its sign.
    """
    while True:
        values = rng.normal(size=14).round(2).tolist()
        p, x = dict(zip(PARAMETERS, values)), values[-1] * 2
        inputs, crossed = pre_activations(p, x)
        away = min(map(abs, (*inputs, x, *values))) > 0.05
        telling = any((f > 0) != (g > 0) for f, g in zip(inputs[2:], crossed))
        if away and pattern == tuple(v > 0 for v in inputs):
            if telling or not (pattern[0] and pattern[1]):
                return p, x


def all_patterns(rng, times=3):
    """{pattern in words: [(p, x), ...]} for the sixteen on/off patterns."""
    return {
        ", ".join(f"{unit} {'> 0' if on else '< 0'}" for unit, on in zip(UNITS, pattern)): [
            point_with(pattern, rng) for _ in range(times)
        ]
        for pattern in itertools.product((True, False), repeat=4)
    }


@check("7.1", points=13)
def thirteen(answer, rng):
    found = {
        pattern: [attempt(answer.derivatives_7_1, p, x) for p, x in points]
        for pattern, points in all_patterns(rng).items()
    }

    def pick(name):
        return {pattern: [real(d[name]) for d in runs] for pattern, runs in found.items()}

    return {f"derivative by {name}": attempt(lambda name=name: pick(name)) for name in PARAMETERS}


def in_7_1(name, sentence, **edits):
    thirteen.misconception(name, sentence, edits=edits.pop("edits", None) or edits)


in_7_1(
    "seed_psi02_extra_factor",
    "ψ02 is a bias: it multiplies nothing, so its derivative has no factor for a hidden unit.",
    edits={"psi02=df2,": "psi02=df2 * h1,"},
)
in_7_1(
    "psi01_extra_factor",
    "ψ01 is a bias: it multiplies nothing, so its derivative has no factor for a hidden unit.",
    edits={"psi01=df1,": "psi01=df1 * h1,"},
)
AS_PRINTED = """(
            p["phi1"] * p["psi11"] * (p["psi01"] + p["psi11"] * h1 + p["psi22"] * h2 > 0)
            + p["phi2"] * p["psi12"] * (p["psi02"] + p["psi12"] * h1 + p["psi21"] * h2 > 0)
        ) * (u1 > 0)"""
in_7_1(
    "seed_theta01_wrong_indicator_index",
    "In the derivative by θ01 the indicators ask about the wrong sums: ψ21 belongs to f₁, ψ22 to f₂.",
    edits={"theta01=du1,": f"theta01={AS_PRINTED},"},
)
in_7_1(
    "seed_theta11_without_x",
    "θ11 is multiplied by the input, and this factor has to show in its derivative.",
    edits={"theta11=du1 * x": "theta11=du1"},
)
in_7_1(
    "seed_theta11_as_printed",
    "The derivative by θ11 lacks the factor that θ11 is multiplied by, and its second indicator asks "
    "about a sum with the wrong ψ.",
    edits={
        "theta11=du1 * x": "theta11=(df1 * p['psi11'] + p['phi2'] * p['psi12'] * "
        "(p['psi02'] + p['psi12'] * h1 + p['psi21'] * h2 > 0)) * (u1 > 0)"
    },
)
in_7_1(
    "theta12_without_x",
    "θ12 is multiplied by the input, and this factor has to show in its derivative.",
    edits={"theta12=du2 * x": "theta12=du2"},
)
in_7_1(
    "psi12_psi21_swapped",
    "ψ12 and ψ21 are exchanged. The first index is the unit where the wire starts, the second the one "
    "where it ends.",
    edits={"psi21=df1 * h2": "psi21=df2 * h1", "psi12=df2 * h1": "psi12=df1 * h2"},
)
in_7_1(
    "psi12_psi21_swapped_in_the_network",
    "The sums f₁ and f₂ are built with ψ12 and ψ21 exchanged: the second index says which sum a ψ "
    "belongs to.",
    edits={
        'p["psi21"] * h2': 'p["psi12"] * h2',
        'p["psi12"] * h1': 'p["psi21"] * h1',
        'df2 * p["psi12"]': 'df2 * p["psi21"]',
        'df1 * p["psi21"]': 'df1 * p["psi12"]',
    },
)
in_7_1(
    "psi12_psi21_swapped_on_the_way_back",
    "On the way from f back to h the weights ψ12 and ψ21 are exchanged: u₁ reaches f₂ through the wire "
    "from unit 1 to unit 2.",
    edits={'df2 * p["psi12"]': 'df2 * p["psi21"]', 'df1 * p["psi21"]': 'df1 * p["psi12"]'},
)
in_7_1(
    "one_path_only",
    "Only the path through f₁ is there. A first-layer parameter reaches y through f₂ as well, and the "
    "two contributions add up.",
    edits={' + df2 * p["psi12"]': "", ' + df2 * p["psi22"]': ""},
)
in_7_1(
    "one_path_only_straight_ahead",
    "Each first-layer parameter is followed along one path only, unit 1 to unit 1 and 2 to 2. The "
    "crossing paths contribute too.",
    edits={' + df2 * p["psi12"]': "", 'df1 * p["psi21"] + ': ""},
)
in_7_1(
    "paths_multiplied",
    "The contributions of the two paths are multiplied. Along a path effects multiply; different paths "
    "add up.",
    edits={
        'df1 * p["psi11"] + df2': 'df1 * p["psi11"] * df2',
        'df1 * p["psi21"] + df2': 'df1 * p["psi21"] * df2',
    },
)
in_7_1(
    "forgot_inner_indicator",
    "The ReLU of the first layer is missing on the way to θ: where its unit is off, nothing gets "
    "through.",
    edits={") * (u1 > 0)": ")", ") * (u2 > 0)": ")"},
)
in_7_1(
    "forgot_outer_indicator",
    "The ReLU around f₁ and f₂ is missing: where it is off, neither the ψ nor the θ behind it have any "
    "effect.",
    edits={" * (f1 > 0)": "", " * (f2 > 0)": ""},
)
in_7_1(
    "h_without_relu",
    "The hidden values are taken before their ReLU. A unit that is off passes on 0.",
    edits={"h1, h2 = max(u1, 0), max(u2, 0)": "h1, h2 = u1, u2"},
)
in_7_1(
    "f_without_relu",
    "The derivatives by φ1 and φ2 are the activated values: what φ multiplies is a[f], not f.",
    edits={"phi1=max(f1, 0), phi2=max(f2, 0)": "phi1=f1, phi2=f2"},
)
in_7_1(
    "phi0_counts_nothing",
    "φ0 is added to the output: when it grows by 1, so does y.",
    edits={"phi0=1.0": "phi0=0.0"},
)


@thirteen.alternative("every_line_written_out")
def derivatives_7_1(p, x):
    def a(z):
        return z if z > 0 else 0.0

    def on(z):
        return 1.0 if z > 0 else 0.0

    u1, u2 = p["theta01"] + p["theta11"] * x, p["theta02"] + p["theta12"] * x
    f1 = p["psi01"] + p["psi11"] * a(u1) + p["psi21"] * a(u2)
    f2 = p["psi02"] + p["psi12"] * a(u1) + p["psi22"] * a(u2)
    left = p["phi1"] * p["psi11"] * on(f1) * on(u1) + p["phi2"] * p["psi12"] * on(f2) * on(u1)
    right = p["phi1"] * p["psi21"] * on(f1) * on(u2) + p["phi2"] * p["psi22"] * on(f2) * on(u2)
    d = {"phi0": 1, "phi1": a(f1), "phi2": a(f2)}
    for k, f in (1, f1), (2, f2):
        d[f"psi0{k}"] = p[f"phi{k}"] * on(f)
        d[f"psi1{k}"] = d[f"psi0{k}"] * a(u1)
        d[f"psi2{k}"] = d[f"psi0{k}"] * a(u2)
    d.update(theta01=left, theta11=x * left, theta02=right, theta12=x * right)
    return d


@thirteen.alternative("matrices_in_float32")
def derivatives_7_1(p, x):
    p = {name: np.float32(value) for name, value in p.items()}
    Psi = np.array([[p["psi11"], p["psi21"]], [p["psi12"], p["psi22"]]])
    u = np.array([p["theta01"], p["theta02"]]) + np.array([p["theta11"], p["theta12"]]) * x
    h = np.maximum(u, 0)
    f = np.array([p["psi01"], p["psi02"]]) + Psi @ h
    df = np.array([p["phi1"], p["phi2"]]) * (f > 0)
    du = Psi.T @ df * (u > 0)
    dPsi = np.outer(df, h)
    values = [1, *np.maximum(f, 0), df[0], *dPsi[0], df[1], *dPsi[1]]
    return dict(zip(p, [*values, du[0], du[0] * x, du[1], du[1] * x]))


@thirteen.oracle("torch_autograd")
def derivatives_7_1(p, x):
    import torch

    leaves = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in p.items()
    }
    network_7_1(leaves, x).backward()  # noqa: F821
    return {name: leaf.grad.item() for name, leaf in leaves.items()}


@thirteen.oracle("central_differences")  # exact: y is linear in each parameter near the point
def derivatives_7_1(p, x):
    step = 1e-6
    return {
        name: (network_7_1(p | {name: p[name] + step}, x) - network_7_1(p | {name: p[name] - step}, x))  # noqa: F821, E501
        / (2 * step)
        for name in p
    }  # fmt: skip


@check("7.1-mistake", points=1, bonus=True)
def thirteen_mistakes(answer, rng):
    points = [point for group in all_patterns(rng, 1).values() for point in group]

    def corrected(position):
        values = []
        for p, x in points:
            found = {letters(key)[0]: value for key, value in answer.corrected_7_1(p, x).items()}
            if len(found) <= position:
                raise KeyError(f"corrected_7_1 has {len(found)} lines, not three")
            values.append(real(found[sorted(found)[position]]))
        return values

    return {
        "which lines are wrong": selection(answer, "wrong_7_1"),
        "the first of your lines, corrected": attempt(lambda: corrected(0)),
        "the second of your lines, corrected": attempt(lambda: corrected(1)),
        "the third of your lines, corrected": attempt(lambda: corrected(2)),
    }


thirteen_mistakes.misconception(
    "overlooks_the_indices",
    "A line with exchanged ψ inside its indicators slipped through. It gives the right number at many "
    "points, which is what makes it treacherous: compare the indices with f₁ and f₂.",
    edits={'{"D", "F", "G"}': '{"D", "G"}', '"F": right["theta01"], ': ""},
)
thirteen_mistakes.misconception(
    "suspects_the_twin",
    "Two lines have the same right-hand side, and you marked the one that is right. Ask of each "
    "parameter what it multiplies.",
    edits={'{"D", "F", "G"}': '{"E", "F", "G"}', '"D": right["psi02"]': '"E": right["psi12"]'},
)
thirteen_mistakes.misconception(
    "corrected_without_x",
    "One corrected line repairs its indicators, but a slope needs the factor that it multiplies.",
    edits={'right["theta11"]': 'right["theta01"]'},
)
thirteen_mistakes.misconception(
    "another_factor_for_the_bias",
    "A bias got another hidden unit as its factor. It multiplies none.",
    edits={'right["psi02"]': 'right["psi22"]'},
)


@thirteen_mistakes.misconception(
    "printed_line_with_an_x",
    "One line got its missing factor, but the indices in its indicators are still those of the print.",
)
def corrected_7_1(p, x):
    right = derivatives_7_1(p, x)
    h1 = max(p["theta01"] + p["theta11"] * x, 0)
    h2 = max(p["theta02"] + p["theta12"] * x, 0)
    f1 = p["psi01"] + p["psi11"] * h1 + p["psi21"] * h2
    wrong = p["psi02"] + p["psi12"] * h1 + p["psi21"] * h2
    both = p["phi1"] * p["psi11"] * (f1 > 0) + p["phi2"] * p["psi12"] * (wrong > 0)
    return {"D": right["psi02"], "F": right["theta01"], "G": both * (h1 > 0) * x}


thirteen_mistakes.alternative(
    "letters_as_text", edits={'{"D", "F", "G"}': '"g f d"', '"D": right': '"d": right'}
)


@thirteen_mistakes.alternative("written_out_in_float32")
def answer():
    wrong_7_1 = ["D", "F", "G"]

    def corrected_7_1(p, x):
        q = {name: np.float32(value) for name, value in p.items()}
        h1 = np.maximum(q["theta01"] + q["theta11"] * x, 0)
        h2 = np.maximum(q["theta02"] + q["theta12"] * x, 0)
        on1 = np.heaviside(q["psi01"] + q["psi11"] * h1 + q["psi21"] * h2, 0)
        on2 = np.heaviside(q["psi02"] + q["psi12"] * h1 + q["psi22"] * h2, 0)
        slope = (q["phi1"] * q["psi11"] * on1 + q["phi2"] * q["psi12"] * on2) * np.sign(h1)
        return dict(G=slope * x, D=q["phi2"] * on2, F=slope)


@thirteen_mistakes.oracle("measured_slopes")
def corrected_7_1(p, x):
    def slope(name, step=1e-6):
        up, down = p | {name: p[name] + step}, p | {name: p[name] - step}
        return (network_7_1(up, x) - network_7_1(down, x)) / (2 * step)

    return {"D": slope("psi02"), "F": slope("theta01"), "G": slope("theta11")}


# 7.2 ------------------------------------------------------------------------------------------

LOCAL = {
    "dh3_df2": "∂h3/∂f2",
    "df2_dh2": "∂f2/∂h2",
    "dh2_df1": "∂h2/∂f1",
    "df1_dh1": "∂f1/∂h1",
    "dh1_df0": "∂h1/∂f0",
}
BOOK = 2.3, 2.0, [1.0, 2.0, -3.0, 0.4], [0.1, -0.4, 2.0, 3.0]


def toy_points(rng, times=5):
    """The numbers of the picture, and others at which no factor is small."""
    points = [BOOK]
    while len(points) <= times:
        beta = rng.uniform(-1, 1, 4).round(2).tolist()
        omega = (rng.uniform(0.4, 1.5, 4) * rng.choice([-1, 1], 4)).round(2).tolist()
        x, y = rng.uniform(-2, 2, 2).round(2).tolist()
        f0 = beta[0] + omega[0] * x
        f1 = beta[1] + omega[1] * np.sin(f0)
        f2 = beta[2] + omega[2] * np.exp(f1)
        f3 = beta[3] + omega[3] * np.cos(f2)
        if min(abs(np.cos(f0)), abs(np.sin(f2)), abs(f3 - y), abs(y)) > 0.2:
            points.append((x, y, beta, omega))
    return points


@check("7.2", points=7, reveal=True)
def toy(answer, rng):
    points = toy_points(rng)
    local = [attempt(answer.toy_local, x, beta, omega) for x, _, beta, omega in points]
    chain = [attempt(answer.toy_backward, x, y, beta, omega) for x, y, beta, omega in points]

    def six_points(found, key):
        return [real(one[key]) for one in found]

    seen = {
        f"the factor {shown}": attempt(lambda key=key: six_points(local, key))
        for key, shown in LOCAL.items()
    }
    for key in ("f3", "h3", "f2", "h2", "f1", "h1", "f0"):
        seen[f"gradient at {key}"] = attempt(lambda key=key: six_points(chain, key))
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
toy.misconception(
    "omega_index_off_by_one",
    "The weights of the linear steps are counted one too high: ω with index k multiplies h with index "
    "k on the way to f with index k.",
    edits={"omega[2]": "omega[3]", "omega[1]": "omega[2]"},
)
toy.misconception(
    "omega_index_one_too_low",
    "The weights of the linear steps are counted one too low: ω with index k multiplies h with index k "
    "on the way to f with index k.",
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
toy.misconception(
    "factors_without_the_chain",
    "toy_backward returns each new factor alone. Multiply it by the derivative that came before.",
    edits={
        'local["dh3_df2"] * dh3': 'local["dh3_df2"]',
        'local["df2_dh2"] * df2': 'local["df2_dh2"]',
        'local["dh2_df1"] * dh2': 'local["dh2_df1"]',
        'local["df1_dh1"] * df1': 'local["df1_dh1"]',
        'local["dh1_df0"] * dh1': 'local["dh1_df0"]',
    },
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


@check("7.2-mistake", points=1, bonus=True)
def toy_mistakes(answer, rng):
    points = rng.uniform(0.3, 1.2, size=(4, 8)).round(2) * rng.choice([-1, 1], size=(4, 8))

    def marked():
        return "".join(sorted(letters(answer.wrong_7_2))).replace("G", "H")

    def loss_factors():
        return [real(answer.loss_factor_7_2(p[3], p[4])) for p in points.tolist()]

    def whole_lines():
        values = points.tolist()
        return [real(answer.corrected_7_2(*p[:4], [0.5, *p[5:]], p[4])) for p in values]

    return {
        "which factors are wrong": attempt(marked),
        "the last factor, corrected": attempt(loss_factors),
        "the value of the whole line": attempt(whole_lines),
    }


WHOLE = "np.cos(f0) * np.exp(f1) * -np.sin(f2) * linear * loss_factor_7_2(f3, y)"
toy_mistakes.misconception(
    "keeps_2f3",
    "The last factor is still without the target. The derivative of (f₃ − y)² vanishes where the "
    "prediction is perfect.",
    edits={'{"F", "H", "P"}': '{"F", "H", "M"}', "2 * (f3 - y)": "2 * f3"},
)
toy_mistakes.misconception(
    "suspects_the_minus",
    "You marked the minus sign of the sine, which is right: it comes from the cosine.",
    edits={'{"F", "H", "P"}': '{"H", "M", "P"}', "-np.sin": "np.sin"},
)
toy_mistakes.misconception(
    "loss_factor_twice",
    "The whole line contains the factor of the loss twice; in a chain each link appears once.",
    edits={WHOLE: f"{WHOLE} * loss_factor_7_2(f3, y)"},
)
toy_mistakes.misconception(
    "overlooks_the_jump",
    "One of the symbols jumps over a link: its denominator is not the numerator of the factor before.",
    edits={'{"F", "H", "P"}': '{"H", "N", "P"}'},
)
toy_mistakes.misconception(
    "loss_sign",
    "The last factor has the wrong sign: an output above the target makes the loss grow.",
    edits={"2 * (f3 - y)": "2 * (y - f3)"},
)
toy_mistakes.alternative(
    "the_first_of_the_twins", edits={'{"F", "H", "P"}': '"f, g, p"', "f3 - y)": "-y + f3)"}
)


@toy_mistakes.alternative("loop_with_math")
def answer():
    import math

    wrong_7_2 = ["P", "H", "F"]

    def loss_factor_7_2(f3, y):
        return -2 * y + f3 * 2

    def corrected_7_2(f0, f1, f2, f3, omega, y):
        value = 2 * f3 - 2 * y
        for factor in (omega[3], -math.sin(f2), omega[2], math.exp(f1), omega[1], math.cos(f0)):
            value = value * factor
        return np.float32(value)


@toy_mistakes.oracle("torch_autograd")
def answer():
    import torch

    def leaf(value):
        return torch.tensor(float(value), dtype=torch.float64, requires_grad=True)

    def slope(function, at):
        z = leaf(at)
        function(z).backward()
        return z.grad.item()

    def loss_factor_7_2(f3, y):
        return slope(lambda z: (z - y) ** 2, f3)

    def corrected_7_2(f0, f1, f2, f3, omega, y):
        # shift every link so that its input is where it should be, then differentiate through all
        def line(z):
            h1 = torch.sin(z)
            g1 = f1 + omega[1] * (h1 - h1.detach())
            h2 = torch.exp(g1)
            g2 = f2 + omega[2] * (h2 - h2.detach())
            h3 = torch.cos(g2)
            return (f3 + omega[3] * (h3 - h3.detach()) - y) ** 2

        return slope(line, f0)


# 7.3 ------------------------------------------------------------------------------------------

TERMS = "∂l/∂f0", "∂h1/∂f0", "∂f1/∂h1", "∂h2/∂f1", "∂f2/∂h2", "∂h3/∂f2", "∂f3/∂h3", "∂l/∂f3"


@check("7.3", points=2)
def sizes(answer, rng):
    different = (rng.permutation(np.arange(2, 9))[:4].tolist() for _ in range(2))
    cases = [*different, [4, 4, 4, 4], [3, 6, 2, 1]]
    lists = [attempt(answer.sizes_7_3, *case) for case in cases]

    def term(number):
        return [[int(entry) for entry in one[number]] for one in lists]

    return {f"size of {name}": attempt(term, k) for k, name in enumerate(TERMS)}


SIZES = "[(D1, 1), (D1, D1), (D1, D2), (D2, D2), (D2, D3), (D3, D3), (D3, Df), (Df, 1)]"
sizes.misconception(
    "numerator_layout",
    "These are the sizes in numerator layout, where the top numbers the rows. Here the bottom does.",
    edits={SIZES: "[(1, D1), (D1, D1), (D2, D1), (D2, D2), (D3, D2), (D3, D3), (Df, D3), (1, Df)]"},
)
sizes.misconception(
    "numerator_layout_in_its_own_order",
    "This is the equation of numerator layout: all factors transposed and their order reversed. Here "
    "the bottom numbers the rows, and the order is that of the equation.",
    edits={SIZES: "[(1, D1), (1, Df), (Df, D3), (D3, D3), (D3, D2), (D2, D2), (D2, D1), (D1, D1)]"},
)
sizes.misconception(
    "row_vectors_at_the_ends",
    "The two derivatives of the loss are written as rows. By a vector at the bottom they are columns.",
    edits={"(D1, 1)": "(1, D1)", "(Df, 1)": "(1, Df)"},
)
sizes.misconception(
    "activation_jacobian_as_vector",
    "The derivatives of the activations are counted as vectors. One vector by another is a matrix, even "
    "if only its diagonal is filled.",
    edits={"(D1, D1)": "(D1, 1)", "(D2, D2)": "(D2, 1)", "(D3, D3)": "(D3, 1)"},
)
sizes.misconception(
    "off_by_one_layer",
    "The layers are shifted by one: h with index k is the activation of f with index k − 1 and has the "
    "same number of entries.",
    edits={SIZES: "[(D1, 1), (D1, D2), (D2, D2), (D2, D3), (D3, D3), (D3, Df), (Df, Df), (Df, 1)]"},
)
sizes.misconception(
    "all_square",
    "The linear steps are counted as square. They lead from one layer to another, which may have "
    "another size.",
    edits={"(D1, D2)": "(D2, D2)", "(D2, D3)": "(D3, D3)", "(D3, Df)": "(Df, Df)"},
)
sizes.misconception(
    "forgets_left_side",
    "The list begins on the right of the equals sign; the left-hand side has a size too.",
    edits={SIZES: "[(D1, D1), (D1, D2), (D2, D2), (D2, D3), (D3, D3), (D3, Df), (Df, 1)]"},
)
sizes.misconception(
    "loss_as_a_vector",
    "The loss is a single number, so its derivative by a vector has one column.",
    edits={"(D1, 1)": "(D1, Df)", "(Df, 1)": "(Df, Df)"},
)
sizes.alternative("lists", edits={SIZES: f"[list(size) for size in {SIZES}]"})


@sizes.alternative("bottom_then_top")
def sizes_7_3(*widths):
    D1, D2, D3, Df = widths
    size = dict(f0=D1, h1=D1, f1=D2, h2=D2, f2=D3, h3=D3, f3=Df, l=1)
    names = list(size)
    pairs = [("f0", "l")] + list(zip(names, names[1:]))
    return np.array([(size[bottom], size[top]) for bottom, top in pairs])


@sizes.oracle("shapes_of_jacobians")
def sizes_7_3(D1, D2, D3, Df):
    import torch

    def jacobian_size(function, n):
        J = torch.atleast_2d(torch.autograd.functional.jacobian(function, torch.ones(n)))
        return tuple(J.T.shape)  # torch puts the top into the rows

    def layer(a, b):
        return jacobian_size(lambda h: torch.ones(b, a) @ h, a)

    linear = [layer(D1, D2), layer(D2, D3), layer(D3, Df)]
    active = [jacobian_size(torch.sin, n) for n in (D1, D2, D3)]
    ends = [jacobian_size(torch.sum, n) for n in (D1, Df)]
    steps = [size for pair in zip(active, linear) for size in pair]
    return [ends[0], *steps, ends[1]]


# 7.4 ------------------------------------------------------------------------------------------


@check("7.4", points=1, reveal=True)
def squared(answer, rng):
    y, f, gap = (round(float(v), 2) for v in rng.uniform([0.5, 3, 0.3], [2, 5, 0.9]))
    return {
        "an output above the target": answer.dl_df_squared(y, f),
        "an output below the target": answer.dl_df_squared(y + f, f - gap),
        "an output just above the target": answer.dl_df_squared(f, f + gap),
        "a negative target": answer.dl_df_squared(-y, f),
        "a perfect output, and one beside it": [
            answer.dl_df_squared(f, f),
            answer.dl_df_squared(f, f - gap),
        ],
    }


squared.misconception(
    "sign",
    "The sign is that of the derivative by y. When an output above the target grows, the loss grows.",
    edits={"2 * (f - y)": "2 * (y - f)"},
)
squared.misconception(
    "forgot_2",
    "The exponent of the square has to come down as a factor.",
    edits={"2 * (f - y)": "f - y"},
)
squared.misconception(
    "sum",
    "Target and output are added. The loss depends on their difference, and so does its derivative.",
    edits={"2 * (f - y)": "2 * (f + y)"},
)
squared.misconception(
    "squared",
    "This is the loss itself, not yet its derivative.",
    edits={"2 * (f - y)": "(f - y) ** 2"},
)
squared.misconception(
    "absolute",
    "The derivative lost its sign, which tells in which direction to move the output.",
    edits={"2 * (f - y)": "2 * abs(f - y)"},
)
squared.misconception(
    "without_y",
    "The target is missing: 2f is the derivative of f², not of (y − f)².",
    edits={"2 * (f - y)": "2 * f"},
)
squared.alternative("chain_rule", edits={"2 * (f - y)": "2 * (y - f) * -1"})
squared.alternative("float32", edits={"2 * (f - y)": "np.float32(2 * f) - np.float32(2 * y)"})


@squared.oracle("torch_autograd")
def dl_df_squared(y, f):
    import torch

    output = torch.tensor(float(f), dtype=torch.float64, requires_grad=True)
    torch.nn.functional.mse_loss(output, output.new_tensor(float(y))).backward()
    return output.grad.item()


# 7.5 ------------------------------------------------------------------------------------------


@check("7.5", points=3, reveal=True)
def cross_entropy(answer, rng):
    outputs = [0.4, -1.0, *rng.uniform([1.5, -4, 5, -8], [4, -1.5, 8, -5]).round(2).tolist()]

    def at_every(y, outputs):
        return [real(answer.dl_df_bce(y, f)) for f in outputs]

    return {
        "target 0": attempt(at_every, 0, outputs),
        "target 1": attempt(at_every, 1, outputs),
        "target 0.3": attempt(at_every, 0.3, outputs),
    }


BCE = "return sig - y"
cross_entropy.misconception(
    "sign",
    "The sign is wrong: for the target 1 a larger output lowers the loss.",
    edits={BCE: "return y - sig"},
)
cross_entropy.misconception(
    "stops_at_dl_dsig",
    "This is the derivative by the probability. The probability depends on f, so one more factor of the "
    "chain is missing.",
    edits={BCE: "return (1 - y) / (1 - sig) - y / sig"},
)
cross_entropy.misconception(
    "stops_at_dl_dsig_and_loses_a_sign",
    "This is the derivative by the probability, where one more factor of the chain is missing; and the "
    "inner derivative of 1 − sig, which is negative, was overlooked.",
    edits={BCE: "return -(1 - y) / (1 - sig) - y / sig"},
)
cross_entropy.misconception(
    "chain_factor_twice",
    "The derivative of the sigmoid is multiplied in twice: the short form contains it already.",
    edits={BCE: "return (sig - y) * sig * (1 - sig)"},
)
cross_entropy.misconception(
    "f_taken_as_probability",
    "f is used as if it were the probability. It is the raw output; the sigmoid comes in between.",
    edits={BCE: "return f - y"},
)
cross_entropy.misconception(
    "only_positive_term",
    "Only the term with y is there. The other one, with 1 − y, speaks whenever the target is not 1.",
    edits={BCE: "return -y * (1 - sig)"},
)
cross_entropy.misconception(
    "only_negative_term",
    "Only the term with 1 − y is there. The other one, with y, speaks whenever the target is not 0.",
    edits={BCE: "return (1 - y) * sig"},
)
cross_entropy.misconception(
    "factor_two",
    "There is a factor 2 too many: it belongs to the squared loss, and this loss has no square.",
    edits={BCE: "return 2 * (sig - y)"},
)
cross_entropy.misconception(
    "inner_signs_lost",
    "The two terms are added where one has to be subtracted: 1 − sig falls when f grows.",
    edits={BCE: "return -(1 - y) * sig - y * (1 - sig)"},
)
cross_entropy.misconception(
    "loss_itself",
    "This is the loss, not yet its derivative.",
    edits={BCE: "return -(1 - y) * np.log(1 - sig) - y * np.log(sig)"},
)


@cross_entropy.alternative("as_the_formulas_stand")
def answer():
    import math

    def dl_df_bce(y, f):
        s = 1 / (1 + math.exp(-f))
        ds = s * (1 - s)
        return -(1 - y) * -ds / (1 - s) - y * ds / s


cross_entropy.alternative(
    "float32", edits={BCE: "e = np.exp(np.float32(-f))\n    return np.float32(1 / (1 + e) - y)"}
)
cross_entropy.alternative(
    "softplus_form", source="dl_df_bce = lambda y, f: np.exp(-np.logaddexp(0, -f)) - y"
)


@cross_entropy.oracle("torch_autograd")
def dl_df_bce(y, f):
    import torch

    output = torch.tensor(float(f), dtype=torch.float64, requires_grad=True)
    target = torch.tensor(float(y), dtype=torch.float64)
    torch.nn.functional.binary_cross_entropy_with_logits(output, target).backward()
    return output.grad.item()


@cross_entropy.oracle("sympy")
def answer():
    import sympy

    t, z = sympy.symbols("t z")
    s = 1 / (1 + sympy.exp(-z))
    derivative = sympy.diff(-(1 - t) * sympy.log(1 - s) - t * sympy.log(s), z)

    def dl_df_bce(y, f):
        return float(derivative.subs({t: y, z: f}).evalf(30))


@check("7.5-bonus", points=1, bonus=True)
def cross_entropy_bonus(answer, rng):
    def gradients(targets, f):
        return [real(answer.dl_df_bce(y, f)) for y in targets]

    return {
        "far on the right": attempt(gradients, [0, 1, 0.3], 800.0),
        "far on the left": attempt(gradients, [0, 1, 0.3], -800.0),
        "confident, and wrong": [
            attempt(gradients, [0, 0.6], round(float(rng.uniform(40, 60)), 1)),
            attempt(gradients, [1, 0.6], round(float(rng.uniform(-60, -40)), 1)),
        ],
    }


@cross_entropy_bonus.misconception(
    "exponential_overflows",
    "The exponential of a large positive number has no room in a float, and math.exp says so with an "
    "exception. Arrange the formula so that only negative numbers are exponentiated.",
)
def answer():
    import math

    def dl_df_bce(y, f):
        return 1 / (1 + math.exp(-f)) - y


cross_entropy_bonus.misconception(
    "denominators_not_cancelled",
    "The denominators are still there, and for a confident network one of them is 0. Cancel them on "
    "paper; the computer cannot.",
    edits={
        BCE: "ds = sig * (1 - sig)\n    return (1 - y) * ds / (1 - sig) - y * ds / sig",
    },
)
cross_entropy_bonus.misconception(
    "exponentials_in_both_places",
    "Above and below the fraction bar stands the same huge number, and infinity by infinity is no "
    "number. Divide both by it first.",
    edits={BCE: "return np.exp(f) / (1 + np.exp(f)) - y"},
)
cross_entropy_bonus.misconception(
    "probability_clipped",
    "The probability is kept away from 0 and 1 by force. This avoids the nan but changes the gradient; "
    "the short form needs no such help.",
    edits={BCE: "return np.clip(sig, 1e-3, 1 - 1e-3) - y"},
)


@cross_entropy_bonus.alternative("two_cases")
def answer():
    import math

    def dl_df_bce(y, f):
        e = math.exp(-abs(f))
        return (1 if f >= 0 else e) / (1 + e) - y


cross_entropy_bonus.alternative(
    "softplus_form", source="dl_df_bce = lambda y, f: np.exp(-np.logaddexp(0, -f)) - y"
)


@cross_entropy_bonus.oracle("high_precision")
def answer():
    from decimal import Decimal, getcontext

    getcontext().prec = 500

    def dl_df_bce(y, f):
        return float(1 / (1 + Decimal(-f).exp()) - Decimal(y))


written(
    "7.5-written",
    rubric=[
        (0.5, "The chain rule through the sigmoid is written down."),
        (0.5, "The derivative of the sigmoid, sig (1 − sig), is used."),
        (0.5, "Both denominators are seen to cancel."),
        (0.5, "The final form: the probability minus the target."),
    ],
)


# 7.6 ------------------------------------------------------------------------------------------


@check("7.6", points=3, reveal=True)
def linear_layer(answer, rng):
    def matrix(rows, columns):
        return rng.uniform(0.5, 3, (rows, columns)).round(2) * rng.choice([-1, 1], (rows, columns))

    def whole(rows, columns):
        Omega, beta, h = matrix(rows, columns), matrix(1, rows)[0], matrix(1, columns)[0]
        return answer.dz_dh(Omega, beta, h)

    square, wide = matrix(3, 3), matrix(2, 5)
    return {
        "an element of a square matrix": answer.element(square, 0, 2),
        "an element of a wide matrix": answer.element(wide, 1, 4),
        "matrix for 4 outputs, 3 inputs": whole(4, 3),
        "matrix for 2 outputs, 5 inputs": whole(2, 5),
        "matrix for 3 outputs, 3 inputs": whole(3, 3),
        "matrix for 1 output, 4 inputs": whole(1, 4),
    }


linear_layer.misconception(
    "numerator_layout",
    "The matrix stands as in numerator layout, with a row for every z. Here the row belongs to h, which "
    "is at the bottom.",
    edits={"return Omega.T": "return Omega.copy()"},
)
linear_layer.misconception(
    "element_transposed",
    "In element the indices are exchanged: the first index of Ω is the output, the second the input.",
    edits={"Omega[i, j]": "Omega[j, i]"},
)
linear_layer.misconception(
    "adds_beta",
    "The bias is still in the result. It does not depend on h, so differentiating removes it.",
    edits={"return Omega.T": "return Omega.T + beta"},
)
linear_layer.misconception(
    "times_h",
    "The entries are still multiplied by h. The derivative of a multiple of h is the factor alone.",
    edits={"return Omega.T": "return Omega.T * h[:, None]"},
)
linear_layer.misconception(
    "diagonal_only",
    "Only the diagonal is filled, as for an activation. In a linear layer every input reaches every "
    "output.",
    edits={
        "return Omega[i, j]": "return Omega[i, j] if i == j else 0.0",
        "return Omega.T": "return Omega.T * np.eye(*Omega.T.shape)",
    },
)
linear_layer.misconception(
    "gives_z",
    "dz_dh returns z itself. Asked is how each z changes with each h: a matrix.",
    edits={"return Omega.T": "return beta + Omega @ h"},
)
linear_layer.misconception(
    "ones_for_the_inputs",
    "All inputs are changed at once, so that the weights of a row are added up. A partial derivative "
    "changes one input and keeps the others.",
    edits={
        "return Omega[i, j]": "return Omega[i].sum()",
        "return Omega.T": "return np.tile(Omega.sum(axis=1), (len(h), 1))",
    },
)


@linear_layer.alternative("loops_and_lists")
def dz_dh(Omega, beta, h):
    return [[element(Omega, i, j) for i in range(len(beta))] for j in range(len(h))]  # noqa: F821


@linear_layer.alternative("einsum_in_float32")
def answer():
    element = lambda Omega, i, j: np.float32(Omega[i][j])

    def dz_dh(Omega, beta, h):
        return np.einsum("ij->ji", np.asarray(Omega, dtype=np.float32))


@linear_layer.alternative("unit_vectors")
def dz_dh(Omega, beta, h):
    def z(h):
        return beta + Omega @ h

    return np.array([z(h + unit) - z(h) for unit in np.eye(len(h))])


@linear_layer.oracle("torch_jacobian")
def answer():
    import torch

    def dz_dh(Omega, beta, h):
        Omega, beta, h = map(torch.tensor, (Omega, beta, h))
        return torch.autograd.functional.jacobian(lambda h: beta + Omega @ h, h).T

    def element(Omega, i, j):
        m, n = Omega.shape
        return dz_dh(Omega, np.zeros(m), np.zeros(n))[j, i].item()


written(
    "7.6-written",
    rubric=[
        (1, "The derivative of one entry, with the bias kept until it drops out."),
        (0.5, "Says which index is the row and which the column."),
        (0.5, "Concludes the transposed matrix from the placing of the entries."),
    ],
)

STEPS = "the false cards are left out", "every step is there, once", "the order"


def cards(answer, name):
    """One observation per demand on an order of cards."""
    return {key: attempt(lambda: letters(getattr(answer, name))) for key in STEPS}


def ordered(said, needed, before, false):
    """The decisions on the cards `said`: `before` holds pairs, `false` maps cards to ideas."""
    chosen = [card for card in said if card in false]
    out = True if not chosen else Fault("a false card is among them", false[chosen[0]])
    true = [card for card in said if card in needed]
    complete = sorted(true) == sorted(needed)
    at = {card: place for place, card in enumerate(true)}
    wrong = [idea for (a, b), idea in before.items() if a in at and b in at and at[a] > at[b]]
    order = True
    if not true or len(true) < len(needed) - 1:
        order = Fault("there are too few of the steps to judge the order")
    elif wrong:
        order = Fault("a step comes before one that it builds on", wrong[0])
    said_complete = True if complete else Fault("a step is missing, or one is there twice")
    return dict(zip(STEPS, (out, said_complete, order)))


@check("7.6-proof", points=1, bonus=True)
def proof_7_6(answer, rng):
    return cards(answer, "proof_7_6")


@proof_7_6.judge
def proof_7_6(observation, rng):
    """The four true cards, in the order definition, derivative, simplification, placing.

    Each step uses the one before, so there is one order only. A false card, a missing card and a
    wrong order cost one sub-check each.
    """
    return ordered(
        observation[STEPS[0]],
        needed="DAFB",
        before=dict.fromkeys(
            [("A", "F"), ("D", "A"), ("D", "F")], "simplifies_before_differentiating"
        )
        | dict.fromkeys([("F", "B"), ("A", "B"), ("D", "B")], "places_before_knowing"),
        false={"C": "all_inputs_at_once", "E": "diagonal_only"},
    )


proof_7_6.misconception(
    "all_inputs_at_once",
    "One card lets all inputs change together. A partial derivative moves one of them: the others have "
    "the derivative 0.",
    edits={'"DAFB"': '"DACB"'},
)
proof_7_6.misconception(
    "diagonal_only",
    "One card treats the layer like an activation, where each output sees one input only. Here every "
    "output sees all inputs.",
    edits={'"DAFB"': '"DAEB"'},
)
proof_7_6.misconception(
    "places_before_knowing",
    "The entries are placed in the matrix before it is known what they are.",
    edits={'"DAFB"': '"DBAF"'},
)
proof_7_6.misconception(
    "simplifies_before_differentiating",
    "A sum is used before the step in which it appears. What does each card start from?",
    edits={'"DAFB"': '"DFAB"'},
)
proof_7_6.alternative("a_list_of_letters", edits={'"DAFB"': 'list("dafb")'})
proof_7_6.alternative("spelled_with_arrows", edits={'"DAFB"': '"D → A → F → B"'})


# 7.7 ------------------------------------------------------------------------------------------


@check("7.7", points=3)
def sigmoid_slope(answer, rng):
    small, medium, large = rng.uniform([0.3, 1.5, 5], [1.2, 4, 8]).round(2).tolist()

    def slopes(at):
        return [real(answer.dsig(f)) for f in at]

    return {
        "dsig at positive inputs": attempt(slopes, [small, medium, large]),
        "dsig at negative inputs": attempt(slopes, [-small, -medium, -large]),
        "limit_pos": typed(answer, "limit_pos"),
        "limit_neg": typed(answer, "limit_neg"),
        "max_value": typed(answer, "max_value"),
        "argmax": typed(answer, "argmax"),
    }


MAXIMUM = "max_value = dsig(argmax)"
DSIG = "return h * (1 - h)"
sigmoid_slope.misconception(
    "limits_of_sigmoid_itself",
    "These are the limits of the sigmoid. Asked are those of its derivative: how steep is the curve "
    "where it levels off?",
    edits={"limit_pos, limit_neg = 0.0, 0.0": "limit_pos, limit_neg = 1.0, 0.0"},
)
sigmoid_slope.misconception(
    "h_is_input",
    "In h(1 − h) the letter h is the value of the sigmoid, not its input.",
    edits={DSIG: "return f * (1 - f)", MAXIMUM: "max_value = 0.25"},
)
for number, name in (("-1.0", ""), ("-0.25", "_a_quarter"), ("-np.inf", "_infinity")):
    sigmoid_slope.misconception(
        "negative_limit_minus" + name,
        "The limit on the left is negative. A curve that only rises has no negative slope anywhere.",
        edits={"limit_pos, limit_neg = 0.0, 0.0": f"limit_pos, limit_neg = 0.0, {number}"},
    )
sigmoid_slope.misconception(
    "sign_from_quotient_rule",
    "The sign is wrong, although the sigmoid rises: the minus of the quotient rule meets a second one, "
    "from the exponential.",
    edits={DSIG: "return -h * (1 - h)", MAXIMUM: "max_value = 0.25"},
)
sigmoid_slope.misconception(
    "max_is_one",
    "1 is the height that the sigmoid itself approaches. How steep is it at its steepest place?",
    edits={MAXIMUM: "max_value = 1.0"},
)
sigmoid_slope.misconception(
    "max_is_one_half",
    "One half is the value of the sigmoid in the middle. Asked is its slope there.",
    edits={MAXIMUM: "max_value = 0.5"},
)
sigmoid_slope.misconception(
    "argmax_is_one_half",
    "One half is the value h at the steepest place. Asked is the input f that leads there.",
    edits={MAXIMUM: "max_value, argmax = 0.25, 0.5"},
)
sigmoid_slope.misconception(
    "not_squared",
    "The denominator is not squared. The power −1 becomes −2 when it is differentiated.",
    edits={DSIG: "return np.exp(-f) / (1 + np.exp(-f))", MAXIMUM: "max_value = 0.25"},
)
sigmoid_slope.misconception(
    "gives_the_sigmoid",
    "dsig returns the sigmoid itself, not its derivative.",
    edits={DSIG: "return h", MAXIMUM: "max_value = 0.25"},
)
sigmoid_slope.alternative(
    "exponentials",
    edits={DSIG: "return np.exp(-f) / (1 + np.exp(-f)) ** 2", MAXIMUM: "max_value = 1 / 4"},
)


@sigmoid_slope.alternative("hyperbolic_cosine")
def answer():
    import math

    dsig = lambda f: 1 / (4 * math.cosh(f / 2) ** 2)
    limit_pos, limit_neg = 0, 0
    max_value, argmax = 0.25, 0


sigmoid_slope.alternative(
    "numpy_numbers",
    edits={
        "limit_pos, limit_neg = 0.0, 0.0": "limit_pos, limit_neg = np.zeros(2)",
        "argmax = 0.0": "argmax = np.array(0.0)",
    },
)


@sigmoid_slope.oracle("sympy")
def answer():
    import sympy

    z = sympy.Symbol("z", real=True)
    derivative = sympy.diff(1 / (1 + sympy.exp(-z)), z)
    limit_pos, limit_neg = (sympy.limit(derivative, z, end) for end in (sympy.oo, -sympy.oo))
    argmax = sympy.solve(sympy.diff(derivative, z), z)[0]
    max_value = derivative.subs(z, argmax)

    def dsig(f):
        return float(derivative.subs(z, f).evalf(30))


@sigmoid_slope.oracle("torch_autograd")
def dsig(f):
    import torch

    z = torch.tensor(float(f), dtype=torch.float64, requires_grad=True)
    torch.sigmoid(z).backward()
    return z.grad.item()


# 7.8 ------------------------------------------------------------------------------------------


@check("7.8", points=4)
def step_functions(answer, rng):
    near, far = rng.uniform([0.1, 1.1], [0.9, 4]).round(2).tolist()

    def values(function, at):
        return [real(function(z)) for z in at]

    return {
        "heaviside": attempt(lambda z: values(answer.heaviside, z), [-far, -near, near, far]),
        "heaviside at 0": attempt(lambda z: values(answer.heaviside, z), [0.0]),
        "rect": attempt(lambda z: values(answer.rect, z), [-far, -near, near, far]),
        "rect at 0": attempt(lambda z: values(answer.rect, z), [0.0]),
        "rect at 1": attempt(lambda z: values(answer.rect, z), [1.0]),
        "d_heaviside": attempt(lambda z: values(answer.d_heaviside, z), [-far, -near, near, far]),
        "d_rect": attempt(lambda z: values(answer.d_rect, z), [-far, -near, near, far]),
        "zero_gradient": selection(answer, "zero_gradient"),
    }


HEAVISIDE, RECT, DEAD = "float(z >= 0)", "float(0 <= z <= 1)", '{"A", "B", "C", "D"}'
D_HEAVISIDE = '''"""The derivative of heaviside at z, away from the jump."""
    return 0.0'''
D_RECT = '''"""The derivative of rect at z, away from the jumps."""
    return 0.0'''
step_functions.misconception(
    "boundary_at_zero",
    "At the jump the Heaviside function of this exercise has its upper value already; read which case "
    "of the definition contains 0.",
    edits={HEAVISIDE: "float(z > 0)"},
)
step_functions.misconception(
    "rect_open_at_zero",
    "The left end belongs to the interval on which rect is 1; read the signs in its definition.",
    edits={RECT: "float(0 < z <= 1)"},
)
step_functions.misconception(
    "rect_open_at_one",
    "The right end belongs to the interval on which rect is 1; read the signs in its definition.",
    edits={RECT: "float(0 <= z < 1)"},
)
step_functions.misconception(
    "rect_never_ends",
    "rect comes down again: it has a second jump.",
    edits={RECT: HEAVISIDE},
)
step_functions.misconception(
    "seed_claim_nothing_learns",
    "Not every parameter is stuck: no step function lies between the output layer and the loss.",
    edits={DEAD: 'set("ABCDEF")'},
)
step_functions.misconception(
    "only_first_layer_dead",
    "The second layer is stuck as well: a step function follows it too.",
    edits={DEAD: '{"A", "B"}'},
)
step_functions.misconception(
    "biases_still_learn",
    "A bias takes the same way to the loss as the weights of its layer, through the same activations.",
    edits={DEAD: '{"A", "C"}'},
)
step_functions.misconception(
    "output_layer_dead",
    "It is the other way round: an activation stops what lies before it, not what comes after it.",
    edits={DEAD: '{"E", "F"}'},
)
step_functions.misconception(
    "sign_function",
    "The lower value of the Heaviside function is 0. With −1 it would be the sign function.",
    edits={HEAVISIDE: "1.0 if z >= 0 else -1.0"},
)
step_functions.misconception(
    "derivative_like_relu",
    "1 for positive z is the slope of ReLU. Where the Heaviside function is 1, it is level.",
    edits={D_HEAVISIDE: D_HEAVISIDE.replace("0.0", "float(z > 0)")},
)
step_functions.misconception(
    "derivative_is_the_value",
    "The derivative of rect is not its value: on its upper piece the curve is level.",
    edits={D_RECT: D_RECT.replace("0.0", "float(0 < z < 1)")},
)


@step_functions.alternative("cases")
def answer():
    def heaviside(z):
        if z < 0:
            return 0
        return 1

    def rect(z):
        return 0 if z < 0 or z > 1 else 1

    d_heaviside = d_rect = lambda z: 0
    zero_gradient = "a, b, c, d"


@step_functions.alternative("numpy_in_float32")
def answer():
    def heaviside(z):
        return np.heaviside(np.float32(z), np.float32(1))

    def rect(z):
        return heaviside(z) * heaviside(1 - z)

    def d_rect(z):
        return np.zeros_like(np.float32(z))

    zero_gradient = ["D", "C", "B", "A"]


@step_functions.oracle("measured")
def answer():
    # derivatives as slopes, the letters as the parameters that a network does not feel
    def slope(function, z, step=1e-7):
        return (function(z + step) - function(z - step)) / (2 * step)

    def d_heaviside(z):
        return slope(heaviside, z)

    def d_rect(z):
        return slope(rect, z)

    def felt(letter):
        rng = np.random.default_rng(3)
        theta = {
            name: rng.normal(size=shape)
            for name, shape in zip("ABCDEF", [(5, 1), (5, 1), (5, 5), (5, 1), (1, 5), (1, 1)])
        }
        x = rng.normal(size=(1, 20))

        def loss(theta):
            h1 = np.heaviside(theta["A"] @ x + theta["B"], 1)
            h2 = np.heaviside(theta["C"] @ h1 + theta["D"], 1)
            return np.mean((theta["E"] @ h2 + theta["F"] - np.sin(x)) ** 2)

        return loss(theta | {letter: theta[letter] + 1e-6}) != loss(theta)

    zero_gradient = {letter for letter in "ABCDEF" if not felt(letter)}


written(
    "7.8-written",
    rubric=[
        (0.5, "Zero derivative almost everywhere, hence zero gradient for all earlier layers."),
        (0.5, "The output layer is the exception: it still learns."),
        (0.5, "The derivative does not exist at the jumps."),
        (0.5, "One remedy: a smooth surrogate, or a straight-through estimator."),
    ],
)


# 7.9 ------------------------------------------------------------------------------------------


@check("7.9", points=4, reveal=True)
def weights_gradient(answer, rng):
    def vector(n):
        return rng.uniform(0.5, 3, n).round(2) * rng.choice([-1, 1], n)

    def whole(rows, columns):
        return answer.dl_dOmega(vector(rows), vector(columns))

    h = vector(4)
    return {
        "an element with k = i": answer.df_dOmega_element(2, 2, 1, h),
        "an element with k = i, another weight": answer.df_dOmega_element(0, 0, 3, h),
        "elements with another k, and one without": [
            answer.df_dOmega_element(0, 1, 2, h),
            answer.df_dOmega_element(3, 2, 3, h),
            answer.df_dOmega_element(1, 1, 3, h),
        ],
        "gradient for 4 outputs, 3 inputs": whole(4, 3),
        "gradient for 2 outputs, 5 inputs": whole(2, 5),
        "gradient for 3 outputs, 3 inputs": whole(3, 3),
        "gradient for 1 output, 4 inputs": whole(1, 4),
        "gradient for 3 outputs, 1 input": whole(3, 1),
    }


OUTER = "np.outer(dl_df, h)"
ELEMENT = "h[j] if k == i else 0.0"
weights_gradient.misconception(
    "transposed",
    "The matrix is transposed: the row belongs to the output, as in Ω itself.",
    edits={OUTER: "np.outer(h, dl_df)"},
)
weights_gradient.misconception(
    "elementwise",
    "The two vectors are multiplied entry by entry. Every output meets every input: a column times a "
    "row.",
    edits={OUTER: "dl_df * h"},
)
weights_gradient.misconception(
    "inner_product",
    "This is the inner product, a single number. A column times a row gives a matrix.",
    edits={OUTER: "sum(a * b for a, b in zip(dl_df, h))"},
)
weights_gradient.misconception(
    "at_operator_on_1d",
    "Transposing a one-dimensional array changes nothing, and @ between two of them is the inner "
    "product. Make a column and a row of them first.",
    edits={OUTER: "dl_df @ h.T"},
)
weights_gradient.misconception(
    "seed_element_without_delta",
    "A weight acts on one output only. The derivative of every other f by it is zero.",
    edits={ELEMENT: "h[j]"},
)
weights_gradient.misconception(
    "element_uses_i",
    "The entry of h has the wrong index: the weight multiplies the input where its wire starts, which is "
    "the second index.",
    edits={ELEMENT: "h[i] if k == i else 0.0"},
)
weights_gradient.misconception(
    "delta_on_the_input",
    "The condition compares the output with the input of the weight. It should ask whether the weight "
    "belongs to this output: compare k with the first index.",
    edits={ELEMENT: "h[j] if k == j else 0.0"},
)
weights_gradient.misconception(
    "sums_over_all_outputs",
    "Every row is the same, since the derivatives of all outputs are added up. Only one term of the "
    "sum over k is not zero.",
    edits={OUTER: "np.outer(np.full(len(dl_df), dl_df.sum()), h)"},
)
weights_gradient.misconception(
    "repeats_h",
    "The gradient of the loss by f is missing: it is the first factor of the chain.",
    edits={OUTER: "np.tile(h, (len(dl_df), 1))"},
)


weights_gradient.alternative(
    "column_times_row",
    edits={OUTER: "dl_df.reshape(-1, 1) @ h.reshape(1, -1)", ELEMENT: "(k == i) * h[j]"},
)


@weights_gradient.alternative("sum_over_k_in_lists")
def dl_dOmega(dl_df, h):
    def one(i, j):
        return sum(dl_df[k] * df_dOmega_element(k, i, j, h) for k in range(len(dl_df)))

    return [[one(i, j) for j in range(len(h))] for i in range(len(dl_df))]


weights_gradient.alternative(
    "einsum_in_float32",
    edits={OUTER: 'np.einsum("i,j->ij", np.float32(dl_df), np.float32(h))'},
)


@weights_gradient.oracle("torch_autograd")
def answer():
    import torch

    def gradient(dl_df, h):
        dl_df, h = torch.tensor(dl_df), torch.tensor(h)
        Omega = torch.zeros(len(dl_df), len(h), dtype=torch.float64, requires_grad=True)
        (Omega @ h).backward(dl_df)
        return Omega.grad

    def dl_dOmega(dl_df, h):
        return gradient(dl_df, h)

    def df_dOmega_element(k, i, j, h):
        return gradient(np.eye(max(k, i) + 1)[k], h)[i, j].item()


written(
    "7.9-written",
    rubric=[
        (
            1,
            "The sum over k in the chain rule is reduced to one term, because the others are zero.",
        ),
        (1, "The matrix form, with the shapes of the three matrices."),
    ],
)


@check("7.9-proof", points=1, bonus=True)
def proof_7_9(answer, rng):
    return cards(answer, "proof_7_9")


@proof_7_9.judge
def proof_7_9(observation, rng):
    """The five true cards: the definition before its derivative, the simplified sum after both the
    chain rule and that derivative, the matrix last.

    The chain rule does not need the definition, so it may stand anywhere before the simplified sum.
    """
    return ordered(
        observation[STEPS[0]],
        needed="EABFD",
        before={
            ("E", "A"): "derivative_before_the_definition",
            ("A", "F"): "drops_terms_without_a_reason",
            ("B", "F"): "drops_terms_without_a_reason",
            ("F", "D"): "matrix_before_its_entries",
            ("E", "D"): "matrix_before_its_entries",
            ("A", "D"): "matrix_before_its_entries",
            ("B", "D"): "matrix_before_its_entries",
            ("E", "F"): "derivative_before_the_definition",
        },
        false={"C": "forgets_the_delta", "G": "elementwise"},
    )


proof_7_9.misconception(
    "forgets_the_delta",
    "One card lets a single weight act on every output. Its wire reaches one of them.",
    edits={'"EABFD"': '"ECBFD"'},
)
proof_7_9.misconception(
    "elementwise",
    "One card multiplies two vectors entry by entry. They may differ in length, and a gradient for a "
    "matrix is a matrix.",
    edits={'"EABFD"': '"EABFG"'},
)
proof_7_9.misconception(
    "drops_terms_without_a_reason",
    "The sum is reduced to one term before both the sum and the reason for it are there.",
    edits={'"EABFD"': '"EAFBD"'},
)
proof_7_9.misconception(
    "matrix_before_its_entries",
    "The entries are read as a matrix product before they are known.",
    edits={'"EABFD"': '"EABDF"'},
)
proof_7_9.misconception(
    "derivative_before_the_definition",
    "A derivative is used before it is said what is differentiated.",
    edits={'"EABFD"': '"AEBFD"'},
)
proof_7_9.alternative("chain_rule_first", edits={'"EABFD"': '["B", "E", "A", "F", "D"]'})
proof_7_9.alternative("chain_rule_in_between", edits={'"EABFD"': '"e, b, a, f, d"'})
