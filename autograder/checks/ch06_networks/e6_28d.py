"""6.28d and 6.28e: where the threshold lies, and what the curves show."""

from autograder.check import choices, numbers, written

threshold = numbers(
    "6.28d",
    points=3,
    right={"random_at": 100, "parameters_4": 89, "parameters_5": 111, "trained_at": 5},
    ideas={
        "drawn_weights_counted": (
            "The hidden weights of random features are drawn once and never fitted. Only the output "
            "weights count, one for each feature.",
            {"random_at": (5, 4)},
        ),
        "output_weights_only": (
            "In a trained network the hidden weights and the biases are fitted as well.",
            {"parameters_4": 4, "parameters_5": 5, "trained_at": 100},
            {"parameters_4": 5, "parameters_5": 6, "trained_at": 99},
        ),
        "no_biases": (
            "The biases are missing: every hidden unit has one, and so has the output.",
            {"parameters_4": 84, "parameters_5": 105},
        ),
        "output_bias_missing": (
            "One bias is missing: the output has one, too.",
            {"parameters_4": 88, "parameters_5": 110},
        ),
        "hidden_layer_only": (
            "That is the hidden layer alone. The output's weights and its bias are fitted, too.",
            {"parameters_4": 80, "parameters_5": 100},
        ),
        "last_width_below": (
            "That is the last width with fewer fitted numbers than rows. The first with at least as many is "
            "asked for.",
            {"random_at": 99, "trained_at": 4},
        ),
        "bias_of_the_random_features": (
            "The fit of 6.28 has no bias: with N features it fits N numbers.",
            {"random_at": 99},
        ),
    },
)


@threshold.oracle("torch_counts")
def answer():
    import torch

    def trained(width):
        net = torch.nn.Sequential(
            torch.nn.Linear(20, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)
        )
        return sum(p.numel() for p in net.parameters())

    def random(width):
        return sum(p.numel() for p in torch.nn.Linear(width, 1, bias=False).parameters())

    def first(count):
        return next(width for width in range(1, 1000) if count(width) >= 100)

    parameters_4, parameters_5 = trained(4), trained(5)
    random_at, trained_at = first(random), first(trained)


findings = choices(
    "6.28e",
    "what_holds",
    "abcde",
    key="bd",
    points=2,
    groups={"random features": "abc", "trained networks": "de"},
    ideas={
        "a": (
            "no_peak_without_noise",
            "Your curve without noise has a peak, too. What the features cannot represent acts like noise.",
        ),
        "c": (
            "more_is_always_better",
            "Look at the last line of the table: with noise 1.0 the best small width has the lower error.",
        ),
        "e": (
            "seed_claim_peak_at_100",
            "At width 100 a trained network has 2201 parameters, far more than rows. Its threshold is near "
            "width 5.",
        ),
        "b": (
            "second_descent_overlooked",
            "Look at the first line of the table: which of its numbers is the smallest?",
        ),
        "d": (
            "peak_at_the_left_end_overlooked",
            "The threshold of a trained network is at width 5, and that is where the source's widths begin.",
        ),
    },
)


@findings.oracle("measured")
def answer():
    def errors(noise):
        X, y, X_test, y_test = generate_regression_data(noise=noise)
        found = {}
        for N in (20, 25, 30, 35, 40, 50, 70, 100, 500):
            W = hidden_weights(0)[:N]
            fit = np.linalg.pinv(np.maximum(X @ W.T, 0)) @ y
            found[N] = np.mean((np.maximum(X_test @ W.T, 0) @ fit - y_test) ** 2)
        return found

    def best(curve):
        return min(error for N, error in curve.items() if N < 100)

    quiet, loud = errors(0.0), errors(1.0)
    what_holds = "" if quiet[100] > 3 * best(quiet) else "a"
    what_holds += "b" if quiet[500] < best(quiet) else ""
    what_holds += "c" if loud[500] < best(loud) else ""
    trained = {}
    for N in (5, 100):
        X, y, X_test, y_test = generate_regression_data()
        network = with_adam(NumpyMLP)(
            [20, N, 1], output_activation="linear", loss="mse", learning_rate=0.03
        )
        network.fit(X, y, epochs=1000, batch_size=100)
        trained[N] = network.compute_loss(network.forward(X_test), y_test)
    what_holds += {5: "d", 100: "e"}.get(max(trained, key=trained.get), "")


written(
    "6.28-written",
    rubric=[
        (1, "Says that the exact fit at the threshold needs long output weights (small singular values)."),
        (1, "Says that beyond the threshold the shortest of many exact fits gets shorter."),
        (1, "Says how the noise changes the curve, with own numbers."),
        (1, "Says what a ridge penalty does to the peak, and why."),
        (1, "Gives a reason why a training that is stopped early hides the peak."),
    ],
)  # fmt: skip
