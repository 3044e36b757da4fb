"""6.26: masks, rewinding, a network that keeps its zeros, tickets and their control."""

import numpy as np

from autograder.check import attempt, check, choices, numbers, written
from autograder.checks.ch06_networks.as_numbers import as_numbers
from autograder.checks.ch06_networks.tickets import GivenMaskedMLP, given_masks, given_rewind
from utils import NumpyMLP

before = numbers(
    "6.26a",
    points=3,
    rtol=1e-6,
    right={
        "n_parameters": 13057, "n_weights": 12832, "n_left": 3208,
        "dead_accuracy": 0.65, "dead_auc": 0.5,
    },
    ideas={
        "biases_among_the_weights": (
            "That counts the biases as weights. They are never pruned.",
            {"n_weights": 13057, "n_left": (3264, 3264.25, 3265)},
        ),
        "bias_for_the_input_layer": (
            "The inputs have no biases.",
            {"n_parameters": 13077},
        ),
        "no_output_bias": ("The output unit has a bias, too.", {"n_parameters": 13056}),
        "keeps_instead_of_prunes_the_fraction": (
            "The sparsity is the share that is pruned; a quarter is left.",
            {"n_left": 9624},
        ),
        "accuracy_of_the_other_label": (
            "0.35 is below ½, so the label is always 0, and that is right for all who do not click.",
            {"dead_accuracy": 0.35},
        ),
        "guesses_at_random": (
            "This network does not guess: it says 0 to everybody.",
            {"dead_accuracy": (0.5, 0.545)},
        ),
        "auc_taken_for_accuracy": (
            "The AUC does not count labels. It asks how often a clicking visitor has a higher score than "
            "another one.",
            {"dead_auc": (0.65, 0.35)},
        ),
        "ties_count_nothing": (
            "Equal scores count one half, not nothing.",
            {"dead_auc": 0},
        ),
    },
)  # fmt: skip


@before.oracle("networks_themselves")
def answer():
    from utils import NumpyMLP, PyTorchMLP, accuracy, roc_auc

    n_parameters = sum(p.numel() for p in PyTorchMLP([20, 128, 64, 32, 1]).parameters())
    params = NumpyMLP([20, 128, 64, 32, 1]).params
    n_weights = sum(value.size for value in params.values() if value.ndim == 2)
    everything = np.concatenate([value.ravel() for value in params.values() if value.ndim == 2])
    n_left = int(np.sum(np.abs(everything) > np.quantile(np.abs(everything), 0.75)))
    y = np.array([1] * 35 + [0] * 65)
    dead_accuracy, dead_auc = accuracy(y, np.zeros(100)), roc_auc(y, np.full(100, 0.35))


def parameters(rng, layer_sizes, scales):
    """Parameters whose magnitudes all differ, of another scale in every layer; the largest weight of a
    layer is negative. Biases are large and small."""
    params = {}
    for layer, (n_in, n_out) in enumerate(zip(layer_sizes, layer_sizes[1:]), start=1):
        size = n_in * n_out
        weights = np.linspace(1, 0.2, size) * np.resize([-1, 1], size)
        params[f"W{layer}"] = scales[layer - 1] * rng.permutation(weights).reshape(n_out, n_in)
        params[f"b{layer}"] = rng.uniform(0.01, 3, n_out) * rng.choice([-1, 1], n_out)
    return params


@check("6.26", points=7)
def pruning(answer, rng):
    two = parameters(rng, [4, 5, 4], [1.0, 0.47])  # 40 weights
    deep = parameters(rng, [3, 4, 6, 1], [0.31, 2.0, 0.9])  # 42 weights

    def masks(params, sparsity):
        """The masks of the weights; a mask of a bias has to be all ones."""
        made = answer.magnitude_masks(params, sparsity)
        seen = {name: as_numbers(made[name]) for name in params if name.startswith("W")}
        others = [
            np.asarray(as_numbers(made[name])) for name in params if name in set(made) - set(seen)
        ]
        return seen | {"biases stay": bool(all(np.all(mask == 1) for mask in others))}

    def rewound(params, sparsity, kind):
        masks = {
            name: (np.abs(value) > np.quantile(np.abs(value), sparsity)).astype(kind)
            for name, value in params.items()
            if name.startswith("W")
        }
        return dict(answer.rewind(params, masks))

    return {
        "masks of two layers": attempt(lambda: [masks(two, 0.5), masks(two, 0.8)]),
        "masks of three layers": attempt(lambda: [masks(deep, 1 / 3), masks(deep, 0.5)]),
        "nothing pruned, almost all pruned": attempt(lambda: [masks(two, 0.0), masks(two, 0.975)]),
        "rewound, with masks of 0 and 1": attempt(rewound, two, 0.5, float),
        "rewound, with masks of True and False": attempt(rewound, deep, 0.3, bool),
    }


KEPT, REWOUND = "(value >= smallest_kept)", "value * masks.get(name, 1)"
MAGNITUDES, THRESHOLD = (
    'np.abs(value) for name, value in params.items() if name.startswith("W")',
    "in_order[round(sparsity * in_order.size)]",
)
for name, sentence, edits in (
    (
        "signed_values",
        "Signed values were sorted, so that large negative weights were pruned. The magnitude counts.",
        {"np.abs(value) for": "value for"},
    ),
    (
        "prunes_the_largest",
        "The largest weights were pruned; it should be the smallest.",
        {
            THRESHOLD: "in_order[::-1][round(sparsity * in_order.size)]",
            KEPT: "(value <= smallest_kept)",
        },
    ),
    (
        "mask_inverted",
        "The masks are inverted: 1 stands for a weight that stays.",
        {KEPT: "(value < smallest_kept)"},
    ),
    (
        "keeps_instead_of_prunes_the_fraction",
        "The sparsity is the share that is pruned, not the share that is kept.",
        {THRESHOLD: "in_order[::-1][max(round(sparsity * in_order.size), 1) - 1]"},
    ),
    (
        "biases_pruned_too",
        "Biases were pruned with the weights. Only weight matrices are sorted and masked.",
        {' if name.startswith("W")': ""},
    ),
    (
        "threshold_on_the_value_itself",
        "The sparsity was taken for the threshold. It is a share of the weights; the threshold follows "
        "from it.",
        {THRESHOLD: "sparsity"},
    ),
    (
        "one_more",
        "One weight too many is pruned: the threshold itself belongs to the weights that stay.",
        {KEPT: "(value > smallest_kept)"},
    ),
    (
        "rewind_prunes_nothing",
        "The masks are not applied: the pruned weights have to be 0.",
        {REWOUND: "value * 1.0"},
    ),
    (
        "rewind_loses_the_biases",
        "The biases are missing in what `rewind` returns.",
        {"in init_params.items()": "in init_params.items() if name in masks"},
    ),
    (
        "rewind_sets_biases_to_zero",
        "The biases were set to 0. They are not pruned: they keep their initial values.",
        {"masks.get(name, 1)": "masks.get(name, 0)"},
    ),
):
    pruning.misconception(name, sentence, edits=edits)


@pruning.misconception(
    "per_layer_threshold",
    "Every layer lost the same share. There is one threshold for all weight matrices together.",
)
def magnitude_masks(params, sparsity):
    masks = {}
    for name in params:
        if name.startswith("W"):
            size = np.abs(params[name])
            masks[name] = (size >= np.sort(size.ravel())[round(sparsity * size.size)]).astype(float)
    return masks


@pruning.misconception(
    "rewinds_in_place",
    "`rewind` changes the parameters that it was given. It should make a new dictionary with new arrays.",
)
def rewind(init_params, masks):
    for name, mask in masks.items():
        init_params[name] *= mask
    return init_params


@pruning.alternative("loops_and_booleans")
def answer():
    def magnitude_masks(params, sparsity):
        ranked = sorted(
            (abs(float(w)), name, place)
            for name, value in params.items()
            if value.ndim == 2
            for place, w in np.ndenumerate(value)
        )
        masks = {name: np.ones(v.shape, dtype=bool) for name, v in params.items()}
        for _, name, place in ranked[: round(sparsity * len(ranked))]:
            masks[name][place] = False
        return masks

    def rewind(init_params, masks):
        new = {name: value.copy() for name, value in init_params.items()}
        for name in new:
            if name in masks:
                new[name][~np.array(masks[name], dtype=bool)] = 0
        return new


@pruning.alternative("ranks")
def answer():
    def magnitude_masks(params, sparsity):
        names = [f"W{k}" for k in range(1, len(params) // 2 + 1)]
        flat = np.abs(np.concatenate([params[name].ravel() for name in names]))
        ranks = np.argsort(np.argsort(flat))
        pieces = np.split(ranks, np.cumsum([params[name].size for name in names])[:-1])
        return {
            name: (piece.reshape(params[name].shape) >= round(sparsity * flat.size)).astype(int)
            for name, piece in zip(names, pieces)
        }

    def rewind(init_params, masks):
        return {
            n: np.float32(v * masks[n]) if n in masks else v.copy() for n, v in init_params.items()
        }


@pruning.oracle("torch_pruning")
def answer():
    import torch
    from torch.nn.utils import prune

    def magnitude_masks(params, sparsity):
        layers = {}
        for name, value in params.items():
            if name.startswith("W"):
                layers[name] = torch.nn.Linear(value.shape[1], value.shape[0]).double()
                layers[name].weight.data = torch.tensor(value)
        amount = round(sparsity * sum(layer.weight.numel() for layer in layers.values()))
        weights = [(layer, "weight") for layer in layers.values()]
        prune.global_unstructured(weights, prune.L1Unstructured, amount=amount)
        return {name: layer.weight_mask for name, layer in layers.items()}

    def rewind(init_params, masks):
        where = lambda n, v: np.where(masks[n], v, 0) if n in masks else v
        return {name: where(name, value) for name, value in init_params.items()}


@check("6.26b", points=3)
def masked_network(answer, rng):
    X, y = rng.normal(size=(12, 3)), rng.permutation([0, 1] * 6)
    start = parameters(rng, [3, 4, 1], [1.0, 1.0])
    masks = {
        "W1": rng.permutation([0, 1] * 6).reshape(4, 3),
        "W2": rng.permutation([0, 1] * 2).reshape(1, 4),
    }
    seed = int(rng.integers(1000))

    def trained(steps, **options):
        network = answer.MaskedMLP([3, 4, 1], masks, **options)
        network.params = given_rewind(start, masks)
        for _ in range(steps):
            network.train_step(X, y)
        return network.params

    def fitted():
        network = answer.MaskedMLP([3, 4, 1], masks, learning_rate=0.3, activation="tanh")
        network.params = given_rewind(start, masks)
        network.fit(X, y, epochs=4, batch_size=5, seed=seed)
        return network.predict_proba(X)

    def of_kind(kind):
        params = trained(3, learning_rate=0.7, activation="tanh")
        return {name: value for name, value in params.items() if name.startswith(kind)}

    return {
        "weights after three steps": attempt(of_kind, "W"),
        "biases after three steps": attempt(of_kind, "b"),
        "its output after `fit`": attempt(fitted),
    }


STEP, AFTER = (
    "super().update()",
    "{name: value * self.masks.get(name, 1) for name, value in self.params.items()}",
)
for name, sentence, edits in (
    (
        "pruned_weights_come_back",
        "The step brings the pruned weights back. They have to be 0 after every step.",
        {f"self.params = {AFTER}": "pass"},
    ),
    (
        "never_steps",
        "No step was made: without `super().update()` nothing is learned.",
        {STEP: "pass"},
    ),
    (
        "biases_frozen",
        "The biases do not move. They have no mask, and are trained like the weights that are left.",
        {STEP: "b = {n: v for n, v in self.params.items() if n[0] == 'b'}; super().update(); "
               "self.params.update(b)"},
    ),
    (
        "mask_inverted",
        "The wrong weights are set to 0: a mask of 1 means that the weight stays.",
        {AFTER: "{n: v * (1 - self.masks[n]) if n in self.masks else v for n, v in self.params.items()}"},
    ),
    (
        "options_lost",
        "The options are not passed on, so that the network has the default learning rate and activation.",
        {"super().__init__(layer_sizes, **options)": "super().__init__(layer_sizes)"},
    ),
    (
        "only_the_first_layer",
        "Only the first weight matrix keeps its zeros; every mask has to be applied.",
        {"self.masks = masks": "self.masks = {'W1': masks['W1']}"},
    ),
    (
        "steps_twice",
        "Two steps are made for every batch.",
        {STEP: "super().update(); super().update()"},
    ),
):  # fmt: skip
    masked_network.misconception(name, sentence, edits=edits)


@masked_network.alternative("masks_the_gradients")
class MaskedMLP(NumpyMLP):
    def __init__(self, layer_sizes, masks, **options):
        NumpyMLP.__init__(self, layer_sizes, **options)
        self.masks = {name: np.array(mask) for name, mask in masks.items()}

    def update(self):
        for name, gradient in self.grads.items():
            if name in self.masks:
                gradient = gradient * self.masks[name]
            self.params[name] = self.params[name] - self.learning_rate * gradient


@masked_network.alternative("zeros_by_index")
class MaskedMLP(NumpyMLP):
    def __init__(self, layer_sizes, masks, **options):
        super().__init__(layer_sizes, **options)
        self.pruned = {name: np.asarray(mask) == 0 for name, mask in masks.items()}

    def update(self):
        super().update()
        for name, places in self.pruned.items():
            self.params[name][places] = 0.0


@masked_network.oracle("torch_autograd")
class MaskedMLP(NumpyMLP):
    def __init__(self, layer_sizes, masks, **options):
        super().__init__(layer_sizes, **options)
        self.masks = masks

    def backward(self, y):
        self.y = y
        return super().backward(y)

    def update(self):
        import torch

        params = {n: torch.tensor(v, requires_grad=True) for n, v in self.params.items()}
        A = torch.tensor(self.cache["A0"])
        for layer in range(1, self.L + 1):
            W = params[f"W{layer}"] * torch.tensor(self.masks[f"W{layer}"])
            Z = A @ W.T + params[f"b{layer}"]
            A = torch.tanh(Z) if self.activation == "tanh" else torch.relu(Z)
        y = torch.tensor(self.y).double()[:, None]
        torch.nn.functional.binary_cross_entropy_with_logits(Z, y).backward()
        self.params = {
            n: (p - self.learning_rate * p.grad).detach().numpy() for n, p in params.items()
        }


NETWORKS_OF_THE_EXPERIMENT = ("full", "fine_tuned", "rewound", "fresh")


@check("6.26c", points=5, weights={"rewound": 2, "fresh": 2})
def tickets(answer, rng):
    X, y = 2 * rng.normal(size=(90, 4)), rng.permutation([0, 1] * 45)
    fresh_rows, seed = rng.normal(size=(7, 4)), int(rng.integers(1000))
    run = answer.with_given(
        "lottery_tickets",
        magnitude_masks=given_masks,
        rewind=given_rewind,
        MaskedMLP=GivenMaskedMLP,
    )
    networks = attempt(run, X, y, [4, 10, 6, 1], 0.5, seed, 13)
    default = attempt(run, X, y, [4, 10, 6, 1], 0.5)
    seen = {
        name: attempt(lambda name=name: networks[name].predict_proba(fresh_rows))
        for name in NETWORKS_OF_THE_EXPERIMENT
    }
    by_default = attempt(lambda: default["fresh"].predict_proba(fresh_rows))
    return seen | {"fresh, with default seed and epochs": by_default}


INITIAL, MASKS, START = (
    "initial = dict(full.params)",
    "masks = magnitude_masks(full.params, sparsity)",
    "network.params = rewind(start, masks)",
)
for name, sentence, edits in (
    (
        "initial_not_copied",
        "The initial parameters were not kept: training puts new arrays into the same dictionary, so this "
        "“ticket” begins with the trained weights. Copy the dictionary before training.",
        {INITIAL: "initial = full.params"},
    ),
    (
        "control_with_the_same_weights",
        "The control begins with the same weights as the ticket. It needs other ones: another seed.",
        {"NumpyMLP(layer_sizes, seed=seed + 1000).params": "initial"},
    ),
    (
        "masks_of_the_initial_weights",
        "The masks were made from the initial weights. It is the trained ones whose magnitude counts.",
        {MASKS: "masks = magnitude_masks(initial, sparsity)"},
    ),
    (
        "control_with_its_own_mask",
        "The control has a mask of its own. Only with the same mask the comparison is about the weights.",
        {
            "def trained(start, epochs):": (
                "other = NumpyMLP(layer_sizes, seed=seed + 1000).params\n    own = "
                "magnitude_masks(other, sparsity)\n\n    def trained(start, epochs, masks=masks):"
            ),
            "trained(NumpyMLP(layer_sizes, seed=seed + 1000).params, epochs)": "trained(other, epochs, own)",
        },
    ),
    (
        "not_pruned",
        "The networks begin unpruned: `rewind` has to be applied to their parameters.",
        {
            START: "network.params = dict(start)",
            "MaskedMLP(layer_sizes, masks, ": "NumpyMLP(layer_sizes, ",
        },
    ),
    (
        "pruned_weights_come_back",
        "The pruned weights were trained again. The three networks have to be MaskedMLPs.",
        {"MaskedMLP(layer_sizes, masks, ": "NumpyMLP(layer_sizes, "},
    ),
    (
        "tuned_as_long_as_trained",
        "The fine-tuned network was trained for all epochs; a third of them was asked for.",
        {"epochs // 3": "epochs"},
    ),
    (
        "full_one_not_trained",
        "The full network was not trained before it was pruned.",
        {"full.fit(X, y, epochs=epochs, batch_size=32, seed=seed)": "pass"},
    ),
    (
        "default_learning_rate",
        "The retrained networks have another learning rate than the full one: pass it on.",
        {"masks, learning_rate=0.05)": "masks)"},
    ),
):
    tickets.misconception(name, sentence, edits=edits)


@tickets.alternative("written_out")
def lottery_tickets(X, y, layer_sizes, sparsity, seed=0, epochs=10):
    networks = {"full": NumpyMLP(layer_sizes, learning_rate=0.05, seed=seed)}
    start = {name: value.copy() for name, value in networks["full"].params.items()}
    networks["full"].fit(X, y, epochs=epochs, batch_size=32, seed=seed)
    trained = networks["full"].params
    masks = magnitude_masks(trained, sparsity)
    control = NumpyMLP(layer_sizes, seed=seed + 1000)
    for name, params in (("fine_tuned", trained), ("rewound", start), ("fresh", control.params)):
        networks[name] = MaskedMLP(layer_sizes, masks, learning_rate=0.05, seed=7)
        networks[name].params = {n: v * masks[n] if n in masks else v for n, v in params.items()}
        count = epochs // 3 if name == "fine_tuned" else epochs
        networks[name].fit(X, y, epochs=count, batch_size=32, seed=seed)
    return networks


tickets.alternative(
    "flat_copy_of_the_start",
    edits={
        INITIAL: "theta = full.get_flat()",
        MASKS: (
            f"{MASKS}\n    began = NumpyMLP(layer_sizes)\n    began.set_flat(theta)\n"
            "    initial = began.params"
        ),
    },
)


@tickets.oracle("batches_by_hand")
def lottery_tickets(X, y, layer_sizes, sparsity, seed=0, epochs=10):
    def run(network, epochs, masks):
        rng = np.random.default_rng(seed)
        for _ in range(epochs):
            order = rng.permutation(len(X))
            for rows in (order[k : k + 32] for k in range(0, len(X), 32)):
                network.forward(X[rows])
                for name, gradient in network.backward(y[rows]).items():
                    step = 0.05 * gradient * masks.get(name, 1)
                    network.params[name] = network.params[name] - step
        return network

    def network_with(params, masks):
        made = NumpyMLP(layer_sizes)
        made.params = {n: np.where(masks[n], v, 0) if n in masks else v for n, v in params.items()}
        return made

    full = run(NumpyMLP(layer_sizes, seed=seed), epochs, {})
    weights = {n: np.abs(v) for n, v in full.params.items() if n.startswith("W")}
    border = np.quantile(np.concatenate([v.ravel() for v in weights.values()]), sparsity)
    masks = {name: value > border for name, value in weights.items()}
    starts = {
        "fine_tuned": full.params,
        "rewound": NumpyMLP(layer_sizes, seed=seed).params,
        "fresh": NumpyMLP(layer_sizes, seed=seed + 1000).params,
    }
    return {"full": full} | {
        name: run(
            network_with(start, masks), epochs // 3 if name == "fine_tuned" else epochs, masks
        )
        for name, start in starts.items()
    }


reading = choices(
    "6.26d",
    "shown",
    "abcde",
    key="acd",
    points=2,
    ideas={
        "a": (
            "pruning_must_hurt",
            "At sparsity 0.5 the rewound network is as good as the full one: A belongs to it.",
        ),
        "b": (
            "no_look_at_the_control",
            "At sparsity 0.5 the control is nearly as good as the ticket. So B does not follow: there it "
            "is the mask, or just any half of the weights, that is enough.",
        ),
        "c": (
            "no_difference_at_80_percent",
            "At sparsity 0.8 the ticket is ahead of the control: C belongs to it.",
        ),
        "d": (
            "no_collapse",
            "At sparsity 0.95 the AUC falls to about one half: D belongs to it.",
        ),
        "e": (
            "accuracy_hides_the_collapse",
            "The accuracy at sparsity 0.95 is close to that of saying no to everybody. It shows nothing.",
        ),
    },
)

written(
    "6.26-written",
    rubric=[
        (1, "Compares the ticket with a control that has the same mask."),
        (1, "Says where the effect appears: not at sparsity 0.5, but at about 0.8."),
        (1, "Says where performance degrades, and that accuracy hides it."),
        (1, "Quotes own numbers."),
        (
            1,
            "Names a limit (one-shot, global pruning, one network, few seeds) and what would change it.",
        ),
    ],
)
