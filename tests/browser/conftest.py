"""The course in a real browser: JupyterLab as `make lab` starts it, chromium, and a keyboard.

JupyterLab runs on a copy of the notebooks with settings of its own, so neither the repository nor
the habits of whoever runs the tests are touched. The browser reaches this machine and nothing else:
whatever the course would fetch from the internet shows up as an error.

One JupyterLab is enough: one process runs all of these tests (tests/conftest.py).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
LAPTOP = {"width": 1366, "height": 768}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SETTINGS = {
    # As `make lab` has it; every cell is in the page, also those that one would have to scroll to.
    "notebook-extension/tracker": {"windowingMode": "defer"},
    # JupyterLab does not ask whether it may fetch news.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
PATIENCE = 30_000  # milliseconds; nothing takes that long, but machines can be busy
CLOSING_SECONDS = 5

expect.set_options(timeout=PATIENCE)


class Lab:
    """A JupyterLab of its own on a copy of the course."""

    def __init__(self, folder: Path):
        self.course = folder / "course"
        self._folder = folder
        self._log = folder / "jupyterlab.log"
        self.token = secrets.token_hex()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"

    def start(self) -> None:
        for name, values in SETTINGS.items():
            target = self._folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(values), encoding="utf-8")
        self.tidy()
        options = [
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.url.rpartition(':')[2]}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.course}",
            "--LabApp.default_url=/lab/tree/chapters/start_here.ipynb",
            "--LabApp.expose_app_in_browser=True",  # to open and close notebooks without a new start
            f"--IdentityProvider.token={self.token}",
            *(["--allow-root"] if os.geteuid() == 0 else []),
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *options],
                cwd=self._folder,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError):
                self.ask("GET", "status")
                return
            time.sleep(0.1)
        self.stop()
        log = self._log.read_text(encoding="utf-8", errors="replace")
        pytest.fail(f"JupyterLab did not start:\n{log[-3000:]}", pytrace=False)

    def _environment(self) -> dict[str, str]:
        ours = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return (
            kept
            | {name: str(self._folder / folder) for name, folder in ours.items()}
            | {"PATH": path}
        )

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def tidy(self) -> None:
        """The course as a student gets it: nothing answered, no progress, nothing open."""
        shutil.rmtree(self._folder / "workspaces", ignore_errors=True)
        shutil.rmtree(self.course, ignore_errors=True)
        unwanted = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        for name in ("chapters", "data"):
            shutil.copytree(ROOT / name, self.course / name, ignore=unwanted)

    def stop_kernels(self) -> None:
        for session in self.ask("GET", "sessions"):
            self.ask("DELETE", f"sessions/{session['id']}")

    def ask(self, method: str, path: str):
        """What JupyterLab's interface for programs answers."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")


class Notebook:
    """The notebook in front of the student, and what a student does with it.

    Cells are found by their id or, for code cells, by a piece of their text.
    """

    def __init__(self, page: Page, path: Path):
        self.page, self.path = page, path
        self.panel = page.locator(".jp-NotebookPanel:visible")
        self.cells = self.panel.locator(".jp-Notebook .jp-Cell")
        given = json.loads(path.read_text(encoding="utf-8"))["cells"]
        self._known = [
            (cell["id"], "".join(cell["source"]) if cell["cell_type"] == "code" else "")
            for cell in given
        ]
        self.tab = page.get_by_role("tab", name=path.name)
        expect(self.tab).to_have_attribute("aria-selected", "true")
        self.status = page.locator("#jp-bottom-panel")
        expect(self.cells).to_have_count(len(given))

    def place(self, what: str) -> int:
        """The number of a cell."""
        found = [i for i, (name, _) in enumerate(self._known) if name == what]
        found = found or [i for i, (_, text) in enumerate(self._known) if what in text]
        assert len(found) == 1, f"{len(found)} cells of {self.path.name} have {what!r}"
        return found[0]

    def cell(self, what: str) -> Locator:
        return self.cells.nth(self.place(what))

    def output(self, what: str) -> Locator:
        return self.cell(what).locator(".jp-Cell-outputArea")

    def selected(self) -> list[int]:
        """The numbers of the selected cells."""
        return self.cells.evaluate_all(
            "all => all.flatMap((cell, i) => cell.classList.contains('jp-mod-selected') ? [i] : [])"
        )

    def click(self, what: str) -> None:
        """Put the cursor into a cell."""
        self.cell(what).locator(".cm-content").click()
        expect(self.cell(what)).to_have_class(re.compile(r"\bjp-mod-active\b"))

    def write(self, what: str, text: str) -> None:
        """Replace all that a cell says, key by key."""
        self.click(what)
        self.page.keyboard.press("Control+a")
        self._type(text)
        self._has(what, text)

    def paste(self, what: str, text: str) -> None:
        """Replace all that a cell says, at once."""
        self.click(what)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self._has(what, text)

    def _has(self, what: str, text: str) -> None:
        lines = self.cell(what).locator(".cm-line")
        assert lines.evaluate_all("all => all.map(line => line.textContent)") == text.split("\n")

    def _type(self, text: str) -> None:
        first, *others = text.split("\n")
        self.page.keyboard.type(first)
        for line in others:
            self.page.keyboard.press("Enter")
            self.page.keyboard.press("Shift+Home")  # over the indentation that the editor offers
            if line:
                self.page.keyboard.type(line)
            else:
                self.page.keyboard.press("Delete")

    def run(self, what: str) -> Locator:
        """Shift+Enter in the selected cell, which is this one; its output when it is done."""
        cell = self.cell(what)
        expect(cell).to_have_class(re.compile(r"\bjp-mod-active\b"))
        prompt = cell.locator(".jp-InputArea-prompt")
        before = prompt.inner_text()
        expect(self.status).to_contain_text("| Idle")  # the kernel is ready
        self.page.keyboard.press("Shift+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"^\[\d+\]:$"))
        return self.output(what)

    def click_and_run(self, what: str) -> Locator:
        self.click(what)
        return self.run(what)

    def add_below_and_run(self, what: str, text: str) -> Locator:
        """A cell of one's own below another; its output."""
        self.click(what)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self._known.insert(self.place(what) + 1, ("own", text))
        expect(self.cell("own")).to_have_class(re.compile(r"\bjp-mod-active\b"))
        self.page.keyboard.press("Enter")
        self._type(text)
        return self.run("own")

    def menu(self, *names: str) -> None:
        expect(self.status).to_contain_text("| Idle")
        for name in names:
            self.page.get_by_role("menuitem", name=name).click()

    def save(self) -> dict[str, dict]:
        """Ctrl+S; the cells of the file by their ids."""
        self.page.keyboard.press("Control+s")
        expect(self.tab).not_to_have_class(re.compile(r"\bjp-mod-dirty\b"))
        saved = json.loads(self.path.read_text(encoding="utf-8"))
        return {cell["id"]: cell for cell in saved["cells"]}


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(
            "The browser tests need chromium, and there is none on the PATH: "
            "on Debian or Ubuntu, 'sudo apt install chromium' adds it.",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):  # without a browser it need not start
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.start()
    yield lab
    lab.stop()


# Not longer than a module: while playwright runs, no other test in this process can use asyncio.
@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = started.new_context(viewport=LAPTOP)
        context.set_default_timeout(PATIENCE)
        yield context
        started.close()


@pytest.fixture(scope="module")
def tab(browser):
    """The browser's tab. JupyterLab stays in it from test to test: to load it takes seconds."""
    return browser.new_page()


@pytest.fixture
def page(lab, tab, tmp_path):
    """A tab in which no notebook is open, an untouched course. No error of ours may reach its console."""
    lab.tidy()
    problems = []

    def note(text: str, places: str) -> None:
        urls = re.findall(r"(?:https?|blob):[^\s)]+", places)
        if not urls or any("/static/lab/" not in url for url in urls):  # not JupyterLab's own
            problems.append(f"{text} {places}")

    notes = {
        "pageerror": lambda error: note(str(error), error.stack or ""),
        "console": lambda m: m.type == "error" and note(m.text, m.location["url"]),
        "requestfailed": lambda r: "ABORTED" in r.failure or note(r.failure, r.url),
    }
    for event, noted in notes.items():
        tab.on(event, noted)
    yield tab
    for event, noted in notes.items():
        tab.remove_listener(event, noted)
    close_all(tab)
    lab.stop_kernels()
    assert not problems, "Errors in the browser's console:\n" + "\n".join(problems)


def shows_jupyterlab(tab: Page) -> bool:
    return tab.evaluate("() => 'jupyterapp' in window")


def close_all(tab: Page) -> None:
    """Close what is open in JupyterLab, and save nothing. Where that fails, JupyterLab is left: the next
    test loads it again."""
    if not shows_jupyterlab(tab):
        return
    tab.evaluate("() => void window.jupyterapp.commands.execute('application:close-all')")
    panels, discard = tab.locator(".jp-NotebookPanel"), tab.get_by_role("button", name="Discard")
    end = time.monotonic() + CLOSING_SECONDS
    while panels.count() and time.monotonic() < end:
        if discard.count():
            discard.first.click()
        tab.wait_for_timeout(50)
    if panels.count():  # a dialog that came at the same time, for one
        tab.goto("about:blank")


@pytest.fixture
def notebook_in_front(lab, page):
    """The notebook that the browser shows, by its path in the course."""
    return lambda path: Notebook(page, lab.course / path)


@pytest.fixture
def open_notebook(lab, page, notebook_in_front):
    """Opens a notebook of the course by its path in the course."""

    def opened(path: str) -> Notebook:
        if shows_jupyterlab(page):
            page.evaluate(
                "path => void window.jupyterapp.commands.execute('docmanager:open', {path})", path
            )
        else:
            page.goto(f"{lab.url}/lab/tree/{path}?token={lab.token}")
        return notebook_in_front(path)

    return opened


@pytest.fixture
def new_notebook(lab, open_notebook):
    """Writes a notebook of code cells, {id: text}, with a line of text at its end, and opens it."""

    def written(cells: dict[str, str]) -> Notebook:
        code = {"cell_type": "code", "execution_count": None, "outputs": [], "metadata": {}}
        made = [code | {"id": name, "source": text} for name, text in cells.items()]
        made.append({"cell_type": "markdown", "id": "below", "source": "Below.", "metadata": {}})
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        content = {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (lab.course / "chapters/new.ipynb").write_text(json.dumps(content), encoding="utf-8")
        return open_notebook("chapters/new.ipynb")

    return written


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """When a test fails, a picture of what the student would have seen."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.failed and isinstance(page, Page) and not page.is_closed():
        target = item.funcargs["tmp_path"] / "screenshot.png"
        with contextlib.suppress(Exception):
            page.screenshot(path=target)
            report.sections.append(("what the browser showed", str(target)))
    return report
