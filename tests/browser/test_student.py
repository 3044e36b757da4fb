"""A student's day in the browser: the start page, an exercise, hints, the stepper, the keyboard."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from autograder.judging.reference import default_reference

pytestmark = [pytest.mark.browser, pytest.mark.early]

START = "chapters/start_here.ipynb"
BY_HAND = "chapters/ch02_autograd/01_by_hand.ipynb"
OPERATIONS = "chapters/ch02_autograd/02_operations.ipynb"
NETWORKS = "chapters/ch02_autograd/03_networks.ipynb"
RED = "[data-mime-type='application/vnd.jupyter.stderr']"


def reach_with_tab(page, wanted):
    """Press Tab until the focus is there."""
    for _ in range(8):
        if wanted.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()


def shows_wrong(output, part, attempt, came_out, expected):
    """A text in colour with the input, what came out and what was expected."""
    box = output.locator("pre").filter(has_text=f"✘ {part}: ").first
    assert "color" in box.get_attribute("style")
    lines = (rf"✘ {part}: {attempt}", rf"came out: +{came_out}", rf"expected: +{expected}")
    expect(box).to_have_text(re.compile(r"^\s*" + r"\s+".join(lines)))


def test_the_start_page_leads_to_the_exercises(lab, page, notebook_in_front):
    page.goto(f"{lab.url}/?token={lab.token}")
    start = notebook_in_front(START)
    title = start.panel.get_by_role("heading", name="Gradients from the Ground Up")
    expect(title).to_be_in_viewport(ratio=1)

    picture = start.panel.get_by_role("img", name="Map of the course")
    assert picture.evaluate("it => it.decode().then(() => it.naturalWidth)") > 0

    # A box on the map, and an entry of the list below it.
    start.panel.locator('a[title^="2.8 "]').click()
    exercise = notebook_in_front(OPERATIONS).panel
    heading = exercise.get_by_role("heading", name="2.8 A numerical gradient check")
    expect(heading).to_be_in_viewport()
    page.get_by_role("tab", name="start_here.ipynb").click()
    start.panel.get_by_role("link", name="2.11 Gradient flow").last.click()
    heading = notebook_in_front(NETWORKS).panel.get_by_role("heading", name="2.11 Gradient flow")
    expect(heading).to_be_in_viewport()


def test_the_road_leads_from_notebook_to_notebook(open_notebook, notebook_in_front):
    start = open_notebook(START)
    start.panel.get_by_role("link", name="Next: 2.1 Gradient intuition").click()
    first = notebook_in_front(BY_HAND)
    expect(first.panel.get_by_role("heading", name="2.1 Gradient intuition")).to_be_in_viewport()
    first.panel.get_by_role("link", name="Next: Operations and gradient checking").click()
    notebook_in_front(OPERATIONS)


def test_the_map_has_no_text_that_is_cut_off_or_overlaps(lab, page):
    page.goto(f"{lab.url}/files/chapters/images/course_map.svg?token={lab.token}")
    found = page.evaluate(
        """() => {
            const frame = (it) => {
                const {x, y, width, height} = it.getBBox();
                return [x, y, x + width, y + height];
            };
            const {width, height} = document.documentElement.viewBox.baseVal;
            return [...document.querySelectorAll("text")].map((it) => {
                const box = it.parentNode.querySelector(":scope > rect");
                const within = it.parentNode.matches("g") && box ? frame(box) : [0, 0, width, height];
                return [it.textContent, frame(it), within];
            });
        }"""
    )
    assert found
    cut = [
        text
        for text, (left, top, right, bottom), (x0, y0, x1, y1) in found
        if left < x0 or top < y0 or right > x1 or bottom > y1
    ]
    assert not cut, f"longer than their box or the picture: {cut}"
    touching = [
        (text, other)
        for (text, a, _), (other, b, _) in itertools.combinations(found, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert not touching, f"on top of each other: {touching}"


def test_the_practice_on_the_start_page(open_notebook, page):
    start = open_notebook(START)
    expect(start.click_and_run("check_environment()")).to_contain_text("✔ Everything is here")

    start.click_and_run("def double(x)")
    expect(start.run('expect("practice"')).to_contain_text("○ practice is not written yet")

    start.write("def double(x)", "def double(x):\n    return x + 2")
    start.run("def double(x)")
    said = start.run('expect("practice"')
    shows_wrong(said, "practice", r"double\(4\)", 6, 8)
    expect(said.locator("pre").first).to_be_in_viewport(ratio=1)

    start.write("def double(x)", "def double(x):\n    return 2 * x")
    start.run("def double(x)")
    right = re.compile(r"✔ double\(4\) is 8\s*✔ double\(-1.5\) is -3")
    expect(start.run('expect("practice"')).to_have_text(right)

    # "Before you hand in", says the page
    start.menu("Kernel", "Restart Kernel and Run All Cells")
    page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    prompts = start.panel.locator(".jp-CodeCell .jp-InputArea-prompt")
    numbers = [re.compile(rf"^\[{n}\]:$") for n in range(1, prompts.count() + 1)]
    expect(prompts).to_have_text(numbers)
    expect(start.output('expect("practice"')).to_have_text(right)
    expect(start.panel.locator(RED)).to_have_count(0)

    pictures = start.panel.locator("img")
    expect(pictures).not_to_have_count(0)
    expect(start.panel.locator("img:not([alt]), img[alt='']")).to_have_count(0)


def test_division_solved_by_typing_the_reference_answer(open_notebook):
    solution = default_reference().solution("2.5")
    book = open_notebook(OPERATIONS)
    book.click_and_run("setup-1")

    book.write("answer-2-5", solution)
    book.run("answer-2-5")
    said = book.run("test-2-5")
    expect(said).to_have_text(
        re.compile(
            r"^\s*✔ Div\(\)\.forward\(1, 4\) is 0\.25.*✔ backward_of_div\(6, 2, 1\) is ", re.S
        )
    )
    expect(said.locator(RED)).to_have_count(0)
    feedback = said.get_by_role("region", name="2.5")
    expect(feedback).to_contain_text("✔ 2.5: 4 of 4 points")
    expect(feedback).not_to_contain_text("✘")

    states = book.click_and_run("progress(").get_by_role("row")
    expect(states.filter(has_text="2.5 Division")).to_contain_text("✔ done")
    expect(states.filter(has_text="2.6 Powers")).to_contain_text("○ open")

    saved = book.save()["answer-2-5"]
    assert "".join(saved["source"]) == solution
    assert saved["metadata"]["nbgrader"]["grade_id"] == "answer-2-5"


def test_division_with_a_wrong_sign_fails_visibly_and_the_idea_is_named(open_notebook):
    reference = default_reference()
    known = reference.check("2.5").of_kind("misconception")
    (wrong,) = (variant for variant in known if variant.name == "sign_of_db")
    book = open_notebook(OPERATIONS)
    book.click_and_run("setup-1")

    book.paste("answer-2-5", wrong.text(reference.solution("2.5")))
    book.run("answer-2-5")
    said = book.run("test-2-5")
    expect(said.get_by_role("region", name="2.5")).to_be_in_viewport(ratio=0.9)
    shows_wrong(said, "2.5", r"backward_of_div\(6, 2, 1\)", r"\(0.5, 1.5\)", r"\(0.5, -1.5\)")
    feedback = said.get_by_role("region", name="2.5")
    expect(feedback).to_contain_text(re.compile(r"✘ 2\.5: [1-3](\.\d+)? of 4 points"))
    expect(feedback).to_contain_text(wrong.sentence)
    lines = feedback.get_by_role("listitem")
    held = lines.filter(has_text="✔ gradient for a")
    expect(held).to_be_hidden()
    feedback.get_by_text(re.compile(r"\d of 6 hold")).click()
    expect(held).to_be_visible()
    failed = lines.filter(has_text="✘ gradient for b")
    expect(failed).to_have_text(re.compile(r"Div\(\)\.forward\(\d.*came out \d.*expected -\d"))

    states = book.click_and_run("progress(").get_by_role("row")
    expect(states.filter(has_text="2.5 Division")).to_contain_text("✘ not right yet")


def test_a_wrong_answer_of_the_right_kind_shows_no_tick(open_notebook):
    book = open_notebook("chapters/ch02_autograd/01_by_hand.ipynb")
    book.click_and_run("setup-1")
    book.paste("answer-2-1a", 'direction = "right"')
    book.run("answer-2-1a")
    said = book.run("test-2-1a")
    expect(said).to_contain_text('◐ direction is "left" or "right": not checked yet')
    expect(said).to_contain_text("✘ 2.1a: 0 of 0.5 points")
    expect(said).not_to_contain_text("✔")


def test_run_all_goes_on_below_an_answer_that_stops(open_notebook, page):
    """The error shows, the test says so (of the very first answer, too), and the rest is run."""
    book = open_notebook(BY_HAND)
    book.write("answer-2-1a", "# Answer 2.1a\ndirection = right")
    book.menu("Kernel", "Restart Kernel and Run All Cells")
    page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    prompts = book.panel.locator(".jp-CodeCell .jp-InputArea-prompt")
    expect(prompts.last).to_have_text(re.compile(r"^\[\d+\]:$"))
    expect(prompts.filter(has_text="[ ]")).to_have_count(0)
    expect(book.output("answer-2-1a")).to_contain_text("NameError: name 'right' is not defined")
    expect(book.panel.locator(RED)).to_have_count(1)
    said = book.output("test-2-1a")
    expect(said).to_contain_text("✘ 2.1a: the answer cell 2.1a stopped with an error")
    expect(book.output("test-2-1b")).to_contain_text("○ 2.1b is not written yet")


def test_hints_are_folded_and_open_by_keyboard(open_notebook, page):
    book = open_notebook(OPERATIONS)
    book.cell("exercise-2-5").get_by_role("heading").click()
    page.keyboard.press("ArrowDown")
    assert book.selected() == [book.place("hints-2-5")]

    hints = book.cell("hints-2-5").locator("details")
    assert hints.evaluate_all("all => all.map(hint => hint.open)") == [False, False, False]
    first = hints.first.locator("summary")
    told = hints.first.locator("p")
    expect(told).to_be_hidden()
    reach_with_tab(page, first)
    page.keyboard.press("Enter")
    expect(told).to_be_visible()
    assert hints.evaluate_all("all => all.map(hint => hint.open)") == [True, False, False]
    page.keyboard.press("Enter")
    expect(told).to_be_hidden()


STEPPER = """\
from utils import GraphStepper, Value

a, b = Value(2, label="a"), Value(-3, label="b")
f = a * b + a
f.label = "f"
GraphStepper(f, title="f = a · b + a")"""


def test_the_stepper_steps_by_keyboard(new_notebook, page):
    book = new_notebook({"above": "1", "stepper": STEPPER})
    output = book.click_and_run("stepper")
    stepper = output.get_by_role("group", name="f = a · b + a")
    words = stepper.locator("[aria-live=polite]")
    expect(words).to_contain_text("Start at the leaves: a = 2, b = −3")
    buttons = ["First step", "Step back", "Next step", "Last step"]
    for name in buttons:
        expect(stepper.get_by_role("button", name=name)).to_be_visible()
    expect(stepper.get_by_role("button")).to_have_count(len(buttons))

    page.keyboard.press("ArrowUp")  # back to the cell that made it
    reach_with_tab(page, stepper)
    here = book.selected()
    assert here == [book.place("stepper")]
    forward = [("ArrowRight", 1, "= −6"), ("ArrowRight", 2, "= −4"), ("ArrowRight", 3, "∂f/∂f = 1")]
    back = [
        ("ArrowLeft", 2, "= −4"),
        ("End", 8, "∂f/∂a = −2, ∂f/∂b = 2"),
        ("Home", 0, "Start at the leaves"),
    ]
    for key, step, said in forward + back:
        page.keyboard.press(key)
        expect(stepper).to_contain_text(f"step {step} of 8")
        expect(words).to_contain_text(said)
        assert book.selected() == here, f"{key} moved the selection"
        expect(stepper).to_be_focused()

    page.keyboard.press("Tab")
    expect(stepper.get_by_role("button", name="Next step")).to_be_focused()
    page.keyboard.press("Enter")
    expect(words).to_contain_text("= −6")
    page.keyboard.press("d")
    page.keyboard.press("d")  # JupyterLab's keys for deleting a cell
    expect(book.cells).to_have_count(3)
    assert book.selected() == here
