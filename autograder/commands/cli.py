"""The command line. Every command only reads its arguments and calls the module that does it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer.core import TyperGroup

from autograder.commands import refusals


class _Commands(TyperGroup):
    """What stands in the way of any command is said in a sentence."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except OSError as problem:
            sentence, error = refusals.by_the_disk(problem), problem
        except ModuleNotFoundError as missing:
            sentence, error = refusals.by_this_python(missing), missing
        if not sentence:
            raise error
        raise fail(sentence)


app = typer.Typer(
    cls=_Commands,
    help="Build the course's notebooks, try answers, grade classes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out, err = Console(highlight=False), Console(stderr=True, highlight=False)
COURSE_DB = typer.Option(
    envvar="COURSE_DB",
    help="Another gradebook, by its address: postgresql+psycopg://user:password@host/database.",
)


ROSTER = typer.Option(
    help="The class as a table (id, name, email), or as Canvas or Moodle export it: names, and who is absent."
)


def fail(sentence: str, code: int = 2) -> typer.Exit:
    """Print what is wrong, one sentence, on stderr."""
    err.print(sentence, style="bold red", markup=False, soft_wrap=True)
    return typer.Exit(code)


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether chapters are fresh.")
    ] = False,
):
    """Build chapters/ from solutions/."""
    from autograder.authoring import build as building
    from autograder.course import default_course
    from autograder.course.cells import AuthorError
    from autograder.notation.faults import CourseFault
    from autograder.notation.registry import broken_files

    course = default_course()
    try:
        files = building.build(course)
    except (AuthorError, CourseFault) as mistake:
        raise fail("\n".join([*broken_files(), str(mistake)]), 1) from None
    changed = building.stale(course, files) if check else building.write(course, files)
    if check and changed:
        names = ", ".join(map(str, changed))
        raise fail(f"Not fresh: {names}. Run: python -m autograder build", 1)
    state = "fresh" if not changed else f"{len(changed)} written"
    out.print(f"{len(files)} generated files: {state}")
    if broken := broken_files():
        raise fail("\n".join([*broken, "Their notebooks are as they were."]), 1)


@app.command(name="try")
def try_(
    exercise: Annotated[
        str | None, typer.Argument(help="An exercise (2.5) or a part (2.12a).")
    ] = None,
    file: Annotated[Path | None, typer.Argument(help="The answer, a Python file.")] = None,
    batch: Annotated[
        Path | None, typer.Option(help='JSON: [{"exercise": …, "source": …}, …].')
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the hidden inputs (default: random).")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes (default: all cores).")] = None,
):
    """What would this answer get?"""
    from autograder.commands.try_answers import try_answers

    answers = _answers(exercise, file, batch)
    results = try_answers(answers, seed=seed, workers=workers)
    if as_json:
        print(json.dumps(results if batch else results[0], ensure_ascii=False, indent=1))
    else:
        for result in results:
            _print_result(result)
    if not batch and not results[0]["parts"]:
        raise fail(results[0]["error"]) if not as_json else typer.Exit(2)


def _answers(exercise, file, batch) -> list[dict]:
    if batch is None and (exercise is None or file is None):
        raise fail("Give an exercise and a file (try 2.5 my_answer.py), or --batch answers.json.")
    path = batch or file
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise fail(f"{path} cannot be read: {problem}.") from None
    if batch is None:
        return [{"exercise": exercise, "source": text}]
    try:
        answers = json.loads(text)
    except ValueError as problem:
        raise fail(f"{path} is not JSON: {problem}.") from None
    if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        raise fail(f'{path} must hold a list of {{"exercise": …, "source": …}}.')
    return answers


def _print_result(result: dict) -> None:
    from autograder.judging.feedback import of_points, points_text, text_lines

    head = f"{result['exercise']}: {of_points(result['earned'], result['points'])}"
    out.print(head, style="bold", markup=False)
    if result["error"]:
        out.print(f"  {result['error']}", style="yellow", markup=False, soft_wrap=True)
    for part in result["parts"]:
        bonus = " bonus" if part["bonus"] else ""
        score = f"{points_text(part['earned'])} of {points_text(part['points'])}{bonus}"
        out.print(f"  {part['id']}: {score}", markup=False)
        for line in text_lines(part["feedback"], out.width if out.is_terminal else None, "      "):
            out.print(line, markup=False, soft_wrap=True)


@app.command()
def doctor():
    """Which sandbox this machine gives, and why."""
    from autograder.isolation import available_tiers

    for tier in available_tiers():
        mark = "✔" if tier.available else "✘"
        out.print(f"{mark} {tier.name}: {tier.reason}", markup=False)


@app.command()
def bench():
    """Measure what the README says about speed."""
    from autograder.commands.bench import measurements

    for what, result in measurements():
        out.print(f"{what}: {result}", markup=False)


@app.command()
def grade(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders, zips or notebooks that were handed in."),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes (default: all cores).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    trust: Annotated[
        bool,
        typer.Option("--trust-submissions", help="Grade even where there is no sandbox."),
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the hidden inputs (default: random).")
    ] = None,
    course_db: Annotated[str, COURSE_DB] = "",
    into: Annotated[
        Path | None, typer.Option(help="Folder for the results (default: grading/).")
    ] = None,
    due: Annotated[
        list[str] | None,
        typer.Option(help="A due date, in local time: ch02_autograd=2026-11-01T12:00."),
    ] = None,
    scheduler: Annotated[
        str, typer.Option(help="Address of a Dask scheduler; local starts a cluster here.")
    ] = "",
    real_kernel: Annotated[
        bool, typer.Option("--real-kernel", help="Run notebooks in a Jupyter kernel: slower.")
    ] = False,
    roster: Annotated[Path | None, ROSTER] = None,
    again: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STUDENT[/ASSIGNMENT[/PART]]",
            help="Grade this once more, and nothing else; without PATHS, what was graded before.",
        ),
    ] = None,
    fresh_inputs: Annotated[
        bool, typer.Option("--fresh-inputs", help="With --again: other hidden inputs.")
    ] = False,
    reason: Annotated[str, typer.Option(help="With --again: why, for the log in the report.")] = "",
):
    """Grade a class: gradebook, feedback, grades.csv."""
    from autograder.commands.grade import Request, Stopped, grade_and_report

    if not paths and not again:
        raise fail("Name what was handed in: python -m autograder grade PATH")
    if (fresh_inputs or reason) and not again:
        raise fail("--fresh-inputs and --reason go with --again STUDENT[/ASSIGNMENT[/PART]].")
    request = Request(
        paths or [], _folder(into), workers, scheduler, trust, seed, course_db, as_json, real_kernel,
        tuple(due or ()), roster, tuple(again or ()), fresh_inputs, reason,
    )  # fmt: skip
    try:
        clean = grade_and_report(request, out, err)
    except Stopped as stopped:
        raise fail(str(stopped), stopped.code) from None
    if not clean:
        raise typer.Exit(1)


def _folder(into: Path | None):
    from autograder.course import default_course
    from autograder.gradebook.folder import GradingFolder

    return GradingFolder((into or default_course().grading).resolve())


@app.command()
def simulate(
    folder: Annotated[
        Path, typer.Argument(help="Where the class is written; must be new or empty.")
    ],
    students: Annotated[int, typer.Option(min=1, help="How many students.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed gives the same class.")] = 0,
):
    """Make a class to try things out: right answers, misconceptions, blanks, broken notebooks."""
    from autograder.commands.simulate import NotEmpty
    from autograder.commands.simulate import simulate as make
    from autograder.course import default_course
    from autograder.notation.faults import CourseFault

    try:
        truth = make(default_course(), folder, students, seed)
    except NotEmpty as problem:
        raise fail(str(problem)) from None
    except CourseFault as fault:
        raise fail(str(fault), 1) from None
    out.print(
        f"{len(truth)} students in {folder}; truth.json says what they should get.", markup=False
    )


@app.command()
def report(
    open_: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    course_db: Annotated[str, COURSE_DB] = "",
    into: Annotated[
        Path | None, typer.Option(help="Folder of the results (default: grading/).")
    ] = None,
    roster: Annotated[Path | None, ROSTER] = None,
):
    """The class on one page, with what was entered in formgrader since; feedback anew."""
    import webbrowser

    from autograder.course import default_course
    from autograder.gradebook.book import GradebookError
    from autograder.gradebook.roster import BadRoster, read_roster
    from autograder.gradebook.unused import in_short
    from autograder.report.summary import summary
    from autograder.report.write import save_roster, write_reports

    folder = _folder(into)
    try:
        if roster:
            save_roster(folder, read_roster(roster))
        results = write_reports(default_course(), folder, course_db)
    except (GradebookError, BadRoster) as problem:
        raise fail(str(problem)) from None
    summary(out, results)
    for line in in_short(results.unused):
        err.print(f"! {line}", style="yellow", markup=False, soft_wrap=True)
    out.print(f"The page: {folder.page}", markup=False)
    if open_ and not webbrowser.open(folder.page.as_uri()):
        err.print("No browser could be opened; open the page yourself.", style="yellow")


@app.command()
def export(
    to: Annotated[str, typer.Option(help="csv, canvas or moodle.")] = "csv",
    target: Annotated[Path, typer.Option("--output", help="Folder for the files.")] = Path("."),
    assignment: Annotated[str, typer.Option(help="Only this one (ch02_autograd).")] = "",
    template: Annotated[
        Path | None,
        typer.Option(help="Canvas's exported gradebook or Moodle's grading worksheet, to fill in."),
    ] = None,
    feedback: Annotated[
        str,
        typer.Option(
            help="Instead of scores the feedback, as the zip that the platform takes: moodle or canvas."
        ),
    ] = "",
    column: Annotated[
        str, typer.Option(help="The assignment's heading in Canvas's gradebook, if it differs.")
    ] = "",
    course_db: Annotated[str, COURSE_DB] = "",
    into: Annotated[
        Path | None, typer.Option(help="Folder of the results (default: grading/).")
    ] = None,
):
    """Scores, or feedback, as files that a learning platform takes."""
    from autograder.course import default_course
    from autograder.course.files import write_bytes
    from autograder.gradebook.book import GradebookError
    from autograder.report.feedback_zip import PLATFORMS, feedback_zips
    from autograder.report.platforms import FORMATS, BadTemplate, fill_in, read_template
    from autograder.report.platforms import export as scores
    from autograder.report.results import collect, of_assignment

    if to not in FORMATS:
        raise fail(f"--to {to} is not known; choose one of {', '.join(FORMATS)}.")
    if template and to == "csv":
        raise fail("--template is for --to canvas and --to moodle.")
    if feedback and feedback not in PLATFORMS:
        raise fail(f"--feedback {feedback} is not known; choose one of {', '.join(PLATFORMS)}.")
    if feedback and (template or column or to != "csv"):
        raise fail(
            "--feedback makes a zip of feedback; ask for the scores in a command of their own."
        )
    course, folder = default_course(), _folder(into)
    if assignment and assignment not in course.assignments():
        known = ", ".join(course.assignments())
        raise fail(f"--assignment {assignment} is not known; choose one of {known}.")
    try:
        results = of_assignment(collect(course, folder, course_db), assignment)
        if not results.assignments:
            raise fail("There are no results. Run: python -m autograder grade PATH")
        if feedback:
            made = feedback_zips(folder, results, feedback)
        elif template:
            made = fill_in(results, to, read_template(template), column)
        else:
            made = scores(course, results, to)
    except (GradebookError, BadTemplate) as problem:
        raise fail(str(problem)) from None
    for name, content in made.files.items():
        content = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
        write_bytes(target / name, content)
        out.print(str(target / name), markup=False)
    for line in made.lines:
        err.print(f"! {line}", style="yellow", markup=False, soft_wrap=True)


@app.command()
def release(
    folder: Annotated[
        Path, typer.Argument(help="Where the bundle is written; must be new or empty.")
    ],
    chapters: Annotated[
        list[str] | None, typer.Argument(help="Only these chapters, such as ch07_gradients.")
    ] = None,
):
    """The students' bundle, of some chapters or all: nothing from which an answer can be had."""
    from autograder.commands.release import CannotRelease
    from autograder.commands.release import release as make
    from autograder.course import default_course

    try:
        files = make(default_course(), folder, chapters or ())
    except CannotRelease as problem:
        raise fail(str(problem)) from None
    out.print(f"{len(files)} files in {folder}.", markup=False)
