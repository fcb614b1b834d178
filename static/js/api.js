// The avatar chat API as the page speaks it. Every failure becomes a Problem: words that a person can read.

import { events } from "./sse.js";

export class Problem extends Error {
  constructor(message, { status = 0, retryAfter = 0, code = "", statusUrl = "" } = {}) {
    super(message);
    Object.assign(this, { status, retryAfter, code, statusUrl });
  }
}

const UNREACHABLE = "The server cannot be reached. Check the connection and try again.";
const CUT = "The connection was lost before the reply was complete.";
const JSON_TYPE = { "Content-Type": "application/json" };

/** Media and status addresses may name another host name of this same server; the page stays on its own. */
export function here(url) {
  const { origin, pathname, search } = new URL(url, location.href);
  return /^\/(api|media|c)\//.test(pathname) ? pathname + search : origin + pathname + search;
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Problem(UNREACHABLE);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const words = typeof body.detail === "string" ? body.detail : `The server answered ${response.status}.`;
  const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "0", 10) || 0;
  return new Problem(words, { status: response.status, retryAfter, code: body.code ?? "" });
}

export const post = (path, body) => call(path, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });

export async function openSession(twinId) {
  return (await post("/api/session/create", { twin_id: twinId })).json();
}

export async function history(token) {
  return (await call(`/api/session/${token}/history`)).json();
}

export const statusUrl = (token, videoId) => `/api/session/${token}/videos/${videoId}`;

export async function videoStatus(url) {
  return (await call(here(url))).json();
}

/** Tells that the latest clip was seen; nothing in the page depends on the answer. */
export async function played(token) {
  await call(`/api/session/${token}/played`, { method: "POST", keepalive: true }).catch(() => {});
}

/** Says something; yields {name, data} of every event. Ends after `video.ready`; throws a Problem otherwise. */
export async function* say(token, message) {
  yield* told(await post("/api/chat/stream", { session_token: token, message }));
}

/** The events of a turn that `response` streams. */
export async function* told(response) {
  try {
    for await (const event of events(response.body)) {
      if (event.name === "error") {
        const { code, message: words, status_url: statusUrl } = event.data;
        throw new Problem(words, { code, statusUrl });
      }
      yield event;
      if (event.name === "video.ready") return;
    }
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(CUT, { code: "cut" });
  }
  throw new Problem(CUT, { code: "cut" });
}
