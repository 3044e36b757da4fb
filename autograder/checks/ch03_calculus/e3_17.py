"""3.17: forward and reverse mode along the chain sin(sin(sin x)), with everything that they carry."""

import numpy as np

from autograder.check import check, choices, written
from autograder.checks.ch03_calculus.passes import at_each, entry, points, ratio

VALUES = "v0, v1, v2, v3"


@check("3.17a", points=2, reveal=True, rtol=1e-5, weights={VALUES: 1.5} | {
    f"dv{k + 1}, divided by dv{k}": 1.5 for k in range(3)
})  # fmt: skip
def forward(answer, rng):
    xs = points(rng)

    def column(place):
        return lambda x: [entry(pair[place]) for pair in answer.forward_mode(x)]

    def tangent(k, x):
        return column(1)(x)[k]

    seen = {
        VALUES: at_each(xs, column(0)),
        "dv0": at_each(xs, lambda x: tangent(0, x)),
    }
    for k in range(3):
        seen[f"dv{k + 1}, divided by dv{k}"] = at_each(
            xs, lambda x, k=k: ratio(tangent(k + 1, x), tangent(k, x))
        )
    return seen


STEP = "v, dv = np.sin(v), np.cos(v) * dv"
forward.misconception(
    "cos_of_x_everywhere",
    "Every step takes the cosine of x. The derivative of a step is taken where the step stands: at the value "
    "that goes into it.",
    edits={STEP: "v, dv = np.sin(v), np.cos(x) * dv"},
)
forward.misconception(
    "cos_of_output",
    "The cosine is taken at the value that comes out of the step. It belongs to the value that goes in; if v "
    "is replaced first, it is too late.",
    edits={STEP: "v = np.sin(v)\n        dv = np.cos(v) * dv"},
)
forward.misconception(
    "missing_factor",
    "A tangent lacks the one before it: cos alone is the derivative of this step, not of the whole way "
    "from x.",
    edits={STEP: "v, dv = np.sin(v), np.cos(v)"},
)
forward.misconception(
    "missing_factor",
    "In the last tangent a factor is missing: three steps make three cosines.",
    edits={"return pairs": "pairs[3] = pairs[3][0], pairs[2][1]\n    return pairs"},
    form="in the last step",
)
forward.misconception(
    "no_slope",
    "The tangent is handed on as it is. Each step stretches it by its own slope, a cosine.",
    edits={STEP: "v = np.sin(v)"},
)
forward.misconception(
    "seed_zero",
    "The tangent of x begins at 0, and 0 times anything stays 0. x moves one for one with itself.",
    edits={"dv = x, 1.0": "dv = x, 0.0"},
)
forward.misconception(
    "seed_is_x",
    "The tangent of x begins at x. It is the derivative of x by x, whatever x is.",
    edits={"dv = x, 1.0": "dv = x, x"},
)
forward.misconception(
    "sign_of_the_sine",
    "The derivative of the sine is the cosine with a plus sign; the minus belongs to the derivative of the "
    "cosine.",
    edits={STEP: "v, dv = np.sin(v), -np.cos(v) * dv"},
)
forward.misconception(
    "sine_not_differentiated",
    "The tangent is multiplied by the sine again. The derivative of a step is the cosine.",
    edits={STEP: "v, dv = np.sin(v), np.sin(v) * dv"},
)
forward.misconception(
    "adds_the_factors",
    "The slopes of the steps are added. One step after the other multiplies them.",
    edits={STEP: "v, dv = np.sin(v), np.cos(v) + dv"},
)
forward.misconception(
    "degrees",
    "x is read as degrees. The derivative of the sine is the cosine in radians only.",
    edits={
        "v, dv = x, 1.0": "v, dv = x, 1.0\n    rad = np.pi / 180",
        STEP: "v, dv = np.sin(rad * v), np.cos(rad * v) * dv",
    },
)


@forward.misconception(
    "reverse_mode_here",
    "Beside the values stand their adjoints, the derivatives of F by each value. Forward mode carries the "
    "derivatives of each value by x.",
)
def forward_mode(x):
    values, adjoints = [x], [1.0]
    for _ in range(3):
        values.append(np.sin(values[-1]))
    for v in values[2::-1]:
        adjoints.insert(0, adjoints[0] * np.cos(v))
    return list(zip(values, adjoints))


@forward.alternative("dual_numbers_of_math")
def answer():
    import math

    class Dual:
        def __init__(self, v, dv):
            self.v, self.dv = v, dv

        def sin(self):
            return Dual(math.sin(self.v), math.cos(self.v) * self.dv)

    def forward_mode(x):
        a = Dual(x, 1)
        b = a.sin()
        c = b.sin()
        d = c.sin()
        return tuple([one.v, one.dv] for one in (a, b, c, d))


@forward.alternative("closed_forms_in_an_array")
def forward_mode(x):
    a, b = np.sin(x), np.sin(np.sin(x))
    tangents = np.cumprod([True, np.cos(x), np.cos(a), np.cos(b)])
    return np.column_stack([[x, a, b, np.sin(b)], tangents])


@forward.alternative("float32")
def forward_mode(x):
    v, dv = np.float32(x), np.float32(1)
    pairs = [(v, True)]
    for _ in range(3):
        v, dv = np.sin(v), np.cos(v) * dv
        pairs.append((v, dv))
    return pairs


@forward.oracle("torch_jvp")
def forward_mode(x):
    import torch

    def chain(x):
        return x, x.sin(), x.sin().sin(), x.sin().sin().sin()

    one = torch.ones((), dtype=torch.float64)
    values, tangents = torch.func.jvp(chain, (x * one,), (one,))
    return [(v.item(), dv.item()) for v, dv in zip(values, tangents)]


ADJOINTS = "the four adjoints, in any order"


@check("3.17b", points=3, reveal=True, rtol=1e-5, weights={VALUES: 2, ADJOINTS: 3})
def reverse(answer, rng):
    xs = points(rng)

    def column(place):
        return lambda x: [entry(one) for one in answer.reverse_mode(x)[place]]

    def adjoint(k, x):
        return column(1)(x)[k]

    seen = {
        VALUES: at_each(xs, column(0)),
        ADJOINTS: at_each(xs, lambda x: sorted(column(1)(x))),
        "the adjoint of v3": at_each(xs, lambda x: adjoint(3, x)),
    }
    for k in (2, 1, 0):
        seen[f"the adjoint of v{k}, divided by that of v{k + 1}"] = at_each(
            xs, lambda x, k=k: ratio(adjoint(k, x), adjoint(k + 1, x))
        )
    return seen


BACK = "adjoints[k] = adjoints[k + 1] * np.cos(values[k])"


@reverse.misconception(
    "reverse_returns_tangents",
    "These are the tangents of forward mode, listed backwards: the first of them is F'(x), the others are "
    "not adjoints. An adjoint is the derivative of F by that value.",
)
def reverse_mode(x):
    values, tangents = [x], [1.0]
    for _ in range(3):
        tangents.append(np.cos(values[-1]) * tangents[-1])
        values.append(np.sin(values[-1]))
    return values, tangents[::-1]


@reverse.misconception(
    "reverse_returns_tangents",
    "These are the tangents of forward mode, the derivatives of each value by x. Reverse mode gives the "
    "derivatives of F by each value.",
    form="in their own order",
)
def reverse_mode(x):
    values, tangents = [x], [1.0]
    for _ in range(3):
        tangents.append(np.cos(values[-1]) * tangents[-1])
        values.append(np.sin(values[-1]))
    return values, tangents


reverse.misconception(
    "cos_of_x_everywhere",
    "Every step back takes the cosine of x. The step into a value is undone at the value that went into it: "
    "that is what the values were kept for.",
    edits={BACK: "adjoints[k] = adjoints[k + 1] * np.cos(x)"},
)
reverse.misconception(
    "cos_of_output",
    "The cosine is taken at the value that came out of the step. Its derivative belongs to the value that "
    "went in, the one with the index of the new adjoint.",
    edits={BACK: "adjoints[k] = adjoints[k + 1] * np.cos(values[k + 1])"},
)
reverse.misconception(
    "missing_factor",
    "The adjoint of a value lacks the adjoint behind it: cos alone is the derivative of one step.",
    edits={BACK: "adjoints[k] = np.cos(values[k])"},
)
reverse.misconception(
    "missing_factor",
    "The walk back stops one step early: the adjoint of x lacks its cosine.",
    edits={BACK: "adjoints[k] = adjoints[k + 1] * (np.cos(values[k]) if k else 1)"},
    form="in the last step",
)
reverse.misconception(
    "no_slope",
    "The adjoint is handed back as it is. Each step multiplies it by its own slope, a cosine.",
    edits={BACK: "adjoints[k] = adjoints[k + 1]"},
)
reverse.misconception(
    "seed_zero",
    "The adjoint of v3 is 0 here, and so everything is. F moves one for one with v3, which is F.",
    edits={"0.0, 1.0]": "0.0, 0.0]"},
)
reverse.misconception(
    "seed_is_the_value",
    "The walk back begins with the value of F. It begins with the derivative of F by itself.",
    edits={"    for k in (2": "    adjoints[3] = values[3]\n    for k in (2"},
)
reverse.misconception(
    "adjoints_reversed",
    "The adjoints are right and stand in the order in which they were found. The list begins with that of "
    "v0, as the values do.",
    edits={"return values, adjoints": "return values, adjoints[::-1]"},
)
reverse.misconception(
    "sign_of_the_sine",
    "The derivative of the sine is the cosine with a plus sign; the minus belongs to the derivative of the "
    "cosine.",
    edits={BACK: "adjoints[k] = -adjoints[k + 1] * np.cos(values[k])"},
)
reverse.misconception(
    "sine_not_differentiated",
    "The adjoint is multiplied by the value itself. The derivative of a step is the cosine.",
    edits={BACK: "adjoints[k] = adjoints[k + 1] * np.sin(values[k])"},
)
reverse.misconception(
    "adds_the_factors",
    "The slopes of the steps are added. Going back one step multiplies.",
    edits={BACK: "adjoints[k] = adjoints[k + 1] + np.cos(values[k])"},
)


@reverse.alternative("recursion_with_math")
def answer():
    import math

    def reverse_mode(x, steps=3):
        if not steps:
            return (x,), (1,)
        values, adjoints = reverse_mode(math.sin(x), steps - 1)
        return (x, *values), (adjoints[0] * math.cos(x), *adjoints)


@reverse.alternative("products_in_float32_arrays")
def reverse_mode(x):
    values = np.array([x, np.sin(x), np.sin(np.sin(x)), np.sin(np.sin(np.sin(x)))], np.float32)
    return values, np.append(np.cumprod(np.cos(values[2::-1]))[::-1], True)


@reverse.alternative("torch_retains_gradients")
def reverse_mode(x):
    import torch

    values = [torch.tensor(x, dtype=torch.float64, requires_grad=True)]
    for _ in range(3):
        values.append(torch.sin(values[-1]))
    for v in values:
        v.retain_grad()
    values[-1].backward()
    return values, [v.grad for v in values]


@reverse.oracle("central_differences")
def reverse_mode(x):
    values = [x]
    for _ in range(3):
        values.append(np.sin(values[-1]))

    def rest(v, k):
        for _ in range(3 - k):
            v = np.sin(v)
        return v

    h = 1e-6
    return values, [(rest(v + h, k) - rest(v - h, k)) / (2 * h) for k, v in enumerate(values)]


unseen = choices(
    "3.17c",
    "unseen",
    "abcdef",
    key="abd",
    points=1,
    groups={"A and E": "ae", "B and D": "bd", "C and F": "cf"},
    ideas={
        "a": (
            "believes_the_copy_is_seen",
            "The list that is handed back begins with the last tangent. What does the program compare that "
            "number with?",
        ),
        "b": (
            "believes_a_common_cosine_is_seen",
            "Both functions make the same mistake, so both end with the same wrong number.",
        ),
        "d": (
            "believes_a_common_sign_is_seen",
            "Three wrong signs make a wrong sign in both functions. Nobody asks what F' really is.",
        ),
        "c": (
            "believes_a_zero_agrees",
            "From a tangent of 0 only 0 can come; the other function says 0.2645.",
        ),
        "e": (
            "believes_a_missing_step_agrees",
            "A factor cos(1) is missing on one side only: 0.4896 against 0.2645.",
        ),
        "f": (
            "believes_another_start_agrees",
            "All adjoints of that function are multiplied by v₃, which is 0.678 and not 1.",
        ),
    },
)


@unseen.oracle("the_six_programs")
def answer():
    _values = [1.0]
    for _ in range(3):
        _values.append(np.sin(_values[-1]))
    _cosines = np.cos(_values[:3])
    _right = np.prod(_cosines)
    _heard = {  # the last tangent, the first adjoint
        "a": (_right, _right),
        "b": (np.cos(1.0) ** 3, np.cos(1.0) ** 3),
        "c": (0.0, _right),
        "d": (np.prod(-_cosines), np.prod(-_cosines)),
        "e": (_right, np.prod(_cosines[1:])),
        "f": (_right, _values[3] * _right),
    }
    unseen = [letter for letter, numbers in _heard.items() if np.isclose(*numbers)]


written(
    "3.17-written",
    rubric=[
        (0.5, "The tangent is about the part of the chain before v₁: dv₁/dx."),
        (0.5, "The adjoint is about the part behind v₁: dF/dv₁."),
        (0.5, "The product is F'(1) by the chain rule, with the chain cut in two at v₁."),
        (0.5, "With v₂ the product is the same number."),
    ],
)
