"""6.17c: a table of times, filled on a simulated clock by engines whose speed is hidden."""

from autograder.check import attempt, check, written
from autograder.checks.ch06_networks.as_numbers import as_number
from autograder.checks.ch06_networks.simulated_clock import SimulatedClock

ROWS = ("numpy float64", "numpy float32", "torch")


class Speeds:
    """What a step of each engine takes, and how much longer its calls take than the fastest one.

    The first call of each engine is slow and the second is the fastest, so that one call is not enough.
    """

    SLOWER = (1.6, 1.0, 1.2)

    def __init__(self, clock, per_step):
        self.clock, self.per_step = clock, per_step
        self.calls = dict.fromkeys(per_step, 0)

    def begin(self, row):
        """An engine begins to train; returns how long each of its steps takes in this call."""
        slower = self.SLOWER[min(self.calls[row], 2)]
        self.calls[row] += 1
        return slower * self.per_step[row]

    def networks(self):
        """A NumPy network, and a `torch_fit`, that only take their time."""
        import numpy as np

        from utils import NumpyMLP

        speeds, clock = self, self.clock

        class Timed(NumpyMLP):
            def __init__(self, layer_sizes, **options):
                clock.passes(0.5)
                super().__init__(layer_sizes, **options)
                self.row = f"numpy {np.dtype(self.dtype).name}"
                self.per_step = None

            def fit(self, *args, **options):
                self.per_step = speeds.begin(self.row)
                return super().fit(*args, **options)

            def train_step(self, X, y):
                clock.passes(
                    self.L * (self.per_step or speeds.per_step[self.row]) * (1 + len(X) / 100)
                )
                return 0.5

        def torch_fit(model, X, y, epochs=1, batch_size=64, learning_rate=0.01, seed=0):
            step = speeds.begin("torch")
            for start in range(0, len(X), batch_size):
                rows = min(batch_size, len(X) - start)
                clock.passes(len(model.layers) * epochs * step * (1 + rows / 100))
            return [0.5] * epochs

        return {"NumpyMLP": Timed, "torch_fit": torch_fit}


@check("6.17c", points=3, reveal=True)
def speed_table(answer, rng):
    import numpy as np

    def durations():
        return dict(zip(ROWS, rng.uniform(0.05, 0.5, 3).round(3).tolist()))

    def table(per_step, layer_sizes, n_rows, batch_size):
        clock = SimulatedClock()
        given = Speeds(clock, per_step).networks()

        def best_time(fn, repeats=3):
            times = []
            for _ in range(repeats):
                before = clock.wall
                fn()
                times.append(clock.wall - before)
            return min(times)

        X = np.full((n_rows, layer_sizes[0]), 0.5)
        fill = answer.with_given("speed_table", best_time=best_time, **given)
        with clock.in_force(answer.speed_table):
            return fill(layer_sizes, X, np.arange(n_rows) % 2, batch_size)

    small = attempt(table, durations(), [4, 3, 1], 60, 20)
    large = attempt(table, durations(), [5, 8, 8, 1], 50, 50)

    def entry(found, row):
        return as_number(found[row])

    return {row: [attempt(entry, small, row), attempt(entry, large, row)] for row in ROWS}


NUMPY_RUN = "lambda: network.fit(X, y, epochs=1, batch_size=batch_size)"
TORCH_RUN = "lambda: torch_fit(network, X, y, epochs=1, batch_size=batch_size)"
speed_table.misconception(
    "single_run_with_warm_up",
    "One run is not enough: the first one is slow. Take the best of several.",
    edits={f"best_time({NUMPY_RUN})": f"best_time({NUMPY_RUN}, 1)"},
)
speed_table.misconception(
    "single_run_with_warm_up",
    "One run is not enough: PyTorch's first step is far slower than its later ones. Take the best of "
    "several.",
    edits={f"best_time({TORCH_RUN})": f"best_time({TORCH_RUN}, 1)"},
    form="torch",
)
speed_table.misconception(
    "batch_size_left_out",
    "The NumPy network trains with its own default of 64 rows, so the engines do not take the same steps.",
    edits={NUMPY_RUN: NUMPY_RUN.replace(", batch_size=batch_size", "")},
)
speed_table.misconception(
    "batch_size_left_out",
    "PyTorch trains with the default of 64 rows, so the engines do not take the same steps.",
    edits={TORCH_RUN: TORCH_RUN.replace(", batch_size=batch_size", "")},
    form="torch",
)
speed_table.misconception(
    "hundred_epochs_against_one",
    "The NumPy network trains for 100 epochs, which is fit's default, and PyTorch for one.",
    edits={NUMPY_RUN: NUMPY_RUN.replace(" epochs=1,", "")},
)
speed_table.misconception(
    "precision_forgotten",
    "Both NumPy rows were measured with the default, float64. dtype= sets the precision.",
    edits={"NumpyMLP(layer_sizes, dtype=dtype)": "NumpyMLP(layer_sizes)"},
)
speed_table.misconception(
    "precisions_exchanged",
    "The two precisions are exchanged: float32 has 4 bytes for a number, float64 has 8.",
    edits={
        "numpy_time(np.float64)": "numpy_time(np.float32)",
        "numpy_time(np.float32)": "numpy_time(np.float64)",
    },
)
speed_table.misconception(
    "construction_is_timed",
    "Making the network is inside the timed call. The time of the training alone is asked for.",
    edits={NUMPY_RUN: NUMPY_RUN.replace("network", "NumpyMLP(layer_sizes, dtype=dtype)")},
)
EPOCH, STEP = "best_time({})", "best_time({}) / -(-len(X) // batch_size)"
speed_table.misconception(
    "time_of_a_step",
    "That is the time of one step. The time of an epoch, with all of its batches, is asked for.",
    edits={EPOCH.format(run): STEP.format(run) for run in (NUMPY_RUN, TORCH_RUN)},
)


@speed_table.misconception(
    "typed_without_a_run",
    "These times are the same for every network and every batch. They have to be measured in each call.",
)
def speed_table(layer_sizes, X, y, batch_size):
    return {"numpy float64": 0.017, "numpy float32": 0.013, "torch": 0.043}


@speed_table.alternative("timed_by_hand")
def speed_table(layer_sizes, X, y, batch_size):
    def shortest(train):
        times = []
        for _ in range(4):
            begin = time.perf_counter()
            train()
            times.append(time.perf_counter() - begin)
        return min(times)

    one, two = NumpyMLP(layer_sizes), NumpyMLP(layer_sizes, dtype="float32")
    three = PyTorchMLP(layer_sizes)
    return {
        "torch": shortest(lambda: torch_fit(three, X, y, 1, batch_size)),
        "numpy float32": shortest(lambda: two.fit(X, y, epochs=1, batch_size=batch_size)),
        "numpy float64": shortest(lambda: one.fit(X, y, epochs=1, batch_size=batch_size)),
    }


@speed_table.alternative("fresh_networks_made_before_the_clock")
def speed_table(layer_sizes, X, y, batch_size):
    def of(bits):
        networks = [NumpyMLP(layer_sizes, dtype=f"float{bits}") for _ in range(5)]
        run = lambda: networks.pop().fit(X, y, None, None, 1, batch_size)  # noqa: E731
        return best_time(run, repeats=5)

    model = PyTorchMLP(layer_sizes)
    table = {f"numpy float{bits}": of(bits) for bits in (64, 32)}
    table["torch"] = best_time(lambda: torch_fit(model, X, y, batch_size=batch_size), 2)
    table["threads"] = torch.get_num_threads()
    return table


@speed_table.oracle("from_the_hidden_speeds")
def speed_table(layer_sizes, X, y, batch_size):
    """The sum over the batches, from what the engines' own clocks say of a single row."""

    def seconds(train):
        train(X[:1], y[:1])
        begin = time.perf_counter()
        train(X[:1], y[:1])
        per_step = (time.perf_counter() - begin) / 1.01
        sizes = [min(batch_size, len(X) - start) for start in range(0, len(X), batch_size)]
        return per_step * sum(1 + size / 100 for size in sizes)

    table = {}
    for name in ("float64", "float32"):
        network = NumpyMLP(layer_sizes, dtype=np.dtype(name))
        table[f"numpy {name}"] = seconds(lambda X, y: network.fit(X, y, epochs=1))  # noqa: B023
    table["torch"] = seconds(lambda X, y: torch_fit(PyTorchMLP(layer_sizes), X, y))
    return table


written(
    "6.17-written",
    rubric=[
        (
            1,
            "Argues from numbers of the own table: little work and much overhead, or the other way round.",
        ),
        (0.5, "Says how the overhead is spread when the batch or the network grows."),
        (
            0.75,
            "Names one thing that makes the comparison unfair: precision, threads, first runs, transfer.",
        ),
        (
            0.75,
            "Says what changes on a graphics card: the work shrinks, the overhead of a step grows.",
        ),
    ],
)
