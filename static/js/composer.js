// Where a message is written: Enter sends, Shift+Enter begins a new line, and near the limit the characters are counted.

const COUNT_FROM = 0.8; // of the limit

export class Composer {
  #form;
  #field;
  #send;
  #counter;
  #limit;

  constructor(form, limit, onMessage) {
    this.#form = form;
    this.#field = form.querySelector("textarea");
    this.#send = form.querySelector(".send");
    this.#counter = form.querySelector(".counter");
    this.#limit = limit;
    this.#field.addEventListener("input", () => this.#look());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(onMessage);
    });
    this.#look();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submit(onMessage) {
    const text = this.#field.value.trim();
    if (!text || this.#field.disabled) return;
    this.#field.value = "";
    this.#look();
    onMessage(text);
  }

  #look() {
    const length = this.#field.value.length;
    this.#send.disabled = !this.#field.value.trim();
    this.#counter.hidden = length < COUNT_FROM * this.#limit;
    this.#counter.textContent = this.#counter.hidden ? "" : `${length} of ${this.#limit} characters`;
    this.#counter.classList.toggle("full", length >= this.#limit);
    if (!CSS.supports("field-sizing", "content")) this.#fit();
  }

  #fit() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }
}
