// Writes the line of an answer into its answer cell (see use_answer.py).

// The notebook's cells as JupyterLab shares them; undefined elsewhere.
const cellsOf = (model) => model.widget_manager?.context?.model?.sharedModel?.cells;

const isAnswer = (part) => (cell) =>
  cell.cell_type === "code" && new RegExp(`^\\s*# Answer ${part}\\s`, "i").test(cell.getSource());

// The text of an answer cell with the line at its end, in place of the last line if that sets the same name.
function withLine(source, part, line) {
  const lines = source.trimEnd().split("\n");
  if (new RegExp(`^${part}\\s*=(?!=)`).test(lines.at(-1))) lines.pop();
  return [...lines, line].join("\n");
}

// Puts the cursor into the cell below the one that holds an element.
function goToNextCell(el) {
  let cell = el.closest(".jp-Cell");
  do cell = cell?.nextElementSibling; while (cell && !cell.matches(".jp-Cell"));
  cell?.querySelector(".cm-content")?.focus();
}

function add(parent, name, properties) {
  const made = Object.assign(document.createElement(name), properties);
  parent.append(made);
  return made;
}

function render({ model, el }) {
  const part = model.get("part");
  el.style.cssText = "display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-top: 4px; font-size: 14px";
  const button = add(el, "button", { type: "button", textContent: "Use this answer", className: "jupyter-button mod-primary" });
  button.style.cssText = "width: auto; padding: 0 12px; background: #005a8d; color: white";
  const code = add(el, "code");
  const copy = add(el, "button", { type: "button", textContent: "Copy", className: "jupyter-button", hidden: true });
  const said = add(el, "span");
  said.setAttribute("role", "status");

  const show = () => {
    const line = model.get("line");
    button.hidden = !line;
    button.style.display = line ? "" : "none";
    copy.hidden = true;
    copy.style.display = "none";
    code.textContent = line;
    code.hidden = !line;
    said.textContent = line
      ? "goes into the answer cell below. That cell is what counts."
      : `What counts is the answer cell below: when you have answered, a button here writes ${part} = … into it.`;
  };
  button.addEventListener("click", () => {
    const line = model.get("line"), cell = cellsOf(model)?.find(isAnswer(part));
    if (cell) {
      cell.setSource(withLine(cell.getSource(), part, line));
      said.textContent = "stands in the answer cell. Press Shift+Enter twice: it runs, and then its check.";
      goToNextCell(el);
    } else {
      copy.hidden = false;
      copy.style.display = "";
      said.textContent = "Copy this line into the answer cell, in place of the one that is there.";
    }
  });
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(model.get("line"));
      said.textContent = "Copied. Paste it into the answer cell, in place of the line that is there.";
    } catch { getSelection().selectAllChildren(code); }
  });
  // JupyterLab binds plain keys for the cell: on a button they belong to the button
  el.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)) event.stopPropagation();
  });
  model.on("change:line", show);
  show();
  return () => model.off("change:line", show);
}

export default { render };
