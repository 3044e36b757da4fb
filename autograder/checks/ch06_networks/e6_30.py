"""6.30 and 6.30a: counting parameters, and the width that gives a certain count."""

from autograder.check import attempt, check, numbers

counts = numbers(
    "6.30a",
    points=3,
    right={"n_1x500": 6001, "n_3x100": 21401, "n_5x50": 10801, "n_10x25": 6151},
    ideas={
        "no_biases": (
            "The biases are missing: every unit has one, the output as well.",
            {"n_1x500": 5500, "n_3x100": 21100, "n_5x50": 10550, "n_10x25": 5900},
        ),
        "output_bias_missing": (
            "One bias is missing everywhere: the output has one, too.",
            {"n_1x500": 6000, "n_3x100": 21400, "n_5x50": 10800, "n_10x25": 6150},
        ),
        "one_hidden_layer_too_many": (
            "There is a matrix too many: between k hidden layers there are k − 1 of them.",
            {"n_1x500": 256501, "n_3x100": 31501, "n_5x50": 13351, "n_10x25": 6801},
        ),
        "one_hidden_layer_too_few": (
            "There is a matrix too few: between k hidden layers there are k − 1 of them.",
            {"n_3x100": 11301, "n_5x50": 8251, "n_10x25": 5501},
        ),
        "seed_claim_all_the_same": (
            "The four counts are not the same: that is what the source says, but the second is more than "
            "three times the first.",
            {"n_3x100": 6001, "n_5x50": 6001, "n_10x25": 6001},
        ),
    },
)


@counts.oracle("torch_layers")
def answer():
    import torch

    def count(n_hidden, width):
        sizes = [10] + n_hidden * [width] + [1]
        layers = [torch.nn.Linear(*pair) for pair in zip(sizes[:-1], sizes[1:])]
        return sum(p.numel() for layer in layers for p in layer.parameters())

    n_1x500, n_3x100 = count(1, 500), count(3, 100)
    n_5x50, n_10x25 = count(5, 50), count(10, 25)


WIDE, DEEP = "width for one hidden layer", "width for several hidden layers"


@check("6.30", points=5, reveal=True)
def sizes(answer, rng):
    def count(*args):
        return attempt(answer.mlp_parameter_count, *args)

    def width(*args):
        return attempt(answer.matched_width, *args)

    def between(low, high):
        return int(rng.integers(low, high))

    def near(d_in, width, off):
        """A target a little off the count of one hidden layer of this width."""
        return (d_in + 2) * width + 1 + off, 1, d_in

    d, e = between(9, 13), between(13, 20)
    below = [int(x) for x in rng.choice([1, 2, 3], 2)]
    # five hidden layers: counts of neighbouring widths differ by more than 8 times the width
    deep = [(w, 4 * w**2 + (d + 6) * w + 1) for w in (between(20, 40), between(41, 60))]
    three = between(15, 25)
    return {
        "count for one hidden layer": [count(d, 1, between(100, 500)), count(e, 1, between(5, 90))],
        "count for several hidden layers": [
            count(d, 3, between(20, 90)),
            count(e, 2, between(5, 60)),
            count(between(2, 8), 7, between(5, 30)),
        ],
        WIDE: [
            width(*near(d, between(100, 500), below[0])),
            width(*near(e, between(50, 99), -below[1])),
        ],
        DEEP: [
            width(deep[0][1] + 3 * deep[0][0], 5, d),
            width(deep[1][1] - 3 * deep[1][0], 5, d),
            width(2 * three**2 + (e + 4) * three + 1 - three, 3, e),
        ],
    }


COUNT = "sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))"
BEST = "return min(range(1, target + 1), key=distance)"
LAYERS = "[d_in, *[width] * n_hidden, 1]"
sizes.misconception(
    "no_biases",
    "The biases are missing: every unit has one, the output as well.",
    edits={COUNT: "sum(n_in * n_out for n_in, n_out in zip(sizes, sizes[1:]))"},
)
sizes.misconception(
    "one_hidden_layer_too_many",
    "There is a layer too many: n_hidden counts the hidden layers, and between them there is one "
    "matrix less.",
    edits={LAYERS: "[d_in, *[width] * (n_hidden + 1), 1]"},
)
sizes.misconception(
    "one_hidden_layer_too_few",
    "There is a layer too few: n_hidden counts the hidden layers alone, without the output.",
    edits={LAYERS: "[d_in, *[width] * max(n_hidden - 1, 1), 1]"},
)
sizes.misconception(
    "output_bias_missing",
    "One bias is missing: the output has one, too.",
    edits={COUNT: f"{COUNT} - 1"},
)
sizes.misconception(
    "bias_of_the_inputs",
    "The inputs have no biases: they compute nothing.",
    edits={COUNT: f"{COUNT} + d_in"},
)
sizes.misconception(
    "seed_widths_hard_coded",
    "These are the widths of the source, whatever the target: their counts differ by a factor of 3.6.",
    edits={BEST: "return {1: 500, 3: 100, 5: 50, 10: 25}.get(n_hidden, 50)"},
)
sizes.misconception(
    "square_root_rule",
    "The root of target / n_hidden counts the matrices between the hidden layers only, one too many of "
    "them, and forgets the inputs, the output and the biases.",
    edits={BEST: "return round((target / n_hidden) ** 0.5)"},
)
sizes.misconception(
    "largest_below",
    "That is the largest width that stays below the target. The next one may be closer.",
    edits={BEST: (
        "return max(\n        w for w in range(1, target + 1) "
        "if mlp_parameter_count(d_in, n_hidden, w) <= target\n    )"
    )},
)  # fmt: skip
sizes.misconception(
    "smallest_above",
    "That is the smallest width that reaches the target. The one before may be closer.",
    edits={BEST: (
        "return next(\n        w for w in range(1, target + 1) "
        "if mlp_parameter_count(d_in, n_hidden, w) >= target\n    )"
    )},
)  # fmt: skip
sizes.misconception(
    "inputs_ignored",
    "The width is always that for 10 inputs. It depends on d_in.",
    edits={"abs(mlp_parameter_count(d_in, n_hidden, width)": "abs(mlp_parameter_count(10, n_hidden, width)"},
)  # fmt: skip


@sizes.alternative("formulas")
def answer():
    def mlp_parameter_count(d_in, n_hidden, width):
        return (d_in + 1) * width + (n_hidden - 1) * (width + 1) * width + width + 1

    def matched_width(target, n_hidden, d_in):
        a, b, c = n_hidden - 1, d_in + n_hidden + 1, 1 - target
        root = -c / b if a == 0 else (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a)
        low = max(1, int(root))
        return min((low, low + 1), key=lambda w: abs(a * w * w + b * w + c))


@sizes.alternative("loop_upwards_in_numpy")
def answer():
    def mlp_parameter_count(d_in, n_hidden, width):
        total, last = 0, d_in
        for _ in range(n_hidden):
            total, last = total + width * last + width, width
        return np.int64(total + last + 1)

    def matched_width(target, n_hidden, d_in):
        width = 1
        while abs(mlp_parameter_count(d_in, n_hidden, width + 1) - target) < abs(
            mlp_parameter_count(d_in, n_hidden, width) - target
        ):
            width += 1
        return width


@sizes.oracle("real_networks_and_an_array")
def answer():
    def mlp_parameter_count(d_in, n_hidden, width):
        return NumpyMLP([d_in] + n_hidden * [width] + [1]).get_flat().size

    def matched_width(target, n_hidden, d_in):
        w = np.arange(1, target + 1)
        count = np.polyval([n_hidden - 1, d_in + n_hidden + 1, 1], w)
        return int(w[np.argmin(np.abs(count - target))])
