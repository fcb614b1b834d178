// Keeps the state of queued and running jobs fresh, in the list and on a job's own page, without touching the rest.
"use strict";

const EVERY = 2000; // milliseconds
const CHANGING = [
  "doing", "status_pill", "progress_bar", "error", "seconds", "where", "whose",
  "face", "picture", "player", "outputs", "measured", "agreed",
];
const JOBS = "#result_list tbody tr, #video_form, #replica_form, #lipsync_form";

function states(page) {
  const found = new Map();
  for (const row of page.querySelectorAll(JOBS)) {
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

// What can be done with a job changes with its state; a button that is still right keeps its focus.
function refreshButtons(page) {
  const [shown, fresh] = [document, page].map((it) => it.querySelector(".object-tools"));
  if (shown && fresh && shown.textContent !== fresh.textContent) {
    shown.replaceWith(fresh);
  }
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
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = states(page);
    refreshButtons(page);
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
