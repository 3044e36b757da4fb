"""A notebook is rebuilt before it is graded: damage costs what it hits, and nothing else."""

import json
from copy import deepcopy

import nbformat
import pytest
from classroom import cell, given, givens, solved, text_of

from autograder.course.cell_ids import without_first_line
from autograder.grading.reading import read_cells
from autograder.grading.rebuild import rebuild


def rebuilt(notebook):
    return rebuild(given(), read_cells(text_of(notebook).encode()))


def sources(notebook):
    return [(one.id, one.source) for one in notebook.cells if not one.id.startswith("rubric-")]


def test_an_undamaged_notebook_is_itself():
    done = rebuilt(solved())
    assert sources(done.notebook) == sources(solved())
    assert done.notes == []
    nbformat.validate(done.notebook)


def test_rebuilding_twice_changes_nothing():
    notebook = solved()
    notebook.cells.insert(4, nbformat.v4.new_code_cell("x = 1"))
    once = rebuilt(notebook).notebook
    assert sources(rebuilt(once).notebook) == sources(once)


def test_it_holds_no_solutions():
    text = text_of(rebuilt(nbformat.v4.new_notebook()).notebook)
    assert (
        "BEGIN SOLUTION" not in text
        and "BEGIN HIDDEN" not in text
        and "-grad_output * self.a" not in text
    )


def answer(done, part="2.5"):
    return cell(done.notebook, f"answer-{part.replace('.', '-')}").source


def _delete(notebook):
    notebook.cells.remove(cell(notebook, "test-2-5"))


def _retag(notebook):
    cell(notebook, "test-2-5").metadata.nbgrader.update(points=300, solution=True, grade=False)


def _schema(notebook):
    for one in notebook.cells:
        if "nbgrader" in one.metadata:
            one.metadata.nbgrader["schema_version"] = 99


def _no_metadata(notebook):
    for one in notebook.cells:
        one.metadata = {}


def _no_ids(notebook):
    """As a notebook of format 4.4."""
    for one in notebook.cells:
        del one["id"]


def _new_ids(notebook):
    for number, one in enumerate(notebook.cells):
        one.id = f"new-{number}"


def _backwards(notebook):
    notebook.cells.reverse()


def _test_rewritten(notebook):
    cell(notebook, "test-2-5").source = "# Visible tests 2.5\nprint('all good')"


def _kernel(notebook):
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R"}


def _turned_to_text(notebook):
    one = cell(notebook, "answer-2-5")
    one.cell_type = "markdown"
    del one["outputs"], one["execution_count"]


def _nothing_but_answers(notebook):
    notebook.cells = [one for one in notebook.cells if one.id.startswith("answer-")]


@pytest.mark.parametrize(
    "damage",
    [
        _delete, _retag, _schema, _no_metadata, _no_ids, _new_ids, _backwards, _test_rewritten,
        _kernel, _turned_to_text, _nothing_but_answers,
    ],
)  # fmt: skip
def test_damage_is_repaired(damage):
    notebook = solved()
    damage(notebook)
    done = rebuilt(notebook)
    assert sources(done.notebook) == sources(solved())
    assert [one.metadata for one in done.notebook.cells] == [
        one.metadata for one in given().shown.cells
    ]
    assert done.notes or damage in (_kernel, _backwards, _new_ids, _no_ids)
    nbformat.validate(done.notebook)


def test_a_deleted_answer_costs_itself():
    notebook = solved()
    notebook.cells.remove(cell(notebook, "answer-2-5"))
    done = rebuilt(notebook)
    assert answer(done) == cell(given().shown, "answer-2-5").source
    assert sources(done.notebook)[-6:] == sources(solved())[-6:]
    assert "Answer 2.5 is missing" in done.notes[0]
    assert "answer-2-5" not in done.answered


def test_an_answer_without_any_mark_is_found_by_its_first_line():
    notebook = solved()
    one = cell(notebook, "answer-2-5")
    one.metadata, one.id = {}, "whatever"
    done = rebuilt(notebook)
    assert sources(done.notebook) == sources(solved())
    assert done.notes == ["Answer 2.5 had lost its mark; it was recognised by its first line."]


def copies(*texts):
    notebook = solved()
    one = cell(notebook, "answer-2-5")
    place = notebook.cells.index(one)
    made = []
    for number, text in enumerate(texts):
        copy = deepcopy(one)
        copy.id, copy.source = (one.id if number == 0 else f"copy-{number}"), text
        made.append(copy)
    notebook.cells[place : place + 1] = made
    return notebook


def test_the_last_filled_in_copy_wins():
    stub = cell(given().shown, "answer-2-5").source
    done = rebuilt(copies("# Answer 2.5\nold = 1", "# Answer 2.5\nnew = 2", stub))
    assert answer(done) == "# Answer 2.5\nnew = 2"
    assert len(done.notebook.cells) == len(given().shown.cells)
    assert "there 3 times" in done.notes[0]


def test_a_stub_without_its_comment_is_no_answer():
    name = "ch02_autograd/01_by_hand"
    notebook = solved(name)
    place = notebook.cells.index(cell(notebook, "answer-2-1a"))
    copy = deepcopy(notebook.cells[place])
    copy.id, copy.source = "copy", "# Answer 2.1a\ndirection = ..."
    notebook.cells.insert(place + 1, copy)
    done = rebuild(givens()[name], read_cells(text_of(notebook).encode()))
    assert answer(done, "2.1a") == '# Answer 2.1a\ndirection = "left"'
    notebook.cells.pop(place)
    done = rebuild(givens()[name], read_cells(text_of(notebook).encode()))
    assert "answer-2-1a" not in done.answered and "answer-2-1b" in done.answered


def test_a_copy_that_became_another_answer_is_that_answer():
    """The cell of 2.5 was pasted to begin 2.6; both carry the mark of 2.5."""
    notebook = copies("# Answer 2.5\nfive = 1", "# Answer 2.6\nsix = 1")
    notebook.cells.remove(cell(notebook, "answer-2-6"))
    done = rebuilt(notebook)
    assert (answer(done), answer(done, "2.6")) == (
        "# Answer 2.5\nfive = 1",
        "# Answer 2.6\nsix = 1",
    )


def test_a_split_cell_keeps_both_halves():
    done = rebuilt(copies("# Answer 2.5\nfirst = 1", "second = 2"))
    assert answer(done) == "# Answer 2.5\nfirst = 1"
    names = [one.id for one in done.notebook.cells]
    assert names[names.index("answer-2-5") + 1] == "added-1"
    assert cell(done.notebook, "added-1").source == "second = 2"


def test_added_cells_stay_where_they_stood():
    notebook = solved()
    add = nbformat.v4.new_code_cell
    notebook.cells.insert(0, add("top = 1"))
    notebook.cells.insert(notebook.cells.index(cell(notebook, "test-2-5")), add("middle = 1"))
    notebook.cells.append(nbformat.v4.new_markdown_cell("the end"))
    names = [one.id for one in rebuilt(notebook).notebook.cells if not one.id.startswith("rubric-")]
    assert names[0] == "added-1" and names[-1] == "added-3"
    assert names[names.index("added-2") + 1] == "test-2-5"


def test_the_source_of_a_cell_may_be_a_list_or_rubbish():
    notebook = json.loads(text_of(solved()))
    for one in notebook["cells"]:
        one["source"] = one["source"].splitlines(keepends=True)
    assert sources(rebuilt(json.dumps(notebook)).notebook) == sources(solved())
    notebook["cells"][0]["source"] = {"x": 1}
    notebook["cells"].append("not a cell")
    notebook["cells"].append({"cell_type": "code", "source": "\ud800 lone", "metadata": None})
    done = rebuilt(json.dumps(notebook))
    nbformat.writes(done.notebook).encode()
    assert answer(done) == cell(solved(), "answer-2-5").source


def test_format_3_is_read():
    old = {"nbformat": 3, "worksheets": [{"cells": [
        {"cell_type": "code", "input": "# Answer 2.5\nold = 3", "metadata": {}},
    ]}]}  # fmt: skip
    assert answer(rebuilt(json.dumps(old))) == "# Answer 2.5\nold = 3"


# answers that stand elsewhere -----------------------------------------------------------------


def own(text):
    return nbformat.v4.new_code_cell(text)


def at(notebook, name):
    return notebook.cells.index(cell(notebook, name))


BLANK = cell(given().shown, "answer-2-6").source


def with_own_cell(place, text, *, deleted):
    """The answer to 2.6 in a cell of the student's own; its cell is deleted, or left as it was."""
    notebook = solved()
    answers = cell(notebook, "answer-2-6")
    answers.source = BLANK
    if place == "before":
        notebook.cells.insert(at(notebook, "answer-2-6"), own(text))
    elif place == "far before":
        notebook.cells.insert(at(notebook, "answer-2-5"), own(text))
    elif place == "after":
        notebook.cells.insert(at(notebook, "answer-2-6") + 1, own(text))
    else:
        notebook.cells.append(own(text))
    if deleted:
        notebook.cells.remove(answers)
    return notebook


def namespace(done, upto):
    """What the code cells of a rebuilt notebook define, up to a cell."""
    found = {}
    for one in done.notebook.cells:
        if one.id == upto:
            return found
        if one.cell_type == "code" and one.id.startswith(("answer-", "added-")):
            exec(one.source, found)
    raise AssertionError(upto)


@pytest.mark.parametrize("place", ["before", "far before", "after", "at the end"])
@pytest.mark.parametrize("deleted", [True, False])
def test_a_definition_in_an_own_cell_is_the_answer(place, deleted):
    (name,) = given().asked["answer-2-6"]
    text = f"def {name}(*args):\n    return 'mine'"
    done = rebuilt(with_own_cell(place, text, deleted=deleted))
    assert "answer-2-6" in done.answered and len(done.notes) == 1
    assert "2.6" in done.notes[0] and "own" in done.notes[0]
    assert "NotImplementedError" not in answer(done, "2.6") and text in answer(done, "2.6")
    texts = [one.source for one in done.notebook.cells if one.id in done.added]
    assert texts == ([text] if place in ("far before", "at the end") else [])


def test_an_own_cell_below_comes_with_what_it_needs():
    (name,) = given().asked["answer-2-6"]
    notebook = with_own_cell("at the end", "helper = 3", deleted=True)
    notebook.cells += [own("unused = 1"), own(f"def {name}():\n    return helper")]
    made = answer(rebuilt(notebook), "2.6")
    assert "helper = 3" in made and "unused" not in made


def test_an_own_definition_beside_a_filled_in_answer_is_left_alone():
    (name,) = given().asked["answer-2-6"]
    notebook = solved()
    notebook.cells.append(own(f"def {name}():\n    return 'an experiment'"))
    done = rebuilt(notebook)
    assert answer(done, "2.6") == answer(rebuilt(solved()), "2.6") and done.notes == []


def test_what_changes_the_kind_of_a_cell_is_no_definition():
    (name,) = given().asked["answer-2-6"]
    for magic, taken in (("%%time", True), ("%%timeit", False), ("%%bash", False)):
        done = rebuilt(with_own_cell("before", f"{magic}\ndef {name}(): ...", deleted=False))
        assert ("answer-2-6" in done.answered) == taken
        assert "%%" not in answer(done, "2.6")


def test_a_value_counts_near_its_own_cell_only():
    name = "ch02_autograd/01_by_hand"
    (value,) = givens()[name].asked["answer-2-1a"]
    for far, taken in ((False, True), (True, False)):
        notebook = solved(name)
        notebook.cells.remove(cell(notebook, "answer-2-1a"))
        place = len(notebook.cells) if far else at(notebook, "test-2-1a")
        notebook.cells.insert(place, own(f'{value} = "right"'))
        done = rebuild(givens()[name], read_cells(text_of(notebook).encode()))
        assert ("answer-2-1a" in done.answered) == taken


@pytest.mark.parametrize("with_first_lines", [True, False])
def test_swapped_answers_are_what_they_are(with_first_lines):
    notebook = solved()
    five, six = cell(notebook, "answer-2-5"), cell(notebook, "answer-2-6")
    texts = [
        one.source if with_first_lines else without_first_line(one.source) for one in (five, six)
    ]
    six.source, five.source = texts
    done = rebuilt(notebook)
    for part, text in zip(("2.5", "2.6"), texts):
        assert without_first_line(answer(done, part)) == without_first_line(text)
    (note,) = done.notes
    assert "2.5 (in the cell of Answer 2.6)" in note and not done.added


def test_a_wrong_name_is_no_swap():
    notebook = solved(**{"2.6": "def something_else(): ..."})
    done = rebuilt(notebook)
    assert "something_else" in answer(done, "2.6") and done.notes == []


def test_a_notebook_without_marks_has_one_notice():
    for damage in (_no_metadata, _new_ids, _no_ids):
        notebook = solved()
        _no_metadata(notebook)
        damage(notebook)
        (note,) = rebuilt(notebook).notes
        assert "lost their marks" in note


TEXTS = "ch07_gradients/03_one_layer"  # with three written answers


def with_texts(change):
    notebook = solved(TEXTS)
    change(notebook)
    done = rebuild(givens()[TEXTS], read_cells(text_of(notebook).encode()))
    written = sorted(name for name in done.answered if name.startswith("written-"))
    return done, {name: cell(done.notebook, name).source for name in written}


def _below(notebook):
    place = at(notebook, "written-7-8-written")
    notebook.cells.insert(place + 1, nbformat.v4.new_markdown_cell("Because."))


def _into(notebook):
    cell(notebook, "written-7-8-written").source = "Because."


def _stripped(notebook):
    _into(notebook)
    _no_metadata(notebook)
    _no_ids(notebook)


def _replaced(notebook):
    place = at(notebook, "written-7-8-written")
    notebook.cells[place] = nbformat.v4.new_markdown_cell("Because.")


@pytest.mark.parametrize("change", [_below, _into, _stripped, _replaced])
def test_a_written_text_is_found(change):
    done, texts = with_texts(change)
    assert texts == {"written-7-8-written": "Because."}
    assert (change is _into) == (done.notes == [])
    assert sum("Because." in one.source for one in done.notebook.cells) == 1


def test_what_is_written_into_the_courses_text_is_said():
    def change(notebook):
        cell(notebook, "exercise-7-8").source += "\n\nMy answer: because."

    done, texts = with_texts(change)
    assert texts == {} and "written into" in done.notes[0] and "7-8" in done.notes[0]


def test_points_that_an_author_changed_are_no_change_of_the_students():
    notebook = solved()
    for one in notebook.cells:
        if "points" in one.metadata.get("nbgrader", {}):
            one.metadata.nbgrader["points"] += 1
    assert rebuild(given(), read_cells(text_of(notebook).encode())).notes == []
