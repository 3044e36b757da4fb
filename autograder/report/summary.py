"""The class in short, for a terminal: a screenful, however many students there are."""

from __future__ import annotations

from autograder.judging.feedback import points_text
from autograder.report.attention import matters, texts_to_read
from autograder.report.item_analysis import (
    PartStatistics,
    assignments_of,
    measured,
    misconceptions,
    overall,
    overview_text,
    part_statistics,
    quartiles,
    tenths,
)
from autograder.report.results import AssignmentResult, ClassResults

FEW = 15  # so many results are listed one by one
MOST = 5
MANY = 10
WIDTH = 30  # of the histogram's longest bar


def summary(console, results: ClassResults) -> None:
    """Print it on a rich console."""
    console.print(overview_text(results), style="bold", markup=False)
    if not results.assignments:
        return
    if len(results.assignments) <= FEW:
        console.print(_students(results.assignments))
    else:
        if shares := list(overall(results).values()):
            console.print(_histogram(shares))
        console.print(_assignments(results))
    sections = (
        ("Hardest parts", _hardest(part_statistics(results))),
        ("Most frequent wrong ideas", _ideas(results)),
        ("To look at", _look(results)),
    )
    for title, grid in sections:
        if grid.row_count:
            console.print(f"\n{title}", style="bold")
            console.print(grid)


def _grid(*justify: str):
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for index, side in enumerate(justify):
        grid.add_column(justify=side, no_wrap=index < len(justify) - 1)
    return grid


def _text(cell: str):
    """Names are no markup."""
    from rich.text import Text

    return Text(cell)


def _students(found: list[AssignmentResult]):
    grid = _grid("left", "left", "right", "right", "left")
    for column in grid.columns:
        column.no_wrap, column.overflow = False, "fold"
    for one in found:
        score = f"{points_text(one.points)} of {points_text(one.max)}"
        extra = f"+{points_text(one.bonus)}" if one.bonus else ""
        extra += f" −{points_text(one.late.penalty)}" if one.late.penalty else ""
        grid.add_row(
            *map(_text, (one.name or one.student, one.assignment, score, extra.strip(), one.state))
        )
    return grid


def _histogram(shares: list[float]):
    """How many students lie in each tenth of the points."""
    counts = tenths(shares)
    grid = _grid("right", "left")
    for index, count in enumerate(counts):
        length = -(-WIDTH * count // max(counts))
        grid.add_row(f"{10 * index:>3}–{10 * index + 10:>3} %", f"{'█' * length} {count or ''}")
    return grid


def _assignments(results: ClassResults):
    grid = _grid("left", "right", "left")
    for name in assignments_of(results):
        shares = [one.share for one in measured(results, name)]
        count = sum(one.assignment == name for one in results.assignments)
        middle = quartiles(shares)[1] if len(shares) > 1 else sum(shares)
        median = f"median {100 * middle:.0f} % of the points" if shares else ""
        grid.add_row(name, f"{count} handed in", median)
    return grid


def _hardest(parts: list[PartStatistics]):
    grid = _grid("left", "right", "left", "left")
    checked = sorted((part for part in parts if not part.bonus), key=lambda part: part.share)
    for part in [part for part in checked if part.share < 1][:MOST]:
        grid.add_row(
            part.part, f"{100 * part.share:.0f} %", f"{part.full} of {part.count} complete",
            part.title,
        )  # fmt: skip
    odd = {mark: [p.part for p in parts if p.mark == mark] for mark in ("negative", "weak")}
    for mark, words in (("negative", "negative"), ("weak", "weak")):
        if odd[mark]:
            more = f" and {len(odd[mark]) - MOST} more" if len(odd[mark]) > MOST else ""
            named = ", ".join(odd[mark][:MOST]) + more
            grid.add_row("", "", f"{words} discrimination", named)
    return grid


def _ideas(results: ClassResults):
    grid = _grid("right", "left", "left")
    for idea in misconceptions(results)[:MOST]:
        grid.add_row(f"{idea.count} of {idea.tried}", idea.part, _text(idea.sentence))
    return grid


def _texts(count: int) -> str:
    return f"{count} {'text' if count == 1 else 'texts'}"


def _look(results: ClassResults):
    grid = _grid("left", "left")
    found = matters(results)
    for matter in found[:MANY]:
        grid.add_row("!", _text(matter.in_short()))
    if len(found) > MANY:
        grid.add_row("!", f"{len(found) - MANY} more such lines are in the report")
    if texts := texts_to_read(results):
        grid.add_row("!", f"to be read in formgrader: {_texts(sum(texts.values()))}")
    return grid
