// A clip that is still being made. Media Source Extensions show its first frame 15 to 30 ms after its address is known;
// the same address as a plain `src` took 140 to 720 ms (Chromium buffers before it starts). Plain `src` is the fallback.

const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

export const canGrow = (codecs) => Boolean(codecs && Source?.isTypeSupported(codecs));

/**
 * Puts the clip at `url` into `video` while it grows. Resolves when every byte is there, so that `ended` will come;
 * rejects when the clip broke off. A clip that is finished already is given to the player whole.
 */
export async function pour(url, video, codecs, signal) {
  const response = await fetch(url, { signal, cache: "no-store" });
  if (!response.ok) throw new Error(`clip: ${response.status}`);
  if (response.headers.has("Content-Length")) {
    assign(video, await response.blob(), signal);
    return;
  }
  const source = new Source();
  assign(video, source, signal);
  await once(source, "sourceopen", signal);
  const buffer = source.addSourceBuffer(codecs);
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    buffer.appendBuffer(value);
    await once(buffer, "updateend", signal);
    if (video.error) throw new Error("clip: undecodable");
  }
  source.endOfStream();
}

function assign(video, content, signal) {
  const url = URL.createObjectURL(content);
  signal.addEventListener("abort", () => URL.revokeObjectURL(url), { once: true });
  video.src = url;
}

function once(target, name, signal) {
  return new Promise((resolve, reject) => {
    target.addEventListener(name, resolve, { once: true, signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
