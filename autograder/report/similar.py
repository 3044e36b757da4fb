"""Answers of two students that are alike beyond what the class shares: a hint for a person to look at.

Texts are compared by fingerprints that are chosen as in S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing:
Local Algorithms for Document Fingerprinting", SIGMOD 2003: of the hashes of all runs of `RUN` tokens the
smallest in every window of `WINDOW`, so that every shared run of RUN + WINDOW - 1 tokens is seen. Names
that a student may choose, comments and layout make no difference.

What the course itself says (stubs, solutions, known ways to be right or wrong) does not count, and neither
does what more than a part of the class has.
"""

from __future__ import annotations

import keyword
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from autograder.course.cell_ids import part_of, role_of
from autograder.course.cells import Notebook
from autograder.gradebook.folder import GradingFolder
from autograder.notation.registry import all_checks
from autograder.report.feedback_page import executed
from autograder.report.results import ClassResults, NotebookResult

RUN, WINDOW = 10, 5
FEW = 10  # fingerprints in common that two answers need, about five lines of code
MOST_OF_IT = 0.6  # of the shorter answer's fingerprints, those that do not count left out
PART_OF_CLASS, SOME = 0.1, 3  # what more students have does not count
LONGEST = 20_000  # characters of a cell
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<string>'''.*?'''|\"\"\".*?\"\"\"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
    r"|(?P<name>\.?\s{0,5}[^\W\d]\w*)|(?P<number>[\d.]+(?:e[+-]?\d+)?)|(?P<other>[^\s\w])",
    re.S,
)
_WORD = re.compile(r"\w+")
Prints = dict[int, tuple[int, int]]  # fingerprint -> the first and the last line that it stands for


@dataclass(frozen=True)
class Passage:
    """An answer of one student; `lines` are those that are alike."""

    text: str
    lines: frozenset[int]


@dataclass
class Pair:
    """Two students, and their answers that are alike: (part, one's, the other's)."""

    assignment: str
    students: tuple[str, str]
    passages: list[tuple[str, Passage, Passage]] = field(default_factory=list)
    shared: int = 0  # fingerprints


@dataclass
class Similar:
    """What is alike: files that are the same, (notebook, students), and pairs, most alike first."""

    files: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)


def similar(folder: GradingFolder, results: ClassResults) -> Similar:
    """Compare the answers of a class."""
    found, pairs = Similar(), {}
    books: dict[str, list[tuple[str, NotebookResult]]] = defaultdict(list)
    for one in results.assignments:
        for book in one.notebooks:
            if book.record and book.record["answered"]:
                books[book.notebook.name].append((one.student, book))
    for name, mine in books.items():
        same = _same_files(mine)
        found.files += [(name, students) for students in same]
        group = {student: number for number, students in enumerate(same) for student in students}
        notebook = mine[0][1].notebook
        for cell, answers in _answers(folder, mine).items():
            for pair, shared, passages in _alike(cell, answers, notebook):
                if len({group.get(student, student) for student in pair}) > 1:
                    key = notebook.chapter, *sorted(pair)
                    one = pairs.setdefault(key, Pair(key[0], key[1:]))
                    one.passages.append((part_of(cell), *passages))
                    one.shared += shared
    found.pairs = sorted(pairs.values(), key=lambda pair: (-pair.shared, pair.students))
    return found


def _same_files(books: list[tuple[str, NotebookResult]]) -> list[tuple[str, ...]]:
    """Students who handed in the very same file."""
    groups: dict[str, list[str]] = defaultdict(list)
    for student, book in books:
        if digest := book.record.get("made_from", {}).get("file"):
            groups[digest].append(student)
    return [tuple(sorted(students)) for students in groups.values() if len(students) > 1]


def _answers(
    folder: GradingFolder, books: list[tuple[str, NotebookResult]]
) -> dict[str, dict[str, str]]:
    """{cell: {student: what they wrote}}"""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for student, book in books:
        notebook = executed(folder, book)
        written = set(book.record["answered"])
        for cell in notebook.cells if notebook else ():
            if cell.id in written:
                found[cell.id][student] = "".join(cell.source)[:LONGEST]  # (a text, or its lines)
    return found


def _alike(
    cell: str, answers: dict[str, str], notebook: Notebook
) -> Iterator[tuple[frozenset[str], int, tuple[Passage, Passage]]]:
    """The pairs whose answers in this cell are alike, with the fingerprints in common and both texts."""
    prose = role_of(cell) == "written"
    known = {text: fingerprints(text, prose) for text in set(answers.values())}
    prints = {student: known[text] for student, text in answers.items()}
    holders: dict[int, list[str]] = defaultdict(list)
    for student, mine in prints.items():
        for one in mine:
            holders[one].append(student)
    most = max(SOME, int(PART_OF_CLASS * len(answers)))
    rare = {one for one, students in holders.items() if len(students) <= most}
    if not _pairs(holders, rare):
        return
    rare -= _of_the_course(cell, notebook, prose)
    for pair, shared in sorted(_pairs(holders, rare).items()):
        one, other = (prints[student] for student in pair)
        least = min(len(rare & one.keys()), len(rare & other.keys()))
        if shared >= MOST_OF_IT * least:
            common = rare & one.keys() & other.keys()
            passages = tuple(
                Passage(answers[student], _lines(prints[student], common)) for student in pair
            )
            yield frozenset(pair), shared, passages


def _pairs(holders: dict[int, list[str]], rare: set[int]) -> dict[tuple[str, str], int]:
    """How many of these fingerprints two students have in common, where they are not few."""
    shared: Counter[tuple[str, str]] = Counter()
    for one in rare:
        shared.update(combinations(sorted(holders[one]), 2))
    return {pair: count for pair, count in shared.items() if count >= FEW}


def _of_the_course(cell: str, notebook: Notebook, prose: bool) -> set[int]:
    """The fingerprints of everything that the course says there itself."""
    part, texts = part_of(cell), [one.source for one in notebook.cells]
    ours = next(
        (one for one in notebook.cells if one.key == part and one.role == role_of(cell)), None
    )
    if ours is not None:
        texts.append(ours.solution)
        for tested in () if prose else notebook.parts:
            check = all_checks().get(tested)
            if check is not None and notebook.answer_of(tested) is ours:
                texts += [variant.text(ours.solution) for variant in check.variants.values()]
    return {one for text in texts for one in fingerprints(text, prose)}


def _lines(prints: Prints, common: Iterable[int]) -> frozenset[int]:
    return frozenset(line for one in common for line in range(prints[one][0], prints[one][1] + 1))


def fingerprints(text: str, prose: bool = False) -> Prints:
    """The fingerprints of a text, each with the lines that it stands for."""
    tokens = list(_words(text) if prose else _code(text))
    hashes = [
        zlib.crc32("\0".join(token for token, _ in tokens[i : i + RUN]).encode("utf-8", "replace"))
        for i in range(len(tokens) - RUN + 1)
    ]
    chosen: Prints = {}
    for i in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = hashes[i : i + WINDOW]
        least = min(window)
        place = i + len(window) - 1 - window[::-1].index(least)
        chosen[least] = tokens[place][1], tokens[place + RUN - 1][1]
    return chosen


def _words(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines()):
        yield from ((word.lower(), number) for word in _WORD.findall(line))


def _code(text: str) -> Iterator[tuple[str, int]]:
    """(token, line); all names are one token, except Python's own words and what stands behind a dot."""
    line, last = 0, 0
    for found in _TOKEN.finditer(text):
        line, last = line + text.count("\n", last, found.start()), found.start()
        token = "".join(found[0].split()) if found.lastgroup == "name" else found[0]
        if found.lastgroup == "comment":
            continue
        if found.lastgroup == "string":
            token = "''"
        elif found.lastgroup == "name" and not (token[0] == "." or keyword.iskeyword(token)):
            token = "x"
        yield token, line
