"""The class as a list: who belongs to it, and who of it a student of the gradebook is.

Read are exports as the platforms give them, recognised by their first line:

- Canvas's gradebook: Student ("Doe, Jane"), ID, SIS User ID, SIS Login ID, Section, then scores;
- Moodle's grading worksheet: Identifier ("Participant 31"), Full name, Email address;
- Moodle's list of participants or of grades: First name, Last name (or Surname), ID number, Email address;
- any other table with an id, a name (or a first and a last one), an e-mail address; nbgrader's, too.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

_FIELDS = {
    "id": ("id", "student id", "id number", "sis user id", "number"),
    "login": ("sis login id", "login", "username", "user name"),
    "name": ("name", "full name", "student", "student name"),
    "first": ("first name", "firstname", "given name"),
    "last": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "mail", "email address", "e mail", "e mail address"),
    "identifier": ("identifier",),
}
_CANVAS = {"student", "id", "section"}


class BadRoster(ValueError):
    """A list of the class that cannot be read; the text says why."""


@dataclass(frozen=True)
class Listed:
    """One person of the list. `lms_id` is the platform's number where the list is the platform's."""

    id: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    login: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        """First and last name; else whatever there is."""
        return f"{self.first} {self.last}".strip() or self.login or self.email or self.id

    @property
    def keys(self) -> set[str]:
        """What a platform or a folder may call this person, as `_key` makes it."""
        said = (
            self.id, self.login, self.email, self.email.partition("@")[0],
            f"{self.first} {self.last}", f"{self.last} {self.first}",
        )  # fmt: skip
        return {_key(text) for text in said} - {""}


class Roster:
    """A class. Without a list it is empty, and knows nobody."""

    def __init__(self, listed: Iterable[Listed] = ()):
        self.listed = list(listed)

    def __bool__(self) -> bool:
        return bool(self.listed)

    @staticmethod
    def of(plain: Iterable[Mapping[str, str]]) -> Roster:
        """From plain data (`as_plain`)."""
        return Roster(Listed(**one) for one in plain)

    def as_plain(self) -> list[dict[str, str]]:
        """As plain data."""
        return [asdict(one) for one in self.listed]

    def who(self, students: Mapping[str, str]) -> dict[str, Listed]:
        """The people behind students' ids, given with the platform's numbers ("" without one).

        The platform's number decides where both sides have it. Whom a name leaves in doubt stays out.
        """
        numbers = {one.lms_id: one for one in self.listed if one.lms_id}
        named: dict[str, set[Listed]] = {}
        for one in self.listed:
            for key in one.keys:
                named.setdefault(key, set()).add(one)
        found, claims = {}, {}
        for student, number in students.items():
            if number and number in numbers:
                found[student] = numbers[number]
                continue
            plain = student.removesuffix(f"_{number}") if number else student
            people = {
                one for one in named.get(_key(plain), ()) if not (number and one.lms_id)
            }  # (who has another number of the platform is somebody else)
            if len(people) == 1:
                claims.setdefault(people.pop(), []).append(student)
        sure = set(found.values())
        return found | {
            students[0]: one
            for one, students in claims.items()
            if len(students) == 1 and one not in sure
        }


def read_roster(path: Path) -> Roster:
    """The class from a file; `BadRoster` says why it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise BadRoster(f"{path} cannot be read: {problem.strerror or problem}.") from None
    except UnicodeDecodeError:
        raise BadRoster(f"{path} is not UTF-8; save it as CSV in UTF-8.") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error as problem:
        raise BadRoster(f"{path} is no table of comma-separated values ({problem}).") from None
    heads = [_heading(cell) for cell in rows[0]] if rows else []
    columns = {
        field: heads.index(name)
        for field, names in _FIELDS.items()
        if (name := next((one for one in names if one in heads), None)) is not None
    }
    if not columns.keys() & {"name", "last"} and not {"id", "email"} <= columns.keys():
        raise BadRoster(
            f"{path} has no column for names: its first line should name columns such as id, name, "
            "email, or be that of an export from Canvas or Moodle."
        )
    is_canvas = heads[: len(heads)] and _CANVAS <= set(heads)
    if is_canvas:
        columns["id"] = heads.index("id")
    found = [_listed(row, columns, is_canvas) for row in rows[1:]]
    people = [one for one in found if one is not None]
    if not people:
        raise BadRoster(f"{path} names no students.")
    return Roster(dict.fromkeys(people))


def _listed(row: list[str], columns: dict[str, int], is_canvas: bool) -> Listed | None:
    """The person of a row; None for a row about nobody."""
    said = {
        field: row[place].strip() if place < len(row) else "" for field, place in columns.items()
    }
    first, last, name = said.get("first", ""), said.get("last", ""), said.get("name", "")
    if name in ("Points Possible", "Student, Test"):  # Canvas's rows about nobody
        return None
    if name and not (first or last):
        if ", " in name:
            last, _, first = name.partition(", ")
        else:
            first, _, last = name.rpartition(" ")
    number = re.search(r"\d*$", said.get("identifier", ""))[0]
    own = said.get("id", "")
    if is_canvas:
        number, own = own, ""
    one = Listed(own, first, last, said.get("email", ""), said.get("login", ""), number)
    return one if one.name and (number or not is_canvas) else None


def _heading(text: str) -> str:
    return " ".join(re.split(r"[\s_-]+", text.strip().casefold()))


def _key(text: str) -> str:
    """Letters and digits only, without accents: "mullerjurgen" for "Müller, Jürgen", as in Canvas."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("ł", "l"))
    return "".join(c for c in plain if c.isalnum())
