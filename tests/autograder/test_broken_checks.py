"""A check file that cannot be loaded stops its own parts, and nothing else."""

import sys

import pytest
from example_course import separate_registry
from small_class import NAME, course_in

from autograder.authoring import build as building
from autograder.inside.answer import observe_answer
from autograder.notation import broken, registry

SOUND = 'check("2.5", points=4)(lambda answer, rng: {"six": answer.f(3)})\n'
BROKEN = {
    "syntax": ('check("2.6", points=4\ndef (\n', "SyntaxError: "),
    "name": (
        'check("2.6", points=9)(lambda answer, rng: {})\n\n\ndouble.misconception("x")\n',
        "NameError: name 'double' is not defined, line 5",
    ),
    "import": ("import no_such_module  # for 2.6\n", "No module named 'no_such_module', line 2"),
    "twice": (SOUND, "the check '2.5' is registered twice"),
}
HEAD = "from autograder.check import check\n"


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """Loads a package with a sound file and a broken one in the place of the course's checks."""

    def load(text):
        package = tmp_path / "course_checks"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "a_sound.py").write_text(HEAD + SOUND)
        (package / "b_broken.py").write_text(HEAD + text)
        (package / "c_sound.py").write_text(HEAD + SOUND.replace("2.5", "2.7"))
        monkeypatch.syspath_prepend(tmp_path)
        for name, value in {
            "CONTENT": "course_checks", "_registry": {}, "_written": {}, "_lost": {},
            "_loaded": False, "_load_content": True,
        }.items():  # fmt: skip
            monkeypatch.setattr(registry, name, value)
        monkeypatch.setattr(broken, "_text", lambda module: text)
        return registry.all_checks()

    yield load
    for name in [name for name in sys.modules if name.startswith("course_checks")]:
        del sys.modules[name]


@pytest.mark.parametrize("kind", BROKEN)
def test_the_others_are_loaded(kind, loaded):
    text, said = BROKEN[kind]
    checks = loaded(text)
    assert checks["2.5"].observe.__module__ == "course_checks.a_sound"
    assert checks["2.7"].observe.__module__ == "course_checks.c_sound"
    why = registry.lost_parts()["2.6"]
    assert why.startswith("course_checks/b_broken.py cannot be loaded (") and said in why
    assert "\n" not in why and "2.5" not in registry.lost_parts()


def test_a_part_keeps_what_it_is_worth_and_says_why_it_is_not_graded(loaded):
    checks = loaded(BROKEN["name"][0])
    assert checks["2.6"].points == 4, "as in the course's map, not as in half a file"
    assert checks["2.6-bonus"].bonus and registry.all_written()["2.2-written"].points > 0
    with pytest.raises(RuntimeError, match="b_broken.py cannot be loaded"):
        checks["2.6"].observe(None, None)
    assert checks["2.6"].pickled
    assert any("2.6" in line and "fault of the course" in line for line in registry.broken_files())


def test_the_stand_in_needs_nothing_of_ours_where_students_code_runs(loaded):
    import pickle

    observe = pickle.loads(loaded(BROKEN["name"][0])["2.6"].pickled)
    with pytest.raises(Exception, match="cannot be loaded"):
        seen = observe_answer(observe, {}, 1, "2.6")
        raise RuntimeError(str(seen))


def test_a_notebook_without_its_check_stays_as_it_is(tmp_path, monkeypatch):
    with separate_registry():
        course = course_in(tmp_path)
        path = course.chapters / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("as it was")
        file = path.relative_to(course.root)
        monkeypatch.setattr(building, "lost_parts", lambda: {"9.1": "why"})
        monkeypatch.setattr(building.picture, "graph", str)
        assert building.build(course)[file] == b"as it was"
