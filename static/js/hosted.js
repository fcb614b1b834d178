// The player of one video: it waits for a video that is not there yet, and plays one that is still growing.

const ASK_MS = 1500;
const FINAL = new Set(["ready", "error", "gone"]);
const SHOWN_MS = 1800;

const player = document.getElementById("player");
const film = document.getElementById("film");
const notice = player.querySelector(".notice");

function show(facts) {
  player.dataset.state = facts.state;
  notice.querySelector(".words").textContent = facts.words;
  const there = Boolean(facts.source);
  notice.hidden = there;
  film.hidden = !there;
  if (there && !film.getAttribute("src")) film.src = facts.source;
  if (facts.state === "ready") complete(facts);
  tell(facts);
}

function complete(facts) {
  if (film.paused && film.currentTime === 0) film.src = facts.source; // nobody watches: the whole file can be searched
  if (facts.poster) film.poster = facts.poster;
  if (facts.captions && !film.querySelector("track")) {
    film.append(Object.assign(document.createElement("track"), {
      kind: "captions", label: "Captions", src: facts.captions, default: true,
    }));
  }
}

function tell(facts) {
  const line = document.getElementById("making");
  if (!line) return;
  document.getElementById("download").hidden = facts.state !== "ready";
  line.hidden = facts.state !== "making"; // the player itself tells of the others
  document.getElementById("progress").textContent = `${facts.words} ${facts.progress} %`;
}

async function ask() {
  try {
    const answer = await fetch(player.dataset.asks, { cache: "no-store" });
    if (answer.ok) show(await answer.json());
  } catch {
    // the network is away for a moment: asked again
  }
  if (!FINAL.has(player.dataset.state)) setTimeout(ask, ASK_MS);
}

function copies(button) {
  const words = button.querySelector("span");
  const label = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copies).value);
      words.textContent = "Copied";
    } catch {
      words.textContent = "The browser refused";
    }
    setTimeout(() => { words.textContent = label; }, SHOWN_MS);
  });
}

if (navigator.clipboard) document.querySelectorAll("[data-copies]").forEach(copies);
document.getElementById("delete")?.addEventListener("submit", (event) => {
  if (!confirm(event.currentTarget.dataset.asks)) event.preventDefault();
});
if (!FINAL.has(player.dataset.state)) setTimeout(ask, ASK_MS / 3);
