// Puts a widget where its static form stands (see live.py), however often and whenever that is shown.
const places = (globalThis.gradientsPlaces ??= watchPlaces());

function watchPlaces() {
  const widgets = new Map(); // the class of a place -> how to show the widget in an element
  const shown = new Map(); // element -> how to put its static form back
  const look = () => {
    for (const [element, leave] of shown)
      if (!element.isConnected) { shown.delete(element); leave(); }
    for (const element of document.querySelectorAll(".live-place")) {
      const show = !shown.has(element) && widgets.get(element.classList[1]);
      if (show) shown.set(element, show(element));
    }
  };
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => !target.closest?.(".live-widget"))) look();
  }).observe(document.body, { childList: true, subtree: true });
  return {
    add(name, show) { widgets.set(name, show); look(); },
    remove(name) {
      widgets.delete(name);
      for (const [element, leave] of shown)
        if (element.classList.contains(name)) { shown.delete(element); leave(); }
    },
  };
}

function live(render) {
  const initialize = ({ model }) => {
    const name = model.get("place");
    places.add(name, (element) => {
      const kept = [...element.childNodes];
      const el = document.createElement("div");
      el.className = "live-widget";
      element.replaceChildren(el);
      const end = render({ model, el });
      return () => { end?.(); element.replaceChildren(...kept); };
    });
    return () => places.remove(name);
  };
  return { initialize, render };
}

function element(parent, name, attributes = {}, text = "", ns = null) {
  const e = ns ? document.createElementNS(ns, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.textContent = text;
  parent.append(e);
  return e;
}

// JupyterLab binds plain keys (arrows, Enter, d d) for the cell: in a widget they belong to the widget.
// Ctrl+S, Shift+Enter and the like still reach JupyterLab.
const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
const keepKeys = (root) =>
  root.addEventListener("keydown", (event) => { if (isPlain(event)) event.stopPropagation(); });
