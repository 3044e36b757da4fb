"""7.15: a network whose parameters are all zero, or all the same."""

import numpy as np

from autograder.check import check, choice, choices, letters_of, written


@check("7.15a", points=3, reveal=True)
def zero_biases(answer, rng):
    numbers = rng.normal(2, 1.5, size=rng.integers(20, 40))
    ones_of = int(rng.integers(4, 9)), int(rng.integers(21, 26))
    few, many = (rng.permutation([1.0] * ones + [0.0] * (30 - ones)) for ones in ones_of)
    return {
        "bias after training, squared error": answer.bias_after_training(numbers, "mse"),
        "bias after training, cross-entropy, mostly 0": answer.bias_after_training(few, "bce"),
        "bias after training, cross-entropy, mostly 1": answer.bias_after_training(many, "bce"),
        "gradient at the start": answer.bias_gradient_at_init(numbers),
        "gradient at the start, negative targets": answer.bias_gradient_at_init(-1 - numbers[:9]),
    }


@zero_biases.misconception(
    "seed_claim_nothing_updates",
    "Not everything stands still: the output bias is added after all the zeros, so the error "
    "reaches it, and it learns.",
)
def answer():
    def bias_after_training(y, loss):
        return 0.0

    def bias_gradient_at_init(y):
        return 0.0


zero_biases.misconception(
    "no_gradient_at_init",
    "At the start the output is 0 and the targets are not: the loss can be lowered, and the output "
    "bias feels it.",
    edits={"-2 * np.mean(y)": "0.0"},
)
zero_biases.misconception(
    "probability_instead_of_logit",
    "That is the probability that the network should give. The bias is the number before the "
    "sigmoid, so the sigmoid has to be undone.",
    edits={'mean if loss == "mse" else np.log(mean / (1 - mean))': "mean"},
)
zero_biases.misconception(
    "gradient_sign",
    "The sign is the other way round: raising an output that is too low lowers the loss.",
    edits={"-2 * np.mean(y)": "2 * np.mean(y)"},
)
zero_biases.misconception(
    "forgot_two",
    "The derivative of the square brings a factor 2.",
    edits={"-2 * np.mean(y)": "-np.mean(y)"},
)
zero_biases.misconception(
    "sum_for_mean",
    "The loss is the mean over all examples, so its gradient is a mean too, not a sum.",
    edits={"-2 * np.mean(y)": "-2 * np.sum(y)"},
)
zero_biases.misconception(
    "logit_upside_down",
    "The fraction in the logarithm is upside down: more ones than zeros make the bias positive.",
    edits={"mean / (1 - mean)": "(1 - mean) / mean"},
)
zero_biases.misconception(
    "losses_exchanged",
    "The two losses are exchanged: the sigmoid, which has to be undone, belongs to the cross-entropy.",
    edits={'if loss == "mse"': 'if loss == "bce"'},
)
zero_biases.misconception(
    "logit_for_both_losses",
    "With squared error the output itself is compared with y, without a sigmoid: no logit there.",
    edits={'mean if loss == "mse" else np.log(mean / (1 - mean))': (
        "np.log(abs(mean / (1 - mean)))"
    )},
)  # fmt: skip


@zero_biases.alternative("plain_python")
def bias_after_training(y, loss):
    import math

    values = [float(value) for value in y]
    if loss == "mse":
        return sum(values) / len(values)
    ones = sum(values)
    return math.log(ones) - math.log(len(values) - ones)


@zero_biases.alternative("torch_functions_in_float32")
def answer():
    def bias_after_training(y, loss):
        mean = torch.tensor(y, dtype=torch.float32).mean()
        return {"mse": mean, "bce": torch.logit(mean)}[loss]

    def bias_gradient_at_init(y):
        f = torch.zeros(len(y), requires_grad=True)
        F.mse_loss(f, torch.tensor(y, dtype=torch.float32)).backward()
        return f.grad.sum()


@zero_biases.oracle("a_network_of_zeros")
def answer():
    def _network(y, loss):
        net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
        net.double()
        for parameter in net.parameters():
            nn.init.zeros_(parameter)
        x, y = torch.randn(len(y), 3, dtype=torch.float64), torch.tensor(y)[:, None]
        distance = F.mse_loss if loss == "mse" else F.binary_cross_entropy_with_logits
        return net, lambda: distance(net(x), y)

    def bias_after_training(y, loss):
        net, error = _network(y, loss)
        descent = torch.optim.SGD(net.parameters(), lr=0.3 if loss == "mse" else 3)
        for _ in range(60):
            descent.zero_grad()
            error().backward()
            descent.step()
        return net[-1].bias.item()

    def bias_gradient_at_init(y):
        net, error = _network(y, "mse")
        error().backward()
        return net[-1].bias.grad.item()


moving = choices(
    "7.15b",
    "nonzero_at_init",
    "abcdef",
    key="f",
    points=2,
    selections={
        "seed_claim_nothing_updates": (
            "One parameter does get a gradient: neither a zero activation nor a zero weight stands "
            "between it and the loss.",
            "",
        ),
        "all_biases": (
            "For the output layer's bias that is right. What travels to an earlier bias is multiplied "
            "by the weights in between, and they are zero.",
            "bdf",
            "df",
            "bf",
        ),
        "output_weights_too": (
            "The gradient of the output weights is the error times the last hidden activations, and "
            "these are zero.",
            "ef",
            "e",
            "be",
            "bef",
            "de",
            "def",
            "bde",
            "bdef",
        ),
        "weights_only": (
            "The gradient of a weight has the activation at its input as a factor, and all of those "
            "are zero here. A bias has no such factor.",
            "ace",
        ),
    },
)


constant = choice(
    "7.15c",
    "constant_init",
    "abcd",
    key="c",
    points=1,
    ideas={
        "a": (
            "constant_init_is_fine",
            "Being zero is not the only trouble: units with equal weights get equal gradients, and "
            "stay equal after every step.",
        ),
        "b": (
            "same_as_zero",
            "With weights of 0.3 neither the activations nor the factors on the way back are zero: "
            "the weights do move. The question is whether they move apart.",
        ),
        "d": (
            "relu_breaks_the_symmetry",
            "Two units with the same weights and bias see the same pre-activation for every input, so "
            "their ReLUs are always on and off together.",
        ),
    },
)


@constant.oracle("an_experiment")
def answer():
    def _experiment():
        torch.manual_seed(1)
        net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
        for name, parameter in net.named_parameters():
            nn.init.constant_(parameter, 0.3 if "weight" in name else 0.0)
        x = torch.randn(40, 3)
        y = x[:, :1] - x[:, 1:2] ** 2
        descent = torch.optim.SGD(net.parameters(), lr=0.02)
        for _ in range(50):
            descent.zero_grad()
            F.mse_loss(net(x), y).backward()
            descent.step()
        weights = net[2].weight.detach()
        if (weights - 0.3).abs().max() < 1e-4:
            return "b"
        return "c" if weights.std(dim=0).max() < 1e-6 else "d"

    constant_init = _experiment()


@check("7.15-mistake", points=1, bonus=True)
def mistakes(answer, rng):
    y = rng.normal(1.5, 1, size=12)
    return {
        "the false lines": letters_of(answer, "false_lines", "abcde"),
        "gradients, ReLU's slope at 0 is 0": answer.gradients_at_zero(y, 0.0),
        "gradients, ReLU's slope at 0 is 1": answer.gradients_at_zero(y, 1.0),
        "gradients, ReLU's slope at 0 is between": answer.gradients_at_zero(y[:5] - 4, 0.5),
    }


mistakes.misconception(
    "seed_claim_nothing_updates",
    "The argument forgets one parameter: no zero stands between the output bias and the loss.",
    edits={'{"C", "D"}': '{"D", "E"}', "return -2 * np.mean(y), 0.0": "return 0.0, 0.0"},
)
mistakes.misconception(
    "seed_slope_at_zero_matters",
    "The slope of ReLU at 0 never gets a say: for the weights the activation is 0, and for "
    "everything before them the weights are.",
    edits={
        '{"C", "D"}': '{"B", "C"}',
        "return -2 * np.mean(y), 0.0": "return -2 * np.mean(y), relu_slope * abs(2 * np.mean(y))",
    },
)
mistakes.misconception(
    "equal_units_doubted",
    "Line E is true: two units with the same weights and the same inputs cannot be told apart, so "
    "their gradients agree.",
    edits={'{"C", "D"}': '{"C", "E"}'},
)
mistakes.misconception(
    "gradient_sign",
    "The sign is the other way round: raising an output that is too low lowers the loss.",
    edits={"return -2 * np.mean(y), 0.0": "return 2 * np.mean(y), 0.0"},
)


@mistakes.alternative("a_text_and_a_list")
def answer():
    false_lines = "CD"

    def gradients_at_zero(y, relu_slope):
        total = 0.0
        for value in y:
            total += 2 * (0 - value)
        return [np.float32(total / len(y)), 0]


@mistakes.alternative("an_array")
def answer():
    false_lines = ["d", "c"]
    gradients_at_zero = lambda y, relu_slope: np.array([np.mean(-2 * y), 0 * relu_slope])


@mistakes.oracle("backpropagation_with_any_slope")
def answer():
    class _ReLU(torch.autograd.Function):
        @staticmethod
        def forward(ctx, f, slope):
            ctx.save_for_backward(f)
            ctx.slope = slope
            return f.clamp(min=0)

        @staticmethod
        def backward(ctx, upstream):
            (f,) = ctx.saved_tensors
            return upstream * torch.where(f == 0, ctx.slope, (f > 0).double()), None

    def gradients_at_zero(y, relu_slope):
        shapes = (4, 3), (4,), (5, 4), (5,), (1, 5), (1,)
        parameters = [torch.zeros(s, dtype=torch.float64, requires_grad=True) for s in shapes]
        h = torch.randn(len(y), 3, dtype=torch.float64)
        for k in (0, 2):
            h = _ReLU.apply(h @ parameters[k].T + parameters[k + 1], relu_slope)
        f = h @ parameters[4].T + parameters[5]
        F.mse_loss(f[:, 0], torch.tensor(y)).backward()
        *others, bias = [parameter.grad for parameter in parameters]
        return bias.item(), max(g.abs().max().item() for g in others)


written(
    "7.15-written",
    rubric=[
        (1, "zero activations block the gradients of all weights"),
        (1, "zero weights block everything that travels to earlier layers"),
        (1, "the output bias is the exception, and where it ends"),
        (1, "a constant start keeps the units of a layer equal"),
    ],
)
