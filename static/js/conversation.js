// A talk with the twin, from opening the page to the last clip: which session, whose turn, which clip is due.

import * as chat from "./api.js";
import { here } from "./api.js";
import { Cues } from "./cues.js";
import { keepToken, keptToken } from "./kept.js";
import { NeedsGesture } from "./stage.js";

const LOOK_MS = 2000; // between two looks at something that is still being made
const LOOKS = 60;
const SILENT = "The clip could not be played; its words are above.";

export class Conversation {
  #twin;
  #stage;
  #transcript;
  #show; // {showState, showEngines, offerStart, offerOpeners}
  #api; // what it speaks to the server by: the functions of api.js, or others with their meaning
  #token;
  #awake = false;
  #opening = null; // the request that opens the session, while it is on its way
  #turn = null; // the newest turn; an older one may finish its text, but not show its clip
  #greeting = null;
  #due = null; // what the Start button plays

  constructor(twin, stage, transcript, show, api = chat) {
    this.#api = api;
    this.#twin = twin;
    this.#stage = stage;
    this.#transcript = transcript;
    this.#show = show;
    this.#token = keptToken(twin.twin);
    this.#greeting = transcript.greeting((reply) => this.#replay(reply));
    if (this.#greeting && twin.welcome) this.#greeting.ready = welcomeOf(twin);
  }

  /** The page was opened: the loop starts, what was said comes back, and a newcomer is greeted. */
  async open() {
    this.wake();
    if (this.#token && (await this.#recall())) return;
    if (!this.#greeting?.clip) return;
    if (await this.#stage.mayPlayAloud()) this.begin();
    else this.#offer(this.#greeting, "Start talking");
  }

  /** Opens the session before anything is said; throws a Problem. */
  enter() {
    return this.#session();
  }

  /** The idle loop starts; until then, which at the very first start may take a while, the portrait stands in. */
  async wake() {
    const url = !this.#awake && this.#twin.idle && here(this.#twin.idle);
    this.#awake = true;
    for (let look = 0; url && look < LOOKS; look += 1) {
      if (await this.#stage.idle(url).then(() => true, () => false)) return;
      await wait(LOOK_MS);
    }
  }

  /** The Start button: greets, or plays what the browser held back. */
  begin() {
    const reply = this.#due ?? this.#greeting;
    this.#offer(null);
    if (reply === this.#greeting) this.#session().catch(() => {}); // saying something will tell, if it still fails
    if (reply) this.#perform(reply, reply.clip, { counts: true });
  }

  /** Nothing more is awaited or played; what was said stays in sight. */
  close() {
    this.#offer(null);
    this.#forget();
    this.#stage.stop();
  }

  startOver() {
    this.close();
    this.#transcript.clear();
    this.#show.offerOpeners(true);
    this.begin();
  }

  /** The visitor has seen enough of the clip that is playing; false when there was none. */
  skip() {
    const stopped = this.#stage.stop();
    if (stopped && this.#token) this.#api.played(this.#token);
    return stopped;
  }

  /** What another person in the room was answered: {name, asked, text, …} as history tells it. */
  hear({ name, asked, ...message }) {
    this.#show.offerOpeners(false);
    if (asked) this.#transcript.mine(asked, name || "Somebody");
    const reply = this.#transcript.theirs((it) => this.#replay(it));
    reply.text = message.text;
    reply.ready = clipOf(message);
    this.#transcript.announce(message.text);
    if (reply.clip && !this.#stage.playing && !this.#turn?.awaited) this.#perform(reply, reply.clip);
  }

  async say(text) {
    this.#stage.stop();
    this.#offer(null);
    this.#show.offerOpeners(false);
    this.#transcript.mine(text);
    await this.#ask(text);
  }

  async #ask(text) {
    const reply = this.#transcript.theirs((it) => this.#replay(it));
    const turn = { reply, token: null, videoId: "", awaited: true, cues: new Cues(), whole: Promise.withResolvers() };
    this.#turn = turn;
    this.#settle();
    try {
      turn.token = await this.#session();
      for await (const event of this.#api.say(turn.token, text)) this.#take(turn, event);
    } catch (problem) {
      await this.#rescue(turn, problem, text);
    } finally {
      turn.awaited = false;
      turn.whole.resolve(null);
      this.#settle();
    }
  }

  /** Shows what the twin does while no clip plays: it thinks about the newest message, or is ready for one. */
  #settle() {
    if (!this.#stage.playing) this.#show.showState(this.#turn?.awaited ? "thinking" : "ready");
  }

  #take(turn, { name, data }) {
    switch (name) {
      case "reply.delta":
        turn.reply.append(data.text);
        break;
      case "reply.restart": // a new attempt: what came before is void
        turn.reply.text = data.text;
        turn.cues.clear();
        turn.awaited = true;
        if (turn === this.#turn) this.#stage.stop();
        break;
      case "caption":
        turn.cues.add(data);
        break;
      case "video.playable":
        turn.videoId = data.video_id;
        this.#playLive(turn, data.url);
        break;
      case "reply.done":
        turn.reply.text = data.reply_text;
        this.#transcript.announce(data.reply_text);
        break;
      case "video.ready":
        this.#finish(turn, data);
    }
  }

  #playLive(turn, url) {
    turn.awaited = false;
    if (turn !== this.#turn) return;
    const clip = { url: here(url), growing: true, cues: turn.cues, whole: () => turn.whole.promise };
    this.#perform(turn.reply, clip, { counts: true });
  }

  #finish(turn, data) {
    turn.reply.ready = clipOf(data);
    turn.whole.resolve(turn.reply.clip.url);
    this.#show.showEngines(data.engines);
  }

  /** Plays a reply's clip; `counts`: the server is told when it was seen. */
  async #perform(reply, clip, { counts = false } = {}) {
    const cues = (reply.cues = clip.cues ?? new Cues());
    if (!clip.cues) fill(cues, clip.captionsUrl);
    const begun = () => this.#show.showState("talking");
    reply.playing = true;
    let outcome;
    try {
      outcome = await this.#stage.play({ ...clip, cues, begun });
    } catch (error) {
      if (!(error instanceof NeedsGesture)) throw error;
      this.#offer(reply, "Hear the answer", clip);
      return "held";
    } finally {
      reply.playing = false;
      this.#settle();
    }
    if (counts && this.#token && outcome === "ended") this.#api.played(this.#token);
    return outcome;
  }

  async #replay(reply) {
    if (reply.playing) return this.skip();
    this.#offer(null);
    if ((await this.#perform(reply, reply.clip)) !== "failed") return;
    const fresh = await this.#freshClip(reply.clip.videoId); // its address may have expired
    if (fresh) reply.ready = fresh;
    if (fresh && (await this.#perform(reply, fresh)) !== "failed") return;
    this.#transcript.notice(SILENT, () => this.#replay(reply));
  }

  async #freshClip(videoId) {
    if (!videoId || !this.#token) return null;
    const past = await this.#api.history(this.#token).catch(() => ({ messages: [] }));
    return clipOf(past.messages.find((message) => message.video_id === videoId));
  }

  /** After a failure: a reply that is merely late, or still being made, is awaited; all else is told in words. */
  async #rescue(turn, problem, text) {
    if (turn.token !== this.#token) return; // of a conversation that was left
    const statusUrl = problem.statusUrl || (problem.code === "cut" && turn.videoId && this.#statusUrl(turn.videoId));
    const video = statusUrl ? await this.#finished(statusUrl).catch(() => null) : null;
    if (video?.status === "ready") return this.#arriveLate(turn, video);
    if (turn === this.#turn && !turn.reply.clip) this.#stage.stop();
    if (!turn.reply.text) turn.reply.remove();
    if (problem.status === 404) this.#forget();
    this.#transcript.notice(wordsFor(problem, video), () => this.#ask(text), problem.retryAfter);
  }

  #arriveLate(turn, video) {
    turn.reply.text = video.reply_text;
    this.#finish(turn, video);
    this.#transcript.announce(video.reply_text);
    if (turn === this.#turn && !this.#stage.playing) this.#perform(turn.reply, turn.reply.clip, { counts: true });
  }

  #statusUrl(videoId) {
    return this.#api.statusUrl(this.#token, videoId);
  }

  /** The clip's state once it is final; null when that takes too long. */
  async #finished(statusUrl) {
    for (let look = 0; look < LOOKS; look += 1) {
      const video = await this.#api.videoStatus(statusUrl);
      if (["ready", "error", "cancelled"].includes(video.status)) return video;
      await wait(LOOK_MS);
    }
    return null;
  }

  #session() {
    if (this.#token) return Promise.resolve(this.#token);
    this.#opening ??= this.#api
      .openSession(this.#twin.twin)
      .then((session) => {
        this.#learn(session);
        this.#token = session.session_token;
        keepToken(this.#twin.twin, this.#token);
        return this.#token;
      })
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  /** A welcome that was still being made when the page was served may be whole by now: then it has captions. */
  #learn({ welcome_video_url: url, welcome_captions_url: captionsUrl }) {
    const greeting = this.#greeting;
    if (!greeting?.clip || greeting.clip.captionsUrl || !captionsUrl) return;
    greeting.ready = { url: here(url), captionsUrl };
    if (greeting.playing) fill(greeting.cues, captionsUrl);
  }

  #forget() {
    this.#token = null;
    this.#turn = null;
    keepToken(this.#twin.twin, null);
  }

  /** Brings back what was said in the kept session; false when there is nothing. */
  async #recall() {
    let past;
    try {
      past = await this.#api.history(this.#token);
    } catch (problem) {
      if (problem.status === 404) this.#forget();
      else this.#transcript.notice(wordsFor(problem), () => this.#recall());
      return problem.status !== 404;
    }
    this.#show.offerOpeners(past.messages.length === 0);
    this.#catchUp(past, this.#list(past.messages)).catch(() => {}); // a later reload tries again
    return past.messages.length > 0;
  }

  /** Puts messages into the transcript; returns the last one when it is a reply whose clip is not there yet. */
  #list(messages) {
    let open = null;
    for (const message of messages) {
      open = null;
      if (message.role === "user") {
        this.#transcript.mine(message.text);
        continue;
      }
      const reply = this.#transcript.theirs((it) => this.#replay(it));
      reply.text = message.text;
      reply.ready = clipOf(message);
      if (!reply.clip && message.video_id) open = { reply, videoId: message.video_id };
    }
    return open;
  }

  /** A reply that was still being made when the page was loaded comes in by and by. */
  async #catchUp(past, open) {
    for (let look = 0; look < LOOKS && isUnanswered(past); look += 1) {
      await wait(LOOK_MS);
      const newer = await this.#api.history(past.session_token);
      if (this.#turn || this.#token !== past.session_token) return;
      open = this.#list(newer.messages.slice(past.messages.length));
      past = newer;
    }
    if (!open) return;
    const video = await this.#finished(this.#statusUrl(open.videoId));
    if (video?.status === "ready") open.reply.ready = clipOf(video);
  }

  #offer(reply, words = null, clip = reply?.clip) {
    this.#due = reply;
    if (reply && !reply.clip) reply.ready = clip;
    this.#show.offerStart(reply ? words : null);
  }
}

function welcomeOf(twin) {
  const url = here(twin.welcome);
  return { url, growing: url.includes("/stream.mp4"), captionsUrl: twin.welcomeCaptions };
}

/** Adds the cues of a finished clip, as soon as they are there. */
async function fill(cues, captionsUrl) {
  if (captionsUrl) (await Cues.fetch(here(captionsUrl))).copyTo(cues);
}

function clipOf(message) {
  if (!message?.video_url) return null;
  return { url: here(message.video_url), captionsUrl: message.captions_url, videoId: message.video_id };
}

function isUnanswered({ state, messages }) {
  return state === "THINKING" && messages.at(-1)?.role === "user";
}

/** video: the clip that failed, when it is known to have. */
function wordsFor(problem, video = null) {
  if (problem.status === 404) return "This conversation is no longer on the server. Retry begins a new one.";
  return video?.status_details || problem.message;
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
