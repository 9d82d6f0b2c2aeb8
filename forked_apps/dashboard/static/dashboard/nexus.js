// The button of a picture field goes once a picture shows.
document.addEventListener(
  "load",
  (event) => {
    const field = event.target instanceof HTMLImageElement ? event.target.closest(".image-input") : null;
    const button = field ? field.querySelector("button") : null;
    if (button) {
      button.hidden = true;
    }
  },
  true,
);

if (window.tinymce) {
  window.tinymce.overrideDefaults({ license_key: "gpl" });
  // TinyMCE 7.9.1 writes its own HTML into a field on every submit: what nobody has edited is sent as the page had it.
  window.tinymce.on("AddEditor", ({ editor }) => {
    let shown = null;
    let stored = null;
    editor.on("Init", () => {
      shown = editor.getContent();
      stored = editor.getElement().value;
    });
    editor.on("GetContent", (event) => {
      if (event.save && event.content === shown) {
        event.content = stored;
      }
    });
  });
}

// Oscar 4.2.1 calls this on the page of an order, and has none.
if (window.oscar && window.oscar.dashboard.orders) {
  window.oscar.dashboard.orders.initTable ??= () => {};
}
