// Adds and removes rows, sums up lines, and says what is missing. All else works without it.
"use strict";

function reveal(scope) {
  for (const element of scope.querySelectorAll("button.add, button.remove")) element.hidden = false;
}

const rowsOf = (list) => [...list.querySelectorAll(":scope > table > tbody.row")];

function renumber(list) {
  rowsOf(list).forEach((row, position) => {
    const own = row.querySelectorAll(":scope > tr > th .number, :scope > tr > td > details > summary .number");
    for (const number of own) number.textContent = position + 1;
    row.querySelector(":scope > tr > td > button.remove").ariaLabel = `Remove row ${position + 1}`;
  });
}

function addRow(list) {
  const template = list.querySelector(":scope > table > template");
  const next = Number(list.dataset.next ?? rowsOf(list).length);
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
  const list = row.closest("fieldset.rows");
  list.dataset.next ??= rowsOf(list).length;
  row.remove();
  renumber(list);
  sumUp(list);
  list.querySelector(":scope > button.add").focus();
}

// What a row says under a name, undefined if that is no number.
function amount(row, name) {
  const input = row.querySelector(`:scope > tr [name$="/${name}"]`);
  return input?.value.trim() && Number.isFinite(Number(input.value)) ? Number(input.value) : undefined;
}

function netOf(row) {
  const [price, quantity] = [amount(row, "unitAmount"), amount(row, "quantity")];
  const given = amount(row, "subTotal");
  if (given !== undefined) return given;
  return price === undefined || quantity === undefined ? undefined : price * quantity - (amount(row, "discountAmount") ?? 0);
}

const sum = (numbers) => numbers.reduce((total, number) => total + (number ?? 0), 0);
const money = (number) => number.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function sumUp(list) {
  const rows = rowsOf(list);
  const nets = rows.map(netOf);
  const taxes = rows.map((row) => amount(row, "taxAmount"));
  const others = ["netAmount", "amount", "totalAmount"].map((name) => rows.map((row) => amount(row, name)));
  const output = list.querySelector(":scope > output.totals");
  if (nets.some((net) => net !== undefined)) {
    const [net, tax] = [sum(nets), sum(taxes)];
    output.value = `Net ${money(net)}, tax ${money(tax)}, gross ${money(net + tax)}`;
  } else {
    const known = others.find((numbers) => numbers.some((number) => number !== undefined));
    output.value = known ? `Sum ${money(sum(known))}` : "";
  }
}

const isFilled = (input) => input.type !== "hidden" && (input.type === "checkbox" ? input.checked : input.value.trim() !== "");

// What has to be given together with an input that is required if used; of lines the server only warns.
function placeOf(input) {
  let place = input.closest("fieldset.group");
  while (place?.matches("fieldset[data-if-used]")) place = place.parentElement.closest("fieldset.group");
  return place;
}

function requireUsed(form) {
  for (const input of form.querySelectorAll("input[data-if-used], select[data-if-used], textarea[data-if-used]")) {
    const others = placeOf(input)?.querySelectorAll("input, select, textarea") ?? [];
    input.required = !input.closest("tbody.row") && [...others].some(isFilled);
  }
}

function labelOf(input) {
  const label = input.labels[0]?.firstChild.textContent.trim() ?? "A field";
  const number = input.closest("tbody.row")?.querySelector(".number").textContent;
  return number ? `${label} (row ${number})` : label;
}

const complaint = (input) =>
  input.validity.valueMissing ? `${labelOf(input)} must be given.` : `${labelOf(input)}: ${input.validationMessage}`;

function showBeside(input, text) {
  const shown = document.createElement("span");
  shown.className = "problems typed";
  shown.id = `${input.id}-typed`;
  shown.append(Object.assign(document.createElement("span"), { className: "error", textContent: `Error: ${text}` }));
  input.closest(".field").append(shown);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${shown.id}`.trim());
}

function clearComplaints(form) {
  for (const old of form.querySelectorAll(".summary, .problems.typed")) old.remove();
}

function showComplaints(form, inputs) {
  clearComplaints(form);
  const summary = document.createElement("div");
  summary.className = "summary";
  summary.tabIndex = -1;
  summary.setAttribute("role", "group");
  summary.setAttribute("aria-labelledby", "summary-title");
  summary.innerHTML = '<h2 id="summary-title">Please correct what is wrong</h2><ul></ul>';
  for (const input of inputs) {
    const text = complaint(input);
    const link = Object.assign(document.createElement("a"), { href: `#${encodeURIComponent(input.id)}`, textContent: text });
    const item = Object.assign(document.createElement("li"), { className: "error" });
    item.append(link);
    summary.querySelector("ul").append(item);
    input.closest("details")?.setAttribute("open", "");
    if (input.closest(".field")) showBeside(input, text);
  }
  form.querySelector("fieldset").before(summary);
  summary.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.add, button.remove");
  if (button?.matches(".add")) addRow(button.closest("fieldset.rows"));
  if (button?.matches(".remove")) removeRow(button.closest("tbody.row"));
});
document.addEventListener("input", (event) => {
  const list = event.target.closest("fieldset.rows");
  if (list) sumUp(list);
});
document.addEventListener("submit", (event) => {
  requireUsed(event.target);
  const wrong = [...event.target.elements].filter((input) => input.willValidate && !input.validity.valid);
  if (wrong.length === 0) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  showComplaints(event.target, wrong);
});
for (const form of document.querySelectorAll("main form")) form.noValidate = true;
for (const list of document.querySelectorAll("fieldset.rows")) sumUp(list);
reveal(document);
