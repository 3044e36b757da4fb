"""7.1: the derivatives of a small network by its thirteen parameters."""

import numpy as np

from autograder.check import attempt, check
from autograder.checks.ch07_gradients.activation_patterns import PARAMETERS, all_patterns
from utils.answers import number


@check("7.1", points=13)
def thirteen(answer, rng):
    found = {
        pattern: [attempt(answer.derivatives_7_1, p, x) for p, x in points]
        for pattern, points in all_patterns(rng).items()
    }

    def pick(name):
        return {pattern: [number(d[name]) for d in runs] for pattern, runs in found.items()}

    return {f"derivative by {name}": attempt(lambda name=name: pick(name)) for name in PARAMETERS}


thirteen.misconception(
    "seed_psi02_extra_factor",
    "ψ02 is a bias: it multiplies nothing, so its derivative has no factor for a hidden unit.",
    edits={"psi02=df2,": "psi02=df2 * h1,"},
)
thirteen.misconception(
    "psi01_extra_factor",
    "ψ01 is a bias: it multiplies nothing, so its derivative has no factor for a hidden unit.",
    edits={"psi01=df1,": "psi01=df1 * h1,"},
)
thirteen.misconception(
    "seed_theta01_wrong_indicator_index",
    "In the derivative by θ01 the indicators ask about the wrong sums: ψ21 belongs to f₁, ψ22 to f₂.",
    edits={
        "theta01=du1,": "theta01=("
        "p['phi1'] * p['psi11'] * (p['psi01'] + p['psi11'] * h1 + p['psi22'] * h2 > 0)"
        " + p['phi2'] * p['psi12'] * (p['psi02'] + p['psi12'] * h1 + p['psi21'] * h2 > 0)"
        ") * (u1 > 0),"
    },
)
thirteen.misconception(
    "seed_theta11_without_x",
    "θ11 is multiplied by the input, and this factor has to show in its derivative.",
    edits={"theta11=du1 * x": "theta11=du1"},
)
thirteen.misconception(
    "seed_theta11_as_printed",
    "The derivative by θ11 lacks the factor that θ11 is multiplied by, and its second indicator asks "
    "about a sum with the wrong ψ.",
    edits={
        "theta11=du1 * x": "theta11=(df1 * p['psi11'] + p['phi2'] * p['psi12'] * "
        "(p['psi02'] + p['psi12'] * h1 + p['psi21'] * h2 > 0)) * (u1 > 0)"
    },
)
thirteen.misconception(
    "theta12_without_x",
    "θ12 is multiplied by the input, and this factor has to show in its derivative.",
    edits={"theta12=du2 * x": "theta12=du2"},
)
thirteen.misconception(
    "psi12_psi21_swapped",
    "ψ12 and ψ21 are exchanged. The first index is the unit where the wire starts, the second the one "
    "where it ends.",
    edits={"psi21=df1 * h2": "psi21=df2 * h1", "psi12=df2 * h1": "psi12=df1 * h2"},
)
thirteen.misconception(
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
thirteen.misconception(
    "psi12_psi21_swapped_on_the_way_back",
    "On the way from f back to h the weights ψ12 and ψ21 are exchanged: u₁ reaches f₂ through the wire "
    "from unit 1 to unit 2.",
    edits={'df2 * p["psi12"]': 'df2 * p["psi21"]', 'df1 * p["psi21"]': 'df1 * p["psi12"]'},
)
thirteen.misconception(
    "one_path_only",
    "Only the path through f₁ is there. A first-layer parameter reaches y through f₂ as well, and the "
    "two contributions add up.",
    edits={' + df2 * p["psi12"]': "", ' + df2 * p["psi22"]': ""},
)
thirteen.misconception(
    "one_path_only_straight_ahead",
    "Each first-layer parameter is followed along one path only, unit 1 to unit 1 and 2 to 2. The "
    "crossing paths contribute too.",
    edits={' + df2 * p["psi12"]': "", 'df1 * p["psi21"] + ': ""},
)
thirteen.misconception(
    "paths_multiplied",
    "The contributions of the two paths are multiplied. Along a path effects multiply; different paths "
    "add up.",
    edits={
        'df1 * p["psi11"] + df2': 'df1 * p["psi11"] * df2',
        'df1 * p["psi21"] + df2': 'df1 * p["psi21"] * df2',
    },
)
thirteen.misconception(
    "forgot_inner_indicator",
    "The ReLU of the first layer is missing on the way to θ: where its unit is off, nothing gets "
    "through.",
    edits={") * (u1 > 0)": ")", ") * (u2 > 0)": ")"},
)
thirteen.misconception(
    "forgot_outer_indicator",
    "The ReLU around f₁ and f₂ is missing: where it is off, neither the ψ nor the θ behind it have any "
    "effect.",
    edits={" * (f1 > 0)": "", " * (f2 > 0)": ""},
)
thirteen.misconception(
    "h_without_relu",
    "The hidden values are taken before their ReLU. A unit that is off passes on 0.",
    edits={"h1, h2 = max(u1, 0), max(u2, 0)": "h1, h2 = u1, u2"},
)
thirteen.misconception(
    "f_without_relu",
    "The derivatives by φ1 and φ2 are the activated values: what φ multiplies is a[f], not f.",
    edits={"phi1=max(f1, 0), phi2=max(f2, 0)": "phi1=f1, phi2=f2"},
)
thirteen.misconception(
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
    network_7_1(leaves, x).backward()
    return {name: leaf.grad.item() for name, leaf in leaves.items()}


@thirteen.oracle("central_differences")  # exact: y is linear in each parameter near the point
def derivatives_7_1(p, x):
    def slope(name, step=1e-6):
        up, down = p | {name: p[name] + step}, p | {name: p[name] - step}
        return (network_7_1(up, x) - network_7_1(down, x)) / (2 * step)

    return {name: slope(name) for name in p}
