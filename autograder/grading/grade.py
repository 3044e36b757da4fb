"""Grading one submission: (submitted cells, course, seed) -> executed notebook and verdicts.

Three steps, so that students' code can run in threads or on other machines while everything trusted
stays in one place: `prepare` makes a plan, a worker runs its steps, `finish` judges what was seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from nbformat import NotebookNode

from autograder.course import Course
from autograder.course.cell_ids import role_of
from autograder.course.given import Given
from autograder.gradebook.record import NotebookRecord, PartRecord
from autograder.gradebook.texts import points_of
from autograder.grading import demonstrations, harmless
from autograder.grading.executor import Observe, Result, RunCell, run_steps
from autograder.grading.reading import Damaged, StudentCell, read_cells
from autograder.grading.rebuild import Rebuilt, copy_of, rebuild
from autograder.inside.observation import Ran
from autograder.inside.plain import Raised
from autograder.isolation import Limits, Worker
from autograder.judging.explain import explain
from autograder.judging.feedback import as_html, sentences
from autograder.judging.reference import Reference
from autograder.judging.relied_on import top_names
from autograder.judging.repeats import without_repeats
from autograder.judging.verdict import Verdict, not_graded, stopped, total, verdict_on
from autograder.notation.ids import exercise_of

OUT_OF_TIME = ("OutOfTime", "CellLost")


@dataclass
class Plan:
    """What to run for one notebook. `runs` and `looks` say which step belongs to what."""

    rebuilt: Rebuilt
    steps: list
    runs: dict[str, int]  # cell id -> step
    looks: dict[str, int]  # part -> step
    left_out: frozenset[str] = frozenset()  # ids of cells whose outputs are in `shown`
    shown: Mapping[str, list] = field(default_factory=dict)
    state: str = "graded"
    fault: Exception | None = None  # of ours: then nothing is graded

    @property
    def parts(self) -> list[str]:
        """The checked parts."""
        return list(self.looks)


@dataclass
class GradedNotebook:
    """The result for one notebook: as plain data (`record`), and executed for reading."""

    given: Given
    notebook: NotebookNode
    verdicts: list[Verdict]
    written: dict[str, str]  # part -> hash of the student's text, "" when not answered
    answered: list[str]  # ids of the answer and written cells that are filled in
    problems: list[str]
    state: str  # "graded", "damaged" (graded as empty), "not graded" (our fault)
    tier: str
    seed: int
    version: str

    def record(self) -> NotebookRecord:
        """Everything that a report or a gradebook needs, as plain data."""
        earned, points = total(self.verdicts)
        bonus = sum(verdict.earned for verdict in self.verdicts if verdict.bonus)
        return {
            "notebook": self.given.name,
            "assignment": self.given.assignment,
            "state": self.state,
            "earned": earned,
            "points": points,
            "bonus": round(bonus, 2),
            "parts": [part_record(verdict) for verdict in self.verdicts],
            "written": self.written,
            "answered": self.answered,
            "problems": self.problems,
            "tier": self.tier,
            "seed": self.seed,
            "version": self.version,
        }


def part_record(verdict: Verdict) -> PartRecord:
    """A verdict as plain data, its sentences safe to show."""
    return {
        "id": verdict.part,
        "earned": verdict.earned,
        "points": verdict.points,
        "bonus": verdict.bonus,
        "state": verdict.state,
        "feedback": [harmless.line(line, 3000) for line in sentences(verdict)],
        "misconceptions": list(verdict.misconceptions),
        "ended": verdict.ended,
        "unwritten": verdict.unwritten,
    }


def restored(part: PartRecord) -> Verdict:
    """The verdict of which `part` is the record."""
    return Verdict(
        part["id"], part["points"], part["bonus"], part["earned"], part["state"],
        ended=part.get("ended", ""), said=part["feedback"], blank=part.get("unwritten", False),
        misconceptions=dict.fromkeys(part["misconceptions"], ""),
    )  # fmt: skip


def grade(
    data: bytes, given: Given, worker: Worker, reference: Reference, seed: int, limits=None
) -> GradedNotebook:
    """The whole way for one file."""
    plan = prepare_file(data, given, reference)
    return finish(plan, execute(worker, plan, seed, limits), reference, seed, worker.tier.name)


def prepare_file(
    data: bytes, given: Given, reference: Reference, shown: Mapping[str, list] | None = None
) -> Plan:
    """The plan for a submitted file; a damaged one is graded as if nothing were written."""
    try:
        return prepare(read_cells(data), given, reference, shown)
    except Damaged as damage:
        return prepare_damaged(f"The file is damaged: {damage}.", given, reference, shown)


def prepare_damaged(
    why: str, given: Given, reference: Reference, shown: Mapping[str, list] | None = None
) -> Plan:
    """The plan when nothing could be read."""
    plan = prepare([], given, reference, shown)
    plan.rebuilt.notes[:] = [why]
    plan.state = "damaged"
    return plan


def prepare(
    cells: list[StudentCell],
    given: Given,
    reference: Reference,
    shown: Mapping[str, list] | None = None,
) -> Plan:
    """Every code cell is run; at each test cell the answers are observed.

    `shown` holds the outputs of demonstrations that need not be run again (see `demonstrations`).
    """
    rebuilt = rebuild(given, cells)
    left_out = demonstrations.left_out(rebuilt) if shown else frozenset()
    left_out &= frozenset(shown or ())
    plan = Plan(rebuilt, [], {}, {}, left_out, shown or {})
    for cell in rebuilt.notebook.cells:
        role, part = given.names.get(cell.id, ("", ""))
        if cell.cell_type != "code" or cell.id in left_out:
            continue
        plan.runs[cell.id] = len(plan.steps)
        if role == "test":
            check = reference.check(part)
            plan.looks[part] = len(plan.steps) + 1
            # the visible tests may take as long as the observation
            plan.steps += [RunCell(cell.source, check.seconds), Observe(check)]
        else:
            plan.steps.append(RunCell(cell.source))
    return plan


def execute(worker: Worker, plan: Plan, seed: int, limits: Limits | None = None) -> list[Result]:
    """Run the plan in a worker: the only step in which a student's code runs."""
    return run_steps(worker, plan.steps, seed, limits or Limits())


def finish(
    plan: Plan,
    results: list[Result] | Exception,
    reference: Reference,
    seed: int,
    tier: str,
    kept: dict[str, Verdict] | None = None,
) -> GradedNotebook:
    """Judge what was seen, and put outputs and verdicts into the notebook.

    With an exception as `results` (a fault of ours) nothing is graded, and nothing counts as zero.
    Parts in `kept` have their verdict from an earlier run.
    """
    rebuilt, given = plan.rebuilt, plan.rebuilt.given
    notebook, state, problems = copy_of(rebuilt.notebook), plan.state, list(rebuilt.notes)
    results = plan.fault or results
    if isinstance(results, Exception):
        why = str(results) or type(results).__name__
        verdicts = {part: not_graded(reference.check(part), why) for part in plan.looks}
        results = [{"outputs": [], "error": None} for _ in plan.steps]
    else:
        found = _verdicts(plan, results, reference, seed, _whole_exercises(kept or {}, plan.parts))
        verdicts = {verdict.part: verdict for verdict in without_repeats(found.values())}
    if any(verdict.state != "graded" for verdict in verdicts.values()):
        state = "not graded"
        problems += [v.note for v in verdicts.values() if v.state != "graded"]
    count, budget = 0, harmless.HtmlBudget()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            if cell.id in plan.left_out:
                cell.outputs = list(plan.shown[cell.id])
                continue
            result = results[plan.runs[cell.id]]
            cell.outputs = harmless.outputs(result["outputs"], budget)
            problems += _problem(given, cell.id, result)
        elif cell.id in rebuilt.answered or cell.id in rebuilt.added:
            cell.source, pictures = harmless.attached(cell.source, cell.get("attachments", {}))
            cell.pop("attachments", None)
            if pictures:
                cell.attachments = NotebookNode(pictures)
        role, part = given.names.get(cell.id, ("", ""))
        if role == "test":
            cell.outputs.insert(0, _shown(verdicts[part], count))
        if role == "written":  # formgrader shows what can be given
            mark = {**cell.metadata.nbgrader, "points": points_of(cell.id)}
            cell.metadata = NotebookNode(cell.metadata, nbgrader=NotebookNode(mark))
    notebook.metadata["course"] = {"notes": rebuilt.notes, "state": plan.state}
    written = {part: _written(rebuilt, part) for part in given.written}
    return GradedNotebook(
        given, notebook, list(verdicts.values()), written, sorted(rebuilt.answered),
        list(dict.fromkeys(harmless.line(problem, 600) for problem in problems)), state,
        tier, seed, _version(reference.course),
    )  # fmt: skip


def _whole_exercises(kept: dict[str, Verdict], parts: list[str]) -> dict[str, Verdict]:
    """What a part says depends on the exercise's earlier parts: all of them are kept, or none."""
    new = {exercise_of(part) for part in parts if part not in kept}
    return {part: verdict for part, verdict in kept.items() if exercise_of(part) not in new}


@lru_cache
def _version(course: Course) -> str:
    return course.version()


def _verdicts(
    plan: Plan, results: list[Result], reference: Reference, seed: int, kept: dict[str, Verdict]
) -> dict[str, Verdict]:
    rebuilt, book = plan.rebuilt, plan.rebuilt.given.notebook
    answer_ids = {
        part: name for name, (role, part) in rebuilt.given.names.items() if role == "answer"
    }
    sources = {cell.id: cell.source for cell in rebuilt.notebook.cells if cell.id in plan.runs}
    added = [sources[name] for name in sources if name in rebuilt.added]
    verdicts = {}
    for part, step in plan.looks.items():
        if part in kept:
            verdicts[part] = kept[part]
            continue
        check = reference.check(part)
        name = answer_ids[book.answer_of(part).key]
        verdict = verdict_on(check, results[step], reference, seed, sources[name], added)
        ran = results[plan.runs[name]]
        if ran["error"] and not verdict.full and not verdict.note:
            verdict.note = _why_it_stopped(ran)
            stopped(verdict, sources[name])
        if not verdict.full and (why := _why_names_are_missing(plan, results, verdict, ran, name)):
            verdict.note = " ".join(filter(None, [verdict.note, why]))
        verdicts[part] = verdict
    return verdicts


def _why_names_are_missing(
    plan: Plan, results: list[Result], verdict: Verdict, ran: Ran, answer: str
) -> str:
    """A sentence about a cell that stopped before it defined a name which the answer needs."""
    errors = [line.got for line in verdict.lines if isinstance(line.got, Raised)]
    errors = [(one.type, one.message) for one in errors]
    if ran["error"]:
        errors.append(_error_of(ran))
    needed = [
        found[1] for kind, said in errors if kind == "NameError" and (found := _NAME.search(said))
    ]
    needed += verdict.missing
    if not needed:
        return ""
    cells = {cell.id: cell.source for cell in plan.rebuilt.notebook.cells}
    for cell, place in plan.runs.items():
        if cell == answer or not results[place]["error"] or role_of(cell) == "test":
            continue
        lost = [name for name in dict.fromkeys(needed) if name in top_names(cells[cell])]
        kind, value = _error_of(results[place])
        if lost and kind != "NotImplementedError":
            why = f"{kind}: {value}" if value else kind
            return f"{lost[0]} is missing because another cell stops with an error ({why})."
    return ""


_NAME = re.compile(r"name '(\w+)' is not defined")


def _why_it_stopped(ran: Ran) -> str:
    """What happened to an answer cell that did not run to its end."""
    name, value = _error_of(ran)
    if name == "NotImplementedError":
        return ""
    if name in OUT_OF_TIME:
        return "The answer cell itself did not come to an end in time, or ended the process."
    return f"The answer cell stops with an error. {explain(Raised(name, value))}"


def _error_of(ran: Ran) -> tuple[str, str]:
    found = [o for o in ran["outputs"] if isinstance(o, dict) and o.get("output_type") == "error"]
    errors = harmless.outputs(found)
    last = errors[-1] if errors else None
    value = re.sub(r"\(<ipython-input[^>]*>, (line \d+)\)", r"(\1)", last.evalue if last else "")
    return harmless.plain(str(ran["error"]), 100), value


def _problem(given: Given, cell_id: str, ran: Ran) -> list[str]:
    """One line for a cell that a person may want to look at."""
    if not ran["error"]:
        return []
    label, (name, value) = _label(given, cell_id), _error_of(ran)
    if name == "CellLost":
        return [f"{label} ended the process or could not be stopped; the rest was run without it."]
    if name == "OutOfTime":
        return [f"{label} was stopped: it ran longer than it may."]
    if name == "NotImplementedError" or role_of(cell_id) in ("test", "added"):
        return []  # the verdict says it, or it is the student's own business
    return [f"{label} stops with {name}: {value[:200]}" if value else f"{label} stops with {name}."]


def _label(given: Given, name: str) -> str:
    role, part = given.names.get(name, ("", ""))
    words = {"answer": "Answer", "test": "The visible test of"}
    if role in words:
        return f"{words[role]} {part}"
    return "A cell that the student added" if role_of(name) == "added" else f"The cell {name}"


def _written(rebuilt: Rebuilt, part: str) -> str:
    for cell in rebuilt.notebook.cells:
        if rebuilt.given.names.get(cell.id) == ("written", part) and cell.id in rebuilt.answered:
            text = cell.source + repr(cell.get("attachments", ""))
            return hashlib.sha256(text.encode()).hexdigest()[:16]
    return ""


def _shown(verdict: Verdict, count: int) -> NotebookNode:
    """The verdict as a cell's result: HTML for people, a plain number for nbgrader.

    It stands first, so that a warning on stderr after it does not decide the points.
    """
    number = 0.0 if verdict.bonus or verdict.state != "graded" else float(verdict.earned)
    data = {
        "text/plain": repr(number),
        "text/html": harmless.plain(as_html(verdict), harmless.MAX_CELL),
    }
    made = harmless.new_output("execute_result", data, execution_count=count)
    made.metadata["course"] = "verdict"
    return made
