// Keeps what is typed into a record's form on this machine until it is sent, also if the login ends.
"use strict";

const PREFIX = "surepush draft ";
const DAYS = 7;
const user = document.body.dataset.user ?? "";
const keyHere = `${PREFIX}${user} ${location.pathname}`;

const read = (key) => JSON.parse(localStorage.getItem(key) ?? "null");
const draftKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

function dropOld() {
  for (const key of draftKeys()) {
    if (Date.now() - (read(key)?.at ?? 0) > DAYS * 86_400_000) localStorage.removeItem(key);
  }
}

function save(form, sent = false) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "_csrf");
  localStorage.setItem(keyHere, JSON.stringify({ at: Date.now(), sent, fields }));
}

// Sends what was kept to the form's own address, which shows it and starts nothing.
function show(draft, form) {
  const sent = document.createElement("form");
  sent.method = "post";
  const token = form.querySelector("[name=_csrf]").value;
  for (const [name, value] of [...draft.fields, ["_csrf", token], ["_draft", "1"]]) {
    sent.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(sent);
  sessionStorage.setItem(keyHere, "shown");
  HTMLFormElement.prototype.submit.call(sent);
}

function offer(draft, form) {
  const note = document.querySelector(".draft");
  note.querySelector("time").textContent = new Date(draft.at).toLocaleString();
  note.querySelector(".restore").addEventListener("click", () => show(draft, form));
  note.querySelector(".discard").addEventListener("click", () => {
    localStorage.removeItem(keyHere);
    note.hidden = true;
  });
  note.hidden = false;
}

const form = document.querySelector("form.record");
const draft = read(keyHere);
dropOld();
if (form) {
  if (draft && !form.querySelector(".summary") && !sessionStorage.getItem(keyHere)) offer(draft, form);
  sessionStorage.removeItem(keyHere);
  form.addEventListener("input", () => save(form));
  form.addEventListener("click", (event) => {
    if (event.target.matches("button.remove")) setTimeout(save, 0, form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target === form) save(form, true);
  });
}
// A push's page is where a form leads that was taken.
if (document.getElementById("live")) {
  for (const key of draftKeys()) if (read(key)?.sent) localStorage.removeItem(key);
}
document.querySelector("form[action='/logout']")?.addEventListener("submit", () => {
  for (const key of draftKeys()) localStorage.removeItem(key);
});
