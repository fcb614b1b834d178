// The twin's picture: the idle loop below, and the talking clip above it, which is shown from the moment its first frame
// is really on screen until its last. What lies below is always the twin, never black. A clip ends in the pose in which
// the loop begins, so the covered loop waits there: the cut back to it cannot be seen.

import { CaptionLine } from "./cues.js";
import { canGrow, pour } from "./growing.js";

const FADE_MS = 120; // as in chat.css
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** The browser wants a gesture before it lets sound out. */
export class NeedsGesture extends Error {}

export class Stage {
  #root;
  #idle;
  #clip;
  #captions;
  #codecs;
  #run = null;
  #clearedAt = 0;

  constructor(root, codecs) {
    this.#root = root;
    this.#codecs = codecs;
    this.#idle = root.querySelector(".idle");
    this.#clip = root.querySelector(".clip");
    this.#captions = new CaptionLine(root.querySelector(".captions"));
    still.addEventListener("change", () => this.#rest());
    document.addEventListener("visibilitychange", () => document.hidden || this.#rest());
  }

  get playing() {
    return this.#run !== null;
  }

  set muted(silent) {
    this.#clip.muted = silent;
  }

  /** Loads the idle loop. One that is still being made is awaited whole: half a loop would jump. */
  async idle(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`idle loop: ${response.status}`);
    this.#idle.src = URL.createObjectURL(await response.blob());
    onFirstFrame(this.#idle, () => this.#root.classList.add("moving"));
    this.#rest();
  }

  /** With motion, the loop runs; without, or under a clip, it waits in its first frame. */
  #rest() {
    if (!this.#idle.src) return;
    if (still.matches || this.#root.classList.contains("showing")) this.#rewind();
    else this.#idle.play().catch(() => {});
  }

  #rewind() {
    this.#idle.pause();
    this.#idle.currentTime = 0;
  }

  /** Call in a gesture: from then on Safari lets this element play with sound. */
  unlock() {
    if (!this.#run) this.#clip.load();
  }

  /** Whether the browser lets sound out without a gesture: an element without a source is told at once. */
  async mayPlayAloud() {
    if (this.#clip.muted) return true;
    const verdict = this.#clip.play().then(
      () => true,
      (error) => error.name !== "NotAllowedError",
    );
    const answer = await Promise.race([verdict, new Promise((resolve) => setTimeout(resolve, 60, true))]);
    this.#clip.pause();
    return answer;
  }

  /**
   * Plays a clip, in place of any other: {url, growing, cues, whole}. `whole()` resolves to the address of the
   * finished file, or to null when there will be none. Resolves to "ended", "stopped" or "failed".
   */
  async play(clip) {
    this.stop();
    const run = { clip, ending: new AbortController() };
    this.#run = run;
    await pause(this.#clearedAt - performance.now());
    try {
      return await this.#perform(run);
    } finally {
      if (this.#run === run) this.#clear();
      run.ending.abort();
    }
  }

  stop() {
    if (!this.#run) return false;
    this.#run.ending.abort();
    this.#clear();
    return true;
  }

  async #perform(run) {
    const { clip, ending } = run;
    if (ending.signal.aborted) return "stopped";
    const pours = clip.growing && canGrow(this.#codecs);
    const load = pours ? (signal) => pour(clip.url, this.#clip, this.#codecs, signal) : () => this.#assign(clip.url);
    const outcome = await this.#show(run, load);
    if (outcome !== "failed") return outcome;
    // Broken off: what is there plays on and its last frame stands, until the finished file can take over.
    const whole = await Promise.race([clip.whole?.() ?? null, aborted(ending.signal)]);
    if (ending.signal.aborted) return "stopped";
    return whole ? this.#show(run, () => this.#assign(whole, this.#clip.currentTime)) : "failed";
  }

  #assign(url, from = 0) {
    this.#clip.src = url;
    if (from) this.#clip.currentTime = from;
  }

  /** Plays what `load` puts into the element, until its end, a failure, or the end of the run. */
  #show(run, load) {
    const { signal } = run.ending;
    const video = this.#clip;
    const attempt = new AbortController();
    const until = AbortSignal.any([signal, attempt.signal]);
    return new Promise((resolve, reject) => {
      video.addEventListener("ended", () => resolve("ended"), { signal: until });
      video.addEventListener("error", () => resolve("failed"), { signal: until });
      signal.addEventListener("abort", () => resolve("stopped"), { once: true });
      video.addEventListener("loadstart", () => this.#begin(run, reject), { signal: until });
      Promise.resolve(load(until)).catch(() => resolve(signal.aborted ? "stopped" : "failed"));
    }).finally(() => attempt.abort());
  }

  #begin(run, reject) {
    const video = this.#clip;
    onFirstFrame(video, () => {
      if (this.#run !== run) return;
      this.#root.classList.add("showing");
      setTimeout(() => this.#rest(), FADE_MS + 20);
      this.#captions.follow(video, run.clip.cues);
      run.clip.begun?.();
    });
    video.play().catch((error) => error.name === "NotAllowedError" && reject(new NeedsGesture()));
  }

  /** The clip fades into the idle loop, its last frame standing, and is let go. */
  #clear() {
    const video = this.#clip;
    this.#run = null;
    this.#captions.clear();
    this.#root.classList.remove("showing");
    video.pause();
    this.#rest();
    const fade = still.matches ? 0 : FADE_MS + 20;
    this.#clearedAt = performance.now() + fade;
    setTimeout(() => {
      if (this.#run) return;
      video.removeAttribute("src");
      video.load();
    }, fade);
  }
}

function onFirstFrame(video, callback) {
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(callback);
  else video.addEventListener("playing", callback, { once: true });
}

function pause(ms) {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}

function aborted(signal) {
  return new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
