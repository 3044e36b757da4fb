"""The course in a real browser: JupyterLab as `make lab` starts it, chromium, and a keyboard.

The tests work in a copy of the students' folders, so neither the repository nor the settings of
whoever runs them are touched. The browser has no network but this machine, as in the course's promise.
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
# Every cell is in the page, also the ones that one would have to scroll to; no question about news.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
SECONDS = 1000  # playwright counts in milliseconds

expect.set_options(timeout=20 * SECONDS)


def pytest_collection_modifyitems(items):
    """One JupyterLab is enough: all tests here go to one worker (with `--dist loadgroup`)."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """When a test fails: a picture of what the student would have seen."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.failed and page is not None and not page.is_closed():
        target = item.funcargs["tmp_path"] / f"{report.when}.png"
        with contextlib.suppress(Exception):
            page.screenshot(path=target)
            report.sections.append(("screenshot", str(target)))
    return report


class Lab:
    """A JupyterLab of its own on a copy of the course."""

    def __init__(self, folder: Path):
        self.course = folder / "course"
        self.token = secrets.token_hex()
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.clean()
        for name, values in SETTINGS.items():
            target = self._folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(values))
        own = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))},
            **{f"JUPYTER_{name}": str(self._folder / name.lower()) for name in own},
            "JUPYTERLAB_SETTINGS_DIR": str(self._folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self._folder / "workspaces"),
            "IPYTHONDIR": str(self._folder / "ipython"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"),
            *(f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
            *(f"--ServerApp.root_dir={self.course}", "--LabApp.default_url=/lab/tree/chapters/start_here.ipynb"),
            f"--IdentityProvider.token={self.token}",
            *(["--allow-root"] if os.geteuid() == 0 else []),
        ]
        self.log = self._folder / "jupyterlab.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        end = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError):
                return self.api("GET", "status")
            time.sleep(0.1)
        self.stop()
        pytest.fail(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}", pytrace=False)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def api(self, method: str, path: str):
        request = urllib.request.Request(
            f"{self.url}/api/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or "null")

    def clean(self) -> None:
        """The course as a student gets it: nothing answered, no progress, nothing open."""
        shutil.rmtree(self.course, ignore_errors=True)
        shutil.rmtree(self._folder / "workspaces", ignore_errors=True)
        for name in ("chapters", "data"):
            shutil.copytree(
                ROOT / name,
                self.course / name,
                ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"),
            )

    def close_sessions(self) -> None:
        for session in self.api("GET", "sessions"):
            self.api("DELETE", f"sessions/{session['id']}")


class Notebook:
    """What a student does with the notebook in front of them. Cells are found by their id."""

    def __init__(self, page: Page, path: Path):
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel:visible")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        self._places = {cell["id"]: place for place, cell in enumerate(cells)}
        self.cells = self.panel.locator(".jp-Notebook .jp-Cell")
        expect(page.get_by_role("tab", name=path.name)).to_have_attribute("aria-selected", "true")
        expect(self.cells).to_have_count(len(cells))
        expect(page.locator("#jp-bottom-panel")).to_contain_text("| Idle")  # the kernel is there

    def cell(self, name: str) -> Locator:
        return self.cells.nth(self._places[name])

    def output(self, name: str) -> Locator:
        return self.cell(name).locator(".jp-Cell-outputArea")

    def write(self, name: str, text: str) -> None:
        """Replace a cell's text, key by key."""
        editor = self.cell(name).locator(".cm-content")
        editor.click()
        expect(editor).to_be_focused()
        self.page.keyboard.press("Control+a")
        self.type(text)
        expect(editor.locator(".cm-line")).to_have_text([line or "" for line in text.split("\n")])

    def type(self, text: str) -> None:
        """Type lines; the indentation that the editor offers is replaced by the text's own."""
        first, *others = text.split("\n")
        self.page.keyboard.type(first)
        for line in others:
            self.page.keyboard.press("Enter")
            self.page.keyboard.press("Shift+Home")
            self.page.keyboard.type(line) if line else self.page.keyboard.press("Delete")

    def run(self, name: str) -> Locator:
        """Shift+Enter in the selected cell, which must be this one; its output when it is done."""
        cell = self.cell(name)
        expect(cell).to_have_class(re.compile(r"\bjp-mod-active\b"))
        prompt = cell.locator(".jp-InputArea-prompt")
        before = prompt.inner_text()
        self.page.keyboard.press("Shift+Enter")
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"^\[\d+\]:$"))
        return self.output(name)

    def click_and_run(self, name: str) -> Locator:
        self.cell(name).locator(".cm-content").click()
        return self.run(name)

    def run_new_cell_below(self, name: str, text: str) -> Locator:
        """A cell of one's own below another: its output."""
        self.cell(name).locator(".cm-content").click()
        for key in ("Escape", "b"):
            self.page.keyboard.press(key)
        place = self._places[name] + 1
        self._places = {k: v + (v >= place) for k, v in self._places.items()} | {text: place}
        expect(self.cell(text)).to_have_class(re.compile(r"\bjp-mod-active\b"))
        self.page.keyboard.press("Enter")
        self.type(text)
        return self.run(text)

    def selected(self) -> int:
        """The number of the selected cell."""
        active = [self.cells.nth(i).get_attribute("class") for i in range(self.cells.count())]
        (place,) = (i for i, names in enumerate(active) if "jp-mod-active" in names.split())
        return place


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture(scope="module")  # while playwright runs, nothing else in this process can use asyncio
def browser():
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(
            "The browser tests need chromium, and there is none on the PATH: "
            "on Debian or Ubuntu, 'sudo apt install chromium' adds it.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        context = browser.new_context(viewport=LAPTOP)
        context.set_default_timeout(20 * SECONDS)
        yield context
        browser.close()


@pytest.fixture
def page(lab, browser, tmp_path):
    """An empty tab and an untouched course; afterwards, no error may stand in the console."""
    lab.clean()
    page = browser.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(f"{error}\n{error.stack}"))
    page.on("console", lambda m: m.type == "error" and problems.append(f"{m.text} {m.location}"))
    page.on("requestfailed", lambda r: "ABORT" in r.failure or problems.append(f"{r.url}: {r.failure}"))
    yield page
    page.close()
    lab.close_sessions()
    assert not problems, "errors in the browser's console:\n" + "\n".join(problems)


@pytest.fixture
def notebook_in_front(lab, page):
    """The notebook that is open in the browser, by its path in the course."""
    return lambda path: Notebook(page, lab.course / path)


@pytest.fixture
def open_notebook(lab, page, notebook_in_front):
    """Opens a notebook of the course by its path in the course."""

    def opened(path: str) -> Notebook:
        page.goto(f"{lab.url}/lab/tree/{path}?token={lab.token}")
        return notebook_in_front(path)

    return opened
