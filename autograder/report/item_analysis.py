"""How the parts of an assignment did (an item analysis), and which wrong ideas a class holds."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from autograder.notation.registry import all_checks
from autograder.report.results import AssignmentResult, ClassResults, NotebookResult, PartResult

ENOUGH = 20  # students; with fewer, a correlation says more about chance than about the part
WEAK = 0.2  # a discrimination below this is usually called poor
COUNTED = ("graded", "read by a person")


@dataclass(frozen=True)
class PartStatistics:
    """How one part did. `share` is the mean share of its points, `full` how many have them all,
    `unwritten` how many wrote nothing."""

    assignment: str
    part: str
    title: str
    bonus: bool
    count: int
    share: float
    full: int
    unwritten: int
    discrimination: float | None  # None: too few students, or no differences between them

    @property
    def mark(self) -> str:
        """What is odd about the discrimination: "negative", "weak" or ""."""
        if self.discrimination is None or self.discrimination >= WEAK:
            return ""
        return "negative" if self.discrimination < 0 else "weak"


@dataclass
class Misconception:
    """A wrong idea, and who holds it: `students` of the `tried` who wrote something."""

    assignment: str
    part: str
    sentence: str
    tried: int
    students: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many hold it."""
        return len(self.students)


def counted(results: ClassResults) -> list[tuple[AssignmentResult, NotebookResult]]:
    """The notebooks that say something about the exercises: handed in, and not damaged."""
    return [
        (one, notebook)
        for one in results.assignments
        for notebook in one.notebooks
        if notebook.record is not None and not notebook.damaged
    ]


def part_statistics(results: ClassResults) -> list[PartStatistics]:
    """Every part that somebody handed in, in the order of the course."""
    found: dict[tuple[str, str], list[tuple[str, PartResult]]] = {}
    rest: dict[tuple[str, str], list[PartResult]] = {}
    for one, notebook in counted(results):
        for part in notebook.parts:
            if part.points and part.state in COUNTED:
                found.setdefault((one.assignment, part.id), []).append((one.student, part))
                if not part.bonus:
                    rest.setdefault((one.assignment, one.student), []).append(part)
    places = _places(results)
    return [
        _statistics(assignment, held, rest)
        for (assignment, _), held in sorted(found.items(), key=lambda item: places[item[0]])
    ]


def _places(results: ClassResults) -> dict[tuple[str, str], int]:
    """Where each part stands in the course."""
    names = dict.fromkeys(
        (one.assignment, part.id)
        for one in sorted(results.assignments, key=lambda one: one.assignment)
        for part in one.parts
    )
    return {name: place for place, name in enumerate(names)}


def _statistics(assignment: str, held, rest) -> PartStatistics:
    parts = [part for _, part in held]
    shares = [_share([part]) for part in parts]
    others = [
        _share([other for other in rest.get((assignment, student), ()) if other is not part])
        for student, part in held
    ]
    first = parts[0]
    return PartStatistics(
        assignment, first.id, first.title, first.bonus, len(parts), statistics.fmean(shares),
        sum(part.full for part in parts), sum(part.unwritten for part in parts),
        _correlation(shares, others),
    )  # fmt: skip


def _share(parts: list[PartResult]) -> float | None:
    points = sum(part.points for part in parts)
    return sum(min(part.earned, part.points) for part in parts) / points if points else None


def _correlation(part: list[float], others: list[float | None]) -> float | None:
    """The corrected item-total correlation: of a part with the rest of the assignment.

    `others` is each student's share of the points of all other parts that this student handed in.
    """
    pairs = [(x, y) for x, y in zip(part, others) if y is not None]
    if len(pairs) < ENOUGH:
        return None
    try:
        return round(statistics.correlation(*zip(*pairs)), 2) + 0.0  # no -0.0
    except statistics.StatisticsError:  # everybody has the same
        return None


def uncertainty(count: int) -> float:
    """By how much a correlation near zero may be off by chance (95 %), with so many students."""
    return 1.96 / (count - 3) ** 0.5


def misconceptions(results: ClassResults) -> list[Misconception]:
    """The wrong ideas that the class holds, most frequent first, then in the course's order."""
    tried: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, str, str], Misconception] = {}
    checks = all_checks()
    for one, notebook in counted(results):
        for part in notebook.parts:
            if part.state in ("missing", "not graded") or part.unwritten:
                continue
            place = one.assignment, part.id
            tried[place] = tried.get(place, 0) + 1
            variants = checks[part.id].variants.values() if part.id in checks else ()
            said = {variant.name: variant.sentence for variant in variants if variant.sentence}
            for sentence in dict.fromkeys(said.get(name, name) for name in part.misconceptions):
                idea = found.setdefault((*place, sentence), Misconception(*place, sentence, 0))
                idea.students.append(one.student)
    for idea in found.values():
        idea.tried = tried[idea.assignment, idea.part]
    places = _places(results)
    return sorted(found.values(), key=lambda i: (-i.count, places[i.assignment, i.part]))


def tenths(shares: list[float]) -> list[int]:
    """How many shares (0 to 1) lie in each tenth; the whole belongs to the last one."""
    counts = [0] * 10
    for share in shares:
        counts[min(9, max(0, int(share * 10 + 1e-9)))] += 1
    return counts


def quartiles(shares: list[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile of at least two shares."""
    low, middle, high = statistics.quantiles(shares, n=4, method="inclusive")
    return low, middle, high


def measured(results: ClassResults, assignment: str) -> list[AssignmentResult]:
    """An assignment's results, of which at least one part was graded."""
    return [one for one in results.assignments if one.assignment == assignment and one.possible]


def far_below(results: ClassResults) -> list[AssignmentResult]:
    """Who lies more than 1.5 interquartile ranges below the lower quartile (Tukey's fence)."""
    found = []
    for name in assignments_of(results):
        mine = measured(results, name)
        if len(mine) >= ENOUGH:
            low, _, high = quartiles([one.share for one in mine])
            found += [one for one in mine if one.share < low - 1.5 * (high - low)]
    return found


def assignments_of(results: ClassResults) -> list[str]:
    """The assignments that somebody handed in, in the order of the course."""
    return sorted({one.assignment for one in results.assignments})


def overall(results: ClassResults) -> dict[str, float]:
    """Each student's share of the points of all that the student handed in and we graded."""
    points: dict[str, list[float]] = {}
    for one in results.assignments:
        mine = points.setdefault(one.student, [0.0, 0.0])
        mine[0] += one.points
        mine[1] += one.possible
    return {student: got / most for student, (got, most) in points.items() if most}


def overview_text(results: ClassResults) -> str:
    """The class in one or two sentences."""
    if not results.assignments:
        return "Nothing is graded yet. Run: python -m autograder grade PATH"
    shares, count = list(overall(results).values()), len(results.students)
    said = f"{count} {'student' if count == 1 else 'students'}"
    if shares:
        said += f"; on average {100 * statistics.fmean(shares):.0f} % of the points"
    if len(shares) >= 4:
        low, middle, high = (f"{100 * share:.0f}" for share in quartiles(shares))
        said += f", median {middle} %; the middle half lies between {low} and {high} %"
    faults = sum(one.state == "not graded" for one in results.assignments)
    if faults:
        said += f". {faults} could not be graded: a fault of the course, not theirs"
    return said + "."
