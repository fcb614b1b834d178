// The room of a call: coming in, being there, leaving. What is said in it is the conversation of the chat page.

import { post, told } from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { keepLiking, keepToken, keptToken, likes } from "./kept.js";
import { Stage } from "./stage.js";
import { Transcript } from "./transcript.js";

const BEAT_MS = 4000; // between two signs of life
const GONE = new Set(["conversation_ended", "room_unknown"]);
const page = document.querySelector(".room");
const find = (id) => document.getElementById(id);
const { call, token } = page.dataset;
const stage = new Stage(find("stage"), page.dataset.codecs);
const transcript = new Transcript(page);
let beating = 0;
let last = 0; // the newest turn of others that is known here

/** The API of the room, in the words that a conversation speaks; a participant stands for its session. */
const room = {
  async openSession() {
    return ask("join", { name: find("guest").value.trim() });
  },
  async history(participant) {
    const past = await ask("history", { participant });
    last = past.last;
    return { ...past, session_token: participant };
  },
  statusUrl: (participant, videoId) => `/c/${call}/clips/${videoId}`,
  videoStatus: (url) => ask(url.split(`/c/${call}/`).at(-1)),
  async played() {},
  async *say(participant, message) {
    try {
      yield* told(await sent("say", { participant, message }));
    } catch (problem) {
      await beat(); // perhaps the call is over, which is no trouble
      throw problem;
    }
  },
};

async function ask(path, body = {}) {
  return (await sent(path, body)).json();
}

async function sent(path, body) {
  try {
    return await post(`/c/${call}/${path}`, { t: token, ...body });
  } catch (problem) {
    if (page.dataset.room === "call" && GONE.has(problem.code)) over("The call has ended.");
    throw problem;
  }
}

const me = () => keptToken(twin.twin);

function isStillIn() {
  return ask("seen", { participant: me(), after: 0 }).then(({ ended }) => !ended, () => false);
}

const twin = { twin: `call:${call}`, ...page.dataset };
if (me() && !(await isStillIn())) keepToken(twin.twin, null);
const conversation = new Conversation(twin, stage, transcript, { showState, showEngines() {}, offerStart, offerOpeners() {} }, room);
const composer = new Composer(find("composer"), Number(page.dataset.limit), (text) => {
  stage.unlock();
  conversation.say(text);
});

const STATES = { ready: "Listening", thinking: "Thinking …", talking: "Speaking" };

function showState(state) {
  if (page.dataset.room !== "call") return;
  find("stage").dataset.state = state;
  find("state-words").textContent = STATES[state];
}

/** Shows the button that the browser wants before it lets sound out, or takes it away (null). */
function offerStart(words) {
  find("start").hidden = words === null;
  if (words) find("start-words").textContent = words;
}

function show(state, words = "") {
  page.dataset.room = state;
  find("message").disabled = state !== "call";
  if (words) find("over-words").textContent = words;
  if (words) transcript.announce(words);
}

async function join() {
  stage.unlock();
  find("join-button").disabled = true;
  find("join-trouble").textContent = "";
  try {
    await conversation.enter();
    await enter();
  } catch (problem) {
    if (page.dataset.room === "lobby") find("join-trouble").textContent = problem.message;
  } finally {
    find("join-button").disabled = false;
  }
}

/** This participant is in: the conversation begins or goes on, and signs of life are sent. */
async function enter() {
  show("call");
  showState("ready");
  await conversation.open();
  clearInterval(beating);
  beating = setInterval(beat, BEAT_MS);
  composer.focus();
}

async function beat() {
  if (!me()) return;
  const news = await ask("seen", { participant: me(), after: last }).catch(() => null); // the next one may reach
  if (!news || page.dataset.room !== "call") return;
  if (news.ended) {
    over("The call has ended.");
    return;
  }
  last = news.last;
  for (const turn of news.turns) conversation.hear(turn);
  if (parent !== window) for (const message of news.app_messages) parent.postMessage(message, "*"); // it has the link
}

async function leave() {
  const participant = me();
  clearInterval(beating);
  stage.stop();
  const { active } = participant ? await ask("leave", { participant }).catch(() => ({})) : {};
  find("again").hidden = !active;
  over("You have left the call.");
}

/** The call is over for this participant: what was said stays to be read. */
function over(words) {
  if (page.dataset.room === "over") return;
  clearInterval(beating);
  conversation.close();
  find("stage").dataset.state = "absent";
  find("state-words").textContent = "Ended";
  show("over", words);
  find("over").focus();
}

/** The page goes away, perhaps only to be loaded again: the server waits a moment for that. */
addEventListener("pagehide", () => {
  if (page.dataset.room !== "call" || !me()) return;
  const body = JSON.stringify({ t: token, participant: me(), away: true });
  navigator.sendBeacon(`/c/${call}/leave`, new Blob([body], { type: "application/json" }));
});
addEventListener("pageshow", (event) => event.persisted && beat());
document.addEventListener("visibilitychange", () => !document.hidden && page.dataset.room === "call" && beat());

find("join").addEventListener("submit", (event) => {
  event.preventDefault();
  join();
});
find("leave").addEventListener("click", leave);
find("start").addEventListener("click", () => {
  stage.unlock();
  conversation.begin();
  composer.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) conversation.skip();
});

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

conversation.wake();
if (me()) enter(); // the page was loaded again
