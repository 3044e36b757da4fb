"""7.1: the derivatives of a small network by its thirteen parameters."""

import numpy as np

from autograder.check import attempt, check, tried
from autograder.checks.ch07_gradients.activation_patterns import (
    PARAMETERS,
    all_patterns,
    points_with,
    pre_activations,
)
from utils.answers import number


def on(name):
    return f"derivative by {name}, all units on"


def off(name):
    return f"derivative by {name}, some units off"


PHI0, PHI_PSI, THETA = PARAMETERS[0], PARAMETERS[1:9], PARAMETERS[9:]
# the indicators and the sum over the paths are the ideas here, and they meet in the derivatives by theta
WEIGHTS = (
    dict.fromkeys(map(off, PHI_PSI[2:]), 0.5)
    | dict.fromkeys(map(on, THETA), 1.5)
    | dict.fromkeys(map(off, THETA), 2.5)
)


def where_all_are_on(rng):
    """Three points with all units on, and one number for ψ12 and ψ21: exchanged, they make no
    difference here, and cost nothing but what lies behind a unit that is off."""
    while True:
        points = points_with((True,) * 4, rng, 3)
        points = [({**p, "psi12": p["psi21"]}, x) for p, x in points]
        if all(min(pre_activations(p, x)[0]) > 0.05 for p, x in points):
            return points


@check("7.1", points=13, reveal=True, weights=WEIGHTS, forbid=("measured_slopes", "network_7_1"))
def thirteen(answer, rng):
    groups = all_patterns(rng)
    groups.pop(next(iter(groups)))  # the pattern with all units on
    groups = {pattern: run(answer, points) for pattern, points in groups.items()}
    all_on = [run(answer, [point]) for point in where_all_are_on(rng)]

    def of(name, group):
        call, found = group
        tried(call)  # as one can repeat it in the notebook
        return [number(derivatives[name]) for derivatives in found]

    def of_each(name, groups):
        return {key: attempt(lambda g=group: of(name, g)) for key, group in groups.items()}

    def of_all_on(name):
        return [attempt(lambda g=group: of(name, g)[0]) for group in all_on]

    seen = {f"derivative by {PHI0}": of_all_on(PHI0)}
    for name in PHI_PSI + THETA:
        seen[on(name)] = of_all_on(name)
        seen[off(name)] = of_each(name, groups)
    return seen


def run(answer, points):
    """The first of the calls, as one would type it, and what all of them give."""
    p, x = points[0]
    values = ",".join(f"{p[name]:g}" for name in PARAMETERS)
    call = f"derivatives_7_1(dict(zip(NAMES, [{values}])), {x:g})"
    if len(points) > 1:
        call += f", the first of {len(points)}"
    return call, [attempt(answer.derivatives_7_1, p, x) for p, x in points]


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
FORGOTTEN_PATHS = {
    "u1 to f2": (' + df2 * p["psi12"]', "θ01 and θ11", "f₁", "u₁", "f₂", "θ02 and θ12"),
    "u1 to f1": ('df1 * p["psi11"] + ', "θ01 and θ11", "f₂", "u₁", "f₁", "θ02 and θ12"),
    "u2 to f2": (' + df2 * p["psi22"]', "θ02 and θ12", "f₁", "u₂", "f₂", "θ01 and θ11"),
    "u2 to f1": ('df1 * p["psi21"] + ', "θ02 and θ12", "f₂", "u₂", "f₁", "θ01 and θ11"),
}
for form, (path, these, counted, unit, missing, others) in FORGOTTEN_PATHS.items():
    thirteen.misconception(
        "one_path_only",
        f"The derivatives by {these} count the path through {counted} only. {unit} reaches y through "
        f"{missing} as well, and the two contributions add up. ({others} have both paths: compare.)",
        edits={path: ""},
        form=form,
    )
BOTH_FORGOTTEN = {
    "": (("u1 to f2", "u2 to f2"), "the path through f₁"),
    "through f2": (("u1 to f1", "u2 to f1"), "the path through f₂"),
    "straight ahead": (
        ("u1 to f2", "u2 to f1"),
        "one path, from unit 1 to unit 1 and from 2 to 2,",
    ),
    "crossing": (("u1 to f1", "u2 to f2"), "one path, from unit 1 to unit 2 and from 2 to 1,"),
}
for form, (forgotten, counted) in BOTH_FORGOTTEN.items():
    thirteen.misconception(
        "one_path_only",
        f"The derivatives by the θ count {counted} only. A first-layer parameter reaches y through f₁ "
        "and through f₂, and the two contributions add up.",
        edits={FORGOTTEN_PATHS[path][0]: "" for path in forgotten},
        form=form,
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
INDICATORS = {  # of the first layer's units, and of the second's
    "u1": (") * (u1 > 0)", ")", "where u₁ is negative, θ01 and θ11 have no effect on y", "u₂"),
    "u2": (") * (u2 > 0)", ")", "where u₂ is negative, θ02 and θ12 have no effect on y", "u₁"),
    "f1": (" * (f1 > 0)", "", "where f₁ is negative, nothing gets through it to y", "f₂"),
    "f2": (" * (f2 > 0)", "", "where f₂ is negative, nothing gets through it to y", "f₁"),
}
thirteen.misconception(
    "forgot_inner_indicator",
    "The ReLU of the first layer is missing on the way to θ: where its unit is off, nothing gets "
    "through.",
    edits={old: new for old, new, *_ in (INDICATORS["u1"], INDICATORS["u2"])},
)
thirteen.misconception(
    "forgot_outer_indicator",
    "The ReLU around f₁ and f₂ is missing: where it is off, neither the ψ nor the θ behind it have any "
    "effect.",
    edits={old: new for old, new, *_ in (INDICATORS["f1"], INDICATORS["f2"])},
)
for unit, (old, new, effect, other) in INDICATORS.items():
    thirteen.misconception(
        "forgot_inner_indicator" if unit[0] == "u" else "forgot_outer_indicator",
        f"One ReLU is missing: {effect}. (The ReLU around {other} is there: compare.)",
        edits={old: new},
        form=f"of {unit}",
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
