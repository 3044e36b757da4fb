"""A student's day in the browser: the start page, an exercise of chapter 2, the stepper, the keyboard."""

import json
import re
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

from autograder.reference import default_reference

OPERATIONS = "chapters/ch02_autograd/02_operations.ipynb"
ERROR = "[data-mime-type='application/vnd.jupyter.error']"
SHOTS="/tmp/shots/"

def pictures_have_a_text(book):
    pictures = book.panel.get_by_role("img")
    for picture in pictures.all():
        expect(picture).to_have_accessible_name(re.compile(r"\w+ \w+"))


def test_the_start_page_shows_the_map_and_its_links_open_the_notebooks(lab, page, notebook_in_front):
    page.goto(f"{lab.url}/?token={lab.token}")
    book = notebook_in_front("chapters/start_here.ipynb")
    heading = book.panel.get_by_role("heading", name="Gradients from the Ground Up")
    expect(heading).to_be_in_viewport(ratio=1)
    page.screenshot(path=SHOTS+"start.png")

    picture = book.panel.locator("img[src*='course_map']")
    picture.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS+"map.png")
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
    pictures_have_a_text(book)

    link = book.panel.get_by_role("link", name="2.5 Division")
    link.click()
    chapter = notebook_in_front(OPERATIONS)
    expect(chapter.panel.get_by_role("heading", name="2.5 Division")).to_be_in_viewport()
    page.screenshot(path=SHOTS+"linked.png")


def test_the_practice_on_the_start_page(open_notebook, page):
    book = open_notebook("chapters/start_here.ipynb")
    expect(book.click_and_run("demo-1")).to_contain_text("✔ Everything is here")

    book.click_and_run("demo-2")
    expect(book.run("demo-3")).to_contain_text("○ practice is not written yet (double(4))")
    page.screenshot(path=SHOTS+"practice_stub.png")

    book.write("demo-2", "def double(x):\n    return x + 2")
    book.run("demo-2")
    said = book.run("demo-3").locator(ERROR)
    expect(said).to_be_in_viewport()
    expect(said).to_have_text(re.compile(r"✘ practice: double\(4\)\s+came out: +6\s+expected: +8"))
    page.screenshot(path=SHOTS+"practice_wrong.png")

    book.write("demo-2", "def double(x):\n    return 2 * x")
    book.run("demo-2")
    said = book.run("demo-3")
    expect(said).to_have_text(re.compile(r"✔ double\(4\) is 8\s*✔ double\(-1.5\) is -3.0"))
    page.screenshot(path=SHOTS+"practice_right.png")
    print(book.click_and_run("demo-4").inner_text())
    page.screenshot(path=SHOTS+"progress_all.png")


def test_division_solved(open_notebook, page, lab):
    book = open_notebook(OPERATIONS)
    book.click_and_run("setup-1")
    page.screenshot(path=SHOTS+"ops.png")
    book.write("answer-2-5", default_reference().solution("2.5"))
    book.run("answer-2-5")
    said = book.run("test-2-5")
    page.screenshot(path=SHOTS+"solved.png")
    print(said.inner_text())
    print(book.run_new_cell_below("test-2-5", 'grade("2.5")').inner_text())
    page.screenshot(path=SHOTS+"solved_grade.png")
    print(book.click_and_run("demo-1").inner_text())
    page.screenshot(path=SHOTS+"progress.png")

def test_division_wrong(open_notebook, page, lab):
    ref=default_reference()
    v={v.name:v for v in ref.check("2.5").of_kind("misconception")}["sign_of_db"]
    book = open_notebook(OPERATIONS)
    book.click_and_run("setup-1")
    book.write("answer-2-5", v.text(ref.solution("2.5")))
    book.run("answer-2-5")
    said = book.run("test-2-5")
    page.screenshot(path=SHOTS+"wrong25.png")
    print(said.inner_text())
    print(book.run_new_cell_below("test-2-5", 'grade("2.5")').inner_text())
    page.screenshot(path=SHOTS+"wrong_grade.png")

def test_hints(open_notebook, page):
    book = open_notebook(OPERATIONS)
    hints = book.cell("hints-2-5").locator("details")
    s=hints.nth(0).locator("summary"); 
    expect(hints).to_have_count(3)
    s.focus()
    page.screenshot(path=SHOTS+"hints0.png")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.screenshot(path=SHOTS+"hints1.png")
    print([h.get_attribute("open") for h in hints.all()])
    page.keyboard.press("Space")
    page.wait_for_timeout(500)
    page.screenshot(path=SHOTS+"hints2.png")
    print([h.get_attribute("open") for h in hints.all()], page.evaluate("document.activeElement.outerHTML.slice(0,200)"))

def test_stepper(open_notebook, page, lab):
    import nbformat.v4 as v4, nbformat
    nb=v4.new_notebook(metadata={"kernelspec": {"name":"python3","display_name":"Python 3"}}, cells=[
      v4.new_code_cell('from utils import GraphStepper, Value\n\na, b = Value(2, label="a"), Value(-3, label="b")\nGraphStepper(a * b + a, title="f = a * b + a")', id="stepper"),
      v4.new_markdown_cell("below", id="below"), v4.new_markdown_cell("below", id="below2")])
    nbformat.write(nb, lab.course/"chapters/stepper.ipynb")
    book = open_notebook("chapters/stepper.ipynb")
    out=book.click_and_run("stepper")
    root=out.locator(".graph-stepper")
    expect(root).to_be_visible()
    page.screenshot(path=SHOTS+"stepper0.png")
    print(root.aria_snapshot(), book.selected())
    root.focus()
    print(book.selected())
    for k in ["ArrowRight"]*3+["ArrowLeft","End","Home"]:
        page.keyboard.press(k)
        page.wait_for_timeout(200)
        print(k, out.locator("[aria-live]").inner_text(), book.selected())
        page.screenshot(path=SHOTS+f"stepper-{k}.png")
