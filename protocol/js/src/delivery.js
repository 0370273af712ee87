import { isPromise, makeCursor } from "./cursor.js";

// From the order of the log to the application, one event after the other.

/// A bounded queue whose items are handled strictly one after the other: the
/// next one waits for the promise that the handler of the last one returned.
/// Tracks what has been processed, that is: what may be acknowledged.
export class Delivery {
  #queue = [];
  #bytes = 0;
  #limit;
  #maxBytes;
  #handle;
  #isManual;
  #onProcessed;
  #busy = false;
  #stopped = false;
  #paused = true; // until somebody listens
  #epoch;
  #handed = 0; // the seq that the application has seen, or that was skipped
  #lastEvent = 0; // the seq of the last event that it has seen

  /// `handle(item)` may return a promise; `onProcessed(cursor, isReset)` is
  /// told where we are after each; with `isManual` only `acknowledge` moves it.
  constructor({ handle, onProcessed, limit, maxBytes, isManual }) {
    this.#handle = handle;
    this.#onProcessed = onProcessed;
    this.#limit = limit;
    this.#maxBytes = maxBytes;
    this.#isManual = isManual;
    this.processed = undefined; // a cursor
  }

  get size() {
    return this.#queue.length;
  }

  hasRoom() {
    return this.#queue.length < this.#limit && this.#bytes < this.#maxBytes;
  }

  /// True when it is worth asking the hub for more.
  isLow() {
    return (
      this.#queue.length <= this.#limit / 2 && this.#bytes <= this.#maxBytes / 2
    );
  }

  start(cursor, isReset = false) {
    this.#epoch = cursor.epoch;
    this.#handed = this.#lastEvent = cursor.seq;
    this.processed = cursor;
    this.#onProcessed(cursor, isReset);
  }

  push(item) {
    const last = this.#queue.at(-1);
    if (item.kind === "skip" && last?.kind === "skip" && this.size > 1) {
      last.cursor = item.cursor;
      return;
    }
    this.#queue.push(item);
    this.#bytes += item.size ?? 0;
    this.#pump();
  }

  resume() {
    this.#paused = false;
    this.#pump();
  }

  stop() {
    this.#stopped = true;
    this.#queue = [];
    this.#bytes = 0;
  }

  /// The application has processed everything up to `seq` of this epoch.
  acknowledge(seq) {
    const done = seq >= this.#lastEvent ? this.#handed : seq;
    if (seq > this.#handed || !(done > this.processed?.seq)) return;
    this.#settle(makeCursor(this.#epoch, done));
  }

  async #pump() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#queue.length > 0 && !this.#paused && !this.#stopped) {
      const item = this.#queue[0];
      const nothingOpen = this.processed?.seq === this.#handed;
      const result = this.#hand(item);
      if (isPromise(result)) await result;
      if (this.#stopped) break;
      this.#queue.shift();
      this.#bytes -= item.size ?? 0;
      this.#finish(item, nothingOpen);
    }
    this.#busy = false;
  }

  /// Before the handler runs: it may acknowledge what it is given.
  #hand(item) {
    if (item.kind === "skip") return undefined;
    if (item.kind === "event" && item.cursor) {
      this.#handed = this.#lastEvent = item.cursor.seq;
    }
    return this.#handle(item);
  }

  #finish({ kind, cursor }, nothingOpen) {
    if (!cursor) return; // an event without a number
    if (kind === "reset") return this.start(cursor, true);
    if (kind === "skip") this.#handed = cursor.seq;
    const isOurs = !this.#isManual || (kind === "skip" && nothingOpen);
    if (isOurs) this.#settle(cursor);
  }

  #settle(cursor) {
    this.processed = cursor;
    this.#onProcessed(cursor, false);
  }
}
