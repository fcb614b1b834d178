// The conversation as a list: what was said, with a way to hear it again, and what went wrong, with a way to retry.

const NEAR_PX = 80; // from the end of the list: closer than this, the reader wants to see what comes

export class Transcript {
  #list;
  #scroller;
  #templates;
  #announcer;

  constructor(page) {
    this.#list = page.querySelector("#transcript");
    this.#scroller = page.querySelector("#scroll");
    this.#announcer = page.querySelector("#announcer");
    this.#templates = Object.fromEntries(
      ["mine", "theirs", "notice"].map((name) => [name, page.querySelector(`#${name}-template`)]),
    );
  }

  /** What a person wrote; `by` names another than whoever reads this. */
  mine(text, by = "") {
    const item = this.#add("mine");
    if (by) item.querySelector(".by").replaceWith(Object.assign(document.createElement("b"), { textContent: `${by}: ` }));
    item.querySelector(".words").textContent = text;
    this.#toEnd();
    return item;
  }

  /** A reply of the twin; grows while it is written. `onReplay(reply)` is called by its button. */
  theirs(onReplay) {
    const item = this.#add("theirs");
    this.#toEnd();
    return new Reply(item, onReplay, () => this.#keepInSight());
  }

  /** The greeting that came with the page. */
  greeting(onReplay) {
    const item = this.#list.querySelector("#greeting");
    return item && new Reply(item, onReplay, () => {});
  }

  /** Trouble in words. `retry` is what the button does; `seconds` is how long it has to wait. */
  notice(words, retry, seconds = 0) {
    const item = this.#add("notice");
    item.querySelector(".words").textContent = words;
    const button = item.querySelector(".retry");
    if (!retry) button.remove();
    else countDown(button, seconds);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      item.remove();
      this.#scroller.focus({ preventScroll: true });
      retry();
    });
    this.#toEnd();
    return item;
  }

  announce(words) {
    this.#announcer.textContent = words;
  }

  clear() {
    for (const item of [...this.#list.children]) if (item.id !== "greeting") item.remove();
  }

  #add(kind) {
    const item = this.#templates[kind].content.firstElementChild.cloneNode(true);
    this.#list.append(item);
    return item;
  }

  #keepInSight() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) this.#toEnd();
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }
}

/** One reply in the list: its words, and the clip that speaks them once there is one. */
export class Reply {
  clip = null;
  cues = null; // of the clip as it was last played
  #item;
  #words;
  #button;
  #grown;

  constructor(item, onReplay, grown) {
    this.#item = item;
    this.#words = item.querySelector(".words");
    this.#button = item.querySelector(".replay");
    this.#grown = grown;
    this.#button.addEventListener("click", () => onReplay(this));
  }

  get text() {
    return this.#words.textContent;
  }

  set text(text) {
    this.#words.textContent = text;
    this.#grown();
  }

  append(text) {
    this.text += text;
  }

  /** clip: what the stage plays: {url, captionsUrl, …}. */
  set ready(clip) {
    this.clip = clip;
    this.#button.hidden = !clip;
  }

  get playing() {
    return this.#item.hasAttribute("data-playing");
  }

  set playing(playing) {
    this.#item.toggleAttribute("data-playing", playing);
    this.#button.hidden = !(playing || this.clip);
    const label = playing ? "Stop" : "Play again";
    this.#button.setAttribute("aria-label", label);
    this.#button.title = label;
  }

  remove() {
    this.#item.remove();
  }
}

function countDown(button, seconds) {
  const label = button.querySelector(".label");
  const until = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.setAttribute("aria-disabled", String(left > 0));
    label.textContent = left > 0 ? `Retry in ${left} s` : "Retry";
    if (left > 0 && button.isConnected) setTimeout(tick, 250);
  };
  button.setAttribute("aria-disabled", String(seconds > 0));
  label.textContent = seconds > 0 ? `Retry in ${seconds} s` : "Retry";
  if (seconds > 0) setTimeout(tick, 250);
}
