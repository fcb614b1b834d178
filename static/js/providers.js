// A key is deleted after a second press; a test says that it is under way.

for (const form of document.querySelectorAll("form.keep")) {
  const told = form.querySelector(".working");
  const busy = () => form.querySelector('[aria-disabled="true"]');
  form.addEventListener("keydown", (event) => {
    // Enter in the field saves the key that is in it.
    if (event.key === "Enter" && event.target.name === "key" && !event.target.value) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (busy()) return event.preventDefault();
    if (button?.value === "forget" && !button.dataset.sure) {
      event.preventDefault();
      button.dataset.sure = "yes";
      told.textContent = "Press Delete once more to delete it.";
      return;
    }
    button?.setAttribute("aria-disabled", "true");
    if (button?.value === "test") told.textContent = "Asking …";
  });
  addEventListener("pageshow", () => busy()?.removeAttribute("aria-disabled"));
}

document.querySelector('[aria-invalid="true"]')?.focus();
