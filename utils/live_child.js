function render({ model, el }) {
  let view = null, ended = false;
  // what Lumino tells a widget that is put into a page, and taken out of it
  const tell = (...types) => types.forEach((type) => view.luminoWidget.processMessage({ type }));
  (async () => {
    const child = await model.widget_manager.get_model(model.get("child").slice("IPY_MODEL_".length));
    const made = await model.widget_manager.create_view(child);
    if (ended) return;
    view = made;
    tell("before-attach");
    el.append(view.el);
    tell("after-attach");
  })();
  return () => {
    ended = true;
    if (!view) return;
    tell("before-detach", "after-detach");
    view.remove();
  };
}
