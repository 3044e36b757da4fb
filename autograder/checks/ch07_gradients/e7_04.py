"""7.4: the derivative of the squared loss."""

from autograder.check import check


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
