// The form of a new twin: mistakes come into view, and a long upload says that it is under way.

const summary = document.getElementById("summary");
if (summary) summary.focus();

const form = document.getElementById("make");
const button = document.getElementById("submit");
form.addEventListener("submit", () => {
  button.setAttribute("aria-disabled", "true");
  document.getElementById("sending").textContent = "Sending; a large video takes a while …";
});
button.addEventListener("click", (event) => {
  if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
});
// A page that the browser brings back from its memory can be sent again.
addEventListener("pageshow", () => button.removeAttribute("aria-disabled"));
