"""The class as a list: read as platforms export it, and matched with care."""

import pytest

from autograder.gradebook.roster import BadRoster, Listed, Roster, read_roster

LISTS = {
    "canvas": "Student,ID,SIS User ID,SIS Login ID,Section,Chapter 2 (77)\n"
    "    Points Possible,,,,,57\n"
    '"Müller, Jürgen",4711,s1,jm12,A,\n"Student, Test",99,,abc,A,\n"Doe, Jane Ann",12,s2,jd,A,3\n',
    "canvas with a row of settings": "Student,ID,SIS Login ID,Section\n,,,\n"
    '"Müller, Jürgen",4711,jm12,A\n"Doe, Jane Ann",12,jd,A\n',
    "moodle worksheet": "\ufeffIdentifier,Full name,Email address,Status,Grade\n"
    "Participant 4711,Jürgen Müller,jm12@x.org,,\nParticipant 12,Jane Ann Doe,jd@x.org,,\n",
    "moodle participants": "First name;Surname;ID number;Email address\n"
    "Jürgen;Müller;s1;jm12@x.org\nJane Ann;Doe;s2;jd@x.org\n",
    "nbgrader": "id,first_name,last_name,email\njm12,Jürgen,Müller,\njd,Jane Ann,Doe,\n",
    "plain": "ID\tName\tE-Mail\njm12\tJürgen Müller\tjm12@x.org\njd\tJane Ann Doe\tjd@x.org\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", LISTS)
def test_lists_are_read_as_platforms_export_them(tmp_path, kind):
    path = tmp_path / "class.csv"
    path.write_text(LISTS[kind], encoding="utf-8")
    roster = read_roster(path)
    assert [(one.first, one.last) for one in roster.listed] == [
        ("Jürgen", "Müller"),
        ("Jane Ann", "Doe"),
    ]
    numbers = [one.lms_id for one in roster.listed]
    by_platform = kind.startswith("canvas") or kind == "moodle worksheet"
    assert numbers == (["4711", "12"] if by_platform else ["", ""])
    names = {"mullerjurgen": "4711", "doejaneann": "12", "somebody": "5"}
    known = {student: one.last for student, one in roster.who(names).items()}
    assert known == {"mullerjurgen": "Müller", "doejaneann": "Doe"}
    assert Roster.of(roster.as_plain()).listed == roster.listed


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "id,name\n", "Student,ID,Section\n    Points Possible,,\n"]
)
def test_what_is_no_list_is_one_sentence(tmp_path, text):
    path = tmp_path / "class.csv"
    path.write_text(text)
    with pytest.raises(BadRoster, match=r"^[^\n]+\.$"):
        read_roster(path)
    with pytest.raises(BadRoster, match="UTF-8"):
        path.write_bytes("id,name\n1,Müller\n".encode("latin-1"))
        read_roster(path)


def test_the_platforms_number_beats_a_name():
    anna, other = (
        Listed(first="Anna", last="A", lms_id="1"),
        Listed(first="Ben", last="B", lms_id="2"),
    )
    assert Roster([anna, other]).who({"Ben B": "1", "Anna A": "7"}) == {"Ben B": anna}


def test_names_in_doubt_stay_out():
    twins = [Listed(id=number, first="Jo", last="Jay") for number in "12"]
    assert Roster(twins).who({"Jo Jay": ""}) == {}
    assert Roster(twins[:1]).who({"Jo Jay": "", "JoJay": ""}) == {}
    assert Roster(twins[:1]).who({"Jo Jay_31": "31"}) == {"Jo Jay_31": twins[0]}
