"""A student's day in the browser: the start page, an exercise of chapter 2, the stepper, the keyboard."""
import os, re
from playwright.sync_api import expect

def test_a(open_notebook, page):
    book = open_notebook("chapters/start_here.ipynb")
    page.screenshot(path="/tmp/shots/start.png")
    print(book.click_and_run("demo-1").inner_text())
    print(book.click_and_run("demo-2").inner_text())
    print(book.run("demo-3").inner_text())
    book.write("demo-2", "def double(x):\n    return x + 2\n\n\n# bye")
    book.run("demo-2")
    print(book.run("demo-3").inner_text())
    page.screenshot(path="/tmp/shots/wrong.png")
    print(page.locator("a").evaluate_all("all => all.map(a => [a.innerText, a.href, a.getAttribute('href')])"))
    print(page.locator("img").evaluate_all("all => all.map(a => [a.alt, a.src, a.naturalWidth])"))
