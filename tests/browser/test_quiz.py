"""The quiz in the browser: from the question to the answer cell, which is what counts."""

import re

import pytest
from playwright.sync_api import expect

from utils.quiz.use_answer import UseAnswer

pytestmark = [pytest.mark.browser]

QUIZ = "chapters/ch06_networks/quiz.ipynb"


def test_an_answer_goes_from_the_question_into_the_answer_cell(open_notebook, page):
    book = open_notebook(QUIZ)
    question = book.output("practice-q1")
    expect(question).to_contain_text("A single unit with a step activation can learn AND")
    expect(question).to_contain_text("To answer it, run this cell")

    book.click_and_run("setup-1")
    book.click_and_run("practice-q1")
    expect(question).to_contain_text("What counts is the answer cell below")
    use = question.get_by_role("button", name="Use this answer")
    expect(use).to_be_hidden()

    question.get_by_role("button", name="d").click()
    expect(question).to_contain_text("no way of searching can find one")
    use.click()
    has(book, "answer-q1", 'q1 = "d"')
    question.get_by_role("button", name="a", exact=True).click()
    expect(question).to_contain_text("✔ Right.")
    has(book, "answer-q1", 'q1 = "d"')  # looking at options changes nothing
    use.click()
    has(book, "answer-q1", 'q1 = "a"')

    page.keyboard.press("Shift+Enter")  # as the button says: twice
    expect(book.cell("test-q1")).to_have_class(re.compile(r"\bjp-mod-active\b"))
    page.keyboard.press("Shift+Enter")
    expect(book.output("test-q1")).to_contain_text("✔ q1: 1 of 1 point")
    source = "".join(book.save()["answer-q1"]["source"])
    assert source.startswith("# Answer q1\n") and source.endswith('\nq1 = "a"')

    summary = book.click_and_run("quiz.summary(")
    expect(summary).to_contain_text(
        "1 of 15 questions answered right in practice, 0 of them at the first try."
    )
    expect(summary).to_contain_text("right, after other answers")
    summary.get_by_role("link", name="q1", exact=True).click()
    expect(question.get_by_role("button", name="Use this answer")).to_be_in_viewport()


def test_what_stands_in_the_answer_cell_is_kept_but_for_the_answer(open_notebook):
    book = open_notebook(QUIZ)
    book.click_and_run("setup-1")
    book.write("answer-q2", "# Answer q2\nsizes = 10, 64, 32, 1\nq2 = sizes[0]")
    question = book.click_and_run("practice-q2")
    field = question.get_by_role("textbox")
    field.fill("11*64 + 65*32 + 33")
    field.press("Enter")
    expect(question).to_contain_text("✔ Right.")
    use = question.get_by_role("button", name="Use this answer")
    use.focus()
    use.press("Enter")  # with the keyboard, too
    has(book, "answer-q2", "sizes = 10, 64, 32, 1")
    has(book, "answer-q2", "q2 = 11*64 + 65*32 + 33")
    expect(book.cell("answer-q2")).not_to_contain_text("sizes[0]")


def has(book, cell, line):
    expect(book.cell(cell).locator(".cm-line").filter(has_text=line)).to_have_count(1)


def test_where_the_notebook_is_out_of_reach_there_is_a_line_to_copy(lab, page):
    address = f"{lab.url}/a-page-without-a-notebook"
    page.route(
        address,
        lambda route: route.fulfill(body="<title>Elsewhere</title>", content_type="text/html"),
    )
    page.goto(address)
    page.evaluate(
        """async (script) => {
            const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
            const model = { get: (name) => ({ part: "q1", line: 'q1 = "a"' })[name], on() {}, off() {} };
            (await import(url)).default.render({ model, el: document.body });
        }""",
        str(UseAnswer("q1")._esm),
    )
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.get_by_role("button", name="Use this answer").click()
    expect(page.get_by_role("status")).to_contain_text("Copy this line into the answer cell")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_contain_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == 'q1 = "a"'
