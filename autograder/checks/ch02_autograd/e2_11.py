"""2.11: how gradients vanish and explode over many layers."""

import numpy as np

from autograder.check import attempt, check, choices, numbers, written

WEIGHTS = {"from one layer to the one before": 4, "a multiple of the final gradient": 2}


@check("2.11a", points=2, reveal=True, weights=WEIGHTS)
def gradient_flow(answer, rng):
    def factor_of_a_layer(factor, n_layers, layer):
        """How many times as large the gradient is at this layer as at the next."""
        here, next_one = (
            answer.gradient_at_layer(factor, n_layers, at) for at in (layer, layer + 1)
        )
        return here / next_one

    def effect_of_final(factor, n_layers, layer, final):
        """How many times as large the gradient gets when the final one is so."""
        once, twice = (
            answer.gradient_at_layer(factor, n_layers, layer, final=at)
            for at in (final, times * final)
        )
        return twice / once

    grow, shrink = rng.uniform(1.2, 1.9, 2).round(2), rng.uniform(0.4, 0.85, 2).round(2)
    deep = int(rng.integers(8, 13))
    final = round(float(rng.uniform(2, 5)), 2)
    times = round(float(rng.uniform(2, 4)), 1)
    return {
        "the first layer": answer.gradient_at_layer(grow[0], deep, 1),
        "a layer in the middle": answer.gradient_at_layer(grow[1], deep, 3),
        "near the end": answer.gradient_at_layer(grow[0], deep + 1, deep),
        "the first layer when gradients shrink": answer.gradient_at_layer(shrink[0], deep - 1, 1),
        "from one layer to the one before": [
            attempt(factor_of_a_layer, float(shrink[1]), deep, 2),
            attempt(factor_of_a_layer, float(grow[1]), deep, 4),
        ],
        "a multiple of the final gradient": attempt(
            effect_of_final, float(shrink[1]), deep, 2, final
        ),
    }


FLOW = "final * factor ** (n_layers - layer)"
AT_THE_INPUT = (
    "One factor too many: this is the gradient for the input of the layer. From the output of a "
    "layer to the end, the layer itself is not passed."
)
gradient_flow.misconception(
    "gradient_at_the_input", AT_THE_INPUT, edits={FLOW: "final * factor ** (n_layers - layer + 1)"}
)
gradient_flow.misconception(
    "gradient_at_the_input_of_1",
    "Two things: `final` is not used, and there is one factor too many. From the output of a layer "
    "to the end, the layer itself is not passed.",
    edits={FLOW: "factor ** (n_layers - layer + 1)"},
)
gradient_flow.misconception(
    "one_factor_too_few",
    "One factor too few: from the output of layer k, layers k + 1 to n are passed, and n counts.",
    edits={FLOW: "final * factor ** (n_layers - layer - 1)"},
)
gradient_flow.misconception(
    "power_of_layer_index",
    "The exponent counts from the beginning. The gradient comes from the end: count the layers "
    "that lie between the layer's output and the end.",
    edits={FLOW: "final * factor ** layer"},
)
gradient_flow.misconception(
    "power_of_layers_before",
    "The exponent counts the layers before this one. The gradient comes from the end and passes "
    "the layers after it.",
    edits={FLOW: "final * factor ** (layer - 1)"},
)
gradient_flow.misconception(
    "sum_not_product",
    "The factors of the layers are multiplied, not added: the chain rule is a product.",
    edits={FLOW: "final * factor * (n_layers - layer)"},
)
gradient_flow.misconception(
    "adds_the_factors_to_the_final_gradient",
    "The factors of the layers are multiplied, not added: the chain rule is a product.",
    edits={FLOW: "final + factor * (n_layers - layer)"},
)
gradient_flow.misconception(
    "always_all_layers",
    "Every layer gets the same gradient, as if all the layers lay behind it. Use `layer`.",
    edits={FLOW: "final * factor**n_layers"},
)
gradient_flow.misconception(
    "always_the_first_layer",
    "Every layer gets the gradient of the first one. Use `layer`.",
    edits={FLOW: "final * factor ** (n_layers - 1)"},
)
gradient_flow.misconception(
    "ignores_final",
    "The gradient at the end is taken to be 1. It is the argument `final`, and everything scales "
    "with it.",
    edits={FLOW: "factor ** (n_layers - layer)"},
)
gradient_flow.misconception(
    "divides_on_the_way_back",
    "On the way back the gradient is multiplied by each layer's derivative, the same factor as on "
    "the way forward; it is not divided by it.",
    edits={FLOW: "final / factor ** (n_layers - layer)"},
)


@gradient_flow.alternative("a_loop")
def gradient_at_layer(factor, n_layers, layer, final=1.0):
    for _ in range(layer, n_layers):
        final = factor * final
    return final


@gradient_flow.alternative("recursion")
def gradient_at_layer(factor, n_layers, layer, final=1.0):
    if layer == n_layers:
        return final
    return factor * gradient_at_layer(factor, n_layers, layer + 1, final)


@gradient_flow.alternative("float32_logarithms")
def gradient_at_layer(factor, n_layers, layer, final=1.0):
    return np.float32(final) * np.exp((n_layers - layer) * np.log(np.float32(factor)))


@gradient_flow.oracle("torch_autograd")
def gradient_at_layer(factor, n_layers, layer, final=1.0):
    import torch

    outputs = [torch.tensor(1.0, dtype=torch.float64, requires_grad=True)]
    for _ in range(n_layers):
        outputs.append(outputs[-1] * factor)
        outputs[-1].retain_grad()
    outputs[-1].backward(torch.tensor(final, dtype=torch.float64))
    return outputs[layer].grad.item()


# The names are those of a) where the mistake is the same, so that it is told once.
ten_layers = numbers(
    "2.11b",
    points=1,
    atol=1e-9,
    right={"g_times_2": 2**9, "g_times_half": 0.5**9},
    ideas={
        "gradient_at_the_input": (
            AT_THE_INPUT,
            {"g_times_2": 1024, "g_times_half": 0.5**10},
            {"g_times_2": 1024},
            {"g_times_half": 0.5**10},
        ),
        "sum_not_product": (
            "The layers' factors are added up here; the chain rule multiplies them.",
            {"g_times_2": 2 * 9, "g_times_half": 0.5 * 9},
        ),
        "sum_over_all_layers": (
            "The layers' factors are added up here, and all ten of them; the chain rule multiplies "
            "those that lie between the output of layer 1 and the end.",
            {"g_times_2": 2 * 10, "g_times_half": 0.5 * 10},
        ),
        "power_of_layers_before": (
            "This is what arrives at the end. On its way back to layer 1 every layer in between "
            "multiplies it.",
            {"g_times_2": 1, "g_times_half": 1},
        ),
        "power_of_layer_index": (
            "This is the factor of one layer. The gradient passes one layer after the other.",
            {"g_times_2": 2, "g_times_half": 0.5},
        ),
        "divides_on_the_way_back": (
            "The gradient is divided by the factors, or the two numbers stand under each other's name: "
            "a factor above 1 makes the gradient grow on its way back.",
            {"g_times_2": 1 / 512, "g_times_half": 512},
        ),
        "square_instead_of_power": (
            "The number of layers belongs in the exponent, with the factor as the base.",
            {"g_times_2": 9**2, "g_times_half": 9**0.5},
        ),
    },
)


@ten_layers.oracle("torch_autograd")
def answer():
    import torch

    def through_ten_layers(factor):
        h = torch.tensor(3.0, requires_grad=True)  # the output of layer 1
        out = h
        for _ in range(2, 11):
            out = factor * out
        out.backward()
        return h.grad.item()

    g_times_2, g_times_half = through_ten_layers(2.0), through_ten_layers(0.5)


remedies = choices(
    "2.11c",
    "fixes",
    "abcdefgh",
    key="aceg",
    points=1,
    groups={  # each has one remedy and one proposal that is none, so all or nothing fails
        "what is connected with what (a, b)": "ab",
        "sizes that are chosen beforehand (c, d)": "cd",
        "the activations (e, f)": "ef",
        "what happens around a step (g, h)": "gh",
    },
    ideas={
        "a": (
            "skip_connection_left_out",
            "One of these two gives the gradient a way back on which nothing multiplies it.",
        ),
        "b": (
            "more_layers_as_fix",
            "More layers mean more factors in the product: whatever happens to the gradient gets "
            "worse.",
        ),
        "c": (
            "initialisation_left_out",
            "Ask of each: does it change the factor with which a layer multiplies the gradient?",
        ),
        "d": (
            "larger_steps_as_fix",
            "The learning rate scales the step after the gradient is known. It leaves the factors as "
            "they are, and the layers are as unequal as before.",
        ),
        "e": (
            "normalisation_left_out",
            "Ask of each: does it hold the factor of a layer near 1, or make it smaller?",
        ),
        "f": (
            "sigmoid_as_fix",
            "A sigmoid bounds the activations, but its slope is at most 0.25: one more small factor "
            "for every layer.",
        ),
        "g": (
            "clipping_left_out",
            "One of the proposals cannot revive a vanished gradient, but it does stop explosions: to "
            "act against one of the two is enough here.",
        ),
        "h": (
            "shuffling_as_fix",
            "The order of the examples does not touch the factors that a gradient meets on its way.",
        ),
    },
)


@remedies.oracle("a_model_of_ten_layers")
def answer():
    import math

    # what becomes of the gradient at layer 1 of ten layers with this factor
    after = {
        "a": lambda f: (0.25 * (f - 1) + 1) ** 9,  # a way of factor 1 beside the layer's own
        "b": lambda f: f**19,
        "c": lambda f: 1.0**9,  # the factor is chosen to be 1
        "d": lambda f: f**9,
        "e": lambda f: 1.0**9,
        "f": lambda f: (0.25 * f) ** 9,
        "g": lambda f: min(f**9, 1.0),
        "h": lambda f: f**9,
    }

    def distance(gradient):
        return abs(math.log(gradient))

    fixes = {
        letter
        for letter, gradient in after.items()
        if any(distance(gradient(f)) < 0.9 * distance(f**9) for f in (0.5, 2.0))
    }


written(
    "2.11-written",
    rubric=[
        (0.5, "names a first remedy with its mechanism: what it does to the factor per layer"),
        (0.5, "names a second remedy with its mechanism"),
        (
            1,
            "says for each whether it treats vanishing or exploding gradients or both (clipping: "
            "explosions only)",
        ),
    ],
)
