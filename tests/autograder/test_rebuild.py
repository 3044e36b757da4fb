"""A notebook is rebuilt before it is graded: damage costs what it hits, and nothing else."""

import json
from copy import deepcopy

import nbformat
import pytest
from classroom import cell, given, givens, solved, text_of

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


def test_points_that_an_author_changed_are_no_change_of_the_students():
    notebook = solved()
    for one in notebook.cells:
        if "points" in one.metadata.get("nbgrader", {}):
            one.metadata.nbgrader["points"] += 1
    assert rebuild(given(), read_cells(text_of(notebook).encode())).notes == []
