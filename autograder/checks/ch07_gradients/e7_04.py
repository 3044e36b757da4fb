"""7.4: the derivative of the squared loss."""

from autograder.check import attempt, check
from utils.answers import number

SIGNS = {1: "a positive number", -1: "a negative number", 0: "zero"}


@check("7.4", points=1, reveal=True, weights={"its sign": 3})
def squared(answer, rng):
    y, f, gap = (round(float(v), 2) for v in rng.uniform([0.5, 3, 0.3], [2, 5, 0.9]))

    def size(y, f):
        return abs(number(answer.dl_df_squared(y, f)))

    def signs(points):
        found = {f"y = {y}, f = {f}": number(answer.dl_df_squared(y, f)) for y, f in points}
        return {at: SIGNS[(value > 0) - (value < 0)] for at, value in found.items()}

    above, below, negative = (y, f), (y + f, f - gap), (-y, f)
    return {
        "its size, an output above the target": attempt(size, *above),
        "its size, an output below the target": attempt(size, *below),
        "its size, a negative target": attempt(size, *negative),
        "its sign": attempt(signs, [above, below, negative, (f, f), (f, f - gap)]),
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
    "exponent_stays",
    "The factor 2 has come down, and the exponent has stayed: the power has to fall by one.",
    edits={"2 * (f - y)": "2 * (f - y) ** 2"},
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
