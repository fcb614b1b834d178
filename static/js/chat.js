// The chat page: puts writing, the conversation and the twin's picture together.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { keepLiking, likes } from "./kept.js";
import { Stage } from "./stage.js";
import { Transcript } from "./transcript.js";

const page = document.querySelector(".chat");
const find = (id) => document.getElementById(id);
const stage = new Stage(find("stage"), page.dataset.codecs);
const transcript = new Transcript(page);
const conversation = new Conversation(page.dataset, stage, transcript, { showState, showEngines, offerStart, offerOpeners });
const composer = new Composer(find("composer"), Number(page.dataset.limit), (text) => {
  stage.unlock();
  conversation.say(text);
});

const STATES = { ready: "Ready", thinking: "Thinking …", talking: "Speaking" };
const ENGINES = { local: "Local", openai: "OpenAI" };

function showState(state) {
  find("stage").dataset.state = state;
  find("state-words").textContent = STATES[state];
}

function showEngines(engines) {
  const name = (alias) => ENGINES[alias] ?? alias.charAt(0).toUpperCase() + alias.slice(1);
  const layers = [["llm", "mind"], ["tts", "voice"], ["renderer", "face"]].filter(([layer]) => engines[layer]);
  find("badge").textContent = layers
    .map(([layer, what]) => `${name(engines[layer])} ${what}`)
    .join(" · ")
    .replaceAll(" Local", " local");
}

/** Shows the Start button with `words`, or takes it away (null). */
function offerStart(words) {
  find("start").hidden = words === null;
  if (words) find("start-words").textContent = words;
}

function offerOpeners(offered) {
  if (find("openers")) find("openers").hidden = !offered;
}

function toggle(button, pressed, onChange) {
  const set = (on) => {
    button.setAttribute("aria-pressed", String(on));
    onChange(on);
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-pressed") !== "true"));
  set(pressed);
}

toggle(find("captions-toggle"), likes("captions", true), (on) => {
  find("captions").hidden = !on;
  keepLiking("captions", on);
});
toggle(find("sound-toggle"), likes("silence", false), (on) => {
  stage.muted = on;
  keepLiking("silence", on);
});
toggle(find("picture-toggle"), false, (on) => {
  page.dataset.picture = on ? "big" : "";
});

const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)");

/** Moves the focus to writing, where that does not make a phone's keyboard jump up. Detail 0: a key was the click. */
function writeNext(event) {
  if (hasKeyboard.matches || event.detail === 0) composer.focus();
}

find("start").addEventListener("click", (event) => {
  stage.unlock();
  conversation.begin();
  writeNext(event);
});
find("new-chat").addEventListener("click", (event) => {
  stage.unlock();
  conversation.startOver();
  writeNext(event);
});
find("openers")?.addEventListener("click", (event) => {
  const opener = event.target.closest(".opener");
  if (!opener) return;
  stage.unlock();
  conversation.say(opener.textContent);
  writeNext(event);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (!conversation.skip() && page.dataset.picture) find("picture-toggle").click();
});

showEngines(page.dataset);
conversation.open();
