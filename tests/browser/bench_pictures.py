"""`make bench`: how fast pictures follow the hand, in JupyterLab and chromium on this machine.

Figures, not assertions: other work on the machine changes them.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import BROWSERS, FLAGS, LAPTOP, PATIENCE, Lab, Notebook, expect, sync_playwright

KEYS, DRAG = 24, 2.0  # how often a key is pressed, seconds
WATCH = """pictures => {
    window.drawn = [];
    window.watcher?.disconnect();
    window.watcher = new MutationObserver(() => window.drawn.push(performance.now()));
    window.watcher.observe(pictures, {childList: true, subtree: true});
}"""
PRESSED = """() => {
    window.pressed = [];
    window.addEventListener("keydown", () => window.pressed.push(performance.now()), true);
}"""
EXPLORERS = {  # name: (notebook, cells to run first, a piece of its cell, slider)
    "learning rate": (
        "ch02_autograd/01_by_hand", ["setup-1", "def valley(x)"], "explore(descend", "learning rate",
    ),
    "lenses": ("ch02_autograd/01_by_hand", ["setup-1"], "explore(lenses", "x"),
    "valley": (
        "ch03_calculus/06_descent_and_curvature", ["setup-1"], "valley_explorer()", "learning rate",
    ),
    "momentum": (
        "ch06_networks/04_losses_and_optimisers", ["setup-1"], "momentum_explorer()", "learning rate",
    ),
    "network of 7.1": ("ch07_gradients/01_derivatives", ["setup-1"], "network_7_1_explorer()", "x"),
    "initialisation": ("ch07_gradients/06_initialisation", ["setup-1"], "variance_explorer()", "layer"),
}  # fmt: skip


def measured(page, lab, notebook, first, cell, name):
    """One line of figures about one explorer."""
    path = f"chapters/{notebook}.ipynb"
    page.goto(f"{lab.url}/lab/tree/{path}?token={lab.token}")
    book = Notebook(page, lab.course / path)
    for what in first:
        book.click_and_run(what)
    book.cell(cell).locator(".jp-InputPrompt").first.click()
    output = book.run(cell)
    slider, pictures = output.get_by_role("slider", name=name), output.locator(".pictures")
    expect(slider).to_be_visible()
    slider.scroll_into_view_if_needed()
    slider.focus()
    return f"{_keys(page, pictures)}; {_drag(page, slider, pictures)}"


def _keys(page, pictures):
    pictures.evaluate(WATCH)
    page.evaluate(PRESSED)
    for k in range(KEYS):
        page.keyboard.press("ArrowLeft" if k % 8 < 4 else "ArrowRight")
        page.wait_for_timeout(120)
    pressed, drawn = page.evaluate("[window.pressed, window.drawn]")
    waits = [min((d - p for d in drawn if d > p), default=float("inf")) for p in pressed]
    return f"key to picture {statistics.median(waits):.0f} ms ({min(waits):.0f}-{max(waits):.0f})"


def _drag(page, slider, pictures):
    box = slider.bounding_box()
    left, right, height = box["x"] + 9, box["x"] + box["width"] - 9, box["y"] + box["height"] / 2
    positions = slider.evaluate("it => (it.max - it.min) / it.step")
    page.mouse.move(left, height)
    page.mouse.down()
    slider.evaluate("""it => {
        window.passed = 0;
        it.addEventListener("input", () => window.passed++);
    }""")
    pictures.evaluate(WATCH)
    begun, to = time.monotonic(), right
    while time.monotonic() - begun < DRAG:
        page.mouse.move(to, height, steps=min(60, round(positions)))
        to = left if to == right else right
    drawn, passed = page.evaluate("[window.drawn.length, window.passed]")
    taken = time.monotonic() - begun
    page.mouse.up()
    rates = f"{drawn / taken:.0f} pictures a second while dragging"
    return f"{rates} through {passed / taken:.0f} values a second"


def main():
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        return print("No chromium on this machine: how fast pictures move is not measured.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        lab.start()
        try:
            started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            context = started.new_context(viewport=LAPTOP)
            context.set_default_timeout(PATIENCE)
            for name, how in EXPLORERS.items():
                page = context.new_page()
                print(f"picture {name}: {measured(page, lab, *how)}", flush=True)
                page.close()
            started.close()
        finally:
            lab.stop_kernels()
            lab.stop()


if __name__ == "__main__":
    main()
