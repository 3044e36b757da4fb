"""6.9: momentum, by hand and as a network that trains with it."""

import numpy as np

from autograder.check import attempt, check, choices, numbers, written
from autograder.checks.ch06_networks.off_limits import TORCH

by_hand = numbers(
    "6.9a",
    points=1,
    right={"v_1": 1, "v_2": 1.5, "v_3": 1.75, "v_settled": 10, "plain_rate": 0.1},
    ideas={
        "exponential_average_with_one_minus_beta": (
            "That is an average, with a factor (1 − β) before the gradient. Here the gradient is added in "
            "full, so the velocity outgrows it.",
            {"v_1": 0.5, "v_2": 0.75, "v_3": 0.875, "v_settled": 1, "plain_rate": 0.01},
            {"v_settled": 1, "plain_rate": 0.01},
        ),
        "forgets_nothing": (
            "The velocities add up without β: the old velocity is multiplied by it before the gradient is "
            "added.",
            {"v_1": 1, "v_2": 2, "v_3": 3},
        ),
        "beta_before_the_gradient": (
            "β multiplies the old velocity, not the gradient.",
            {"v_1": 0.5, "v_2": 1, "v_3": 1.5},
            {"v_1": 0.5, "v_2": 0.75, "v_3": 0.875},
        ),
        "powers_of_beta_alone": (
            "Those are the powers of β, the shares of old gradients. The velocity is their sum.",
            {"v_1": 1, "v_2": 0.5, "v_3": 0.25},
        ),
        "settles_at_one_over_beta": (
            "In the long run v = 0.9 v + 1, so what stands below the fraction is 1 − 0.9.",
            {"v_settled": 1 / 0.9, "plain_rate": 0.01 / 0.9},
        ),
        "rate_divided_the_other_way": (
            "Momentum makes longer steps, so the plain rate that corresponds to it is the larger one.",
            {"plain_rate": 0.001},
        ),
        "rate_left_as_it_is": (
            "With equal learning rates momentum makes longer steps, because its velocity is larger than "
            "the gradient.",
            {"plain_rate": 0.01},
        ),
    },
)


@by_hand.oracle("torch_sgd")
def answer():
    import torch

    def steps(beta, count, rate=1.0):
        place = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.SGD([place], lr=rate, momentum=beta)
        lengths = []
        for _ in range(count):
            before, place.grad = place.item(), torch.ones(1, dtype=torch.float64)
            optimiser.step()
            lengths.append(before - place.item())
        return lengths

    v_1, v_2, v_3 = steps(0.5, 3)
    v_settled = steps(0.9, 400)[-1]
    plain_rate = steps(0.9, 400, rate=0.01)[-1]


AS_GIVEN, OTHER, HIGH = "beta 0.9, six steps", "beta 0.5, another rate", "beta 0.99"
PLAIN, DEFAULT = "beta 0 is plain gradient descent", "beta is 0.9 by default"
APART, KEEPS = "two networks in turn", "a velocity for every parameter"


@check("6.9", points=5, weights={KEEPS: 0.5, PLAIN: 0.5, DEFAULT: 0.5}, forbid=TORCH)
def momentum(answer, rng):
    sizes = [int(n) for n in rng.choice(range(3, 9), 3, replace=False)]
    seed = int(rng.integers(10**6))

    def new(rate=0.1, **options):
        return answer.MomentumMLP(sizes, learning_rate=rate, seed=seed, **options)

    def gradients(model):
        return {name: rng_of_gradients.normal(size=v.shape) for name, v in model.params.items()}

    def after(models, steps):
        """The parameters of the models after steps with random gradients, all models in turn."""
        seen = []
        for _ in range(steps):
            for model in models:
                model.grads = gradients(model)
                model.update()
                seen.append(np.concatenate([np.ravel(v) for v in model.params.values()]))
        return seen

    def path(steps=6, **options):
        return after([new(**options)], steps)

    def velocity_shapes():
        model = new()
        model.grads = gradients(model)
        model.update()
        return {name: list(np.shape(model.velocity[name])) for name in model.params}

    rng_of_gradients = np.random.default_rng(seed)
    rate = float(rng.uniform(0.02, 0.05))
    return {
        AS_GIVEN: attempt(path, beta=0.9),
        OTHER: attempt(path, beta=0.5, rate=rate),
        HIGH: attempt(path, beta=0.99, rate=rate),
        PLAIN: attempt(path, 2, beta=0, rate=rate),
        DEFAULT: attempt(path, 2, rate=rate),
        APART: attempt(lambda: after([new(beta=0.9), new(beta=0.5)], 3)),
        KEEPS: attempt(velocity_shapes),
    }


MADE = "{name: np.zeros_like(value) for name, value in self.params.items()}"
VELOCITY = "self.velocity[name] = self.beta * self.velocity[name] + gradient"
STEP = "self.learning_rate * self.velocity[name]"
momentum.misconception(
    "exponential_average_with_one_minus_beta",
    "That is an average of the gradients, with a factor (1 − β). Here, as in PyTorch, the gradient is "
    "added in full.",
    edits={VELOCITY: f"{VELOCITY} * (1 - self.beta)"},
)
momentum.misconception(
    "nesterov",
    "That is Nesterov's variant, which adds the gradient once more, ahead of the velocity. Here the step "
    "is η v.",
    edits={STEP: "self.learning_rate * (gradient + self.beta * self.velocity[name])"},
)
momentum.misconception(
    "velocity_reset_every_step",
    "The velocity begins at 0 in every step, which is plain gradient descent. Make it once, in __init__.",
    edits={VELOCITY: "self.velocity[name] = self.beta * np.zeros_like(gradient) + gradient"},
)
momentum.misconception(
    "one_velocity_for_all_parameters",
    "All parameters share one velocity, so the gradient of one moves the others. Each needs its own, in "
    "its own shape.",
    edits={
        MADE: "dict.fromkeys(self.params, 0.0)",
        VELOCITY: (
            'shared = self.beta * self.velocity["W1"] + np.mean(gradient)\n'
            "            self.velocity = dict.fromkeys(self.params, shared)"
        ),
    },
)
momentum.misconception(
    "old_velocity_used_for_the_step",
    "The step is made with the velocity before it was renewed, so it is late by one gradient.",
    edits={
        VELOCITY: (
            "old = self.velocity[name]\n            self.velocity[name] = self.beta * old + gradient"
        ),
        STEP: "self.learning_rate * old",
    },
)
momentum.misconception(
    "adds_instead_of_subtracts",
    "The step goes uphill: it is subtracted.",
    edits={f"self.params[name] - {STEP}": f"self.params[name] + {STEP}"},
)
momentum.misconception(
    "class_level_velocity_shared",
    "The velocities stand in the class, so all networks share them, and a new network begins with the "
    "velocity of an old one. Make them in __init__, on self.",
    edits={
        "def __init__(self, layer_sizes, beta=0.9, **options):": (
            "velocity = {}\n\n    def __init__(self, layer_sizes, beta=0.9, **options):"
        ),
        f"self.velocity = {MADE}": "pass",
        VELOCITY: (
            "self.velocity[name] = self.beta * self.velocity.get(name, np.zeros_like(gradient)) + gradient"
        ),
    },
)
momentum.misconception(
    "beta_ignored",
    "beta is always 0.9 here, whatever is asked for: keep the argument.",
    edits={"self.beta = beta": "self.beta = 0.9"},
)
momentum.misconception(
    "beta_before_the_gradient",
    "β multiplies the gradient. It belongs to the old velocity, whose share it makes smaller.",
    edits={VELOCITY: "self.velocity[name] = self.velocity[name] + self.beta * gradient"},
)
momentum.misconception(
    "never_forgets",
    "The gradients add up without β, so that none is ever forgotten.",
    edits={VELOCITY: "self.velocity[name] = self.velocity[name] + gradient"},
)
momentum.misconception(
    "learning_rate_ignored",
    "The learning rate is always 0.1 here. It comes with the network: self.learning_rate.",
    edits={STEP: "0.1 * self.velocity[name]"},
)
momentum.misconception(
    "biases_without_momentum",
    "Only the weights have momentum here. The biases are parameters like the others.",
    edits={
        VELOCITY: (
            f'{VELOCITY}\n            if name[0] == "b":\n                self.velocity[name] = gradient'
        )
    },
)


@momentum.alternative("rate_inside_and_sign_reversed")
def answer():
    class MomentumMLP(NumpyMLP):
        def __init__(self, layer_sizes, beta=0.9, **options):
            NumpyMLP.__init__(self, layer_sizes, **options)
            self.beta, self.velocity = beta, {}

        def update(self):
            for name in self.params:
                old = self.velocity.get(name, 0.0)
                self.velocity[name] = self.beta * old - self.learning_rate * self.grads[name]
                self.params[name] = self.params[name] + self.velocity[name]


@momentum.alternative("in_place_and_super")
def answer():
    class MomentumMLP(NumpyMLP):
        def __init__(self, layer_sizes, beta=0.9, **options):
            super().__init__(layer_sizes, **options)
            self.beta = beta
            self.velocity = {}
            for name in self.params:
                self.velocity[name] = np.zeros(self.params[name].shape)

        def update(self):
            for name, v in self.velocity.items():
                v *= self.beta
                v += self.grads[name]
            own, self.grads = self.grads, self.velocity
            super().update()
            self.grads = own


@momentum.alternative("all_gradients_kept_in_float32")
def answer():
    class MomentumMLP(NumpyMLP):
        def __init__(self, layer_sizes, beta=0.9, **options):
            super().__init__(layer_sizes, **options)
            self.beta, self.past, self.velocity = np.float32(beta), [], {}

        def update(self):
            self.past.append(self.grads)
            for name in self.params:
                shares = self.beta ** np.arange(len(self.past), dtype=np.float32)[::-1]
                self.velocity[name] = sum(
                    s * np.float32(g[name]) for s, g in zip(shares, self.past)
                )
                self.params[name] = self.params[name] - self.learning_rate * self.velocity[name]


@momentum.oracle("torch_sgd")
def answer():
    import torch

    class MomentumMLP(NumpyMLP):
        def __init__(self, layer_sizes, beta=0.9, **options):
            super().__init__(layer_sizes, **options)
            self.leaves = {n: torch.tensor(v, requires_grad=True) for n, v in self.params.items()}
            self.sgd = torch.optim.SGD(self.leaves.values(), lr=self.learning_rate, momentum=beta)

        def update(self):
            for name, leaf in self.leaves.items():
                leaf.grad = torch.tensor(self.grads[name])
            self.sgd.step()
            self.params = {n: leaf.detach().numpy().copy() for n, leaf in self.leaves.items()}

        @property
        def velocity(self):
            return {n: self.sgd.state[leaf]["momentum_buffer"] for n, leaf in self.leaves.items()}


statements = choices(
    "6.9c",
    "true_statements",
    "abcdef",
    key="acdf",
    points=1,
    ideas={
        "a": (
            "larger_beta_is_always_worse",
            "Look at the first row again: at the small learning rate 0.99 has the lowest loss of the four.",
        ),
        "b": (
            "stability_without_the_learning_rate",
            "At the learning rate 0.01 the largest β has the lowest loss. Whether it is too large depends "
            "on the learning rate as well.",
        ),
        "c": (
            "larger_beta_is_always_better",
            "Look at the second row again: at the large learning rate 0.99 ends far above the others.",
        ),
        "d": (
            "momentum_is_more_than_a_longer_step",
            "Compare the two numbers: they differ in the third digit only. Their long-run steps are equal.",
        ),
        "e": (
            "equal_rates_are_a_fair_comparison",
            "At one learning rate the steps are not equally long: in the long run a β of 0.9 makes them "
            "ten times as long. So the runs compare step lengths as well.",
        ),
        "f": (
            "the_learning_rate_is_the_step",
            "In the long run a step is η/(1 − β) times the gradient. That is what has to be equal.",
        ),
    },
)


@statements.oracle("runs_with_summed_gradients")
def answer():
    class Summed(NumpyMLP):
        """Momentum as a sum of all gradients so far, each with its power of beta."""

        sums = 0.0

        def update(self):
            gradient = np.concatenate([self.grads[name].ravel() for name in self.params])
            self.sums = gradient + self.beta * self.sums
            self.set_flat(self.get_flat() - self.learning_rate * self.sums)

    def last_loss(rate, beta):
        X, y = generate_click_data(2000, 10, seed=3)
        network = Summed([10, 32, 16, 1], learning_rate=rate, seed=4)
        network.beta = beta
        return network.fit(X, y, epochs=20, seed=5)["train_loss"][-1]

    small = [last_loss(0.01, beta) for beta in (0, 0.5, 0.9, 0.99)]
    plain, high = last_loss(0.1, 0), last_loss(0.1, 0.99)
    true_statements = ""
    true_statements += "A" if small[0] > small[1] > small[2] > small[3] else ""
    true_statements += "B" if small[3] > small[0] and high > plain else ""
    true_statements += "C" if high > plain else ""
    true_statements += "D" if abs(small[2] - plain) < 0.03 else ""
    settled = [sum(beta**k for k in range(2000)) for beta in (0, 0.9)]
    true_statements += "E" if settled[0] == settled[1] else ""
    true_statements += "F" if np.allclose(settled, [1, 10]) else ""


written(
    "6.9-written",
    rubric=[
        (0.5, "Says that β = 0.9 trains faster at the same learning rate, with own numbers."),
        (0.5, "Gives the reason: an effective step of η/(1 − β)."),
        (0.5, "Says that a fair comparison (equal η/(1 − β)) shows hardly any difference here."),
        (0.5, "Says that stability depends on β and η together, with own numbers."),
    ],
)
