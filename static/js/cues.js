// Captions: cues with word times, from live events or from the WebVTT of a finished clip, shown as they are spoken.

const LINGER = 0.6; // seconds that a cue stays after its last word, when no other follows

export class Cues {
  #cues = [];

  /** cue: {start, end, text, words: [{text, start, end}]}, seconds in clip time. */
  add(cue) {
    this.#cues.push(cue);
    this.#cues.sort((a, b) => a.start - b.start);
  }

  clear() {
    this.#cues = [];
  }

  copyTo(other) {
    for (const cue of this.#cues) other.add(cue);
  }

  at(seconds) {
    const begun = this.#cues.filter((cue) => cue.start <= seconds + 0.04);
    const cue = begun.at(-1);
    return cue && seconds < cue.end + LINGER ? cue : null;
  }

  /** The cues of a WebVTT file whose words carry time stamps; an empty list when it cannot be had. */
  static async fetch(url) {
    const cues = new Cues();
    const response = url ? await fetch(url).catch(() => null) : null;
    if (response?.ok) for (const cue of parseVtt(await response.text())) cues.add(cue);
    return cues;
  }
}

const WIDE = /[\u3000-\u9fff\uff00-\uffef]/;
const CLOCK = String.raw`(?:(\d+):)?(\d{2}):(\d{2}\.\d{3})`;
const TIMING = new RegExp(`^${CLOCK} --> ${CLOCK}`);
const STAMPED = new RegExp(`<${CLOCK}>([^<]*)`, "g");

function seconds(hours, minutes, rest) {
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(rest);
}

function* parseVtt(vtt) {
  for (const block of vtt.replaceAll("\r\n", "\n").split("\n\n")) {
    const lines = block.split("\n");
    const timing = lines.findIndex((line) => TIMING.test(line));
    if (timing < 0) continue;
    const [, ...clock] = TIMING.exec(lines[timing]);
    const start = seconds(...clock.slice(0, 3));
    const end = seconds(...clock.slice(3, 6));
    const words = wordsOf(lines.slice(timing + 1).join(" "), start, end);
    yield { start, end, words, text: words.map((_, index) => spaced(words, index)).join("") };
  }
}

function wordsOf(line, start, end) {
  const words = [...line.matchAll(STAMPED)].map(([, hours, minutes, rest, text]) => ({
    text: unescape(text.trim()),
    start: seconds(hours, minutes, rest),
  }));
  if (!words.length) return [{ text: unescape(line.replace(/<[^>]*>/g, "").trim()), start, end }];
  return words.map((word, index) => ({ ...word, end: words[index + 1]?.start ?? end }));
}

/** A word with the space before it; Chinese and Japanese are written without. */
function spaced(words, index) {
  const [before, word] = [words[index - 1]?.text ?? "", words[index].text];
  return before && !(WIDE.test(before.at(-1)) && WIDE.test(word[0])) ? ` ${word}` : word;
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Shows the cue of the moment over the picture, its words lit as they are spoken. */
export class CaptionLine {
  #element;
  #cue = null;
  #frame = 0;

  constructor(element) {
    this.#element = element;
  }

  follow(video, cues) {
    this.clear();
    const look = () => {
      this.#frame = requestAnimationFrame(look);
      this.#show(cues.at(video.currentTime), video.currentTime);
    };
    look();
  }

  clear() {
    cancelAnimationFrame(this.#frame);
    this.#show(null, 0);
  }

  #show(cue, now) {
    if (cue !== this.#cue) {
      this.#cue = cue;
      this.#element.replaceChildren(...(cue ? spans(cue.words) : []));
    }
    cue?.words.forEach((word, index) => {
      const span = this.#element.children[index];
      const state = now >= word.end ? "said" : now >= word.start ? "now" : "";
      if (span.className !== state) span.className = state;
    });
  }
}

function spans(words) {
  return words.map((_, index) => {
    const span = document.createElement("span");
    span.textContent = spaced(words, index);
    return span;
  });
}
