"""7.13: forward mode on the graph of 7.12, and what either mode costs."""

import numpy as np

from autograder.check import attempt, check, numbers, written
from autograder.checks.ch07_gradients.own_values import ratio
from autograder.checks.ch07_gradients.small_graph import entries, points, ratios
from utils.answers import number


@check("7.13a", points=4, reveal=True)
def forward(answer, rng):
    xs = points(rng)

    def by_sum(total, one, other):
        def at(x):
            found = {f"x = {value}": answer.forward_mode(value) for value in x}
            return {
                at: ratio(d[total], number(d[one]) + number(d[other])) for at, d in found.items()
            }

        return attempt(at, xs)

    steps = ratios(answer, "forward_mode", (("f2", "f1"), ("f4", "f3"), ("f5", "f3")), xs)
    seen = {"df1/dx": entries(answer, "forward_mode", ("f1",), xs)["f1"]}
    for (later, earlier), values in steps.items():
        seen[f"d{later}/dx, divided by d{earlier}/dx"] = values
    seen["df3/dx, divided by df1/dx + df2/dx"] = by_sum("f3", "f1", "f2")
    seen["dy/dx, divided by df4/dx + df5/dx"] = by_sum("y", "f4", "f5")
    return seen


forward.misconception(
    "f2_without_chain",
    "2·f1 is the derivative of f2 with respect to f1. With respect to x it has to be multiplied by how "
    "f1 itself moves with x.",
    edits={'2 * f1 * d["f1"]': "2 * f1"},
)
forward.misconception(
    "f3_uses_values",
    "For f3 the values f1 and f2 are added; it should be the sum of their derivatives.",
    edits={'d["f1"] + d["f2"]\n': "f3\n"},
)
forward.misconception(
    "cos_sign",
    "The derivative of the sine is the cosine with a plus sign.",
    edits={"np.cos(f3) *": "-np.cos(f3) *"},
)
forward.misconception(
    "y_is_product",
    "y is the sum of f4 and f5, so its derivative is the sum of theirs, not the product.",
    edits={'d["f4"] + d["f5"]': 'd["f4"] * d["f5"]'},
)
for name, local in {"f4": "np.exp(f3)", "f5": "np.cos(f3)"}.items():
    forward.misconception(
        "local_derivatives_only",
        f"For {name} the local derivative is there, with respect to f3. With respect to x it is "
        "multiplied by the derivative of f3.",
        edits={f'{local} * d["f3"]': local},
        form=f"of {name}",
    )
forward.misconception(
    "local_derivatives_only",
    "exp[f3] and cos[f3] are local derivatives, with respect to f3. With respect to x each is multiplied "
    "by the derivative of f3.",
    edits={'np.exp(f3) * d["f3"]': "np.exp(f3)", 'np.cos(f3) * d["f3"]': "np.cos(f3)"},
)


@forward.misconception(
    "reverse_mode_again",
    "These are the derivatives of y with respect to each value, as in 7.12. Forward mode asks for the "
    "derivative of each value with respect to x.",
)
def forward_mode(x):
    f1 = np.exp(x)
    f3 = f1 + f1**2
    slope = np.exp(f3) + np.cos(f3)
    down = slope * (1 + 2 * f1)
    return {"f1": down, "f2": slope, "f3": slope, "f4": 1.0, "f5": 1.0, "y": down * f1}


@forward.alternative("pairs_of_value_and_derivative")
def forward_mode(x):
    import math

    def exp(a):
        return math.exp(a[0]), math.exp(a[0]) * a[1]

    def sin(a):
        return math.sin(a[0]), math.cos(a[0]) * a[1]

    def add(a, b):
        return a[0] + b[0], a[1] + b[1]

    f1 = exp((x, 1.0))
    f2 = f1[0] ** 2, 2 * f1[0] * f1[1]
    f3 = add(f1, f2)
    f4, f5 = exp(f3), sin(f3)
    named = zip(("f1", "f2", "f3", "f4", "f5", "y"), (f1, f2, f3, f4, f5, add(f4, f5)))
    return {name: pair[1] for name, pair in named}


@forward.alternative("closed_forms_in_float32")
def forward_mode(x):
    u = np.exp(np.float32(x))
    v = u + u * u
    df3 = u * (1 + 2 * u)
    return {
        "y": (np.exp(v) + np.cos(v)) * df3, "f5": np.cos(v) * df3, "f4": np.exp(v) * df3,
        "f3": df3, "f2": 2 * u * u, "f1": u,
    }  # fmt: skip


@forward.oracle("torch_forward_mode")
def forward_mode(x):
    import torch

    def graph(x):
        f1 = x.exp()
        f2 = f1**2
        f3 = f1 + f2
        return f1, f2, f3, f3.exp(), f3.sin(), f3.exp() + f3.sin()

    one = torch.tensor(1.0, dtype=torch.float64)
    slopes = torch.func.jvp(graph, (float(x) * one,), (one,))[1]
    return dict(zip(("f1", "f2", "f3", "f4", "f5", "y"), (slope.item() for slope in slopes)))


passes = numbers(
    "7.13b",
    points=2,
    right={"passes_forward": 2285, "passes_reverse": 1},
    ideas={
        "seed_reason_forward_mode_impossible": (
            "Forward mode is able to do it: a sweep may start at a parameter as well as at an input. So "
            "count: how many starts are needed for the whole gradient?",
            {"passes_forward": 0},
        ),
        "passes_swapped": (
            "The two are exchanged. A forward sweep follows one variable through the graph, a reverse "
            "sweep follows one result back to all variables.",
            {"passes_forward": 1, "passes_reverse": 2285},
        ),
        "counts_the_inputs": (
            "The inputs of the network are data here; training asks for the derivatives with respect to "
            "the parameters, and each of these is a variable of its own.",
            {"passes_forward": 10},
        ),
        "one_sweep_for_both": (
            "One forward sweep gives the derivative with respect to the variable it starts at, and no "
            "other.",
            {"passes_forward": 1},
        ),
        "one_sweep_per_parameter_for_both": (
            "A reverse sweep starts at one result and reaches every parameter on its way. How many "
            "results does training have?",
            {"passes_reverse": 2285},
        ),
        "two_evaluations_per_parameter": (
            "Two per parameter is what central differences need. A forward sweep is no difference "
            "quotient: it gives the exact derivative for its variable at once.",
            {"passes_forward": 2 * 2285},
        ),
    },
)


@passes.alternative("counted_layer_by_layer")
def answer():
    sizes = [10, 40, 40, 5]
    passes_forward = sum((n + 1) * m for n, m in zip(sizes, sizes[1:]))
    passes_reverse = len([1])


@passes.oracle("torch_counts_the_parameters")
def answer():
    import torch

    layers = [torch.nn.Linear(10, 40), torch.nn.Linear(40, 40), torch.nn.Linear(40, 5)]
    passes_forward = sum(p.numel() for layer in layers for p in layer.parameters())
    passes_reverse = torch.zeros(()).numel()


written(
    "7.13-written",
    rubric=[
        (1, "a forward sweep follows one direction, and that may be a parameter: not impossible"),
        (1, "P parameters take P sweeps, against one reverse sweep for one loss"),
        (1, "both are exact up to rounding; reverse mode pays with memory"),
    ],
)
