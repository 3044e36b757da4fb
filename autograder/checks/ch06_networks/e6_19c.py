"""6.19c: XOR, learnt by a network of scalar values, on the course's engine.

The start follows from the seed, and so does every step: hidden seeds and short trainings show whether
the steps are right, at a tenth of the time of a whole training.
"""

from autograder.check import attempt, check
from autograder.checks.ch02_autograd.course_engine import engine_with
from autograder.checks.ch06_networks.off_limits import NETWORKS

SHORT, LONG = 4, 8  # steps
WEIGHTS = {
    "losses of a short training": 3,
    "losses of a longer one, another seed": 3,
    "predictions after the short training": 2,
    "predictions after the longer one": 2,
}


@check("6.19c", points=3, reveal=True, forbid=NETWORKS, weights=WEIGHTS)
def xor(answer, rng):
    def trained(*seed_and_steps):
        train = answer.with_given("train_xor", Value=engine_with())
        return train(*seed_and_steps) if seed_and_steps else train(steps=1)

    def part(found, name):
        return [float(p.data if hasattr(p, "grad") else p) for p in found[name]]

    one, two = (int(seed) for seed in rng.choice(1000, 2, replace=False))
    short, long = attempt(trained, one, SHORT), attempt(trained, two, LONG)
    return {
        "the loss at the start": [
            attempt(lambda: part(trained(one, 1), "losses")),
            attempt(lambda: part(trained(two, 1), "losses")),
            attempt(lambda: part(trained(), "losses")),
        ],
        "losses of a short training": attempt(part, short, "losses"),
        "losses of a longer one, another seed": attempt(part, long, "losses"),
        "predictions after the short training": attempt(part, short, "predictions"),
        "predictions after the longer one": attempt(part, long, "predictions"),
    }


ZERO = "p.grad = 0.0"
UPDATE = "p.data -= 0.5 * p.grad"
TERMS = "sum(log_loss(predict(x), label) for x, label in zip(X, y)) * (1 / 4)"
xor.misconception(
    "gradients_not_reset",
    "The gradients of all steps pile up: backward adds to what is there. Set those of the parameters to 0 "
    "before each backward pass.",
    edits={ZERO: "pass"},
)
xor.misconception(
    "goes_uphill",
    "The parameters move along their gradients, so that the loss grows. Subtract.",
    edits={UPDATE: "p.data += 0.5 * p.grad"},
)
xor.misconception(
    "sum_instead_of_mean",
    "The losses of the four points are added up. The mean is asked for; with the sum, every step is "
    "four times as long.",
    edits={TERMS: TERMS.replace(" * (1 / 4)", "")},
)
xor.misconception(
    "squared_error",
    "That is the squared error. The loss here is the cross-entropy, with logarithms.",
    edits={"return -(p.log() if label else (1 - p).log())": "return (p - label) ** 2"},
)
xor.misconception(
    "label_zero_forgotten",
    "Points with the label 0 have no loss here. For them the term is -log(1 - p).",
    edits={"return -(p.log() if label else (1 - p).log())": "return -(p.log() * label)"},
)
xor.misconception(
    "labels_exchanged",
    "The two terms are exchanged: a label of 1 belongs to -log p.",
    edits={"p.log() if label else (1 - p).log()": "(1 - p).log() if label else p.log()"},
)
xor.misconception(
    "no_relu",
    "The hidden units have no activation, so all layers together are one affine map, and XOR is "
    "out of reach.",
    edits={").relu() for": ") for"},
)
xor.misconception(
    "biases_stand_still",
    "The biases are not among the parameters that move.",
    edits={"parameters = [p for row in hidden for p in row] + output": (
        "parameters = [p for row in hidden for p in row[:2]] + output[:8]"
    )},
)  # fmt: skip
xor.misconception(
    "output_bias_missing",
    "The output unit has a bias as well.",
    edits={", output[-1])": ", 0)"},
)
xor.misconception(
    "one_point_at_a_time",
    "The parameters move after every single point. One step here uses the mean loss of all four.",
    edits={f"loss = {TERMS}": "loss = log_loss(predict(X[len(losses) % 4]), y[len(losses) % 4])"},
)
xor.misconception(
    "another_learning_rate",
    "The learning rate is not the one that is asked for, 0.5.",
    edits={UPDATE: "p.data -= 0.1 * p.grad"},
)
xor.misconception(
    "seed_ignored",
    "Every seed begins with the same weights.",
    edits={"start(seed)": "start(0)"},
)
xor.misconception(
    "labels_instead_of_probabilities",
    "Those are labels. The predictions asked for are the outputs of the sigmoid.",
    edits={"[predict(x).data for x in X]": "[float(predict(x).data > 0.5) for x in X]"},
)


@xor.alternative("new_values_in_every_step")
def answer():
    def train_xor(seed=0, steps=300):
        W1, w2 = (np.array(part) for part in start(seed))
        theta, losses = np.concatenate([W1.ravel(), np.zeros(8), w2, [0.0]]), []
        X, y = xor_data()

        def network(values, x1, x2):
            z = values[32]
            for j in range(8):
                hidden = values[2 * j] * x1 + values[2 * j + 1] * x2 + values[16 + j]
                z = z + values[24 + j] * hidden.relu()
            return z.sigmoid()

        for _ in range(steps):
            values = [Value(number) for number in theta.tolist()]
            loss = Value(0.0)
            for x, label in zip(X.tolist(), y.tolist()):
                p = network(values, *x)
                loss = loss - label * p.log() - (1 - label) * (1 - p).log()
            loss = loss * 0.25
            loss.backward()
            losses.append(loss)
            theta = theta - 0.5 * np.array([v.grad for v in values])
        values = [Value(number) for number in theta.tolist()]
        return {"losses": losses, "predictions": [network(values, *x) for x in X.tolist()]}


@xor.alternative("classes_of_units")
def answer():
    class Unit:
        def __init__(self, weights):
            self.w, self.b = [Value(w) for w in weights], Value(0.0)

        def __call__(self, inputs):
            return sum((w * x for w, x in zip(self.w, inputs)), self.b)

    def train_xor(seed=0, steps=300):
        W1, w2 = start(seed)
        layer, last = [Unit(row) for row in W1], Unit(w2)
        points = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
        say = lambda x: last([unit(x).relu() for unit in layer]).sigmoid()  # noqa: E731
        history = np.zeros(steps)
        for step in range(steps):
            loss = 0
            for x, label in points.items():
                chance = say(x) if label else 1 - say(x)
                loss = chance.log() * -0.25 + loss
            for unit in [*layer, last]:
                unit.b.grad = 0.0
                for w in unit.w:
                    w.grad = 0.0
            loss.backward()
            history[step] = loss.data
            for unit in [*layer, last]:
                for value in [*unit.w, unit.b]:
                    value.data -= value.grad / 2
        return {"losses": history, "predictions": np.array([say(x).data for x in points])}


@xor.oracle("the_numpy_network")
def answer():
    def train_xor(seed=0, steps=300):
        from utils import NumpyMLP

        network = NumpyMLP([2, 8, 1], learning_rate=0.5, seed=seed)
        X, y = xor_data()
        losses = [network.train_step(X, y) for _ in range(steps)]
        return {"losses": losses, "predictions": network.predict_proba(X)}
