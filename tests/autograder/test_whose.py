"""A name that a student chose never beats the name that the platform gave."""

import zipfile

import pytest
from classroom import CHAPTER, COURSE, NAME, STEM, givens, graded, solved, text_of
from example_course import separate_registry
from fabricated import record, write
from small_class import BLANK, course_in, hand_in_all

from autograder.gradebook.folder import GradingFolder
from autograder.grading.intake import take_in
from autograder.grading.whose import Owner, owners, student_ids
from autograder.report.platforms import BadTemplate, fill_in
from autograder.report.results import collect


@pytest.fixture
def course(tmp_path):
    with separate_registry():
        yield course_in(tmp_path / "course")


FILE = f"{STEM}.ipynb"
ANNA, BEN = "Anna_1_assignsubmission_file_", "Ben_2_assignsubmission_file_"


def owned(*paths, base=("home", "class")):
    """{path: student, with the platform's number if there is one}"""
    found = owners([tuple(path.split("/")) for path in paths], base, [CHAPTER], [STEM])
    return [one.name + one.lms_id for one in found]


OWN_NAMES = [
    f"ben_2_99_{FILE}", f"{BEN}{FILE}", f"{BEN}/{FILE}", f"ben/{CHAPTER}/{FILE}",
    f"submitted/ben/{CHAPTER}/{FILE}", f"ben_2_99_x.zip/{FILE}", f"{BEN}/ben_2_99_{FILE}",
]  # fmt: skip


@pytest.mark.parametrize("chosen", OWN_NAMES)
@pytest.mark.parametrize(
    "platform, owner",
    [
        (f"anna/{CHAPTER}/", "anna"),
        (f"submitted/anna/{CHAPTER}/", "anna"),
        (f"{ANNA}/", "Anna1"),
        (f"{ANNA}/work.zip/", "Anna1"),
        (f"week 1/{ANNA}/", "Anna1"),
        ("anna_1_99_work.zip/", "anna1"),
        ("download.zip/anna_1_99_work.zip/", "anna1"),
        (f"download.zip/{ANNA}/", "Anna1"),
    ],
)
def test_the_outermost_name_decides(platform, owner, chosen):
    others = [platform.replace("anna", f"n{i}").replace("Anna", f"N{i}") for i in range(3)]
    assert owned(platform + chosen, *(other + FILE for other in others))[0] == owner


def test_files_of_one_platform_with_another_ones_pattern_inside():
    assert owned(f"anna_1_99_{BEN}{FILE}", f"{ANNA}ben_2_99_{FILE}") == ["anna1", "Anna1"]


def test_plain_folders_are_students_even_if_one_looks_like_a_download():
    assert owned(f"anna/ben_2_99_{FILE}", f"ben/{FILE}", f"cleo/{FILE}") == ["anna", "ben", "cleo"]


def test_folders_that_hold_whole_downloads_are_not_students():
    found = owned(f"week 1/doe_1_9_{FILE}", f"week 1/roe_2_9_{FILE}", f"week 2/doe_1_8_{FILE}")
    assert found == ["doe1", "roe2", "doe1"]
    assert owned(f"mine/anna/{CHAPTER}/{FILE}", f"mine/ben/{CHAPTER}/{FILE}") == ["anna", "ben"]
    assert owned(f"2026/w1/{ANNA}/{FILE}", f"2026/w1/{BEN}/{FILE}") == ["Anna1", "Ben2"]


def test_a_stray_file_does_not_make_a_download_one_students_folder():
    found = owned(f"week/doe_1_9_{FILE}", f"week/roe_2_9_{FILE}", "week/solution.ipynb")
    assert found[:2] == ["doe1", "roe2"]


@pytest.mark.parametrize(
    "base, below",
    [
        (("submitted", "anna"), f"{CHAPTER}/"),
        (("submitted", "anna", CHAPTER), ""),
        (("submitted",), f"anna/{CHAPTER}/"),
    ],
)
def test_a_students_folder_stays_theirs_wherever_it_is_named(base, below):
    assert {owned(below + chosen, base=("x", *base))[0] for chosen in OWN_NAMES} == {"anna"}


def test_one_number_under_two_names_is_refused_with_a_line(tmp_path):
    for name in ("doe_4_91", "evil_4_92", "roe_5_93"):
        (tmp_path / f"{name}_{FILE}").write_text(text_of(solved()))
    taken = take_in([tmp_path], givens())
    assert [one.student for one in taken.submissions] == ["roe"]
    (line,) = taken.lines
    assert "number 4" in line and "doe, evil" in line


def test_names_that_differ_in_replaced_characters_stay_two_students(tmp_path):
    path = tmp_path / "class.zip"
    names = ["a_b", "a*b", "a?b", "x" * 120, "x" * 121]
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(f"{name}/{CHAPTER}/{FILE}", text_of(solved()))
    taken = take_in([path], givens()).submissions
    assert len({one.student for one in taken}) == len(names)
    assert "a_b" in {one.student for one in taken}


@pytest.mark.parametrize("name", ["😀" * 90, "ö" * 200, f"doe_{'1' * 190}_2"])
def test_ids_fit_into_a_file_system_whatever_the_alphabet(name):
    found = owners([(f"{name}_x.ipynb",), (f"{name}_y.ipynb",)], ("home",), [CHAPTER], [STEM])
    ids = set(
        student_ids([*found, Owner("doe", "x", "1" * 240, "canvas"), Owner("doe", "x")]).values()
    )
    assert len(ids) == 2 + len({one.identity for one in found})
    assert all(len(one.encode()) <= 200 for one in ids)


def test_students_are_not_believed_about_the_time(tmp_path):
    for folder in (f"{ANNA}", f"{BEN}/{CHAPTER}", f"cleo/{CHAPTER}/{CHAPTER}"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / FILE).write_text(text_of(solved()))
        (tmp_path / folder / "timestamp.txt").write_text("2001-01-01 00:00:00 UTC")
    (tmp_path / "cleo" / CHAPTER / "timestamp.txt").write_text("2026-11-01 00:00:00 UTC")
    times = {one.student: one.timestamp[:4] for one in take_in([tmp_path], givens()).submissions}
    assert times == {"Anna": "", "Ben": "", "cleo": "2026"}


def test_students_called_like_our_own_files_are_graded(course, tmp_path):
    names = ["lines.json", "run.json", "submitted"]
    submitted = hand_in_all(course, tmp_path / "submitted", dict.fromkeys(names, BLANK))
    for _ in range(2):
        records, _, folder = graded(submitted, tmp_path / "graded", course)
        assert sorted(records) == names
    assert folder.run and not folder.run.get("unfinished")


def test_a_template_gets_no_score_for_a_number_of_two_students(tmp_path):
    found = [record("anna", NAME, lms_id="7"), record("ben", NAME, lms_id="7"),
             record("cleo", NAME, lms_id="8")]  # fmt: skip
    results = collect(COURSE, write(GradingFolder(tmp_path), found))
    head = f"Student,ID,SIS User ID,SIS Login ID,Section,{CHAPTER}\n"
    made = fill_in(results, "canvas", head + "Anna,7,,anna,,\nCleo,8,,cleo,,\n")
    anna, cleo = made.files["canvas.csv"].splitlines()[1:]
    assert anna.endswith(",,") and not cleo.endswith(",,")
    assert any("number 7" in line and "anna, ben" in line for line in made.lines)
    with pytest.raises(BadTemplate, match="number 7"):
        fill_in(results, "canvas", head + "Anna,7,,anna,,\n")
