// Follows the training of a twin; when it has ended, the page is loaded anew to say how.

const EVERY = 1000; // milliseconds
const page = document.querySelector(".watch");

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const told = await answer.json();
      if (told.state !== "training") return location.reload();
      const words = `${told.stage} …`;
      const stage = document.getElementById("stage");
      if (stage.textContent !== words) stage.textContent = words;
      document.getElementById("progress").value = told.progress;
    }
  } catch {
    // The server is away for a moment: ask again.
  }
  setTimeout(look, EVERY);
}

if (page.dataset.state === "training") setTimeout(look, EVERY);
