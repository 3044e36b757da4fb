"""7.12: reverse mode on a graph whose values are used twice."""

import numpy as np

from autograder.check import attempt, check, letters_of
from autograder.checks.ch07_gradients.small_graph import entries, points, ratios

# two values are used twice, and their contributions add up: that is what the exercise is about
IDEAS = {"dy/df3": 3, "dy/df1, divided by dy/df3": 3, "dy/df5": 0.5, "dy/df4": 0.5}


@check("7.12", points=6, reveal=True, weights=IDEAS)
def reverse(answer, rng):
    xs = points(rng)
    seen = entries(answer, "reverse_mode", ("f5", "f4", "f3"), xs)
    steps = ratios(answer, "reverse_mode", (("f2", "f3"), ("f1", "f3"), ("x", "f1")), xs)
    return {f"dy/d{key}": values for key, values in seen.items()} | {
        f"dy/d{later}, divided by dy/d{earlier}": values
        for (later, earlier), values in steps.items()
    }


reverse.misconception(
    "seed_symbols_literally_one_path",
    "For f1 only the direct arrow to f3 is counted. Nudging f1 also moves f2, and through it f3: add "
    "the product along that path.",
    edits={' + d["f2"] * (2 * f1)': ""},
)
reverse.misconception(
    "only_path_through_f2",
    "For f1 only the way through f2 is counted. There is also an arrow straight from f1 to f3: add the "
    "product along that one.",
    edits={'d["f3"] * 1.0 + d["f2"] * (2 * f1)': 'd["f2"] * (2 * f1)'},
)
reverse.misconception(
    "overwrites_f3",
    "f3 is used twice, in f4 and in f5, and only the contribution of f4 is there. They are added.",
    edits={'d["f5"] * np.cos(f3) + d["f4"] * np.exp(f3)': 'd["f4"] * np.exp(f3)'},
)
reverse.misconception(
    "overwrites_f3",
    "f3 is used twice, in f4 and in f5, and only the contribution of f5 is there. They are added.",
    edits={'d["f5"] * np.cos(f3) + d["f4"] * np.exp(f3)': 'd["f5"] * np.cos(f3)'},
    form="the other term",
)
reverse.misconception(
    "cos_sign",
    "The derivative of the sine is the cosine with a plus sign.",
    edits={'d["f5"] * np.cos(f3)': '-d["f5"] * np.cos(f3)'},
)
reverse.misconception(
    "derivative_of_square",
    "Look at the local derivative of f2 = f1² again: it depends on f1, and it carries a factor 2.",
    edits={"(2 * f1)": "f1"},
)
reverse.misconception(
    "exp_of_wrong_node",
    "The local derivative of f1 = exp[x] is taken at the wrong place: an exponential is its own "
    "derivative at its own input, which is x.",
    edits={'d["x"] = d["f1"] * f1': 'd["x"] = d["f1"] * np.exp(f1)'},
)
reverse.misconception(
    "sine_for_its_derivative",
    "For f5 = sin[f3] the local derivative is needed, not the sine itself.",
    edits={"np.cos(f3)": "np.sin(f3)"},
)
reverse.misconception(
    "local_derivatives_of_f4_and_f5",
    "For f4 and f5 you need the derivative of y, and y is their sum. The exponential and the cosine are "
    "derivatives of f4 and f5 with respect to f3: they come one step later.",
    edits={
        "    return d": '    d["f5"], d["f4"] = np.cos(f3), np.exp(f3)\n    return d',
    },
)
reverse.misconception(
    "stops_at_f1",
    "The last step is missing: from f1 back to x there is one more arrow, with its own local derivative.",
    edits={'d["x"] = d["f1"] * f1': 'd["x"] = d["f1"]'},
)


@reverse.alternative("one_closed_form_per_line")
def reverse_mode(x):
    import math

    u = math.exp(x)
    outer = math.exp(u * (1 + u)) + math.cos(u * (1 + u))
    inner = outer * (1 + 2 * u)
    return dict(x=inner * u, f1=inner, f2=outer, f3=outer, f4=1, f5=1)


@reverse.alternative("accumulates_along_the_arrows_in_float32")
def reverse_mode(x):
    f1 = np.exp(np.float32(x))
    f2 = f1 * f1
    f3 = f1 + f2
    one = np.float32(1)
    arrows = [
        ("y", "f5", one), ("y", "f4", one), ("f5", "f3", np.cos(f3)), ("f4", "f3", np.exp(f3)),
        ("f3", "f2", one), ("f3", "f1", one), ("f2", "f1", 2 * f1), ("f1", "x", f1),
    ]  # fmt: skip
    d = {"y": one}
    for end, start, slope in arrows:
        d[start] = d.get(start, 0) + d[end] * slope
    del d["y"]
    return d


@reverse.oracle("torch_autograd")
def reverse_mode(x):
    import torch

    v = {"x": torch.tensor(float(x), dtype=torch.float64, requires_grad=True)}
    v["f1"] = v["x"].exp()
    v["f2"] = v["f1"] ** 2
    v["f3"] = v["f1"] + v["f2"]
    v["f4"], v["f5"] = v["f3"].exp(), v["f3"].sin()
    slopes = torch.autograd.grad(v["f4"] + v["f5"], list(v.values()))
    return {name: slope.item() for name, slope in zip(v, slopes)}


@check("7.12-mistake", points=1, bonus=True, all_or_nothing=True)
def mistake(answer, rng):
    return {
        "the wrong line": letters_of(answer, "wrong_line", "abcdef"),
        "the missing term": attempt(lambda x: [answer.missing_term(one) for one in x], points(rng)),
    }


mistake.misconception(
    "blames_the_sum_of_two_products",
    "That line rightly adds two products: its value is used twice. Look for "
    "another value that is used twice.",
    edits={'wrong_line = "E"': 'wrong_line = "C"'},
)
mistake.misconception(
    "blames_the_last_line",
    "The last line is right: from x there is a single arrow. Whatever is missing was lost earlier.",
    edits={'wrong_line = "E"': 'wrong_line = "F"'},
)
mistake.misconception(
    "local_derivative_only",
    "A term is a product: the local derivative along the missing arrow, times the derivative of y with "
    "respect to where that arrow ends.",
    edits={'d["f2"] * 2 * np.exp(x)': "2 * np.exp(x)"},
)
mistake.misconception(
    "whole_line_instead_of_the_term",
    "That is what the whole line should give. Give only the term that has to be added to it.",
    edits={'d["f2"] * 2 * np.exp(x)': 'd["f1"]'},
)
mistake.misconception(
    "the_term_that_is_there",
    "That is the term which the line already has. Follow the other arrow.",
    edits={'d["f2"] * 2 * np.exp(x)': 'd["f3"]'},
)


@mistake.alternative("closed_form")
def answer():
    import math

    wrong_line = "e"

    def missing_term(x):
        u = math.exp(x)
        return 2 * u * (math.exp(u + u * u) + math.cos(u + u * u))


@mistake.alternative("what_the_line_lacks")
def answer():
    wrong_line = "E"
    missing_term = lambda x: np.float32(reverse_mode(x)["f1"] - reverse_mode(x)["f3"])


@mistake.oracle("torch_with_and_without_the_arrow")
def answer():
    import torch

    wrong_line = "E"

    def missing_term(x):
        f1 = torch.tensor(float(np.exp(x)), dtype=torch.float64, requires_grad=True)

        def slope(f2):
            f3 = f1 + f2
            return torch.autograd.grad(f3.exp() + f3.sin(), f1)[0].item()

        return slope(f1**2) - slope((f1**2).detach())
