// Draws what GraphStepper (stepper.py) sends: boxes, arrows, and the state after `step` steps.
const SVG = "http://www.w3.org/2000/svg";
// on a light and on a dark page
const INK = "var(--ink)", QUIET = "var(--quiet)", LINE = "var(--rim)", DATA = "var(--data)", GRAD = "var(--grad)";
const ROWS = { data: { dy: 39, colour: DATA }, grad: { dy: 56, colour: GRAD } };
const PHASE = { forward: ["Forward pass", DATA], backward: ["Backward pass", GRAD] };
const ICON = {
  first: "M3 3h2v10h-2z M13 3v10l-7-5z", back: "M11 3v10l-7-5z",
  next: "M5 3v10l7-5z", last: "M11 3h2v10h-2z M3 3v10l7-5z",
};
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

const STYLE = `
.graph-stepper { --ink: var(--jp-content-font-color1, #1f2933); --quiet: var(--jp-content-font-color2, #5f6b7a);
  --rim: #8b97a3; --data: color-mix(in srgb, #0072b2 62%, var(--ink)); --grad: color-mix(in srgb, #d55e00 72%, var(--ink));
  font: 14px/1.45 ${FONT}; color: var(--ink); border: 1px solid var(--rim);
  border-radius: 8px; padding: 10px 14px 12px; max-width: 100%; box-sizing: border-box; }
.graph-stepper:focus, .graph-stepper button:focus-visible { outline: 3px solid var(--grad); outline-offset: -3px; }
.graph-stepper .picture { overflow-x: auto; }
.graph-stepper .picture svg { display: block; max-width: 100%; height: auto; }
.graph-stepper .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin-top: 6px; }
.graph-stepper button { min-width: 42px; height: 34px; padding: 0 10px; border: 1px solid var(--rim); border-radius: 6px;
  font: inherit; background: var(--jp-layout-color2, #f5f7fa); color: var(--ink); cursor: pointer; }
.graph-stepper button svg { display: block; margin: auto; fill: currentColor; }
.graph-stepper button:disabled { opacity: .4; cursor: default; }
.graph-stepper .phase { margin-left: 8px; font-weight: 700; }
.graph-stepper .count, .graph-stepper .keys { color: var(--quiet); }
.graph-stepper .keys { margin-left: auto; font-size: 12px; }
.graph-stepper .words { margin-top: 8px; min-height: 4.2em; }
.graph-stepper .text { font-size: 17px; font-weight: 600; overflow-wrap: anywhere; }
.graph-stepper .note { color: var(--quiet); }
.graph-stepper .ask { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 4px 0; }
.graph-stepper .ask[hidden] { display: none; }
.graph-stepper .ask input { width: 7em; height: 28px; font: inherit; padding: 0 6px; color: var(--ink);
  background: var(--jp-layout-color1, #fff); border: 1px solid var(--rim); border-radius: 6px; }
`;

const shape = (parent, name, attributes, text) => element(parent, name, attributes, text, SVG);
const short = (text, n) => (text.length <= n ? text : text.slice(0, n - 1) + "…");

function drawGraph(parent, model) {
  const [width, height] = model.get("size");
  const svg = shape(parent, "svg", {
    role: "img", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, "font-size": 12,
  });
  // small enough for the page, unless it could not be read
  svg.style.minWidth = `${Math.round(0.62 * width)}px`;
  shape(svg, "title", {}, model.get("title"));
  const description = shape(svg, "desc");
  const arrows = model.get("edges").map(() => shape(svg, "path", { fill: "none", "stroke-linecap": "round" }));
  const boxes = model.get("nodes").map((node) => {
    const top = node.y - node.h / 2, right = node.x + node.w - 10;
    const rect = shape(svg, "rect", {
      x: node.x, y: top, width: node.w, height: node.h, rx: 8, "fill-opacity": 0.16, fill: node.leaf ? "#0072b2" : "#808080",
    });
    const text = (x, dy, { fill = INK, ...more }, content = "") =>
      shape(svg, "text", { x, y: top + dy, style: `fill: ${fill}`, ...more }, content);
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

function showStep({ description, arrows, boxes }, model, waiting) {
  const steps = model.get("steps"), k = model.get("step"), nodes = model.get("nodes");
  const edges = model.get("edges"), backward = steps[k].phase === "backward";
  const colour = PHASE[steps[k].phase][1];
  const shown = nodes.map(() => ({ data: "", grad: "" }));
  for (const { show } of steps.slice(0, waiting ? k : k + 1)) for (const [i, row, number] of show) shown[i][row] = number;
  boxes.forEach(({ rect, rows }, i) => {
    const here = i === steps[k].node;
    rect.style.stroke = here ? colour : LINE;
    rect.setAttribute("stroke-width", here ? 3 : 1.2);
    for (const row in rows) rows[row].textContent = shown[i][row] || "·";
  });
  arrows.forEach((arrow, i) => {
    const here = steps[k].edges.includes(i);
    arrow.style.stroke = here ? colour : LINE;
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
  const text = element(words, "div", { class: "text" });
  const form = element(words, "form", { class: "ask" });
  const field = element(form, "input", { type: "text", inputmode: "decimal", "aria-label": "the next gradient" });
  element(form, "button", { type: "submit" }, "Check");
  const showMe = element(form, "button", { type: "button" }, "Show me");
  const note = element(words, "div", { class: "note" });

  // Where `predict` is set, a gradient is asked for before it is shown.
  const known = new Set(model.get("predict") ? [] : model.get("steps").keys());
  const asked = (k) => model.get("steps")[k].ask && !known.has(k);
  const reveal = (said) => {
    known.add(model.get("step"));
    update();
    note.textContent = `${said} ${note.textContent}`;
    root.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim(), number = Number(text.replace(",", ".").replace("\u2212", "-"));
    const { right } = model.get("steps")[model.get("step")].ask;
    if (!text || Number.isNaN(number)) note.textContent = "Type a number.";
    else if (Math.abs(number - right) <= 0.01 * Math.abs(right) + 1e-9) reveal(`✔ You said ${text}.`);
    else reveal(`✘ You said ${text}.`);
  });
  showMe.addEventListener("click", () => reveal(""));

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

  root.addEventListener("keydown", (event) => {
    const move = event.target !== field && isPlain(event) && keys[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
  keepKeys(root);

  const update = () => {
    const k = model.get("step"), now = model.get("steps")[k], waiting = asked(k);
    showStep(picture, model, waiting);
    // a disabled button loses the focus, and the keys with it
    const disable = (buttons, off) => buttons.forEach((b) => {
      if (off && b === document.activeElement) root.focus();
      b.disabled = off;
    });
    disable(backButtons, k === 0);
    disable(nextButtons, k === last());
    [phase.textContent, phase.style.color] = PHASE[now.phase];
    count.textContent = `step ${k} of ${last()}`;
    form.hidden = !waiting;
    field.value = "";
    text.textContent = waiting ? now.ask.text : now.text;
    note.textContent = waiting ? "What is the gradient then? Type it, or let it be shown." : now.note;
  };
  model.on("change:step", update);
  update();
  return () => model.off("change:step", update);
}
