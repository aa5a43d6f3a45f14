// Selects all pushes of a page at once.
"use strict";

const all = document.getElementById("all");
if (all) {
  all.parentElement.hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll("input[name=push]")) box.checked = all.checked;
  });
}
