"""JupyterLab's dark theme, at 1000 pixels beside an open sidebar: what the course shows can be read."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser]

LEAST = 4.0  # contrast of text and ground, as WCAG computes it
# [contrast, text] of every piece of text in a cell whose contrast is below `least`
FAINT = """(panel, least) => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
    const ground = (it) => {
        const layers = [];
        for (let at = it; at; at = at.parentElement) {
            layers.push(rgba(getComputedStyle(at).backgroundColor));
        }
        return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
    };
    const light = (colour) => {
        const part = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = colour.map((v) => part(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint = [];
    for (const cell of panel.querySelectorAll(".jp-Cell")) {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const text = texts.currentNode.textContent.trim(), it = texts.currentNode.parentElement;
            if (!text || !it.getClientRects().length) continue;
            if (it.closest(".cm-editor, style, script, mjx-assistive-mml")) continue;
            const svg = it.closest("svg"), style = getComputedStyle(it);
            if (style.visibility === "hidden") continue;
            const {x, y, width, height} = it.getBoundingClientRect();
            const boxes = [...((svg && it.closest("g")?.querySelectorAll("rect")) || [])];
            const box = boxes.find((one) => {
                const {left, right, top, bottom} = one.getBoundingClientRect();
                return left <= x && right >= x + width && top <= y && bottom >= y + height;
            });
            const below = box ? over(rgba(getComputedStyle(box).fill), ground(svg)) : ground(svg || it);
            const ink = over(rgba(svg ? style.fill : style.color), below);
            const [dark, bright] = [light(ink), light(below)].sort((a, b) => a - b);
            const contrast = (bright + 0.05) / (dark + 0.05);
            if (contrast < least) faint.push([contrast.toFixed(2), text.slice(0, 60)]);
        }
    }
    return faint;
}"""


@pytest.fixture
def dark(lab, page):
    """The dark theme, and a small window."""
    settings = lab._folder / "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"theme": "JupyterLab Dark"}), encoding="utf-8")
    page.set_viewport_size({"width": 1000, "height": 768})
    yield
    settings.unlink()


@pytest.mark.parametrize("name", ["ch02_autograd/01_by_hand", "ch06_networks/quiz"])
def test_texts_tables_folds_and_widgets_can_be_read(dark, open_notebook, page, name):
    book = open_notebook(f"chapters/{name}.ipynb")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    book.panel.evaluate(
        "it => it.querySelectorAll('details').forEach((fold) => (fold.open = true))"
    )
    book.menu("Kernel", "Restart Kernel and Run All Cells")
    page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    last = book.panel.locator(".jp-CodeCell .jp-InputArea-prompt").last
    expect(last).to_have_text(re.compile(r"^\[\d+\]:$"))
    expect(book.panel.get_by_role("slider").first).to_be_visible()
    assert book.panel.evaluate(FAINT, LEAST) == []
