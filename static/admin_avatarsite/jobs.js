// Keeps the state of queued and running jobs fresh, in the list and on a job's own page, without touching the rest.
"use strict";

const EVERY = 2000; // milliseconds
const CHANGING = ["status_pill", "progress_bar", "error", "seconds", "where"];

function states(page) {
  const found = new Map();
  for (const row of page.querySelectorAll("#result_list tbody tr, #video_form")) {
    const box = row.querySelector("input.action-select");
    for (const name of CHANGING) {
      const cell = row.querySelector("td.field-" + name + ", .field-" + name + " .readonly");
      if (cell) {
        found.set((box ? box.value : "") + " " + name, cell);
      }
    }
  }
  return found;
}

async function refresh() {
  if (!document.querySelector(".pill-queued, .pill-running")) {
    return;
  }
  if (!document.hidden) {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const now = states(new DOMParser().parseFromString(await answer.text(), "text/html"));
    for (const [key, cell] of states(document)) {
      const fresh = now.get(key);
      if (fresh && fresh.innerHTML !== cell.innerHTML) {
        cell.replaceChildren(...fresh.childNodes);
      }
    }
  }
  setTimeout(refresh, EVERY);
}

document.addEventListener("DOMContentLoaded", () => setTimeout(refresh, EVERY));
