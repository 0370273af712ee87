// Where we are in a dialog's log, and where that is kept.

/// `{ epoch, seq, text }` of `<epoch>:<seq>`, or undefined.
export function parseCursor(text) {
  const parts = /^([0-9a-z]{1,32}):(\d{1,16})$/.exec(text ?? "");
  if (!parts) return undefined;
  return { epoch: parts[1], seq: Number(parts[2]), text };
}

export function makeCursor(epoch, seq) {
  return { epoch, seq, text: `${epoch}:${seq}` };
}

/// Keeps cursors as long as this object lives.
export function memoryStorage() {
  const values = new Map();
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
  };
}

/// Keeps cursors in a `localStorage` or `sessionStorage`.
export function webStorage(area) {
  return {
    get: (key) => area.getItem(key) ?? undefined,
    set: (key, value) => area.setItem(key, value),
  };
}

/// The storage that an option names: an object with `get` and `set` (either
/// may return a promise), "memory", "local" or "session".
export function storageOf(option, env) {
  if (typeof option === "object") return option;
  if (option === "local") return webStorage(env.localStorage);
  if (option === "session") return webStorage(env.sessionStorage);
  if (option === undefined || option === "memory") return memoryStorage();
  throw new TypeError(`storage: ${option}`);
}

/// Reads and writes one cursor: one write at a time, the latest wins. Tabs may
/// share a storage: within an epoch the stored cursor never goes back.
export class CursorStore {
  #storage;
  #key;
  #onError;
  #waiting; // the cursor to be written next
  #writing = false;

  constructor(storage, key, onError) {
    this.#storage = storage;
    this.#key = key;
    this.#onError = onError;
  }

  async load() {
    try {
      return parseCursor(await this.#storage.get(this.#key));
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }

  /// With `isReset` it may go back.
  save(cursor, isReset = false) {
    const isForced = isReset || this.#waiting?.isForced;
    this.#waiting = { cursor, isForced };
    if (!this.#writing) this.#write();
  }

  async #write() {
    this.#writing = true;
    try {
      while (this.#waiting) {
        const { cursor, isForced } = this.#waiting;
        this.#waiting = undefined;
        const read = this.#storage.get(this.#key);
        const stored = parseCursor(isPromise(read) ? await read : read);
        const isHere = stored?.epoch === cursor.epoch;
        if (isHere && stored.seq >= cursor.seq && !isForced) continue;
        const written = this.#storage.set(this.#key, cursor.text);
        if (isPromise(written)) await written;
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#writing = false;
    }
  }
}

export function isPromise(value) {
  return typeof value?.then === "function";
}
