// The category tree by keys and by dragging. Both press what the form has without scripts: a choice and a button.
(() => {
  const form = document.getElementById("category_tree");
  const target = document.getElementById("id_target");
  if (!form || !target) {
    return;
  }
  const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "indent", ArrowLeft: "outdent" };

  form.addEventListener("keydown", (event) => {
    const move = event.altKey ? KEYS[event.key] : undefined;
    if (move && event.target.matches("input[type=radio]")) {
      event.preventDefault();
      event.target.checked = true;
      form.querySelector(`button[value=${move}]`).click();
    }
  });

  let dragged = null;
  const marks = ["drop-before", "drop-under", "drop-after"];
  const unmark = () => form.querySelectorAll("li").forEach((row) => row.classList.remove(...marks));

  function placeOf(event, row) {
    const box = row.getBoundingClientRect();
    const part = (event.clientY - box.top) / box.height;
    return part < 0.3 ? "before" : part > 0.7 ? "after" : "under";
  }

  function send(moved, move, beside) {
    moved.querySelector("input[type=radio]").checked = true;
    target.value = beside.dataset.id;
    const said = document.createElement("input");
    said.type = "hidden";
    said.name = "move";
    said.value = move;
    form.append(said);
    form.submit();
  }

  form.querySelectorAll("li[data-id]").forEach((row) => {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.id);
    });
    row.addEventListener("dragend", () => {
      dragged = null;
      unmark();
    });
    row.addEventListener("dragover", (event) => {
      if (dragged && dragged !== row) {
        event.preventDefault();
        unmark();
        row.classList.add(`drop-${placeOf(event, row)}`);
      }
    });
    row.addEventListener("drop", (event) => {
      if (dragged && dragged !== row) {
        event.preventDefault();
        send(dragged, placeOf(event, row), row);
      }
    });
  });
})();
