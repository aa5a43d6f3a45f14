// Keeps a push's page up to date; without it the page has a link to look again.
"use strict";

const live = document.getElementById("live");
if (live?.dataset.events) {
  const source = new EventSource(live.dataset.events);
  source.addEventListener("state", (event) => {
    live.innerHTML = JSON.parse(event.data);
  });
  source.addEventListener("end", () => source.close());
}
