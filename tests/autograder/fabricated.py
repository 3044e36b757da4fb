"""Classes with known numbers, written as results without running anything."""

import random
from functools import lru_cache

from classroom import COURSE, temporary

from autograder.check import all_checks
from autograder.course.files import write_json
from autograder.gradebook.book import Late
from autograder.gradebook.folder import GradingFolder
from autograder.report.results import collect

NAMES = ("Müller, Jürgen", "O'Brien", "=cmd", 'Łukasz "Lu" Żółty')


def record(student, name, shares=None, *, share=1.0, ideas=None, ended=None, **facts):
    """A result of one notebook: `shares` of the points by part (else `share`), wrong ideas and
    what ended a part, by part."""
    shares, ideas, ended = shares or {}, ideas or {}, ended or {}
    parts = []
    for part in COURSE.notebooks[name].parts:
        check = all_checks()[part]
        earned = round(check.points * shares.get(part, share), 2)
        parts.append({
            "id": part, "earned": earned, "points": check.points, "bonus": check.bonus,
            "state": "graded", "feedback": ["✔ fine" if earned else "✘ This part is not written yet."],
            "misconceptions": ideas.get(part, []), "ended": ended.get(part, ""),
        })  # fmt: skip
    counted = [part for part in parts if not part["bonus"]]
    return {
        "student": student, "lms_id": "", "file": f"{name}.ipynb", "notebook": name,
        "assignment": name.split("/")[0], "state": "graded",
        "earned": sum(part["earned"] for part in counted),
        "points": sum(part["points"] for part in counted),
        "bonus": sum(part["earned"] for part in parts if part["bonus"]),
        "parts": parts, "written": {}, "answered": [], "problems": [], "tier": "none", "seed": 1,
        "version": "", **facts,
    }  # fmt: skip


def names(count):
    return [*NAMES, *(f"Student {number:03}" for number in range(count))][:count]


def write(folder: GradingFolder, records) -> GradingFolder:
    for one in records:
        stem = one["notebook"].split("/")[1]
        write_json(folder.record_path(one["student"], one["assignment"], stem), one)
    return folder


def plausible(count, notebooks, seed=1):
    """Records of a class with more and less able students; abler ones solve more."""
    rng = random.Random(seed)
    for number, student in enumerate(names(count)):
        ability = rng.betavariate(3, 1.6)
        for name in notebooks:
            parts = COURSE.notebooks[name].parts
            shares = {part: float(rng.random() < 0.25 + 0.75 * ability) for part in parts}
            ideas = {
                part: [variants[rng.randrange(min(2, len(variants)))].name]
                for part in parts
                if not shares[part] and (variants := all_checks()[part].of_kind("misconception"))
                and rng.random() < 0.5
            }  # fmt: skip
            ended = (
                {parts[0]: rng.choice(["timeout", "crash", "memory"])} if number % 37 == 5 else {}
            )
            texts = COURSE.notebooks[name].with_role("written")
            written = {cell.key: "abc" for cell in texts if rng.random() < 0.1}
            yield record(student, name, shares, ideas=ideas, ended=ended, written=written,
                         lms_id=str(1000 + number) if number else "")  # fmt: skip


HAND, QUIZ = "ch02_autograd/01_by_hand", "ch06_networks/quiz"
IDS = dict(zip(NAMES, ("101", "102", "103", "")))  # the platform's; one has none


@lru_cache
def two_assignments_folder():
    """Four students; the first handed in nothing for the second assignment."""
    shares = zip(NAMES, (1, 0.5, 0.3, 0))
    records = [record(name, HAND, share=share, lms_id=IDS[name]) for name, share in shares]
    records += [record(name, QUIZ, share=0.5, lms_id=IDS[name]) for name in NAMES[1:]]
    return write(GradingFolder(temporary() / "two assignments"), records)


@lru_cache
def two_assignments():
    """Their results; O'Brien was late in the first, which costs 2 points."""
    found = collect(COURSE, two_assignments_folder())
    for one in found.assignments:
        if (one.student, one.assignment) == ("O'Brien", "ch02_autograd"):
            one.late = Late(3600.0, 2.0)
    return found
