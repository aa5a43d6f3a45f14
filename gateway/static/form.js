// Adds and removes rows, and searches long lists of choices. All else works without it.
"use strict";

function reveal(scope) {
  for (const element of scope.querySelectorAll("button.add, button.remove, input.search")) {
    element.hidden = false;
  }
}

function renumber(list) {
  list.querySelectorAll(":scope > fieldset.row > legend .number").forEach((number, position) => {
    number.textContent = position + 1;
  });
}

function addRow(list) {
  const template = list.querySelector(":scope > template");
  const next = Number(list.dataset.next ?? list.querySelectorAll(":scope > fieldset.row").length);
  list.dataset.next = next + 1;
  const copy = document.createElement("template");
  copy.innerHTML = template.innerHTML.replaceAll(template.dataset.token, next);
  const row = copy.content.firstElementChild;
  template.before(row);
  reveal(row);
  renumber(list);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function removeRow(row) {
  const list = row.parentElement;
  list.dataset.next ??= list.querySelectorAll(":scope > fieldset.row").length;
  row.remove();
  renumber(list);
  list.querySelector(":scope > button.add").focus();
}

const allChoices = new WeakMap();

function searchChoices(box) {
  const select = box.parentElement.querySelector("select");
  if (!allChoices.has(select)) allChoices.set(select, [...select.options]);
  const words = box.value.toLowerCase().split(/\s+/);
  const chosen = select.value;
  const found = allChoices.get(select).filter((option) => {
    const text = option.text.toLowerCase();
    return option.value === "" || option.value === chosen || words.every((word) => text.includes(word));
  });
  select.replaceChildren(...found);
  select.value = chosen;
  let status = box.parentElement.querySelector("[role=status]");
  if (!status) {
    status = document.createElement("span");
    status.setAttribute("role", "status");
    box.after(status);
  }
  const count = found.filter((option) => option.value !== "").length;
  status.textContent = box.value.trim() ? `${count} of ${allChoices.get(select).length - 1} choices` : "";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.add, button.remove");
  if (button?.matches(".add")) addRow(button.closest("fieldset.rows"));
  if (button?.matches(".remove")) removeRow(button.closest("fieldset.row"));
});
document.addEventListener("input", (event) => {
  if (event.target.matches("input.search")) searchChoices(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input.search")) return;
  event.preventDefault();
  event.target.parentElement.querySelector("select").focus();
});
reveal(document);
