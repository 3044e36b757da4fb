const EXPLORER_STYLE = `
.explorer { --ink: var(--jp-content-font-color1, #1f2933); --quiet: var(--jp-content-font-color2, #5f6b7a);
  --rim: var(--jp-border-color1, #9aa5b1); --accent: var(--jp-brand-color1, #0072b2);
  font: 14px/1.45 var(--jp-content-font-family, system-ui, sans-serif); color: var(--ink); padding: 4px 2px; }
.explorer .controls { display: grid; grid-template-columns: max-content minmax(120px, 340px) minmax(3.5em, max-content);
  gap: 6px 12px; align-items: center; }
.explorer .control { display: contents; }
.explorer .controls .wide { grid-column: 2 / -1; display: flex; flex-wrap: wrap; gap: 4px 14px; }
.explorer input[type=range] { width: 100%; height: 24px; margin: 0; accent-color: var(--accent); }
.explorer :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.explorer .value { font-variant-numeric: tabular-nums; }
.explorer .pictures { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 4px 16px; margin-top: 8px; }
.explorer .picture { flex: 0 1 auto; max-width: 100%; }
.explorer svg { display: block; max-width: 100%; height: auto; fill: var(--ink); }
.explorer .words { min-height: 3em; max-width: 52em; margin-top: 4px; }
.explorer .ask { border-left: 4px solid var(--accent); padding: 2px 10px 6px; margin-top: 8px; max-width: 52em; }
.explorer .ask input { width: 8em; font: inherit; padding: 3px 6px; margin-right: 6px; color: var(--ink);
  background: var(--jp-layout-color1, #fff); border: 1px solid var(--rim); border-radius: 4px; }
.explorer button { font: inherit; padding: 3px 12px; margin-right: 6px; cursor: pointer; color: var(--ink);
  background: var(--jp-layout-color2, #eee); border: 1px solid var(--rim); border-radius: 4px; }
`;

function sliderOf(parent, { label, low, high, step }, id, moved) {
  element(parent, "label", { for: id }, label);
  const input = element(parent, "input", { id, type: "range", min: low, max: high, step });
  const value = element(parent, "span", { class: "value" });
  const digits = (String(step).split(".")[1] ?? "").length;
  const show = (number) => {
    value.textContent = number.toFixed(digits).replace("-", "\u2212");
    input.setAttribute("aria-valuetext", value.textContent);
  };
  input.addEventListener("input", () => { show(input.valueAsNumber); moved(input.valueAsNumber); });
  return (number) => { input.valueAsNumber = number; show(number); };
}

function choiceOf(parent, { label, options }, id, moved) {
  element(parent, "span", { id }, label);
  const group = element(parent, "div", { class: "wide", role: "radiogroup", "aria-labelledby": id });
  const inputs = options.map((option) => {
    const line = element(group, "label");
    const input = element(line, "input", { type: "radio", name: id, value: option });
    line.append(` ${option}`);
    input.addEventListener("change", () => moved(option));
    return input;
  });
  return (option) => inputs.forEach((input) => { input.checked = input.value === option; });
}

// A question before the picture: it is shown after an answer, or after "Show me".
function ask(root, { question, right, tolerance }, reveal) {
  const form = element(root, "form", { class: "ask" });
  element(form, "div", {}, question);
  const line = element(form, "div");
  const field = element(line, "input", { type: "text", inputmode: "decimal", "aria-label": question });
  element(line, "button", { type: "submit" }, "Check");
  const show = element(line, "button", { type: "button" }, "Show me");
  const said = element(form, "div", { role: "status" });
  const answered = (text) => { line.hidden = true; said.textContent = text; reveal(); };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = Number(field.value.trim().replace(",", ".").replace("\u2212", "-"));
    if (!field.value.trim() || Number.isNaN(number)) said.textContent = "Type a number.";
    else if (Math.abs(number - right) <= tolerance) answered(`✔ ${field.value.trim()}: so it is (${right}).`);
    else answered(`✘ You said ${field.value.trim()}; it is ${right}. See why below.`);
  });
  show.addEventListener("click", () => answered(`It is ${right}.`));
}

function render({ model, el }) {
  element(el, "style", {}, EXPLORER_STYLE);
  const root = element(el, "div", { class: "explorer", role: "group", "aria-label": "Picture with controls" });
  keepKeys(root);
  const question = model.get("question");
  const body = element(root, "div");
  const controls = element(body, "div", { class: "controls" });
  const pictures = element(body, "div", { class: "pictures", role: "img" });
  const words = element(body, "div", { class: "words", role: "status" });
  if (question) {
    body.hidden = true;
    root.prepend(element(root, "div"));
    ask(root.firstChild, question, () => { body.hidden = false; });
  }

  // Every scene that has come is kept: it is shown again without asking. Values that the kernel has not
  // drawn yet are overtaken by newer ones.
  const scenes = new Map(), asked = new Set();
  const key = (values) =>
    JSON.stringify(Object.entries(values).map(([k, v]) => [k, v.toPrecision?.(10) ?? v]).sort());
  let values = { ...model.get("values") };
  let shown = null;
  const draw = (scene) => {
    if (scene === shown) return;
    const { pictures: svgs, text } = (shown = scene);
    while (pictures.children.length < svgs.length) {
      element(pictures, "div", { class: "picture", "aria-hidden": "true" });
    }
    svgs.forEach((svg, k) => { pictures.children[k].innerHTML = svg; });
    pictures.setAttribute("aria-label", text);
    words.textContent = text;
  };
  const moved = (name, value) => {
    values = { ...values, [name]: value };
    const known = scenes.get(key(values));
    if (known) draw(known);
    model.set("values", values);
    model.save_changes();
  };
  // The pictures of a whole slider, before it is moved.
  const prepare = (name) => {
    const what = key({ ...values, [name]: 0 }) + name;
    if (asked.has(what)) return;
    asked.add(what);
    model.send({ prepare: name, values });
  };
  const setters = model.get("controls").map((control, k) => {
    const { name } = control, place = element(controls, "div", { class: "control" });
    place.addEventListener("focusin", () => prepare(name));
    place.addEventListener("pointerenter", () => prepare(name));
    const kind = control.options ? choiceOf : sliderOf;
    return [name, kind(place, control, `${model.get("place")}-${k}`, (value) => moved(name, value))];
  });
  const follow = () => {
    values = { ...model.get("values") };
    for (const [name, set] of setters) set(values[name]);
  };
  const keep = ({ prepared }) => {
    for (const scene of prepared) if (!scenes.has(key(scene.values))) scenes.set(key(scene.values), scene);
  };
  const arrive = () => {
    const scene = model.get("scene");
    keep({ prepared: [scene] });
    draw(scenes.get(key(values)) ?? scene);
  };
  model.on("change:values", follow);
  model.on("change:scene", arrive);
  model.on("msg:custom", keep);
  follow();
  arrive();
  return () => {
    model.off("change:values", follow);
    model.off("change:scene", arrive);
    model.off("msg:custom", keep);
  };
}
