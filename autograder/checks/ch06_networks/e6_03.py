"""6.3: parameters and the cache, by hand and as functions."""

from autograder.check import attempt, check, number_of

SHAPES = ("Z1", "A1", "Z2", "A2")


@check("6.3a", points=2, weights=dict.fromkeys(SHAPES, 0.25))
def by_hand(answer, rng):
    def shape(name):
        return [int(size) for size in answer.shapes[name]]

    counts = {name: number_of(answer, name) for name in ("n_weights", "n_biases", "n_bytes")}
    return counts | {name: attempt(shape, name) for name in SHAPES}


def typed(n_weights=16, n_biases=5, n_bytes=1280, batch=32, outputs_first=False):
    """The source of an answer that is right but for what is named."""
    pairs = {"Z1": (batch, 4), "A1": (batch, 4), "Z2": (batch, 1), "A2": (batch, 1)}
    shapes = {name: pair[::-1] if outputs_first else pair for name, pair in pairs.items()}
    return f"{n_weights = }\n{n_biases = }\n{n_bytes = }\n{shapes = }"


for name, sentence, *forms in (
    (
        "bias_for_the_input_layer",
        "The inputs have no biases: they are given, and nothing computes them.",
        typed(n_biases=8),
    ),
    ("no_output_bias", "The output unit has a bias, too.", typed(n_biases=4)),
    (
        "biases_among_the_weights",
        "That is the number of all parameters. The biases are counted separately here.",
        typed(n_weights=21),
    ),
    (
        "only_activations_counted",
        "Half is missing: the cache holds Z as well as A.",
        typed(n_bytes=640),
    ),
    (
        "forgets_the_batch",
        "That is the cache of a single example. There are 32, and each has its own numbers.",
        typed(n_bytes=40),
        typed(n_bytes=40, batch=1),
    ),
    (
        "counts_the_input_batch",
        "The input batch is counted, which does not belong to the cache here.",
        typed(n_bytes=1664),
    ),
    ("float64_bytes", "A number of 32 bits takes 4 bytes.", typed(n_bytes=2560)),
    (
        "counts_numbers_instead_of_bytes",
        "That is how many numbers there are. Each of them takes 4 bytes.",
        typed(n_bytes=320),
    ),
    (
        "columns_for_examples",
        "The shapes are the other way round: in this chapter an example is a row.",
        typed(outputs_first=True),
    ),
):
    for number, source in enumerate(forms):
        by_hand.misconception(name, sentence, source=source, form=f"{number}" if number else "")

by_hand.alternative(
    "lists_and_floats",
    source=typed(16.0, 5.0, 1280.0).replace("(", "[").replace(")", "]"),
)


@by_hand.alternative("numpy_and_torch")
def answer():
    import torch

    n_weights, n_biases, n_bytes = np.int64(16), torch.tensor(5), np.array(1280.0)
    shapes = {"Z1": torch.Size([32, 4]), "A1": np.array([32, 4]), "Z2": (32, 1), "A2": (32, 1)}


@by_hand.oracle("torch_counts")
def answer():
    import torch

    net = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1), torch.nn.Sigmoid()
    )
    n_weights = sum(p.numel() for name, p in net.named_parameters() if "weight" in name)
    n_biases = sum(p.numel() for name, p in net.named_parameters() if "bias" in name)
    A, shapes, n_bytes = torch.zeros(32, 3), {}, 0
    for name, layer in zip(("Z1", "A1", "Z2", "A2"), net):
        A = layer(A)
        shapes[name] = A.shape
        n_bytes += A.nbytes


@check("6.3", points=4, reveal=True)
def counting(answer, rng):
    def sizes(layers):
        return [int(size) for size in rng.choice(range(2, 40), layers + 1, replace=False)]

    def part(place, layer_sizes):
        return list(answer.count_parameters(layer_sizes))[place]

    deep, equal, single = sizes(4), [int(rng.integers(3, 20))] * 4, sizes(1)
    batch, other = (int(n) for n in rng.choice(range(3, 300), 2, replace=False))
    return {
        "weights": attempt(lambda: [part(0, deep), part(0, equal), part(0, single)]),
        "biases": attempt(lambda: [part(1, deep), part(1, equal), part(1, single)]),
        "bytes of the cache": [answer.cache_bytes(deep, batch), answer.cache_bytes(equal, other)],
        "bytes of the cache, 8 for each number": answer.cache_bytes(
            sizes(3), other, bytes_per_float=8
        ),
    }


BIASES, BYTES = (
    "n_biases = sum(layer_sizes[1:])",
    "2 * batch_size * sum(layer_sizes[1:]) * bytes_per_float",
)
counting.misconception(
    "bias_for_the_input_layer",
    "The inputs have no biases: they are given, and nothing computes them.",
    edits={BIASES: "n_biases = sum(layer_sizes)"},
)
counting.misconception(
    "only_activations_counted",
    "The cache holds two matrices for every layer, Z and A.",
    edits={BYTES: "batch_size * sum(layer_sizes[1:]) * bytes_per_float"},
)
counting.misconception(
    "forgets_the_batch",
    "The size of the batch is missing: every example has its own numbers.",
    edits={BYTES: "2 * sum(layer_sizes[1:]) * bytes_per_float"},
)
counting.misconception(
    "float64_bytes",
    "A number takes 4 bytes unless the call says otherwise.",
    edits={"bytes_per_float: int = 4": "bytes_per_float: int = 8"},
)
counting.misconception(
    "float64_bytes",
    "The size of a number is an argument; here it is always 8 bytes.",
    edits={BYTES: "2 * batch_size * sum(layer_sizes[1:]) * 8"},
    form="always",
)
counting.misconception(
    "four_bytes_always",
    "The size of a number is an argument; here it is always 4 bytes.",
    edits={BYTES: "2 * batch_size * sum(layer_sizes[1:]) * 4"},
)
INPUT_BATCH = (
    "The input batch is counted. It does not belong to the cache here: it was there before."
)
counting.misconception(
    "counts_the_input_batch",
    INPUT_BATCH,
    edits={BYTES: "batch_size * (layer_sizes[0] + 2 * sum(layer_sizes[1:])) * bytes_per_float"},
)
counting.misconception(
    "counts_the_input_batch",
    INPUT_BATCH,
    edits={BYTES: "2 * batch_size * sum(layer_sizes) * bytes_per_float"},
    form="twice",
)
counting.misconception(
    "no_output_bias",
    "The units of the last layer have biases, too.",
    edits={BIASES: "n_biases = sum(layer_sizes[1:-1])"},
)
counting.misconception(
    "one_bias_for_each_layer",
    "There is a bias for every unit, not one for every layer.",
    edits={BIASES: "n_biases = len(layer_sizes) - 1"},
)
counting.misconception(
    "counts_units_instead_of_wires",
    "Weights sit on the wires: a layer with k inputs and m units has k·m of them.",
    edits={"n_in * n_out for": "n_in + n_out for"},
)


@counting.alternative("loops")
def answer():
    def count_parameters(layer_sizes):
        weights = biases = 0
        for layer in range(1, len(layer_sizes)):
            weights += layer_sizes[layer] * layer_sizes[layer - 1]
            biases += layer_sizes[layer]
        return [weights, biases]

    def cache_bytes(layer_sizes, batch_size, bytes_per_float=4):
        total = 0
        for size in layer_sizes[1:]:
            total += 2 * batch_size * size * bytes_per_float
        return float(total)


@counting.alternative("arrays")
def answer():
    def count_parameters(layer_sizes):
        sizes = np.array(layer_sizes)
        return np.array([sizes[:-1] @ sizes[1:], sizes.sum() - sizes[0]])

    def cache_bytes(layer_sizes, batch_size, bytes_per_float=4):
        return bytes_per_float * 2 * np.prod([batch_size, np.sum(layer_sizes[1:])])


@counting.oracle("the_networks_themselves")
def answer():
    from utils import NumpyMLP, PyTorchMLP

    def count_parameters(layer_sizes):
        parameters = dict(PyTorchMLP(layer_sizes).named_parameters())
        return tuple(
            sum(value.numel() for name, value in parameters.items() if name.endswith(kind))
            for kind in ("weight", "bias")
        )

    def cache_bytes(layer_sizes, batch_size, bytes_per_float=4):
        dtype = {4: np.float32, 8: np.float64}[bytes_per_float]
        network = NumpyMLP(layer_sizes, dtype=dtype)
        network.forward(np.zeros((batch_size, layer_sizes[0])))
        return sum(value.nbytes for name, value in network.cache.items() if name != "A0")
