// Keeps the page of a push or a plan up to date; without it the page has a link to look again.
"use strict";

const live = document.getElementById("live");
if (live?.dataset.events) {
  const source = new EventSource(live.dataset.events);
  source.addEventListener("state", (event) => {
    const focused = document.activeElement?.id;
    const scrolled = document.getElementById("graph")?.scrollLeft ?? 0;
    live.innerHTML = JSON.parse(event.data);
    document.getElementById("graph")?.scrollTo(scrolled, 0);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  });
  source.addEventListener("end", () => source.close());
}
