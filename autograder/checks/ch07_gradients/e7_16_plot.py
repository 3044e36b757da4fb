"""7.16, the plot of the losses, and what is to be seen in it."""

import numpy as np

from autograder.check import Fault, attempt, check, written
from autograder.checks.ch07_gradients.training_rules import by_rules, close


def hidden_losses(rng):
    """Losses that fall."""
    return np.sort(rng.uniform(0.2, 2, size=40))[::-1].round(3).tolist()


@check("7.16-plot", points=2)
def picture(answer, rng):
    losses = hidden_losses(rng)

    def run():
        ax = answer.plot_training(list(losses)).axes[0]
        return {
            "x axis": ax.get_xlabel(),
            "y axis": ax.get_ylabel(),
            "lines": [
                [np.asarray(v, dtype=float) for v in line.get_data(orig=False)]
                for line in ax.lines
                if len(line.get_xdata()) > 2
            ],
        }

    seen = attempt(run)
    return {
        "x axis": attempt(lambda: seen["x axis"]),
        "y axis": attempt(lambda: seen["y axis"]),
        "the curve": attempt(lambda: seen["lines"]),
    }


@picture.judge
def _(seen, rng):
    """A figure whose first axes name the epoch and the loss, and a line with all losses, counted from
    0 or 1. Scale, colours and further lines are free."""

    def names(*words):
        def rule(label):
            if not label.strip():
                return Fault("the axis has no label", "no_labels")
            named = any(word in label.lower() for word in words)
            return named or Fault(f"the label does not say {words[0]!r}")

        return rule

    losses = hidden_losses(rng)

    def curve(lines):
        for x, y in lines:
            if close(y, losses):
                begins = x[0] in (0, 1) and close(np.diff(x), np.ones(len(x) - 1))
                return begins or Fault("the epochs should be counted one by one")
            if close(y, np.log(losses)) or close(y, np.log10(losses)):
                return Fault("these are logarithms", "logarithm_of_the_loss")
        return Fault("there is no line through all losses")

    return by_rules(seen, names("epoch"), names("loss", "error"), curve)


picture.misconception(
    "no_labels",
    "Without labels nobody can tell what is drawn: name the quantity on each axis.",
    edits={'"epoch", "mean squared error (log scale)"': '"", ""'},
)
picture.misconception(
    "logarithm_of_the_loss",
    "The logarithm is drawn in place of the loss, so the axis no longer shows losses. A logarithmic "
    'scale (set_yscale("log")) keeps the numbers readable.',
    edits={"+ 1), losses)": "+ 1), np.log(losses))", '    ax.set_yscale("log")\n': ""},
)


@picture.alternative("pyplot")
def plot_training(losses):
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots()
    ax.plot(losses, "k.-")
    ax.set(xlabel="Epoch", ylabel="Training loss", ylim=(0, None))
    plt.close(fig)
    return fig


@picture.alternative("figure_from_scratch")
def plot_training(losses):
    from matplotlib.figure import Figure

    fig = Figure()
    ax = fig.add_subplot()
    ax.semilogy(np.arange(1, len(losses) + 1), np.array(losses), label="loss")
    ax.set_xlabel("number of epochs")
    ax.set_ylabel("mean squared error")
    return fig


written(
    "7.16-written",
    rubric=[
        (1, "a scale on which the steps can be seen, and what one sees there"),
        (1, "why: less jitter and a drop after the first halvings, then hardly any movement because the "
            "rate is tiny"),
    ],
)  # fmt: skip
