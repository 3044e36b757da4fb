"""3.26, the picture: a path drawn on given axes."""

import numpy as np

from autograder.check import Fault, attempt, check
from autograder.checks.ch07_gradients.training_rules import by_rules, close


def hidden_paths(rng):
    """Two paths that no descent makes: they can only be drawn from what is handed in."""
    return [rng.normal(size=(n, 2)).cumsum(axis=0).round(3) for n in (int(rng.integers(4, 9)), 30)]


POINTS, FEW, MANY = "both coordinates of every point", "a path of a few points", "a long path"


@check("3.26e", points=1, weights={POINTS: 2})
def picture(answer, rng):
    def drawn(path):
        from matplotlib.figure import Figure

        ax = Figure().add_subplot()
        answer.plot_traj(path, ax)
        lines = [line.get_data(orig=False) for line in ax.lines]
        dots = [np.transpose(np.ma.filled(one.get_offsets())) for one in ax.collections]
        return [[np.asarray(v, dtype=float) for v in pair] for pair in (*lines, *dots)]

    few, many = hidden_paths(rng)
    return {POINTS: attempt(drawn, few), FEW: attempt(drawn, few), MANY: attempt(drawn, many)}


@picture.judge
def _(seen, rng):
    """A line, or a scatter, whose points are the rows of the path, first coordinate across, second
    upwards. Half of the points are for the points, whichever coordinate is across. Colours, markers, labels
    and whatever else is drawn are free."""

    def shows(path, either_way=False):
        def rule(drawn):
            if any(close(xy, path.T) for xy in drawn):
                return True
            if either_way and any(close(xy[::-1], path.T) for xy in drawn):
                return True
            if not drawn:
                return Fault("nothing is drawn on the axes that were handed in", "drawn_elsewhere")
            for x, y in drawn:
                if close([y, x], path.T):
                    return Fault("the coordinates are exchanged", "axes_exchanged")
                if close(y, path[:, 0] ** 2 + 10 * path[:, 1] ** 2):
                    return Fault("these are the losses", "plots_loss_not_path")
                if close(x, np.arange(len(path))) and (
                    close(y, path[:, 0]) or close(y, path[:, 1])
                ):
                    return Fault(
                        "the coordinates are drawn over the steps", "coordinates_over_steps"
                    )
                if len(path) > 2 and close([x, y], path[[0, -1]].T):
                    return Fault("only the ends are joined", "only_the_ends")
            return Fault("no line and no scatter has the rows of the path as its points")

        return rule

    few, many = hidden_paths(rng)
    return by_rules(seen, shows(few, either_way=True), shows(few), shows(many))


DRAW = 'ax.plot(traj[:, 0], traj[:, 1], marker="o")'
picture.misconception(
    "plots_loss_not_path",
    "That is the loss in the course of the steps. The picture is to show the plane from above: the "
    "first coordinate across, the second upwards.",
    edits={DRAW: "ax.plot(traj[:, 0] ** 2 + 10 * traj[:, 1] ** 2)"},
)
picture.misconception(
    "coordinates_over_steps",
    "ax.plot of the whole array draws each column over the number of the step. Hand over the two columns: "
    "one is x, the other y.",
    edits={DRAW: "ax.plot(traj)"},
)
picture.misconception(
    "axes_exchanged",
    "The coordinates are exchanged: the first belongs on the horizontal axis.",
    edits={DRAW: "ax.plot(traj[:, 1], traj[:, 0])"},
)
picture.misconception(
    "drawn_elsewhere",
    "The path is drawn in a figure of its own. Draw on the axes that are handed in: ax.plot.",
    edits={DRAW: "__import__('matplotlib.figure').figure.Figure().add_subplot().plot(*traj.T)"},
)
picture.misconception(
    "only_the_ends",
    "Only the first and the last point are joined. Every step belongs to the path.",
    edits={DRAW: "ax.plot(traj[[0, -1], 0], traj[[0, -1], 1])"},
)


@picture.alternative("scatter_on_contours")
def plot_traj(traj, ax):
    x, y = np.meshgrid(np.linspace(-2, 2, 9), np.linspace(-2, 2, 9))
    ax.contour(x, y, x**2 + 10 * y**2)
    ax.scatter([row[0] for row in traj], [row[1] for row in traj], c="k")


@picture.alternative("line_between_marks")
def plot_traj(traj, ax):
    ax.axhline(0, color="gray")
    ax.plot(*traj[0], "s", label="start")
    (line,) = ax.plot(*np.array(traj, dtype=np.float32).T, "k.-", linewidth=1)
    ax.legend()
    return line
