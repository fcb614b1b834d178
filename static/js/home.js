// Copy buttons of the guide. They appear only where the browser can copy.

const SHOWN_MS = 1800;

function wire(button) {
  const label = button.getAttribute("aria-label");
  const code = button.parentElement.querySelector("code");
  let timer = 0;

  function say(words, copied) {
    button.toggleAttribute("data-copied", copied);
    button.setAttribute("aria-label", words);
  }

  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      say("Copied", true);
    } catch {
      say("The browser refused to copy", false);
    }
    clearTimeout(timer);
    timer = setTimeout(() => say(label, false), SHOWN_MS);
  });
}

if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach(wire);
