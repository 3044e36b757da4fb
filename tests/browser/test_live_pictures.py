"""Explorers, steppers and questions in the browser: they follow the hand, and never show an error."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.early]

CELLS = {
    "explorer": """\
from utils import Chart, GraphStepper, Quiz, Value, explore

def draw(slope, side):
    chart = Chart("x", "y", "A line", x=(0, 1), y=(-3, 3))
    chart.line([0, 1], [0, slope if side == "up" else -slope])
    return chart, f"slope {slope:.2f}, {side}"

explore(draw, slope=(0.0, 2.0, 0.05, 1.0), side=["up", "down"])""",
    "question": 'explore(draw, slope=(0.0, 2.0), side=["up"], predict=("How steep?", 1.5, 0.1))',
    "stepper": """\
a = Value(3, label="a")
y = a * a
y.label = "y"
GraphStepper(y, title="y = a · a", predict=True)""",
    "quiz": 'Quiz().show("q1")',
}
LIVE = {
    "explorer": ".explorer", "question": ".explorer", "stepper": ".graph-stepper", "quiz": "button",
}  # fmt: skip


def test_pictures_follow_the_hand_and_stay_when_the_kernel_is_gone(
    lab, new_notebook, page, notebook_in_front
):
    book = new_notebook(CELLS)
    book.click(next(iter(CELLS)))
    for name, live in LIVE.items():
        expect(book.run(name).locator(live).first).to_be_visible()
    explorer_follows_keys_and_the_mouse(book, page)
    predictions_come_before_pictures(book, page)
    reopened_with_and_without_its_kernel(lab, book, page, notebook_in_front)


def explorer_follows_keys_and_the_mouse(book, page):
    output = book.output("explorer")
    slider, words = output.get_by_role("slider", name="slope"), output.get_by_role("status")
    expect(words).to_have_text("slope 1.00, up")
    slider.click()  # in the middle
    expect(slider).to_be_focused()
    here = book.selected()
    line = output.locator("svg svg path").first
    before = line.get_attribute("d")
    page.keyboard.press("ArrowRight")
    expect(words).to_have_text("slope 1.05, up")
    assert line.get_attribute("d") != before
    page.keyboard.press("End")
    expect(words).to_have_text("slope 2.00, up")
    assert book.selected() == here

    box = slider.bounding_box()
    left, right, middle = box["x"] + 8, box["x"] + box["width"] - 8, box["y"] + box["height"] / 2
    output.locator(".pictures").evaluate(
        """it => { window.drawn = 0;
        new MutationObserver(() => window.drawn++).observe(it, {childList: true, subtree: true}) }"""
    )
    page.mouse.move(right, middle)
    page.mouse.down()
    page.mouse.move(left, middle, steps=20)
    expect(words).to_have_text(re.compile(r"slope 0\.0\d, up"))
    assert page.evaluate("window.drawn") >= 5  # before the mouse is released
    page.mouse.up()

    down = output.get_by_role("radio", name="down")
    down.check()
    expect(words).to_have_text(re.compile("slope 0.0\\d, down"))
    expect(output.get_by_role("img")).to_have_attribute("aria-label", re.compile("down"))


def predictions_come_before_pictures(book, page):
    output = book.output("question")
    expect(output.locator(".pictures")).to_be_hidden()
    field = output.get_by_role("textbox", name="How steep?")
    field.fill("soon")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("Type a number.")
    field.fill("1,45")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("✔ 1,45: so it is (1.5).")
    expect(output.locator(".pictures")).to_be_visible()

    stepper = book.output("stepper").get_by_role("group", name="y = a · a")
    stepper.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(stepper).to_contain_text("grad(a) += grad(y) · local = ?")
    expect(stepper.locator("svg desc")).to_have_text(re.compile("a: data 3, grad not yet"))
    stepper.get_by_role("textbox").fill("9")
    page.keyboard.press("Enter")
    expect(stepper).to_contain_text("grad(a) += grad(y) · local = 1 · 6 = 6")
    expect(stepper).to_contain_text("✘ You said 9.")
    expect(stepper.locator("svg desc")).to_have_text(re.compile("a: data 3, grad 6"))
    expect(stepper).to_be_focused()


def reopened_with_and_without_its_kernel(lab, book, page, notebook_in_front):
    slider = book.output("explorer").get_by_role("slider", name="slope")
    slider.press("End")
    expect(book.output("explorer")).to_contain_text("slope 2.00, down")
    saved = book.save()
    assert "widget-view" not in str(saved)

    page.reload()  # the kernel still runs
    book = notebook_in_front("chapters/new.ipynb")
    for name, live in LIVE.items():
        expect(book.output(name).locator(live).first).to_be_visible()
    # what the kernel knows
    expect(book.output("explorer")).to_contain_text("slope 2.00, down")

    lab.stop_kernels()  # the next day
    page.goto("about:blank")
    page.goto(f"{lab.url}/lab/tree/chapters/new.ipynb?token={lab.token}")
    book = notebook_in_front("chapters/new.ipynb")
    for name in ("explorer", "question", "stepper"):
        picture = book.output(name).locator("img")
        assert picture.evaluate("it => it.decode().then(() => it.naturalWidth)") > 0
        assert picture.get_attribute("alt")
    expect(book.output("quiz")).to_contain_text("To answer it, run this cell")
    expect(book.panel.locator(".live-widget")).to_have_count(0)
    expect(book.panel).not_to_contain_text("model not found")
