// What the page keeps: the session's token for this tab, and how the visitor likes picture and sound. A browser that
// refuses storage keeps nothing, and everything else works.

function read(store, key) {
  try {
    return globalThis[store].getItem(key);
  } catch {
    return null;
  }
}

function write(store, key, value) {
  try {
    if (value === null) globalThis[store].removeItem(key);
    else globalThis[store].setItem(key, value);
  } catch {
    // refused
  }
}

export const keptToken = (twinId) => read("sessionStorage", `session:${twinId}`);
export const keepToken = (twinId, token) => write("sessionStorage", `session:${twinId}`, token);
export const likes = (name, otherwise) => (read("localStorage", `likes:${name}`) ?? String(otherwise)) === "true";
export const keepLiking = (name, value) => write("localStorage", `likes:${name}`, String(value));
