// Draws what GraphStepper (stepper.py) sends: boxes, arrows, and the state after `step` steps.
const SVG = "http://www.w3.org/2000/svg";
const INK = "#1f2933", QUIET = "#5f6b7a", LINE = "#9aa5b1";
const ROWS = { data: { dy: 39, colour: "#005a8d" }, grad: { dy: 56, colour: "#b34400" } };
const PHASE = { forward: ["Forward pass", "#005a8d"], backward: ["Backward pass", "#b34400"] };
const ICON = {
  first: "M3 3h2v10h-2z M13 3v10l-7-5z", back: "M11 3v10l-7-5z",
  next: "M5 3v10l7-5z", last: "M11 3h2v10h-2z M3 3v10l7-5z",
};
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

const STYLE = `
.graph-stepper { font: 14px/1.45 ${FONT}; color: ${INK}; background: #fff; border: 1px solid #cbd2d9;
  border-radius: 8px; padding: 10px 14px 12px; max-width: 100%; box-sizing: border-box; }
.graph-stepper:focus, .graph-stepper button:focus-visible { outline: 3px solid #b34400; outline-offset: -3px; }
.graph-stepper .picture { overflow-x: auto; }
.graph-stepper .picture svg { display: block; }
.graph-stepper .bar { display: flex; align-items: center; gap: 6px; margin-top: 6px; }
.graph-stepper button { width: 42px; height: 34px; padding: 0; border: 1px solid ${LINE}; border-radius: 6px;
  background: #f5f7fa; color: ${INK}; cursor: pointer; }
.graph-stepper button svg { display: block; margin: auto; fill: currentColor; }
.graph-stepper button:hover:not(:disabled) { background: #e4e7eb; }
.graph-stepper button:disabled { color: ${LINE}; cursor: default; }
.graph-stepper .phase { margin-left: 8px; font-weight: 700; }
.graph-stepper .count, .graph-stepper .keys { color: ${QUIET}; }
.graph-stepper .keys { margin-left: auto; font-size: 12px; }
.graph-stepper .words { margin-top: 8px; min-height: 4.2em; }
.graph-stepper .text { font-size: 17px; font-weight: 600; overflow-wrap: anywhere; }
.graph-stepper .note { color: ${QUIET}; }
`;

function element(parent, name, attributes = {}, text = "", ns = null) {
  const e = ns ? document.createElementNS(ns, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.textContent = text;
  parent.append(e);
  return e;
}

const shape = (parent, name, attributes, text) => element(parent, name, attributes, text, SVG);
const short = (text, n) => (text.length <= n ? text : text.slice(0, n - 1) + "…");

function drawGraph(parent, model) {
  const [width, height] = model.get("size");
  const svg = shape(parent, "svg", {
    role: "img", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, "font-size": 12, fill: INK,
  });
  shape(svg, "title", {}, model.get("title"));
  const description = shape(svg, "desc");
  const arrows = model.get("edges").map(() => shape(svg, "path", { fill: "none", "stroke-linecap": "round" }));
  const boxes = model.get("nodes").map((node) => {
    const top = node.y - node.h / 2, right = node.x + node.w - 10;
    const rect = shape(svg, "rect", {
      x: node.x, y: top, width: node.w, height: node.h, rx: 8, fill: node.leaf ? "#e8f1f8" : "#fff",
    });
    const text = (x, dy, more, content = "") => shape(svg, "text", { x, y: top + dy, ...more }, content);
    text(node.x + 10, 19, { "font-weight": 700, "font-size": 13.5 }, short(node.name, 9));
    text(right, 19, node.leaf
      ? { "text-anchor": "end", fill: QUIET, "font-style": "italic" }
      : { "text-anchor": "end", "font-weight": 600 }, node.leaf ? "leaf" : short(node.op, 8));
    const rows = {};
    for (const [row, { dy, colour }] of Object.entries(ROWS)) {
      text(node.x + 10, dy, { fill: QUIET }, row);
      rows[row] = text(right, dy, { fill: colour, "text-anchor": "end", "font-weight": 600 });
    }
    return { rect, rows };
  });
  return { description, arrows, boxes };
}

function showStep({ description, arrows, boxes }, model) {
  const steps = model.get("steps"), k = model.get("step"), nodes = model.get("nodes");
  const edges = model.get("edges"), backward = steps[k].phase === "backward";
  const colour = PHASE[steps[k].phase][1];
  const shown = nodes.map(() => ({ data: "", grad: "" }));
  for (const { show } of steps.slice(0, k + 1)) for (const [i, row, number] of show) shown[i][row] = number;
  boxes.forEach(({ rect, rows }, i) => {
    const here = i === steps[k].node;
    rect.setAttribute("stroke", here ? colour : LINE);
    rect.setAttribute("stroke-width", here ? 3 : 1.2);
    for (const row in rows) rows[row].textContent = shown[i][row] || "·";
  });
  arrows.forEach((arrow, i) => {
    const here = steps[k].edges.includes(i);
    arrow.setAttribute("stroke", here ? colour : LINE);
    arrow.setAttribute("stroke-width", here ? 3 : 1.4);
    // a gradient travels against the arrow, from the result to its operands
    const [, , curve, head, headBack] = edges[i];
    arrow.setAttribute("d", `${curve} ${here && backward ? headBack : head}`);
    arrow.setAttribute("stroke-dasharray", here && backward ? "7 5" : "none");
  });
  description.textContent = nodes
    .map(({ name }, i) => `${name}: data ${shown[i].data || "not yet"}, grad ${shown[i].grad || "not yet"}`)
    .join(". ");
}

function render({ model, el }) {
  element(el, "style", {}, STYLE);
  const root = element(el, "div", {
    class: "graph-stepper", tabindex: "0", role: "group", "aria-roledescription": "graph stepper",
    "aria-label": `${model.get("title")}. Arrow keys step, Home and End jump.`,
  });
  const picture = drawGraph(element(root, "div", { class: "picture" }), model);
  const bar = element(root, "div", { class: "bar" });
  const words = element(root, "div", { class: "words", "aria-live": "polite", "aria-atomic": "true" });
  const text = element(words, "div", { class: "text" }), note = element(words, "div", { class: "note" });

  const last = () => model.get("steps").length - 1;
  const go = (k) => {
    model.set("step", Math.min(Math.max(k, 0), last()));
    model.save_changes();
  };
  const moves = {
    first: () => go(0),
    back: () => go(model.get("step") - 1),
    next: () => go(model.get("step") + 1),
    last: () => go(last()),
  };
  const keys = {
    Home: moves.first, End: moves.last, ArrowLeft: moves.back, ArrowUp: moves.back,
    ArrowRight: moves.next, ArrowDown: moves.next,
  };
  const button = (label, move) => {
    const b = element(bar, "button", { type: "button", "aria-label": label, title: label });
    const icon = shape(b, "svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" });
    shape(icon, "path", { d: ICON[move] });
    b.addEventListener("click", moves[move]);
    return b;
  };
  const backButtons = [button("First step", "first"), button("Step back", "back")];
  const nextButtons = [button("Next step", "next"), button("Last step", "last")];
  const phase = element(bar, "span", { class: "phase" }), count = element(bar, "span", { class: "count" });
  element(bar, "span", { class: "keys", "aria-hidden": "true" }, "keys: ← → Home End");

  // JupyterLab binds plain keys (arrows, Enter, d d) for the cell: here they belong to the widget.
  // Ctrl+S, Shift+Enter and the like still reach JupyterLab.
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.stopPropagation();
    const move = keys[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });

  const update = () => {
    const k = model.get("step"), now = model.get("steps")[k];
    showStep(picture, model);
    // a disabled button loses the focus, and the keys with it
    const disable = (buttons, off) => buttons.forEach((b) => {
      if (off && b === document.activeElement) root.focus();
      b.disabled = off;
    });
    disable(backButtons, k === 0);
    disable(nextButtons, k === last());
    [phase.textContent, phase.style.color] = PHASE[now.phase];
    count.textContent = `step ${k} of ${last()}`;
    text.textContent = now.text;
    note.textContent = now.note;
  };
  model.on("change:step", update);
  update();
  return () => model.off("change:step", update);
}

export default { render };
