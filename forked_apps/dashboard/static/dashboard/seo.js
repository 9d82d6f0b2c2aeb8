// Lengths of the texts for search engines, and what such an engine may show, while one types.
(() => {
  const form = document.getElementById("create_update_product_form");
  const snippet = form ? form.querySelector("[data-snippet]") : null;
  if (!snippet) {
    return;
  }
  const MOST = { title: 60, text: 160 };
  const fields = {
    title: ["id_meta_title", "id_title"],
    text: ["id_meta_description"],
  };
  const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  function show() {
    form.querySelectorAll("[data-counts]").forEach((hint) => {
      const field = document.getElementById(hint.dataset.counts);
      hint.querySelector("[data-count]").textContent = [...field.value].length;
    });
    for (const [part, ids] of Object.entries(fields)) {
      const place = snippet.querySelector(`[data-shows=${part}]`);
      place.dataset.stored ??= place.textContent;
      const typed = ids.map((id) => document.getElementById(id)?.value.trim()).find(Boolean);
      place.textContent = shortened(typed || place.dataset.stored, MOST[part]);
    }
  }
  form.addEventListener("input", show);
  show();
})();
