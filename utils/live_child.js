function render({ model, el }) {
  let view = null, ended = false;
  (async () => {
    const child = await model.widget_manager.get_model(model.get("child").slice("IPY_MODEL_".length));
    view = await model.widget_manager.create_view(child);
    if (ended) view.remove();
    else el.append(view.el);
  })();
  return () => { ended = true; view?.remove(); };
}
