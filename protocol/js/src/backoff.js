// When to come back.

/// A connection that lived shorter than this has not proved anything: neither
/// is the delay forgotten nor may "at once" be taken literally again.
const stableMs = 10_000;

const slow = { base: 20_000, cap: 300_000 };

/// Decorrelated jitter: each delay is drawn between the base and three times
/// the one before, up to the cap.
export class Backoff {
  #base;
  #cap;
  #random;
  #delay = 0; // the last one, in ms; 0: all was well

  constructor({ base = 500, cap = 30_000, random = Math.random } = {}) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
  }

  /// Milliseconds until the next attempt. `livedMs` is how long the connection
  /// that ended had been live (0: it never was), `atLeast` a server's
  /// Retry-After.
  next(rule, livedMs = 0, atLeast = 0) {
    if (livedMs >= stableMs) this.#delay = 0;
    const isQuick = rule === "at_once" || rule === "new_token";
    const isFirst = this.#delay === 0;
    const drawn = this.#draw(rule === "long_backoff");
    return Math.max(isQuick && isFirst ? 0 : drawn, atLeast);
  }

  /// The next delay is drawn as if nothing had gone wrong.
  reset() {
    this.#delay = 0;
  }

  #draw(isSlow) {
    const base = isSlow ? slow.base : this.#base;
    const cap = isSlow ? slow.cap : this.#cap;
    const span = 3 * Math.max(this.#delay, base) - base;
    this.#delay = Math.min(cap, base + this.#random() * span);
    return this.#delay;
  }
}
