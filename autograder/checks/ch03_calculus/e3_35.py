"""3.35: what checkpoints cost and save. Writing them is in `e3_35_checkpoints`."""

from autograder.check import Fault, attempt, check, number_of, written
from autograder.checks.ch03_calculus.passes import entry
from utils.answers import Unreadable, asked_number

PEAK, BEST = "peak", "best_k"


@check("3.35a", points=1, reveal=True, weights={PEAK: 2})
def formula(answer, rng):
    def peaks():
        parts = [(int(rng.integers(3, 9)), int(rng.integers(9, 15))) for _ in range(2)]
        parts = [*parts, (1, 7), (11, 1), parts[0][::-1]]
        found = {f"L = {n * k}, k = {k}": answer.peak(n * k, k) for n, k in parts}
        return {at: entry(value) for at, value in found.items()}

    def best():
        roots = rng.choice(range(3, 30), 3, replace=False)
        return {f"L = {r * r}": entry(answer.best_k(int(r * r))) for r in roots}

    return {PEAK: attempt(peaks), BEST: attempt(best)}


for name, sentence, edits in (
    (
        "only_the_checkpoints",
        "That counts the checkpoints alone. While a segment is computed again, its activations are held in "
        "addition.",
        {"return L / k + k": "return L / k"},
    ),
    (
        "only_the_segment",
        "That counts one segment alone. The checkpoints of the other segments are held all the time.",
        {"return L / k + k": "return k"},
    ),
    (
        "product_for_sum",
        "Checkpoints and segment are held side by side, so their numbers are added. The product is all the "
        "layers.",
        {"return L / k + k": "return L / k * k"},
    ),
    (
        "every_segment_at_once",
        "Only one segment is computed again at a time; the others have been forgotten, or are still to come.",
        {"return L / k + k": "return L / k + L"},
    ),
    (
        "smallest_peak_for_every_k",
        "That is the peak for the best k, 2√L. For another k it is larger.",
        {"return L / k + k": "return 2 * L**0.5"},
    ),
    (
        "half_the_layers",
        "With half of the layers in one segment that segment alone costs L/2. Balance the two terms.",
        {"return L**0.5": "return L / 2"},
    ),
    (
        "peak_for_k",
        "That is the smallest peak itself, 2√L. The question is which k leads to it.",
        {"return L**0.5": "return 2 * L**0.5"},
    ),
    (
        "logarithm",
        "A logarithm belongs to schemes with checkpoints inside of segments, level below level. With one "
        "level, balance L/k and k.",
        {"return L**0.5": "import math\n\n    return max(round(math.log2(L)), 1)"},
    ),
    (
        "fewest_checkpoints",
        "A single segment needs one checkpoint, and then all layers are computed and held at once.",
        {"return L**0.5": "return L"},
    ),
):
    formula.misconception(name, sentence, edits=edits)


@formula.alternative("counted")
def answer():
    def peak(L, k):
        checkpoints = [i for i in range(L) if i % k == 0]
        return len(checkpoints) + len(range(k))

    def best_k(L):
        return min((k for k in range(1, L + 1) if L % k == 0), key=lambda k: peak(L, k))


@formula.alternative("numpy_and_fractions")
def answer():
    from fractions import Fraction

    def peak(L, k):
        return Fraction(L, k) + k

    def best_k(L):
        return np.sqrt(np.float32(L))


@formula.oracle("a_list_that_is_filled")
def answer():
    def peak(L, k):
        held = {i for i in range(0, L, k)}
        again = [("again", i) for i in range(L - k, L)]
        return len(held | set(again))

    def best_k(L):
        peaks = np.arange(1, L + 1) + L / np.arange(1, L + 1)
        return int(np.argmin(peaks)) + 1


NUMBERS = {
    "saving_100": (4.7, 5.4),
    "extra_forward_passes": (0.9, 1.0),
    "step_cost_ratio": (1.3, 1.34),
}


def named_by(name, value, ideas):
    """The idea whose value for this name was given."""
    return next(
        (idea for idea, wrong in ideas.items() if abs(wrong.get(name, 1e9) - value) < 5e-3), None
    )


IDEAS = {
    "saving_is_sqrt": {"saving_100": 10},
    "saving_as_percent_left": {"saving_100": 0.2},
    "saving_as_percent_left_of_100": {"saving_100": 20},
    "saving_as_percent_saved": {"saving_100": 0.8},
    "saving_as_percent_saved_of_100": {"saving_100": 80},
    "no_recompute_cost": {"extra_forward_passes": 0, "step_cost_ratio": 1},
    "one_pass_for_each_segment": {"extra_forward_passes": 10, "step_cost_ratio": 13 / 3},
    "forward_doubles_step": {"step_cost_ratio": 2},
    "backward_as_cheap_as_forward": {"step_cost_ratio": 1.5},
    "ratio_inverted": {"step_cost_ratio": 0.75},
    "extra_time_alone": {"step_cost_ratio": 1 / 3},
}


@check("3.35b", points=2)
def hundred(answer, rng):
    return {name: number_of(answer, name) for name in NUMBERS}


@hundred.judge
def _(seen, rng):
    """A saving of 100/21 to 100/19, whether or not a checkpoint counts as part of its segment; one forward
    pass, or the 0.9 of it that are needed when no checkpoint is computed twice; and the time that follows."""
    said = {}
    for name, (low, high) in NUMBERS.items():
        try:
            value = asked_number(seen[name])
        except Unreadable as problem:
            said[name] = Fault(str(problem).rstrip("."))
            continue
        idea = named_by(name, value, IDEAS)
        idea = idea and idea.removesuffix("_of_100")
        said[name] = low - 0.005 <= value <= high + 0.005 or Fault("", idea)
    return said


def typed(saving_100=5, extra_forward_passes=1, step_cost_ratio=4 / 3):
    """The source of an answer that is right but for what is named."""
    return f"{saving_100 = }\n{extra_forward_passes = }\n{step_cost_ratio = }"


for name, sentence, *forms in (
    (
        "saving_is_sqrt",
        "10 = √100 is what the checkpoints alone would save. A segment of 10 is held as well.",
        typed(saving_100=10),
    ),
    (
        "saving_as_percent_left",
        "That is the share that is left, 20 of 100. The factor is the old peak divided by the new one.",
        typed(saving_100=0.2),
        typed(saving_100=20),
    ),
    (
        "saving_as_percent_saved",
        "That is the share that is saved, 80 of 100. The factor is the old peak divided by the new one.",
        typed(saving_100=0.8),
        typed(saving_100=80),
    ),
    (
        "no_recompute_cost",
        "What was dropped has to be computed again: almost every layer runs a second time.",
        typed(extra_forward_passes=0, step_cost_ratio=1),
        typed(extra_forward_passes=0),
        typed(step_cost_ratio=1),
    ),
    (
        "one_pass_for_each_segment",
        "Each segment is computed again from its own checkpoint, 10 layers. All segments together are one "
        "forward pass.",
        typed(extra_forward_passes=10, step_cost_ratio=13 / 3),
        typed(extra_forward_passes=10),
    ),
    (
        "forward_doubles_step",
        "The forward part doubles. But a step also has its backward part, which costs two units and stays.",
        typed(step_cost_ratio=2),
    ),
    (
        "backward_as_cheap_as_forward",
        "That counts a backward pass like a forward pass. By the rule of thumb it costs two of them.",
        typed(step_cost_ratio=1.5),
    ),
    (
        "ratio_inverted",
        "The ratio is upside down: with checkpoints a step takes longer.",
        typed(step_cost_ratio=0.75),
    ),
    (
        "extra_time_alone",
        "That is the additional time alone, in units of a step. The ratio compares the whole steps.",
        typed(step_cost_ratio=1 / 3),
    ),
):
    for number, source in enumerate(forms):
        hundred.misconception(name, sentence, source=source, form=f"{number}" if number else "")

hundred.alternative("checkpoint_is_part_of_its_segment", source=typed(100 / 19, 0.9, 3.9 / 3))


@hundred.alternative("numpy_and_fractions")
def answer():
    from fractions import Fraction

    saving_100, extra_forward_passes, step_cost_ratio = np.float32(5), np.int64(1), Fraction(4, 3)


hundred.alternative(
    "texts", source="saving_100, extra_forward_passes, step_cost_ratio = '5', '1', '4/3'"
)


@hundred.oracle("played_through")
def answer():
    _held, _peak, _evaluated = set(), 0, 0
    for _layer in range(100):
        _held |= {_layer} if _layer % 10 == 0 else set()
        _evaluated += 1
    for _start in range(90, -1, -10):
        for _layer in range(_start + 1, _start + 10):
            _held.add(_layer)
            _evaluated += 1
            _peak = max(_peak, len(_held))
        _held -= set(range(_start, _start + 10))
    saving_100 = 100 / _peak
    extra_forward_passes = _evaluated / 100 - 1
    step_cost_ratio = (_evaluated + 200) / 300


written(
    "3.35-written",
    rubric=[
        (0.5, "The inputs of the layers between checkpoints are dropped on the way forward."),
        (0.5, "They are computed again, a segment at a time, just before its backward pass."),
        (0.5, "√L balances the checkpoints, L/k, and the segment, k."),
        (
            0.5,
            "In a transformer a layer keeps far more inside than its input: the segment dominates.",
        ),
    ],
)
